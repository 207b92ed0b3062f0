"""`torch.autograd.graph`: what a user can do with the graph, and with what it saves."""

import collections
import contextlib

import numpy as np

from ..graph import Node, ends, gradient_edge, node_of
from ..hooks import RemovableHandle
from ..tensor import Tensor, wrap
from .saved import defaults, pop_hooks, push_hooks
from .watch import passes

__all__ = [
    "GradientEdge",
    "Node",
    "disable_saved_tensors_hooks",
    "get_gradient_edge",
    "increment_version",
    "register_multi_grad_hook",
    "save_on_cpu",
    "saved_tensors_hooks",
]


class GradientEdge(
    collections.namedtuple(
        "GradientEdge", ("node", "output_nr", "ownership_token"), defaults=(None,)
    )
):
    """A place in the graph where a gradient arrives: stands for a tensor in `backward` and `grad`."""

    __slots__ = ()
    __module__ = "torch.autograd.graph"

    def stand_in(self):
        """A tensor with this place in the graph: the leaf, or one that has a shape but no numbers."""
        if hasattr(self.node, "variable"):
            return self.node.variable
        shape, dtype = self.node.outputs[self.output_nr]
        tensor = wrap(np.broadcast_to(np.zeros((), dtype), shape))
        tensor._grad_fn, tensor._output_nr, tensor._tracked = self.node, self.output_nr, True
        return tensor


def get_gradient_edge(tensor):
    """The place where the gradient of `tensor` arrives.

    >>> x = torch.ones(2, requires_grad=True)
    >>> torch.autograd.graph.get_gradient_edge(x * 2).node.name()
    'MulBackward0'
    """
    edge = gradient_edge(tensor)
    if edge is None:
        raise RuntimeError(
            "It is not possible to get the gradient edge for a Tensor that does not require gradients"
        )
    return GradientEdge(node_of(edge), ends(edge)[1])


def increment_version(tensor):
    """Say that a tensor (or each of several) was changed in place by means nobody could notice."""
    tensors = (tensor,) if isinstance(tensor, Tensor) else tensor
    if not isinstance(tensors, collections.abc.Iterable):
        raise RuntimeError("increment_version expect a Iterable[Tensor] as input")
    for tensor in tensors:
        if not isinstance(tensor, Tensor):
            raise RuntimeError(
                "increment_version expects each element of the iterable to be a tensor"
            )
        if not tensor.is_inference():
            tensor._changed()


# Saved tensors


class saved_tensors_hooks:
    """Inside it, what is saved for backward is pack_hook(tensor); unpack_hook makes a tensor of that.

    >>> x = torch.tensor([1., 2.], requires_grad=True)
    >>> with torch.autograd.graph.saved_tensors_hooks(lambda t: t.tolist(), torch.tensor):
    ...     y = (x * x).sum()
    >>> y.backward()
    >>> x.grad
    tensor([2., 4.])
    """

    def __init__(self, pack_hook, unpack_hook):
        self.pack_hook = pack_hook
        self.unpack_hook = unpack_hook

    def __enter__(self):
        push_hooks(self.pack_hook, self.unpack_hook)

    def __exit__(self, *exception):
        pop_hooks()


class save_on_cpu(saved_tensors_hooks):
    """Inside it, saved tensors wait on the CPU: where the tensors of this kit are anyway."""

    def __init__(self, pin_memory=False, device_type="cuda"):
        super().__init__(
            lambda tensor: (tensor.device, tensor.cpu()),
            lambda packed: packed[1].to(packed[0], non_blocking=pin_memory),
        )


@contextlib.contextmanager
def disable_saved_tensors_hooks(error_message):
    """Inside it, `saved_tensors_hooks` raises a RuntimeError with this message."""
    if defaults.pairs:
        raise RuntimeError(error_message)
    before, defaults.disabled = defaults.disabled, error_message
    try:
        yield
    finally:
        defaults.disabled = before


# Hooks on several tensors


class _MultiHandle(RemovableHandle):
    """Takes away several hooks."""

    __module__ = "torch.autograd.graph"

    def __init__(self, handles):
        self.handles = tuple(handles)

    def remove(self):
        for handle in self.handles:
            handle.remove()


def register_multi_grad_hook(tensors, fn, *, mode="all"):
    """Call fn(gradients) in each backward pass when the last of the tensors' gradients is known.

    A tensor that the pass does not reach has None. `mode="any"`: call fn(gradient) with the first.
    """
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    seen = {}  # id of a pass: the gradients so far, by position

    def arrived(position, gradient):
        if not passes.running:
            raise AssertionError("expected this hook to be called inside a backward call")
        this = passes.running[-1]
        first = id(this) not in seen
        found = seen.setdefault(id(this), {})
        found[position] = gradient
        if mode == "any":
            if first:
                fn(gradient)
            return
        if first:
            reached = _reached(*this)
            found["expected"] = sum(id(target) in reached for target in targets)
        if len(found) - 1 == found["expected"]:
            del seen[id(this)]
            fn([found.get(i) for i in range(len(targets))])

    if mode == "any":
        tensors = [tensor for tensor in tensors if tensor.requires_grad]
    edges = [gradient_edge(tensor) for tensor in tensors]
    if any(edge is None for edge in edges):
        raise AssertionError("Expected gradient function to be set")
    targets = [ends(edge)[0] for edge in edges]
    return _MultiHandle(
        tensor.register_hook(lambda gradient, i=i: arrived(i, gradient))
        for i, tensor in enumerate(tensors)
    )


def _reached(outputs, inputs):
    """The ids of the nodes and leaves that a pass comes to, on its way to `inputs` if any are given."""
    reached, todo = {}, [ends(edge)[0] for edge in outputs]
    while todo:
        target = todo.pop()
        if id(target) not in reached:
            reached[id(target)] = target
            if isinstance(target, Node):
                todo += [ends(edge)[0] for edge in target.edges if edge is not None]
    if inputs is None:
        return reached.keys()
    needed = {id(ends(gradient_edge(tensor))[0]) for tensor in inputs}
    nodes = [target for target in reached.values() if isinstance(target, Node)]
    for node in sorted(nodes, key=lambda node: node.sequence):
        if any(edge is not None and id(ends(edge)[0]) in needed for edge in node.edges):
            needed.add(id(node))
    return reached.keys() & needed
