"""Norms and distances."""

import math

import numpy as np

from .. import dtypes
from ..arguments import broadcast_error, broadcast_shape, check_same_dtype
from ..declare import FUNCTIONS, Array, DType, Ints, Number, composite, op
from ..formulas import put_back
from ..once import warn_once
from ..out import write
from ..tensor import Tensor, wrap_dim
from .decompositions import linalg_svdvals
from .linalg import check_floating, check_matrix, in_linalg
from .reduce import contiguous, reduced_axes, work_dtype

# Norms of vectors


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
def _vector_norm(input: Array, ord=2, dim: Ints = None, keepdim=False, *, dtype=None):
    name = "linalg.vector_norm"
    check_floating(name, input)
    if dtype is not None:
        _check_widening(name, input, dtype)
        input = input.astype(dtype.numpy, copy=False)
    axes = reduced_axes(dim, input.ndim)
    if not input.size and (ord < 0 or math.isinf(ord)):
        _check_not_empty(input, ord, dim)
    return _size(input, ord, axes, keepdim)


def _check_widening(name, input, dtype):
    given = dtypes.of(input.dtype)
    if not dtype.is_floating_point:
        raise RuntimeError(
            f"{name}: dtype should be floating point or complex, but got {dtype.label}"
        )
    if dtype.itemsize < given.itemsize:
        raise RuntimeError(
            f"{name}: the dtype of the input ({given.label}) should be convertible without narrowing "
            f"to the specified dtype ({dtype.label})"
        )


def _check_not_empty(input, ord, dims):
    start = f"linalg.vector_norm cannot compute the {ord:g} norm on "
    if dims is None:
        raise RuntimeError(
            f"{start}an empty tensor because the operation does not have an identity"
        )
    for dim in dims if isinstance(dims, tuple) else (dims,):
        if input.shape[dim] == 0:
            raise RuntimeError(
                f"{start}the dimension {dim}because this dimension is empty and the operation "
                "does not have an identity"
            )


@in_linalg
def linalg_vector_norm(
    input: Tensor,
    ord: Number = 2,
    dim: Ints = None,
    keepdim: bool = False,
    *,
    dtype: DType = None,
    out=None,
):
    """The norm of all elements, or along dims, as if they were one vector.

    >>> torch.linalg.vector_norm(torch.tensor([3., 4.]))
    tensor(5.)
    """
    return _vector_norm(input, ord, dim, keepdim, dtype=dtype, out=out)


# Norms of matrices


ALONG = "bool keepdim = False, *, torch.dtype dtype = None, Tensor out = None"


@in_linalg(
    signatures=(
        f"Number ord, tuple of ints dim = {{-2,-1}}, {ALONG}",
        f'str ord = "fro", tuple of ints dim = {{-2,-1}}, {ALONG}',
    )
)
def linalg_matrix_norm(
    input: Tensor,
    ord="fro",
    dim: Ints = (-2, -1),
    keepdim: bool = False,
    *,
    dtype: DType = None,
    out=None,
):
    """The norm of a matrix: "fro" for the root of the sum of squares, "nuc" for that of singular values.

    2 gives the largest singular value, 1 the largest column sum, inf the largest row sum; -2, -1 and
    -inf the smallest.
    """
    if not isinstance(ord, str) and abs(ord) not in (1, 2, math.inf):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
    check_matrix("linalg.matrix_norm", input._array)
    check_floating("linalg.matrix_norm", input._array, half=ord not in (2, -2, "nuc"))
    if isinstance(ord, str) and ord not in ("fro", "nuc"):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
    return write("linalg_matrix_norm", _matrix_norm(input, ord, dim, keepdim, dtype), out)


def _matrix_norm(input, ord, dim, keepdim, dtype):
    if isinstance(dim, int) or len(dim) != 2:
        listed = " ".join(map(str, (dim,) if isinstance(dim, int) else dim))
        raise RuntimeError(f"linalg.matrix_norm: dim must be a 2-tuple. Got {listed}")
    rows, columns = (wrap_dim(d, input.ndim) for d in dim)
    if rows == columns:
        raise RuntimeError(f"linalg.matrix_norm: dims must be different. Got ({dim[0]}, {dim[1]})")
    if ord == "fro":
        return _vector_norm(input, 2, tuple(dim), keepdim, dtype=dtype)
    if ord in (2, -2, "nuc"):
        return _norm_of_values(input, ord, rows, columns, keepdim, dtype)
    summed, compared = (columns, rows) if math.isinf(ord) else (rows, columns)
    sums = _vector_norm(input, 1, (summed,), keepdim, dtype=dtype)
    compared -= compared > summed and not keepdim
    return sums.amax(compared, keepdim) if ord > 0 else sums.amin(compared, keepdim)


def _norm_of_values(input, ord, rows, columns, keepdim, dtype):
    input = input if dtype is None else input.to(dtype)
    order = [d for d in range(input.ndim) if d not in (rows, columns)] + [rows, columns]
    values = linalg_svdvals(input.permute(order))
    if ord == "nuc":
        size = values.sum(-1, keepdim)
    else:
        size = values.amax(-1, keepdim) if ord > 0 else values.amin(-1, keepdim)
    if not keepdim:
        return size
    return size.unsqueeze(-1).permute([order.index(d) for d in range(input.ndim)])


# Of both


