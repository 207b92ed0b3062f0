"""Two or three steps of arithmetic in one op: addcmul, addcdiv, lerp."""

import numpy as np

from .. import dtypes
from ..arguments import check_fits
from ..declare import Array, Number, composite, elementwise
from ..signature import to_operand
from ..tensor import Tensor
from .arithmetic import checking, multiply_add
from .functions import single

_SCALED = ("Tensor input, Tensor tensor1, Tensor tensor2, *, Number value = 1, Tensor out = None",)


@elementwise(
    kernel=("addcmul_cpu_out", "iuf"),
    signatures=_SCALED,
    input=lambda grad: grad,
    tensor1=lambda grad, tensor2, value: grad * (tensor2 * value),
    tensor2=lambda grad, tensor1, value: grad * (tensor1 * value),
)
def addcmul(input: Array, tensor1: Array, tensor2: Array, *, value: Number = 1):
    """input + value * tensor1 * tensor2.

    >>> torch.addcmul(torch.tensor([1.]), torch.tensor([2.]), torch.tensor([3.]), value=10)
    tensor([61.])
    """
    return _add_product(input, tensor1, tensor2, _factor(value, input))


@single
def _add_product(input, tensor1, tensor2, factor):
    return multiply_add(factor * tensor1, tensor2, input)


@single
def _add_quotient(input, tensor1, tensor2, factor):
    return input + factor * tensor1 / tensor2


def _factor(value, array):
    """A number as an array of the dtype that PyTorch computes in."""
    dtype = np.result_type(array, np.float32) if array.dtype.kind == "f" else array.dtype
    check_fits(value, dtype)
    return np.array(value).astype(dtype)


def _check_no_integer_quotient(input, tensor1, tensor2):
    if tensor1.dtype.kind != "f" and tensor2.dtype.kind != "f":
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported, and in a future  release addcdiv "
            "will perform a true division of tensor1 and tensor2. The historic addcdiv behavior can be "
            "implemented as (input + value * torch.trunc(tensor1 / tensor2)).to(input.dtype) for "
            "integer inputs and as (input + value * tensor1 / tensor2) for float inputs. The future "
            "addcdiv behavior is just the latter implementation: (input + value * tensor1 / tensor2), "
            "for all dtypes."
        )


@checking(_check_no_integer_quotient)
@elementwise(
    input=lambda grad: grad,
    signatures=_SCALED,
    tensor1=lambda grad, tensor2, value: grad * (value / tensor2),
    tensor2=lambda grad, tensor1, tensor2, value: -grad * ((value * tensor1) / (tensor2 * tensor2)),
)
def addcdiv(input: Array, tensor1: Array, tensor2: Array, *, value: Number = 1):
    """input + value * tensor1 / tensor2."""
    return _add_quotient(input, tensor1, tensor2, _factor(value, input))


def _check_same_dtypes(input, end, weight=None):
    for name, array in (("end", end), ("weight", weight)):
        if array is None or array.dtype == input.dtype or (name == "weight" and not array.ndim):
            continue
        expected, got = dtypes.of(input.dtype).ctype, dtypes.of(array.dtype).ctype
        raise RuntimeError(f"expected dtype {expected} for `{name}` but got dtype {got}")


@single
def _between(input, end, weight):
    """input + weight * (end - input), from the nearer end."""
    step = end - input
    from_input = multiply_add(step, weight, input)
    from_end = multiply_add(step, weight - 1, end)
    return np.where(np.abs(weight) < 0.5, from_input, from_end)


@checking(_check_same_dtypes)
@elementwise(
    node="LerpBackward",
    kernel=("lerp_kernel_scalar", "f"),
    input=lambda grad, weight: grad * (1 - weight),
    end=lambda grad, weight: grad * weight,
)
def _lerp_number(input: Array, end: Array, *, weight):
    return _between(input, end, _factor(weight, input))


@checking(_check_same_dtypes)
@elementwise(
    node="LerpBackward",
    number=1,
    kernel=("lerp_kernel_tensor", "f"),
    input=lambda grad, weight: grad * (1 - weight),
    end=lambda grad, weight: grad * weight,
    weight=lambda grad, input, end: grad * (end - input),
)
def _lerp_tensor(input: Array, end: Array, weight: Array):
    return _between(input, end, weight)


_WEIGHTS = tuple(
    f"Tensor input, Tensor end, {kind} weight, *, Tensor out = None"
    for kind in ("Tensor", "Number")
)


@composite(signatures=_WEIGHTS)
def lerp(input: Tensor, end: Tensor, weight, *, out=None):
    """The point between `input` (weight 0) and `end` (weight 1); the dtypes must be equal.

    >>> torch.lerp(torch.tensor([0., 10.]), torch.tensor([1., 20.]), 0.5)
    tensor([ 0.5000, 15.0000])
    """
    if isinstance(to_operand(weight), Tensor):
        return _lerp_tensor(input, end, weight, out=out)
    return _lerp_number(input, end, weight=weight, out=out)


@composite(torch=False, signatures=_WEIGHTS)
def lerp_(input: Tensor, end: Tensor, weight):
    """Like `lerp`, but in place."""
    if isinstance(to_operand(weight), Tensor):
        return _lerp_tensor.op.in_place(input, (end, weight), {})
    return _lerp_number.op.in_place(input, (end,), {"weight": weight})
