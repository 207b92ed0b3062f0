"""Tensors from data: a copy of numbers, nested sequences, NumPy arrays, other tensors."""

import functools
from itertools import chain

import numpy as np

from .. import dtypes
from ..arguments import NUMBERS
from ..as_python import warn_of_conversion
from ..declare import composite
from ..once import warn, warn_once
from ..tensor import Tensor
from .create import finish, numpy_dtype


def array_of(data, dtype=None, name="tensor"):
    """A fresh array of the numbers in nested sequences, of the dtype that PyTorch infers (an np.dtype)."""
    if isinstance(data, Tensor):
        data = data._array
    elif isinstance(data, np.ndarray):
        check_strides(data)
    if isinstance(data, (np.ndarray, np.generic)):
        if not isinstance(data, np.ndarray):
            data = np.asarray(data)
        natural = dtypes.of(data.dtype).numpy
        return np.array(data, dtype or natural)
    shape, leaves = _unnest(data)
    kinds = set(map(type, leaves))
    if dtype is None or kinds <= PLAIN:
        natural = _infer_dtype(leaves, kinds).numpy
    if not kinds <= PLAIN:
        exact = (dtype or natural).kind != "f"
        leaves = list(map(functools.partial(_number_of, exact), leaves))
        if dtype is not None:
            natural = _infer_dtype(leaves, set(map(type, leaves))).numpy
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


def check_strides(array):
    """Raise PyTorch's ValueError for a NumPy array that runs backwards, as `a[::-1]` does."""
    if any(step < 0 for step in array.strides):
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative strides are "
            "not currently supported. (You can probably work around this by making a copy of your array  with "
            "array.copy().) "
        )


def _number_of(exact, leaf):
    """A tensor or array with one element as a Python number; `exact`: as Python's integers are."""
    if isinstance(leaf, Tensor):
        warn_of_conversion(leaf)
        return leaf.__index__() if exact else leaf._only_element()
    if not isinstance(leaf, (*NUMBERS, np.ndarray)):
        kind = type(leaf).__name__
        wrong = f"'{kind}' object cannot be interpreted as an integer"
        raise TypeError(wrong if exact else f"must be real number, not {kind}")
    return leaf.item() if isinstance(leaf, np.ndarray) else leaf


def _convert(array, dtype):
    if dtype.kind in "iu" and array.size:
        limits = np.iinfo(dtype)
        low = -limits.max if dtype.kind == "u" else limits.min
        if array.dtype.kind != "b" and not (low <= array.min() and array.max() <= limits.max):
            raise RuntimeError(f"value cannot be converted to type {dtype.name} without overflow")
    return array.astype(dtype)


def _unnest(data):
    """The shape of nested sequences and their leaves in a flat list; PyTorch's error if they are ragged."""
    shape, level = [], [data]
    if isinstance(data, str):
        raise TypeError("new(): invalid data type 'str'")
    while level and _is_sequence(level[0]):
        if shape and any(isinstance(item, np.ndarray) and item.size for item in level):
            warn_once(
                "Creating a tensor from a list of numpy.ndarrays is extremely slow. Please consider converting the "
                "list to a single numpy.ndarray with numpy.array() before converting to a tensor."
            )
        length = len(level[0])
        if not length:  # PyTorch looks no further
            return [*shape, 0], []
        for item in level:
            if not (_is_sequence(item) or (isinstance(item, Tensor) and item.ndim)):
                raise TypeError("not a sequence")
            if len(item) != length:
                raise ValueError(
                    f"expected sequence of length {length} at dim {len(shape)} (got {len(item)})"
                )
        shape.append(length)
        level = list(chain.from_iterable(level))
    return shape, level


SEQUENCES = (list, tuple, range, bytearray)


def _is_sequence(value):
    if isinstance(value, str):
        raise ValueError("too many dimensions 'str'")
    if isinstance(value, np.ndarray) and not value.ndim:
        raise TypeError("len() of unsized object")
    return isinstance(value, (np.ndarray, *SEQUENCES)) or type(value).__name__ == "array"


PLAIN = {float, int, bool}


def _infer_dtype(leaves, kinds):
    if not kinds:
        return dtypes.get_default_dtype()
    if kinds <= PLAIN:
        kind = float if float in kinds else int if int in kinds else bool
        return dtypes.of_number(kind())
    result = None
    for leaf in leaves:
        found = _leaf_dtype(leaf)
        result = found if result is None else dtypes.join(result, found)
    return result


def _leaf_dtype(leaf):
    if isinstance(leaf, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{type(leaf).__name__}'")
    if isinstance(leaf, (list, tuple)):
        return _infer_dtype(leaf, set(map(type, leaf)))
    if isinstance(leaf, Tensor):
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
        _warn_of_tensor("torch.tensor")
    wanted = None if dtype is None else numpy_dtype(dtype, "tensor")
    return finish(array_of(data, wanted), "tensor", requires_grad, device)


@composite(torch=False)
def new_tensor(
    self, data, *, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False
):
    """A new tensor with a copy of `data`. The dtype is that of this tensor."""
    if isinstance(data, Tensor):
        _warn_of_tensor("tensor.new_tensor")
    wanted = numpy_dtype(dtype, "new_tensor", self._array.dtype)
    return finish(array_of(data, wanted), "new_tensor", requires_grad, device)


def _warn_of_tensor(name):
    warn(
        "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
        f"sourceTensor.detach().clone().requires_grad_(True), rather than {name}(sourceTensor)."
    )
