"""`torch.Size`: the shape of a tensor, a tuple with a few additions."""

import math

from .c_type import CType


class Size(tuple, metaclass=CType):
    """The sizes of a tensor along its dimensions. A subclass of tuple.

    >>> size = torch.ones(2, 3).size()
    >>> size
    torch.Size([2, 3])
    >>> size[1:], size.numel(), size == (2, 3)
    (torch.Size([3]), 6, True)
    """

    __module__ = "torch"
    __slots__ = ()

    def __new__(cls, iterable=()):
        sizes = tuple(iterable)
        for i, item in enumerate(sizes):
            if not hasattr(item, "__index__"):
                kind = type(item).__name__
                raise TypeError(f"torch.Size() takes an iterable of 'int' (item {i} is '{kind}')")
        return tuple.__new__(cls, [int(item) for item in sizes])

    def numel(self):
        """The number of elements of a tensor of this size."""
        return math.prod(self)

    def __repr__(self):
        return f"torch.Size([{', '.join(map(str, self))}])"

    def __getitem__(self, index):
        result = tuple.__getitem__(self, index)
        return tuple.__new__(Size, result) if isinstance(index, slice) else result

    def __add__(self, other):
        if not isinstance(other, tuple):
            kind = type(other).__name__
            raise TypeError(f"can only concatenate tuple (not {kind}) to torch.Size")
        return Size(tuple(self) + other)

    def __radd__(self, other):
        if not isinstance(other, tuple):
            return NotImplemented
        return Size(other + tuple(self))

    def __mul__(self, times):
        result = tuple.__mul__(self, times)
        return result if result is NotImplemented else tuple.__new__(Size, result)

    __rmul__ = __mul__

    def __reduce__(self):
        return restore_size, (tuple(self),)


def restore_size(sizes):
    """A size from what was pickled."""
    return tuple.__new__(Size, sizes)
