"""Products made of matrix products: outer, inner, chains of matrices, tensordot."""

import warnings

import numpy as np

from ..arguments import check_dims_unique, wrong_type
from ..declare import composite
from ..tensor import Tensor, wrap_dim
from .matmul import check_tensors, dot, mm, write

# Outer products, and chains


@composite
def outer(input, vec2, *, out=None):
    """All products of an element of one vector and one of the other: (n,) by (m,) is (n, m).

    >>> torch.outer(torch.tensor([1, 2]), torch.tensor([3, 4, 5]))
    tensor([[ 3,  4,  5],
            [ 6,  8, 10]])
    """
    check_tensors("outer", input=input, vec2=vec2)
    for name, vector in (("self", input), ("vec2", vec2)):
        if vector.ndim != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {vector.ndim}-D")
    result = input.reshape(input.numel(), 1) * vec2
    return result if out is None else write("outer", result, out)


@composite
def ger(input, vec2, *, out=None):
    """The same as `outer`."""
    check_tensors("ger", input=input, vec2=vec2)
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
    warnings.warn(
        "torch.chain_matmul is deprecated and will be removed in a future PyTorch release. Use "
        "torch.linalg.multi_dot instead, which accepts a list of two or more tensors rather than "
        "multiple parameters.",
        UserWarning,
        stacklevel=2,
    )
    if not matrices:
        raise RuntimeError("chain_matmul(): Expected one or more matrices")
    for matrix in matrices:
        if matrix.ndim != 2:
            raise RuntimeError(f"Tensor dimension is {matrix.ndim}, expected 2 instead.")
    if len(matrices) == 1:
        return matrices[0].clone()
    return multi_dot(matrices, out=out)


def multi_dot(tensors, *, out=None):
    """The product of two or more matrices; the first and the last may be vectors.

    >>> torch.linalg.multi_dot([torch.ones(2, 3), torch.ones(3, 4), torch.ones(4)])
    tensor([12., 12.])
    """
    if not isinstance(tensors, (tuple, list)):
        raise wrong_type("linalg_multi_dot", "tensors", 1, "tuple of Tensors", tensors)
    _check_chain(tensors)
    first, *middle, last = tensors
    shape = (*first._array.shape[:-1], *last._array.shape[1:])
    first = first.unsqueeze(0) if first.ndim == 1 else first
    last = last.unsqueeze(1) if last.ndim == 1 else last
    chain = [first, *middle, last]
    _check_chain_fits(tensors, chain)
    result = multiply_chain(chain).view(shape)
    return result if out is None else write("linalg_multi_dot", result, out)


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


# Sums over named dimensions


@composite
def inner(input, other, *, out=None):
    """The sum of products over the last dimension of both: for vectors, the same as `dot`."""
    check_tensors("inner", input=input, other=other)
    if not input.ndim or not other.ndim:
        result = input * other
    elif input._array.shape[-1] != other._array.shape[-1]:
        raise RuntimeError(
            "inner() the last dimension must match on both input tensors but got shapes "
            f"{list(input.shape)} and {list(other.shape)}"
        )
    else:
        result = _tensordot(input, other, [-1], [-1])
    return result if out is None else write("inner", result, out)


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
        if dims > min(a.ndim, b.ndim):
            raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
        first, second = range(-dims, 0), range(dims)
    else:
        raise RuntimeError(
            "tensordot expects dims to be int or tuple[list[int], list[int]] or list[list[int]] "
            f"containing two lists, but got dims={dims}"
        )
    result = _tensordot(a, b, list(first), list(second))
    return result if out is None else write("tensordot", result, out)


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
