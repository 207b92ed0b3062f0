"""Tensors on memory that others own: NumPy arrays, buffers, and anything that speaks DLPack."""

import numpy as np

from .. import dtypes
from ..called import renamed
from ..declare import FUNCTIONS, composite
from ..device import check_device
from ..once import warn_once
from ..tensor import Tensor, wrap
from .create import finish, numpy_dtype
from .data import array_of, check_strides


def share(array):
    """A tensor on the memory of a NumPy array; PyTorch's error if there can't be one."""
    d = dtypes.of(array.dtype)
    check_strides(array)
    if any(step % array.itemsize for step in array.strides):
        raise ValueError(
            "given numpy array strides not a multiple of the element byte size. Copy the numpy array to "
            "reallocate the memory."
        )
    if not array.flags.writeable:
        _warn_of_reading(
            "NumPy array", "This means writing to this tensor will result in undefined behavior."
        )
    return wrap(np.asarray(array).view(d.numpy))


def _warn_of_reading(kind, meaning):
    warn_once(
        f"The given {kind} is not writable, and PyTorch does not support non-writable tensors. {meaning} You may "
        f"want to copy the {kind.split()[-1]} to protect its data or make it writable before converting it to a "
        "tensor. This type of warning will be suppressed for the rest of this program."
    )


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
        prefix = "numpy." if kind.__module__ == "numpy" else ""
        raise TypeError(f"expected np.ndarray (got {prefix}{kind.__name__})")
    return share(ndarray)


@composite(method=False)
def as_tensor(data, *, dtype: dtypes.dtype = None, device=None):
    """A tensor that shares memory with `data` if it is an array or tensor of the right dtype; else a copy."""
    wanted = None if dtype is None else numpy_dtype(dtype, "as_tensor")
    check_device(device)
    if isinstance(data, Tensor):
        return data if wanted is None else data.to(dtypes.of(wanted))
    if isinstance(data, np.ndarray) and (wanted is None or wanted == data.dtype):
        return share(data)
    return wrap(array_of(data, wanted, "as_tensor"))


@composite(method=False)
def asarray(obj, *, dtype: dtypes.dtype = None, device=None, copy=None, requires_grad=None):
    """A tensor of `obj`: on the same memory if it is a tensor, an array or a buffer and nothing speaks against it.

    `copy=True` always copies; `copy=False` raises ValueError if there must be a copy.
    """
    check_device(device)
    wanted = None if dtype is None else numpy_dtype(dtype, "asarray")
    if isinstance(obj, Tensor):
        result = obj
    elif isinstance(obj, np.ndarray) and not copy:
        result = share(obj)
    elif _is_buffer(obj):
        result = frombuffer(obj, dtype=dtypes.get_default_dtype() if dtype is None else dtype)
    elif copy is False:
        raise ValueError("can't alias arbitrary sequence into a tensor.")
    else:
        return finish(array_of(obj, wanted, "asarray"), "asarray", bool(requires_grad))
    if wanted is not None and wanted != result._array.dtype:
        if copy is False:
            found, wanted = result.dtype.label, dtypes.of(wanted).label
            raise ValueError(f"can't alias tensor with dtype '{found}' into dtype '{wanted}'.")
        result = result.to(dtypes.of(wanted))
    elif copy:
        result = result.clone()
    if requires_grad is None and result.requires_grad:
        warn_once(
            "torch.asarray: unspecified requires_grad now defaults to obj.requires_grad instead of False. Pass "
            "requires_grad=False explicitly to get the old behavior and silence this warning."
        )
    if requires_grad is False and result.requires_grad:
        return result.detach()
    return result.requires_grad_() if requires_grad else result


def _is_buffer(value):
    if isinstance(value, (np.ndarray, np.generic)):
        return False
    try:
        memoryview(value)
    except TypeError:
        return False
    return True


@composite(method=False)
def frombuffer(
    buffer, *, dtype: dtypes.dtype, count: int = -1, offset: int = 0, requires_grad: bool = False
):
    """A tensor on the memory of an object with a buffer, such as a bytearray: `count` elements from byte `offset`.

    >>> torch.frombuffer(bytearray(b"abc"), dtype=torch.uint8)
    tensor([97, 98, 99], dtype=torch.uint8)
    """
    try:
        memory = memoryview(buffer)
    except TypeError:
        raise ValueError("object does not implement Python buffer protocol.") from None
    kind = numpy_dtype(dtype, "frombuffer")
    length, size = memory.nbytes, kind.itemsize
    if length == 0 or count == 0:
        raise ValueError(f"both buffer length ({length}) and count ({count}) must not be 0")
    if not 0 <= offset < length:
        raise ValueError(
            f"offset ({offset} bytes) must be non-negative and no greater than buffer length ({length} "
            "bytes) minus 1"
        )
    if count > 0 and count * size > length - offset:
        raise ValueError(
            f"requested buffer length ({count} * {size} bytes) after offset ({offset} bytes) must not be "
            f"greater than actual buffer length ({length} bytes)"
        )
    if count < 0 and (length - offset) % size:
        raise ValueError(
            f"buffer length ({length - offset} bytes) after offset ({offset} bytes) must be a multiple of "
            f"element size ({size})"
        )
    if memory.readonly:
        meaning = "This means you can write to the underlying (supposedly non-writable) buffer using the tensor."
        _warn_of_reading("buffer", meaning)
    return finish(np.frombuffer(memory, kind, max(count, -1), offset), "frombuffer", requires_grad)


# DLPack


class Capsule:
    """A DLPack capsule in the dress of the object that it came from."""

    def __init__(self, capsule):
        self.capsule = capsule

    def __dlpack__(self, **options):
        return self.capsule

    def __dlpack_device__(self):
        return 1, 0


@composite(method=False)
def from_dlpack(ext_tensor, *, device=None, copy=None):
    """A tensor on the memory of another library's: anything with `__dlpack__`, such as a NumPy array.

    >>> a = np.arange(3)
    >>> torch.from_dlpack(a)
    tensor([0, 1, 2])
    """
    check_device(device)
    if isinstance(ext_tensor, np.ndarray) and not ext_tensor.flags.writeable and not copy:
        ext_tensor.__dlpack__(max_version=(1, 0))  # raises for what DLPack can't express
        return wrap(ext_tensor.view(dtypes.of(ext_tensor.dtype).numpy))
    if not hasattr(ext_tensor, "__dlpack_device__"):
        ext_tensor = Capsule(ext_tensor)
    try:
        array = np.from_dlpack(ext_tensor)
    except (TypeError, ValueError):
        raise RuntimeError(
            "from_dlpack received an invalid capsule. Note that DLTensor capsules can be consumed only once, so "
            "you might have already constructed a tensor from it once."
        ) from None
    dtypes.of(array.dtype)
    return wrap(np.array(array) if copy else array)


@composite(method=False)
def to_dlpack(data: Tensor):
    """The tensor as a DLPack capsule, which another library's `from_dlpack` can take once."""
    return data.__dlpack__()


FUNCTIONS["to_dlpack"] = renamed(to_dlpack, "_to_dlpack", ("Tensor data",))
