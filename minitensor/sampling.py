"""Random numbers into arrays: the distributions of `Tensor.uniform_` and its relatives.

A function whose name ends in an underscore fills the array that it is given, whatever its strides,
in the order of increasing memory address, and returns it; `multinomial` makes a new array.
Arguments are checked before anything is drawn or written; the errors are PyTorch's.

>>> from minitensor.generator import Generator
>>> uniform_(np.empty(3, np.float32), generator=Generator().manual_seed(0))
array([0.4962566 , 0.7682218 , 0.08847743], dtype=float32)
"""

import functools
import math

import numpy as np

from . import gaussian
from .dtypes import of
from .rounding import cast, fma, libm

# Where values go


def memory_order(array):
    """The order of axes in which a walk through `array` meets increasing memory addresses."""
    return sorted(range(array.ndim), key=lambda axis: -array.strides[axis])


def put(array, values):
    """Write the flat `values` into `array` in memory order, cast to its dtype as C casts.

    >>> put(np.zeros((2, 3)).T, np.arange(6))
    array([[0., 3.],
           [1., 4.],
           [2., 5.]])
    """
    view = array if array.flags.c_contiguous else array.transpose(memory_order(array))
    view[...] = cast(values, array.dtype).reshape(view.shape)
    return array


# Continuous distributions


def uniform_(input, low=0.0, to=1.0, *, generator):
    """Numbers from [low, to)."""
    _check_uniform(input.dtype, low, to)
    draw = generator.uniform64 if input.dtype == np.float64 else generator.uniform32
    uniforms = draw(input.size)
    if (low, to) != (0, 1):
        low, to = uniforms.dtype.type(low), uniforms.dtype.type(to)
        uniforms = fma(uniforms, to - low, low)
    elif uniforms.dtype == input.dtype:
        return put(input, uniforms)
    values = cast(uniforms, input.dtype)
    values[values == input.dtype.type(to)] = low  # rounding may reach `to`
    return put(input, values)


def normal_(input, mean=0.0, std=1.0, *, generator):
    """Normal numbers; the same input gives other numbers when it is not C-contiguous."""
    if not std >= 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
    if input.size == 0:
        return input
    _check_floating(input.dtype, "normal_kernel_cpu")
    if input.size >= gaussian.BLOCK and input.flags.c_contiguous:
        return put(input, gaussian.fill(generator, input.size, input.dtype, mean, std))
    return put(input, gaussian.serial(generator, input.size, mean, std))


def log_normal_(input, mean=1.0, std=2.0, *, generator):
    """e to the power of normal numbers."""
    if not std > 0:
        raise RuntimeError(f"log_normal_ expects std > 0.0, but found std={std:g}")
    if input.size == 0:
        return input
    _check_floating(input.dtype, "log_normal_cpu")
    return put(input, libm("exp", gaussian.serial(generator, input.size, mean, std)))


def exponential_(input, lambd=1.0, *, generator):
    """Waiting times of events that come at the rate `lambd`."""
    if not lambd > 0:
        raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={lambd:g}")
    if input.size == 0:
        return input
    if input.dtype.kind != "f":
        raise RuntimeError(
            "Exponential distribution is a continuous probability distribution. "
            f"dtype must be a floating point but you specified {of(input.dtype).label}"
        )
    return put(input, -1 / lambd * libm("log1p", -generator.uniform64(input.size)))


def geometric_(input, p, *, generator):
    """How many trials, each a success with probability `p`, until the first success."""
    if not 0 < p < 1:
        raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p:g}")
    if input.size == 0:
        return input
    if input.dtype == np.bool_:
        raise NotImplementedError("\"geometric_cpu\" not implemented for 'Bool'")
    trials = libm("log", generator.uniform64(input.size)) / math.log1p(-p)
    return put(input, np.ceil(trials))


def cauchy_(input, median=0.0, sigma=1.0, *, generator):
    """Numbers from the Cauchy distribution around `median`, `sigma` wide."""
    if not sigma > 0:
        raise RuntimeError(f"cauchy_ expects sigma > 0.0, but found sigma={sigma:g}")
    if input.dtype.kind != "f":
        raise RuntimeError(
            "Cauchy distribution is a continuous probability distribution. "
            f"dtype must be a floating point but you specified {of(input.dtype).ctype}"
        )
    angles = math.pi * (generator.uniform64(input.size) - 0.5)
    return put(input, fma(libm("tan", angles), sigma, median))


# Yes or no, and which one


