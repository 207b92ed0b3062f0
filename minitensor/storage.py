"""The memory behind tensors, seen as PyTorch's storage: one flat array of all its elements."""

import numpy as np


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
