"""Recording at speed: the calls that loops are made of, of one or two tensors of one dtype, without options.

`Op.record` does the same for any call. Each op has its own pair of these functions, which keep at hand what
would otherwise be looked up every time.
"""

from .grad_mode import inferring
from .graph import edge_of, next_sequence, requires_grad
from .op_node import OPERAND, OpNode, SavedResult, version_to_save

new = object.__new__


def recorder_of_one(op):
    """A function that records how an op made a result from one tensor, or that and a number.

    `edge` is the tensor's `_tracked`.
    """
    plan = saves = None

    def record(input, edge, result, number=None):
        nonlocal plan, saves
        if edge is True:
            edge = edge_of(input)
        if edge is None:
            if requires_grad(input):
                op.record_slowly((input, number), result)
            return
        if plan is None:
            plan = op.plain_plan((edge, None), (input, number))
            saves = plan.saves
        edges = (edge, None) if plan.width == 2 else (edge,)
        node = new(OpNode)
        node.plan, node.edges, node.sequence = plan, edges, next_sequence()
        array = result._array
        node.shape, node.dtype = array.shape, array.dtype
        if saves == "result":
            kept = new(SavedResult)
            kept._array, kept.output_nr = array, 0
            kept._counter = result._counter = [0]
            node.saved, node.versions = (kept,), (0,)
        elif saves == "input":
            node.saved, node.versions = (input,), (version_to_save(input),)
        elif saves == "other":
            node.saved, node.versions = (number,), (OPERAND,)
        elif saves == "shape":
            node.saved, node.versions = (input._array.shape,), (None,)
        elif saves:
            op.save_rest(node, (input, number), result)
        result._grad_fn = result._tracked = node

    return record


def recorder_of_two(op):
    """A function that records how an op made a result from two tensors; `first`, `second`: their `_tracked`."""
    of_both = of_first = of_second = None  # the plan if both want a gradient, or one alone

    def record(input, other, first, second, result):
        nonlocal of_both, of_first, of_second
        if first is True:
            first = edge_of(input)
        if second is True:
            second = edge_of(other)
        if first is None:
            if second is None:
                if requires_grad(input) or requires_grad(other):
                    op.record_slowly((input, other), result)
                return
            plan = of_second = of_second or op.plain_plan((None, second), (input, other))
        elif second is None:
            plan = of_first = of_first or op.plain_plan((first, None), (input, other))
        else:
            plan = of_both = of_both or op.plain_plan((first, second), (input, other))
        node = new(OpNode)
        node.plan, node.edges, node.sequence = plan, (first, second), next_sequence()
        array = result._array
        node.shape, node.dtype = array.shape, array.dtype
        saves = plan.saves
        if saves == "both":
            node.saved = (input, other)
            if input._counter is other._counter is None and not inferring:
                node.versions = (0, 0)
            else:
                node.versions = (version_to_save(input), version_to_save(other))
        elif saves == "other":
            node.saved, node.versions = (other,), (version_to_save(other),)
        elif saves == "input":
            node.saved, node.versions = (input,), (version_to_save(input),)
        elif saves:
            op.save_rest(node, (input, other), result)
        result._grad_fn = result._tracked = node

    return record
