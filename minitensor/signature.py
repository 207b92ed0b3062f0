"""What a function takes: arguments checked by its annotations, and PyTorch's errors for those that do not fit.

    def topk(input: Array, k: int, dim: int = -1, largest: bool = True, sorted: bool = True):

is PyTorch's signature `(Tensor input, int k, int dim = -1, bool largest = True, bool sorted = True)`. A default
of None admits None. Where PyTorch has several signatures for one name, they are given as it prints them.
"""

import functools

import numpy as np

from . import dtypes
from .arguments import NUMBERS
from .device import device as Device
from .tensor import Tensor

# Annotations. `Array` stands for a tensor where a function computes with its array.
Array = np.ndarray
Arrays = list[np.ndarray]
Tensors = list[Tensor]
Ints = int | tuple[int, ...]
IntTuple = tuple[int, ...]
Number = float | int
DType = dtypes.dtype


def to_tensor(value):
    """The value, if it is a tensor."""
    if isinstance(value, Tensor):
        return value
    raise TypeError


def to_operand(value):
    """The value, if it is a tensor or a number."""
    if isinstance(value, (Tensor, *NUMBERS)):
        return value
    raise TypeError


def to_tensors(value):
    """The value as a list of tensors."""
    if isinstance(value, (tuple, list)):
        for place, element in enumerate(value):
            if not isinstance(element, Tensor):
                raise WrongElement(place)
        return list(value)
    raise TypeError


def to_int(value):
    """A Python int from an int, NumPy's integers, or a 0-dim tensor of them; bools are none."""
    if type(value) is int:
        return value
    if isinstance(value, (bool, np.bool_)) or (isinstance(value, Tensor) and value.dim()):
        raise TypeError
    return value.__index__() if hasattr(value, "__index__") else _refuse()


def to_ints(value):
    """An int, or a tuple of ints from a tuple or list."""
    if not isinstance(value, (tuple, list)):
        return to_int(value)
    for place, element in enumerate(value):
        try:
            to_int(element)
        except TypeError:
            raise WrongElement(place) from None
    return tuple(map(to_int, value))


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


def to_str(value):
    """The value, if it is a string."""
    return value if isinstance(value, str) else _refuse()


def to_dtype(value):
    """The value as a dtype of this kit; Python's `float`, `int` and `bool` stand for one."""
    if isinstance(value, DType) or value in (float, int, bool):
        return dtypes.as_dtype(value)
    raise TypeError


def to_device(value):
    """The value, if it can name a device."""
    return value if isinstance(value, (str, int, Device)) else _refuse()


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
    "torch.device": to_device,
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

def cleaner(annotation):
    """What brings a value to what an annotation says, or raises TypeError; None if it says nothing."""
    return to_int_tuple if annotation is IntTuple else KINDS.get(WORDS.get(annotation))


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
    `signatures`: the ways to call it that PyTorch prints, where it has several.
    """

    def __init__(self, function, operands=(), tensors=(), signatures=()):
        code, words = function.__code__, function.__annotations__
        defaults = function.__defaults__ or ()
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        optional = {*names[code.co_argcount - len(defaults) : code.co_argcount]}
        optional.update(function.__kwdefaults__ or ())
        self.by_name = {}
        for name in names:
            clean = cleaner(words.get(name))
            if name in operands:
                clean = to_operand
            elif name in tensors and clean is None:
                clean = to_tensor
            self.by_name[name] = or_none(clean) if clean and name in optional else clean
        self.by_place = [self.by_name[name] for name in names[: code.co_argcount]]
        self.spread = spread_name(function)
        self.any = bool(self.spread or any(self.by_name.values()) or signatures)
        self.signatures = signatures
        self.forms = {}  # (number of arguments, names of the others): whether a signature has room for them

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
        if self.signatures and not self._has_room(len(args), kwargs):
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

    def _has_room(self, count, kwargs):
        form = (count, *kwargs)
        if form not in self.forms:
            written = [Signature.parse(of_function(text)) for text in self.signatures]
            self.forms[form] = any(s.has_room(count, kwargs) for s in written)
        return self.forms[form]


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


class Parameter:
    """One parameter of a signature: its name, PyTorch's word for its kind, and how it may be given."""

    def __init__(
        self,
        name,
        kind,
        *,
        optional=False,
        default=None,
        keyword_only=False,
        many=False,
        clean=None,
    ):
        self.name, self.kind = name, kind
        self.optional, self.default = optional, default
        self.keyword_only = keyword_only
        self.many = many  # may be spread over several arguments, as in x.view(2, 3)
        self.clean = clean or KINDS.get(kind)

    def misfit(self, name, value, position):
        """PyTorch's TypeError if a value is not what this parameter has to be, else None."""
        if self.clean is None or (value is None and self.optional):
            return None
        try:
            self.clean(value)
            return None
        except WrongElement as wrong:
            return self._wrong_element(name, value, wrong.args[0], position)
        except TypeError:
            where = f" (position {position})" if position else ""
            return TypeError(
                f"{name}(): argument '{self.name}'{where} must be {self.kind}, not {type_name(value)}"
            )

    def _wrong_element(self, name, value, place, position):
        found = type_name(value[place])
        if self.kind == "tuple of Tensors":
            return TypeError(f"expected Tensor as element {place} in argument 0, but got {found}")
        if place:
            return TypeError(
                f"{name}(): argument '{self.name}' failed to unpack the object at pos {place + 1} with "
                f'error "type must be tuple of ints,but got {found}"'
            )
        return TypeError(
            f"{name}(): argument '{self.name}' (position {position}) must be tuple of ints, but found "
            f"element of type {found} at pos 0"
        )


