"""Parts of a tensor as views: slices, pieces, diagonals, windows. Nothing is copied."""

import numpy as np

from ..declare import Array, composite, op, view
from ..tensor import wrap_dim
from .join import cat, stack
from .views import restride


@op(node="SelectBackwardBackward", grad=lambda grad, dim, index: grad.select(dim, index))
def _select_backward(grad: Array, shape, dim, index):
    return _placed(grad, shape, dim, index)


@op(node="SliceBackwardBackward", grad=lambda grad, dim, index: slice_view(grad, dim, index))
def _slice_backward(grad: Array, shape, dim, index):
    return _placed(grad, shape, dim, index)


def _placed(grad, shape, dim, index):
    result = np.zeros(shape, grad.dtype)
    result[(slice(None),) * (dim % len(shape)) + (index,)] = grad
    return result


@view(input=lambda grad, input_shape, dim, index: _select_backward(grad, input_shape, dim, index))
def select(input, dim, index):
    """The slice at `index` of dimension `dim`, without that dimension: what `x[index]` is for `dim` 0."""
    if not input.ndim:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    dim = wrap_dim(dim, input.ndim)
    size = input.shape[dim]
    if not -size <= index < size:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(input.shape)} at dimension {dim}"
        )
    return input[(slice(None),) * dim + (index, ...)]


@view(
    node="SliceBackward",
    input=lambda grad, input_shape, dim, index: _slice_backward(grad, input_shape, dim, index),
)
def _slice(input, dim, index):
    return input[(slice(None),) * dim + (index,)]


def slice_view(input, dim, index):
    """`input` with a Python slice applied to dimension `dim`."""
    return _slice(input, wrap_dim(dim, input.ndim), index)


@composite
def narrow(input, dim, start, length):
    """`length` elements of dimension `dim`, from `start` on."""
    if not input.ndim:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    size = input.shape[wrap_dim(dim, input.ndim)]
    start = int(start)
    if not -size <= start <= size:
        raise IndexError(
            f"start out of range (expected to be in range of [{-size}, {size}], but got {start})"
        )
    start += size * (start < 0)
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    if start + length > size:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({size}).")
    return slice_view(input, dim, slice(start, start + length, 1))


@view(method=False, function=False, input=lambda grad: grad)
def alias(input):
    """A new view of everything: what `x[...]` is."""
    return input.view()


def _filled(grads, shapes):
    # An output that nobody used sends no gradient: zeros stand in for it.
    like = next(g for g in grads if g is not None)
    return [like.new_zeros(s) if g is None else g for g, s in zip(grads, shapes)]


def _unbind_formula(grads, input_shape, dim):
    dim %= len(input_shape)
    part = input_shape[:dim] + input_shape[dim + 1 :]
    return stack(_filled(grads, [part] * len(grads)), dim)


@view(input=_unbind_formula)
def unbind(input, dim=0):
    """All slices along `dim`, as a tuple of views."""
    if not input.ndim:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    before = (slice(None),) * wrap_dim(dim, input.ndim)
    return tuple(input[(*before, i, ...)] for i in range(input.shape[len(before)]))


def _split_formula(grads, input_shape, dim, sizes):
    dim %= len(input_shape)
    shapes = [(*input_shape[:dim], n, *input_shape[dim + 1 :]) for n in sizes]
    return cat(_filled(grads, shapes), dim)


def _parts(input, sizes, dim):
    before = (slice(None),) * dim
    ends = np.cumsum(sizes).tolist()
    return tuple(input[(*before, slice(end - n, end))] for n, end in zip(sizes, ends))


@view(node="SplitBackward", input=_split_formula)
def _split(input, sizes, dim):
    return _parts(input, sizes, dim)


@view(node="SplitWithSizesBackward", input=_split_formula)
def _split_with_sizes(input, sizes, dim):
    return _parts(input, sizes, dim)


