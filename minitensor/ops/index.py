"""Indexing: `x[...]` reads, `x[...] = value` writes.

Numbers, slices, None and `...` make views, one view op after the other. Masks and index tensors copy: what is
left after the views goes into one `index`.
"""

import itertools
import sys
from collections.abc import Sequence

import numpy as np

from .. import dtypes
from ..arguments import check_fits
from ..declare import Array, Arrays, Tensors, composite, op
from ..graph import requires_grad
from ..layout import memory_for
from ..misfits import type_name
from ..once import warn
from ..tensor import Tensor, wrap
from ..views import check_apart, check_in_place
from .data import array_of
from .inplace import change, warn_if_expanded
from .parts import _select, _slice, alias
from .reduce import contiguous
from .views import _view, unsqueeze, view_strides

MASKS, INTEGERS = (np.bool_, np.uint8), (np.int64, np.int32)

# Index tensors


class Places:
    """Where index tensors and masks point to in an array, found with PyTorch's checks.

    `indices` has an index for each of the first dimensions, or None. `shape` is that of the elements found.
    """

    def __init__(self, array, indices):
        self.array, self.indices = array, []
        for index in indices:
            self.indices += self._for_dims(index)
        if len(self.indices) > array.ndim:
            raise IndexError(
                f"too many indices for tensor of dimension {array.ndim} (got {len(self.indices)})"
            )
        self.dims = [d for d, index in enumerate(self.indices) if index is not None]
        shapes = [self.indices[d].shape for d in self.dims]
        try:
            self.common = shapes[0] if len({*shapes}) == 1 else np.broadcast_shapes(*shapes)
        except ValueError:
            shapes = ", ".join(str(list(shape)) for shape in shapes)
            raise IndexError(
                f"shape mismatch: indexing tensors could not be broadcast together with shapes {shapes}"
            ) from None
        self.shape = self.around(array.shape, self.common)
        if 0 in [array.shape[d] for d in self.dims] and 0 not in self.common:
            raise IndexError("index is out of bounds for dimension with size 0")

    def _for_dims(self, index):
        """One index for each dimension that an index or a mask stands for."""
        if index is None or index.dtype in INTEGERS:
            return [index]
        if index.dtype not in MASKS:
            raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
        first, shape = len(self.indices), self.array.shape
        for d, (size, expected) in enumerate(zip(index.shape, shape[first:])):
            if size != expected:
                raise IndexError(
                    f"The shape of the mask {list(index.shape)} at index {d} does not match the shape "
                    f"of the indexed tensor {list(shape)} at index {first + d}"
                )
        return index.nonzero() if index.ndim else np.array([index]).nonzero()

    def around(self, values, middle):
        """Values for the dimensions of the result: `middle` for the indices', the others from `values`."""
        first, last = self.dims[0], self.dims[-1] + 1
        if last - first > len(self.dims):  # not side by side: their dimensions come first
            first = 0
            values = [v for d, v in enumerate(values) if d not in self.dims]
            return (*middle, *values)
        return (*values[:first], *middle, *values[last:])

    def key(self):
        """The index in NumPy's form, checked to be inside."""
        for place, d in enumerate(self.dims):
            index, size = self.indices[d], self.array.shape[d]
            lowest, highest = np.minimum.reduce(index, None), np.maximum.reduce(index, None)
            if lowest < -size or highest >= size:
                bad = index[(index < -size) | (index >= size)].flat[0]
                raise IndexError(
                    f"index {bad} is out of bounds for dimension {place} with size {size}"
                )
        return tuple([slice(None) if index is None else index for index in self.indices])

    def operands(self):
        """The strides of the array and of the indices, along the dimensions of the result."""
        yield self.around(self.array.strides, (0,) * len(self.common))
        shape = self.around((1,) * self.array.ndim, self.common)
        for d in self.dims:
            index = self.indices[d]
            if index.shape != self.common:
                index = np.broadcast_to(index, self.common)
            strides = view_strides(index, shape)
            yield [s if n == m else 0 for s, n, m in zip(strides, shape, self.shape)]

    def in_order(self):
        """True if the elements found lie in reading order without further ado."""
        indices = [self.indices[d] for d in self.dims]
        several = [self.array, *(index for index in indices if index.ndim > 1)]
        return all(a.flags.c_contiguous and 1 not in a.shape for a in several)


@op(node="IndexBackwardBackward", grad=lambda grad, indices: _index(grad, indices))
def _index_backward(grad: Array, shape, indices: Arrays):
    result = np.zeros(shape, grad.dtype)
    if grad.size:
        np.add.at(result, Places(result, indices).key(), grad)
    return result


