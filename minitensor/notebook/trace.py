"""Walk the grad_fn graph below some outputs, without recursion, into plain boxes to draw."""

import dataclasses
import math

from .fold import Folded, fold, inputs_first
from .names import is_tensor, output_number

# What a node saves beside its operands: results, positions and choices.
NOT_OPERANDS = ("result", "output", "ind", "mask", "condition", "total_weight")
FIRST_OPERANDS = ("self", "input", "mat1", "tensor1")
COUNTED = 1000  # PyTorch overflows the stack when it frees a deep chain whose nodes Python has seen


@dataclasses.dataclass(eq=False)
class Box:
    """One box of the picture, and the boxes above it.

    `kind` is "op", "leaf" (requires grad), "constant" (does not) or "output". An op has a `node`
    (its grad_fn), what it `saved` (name, value) and its `results` by output number; the others have
    a `tensor`. A result or tensor is None where nobody kept it. `inputs` are (box, output number),
    and `slots` which arguments of the node they are (None for what enters a first repetition).
    `left_out` says that some inputs lie beyond the limit; `plate` is the repeated structure that the
    box belongs to, and `again` are the boxes of it that the next repetition works on here.
    """

    kind: str
    node: object = None
    tensor: object = None
    inputs: list = dataclasses.field(default_factory=list)
    slots: list = dataclasses.field(default_factory=list)
    saved: list = dataclasses.field(default_factory=list)
    results: dict = dataclasses.field(default_factory=dict)
    left_out: bool = False
    again: list = dataclasses.field(default_factory=list)
    plate: object = None
    number: int = 0

    @property
    def plates(self):
        """The plates around the box, from the outermost."""
        found = [self.plate] * bool(self.plate)
        while found and found[0].outer:
            found.insert(0, found[0].outer)
        return found

    @property
    def times(self):
        """How many nodes or leaves the box stands for."""
        return math.prod(plate.times for plate in self.plates)


@dataclasses.dataclass(frozen=True)
class Lost:
    """A saved value that can no longer be had, and why."""

    why: str


@dataclasses.dataclass
class Traced:
    """A graph in boxes: those of the outputs (`ends`), all (`boxes`, inputs first, numbered).

    `left_out` is how many nodes were not drawn; `uncounted`, that there are more which were not
    even counted.
    """

    ends: list
    boxes: list
    left_out: int
    uncounted: bool


def trace(outputs, names, limit, folded=True):
    """The graph behind `outputs` (tensors or grad_fn nodes), of which the `limit` nearest nodes."""
    starts = [_start(output) for output in outputs]
    limit = max(limit, len(starts))  # outputs are always drawn
    nodes = _reachable(starts, limit + COUNTED + 1)
    uncounted = len(nodes) > limit + COUNTED
    nodes = nodes[: limit + COUNTED]
    repeats = fold(nodes, lambda node: _leaf_of(node) is not None) if folded else Folded()
    kept = [node for node in nodes if repeats.node(node) is node]
    tracer = _Tracer(names, repeats)
    tracer.draw(kept[:limit])
    ends = list(dict.fromkeys(tracer.end(output) for output in outputs))
    boxes = inputs_first(ends, lambda box: [above for above, _ in box.inputs])
    _constants_into_plates(boxes)
    boxes = _plates_together(boxes)
    for number, box in enumerate(boxes, start=1):
        box.number = number
    return Traced(ends, boxes, max(0, len(kept) - limit), uncounted)


def full_name(node):
    """The node's name as PyTorch prints it: `MulBackward0`."""
    return node.name().rpartition("::")[2]


def short_name(node):
    """What the node undoes: `Mul` for `MulBackward0`, `Double` for a custom Function `Double`."""
    stem, _, digits = full_name(node).rpartition("Backward")
    return stem if stem and (not digits or digits.isdigit()) else full_name(node)


def is_node(value):
    """Whether `value` is a grad_fn."""
    return hasattr(value, "next_functions") and callable(getattr(value, "name", None))


def saved_values(node):
    """What `node` keeps for backward, as (name, value); a freed or changed tensor is a `Lost`."""
    saved = []
    for attribute in dir(node):
        if attribute.startswith("_saved_") or attribute == "saved_tensors":
            try:
                value = getattr(node, attribute)
            except RuntimeError as problem:
                changed = "inplace" in str(problem)
                value = Lost("changed in place" if changed else "freed")
            saved.append((attribute.removeprefix("_saved_"), value))
    return [(name, value) for name, value in saved if value is not None and not _is_empty(value)]


def _is_empty(value):
    return type(value) is tuple and not value


