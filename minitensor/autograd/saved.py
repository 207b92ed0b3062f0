"""Saved tensors that the user's hooks pack when they are saved, and unpack when they are needed."""

import copy
import functools
import weakref
from _thread import _local

from ..grad_mode import no_grad, state
from ..graph import Node, ends, gradient_edge
from ..op_node import FREED, OpNode, SavedResult, freed, modified_in_place, saved_name
from ..tensor import Tensor
from .watch import passes, unwatch, watch


class _Defaults(_local):
    """The pairs of hooks that hold for all tensors being saved; the last one counts."""

    def __init__(self):
        self.pairs = []
        self.disabled = None  # or why there may be none


defaults = _Defaults()


def push_hooks(pack, unpack):
    """From now on, `pack` every tensor that is saved."""
    if defaults.disabled is not None:
        raise RuntimeError(defaults.disabled)
    _check_callable("_push_saved_tensors_default_hooks", "", pack, unpack)
    defaults.pairs.append((pack, unpack))
    watch("versions", _pack)


def _check_callable(function, first, *hooks):
    if not all(map(callable, hooks)):
        raise TypeError(
            f"{function}(): incompatible function arguments. The following argument types are "
            f"supported:\n    1. ({first}arg0: collections.abc.Callable, arg1: "
            f"collections.abc.Callable) -> None\n\nInvoked with: {', '.join(map(repr, hooks))}"
        )


def pop_hooks():
    """Take back the last `push_hooks`."""
    defaults.pairs.pop()
    unwatch("versions")


class SavedTensor:
    """One tensor that a node saved: the tensor itself or, if there are hooks, what they made of it."""

    __module__ = "torch._C._autograd"
    unpack_hook = data = edge = None

    def __init__(self, node, value, version=None):
        self.node = weakref.ref(node)
        self.value = value  # a tensor, or the node's own SavedResult
        self.version = value._counter[0] if isinstance(value, SavedResult) else version
        if defaults.pairs and value is not FREED and not _is_number(value):
            self._pack(self._original(), *defaults.pairs[-1])

    def register_hooks(self, pack_hook, unpack_hook):
        """Store pack_hook(tensor) in place of the tensor; unpack_hook makes a tensor of it again."""
        if self.value is FREED:
            raise RuntimeError(
                "Calling register_hooks on a saved tensor after it has been freed. Saved intermediate "
                "values of the graph are freed when you call .backward() or autograd.grad(). Specify "
                "retain_graph=True if you need to backward through the graph a second time or if you "
                "need to access saved variables after calling backward."
            )
        if self.unpack_hook is not None:
            raise RuntimeError(
                "Calling register_hooks on a saved tensor whose hooks have already been set. Hint: only "
                "one pair of hooks is allowed at a time."
            )
        kind = "self: torch._C._autograd.SavedTensor, "
        _check_callable("register_hooks", kind, pack_hook, unpack_hook)
        self._pack(self._original().detach(), pack_hook, unpack_hook)

    def _pack(self, tensor, pack_hook, unpack_hook):
        version = tensor._version
        with no_grad():
            self.data = pack_hook(tensor)
        if tensor._version != version:
            raise RuntimeError(
                "A saved tensor pack hook is modifying its input in place. Tensors provided as input to "
                "pack hook cannot be modified by in-place operations as this can lead to unexpected "
                "side-effects. Please open an issue if you need to perform in-place operations on the "
                "input to a pack hook."
            )
        self.unpack_hook = unpack_hook
        if isinstance(self.value, SavedResult):
            self.output_nr = self.value.output_nr
        else:
            self.edge = gradient_edge(self.value)
        self.value = None

    def _original(self):
        result = isinstance(self.value, SavedResult)
        tensor = self.value.unpack(self.node()) if result else self.value
        if self.version is not None and tensor._version != self.version:
            raise modified_in_place(tensor, self.version)
        return tensor

    def unpack(self):
        """The tensor, checked to be what it was; versions are not checked if hooks made it."""
        if self.value is FREED:
            raise freed()
        if self.unpack_hook is None:
            return self._original()
        tensor = self.unpack_hook(self.data)
        if not isinstance(tensor, Tensor):
            kind = type(tensor).__name__
            raise TypeError(
                "Output of saved tensor unpack_hook expected to be a Tensor but got result of type "
                f"{kind}"
            )
        tensor = tensor._alias()
        target, output_nr = ends(self.edge)
        if hasattr(self, "output_nr"):
            target, output_nr = self.node(), self.output_nr
        if isinstance(target, Tensor) and passes.running and state.enabled:
            target = Alias((self.edge,), ((target._array.shape, target._array.dtype),))
        if target is not None and tensor.is_floating_point():
            tensor._tracked = True
            if isinstance(target, Node):
                tensor._grad_fn, tensor._output_nr = target, output_nr
        return tensor

    def release(self):
        """Forget it, after backward."""
        self.value, self.data = FREED, None


def _is_number(value):
    """True for a Python number that was saved as a tensor, as in `x * 3`: it is not worth packing."""
    return (
        isinstance(value, Tensor)
        and value._array.ndim == 0
        and value._array.dtype in (int, float, bool)
        and value._counter is None
        and not value._tracked
    )


class Alias(Node, name="AliasBackward0"):
    """Makes an unpacked tensor stand for the leaf that was packed, under `create_graph`."""

    def backward(self, grads):
        """The gradient, as it is."""
        return list(grads)


class _Wrapped:
    """What a node class gains when its saved tensors have become `SavedTensor`s."""

    def unpack(self, value, version):
        if type(value) is list:
            return [v.unpack() if isinstance(v, SavedTensor) else v for v in value]
        if isinstance(value, SavedTensor):
            return value.unpack()
        return super().unpack(value, version)

    def release(self):
        for value in self.saved:
            for part in value if type(value) is list else [value]:
                if isinstance(part, SavedTensor):
                    part.release()


@functools.cache
def _wrapped(kind):
    return type(kind.__name__, (_Wrapped, kind), {}, name=kind.__name__)


def wrap_saved(node):
    """Make `SavedTensor`s of what an op's node saved, which packs them if there are hooks."""
    if isinstance(node, _Wrapped):
        return
    node.saved = tuple(
        [v if seen is None else SavedTensor(node, v, seen) for v, seen in zip(value, version)]
        if type(version) is list
        else SavedTensor(node, value, version)
        if type(version) is int
        else value
        for value, version in zip(node.saved, node.versions)
    )
    node.__class__ = _wrapped(type(node.named()))
    node.plan = copy.copy(node.plan)
    node.plan.straight = None  # what comes back from the hooks are tensors
    node.versions = tuple([None if type(v) is int else v for v in node.versions])


def _raw_saved(node, name):
    """The `SavedTensor` (or a list of them) of the op's input or result of this name."""
    wrap_saved(node)
    value = dict(zip(node.plan.names, node.saved)).get(name)
    if value is FREED:
        return SavedTensor(node, FREED)
    if isinstance(value, (SavedTensor, list)):
        return value
    attribute = f"_raw{saved_name(name)}"
    raise AttributeError(f"'{type(node).__name__}' object has no attribute '{attribute}'")


OpNode.raw_saved = _raw_saved


def _pack(node):
    """Watches `versions` being set, the last thing when an op's node is made."""
    if defaults.pairs and isinstance(node, OpNode):
        wrap_saved(node)
