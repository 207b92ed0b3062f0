"""`torch.autograd.Function`: operations whose gradient the user writes."""

import functools
import inspect
import warnings

import numpy as np

from ..grad_mode import no_grad, state
from ..graph import Node, gradient_edge, requires_grad
from ..op import version_to_save
from ..op_node import FREED, SavedResult, freed
from ..tensor import Tensor, wrap
from ..views import CUSTOM, MULTIPLE, NO_GRAD, View, check_in_place, rebase_history
from .saved import SavedTensor


class FunctionCtx:
    """The notebook between forward and backward: what forward writes down, backward reads."""

    to_save = dirty_tensors = non_differentiable = saved_for_forward = None
    _materialize = True

    def save_for_backward(self, *tensors):
        """Keep tensors for backward, where `ctx.saved_tensors` has them again. Call once, in forward."""
        self.to_save = tensors

    def save_for_forward(self, *tensors):
        """Keep tensors for forward-mode differentiation, which this kit leaves out."""
        if not all(tensor is None or isinstance(tensor, Tensor) for tensor in tensors):
            raise AssertionError(
                "save_for_forward expects all arguments to be tensors; you should save non-tensors as "
                "attributes on ctx."
            )
        self.saved_for_forward = tensors

    def mark_dirty(self, *args):
        """Say which inputs forward changed in place; it has to return them."""
        self.dirty_tensors = args

    def mark_shared_storage(self, *pairs):
        """Does nothing but warn: tensors know themselves what they share."""
        warnings.warn(
            "`mark_shared_storage` is deprecated. Tensors with shared storages are automatically "
            "tracked. Note that calls to `set_()` are not tracked",
            FutureWarning,
            stacklevel=2,
        )

    def mark_non_differentiable(self, *args):
        """Say which results have no gradient."""
        self.non_differentiable = args

    def set_materialize_grads(self, value):
        """False: backward gets None, not zeros, for results that nobody used."""
        if not isinstance(value, bool):
            raise TypeError(
                "set_materialize_grads received an invalid combination of arguments - got (), but "
                "expected (bool)"
            )
        self._materialize = value


class BackwardCFunction(FunctionCtx, Node):
    """The node of a custom Function; it is also the `ctx` that forward and backward are given."""

    shares_gradients = True
    hooked = True  # the engine has to look at it, and to run it even if no gradient arrived
    _forward_cls = None  # the user's class
    saved = ()

    def __init__(self, edges=(), are_tensors=(), needs_input_grad=()):
        super().__init__(edges, ())
        self.are_tensors = are_tensors  # of all inputs; `edges` has those that are
        self.needs_input_grad = needs_input_grad

    @property
    def saved_tensors(self):
        """The tensors that forward kept, checked to be what they were."""
        return tuple(None if kept is None else kept.unpack() for kept in self._raw_saved_tensors)

    @property
    def saved_variables(self):
        """The old name of `saved_tensors`."""
        warnings.warn(
            "'saved_variables' is deprecated; use 'saved_tensors'", DeprecationWarning, stacklevel=2
        )
        return self.saved_tensors

    @property
    def _raw_saved_tensors(self):
        if self.saved is FREED:
            raise freed()
        return self.saved

    def release(self):
        """Forget the saved tensors."""
        for kept in self.saved if self.saved is not FREED else ():
            if kept is not None:
                kept.release()
        self.saved = FREED

    def apply(self, *grads):
        """Call the user's `backward`, or `vjp`."""
        function = self._forward_cls
        written = [f for f in (function.backward, function.vjp) if f is not Function.backward]
        if len(written) > 1:
            raise RuntimeError(
                "Implementing both 'backward' and 'vjp' for a custom Function is not allowed. You should "
                "only implement one of them."
            )
        return (written or [Function.backward])[0](self, *grads)

    def backward(self, grads):
        """Call the user's backward and check what it returned."""
        if self._materialize:
            grads = [
                wrap(np.zeros(*like)) if grad is None and like is not None else grad
                for grad, like in zip(grads, self.outputs)
            ]
        results = self.apply(*grads)
        results = results if isinstance(results, tuple) else (results,)
        name, wanted = self.name(), len(self.are_tensors)
        if all(result is None for result in results[wanted:]):
            results = results[:wanted]
        if len(results) != wanted:
            raise RuntimeError(
                f"function {name} returned an incorrect number of gradients (expected {wanted}, got "
                f"{len(results)})"
            )
        for position, (result, is_tensor) in enumerate(zip(results, self.are_tensors)):
            if result is not None and not is_tensor:
                raise RuntimeError(
                    f"function {name} returned a gradient different than None at position "
                    f"{position + 1}, but the corresponding forward input was not a Variable"
                )
            if result is not None and not isinstance(result, Tensor):
                raise RuntimeError(f"expected Variable or None (got {_type_name(result)})")
        return [result for result, is_tensor in zip(results, self.are_tensors) if is_tensor]


