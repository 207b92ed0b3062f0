"""The teacher's side of the chapters: an edition with everything open, and a tally of a class.

::

    python notebooks/teach.py edition            write the teacher's edition into teacher/
    python notebooks/teach.py edition FOLDER     or into another folder
    python notebooks/teach.py tally FOLDER       count the answers in the students' progress files

Both read the chapters' sources. The edition shows the solutions, a time plan, what each question
probes, and what it replies to which answer. The tally reads every .json file in the folder and in
the folders below it, one for each student.
"""

import argparse
import re
import sys
from collections import Counter
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from minitensor.notebook.answers import Answer, answers_in
from notebooks import build
from notebooks.questions import CASES, MINUTES, Question, named_in, rehearse, sections


def edition(source: Path, folder: Path) -> str:
    """Write the teacher's edition of a chapter; return how long it takes and how much it asks."""
    notebook = build.read_source(source)
    stored = build.notebook_path(source)
    shown = nbformat.read(stored, as_version=4).cells if stored.exists() else []
    runs = {cell.id: cell for cell in shown if cell.cell_type == "code"}
    book = teachers(notebook, rehearse(notebook), runs)
    nbformat.write(book, folder / stored.name)
    planned = plan(notebook)
    minutes, asked = sum(m or 0 for _, m, _ in planned), sum(len(names) for *_, names in planned)
    return f"{minutes} minutes, {asked} questions"


def teachers(notebook: NotebookNode, questions: list[Question], runs: dict) -> NotebookNode:
    """Return the chapter with its plan, with solutions in the open, and a note at each question."""
    cells, solutions = [], (c for c in notebook.cells if "solution" in build.tags(c))
    for cell in notebook.cells:
        marks = set(build.tags(cell))
        if cell.cell_type == "markdown":
            cells.append(new_markdown_cell(MINUTES.sub("", cell.source), id=cell.id))
        elif not marks & CASES:
            if "check" in marks:
                cells.append(code_cell(next(solutions)))
            cells.append(code_cell(cell, runs.get(cell.id) if "check" not in marks else None))
        here = [question for question in questions if question.cell == cell.id]
        cells += [
            new_markdown_cell(note(question), id=f"{cell.id}-note-{number}")
            for number, question in enumerate(here, start=1)
        ]
    cells.insert(1, new_markdown_cell(plan_table(notebook), id="plan"))
    metadata = {"kernelspec": build.KERNEL, "language_info": {"name": "python"}}
    return new_notebook(cells=cells, metadata=metadata)


def code_cell(cell: NotebookNode, run: NotebookNode | None = None) -> NotebookNode:
    """Return a cell with the outputs of a run; questions are folded, as the note tells what they do."""
    copy = new_code_cell(cell.source, id=cell.id, metadata=cell.metadata)
    if run:
        copy.update(outputs=run.outputs, execution_count=run.execution_count)
    if build.FOLDED.intersection(build.tags(cell)):
        copy.metadata.jupyter = {"source_hidden": True}
    return copy


def plan(notebook: NotebookNode) -> list[tuple[str, int | None, list[str]]]:
    """Return (heading, minutes, names of the questions) of each section."""
    return [
        (heading, minutes, [name for cell in cells for _, name, _ in named_in(cell)])
        for heading, minutes, cells in sections(notebook)
    ]


def plan_table(notebook: NotebookNode) -> str:
    """Return the time plan as a Markdown table."""
    rows = ["**Plan**", "", "| section | minutes | questions |", "|---|---:|---|"]
    total = 0
    for heading, minutes, names in plan(notebook):
        total += minutes or 0
        rows.append(f"| {heading} | {minutes or ''} | {', '.join(names)} |")
    return "\n".join([*rows, f"| **together** | **{total}** | |"])