@op(input=lambda grad, input_shape, indices: _index_backward(grad, input_shape, indices))
def _index(input, indices: Arrays):
    if len(indices) == 1 and input.flags.c_contiguous:  # one vector or mask: nothing to arrange
        (index,) = indices
        if index.dtype == bool and index.ndim and index.shape == input.shape[: index.ndim]:
            return input[index]
        if index.ndim == 1 and index.dtype == np.int64 and 0 not in input.shape:
            try:
                return input.take(index, 0)
            except IndexError:
                pass  # said in PyTorch's words below
    places = Places(input, indices)
    if 0 in places.shape:
        return np.empty(places.shape, input.dtype)
    found = input[places.key()]
    if places.in_order():
        return contiguous(found)
    result = memory_for(places.shape, input.dtype, list(places.operands()))
    result[...] = found
    return result


def _put_slope(grad, indices, accumulate):
    return grad if accumulate else _index_put(grad, indices, grad.new_zeros(()), False)


def _fills_mask(given, values, accumulate):
    """True for one value under a mask: what PyTorch leaves to masked_fill_."""
    return len(given) == 1 and given[0].dtype in MASKS and values.size == 1 and not accumulate


@op(in_place=True, input=_put_slope, values=lambda grad, indices: _index(grad, indices))
def _index_put(input, indices: Arrays, values: Array, accumulate=False):
    places = Places(input, indices)
    try:
        fits = not values.ndim or values.shape == places.shape
        spread = values if fits else np.broadcast_to(values, places.shape)
    except ValueError:
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(values.shape)} cannot be broadcast to "
            f"indexing result of shape {list(places.shape)}"
        ) from None
    given = [index for index in indices if index is not None]
    fills = _fills_mask(given, values, accumulate)
    if fills and given[0].dtype == np.uint8:
        raise RuntimeError(
            "masked_fill_ only supports boolean masks, but got mask with dtype unsigned char"
        )
    if values.dtype != input.dtype and not fills:  # masked_fill casts its one value
        raise RuntimeError(
            "Index put requires the source and destination dtypes match, got "
            f"{dtypes.of(input.dtype).label} for the destination and {dtypes.of(values.dtype).label} for "
            "the source."
        )
    result = input.copy()
    if accumulate and 0 not in places.shape:
        np.add.at(result, places.key(), spread)
    elif 0 not in places.shape:
        result[places.key()] = spread
    return result


@composite
def index_put(input: Tensor, indices: Tensors, values: Tensor, accumulate: bool = False):
    """A copy with `values` written (or added) at the places that a tuple of index tensors names."""
    return _index_put(input, list(indices), values, accumulate)


@composite
def index_put_(input: Tensor, indices: Tensors, values: Tensor, accumulate: bool = False):
    """Like `index_put`, but in place."""
    return _put(input, list(indices), values, accumulate)


def _put(target, indices, values, accumulate=False):
    check_in_place(target, requires_grad(target) or requires_grad(values))
    given = [index for index in indices if index is not None]
    warn_if_expanded(target, "index_put_", "tensor[indices] = tensor")
    if _fills_mask([index._array for index in given], values._array, accumulate):
        warn_if_expanded(target, "masked_fill_")
    else:
        check_apart(target, [values, *given])
    return change(_index_put.op, target, (indices, values, accumulate))


# Square brackets


def _apply_views(tensor, key):
    """The view that numbers, slices, None and `...` select, and a list of the index tensors left over."""
    ndim = tensor._array.ndim
    specified = sum(map(_dims_used, key))
    if specified > ndim:
        raise IndexError(f"too many indices for tensor of dimension {ndim}")
    result, dim, indices = tensor, 0, []
    joined = 0  # dimensions that masks before cover beyond their first: they have one index
    for position, k in enumerate(key):
        kind = type(k)
        if kind is slice:
            start, end, step = _bounds(k)
            if start or step != 1 or end < result._array.shape[dim]:
                result = _slice(result, dim, start, end, step)
            dim += 1
            continue
        if k is Ellipsis:
            dim += ndim - specified
            continue
        if k is None or kind is bool:
            result = unsqueeze(result, dim)
            index = None if k is None else _bool_index(k)
        else:
            index = k if kind is int else _number_or_tensor(k)
            if type(index) is int:
                result = _at(result, dim, index, position)
                continue
            if not index._array.ndim and index._array.dtype in MASKS:
                result, index = unsqueeze(result, dim), _bool_index(index._array)
        if index is not None:
            indices += [None] * (dim - joined - len(indices)) + [index]
            extra = index._array.ndim - 1 if index._array.dtype in MASKS else 0
            dim, joined = dim + extra, joined + extra
        dim += 1
    return result, indices


def _dims_used(k):
    if type(k) is int or type(k) is slice:
        return 1
    if k is None or k is Ellipsis or isinstance(k, bool):
        return 0
    if isinstance(k, Tensor) and k._array.dtype in MASKS:
        return k._array.ndim
    return 1


