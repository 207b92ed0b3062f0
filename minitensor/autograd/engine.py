"""Backward: from a result to its leaves, newest node first, without recursion.

Nodes are numbered as they are made, and a node's edges lead only to older nodes. So the nodes that can be
reached, sorted from new to old, come in an order in which each one's gradient is complete before
it is used. PyTorch runs them in this order too.

Gradients travel as NumPy arrays; where the pass itself is recorded (`create_graph=True`), as tensors.
"""

import operator

import numpy as np

from .. import dtypes
from ..formulas import summed_to
from ..grad_mode import state
from ..graph import AccumulateGrad, Node, ends, gradient_edge
from ..storage import is_dense
from ..tensor import Tensor, wrap


class GraphRoot(Node, name="GraphRoot"):
    """What a pass starts from: a node that hands on the gradients that were given."""

    def __init__(self, edges):
        self.edges = edges


class Backward:
    """One backward pass: which gradients have arrived where, and where they go next.

    `edges`: where it starts, with the `gradients` there.
    `inputs`: None to add gradients to every leaf's `grad`; or the tensors whose gradients are wanted,
    which are then in `captured`, by edge (None where none arrived). `ends_run`: the nodes that made these
    run, too, though their gradients go nowhere.
    """

    closely = False  # True if every node has to be visited: see `_visit`

    def __init__(self, edges, gradients, inputs=None, ends_run=False):
        self.root = GraphRoot([_leaf_or_node(edge) for edge in edges])
        self.gradients = gradients
        self.arrived = {}  # edge (a leaf's id): the gradient, as far as it has been added up
        self.awaited = {}  # a leaf's id: how many edges have still to deliver
        self.grown = {}  # edge (a leaf's id): how often its gradient was added to in place
        self.shared = set()  # ids of gradients that others hold, too: no leaf may adopt them
        self.nodes = self._reach()
        self.captured, self.ends_run = None, ends_run
        if inputs is not None:
            self.captured = {edge_key(t): None for t in inputs}
            self._keep_needed()

    def _reach(self):
        """The nodes that the root leads to, newest first; notes how many edges lead to each leaf."""
        awaited, nodes, found = self.awaited, [self.root], {None}
        for node in nodes:  # while more and more are added
            for edge in node.edges:
                if isinstance(edge, Tensor):
                    awaited[id(edge)] = awaited.get(id(edge), 0) + 1
                    continue
                if type(edge) is tuple:
                    edge = edge[0]
                if edge not in found:
                    found.add(edge)
                    nodes.append(edge)
        del nodes[0]
        nodes.sort(key=operator.attrgetter("sequence"), reverse=True)
        return nodes

    def _keep_needed(self):
        """Drop the nodes that lead to no wanted gradient; those that lead on are `self.needed`."""
        wanted = {target for target, _ in self.captured}
        self.needed = set()
        for node in reversed(self.nodes):  # oldest first: what a node leads to is decided before it
            targets = {id(ends(edge)[0]) for edge in node.edges if edge is not None}
            if not targets.isdisjoint(wanted | self.needed):
                self.needed.add(id(node))
        self.nodes = [node for node in self.nodes if id(node) in wanted | self.needed]

    def run(self, retain_graph, create_graph):
        """Send the gradients back. Saved values are freed behind it unless `retain_graph`."""
        self.recorded = create_graph
        before, state.enabled = state.enabled, create_graph
        try:
            self._hand_on(self.root, [self._leaving(gradient) for gradient in self.gradients])
            closely = self.closely or create_graph or self.captured is not None
            arrived = self.arrived
            with np.errstate(all="ignore"):
                for node in self.nodes:
                    if closely or node.hooked or node._outputs is not None or node not in arrived:
                        self._visit(node, retain_graph)
                        continue
                    results = node.backward_arrays((arrived.pop(node),))
                    if not retain_graph:
                        node.release()
                    self._hand_on(node, results)
        finally:
            state.enabled = before
        for key, gradient in (self.captured or {}).items():
            self.captured[key] = None if gradient is None else self._shown(gradient)

    def _visit(self, node, retain_graph):
        """Run one node, and hand its results on: any node, in any pass."""
        if node._outputs is None:
            grads = [self.arrived.pop(node, None)]
        else:
            places = [(node, nr) if nr else node for nr in range(len(node.outputs))]
            grads = [self.arrived.pop(place, None) for place in places]
        hooked = node.hooked
        if grads[0] is None and not hooked and not any([g is not None for g in grads]):
            self._hand_on(node, [None] * len(node.edges))
            return
        if self.captured is not None and not self._capture(node, grads):
            if self.ends_run:
                self._run_end(node, grads, retain_graph)
            return
        if hooked:
            grads = self._run_hooks_before(node, grads)
        results = node.backward(grads) if self.recorded else node.backward_arrays(grads)
        if not retain_graph:
            node.release()
        if hooked:
            results = self._run_hooks_after(node, results, grads)
        self._hand_on(node, results)

    def _hand_on(self, node, gradients):
        """Add a node's gradients (None where there is none) to what has arrived at the ends of its edges."""
        several = len(gradients)
        same = several > 2 and len({*map(id, gradients)}) < several
        if same or (several == 2 and gradients[0] is gradients[1]):
            self.shared.update(map(id, gradients))  # before a leaf may adopt what others get, too
        arrived = self.arrived
        for edge, gradient in zip(node.edges, gradients):
            leaf = None
            if edge is None:
                continue
            if isinstance(edge, Node):
                like = edge
            elif type(edge) is tuple:
                like = edge[0].outputs[edge[1]]
            else:
                leaf, edge, like = edge, id(edge), edge._array
            if gradient is not None:
                if gradient.shape != like.shape or gradient.dtype is not like.dtype:
                    gradient = _fit(gradient, like, edge if leaf is None else leaf, node)
                if edge in arrived:
                    gradient = self._sum(arrived[edge], gradient, edge)
                arrived[edge] = gradient
            if leaf is not None:
                self.awaited[edge] -= 1
                if not self.awaited[edge]:
                    self._finish(leaf)

    def _sum(self, before, gradient, place):
        """Two gradients for the same place, added in place if nobody else holds the first."""
        if self.recorded or before.base is not None or id(before) in self.shared:
            return before + gradient
        self.grown[place] = self.grown.get(place, 0) + 1
        before += gradient  # makes a new number of NumPy's scalars
        return before

    def _capture(self, node, grads):
        """Note down the gradients that are wanted of a node's results; False if it need not run itself."""
        leads_on = id(node) in self.needed
        if not leads_on and node.hooked:
            grads[:] = self._run_tensor_hooks(node, grads)
        for position, grad in enumerate(grads):
            if (id(node), position) in self.captured:
                self.captured[id(node), position] = grad
        return leads_on

    def _run_end(self, node, grads, retain_graph):
        """Run a node that made one of the `inputs`, though its results go nowhere."""
        for hook in _hooks(node.prehooks):
            grads = self._replaced(hook, grads, hook(self._all_shown(grads)))
        node.backward(grads) if self.recorded else node.backward_arrays(grads)
        if not retain_graph:
            node.release()
        self._run_hooks_after(node, [None] * len(node.edges), grads)

    def _finish(self, leaf):
        """All gradients of a leaf have arrived: run its hooks, and add them to `leaf.grad`."""
        gradient = self.arrived.pop(id(leaf), None)
        if gradient is None:
            return
        for hook in _hooks(leaf._hooks):
            gradient = self._after_hook(hook, gradient)
        if self.captured is not None:
            if (id(leaf), 0) in self.captured:
                self.captured[id(leaf), 0] = gradient
            return
        node = leaf._accumulator and leaf._accumulator()
        if node and node.hooked:
            for hook in _hooks(node.prehooks):
                (gradient,) = self._replaced(hook, [gradient], hook(self._all_shown([gradient])))
        if gradient is not None and leaf.requires_grad:  # unless it was switched off since
            alone, tensor = id(gradient) not in self.shared, self._as_tensor(gradient)
            if id(leaf) in self.grown:
                tensor._counter = [self.grown[id(leaf)]]  # PyTorch counts these changes, too
            accumulate(leaf, tensor, alone)
        if node and node.hooked:
            for hook in _hooks(node.hooks):
                hook((), self._all_shown([gradient]))

    # Between the gradients that travel and the tensors that others see

    def _as_tensor(self, gradient):
        return gradient if self.recorded else wrap(gradient)

    def _leaving(self, tensor):
        """A tensor that others hold as a gradient that travels."""
        gradient = tensor if self.recorded else tensor._array
        self.shared.add(id(gradient))
        return gradient

    def _shown(self, gradient):
        """A gradient as a tensor that others may hold from now on."""
        tensor = self._as_tensor(gradient)
        self.shared.update((id(gradient), id(tensor._array)))
        return tensor

    def _all_shown(self, gradients):
        return tuple([None if g is None else self._shown(g) for g in gradients])

    # Hooks

    def _run_tensor_hooks(self, node, grads):
        """The hooks of the tensors that a node made, then their `retain_grad`."""
        grads = list(grads)
        for position, hooks in (node.tensor_hooks or {}).items():
            for hook in _hooks(hooks):
                grads[position] = self._after_hook(hook, grads[position])
        for position, reference in (node.retained or {}).items():
            tensor, grad = reference(), grads[position]
            if tensor is not None and grad is not None:
                grad, before = self._as_tensor(grad), tensor._grad
                tensor._grad = grad.clone() if before is None else before + grad
        return grads

    def _run_hooks_before(self, node, grads):
        grads = self._run_tensor_hooks(node, grads)
        for hook in _hooks(node.prehooks):
            grads = self._replaced(hook, grads, hook(self._all_shown(grads)))
        return grads

    def _run_hooks_after(self, node, results, grads):
        if node.shares_gradients:
            self.shared.update(map(id, results))
        if node.hooks:
            results = [_fit_edge(g, e, node) for g, e in zip(results, node.edges)]
        for hook in _hooks(node.hooks):
            returned = hook(self._all_shown(results), self._all_shown(grads))
            results = self._replaced(hook, results, returned)
        return results

    def _after_hook(self, hook, grad):
        """A gradient, or what a tensor's hook returned in its place."""
        returned = hook(None if grad is None else self._shown(grad))
        if returned is None:
            return grad
        if not isinstance(returned, Tensor):
            raise TypeError(f"expected Variable, but hook returned '{type(returned).__name__}'")
        return self._checked(hook, grad, returned)

    def _replaced(self, hook, grads, returned):
        """The gradients, or what a node's hook returned in their place."""
        if returned is None:
            return grads
        if isinstance(returned, Tensor):
            returned = (returned,)
        if not isinstance(returned, tuple):
            raise TypeError(f"expected tuple, but hook returned '{type(returned).__name__}'")
        if len(returned) != len(grads):
            raise RuntimeError(
                f"hook '{_name(hook)}' has returned an incorrect number of values (got "
                f"{len(returned)}, but expected {len(grads)})"
            )
        return [self._checked(hook, old, new) for old, new in zip(grads, returned)]

    def _checked(self, hook, old, new):
        """What a hook returned, checked to be like what it was given."""
        if new is None:
            return None
        if old is not None and new._array.shape != old.shape:
            raise RuntimeError(f"hook '{_name(hook)}' has changed the size of value")
        if old is not None and new.dtype is not self._as_tensor(old).dtype:
            was, got = self._as_tensor(old).type(), new.type()
            raise RuntimeError(
                f"hook '{_name(hook)}' has changed the type of value (was {was} got {got})"
            )
        return self._leaving(new)


