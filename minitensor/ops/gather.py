"""Reading and writing single elements, with one index for each: `gather`, `scatter` …"""

import numpy as np

from .. import dtypes
from ..arguments import NUMBERS, broadcast_error, check_fits, no_overload
from ..declare import Array, composite, op
from ..tensor import Tensor, as_int, wrap_dim
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


@op(input=lambda grad, input, dim, index: grad.new_zeros(input.shape).scatter_add(dim, index, grad))
def gather(input, dim, index: Array, *, sparse_grad=False):
    """The elements that `index` names along `dim`: input[i][index[i][j]] if `dim` is 1.

    >>> torch.gather(torch.tensor([[1, 2], [3, 4]]), 1, torch.tensor([[1], [0]]))
    tensor([[2],
            [3]])
    """
    dim = wrap_dim(as_int(dim, "gather", position=2), input.ndim)
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


def _scatter_into(input, dim, index, src, name="scatter"):
    """A copy of `input`, the same with a dimension at least, and the places `index` names in it."""
    dim = wrap_dim(as_int(dim, name, position=2), input.ndim)
    _check_integers("scatter", index)
    if src is not None and src.dtype != input.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    result = np.array(input, order="C")
    target, index = with_dims(result, index)
    if not index.size:
        return result, target, None
    if index.ndim != target.ndim:
        raise RuntimeError("Index tensor must have the same number of dimensions as self tensor")
    _check_smaller(index, target, dim, src)
    check_bounds(index, dim, target.shape[dim])
    return result, target, _places(index, dim)


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


def _corner(array, places, dim):
    """As many elements of `array` as there are places."""
    (array,) = with_dims(array)
    return array[tuple(map(slice, places[dim].shape))]


@op(
    input=lambda grad, dim, index: grad.scatter(dim, index, 0),
    src=lambda grad, dim, index: grad.gather(dim, index),
)
def _scatter(input, dim, index: Array, src):
    result, target, places = _scatter_into(input, dim, index, src)
    if places:
        target[places] = _corner(src, places, dim)
    return result


@op(node="ScatterBackward", number=1, input=lambda grad, dim, index: grad.scatter(dim, index, 0))
def _scatter_number(input, dim, index: Array, value):
    check_fits(value, input.dtype)
    result, target, places = _scatter_into(input, dim, index, None)
    if places:
        target[places] = np.array(value).astype(input.dtype)
    return result


def _scatter_call(name, input, dim, index, src, value):
    """Which op scatters these, and its arguments."""
    given = src if src is not None else value
    if isinstance(given, Tensor):
        return _scatter, (input, dim, index, given)
    if isinstance(given, NUMBERS):
        return _scatter_number, (input, dim, index, given)
    given = () if given is None else (given,)
    kinds = "int dim, Tensor index"
    raise no_overload(name, (dim, index, *given), f"{kinds}, Tensor src", f"{kinds}, Number value")


@composite
def scatter(input, dim, index, src=None, *, value=None):
    """A copy with elements of `src`, or one number, at the places that `index` names along `dim`.

    >>> torch.zeros(2, 2).scatter(1, torch.tensor([[1], [0]]), 5)
    tensor([[0., 5.],
            [5., 0.]])
    """
    function, values = _scatter_call("scatter", input, dim, index, src, value)
    return function(*values)


@composite(torch=False)
def scatter_(self, dim, index, src=None, *, value=None):
    """Like `scatter`, but in place."""
    function, values = _scatter_call("scatter_", self, dim, index, src, value)
    return function.op.in_place(values[0], values[1:], {})


@op(in_place=True, input=lambda grad: grad, src=lambda grad, dim, index: grad.gather(dim, index))
def scatter_add(input, dim, index: Array, src):
    """A copy with elements of `src` added at the places that `index` names along `dim`."""
    result, target, places = _scatter_into(input, dim, index, src, "scatter_add")
    if places:
        np.add.at(target, places, _corner(src, places, dim))
    return result


@composite
def take_along_dim(input, indices, dim=None, *, out=None):
    """Like `gather`, with broadcasting; without a `dim`, of all elements in a row."""
    if indices.dtype is not dtypes.int64:
        raise RuntimeError(
            f"torch.take_along_dim(): dtype of indices should be Long but got {indices.dtype.label}"
        )
    if dim is None:
        return gather(input.view(-1), 0, indices.view(-1), out=out)
    if input.ndim != indices.ndim:
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, "
            f"but got {input.ndim} dimensions for input, and {indices.ndim} dimensions for indices"
        )
    dim = wrap_dim(dim, input.ndim)
    shapes = [list(t._array.shape) for t in (input, indices)]
    lengths = [shape[dim] for shape in shapes]
    for shape in shapes:
        shape[dim] = 1
    try:
        common = np.broadcast_shapes(*shapes)
    except ValueError:
        raise broadcast_error([np.broadcast_to(0, shape) for shape in shapes]) from None
    input, indices = (
        t.expand(*common[:dim], n, *common[dim + 1 :]) for t, n in zip((input, indices), lengths)
    )
    return gather(input, dim, indices, out=out)
