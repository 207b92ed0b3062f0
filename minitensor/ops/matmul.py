"""Products of vectors and matrices: `@`, alone, in batches, with something added."""

import math

import numpy as np

from .. import dtypes
from ..arguments import broadcast_shape, check_same_dtype
from ..declare import Array, composite, op
from ..formulas import for_both, turned
from ..graph import ends
from ..op_node import freed
from ..out import write
from ..tensor import Tensor
from .reshape import _reshaped, _unsafe_view
from .views import _expand


def labels(*arrays):
    """The dtypes of arrays, as PyTorch's errors call them."""
    return [dtypes.of(a.dtype).label for a in arrays]


def ctypes(*arrays):
    """The dtypes of arrays, as C calls them."""
    return [dtypes.of(a.dtype).ctype for a in arrays]


def multiply(a, b, kernel):
    """a @ b, of arrays that fit, float16 added up in float32; `kernel` names the op in errors."""
    if a.dtype.char in "e?":
        if a.dtype.kind == "f":
            return multiply(a.astype(np.float32), b.astype(np.float32), kernel).astype(np.float16)
        if a.size and b.size:
            raise no_bools(kernel)
    return a.dot(b) if a.ndim < 3 else np.matmul(a, b, order="C")


def no_bools(kernel):
    """PyTorch's error for an op that has no code for bools."""
    return NotImplementedError(f"\"{kernel}\" not implemented for 'Bool'")


@for_both
def times(a, b):
    """The product of matrices, of batches of them, or of a matrix and a vector."""
    if isinstance(a, Tensor):
        return a.bmm(b) if a.ndim == 3 else product(a, b)
    return multiply(a, b, "")


@for_both
def scaled(grad, factor):
    """grad * factor, or `grad` itself if that changes nothing."""
    return grad if factor == 1 else grad * factor


# Two tensors of fixed dimensions


OF_TWO = (
    "Tensor input, Tensor mat2, *, Tensor out = None",
    "Tensor input, Tensor mat2, torch.dtype out_dtype, *, Tensor out = None",
)


@op(
    signatures=OF_TWO,
    input=lambda grad, mat2: times(grad, turned(mat2)),
    mat2=lambda grad, input: times(turned(input), grad),
)
def mm(input: Array, mat2: Array):
    """The product of two matrices: (n, k) and (k, m) give (n, m). Both must have the same dtype.

    >>> torch.mm(torch.tensor([[1., 2.]]), torch.tensor([[3.], [4.]]))
    tensor([[11.]])
    """
    if not input.ndim == mat2.ndim == 2 or input.dtype != mat2.dtype:
        raise _mm_error(input, mat2)
    _check_inner(input, mat2)
    return multiply(input, mat2, "addmm_impl_cpu_")


def show_operands(function, first, second):
    """Have the nodes of a product of matrices show the sizes and strides of both, as PyTorch's do.

    Of one that is neither saved nor a leaf only the sizes are known: it is taken for a fresh tensor, or `t()` of one.
    """
    op = function.op
    kind = op.node_type(op.number)

    def tensor_of(node, place):
        key, edge = op.tensors[place - 2], ends(node.edges[place - 2])[0]
        saved = dict(zip(node.plan.names, node.saved)).get(key)
        return next((t for t in (saved, edge) if isinstance(t, Tensor)), None)

    def sizes(node, place):
        own, other = tensor_of(node, place), tensor_of(node, 1 - place)
        if own is None and other is None:
            if node.released:
                raise freed()
            return ()
        known = (own if own is not None else other)._array.shape
        rows, columns = node.shape
        return known if own is not None else (rows, known[0]) if place == 0 else (known[1], columns)

    def strides(node, place):
        edge, own = ends(node.edges[place - 2])[0], tensor_of(node, place)
        if edge is None or own is not None:
            return () if edge is None else own.stride()
        rows, columns = sizes(node, place)
        return (1, rows) if edge.name() == "TBackward0" else (columns, 1)

    for place, name in enumerate((first, second)):
        for fact in (sizes, strides):
            shown = property(lambda node, fact=fact, place=place: fact(node, place))
            setattr(kind, f"_saved_{name}_sym_{fact.__name__}", shown)


