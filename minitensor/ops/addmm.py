"""Products with something added: beta * input + alpha * product."""

import functools

import numpy as np

from .. import dtypes
from ..declare import Array, Number, op
from ..formulas import turned
from ..tensor import Tensor, wrap_dim
from .matmul import (
    _check_3d,
    _check_batches,
    _check_inner,
    _check_mv,
    ctypes,
    labels,
    multiply,
    scaled,
    show_operands,
    times,
)
from .views import expand_strides

WEIGHTS = "*, Number beta = 1, Number alpha = 1, Tensor out = None"


def signatures(first, second, typed=False):
    """The signatures of an op with these operands; `typed`: it has one with `out_dtype`, too."""
    operands = f"Tensor input, Tensor {first}, Tensor {second}, "
    return [operands + kind + WEIGHTS for kind in ("", "torch.dtype out_dtype, ")[: 1 + typed]]


def _check_expands(input, *places):
    """Raise PyTorch's error if `input` can't be expanded to the sizes at these places: arrays and dims."""
    expand_strides(input, [a.shape[wrap_dim(dim, a.ndim, scalars=False)] for a, dim in places])


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
    in_place=True,
    signatures=signatures("mat1", "mat2", True),
    input=lambda grad, beta: scaled(grad, beta),
    mat1=lambda grad, mat2, alpha: scaled(times(grad, turned(mat2)), alpha),
    mat2=lambda grad, mat1, alpha: scaled(times(turned(mat1), grad), alpha),
)
def addmm(input: Array, mat1: Array, mat2: Array, *, beta: Number = 1, alpha: Number = 1):
    """beta * input + alpha * (mat1 @ mat2), for matrices; `input` is broadcast."""
    for name, mat in (("mat1", mat1), ("mat2", mat2)):
        if mat.ndim != 2:
            raise RuntimeError(f"{name} must be a matrix, got {mat.ndim}-D tensor")
    _check_inner(mat1, mat2)
    _check_dtypes(input, mat1, mat2)
    return _add_product(input, mat1, mat2, "addmm_impl_cpu_", beta, alpha)


show_operands(addmm, "mat1", "mat2")


def _check_dtypes(input, mat1, mat2):
    for name, array in (("self", input), ("mat1", mat1)):
        if array.dtype != mat2.dtype:
            first, second = labels(array, mat2)
            raise RuntimeError(
                f"{name} and mat2 must have the same dtype, but got {first} and {second}"
            )


@op(
    in_place=True,
    signatures=signatures("mat", "vec"),
    input=lambda grad, beta: scaled(grad, beta),
    mat=lambda grad, vec, alpha: scaled(grad.outer(vec), alpha),
    vec=lambda grad, mat, alpha: scaled(times(turned(mat), grad), alpha),
)
def addmv(input: Array, mat: Array, vec: Array, *, beta: Number = 1, alpha: Number = 1):
    """beta * input + alpha * (mat @ vec), for a matrix and a vector."""
    _check_mv(input.shape, input.dtype, mat, vec)
    return _add_product(input, mat, vec, "addmv_impl_cpu", beta, alpha)


@op(
    in_place=True,
    signatures=signatures("batch1", "batch2", True),
    input=lambda grad, beta: scaled(grad, beta),
    batch1=lambda grad, batch2, alpha: scaled(times(grad, turned(batch2)), alpha),
    batch2=lambda grad, batch1, alpha: scaled(times(turned(batch1), grad), alpha),
)
def baddbmm(input: Array, batch1: Array, batch2: Array, *, beta: Number = 1, alpha: Number = 1):
    """beta * input + alpha * (batch1 @ batch2), for matrices in batches; `input` is broadcast."""
    _check_expands(input, (batch1, 0), (batch1, 1), (batch2, 2))
    _check_batches(batch1, batch2)
    if input.dtype != batch1.dtype:
        kinds = ctypes(input, batch1, batch2)
        raise RuntimeError(
            "Input dtypes must be the same, got: input {}, batch1: {}, batch2: {}".format(*kinds)
        )
    return _add_product(input, batch1, batch2, "baddbmm", beta, alpha)


