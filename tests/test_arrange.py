"""Flips, rolls, repeats, grids, differences and broadcasting do what PyTorch's do."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minitensor

torch = pytest.importorskip("torch")

from torch_compare import agree, sample  # noqa: E402  (needs torch)

DTYPES = ("bool", "uint8", "int32", "int64", "float16", "float32", "float64")

# the call, the shape of x and the shape of y
LINES = [
    (lambda t, x, y: t.flip(x, [0]), (2, 3), ()),
    (lambda t, x, y: x.flip(0, -1), (2, 3), ()),
    (lambda t, x, y: x.flip(dims=(1,)), (2, 0), ()),
    (lambda t, x, y: x.flip([]), (2, 3), ()),
    (lambda t, x, y: x.flip(0), (), ()),
    (lambda t, x, y: x.permute(2, 0, 1).flip(0), (2, 3, 4), ()),
    (lambda t, x, y: x[:, ::2].flip(0), (2, 4), ()),
    (lambda t, x, y: t.fliplr(x), (2, 3), ()),
    (lambda t, x, y: x.flipud(), (3,), ()),
    (lambda t, x, y: t.roll(x, 1), (2, 3), ()),
    (lambda t, x, y: x.roll(-4, 0), (3, 2), ()),
    (lambda t, x, y: x.roll((1, 2), (0, -1)), (2, 3), ()),
    (lambda t, x, y: x.t().roll(shifts=1, dims=0), (2, 3), ()),
    (lambda t, x, y: x.roll(1), (), ()),
    (lambda t, x, y: x.roll(1, 0), (0,), ()),
    (lambda t, x, y: t.rot90(x), (2, 3), ()),
    (lambda t, x, y: x.rot90(2), (2, 3), ()),
    (lambda t, x, y: x.rot90(3, (1, 0)), (2, 3), ()),
    (lambda t, x, y: x.rot90(-3, [0, 2]), (2, 3, 2), ()),
    (lambda t, x, y: x.repeat(2, 3), (2, 1), ()),
    (lambda t, x, y: x.repeat((2, 1, 2)), (2, 3), ()),
    (lambda t, x, y: x.repeat(2, 0), (3,), ()),
    (lambda t, x, y: x.repeat(repeats=(3,)), (), ()),
    (lambda t, x, y: x.t().repeat(2, 1), (2, 3), ()),
    (lambda t, x, y: t.tile(x, (2,)), (2, 3), ()),
    (lambda t, x, y: x.tile(2, 2), (3,), ()),
    (lambda t, x, y: t.repeat_interleave(x, 2), (2, 2), ()),
    (lambda t, x, y: x.repeat_interleave(3, dim=-1), (2, 2), ()),
    (lambda t, x, y: x.repeat_interleave(t.tensor([2, 0]), 0), (2, 3), ()),
    (lambda t, x, y: x.repeat_interleave(t.tensor([1, 2, 0, 1])), (2, 2), ()),
    (lambda t, x, y: x.repeat_interleave(t.tensor(2), 1), (2, 2), ()),
    (lambda t, x, y: x.repeat_interleave(2), (), ()),
    (lambda t, x, y: x.t().repeat_interleave(2, 0), (2, 3), ()),
    (lambda t, x, y: t.meshgrid(x, y, indexing="ij"), (2,), (3,)),
    (lambda t, x, y: t.meshgrid(x, y, indexing="xy"), (2,), (3,)),
    (lambda t, x, y: t.meshgrid([x, y, x], indexing="xy"), (2,), ()),
    (lambda t, x, y: t.meshgrid(x, indexing="xy"), (2,), ()),
    (lambda t, x, y: t.meshgrid(x, y), (2,), (3,)),
    (lambda t, x, y: t.block_diag(x, y, x), (2, 3), (2,)),
    (lambda t, x, y: t.block_diag(x, y.int()), (), (1, 2)),
    (lambda t, x, y: t.cartesian_prod(x, y), (2,), (3,)),
    (lambda t, x, y: t.cartesian_prod(x), (2,), ()),
    (lambda t, x, y: t.combinations(x), (4,), ()),
    (lambda t, x, y: t.combinations(x, 3, with_replacement=True), (3,), ()),
    (lambda t, x, y: t.combinations(x, 1), (3,), ()),
    (lambda t, x, y: t.combinations(x, 4), (3,), ()),
    (lambda t, x, y: t.combinations(x, 0), (3,), ()),
    (lambda t, x, y: t.diff(x), (4,), ()),
    (lambda t, x, y: x.diff(dim=0), (3, 2), ()),
    (lambda t, x, y: x.diff(2), (2, 4), ()),
    (lambda t, x, y: x.diff(5), (4,), ()),
    (lambda t, x, y: x.diff(prepend=y, append=y), (4,), (2,)),
    (lambda t, x, y: x.diff(1, 0, prepend=y), (3, 2), (1, 2)),
    (lambda t, x, y: t.broadcast_tensors(x, y), (2, 1), (3,)),
    (lambda t, x, y: t.broadcast_tensors(x, y), (2, 3), ()),
    (lambda t, x, y: t.atleast_1d(x), (), ()),
    (lambda t, x, y: t.atleast_1d(x, y), (), (2,)),
    (lambda t, x, y: t.atleast_2d([x, y]), (), (2,)),
    (lambda t, x, y: t.atleast_2d(x), (2, 1, 2), ()),
    (lambda t, x, y: t.atleast_3d(x), (), ()),
    (lambda t, x, y: t.atleast_3d(x, y), (2,), (2, 3)),
    (lambda t, x, y: x.movedim((2, 0), (0, 1)), (2, 3, 4), ()),
    (lambda t, x, y: t.moveaxis(x, 0, -1), (2, 3), ()),
    (lambda t, x, y: x.movedim(0, 0), (), ()),
    (lambda t, x, y: x.unflatten(-1, (2, -1)), (3, 4), ()),
    (lambda t, x, y: x.hsplit(2), (2, 4), ()),
    (lambda t, x, y: t.hsplit(x, (1, 3)), (4,), ()),
    (lambda t, x, y: t.vsplit(x, indices=[1]), (3, 2), ()),
    (lambda t, x, y: x.dsplit(sections=2), (1, 2, 4), ()),
    (lambda t, x, y: x.tensor_split(t.tensor([1, 2]), 1), (2, 3), ()),
    (lambda t, x, y: x.unsafe_chunk(2, 1), (2, 3), ()),
    (lambda t, x, y: t.unsafe_split(x, 2), (3,), ()),
    (lambda t, x, y: x.unsafe_split_with_sizes([1, 2], -1), (2, 3), ()),
    (lambda t, x, y: x.narrow_copy(1, 1, 2), (2, 3), ()),
    (lambda t, x, y: (x * 1).t_(), (2, 3), ()),
    (lambda t, x, y: (x * 1).transpose_(0, -1), (2, 3, 1), ()),
    (lambda t, x, y: (x * 1).swapaxes_(0, 1), (2, 3), ()),
    (lambda t, x, y: (x * 1).unsqueeze_(1), (2, 3), ()),
    (lambda t, x, y: (x * 1).squeeze_(), (1, 3, 1), ()),
    (lambda t, x, y: (x * 1).squeeze_(-1), (1, 3, 1), ()),
    (lambda t, x, y: (x * 1).squeeze_((0, 1)), (1, 3, 1), ()),
    (lambda t, x, y: (x * 1).as_strided_((2, 2), (1, 2), 1), (2, 3), ()),
    (lambda t, x, y: t.t_copy(x), (2, 3), ()),
    (lambda t, x, y: t.view_copy(x, (3, 2)), (2, 3), ()),
    (lambda t, x, y: t.select_copy(x, 1, 0), (2, 3), ()),
    (lambda t, x, y: t.squeeze_copy(x, 0), (1, 3), ()),
    (lambda t, x, y: t.permute_copy(x, (1, 0)), (2, 3), ()),
    (lambda t, x, y: t.expand_copy(x, (2, 3)), (3,), ()),
    (lambda t, x, y: t.slice_copy(x, 1, 0, 2), (2, 3), ()),
    (lambda t, x, y: t.split_copy(x, 1), (2, 3), ()),
    (lambda t, x, y: t.unbind_copy(x, 1), (2, 3), ()),
    (lambda t, x, y: t.diagonal_copy(x), (2, 3), ()),
    (lambda t, x, y: t.unfold_copy(x, 0, 2, 1), (3,), ()),
    (lambda t, x, y: x.adjoint(), (2, 3, 4), ()),
    (lambda t, x, y: x.mT, (2, 3, 4), ()),
    (lambda t, x, y: t.hstack([x, x]), (), ()),
    (lambda t, x, y: t.vstack([x, y]), (3,), (2, 3)),
    (lambda t, x, y: t.dstack([x, x]), (3,), ()),
    (lambda t, x, y: t.column_stack([x, y]), (2,), (2, 3)),
    (lambda t, x, y: t.cat([x.t(), x.t()], 1), (2, 3), ()),
    (lambda t, x, y: t.stack([x.t(), x.t()], -1), (2, 3), ()),
]


@pytest.mark.parametrize("call, shape, other", LINES)
def test_for_all_dtypes(call, shape, other):
    for dtype in DTYPES:
        agree(call, sample(shape, dtype), sample(other, dtype, seed=1))


shapes = st.lists(st.integers(0, 3), min_size=1, max_size=3)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(data=st.data())
def test_any_shape(data):
    shape = data.draw(shapes)
    dims = st.integers(-len(shape), len(shape) - 1)
    dim, number = data.draw(dims), data.draw(st.integers(-4, 4))
    several = data.draw(st.lists(dims, max_size=3))
    counts = data.draw(st.lists(st.integers(0, 2), min_size=len(shape), max_size=4))
    x = sample(shape)
    agree(lambda t, x: x.flip(several), x)
    agree(lambda t, x: x.roll(number, dim), x)
    agree(lambda t, x: x.rot90(number, (dim, (dim + 1) % len(shape))), x)
    agree(lambda t, x: x.repeat(counts), x)
    agree(lambda t, x: x.repeat_interleave(counts[0], dim), x)
    agree(lambda t, x: x.diff(n=counts[-1] + 1, dim=dim), x)


sides = st.one_of(st.integers(-1, 3), st.lists(st.integers(-1, 3), max_size=3).map(tuple))


@settings(max_examples=200, derandomize=True, deadline=None)
@given(given_shapes=st.lists(sides, max_size=3))
def test_broadcast_shapes(given_shapes):
    agree(lambda t: tuple(t.broadcast_shapes(*given_shapes)))


@pytest.mark.parametrize(
    "call",
    [
        lambda t, x: t.repeat_interleave(t.tensor([2, 0, 1])),
        lambda t, x: t.repeat_interleave(t.tensor([2, 1], dtype=t.int32), output_size=3),
        lambda t, x: t.block_diag(),
        lambda t, x: t.broadcast_tensors(),
        lambda t, x: t.atleast_1d(),
        lambda t, x: t.broadcast_tensors(x, x)[0] is x,
        lambda t, x: t.atleast_2d(x) is x,
        lambda t, x: t.cartesian_prod(x[0]) is x[0],
        lambda t, x: t.meshgrid(x[0], x[1], indexing="ij")[0]._is_view(),
        lambda t, x: repr(t.broadcast_shapes((2, 1), 3)),
        lambda t, x: x.diff(n=0).tolist(),
        lambda t, x: x.is_same_size(x.t()),
        lambda t, x: x.conj() is x and x.real is x and t.resolve_conj(x) is x,
        lambda t, x: (x.is_conj(), t.is_neg(x)),
        lambda t, x: x[0, 0].H is x[0, 0].adjoint(),
    ],
)
def test_other_results(call):
    agree(call, sample((2, 3)))


WRONG = [
    lambda t, x: t.flip(x, [2]),
    lambda t, x: t.flip(x, [0, 0]),
    lambda t, x: t.flip(x, 0),
    lambda t, x: t.flip(x, 1.5),
    lambda t, x: t.flip(x, (1.5,)),
    lambda t, x: t.flip(3, [0]),
    lambda t, x: x.flip(),
    lambda t, x: x[0, 0].flip(1),
    lambda t, x: t.fliplr(x[0]),
    lambda t, x: t.flipud(x[0, 0]),
    lambda t, x: x.roll((1, 2)),
    lambda t, x: x.roll((1, 2), 0),
    lambda t, x: x.roll(1, (0, 1)),
    lambda t, x: x.roll(1, 2),
    lambda t, x: t.roll(x, 1.5, 0),
    lambda t, x: x[0, 0].roll(1, 0),
    lambda t, x: x.rot90(1, [0]),
    lambda t, x: x.rot90(1, [0, 0]),
    lambda t, x: x.rot90(1, [0, -2]),
    lambda t, x: x.rot90(1, [0, 2]),
    lambda t, x: x[0].rot90(),
    lambda t, x: x.repeat(2),
    lambda t, x: x.repeat(2, -1),
    lambda t, x: x.repeat(),
    lambda t, x: x[0].tile(-1),
    lambda t, x: x.tile(),
    lambda t, x: t.tile(x, 2),
    lambda t, x: x.repeat_interleave(-1, 0),
    lambda t, x: t.repeat_interleave(x, 1.5),
    lambda t, x: t.repeat_interleave(x, [1, 2], 0),
    lambda t, x: x.repeat_interleave(2, 2),
    lambda t, x: x[0, 0].repeat_interleave(2, 0),
    lambda t, x: x.repeat_interleave(t.tensor([1, 2, 3]), 0),
    lambda t, x: x.repeat_interleave(t.tensor([1, -2]), 0),
    lambda t, x: x.repeat_interleave(t.tensor([[1, 2]]), 0),
    lambda t, x: x.repeat_interleave(t.tensor([1.0, 2.0]), 0),
    lambda t, x: t.repeat_interleave(t.tensor([[1, 2]])),
    lambda t, x: t.repeat_interleave(x[0]),
    lambda t, x: t.meshgrid(x[0], x[0].long(), indexing="ij"),
    lambda t, x: t.meshgrid(x[0], 3, indexing="ij"),
    lambda t, x: t.meshgrid(x[0], indexing="zz"),
    lambda t, x: t.meshgrid(indexing="ij"),
    lambda t, x: t.block_diag(x, x[None]),
    lambda t, x: t.block_diag([x]),
    lambda t, x: t.cartesian_prod(x, x[0]),
    lambda t, x: t.cartesian_prod(x[0], x[0].long()),
    lambda t, x: t.cartesian_prod(),
    lambda t, x: t.combinations(x),
    lambda t, x: t.combinations(x[0], -1),
    lambda t, x: t.diff(x[0, 0]),
    lambda t, x: t.diff(x, -1),
    lambda t, x: t.diff(x, dim=2),
    lambda t, x: t.diff(x, prepend=x[0]),
    lambda t, x: t.diff(x, prepend=x[:1]),
    lambda t, x: t.broadcast_tensors(x, x.t()),
    lambda t, x: t.broadcast_shapes(2.5),
    lambda t, x: t.atleast_1d(3),
    lambda t, x: x.hsplit(2),
    lambda t, x: x[0].vsplit(1),
    lambda t, x: x.dsplit(1),
    lambda t, x: t.hsplit(x, "a"),
    lambda t, x: x.tensor_split(0),
    lambda t, x: x.tensor_split(t.tensor([1.0])),
    lambda t, x: x.tensor_split(t.tensor([[1]])),
    lambda t, x: x[0, 0].tensor_split(1),
    lambda t, x: x.split("a"),
    lambda t, x: x.split([1, 2]),
    lambda t, x: x.split(0),
    lambda t, x: x.unsafe_split(-1),
    lambda t, x: x[0, 0].split([1]),
    lambda t, x: x.narrow(0, t.tensor([1]), 1),
    lambda t, x: x.narrow(0, "a", 1),
    lambda t, x: x.narrow_copy(0, 1, 2),
    lambda t, x: x.movedim((0, 0), (0, 1)),
    lambda t, x: x.movedim((0, 1), (1, 1)),
    lambda t, x: x.movedim("a", 1),
    lambda t, x: x.unflatten(1, ()),
    lambda t, x: x.unflatten(1, (2, 2)),
    lambda t, x: x.reshape(-2, 3),
    lambda t, x: x.reshape(),
    lambda t, x: x.view(t.float64)[:, ::2].view(t.int8),
    lambda t, x: x[0, 0].view(t.float64),
    lambda t, x: x[0].H,
    lambda t, x: x[None].H,
    lambda t, x: x[0].mT,
    lambda t, x: x.imag,
    lambda t, x: x.unfold(0, -1, 1),
    lambda t, x: x.as_strided((2,), (-1,)),
    lambda t, x: x.as_strided((2,), (1, 1)),
    lambda t, x: x.as_strided((2,), (1,), -1),
    lambda t, x: x.squeeze_("a"),
    lambda t, x: x.transpose_(0, 2),
    lambda t, x: x.as_strided_((9,), (1,)),
    lambda t, x: t.hstack([]),
    lambda t, x: t.stack([]),
    lambda t, x: t.broadcast_tensors(x, 3),
    lambda t, x: t.cartesian_prod(1),
]


@pytest.mark.parametrize("call", WRONG)
def test_wrong_input(call):
    agree(lambda t: call(t, t.ones(2, 3)))


def test_grids_of_matrices_are_refused():
    with pytest.raises(RuntimeError, match="Expected 0D or 1D tensor in the tensor list"):
        minitensor.meshgrid(minitensor.ones(2, 2), indexing="ij")


# Views, their in-place twins, and what a change of one means for the others.
STORIES = [
    "y.t_(); r = y.sum()",
    "b = y[:, :2]; b.t_(); b.mul_(2); r = y * 1",
    "b = y[:, :2]; y.t_(); r = b * 1",
    "b = y[:, :2]; c = b.t(); b.t_(); r = c * b",
    "b = y[0]; b.unsqueeze_(0); r = b * 2",
    "r = (y * y).sum(); y.t_(); r.backward()",
    "b = x[:, :2]; b.t_()",
    "x.unsqueeze_(0)",
    "b = y.split(1)[0]; b.t_()",
    "b = y.split(1); b[0].add_(1)",
    "b = y.chunk(2, 1); c = b[1][0]; c.mul_(2)",
    "b = y.unbind(); y.add_(1); r = b[0] * 2",
    "b = y.unbind()[1].detach(); b.add_(1); r = y * 1",
    "b = y.tensor_split(2); b[0].mul_(2); r = y * 1",
    "b = y.unsafe_split(1); b[0].mul_(2); r = y * 1",
    "b = y.detach(); b.t_(); r = y * 1",
    "y.fill_diagonal_(5); r = y * 1",
    "x.fill_diagonal_(5)",
]


@pytest.mark.parametrize("story", STORIES)
def test_changes_in_place(story):
    def line(t, x):
        names = {"x": x, "y": x * 1}
        exec(story, names)
        versions = [names[name]._version for name in "ybc" if hasattr(names.get(name), "_version")]
        return names["r"], names["y"], *versions

    agree(line, sample((2, 3)))
