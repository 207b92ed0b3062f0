"""Dtypes, their limits, and which dtype the result of an operation has.

>>> float16.is_floating_point, int32.itemsize, bool_.category
(True, 4, 0)
>>> promote_types(uint8, int8)
torch.int16
>>> finfo(float32)
finfo(resolution=1e-06, min=-3.40282e+38, max=3.40282e+38, eps=1.19209e-07, \
smallest_normal=1.17549e-38, tiny=1.17549e-38, dtype=float32)
"""

from functools import reduce

import numpy as np
from numpy import ndarray

from .c_type import CType

BOOL, INTEGRAL, FLOATING = range(3)  # the categories of promotion, from low to high


class dtype(metaclass=CType):
    """The type of a tensor's elements: exactly one object for each type, compared by identity.

    Beside PyTorch's attributes it has a few that the package itself needs: `name` ("float32"),
    `numpy` (the np.dtype), `label` and `ctype` ("Float" and "float": the two ways in which
    PyTorch's errors spell it) and `category` (BOOL, INTEGRAL or FLOATING).
    """

    __module__ = "torch"
    __slots__ = (
        "abbr",
        "category",
        "ctype",
        "is_floating_point",
        "is_signed",
        "itemsize",
        "label",
        "name",
        "numpy",
    )
    is_complex = False

    def __new__(cls, *args, **kwargs):
        raise TypeError("cannot create 'torch.dtype' instances")

    def __repr__(self):
        return f"torch.{self.name}"

    def __reduce__(self):
        return of, (self.numpy,)

    def to_real(self):
        """The dtype of the real part: the dtype itself, since none here is complex."""
        return self


def _define(name, label, ctype, abbr):
    d = object.__new__(dtype)
    d.name, d.label, d.ctype, d.abbr = name, label, ctype, abbr
    d.numpy = np.dtype(name)
    d.itemsize = d.numpy.itemsize
    d.category = {"b": BOOL, "u": INTEGRAL, "i": INTEGRAL, "f": FLOATING}[d.numpy.kind]
    d.is_floating_point = d.category == FLOATING
    d.is_signed = d.numpy.kind in "if"
    return d


bool_ = _define("bool", "Bool", "bool", "b8")
uint8 = _define("uint8", "Byte", "unsigned char", "u8")
int8 = _define("int8", "Char", "signed char", "i8")
int16 = short = _define("int16", "Short", "short int", "i16")
int32 = int_ = _define("int32", "Int", "int", "i32")
int64 = long = _define("int64", "Long", "long int", "i64")
float16 = half = _define("float16", "Half", "c10::Half", "f16")
float32 = float_ = _define("float32", "Float", "float", "f32")
float64 = double = _define("float64", "Double", "double", "f64")

ALL = (bool_, uint8, int8, int16, int32, int64, float16, float32, float64)
CASTS = {  # the methods, of tensors and of storages, that are named after a type of C
    "float": float32,
    "double": float64,
    "half": float16,
    "long": int64,
    "int": int32,
    "short": int16,
    "char": int8,
    "byte": uint8,
    "bool": bool_,
}

_by_numpy = {d.numpy: d for d in ALL}
_by_python_type = {bool: bool_, int: int64, float: float64}


def of(array_dtype):
    """The dtype of arrays whose NumPy dtype is `array_dtype`; TypeError if tensors can't hold it.

    >>> of(np.arange(3.0).dtype)
    torch.float64
    """
    try:
        return _by_numpy[array_dtype]
    except KeyError:
        raise _unsupported(array_dtype) from None


def _unsupported(array_dtype):
    if array_dtype.newbyteorder("=") in _by_numpy:
        return ValueError(
            "given numpy array has byte order different from the native byte order. "
            "Conversion between byte orders is currently not supported."
        )
    error = TypeError(
        f"can't convert np.ndarray of type numpy.{array_dtype.type.__name__}. The only supported "
        "types are: float64, float32, float16, complex64, complex128, int64, int32, int16, int8, "
        "uint64, uint32, uint16, uint8, and bool."
    )
    if array_dtype.kind in "uc":  # the list above names them, so say why they are refused
        error.add_note(
            f"Hint: PyTorch has {array_dtype.name}, minitensor does not. "
            "Convert the array first, as in array.astype('float64')."
        )
    return error


def as_dtype(value, where="argument 'dtype'"):
    """The dtype that a `dtype=` argument means: a dtype, or Python's bool, int or float.

    Anything else is a TypeError; `where` opens its text, such as "zeros(): argument 'dtype'".

    >>> as_dtype(float), as_dtype(int16)
    (torch.float64, torch.int16)
    """
    if isinstance(value, dtype):
        return value
    if isinstance(value, type) and value in _by_python_type:
        return _by_python_type[value]
    given = type(value)
    # A type from a C library goes by its full name in PyTorch's errors, any other by its last.
    prefix = f"{given.__module__}." if given.__module__.startswith("numpy") else ""
    raise TypeError(f"{where} must be torch.dtype, not {prefix}{given.__name__}")


# The default dtype

_default = float32


def get_default_dtype():
    """The dtype of new floating-point tensors when nothing else is said: at first float32."""
    return _default


def set_default_dtype(d):
    """Make `d` (float16, float32 or float64) the default dtype; TypeError for any other."""
    global _default
    if not isinstance(d, dtype):
        raise TypeError(
            "invalid dtype object: only floating-point types are supported as the default type"
        )
    if not d.is_floating_point:
        raise TypeError("only floating-point types are supported as the default type")
    _default = d
    _results.clear()


