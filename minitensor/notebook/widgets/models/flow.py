"""The drawing of a backward pass: the graph laid out once, then painted again at every step."""

import re
import xml.etree.ElementTree as ET

from ... import words
from ...names import is_tensor
from ...picture import Picture
from ...picture import draw as lay_out
from ...theme import MONO
from ...trace import short_name
from .canvas import MARGIN, NOW, PLAIN, Canvas, text_width

NAME, LINE, SMALL = 11, 9, 8.5
LEADING, PADDING = 13, 7
TALLEST, WIDEST = 560, 760  # a larger graph is seen through a window that follows the step
LONGEST = 24
CROWDED = 60  # boxes: beyond, room for the numbers at all edges would take Graphviz minutes
HURRY = "nslimit=2,nslimit1=2,mclimit=0.2,"
NUMBER = re.compile(r"-?\d+\.?\d*(?:e-?\d+)?")


class Layout:
    """Where the boxes, edges and labels of edges are: from Graphviz, asked once."""

    def __init__(self, stepper):
        self.lines = {box: _lines(stepper, box) for box in stepper.boxes}
        self.labels = _labels(stepper)
        self.boxes, self.edges, self.places = {}, {}, {}
        self._read(lay_out(self._source(stepper)), stepper)

    def _source(self, stepper):
        crowded = len(stepper.boxes) > CROWDED
        whole = f'{HURRY * crowded}ranksep="0.34",nodesep="0.3",ordering=in'
        label = 'fontname="DejaVu Sans",fontsize=8.5'
        node = 'shape=box,fixedsize=true,label=""'
        parts = [f"digraph{{graph [{whole}] node [{node}] edge [{label},dir=none]"]
        for box in stepper.boxes:
            wide, high = _size(self.lines[box])
            parts.append(f'n{box.number} [width="{wide / 72:.3f}",height="{high / 72:.3f}"]')
        for box, position, above in edges(stepper):
            room = "" if crowded else "0" * max(map(len, self.labels.get((box, position), ["0"])))
            options = f'id="e{box.number}_{position}"' + f',label="  {room}"' * (not crowded)
            parts.append(f"n{above.number} -> n{box.number} [{options}]")
        return "\n".join([*parts, "}"])

    def _read(self, svg, stepper):
        root = ET.fromstring(svg)
        by_number = {box.number: box for box in stepper.boxes}
        whole = root.find("{*}g")
        shift = [float(n) for n in NUMBER.findall(whole.get("transform"))][-2:]
        self.width, self.height = (float(n) for n in root.get("viewBox").split()[2:])
        for group in whole.iter():
            kind = group.get("class")
            if kind == "node":
                number = int(group.findtext("{*}title").removeprefix("n"))
                self.boxes[by_number[number]] = _bounds(group.find("{*}polygon"), shift)
            elif kind == "edge":
                number, position = map(int, group.get("id").removeprefix("e").split("_"))
                key = by_number[number], position
                self.edges[key] = _moved(group.find("{*}path").get("d"), shift)
                self.places[key] = self._place(key, group.find("{*}text"), shift)

    def _place(self, key, label, shift):
        """Where the number at an edge is written: in its room, or close to where the edge begins."""
        if label is not None:
            return float(label.get("x")) + shift[0], float(label.get("y")) + shift[1]
        x, y = map(float, NUMBER.findall(self.edges[key])[:2])
        return x, y + 16


def edges(stepper):
    """(box below, position of its input, box above) of every edge of the drawing."""
    for box in stepper.boxes:
        for position, (above, _) in enumerate(box.inputs):
            yield box, position, above


def draw(stepper, layout):
    """The picture of the current step."""
    state = _State(stepper)
    view = _window(stepper, layout)
    canvas = Canvas()
    for box, position, above in edges(stepper):
        if _visible(layout.boxes[box], view) or _visible(layout.boxes[above], view):
            _edge(canvas, layout, box, position, state)
    for box in stepper.boxes:
        if _visible(layout.boxes[box], view):
            _box(canvas, stepper, layout, box, state)
    return _picture(canvas, stepper, view, layout)


