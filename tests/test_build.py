"""The notebook build: sources in, the same notebook out, every time."""

import nbformat
import pytest

from notebooks import build

SOURCE = """\
# A title

Prose.

```{code-cell} ipython3
import minitensor as torch
```

## The exercise

```{code-cell} ipython3
:tags: [exercise]

answer = ...
```

```{code-cell} ipython3
:tags: [check]

print(answer)
```

```{code-cell} ipython3
:tags: [solution]

answer = 42
```

```{code-cell} ipython3
:tags: [kit-only, raises-exception]

raise ValueError("wrong")
```
"""


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "01_sample.md"
    path.write_text(SOURCE, encoding="utf-8")
    return path


@pytest.fixture
def notebook(source):
    return build.read_source(source)


def test_cells_are_named_after_their_section(notebook):
    assert [cell.id for cell in notebook.cells] == [
        *["a-title-1", "a-title-2"],
        *[f"the-exercise-{place}" for place in range(1, 6)],
    ]


def test_an_edit_leaves_the_names_in_other_sections_alone(source, notebook):
    more = "Prose.\n\n```{code-cell} ipython3\n1 + 1\n```\n"
    source.write_text(SOURCE.replace("Prose.\n", more), encoding="utf-8")
    after = build.read_source(source)
    assert len(after.cells) == len(notebook.cells) + 1
    assert [cell.id for cell in after.cells[-5:]] == [cell.id for cell in notebook.cells[-5:]]


def test_an_unknown_tag_is_refused(source):
    source.write_text(SOURCE.replace("[check]", "[chekc]"), encoding="utf-8")
    with pytest.raises(ValueError, match="chekc"):
        build.read_source(source)


def test_students_find_the_solution_folded_away(notebook):
    folded = build.for_students(notebook).cells[-2]
    assert folded.cell_type == "markdown"
    assert folded.source.startswith("<details>\n<summary>Solution</summary>\n\n```python\nanswer")
    assert notebook.cells[-2].cell_type == "code"


def test_students_find_questions_folded_and_no_cases(source):
    more = "".join(
        f"```{{code-cell}} ipython3\n:tags: [{tag}]\n\n{tag!r}\n```\n\n"
        for tag in ("predict", "wrong", "right")
    )
    source.write_text(SOURCE + more, encoding="utf-8")
    notebook = build.read_source(source)
    *_, last = build.for_students(notebook).cells
    assert (last.source, last.metadata.deletable) == ("'predict'", False)
    assert last.metadata.jupyter == {"source_hidden": True}
    assert build.solved(notebook).cells[-1].source == "'predict'"


def test_answers_of_whoever_builds_are_left_alone(tmp_path, source, monkeypatch):
    monkeypatch.setenv("MINITENSOR_PROGRESS", str(tmp_path / "mine.json"))
    code = "import os; os.environ['MINITENSOR_PROGRESS']"
    cell = nbformat.v4.new_code_cell(code)
    run = build.execute(nbformat.v4.new_notebook(cells=[cell]))
    assert run.cells[0].outputs[0]["data"]["text/plain"] == "'off'"


def test_a_solution_takes_the_place_of_its_exercise(notebook):
    cells = build.solved(notebook).cells
    assert [cell.source for cell in cells[3:5]] == ["answer = 42", "print(answer)"]
    assert len(cells) == len(notebook.cells) - 1


def test_a_solution_without_an_exercise_is_refused(source):
    source.write_text(SOURCE.replace("[exercise]", "[check]"), encoding="utf-8")
    with pytest.raises(ValueError, match="without an exercise"):
        build.solved(build.read_source(source))


def test_on_pytorch_only_the_import_changes(notebook):
    cells = build.on_pytorch(notebook).cells
    assert cells[1].source == "import torch"
    assert [cell.source for cell in cells[2:]] == [cell.source for cell in notebook.cells[2:-1]]


def test_a_second_build_keeps_the_bytes(source, tmp_path, monkeypatch):
    monkeypatch.setattr(build, "HERE", tmp_path)
    address = "```{code-cell} ipython3\nobject()\n```\n"
    source.write_text(SOURCE.replace("import minitensor as torch\n```\n", "1\n```\n" + address))
    assert build.build(source)
    first = build.notebook_path(source).read_bytes()
    assert b"<object at 0x" in first
    assert not build.build(source)
    assert build.notebook_path(source).read_bytes() == first


def test_check_notices_an_edited_source(source, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(build, "HERE", tmp_path)
    monkeypatch.setattr(build, "SOURCES", tmp_path)
    assert build.main(["--check"]) == 1
    source.write_text(SOURCE.replace("import minitensor as torch", "1"), encoding="utf-8")
    build.build(source)
    assert build.main(["--check"]) == 0
    source.write_text(SOURCE, encoding="utf-8")
    assert build.main(["--check"]) == 1
    assert capsys.readouterr().out.count("01_sample: failed") == 2


def test_a_failing_cell_is_reported_and_nothing_is_written(source, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(build, "HERE", tmp_path)
    monkeypatch.setattr(build, "SOURCES", tmp_path)
    source.write_text(SOURCE.replace("import minitensor as torch", "undefined"), encoding="utf-8")
    assert build.main(["01_sample"]) == 1
    assert "NameError" in capsys.readouterr().out
    assert not build.notebook_path(source).exists()


def test_of_a_widget_the_still_picture_stays():
    data = {build.WIDGET: {"model_id": "1f"}, "image/svg+xml": "<svg/>"}
    cell = nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("display_data", data)])
    book = nbformat.v4.new_notebook(cells=[cell])
    build.leave_stills(book)
    assert [*book.cells[0].outputs[0]["data"]] == ["image/svg+xml"]
