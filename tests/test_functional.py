"""`torch.nn.functional`: activations, losses and helpers do what PyTorch's do."""

import numpy as np
import pytest

import minitensor
import minitensor.nn.functional

torch = pytest.importorskip("torch")

from torch_compare import agree  # noqa: E402  (needs torch)

random = np.random.default_rng(0)
SCORES = random.normal(size=(4, 3))
ARRAYS = [
    np.array([-2.0, -0.5, 0, 0.3, 1, 5]),
    SCORES,
    1 / (1 + np.exp(-SCORES)),
    (SCORES > 0).astype(float),
    np.array([0, 2, 1, 1]),
]

# x: numbers; m: scores of three classes; p: probabilities; y: yes or no; i: the right classes
CALLS = [
    lambda t, F, x, m, p, y, i: F.relu(x),
    lambda t, F, x, m, p, y, i: F.relu(i),
    lambda t, F, x, m, p, y, i: F.softmax(m, 0),
    lambda t, F, x, m, p, y, i: F.log_softmax(m, 1),
    lambda t, F, x, m, p, y, i: F.softmax(m),
    lambda t, F, x, m, p, y, i: F.sigmoid(x),
    lambda t, F, x, m, p, y, i: F.tanh(x),
    lambda t, F, x, m, p, y, i: F.softplus(x),
    lambda t, F, x, m, p, y, i: F.softplus(x, 2, 3),
    lambda t, F, x, m, p, y, i: F.softplus(i),
    lambda t, F, x, m, p, y, i: F.gelu(x),
    lambda t, F, x, m, p, y, i: F.gelu(x, approximate="tanh"),
    lambda t, F, x, m, p, y, i: F.gelu(x, approximate="x"),
    lambda t, F, x, m, p, y, i: F.gelu(i),
    lambda t, F, x, m, p, y, i: F.silu(x),
    lambda t, F, x, m, p, y, i: F.silu(i),
    lambda t, F, x, m, p, y, i: F.elu(x),
    lambda t, F, x, m, p, y, i: F.elu(x, 2.0),
    lambda t, F, x, m, p, y, i: F.elu(i),
    lambda t, F, x, m, p, y, i: F.leaky_relu(x),
    lambda t, F, x, m, p, y, i: F.leaky_relu(x, 0.3),
    lambda t, F, x, m, p, y, i: F.leaky_relu(i),
    lambda t, F, x, m, p, y, i: F.relu6(x),
    lambda t, F, x, m, p, y, i: F.relu6(i),
    lambda t, F, x, m, p, y, i: F.hardtanh(x),
    lambda t, F, x, m, p, y, i: F.hardtanh(i),
    lambda t, F, x, m, p, y, i: F.hardtanh(i > 3),
    lambda t, F, x, m, p, y, i: F.logsigmoid(x),
    lambda t, F, x, m, p, y, i: F.logsigmoid(i),
    lambda t, F, x, m, p, y, i: F.hardshrink(x),
    lambda t, F, x, m, p, y, i: F.threshold(x, 1, 2),
    lambda t, F, x, m, p, y, i: F.selu(x),
    lambda t, F, x, m, p, y, i: F.celu(x),
    lambda t, F, x, m, p, y, i: F.prelu(x, t.tensor([0.2], dtype=t.float64)),
    lambda t, F, x, m, p, y, i: F.one_hot(i),
    lambda t, F, x, m, p, y, i: F.one_hot(i, 8),
    lambda t, F, x, m, p, y, i: F.one_hot(i, 2),
    lambda t, F, x, m, p, y, i: F.one_hot(-i),
    lambda t, F, x, m, p, y, i: F.one_hot(i.int()),
    lambda t, F, x, m, p, y, i: F.one_hot(i[:0]),
    lambda t, F, x, m, p, y, i: F.one_hot(i[0]),
    lambda t, F, x, m, p, y, i: F.mse_loss(m, p),
    lambda t, F, x, m, p, y, i: F.mse_loss(m, y, reduction="none"),
    lambda t, F, x, m, p, y, i: F.mse_loss(m, p, reduction="sum"),
    lambda t, F, x, m, p, y, i: F.mse_loss(m, p, reduction="x"),
    lambda t, F, x, m, p, y, i: F.mse_loss(m, p[0]),
    lambda t, F, x, m, p, y, i: F.mse_loss(m, p[:, :2]),
    lambda t, F, x, m, p, y, i: F.l1_loss(m, p),
    lambda t, F, x, m, p, y, i: F.l1_loss(m, p, reduction="none"),
    lambda t, F, x, m, p, y, i: F.l1_loss(m, p, reduction="sum"),
    lambda t, F, x, m, p, y, i: F.binary_cross_entropy(p, y.detach()),
    lambda t, F, x, m, p, y, i: F.binary_cross_entropy(p, y.detach(), reduction="none"),
    lambda t, F, x, m, p, y, i: F.binary_cross_entropy(m, y.detach()),
    lambda t, F, x, m, p, y, i: F.binary_cross_entropy(p, y[0].detach()),
    lambda t, F, x, m, p, y, i: F.binary_cross_entropy_with_logits(m, y),
    lambda t, F, x, m, p, y, i: F.binary_cross_entropy_with_logits(m, y, reduction="sum"),
    lambda t, F, x, m, p, y, i: F.binary_cross_entropy_with_logits(m, y[0]),
    lambda t, F, x, m, p, y, i: F.nll_loss(m, i),
    lambda t, F, x, m, p, y, i: F.nll_loss(m, i, reduction="none"),
    lambda t, F, x, m, p, y, i: F.nll_loss(m, i, reduction="sum"),
    lambda t, F, x, m, p, y, i: F.nll_loss(m, i, weight=t.tensor([1.0, 2.0, 3.0], dtype=t.float64)),
    lambda t, F, x, m, p, y, i: F.nll_loss(m, i + 1),
    lambda t, F, x, m, p, y, i: F.nll_loss(m, i, ignore_index=1),
    lambda t, F, x, m, p, y, i: F.nll_loss(m, i.double()),
    lambda t, F, x, m, p, y, i: F.nll_loss(m, i[:2]),
    lambda t, F, x, m, p, y, i: F.nll_loss(m[0], i[0]),
    lambda t, F, x, m, p, y, i: F.cross_entropy(m, i),
    lambda t, F, x, m, p, y, i: F.cross_entropy(m, i, reduction="none"),
    lambda t, F, x, m, p, y, i: F.cross_entropy(m[0], i[0]),
    lambda t, F, x, m, p, y, i: F.cross_entropy(m, i[:2]),
    lambda t, F, x, m, p, y, i: F.linear(m, p, m[0].sum() * p[:, 0]),
    lambda t, F, x, m, p, y, i: F.linear(m, p),
    lambda t, F, x, m, p, y, i: F.linear(m[0], p),
    lambda t, F, x, m, p, y, i: F.linear(m[None], p, p[:, 0].contiguous()),
    lambda t, F, x, m, p, y, i: F.linear(m, p[0]),
    lambda t, F, x, m, p, y, i: F.normalize(m),
    lambda t, F, x, m, p, y, i: F.normalize(m, p=1, dim=0),
    lambda t, F, x, m, p, y, i: F.pad(m, (1, 1)),
    lambda t, F, x, m, p, y, i: F.pad(m, (1, 0), value=3),
    lambda t, F, x, m, p, y, i: F.pad(m, (1, -1, 0, 1)),
    lambda t, F, x, m, p, y, i: F.pad(m, (1, 1, 1)),
    lambda t, F, x, m, p, y, i: F.pad(m, (1, 1, 1, 1, 1, 1)),
]


