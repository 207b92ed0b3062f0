"""One real backward pass, recorded: which gradients reached each node, and what it sent on.

Hooks on the nodes listen while `torch.autograd.grad` runs with `retain_graph=True`. No `.grad`
changes, nothing is freed, and the hooks are gone afterwards.
"""

import dataclasses

from ...names import is_tensor
from .library import library_of


@dataclasses.dataclass
class Visit:
    """A node that backward ran: its box, the gradients it received, and those it sent."""

    box: object
    incoming: tuple
    outgoing: tuple = ()


def record(output, gradient, boxes, names):
    """The visits, in the order of the engine, and by box the gradient that reached each leaf.

    Raises what backward itself would raise: no scalar, a freed graph, a value changed in place.
    """
    if not output.requires_grad:
        output.backward(gradient)  # which raises, and says why
    library = library_of(output)
    visits, handles = {}, []

    def listen(box):
        def before(grads):
            visits[box] = Visit(box, tuple(grads))

        def after(grad_inputs, grad_outputs):
            visits[box].outgoing = tuple(grad_inputs)

        return [box.node.register_prehook(before), box.node.register_hook(after)]

    kept = [(tensor, tensor.grad) for tensor in _retaining(boxes, names)]
    try:
        for tensor, _ in kept:
            tensor.grad = None
        for box in boxes:
            if box.kind == "op":
                handles += listen(box)
        leaves = [box for box in boxes if box.kind == "leaf"]
        ends = [box.tensor for box in leaves] + _edges_beyond(boxes, library)
        grads = library.autograd.grad(output, ends, gradient, retain_graph=True, allow_unused=True)
    finally:
        for handle in handles:
            handle.remove()
        for tensor, grad in kept:
            tensor.grad = grad
    return list(visits.values()), dict(zip(leaves, grads))


def _retaining(boxes, names):
    """Tensors on which the student called `retain_grad()`: a backward pass would add to them."""
    known = [tensor for box in boxes for tensor in [box.tensor, *box.results.values()]]
    known += [value for value in names.keep_alive if is_tensor(value)]
    unique = {id(tensor): tensor for tensor in known if tensor is not None}.values()
    return [tensor for tensor in unique if getattr(tensor, "retains_grad", False)]


def _edges_beyond(boxes, library):
    """Where the pass may stop in a large graph: just beyond the boxes that are drawn."""
    beyond = [edge for box in boxes if box.left_out for edge in _edges_out(box)]
    # PyTorch overflows the stack when it frees a deep graph that Python has walked through.
    graph = getattr(library.autograd, "graph", None)
    if graph is not None:
        return [graph.GradientEdge(node, number) for node, number in beyond]
    return _leaves_behind([node for node, _ in beyond])


def _edges_out(box):
    drawn = {id(above.node) for above, _ in box.inputs}
    drawn |= {id(above.tensor) for above, _ in box.inputs}
    for node, number in box.node.next_functions:
        if node is not None and not {id(node), id(getattr(node, "variable", None))} & drawn:
            yield node, number


def _leaves_behind(nodes):
    found, seen = [], set()
    while nodes:
        node = nodes.pop()
        if id(node) not in seen:
            seen.add(id(node))
            leaf = getattr(node, "variable", None)
            found += [leaf] * is_tensor(leaf)
            nodes += [following for following, _ in node.next_functions if following is not None]
    return found
