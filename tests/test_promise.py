"""The promise: a chapter says the same when it runs another way.

On PyTorch itself, with every cell run twice, and with the exercises solved. Each run starts from
the stored notebook, whose own outputs nbval has compared.
"""

import copy
import re
from collections import defaultdict

import nbformat
import pytest

from notebooks import build

NOTEBOOKS = sorted(build.HERE.glob("*.ipynb"))

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)

# Where a warning was raised: the file of the cell, or of PyTorch's compiled code.
WARNED_AT = re.compile(r"^\S.*?:\d+: (?=\w*Warning: )", re.MULTILINE)
TRIGGERED_AT = re.compile(r" \(Triggered internally at \S+?\)")


def said(cell):
    """Return what a cell showed, by kind, without what changes from run to run."""
    shown = defaultdict(list)
    for output in cell.outputs:
        if output.output_type == "stream":
            shown[output.name].append(output.text)
        elif output.output_type == "error":
            shown["error"].append(f"{output.ename}: {output.evalue}")
        else:
            for kind, content in output.data.items():
                shown[kind].append(str(content))
    shown = {kind: build.steady("\n".join(contents)) for kind, contents in shown.items()}
    if "stderr" in shown:
        shown["stderr"] = TRIGGERED_AT.sub("", WARNED_AT.sub("", shown["stderr"]))
    return shown


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def assert_same(run, stored):
    """Assert that the cells of a run said what the stored cells of the same ids say."""
    expected = {cell.id: said(cell) for cell in code_cells(stored)}
    for cell in code_cells(run):
        assert said(cell) == expected[cell.id], f"in cell {cell.id}:\n{cell.source}"


@pytest.mark.torch
@every_notebook
def test_pytorch_says_the_same(path):
    pytest.importorskip("torch")
    stored = nbformat.read(path, as_version=4)
    run = build.execute(build.on_pytorch(stored))
    assert "import torch" in "\n".join(cell.source for cell in run.cells)
    assert_same(run, stored)


@every_notebook
def test_running_a_cell_twice_does_no_harm(path):
    stored = nbformat.read(path, as_version=4)
    twice = copy.deepcopy(stored)
    twice.cells = [copy.deepcopy(cell) for cell in stored.cells for _ in range(runs(cell))]
    # Each copy needs an id of its own while it runs.
    names = [cell.id for cell in twice.cells]
    for place, cell in enumerate(twice.cells):
        cell.id = str(place)
    run = build.execute(twice)
    for cell, name in zip(run.cells, names, strict=True):
        cell.id = name
    assert_same(run, stored)


def runs(cell):
    return 1 if "once" in build.tags(cell) else 2


@pytest.mark.exercises
@every_notebook
def test_solutions_are_right(path):
    solved = build.solved(build.read_source(build.SOURCES / f"{path.stem}.md"))
    checks = [cell for cell in build.execute(solved).cells if "check" in build.tags(cell)]
    assert checks
    for cell in checks:
        assert verdicts(cell) and all(line.endswith(": right.") for line in verdicts(cell)), cell.id


@pytest.mark.exercises
@every_notebook
def test_exercises_are_not_answered_yet(path):
    stored = nbformat.read(path, as_version=4)
    for cell in stored.cells:
        if "check" in build.tags(cell):
            assert verdicts(cell), cell.id
            assert all("not answered yet" in line for line in verdicts(cell)), cell.id


def verdicts(cell):
    return said(cell).get("stdout", "").splitlines()
