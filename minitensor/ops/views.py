"""View ops: the same memory seen with another shape. Nothing is copied."""

import numpy as np

from .. import dtypes
from ..arguments import check_dims_unique, parse_size
from ..declare import Array, composite, op, view
from ..grad_mode import state
from ..storage import flat_storage, strided
from ..tensor import Tensor, wrap_dim
from ..views import AsStrided, make_view
from .join import cat, stack


def restride(array, shape, strides):
    """A view that begins at the same element, with other sizes and strides (in bytes)."""
    if 0 in shape:
        return np.empty(shape, array.dtype)
    if array.flags.c_contiguous:
        return np.ndarray(shape, array.dtype, array, 0, strides)
    return np.lib.stride_tricks.as_strided(array, shape, strides)


def infer_size(size, numel):
    """Fill in the one size that may be -1.

    >>> infer_size((2, -1), 6)
    (2, 3)
    """
    known = 1
    for n in size:
        if n < -1:
            raise RuntimeError(f"invalid shape dimension {n}")
        known *= 1 if n == -1 else n
    if size.count(-1) > 1:
        raise RuntimeError("only one dimension can be inferred")
    if -1 in size:
        if known == 0 and numel == 0:
            raise RuntimeError(
                f"cannot reshape tensor of 0 elements into shape {list(size)} because the unspecified "
                "dimension size -1 can be any value and is ambiguous"
            )
        if known and numel % known == 0:
            return tuple(numel // known if n == -1 else n for n in size)
    elif known == numel:
        return tuple(size)
    raise RuntimeError(f"shape '{list(size)}' is invalid for input of size {numel}")


def view_strides(array, shape):
    """The strides (in bytes) of `array` seen with another shape; None if that needs a copy.

    Old dimensions that lie behind each other without gaps form a group; each new dimension must lie
    inside one group.
    """
    if 0 in shape:
        return array.strides if array.shape == shape else np.empty(shape, array.dtype).strides
    groups = []  # [elements, stride of the last dimension], from the right
    for size, step in zip(reversed(array.shape), reversed(array.strides)):
        if size == 1:
            continue
        if groups and step == groups[-1][0] * groups[-1][1]:
            groups[-1][0] *= size
        else:
            groups.append([size, step])
    groups = groups or [[1, array.strides[-1] if array.ndim else array.itemsize]]
    strides, left = [], 0
    elements, step = groups[0]
    for size in reversed(shape):
        if size > 1 and elements == 1 and left + 1 < len(groups):
            left += 1
            elements, step = groups[left]
        if elements % size:
            return None
        strides.append(step)
        elements //= size
        step *= size
    return tuple(reversed(strides))


@view(input=lambda grad, input_shape: grad.reshape(input_shape))
def _view(input, size):
    shape = infer_size(size, input.size)
    strides = view_strides(input, shape)
    if strides is None:
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans "
            "across two contiguous subspaces). Use .reshape(...) instead."
        )
    return restride(input, shape, strides)


def _tensor_view(self, *shape, size=None, dtype=None):
    """The same elements with another shape (one size may be -1), or their bytes as another dtype.

    Raises RuntimeError if the memory does not allow it; `reshape` copies then.

    >>> torch.arange(6).view(2, -1)
    tensor([[0, 1, 2],
            [3, 4, 5]])
    """
    if dtype is not None or (len(shape) == 1 and isinstance(shape[0], (dtypes.dtype, type))):
        return _view_as_dtype(self, dtypes.as_dtype(dtype or shape[0]))
    shape = (size,) if size is not None else shape
    if not shape:
        raise view_arguments_error(shape)
    return _view(self, parse_size(shape, "view", error=view_arguments_error))


_tensor_view.__name__ = "view"
Tensor.view = _tensor_view


def view_arguments_error(given):
    """PyTorch's TypeError for `view`, which has two signatures."""
    kinds = ", ".join(type(g).__name__ for g in given)
    return TypeError(
        f"view() received an invalid combination of arguments - got ({kinds}), but expected one of:\n"
        " * (torch.dtype dtype)\n * (tuple of ints size)\n"
    )


def _view_as_dtype(self, dtype):
    array, new = self._array, dtype.numpy
    old_size, new_size = array.itemsize, new.itemsize
    if array.ndim and new_size > old_size and array.shape[-1] * old_size % new_size:
        raise RuntimeError(
            f"self.size(-1) must be divisible by {new_size // old_size} to view {self.dtype.label} as "
            f"{dtype.label} (different element sizes), but got {array.shape[-1]}"
        )
    result = self._alias()
    result._array, result._home = array.view(new), flat_storage(self).view(new)
    return result


def expand_strides(array, size):
    """The strides (in bytes) of `array` repeated along dimensions of size 1 or new ones; the full size too."""
    new = len(size) - array.ndim
    if new < 0:
        label, shape = dtypes.of(array.dtype).label, list(array.shape)
        raise RuntimeError(
            f"expand(torch.{label}Tensor{{{shape}}}, size={list(size)}): the number of sizes provided "
            f"({len(size)}) must be greater or equal to the number of dimensions in the tensor ({array.ndim})"
        )
    shape, strides = list(size), [0] * len(size)
    for dim in reversed(range(len(size))):
        if dim < new:
            if size[dim] < 0:
                raise RuntimeError(
                    f"The expanded size of the tensor ({size[dim]}) isn't allowed in a leading, "
                    f"non-existing dimension {dim}"
                )
            if size[dim] == 1:
                right = dim + 1
                strides[dim] = strides[right] * shape[right] if right < len(size) else array.itemsize
            continue
        old, step = array.shape[dim - new], array.strides[dim - new]
        if size[dim] == -1 or size[dim] == old:
            shape[dim], strides[dim] = old, step
        elif old != 1:
            raise RuntimeError(
                f"The expanded size of the tensor ({size[dim]}) must match the existing size ({old}) at "
                f"non-singleton dimension {dim}.  Target sizes: {list(size)}.  Tensor sizes: "
                f"{list(array.shape)}"
            )
    return shape, strides


