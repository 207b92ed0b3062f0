"""Exponential, trigonometric and related functions of each element."""

import functools
import math

import numpy as np

from ..declare import Array, elementwise
from ..tensor import Tensor


def single(function):
    """`function` of arrays, with float16 computed in float32 and rounded once, at the end."""

    def computed(*values):
        dtype = values[0].dtype
        if dtype != np.float16:
            return function(*values)
        wide = [
            v.astype(np.float32) if isinstance(v, (np.ndarray, np.generic)) else v for v in values
        ]
        return function(*wide).astype(dtype)

    return functools.update_wrapper(computed, function)


# Exponentials and logarithms


@elementwise(to="float", input=lambda grad, result: grad * result)
def exp(input):
    """e to the power of each element.

    >>> torch.exp(torch.tensor([0., 1.]))
    tensor([1.0000, 2.7183])
    """
    return np.exp(input)


@elementwise(to="float", input=lambda grad, result: grad * result * math.log(2))
def exp2(input):
    """2 to the power of each element."""
    return np.exp2(input)


@elementwise(to="float", input=lambda grad, result: grad * (result + 1))
def expm1(input):
    """exp(input) - 1, exact for small elements."""
    return np.expm1(input)


@elementwise(to="float", input=lambda grad, input: grad / input)
def log(input):
    """The natural logarithm."""
    return np.log(input)


@elementwise(to="float", input=lambda grad, input: grad / (input * math.log(2)))
def log2(input):
    """The logarithm to base 2."""
    return np.log2(input)


@elementwise(to="float", input=lambda grad, input: grad / (input * math.log(10)))
def log10(input):
    """The logarithm to base 10."""
    return np.log10(input)


@elementwise(to="float", input=lambda grad, input: grad / (input + 1))
def log1p(input):
    """log(1 + input), exact for small elements."""
    return np.log1p(input)


@elementwise(
    in_place=False,
    kernel=("logaddexp_cpu", "f"),
    input=lambda grad, input, other: grad / (1 + (other - input).exp()),
    other=lambda grad, input, other: grad / (1 + (input - other).exp()),
)
def logaddexp(input: Array, other: Array):
    """log(exp(input) + exp(other)), without overflow."""
    return np.logaddexp(input, other)


@elementwise(
    in_place=False,
    kernel=("logaddexp2_cpu", "f"),
    input=lambda grad, input, other: grad / (1 + (other - input).exp2()),
    other=lambda grad, input, other: grad / (1 + (input - other).exp2()),
)
def logaddexp2(input: Array, other: Array):
    """log2(2 ** input + 2 ** other), without overflow."""
    return np.logaddexp2(input, other)


def _number_of_product(input, other):
    """The number in the names of these nodes tells which operand is a Python number."""
    if not isinstance(input, Tensor):
        return 1
    return 0 if isinstance(other, Tensor) else 2


def _product(input, log, other):
    """input * log(other), and 0 where input is 0."""
    product = input * log(other)
    return np.where((input == 0) & ~np.isnan(other), product.dtype.type(0), product)


_PRODUCTS = tuple(
    f"{operands}, *, Tensor out = None"
    for operands in (
        "Tensor input, Tensor other",
        "Number self, Tensor other",
        "Tensor input, Number other",
    )
)


def _slope_of_factor(grad, input, other):
    return xlogy(grad, other).masked_fill((input == 0).logical_and(other <= 0), 0)


@elementwise(
    to="float",
    signatures=_PRODUCTS,
    number=_number_of_product,
    input=dict.fromkeys((0, 2), _slope_of_factor),
    other=dict.fromkeys((0, 1), lambda grad, input, other: grad * input / other),
)
def xlogy(input, other):
    """input * log(other), and 0 where input is 0.

    >>> torch.xlogy(torch.tensor([0., 2.]), torch.tensor([0., 1.]))
    tensor([0., 0.])
    """
    return _product(input, np.log, other)


# The next two are parts of torch.special only.


@elementwise(
    to="float",
    node="SpecialXlog1PyBackward",
    signatures=_PRODUCTS,
    number=_number_of_product,
    method=False,
    function=False,
    input=lambda grad, input, other: (grad * other.log1p()).masked_fill(
        (input == 0).logical_and(other <= -1), 0
    ),
    other=lambda grad, input, other: grad * input / (other + 1),
)
def xlog1py(input, other):
    """input * log1p(other), and 0 where input is 0."""
    return _product(input, np.log1p, other)


