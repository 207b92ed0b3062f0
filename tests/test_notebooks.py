"""Every notebook is whole: built from its source, run from top to bottom, ready for any machine.

nbval runs the notebooks and compares their outputs; these tests look at what it passes over.
"""

import re
from pathlib import Path

import nbformat
import pytest

from notebooks import build

SOURCES = build.chapters()
NOTEBOOKS = sorted(build.HERE.glob("*.ipynb"))

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=nbformat.NO_CONVERT)


def code_cells(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def errors(cell):
    return [output for output in cell.outputs if output.output_type == "error"]


def test_every_source_has_its_notebook():
    assert SOURCES
    assert [path.stem for path in SOURCES] == [path.stem for path in NOTEBOOKS]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_notebook_is_in_step_with_its_source(source):
    assert build.in_step(build.read_source(source), read(build.notebook_path(source)))


@every_notebook
def test_every_code_cell_was_run_in_order(path):
    counts = [cell.execution_count for cell in code_cells(path)]
    assert counts == list(range(1, len(counts) + 1))


@every_notebook
def test_errors_are_where_the_lesson_wants_them(path):
    wanted = ["raises-exception" in build.tags(cell) for cell in code_cells(path)]
    assert [len(errors(cell)) for cell in code_cells(path)] == wanted


@every_notebook
def test_tracebacks_show_the_students_own_lines(path):
    for cell in code_cells(path):
        for error in errors(cell):
            assert not re.search(r"File .*:\d+", "\n".join(error.traceback)), cell.id


@every_notebook
def test_notebook_is_valid_and_carries_nothing_of_its_build(path):
    notebook = read(path)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata == {"kernelspec": build.KERNEL, "language_info": {"name": "python"}}
    for cell in notebook.cells:
        folded = build.FOLDED.intersection(build.tags(cell))
        assert set(cell.metadata) - {"tags"} == ({"deletable", "jupyter"} if folded else set())
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)


# Arguments that answer a question, a choice with its reply, a predicate.
TELLING = re.compile(r"\b(answer|beliefs|hint|more|probes)=|[\"']: |\blambda\b|\breturn\b|==")


def shown_folded(cell):
    """What JupyterLab shows of a cell whose source is hidden: its first line."""
    return cell.source.splitlines()[0]


@every_notebook
def test_a_folded_cell_gives_no_answer_away(path):
    for cell in code_cells(path):
        if build.FOLDED.intersection(build.tags(cell)):
            assert not TELLING.search(shown_folded(cell)), cell.id


def test_lines_that_give_an_answer_away_are_known():
    for line in (
        'predict("4.count", "How many?", answer="6", beliefs={',
        'predict("4.first", "What?", {"`3.0`": "That is a number.",',
        'predict("4.first", "What?", {"`tensor(3.)`": True,',
        'check("4.mean", mean, lambda v: v == 3,',
        "def is_right(v): return v is None",
    ):
        assert TELLING.search(line), line


@every_notebook
def test_nothing_names_the_machine_it_was_built_on(path):
    text = build.steady(path.read_text(encoding="utf-8"))
    machine = [str(build.ROOT), str(Path.home()), "site-packages", "/home/", "/Users/", ":\\\\"]
    assert [place for place in machine if place in text] == []


@every_notebook
def test_nothing_is_hidden_from_nbval(path):
    # nbval obeys such comments; its tags are ruled out when a source is read.
    assert not [cell.id for cell in code_cells(path) if "NBVAL_" in cell.source]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_every_exercise_has_a_check_and_a_solution(source):
    steps = {"exercise", "check", "solution", "wrong", "right"}
    found = [steps.intersection(build.tags(cell)) for cell in build.read_source(source).cells]
    groups = " ".join(step for tagged in found for step in sorted(tagged))
    assert re.fullmatch("(exercise check solution( (wrong|right))* ?)+", groups)


def test_nbval_forgives_only_what_changes_from_run_to_run():
    text = (build.ROOT / "tests" / "nbval_sanitize.cfg").read_text(encoding="ascii")
    patterns = re.findall("^regex: (.*)$", text, flags=re.MULTILINE)
    assert "|".join(patterns) == build.VOLATILE.pattern
