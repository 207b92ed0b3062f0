"""`torch.autograd.Function`: operations whose gradient the user writes."""

import functools
import inspect
import warnings

from ..grad_mode import no_grad, state
from ..graph import Node, gradient_edge, requires_grad
from ..tensor import Tensor
from ..views import (
    CUSTOM,
    MULTIPLE,
    check_in_place,
    note_change,
    rebase_history,
)
from .context import BackwardCFunction, FunctionCtx, FunctionNode

__all__ = ["BackwardCFunction", "Function", "FunctionCtx", "once_differentiable"]


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

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        name = f"{cls.__name__}Backward"
        members = {"_forward_cls": cls, "__module__": "torch.autograd.function"}
        cls._backward_cls = type(name, (BackwardCFunction,), members)
        cls._node_cls = type(name, (FunctionNode,), {}, name=name)
        cls._node_cls.__module__ = "torch.autograd.function"

    def __init__(self, *args, **kwargs):
        warnings.warn(
            f"{type(self)} should not be instantiated. Methods on autograd functions are all static, so you should "
            "invoke them on the class itself. Instantiating an autograd function will raise an error in a future "
            "version of PyTorch.",
            DeprecationWarning,
            stacklevel=2,
        )

    def __call__(self, *args, **kwargs):
        raise RuntimeError(
            "Legacy autograd function with non-static forward method is deprecated. Please use "
            "new-style autograd function with static forward method. (Example: "
            "https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
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

    vjp = _not_written = backward  # `vjp` is another name that a subclass may override

    @classmethod
    def apply(cls, *args, **kwargs):
        """Run `forward` and record this step."""
        separate = cls.setup_context is not Function.setup_context
        if separate:
            bound = inspect.signature(cls.forward).bind(*args, **kwargs)
            bound.apply_defaults()
            args, kwargs = bound.args, bound.kwargs
            for name in kwargs:
                raise TypeError(f"forward() got an unexpected keyword argument '{name}'")
        inputs = (*args, *kwargs.values())
        are_tensors = [isinstance(value, Tensor) for value in inputs]
        tensors = [value for value in inputs if isinstance(value, Tensor)]
        recording = state.enabled and any(map(requires_grad, tensors))
        ctx = cls._backward_cls()
        ctx.needs_input_grad = tuple(isinstance(v, Tensor) and v.requires_grad for v in inputs)
        edges = tuple(map(gradient_edge, tensors)) if recording else ()
        node = cls._node_cls(edges, ctx, are_tensors)
        with no_grad():
            if separate:
                output = cls.forward(*args, **kwargs)
                cls.setup_context(ctx, args, output)
            else:
                output = cls.forward(ctx, *args, **kwargs)
        outputs = output if isinstance(output, tuple) else (output,)
        outputs = _finish(node, outputs, tensors, recording)
        return outputs if isinstance(output, tuple) else outputs[0]


def _finish(node, outputs, inputs, recording):
    """The results of forward, connected to their node; what ctx noted down is turned into facts."""
    ctx = node.ctx
    _read_notes(ctx)
    connected = tuple(
        _connected(value, position, node, inputs, outputs, recording)
        if isinstance(value, Tensor)
        else value
        for position, value in enumerate(outputs)
    )
    if not all(_among(dirty, outputs) for dirty in ctx.dirty_tensors or ()):
        raise RuntimeError(
            "Some elements marked as dirty during the forward method were not returned as output. "
            "The inputs that are modified inplace must all be outputs of the Function."
        )
    if recording:
        node.outputs = tuple(
            (value._array.shape, value._array.dtype) if isinstance(value, Tensor) else None
            for value in outputs
        )
        made = [v for v in connected if isinstance(v, Tensor) and v._grad_fn is node]
        for value in made if len(made) > 1 else ():
            if value._view is not None:
                value._view.how = MULTIPLE
        ctx._keep(node, outputs)
    # Whatever leads from the node back to its results would be a cycle.
    ctx.to_save = ctx.dirty_tensors = ctx.non_differentiable = None
    return connected


def _read_notes(ctx):
    if not all(isinstance(tensor, Tensor) for tensor in ctx.non_differentiable or ()):
        raise RuntimeError("mark_non_differentiable only accepts variable arguments, but got ")
    for dirty in ctx.dirty_tensors or ():
        if not isinstance(dirty, Tensor):
            raise RuntimeError("mark_dirty can only accept variables, but argument ")
        note_change(dirty)


def _connected(tensor, position, node, inputs, outputs, recording):
    """A result of forward with the node as its `grad_fn`, or without a history if it is to have none."""
    ctx, returned = node.ctx, _among(tensor, inputs)
    changed = _among(tensor, ctx.dirty_tensors)
    if recording and tensor.is_floating_point() and not _among(tensor, ctx.non_differentiable):
        if changed:
            _rebase(tensor, position, node, returned, outputs)
        else:
            tensor = _view_of(tensor) if returned else tensor
            tensor._grad_fn, tensor._output_nr, tensor._tracked = node, position, True
            if tensor._view is not None:
                tensor._view.requires_grad, tensor._view.seen = True, tensor._version
    elif not tensor.requires_grad:
        tensor = _view_of(tensor) if returned and not changed else tensor
    elif returned:
        tensor = tensor._alias()
    elif tensor._view is None:
        tensor.detach_()
    if tensor._view is not None and not (returned and changed):
        tensor._view.how = CUSTOM
    return tensor


def _view_of(tensor):
    """An input that is returned as it is, as a view: that can have a history of its own."""
    with no_grad():
        return tensor.view_as(tensor)


def _rebase(tensor, position, node, returned, outputs):
    """Make the node the latest step in the history of what forward changed in place."""
    if tensor.requires_grad and tensor._grad_fn is None:
        raise RuntimeError(
            "a leaf Variable that requires grad has been used in an in-place operation."
        )
    if not returned:
        warnings.warn(
            "Only input Tensors should be given to ctx.mark_dirty(). If a Tensor is not an input, "
            "there is no need to pass it to mark_dirty().",
            UserWarning,
            stacklevel=5,
        )
    if tensor._view is not None and len(outputs) > 1:
        raise RuntimeError(
            "If your Function modifies inplace an input that is a view of another Tensor, your "
            "Function cannot return more than one Tensor. This is not supported by the current "
            "autograd engine. You should either make sure the input is not a view (using .clone() "
            "for example) or make your Function only return one Tensor (potentially splitting it "
            "into two Functions: one doing the inplace that returns a single Tensor and a second one "
            "that does the other operations). You can ask on the forum https://discuss.pytorch.org/ "
            "if you need help to do this change."
        )
    check_in_place(tensor, True)
    rebase_history(tensor, node)
    if tensor._view is None:
        tensor._output_nr = position


def _among(tensor, tensors):
    return any(tensor is other for other in tensors or ())


def once_differentiable(backward):
    """A decorator for a custom `backward` whose result cannot be differentiated again."""

    @functools.wraps(backward)
    def wrapper(ctx, *grads):
        with no_grad():
            results = backward(ctx, *grads)
        inputs = [grad for grad in grads if isinstance(grad, Tensor) and grad.requires_grad]
        if not (state.enabled and inputs):
            return results
        several = isinstance(results, tuple)
        results = [
            result if result is None else result.detach()
            for result in (results if several else (results,))
        ]
        node = DelayedError(
            tuple(map(gradient_edge, inputs)),
            tuple(r if r is None else (r._array.shape, r._array.dtype) for r in results),
        )
        for position, result in enumerate(results):
            if result is not None:
                result._grad_fn, result._output_nr, result._tracked = node, position, True
        return tuple(results) if several else results[0]

    return wrapper


class DelayedError(Node, name="Error"):
    """Raises when backward comes to it: what lies behind cannot be differentiated."""

    full_name = "torch::autograd::Error"

    def backward(self, grads):
        """The error."""
        raise RuntimeError(
            "trying to differentiate twice a function that was marked with @once_differentiable"
        )
