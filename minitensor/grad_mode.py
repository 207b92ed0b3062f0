"""Whether operations are recorded for backward: `no_grad` and its relatives."""

import functools
import inspect
import warnings
from _thread import _local  # threading.local, without loading the rest of threading


class _State(_local):
    """One setting per thread, as in PyTorch; the class attributes are the defaults."""

    enabled = True
    inference = False


state = _State()
inferring = []  # not empty once any thread was in inference mode: until then nobody needs to look


def is_grad_enabled():
    """True if operations on tensors that require grad are being recorded."""
    return state.enabled


def is_inference_mode_enabled():
    """True inside `inference_mode`."""
    return state.inference


class _Mode:
    """A context manager that is also a decorator; each call of what it decorates enters it anew."""

    def __init_subclass__(cls):
        cls.__module__ = "torch.autograd.grad_mode"

    def __exit__(self, *exception):
        state.enabled, state.inference = self.before

    def __call__(self, function):
        if inspect.isclass(function):
            warnings.warn(_DECORATED_CLASS, FutureWarning, stacklevel=2)
            made = function
            return self._around(lambda *args, **kwargs: made(*args, **kwargs))
        if inspect.isgeneratorfunction(function):
            return self._around_generator(function)
        return self._around(function)

    def _around(self, function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            with self.clone():
                return function(*args, **kwargs)

        return wrapper

    def _around_generator(self, function):
        """The mode holds while the generator runs, not while its caller does."""

        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            generator = function(*args, **kwargs)
            resume, argument = generator.send, None
            while True:
                try:
                    with self.clone():
                        value = resume(argument)
                except StopIteration as end:
                    return end.value
                try:
                    resume, argument = generator.send, (yield value)
                except GeneratorExit:
                    with self.clone():
                        generator.close()
                    raise
                except BaseException as error:
                    resume, argument = generator.throw, error

        return wrapper

    def clone(self):
        """A fresh copy, so that recursion and threads do not disturb each other."""
        return type(self)()


class no_grad(_Mode):
    """Switch recording off: results do not require grad. A context manager or a decorator.

    >>> x = torch.ones(2, requires_grad=True)
    >>> with torch.no_grad():
    ...     y = x * 2
    >>> y.requires_grad
    False
    """

    enabled = False

    def __new__(cls, function=None):
        mode = super().__new__(cls)
        return mode if function is None else mode(function)

    def __enter__(self):
        self.before = state.enabled, state.inference
        state.enabled = self.enabled


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
        if not isinstance(mode, bool):
            kind = type(mode).__name__
            raise TypeError(
                f"set_grad_enabled(): argument 'enabled' (position 1) must be bool, not {kind}"
            )
        self.mode = mode
        self.before = state.enabled, state.inference
        state.enabled = mode

    def __enter__(self):
        state.enabled = self.mode

    def __call__(self, function):
        state.enabled = self.before[0]  # as a decorator it switches nothing now
        return super().__call__(function)

    def __repr__(self):
        return f"torch.autograd.grad_mode.set_grad_enabled(mode={self.mode})"

    def clone(self):
        """The same mode again: switches now."""
        return type(self)(self.mode)


class inference_mode(_Mode):
    """Like `no_grad`, and its results may never take part in recording afterwards.

    `inference_mode(False)` is the opposite: recording is on inside, whatever is outside.

    >>> with torch.inference_mode():
    ...     torch.ones(2).is_inference()
    True
    """

    def __new__(cls, mode=True):
        return super().__new__(cls) if isinstance(mode, bool) else cls()(mode)

    def __init__(self, mode=True):
        self.mode = mode

    def __enter__(self):
        self.before = state.enabled, state.inference
        state.enabled, state.inference = not self.mode, self.mode
        if self.mode and not inferring:
            inferring.append(True)

    def clone(self):
        """The same mode again."""
        return type(self)(self.mode)


_DECORATED_CLASS = (
    "Decorating classes is deprecated and will be disabled in future versions. You should only "
    "decorate functions or methods. To preserve the current behavior of class decoration, you can "
    "directly decorate the `__init__` method and nothing else."
)
