"""What singular values are good for: ranks, condition numbers, inverses of all matrices, least squares."""

import math

import numpy as np

from .. import dtypes, return_types
from ..declare import Array, composite, op
from ..out import write
from ..return_types import Plain
from ..tensor import Tensor, wrap
from .decompositions import decomposed, linalg_eigh, linalg_svdvals
from .linalg import LinAlgError, _inverse, check_square, each, in_linalg
from .norm import linalg_matrix_norm


def _floor(values, shape, atol, rtol):
    """The size from which singular values count, for arrays or numbers `atol` and `rtol`."""
    largest = values.max(-1, initial=0)
    if rtol is None:
        default = np.finfo(values.dtype).eps * max(shape[-2:])
        rtol = default if atol is None else np.where(np.asarray(atol) > 0, 0, default)
    return np.maximum(0 if atol is None else atol, rtol * largest)[..., None]


def _as_arrays(*tolerances):
    return [t._array if isinstance(t, Tensor) else t for t in tolerances]


def with_tolerance(name):
    """The signatures of a function of a matrix and a tolerance, which has this name for short."""
    both = "*, {0} atol = None, {0} rtol = None, bool hermitian = False, Tensor out = None"
    short = f"{{0}} {name}, bool hermitian = False, *, Tensor out = None"
    return [form.format(kind) for form in (both, short) for kind in ("Tensor", "float")]


# Ranks and condition numbers


@in_linalg(signatures=with_tolerance("tol"))
def linalg_matrix_rank(
    input: Tensor, tol=None, hermitian: bool = False, *, atol=None, rtol=None, out=None
):
    """The number of singular values that are larger than `atol` and than `rtol` times the largest.

    >>> torch.linalg.matrix_rank(torch.tensor([[1., 2.], [2., 4.]]))
    tensor(1)
    """
    if input.ndim < 2:
        raise RuntimeError(
            "torch.linalg.matrix_rank: The input tensor input must have at least 2 dimensions."
        )
    if tol is not None:
        atol, rtol = tol, 0
    elif input._array.dtype.char not in "fd":
        raise RuntimeError("This function doesn't handle types other than float and double")
    input = input.detach()
    values = (linalg_eigh(input)[0].abs() if hermitian else linalg_svdvals(input))._array
    floor = _floor(values, input._array.shape, *_as_arrays(atol, rtol))
    return write("linalg_matrix_rank", wrap((values > floor).sum(-1)), out)


@in_linalg(signatures=("Number p = None, *, Tensor out = None", "str p, *, Tensor out = None"))
def linalg_cond(input: Tensor, p=None, *, out=None):
    """How much larger relative errors may become in solving: norm(A) * norm(inverse of A).

    `p`: None or 2 for the largest singular value divided by the smallest, or what `matrix_norm` takes.

    >>> torch.linalg.cond(torch.tensor([[4., 0.], [0., 2.]]))
    tensor(2.)
    """
    if input.ndim < 2:
        raise RuntimeError("linalg.cond: The input tensor must have at least 2 dimensions.")
    if p not in (None, "fro", "nuc", 1, -1, 2, -2, math.inf, -math.inf):
        raise RuntimeError(f"linalg.cond got an invalid norm type: {p}")
    return write("linalg_cond", _condition(input, p), out)


def _condition(input, p):
    if not input.numel():
        return input.new_zeros(input._array.shape[:-2])
    if p in (None, 2, -2):
        values = linalg_svdvals(input)
        largest, smallest = values.narrow(-1, 0, 1), values.narrow(-1, -1, 1)
        return (smallest / largest if p == -2 else largest / smallest).squeeze(-1)
    check_square(f"linalg.cond(ord={p})", input._array)
    if p == "nuc":
        values = linalg_svdvals(input)
        return values.sum(-1) * values.reciprocal().sum(-1)
    inverse, info = _inverse(input, None)
    inverse = inverse.masked_fill((info > 0)[..., None, None], math.inf)
    product = linalg_matrix_norm(input, p) * linalg_matrix_norm(inverse, p)
    return product.nan_to_num(math.inf, math.inf, -math.inf)


# Pseudoinverses


def _pseudoinverse_slope(grad, input, result):
    A, P, G = input, result, grad.mT
    if A.shape[-2] <= A.shape[-1]:
        K = G @ P
        rest = K @ P.mT
        return rest - (P @ K).mT - (A @ P) @ rest + (P.mT @ P) @ (G - K @ A)
    K = P @ G
    rest = P.mT @ K
    return rest - (K @ P).mT + (G - A @ K) @ P @ P.mT - (rest @ P) @ A


@op(input=_pseudoinverse_slope)
def _linalg_pinv(input: Array, atol, rtol, hermitian):
    if input.ndim < 2 or input.dtype.char not in "fd":
        kind = f"{dtypes.of(input.dtype).label}{{{list(input.shape)}}}"
        raise RuntimeError(
            f"linalg.pinv({kind}): expected a tensor with 2 or more dimensions of float, double, "
            "cfloat or cdouble types"
        )
    if hermitian:
        check_square("linalg.eigh", input)
        values, U = np.linalg.eigh(input)
        Vh = U.swapaxes(-2, -1)
    else:
        U, values, Vh = decomposed(input, False)
    sizes = np.abs(values)
    inverses = np.where(sizes > _floor(sizes, input.shape, atol, rtol), 1 / values, 0)
    result = (Vh.swapaxes(-2, -1) * inverses[..., None, :]) @ U.swapaxes(-2, -1)
    return np.ascontiguousarray(result)


