"""Different elements, how often each occurs, and where a number would stand in a sorted sequence."""

from types import FunctionType

import numpy as np

from .. import dtypes, return_types
from ..called import declared
from ..declare import FUNCTIONS, Array, Number, composite, op
from ..once import warn_once
from ..out import write
from ..return_types import Plain
from ..signature import to_int, to_operand
from ..tensor import Tensor, wrap, wrap_dim
from .reduce import contiguous, work_dtype

# Unique elements


def _no_derivative(name):
    def formula(grads):
        raise NotImplementedError(f"the derivative for '{name}' is not implemented.")

    return formula


_RESULTS = Plain("output", "inverse_indices", "counts")


@op(node="Unique2Backward", returns=_RESULTS, input=_no_derivative("_unique2"))
def _unique(input: Array, sorted, return_inverse, return_counts):
    values, inverse, counts = np.unique(
        input, return_inverse=True, return_counts=True, equal_nan=False
    )
    return values, inverse.reshape(input.shape), counts


@op(node="UniqueDimBackward", returns=_RESULTS, input=_no_derivative("unique_dim"))
def _unique_along(input: Array, dim, sorted, return_inverse, return_counts):
    axis = wrap_dim(dim, input.ndim, scalars=False)
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
def _unique_runs(input: Array, return_inverse, return_counts, dim=None):
    flat = input.reshape(-1) if dim is None else input
    axis = 0 if dim is None else wrap_dim(dim, input.ndim, scalars=False)
    if not input.size:
        return _unique_of_none(flat, axis)
    rows = np.moveaxis(flat, axis, 0).reshape(flat.shape[axis], -1)
    begins = np.append(True, np.logical_or.reduce(rows[1:] != rows[:-1], 1))
    starts = np.flatnonzero(begins)
    inverse = np.cumsum(begins) - 1
    counts = np.diff(starts, append=len(rows))
    values = _laid_out_along(np.take(flat, starts, axis), axis)
    return values, inverse.reshape(input.shape if dim is None else -1), counts


_KEPT = "bool return_inverse = False, bool return_counts = False"
_unique = declared(_unique, f"Tensor input, bool sorted = True, {_KEPT}", name="_unique2")
_unique_along = declared(
    _unique_along, f"Tensor input, int dim, bool sorted = True, {_KEPT}", name="unique_dim"
)
_unique_runs = declared(
    _unique_runs, f"Tensor input, {_KEPT}, int dim = None", name="unique_consecutive"
)


def _asked_for(results, return_inverse, return_counts):
    values, inverse, counts = results
    kept = (values,)
    kept += (inverse,) if return_inverse else ()
    kept += (counts,) if return_counts else ()
    return kept if len(kept) > 1 else values


def unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    """The different elements, in order (or the different slices along `dim`).

    `return_inverse`: also where in the result each element went; `return_counts`: also how often
    each occurred.

    >>> torch.tensor([3, 1, 2, 1]).unique(return_counts=True)
    (tensor([1, 2, 3]), tensor([2, 1, 1]))
    """
    asked = sorted, return_inverse, return_counts
    results = _unique(input, *asked) if dim is None else _unique_along(input, dim, *asked)
    return _asked_for(results, return_inverse, return_counts)


def unique_consecutive(input, return_inverse=False, return_counts=False, dim=None):
    """Each run of equal elements reduced to one (or of equal slices along `dim`)."""
    results = _unique_runs(input, return_inverse, return_counts, dim)
    return _asked_for(results, return_inverse, return_counts)


for _function, _first in (
    (unique, "_return_output"),
    (unique_consecutive, "_consecutive_return_output"),
):
    _method = FunctionType(_function.__code__, globals(), None, _function.__defaults__)
    _method.__qualname__, _method.__doc__ = f"Tensor.{_function.__name__}", _function.__doc__
    setattr(Tensor, _function.__name__, _method)
    FUNCTIONS[_function.__name__] = _function
    _function.__qualname__ = _first  # in PyTorch one of four, by what is asked for


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


_HOW = "*, bool out_int32 = False, bool right = False"


_SEARCH = f"{_HOW}, str side = None, Tensor sorter = None, Tensor out = None"


@composite(
    method=False,
    signatures=[f"Tensor sorted_sequence, {v}, {_SEARCH}" for v in ("Tensor input", "Number self")],
)
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
    _warn_if_scattered("input value", values)
    _warn_if_scattered("boundary", boundaries)
    if sorter is not None:
        _warn_if_scattered("sorter", sorter._array)
        boundaries = np.take_along_axis(boundaries, sorter._array, -1)
    result = wrap(_positions(boundaries, values, right or side == "right", out_int32))
    return write("searchsorted", result, out)


def _warn_if_scattered(name, array):
    if not array.flags.c_contiguous:
        warn_once(
            f"torch.searchsorted(): {name} tensor is non-contiguous, this will lower the performance due to extra "
            "data copy when converting non-contiguous tensor to contiguous, please use contiguous "
            f"{name} tensor if possible. This message will only appear once per program."
        )


def _as_array(value):
    if isinstance(to_operand(value), Tensor):
        return value._array
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


@composite(
    method=False,
    signatures=(
        f"Tensor input, Tensor boundaries, {_HOW}, Tensor out = None",
        f"Number self, Tensor boundaries, {_HOW}",
    ),
)
def bucketize(input, boundaries, *, out_int32=False, right=False, out=None):
    """The number of the interval between sorted boundaries in which each element lies."""
    dims = boundaries.ndim
    if dims != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({dims})")
    return searchsorted(boundaries, input, out_int32=out_int32, right=right, out=out)