class Signature:
    """One way to call a function."""

    def __init__(self, parameters, text=None):
        self.parameters = parameters
        self.text = text
        self.positional = [p for p in parameters if not p.keyword_only]
        self.least = sum(not p.optional for p in parameters)

    @classmethod
    def parse(cls, text):
        """The signature that PyTorch prints as `text`.

        >>> [p.name for p in Signature.parse("Tensor input, int dim, bool keepdim = False").parameters]
        ['input', 'dim', 'keepdim']
        """
        parameters, keyword_only = [], False
        for part in text.split(", ") if text else ():
            if part == "*":
                keyword_only = True
                continue
            declared, equals, default = part.partition(" = ")
            kind, _, name = declared.rpartition(" ")
            options = {"optional": bool(equals), "default": default, "keyword_only": keyword_only}
            parameters.append(Parameter(name, kind, **options))
        if len([p for p in parameters if not p.keyword_only]) == 1:
            parameters[0].many = parameters[0].kind == "tuple of ints"
        return cls(parameters, text)

    def misfit(self, name, args, kwargs):
        """PyTorch's TypeError for arguments that do not fit, or None if they do."""
        if len(args) > len(self.positional) and not self._takes_many(args):
            return self._too_many(name, len(args))
        rest = dict(kwargs)
        for index, parameter in enumerate(self.parameters):
            if parameter.many and not parameter.keyword_only and index < len(args):
                spread = args[index] if isinstance(args[index], (tuple, list)) else args[index:]
                value, position = spread if len(args) > index + 1 else args[index], index + 1
                args = args[: index + 1]
            elif index < len(args) and not parameter.keyword_only:
                value, position = args[index], index + 1
            else:
                names = (parameter.name, *NUMPY_NAMES.get(parameter.name, ()))
                given = [n for n in names if n in rest]
                if not given:
                    if parameter.optional or (parameter.many and index < len(args)):
                        continue
                    return self._missing(name, index)
                value, position = rest.pop(given[0]), None
            error = parameter.misfit(name, value, position)
            if error is not None:
                return error
        for key in rest:
            if any(p.name == key for p in self.positional):
                return TypeError(f"{name}() got multiple values for argument '{key}'")
            return TypeError(f"{name}() got an unexpected keyword argument '{key}'")
        return None

    def has_room(self, count, names):
        """Whether so many arguments, and others with these names, leave nothing out and nothing over."""
        if count > len(self.positional):
            return bool(self.positional) and self.positional[-1].many and not names
        rest = self.parameters[count:]
        return {*names} <= {p.name for p in rest} and all(
            p.optional or p.name in names for p in rest
        )

    def _takes_many(self, args):
        return bool(self.positional) and self.positional[-1].many

    def _too_many(self, name, given):
        most = len(self.positional)
        least = sum(not p.optional for p in self.positional)
        takes = f"from {least} to {most}" if least != most else str(most)
        plural = "" if most == 1 and least == most else "s"
        were = "was" if given == 1 else "were"
        return TypeError(
            f"{name}() takes {takes} positional argument{plural} but {given} {were} given"
        )

    def _missing(self, name, index):
        names = [f'"{p.name}"' for p in self.parameters[index:] if not p.optional]
        return TypeError(
            f"{name}() missing {len(names)} required positional arguments: {', '.join(names)}"
        )

    def line(self, args, kwargs):
        """This signature in PyTorch's list of them, with what does not match."""
        lines = f" * ({self.text})\n"
        parts = self.text.split(", ")
        if len(parts) != len(args) + len(kwargs):
            return lines
        names = [part.rpartition(" ")[2] for part in parts]
        if unknown := [key for key in kwargs if key not in names]:
            return (
                f"{lines}      didn't match because some of the keywords were incorrect: "
                f"{', '.join(unknown)}\n"
            )
        marked = self.marked(args, kwargs)
        return (
            f"{lines}      didn't match because some of the arguments have invalid types: {marked}\n"
        )

    def marked(self, args, kwargs):
        """The types of the arguments, those that do not match in exclamation marks."""
        parts = self.text.split(", ")
        if len(parts) != len(args) + len(kwargs):
            return describe(args, kwargs)
        described = []
        given = [("", value) for value in args]
        given += [(f"{name}=", value) for name, value in kwargs.items()]
        for part, (prefix, value) in zip(parts, given):
            kind = part.rpartition(" ")[0]
            same = type(value).__name__ == kind or (kind == "float" and type(value) is int)
            mark = "" if same else "!"
            described.append(f"{mark}{prefix}{type_of(value)}{mark}")
        return f"({', '.join(described)}{'' if args else ', '})"


