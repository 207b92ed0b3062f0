"""Reductions, extremes, softmax and running sums do what PyTorch's do."""

import itertools
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import minitensor

torch = pytest.importorskip("torch")

from torch_compare import agree, sample  # noqa: E402  (needs torch)

nan, inf = float("nan"), float("inf")

DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64")
SHAPES = ((), (1,), (0,), (3, 1, 2), (0, 3), (2, 0))
CASES = [*itertools.product([(2, 3)], DTYPES), *itertools.product(SHAPES, ["float64"])]

# name: the call, on x and a dim d
ALONG = {
    "sum": lambda t, x, d: x.sum(d),
    "sum keepdim": lambda t, x, d: t.sum(x, d, keepdim=True),
    "nansum": lambda t, x, d: x.nansum(d),
    "mean": lambda t, x, d: x.mean(d),
    "mean keepdim": lambda t, x, d: x.mean(d, True),
    "nanmean": lambda t, x, d: x.nanmean(d, keepdim=True),
    "prod": lambda t, x, d: x.prod(d),
    "prod keepdim": lambda t, x, d: x.prod(d, keepdim=True),
    "var": lambda t, x, d: x.var(d),
    "var correction": lambda t, x, d: t.var(x, d, correction=0, keepdim=True),
    "var unbiased": lambda t, x, d: x.var(d, False),
    "std": lambda t, x, d: x.std(d, correction=0),
    "var_mean": lambda t, x, d: t.var_mean(x, d, correction=0),
    "std_mean": lambda t, x, d: t.std_mean(x, d, correction=0, keepdim=True),
    "any": lambda t, x, d: x.any(d),
    "all": lambda t, x, d: x.all(d, keepdim=True),
    "count_nonzero": lambda t, x, d: x.count_nonzero(d),
    "norm": lambda t, x, d: x.norm(2, d),
    "norm 1": lambda t, x, d: x.norm(1, d, True),
    "norm 3": lambda t, x, d: x.norm(3, d),
    "norm 1.5": lambda t, x, d: x.norm(1.5, d),
    "norm inf": lambda t, x, d: x.norm(inf, dim=d),
    "norm -inf": lambda t, x, d: x.norm(-inf, dim=d),
    "norm 0": lambda t, x, d: x.norm(0, d),
    "max": lambda t, x, d: x.max(d),
    "max keepdim": lambda t, x, d: t.max(x, d, True),
    "min": lambda t, x, d: x.min(dim=d),
    "amax": lambda t, x, d: x.amax(d),
    "amin": lambda t, x, d: x.amin(d, keepdim=True),
    "aminmax": lambda t, x, d: x.aminmax(dim=d),
    "argmax": lambda t, x, d: x.argmax(d),
    "argmin": lambda t, x, d: x.argmin(d, keepdim=True),
    "median": lambda t, x, d: x.median(d),
    "median keepdim": lambda t, x, d: t.median(x, d, keepdim=True),
    "nanmedian": lambda t, x, d: x.nanmedian(d),
    "logsumexp": lambda t, x, d: x.logsumexp(d),
    "softmax": lambda t, x, d: x.softmax(d),
    "log_softmax": lambda t, x, d: t.log_softmax(x, d),
    "cumsum": lambda t, x, d: x.cumsum(d),
    "cumprod": lambda t, x, d: x.cumprod(d),
    "cummax": lambda t, x, d: x.cummax(d),
    "cummin": lambda t, x, d: t.cummin(x, d),
    "logcumsumexp": lambda t, x, d: x.logcumsumexp(d),
    "quantile": lambda t, x, d: x.quantile(0.3, d),
    "quantiles": lambda t, x, d: x.quantile(t.tensor([0.0, 0.3, 1.0], dtype=x.dtype), d, True),
    "quantile nearest": lambda t, x, d: x.quantile(0.3, d, interpolation="nearest"),
    "quantile midpoint": lambda t, x, d: x.quantile(0.3, d, interpolation="midpoint"),
    "nanquantile": lambda t, x, d: x.nanquantile(0.6, d, interpolation="linear"),
}

