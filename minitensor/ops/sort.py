"""Putting elements in order, and finding them: sorting, ranking, unique elements, counting."""

import numpy as np

from .. import dtypes, return_types
from ..arguments import NUMBERS, wrong_type
from ..declare import Array, composite, op
from ..return_types import Plain
from ..tensor import Tensor, as_int, wrap, wrap_dim
from .extremes import check_not_empty, pick, picked
from .reduce import contiguous, work_dtype

# Sorting


def order_along(array, axis, descending):
    """The indices that sort an array along an axis; equals keep their order, nan is largest."""
    if not descending:
        return np.argsort(array, axis, kind="stable")
    backward = np.flip(array, axis)  # so that equals, reversed twice, keep their order
    return array.shape[axis] - 1 - np.flip(np.argsort(backward, axis, kind="stable"), axis)


def _sorted(input, dim, descending, name):
    axis = wrap_dim(as_int(dim, name), input.ndim)
    if not input.ndim:
        return input.copy(), np.zeros((), "int64")
    values, indices = np.empty_like(input), np.empty_like(input, "int64")
    indices[...] = order_along(input, axis, descending)
    values[...] = np.take_along_axis(input, indices, axis)
    return values, indices


@op(
    number=lambda stable: 0 if stable is None else 1,
    returns=return_types.sort,
    input=lambda grad, input_shape, dim, indices: picked(grad, input_shape, dim, indices, True),
)
def _sort(input: Array, dim, descending, stable):
    return _sorted(input, dim, descending, "sort")


@composite
def sort(input, dim=-1, descending=False, *, stable=None, out=None):
    """The elements in order along a dim, and the indices where they were. Equals keep their order.

    >>> values, indices = torch.tensor([3, 1, 2]).sort()
    >>> values, indices
    (tensor([1, 2, 3]), tensor([1, 2, 0]))
    """
    return _sort(input, dim, descending, stable, out=out)


@composite
def msort(input, *, out=None):
    """The elements in order along the first dim."""
    values = _sort(input, 0, False, None)[0]
    return values if out is None else out.copy_(values)


@op()
def argsort(input: Array, dim=-1, descending=False, *, stable=False):
    """The indices that put the elements in order along a dim.

    >>> torch.tensor([3, 1, 2]).argsort()
    tensor([1, 2, 0])
    """
    return _sorted(input, dim, descending, "argsort")[1]


# Ranking


@op(
    returns=return_types.topk,
    input=lambda grad, input_shape, dim, indices: picked(grad, input_shape, dim, indices, True),
)
def topk(input: Array, k, dim=-1, largest=True, sorted=True):
    """The k largest (or smallest) elements along a dim, in order, and their indices.

    >>> torch.tensor([1., 4., 2., 3.]).topk(2).values
    tensor([4., 3.])
    """
    k = as_int(k, "topk", "k")
    axis = wrap_dim(as_int(dim, "topk", position=2), input.ndim)
    if not 0 <= k <= (input.shape[axis] if input.ndim else 1):
        raise RuntimeError("selected index k out of range")
    if input.dtype.kind == "b":
        raise RuntimeError("topk does not support bool dtypes on CPU")
    if not input.ndim:
        return input.copy(), np.zeros((), "int64")
    indices = np.take(order_along(input, axis, largest), np.arange(k), axis)
    return contiguous(np.take_along_axis(input, indices, axis)), contiguous(indices)


@op(returns=return_types.kthvalue, input=picked)
def kthvalue(input: Array, k, dim=-1, keepdim=False):
    """The k-th smallest element along a dim (k counts from 1), and its index."""
    k = as_int(k, "kthvalue", "k")
    axis = wrap_dim(as_int(dim, "kthvalue", position=2), input.ndim)
    check_not_empty(input, axis, "kthvalue")
    if not 1 <= k <= (input.shape[axis] if input.ndim else 1):
        raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {axis}")
    if input.dtype.kind == "b":
        raise NotImplementedError("\"kthvalue_cpu\" not implemented for 'Bool'")
    places = np.take(order_along(input, axis, False), k - 1, axis) if input.ndim else None
    return pick(input, places, axis, keepdim)


@op(returns=return_types.mode, input=picked)
def mode(input: Array, dim=-1, keepdim=False):
    """The most frequent element along a dim (the smallest of several), and its last index."""
    axis = wrap_dim(as_int(dim, "mode"), input.ndim)
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


# Unique elements


def _no_derivative(name):
    def formula(grads):
        raise NotImplementedError(f"the derivative for '{name}' is not implemented.")

    return formula


_RESULTS = Plain("output", "inverse_indices", "counts")


