"""Where a tensor's elements lie: its storage, other places in it, and PyTorch's questions about both."""

from types import NoneType

import numpy as np

from .. import device as places
from ..declare import composite
from ..once import warn, warn_once
from ..signature import KINDS
from ..storage import (
    LEGACY,
    Storage,
    TypedStorage,
    UntypedStorage,
    contiguous_strides,
    flat_storage,
    full_name,
    grown,
    strided,
)
from ..tensor import Tensor, readonly, wrap
from ..views import check_in_place
from .views import spread


@composite(torch=False)
def untyped_storage(self):
    """The bytes that this tensor and its views share."""
    return UntypedStorage.of(flat_storage(self))


@composite(torch=False)
def storage(self):
    """The elements that this tensor and its views share. Deprecated in PyTorch, with a warning."""
    warn_once(TypedStorage.warning)
    return _typed_storage(self)


def _typed_storage(self):
    return TypedStorage.of(flat_storage(self).view(self._array.dtype))


@composite(torch=False)
def storage_type(self):
    """The class of storages of this dtype, such as `torch.FloatStorage`."""
    return LEGACY[self.dtype]


@composite(method=False)
def is_storage(obj):
    """True if `obj` is a storage."""
    return isinstance(obj, Storage)


@composite(method=False)
def typename(obj):
    """The name of a value's type: 'torch.LongTensor' for a tensor of int64."""
    if isinstance(obj, Tensor):
        return obj.type()
    kind = obj if isinstance(obj, type) else type(obj)
    return kind.__qualname__ if kind.__module__ == "builtins" else full_name(kind)


# Another place in memory


def _to_storage(value):
    if isinstance(value, Storage):
        return value
    raise TypeError


KINDS["torch.Storage"] = _to_storage
PLACE = "int storage_offset, tuple of ints size, tuple of ints stride = None"
SOURCES = (
    "",
    "torch.Storage source",
    f"torch.Storage source, {PLACE}",
    "Tensor source",
    f"Tensor source, {PLACE}",
)


@composite(torch=False, signatures=SOURCES)
def set_(self: Tensor, source=None, storage_offset=0, size=None, stride=None):
    """Become a view of another storage, or of that of another tensor; empty without an argument."""
    if not isinstance(source, (Tensor, Storage, NoneType)) or (size is None and storage_offset):
        raise TypeError
    check_in_place(self, self.requires_grad)
    if source is None:
        source = wrap(np.empty(0, self._array.dtype))
    if isinstance(source, Tensor):
        if source.dtype is not self.dtype:
            raise RuntimeError(
                f"Could not set tensor of type {source.dtype.ctype} to a tensor of type {self.dtype.ctype}"
            )
        home, array = flat_storage(source), source._array
    else:
        home = array = source._flat.view(self._array.dtype)
    if size is not None:
        stride = contiguous_strides(size) if stride is None else stride
        home = grown(home, storage_offset, size, stride)
        array = strided(home, size, stride, storage_offset)
    self._array, self._home = array, home
    self._changed()
    return self


def _resize(self, shape, warned=False, stride=None):
    """Give the tensor another shape, with fresh memory if its storage is too small."""
    if warned and self._array.size:
        warn(
            f"An output with one or more elements was resized since it had shape {list(self.shape)}, which does "
            f"not match the required output shape {list(shape)}. This behavior is deprecated, and in a future "
            "PyTorch release outputs will not be resized unless they have zero elements. You can explicitly "
            "reuse an out tensor t by resizing it, inplace, to zero elements with t.resize_(0)."
        )
    offset, stride = self.storage_offset(), stride or contiguous_strides(shape)
    self._home = grown(flat_storage(self), offset, shape, stride)
    self._array = strided(self._home, shape, stride, offset)
    return self


Tensor._resize = _resize


@composite(torch=False)
def resize_(self, *size, memory_format=None):
    """Change the shape in place; new elements, if there are more than before, are zeros."""
    size = spread("resize_", "size", size, None)
    if self.requires_grad:
        raise RuntimeError("cannot resize variables that require grad")
    if memory_format is places.preserve_format:
        raise RuntimeError("Unsupported memory formatPreserve")
    if min(size, default=0) < 0:
        raise RuntimeError("numel: integer multiplication overflow")
    if size != self._array.shape:
        self._resize(size)
        self._changed()
    return self


@composite
def resize_as_(input: Tensor, the_template: Tensor, *, memory_format=None):
    """Change the shape in place to that of another tensor."""
    return input.resize_(*the_template._array.shape, memory_format=memory_format)


@composite(torch=False)
def is_set_to(self, tensor: Tensor):
    """True if both show the same elements of the same storage in the same way."""
    places_of = [
        (t.untyped_storage().data_ptr(), t.storage_offset(), t.shape, t.stride())
        for t in (self, tensor)
    ]
    return places_of[0] == places_of[1]


# What is there for other machines


@composite
def get_device(input):
    """-1: the number of the GPU, if it were on one."""
    return -1


@composite
def is_pinned(input, device=None):
    """False: pinned memory is for GPUs."""
    return False


@composite(torch=False)
def pin_memory(self, device=None):
    """PyTorch's error on a machine without a GPU."""
    raise RuntimeError("Cannot access accelerator device when none is available.")


@composite(torch=False)
def is_shared(self):
    """False: no other process sees this memory."""
    return False


@composite(torch=False)
def share_memory_(self):
    """The tensor itself. (PyTorch moves it to where other processes see it.)"""
    return self


def _layout(self):
    """`torch.strided`: there is memory for all elements."""
    return places.strided


_layout.__name__ = "layout"
Tensor.layout = readonly(_layout)
Tensor.is_cpu = True
for (
    _kind
) in "is_sparse_csr is_nested is_mps is_mtia is_xla is_xpu is_ipu is_maia is_vulkan".split():
    setattr(Tensor, _kind, False)