def _bool_index(value):
    """The index of the one slice of a new dimension, or of none."""
    return wrap(np.zeros(int(bool(value)), np.int64))


def _at(tensor, dim, index, position):
    """The slice at an index of a dimension."""
    shape = tensor._array.shape
    size = shape[dim] if shape else 0
    if not -size <= index < size:
        if not -(2**63) <= index < 2**63:
            raise ValueError("Overflow when unpacking long long")
        if not shape and index == 0:
            raise IndexError(
                "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` "
                "in C++ to convert a 0-dim tensor to a number"
            )
        raise IndexError(
            f"index {index} is out of bounds for dimension {position} with size {size}"
        )
    return _select(tensor, dim, index)


def _bounds(k):
    """Start, end and step of a slice as ints."""
    step = 1 if k.step is None else _bound(k.step)
    if step == 0:
        raise ValueError("slice step cannot be zero")
    if step < 0:
        raise ValueError("step must be greater than zero")
    start = 0 if k.start is None else _bound(k.start)
    return start, sys.maxsize if k.stop is None else _bound(k.stop), step


def _bound(value):
    if not hasattr(value, "__index__"):
        raise TypeError("slice indices must be integers or None or have an __index__ method")
    return max(-sys.maxsize - 1, min(value.__index__(), sys.maxsize))


def _number_or_tensor(k):
    """An index as an int or a tensor; sequences and arrays become tensors."""
    if not isinstance(k, Tensor) and isinstance(k, (np.ndarray, Sequence)):
        if isinstance(k, str):
            raise TypeError("new(): invalid data type 'str'")
        array = array_of(k if isinstance(k, np.ndarray) else list(k))
        k = wrap(array if array.dtype in MASKS else array.astype(np.int64))
    if isinstance(k, Tensor):
        array = k._array
        if not array.ndim and array.dtype.kind in "iu" and array.dtype != np.uint8:
            return array.item()
        if array.ndim and array.dtype == np.uint8:
            warn(
                "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead."
            )
        return k
    if not hasattr(k, "__index__"):
        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid "
            f"indices (got {type_name(k)})"
        )
    return k.__index__()


def _parts(tensor, key):
    """The parts of an index as a tuple. A short list with more than numbers in it counts as a tuple."""
    if isinstance(key, tuple):
        return key
    if isinstance(key, np.integer):
        key = int(key)
    if type(key) is slice and not tensor._array.ndim:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    if type(key) is int and not tensor._array.ndim:
        return _at(tensor, 0, key, 0)
    if isinstance(key, (int, slice, Tensor)):
        return (key,)
    if isinstance(key, Sequence) and len(key) < 32:
        structured = (Tensor, np.ndarray, Sequence, slice)
        if any(k is None or k is Ellipsis or isinstance(k, structured) for k in key):
            return tuple(key)
    return (key,)


def _getitem(self, key):
    if type(key) is int:
        return _at(self, 0, key, 0)
    key_parts = _parts(self, key)
    if type(key) is slice:  # always a new view, even of everything
        return _slice(self, 0, *_bounds(key))
    result, indices = _apply_views(self, key_parts)
    if indices:
        return _index(result, indices)
    return alias(self) if result is self else result


def _setitem(self, key, value):
    value = _value_for(self, value)
    if key is False:
        return
    target, indices = (
        (unsqueeze(self, 0), []) if key is True else _apply_views(self, _parts(self, key))
    )
    if indices:
        _put(target, indices, _without_leading_ones(value))
    elif value._array.shape == target._array.shape:
        target.copy_(value)
    elif not value._array.ndim:
        target.fill_(value)
    else:
        value, shape = _view(value, _significant(value)), target._array.shape
        target.copy_(value if value._array.shape == shape else value.expand(shape))


def _value_for(tensor, value):
    """The value of an assignment as a tensor; numbers take the tensor's dtype."""
    if isinstance(value, Tensor):
        return value
    if not isinstance(value, (int, float, np.integer)):
        raise TypeError(f"can't assign a {type_name(value)} to a {tensor.type()}")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError("Overflow when unpacking long long")
    if not tensor.is_floating_point():
        check_fits(value, tensor._array.dtype)
    return wrap(np.array(value).astype(tensor._array.dtype))


def _without_leading_ones(value):
    shape = _significant(value)
    return value if shape == value._array.shape else _view(value, shape)


def _significant(value):
    """The shape from the first size on that is not 1."""
    return tuple(itertools.dropwhile(lambda size: size == 1, value._array.shape))


def _delitem(self, key):
    raise TypeError("Tensor does not support deleting items")


Tensor.__getitem__, Tensor.__setitem__, Tensor.__delitem__ = _getitem, _setitem, _delitem
