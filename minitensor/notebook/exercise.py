"""Exercises that check themselves: one line of feedback, and never a traceback."""

import functools
import inspect
from types import FunctionType

__all__ = ["check"]

BLANK = "not answered yet. Replace the ... above and run both cells again."


def check(name, answer, is_right, *, hint):
    """Print whether the answer called `name` is right, and a hint if it is not.

    `is_right` is a predicate of the answer; raising counts as wrong. `hint` is a string, or a
    function that makes one from the wrong answer. An answer is blank while it is `...`, or holds
    `...` (a tuple, a list), or is a function that does nothing or returns `...`.

    >>> check("elements", 6, lambda v: v == 2 * 3, hint="Multiply the sizes.")
    elements: right.
    >>> check("elements", 5, lambda v: v == 2 * 3, hint="Multiply the sizes.")
    elements: not yet. Hint: Multiply the sizes.
    >>> check("elements", ..., lambda v: v == 2 * 3, hint="Multiply the sizes.")
    elements: not answered yet. Replace the ... above and run both cells again.
    """
    if not callable(is_right):
        raise TypeError(f"is_right must be a predicate, not {type(is_right).__name__}")
    print(f"{name}: {_verdict(answer, is_right, hint)}")


def _verdict(answer, is_right, hint):
    if answer is ...:
        return BLANK
    outcomes = []
    watched = _watch(answer, outcomes) if isinstance(answer, FunctionType) else answer
    if _attempt(lambda: bool(is_right(watched))):
        return "right."
    if _holds_blank(answer) or any(map(_comes_from_blank, outcomes)):
        return BLANK
    error = next((f" It raised {_in_one_line(o)}." for o in outcomes if _failed(o)), "")
    advice = _attempt(lambda: hint(answer)) if callable(hint) else hint
    return f"not yet.{error}" + (f" Hint: {advice}" if advice else "")


def _attempt(action):
    """What `action` returns, or None if it raises: a strange answer may break any predicate."""
    try:
        return action()
    except Exception:
        return None


def _watch(function, outcomes):
    """`function`, keeping a record of what its calls return or raise."""

    @functools.wraps(function)
    def watched(*args, **kwargs):
        try:
            outcomes.append(function(*args, **kwargs))
        except Exception as error:
            outcomes.append(error)
            raise
        return outcomes[-1]

    return watched


def _failed(outcome):
    return isinstance(outcome, Exception)


def _comes_from_blank(outcome):
    # Such as "unsupported operand type(s) for +: 'ellipsis' and 'int'".
    mishap = isinstance(outcome, TypeError | AttributeError) and "ellipsis" in str(outcome)
    return outcome is ... or mishap


def _holds_blank(answer):
    if isinstance(answer, tuple | list):
        return any(part is ... for part in answer)
    if isinstance(answer, type):
        functions = map(inspect.unwrap, vars(answer).values())
        return any(isinstance(f, FunctionType) and _does_nothing(f) for f in functions)
    return isinstance(answer, FunctionType) and _does_nothing(answer)


def _does_nothing(function):
    constants = set(function.__code__.co_consts) - {function.__doc__}
    return function.__code__.co_code in _IDLE and constants <= {None, ...}


def _idle(): ...
def _idle_with_docstring():
    """Its docstring shifts the constant that it returns."""


_IDLE = {_idle.__code__.co_code, _idle_with_docstring.__code__.co_code}


def _in_one_line(error):
    return f"{type(error).__name__}: {error}".strip().split("\n")[0].rstrip(": .")
