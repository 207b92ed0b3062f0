"""Answers are kept in a file of the student's own, whatever became of it; progress() shows them."""

import json
import linecache
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from minitensor.notebook import answers as module
from minitensor.notebook import check as check_exercise
from minitensor.notebook import exercise, progress
from minitensor.notebook.answers import Answer, Answers, answers_in, chapter_of, progress_file


@pytest.fixture
def path(tmp_path, monkeypatch):
    path = tmp_path / "progress.json"
    monkeypatch.setenv("MINITENSOR_PROGRESS", str(path))
    return path


@pytest.fixture
def answers(monkeypatch):
    """The session of progress() and check()."""
    session = Answers()
    monkeypatch.setattr(exercise, "ANSWERS", session)
    monkeypatch.setitem(progress.__globals__, "ANSWERS", session)
    return session


def test_a_new_session_finds_the_answers_again(path):
    first = Answers()
    first.record("4.first", "`3.0`", right=False)
    first.record("4.first", "`tensor(3.)`", right=True)
    assert Answers().given() == {"4.first": Answer(["`3.0`"], "`tensor(3.)`")}
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "4.first": {"wrong": ["`3.0`"], "right": "`tensor(3.)`"}
    }
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_the_same_wrong_answer_counts_once_and_nothing_after_the_right_one(path):
    answers = Answers()
    for text, right in [
        ("a", False),
        ("a", False),
        ("b", False),
        ("c", True),
        ("d", False),
        ("e", True),
    ]:
        answers.record("4.first", text, right)
    assert answers.given()["4.first"] == Answer(["a", "b"], "c")


def test_a_right_answer_that_looks_like_a_wrong_one_is_kept(path):
    long = "x" * 500  # only the beginning of an answer is kept
    answers = Answers()
    answers.record("4.first", long + "a", right=False)
    answers.record("4.first", long + "b", right=True)
    assert Answers().given()["4.first"].right is not None


@pytest.mark.parametrize("head", ["def value(self)", "@staticmethod\n    def value()"])
def test_classes_written_in_a_notebook_are_told_apart(path, answers, capsys, head):
    for number in (1, 2):
        source = f"class Number:\n    {head}:\n        return {number}\n"
        name, space = f"<cell {number}>", {"__name__": "__main__"}
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        exec(compile(source, name, "exec"), space)
        check_exercise("4.number", space["Number"], lambda kind: False, hint="one", more=["two"])
    assert "one" in capsys.readouterr().out.splitlines()[0]
    assert [text.splitlines()[-1] for text in answers.asked["4.number"].wrong] == [
        "    return 1",
        "    return 2",
    ]


def test_two_notebooks_share_the_file(path):
    one, other = Answers(), Answers()
    one.record("1.a", "x", right=True)
    other.record("2.b", "y", right=False)
    one.record("1.c", "z", right=True)
    assert set(Answers().given()) == {"1.a", "2.b", "1.c"}


def test_off_means_no_file(tmp_path, monkeypatch):
    monkeypatch.setenv("MINITENSOR_PROGRESS", "off")
    monkeypatch.setattr(module, "HERE", tmp_path)
    answers = Answers()
    answers.record("4.first", "a", right=True)
    assert answers.given()["4.first"].right == "a"
    assert not Answers().given()
    assert not list(tmp_path.iterdir())


def test_the_file_is_beside_the_notebook(tmp_path, monkeypatch):
    monkeypatch.delenv("MINITENSOR_PROGRESS")
    monkeypatch.setattr(module, "HERE", tmp_path)
    assert progress_file() == tmp_path / "progress.json"


def test_nothing_asked_nothing_written(path, answers, capsys):
    check_exercise("4.mean", ..., lambda v: True, hint="")
    assert not path.exists()
    assert repr(progress(4)).startswith("Chapter 4\n  ○  0 of 1 exercises solved; open: mean\n")


BROKEN = ['{"4.first": {"wrong"', "", "[1, 2]", "7", "\x00", "{'4.first': 1}", "[" * 100_000]


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: text[:12])
def test_a_broken_file_is_put_aside_and_said(path, answers, text):
    path.write_text(text, encoding="utf-8")
    assert answers.given() == {}
    assert answers.trouble.startswith("progress.json cannot be read (")
    assert path.read_text(encoding="utf-8") == text, "reading changes nothing"

    answers.record("4.first", "a", right=True)
    assert "It is now progress.broken.json" in answers.trouble
    assert path.with_name("progress.broken.json").read_text(encoding="utf-8") == text
    assert Answers().given() == {"4.first": Answer([], "a")}

    path.write_text(text, encoding="utf-8")
    answers.record("4.first", "b", right=True)
    assert path.with_name("progress.broken1.json").exists()


