"""Functions with PyTorch's errors: under a second name, or checked against signatures that PyTorch prints.

For what the annotations of a declaration can't say; see signature.py. And calls by signatures of old.
"""

import functools

from .misfits import FIRST, Signature, explain, takes_nothing, without_out, written
from .once import warn_once


def renamed(function, name, signatures=(), method=False):
    """A function under another name, which its errors have, too. `signatures`: if the other name has others."""
    known, made_from = function.__name__, getattr(function, "__wrapped__", function)

    @functools.wraps(function)
    def other(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except TypeError as error:
            if signatures:
                ways = written(name, made_from, signatures, method)
                bad = explain(name, ways, args[1:] if method else args, kwargs)
                if bad is not None:
                    raise bad from None
            for prefix in (known, f"TensorBase.{known}"):
                if str(error).startswith(f"{prefix}()"):
                    error.args = (str(error).replace(known, name, 1),)
            raise

    other.__name__ = name
    return other


def declared(function, *texts, name=None, method=False):
    """A function that looks at its arguments first: whether they fit a signature that PyTorch prints."""
    name, ways = name or function.__name__, [Signature.parse(text) for text in texts]
    if texts == ("",):
        return alone(function, name)

    @functools.wraps(function)
    def checked(*args, **kwargs):
        given = args[1:] if method else args
        error = explain(name, ways, given, kwargs)
        if error is not None:
            raise error
        return function(*args, **kwargs)

    checked.__name__ = name
    return checked


def alone(function, name):
    """A method that takes no arguments."""

    @functools.wraps(function)
    def method(self, *args, **kwargs):
        if args or kwargs:
            raise takes_nothing(name, args, kwargs)
        return function(self)

    method.__name__ = name
    return method


def of_one(function, name, method):
    """A function that takes exactly one argument, in C; or a method that takes one beside the tensor."""

    @functools.wraps(function)
    def of_one(*args, **kwargs):
        given = len(args) - method
        if kwargs or given != 1:
            where = "TensorBase" if method else "torch._VariableFunctionsClass"
            takes = "no keyword arguments" if kwargs else f"exactly one argument ({given} given)"
            raise TypeError(f"{where}.{name}() takes {takes}")
        return function(*args)

    of_one.__name__ = name
    return of_one


def modernized(name, texts, args, kwargs, method):
    """The arguments of a deprecated signature as the present one takes them, after a warning; None if none fits.

    Weights that are keywords now, as in `add(input, other, alpha=2)`, once had places: `add(input, 2, other)`.
    """
    if not texts or not texts[0].startswith(FIRST):
        return None
    input, *rest = Signature.parse(texts[0]).parameters
    tensors = [p for p in rest if not p.keyword_only]
    weights = [p for p in rest if p.keyword_only and p.kind == "Number"]
    ahead = weights[: len(weights) // 2]  # one stands behind the input, of two the first before it
    for behind in (weights[len(ahead) :], []) if ahead else (weights,):
        order = [*ahead, input, *behind, *tensors]
        if method:
            order.remove(input)
        text = ", ".join(f"{p.kind} {p.name}" for p in order) + ", *, Tensor out = None"
        older = Signature.parse(without_out(text) if method or name.endswith("_") else text)
        given = args[1:] if method else args
        if not weights or older.misfit(name, given, kwargs) is not None:
            continue
        present = [f"\n\t{name}({s.text})" for s in written(name, None, texts, method)]
        warn_once(
            f"This overload of {name} is deprecated:\n\t{name}({older.text})\n"
            f"Consider using one of the following signatures instead:{''.join(present)}",
            kind="older signature",
        )
        values = {**dict(zip([p.name for p in order], given)), **kwargs}
        if method:
            values[input.name] = args[0]
        return [values.pop(p.name) for p in (input, *tensors)], values
    return None
