"""Arguments: numbers among tensors, sizes and dims in their many spellings, and PyTorch's errors."""

import numpy as np

from . import dtypes
from .tensor import wrap_dim

NUMBERS = (float, int, bool, np.generic)


def number_to_array(value, dtype):
    """A number as a 0-dim array; integers wrap around as PyTorch's do.

    >>> number_to_array(300, np.dtype("uint8"))
    array(44, dtype=uint8)
    """
    try:
        return np.array(value, dtype)
    except OverflowError:
        if value < -(2**63):
            raise OverflowError("can't convert negative int to unsigned") from None
        if value >= 2**64:
            raise OverflowError("int too big to convert") from None
        return np.array(value).astype(dtype)


def broadcast_error(arrays):
    """PyTorch's error for shapes that do not broadcast."""
    shapes = [a.shape for a in arrays]
    longest = max(map(len, shapes))
    so_far = (1,) * longest
    for shape in shapes:
        full = (1,) * (longest - len(shape)) + shape
        for dim in reversed(range(longest)):
            a, b = so_far[dim], full[dim]
            if a != b and 1 not in (a, b):
                return RuntimeError(
                    f"The size of tensor a ({a}) must match the size of tensor b ({b}) at "
                    f"non-singleton dimension {dim}"
                )
        so_far = tuple(b if a == 1 else a for a, b in zip(so_far, full))
    return None


def broadcast_shape(*shapes):
    """The shape that arrays of these shapes are broadcast to; PyTorch's error if they can't be."""
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        raise broadcast_error([np.broadcast_to(0, shape) for shape in shapes]) from None


def wrong_type(name, parameter, position, expected, value):
    """PyTorch's TypeError for one argument of the wrong type."""
    kind = type(value)
    prefix = "numpy." if kind.__module__ == "numpy" else ""
    return TypeError(
        f"{name}(): argument '{parameter}' (position {position}) must be {expected}, not "
        f"{prefix}{kind.__name__}"
    )


def parse_size(size, name, parameter="size"):
    """The sizes of `zeros(2, 3)`, `zeros((2, 3))`, `zeros([2, 3])` or `zeros(x.shape)` as a tuple of ints."""
    given = size
    if len(size) == 1 and isinstance(size[0], (tuple, list)):
        size = size[0]
    if {*map(type, size)} == {int}:  # nearly every call
        return tuple(size)
    sizes = []
    for position, value in enumerate(size):
        if (isinstance(value, bool) and not position) or not hasattr(value, "__index__"):
            if position == 0 and size is given:
                raise wrong_type(name, parameter, 1, "tuple of ints", value)
            kind = type(value).__name__
            raise TypeError(
                f"{name}(): argument '{parameter}' must be tuple of ints, but found element of type "
                f"{kind} at pos {position}"
            )
        sizes.append(value.__index__())
    return tuple(sizes)


def check_dims_unique(dims):
    """Raise PyTorch's error if a dimension is named twice."""
    for dim in dims:
        if dims.count(dim) > 1:
            raise RuntimeError(f"dim {dim} appears multiple times in the list of dims")


def parse_dims(dim, ndim):
    """The dims of `dim=None`, `dim=1` or `dim=(0, -1)` as a sorted tuple; None means all."""
    if dim is None:
        return tuple(range(ndim))
    if isinstance(dim, (tuple, list)):
        dims = [wrap_dim(d.__index__(), ndim) for d in dim]
        check_dims_unique(dims)
        return tuple(sorted(dims)) or tuple(range(ndim))
    return (wrap_dim(dim.__index__(), ndim),)


def check_same_dtype(first, second):
    """Raise the error that PyTorch's matrix products have for arrays of two dtypes."""
    if first.dtype != second.dtype:
        expected, found = dtypes.of(first.dtype).label, dtypes.of(second.dtype).label
        raise RuntimeError(f"expected scalar type {expected} but found {found}")


def check_fits(value, dtype):
    """Raise PyTorch's error if a number can't be held by a dtype (used by fill_, full, x[i] = …)."""
    d = dtypes.of(dtype)
    if isinstance(value, (bool, np.bool_)) or (d.category != dtypes.INTEGRAL and d.itemsize != 2):
        return
    if d.itemsize == 2 and d.is_floating_point:
        fits = not 65504 < abs(value) < np.inf
    elif isinstance(value, (float, np.floating)) and not np.isfinite(value):
        fits = False
    else:
        limits = np.iinfo(dtype)
        wraps = limits.min == 0 and not isinstance(value, (float, np.floating))
        low = -limits.max if wraps else limits.min
        fits = low <= value <= limits.max
    if not fits:
        label = {
            "int8": "int8_t",
            "uint8": "uint8_t",
            "int16": "int16_t",
            "int32": "int",
            "int64": "int64_t",
            "float16": "c10::Half",
        }
        raise RuntimeError(f"value cannot be converted to type {label[d.name]} without overflow")


def no_overload(name, args, *signatures):
    """PyTorch's TypeError for arguments that fit none of a function's signatures.

    >>> print(no_overload("lt", (1, 2), "Tensor input, Tensor other", "Tensor input, Number other"))
    lt() received an invalid combination of arguments - got (int, int), but expected one of:
     * (Tensor input, Tensor other)
          didn't match because some of the arguments have invalid types: (!int!, !int!)
     * (Tensor input, Number other)
          didn't match because some of the arguments have invalid types: (!int!, !int!)
    <BLANKLINE>
    """
    kinds = [_kind(value) for value in args]
    lines = [
        f"{name}() received an invalid combination of arguments - got ({', '.join(kinds)}), but expected one of:"
    ]
    for signature in signatures:
        lines.append(f" * ({signature})")
        expected = [parameter.split() for parameter in signature.split(", ")]
        if len(expected) == len(kinds):
            marked = [
                kind if len(words) == 2 and words[0] == kind else f"!{kind}!"
                for kind, words in zip(kinds, expected)
            ]
            lines.append(
                "      didn't match because some of the arguments have invalid types: "
                f"({', '.join(marked)})"
            )
    return TypeError("\n".join(lines) + "\n")


def _kind(value):
    """A value's type as PyTorch's errors spell it."""
    kind = type(value)
    return f"numpy.{kind.__name__}" if kind.__module__ == "numpy" else kind.__name__
