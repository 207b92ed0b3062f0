"""A backward pass cut into steps: where it is, what arrived, what is sent on, what is freed."""

import dataclasses
import itertools

from ... import words
from ...listing import Listing
from ...names import Names
from ...trace import Lost, full_name, short_name, trace
from . import flow
from .library import error_words, library_of
from .recording import record
from .rules import rule

BROADCASTING = {"Add", "Sub", "Rsub", "Mul", "Div", "Pow", "Where", "Maximum", "Minimum", "Expand"}


@dataclasses.dataclass(frozen=True)
class Sent:
    """One gradient on its way from a node to one of its inputs (None: one that is not drawn)."""

    position: int
    target: object
    gradient: object
    undone: str  # how broadcasting was undone, if it was
    before: object  # what had arrived there already, or None
    total: object


@dataclasses.dataclass(frozen=True)
class Step:
    """What is shown at one position of the slider."""

    kind: str  # "ready", "start", "op", "leaf" or "error"
    turn: int = 1  # first or second pass
    box: object = None
    arrived: tuple = ()
    sent: tuple = ()
    grad: tuple = ()  # of a leaf: before and after
    words: str = ""


class Stepper:
    """Backward through the graph of `output`, one node at a time; nothing of it is changed.

    `problem` says in words why there is nothing to step through, if so.
    """

    title = "Backward, step by step"

    def __init__(self, output, frame, gradient=None, names=None, limit=200):
        self.output = output
        self.names = Names(frame, names)
        self.problem, visits, self._leaves = "", [], {}
        traced = trace([output], self.names, limit, folded=False)
        self.boxes, self.left_out, (self.end,) = traced.boxes, traced.left_out, traced.ends
        self.listing = Listing(self.boxes, self.names)
        try:
            visits, self._leaves = record(output, gradient, self.boxes, self.names)
        except (RuntimeError, TypeError) as error:
            self.problem = error_words(error)
        self.saving = {box for box in self.boxes if _saves_tensors(box)}
        self._visits = {visit.box: visit for visit in visits}
        self._by_node = {id(b.node if b.kind == "op" else b.tensor): b for b in self.boxes}
        self._gradient = gradient
        self._layout = None
        self.at, self.retain_graph = 0, True
        self._plan()
        self.longest = len(self.steps) - 1
        self.keep(False)

    def keep(self, retain_graph):
        """Choose what `retain_graph=` says."""
        self.retain_graph = retain_graph
        self._plan()
        self.at = min(self.at, len(self.steps) - 1)

    def go(self, at):
        """Go to a step; anything beyond the first or last stops there."""
        self.at = max(0, min(at, len(self.steps) - 1))

    @property
    def step(self):
        return self.steps[self.at]

    def _plan(self):
        self.steps = [Step("ready")]
        if self.problem:
            return
        self.grads = {box: _grad_of(box) for box in self.boxes if box.kind == "leaf"}
        self._pass(1)
        self.first_end = len(self.steps) - 1
        self._pass(2)

    def _pass(self, turn):
        start = self._gradient
        if start is None:
            start = library_of(self.output).ones_like(self.output.detach())
        self.steps.append(Step("start", turn, self.end, (start,)))
        arrived, waiting = {}, self._edges_into_leaves()
        if self.end.kind == "leaf":
            self._finish(self.end, start, turn)
        for visit in self._visits.values():
            if turn == 2 and not self.retain_graph and visit.box in self.saving:
                error = _second_backward(library_of(self.output))
                self.steps.append(Step("error", turn, visit.box, visit.incoming, words=error))
                return
            sent = tuple(self._send(visit, arrived))
            self.steps.append(Step("op", turn, visit.box, visit.incoming, sent))
            for one in sent:
                if one.target in waiting:
                    waiting[one.target] -= 1
                    if not waiting[one.target]:
                        self._finish(one.target, one.total, turn)

    def _edges_into_leaves(self):
        waiting = {box: 0 for box in self.boxes if box.kind == "leaf"}
        for visit in self._visits.values():
            for _, target, _, gradient in self._targets(visit):
                if target in waiting and gradient is not None:
                    waiting[target] += 1
        return waiting

    def _targets(self, visit):
        """For each input of a node that wants a gradient: position, box, output number, gradient."""
        edges = visit.box.node.next_functions
        for position, ((node, number), gradient) in enumerate(zip(edges, visit.outgoing)):
            if node is not None:
                leaf = getattr(node, "variable", None)
                yield (
                    position,
                    self._by_node.get(id(node if leaf is None else leaf)),
                    number,
                    gradient,
                )

    def _send(self, visit, arrived):
        for position, target, number, gradient in self._targets(visit):
            if gradient is None:
                continue
            fitted, undone = _fit(gradient.detach(), self._shape_of(target, number), visit)
            before = arrived.get((target, number)) if target else None
            total = fitted if before is None else before + fitted
            arrived[target, number] = total
            yield Sent(position, target, fitted, undone, before, total)

    def _shape_of(self, target, number):
        if target in self._visits:
            incoming = self._visits[target].incoming
            return incoming[number].shape if incoming[number] is not None else None
        return target.tensor.shape if target is not None and target.tensor is not None else None

    def _finish(self, box, total, turn):
        arrives = self._leaves.get(box)
        arrives = total if arrives is None else arrives.detach()
        before = self.grads[box]
        after = arrives if before is None else before + arrives
        self.grads[box] = after
        self.steps.append(Step("leaf", turn, box, (arrives,), grad=(before, after)))

    def freed(self):
        """The boxes whose saved tensors are gone by now."""
        if self.retain_graph:
            return set()
        visited = {s.box for s in self.steps[: self.at + 1] if s.kind == "op" and s.turn == 1}
        return visited & self.saving

    def name(self, box):
        """What the student calls what a box holds; `Mul` for what has no name."""
        if box is None:
            return "a node that is not drawn"
        name = self.reference(box)
        return (
            name
            if not name.startswith("#") or box.kind != "op"
            else f"{short_name(box.node)} {name}"
        )

    def reference(self, box):
        """The name of what a box holds, or the number that stands for it: `#2`."""
        if box.kind == "output":
            return self.listing.title(box.tensor, "output")
        return self.listing.reference(box, min(box.results) if box.results else 0)

    def position(self):
        """Where we are, in a few words."""
        return f"step {self.at} of {len(self.steps) - 1}"

    def code(self):
        """The calls that the steps so far stand for."""
        if self.problem or self.step.kind == "ready":
            return []
        retain = "retain_graph=True" if self.retain_graph else ""
        given = "gradient" if self._gradient is not None else ""
        call = f"{self.name(self.end)}.backward({', '.join(filter(None, [given, retain]))})"
        return [call] * self.step.turn

    def facts(self):
        """The step in words: (label, text) pairs."""
        if self.problem:
            return [("Nothing to step through", self.problem), *_advice(self.problem)]
        return [(f"{self.position().capitalize()}", self._headline()), *self._details()]

    def _headline(self):
        step, turn = self.step, "second pass, " * (self.step.turn == 2)
        name = self.name(step.box) if step.box else ""
        if step.kind == "ready":
            return f"ready: backward() will start at {self.name(self.end)} and go up, to the leaves"
        if step.kind == "start":
            return f"{turn}backward() starts at {name} with gradient {_value(step.arrived[0])}"
        if step.kind == "leaf":
            return f"{turn}AccumulateGrad adds to {name}.grad"
        if step.kind == "error":
            return f"{turn}{full_name(step.box.node)} needs what was freed, and raises"
        return f"{turn}{full_name(step.box.node)}, which computed {self._computed(step.box)}"

    def _computed(self, box):
        call = self.listing.predicate(box).partition(" ")[0]
        inputs = ", ".join(self.listing.reference(above, number) for above, number in box.inputs)
        name = self.reference(box)
        call = f"{call.partition('(')[0]}({inputs}{', …' * box.left_out})"
        return call if name.startswith("#") else f"{name} = {call}"

    def _details(self):
        step = self.step
        if step.kind == "error":
            return [("Error", step.words)]
        if step.kind == "leaf":
            name, (before, after) = f"{self.name(step.box)}.grad", map(_value, step.grad)
            return [
                ("Arrives", _value(step.arrived[0])),
                ("Before", f"{name} = {before}"),
                ("After", f"{name} = {after}"),
            ]
        if step.kind != "op":
            return []
        facts = [("Incoming", ", ".join(map(_value, step.arrived))),
                 ("Derivative", rule(short_name(step.box.node)))]  # fmt: skip
        saved = [
            f"{name} = {words.saved_words(value, self.names)}" for name, value in step.box.saved
        ]
        if saved:
            facts.append(("Saved", "; ".join(saved[:6]) + self._after_use(step)))
        else:
            facts.append(("Saved", "nothing, so nothing is freed"))
        return facts + [(f"To {self.name(one.target)}", _sent_words(one)) for one in step.sent]

    def _after_use(self, step):
        if step.box not in self.saving or step.turn == 2:
            return ""
        return " (kept: retain_graph)" if self.retain_graph else " (tensors now freed)"

    def text(self):
        """The whole first pass in words."""
        if self.problem:
            return "\n".join([f"backward of {self.name(self.end)}", f"  {self.problem}"])
        at, lines = self.at, [f"backward of {self.name(self.end)}"]
        for position in range(1, self.first_end + 1):
            self.at = position
            (_, headline), *details = self.facts()
            lines.append(f"  {position}. {headline}")
            lines += [
                f"     {label[0].lower()}{label[1:]}: {text}"
                for label, text in details
                if label.startswith("To ") or label == "After"
            ]
        self.at = at
        return "\n".join(lines)

    def picture(self):
        """The graph, with the gradients that have flowed so far."""
        if self._layout is None:
            self._layout = flow.Layout(self)
        return flow.draw(self, self._layout)

    def still(self):
        """The picture after the first pass, whatever the step."""
        at, self.at = self.at, self.first_end if not self.problem else 0
        picture = self.picture()
        self.at = at
        picture.text = self.text()
        return picture


