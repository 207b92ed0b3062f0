"""Writing into a tensor: copy_, fill_, zero_, resize_, set_."""

import warnings

import numpy as np

from ..arguments import NUMBERS, broadcast_error, check_fits, parse_size
from ..declare import composite, op
from ..storage import flat_storage
from ..tensor import Tensor, wrap


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
    shape = np.broadcast_shapes(input.shape, src.shape)
    return np.broadcast_to(src, shape)


@composite(torch=False)
def copy_(self, src, non_blocking=False):
    """Write the elements of `src` (broadcast and cast) into this tensor."""
    if isinstance(src, NUMBERS):
        src = wrap(np.array(src))
    return _copy.op.in_place(self, (src, non_blocking), {})


@op(node="ZeroBackward", casts=True, input=zeros)
def _zero(input):
    return np.zeros(input.shape, input.dtype)


@composite(torch=False)
def zero_(self):
    """Set every element to 0."""
    return _zero.op.in_place(self, (), {}, overlap=True)


@op(node="FillBackward", number=2, casts=True, input=zeros)
def _fill_number(input, value):
    check_fits(value, input.dtype)
    return np.broadcast_to(np.array(value).astype(input.dtype), input.shape)


@op(node="FillBackward", number=3, casts=True, input=zeros, value=lambda grad: grad.sum())
def _fill_tensor(input, value):
    if value.ndim:
        raise RuntimeError(
            "fill_ only supports 0-dimension value tensor but got tensor with "
            f"{value.ndim} dimensions."
        )
    return np.broadcast_to(value, input.shape)


@composite(torch=False)
def fill_(self, value):
    """Set every element to `value`, a number or a 0-dim tensor."""
    if isinstance(value, Tensor):
        return _fill_tensor.op.in_place(self, (value,), {}, overlap=True)
    if not isinstance(value, NUMBERS):
        kind = type(value).__name__
        raise TypeError(
            f"fill_() received an invalid combination of arguments - got ({kind}), but expected one of:\n"
            f" * (Tensor value)\n      didn't match because some of the arguments have invalid types: (!{kind}!)\n"
            f" * (Number value)\n      didn't match because some of the arguments have invalid types: (!{kind}!)\n"
        )
    return _fill_number.op.in_place(self, (value,), {}, overlap=True)


def _resize(self, shape, warn=False):
    """Give the tensor another shape, with fresh memory if its storage is too small."""
    count = int(np.prod(shape))
    if warn and self._array.size:
        warnings.warn(
            f"An output with one or more elements was resized since it had shape {list(self.shape)}, which does "
            f"not match the required output shape {list(shape)}. This behavior is deprecated, and in a future "
            "PyTorch release outputs will not be resized unless they have zero elements. You can explicitly "
            "reuse an out tensor t by resizing it, inplace, to zero elements with t.resize_(0).",
            UserWarning,
            stacklevel=3,
        )
    home, offset = flat_storage(self), self.storage_offset()
    if home.size < offset + count:
        grown = np.zeros(offset + count, home.dtype)
        grown[: home.size] = home
        home = grown
    self._home, self._array = home, home[offset : offset + count].reshape(shape)
    return self


Tensor._resize = _resize


@composite(torch=False)
def resize_(self, *sizes, memory_format=None):
    """Change the shape in place; new elements, if there are more than before, are not initialised."""
    if self.requires_grad:
        raise RuntimeError("cannot resize variables that require grad")
    shape = parse_size(sizes, "resize_")
    if shape != self._array.shape:
        self._resize(shape)
        self._changed()
    return self


@composite(torch=False)
def set_(self, source):
    """Become another view of the storage of `source`."""
    self._array, self._home = source._array, flat_storage(source)
    self._changed()
    return self
