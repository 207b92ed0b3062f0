"""Reductions: sums, products, means, spread, truth and norms, over all dims or some."""

import math

import numpy as np

from .. import dtypes
from ..arguments import parse_dims
from ..declare import Array, DType, Ints, Number, composite, op
from ..formulas import for_both, how_many, put_back, spread
from ..misfits import of_method
from ..once import warn
from ..return_types import Plain
from ..signature import to_ints
from ..summation import add_up
from ..tensor import Tensor, wrap, wrap_dim
from .join import cat

# What all reductions share


def reduced_axes(dim, ndim):
    """The `dim=` of a reduction as NumPy's `axis=`: None for all, or a tuple."""
    if dim is None:
        return None
    dims = parse_dims(dim, ndim)
    return dims if ndim else None  # a 0-dim tensor has a dim 0 in PyTorch, in NumPy not


def contiguous(result):
    """A result laid out in reading order, as PyTorch's are."""
    if result.ndim and (1 in result.shape or not result.flags.c_contiguous):
        return result.copy("C")  # where a size is 1, NumPy's strides may be anything
    return result


def cast(array, dtype):
    """The array in the dtype that was asked for, if any."""
    return array if dtype is None else array.astype(dtype.numpy, copy=False)


def work_dtype(array, dtype):
    """The dtype to add up in: float16 in float32, integers in int64 unless `dtype` was given."""
    if array.dtype.kind == "f":
        return np.dtype("float32") if array.itemsize == 2 else array.dtype
    return array.dtype if dtype is not None else np.dtype("int64")


def form(dim, dtype):
    """The number in a node's name: 0 for a reduction of all, 1 along dims."""
    if dtype is not None and not dtype.is_floating_point:
        raise RuntimeError(f"Autograd not support dtype: {dtype.label}")
    return 0 if dim is None else 1


# Sums and products


def _fold(ufunc, input, dim, keepdim, dtype):
    if dtype is not None:
        input = cast(input, dtype)
    axes = None if dim is None else reduced_axes(dim, input.ndim)
    if ufunc is np.add and input.dtype.char in "fd":
        return contiguous(add_up(input, axes, keepdim))
    result = ufunc.reduce(input, axes, work_dtype(input, dtype), None, keepdim)
    return contiguous(result.astype("float16") if input.dtype == "float16" else result)


@for_both
def total(grad, dim):
    """The sum along `dim`, which stays with size 1."""
    if isinstance(grad, Tensor):
        return grad.sum(dim, True)
    return _fold(np.add, grad, dim, True, None)


@for_both
def _spread(grad, input_shape, dim, keepdim):
    return spread(put_back(grad, input_shape, dim, keepdim), input_shape)


_OF_ALL = "Tensor input, *, torch.dtype dtype = None"
_ALONG = "Tensor input, tuple of ints dim, bool keepdim = False, *, torch.dtype dtype = None, Tensor out = None"


@op(
    signatures=(_OF_ALL, _ALONG),
    number=form,
    input={0: lambda grad, input_shape: spread(grad, input_shape), 1: _spread},
)
def sum(input: Array, dim: Ints = None, keepdim: bool = False, *, dtype: DType = None):
    """The sum of all elements, or along one or more dims. Integers and bools are added up in int64.

    >>> x = torch.tensor([[1, 2], [3, 4]])
    >>> x.sum(), x.sum(dim=0), x.sum(dim=1, keepdim=True)
    (tensor(10), tensor([4, 6]), tensor([[3],
            [7]]))
    """
    return _fold(np.add, input, dim, keepdim, dtype)


def _numbers_spread(grad, input, dim, keepdim):
    return _spread(grad, input.shape, dim, keepdim) * input.isnan().logical_not()


@op(input=_numbers_spread)
def nansum(input: Array, dim: Ints = None, keepdim: bool = False, *, dtype: DType = None):
    """The sum with nan counted as 0."""
    if input.dtype.kind == "f":
        input = np.where(np.isnan(input), input.dtype.type(0), input)
    return _fold(np.add, input, dim, keepdim, dtype)


def _evenly_spread(grad, input_shape, input_numel, dim, keepdim):
    return _spread(grad, input_shape, dim, keepdim) / how_many(input_shape, dim)


def _no_mean(name, kind, dtype):
    error = RuntimeError(
        f"{name}(): could not infer output dtype. {kind} dtype must be either a floating point "
        f"or complex dtype. Got: {dtype.label}"
    )
    error.add_note(f"Hint: convert first, as in x.float().{name}().")
    return error


