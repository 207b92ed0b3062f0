"""Settings of PyTorch that change nothing here, and the oldest way to set the default dtype."""

import os

from . import dtypes
from .once import warn_once

_threads = {"intra": os.cpu_count() or 1, "inter": os.cpu_count() or 1, "deterministic": False}


def get_num_threads():
    """The number that `set_num_threads` was given, at first that of the processors; NumPy does as it likes."""
    return _threads["intra"]


def set_num_threads(number):
    """Accepted; how many threads compute is up to NumPy."""
    _threads["intra"] = _positive("set_num_threads", number)


def get_num_interop_threads():
    """The number that `set_num_interop_threads` was given; one thread runs the ops here."""
    return _threads["inter"]


def set_num_interop_threads(number):
    """Accepted; one thread runs the ops here."""
    _threads["inter"] = _positive("set_num_interop_threads", number)


def _positive(name, number):
    if isinstance(number, bool) or not isinstance(number, int):
        raise RuntimeError(f"{name} expects an int, but got {type(number).__name__}")
    if number < 1:
        raise RuntimeError(f"{name} expects a positive integer")
    return number


def use_deterministic_algorithms(mode, *, warn_only=False):
    """Accepted; all algorithms here are deterministic."""
    _threads["deterministic"] = bool(mode)


def are_deterministic_algorithms_enabled():
    """What `use_deterministic_algorithms` was told."""
    return _threads["deterministic"]


def set_flush_denormal(mode):
    """Accepted; tiny numbers stay as they are."""
    return True


def set_default_tensor_type(t):
    """Make the dtype of `torch.DoubleTensor` or "torch.DoubleTensor" the default dtype. Deprecated."""
    warn_once(
        "torch.set_default_tensor_type() is deprecated as of PyTorch 2.1, please use torch.set_default_dtype() "
        "and torch.set_default_device() as alternatives."
    )
    labels = {f"torch.{d.label}Tensor": d for d in dtypes.ALL}
    name = t if isinstance(t, str) else f"torch.{getattr(t, '__name__', t)}"
    if name not in labels:
        raise TypeError(
            "invalid type object: only floating-point types are supported as the default type"
        )
    if not labels[name].is_floating_point:
        raise TypeError("only floating-point types are supported as the default type")
    dtypes.set_default_dtype(labels[name])
