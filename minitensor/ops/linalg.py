"""Determinants, inverses, systems of equations, and what is made of them.

Gradients follow PyTorch's derivatives.yaml and FunctionsManual.cpp. Functions named `linalg_...` are
published in `torch.linalg`, without the prefix.
"""

import functools
import math

import numpy as np

from .. import dtypes, return_types
from ..arguments import broadcast_shape
from ..declare import Array, Ints, composite, op
from ..out import write
from ..tensor import Tensor, wrap
from .select import where

LINALG = {}  # name: function; what `torch.linalg` offers


def in_linalg(function=None, *, signatures=()):
    """Publish a function that is written in tensors as `torch.linalg.name`."""
    if function is None:
        return functools.partial(in_linalg, signatures=signatures)
    return _publish(composite(function, method=False, torch=False, signatures=signatures))


def linalg_op(**formulas):
    """Declare an op, and publish it as `torch.linalg.name`."""
    return lambda forward: _publish(op(method=False, function=False, **formulas)(forward))


def _publish(function):
    LINALG[function.__name__.removeprefix("linalg_")] = function
    return function


class LinAlgError(RuntimeError):
    """Raised where a matrix has no inverse, or no decomposition of the kind that was asked for."""


LinAlgError.__module__ = "torch._C"
LinAlgError.__name__ = LinAlgError.__qualname__ = "_LinAlgError"


# Checks, and how arrays are laid out


def check_matrix(name, array, argument="A"):
    """Raise PyTorch's error unless this is a matrix, or a batch of some."""
    if array.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor {argument} must have at least 2 dimensions.")


def check_square(name, array):
    """Raise PyTorch's error unless this is a square matrix, or a batch of some."""
    check_matrix(name, array)
    rows, columns = array.shape[-2:]
    if rows != columns:
        raise RuntimeError(
            f"{name}: A must be batches of square matrices, but they are {rows} by {columns} "
            "matrices"
        )


def check_floating(name, array, half=True):
    """Raise PyTorch's error unless the dtype is one of floats; `half`: float16 is one of them."""
    label = dtypes.of(array.dtype).label
    if array.dtype.kind != "f":
        raise RuntimeError(
            f"{name}: Expected a floating point or complex tensor as input. Got {label}"
        )
    if not half and array.itemsize == 2:
        raise RuntimeError(f"{name}: Low precision dtypes not supported. Got {label}")


def check_kernel(kernel, array):
    """Raise PyTorch's error for a dtype that LAPACK does not have."""
    if array.dtype.char not in "fd":
        label = dtypes.of(array.dtype).label
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{label}'")


def check_info(name, info, reason):
    """Raise LinAlgError if some matrix failed; `reason` tells why, and may use `info`'s number."""
    failed = np.flatnonzero(info)
    if failed.size:
        where = f"(Batch element {failed[0]}): " if info.ndim else ""
        raise LinAlgError(f"{name}: {where}{reason.format(info.flat[failed[0]])}")


def by_columns(matrices):
    """The same matrices, each laid out column after column, as LAPACK leaves them."""
    return np.array(matrices.swapaxes(-2, -1), order="C").swapaxes(-2, -1)


def each(function, shapes, *batches):
    """function(*matrices) for every matrix of some batches: arrays of its results, of these shapes."""
    batch = batches[0].shape[:-2]
    results = [np.empty(batch + shape, kind) for shape, kind in shapes]
    for place in np.ndindex(batch):
        for result, value in zip(results, function(*[b[place] for b in batches])):
            result[place] = value
    return results


# Determinants


def _det_slope(grad, A, result):
    matrix = A.mT
    singular = result == 0
    if singular.any():  # PyTorch's gradient is 0 there
        unit = wrap(np.eye(A.shape[-1], dtype=A._array.dtype))
        matrix = where(singular[..., None, None], unit, matrix)
    return _inverse_times(matrix, grad * result)


def _inverse_times(matrix, scale):
    """The inverses of matrices, each times a number."""
    diagonal = scale.unsqueeze(-1).expand(matrix.shape[:-1])
    return _solve(matrix, diagonal.diag_embed(), True, None)[0]


@linalg_op(A=_det_slope)
def linalg_det(A: Array):
    """The determinant of a square matrix, or of each in a batch."""
    check_square("linalg.det", A)
    check_floating("linalg.det", A)
    check_kernel("lu_cpu", A)
    return np.linalg.det(A)