def accumulate(leaf, gradient, alone=False):
    """Add a gradient to `leaf.grad`: adopted if it is the first and `alone`, nobody else holding it.

    Later ones are added in place, unless the sum itself is being recorded (`create_graph=True`).
    """
    before = leaf._grad
    if before is None:
        adopt = alone and not state.enabled and _may_adopt(leaf._array, gradient._array)
        leaf._grad = gradient if adopt else _copy_laid_out_like(gradient, leaf)
    elif state.enabled:
        leaf._grad = before + gradient
    else:
        before.add_(gradient)
    for hook in _hooks(leaf._post_accumulate_hooks):
        returned = hook(leaf)
        if returned is not None:
            raise TypeError(f"expected Variable, but hook returned '{type(returned).__name__}'")


AccumulateGrad.accumulate = staticmethod(accumulate)


def edge_key(tensor):
    """What a tensor's gradient is captured under."""
    edge = gradient_edge(tensor)  # None for a view made in no_grad mode: nothing will arrive there
    target, position = (tensor, 0) if edge is None else ends(_leaf_or_node(edge))
    return id(target), position


def _leaf_or_node(edge):
    # A leaf's AccumulateGrad, if somebody put it into an edge by hand, stands for the leaf.
    return edge.variable if isinstance(edge, AccumulateGrad) else edge


