"""Help with slips of the pen: PyTorch's error (or PyTorch's silence), plus a hint."""

import importlib
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
    if hint := _hint(name, dir(type(tensor))):
        error.add_note(f"Hint: {hint}")
    return error


def explain_missing_name(name, names, module="torch"):
    """The AttributeError for a name that a module does not have here."""
    error = AttributeError(f"module '{module}' has no attribute '{name}'")
    if not name.startswith("_"):
        hint = _hint(name, names, f"{module}.") or "this kit has no such name; PyTorch may have it."
        error.add_note(f"Hint: {hint}")
    return error


def explaining(module, names, later=None):
    """The `__getattr__` of a module whose missing names are explained so.

    `later`: names that are imported when they are first asked for, as `{name: "module"}` or
    `{name: "module:attribute"}`.
    """

    def __getattr__(name):
        if later and name in later:
            path, _, attribute = later[name].partition(":")
            found = importlib.import_module(path)
            return getattr(found, attribute) if attribute else found
        raise explain_missing_name(name, names, module)

    return __getattr__


def _hint(name, names, prefix=""):
    if name.startswith("_"):
        return None
    from .left_out import (
        reason_for,  # only when something went wrong: it would slow down the import
    )

    if reason := reason_for(name):
        return f"this kit leaves out {reason}; PyTorch has them."
    meant = _nearest(name, names)
    return f"did you mean '{prefix}{meant}'?" if meant else None


def _nearest(name, names):
    """The public name most like `name`; with an underscore at its end if `name` has one."""
    import difflib

    public = [n for n in names if not n.startswith("_")]
    if name.rstrip("_") in public:
        return name.rstrip("_")  # not every method has an in-place twin
    close = difflib.get_close_matches(name, public, n=3, cutoff=0.7)
    close.sort(key=lambda n: n.endswith("_") != name.endswith("_"))
    return close[0] if close else None


def explain_call(tensor):
    """The TypeError for `x.grad()`: a tensor is no function."""
    error = TypeError(f"'{type(tensor).__name__}' object is not callable")
    error.add_note(
        "Hint: a tensor is a value, not a function: write 'x.grad' without parentheses, "
        "and x[i] to pick an element."
    )
    return error
