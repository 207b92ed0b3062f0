"""The error function and the gamma function, with their inverses, logarithms and derivatives."""

import math

import numpy as np

from ..declare import composite, elementwise
from ..rounding import libm
from ..tensor import Tensor

_STEEPEST = 2 / math.sqrt(math.pi)  # the slope of erf at 0


@elementwise(to="float", input=lambda grad, input: _STEEPEST * (-(input * input)).exp() * grad)
def erf(input):
    """The error function: 2 / sqrt(pi) times the integral of exp(-t²) from 0 to input."""
    return libm("erf", input).astype(input.dtype)


@elementwise(to="float", input=lambda grad, input: -_STEEPEST * (-(input * input)).exp() * grad)
def erfc(input):
    """1 - erf(input), exact where that is small."""
    return libm("erfc", input).astype(input.dtype)


@elementwise(
    to="float", input=lambda grad, input: grad * (1 / _STEEPEST) * (input.erfinv() ** 2).exp()
)
def erfinv(input):
    """The inverse of the error function, for elements between -1 and 1.

    >>> torch.erfinv(torch.tensor([0., 0.5]))
    tensor([0.0000, 0.4769])
    """
    wanted = np.abs(input.astype(np.float64))
    inside = np.where(wanted < 1, wanted, 0)
    x = _near_erfinv(inside)
    for _ in range(2):  # Halley's steps, each of which triples the number of right digits
        distance = np.where(inside < 0.5, libm("erf", x) - inside, (1 - inside) - libm("erfc", x))
        step = distance / (_STEEPEST * np.exp(-x * x))
        x = x - step / (1 + x * step)
    x = np.where(wanted < 1, x, np.where(wanted == 1, np.inf, np.nan))
    return np.copysign(x, input).astype(input.dtype)


def _near_erfinv(y):
    """The inverse of erf to three digits: S. Winitzki's approximation."""
    half_log = np.log((1 - y) * (1 + y)) / 2
    offset = half_log + 2 / (math.pi * 0.147)
    return np.sqrt(np.maximum(np.sqrt(offset * offset - half_log / 0.0735) - offset, 0))


@elementwise(to="float", input=lambda grad, input: grad * input.digamma())
def lgamma(input):
    """The logarithm of the size of the gamma function, of which gamma(n + 1) is n factorial.

    >>> torch.lgamma(torch.tensor([1., 5.]))
    tensor([0.0000, 3.1781])
    """
    x = input.astype(np.float64)
    infinite = (x <= 0) & (x == np.floor(x)) | (x > 2.5e305)
    return np.where(infinite, np.inf, libm("lgamma", np.where(infinite, 1, x))).astype(input.dtype)


@elementwise(to="float", input=lambda grad, input: grad * polygamma(1, input))
def digamma(input):
    """The derivative of `lgamma`."""
    return _derivative(0, input.astype(np.float64)).astype(input.dtype)


@elementwise(
    to="float",
    node="PolygammaBackward",
    input=lambda grad, input, n: grad * polygamma(n + 1, input),
)
def _polygamma(input, *, n):
    return _derivative(n, input.astype(np.float64)).astype(input.dtype)


def _derivative(n, x):
    """The n-th derivative of digamma; on the left, the first two mirror the right side."""
    if n > 1:
        return (-1) ** (n + 1) * _series(n, np.where(np.isinf(x), np.nan, x))
    left = x < 0.5 if n else x < 0
    result = _series(n, np.where(left, 1 - x, x))
    if n:
        return np.where(left, (math.pi / np.sin(math.pi * x)) ** 2 - result, result)
    mirrored = -result - math.pi / np.tan(math.pi * x)
    mirrored = np.where(x == np.floor(x), np.nan, mirrored)
    return np.where(left, mirrored, -result)


_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)


def _series(n, x):
    """The size of the n-th derivative of digamma: n! times the sum of (x + k) ** -(n + 1), k = 0, 1, 2 ..."""
    x = np.where(x < -10_000, np.nan, x)  # too many terms
    total, factorial = np.zeros_like(x), math.factorial(n)
    while (near := x < 15 + n).any():
        total += np.where(near, factorial / x ** (n + 1), 0)
        x = np.where(near, x + 1, x)
    # What remains, by Euler and Maclaurin:
    total += -np.log(x) if n == 0 else math.factorial(n - 1) / x**n
    total += factorial / 2 / x ** (n + 1)
    for j, number in enumerate(_BERNOULLI, 1):
        falling = math.factorial(2 * j + n - 1) / math.factorial(2 * j)
        total += number * falling / x ** (2 * j + n)
    return total


@composite(method=False)
def polygamma(n: int, input: Tensor, *, out=None):
    """The n-th derivative of `digamma`."""
    if n < 0:
        raise RuntimeError("polygamma(n, x) does not support negative n.")
    return _polygamma(input, n=n, out=out)


def _polygamma_method(self, n):
    """The n-th derivative of `digamma`."""
    return polygamma(n, self)


Tensor.polygamma = _polygamma_method
