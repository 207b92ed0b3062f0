"""Help with slips of the pen: PyTorch's error (or PyTorch's silence), plus a hint."""

import warnings

LEFT_OUT = {  # parts of PyTorch that are not here on purpose
    "nn": "layers and losses",
    "optim": "optimizers",
    "utils": "data loaders and other utilities",
    "distributed": "distributed computing",
    "jit": "compilers",
    "compile": "compilers",
    "sparse": "sparse tensors",
    "bfloat16": "this and other rare dtypes",
    "complex64": "complex numbers",
    "complex128": "complex numbers",
}


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
    meant = _nearest(name, dir(type(tensor)))
    if meant:
        error.add_note(f"Hint: did you mean '{meant}'?")
    return error


def explain_missing_name(name, names):
    """The AttributeError for a name that the module `torch` does not have here."""
    error = AttributeError(f"module 'torch' has no attribute '{name}'")
    if not name.startswith("_"):
        if name in LEFT_OUT:
            hint = f"this kit leaves out {LEFT_OUT[name]}; PyTorch has them."
        elif meant := _nearest(name, names):
            hint = f"did you mean 'torch.{meant}'?"
        else:
            hint = "this kit has no such name; PyTorch may have it."
        error.add_note(f"Hint: {hint}")
    return error


def _nearest(name, names):
    """The public name most like `name`; with an underscore at its end if `name` has one."""
    if name.startswith("_"):
        return None
    import difflib  # only when something went wrong: it would slow down `import minitensor`

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
