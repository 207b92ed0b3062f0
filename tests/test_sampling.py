"""Random numbers: the same values as PyTorch's, bit for bit, and the same state afterwards."""

import warnings

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from random_pairs import (
    DTYPES,
    FILLERS,
    FLOATS,
    INTEGERS,
    Pair,
    outcome,
    same_error,
    seeded,
    tensors,
)

from minitensor import gaussian, integers, sampling


@pytest.fixture
def torch():
    torch = pytest.importorskip("torch")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*is out of bounds")
        yield torch


# Without PyTorch: values it was seen to give


def filled(name, shape, dtype, *args):
    return FILLERS[name](np.empty(shape, dtype), *args, generator=seeded())


def test_recorded_values():
    uniform = filled("uniform_", 3, np.float32)
    assert uniform.tolist() == np.float32([0.49625659, 0.76822180, 0.08847743]).tolist()
    serial = filled("normal_", 3, np.float32)
    assert serial.tolist() == np.float32([1.54099607, -0.29342890, -2.17878938]).tolist()
    blocks = filled("normal_", 17, np.float32)[[0, 1, 16]]
    assert blocks.tolist() == np.float32([-1.12583983, -1.69593120, 0.93182659]).tolist()
    assert filled("random_", 8, np.int64, 0, 10).tolist() == [4, 9, 3, 0, 3, 9, 7, 3]
    assert integers.randperm(10, seeded(), np.dtype(np.int64)).tolist() == [
        4, 1, 7, 5, 3, 9, 0, 8, 6, 2,
    ]  # fmt: skip
    assert (filled("bernoulli_", 8, np.float32, 0.5) * 2).tolist() == [0, 0, 2, 0, 0, 0, 2, 2]


def test_recorded_linear_layer():
    generator = seeded()
    bound = 3**-0.5
    weight = sampling.uniform_(np.empty((2, 3), np.float32), -bound, bound, generator=generator)
    bias = sampling.uniform_(np.empty(2, np.float32), -bound, bound, generator=generator)
    expected = [-0.00432252, 0.30971584, -0.47518533, -0.42489460, -0.22236897, 0.15482073]
    assert np.allclose(weight.ravel(), expected, rtol=0, atol=1e-8)
    assert np.allclose(bias, [-0.01143914, 0.45777494], rtol=0, atol=1e-8)


# Values, side by side with PyTorch

LAYOUTS = ("contiguous", "transposed", "strided", "rotated")
SHAPES = ((), (0,), (1,), (15,), (16,), (17,), (47,), (640,), (3, 5), (4, 8), (2, 3, 5))

uniform_bounds = st.sampled_from([(0, 1), (-1, 1), (0.3, 0.7), (1000, 1001), (5, 5), (-1 / 3, 1e4)])
normal_arguments = st.sampled_from([(0, 1), (0.3, 2.2), (5, 0), (-1e-3, 7e3), (0, 0.1), (3, 1)])
probabilities = st.sampled_from([0.0, 1.0, 0.3, 0.5])


def step(name, dtypes, *arguments):
    return st.tuples(st.just(name), st.sampled_from(dtypes), *arguments)


floating_steps = st.one_of(
    step("uniform_", FLOATS, uniform_bounds),
    step("normal_", FLOATS, normal_arguments),
    step("log_normal_", FLOATS, st.sampled_from([(1, 2), (0.1, 1.3)])),
    step("exponential_", FLOATS, st.sampled_from([(1.0,), (0.37,), (250.0,)])),
    step("cauchy_", FLOATS, st.sampled_from([(0, 1), (-0.3, 12.7)])),
)
other_steps = st.one_of(
    step("geometric_", (*INTEGERS, *FLOATS), st.sampled_from([(0.3,), (0.99,)])),
    step("bernoulli_", DTYPES, st.tuples(probabilities)),
    step("random_", DTYPES, st.sampled_from([(), (0, 2), (0, None), (1, None)])),
    step("random_", (*INTEGERS, *FLOATS), st.sampled_from([(5, 100), (0, 128), (99, 100)])),
)


