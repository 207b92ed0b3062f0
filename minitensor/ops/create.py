"""Making tensors: filled with a value, or with numbers in sequence."""

import math
from functools import wraps

import numpy as np

from .. import dtypes
from ..arguments import check_fits, wrong_type
from ..declare import FUNCTIONS
from ..device import check_device, contiguous_format
from ..layout import memory_like
from ..misfits import Signature, explain
from ..once import warn
from ..out import write_created
from ..signature import to_int, to_int_tuple, to_number
from ..storage import strided
from ..tensor import Tensor, wrap

OPTIONS = (
    "torch.dtype dtype = None, torch.layout layout = None, torch.device device = None, "
    "bool pin_memory = False, bool requires_grad = False"
)


def creation(*signatures, method=False, random=False):
    """Publish a function that makes an array as one that makes a tensor.

    `signatures`: its own parameters, in PyTorch's words; where these end in keywords, there is no `out`.
    It has PyTorch's common options too, which the array's maker doesn't see; but for `dtype`, which reaches
    it as an np.dtype or None. `random`: each signature exists with a generator, and without.
    """
    options = f"*, {OPTIONS}" if method else f"*, Tensor out = None, {OPTIONS}"
    texts = [
        text if "Tensor out" in text else f"{text}, {OPTIONS if '*' in text else options}"
        for text in signatures
    ]
    if random:
        both = [(t.replace("*, ", "*, torch.Generator generator, "), t) for t in texts]
        texts = [text for pair in both for text in pair]

    def decorator(make):
        name = make.__name__

        @wraps(make)
        def function(
            *args,
            out=None,
            dtype=None,
            layout=None,
            device=None,
            pin_memory=False,
            requires_grad=False,
            **own,
        ):
            try:
                wanted = None if dtype is None else numpy_dtype(dtype, name)
                if wanted is None and out is not None:
                    wanted = out._array.dtype
                if out is not None and "Tensor out" not in texts[0]:
                    raise TypeError
                array = make(*args, dtype=wanted, **own)
            except (TypeError, AttributeError) as error:
                given = args[1:] if method else args
                named = {"out": out, "dtype": dtype}
                named = {key: value for key, value in named.items() if value is not None}
                ways = [Signature.parse(text) for text in texts]
                raise explain(name, ways, given, {**own, **named}) or error from None
            return finish(array, name, requires_grad, device, out)

        if method:
            setattr(Tensor, name, function)
        else:
            FUNCTIONS[name] = function
        return function

    return decorator


def finish(array, name, requires_grad=False, device=None, out=None):
    """What every creation function ends with: check the common options, make the tensor."""
    check_device(device)
    if not isinstance(requires_grad, bool):
        raise TypeError(
            f"{name}(): argument 'requires_grad' must be bool, not {type(requires_grad).__name__}"
        )
    if requires_grad and array.dtype.kind != "f":
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
    if out is not None:
        return write_created(name, array, out)
    tensor = wrap(array)
    tensor._tracked = requires_grad or None
    return tensor


def numpy_dtype(dtype, name, default=None):
    """The np.dtype for a `dtype=` argument; None means `default`, or the default dtype."""
    if dtype is None:
        return default if default is not None else dtypes.get_default_dtype().numpy
    return dtypes.as_dtype(dtype, f"{name}(): argument 'dtype'").numpy


def default():
    """The np.dtype of new tensors when nothing else is said."""
    return dtypes.get_default_dtype().numpy


# Filled with a value


def to_shape(size, name=""):
    """The sizes of `zeros(2, 3)`, `zeros((2, 3))` or `zeros(x.shape)` as a tuple; PyTorch's error if negative."""
    if len(size) == 1 and isinstance(size[0], (tuple, list)):
        size = size[0]
    if size and isinstance(size[0], bool):
        raise TypeError
    return check_shape(tuple([n.__index__() for n in size]), name)


def check_shape(shape, name):
    """The shape; PyTorch's error for negative sizes."""
    if shape and min(shape) < 0:
        if name == "zeros":
            raise RuntimeError(f"{name}: Dimension size must be non-negative.")
        raise RuntimeError(
            f"Trying to create tensor with negative dimension {min(shape)}: {list(shape)}"
        )
    return shape


def empty_like_array(input, dtype, memory_format=None):
    """An uninitialised array of the shape of `input`, laid out like it or in reading order."""
    if memory_format is contiguous_format:
        return np.empty(input._array.shape, dtype)
    return memory_like(input._array, dtype)