@view(input=lambda grad, input_shape: grad.sum_to_size(input_shape))
def _expand(input, size):
    return restride(input, *expand_strides(input, size))


def _tensor_expand(self, *sizes, size=None, implicit=False):
    """A view with dimensions of size 1 repeated; -1 keeps a size. Nothing is copied: strides become 0.

    >>> torch.tensor([[1], [2]]).expand(2, 3)
    tensor([[1, 1, 1],
            [2, 2, 2]])
    """
    return _expand(self, parse_size((size,) if size is not None else sizes, "expand"))


_tensor_expand.__name__ = "expand"
Tensor.expand = _tensor_expand


@view(input=lambda grad, dims: _permute(grad, _inverse(dims)))
def _permute(input, dims):
    if len(dims) != input.ndim:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the "
            f"desired ordering of dimensions i.e. input.dim() = {input.ndim} is not equal to len(dims) = "
            f"{len(dims)}"
        )
    dims = [wrap_dim(d, input.ndim) for d in dims]
    if len(set(dims)) < len(dims):
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    return input.transpose(dims)


def _inverse(dims):
    return tuple(sorted(range(len(dims)), key=lambda i: dims[i] % len(dims)))


@composite
def permute(input, *order, dims=None):
    """The dimensions in another order.

    >>> torch.zeros(2, 3, 4).permute(2, 0, 1).shape
    torch.Size([4, 2, 3])
    """
    return _permute(input, parse_size((dims,) if dims is not None else order, "permute", "dims"))


@view(input=lambda grad, dim0, dim1: grad.transpose(dim0, dim1))
def transpose(input, dim0, dim1):
    """Two dimensions swapped."""
    return input.swapaxes(wrap_dim(dim0, input.ndim), wrap_dim(dim1, input.ndim)) if input.ndim else (
        _check_scalar_dims(input, dim0, dim1)
    )


def _check_scalar_dims(array, *dims):
    for dim in dims:
        wrap_dim(dim, 0)
    return array.view()


@view(input=lambda grad: grad.t())
def t(input):
    """A matrix transposed; vectors and scalars as they are.

    >>> torch.tensor([[1, 2], [3, 4]]).t()
    tensor([[1, 3],
            [2, 4]])
    """
    if input.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {input.ndim}D")
    return input.T.view()


def _squeezed(input, dims):
    keep = [d for d in range(input.ndim) if d not in dims or input.shape[d] != 1]
    return restride(
        input, [input.shape[d] for d in keep], [input.strides[d] for d in keep]
    )


def _squeeze_number(dim):
    return 0 if dim is None else 2 if isinstance(dim, (tuple, list)) else 1


@view(number=_squeeze_number, input=lambda grad, input_shape: grad.reshape(input_shape))
def squeeze(input, dim=None):
    """Without dimensions of size 1: all of them, or those named by `dim`."""
    if dim is None:
        dims = range(input.ndim)
    else:
        dims = [wrap_dim(d, input.ndim) for d in (dim if isinstance(dim, (tuple, list)) else (dim,))]
        check_dims_unique(dims)
    return _squeezed(input, dims)


@view(input=lambda grad, dim: grad.squeeze(dim))
def unsqueeze(input, dim):
    """A new dimension of size 1 at `dim`.

    >>> torch.tensor([1, 2]).unsqueeze(1)
    tensor([[1],
            [2]])
    """
    dim = wrap_dim(dim, input.ndim + 1)
    step = input.strides[dim] * input.shape[dim] if dim < input.ndim else input.itemsize
    shape = (*input.shape[:dim], 1, *input.shape[dim:])
    return restride(input, shape, (*input.strides[:dim], step, *input.strides[dim:]))


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


@view(node="SliceBackward", input=lambda grad, input_shape, dim, index: _slice_backward(grad, input_shape, dim, index))
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
        raise RuntimeError("Dimension specified as 0 but tensor has no dimensions")
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


@composite
def as_strided(input, size, stride, storage_offset=None):
    """A view of the storage with any sizes, strides and offset (in elements)."""
    offset = input.storage_offset() if storage_offset is None else storage_offset
    home = flat_storage(input)
    needed = offset + sum((n - 1) * s for n, s in zip(size, stride)) + 1
    if 0 not in size and needed > home.size:
        raise RuntimeError(
            f"setStorage: sizes {list(size)}, strides {list(stride)}, storage offset {offset}, and itemsize "
            f"{home.itemsize} requiring a storage size of {needed * home.itemsize} are out of bounds for "
            f"storage of size {home.nbytes}"
        )
    result = make_view(input, strided(home, tuple(size), tuple(stride), offset))
    if input._tracked and input.requires_grad and state.enabled:
        result._grad_fn = AsStrided(result, input)
        result._view.requires_grad = True
    return result