def from_function(function, operands=()):
    """The signature that a function's annotations say; `operands` are tensors without an annotation."""
    code = function.__code__
    count = code.co_argcount + code.co_kwonlyargcount
    names = [*code.co_varnames[: code.co_argcount]]
    defaults = function.__defaults__ or ()
    optional = dict(zip(names[len(names) - len(defaults) :], defaults))
    optional |= function.__kwdefaults__ or {}
    spread = spread_name(function)
    names += [spread] if spread else []
    parameters = []
    for name in [*names, *code.co_varnames[code.co_argcount : count]]:
        kind = "Tensor" if name in operands else WORDS.get(function.__annotations__.get(name))
        parameters.append(
            Parameter(
                name,
                "tuple of ints" if name == spread else kind,
                optional=name in optional,
                default=optional.get(name),
                keyword_only=name not in names,
                many=name == spread,
                clean=cleaner(function.__annotations__.get(name)) if name != spread else None,
            )
        )
    return Signature(parameters)


def of_method(text):
    """The signature of a method from that of the function: without the tensor itself, and without `out`."""
    first, _, rest = text.partition(", ")
    text = rest if first in ("Tensor input", "Tensor self") else text
    for out in ("Tensor out = None", "tuple of Tensors out = None"):
        text = text.removesuffix(out).removesuffix(", ")
    return text.removesuffix("*").removesuffix(", ")


def of_function(text):
    """The signature of a function from that of a method."""
    if text.startswith(("Tensor input", "Tensor self", "Number self", "Tensor condition")):
        return text
    return f"Tensor input, {text}" if text else "Tensor input"


def bad_arguments(name, function, args, kwargs, *, operands=(), signatures=(), method=False):
    """PyTorch's TypeError for arguments that do not fit a function (a method, with `method`); None if they do."""
    if function.__code__.co_flags & VARIABLE and not spread_name(function):
        return None
    if method:
        args = args[1:]
        if len(function.__code__.co_varnames[: function.__code__.co_argcount]) == 1 and (args or kwargs):
            problem = "keyword arguments" if kwargs else f"arguments ({len(args)} given)"
            return TypeError(f"TensorBase.{name}() takes no {problem}")
    own = from_function(function, operands)
    if method:
        own = Signature(own.parameters[1:])
    written = [Signature.parse((of_method if method else of_function)(text)) for text in signatures]
    return explain(name, written, args, kwargs) if written else own.misfit(name, args, kwargs)


def explain(name, signatures, args, kwargs):
    """The TypeError for arguments that fit none of the signatures that PyTorch prints; None if they fit one."""
    found = [s.misfit(name, args, kwargs) for s in signatures]
    if None in found:
        return None
    count = len(args) + len(kwargs)
    plausible = [e for s, e in zip(signatures, found) if s.least <= count <= len(s.parameters)]
    if len(plausible) == 1:
        return plausible[0]
    start = f"{name}() received an invalid combination of arguments - got "
    if len(signatures) == 1:
        (only,) = signatures
        return TypeError(f"{start}{only.marked(args, kwargs)}, but expected ({only.text})")
    lines = [s.line(args, kwargs) for s in signatures]
    return TypeError(f"{start}{describe(args, kwargs)}, but expected one of:\n{''.join(lines)}")


def describe(args, kwargs):
    """The types of the arguments in PyTorch's words: `(Tensor, int, dim=tuple)`."""
    parts = [type_name(value) for value in args]
    named = [f"{name}={type_name(value)}" for name, value in kwargs.items()]
    return f"({', '.join(parts + named)}{', ' if named and not args else ''})"


def type_of(value):
    """A value's type, and for a tuple or list those of its elements."""
    if not isinstance(value, (tuple, list)):
        return type_name(value)
    inside = ", ".join(map(type_name, value))
    if isinstance(value, list):
        return f"list of [{inside}]"
    return f"{type_name(value)} of ({inside}{',' if len(value) == 1 else ''})"


def type_name(value):
    """The name of a value's type as C spells it: with its module, where that is not Python's own."""
    kind = type(value)
    return f"numpy.{kind.__name__}" if kind.__module__ == "numpy" else kind.__name__
