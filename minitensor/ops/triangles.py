"""Parts of matrices: triangles and diagonals."""

import numpy as np

from .. import dtypes
from ..declare import Array, DType, composite, op
from ..out import write
from ..tensor import Tensor, wrap_dim
from .create import finish, numpy_dtype
from .join import cat
from .linalg import in_linalg
from .parts import _diagonal_backward, _diagonal_view
from .reduce import work_dtype

# Triangles


def _triangle(input, diagonal, upper):
    if input.ndim < 2:
        name = "triu" if upper else "tril"
        raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")
    lower = np.tri(*input.shape[-2:], diagonal - upper, dtype=bool)
    result = np.zeros(input.shape, input.dtype)
    np.copyto(result, input, where=lower != upper)
    return result


@op(in_place=True, input=lambda grad, diagonal: grad.tril(diagonal))
def tril(input: Array, diagonal: int = 0):
    """The lower triangle of a matrix (or of each in a batch), zeros above the diagonal.

    >>> torch.tril(torch.tensor([[1, 2], [3, 4]]))
    tensor([[1, 0],
            [3, 4]])
    """
    return _triangle(input, diagonal, False)


@op(in_place=True, input=lambda grad, diagonal: grad.triu(diagonal))
def triu(input: Array, diagonal: int = 0):
    """The upper triangle of a matrix (or of each in a batch), zeros below the diagonal."""
    return _triangle(input, diagonal, True)


def _triangle_indices(row, col, offset, upper, dtype, device):
    for side, size in (("row", row), ("col", col)):
        if size < 0:
            raise RuntimeError(f"{side} must be non-negative, got{size}")
    name = "triu_indices" if upper else "tril_indices"
    wanted = numpy_dtype(dtype, name, dtypes.int64.numpy)
    if wanted not in (np.int64, np.int32, np.int16):
        label = dtypes.of(wanted).label
        raise NotImplementedError(f"\"{name}\" not implemented for '{label}'")
    inside = np.tri(row, col, offset - upper, dtype=bool) != upper
    return finish(np.array(inside.nonzero(), wanted), name, device=device)


@composite(method=False)
def tril_indices(
    row: int, col: int, offset: int = 0, *, dtype: DType = None, device=None, layout=None
):
    """The rows and the columns of the lower triangle's elements, as a tensor of two rows.

    >>> torch.tril_indices(2, 2)
    tensor([[0, 1, 1],
            [0, 0, 1]])
    """
    return _triangle_indices(row, col, offset, False, dtype, device)


@composite(method=False)
def triu_indices(
    row: int, col: int, offset: int = 0, *, dtype: DType = None, device=None, layout=None
):
    """The rows and the columns of the upper triangle's elements, as a tensor of two rows."""
    return _triangle_indices(row, col, offset, True, dtype, device)


# Diagonals


@op(
    input=lambda grad, input_shape: _diagonal_backward(
        grad.expand(min(input_shape)), input_shape, 0, 0, 1
    )
)
def trace(input: Array):
    """The sum of a matrix's diagonal."""
    if input.ndim != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {input.ndim}")
    if input.dtype == bool:
        raise NotImplementedError("\"trace\" not implemented for 'Bool'")
    total = input.diagonal().sum(dtype=work_dtype(input, None))
    return total.astype(input.dtype) if input.dtype.kind == "f" else total


@op(input=lambda grad, offset, dim1, dim2: grad.diagonal(offset, dim1, dim2))
def diag_embed(input: Array, offset: int = 0, dim1: int = -2, dim2: int = -1):
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
    input=lambda grad, input_shape, offset, dim1, dim2: _diagonal_backward(
        grad, input_shape, offset, dim1, dim2
    ),
)
def _diagonal_copy(input: Array, offset: int, dim1: int = 0, dim2: int = 1):
    return _diagonal_view(input, offset, dim1, dim2).copy()


@composite
def diag(input: Tensor, diagonal: int = 0, *, out=None):
    """The diagonal of a matrix as a vector, or a matrix with a vector on its diagonal.

    >>> torch.diag(torch.tensor([[1, 2], [3, 4]]))
    tensor([1, 4])
    """
    if input.ndim == 1:
        return write("diag_embed", diag_embed(input, diagonal), out)
    if input.ndim == 2:
        return _diagonal_copy(input, diagonal, out=out)
    raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {input.ndim}D")


@composite
def diagflat(input: Tensor, offset: int = 0):
    """A matrix with all elements, in reading order, on a diagonal."""
    return diag(input.contiguous().view(-1), offset)


@in_linalg
def linalg_diagonal(A: Tensor, *, offset: int = 0, dim1: int = -2, dim2: int = -1):
    """The diagonals of matrices, as a view."""
    return A.diagonal(offset, dim1, dim2)


# Powers in rows


@composite(method=False)
def vander(x: Tensor, N: int = None, increasing: bool = False):
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


@in_linalg
def linalg_vander(x: Tensor, *, N: int = None):
    """The powers of every element, from 0 to N-1, in a new last dimension."""
    if x.dtype in (dtypes.bool_, dtypes.float16):
        label = x.dtype.label
        raise RuntimeError(
            f"linalg.vander supports floating point, complex, and integer tensors, but got {label}"
        )
    x = x if x.ndim else x.unsqueeze(0)
    count = x._array.shape[-1] if N is None else N
    if count <= 1:
        raise RuntimeError("N must be greater than 1.")
    powers = x.unsqueeze(-1).expand(*x.shape, count - 1).cumprod(-1)
    return cat((x.new_ones((*x.shape, 1)), powers), -1)
