"""Rearranging elements: turned around, moved on, repeated, subtracted from their neighbors."""

import numpy as np

from ..arguments import check_dims_unique, check_fits, wrong_type
from ..declare import Array, Ints, Number, composite, op
from ..device import contiguous_format
from ..dtypes import of
from ..layout import memory_like
from ..out import write
from ..tensor import Tensor, wrap_dim
from .join import cat
from .reduce import contiguous
from .views import spread

# Turned around


def _flipped(input, dims):
    result = memory_like(input)
    result[...] = np.flip(input, dims)
    return result


@op(input=lambda grad, dims: _flip(grad, dims))
def _flip(input, dims: Ints):
    dims = tuple(wrap_dim(d, input.ndim) for d in dims)
    check_dims_unique(dims)
    return _flipped(input, dims if input.ndim else ())


@composite(method=False)
def flip(input: Tensor, dims: Ints):
    """The elements in reverse order along some dimensions, as a copy.

    >>> torch.flip(torch.tensor([[1, 2], [3, 4]]), [0])
    tensor([[3, 4],
            [1, 2]])
    """
    if isinstance(dims, int):
        raise wrong_type("flip", "dims", 2, "tuple of ints", dims)
    return _flip(input, dims)


def _tensor_flip(self, *order, dims=None):
    """The elements in reverse order along some dimensions, as a copy: x.flip(0), x.flip(0, 1)."""
    return _flip(self, spread("flip", "dims", order, dims))


def _reversed(self):
    """The elements in reverse order along the first dimension: what `reversed(x)` is."""
    return _flip(self, (0,)) if self.ndim else self


Tensor.__reversed__ = _reversed


@composite
def fliplr(input: Tensor):
    """The columns in reverse order."""
    if input.ndim < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return _flip(input, (1,))


@composite
def flipud(input: Tensor):
    """The rows in reverse order."""
    if input.ndim < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return _flip(input, (0,))


@op(input=lambda grad, shifts, dims: _roll(grad, tuple(-s for s in shifts), dims))
def _roll(input, shifts: Ints, dims: Ints):
    if not dims and len(shifts) == 1:
        return contiguous(np.roll(input, shifts[0]))
    if len(shifts) != len(dims):
        raise RuntimeError(
            f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(dims)}"
        )
    dims = tuple([wrap_dim(d, input.ndim, scalars=False) for d in dims])
    return contiguous(np.roll(input, shifts, dims))


@composite
def roll(input: Tensor, shifts: Ints, dims: Ints = ()):
    """The elements moved on by `shifts` along `dims`; what leaves at the end comes in at the front.

    >>> torch.roll(torch.tensor([1, 2, 3]), 1)
    tensor([3, 1, 2])
    """
    shifts, dims = ((v,) if isinstance(v, int) else v for v in (shifts, dims))
    return _roll(input, shifts, dims)


@op(input=lambda grad, k, dims: grad.rot90(-k, dims))
def rot90(input: Array, k: int = 1, dims: Ints = (0, 1)):
    """A quarter turn, `k` times, from the first of two dimensions towards the second.

    >>> torch.rot90(torch.tensor([[1, 2], [3, 4]]))
    tensor([[2, 4],
            [1, 3]])
    """
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if input.ndim < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {input.ndim}")
    first, second = (wrap_dim(d, input.ndim) for d in dims)
    if first == second:
        raise RuntimeError(
            f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}"
        )
    turned = {0: (), 1: (second,), 2: (first, second), 3: (first,)}[k % 4]
    result = _flipped(input, turned)
    return result.swapaxes(first, second) if k % 2 else result


# Repeated


def _repeat_slope(grad, input_shape, repeats):
    padded = (1,) * (len(repeats) - len(input_shape)) + tuple(input_shape)
    pairs = [n for pair in zip(repeats, padded) for n in pair]
    copies = tuple(range(0, len(pairs), 2))
    return grad.reshape(pairs).sum(copies).reshape(input_shape) if copies else grad


@op(node="RepeatBackward", input=_repeat_slope)
def _repeat(input, repeats):
    if len(repeats) < input.ndim:
        raise RuntimeError(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of "
            "tensor"
        )
    padded = (1,) * (len(repeats) - input.ndim) + input.shape
    shape = [n * size for n, size in zip(repeats, padded)]
    if any(n < 0 for n in shape):
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(shape)}: {shape}")
    return np.array(np.tile(input, repeats), order="C")


@composite(torch=False)
def repeat(self: Tensor, *sizes, repeats=None):
    """Copies side by side, as many along each dimension as told.

    >>> torch.tensor([1, 2]).repeat(2, 2)
    tensor([[1, 2, 1, 2],
            [1, 2, 1, 2]])
    """
    return _repeat(self, spread("repeat", "repeats", sizes, repeats))


@composite(method=False)
def tile(input: Tensor, dims: Ints):
    """Copies side by side, as `repeat` makes them; missing counts are 1."""
    if isinstance(dims, int):
        raise wrong_type("tile", "dims", 2, "tuple of ints", dims)
    return _repeat(input, (1,) * (input.ndim - len(dims)) + tuple(dims))


def _tensor_tile(self, *counts, dims=None):
    """Copies side by side, as `repeat` makes them; missing counts are 1."""
    return tile(self, spread("tile", "dims", counts, dims))


for _method, _name in ((_tensor_flip, "flip"), (_tensor_tile, "tile")):
    _method.__name__ = _method.__qualname__ = _name
Tensor.flip, Tensor.tile = _tensor_flip, _tensor_tile


