"""Large graphs stay readable: what repeats is drawn once; and a rehearsal shows the gradients."""

import re

import pytest

from minitensor.notebook import graph
from minitensor.notebook.fold import _Order


@pytest.fixture(params=["torch", "minitensor"])
def torch(request):
    return pytest.importorskip(request.param)


def body(picture):
    """The lines of the repeated part."""
    return [line for line in picture.text.splitlines() if line.startswith("  | ")]


def chain(torch, times, start=None):
    y = torch.ones(2, requires_grad=True) if start is None else start
    for _ in range(times):
        y = (y * 2 + y).sin()
    return y


def test_a_loop_becomes_its_body(torch):
    x = torch.ones(2, requires_grad=True)
    y = chain(torch, 50, x)
    assert graph(y).text.splitlines() == [
        "Graph of y (data flows down the arrows, gradients flow back up)",
        "  x   leaf [2]",
        "  50 times, each on the result of the time before; the last is shown:",
        "  | #1  Mul(x, 2)",
        "  | #2  Add(#1, x) [2]",
        "  | y   Sin(#2) [2] output",
    ]
    assert "Mul 50 times, Add 50 times, Sin 50 times" in graph(y).description
    assert ">\N{MULTIPLICATION SIGN} 50<" in graph(y).svg


def test_small_graphs_are_drawn_in_full(torch):
    assert not body(graph(chain(torch, 9)))
    assert graph(chain(torch, 9)).text.count("Sin(") == 9


def test_folding_can_be_declined(torch):
    assert graph(chain(torch, 20), fold=False).text.count("Sin(") == 20


def test_shared_weights_stay_outside_and_own_weights_inside(torch):
    w = torch.ones(3, 3, requires_grad=True)
    h = torch.zeros(1, 3)
    for _ in range(20):
        h = torch.tanh(h @ w)
    text = graph(h).text
    assert "\n  w   leaf [3, 3]" in text
    assert len(body(graph(h))) == 2
    h = torch.zeros(1, 3)
    weights = [torch.ones(3, 3, requires_grad=True) for _ in range(20)]
    for weight in weights:
        h = torch.tanh(h @ weight)
    picture = graph(h)
    assert len(body(picture)) == 3
    assert "| weight" in picture.text
    assert "20 leaves" in picture.description


def test_something_else_before_and_after(torch):
    x = torch.ones(2, requires_grad=True)
    y = chain(torch, 20, x.exp()).sum()
    assert [line.split()[1] for line in body(graph(y))] == ["#2", "#3", "#4"]
    assert "Exp(x)" in graph(y).text.splitlines()[2]


def test_many_readers_of_one_loop(torch):
    """What reads every step of a loop reads the body once."""
    y = torch.ones(2, requires_grad=True)
    steps = []
    for _ in range(40):
        y = y.sin()
        steps.append(y)
    total = torch.stack(steps).sum()
    text = graph(total).text
    assert len(body(graph(total))) == 1
    assert re.search(r"Stack\(\w+\)", text)


@pytest.mark.parametrize("length", [1, 1_000, 10_000])
def test_any_length_gives_a_picture(torch, length):
    y = torch.ones(2, requires_grad=True)
    for _ in range(length):
        y = y * 2
    picture = graph(y, values=True, saved=True, grads=True, backward=True)
    assert "<svg" in picture._repr_html_()
    assert len(picture.text) < 2_000
    if length == 10_000:
        assert "… more nodes beyond the nearest 1,100" in picture.text
        assert "no gradients: too large a graph" in picture.text


def test_an_irregular_graph_of_a_thousand_nodes(torch, monkeypatch):
    compared, alike = [], _Order._alike

    def counting(order, place, body, entering=None):
        compared.extend([(place, body)] * (entering is None))
        return alike(order, place, body, entering)

    monkeypatch.setattr(_Order, "_alike", counting)
    y = torch.ones(2, requires_grad=True)
    seed = 1
    for _ in range(1_000):
        seed = seed * 1103515245 + 12345 & 0x7FFFFFFF
        y = [torch.sin, torch.cos, torch.exp, torch.tanh][seed >> 16 & 3](y)
    assert "more nodes" in graph(y).text
    assert 0 < len(compared) == len(set(compared))  # no two ops twice, however many pieces


def layer(torch, x, weights):
    """Attention with three heads, and what comes after it."""
    heads = [torch.softmax((x @ w) @ (x @ w).t(), -1) @ (x @ w) for w in weights[:3]]
    x = x + torch.cat(heads, -1) @ weights[3]
    m = x.mean(-1, keepdim=True)
    return x + torch.relu((x - m) / ((x - m) ** 2).mean(-1, keepdim=True).sqrt()) @ weights[4]


