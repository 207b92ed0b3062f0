"""Random tensors, with the same numbers as PyTorch for the same seed.

How the numbers are drawn is in generator.py, sampling.py and integers.py; here they become tensors.
"""

import functools
from contextlib import contextmanager

import numpy as np

from . import dtypes, integers, sampling
from .arguments import broadcast_shape
from .called import declared
from .declare import FUNCTIONS, composite, op
from .generator import Generator, default_generator
from .grad_mode import no_grad
from .ops.create import OPTIONS, creation, empty_like_array, filled, to_shape
from .ops.inplace import zeros
from .ops.interop import from_numpy
from .signature import to_int
from .tensor import Tensor, wrap


@composite(method=False)
def manual_seed(seed):
    """Begin the default generator's sequence at `seed`; returns the generator.

    >>> torch.manual_seed(0)  # doctest: +ELLIPSIS
    <torch._C.Generator object at 0x...>
    >>> torch.rand(3)
    tensor([0.4963, 0.7682, 0.0885])
    """
    return default_generator.manual_seed(int(seed))


@composite(method=False)
def seed():
    """Seed the default generator at random; returns the seed."""
    return default_generator.seed()


@composite(method=False)
def initial_seed():
    """The seed with which the default generator was started."""
    return default_generator.initial_seed()


@composite(method=False)
def get_rng_state():
    """The state of the default generator, as a tensor of 5056 bytes."""
    return default_generator.get_state()


@composite(method=False)
def set_rng_state(new_state):
    """Put the default generator back into a state that `get_rng_state` returned."""
    default_generator.set_state(new_state)


@contextmanager
def fork_rng(devices=None, enabled=True, **other):
    """A `with` block that leaves the default generator as it found it."""
    state = get_rng_state()
    try:
        yield
    finally:
        if enabled:
            set_rng_state(state)


def _get_state(self):
    """The generator's state, as a tensor of 5056 bytes."""
    return from_numpy(self.state_bytes())


def _set_state(self, new_state):
    """Put the generator back into a state that `get_state` returned."""
    if not isinstance(new_state, Tensor):
        kind = type(new_state).__name__
        raise TypeError(f"expected a torch.ByteTensor, but got {kind}")
    if new_state.dtype is not dtypes.uint8:
        raise TypeError("RNG state must be a torch.ByteTensor")
    self.load_state_bytes(new_state.numpy())
    return self


Generator.get_state, Generator.set_state = _get_state, _set_state


def _draw(fill, array, *arguments, generator=None):
    """The array, filled by one of the functions of sampling.py or integers.py."""
    if generator is not None and not isinstance(generator, Generator):
        raise TypeError
    return fill(array, *arguments, generator=generator or default_generator)


# New tensors

filled(
    "rand",
    functools.partial(_draw, sampling.uniform_),
    "Random numbers from 0 to 1, all equally likely.",
    random=True,
)
filled(
    "randn",
    functools.partial(_draw, sampling.normal_),
    "Random numbers from the normal distribution with mean 0 and standard deviation 1.",
    random=True,
)


@creation("int high, tuple of ints size", "int low, int high, tuple of ints size", random=True)
def randint(*args, low=0, high=None, size=None, generator=None, dtype=None):
    """Random integers from `low` (0 if left out) up to, not including, `high`.

    >>> torch.randint(3, 5, (2, 2)).shape
    torch.Size([2, 2])
    """
    if size is None and args:
        *args, size = args
    if len(args) > (1 if high is not None else 2) or not isinstance(size, (tuple, list)):
        raise TypeError
    low, high = _bounds(*args, *(() if high is None else (high,)), low=low)
    array = np.empty(to_shape((size,)), dtype or np.int64)
    return _draw(integers.random_, array, low, high, generator=generator)


@creation(
    *(
        f"Tensor input, {bounds}, *, torch.memory_format memory_format = None"
        for bounds in ("int low, int high", "Tensor high", "int high")
    ),
    random=True,
)
def randint_like(input, *bounds, generator=None, dtype=None, memory_format=None, **named):
    """Random integers in the shape and dtype of `input`: randint_like(x, high) or (x, low, high)."""
    bounds += tuple(named.pop(name) for name in ("low", "high") if name in named)
    if named:
        raise TypeError
    low, high = _bounds(*bounds)
    array = empty_like_array(input, dtype or input._array.dtype, memory_format)
    return _draw(integers.random_, array, low, high, generator=generator)


def _bounds(*bounds, low=0):
    if not 1 <= len(bounds) <= 2:
        raise TypeError
    return tuple(map(to_int, (low, *bounds)[-2:]))


@creation("int n", random=True)
def randperm(n, *, generator=None, dtype=None):
    """The numbers from 0 to n - 1 in random order."""
    dtype = dtype or np.dtype(np.int64)
    return integers.randperm(to_int(n), generator or default_generator, dtype)


