"""The questions of a chapter: which there are, and what they say to right and to wrong answers."""

import ast
import contextlib
import io
import os
import re
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from tempfile import TemporaryDirectory

from IPython.display import display
from nbformat import NotebookNode

from minitensor.notebook.answers import ANSWERS
from notebooks import build

KINDS = {"predict": "prediction", "check": "exercise"}
CASES = {"solution", "right", "wrong"}
SECTION = re.compile(r"^## +(.+)$", re.MULTILINE)
MINUTES = re.compile(r"\n*<!-- minutes: (\d+) -->\s*$")


@dataclass
class Case:
    """One answer to an exercise: its code, and what the check said to it."""

    kind: str  # exercise (as it stands, blank), solution, right or wrong
    source: str
    said: str


@dataclass
class Question:
    """A prediction, or an exercise with all the answers that its source gives."""

    kind: str
    name: str
    probes: str
    cell: str  # the id of the cell that asks it
    prediction: object = None  # its model, in minitensor.notebook.widgets.models
    hints: list[str | None] = field(default_factory=list)  # None: made from the answer
    cases: list[Case] = field(default_factory=list)


def named_in(cell: NotebookNode) -> list[tuple[str, str, str]]:
    """Return (kind, name, what it probes) of the questions in a cell, without running it."""
    if cell.cell_type != "code" or not set(KINDS).intersection(build.tags(cell)):
        return []
    found = []
    for node in ast.walk(ast.parse(cell.source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in KINDS and node.args:
            keywords = {word.arg: word.value for word in node.keywords}
            name, probes = map(_constant, (node.args[0], keywords.get("probes")))
            found.append((KINDS[node.func.id], name, probes))
    return found


def _constant(node):
    return getattr(node, "value", "")


def sections(notebook: NotebookNode) -> list[tuple[str, int | None, list[NotebookNode]]]:
    """Return (heading, minutes or None, cells) of each ``##`` section."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (heading := SECTION.search(cell.source)):
            minutes = MINUTES.search(cell.source)
            found.append((heading[1], int(minutes[1]) if minutes else None, []))
        if found:
            found[-1][2].append(cell)
    return found


def rehearse(notebook: NotebookNode) -> list[Question]:
    """Run a chapter's source and every answer in it, in a process of its own, without a kernel."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(_rehearse, notebook).result()


def _rehearse(notebook):
    os.environ["MINITENSOR_PROGRESS"] = "off"
    names = {"__name__": "__main__", "display": display}
    silent = io.StringIO()
    with (
        TemporaryDirectory() as folder,
        contextlib.chdir(folder),
        contextlib.redirect_stdout(silent),
        contextlib.redirect_stderr(silent),
    ):
        return [question for stage in _stages(notebook) for question in stage.run(names)]


@dataclass
class _Stage:
    """A cell, or an exercise with its check and its answers, and the cells that set it up."""

    cells: list[NotebookNode]
    given: list[NotebookNode]

    def run(self, names):
        first, *others = self.cells
        if "exercise" in build.tags(first):
            return _exercise(first, others, self.given, names)
        asked = _asked(first, names)
        if "predict" not in build.tags(first):
            return []
        return [
            Question("prediction", q.name, q.probes, first.id, prediction=q) for q in asked.values()
        ]


def _stages(notebook):
    """The code cells; what belongs to one exercise is one stage."""
    stages, given = [], []
    for cell in notebook.cells:
        marks = set(build.tags(cell))
        if cell.cell_type == "markdown":
            given = [] if build.HEADING.search(cell.source) else given
        elif marks & (CASES | {"check"}):
            stages[-1].cells.append(cell)
        else:
            stages.append(_Stage([cell], list(given)))
            given += [cell] * (not marks & {"exercise", "predict"})
    return stages


def _exercise(exercise, others, given, names):
    """The questions of one exercise; its solution is what the cells after it find in `names`."""
    (check,) = (cell for cell in others if "check" in build.tags(cell))
    cases, asked = [], {}
    answers = [exercise, *(cell for cell in others if CASES.intersection(build.tags(cell)))]
    for answer in answers:
        (kind,) = {"exercise", *CASES}.intersection(build.tags(answer))
        attempt = dict(names)
        for cell in given:
            _run(cell, attempt)
        said, questions = _put(answer, check, attempt)
        asked |= questions
        cases.append(Case(kind, answer.source, said))
        if kind == "solution":
            names.update(attempt)
    return [
        Question("exercise", q.name, q.probes, check.id, None, list(map(_text, q.hints)), cases)
        for q in asked.values()
    ]


def _put(answer, check, names):
    """What the check says to an answer, and the questions that it asks by their names."""
    try:
        _run(answer, names)
    except Exception as error:
        return f"the answer itself raises {type(error).__name__}: {error}", {}
    with contextlib.redirect_stdout(io.StringIO()) as said:
        asked = _asked(check, names)
    return said.getvalue(), asked


def _asked(cell, names):
    """Run a cell as in a new session; return the questions that it asked by their names."""
    ANSWERS.forget()
    _run(cell, names)
    return dict(ANSWERS.asked)


def _run(cell, names):
    try:
        exec(compile(cell.source, f"<{cell.id}>", "exec"), names)
    except Exception:
        if "raises-exception" not in build.tags(cell):
            raise


def _text(hint):
    return hint if isinstance(hint, str) else None
