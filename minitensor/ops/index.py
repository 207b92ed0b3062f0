"""Indexing: `x[...]` reads, `x[...] = value` writes.

Numbers, slices, None and `...` make views, one view op after the other. Masks and index tensors copy: what is
left after the views goes into one `index`.
"""

import warnings

import numpy as np

from .. import dtypes
from ..arguments import NUMBERS, check_fits
from ..declare import Array, Arrays, composite, op
from ..tensor import Tensor, wrap
from .data import array_of
from .parts import _slice, alias, select, slice_view
from .views import _view, unsqueeze


def _index_formula(grad, input_shape, indices):
    return _index_backward(grad, input_shape, indices)


@op(node="IndexBackwardBackward", grad=lambda grad, indices: _index(grad, indices))
def _index_backward(grad: Array, shape, indices: Arrays):
    result = np.zeros(shape, grad.dtype)
    np.add.at(result, _numpy_key(indices), grad)
    return result


@op(input=_index_formula)
def _index(input, indices: Arrays):
    key = _numpy_key(indices)
    _check_index(input, indices)
    try:
        return input[key]
    except IndexError:
        raise _broadcast_error(indices) from None


@op(
    in_place=True,
    input=lambda grad, indices, accumulate: (
        grad
        if accumulate
        else _index_put(grad, indices, wrap(np.array(0, grad._array.dtype)), False)
    ),
    values=lambda grad, indices: _index(grad, indices),
)
def _index_put(input, indices: Arrays, values: Array, accumulate=False):
    if values.dtype != input.dtype:
        raise RuntimeError(
            "Index put requires the source and destination dtypes match, got "
            f"{dtypes.of(input.dtype).label} for the destination and {dtypes.of(values.dtype).label} for the "
            "source."
        )
    _check_index(input, indices)
    key = _numpy_key(indices)
    try:
        shape = input[key].shape
    except IndexError:
        raise _broadcast_error(indices) from None
    try:
        values = np.broadcast_to(values, shape)
    except ValueError:
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(values.shape)} cannot be broadcast to indexing result "
            f"of shape {list(shape)}"
        ) from None
    result = input.copy()
    if accumulate:
        np.add.at(result, key, values)
    else:
        result[key] = values
    return result


@composite
def index_put(input, indices, values, accumulate=False):
    """A copy with `values` written (or added) at the places that a tuple of index tensors names."""
    return _index_put(input, list(indices), values, accumulate)


@composite(torch=False)
def index_put_(self, indices, values, accumulate=False):
    """Like `index_put`, but in place."""
    return _index_put.op.in_place(self, (list(indices), values, accumulate), {})


def _numpy_key(indices):
    return tuple([slice(None) if i is None else i for i in indices])


def _check_index(array, indices):
    """Raise PyTorch's error for an index out of range, or a mask that does not fit."""
    dim = 0
    for index in indices:
        if index is None:
            dim += 1
        elif index.dtype == bool:
            if index.shape != array.shape[dim : dim + index.ndim]:
                raise IndexError(
                    f"The shape of the mask {list(index.shape)} at index {dim} does not match the shape of the "
                    f"indexed tensor {list(array.shape)} at index {dim}"
                )
            dim += index.ndim
        else:
            size = array.shape[dim]
            if index.size and not (-size <= index.min() and index.max() < size):
                bad = index[(index < -size) | (index >= size)].flat[0]
                raise IndexError(
                    f"index {bad} is out of bounds for dimension {dim} with size {size}"
                )
            dim += 1


def _broadcast_error(indices):
    shapes = ", ".join(
        str(list((i.nonzero()[0] if i.dtype == bool else i).shape))
        for i in indices
        if i is not None
    )
    return IndexError(
        f"shape mismatch: indexing tensors could not be broadcast together with shapes {shapes}"
    )


def _apply_views(tensor, key):
    """The view that numbers, slices, None and `...` select, and the tensors among the indices, by dimension."""
    ndim = tensor._array.ndim
    specified = sum(_dims_used(k) for k in key)
    if specified > ndim:
        raise IndexError(f"too many indices for tensor of dimension {ndim}")
    result, dim, original, indices = tensor, 0, 0, {}
    for k in key:
        if isinstance(k, bool):
            result = unsqueeze(result, dim)
            indices[dim] = wrap(np.array([k]))
            dim += 1
        elif k is None:
            result = unsqueeze(result, dim)
            dim += 1
        elif k is Ellipsis:
            dim += ndim - specified
            original += ndim - specified
        elif isinstance(k, slice):
            if k != slice(None):
                result = slice_view(result, dim, _checked_slice(k))
            dim, original = dim + 1, original + 1
        elif isinstance(k, Tensor):
            if k._array.ndim == 0 and k._array.dtype == bool:
                result = unsqueeze(result, dim)
                indices[dim] = wrap(k._array.reshape(1))
            elif k._array.ndim == 0 and k._array.dtype.kind in "iu":
                result = _select(result, dim, k._array.item(), original, tensor)
                dim -= 1
            else:
                indices[dim] = k
                dim += k._array.ndim - 1 if k._array.dtype == bool else 0
            dim, original = dim + 1, original + 1
        else:
            result = _select(result, dim, k.__index__(), original, tensor)
            original += 1
    return result, [indices.get(d) for d in range(max(indices) + 1)] if indices else None


