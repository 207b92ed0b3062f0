"""The benchmarks compare like with like, and tell what they found."""

import doctest
import json
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from benchmarks import __main__ as command
from benchmarks import measure, report
from benchmarks.libraries import installed
from benchmarks.workloads import WORKLOADS

SECONDS = {
    "small": {"torch": 0.002, "minitensor": 0.001, "numpy": 0.0005, "micrograd": None},
    "chain": {"torch": 0.01, "minitensor": 0.012, "numpy": None, "micrograd": "too deep"},
}


def plain(text):
    return text.replace(report.TIMES, "x").replace(report.MISSING, "-")


@pytest.fixture
def hurry(monkeypatch):
    """Turns of one step, and workloads of the smallest sizes."""
    monkeypatch.setattr(measure, "SETTLING", 0)
    monkeypatch.setattr(measure, "COUNTING", 0)
    full = measure.prepare
    monkeypatch.setattr(command, "prepare", lambda *args: full(*args[:2], size=5))


@pytest.mark.parametrize("workload", WORKLOADS.values(), ids=WORKLOADS)
def test_libraries_agree(workload):
    steps, reasons = measure.prepare(workload, installed(), size=5)
    assert not reasons
    assert "minitensor" in steps
    assert ("numpy" in steps) == (workload.name != "chain")


def test_disagreement_is_found():
    def wrong(workload, size):
        return lambda: (np.float32(1), [np.zeros(4)])

    with pytest.raises(AssertionError, match="matmul: wrong"):
        measure.prepare(WORKLOADS["matmul"], {**installed(), "wrong": wrong}, size=4)
    expected = [np.array([1.0, 2.0])]
    measure.agree("close", [np.array([1.0, 2.00001])], expected)
    with pytest.raises(AssertionError, match="the value differs by 5.0e-03"):
        measure.agree("off", [np.array([1.0, 2.01])], expected)
    with pytest.raises(AssertionError, match="another shape"):
        measure.agree("off", [np.array([[1.0, 2.0]])], expected)


def test_what_is_too_deep_is_told():
    def deep(workload, size):
        def step():
            raise RecursionError

        return step

    steps, reasons = measure.prepare(WORKLOADS["small"], {"deep": deep}, size=1)
    assert (steps, reasons) == ({}, {"deep": "too deep"})


def test_a_turn_counts_steps_after_things_have_settled(monkeypatch):
    monkeypatch.setattr(measure, "SETTLING", 0.005)
    monkeypatch.setattr(measure, "COUNTING", 0.005)
    calls = []
    taken = measure.turn(lambda: calls.append(1))
    assert 0 < len(taken) < len(calls)


def test_table():
    table = report.table("a step", SECONDS, report.duration)
    assert plain(table).splitlines() == [
        "a step    torch  minitensor  numpy  micrograd",
        "small   2.00 ms       0.50x  0.25x          -",
        "chain   10.0 ms       1.20x      -   too deep",
    ]
    assert doctest.testmod(report).failed == 0


def test_command(hurry, tmp_path, capsys):
    file = tmp_path / "figures.json"
    command.main(["--rounds", "1", "--only", "small", "mlp", "--json", str(file)])
    figures = json.loads(file.read_text())["seconds"]
    assert list(figures) == ["small", "mlp"]
    assert figures["mlp"]["minitensor"] > 0
    printed = capsys.readouterr().out
    assert "small" in printed and "minitensor" in printed


def test_picture(tmp_path):
    from benchmarks.picture import picture

    drawn = picture(SECONDS)
    assert plain(str(drawn)).splitlines() == [
        "Time next to PyTorch's",
        "small: minitensor 0.50x, numpy 0.25x.",
        "chain: minitensor 1.20x.",
    ]
    drawn.save(tmp_path / "picture.svg")
    texts = {plain(part.text or "") for part in ET.parse(tmp_path / "picture.svg").iter()}
    assert {"PyTorch", "minitensor", "0.50x", "1.20x", "2.00 ms", "10.0 ms"} <= texts
    assert "autograd" not in texts


def test_picture_needs_pytorch(capsys):
    with pytest.raises(SystemExit):
        command.main(["--only", "memory", "--picture", "never.svg"])
    assert "a picture needs PyTorch, and a workload" in capsys.readouterr().err


def test_every_widget_is_drawn_again():
    redraw = pytest.importorskip("benchmarks.redraw", exc_type=ImportError)
    for name, widget, action in redraw.actions():
        before = widget._drawing.value
        action(4)
        widget.refresh()
        assert widget._drawing.value != before, name
