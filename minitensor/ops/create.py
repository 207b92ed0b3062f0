"""Making tensors: from data, filled with a value, in sequences."""

import warnings
from itertools import chain

import numpy as np

from .. import dtypes
from ..arguments import NUMBERS, check_fits, parse_size, wrong_type
from ..declare import FUNCTIONS, composite
from ..device import check_device
from ..storage import is_dense
from ..tensor import Tensor, wrap


def creation(function):
    """Publish a function of the module `torch` that makes tensors and is no method."""
    FUNCTIONS[function.__name__] = function
    return function


def finish(array, name, requires_grad=False, device=None, out=None):
    """What every creation function ends with: check the common options, make the tensor."""
    if device is not None:
        check_device(device)
    if not isinstance(requires_grad, bool):
        raise TypeError(
            f"{name}(): argument 'requires_grad' must be bool, not {type(requires_grad).__name__}"
        )
    if requires_grad and array.dtype.kind != "f":
        raise RuntimeError(
            "Only Tensors of floating point and complex dtype can require gradients"
        )
    if out is not None:
        return out._resize(array.shape).copy_(wrap(array))
    tensor = wrap(array)
    tensor._tracked = requires_grad
    return tensor


def numpy_dtype(dtype, name, default=None):
    """The np.dtype for a `dtype=` argument; None means `default`, or the default dtype."""
    if dtype is None:
        return default if default is not None else dtypes.get_default_dtype().numpy
    return dtypes.as_dtype(dtype, f"{name}(): argument 'dtype'").numpy


# From data


def array_of(data, dtype=None, name="tensor"):
    """A fresh array of the numbers in nested sequences, of the dtype that PyTorch infers (an np.dtype)."""
    if isinstance(data, Tensor):
        data = data._array
    if isinstance(data, (np.ndarray, np.generic)):
        if not isinstance(data, np.ndarray):
            data = np.asarray(data)
        natural = dtypes.of(data.dtype).numpy
        return np.array(data, dtype or natural)
    shape, leaves = _unnest(data)
    natural = _infer_dtype(leaves).numpy
    leaves = [leaf.item() if isinstance(leaf, (Tensor, np.ndarray)) else leaf for leaf in leaves]
    if dtype is None or dtype == natural:
        kind = natural
    else:  # all digits of Python's floats count if the wanted dtype has room for them
        kind = np.dtype("float64") if natural.kind == "f" else natural
    try:
        array = np.array(leaves, kind)
    except OverflowError:
        raise ValueError("Overflow when unpacking long long") from None
    if dtype is not None and dtype != kind:
        array = _convert(array, dtype)
    return array.reshape(shape)


def _convert(array, dtype):
    if dtype.kind in "iu" and array.size:
        limits = np.iinfo(dtype)
        low = -limits.max if dtype.kind == "u" else limits.min
        if array.dtype.kind in "iu" and not (low <= array.min() and array.max() <= limits.max):
            raise RuntimeError(
                f"value cannot be converted to type {dtype.name} without overflow"
            )
    return array.astype(dtype)


def _unnest(data):
    """The shape of nested sequences and their leaves in a flat list; PyTorch's error if they are ragged."""
    shape, level = [], [data]
    while level and _is_sequence(level[0]):
        length = len(level[0])
        for item in level:
            if not _is_sequence(item):
                raise TypeError("not a sequence")
            if len(item) != length:
                raise ValueError(
                    f"expected sequence of length {length} at dim {len(shape)} (got {len(item)})"
                )
        shape.append(length)
        level = list(chain.from_iterable(level))
    return shape, level


def _is_sequence(value):
    if isinstance(value, str):
        raise TypeError("new(): invalid data type 'str'")
    if isinstance(value, Tensor) and value.ndim and value.numel() != 1:
        raise ValueError("only one element tensors can be converted to Python scalars")
    if isinstance(value, (Tensor, np.ndarray)):
        return value.ndim > 0
    return isinstance(value, (list, tuple, range))


def _infer_dtype(leaves):
    kinds = set(map(type, leaves))
    if not kinds:
        return dtypes.get_default_dtype()
    if kinds <= {float, int, bool}:
        kind = float if float in kinds else int if int in kinds else bool
        return dtypes.of_number(kind())
    result = None
    for leaf in leaves:
        found = _leaf_dtype(leaf)
        result = found if result is None else dtypes.join(result, found)
    return result


