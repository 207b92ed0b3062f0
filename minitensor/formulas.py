"""What formulas use besides operators, for tensors and for arrays alike.

A formula that calls nothing but these can run on arrays (see `is_arithmetic` in op_node.py), which is how an
ordinary backward pass computes.
"""

import math

import numpy as np

from .arguments import parse_dims
from .summation import add_up
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
def put_back(grad, shape, dim, keepdim):
    """The gradient of a result with the reduced dims of the input put back, of size 1."""
    if dim is None or keepdim or not shape:
        return grad
    dims = parse_dims(dim, len(shape))
    if not isinstance(grad, Tensor):
        return np.reshape(grad, [1 if d in dims else n for d, n in enumerate(shape)])
    for d in dims:
        grad = grad.unsqueeze(d)
    return grad


@for_both
def how_many(shape, dim):
    """The number of elements that each result is made of."""
    if dim is None or not shape:
        return math.prod(shape)
    return math.prod([shape[d] for d in parse_dims(dim, len(shape))])


@for_both
def exp(value):
    """e to the power of each element."""
    return value.exp() if isinstance(value, Tensor) else np.exp(value)


@for_both
def reshaped(grad, shape):
    """The same elements with another shape."""
    return grad.reshape(shape)


@for_both
def swapped(grad, dim0, dim1):
    """Two dimensions swapped."""
    if isinstance(grad, Tensor):
        return grad.transpose(dim0, dim1)
    return grad.swapaxes(dim0, dim1) if grad.ndim else grad


@for_both
def turned(matrix):
    """A matrix transposed, or each of a batch; vectors and scalars as they are."""
    if not isinstance(matrix, Tensor):
        return matrix.mT if matrix.ndim > 1 else matrix
    return matrix.t() if matrix.ndim < 3 else matrix.transpose(1, 2)


@for_both
def summed_to(grad, shape):
    """Summed over the dimensions that broadcasting `shape` to the gradient's would repeat."""
    if isinstance(grad, Tensor):
        return grad.sum_to_size(shape)
    new, half = grad.ndim - len(shape), grad.dtype.char == "e"
    kept = [*[0] * new, *shape]
    dims = [d for d, n in enumerate(grad.shape) if d < new or (kept[d] == 1 and n != 1)]
    total = add_up(grad.astype(np.float32) if half else grad, tuple(dims) if shape else None)
    return np.array(np.reshape(total, shape), grad.dtype, order="C")
