"""The memory behind tensors, seen as PyTorch's storage: one flat array of all its elements."""

import numpy as np

from . import dtypes
from .device import check_device, cpu
from .once import warn_once


def flat_storage(tensor):
    """The whole storage of a tensor as a one-dimensional array: its own memory, or its base's."""
    if tensor._home is None:
        owner = tensor._view.base if tensor._view is not None else tensor
        owner._home = owner._home if owner._home is not None else flatten(owner._array)
        tensor._home = owner._home
    return tensor._home


def flatten(array):
    """All elements from the first to the last in memory, without copying.

    >>> flatten(np.arange(6).reshape(2, 3).T)
    array([0, 1, 2, 3, 4, 5])
    """
    if array.flags.c_contiguous:
        return array.reshape(-1)
    step = array.itemsize
    reach = sum((size - 1) * abs(stride) for size, stride in zip(array.shape, array.strides)) + step
    return np.lib.stride_tricks.as_strided(array, (reach // step,), (step,))


def address(array):
    """Where the first element of an array lies in memory."""
    return array.__array_interface__["data"][0]


def place_in_storage(tensor):
    """The distance, in elements, from the start of the storage to the tensor's first element."""
    home, array = flat_storage(tensor), tensor._array
    return (address(array) - address(home)) // array.itemsize if array.size else 0


def strided(home, shape, strides, offset):
    """A view on flat storage: `shape` and `strides` in elements, beginning at `offset`."""
    step = home.itemsize
    if 0 in shape:
        return home[:0].reshape(shape)
    try:
        return np.ndarray(shape, home.dtype, home, offset * step, [s * step for s in strides])
    except (TypeError, ValueError):
        needed = (offset + sum((n - 1) * s for n, s in zip(shape, strides)) + 1) * step
        raise RuntimeError(
            f"setStorage: sizes {list(shape)}, strides {list(strides)}, storage offset {offset}, and "
            f"itemsize {step} requiring a storage size of {needed} are out of bounds for storage of "
            f"size {home.nbytes}"
        ) from None


def grown(home, offset, shape, strides):
    """The storage, or a longer copy of it if a view of this shape would reach beyond its end."""
    reach = 0 if 0 in shape else offset + sum((n - 1) * s for n, s in zip(shape, strides)) + 1
    if reach <= home.size:
        return home
    longer = np.zeros(reach, home.dtype)
    longer[: home.size] = home
    return longer


def is_dense(array):
    """True if the elements fill their stretch of memory without gaps or overlaps, in any order."""
    if array.flags.c_contiguous:
        return True
    expected = array.itemsize
    for step, size in sorted((s, n) for s, n in zip(array.strides, array.shape) if n > 1):
        if step != expected:
            return False
        expected *= size
    return True


def contiguous_strides(shape):
    """The strides, in elements, of a fresh tensor of this shape."""
    strides, step = [], 1
    for size in reversed(shape):
        strides.append(step)
        step *= max(size, 1)
    return tuple(reversed(strides))


# As PyTorch shows it


class Storage:
    """What both kinds of storage have in common: a flat array, `_flat`."""

    device = cpu
    is_cuda = is_sparse = False

    @classmethod
    def of(cls, flat):
        """A storage on the memory of a flat array."""
        storage = object.__new__(cls)
        storage._flat = flat
        return storage

    def data_ptr(self):
        """The address of the first element."""
        return address(self._flat) if self._flat.size else 0

    def nbytes(self):
        """The number of bytes."""
        return self._flat.nbytes

    def size(self):
        """The number of elements."""
        return self._flat.size

    __len__ = size

    def element_size(self):
        """The number of bytes of one element."""
        return self._flat.itemsize

    def tolist(self):
        """The elements as a list of Python numbers."""
        return self._flat.tolist()

    def __iter__(self):
        return iter(self.tolist())

    def fill_(self, value):
        """Set every element to `value`."""
        self[:] = value
        return self

    def copy_(self, source, non_blocking=None):
        """Overwrite the elements with those of a storage of the same size."""
        if source.nbytes() != self.nbytes() and type(self) is type(source) is UntypedStorage:
            raise RuntimeError(
                f"size does not match, self was {self.nbytes()} bytes but src was {source.nbytes()} bytes"
            )
        self._flat[:] = source._flat
        return self

    def clone(self):
        """A storage with the same elements and memory of its own."""
        return self.of(self._flat.copy())

    def resize_(self, size):
        """Refused, as PyTorch does for memory that NumPy owns, unless the size stays the same."""
        if size != self.size():
            error = RuntimeError("Trying to resize storage that is not resizable")
            error.add_note(
                "Hint: this kit leaves storages at their size; x.resize_() gives x another."
            )
            raise error
        return self

    def resizable(self):
        """False: the memory is NumPy's."""
        return False

    def cpu(self):
        """The storage itself: it lives on the CPU."""
        return self

    def cuda(self, device=None):
        """PyTorch's error on a machine without CUDA."""
        check_device("cuda")

    def is_pinned(self, device="cuda"):
        """False: pinned memory is for GPUs."""
        return False

    def is_shared(self):
        """False: no other process sees this memory."""
        return False

    def __copy__(self):
        return self.clone()

    def __deepcopy__(self, memo):
        return memo.setdefault("torch", {}).setdefault(id(self._flat), self.clone())

    def __repr__(self):
        lines = "".join(f" {value}\n" for value in self) or " \n"
        dtype = "" if isinstance(self, UntypedStorage) else f"dtype={self.dtype}, "
        return f"{lines}[{full_name(type(self))}({dtype}device=cpu) of size {self.size()}]"


def full_name(kind):
    """The full name of a type, such as 'torch.storage.UntypedStorage'."""
    return f"{kind.__module__}.{kind.__qualname__}"


class UntypedStorage(Storage):
    """The bytes behind a tensor: what all its views share.

    >>> torch.zeros(2, 3)[1].untyped_storage().nbytes()
    24
    """

    __module__ = "torch.storage"

    def __new__(cls, data=0):
        """So many bytes, or those of a sequence of numbers."""
        if isinstance(data, float):
            raise RuntimeError("torch.UntypedStorage(): Expected a sequence type, but got float")
        return cls.of(
            np.zeros(data, np.uint8) if isinstance(data, int) else np.array(data, np.uint8)
        )

    @classmethod
    def of(cls, flat):
        """The bytes of a flat array."""
        return super().of(flat.view(np.uint8))

    def type(self):
        """The name of the type."""
        return full_name(type(self))

    def __getitem__(self, index):
        if isinstance(index, slice):
            if index.step not in (None, 1):
                raise RuntimeError(
                    f"Trying to slice with a step of {index.step}, but only a step of 1 is supported"
                )
            return self.of(self._flat[index])
        if not isinstance(index, int):
            raise TypeError(f"can't index a torch.UntypedStorage with {type(index).__name__}")
        if not -len(self) <= index < len(self):
            raise IndexError(f"index {index} out of range for storage of size {len(self)}")
        return int(self._flat[index])

    def __setitem__(self, index, value):
        if not isinstance(value, int):
            raise RuntimeError(
                "can only set storage content with a int types, but got "
                f"{type(value).__name__} instead"
            )
        if not isinstance(index, slice) and not -len(self) <= index < len(self):
            raise RuntimeError("out of bounds")
        self._flat[index] = value % 256

    def __eq__(self, other):
        return (
            isinstance(other, UntypedStorage)
            and self.data_ptr() == other.data_ptr()
            and len(self) == len(other)
        )

    def __hash__(self):
        return hash(self.data_ptr())

    def __reduce__(self):
        return restore, (None, self._flat)


class TypedStorage(Storage):
    """The elements behind a tensor: what all its views share. Deprecated in PyTorch."""

    __module__ = "torch.storage"
    warning = (
        "TypedStorage is deprecated. It will be removed in the future and UntypedStorage will be the only "
        "storage class. This should only matter to you if you are using storages directly.  To access "
        "UntypedStorage directly, use tensor.untyped_storage() instead of tensor.storage()"
    )

    def __new__(cls, *data, wrap_storage=None, dtype=None, device=None):
        """So many elements, those of a sequence, or (`wrap_storage`) those that lie in some bytes."""
        check_device(device)
        warn_once(cls.warning)
        kind = (dtype or dtypes.get_default_dtype()).numpy
        if wrap_storage is not None:
            return TypedStorage.of(wrap_storage._flat.view(kind))
        data = data[0] if data else 0
        if isinstance(data, str):
            raise TypeError("new(): invalid data type 'str'")
        if not isinstance(data, (int, list, tuple, range)):
            raise TypeError(
                f"{cls!r}.__new__ received an invalid combination of arguments. Expected one of:\n"
                " * no arguments\n * (int size)\n * (Sequence data)\n"
                f" * (*, UntypedStorage wrap_storage)\nArgument type not recognized: {type(data)}"
            )
        return TypedStorage.of(
            np.zeros(data, kind) if isinstance(data, int) else np.array(data, kind)
        )

    @property
    def dtype(self):
        """The type of the elements."""
        return dtypes.of(self._flat.dtype)

    def type(self, dtype=None):
        """The name of the type, such as 'torch.FloatStorage'."""
        return f"torch.{self.pickle_storage_type()}"

    def pickle_storage_type(self):
        """The name of the type in files, such as 'FloatStorage'."""
        return f"{self.dtype.label}Storage"

    def untyped(self):
        """The same memory as bytes."""
        return UntypedStorage.of(self._flat)

    def __getitem__(self, index):
        if isinstance(index, slice):
            raise RuntimeError("slices are only supported in UntypedStorage.__getitem__")
        if not isinstance(index, int):
            raise RuntimeError(f"can't index a {TypedStorage} with {type(index)}")
        if not -len(self) <= index < len(self):
            raise IndexError(f"index {index} out of range for storage of size {len(self)}")
        return self._flat[index].item()

    def __setitem__(self, index, value):
        if isinstance(value, str):
            kind = f"torch.{self.dtype.label}Tensor"
            raise TypeError(f"can't assign a {type(value).__name__} to a {kind}")
        if isinstance(index, int) and not -len(self) <= index < len(self):
            raise IndexError(
                f"index {index} is out of bounds for dimension 0 with size {len(self)}"
            )
        self._flat[index] = value

    def __reduce__(self):
        return restore, (self._flat.dtype, self._flat)


def restore(dtype, flat):
    """A storage from what was pickled; without a dtype, one of bytes."""
    return UntypedStorage.of(flat) if dtype is None else TypedStorage.of(flat)


class LegacyStorage(type):
    """Makes `torch.FloatStorage`: the typed storage of one dtype, and a test for it."""

    def __instancecheck__(cls, value):
        return type(value) is TypedStorage and value.dtype is cls.dtype

    def __repr__(cls):
        return f"<class 'torch.{cls.__name__}'>"


def _legacy(dtype):
    def new(cls, *data, **options):
        return TypedStorage.__new__(cls, *data, **options, dtype=dtype)

    members = {"__new__": new, "__module__": "torch", "dtype": dtype}
    members["__doc__"] = (
        f"The storage of old for {dtype}; `torch.UntypedStorage` is the one to use."
    )
    return LegacyStorage(f"{dtype.label}Storage", (TypedStorage,), members)


LEGACY = {d: _legacy(d) for d in dtypes.ALL}


def _cast(name, dtype):
    def method(self):
        return TypedStorage.of(self._flat.astype(dtype.numpy))

    method.__name__, method.__doc__ = name, f"A copy with the elements as {dtype}."
    setattr(Storage, name, method)


for _name, _dtype in dtypes.CASTS.items():
    _cast(_name, _dtype)
