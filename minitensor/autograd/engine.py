"""Backward: from a result to its leaves, newest node first, without recursion.

Nodes are numbered as they are made, and a node's edges lead only to older nodes. So the nodes that can be
reached, sorted from new to old, come in an order in which each one's gradient is complete before
it is used. PyTorch runs them in this order too.
"""

import operator

import numpy as np

from .. import dtypes
from ..grad_mode import set_grad_enabled, state
from ..graph import AccumulateGrad, gradient_edge
from ..storage import is_dense
from ..tensor import Tensor, wrap


class Backward:
    """One backward pass: which gradients have arrived where, and where they go next.

    `inputs`: None to add gradients to every leaf's `grad`; or the tensors whose gradients are wanted,
    which are then in `captured`, by edge (None where none arrived).
    """

    def __init__(self, tensors, gradients, inputs=None):
        self.roots = [(_leaf_or_node(gradient_edge(t)), g) for t, g in zip(tensors, gradients)]
        self.arrived = {}  # id(target): a list with one gradient, or None, for each of its outputs
        self._reach()
        self.captured = None
        if inputs is not None:
            self.captured = {edge_key(t): None for t in inputs}
            self._keep_needed()

    def _reach(self):
        """Find the nodes that the roots lead to, and how many edges lead to each leaf."""
        nodes, self.leaf_uses = {}, {}
        targets = [target for (target, _), _ in self.roots]
        while targets:
            target = targets.pop()
            if isinstance(target, Tensor):
                self.leaf_uses[id(target)] = self.leaf_uses.get(id(target), 0) + 1
            elif id(target) not in nodes:
                nodes[id(target)] = target
                targets += [edge[0] for edge in target.edges if edge is not None]
        self.nodes = sorted(nodes.values(), key=operator.attrgetter("sequence"), reverse=True)

    def _keep_needed(self):
        """Drop the nodes that lead to no wanted gradient."""
        needed = {target for target, _ in self.captured}
        for node in reversed(self.nodes):  # oldest first: what a node leads to is decided before it
            if any(edge is not None and id(edge[0]) in needed for edge in node.edges):
                needed.add(id(node))
        self.nodes = [node for node in self.nodes if id(node) in needed]

    def run(self, retain_graph, create_graph):
        """Send the gradients back. Saved values are freed behind it unless `retain_graph`."""
        with set_grad_enabled(create_graph), np.errstate(all="ignore"):
            for edge, gradient in self.roots:
                self._deliver(edge, gradient)
            for node in self.nodes:
                self._visit(node, retain_graph)

    def _visit(self, node, retain_graph):
        """Run one node and hand its results on."""
        grads = self.arrived.pop(id(node), None)
        if grads is None:
            if not node.hooked:
                for edge in node.edges:
                    self._deliver(edge, None)
                return
            grads = [None] * len(node.outputs)
        if node.hooked:
            grads = _run_hooks_before(node, grads)
        if self.captured is not None:
            self._capture(node, grads)
        results = node.backward(grads)
        if not retain_graph:
            node.release()
        if node.hooks:
            results = _run_hooks_after(node, results, grads)
        if node.shares_gradients:
            _mark_shared(results)
        elif len(results) > 1:
            for position, gradient in enumerate(results):
                if gradient is not None and any([gradient is g for g in results[:position]]):
                    gradient._shared = True
        for edge, gradient in zip(node.edges, results):
            self._deliver(
                edge, gradient if gradient is None or edge is None else _fit(gradient, edge, node)
            )

    def _capture(self, node, grads):
        for position, grad in enumerate(grads):
            if (id(node), position) in self.captured:
                self.captured[id(node), position] = grad

    def _deliver(self, edge, gradient):
        """Add a gradient to what has arrived at the end of an edge."""
        if edge is None:
            return
        target, position = edge
        leaf = isinstance(target, Tensor)
        if gradient is not None:
            grads = self.arrived.get(id(target))
            if grads is None:
                grads = self.arrived[id(target)] = [None] if leaf else [None] * len(target.outputs)
            grads[position] = gradient if grads[position] is None else grads[position] + gradient
        if leaf:
            self.leaf_uses[id(target)] -= 1
            if not self.leaf_uses[id(target)]:
                self._finish(target)

    def _finish(self, leaf):
        """All gradients of a leaf have arrived: run its hooks, and add them to `leaf.grad`."""
        grads = self.arrived.pop(id(leaf), None)
        if grads is None:
            return
        for hook in _hooks(leaf._hooks):
            _mark_shared(grads)
            grads = _replaced(hook, grads, hook(grads[0]))
        node = leaf._accumulator and leaf._accumulator()
        for hook in _hooks(node and node.prehooks):
            grads = _replaced(hook, grads, hook(tuple(grads)))
        if self.captured is None:
            if leaf.requires_grad:  # unless it was switched off since
                accumulate(leaf, grads[0])
            for hook in _hooks(node and node.hooks):
                hook((), tuple(grads))
        elif (id(leaf), 0) in self.captured:
            self.captured[id(leaf), 0] = grads[0]


