"""The memory behind tensors, seen as PyTorch's storage: one flat array of all its elements."""

import numpy as np

from .device import cpu


def flat_storage(tensor):
    """The whole storage of a tensor as a one-dimensional array: its own memory, or its base's."""
    if tensor._home is None:
        owner = tensor._view.base if tensor._view is not None else tensor
        owner._home = owner._home if owner._home is not None else flatten(owner._array)
        tensor._home = owner._home
    return tensor._home


def flatten(array):
    """All elements from the first to the last in memory, without copying.

    >>> flatten(np.arange(6).reshape(2, 3).T)
    array([0, 1, 2, 3, 4, 5])
    """
    if array.flags.c_contiguous:
        return array.reshape(-1)
    step = array.itemsize
    reach = sum((size - 1) * abs(stride) for size, stride in zip(array.shape, array.strides)) + step
    return np.lib.stride_tricks.as_strided(array, (reach // step,), (step,))


def address(array):
    """Where the first element of an array lies in memory."""
    return array.__array_interface__["data"][0]


def place_in_storage(tensor):
    """The distance, in elements, from the start of the storage to the tensor's first element."""
    home = flat_storage(tensor)
    if not tensor._array.size:
        return 0
    return (address(tensor._array) - address(home)) // home.itemsize


def strided(home, shape, strides, offset):
    """A view on flat storage: `shape` and `strides` in elements, beginning at `offset`."""
    step = home.itemsize
    return np.ndarray(shape, home.dtype, home, offset * step, [s * step for s in strides])


def is_dense(array):
    """True if the elements fill their stretch of memory without gaps or overlaps, in any order."""
    expected = array.itemsize
    for step, size in sorted((s, n) for s, n in zip(array.strides, array.shape) if n > 1):
        if step != expected:
            return False
        expected *= size
    return True


def contiguous_strides(shape):
    """The strides, in elements, of a fresh tensor of this shape."""
    strides, step = [], 1
    for size in reversed(shape):
        strides.append(step)
        step *= max(size, 1)
    return tuple(reversed(strides))


class UntypedStorage:
    """The bytes behind a tensor: what all its views share.

    >>> torch.zeros(2, 3)[1].untyped_storage().nbytes()
    24
    """

    device = cpu

    def __init__(self, home):
        self._bytes = home.view(np.uint8)

    def data_ptr(self):
        """The address of the first byte."""
        return address(self._bytes) if self._bytes.size else 0

    def nbytes(self):
        """The number of bytes."""
        return self._bytes.size

    size = __len__ = nbytes

    def element_size(self):
        """1: the elements are bytes."""
        return 1

    def tolist(self):
        """The bytes as a list of numbers from 0 to 255."""
        return self._bytes.tolist()

    def __getitem__(self, index):
        if isinstance(index, slice):
            return UntypedStorage(self._bytes[index])
        if not -len(self) <= index < len(self):
            raise IndexError(f"index {index} out of range for storage of size {len(self)}")
        return int(self._bytes[index])

    def __setitem__(self, index, value):
        self._bytes[index] = value

    def __iter__(self):
        return iter(self.tolist())

    def __eq__(self, other):
        if not isinstance(other, UntypedStorage):
            return NotImplemented
        return self.data_ptr() == other.data_ptr() and len(self) == len(other)

    def __hash__(self):
        return hash(self.data_ptr())

    def __repr__(self):
        lines = "".join(f" {value}\n" for value in self.tolist())
        return f"{lines}[torch.storage.UntypedStorage(device=cpu) of size {len(self)}]"


class TypedStorage:
    """The elements behind a tensor: what all its views share. Deprecated in PyTorch."""

    device = cpu
    warning = (
        "TypedStorage is deprecated. It will be removed in the future and UntypedStorage will be the only "
        "storage class. This should only matter to you if you are using storages directly.  To access "
        "UntypedStorage directly, use tensor.untyped_storage() instead of tensor.storage()"
    )

    def __init__(self, home, dtype):
        self._home, self.dtype = home, dtype

    def data_ptr(self):
        """The address of the first element."""
        return address(self._home) if self._home.size else 0

    def size(self):
        """The number of elements."""
        return self._home.size

    __len__ = size

    def nbytes(self):
        """The number of bytes."""
        return self._home.nbytes

    def untyped(self):
        """The same memory as bytes."""
        return UntypedStorage(self._home)

    def tolist(self):
        """The elements as a list of Python numbers."""
        return self._home.tolist()

    def __getitem__(self, index):
        return self._home[index].item()

    def __setitem__(self, index, value):
        self._home[index] = value

    def __iter__(self):
        return iter(self.tolist())

    def __repr__(self):
        lines = "".join(f" {value}\n" for value in self.tolist())
        kind = f"dtype={self.dtype}, device=cpu"
        return f"{lines}[torch.storage.TypedStorage({kind}) of size {self.size()}]"
