"""Every name that both libraries have, called wrongly: the same exception class, and the same words.

A name's valid call is found by trying: the first of `VALID` that PyTorch accepts, unless it has its own. That call
is then spoilt: an argument is missing, there are too many, one is of another type or out of range, or a keyword is.
What PyTorch accepts must be accepted. `KNOWN` tells where something still differs, and in how many calls.
"""

import functools
import re
import warnings

import numpy as np
import pytest

import minitensor

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch

PLACES = ("torch", "torch.Tensor", "torch.linalg", "torch.special", "torch.nn.functional")

# What sets something for the whole program, reads files, or only asks about the library itself.
LEFT_ALONE = re.compile(
    r"(set|use|are|is_anomaly|is_grad|is_inference_mode|get_(default|num|rng)|initial)_|"
    r"(load|save|seed|manual_seed)$"
)

# What the calls are written with.
TENSORS = {
    "x": lambda t: t.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]),
    "y": lambda t: t.tensor([[2.0, 3.0, 4.0], [5.0, 6.0, 7.0]]),
    "s": lambda t: t.tensor([[4.0, 1.0, 0.0], [1.0, 5.0, 2.0], [0.0, 2.0, 6.0]]),
    "v": lambda t: t.tensor([1.0, 2.0, 3.0]),
    "a": lambda t: t.ones(2, 3, 3),
    "i": lambda t: t.tensor([0, 2, 1]),
    "j": lambda t: t.tensor([0, 1]),
    "b": lambda t: t.tensor([[True, False, True], [False, True, True]]),
    "k": lambda t: t.tensor([[0, 1, 0], [1, 0, 1]]),
    "r": lambda t: t.ones(3, requires_grad=True) * 2,
}

VALID = """
    x, 0, k, y | x, 0, k, 1.0 | x, 0, k | x, 0, 1, 1 | x, s[0], s[1] | x, 0, 1 | x, y, y | s, s, s | s, v, v
    a, a, a | v, x, x | x, j | x, y | x, 0 | x, (2, 3) | x, s | a, a | s, s | v, v | x, v | i, i | x, b
    x, (0, 1) | x, "sum" | x | (2, 3) | (x, y), 0 | (x, y) | x, y, 0 | s | v | i | b | a | 3
"""

OWN = """
    add add_ rsub sub sub_ subtract subtract_: x, y
    addbmm addbmm_: s, a, a
    addcdiv addcdiv_ addcmul addcmul_: x, y, y
    addmv addmv_: v, s, v
    apply_: x, abs
    arange linspace logspace randint: 0, 6, 2
    as_strided as_strided_: x, (2, 2), (1, 1)
    as_strided_scatter: x, s[:2, :2], (2, 2), (1, 1)
    as_subclass: x, t.Tensor
    backward: r.sum(), x[0, 0]
    broadcast_shapes: (2, 3), (3,)
    can_cast promote_types: t.int64, t.float32
    cat stack: (x, y), 1
    chunk split split_copy unsafe_chunk unsafe_split: x, 2, 1
    dot: v, v
    dropout dropout_: x, 0.5, True
    dsplit: a, 3
    empty eye ones rand randn zeros: 2, 3
    empty_permuted: (2, 3), (1, 0)
    empty_strided: (2, 3), (3, 1)
    expand new_ones new_zeros repeat: x, 2, 3
    float_power_: x.double(), 2
    from_numpy: np.ones(3)
    frombuffer: bytearray(8), dtype=t.float32
    full: (2, 3), 1.0
    geometric_: x, 0.5
    index_add index_add_ index_copy index_copy_: x, 1, j, x[:, :2]
    index_fill index_fill_: x, 1, j, 1.0
    index_put index_put_: x, (j,), v
    index_reduce index_reduce_: x, 1, j, x[:, :2], 'prod'
    index_select: x, 1, j
    is_nonzero item: x[0, 0]
    kthvalue: x, 1, 1
    map2_: x, y, y, max
    map_: x, y, max
    masked_fill masked_fill_: x, b, 1.0
    masked_scatter masked_scatter_ torch.Tensor.where: x, b, y
    matrix_power: s, 2
    max min: x, 1
    multi_dot: (s, s, s)
    multinomial: x, 2, True
    new_empty_strided: x, (2, 3), (3, 1)
    new_full: x, (2, 3), 1.0
    nonzero_static: x, size=2
    permute: x, (1, 0)
    polygamma: 1, x
    put put_: x, j, v[:2]
    randint: 0, 5, (2, 3)
    range: 0, 4, 2
    register_hook: r, abs
    register_post_accumulate_grad_hook: r.detach().requires_grad_(), abs
    retain_grad: r
    scatter_add scatter_add_: x, 0, k, y
    scatter_reduce scatter_reduce_: x, 0, k, y, 'sum'
    select_scatter: x, v, 0, 1
    solve_triangular: s, s, upper=True
    split_with_sizes split_with_sizes_copy unsafe_split_with_sizes: x, (1, 2), 1
    swapaxes swapdims transpose: x, 0, 1
    tensor: [1, 2]
    tensorinv: s, 1
    tensorsolve: s, v
    tril_indices triu_indices: 2, 3, 1
    unflatten: x, 1, (1, 3)
    unravel_index: i, (2, 3)
    view: x, 3, 2
    where: b, x, y
"""
OWN = {
    name: call.strip()
    for line in OWN.strip().splitlines()
    for name in line.partition(":")[0].split()
    for call in [line.partition(":")[2]]
}

