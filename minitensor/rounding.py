"""Arithmetic that rounds exactly where PyTorch's compiled code rounds.

A last bit that differs from PyTorch's can show in a printed number; these functions keep it equal.
"""

import math

import numpy as np


def fma(a, b, c):
    """a * b + c with one rounding: in float64 if the array `a` is float64, otherwise in float32.

    >>> fma(np.array([0.1]), 10.0, -1.0)
    array([5.55111512e-17])
    """
    if a.dtype == np.float64:
        return _fma64(a, b, c)
    exact = np.multiply(a, b, dtype=np.float64)  # float64 holds any product of two float32
    exact += c
    return exact.astype(np.float32)


@np.errstate(all="ignore")
def _fma64(a, b, c):
    """S. Boldo and G. Melquiond, "Emulation of FMA ...", IEEE Trans. Computers 57, 2008."""
    plain = a * b + c
    if c == 0 or b == 1:
        return plain  # it has rounded only once
    high, low = _two_product(a, b)
    middle, low = _two_sum(c, low)
    high, middle = _two_sum(high, middle)
    fused = high + _sum_to_odd(middle, low)
    return np.where(np.isfinite(fused), fused, plain)


def _two_sum(a, b):
    """a + b, rounded, and the error of that rounding (Knuth)."""
    total = a + b
    from_b = total - a
    return total, (a - (total - from_b)) + (b - from_b)


def _two_product(a, b):
    """a * b, rounded, and the error of that rounding (Dekker)."""
    product = a * b
    (a1, a2), (b1, b2) = _halves(a), _halves(b)
    return product, ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2


def _halves(x):
    """Two numbers of 26 bits each whose sum is `x` (Veltkamp)."""
    shifted = x * (2.0**27 + 1)
    high = shifted - (shifted - x)
    return high, x - high


def _sum_to_odd(a, b):
    """a + b, rounded to the odd neighbor unless exact, so that it can safely be rounded again."""
    total, error = _two_sum(a, b)
    even = (total.view(np.int64) & 1) == 0
    neighbor = np.nextafter(total, np.copysign(np.inf, error))
    return np.where((error != 0) & even, neighbor, total)


@np.errstate(all="ignore")
def libm(name, x):
    """The C library's `log`, `tan` ... of each element; NumPy's own differ in the last bit.

    >>> libm("log", np.array([1.0, 0.0]))
    array([  0., -inf])
    """
    function = getattr(math, name)
    try:
        return np.fromiter(map(function, x.ravel().tolist()), float, x.size).reshape(x.shape)
    except (ValueError, OverflowError):  # Python raises where C gives inf or nan, and so does NumPy
        y = getattr(np, name)(x)
        finite = np.isfinite(y)
        y[finite] = libm(name, x[finite])
        return y


def cast(values, dtype):
    """`values` in another dtype as C casts: to float16 through float32, to ints through int64."""
    if values.dtype == dtype:
        return values
    through = np.float32 if dtype == np.float16 else np.int64 if dtype.kind in "iu" else dtype
    with np.errstate(all="ignore"):
        return values.astype(through, copy=False).astype(dtype, copy=False)
