"""Run a program, a function of the module, in both libraries and compare all it says."""

import re
import warnings

import pytest

import minitensor

torch = pytest.importorskip("torch")


def leaf(t, *values):
    return t.tensor(values or (1.0, 2.0), requires_grad=True)


def told(t, program):
    """What a program returns, warns of and raises, as text."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            result = program(t)
        except Exception as error:
            result = f"{type(error).__name__}: {error}"
    spoken = [f"{w.category.__name__}: {str(w.message).partition(' (Triggered')[0]}" for w in seen]
    return re.sub(r"0x[0-9a-f]+", "", f"{result}\n{spoken}")


def check(programs):
    """A test that runs each of these programs in both libraries."""

    @pytest.mark.parametrize("program", programs.values(), ids=programs)
    def test(program):
        assert told(minitensor, program) == told(torch, program)

    return test
