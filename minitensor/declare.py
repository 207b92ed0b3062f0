"""How one definition becomes an op: a function, a method, an operator, an in-place twin and a grad_fn.

    @elementwise(input=lambda grad, other: grad * other,
                 other=lambda grad, input: grad * input)
    def mul(input, other):
        return np.multiply(input, other)

The function computes the result from NumPy arrays. Each keyword is a formula: the gradient of the input of
that name, as a function of `grad` (the result's gradient) and of whatever else it names: inputs,
options, `result`, or `<input>_shape`. What a formula names is saved for it; nothing else is. Formulas
compute with tensors, so gradients of gradients need no more. Broadcasting and dtypes are undone by the
engine, not here.

From its name the op gets `torch.mul`, `Tensor.mul`, `Tensor.mul_`, the operator `*` and `MulBackward0`.

- `@elementwise`: operands are the parameters without a default; they are brought to one dtype by PyTorch's
  promotion, and broadcast.
- `@op`: everything else. Parameters annotated `Array` (or `Arrays`, a list) are tensors, and so is every
  parameter with a formula; the rest arrive as they are.
- `@view`: like `@op`, but the result is a view: it shares memory with the first parameter.
- `@composite`: a function written in tensors, out of other ops.

Where PyTorch has several forms of an op, told apart by the number behind the node's name, `number=` gives it
as a function of arguments, and a formula may be a dictionary with one for each number.

An op whose name begins with an underscore is not published: it is a part of a composite.
"""

import functools

from . import ways_in
from .arguments import NUMBERS
from .elementwise import ElementwiseOp
from .misfits import bad_arguments, room_in
from .op import Op
from .signature import (
    Array,
    Arrays,
    Cleaner,
    DType,
    Ints,
    IntTuple,
    Mask,
    Misfit,
    Number,
    Tensors,
)
from .tensor import Tensor

__all__ = [
    "Array",
    "Arrays",
    "DType",
    "FUNCTIONS",
    "IntTuple",
    "Ints",
    "Mask",
    "Number",
    "Tensors",
    "composite",
    "elementwise",
    "op",
    "view",
]

FUNCTIONS = {}  # name: function; what `import minitensor` offers

OPERATORS = {
    "add": ("__add__", "__radd__", "__iadd__"),
    "sub": ("__sub__", None, "__isub__"),
    "rsub": ("__rsub__", None, None),
    "mul": ("__mul__", "__rmul__", "__imul__"),
    "div": ("__truediv__", None, "__itruediv__"),
    "floor_divide": ("__floordiv__", None, "__ifloordiv__"),
    "remainder": ("__mod__", None, "__imod__"),
    "pow": ("__pow__", None, "__ipow__"),
    "matmul": ("__matmul__", None, None),
    "neg": ("__neg__", None, None),
    "positive": ("__pos__", None, None),
    "abs": ("__abs__", None, None),
    "bitwise_and": ("__and__", "__rand__", "__iand__"),
    "bitwise_or": ("__or__", "__ror__", "__ior__"),
    "bitwise_xor": ("__xor__", "__rxor__", "__ixor__"),
    "bitwise_not": ("__invert__", None, None),
    "bitwise_left_shift": ("__lshift__", None, "__ilshift__"),
    "bitwise_right_shift": ("__rshift__", None, "__irshift__"),
    "eq": ("__eq__", None, None),
    "ne": ("__ne__", None, None),
    "lt": ("__lt__", None, None),
    "le": ("__le__", None, None),
    "gt": ("__gt__", None, None),
    "ge": ("__ge__", None, None),
}


def elementwise(*, to=None, kernel=(None, "biuf"), in_place=True, **options):
    """Declare an element-wise op. `to` and `kernel` tell its dtypes: see `ElementwiseOp`."""
    kind = functools.partial(ElementwiseOp, to=to, kernel=kernel)
    return _declare(kind, None, in_place, options)


def op(*, in_place=False, **options):
    """Declare an op of any other kind. `returns`: the names of its results, if it has several."""
    return _declare(Op, None, in_place, options)


def view(**options):
    """Declare an op whose result is a view of its first parameter, or a tuple of views."""
    return _declare(Op, ways_in.viewing, False, options)


