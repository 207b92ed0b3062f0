"""Decompositions of matrices: by eigenvectors, by singular vectors, and QR.

NumPy calls the routines of LAPACK that PyTorch calls (syevd, gesdd, geqrf), so the signs of vectors agree.
Gradients follow PyTorch's FunctionsManual.cpp (`linalg_eig_backward`, `svd_backward`,
`linalg_qr_backward`); they exist where eigenvalues or singular values differ from each other.
"""

import numpy as np

from .. import return_types
from ..declare import Array, composite, op
from ..once import warn_once
from ..out import write
from ..tensor import Tensor, wrap
from .cholesky import linalg_solve_triangular
from .join import cat
from .linalg import (
    by_columns,
    check_floating,
    check_info,
    check_kernel,
    check_matrix,
    check_square,
    in_linalg,
    linalg_op,
)


def identity(values):
    """The identity matrix for a tensor of eigenvalues or singular values."""
    return wrap(np.eye(values.shape[-1], dtype=values._array.dtype))


def gaps(values):
    """values[j] - values[i] at (i, j); 1 on the diagonal, for it to be divided by."""
    return values.unsqueeze(-2) - values.unsqueeze(-1) + identity(values)


def skew(matrix):
    """matrix - matrix.mT: what is left of a small turn."""
    return matrix - matrix.mT


# Eigenvalues of symmetric matrices


def _eigen_slope(grads, eigenvalues, eigenvectors):
    by_value, by_vector = grads
    V = eigenvectors
    if by_vector is None:
        return (V * by_value.unsqueeze(-2)) @ V.mT
    inner = skew(V.mT @ by_vector) * 0.5 / gaps(eigenvalues)
    if by_value is not None:
        inner = inner + by_value.diag_embed()
    return V @ inner @ V.mT


@linalg_op(returns=return_types.linalg_eigh, input=_eigen_slope)
def linalg_eigh(input: Array, UPLO: str = "L"):
    """The eigenvalues of symmetric matrices, in ascending order, and the eigenvectors as columns.

    Only the lower triangle is looked at, or the upper if `UPLO` is "U".

    >>> torch.linalg.eigh(torch.tensor([[2., 0.], [0., 1.]])).eigenvalues
    tensor([1., 2.])
    """
    check_square("linalg.eigh", input)
    if UPLO.upper() not in ("L", "U"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}")
    check_kernel("linalg_eigh_cpu", input)
    try:
        values, vectors = np.linalg.eigh(input, UPLO)
    except np.linalg.LinAlgError:  # of nan and infinity
        values, vectors = np.full_like(input[..., 0], np.nan), np.full_like(input, np.nan)
    return values, by_columns(vectors)


@in_linalg
def linalg_eigvalsh(input: Tensor, UPLO: str = "L", *, out=None):
    """The eigenvalues of symmetric matrices, in ascending order."""
    return write("linalg_eigvalsh", linalg_eigh(input, UPLO)[0], out)


# Singular values


def _singular_slope(grads, full_matrices, U, S, Vh):
    by_U, by_S, by_Vh = grads
    k = S.shape[-1]
    if full_matrices:
        U, Vh = U.narrow(-1, 0, k), Vh.narrow(-2, 0, k)
        by_U = None if by_U is None else by_U.narrow(-1, 0, k)
        by_Vh = None if by_Vh is None else by_Vh.narrow(-2, 0, k)
    if by_U is None and by_Vh is None:
        return (U * by_S.unsqueeze(-2)) @ Vh
    squares = gaps(S * S)
    inner = 0 if by_S is None else by_S.diag_embed()
    outer = 0  # what leaves the space that U or Vh spans, where that is not everything
    if by_U is not None:
        inner = inner + skew(U.mT @ by_U) / squares * S.unsqueeze(-2)
        if U.shape[-2] > k:
            part = by_U / S.unsqueeze(-2)
            outer = (part - U @ (U.mT @ part)) @ Vh
    if by_Vh is not None:
        inner = inner + S.unsqueeze(-1) * (skew(Vh @ by_Vh.mT) / squares)
        if Vh.shape[-1] > k:
            part = by_Vh / S.unsqueeze(-1)
            outer = outer + U @ (part - (part @ Vh.mT) @ Vh)
    return U @ inner @ Vh + outer


@op(node="LinalgSvdBackward", returns=return_types.linalg_svd, A=_singular_slope)
def _svd(A: Array, full_matrices):
    check_matrix("linalg.svd", A)
    check_floating("linalg.svd", A)
    check_kernel("linalg_svd_cpu", A)
    return decomposed(A, full_matrices)


NOT_FINITE = (
    "The algorithm failed to converge because the input matrix contained non-finite values."
)


def decomposed(A, full_matrices):
    """Arrays U, S and Vh with A = U @ diag(S) @ Vh."""
    check_info("linalg.svd", ~np.isfinite(A).all((-2, -1)), NOT_FINITE)
    U, S, Vh = _oblong(A, full_matrices)
    return by_columns(U), S, by_columns(Vh)