@linalg_op(
    returns=return_types.linalg_slogdet,
    A=lambda grads, A: None if grads[1] is None else _inverse_times(A.mT, grads[1]),
)
def linalg_slogdet(A: Array):
    """The sign of the determinant, and the logarithm of its size, which does not overflow."""
    check_square("linalg.slogdet", A)
    check_floating("linalg.slogdet", A, half=False)
    return tuple(np.linalg.slogdet(A))


@composite
def det(input: Tensor):
    """The determinant of a square matrix, or of each in a batch.

    >>> torch.det(torch.tensor([[2., 1.], [1., 3.]]))
    tensor(5.)
    """
    return linalg_det(input)


@composite
def slogdet(input: Tensor, *, out=None):
    """The sign of the determinant, and the logarithm of its size."""
    return write("linalg_slogdet", return_types.slogdet(linalg_slogdet(input)), out)


@composite
def logdet(input: Tensor):
    """The logarithm of the determinant; nan if that is negative."""
    check_square("logdet", input._array)
    check_floating("logdet", input._array)
    sign, logarithm = linalg_slogdet(input)
    return where(sign == -1, math.nan, logarithm)


# Inverses and systems of equations

SINGULAR = (
    "The diagonal element {} is zero, the inversion could not be completed because the input "
    "matrix is singular."
)
UNSOLVED = "The solver failed because the input matrix is singular."


def _solution(A, B):
    """X in A @ X = B, and for each matrix the number of its first zero pivot, 0 if there is none."""
    try:
        X = np.linalg.solve(A, B)
        return X, np.zeros(X.shape[:-2], np.int32)
    except np.linalg.LinAlgError:
        batch = np.broadcast_shapes(A.shape[:-2], B.shape[:-2])
        A, B = (np.broadcast_to(x, batch + x.shape[-2:]) for x in (A, B))
        return each(_eliminate, [(B.shape[-2:], B.dtype), ((), np.int32)], A, B)


def _eliminate(A, X):
    """Gauss's elimination, which goes on to infinity where LAPACK through NumPy gives up."""
    A, X, info = A.copy(), X.copy(), 0
    for k in range(len(A)):
        row = k + np.abs(A[k:, k]).argmax()
        A[[k, row]], X[[k, row]] = A[[row, k]], X[[row, k]]
        if A[k, k] == 0:
            info = info or k + 1
            continue
        factors = A[k + 1 :, k, None] / A[k, k]
        A[k + 1 :] -= factors * A[k]
        X[k + 1 :] -= factors * X[k]
    for k in reversed(range(len(A))):
        X[k] = (X[k] - A[k, k + 1 :] @ X[k + 1 :]) / A[k, k]
    return X, info


@op(
    node="LinalgInvExBackward",
    returns=return_types.linalg_inv_ex,
    A=lambda grad, inverse: -(inverse.mT @ (grad @ inverse.mT)),
)
def _inverse(A: Array, name):
    check_square("linalg.inv", A)
    check_floating("linalg.inv", A, half=False)
    inverse, info = _solution(A, np.broadcast_to(np.eye(A.shape[-1], dtype=A.dtype), A.shape))
    if name:
        check_info(name, info, SINGULAR)
    return by_columns(inverse), info


@in_linalg
def linalg_inv_ex(A: Tensor, *, check_errors: bool = False, out=None):
    """The inverse, and 0 or the number of the first zero pivot: an error only if asked for."""
    return _inverse(A, "linalg.inv_ex" if check_errors else None, out=out)


