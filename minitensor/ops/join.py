"""Joining tensors: `cat`, `stack` and their relatives."""

import numpy as np

from .. import dtypes
from ..declare import Arrays, composite, op
from ..tensor import wrap_dim


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


@op(method=False, tensors=_cat_formula)
def cat(tensors: Arrays, dim=0):
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
        else:
            for d, (a, b) in enumerate(zip(first.shape, array.shape)):
                if a != b and d != dim:
                    raise RuntimeError(
                        f"Sizes of tensors must match except in dimension {dim}. Expected size {a} but "
                        f"got size {b} for tensor number {i} in the list."
                    )
        parts.append(array)
    if first is None:
        return np.empty((0,), dtype)
    return np.concatenate(parts, axis=dim, dtype=dtype, casting="unsafe")


@op(method=False, tensors=lambda grad, dim: grad.unbind(dim))
def stack(tensors: Arrays, dim=0):
    """Tensors of one shape, joined along a new dimension.

    >>> torch.stack([torch.tensor([1, 2]), torch.tensor([3, 4])])
    tensor([[1, 2],
            [3, 4]])
    """
    if not tensors:
        raise ValueError("stack expects a non-empty TensorList")
    first = tensors[0]
    for i, array in enumerate(tensors):
        if array.shape != first.shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(first.shape)} at entry 0 and "
                f"{list(array.shape)} at entry {i}"
            )
    dtype = dtypes.result_dtype(*tensors)
    return np.stack(tensors, axis=wrap_dim(dim, first.ndim + 1), dtype=dtype, casting="unsafe")


@composite(method=False)
def concat(tensors, dim=0, *, out=None):
    """The same as `cat`."""
    return cat(tensors, dim, out=out)


@composite(method=False)
def concatenate(tensors, dim=0, *, out=None):
    """The same as `cat`."""
    return cat(tensors, dim, out=out)


@composite(method=False)
def hstack(tensors, *, out=None):
    """Tensors side by side: along dimension 1, or 0 for vectors."""
    tensors = [t.reshape(1) if not t.ndim else t for t in tensors]
    return cat(tensors, 0 if tensors[0].ndim == 1 else 1, out=out)


@composite(method=False)
def vstack(tensors, *, out=None):
    """Tensors one below the other: along dimension 0, vectors as rows."""
    rows = [t.reshape(1, -1) if t.ndim < 2 else t for t in tensors]
    return cat(rows, 0, out=out)


@composite(method=False)
def row_stack(tensors, *, out=None):
    """The same as `vstack`."""
    return vstack(tensors, out=out)


@composite(method=False)
def dstack(tensors, *, out=None):
    """Tensors behind each other: along dimension 2."""
    deep = [
        t.reshape(1, 1, 1)
        if not t.ndim
        else t[None, :, None]
        if t.ndim == 1
        else t[..., None]
        if t.ndim == 2
        else t
        for t in tensors
    ]
    return cat(deep, 2, out=out)


@composite(method=False)
def column_stack(tensors, *, out=None):
    """Tensors side by side along dimension 1, vectors as columns."""
    columns = [t.reshape(t.numel(), 1) if t.ndim < 2 else t for t in tensors]
    return cat(columns, 1, out=out)