BackwardCFunction.__module__ = "torch.autograd.function"


def _type_name(value):
    kind = type(value)
    return f"numpy.{kind.__name__}" if kind.__module__ == "numpy" else kind.__name__


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
        cls._backward_cls = type(name, (BackwardCFunction,), {"_forward_cls": cls}, name=name)
        cls._backward_cls.__module__ = "torch.autograd.function"

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

    vjp = backward  # another name that a subclass may override

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
        tensors = [value for value in inputs if isinstance(value, Tensor)]
        edges = tuple(map(gradient_edge, tensors)) if state.enabled else ()
        needs = tuple(isinstance(value, Tensor) and value.requires_grad for value in inputs)
        node = cls._backward_cls(edges, [isinstance(value, Tensor) for value in inputs], needs)
        with no_grad():
            if separate:
                output = cls.forward(*args, **kwargs)
                cls.setup_context(node, args, output)
            else:
                output = cls.forward(node, *args, **kwargs)
        outputs = output if isinstance(output, tuple) else (output,)
        outputs = _finish(
            node, outputs, tensors, any(map(requires_grad, tensors)) and state.enabled
        )
        return outputs if isinstance(output, tuple) else outputs[0]


def _finish(node, outputs, inputs, recording):
    """The results of forward, connected to their node; what it noted down is turned into facts."""
    _check_notes(node, outputs)
    connected = tuple(
        _connected(value, position, node, inputs, recording) if isinstance(value, Tensor) else value
        for position, value in enumerate(outputs)
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
        node.saved = tuple(
            _kept(node, position, value, outputs)
            for position, value in enumerate(node.to_save or ())
        )
    # Whatever leads from the node back to its results would be a cycle.
    node.to_save = node.dirty_tensors = node.non_differentiable = None
    return connected


def _check_notes(node, outputs):
    for dirty in node.dirty_tensors or ():
        if not isinstance(dirty, Tensor):
            raise RuntimeError("mark_dirty can only accept variables, but argument ")
        if not _among(dirty, outputs):
            raise RuntimeError(
                "Some elements marked as dirty during the forward method were not returned as output. "
                "The inputs that are modified inplace must all be outputs of the Function."
            )
        if dirty._view is not None and len(outputs) > 1:
            raise RuntimeError(
                "If your Function modifies inplace an input that is a view of another Tensor, your "
                "Function cannot return more than one Tensor. This is not supported by the current "
                "autograd engine. You should either make sure the input is not a view (using .clone() "
                "for example) or make your Function only return one Tensor (potentially splitting it "
                "into two Functions: one doing the inplace that returns a single Tensor and a second one "
                "that does the other operations). You can ask on the forum https://discuss.pytorch.org/ "
                "if you need help to do this change."
            )
    if not all(isinstance(tensor, Tensor) for tensor in node.non_differentiable or ()):
        raise RuntimeError("mark_non_differentiable only accepts variable arguments, but got ")


def _connected(tensor, position, node, inputs, recording):
    """A result with the node as its `grad_fn`, if it is to have one."""
    recording = (
        recording and tensor.is_floating_point() and not _among(tensor, node.non_differentiable)
    )
    if _among(tensor, node.dirty_tensors):
        return _changed(tensor, position, node, recording)
    if _among(tensor, inputs):  # returned as it is: a view can have a history of its own
        alias = tensor._alias()
        if recording or not tensor.requires_grad:
            base = tensor if tensor._view is None else tensor._view.base
            alias._view = View(base, CUSTOM if recording else NO_GRAD)
        tensor = alias
    if recording:
        tensor._grad_fn, tensor._output_nr, tensor._tracked = node, position, True
        view = tensor._view
        if view is not None:
            view.requires_grad, view.seen, view.how = True, tensor._version, CUSTOM
    return tensor


def _changed(tensor, position, node, recording):
    """An input that forward changed in place, with the node as the latest step of its history."""
    if recording and tensor.requires_grad and tensor.is_leaf and tensor._view is None:
        raise RuntimeError(
            "a leaf Variable that requires grad has been used in an in-place operation."
        )
    check_in_place(tensor, recording)
    tensor._changed()
    if recording:
        rebase_history(tensor, node)
        if tensor._view is None:
            tensor._output_nr = position
    return tensor


def _among(tensor, tensors):
    return any(tensor is other for other in tensors or ())


def _kept(node, position, tensor, outputs):
    """What the node keeps of a tensor given to `save_for_backward`."""
    if tensor is None:
        return None
    if not isinstance(tensor, Tensor):
        raise TypeError(
            f"save_for_backward can only save variables, but argument {position} is of type "
            f"{_type_name(tensor)}"
        )
    for output_nr, output in enumerate(outputs):
        if tensor is output:
            return SavedTensor(node, SavedResult(output, output_nr))
    return SavedTensor(node, tensor, version_to_save(tensor))


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
