"""New tensors: filled, in sequence, with strides of one's own, at random; and wrong arguments."""

import numpy as np
import pytest
from torch_compare import agree, torch

import minitensor

X = np.arange(6, dtype="float32").reshape(2, 3)

FILLED = [
    lambda t, x: t.zeros(2, 3),
    lambda t, x: t.zeros(()),
    lambda t, x: t.zeros([]),
    lambda t, x: t.zeros(size=(2,)),
    lambda t, x: t.zeros((t.tensor(2), 3)),
    lambda t, x: t.zeros(np.int64(2)),
    lambda t, x: t.zeros(2, dtype=t.int8),
    lambda t, x: t.zeros(2, dtype=float),
    lambda t, x: t.zeros(2, layout=t.strided, device="cpu"),
    lambda t, x: t.zeros(2, out=t.ones(0)),
    lambda t, x: t.zeros(2, out=t.ones(3)),
    lambda t, x: t.zeros(2, requires_grad=True).requires_grad,
    lambda t, x: t.zeros(),
    lambda t, x: t.zeros("a"),
    lambda t, x: t.zeros(2, "a"),
    lambda t, x: t.zeros(1.5),
    lambda t, x: t.zeros((2, 1.5)),
    lambda t, x: t.zeros(-1),
    lambda t, x: t.zeros(True),
    lambda t, x: t.zeros(None),
    lambda t, x: t.zeros([[1]]),
    lambda t, x: t.zeros(2, dtype="a"),
    lambda t, x: t.zeros(2, foo=3),
    lambda t, x: t.zeros(2, requires_grad=1),
    lambda t, x: t.zeros(2, dtype=t.int8, requires_grad=True),
    lambda t, x: t.zeros(2, dtype=t.int8, out=t.empty(2)),
    lambda t, x: t.zeros(2, out=3),
    lambda t, x: t.zeros(2, device="cuda"),
    lambda t, x: t.zeros(2, device="foo"),
    lambda t, x: t.zeros(2, device=3),
    lambda t, x: t.ones(2, 3, dtype=t.bool),
    lambda t, x: t.empty(2, 3).shape == (2, 3),
    lambda t, x: t.zeros_like(x.t()),
    lambda t, x: t.zeros_like(x.t(), memory_format=t.contiguous_format),
    lambda t, x: t.zeros_like(x[:, ::2]),
    lambda t, x: t.ones_like(x[:1].expand(3, 3), dtype=t.int8),
    lambda t, x: t.zeros_like([1]),
    lambda t, x: t.zeros_like(),
    lambda t, x: x.new_zeros(2, 3),
    lambda t, x: x.new_zeros((2, 3)),
    lambda t, x: x.new_ones(2, dtype=t.int8),
    lambda t, x: x.new_zeros("a"),
    lambda t, x: x.new_zeros(),
    lambda t, x: x.new_empty(2).dtype == x.dtype,
    lambda t, x: x.new_full((2,), 3),
    lambda t, x: t.tensor([1]).new_full((2,), 1.5),
    lambda t, x: x.new_full(2, 3),
    lambda t, x: x.new_full((2,)),
    lambda t, x: x.new_tensor([1, 2]),
    lambda t, x: x.new_tensor(x),
    lambda t, x: t.full((2,), True),
    lambda t, x: t.full((2,), 1.5, dtype=t.int64),
    lambda t, x: t.full((2,), t.tensor(3)),
    lambda t, x: t.full(size=(2,), fill_value=3),
    lambda t, x: t.full(2, 3),
    lambda t, x: t.full((2,), "a"),
    lambda t, x: t.full((2,)),
    lambda t, x: t.full((-1,), 3),
    lambda t, x: t.full((2,), t.tensor([1, 2])),
    lambda t, x: t.full((2,), 300, dtype=t.uint8),
    lambda t, x: t.full_like(x.t(), 1.5),
    lambda t, x: t.full_like(t.tensor([1]), 1.5),
    lambda t, x: t.scalar_tensor(3),
    lambda t, x: t.scalar_tensor(3, dtype=t.int8),
    lambda t, x: t.scalar_tensor(t.tensor(2.0)),
    lambda t, x: t.scalar_tensor("a"),
    lambda t, x: t.eye(2, 3),
    lambda t, x: t.eye(n=2, m=3),
    lambda t, x: t.eye(2, dtype=t.bool),
    lambda t, x: t.eye(0),
    lambda t, x: t.eye(-1),
    lambda t, x: t.eye(2, -1),
    lambda t, x: t.empty_strided((2, 3), (1, 2)).stride(),
    lambda t, x: t.empty_strided((2, 3), (1,)),
    lambda t, x: t.empty_strided((2,), (-1,)),
    lambda t, x: t.empty_strided((-2,), (1,)),
    lambda t, x: x.new_empty_strided((2, 3), (1, 2)).stride(),
    lambda t, x: t.empty_permuted((2, 3, 4), (2, 0, 1)).stride(),
    lambda t, x: t.empty_permuted((2, 3), (0, 0)),
    lambda t, x: t.empty_permuted((2, 3), (0,)),
    lambda t, x: t.empty_permuted((2, 3), (0, 5)),
]

