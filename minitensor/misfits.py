"""PyTorch's signatures, and its errors for arguments that do not fit them.

Composed only when something is wrong: a function's own signature is read off its annotations (see signature.py);
where PyTorch has several for one name, they are given with the declaration, as PyTorch prints them.
"""

import functools

from .arguments import NUMBERS
from .signature import (
    KINDS,
    NUMPY_NAMES,
    VARIABLE,
    WORDS,
    WrongElement,
    annotated_cleaner,
    spread_name,
    to_int_tuple,
)

# Functions whose tensors may be numbers, though their signatures don't say so.
OF_NUMBERS = {*"add sub mul div divide multiply subtract true_divide floor_divide copy".split()}


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
        self.nullable = (optional and default in (None, "None", ())) or name == "rounding_mode"
        self.keyword_only = keyword_only
        self.many = many  # may be spread over several arguments, as in x.view(2, 3)
        self.clean = clean or KINDS.get(kind)

    def misfit(self, name, value, position):
        """PyTorch's TypeError if a value is not what this parameter has to be, else None."""
        if self.clean is None or (value is None and self.nullable):
            return None
        if isinstance(value, NUMBERS) and self.kind == "Tensor" and name.strip("_") in OF_NUMBERS:
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

    def fits(self, value):
        """Whether a value is what this parameter has to be."""
        return self.misfit("", value, None) is None

    def _wrong_element(self, name, value, place, position):
        found = type_name(value[place])
        if self.kind == "tuple of Tensors":
            return TypeError(f"expected Tensor as element {place} in argument 0, but got {found}")
        if (
            place
        ):  # PyTorch looks at the first only to tell what fits: this one fits, but fails later
            return TypeError(
                f"{name}(): argument '{self.name}' failed to unpack the object at pos {place + 1} with "
                f'error "type must be tuple of ints,but got {found}"'
            )
        if position is None:
            return TypeError(
                f"{name}(): argument '{self.name}' must be tuple of ints, not {type_name(value)}"
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
        # Next to these PyTorch has older signatures, which its errors don't show.
        self.has_older = any(
            (p.keyword_only and p.kind == "Number") or p.name == "non_blocking" for p in parameters
        )

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
            if part == "tuple of ints dim" and "keepdim" in text:
                parameters[-1].nullable = True
        first, *rest = parameters or [None]
        if first and first.kind == "tuple of ints" and all(p.keyword_only for p in rest):
            first.many = not first.optional
        for parameter in parameters:
            of_several = parameter.name == "size" or str(parameter.default).startswith("{")
            if of_several and not parameter.many:
                parameter.clean = to_int_tuple
        return cls(parameters, text)

    def misfit(self, name, args, kwargs):
        """PyTorch's TypeError for arguments that do not fit, or None if they do."""
        if len(args) > len(self.positional) and not self._takes_many(args):
            return self._too_many(name, len(args))
        rest = dict(kwargs)
        for index, parameter in enumerate(self.parameters):
            if index < len(args) and not parameter.keyword_only:
                value, position = args[index], index + 1
                if parameter.many and len(args) > position:
                    value = args[index:]
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
        """Whether the last parameter is the tuple of all arguments from its place on."""
        if not self.positional or not self.positional[-1].many:
            return False
        first = args[len(self.positional) - 1]
        return not isinstance(first, (tuple, list)) and self.positional[-1].fits(first)

    def _too_many(self, name, given):
        most = len(self.positional)
        if self.least != most:
            takes, were = f"from {self.least} to {most} positional arguments", "were"
        else:
            takes = f"{most} positional argument{'s' * (most != 1)}"
            were = "was" if given == 1 else "were"
        return TypeError(f"{name}() takes {takes} but {given} {were} given")

    def _missing(self, name, index):
        names = [f'"{p.name}"' for p in self.parameters[index:] if not p.optional]
        plural = "s" if len(names) == 1 else ""  # the wrong way round in PyTorch
        return TypeError(
            f"{name}() missing {len(names)} required positional argument{plural}: {', '.join(names)}"
        )

    def line(self, args, kwargs):
        """This signature in PyTorch's list of them, with what does not match."""
        line = f" * ({self.text})\n"
        if len(self.text.split(", ")) != len(args) + len(kwargs):
            return line
        line += "      didn't match because some of the "
        if unknown := self.unknown(kwargs):
            return f"{line}keywords were incorrect: {', '.join(sorted(unknown))}\n"
        return f"{line}arguments have invalid types: {self.marked(args, kwargs)}\n"

    def unknown(self, kwargs):
        """The keywords that this text does not end in; for PyTorch, `int dim = 0` ends in 0."""
        names = [part.rpartition(" ")[2] for part in self.text.split(", ")]
        return [key for key in backwards(kwargs) if key not in names[-len(kwargs) :]]

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


def from_function(function, tensors=(), method=False):
    """The signature that a function's annotations say; `tensors` are tensors without an annotation."""
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
        if name == "out" and method:
            continue
        kind = WORDS.get(function.__annotations__.get(name))
        kind = "Tensor" if kind is None and name in (*tensors, "out") else kind
        parameters.append(
            Parameter(
                name,
                "tuple of ints" if name == spread else kind,
                optional=name in optional,
                default=optional.get(name),
                keyword_only=name not in names,
                many=name == spread,
                clean=annotated_cleaner(function.__annotations__.get(name))
                if name != spread
                else None,
            )
        )
    return Signature(parameters)


FIRST = ("Tensor input", "Tensor self")  # what the signature of a function has before the method's


def written(name, function, texts, method=False):
    """The signatures that PyTorch prints, of the function or the method of that name.

    The texts are those of the method, or, if they have a "Tensor input", those of the function.
    """
    of_functions = any(text.startswith(FIRST) for text in texts)
    if method and of_functions:
        texts = [of_method(t) for t in texts if t.startswith(FIRST) and "out_dtype" not in t]
    elif not of_functions and not method and function.__code__.co_varnames[0] in ("input", "self"):
        texts = [f"Tensor input, {text}" if text else "Tensor input" for text in texts]
    if method or name.endswith("_"):
        texts = [without_out(text) for text in texts if not text.startswith("Number self")]
    return [Signature.parse(text) for text in texts]


def room_in(function, texts):
    """A function that tells whether a signature has room for arguments: how many, and the names of others."""
    if not texts:
        return None

    @functools.cache
    def has_room(count, *names):
        if any(s.has_room(count, names) for s in written("", function, texts)):
            return True
        spread = function.__code__.co_flags & VARIABLE and written("", function, texts, True)
        return any(s.has_room(count - 1, names) for s in spread or ())

    def fits(args, kwargs):
        name = function.__name__
        return explain(name, written("", function, texts), args, kwargs) is None

    has_room.fits = fits
    return has_room


def of_method(text):
    """The signature of a method from that of the function: without the tensor itself, and without `out`."""
    first, _, rest = text.partition(", ")
    return without_out(rest if first in FIRST else text)


def without_out(text):
    """The signature without `out`, which in-place functions and methods don't have."""
    for out in ("Tensor out = None", "tuple of Tensors out = None"):
        text = text.removesuffix(out).removesuffix(", ")
    return text.removesuffix("*").removesuffix(", ")


def bad_arguments(
    name, function, args, kwargs, *, tensors=(), signatures=(), method=False, takes_out=None
):
    """PyTorch's TypeError for arguments that do not fit a function (a method, with `method`); None if they do.

    `tensors`: parameters without an annotation that take a tensor. `takes_out`: the kind of `out=`.
    """
    code = function.__code__
    if code.co_flags & VARIABLE and not spread_name(function):
        return None
    own = from_function(function, tensors, method)
    if takes_out and not method:
        own.parameters.append(Parameter("out", takes_out, optional=True, keyword_only=True))
    if method:
        args, own = args[1:], Signature(own.parameters[1:])
        if not own.parameters and (args or kwargs):
            return takes_nothing(name, args, kwargs)
    if signatures:
        return explain(name, written(name, function, signatures, method), args, kwargs)
    return own.misfit(name, args, kwargs)


def takes_nothing(name, args, kwargs):
    """The TypeError of a method without parameters."""
    problem = "keyword arguments" if kwargs else f"arguments ({len(args)} given)"
    return TypeError(f"TensorBase.{name}() takes no {problem}")


def explain(name, signatures, args, kwargs):
    """The TypeError for arguments that fit none of the signatures that PyTorch prints; None if they fit one."""
    if len(signatures) == 1 and not signatures[0].has_older:
        return signatures[0].misfit(name, args, kwargs)
    found = [s.misfit(name, args, kwargs) for s in signatures]
    if None in found:
        return None
    late = [e for e in found if "failed to unpack" in str(e)]
    if late:
        return late[0]
    count = len(args) + len(kwargs)
    plausible = [e for s, e in zip(signatures, found) if s.least <= count <= len(s.parameters)]
    if len(plausible) == 1:
        return plausible[0]
    start = f"{name}() received an invalid combination of arguments - got "
    if len(signatures) == 1:
        (only,) = signatures
        if unknown := only.unknown(kwargs):
            return TypeError(f"{start}unrecognized keyword arguments: {', '.join(unknown)}")
        return TypeError(f"{start}{only.marked(args, kwargs)}, but expected ({only.text})")
    lines = [s.line(args, kwargs) for s in signatures]
    return TypeError(f"{start}{describe(args, kwargs)}, but expected one of:\n{''.join(lines)}")


def describe(args, kwargs):
    """The types of the arguments in PyTorch's words: `(Tensor, int, dim=tuple)`."""
    parts = [type_name(value) for value in args]
    named = [f"{name}={type_name(kwargs[name])}" for name in backwards(kwargs)]
    return f"({', '.join(parts + named)}{', ' if named and not args else ''})"


def backwards(kwargs):
    """The keywords in the order in which PyTorch's errors have them."""
    return list(kwargs)[::-1]


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
    of_torch = kind.__module__ == "torch" and kind.__name__ in (
        "dtype",
        "device",
        "layout",
        "memory_format",
    )
    if kind.__module__ == "numpy" or of_torch:
        return f"{kind.__module__}.{kind.__name__}"
    return kind.__name__
