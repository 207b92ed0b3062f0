"""Products of other kinds: outer, inner, cross, Kronecker's, of chains of matrices, powers, tensordot."""

import numpy as np

from ..arguments import broadcast_error, check_dims_unique, check_same_dtype, wrong_type
from ..declare import Array, Tensors, composite, op
from ..once import warn_once
from ..out import write
from ..tensor import Tensor, wrap, wrap_dim
from .broadcast import check_list
from .join import cat
from .linalg import check_floating, check_square, in_linalg, linalg_inv, linalg_op
from .matmul import dot, matmul, mm, no_bools, vdot
from .reduce import contiguous
from .reshape import _unsafe_view


@in_linalg
def linalg_matmul(input: Tensor, other: Tensor, *, out=None):
    """The same as `torch.matmul`."""
    return matmul(input, other, out=out)


# Outer products, and chains


@composite
def outer(input: Tensor, vec2: Tensor, *, out=None):
    """All products of an element of one vector and one of the other: (n,) by (m,) is (n, m).

    >>> torch.outer(torch.tensor([1, 2]), torch.tensor([3, 4, 5]))
    tensor([[ 3,  4,  5],
            [ 6,  8, 10]])
    """
    for name, vector in (("self", input), ("vec2", vec2)):
        if vector.ndim != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {vector.ndim}-D")
    return write("outer", input.reshape(input.numel(), 1) * vec2, out)


@composite
def ger(input: Tensor, vec2: Tensor, *, out=None):
    """The same as `outer`."""
    if out is not None:
        warn_once(
            "torch.ger is deprecated and will be removed in a future PyTorch release. Use torch.outer instead."
        )
    return outer(input, vec2, out=out)


def multiply_chain(matrices):
    """The product of many matrices, in the order that needs the fewest multiplications."""
    if len(matrices) == 2:
        return mm(*matrices)
    sizes = [m._array.shape[0] for m in matrices] + [matrices[-1]._array.shape[1]]
    if len(matrices) == 3:
        a, b, c, d = sizes
        cut = 1 if a * c * (b + d) > b * d * (a + c) else 2
        cuts = {(0, 3): cut}
    else:
        cuts = _best_cuts(sizes)

    def product(start, end):
        if end - start == 1:
            return matrices[start]
        cut = cuts.get((start, end), start + 1)
        return mm(product(start, cut), product(cut, end))

    return product(0, len(matrices))


def _best_cuts(sizes):
    """Where to cut each stretch of a chain in two, found from the costs of shorter stretches."""
    count = len(sizes) - 1
    costs, cuts = {(i, i + 1): 0 for i in range(count)}, {}
    for length in range(2, count + 1):
        for start in range(count - length + 1):
            end = start + length
            costs[start, end], cuts[start, end] = min(
                (costs[start, k] + costs[k, end] + sizes[start] * sizes[k] * sizes[end], k)
                for k in range(start + 1, end)
            )
    return cuts


@composite(method=False)
def chain_matmul(*matrices, out=None):
    """The product of many matrices; PyTorch has renamed it to `torch.linalg.multi_dot`."""
    warn_once(
        "torch.chain_matmul is deprecated and will be removed in a future PyTorch release. Use "
        "torch.linalg.multi_dot instead, which accepts a list of two or more tensors rather than "
        "multiple parameters."
    )
    check_list(matrices)
    if not matrices:
        raise RuntimeError("chain_matmul(): Expected one or more matrices")
    for matrix in matrices:
        if matrix.ndim != 2:
            raise RuntimeError(f"Tensor dimension is {matrix.ndim}, expected 2 instead.")
    if len(matrices) == 1:
        return matrices[0].clone()
    return linalg_multi_dot(matrices, out=out)


@in_linalg
def linalg_multi_dot(tensors: Tensors, *, out=None):
    """The product of two or more matrices; the first and the last may be vectors.

    >>> torch.linalg.multi_dot([torch.ones(2, 3), torch.ones(3, 4), torch.ones(4)])
    tensor([12., 12.])
    """
    _check_chain(tensors)
    first, *middle, last = tensors
    shape = (*first._array.shape[:-1], *last._array.shape[1:])
    first = first.unsqueeze(0) if first.ndim == 1 else first
    last = last.unsqueeze(1) if last.ndim == 1 else last
    chain = [first, *middle, last]
    _check_chain_fits(tensors, chain)
    return write("linalg_multi_dot", multiply_chain(chain).view(shape), out)


def _check_chain(tensors):
    if len(tensors) < 2:
        raise RuntimeError(f"multi_dot(): expected at least 2 tensors but got {len(tensors)}")
    for i, tensor in enumerate(tensors):
        if 0 < i < len(tensors) - 1:
            if tensor.ndim != 2:
                raise RuntimeError(f"multi_dot(): tensor {i} must be 2D but got {tensor.ndim}D")
        elif tensor.ndim not in (1, 2):
            place = "last" if i else "first"
            raise RuntimeError(
                f"multi_dot(): the {place} tensor must be 1D or 2D but got {tensor.ndim}D"
            )


