"""Build the chapter notebooks from their sources.

A chapter is written in ``source/NN_name.md``: Markdown with fenced code cells (MyST, read by
jupytext). The build runs it in a clean kernel and writes ``NN_name.ipynb`` with its outputs::

    python notebooks/build.py                  every chapter
    python notebooks/build.py 01_size          one chapter
    python notebooks/build.py --check          only compare sources and notebooks; run nothing
    python notebooks/build.py --torch 01_size  run it on PyTorch itself; show what it printed

Tags of a code cell:

- ``raises-exception``: the error is part of the lesson;
- ``kit-only``: says something about the kit itself, left out on PyTorch;
- ``predict``: asks for a prediction; its source is folded away;
- ``exercise``: has ``...`` for the student to fill in, ``check`` tells whether it is right, and
  ``solution``, after both, becomes a folded answer in the notebook;
- ``wrong`` and ``right``, after the solution: typical mistakes, and other ways to solve it, for the
  teacher's edition (teach.py) and the tests;
- ``once``: may raise when run a second time in a row, and its text says so.
"""

import argparse
import copy
import os
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from traitlets.config import Config

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SOURCES = HERE / "source"

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
TAGS = {"raises-exception", "kit-only", "once", "predict"}
TAGS |= {"exercise", "check", "solution", "wrong", "right"}
FOLDED = {"predict", "check"}  # shown without their source, and not to be deleted
IMPORT = "import minitensor as torch"
WIDGET = "application/vnd.jupyter.widget-view+json"

HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
# What differs between two runs of the same notebook: addresses, and the file a cell is compiled to.
VOLATILE = re.compile(r"\b0x[0-9a-f]+\b|\S*ipykernel_\d+\S*\.py")


def chapters(names: list[str] | None = None) -> list[Path]:
    """Return the source files, all of them or those of the given names, in order."""
    if not names:
        return sorted(SOURCES.glob("*.md"))
    return [SOURCES / f"{Path(name).stem}.md" for name in names]


def notebook_path(source: Path) -> Path:
    """Return where the notebook of a source file is."""
    return HERE / f"{source.stem}.ipynb"


def tags(cell: NotebookNode) -> list[str]:
    """Return the tags of a cell, none if it has none."""
    return cell.metadata.get("tags", [])


def read_source(path: Path) -> NotebookNode:
    """Read a source file as a notebook that has not been run."""
    notebook = jupytext.reads(path.read_text(encoding="utf-8"), fmt="md:myst")
    notebook.metadata = NotebookNode(kernelspec=KERNEL, language_info={"name": "python"})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    name_cells(notebook)
    for cell in notebook.cells:
        unknown = set(tags(cell)) - TAGS
        if unknown:
            raise ValueError(f"{path.name}, cell {cell.id}: unknown tags {sorted(unknown)}")
    return notebook


def name_cells(notebook: NotebookNode) -> None:
    """Name each cell after its section's heading and its place there.

    An edit in one section then leaves the ids of the others alone.
    """
    section, counts = "start", {}
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (headings := HEADING.findall(cell.source)):
            section = re.sub(r"[^a-z0-9]+", "-", headings[-1].lower())[:48].strip("-")
        counts[section] = counts.get(section, 0) + 1
        cell.id = f"{section}-{counts[section]}"


