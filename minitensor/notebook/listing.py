"""What the boxes of a traced graph say: names, shapes, values; and the whole graph in words."""

import dataclasses

from . import words
from .trace import short_name


@dataclasses.dataclass
class Listing:
    """The boxes in words: a tensor by its variable name, a number by its value, the rest as `#1`.

    `values`, `saved` and `grads` ask for details; `rehearsal` has the gradients on their way.
    """

    boxes: list
    names: object
    values: bool = False
    saved: bool = False
    grads: bool = False
    rehearsal: object = None

    def __post_init__(self):
        unnamed = [box for box in self.boxes if self._needs_number(box)]
        self.numbers = {box: f"#{number}" for number, box in enumerate(unnamed, start=1)}
        self.ends = {box.inputs[0] for box in self.boxes if box.kind == "output"}

    def lines(self):
        """One line per op and leaf, inputs first as in a program, the details below each."""
        boxes = [box for box in self.boxes if box.kind != "output" and not self._is_literal(box)]
        subjects = {box: self.subject(box) for box in boxes}
        width = max(map(len, subjects.values()))
        lines, inside = [], []
        for box in boxes:
            plates = box.plates
            for depth, plate in enumerate(plates):
                if plate not in inside:
                    lines.append(f"  {'| ' * depth}{times_words(plate)}:")
            inside = plates
            indent = "  " + "| " * len(plates)
            lines.append(f"{indent}{subjects[box]:<{width}}  {self.predicate(box)}")
            lines += [f"{indent}{'':{width}}    {detail}" for detail in self._details(box)]
        return lines

    def subject(self, box):
        """What the box is called where it is made: `x = w` if it has two names."""
        if box.kind == "output":
            return self.title(box.tensor, "output")
        if box.kind != "op":
            return self.title(box.tensor, self.reference(box, 0))
        return ", ".join(
            self.title(tensor, self.reference(box, number)) for number, tensor in results(box)
        )

    def title(self, tensor, otherwise):
        """All names of a tensor."""
        return " = ".join(map(words.shorten, self.names.of(tensor))) or otherwise

    def predicate(self, box):
        """What the box is: `leaf [3]`, `Mul(x, x) [3]`."""
        if box.kind != "op":
            return f"{box.kind} {words.shape_words(box.tensor)}"
        arguments = [self.reference(above, number) for above, number in box.inputs]
        arguments += ["…"] * box.left_out
        shapes = [words.shape_words(tensor) for _, tensor in results(box) if tensor is not None]
        call = f"{words.shorten(short_name(box.node))}({', '.join(arguments)})"
        is_end = any((box, number) in self.ends for number, _ in results(box))
        views = list(dict.fromkeys(filter(None, (self.view_words(t) for _, t in results(box)))))
        facts = [call, ", ".join(shapes), "output" * is_end, *views]
        return " ".join(filter(None, facts))

    def view_words(self, tensor):
        """`view of x`, of a tensor that shares the memory of another; else nothing."""
        base = tensor._base if tensor is not None and tensor._is_view() else None
        if base is None:
            return ""
        known = self.names.of(base)
        made = [b for b in self.numbers if b.kind == "op" and b.node is base.grad_fn]
        name = words.shorten(known[0]) if known else "".join(self.numbers[b] for b in made)
        return f"view of {name}" if name else "view"

    def reference(self, box, number):
        """What the box is called where it is used."""
        tensor = dict(results(box)).get(number) if box.kind == "op" else box.tensor
        known = self.names.of(tensor)
        if known:
            return words.shorten(known[0])
        if self._is_literal(box):
            return "constant" if tensor is None else words.value_line(tensor)
        return self.numbers[box] + (f"[{number}]" if len(box.results) > 1 else "")

    def grad_lines(self, tensor):
        """`x.grad = [1., 1.]` if gradients are asked for and this tensor keeps one."""
        keeps_grad = tensor.is_leaf or getattr(tensor, "retains_grad", False)
        if not (self.grads and tensor.requires_grad and keeps_grad):
            return []
        label = "".join(f"{words.shorten(name)}." for name in self.names.of(tensor)[:1]) + "grad ="
        lines = ["None"] if tensor.grad is None else words.value_lines(tensor.grad)
        return [label, *lines] if len(lines) > 1 else [f"{label} {lines[0]}"]

    def saved_details(self, box):
        """What an op keeps for backward: a list of (name, words)."""
        if not self.saved:
            return []
        return [(name, words.saved_words(value, self.names)) for name, value in box.saved]

    def _details(self, box):
        tensors = results(box) if box.kind == "op" else [(0, box.tensor)]
        for number, tensor in tensors:
            if tensor is None:
                continue
            if self.values:
                yield f"{self.reference(box, number)} = {words.value_line(tensor)}"
            yield from self.grad_lines(tensor)
        for name, value in self.saved_details(box):
            yield f"saved {name} = {value}"
        yield from self.flow_lines(box)

    def arrived(self, box):
        """The gradients that `backward` brings to this box, in words: a list of lines."""
        found = self.rehearsal.arrived.get(box, {}) if self.rehearsal else {}
        shown = {number: _gradient_words(gradient) for number, gradient in found.items()}
        return [f"[{n}] {line}" if len(shown) > 1 else line for n, line in shown.items()]

    def sent(self, box):
        """The gradients that `backward` sends up the arrows into this box, None where none is."""
        found = self.rehearsal.sent.get(box, {}) if self.rehearsal else {}
        return [
            _gradient_words(found[slot]) if found.get(slot) is not None else None
            for slot in box.slots
        ]

    def flow_lines(self, box):
        """What `backward` brings, and what it passes on to whom."""
        arrived = self.arrived(box)
        if box.kind == "leaf" and arrived:
            return [f"backward adds {arrived[0]}"]
        lines = [f"gradient in: {', '.join(arrived)}"] if arrived else []
        above = zip(self.sent(box), box.inputs, strict=True) if box.kind == "op" else []
        sent = [f"{line} to {self.reference(*pair)}" for line, pair in above if line is not None]
        return lines + [f"gradient out: {'; '.join(sent)}"] * bool(sent)

    def _is_literal(self, box):
        """Whether a constant is written where it is used, and nowhere else."""
        if box.kind != "constant" or not any(other.kind == "op" for other in self.boxes):
            return False
        return box.tensor is None or (not box.tensor.shape and not self.names.of(box.tensor))

    def _needs_number(self, box):
        if box.kind == "output" or self._is_literal(box):
            return False
        tensors = [tensor for _, tensor in results(box)] if box.kind == "op" else [box.tensor]
        return not all(self.names.of(tensor) for tensor in tensors)


def times_words(plate):
    """How often a plate is run through, and how."""
    how = "each on the result of the time before" if plate.chained else "side by side"
    return f"{plate.times:,} times, {how}; the last is shown"


def _gradient_words(gradient):
    return "none" if gradient is None else words.brief(gradient)


def results(box):
    """The outputs of an op, in order: (number, tensor), the tensor None where nobody kept it."""
    return sorted(box.results.items()) or [(0, None)]