class _State:
    """What has happened up to the current step."""

    def __init__(self, stepper):
        past = stepper.steps[: stepper.at + 1]
        now = stepper.step
        self.now = now.box
        self.failed = now.kind == "error"
        self.done = {s.box for s in past if s.turn == now.turn and s.kind != "error"} - {
            self.now,
            None,
        }
        self.freed = stepper.freed()
        self.grads = {s.box: s.grad[1] for s in past if s.kind == "leaf"}
        self.flowing = {}  # (box, position): the gradient that went up there, and whether just now
        self.arrived = {}  # by box: what has arrived there so far
        for step in [s for s in past if s.turn == now.turn]:
            self.flowing |= {key: (tensor, step is now) for key, tensor in _sent(step)}
            self.arrived |= dict(_received(step))


def _sent(step):
    """((box, position of the edge in the drawing), gradient) of what a step sends up."""
    if step.kind == "start" and step.box.inputs:
        yield (step.box, 0), step.arrived[0]
    positions = _drawn_positions(step.box) if step.sent else {}
    for one in step.sent:
        if one.position in positions:
            yield (step.box, positions[one.position]), one.gradient


def _received(step):
    """(box, gradient) of what has arrived, added up, at the boxes that a step sends to."""
    if step.kind == "start" and step.box.inputs:
        yield step.box.inputs[0][0], step.arrived[0]
    yield from ((one.target, one.total) for one in step.sent)
    if step.kind == "op":
        yield step.box, next((tensor for tensor in step.arrived if tensor is not None), None)


def _drawn_positions(box):
    """From the position of an input among a node's edges to its position among those drawn."""
    if not box.left_out:
        return {position: position for position in range(len(box.inputs))}
    found, drawn = {}, [above.node or above.tensor for above, _ in box.inputs]
    for position, (node, _) in enumerate(box.node.next_functions):
        leaf = getattr(node, "variable", None)
        if len(found) < len(drawn) and drawn[len(found)] is (node if leaf is None else leaf):
            found[position] = len(found)
    return found


def _labels(stepper):
    """All that will ever be written at an edge, by (box, position): to leave room for it."""
    labels = {}
    for step in stepper.steps:
        for key, tensor in _sent(step):
            labels.setdefault(key, []).append(_words(tensor))
    return labels


def _words(tensor):
    value = words.value_line(tensor)
    return value if len(value) <= LONGEST else words.shorten(value, LONGEST)


def _lines(stepper, box):
    """What a box says: its heading, its value, and all that its last lines will ever say."""
    name, steps = stepper.reference(box), stepper.steps
    tensor = next(iter(box.results.values()), None) if box.kind == "op" else box.tensor
    value = [] if tensor is None else [_words(tensor)]
    if box.kind == "op":
        head = short_name(box.node) + (f" {name}" if name.startswith("#") else f" → {name}")
        grads = [grad for step in steps for to, grad in _received(step) if to is box]
        saved = [_saved_line(stepper, box, freed) for freed in (False, True)]
        return head, value, saved + [f"grad in {_words_or_none(grad)}" for grad in grads]
    if box.kind == "leaf":
        grads = [box.tensor.grad, *(s.grad[1] for s in steps if s.box is box and s.grad)]
        return name, value, [f"grad {_words_or_none(grad)}" for grad in grads]
    if box.kind == "output":
        return name, value, ["backward() starts here"]
    return "constant" if value in ([], [name]) else name, value, ["needs no gradient"]


def _words_or_none(tensor):
    return "None" if tensor is None else _words(tensor)


def _saved_line(stepper, box, freed):
    if box not in stepper.saving:
        return "saved nothing"
    if freed:
        return "saved tensors freed"
    kept = [name for name, value in box.saved if is_tensor(value)]
    return "keeps " + words.shorten(", ".join(kept) or "tensors", LONGEST)


def _size(lines):
    head, value, last = lines
    widest = max(text_width(head + "  ✓", NAME), *(text_width(t, LINE) for t in value + last))
    rows = 2 + len(value) + any(line.startswith("grad in") for line in last)
    return widest + 2 * PADDING, LEADING * rows + PADDING


