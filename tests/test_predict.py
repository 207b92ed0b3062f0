"""A prediction takes a commitment, replies to the belief behind it, and shows the same in every run."""

import ast
import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minitensor.notebook import answers, predict
from minitensor.notebook.widgets.models import prediction
from minitensor.notebook.widgets.models.prediction import (
    LAST,
    NUDGE,
    RIGHT,
    RUN,
    Prediction,
    alike,
    same,
    tidy,
)

CHOICES = {
    "`3.0`": "That is a number.",
    "`tensor(3.)`": True,
    "`tensor([3.])`": "A dimension is left over.",
    "an error": "What would it complain about?",
}


@pytest.fixture(autouse=True)
def session(monkeypatch):
    """A session of its own, whose answers go to no file."""
    monkeypatch.setattr(prediction, "ANSWERS", answers.Answers())


def choose(**options):
    return Prediction("4.first", "What does `b[0]` show?", CHOICES, probes="item()", **options)


def typed(**options):
    given = {"answer": "6", "beliefs": {"5": "You added."}, "hint": "Count.", "probes": "sums"}
    return Prediction("4.count", "How many elements?", **(given | options))


def replies(model, *texts):
    said = []
    for text in texts:
        model.commit(text)
        said.append(model.reply)
    return said


def test_a_right_choice():
    model = choose()
    assert replies(model, "`tensor(3.)`") == [RIGHT]
    assert model.is_right


def test_each_different_wrong_choice_says_more():
    told = replies(choose(hint="Print it."), "`3.0`", "`3.0`", "`tensor([3.])`", "an error")
    assert told == [
        "That is a number.",
        "That is a number.",
        "A dimension is left over. Print it.",
        f"What would it complain about? {RUN}",
    ]


def test_without_a_hint_there_is_a_nudge():
    assert replies(choose(), "`3.0`", "an error")[1].endswith(f"complain about? {NUDGE}")
    assert replies(typed(hint=None), "7") == [NUDGE]


def test_after_the_right_answer_nothing_more_is_kept():
    replies(choose(), "`tensor(3.)`", "`3.0`")
    kept = prediction.ANSWERS.given()["4.first"]
    assert (kept.wrong, kept.right) == ([], "`tensor(3.)`")


def test_typed_answers():
    assert replies(typed(), " 6 ") == [RIGHT]
    assert replies(typed(answer=["6", "six"]), "six") == [RIGHT]


def test_typed_wrong_answers_get_their_reply_or_the_hint():
    assert replies(typed(), "5", "7", "8") == ["You added.", "Count.", RUN]


def test_a_belief_comes_before_a_lenient_match():
    model = typed(answer="3.0", beliefs={"3": "An int, from floats?"})
    assert replies(model, "3", "3.") == ["An int, from floats?", RIGHT]


def test_a_belief_may_be_met_leniently_too_but_after_the_answers():
    assert replies(typed(), "5.0") == ["You added."]
    model = typed(answer="[3., 3.]", beliefs={"[3, 3]": "Ints, from floats?"})
    assert replies(model, "[3, 3.]") == [RIGHT], "an answer like it comes first"


def test_when_one_choice_is_left_the_student_is_asked_for_the_reason():
    three = {"yes": "Is it?", "no": "Is it not?", "perhaps": True}
    model = Prediction("4.sure", "Sure?", three, probes="p")
    assert replies(model, "yes", "no", "perhaps") == ["Is it?", f"Is it not? {LAST}", RIGHT]


def test_an_answer_that_comes_with_a_name_is_its_value():
    assert replies(typed(), "x.grad = five", "n=6.0", "n == 6") == ["You added.", RIGHT, "Count."]
    assert replies(typed(answer="y = 6"), "6", "y=6") == ["Count.", RIGHT]


@pytest.mark.parametrize("model", [choose, typed])
def test_nothing_chosen_is_no_commitment(model):
    one = model()
    (reply,) = replies(one, "")
    assert reply.endswith("an answer first.")
    assert not one.given and not prediction.ANSWERS.given()


def test_trouble_with_the_file_is_told_and_hints_go_on(tmp_path, monkeypatch):
    monkeypatch.setenv("MINITENSOR_PROGRESS", str(tmp_path / "missing" / "progress.json"))
    told = replies(choose(), "`3.0`", "an error")
    assert told[0].startswith("That is a number. (Your answer could not be kept in progress.json: ")
    assert told[1].startswith(f"What would it complain about? {NUDGE} (Your answer could not be")
    assert choose().given == "an error"


def test_a_broken_file_is_told(tmp_path, monkeypatch):
    path = tmp_path / "progress.json"
    path.write_text("{", encoding="utf-8")
    monkeypatch.setenv("MINITENSOR_PROGRESS", str(path))
    (reply,) = replies(choose(), "`3.0`")
    assert reply.endswith("It is now progress.broken.json, and a new one was begun.)")


def test_running_the_cell_again_shows_the_commitment_again():
    replies(choose(), "`3.0`", "an error")
    again = choose()
    assert again.given == "an error"
    assert again.reply == f"What would it complain about? {NUDGE}"


def test_a_choice_that_is_no_longer_offered_is_not_shown():
    prediction.ANSWERS.record("4.first", "an answer of last year", right=True)
    assert choose().given == "" and choose().reply == ""


