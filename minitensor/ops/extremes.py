"""The largest and the smallest, and what lies between: medians and quantiles."""

import numpy as np

from .. import dtypes, return_types
from ..declare import Array, Ints, composite, op
from ..formulas import put_back
from ..out import write
from ..signature import to_int, to_number
from ..tensor import Tensor, wrap, wrap_dim
from .reduce import contiguous, reduced_axes
from .select import maximum, minimum

# Gradients: shared by all elements that reach the extreme, or given to the one that was picked


def shared(grad, input, result, dim=None, keepdim=False):
    """`grad` in equal parts to the elements that equal the result they were reduced to."""
    grad, result = (put_back(t, input.shape, dim, keepdim) for t in (grad, result))
    reached = input == result
    return grad / reached.sum(() if dim is None else dim, True) * reached


def shared_by_all(grad, input, result):
    """`grad` in equal parts to the elements that equal the one result; nan equals nan here."""
    reached = input.isnan() if bool(result.isnan()) else input == result
    return grad / reached.sum() * reached


def picked(grad, input_shape, dim, indices, keepdim):
    """`grad` at the places from which the results were picked, 0 elsewhere."""
    if not input_shape:
        return grad
    if not keepdim:
        grad, indices = grad.unsqueeze(dim), indices.unsqueeze(dim)
    return grad.new_zeros(input_shape).scatter(dim, indices, grad)


# Maximum and minimum


def check_not_empty(input, dim, name, error=RuntimeError, advice=True):
    """Raise PyTorch's error for an extreme of no elements."""
    if input.size:
        return
    if dim is None:
        text = f"{name}(): Expected reduction dim to be specified for input.numel() == 0."
        advice = " Specify the reduction dim with the 'dim' argument." if advice else ""
        raise error(text + advice)
    for d in dim if isinstance(dim, (tuple, list)) else (dim,):
        if not input.shape[d]:
            raise IndexError(f"{name}(): Expected reduction dim {d} to have non-zero size.")


def pick(input, places, axis, keepdim):
    """The elements at `places` along `axis`, and the places: values and indices of a reduction."""
    if not input.ndim:
        return input.copy(), np.zeros((), "int64")
    indices = np.expand_dims(places, axis)
    values = np.take_along_axis(input, indices, axis)
    if not keepdim:
        values, indices = values.squeeze(axis), places
    return contiguous(values), contiguous(indices)


def _extreme_along(ufunc, find, input, dim, keepdim, name):
    axis = wrap_dim(dim, input.ndim)
    check_not_empty(input, axis, name)
    if not input.ndim:
        return input.copy(), np.zeros((), "int64")
    values = ufunc.reduce(input, axis, None, None, keepdim)
    return contiguous(values), contiguous(find(input, axis, keepdims=keepdim))


def _extreme(ufunc, input, name):
    check_not_empty(input, None, name)
    return ufunc.reduce(input, None)


@op(node="MaxBackward", number=1, input=shared_by_all)
def _max(input: Array):
    return _extreme(np.maximum, input, "max")


@op(node="MinBackward", number=1, input=shared_by_all)
def _min(input: Array):
    return _extreme(np.minimum, input, "min")


@op(node="MaxBackward", returns=return_types.max, input=picked)
def _max_dim(input: Array, dim: int, keepdim):
    return _extreme_along(np.maximum, np.ndarray.argmax, input, dim, keepdim, "max")


@op(node="MinBackward", returns=return_types.min, input=picked)
def _min_dim(input: Array, dim: int, keepdim):
    return _extreme_along(np.minimum, np.ndarray.argmin, input, dim, keepdim, "min")


_SIGNATURES = (
    "Tensor input, *, Tensor out = None",
    "Tensor input, Tensor other, *, Tensor out = None",
    "Tensor input, int dim, bool keepdim = False, *, tuple of Tensors out = None",
)


@composite(signatures=_SIGNATURES)
def max(input: Tensor, dim=None, keepdim: bool = False, *, other: Tensor = None, out=None):
    """The largest element; with a dim, the largest along it and their indices.

    With another tensor in place of the dim: `maximum`.

    >>> x = torch.tensor([[1., 5.], [4., 2.]])
    >>> x.max()
    tensor(5.)
    >>> values, indices = x.max(dim=0)
    >>> values, indices
    (tensor([4., 5.]), tensor([1, 0]))
    >>> x.max(torch.tensor(3.))
    tensor([[3., 5.],
            [4., 3.]])
    """
    if isinstance(dim, Tensor) or other is not None:
        return maximum(input, dim if other is None else other, out=out)
    return _max(input, out=out) if dim is None else _max_dim(input, to_int(dim), keepdim, out=out)