show_operands(mm, "self", "mat2")


def _mm_error(input, mat2):
    for name, array in (("self", input), ("mat2", mat2)):
        if array.ndim != 2:
            return RuntimeError(f"{name} must be a matrix")
    _check_inner(input, mat2)
    first, second = ctypes(input, mat2)
    return RuntimeError(f"expected m1 and m2 to have the same dtype, but got: {first} != {second}")


def _check_inner(mat1, mat2):
    if mat1.shape[1] != mat2.shape[0]:
        (n, k), (k2, m) = mat1.shape, mat2.shape
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({n}x{k} and {k2}x{m})")


@op(input=lambda grad, vec: grad.outer(vec), vec=lambda grad, input: times(turned(input), grad))
def mv(input: Array, vec: Array):
    """The product of a matrix and a vector: (n, k) and (k,) give (n,)."""
    rows = input.shape[:1] if input.ndim == 2 else (1,)
    _check_mv(rows, vec.dtype, input, vec)
    return multiply(input, vec, "addmv_impl_cpu")


def _check_mv(added, added_dtype, mat, vec):
    """Raise PyTorch's error unless something of this shape and dtype can be added to mat @ vec."""
    if len(added) > 1 or mat.ndim != 2 or vec.ndim != 1:
        raise RuntimeError(
            f"vector + matrix @ vector expected, got {len(added)}, {mat.ndim}, {vec.ndim}"
        )
    (size,), (rows, columns) = added or (1,), mat.shape
    if columns != vec.size or size not in (1, rows):
        raise RuntimeError(
            f"size mismatch, got input ({size}), mat ({rows}x{columns}), vec ({vec.size})"
        )
    if not added_dtype == mat.dtype == vec.dtype:
        kinds = [dtypes.of(d).label for d in (added_dtype, mat.dtype, vec.dtype)]
        raise RuntimeError(
            "addmv input tensors must have the same dtype, but got {}, {}, and {}".format(*kinds)
        )


@op(input=lambda grad, tensor: grad * tensor, tensor=lambda grad, input: grad * input)
def dot(input: Array, tensor: Array):
    """The sum of the products of two vectors' elements.

    >>> torch.dot(torch.tensor([1., 2.]), torch.tensor([3., 4.]))
    tensor(11.)
    """
    return _dot(input, tensor)


@op(input=lambda grad, other: grad * other, other=lambda grad, input: grad * input)
def vdot(input: Array, other: Array):
    """The same as `dot`; in PyTorch it differs for complex numbers."""
    return _dot(input, other)


def _dot(a, b):
    if a.ndim != 1 or b.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {a.ndim}D and {b.ndim}D tensors")
    if a.dtype != b.dtype:
        first, second = labels(a, b)
        raise RuntimeError(
            f"dot : expected both vectors to have same dtype, but found {first} and {second}"
        )
    if a.size != b.size:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{a.size}] and src [{b.size}] to have the "
            f"same number of elements, but got {a.size} and {b.size} elements respectively"
        )
    if a.dtype == np.bool_:
        raise no_bools("dot")
    return multiply(a, b, "dot")


@op(
    signatures=OF_TWO,
    input=lambda grad, mat2: times(grad, turned(mat2)),
    mat2=lambda grad, input: times(turned(input), grad),
)
def bmm(input: Array, mat2: Array):
    """Products of matrices in batches: (b, n, k) and (b, k, m) give (b, n, m)."""
    _check_batches(input, mat2)
    return multiply(input, mat2, "bmm")


def _check_3d(batch1, batch2):
    for name, batch in (("batch1", batch1), ("batch2", batch2)):
        if batch.ndim != 3:
            raise RuntimeError(f"{name} must be a 3D tensor")


