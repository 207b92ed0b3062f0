"""Where the elements of a result lie: PyTorch and NumPy differ where the operands are laid out differently."""

import numpy as np


def laid_out(array, operands):
    """`array`, computed from arrays element by element, with the strides that PyTorch gives such a result.

    PyTorch sorts the dimensions by the strides of the first operand, and ties by those of the next
    (`TensorIterator::reorder_dimensions`); NumPy takes reading order where two operands disagree.

    >>> a, b = np.zeros((2, 3)), np.zeros((3, 2)).T
    >>> laid_out(b + a, [b, a]).strides == b.strides
    True
    """
    shape = array.shape
    if len(shape) < 2:
        return array
    if all([a.flags.c_contiguous for a in operands]):
        stretched = any([a.shape != shape for a in operands])
        if not stretched or not any([1 in a.shape for a in operands]):
            return array  # the stride of a size 1, which may be anything, counts only in stretching
    strides = [
        [0] * (len(shape) - a.ndim)
        + [s if n == m else 0 for s, n, m in zip(a.strides, a.shape, shape[len(shape) - a.ndim :])]
        for a in operands
    ]

    def inside(first, second):
        """1 if dimension `second` lies inside `first`, -1 if outside, 0 if no operand tells."""
        for steps in strides:
            a, b = steps[first], steps[second]
            if a and b:
                if a != b:
                    return -1 if a < b else 1
                if shape[first] > shape[second]:
                    return 1
        return 0

    order = list(range(len(shape)))[::-1]  # from the innermost dimension outwards
    for i in range(1, len(order)):  # PyTorch's own sort: not every two dimensions can be compared
        place = i
        for before in range(i - 1, -1, -1):
            wanted = inside(order[before], order[place])
            if wanted < 0:
                break
            if wanted > 0:
                order[before], order[place] = order[place], order[before]
                place = before
    outer = order[::-1]
    result = np.empty([shape[d] for d in outer], array.dtype).transpose(np.argsort(outer))
    if result.strides == array.strides:
        return array
    result[...] = array
    return result
