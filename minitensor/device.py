"""`torch.device`: this kit has one, the CPU."""

from types import NoneType

from .c_type import CType


class device(metaclass=CType):
    """Where a tensor lives. Always the CPU here; other names raise PyTorch's errors.

    >>> torch.device("cpu")
    device(type='cpu')
    """

    __module__ = "torch"
    __slots__ = ("index", "type")
    _kinds = ("cpu", "cuda", "mps", "meta", "xpu")

    def __init__(self, type="cpu", index=None):
        if isinstance(type, device):
            type, index = type.type, type.index
        if isinstance(type, int):
            raise RuntimeError("Cannot access accelerator device when none is available.")
        if not isinstance(type, str):
            raise TypeError(f"device(): argument 'type' must be str, not {type.__class__.__name__}")
        if not isinstance(index, (int, NoneType)):
            kind = index.__class__.__name__
            raise TypeError(f"device(): argument 'index' (position 2) must be int, not {kind}")
        if not type:
            raise RuntimeError("Device string must not be empty")
        name, colon, number = type.partition(":")
        if not name.replace("_", "").isalpha() or (colon and not _is_index(number)):
            raise RuntimeError(f"Invalid device string: '{type}'")
        if name not in self._kinds:
            raise RuntimeError(
                "Expected one of cpu, cuda, ipu, xpu, mkldnn, opengl, opencl, ideep, hip, ve, fpga, "
                "maia, xla, lazy, vulkan, mps, meta, hpu, mtia, privateuseone device type at start "
                f"of device string: {name}"
            )
        if index is not None and colon:
            raise RuntimeError(
                f"type (string) must not include an index because index was passed explicitly: {type}"
            )
        if index is not None and index < 0:
            raise RuntimeError("Device index must not be negative")
        self.type = name
        self.index = int(number) if colon else index

    def __repr__(self):
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type='{self.type}'{index})"

    def __str__(self):
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other):
        if not isinstance(other, device):
            return NotImplemented
        return (self.type, self.index) == (other.type, other.index)

    def __hash__(self):
        return hash((self.type, self.index))

    def __reduce__(self):
        return restore_device, (self.type,) if self.index is None else (self.type, self.index)

    def __enter__(self):
        _outer.append(_default)
        set_default_device(self)
        return self

    def __exit__(self, *exception):
        set_default_device(_outer.pop())


_outer = []  # the default devices outside of `with torch.device(...)` blocks


def _is_index(text):
    return text.isdigit() and str(int(text)) == text


def restore_device(*where):
    """A device from what was pickled."""
    return device(*where)


cpu = device("cpu")


_default = cpu


def get_default_device():
    """The device of new tensors when nothing else is said: the CPU."""
    return _default


def set_default_device(where):
    """Accept the CPU as the device of new tensors; with any other, making one raises an error."""
    global _default
    _default = cpu if where is None else device(where)


def check_device(where):
    """Accept the CPU under any of its names (or None); anything else raises PyTorch's error."""
    if where is None:
        where = _default
    if where is cpu:
        return
    where = device(where)
    if where.type == "cuda":
        error = AssertionError("Torch not compiled with CUDA enabled")
    elif where.type != "cpu":
        error = NotImplementedError(f"The '{where.type}' device is not available.")
    else:
        return
    error.add_note("Hint: this kit computes on the CPU only; leave device= out.")
    raise error


# How elements lie in memory: this kit has one layout, rows after rows with strides.


class layout:
    """Dense or sparse. `torch.strided` is the one here: every tensor has memory for all its elements."""

    __module__ = "torch"

    def __new__(cls):
        raise TypeError(f"cannot create 'torch.{cls.__name__}' instances")

    def __repr__(self):
        return f"torch.{self.name}"

    def __reduce__(self):
        return _constant, (None, self.name)


class memory_format(layout):
    """The order of dimensions in memory that a function is asked for.

    `torch.contiguous_format`: the last one changes fastest. `torch.preserve_format`: as in the input.
    """


_constants = {}


def _constant(kind, name):
    if name not in _constants:
        made = _constants[name] = object.__new__(kind)
        made.name = name
    return _constants[name]


strided = _constant(layout, "strided")
contiguous_format = _constant(memory_format, "contiguous_format")
preserve_format = _constant(memory_format, "preserve_format")
