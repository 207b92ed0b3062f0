"""Softmax and its relatives: exponentials summed without overflow."""

import numpy as np

from .. import dtypes
from ..declare import Array, DType, Ints, op
from ..formulas import exp, put_back
from ..tensor import wrap_dim
from .reduce import contiguous, reduced_axes, total, work_dtype


def _largest(array, axes):
    """The largest elements along `axes`, as numbers that can be subtracted: 0 for infinities."""
    largest = np.maximum.reduce(array, axes, None, None, True, -np.inf)
    return np.where(np.isinf(largest), array.dtype.type(0), largest)


def _shares(grad, input, dim, keepdim, result):
    grad, result = (put_back(t, input.shape, dim, keepdim) for t in (grad, result))
    return grad * exp(input - result)


@op(input=_shares)
def logsumexp(input: Array, dim: Ints, keepdim: bool = False):
    """log(exp(input).sum(dim)), without overflow.

    >>> torch.tensor([1000., 1000.]).logsumexp(dim=0)
    tensor(1000.6932)
    """
    if input.dtype.kind != "f":
        input = input.astype(dtypes.get_default_dtype().numpy)
    axes = reduced_axes(dim, input.ndim)
    exact = input.astype(work_dtype(input, None), copy=False)
    largest = _largest(exact, axes)
    total = np.add.reduce(np.exp(exact - largest), axes, None, None, keepdim)
    result = np.log(total) + largest.reshape(total.shape)
    return contiguous(result.astype(input.dtype, copy=False))


def _prepared(input, dim, name):
    """The input of a softmax as a floating-point array to compute with, and the axis."""
    axis = wrap_dim(dim, input.ndim)
    if input.dtype.kind != "f":
        last = "lastdim_" if axis >= input.ndim - 1 else ""
        label = dtypes.of(input.dtype).label
        raise NotImplementedError(f"\"{name}_{last}kernel_impl\" not implemented for '{label}'")
    exact = input.astype(work_dtype(input, None), copy=False)
    axes = axis if input.ndim else None
    return exact - np.maximum.reduce(exact, axes, None, None, True, -np.inf), axes, input.dtype


def _empty(input, dim):
    wrap_dim(dim, input.ndim)
    return np.empty(input.shape, input.dtype)


def _casting(function):
    """Have an op bring its input to the dtype that is asked for in a step of its own."""
    bind = function.op.bind

    def converted(args, kwargs):
        values = bind(args, kwargs)
        if values["dtype"] is not None:
            values["input"] = values["input"].to(values["dtype"])
        return values

    function.op.bind = converted
    return function


@_casting
@op(input=lambda grad, dim, result: (grad - total(grad * result, dim)) * result)
def softmax(input: Array, dim: int, dtype: DType = None):
    """exp(input) / exp(input).sum(dim): positive, adding up to 1 along `dim`.

    >>> torch.tensor([0., 0.]).softmax(dim=0)
    tensor([0.5000, 0.5000])
    """
    if not input.size:
        return _empty(input, dim)
    shifted, axis, dtype = _prepared(input, dim, "softmax")
    result = np.exp(shifted)
    result /= np.add.reduce(result, axis, None, None, True)
    return contiguous(result.astype(dtype, copy=False))


@_casting
@op(input=lambda grad, dim, result: grad - exp(result) * total(grad, dim))
def log_softmax(input: Array, dim: int, dtype: DType = None):
    """The logarithm of `softmax`, exact also where softmax is nearly 0."""
    if not input.size:
        return _empty(input, dim)
    shifted, axis, dtype = _prepared(input, dim, "log_softmax")
    shifted -= np.log(np.add.reduce(np.exp(shifted), axis, None, None, True))
    return contiguous(shifted.astype(dtype, copy=False))


def _running_slope(grad, input, dim, result):
    if not grad.ndim or not grad.numel():
        return grad
    # In logarithms, so that nothing overflows; positive and negative gradients have one each.
    logs = grad.abs().log()
    nothing = float(np.finfo(grad._array.dtype).min)

    def part(logs):
        return ((logs - result).flip(dim).logcumsumexp(dim).flip(dim) + input).exp()

    return part(logs.masked_fill(grad <= 0, nothing)) - part(logs.masked_fill(grad >= 0, nothing))


@op(input=_running_slope)
def logcumsumexp(input: Array, dim: int):
    """The logarithm of the running sum of exponentials, without overflow."""
    axis = wrap_dim(dim, input.ndim)
    if input.dtype.kind != "f":
        label = dtypes.of(input.dtype).label
        raise NotImplementedError(f"\"logcumsumexp_out_cpu\" not implemented for '{label}'")
    if not input.ndim or not input.size:
        return input.copy()
    exact = input.astype("float64", copy=False)
    return contiguous(np.logaddexp.accumulate(exact, axis).astype(input.dtype))
