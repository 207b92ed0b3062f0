"""Whether operations are recorded for backward: `no_grad` and its relatives."""

import functools
import threading


class _State(threading.local):
    """One setting per thread, as in PyTorch; the class attributes are the defaults."""

    enabled = True
    inference = False


state = _State()


def is_grad_enabled():
    """True if operations on tensors that require grad are being recorded."""
    return state.enabled


def is_inference_mode_enabled():
    """True inside `inference_mode`."""
    return state.inference


class _Mode:
    """A context manager that is also a decorator, and that may be nested and reused."""

    enabled = False
    inference = None

    def __enter__(self):
        stack = self.__dict__.setdefault("_outer", [])
        stack.append((state.enabled, state.inference))
        state.enabled = self.enabled
        if self.inference is not None:
            state.inference = self.inference

    def __exit__(self, *exception):
        state.enabled, state.inference = self._outer.pop()

    def __call__(self, function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            with self._again():
                return function(*args, **kwargs)

        return wrapper

    def _again(self):
        """A fresh copy for each call of a decorated function, so that recursion and threads work."""
        return type(self)()


class no_grad(_Mode):
    """Switch recording off: results do not require grad. A context manager or a decorator.

    >>> x = torch.ones(2, requires_grad=True)
    >>> with torch.no_grad():
    ...     y = x * 2
    >>> y.requires_grad
    False
    """

    def __new__(cls, function=None):
        mode = super().__new__(cls)
        return mode if function is None else mode(function)


class enable_grad(no_grad):
    """Switch recording on again inside `no_grad`. A context manager or a decorator."""

    enabled = True


class set_grad_enabled(_Mode):
    """Switch recording on or off at once; as a context manager, until its end.

    >>> with torch.set_grad_enabled(False):
    ...     torch.is_grad_enabled()
    False
    """

    def __init__(self, mode):
        self._before = (state.enabled, state.inference)
        self.enabled = state.enabled = bool(mode)

    def __enter__(self):
        # __init__ switched already (that is the function-call form), so remember what was before it.
        self.__dict__.setdefault("_outer", []).append(self._before)
        state.enabled = self.enabled

    def __call__(self, function):
        state.enabled = self._before[0]
        return super().__call__(function)

    def _again(self):
        return type(self)(self.enabled)


class inference_mode(_Mode):
    """Like `no_grad`, and its results may never take part in recording afterwards."""

    def __new__(cls, mode=True):
        self = super().__new__(cls)
        if callable(mode):
            return cls(True)(mode)
        self.inference = bool(mode)
        self.enabled = not mode and state.enabled
        return self

    def _again(self):
        return type(self)(self.inference)
