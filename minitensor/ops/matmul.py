"""Products of vectors and matrices: `@`, alone, in batches, with something added."""

import numpy as np

from .. import dtypes
from ..arguments import broadcast_error, check_same_dtype, wrong_type
from ..declare import composite, op
from ..grad_mode import state
from ..tensor import Tensor
from .reshape import _unsafe_view
from .views import expand_strides


def check_tensors(name, **values):
    """Raise PyTorch's TypeError unless all of these arguments are tensors."""
    for position, (parameter, value) in enumerate(values.items(), start=1):
        if not isinstance(value, Tensor):
            raise wrong_type(name, parameter, position, "Tensor", value)


def multiply(a, b, kernel):
    """a @ b, of arrays that fit, float16 added up in float32; `kernel` names the op in errors."""
    kind = a.dtype.char
    if kind == "e":
        return multiply(a.astype(np.float32), b.astype(np.float32), kernel).astype(np.float16)
    if kind == "?" and a.size and b.size:
        raise no_bools(kernel)
    return a.dot(b) if a.ndim < 3 else np.matmul(a, b, order="C")


def no_bools(kernel):
    """PyTorch's error for an op that has no code for bools."""
    return NotImplementedError(f"\"{kernel}\" not implemented for 'Bool'")


def scaled(grad, factor):
    """grad * factor, or `grad` itself if that changes nothing."""
    return grad if factor == 1 else grad * factor


# Two tensors of fixed dimensions


@op(input=lambda grad, mat2: grad.mm(mat2.t()), mat2=lambda grad, input: input.t().mm(grad))
def mm(input, mat2):
    """The product of two matrices: (n, k) and (k, m) give (n, m). Both must have the same dtype.

    >>> torch.mm(torch.tensor([[1., 2.]]), torch.tensor([[3.], [4.]]))
    tensor([[11.]])
    """
    if input.ndim != 2:
        raise RuntimeError("self must be a matrix")
    if mat2.ndim != 2:
        raise RuntimeError("mat2 must be a matrix")
    if input.shape[1] != mat2.shape[0]:
        raise _inner_error(input, mat2)
    if input.dtype != mat2.dtype:
        first, second = dtypes.of(input.dtype).ctype, dtypes.of(mat2.dtype).ctype
        raise RuntimeError(
            f"expected m1 and m2 to have the same dtype, but got: {first} != {second}"
        )
    return multiply(input, mat2, "addmm_impl_cpu_")


def _inner_error(mat1, mat2):
    (rows, inner), (inner2, columns) = mat1.shape, mat2.shape
    return RuntimeError(
        f"mat1 and mat2 shapes cannot be multiplied ({rows}x{inner} and {inner2}x{columns})"
    )


@op(input=lambda grad, vec: grad.outer(vec), vec=lambda grad, input: input.t().mv(grad))
def mv(input, vec):
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
        labels = [dtypes.of(d).label for d in (added_dtype, mat.dtype, vec.dtype)]
        raise RuntimeError(
            "addmv input tensors must have the same dtype, but got {}, {}, and {}".format(*labels)
        )


@op(input=lambda grad, tensor: grad * tensor, tensor=lambda grad, input: grad * input)
def dot(input, tensor):
    """The sum of the products of two vectors' elements.

    >>> torch.dot(torch.tensor([1., 2.]), torch.tensor([3., 4.]))
    tensor(11.)
    """
    if input.ndim != 1 or tensor.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {input.ndim}D and {tensor.ndim}D tensors")
    if input.dtype != tensor.dtype:
        first, second = dtypes.of(input.dtype).label, dtypes.of(tensor.dtype).label
        raise RuntimeError(
            f"dot : expected both vectors to have same dtype, but found {first} and {second}"
        )
    if input.size != tensor.size:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{input.size}] and src [{tensor.size}] to "
            f"have the same number of elements, but got {input.size} and {tensor.size} elements "
            "respectively"
        )
    if input.dtype == np.bool_:
        raise no_bools("dot")
    return multiply(input, tensor, "dot")


@op(
    input=lambda grad, mat2: grad.bmm(mat2.transpose(1, 2)),
    mat2=lambda grad, input: input.transpose(1, 2).bmm(grad),
)
def bmm(input, mat2):
    """Products of matrices in batches: (b, n, k) and (b, k, m) give (b, n, m)."""
    _check_batches(input, mat2)
    return multiply(input, mat2, "bmm")