def _leaf_dtype(leaf):
    if isinstance(leaf, str):
        raise TypeError("new(): invalid data type 'str'")
    if isinstance(leaf, (list, tuple)):
        raise TypeError(f"'{type(leaf).__name__}' object cannot be interpreted as an integer")
    if isinstance(leaf, Tensor):
        if leaf.numel() != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return leaf.dtype
    if isinstance(leaf, (np.generic, np.ndarray)):
        return dtypes.of(leaf.dtype)
    return dtypes.of_number(leaf)


@creation
def tensor(data, *, dtype=None, device=None, requires_grad=False, pin_memory=False):
    """A new tensor with a copy of `data`: a number, nested sequences, a NumPy array or a tensor.

    The dtype follows from the data: bool, int64 or the default dtype (float32) for Python numbers; an array's
    or tensor's own. Raises ValueError for ragged sequences, TypeError for text.

    >>> torch.tensor([[1, 2], [3, 4]])
    tensor([[1, 2],
            [3, 4]])
    """
    if isinstance(data, Tensor):
        warnings.warn(
            "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
            "sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor).",
            UserWarning,
            stacklevel=2,
        )
    wanted = None if dtype is None else numpy_dtype(dtype, "tensor")
    return finish(array_of(data, wanted), "tensor", requires_grad, device)


@creation
def as_tensor(data, dtype=None, device=None):
    """A tensor that shares memory with `data` if it is an array or tensor of the right dtype; else a copy."""
    wanted = None if dtype is None else numpy_dtype(dtype, "as_tensor")
    check_device(device)
    if isinstance(data, Tensor):
        return data if wanted is None else data.to(dtypes.of(wanted))
    if isinstance(data, np.ndarray) and (wanted is None or data.dtype == wanted):
        return _share(data)
    return wrap(array_of(data, wanted))


@creation
def asarray(obj, *, dtype=None, device=None, copy=None, requires_grad=False):
    """Like `as_tensor`; `copy=True` always copies."""
    result = as_tensor(obj, dtype, device)
    if copy:
        result = result.detach().clone()
    return result.requires_grad_() if requires_grad else result


@creation
def from_numpy(ndarray):
    """A tensor on the same memory as a NumPy array: change either, and both change.

    Raises TypeError for what is no array or has an unsupported dtype, ValueError for negative strides.

    >>> a = np.ones(2)
    >>> x = torch.from_numpy(a)
    >>> a[0] = 5
    >>> x
    tensor([5., 1.], dtype=torch.float64)
    """
    if not isinstance(ndarray, np.ndarray):
        kind = type(ndarray)
        name = f"numpy.{kind.__name__}" if kind.__module__ == "numpy" else kind.__name__
        raise TypeError(f"expected np.ndarray (got {name})")
    return _share(ndarray)


def _share(array):
    d = dtypes.of(array.dtype)
    if any(step < 0 for step in array.strides):
        error = ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative strides are "
            "not currently supported. (You can probably work around this by making a copy of your array  with "
            "array.copy().) "
        )
        raise error
    if any(step % array.itemsize for step in array.strides):
        raise ValueError(
            "given numpy array strides not a multiple of the element byte size. Copy the numpy array to "
            "reallocate the memory."
        )
    if not array.flags.writeable:
        warnings.warn(
            "The given NumPy array is not writable, and PyTorch does not support non-writable tensors. This "
            "means writing to this tensor will result in undefined behavior. You may want to copy the array to "
            "protect its data or make it writable before converting it to a tensor. This type of warning will be "
            "suppressed for the rest of this program.",
            UserWarning,
            stacklevel=3,
        )
    return wrap(array.view(d.numpy) if array.dtype is not d.numpy else array.view())


# Filled with a value


