"""The graph picture: on PyTorch's tensors as on the kit's own, and the same every time."""

import base64
import html
import os
import pathlib
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET

import hypothesis
import hypothesis.strategies as st
import pytest

from minitensor.notebook import graph, svg
from minitensor.notebook import picture as pictures
from minitensor.notebook.names import Names
from minitensor.notebook.picture import CannotDraw, Picture
from minitensor.notebook.words import number_words, value_lines

ROOT = pathlib.Path(__file__).parent.parent
TAG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(params=["torch", "minitensor"])
def torch(request):
    """PyTorch, and the kit's own package: one test, two tensors."""
    return pytest.importorskip(request.param)


def texts(picture):
    """All words drawn, without tooltips, title and description."""
    return [element.text for element in ET.fromstring(picture.svg).iter(f"{TAG}text")]


def shape_of(picture, word):
    """The element drawn around `word`: its tag and attributes."""
    for group in ET.fromstring(picture.svg).iter(f"{TAG}g"):
        children = list(group)
        if any(child.tag == f"{TAG}text" and child.text.strip() == word for child in children):
            return next(c for c in children if c.tag in (f"{TAG}polygon", f"{TAG}path"))
    raise AssertionError(f"{word} is not in the picture")


# What it says


def test_a_product_in_words(torch):
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    w = torch.tensor([2.0, 2.0, 2.0])
    y = (x * w).sum()
    assert repr(graph(y)).splitlines() == [
        "Graph of y (data flows down the arrows, gradients flow back up)",
        "  x   leaf [3]",
        "  w   constant [3]",
        "  #1  Mul(x, w)",
        "  y   Sum(#1) [] output",
    ]


def test_the_drawing_says_the_same(torch):
    x = torch.ones(2, 3, requires_grad=True)
    y = x.exp().sum()
    drawn = texts(graph(y))
    assert [text.strip() for text in drawn] == [
        "data flows down the arrows, gradients flow back up",
        "x", "[2, 3]", "leaf, collects .grad",
        "Exp", "ExpBackward0", "[2, 3]",
        "Sum", "SumBackward0",
        "y", "[]", "output, backward() starts here",
    ]  # fmt: skip


def test_kinds_differ_by_shape(torch):
    x, c = torch.ones(3, requires_grad=True), torch.ones(3)
    y = x * c
    picture = graph(y)
    assert shape_of(picture, "Mul").tag == f"{TAG}path"  # rounded
    assert shape_of(picture, "x").tag == f"{TAG}polygon"
    assert "stroke-dasharray" not in shape_of(picture, "x").attrib
    assert "stroke-dasharray" in shape_of(picture, "c").attrib
    assert "peripheries=2" in picture.source


def test_values_saved_and_grads_before_and_after_backward(torch):
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = (x * x).sum()
    before = graph(y, values=True, saved=True, grads=True)
    assert "x = [1., 2., 3.]" in before.text
    assert "x.grad = None" in before.text
    assert "saved other = x" in before.text
    y.backward()
    after = graph(y, values=True, saved=True, grads=True)
    assert "y = 14." in after.text
    assert "x.grad = [2., 4., 6.]" in after.text
    assert "saved other = freed" in after.text
    assert "other = freed" in texts(after)


def test_a_saved_value_changed_in_place(torch):
    a = torch.ones(3, requires_grad=True).clone()
    b = a * a
    a.add_(1)
    assert "saved other = changed in place" in graph(b, saved=True).text


def test_gradients_kept_between_the_ends(torch):
    x = torch.ones(2, requires_grad=True)
    h = x * 3
    h.retain_grad()
    h.sum().backward()
    assert "h.grad = [1., 1.]" in graph(h.sum(), grads=True).text


def test_two_outputs_of_one_op(torch):
    x = torch.ones(2, 2, requires_grad=True)
    a, b = x.unbind(0)
    y = a * b
    assert repr(graph(y)).splitlines()[1:] == [
        "  x     leaf [2, 2]",
        "  a, b  Unbind(x) [2], [2] view of x",
        "  y     Mul(a, b) [2] output",
    ]


def test_several_outputs(torch):
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    z = y + 1
    picture = graph(y, z, z)
    assert picture.title == "Graph of y and z"
    assert picture.text.count("output") == 2
    assert graph(y, z, limit=1).title == "Graph of y and z"