@op()
def _repeated_indices(repeats: Array):
    if repeats.ndim != 1:
        raise RuntimeError("repeat_interleave only accept 1D vector as repeat")
    if repeats.dtype not in (np.int64, np.int32):
        label = of(repeats.dtype).label
        raise NotImplementedError(f"\"repeat_interleave_cpu\" not implemented for '{label}'")
    if np.any(repeats < 0):
        raise RuntimeError("repeats can not be negative")
    return np.repeat(np.arange(repeats.size, dtype=repeats.dtype), repeats)


@composite(
    signatures=(
        "Tensor input, Tensor repeats, int dim = None, *, int output_size = None",
        "Tensor repeats, *, int output_size = None",
        "Tensor input, int repeats, int dim = None, *, int output_size = None",
    )
)
def repeat_interleave(input: Tensor, repeats=None, dim: int = None, *, output_size: int = None):
    """Every element repeated on the spot; without a `dim`, of all elements in a row.

    `repeats`: a number, or a tensor with one for each. A tensor of counts alone gives the indices.

    >>> torch.repeat_interleave(torch.tensor([1, 2]), 2)
    tensor([1, 1, 2, 2])
    """
    if repeats is None:
        return _repeated_indices(input)
    if not isinstance(repeats, (int, Tensor)):
        raise TypeError
    if dim is None:
        input, dim = input.reshape(-1), 0
    dim = wrap_dim(dim, input.ndim)
    if isinstance(repeats, Tensor):
        return _repeat_by_tensor(input, repeats, dim)
    if repeats < 0:
        raise RuntimeError("Repeats must be non-negative")
    wider = input.unsqueeze(dim + 1)
    shape = list(wider._array.shape)
    shape[dim + 1] = repeats
    return wider.expand(shape).clone(memory_format=contiguous_format).flatten(dim, dim + 1)


def _repeat_by_tensor(input, repeats, dim):
    if repeats.ndim > 1:
        raise RuntimeError("repeats must be 0-dim or 1-dim tensor")
    size = input._array.shape[dim] if input.ndim else 1
    if repeats.numel() == 1:
        repeats = repeats.reshape(1).expand(size)
    if repeats.numel() != size:
        raise RuntimeError(
            "repeats must have the same size as input along dim, but got repeats.size(0) = "
            f"{repeats.numel()} and input.size({dim}) = {size}"
        )
    return input.index_select(dim, _repeated_indices(repeats))


# Padded


@op(method=False, input=lambda grad, pad: constant_pad_nd(grad, tuple(-n for n in pad), 0))
def constant_pad_nd(input: Array, pad: Ints, value: Number = 0):
    """A copy with `value` added at the ends of the last dimensions, or with elements taken away there.

    `pad`: two counts for each dimension, the last one first; negative ones take away.

    >>> torch.constant_pad_nd(torch.tensor([1, 2]), (1, 2))
    tensor([0, 1, 2, 0, 0])
    """
    check_fits(value, input.dtype)
    if len(pad) % 2:
        raise RuntimeError(f"Length of pad must be even but instead it equals {len(pad)}")
    if len(pad) > 2 * input.ndim:
        raise RuntimeError(
            "Length of pad should be no more than twice the number of dimensions of the input. Pad "
            f"length is {len(pad)}while the input has {input.ndim}dimensions."
        )
    ends = [(0, 0)] * (input.ndim - len(pad) // 2)
    ends += [(pad[i], pad[i + 1]) for i in reversed(range(0, len(pad), 2))]
    for (before, after), size in zip(ends, input.shape):
        if size + min(before, 0) + min(after, 0) < 0:
            raise RuntimeError("narrow(): length must be non-negative.")
    kept = [
        slice(max(-before, 0), size - max(-after, 0))
        for (before, after), size in zip(ends, input.shape)
    ]
    added = [(max(before, 0), max(after, 0)) for before, after in ends]
    filler = np.array(value).astype(input.dtype)
    padded = np.pad(input[tuple(kept)], added, constant_values=filler) if ends else input.copy()
    return contiguous(padded)


# Differences


@composite
def diff(
    input: Tensor,
    n: int = 1,
    dim: int = -1,
    prepend: Tensor = None,
    append: Tensor = None,
    *,
    out=None,
):
    """The differences of neighbors along `dim`, `n` times; the ends may be extended first.

    >>> torch.diff(torch.tensor([1, 3, 6]))
    tensor([2, 3])
    """
    if not input.ndim:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    wrap_dim(dim, input.ndim)  # raises
    for end in (prepend, append):
        if end is not None:
            _check_end(input, end, dim % input.ndim)
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    parts = [part for part in (prepend, input, append) if part is not None]
    result = cat(parts, dim) if len(parts) > 1 else input
    if n == 0:
        return write("diff", result.new_zeros(result.shape).copy_(result), out)
    for _ in range(min(n, result.size(dim))):
        count = max(result.size(dim) - 1, 0)
        late = result.narrow(dim, result.size(dim) - count, count)
        early = result.narrow(dim, 0, count)
        result = late.logical_xor(early) if result._array.dtype == bool else late - early
    return write("sub", result, out)


def _check_end(input, end, dim):
    if end.ndim != input.ndim:
        raise RuntimeError("diff expects prepend or append to be the same dimension as input")
    for d, (size, other) in enumerate(zip(input.shape, end.shape)):
        if d != dim and size != other:
            raise RuntimeError(
                "diff expects the shape of tensor to prepend or append to match that of input "
                f"except along the differencing dimension; input.size({d}) = {size}, but got "
                f"tensor.size({d}) = {other}"
            )
