"""Wrong calls of every name that both libraries have, and what each library answers.

A name's valid call is found by trying: the first of `VALID` that PyTorch accepts. Then it is spoilt, one argument at a
time, and in a few other ways.
"""

import re
import warnings

import numpy as np
import torch
import torch.special

import minitensor

PLACES = ("", "Tensor", "linalg", "special", "nn.functional")

# Names that set something for the whole program, read files, or only ask about the library itself.
LEFT_ALONE = re.compile(
    r"^(set|use|is|are|get_(default|num|rng)|initial)_|^(load|save|seed|manual_seed|compile)$"
)
ASKS = ("is_complex", "is_contiguous", "is_floating_point", "is_nonzero", "is_same_size", "is_tensor")

# Valid calls, written with the tensors of `tensors`: the first that PyTorch accepts is a name's own.
VALID = """
x, 0, k, x
x, 0, k, 1.0
x, 0, k
x, 0, 1, 1
x, s[0], s[1]
x, 0, 1
x, y, y
s, s, s
s, v, v
a, a, a
v, x, x
x, k0
x, y
x, 0
x, (2, 3)
x, s
a, a
s, s
v, v
x, v
i, i
x, b
x, (0, 1)
x, "sum"
x
(2, 3)
(x, y), 0
(x, y)
x, y, 0
s
v
i
b
a
3
""".strip().splitlines()

# Names whose valid call is another one.
OWN = {
    "addbmm": "s, a, a",
    "addbmm_": "s, a, a",
    "addmv": "v, s, v",
    "addmv_": "v, s, v",
    "apply_": "x, abs",
    "arange": "0, 6, 2",
    "as_strided": "x, (2, 2), (1, 1)",
    "as_strided_": "x, (2, 2), (1, 1)",
    "as_strided_scatter": "x, s[:2, :2], (2, 2), (1, 1)",
    "as_subclass": "x, t.Tensor",
    "backward": "r.sum(), x[0, 0]",
    "broadcast_shapes": "(2, 3), (3,)",
    "can_cast": "t.int64, t.float32",
    "cat": "(x, y), 1",
    "chunk": "x, 2, 1",
    "cuda": "x",
    "dot": "v, v",
    "dropout": "x, 0.5, True",
    "dropout_": "x, 0.5, True",
    "dsplit": "a, 3",
    "empty": "2, 3",
    "empty_permuted": "(2, 3), (1, 0)",
    "empty_strided": "(2, 3), (3, 1)",
    "expand": "x, 2, 3",
    "eye": "2, 3",
    "float_power_": "x.double(), 2",
    "from_numpy": "np.ones(3)",
    "frombuffer": "bytearray(8), dtype=t.float32",
    "full": "(2, 3), 1.0",
    "geometric_": "x, 0.5",
    "index_add": "x, 1, k0, x[:, :2]",
    "index_add_": "x, 1, k0, x[:, :2]",
    "index_copy": "x, 1, k0, x[:, :2]",
    "index_copy_": "x, 1, k0, x[:, :2]",
    "index_fill": "x, 1, k0, 1.0",
    "index_fill_": "x, 1, k0, 1.0",
    "index_put": "x, (k0,), v",
    "index_put_": "x, (k0,), v",
    "index_reduce": "x, 1, k0, x[:, :2], 'prod'",
    "index_reduce_": "x, 1, k0, x[:, :2], 'prod'",
    "index_select": "x, 1, k0",
    "is_nonzero": "x[0, 0]",
    "item": "x[0, 0]",
    "kthvalue": "x, 1, 1",
    "linspace": "0, 1, 5",
    "logspace": "0, 1, 5",
    "map2_": "x, y, y, max",
    "map_": "x, y, max",
    "masked_fill": "x, b, 1.0",
    "masked_fill_": "x, b, 1.0",
    "masked_scatter": "x, b, y",
    "masked_scatter_": "x, b, y",
    "matrix_power": "s, 2",
    "max": "x, 1",
    "min": "x, 1",
    "multi_dot": "(s, s, s)",
    "multinomial": "x, 2, True",
    "new_empty_strided": "x, (2, 3), (3, 1)",
    "new_full": "x, (2, 3), 1.0",
    "new_ones": "x, 2, 3",
    "new_zeros": "x, 2, 3",
    "nonzero_static": "x, size=2",
    "ones": "2, 3",
    "permute": "x, 1, 0",
    "polygamma": "1, x",
    "promote_types": "t.int64, t.float32",
    "put": "x, k0, v[:2]",
    "put_": "x, k0, v[:2]",
    "rand": "2, 3",
    "randint": "0, 5, (2, 3)",
    "randn": "2, 3",
    "range": "0, 4, 2",
    "register_hook": "r, abs",
    "register_post_accumulate_grad_hook": "r.detach().requires_grad_(), abs",
    "repeat": "x, 2, 3",
    "retain_grad": "r",
    "scatter_add": "x, 0, k, x",
    "scatter_add_": "x, 0, k, x",
    "scatter_reduce": "x, 0, k, x, 'sum'",
    "scatter_reduce_": "x, 0, k, x, 'sum'",
    "select_scatter": "x, v, 0, 1",
    "solve_triangular": "s, s, upper=True",
    "split": "x, 2, 1",
    "split_copy": "x, 2, 1",
    "split_with_sizes": "x, (1, 2), 1",
    "split_with_sizes_copy": "x, (1, 2), 1",
    "stack": "(x, y), 1",
    "swapaxes": "x, 0, 1",
    "swapdims": "x, 0, 1",
    "tensor": "[1, 2]",
    "tensorinv": "s, 1",
    "tensorsolve": "s, v",
    "tril_indices": "2, 3, 1",
    "triu_indices": "2, 3, 1",
    "unflatten": "x, 1, (1, 3)",
    "unravel_index": "i, (2, 3)",
    "unsafe_chunk": "x, 2, 1",
    "unsafe_split": "x, 2, 1",
    "unsafe_split_with_sizes": "x, (1, 2), 1",
    "view": "x, 3, 2",
    "Tensor.view": "x, 3, 2",
    "Tensor.where": "x, b, y",
    "where": "b, x, y",
    "zeros": "2, 3",
}


