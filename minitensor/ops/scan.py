"""Running sums, products and extremes along one dim."""

import functools

import numpy as np

from .. import dtypes, return_types
from ..declare import Array, DType, op
from ..tensor import Tensor, wrap_dim
from .join import stack
from .reduce import cast, contiguous, form


def _running(ufunc, input, dim, dtype):
    axis = wrap_dim(dim, input.ndim)
    if dtype is dtypes.bool_:
        name = "cumsum" if ufunc is np.add else "cumprod"
        raise NotImplementedError(f"\"{name}_out_cpu\" not implemented for 'Bool'")
    input = cast(input, dtype)
    if dtype is None and input.dtype.kind != "f":
        input = input.astype("int64")
    if not input.ndim:
        return input.copy()
    work = np.dtype("float64") if input.dtype == "float32" else input.dtype  # as PyTorch adds up
    work = np.dtype("float32") if input.dtype == "float16" else work
    result = ufunc.accumulate(input, axis, work)
    return contiguous(result.astype(input.dtype, copy=False))


def _from_the_end(grad, dim):
    return grad.flip(dim).cumsum(dim).flip(dim)


def _form(dtype):
    return form(None, dtype)  # there is but one; this is for the error


@op(in_place=True, casts=True, number=_form, input=_from_the_end)
def cumsum(input: Array, dim: int, *, dtype: DType = None):
    """The running sum along `dim`.

    >>> torch.tensor([1, 2, 3]).cumsum(dim=0)
    tensor([1, 3, 6])
    """
    return _running(np.add, input, dim, dtype)


def _running_product_slope(grad, input, dim, result):
    if not input.ndim or not input.numel():
        return grad
    if np.all(input._array):
        return _from_the_end(grad * result, dim) / input
    # With zeros: (the product of all before) * (what follows), the latter gathered from the end.
    elements, grads = input.unbind(dim), grad.unbind(dim)
    following = [grads[-1]]
    for element, slope in zip(elements[:0:-1], grads[-2::-1], strict=True):
        following.append(slope + element * following[-1])
    before = [input.new_ones(()).expand(elements[0].shape)]
    for element in elements[:-1]:
        before.append(before[-1] * element)
    products = [first * rest for first, rest in zip(before, reversed(following), strict=True)]
    return stack(products, dim)


@op(in_place=True, casts=True, number=_form, input=_running_product_slope)
def cumprod(input: Array, dim: int, *, dtype: DType = None):
    """The running product along `dim`."""
    return _running(np.multiply, input, dim, dtype)


_CTYPES = {"Half": "c10::Half", "Char": "signed char", "Short": "short int", "Long": "long int"}


def _checked_twin(name):
    """Let the in-place twin raise PyTorch's errors for another dtype, and for bools, whose sums are ints."""
    twin = getattr(Tensor, name)

    @functools.wraps(twin)
    def in_place(self, *args, **kwargs):
        wanted = kwargs.get("dtype")
        if isinstance(wanted, dtypes.dtype) and wanted is not self.dtype:
            of, to = (_CTYPES.get(d.label, d.ctype) for d in (self.dtype, wanted))
            raise RuntimeError(
                f"Bad in-place call: input tensor dtype {of} and output tensor dtype {to} should match"
            )
        if self._array.dtype == bool and self._array.ndim and self._array.size:
            raise NotImplementedError(f"\"{name}out_cpu\" not implemented for 'Bool'")
        return twin(self, *args, **kwargs)

    setattr(Tensor, name, in_place)


_checked_twin("cumsum_")
_checked_twin("cumprod_")


def _running_extreme(ufunc, input, dim):
    """The running extremes and where each was last reached; nan stays once it came."""
    axis = wrap_dim(dim, input.ndim)
    if not input.ndim:
        return input.copy(), np.zeros((), "int64")
    values = ufunc.accumulate(input, axis)
    reached = input == values
    if input.dtype.kind == "f":
        reached |= np.isnan(input)
    places = np.expand_dims(np.arange(input.shape[axis]), tuple(range(1, input.ndim - axis)))
    indices = np.maximum.accumulate(np.where(reached, places, 0), axis)
    return contiguous(values), contiguous(indices)


def _to_extremes(grad, input, dim, indices):
    return grad.new_zeros(input.shape).scatter_add(dim, indices, grad)


@op(returns=return_types.cummax, input=_to_extremes)
def cummax(input: Array, dim: int):
    """The running maximum along `dim`, and the indices where it was last reached."""
    return _running_extreme(np.maximum, input, dim)


@op(returns=return_types.cummin, input=_to_extremes)
def cummin(input: Array, dim: int):
    """The running minimum along `dim`, and the indices where it was last reached."""
    return _running_extreme(np.minimum, input, dim)