def composite(function=None, *, method=True, torch=True, signatures=()):
    """Publish a function that is written in tensors, as `torch.name` and as a method."""
    if function is None:
        return functools.partial(composite, method=method, torch=torch, signatures=signatures)
    name = function.__name__
    checked = _checked(function, signatures, False)
    if torch:
        FUNCTIONS[name] = checked
    if method:
        setattr(Tensor, name, _checked(function, signatures, True))
        _publish_operators(name, lambda: _operator(function), None)
        onto = OPERATORS.get(name.removesuffix("_"), (None, None, None))[2]
        if name.endswith("_") and onto:
            setattr(Tensor, onto, _operator(function))
    return checked


def _checked(function, signatures, method):
    """A composite that looks at its arguments first, if its annotations say what they should be."""
    if not hasattr(function, "__code__") or not (function.__annotations__ or signatures):
        return function
    clean = None

    def checked(*args, **kwargs):
        nonlocal clean
        if clean is None:
            clean = Cleaner(function, has_room=room_in(function, signatures))
        try:
            if method and "out" in kwargs:
                raise Misfit
            args, kwargs = clean(args, kwargs)
            return function(*args, **kwargs)
        except (TypeError, AttributeError) as error:
            name = function.__name__
            bad = bad_arguments(name, function, args, kwargs, signatures=signatures, method=method)
            if bad is None and isinstance(error, Misfit):
                bad = TypeError(f"{name}(): the arguments do not fit together")
            raise bad or error from None

    return _named(checked, function)


def _named(function, original):
    """Let a function that students meet show the name, the text and the parameters of the original."""
    function.__name__ = function.__qualname__ = original.__name__
    function.__doc__, function.__wrapped__ = original.__doc__, original
    return function


def _operator(function):
    """A composite as an operator, which leaves foreign types to the other operand."""

    @functools.wraps(function)
    def operator(input, other):
        try:
            return function(input, other)
        except TypeError:
            return NotImplemented

    return operator


def _declare(kind, way_in, in_place, options):
    published = {k: options.pop(k) for k in ("method", "function") if k in options}
    names = ("node", "number", "returns", "casts", "signatures")
    described = {k: options.pop(k) for k in names if k in options}

    def decorator(forward):
        declared = kind(forward, options, **described)
        return _publish(declared, way_in or ways_in.way_in(declared), in_place, **published)

    return decorator


def _publish(op, way_in, in_place, *, method=True, function=True):
    """Make an op known under its names; returns the function."""

    def entry(refuse):
        return _named(way_in(op, refuse), op.forward)

    public = entry(ways_in.refuse_as_function)
    public.op = op
    if op.forward.__name__.startswith("_"):
        return public  # a private part of a composite
    if function:
        FUNCTIONS[op.name] = public
    if method:
        setattr(Tensor, op.name, entry(ways_in.refuse_as_method))
        _publish_operators(op.name, lambda: entry(ways_in.not_implemented), op)
        if in_place:
            setattr(Tensor, op.name + "_", _in_place_twin(op, op.name + "_"))
    return public


def _publish_operators(name, make, op):
    there, back, onto = OPERATORS.get(name, (None, None, None))
    if there:
        setattr(Tensor, there, make())
    if back:
        setattr(Tensor, back, make())
    if onto and op is not None:
        setattr(Tensor, onto, _in_place_twin(op, onto))


def _in_place_twin(op, name):
    """The method that writes an op's result over its first input."""
    overwrites = op.overwrites

    def function(input, *args, **kwargs):
        if overwrites and len(args) == 1 and not kwargs and op.overwrite(input, args[0]):
            return input
        try:
            return op.in_place(input, args, kwargs)
        except Misfit:
            return op.call_again((input, *args), kwargs, method=True, suffix="_")

    def operator(input, other):
        if overwrites and op.overwrite(input, other):
            return input
        if not isinstance(other, (Tensor, *NUMBERS)):
            return NotImplemented
        return op.in_place(input, (other,), {})

    twin = operator if name.startswith("__") else function
    twin.__name__ = name
    twin.__qualname__ = f"Tensor.{name}"
    twin.__doc__ = f"Like `{op.name}`, but in place: changes the tensor itself and returns it."
    return twin
