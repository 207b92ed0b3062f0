"""Matrices: triangles, diagonals, determinants, inverses, and products of other kinds."""

import numpy as np

from .. import dtypes
from ..arguments import broadcast_error, check_same_dtype
from ..declare import composite, op
from ..return_types import Plain
from ..tensor import as_int, wrap, wrap_dim
from .create import finish, numpy_dtype
from .matmul import no_bools, write
from .parts import _diagonal_backward, _diagonal_view
from .reduce import contiguous, work_dtype
from .reshape import _unsafe_view

# Triangles


def _triangle(input, keep):
    result = np.zeros(input.shape, input.dtype)
    np.copyto(result, input, where=keep)
    return result


def _mask(input, diagonal, name):
    diagonal = as_int(diagonal, name, "diagonal", 2)
    if input.ndim < 2:
        raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")
    return np.tri(*input.shape[-2:], diagonal if name == "tril" else diagonal - 1, dtype=bool)


@op(in_place=True, input=lambda grad, diagonal: grad.tril(diagonal))
def tril(input, diagonal=0):
    """The lower triangle of a matrix (or of each in a batch), zeros above the diagonal.

    >>> torch.tril(torch.tensor([[1, 2], [3, 4]]))
    tensor([[1, 0],
            [3, 4]])
    """
    return _triangle(input, _mask(input, diagonal, "tril"))


@op(in_place=True, input=lambda grad, diagonal: grad.triu(diagonal))
def triu(input, diagonal=0):
    """The upper triangle of a matrix (or of each in a batch), zeros below the diagonal."""
    return _triangle(input, ~_mask(input, diagonal, "triu"))


def _triangle_indices(name, row, col, lower, dtype, device):
    for side, size in (("row", row), ("col", col)):
        if size < 0:
            raise RuntimeError(f"{side} must be non-negative, got{size}")
    wanted = numpy_dtype(dtype, name, dtypes.int64.numpy)
    if wanted not in (np.int64, np.int32, np.int16):
        label = dtypes.of(wanted).label
        raise NotImplementedError(f"\"{name}\" not implemented for '{label}'")
    return finish(np.array(lower.nonzero(), wanted), name, device=device)


@composite(method=False)
def tril_indices(row, col, offset=0, *, dtype=None, device=None, layout=None):
    """The rows and the columns of the lower triangle's elements, as a tensor of two rows.

    >>> torch.tril_indices(2, 2)
    tensor([[0, 1, 1],
            [0, 0, 1]])
    """
    lower = np.tri(max(row, 0), max(col, 0), offset, dtype=bool)
    return _triangle_indices("tril_indices", row, col, lower, dtype, device)


@composite(method=False)
def triu_indices(row, col, offset=0, *, dtype=None, device=None, layout=None):
    """The rows and the columns of the upper triangle's elements, as a tensor of two rows."""
    upper = ~np.tri(max(row, 0), max(col, 0), offset - 1, dtype=bool)
    return _triangle_indices("triu_indices", row, col, upper, dtype, device)


# Diagonals


@op(
    input=lambda grad, input_shape: _diagonal_backward(
        grad.expand(min(input_shape)), input_shape, 0, 0, 1
    )
)
def trace(input):
    """The sum of a matrix's diagonal."""
    if input.ndim != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {input.ndim}")
    if input.dtype == bool:
        raise no_bools("trace")
    total = input.diagonal().sum(dtype=work_dtype(input, None))
    return total.astype(input.dtype) if input.dtype.kind == "f" else total


@op(input=lambda grad, offset, dim1, dim2: grad.diagonal(offset, dim1, dim2))
def diag_embed(input, offset=0, dim1=-2, dim2=-1):
    """Matrices with the last dimension of `input` on a diagonal, zeros elsewhere.

    >>> torch.diag_embed(torch.tensor([1, 2]))
    tensor([[1, 0],
            [0, 2]])
    """
    first, second = (wrap_dim(dim, input.ndim + 1) for dim in (dim1, dim2))
    if first == second:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    side = input.shape[-1] + abs(offset)
    shape = list(input.shape[:-1])
    for dim in sorted((first, second)):
        shape.insert(dim, side)
    result = np.zeros(shape, input.dtype)
    _diagonal_view(result, offset, first, second)[...] = input
    return result


@op(
    node="DiagonalBackward",
    number="0_copy",
    input=lambda grad, input_shape, diagonal: _diagonal_backward(grad, input_shape, diagonal, 0, 1),
)
def _diagonal_copy(input, diagonal):
    return _diagonal_view(input, diagonal, 0, 1).copy()


