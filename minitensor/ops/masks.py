"""Elements by their place in reading order, or by a mask: `take`, `masked_select`, `nonzero` …"""

import math
from collections.abc import Sequence

import numpy as np

from .. import dtypes
from ..arguments import broadcast_error
from ..declare import Array, composite, op
from ..layout import copied
from ..out import write
from ..tensor import Tensor
from .gather import with_dims
from .join import cat
from .slices import label
from .views import expand_strides

# By place


def _check_long(name, index):
    if index.dtype != np.int64:
        raise RuntimeError(f"{name}(): Expected a long tensor for index, but got {label(index)}")


def _places(array, index):
    """The NumPy index of elements counted in reading order, negative ones from the end."""
    count = array.size
    outside = index[(index < -count) | (index >= count)]
    if outside.size:
        raise IndexError(
            f"out of range: tried to access index {outside.flat[0]} on a tensor of {count} "
            "elements."
        )
    return np.unravel_index(index % max(count, 1), array.shape)


@op(input=lambda grad, input, index: grad.new_zeros(input.shape).put(index, grad, accumulate=True))
def take(input: Array, index: Array):
    """The elements at some places, counted through the whole tensor in reading order.

    >>> torch.take(torch.tensor([[1, 2], [3, 4]]), torch.tensor([0, 3]))
    tensor([1, 4])
    """
    _check_long("take", index)
    if index.size and not input.size:
        raise IndexError("take(): tried to take from an empty tensor")
    (source,) = with_dims(input)
    return np.array(source[_places(source, index)], order="C")


def _put_slope(grad, index, source, accumulate):
    return grad if accumulate else grad.put(index, source.new_zeros(source.shape))


@op(
    in_place=True,
    input=_put_slope,
    source=lambda grad, index, source: grad.take(index).reshape(source.shape),
)
def put(input: Array, index: Array, source: Array, accumulate: bool = False):
    """A copy with elements written (or added) at some places, counted in reading order."""
    _check_long("put_", index)
    if input.dtype != source.dtype:
        raise RuntimeError(
            "put_(): self and source expected to have the same dtype, but got self.dtype = "
            f"{label(input)} and source.dtype = {label(source)}"
        )
    if index.size != source.size:
        raise IndexError(
            "put_(): Expected source and index to have the same number of elements, but got "
            f"source.numel() = {source.size}, index.numel() = {index.size}"
        )
    if index.size and not input.size:
        raise IndexError("put_(): Tried to put elements into an empty tensor")
    result = copied(input)
    (target,) = with_dims(result)
    places, values = _places(target, index.reshape(-1)), source.reshape(-1)
    if accumulate:
        np.add.at(target, places, values)
    else:
        target[places] = values
    return result


# By mask


def _broadcast(*arrays):
    try:
        return np.broadcast_arrays(*arrays)
    except ValueError:
        raise broadcast_error(arrays) from None


def _masked_select_slope(grad, input, mask):
    shape = np.broadcast_shapes(input._array.shape, mask._array.shape)
    return grad.new_zeros(shape).masked_scatter(mask, grad)


@op(input=_masked_select_slope)
def masked_select(input: Array, mask: Array):
    """The elements where a mask is True, in one row.

    >>> x = torch.tensor([3, -1, 2])
    >>> torch.masked_select(x, x > 0)
    tensor([3, 2])
    """
    if mask.dtype != bool:
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    mask, input = _broadcast(mask, input)
    return input[mask]


def _source_slope(grad, mask, source_shape):
    used = grad.masked_select(mask)
    rest = int(np.prod(source_shape)) - used.numel()
    if rest:
        used = cat([used, used.new_zeros(rest)])
    return used.reshape(source_shape)


@op(input=lambda grad, mask: grad.masked_fill(mask, 0), source=_source_slope)
def masked_scatter(input: Array, mask: Array, source: Array):
    """A copy with the elements where a mask is True replaced by those of `source`, in order."""
    mask, input = _broadcast(mask, input)
    if mask.dtype != bool:
        raise RuntimeError(
            f"masked_scatter_ only supports boolean masks, but got mask with dtype {label(mask)}"
        )
    if input.dtype != source.dtype:
        raise RuntimeError(
            "masked_scatter: expected self and source to have same dtypes but got"
            f"{label(input)} and {label(source)}"
        )
    count = np.count_nonzero(mask)
    if count > source.size:
        raise RuntimeError("Number of elements of source < number of ones in mask")
    result = np.array(input, order="C")
    result[mask] = source.reshape(-1)[:count]
    return result


@composite(torch=False)
def masked_scatter_(self: Tensor, mask: Tensor, source: Tensor):
    """Like `masked_scatter`, but in place."""
    expand_strides(mask._array, self._array.shape)  # raises PyTorch's error if that can't be done
    return masked_scatter.op.in_place(self, (mask, source), {})


# Where elements are not zero


@composite
def nonzero(input: Tensor, *, as_tuple: bool = False, out=None):
    """The places of all elements that are not zero, a row of indices for each.

    `as_tuple=True` gives one tensor of indices for each dimension instead.

    >>> torch.nonzero(torch.tensor([[0, 1], [2, 0]]))
    tensor([[0, 1],
            [1, 0]])
    """
    if as_tuple:
        return argwhere(input if input.ndim else input.reshape(1)).unbind(1)
    return write("nonzero", argwhere(input), out)


@op()
def argwhere(input: Array):
    """The places of all elements that are not zero, a row of indices for each."""
    if not input.ndim:
        return np.empty((np.count_nonzero(input), 0), np.int64)
    return np.array(input.nonzero()).T


@op()
def nonzero_static(input: Array, *, size: int, fill_value: int = -1):
    """Like `nonzero`, but always `size` rows: the first ones, or filled up with `fill_value`."""
    if size < 0:
        raise RuntimeError("nonzero_static: 'size' must be an non-negative integer")
    result = np.full((size, input.ndim), fill_value)
    if input.ndim:
        found = np.array(input.nonzero()).T[:size]
        result[: len(found)] = found
    return result


@composite(method=False)
def unravel_index(indices, shape):
    """The indices along each dimension of a `shape`, for places that are counted in reading order.

    >>> torch.unravel_index(torch.tensor([3, 5]), (2, 3))
    (tensor([1, 1]), tensor([0, 2]))
    """
    if indices.is_complex() or indices.is_floating_point() or indices.dtype is dtypes.bool_:
        raise TypeError(f"expected 'indices' to be integer dtype, but got {indices.dtype}")
    if not isinstance(shape, (int, Sequence)):
        raise TypeError(f"expected 'shape' to be int or sequence of ints, but got {type(shape)}")
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    for size in sizes:
        if not isinstance(size, int):
            raise TypeError(f"expected 'shape' sequence to only contain ints, but got {type(size)}")
    if any(size < 0 for size in sizes):
        raise ValueError(f"'shape' cannot have negative values, but got {sizes}")
    steps = [math.prod(sizes[d + 1 :]) for d in range(len(sizes))]
    places = indices.unsqueeze(-1).floor_divide(indices.new_tensor(steps, dtype=dtypes.int64))
    return (places % indices.new_tensor(sizes, dtype=dtypes.int64)).unbind(-1)
