"""Norms and distances."""

import math

import numpy as np

from .. import dtypes
from ..arguments import NUMBERS, broadcast_error, wrong_type
from ..declare import Array, composite, op
from ..tensor import Tensor
from .reduce import contiguous, put_back, reduced_axes, work_dtype


def _size(input, order, axes, keepdim):
    """The norm of an array along some axes."""
    result_dtype, work = input.dtype, work_dtype(input, None)
    magnitudes = np.abs(input.astype(work, copy=False))
    if order == 0:
        size = np.add.reduce(magnitudes != 0, axes, work, None, keepdim)
    elif order == 1:
        size = np.add.reduce(magnitudes, axes, None, None, keepdim)
    elif order == 2:
        size = np.sqrt(np.add.reduce(magnitudes * magnitudes, axes, None, None, keepdim))
    elif math.isinf(order):
        extreme = np.maximum if order > 0 else np.minimum
        size = extreme.reduce(magnitudes, axes, None, None, keepdim)
    else:
        size = np.add.reduce(magnitudes**order, axes, None, None, keepdim) ** (1 / order)
    return contiguous(size.astype(result_dtype, copy=False))


def _size_slope(grad, input, ord, dim, keepdim, result):
    grad, result = (put_back(t, input.shape, dim, keepdim) for t in (grad, result))
    if ord == 0:
        return None
    if ord == 1:
        return input.sgn() * grad
    if ord == 2:
        return grad * (input / result).masked_fill(result == 0, 0)
    if math.isinf(ord):
        reached = (input.abs() == result) | input.isnan()
        return input.sgn() * (grad / reached.sum(() if dim is None else dim, True) * reached)
    if ord < 2:
        direction = input.sgn() * input.abs() ** (ord - 1)
        if ord < 1:
            direction = direction.masked_fill(input == 0, 0)
    else:
        direction = input * input.abs() ** (ord - 2)
    return direction * (grad / result ** (ord - 1)).masked_fill(result == 0, 0)


@op(node="LinalgVectorNormBackward", input=_size_slope)
def _vector_norm(input: Array, ord=2, dim=None, keepdim=False, *, dtype=None):
    _check_floating(input, dtype)
    if dtype is not None:
        input = input.astype(dtype.numpy, copy=False)
    axes = reduced_axes(dim, input.ndim, "linalg_vector_norm")
    if not input.size and (ord < 0 or math.isinf(ord)):
        _check_not_empty(input, ord, dim)
    return _size(input, ord, axes, keepdim)


def _check_floating(input, dtype):
    given = dtypes.of(input.dtype)
    if not given.is_floating_point:
        raise RuntimeError(
            "linalg.vector_norm: Expected a floating point or complex tensor as input. Got "
            f"{given.label}"
        )
    if dtype is None:
        return
    if not dtype.is_floating_point:
        raise RuntimeError(
            f"linalg.vector_norm: dtype should be floating point or complex, but got {dtype.label}"
        )
    if dtype.itemsize < given.itemsize:
        raise RuntimeError(
            f"linalg.vector_norm: the dtype of the input ({given.label}) should be convertible "
            f"without narrowing to the specified dtype ({dtype.label})"
        )


def _check_not_empty(input, ord, dims):
    start = f"linalg.vector_norm cannot compute the {ord:g} norm on "
    if dims is None:
        raise RuntimeError(
            f"{start}an empty tensor because the operation does not have an identity"
        )
    for dim in dims:
        if input.shape[dim] == 0:
            raise RuntimeError(
                f"{start}the dimension {dim}because this dimension is empty and the operation "
                "does not have an identity"
            )


@composite
def norm(input, p="fro", dim=None, keepdim=False, out=None, dtype=None):
    """The norm of all elements, or along dims: the p-th root of the sum of their p-th powers.

    `p`: a number, `inf`, `-inf`, "fro" (same as 2) or "nuc" (the sum of the singular values).

    >>> x = torch.tensor([3., -4.])
    >>> x.norm(), x.norm(1), x.norm(float("inf"))
    (tensor(5.), tensor(7.), tensor(4.))
    """
    if p == "nuc":
        return _nuclear_norm(input, dim, keepdim)
    dims = dim if dim is None or isinstance(dim, (tuple, list)) else (dim,)
    if p == "fro" and dims is not None and len(dims) > 2:
        raise _no_matrix(dims)
    if isinstance(p, str) and p != "fro":
        raise RuntimeError(f"linalg.matrix_norm: Order {p} not supported.")
    order = 2 if p is None or p == "fro" else p.item() if isinstance(p, Tensor) else p
    return _vector_norm(input, order, dims, keepdim, dtype=dtype, out=out)


def _nuclear_norm(input, dim, keepdim):
    dims = (-2, -1) if dim is None else dim if isinstance(dim, (tuple, list)) else (dim,)
    if len(dims) != 2:
        raise _no_matrix(dims)
    given = dtypes.of(input._array.dtype)
    if not given.is_floating_point:
        raise RuntimeError(
            "linalg.matrix_norm: Expected a floating point or complex tensor as input. Got "
            f"{given.label}"
        )
    total = input.movedim(dims, (-2, -1)).svd()[1].sum(-1)
    for d in sorted(d % input.ndim for d in dims) if keepdim else ():
        total = total.unsqueeze(d)
    return total


def _no_matrix(dims):
    return RuntimeError(
        f"linalg.matrix_norm: dim must be a 2-tuple. Got {' '.join(str(d) for d in dims)}"
    )


def _distance_slope(grad, input, other, p, result):
    return _size_slope(grad, input - other, p, None, False, result)


@op(
    input=_distance_slope,
    other=lambda grad, input, other, p, result: _negated(
        _distance_slope(grad, input, other, p, result)
    ),
)
def dist(input, other, p=2):
    """The p-norm of input - other.

    >>> torch.dist(torch.tensor([1., 2.]), torch.tensor([4., 6.]))
    tensor(5.)
    """
    if isinstance(p, bool) or not isinstance(p, NUMBERS):
        raise wrong_type("dist", "p", 3, "Number", p)
    dtype = dtypes.result_dtype(input, other)
    if dtype.kind != "f":
        label = dtypes.of(dtype).label
        raise RuntimeError(
            f"norm(): input dtype should be either floating point or complex. Got {label} instead."
        )
    try:
        difference = np.subtract(input, other, dtype=dtype, casting="unsafe")
    except ValueError:
        raise broadcast_error((input, other)) from None
    return _size(difference, p, None, False)


def _negated(slope):
    return None if slope is None else -slope
