"""Normal numbers from uniform ones (G. Box and M. Muller, Annals of Math. Statistics 29, 1958).

PyTorch has two ways: `fill`, in blocks of 16, for contiguous tensors of 16 elements or more, and
`serial`, in pairs and always in float64, for all others. They give different numbers.
"""

import math

import numpy as np

from .rounding import fma, libm

BLOCK = 16
CHUNK = 8192  # blocks at a time, so that intermediate results stay in the processor's cache

# The polynomials are those of logf, sinf and cosf in S. Moshier's Cephes library, highest power
# first. LOG2 and QUARTER_PI are split into parts, to multiply a small integer without rounding.
LOG = np.float32(
    [
        7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
        -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
    ]
)  # fmt: skip
SIN = np.float32([-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1])
COS = np.float32([2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2])
LOG2 = np.float32([0.693359375, -2.12194440e-4])
QUARTER_PI = np.float32([0.78515625, 2.4187564849853515625e-4, 3.77489497744594108e-8])


def serial(generator, n, mean, std):
    """`n` normal numbers in float64, one after the other; half a pair left over stays in the cache.

    >>> from minitensor.generator import Generator
    >>> serial(Generator().manual_seed(0), 3, 0.0, 1.0)
    array([ 1.54099611, -0.29342891, -2.17878938])
    """
    normals = [] if generator.cached_normal is None else [generator.cached_normal]
    pairs = (n + 1 - len(normals)) // 2
    for u1, u2 in generator.uniform64(2 * pairs).reshape(pairs, 2).tolist():
        radius, angle = math.sqrt(-2 * math.log1p(-u2)), 2 * math.pi * u1
        normals += [radius * math.cos(angle), radius * math.sin(angle)]
    generator.cached_normal = normals[n] if len(normals) > n else None
    return fma(np.array(normals[:n]), std, mean)


def fill(generator, n, dtype, mean, std):
    """`n` normal numbers, `n` at least 16, by blocks; neither reads nor changes the cache.

    float64 for float64, otherwise float32 (float16 is cast from it). A last block that would be
    incomplete is drawn anew and laid over the end.

    >>> from minitensor.generator import Generator
    >>> fill(Generator().manual_seed(0), 17, np.dtype(np.float32), 0.0, 1.0)[[0, 1, 16]]
    array([-1.1258398, -1.6959312,  0.9318266], dtype=float32)
    """
    draw = generator.uniform64 if dtype == np.float64 else generator.uniform32
    whole = n - n % BLOCK
    uniforms = draw(whole if dtype == np.float16 else n)[:whole]  # float16 draws none in vain
    if whole < n:
        uniforms = np.concatenate([uniforms, draw(BLOCK)])
    normals = _box_muller(uniforms, mean, std)
    return np.concatenate([normals[: n - BLOCK], normals[-BLOCK:]])


@np.errstate(all="ignore")
def _box_muller(values, mean, std):
    """Turn uniforms into normals in place; in each block the first 8 pair up with the last 8."""
    log, sincos = (_log64, _sincos64) if values.dtype == np.float64 else (_log32, _sincos32)
    mean, std = values.dtype.type(mean), values.dtype.type(std)
    blocks = values.reshape(-1, 2, BLOCK // 2)
    for start in range(0, len(blocks), CHUNK):
        block = blocks[start : start + CHUNK]
        radius = np.sqrt(-2 * log(1 - block[:, 0]))
        sin, cos = sincos(2 * math.pi * block[:, 1])
        block[:, 0] = fma(radius * cos, std, mean)
        block[:, 1] = fma(radius * sin, std, mean)
    return values


def _log64(x):
    return libm("log", x)


def _sincos64(angle):
    return libm("sin", angle), libm("cos", angle)


def _log32(x):
    """Natural logarithm of positive float32: exponent * log 2 + log mantissa."""
    bits = x.view(np.int32)
    exponent = ((bits >> 23) - 126).astype(np.float32)
    mantissa = ((bits & 0x7FFFFF) | 0x3F000000).view(np.float32)  # 0.5 to 1
    low = mantissa < np.float32(math.sqrt(0.5))
    exponent -= low
    x = (mantissa - 1) + mantissa * low  # the mantissa, doubled if low, less 1
    square = x * x
    y = _polynomial(LOG, x) * x
    y = fma(y, square, exponent * LOG2[1]) - square / 2
    return fma(exponent, LOG2[0], x + y)


def _sincos32(angle):
    """Sine and cosine of nonnegative float32: reduced to within pi/4, then by the octant."""
    octant = ((angle * np.float32(4 / math.pi)).astype(np.int32) + 1) & ~1
    x = angle
    for part in QUARTER_PI:
        x = fma(octant, -part, x)
    square = x * x
    sin = fma(_polynomial(SIN, square) * square, x, x)
    cos = fma(_polynomial(COS, square) * square, square, -square / 2) + 1
    # Swap them in every other quadrant and set their signs, all by their bits: faster than `where`.
    sin_bits, cos_bits = sin.view(np.int32), cos.view(np.int32)
    swap = (sin_bits ^ cos_bits) & -((octant >> 1) & 1)
    sin_bits ^= swap ^ ((octant & 4) << 29)
    cos_bits ^= swap ^ (((octant + 2) & 4) << 29)
    return sin, cos


def _polynomial(coefficients, x):
    """Horner's rule, with an fma for each step."""
    x = x.astype(np.float64)
    y = coefficients[0]
    for coefficient in coefficients[1:]:
        y = fma(y, x, coefficient)
    return y
