"""Reading and writing single elements, with one index for each: `gather`, `scatter` …"""

import numpy as np

from .. import dtypes
from ..arguments import NUMBERS, broadcast_shape, check_fits
from ..declare import Array, composite, op
from ..grad_mode import state
from ..once import warn_once
from ..out import write
from ..tensor import Tensor, wrap, wrap_dim
from .reduce import contiguous


def with_dims(*arrays):
    """Arrays of at least one dimension: a 0-dim one counts as one of one element."""
    return [a if a.ndim else a.reshape(1) for a in arrays]


def check_bounds(index, dim, size, lowest=0, error=RuntimeError, start=""):
    """Raise PyTorch's error for an index that is out of range; `start` opens its text."""
    outside = (index < lowest) | (index >= size)
    if outside.any():
        bad = index[outside].flat[0]
        raise error(f"{start}index {bad} is out of bounds for dimension {dim} with size {size}")


def _places(index, dim):
    """The NumPy index of the elements that `index` names along `dim`, each in its own row."""
    after = range(index.ndim)[::-1]
    places = [np.arange(n).reshape(-1, *(1,) * d) for n, d in zip(index.shape, after)]
    places[dim] = index
    return tuple(places)


def _check_integers(name, index):
    if index.dtype not in (np.int64, np.int32):
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index")


@op(
    input=lambda grad, input, dim, index, sparse_grad: grad.new_zeros(input.shape).scatter_add(
        dim, index, grad
    )
)
def gather(input: Array, dim: int, index: Array, *, sparse_grad: bool = False):
    """The elements that `index` names along `dim`: input[i][index[i][j]] if `dim` is 1.

    >>> torch.gather(torch.tensor([[1, 2], [3, 4]]), 1, torch.tensor([[1], [0]]))
    tensor([[2],
            [3]])
    """
    dim = wrap_dim(dim, input.ndim)
    _check_integers("gather", index)
    if not index.size:
        return np.empty(index.shape, input.dtype)
    source, places = with_dims(input, index)
    if source.ndim != places.ndim:
        raise RuntimeError("Index tensor must have the same number of dimensions as input tensor")
    for d, (n, size) in enumerate(zip(places.shape, source.shape)):
        if d != dim and n > size:
            raise RuntimeError(
                f"Size does not match at dimension {d} expected index {list(index.shape)} to be no "
                f"larger than self {list(input.shape)} apart from dimension {dim}"
            )
    check_bounds(places, dim, source.shape[dim])
    return contiguous(source[_places(places, dim)].reshape(index.shape))


@composite
def take_along_dim(input: Tensor, indices: Tensor, dim: int = None, *, out=None):
    """Like `gather`, with broadcasting; without a `dim`, of all elements in a row."""
    if dim is None:
        return gather(input.view(-1), 0, indices.view(-1), out=out)
    if input.ndim != indices.ndim:
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, "
            f"but got {input.ndim} dimensions for input, and {indices.ndim} dimensions for indices"
        )
    if indices.dtype is not dtypes.int64:
        raise RuntimeError(
            f"torch.take_along_dim(): dtype of indices should be Long but got {indices.dtype.label}"
        )
    dim = wrap_dim(dim, input.ndim)
    if not input.ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    shapes = [list(t._array.shape) for t in (input, indices)]
    lengths = [shape[dim] for shape in shapes]
    for shape in shapes:
        shape[dim] = 1
    common = broadcast_shape(*shapes)
    indices = wrap(indices._array % max(lengths[0], 1))
    input, indices = (
        t.expand(*common[:dim], n, *common[dim + 1 :]) for t, n in zip((input, indices), lengths)
    )
    return gather(input, dim, indices, out=out)


# Writing


def _scatter_into(input, dim, index, src):
    """A copy of `input`, the same with a dimension at least, the places `index` names in it, and their values."""
    dim = wrap_dim(dim, input.ndim)
    _check_integers("scatter", index)
    if src is not None and src.dtype != input.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    result = np.array(input, order="C")
    target, index = with_dims(result, index)
    if not index.size:
        return result, target, (np.empty(0, int),) * target.ndim, np.empty(0, input.dtype)
    if index.ndim != target.ndim:
        raise RuntimeError("Index tensor must have the same number of dimensions as self tensor")
    _check_smaller(index, target, dim, src)
    check_bounds(index, dim, target.shape[dim])
    if src is not None:
        (src,) = with_dims(src)
        src = src[tuple(map(slice, index.shape))]
    return result, target, _places(index, dim), src


