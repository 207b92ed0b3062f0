"""Signs and rounding: sizes without signs, signs without sizes, and the integers nearby."""

import math

import numpy as np

from .. import dtypes, return_types
from ..declare import Array, elementwise, op
from ..tensor import Tensor
from .arithmetic import TENSOR_OR_NUMBER, checking, not_differentiable, tensor_first
from .inplace import zeros


@elementwise(kernel=("abs_cpu", "iuf"), input=lambda grad, input: grad * input.sgn())
def abs(input):
    """The absolute value; its slope at 0 is taken to be 0.

    >>> torch.abs(torch.tensor([-1, 2]))
    tensor([1, 2])
    """
    return np.abs(input)


@elementwise(input=zeros)
def sign(input):
    """-1, 0 or 1.

    >>> torch.sign(torch.tensor([-0.5, 0., 7.]))
    tensor([-1.,  0.,  1.])
    """
    return _sign(input)


# PyTorch saves both for complex numbers, and so for all.
@elementwise(input=lambda grad, input, result: zeros(grad))
def sgn(input):
    """-1, 0 or 1: the same as `sign` for real numbers."""
    return _sign(input)


def _sign(input):
    if input.dtype.kind == "b":
        return input.copy()
    return np.subtract(input > 0, input < 0, dtype=np.int8).astype(input.dtype)  # 0 for nan


@elementwise(in_place=False)
def signbit(input):
    """True where the sign is negative, that of -0. included."""
    return np.signbit(input) if input.dtype.kind == "f" else np.less(input, 0)


def _slope_to_size(grad, input, result):
    return grad * (result / input).masked_fill(input == 0, 0)


@tensor_first
@elementwise(
    to="float",
    signatures=TENSOR_OR_NUMBER,
    number=lambda other: 0 if isinstance(other, Tensor) else 1,
    input=_slope_to_size,
    other={0: zeros},
)
def copysign(input, other):
    """The size of `input` with the sign of `other`."""
    return np.copysign(input, other)


def _check_same_dtype(input, values):
    if input.dtype != values.dtype:
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")


@not_differentiable
@checking(_check_same_dtype)
@elementwise()
def heaviside(input: Array, values: Array):
    """0 for negative elements, 1 for positive ones, `values` where input is 0."""
    return np.where(input == 0, values, (input > 0).astype(input.dtype))


# The two parts of a floating-point number, and its neighbors


@op(returns=return_types.frexp, input=lambda grad, exponent: grad / exponent.exp2())
def frexp(input: Array):
    """Mantissas between 0.5 and 1, and exponents: input is mantissa * 2 ** exponent."""
    if input.dtype.kind != "f":
        raise RuntimeError("torch.frexp() only supports floating-point dtypes")
    return np.frexp(input)


@elementwise(
    to="float",
    input=lambda grad, other: grad * other.exp2(),
    other=lambda grad, result: grad * result * math.log(2),
)
def ldexp(input: Array, other: Array):
    """input * 2 ** other."""
    return input * np.exp2(other)


@elementwise(
    kernel=("nextafter_cpu", "f"),
    input=lambda grad, input, other: grad.masked_fill(input == other, 0),
    other=zeros,
)
def nextafter(input: Array, other: Array):
    """The next floating-point number after each element, in the direction of `other`."""
    return np.nextafter(input, other)


# Rounding: integers are left as they are


@elementwise(kernel=("floor_vml_cpu", "iuf"), input=zeros)
def floor(input):
    """The largest integer not above each element."""
    return np.floor(input) if input.dtype.kind == "f" else input.copy()


@elementwise(kernel=("ceil_vml_cpu", "iuf"), input=zeros)
def ceil(input):
    """The smallest integer not below each element."""
    return np.ceil(input) if input.dtype.kind == "f" else input.copy()


@elementwise(kernel=("trunc_vml_cpu", "iuf"), input=zeros)
def trunc(input):
    """The integer part."""
    return np.trunc(input) if input.dtype.kind == "f" else input.copy()


@elementwise(kernel=("frac_cpu", "f"), input=lambda grad: grad)
def frac(input):
    """The part behind the decimal point, with the sign of the element."""
    return input - np.trunc(input)


@elementwise(
    signatures=(
        "Tensor input, *, Tensor out = None",
        "Tensor input, *, int decimals, Tensor out = None",
    ),
    number=lambda decimals: 0 if decimals is None else 1,
    input=zeros,
)
def round(input, *, decimals: int = None):
    """The nearest integer, halves to the even one; `decimals` keeps digits behind the point.

    >>> torch.round(torch.tensor([0.5, 1.5, 2.345]))
    tensor([0., 2., 2.])
    """
    kind = input.dtype.kind
    if kind == "b" or (decimals is not None and kind != "f"):
        kernel = "round_cpu" if decimals else "round_vml_cpu"
        raise NotImplementedError(
            f"\"{kernel}\" not implemented for '{dtypes.of(input.dtype).label}'"
        )
    if kind != "f":
        return input.copy()
    if not decimals:
        return np.rint(input)
    scale = input.dtype.type(10.0 ** np.abs(decimals))
    return np.rint(input / scale) * scale if decimals < 0 else np.rint(input * scale) / scale


@elementwise(input=lambda grad, input: grad * input.isfinite())
def nan_to_num(input, nan: float = None, posinf: float = None, neginf: float = None):
    """nan and the infinities replaced: by 0 and the dtype's extremes if nothing else is given.

    >>> torch.nan_to_num(torch.tensor([float("nan"), 1.]), nan=-1)
    tensor([-1.,  1.])
    """
    if input.dtype.kind != "f":
        return input.copy()
    return np.nan_to_num(input, nan=0.0 if nan is None else nan, posinf=posinf, neginf=neginf)
