"""check() tells right, wrong and unanswered apart, in one stable line, and never raises."""

import contextlib
import importlib
import io
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minitensor.notebook import exercise
from minitensor.notebook.answers import Answers
from minitensor.notebook.exercise import check

BLANK = "not answered yet. Replace the ... above and run both cells again."


@pytest.fixture(params=["torch", "minitensor"])
def torch(request):
    return pytest.importorskip(request.param)


@pytest.fixture
def verdict(capsys):
    def ask(answer, is_right, hint="Look at the shape."):
        assert check("answer", answer, is_right, hint=hint) is None
        printed = capsys.readouterr().out
        assert printed.count("\n") == 1
        name, _, told = printed.rstrip("\n").partition(": ")
        assert name == "answer"
        return told

    return ask


def test_right(verdict):
    assert verdict(6, lambda v: v == 6) == "right."


def test_wrong_shows_the_hint(verdict):
    assert verdict(5, lambda v: v == 6) == "not yet. Hint: Look at the shape."


def test_hint_may_depend_on_the_answer(verdict):
    told = verdict(5, lambda v: v == 6, hint=lambda v: f"{v} is the sum; you want the product.")
    assert told == "not yet. Hint: 5 is the sum; you want the product."


def test_hint_that_fails_on_a_strange_answer_is_left_out(verdict):
    assert verdict("5", lambda v: v == 6, hint=lambda v: f"Too small by {6 - v}.") == "not yet."


class TestLevels:
    """Each different wrong answer gets a hint further; then the solution is pointed at."""

    MORE = ("Second.", "Third.")

    @pytest.fixture(autouse=True)
    def session(self, monkeypatch):
        monkeypatch.setattr(exercise, "ANSWERS", Answers())

    def ask(self, capsys, *given, hint="First.", more=MORE):
        for answer in given:
            check("4.answer", answer, lambda v: v == 6, hint=hint, more=more, probes="a belief")
        return [
            line.removeprefix("answer: not yet. Hint: ")
            for line in capsys.readouterr().out.splitlines()
        ]

    def test_one_further_with_each_different_answer(self, capsys):
        told = self.ask(capsys, 1, 1, 2, 2, 3, 4, 5)
        third = "Third. The solution is folded below."
        assert told == ["First.", "First.", "Second.", "Second.", "Third.", third, third]

    def test_a_hint_for_the_belief_is_never_left_out(self, capsys):
        told = self.ask(capsys, 1, 2, 3, hint=lambda v: f"{v}?")
        assert told == ["1?", "2? Second.", "3? Third."]

    def test_where_the_hint_fails_the_first_fixed_one_stands_in(self, capsys):
        told = self.ask(capsys, "1", "2", "3", hint=lambda v: f"Too small by {6 - v}.")
        assert told == ["Second.", "Second.", "Third."]

    def test_without_more_the_hint_stays(self, capsys):
        assert self.ask(capsys, 1, 2, 3, 4, more=()) == ["First."] * 4

    def test_a_blank_or_a_right_answer_is_no_wrong_one(self, capsys):
        assert self.ask(capsys, ..., 6, 1)[1:] == ["answer: right.", "First."]

    def test_another_exercise_has_a_count_of_its_own(self, capsys):
        self.ask(capsys, 1, 2)
        check("4.other", 1, lambda v: v == 6, hint="First.", more=self.MORE)
        assert capsys.readouterr().out == "other: not yet. Hint: First.\n"

    def test_objects_differ_by_what_they_show_and_not_by_address(self, capsys):
        assert self.ask(capsys, object(), object()) == ["First.", "First."]

    def test_functions_differ_by_their_code(self, capsys):
        def one():
            return 1

        def other():
            return 2

        assert self.ask(capsys, one, other, one, hint=lambda f: f"{f()}?")[2:] == ["1? Second."]

    def test_what_was_answered_is_kept(self, capsys):
        self.ask(capsys, 5, square_using_blank, 6)
        kept = exercise.ANSWERS.given()["4.answer"]
        assert (kept.wrong[0], kept.right) == ("5", "6")

    def test_without_a_chapter_nothing_is_kept(self):
        check("answer", 6, lambda v: v == 6, hint="")
        assert exercise.ANSWERS.given() == {}

    def test_the_name_of_a_prediction_is_refused(self):
        exercise.ANSWERS.ask(SimpleNamespace(name="4.answer", kind="prediction"))
        with pytest.raises(
            ValueError, match="'4.answer' is taken by another question, of kind pre"
        ):
            check("4.answer", 6, lambda v: v == 6, hint="")


