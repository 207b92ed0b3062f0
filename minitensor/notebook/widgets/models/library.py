"""Which library a widget works with: that of the tensors, or what the caller calls `torch`."""

import sys
import types
import warnings

KIT = __name__.partition(".")[0]


def library_of(tensor):
    """The library that made `tensor`: the kit itself, or PyTorch."""
    kit = sys.modules[KIT]
    return kit if isinstance(tensor, kit.Tensor) else sys.modules["torch"]


def library_in(variables):
    """What these variables call `torch`; the kit itself if they don't."""
    torch = variables.get("torch")
    is_library = isinstance(torch, types.ModuleType) and hasattr(torch, "Tensor")
    return torch if is_library else sys.modules[KIT]


def error_words(error):
    """An error as a student reads it below a traceback: class, message, and hints."""
    message = str(error).partition(" Hint: enable anomaly detection")[0]
    lines = [f"{type(error).__name__}: {message}".rstrip(": ")]
    return "\n".join(lines + list(getattr(error, "__notes__", [])))


class Program:
    """Lines of code run one by one in a namespace of their own; each really runs.

    `error` is the one that stopped the last `run`, or None; `warned` is the text of its warnings.
    """

    def __init__(self, library, **names):
        self.names = {"torch": library, **names}
        self.error = None
        self.warned = []

    @property
    def frame(self):
        """The names as a frame has them, for a Snapshot of what they lead to."""
        return types.SimpleNamespace(f_globals=self.names, f_locals=self.names)

    def run(self, *lines):
        """Run the lines until one raises; True if none did."""
        self.error, self.warned = None, []
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                for line in lines:
                    exec(compile(line, "<widget>", "exec"), self.names)
            except Exception as error:
                self.error = error
        self.warned = [str(warning.message) for warning in caught]
        return self.error is None
