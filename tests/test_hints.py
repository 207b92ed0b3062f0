"""Hints stand beside PyTorch's message, never in it."""

import warnings

import pytest

import minitensor as torch


def hints(action, kind):
    with pytest.raises(kind) as caught:
        action()
    return str(caught.value), getattr(caught.value, "__notes__", [])


def test_a_misspelt_requires_grad_is_noticed():
    x = torch.ones(2)
    with pytest.warns(UserWarning, match="Hint: 'required_grad'.*did you mean 'requires_grad'"):
        x.required_grad = True
    assert x.required_grad is True and not x.requires_grad
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        x.requires_grad = True
        x.note = "an attribute of one's own is fine"
    assert not hasattr(torch.ones(2), "required_grad")


def test_a_misspelt_method_is_noticed():
    x = torch.ones(2, requires_grad=True)
    x.sum().backward()
    message, notes = hints(lambda: x.grad.zeor_(), AttributeError)
    assert message == "'Tensor' object has no attribute 'zeor_'"
    assert notes == ["Hint: did you mean 'zero_'?"]
    assert hints(lambda: x.sum_(), AttributeError)[1] == ["Hint: did you mean 'sum'?"]
    assert hints(lambda: x.qqqqq, AttributeError)[1] == []


def test_a_called_gradient_is_noticed():
    x = torch.ones(2, requires_grad=True)
    x.sum().backward()
    message, notes = hints(lambda: x.grad(), TypeError)
    assert message == "'Tensor' object is not callable"
    assert "write 'x.grad' without parentheses" in notes[0]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("tensr", "Hint: did you mean 'torch.tensor'?"),
        ("optim", "Hint: this kit leaves out optimizers; PyTorch has them."),
        ("complex64", "Hint: this kit leaves out complex numbers; PyTorch has them."),
        ("qqqqq", "Hint: this kit has no such name; PyTorch may have it."),
    ],
)
def test_a_missing_name_is_explained(name, hint):
    message, notes = hints(lambda: getattr(torch, name), AttributeError)
    assert message == f"module 'torch' has no attribute '{name}'"
    assert notes == [hint]


def test_what_a_tensor_lacks_is_explained():
    message, notes = hints(lambda: torch.ones(2).to_sparse(), AttributeError)
    assert message == "'Tensor' object has no attribute 'to_sparse'"
    assert notes == ["Hint: this kit leaves out sparse and nested tensors; PyTorch has them."]


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (lambda: torch.ones(3, requires_grad=True).add_(1), "torch.no_grad()"),
        (lambda: torch.ones(3, requires_grad=True).backward(), "y.sum().backward()"),
        (lambda: torch.ones(3).sum().backward(), "requires_grad = True"),
        (lambda: torch.ones(3, dtype=torch.int64).mean(), "float()"),
    ],
)
def test_common_errors_carry_a_cure(action, words):
    _, notes = hints(action, RuntimeError)
    assert len(notes) == 1 and notes[0].startswith("Hint: ") and words in notes[0]