_GENERATOR = "*, torch.Generator generator = None"
NORMAL = (
    "Tensor mean, Tensor std, *, torch.Generator generator = None, Tensor out = None",
    "Tensor mean, float std = 1, *, torch.Generator generator = None, Tensor out = None",
    "float mean, Tensor std, *, torch.Generator generator = None, Tensor out = None",
    "float mean, float std, tuple of ints size, *, torch.Generator generator = None, Tensor out = None, "
    + OPTIONS,
)


@composite(method=False, signatures=NORMAL)
def normal(mean, std=1.0, size=None, *, generator=None, out=None, **options):
    """Normal random numbers, with a mean and a standard deviation for each element, or for all with `size`."""
    if size is None:
        return _normal(mean, std, generator, out=out)
    with no_grad():
        return FUNCTIONS["empty"](size, out=out, **options).normal_(mean, std, generator=generator)


@op(
    number=lambda mean, std: 2 * isinstance(std, Tensor) + isinstance(mean, Tensor),
    mean={1: zeros, 3: zeros},
    std={2: zeros, 3: zeros},
)
def _normal(mean, std, generator):
    draw = functools.partial(_draw, sampling.normal_, generator=generator)
    if not isinstance(std, np.ndarray):
        return draw(np.empty(mean.shape, mean.dtype), 0.0, std) + mean
    if (std < 0).any():
        raise RuntimeError("normal expects all elements of std >= 0.0")
    kind = mean.dtype if isinstance(mean, np.ndarray) else std.dtype
    noise = draw(np.empty(broadcast_shape(np.shape(mean), std.shape), kind))
    return (noise * std + mean).astype(kind)


@op(
    signatures=(
        f"Tensor input, {_GENERATOR}, Tensor out = None",
        f"Tensor input, float p, {_GENERATOR}",
    ),
    input=zeros,
)
def bernoulli(input, p: float = None, *, generator=None):
    """0 or 1 for each element, which is the probability of 1 (or `p` is, for all)."""
    result = np.empty_like(input, order="C")
    return _draw(sampling.bernoulli_, result, input if p is None else p, generator=generator)


@composite
def multinomial(input: Tensor, num_samples: int, replacement: bool = False, *, generator=None):
    """Indices drawn with the probabilities given by each row of `input` (which need not add up to 1)."""
    generator = generator or default_generator
    return wrap(sampling.multinomial(input._array, generator, num_samples, replacement))


@composite(method=False)
def dropout(input: Tensor, p: float, train: bool):
    """Elements at random set to 0, each with probability `p`; the others grow by 1 / (1 - p).

    The tensor itself if `train` is False.
    """
    return input * _survivors(input, p) if train and p and input.numel() else input


@composite(method=False)
def dropout_(input: Tensor, p: float, train: bool):
    """Like `dropout`, but in place."""
    return input.mul_(_survivors(input, p)) if train and p and input.numel() else input


def _survivors(input, p):
    if not 0 <= p <= 1:
        raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {p:g}")
    if p == 1:
        return wrap(np.zeros((), input._array.dtype))
    noise = _draw(sampling.bernoulli_, np.empty_like(input._array), 1 - p)
    return wrap(noise / noise.dtype.type(1 - p))


# Filling a tensor in place. The forward fills its input itself: in memory order, as PyTorch draws.


def _filler(forward, doc, *texts, node=None, number=0):
    forms = op(node=node, number=number, input=zeros, method=False, function=False)(forward)

    def method(self, *args, generator=None, **kwargs):
        if "from" in kwargs:
            kwargs["low"] = kwargs.pop("from")
        if forward is integers.random_ and len(args) + len(kwargs) == 1:
            args, kwargs = (0, *args), kwargs
        kwargs["generator"] = generator or default_generator
        return forms.op.in_place(self, args, kwargs)

    method.__name__, method.__doc__ = forward.__name__, doc
    texts = [f"{text}, {_GENERATOR}" if text else _GENERATOR for text in texts]
    setattr(Tensor, forward.__name__, declared(method, *texts, method=True))


def _random_number(low, to):
    return 2 if low is None else 1 if low == 0 else 0


_filler(
    sampling.uniform_,
    "Fill with random numbers from `from` to `to`, all equally likely.",
    "float from = 0, float to = 1",
)
_filler(sampling.normal_, "Fill with normal random numbers.", "float mean = 0, float std = 1")
_filler(sampling.exponential_, "Fill from the exponential distribution.", "float lambd = 1")
_filler(
    sampling.geometric_,
    "Fill with the number of trials up to the first success of probability `p`.",
    "float p",
)
_filler(sampling.cauchy_, "Fill from the Cauchy distribution.", "float median = 0, float sigma = 1")
_filler(
    sampling.log_normal_,
    "Fill with numbers whose logarithms are normal.",
    "float mean = 1, float std = 2",
)
_filler(
    integers.random_,
    "Fill with random integers: of the dtype's whole range, below `to`, or from `from` up to `to`.",
    "",
    "int from, int to",
    "int to",
    number=_random_number,
)
_filler(
    sampling.bernoulli_,
    "Fill with 0 and 1, where 1 has the probability `p` (a number, or a tensor of the same shape).",
    "Tensor p",
    "float p = 0.5",
    number=lambda p: 1 if isinstance(p, Tensor) else 2,
)