# What the valid calls are written with.
TENSORS = {
    "x": lambda t: t.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]),
    "y": lambda t: t.tensor([[2.0, 3.0, 4.0], [5.0, 6.0, 7.0]]),
    "s": lambda t: t.tensor([[4.0, 1.0, 0.0], [1.0, 5.0, 2.0], [0.0, 2.0, 6.0]]),
    "v": lambda t: t.tensor([1.0, 2.0, 3.0]),
    "a": lambda t: t.ones(2, 3, 3),
    "i": lambda t: t.tensor([0, 2, 1]),
    "b": lambda t: t.tensor([[True, False, True], [False, True, True]]),
    "k": lambda t: t.tensor([[0, 1, 0], [1, 0, 1]]),
    "k0": lambda t: t.tensor([0, 1]),
    "r": lambda t: t.ones(3, requires_grad=True) * 2,
}


def tensors(t, wanted):
    """The tensors of these names, and the libraries."""
    return {"t": t, "np": np, **{n: make(t) for n, make in TENSORS.items() if n in wanted}}


# What an argument is replaced by; and, named, what is added to a call.
WRONG = ("'a'", "None", "1.5", "True", "[1]", "['a']", "(1, 2.5)", "{}", "7", "-9", "t.ones(5)", "i", "b")
ADDED = ("wrong=1", "dim=7", "dim='a'", "dtype='float32'", "dtype=t.int64", "out=1", "keepdim=1")


def find(module, place):
    for part in place.split(".") if place else ():
        module = getattr(module, part)
    return module


def functions(module, place):
    """The names of the functions of a place."""
    owner, found = find(module, place), set()
    for name in dir(owner):
        value = None if name.startswith("_") else owner.__dict__.get(name) or _get(owner, name)
        if callable(value) and not isinstance(value, type):
            found.add(name)
    return found


def _get(owner, name):
    try:
        return getattr(owner, name)
    except Exception:  # an AttributeError of `slips`
        return None


def names(place):
    """The names of a place that are called wrongly."""
    both = functions(torch, place) & functions(minitensor, place)
    return sorted(n for n in both if n in ASKS or not LEFT_ALONE.match(n))


def valid_call(place, name):
    """The arguments of a valid call, as text; None if there is none."""
    own = OWN.get(f"{place}.{name}".strip("."), OWN.get(name))
    for text in (own,) if own is not None else VALID:
        if not isinstance(answer(torch, place, name, split(text)), Exception):
            return text
    return None


def split(text):
    """The arguments that a text has, as texts.

    >>> split("x, (0, 1), dim=1")
    ['x', '(0, 1)', 'dim=1']
    """
    return [p.strip() for p in re.split(r",(?![^(\[]*[)\]])", text)] if text else []


def wrong_calls(text):
    """Pairs: what is wrong in a call, and its arguments."""
    given = split(text)
    plain = [p for p in given if "=" not in p]
    yield "missing", []
    yield "missing", plain[:-1]
    yield "too many", plain + ["1"] * 8
    yield "too many", plain + ["'a'"]
    for place in range(len(plain)):
        for wrong in WRONG:
            yield "argument", [*plain[:place], wrong, *given[place + 1 :]]
    for added in ADDED:
        yield "keyword", [*given, added]


def answer(t, place, name, arguments):
    """What a call gives: an exception, or None."""
    space = tensors(t, set(re.findall(r"\b[a-z]\w?\b", ' '.join(arguments))))
    owner = find(t, place)
    if place == "Tensor":
        if not arguments or not isinstance(eval(arguments[0], space), t.Tensor):
            return TypeError("no tensor")
        call = f"({arguments[0]}).{name}({', '.join(arguments[1:])})"
    else:
        space["f"] = getattr(owner, name)
        call = f"f({', '.join(arguments)})"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            eval(call, space)
        except Exception as error:
            return error
    return None


def differences(place, name):
    """(kind, call, minitensor's answer, PyTorch's) for every wrong call, and whether they are the same."""
    text = valid_call(place, name)
    if text is None:
        return
    for kind, arguments in wrong_calls(text):
        if place == "Tensor" and (not arguments or arguments[0] != split(text)[0]):
            continue
        call = f"{name}({', '.join(arguments)})"
        ours, theirs = (answer(t, place, name, arguments) for t in (minitensor, torch))
        if ours is not None or theirs is not None:
            yield kind, call, shown(ours), shown(theirs)


def shown(error):
    """An answer as text."""
    if error is None:
        return "no error"
    text = re.sub(r"0x[0-9a-f]+", "0x…", str(error).strip())
    return f"{type(error).__name__}: {text}"
