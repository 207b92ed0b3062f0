"""Ways in: what runs first when a student calls an op.

The calls that loops are made of, of one or two tensors of one dtype, take the shortest way; all others go through
`Op.call`. `refuse` answers arguments that do not fit.
"""

import functools

from numpy import asarray, ndarray

from .arguments import broadcast_error, number_to_array
from .elementwise import ElementwiseOp
from .grad_mode import inferring, state
from .graph import gradient_edge, requires_grad
from .layout import laid_out
from .op import Op
from .recording import new, recorder_of_one, recorder_of_two
from .signature import Misfit, to_out
from .tensor import Tensor, mark_inference, wrap
from .views import MULTIPLE, make_view


def not_implemented(op, args, kwargs):
    return NotImplemented  # an operator's answer: let Python ask the other operand


refuse_as_function = Op.call_again
refuse_as_method = functools.partial(Op.call_again, method=True)


def _unary(op, refuse):
    """For element-wise ops of one operand."""
    forward, direct, formulas = op.forward, op.direct, op.formulas
    record, general = recorder_of_one(op), _general(op, refuse)

    def function(*args, **options):
        if len(args) != 1 or options or not isinstance(args[0], Tensor):
            return general(*args, **options)
        (input,) = args
        array = input._array
        if array.dtype.kind not in direct:
            return general(input)
        computed = forward(array)
        if computed.ndim > 1:
            computed = laid_out(computed, (array,))
        result = new(Tensor)
        result._array = computed if type(computed) is ndarray else asarray(computed)
        if inferring:
            mark_inference(result)
        edge = input._tracked
        if edge and formulas and state.enabled:
            record(input, edge, result)
        return result

    return function


def _binary(op, refuse):
    """For element-wise ops of two operands: fast for tensors of one dtype, and for numbers that fit it."""
    forward, direct, numbers = op.forward, op.direct, op.numbers
    record_two, record_one, general = recorder_of_two(op), recorder_of_one(op), _general(op, refuse)
    alone = op.tensors[0] in op.formulas  # a number leaves just this one to be recorded
    direct_two = direct if len(op.formulas) == 2 else ()

    def operator(input, other):
        a = input._array
        dtype = a.dtype
        if isinstance(other, Tensor):
            b = other._array
            if b.dtype is not dtype or dtype.kind not in direct_two:
                return general(input, other)
            try:
                array = forward(a, b)
            except ValueError as error:
                raise broadcast_error((a, b)) or error from None
            if array.ndim > 1:
                array = laid_out(array, (a, b))
            result = new(Tensor)
            result._array = array if type(array) is ndarray else asarray(array)
            if inferring:
                mark_inference(result)
            first, second = input._tracked, other._tracked
            if (first or second) and array.dtype is dtype and state.enabled:
                record_two(input, other, first, second, result)
            return result
        if not alone or dtype.kind not in direct or type(other) not in numbers[dtype.char]:
            return general(input, other)
        operand = number_to_array(other, dtype)
        array = forward(a, operand)
        if array.ndim > 1 and array.strides != a.strides:
            array = laid_out(array, (a, operand))
        result = wrap(array)
        edge = input._tracked
        if edge and state.enabled and result._array.dtype.kind == "f":
            record_one(input, edge, result, other)
        return result

    if refuse is not_implemented:
        return operator

    def function(*args, **options):
        if len(args) != 2 or options or not isinstance(args[0], Tensor):
            return general(*args, **options)
        return operator(*args)

    return function


def _general(op, refuse):
    """The way into any other op."""

    def function(*args, out=None, **kwargs):
        try:
            if out is not None and not (refuse is refuse_as_function and op.has_out(args, kwargs)):
                raise Misfit
            return op.call(args, kwargs, out if out is None else to_out(out))
        except Misfit:
            return refuse(op, args, kwargs if out is None else {**kwargs, "out": out})

    return function


def _plain(op, refuse):
    """For ops that may be called with one or two tensors of one dtype and nothing else, such as `sum`, `mm`."""
    forward, plain, general = op.forward, op.plain, _general(op, refuse)
    alone = plain == 1
    record = recorder_of_one(op) if alone else recorder_of_two(op)

    def function(*args, **kwargs):
        if len(args) != plain or kwargs:
            return general(*args, **kwargs)
        input, other = args[0], args[-1]
        if not isinstance(input, Tensor) or not isinstance(other, Tensor):
            return general(*args)
        a, b = input._array, other._array
        dtype = a.dtype
        if dtype is not b.dtype:
            return general(*args)
        array = forward(a) if alone else forward(a, b)
        if array.dtype is not dtype:
            return op.finish(op.by_name(args), array)
        result = wrap(array)
        first, second = input._tracked, other._tracked
        if (first or second) and state.enabled and dtype.kind == "f":
            if alone:
                record(input, first, result)
            else:
                record(input, other, first, second, result)
        return result

    return function


def viewing(op, refuse):
    """The way into an op whose result is a view of its first argument, or a tuple of such views."""
    op.takes_out = None
    forward, defaults, positional = op.forward, op.defaults, op.positional

    def function(*args, **kwargs):
        try:
            cleaned, named = (args, kwargs) if op.private else op.clean(args, kwargs)
            input, *rest = cleaned or (named.pop("input"),)
            array = forward(input._array, *rest, **named)
        except (KeyError, TypeError):
            if op.understands(args, kwargs):
                raise
            return refuse(op, args, kwargs)
        if type(array) is tuple:
            results = tuple([make_view(input, part, MULTIPLE) for part in array])
        else:
            results = (make_view(input, array),)
        if state.enabled and requires_grad(input) and not input._inference:
            values = {**defaults, **dict(zip(positional, (input, *rest))), **named}
            op.attach(op.record(values, results, (gradient_edge(input),)), results)
            for result in results:
                result._view.requires_grad = True
        return results if type(array) is tuple else results[0]

    return function


def way_in(op):
    """The shortest way into an op that is not a view."""
    if isinstance(op, ElementwiseOp) and not op.masks and len(op.tensors) <= 2:
        return (_unary, _binary)[len(op.tensors) - 1]
    return _plain if op.plain in (1, 2) else _general