def test_layers_are_drawn_as_one_and_their_heads_as_one(torch):
    sizes = [(6, 2), (6, 2), (6, 2), (6, 6), (6, 6)]
    layers = [[torch.ones(size, requires_grad=True) for size in sizes] for _ in range(5)]
    x = torch.ones(4, 6, requires_grad=True)
    h = x
    for weights in layers:
        h = layer(torch, h, weights)
    total = h.sum()
    picture = graph(total)
    lines = [line.strip() for line in picture.text.splitlines() if " times, " in line]
    assert lines == [
        "5 times, each on the result of the time before; the last is shown:",
        "| 3 times, side by side; the last is shown:",
    ]
    assert "Softmax 15 times" in picture.description
    assert "26 leaves" in picture.description
    assert "more node" not in picture.text


def test_what_happens_side_by_side_is_not_called_a_loop(torch):
    w = torch.ones(2, requires_grad=True)
    total = torch.stack([(w * number).sum().exp() for number in range(20)]).sum()
    picture = graph(total)
    assert "20 times, side by side; the last is shown" in picture.text
    assert "time before" not in picture.svg


def test_dashed_arrows_lead_back_to_the_beginning_of_a_loop(torch):
    arrow = "what the next time works on"
    x = torch.ones(2, requires_grad=True)
    assert graph(chain(torch, 20, x)).svg.count(arrow) == 2  # for y * 2 and for + y
    assert arrow not in graph(chain(torch, 20, x), fold=False).svg


# Gradients on their way


def test_a_rehearsal(torch):
    x = torch.tensor([3.0, 4.0], requires_grad=True)
    r = (x * x).sum().sqrt()
    picture = graph(r, backward=True)
    assert "backward adds [0.6, 0.8]" in picture.text
    assert "gradient out: [0.3, 0.4] to x; [0.3, 0.4] to x" in picture.text
    assert picture.svg.count("↑ [0.3, 0.4]") == 2
    assert "starts with 1." in picture.svg
    assert x.grad is None
    r.backward()
    assert x.grad.tolist() == pytest.approx([0.6, 0.8])


def test_gradients_that_meet_are_added(torch):
    x = torch.ones(2, requires_grad=True)
    a = x * 2
    y = (a * 3 + a).sum()
    assert "sum of gradients: [4., 4.]" in graph(y, backward=True).svg


def test_what_a_hook_has_made_of_a_sum_is_not_called_one(torch):
    x = torch.ones(2, requires_grad=True)
    a = x * 2
    a.register_hook(lambda grad: grad * 10)
    y = (a * 3 + a).sum()
    svg = graph(y, backward=True).svg
    assert "after a hook: [40., 40.]" in svg
    assert "sum of gradients" not in svg


def test_an_output_that_is_read_starts_with_one_more(torch):
    x = torch.tensor(2.0, requires_grad=True)
    a = x * 2
    y = a * a
    assert "sum of gradients: 9." in graph(a, y, backward=True).svg


def test_why_there_are_no_gradients(torch):
    x = torch.ones(2, requires_grad=True)
    y = x * x
    wanted = "  no gradients: grad can be implicitly created only for scalar outputs"
    assert wanted in graph(y, backward=True).text.splitlines()
    y.sum().backward()
    again = graph(y.sum(), backward=True).text
    assert "no gradients: Trying to backward through the graph a second time" in again
    assert "no gradients: there is nothing" in graph(x, backward=True).text
    assert "no gradients: gradients start at a tensor" in graph(y.grad_fn, backward=True).text


def test_both_packages_give_the_same_bytes():
    drawn = []
    for package in ("torch", "minitensor"):
        torch = pytest.importorskip(package)
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        a = x * 2
        v = a[:1]
        u = (v * 3).sum() * a.sum()
        for _ in range(20):
            u = (u * 0.5).abs()
        picture = graph(u, values=True, saved=True, grads=True, backward=True)
        drawn.append((picture._repr_html_(), picture.svg, picture.text))
        del v
    assert drawn[0] == drawn[1]


def test_views_name_their_base(torch):
    x = torch.ones(2, 3, requires_grad=True)
    a = x * 2
    t = a.t()
    assert "view of a" in graph(t).text
    assert "view of #1" in graph((x * 2)[0]).text
    del a
    assert "view of" not in graph(x * 2).text
