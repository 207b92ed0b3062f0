"""Powers and roots, divisors and multiples.

PyTorch tells three kinds of power apart, by which of base and exponent is a number: their gradients differ.
"""

import math

import numpy as np

from .. import dtypes
from ..arguments import NUMBERS, check_fits
from ..declare import Array, composite, elementwise
from ..out import write
from ..signature import to_operand
from ..tensor import Tensor
from .arithmetic import not_differentiable
from .functions import single
from .inplace import zeros


def _slope_of_base(grad, input, exponent):
    if exponent == 0:
        return zeros(grad)
    return grad * (exponent * input ** (exponent - 1))


@elementwise(node="PowBackward", input=_slope_of_base)
def _pow_number(input, exponent):
    if input.dtype.kind == "b":  # so the exponent is True or False
        return input | ~exponent
    return _power(input, exponent)


def _slope_of_tensor_base(grad, input, exponent):
    return (grad * (exponent * input ** (exponent - 1))).masked_fill(exponent == 0, 0)


def _slope_of_exponent(grad, input, exponent, result):
    at_zero = (input == 0).logical_and(exponent >= 0)
    return grad * (result * input.log()).masked_fill(at_zero, 0)


@elementwise(node="PowBackward", number=1, input=_slope_of_tensor_base, exponent=_slope_of_exponent)
def _pow_tensor(input, exponent):
    return _power(input, exponent)


def _slope_over_number(grad, input, exponent, result):
    if input == 0:
        return grad * (result * -math.inf).masked_fill(exponent >= 0, 0)
    return grad * (result * (math.log(input) if input > 0 else math.nan))


@elementwise(node="PowBackward", number=2, exponent=_slope_over_number)
def _pow_number_base(input, exponent):
    return _power(input, exponent)


# For these PyTorch multiplies or takes roots, which rounds differently from a general power.
_SPECIAL_POWERS = {
    0: np.ones_like,
    1: np.copy,
    2: lambda x: x * x,
    3: lambda x: x * x * x,
    -1: np.reciprocal,
    -2: lambda x: 1 / (x * x),
    0.5: np.sqrt,
    -0.5: lambda x: 1 / np.sqrt(x),
}


def _power(input, exponent):
    kind = input.dtype.kind
    if kind == "f":
        special = None if exponent.ndim else _SPECIAL_POWERS.get(exponent.item())
        return special(input) if special else np.power(input, exponent)
    if kind == "b":
        raise NotImplementedError("\"pow\" not implemented for 'Bool'")
    return _integer_power(input, exponent)


def _integer_power(input, exponent):
    """A negative exponent gives 0, except for the bases 1 and -1."""
    if exponent.dtype.kind == "u" or not np.any(exponent < 0):
        return np.power(input, exponent)
    sign = np.where(exponent % 2 == 0, np.abs(input), input)
    inverse = np.where(np.abs(input) == 1, sign, input.dtype.type(0))
    return np.where(exponent < 0, inverse, np.power(input, np.maximum(exponent, 0)))


_EXPONENT = tuple(
    f"{first}, {second} exponent, *, Tensor out = None"
    for first, second in (
        ("Tensor input", "Tensor"),
        ("Number self", "Tensor"),
        ("Tensor input", "Number"),
    )
)


@composite(signatures=_EXPONENT)
def pow(input, exponent, *, out=None):
    """input ** exponent, for tensors and numbers on either side.

    >>> torch.pow(torch.tensor([1., 2., 3.]), 2)
    tensor([1., 4., 9.])
    """
    op = _pow_op(input, exponent)
    return op(input, exponent) if out is None else op(input, exponent, out=out)


@composite(torch=False, signatures=("Tensor exponent", "Number exponent"))
def pow_(input, exponent):
    """Like `pow`, but in place."""
    return _pow_op(input, exponent).op.in_place(input, (exponent,), {})


@composite(torch=False)
def __pow__(self, exponent):
    if not isinstance(exponent, (Tensor, *NUMBERS)):
        return NotImplemented
    return _pow_op(self, exponent)(self, exponent)


@composite(torch=False)
def __ipow__(self, exponent):
    return self.pow_(exponent) if isinstance(exponent, (Tensor, *NUMBERS)) else NotImplemented


@composite(torch=False)
def __rpow__(self, base):
    return pow(base, self) if isinstance(base, (Tensor, *NUMBERS)) else NotImplemented


def _pow_op(input, exponent):
    if isinstance(exponent, Tensor):
        if isinstance(input, Tensor):
            return _pow_tensor
        if isinstance(input, NUMBERS):
            return _pow_number_base
    elif isinstance(exponent, NUMBERS) and isinstance(input, Tensor):
        if input._array.dtype.char not in "fd":
            negative = exponent < 0 and isinstance(exponent, (int, np.integer))
            if negative and not input.is_floating_point():
                raise RuntimeError("Integers to negative integer powers are not allowed.")
            check_fits(exponent, dtypes.result_dtype(input._array, exponent))
        return _pow_number
    raise TypeError


@composite(signatures=_EXPONENT)
def float_power(input, exponent, *, out=None):
    """input ** exponent in float64."""
    return write("float_power", pow(_as_double(input), _as_double(exponent)), out)


@composite(torch=False, signatures=("Tensor exponent", "Number exponent"))
def float_power_(input, exponent):
    """Like `float_power`, but in place."""
    if input.dtype is not dtypes.float64:
        raise RuntimeError(
            f"the base given to float_power_ has dtype {input.dtype.label} but the operation's result "
            "requires dtype Double"
        )
    return input.pow_(_as_double(exponent))


def _as_double(value):
    return value.double() if isinstance(to_operand(value), Tensor) else float(value)


@composite
def square(input: Tensor, *, out=None):
    """input ** 2.

    >>> torch.square(torch.tensor([-3, 2]))
    tensor([9, 4])
    """
    return input.pow(2) if out is None else pow(input, 2, out=out)


@composite(torch=False)
def square_(input):
    """Like `square`, but in place."""
    return input.pow_(2)


@elementwise(to="float", input=lambda grad, result: grad / (2 * result))
def sqrt(input):
    """The square root.

    >>> torch.sqrt(torch.tensor([4., 9.]))
    tensor([2., 3.])
    """
    return np.sqrt(input)


@elementwise(to="float", input=lambda grad, result: -0.5 * grad * result**3)
def rsqrt(input):
    """1 / sqrt(input)."""
    return _rsqrt(input)


@single
def _rsqrt(input):
    return np.reciprocal(np.sqrt(input))


@elementwise(to="float", input=lambda grad, result: -grad * (result * result))
def reciprocal(input):
    """1 / input."""
    return np.reciprocal(input)


@elementwise(
    kernel=("hypot_cpu", "f"),
    input=lambda grad, input, result: grad * (input / result),
    other=lambda grad, other, result: grad * (other / result),
)
def hypot(input: Array, other: Array):
    """sqrt(input² + other²), without overflow on the way.

    >>> torch.hypot(torch.tensor([3.]), torch.tensor([4.]))
    tensor([5.])
    """
    return np.hypot(input, other)


# Divisors and multiples


@not_differentiable
@elementwise(kernel=("gcd_cpu", "iu"))
def gcd(input: Array, other: Array):
    """The greatest common divisor of integers.

    >>> torch.gcd(torch.tensor([12, -4]), torch.tensor([18, 6]))
    tensor([6, 2])
    """
    return np.gcd(input, other)


@not_differentiable
@elementwise(kernel=("lcm_cpu", "iu"))
def lcm(input: Array, other: Array):
    """The least common multiple of integers."""
    return np.lcm(input, other)
