"""What formulas use besides operators, for tensors and for arrays alike.

A formula that calls nothing but these can run on arrays (see `is_arithmetic` in op_node.py), which is how an
ordinary backward pass computes.
"""

import numpy as np

from .tensor import Tensor


def for_both(function):
    """Mark a function that means the same for arrays as for tensors."""
    function.for_both = True
    return function


@for_both
def spread(grad, shape):
    """The gradient of a sum of all elements: the same number for each of them, stored once."""
    if isinstance(grad, Tensor):
        return grad.expand(shape)
    return np.ndarray(shape, grad.dtype, np.asarray(grad), 0, (0,) * len(shape))


@for_both
def keep_where(grad, mask):
    """The gradient where the mask is true, 0 elsewhere."""
    if isinstance(grad, Tensor):
        return grad.masked_fill(mask.logical_not(), 0)
    return np.where(mask, grad, grad.dtype.type(0))