def test_a_custom_function(torch):
    class Double(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            return grad * 2

    x = torch.ones(2, requires_grad=True)
    y = Double.apply(x)
    assert "y  Double(x) [2] output" in graph(y).text


def test_a_grad_fn_alone(torch):
    x = torch.ones(2, requires_grad=True)
    picture = graph((x * 2).grad_fn)
    assert picture.title == "Graph of MulBackward0"
    assert "Mul(x, 2)" in picture.text


def test_leaf_and_constant_alone(torch):
    x, c = torch.ones(2, requires_grad=True), torch.ones(2)
    assert graph(x).description == "x is a leaf: no operation made it, so it has no grad_fn."
    reason = "needs no gradient: nothing was recorded, so it has no grad_fn."
    assert graph(c).description == f"c {reason}"
    assert graph(torch.ones(2)).description == f"This tensor {reason}"
    assert graph(x).description in texts(graph(x))
    assert graph(x, c).description == "No operation made x and c, so they have no grad_fn."
    assert graph(torch.tensor(1.0), torch.tensor(2.0)).text.count("constant []") == 2


@pytest.mark.parametrize("bad", [(), (None,), (3,), ("y",)])
def test_wrong_arguments(bad):
    with pytest.raises(TypeError, match=r"graph\(\)"):
        graph(*bad)


def test_grad_fn_of_a_leaf_gets_a_hint(torch):
    x = torch.ones(2, requires_grad=True)
    with pytest.raises(TypeError) as caught:
        graph(x.grad_fn)
    (note,) = caught.value.__notes__
    assert note == "Hint: the grad_fn of a leaf is None; draw the tensor itself."


@pytest.mark.parametrize("limit", [0, -1, 2.0, True])
def test_wrong_limit(torch, limit):
    with pytest.raises(ValueError, match="limit"):
        graph(torch.ones(1, requires_grad=True), limit=limit)


# Names


def test_two_names_and_history(torch):
    scope = {}
    code = "x = torch.ones(2, requires_grad=True); w = x; _ = x; _1 = x; Out = {1: x}; y = x * 2"
    exec(code + "; picture = graph(y)", {"torch": torch, "graph": graph}, scope)
    assert "  x = w  leaf [2]" in scope["picture"].text


def test_local_names_win_over_global_ones(torch):
    scope = {"torch": torch, "graph": graph, "w": torch.ones(1, requires_grad=True)}
    exec("def look(param):\n    out = param + 1\n    return graph(out)\npicture = look(w)", scope)
    assert "  param  leaf [1]" in scope["picture"].text
    assert scope["picture"].title == "Graph of out"


def test_names_in_containers_and_given_names(torch):
    params = [torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)]
    table = {"in": torch.ones(1, requires_grad=True)}
    y = params[0] + params[1] + table["in"]
    text = graph(y).text
    for name in ["params[0]", "params[1]", "table['in']"]:
        assert f"  {name} " in text
    assert "  bias " in graph(y, names={"bias": params[1]}).text


def test_parameters_of_a_module():
    torch = pytest.importorskip("torch")
    model = torch.nn.Linear(3, 2)
    loss = model(torch.ones(1, 3)).sum()
    assert "model.weight" in graph(loss).text


def test_an_intermediate_is_named(torch):
    x = torch.ones(2, requires_grad=True)
    hidden = x * 2
    y = hidden.sum()
    assert "  hidden  Mul(x, 2) [2]" in graph(y).text


def test_looking_for_names_runs_no_code_of_the_user():
    class Trap:
        @property
        def grad_fn(self):
            raise AssertionError("looked at")

        requires_grad = grad_fn

        def __eq__(self, other):
            raise AssertionError("compared")

    scope = {"trap": [Trap], "other": {"a": 1}}
    exec("import sys\nframe = sys._getframe()", scope)
    assert Names(scope["frame"]).of(object()) == []


NAMES = ["数", "λ_1", "é", "a<b>&\"'", "\\N \\n {x|y}", "a\x00b", "&lt;", "🙂", "]]>", "n" * 500]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_drawn_as_it_is(torch, name):
    y = torch.ones(2, requires_grad=True) * 2
    picture = graph(y, names={name: y})
    shown = svg.printable(name) if len(name) < 40 else "n" * 31 + "…"
    del y
    assert shown in [text.strip() for text in texts(picture)]
    assert f"Graph of {shown}" == ET.fromstring(picture.svg).find(f"{TAG}title").text


