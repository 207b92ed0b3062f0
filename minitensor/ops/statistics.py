"""Covariance and correlation, and integrals of sampled curves."""

import numpy as np

from .. import dtypes
from ..declare import Array, Number, composite, op
from ..once import warn
from ..tensor import Tensor, wrap, wrap_dim

# Covariance


def _check_weights(name, weights, count, kind, fits):
    if weights.ndim > 1:
        raise RuntimeError(
            f"cov(): expected {name} to have one or fewer dimensions but got {name} with "
            f"{weights.ndim} dimensions"
        )
    if weights.numel() != count:
        raise RuntimeError(
            f"cov(): expected {name} to have the same numel as there are observations in the input "
            f"but got {weights.numel()} != {count}"
        )
    if not fits:
        raise RuntimeError(
            f"cov(): expected {name} to have {kind} dtype but got {name} with "
            f"{weights.dtype.label} dtype"
        )
    if (weights._array < 0).any():
        raise RuntimeError(f"cov(): {name} cannot be negative")


def _weights(fweights, aweights, count):
    if fweights is not None:
        whole = fweights._array.dtype.kind in "iu"
        _check_weights("fweights", fweights, count, "integral", whole)
    if aweights is not None:
        real = aweights.is_floating_point()
        _check_weights("aweights", aweights, count, "floating point", real)
        return aweights if fweights is None else fweights * aweights
    return fweights


@composite
def cov(input: Tensor, *, correction: int = 1, fweights: Tensor = None, aweights: Tensor = None):
    """The covariances of variables, one in each row, from their observations, one in each column.

    `fweights` says how often each observation was made, `aweights` how much it matters.

    >>> torch.cov(torch.tensor([[1., 2., 3.], [3., 2., 1.]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    if input.ndim > 2:
        raise RuntimeError(
            "cov(): expected input to have two or fewer dimensions but got an input with "
            f"{input.ndim} dimensions"
        )
    if input.dtype is dtypes.bool_:
        raise RuntimeError("cov(): bool dtype is not supported for input")
    rows = input if input.ndim == 2 else input.view(1, -1)
    count = rows._array.shape[1]
    weights = _weights(fweights, aweights, count)
    total = wrap(np.array(count)) if weights is None else weights.sum()
    if weights is not None and not total._array:
        raise RuntimeError("cov(): weights sum to zero, can't be normalized")
    average = (rows if weights is None else rows * weights).sum(1) / total
    freedom = total - correction
    if aweights is not None and correction:
        freedom = total - correction * (weights * aweights).sum() / total
    if freedom._array <= 0:
        warn(
            "cov(): degrees of freedom is <= 0. Correction should be strictly less than the number "
            "of observations."
        )
        freedom = wrap(np.zeros_like(freedom._array))
    rows = rows - average.unsqueeze(1)
    weighted = rows if weights is None else rows * weights
    return (rows.mm(weighted.t()) / freedom).squeeze()


@composite
def corrcoef(input: Tensor):
    """The correlations of variables, one in each row: covariances divided by standard deviations.

    >>> torch.corrcoef(torch.tensor([[1., 2., 3.], [6., 4., 2.]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    if input.ndim > 2:
        raise RuntimeError(
            "corrcoef(): expected input to have two or fewer dimensions but got an input with "
            f"{input.ndim} dimensions"
        )
    covariance = cov(input)
    if not covariance.ndim:
        return covariance / covariance
    deviation = covariance.diagonal().sqrt()
    return (covariance / deviation.view(-1, 1) / deviation.view(1, -1)).clamp(-1, 1)


# Integrals by the rule of trapezoids


def _floats(input):
    default = dtypes.get_default_dtype().numpy
    return input if input.dtype.kind == "f" else input.astype(default)


@op(node="MulBackward", number=1, input=lambda grad, other: grad * other)
def _times(input: Array, other):
    return _floats(input) * float(other)


@op(node="DivBackward", number=1, input=lambda grad, other: grad / other)
def _divided(input: Array, other):
    return _floats(input) / float(other)


def _check_samples(name, y, x, dim):
    if x is None and y.dtype is dtypes.bool_:
        raise RuntimeError(f"{name}: received a bool input for `y`, but bool is not supported")
    if x is not None and dtypes.bool_ in (x.dtype, y.dtype):
        raise RuntimeError(
            f"{name}: received a bool input for `x` or `y`, but bool is not supported"
        )
    if x is not None and x.ndim == 1 and x.numel() != y._array.shape[dim]:
        raise RuntimeError(f"{name}: There must be one `x` value for each sample point")


def _steps(x, ndim, dim):
    """The differences of the places, with as many dimensions as the samples."""
    if x.ndim == 1:
        x = x.view([-1 if d == dim else 1 for d in range(ndim)])
    elif x.ndim < ndim:
        x = x.view((1,) * (ndim - x.ndim) + x._array.shape)
    before, after = _neighbors(x, dim)
    return after - before


def _neighbors(x, dim):
    """The elements along a dimension without the last, and without the first."""
    count = x._array.shape[dim] - 1
    return x.narrow(dim, 0, count), x.narrow(dim, 1, count)


_TRAPEZOIDS = ("Tensor y, Tensor x, *, int dim = -1", "Tensor y, *, Number dx = 1, int dim = -1")


@composite(method=False, signatures=_TRAPEZOIDS)
def trapezoid(y: Tensor, x: Tensor = None, *, dx: Number = 1, dim: int = -1):
    """The area under a curve through samples `y` at places `x`, or `dx` apart.

    >>> torch.trapezoid(torch.tensor([1., 3., 5.]))
    tensor(6.)
    """
    axis = wrap_dim(dim, y.ndim, scalars=False)
    if not y._array.shape[axis]:
        return y.new_zeros(y._array.shape[:axis] + y._array.shape[axis + 1 :])
    _check_samples("trapezoid", y, x, axis)
    if x is None:
        ends = _times(y.select(dim, 0) + y.select(dim, -1), 0.5)
        return _times(y.sum(dim) - ends, dx)
    before, after = _neighbors(y, axis)
    return _divided(((before + after) * _steps(x, y.ndim, axis)).sum(axis), 2.0)


@composite(
    method=False,
    signatures=("Tensor y, *, float dx = 1, int dim = -1", "Tensor y, Tensor x, *, int dim = -1"),
)
def trapz(y: Tensor, x: Tensor = None, *, dx: float = 1, dim: int = -1):
    """The same as `trapezoid`."""
    return trapezoid.__wrapped__(y, x, dx=dx, dim=dim)


@composite(method=False, signatures=_TRAPEZOIDS)
def cumulative_trapezoid(y: Tensor, x: Tensor = None, *, dx: Number = 1, dim: int = -1):
    """The areas under a curve from the first sample to each other one.

    >>> torch.cumulative_trapezoid(torch.tensor([1., 3., 5.]))
    tensor([2., 6.])
    """
    if not y.ndim:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    axis = wrap_dim(dim, y.ndim)
    _check_samples("cumulative_trapezoid", y, x, axis)
    before, after = _neighbors(y, dim if x is None else axis)
    if x is None:
        return _times(before + after, dx / 2).cumsum(dim)
    return _divided(((before + after) * _steps(x, y.ndim, axis)).cumsum(axis), 2.0)
