"""Norms and distances."""

import math

import numpy as np

from .. import dtypes
from ..arguments import NUMBERS, broadcast_error, wrong_type
from ..declare import Array, composite, op
from ..tensor import Tensor
from .reduce import contiguous, put_back, reduced_axes, work_dtype


def _size(input, ord, axes, keepdim):
    """The norm of an array along some axes."""
    result_dtype, work = input.dtype, work_dtype(input, None)
    magnitudes = np.abs(input.astype(work, copy=False))
    if ord == 0:
        size = np.add.reduce(magnitudes != 0, axes, work, None, keepdim)
    elif ord == 1:
        size = np.add.reduce(magnitudes, axes, None, None, keepdim)
    elif ord == 2:
        size = np.sqrt(np.add.reduce(magnitudes * magnitudes, axes, None, None, keepdim))
    elif math.isinf(ord):
        extreme = np.maximum if ord > 0 else np.minimum
        size = extreme.reduce(magnitudes, axes, None, None, keepdim)
    else:
        size = np.add.reduce(magnitudes**ord, axes, None, None, keepdim) ** (1 / ord)
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

    `p`: a number, `inf`, `-inf`, or "fro", the same as 2. (PyTorch also has "nuc".)

    >>> x = torch.tensor([3., -4.])
    >>> x.norm(), x.norm(1), x.norm(float("inf"))
    (tensor(5.), tensor(7.), tensor(4.))
    """
    dims = dim if dim is None or isinstance(dim, (tuple, list)) else (dim,)
    if isinstance(p, str):
        _check_name(p, dims)
    order = 2 if p is None or p == "fro" else p.item() if isinstance(p, Tensor) else p
    return _vector_norm(input, order, dims, keepdim, dtype=dtype, out=out)


def _check_name(p, dims):
    if p == "nuc":
        raise NotImplementedError(
            "linalg.matrix_norm: minitensor has no singular values, which order nuc needs"
        )
    if p != "fro":
        raise RuntimeError(f"linalg.matrix_norm: Order {p} not supported.")
    if dims is not None and len(dims) > 2:
        raise RuntimeError(
            f"linalg.matrix_norm: dim must be a 2-tuple. Got {' '.join(map(str, dims))}"
        )


def _distance_slope(grad, input, other, p, result):
    return _size_slope(grad, input - other, p, None, False, result)


def _distance_slope_of_other(grad, input, other, p, result):
    slope = _distance_slope(grad, input, other, p, result)
    return None if slope is None else -slope


@op(input=_distance_slope, other=_distance_slope_of_other)
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
