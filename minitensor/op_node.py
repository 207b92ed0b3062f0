"""The nodes that ops make: what they saved, and how their formulas compute gradients from it."""

import operator

import numpy as np

from .graph import Node, maker
from .signature import Ints
from .tensor import wrap


class SavedResult:
    """A node's own result. Keeping the tensor itself would make a cycle: tensor -> grad_fn -> tensor."""

    __slots__ = ("_array", "_counter", "output_nr")

    def __init__(self, tensor, output_nr=0):
        self._array = tensor._array
        self._counter = tensor._shared_counter()
        self.output_nr = output_nr

    def unpack(self, node):
        """The result again, as a new tensor that leads back to its node."""
        tensor = wrap(self._array)
        tensor._counter = self._counter
        if tensor.is_floating_point():
            tensor._grad_fn, tensor._output_nr, tensor._tracked = node, self.output_nr, True
        return tensor


def modified_in_place(tensor, expected):
    """PyTorch's error for a saved value that was overwritten before backward could use it."""
    made = tensor._now and tensor._now()
    made = tensor if made is None else made
    origin = ""
    if made.grad_fn is not None:
        origin = f", which is output {made._output_nr} of {maker(made.grad_fn)},"
    shape = list(tensor._array.shape)
    kind = "CPUBoolType" if tensor._array.dtype == bool else tensor.type()
    return RuntimeError(
        "one of the variables needed for gradient computation has been modified by an inplace "
        f"operation: [{kind} {shape}]{origin} is at version {tensor._version}; expected "
        f"version {expected} instead. Hint: enable anomaly detection to find the operation that "
        "failed to compute its gradient, with torch.autograd.set_detect_anomaly(True, check_nan=False)."
    )


def freed():
    """PyTorch's error for a second backward through a graph whose values were freed."""
    return RuntimeError(
        "Trying to backward through the graph a second time (or directly access saved tensors "
        "after they have already been freed). Saved intermediate values of the graph are freed "
        "when you call .backward() or autograd.grad(). Specify retain_graph=True if you need to "
        "backward through the graph a second time or if you need to access saved tensors after "
        "calling backward."
    )


class OpNode(Node):
    """A node made by an op: its gradients are the op's formulas, applied to what they name.

    `plan` tells which formulas are wanted and the names of what they need; `saved` has these values in the
    same order, and `versions` the versions of those that are tensors; None for
    options and shapes, which stay when the rest is freed.
    """

    saved = versions = ()
    released = False

    def __init__(self, plan, edges, outputs, saved, versions):
        super().__init__(edges, outputs)
        self.plan = plan
        self.saved = saved
        self.versions = versions

    @property
    def op(self):
        """The declaration of the op that made the node."""
        return self.plan.op

    def named(self):
        """The node, of the class with its op's name from now on.

        While nobody looks, all are of one class: Python runs code faster that meets only one.
        """
        if type(self) is OpNode:
            self.__class__ = self.plan.node_type
        return self

    def backward(self, grads):
        """One gradient for each edge, from the formulas of the inputs that want one."""
        if self.released:
            raise freed()
        values = [grads[0], grads, *map(self.unpack, self.saved, self.versions)]
        values += self.plan.options.values()
        if self.op.listed:
            ((_, formula, pick),) = self.plan.steps
            return formula(*pick(values))
        results = [None] * len(self.edges)
        for position, formula, pick in self.plan.steps:
            results[position] = formula(*pick(values))
        return results

    def backward_arrays(self, grads):
        """The same on arrays, straight away if the formulas are arithmetic."""
        straight = self.plan.straight
        if straight is None:
            return super().backward_arrays(grads)
        if self.released:
            raise freed()
        return straight(self, grads[0])

    def unpack(self, value, version):
        """A saved value, checked to be what it was when it was saved."""
        if value is FREED:
            raise freed()
        if type(version) is list:
            return [self.unpack(v, seen) for v, seen in zip(value, version)]
        if version is None:
            return value
        if version is OPERAND:
            return wrap(np.array(value))  # as PyTorch keeps and shows it
        counter = value._counter
        if type(value) is SavedResult:
            value = value.unpack(self)
        if counter is not None and counter[0] != version:
            raise modified_in_place(value, version)
        return value

    def release(self):
        """Forget the saved tensors; numbers and shapes stay."""
        if self.plan.frees:
            self.saved = self.plan.freed or tuple(
                [v if seen is None else FREED for v, seen in zip(self.saved, self.versions)]
            )
            self.released = True


class Saved:
    """The attribute of a node under which PyTorch shows a saved value, such as `_saved_self` for `input`."""

    def __init__(self, key):
        self.key = key

    def __get__(self, node, kind=None):
        if node is None:
            return self
        names = node.plan.names
        if self.key in names:
            place = names.index(self.key)
            value = node.unpack(node.saved[place], node.versions[place])
            value = tuple(value) if isinstance(value, list) else value
        else:
            value = node.plan.options.get(self.key)  # None: the other input wants no gradient
        return shown(value, node.op, self.key)


class RawSaved(Saved):
    """The same value as a `SavedTensor` (see autograd/saved.py), such as `_raw_saved_self`."""

    def __get__(self, node, kind=None):
        return self if node is None else node.raw_saved(self.key)


FREED = object()  # stands where a saved tensor was
OPERAND = object()  # the version of a number that stands where there might be a tensor