# What replaces an argument; and what is added to a call.
WRONG = ("'a'", "None", "1.5", "True", "['a']", "t.ones(5)")
ADDED = ("wrong=1", "dim=7", "dtype='float32'")

# Names: how many calls still have another answer than in PyTorch.
KNOWN = {
    "torch": """
        broadcast_shapes:4 can_cast:2 count_nonzero:1 diff:1 expand_copy:3 eye:1 index_put:1
        index_put_:1 norm:5 nuclear_norm:1 permute_copy:3 promote_types:2 rsub:2 slice_copy:4
        split_copy:4 squeeze_copy:16 svd:1 unique:1 unique_consecutive:1
        view_copy:17
    """,
    "torch.Tensor": """
        addr_:2 bernoulli_:1 copy_:2 count_nonzero:1 dsplit:1 hsplit:4 masked_fill_:1 random_:1
        size:2 squeeze:2 squeeze_:2 stride:2 sum_to_size:4 to:2 unflatten:7 view:3 vsplit:4
    """,
    "torch.linalg": """
        matrix_norm:1 norm:1
    """,
    "torch.nn.functional": """
        binary_cross_entropy:5 binary_cross_entropy_with_logits:6 cross_entropy:2 l1_loss:1
        linear:1 log_softmax:1 mse_loss:1 nll_loss:1 pad:2 relu6:5 softmax:1
    """,
}
KNOWN = {
    place: {name: int(count) for name, _, count in (word.partition(":") for word in text.split())}
    for place, text in KNOWN.items()
}


def owner_of(t, place):
    """The module or class `torch.linalg`, `torch.Tensor` … of one of the libraries."""
    return functools.reduce(getattr, place.split(".")[1:], t)


def functions(t, place):
    """The names of the functions of a place."""
    owner = owner_of(t, place)
    return {n for n in dir(owner) if not n.startswith("_") and is_function(owner, n)}


def is_function(owner, name):
    try:
        value = getattr(owner, name)
    except AttributeError:  # a name that is there for its hint
        return False
    return callable(value) and not isinstance(value, type)


def names(place):
    """The names of a place that are called wrongly."""
    both = functions(torch, place) & functions(minitensor, place)
    return sorted(name for name in both if not LEFT_ALONE.match(name))


def split(text):
    """The arguments that a text has, as texts.

    >>> split("x, (0, 1), dim=1")
    ['x', '(0, 1)', 'dim=1']
    """
    return [part.strip() for part in re.split(r",(?![^(\[]*[)\]])", text)] if text else []


def valid_call(place, name):
    """The arguments of a valid call; None if there is none."""
    own = OWN.get(f"{place}.{name}", OWN.get(name))
    calls = [own] if own else re.split(r"[|\n]", VALID.strip())
    for arguments in map(split, map(str.strip, calls)):
        if answer(torch, place, name, arguments) == "no error":
            return arguments
    return None


def wrong_calls(valid):
    """Pairs: what is wrong with a call, and its arguments."""
    plain = [part for part in valid if "=" not in part]
    yield "missing", []
    yield "missing", plain[:-1]
    yield "too many", plain + ["1"] * 8
    for place in range(len(plain)):
        for wrong in WRONG:
            yield "argument", [*valid[:place], wrong, *valid[place + 1 :]]
    for added in ADDED:
        yield "keyword", [*valid, added]


@functools.cache
def compiled(call):
    return compile(call, "<call>", "eval")


def answer(t, place, name, arguments):
    """What a call gives: the exception as text, or "no error"."""
    words = {*re.findall(r"\b[a-z]\b", " ".join(arguments))}
    space = {"t": t, "np": np, **{n: make(t) for n, make in TENSORS.items() if n in words}}
    call = f"f({', '.join(arguments)})"
    if place == "torch.Tensor":
        first, *arguments = arguments or ["None"]
        call = f"({first}).{name}({', '.join(arguments)})"
    else:
        space["f"] = getattr(owner_of(t, place), name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            eval(compiled(call), space)
        except Exception as error:
            return f"{type(error).__name__}: {re.sub('0x[0-9a-f]+', '0x…', str(error).strip())}"
    return "no error"


def answers(place, name):
    """For every wrong call: what is wrong with it, the call, and minitensor's and PyTorch's answers."""
    valid = valid_call(place, name)
    for kind, arguments in wrong_calls(valid) if valid else ():
        if place == "torch.Tensor" and arguments[:1] != valid[:1]:
            continue
        ours, theirs = (answer(t, place, name, arguments) for t in (minitensor, torch))
        if {ours, theirs} != {"no error"}:
            yield kind, f"{place}.{name}({', '.join(arguments)})", ours, theirs


@pytest.mark.parametrize("place", PLACES)
def test_wrong_calls_have_pytorchs_answers(place):
    told = []
    for name in names(place):
        wrong = [found for found in answers(place, name) if found[2] != found[3]]
        if len(wrong) > KNOWN.get(place, {}).get(name, 0):
            told += [f"{call}\n   minitensor: {a}\n   PyTorch:    {b}" for _, call, a, b in wrong]
    assert not told, "\n".join(told)


@pytest.mark.parametrize("place", PLACES)
def test_known_differences_are_of_names_that_are_called(place):
    assert {*KNOWN.get(place, {})} <= {*names(place)}
