"""Triangular systems of equations, and Cholesky's decomposition: A = L @ L.mT, with L triangular."""

import numpy as np

from .. import dtypes, return_types
from ..arguments import broadcast_shape
from ..declare import Array, op
from ..once import warn_once
from ..out import write
from ..tensor import Tensor
from .linalg import (
    _check_equation,
    _solution,
    by_columns,
    check_floating,
    check_info,
    check_kernel,
    check_matrix,
    check_square,
    each,
    in_linalg,
)

NOT_POSITIVE = (
    "The factorization could not be completed because the input is not positive-definite (the "
    "leading minor of order {} is not positive-definite)."
)


def triangle(input, upper, unit=False):
    """One triangle of arrays of matrices; `unit`: with ones on the diagonal."""
    result = np.triu(input, int(unit)) if upper else np.tril(input, -int(unit))
    return result + np.eye(input.shape[-1], dtype=input.dtype) if unit else result


# Triangular systems


def _triangular_slope(grad, input, upper, left, unitriangular, result):
    step = _solve_triangular(input.mT, grad, not upper, left, unitriangular)
    slope = -(step @ result.mT if left else result.mT @ step)
    return slope.triu(int(unitriangular)) if upper else slope.tril(-int(unitriangular))


@op(
    node="LinalgSolveTriangularBackward",
    input=_triangular_slope,
    B=lambda grad, input, upper, left, unitriangular: _solve_triangular(
        input.mT, grad, not upper, left, unitriangular
    ),
)
def _solve_triangular(input: Array, B: Array, upper, left, unitriangular):
    name = "linalg.solve_triangular"
    check_square(name, input)
    check_matrix(name, B, "B")
    _check_equation(name, input, B, left)
    check_kernel("triangular_solve_cpu", input)
    A = triangle(input, upper, unitriangular)
    if left:
        return by_columns(_solution(A, B)[0])
    return by_columns(_solution(A.swapaxes(-2, -1), B.swapaxes(-2, -1))[0].swapaxes(-2, -1))


@in_linalg
def linalg_solve_triangular(
    input: Tensor,
    B: Tensor,
    *,
    upper: bool,
    left: bool = True,
    unitriangular: bool = False,
    out=None,
):
    """The X that solves input @ X = B (X @ input = B if not `left`), `input` being triangular.

    Only one triangle of `input` is looked at; if `unitriangular`, its diagonal counts as ones.

    >>> A = torch.tensor([[2., 0.], [1., 1.]])
    >>> torch.linalg.solve_triangular(A, torch.tensor([[2.], [3.]]), upper=False)
    tensor([[1.],
            [2.]])
    """
    common = dtypes.join(input.dtype, B.dtype)
    return _solve_triangular(input.to(common), B.to(common), upper, left, unitriangular, out=out)


# Cholesky's decomposition


def _decomposed(input, upper):
    """The triangle, and for each matrix the first leading minor that is not positive, or 0."""
    lower = np.tril(input.swapaxes(-2, -1) if upper else input)
    try:
        L, info = np.linalg.cholesky(lower), np.zeros(lower.shape[:-2], np.int32)
    except np.linalg.LinAlgError:
        L, info = each(_by_hand, [(lower.shape[-2:], lower.dtype), ((), np.int32)], lower)
    return by_columns(L.swapaxes(-2, -1) if upper else L), info


def _by_hand(L):
    """Row by row, as far as it goes: to the first minor that is not positive."""
    L = L.copy()
    for k in range(len(L)):
        for j in range(k):
            L[k, j] = (L[k, j] - L[k, :j] @ L[j, :j]) / L[j, j]
        L[k, k] -= L[k, :k] @ L[k, :k]
        if not L[k, k] > 0:
            return L, k + 1
        L[k, k] **= 0.5
    return L, 0


def _cholesky_slope(grad, L, upper):
    if upper:
        grad, L = grad.mT, L.mT
    inner = (L.mT @ grad).tril()
    inner = (inner + inner.tril(-1).mT) * 0.5
    left = _solve_triangular(L.mT, inner, True, True, False)
    return _solve_triangular(L, left, False, False, False)


