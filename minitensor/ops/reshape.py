"""Reshaping, out of view ops: a view where strides allow, a copy where they do not."""

import numpy as np

from ..arguments import parse_size
from ..declare import composite, op, view
from ..tensor import Tensor, wrap_dim
from .copy import _packed
from .parts import slice_view
from .views import _expand, _permute, _view, infer_size, restride, transpose, view_strides


@op(node="UnsafeViewBackward", input=lambda grad, input_shape: grad.reshape(input_shape))
def _unsafe_view(input, size):
    return input.reshape(size)


@view(node="ReshapeAliasBackward", input=lambda grad, input_shape: grad.reshape(input_shape))
def _reshape_alias(input, size):
    return restride(input, size, view_strides(input, size))


def _tensor_reshape(self, *new_shape, shape=None):
    """The same elements with another shape (one size may be -1): a view if possible, else a copy.

    >>> torch.arange(6).reshape(3, 2)
    tensor([[0, 1],
            [2, 3],
            [4, 5]])
    """
    new_shape = new_shape if shape is None else (shape,)
    return reshape(self, parse_size(new_shape, "reshape", "shape"))


_tensor_reshape.__name__ = "reshape"


@composite
def reshape(input, shape):
    """The same elements with another shape (one size may be -1): a view if possible, else a copy."""
    size = infer_size(parse_size((shape,), "reshape", "shape"), input._array.size)
    if input._array.flags.c_contiguous:
        return _view(input, size)
    if view_strides(input._array, size) is not None:
        return _reshape_alias(input, size)
    return _unsafe_view(_packed(input), size)


Tensor.reshape = _tensor_reshape


@composite(torch=False)
def view_as(self, other):
    """A view with the shape of another tensor."""
    return _view(self, other._array.shape)


@composite(torch=False)
def reshape_as(self, other):
    """The elements with the shape of another tensor."""
    return reshape(self, other._array.shape)


@composite(torch=False)
def expand_as(self, other):
    """A view expanded to the shape of another tensor."""
    return _expand(self, other._array.shape)


@composite
def broadcast_to(input, size):
    """A view expanded to `size`."""
    return _expand(input, parse_size((size,), "broadcast_to"))


@composite
def flatten(input, start_dim=0, end_dim=-1):
    """The dimensions from `start_dim` to `end_dim` as one.

    >>> torch.zeros(2, 3, 4).flatten(1).shape
    torch.Size([2, 12])
    """
    start, end = wrap_dim(start_dim, input.ndim), wrap_dim(end_dim, input.ndim)
    if start > end:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if not input.ndim:
        return reshape(input, (1,))
    if start == end:
        return input
    shape = input._array.shape
    middle = int(np.prod(shape[start : end + 1]))
    return reshape(input, (*shape[:start], middle, *shape[end + 1 :]))


@composite
def unflatten(input, dim, sizes):
    """One dimension as several; one of the sizes may be -1."""
    dim = wrap_dim(dim, input.ndim)
    length = input._array.shape[dim]
    try:
        sizes = infer_size(tuple(sizes), length)
    except RuntimeError:
        raise RuntimeError(
            f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {dim} ({length}) in "
            "the input tensor"
        ) from None
    shape = input._array.shape
    return _view(input, (*shape[:dim], *sizes, *shape[dim + 1 :]))


@composite
def ravel(input):
    """All elements in one dimension."""
    return reshape(input.contiguous(), (-1,))


@composite
def movedim(input, source, destination):
    """Dimensions moved to other places, the rest kept in order."""
    sources = source if isinstance(source, (tuple, list)) else (source,)
    places = destination if isinstance(destination, (tuple, list)) else (destination,)
    if len(sources) != len(places):
        raise RuntimeError(
            "movedim: Invalid source or destination dims: source ("
            f"{list(sources)} dims) should contain the same number of dims as destination ({list(places)} dims)"
        )
    sources = [wrap_dim(d, input.ndim) for d in sources]
    places = [wrap_dim(d, input.ndim) for d in places]
    rest = [d for d in range(input.ndim) if d not in sources]
    order = dict(zip(places, sources))
    return _permute(
        input, tuple(order[d] if d in order else rest.pop(0) for d in range(input.ndim))
    )


@composite
def moveaxis(input, source, destination):
    """The same as `movedim`."""
    return movedim(input, source, destination)


@composite
def swapaxes(input, axis0, axis1):
    """Two dimensions swapped: the same as `transpose`."""
    return transpose(input, axis0, axis1)


@composite
def swapdims(input, dim0, dim1):
    """Two dimensions swapped: the same as `transpose`."""
    return transpose(input, dim0, dim1)


@composite
def chunk(input, chunks, dim=0):
    """At most `chunks` pieces of equal size along `dim` (the last may be smaller); views."""
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    if not input.ndim:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    length = input._array.shape[wrap_dim(dim, input.ndim)]
    size = -(-length // chunks)
    if size == 0:
        return input.split_with_sizes([0] * chunks, dim)
    return input.split(size, dim)


@composite
def tensor_split(input, indices_or_sections, dim=0):
    """Pieces along `dim`: a number of nearly equal ones, or cut at the given indices; views."""
    dim = wrap_dim(dim, input.ndim)
    length = input._array.shape[dim]
    if isinstance(indices_or_sections, Tensor):
        indices_or_sections = indices_or_sections.tolist()
    if isinstance(indices_or_sections, int):
        count = indices_or_sections
        if count <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {count}")
        small, larger = divmod(length, count)
        cuts = np.cumsum([small + 1] * larger + [small] * (count - larger)).tolist()[:-1]
    else:
        cuts = list(indices_or_sections)
    starts, ends = [0, *cuts], [*cuts, length]
    return tuple(slice_view(input, dim, slice(a, b, 1)) for a, b in zip(starts, ends))


@composite
def sum_to_size(self, *size):
    """Summed over the dimensions that broadcasting `size` to the tensor's shape would repeat."""
    size = parse_size(size, "sum_to_size")
    shape = self._array.shape
    if size == shape:
        return self
    new = len(shape) - len(size)
    if new < 0 or any(a != b and a != 1 for a, b in zip(size, shape[new:])):
        raise RuntimeError(f"size {{{list(size)}}} is not expandable to size {{{list(shape)}}}.")
    dims = tuple(d for d in range(len(shape)) if d < new or (size[d - new] == 1 and shape[d] != 1))
    result = self.sum(dims, keepdim=True) if dims else self
    return reshape(result, size) if new else result


def _transposed(self):
    """The dimensions in reverse order: a matrix transposed."""
    return _permute(self, tuple(reversed(range(self.ndim))))


def _matrix_transposed(name):
    def getter(self):
        """The last two dimensions swapped."""
        if self.ndim < 2:
            raise RuntimeError(
                f"tensor.{name} is only supported on matrices or batches of matrices. Got {self.ndim}-D tensor."
            )
        return transpose(self, -2, -1)

    return getter


Tensor.T = property(_transposed)
Tensor.mT = property(_matrix_transposed("mT"))
Tensor.H = property(_matrix_transposed("H"))
Tensor.mH = property(_matrix_transposed("mH"))
