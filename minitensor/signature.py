"""What a function takes: arguments checked and cleaned by its annotations.

    def topk(input: Array, k: int, dim: int = -1, largest: bool = True, sorted: bool = True):

is PyTorch's signature `(Tensor input, int k, int dim = -1, bool largest = True, bool sorted = True)`. A default
of None admits None. What does not fit is a Misfit; misfits.py finds PyTorch's words for it.
"""

import functools

import numpy as np

from . import dtypes
from .arguments import NUMBERS
from .device import device as Device
from .storage import Storage
from .tensor import Tensor

# Annotations. `Array` stands for a tensor where a function computes with its array.
Array = np.ndarray
Arrays = list[np.ndarray]
Tensors = list[Tensor]
Ints = int | tuple[int, ...]
IntTuple = tuple[int, ...]
Number = float | int
DType = dtypes.dtype


def instance_of(kinds):
    """A function that gives back what it is given, if it is of one of these kinds."""

    def clean(value):
        if isinstance(value, kinds):
            return value
        raise TypeError

    return clean


to_tensor = instance_of(Tensor)
to_operand = instance_of((Tensor, *NUMBERS))
to_str = instance_of(str)


def to_tensors(value):
    """The value as a list of tensors."""
    if isinstance(value, (tuple, list)):
        for place, element in enumerate(value):
            if not isinstance(element, Tensor):
                raise WrongElement(place)
        return list(value)
    raise TypeError


def to_out(value):
    """The value, if a result can be written to it: a tensor, or several."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, (tuple, list)) and all(isinstance(v, Tensor) for v in value):
        return value
    raise Misfit


def to_int(value):
    """A Python int from an int, NumPy's integers, or a 0-dim tensor of them; bools are none."""
    if type(value) is int:
        return value
    if isinstance(value, (bool, np.bool_)) or (isinstance(value, Tensor) and value.dim()):
        raise TypeError
    return value.__index__() if hasattr(value, "__index__") else _refuse()


def to_ints(value):
    """An int, or a tuple of ints from a tuple or list. Bools are ints there, but for the first."""
    if not isinstance(value, (tuple, list)):
        return to_int(value)
    ints = []
    for place, element in enumerate(value):
        try:
            ints.append(int(element) if place and isinstance(element, bool) else to_int(element))
        except TypeError:
            raise WrongElement(place) from None
    return tuple(ints)


def to_int_tuple(value):
    """A tuple of ints from a tuple or list."""
    return to_ints(value) if isinstance(value, (tuple, list)) else _refuse()


def to_number(value):
    """The value, if it is a number, or a 0-dim tensor as one."""
    if isinstance(value, NUMBERS):
        return value
    if isinstance(value, Tensor) and not value.dim() and not value.requires_grad:
        return value.item()
    raise TypeError


def to_bool(value):
    """The value, if it is True or False."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    raise TypeError


def to_dtype(value):
    """The value as a dtype of this kit; Python's `float`, `int` and `bool` stand for one."""
    if isinstance(value, DType) or value in (float, int, bool):
        return dtypes.as_dtype(value)
    raise TypeError


def _refuse():
    raise TypeError


class Misfit(TypeError):
    """Arguments that do not fit; what the error says is found out afterwards, by `explain`."""


class WrongElement(TypeError):
    """Something that does not belong in a list of tensors or ints, and its place there."""


# PyTorch's word for what an argument has to be: what brings a value to that, or raises TypeError.
KINDS = {
    "Tensor": to_tensor,
    "tuple of Tensors": to_tensors,
    "int": to_int,
    "tuple of ints": to_ints,
    "Number": to_number,
    "float": to_number,
    "bool": to_bool,
    "str": to_str,
    "torch.dtype": to_dtype,
    "torch.device": instance_of((str, int, Device)),
    "torch.Storage": instance_of(Storage),
}


class Mask:
    """Annotates an operand of an element-wise op that is broadcast, but takes no part in promotion."""