SEQUENCES = [
    lambda t, x: t.arange(3),
    lambda t, x: t.arange(3.0),
    lambda t, x: t.arange(1, 3),
    lambda t, x: t.arange(0, 1, 0.25),
    lambda t, x: t.arange(3, 0, -1),
    lambda t, x: t.arange(end=3),
    lambda t, x: t.arange(start=1, end=3),
    lambda t, x: t.arange(1, end=9, step=2),
    lambda t, x: t.arange(t.tensor(3)),
    lambda t, x: t.arange(t.tensor(3.0)),
    lambda t, x: t.arange(5, dtype=t.float16),
    lambda t, x: t.arange(True),
    lambda t, x: t.arange(1, 2.5, dtype=t.int64),
    lambda t, x: t.arange(-0.5, 3.2, dtype=t.int64),
    lambda t, x: t.arange(0, 5, 2.5, dtype=t.int32),
    lambda t, x: t.arange(300, dtype=t.uint8)[-1],
    lambda t, x: t.arange(0.1, 0.5, 0.1),
    lambda t, x: t.arange(0.0, 1, 0.1),
    lambda t, x: t.arange(0, 3, out=t.empty(0)),
    lambda t, x: t.arange(3.0, requires_grad=True).requires_grad,
    lambda t, x: t.arange(3, 0),
    lambda t, x: t.arange(0, 3, 0),
    lambda t, x: t.arange(0, 3, -1),
    lambda t, x: t.arange("a"),
    lambda t, x: t.arange(),
    lambda t, x: t.arange(1, 2, 3, 4),
    lambda t, x: t.arange(1, "a"),
    lambda t, x: t.arange(float("inf")),
    lambda t, x: t.arange(float("nan")),
    lambda t, x: t.arange(3, dtype=t.bool),
    lambda t, x: t.range(1, 3),
    lambda t, x: t.range(0, 1, 0.5),
    lambda t, x: t.linspace(0, 1, 3),
    lambda t, x: t.linspace(0, 1, 1),
    lambda t, x: t.linspace(0, 1, 0),
    lambda t, x: t.linspace(start=0, end=1, steps=3),
    lambda t, x: t.linspace(0, 10, 5, dtype=t.int64),
    lambda t, x: t.linspace(-3, 3, 4, dtype=t.int32),
    lambda t, x: t.linspace(t.tensor(0.0), t.tensor(1.0), 3),
    lambda t, x: t.linspace(0, 1, 3, out=t.empty(0)),
    lambda t, x: t.linspace(0, 1, -1),
    lambda t, x: t.linspace(0, 1),
    lambda t, x: t.linspace("a", 1, 2),
    lambda t, x: t.linspace(0, 1, 2.5),
    lambda t, x: t.linspace(t.tensor([0.0]), 1, 3),
    lambda t, x: t.logspace(0, 2, 3),
    lambda t, x: t.logspace(0, 2, 3, base=2.0),
    lambda t, x: t.logspace(0, 3, 4, dtype=t.int64),
    lambda t, x: t.logspace(0, 2, -3),
]