class Plan:
    """For the inputs of an op that want a gradient: the values to save, and the formulas to run.

    `steps`: (edge, formula, what picks its arguments out of [grad, grads, *saved, *options]). `options`: by name,
    of a `plain` call, which gave none; another call's are saved. `straight`: see there; None if the formulas
    mean something else for arrays than for tensors. `saves`: what is saved by a call
    with one or two tensors alone, in a word.
    """

    __slots__ = (
        "freed",
        "frees",
        "names",
        "node_type",
        "op",
        "options",
        "saves",
        "steps",
        "straight",
        "width",
    )

    def __init__(self, formulas, wanted, op, node_type, one_dtype, plain):
        options = {n for f in formulas for n in parameters(f) if n in op.options}
        wanted = [(i, f) for i, f in enumerate(formulas) if wanted[i]]
        named = {name for _, formula in wanted for name in parameters(formula)} - {"grad", "grads"}
        order = {name: place for place, name in enumerate(op.parameters)}
        self.names = sorted(
            named - options if plain else named | options,
            key=lambda name: (order.get(name, len(order)), name),
        )
        self.options = {name: op.defaults[name] for name in options} if plain else {}
        places = ["grad", "grads", *self.names, *self.options]
        self.steps = [
            (position, formula, pick([places.index(name) for name in parameters(formula)]))
            for position, formula in wanted
        ]
        # What PyTorch's nodes have names for, wanted or not; of lists it shows no shapes.
        everything = {n for f in formulas for n in parameters(f)} - {"grad", "grads"}
        for name in everything - {f"{name}_shape" for name in op.lists}:
            setattr(node_type, saved_name(name), Saved(name))
            if name in op.tensors or name in op.results:
                setattr(node_type, f"_raw{saved_name(name)}", RawSaved(name))
        self.frees = not named.isdisjoint(op.results) or not named.isdisjoint(op.tensors)
        self.node_type, self.op = node_type, op
        self.width = len(formulas)
        arithmetic = one_dtype and all(is_arithmetic(formula) for _, formula in wanted)
        self.straight = (
            straight(wanted, self.names, self.options, self.width) if arithmetic else None
        )
        first, second = (*op.tensors, None)[:2]
        words = {
            (): "",
            ("result",): "result",
            (first,): "input",
            (second,): "other",
            (first, second): "both",
            (f"{first}_shape",): "shape",
        }
        self.saves = words.get(tuple(self.names), "more")
        self.freed = None if self.saves in ("more", "shape") else (FREED,) * len(self.names)


def straight(wanted, names, options, width):
    """A plan's formulas as one function from arrays to arrays, composed as source (as `dataclasses` does).

    Of `mul`, if both factors want a gradient:

        def gradients(node, grad):
            input, other, = node.saved
            input_version, other_version, = node.versions
            if type(input_version) is int:
                if input._counter is not None and input._counter[0] != input_version:
                    node.unpack(input, input_version)  # raises
                input = input._array
            ...
            return formula_0(grad, other), formula_1(grad, input),
    """
    lines = ["def gradients(node, grad):"]
    if names:
        lines += [
            f"{', '.join(names)}, = node.saved",
            f"{'_version, '.join(names)}_version, = node.versions",
        ]
    for name in names:
        lines += [
            f"if type({name}_version) is int:",
            f"    if {name}._counter is not None and {name}._counter[0] != {name}_version:",
            f"        node.unpack({name}, {name}_version)",
            f"    {name} = {name}._array",
            f"    if not {name}.ndim:",
            f"        {name} = {name}[()]",  # NumPy computes faster with scalars than with 0-dim arrays
        ]
    results = ["None"] * width
    for position, formula in wanted:
        results[position] = f"formula_{position}({', '.join(parameters(formula))})"
    lines.append(f"return {', '.join(results)},")
    namespace = {"__name__": __name__, **options}  # of this module, for tracebacks
    namespace.update({f"formula_{position}": formula for position, formula in wanted})
    exec("\n    ".join(lines), namespace)
    return namespace["gradients"]


def is_arithmetic(formula):
    """Whether a formula means the same for arrays as for tensors: operators, `.T`, and formulas.py."""
    code, known = formula.__code__, formula.__globals__
    return not code.co_freevars and all(
        name in ("T", "mT") or hasattr(known.get(name), "for_both") for name in code.co_names
    )


def pick(places):
    """A function that takes the values at these places out of a list: several of them, or one as a list."""
    first = places[0]
    return operator.itemgetter(*places if len(places) > 1 else [slice(first, first + 1)])


def parameters(function):
    """The names of a function's parameters, in order."""
    return function.__code__.co_varnames[: function.__code__.co_argcount]


def shown(value, op, name):
    """A saved value as PyTorch shows it: whole numbers without a sign."""
    if op.forward.__annotations__.get(name) not in (int, Ints) or value is None:
        return value
    return tuple([n % 2**64 for n in value]) if isinstance(value, tuple) else value % 2**64


def saved_name(name):
    """The attribute under which PyTorch shows a saved value: `input` is `_saved_self`."""
    name = name.replace("_shape", "_sym_sizes").replace("_numel", "_sym_numel")
    input, _, rest = name.partition("_")
    if input == "input" and rest in ("", "sym_sizes", "sym_numel"):
        name = "self" + name[5:]
    return "_saved_" + name


def version_to_save(tensor):
    """The version that a saved tensor has to have when backward uses it."""
    if tensor._inference:
        raise RuntimeError(
            "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference "
            "mode in computation tracked by autograd. To work around this, you can make a clone to get a "
            "normal tensor and use it in autograd, or use `torch.no_grad()` instead of "
            "`torch.inference_mode()`."
        )
    counter = tensor._counter
    return 0 if counter is None else counter[0]
