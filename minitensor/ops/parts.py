"""Parts of a tensor: slices, pieces, diagonals, windows. They are views: nothing is copied.

Those that fill a gradient, or a copy, from a part have that part's view function as an argument.
"""

from itertools import accumulate

import numpy as np

from ..called import renamed
from ..declare import Array, IntTuple, composite, op, view
from ..layout import copied
from ..signature import to_int
from ..tensor import Tensor, wrap_dim
from .inplace import zeros
from .join import cat, stack
from .views import restride


def _placed(grad, shape, part, *where):
    """Zeros with `grad` at the part that a view function picks out."""
    result = np.zeros(shape, grad.dtype)
    np.copyto(part(result, *where), grad)
    return result


def replaced(input, src, part, *where):
    """A copy of `input` with `src` at the part that a view function picks out."""
    result = copied(input)
    target = part(result, *where)
    if src.shape != target.shape:
        raise RuntimeError(
            "expected src to have a size equal to the slice of self. src size = "
            f"{list(src.shape)}, slice size = {list(target.shape)}"
        )
    np.copyto(target, src, casting="unsafe")
    return result


# One index


def _select_view(input, dim, index):
    if not input.ndim:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    dim = wrap_dim(dim, input.ndim)
    size = input.shape[dim]
    if not -size <= index < size:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(input.shape)} at dimension {dim}"
        )
    return input[(slice(None),) * dim + (index, ...)]


@op(node="SelectBackwardBackward", grad=lambda grad, dim, index: grad.select(dim, index))
def _select_backward(grad: Array, shape, dim, index):
    return _placed(grad, shape, _select_view, dim, index)


def _select_slope(grad, input_shape, dim, index):
    return _select_backward(grad, input_shape, dim, index)


@view(input=_select_slope)
def select(input: Array, dim: int, index: int):
    """The slice at `index` of dimension `dim`, without that dimension: what `x[index]` is for `dim` 0."""
    return _select_view(input, dim, index)


@view(input=_select_slope)
def _select(input, dim: int, index: int):  # called with numbers that have been looked at
    return _select_view(input, dim, index)


@op(
    input=lambda grad, dim, index: grad.select_scatter(zeros(grad.select(dim, index)), dim, index),
    src=lambda grad, dim, index: grad.select(dim, index),
)
def select_scatter(input: Array, src: Array, dim: int, index: int):
    """A copy with `src` as the slice at `index` of dimension `dim`."""
    return replaced(input, src, _select_view, dim, index)


# Slices


def _slice_view(input, dim, start, end, step):
    if not input.ndim:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    return input[(slice(None),) * wrap_dim(dim, input.ndim) + (slice(start, end, step),)]


@op(
    node="SliceBackwardBackward",
    grad=lambda grad, dim, start, end, step: _slice(grad, dim, start, end, step),
)
def _slice_backward(grad: Array, shape, dim, start, end, step):
    return _placed(grad, shape, _slice_view, dim, start, end, step)


def _slice_slope(grad, input_shape, dim, start, end, step):
    return _slice_backward(grad, input_shape, dim, start, end, step)


@view(node="SliceBackward", input=_slice_slope)
def _slice(input: Array, dim: int = 0, start: int = None, end: int = None, step: int = 1):
    return _slice_view(input, dim, start, end, step)


def _slice_scatter_slope(grad, dim, start, end, step):
    return grad.slice_scatter(zeros(_slice(grad, dim, start, end, step)), dim, start, end, step)


@op(
    input=_slice_scatter_slope,
    src=lambda grad, dim, start, end, step: _slice(grad, dim, start, end, step),
)
def slice_scatter(
    input: Array, src: Array, dim: int = 0, start: int = None, end: int = None, step: int = 1
):
    """A copy with `src` as the slice start:end:step of dimension `dim`.

    >>> torch.zeros(4).slice_scatter(torch.ones(2), 0, 1, 3)
    tensor([0., 1., 1., 0.])
    """
    if step <= 0 and input.ndim:
        raise RuntimeError("slice step must be positive")
    return replaced(input, src, _slice_view, dim, start, end, step)


def _narrow_start(input, dim, start, length):
    """Where the piece begins, counted from the front; PyTorch's error if there is no such piece."""
    if not input.ndim:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    size = input.shape[wrap_dim(dim, input.ndim)]
    if not -size <= start <= size:
        raise IndexError(
            f"start out of range (expected to be in range of [{-size}, {size}], but got {start})"
        )
    start += size * (start < 0)
    if start + length > size:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({size}).")
    return start


