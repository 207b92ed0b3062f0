"""Random tensors, with the same numbers as PyTorch for the same seed.

How the numbers are drawn is in generator.py, sampling.py and integers.py; here they become tensors.
"""

import numpy as np

from . import dtypes, integers, sampling
from .arguments import parse_size
from .declare import composite, op
from .generator import Generator, default_generator
from .ops.create import array_like, check_shape, finish, numpy_dtype
from .ops.data import from_numpy
from .ops.inplace import zeros
from .tensor import Tensor, as_int, wrap


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


def _from(generator):
    return default_generator if generator is None else generator


# Tensors of random numbers


def _sampler(name, fill, doc):
    """`rand` or `randn`, and its `_like` form, from a function that fills an array."""

    def function(
        *size,
        generator=None,
        out=None,
        dtype=None,
        layout=None,
        device=None,
        requires_grad=False,
        **other,
    ):
        size = (other.pop("size"),) if "size" in other else size
        if other.keys() - {"pin_memory"}:
            raise TypeError(f"{name}() got an unexpected keyword argument '{next(iter(other))}'")
        shape = check_shape(parse_size(size, name), name)
        array = fill(np.empty(shape, numpy_dtype(dtype, name)), _from(generator))
        return finish(array, name, requires_grad, device, out)

    def like(
        input,
        *,
        dtype=None,
        layout=None,
        device=None,
        requires_grad=False,
        memory_format=None,
        generator=None,
    ):
        array = array_like(input, np.empty, numpy_dtype(dtype, name, input._array.dtype))
        return finish(fill(array, _from(generator)), name, requires_grad, device)

    function.__name__, like.__name__ = name, f"{name}_like"
    function.__doc__ = f"{doc}\n\n    >>> torch.{name}(2, 3).shape\n    torch.Size([2, 3])\n    "
    like.__doc__ = f"{doc} Shape, dtype and layout are those of `input`."
    composite(function, method=False)
    composite(like, method=False)


_sampler("rand", sampling.uniform_, "Random numbers from 0 to 1, all equally likely.")
_sampler(
    "randn",
    sampling.normal_,
    "Random numbers from the normal distribution with mean 0 and standard deviation 1.",
)


@composite(method=False)
def randint(
    *args,
    low=0,
    high=None,
    size=None,
    generator=None,
    out=None,
    dtype=None,
    layout=None,
    device=None,
    requires_grad=False,
    pin_memory=False,
):
    """Random integers from `low` (0 if left out) up to, not including, `high`.

    >>> torch.randint(3, 5, (2, 2)).shape
    torch.Size([2, 2])
    """
    *bounds, last = args or (None,)
    if isinstance(last, (tuple, list)):
        size = last
    elif last is not None:
        bounds.append(last)
    if len(bounds) == 2:
        low, high = bounds
    elif len(bounds) == 1:
        low, high = (low, bounds[0]) if high is None else (bounds[0], high)
    if size is None or high is None or len(bounds) > 2:
        kinds = ", ".join(type(a).__name__ for a in args)
        raise TypeError(
            f"randint() received an invalid combination of arguments - got ({kinds}), but expected one of:\n"
            " * (int high, tuple of ints size, *, torch.Generator generator, Tensor out = None, torch.dtype dtype "
            "= None, torch.layout layout = None, torch.device device = None, bool pin_memory = False, bool "
            "requires_grad = False)"
        )
    shape = check_shape(parse_size((size,), "randint"), "randint")
    array = np.empty(shape, numpy_dtype(dtype, "randint", np.dtype("int64")))
    return finish(
        integers.random_(array, _from(generator), low, high), "randint", requires_grad, device, out
    )


@composite(method=False)
def randint_like(
    input,
    low=0,
    high=None,
    *,
    dtype=None,
    layout=None,
    device=None,
    requires_grad=False,
    memory_format=None,
    generator=None,
):
    """Random integers in the shape and dtype of `input`: randint_like(x, high) or (x, low, high)."""
    low, high = (0, low) if high is None else (low, high)
    array = array_like(input, np.empty, numpy_dtype(dtype, "randint", input._array.dtype))
    return finish(
        integers.random_(array, _from(generator), low, high), "randint", requires_grad, device
    )


@composite(method=False)
def randperm(
    n,
    *,
    generator=None,
    out=None,
    dtype=None,
    layout=None,
    device=None,
    requires_grad=False,
    pin_memory=False,
):
    """The numbers from 0 to n - 1 in random order."""
    array = integers.randperm(
        as_int(n, "randperm", "n"),
        _from(generator),
        numpy_dtype(dtype, "randperm", np.dtype("int64")),
    )
    return finish(array, "randperm", requires_grad, device, out)