def test_bytes_that_are_no_text(path, answers):
    path.write_bytes(b"\xff\xfe\x00")
    assert answers.given() == {} and "no JSON text" in answers.trouble


def test_progress_and_check_tell_about_a_broken_file(path, answers, capsys):
    path.write_text("{", encoding="utf-8")
    shown = progress(4)
    assert "progress.json cannot be read (line 1:" in repr(shown)
    assert "progress.json cannot be read (line 1:" in shown._repr_html_()
    check_exercise("4.mean", 3, lambda v: v == 3, hint="")
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "mean: right." and "It is now progress.broken.json" in printed[1]
    check_exercise("4.mean", 3, lambda v: v == 3, hint="")
    assert capsys.readouterr().out == "mean: right.\n"


def test_what_was_added_by_hand_stays_and_does_no_harm(path):
    notes = {
        "my notes": "look at strides again",
        "4.a": 5,
        "4.b": {"wrong": "x"},
        "4.c": {"wrong": ["x"]},
    }
    path.write_text(json.dumps(notes), encoding="utf-8")
    answers = Answers()
    assert answers.given() == {"4.c": Answer(["x"])}
    answers.record("4.a", "y", right=True)
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert kept == notes | {"4.a": {"wrong": [], "right": "y"}}


def test_a_folder_that_cannot_be_written_is_said_and_does_no_harm(tmp_path, monkeypatch):
    monkeypatch.setenv("MINITENSOR_PROGRESS", str(tmp_path / "missing" / "progress.json"))
    answers = Answers()
    answers.record("4.first", "a", right=True)
    assert answers.trouble.startswith("Your answer could not be kept in progress.json: ")
    assert answers.given() == {"4.first": Answer([], "a")}, "for this session"

    (tmp_path / "missing").mkdir()
    answers.record("4.second", "b", right=False)
    assert set(Answers().given()) == {"4.first", "4.second"}


def test_a_byte_order_mark_is_no_damage(path):
    path.write_text('{"4.first": {"right": "a"}}', encoding="utf-8-sig")
    answers = Answers()
    assert answers.given() == {"4.first": Answer([], "a")} and not answers.trouble


@given(st.text(), st.booleans())
@example("half a pair: \ud800", True)
def test_any_text_can_be_kept(tmp_path_factory, text, right):
    path = tmp_path_factory.mktemp("any") / "progress.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINITENSOR_PROGRESS", str(path))
        Answers().record("4.first", text, right)
    kept = answers_in(path)["4.first"]
    assert (kept.right if right else kept.wrong[0]) == text[: module.LONGEST]


def test_the_chapter_of_a_name():
    assert [chapter_of(name) for name in ("4.first", "10.own_op", "first", "4.", "x.y")] == [
        4,
        10,
        None,
        None,
        None,
    ]


def ask(answers, *names, kind="prediction"):
    for name in names:
        answers.ask(SimpleNamespace(name=name, kind=kind))


def test_progress_counts_what_this_session_asked(path, answers):
    ask(answers, "4.a", "4.b", "4.c", "4.d", "5.a")
    ask(answers, "4.x", "4.y", kind="exercise")
    answers.record("4.a", "right", right=True)
    answers.record("4.b", "wrong", right=False)
    answers.record("4.b", "right", right=True)
    answers.record("4.c", "wrong", right=False)
    answers.record("4.x", "wrong", right=False)
    shown = progress(4)
    assert repr(shown).splitlines() == [
        "Chapter 4",
        "  ●◐◌○  3 of 4 predictions committed",
        "  ◌○  0 of 2 exercises solved; open: x, y",
        "  ● right at the first try   ◐ right later   ◌ answered, not right yet   ○ open",
    ]
    page = shown._repr_html_()
    assert "3 of 4 predictions committed" in page and 'aria-hidden="true"' in page
    assert "Chapter 5" not in page
    assert [line for line in repr(progress()).splitlines() if line[0] != " "] == [
        "Chapter 4",
        "Chapter 5",
    ]


def test_progress_of_a_chapter_that_was_not_run(path, answers):
    assert "run the chapter's cells first" in repr(progress(4))
    answers.record("4.a", "right", right=True)
    assert "1 answered in earlier sessions" in repr(progress(4))
    assert "1 answered in earlier sessions" in progress(4)._repr_html_()