@composite
def split(tensor, split_size_or_sections, dim=0):
    """Pieces of `dim` of a given size (the last may be smaller), or of the sizes in a list; views.

    >>> torch.arange(5).split(2)
    (tensor([0, 1]), tensor([2, 3]), tensor([4]))
    """
    dim = wrap_dim(dim, tensor.ndim)
    length = tensor.shape[dim] if tensor.ndim else 1
    if not tensor.ndim:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    if isinstance(split_size_or_sections, (tuple, list)):
        return split_with_sizes(tensor, split_size_or_sections, dim)
    size = int(split_size_or_sections)
    if size < 0:
        raise RuntimeError(f"split expects split_size be non-negative, but got split_size={size}")
    if size == 0 and length:
        raise RuntimeError(
            f"split_size can only be 0 if dimension size is 0, but got dimension size of {length}"
        )
    count = max(-(-length // size), 1) if size else 1
    sizes = [size] * (count - 1) + [length - size * (count - 1)]
    return _split(tensor, sizes, dim)


@composite
def split_with_sizes(input, split_sizes, dim=0):
    """Pieces of `dim` of the given sizes, which must add up to its size; views."""
    dim = wrap_dim(dim, input.ndim)
    sizes, length = list(split_sizes), input.shape[dim]
    if any(n < 0 for n in sizes):
        raise RuntimeError(
            f"split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes={sizes}"
        )
    if sum(sizes) != length:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {length} (input tensor's size at "
            f"dimension {dim}), but got split_sizes={sizes}"
        )
    return _split_with_sizes(input, sizes, dim)


@op(
    node="DiagonalBackwardBackward",
    grad=lambda grad, offset, dim1, dim2: grad.diagonal(offset, dim1, dim2),
)
def _diagonal_backward(grad: Array, shape, offset, dim1, dim2):
    result = np.zeros(shape, grad.dtype)
    np.copyto(_diagonal_view(result, offset, dim1, dim2), grad)
    return result


def _diagonal_view(array, offset, dim1, dim2):
    dim1, dim2 = wrap_dim(dim1, array.ndim), wrap_dim(dim2, array.ndim)
    if dim1 == dim2:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    rest = [d for d in range(array.ndim) if d not in (dim1, dim2)]
    rows, columns = array.shape[dim1] + min(offset, 0), array.shape[dim2] - max(offset, 0)
    start = [slice(None)] * array.ndim
    start[dim1], start[dim2] = slice(max(-offset, 0), None), slice(max(offset, 0), None)
    shape = [*(array.shape[d] for d in rest), max(min(rows, columns), 0)]
    strides = [*(array.strides[d] for d in rest), array.strides[dim1] + array.strides[dim2]]
    if 0 in shape:
        return np.empty(shape, array.dtype)
    return np.lib.stride_tricks.as_strided(array[tuple(start)], shape, strides)


@view(
    input=lambda grad, input_shape, offset, dim1, dim2: _diagonal_backward(
        grad, input_shape, offset, dim1, dim2
    )
)
def diagonal(input, offset=0, dim1=0, dim2=1):
    """The diagonals of the planes of dim1 and dim2, as the last dimension of a view."""
    return _diagonal_view(input, offset, dim1, dim2)


@op(
    node="UnfoldBackwardBackward",
    grad=lambda grad, dimension, size, step: grad.unfold(dimension, size, step),
)
def _unfold_backward(grad: Array, shape, dimension, size, step):
    result = np.zeros(shape, grad.dtype)
    windows = _unfold_view(result, dimension, size, step)
    for i in range(size):  # within one place of all windows no element repeats unless step is 0
        for start in range(windows.shape[dimension % max(len(shape), 1)]):
            index = (slice(None),) * (dimension % max(len(shape), 1)) + (start,)
            windows[index][..., i] += grad[index][..., i]
    return result


def _unfold_view(array, dimension, size, step):
    dimension = wrap_dim(dimension, array.ndim)
    length = array.shape[dimension] if array.ndim else 1
    if size > length:
        raise RuntimeError(
            f"maximum size for tensor at dimension {dimension} is {length} but size is {size}"
        )
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    if not array.ndim:
        return restride(array, (size,), (array.itemsize,))
    shape, strides = list(array.shape), list(array.strides)
    stride = strides[dimension]
    shape[dimension], strides[dimension] = (length - size) // step + 1, stride * step
    return restride(array, (*shape, size), (*strides, stride))


@view(
    input=lambda grad, input_shape, dimension, size, step: _unfold_backward(
        grad, input_shape, dimension, size, step
    )
)
def unfold(input, dimension, size, step):
    """All windows of `size` elements along a dimension, `step` apart; the windows are the last dimension."""
    return _unfold_view(input, dimension, size, step)
