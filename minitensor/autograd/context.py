"""What a custom Function's `forward` and `backward` are given as `ctx`, and the node it belongs to.

In PyTorch the two are one object. Here they are two, so that whatever users write on `ctx` stays theirs: each
asks the other for what it does not have itself.
"""

import warnings
import weakref

import numpy as np

from ..graph import Node
from ..op_node import FREED, SavedResult, freed, version_to_save
from ..tensor import Tensor, wrap
from .saved import SavedTensor


class readonly(property):
    """A property whose assignment raises PyTorch's error."""

    def __set__(self, ctx, value):
        raise AttributeError(
            f"attribute '{self.fget.__name__}' of 'torch._C._FunctionBase' objects is not writable"
        )


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


# What `ctx` has of its node.
OF_THE_NODE = {"metadata", "name", "next_functions", "register_hook", "register_prehook"}


class BackwardCFunction(FunctionCtx):
    """The `ctx` of a custom Function."""

    _forward_cls = None  # the user's class
    _kept = ()
    _node = None  # a weak reference: the node, which holds the ctx, would make a cycle

    def __getattr__(self, name):
        node = self._node() if name in OF_THE_NODE and self._node else None
        if node is None:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        return getattr(node, name)

    @readonly
    def saved_tensors(self):
        """The tensors that forward kept, checked to be what they were."""
        return tuple(None if kept is None else kept.unpack() for kept in self._raw_saved_tensors)

    @readonly
    def saved_variables(self):
        """The old name of `saved_tensors`."""
        warnings.warn(
            "'saved_variables' is deprecated; use 'saved_tensors'", DeprecationWarning, stacklevel=2
        )
        return self.saved_tensors

    @readonly
    def _raw_saved_tensors(self):
        if self._kept is FREED:
            raise freed()
        return self._kept

    def _keep(self, node, outputs):
        """Turn what `save_for_backward` was given into what is saved."""
        self._kept = tuple(
            _kept(node, position, value, outputs)
            for position, value in enumerate(self.to_save or ())
        )

    def _release(self):
        for kept in self._kept if self._kept is not FREED else ():
            if kept is not None:
                kept.release()
        self._kept = FREED

    def apply(self, *grads):
        """Call the user's `backward`, or `vjp`."""
        function = self._forward_cls
        not_written = function._not_written
        written = [f for f in (function.backward, function.vjp) if f is not not_written]
        if len(written) > 1:
            raise RuntimeError(
                "Implementing both 'backward' and 'vjp' for a custom Function is not allowed. You should "
                "only implement one of them."
            )
        return (written or [not_written])[0](self, *grads)


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


def _type_name(value):
    kind = type(value)
    return f"numpy.{kind.__name__}" if kind.__module__ == "numpy" else kind.__name__


class FunctionNode(Node):
    """The `grad_fn` that a custom Function's results have."""

    shares_gradients = True
    hooked = True  # the engine has to look at it, and to run it even if no gradient arrived

    def __init__(self, edges, ctx, are_tensors):
        super().__init__(edges, ())
        self.ctx = ctx
        self.are_tensors = are_tensors  # of all inputs; `edges` has those that are
        ctx._node = weakref.ref(self)

    def __getattr__(self, name):
        return getattr(self.ctx, name)

    def release(self):
        """Forget the saved tensors."""
        self.ctx._release()

    def backward(self, grads):
        """Call the user's backward and check what it returned."""
        if self.ctx._materialize:
            grads = [
                wrap(np.zeros(*like)) if grad is None and like is not None else grad
                for grad, like in zip(grads, self.outputs)
            ]
        results = self.ctx.apply(*grads)
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
