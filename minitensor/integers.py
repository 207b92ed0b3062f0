"""Random integers: `Tensor.random_`, which `randint` fills its result with, and `randperm`.

>>> from minitensor.generator import Generator
>>> random_(np.empty(8, np.int64), 0, 10, generator=Generator().manual_seed(0))
array([4, 9, 3, 0, 3, 9, 7, 3])
"""

import numpy as np

from .dtypes import of
from .once import warn
from .rounding import cast
from .sampling import limits, not_implemented, put

INT64_MIN = -(2**63)


def random_(input, low=None, to=None, *, generator):
    """Integers of [low, to), in any dtype.

    Without `to` they go up to the largest that the dtype holds exactly with all below it;
    without `low` too, they start at 0.
    """
    dtype = input.dtype
    if low is None:
        words = generator.words64 if dtype.itemsize == 8 else generator.words32
        return put(input, _below(_largest_exact(dtype) + 1, words(input.size)))
    if to is None and low == INT64_MIN:
        if input.size > 0:
            _check_full_range(dtype)
        return put(input, generator.words64(input.size).view(np.int64))
    low, to = _checked_range(dtype, low, to)
    words = generator.words32 if to - low < 2**28 else generator.words64
    offsets = _below(to - low, words(input.size)).astype(np.uint64)
    return put(input, (offsets + np.uint64(low % 2**64)).view(np.int64))  # modulo 2**64


def _below(n, words):
    return words % words.dtype.type(n)


def _largest_exact(dtype):
    """The largest integer to which a dtype counts without gaps."""
    return 2 ** (np.finfo(dtype).nmant + 1) if dtype.kind == "f" else limits(dtype)[1]


def _checked_range(dtype, low, high):
    """The range from `low` to `high`, None for the dtype's largest, as the dtype can hold it."""
    open_ended = high is None
    if open_ended:
        high = _largest_exact(dtype) + 1
    elif low >= high:
        raise RuntimeError(
            f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}"
        )
    least, most = limits(dtype)
    for name, bound in ("from", low), ("to - 1", high - 1):
        if not least <= bound <= most:
            raise RuntimeError(f"{name} is out of bounds for {of(dtype).ctype}")
    if dtype.kind == "f":
        low, high = _moved_inward(dtype, low, high)
        if low >= high:
            raise RuntimeError(_nothing_between(low, high, open_ended))
        _warn_of_gaps(dtype, low, high - 1)
    return low, high


def _nothing_between(low, high, open_ended):
    start = "random_ expects 'from' casted to dtype to be less than"
    if open_ended:
        end = f"or equal to 'to_inc' casted to dtype, but got from={low} > to_inc={high - 1}"
    else:
        end = f"'to' casted to dtype, but got from={low} >= to={high}"
    return f"{start} {end}"


def _check_full_range(dtype):
    kernel = "random_full_64_bits_range_kernel_cpu"
    if dtype.kind == "b" or dtype == np.float16:
        raise not_implemented(kernel, dtype)
    if dtype.itemsize < 8 and dtype != np.float32:
        raise RuntimeError(f"{kernel} handles only int64, double, float and bfloat16")


def _moved_inward(dtype, low, high):
    """[low, high), made smaller where a float dtype would round an integer of it to outside."""
    second, last = _rounded(dtype, low + 1), _rounded(dtype, high - 1)
    if second < low:
        low = second + _spacing(dtype, low + 1)
    if last >= high:
        high = last - _spacing(dtype, high - 1)
    return low, high


def _rounded(dtype, integer):
    return int(dtype.type(integer))


def _spacing(dtype, integer):
    """The distance between the floats around a large integer."""
    return 1 << (abs(integer).bit_length() - np.finfo(dtype).nmant - 1)


def _warn_of_gaps(dtype, low, last):
    """Warn where a float dtype no longer has all integers."""
    largest = _largest_exact(dtype)
    limit = f"2^{largest.bit_length() - 1}"
    for name, bound in ("from", low), ("to - 1", last):
        if abs(bound) > largest:
            warn(
                f"{name} is out of bounds [-({limit}), {limit}]. Due to precision limitations "
                f"{of(dtype).ctype} can support discrete uniform distribution only within this "
                "range. This warning will become an error in version 1.7 release, please fix the "
                "code in advance"
            )


def randperm(n, generator, dtype):
    """The integers below `n` in random order: the shuffle of R. Fisher and F. Yates.

    >>> from minitensor.generator import Generator
    >>> randperm(10, Generator().manual_seed(0), np.dtype(np.int64))
    array([4, 1, 7, 5, 3, 9, 0, 8, 6, 2])
    """
    _check_randperm(n, dtype)
    steps = np.arange(n)
    partners = steps.copy()
    partners[:-1] += generator.words32(max(n - 1, 0)) % np.arange(n, 1, -1).astype(np.uint32)
    return cast(_swapped(steps, partners), dtype)


def _swapped(steps, partners):
    """What becomes of 0, 1, 2 ... when items i and partners[i] >= i are swapped for all i in turn.

    The same as a loop of swaps, in a tenth of the time.
    """
    # Which step filled place i before its turn? The last one with that partner (of repeated
    # indices NumPy keeps the last), and so on back to an item that was still in its own place.
    source = steps.copy()
    moves = partners > steps
    source[partners[moves]] = steps[moves]
    while not np.array_equal(further := source[source], source):
        source = further

    # Step i finds at its partner's place what the last earlier step with that partner left there.
    order = np.sort(partners << 32 | steps)  # by partner, then by step
    place, step = order >> 32, order & (2**32 - 1)
    again = place[1:] == place[:-1]
    result = partners.copy()
    result[step[1:][again]] = source[step[:-1][again]]
    return result


def _check_randperm(n, dtype):
    if n < 0:
        raise RuntimeError(f"Trying to create tensor with negative dimension {n}: [{n}]")
    if dtype.kind == "b":
        raise not_implemented("randperm", dtype)
    largest = _largest_exact(dtype)
    if n <= largest + 1:
        return
    if dtype.kind == "f":
        most = 2049 if dtype == np.float16 else f"2^{largest.bit_length() - 1}+1"
        raise RuntimeError(f"n cannot be greater than {most} for {of(dtype).label} type.")
    ctype = "int" if dtype == np.int32 else f"{dtype.name}_t"
    raise RuntimeError(f"value cannot be converted to type {ctype} without overflow")