OF_ALL = {
    "sum": lambda t, x: x.sum(),
    "nansum": lambda t, x: t.nansum(x),
    "mean": lambda t, x: x.mean(),
    "nanmean": lambda t, x: x.nanmean(),
    "prod": lambda t, x: x.prod(),
    "var": lambda t, x: x.var(),
    "var unbiased": lambda t, x: t.var(x, False),
    "std": lambda t, x: x.std(unbiased=False),
    "std_mean": lambda t, x: t.std_mean(x),
    "any": lambda t, x: x.any(),
    "all": lambda t, x: t.all(x),
    "count_nonzero": lambda t, x: t.count_nonzero(x),
    "norm": lambda t, x: t.norm(x),
    "norm 0.5": lambda t, x: x.norm(0.5),
    "norm inf": lambda t, x: x.norm(inf),
    "max": lambda t, x: x.max(),
    "min": lambda t, x: t.min(x),
    "amax": lambda t, x: x.amax(),
    "amin keepdim": lambda t, x: x.amin(keepdim=True),
    "aminmax": lambda t, x: x.aminmax(keepdim=True),
    "argmax": lambda t, x: x.argmax(),
    "argmin": lambda t, x: x.argmin(keepdim=True),
    "median": lambda t, x: x.median(),
    "nanmedian": lambda t, x: x.nanmedian(),
    "quantile": lambda t, x: x.quantile(0.7),
    "quantile keepdim": lambda t, x: x.quantile(0.7, keepdim=True, interpolation="lower"),
}


def options(name):
    """Quantiles end in private in-place views in PyTorch, so their nodes and strides differ."""
    return {"nodes": False, "strides": False} if "quantile" in name else {}


@pytest.mark.parametrize("name", ALONG)
def test_along_a_dim_for_all_dtypes_and_shapes(name):
    call = ALONG[name]
    for shape, dtype in CASES:
        if "softmax" in name and 0 in shape and "float" not in dtype:
            continue  # PyTorch returns them, whatever they are
        for dim in {0, -1}:
            agree(lambda t, x, d=dim: call(t, x, d), sample(shape, dtype), **options(name))


@pytest.mark.parametrize("name", OF_ALL)
def test_of_all_for_all_dtypes_and_shapes(name):
    for shape, dtype in CASES:
        agree(OF_ALL[name], sample(shape, dtype, seed=1), **options(name))


floats = st.floats(-50, 50, allow_subnormal=False, width=32)
arrays = hnp.arrays("float64", hnp.array_shapes(max_dims=3, max_side=4), elements=floats)


@pytest.mark.parametrize("name", ALONG)
@settings(max_examples=5, derandomize=True, deadline=None)
@given(data=st.data())
def test_along_a_dim_on_any_numbers(name, data):
    array = data.draw(arrays)
    dim = data.draw(st.integers(-array.ndim, array.ndim - 1))
    array = array if data.draw(st.booleans()) else array.T
    agree(lambda t, x: ALONG[name](t, x, dim), array, **options(name))


@pytest.mark.parametrize("name", OF_ALL)
@settings(max_examples=5, derandomize=True, deadline=None)
@given(array=hnp.arrays("float64", (2, 3), elements=floats, unique=True))
def test_of_all_on_any_numbers(name, array):
    agree(OF_ALL[name], array, **options(name))


