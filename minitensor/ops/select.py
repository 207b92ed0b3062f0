"""Choosing between values, element by element: where, masked_fill, clamp, maximum, minimum."""

import numpy as np

from .. import dtypes
from ..arguments import NUMBERS, broadcast_error, check_fits, number_to_array
from ..declare import Array, Mask, composite, elementwise, op
from ..layout import laid_out
from ..once import warn_once
from ..tensor import Tensor, wrap
from .inplace import change, check_holds, warn_if_expanded

# where


@elementwise(
    node="WhereBackward",
    input=lambda grad, condition: _where(condition, grad, 0),
    other=lambda grad, condition: _where(condition, 0, grad),
)
def _where(condition: Mask, input, other):
    return np.where(condition, input, other)


@composite(
    method=False,
    signatures=(
        "Tensor condition",
        "Tensor condition, Tensor input, Tensor other, *, Tensor out = None",
        "Tensor condition, Number self, Tensor other",
        "Tensor condition, Tensor input, Number other",
        "Tensor condition, Number self, Number other",
    ),
)
def where(condition: Tensor, input=None, other=None, *, out=None):
    """`input` where the condition is True, `other` elsewhere; with the condition alone, its True places.

    >>> x = torch.tensor([-1., 2.])
    >>> torch.where(x > 0, x, 0)
    tensor([0., 2.])
    """
    if input is None and other is None:
        return condition.nonzero(as_tuple=True)
    _check_where(condition, input, other)
    return _where(condition, input, other, out=out)


def _where_method(input: Tensor, condition: Tensor, other):
    """The tensor itself where the condition is True, `other` elsewhere."""
    _check_where(condition, input, other)
    return _where(condition, input, other)


_where_method.__name__ = "where"
composite(
    torch=False,
    signatures=tuple(
        f"Tensor input, Tensor condition, {kind} other" for kind in ("Tensor", "Number")
    ),
)(_where_method)


def _check_where(condition, input, other):
    numbers = [value for value in (input, other) if not isinstance(value, Tensor)]
    if not all([isinstance(value, NUMBERS) for value in numbers]):
        raise TypeError
    if condition.dtype is dtypes.uint8:
        warn_once(
            "where received a uint8 condition tensor. This behavior is deprecated and will be removed in "
            "a future version of PyTorch. Use a boolean condition instead."
        )
    elif condition.dtype is not dtypes.bool_:
        raise RuntimeError(
            "where expected condition to be a boolean tensor, but got a tensor with dtype "
            f"{condition.dtype.label}"
        )
    if numbers:
        raw = [value._array if isinstance(value, Tensor) else value for value in (input, other)]
        dtype = dtypes.result_dtype(*raw)
        for value in numbers if dtype.kind != "f" else ():
            check_fits(value, dtype)


# masked_fill


def _fill(input, mask, value):
    error = broadcast_error([mask, input])
    if error is None and mask.dtype.kind != "b":
        kind = dtypes.of(mask.dtype).ctype
        error = RuntimeError(
            f"masked_fill_ only supports boolean masks, but got mask with dtype {kind}"
        )
    if error is not None:
        raise error
    return np.where(mask, value, input).copy("C")


@op(node="MaskedFillBackward", casts=True, input=lambda grad, mask: grad.masked_fill(mask, 0))
def _masked_fill_number(input, mask: Array, value):
    check_holds(value, input.dtype)
    value = number_to_array(value, input.dtype)
    return _fill(input, mask, value)


@op(
    node="MaskedFillBackward",
    number=1,
    casts=True,
    input=lambda grad, mask: grad.masked_fill(mask, 0),
    value=lambda grad, mask: _where(mask, grad, 0).sum(),
)
def _masked_fill_tensor(input, mask: Array, value):
    if value.ndim:
        raise RuntimeError(
            "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with "
            f"{value.ndim} dimension(s)."
        )
    check_holds(value.item(), input.dtype)
    return _fill(input, mask, value.astype(input.dtype))


_FILLS = ("Tensor mask, Tensor value", "Tensor mask, Number value")


def _masked_fill_op(value):
    if isinstance(value, Tensor):
        return _masked_fill_tensor
    if isinstance(value, NUMBERS):
        return _masked_fill_number
    raise TypeError


@composite(signatures=_FILLS)
def masked_fill(input: Tensor, mask: Tensor, value):
    """`value`, a number or a 0-dim tensor, where the mask is True, `input` elsewhere.

    >>> torch.tensor([1, 2, 3]).masked_fill(torch.tensor([True, False, True]), 0)
    tensor([0, 2, 0])
    """
    return _masked_fill_op(value)(input, mask, value)