def _check_batches(batch1, batch2):
    for name, batch in (("batch1", batch1), ("batch2", batch2)):
        if batch.ndim != 3:
            raise RuntimeError(f"{name} must be a 3D tensor")
    expected = [batch1.shape[0], batch1.shape[2]]
    if list(batch2.shape[:2]) != expected:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: {expected} but got: "
            f"{list(batch2.shape[:2])}."
        )
    check_same_dtype(batch1, batch2)


# With something added: beta * input + alpha * product


def _add_product(input, a, b, kernel, beta, alpha):
    shape = (*a.shape[:-1], *b.shape[a.ndim - 1 :])
    expand_strides(input, shape)  # raises PyTorch's error if that can't be done
    half = input.dtype == np.float16
    input, a, b = (x.astype(np.float32) if half else x for x in (input, a, b))
    product = _weighted(multiply(a, b, kernel), alpha)
    result = product if beta == 0 else product + _weighted(input, beta)
    return result.astype(np.float16) if half else result


def _weighted(array, weight):
    return array if weight == 1 else array * np.array(weight).astype(array.dtype)


@op(
    input=lambda grad, beta: scaled(grad, beta),
    mat1=lambda grad, mat2, alpha: scaled(grad.mm(mat2.t()), alpha),
    mat2=lambda grad, mat1, alpha: scaled(mat1.t().mm(grad), alpha),
)
def addmm(input, mat1, mat2, *, beta=1, alpha=1):
    """beta * input + alpha * (mat1 @ mat2), for matrices; `input` is broadcast."""
    for name, mat in (("mat1", mat1), ("mat2", mat2)):
        if mat.ndim != 2:
            raise RuntimeError(f"{name} must be a matrix, got {mat.ndim}-D tensor")
    if mat1.shape[1] != mat2.shape[0]:
        raise _inner_error(mat1, mat2)
    for name, array in (("self", input), ("mat1", mat1)):
        if array.dtype != mat2.dtype:
            first, second = dtypes.of(array.dtype).label, dtypes.of(mat2.dtype).label
            raise RuntimeError(
                f"{name} and mat2 must have the same dtype, but got {first} and {second}"
            )
    return _add_product(input, mat1, mat2, "addmm_impl_cpu_", beta, alpha)


@op(
    input=lambda grad, beta: scaled(grad, beta),
    mat=lambda grad, vec, alpha: scaled(grad.outer(vec), alpha),
    vec=lambda grad, mat, alpha: scaled(mat.t().mv(grad), alpha),
)
def addmv(input, mat, vec, *, beta=1, alpha=1):
    """beta * input + alpha * (mat @ vec), for a matrix and a vector."""
    _check_mv(input.shape, input.dtype, mat, vec)
    return _add_product(input, mat, vec, "addmv_impl_cpu", beta, alpha)


@op(
    input=lambda grad, beta: scaled(grad, beta),
    batch1=lambda grad, batch2, alpha: scaled(grad.bmm(batch2.transpose(1, 2)), alpha),
    batch2=lambda grad, batch1, alpha: scaled(batch1.transpose(1, 2).bmm(grad), alpha),
)
def baddbmm(input, batch1, batch2, *, beta=1, alpha=1):
    """beta * input + alpha * (batch1 @ batch2), for matrices in batches; `input` is broadcast."""
    _check_batches(batch1, batch2)
    if input.dtype != batch1.dtype:
        names = [dtypes.of(a.dtype).ctype for a in (input, batch1, batch2)]
        raise RuntimeError(
            "Input dtypes must be the same, got: input {}, batch1: {}, batch2: {}".format(*names)
        )
    return _add_product(input, batch1, batch2, "baddbmm", beta, alpha)


