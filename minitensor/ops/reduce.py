"""Reductions: sums, products, means, spread, truth and norms, over all dims or some."""

import math
import warnings

import numpy as np

from .. import dtypes
from ..arguments import parse_dims, wrong_type
from ..declare import Array, composite, op
from ..return_types import Plain
from ..summation import add_up
from ..tensor import Tensor, as_int, wrap, wrap_dim
from .join import cat

# What all reductions share


def reduced_axes(dim, ndim, name):
    """The `dim=` of a reduction as NumPy's `axis=`: None for all, or a tuple."""
    if dim is None:
        return None
    for d in dim if isinstance(dim, (tuple, list)) else (dim,):
        if isinstance(d, bool) or not hasattr(d, "__index__"):
            raise wrong_type(name, "dim", 1, "tuple of ints", dim)
    dims = parse_dims(dim, ndim)
    return dims if ndim else None  # a 0-dim tensor has a dim 0 in PyTorch, in NumPy not


def contiguous(result):
    """A result laid out in reading order, as PyTorch's are."""
    if result.ndim and (1 in result.shape or not result.flags.c_contiguous):
        return result.copy("C")  # where a size is 1, NumPy's strides may be anything
    return result


def cast(array, dtype, name):
    """The array in the dtype that was asked for, if any."""
    if dtype is None:
        return array
    return array.astype(dtypes.as_dtype(dtype, f"{name}(): argument 'dtype'").numpy, copy=False)


def work_dtype(array, dtype):
    """The dtype to add up in: float16 in float32, integers in int64 unless `dtype` was given."""
    if array.dtype.kind == "f":
        return np.dtype("float32") if array.itemsize == 2 else array.dtype
    return array.dtype if dtype is not None else np.dtype("int64")


def put_back(grad, shape, dim, keepdim):
    """The gradient of a result with the reduced dims of the input put back, of size 1."""
    if dim is None or keepdim:
        return grad
    for d in parse_dims(dim, len(shape)) if shape else ():
        grad = grad.unsqueeze(d)
    return grad


def how_many(shape, dim):
    """The number of elements that each result is made of."""
    dims = range(len(shape)) if dim is None else parse_dims(dim, len(shape)) if shape else ()
    return math.prod(shape[d] for d in dims)


def need_dim(name, dim, keepdim, *signatures):
    """Raise PyTorch's error for a `keepdim` that does not say which dims to keep."""
    if dim is None and keepdim:
        start = (
            f"{name}() received an invalid combination of arguments - got (keepdim=bool, ), but "
        )
        error = TypeError("\n * ".join([start + "expected one of:", *signatures]) + "\n")
        error.add_note(f"Hint: say which dims to keep, as in x.{name}(dim=0, keepdim=True).")
        raise error


_OF_ALL = "(*, torch.dtype dtype = None)"
_ALONG_DIM = "(int dim, bool keepdim = False, *, torch.dtype dtype = None)"
_ALONG_DIMS = "(tuple of ints dim, bool keepdim = False, *, torch.dtype dtype = None)"


def _by_dim(dim):
    return 0 if dim is None else 1


# Sums and products


def _fold(ufunc, input, dim, keepdim, dtype, name):
    if dim is None and dtype is None and input.dtype.char in "fd" and not keepdim:
        return add_up(input) if ufunc is np.add else ufunc.reduce(input, None)
    input = cast(input, dtype, name)
    work = work_dtype(input, dtype)
    axes = reduced_axes(dim, input.ndim, name)
    if ufunc is np.add and input.dtype == work and work.kind == "f":
        return contiguous(add_up(input, axes, keepdim))
    result = ufunc.reduce(input, axes, work, None, keepdim)
    return contiguous(result.astype("float16") if input.dtype == "float16" else result)


def _spread(grad, input_shape, dim, keepdim):
    return put_back(grad, input_shape, dim, keepdim).expand(input_shape)


@op(
    number=_by_dim,
    input={0: lambda grad, input_shape: grad.expand(input_shape), 1: _spread},
)
def sum(input: Array, dim=None, keepdim=False, *, dtype=None):
    """The sum of all elements, or along one or more dims. Integers and bools are added up in int64.

    >>> x = torch.tensor([[1, 2], [3, 4]])
    >>> x.sum(), x.sum(dim=0), x.sum(dim=1, keepdim=True)
    (tensor(10), tensor([4, 6]), tensor([[3],
            [7]]))
    """
    need_dim("sum", dim, keepdim, _OF_ALL, _ALONG_DIMS)
    return _fold(np.add, input, dim, keepdim, dtype, "sum")