# Values


def test_values_of_every_sort(torch):
    cases = [
        (torch.tensor(2.5), ["2.5"]),
        (torch.zeros(0, 3), ["no elements"]),
        (torch.tensor([True, False]), ["[True, False]"]),
        (torch.tensor([float("nan"), float("inf"), -1e30]), ["[nan, inf, -1e+30]"]),
        (torch.arange(10), ["[0, 1, 2, 3, 4, …]"]),
        (torch.zeros(6, 2), ["[0., 0.]"] * 4 + ["…"]),
        (torch.ones(2, 2, 7), ["[[[1., 1., 1., 1., 1., …], …]]"]),
    ]
    assert [value_lines(tensor) for tensor, _ in cases] == [lines for _, lines in cases]
    assert number_words(1 / 3) == "0.3333"


def test_a_tensor_without_values():
    torch = pytest.importorskip("torch")
    assert value_lines(torch.empty(10**12, device="meta")) == ["values cannot be read"]


# Size


@pytest.mark.parametrize("length, left_out", [(1, None), (999, "900"), (10_000, "more than 1,000")])
def test_large_graphs_are_cut(torch, length, left_out):
    x = torch.ones(1, requires_grad=True)
    y = x
    for _ in range(length):
        y = y + 1
    picture = graph(y, fold=False)
    boxes = picture.source.count("AddBackward0")
    if left_out is None:
        assert boxes == 1
        assert "more nodes" not in picture.text
    else:
        assert boxes == 100
        assert f"… {left_out} more nodes" in picture.text
        assert f"… {left_out} more nodes" in texts(picture)


def test_a_graph_of_exponentially_many_paths(torch):
    y = torch.ones(1, requires_grad=True)
    for _ in range(80):
        y = y + y
    assert graph(y, fold=False).text.count("Add(") == 80
    assert graph(y).text.count("Add(") == 1


PROGRAMS = st.lists(
    st.tuples(st.sampled_from(["add", "mul", "neg", "sum"]), st.integers(0, 9), st.integers(0, 9)),
    min_size=1, max_size=12,
)  # fmt: skip


@pytest.mark.parametrize("package", ["torch", "minitensor"])
@hypothesis.given(program=PROGRAMS, limit=st.integers(1, 20))
@hypothesis.settings(max_examples=40, deadline=None)
def test_any_program(package, program, limit):
    """Each op behind the output has one line, after the lines of its inputs, or is counted."""
    torch = pytest.importorskip(package)
    values = [torch.ones(2, requires_grad=True), torch.ones(2)]
    for op, first, second in program:
        inputs = [values[first % len(values)], values[second % len(values)]]
        inputs = inputs if op in ("add", "mul") else inputs[:1]
        values.append(getattr(torch, op)(*inputs))
    picture = graph(values[-1], limit=limit)
    lines = picture.text.splitlines()
    again = graph(values[-1], limit=limit)
    assert (picture.source, picture.text) == (again.source, again.text)
    if values[-1].grad_fn is None:
        return
    defined = set()
    for line in lines[1:]:
        refs = set(re.findall(r"#\d+|values\[\d+\]", line))
        subject = line.split()[0]
        assert refs - {subject} <= defined
        defined.add(subject)
    needed = reachable(values[-1].grad_fn)
    drawn = [line for line in lines[1:] if "…" not in line.split() and " constant [" not in line]
    left_out = re.search(r"… (\d+) more node", picture.text)
    assert len(drawn) == min(needed, limit)
    assert len(drawn) + (int(left_out[1]) if left_out else 0) == needed


def reachable(node):
    seen, stack = set(), [node]
    while stack:
        node = stack.pop()
        if node is not None and node not in seen:
            seen.add(node)
            stack += [above for above, _ in node.next_functions]
    return len(seen)


# Stability


PROGRAM = """
import {package} as torch
from minitensor.notebook import graph
x = torch.tensor([1.0, 2.0], requires_grad=True)
w = v = torch.tensor([0.5, 0.5], requires_grad=True)
h = x * w + 1
y = (h / x).exp().sum()
y.backward(retain_graph=True)
picture = graph(y, values=True, saved=True, grads=True)
import sys
sys.stdout.buffer.write((picture._repr_html_() + repr(picture) + picture.svg).encode())
"""