@composite(torch=False, signatures=_FILLS)
def masked_fill_(input: Tensor, mask: Tensor, value):
    """Like `masked_fill`, but in place."""
    warn_if_expanded(input, "masked_fill_")
    return change(_masked_fill_op(value).op, input, (mask, value))


# clamp: bounds are numbers, or tensors that are broadcast and have gradients of their own


def _limited(input, min, max):
    if min is not None:
        input = np.maximum(input, min)
    return input if max is None else np.minimum(input, max)


def _limited_by_numbers(input, min, max):
    if input.dtype.kind == "b":
        bound = "min_" if max is None else "max_" if min is None else ""
        raise NotImplementedError(f"\"clamp_{bound}scalar_cpu\" not implemented for 'Bool'")
    bounds = [None if b is None else number_to_array(b, input.dtype) for b in (min, max)]
    return laid_out(_limited(input, *bounds), (input,))


def _slope_inside(grad, input, min, max):
    inside = input >= min if min is not None else input <= max
    if min is not None and max is not None:
        inside = inside.logical_and(input <= max)
    return grad.where(inside, 0)


@op(node="ClampBackward", number=1, input=_slope_inside)
def _clamp_numbers(input, *, min, max):
    return _limited_by_numbers(input, min, max)


@op(input=lambda grad, input, min: grad.where(input >= min, 0))
def _clamp_min(input, *, min):
    return _limited_by_numbers(input, min, None)


@op(input=lambda grad, input, max: grad.where(input <= max, 0))
def _clamp_max(input, *, max):
    return _limited_by_numbers(input, None, max)


def _outside_below(grad, input, min, max):
    return grad.where((input < min).logical_and(min < max), 0)


def _outside_above(grad, input, min, max):
    return grad.where((input > max).logical_or(max < min), 0)


@elementwise(
    node="ClampBackward",
    kernel=("clamp_cpu", "iuf"),
    input=_slope_inside,
    min=_outside_below,
    max=_outside_above,
)
def _clamp_tensors(input: Array, min: Array, max: Array):
    return _limited(input, min, max)


# One bound: PyTorch names the node after the function that was called.


def _at_least(input: Array, min: Array):
    return _limited(input, min, None)


def _at_most(input: Array, max: Array):
    return _limited(input, None, max)


def _clamp_lower(input: Array, min: Array, max=None):
    return _limited(input, min, None)


def _clamp_upper(input: Array, max: Array, min=None):
    return _limited(input, None, max)


def _no_bound(grad):
    """The gradient of a bound that was not given, though the node has an edge for it."""


_at_least_slopes = {
    "input": lambda grad, input, min: grad.where(input >= min, 0),
    "min": lambda grad, input, min: grad.where(input < min, 0),
}
_at_most_slopes = {
    "input": lambda grad, input, max: grad.where(input <= max, 0),
    "max": lambda grad, input, max: grad.where(input > max, 0),
}
_clamp_lower = elementwise(node="ClampBackward", **_at_least_slopes, max=_no_bound)(_clamp_lower)
_clamp_upper = elementwise(
    node="ClampBackward", input=_at_most_slopes["input"], min=_no_bound, max=_at_most_slopes["max"]
)(_clamp_upper)
_clamp_min_tensor = elementwise(node="ClampMinBackward", number=1, **_at_least_slopes)(_at_least)
_clamp_max_tensor = elementwise(node="ClampMaxBackward", number=1, **_at_most_slopes)(_at_most)


def _clamp_call(name, input, min, max):
    """Which op clamps these, and its arguments: tensors by position, numbers by name."""
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    bounds = {k: b for k, b in (("min", min), ("max", max)) if b is not None}
    tensors = [isinstance(b, Tensor) for b in bounds.values()]
    if all(tensors):
        return _op_for_tensors(name, min, max), input, tuple(bounds.values()), {}
    if any(tensors):
        bounds = {k: _number(b) for k, b in bounds.items()}
    if not all([isinstance(b, NUMBERS) for b in bounds.values()]):
        raise TypeError
    dtype = dtypes.result_dtype(input._array, *bounds.values())
    for bound in bounds.values():
        check_holds(bound, dtype)
    if dtype != input._array.dtype:
        input = wrap(input._array.astype(dtype))  # integers: there is no history to lose
    if name == "clamp":
        return _clamp_numbers, input, (), {"min": None, "max": None, **bounds}
    return (_clamp_min if name == "clamp_min" else _clamp_max), input, (), bounds