def _check_batches(batch1, batch2):
    _check_3d(batch1, batch2)
    expected = [batch1.shape[0], batch1.shape[2]]
    if list(batch2.shape[:2]) != expected:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: {expected} but got: "
            f"{list(batch2.shape[:2])}."
        )
    check_same_dtype(batch1, batch2)


# Any dimensions


@op(node="SqueezeBackward", number=4, input=lambda grad: grad.unsqueeze(0))
def _only_row(input: Array):
    return input[0]


@composite
def matmul(input: Tensor, other: Tensor, *, out=None):
    """The matrix product, `input @ other`: rows by columns, of the last two dimensions.

    A vector counts as a row on the left, as a column on the right; dimensions before the last two
    are batches and broadcast. Both must have the same dtype.

    >>> torch.matmul(torch.tensor([[1, 2], [3, 4]]), torch.tensor([1, 0]))
    tensor([1, 3])
    """
    return write("matmul", product(input, other), out)


def product(input, other):
    """What `input @ other` is, for two tensors."""
    a, b = input._array, other._array
    dims = (a.ndim, b.ndim)
    if dims == (2, 2):
        return mm(input, other)
    if dims == (2, 1):
        return mv(input, other)
    if dims == (1, 1):
        return dot(input, other)
    if 0 in dims:
        raise RuntimeError(
            "both arguments to matmul need to be at least 1D, but they are "
            f"{dims[0]}D and {dims[1]}D"
        )
    if dims == (1, 2):
        return _only_row(mm(input.unsqueeze(0), other))
    matched = dims == (3, 3) and a.shape[0] == b.shape[0]
    if matched and not (input.requires_grad or other.requires_grad):
        return bmm(input, other)  # what is left of the steps below if nobody sees the graph
    return _folded(input, other) if _folds(input, other) else _batched(input, other)


def _at(self, other):
    return product(self, other) if isinstance(other, Tensor) else NotImplemented


Tensor.__matmul__ = _at
Tensor.__rmatmul__ = lambda self, other: NotImplemented  # `@` is for tensors on both sides


def _folds(input, other):
    """Whether PyTorch makes one tall matrix of a batch, to multiply it by one matrix or vector.

    It does so to save memory in backward, and where it needs no copy.
    """
    a, b = input._array, other._array
    small = other if a.ndim >= b.ndim else input
    if small._array.ndim > 2:
        return False
    if small.requires_grad:
        return True
    if a.ndim == 2:
        return False
    large = a if small is other else b.mT
    shape, strides = large.shape, large.strides
    batches = range(large.ndim - 2)
    return not large.size or all([strides[d] == strides[d + 1] * shape[d + 1] for d in batches])


def _folded(input, other):
    turned = other._array.ndim > input._array.ndim
    large = other.mT if turned else input
    small = other if not turned else input.t() if input._array.ndim == 2 else input
    *batch, inner = large._array.shape
    tall = _reshaped(large, (math.prod(batch), inner))
    if small._array.ndim == 1:
        return _unsafe_view(tall.mv(small), tuple(batch))
    result = _unsafe_view(tall.mm(small), (*batch, small._array.shape[1]))
    return result.mT.contiguous() if turned else result


def _batched(input, other):
    a, b = input._array.shape, other._array.shape
    if len(a) == len(b) == 3 and a[0] != b[0]:
        if a[0] == 1 and input.requires_grad:
            return product(input.squeeze(0), other)
        if b[0] == 1 and other.requires_grad:
            return product(input, other.squeeze(0))
    batch = broadcast_shape(a[:-2], b[:-2])
    left = (1, *a)[-2:]
    right = b[-2:]
    count = math.prod(batch)
    first = _reshaped(_expand(input, (*batch, *left)), (count, *left))
    second = _reshaped(_expand(other, (*batch, *right)), (count, *right))
    if len(b) == 1:
        return _unsafe_view(first.bmm(second.unsqueeze(2)).squeeze(-1), (*batch, *a[-2:-1]))
    return _unsafe_view(first.bmm(second), (*batch, *a[-2:-1], b[-1]))