def _check_smaller(index, target, dim, src):
    """Raise PyTorch's error unless `index` lies inside `target` (but for `dim`) and `src`."""
    fits = all(n <= size for d, (n, size) in enumerate(zip(index.shape, target.shape)) if d != dim)
    expected = (
        f"Expected index {list(index.shape)} to be no larger than self {list(target.shape)} apart "
        f"from dimension {dim}"
    )
    if src is not None:
        (source,) = with_dims(src)
        if fits:
            fits = all(
                n <= source.shape[wrap_dim(d, source.ndim)] for d, n in enumerate(index.shape)
            )
        if source.ndim != index.ndim:
            raise RuntimeError("Index tensor must have the same number of dimensions as src tensor")
        expected += f" and to be no larger size than src {list(src.shape)}"
    if not fits:
        raise RuntimeError(expected)


@op(
    input=lambda grad, dim, index: grad.scatter(dim, index, 0),
    src=lambda grad, dim, index: grad.gather(dim, index),
)
def _scatter(input, dim: int, index: Array, src):
    result, target, places, src = _scatter_into(input, dim, index, src)
    target[places] = src
    return result


@op(node="ScatterBackward", number=1, input=lambda grad, dim, index: grad.scatter(dim, index, 0))
def _scatter_number(input, dim: int, index: Array, value):
    check_fits(value, input.dtype)
    result, target, places, _ = _scatter_into(input, dim, index, None)
    target[places] = np.array(value).astype(input.dtype)
    return result


def _scatter_and(input, dim: int, index: Array, src, reduce):
    if reduce not in ("add", "multiply"):
        raise RuntimeError("reduce argument must be either add or multiply.")
    if not isinstance(src, np.ndarray):
        check_fits(src, input.dtype)
        src = np.broadcast_to(np.array(src).astype(input.dtype), index.shape)
    result, target, places, src = _scatter_into(input, dim, index, src)
    (np.add if reduce == "add" else np.multiply).at(target, places, src)
    return result


def _reducing(name, *inputs):
    """The op behind `scatter(…, reduce=…)`, for which PyTorch has no gradient."""

    def slope(grad):
        raise RuntimeError(f"derivative for aten::{name} is not implemented")

    node = "torch::autograd::NotImplemented"
    return op(node=node, number="", **dict.fromkeys(inputs, slope))(_scatter_and)


_REDUCING = {
    (name, several): _reducing(name, "input", *(["src"] if several else []))
    for name in ("scatter", "scatter_")
    for several in (False, True)
}


_SCATTERS = tuple(
    f"Tensor input, int dim, Tensor index, {kind}, *, {reduce}Tensor out = None"
    for kind in ("Tensor src", "Number value")
    for reduce in ("", "str reduce, ")
)


def _scatter_call(name, input, dim, index, src, value, reduce):
    """Which op scatters these, and its arguments."""
    given = src
    if src is None:
        given = value.item() if isinstance(value, Tensor) else value
    several = isinstance(given, Tensor)
    if not several and not isinstance(given, NUMBERS):
        raise TypeError
    if reduce is None:
        return _scatter if several else _scatter_number, (input, dim, index, given)
    if several:
        warn_once(_SCATTER_WARNING)
    return _REDUCING[name, several], (input, dim, index, given, reduce)


_SCATTER_WARNING = (
    "The reduce argument of torch.scatter with Tensor src is deprecated and will be removed in a future "
    "PyTorch release. Use torch.scatter_reduce instead for more reduction options."
)


@composite(signatures=_SCATTERS)
def scatter(
    input: Tensor, dim: int, index: Tensor, src=None, *, value=None, reduce: str = None, out=None
):
    """A copy with elements of `src`, or one number, at the places that `index` names along `dim`.

    `reduce`: "add" or "multiply" to combine them with what is there.

    >>> torch.zeros(2, 2).scatter(1, torch.tensor([[1], [0]]), 5)
    tensor([[0., 5.],
            [5., 0.]])
    """
    function, values = _scatter_call("scatter", input, dim, index, src, value, reduce)
    return write("scatter", function(*values), out)


@composite(torch=False, signatures=_SCATTERS)
def scatter_(self: Tensor, dim: int, index: Tensor, src=None, *, value=None, reduce: str = None):
    """Like `scatter`, but in place."""
    function, values = _scatter_call("scatter_", self, dim, index, src, value, reduce)
    return function.op.in_place(values[0], values[1:], {})


