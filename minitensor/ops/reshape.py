"""Reshaping, out of view ops: a view where strides allow, a copy where they do not."""

import math

import numpy as np

from .. import dtypes
from ..arguments import parse_size
from ..called import declared
from ..declare import FUNCTIONS, Ints, IntTuple, composite, op, view
from ..formulas import reshaped, summed_to
from ..grad_mode import state
from ..once import warn_once
from ..out import write
from ..tensor import Tensor, wrap, wrap_dim
from .copy import _packed
from .parts import _slice, _split, alias, split_with_sizes, unsafe_split, unsafe_split_with_sizes
from .views import _expand, _permute, _view, infer_size, restride, spread, transpose, view_strides


@op(node="UnsafeViewBackward", input=lambda grad, input_shape: reshaped(grad, input_shape))
def _unsafe_view(input, size):
    return input.reshape(size)


@view(node="ReshapeAliasBackward", input=lambda grad, input_shape: reshaped(grad, input_shape))
def _reshape_alias(input, size):
    return restride(input, size, view_strides(input, size))


def _tensor_reshape(self, *new_shape, shape=None):
    """The same elements with another shape (one size may be -1): a view if possible, else a copy.

    >>> torch.arange(6).reshape(3, 2)
    tensor([[0, 1],
            [2, 3],
            [4, 5]])
    """
    return _reshaped(self, spread("reshape", "shape", new_shape, shape))


_tensor_reshape.__name__ = _tensor_reshape.__qualname__ = "reshape"


def _reshaped(input, size):
    array = input._array
    if array.flags.c_contiguous:
        return _view(input, size)
    size = infer_size(size, array.size)
    if view_strides(array, size) is not None:
        return _reshape_alias(input, size)
    return _unsafe_view(_packed(input), size)


@composite(method=False)
def reshape(input: Tensor, shape: IntTuple):
    """The same elements with another shape (one size may be -1): a view if possible, else a copy."""
    return _reshaped(input, shape)


Tensor.reshape = _tensor_reshape


@composite(torch=False)
def view_as(self: Tensor, other: Tensor):
    """A view with the shape of another tensor."""
    return _view(self, other._array.shape)


@composite(torch=False)
def reshape_as(self: Tensor, other: Tensor):
    """The elements with the shape of another tensor."""
    return _reshaped(self, other._array.shape)


@composite(torch=False)
def expand_as(self: Tensor, other: Tensor):
    """A view expanded to the shape of another tensor."""
    return _expand(self, other._array.shape)


@composite
def is_same_size(input: Tensor, other: Tensor):
    """True if the two have the same shape."""
    return input._array.shape == other._array.shape


@composite
def broadcast_to(input: Tensor, size: IntTuple):
    """A view expanded to `size`."""
    return _expand(input, size)


@composite
def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1):
    """The dimensions from `start_dim` to `end_dim` as one.

    >>> torch.zeros(2, 3, 4).flatten(1).shape
    torch.Size([2, 12])
    """
    shape = input._array.shape
    start, end = wrap_dim(start_dim, len(shape)), wrap_dim(end_dim, len(shape))
    if start > end:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if not shape:
        return _reshaped(input, (1,))
    if start == end:
        return input
    middle = math.prod(shape[start : end + 1])
    return _reshaped(input, (*shape[:start], middle, *shape[end + 1 :]))


@composite
def unflatten(input: Tensor, dim: int, sizes: Ints):
    """One dimension as several; one of the sizes may be -1."""
    dim = wrap_dim(dim, input.ndim)
    shape = input._array.shape
    if not sizes:
        raise RuntimeError("unflatten: sizes must be non-empty")
    if not shape:
        raise RuntimeError(
            "unflatten got an unexpected error:\nDimension specified as 0 but tensor has no dimensions"
        )
    try:
        sizes = infer_size(tuple(sizes), shape[dim])
    except RuntimeError as error:
        if "is invalid for input of size" not in str(error):
            raise RuntimeError(f"unflatten got an unexpected error:\n{error}") from None
        raise RuntimeError(
            f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {dim} "
            f"({shape[dim]}) in the input tensor"
        ) from None
    return _view(input, (*shape[:dim], *sizes, *shape[dim + 1 :]))


@composite
def ravel(input: Tensor):
    """All elements in one dimension."""
    return _reshaped(input.contiguous(), (-1,))


_MOVES = ("int source, int destination", "tuple of ints source, tuple of ints destination")


