"""Reading and writing whole slices of one dimension, which a vector of indices names."""

import numpy as np

from .. import dtypes
from ..arguments import NUMBERS
from ..declare import Array, Number, composite, op
from ..layout import copied
from ..once import warn_once
from ..storage import contiguous_strides
from ..tensor import Tensor, wrap_dim
from .gather import check_bounds, reduce_into, reduce_slopes, with_dims
from .inplace import as_element, change, warn_if_expanded
from .matmul import scaled


def label(array):
    """The name of an array's dtype in PyTorch's errors."""
    return dtypes.of(array.dtype).label


@op(
    input=lambda grad, input_shape, dim, index: grad.new_zeros(input_shape).index_add(
        dim, index, grad
    )
)
def index_select(input: Array, dim: int, index: Array):
    """The slices of `dim` that a vector of indices names, as a copy.

    >>> torch.index_select(torch.tensor([[1, 2, 3], [4, 5, 6]]), 1, torch.tensor([2, 0]))
    tensor([[3, 1],
            [6, 4]])
    """
    dim = wrap_dim(dim, input.ndim)
    if index.ndim > 1:
        raise IndexError("index_select(): Index is supposed to be a vector")
    if index.dtype not in (np.int64, np.int32):
        raise RuntimeError("index_select(): Expected dtype int32 or int64 for index")
    if not input.ndim and index.size != 1:
        raise RuntimeError(
            f"index_select(): Index to scalar can have only 1 value, got {index.size} value(s)"
        )
    source, places = with_dims(input, index)
    size = source.shape[dim]
    outside = places[(places < 0) | (places >= size)]
    if outside.size and not size and input.ndim > 1:
        raise RuntimeError("index_select(): self indexing axis dim should be positive")
    if outside.size and dim == 1:
        raise RuntimeError(
            f"INDICES element is out of DATA bounds, id={outside[0]} axis_dim={size}"
        )
    if outside.size:
        raise IndexError("index out of range in self")
    result = source.take(places, dim)
    return result if input.ndim else result.reshape(())


def _slices_of(grad, dim, index, source):
    return grad.index_select(dim, index).reshape(source.shape)


@op(
    in_place=True,
    input=lambda grad: grad,
    source=lambda grad, dim, index, source, alpha: scaled(
        _slices_of(grad, dim, index, source), alpha
    ),
)
def index_add(input: Array, dim: int, index: Array, source: Array, *, alpha: Number = 1):
    """A copy with the slices of alpha * `source` added at those that a vector of indices names.

    >>> torch.zeros(3).index_add(0, torch.tensor([0, 2, 0]), torch.tensor([1., 2., 3.]))
    tensor([4., 0., 2.])
    """
    dim = wrap_dim(dim, input.ndim)
    _check_index_add("index_add_()", input, dim, index, source)
    result = np.array(input, order="C")
    target, index, source = with_dims(result, index, source)
    check_bounds(index, dim, target.shape[dim])
    if alpha != 1:
        source = source * np.array(alpha).astype(source.dtype)
    np.add.at(target.swapaxes(0, dim), index, source.swapaxes(0, dim))
    return result


def _check_index_add(name, input, dim, index, source):
    if index.ndim > 1:
        raise IndexError(
            f"{name}: Index is supposed to be a vector, but got dim: {index.ndim} with type: "
            f"{label(index)} and size: {list(index.shape)}"
        )
    if index.dtype not in (np.int64, np.int32):
        raise RuntimeError(f"{name}: Expected dtype int32/int64 for index but got: {label(index)}")
    if source.dtype != input.dtype:
        raise RuntimeError(
            f"{name}: self ({label(input)}) and source ({label(source)}) must have the same "
            "scalar type"
        )
    if dim and dim >= source.ndim:
        raise RuntimeError(
            f"{name}: Indexing dim {dim} is out of bounds of the source tensor with dim "
            f"{source.ndim}"
        )
    count = source.shape[dim] if source.ndim else 1
    if index.size != count:
        raise RuntimeError(
            f"{name}: Number of indices ({index.size}) should be equal to source.size(dim): "
            f"({count}), for dim: {dim}"
        )
    both = input.ndim and source.ndim
    if _without(input.shape, dim, both) != _without(source.shape, dim, both):
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. "
            f"Got self.shape = {list(input.shape)} source.shape = {list(source.shape)}"
        )


def _without(shape, dim, really=True):
    return shape[:dim] + shape[dim + 1 :] if really else shape


def _both_slopes(grad, input, dim, index, source, reduce, include_self, result):
    line = [1] * source.ndim
    if source.ndim:
        line[dim] = -1
    index = index.reshape(line).expand(source.shape)
    return reduce_slopes(grad, input, dim, index, source, reduce, include_self, result)


def _self_slope(grad, input, dim, index, source, reduce, include_self, result):
    return _both_slopes(grad, input, dim, index, source, reduce, include_self, result)[0]


def _source_slope(grad, input, dim, index, source, reduce, include_self, result):
    return _both_slopes(grad, input, dim, index, source, reduce, include_self, result)[1]


