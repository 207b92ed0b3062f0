"""Making tensors: from data, filled with a value, in sequences."""

import numpy as np

from .. import dtypes
from ..arguments import NUMBERS, check_fits, parse_size, wrong_type
from ..declare import composite
from ..device import check_device
from ..storage import is_dense
from ..tensor import Tensor, wrap


def finish(array, name, requires_grad=False, device=None, out=None):
    """What every creation function ends with: check the common options, make the tensor."""
    if device is not None:
        check_device(device)
    if not isinstance(requires_grad, bool):
        raise TypeError(
            f"{name}(): argument 'requires_grad' must be bool, not {type(requires_grad).__name__}"
        )
    if requires_grad and array.dtype.kind != "f":
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
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


# Filled with a value


def _filled(name, make, doc):
    """A creation function and its `_like` and `new_` forms, from make(shape, np_dtype)."""

    def function(
        *size,
        out=None,
        dtype=None,
        layout=None,
        device=None,
        requires_grad=False,
        pin_memory=False,
        **other,
    ):
        if other.keys() == {"size"}:
            size = (other["size"],)
        elif other:
            raise TypeError(f"{name}() got an unexpected keyword argument '{next(iter(other))}'")
        shape = check_shape(parse_size(size, name), name)
        array = make(shape, numpy_dtype(dtype, name, out and out._array.dtype))
        return finish(array, name, requires_grad, device, out)

    def like(
        input, *, dtype=None, layout=None, device=None, requires_grad=False, memory_format=None
    ):
        if not isinstance(input, Tensor):
            raise wrong_type(f"{name}_like", "input", 1, "Tensor", input)
        return finish(
            array_like(input, make, numpy_dtype(dtype, name, input._array.dtype)),
            name,
            requires_grad,
            device,
        )

    def new(
        self,
        *size,
        dtype=None,
        device=None,
        requires_grad=False,
        layout=None,
        pin_memory=False,
        **other,
    ):
        size = (other["size"],) if "size" in other else size
        array = make(parse_size(size, f"new_{name}"), numpy_dtype(dtype, name, self._array.dtype))
        return finish(array, name, requires_grad, device)

    for made, suffix, text in (
        (
            function,
            name,
            f"{doc}\n\n    >>> torch.{name}(2, 3).shape\n    torch.Size([2, 3])\n    ",
        ),
        (like, f"{name}_like", f"{doc} Shape, dtype and layout are those of `input`."),
        (new, f"new_{name}", f"{doc} The dtype is that of this tensor."),
    ):
        made.__name__ = made.__qualname__ = suffix
        made.__doc__ = text
        if made is new:
            setattr(Tensor, suffix, made)
        else:
            composite(made, method=False)


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


@composite(method=False)
def full(
    size,
    fill_value,
    *,
    out=None,
    dtype=None,
    layout=None,
    device=None,
    requires_grad=False,
    pin_memory=False,
):
    """A tensor filled with one value, whose type decides the dtype.

    >>> torch.full((2,), 7)
    tensor([7, 7])
    """
    if not isinstance(size, (tuple, list)):
        raise wrong_type("full", "size", 1, "tuple of ints", size)
    wanted = None if dtype is None else numpy_dtype(dtype, "full")
    return finish(
        _full_array(parse_size((size,), "full"), fill_value, wanted, "full"),
        "full",
        requires_grad,
        device,
        out,
    )


@composite(method=False)
def full_like(
    input,
    fill_value,
    *,
    dtype=None,
    layout=None,
    device=None,
    requires_grad=False,
    memory_format=None,
):
    """A tensor filled with one value. Shape, dtype and layout are those of `input`."""
    wanted = numpy_dtype(dtype, "full_like", input._array.dtype)
    array = array_like(
        input, lambda shape, d: _full_array(shape, fill_value, d, "full_like"), wanted
    )
    return finish(array, "full_like", requires_grad, device)


@composite(torch=False)
def new_full(
    self,
    size,
    fill_value,
    *,
    dtype=None,
    device=None,
    requires_grad=False,
    layout=None,
    pin_memory=False,
):
    """A tensor filled with one value. The dtype is that of this tensor."""
    wanted = numpy_dtype(dtype, "new_full", self._array.dtype)
    array = _full_array(parse_size((size,), "new_full"), fill_value, wanted, "new_full")
    return finish(array, "new_full", requires_grad, device)


@composite(method=False)
def eye(
    n,
    m=None,
    *,
    out=None,
    dtype=None,
    layout=None,
    device=None,
    requires_grad=False,
    pin_memory=False,
):
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


@composite(method=False)
def arange(
    start=0,
    end=None,
    step=1,
    *,
    out=None,
    dtype=None,
    layout=None,
    device=None,
    requires_grad=False,
    pin_memory=False,
):
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


@composite(method=False)
def linspace(
    start,
    end,
    steps,
    *,
    out=None,
    dtype=None,
    layout=None,
    device=None,
    requires_grad=False,
    pin_memory=False,
):
    """`steps` numbers from `start` to `end`, both included, at equal distances.

    >>> torch.linspace(0, 1, 3)
    tensor([0.0000, 0.5000, 1.0000])
    """
    wanted = numpy_dtype(dtype, "linspace")
    return finish(
        _linspace(float(start), float(end), int(steps), wanted),
        "linspace",
        requires_grad,
        device,
        out,
    )


@composite(method=False)
def logspace(
    start,
    end,
    steps,
    base=10.0,
    *,
    out=None,
    dtype=None,
    layout=None,
    device=None,
    requires_grad=False,
    pin_memory=False,
):
    """`steps` numbers from base**start to base**end, at equal ratios."""
    wanted = numpy_dtype(dtype, "logspace")
    powers = _linspace(float(start), float(end), int(steps), np.dtype("float64"))
    return finish((base**powers).astype(wanted), "logspace", requires_grad, device, out)