@composite(signatures=_MOVES)
def movedim(input: Tensor, source: Ints, destination: Ints):
    """Dimensions moved to other places, the rest kept in order.

    >>> torch.zeros(2, 3, 4).movedim(0, -1).shape
    torch.Size([3, 4, 2])
    """
    sources = source if isinstance(source, tuple) else (source,)
    places = destination if isinstance(destination, tuple) else (destination,)
    if len(sources) != len(places):
        raise RuntimeError(
            "movedim: Invalid source or destination dims: source ("
            f"{list(sources)} dims) should contain the same number of dims as destination ({list(places)} dims)"
        )
    wrapped = [[wrap_dim(d, input.ndim) for d in dims] for dims in (sources, places)]
    for name, given, dims in zip(("source", "destination"), (sources, places), wrapped):
        if len(set(dims)) < len(dims):
            raise RuntimeError(f"movedim: repeated dim in `{name}` ({list(given)})")
    sources, places = wrapped
    if not input.ndim:
        return alias(input)
    rest = (d for d in range(input.ndim) if d not in sources)
    order = dict(zip(places, sources))
    return _permute(
        input, tuple([order[d] if d in order else next(rest) for d in range(input.ndim)])
    )


@composite(signatures=_MOVES)
def moveaxis(input: Tensor, source: Ints, destination: Ints):
    """The same as `movedim`."""
    return movedim(input, source, destination)


@composite
def swapaxes(input: Tensor, axis0: int, axis1: int):
    """Two dimensions swapped: the same as `transpose`."""
    return transpose(input, axis0, axis1)


@composite
def swapdims(input: Tensor, dim0: int, dim1: int):
    """Two dimensions swapped: the same as `transpose`."""
    return transpose(input, dim0, dim1)