def _of_each(grad, batch):
    """The gradient of a sum over a batch of matrices, for each of them."""
    return grad.unsqueeze(0).expand(batch.shape[0], *grad.shape)


@op(
    in_place=True,
    signatures=signatures("batch1", "batch2"),
    input=lambda grad, beta: scaled(grad, beta),
    batch1=lambda grad, batch2, alpha: scaled(
        _of_each(grad, batch2).bmm(batch2.transpose(1, 2)), alpha
    ),
    batch2=lambda grad, batch1, alpha: scaled(
        batch1.transpose(1, 2).bmm(_of_each(grad, batch1)), alpha
    ),
)
def addbmm(input: Array, batch1: Array, batch2: Array, *, beta: Number = 1, alpha: Number = 1):
    """beta * input + alpha * the sum of batch1 @ batch2 over the batch; `input` is broadcast."""
    _check_expands(input, (batch1, 1), (batch2, 2))
    _check_3d(batch1, batch2)
    (count, n, k), (count2, k2, m) = batch1.shape, batch2.shape
    if count != count2:
        raise RuntimeError(
            f"batch1 and batch2 must have same number of batches, got {count} and {count2}"
        )
    if k != k2:
        raise RuntimeError(f"Incompatible matrix sizes for bmm ({n}x{k} and {k2}x{m})")
    _check_dtypes(input, batch1, batch2)
    wide, tall = batch1.swapaxes(0, 1).reshape(n, -1), batch2.reshape(-1, m)
    return _add_product(input, wide, tall, "addmm_impl_cpu_", beta, alpha)


@op(
    in_place=True,
    signatures=signatures("vec1", "vec2"),
    input=lambda grad, beta: scaled(grad, beta),
    vec1=lambda grad, vec2, alpha: scaled(grad.mv(vec2), alpha),
    vec2=lambda grad, vec1, alpha: scaled(grad.t().mv(vec1), alpha),
)
def addr(input: Array, vec1: Array, vec2: Array, *, beta: Number = 1, alpha: Number = 1):
    """beta * input + alpha * outer(vec1, vec2); `input` is broadcast.

    >>> torch.addr(torch.zeros(2, 2), torch.tensor([1., 2.]), torch.tensor([3., 4.]))
    tensor([[3., 4.],
            [6., 8.]])
    """
    for name, vector in (("vec1", vec1), ("vec2", vec2)):
        if vector.ndim != 1:
            raise RuntimeError(f"addr: Expected 1-D argument {name}, but got {vector.ndim}-D")
    dtype = dtypes.result_dtype(input, vec1, vec2)
    for name, value in (("beta", beta), ("alpha", alpha)):
        if dtype.kind in "biu" and isinstance(value, float):
            raise RuntimeError(
                f"For integral input tensors, argument {name} must not be a floating point number."
            )
    work = np.dtype(np.int64) if dtype.kind == "b" else dtype
    input, vec1, vec2 = (x.astype(work, copy=False) for x in (input, vec1, vec2))
    return _add_product(input, vec1[:, None], vec2[None], "addr", beta, alpha).astype(dtype)


def _check_size(function):
    """Have an in-place twin raise PyTorch's error for a product that is of another size."""
    name = function.op.name + "_"
    declared = getattr(Tensor, name)

    @functools.wraps(declared)
    def twin(self, *args, **kwargs):
        if len(args) == 2 and all(isinstance(t, Tensor) for t in args):
            first, second = args
            a, b = first._array.shape, second._array.shape
            shape = (*a[:-1], *b[len(a) - 1 :])
            if self._array.shape != shape and a and len(b) in (len(a), len(a) - 1):
                function(self.detach(), first.detach(), second.detach())  # other errors come first
                raise RuntimeError(
                    f"Bad in-place call: input tensor size {list(self.shape)} and output tensor size "
                    f"{list(shape)} should match"
                )
        return declared(self, *args, **kwargs)

    setattr(Tensor, name, twin)


for function in (addmm, addmv, baddbmm):
    _check_size(function)