RANDOM = [
    lambda t, x: t.rand(2, 3),
    lambda t, x: t.randn(17),
    lambda t, x: t.rand(2, generator=t.Generator().manual_seed(3)),
    lambda t, x: t.rand(2, dtype=t.float64),
    lambda t, x: t.rand(2, dtype=t.int64),
    lambda t, x: t.rand(2, out=t.empty(0)),
    lambda t, x: t.randn("a"),
    lambda t, x: t.rand_like(x.t()),
    lambda t, x: t.randn_like(t.tensor([1]), dtype=t.float64),
    lambda t, x: t.rand_like(t.tensor([1])),
    lambda t, x: t.randint(3, (2,)),
    lambda t, x: t.randint(1, 3, (2,)),
    lambda t, x: t.randint(high=3, size=(2,)),
    lambda t, x: t.randint(low=1, high=3, size=(2,)),
    lambda t, x: t.randint(1, high=3, size=(2,)),
    lambda t, x: t.randint(3, size=(2,)),
    lambda t, x: t.randint(3, (2,), dtype=t.float32),
    lambda t, x: t.randint(3),
    lambda t, x: t.randint(3, 1, (2,)),
    lambda t, x: t.randint_like(x, 3),
    lambda t, x: t.randint_like(x.t(), 1, 3),
    lambda t, x: t.randint_like(x, low=1, high=3),
    lambda t, x: t.randperm(7),
    lambda t, x: t.randperm(5, dtype=t.int32),
    lambda t, x: t.randperm(-1),
    lambda t, x: t.randperm("a"),
    lambda t, x: t.normal(0, 1, (2,)),
    lambda t, x: t.normal(mean=0.0, std=1.0, size=(2, 20)),
    lambda t, x: t.normal(x, 1),
    lambda t, x: t.normal(x),
    lambda t, x: t.normal(0, x),
    lambda t, x: t.normal(x, x),
    lambda t, x: t.normal(0.0, 1.0),
    lambda t, x: t.normal("a", 1),
    lambda t, x: t.normal(x, -1),
    lambda t, x: t.normal(x, -x),
    lambda t, x: t.bernoulli(x / 9),
    lambda t, x: t.bernoulli(x, 0.5),
    lambda t, x: x.bernoulli(p=0.3),
    lambda t, x: t.bernoulli(x),
    lambda t, x: t.bernoulli(t.tensor([1])),
    lambda t, x: t.bernoulli(x.requires_grad_() / 9),
    lambda t, x: t.multinomial(x, 2),
    lambda t, x: t.multinomial(t.ones(3), 5),
    lambda t, x: t.multinomial(t.ones(3), 5, replacement=True),
    lambda t, x: t.dropout(x, 0.5, True),
    lambda t, x: t.dropout(x, 0.3, False) is x,
    lambda t, x: t.dropout(x, 0.0, True),
    lambda t, x: t.dropout(x, 1.0, True),
    lambda t, x: t.dropout_(x, 0.3, True),
    lambda t, x: t.dropout(x, 2.0, True),
    lambda t, x: t.dropout(x.requires_grad_(), 0.5, True),
    lambda t, x: x.uniform_(1, 2),
    lambda t, x: x.uniform_(**{"from": 1, "to": 2}),
    lambda t, x: x.normal_(0, 2),
    lambda t, x: x.random_(),
    lambda t, x: x.random_(5),
    lambda t, x: x.random_(2, 5),
    lambda t, x: x.random_(to=3),
    lambda t, x: x.exponential_(2),
    lambda t, x: x.geometric_(0.3),
    lambda t, x: x.cauchy_(),
    lambda t, x: x.log_normal_(),
    lambda t, x: x.bernoulli_(),
    lambda t, x: x.bernoulli_(t.full((2, 3), 0.5)),
    lambda t, x: x.uniform_(1, 0),
    lambda t, x: x.normal_(0, -1),
    lambda t, x: x.exponential_(-1),
    lambda t, x: x.geometric_(2),
    lambda t, x: t.tensor([1]).uniform_(),
    lambda t, x: x.requires_grad_().uniform_(),
    *(
        lambda t, x, draw=draw: draw(x.requires_grad_() * 2)
        for draw in (
            lambda y: y.normal_(),
            lambda y: y.uniform_(),
            lambda y: y.bernoulli_(),
            lambda y: y.bernoulli_(y.detach() / 20),
            lambda y: y.random_(),
            lambda y: y.random_(3),
            lambda y: y.random_(1, 3),
            lambda y: y.geometric_(0.5),
            lambda y: y.log_normal_(),
            lambda y: y.cauchy_(),
            lambda y: y.exponential_(),
        )
    ),
    lambda t, x: t.manual_seed(1.7).initial_seed(),
    lambda t, x: t.manual_seed("a"),
    lambda t, x: (t.random.manual_seed(3), t.random.initial_seed())[1],
    lambda t, x: t.get_rng_state(),
    lambda t, x: t.set_rng_state(3),
]