@composite(
    signatures=("int dim, Tensor start, int length", "int dim, int start, int length"),
)
def narrow(input: Tensor, dim: int, start, length: int):
    """`length` elements of dimension `dim`, from `start` on."""
    if isinstance(start, Tensor):
        if start.ndim or start._array.dtype.kind not in "iu":
            raise RuntimeError("start must be an 0-dim integral Tensor.")
        start = start.item()
    elif not isinstance(start, int):
        raise TypeError
    start = _narrow_start(input, dim, start, max(length, 0))
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    return _slice(input, dim, start, start + length)


def _narrow_copy_slope(grad, input_shape, dim, start, length):
    return _slice_backward(grad, input_shape, dim, start, start + length, 1)


@op(input=_narrow_copy_slope)
def narrow_copy(input: Array, dim: int, start: int, length: int):
    """Like `narrow`, but a copy."""
    start = _narrow_start(input, dim, start, length)
    if length < 0:
        raise RuntimeError(
            f"start ({start}) + length ({length}) exceeds dimension size ({input.shape[dim]})."
        )
    return _slice_view(input, dim, start, start + length, 1).copy("C")


@view(method=False, function=False, input=lambda grad: grad)
def alias(input: Array):
    """A new view of everything: what `x[...]` is."""
    return input.view()


# Pieces


def _complete(grads, shapes):
    """The gradients of all pieces: one that nobody used has sent none, zeros stand in for it."""
    like = next(g for g in grads if g is not None)
    return [like.new_zeros(s) if g is None else g for g, s in zip(grads, shapes)]


def _unbind_slope(grads, dim):
    part = next(g for g in grads if g is not None).shape
    return stack(_complete(grads, [part] * len(grads)), dim)


@view(input=_unbind_slope)
def unbind(input: Array, dim: int = 0):
    """All slices along `dim`, as a tuple of views."""
    if not input.ndim:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    before = (slice(None),) * wrap_dim(dim, input.ndim)
    return tuple([input[(*before, i, ...)] for i in range(input.shape[len(before)])])


