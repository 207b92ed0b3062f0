"""What a `grad_fn` is: a node, and its edges to the nodes before it.

A node is made by an operation and leads backward: `edges[i]` tells where the gradient of the operation's
i-th input goes. An edge is the node that made the input, or the input itself if that is a leaf that
requires grad; `(node, output_nr)` if it is not the node's first result. No gradient wanted: the edge is None.
"""

import collections
import itertools
import re
import weakref

from .hooks import RemovableHandle
from .tensor import Tensor, wrap

# What a gradient has in common with the result that it belongs to.
Like = collections.namedtuple("Like", "shape dtype")

next_sequence = itertools.count().__next__


class Node:
    """One step of a recorded computation; `y.grad_fn` is one.

    `edges`: where gradients go. `shape`, `dtype`: of the result, and so of its gradient; `outputs` has them
    for all results if there are several.
    `sequence`: nodes made later have higher numbers, so newest first is an order in which every node
    comes after all that lead to it.
    """

    hooks = prehooks = tensor_hooks = retained = None  # made when the first hook is registered
    hooked = False  # True if any of these was made
    _outputs = None
    shares_gradients = False  # True if others may hold the gradients it returns: a user's Function

    def __init__(self, edges, outputs):
        self.edges = edges
        self.outputs = outputs
        self.sequence = next_sequence()

    @property
    def outputs(self):
        """(shape, dtype) of each result: its gradient will have the same."""
        return self._outputs or (Like(self.shape, self.dtype),)

    @outputs.setter
    def outputs(self, outputs):
        several = len(outputs) > 1
        self._outputs = tuple([o and Like(*o) for o in outputs]) if several else None
        self.shape, self.dtype = (outputs and outputs[0]) or (None, None)

    def __init_subclass__(cls, name=None, **options):
        super().__init_subclass__(**options)
        if name is not None:
            cls.__name__ = cls.__qualname__ = name
        cls.__module__ = "builtins"

    full_name = None  # where PyTorch's differs from the name of the class

    def named(self):
        """The node, of the class that students see."""
        return self

    def name(self):
        """The name PyTorch gives this node, such as 'MulBackward0'."""
        kind = type(self.named())
        return kind.full_name or kind.__name__

    @property
    def next_functions(self):
        """The nodes this one hands gradients to: a tuple of (node or None, output number)."""
        return tuple((None, 0) if e is None else (node_of(e), ends(e)[1]) for e in self.edges)

    @property
    def metadata(self):
        """A dictionary for the user's own notes about this node."""
        return self.__dict__.setdefault("_metadata", {})

    def backward(self, grads):
        """The gradients of the inputs, one for each edge, from those of the outputs."""
        raise NotImplementedError

    def backward_arrays(self, grads):
        """The same on arrays: how a pass that is not itself recorded goes."""
        grads = [None if g is None else wrap(g) for g in grads]
        return [None if g is None else g._array for g in self.backward(grads)]

    def release(self):
        """Forget saved values: called after backward, unless the graph is retained."""

    def __call__(self, *grads):
        gradients = tuple(self.backward(grads))
        return gradients[0] if len(gradients) == 1 else gradients

    def register_hook(self, hook):
        """Call hook(grad_inputs, grad_outputs) after this node ran; it may return new grad_inputs."""
        if self.hooks is None:
            self.hooks, self.hooked = {}, True
        return RemovableHandle(self.hooks, hook)

    def register_prehook(self, hook):
        """Call hook(grad_outputs) before this node runs; it may return new grad_outputs."""
        if self.prehooks is None:
            self.prehooks, self.hooked = {}, True
        return RemovableHandle(self.prehooks, hook)

    def hooks_of_output(self, output_nr):
        """The hooks of one of the tensors this node made."""
        if self.tensor_hooks is None:
            self.tensor_hooks, self.hooked = {}, True
        return self.tensor_hooks.setdefault(output_nr, {})

    def retain(self, tensor):
        """Have backward store the gradient of this output in `tensor.grad`."""
        if self.retained is None:
            self.retained, self.hooked = {}, True
        self.retained[tensor._output_nr] = weakref.ref(tensor)


class AccumulateGrad(Node, name="AccumulateGrad"):
    """The end of a path: adds the gradient that arrives to `variable.grad`.

    A leaf has one, made when somebody looks; the engine itself goes straight to the leaf.
    """

    full_name = "torch::autograd::AccumulateGrad"

    def __init__(self, variable):
        super().__init__((), ((variable._array.shape, variable._array.dtype),))
        self.variable = variable

    def backward(self, grads):
        """Add the gradient to the leaf's."""
        self.accumulate(self.variable, grads[0])
        return ()


def node_of(edge):
    """The node an edge leads to; a leaf's `AccumulateGrad` is the same one as long as anyone holds it."""
    target, _ = ends(edge)
    if isinstance(target, Node):
        return target.named()
    node = target._accumulator and target._accumulator()
    if node is None:
        node = AccumulateGrad(target)
        target._accumulator = weakref.ref(node)
    return node


def maker(node):
    """The name, in errors, of what a node records: 'Mul' for MulBackward0."""
    return re.sub(r"Backward(\d*)$", lambda found: found[1].strip("0"), node.name())


def gradient_edge(value):
    """Where the gradient of `value` goes, or None if it is no tensor or wants no gradient."""
    return edge_of(value) if isinstance(value, Tensor) and value._tracked else None


def edge_of(tracked):
    """The same for a tensor that is `_tracked`."""
    if tracked._view is not None:
        tracked._renew_view()
        if tracked._grad_fn is None and not tracked._view.requires_grad:
            return None
    node = tracked._grad_fn
    if node is None:
        return tracked
    return (node, tracked._output_nr) if tracked._output_nr else node


def ends(edge):
    """The target of an edge, and which of its results the edge belongs to."""
    return edge if type(edge) is tuple else (edge, 0)


def requires_grad(value):
    """True for a tensor that requires grad, though its gradient may lead nowhere (`edge` is None)."""
    tracked = isinstance(value, Tensor) and value._tracked
    return tracked and (value._view is None or value.requires_grad)