@in_linalg(
    signatures=(
        f"Number ord = None, tuple of ints dim = None, {ALONG}",
        f"str ord, tuple of ints dim = None, {ALONG}",
    )
)
def linalg_norm(
    input: Tensor,
    ord=None,
    dim: Ints = None,
    keepdim: bool = False,
    *,
    out=None,
    dtype: DType = None,
):
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
        result = _vector_norm(input, 2, dims, keepdim, dtype=dtype)
    elif dims is None and input.ndim not in (1, 2):
        raise RuntimeError(
            "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got "
            f"{input.ndim}D."
        )
    elif isinstance(ord, str) or (input.ndim if dims is None else len(dims)) == 2:
        result = linalg_matrix_norm(input, ord, dims or (-2, -1), keepdim, dtype=dtype)
    else:
        result = _vector_norm(input, ord, dims, keepdim, dtype=dtype)
    return write("linalg_norm", result, out)


@composite(method=False)
def norm(input, p="fro", dim=None, keepdim=False, out=None, dtype=None):
    """The norm of all elements, or along dims: the p-th root of the sum of their p-th powers.

    `p`: a number, `inf`, `-inf`, "fro", the same as 2, or "nuc", the sum of a matrix's singular values.

    >>> x = torch.tensor([3., -4.])
    >>> x.norm(), x.norm(1), x.norm(float("inf"))
    (tensor(5.), tensor(7.), tensor(4.))
    """
    dims = (dim,) if isinstance(dim, int) else dim
    if isinstance(p, str) and (p != "fro" or (dims is not None and len(dims) > 2)):
        dims = tuple(range(input.ndim)) if dims is None else dims
        return linalg_matrix_norm(input, p, dims, keepdim, dtype=dtype, out=out)
    order = 2 if p is None or isinstance(p, str) else p
    return linalg_vector_norm(input, order, dims, keepdim, dtype=dtype, out=out)


def _norm(self, p="fro", dim=None, keepdim=False, dtype=None):
    return norm(self, p, dim, keepdim, dtype=dtype)


_norm.__qualname__, _norm.__doc__ = "Tensor.norm", norm.__doc__
Tensor.norm = _norm


@composite(
    method=False,
    signatures=(
        "Tensor input, tuple of ints dim, bool keepdim = False, *, Tensor out = None",
        "Tensor input, bool keepdim = False, *, Tensor out = None",
    ),
)
def nuclear_norm(input: Tensor, dim=(-2, -1), keepdim: bool = False, *, out=None):
    """The sum of a matrix's singular values."""
    if isinstance(dim, bool):
        dim, keepdim = (-2, -1), dim
    warn_once(
        "at::nuclear_norm is deprecated and it is just left for JIT compatibility. It will be removed in a future "
        "PyTorch release. Please use `linalg.matrix_norm(A, 'nuc', dim, keepdim)` instead"
    )
    return linalg_matrix_norm(input, "nuc", dim, keepdim, out=out)


# Distances


def _distance_slope(grad, input, other, p, result):
    return _size_slope(grad, input - other, p, None, False, result)


@op(
    input=_distance_slope,
    other=lambda grad, input, other, p, result: _distance_slope(grad, other, input, p, result),
)
def dist(input: Array, other: Array, p: Number = 2):
    """The p-norm of input - other.

    >>> torch.dist(torch.tensor([1., 2.]), torch.tensor([4., 6.]))
    tensor(5.)
    """
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


def _pair_slope(grad, x1, x2, p, result):
    difference = x1.unsqueeze(-2) - x2.unsqueeze(-3)
    if p == 0:
        return difference * 0
    if math.isinf(p):
        reached = difference.abs() == result.unsqueeze(-1)
        return difference.sgn() * reached * grad.unsqueeze(-1)
    return _size_slope(grad, difference, p, -1, False, result)


@op(
    method=False,
    function=False,
    x1=lambda grad, x1, x2, p, result: _pair_slope(grad, x1, x2, p, result).sum(-2),
    x2=lambda grad, x1, x2, p, result: _pair_slope(grad, x1, x2, p, result).sum(-3).neg(),
)
def cdist(x1: Array, x2: Array, p: float = 2.0):
    for name, array in (("X1", x1), ("X2", x2)):
        if array.ndim < 2:
            raise RuntimeError(
                f"cdist only supports at least 2D tensors, {name} got: {array.ndim}D"
            )
    for name, array in (("X1", x1), ("X2", x2)):
        label = dtypes.of(array.dtype).label
        if array.dtype.kind != "f":
            raise RuntimeError(f"cdist only supports floating-point dtypes, {name} got: {label}")
    if x1.shape[-1] != x2.shape[-1]:
        raise RuntimeError(
            f"X1 and X2 must have the same number of columns. X1: {x1.shape[-1]} X2: {x2.shape[-1]}"
        )
    if p < 0:
        raise RuntimeError("cdist only supports non-negative p values")
    check_same_dtype(x1, x2)
    if x1.itemsize == 2:
        raise NotImplementedError("\"cdist\" not implemented for 'Half'")
    broadcast_shape(x1.shape[:-2], x2.shape[:-2])
    difference = x1[..., :, None, :] - x2[..., None, :, :]
    return _size(difference, p if difference.size else 1, -1, False)


def _in_python(x1, x2, p=2.0, compute_mode="use_mm_for_euclid_dist_if_necessary"):
    """The p-norms of the differences between every row of one matrix and every row of another.

    `compute_mode` is checked and has no effect here.

    >>> torch.cdist(torch.tensor([[0., 0.]]), torch.tensor([[3., 4.], [0., 1.]]))
    tensor([[5., 1.]])
    """
    if compute_mode not in (
        "use_mm_for_euclid_dist_if_necessary",
        "use_mm_for_euclid_dist",
        "donot_use_mm_for_euclid_dist",
    ):
        raise ValueError(f"{compute_mode} is not a valid value for compute_mode")
    return cdist(x1, x2, p)


_in_python.__qualname__ = _in_python.__name__ = "cdist"
FUNCTIONS["cdist"] = _in_python