@in_linalg
def linalg_inv(A: Tensor, *, out=None):
    """The inverse of a square matrix, or of each in a batch. Raises LinAlgError if there is none.

    >>> torch.linalg.inv(torch.tensor([[2., 0.], [0., 4.]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    return write("linalg_inv_ex", _inverse(A, "linalg.inv")[0], out)


@composite
def inverse(input: Tensor, *, out=None):
    """The same as `torch.linalg.inv`."""
    return linalg_inv(input, out=out)


def _is_vector(A, B):
    """Whether the right-hand side is a vector, or a batch of vectors."""
    return B.ndim == 1 or (A.ndim - 1 == B.ndim and B.shape == A.shape[:-1])


def _solve_slope(grad, A, B, left, result):
    step = -_solve(A.mT, grad, left, None)[0]
    if _is_vector(A, B):
        return step.unsqueeze(-1) @ result.unsqueeze(-2)
    return step @ result.mT if left else result.mT @ step


@op(
    node="LinalgSolveExBackward",
    returns=return_types.linalg_solve_ex,
    A=_solve_slope,
    B=lambda grad, A, left: _solve(A.mT, grad, left, None)[0],
)
def _solve(A: Array, B: Array, left, name):
    check_square("linalg.solve", A)
    check_floating("linalg.solve", A)
    if A.dtype != B.dtype:
        raise RuntimeError(
            "linalg.solve: Expected A and B to have the same dtype, but found A of type "
            f"{dtypes.of(A.dtype).label} and B of type {dtypes.of(B.dtype).label} instead"
        )
    vector = _is_vector(A, B)
    right = B[..., None] if vector else B
    check_matrix("linalg.solve", right, "B")
    _check_equation("linalg.solve", A, right, left)
    check_kernel("lu_cpu", A)
    if not left:
        A, right = A.swapaxes(-2, -1), right.swapaxes(-2, -1)
    result, info = _solution(A, right)
    if name:
        check_info(name, info, UNSOLVED)
    if vector:
        return by_columns(result[..., 0]) if A.ndim > 2 else result[..., 0].copy(), info
    result = by_columns(result)
    return result if left else result.swapaxes(-2, -1), info


def _check_equation(name, A, B, left):
    side, (rows, columns) = A.shape[-1], B.shape[-2:]
    if side != (rows if left else columns):
        raise RuntimeError(
            f"{name}: Incompatible shapes of A and B for the equation {'AX = B' if left else 'XA = B'} "
            f"({side}x{side} and {rows}x{columns})"
        )
    broadcast_shape(A.shape[:-2], B.shape[:-2])


@in_linalg
def linalg_solve_ex(
    A: Tensor, B: Tensor, *, left: bool = True, check_errors: bool = False, out=None
):
    """What `solve` gives, and 0 or the number of the first zero pivot: an error only if asked for."""
    return _solve(A, B, left, "torch.linalg.solve_ex" if check_errors else None, out=out)


@in_linalg
def linalg_solve(A: Tensor, B: Tensor, *, left: bool = True, out=None):
    """The X that solves A @ X = B (X @ A = B if not `left`), A being square; B may be a vector.

    >>> A = torch.tensor([[2., 0.], [0., 4.]])
    >>> torch.linalg.solve(A, torch.tensor([2., 2.]))
    tensor([1.0000, 0.5000])
    """
    return write("linalg_solve_ex", _solve(A, B, left, "torch.linalg.solve")[0], out)


# Tensors as matrices: some dimensions for the rows, the others for the columns


def _check_sizes(columns, rows, ind):
    if columns != rows:
        raise RuntimeError(
            f"Expected self to satisfy the requirement prod(self.shape[{ind}:]) == "
            f"prod(self.shape[:{ind}]), but got {columns} != {rows}"
        )


@in_linalg
def linalg_tensorinv(input: Tensor, ind: int = 2, *, out=None):
    """The inverse of what `tensordot(input, ..., dims)` does; the first `ind` dimensions are the rows."""
    shape = input._array.shape
    if ind <= 0:
        raise RuntimeError(f"Expected a strictly positive integer for 'ind', but got {ind}")
    if ind > len(shape):
        raise RuntimeError(f"ArrayRef: invalid slice, N = {ind}; size = {len(shape)}")
    rows, columns = math.prod(shape[:ind]), math.prod(shape[ind:])
    _check_sizes(columns, rows, "ind")
    result = linalg_inv(input.reshape(columns, rows)).reshape(shape[ind:] + shape[:ind])
    return write("linalg_tensorinv", result, out)


@in_linalg
def linalg_tensorsolve(input: Tensor, other: Tensor, dims: Ints = None, *, out=None):
    """The X for which tensordot(input, X, X.ndim) is `other`; `dims` of `input` move to its end first."""
    if dims is not None:
        input = input.movedim(dims, tuple(range(-len(dims), 0)))
    shape = input._array.shape[other.ndim :]
    size = math.prod(shape)
    _check_sizes(size, other.numel(), "other.ndim")
    result = linalg_solve(input.reshape(size, size), other.flatten()).reshape(shape)
    return write("linalg_tensorsolve", result, out)
