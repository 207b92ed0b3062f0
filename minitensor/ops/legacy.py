"""The constructors of old: torch.Tensor(2, 3), torch.Tensor([1, 2]), torch.LongTensor(...), x.new(...)."""

import numpy as np

from .. import dtypes
from ..declare import FUNCTIONS, composite, view
from ..misfits import Signature, explain, type_name
from ..signature import to_ints
from ..size import Size
from ..storage import Storage, TypedStorage
from ..tensor import Tensor, wrap
from .create import check_shape
from .data import array_of
from .interop import share

SIGNATURES = [
    Signature.parse(text)
    for text in (
        "*, torch.device device = None",
        "torch.Storage storage",
        "Tensor other",
        "tuple of ints size, *, torch.device device = None",
        "object data, *, torch.device device = None",
    )
]


@view(input=lambda grad: grad)
def _alias(input):
    return input


def legacy(dtype, args, kwargs):
    """A tensor of one dtype: with uninitialised elements if given sizes, else a conversion of the data.

    `dtype`: None stands for the default dtype, and lets a tensor keep its own.
    """
    error = explain("new", SIGNATURES, args, kwargs)
    if error is not None:
        raise error
    device = kwargs.pop("device", None)
    if device is not None and str(device) != "cpu":
        raise RuntimeError(
            f"legacy constructor expects device type: cpu but device type: {device} was passed"
        )
    if "size" in kwargs:
        args = (Size(kwargs.pop("size")),)
    first, *_ = (*args, *kwargs.values(), Size([0]))
    wanted = (dtype or dtypes.get_default_dtype()).numpy
    if isinstance(first, Tensor) and len(args) == 1 and (first.ndim or dtype is None):
        return _from_tensor(first, dtype)
    if isinstance(first, Storage):
        return _from_storage(first, dtypes.of(wanted))
    if isinstance(first, str):
        raise TypeError("new(): invalid data type 'str'")
    if isinstance(first, np.ndarray):
        return share(first).to(dtypes.of(wanted))
    if isinstance(first, Size) or (hasattr(first, "__index__") and not isinstance(first, bool)):
        sizes = first if isinstance(first, Size) else to_ints(args)
        return wrap(np.zeros(check_shape(sizes, "new"), wanted))
    if isinstance(first, (list, tuple, range)):
        return wrap(array_of(first, wanted))
    raise TypeError(f"new(): data must be a sequence (got {type_name(first)})")


def _from_tensor(tensor, dtype):
    if dtype not in (None, tensor.dtype):
        options = (
            "TensorOptions(dtype={}, device=cpu, layout=Strided, requires_grad=false (default), "
            "pinned_memory=false (default), memory_format=(nullopt))"
        )
        expected, found = (options.format(d.ctype) for d in (dtype, tensor.dtype))
        raise TypeError(f"expected {expected} (got {found})")
    return _alias(tensor)


def _from_storage(storage, dtype):
    if isinstance(storage, TypedStorage) and storage.dtype is not dtype:
        raise RuntimeError(
            f"Expected a Storage of type {dtype.label} or an UntypedStorage, but got type "
            f"{storage.dtype.label} for argument 1 'storage'"
        )
    return wrap(storage._flat.view(dtype.numpy))


class tensortype(type):
    """Makes `isinstance(x, torch.LongTensor)` ask for the dtype."""

    __module__ = "torch"

    def __instancecheck__(cls, instance):
        return isinstance(instance, Tensor) and instance.dtype is cls.dtype

    def __repr__(cls):
        return f"<class 'torch.{cls.__name__}'>"


def _constructor(d):
    def new(cls, *args, **kwargs):
        return legacy(d, args, kwargs)

    text = f"The constructor of old for {d} tensors; `torch.tensor` is the one to use."
    members = {"__new__": new, "__doc__": text, "__module__": "torch", "dtype": d}
    return tensortype(f"{d.label}Tensor", (), members)


for _d in dtypes.ALL:
    FUNCTIONS[f"{_d.label}Tensor"] = _constructor(_d)


@composite(torch=False)
def new(self, *args, **kwargs):
    """A tensor of this one's dtype, from sizes or from data; `new_tensor`, `new_empty` say which."""
    return legacy(self.dtype, args, kwargs)


@composite(torch=False)
def as_subclass(self, cls):
    """The tensor as one of a subclass of `torch.Tensor`, on the same memory."""
    if not isinstance(cls, type):
        raise TypeError(f"cls must be a type (got {type_name(cls)})")
    return _of_class(_alias(self), cls)


def _of_class(tensor, cls):
    if cls is not Tensor:
        tensor.__class__ = cls
    return tensor


def _new_object(cls, *args, **kwargs):
    return _of_class(legacy(None, args, kwargs), cls)


Tensor.__new__ = _new_object