@op(in_place=True, input=_self_slope, source=_source_slope)
def index_reduce(
    input: Array, dim: int, index: Array, source: Array, reduce: str, *, include_self: bool = True
):
    """A copy in which the slices of `source` are combined with those that a vector of indices names.

    `reduce`: "prod", "mean", "amax" or "amin".
    """
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RuntimeError(
            "index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got "
            f"{reduce}."
        )
    dim = wrap_dim(dim, input.ndim)
    _check_index_add("index_reduce_()", input, dim, index, source)
    warn_once("index_reduce() is in beta and the API may change at any time.")
    result = np.array(input, order="C")
    target, index, source = with_dims(result, index, source)
    if np.any((index < 0) | (index >= target.shape[dim])):
        raise IndexError("index out of range in self")
    reduce_into(target.swapaxes(0, dim), index, source.swapaxes(0, dim), reduce, include_self)
    return result


@op(
    in_place=True,
    input=lambda grad, dim, index: grad.index_fill(dim, index, 0),
    source=lambda grad, dim, index, source: _slices_of(grad, dim, index, source),
)
def index_copy(input: Array, dim: int, index: Array, source: Array):
    """A copy with the slices of `source` written over those that a vector of indices names."""
    dim = wrap_dim(dim, input.ndim)
    _check_index_copy(input, dim, index, source)
    result = np.array(input, order="C")
    target, index, source = with_dims(result, index, source)
    check_bounds(index, dim, target.shape[dim], error=IndexError, start="index_copy_(): ")
    target.swapaxes(0, dim)[index] = source.swapaxes(0, dim)
    return result


def _check_index_copy(input, dim, index, source):
    name, count = "index_copy_():", index.size
    if index.ndim > 1:
        raise IndexError(f"{name} Index should have dimension 1 or 0 (got {index.ndim})")
    if not source.ndim and count != 1:
        raise IndexError(
            f"{name} When source is scalar, index should have one element (got {count})"
        )
    if source.ndim and input.ndim and source.ndim != input.ndim:
        raise IndexError(
            f"{name} When source and destination are not scalars, their dimensionality must match. "
            f"Source dimensionality ({source.ndim}), destination dimensionality ({input.ndim})"
        )
    if index.dtype != np.int64:
        raise RuntimeError(f"{name} Expected a long tensor for index, but got {label(index)}")
    if input.dtype != source.dtype:
        raise RuntimeError(
            f"{name} self and source expected to have the same dtype, but got (self) "
            f"{label(input)} and (source) {label(source)}"
        )
    ours, theirs = _without(input.shape, dim), _without(source.shape, dim)
    if ours != theirs:
        raise RuntimeError(
            f"{name} Source/destination tensor must have same slice shapes. Destination slice "
            f"shape: {' '.join(map(str, ours))} at dimension {dim} and source slice shape: "
            f"{' '.join(map(str, theirs))} at dimension 0."
        )
    if source.ndim and count != source.shape[dim]:
        raise IndexError(
            f"{name} Number of indices ({count}) should be equal to source.size(dim) "
            f"({source.shape[dim]})"
        )


def _filled(input, dim, index, value):
    dim = wrap_dim(dim, input.ndim)
    if index.dtype != np.int64:
        raise IndexError("index_fill_(): Expected dtype int64 for index.")
    if index.ndim > 1:
        raise RuntimeError("Index has to be a vector/scalar")
    value = as_element(value, input.dtype)
    result = copied(input)
    target, index = with_dims(result, index)
    size = target.shape[dim]
    if not target.size:
        _check_memory(target, dim, len(index))
        return result
    check_bounds(index, dim, size, lowest=-size, error=IndexError)
    target.swapaxes(0, dim)[index] = value
    return result


def _check_memory(array, dim, count):
    """PyTorch's error for so many slices of an empty array: a view of memory that is not there."""
    steps, shape, itemsize = [*contiguous_strides(array.shape)], [*array.shape], array.itemsize
    shape[dim], steps[dim] = count, 0
    if 0 not in shape:
        reach = sum((n - 1) * step for n, step in zip(shape, steps)) + 1
        raise RuntimeError(
            f"setStorage: sizes {shape}, strides {steps}, storage offset 0, and itemsize {itemsize} requiring a "
            f"storage size of {itemsize * reach} are out of bounds for storage of size 0"
        )


@op(node="IndexFillBackward", input=lambda grad, dim, index: grad.index_fill(dim, index, 0))
def _index_fill_number(input, dim: int, index: Array, value):
    return _filled(input, dim, index, value)


@op(
    node="IndexFillBackward",
    number=1,
    input=lambda grad, dim, index: grad.index_fill(dim, index, 0),
    value=lambda grad, dim, index: grad.index_select(dim, index.unique()).sum(),
)
def _index_fill_tensor(input, dim: int, index: Array, value):
    if value.ndim:
        raise RuntimeError(
            "index_fill_ only supports a 0-dimensional value tensor, but got tensor with "
            f"{value.ndim} dimension(s)."
        )
    return _filled(input, dim, index, value.item())


_FILLS = ("int dim, Tensor index, Tensor value", "int dim, Tensor index, Number value")


def _fill_op(value):
    if isinstance(value, Tensor):
        return _index_fill_tensor
    if isinstance(value, NUMBERS):
        return _index_fill_number
    raise TypeError


@composite(signatures=_FILLS)
def index_fill(input: Tensor, dim: int, index: Tensor, value):
    """A copy with the slices of `dim` that a vector of indices names filled with one value."""
    return _fill_op(value)(input, dim, index, value)


@composite(torch=False, signatures=_FILLS)
def index_fill_(self: Tensor, dim: int, index: Tensor, value):
    """Like `index_fill`, but in place."""
    warn_if_expanded(self, "index_fill_")
    return change(_fill_op(value).op, self, (dim, index, value))
