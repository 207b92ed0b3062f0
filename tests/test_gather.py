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
]


@pytest.mark.parametrize("call, shape, other", LINES)
def test_for_all_dtypes(call, shape, other):
    for dtype in DTYPES:
        agree(call, sample(shape, dtype), sample(other, dtype, seed=1))


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