def _filled(name, make, doc):
    """A creation function and its `_like` and `new_` forms, from make(shape, np_dtype)."""

    def function(*size, out=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False, **other):
        if other.keys() == {"size"}:
            size = (other["size"],)
        elif other:
            raise TypeError(f"{name}() got an unexpected keyword argument '{next(iter(other))}'")
        shape = check_shape(parse_size(size, name), name)
        array = make(shape, numpy_dtype(dtype, name, out and out._array.dtype))
        return finish(array, name, requires_grad, device, out)

    def like(input, *, dtype=None, layout=None, device=None, requires_grad=False, memory_format=None):
        if not isinstance(input, Tensor):
            raise wrong_type(f"{name}_like", "input", 1, "Tensor", input)
        return finish(array_like(input, make, numpy_dtype(dtype, name, input._array.dtype)), name, requires_grad, device)

    def new(self, *size, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False, **other):
        size = (other["size"],) if "size" in other else size
        array = make(parse_size(size, f"new_{name}"), numpy_dtype(dtype, name, self._array.dtype))
        return finish(array, name, requires_grad, device)

    for made, suffix, text in (
        (function, name, f"{doc}\n\n    >>> torch.{name}(2, 3).shape\n    torch.Size([2, 3])\n    "),
        (like, f"{name}_like", f"{doc} Shape, dtype and layout are those of `input`."),
        (new, f"new_{name}", f"{doc} The dtype is that of this tensor."),
    ):
        made.__name__ = made.__qualname__ = suffix
        made.__doc__ = text
        if made is new:
            setattr(Tensor, suffix, made)
        else:
            creation(made)


def check_shape(shape, name):
    """Raise PyTorch's error for negative sizes."""
    if any(n < 0 for n in shape):
        if name in ("zeros", "ones", "full"):
            raise RuntimeError(f"{name}: Dimension size must be non-negative.")
        raise RuntimeError(
            f"Trying to create tensor with negative dimension {min(shape)}: {list(shape)}"
        )
    return shape


def array_like(input, make, dtype):
    """An array made in the memory order of `input`, if that is dense."""
    array = input._array
    result = make(array.shape, dtype)
    if not array.flags.c_contiguous and is_dense(array):
        ordered = np.empty_like(array, dtype)
        ordered[...] = result
        return ordered
    return result


_filled("zeros", np.zeros, "A tensor of zeros.")
_filled("ones", np.ones, "A tensor of ones.")
_filled("empty", np.empty, "A tensor whose numbers are whatever lies in memory.")


def _full_array(size, fill_value, dtype, name):
    if isinstance(fill_value, Tensor):
        fill_value = fill_value.item()
    if dtype is None:
        dtype = dtypes.of_number(fill_value).numpy
    check_fits(fill_value, dtype)
    return np.full(check_shape(size, name), np.array(fill_value).astype(dtype), dtype)


@creation
def full(size, fill_value, *, out=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False):
    """A tensor filled with one value, whose type decides the dtype.

    >>> torch.full((2,), 7)
    tensor([7, 7])
    """
    if not isinstance(size, (tuple, list)):
        raise wrong_type("full", "size", 1, "tuple of ints", size)
    wanted = None if dtype is None else numpy_dtype(dtype, "full")
    return finish(_full_array(parse_size((size,), "full"), fill_value, wanted, "full"), "full", requires_grad, device, out)


@creation
def full_like(input, fill_value, *, dtype=None, layout=None, device=None, requires_grad=False, memory_format=None):
    """A tensor filled with one value. Shape, dtype and layout are those of `input`."""
    wanted = numpy_dtype(dtype, "full_like", input._array.dtype)
    array = array_like(input, lambda shape, d: _full_array(shape, fill_value, d, "full_like"), wanted)
    return finish(array, "full_like", requires_grad, device)


@composite(torch=False)
def new_full(self, size, fill_value, *, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False):
    """A tensor filled with one value. The dtype is that of this tensor."""
    wanted = numpy_dtype(dtype, "new_full", self._array.dtype)
    array = _full_array(parse_size((size,), "new_full"), fill_value, wanted, "new_full")
    return finish(array, "new_full", requires_grad, device)


@composite(torch=False)
def new_tensor(self, data, *, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False):
    """A new tensor with a copy of `data`. The dtype is that of this tensor."""
    wanted = numpy_dtype(dtype, "new_tensor", self._array.dtype)
    return finish(array_of(data, wanted), "new_tensor", requires_grad, device)


