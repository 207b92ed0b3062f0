"""Every chapter's questions: named, timed, and answered as their sources say.

Each answer that a source gives to an exercise goes through its check, in a process for the whole
chapter and without a kernel.
"""

import functools
import itertools
import re

import pytest

from minitensor.notebook.answers import chapter_of
from notebooks import build, questions

SOURCES = build.chapters()

every_source = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)


@functools.cache
def rehearsed(source):
    return questions.rehearse(build.read_source(source))


def named(source):
    cells = build.read_source(source).cells
    return [(cell, *named) for cell in cells for named in questions.named_in(cell)]


@every_source
def test_names_carry_the_chapter_and_misconceptions_are_named(source):
    for cell, _, name, probes in named(source):
        assert chapter_of(name) == int(source.stem[:2]), (cell.id, name)
        assert isinstance(probes, str) and probes, (cell.id, name)


def test_names_are_unique_in_the_kit():
    names = [name for source in SOURCES for _, _, name, _ in named(source)]
    assert [name for name in sorted(set(names)) if names.count(name) > 1] == []


@every_source
def test_a_prediction_stands_before_the_cell_that_answers_it(source):
    cells = build.read_source(source).cells
    for cell, following in itertools.pairwise(cells):
        if "predict" in build.tags(cell):
            assert following.cell_type == "code", cell.id
            assert not {"predict", "exercise"}.intersection(build.tags(following)), cell.id


@every_source
def test_every_section_with_code_has_its_minutes(source):
    for heading, minutes, cells in questions.sections(build.read_source(source)):
        if any(cell.cell_type == "code" for cell in cells):
            assert minutes, heading


@every_source
def test_the_last_code_cell_shows_the_progress(source):
    cells = [cell for cell in build.read_source(source).cells if cell.cell_type == "code"]
    assert cells[-1].source == f"progress({int(source.stem[:2])})"


@pytest.mark.exercises
@every_source
def test_every_answer_gets_the_verdict_that_it_deserves(source):
    found = rehearsed(source)
    assert {q.name for q in found} == {name for _, _, name, _ in named(source)}
    for question in found:
        assert len({case.source for case in question.cases}) == len(question.cases)
        for case in question.cases:
            assert VERDICTS[case.kind](case.said), (question.name, case)


@pytest.mark.exercises
@every_source
def test_every_exercise_has_three_wrong_answers_and_three_hints(source):
    for question in rehearsed(source):
        if question.kind == "exercise":
            kinds = [case.kind for case in question.cases]
            assert kinds.count("solution") == 1 and kinds.count("wrong") >= 3, question.name
            assert len(question.hints) == 3, question.name


@pytest.mark.torch
@pytest.mark.exercises
@every_source
def test_pytorch_gives_the_same_verdicts(source):
    pytest.importorskip("torch")
    on_pytorch = questions.rehearse(build.on_pytorch(build.read_source(source)))
    ours = {q.name: [case.said for case in q.cases] for q in rehearsed(source)}
    for question in on_pytorch:
        assert [case.said for case in question.cases] == ours[question.name], question.name


def all_lines(pattern):
    def holds(said):
        return bool(said) and all(re.fullmatch(pattern, line) for line in said.splitlines())

    return holds


def refused(said):
    return bool(re.search(r"(?m)^\w+: not yet\. (?:It raised .+\. )?Hint: .", said))


VERDICTS = {
    "exercise": all_lines(r"\w+: not answered yet\. .+"),
    "solution": all_lines(r"\w+: right\."),
    "right": all_lines(r"\w+: right\."),
    "wrong": refused,
}


def test_verdicts_are_told_apart():
    assert refused("a: not yet. Hint: Look.\n") and refused(
        "a: not yet. It raised E: x. Hint: Look."
    )
    for said in ("", "a: right.\n", "a: not yet.\n", "a: not yet. It raised E: x.\n"):
        assert not refused(said)
    assert VERDICTS["right"]("a: right.\nb: right.\n")
    for said in ("", "a: right.\nb: not yet. Hint: Look.\n"):
        assert not VERDICTS["right"](said)
