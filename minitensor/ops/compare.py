"""Comparisons, logic on truth values, logic on bits."""

import numpy as np

from .. import dtypes
from ..arguments import NUMBERS
from ..declare import Array, composite, elementwise
from ..tensor import Tensor, wrap
from .arithmetic import (
    ANY_OF_TWO,
    TENSOR_OR_NUMBER,
    by_kind,
    checking,
    not_differentiable,
    tensor_first,
)
from .inplace import zeros

# Comparisons compute in the promoted dtype and give bools. (The formulas matter in place only, where a
# floating-point tensor keeps its dtype and its place in the graph.)


@tensor_first
@elementwise(signatures=TENSOR_OR_NUMBER, number=by_kind, input=zeros, other={1: zeros})
def eq(input, other):
    """True where input == other.

    >>> torch.tensor([1, 2, 3]) == 2
    tensor([False,  True, False])
    """
    return np.equal(input, other)


@tensor_first
@elementwise(signatures=TENSOR_OR_NUMBER, number=by_kind, input=zeros, other={1: zeros})
def ne(input, other):
    """True where input != other."""
    return np.not_equal(input, other)


@tensor_first
@elementwise(signatures=TENSOR_OR_NUMBER, number=by_kind, input=zeros, other={1: zeros})
def lt(input, other):
    """True where input < other."""
    return np.less(input, other)


@tensor_first
@elementwise(signatures=TENSOR_OR_NUMBER, number=by_kind, input=zeros, other={1: zeros})
def le(input, other):
    """True where input <= other."""
    return np.less_equal(input, other)


@tensor_first
@elementwise(signatures=TENSOR_OR_NUMBER, number=by_kind, input=zeros, other={1: zeros})
def gt(input, other):
    """True where input > other."""
    return np.greater(input, other)


@tensor_first
@elementwise(signatures=TENSOR_OR_NUMBER, number=by_kind, input=zeros, other={1: zeros})
def ge(input, other):
    """True where input >= other."""
    return np.greater_equal(input, other)


_eq_tensors = Tensor.__eq__


@composite(torch=False)
def __eq__(self, other):
    # Of all operators this alone takes an array in PyTorch.
    return _eq_tensors(self, wrap(other) if isinstance(other, np.ndarray) else other)


# Kinds of numbers


@elementwise(in_place=False)
def isnan(input):
    """True where the element is not a number."""
    return np.isnan(input)


@elementwise(in_place=False)
def isinf(input):
    """True where the element is infinite."""
    return np.isinf(input)


@elementwise(in_place=False)
def isfinite(input):
    """True where the element is neither infinite nor nan."""
    return np.isfinite(input)


@elementwise(in_place=False)
def isposinf(input):
    """True where the element is +inf."""
    return np.equal(input, np.inf)


@elementwise(in_place=False)
def isneginf(input):
    """True where the element is -inf."""
    return np.equal(input, -np.inf)


@elementwise(in_place=False)
def isreal(input):
    """True everywhere: the kit has no complex numbers."""
    return np.ones(input.shape, bool)


# Nearly equal


def _check_same_dtype(input, other):
    if input.dtype != other.dtype:
        a, b = dtypes.of(input.dtype).label, dtypes.of(other.dtype).label
        raise RuntimeError(f"{a} did not match {b}")


@checking(_check_same_dtype)
@elementwise(in_place=False)
def isclose(
    input: Array, other: Array, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
):
    """True where |input - other| <= atol + rtol * |other|.

    >>> torch.isclose(torch.tensor([1., 2.]), torch.tensor([1.000001, 2.1]))
    tensor([ True, False])
    """
    for name, tolerance in (("rtol", rtol), ("atol", atol)):
        if tolerance < 0:
            raise RuntimeError(
                f"{name} must be greater than or equal to zero, but got {tolerance:g}"
            )
    close = np.equal(input, other)
    if equal_nan:
        close |= np.isnan(input) & np.isnan(other)
    if input.dtype.kind != "f":
        input, other = input.astype(np.float64), other.astype(np.float64)
    distance = np.abs(input - other)
    allowed = atol + np.abs(rtol * other)
    return close | (np.isfinite(distance) & (distance <= allowed))