def bernoulli_(input, p=0.5, *, generator):
    """1 with probability `p`, otherwise 0; `p` is a number or an input that broadcasts."""
    p = getattr(p, "_array", p)
    if not isinstance(p, np.ndarray):
        if not 0 <= p <= 1:
            raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
        return put(input, generator.uniform64(input.size) < p)
    if input.size == 0:
        return input
    _check_floating(p.dtype, "bernoulli_tensor_cpu_p_")
    if not ((p >= 0) & (p <= 1)).all():
        raise RuntimeError(
            "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message "
            "be improved?  If so, please report an enhancement request to PyTorch.)"
        )
    p = np.broadcast_to(p, input.shape).transpose(memory_order(input)).ravel()
    draw = generator.uniform64 if p.dtype == np.float64 else generator.uniform32
    return put(input, draw(input.size) < p)


def multinomial(weights, generator, num_samples, replacement=False):
    """Indices into the last axis of `weights`, drawn with those chances; int64.

    `weights` has one axis, or two for a draw from each row.
    """
    _check_multinomial(weights, num_samples, replacement)
    if replacement and num_samples > 1:
        rows = weights.reshape(math.prod(weights.shape[:-1]), weights.shape[-1])
        samples = [_with_replacement(row, generator, num_samples) for row in rows]
        return np.int64(samples).reshape(*weights.shape[:-1], num_samples)
    if 0 in weights.strides:
        weights = np.ascontiguousarray(weights)  # PyTorch draws for an expanded tensor in C order
    times = exponential_(np.empty_like(weights), generator=generator)
    with np.errstate(divide="ignore"):
        speeds = weights / times  # whose turn comes first
    order = np.argsort(-speeds, axis=-1, kind="stable")
    return np.ascontiguousarray(order[..., :num_samples])


def _with_replacement(row, generator, num_samples):
    cumulative = np.cumsum(row, dtype=max(row.dtype, np.float32))
    cumulative /= cumulative[-1]
    cumulative[-1] = 1
    return np.searchsorted(cumulative.astype(np.float64), generator.uniform64(num_samples))


# Checks


def _check_uniform(dtype, low, high):
    _check_floating(dtype, "check_uniform_bounds")
    least, most = limits(dtype)
    for name, bound in ("from", low), ("to", high):
        if not least <= bound <= most:
            raise RuntimeError(f"{name} is out of bounds for {of(dtype).ctype}")
    if low > high:
        raise RuntimeError(
            f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}"
        )
    if high - low > most:
        raise RuntimeError(
            f"uniform_ expects to-from <= std::numeric_limits<{of(dtype).label}>::max(), but found "
            f"to={high:g} and from={low:g} which result in to-from to exceed the limit"
        )


def _check_multinomial(weights, num_samples, replacement):
    if weights.ndim not in (1, 2):
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    dtype = of(weights.dtype)
    if not dtype.is_floating_point:
        raise RuntimeError(
            f"multinomial only supports floating-point dtypes for input, got: {dtype.label}"
        )
    if num_samples <= 0:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    if not replacement and num_samples > weights.shape[-1]:
        raise RuntimeError(
            "cannot sample n_sample > prob_dist.size(-1) samples without replacement"
        )
    if weights.shape[-1] > 2**24:
        raise RuntimeError("number of categories cannot exceed 2^24")
    _check_weights(weights, by_row=replacement and num_samples > 1)


def _check_weights(weights, by_row):
    invalid = "invalid multinomial distribution"
    negative, endless = not (weights >= 0).all(), not np.isfinite(weights).all()
    if by_row and negative:
        raise RuntimeError(f"{invalid} (encountering probability entry < 0)")
    if by_row and endless:
        raise RuntimeError(f"{invalid} (encountering probability entry = infinity or NaN)")
    if negative or endless:
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    if (weights.sum(axis=-1) <= 0).any():
        raise RuntimeError(f"{invalid} (sum of probabilities <= 0)")


@functools.cache
def limits(dtype):
    """The smallest and the largest number of a dtype."""
    if dtype.kind == "b":
        return 0, 1
    limits = np.iinfo(dtype) if dtype.kind in "iu" else np.finfo(dtype)
    number = float if dtype.kind == "f" else int
    return number(limits.min), number(limits.max)


def not_implemented(kernel, dtype):
    return NotImplementedError(f"\"{kernel}\" not implemented for '{of(dtype).label}'")


def _check_floating(dtype, kernel):
    if dtype.kind != "f":
        raise not_implemented(kernel, dtype)