def note(question: Question) -> str:
    """Return what a teacher wants to know about a question, in Markdown."""
    head = f"**{question.name}** probes: {question.probes}\n\n"
    if question.prediction:
        return head + _answers(question.prediction)
    parts = []
    for title, kind in [("Also right", "right"), ("Wrong", "wrong")]:
        parts += [
            f"{title}:\n\n```python\n{case.source}\n```"
            + f"\n\n> {_quoted(case.said)}" * (kind == "wrong")
            for case in question.cases
            if case.kind == kind
        ]
    parts += [f"Hint {n}: {hint}" for n, hint in enumerate(question.hints, start=1) if hint]
    return head + "\n\n".join(parts)


def _answers(prediction):
    rows = ["| answer | reply |", "|---|---|"]
    rows += [f"| {_cell(right)} | **right** |" for right in prediction.right_answers()]
    rows += [f"| {_cell(w)} | {_cell(reply)} |" for w, reply in prediction.wrong_answers().items()]
    if prediction.hint:
        rows.append(f"| anything else, or a second wrong answer | {_cell(prediction.hint)} |")
    return "\n".join(rows)


def _cell(text):
    return text.replace("|", "\\|").replace("\n", " ")


def _quoted(said):
    return re.sub(r"\s*\n", "\n>\n> ", said.strip())


def tally(folder: Path, sources: list[Path]) -> str:
    """Return, for each question, how many answered, how many were right at first, and what was wrong.

    Files that are no progress files are named at the end. What is hidden is passed over: beside an
    edited file JupyterLab keeps an older copy, which would count the student twice.
    """
    students, unread = {}, []
    for path in sorted(folder.rglob("*.json")):
        if any(part.startswith(".") for part in path.relative_to(folder).parts):
            continue
        try:
            students[path] = answers_in(path)
        except (OSError, ValueError) as problem:
            unread.append(f"left out: {path.relative_to(folder)}: {problem}")
    probes = {
        name: probed
        for source in sources
        for cell in build.read_source(source).cells
        for _, name, probed in named_in(cell)
    }
    answered = {name for answers in students.values() for name in answers}
    place = {name: number for number, name in enumerate(probes)}
    lines = [f"{len(students)} progress files"]
    for name in sorted(answered, key=lambda name: (place.get(name, len(place)), name)):
        given = [answers[name] for answers in students.values() if name in answers]
        lines += ["", *_tally_lines(name, probes.get(name, ""), given)]
    return "\n".join(lines + [""] * bool(unread) + unread)


def _tally_lines(name, probed, given: list[Answer]):
    first = sum(answer.at_first for answer in given)
    right = sum(answer.right is not None for answer in given)
    yield f"{name}: {len(given)} answered, {first} right at first, {right} right in the end"
    if probed:
        yield f"  probes: {probed}"
    wrong = Counter(text for answer in given for text in answer.wrong)
    for text, count in sorted(wrong.items(), key=lambda item: (-item[1], item[0])):
        yield f"  {count:3} x {text}".replace("\n", "\n        ")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="The teacher's side of the chapters.")
    commands = parser.add_subparsers(dest="command", required=True)
    write = commands.add_parser("edition", help="write the chapters with everything open")
    write.add_argument("folder", type=Path, nargs="?", default=build.ROOT / "teacher")
    write.add_argument("names", nargs="*", help="chapters, such as 01_size; all of them if none")
    count = commands.add_parser("tally", help="count the answers of a class")
    count.add_argument("folder", type=Path, help="where the students' progress files are")
    options = parser.parse_args(arguments)

    # An answer may hold any character, and what prints it, on Windows above all, may not know it.
    sys.stdout.reconfigure(errors="backslashreplace")
    if options.command == "tally":
        if not options.folder.is_dir():
            parser.error(f"{options.folder} is not a folder")
        print(tally(options.folder, build.chapters()))
        return 0
    options.folder.mkdir(parents=True, exist_ok=True)
    for source in build.chapters(options.names):
        print(f"{source.stem}: {edition(source, options.folder)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