@in_linalg(signatures=with_tolerance("rcond"))
def linalg_pinv(
    input: Tensor, rcond=None, hermitian: bool = False, *, atol=None, rtol=None, out=None
):
    """The pseudoinverse: for every matrix the P for which P @ b solves A @ x = b best.

    Singular values below `atol`, or below `rtol` times the largest, count as zeros.

    >>> torch.linalg.pinv(torch.tensor([[2., 0.], [0., 0.]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.0000]])
    """
    rtol = rtol if rcond is None else rcond
    return _linalg_pinv(input, *_as_arrays(atol, rtol), hermitian, out=out)


@composite
def pinverse(input: Tensor, rcond: float = 1e-15):
    """The same as `torch.linalg.pinv`."""
    return linalg_pinv(input, rcond)


# Least squares


def _by_column(input, b, *others):
    """The right-hand side and what has its form, as matrices."""
    return [t.unsqueeze(-1) if t is not None and b.ndim < input.ndim else t for t in (b, *others)]


def _fit_slopes(grads, input, b, solution):
    """The gradients for `input` and `b`, both as matrices."""
    B, X, by_solution = _by_column(input, b, solution, grads[0])
    by_input, by_b = (t.new_zeros(t._array.shape) for t in (input, B))
    if by_solution is not None:
        P = linalg_pinv(input)
        by_input = _pseudoinverse_slope(by_solution @ B.mT, input, P)
        by_b = P.mT @ by_solution
    if grads[1] is not None and grads[1].numel():
        step = 2 * (input @ X - B) * grads[1].unsqueeze(-2)
        by_input, by_b = by_input + step @ X.mT, by_b - step
    return by_input, by_b


def _b_slope(grads, input, b, solution):
    slope = _fit_slopes(grads, input, b, solution)[1]
    return slope.squeeze(-1) if b.ndim < input.ndim else slope


@op(
    node="LinalgLstsqBackward",
    returns=Plain("solution", "residuals"),
    input=lambda grads, input, b, solution: _fit_slopes(grads, input, b, solution)[0],
    b=_b_slope,
)
def _fit(input: Array, b: Array, fitted, left_over):
    return fitted, left_over


def _check_fit(A, B, driver):
    name = "torch.linalg.lstsq"
    vector = B.ndim == A.ndim - 1
    label = dtypes.of(A.dtype).label
    if A.ndim < 2:
        raise RuntimeError(f"{name}: input must have at least 2 dimensions.")
    if not B.ndim:
        raise RuntimeError(f"{name}: other must have at least 1 dimension.")
    if A.dtype != B.dtype:
        raise RuntimeError(
            f"{name}: Expected input and other to have the same dtype, but got input's dtype {label} "
            f"and other's dtype {dtypes.of(B.dtype).label}"
        )
    if A.ndim - B.ndim not in (0, 1):
        raise RuntimeError(
            f"{name}: input.dim() must be greater or equal to other.dim() and (input.dim() - "
            "other.dim()) <= 1"
        )
    if A.shape[-2] != B.shape[-1 if vector else -2]:
        raise RuntimeError(
            f"{name}: input.size(-2) should match other.size({-1 if vector else -2})"
        )
    if A.dtype.char not in "fd":
        raise RuntimeError("This function doesn't handle types other than float and double")
    if driver not in (None, "gels", "gelsy", "gelsd", "gelss"):
        raise RuntimeError(
            f"{name}: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)"
        )


@in_linalg
def linalg_lstsq(input: Tensor, b: Tensor, rcond: float = None, *, driver: str = None, out=None):
    """The X for which input @ X comes closest to b: the smallest sum of squared differences.

    Returns also the sums of squares left over (not for the default driver), the ranks and the singular
    values, as PyTorch's drivers do.

    >>> A = torch.tensor([[1., 0.], [1., 1.], [1., 2.]])
    >>> torch.linalg.lstsq(A, torch.tensor([1., 3., 5.])).solution.round()
    tensor([1., 2.])
    """
    A, B = input._array, b._array
    _check_fit(A, B, driver)
    vector = B.ndim < A.ndim
    B = B[..., None] if vector else B
    rows, columns = A.shape[-2:]
    batch = np.broadcast_shapes(A.shape[:-2], B.shape[:-2])
    A, B = (np.broadcast_to(x, batch + x.shape[-2:]) for x in (A, B))
    kinds = [((columns, B.shape[-1]), A.dtype), ((), np.int64), ((min(A.shape[-2:]),), A.dtype)]
    X, rank, values = each(lambda a, b: _fitted(a, b, rcond), kinds, A, B)
    full = bool((rank == min(rows, columns)).all())
    if driver == "gels" and not full:
        raise LinAlgError(
            "torch.linalg.lstsq: The least squares solution could not be computed because the input "
            f"matrix does not have full rank (error code: {int(rank.min()) + 1})."
        )
    none = np.empty(0, A.dtype)
    has_residuals = driver not in (None, "gelsy") and rows > columns and full
    residuals = ((A @ X - B) ** 2).sum(-2) if has_residuals else none
    columnwise = np.zeros((*batch, X.shape[-1], max(rows, columns)), A.dtype)  # as LAPACK leaves it
    columnwise = columnwise[..., :columns]
    columnwise[...] = X.swapaxes(-2, -1)
    X = columnwise[..., 0, :] if vector else columnwise.swapaxes(-2, -1)
    solution, residuals = _fit(input, b, X, residuals)
    rank = wrap(rank if driver != "gels" else np.empty(0, np.int64))
    values = wrap(values if driver in ("gelsd", "gelss") else none)
    results = return_types.linalg_lstsq((solution, residuals, rank, values))
    return write("linalg_lstsq", results, out)


def _fitted(A, B, rcond):
    solution, _, rank, values = np.linalg.lstsq(A, B, rcond)
    return solution, rank, values