@pytest.mark.parametrize(
    "call",
    [
        lambda t, x: x.sum((0, 2)),
        lambda t, x: x.sum([-1, 0], True),
        lambda t, x: x.sum(()),
        lambda t, x: x.nansum(()),
        lambda t, x: x.mean((1, 2)),
        lambda t, x: x.var((0, 1)),
        lambda t, x: x.std((0, 2), correction=2, keepdim=True),
        lambda t, x: t.var_mean(x, (0, 1)),
        lambda t, x: x.amax((0, 2)),
        lambda t, x: x.amin((1, 2), True),
        lambda t, x: x.any((0, 1)),
        lambda t, x: x.all([]),
        lambda t, x: x.count_nonzero(0, 1),
        lambda t, x: x.norm(2, (0, 1)),
        lambda t, x: x.norm("fro", dim=(0, 1), keepdim=True),
        lambda t, x: x.norm(p=None),
        lambda t, x: x.norm(t.tensor(3.0)),
        lambda t, x: x.logsumexp((0, 2)),
        lambda t, x: t.max(x, x * x),
        lambda t, x: x.min(other=x * x),
        lambda t, x: t.dist(x, x * x),
        lambda t, x: t.dist(x, x[0] * 2, 1),
        lambda t, x: t.dist(x, x * x, 3),
        lambda t, x: t.dist(x, x, 2),
        lambda t, x: t.dist(x * 0.5, x, inf),
        lambda t, x: t.dist(x * 0.5, x.int(), 0),
        lambda t, x: x.sum(dtype=t.float32),
        lambda t, x: x.detach().sum(0, dtype=t.int64),
        lambda t, x: x.detach().sum(dtype=t.bool),
        lambda t, x: x.mean(0, dtype=t.float32),
        lambda t, x: x.detach().prod(dtype=t.uint8),
        lambda t, x: x.softmax(0, dtype=t.float32),
        lambda t, x: x.softmax(0, t.float32),
        lambda t, x: x.detach().cumsum(0, dtype=t.int32),
        lambda t, x: x.permute(2, 0, 1).sum(0),
        lambda t, x: x.permute(2, 0, 1).max(0),
        lambda t, x: x.permute(2, 0, 1).softmax(0),
        lambda t, x: x.permute(2, 0, 1).cumsum(2),
        lambda t, x: x.permute(2, 0, 1).cummax(2),
        lambda t, x: x.permute(2, 0, 1).std(2),
        lambda t, x: (x * 1).cumsum_(0),
        lambda t, x: (x * 1).cumprod_(1),
        lambda t, x: x.int().cumsum_(1),
    ],
)
def test_other_ways_to_ask(call):
    agree(call, sample((2, 3, 4), "float64", seed=2))


@pytest.mark.parametrize("name", ALONG)
def test_nan_and_infinities(name):
    call = ALONG[name]
    rows = [[1, nan, 2, nan, 4], [0, nan, nan], [inf, 1, 2, 3], [-inf, 0, 4, 1], [nan], [-inf] * 4]
    if name.endswith("_mean"):
        rows[2:] = []  # with infinities, the mean depends on their places
    for row in rows:
        agree(lambda t, x: call(t, x, 0), np.array(row), grad=False)


@pytest.mark.parametrize(
    "call, values",
    [
        (lambda t, x: x.prod(), [0, 2, 3]),
        (lambda t, x: x.prod(), [0, 2, 0]),
        (lambda t, x: x.cumprod(0), [0, 2, 0, 3]),
        (lambda t, x: x.max(), [1, 2, 2]),
        (lambda t, x: x.max(), [1, nan, nan]),
        (lambda t, x: x.amax(0), [1, nan, nan]),
        (lambda t, x: x.amin(0), [1, 1, 2]),
        (lambda t, x: x.aminmax(), [1, 1, 2]),
        (lambda t, x: x.median(), [2, 2, 1]),
        (lambda t, x: x.nanmedian(), [1, nan, 1]),
        (lambda t, x: x.norm(), [0, 0]),
        (lambda t, x: x.norm(inf), [2, -2, 1]),
        (lambda t, x: x.nansum(), [1, nan]),
        (lambda t, x: x.nanmean(), [1, nan]),
        (lambda t, x: x.std(), [2, 2, 2]),
        (lambda t, x: x.std(), [2]),
        (lambda t, x: x.var(correction=3), [1, 2, 3]),
    ],
)
def test_gradients_at_special_points(call, values):
    agree(call, np.array(values, "float64"))