def _box(canvas, stepper, layout, box, state):
    left, top, wide, high = layout.boxes[box]
    head, value, last = layout.lines[box]
    now, done = box is state.now, box in state.done
    round_ = 6 if box.kind == "op" else 1
    style = {"hue": PLAIN, "tint": 0.12, "line": 1.2} if box.kind == "leaf" else {"faint": 0.55}
    if box.kind == "constant":
        style = {"faint": 0.5, "dash": "3 2.5"}
    if now:
        style = {"hue": NOW, "tint": 0.2, "line": 2.6}
    canvas.box(left, top, wide, high, round=round_, **style)
    if box.kind == "output":
        canvas.box(left + 2.5, top + 2.5, wide - 5, high - 5, faint=0.55, round=0)
    y = top + LEADING + 1
    mark = ("✗" if state.failed else "▶") if now else "✓" if done else ""
    canvas.text(left + PADDING, y, head, NAME, bold=True)
    if mark:
        canvas.text(left + wide - PADDING, y, mark, NAME, anchor="end", bold=True, sans=True)
    for line in value:
        y += LEADING
        canvas.text(left + PADDING, y, line, LINE)
    if box.kind == "leaf":
        grad = state.grads.get(box, box.tensor.grad if box not in state.grads else None)
        last = [f"grad {_words_or_none(grad)}"]
    elif box.kind == "op":
        last = [last[box in state.freed]]
    canvas.text(left + PADDING, y + LEADING, last[0], SMALL, soft=box.kind != "leaf",
                bold=box.kind == "leaf")  # fmt: skip
    if box in state.arrived and box.kind == "op":
        words_in = f"grad in {_words_or_none(state.arrived[box])}"
        canvas.text(left + PADDING, y + 2 * LEADING, words_in, SMALL, bold=True)


def _edge(canvas, layout, box, position, state):
    path = layout.edges[box, position]
    points = [float(n) for n in NUMBER.findall(path)]
    tensor, now = state.flowing.get((box, position), (None, False))
    if tensor is None:
        canvas.path(path, line=0.9, faint=0.5)
        canvas.tip(points[-4:-2], points[-2:], 5)
        return
    canvas.path(path, NOW, line=2.6 if now else 1.5)
    canvas.tip(points[2:4], points[:2], 8 if now else 6, NOW)
    if now or len(layout.boxes) <= CROWDED:
        canvas.text(*layout.places[box, position], _words(tensor), SMALL, anchor="middle", bold=now)


def _window(stepper, layout):
    """Left, top, width and height of what is shown: all, or what lies around the current box."""
    left, top, wide, high = layout.boxes[stepper.step.box or stepper.end]
    width, height = min(layout.width, WIDEST), min(layout.height, TALLEST)
    x = min(max(0, left + wide / 2 - width / 2), layout.width - width)
    y = min(max(0, top + high / 2 - height / 2), layout.height - height)
    return x, y, width, height


def _visible(bounds, view):
    x, y, wide, high = bounds
    left, top, width, height = view
    return x < left + width and x + wide > left and y < top + height and y + high > top


def _picture(canvas, stepper, view, layout):
    x, y, width, height = view
    subject = stepper.name(stepper.end)
    notes = [f"… {words.plural(stepper.left_out, 'more node')}, not drawn"] * bool(stepper.left_out)
    if height < layout.height or width < layout.width:
        notes.append("the view follows the current step")
    below = "".join(
        f'<text x="{MARGIN}" y="{height + 12 * n:.1f}" font-size="{SMALL}">{note}</text>'
        for n, note in enumerate(notes, 1)
    )
    high = height + 12 * len(notes) + 4 * bool(notes)
    svg = (f'<svg width="{width:.0f}" height="{high:.0f}" font-family="{MONO}">'
           f'<svg width="{width:.1f}" height="{height:.1f}" viewBox="{x:.1f} {y:.1f} {width:.1f} {height:.1f}">'
           f'{"".join(canvas.parts)}</svg>{below}</svg>')  # fmt: skip
    label, headline = stepper.facts()[0]
    return Picture(svg=svg, title=f"Backward through the graph of {subject}",
                   description=f"{label}: {headline}", text=f"{label}: {headline}")  # fmt: skip


def _bounds(polygon, shift):
    points = [tuple(map(float, point.split(","))) for point in polygon.get("points").split()]
    xs, ys = [x + shift[0] for x, _ in points], [y + shift[1] for _, y in points]
    return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


def _moved(d, shift):
    coordinates = iter(range(10**9))
    return NUMBER.sub(lambda n: f"{float(n[0]) + shift[next(coordinates) % 2]:.2f}", d)