@pytest.mark.torch
@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 2**64 - 1),
    steps=st.lists(
        st.tuples(floating_steps | other_steps, st.sampled_from(SHAPES), st.sampled_from(LAYOUTS)),
        max_size=8,
    ),
)
@example(0, [(("normal_", "float32", (0, 1)), (n,), "contiguous") for n in (3, 16, 1, 33, 5)])
@example(0, [(("normal_", dtype, (0, 1)), (3, 7), "transposed") for dtype in FLOATS])
def test_any_mixture_of_draws(seed, steps):
    pair = Pair(pytest.importorskip("torch"), seed)
    for (name, dtype, arguments), shape, layout in steps:
        pair.fill(name, dtype, shape, layout, *arguments)


@pytest.mark.torch
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("layout", ["contiguous", "transposed"])
def test_many_values(torch, dtype, layout):
    pair = Pair(torch, 42)
    for name, *arguments in (
        ("uniform_", 0.0, 1.0),
        ("uniform_", -0.577, 0.577),
        ("normal_", 0.0, 1.0),
        ("normal_", -0.3, 1.7),
        ("exponential_", 1.3),
    ):
        pair.fill(name, dtype, (200, 251), layout, *arguments)


@pytest.mark.torch
def test_one_large_fill(torch):
    Pair(torch, 7).fill(
        "normal_", "float32", (gaussian.CHUNK * gaussian.BLOCK + 1000,), "contiguous"
    )


