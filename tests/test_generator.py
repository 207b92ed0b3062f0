"""`Generator`: seeds and saved states as PyTorch's; and the arithmetic that rounds as C does."""

import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from random_pairs import Pair, assert_same_bits, same_error, seeded

from minitensor import rounding, sampling
from minitensor.generator import INITIAL_SEED, Generator, default_generator


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


def test_new_generators_start_alike():
    one, other = Generator(), Generator("cpu")
    assert one.initial_seed() == INITIAL_SEED
    assert one.words32(5).tolist() == other.words32(5).tolist()
    assert repr(one) == f"<torch._C.Generator object at {id(one):#x}>"
    assert repr(one.device) == "device(type='cpu')"


def test_default_generator_is_seeded_at_random():
    program = "from minitensor.generator import default_generator as g; print(g.initial_seed())"
    seeds = {subprocess.check_output([sys.executable, "-c", program]) for _ in range(2)}
    assert len(seeds) == 2
    assert default_generator.initial_seed() != INITIAL_SEED


def test_import_leaves_numpy_random_alone():
    program = (
        "import numpy, sys; before = 'numpy.random' in sys.modules;"
        "import minitensor.sampling, minitensor.integers;"
        "assert before == ('numpy.random' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_seed_draws_a_new_seed():
    generator = Generator()
    seeds = {generator.seed() for _ in range(3)}
    assert len(seeds) == 3
    assert generator.initial_seed() in seeds


@pytest.mark.torch
@pytest.mark.parametrize("seed", [0, 1, -1, 2**32, 2**63, 2**64 - 1, -(2**63), 67280421310721])
def test_manual_seed(torch, seed):
    pair = Pair(torch, seed)
    assert pair.ours.initial_seed() == pair.theirs.initial_seed()
    pair.fill("uniform_", "float32", (5,), "contiguous")


@pytest.mark.torch
@pytest.mark.parametrize("seed", [2**64, -(2**63) - 1, 3.7, "a", None, True])
def test_manual_seed_refuses(torch, seed):
    generator = seeded(3)
    same_error(lambda: generator.manual_seed(seed), lambda: torch.Generator().manual_seed(seed))
    assert generator.initial_seed() == 3


@pytest.mark.torch
@pytest.mark.parametrize("words", [0, 1, 623, 624, 625, 1248, 1249])
def test_state_travels_both_ways(torch, words):
    ours, theirs = seeded(5), torch.Generator().manual_seed(5)
    ours.words32(words)
    torch.rand(words, generator=theirs)
    state = ours.state_bytes()
    assert state.dtype == np.uint8
    assert state.shape == (5056,)
    assert state.tobytes() == theirs.get_state().numpy().tobytes()
    back = Generator().load_state_bytes(theirs.get_state().numpy())
    forth = torch.Generator().set_state(torch.from_numpy(state))
    assert back.initial_seed() == forth.initial_seed() == 5
    assert_same_bits(ours.clone_state().uniform32(700), torch.rand(700, generator=forth))
    assert_same_bits(back.uniform32(700), torch.rand(700, generator=theirs))


def test_state_keeps_the_cached_normal():
    generator = seeded()
    sampling.normal_(np.empty(3), generator=generator)
    copy = generator.clone_state()
    assert copy.cached_normal == generator.cached_normal is not None
    assert generator.manual_seed(0).cached_normal is None
    assert copy.cached_normal is not None


@pytest.mark.torch
@pytest.mark.parametrize(
    ("offset", "value"), [(8, 0), (8, 625), (12, 0), (16, 625), (16, 100), (5040, 1)]
)
def test_states_are_checked(torch, offset, value):
    state = Generator().state_bytes()
    state[offset : offset + 2] = np.array([value], "<u2").view(np.uint8)
    generator = seeded(3)
    generator.words32(2)
    before = generator.state_bytes()
    theirs = torch.Generator()
    if same_error(
        lambda: generator.load_state_bytes(state),
        lambda: theirs.set_state(torch.from_numpy(state)),
    ):
        assert generator.state_bytes().tobytes() == before.tobytes()
    else:
        assert_same_bits(generator.uniform32(3), torch.rand(3, generator=theirs))


@pytest.mark.torch
def test_states_of_a_wrong_size(torch):
    same_error(
        lambda: Generator().load_state_bytes(np.zeros(10, np.uint8)),
        lambda: torch.Generator().set_state(torch.zeros(10, dtype=torch.uint8)),
    )


# Rounding

doubles = st.floats(-1e100, 1e100).filter(lambda x: x == 0 or abs(x) > 1e-100)


@settings(max_examples=500)
@given(a=doubles, b=doubles, c=doubles)
@example(0.1, 10.0, -1.0)
@example(1 + 2**-52, 1 - 2**-52, -1.0)
@example(1 + 2.0**-27, 1 + 2.0**-26, 2.0**-106)  # a tie, but for the last bit of all
def test_fma_rounds_once(a, b, c):
    exact = float(Fraction(a) * Fraction(b) + Fraction(c))
    assert rounding.fma(np.array([a]), b, c)[0] == exact


def test_cast_to_float16_rounds_twice_as_c_does():
    just_over_a_tie = np.array([1 + 2.0**-11 + 2.0**-40])
    assert just_over_a_tie.astype(np.float16)[0] == 1 + 2.0**-10
    assert rounding.cast(just_over_a_tie, np.dtype(np.float16))[0] == 1


def test_cast_to_a_small_integer_keeps_the_low_bits():
    assert rounding.cast(np.array([300.0]), np.dtype(np.uint8)).tolist() == [44]
