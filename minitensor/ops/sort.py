"""Putting elements in order, and ranking them: sort, topk, kthvalue, mode."""

import math

import numpy as np

from .. import return_types
from ..declare import Array, composite, op
from ..layout import memory_like
from ..out import write
from ..selection import quickselect, top_places
from ..tensor import Tensor, wrap_dim
from .extremes import check_not_empty, pick, picked
from .reduce import contiguous

# Sorting


def order_along(array, axis, descending):
    """The indices that sort an array along an axis; equals keep their order, nan is largest."""
    if not descending:
        return np.argsort(array, axis, kind="stable")
    backward = np.flip(array, axis)  # so that equals, reversed twice, keep their order
    return array.shape[axis] - 1 - np.flip(np.argsort(backward, axis, kind="stable"), axis)


def _sorted(input, dim, descending):
    axis = wrap_dim(dim, input.ndim)
    if not input.ndim:
        return input.copy(), np.zeros((), "int64")
    values, indices = memory_like(input), memory_like(input, "int64")
    indices[...] = order_along(input, axis, descending)
    values[...] = np.take_along_axis(input, indices, axis)
    return values, indices


def _scattered(grad, input_shape, dim, indices):
    return picked(grad, input_shape, dim, indices, True)


@op(number=lambda stable: 0 if stable is None else 1, returns=return_types.sort, input=_scattered)
def _sort(input: Array, dim: int, descending, stable):
    return _sorted(input, dim, descending)


_SIGNATURES = (
    "Tensor input, *, bool stable, int dim = -1, bool descending = False, tuple of Tensors out = None",
    "Tensor input, int dim = -1, bool descending = False, *, tuple of Tensors out = None",
)


@composite(signatures=_SIGNATURES)
def sort(input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool = None, out=None):
    """The elements in order along a dim, and the indices where they were. Equals keep their order.

    >>> values, indices = torch.tensor([3, 1, 2]).sort()
    >>> values, indices
    (tensor([1, 2, 3]), tensor([1, 2, 0]))
    """
    return _sort(input, dim, descending, stable, out=out)


@composite
def msort(input: Tensor, *, out=None):
    """The elements in order along the first dim."""
    return write("sort", _sort(input, 0, False, None)[0], out)


@op(
    signatures=(
        _SIGNATURES[0].replace("tuple of Tensors", "Tensor"),
        "Tensor input, int dim = -1, bool descending = False",
    )
)
def argsort(input: Array, dim: int = -1, descending: bool = False, *, stable: bool = False):
    """The indices that put the elements in order along a dim.

    >>> torch.tensor([3, 1, 2]).argsort()
    tensor([1, 2, 0])
    """
    return _sorted(input, dim, descending)[1]


# Ranking

_LONG = 10_000  # in longer rows the first of several equal elements is taken, to save time


def _with_equals(order, rows, places):
    """Where an element is equal to its neighbor in order, among these places of each row."""
    values = np.take_along_axis(rows, order[:, places], 1)
    same = values[:, 1:] == values[:, :-1]
    if rows.dtype.kind == "f":
        same |= np.isnan(values[:, 1:]) & np.isnan(values[:, :-1])
    return np.flatnonzero(same.any(1)) if rows.shape[1] <= _LONG else ()


def _ranks(row):
    """For each element the number of different ones below it; nan is largest."""
    return np.unique(row, return_inverse=True)[1]


@op(returns=return_types.topk, input=_scattered)
def topk(input: Array, k: int, dim: int = -1, largest: bool = True, sorted: bool = True):
    """The k largest (or smallest) elements along a dim, in order, and their indices.

    >>> torch.tensor([1., 4., 2., 3.]).topk(2).values
    tensor([4., 3.])
    """
    axis = wrap_dim(dim, input.ndim)
    if not 0 <= k <= (input.shape[axis] if input.ndim else 1):
        raise RuntimeError("selected index k out of range")
    if input.dtype.kind == "b":
        raise RuntimeError("topk does not support bool dtypes on CPU")
    if not input.ndim:
        return input.copy(), np.zeros((), "int64")
    across = np.moveaxis(input, axis, -1)
    rows = across.reshape(math.prod(across.shape[:-1]), input.shape[axis])
    order = order_along(rows, 1, largest)
    for i in range(len(rows)) if not sorted else _with_equals(order, rows, slice(k + 1)):
        ranks = _ranks(rows[i])
        ranks = ranks.max() - ranks if largest else ranks
        order[i, :k] = top_places(ranks.tolist(), k, sorted)
    indices = np.moveaxis(order[:, :k].reshape(*across.shape[:-1], k), -1, axis)
    return contiguous(np.take_along_axis(input, indices, axis)), contiguous(indices)


@op(returns=return_types.kthvalue, input=picked)
def kthvalue(input: Array, k: int, dim: int = -1, keepdim: bool = False):
    """The k-th smallest element along a dim (k counts from 1), and its index."""
    axis = wrap_dim(dim, input.ndim)
    check_not_empty(input, axis, "kthvalue")
    if not 1 <= k <= (input.shape[axis] if input.ndim else 1):
        raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {axis}")
    if input.dtype.kind == "b":
        raise NotImplementedError("\"kthvalue_cpu\" not implemented for 'Bool'")
    if not input.ndim:
        return pick(input, None, axis, keepdim)
    across = np.moveaxis(input, axis, -1)
    rows = across.reshape(math.prod(across.shape[:-1]), input.shape[axis])
    order = order_along(rows, 1, False)
    places = order[:, k - 1].copy()
    for i in _with_equals(order, rows, slice(max(k - 2, 0), k + 1)):
        places[i] = quickselect(_ranks(rows[i]).tolist(), k - 1)
    return pick(input, places.reshape(across.shape[:-1]), axis, keepdim)


@op(returns=return_types.mode, input=picked)
def mode(input: Array, dim: int = -1, keepdim: bool = False):
    """The most frequent element along a dim (the smallest of several), and its last index."""
    axis = wrap_dim(dim, input.ndim)
    check_not_empty(input, axis, "mode")
    if not input.size:
        return pick(input, np.zeros(np.delete(input.shape, axis), "int64"), axis, keepdim)
    if not input.ndim:
        return pick(input, None, axis, keepdim)
    order = np.moveaxis(np.argsort(input, axis, kind="stable"), axis, -1)
    values = np.take_along_axis(np.moveaxis(input, axis, -1), order, -1)
    place = np.arange(values.shape[-1])
    first = np.ones(values.shape, bool)  # whether a run of equals begins here
    first[..., 1:] = values[..., 1:] != values[..., :-1]
    length = place - np.maximum.accumulate(np.where(first, place, 0), -1)
    last = np.argmax(length, -1, keepdims=True)
    return pick(input, np.take_along_axis(order, last, -1).squeeze(-1), axis, keepdim)