def _even_sizes(input, size, dim):
    """The sizes of pieces of `size` elements, the last of which may be smaller."""
    if not input.ndim:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    length = input.shape[wrap_dim(dim, input.ndim)]
    if size < 0:
        raise RuntimeError(f"split expects split_size be non-negative, but got split_size={size}")
    if size == 0 and length:
        raise RuntimeError(
            f"split_size can only be 0 if dimension size is 0, but got dimension size of {length}"
        )
    count = max(-(-length // size), 1) if size else 1
    return [size] * (count - 1) + [length - size * (count - 1)]


def _check_sizes(input, sizes, dim):
    if not input.ndim:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    length, sizes = input.shape[wrap_dim(dim, input.ndim)], list(sizes)
    if any(n < 0 for n in sizes):
        raise RuntimeError(
            f"split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes={sizes}"
        )
    if sum(sizes) != length:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {length} (input tensor's "
            f"size at dimension {dim}), but got split_sizes={sizes}"
        )
    return sizes


def _pieces(input, sizes, dim):
    before = (slice(None),) * wrap_dim(dim, input.ndim)
    pieces = zip(sizes, accumulate(sizes))
    return tuple([input[(*before, slice(end - n, end))] for n, end in pieces])


def _sizes_slope(grads, input_shape, dim, split_sizes):
    dim %= len(input_shape)
    shapes = [(*input_shape[:dim], n, *input_shape[dim + 1 :]) for n in split_sizes]
    return cat(_complete(grads, shapes), dim)


def _size_slope(grads, input_shape, dim, split_size):
    length = input_shape[dim]
    sizes = [min(split_size, length - i * split_size) for i in range(len(grads))]
    return _sizes_slope(grads, input_shape, dim, sizes)


@view(node="SplitBackward", input=_size_slope)
def _split(input: Array, split_size: int, dim: int = 0):
    return _pieces(input, _even_sizes(input, split_size, dim), dim)


@view(input=_sizes_slope)
def split_with_sizes(input: Array, split_sizes: IntTuple, dim: int = 0):
    """Pieces of `dim` of the given sizes, which must add up to its size; views."""
    return _pieces(input, _check_sizes(input, split_sizes, dim), dim)


@op(input=_size_slope)
def unsafe_split(input: Array, split_size: int, dim: int = 0):
    """Like `split` by a size, but autograd does not see that the pieces share memory."""
    return _pieces(input, _even_sizes(input, split_size, dim), dim)


@op(input=_sizes_slope)
def unsafe_split_with_sizes(input: Array, split_sizes: IntTuple, dim: int = 0):
    """Like `split_with_sizes`, but autograd does not see that the pieces share memory."""
    return _pieces(input, _check_sizes(input, split_sizes, dim), dim)


@composite(method=False)
def split(tensor, split_size_or_sections, dim=0):
    """Pieces of `dim` of a given size (the last may be smaller), or of the sizes in a list; views.

    >>> torch.split(torch.arange(5), 2)
    (tensor([0, 1]), tensor([2, 3]), tensor([4]))
    """
    return tensor.split(split_size_or_sections, dim)


def _evenly(input, split_size, dim):
    return _split(input, to_int(split_size), to_int(dim))


_SPLIT = [f"Tensor input, {kind} split_size, int dim = 0" for kind in ("int", "tuple of ints")]
_evenly = renamed(_evenly, "split", _SPLIT)


def _tensor_split(self, split_size, dim=0):
    """Pieces of `dim` of a given size (the last may be smaller), or of the sizes in a list; views."""
    if isinstance(split_size, Tensor) and split_size.numel() == 1:
        split_size = int(split_size)
    pieces = _evenly if isinstance(split_size, int) else split_with_sizes
    return pieces(self, split_size, dim)


_tensor_split.__name__, _tensor_split.__qualname__ = "split", "Tensor.split"
Tensor.split = _tensor_split


# Diagonals


def _diagonal_view(array, offset, dim1, dim2):
    given = f"{dim1}, {dim2}"
    dim1, dim2 = wrap_dim(dim1, array.ndim), wrap_dim(dim2, array.ndim)
    if dim1 == dim2:
        raise RuntimeError(f"diagonal dimensions cannot be identical {given}")
    start = [slice(None)] * array.ndim
    start[dim1], start[dim2] = slice(max(-offset, 0), None), slice(max(offset, 0), None)
    part = array[tuple(start)]
    rest = [d for d in range(array.ndim) if d not in (dim1, dim2)]
    shape = [*(part.shape[d] for d in rest), min(part.shape[dim1], part.shape[dim2])]
    strides = [*(array.strides[d] for d in rest), array.strides[dim1] + array.strides[dim2]]
    return restride(part, shape, strides)


@op(
    node="DiagonalBackwardBackward",
    grad=lambda grad, offset, dim1, dim2: grad.diagonal(offset, dim1, dim2),
)
def _diagonal_backward(grad: Array, shape, offset, dim1, dim2):
    return _placed(grad, shape, _diagonal_view, offset, dim1, dim2)


def _diagonal_slope(grad, input_shape, offset, dim1, dim2):
    return _diagonal_backward(grad, input_shape, offset, dim1, dim2)


@view(input=_diagonal_slope)
def diagonal(input: Array, offset: int = 0, dim1: int = 0, dim2: int = 1):
    """The diagonals of the planes of dim1 and dim2, as the last dimension of a view."""
    return _diagonal_view(input, offset, dim1, dim2)


def _diagonal_scatter_slope(grad, offset, dim1, dim2):
    part = zeros(grad.diagonal(offset, dim1, dim2))
    return grad.diagonal_scatter(part, offset, dim1, dim2)


@op(
    input=_diagonal_scatter_slope,
    src=lambda grad, offset, dim1, dim2: grad.diagonal(offset, dim1, dim2),
)
def diagonal_scatter(input: Array, src: Array, offset: int = 0, dim1: int = 0, dim2: int = 1):
    """A copy with `src` on the diagonals of the planes of dim1 and dim2."""
    return replaced(input, src, _diagonal_view, offset, dim1, dim2)


# Windows


def _unfold_view(array, dimension, size, step):
    dimension = wrap_dim(dimension, array.ndim)
    length = array.shape[dimension] if array.ndim else 1
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0")
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


@op(
    node="UnfoldBackwardBackward",
    grad=lambda grad, dimension, size, step: grad.unfold(dimension, size, step),
)
def _unfold_backward(grad: Array, shape, dimension, size, step):
    result = np.zeros(shape, grad.dtype)
    places = np.arange(result.size).reshape(shape)
    np.add.at(result.reshape(-1), _unfold_view(places, dimension, size, step), grad)
    return result


def _unfold_slope(grad, input_shape, dimension, size, step):
    return _unfold_backward(grad, input_shape, dimension, size, step)


@view(input=_unfold_slope)
def unfold(input: Array, dimension: int, size: int, step: int):
    """All windows of `size` elements along a dimension, `step` apart; the windows are the last dimension."""
    return _unfold_view(input, dimension, size, step)
