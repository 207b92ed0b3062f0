"""View ops: the same memory seen with another shape. Nothing is copied."""

import numpy as np

from .. import dtypes
from ..arguments import check_dims_unique, parse_size
from ..called import declared
from ..declare import FUNCTIONS, Array, Ints, composite, view
from ..formulas import reshaped, summed_to, swapped, turned
from ..misfits import Signature, explain
from ..storage import flat_storage
from ..tensor import Tensor, wrap_dim


def restride(array, shape, strides):
    """A view that begins at the same element, with other sizes and strides (in bytes)."""
    if 0 in shape:
        return np.empty(shape, array.dtype)
    if array.flags.c_contiguous:
        return np.ndarray(shape, array.dtype, array, 0, strides)
    return np.lib.stride_tricks.as_strided(array, shape, strides)


def spread(name, parameter, given, named):
    """The ints of x.f(2, 3), x.f((2, 3)) or x.f(size=(2, 3)) as a tuple."""
    try:
        if named is None and not given:
            raise TypeError
        return parse_size(given if named is None else (named,), name, parameter)
    except TypeError as error:
        named = {} if named is None else {parameter: named}
        only = Signature.parse(f"tuple of ints {parameter}")
        raise only.misfit(name, given, named) or error from None


def infer_size(size, numel):
    """Fill in the one size that may be -1.

    >>> infer_size((2, -1), 6)
    (2, 3)
    """
    known = 1
    for place, n in enumerate(size):
        if n < -1:
            raise RuntimeError(
                f"invalid shape dimension {n} at index {place} of shape {list(size)}"
            )
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
    old, steps = array.shape or (1,), array.strides or (array.itemsize,)
    strides, place = [0] * len(shape), len(shape) - 1
    step, size, placed = steps[-1], 1, 1  # of a group: its last stride, elements, those given out
    for dim in reversed(range(len(old))):
        size *= old[dim]
        if dim and (old[dim - 1] == 1 or steps[dim - 1] == size * step):
            continue  # the group goes on
        while place >= 0 and (placed < size or shape[place] == 1):
            strides[place] = placed * step
            placed *= shape[place]
            place -= 1
        if placed != size:
            return None
        step, size, placed = steps[dim - 1], 1, 1
    return tuple(strides)


@view(input=lambda grad, input_shape: reshaped(grad, input_shape))
def _view(input, size):
    shape = infer_size(size, input.size)
    if input.flags.c_contiguous and input.size and 1 not in input.shape:
        return input.reshape(shape)
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
    try:
        if not shape:
            raise TypeError
        return _view(self, parse_size(shape, "view"))
    except TypeError as error:
        raise explain("view", _SIGNATURES, shape, {}) or error from None


_tensor_view.__name__ = _tensor_view.__qualname__ = "view"
Tensor.view = _tensor_view


_SIGNATURES = [Signature.parse(text) for text in ("torch.dtype dtype", "tuple of ints size")]


def _view_as_dtype(self, dtype):
    array, new = self._array, dtype.numpy
    old_size, new_size = array.itemsize, new.itemsize
    kinds = f"to view {self.dtype.label} as {dtype.label} (different element sizes)"
    if old_size != new_size and not array.ndim:
        raise RuntimeError(f"self.dim() cannot be 0 {kinds}")
    if old_size != new_size and self.stride(-1) != 1:
        raise RuntimeError(f"self.stride(-1) must be 1 {kinds}, but got {self.stride(-1)}")
    if new_size > old_size and array.shape[-1] * old_size % new_size:
        raise RuntimeError(
            f"self.size(-1) must be divisible by {new_size // old_size} {kinds}, but got "
            f"{array.shape[-1]}"
        )
    result = self._alias()
    result._array, result._home = array.view(new), flat_storage(self).view(new)
    return result


def expand_strides(array, size):
    """The strides (in bytes) of `array` repeated along dimensions of size 1 or new ones; the full size too."""
    new = len(size) - array.ndim
    if new < 0:
        label, shape = dtypes.of(array.dtype).label, list(array.shape)
        kind = "CPUBoolType" if label == "Bool" else f"torch.{label}Tensor"
        raise RuntimeError(
            f"expand({kind}{{{shape}}}, size={list(size)}): the number of sizes provided "
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
            if size[dim] == 1 and array.ndim:
                strides[dim] = strides[dim + 1] * shape[dim + 1]
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


@view(input=lambda grad, input_shape: summed_to(grad, input_shape))
def _expand(input: Array, size: Ints):
    return restride(input, *expand_strides(input, size))


def _tensor_expand(self, *sizes, size=None, implicit=False):
    """A view with dimensions of size 1 repeated; -1 keeps a size. Nothing is copied: strides become 0.

    >>> torch.tensor([[1], [2]]).expand(2, 3)
    tensor([[1, 1, 1],
            [2, 2, 2]])
    """
    return _expand(self, spread("expand", "size", sizes, size))


_tensor_expand.__name__ = _tensor_expand.__qualname__ = "expand"
Tensor.expand = _tensor_expand


@view(input=lambda grad, dims: _permute(grad, _inverse(dims)))
def _permute(input: Array, dims: Ints):
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


@composite(torch=False)
def permute(input: Tensor, *order, dims=None):
    """The dimensions in another order.

    >>> torch.zeros(2, 3, 4).permute(2, 0, 1).shape
    torch.Size([4, 2, 3])
    """
    return _permute(input, spread("permute", "dims", order, dims))


FUNCTIONS["permute"] = declared(permute, "Tensor input, tuple of ints dims")


@view(input=lambda grad, dim0, dim1: swapped(grad, dim0, dim1))
def transpose(input: Array, dim0: int, dim1: int):
    """Two dimensions swapped."""
    dim0, dim1 = wrap_dim(dim0, input.ndim), wrap_dim(dim1, input.ndim)
    return input.swapaxes(dim0, dim1) if input.ndim else input.view()


@view(input=lambda grad: turned(grad))
def t(input: Array):
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
    return restride(input, [input.shape[d] for d in keep], [input.strides[d] for d in keep])


def _squeeze_number(dim):
    return 0 if dim is None else 2 if isinstance(dim, (tuple, list)) else 1


def _unsqueezed(grad, input_shape, dim):
    return reshaped(grad, input_shape)


@view(
    signatures=("", "int dim", "tuple of ints dim"),
    number=_squeeze_number,
    input={
        0: lambda grad, input_shape: reshaped(grad, input_shape),
        1: _unsqueezed,
        2: _unsqueezed,
    },
)
def squeeze(input: Array, dim: Ints = None):
    """Without dimensions of size 1: all of them, or those named by `dim`."""
    if dim is None:
        dims = range(input.ndim)
    else:
        dims = [
            wrap_dim(d, input.ndim) for d in (dim if isinstance(dim, (tuple, list)) else (dim,))
        ]
        check_dims_unique(dims)
    return _squeezed(input, dims)


@view(input=lambda grad, dim: grad.squeeze(dim))
def unsqueeze(input: Array, dim: int):
    """A new dimension of size 1 at `dim`.

    >>> torch.tensor([1, 2]).unsqueeze(1)
    tensor([[1],
            [2]])
    """
    dim = wrap_dim(dim, input.ndim + 1)
    step = input.strides[dim] * input.shape[dim] if dim < input.ndim else input.itemsize
    shape = (*input.shape[:dim], 1, *input.shape[dim:])
    return restride(input, shape, (*input.strides[:dim], step, *input.strides[dim:]))
