"""Tensors from data: numbers, nested sequences, NumPy arrays, other tensors."""

import warnings
from itertools import chain

import numpy as np

from .. import dtypes
from ..arguments import parse_size
from ..declare import composite
from ..device import check_device
from ..tensor import Tensor, wrap
from .create import finish, numpy_dtype


def array_of(data, dtype=None, name="tensor"):
    """A fresh array of the numbers in nested sequences, of the dtype that PyTorch infers (an np.dtype)."""
    if isinstance(data, Tensor):
        data = data._array
    if isinstance(data, (np.ndarray, np.generic)):
        if not isinstance(data, np.ndarray):
            data = np.asarray(data)
        natural = dtypes.of(data.dtype).numpy
        return np.array(data, dtype or natural)
    shape, leaves = _unnest(data)
    natural = _infer_dtype(leaves).numpy
    leaves = [leaf.item() if isinstance(leaf, (Tensor, np.ndarray)) else leaf for leaf in leaves]
    if dtype is None or dtype == natural:
        kind = natural
    else:  # all digits of Python's floats count if the wanted dtype has room for them
        kind = np.dtype("float64") if natural.kind == "f" else natural
    try:
        array = np.array(leaves, kind)
    except OverflowError:
        raise ValueError("Overflow when unpacking long long") from None
    if dtype is not None and dtype != kind:
        array = _convert(array, dtype)
    return array.reshape(shape)


def _convert(array, dtype):
    if dtype.kind in "iu" and array.size:
        limits = np.iinfo(dtype)
        low = -limits.max if dtype.kind == "u" else limits.min
        if array.dtype.kind in "iu" and not (low <= array.min() and array.max() <= limits.max):
            raise RuntimeError(f"value cannot be converted to type {dtype.name} without overflow")
    return array.astype(dtype)


def _unnest(data):
    """The shape of nested sequences and their leaves in a flat list; PyTorch's error if they are ragged."""
    shape, level = [], [data]
    while level and _is_sequence(level[0]):
        length = len(level[0])
        for item in level:
            if not _is_sequence(item):
                raise TypeError("not a sequence")
            if len(item) != length:
                raise ValueError(
                    f"expected sequence of length {length} at dim {len(shape)} (got {len(item)})"
                )
        shape.append(length)
        level = list(chain.from_iterable(level))
    return shape, level


def _is_sequence(value):
    if isinstance(value, str):
        raise TypeError("new(): invalid data type 'str'")
    if isinstance(value, Tensor) and value.ndim and value.numel() != 1:
        raise ValueError("only one element tensors can be converted to Python scalars")
    if isinstance(value, (Tensor, np.ndarray)):
        return value.ndim > 0
    return isinstance(value, (list, tuple, range))


def _infer_dtype(leaves):
    kinds = set(map(type, leaves))
    if not kinds:
        return dtypes.get_default_dtype()
    if kinds <= {float, int, bool}:
        kind = float if float in kinds else int if int in kinds else bool
        return dtypes.of_number(kind())
    result = None
    for leaf in leaves:
        found = _leaf_dtype(leaf)
        result = found if result is None else dtypes.join(result, found)
    return result


def _leaf_dtype(leaf):
    if isinstance(leaf, str):
        raise TypeError("new(): invalid data type 'str'")
    if isinstance(leaf, (list, tuple)):
        raise TypeError(f"'{type(leaf).__name__}' object cannot be interpreted as an integer")
    if isinstance(leaf, Tensor):
        if leaf.numel() != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return leaf.dtype
    if isinstance(leaf, (np.generic, np.ndarray)):
        return dtypes.of(leaf.dtype)
    return dtypes.of_number(leaf)


@composite(method=False)
def tensor(data, *, dtype=None, device=None, requires_grad=False, pin_memory=False):
    """A new tensor with a copy of `data`: a number, nested sequences, a NumPy array or a tensor.

    The dtype follows from the data: bool, int64 or the default dtype (float32) for Python numbers; an array's
    or tensor's own. Raises ValueError for ragged sequences, TypeError for text.

    >>> torch.tensor([[1, 2], [3, 4]])
    tensor([[1, 2],
            [3, 4]])
    """
    if isinstance(data, Tensor):
        warnings.warn(
            "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
            "sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor).",
            UserWarning,
            stacklevel=2,
        )
    wanted = None if dtype is None else numpy_dtype(dtype, "tensor")
    return finish(array_of(data, wanted), "tensor", requires_grad, device)