@op(in_place=True, input=lambda grad: grad, src=lambda grad, dim, index: grad.gather(dim, index))
def scatter_add(input: Array, dim: int, index: Array, src: Array):
    """A copy with elements of `src` added at the places that `index` names along `dim`."""
    result, target, places, src = _scatter_into(input, dim, index, src)
    np.add.at(target, places, src)
    return result


# Sums, products, means and extremes of what is written to one place

_COMBINE = {
    "sum": np.add,
    "prod": np.multiply,
    "mean": np.add,
    "amax": np.maximum,
    "amin": np.minimum,
}


def _neutral(reduce, dtype):
    """The value that changes nothing when it is combined with others."""
    if not reduce.startswith("am"):
        return int(reduce == "prod")
    if dtype.kind == "b":
        return reduce == "amin"
    if dtype.kind == "f":
        return np.inf if reduce == "amin" else -np.inf
    return np.iinfo(dtype).max if reduce == "amin" else np.iinfo(dtype).min


def reduce_into(target, places, src, reduce, include_self):
    """Combine the values of `src` with each other, and with what is at their places in `target`."""
    if not include_self:
        target[places] = _neutral(reduce, target.dtype)
    _COMBINE[reduce].at(target, places, src)
    if reduce == "mean":
        count = np.full(target.shape, int(include_self))
        np.add.at(count, places, 1)
        divide = np.divide if target.dtype.kind == "f" else np.floor_divide
        target[...] = divide(target, np.maximum(count, 1).astype(target.dtype))


def reduce_slopes(grad, input, dim, index, src, reduce, include_self, result):
    """The gradients of the two inputs of `scatter_reduce`."""

    def at(tensor):
        return tensor.gather(dim, index)

    if reduce == "sum":
        ours, theirs = grad, at(grad)
    elif reduce == "mean":
        count = grad.new_full(grad.shape, int(include_self))
        count = count.scatter_add(dim, index, src.new_ones(src.shape))
        share = grad / count.clamp(min=1)
        ours, theirs = share, at(share)
    elif reduce == "prod":
        nonzero = input.masked_fill(input == 0, 1)
        ours = grad * nonzero.scatter_reduce(dim, index, src, reduce, include_self=include_self)
        ours = ours / nonzero
        zero = src == 0
        zeros = grad.new_zeros(grad.shape).scatter_add(dim, index, zero.to(src.dtype))
        if state.enabled and zero.logical_and(at(zeros) > 1).any():
            raise RuntimeError(
                "scatter_reduce(): Double backward is unsupported for src when >1 zeros in src are "
                "scattered to the same position in self"
            )
        alone = zero.logical_and(at(zeros) == 1)  # the one zero: the product of the others
        others = src.masked_fill(alone, 1)
        others = input.scatter_reduce(dim, index, others, reduce, include_self=include_self)
        theirs = at(grad * result) / src.masked_fill(zero, 1)
        theirs = at(grad * others).where(alone, theirs)
    else:  # those that are as large (or small) as the result share the gradient
        among, chosen = (input == result).to(grad.dtype), (src == at(result)).to(grad.dtype)
        share = grad / among.scatter_add(dim, index, chosen)
        ours, theirs = among * share, chosen * at(share)
    return ours if include_self else ours.scatter(dim, index, 0), theirs


def _self_slope(grad, input, dim, index, src, reduce, include_self, result):
    return reduce_slopes(grad, input, dim, index, src, reduce, include_self, result)[0]


def _src_slope(grad, input, dim, index, src, reduce, include_self, result):
    return reduce_slopes(grad, input, dim, index, src, reduce, include_self, result)[1]


@op(in_place=True, input=_self_slope, src=_src_slope)
def scatter_reduce(
    input: Array, dim: int, index: Array, src: Array, reduce: str, *, include_self: bool = True
):
    """A copy in which elements of `src` are combined at the places that `index` names along `dim`.

    `reduce`: "sum", "prod", "mean", "amax" or "amin".

    >>> torch.zeros(2).scatter_reduce(0, torch.tensor([0, 1, 0]), torch.tensor([1., 2., 3.]), "amax")
    tensor([3., 2.])
    """
    if reduce not in _COMBINE:
        raise RuntimeError(
            f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}"
        )
    if reduce == "mean" and input.dtype == bool:
        raise NotImplementedError(
            "\"scatter_gather_tensor_cpu_reduce_mean\" not implemented for 'Bool'"
        )
    result, target, places, src = _scatter_into(input, dim, index, src)
    reduce_into(target, places, src, reduce, include_self)
    return result
