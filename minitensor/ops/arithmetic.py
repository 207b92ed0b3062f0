"""Arithmetic: sums, products, quotients and remainders, with their operators.

Powers and roots are in powers.py.
"""

import numpy as np

from ..arguments import NUMBERS, check_fits
from ..declare import Number, composite, elementwise
from ..elementwise import opmath
from ..signature import Misfit, to_operand, to_str
from ..tensor import Tensor
from .inplace import zeros

_ONE_BOOL = (
    "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert "
    "a mask, use the `~` or `logical_not()` operator instead."
)
_TWO_BOOLS = (
    "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or "
    "`logical_xor()` operator instead."
)


def checking(check):
    """Have `check` look at an op's operands, arrays and numbers, before they are promoted."""

    def decorator(function):
        promote = function.op.promote

        def checked(raw):
            check(*raw)
            return promote(raw)

        function.op.promote = checked
        return function

    return decorator


def not_differentiable(function):
    """Make an op's nodes those of an op without a derivative: backward raises PyTorch's error."""
    op = function.op
    name = op.name.removesuffix("_of_number")

    def formula(grad):
        raise RuntimeError(f"derivative for aten::{name} is not implemented")

    op.node, op.number = "torch::autograd::NotImplemented", ""
    op.formulas = dict.fromkeys(op.tensors, formula)
    return function


# How PyTorch prints the signatures of most ops of two operands.
TENSOR_OR_NUMBER = (
    "Tensor input, Tensor other, *, Tensor out = None",
    "Tensor input, Number other, *, Tensor out = None",
)
ANY_OF_TWO = (TENSOR_OR_NUMBER[0], "Number self, Tensor other", TENSOR_OR_NUMBER[1])
EITHER = (TENSOR_OR_NUMBER[0], "Tensor input, Number other")
_SCALED = ("Tensor input, Tensor other, *, Number alpha = 1, Tensor out = None",)


def tensor_first(function):
    """Have an op refuse a number in front of a tensor."""

    def check(input, other):
        if not isinstance(input, np.ndarray):
            raise Misfit

    return checking(check)(function)


def by_kind(other):
    """The number in a node's name where PyTorch has two: 0 if `other` is a number, 1 for a tensor."""
    return 1 if isinstance(other, Tensor) else 0


def is_bool(value):
    """True for arrays of bools and for Python's True and False."""
    return value.dtype.kind == "b" if isinstance(value, np.ndarray) else isinstance(value, bool)


def multiply_add(a, b, c):
    """a * b + c; for float16 and float32 rounded once to float32, as PyTorch's kernels do."""
    if a.dtype.char not in "ef":
        return a * b + c
    return (np.multiply(a, b, dtype="d") + c).astype("f").astype(a.dtype, copy=False)


# Sums


def _alpha(alpha, array):
    """`alpha` as a number of the array's dtype, or PyTorch's error."""
    if array.dtype.kind != "f" and isinstance(alpha, float):
        raise RuntimeError(
            "For integral input tensors, argument alpha must not be a floating point number."
        )
    if array.dtype.kind != "b" and isinstance(alpha, bool):
        raise RuntimeError("Boolean alpha only supported for Boolean results.")
    check_fits(alpha, array.dtype)
    return np.array(alpha).astype(array.dtype)


@elementwise(
    signatures=_SCALED,
    input=lambda grad: grad,
    other=lambda grad, alpha: grad if alpha == 1 else grad * alpha,
)
def add(input, other, *, alpha: Number = 1, out=None):
    """input + alpha * other, element by element, broadcasting.

    >>> torch.add(torch.tensor([1., 2.]), 10)
    tensor([11., 12.])
    """
    if alpha == 1 and alpha is not True:
        return np.add(input, other, out)
    return multiply_add(other, _alpha(alpha, other), input)


def _check_no_bools(input, other):
    if is_bool(input) or is_bool(other):
        raise RuntimeError(_TWO_BOOLS if is_bool(input) and is_bool(other) else _ONE_BOOL)