def _check_chain_fits(tensors, chain):
    for i, tensor in enumerate(tensors):
        if tensor.dtype is not tensors[0].dtype:
            raise RuntimeError(
                "multi_dot(): all tensors must have be the same dtype but tensor 0 is "
                f"{tensors[0].dtype.ctype} and tensor {i} {tensor.dtype.ctype}"
            )
    for i in range(len(chain) - 1):
        if chain[i]._array.shape[1] != chain[i + 1]._array.shape[0]:
            raise RuntimeError(
                f"multi_dot(): tensors {i} and {i + 1} with shapes {list(tensors[i].shape)} and "
                f"{list(tensors[i + 1].shape)} cannot be multiplied"
            )


# Powers


@in_linalg
def linalg_matrix_power(input: Tensor, n: int, *, out=None):
    """A square matrix times itself, n times; of its inverse if n is negative.

    >>> torch.linalg.matrix_power(torch.tensor([[1, 1], [1, 0]]), 5)
    tensor([[8, 5],
            [5, 3]])
    """
    check_square("linalg.matrix_power", input._array)
    return write("matrix_power", _power(input, n), out)


@composite
def matrix_power(input: Tensor, n: int, *, out=None):
    """The same as `torch.linalg.matrix_power`."""
    return linalg_matrix_power(input, n, out=out)


def _power(matrix, n):
    if n == 0:
        unit = np.eye(matrix.shape[-1], dtype=matrix._array.dtype)
        return matrix.clone().copy_(wrap(unit))
    if n < 0:
        matrix, n = linalg_inv(matrix), -n
        if n == 1:
            return matrix
    elif n == 1:
        return matrix.clone()
    if n == 3:
        return matmul(matmul(matrix, matrix), matrix)
    result, square = None, matrix
    while n:
        if n % 2:
            result = square if result is None else matmul(result, square)
        n //= 2
        square = matmul(square, square) if n else None
    return result


@linalg_op(input=lambda grad, input: _corner(linalg_matrix_exp(_beside(input.mT, grad))))
def linalg_matrix_exp(input: Array):
    """The exponential of a square matrix: the sum of its powers divided by their factorials.

    >>> torch.linalg.matrix_exp(torch.zeros(2, 2))
    tensor([[1., 0.],
            [0., 1.]])
    """
    check_square("linalg.matrix_exp", input)
    check_floating("linalg.matrix_exp", input)
    work = input.astype(np.float64)
    norm = np.abs(work).sum(-2).max(initial=0)
    halvings = max(0, int(np.ceil(np.log2(norm))) + 1) if 0 < norm < np.inf else 0
    work, unit = work / 2**halvings, np.eye(input.shape[-1])
    result = unit + np.zeros_like(work)
    for k in range(20, 0, -1):
        result = unit + work @ result / k
    for _ in range(halvings):
        result = result @ result
    return result.astype(input.dtype)


@composite
def matrix_exp(input: Tensor):
    """The same as `torch.linalg.matrix_exp`."""
    return linalg_matrix_exp(input)


def _beside(matrix, grad):
    """[[matrix, grad], [0, matrix]]: its exponential has the derivative along `grad` in its corner."""
    upper = cat((matrix, grad), -1)
    return cat((upper, cat((matrix.new_zeros(matrix.shape), matrix), -1)), -2)


def _corner(matrix):
    side = matrix.shape[-1] // 2
    return matrix.narrow(-2, 0, side).narrow(-1, side, side)


# Sums over named dimensions


@composite
def inner(input: Tensor, other: Tensor, *, out=None):
    """The sum of products over the last dimension of both: for vectors, the same as `dot`."""
    if not input.ndim or not other.ndim:
        result = input * other
    elif input._array.shape[-1] != other._array.shape[-1]:
        raise RuntimeError(
            "inner() the last dimension must match on both input tensors but got shapes "
            f"{list(input.shape)} and {list(other.shape)}"
        )
    else:
        result = _tensordot(input, other, [-1], [-1])
    return write("inner", result, out)


