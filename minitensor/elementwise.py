"""`ElementwiseOp`: an op whose operands are brought to one dtype and broadcast, and its fast recording."""

import numpy as np

from . import dtypes
from .arguments import NUMBERS, bad_arguments, broadcast_error, number_to_array
from .graph import SavedResult, gradient_edge, next_sequence
from .op import Array, Op, version_to_save
from .tensor import Tensor


class Mask:
    """Annotates an operand of an element-wise op that is broadcast, but takes no part in promotion."""


class ElementwiseOp(Op):
    """An op whose operands are promoted to one dtype and broadcast.

    `to="float"`: computed in the default dtype if the promoted one is not floating. `kernel`: the name
    that PyTorch's error gives and the kinds of dtype it has code for, as in `("hypot_cpu", "f")`.
    An operand annotated `Array` may not be a number; one annotated `Mask` keeps its dtype.
    """

    def __init__(self, forward, formulas, *, to=None, kernel=(None, "biuf"), **options):
        super().__init__(forward, formulas, **options)
        self.shortcuts = {}
        self.to_float = to == "float"
        self.kernel, self.kinds = kernel
        self.direct = "f" if self.to_float else self.kinds  # dtypes that need no look
        kinds = forward.__annotations__
        self.no_numbers = [n for n in self.tensors if kinds.get(n) in (Array, Mask)]
        self.masks = [n for n in self.tensors if kinds.get(n) is Mask]

    def find_tensors(self):
        return [name for name in self.positional if name not in self.defaults]

    def compute(self, values):
        arrays = dict(values)
        for name in self.tensors:
            value = values[name]
            if isinstance(value, Tensor):
                arrays[name] = value._array
            elif not isinstance(value, NUMBERS) or name in self.no_numbers:
                raise bad_arguments(self, values)
        operands = [name for name in self.tensors if name not in self.masks]
        arrays.update(zip(operands, self.promote([arrays[name] for name in operands])))
        try:
            return self.forward(**arrays)
        except ValueError as error:
            raise broadcast_error([arrays[name] for name in self.tensors]) or error from None

    def promote(self, raw):
        """The operands as arrays of the dtype that PyTorch computes in."""
        dtype = dtypes.result_dtype(*raw)
        if self.to_float and dtype.kind != "f":
            dtype = dtypes.get_default_dtype().numpy
        if dtype.kind not in self.kinds:
            label = dtypes.of(dtype).label
            raise NotImplementedError(f"\"{self.kernel}\" not implemented for '{label}'")
        return [
            (value if value.dtype is dtype else value.astype(dtype))
            if type(value) is np.ndarray
            else number_to_array(value, dtype)
            for value in raw
        ]

    def record_one(self, input, result):
        """`record` for element-wise ops of one operand: the same, without detours."""
        edge = gradient_edge(input)
        if edge is None:
            return
        plan, kind, saves_input, _, saves_result = self.shortcut((edge,))
        if kind is None:
            node = self.record({**self.defaults, self.tensors[0]: input}, (result,), (edge,))
        else:
            node = kind.__new__(kind)
            node.plan, node.edges, node.sequence = plan, (edge,), next_sequence()
            node.outputs = ((result._array.shape, result._array.dtype),)
            if saves_input:
                node.saved, node.versions = (input,), (version_to_save(input),)
            elif saves_result:
                node.saved, node.versions = (SavedResult(result, 0),), (None,)
        result._grad_fn, result._tracked = node, True

    def record_two(self, input, other, result):
        """`record` for element-wise ops of two operands: the same, without detours."""
        edges = (gradient_edge(input), gradient_edge(other))
        if len(self.formulas) < 2:  # an operand without a formula has no edge
            edges = edges[:1] if self.tensors[0] in self.formulas else edges[1:]
        if not any(edges):
            return
        plan, kind, saves_input, saves_other, saves_result = self.shortcut(edges)
        if kind is None:
            first, second = self.tensors
            values = {**self.defaults, first: input, second: other}
            node = self.record(values, (result,), edges)
        else:
            node = kind.__new__(kind)
            node.plan, node.edges, node.sequence = plan, edges, next_sequence()
            node.outputs = ((result._array.shape, result._array.dtype),)
            if saves_other:
                name = self.tensors[1]
                other, version = self.save(name, {name: other}, ())
                if saves_input:
                    node.saved, node.versions = (input, other), (version_to_save(input), version)
                else:
                    node.saved, node.versions = (other,), (version,)
            elif saves_input:
                node.saved, node.versions = (input,), (version_to_save(input),)
            elif saves_result:
                node.saved, node.versions = (SavedResult(result, 0),), (None,)
        result._grad_fn, result._tracked = node, True

    def shortcut(self, edges):
        """The plan for these edges, the node's class, and what is saved: input, other, result.

        The class is None where something else has to be saved: then there is no short way.
        """
        wanted = tuple([edge is not None for edge in edges])
        found = self.shortcuts.get(wanted)
        if found is None:
            if callable(self.number):
                return None, None, False, False, False
            plan = self.plan(edges, self.number)
            names = set(plan.names)
            input, other = (*self.tensors, None)[:2]
            forms = ([], [input], [other], [input, other], ["result"])
            kind = self.node_type(self.number) if plan.names in forms else None
            found = self.shortcuts[wanted] = (
                plan,
                kind,
                input in names,
                other in names,
                "result" in names,
            )
        return found
