"""Exercises that check themselves: one line of feedback, and never a traceback."""

import functools
import inspect
import re
import textwrap
from dataclasses import dataclass, field
from types import FunctionType

from .answers import ANSWERS, chapter_of

__all__ = ["check"]

BLANK = "not answered yet. Replace the ... above and run both cells again."
FOLDED = "The solution is folded below."
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def check(name, answer, is_right, *, hint, more=(), probes=""):
    """Print whether the answer called `name` is right, and a hint if it is not.

    `is_right` is a predicate of the answer; raising counts as wrong. `hint` is a string, or a
    function that makes one from the wrong answer; where it raises, the first fixed hint stands in.
    `more` are the hints that come with the second and the third different wrong answer of a
    session; after them the solution is pointed at. An answer is blank while it is `...`, or holds
    `...` (a tuple, a list), or is a function that does nothing or returns `...`. `probes` tells the
    teacher which misconception the exercise is after.

    A name such as "4.mean_price" starts with the chapter's number, which is not printed; what is
    answered under such a name is kept for `progress`. TypeError if `is_right` is no predicate,
    ValueError if the name is that of a prediction.

    >>> check("elements", 6, lambda v: v == 2 * 3, hint="Multiply the sizes.")
    elements: right.
    >>> check("elements", 5, lambda v: v == 2 * 3, hint="Multiply the sizes.")
    elements: not yet. Hint: Multiply the sizes.
    >>> check("elements", ..., lambda v: v == 2 * 3, hint="Multiply the sizes.")
    elements: not answered yet. Replace the ... above and run both cells again.
    """
    if not callable(is_right):
        raise TypeError(f"is_right must be a predicate, not {type(is_right).__name__}")
    wrong = getattr(ANSWERS.asked.get(name), "wrong", [])
    exercise = Exercise(name, [hint, *more], probes, wrong)
    ANSWERS.ask(exercise)
    print(f"{name.rpartition('.')[2]}: {_verdict(answer, is_right, exercise)}")
    if ANSWERS.trouble:
        print(ANSWERS.trouble)


@dataclass
class Exercise:
    """What `check` was asked, and the different wrong answers of this session."""

    name: str
    hints: list
    probes: str
    wrong: list[str] = field(default_factory=list)
    kind = "exercise"

    def note(self, answer, right):
        """Keep an answer, and count it if it is a new wrong one."""
        words = _words(answer)
        if not right and words not in self.wrong:
            self.wrong.append(words)
        if chapter_of(self.name) is not None:
            ANSWERS.record(self.name, words, right)

    def advice(self, answer):
        """The hints for a wrong answer: one level further with each different one."""
        level = min(len(self.wrong), len(self.hints))
        # A hint made from the answer addresses its belief, so later ones come after it.
        levels = [0, level - 1] if callable(self.hints[0]) and level > 1 else [level - 1]
        given = [_advice(self.hints[i], answer) for i in levels]
        if not any(given):
            given = [hint for hint in self.hints if isinstance(hint, str)][:1]
        solution = FOLDED if len(self.wrong) > len(self.hints) > 1 else ""
        return " ".join(filter(None, [*given, solution]))


def _verdict(answer, is_right, exercise):
    if answer is ...:
        return BLANK
    outcomes = []
    watched = _watch(answer, outcomes) if isinstance(answer, FunctionType) else answer
    if _attempt(lambda: bool(is_right(watched))):
        exercise.note(answer, right=True)
        return "right."
    if _holds_blank(answer) or any(map(_comes_from_blank, outcomes)):
        return BLANK
    error = next((f" It raised {_in_one_line(o)}." for o in outcomes if _failed(o)), "")
    exercise.note(answer, right=False)
    advice = exercise.advice(answer)
    return f"not yet.{error}" + (f" Hint: {advice}" if advice else "")


def _advice(hint, answer):
    return _attempt(lambda: hint(answer)) if callable(hint) else hint


def _words(answer):
    """The answer as it is kept: code as it was written, anything else as Python shows it."""
    written = _attempt(lambda: "\n".join(map(_source, _functions(answer))))
    return written or ADDRESS.sub("", _attempt(lambda: repr(answer)) or type(answer).__name__)


def _source(function):
    return textwrap.dedent(inspect.getsource(function)).strip()


def _functions(answer):
    """The functions that an answer is: itself, or those of a class, static methods among them."""
    # Of a class that was written in a notebook, Python finds the functions' sources only.
    parts = map(inspect.unwrap, vars(answer).values()) if isinstance(answer, type) else [answer]
    return [part for part in parts if isinstance(part, FunctionType)]


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
    return any(map(_does_nothing, _functions(answer)))


def _does_nothing(function):
    constants = set(function.__code__.co_consts) - {function.__doc__}
    return function.__code__.co_code in _IDLE and constants <= {None, ...}


def _idle(): ...
def _idle_with_docstring():
    """Its docstring shifts the constant that it returns."""


_IDLE = {_idle.__code__.co_code, _idle_with_docstring.__code__.co_code}


def _in_one_line(error):
    return f"{type(error).__name__}: {error}".strip().split("\n")[0].rstrip(": .")