def test_predicate_that_raises_means_wrong(verdict):
    assert verdict("many", lambda v: v > 5) == "not yet. Hint: Look at the shape."


def test_an_interrupt_is_not_swallowed():
    def interrupt(value):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check("answer", 6, interrupt, hint="")


def test_predicate_must_be_callable():
    with pytest.raises(TypeError, match="is_right must be a predicate, not bool"):
        check("answer", 6, 6 == 6, hint="")


@given(st.one_of(st.none(), st.integers(), st.text(), st.lists(st.integers()), st.floats()))
def test_any_answer_gets_exactly_one_verdict(answer):
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        for is_right in (lambda v: True, lambda v: False, lambda v: v.no_such_attribute):
            check("answer", answer, is_right, hint=lambda v: {}[v])
    assert told.getvalue() == "answer: right.\nanswer: not yet.\nanswer: not yet.\n"


@pytest.mark.parametrize("answer", [..., (2, ...), [..., ...]], ids=str)
def test_ellipsis_is_not_answered(verdict, answer):
    assert verdict(answer, lambda v: v == (2, 3)) == BLANK


def test_ellipsis_can_be_part_of_a_right_answer(verdict):
    assert verdict((..., 0), lambda index: index == (..., 0)) == "right."


def test_predicate_that_accepts_everything_does_not_accept_ellipsis(verdict):
    assert verdict(..., lambda v: True) == BLANK


def square(x): ...
def square_with_docstring(x):
    """Return the square of x."""


def square_of_blank(x):
    result = ...
    return result


def square_using_blank(x):
    result = ...
    return result + 0


class Square:
    @staticmethod
    def forward(x):
        """Return the square of x."""
        ...


@pytest.mark.parametrize(
    "answer",
    [square, square_with_docstring, square_of_blank, square_using_blank, lambda x: ..., Square],
    ids=lambda answer: answer.__name__,
)
def test_blank_functions_and_classes_are_not_answered(verdict, answer):
    assert verdict(answer, lambda f: getattr(f, "forward", f)(3) == 9) == BLANK


def test_function_answers(verdict):
    def is_square(function):
        return all(function(n) == n * n for n in (-1, 0, 3)) and function.__name__ == "<lambda>"

    assert verdict(lambda x: x * x, is_square) == "right."
    assert verdict(lambda x: x + x, is_square) == "not yet. Hint: Look at the shape."
    assert verdict(lambda x: None, lambda f: f(1) == 1) == BLANK
    assert verdict(lambda x: 6, lambda f: f(1) == 1) == "not yet. Hint: Look at the shape."


def test_function_that_raises_tells_what_it_raised(verdict):
    told = verdict(lambda x: x.sqaure(), lambda f: f(3) == 9)
    raised = "AttributeError: 'int' object has no attribute 'sqaure'"
    assert told == f"not yet. It raised {raised}. Hint: Look at the shape."


def test_function_that_ought_to_raise(verdict):
    def raises_zero_division(function):
        with pytest.raises(ZeroDivisionError):
            function()
        return True

    assert verdict(lambda: 1 / 0, raises_zero_division) == "right."


def test_only_the_first_line_of_an_error_is_told(verdict):
    def fails():
        raise ValueError("first line\nsecond line")

    told = verdict(fails, lambda f: f())
    assert told == "not yet. It raised ValueError: first line. Hint: Look at the shape."


def test_tensor_answers(verdict, torch):
    x = torch.tensor([1.0, 2.0, 3.0])
    expected = torch.tensor([2.0, 4.0, 6.0])
    assert verdict(x + x, lambda v: (v == expected).all()) == "right."
    assert verdict(x, lambda v: (v == expected).all()) == "not yet. Hint: Look at the shape."
    assert verdict(x, lambda v: v == expected) == "not yet. Hint: Look at the shape."


def test_an_index_with_two_ellipses_is_an_error_and_not_a_blank(verdict):
    told = verdict(lambda x: x[..., ..., 0], lambda f: f(np.zeros((2, 2))).sum() == 0)
    message = "an index can only have a single ellipsis ('...')"
    assert told == f"not yet. It raised IndexError: {message}. Hint: Look at the shape."


def test_does_not_need_a_backend():
    module = importlib.import_module("minitensor.notebook.exercise")
    assert not {"torch", "minitensor", "np"} & set(vars(module))