def _in_place(function):
    """The twin that writes over `input`, whose shape must be that of the product."""

    def twin(self, first, second, *, beta=1, alpha=1):
        check_tensors(function.op.name + "_", input=self, first=first, second=second)
        a, b = first._array.shape, second._array.shape
        shape = (*a[:-1], *b[len(a) - 1 :])
        if self._array.shape != shape and a and len(b) in (len(a), len(a) - 1):
            function(self.detach(), first.detach(), second.detach())  # other errors come first
            raise RuntimeError(
                f"Bad in-place call: input tensor size {list(self.shape)} and output tensor size "
                f"{list(shape)} should match"
            )
        return function.op.in_place(self, (first, second), {"beta": beta, "alpha": alpha})

    twin.__name__ = function.op.name + "_"
    twin.__doc__ = f"Like `{function.op.name}`, but in place."
    setattr(Tensor, twin.__name__, twin)


for function in (addmm, addmv, baddbmm):
    _in_place(function)


# Any dimensions


@op(node="SqueezeBackward", number=4, input=lambda grad: grad.unsqueeze(0))
def _only_row(input):
    return input[0]


@composite
def matmul(input, other, *, out=None):
    """The matrix product, `input @ other`: rows by columns, of the last two dimensions.

    A vector counts as a row on the left, as a column on the right; dimensions before the last two
    are batches and broadcast. Both must have the same dtype.

    >>> torch.matmul(torch.tensor([[1, 2], [3, 4]]), torch.tensor([1, 0]))
    tensor([1, 3])
    """
    if not isinstance(input, Tensor) or not isinstance(other, Tensor):
        check_tensors("matmul", input=input, other=other)
    if out is not None:
        return write("matmul", matmul(input, other), out)
    dims = (input._array.ndim, other._array.ndim)
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
    return _folded(input, other) if _folds(input, other) else _batched(input, other)


Tensor.__rmatmul__ = lambda self, other: NotImplemented  # `@` is for tensors on both sides


def write(name, result, out):
    """Put the result of a composite into the tensor given as `out=`."""
    if state.enabled and (result.requires_grad or out.requires_grad):
        raise RuntimeError(
            f"{name}(): functions with out=... arguments don't support automatic differentiation, "
            "but one of the arguments requires grad."
        )
    if out._array.shape != result._array.shape:
        out._resize(result._array.shape, warn=True)
    return out.copy_(result)


def _folds(input, other):
    """Whether PyTorch makes one tall matrix of a batch, to multiply it by one matrix or vector.

    It does so to save memory in backward, and where it needs no copy.
    """
    large, small = (input, other) if input.ndim >= other.ndim else (other.mT, input)
    if small.ndim > 2:
        return False
    if small.requires_grad:
        return True
    if input.ndim == 2:
        return False
    shape, strides = large._array.shape, large._array.strides
    batches = range(large.ndim - 2)
    return not large.numel() or all(strides[d] == strides[d + 1] * shape[d + 1] for d in batches)


def _folded(input, other):
    turned = other.ndim > input.ndim
    large = other.mT if turned else input
    small = other if not turned else input.t() if input.ndim == 2 else input
    *batch, inner = large._array.shape
    tall = large.reshape(int(np.prod(batch)), inner)
    if small.ndim == 1:
        return _unsafe_view(tall.mv(small), tuple(batch))
    result = _unsafe_view(tall.mm(small), (*batch, small._array.shape[1]))
    return result.mT.contiguous() if turned else result


def _batched(input, other):
    a, b = input._array.shape, other._array.shape
    if len(a) == len(b) == 3 and a[0] != b[0]:
        if a[0] == 1 and input.requires_grad:
            return matmul(input.squeeze(0), other)
        if b[0] == 1 and other.requires_grad:
            return matmul(input, other.squeeze(0))
    batch = _broadcast_batches(a[:-2], b[:-2])
    left = (1, *a)[-2:]
    right = b[-2:]
    count = int(np.prod(batch))
    first = input.expand(*batch, *left).reshape(count, *left)
    second = other.expand(*batch, *right).reshape(count, *right)
    if len(b) == 1:
        return _unsafe_view(first.bmm(second.unsqueeze(2)).squeeze(-1), (*batch, *a[-2:-1]))
    return _unsafe_view(first.bmm(second), (*batch, *a[-2:-1], b[-1]))


def _broadcast_batches(a, b):
    try:
        return np.broadcast_shapes(a, b)
    except ValueError:
        raise broadcast_error([np.broadcast_to(0, shape) for shape in (a, b)]) from None
