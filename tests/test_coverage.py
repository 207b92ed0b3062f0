"""What is left out is said: in docs/coverage.md, and by the hint of an AttributeError."""

import runpy
from pathlib import Path

import pytest

import minitensor
from minitensor.left_out import LEFT_OUT, reason_for

DOCS = Path(__file__).resolve().parent.parent / "docs"


@pytest.fixture(scope="module")
def script():
    pytest.importorskip("torch")
    return runpy.run_path(str(DOCS / "coverage.py"))


@pytest.mark.torch
def test_the_page_is_in_step(script):
    text = (DOCS / "coverage.md").read_text(encoding="utf-8")
    assert text == script["page"](), "run: python docs/coverage.py"


@pytest.mark.torch
def test_every_absence_has_a_reason_and_a_hint(script):
    for place in script["PLACES"]:
        _, absent = script["survey"](place)
        assert None not in absent, f"{place} is without a reason for {absent[None]}"
        here = script["find"](minitensor, place)
        owner = minitensor.ones(2) if place == "torch.Tensor" else here
        for reason, names in absent.items():
            for name in names:
                with pytest.raises(AttributeError) as caught:
                    getattr(owner, name)
                hint = f"Hint: this kit leaves out {reason}; PyTorch has them."
                assert caught.value.__notes__ == [hint], f"{place}.{name}"


@pytest.mark.torch
def test_no_reason_is_without_a_name(script):
    used = {reason for place in script["PLACES"] for reason in script["survey"](place)[1]}
    assert used == set(LEFT_OUT)


def test_recorded_reasons():
    expected = {
        "to_sparse": "sparse and nested tensors",
        "complex64": "complex numbers",
        "bfloat16": "bfloat16 and other rare dtypes",
        "mse_loss": "layers and losses",
        "quantize_per_tensor": "quantized tensors",
        "stft": "signal processing",
    }
    assert {name: reason_for(name) for name in expected} == expected
    assert not any(reason_for(name) for name in ("sum", "tensr", "zeor_", "quantle"))