def accumulate(leaf, gradient):
    """Add a gradient to `leaf.grad`: adopted if it is the first and nobody else holds it.

    Later ones are added in place, unless the sum itself is being recorded (`create_graph=True`).
    """
    before = leaf._grad
    if before is None:
        adopt = not gradient._shared and not state.enabled and _laid_out_like(gradient, leaf)
        leaf._grad = gradient if adopt else _copy_laid_out_like(gradient, leaf)
    elif state.enabled:
        leaf._grad = before + gradient
    else:
        before.add_(gradient)
    for hook in _hooks(leaf._post_accumulate_hooks):
        hook(leaf)


def edge_key(tensor):
    """What a tensor's gradient is captured under."""
    target, position = _leaf_or_node(gradient_edge(tensor))
    return id(target), position


def _leaf_or_node(edge):
    # A leaf's AccumulateGrad, if somebody put it into an edge by hand, stands for the leaf.
    return (edge[0].variable, 0) if isinstance(edge[0], AccumulateGrad) else edge


def _laid_out_like(gradient, leaf):
    array, like = gradient._array, leaf._array
    if array.strides == like.strides:
        return is_dense(like)
    return array.flags.c_contiguous and not is_dense(like)


def _copy_laid_out_like(gradient, leaf):
    if state.enabled or not is_dense(leaf._array):
        return gradient.clone()
    copy = wrap(np.empty_like(leaf._array))
    np.copyto(copy._array, gradient._array)
    return copy


def _fit(gradient, edge, node):
    """Undo broadcasting, and cast: a gradient has the shape and dtype of what it belongs to."""
    target, output_nr = edge
    if isinstance(target, Tensor):
        shape, dtype = target._array.shape, target._array.dtype
    else:
        shape, dtype = target.outputs[output_nr]
    array = gradient._array
    if array.shape != shape:
        if not _broadcasts_to(shape, array.shape):
            position = node.edges.index(edge)
            raise RuntimeError(
                f"Function {type(node).__name__} returned an invalid gradient at index {position} - got "
                f"{list(array.shape)} but expected shape compatible with {list(shape)}"
            )
        gradient = gradient.sum_to_size(shape)
    if array.dtype is not dtype and array.dtype != dtype:
        gradient = gradient.to(dtypes.of(dtype))
    return gradient


def _broadcasts_to(shape, larger):
    return len(shape) <= len(larger) and all(
        a == b or a == 1 for a, b in zip(reversed(shape), reversed(larger))
    )


def _run_hooks_before(node, grads):
    """The hooks of the tensors that a node made, their `retain_grad`, and the node's own prehooks."""
    for position, hooks in (node.tensor_hooks or {}).items():
        for hook in _hooks(hooks):
            if grads[position] is not None:
                _mark_shared([grads[position]])
                (grads[position],) = _replaced(hook, [grads[position]], hook(grads[position]))
    for position, reference in (node.retained or {}).items():
        tensor, grad = reference(), grads[position]
        if tensor is not None and grad is not None:
            before = tensor._grad
            tensor._grad = grad.clone() if before is None else before + grad
    for hook in _hooks(node.prehooks):
        _mark_shared(grads)
        grads = _replaced(hook, grads, hook(tuple(grads)))
    return grads


def _run_hooks_after(node, results, grads):
    for hook in _hooks(node.hooks):
        _mark_shared(results)
        results = _replaced(hook, results, hook(tuple(results), tuple(grads)))
    return results


def _hooks(hooks):
    return list(hooks.values()) if hooks else ()


def _mark_shared(gradients):
    """Somebody else sees these and may keep them: no leaf may adopt their memory."""
    for gradient in gradients:
        if gradient is not None:
            gradient._shared = True


def _replaced(hook, before, returned):
    """What a hook returned in place of some gradients, if anything, checked."""
    if returned is None:
        return before
    returned = list(returned) if isinstance(returned, (tuple, list)) else [returned]
    for old, new in zip(before, returned):
        if new is not None and not isinstance(new, Tensor):
            raise TypeError(f"expected Variable, but hook returned '{type(new).__name__}'")
        if old is not None and new is not None and new._array.shape != old._array.shape:
            raise RuntimeError(f"hook '{hook.__name__}' has changed the size of value")
    return returned
