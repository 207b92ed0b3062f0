"""`Op`: one operation, its forward on arrays and its gradient formulas on tensors.

Everything an op can do is here: bind arguments, compute, record a node, write to `out=`, work in place.
How ops are declared, and how they become functions and methods, is in declare.py.
"""

import functools
import weakref

import numpy as np

from .arguments import NUMBERS
from .called import modernized
from .grad_mode import state
from .graph import ends, gradient_edge, requires_grad
from .misfits import bad_arguments, room_in
from .op_node import OPERAND, OpNode, Plan, SavedResult, parameters, version_to_save
from .out import NO_OUT, WIDENED, check_cast, named, put, refuse_gradients
from .signature import Array, Arrays, Cleaner, Ints, Misfit
from .tensor import Tensor, wrap
from .views import check_in_place, check_no_overlap, note_change, rebase_history


class Op:
    """The declaration of one op, and everything that is made from it."""

    overwrites = False  # has a short way in place, see ElementwiseOp

    def __init__(
        self,
        forward,
        formulas,
        *,
        node=None,
        number=0,
        returns=None,
        casts=False,
        signatures=(),
    ):
        self.forward = forward
        self.name = forward.__name__.strip("_")
        self.private = forward.__name__.startswith("_")  # called with what is known to fit
        self.node = node or self.name.title().replace("_", "") + "Backward"
        self.number = number  # of the node's name; or a function of arguments, by name
        self.casts = casts  # in place, any dtype is cast to the tensor's, as copy_ does
        self.returns = returns  # the results' names (a named tuple's class), if there are several
        self.signatures = signatures  # as PyTorch prints them, where it has several
        self.formulas = {name: formula for name, formula in formulas.items() if formula}
        code = forward.__code__
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        self.parameters = tuple([name for name in names if name != "out"])
        self.writes = "out" in names  # the forward can put its result into an array that is given
        self.positional = parameters(forward)
        defaults = forward.__defaults__ or ()
        optional = self.positional[len(self.positional) - len(defaults) :]
        self.defaults = {**dict(zip(optional, defaults)), **(forward.__kwdefaults__ or {})}
        self.defaults.pop("out", None)
        self.tensors = self.find_tensors()
        self.lists = [n for n in self.tensors if forward.__annotations__.get(n) is Arrays]
        self.listed = [n for n in self.lists if n in self.formulas]
        self.operands = self.find_operands()
        self.options = {name for name in self.parameters if name not in self.tensors}
        # Called with this many tensors and nothing else, there is nothing to bind.
        self.plain = len(self.positional) - len(optional)
        plainly = returns is None and not self.lists and len(self.formulas) == self.plain
        if not plainly or self.positional[: self.plain] != tuple(self.tensors):
            self.plain = None
        self.results = ("result",) if returns is None else returns._fields
        self.takes_out = "tuple of Tensors" if returns else "Tensor"
        if self.name in NO_OUT:
            self.takes_out = None
        self.node_types = {}
        self.plans = {}

    @functools.cached_property
    def clean(self):
        """Brings arguments to what the annotations say."""
        has_room = room_in(self.forward, self.signatures)
        return Cleaner(self.forward, self.operands, self.tensors, has_room)

    @functools.cached_property
    def savable(self):
        """Everything that some formula names."""
        return {
            name
            for formula in self.formulas.values()
            for form in (formula.values() if isinstance(formula, dict) else (formula,))
            for name in parameters(form)
        }

    def find_tensors(self):
        """The names of the parameters that are tensors, in order."""
        kinds = self.forward.__annotations__
        return [n for n in self.parameters if n in self.formulas or kinds.get(n) in (Array, Arrays)]

    def find_operands(self):
        """The names of the tensors that may be numbers."""
        return []

    def bind(self, args, kwargs):
        """The arguments by name, defaults included; Misfit if they are not what the op takes."""
        if not self.private:
            args, kwargs = self.clean(args, kwargs)
        values = {**self.defaults, **dict(zip(self.positional, args)), **kwargs}
        if len(args) > len(self.positional) or len(values) != len(self.parameters):
            raise Misfit
        if kwargs and not kwargs.keys() <= set(self.parameters[len(args) :]):
            raise Misfit
        return values

    def bad_arguments(self, args, kwargs, method=False, suffix=""):
        """PyTorch's TypeError for arguments that do not fit."""
        name, forward = self.name + suffix, self.forward
        found = bad_arguments(
            name,
            forward,
            args,
            kwargs,
            tensors=self.tensors,
            signatures=self.signatures,
            method=method,
            takes_out=None if suffix == "_" else self.takes_out,
        )
        return found or TypeError(f"{name}(): the arguments do not fit together")

    def has_out(self, args, kwargs):
        """Whether a call with these arguments may have `out=`."""
        has_room = self.clean.has_room
        return self.takes_out and (has_room is None or has_room(len(args), "out", *kwargs))

    def call_again(self, args, kwargs, method=False, suffix=""):
        """The op by a deprecated signature, with a warning; PyTorch's TypeError if the arguments fit none."""
        newer = modernized(self.name + suffix, self.signatures, args, kwargs, method)
        if newer is None:
            raise self.bad_arguments(args, kwargs, method, suffix) from None
        args, kwargs = newer
        if suffix:
            return self.in_place(args[0], args[1:], kwargs)
        return self.call(args, kwargs, kwargs.pop("out", None))

    def understands(self, args, kwargs):
        """Whether the arguments are what the op takes."""
        try:
            self.clean(args, kwargs)
        except Misfit:
            return False
        count, most = len(args) + len(kwargs), len(self.parameters)
        return most - len(self.defaults) <= count and (self.clean.spread or count <= most)

    def compute(self, values):
        """The result, as one array or several, from arguments by name."""
        arrays = dict(values)
        for name in self.tensors:
            value = arrays[name]
            if isinstance(value, Tensor):
                arrays[name] = value._array
            elif name in self.lists and isinstance(value, (list, tuple)):
                arrays[name] = [v._array if isinstance(v, Tensor) else v for v in value]
        return self.forward(**arrays)

    # Recording

    def number_for(self, values):
        """The number behind the node's name, which PyTorch has for each form of an op."""
        if not callable(self.number):
            return self.number
        return self.number(*[values[name] for name in parameters(self.number)])

    def node_type(self, number):
        """The class of this op's nodes, such as MulBackward0; made when first needed."""
        kind = self.node_types.get(number)
        if kind is None:
            full = self.node + str(number)
            name = full.rpartition("::")[2]
            kind = self.node_types[number] = type(name, (OpNode,), {}, name=name)
            kind.full_name = full
        return kind

    def plan(self, edges, number, one_dtype=False, plain=False):
        """What to save and to compute if these edges lead somewhere. `plain`: without options."""
        wanted = (True,) if self.listed else tuple([edge is not None for edge in edges])
        key = wanted, number, one_dtype, plain
        plan = self.plans.get(key)
        if plan is None:
            formulas = [
                form[number] if isinstance(form, dict) else form
                for form in self.formulas.values()
                if not isinstance(form, dict) or number in form
            ]
            plan = Plan(formulas, wanted, self, self.node_type(number), one_dtype, plain)
            self.plans[key] = plan
        return plan

    def edges(self, values):
        """Where the gradients of the differentiable inputs go, in order."""
        if self.listed:
            return tuple(map(gradient_edge, values[self.listed[0]]))
        number = self.number_for(values)
        return tuple(
            [
                gradient_edge(values[name])
                for name, form in self.formulas.items()
                if not isinstance(form, dict) or number in form
            ]
        )

    def record(self, values, results, edges, write=None):
        """The node of a computed result.

        `write` puts the result in its place, if that is the place of an input: what is to be saved of the
        inputs is saved before, the result afterwards.
        """
        plan = self.plan(edges, self.number_for(values), self.one_dtype(values, results))
        pairs = [
            None if write and name in self.results else self.save(name, values, results)
            for name in plan.names
        ]
        if write is not None:
            write()
            pairs = [p or self.save(n, values, results) for p, n in zip(pairs, plan.names)]
        saved, versions = zip(*pairs) if pairs else ((), ())
        arrays = [result._array for result in results]
        # Of positions, as those of `sort`, nobody has a gradient.
        outputs = tuple([(a.shape, a.dtype) for a in arrays if a.dtype.kind == "f"])
        return OpNode(plan, edges, outputs, saved, versions)

    def one_dtype(self, values, results):
        """Whether the formulas can compute with the tensors' arrays as they are."""
        if self.listed or len(results) != 1:
            return False
        dtype = results[0]._array.dtype
        tensors = [values[name] for name in self.tensors]
        return all([not isinstance(t, Tensor) or t._array.dtype is dtype for t in tensors])

    def save(self, name, values, results):
        """One value that a formula names, and its version if it is a tensor (a list for a list)."""
        if name in values:
            value = values[name]
            if isinstance(value, Tensor):
                return value, version_to_save(value)
            if isinstance(value, NUMBERS) and name in self.formulas:
                return value.item() if isinstance(value, np.generic) else value, OPERAND
            if isinstance(value, (list, tuple)) and name in self.tensors:
                seen = [version_to_save(v) if isinstance(v, Tensor) else None for v in value]
                return list(value), seen
            if type(value) is int and self.forward.__annotations__.get(name) is Ints:
                value = (value,)
            return value, None
        if name.endswith("_numel"):
            return values[name.removesuffix("_numel")].numel(), None
        if name.endswith("_shape"):
            value = values[name.removesuffix("_shape")]
            if isinstance(value, (list, tuple)):
                return [v._array.shape for v in value], None
            return value._array.shape if isinstance(value, Tensor) else (), None
        position = 0 if name == "result" else self.returns._fields.index(name)
        result = SavedResult(results[position], position)
        return result, result._counter[0]

    def plain_plan(self, edges, inputs):
        """The plan of a call with these inputs, all of one dtype, and no options."""
        number = self.number_for(self.by_name(inputs))
        return self.plan(edges, number, one_dtype=True, plain=True)

    def by_name(self, inputs):
        """The arguments of a call with these inputs and no options."""
        return {**self.defaults, **dict(zip(self.tensors, inputs))}

    def record_slowly(self, inputs, result):
        """For inputs that require grad, but whose gradients lead nowhere."""
        values = {**self.defaults, **dict(zip(self.tensors, inputs))}
        self.attach(self.record(values, (result,), self.edges(values)), (result,))

    def save_rest(self, node, inputs, result):
        """Save whatever a node's plan names, from a call with these inputs and no options."""
        values = self.by_name(inputs)
        pairs = [self.save(name, values, (result,)) for name in node.plan.names]
        node.saved, node.versions = zip(*pairs)

    # Calling

    def call(self, args, kwargs, out=None):
        """The op on any arguments: bind, compute, record."""
        values = self.bind(args, kwargs)
        if out is not None:
            return self.write_out(out, values)
        return self.finish(values, self.compute(values))

    def finish(self, values, computed):
        """What was computed, as tensors that know where they come from."""
        several = type(computed) is tuple
        results = tuple(map(wrap, computed)) if several else (wrap(computed),)
        if state.enabled and self.any_requires_grad(values):
            self.attach(self.record(values, results, self.edges(values)), results)
        if not several:
            return results[0]
        return self.returns._make(results) if self.returns else results

    def any_requires_grad(self, values):
        """True if some differentiable input requires grad."""
        return any([requires_grad(value) for value in self.differentiable(values)])

    def differentiable(self, values):
        """The inputs that have a formula."""
        if self.listed:
            return values[self.listed[0]]
        return [values[name] for name in self.formulas]

    def attach(self, node, results):
        """Tell the floating-point results which node made them."""
        for position, result in enumerate(results):
            if result._array.dtype.kind == "f":
                result._grad_fn, result._output_nr, result._tracked = node, position, True

    def write_out(self, out, values):
        """Compute, and put the result into the tensor (or tensors) given as `out=`."""
        several = isinstance(out, (tuple, list))
        outs = out if several else (out,)
        if self.name in WIDENED and values["dtype"] is None:
            values["dtype"] = out.dtype
        computed = self.compute(values)
        arrays = list(map(np.asarray, computed if several else (computed,)))
        if self.formulas and any(a.dtype.kind != "b" for a in arrays):
            aten = "aten::" if self.node.endswith("NotImplemented") else ""
            refuse_gradients(aten + self.name, [*outs, *self.differentiable(values)])
        for target in outs:
            check_no_overlap(target, values.values())
        for target, array in zip(outs, arrays):
            put(self.name, array, target)
        return named(self.returns, out) if several and self.returns else out

    # In place

    def in_place(self, input, args, kwargs, overlap=False):
        """The op with its result written over its first input. Nothing changes if it fails.

        `overlap`: elements of `input` may lie on top of each other, since all become the same.
        """
        values = self.bind((input, *args), kwargs)
        recorded = state.enabled and input.is_floating_point() and self.any_requires_grad(values)
        if recorded:
            check_in_place(input, recorded)
            edges = self.edges(values)
        if not overlap:
            check_no_overlap(input, values.values())
        array = input._array
        if not recorded and self.writes and self.compute_into(array, values):
            note_change(input)
            return input
        computed = np.asarray(self.compute(values))
        if computed.shape != array.shape:
            raise RuntimeError(
                f"output with shape {list(array.shape)} doesn't match the broadcast shape "
                f"{list(computed.shape)}"
            )
        if not self.casts:
            check_cast(computed.dtype, array.dtype, self.name)

        def write():
            array[...] = computed
            note_change(input)

        if not recorded:
            write()
            return input
        self.keep_old(input, values, edges)
        rebase_history(input, self.record(values, (input,), edges, write))
        return input

    def keep_old(self, input, values, edges):
        """Put stand-ins for `input` among the values to save, to keep its old numbers without a cycle."""
        first = self.parameters[0]
        for name, value in values.items():
            if value is not input:
                continue
            old = wrap(input._array)
            old._now = weakref.ref(input)  # an error will name what has made it by then
            if name == first and first in self.plan(edges, self.number_for(values)).names:
                old._array = input._array.copy()
            elif name != first:  # was saved as it is: the version will tell that it was overwritten
                old._counter, old._inference = input._shared_counter(), input._inference
            edge = gradient_edge(input)
            if edge is not None:
                (old._grad_fn, old._output_nr), old._tracked = ends(edge), True
            values[name] = old