@composite(method=False)
def normal(
    mean,
    std=1.0,
    size=None,
    *,
    generator=None,
    out=None,
    dtype=None,
    layout=None,
    device=None,
    requires_grad=False,
    pin_memory=False,
):
    """Normal random numbers, with a mean and a standard deviation for each element or for all (then with `size`)."""
    if isinstance(mean, Tensor) or isinstance(std, Tensor):
        mean_array = (
            mean._array
            if isinstance(mean, Tensor)
            else np.full(std._array.shape, mean, std._array.dtype)
        )
        std_array = std._array if isinstance(std, Tensor) else std
        if isinstance(std, Tensor):
            noise = sampling.normal_(
                np.empty(np.broadcast_shapes(mean_array.shape, std_array.shape), mean_array.dtype),
                _from(generator),
            )
            return finish(noise * std_array + mean_array, "normal", out=out)
        noise = sampling.normal_(
            np.empty(mean_array.shape, mean_array.dtype), _from(generator), 0.0, std
        )
        return finish(noise + mean_array, "normal", out=out)
    if size is None:
        raise TypeError(
            "normal() received an invalid combination of arguments - got (float, float), but expected one of:\n"
            " * (Tensor mean, Tensor std, *, torch.Generator generator = None, Tensor out = None)\n"
            " * (Tensor mean, float std = 1, *, torch.Generator generator = None, Tensor out = None)\n"
            " * (float mean, Tensor std, *, torch.Generator generator = None, Tensor out = None)\n"
            " * (float mean, float std, tuple of ints size, *, torch.Generator generator = None, Tensor out = None, "
            "torch.dtype dtype = None, torch.layout layout = None, torch.device device = None, bool pin_memory = "
            "False, bool requires_grad = False)\n"
        )
    shape = check_shape(parse_size((size,), "normal"), "normal")
    array = sampling.normal_(
        np.empty(shape, numpy_dtype(dtype, "normal")), _from(generator), mean, std
    )
    return finish(array, "normal", requires_grad, device, out)


@op(input=zeros)
def bernoulli(input, p=None, *, generator=None):
    """0 or 1 for each element, which is the probability of 1 (or `p` is, for all)."""
    result = np.empty_like(input, order="C")
    if p is None and input.size and not (input.min() >= 0 and input.max() <= 1):
        raise RuntimeError(
            "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message be improved?  "
            "If so, please report an enhancement request to PyTorch.)"
        )
    return sampling.bernoulli_(result, _from(generator), input if p is None else p)


@composite
def multinomial(input, num_samples, replacement=False, *, generator=None):
    """Indices drawn with the probabilities given by each row of `input` (which need not add up to 1)."""
    return wrap(sampling.multinomial(input._array, _from(generator), num_samples, replacement))


# Filling a tensor in place. The forward fills its input itself: in memory order, as PyTorch draws.


def _filler(name, forward, node=None, number=0):
    forward.__name__ = f"_{name}"
    declared = op(
        node=node or name.title().replace("_", "") + "Backward", number=number, input=zeros
    )(forward)

    def method(self, *args, generator=None, **kwargs):
        return declared.op.in_place(self, args, {**kwargs, "generator": generator})

    method.__name__ = f"{name}_"
    method.__doc__ = forward.__doc__
    setattr(Tensor, f"{name}_", method)


def _uniform(input, low=0.0, to=1.0, *, generator=None):
    """Fill with random numbers from `from` to `to`, all equally likely."""
    return sampling.uniform_(input, _from(generator), low, to)


def _normal(input, mean=0.0, std=1.0, *, generator=None):
    """Fill with normal random numbers."""
    return sampling.normal_(input, _from(generator), mean, std)


def _random(input, low=None, to=None, *, generator=None):
    """Fill with random integers: of the dtype's whole range, below `low`, or from `low` up to `to`."""
    return integers.random_(
        input,
        _from(generator),
        *((low, to) if to is not None else (0, low) if low is not None else ()),
    )


def _exponential(input, lambd=1.0, *, generator=None):
    """Fill from the exponential distribution."""
    return sampling.exponential_(input, _from(generator), lambd)


def _geometric(input, p, *, generator=None):
    """Fill with the number of trials up to the first success of probability `p`."""
    return sampling.geometric_(input, _from(generator), p)


def _cauchy(input, median=0.0, sigma=1.0, *, generator=None):
    """Fill from the Cauchy distribution."""
    return sampling.cauchy_(input, _from(generator), median, sigma)


def _log_normal(input, mean=1.0, std=2.0, *, generator=None):
    """Fill with numbers whose logarithms are normal."""
    return sampling.log_normal_(input, _from(generator), mean, std)


def _bernoulli(input, p=0.5, *, generator=None):
    """Fill with 0 and 1, where 1 has the probability `p` (a number, or a tensor of the same shape)."""
    return sampling.bernoulli_(input, _from(generator), p._array if isinstance(p, Tensor) else p)


for _name, _forward in {
    "uniform": _uniform,
    "normal": _normal,
    "random": _random,
    "exponential": _exponential,
    "geometric": _geometric,
    "cauchy": _cauchy,
    "log_normal": _log_normal,
}.items():
    _filler(_name, _forward)
_filler("bernoulli", _bernoulli, number=2)
