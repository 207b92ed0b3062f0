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
    """The gradient of a sum: the same number for all elements that were added up, stored once."""
    if isinstance(grad, Tensor):
        return grad.expand(shape)
    grad = np.asarray(grad)
    if grad.ndim and not grad.flags.c_contiguous:
        return np.broadcast_to(grad, shape)
    steps = [s if n == m else 0 for s, n, m in zip(grad.strides, grad.shape, shape)]
    return np.ndarray(shape, grad.dtype, grad, 0, steps or (0,) * len(shape))


@for_both
def keep_where(grad, mask):
    """The gradient where the mask is true, 0 elsewhere."""
    if isinstance(grad, Tensor):
        return grad.masked_fill(mask.logical_not(), 0)
    return np.where(mask, grad, grad.dtype.type(0))
