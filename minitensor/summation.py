"""Sums in PyTorch's order.

Floating-point addition rounds, so the order of the additions shows in the last digits. PyTorch's CPU sums go
through vector registers of 32 bytes, four of them side by side, in a cascade of levels (each adds up a
block of the one below). The same additions in the same order give the same digits here.
Known difference: from 32,768 elements on, PyTorch splits the work between threads.
"""

import math

import numpy as np

THREADED = 32_768


def add_up(array, axes=None, keepdims=False):
    """The sum of a float array over `axes` (a sorted tuple, or None: all), in PyTorch's order if that is known."""
    if (array.ndim <= 1 and array.size <= 4) or array.size >= THREADED:
        return np.add.reduce(array, axis=axes, keepdims=keepdims)
    ndim = array.ndim
    axes = tuple(range(ndim)) if axes is None else axes
    kept = tuple(1 if d in axes else n for d, n in enumerate(array.shape))
    shape = kept if keepdims else tuple(n for d, n in enumerate(array.shape) if d not in axes)
    if not array.size or not axes:
        return np.add.reduce(array, axis=axes, keepdims=keepdims)
    if len(axes) == ndim and not array.flags.c_contiguous and array.flags.f_contiguous:
        array = array.T  # PyTorch reads in memory order
    first, last = axes[0], axes[-1]
    while first < last and array.shape[first] == 1:
        first += 1
    while first < last and array.shape[last] == 1:
        last -= 1
    between = [d for d in range(first, last + 1) if d not in axes and array.shape[d] != 1]
    if not array.flags.c_contiguous or between:
        return np.add.reduce(array, axis=axes, keepdims=keepdims)
    length = math.prod(array.shape[first : last + 1])
    columns = math.prod(array.shape[last + 1 :])
    if columns == 1:
        return _inner(array.reshape(-1, length)).reshape(shape)
    return _outer(array.reshape(-1, length, columns)).reshape(shape)


def _inner(rows):
    """The sum of each row."""
    n = rows.shape[1]
    lanes = 32 // rows.itemsize
    if n <= 4:
        return np.add.reduce(rows, axis=1)
    if n < lanes:
        return _columns(rows[:, :, None])[:, 0]
    whole = n // lanes * lanes
    partial = _columns(rows[:, :whole].reshape(len(rows), -1, lanes))
    return np.add.accumulate(np.concatenate([rows[:, whole:], partial], axis=1), axis=1)[:, -1]


def _outer(blocks):
    """The sum of each column of each block."""
    columns = blocks.shape[2]
    lanes = 32 // blocks.itemsize
    width = 4 * lanes if columns >= lanes else 4
    whole = columns // width * width
    if not whole:
        return _columns(blocks)
    if whole == columns:
        return _cascade(blocks)
    return np.concatenate([_cascade(blocks[:, :, :whole]), _columns(blocks[:, :, whole:])], axis=1)


def _columns(blocks):
    """Column sums by four cascades side by side, over every fourth row."""
    count, n, columns = blocks.shape
    whole = n // 4 * 4
    if not whole:
        return np.add.reduce(blocks, axis=1)
    four = _cascade(blocks[:, :whole].reshape(count, n // 4, 4 * columns)).reshape(
        count, 4, columns
    )
    if n == whole:
        return np.add.reduce(four, axis=1)
    return np.add.reduce(
        np.concatenate([four[:, :1], blocks[:, whole:], four[:, 1:]], axis=1), axis=1
    )


def _cascade(blocks):
    """Column sums in up to four levels; each adds up `step` sums of the level below at a time."""
    n = blocks.shape[1]
    if n < 16:
        return np.add.reduce(blocks, axis=1)
    step = 1 << max(4, (n - 1).bit_length() // 4)
    total = None
    for level in range(4):
        whole = len(blocks[0]) // step * step if level < 3 else 0
        rest = np.add.reduce(blocks[:, whole:], axis=1)
        total = rest if total is None else total + rest
        if not whole:
            return total
        count, _, columns = blocks.shape
        blocks = np.add.reduce(blocks[:, :whole].reshape(count, -1, step, columns), axis=2)
    return total