@checking(_check_no_bools)
@elementwise(
    kernel=("sub", "iuf"),
    signatures=_SCALED,
    input=lambda grad: grad,
    other=lambda grad, alpha: -grad if alpha == 1 else grad * -alpha,
)
def sub(input, other, *, alpha: Number = 1, out=None):
    """input - alpha * other, element by element, broadcasting.

    >>> torch.tensor([5, 7]) - torch.tensor(2)
    tensor([3, 5])
    """
    if alpha == 1 and alpha is not True:
        return np.subtract(input, other, out)
    return multiply_add(other, -_alpha(alpha, other), input)


@tensor_first
@checking(_check_no_bools)
@elementwise(
    kernel=("sub", "iuf"),
    number=lambda other: 1 - by_kind(other),
    method=False,
    in_place=False,
    signatures=("Tensor other, *, Number alpha = 1", "Number other, Number alpha = 1"),
    input=lambda grad, alpha: -grad if alpha == 1 else grad * -alpha,
    other={0: lambda grad: grad},
)
def rsub(input, other, *, alpha: Number = 1):
    """other - alpha * input."""
    if alpha == 1 and alpha is not True:
        return np.subtract(other, input)
    return multiply_add(input, -_alpha(alpha, input), other)


@elementwise(input=lambda grad: -grad)
def neg(input):
    """-input."""
    if input.dtype.kind == "b":
        raise RuntimeError(_ONE_BOOL.replace("Subtraction", "Negation").replace("with a", "on a"))
    return np.negative(input)


@composite
def positive(input):
    """input itself: what `+x` returns."""
    if input._array.dtype.kind == "b":
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input


@composite(torch=False)
def __pos__(self):
    return positive(self)


# Products and quotients


@opmath
@elementwise(input=lambda grad, other: grad * other, other=lambda grad, input: grad * input)
def mul(input, other, *, out=None):
    """input * other, element by element, broadcasting.

    >>> torch.tensor([1., 2.]) * torch.tensor([[3.], [4.]])
    tensor([[3., 6.],
            [4., 8.]])
    """
    return np.multiply(input, other, out)


@opmath
@elementwise(
    to="float",
    node="DivBackward",
    signatures=EITHER,
    input=lambda grad, other: grad / other,
    other=lambda grad, input, other: -grad * ((input / other) / other),
)
def true_divide(input, other, *, out=None):
    """input / other, always in floating point.

    >>> torch.true_divide(torch.tensor([1, 2]), 2)
    tensor([0.5000, 1.0000])
    """
    return np.true_divide(input, other, out)


# With a rounding mode PyTorch has another form, which saves the operands even where the gradient is 0.


@opmath
@elementwise(
    node="DivBackward",
    number=2,
    input=lambda grad, other, rounding_mode: zeros(grad),
    other=lambda grad, input, other, rounding_mode: zeros(grad),
)
def _rounded_divide(input, other, *, rounding_mode):
    return (_floor_divide if rounding_mode == "floor" else _trunc_divide)(input, other)


@opmath
@elementwise(
    to="float",
    node="DivBackward",
    number=2,
    input=lambda grad, other, rounding_mode: grad / other,
    other=lambda grad, input, other, rounding_mode: -grad * ((input / other) / other),
)
def _exact_divide(input, other, *, rounding_mode):
    return np.true_divide(input, other)


_UNSAID = object()  # not the same as None, in the node's name
_QUOTIENTS = (
    "Tensor input, Tensor other, *, Tensor out = None",
    "Tensor input, Tensor other, *, str rounding_mode, Tensor out = None",
    "Tensor input, Number other, *, str rounding_mode",
)


@composite(signatures=_QUOTIENTS)
def div(input, other, *, rounding_mode=_UNSAID, out=None):
    """input / other; `rounding_mode` "floor" or "trunc" rounds the quotient and keeps integers.

    >>> torch.div(torch.tensor([7, -7]), 2, rounding_mode="trunc")
    tensor([ 3, -3])
    """
    if rounding_mode is _UNSAID:
        return true_divide(input, other) if out is None else true_divide(input, other, out=out)
    return _division(rounding_mode)(input, other, rounding_mode=rounding_mode, out=out)


@composite(torch=False, signatures=_QUOTIENTS)
def div_(input, other, *, rounding_mode=_UNSAID):
    """Like `div`, but in place."""
    if rounding_mode is _UNSAID:
        return input.true_divide_(other)
    op = _division(rounding_mode).op
    return op.in_place(input, (other,), {"rounding_mode": rounding_mode})