@op(node="Unique2Backward", returns=_RESULTS, input=_no_derivative("_unique2"))
def _unique(input: Array):
    values, inverse, counts = np.unique(
        input, return_inverse=True, return_counts=True, equal_nan=False
    )
    return values, inverse.reshape(input.shape), counts


@op(node="UniqueDimBackward", returns=_RESULTS, input=_no_derivative("unique_dim"))
def _unique_along(input: Array, dim):
    if not input.ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    axis = wrap_dim(as_int(dim, "unique"), input.ndim)
    if not input.size:
        return _unique_of_none(input, axis)
    values, inverse, counts = np.unique(
        input, return_inverse=True, return_counts=True, axis=axis, equal_nan=False
    )
    return _laid_out_along(values, axis), inverse.reshape(-1), counts


def _laid_out_along(slices, axis):
    """The slices one after another in memory, as PyTorch collects them."""
    return np.moveaxis(contiguous(np.moveaxis(slices, axis, 0)), 0, axis)


def _unique_of_none(input, axis):
    if 0 in np.delete(input.shape, axis):
        raise RuntimeError(
            "There are 0 sized dimensions, and they aren't selected, so unique cannot be applied"
        )
    return input.copy(), np.zeros(0, "int64"), np.zeros(0, "int64")


@op(node="UniqueConsecutiveBackward", returns=_RESULTS, input=_no_derivative("unique_consecutive"))
def _unique_runs(input: Array, dim=None):
    if dim is not None and not input.ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    flat = input.reshape(-1) if dim is None else input
    axis = 0 if dim is None else wrap_dim(as_int(dim, "unique_consecutive"), input.ndim)
    if not input.size:
        return _unique_of_none(flat, axis)
    rows = np.moveaxis(flat, axis, 0).reshape(flat.shape[axis], -1)
    begins = np.append(True, np.logical_or.reduce(rows[1:] != rows[:-1], 1))
    starts = np.flatnonzero(begins)
    inverse = np.cumsum(begins) - 1
    counts = np.diff(starts, append=len(rows))
    values = _laid_out_along(np.take(flat, starts, axis), axis)
    return values, inverse.reshape(input.shape if dim is None else -1), counts


def _asked_for(results, return_inverse, return_counts):
    values, inverse, counts = results
    kept = (values,)
    kept += (inverse,) if return_inverse else ()
    kept += (counts,) if return_counts else ()
    return kept if len(kept) > 1 else values


@composite
def unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    """The different elements, in order (or the different slices along `dim`).

    `return_inverse`: also where in the result each element went; `return_counts`: also how often
    each occurred.

    >>> torch.tensor([3, 1, 2, 1]).unique(return_counts=True)
    (tensor([1, 2, 3]), tensor([2, 1, 1]))
    """
    results = _unique(input) if dim is None else _unique_along(input, dim)
    return _asked_for(results, return_inverse, return_counts)


@composite
def unique_consecutive(input, return_inverse=False, return_counts=False, dim=None):
    """Each run of equal elements reduced to one (or of equal slices along `dim`)."""
    return _asked_for(_unique_runs(input, dim), return_inverse, return_counts)


# Finding and counting


def _search(boundaries, values, right):
    places = np.searchsorted(boundaries, values, "right" if right else "left")
    if values.dtype.kind == "f":  # for PyTorch nan is behind everything
        places = np.where(np.isnan(values), boundaries.size, places)
    return places


def _positions(boundaries, values, right, out_int32):
    dtype = dtypes.result_dtype(boundaries, values)
    if dtype.kind == "b":
        raise NotImplementedError("\"searchsorted_out_cpu\" not implemented for 'Bool'")
    boundaries, values = boundaries.astype(dtype), values.astype(dtype)
    if boundaries.ndim == 1:
        places = _search(boundaries, values, right)
    else:
        rows = zip(
            boundaries.reshape(-1, boundaries.shape[-1]),
            values.reshape(-1, values.shape[-1]),
            strict=True,
        )
        places = [_search(row, wanted, right) for row, wanted in rows]
    result = np.asarray(places).reshape(values.shape)
    return contiguous(result.astype("int32" if out_int32 else "int64", copy=False))