@op(
    signatures=(f"{_OF_ALL}, Tensor out = None", _ALONG),
    number=lambda dim: 0 if dim is None else 1,
    input={
        0: lambda grad, input_shape, input_numel: spread(grad, input_shape) / input_numel,
        1: _evenly_spread,
    },
)
def mean(input: Array, dim: Ints = None, keepdim: bool = False, *, dtype: DType = None):
    """The mean of all elements, or along one or more dims; for floating-point dtypes.

    >>> torch.tensor([[1., 2.], [3., 4.]]).mean(dim=0)
    tensor([2., 3.])
    """
    input = cast(input, dtype)
    if input.dtype.kind != "f":
        raise _no_mean("mean", "Input" if dtype is None else "Optional", dtypes.of(input.dtype))
    axes = reduced_axes(dim, input.ndim)
    total = add_up(input.astype("f") if input.dtype.char == "e" else input, axes, keepdim)
    result = total / (input.size // max(total.size, 1))
    return contiguous(result.astype("e") if input.dtype.char == "e" else result)


@composite
def nanmean(
    input: Tensor, dim: Ints = None, keepdim: bool = False, *, dtype: DType = None, out=None
):
    """The mean of the elements that are not nan."""
    if not input.is_floating_point():
        raise RuntimeError(
            "nanmean(): expected input to have floating point or complex dtype but got "
            f"{input.dtype.label}"
        )
    if dtype is not None and not dtype.is_floating_point:
        raise _no_mean("nanmean", "Optional", dtype)
    dims = () if dim is None else dim
    count = input.detach().isnan().logical_not().sum(dims, keepdim)
    total = nansum(input, dim, keepdim, dtype=dtype, out=out)
    return total / count if out is None else total.div_(count)


def others_product(input, dim):
    """For each element, the product of the others along `dim`; exact where some are 0."""
    size = input.shape[dim]
    one = input.new_ones(1).expand(input.narrow(dim, 0, 1).shape)
    before = cat([one, input.narrow(dim, 0, size - 1)], dim).cumprod(dim)
    after = cat([one, input.narrow(dim, 1, size - 1).flip(dim)], dim).cumprod(dim).flip(dim)
    return before * after


def _product_slope(grad, input, dim, keepdim, result):
    grad, result = (put_back(t, input.shape, dim, keepdim) for t in (grad, result))
    if not input.ndim or not input.numel():
        return grad.expand(input.shape)
    if np.all(input._array):
        return grad * (result / input)
    if dim is None:
        return grad * others_product(input.reshape(-1), 0).reshape(input.shape)
    return grad * others_product(input, wrap_dim(dim, input.ndim))


@op(
    signatures=(_OF_ALL, _ALONG.replace("tuple of ints", "int")),
    number=form,
    input={
        0: lambda grad, input, result: _product_slope(grad, input, None, False, result),
        1: _product_slope,
    },
)
def prod(input: Array, dim: int = None, keepdim: bool = False, *, dtype: DType = None):
    """The product of all elements, or along one dim."""
    return _fold(np.multiply, input, dim, keepdim, dtype)


# Spread: variance and standard deviation. `correction` is None in PyTorch if nobody gave it, and means 1


def _degrees(shape, dim, correction):
    return how_many(shape, dim) - (1 if correction is None else correction)


def _moments(input, dim, correction, keepdim):
    """Variance and mean, computed in float64."""
    axes, count = reduced_axes(dim, input.ndim), how_many(input.shape, dim)
    exact = input.astype("float64", copy=False)
    center = np.add.reduce(exact, axes, None, None, True) / count
    away = exact - center
    total = np.add.reduce(away * away, axes, None, None, keepdim)
    variance = total / max(_degrees(input.shape, dim, correction), 0)
    return variance, center if keepdim else center.reshape(variance.shape)


def _variance_slope(grad, input, dim, correction, keepdim):
    degrees = _degrees(input.shape, dim, correction)
    away = input - input.mean(() if dim is None else dim, True)
    if degrees <= 0 and (dim is None or not input.ndim):
        return grad * (away.detach().abs() * math.inf)  # infinite, or nan at the mean itself
    scale = 2 / degrees if degrees else math.inf
    return scale * put_back(grad, input.shape, dim, keepdim) * away


def _deviation_slope(grad, input, dim, correction, keepdim, result):
    slope = (grad / (result * 2)).masked_fill(result == 0, 0)
    return _variance_slope(slope, input, dim, correction, keepdim)


def _with_mean(grads, slope, input, dim, correction, keepdim, *result):
    """The gradients by way of the spread and by way of the mean, as far as there are any, added up."""
    grad, mean = grads
    slopes = [] if grad is None else [slope(grad, input, dim, correction, keepdim, *result)]
    if mean is not None:
        slopes.append(_evenly_spread(mean, input.shape, input.numel(), dim, keepdim))
    return slopes[0] if len(slopes) == 1 else slopes[0] + slopes[1]


@op(input=_variance_slope)
def _var(input: Array, dim: Ints, correction, keepdim):
    variance, _ = _moments(input, dim, correction, keepdim)
    return contiguous(variance.astype(input.dtype))


@op(input=_deviation_slope)
def _std(input: Array, dim: Ints, correction, keepdim):
    variance, _ = _moments(input, dim, correction, keepdim)
    return contiguous(np.sqrt(variance).astype(input.dtype))


@op(
    returns=Plain("result0", "result1"),
    input=lambda grads, input, dim, correction, keepdim: _with_mean(
        grads, _variance_slope, input, dim, correction, keepdim
    ),
)
def _var_mean(input: Array, dim: Ints, correction, keepdim):
    both = _moments(input, dim, correction, keepdim)
    return tuple(contiguous(part.astype(input.dtype)) for part in both)


@op(
    returns=Plain("result0", "result1"),
    input=lambda grads, input, dim, correction, keepdim, result0: _with_mean(
        grads, _deviation_slope, input, dim, correction, keepdim, result0
    ),
)
def _std_mean(input: Array, dim: Ints, correction, keepdim):
    variance, mean = _moments(input, dim, correction, keepdim)
    return tuple(contiguous(part.astype(input.dtype)) for part in (np.sqrt(variance), mean))


def _spread_of(op, input, dim, unbiased, correction, keepdim, out=None):
    name = op.op.name
    if isinstance(dim, bool):  # as in x.var(False)
        dim, unbiased = None, dim
    dim = dim if dim is None else to_ints(dim)
    if unbiased is not None:
        correction = int(unbiased)
    elif dim is not None and correction is None:
        correction = 1
    if not input.is_floating_point():
        subject = name if name.endswith("mean") else "std and var"
        raise RuntimeError(f"{subject} only support floating point and complex dtypes")
    result = op(input, dim, correction, keepdim, out=out)
    if _degrees(input._array.shape, dim, correction) <= 0:
        warn(
            f"{name}(): degrees of freedom is <= 0. Correction should be strictly less than the "
            "reduction factor (input numel divided by output numel)."
        )
    return result


_SPREAD = (
    "tuple of ints dim, bool unbiased = True, bool keepdim = False, *, Tensor out = None",
    "tuple of ints dim = None, *, Number correction = None, bool keepdim = False, Tensor out = None",
    "bool unbiased = True",
)


@composite(signatures=_SPREAD)
def var(
    input: Tensor,
    dim=None,
    unbiased: bool = None,
    keepdim: bool = False,
    *,
    correction: Number = None,
    out=None,
):
    """The variance: squared distances from the mean, summed, over n - correction.

    >>> x = torch.tensor([1., 2., 3., 4.])
    >>> x.var(), x.var(correction=0)
    (tensor(1.6667), tensor(1.2500))
    """
    return _spread_of(_var, input, dim, unbiased, correction, keepdim, out)


@composite(signatures=_SPREAD)
def std(
    input: Tensor,
    dim=None,
    unbiased: bool = None,
    keepdim: bool = False,
    *,
    correction: Number = None,
    out=None,
):
    """The standard deviation: the square root of `var`."""
    return _spread_of(_std, input, dim, unbiased, correction, keepdim, out)


_BOTH = tuple(of_method(text) for text in _SPREAD)


@composite(method=False, signatures=_BOTH)
def var_mean(
    input: Tensor,
    dim=None,
    unbiased: bool = None,
    keepdim: bool = False,
    *,
    correction: Number = None,
):
    """A tuple: the variance and the mean."""
    return _spread_of(_var_mean, input, dim, unbiased, correction, keepdim)


@composite(method=False, signatures=_BOTH)
def std_mean(
    input: Tensor,
    dim=None,
    unbiased: bool = None,
    keepdim: bool = False,
    *,
    correction: Number = None,
):
    """A tuple: the standard deviation and the mean."""
    return _spread_of(_std_mean, input, dim, unbiased, correction, keepdim)


# Truth


def _truth(ufunc, input, dim, keepdim):
    axes = () if dim == () else reduced_axes(dim, input.ndim)  # no dims: here, not all
    result = ufunc.reduce(input, axes, bool, None, keepdim)
    return contiguous(result.astype("uint8") if input.dtype == "uint8" else result)


_TRUTH = (
    "Tensor input, *, Tensor out = None",
    "Tensor input, tuple of ints dim = None, bool keepdim = False, *, Tensor out = None",
    "Tensor input, int dim, bool keepdim = False, *, Tensor out = None",
)


@op(signatures=_TRUTH)
def any(input: Array, dim: Ints = None, keepdim: bool = False):
    """Whether any element is true: not 0."""
    return _truth(np.logical_or, input, dim, keepdim)


@op(signatures=_TRUTH)
def all(input: Array, dim: Ints = None, keepdim: bool = False):
    """Whether all elements are true: not 0."""
    return _truth(np.logical_and, input, dim, keepdim)


@composite(signatures=("int dim = None", "tuple of ints dim"))
def count_nonzero(input: Tensor, dim: Ints = None, *more: int):
    """The number of elements that are not 0, in all or along dims."""
    axes = reduced_axes((dim, *more) if more else dim, input.ndim)
    return wrap(contiguous(np.add.reduce(input._array != 0, axes, np.dtype("int64"))))