@pytest.mark.parametrize(
    "fault, change",
    [
        ("is not like '4.first'", {"name": "first"}),
        ("is not like '4.first'", {"name": "4.first try"}),
        ("either choices or answer=", {"choices": None}),
        ("either choices or answer=", {"answer": "6"}),
        ("two to four", {"choices": {"a": True}}),
        ("two to four", {"choices": dict.fromkeys("abcd", "no") | {"e": True}}),
        ("no choice is True", {"choices": {"a": "no", "b": "no"}}),
        ("each has its reply", {"beliefs": {"5": "no"}}),
        ("needs a reply", {"choices": {"a": True, "b": ""}}),
        ("needs a reply", {"choices": {"a": True, "b": False}}),
        ("a belief is also an answer", {"choices": None, "answer": "6", "beliefs": {" 6": "no"}}),
        ("probes=", {"probes": ""}),
    ],
)
def test_a_question_without_sense_is_refused(fault, change):
    whole = {"name": "4.first", "question": "What?", "choices": CHOICES, "probes": "item()"}
    with pytest.raises(ValueError, match=fault):
        Prediction(**(whole | change))


literals = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner),
    max_leaves=5,
)  # fmt: skip


@given(literals)
def test_a_literal_is_itself_however_it_is_spaced(value):
    text = repr(value)
    if "`" not in text:
        assert same(text, f"  {text} ") and tidy(text) == repr(ast.literal_eval(text))


@given(st.lists(st.integers() | st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_a_list_of_numbers_is_no_other_list(numbers):
    text = repr(numbers)
    assert same(text.replace(" ", ""), text.replace(", ", " , "))
    assert not alike(text, repr([*numbers, 1])) and not alike(text, repr(tuple(numbers)))


@given(st.integers(-(10**9), 10**9))
def test_a_whole_number_may_be_written_as_a_float(number):
    assert alike(str(number), f"{number}.0") and alike(f"[{number}.]", f"[{number}]")
    assert not same(str(number), f"{number}.0")
    assert not alike(str(number), str(number + 1))


@given(st.text())
def test_any_text_can_be_committed(text):
    model = typed()
    model.commit(text)
    assert model.reply
    assert model.text() and model.html()


@pytest.mark.parametrize(
    "one, other, equal",
    [
        ("'a'", '"a"', True),
        ("tensor([1., 2.])", "tensor([1.,2.0])", True),
        ("`tensor(3.)`", "tensor(3.)", True),
        ("Size([])", "Size([1])", False),
        ("True", "1", False),
        ("1.5", "1.50", True),
        ("3.05", "3.5", False),
        ("RuntimeError", "Runtime Error", True),
        ("0b110", "6", True),
        ("Two", "2.0", True),
        ("tensor", "10", False),
    ],
)
def test_what_counts_as_the_same_answer(one, other, equal):
    assert alike(one, other) is equal


def test_the_text_form():
    model = choose()
    assert model.text() == (
        "Predict (4.first): What does `b[0]` show?\n"
        "  ( ) `3.0`\n  ( ) `tensor(3.)`\n  ( ) `tensor([3.])`\n  ( ) an error"
    )
    model.commit("`3.0`")
    assert "  (x) `3.0`\n" in model.text() and model.text().endswith("\n  That is a number.")


def test_the_still_form_needs_no_styles_and_shows_every_choice():
    shown = choose().html()
    assert "style" not in shown and "<code>b[0]</code>" in shown
    assert [
        html.unescape(shown).count(f"<li><code>{c}</code></li>") for c in ("3.0", "tensor(3.)")
    ] == [1, 1]


def test_markup_in_a_question_is_shown_and_not_obeyed():
    model = Prediction("4.less", "Is `a < b` <b>?", {"`<i>`": "no", "yes": True}, probes="p")
    assert (
        "<code>a &lt; b</code> &lt;b&gt;" in model.html()
        and "<code>&lt;i&gt;</code>" in model.html()
    )


class TestWidget:
    def test_choices_are_committed_with_the_button(self):
        widget = predict("4.first", "What?", CHOICES, probes="item()")
        assert widget._field.value is None
        widget._field.index = 0
        widget._commit.click()
        assert widget._reply.value == "<p>That is a number.</p>"
        assert "minitensor-wrong" in widget._reply._dom_classes
        widget._field.index = 1
        widget._commit.click()
        assert widget._reply.value == f"<p>{RIGHT}</p>"
        assert {"minitensor-right", "minitensor-wrong"} & {*widget._reply._dom_classes} == {
            "minitensor-right"
        }

    def test_text_is_committed_whole(self):
        widget = predict("4.count", "How many?", answer="6", probes="sums")
        # Else the kernel gets it letter by letter, and a press on Commit may overtake the last ones.
        assert not widget._field.continuous_update
        widget._field.value = "6"
        widget._commit.click()
        assert widget._reply.value == f"<p>{RIGHT}</p>"

    def test_the_cell_shows_a_widget_a_text_and_a_still_form(self):
        widget = predict("4.first", "What?", CHOICES, probes="item()")
        bundle = widget._repr_mimebundle_()
        assert "application/vnd.jupyter.widget-view+json" in bundle
        assert bundle["text/plain"] == repr(widget) == widget.model.text()
        assert bundle["text/html"] == widget.model.html()
        again = predict("4.first", "What?", CHOICES, probes="item()")._repr_mimebundle_()
        assert [again[kind] for kind in ("text/plain", "text/html")] == [
            bundle[kind] for kind in ("text/plain", "text/html")
        ]