@elementwise(
    to="float",
    node="SpecialEntrBackward",
    method=False,
    function=False,
    input=lambda grad, input: grad * -(1 + input.log()),
)
def entr(input):
    """-input * log(input), 0 at 0, and -inf below: one element's part of an entropy."""
    return np.where(input < 0, input.dtype.type(-np.inf), _product(-input, np.log, input))


# Trigonometric and hyperbolic functions


@elementwise(to="float", input=lambda grad, input: grad * input.cos())
def sin(input):
    """The sine; elements are angles in radians."""
    return np.sin(input)


@elementwise(to="float", input=lambda grad, input: -grad * input.sin())
def cos(input):
    """The cosine; elements are angles in radians."""
    return np.cos(input)


@elementwise(to="float", input=lambda grad, result: grad * (1 + result * result))
def tan(input):
    """The tangent; elements are angles in radians."""
    return np.tan(input)


@elementwise(to="float", input=lambda grad, input: grad * (1 - input * input).rsqrt())
def asin(input):
    """The inverse of the sine."""
    return np.arcsin(input)


@elementwise(to="float", input=lambda grad, input: -grad * (1 - input * input).rsqrt())
def acos(input):
    """The inverse of the cosine."""
    return np.arccos(input)


@elementwise(to="float", input=lambda grad, input: grad / (input * input + 1))
def atan(input):
    """The inverse of the tangent."""
    return np.arctan(input)


def _over_square_length(input, other):
    square = input * input + other * other
    return square.reciprocal().masked_fill(square == 0, 0)


@elementwise(
    to="float",
    input=lambda grad, input, other: grad * (other * _over_square_length(input, other)),
    other=lambda grad, input, other: grad * (-input * _over_square_length(input, other)),
)
def atan2(input: Array, other: Array):
    """The angle of the point (other, input), between -pi and pi."""
    return np.arctan2(input, other)


@elementwise(to="float", input=lambda grad, input: grad * input.cosh())
def sinh(input):
    """The hyperbolic sine."""
    return np.sinh(input)


@elementwise(to="float", input=lambda grad, input: grad * input.sinh())
def cosh(input):
    """The hyperbolic cosine."""
    return np.cosh(input)


@elementwise(to="float", input=lambda grad, result: grad * (1 - result * result))
def tanh(input):
    """The hyperbolic tangent."""
    return np.tanh(input)


def _no_slope_in_place(function):
    """Give the nodes of an op's in-place twin a form of their own, without a derivative: so they are in PyTorch."""
    name = function.__name__

    def slope(grad):
        raise NotImplementedError(
            f"the derivative for 'inplace version of {name}' is not implemented."
        )

    node = {"node": f"{name.title()}Backward", "number": 1, "to": "float", "input": slope}
    twin = elementwise(in_place=False, method=False, function=False, **node)(function.op.forward)
    function.op.in_place = twin.op.in_place
    return function


@_no_slope_in_place
@elementwise(to="float", input=lambda grad, input: grad * (input * input + 1).rsqrt())
def asinh(input):
    """The inverse of the hyperbolic sine."""
    return np.arcsinh(input)


@_no_slope_in_place
@elementwise(to="float", input=lambda grad, input: grad * (input * input - 1).rsqrt())
def acosh(input):
    """The inverse of the hyperbolic cosine."""
    return np.arccosh(input)


@_no_slope_in_place
@elementwise(to="float", input=lambda grad, input: grad / (1 - input * input))
def atanh(input):
    """The inverse of the hyperbolic tangent."""
    return np.arctanh(input)


def _sinc_slope(grad, input):
    angle = input * math.pi
    slope = (angle.cos() * angle - angle.sin()) / (angle * input)
    return grad * slope.masked_fill(input == 0, 0)


@elementwise(to="float", input=_sinc_slope)
def sinc(input):
    """sin(pi * input) / (pi * input), and 1 at 0."""
    return single(np.sinc)(input).astype(input.dtype, copy=False)


@elementwise(to="float", input=lambda grad: grad * (math.pi / 180))
def deg2rad(input):
    """Degrees to radians."""
    return scaled(input, math.pi / 180)


@elementwise(to="float", input=lambda grad: grad * (180 / math.pi))
def rad2deg(input):
    """Radians to degrees."""
    return scaled(input, 180 / math.pi)


scaled = single(np.multiply)