class _Tracer:
    def __init__(self, names, repeats):
        self.names = names
        self.repeats = repeats
        self.boxes = {}  # by id of the node, or of the tensor where no node made it
        self.results = {}  # tensors met on the way, by id of the node that made them
        self.keep_alive = []  # an id is only as good as the object is alive

    def draw(self, nodes):
        """Make the boxes of `nodes` and connect them."""
        for node in nodes:
            leaf = _leaf_of(node)
            self.boxes[id(node)] = Box("op", node) if leaf is None else self.data(leaf)
        for plate in self.repeats.plates:
            for node in plate.nodes:
                if id(node) in self.boxes:
                    self.boxes[id(node)].plate = plate
        ops = [box for box in self.boxes.values() if box.kind == "op"]
        for box in ops:
            box.saved = saved_values(box.node)
            for _, value in box.saved:
                self._note_result(value)
        for box in ops:
            self._connect(box)
        for box in ops:
            box.results.update(self.results.get(id(box.node), {}))
            box.results.update(self.names.computed_by(box.node))

    def end(self, output):
        """The lowest box of an output: a box of its own below the op that made it, or the leaf."""
        if not is_tensor(output):
            return self.boxes[id(self.repeats.node(output))]
        if output.grad_fn is None:
            return self.data(output)
        key = id(output.grad_fn), output_number(output)
        if key not in self.boxes:
            above = self.boxes[id(self.repeats.node(output.grad_fn))]
            above.results[key[1]] = output
            inputs = [(above, key[1])]
            self.boxes[key] = Box("output", tensor=output, inputs=inputs)
        return self.boxes[key]

    def data(self, tensor):
        """The box of a tensor that no node made."""
        if id(tensor) not in self.boxes:
            self.keep_alive.append(tensor)
            kind = "leaf" if tensor.requires_grad else "constant"
            self.boxes[id(tensor)] = Box(kind, tensor=tensor)
        return self.boxes[id(tensor)]

    def _note_result(self, value):
        if is_tensor(value) and value.grad_fn is not None:
            self.keep_alive.append(value)
            self.results.setdefault(id(value.grad_fn), {})[output_number(value)] = value

    def _connect(self, box):
        constants = iter(self._constants(box))
        for slot, node, number in self.repeats.inputs(box.node):
            if node is None:
                above, number = next(constants, None) or Box("constant"), 0
            elif id(node) in self.boxes:
                above = self.boxes[id(node)]
                above.results.setdefault(number, None)
            else:
                box.left_out = True
                continue
            box.inputs.append((above, number))
            box.slots.append(None if self.repeats.is_entry(box.node, slot) else slot)
        known = [self.boxes.get(id(node)) for node in self.repeats.comes_back(box.node)]
        box.again = list(dict.fromkeys(filter(None, known)))

    def _constants(self, box):
        """Boxes for the inputs that need no gradient: the operands saved, if they can be told."""
        missing = sum(node is None for node, _ in box.node.next_functions)
        operands = [
            (name, value)
            for name, value in box.saved
            if is_tensor(value) and not value.requires_grad and not name.startswith(NOT_OPERANDS)
        ]
        if len(operands) != missing:
            return [Box("constant") for _ in range(missing)]
        operands.sort(key=lambda operand: (operand[0] not in FIRST_OPERANDS, operand[0]))
        return [self.data(value) for _, value in operands]


def _start(output):
    return output.grad_fn if is_tensor(output) else output


def _leaf_of(node):
    """The leaf that an AccumulateGrad node adds into, or None for any other node."""
    leaf = getattr(node, "variable", None)
    return leaf if is_tensor(leaf) else None


def _reachable(starts, most):
    """The nodes behind `starts`, breadth first, at most `most`; held, so that ids stay valid."""
    found = list({id(node): node for node in starts if node is not None}.values())
    seen = {id(node) for node in found}
    for node in found:  # the list grows while it is walked
        if len(found) >= most:
            return found[:most]
        for following, _ in node.next_functions:
            if following is not None and id(following) not in seen:
                seen.add(id(following))
                found.append(following)
    return found


def _constants_into_plates(boxes):
    """What only the ops of one plate read, each time anew, belongs to it."""
    readers = {}
    for box in boxes:
        for (above, _), slot in zip(box.inputs, box.slots, strict=False):
            if above.kind == "constant":
                readers.setdefault(above, set()).add(None if slot is None else box.plate)
    for box, plates in readers.items():
        if len(plates) == 1:
            (box.plate,) = plates


def _plates_together(boxes):
    """The boxes of a plate one after the other, at the place of the last of them."""
    place = {box: number for number, box in enumerate(boxes)}
    last = {plate: number for number, box in enumerate(boxes) for plate in box.plates}
    return sorted(boxes, key=lambda box: [*(last[plate] for plate in box.plates), place[box]])