@op()
def bincount(input: Array, weights: Array = None, minlength: int = 0):
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
def histc(input: Array, bins: int = 100, min: Number = 0, max: Number = 0):
    """How many elements fall into each of `bins` equal intervals from `min` to `max`.

    Without these two, from the smallest element to the largest.
    """
    label = dtypes.of(input.dtype).label
    if input.dtype.kind == "b":
        raise NotImplementedError("\"linspace_cpu\" not implemented for 'Bool'")
    if input.dtype.kind != "f":
        raise NotImplementedError(f"\"histogram_cpu\" not implemented for '{label}'")
    if bins <= 0:
        raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0")
    low, high = _limits(input, min, max, margin=1)
    if not np.isfinite(low) or not np.isfinite(high):
        raise RuntimeError(f"torch.histc: range of [{low:g}, {high:g}] is not finite")
    if low > high:
        raise RuntimeError("torch.histc: max must be larger than min")
    inside = input[(input >= low) & (input <= high)].astype(work_dtype(input, None))
    places = ((inside - low) * (bins / (high - low))).astype("int64")
    return np.bincount(np.minimum(places, bins - 1), minlength=bins).astype(input.dtype)


def _limits(input, low, high, margin):
    """The range to count in: that of the elements, if none was given."""
    if low == high and input.size:
        low, high = float(input.min()), float(input.max())
    return (low - margin, high + margin) if low == high else (low, high)


def _no_derivative_of_histogram(grads):
    raise RuntimeError("derivative for aten::histogram is not implemented")


@op(
    node="torch::autograd::NotImplemented",
    number="",
    returns=return_types.histogram,
    input=_no_derivative_of_histogram,
)
def _histogram(input: Array, edges: Array, weight: Array, density):
    places = np.searchsorted(edges, input, "right") - 1
    places = np.where(input == edges[-1], len(edges) - 2, places)  # the last bin has both its ends
    inside = (input >= edges[0]) & (input <= edges[-1])
    counts = np.bincount(places[inside], None if weight is None else weight[inside], len(edges) - 1)
    if density:
        counts = counts / counts.sum() / np.diff(edges)
    return counts.astype(input.dtype), edges


@composite(
    signatures=(
        "Tensor input, Tensor bins, *, Tensor weight = None, bool density = False, "
        "tuple of Tensors out = None",
        "Tensor input, int bins = 100, *, tuple of floats range = None, Tensor weight = None, "
        "bool density = False, tuple of Tensors out = None",
    )
)
def histogram(
    input: Tensor, bins=100, *, range=None, weight: Tensor = None, density: bool = False, out=None
):
    """How many elements fall into each bin, and the edges of the bins.

    `bins`: how many of equal width there are, from the smallest element to the largest (or over a
    `range`), or a tensor of edges. `weight`: what to count for each element; `density`: make the area 1.

    >>> torch.histogram(torch.tensor([1., 2., 2.]), bins=2).hist
    tensor([1., 2.])
    """
    if input.dtype not in (dtypes.float32, dtypes.float64):
        raise NotImplementedError(f"\"histogramdd\" not implemented for '{input.dtype.label}'")
    if weight is not None and weight.shape != input.shape:
        raise RuntimeError(
            "torch.histogramdd: if weight tensor is provided it should have the same shape as the "
            "input tensor excluding its innermost dimension, but got input with shape "
            f"{[input.numel(), 1]} and weight with shape {[weight.numel()]}"
        )
    edges = bins if isinstance(bins, Tensor) else _edges(input, bins, range)
    if edges.ndim != 1:
        raise RuntimeError(
            "torch.histogramdd: bins tensor should have one dimension, but got "
            f"{edges.ndim} dimensions in the bins tensor for dimension 0"
        )
    if edges.dtype is not input.dtype:
        raise RuntimeError(
            "torch.histogramdd: input tensor and bins tensors should have the same dtype, but got "
            f"input with dtype {_c_name(input)} and bins for dimension 0 with dtype {_c_name(edges)}"
        )
    return _histogram(input, edges, weight, density, out=out)


def _c_name(tensor):
    return tensor.dtype.label.lower()


def _edges(input, bins, range):
    """The edges of bins of equal width."""
    if to_int(bins) <= 0:
        raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0")
    low, high = range or ((0, 0) if input.numel() else (0, 1))
    low, high = _limits(input._array, low, high, margin=0.5)
    if not np.isfinite(low) or not np.isfinite(high):
        raise RuntimeError(
            f"torch.histogramdd: dimension 0's range [{low:g}, {high:g}] is not finite"
        )
    if low > high:
        raise RuntimeError(
            "torch.histogramdd: min should not exceed max, but got min "
            f"{low:g} max {high:g} for dimension 0"
        )
    return FUNCTIONS["linspace"](low, high, bins + 1, dtype=input.dtype)


@composite(
    method=False,
    signatures=[
        f"{operands}, *, bool assume_unique = False, bool invert = False, Tensor out = None"
        for operands in (
            "Tensor elements, Tensor test_elements",
            "Number element, Tensor test_elements",
            "Tensor elements, Number test_element",
        )
    ],
)
def isin(elements, test_elements, *, assume_unique=False, invert=False, out=None):
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
    return write("isin", wrap(contiguous(found)), out)
