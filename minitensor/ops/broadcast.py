"""Bringing tensors to one shape, or to a number of dimensions."""

from ..arguments import broadcast_error, no_overload
from ..declare import composite
from ..misfits import type_name
from ..size import Size
from ..tensor import Tensor


@composite(method=False)
def broadcast_shapes(*shapes):
    """The shape that tensors of these shapes have after broadcasting.

    >>> torch.broadcast_shapes((2, 1), (3,))
    torch.Size([2, 3])
    """
    full = [(s,) if isinstance(s, int) else s for s in shapes]
    for shape in full:
        if not isinstance(shape, (tuple, list)):
            raise RuntimeError(
                "Input shapes should be of type ints, a tuple of ints, or a list of ints, got "
                f"{shape}"
            )
    result = [1] * max(map(len, full), default=0)
    for place, shape in enumerate(full):
        for dim in range(-1, -len(shape) - 1, -1):
            size = shape[dim]
            if size in (1, result[dim]):
                continue
            if result[dim] == 1 and size < 0:
                raise ValueError("Attempting to broadcast a dimension with negative length!")
            if result[dim] != 1:
                raise RuntimeError(
                    f"Attempting to broadcast a dimension of length {size} at {dim}! Mismatching "
                    f"argument at index {place} had {shape}; but expected shape should be "
                    f"broadcastable to {result}"
                )
            result[dim] = size
    return Size(result)


def check_list(tensors):
    """Raise PyTorch's error for something in a list that is no tensor."""
    for i, element in enumerate(tensors):
        if not isinstance(element, Tensor):
            raise TypeError(
                f"expected Tensor as element {i} in argument 0, but got {type_name(element)}"
            )


@composite(method=False)
def broadcast_tensors(*tensors):
    """The tensors expanded to their common shape; those that have it already, as they are."""
    check_list(tensors)
    error = broadcast_error([t._array for t in tensors]) if tensors else None
    if error is not None:
        raise error
    shape = broadcast_shapes(*[t.shape for t in tensors])
    return tuple(t if t.shape == shape else t.expand(shape) for t in tensors)


def _for_each(name, one):
    """A function of one tensor, or of several that gives a tuple."""

    def function(*tensors):
        if len(tensors) == 1:
            if isinstance(tensors[0], Tensor):
                return one(tensors[0])
            if not isinstance(tensors[0], (tuple, list)):
                raise no_overload(name, tensors, "Tensor input", "tuple of Tensors tensors")
            (tensors,) = tensors
        check_list(tensors)
        return tuple(map(one, tensors))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = one.__doc__
    return composite(function, method=False)


def _one_dimension(input):
    """The tensor with at least one dimension; several give a tuple."""
    return input if input.ndim else input.reshape(1)


def _two_dimensions(input):
    """The tensor with at least two dimensions, vectors as rows; several give a tuple."""
    if input.ndim == 1:
        return input.unsqueeze(0)
    return input if input.ndim else input.reshape(1, 1)


def _three_dimensions(input):
    """The tensor with at least three dimensions, new ones around it; several give a tuple."""
    if input.ndim == 1:
        return input.unsqueeze(0).unsqueeze(-1)
    if input.ndim == 2:
        return input.unsqueeze(-1)
    return input if input.ndim else input.reshape(1, 1, 1)


atleast_1d = _for_each("atleast_1d", _one_dimension)
atleast_2d = _for_each("atleast_2d", _two_dimensions)
atleast_3d = _for_each("atleast_3d", _three_dimensions)
