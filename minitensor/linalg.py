"""`torch.linalg`: norms, determinants, inverses, systems of equations, products."""

import math

from . import dtypes
from .arguments import NUMBERS, wrong_type
from .ops.linalg import LinAlgError, _cross, solve
from .ops.linalg import det as _det
from .ops.linalg import inverse as _inverse
from .ops.matmul import matmul
from .ops.norm import _vector_norm
from .ops.products import multi_dot
from .tensor import wrap_dim

__all__ = [
    "LinAlgError",
    "cross",
    "det",
    "inv",
    "matmul",
    "matrix_norm",
    "multi_dot",
    "norm",
    "solve",
    "vector_norm",
]


def det(A, *, out=None):
    """The determinant of a square matrix, or of each in a batch."""
    return _det(A, out=out)


def inv(A, *, out=None):
    """The inverse of a square matrix, or of each in a batch. Raises LinAlgError if there is none.

    >>> torch.linalg.inv(torch.tensor([[2., 0.], [0., 4.]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    return _inverse(A, out=out)


def cross(input, other, *, dim=-1, out=None):
    """The cross product of vectors of three elements, which lie along `dim`."""
    return _cross(input, other, dim, out=out)


def vector_norm(x, ord=2, dim=None, keepdim=False, *, dtype=None, out=None):
    """The norm of all elements, or along dims, as if they were one vector.

    >>> torch.linalg.vector_norm(torch.tensor([3., 4.]))
    tensor(5.)
    """
    if not isinstance(ord, NUMBERS):
        raise wrong_type("linalg_vector_norm", "ord", 2, "Number", ord)
    return _vector_norm(x, ord, dim, keepdim, dtype=dtype, out=out)


def matrix_norm(A, ord="fro", dim=(-2, -1), keepdim=False, *, dtype=None, out=None):
    """The norm of a matrix: "fro" for the root of the sum of squares, 1 for the largest column sum.

    inf gives the largest row sum, -1 and -inf the smallest sums. The norms made of singular values
    (2, -2, "nuc") are not here.
    """
    _check_matrix(A, ord, dim)
    if ord == "fro":
        return _vector_norm(A, 2, tuple(dim), keepdim, dtype=dtype, out=out)
    summed, compared = (wrap_dim(d, A.ndim) for d in dim)
    if math.isinf(ord):
        summed, compared = compared, summed
    sums = _vector_norm(A, 1, (summed,), keepdim, dtype=dtype)
    if compared > summed and not keepdim:
        compared -= 1
    extreme = sums.amax if ord > 0 else sums.amin
    return extreme(compared, keepdim, out=out)


def _check_matrix(A, ord, dim):
    if not A.is_floating_point():
        label = dtypes.of(A._array.dtype).label
        raise RuntimeError(
            f"linalg.matrix_norm: Expected a floating point or complex tensor as input. Got {label}"
        )
    if A.ndim < 2:
        raise RuntimeError(
            "linalg.matrix_norm: The input tensor A must have at least 2 dimensions."
        )
    if len(dim) != 2:
        raise RuntimeError(
            f"linalg.matrix_norm: dim must be a 2-tuple. Got {' '.join(str(d) for d in dim)}"
        )
    if ord in (2, -2, "nuc"):
        raise NotImplementedError(
            f"linalg.matrix_norm: minitensor has no singular values, which order {ord} needs"
        )
    if ord not in ("fro", 1, -1, math.inf, -math.inf):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")


def norm(A, ord=None, dim=None, keepdim=False, *, out=None, dtype=None):
    """A norm: of a matrix if an order is given and there are two dimensions, else of a vector.

    >>> torch.linalg.norm(torch.tensor([[1., 2.], [3., 4.]]), 1)
    tensor(6.)
    """
    dims = (dim,) if isinstance(dim, int) else dim
    if dims is not None and len(dims) not in (1, 2) and not isinstance(ord, str):
        raise RuntimeError(
            f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {list(dims)}"
        )
    if ord is None:
        return _vector_norm(A, 2, dims, keepdim, dtype=dtype, out=out)
    if dims is None and A.ndim not in (1, 2):
        raise RuntimeError(
            "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got "
            f"{A.ndim}D."
        )
    if isinstance(ord, str) or (A.ndim if dims is None else len(dims)) == 2:
        return matrix_norm(A, ord, dims or (-2, -1), keepdim, dtype=dtype, out=out)
    return _vector_norm(A, ord, dims, keepdim, dtype=dtype, out=out)