def _may_adopt(like, array):
    """Whether a leaf's gradient may stay where it is: no part of another array, and laid out like the leaf."""
    if array.base is not None:
        return False
    if array.flags.c_contiguous:
        return like.flags.c_contiguous or not is_dense(like)
    return array.strides == like.strides and is_dense(like)


def _copy_laid_out_like(gradient, leaf):
    if not is_dense(leaf._array):
        return gradient.contiguous().clone()
    copy = wrap(np.empty_like(leaf._array))
    if state.enabled:
        return copy.copy_(gradient)
    np.copyto(copy._array, gradient._array)
    copy._changed()
    return copy


def _fit_edge(gradient, edge, node):
    """A gradient with the shape and dtype of what it belongs to."""
    if gradient is None or edge is None:
        return gradient
    target, position = ends(edge)
    like = target._array if isinstance(target, Tensor) else target.outputs[position]
    return _fit(gradient, like, edge, node)


def _fit(gradient, like, edge, node):
    """Undo broadcasting, and cast: a gradient has the shape and dtype of what it belongs to."""
    shape, dtype = like.shape, like.dtype
    if gradient.shape != shape:
        if not _broadcasts_to(shape, gradient.shape):
            position = [edge is e for e in node.edges].index(True)
            raise RuntimeError(
                f"Function {node.name()} returned an invalid gradient at index {position} - got "
                f"{list(gradient.shape)} but expected shape compatible with {list(shape)}"
            )
        gradient = summed_to(gradient, shape)
    if isinstance(gradient, Tensor):
        same = gradient._array.dtype == dtype
        return gradient if same else gradient.to(dtypes.of(dtype))
    return gradient.astype(dtype, copy=False)


def _broadcasts_to(shape, larger):
    return len(shape) <= len(larger) and all(
        a == b or a == 1 for a, b in zip(reversed(shape), reversed(larger))
    )


def _hooks(hooks):
    return list(hooks.values()) if hooks else ()


def _name(hook):
    return getattr(hook, "__name__", type(hook).__name__)