@composite(method=False)
def searchsorted(
    sorted_sequence, input, *, out_int32=False, right=False, side=None, out=None, sorter=None
):
    """Where elements would have to be inserted to keep a sorted sequence sorted.

    `right`: behind equal elements instead of before them. A sequence with more dims is searched row
    by row.

    >>> torch.searchsorted(torch.tensor([1, 3, 5]), torch.tensor([3, 6]))
    tensor([1, 3])
    """
    if side not in (None, "left", "right"):
        raise RuntimeError(
            f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}"
        )
    if side == "left" and right:
        raise RuntimeError(
            "torch.searchsorted(): side and right can't be set to opposites, got side of left "
            "while right was True"
        )
    boundaries, values = sorted_sequence._array, _as_array(input)
    if not boundaries.ndim:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 "
            "dimension"
        )
    _check_rows(boundaries, values)
    if sorter is not None:
        boundaries = np.take_along_axis(boundaries, sorter._array, -1)
    result = wrap(_positions(boundaries, values, right or side == "right", out_int32))
    return result if out is None else out.copy_(result)


def _as_array(value):
    if isinstance(value, Tensor):
        return value._array
    if not isinstance(value, NUMBERS):
        raise wrong_type("searchsorted", "input", 2, "Tensor", value)
    return np.array(value, dtypes.of_number(value).numpy)


def _check_rows(boundaries, values):
    if boundaries.ndim == 1 or (values.ndim and boundaries.shape[:-1] == values.shape[:-1]):
        return
    if not values.ndim:
        raise RuntimeError(
            "torch.searchsorted(): input value can be a scalar only when boundaries tensor "
            f"dimension is 1, but we got boundaries tensor dim({boundaries.ndim}) and input "
            "value's dim(0) numel(1)"
        )
    raise RuntimeError(
        "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions "
        "of boundaries tensor and input value tensor must match, but we got boundaries tensor "
        f"{list(boundaries.shape)} and input value tensor {list(values.shape)}"
    )


@composite(method=False)
def bucketize(input, boundaries, *, out_int32=False, right=False, out=None):
    """The number of the interval between sorted boundaries in which each element lies."""
    dims = boundaries.ndim
    if dims != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({dims})")
    return searchsorted(boundaries, input, out_int32=out_int32, right=right, out=out)


@op()
def bincount(input: Array, weights: Array = None, minlength=0):
    """How often each of the numbers 0, 1, 2 ... occurs; with weights, their sum for each."""
    if input.dtype.kind not in "iu":
        label = dtypes.of(input.dtype).label
        raise NotImplementedError(f"\"bincount_cpu\" not implemented for '{label}'")
    if minlength < 0:
        raise RuntimeError("minlength should be >= 0")
    if input.ndim != 1 or (input < 0).any():
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if weights is None or not input.size:
        return np.bincount(input, minlength=minlength)
    if weights.shape != input.shape:
        raise RuntimeError("weights should be 1-d and have the same length as input")
    counts = np.bincount(input, weights, minlength)
    return counts.astype(weights.dtype) if weights.dtype == "float32" else counts


@op()
def histc(input: Array, bins=100, min=0, max=0):
    """How many elements fall into each of `bins` equal intervals from `min` to `max`.

    Without these two, from the smallest element to the largest.
    """
    label = dtypes.of(input.dtype).label
    if input.dtype.kind == "b":
        raise NotImplementedError("\"linspace_cpu\" not implemented for 'Bool'")
    if input.dtype.kind != "f":
        raise NotImplementedError(f"\"histogram_cpu\" not implemented for '{label}'")
    bins = as_int(bins, "histc", "bins")
    if bins <= 0:
        raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0")
    low, high = _limits(input, min, max)
    inside = input[(input >= low) & (input <= high)].astype(work_dtype(input, None))
    places = ((inside - low) * (bins / (high - low))).astype("int64")
    return np.bincount(np.minimum(places, bins - 1), minlength=bins).astype(input.dtype)


def _limits(input, low, high):
    if low == high and input.size:
        low, high = float(input.min()), float(input.max())
    if low == high:
        low, high = low - 1, high + 1
    if not np.isfinite(low) or not np.isfinite(high):
        raise RuntimeError(f"torch.histc: range of [{low:g}, {high:g}] is not finite")
    if low > high:
        raise RuntimeError("torch.histc: max must be larger than min")
    return low, high


@composite(method=False)
def isin(elements, test_elements, *, assume_unique=False, invert=False):
    """Whether each element is among the test elements.

    >>> torch.isin(torch.tensor([1, 2, 3]), torch.tensor([2, 3]))
    tensor([False,  True,  True])
    """
    arrays = [_as_array(elements), _as_array(test_elements)]
    for array in arrays:
        if array.dtype.kind == "b":
            raise RuntimeError("Unsupported input type encountered for isin(): Bool")
    common = dtypes.result_dtype(*arrays)
    found = np.isin(*(array.astype(common) for array in arrays), assume_unique, invert)
    return wrap(contiguous(found))
