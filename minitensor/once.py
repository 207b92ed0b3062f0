"""Warnings that PyTorch gives once in a session, unless `set_warn_always(True)` asks for each of them."""

import warnings

_given = set()
_mode = {"always": False}


def set_warn_always(b):
    """Have warnings that are given once in a session given each time."""
    _mode["always"] = b


def is_warn_always_enabled():
    """What `set_warn_always` was told."""
    return _mode["always"]


def warn_once(text, stacklevel):
    """Warn, the first time in a session. `stacklevel` counts from the caller, as in `warnings.warn`."""
    if text not in _given or _mode["always"]:
        _given.add(text)
        warnings.warn(text, UserWarning, stacklevel=stacklevel + 1)
