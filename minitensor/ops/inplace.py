"""Writing into a tensor: copy_, fill_, zero_, and Python functions applied to each element."""

import math

import numpy as np

from .. import dtypes
from ..arguments import NUMBERS, broadcast_error, check_fits, wrong_type
from ..declare import composite, op
from ..grad_mode import state
from ..graph import requires_grad
from ..once import warn
from ..tensor import Tensor, wrap
from ..views import check_in_place, check_no_overlap, is_expanded


def zeros(grad):
    """The gradient of what was overwritten."""
    return grad.new_zeros(grad.shape)


@op(
    node="torch::autograd::CopyBackwards", number="", casts=True, input=zeros, src=lambda grad: grad
)
def _copy(input, src, non_blocking=False):
    if src.shape == input.shape:
        return src
    error = broadcast_error([input, src])
    if error is not None:
        raise error
    return np.broadcast_to(src, np.broadcast_shapes(input.shape, src.shape))


@composite(torch=False)
def copy_(self, other, non_blocking: bool = False):
    """Write the elements of `other` (broadcast and cast) into this tensor."""
    if isinstance(other, NUMBERS):
        other = wrap(np.array(other))
    elif not isinstance(other, Tensor):
        raise wrong_type("copy_", "other", 1, "Tensor", other)
    source = other._array
    if _recordable(self) or _recordable(other) or source.shape != self._array.shape:
        return _copy.op.in_place(self, (other, non_blocking), {})
    check_no_overlap(self, (other,))
    return _overwritten(self, source)


def _recordable(tensor):
    """Whether overwriting the tensor has to be recorded, or perhaps refused."""
    return tensor._inference or (tensor._tracked and state.enabled and tensor.requires_grad)


def _overwritten(tensor, source):
    """The tensor, with other elements, where that need not be recorded."""
    tensor._array[...] = source
    tensor._changed()
    return tensor


@op(node="ZeroBackward", casts=True, input=zeros)
def _zero(input):
    return np.zeros(input.shape, input.dtype)


@composite
def zero_(input):
    """Set every element to 0."""
    if _recordable(input):
        return _zero.op.in_place(input, (), {}, overlap=True)
    return _overwritten(input, 0)


@op(node="FillBackward", number=2, casts=True, input=zeros)
def _fill_number(input, value):
    return np.broadcast_to(as_element(value, input.dtype), input.shape)


def as_element(value, dtype):
    """A number as an array of a dtype; PyTorch's error if that can't hold it."""
    check_holds(value, dtype)
    return np.array(value).astype(dtype)


def check_holds(value, dtype):
    """Raise PyTorch's error if a number overflows in a dtype, floating-point ones included."""
    if dtype.kind != "f":
        check_fits(value, dtype)
    elif _LARGEST[dtype] < abs(value) < math.inf:
        label = dtypes.of(dtype).ctype
        raise RuntimeError(f"value cannot be converted to type {label} without overflow")


_LARGEST = {d.numpy: dtypes.finfo(d).max for d in (dtypes.float16, dtypes.float32, dtypes.float64)}


@op(node="FillBackward", number=3, casts=True, input=zeros, value=lambda grad: grad.sum())
def _fill_tensor(input, value):
    if value.ndim:
        raise RuntimeError(
            "fill_ only supports 0-dimension value tensor but got tensor with "
            f"{value.ndim} dimensions."
        )
    return np.broadcast_to(value, input.shape)


VALUES = ("Tensor value", "Number value")


@composite(signatures=VALUES)
def fill_(input: Tensor, value):
    """Set every element to `value`, a number or a 0-dim tensor."""
    if isinstance(value, Tensor):
        refused = value._array.ndim > 0
        if _recordable(input) or _recordable(value) or refused:
            return _fill_tensor.op.in_place(input, (value,), {}, overlap=refused)
        check_no_overlap(input, ())
        return _overwritten(input, value._array)
    if not isinstance(value, NUMBERS):
        raise TypeError
    if _recordable(input):
        return _fill_number.op.in_place(input, (value,), {}, overlap=True)
    return _overwritten(input, as_element(value, input._array.dtype))


@composite(method=False, signatures=VALUES)
def fill(input: Tensor, value):
    """A tensor like `input` with every element set to `value`."""
    if not isinstance(value, (Tensor, *NUMBERS)):
        raise TypeError
    return fill_(input.clone(), value)


def warn_if_expanded(tensor, name, example="tensor[mask] = scalar"):
    """Warn where PyTorch does not yet refuse to change what shows the same elements again and again."""
    if is_expanded(tensor._array):
        check_in_place(tensor, requires_grad(tensor))
        warn(
            f"Use of {name} on expanded tensors is deprecated. Please clone() the tensor before performing "
            f"this operation. This also applies to advanced indexing e.g. {example}"
        )


def change(op, input, args):
    """An op in place, even if elements lie on top of each other: a changed one wins."""
    array = input._array
    if not is_expanded(array):
        return op.in_place(input, args, {}, overlap=True)
    before = array.copy()
    changed = op.compute(op.bind((input, *args), {}))
    op.in_place(input, args, {}, overlap=True)
    array[...] = before
    np.copyto(array, changed, where=changed != before)
    return input


# A Python function for each element


@composite(torch=False)
def apply_(self, callable):
    """Replace each element by callable(element). Slow: no array operation is."""
    return _apply("apply_", callable, self, {})


@composite(torch=False)
def map_(self, other: Tensor, callable):
    """Replace each element by callable(element, element of `other`)."""
    return _apply("map_", callable, self, {"other": other})


@composite(torch=False)
def map2_(self, x: Tensor, y: Tensor, callable):
    """Replace each element by callable(element, element of `x`, element of `y`)."""
    return _apply("map2_", callable, self, {"x": x, "y": y})


def _apply(name, function, tensor, others):
    if any(t.requires_grad for t in (tensor, *others.values())):
        raise RuntimeError(
            f"Can't call {name}() on Variable that requires grad. Use var.detach().{name}() instead."
        )
    for label, other in others.items():
        if other.dtype is not tensor.dtype:
            raise TypeError(f"{name}: expected {tensor.type()} for '{label}' (got {other.type()})")
    array = tensor._array
    columns = [t.expand(tensor.shape)._array.ravel().tolist() for t in (tensor, *others.values())]
    values = []
    for elements in zip(*columns):
        value = function(*elements)
        if not isinstance(value, NUMBERS):
            raise TypeError(f"must be real number, not {type(value).__name__}")
        values.append(array.dtype.type(value))
    array[...] = np.array(values, array.dtype).reshape(array.shape)
    return tensor
