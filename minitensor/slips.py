"""Help with slips of the pen: PyTorch's error (or PyTorch's silence), plus a hint."""

import difflib
import warnings


class Slip:
    """A name that a beginner writes for another one, as in `x.required_grad = True`.

    PyTorch stores the value under the wrong name without a word; this stores it too, and warns.
    """

    def __init__(self, meant):
        self.meant = meant

    def __set_name__(self, owner, name):
        self.name = name

    def __set__(self, tensor, value):
        tensor.__dict__[self.name] = value
        warnings.warn(
            f"Hint: '{self.name}' is a new attribute and changes nothing; did you mean "
            f"'{self.meant}'?",
            UserWarning,
            stacklevel=2,
        )

    def __get__(self, tensor, owner=None):
        if tensor is None or self.name not in tensor.__dict__:
            kind = "type object 'Tensor'" if tensor is None else "'Tensor' object"
            raise AttributeError(f"{kind} has no attribute '{self.name}'")
        return tensor.__dict__[self.name]


def explain_missing(tensor, name):
    """The AttributeError for a name that a tensor does not have, with the nearest one it has."""
    kind = type(tensor).__name__
    error = AttributeError(f"'{kind}' object has no attribute '{name}'", name=name, obj=tensor)
    if not name.startswith("__"):
        names = [n for n in dir(type(tensor)) if not n.startswith("__")]
        # An attribute that is misspelt with its underscore most likely means a name that has one too.
        close = difflib.get_close_matches(name, names, n=3, cutoff=0.7)
        close.sort(key=lambda n: n.endswith("_") != name.endswith("_"))
        if close:
            error.add_note(f"Hint: did you mean '{close[0]}'?")
    return error


def explain_call(tensor):
    """The TypeError for `x.grad()`: a tensor is no function."""
    error = TypeError(f"'{type(tensor).__name__}' object is not callable")
    error.add_note(
        "Hint: a tensor is a value, not a function: write 'x.grad' without parentheses, "
        "and x[i] to pick an element."
    )
    return error
