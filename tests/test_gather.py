"""Reading and writing by index or mask does what PyTorch's does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from torch_compare import agree, sample  # noqa: E402  (needs torch)

DTYPES = ("bool", "uint8", "int32", "int64", "float16", "float32", "float64")

# the call, the shape of x and the shape of y
LINES = [
    (lambda t, x, y: x.gather(1, t.tensor([[0, 2], [1, 1]])), (2, 3), ()),
    (lambda t, x, y: t.gather(x, -2, t.tensor([[1, 0, 1]])), (2, 3), ()),
    (lambda t, x, y: x.gather(0, t.tensor([[1, 0]], dtype=t.int32)), (2, 3), ()),
    (lambda t, x, y: x.gather(0, t.tensor(2)), (3,), ()),
    (lambda t, x, y: x.gather(0, t.tensor([0, 0])), (), ()),
    (lambda t, x, y: x.gather(1, t.zeros(0, dtype=t.int64)), (2, 3), ()),
    (lambda t, x, y: x.t().gather(0, t.tensor([[2, 0], [1, 1]])), (2, 3), ()),
    (lambda t, x, y: x.scatter(1, t.tensor([[0, 2], [1, 0]]), y), (2, 3), (2, 2)),
    (lambda t, x, y: t.scatter(x, 0, t.tensor([[1, 1]]), src=y), (2, 3), (1, 2)),
    (lambda t, x, y: x.scatter(0, t.tensor([[1]]), y.detach()), (2, 3), (2, 2)),
    (lambda t, x, y: x.scatter(-1, t.tensor([[0], [2]]), 1), (2, 3), ()),
    (lambda t, x, y: x.scatter(-1, t.tensor([[0], [2]]), value=1.5), (2, 3), ()),
    (lambda t, x, y: x.scatter(0, t.tensor(1), y), (3,), ()),
    (lambda t, x, y: x.scatter(0, t.zeros(0, dtype=t.int64), y), (3,), (0,)),
    (lambda t, x, y: x.t().scatter(0, t.tensor([[2, 0]]), y), (2, 3), (1, 2)),
    (lambda t, x, y: (x * 1).scatter_(1, t.tensor([[0, 1], [2, 1]]), y), (2, 3), (2, 2)),
    (lambda t, x, y: (x * 1).scatter_(1, t.tensor([[0, 1], [2, 1]]), 1), (2, 3), ()),
    (lambda t, x, y: x.scatter_add(1, t.tensor([[0, 0], [2, 2]]), y), (2, 3), (2, 2)),
    (lambda t, x, y: t.scatter_add(x, 0, t.tensor([[1, 1, 0]]), y), (2, 3), (1, 3)),
    (lambda t, x, y: (x * 1).scatter_add_(0, t.tensor([[1, 1, 0]]), y), (2, 3), (1, 3)),
    (lambda t, x, y: t.take_along_dim(x, t.tensor([[2], [0]]), 1), (2, 3), ()),
    (lambda t, x, y: x.take_along_dim(t.tensor([[0, 1]]), dim=-1), (2, 3), ()),
    (lambda t, x, y: x.take_along_dim(t.tensor([5, 0])), (2, 3), ()),
    (lambda t, x, y: x.index_select(1, t.tensor([2, 0, 2])), (2, 3), ()),
    (lambda t, x, y: t.index_select(x, -2, t.tensor(1)), (2, 3), ()),
    (lambda t, x, y: x.index_select(0, t.tensor([0], dtype=t.int32)), (), ()),
    (lambda t, x, y: x.index_select(1, t.zeros(0, dtype=t.int64)), (2, 3), ()),
    (lambda t, x, y: x.t().index_select(0, t.tensor([1, 1])), (2, 3), ()),
    (lambda t, x, y: x.index_add(1, t.tensor([2, 2]), y), (2, 3), (2, 2)),
    (lambda t, x, y: t.index_add(x, 0, t.tensor([1, 0, 1]), y, alpha=2), (2, 3), (3, 3)),
    (lambda t, x, y: x.index_add(0, t.tensor([0]), y), (), ()),
    (lambda t, x, y: (x * 1).index_add_(-1, t.tensor(1), y), (2, 3), (2, 1)),
    (lambda t, x, y: x.index_copy(1, t.tensor([2, 0]), y), (2, 3), (2, 2)),
    (lambda t, x, y: t.index_copy(x, 0, t.tensor([1]), y), (3,), ()),
    (lambda t, x, y: (x * 1).index_copy_(0, t.tensor([1]), y), (2, 3), (1, 3)),
    (lambda t, x, y: x.index_fill(1, t.tensor([0, -1]), 1), (2, 3), ()),
    (lambda t, x, y: t.index_fill(x, 0, t.tensor(1), y), (2, 3), ()),
    (lambda t, x, y: x.t().index_fill(0, t.tensor([1]), 0), (2, 3), ()),
    (lambda t, x, y: (x * 1).index_fill_(0, t.tensor([1]), y), (2, 3), ()),
    (lambda t, x, y: (x * 1).index_fill_(0, t.tensor([1]), 1), (2, 3), ()),
    (lambda t, x, y: x.take(t.tensor([[0, 5], [-1, 0]])), (2, 3), ()),
    (lambda t, x, y: t.take(x.t(), t.tensor(4)), (2, 3), ()),
    (lambda t, x, y: t.take(x, t.tensor([0, 0])), (), ()),
    (lambda t, x, y: x.put(t.tensor([1, -1]), y), (2, 3), (2,)),
    (lambda t, x, y: t.put(x, t.tensor([[1, 1]]), y, accumulate=True), (2, 3), (2, 1)),
    (lambda t, x, y: x.t().put(t.tensor([4]), y), (2, 3), ()),
    (lambda t, x, y: (x * 1).put_(t.tensor([0, 3]), y, True), (2, 3), (2,)),
    (lambda t, x, y: (x * 1).put_(t.tensor([0]), y), (), (1,)),
    (lambda t, x, y: x.masked_select(x > 0), (2, 3), ()),
    (lambda t, x, y: t.masked_select(x, t.tensor([True, False, True])), (2, 3), ()),
    (lambda t, x, y: t.masked_select(x, t.tensor([[True], [False]])), (3,), ()),
    (lambda t, x, y: t.masked_select(x, t.tensor(True)), (), ()),
    (lambda t, x, y: x.masked_scatter(x > 0, y), (2, 3), (7,)),
    (lambda t, x, y: t.masked_scatter(x, t.tensor([[True], [False]]), y), (3,), (2, 2)),
    (lambda t, x, y: (x * 1).masked_scatter_(t.tensor([True, False, True]), y), (2, 3), (4,)),
    (lambda t, x, y: x.nonzero(), (2, 3), ()),
    (lambda t, x, y: t.nonzero(x, as_tuple=True), (2, 3), ()),
    (lambda t, x, y: x.nonzero(as_tuple=True), (), ()),
    (lambda t, x, y: x.argwhere(), (2, 1, 3), ()),
    (lambda t, x, y: t.argwhere(x), (), ()),
    (lambda t, x, y: t.gather(x.detach(), 0, t.tensor([2]), out=y.detach()), (3,), (1,)),
    (lambda t, x, y: x.detach().scatter(1, t.tensor([[0], [2]]), 2, reduce="add"), (2, 3), ()),
    (lambda t, x, y: x.scatter(0, t.tensor([1, 1]), y, reduce="multiply"), (3,), (2,)),
    (lambda t, x, y: (x * 1).scatter_(0, t.tensor([1]), 3, reduce="multiply"), (3,), ()),
    (lambda t, x, y: x.take_along_dim(t.tensor([[0, 9, -9]]), 1), (2, 3), ()),
    (lambda t, x, y: t.index_put(x, (t.tensor([0, 0]), t.tensor([1, 2])), y), (2, 3), (2,)),
    (lambda t, x, y: x.index_put([t.tensor([1, 1])], y, accumulate=True), (2, 3), (3,)),
    (lambda t, x, y: (x * 1).index_put_((x.detach() > 0,), y), (2, 3), ()),
    (lambda t, x, y: x.select_scatter(y, -1, 1), (2, 3), (2,)),
    (lambda t, x, y: t.slice_scatter(x.t(), y, 0, start=1), (2, 3), (2, 2)),
    (lambda t, x, y: x.slice_scatter(y, 1, 0, 3, 2), (2, 3), (2, 2)),
    (lambda t, x, y: x.diagonal_scatter(y, 1), (2, 3), (2,)),
    (lambda t, x, y: x.detach().as_strided_scatter(y, (2,), (2,), 1), (2, 3), (2,)),
    (lambda t, x, y: (x * 1).fill_diagonal_(5), (2, 3), ()),
    (lambda t, x, y: x.detach().fill_diagonal_(1, wrap=True), (7, 2), ()),
    (lambda t, x, y: x.nonzero_static(size=4, fill_value=7), (2, 3), ()),
    (lambda t, x, y: t.constant_pad_nd(x, (1, -1, 0, 2), 3), (2, 3), ()),
]
REDUCTIONS = ("sum", "prod", "mean", "amax", "amin")


@pytest.mark.parametrize("call, shape, other", LINES)
def test_for_all_dtypes(call, shape, other):
    for dtype in DTYPES:
        agree(call, sample(shape, dtype), sample(other, dtype, seed=1))


@pytest.mark.parametrize("include_self", [True, False])
@pytest.mark.parametrize("reduce", REDUCTIONS)
def test_reductions_of_what_is_written(reduce, include_self):
    index = np.array([[0, 0, 1], [1, 1, 1]])
    for dtype in ("uint8", "int64", "float16", "float64"):
        x, y = sample((2, 3), dtype), sample((2, 3), dtype, seed=4) + np.array(1, dtype)
        agree(
            lambda t, x, y: x.scatter_reduce(
                1, t.tensor(index), y, reduce, include_self=include_self
            ),
            x,
            y,
        )
        if reduce != "sum":
            agree(
                lambda t, x, y: (x * 1).index_reduce_(
                    -1, t.tensor(index[0]), y, reduce, include_self=include_self
                ),
                x,
                y,
            )


# What may stand in square brackets for a dimension of size 3.
SMALL = st.integers(-3, 2)
PARTS = st.one_of(
    SMALL,
    st.builds(slice, st.none() | SMALL, st.none() | SMALL, st.none() | st.integers(1, 3)),
    st.sampled_from([None, True, False, np.int64(1), range(2), 5, 1.5, "a", (1, 2), [0.5], [None]]),
    st.lists(SMALL, max_size=3),
    st.lists(st.booleans(), min_size=3, max_size=3),
    st.lists(SMALL, min_size=2, max_size=2).map(np.array),
)
KEYS = st.one_of(
    PARTS,
    st.lists(PARTS, max_size=3).map(tuple),
    st.lists(PARTS, max_size=2).map(lambda parts: (..., *parts)),
    st.lists(st.lists(SMALL, min_size=2, max_size=2), min_size=1, max_size=2),
)
FORMS = {
    "as it is": lambda x: x,
    "transposed": lambda x: x.transpose(0, -1),
    "part": lambda x: x[1:],
}


def as_tensors(t, key):
    """An index with its arrays as tensors, 0-dim ones for single NumPy integers."""
    if isinstance(key, tuple):
        return tuple(as_tensors(t, k) for k in key)
    return t.tensor(key) if isinstance(key, (np.ndarray, np.int64)) else key


@settings(max_examples=100, derandomize=True, deadline=None)
@given(KEYS, st.sampled_from([(3,), (3, 3), (3, 3, 3)]), st.sampled_from(sorted(FORMS)))
def test_any_index(key, shape, form):
    agree(lambda t, x: FORMS[form](x)[as_tensors(t, key)], sample(shape), strides=1 not in shape)
    agree(lambda t, x: FORMS[form](x)[key], sample(shape, "bool"))


VALUES = {
    "a number": lambda t, x, found: 2,
    "a fraction": lambda t, x, found: 2.5,
    "a scalar": lambda t, x, found: x.flatten()[1],
    "as many": lambda t, x, found: found * 2,
    "one": lambda t, x, found: t.ones(1, 1, dtype=x.dtype),
    "too many": lambda t, x, found: t.ones(7, 7, dtype=x.dtype),
    "other dtype": lambda t, x, found: t.ones(3, dtype=t.int32),
    "a list": lambda t, x, found: [1, 2],
}


@settings(max_examples=100, derandomize=True, deadline=None)
@given(KEYS, st.sampled_from([(3,), (3, 3)]), st.sampled_from(sorted(VALUES)), st.booleans())
def test_any_assignment(key, shape, value, by_tensor):
    def line(t, x):
        where = as_tensors(t, key) if by_tensor else key
        y = x * 1
        try:
            found = y[where]
        except Exception:
            found = x.flatten()[0]
        view = y[:]
        view[where] = VALUES[value](t, x, found)
        return y, view, y._version

    agree(line, sample(shape))
    agree(line, sample(shape, "uint8"))


@pytest.mark.parametrize(
    "call",
    [
        lambda t, x: x[x > 0].grad_fn._saved_indices[0].tolist(),
        lambda t, x: x[1:, 0].grad_fn.next_functions[0][0]._saved_start,
        lambda t, x: x[True].grad_fn._saved_indices[0].tolist(),
        lambda t, x: x[t.tensor([1, 0], dtype=t.uint8)],
        lambda t, x: x[t.tensor(1, dtype=t.int8)],
        lambda t, x: x[t.tensor([[0], [1]]), t.tensor([0, 2])],
        lambda t, x: x[2**70],
        lambda t, x: x.__delitem__(0),
        lambda t, x: list(reversed(x)),
        lambda t, x: x[0, 0].__reversed__() is x,
        lambda t, x: x[(x.detach() > 0), [0]],
        lambda t, x: x[None, 9],
        lambda t, x: x[t.tensor(0.0) :],
        lambda t, x: x[:, ::0],
        lambda t, x: x[::-1],
        lambda t, x: x[0, 0][0],
        lambda t, x: x[0, 0][:],
        lambda t, x: x[object()],
        lambda t, x: t.unravel_index(t.tensor([3, 5, -1]), x.shape),
        lambda t, x: t.unravel_index(t.tensor(5), 6),
    ],
)
def test_special_indices(call):
    agree(call, sample((2, 3)))


@settings(max_examples=50, derandomize=True, deadline=None)
@given(data=st.data())
def test_gather_and_scatter_add_of_any_shape(data):
    shape = data.draw(st.lists(st.integers(1, 3), max_size=3))
    ndim = len(shape)
    dim = data.draw(st.integers(-max(ndim, 1), max(ndim, 1) - 1))
    count = data.draw(st.integers(0, 4))
    index_shape = [data.draw(st.integers(0, size)) for size in shape]
    length = shape[dim] if shape else 1
    if shape:
        index_shape[dim] = count
    seed = data.draw(st.integers(0, 9))
    index = np.random.default_rng(seed).integers(0, length, index_shape)
    x, y = sample(shape), sample([max(n, 1) for n in index_shape], seed=2)
    agree(lambda t, x: x.gather(dim, t.tensor(index)), x)
    agree(
        lambda t, x, y: x.scatter_add(dim, t.tensor(index), y), x, y[tuple(map(slice, index_shape))]
    )


@settings(max_examples=50, derandomize=True, deadline=None)
@given(data=st.data())
def test_slices_of_any_shape(data):
    shape = data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))
    index = np.array(data.draw(st.lists(st.integers(0, shape[dim] - 1), max_size=4)), "int64")
    other = list(shape)
    other[dim] = index.size
    x, y = sample(shape), sample(other, seed=1)
    agree(lambda t, x: x.index_select(dim, t.tensor(index)), x)
    agree(lambda t, x, y: x.index_add(dim, t.tensor(index), y, alpha=2), x, y)
    agree(lambda t, x: x.index_fill(dim, t.tensor(index), 7), x)
    if len(set(index.tolist())) == index.size:
        agree(lambda t, x, y: x.index_copy(dim, t.tensor(index), y), x, y)


@pytest.mark.parametrize(
    "call, name",
    [
        (lambda t, x, i: x.gather(0, i), "_saved_self"),
        (lambda t, x, i: x.gather(0, i), "_saved_index"),
        (lambda t, x, i: x.scatter(0, i, x), "_saved_index"),
        (lambda t, x, i: x.index_select(0, i), "_saved_index"),
        (lambda t, x, i: x.take(i), "_saved_self"),
        (lambda t, x, i: x.index_add(0, i, x[:2]), "_saved_source"),
        (lambda t, x, i: x.masked_select(i > 0), "_saved_mask"),
        (lambda t, x, i: x.masked_select(i > 0), "_saved_self"),
        (lambda t, x, i: x.masked_scatter(i > 0, x), "_saved_mask"),
        (lambda t, x, i: x.put(i, x[:2]), "_saved_source"),
    ],
)
def test_what_is_saved(call, name):
    agree(lambda t, x: getattr(call(t, x, t.tensor([1, 0])).grad_fn, name).tolist(), sample((2,)))


def test_an_overwritten_index_is_noticed():
    def line(t, x):
        index = t.tensor([1, 0])
        y = x.gather(0, index)
        index[0] = 0
        y.sum().backward()

    agree(line, sample((2,)))


WRONG = [
    lambda t, x, i: x.gather(1, t.tensor([[0, 3]])),
    lambda t, x, i: x.gather(1, t.tensor([[0, -1]])),
    lambda t, x, i: x.gather(1, i),
    lambda t, x, i: x.gather(1, t.zeros(3, 1, dtype=t.int64)),
    lambda t, x, i: x.gather(0, t.zeros(1, 4, dtype=t.int64)),
    lambda t, x, i: x.gather(1, x),
    lambda t, x, i: x.gather(2, t.tensor([[0]])),
    lambda t, x, i: t.gather(x, 1.5, t.tensor([[0]])),
    lambda t, x, i: t.gather(x, 1, 3),
    lambda t, x, i: x.scatter(1, t.tensor([[0, 5]]), x),
    lambda t, x, i: x.scatter(1, t.tensor([[0, 5]]), 1),
    lambda t, x, i: x.scatter(1, t.tensor([[0, 1], [0, 1]]), x[:1]),
    lambda t, x, i: x.scatter(0, t.tensor([[0, 1, 0, 1]]), x),
    lambda t, x, i: x.scatter(0, t.tensor([[0, 1, 0, 1]]), 1),
    lambda t, x, i: x.scatter(1, t.tensor([[0], [1]]), x[0]),
    lambda t, x, i: x.scatter(0, t.tensor([[0]]), x[0]),
    lambda t, x, i: x.scatter(1, i, x[0]),
    lambda t, x, i: x.scatter(1, x, x),
    lambda t, x, i: x.scatter(5, t.tensor([[0]]), x),
    lambda t, x, i: x.long().scatter(1, t.tensor([[0]]), x),
    lambda t, x, i: x.byte().scatter(1, t.tensor([[0]]), 300),
    lambda t, x, i: x.scatter(1, t.tensor([[0]]), "a"),
    lambda t, x, i: x.scatter(1, t.tensor([[0]])),
    lambda t, x, i: x.scatter_add(1, t.tensor([[0]]), x.long()),
    lambda t, x, i: x.scatter_add(1, t.tensor([[3]]), x),
    lambda t, x, i: t.scatter_add(x, 1, t.tensor([[0]]), 1.0),
    lambda t, x, i: x.take_along_dim(i, 1),
    lambda t, x, i: x.take_along_dim(t.tensor([[0]], dtype=t.int32), 1),
    lambda t, x, i: x.take_along_dim(t.tensor([[0], [0], [0]]), 1),
    lambda t, x, i: x.index_select(0, t.tensor([0, 2])),
    lambda t, x, i: x.index_select(0, t.tensor([0, -1])),
    lambda t, x, i: x.index_select(1, t.tensor([0, 5])),
    lambda t, x, i: x.index_select(1, t.tensor([[0, 1]])),
    lambda t, x, i: x.index_select(1, x[0]),
    lambda t, x, i: x.index_select(2, i),
    lambda t, x, i: x[0, 0].index_select(0, i),
    lambda t, x, i: t.index_select(x, 1, [0, 1]),
    lambda t, x, i: x.index_add(1, t.tensor([0, 5]), x[:, :2]),
    lambda t, x, i: x.index_add(1, t.tensor([0, -1]), x[:, :2]),
    lambda t, x, i: x.index_add(1, t.tensor([0, 1, 2]), x[:, :2]),
    lambda t, x, i: x.index_add(1, i, x[:1, :2]),
    lambda t, x, i: x.index_add(1, t.tensor([[0, 1]]), x[:, :2]),
    lambda t, x, i: x.index_add(1, i, x[:, :2].long()),
    lambda t, x, i: x.index_add(1, x[0], x),
    lambda t, x, i: x.index_add(1, t.tensor([1]), x[:, 0]),
    lambda t, x, i: x[0].index_add(0, t.tensor([1]), x[0, 0]),
    lambda t, x, i: x.index_add(3, i, x),
    lambda t, x, i: x.index_copy(1, t.tensor([0, 5]), x[:, :2]),
    lambda t, x, i: x.index_copy(1, t.tensor([0, -1]), x[:, :2]),
    lambda t, x, i: x.index_copy(1, t.tensor([0]), x[:, :2]),
    lambda t, x, i: x.index_copy(1, i, x[:1, :2]),
    lambda t, x, i: x.index_copy(1, i, x[:, :2].long()),
    lambda t, x, i: x.index_copy(1, t.tensor([[0, 1]]), x[:, :2]),
    lambda t, x, i: x.index_copy(1, i.int(), x[:, :2]),
    lambda t, x, i: x.index_copy(1, t.tensor([0]), x[:, 0]),
    lambda t, x, i: x.index_copy(1, i, x[0, 0]),
    lambda t, x, i: x.index_fill(1, t.tensor([0, 5]), 7),
    lambda t, x, i: x.index_fill(1, t.tensor([0, -5]), 7),
    lambda t, x, i: x.index_fill(1, t.tensor([[0, 1]]), 7),
    lambda t, x, i: x.index_fill(1, i.int(), 7),
    lambda t, x, i: x.index_fill(1, i, x),
    lambda t, x, i: x.index_fill(1, i, "a"),
    lambda t, x, i: x.byte().index_fill(1, i, 300),
    lambda t, x, i: x.take(t.tensor([0, 6])),
    lambda t, x, i: x.take(i.int()),
    lambda t, x, i: x[:0].take(i),
    lambda t, x, i: x.put(t.tensor([0, 6]), x[0, :2]),
    lambda t, x, i: x.put(t.tensor([0, -7]), x[0, :2]),
    lambda t, x, i: x.put(i, x[0]),
    lambda t, x, i: x.put(i, x[0, :2].long()),
    lambda t, x, i: x.put(i.int(), x[0, :2]),
    lambda t, x, i: x[:0].put(i, x[0, :2]),
    lambda t, x, i: t.put(x, i, 3),
    lambda t, x, i: x.masked_select(t.tensor([True, False])),
    lambda t, x, i: x.masked_select(i),
    lambda t, x, i: t.masked_select(x, 3),
    lambda t, x, i: x.masked_scatter(t.tensor([True, False]), x),
    lambda t, x, i: x.masked_scatter(x > 0, x[0, :1]),
    lambda t, x, i: x.masked_scatter(x > 0, x.long()),
    lambda t, x, i: x.masked_scatter(x.long(), x),
    lambda t, x, i: x.masked_scatter_(t.tensor([True, False]), x),
    lambda t, x, i: x.scatter(1, t.tensor([[0]]), 1, reduce="mul"),
    lambda t, x, i: x.scatter_reduce(1, t.tensor([[0]]), x, "foo"),
    lambda t, x, i: x.scatter_reduce(1, t.tensor([[7]]), x, "sum"),
    lambda t, x, i: x.index_reduce(1, i, x, "sum"),
    lambda t, x, i: x.index_reduce(1, i, x, "prod"),
    lambda t, x, i: x.index_reduce(1, i + 2, x[:, :2], "mean"),
    lambda t, x, i: x.index_put((i, i, i), x),
    lambda t, x, i: x.index_put((i,), x.long()),
    lambda t, x, i: x.index_put((i, t.tensor([0, 1, 2])), x),
    lambda t, x, i: x.index_put((i + 2,), x),
    lambda t, x, i: x.select_scatter(x, 0, 0),
    lambda t, x, i: x.select_scatter(x[0], 0, 4),
    lambda t, x, i: x.slice_scatter(x, 1, 1),
    lambda t, x, i: x.slice_scatter(x, step=0),
    lambda t, x, i: x.diagonal_scatter(x),
    lambda t, x, i: x.as_strided_scatter(x, (2,), (1,)),
    lambda t, x, i: x[0].fill_diagonal_(1),
    lambda t, x, i: t.ones(2, 3, 2).fill_diagonal_(1),
    lambda t, x, i: x.nonzero_static(size=-1),
    lambda t, x, i: t.unravel_index(x, (2, 3)),
    lambda t, x, i: t.unravel_index(i, 2.5),
    lambda t, x, i: t.unravel_index(i, (2.5,)),
    lambda t, x, i: t.unravel_index(i, (-1, 2)),
    lambda t, x, i: t.constant_pad_nd(x, (1,)),
    lambda t, x, i: t.constant_pad_nd(x, (1,) * 6),
    lambda t, x, i: t.constant_pad_nd(x, (1, -5)),
    lambda t, x, i: x.take_along_dim(i),
    lambda t, x, i: x.take_along_dim(t.tensor([9])),
]


@pytest.mark.parametrize("call", WRONG)
def test_wrong_input(call):
    agree(lambda t: call(t, t.ones(2, 3), t.tensor([0, 1])))


@pytest.mark.parametrize(
    "call",
    [
        lambda t, x: x.scatter_(0, t.tensor([0]), 1),
        lambda t, x: x.scatter_add_(0, t.tensor([0]), x),
        lambda t, x: x.index_add_(0, t.tensor([0]), x[:1]),
        lambda t, x: x.index_copy_(0, t.tensor([0]), x[:1]),
        lambda t, x: x.index_fill_(0, t.tensor([0]), 1),
        lambda t, x: x.put_(t.tensor([0]), x[:1]),
        lambda t, x: x.masked_scatter_(t.tensor([True, False]), x),
    ],
)
def test_leaves_refuse_changes_in_place(call):
    agree(call, sample((2,)))
