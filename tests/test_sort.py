"""Sorting, ranking, unique elements, searching and counting do what PyTorch's do."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

torch = pytest.importorskip("torch")

from torch_compare import agree, sample  # noqa: E402  (needs torch)

nan, inf = float("nan"), float("inf")

DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64")
SHAPES = ((), (1,), (0,), (3, 1, 2), (0, 3), (2, 0))
CASES = [*itertools.product([(2, 3)], DTYPES), *itertools.product(SHAPES, ["float64"])]

ALONG = {
    "sort": lambda t, x, d: x.sort(d),
    "sort descending": lambda t, x, d: t.sort(x, d, True),
    "sort stable": lambda t, x, d: t.sort(x, dim=d, descending=True, stable=True),
    "argsort": lambda t, x, d: x.argsort(d),
    "argsort descending": lambda t, x, d: t.argsort(x, dim=d, descending=True, stable=True),
    "mode": lambda t, x, d: x.mode(d),
    "mode keepdim": lambda t, x, d: t.mode(x, d, True),
    "unique": lambda t, x, d: t.unique(x, return_inverse=True, return_counts=True, dim=d),
    "unique_consecutive": lambda t, x, d: x.unique_consecutive(True, True, d),
    "topk": lambda t, x, d: x.topk(2, d),
    "topk smallest": lambda t, x, d: t.topk(x, 1, d, largest=False),
    "topk not in order": lambda t, x, d: t.topk(x, 2, d, sorted=False),
    "topk none": lambda t, x, d: t.topk(x, 0, d),
    "kthvalue": lambda t, x, d: x.kthvalue(1, d),
    "kthvalue keepdim": lambda t, x, d: t.kthvalue(x, 2, d, keepdim=True),
}

OF_ALL = {
    "sort": lambda t, x: x.sort(),
    "msort": lambda t, x: x.msort(),
    "argsort": lambda t, x: x.argsort(),
    "unique": lambda t, x: x.unique(),
    "unique inverse": lambda t, x: t.unique(x, return_inverse=True),
    "unique counts": lambda t, x: x.unique(return_counts=True),
    "unique_consecutive": lambda t, x: t.unique_consecutive(x),
    "unique_consecutive counts": lambda t, x: x.unique_consecutive(return_counts=True),
    "histc": lambda t, x: x.histc(4),
    "histc range": lambda t, x: t.histc(x, bins=5, min=0, max=2),
    "bincount": lambda t, x: x.reshape(-1).bincount(),
    "bucketize": lambda t, x: t.bucketize(x, t.tensor([-1, 0, 2])),
    "bucketize right": lambda t, x: t.bucketize(x, t.tensor([-1.5, 0, 2]), right=True),
    "searchsorted": lambda t, x: t.searchsorted(x.reshape(-1).sort()[0], x, out_int32=True),
    "isin": lambda t, x: t.isin(x, t.tensor([1, 2])),
    "isin inverted": lambda t, x: t.isin(x, 2, invert=True),
}


def distinct(shape, dtype, seed=0):
    size = int(np.prod(shape))
    return np.random.default_rng(seed).permutation(size).reshape(shape).astype(dtype)


@pytest.mark.parametrize("name", ALONG)
def test_along_a_dim(name):
    for shape, dtype in CASES:
        for dim in {0, -1}:
            agree(lambda t, x, d=dim: ALONG[name](t, x, d), sample(shape, dtype))


@pytest.mark.parametrize("name", OF_ALL)
def test_of_all(name):
    for shape, dtype in CASES:
        agree(OF_ALL[name], sample(shape, dtype, seed=1))


floats = st.floats(-50, 50, allow_subnormal=False, width=32)
shapes = hnp.array_shapes(max_dims=3, max_side=4)


@pytest.mark.parametrize("name", ALONG)
@settings(max_examples=5, derandomize=True, deadline=None)
@given(data=st.data())
def test_along_a_dim_on_any_numbers(name, data):
    array = data.draw(hnp.arrays("float64", shapes, elements=floats))
    dim = data.draw(st.integers(-array.ndim, array.ndim - 1))
    array = array if data.draw(st.booleans()) else array.T
    agree(lambda t, x: ALONG[name](t, x, dim), array)


@pytest.mark.parametrize("number", range(30))
def test_which_of_several_equals_is_picked(number):
    random = np.random.default_rng(number)
    size = int(random.integers(1, 300))
    row = random.integers(0, random.choice([2, 4, 30]), size).astype("float32")
    row[random.random(size) < 0.05] = nan
    k = int(random.integers(1, size + 1)) if number % 2 else min(size, 3)
    agree(lambda t, x: x.kthvalue(k), row)
    agree(lambda t, x: x.topk(k), row)
    agree(lambda t, x: x.topk(k, largest=False, sorted=False), row)
    agree(lambda t, x: x.median(0), row)
    agree(lambda t, x: x.nanmedian(0), row)


@settings(max_examples=20, derandomize=True, deadline=None)
@given(
    numbers=hnp.arrays("int64", st.integers(0, 8), elements=st.integers(0, 6)),
    least=st.integers(0, 9),
)
def test_bincount(numbers, least):
    agree(lambda t, x: x.bincount(minlength=least), numbers)
    for dtype in ("float16", "float32", "float64", "int64", "bool"):
        weights = np.arange(len(numbers)).astype(dtype)
        agree(lambda t, x, w: t.bincount(x, w, minlength=least), numbers, weights, grad=False)


@settings(max_examples=20, derandomize=True, deadline=None)
@given(
    boundaries=hnp.arrays("float64", (2, 4), elements=floats),
    wanted=hnp.arrays("float64", (2, 3), elements=floats),
    right=st.booleans(),
)
def test_searchsorted_row_by_row(boundaries, wanted, right):
    boundaries.sort()
    wanted[:, 0] = boundaries[:, 1]
    arrays = boundaries, wanted
    agree(lambda t, b, x: t.searchsorted(b, x, right=right), *arrays, grad=False)
    side = "right" if right else "left"
    agree(lambda t, b, x: t.searchsorted(b[0], x, side=side), *arrays, grad=False)


@pytest.mark.parametrize(
    "call",
    [
        lambda t, x: x.sort(),
        lambda t, x: x.sort(descending=True),
        lambda t, x: x.argsort(descending=True),
        lambda t, x: x.topk(3),
        lambda t, x: x.topk(2, largest=False),
        lambda t, x: x.kthvalue(2),
        lambda t, x: x.kthvalue(5),
        lambda t, x: t.unique(x[:2], return_inverse=True, return_counts=True),
        lambda t, x: t.unique_consecutive(x, True, True),
        lambda t, x: t.bucketize(x, t.tensor([0.0, 2.0])),
        lambda t, x: t.searchsorted(t.tensor([1.0, inf]), x),
        lambda t, x: t.isin(x, x),
        lambda t, x: x.histc(3, 0, 2),
        lambda t, x: x[2:4].histc(3),
    ],
)
def test_nan_and_infinities(call):
    agree(call, np.array([3, nan, 1, inf, -inf], "float32"))


@pytest.mark.parametrize(
    "call",
    [
        lambda t, x: t.isin(3, x.int()),
        lambda t, x: t.bucketize(3, t.tensor([1, 3])),
        lambda t, x: t.searchsorted(t.tensor([1, 3, 5]), 3),
        lambda t, x: t.searchsorted(t.tensor([3, 1, 5]), t.tensor([3]), sorter=t.tensor([1, 0, 2])),
        lambda t, x: x.permute(2, 0, 1).sort(0),
        lambda t, x: x.permute(2, 0, 1).argsort(1),
        lambda t, x: x.permute(2, 0, 1).topk(1, 0),
        lambda t, x: x.permute(2, 0, 1).unique(return_inverse=True),
        lambda t, x: t.isin(x.permute(2, 0, 1), x),
        lambda t, x: t.unique(x, True, True, False, 0),
        lambda t, x: x.topk(2).values.sum(),
        lambda t, x: x.histc().sum(),
        lambda t, x: x[0, 0].histc(3, 5, 5),
        lambda t, x: x.detach().histogram(4),
        lambda t, x: x.histogram(4).hist,
        lambda t, x: t.histogram(x.detach(), 4, range=(0.0, 7.0), density=True),
        lambda t, x: t.histogram(x.detach(), x.detach()[0, 0] * 4, weight=x.detach() * 2),
        lambda t, x: x.detach()[:0].histogram(2),
        lambda t, x: x.detach()[0, 0, :1].histogram(2),
    ],
)
def test_other_ways_to_ask(call):
    agree(call, distinct((2, 3, 4), "float64"))


@pytest.mark.parametrize(
    "call",
    [
        lambda t, x: x.sort(5),
        lambda t, x: x.topk(4),
        lambda t, x: x.topk(-1),
        lambda t, x: x.topk("a"),
        lambda t, x: x.topk(1, 5),
        lambda t, x: x.kthvalue(0),
        lambda t, x: x.kthvalue(4),
        lambda t, x: x[:0].kthvalue(1, 0),
        lambda t, x: x[:0].mode(0),
        lambda t, x: x.mode("a"),
        lambda t, x: x.unique(dim=2),
        lambda t, x: x[:, :0].unique(dim=0),
        lambda t, x: x.sum().unique(dim=0),
        lambda t, x: x.bincount(),
        lambda t, x: x.long().bincount(),
        lambda t, x: t.tensor([-1]).bincount(),
        lambda t, x: t.tensor([1]).bincount(minlength=-1),
        lambda t, x: t.tensor([1]).bincount(t.tensor([1.0, 2.0])),
        lambda t, x: x.histc(0),
        lambda t, x: x.histc(2.5),
        lambda t, x: x.histc(3, 5, 1),
        lambda t, x: x.histogram(0),
        lambda t, x: x.histogram(2, range=(3.0, 1.0)),
        lambda t, x: x.histogram(2, weight=x[0]),
        lambda t, x: x.histogram(x),
        lambda t, x: x.histogram(x[0].double()),
        lambda t, x: (x * nan).histogram(2),
        lambda t, x: t.bucketize(x, x),
        lambda t, x: t.searchsorted(x, x[0]),
        lambda t, x: t.searchsorted(x, 3),
        lambda t, x: t.searchsorted(x.sum(), x),
        lambda t, x: t.searchsorted(x[0], x, side="x"),
        lambda t, x: t.searchsorted(x[0], x, side="left", right=True),
        lambda t, x: t.isin(x > 0, x),
    ],
)
def test_wrong_input(call):
    agree(call, sample((2, 3), "float32"))