def _dims_used(k):
    if k is None or k is Ellipsis or isinstance(k, bool):
        return 0
    if isinstance(k, Tensor) and k._array.dtype == bool:
        return k._array.ndim
    return 1


def _select(tensor, dim, index, original_dim, source):
    size = tensor._array.shape[dim]
    if not -size <= index < size:
        raise IndexError(
            f"index {index} is out of bounds for dimension {original_dim} with size {size}"
        )
    return select(tensor, dim, index)


def _checked_slice(k):
    if isinstance(k.step, int) and k.step < 0:
        raise ValueError("step must be greater than zero")
    try:
        k.indices(1)
    except ValueError:
        raise
    except TypeError:
        raise TypeError(
            "slice indices must be integers or None or have an __index__ method"
        ) from None
    return k


def _normal_key(key):
    """The parts of an index as a list; sequences and arrays in it as tensors."""
    return [_normal_part(k) for k in (key if isinstance(key, tuple) else (key,))]


def _normal_part(k):
    if k is None or k is Ellipsis or isinstance(k, (bool, int, slice)):
        return k
    if isinstance(k, np.ndarray):
        k = wrap(k)
    elif isinstance(k, (list, tuple, range)):
        array = array_of(list(k))
        k = wrap(array if array.size else array.astype(np.int64))
    if isinstance(k, Tensor):
        return _index_tensor(k)
    if isinstance(k, str):
        raise TypeError("new(): invalid data type 'str'")
    if not hasattr(k, "__index__"):
        kind = type(k).__name__
        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices "
            f"(got {kind})"
        )
    return k.__index__()


def _index_tensor(k):
    kind = k._array.dtype
    if kind == np.uint8:
        warnings.warn(
            "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.",
            UserWarning,
            stacklevel=5,
        )
        return wrap(k._array.astype(bool))
    if kind not in (np.int64, np.int32, np.bool_):
        raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    return k


def _check_scalar(tensor, key):
    if (
        not tensor._array.ndim
        and len(key) == 1
        and isinstance(key[0], int)
        and not isinstance(key[0], bool)
    ):
        raise IndexError(
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to "
            "convert a 0-dim tensor to a number"
        )


def _getitem(self, key):
    if isinstance(key, slice):
        _check_scalar_slice(self)
        return _slice(self, 0, _checked_slice(key))
    key = _normal_key(key)
    _check_scalar(self, key)
    result, indices = _apply_views(self, key)
    if indices is not None:
        return _index(result, indices)
    return alias(self) if result is self else result


def _check_scalar_slice(tensor):
    if not tensor._array.ndim:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")


def _setitem(self, key, value):
    key = _normal_key(key)
    _check_scalar(self, key)
    target, indices = _apply_views(self, key)
    value = _value_for(self, value)
    if indices is None:
        if value._array.shape != target._array.shape:
            value = _expanded_for(value, target) if value._array.ndim else value
        target.copy_(value)
    else:
        _index_put.op.in_place(target, (indices, _without_leading_ones(value)), {})


def _value_for(tensor, value):
    """The value of an assignment as a tensor; numbers take the tensor's dtype."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, NUMBERS):
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise ValueError("Overflow when unpacking long long")
        check_fits(value, tensor._array.dtype)
        return wrap(np.array(value).astype(tensor._array.dtype))
    kind = type(value)
    name = f"numpy.{kind.__name__}" if kind.__module__ == "numpy" else kind.__name__
    raise TypeError(f"can't assign a {name} to a {tensor.type()}")


def _without_leading_ones(value):
    shape = value._array.shape
    while shape and shape[0] == 1:
        shape = shape[1:]
    return _view(value, shape)


def _expanded_for(value, target):
    return _without_leading_ones(value).expand(target._array.shape)


Tensor.__getitem__ = _getitem
Tensor.__setitem__ = _setitem