@composite(signatures=_SIGNATURES)
def min(input: Tensor, dim=None, keepdim: bool = False, *, other: Tensor = None, out=None):
    """The smallest element; with a dim, the smallest along it and their indices.

    With another tensor in place of the dim: `minimum`.
    """
    if isinstance(dim, Tensor) or other is not None:
        return minimum(input, dim if other is None else other, out=out)
    return _min(input, out=out) if dim is None else _min_dim(input, to_int(dim), keepdim, out=out)


def _limit(ufunc, input, dim, keepdim, name):
    axes = reduced_axes(dim, input.ndim)
    check_not_empty(input, None if dim == () else dim, name)
    return contiguous(ufunc.reduce(input, axes, keepdims=keepdim))


@op(input=shared)
def amax(input: Array, dim: Ints = (), keepdim: bool = False):
    """The largest element, or the largest along one or more dims; equals share the gradient."""
    return _limit(np.maximum, input, dim, keepdim, "amax")


@op(input=shared)
def amin(input: Array, dim: Ints = (), keepdim: bool = False):
    """The smallest element, or the smallest along one or more dims; equals share the gradient."""
    return _limit(np.minimum, input, dim, keepdim, "amin")


def _limits_slope(grads, input, dim, keepdim, min, max):
    parts = [
        shared(grad, input, result, dim, keepdim)
        for grad, result in zip(grads, (min, max), strict=True)
        if grad is not None
    ]
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]


@op(returns=return_types.aminmax, input=_limits_slope)
def aminmax(input: Array, *, dim: int = None, keepdim: bool = False):
    """The smallest and the largest element, or those along one dim."""
    if dim is None and not input.size:
        raise RuntimeError(
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no "
            "identity."
        )
    axes = reduced_axes(dim, input.ndim)
    if not input.size and not input.shape[axes[0]]:
        raise IndexError(f"aminmax: Expected reduction dim {axes[0]} to have non-zero size.")
    both = (ufunc.reduce(input, axes, keepdims=keepdim) for ufunc in (np.minimum, np.maximum))
    return tuple(map(contiguous, both))


def _place_of(find, input, dim, keepdim, name):
    if input.dtype.kind == "b":
        raise RuntimeError(f"{name}(): does not support bool input")
    axis = None if dim is None else wrap_dim(dim, input.ndim)
    check_not_empty(input, axis, name, IndexError, advice=False)
    return contiguous(find(input, axis if input.ndim else None, keepdims=keepdim))


@op()
def argmax(input: Array, dim: int = None, keepdim: bool = False):
    """The index of the largest element (of the flattened tensor), or the indices along a dim.

    >>> torch.tensor([[1., 5.], [4., 2.]]).argmax(dim=1)
    tensor([1, 0])
    """
    return _place_of(np.ndarray.argmax, input, dim, keepdim, "argmax")


@op()
def argmin(input: Array, dim: int = None, keepdim: bool = False):
    """The index of the smallest element (of the flattened tensor), or the indices along a dim."""
    return _place_of(np.ndarray.argmin, input, dim, keepdim, "argmin")


# Medians


