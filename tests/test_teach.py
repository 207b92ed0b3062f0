"""The teacher's edition and the tally of a class, from sources and progress files made up here."""

import json

import nbformat
import pytest

from notebooks import build, questions, teach

SOURCE = """\
# 4. Sample

```{code-cell} ipython3
import minitensor as torch
from minitensor.notebook import check, predict, progress
```

## Indexing

Prose.

<!-- minutes: 5 -->

```{code-cell} ipython3
:tags: [predict]

predict("4.first", "What does `b[0]` show?", {
    "`3.0 | 4`": "That is a number.",
    "`tensor(3.)`": True,
}, hint="Print it.", probes="item()")
```

```{code-cell} ipython3
print("answered")
```

## Exercises
<!-- minutes: 10 -->

```{code-cell} ipython3
prices = [1, 2]
```

```{code-cell} ipython3
:tags: [exercise]

total = ...
```

```{code-cell} ipython3
:tags: [check]

check("4.total", total, lambda v: v == 3 and len(prices) == 2, hint=lambda v: f"{v} is no sum.",
      more=("Use sum.", "sum(prices)"), probes="a sum is taken for a count")
```

```{code-cell} ipython3
:tags: [solution]

total = sum(prices)
```

```{code-cell} ipython3
:tags: [wrong]

prices.append(3)
total = 3
```

```{code-cell} ipython3
:tags: [wrong]

total = prices[5]
```

```{code-cell} ipython3
:tags: [right]

total = 1 + 2
```

```{code-cell} ipython3
print(total)
progress(4)
```
"""


@pytest.fixture(autouse=True)
def kit(tmp_path, monkeypatch):
    """A kit with one chapter."""
    monkeypatch.setattr(build, "HERE", tmp_path)
    monkeypatch.setattr(build, "SOURCES", tmp_path / "source")
    build.SOURCES.mkdir()
    source = build.SOURCES / "04_sample.md"
    source.write_text(SOURCE, encoding="utf-8")
    return source


def test_every_answer_is_tried_on_fresh_ground(kit):
    prediction, exercise = questions.rehearse(build.read_source(kit))
    assert (prediction.kind, prediction.name, prediction.probes) == (
        "prediction",
        "4.first",
        "item()",
    )
    assert exercise.hints == [None, "Use sum.", "sum(prices)"]
    assert [(case.kind, case.said) for case in exercise.cases] == [
        ("exercise", "total: not answered yet. Replace the ... above and run both cells again.\n"),
        ("solution", "total: right.\n"),
        ("wrong", "total: not yet. Hint: 3 is no sum.\n"),
        ("wrong", "the answer itself raises IndexError: list index out of range"),
        ("right", "total: right.\n"),
    ]


def test_a_chapter_that_fails_says_so(kit):
    kit.write_text(SOURCE.replace('print("answered")', "undefined"), encoding="utf-8")
    with pytest.raises(NameError, match="undefined"):
        questions.rehearse(build.read_source(kit))


def test_the_edition_shows_everything(kit, tmp_path, capsys):
    build.build(kit)
    folder = tmp_path / "teacher"
    assert teach.main(["edition", str(folder)]) == 0
    assert capsys.readouterr().out == "04_sample: 15 minutes, 2 questions\n"
    book = nbformat.read(folder / "04_sample.ipynb", as_version=nbformat.NO_CONVERT)
    nbformat.validate(book)
    texts = [cell.source for cell in book.cells]

    assert (
        "| Indexing | 5 | 4.first |\n| Exercises | 10 | 4.total |\n| **together** | **15** | |"
        in texts[1]
    )
    assert not [text for text in texts if "<!--" in text]
    (first, total) = (text for text in texts if " probes: " in text)
    assert "item()" in first and "| `tensor(3.)` | **right** |" in first
    assert "| `3.0 \\| 4` | That is a number. |" in first and "Print it." in first
    assert "> total: not yet. Hint: 3 is no sum." in total and "total = 1 + 2" in total
    assert "Hint 2: Use sum." in total and "Hint 3: sum(prices)" in total

    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert [cell.source for cell in code].index("total = ...") + 1 == [
        cell.source for cell in code
    ].index("total = sum(prices)")
    assert [cell.outputs[0].text for cell in code if cell.source == 'print("answered")'] == [
        "answered\n"
    ]
    folded = [cell.source for cell in code if "jupyter" in cell.metadata]
    assert [source.partition("(")[0] for source in folded] == ["predict", "check"]


def test_the_tally_counts_a_class(kit, tmp_path, capsys):
    folder = tmp_path / "class"
    answers = {
        "anna/progress.json": {"4.first": {"wrong": [], "right": "`tensor(3.)`"}},
        "ben/progress.json": {
            "4.first": {"wrong": ["`3.0`"], "right": "`tensor(3.)`"},
            "4.total": {"wrong": ["4", "def f():\n    pass"], "right": None},
        },
        "carla.json": {
            "4.first": {"wrong": ["`3.0`"]},
            "4.total": {"wrong": ["4"], "right": "3"},
            "note": 7,
        },
        "dora.json": {"9.unknown": {"wrong": ["a"], "right": None}},
        "empty.json": {},
        "ben/.ipynb_checkpoints/progress-checkpoint.json": {"4.first": {"wrong": ["`3.0`"]}},
    }
    for name, content in answers.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    (folder / "finn.json").write_text('{"4.first": {', encoding="utf-8")
    (folder / "notes.txt").write_text("not JSON", encoding="utf-8")

    assert teach.main(["tally", str(folder)]) == 0
    assert (
        capsys.readouterr().out
        == """\
5 progress files

4.first: 3 answered, 1 right at first, 2 right in the end
  probes: item()
    2 x `3.0`

4.total: 2 answered, 0 right at first, 1 right in the end
  probes: a sum is taken for a count
    2 x 4
    1 x def f():
            pass

9.unknown: 1 answered, 0 right at first, 0 right in the end
    1 x a

left out: finn.json: finn.json cannot be read (line 1: Expecting property name enclosed in double quotes).
"""
    )


def test_the_tally_prints_what_no_console_can(kit, tmp_path, capsys):
    (tmp_path / "anna.json").write_text('{"4.first": {"wrong": ["\\ud800"]}}', encoding="utf-8")
    assert teach.main(["tally", str(tmp_path)]) == 0
    assert "1 x \\ud800" in capsys.readouterr().out


def test_the_tally_of_an_empty_folder(tmp_path, capsys):
    (tmp_path / "class").mkdir()
    assert teach.main(["tally", str(tmp_path / "class")]) == 0
    assert capsys.readouterr().out == "0 progress files\n"


def test_a_folder_that_is_not_there(tmp_path, capsys):
    with pytest.raises(SystemExit):
        teach.main(["tally", str(tmp_path / "nowhere")])
    assert "is not a folder" in capsys.readouterr().err