@pytest.mark.parametrize("package", ["torch", "minitensor"])
def test_the_same_bytes_every_time(package):
    pytest.importorskip(package)
    runs = {
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", PROGRAM.format(package=package)],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            check=True, capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(runs) == 1
    assert not re.search(rb"0x[0-9a-f]{6,}|\d{10,}", runs.pop())


def test_both_packages_draw_the_same_words():
    listings = []
    for package in ("torch", "minitensor"):
        torch = pytest.importorskip(package)
        x, w = torch.ones(3, requires_grad=True), torch.ones(3)
        y = ((x * w).exp() + x).sum()
        listings.append(graph(y).text)
    assert listings[0] == listings[1]


def test_drawing_leaves_no_trace(torch):
    x = torch.ones(2, requires_grad=True)
    y = (x * x).sum()
    version = x._version
    graph(y, values=True, saved=True, grads=True)._repr_html_()
    assert x.grad is None
    assert x._version == version
    y.backward()
    assert x.grad.tolist() == [2.0, 2.0]


# The picture itself


def test_for_screen_readers():
    first = Picture("digraph { a }", title="One <node>", description="x & y", text="a")
    second = Picture("digraph { a }", title="Another", text="a")
    ids = []
    for picture in (first, second):
        root = ET.fromstring(picture.svg)
        assert root.get("role") == "img"
        assert root.get("aria-labelledby") == root.find(f"{TAG}title").get("id")
        assert root.get("aria-describedby") == root.find(f"{TAG}desc").get("id")
        ids += [element.get("id") for element in root.iter() if element.get("id")]
    assert root.find(f"{TAG}title").text == "Another"
    assert len(ids) == len(set(ids)) == 4


def test_black_is_the_ink_of_the_page(torch):
    html = graph(torch.ones(2, requires_grad=True) * 2)._repr_html_()
    assert "currentColor" in html
    assert not re.search("black|#000|white|transparent|<!--|<\\?xml", html)


def test_ids_and_references_get_the_same_prefix():
    given = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><g id="a" fill="url(#b)"/>'
        '<use href="#a"/></svg>'
    )
    picture = Picture(svg=given, title="t")
    prefix = re.search(r'<g id="(p[0-9a-f]{8})-a"', picture.svg)[1]
    assert f'fill="url(#{prefix}-b)"' in picture.svg
    assert f'href="#{prefix}-a"' in picture.svg


def test_mime_bundle():
    picture = Picture("digraph { a }", title="t", text="words & <tags>")
    bundle = picture._repr_mimebundle_()
    assert bundle["text/plain"] == repr(picture) == "words & <tags>"
    assert "<svg" in bundle["text/html"]
    image = re.search(
        '<img .*? src="data:image/svg\\+xml;base64,(.*?)" alt="(.*?)" />', bundle["text/html"]
    )
    assert base64.b64decode(image[1]).decode() == picture.svg  # where SVG itself is not let through
    assert html.unescape(image[2]) == picture.text


def test_without_any_renderer(torch, monkeypatch):
    monkeypatch.setattr(pictures, "renderers", lambda: [])
    y = torch.ones(2, requires_grad=True) * 2
    picture = graph(y)
    assert picture._repr_html_().startswith("<pre>Graph of y")
    with pytest.raises(CannotDraw, match="neither graphviz-pure nor Graphviz"):
        picture.svg  # noqa: B018


def test_a_broken_renderer_is_passed_over(monkeypatch):
    good = pictures.renderers()
    monkeypatch.setattr(pictures, "renderers", lambda: ["/no/such/program", sys.executable, *good])
    assert "<svg" in Picture("digraph { a }", title="t").svg


def test_save(tmp_path, monkeypatch):
    picture = Picture("digraph { a }", title="t")
    picture.save(tmp_path / "a.svg")
    assert (tmp_path / "a.svg").read_text("utf-8") == picture.svg
    with pytest.raises(ValueError, match="use .svg, .png or .pdf"):
        picture.save(tmp_path / "a.gif")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(CannotDraw, match="needs Graphviz's dot program; save it as .svg"):
        picture.save(tmp_path / "a.png")
    with pytest.raises(TypeError, match="not both"):
        Picture("digraph { a }", svg="<svg/>", title="t")