@op(node="LinalgCholeskyExBackward", returns=return_types.linalg_cholesky_ex, input=_cholesky_slope)
def _cholesky_ex(input: Array, upper, name):
    check_square("linalg.cholesky", input)
    check_floating("linalg.cholesky", input)
    check_kernel("cholesky_cpu", input)
    L, info = _decomposed(input, upper)
    if name:
        check_info(name, info, NOT_POSITIVE)
    return L, info


@in_linalg
def linalg_cholesky_ex(input: Tensor, *, upper: bool = False, check_errors: bool = False, out=None):
    """What `cholesky` gives, and 0 or the order of the first leading minor that is not positive."""
    return _cholesky_ex(input, upper, "linalg.cholesky_ex" if check_errors else None, out=out)


@in_linalg
def linalg_cholesky(input: Tensor, *, upper: bool = False, out=None):
    """The lower triangular L with L @ L.mT = input (the upper U with U.mT @ U, if `upper`).

    >>> torch.linalg.cholesky(torch.tensor([[4., 2.], [2., 10.]]))
    tensor([[2., 0.],
            [1., 3.]])
    """
    return write("linalg_cholesky_ex", _cholesky_ex(input, upper, "linalg.cholesky")[0], out)


@op(input=lambda grad, upper, result: _cholesky_slope(grad, result, upper))
def cholesky(input: Array, upper: bool = False):
    """The same as `torch.linalg.cholesky`, by its old name."""
    warn_once(
        "torch.cholesky is deprecated in favor of torch.linalg.cholesky and will be removed in a future PyTorch "
        "release.\nL = torch.cholesky(A)\nshould be replaced with\nL = torch.linalg.cholesky(A)\nand\n"
        "U = torch.cholesky(A, upper=True)\nshould be replaced with\nU = torch.linalg.cholesky(A).mH\n"
        "This transform will produce equivalent results for all valid (symmetric positive definite) inputs."
    )
    check_square("cholesky", input)
    check_kernel("cholesky_cpu", input)
    L, info = _decomposed(input, upper)
    check_info("cholesky", info, NOT_POSITIVE)
    return L


def _product(L, upper):
    """The matrix that was decomposed into this triangle."""
    L = triangle(L, upper)
    return L.swapaxes(-2, -1) @ L if upper else L @ L.swapaxes(-2, -1)


def _factor_slope(common, L, upper):
    common = common + common.mT
    return -(L @ common) if upper else -(common @ L)


@op(input=lambda grad, input, upper, result: _factor_slope(result @ grad @ result, input, upper))
def cholesky_inverse(input: Array, upper: bool = False):
    """The inverse of A from the triangle that Cholesky's decomposition of A gives."""
    check_square("cholesky_inverse", input)
    check_kernel("cholesky_inverse_out_cpu", input)
    unit = np.eye(input.shape[-1], dtype=input.dtype)
    return by_columns(_solution(_product(input, upper), unit)[0])


@op(
    input=lambda grad, input2, upper: grad.cholesky_solve(input2, upper),
    input2=lambda grad, input2, upper, result: _factor_slope(
        grad.cholesky_solve(input2, upper) @ result.mT, input2, upper
    ),
)
def cholesky_solve(input: Array, input2: Array, upper: bool = False):
    """The X that solves A @ X = input, from the triangle that Cholesky's decomposition of A gives."""
    for name, array in (("b", input), ("u", input2)):
        if array.ndim < 2:
            raise RuntimeError(
                f"{name} should have at least 2 dimensions, but has {array.ndim} dimensions instead"
            )
    rows, columns = input2.shape[-2:]
    if input.dtype != input2.dtype:
        first, second = (dtypes.of(x.dtype).label for x in (input, input2))
        raise RuntimeError(
            f"Expected b and A to have the same dtype, but found b of type {first} and A of type "
            f"{second} instead."
        )
    if rows != columns:
        raise RuntimeError(
            f"A must be batches of square matrices, but they are {rows} by {columns} matrices"
        )
    if input.shape[-2] != rows:
        raise RuntimeError(
            f"Incompatible matrix sizes for cholesky_solve: each A matrix is {rows} by {columns} but "
            f"each b matrix is {input.shape[-2]} by {input.shape[-1]}"
        )
    broadcast_shape(input.shape[:-2], input2.shape[:-2])
    check_kernel("cholesky_solve_cpu", input)
    return by_columns(_solution(_product(input2, upper), input)[0])