@composite(method=False)
def as_tensor(data, dtype=None, device=None):
    """A tensor that shares memory with `data` if it is an array or tensor of the right dtype; else a copy."""
    wanted = None if dtype is None else numpy_dtype(dtype, "as_tensor")
    check_device(device)
    if isinstance(data, Tensor):
        return data if wanted is None else data.to(dtypes.of(wanted))
    if isinstance(data, np.ndarray) and (wanted is None or data.dtype == wanted):
        return _share(data)
    return wrap(array_of(data, wanted))


@composite(method=False)
def asarray(obj, *, dtype=None, device=None, copy=None, requires_grad=False):
    """Like `as_tensor`; `copy=True` always copies."""
    result = as_tensor(obj, dtype, device)
    if copy:
        result = result.detach().clone()
    return result.requires_grad_() if requires_grad else result


@composite(method=False)
def from_numpy(ndarray):
    """A tensor on the same memory as a NumPy array: change either, and both change.

    Raises TypeError for what is no array or has an unsupported dtype, ValueError for negative strides.

    >>> a = np.ones(2)
    >>> x = torch.from_numpy(a)
    >>> a[0] = 5
    >>> x
    tensor([5., 1.], dtype=torch.float64)
    """
    if not isinstance(ndarray, np.ndarray):
        kind = type(ndarray)
        name = f"numpy.{kind.__name__}" if kind.__module__ == "numpy" else kind.__name__
        raise TypeError(f"expected np.ndarray (got {name})")
    return _share(ndarray)


def _share(array):
    d = dtypes.of(array.dtype)
    if any(step < 0 for step in array.strides):
        error = ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative strides are "
            "not currently supported. (You can probably work around this by making a copy of your array  with "
            "array.copy().) "
        )
        raise error
    if any(step % array.itemsize for step in array.strides):
        raise ValueError(
            "given numpy array strides not a multiple of the element byte size. Copy the numpy array to "
            "reallocate the memory."
        )
    if not array.flags.writeable:
        warnings.warn(
            "The given NumPy array is not writable, and PyTorch does not support non-writable tensors. This "
            "means writing to this tensor will result in undefined behavior. You may want to copy the array to "
            "protect its data or make it writable before converting it to a tensor. This type of warning will be "
            "suppressed for the rest of this program.",
            UserWarning,
            stacklevel=3,
        )
    return wrap(array.view(d.numpy) if array.dtype is not d.numpy else array.view())


@composite(torch=False)
def new_tensor(
    self, data, *, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False
):
    """A new tensor with a copy of `data`. The dtype is that of this tensor."""
    wanted = numpy_dtype(dtype, "new_tensor", self._array.dtype)
    return finish(array_of(data, wanted), "new_tensor", requires_grad, device)


# The constructors of old: torch.Tensor(2, 3), torch.Tensor([1, 2]), torch.LongTensor(…)


def legacy(name, dtype, *args):
    """A tensor of one dtype: uninitialised if given sizes, else a conversion of the data."""
    if not args:
        return wrap(np.empty((0,), dtype))
    data = args[0]
    if len(args) == 1 and isinstance(data, Tensor):
        return data._alias()
    if len(args) == 1 and isinstance(data, np.ndarray):
        return _share(data) if data.dtype == dtype else wrap(data.astype(dtype))
    if len(args) == 1 and isinstance(data, (list, tuple)) and type(data).__name__ != "Size":
        return wrap(array_of(data, np.dtype(dtype)))
    if isinstance(data, str):
        raise TypeError("new(): invalid data type 'str'")
    if isinstance(data, float):
        raise TypeError("new(): data must be a sequence (got float)")
    return wrap(np.zeros(parse_size(args, "new"), dtype))


def _new_tensor_object(cls, *args, **kwargs):
    if cls is Tensor:
        return legacy("Tensor", dtypes.get_default_dtype().numpy, *args)
    return object.__new__(cls)


Tensor.__new__ = _new_tensor_object
