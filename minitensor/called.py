"""Functions with PyTorch's errors: under a second name, or checked against signatures that PyTorch prints.

For what the annotations of a declaration can't say; see signature.py.
"""

import functools

from .misfits import Signature, explain, takes_nothing, written


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

    @functools.wraps(function)
    def checked(*args, **kwargs):
        given = args[1:] if method else args
        if texts == ("",) and (given or kwargs):
            raise takes_nothing(name, given, kwargs)
        error = explain(name, ways, given, kwargs)
        if error is not None:
            raise error
        return function(*args, **kwargs)

    checked.__name__ = name
    return checked
