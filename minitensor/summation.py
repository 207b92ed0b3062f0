"""Sums in PyTorch's order.

Floating-point addition rounds, so the order of the additions shows in the last digits. PyTorch's CPU sums go
through vector registers of 32 bytes, four of them side by side, in a cascade of levels (each adds up a
block of the one below). The same additions in the same order give the same digits here.
Known difference: from 32,768 elements on, PyTorch splits the work between threads.
"""

import math

import numpy as np

THREADED = 32_768
WIDE = 4096  # numbers side by side in a long sum: few enough for the processor's cache


def add_up(array, axes=None, keepdims=False):
    """The sum of a float array over `axes` (a tuple, or None: all), in PyTorch's order if that is known."""
    size = array.size
    if size <= 4 or axes == ():
        return np.add.reduce(array, axes, None, None, keepdims)
    if axes is None and not keepdims and array.flags.c_contiguous:
        return _along_rows(array.ravel()) if size < THREADED else _long(array.ravel())
    if size >= THREADED:
        return np.add.reduce(array, axes, None, None, keepdims)
    if axes is None or len(axes) > 1 or not array.flags.c_contiguous:
        return _in_memory_order(array, range(array.ndim) if axes is None else axes, keepdims)
    (axis,), shape = axes, array.shape
    if shape[axis] <= 4:
        return np.add.reduce(array, axis, None, None, keepdims)
    columns = math.prod(shape[axis + 1 :])
    if columns == 1:
        sums = _along_rows(array.reshape(-1, shape[axis]))
    else:
        sums = _down_columns(array.reshape(-1, shape[axis], columns), True)
    return sums.reshape(shape[:axis] + (1,) * keepdims + shape[axis + 1 :])


def _long(row):
    """The sum of very many numbers: fast and exact enough, but in an order of its own."""
    whole = row.size // WIDE * WIDE
    columns = np.add.reduce(row[:whole].reshape(-1, WIDE), 0)
    return np.add.reduce(columns) + np.add.reduce(row[whole:])


def _in_memory_order(array, axes, keepdims):
    """The sum over any axes: first over those that lie closest together in memory, as one row."""
    named = [(d in axes, n) for d, n in enumerate(array.shape)]
    shape = [1 if gone else n for gone, n in named if keepdims or not gone]
    array, gone = array.squeeze(), [gone for gone, n in named if n != 1]
    sizes, steps = array.shape, array.strides
    summed = sorted([d for d in range(array.ndim) if gone[d]], key=lambda d: -steps[d])
    kept = [d for d in range(array.ndim) if not gone[d]]
    if not summed:
        return array.reshape(shape)
    row, columns = _merged(summed, sizes, steps), _merged(kept, sizes, steps)
    order = summed[: len(summed) - len(row)] + kept[: len(kept) - len(columns)]
    length, width = (math.prod([sizes[d] for d in dims]) for dims in (row, columns))
    near, next_to = steps[row[-1]], steps[columns[-1]] if columns else math.inf
    if len(row) < len(summed) or near < next_to:
        sums = array.transpose(order + columns + row).reshape(-1, length)
        sums = _along_rows(sums) if near == array.itemsize else _by_fours(sums[..., None])
    else:
        sums = array.transpose(order + row + columns).reshape(-1, length, width)
        sums = _down_columns(sums, next_to == array.itemsize)
    return np.add.accumulate(sums.reshape(-1, *[sizes[d] for d in kept]), 0)[-1].reshape(shape)


def _merged(dims, sizes, steps):
    """The last of these dims, for as long as one step along a dim passes over the whole next one."""
    start = len(dims) - 1
    while start > 0 and steps[dims[start - 1]] == sizes[dims[start]] * steps[dims[start]]:
        start -= 1
    return dims[max(start, 0) :]


def _along_rows(rows):
    """The sum of each row: along the last axis, whose elements are neighbors in memory."""
    n = rows.shape[-1]
    lanes = 32 // rows.itemsize
    if n < lanes:
        return _by_fours(rows[..., None])[..., 0]
    if n < 2 * lanes:
        sums = rows.take([*range(lanes, n), *range(lanes)], -1)
    else:
        whole = n // lanes * lanes
        sums = _by_fours(rows[..., :whole].reshape(*rows.shape[:-1], -1, lanes))
        if whole < n:
            sums = np.concatenate([rows[..., whole:], sums], -1)
    return np.add.accumulate(sums, -1)[..., -1]


def _down_columns(blocks, neighbors):
    """The sum of each column of each block, several columns at a time: many if they are neighbors."""
    columns = blocks.shape[2]
    lanes = 32 // blocks.itemsize
    width = 4 * lanes if neighbors and columns >= lanes else 4
    whole = columns // width * width
    if not whole:
        return _by_fours(blocks)
    if whole == columns:
        return _cascade(blocks)
    return np.concatenate([_cascade(blocks[..., :whole]), _by_fours(blocks[..., whole:])], 1)


def _by_fours(blocks):
    """Column sums by four cascades side by side, over every fourth row."""
    *before, n, columns = blocks.shape
    if n <= 4:
        return np.add.reduce(blocks, -2)
    if n < 8:
        return np.add.reduce(blocks.take([0, *range(4, n), 1, 2, 3], -2), -2)
    whole = n // 4 * 4
    four = _cascade(blocks[..., :whole, :].reshape(*before, n // 4, 4 * columns))
    for place in range(whole, n):
        four[..., :columns] += blocks[..., place, :]
    return np.add.reduce(four.reshape(*before, 4, columns), -2)


def _cascade(blocks):
    """Column sums in up to four levels; each adds up `step` sums of the level below at a time."""
    *before, n, columns = blocks.shape
    if n < 16:
        return np.add.reduce(blocks, -2)
    step = 1 << max(4, (n - 1).bit_length() // 4)
    total = None
    for level in range(4):
        whole = n // step * step if level < 3 else 0
        if n > whole:
            alone = level > 0 and n - whole == 1
            rest = blocks[..., -1, :] if alone else np.add.reduce(blocks[..., whole:, :], -2)
            total = rest if total is None else total + rest
        if not whole:
            return total
        n //= step
        blocks = np.add.reduce(blocks[..., :whole, :].reshape(*before, n, step, columns), -2)
    return total