def _grad_of(box):
    grad = box.tensor.grad
    return None if grad is None else grad.detach().clone()


def _saves_tensors(box):
    return any(hasattr(type(v), "grad_fn") or isinstance(v, Lost)
               for _, value in box.saved for v in (value if type(value) is tuple else (value,)))  # fmt: skip


def _fit(gradient, shape, visit):
    """A gradient as the engine hands it on, summed over what had been broadcast; and that in words.

    Either the node's formula or the engine sums: which of them differs between the libraries.
    """
    if shape is None:
        return gradient, ""
    received = visit.incoming[0]
    broadcast = short_name(visit.box.node) in BROADCASTING and received.shape != shape
    words_for_it = f"summed from {list(received.shape)} to {list(shape)}: it had been broadcast"
    return gradient.sum_to_size(shape), words_for_it * broadcast


def _value(tensor):
    return "None" if tensor is None else words.shorten(words.value_line(tensor), 60)


def _sent_words(one):
    text = _value(one.gradient) + f" ({one.undone})" * bool(one.undone)
    if one.before is not None:
        text += f", added to {_value(one.before)} that had arrived there: {_value(one.total)}"
    return text


def _second_backward(library):
    """The error of a second backward through freed buffers, in this library's own words."""
    x = library.ones(1, requires_grad=True)
    y = (x * x).sum()
    try:
        for _ in itertools.repeat(None, 2):
            y.backward()
    except RuntimeError as error:
        return error_words(error)
    return ""


def _advice(problem):
    if "second time" in problem:
        return [("What to do", "an earlier backward() freed this graph: compute the result again, "
                 "or call backward(retain_graph=True)")]  # fmt: skip
    if "scalar" in problem:
        return [("What to do", "give the gradient to start with: stepper(y, gradient=...)")]
    return []