@composite
def diag(input, diagonal=0, *, out=None):
    """The diagonal of a matrix as a vector, or a matrix with a vector on its diagonal.

    >>> torch.diag(torch.tensor([[1, 2], [3, 4]]))
    tensor([1, 4])
    """
    if input.ndim == 1:
        return diag_embed(input, diagonal, out=out)
    if input.ndim == 2:
        return _diagonal_copy(input, diagonal, out=out)
    raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {input.ndim}D")


@composite
def diagflat(input, offset=0):
    """A matrix with all elements, in reading order, on a diagonal."""
    return diag(input.contiguous().view(-1), offset)


# Determinants, inverses, systems of equations


class LinAlgError(RuntimeError):
    """Raised where a matrix has no inverse."""


LinAlgError.__module__ = "torch._C"
LinAlgError.__name__ = LinAlgError.__qualname__ = "_LinAlgError"


def check_square(name, array):
    """Raise PyTorch's error unless this is a square matrix, or a batch of some."""
    if array.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor A must have at least 2 dimensions.")
    rows, columns = array.shape[-2:]
    if rows != columns:
        raise RuntimeError(
            f"{name}: A must be batches of square matrices, but they are {rows} by {columns} "
            "matrices"
        )
    if array.dtype.kind != "f":
        label = dtypes.of(array.dtype).label
        raise RuntimeError(
            f"{name}: Expected a floating point or complex tensor as input. Got {label}"
        )


def check_not_half(array):
    """Raise PyTorch's error for float16, for which it has no LU decomposition."""
    if array.dtype == np.float16:
        raise NotImplementedError("\"lu_cpu\" not implemented for 'Half'")


def by_columns(matrices):
    """The same matrices, each laid out column after column, as LAPACK leaves them."""
    return np.array(matrices.swapaxes(-2, -1), order="C").swapaxes(-2, -1)


def first_singular(matrices):
    """Where an inverse fails: the matrix in a batch, in words, and its first zero pivot."""
    for place, matrix in enumerate(matrices.reshape(-1, *matrices.shape[-2:])):
        rest = matrix.copy()
        for k in range(len(rest)):
            row = k + np.abs(rest[k:, k]).argmax()
            if rest[row, k] == 0:
                where = f"(Batch element {place}): " if matrices.ndim > 2 else ""
                return where, k + 1
            rest[[k, row]] = rest[[row, k]]
            rest[k + 1 :] -= np.outer(rest[k + 1 :, k] / rest[k, k], rest[k])
    return "", len(matrices)


def _det_slope(grad, input, result):
    matrix = input.mT
    singular = result == 0
    if singular.any():  # PyTorch's gradient is 0 there
        unit = wrap(np.eye(input.shape[-1], dtype=input._array.dtype))
        matrix = matrix.where(singular.logical_not()[..., None, None], unit)
    scale = (grad * result).unsqueeze(-1).expand(input.shape[:-1])
    return solve(matrix, scale.diag_embed().mT)


@op(node="LinalgDetBackward", input=_det_slope)
def det(input):
    """The determinant of a square matrix, or of each in a batch.

    >>> torch.det(torch.tensor([[2., 1.], [1., 3.]]))
    tensor(5.)
    """
    check_square("linalg.det", input)
    check_not_half(input)
    return np.linalg.det(input)