@composite
def allclose(
    input: Tensor, other: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
):
    """True if all elements are close: see `isclose`.

    >>> torch.allclose(torch.tensor([1.]), torch.tensor([1.000001]))
    True
    """
    return bool(isclose(input, other, rtol, atol, equal_nan)._array.all())


@composite
def equal(input: Tensor, other: Tensor):
    """True if two tensors have the same shape and equal elements.

    >>> torch.equal(torch.tensor([1, 2]), torch.tensor([1., 2.]))
    True
    """
    return input._array.shape == other._array.shape and bool(eq(input, other)._array.all())


# Logic: anything but 0 counts as True


@elementwise()
def logical_and(input: Array, other: Array):
    """True where both are."""
    return np.logical_and(input, other)


@elementwise()
def logical_or(input: Array, other: Array):
    """True where one of the two is, or both."""
    return np.logical_or(input, other)


@elementwise()
def logical_xor(input: Array, other: Array):
    """True where exactly one of the two is."""
    return np.logical_xor(input, other)


@elementwise()
def logical_not(input):
    """True where the element is 0."""
    return np.logical_not(input)


# Bits


@not_differentiable
@elementwise(kernel=("bitwise_and_cpu", "biu"), signatures=ANY_OF_TWO)
def bitwise_and(input, other):
    """The bits that are set in both: `&`.

    >>> torch.tensor([True, True]) & torch.tensor([True, False])
    tensor([ True, False])
    """
    return np.bitwise_and(input, other)


@not_differentiable
@elementwise(kernel=("bitwise_or_cpu", "biu"), signatures=ANY_OF_TWO)
def bitwise_or(input, other):
    """The bits that are set in one of the two, or both: `|`."""
    return np.bitwise_or(input, other)


@not_differentiable
@elementwise(kernel=("bitwise_xor_cpu", "biu"), signatures=ANY_OF_TWO)
def bitwise_xor(input, other):
    """The bits that are set in exactly one of the two: `^`."""
    return np.bitwise_xor(input, other)


@not_differentiable
@elementwise(kernel=("bitwise_not_cpu", "biu"))
def bitwise_not(input):
    """All bits turned over; for bools, logical not: `~`."""
    return np.invert(input)


@composite(torch=False)
def __invert__(self):
    if self.is_floating_point():
        raise TypeError(
            "~ (operator.invert) is only implemented on integer and Boolean-type tensors"
        )
    return bitwise_not(self)


@not_differentiable
@elementwise(kernel=("lshift_cpu", "iu"), signatures=ANY_OF_TWO)
def bitwise_left_shift(input, other):
    """input * 2 ** other, by moving bits: `<<`. Bits that leave the number are lost."""
    possible, count = _shift_counts(other)
    return np.where(possible, np.left_shift(input, count), input.dtype.type(0))


@not_differentiable
@elementwise(kernel=("rshift_cpu", "iu"), signatures=ANY_OF_TWO)
def bitwise_right_shift(input, other):
    """input / 2 ** other, rounded down, by moving bits: `>>`."""
    possible, count = _shift_counts(other)
    emptied = np.negative(input < 0, dtype=input.dtype)
    return np.where(possible, np.right_shift(input, count), emptied)


def _shift_counts(counts):
    """Where a shift is by less than all bits, and counts with 0 where it is not."""
    possible = (counts >= 0) & (counts < 8 * counts.itemsize)
    return possible, np.where(possible, counts, counts.dtype.type(0))


@composite(torch=False)
def __rlshift__(self, other):
    known = isinstance(other, (Tensor, *NUMBERS))
    return bitwise_left_shift(other, self) if known else NotImplemented


@composite(torch=False)
def __rrshift__(self, other):
    known = isinstance(other, (Tensor, *NUMBERS))
    return bitwise_right_shift(other, self) if known else NotImplemented