def _op_for_tensors(name, min, max):
    if name != "clamp":
        return _clamp_min_tensor if name == "clamp_min" else _clamp_max_tensor
    if min is None or max is None:
        return _clamp_lower if max is None else _clamp_upper
    return _clamp_tensors


def _number(bound):
    """A 0-dim tensor beside a number counts as one too."""
    if isinstance(bound, Tensor) and not bound.ndim and not bound.requires_grad:
        return bound.item()
    return bound


_BOUNDS = tuple(
    f"{kind} min = None, {kind} max = None, *, Tensor out = None" for kind in ("Tensor", "Number")
)
_LOWEST, _HIGHEST = (
    tuple(f"{kind} {bound}, *, Tensor out = None" for kind in ("Tensor", "Number"))
    for bound in ("min", "max")
)


def _clamp(name, input, min, max, out=None):
    function, input, tensors, numbers = _clamp_call(name, input, min, max)
    return function(input, *tensors, **numbers, out=out)


def _clamp_in_place(name, input, min, max):
    function, promoted, tensors, numbers = _clamp_call(name, input, min, max)
    if promoted.dtype.category > input.dtype.category:
        raise RuntimeError(
            f"result type {promoted.dtype.label} can't be cast to the desired output type "
            f"{input.dtype.ctype}"
        )
    return function.op.in_place(input, tensors, numbers)


@composite(signatures=_BOUNDS)
def clamp(input: Tensor, min=None, max=None, *, out=None):
    """The nearest value between `min` and `max`, which are two numbers or two tensors.

    >>> torch.clamp(torch.tensor([-2., 0.5, 2.]), min=-1, max=1)
    tensor([-1.0000,  0.5000,  1.0000])
    """
    return _clamp("clamp", input, min, max, out)


@composite(signatures=_BOUNDS)
def clamp_(input: Tensor, min=None, max=None):
    """Like `clamp`, but in place."""
    return _clamp_in_place("clamp", input, min, max)


@composite(signatures=_LOWEST)
def clamp_min(input: Tensor, min, *, out=None):
    """The element, but at least `min`."""
    return _clamp("clamp_min", input, min, None, out)


@composite(signatures=_LOWEST)
def clamp_min_(input: Tensor, min):
    """Like `clamp_min`, but in place."""
    return _clamp_in_place("clamp_min", input, min, None)


@composite(signatures=_HIGHEST)
def clamp_max(input: Tensor, max, *, out=None):
    """The element, but at most `max`."""
    return _clamp("clamp_max", input, None, max, out)


@composite(signatures=_HIGHEST)
def clamp_max_(input: Tensor, max):
    """Like `clamp_max`, but in place."""
    return _clamp_in_place("clamp_max", input, None, max)


# The larger and the smaller of two: where they are equal, each gets half of the gradient


def _half_if_equal(grad, a, b, lost):
    return _where(a == b, grad / 2, grad).masked_fill(lost, 0)


@elementwise(
    in_place=False,
    input=lambda grad, input, other: _half_if_equal(grad, input, other, input < other),
    other=lambda grad, input, other: _half_if_equal(grad, input, other, input > other),
)
def maximum(input: Array, other: Array):
    """The larger element of the two; nan if one of them is.

    >>> torch.maximum(torch.tensor([1, 5]), torch.tensor([3, 3]))
    tensor([3, 5])
    """
    return np.maximum(input, other)


@elementwise(
    in_place=False,
    input=lambda grad, input, other: _half_if_equal(grad, input, other, input > other),
    other=lambda grad, input, other: _half_if_equal(grad, input, other, input < other),
)
def minimum(input: Array, other: Array):
    """The smaller element of the two; nan if one of them is."""
    return np.minimum(input, other)


@elementwise(
    in_place=False,
    input=lambda grad, input, other: grad.where((input >= other).logical_or(other.isnan()), 0),
    other=lambda grad, input, other: _where((input >= other).logical_or(other.isnan()), 0, grad),
)
def fmax(input: Array, other: Array):
    """The larger element of the two; nan only if both are."""
    return np.fmax(input, other)


@elementwise(
    in_place=False,
    input=lambda grad, input, other: grad.where((input <= other).logical_or(other.isnan()), 0),
    other=lambda grad, input, other: _where((input <= other).logical_or(other.isnan()), 0, grad),
)
def fmin(input: Array, other: Array):
    """The smaller element of the two; nan only if both are."""
    return np.fmin(input, other)