@pytest.mark.parametrize("call", CALLS, ids=range(len(CALLS)))
def test_a_call(call):
    agree(lambda t, *arrays: call(t, t.nn.functional, *arrays), *ARRAYS)


IN_PLACE = [
    lambda t, F, x: F.relu(x, inplace=True),
    lambda t, F, x: F.silu(x, True),
    lambda t, F, x: F.relu6(x, True),
    lambda t, F, x: F.hardtanh(x, -0.5, 0.5, True),
    lambda t, F, x: F.hardtanh(x, max_val=0.5, inplace=True),
]


@pytest.mark.parametrize("call", IN_PLACE, ids=range(len(IN_PLACE)))
def test_an_activation_in_place(call):
    agree(lambda t, x: call(t, t.nn.functional, x * 1), ARRAYS[0])


# Of these PyTorch's nodes have other numbers in place.
@pytest.mark.parametrize("name", ["elu", "selu", "celu", "leaky_relu"])
def test_another_activation_in_place(name):
    agree(lambda t, x: getattr(t.nn.functional, name)(x * 1, inplace=True), ARRAYS[0], nodes=False)


def test_a_size_that_differs_and_a_dim_left_out_are_warned_of():
    for t in (minitensor, torch):
        functional = t.nn.functional
        with pytest.warns(UserWarning, match="Using a target size") as caught:
            functional.mse_loss(t.ones(2), t.ones(3, 2))
        assert caught[0].filename == __file__
        with pytest.warns(UserWarning, match="Implicit dimension choice for softmax"):
            functional.softmax(t.ones(2, 2))


def test_layers_are_left_out():
    for module, name in ((minitensor.nn, "Linear"), (minitensor.nn.functional, "conv2d")):
        with pytest.raises(AttributeError, match=f"has no attribute '{name}'") as caught:
            getattr(module, name)
        assert "leaves out layers" in caught.value.__notes__[0]