@op(
    node="LinalgInvExBackward",
    returns=Plain("inverse"),
    input=lambda grad, inverse: -(inverse.mT @ (grad @ inverse.mT)),
)
def inverse(input):
    """The inverse of a square matrix, or of each in a batch. Raises LinAlgError if there is none.

    >>> torch.inverse(torch.tensor([[2., 0.], [0., 4.]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    check_square("linalg.inv", input)
    if input.dtype == np.float16:
        raise RuntimeError("linalg.inv: Low precision dtypes not supported. Got Half")
    try:
        return by_columns(np.linalg.inv(input))
    except np.linalg.LinAlgError:
        where, pivot = first_singular(input)
        raise LinAlgError(
            f"linalg.inv: {where}The diagonal element {pivot} is zero, the inversion could not be "
            "completed because the input matrix is singular."
        ) from None


def _is_vector(A, B):
    """Whether the right-hand side is a vector, or a batch of vectors."""
    return B.ndim == 1 or (A.ndim - 1 == B.ndim and B.shape == A.shape[:-1])


def _solve_slope(grad, A, B, left, result):
    step = -_solve(A.mT, grad, left)
    if _is_vector(A, B):
        return step.unsqueeze(-1) @ result.unsqueeze(-2)
    return step @ result.mT if left else result.mT @ step


@op(
    node="LinalgSolveExBackward",
    A=_solve_slope,
    B=lambda grad, A, left: _solve(A.mT, grad, left),
)
def _solve(A, B, left):
    if not left:
        return _solution(A.swapaxes(-2, -1), B.swapaxes(-2, -1)).swapaxes(-2, -1)
    return _solution(A, B)


def _solution(A, B):
    vector = _is_vector(A, B)
    right = B[..., None] if vector else B
    try:
        result = np.linalg.solve(A, right)
    except np.linalg.LinAlgError:
        where, _ = first_singular(A)
        raise LinAlgError(
            f"torch.linalg.solve: {where}The solver failed because the input matrix is singular."
        ) from None
    except ValueError:
        raise broadcast_error([np.broadcast_to(0, x.shape[:-2]) for x in (A, right)]) from None
    if vector:
        result = result[..., 0]
    return by_columns(result) if result.ndim > 1 else result.copy()


def solve(A, B, *, left=True, out=None):
    """The X that solves A @ X = B (X @ A = B if not `left`), A being square; B may be a vector.

    >>> A = torch.tensor([[2., 0.], [0., 4.]])
    >>> torch.linalg.solve(A, torch.tensor([2., 2.]))
    tensor([1.0000, 0.5000])
    """
    a, b = A._array, B._array
    check_square("linalg.solve", a)
    if A.dtype is not B.dtype:
        raise RuntimeError(
            "linalg.solve: Expected A and B to have the same dtype, but found A of type "
            f"{A.dtype.label} and B of type {B.dtype.label} instead"
        )
    if not b.ndim:
        raise RuntimeError("linalg.solve: The input tensor B must have at least 2 dimensions.")
    vector = _is_vector(a, b)
    rows, columns = (b.shape[-1], 1) if vector else b.shape[-2:]
    if a.shape[-1] != (rows if left else columns):
        equation = "AX = B" if left else "XA = B"
        raise RuntimeError(
            f"linalg.solve: Incompatible shapes of A and B for the equation {equation} "
            f"({a.shape[-1]}x{a.shape[-1]} and {rows}x{columns})"
        )
    check_not_half(a)
    return _solve(A, B, left, out=out)


# Other products


@op(
    node="LinalgCrossBackward",
    input=lambda grad, other, dim: _cross(other, grad, dim),
    other=lambda grad, input, dim: _cross(grad, input, dim),
)
def _cross(input, other, dim):
    if input.ndim != other.ndim:
        raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    place = wrap_dim(dim, input.ndim)
    sizes = (input.shape[place], other.shape[place])
    if sizes != (3, 3):
        raise RuntimeError(
            f"linalg.cross: inputs dimension {dim} must have length 3. Got {sizes[0]} and "
            f"{sizes[1]}"
        )
    check_same_dtype(input, other)
    if input.dtype == bool:
        raise no_bools("cross")
    try:
        return contiguous(np.cross(input, other, axis=place))
    except ValueError:
        raise broadcast_error((input, other)) from None


@composite
def cross(input, other, dim=None, *, out=None):
    """The cross product of vectors of three elements, along `dim` (or the first of size 3).

    >>> torch.cross(torch.tensor([1, 0, 0]), torch.tensor([0, 1, 0]))
    tensor([0, 0, 1])
    """
    if dim is None:
        if 3 not in input._array.shape:
            raise RuntimeError("no dimension of size 3 in input")
        dim = input._array.shape.index(3)
    return _cross(input, other, dim, out=out)


@composite
def kron(input, other, *, out=None):
    """The Kronecker product: every element of `input` times the whole of `other`.

    >>> torch.kron(torch.tensor([1, 10]), torch.tensor([1, 2]))
    tensor([ 1,  2, 10, 20])
    """
    ndim = max(input.ndim, other.ndim)
    first, second = ((1,) * (ndim - t.ndim) + t._array.shape for t in (input, other))
    left = _unsafe_view(input, tuple(n for size in first for n in (size, 1)))
    right = _unsafe_view(other, tuple(n for size in second for n in (1, size)))
    result = _unsafe_view(left * right, tuple(a * b for a, b in zip(first, second)))
    return result if out is None else write("kron", result, out)


@composite(method=False)
def vander(x, N=None, increasing=False):
    """The powers of a vector's elements, a row for each: from N-1 down to 0, or from 0 up.

    >>> torch.vander(torch.tensor([1, 2, 3]), increasing=True)
    tensor([[1, 1, 1],
            [1, 2, 4],
            [1, 3, 9]])
    """
    if x.ndim != 1:
        raise RuntimeError("x must be a one-dimensional tensor.")
    count = x.numel() if N is None else N
    if count < 0:
        raise RuntimeError("N must be non-negative.")
    result = x.new_empty(x.numel(), count, dtype=dtypes.join(x.dtype, dtypes.int64))
    if count > 0:
        result.select(1, 0).fill_(1)
    if count > 1:
        result[:, 1:].copy_(x.unsqueeze(1))
        result[:, 1:].copy_(result[:, 1:].cumprod(1))
    return result if increasing else result.flip(1)
