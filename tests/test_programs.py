"""Short programs show the same on minitensor and on PyTorch, to the letter.

Where PyTorch is installed it is asked; elsewhere what it answered is in programs/recorded.json. After a
change of programs, on a machine with PyTorch: python -m tests.test_programs
"""

import json

import pytest

import minitensor
from tests.side_by_side import PROGRAMS, programs, shown

RECORDED = PROGRAMS / "recorded.json"
ALL = programs()


@pytest.fixture(scope="module")
def recorded():
    return json.loads(RECORDED.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ALL)
def test_shows_what_pytorch_showed(name, recorded, monkeypatch):
    monkeypatch.setattr("minitensor.once._given", set())  # as in a session of its own
    assert shown(ALL[name], minitensor) == recorded[name]


@pytest.mark.torch
@pytest.mark.parametrize("name", ALL)
def test_pytorch_shows_what_was_recorded(name, recorded):
    torch = pytest.importorskip("torch")
    torch.storage._reset_warn_typed_storage_removal()  # PyTorch gives this warning once
    assert shown(ALL[name], torch) == recorded[name]


def test_every_recorded_program_exists(recorded):
    assert sorted(recorded) == sorted(ALL)


if __name__ == "__main__":
    import torch

    texts = {name: shown(code, torch) for name, code in ALL.items()}
    RECORDED.write_text(json.dumps(texts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{len(texts)} programs recorded")