@creation
def eye(n, m=None, *, out=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False):
    """Ones on the diagonal of a matrix, zeros elsewhere.

    >>> torch.eye(2)
    tensor([[1., 0.],
            [0., 1.]])
    """
    if n < 0:
        raise RuntimeError(f"n must be greater or equal to 0, got {n}")
    if m is not None and m < 0:
        raise RuntimeError(f"m must be greater or equal to 0, got {m}")
    return finish(np.eye(n, m, dtype=numpy_dtype(dtype, "eye")), "eye", requires_grad, device, out)


# Sequences


@creation
def arange(start=0, end=None, step=1, *, out=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False):
    """Numbers from `start` up to, not including, `end`; int64 if all are integers.

    >>> torch.arange(0, 1, 0.25)
    tensor([0.0000, 0.2500, 0.5000, 0.7500])
    """
    if end is None:
        start, end = 0, start
    bounds = [v.item() if isinstance(v, Tensor) else v for v in (start, end, step)]
    if not all(isinstance(v, NUMBERS) for v in bounds):
        bad = next(v for v in bounds if not isinstance(v, NUMBERS))
        raise wrong_type("arange", "end", 1, "Number", bad)
    start, end, step = bounds
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if (end - start) / step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    integral = all(isinstance(v, (int, np.integer)) for v in bounds)
    wanted = numpy_dtype(dtype, "arange", dtypes.int64.numpy if integral else None)
    if integral:
        array = np.arange(start, end, step, dtype=np.int64).astype(wanted, copy=False)
    else:
        count = int(np.ceil((end - start) / step))
        array = (start + np.arange(count, dtype=np.float64) * step).astype(wanted)
    return finish(array, "arange", requires_grad, device, out)


def _linspace(start, end, steps, dtype):
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    if steps == 1:
        return np.array([start]).astype(dtype)
    # As PyTorch: from the start in the first half, from the end in the second, so that both ends are exact.
    work = dtype if dtype.kind == "f" else np.dtype("float32" if dtype.itemsize < 8 else "float64")
    first, last = work.type(start), work.type(end)
    step = work.type((last - first) / work.type(steps - 1)) if steps else work.type(0)
    index = np.arange(steps)
    up = first + step * index.astype(work)
    down = last - step * (steps - 1 - index).astype(work)
    return np.where(index < steps // 2, up, down).astype(dtype)


@creation
def linspace(start, end, steps, *, out=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False):
    """`steps` numbers from `start` to `end`, both included, at equal distances.

    >>> torch.linspace(0, 1, 3)
    tensor([0.0000, 0.5000, 1.0000])
    """
    wanted = numpy_dtype(dtype, "linspace")
    return finish(_linspace(float(start), float(end), int(steps), wanted), "linspace", requires_grad, device, out)


@creation
def logspace(start, end, steps, base=10.0, *, out=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False):
    """`steps` numbers from base**start to base**end, at equal ratios."""
    wanted = numpy_dtype(dtype, "logspace")
    powers = _linspace(float(start), float(end), int(steps), np.dtype("float64"))
    return finish((base**powers).astype(wanted), "logspace", requires_grad, device, out)


# The constructors of old: torch.Tensor(2, 3), torch.Tensor([1, 2]), torch.LongTensor(…)


def legacy(name, dtype, *args):
    """A tensor of one dtype: uninitialised if given sizes, else a conversion of the data."""
    if not args:
        return wrap(np.empty((0,), dtype))
    data = args[0]
    if len(args) == 1 and isinstance(data, Tensor):
        return data._alias()
    if len(args) == 1 and isinstance(data, np.ndarray):
        return _share(data) if data.dtype == dtype else wrap(data.astype(dtype))
    if len(args) == 1 and isinstance(data, (list, tuple)) and type(data).__name__ != "Size":
        return wrap(array_of(data, np.dtype(dtype)))
    if isinstance(data, str):
        raise TypeError("new(): invalid data type 'str'")
    if isinstance(data, float):
        raise TypeError("new(): data must be a sequence (got float)")
    return wrap(np.zeros(parse_size(args, "new"), dtype))


def _new_tensor_object(cls, *args, **kwargs):
    if cls is Tensor:
        return legacy("Tensor", dtypes.get_default_dtype().numpy, *args)
    return object.__new__(cls)


Tensor.__new__ = _new_tensor_object