def filled(name, fill, doc, random=False):
    """Declare a creation function and its `_like` and `new_` forms, from fill(array)."""

    def function(*args, size=None, dtype=None, **own):
        if size is None and not args:
            raise TypeError
        shape = to_shape(args if size is None else (size,), name)
        return fill(np.empty(shape, dtype or default()), **own)

    def like(input, *, dtype=None, memory_format=None, **own):
        array = empty_like_array(input, dtype or input._array.dtype, memory_format)
        return fill(array, **own)

    def new_form(self, *args, size=None, dtype=None):
        if size is None and not args:
            raise TypeError
        shape = to_shape(args if size is None else (size,))
        return fill(np.empty(shape, dtype or self._array.dtype))

    example = f"\n\n    >>> torch.{name}(2, 3).shape\n    torch.Size([2, 3])\n    "
    function.__name__, function.__doc__ = name, doc + example
    like.__name__, like.__doc__ = (
        f"{name}_like",
        f"{doc} Shape, dtype and layout are those of `input`.",
    )
    creation("tuple of ints size", random=random)(function)
    creation("Tensor input, *, torch.memory_format memory_format = None", random=random)(like)
    if not random:
        new_form.__name__ = f"new_{name}"
        new_form.__doc__ = f"{doc} The dtype is that of this tensor."
        creation("tuple of ints size", method=True)(new_form)


def _zeros(array):
    array.fill(0)
    return array


def _ones(array):
    array.fill(1)
    return array


filled("zeros", _zeros, "A tensor of zeros.")
filled("ones", _ones, "A tensor of ones.")
filled("empty", _zeros, "A tensor that waits for its numbers; here they are zeros.")


def fill_array(array, value):
    """The array, filled with a number; PyTorch's error if its dtype can't hold that."""
    value = to_number(value)
    check_fits(value, array.dtype)
    array.fill(np.array(value).astype(array.dtype))
    return array


def _list(name, size):
    if not isinstance(size, (tuple, list)):
        raise wrong_type(name, "size", 1, "tuple of ints", size)
    return to_shape((size,))


@creation("tuple of ints size, Number fill_value")
def full(size, fill_value, *, dtype=None):
    """A tensor filled with one value, whose type decides the dtype.

    >>> torch.full((2,), 7)
    tensor([7, 7])
    """
    dtype = dtype or dtypes.of_number(to_number(fill_value)).numpy
    return fill_array(np.empty(_list("full", size), dtype), fill_value)


@creation("Tensor input, Number fill_value, *, torch.memory_format memory_format = None")
def full_like(input, fill_value, *, dtype=None, memory_format=None):
    """A tensor filled with one value. Shape, dtype and layout are those of `input`."""
    return fill_array(
        empty_like_array(input, dtype or input._array.dtype, memory_format), fill_value
    )


@creation("tuple of ints size, Number fill_value", method=True)
def new_full(self, size, fill_value, *, dtype=None):
    """A tensor filled with one value. The dtype is that of this tensor."""
    return fill_array(np.empty(_list("new_full", size), dtype or self._array.dtype), fill_value)


@creation("Number s, *")
def scalar_tensor(s, *, dtype=None):
    """A 0-dim tensor of a number, in the default dtype."""
    return fill_array(np.empty((), dtype or default()), s)


@creation("int n", "int n, int m")
def eye(n, m=None, *, dtype=None):
    """Ones on the diagonal of a matrix, zeros elsewhere.

    >>> torch.eye(2)
    tensor([[1., 0.],
            [0., 1.]])
    """
    for name, size in ("n", n), ("m", 0 if m is None else m):
        if to_int(size) < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {size}")
    return np.eye(n, m, dtype=dtype or default())


# With strides of one's own


@creation("tuple of ints size, tuple of ints stride")
def empty_strided(size, stride, *, dtype=None):
    """A tensor with these sizes and strides that waits for its numbers."""
    size, stride = to_int_tuple(size), to_int_tuple(stride)
    if len(size) != len(stride):
        raise RuntimeError(
            f"dimensionality of sizes ({len(size)}) must match dimensionality of strides ({len(stride)})"
        )
    size = check_shape(tuple(size), "empty_strided")
    if min(stride, default=0) < 0:
        raise RuntimeError(
            f"Storage size calculation overflowed with sizes={list(size)} and strides={list(stride)}"
        )
    reach = sum((n - 1) * step for n, step in zip(size, stride)) + 1
    return strided(np.zeros(max(reach, 0), dtype or default()), size, tuple(stride), 0)


@creation("tuple of ints size, tuple of ints stride", method=True)
def new_empty_strided(self, size, stride, *, dtype=None):
    """A tensor with these sizes and strides that waits for its numbers. The dtype is that of this tensor."""
    return empty_strided.__wrapped__(size, stride, dtype=dtype or self._array.dtype)