def for_students(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook with questions, checks and solutions folded away, cases left out."""
    notebook = without_cases(notebook)
    notebook.cells = [fold(cell) if "solution" in tags(cell) else cell for cell in notebook.cells]
    for cell in notebook.cells:
        if FOLDED.intersection(tags(cell)):
            cell.metadata.update(deletable=False, jupyter={"source_hidden": True})
    return notebook


def without_cases(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook without the wrong and right answers that are meant for tests."""
    notebook = copy.deepcopy(notebook)
    cases = {"wrong", "right"}
    notebook.cells = [cell for cell in notebook.cells if not cases.intersection(tags(cell))]
    return notebook


def fold(cell: NotebookNode) -> NotebookNode:
    """Return a solution as Markdown that opens on a click."""
    answer = (
        f"<details>\n<summary>Solution</summary>\n\n```python\n{cell.source}\n```\n\n</details>"
    )
    return new_markdown_cell(answer, id=cell.id, metadata={"tags": tags(cell)})


def solved(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook with the solutions in place of the exercises."""
    notebook = without_cases(notebook)
    cells, exercise = [], None
    for cell in notebook.cells:
        if "exercise" in tags(cell):
            exercise = cell
        if "solution" in tags(cell):
            if exercise is None:
                raise ValueError(f"cell {cell.id}: a solution without an exercise before it")
            exercise.source, exercise = cell.source, None
        else:
            cells.append(cell)
    notebook.cells = cells
    return notebook


def on_pytorch(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook as PyTorch runs it: the import changed, the kit's own cells left out."""
    notebook = copy.deepcopy(notebook)
    notebook.cells = [cell for cell in notebook.cells if "kit-only" not in tags(cell)]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = cell.source.replace(IMPORT, "import torch")
    return notebook


def execute(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook with the outputs of a run in a clean kernel.

    Raises nbclient's CellExecutionError where a cell without ``raises-exception`` fails.
    """
    notebook = copy.deepcopy(notebook)
    client = NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(HERE)}},
        extra_arguments=["--InteractiveShellApp.extensions=minitensor.notebook.tracebacks"],
        config=Config(KernelManager={"transport_encryption": "auto"}),
        coalesce_streams=True,
        record_timing=False,
        store_widget_state=False,
    )
    # The kernel finds the kit in this working tree even where it is not installed, and leaves the
    # user's own IPython settings and answers alone.
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    with TemporaryDirectory() as settings:
        private = {"IPYTHONDIR": settings, "MINITENSOR_PROGRESS": "off"}
        client.execute(env={**os.environ, "PYTHONPATH": path, **private})
    leave_stills(notebook)
    notebook.metadata = NotebookNode(kernelspec=KERNEL, language_info={"name": "python"})
    return notebook


def leave_stills(notebook: NotebookNode) -> None:
    """Of a widget keep the still picture and the text: what is alive has gone with the kernel."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)


def steady(text: str) -> str:
    """Return the text with everything that changes from run to run replaced."""
    return VOLATILE.sub("...", text)


def in_step(source: NotebookNode, notebook: NotebookNode) -> bool:
    """Tell whether the notebook's cells are the source's."""

    def essence(book):
        return [(c.id, c.cell_type, c.source, dict(c.metadata)) for c in book.cells]

    return essence(for_students(source)) == essence(notebook)


def build(source: Path) -> bool:
    """Run a chapter and write its notebook; tell whether the notebook changed."""
    text = nbformat.writes(execute(for_students(read_source(source)))) + "\n"
    path = notebook_path(source)
    # New addresses alone are no change: the stored ones are kept, and so are the file's bytes.
    if path.exists() and steady(path.read_text(encoding="utf-8")) == steady(text):
        return False
    path.write_text(text, encoding="utf-8", newline="\n")
    return True


def check(source: Path) -> None:
    """Raise ValueError unless the chapter's notebook is in step with its source."""
    path = notebook_path(source)
    if not path.exists() or not in_step(read_source(source), nbformat.read(path, as_version=4)):
        raise ValueError("the notebook differs from its source")


def listing(notebook: NotebookNode) -> str:
    """Return the code cells and the text of their outputs, as in an interactive session."""
    lines = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            lines += ["", *(f">>> {line}" for line in cell.source.splitlines())]
            lines += [text_of(output).rstrip("\n") for output in cell.outputs]
    return "\n".join(lines)


def text_of(output: NotebookNode) -> str:
    """Return an output as text; of one that has none, which kinds of data it is."""
    if output.output_type == "stream":
        return output.text
    if output.output_type == "error":
        return "\n".join(output.traceback)
    return output.data.get("text/plain", f"({', '.join(output.data)})")


def perform(source: Path, options: argparse.Namespace) -> str:
    """Do what the options ask for with a chapter, and return what there is to say about it."""
    if options.check:
        check(source)
        return "in step"
    if options.torch or options.solved:
        notebook = read_source(source)
        notebook = solved(notebook) if options.solved else for_students(notebook)
        return listing(execute(on_pytorch(notebook) if options.torch else notebook))
    return "written" if build(source) else "unchanged"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Build the chapter notebooks from their sources.")
    parser.add_argument("names", nargs="*", help="chapters, such as 01_size; all of them if none")
    parser.add_argument("--check", action="store_true", help="compare with sources, run nothing")
    parser.add_argument("--torch", action="store_true", help="run on PyTorch, write nothing")
    parser.add_argument("--solved", action="store_true", help="run the solutions, write nothing")
    options = parser.parse_args(arguments)

    failed = False
    for source in chapters(options.names):
        try:
            outcome = perform(source, options)
        except (CellExecutionError, ValueError, OSError) as error:
            failed, outcome = True, f"failed\n{error}"
        print(f"{source.stem}: {outcome}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
