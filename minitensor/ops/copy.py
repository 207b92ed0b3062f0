"""Copies and aliases: clone, detach, contiguous, casts, copy_."""

import numpy as np

from .. import dtypes
from ..declare import composite, op
from ..device import check_device
from ..storage import is_dense
from ..tensor import Tensor


@op(input=lambda grad: grad)
def clone(input, *, memory_format=None):
    """A copy with memory of its own; gradients flow through it to the original.

    >>> x = torch.tensor([1., 2.], requires_grad=True)
    >>> x.clone()
    tensor([1., 2.], grad_fn=<CloneBackward0>)
    """
    if is_dense(input):
        copy = np.empty_like(input, order="K")
        copy[...] = input
        return copy
    return np.array(input, order="C")


@composite
def contiguous(input, memory_format=None):
    """The tensor itself if its elements lie in reading order, else a copy in which they do."""
    return input if input.is_contiguous() else _packed(input)


@op(node="CloneBackward", input=lambda grad: grad)
def _packed(input):
    return np.array(input, order="C")


@composite
def detach(input):
    """The same memory without history: changes are shared, gradients are not.

    >>> x = torch.tensor([1., 2.], requires_grad=True)
    >>> x.detach().requires_grad
    False
    """
    return input._alias()


@composite
def detach_(self):
    """Cut the tensor itself from its history; returns it."""
    if self._view is not None:
        raise RuntimeError(
            "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) "
            "for training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and "
            "hence detach_() cannot be called on these gradients. To fix this error, please refer to the "
            "Optimizer.zero_grad() function in torch/optim/optimizer.py as the solution."
        )
    self._grad_fn, self._output_nr, self._tracked = None, 0, False
    return self


@op(node="ToCopyBackward", input=lambda grad: grad)
def _to_copy(input, dtype):
    return input.astype(dtype.numpy, order="K" if is_dense(input) else "C")


def _cast(tensor, dtype, copy=False):
    if tensor.dtype is dtype:
        return clone(tensor) if copy else tensor
    return _to_copy(tensor, dtype)


@composite(torch=False)
def to(self, *args, dtype=None, device=None, non_blocking=False, copy=False, memory_format=None):
    """The tensor with another dtype (`x.to(torch.float64)`, `x.to(other)`); itself if nothing changes."""
    for position, value in enumerate(args):
        if isinstance(value, Tensor):
            dtype = value.dtype
        elif isinstance(value, dtypes.dtype) or value in (float, int, bool):
            dtype = dtypes.as_dtype(value)
        elif isinstance(value, bool):
            copy = value if position == len(args) - 1 and position > 1 else copy
        elif value is not None:
            device = value
    check_device(device)
    return _cast(self, self.dtype if dtype is None else dtypes.as_dtype(dtype), copy)


def _cast_method(name, d):
    def method(self, memory_format=None):
        return _cast(self, d)

    method.__name__ = name
    method.__doc__ = f"The tensor as {d}; itself if it is that already."
    setattr(Tensor, name, method)


for _name, _d in {
    "float": dtypes.float32,
    "double": dtypes.float64,
    "half": dtypes.float16,
    "long": dtypes.int64,
    "int": dtypes.int32,
    "short": dtypes.int16,
    "char": dtypes.int8,
    "byte": dtypes.uint8,
    "bool": dtypes.bool_,
}.items():
    _cast_method(_name, _d)


@composite(torch=False)
def cpu(self, memory_format=None):
    """The tensor itself: it lives on the CPU."""
    return self


@composite(torch=False)
def type(self, dtype=None, non_blocking=False):
    """The tensor's type as text ('torch.FloatTensor'), or the tensor cast to a type."""
    if dtype is None:
        return f"torch.{self.dtype.label}Tensor"
    if isinstance(dtype, str):
        named = {f"torch.{d.label}Tensor": d for d in dtypes.ALL}
        if dtype not in named:
            raise ValueError(f"invalid type: '{dtype}'")
        dtype = named[dtype]
    return _cast(self, dtypes.as_dtype(dtype))


@composite(torch=False)
def type_as(self, other):
    """The tensor cast to the dtype of another one."""
    return _cast(self, other.dtype)