# Promotion


def join(a, b):
    """The smallest dtype that both are promoted to: the higher category, else the wider."""
    if a.category != b.category:
        return a if a.category > b.category else b
    if {a, b} == {uint8, int8}:
        return int16  # neither holds the other's values
    return a if a.itemsize >= b.itemsize else b


def promote_types(type1, type2):
    """The dtype of an operation on two tensors of these dtypes, both with dimensions.

    >>> promote_types(int64, float16)
    torch.float16
    """
    return join(
        as_dtype(type1, "promote_types(): argument 'type1' (position 1)"),
        as_dtype(type2, "promote_types(): argument 'type2' (position 2)"),
    )


def can_cast(from_, to):
    """Whether an in-place result of dtype `from_` may be stored in a tensor of dtype `to`.

    >>> can_cast(float64, float32), can_cast(float32, int64)
    (True, False)
    """
    from_ = as_dtype(from_, "can_cast(): argument 'from_' (position 1)")
    return from_.category <= as_dtype(to, "can_cast(): argument 'to' (position 2)").category


def of_number(value):
    """The dtype of a Python or NumPy number as an operand: bool, int64 or the default dtype."""
    if isinstance(value, bool):
        return bool_
    if isinstance(value, (int, np.integer)):
        return int64
    if isinstance(value, (float, np.floating, np.bool_)):  # np.bool_ too: so PyTorch has it
        return _default
    raise RuntimeError(f"Could not infer dtype of {type(value).__name__}")


_results = {}  # result_dtype's answers; only the default dtype can change one


def result_dtype(first, *others):
    """The np.dtype in which an operation on these arrays and numbers computes.

    Arrays with dimensions decide. A 0-dim array counts only if its category (bool, integral,
    floating) is higher than theirs; a number, only if its category is higher than any array's.

    >>> result_dtype(np.ones(2, "int32"), 1.5), result_dtype(np.ones(2, "float16"), np.array(2.0))
    (dtype('float32'), dtype('float16'))
    """
    if len(others) == 1 and isinstance(first, ndarray):  # nearly every call: spelled out for speed
        (second,) = others
        if isinstance(second, ndarray):
            if first.dtype is second.dtype:
                return first.dtype
            key = (first.dtype, second.dtype, first.ndim == 0, second.ndim == 0)
        else:
            key = (first.dtype, type(second))
    else:
        key = tuple(
            [
                (x.dtype, x.ndim == 0) if isinstance(x, ndarray) else type(x)
                for x in (first, *others)
            ]
        )
    try:
        return _results[key]
    except KeyError:
        result = _results[key] = _promote(first, *others).numpy
        return result


def _promote(*operands):
    with_dims, zero_dim, numbers = [], [], []
    for x in operands:
        if isinstance(x, ndarray):
            (with_dims if x.ndim else zero_dim).append(of(x.dtype))
        else:
            numbers.append(of_number(x))
    result, *lower = [reduce(join, tier) for tier in (with_dims, zero_dim, numbers) if tier]
    for d in lower:
        if d.category > result.category:
            result = d
    return result


# Limits

_DEFAULT = object()  # finfo() is allowed, finfo(None) is not


class finfo:
    """The limits of a floating-point dtype; without an argument, of the default dtype.

    Attributes: `min`, `max`, `eps`, `tiny` (also `smallest_normal`), `resolution`, `bits`, `dtype`.
    """

    __module__ = "torch"

    def __init__(self, type=_DEFAULT):
        where = "finfo(): argument 'type' (position 1)"
        d = _default if type is _DEFAULT else as_dtype(type, where)
        if not d.is_floating_point:
            raise TypeError(
                "torch.finfo() requires a floating point input type. "
                "Use torch.iinfo to handle 'torch.finfo'"
            )
        limits = np.finfo(d.numpy)
        self.bits = limits.bits
        self.dtype = d.name
        self.min = float(limits.min)
        self.max = float(limits.max)
        self.eps = float(limits.eps)
        self.tiny = self.smallest_normal = float(limits.tiny)
        self.resolution = 10.0**-limits.precision

    def __eq__(self, other):
        return self.dtype == other.dtype if isinstance(other, finfo) else NotImplemented

    def __repr__(self):
        names = ("resolution", "min", "max", "eps", "smallest_normal", "tiny")
        return _limits_repr(self, names)


class iinfo:
    """The limits of an integral dtype. Attributes: `min`, `max`, `bits`, `dtype`.

    >>> iinfo(int8).max
    127
    """

    __module__ = "torch"

    def __init__(self, type):
        d = as_dtype(type, "iinfo(): argument 'type' (position 1)")
        if d.is_floating_point:
            raise TypeError(
                "torch.iinfo() requires an integer input type. "
                "Use torch.finfo to handle 'torch.iinfo'"
            )
        if d is bool_:
            raise TypeError("torch.bool is not supported by torch.iinfo")
        limits = np.iinfo(d.numpy)
        self.bits = limits.bits
        self.dtype = d.name
        self.min = limits.min
        self.max = limits.max

    def __eq__(self, other):
        return self.dtype == other.dtype if isinstance(other, iinfo) else NotImplemented

    def __repr__(self):
        return _limits_repr(self, ("min", "max"))


def _limits_repr(limits, names):
    numbers = ", ".join(f"{name}={getattr(limits, name):.6g}" for name in names)
    return f"{type(limits).__name__}({numbers}, dtype={limits.dtype})"