WORDS = {
    Mask: "Tensor",
    Array: "Tensor",
    Tensor: "Tensor",
    Arrays: "tuple of Tensors",
    Tensors: "tuple of Tensors",
    int: "int",
    Ints: "tuple of ints",
    IntTuple: "tuple of ints",
    Number: "Number",
    float: "float",
    bool: "bool",
    str: "str",
    DType: "torch.dtype",
    Device: "torch.device",
}


def annotated_cleaner(annotation):
    """What brings a value to what an annotation says, or raises TypeError; None if it says nothing."""
    return to_int_tuple if annotation is IntTuple else KINDS.get(WORDS.get(annotation))


VARIABLE = 4  # the flag of a function that takes *args


def spread_name(function):
    """The name of `*sizes: int`, which is a tuple of ints or several of them; None if there is none."""
    code = function.__code__
    if code.co_flags & VARIABLE:
        name = code.co_varnames[code.co_argcount + code.co_kwonlyargcount]
        return name if function.__annotations__.get(name) is int else None


@functools.cache
def or_none(clean):
    """The same, but None is let through."""
    return lambda value: None if value is None else clean(value)


# Names that PyTorch accepts for NumPy's sake.
NUMPY_NAMES = {
    "dim": ("axis",),
    "keepdim": ("keepdims",),
    "input": ("x", "a", "x1"),
    "other": ("x2",),
}


ALIASES = {alias: name for name, aliases in NUMPY_NAMES.items() for alias in aliases}


class Cleaner:
    """Brings the arguments of a function to what its annotations say, or raises Misfit.

    `operands`: parameters without an annotation that take a tensor or a number; `tensors`: a tensor.
    `has_room`: where there are several signatures, tells whether one of them has room for so many arguments,
    and for others of these names.
    """

    def __init__(self, function, operands=(), tensors=(), has_room=None):
        self.function = function
        code, words = function.__code__, function.__annotations__
        defaults = function.__defaults__ or ()
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        optional = dict(zip(names[code.co_argcount - len(defaults) : code.co_argcount], defaults))
        optional.update(function.__kwdefaults__ or {})
        self.by_name = {}
        for name in names:
            clean = annotated_cleaner(words.get(name))
            if name in operands:
                clean = to_operand
            elif name in tensors and clean is None:
                clean = to_tensor
            elif name == "out":
                clean = to_out
            nullable = clean and optional.get(name, 0) in (None, ())
            self.by_name[name] = or_none(clean) if nullable else clean
        self.loose = [words.get(n) is None or n in optional for n in names[: code.co_argcount]]
        self.loose = [free and words.get(n) is not bool for free, n in zip(self.loose, names)]
        self.by_place = [self.by_name[name] for name in names[: code.co_argcount]]
        self.spread = spread_name(function)

        self.has_room = has_room

    def __call__(self, args, kwargs):
        """The arguments, cleaned: a list and a dictionary."""
        try:
            cleaned = [clean(v) if clean else v for clean, v in zip(self.by_place, args)]
            for value in args[len(cleaned) :]:
                cleaned.append(to_ints(value) if self.spread else value)
            if kwargs:
                kwargs = self._by_name(kwargs)
                if self.spread in kwargs and len(args) == len(self.by_place):
                    cleaned.append(to_int_tuple(kwargs.pop(self.spread)))
        except TypeError:
            raise Misfit from None
        has_room = self.has_room
        if has_room is not None:
            if not has_room(len(args), *kwargs):
                raise Misfit
            odd = kwargs and kwargs.get("dim", 0) is None
            for loose, value in zip(self.loose, args):
                odd = odd or (loose and (value is None or type(value) is bool))
            if odd and not has_room.fits(args, kwargs):
                raise Misfit
        return cleaned, kwargs

    def _by_name(self, kwargs):
        cleaned = {}
        for name, value in kwargs.items():
            if name not in self.by_name:
                name = ALIASES.get(name, name)
            clean = self.by_name.get(name)
            cleaned[name] = clean(value) if clean else value
        return cleaned