def _middle(input, axis, skip_nan):
    """Where along an axis the lower of the middle elements is; the first nan, unless skipped."""
    order = np.argsort(input, axis, kind="stable")
    size = input.shape[axis]
    if input.dtype.kind != "f":
        return np.take(order, (size - 1) // 2, axis)
    missing = np.isnan(input)
    numbers = size - np.add.reduce(missing, axis, np.dtype("int64"), None, True)
    rank = np.maximum(numbers - 1, 0) // 2
    if not skip_nan:  # nan is sorted to the end, so the first one has as rank the number of numbers
        rank = np.where(numbers < size, numbers, rank)
    return np.take_along_axis(order, rank, axis).squeeze(axis)


def _check_ordered(input, kernel):
    if input.dtype.kind == "b":
        raise NotImplementedError(f"\"{kernel}\" not implemented for 'Bool'")


def _median_of_all(input, skip_nan):
    if not input.size:
        return np.array(np.nan).astype(input.dtype)  # for integers, what C makes of nan
    _check_ordered(input, "median_cpu")
    flat = input.reshape(-1)
    return flat[_middle(flat, 0, skip_nan)]


def _median_along(input, dim, keepdim, skip_nan):
    axis = wrap_dim(dim, input.ndim)
    check_not_empty(input, axis, "median")
    _check_ordered(input, "median_out")
    places = _middle(input, axis, skip_nan) if input.ndim else None
    return pick(input, places, axis, keepdim)


@op(node="MedianBackward", input=shared_by_all)
def _median(input: Array):
    return _median_of_all(input, skip_nan=False)


@op(node="NanmedianBackward", input=shared_by_all)
def _nanmedian(input: Array):
    return _median_of_all(input, skip_nan=True)


@op(node="MedianBackward", number=1, returns=return_types.median, input=picked)
def _median_dim(input: Array, dim: int, keepdim):
    return _median_along(input, dim, keepdim, skip_nan=False)


@op(node="NanmedianBackward", number=1, returns=return_types.nanmedian, input=picked)
def _nanmedian_dim(input: Array, dim: int, keepdim):
    return _median_along(input, dim, keepdim, skip_nan=True)


_MEDIAN = (
    "Tensor input",
    "Tensor input, int dim, bool keepdim = False, *, tuple of Tensors out = None",
)


@composite(signatures=_MEDIAN)
def median(input: Tensor, dim: int = None, keepdim: bool = False, *, out=None):
    """The middle element, the lower one of two; with a `dim`, those along it and their indices.

    >>> torch.tensor([4., 1., 3., 2.]).median()
    tensor(2.)
    """
    if dim is None:
        return _median(input, out=out)
    return _median_dim(input, dim, keepdim, out=out)


@composite(signatures=_MEDIAN)
def nanmedian(input: Tensor, dim: int = None, keepdim: bool = False, *, out=None):
    """Like `median`, but nan is left out."""
    if dim is None:
        return _nanmedian(input, out=out)
    return _nanmedian_dim(input, dim, keepdim, out=out)


# Quantiles


_QUANTILE = tuple(
    f"Tensor input, {kind} q, int dim = None, bool keepdim = False, *, "
    'str interpolation = "linear", Tensor out = None'
    for kind in ("Tensor", "float")
)


@composite(signatures=_QUANTILE)
def quantile(
    input: Tensor,
    q,
    dim: int = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
    out=None,
):
    """The values below which a part `q` (between 0 and 1) of the elements lies.

    `q` may be a tensor of several. `interpolation` between two elements: "linear", "lower",
    "higher", "midpoint" or "nearest".

    >>> torch.tensor([1., 2., 3., 4.]).quantile(0.5)
    tensor(2.5000)
    """
    return _quantile(False, input, q, dim, keepdim, interpolation, out)


@composite(signatures=_QUANTILE)
def nanquantile(
    input: Tensor,
    q,
    dim: int = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
    out=None,
):
    """Like `quantile`, but nan is left out."""
    return _quantile(True, input, q, dim, keepdim, interpolation, out)


def _quantile(skip_nan, input, q, dim, keepdim, interpolation, out):
    q = _as_quantiles(input, q, interpolation)
    if dim is None:
        values = input.reshape([1] * (input.ndim if keepdim else 0) + [-1])
    else:
        axis = wrap_dim(dim, input.ndim)
        values = input.unsqueeze(-1).transpose(axis, -1)
        values = values if keepdim or not input.ndim else values.squeeze(axis)
    values = values.sort(-1)[0]
    ranks = wrap(_ranks(values._array, q._array.reshape(-1), skip_nan, interpolation))
    below = values.gather(-1, ranks.long())
    if interpolation in ("linear", "midpoint"):
        part = 0.5 if interpolation == "midpoint" else ranks - ranks.floor()
        below = below.lerp(values.gather(-1, ranks.ceil().long()), part)
    if q.ndim:
        below = below.unsqueeze_(0).transpose_(0, -1)
    result = below.squeeze_(-1)
    return write("quantile", result, out)


def _as_quantiles(input, q, interpolation):
    if not isinstance(q, Tensor):
        to_number(q)
        if not 0 <= q <= 1:
            raise RuntimeError(f"quantile() q must be in the range [0, 1] but got {q:g}")
        q = wrap(np.array(q, input._array.dtype if input.is_floating_point() else None))
    if not input.numel():
        raise RuntimeError("quantile() input tensor must be non-empty")
    if q.ndim > 1:
        raise RuntimeError("quantile() q must be a scalar or 1D tensor")
    if input.dtype not in (dtypes.float32, dtypes.float64):
        raise RuntimeError("quantile() input tensor must be either float or double dtype")
    if q.dtype is not input.dtype:
        raise RuntimeError("quantile() q tensor must be same dtype as the input tensor")
    if interpolation not in ("linear", "lower", "higher", "midpoint", "nearest"):
        raise RuntimeError(
            "quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, "
            f"but got {interpolation}"
        )
    if not np.all((q._array >= 0) & (q._array <= 1)):
        raise RuntimeError("quantile() q values must be in the range [0, 1]")
    return q


def _ranks(values, q, skip_nan, interpolation):
    """The places of the quantiles in sorted values; nan is at the end."""
    missing = np.isnan(values)
    last = values.shape[-1] - 1
    if skip_nan:
        last = np.maximum(last - np.add.reduce(missing, -1, np.dtype("int64"), None, True), 0)
        ranks = (q * last).astype(q.dtype)
    else:
        ranks = np.where(missing[..., -1:], q.dtype.type(last), q * q.dtype.type(last))
    rounded = {"lower": np.floor, "higher": np.ceil, "nearest": np.rint}.get(interpolation)
    return rounded(ranks) if rounded else ranks
