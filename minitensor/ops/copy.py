"""Copies and aliases: clone, detach, contiguous, casts."""

from .. import dtypes
from ..declare import composite, op
from ..device import check_device, contiguous_format
from ..layout import copied
from ..misfits import Signature, explain
from ..tensor import Tensor


@op(input=lambda grad: grad)
def clone(input, *, memory_format=None):
    """A copy with memory of its own; gradients flow through it to the original.

    >>> x = torch.tensor([1., 2.], requires_grad=True)
    >>> x.clone()
    tensor([1., 2.], grad_fn=<CloneBackward0>)
    """
    return _copied(input, input.dtype, memory_format)


def _copied(array, dtype, memory_format):
    """A copy laid out like `array`, or in reading order if that is asked for."""
    return array.astype(dtype, "C") if memory_format is contiguous_format else copied(array, dtype)


@composite(torch=False)
def contiguous(self, *, memory_format=None):
    """The tensor itself if its elements lie in reading order, else a copy in which they do."""
    return self if self._array.flags.c_contiguous else _packed(self)


@op(node="CloneBackward", input=lambda grad: grad)
def _packed(input):
    return input.copy("C")


@composite
def detach(input):
    """The same memory without history: changes are shared, gradients are not.

    >>> x = torch.tensor([1., 2.], requires_grad=True)
    >>> x.detach().requires_grad
    False
    """
    return input._alias()


@composite
def detach_(input):
    """Cut the tensor itself from its history; returns it."""
    if input._view is not None:
        raise RuntimeError(
            "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) "
            "for training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and "
            "hence detach_() cannot be called on these gradients. To fix this error, please refer to the "
            "Optimizer.zero_grad() function in torch/optim/optimizer.py as the solution."
        )
    input._grad_fn, input._output_nr, input._tracked = None, 0, None
    return input


# Casts


@op(node="ToCopyBackward", input=lambda grad: grad)
def _to_copy(input, dtype, memory_format=None):
    return _copied(input, dtype.numpy, memory_format)


def cast(tensor, dtype, copy=False, memory_format=None):
    """The tensor with another dtype; itself if nothing changes and no copy is asked for."""
    if tensor.dtype is dtype and not copy:
        return tensor
    return _to_copy(tensor, dtype, memory_format)


OPTIONS = (
    "bool non_blocking = False, bool copy = False, *, torch.memory_format memory_format = None"
)
TO = (
    f"torch.device device = None, torch.dtype dtype = None, {OPTIONS}",
    f"torch.dtype dtype, {OPTIONS}",
    f"Tensor tensor, {OPTIONS}",
)


@composite(torch=False)
def to(self, *args, **options):
    """The tensor with another dtype: x.to(torch.float64), x.to("cpu", torch.int32), x.to(other).

    The tensor itself if nothing changes, unless `copy=True`.
    """
    if len(args) == 1 and not options and isinstance(args[0], dtypes.dtype):
        return cast(self, args[0])
    error = explain("to", [Signature.parse(text) for text in TO], args, options)
    if error is not None:
        raise error
    first, *rest = args or (None,)
    names = ("non_blocking", "copy")
    if isinstance(first, Tensor):
        options["dtype"] = first.dtype
    elif isinstance(first, dtypes.dtype) or first in (float, int, bool):
        options["dtype"] = first
    elif first is not None:
        names, options["device"] = ("dtype", *names), first
    options.update(zip(names, rest))
    if options.get("device") is not None:
        check_device(options["device"])
    dtype = options.get("dtype")
    dtype = self.dtype if dtype is None else dtypes.as_dtype(dtype)
    return cast(self, dtype, options.get("copy", False), options.get("memory_format"))


def _cast_method(name, d):
    def method(self, *, memory_format=None):
        return cast(self, d, memory_format=memory_format)

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"The tensor as {d}; itself if it is that already."
    setattr(Tensor, name, method)


for _name, _d in dtypes.CASTS.items():
    _cast_method(_name, _d)


@composite(torch=False)
def cpu(self, *, memory_format=None):
    """The tensor itself: it lives on the CPU."""
    return self


TYPES = {f"torch.{d.label}Tensor": d for d in dtypes.ALL}


@composite(torch=False)
def type(self, dtype=None, non_blocking: bool = False):
    """The tensor's type as text ('torch.FloatTensor'), or the tensor cast to a type."""
    if dtype is None:
        return f"torch.{self.dtype.label}Tensor"
    if isinstance(dtype, dtypes.dtype):
        return cast(self, dtype)
    if dtype in (Tensor, "torch.Tensor"):
        return cast(self, dtypes.get_default_dtype())
    name = dtype if isinstance(dtype, str) else getattr(dtype, "__name__", None)
    if name is None:
        raise TypeError("dtype must be a type, str, or dtype object")
    name = name if isinstance(dtype, str) or not hasattr(dtype, "dtype") else f"torch.{name}"
    if name not in TYPES:
        raise ValueError(f"invalid type: '{name}'")
    return cast(self, TYPES[name])


@composite(torch=False)
def type_as(self, other: Tensor):
    """The tensor cast to the dtype of another one."""
    return cast(self, other.dtype)
