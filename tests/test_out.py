"""`out=` of every function, against PyTorch: what is written and resized, and what is refused or warned of.

The calls are those of test_every_op.py. A tensor is given that fits, is empty, has another shape or dtype, or requires
grad. `KNOWN` tells where something still differs, and in how many calls.
"""

import re
import warnings

import numpy as np
import pytest
from test_every_op import FIXED, LINES, find
from torch_compare import sample, torch

import minitensor

pytestmark = pytest.mark.torch

VARIANTS = (
    ("same", None),
    ("empty", None),
    ("larger", None),
    ("same", "float32"),
    ("same", "int64"),
    ("same", "bool"),
    ("requires grad", None),
)
SHAPES = {"x": (2, 3), "y": (2, 1), "z": (3,), **FIXED}

KNOWN = """
    addbmm:6 cholesky:8 cholesky_inverse:2 cholesky_solve:2 diag:3 histogram:1 index_reduce:3 inner:2
    kthvalue:6 linalg.lstsq:2 linalg.svd:1 matmul:5 mean:12 median:10 mode:3 nanmedian:5 nansum:4
    narrow_copy:8 nn.functional.logsigmoid:1 split_copy:14 svd:3 tensordot:2 unbind_copy:8
"""
KNOWN = {name: int(count) for name, _, count in (word.partition(":") for word in KNOWN.split())}
NAMES = sorted(
    {
        f"{place}.{name}".strip(".")
        for place, _, name in LINES
        if callable(getattr(find(torch, place), name, None))
    }
)


def values(dtype):
    """The arrays that letters stand for."""
    found = {k: sample(shape, dtype, ord(k)) for k, shape in SHAPES.items()}
    square = np.eye(3) * 3 + sample((3, 3), seed=1) / 3
    random = np.random.default_rng(0)
    found |= {"Q": square, "P": square @ square.T}
    return found | {"i": random.integers(0, 2, 2), "j": random.integers(0, 2, (2, 3))}


def answer(t, function, call, arrays, how, dtype):
    """What a call with `out=` does, as text; None if the call without it returns no tensors."""
    letters = set(re.findall(r"\b[xyzACDEUVWQPij]\b", call))
    space = {k: t.from_numpy(a.copy()) for k, a in arrays.items() if k in letters}
    space |= {"function": function, "t": t, "d": -1}
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("ignore")
        try:
            result = eval(f"function({call})", space)
        except Exception:
            return None
        parts = result if isinstance(result, (tuple, list)) else (result,)
        if not parts or not all(isinstance(part, t.Tensor) for part in parts):
            return None
        given = [target(t, part, how, dtype) for part in parts]
        space["out"] = tuple(given) if isinstance(result, (tuple, list)) else given[0]
        if how == "requires grad":
            [x.requires_grad_() for x in space.values() if is_float(t, x) and x is not space["out"]]
        warnings.simplefilter("always", UserWarning)
        try:
            result = eval(f"function({call}, out=out)", space)
        except Exception as error:
            return f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
    parts = result if isinstance(result, (tuple, list)) else (result,)
    told = [type(result).__name__, *[a is b for a, b in zip(parts, given)], *map(facts, given)]
    told += [str(warning.message).partition(" (Triggered")[0] for warning in seen]
    return "\n".join(map(str, told))


def is_float(t, value):
    return isinstance(value, t.Tensor) and value.is_floating_point()


def target(t, part, how, dtype):
    """A tensor for `out=`, of the result's shape and dtype unless that is to differ."""
    shape = {"same": part.shape, "empty": (0,)}.get(how, (*part.shape, 2))
    dtype = part.dtype if dtype is None else getattr(t, dtype)
    made = t.zeros(tuple(shape), dtype=dtype)
    return made.requires_grad_() if how == "requires grad" and is_float(t, made) else made


def facts(tensor):
    numbers = np.round(tensor.detach().numpy().astype(float), 3) + 0.0
    return f"{tensor.dtype} {tuple(tensor.shape)} {tensor.stride()} {numbers.tolist()}"


def differences(name):
    place, _, last = name.rpartition(".")
    ours, theirs = (getattr(find(t, place), last) for t in (minitensor, torch))
    for _, call, _ in (line for line in LINES if line[0] == place and line[2] == last):
        for kind in ("float64", "int64"):
            for how, dtype in VARIANTS:
                arrays = values(kind)
                expected = answer(torch, theirs, call, arrays, how, dtype)
                if expected is None:
                    continue
                found = answer(minitensor, ours, call, arrays, how, dtype)
                if found != expected:
                    yield f"{name}({call}, out={how} {dtype}), {kind}\n{found}\nPyTorch: {expected}"


@pytest.fixture(scope="module", autouse=True)
def every_warning():
    """PyTorch warns of most things once; here it has to warn each time."""
    before = torch.is_warn_always_enabled()
    torch.set_warn_always(True)
    minitensor.set_warn_always(True)
    yield
    torch.set_warn_always(before)
    minitensor.set_warn_always(False)


@pytest.mark.parametrize("name", NAMES)
def test_out(name):
    told = list(differences(name))
    assert len(told) <= KNOWN.get(name, 0), "\n\n".join(told)


def test_known_differences_are_of_names_that_are_called():
    assert {*KNOWN} <= {*NAMES}
