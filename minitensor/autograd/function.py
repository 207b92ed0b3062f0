"""`torch.autograd.Function`: operations whose gradient the user writes."""

import functools
import warnings

import numpy as np

from ..grad_mode import no_grad, state
from ..graph import FREED, Node, SavedResult, freed, gradient_edge, modified_in_place
from ..tensor import Tensor, wrap
from ..views import CUSTOM, View


class FunctionCtx:
    """The notebook between forward and backward: what forward writes down, backward reads."""

    _to_save = ()
    _dirty = _non_differentiable = ()
    _materialize_grads = True

    def save_for_backward(self, *tensors):
        """Keep tensors for backward, where `ctx.saved_tensors` has them again. Call once, in forward."""
        self._to_save = tensors

    def mark_dirty(self, *args):
        """Say which inputs forward changed in place."""
        self._dirty = args

    def mark_non_differentiable(self, *args):
        """Say which results have no gradient."""
        self._non_differentiable = args

    def set_materialize_grads(self, value):
        """False: backward gets None, not zeros, for results that nobody used."""
        self._materialize_grads = bool(value)


class FunctionNode(FunctionCtx, Node):
    """The node of a custom Function; it is also the `ctx` that forward and backward are given."""

    shares_gradients = True
    function = None  # the user's class
    saved = ()

    @property
    def saved_tensors(self):
        """The tensors that forward kept, checked to be what they were."""
        if self.saved is FREED:
            raise freed()
        tensors = []
        for value, version in self.saved:
            if isinstance(value, SavedResult):
                value = value.unpack(self)
            elif value is not None and value._version != version:
                raise modified_in_place(value, version)
            tensors.append(value)
        return tuple(tensors)

    def release(self):
        """Forget the saved tensors."""
        if self.saved:
            self.saved = FREED

    def backward(self, grads):
        """Call the user's backward and check what it returned."""
        if self._materialize_grads:
            grads = [
                wrap(np.zeros(*like)) if g is None else g for g, like in zip(grads, self.outputs)
            ]
        results = self.function.backward(self, *grads)
        results = list(results) if isinstance(results, (tuple, list)) else [results]
        wanted = len(self.positions)
        name = type(self).__name__
        if len(results) > wanted and all(r is None for r in results[wanted:]):
            results = results[:wanted]
        if len(results) != wanted:
            raise RuntimeError(
                f"function {name} returned an incorrect number of gradients (expected {wanted}, got {len(results)})"
            )
        for position, result in enumerate(results):
            if result is not None and not isinstance(result, Tensor):
                raise RuntimeError(f"expected Variable or None (got {type(result).__name__})")
            if result is not None and not self.positions[position]:
                raise RuntimeError(
                    f"function {name} returned a gradient different from None at position {position + 1}, but the "
                    "corresponding forward input was not a Variable"
                )
        return [result for result, is_tensor in zip(results, self.positions) if is_tensor]


class Function:
    """Subclass it with static methods `forward(ctx, ...)` and `backward(ctx, *grads)`; call `apply`.

    Or with `forward(...)` without ctx, plus `setup_context(ctx, inputs, output)`.

    >>> class Double(torch.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         return x * 2
    ...     @staticmethod
    ...     def backward(ctx, grad):
    ...         return grad * 2
    >>> x = torch.ones(2, requires_grad=True)
    >>> Double.apply(x)
    tensor([2., 2.], grad_fn=<DoubleBackward>)
    """

    def __init__(self, *args, **kwargs):
        warnings.warn(
            f"{type(self)} should not be instantiated. Methods on autograd functions are all static, so you should "
            "invoke them on the class itself. Instantiating an autograd function will raise an error in a future "
            "version of PyTorch.",
            DeprecationWarning,
            stacklevel=2,
        )

    @staticmethod
    def forward(*args, **kwargs):
        """To be overridden: compute the result."""
        raise NotImplementedError(
            "You must implement the forward function for custom autograd.Function."
        )

    @staticmethod
    def setup_context(ctx, inputs, output):
        """May be overridden: save for backward what is needed; `forward` then takes no ctx."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx, *grad_outputs):
        """To be overridden: the gradients of the inputs, from those of the results."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it "
            "with backward mode AD."
        )

    @classmethod
    def apply(cls, *args):
        """Run `forward` and record this step."""
        return _apply(cls, args)


@functools.cache
def _node_class(function):
    name = f"{function.__name__}Backward"
    kind = type(name, (FunctionNode,), {"function": function}, name=name)
    kind.__module__ = "torch.autograd.function"
    return kind


def _apply(function, args):
    positions = [isinstance(a, Tensor) for a in args]
    inputs = [a for a in args if isinstance(a, Tensor)]
    edges = tuple(map(gradient_edge, inputs))
    recording = state.enabled and any(edges)
    node = _node_class(function)(edges if recording else (), ())
    node.positions = positions
    node.needs_input_grad = tuple(
        isinstance(a, Tensor) and recording and gradient_edge(a) is not None for a in args
    )
    with no_grad():
        if function.setup_context is not Function.setup_context:
            output = function.forward(*args)
            function.setup_context(node, args, output)
        else:
            output = function.forward(node, *args)
    several = isinstance(output, (tuple, list))
    outputs = [
        _as_output(o, node, function, inputs, recording) for o in (output if several else (output,))
    ]
    tensors = [o for o in outputs if isinstance(o, Tensor)]
    node.outputs = tuple((o._array.shape, o._array.dtype) for o in tensors)
    for dirty in node._dirty:
        dirty._changed()
    node.saved = tuple(_kept(t, tensors) for t in node._to_save)
    if recording:
        _attach(node, tensors)
    # Whatever leads from the node back to its results would be a cycle.
    node._to_save = node._dirty = node._non_differentiable = ()
    return tuple(outputs) if several else outputs[0]


def _as_output(output, node, function, inputs, recording):
    """A result of forward: an input returned as it is becomes a view, so that it can have a history of its own."""
    if not isinstance(output, Tensor):
        return output
    dirty = any(output is d for d in node._dirty)
    if recording and not dirty and any(output is i for i in inputs):
        alias = output._alias()
        alias._view = View(
            output if output._view is None else output._view.base, CUSTOM, function.__name__
        )
        return alias
    return output


def _attach(node, tensors):
    for position, output in enumerate(tensors):
        if any(output is n for n in node._non_differentiable) or not output.is_floating_point():
            continue
        if any(output is d for d in node._dirty) and output.requires_grad and output.is_leaf:
            raise RuntimeError(
                "a leaf Variable that requires grad has been used in an in-place operation."
            )
        output._grad_fn, output._output_nr, output._tracked = node, position, True
        if output._view is not None:
            output._view.requires_grad = True
            output._view.how, output._view.seen = CUSTOM, output._version
            output._view.maker, output._view.output_nr = node.function.__name__, position


def _kept(tensor, outputs):
    if tensor is None:
        return None, None
    for position, output in enumerate(outputs):
        if tensor is output:
            return SavedResult(output, position), None
    return tensor, tensor._version


def once_differentiable(backward):
    """A decorator for a custom `backward` that cannot itself be differentiated."""

    @functools.wraps(backward)
    def wrapper(ctx, *grads):
        with no_grad():
            return backward(ctx, *grads)

    return wrapper
