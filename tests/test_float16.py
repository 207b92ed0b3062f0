"""float16 and a number: PyTorch computes in float32 with the number as it is, and rounds once. To the last bit."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from torch_compare import torch

import minitensor

pytestmark = pytest.mark.torch

CALLS = """
    x * n | n * x | x / n | n / x | x // n | x % n | x + n | n - x | x.mul(n).mul_(n) | x.clone().div_(n)
    x * s | x / s | s * x | x - s | x // t.tensor(2049) | x * t.tensor([n], dtype=t.float16)
    x.clone().mul_(s) | x.clone().floor_divide_(n) | x.clone().add_(n) | x.clone().lerp_(y, n)
    t.div(x, n, rounding_mode="floor") | t.div(x, n, rounding_mode="trunc") | x.fmod(n)
    x.lerp(y, n) | x.lerp(y, s.half()) | x.lerp(y, y) | x.addcmul(y, y) | x.addcdiv(y, y) | x.xlogy(n)
    x.addcmul(y, x, value=n) | x.addcdiv(y, x, value=n) | x.clone().addcmul_(y, y, value=n) | t.xlogy(n, x)
    x.xlogy(y) | t.special.xlog1py(x, n) | t.special.entr(x) | t.deg2rad(x) | t.rad2deg(x)
    t.nn.functional.leaky_relu(x, n) | x == n | n >= x | x.clamp(-1, n) | t.where(x > 0, x, n)
"""
CALLS = [call.strip() for line in CALLS.strip().splitlines() for call in line.split("|")]

# Numbers that float16 rounds or cannot hold, where they may be written and where not.
LARGE = """
    x.add(y, alpha=n) | x.sub(y, alpha=-n) | x ** n | x.clone().pow_(n) | x.clone().fill_(n) | t.full((2,), n).half()
    t.full_like(x, n) | x.new_full((2,), n) | x.masked_fill(x > 0, n) | x.index_fill(0, t.tensor([0]), n)
    t.nn.functional.threshold(x, n, 1) | t.nn.functional.threshold(x, 1, n) | t.nn.functional.hardtanh(x, -n, n)
    t.nn.functional.hardshrink(x, n) | t.nn.functional.pad(x, (1, 1), value=n) | t.where(x > 0, x, n)
    x.scatter(0, t.tensor([0]), n) | set_first(x, n) | x.clamp(-n, n)
"""
LARGE = [call.strip() for line in LARGE.strip().splitlines() for call in line.split("|")]


def set_first(x, n):
    x[0] = n
    return x


def outcome(t, call, x, y, n):
    space = {"t": t, "x": t.from_numpy(x.copy()), "y": t.from_numpy(y.copy()), "n": n}
    space |= {"s": t.tensor(float(n), dtype=t.float64), "set_first": set_first}
    try:
        return eval(call, space).numpy()
    except (RuntimeError, ValueError) as error:
        return str(error)


numbers = st.sampled_from([0.1, 1 / 3, -0.7, 3.14159, 1e-3, 2.5, 7, 2049])
halves = st.integers(1, 9).flatmap(
    lambda n: st.tuples(*2 * [hnp.arrays("float16", n, elements=st.floats(-8, 8, width=16))])
)


@pytest.mark.parametrize("call", CALLS)
@settings(max_examples=20, deadline=None, derandomize=True)
@given(halves, numbers)
def test_a_number_is_not_rounded_first(call, arrays, n):
    with np.errstate(all="ignore"):
        ours, theirs = (outcome(t, call, *arrays, n) for t in (minitensor, torch))
    np.testing.assert_array_equal(ours, theirs, strict=True)


@pytest.mark.parametrize("call", LARGE)
@settings(max_examples=5, deadline=None, derandomize=True)
@given(
    st.sampled_from(["float16", "float32", "int8"]),
    st.sampled_from([65504, 65519, 70000, -65505.0]),
)
@example("int8", 300)
@example("float16", float("inf"))
def test_numbers_that_do_not_fit(call, dtype, n):
    arrays = [np.array(values, dtype) for values in ([1, -2, 3], [2, 1, 0])]
    with np.errstate(all="ignore"):
        ours, theirs = (outcome(t, call, *arrays, n) for t in (minitensor, torch))
    np.testing.assert_array_equal(ours, theirs)