def _division(mode):
    if mode is None:
        return _exact_divide
    if to_str(mode) in ("floor", "trunc"):
        return _rounded_divide
    raise RuntimeError(
        f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{mode}'"
    )


def _floor_divide(input, other):
    return _checked(np.floor_divide, input, other, "div_floor_cpu")


def _trunc_divide(input, other):
    return _checked(_truncated, input, other, "div_trunc_cpu")


def _truncated(input, other):
    if input.dtype.kind == "f":
        return np.trunc(np.true_divide(input, other))
    rounded_up = (np.remainder(input, other) != 0) & ((input < 0) != (other < 0))
    return np.add(np.floor_divide(input, other), rounded_up, dtype=input.dtype)


def _checked(divide, input, other, kernel):
    """The result of a division, or PyTorch's error for bools and for integers divided by 0."""
    if other.dtype.kind == "b":
        raise NotImplementedError(f"\"{kernel}\" not implemented for 'Bool'")
    result = divide(input, other)
    if other.dtype.kind != "f" and result.size and not np.all(other):
        raise RuntimeError("ZeroDivisionError")
    return result


@not_differentiable
@opmath
@elementwise(signatures=EITHER)
def floor_divide(input, other):
    """input / other, rounded down. Not differentiable, as in PyTorch.

    >>> torch.tensor([7, -7]) // 2
    tensor([ 3, -4])
    """
    return _floor_divide(input, other)


@elementwise(
    function=False,
    signatures=TENSOR_OR_NUMBER,
    number=by_kind,
    input=lambda grad: grad,
    other={1: lambda grad, input, other: -grad * input.div(other, rounding_mode="floor")},
)
def remainder(input, other):
    """The remainder of division, with the sign of the divisor: Python's `%`.

    >>> torch.tensor([-3., 3.]) % 2
    tensor([1., 1.])
    """
    return _checked(np.remainder, input, other, "remainder_cpu")


_remainder = remainder


@not_differentiable
@elementwise()
def _remainder_of_number(input, other):
    return _checked(np.remainder, input, other, "remainder_cpu")


@composite(method=False, signatures=ANY_OF_TWO)
def remainder(input, other, *, out=None):
    """The remainder of division, with the sign of the divisor: Python's `%`."""
    op = _remainder if isinstance(to_operand(input), Tensor) else _remainder_of_number
    return op(input, other, out=out)


@tensor_first
@elementwise(
    signatures=TENSOR_OR_NUMBER,
    number=by_kind,
    input=lambda grad: grad,
    other={1: lambda grad, input, other: -grad * input.div(other, rounding_mode="trunc")},
)
def fmod(input, other):
    """The remainder of division, with the sign of the dividend: C's `fmod`.

    >>> torch.fmod(torch.tensor([-3., 3.]), 2)
    tensor([-1.,  1.])
    """
    return _checked(np.fmod, input, other, "fmod_cpu")


# A number on the left: what Python calls when it does not know how to compute `2 - x`


@checking(_check_no_bools)
@elementwise(node="RsubBackward", number=1, kernel=("sub", "iuf"), input=lambda grad: -grad)
def _subtract_from_number(input, other):
    return np.subtract(other, input)


@composite(torch=False)
def __rsub__(self, other):
    if isinstance(other, NUMBERS):
        return _subtract_from_number(self, other)
    return rsub(self, other) if isinstance(other, Tensor) else NotImplemented


@composite(torch=False)
def __rtruediv__(self, other):  # as in PyTorch: its last digit may differ from that of a division
    known = isinstance(other, (Tensor, np.ndarray, *NUMBERS))
    return self.reciprocal() * other if known else NotImplemented


__rdiv__ = composite(torch=False)(__rtruediv__)


@composite(torch=False)
def __rfloordiv__(self, other):
    return floor_divide(other, self) if isinstance(other, (Tensor, *NUMBERS)) else NotImplemented


@composite(torch=False)
def __rmod__(self, other):
    if not isinstance(other, (Tensor, *NUMBERS)):
        return NotImplemented
    return _remainder_of_number(other, self)
