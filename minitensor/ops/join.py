"""Joining tensors: `cat`, `stack` and their relatives."""

import numpy as np

from .. import dtypes
from ..declare import Arrays, Tensors, composite, op
from ..tensor import wrap_dim
from .broadcast import atleast_1d, atleast_2d, atleast_3d


def _cat_formula(grad, tensors_shape, dim):
    if all(shape == (0,) for shape in tensors_shape):
        return [grad for _ in tensors_shape]
    start, grads = 0, []
    for shape in tensors_shape:
        if shape == (0,):
            grads.append(grad.new_zeros((0,)))
            continue
        length = shape[dim]
        grads.append(grad.narrow(dim, start, length))
        start += length
    return grads


def _joined(arrays, dim, dtype):
    shape = [*arrays[0].shape]
    shape[dim] = sum([array.shape[dim] for array in arrays])
    return np.concatenate(arrays, dim, np.empty(shape, dtype), casting="unsafe")


@op(method=False, tensors=_cat_formula)
def cat(tensors: Arrays, dim: int = 0):
    """Tensors one behind the other along an existing dimension.

    >>> torch.cat([torch.tensor([1, 2]), torch.tensor([3])])
    tensor([1, 2, 3])
    """
    if not tensors:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    for i, array in enumerate(tensors):
        if not array.ndim:
            raise RuntimeError(f"zero-dimensional tensor (at position {i}) cannot be concatenated")
    dtype = dtypes.result_dtype(*tensors)
    # Tensors of shape (0,) are passed over whatever the others' shapes are: an old promise of PyTorch.
    first, parts = None, []
    for i, array in enumerate(tensors):
        if array.shape == (0,):
            continue
        if first is None:
            first, dim = array, wrap_dim(dim, array.ndim)
        elif array.ndim != first.ndim:
            raise RuntimeError(
                f"Tensors must have same number of dimensions: got {first.ndim} and {array.ndim}"
            )
        elif array.shape != first.shape:
            for d, (a, b) in enumerate(zip(first.shape, array.shape)):
                if a != b and d != dim:
                    raise RuntimeError(
                        f"Sizes of tensors must match except in dimension {dim}. Expected size {a} but "
                        f"got size {b} for tensor number {i} in the list."
                    )
        parts.append(array)
    if first is None:
        return np.empty((0,), dtype)
    return _joined(parts, dim, dtype)


@op(method=False, tensors=lambda grad, dim: grad.unbind(dim))
def stack(tensors: Arrays, dim: int = 0):
    """Tensors of one shape, joined along a new dimension.

    >>> torch.stack([torch.tensor([1, 2]), torch.tensor([3, 4])])
    tensor([[1, 2],
            [3, 4]])
    """
    if not tensors:
        raise RuntimeError("stack expects a non-empty TensorList")
    first = tensors[0]
    for i, array in enumerate(tensors):
        if array.shape != first.shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(first.shape)} at entry 0 and "
                f"{list(array.shape)} at entry {i}"
            )
    dtype = dtypes.result_dtype(*tensors)
    dim = wrap_dim(dim, first.ndim + 1)
    shape = (*first.shape[:dim], 1, *first.shape[dim:])
    return _joined([array.reshape(shape) for array in tensors], dim, dtype)


@composite(method=False)
def concat(tensors: Tensors, dim: int = 0, *, out=None):
    """The same as `cat`."""
    return cat(tensors, dim, out=out)


@composite(method=False)
def concatenate(tensors: Tensors, dim: int = 0, *, out=None):
    """The same as `cat`."""
    return cat(tensors, dim, out=out)


def _publish_stack(name, prepare, dim, description):
    def function(tensors: Tensors, *, out=None):
        if not tensors:
            raise RuntimeError(f"{name} expects a non-empty TensorList")
        parts = [prepare(t) for t in tensors]
        return cat(parts, min(dim, parts[0].ndim - 1), out=out)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = description
    return composite(function, method=False)


def _column(tensor):
    return tensor.reshape(tensor.numel(), 1) if tensor.ndim < 2 else tensor


for _name, _prepare, _dim, _description in (
    ("hstack", atleast_1d, 1, "Tensors side by side: along dimension 1, or 0 for vectors."),
    ("vstack", atleast_2d, 0, "Tensors one below the other: along dimension 0, vectors as rows."),
    ("row_stack", atleast_2d, 0, "The same as `vstack`."),
    ("dstack", atleast_3d, 2, "Tensors behind each other: along dimension 2."),
    ("column_stack", _column, 1, "Tensors side by side along dimension 1, vectors as columns."),
):
    _publish_stack(_name, _prepare, _dim, _description)