def _numbers_spread(grad, input, dim, keepdim):
    return _spread(grad, input.shape, dim, keepdim) * input.isnan().logical_not()


@op(input=_numbers_spread)
def nansum(input: Array, dim=None, keepdim=False, *, dtype=None):
    """The sum with nan counted as 0."""
    if input.dtype.kind == "f":
        input = np.where(np.isnan(input), input.dtype.type(0), input)
    return _fold(np.add, input, dim, keepdim, dtype, "nansum")


def _evenly_spread(grad, input_shape, input_numel, dim, keepdim):
    return _spread(grad, input_shape, dim, keepdim) / how_many(input_shape, dim)


@op(
    number=_by_dim,
    input={
        0: lambda grad, input_shape, input_numel: grad.expand(input_shape) / input_numel,
        1: _evenly_spread,
    },
)
def mean(input: Array, dim=None, keepdim=False, *, dtype=None):
    """The mean of all elements, or along one or more dims; for floating-point dtypes.

    >>> torch.tensor([[1., 2.], [3., 4.]]).mean(dim=0)
    tensor([2., 3.])
    """
    need_dim("mean", dim, keepdim, _OF_ALL, _ALONG_DIMS)
    kind = "Input" if dtype is None else "Optional"
    input = cast(input, dtype, "mean")
    if input.dtype.kind != "f":
        error = RuntimeError(
            f"mean(): could not infer output dtype. {kind} dtype must be either a floating point "
            f"or complex dtype. Got: {dtypes.of(input.dtype).label}"
        )
        error.add_note("Hint: convert first, as in x.float().mean().")
        raise error
    axes = reduced_axes(dim, input.ndim, "mean")
    total = add_up(input.astype(work_dtype(input, dtype), copy=False), axes, keepdim)
    result = total / (input.size // max(total.size, 1))
    return contiguous(result.astype(input.dtype, copy=False))


@composite
def nanmean(input, dim=None, keepdim=False, *, dtype=None, out=None):
    """The mean of the elements that are not nan."""
    if not input.is_floating_point():
        raise RuntimeError(
            "nanmean(): expected input to have floating point or complex dtype but got "
            f"{input.dtype.label}"
        )
    dims = () if dim is None else dim
    count = input.detach().isnan().logical_not().sum(dims, keepdim)
    return input.nansum(dim, keepdim, dtype=dtype).div(count, out=out)


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


@op(number=_by_dim, input=_product_slope)
def prod(input: Array, dim=None, keepdim=False, *, dtype=None):
    """The product of all elements, or along one dim."""
    need_dim("prod", dim, keepdim, _OF_ALL, _ALONG_DIM)
    if dim is not None:
        dim = as_int(dim, "prod")
    return _fold(np.multiply, input, dim, keepdim, dtype, "prod")


# Spread


def _moments(input, dim, correction, keepdim, name):
    """Variance and mean, computed in float64."""
    axes, count = reduced_axes(dim, input.ndim, name), how_many(input.shape, dim)
    exact = input.astype("float64", copy=False)
    center = np.add.reduce(exact, axes, None, None, True) / count
    away = exact - center
    variance = np.add.reduce(away * away, axes, None, None, keepdim) / max(count - correction, 0)
    mean = center if keepdim else center.reshape(variance.shape)
    return variance, mean


def _variance_slope(grad, input, dim, correction, keepdim):
    degrees = how_many(input.shape, dim) - correction
    away = input - input.mean(() if dim is None else dim, True)
    if degrees <= 0 and (dim is None or not input.ndim):
        return grad * (away.detach().abs() * math.inf)  # infinite, or nan at the mean itself
    scale = 2 / degrees if degrees else math.inf
    return scale * put_back(grad, input.shape, dim, keepdim) * away


def _deviation_slope(grad, input, dim, correction, keepdim, result):
    slope = (grad / (result * 2)).masked_fill(result == 0, 0)
    return _variance_slope(slope, input, dim, correction, keepdim)


def _slope_with_mean(slope, mean, input, dim, keepdim):
    """Adds to the gradient by way of the spread, if there is one, that by way of the mean."""
    if mean is None:
        return slope
    mean_slope = _evenly_spread(mean, input.shape, input.numel(), dim, keepdim)
    return mean_slope if slope is None else slope + mean_slope


def _variance_and_mean_slope(grads, input, dim, correction, keepdim):
    grad, mean = grads
    if grad is not None:
        grad = _variance_slope(grad, input, dim, correction, keepdim)
    return _slope_with_mean(grad, mean, input, dim, keepdim)


def _deviation_and_mean_slope(grads, input, dim, correction, keepdim, result0):
    grad, mean = grads
    if grad is not None:
        grad = _deviation_slope(grad, input, dim, correction, keepdim, result0)
    return _slope_with_mean(grad, mean, input, dim, keepdim)


@op(input=_variance_slope)
def _var(input: Array, dim, correction, keepdim):
    variance, _ = _moments(input, dim, correction, keepdim, "var")
    return contiguous(variance.astype(input.dtype))


@op(input=_deviation_slope)
def _std(input: Array, dim, correction, keepdim):
    variance, _ = _moments(input, dim, correction, keepdim, "std")
    return contiguous(np.sqrt(variance).astype(input.dtype))


@op(returns=Plain("result0", "result1"), input=_variance_and_mean_slope)
def _var_mean(input: Array, dim, correction, keepdim):
    both = _moments(input, dim, correction, keepdim, "var_mean")
    return tuple(contiguous(part.astype(input.dtype)) for part in both)


@op(returns=Plain("result0", "result1"), input=_deviation_and_mean_slope)
def _std_mean(input: Array, dim, correction, keepdim):
    variance, mean = _moments(input, dim, correction, keepdim, "std_mean")
    return tuple(contiguous(part.astype(input.dtype)) for part in (np.sqrt(variance), mean))


def _spread_of(name, op, input, dim, unbiased, correction, keepdim, out=None):
    if isinstance(dim, bool):  # as in x.var(False)
        dim, unbiased = None, dim
    if unbiased is not None:
        correction = int(unbiased)
    if not isinstance(input, Tensor):
        raise wrong_type(name, "input", 1, "Tensor", input)
    if not input.is_floating_point():
        subject = name if name.endswith("mean") else "std and var"
        raise RuntimeError(f"{subject} only support floating point and complex dtypes")
    reduced_axes(dim, input.ndim, name)
    if how_many(input.shape, dim) <= correction:
        warnings.warn(
            f"{name}(): degrees of freedom is <= 0. Correction should be strictly less than the "
            "reduction factor (input numel divided by output numel).",
            UserWarning,
            stacklevel=3,
        )
    return op(input, dim, correction, keepdim, out=out)


@composite
def var(input, dim=None, unbiased=None, keepdim=False, *, correction=1, out=None):
    """The variance: squared distances from the mean, summed, over n - correction.

    >>> x = torch.tensor([1., 2., 3., 4.])
    >>> x.var(), x.var(correction=0)
    (tensor(1.6667), tensor(1.2500))
    """
    return _spread_of("var", _var, input, dim, unbiased, correction, keepdim, out)


@composite
def std(input, dim=None, unbiased=None, keepdim=False, *, correction=1, out=None):
    """The standard deviation: the square root of `var`."""
    return _spread_of("std", _std, input, dim, unbiased, correction, keepdim, out)


@composite(method=False)
def var_mean(input, dim=None, unbiased=None, keepdim=False, *, correction=1):
    """A tuple: the variance and the mean."""
    return _spread_of("var_mean", _var_mean, input, dim, unbiased, correction, keepdim)


@composite(method=False)
def std_mean(input, dim=None, unbiased=None, keepdim=False, *, correction=1):
    """A tuple: the standard deviation and the mean."""
    return _spread_of("std_mean", _std_mean, input, dim, unbiased, correction, keepdim)


# Truth


def _truth(ufunc, input, dim, keepdim, name):
    no_dims = isinstance(dim, (tuple, list)) and not dim  # which here does not mean all
    axes = () if no_dims else reduced_axes(dim, input.ndim, name)
    result = ufunc.reduce(input, axes, bool, None, keepdim)
    return contiguous(result.astype("uint8") if input.dtype == "uint8" else result)


@op()
def any(input: Array, dim=None, keepdim=False):
    """Whether any element is true: not 0."""
    return _truth(np.logical_or, input, dim, keepdim, "any")


@op()
def all(input: Array, dim=None, keepdim=False):
    """Whether all elements are true: not 0."""
    return _truth(np.logical_and, input, dim, keepdim, "all")


@composite
def count_nonzero(input, dim=None, *more):
    """The number of elements that are not 0, in all or along dims."""
    dim = (dim, *more) if more else dim
    axes = reduced_axes(dim, input.ndim, "count_nonzero")
    return wrap(contiguous(np.add.reduce(input._array != 0, axes, np.dtype("int64"))))