@creation("tuple of ints size, tuple of ints physical_layout")
def empty_permuted(size, physical_layout, *, dtype=None):
    """A tensor whose dimensions lie in memory in the order of `physical_layout`, the first outermost."""
    size, physical_layout = to_int_tuple(size), to_int_tuple(physical_layout)
    if len(size) != len(physical_layout):
        raise RuntimeError(
            "Number of dimensions in size does not match the length of the physical_layout; i.e. len(size) = "
            f"{len(size)} is not equal to len(physical_layout) = {len(physical_layout)}"
        )
    for index, dim in enumerate(physical_layout):
        if not 0 <= dim < len(size):
            raise RuntimeError(
                f"Dimension out of range (expected to be between 0 and {len(size) - 1}, but got {dim} at index "
                f"{index}).  NB: negative dims not currently supported; file an issue if you want it."
            )
    if len(set(physical_layout)) < len(size):
        raise RuntimeError("Duplicate dim not allowed")
    array = np.zeros([size[dim] for dim in physical_layout], dtype or default())
    return array.transpose(np.argsort(physical_layout))


# Sequences


def _three(start, end, step):  # raises TypeError for any other number of arguments
    return start, end, step


@creation("Number end", "Number start, Number end, *", "Number start, Number end, Number step = 1")
def arange(*args, start=0, end=None, step=1, dtype=None):
    """Numbers from `start` up to, not including, `end`; int64 if all are integers.

    >>> torch.arange(0, 1, 0.25)
    tensor([0.0000, 0.2500, 0.5000, 0.7500])
    """
    if len(args) == 1 and end is None:
        (end,) = args
    else:
        start, end, step = _three(*args, *(start, end, step)[len(args) :])
    start, end, step = map(to_number, (start, end, step))
    if not math.isfinite(end - start):
        raise RuntimeError(f"unsupported range: {start} -> {end}")
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    integral = all([isinstance(v, (int, np.integer)) for v in (start, end, step)])
    wanted = dtype or (np.dtype(np.int64) if integral else default())
    _check_not_bool("arange", wanted)
    if wanted == np.int64:
        return np.arange(int(start), int(end), int(step), wanted)
    count = math.ceil((end - start) / step)
    if wanted.kind in "iu":
        return (int(start) + np.arange(count) * int(step)).astype(wanted)
    return (start + np.arange(count, dtype=np.float64) * step).astype(wanted)


def _check_not_bool(name, dtype):
    if dtype and dtype.kind == "b":
        raise NotImplementedError(f"\"{name}_cpu\" not implemented for 'Bool'")


@creation("Number start, Number end, Number step = 1")
def range(start=0, end=None, step=1, *, dtype=None):
    """Numbers from `start` up to and including `end`. Deprecated in PyTorch: `arange` is the one to use."""
    warn(
        "torch.range is deprecated and will be removed in a future release because its behavior is inconsistent "
        "with Python's range builtin. Instead, use torch.arange, which produces values in [start, end)."
    )
    _check_not_bool("range", dtype)
    start, end, step = map(to_number, (start, end, step))
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    return (start + np.arange((end - start) // step + 1) * step).astype(dtype or default())


def _evenly(start, end, steps, dtype):
    _check_not_bool("linspace", dtype)
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    if steps == 1:
        return np.array([start]).astype(dtype)
    # As PyTorch: from the start in the first half, from the end in the second, so that both ends are exact.
    work = dtype if dtype.kind == "f" else np.dtype("float32" if dtype.itemsize < 8 else "float64")
    first, last = work.type(start), work.type(end)
    step = work.type((last - first) / work.type(steps - 1)) if steps else work.type(0)
    up = first + step * np.arange(steps).astype(work)
    down = last - step * np.arange(steps)[::-1].astype(work)
    return np.where(np.arange(steps) < steps // 2, up, down).astype(dtype)


BOUNDS = [
    f"{start} start, {end} end, int steps"
    for start, end in (
        ("Tensor", "Tensor"),
        ("Number", "Tensor"),
        ("Tensor", "Number"),
        ("Number", "Number"),
    )
]


def _bound(value, name, which):
    if isinstance(value, Tensor) and value.ndim:
        raise RuntimeError(
            f"{name} only supports 0-dimensional start and end tensors, but got {which} with {value.ndim} dimension(s)."
        )
    if isinstance(value, str):
        raise TypeError
    return float(value)


@creation(*BOUNDS)
def linspace(start, end, steps, *, dtype=None):
    """`steps` numbers from `start` to `end`, both included, at equal distances.

    >>> torch.linspace(0, 1, 3)
    tensor([0.0000, 0.5000, 1.0000])
    """
    start, end = _bound(start, "linspace", "start"), _bound(end, "linspace", "end")
    return _evenly(start, end, to_int(steps), dtype or default())


@creation(*(f"{text}, float base = 10.0" for text in BOUNDS))
def logspace(start, end, steps, base=10.0, *, dtype=None):
    """`steps` numbers from base**start to base**end, at equal ratios."""
    start, end = _bound(start, "logspace", "start"), _bound(end, "logspace", "end")
    _check_not_bool("logspace", dtype)
    powers = _evenly(start, end, to_int(steps), np.dtype("float64"))
    return (base**powers).astype(dtype or default())