@composite(method=False)
def tensordot(a, b, dims=2, out=None):
    """The sum of products over some dimensions of both tensors.

    `dims`: how many, the last ones of `a` and the first ones of `b`; or two lists of dimensions.

    >>> torch.tensordot(torch.ones(2, 3), torch.ones(3, 2), dims=([0, 1], [1, 0]))
    tensor(6.)
    """
    if isinstance(dims, Tensor):
        dims = dims.tolist() if dims.numel() > 1 else int(dims.item())
    if isinstance(dims, (tuple, list)):
        first, second = dims
        for position, (name, value) in enumerate((("dims_self", first), ("dims_other", second)), 3):
            if not isinstance(value, (tuple, list)):
                raise wrong_type("tensordot", name, position, "tuple of ints", value)
    elif isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        if dims > min(a.dim(), b.dim()):
            raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
        first, second = range(-dims, 0), range(dims)
    else:
        raise RuntimeError(
            "tensordot expects dims to be int or tuple[list[int], list[int]] or list[list[int]] "
            f"containing two lists, but got dims={dims}"
        )
    return write("tensordot", _tensordot(a, b, list(first), list(second)), out)


def _tensordot(a, b, first, second):
    if len(first) != len(second):
        raise RuntimeError("both dimension lists should have same length")
    if a.dtype is not b.dtype:
        raise RuntimeError("both inputs should have same dtype")
    inner = 1
    for i, j in zip(first, second):
        n, m = a._array.shape[wrap_dim(i, a.ndim)], b._array.shape[wrap_dim(j, b.ndim)]
        if m == 1:  # broadcast: it can be summed right away
            a = a.sum(i, keepdim=True, dtype=a.dtype)
        elif n == 1:
            b = b.sum(j, keepdim=True, dtype=b.dtype)
        elif n != m:
            raise RuntimeError(
                f"contracted dimensions need to match, but first has size {n} in dim {i} and "
                f"second has size {m} in dim {j}"
            )
        else:
            inner *= n
    first, second = ([wrap_dim(d, t.ndim) for d in dims] for t, dims in ((a, first), (b, second)))
    check_dims_unique(first)
    check_dims_unique(second)
    kept_a = [d for d in range(a.ndim) if d not in first]
    kept_b = [d for d in range(b.ndim) if d not in second]
    rows, columns = ([t._array.shape[d] for d in kept] for t, kept in ((a, kept_a), (b, kept_b)))
    n, m = int(np.prod(rows)), int(np.prod(columns))
    a, b = a.permute(kept_a + first), b.permute(second + kept_b)
    if n == m == 1:
        result = dot(a.flatten(), b.flatten())
    else:
        result = mm(a.reshape(n, inner), b.reshape(inner, m))
    return result.reshape(rows + columns)


# Cross products, and Kronecker's


@op(
    node="LinalgCrossBackward",
    input=lambda grad, other, dim: _cross(other, grad, dim),
    other=lambda grad, input, dim: _cross(grad, input, dim),
)
def _cross(input: Array, other: Array, dim: int):
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
def cross(input: Tensor, other: Tensor, dim: int = None, *, out=None):
    """The cross product of vectors of three elements, along `dim` (or the first of size 3).

    >>> torch.cross(torch.tensor([1, 0, 0]), torch.tensor([0, 1, 0]), dim=0)
    tensor([0, 0, 1])
    """
    if dim is None:
        if out is None:
            warn_once(
                "Using torch.cross without specifying the dim arg is deprecated.\nPlease either pass the dim "
                "explicitly or simply use torch.linalg.cross.\nThe default value of dim will change to agree with "
                "that of linalg.cross in a future release."
            )
        if 3 not in input._array.shape:
            raise RuntimeError("no dimension of size 3 in input")
        dim = input._array.shape.index(3)
    return _cross(input, other, dim, out=out)


@in_linalg
def linalg_cross(input: Tensor, other: Tensor, *, dim: int = -1, out=None):
    """The cross product of vectors of three elements, which lie along `dim`."""
    return _cross(input, other, dim, out=out)


@in_linalg
def linalg_vecdot(x: Tensor, y: Tensor, *, dim: int = -1, out=None):
    """The sums of products along a dimension."""
    check_floating("linalg.vecdot", x._array)
    if x.dtype is not y.dtype:
        raise RuntimeError(
            "linalg.vecdot: Expected x and y to have the same dtype, but found x of type "
            f"{x.dtype.label} and y of type {y.dtype.label} instead"
        )
    if x.ndim == y.ndim == 1:
        return vdot(x, y, out=out)
    return write("linalg_vecdot", (x * y).sum(dim), out)


@composite
def kron(input: Tensor, other: Tensor, *, out=None):
    """The Kronecker product: every element of `input` times the whole of `other`.

    >>> torch.kron(torch.tensor([1, 10]), torch.tensor([1, 2]))
    tensor([ 1,  2, 10, 20])
    """
    ndim = max(input.ndim, other.ndim)
    first, second = ((1,) * (ndim - t.ndim) + t._array.shape for t in (input, other))
    left = _unsafe_view(input, tuple(n for size in first for n in (size, 1)))
    right = _unsafe_view(other, tuple(n for size in second for n in (1, size)))
    result = _unsafe_view(left * right, tuple(a * b for a, b in zip(first, second)))
    return write("kron", result, out)