@pytest.mark.parametrize(
    "call",
    [
        lambda t, x: x.sum(2),
        lambda t, x: x.sum((0, 0)),
        lambda t, x: x.max(-3),
        lambda t, x: x.cumsum(5),
        lambda t, x: x.sum(keepdim=True),
        lambda t, x: x.max(keepdim=True),
        lambda t, x: x.argmax("a"),
        lambda t, x: x.argmax(1.5),
        lambda t, x: x.argmax(True),
        lambda t, x: x.amax("a"),
        lambda t, x: x.nansum(1.5),
        lambda t, x: x.median(0.5),
        lambda t, x: x.cumsum("a"),
        lambda t, x: x.cumsum(),
        lambda t, x: t.softmax(x),
        lambda t, x: x.sum(0, dtype="a"),
        lambda t, x: x.nansum(0, dtype="a"),
        lambda t, x: t.dist(x, 3),
        lambda t, x: t.dist(x, x, "a"),
        lambda t, x: t.dist(x, t.zeros(2)),
        lambda t, x: x.norm("abc"),
        lambda t, x: x[None].norm("fro", (0, 1, 2)),
        lambda t, x: x.norm(dtype=t.float16),
        lambda t, x: x.norm(dtype=t.int32),
        lambda t, x: x.mean(dtype=t.int64),
        lambda t, x: x.requires_grad_().sum(dtype=t.int64),
        lambda t, x: x.requires_grad_().sum(0, dtype=t.int64),
        lambda t, x: x.requires_grad_().prod(dtype=t.bool),
        lambda t, x: x.requires_grad_().cumsum(0, dtype=t.int32),
        lambda t, x: x.quantile(1.5),
        lambda t, x: x.quantile(t.tensor([1.5])),
        lambda t, x: x.quantile(t.tensor(0.5, dtype=t.float64)),
        lambda t, x: x.quantile(t.tensor([[0.5]])),
        lambda t, x: x.quantile(0.5, interpolation="x"),
        lambda t, x: x[:0].quantile(0.5),
        lambda t, x: x[:0].max(),
        lambda t, x: x[:0].argmin(),
        lambda t, x: x[:0].aminmax(),
        lambda t, x: x[:0].norm(inf),
    ],
)
def test_wrong_input(call):
    agree(call, sample((2, 3), "float32"))


@pytest.mark.parametrize(
    "call",
    [
        lambda t, x: x.sum("a"),
        lambda t, x: x.mean(0.5),
        lambda t, x: x.prod((0, 1)),
        lambda t, x: x.max((0, 1)),
        lambda t, x: x.any("a"),
    ],
)
def test_wrong_types_where_pytorch_lists_its_signatures(call):
    agree(call, sample((2, 3), "float32"), message=False)


@pytest.mark.parametrize("name", ["sum", "mean", "prod", "max"])
def test_keepdim_without_a_dim_is_refused_in_full(name):
    messages = []
    for t in (minitensor, torch):
        with pytest.raises(TypeError) as caught:
            getattr(t.ones(2), name)(keepdim=True)
        messages.append(str(caught.value))
    assert messages[0] == messages[1]


def test_a_mean_of_integers_gets_a_hint():
    with pytest.raises(RuntimeError) as caught:
        minitensor.tensor([1, 2]).mean()
    assert "float()" in caught.value.__notes__[0]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's, which pytest brings back
def test_no_degrees_of_freedom_is_warned_of_at_the_line_that_asks():
    for t in (minitensor, torch):
        with pytest.warns(UserWarning, match=r"var\(\): degrees of freedom is <= 0") as caught:
            t.tensor([1.0]).var()
        assert [w.filename for w in caught if w.category is UserWarning] == [__file__]


@pytest.mark.parametrize("number", range(60))
def test_sums_are_added_up_in_the_same_order(number):
    random = np.random.default_rng(number)
    shape = random.choice([1, 2, 3, 5, 8, 17, 33, 64], int(random.integers(1, 5)))
    while np.prod(shape) > 30_000:
        shape = shape[1:]
    array = random.random(shape).astype(random.choice(["float32", "float64"]))
    dims = tuple(np.flatnonzero(random.random(array.ndim) < 0.6).tolist())
    order = random.permutation(array.ndim).tolist()

    def sums(t):
        whole = t.from_numpy(array)
        for x in (whole, whole.permute(order), whole[..., :-1], whole[..., ::2]):
            yield [x.sum().item(), x.sum(dims).tolist(), x.mean(dims, True).tolist()]

    for ours, theirs in zip(sums(minitensor), sums(torch), strict=True):
        assert str(ours) == str(theirs)


def test_out():
    for t in (minitensor, torch):
        out = t.zeros(3)
        assert t.sum(t.ones(2, 3), 0, out=out) is out
        assert out.tolist() == [2, 2, 2]


def test_named_results():
    ours, theirs = (t.tensor([[1.0, 3.0], [2.0, 0.0]]).max(dim=1) for t in (minitensor, torch))
    assert repr(ours) == repr(theirs)
    assert ours.values.tolist() == ours[0].tolist() == [3.0, 2.0]
    values, indices = ours
    assert indices is ours.indices
    assert isinstance(ours, tuple)
    with pytest.raises(AttributeError):
        ours.values = values
    again = pickle.loads(pickle.dumps(minitensor.return_types.max((1, 2))))
    assert repr(again) == "torch.return_types.max(\nvalues=1,\nindices=2)"
