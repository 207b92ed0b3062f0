"""Every picture of every kind of tensor: a drawing or clear words, the same in both packages."""

import importlib
import warnings
import xml.etree.ElementTree as ET

import pytest

import minitensor
from minitensor.notebook import (
    accumulation_lab,
    broadcasting,
    changes,
    graph,
    memory,
    plot,
    reduction,
    stepper,
    stride_explorer,
)

NAN, INF = float("nan"), float("inf")
KINDS = {
    "0-dim": lambda torch: torch.tensor(3.5),
    "empty": lambda torch: torch.zeros(2, 0, 3),
    "nan": lambda torch: torch.tensor([NAN, 1.0, -INF]),
    "largest": lambda torch: torch.tensor([1e308, -1e308, 5e-324], dtype=torch.float64),
    "huge": lambda torch: torch.ones(500, 400),
    "deep": lambda torch: torch.ones(1, 2, 1, 2, 1, 2),
    "bool": lambda torch: torch.tensor([True, False]),
    "int": lambda torch: torch.tensor([1, -2, 2**62]),
    "byte": lambda torch: torch.tensor(255, dtype=torch.uint8),
    "half": lambda torch: torch.tensor([1.5, 65504.0], dtype=torch.float16),
    "expanded": lambda torch: torch.arange(3.0).expand(4, 3),
    "transposed": lambda torch: torch.arange(6.0).reshape(2, 3).t(),
}


def changed(x):
    with changes(x) as seen:
        y = x + 1  # noqa: F841 (a new name in the picture)
        if x.stride() and 0 not in x.stride():
            x.zero_()
    return seen.picture


def sum_of_squares(x):
    total = (x * x).sum()
    return graph(total, values=True, saved=True, grads=True, backward=True)


def clicks(x):
    lab = accumulation_lab(None, x, lr=0.5)
    for action in ("update", "backward", "backward", "update", "zero", "none"):
        lab.model.press(action)
    return lab


PICTURES = {
    "memory": lambda x: memory(x, x[:1] if x.dim() else x),
    "changes": changed,
    "broadcasting": lambda x: broadcasting(x, x[:1] if x.dim() else x),
    "reduction": lambda x: reduction(x, 0),
    "reduction that fails": lambda x: reduction(x, (0, 9), op="nosuch"),
    "plot": lambda x: plot(x, x, {"line": (x, x)}),
    "graph": lambda x: graph(x, values=True, grads=True, backward=True),
    "graph of a sum": sum_of_squares,
    "stepper": lambda x: stepper((x * x).sum()),
    "accumulation lab": clicks,
    "stride explorer": stride_explorer,
}


def shown(picture, kind, package):
    """The HTML and the words of a picture, or the error that a student reads."""
    x = kind(importlib.import_module(package))
    if x.is_floating_point() and picture is not changed:
        x.requires_grad_()
    try:
        bundle = picture(x)._repr_mimebundle_()
    except (TypeError, ValueError) as error:
        return type(error).__name__, str(error)
    ET.fromstring(bundle["text/html"])
    if "Error: " in bundle["text/plain"]:  # the kit's own help may follow, in the drawing too
        return bundle["text/plain"].partition("\nHint: ")[0]
    return bundle["text/html"], bundle["text/plain"]


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_any_tensor(kind, picture):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an overflow is as good as a number here
        ours = shown(picture, kind, "minitensor")
        pytest.importorskip("torch")
        assert ours == shown(picture, kind, "torch")


WORDS = ["שלום", "e\u0301", "👩\u200d👩\u200d👧", "\u202eback", "a<b>&\"'", "\\n\\N{x}", "nul\x00", "two\nlines",
         "{a|b}", "]]>", "\ud800", "", "</svg><script>", "m" * 300]  # fmt: skip


@pytest.mark.parametrize("word", WORDS, ids=ascii)
def test_any_name(word):
    x = minitensor.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()
    for picture in (
        graph(y, names={word: x}, values=True, saved=True, grads=True, backward=True),
        memory({word: x}),
        memory(**{word: x}),
        plot([1, 2], [3, 4], {word: ([1, 2], [3, 4])}, axes=(word, word)),
        stepper(y, names={word: x}),
    ):
        bundle = picture._repr_mimebundle_()
        ET.fromstring(bundle["text/html"])
        assert "<script" not in bundle["text/html"]
        bundle["text/html"].encode()
