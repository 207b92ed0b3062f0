"""Where the elements of a result lie in memory: PyTorch has rules of its own, and views of the result show them."""

import numpy as np

from .storage import is_dense


def memory_like(array, dtype=None):
    """Fresh memory as `empty_like` lays it out: with the array's own strides, unless they leave gaps or repeat.

    >>> memory_like(np.zeros((2, 3)).T).strides
    (8, 24)
    """
    dtype = array.dtype if dtype is None else np.dtype(dtype)
    if not is_dense(array):
        return memory_for(array.shape, dtype, [array.strides])
    fresh = np.empty(array.shape, dtype)
    strides = tuple([step // array.itemsize * dtype.itemsize for step in array.strides])
    if not array.size or fresh.strides == strides:
        return fresh
    return np.ndarray(array.shape, dtype, fresh, 0, strides)


def memory_for(shape, dtype, operands):
    """Fresh memory with its dimensions in the order that PyTorch gives the result of an element-wise op.

    `operands`: the strides of each operand along the dimensions of the result, 0 where it is repeated. PyTorch sorts
    the dimensions by the strides of the first operand, and ties by those of the next.
    """

    def compare(inner, outer):
        for strides in operands:
            a, b = strides[inner], strides[outer]
            if a and b and (a != b or shape[inner] > shape[outer]):
                return a - b or 1
        return 0

    order = list(reversed(range(len(shape))))  # innermost first
    for place in range(1, len(order)):  # PyTorch's own sort: not every two can be compared
        for earlier in reversed(range(place)):
            difference = compare(order[earlier], order[place])
            if difference > 0:
                order[earlier], order[place] = order[place], order[earlier]
                place = earlier
            elif difference < 0:
                break
    order.reverse()
    return np.empty([shape[d] for d in order], dtype).transpose(np.argsort(order).tolist())


def copied(array, dtype=None):
    """A copy, laid out like the original (see `memory_like`)."""
    copy = memory_like(array, dtype)
    np.copyto(copy, array, casting="unsafe")
    return copy


def laid_out(array, operands):
    """`array`, computed from arrays element by element, with the strides that PyTorch gives such a result.

    >>> a, b = np.zeros((2, 3)), np.zeros((3, 2)).T
    >>> laid_out(b + a, [b, a]).strides == b.strides
    True
    """
    shape = array.shape
    if len(shape) < 2:
        return array
    alike = all([a.shape == shape for a in operands])
    first, ones = operands[0], not alike and any([1 in a.shape for a in operands])
    if not ones and all([a.flags.c_contiguous for a in operands]):
        return array  # the stride of a size 1, which may be anything, counts only in stretching
    if alike and is_dense(first) and len({steps(a) for a in operands}) == 1:
        result = memory_like(first, array.dtype)
    else:
        strides = [
            [0] * (len(shape) - a.ndim)
            + [
                s if n == m else 0
                for s, n, m in zip(a.strides, a.shape, shape[len(shape) - a.ndim :])
            ]
            for a in operands
        ]
        result = memory_for(shape, array.dtype, strides)
    if result.strides == array.strides:
        return array
    result[...] = array
    return result


def steps(array):
    """The strides of an array, counted in elements."""
    return tuple([step // array.itemsize for step in array.strides])