NESTED = """
    [w, w] | [[w, 1.0]] | (w,) | [x] | [x[:1]] | [one] | [one, 2.0] | [2.0, one] | [[one]] | [one.int()]
    [one.view(1, 1)] | [t.ones(2, dtype=t.int64)] | [t.ones(2, dtype=t.bool)] | [t.ones(2), 1.0] | [1.0, t.ones(2)]
    [t.ones(2)] | [t.ones(2), t.ones(2)] | [[1.0, 2.0], t.ones(2)] | [t.ones(2), [1.0, 2.0]] | [[1.0], one]
    [t.ones(0)] | [t.tensor(1), t.tensor(2.5)] | [t.tensor(2.5), t.tensor(True)] | [t.tensor(2, dtype=t.int8), 1]
    [np.ones(1)] | [1.0, [2.0]] | [1, [2]] | [t.tensor(2, dtype=t.int8), t.tensor(3, dtype=t.int8)]
    [t.tensor(0.1, dtype=t.float64), 1.0]
"""
NESTED = [data.strip() for line in NESTED.strip().splitlines() for data in line.split("|")]


@pytest.mark.torch
@pytest.mark.parametrize("make", ["tensor", "as_tensor", "asarray", "new_tensor", "Tensor"])
@pytest.mark.parametrize("dtype", ["None", "float16", "float64", "int64", "bool"])
@pytest.mark.parametrize("data", NESTED)
def test_tensors_in_lists(make, dtype, data):
    """Tensors of one element count as numbers, whatever their shape."""

    def case(t, x):
        w, one = t.tensor(1.5, requires_grad=True), t.ones(1)
        values = eval(data, {"t": t, "np": np, "w": w, "one": one, "x": x})
        function = x.new_tensor if make == "new_tensor" else getattr(t, make)
        if make == "Tensor" or dtype == "None":
            return function(values)
        return function(values, dtype=getattr(t, dtype))

    agree(case, np.array([1.0, 2.0], "float32"))


def seeded(case):
    def run(t, x):
        t.manual_seed(0)
        return case(t, x)

    return run


@pytest.mark.torch
@pytest.mark.parametrize("case", [*FILLED, *SEQUENCES, *RANDOM])
def test_as_in_pytorch(case):
    agree(seeded(case), X, tolerance=1e-6)


@pytest.mark.torch
def test_a_forked_generator_goes_back():
    for t in (minitensor, torch):
        t.manual_seed(0)
        with t.random.fork_rng():
            t.rand(5)
        assert round(t.rand(1).item(), 4) == 0.4963


def test_settings_that_change_nothing():
    before = minitensor.get_num_threads()
    minitensor.set_num_threads(2)
    assert minitensor.get_num_threads() == 2
    minitensor.set_num_threads(before)
    with pytest.raises(RuntimeError, match="set_num_threads expects a positive integer"):
        minitensor.set_num_threads(0)
    minitensor.set_default_device("cuda")
    try:
        with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled"):
            minitensor.zeros(2)
    finally:
        minitensor.set_default_device(None)
    assert minitensor.get_default_device() == minitensor.device("cpu")
    with pytest.warns(UserWarning, match="set_default_tensor_type"):
        minitensor.set_default_tensor_type(minitensor.DoubleTensor)
    assert minitensor.zeros(1).dtype is minitensor.float64
    minitensor.set_default_dtype(minitensor.float32)