@pytest.mark.torch
@pytest.mark.parametrize("probabilities_dtype", FLOATS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_bernoulli_with_a_tensor(torch, probabilities_dtype, layout):
    pair = Pair(torch, 1)
    for shape in (5, 7), (2, 3, 4), (7,), ():
        p = np.asarray(np.random.default_rng(0).random(shape)).astype(probabilities_dtype)
        for dtype in DTYPES:
            pair.fill("bernoulli_", dtype, shape, layout, p)
    p = np.linspace(0, 1, 7).astype(probabilities_dtype)
    pair.fill("bernoulli_", "float32", (5, 7), layout, p)  # broadcast


RANGES = {
    "int32": [(0, 2**28 - 1), (0, 2**28), (0, 2**28 + 1), (-(2**31), 2**31)],
    "int64": [
        (-(2**63), 2**63 - 1), (-5, 2**62), (2**62, None), (-(2**63), None), (0, 2**28), (-7, -6),
    ],
    "float16": [(2050, 2053), (2051, 2054), (0, 65505), (-3000, None)],
    "float32": [
        (0, 2**24 + 4), (-(2**24) - 1, 0), (-(2**24) - 3, 9), (-(2**63), None), (-5, None),
        (2**24 + 1, 2**24 + 3), (-(2**56) - 1, 2**62 + 1), (2**25 + 1, 2**25 + 40),
    ],
    "float64": [(2**53 + 3, 2**53 + 10), (-(2**54) - 1, 2**62 + 1), (-(2**63), None)],
}  # fmt: skip


@pytest.mark.torch
@pytest.mark.parametrize(
    ("dtype", "low", "high"), [(dtype, *ends) for dtype in RANGES for ends in RANGES[dtype]]
)
def test_wide_ranges_of_integers(torch, dtype, low, high):
    Pair(torch, 3).fill("random_", dtype, (200,), "contiguous", low, high)


@pytest.mark.torch
@pytest.mark.parametrize("n", [0, 1, 2, 3, 10, 127, 1000, 20_000])
@pytest.mark.parametrize("dtype", ["int64", "int32", "float64"])
def test_randperm(torch, n, dtype):
    pair = Pair(torch, n)
    ours = integers.randperm(n, pair.ours, np.dtype(dtype))
    theirs = torch.randperm(n, generator=pair.theirs, dtype=getattr(torch, dtype))
    pair.compare(ours, theirs)


@given(n=st.integers(0, 300), seed=st.integers(0, 2**32 - 1))
def test_randperm_is_a_loop_of_swaps(n, seed):
    words = seeded(seed).words32(max(n - 1, 0)).tolist()
    shuffled = list(range(n))
    for i, word in enumerate(words):
        j = i + word % (n - i)
        shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
    assert integers.randperm(n, seeded(seed), np.dtype(np.int64)).tolist() == shuffled


@pytest.mark.torch
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize(
    ("num_samples", "replacement"), [(1, False), (1, True), (3, False), (60, True)]
)
@pytest.mark.parametrize("layout", ["vector", "rows", "transposed", "expanded"])
def test_multinomial(torch, dtype, num_samples, replacement, layout):
    pair = Pair(torch, 9)
    weights = np.random.default_rng(1).random((6, 9)).astype(dtype)
    ours, theirs = {
        "vector": lambda: (weights[0], torch.from_numpy(weights)[0]),
        "rows": lambda: (weights, torch.from_numpy(weights)),
        "transposed": lambda: (weights.T, torch.from_numpy(weights).T),
        "expanded": lambda: (
            np.broadcast_to(weights[0], (4, 9)),
            torch.from_numpy(weights)[0].expand(4, 9),
        ),
    }[layout]()
    pair.compare(
        sampling.multinomial(ours, pair.ours, num_samples, replacement),
        torch.multinomial(theirs, num_samples, replacement, generator=pair.theirs),
    )


@pytest.mark.torch
@pytest.mark.parametrize(
    ("name", "arguments"),
    [("normal_", (0.0, np.inf)), ("normal_", (np.nan, 1.0)), ("normal_", (0.0, 1e39)),
     ("exponential_", (np.inf,)), ("cauchy_", (0.0, 1e30)), ("log_normal_", (800.0, 1.0))],
)  # fmt: skip
@pytest.mark.parametrize("n", [3, 40])
@pytest.mark.filterwarnings("error")
def test_overflow_is_silent(torch, name, arguments, n):
    for dtype in FLOATS:
        pair = Pair(torch, 0)
        ours = FILLERS[name](np.empty(n, dtype), *arguments, generator=pair.ours)
        theirs = torch.empty(n, dtype=getattr(torch, dtype))
        getattr(theirs, name)(*arguments, generator=pair.theirs)
        assert np.array_equal(ours, theirs.numpy(), equal_nan=True)


# Errors and warnings

NAN, INF = float("nan"), float("inf")
REFUSED = {
    "uniform_": [
        (2, 1), (NAN, 1), (0, NAN), (-INF, 1), (-3e38, 3e38), (0, 1e39), (-70000, 5), (0.1, 0.05),
        (1e7, 12345), (-50000, 50000), (-1.7e308, 1.7e308), (0, 1),
    ],
    "normal_": [(0, -1), (0, NAN), (0, -1.23456789e-10), (0, 1)],
    "log_normal_": [(1, 0), (1, -2), (1, NAN), (1, 2)],
    "exponential_": [(0,), (-0.1,), (NAN,), (1,)],
    "geometric_": [(0,), (1,), (1.5,), (NAN,), (0.5,)],
    "cauchy_": [(0, 0), (0, -1), (0, NAN), (0, 1)],
    "bernoulli_": [
        (1.5,), (-0.1,), (NAN,), (np.array([0.1, 2.0]),), (np.array([NAN, 0.5]),),
        (np.array([-1.0, 0.5]),), (np.array([1, 0]),),
    ],
    "random_": [
        (5, 5), (7, 3), (0, 0), (0, 300), (-1, 5), (0, 3), (0, 129), (-129, 3), (2, None),
        (200, None), (-200, None), (-(2**63), None), (2051, 2052), (2052, None), (0, 70000),
        (-70000, None), (70000, 70001), (2**24 + 3, None), (2**53 + 3, None), (0, 2**40),
    ],
}  # fmt: skip


@pytest.mark.torch
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", REFUSED)
def test_wrong_arguments(torch, name, dtype):
    for arguments in REFUSED[name]:
        for n in 2, 0:
            refuse(torch, name, dtype, n, arguments)


def refuse(torch, name, dtype, n, arguments):
    generator, array = seeded(), np.zeros(n, dtype)
    theirs = torch.zeros(n, dtype=getattr(torch, dtype))
    if same_error(
        lambda: FILLERS[name](array, *arguments, generator=generator),
        lambda: getattr(theirs, name)(*tensors(torch, arguments)),
    ):
        assert not array.any()
        assert generator.state_bytes().tobytes() == seeded().state_bytes().tobytes()


@pytest.mark.torch
@pytest.mark.parametrize(
    ("n", "dtype"),
    [(-1, "int64"), (-1, "bool"), (3, "bool"), (2049, "float16"), (2050, "float16"),
     (2**24 + 2, "float32"), (256, "uint8"), (257, "uint8"), (128, "int8"), (129, "int8"),
     (2**15, "int16"), (2**15 + 1, "int16"), (2**31 + 1, "int32")],
)  # fmt: skip
def test_randperm_refuses(torch, n, dtype):
    if n > 2**30:
        expected = RuntimeError, "value cannot be converted to type int without overflow"
        assert outcome(lambda: integers.randperm(n, seeded(), np.dtype(dtype))) == expected
        return
    same_error(
        lambda: integers.randperm(n, seeded(), np.dtype(dtype)),
        lambda: torch.randperm(n, dtype=getattr(torch, dtype)),
    )


@pytest.mark.torch
@pytest.mark.parametrize("dtype", [*FLOATS, "int64", "bool"])
@pytest.mark.parametrize(
    "weights",
    [[1, 2], [1, -1], [0, 0], [1, NAN], [1, INF], 1.0, [[[1.0]]], [], [[], []], [[1, 1], [0, 0]]],
)
def test_multinomial_refuses(torch, dtype, weights):
    with np.errstate(invalid="ignore"):
        weights = np.asarray(weights).astype(dtype)
    for num_samples, replacement in (0, False), (-1, True), (1, False), (2, True), (3, False):
        if weights.shape == (2, 0) and num_samples == 1:
            continue
        same_error(
            lambda k=num_samples, r=replacement: sampling.multinomial(weights, seeded(), k, r),
            lambda k=num_samples, r=replacement: torch.multinomial(torch.from_numpy(weights), k, r),
        )


@pytest.mark.torch
@pytest.mark.parametrize(
    ("dtype", "low", "high"),
    [("float16", 0, 2049), ("float16", 0, 2050), ("float16", -2049, 2050),
     ("float32", 0, 2**24 + 2), ("float64", 2**53 + 3, 2**53 + 10)],
)  # fmt: skip
def test_random_warns_beyond_exact_floats(dtype, low, high):
    torch = pytest.importorskip("torch")
    with warnings.catch_warnings(record=True) as ours:
        warnings.simplefilter("always")
        integers.random_(np.empty(3, dtype), low, high, generator=seeded())
    with warnings.catch_warnings(record=True) as theirs:
        warnings.simplefilter("always")
        torch.empty(3, dtype=getattr(torch, dtype)).random_(low, high)
    expected = [str(w.message).partition(" (Triggered")[0] for w in theirs]
    assert [str(w.message) for w in ours] == expected


def test_put_follows_memory():
    base = np.zeros((4, 6))
    view = base.T[::2]
    sampling.put(view, np.arange(12.0))
    assert base[:, ::2].ravel().tolist() == list(range(12))
    assert not base[:, 1::2].any()
