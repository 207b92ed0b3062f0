"""Warnings that name the line of the student's code, given each time or once in a session.

PyTorch gives most of its warnings once, unless `set_warn_always(True)` asks for each of them.
"""

import os
import sys
import warnings

_PACKAGE = os.path.dirname(__file__) + os.sep
_given = set()
_mode = {"always": False}


def set_warn_always(b):
    """Have warnings that are given once in a session given each time."""
    _mode["always"] = b


def is_warn_always_enabled():
    """What `set_warn_always` was told."""
    return _mode["always"]


def warn(text):
    """Warn of the line that called into this package, however deep inside we are."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame, level = frame.f_back, level + 1
    warnings.warn(text, UserWarning, stacklevel=level)


def warn_once(text, kind=None):
    """Warn, the first time in a session that there is this text, or any of this kind."""
    if (kind or text) not in _given or _mode["always"]:
        _given.add(kind or text)
        warn(text)