def _chunked(split, split_with_sizes, input, chunks, dim):
    if not input.ndim:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    length = input._array.shape[wrap_dim(dim, input.ndim)]
    size = -(-length // chunks)
    return split(input, size, dim) if size else split_with_sizes(input, (0,) * chunks, dim)


@composite
def chunk(input: Tensor, chunks: int, dim: int = 0):
    """At most `chunks` pieces of equal size along `dim` (the last may be smaller); views."""
    return _chunked(_split, split_with_sizes, input, chunks, dim)


@composite
def unsafe_chunk(input: Tensor, chunks: int, dim: int = 0):
    """Like `chunk`, but autograd does not see that the pieces share memory."""
    return _chunked(unsafe_split, unsafe_split_with_sizes, input, chunks, dim)


@composite(
    signatures=(
        "tuple of ints indices, int dim = 0",
        "Tensor tensor_indices_or_sections, int dim = 0",
        "int sections, int dim = 0",
    )
)
def tensor_split(input: Tensor, cuts=None, dim: int = 0, **named):
    """Pieces along `dim`: a number of nearly equal ones, or cut at the given indices; views.

    >>> torch.arange(5).tensor_split(2)
    (tensor([0, 1, 2]), tensor([3, 4]))
    """
    cuts = named.popitem()[1] if named else cuts
    if not isinstance(cuts, (int, tuple, list, Tensor)):
        raise TypeError
    if not input.ndim:
        raise RuntimeError(
            "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims"
        )
    dim = wrap_dim(dim, input.ndim)
    length = input._array.shape[dim]
    if isinstance(cuts, Tensor):
        start = "tensor_split expected tensor_indices_or_sections to"
        if cuts.dtype is not dtypes.int64:
            raise RuntimeError(f"{start} have dtype of long, but got {cuts.dtype.label}")
        if cuts.ndim > 1:
            raise RuntimeError(
                f"{start} be a zero-dimensional or one-dimensional tensor, but got a tensor with "
                f"{cuts.ndim} dims"
            )
        cuts = cuts.tolist()
    if isinstance(cuts, int):
        if cuts <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {cuts}")
        small, larger = divmod(length, cuts)
        cuts = np.cumsum([small + 1] * larger + [small] * (cuts - larger)).tolist()[:-1]
    return tuple([_slice(input, dim, a, b) for a, b in zip((0, *cuts), (*cuts, length))])


def _publish_split(name, least, dim):
    """`hsplit` and its like: `tensor_split` along a fixed dimension, into equal pieces only."""

    def function(input: Tensor, cuts: Ints = None, **named):
        count = named.popitem()[1] if named else cuts
        if not isinstance(count, (int, tuple, list)):
            raise TypeError
        if input.ndim < least:
            raise RuntimeError(
                f"torch.{name} requires a tensor with at least {least} dimension, but got a tensor "
                f"with {input.ndim} dimensions!"
            )
        along = min(dim, input.ndim - 1)
        length = input._array.shape[along]
        if isinstance(count, int) and (count == 0 or length % count):
            raise RuntimeError(
                f"torch.{name} attempted to split along dimension {along}, but the size of the "
                f"dimension {length} is not divisible by the split_size {count}!"
            )
        return tensor_split(input, count, along)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = (
        f"Pieces along dimension {dim}, as `tensor_split` makes them, but of equal size."
    )
    composite(function, signatures=("int sections", "tuple of ints indices"))


for _split_name, _least, _dim in (("hsplit", 1, 1), ("vsplit", 2, 0), ("dsplit", 3, 2)):
    _publish_split(_split_name, _least, _dim)


@composite
def sum_to_size(self: Tensor, *size):
    """Summed over the dimensions that broadcasting `size` to the tensor's shape would repeat."""
    size = parse_size(size, "sum_to_size")
    shape = self._array.shape
    if not size:
        return self.sum()
    if size == shape:
        return self
    new = len(shape) - len(size)
    if new < 0 or any(a != b and a != 1 for a, b in zip(size, shape[new:])):
        raise RuntimeError(f"size {{{list(size)}}} is not expandable to size {{{list(shape)}}}.")
    if self.is_floating_point() and not (state.enabled and self.requires_grad):
        return wrap(summed_to(self._array, size))  # what the steps below come to
    dims = tuple(d for d in range(len(shape)) if d < new or (size[d - new] == 1 and shape[d] != 1))
    result = self.sum(dims, keepdim=True) if dims else self
    return _reshaped(result, size) if new else result


# Transposed


def _transposed(self):
    """The dimensions in reverse order: a matrix transposed."""
    if self.ndim not in (0, 2):
        warn_once(
            "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated "
            "and it will throw an error in a future release. Consider `x.mT` to transpose batches of "
            "matrices or `x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions of a "
            "tensor."
        )
    elif not self.ndim:
        warn_once(
            "Tensor.T is deprecated on 0-D tensors. This function is the identity in these cases."
        )
    return _permute(self, tuple(reversed(range(self.ndim))))


def _matrix_transposed(name):
    def getter(self):
        """The last two dimensions swapped."""
        if self.ndim == 1 or (name == "H" and self.ndim > 2):
            which = "matrices (2-D tensors)" if name == "H" else "matrices or batches of matrices"
            hint = " For batches of matrices, consider using tensor.mH" if self.ndim > 2 else ""
            raise RuntimeError(
                f"tensor.{name} is only supported on {which}. Got {self.ndim}-D tensor.{hint}"
            )
        if self.ndim:
            return transpose(self, -2, -1)
        called = name if name.endswith("()") else f"Tensor.{name}"
        instead = "Consider using x.conj()."
        if name == "mT":
            instead = "This function is the identity in these cases."
        warn_once(f"{called} is deprecated on 0-D tensors. {instead}")
        return self

    return getter


Tensor.T = property(_transposed)
for _name in ("mT", "H", "mH"):
    setattr(Tensor, _name, property(_matrix_transposed(_name)))


def _publish(name, function):
    """Publish a function that takes nothing but a tensor."""
    FUNCTIONS[name] = declared(function, "Tensor input", name=name)
    setattr(Tensor, name, declared(function, "", name=name, method=True))


_publish("adjoint", _matrix_transposed("adjoint()"))

# Complex numbers: the kit has none, and real numbers are their own conjugates


def _itself(input):
    """The tensor itself: it has no imaginary part."""
    return input


def _written(input, *, out=None):
    """The tensor itself, or `out` with its elements."""
    return write("conj_physical", input, out)


def _imaginary_part(input):
    """PyTorch's error for tensors that are not complex."""
    raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")


def _never(input):
    """False: the kit has no complex numbers."""
    return False


for _name in ("conj", "conj_physical", "resolve_conj", "resolve_neg", "is_conj", "is_neg"):
    _publish(_name, _never if _name.startswith("is") else _itself)
FUNCTIONS["conj_physical"] = declared(
    _written, "Tensor input, *, Tensor out = None", name="conj_physical"
)
FUNCTIONS["real"] = declared(_itself, "Tensor input", name="real")
FUNCTIONS["imag"] = declared(_imaginary_part, "Tensor input", name="imag")
Tensor.real, Tensor.imag = property(_itself), property(_imaginary_part)