def _oblong(A, full_matrices):
    """The decomposition in the steps that PyTorch's LAPACK takes: the signs of vectors depend on them.

    Tall matrices are reduced to a square by QR, wide ones are not; OpenBLAS, which NumPy has, does both
    from 11/6 on, so wide matrices get rows of zeros here.
    """
    *batch, m, n = A.shape
    if n and m >= 3 * n // 2:
        Q, R = np.linalg.qr(A, "complete" if full_matrices else "reduced")
        U, S, Vh = np.linalg.svd(R[..., :n, :])
        Q[..., :n] = Q[..., :n] @ U
        return Q, S, Vh
    if not 1 < m < n:
        return np.linalg.svd(A, full_matrices)
    rows = max(m, -(-6 * (n + 1) // 11))
    padded = np.zeros((*batch, rows, n + (rows == n)), A.dtype)
    padded[..., :m, :n] = A
    U, S, Vh = np.linalg.svd(padded, full_matrices)
    return U[..., :m, :m], S[..., :m].copy(), Vh[..., : n if full_matrices else m, :n]


def _check_driver(driver):
    if driver is not None:
        raise RuntimeError(
            "torch.linalg.svd: keyword argument `driver=` is only supported on CUDA inputs with "
            "cuSOLVER backend."
        )


@in_linalg
def linalg_svd(A: Tensor, full_matrices: bool = True, *, driver: str = None, out=None):
    """U, S and Vh with A = U @ diag(S) @ Vh: two orthogonal matrices and the singular values.

    The values descend. `full_matrices=False` gives U and Vh only as many vectors as there are values.

    >>> torch.linalg.svd(torch.tensor([[0., 3.], [2., 0.]])).S
    tensor([3., 2.])
    """
    _check_driver(driver)
    return _svd(A, full_matrices, out=out)


@in_linalg
def linalg_svdvals(A: Tensor, *, driver: str = None, out=None):
    """The singular values, in descending order."""
    _check_driver(driver)
    return write("linalg_svdvals", _svd(A, False)[1], out)


@composite
def svd(input: Tensor, some: bool = True, compute_uv: bool = True, *, out=None):
    """U, S and V with input = U @ diag(S) @ V.mT: an older form of `torch.linalg.svd`."""
    U, S, Vh = _svd(input, not some or not compute_uv)
    if not compute_uv:
        U, Vh = (wrap(np.zeros(t._array.shape, t._array.dtype)) for t in (U, Vh))
    return write("svd", return_types.svd((U, S, Vh.mT)), out)


# QR


def _qr_slope(grads, mode, Q, R):
    by_Q, by_R = grads
    if mode == "r":
        raise RuntimeError(
            "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please "
            "use linalg.qr(A, mode='reduced') if you are going to differentiate through linalg.qr."
        )
    m, n = Q.shape[-2], R.shape[-1]
    if mode == "complete" and m > n:
        raise RuntimeError(
            "The QR decomposition is not differentiable when mode='complete' and nrows > ncols."
        )
    inner = 0
    if by_R is not None:
        inner = by_R @ R.mT
    if by_Q is not None:
        inner = inner - Q.mT @ by_Q
    if m >= n:
        inner = inner.triu()
        slope = Q @ (inner + inner.triu(1).mT)
        return _times_inverse(slope if by_Q is None else slope + by_Q, R.mT)
    slope = Q @ _times_inverse(-skew(inner).tril(), R.narrow(-1, 0, m).mT)
    slope = cat((slope, slope.new_zeros((*R.shape[:-2], m, n - m))), -1)
    return slope if by_R is None else slope + Q @ by_R


def _times_inverse(B, lower):
    return linalg_solve_triangular(lower, B, upper=False, left=False)


@linalg_op(returns=return_types.linalg_qr, A=_qr_slope)
def linalg_qr(A: Array, mode: str = "reduced"):
    """An orthogonal Q and an upper triangular R with A = Q @ R.

    `mode`: "reduced", "complete" for a square Q, or "r" for R alone.

    >>> Q, R = torch.linalg.qr(torch.tensor([[3., 1.], [4., 2.]]))
    >>> (Q @ R).round()
    tensor([[3., 1.],
            [4., 2.]])
    """
    check_matrix("linalg.qr", A)
    check_floating("linalg.qr", A)
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or "
            "'complete'"
        )
    check_kernel("geqrf_cpu", A)
    if mode == "r":
        return np.empty(0, A.dtype), by_columns(np.linalg.qr(A, "r"))
    return tuple(map(by_columns, np.linalg.qr(A, mode)))


@composite
def qr(input: Tensor, some: bool = True, *, out=None):
    """An orthogonal Q and an upper triangular R with input = Q @ R, by the older name."""
    warn_once(
        "torch.qr is deprecated in favor of torch.linalg.qr and will be removed in a future PyTorch release.\nThe "
        "boolean parameter 'some' has been replaced with a string parameter 'mode'.\nQ, R = torch.qr(A, some)\n"
        "should be replaced with\nQ, R = torch.linalg.qr(A, 'reduced' if some else 'complete')"
    )
    results = return_types.qr(linalg_qr(input, "reduced" if some else "complete"))
    return write("linalg_qr", results, out)
