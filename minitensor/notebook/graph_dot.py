"""The graph picture as DOT source: leaves above, outputs below, repeated structure in a frame."""

import html

import graphviz

from . import theme, words
from .listing import results, times_words
from .svg import printable
from .trace import full_name, short_name

FONT = "DejaVu Sans"  # the only one whose widths leave room for every script
NAME, TEXT, SMALL = 11, 9.5, 8
MOST_LOOPED = 12  # nodes: in a larger loop, arrows from its end to its beginning are in the way
TIMES = "\N{MULTIPLICATION SIGN}"


def _alpha(share):
    return f"{round(share * 255):02x}"


FAINT = "#000000" + _alpha(theme.SOFT)
LINE = "#000000" + _alpha(theme.LINE)
RULE = "#000000" + _alpha(0.3)
KINDS = {
    "leaf": "leaf, collects .grad",
    "constant": "constant, needs no grad",
    "output": "output, backward() starts here",
}
STYLES = {
    "op": {"style": "rounded,filled", "color": LINE, "fillcolor": "#000000" + _alpha(0.05)},
    "leaf": {"style": "filled", "color": theme.TENSOR.any, "penwidth": "1.4",
             "fillcolor": theme.TENSOR.any + _alpha(theme.TINT)},
    "constant": {"style": "dashed", "color": LINE},
    "output": {"style": "filled", "color": theme.GRADIENT.any, "peripheries": "2",
               "fillcolor": theme.GRADIENT.any + _alpha(theme.TINT)},
}  # fmt: skip


def dot(boxes, listing, below, more):
    """The source: `below` are the lines of the caption, `more` says what was left out."""
    plates = list(dict.fromkeys(plate for box in boxes for plate in box.plates))
    loops = [f"{TIMES} {times_words(plate).replace(' times, ', ': ', 1)}" for plate in plates]
    below = [*below, *dict.fromkeys(loops)]
    caption = [_row(_text(line, SMALL, faint=True)) for line in below]
    drawing = graphviz.Digraph(
        graph_attr={"bgcolor": "transparent", "fontname": FONT, "ordering": "in", "pad": "0.1",
                    "label": _label(caption), "labelloc": "b", "ranksep": "0.32",
                    "nodesep": "0.3"},
        node_attr={"shape": "box", "fontname": FONT, "margin": "0.11,0.06", "height": "0.3"},
        edge_attr={"color": LINE, "arrowsize": "0.65", "fontname": FONT, "fontsize": str(SMALL)},
    )  # fmt: skip
    if more:
        drawing.node("more", _label([_row(_text(more, TEXT))]),
                     shape="plain", tooltip="left out: graph(..., limit=...)")  # fmt: skip
    _frames(drawing, None, plates, boxes, listing)
    for box in boxes:
        _edges(drawing, box, listing)
    return drawing.source


def _frames(drawing, outer, plates, boxes, listing):
    """The boxes right inside one frame (None: the whole drawing), and the frames in it."""
    _nodes(drawing, [box for box in boxes if box.plate is outer], listing)
    for number, plate in enumerate(plates):
        if plate.outer is outer:
            with drawing.subgraph(name=f"cluster_{number}") as frame:
                times = _row(_text(f"{TIMES} {plate.times:,}", NAME, bold=True))
                frame.attr(label=_label([times]), labeljust="l", style="rounded,dashed",
                           color=LINE, margin="12")  # fmt: skip
                _frames(frame, plate, plates, boxes, listing)


def _nodes(drawing, boxes, listing):
    for box in boxes:
        drawing.node(f"n{box.number}", _box_label(box, listing), tooltip=_tooltip(box, listing),
                     **STYLES[box.kind])  # fmt: skip


def _edges(drawing, box, listing):
    if box.left_out:
        drawing.edge("more", f"n{box.number}", style="dashed")
    few = box.plate and len(box.plate.nodes) <= MOST_LOOPED
    for below in box.again if few else ():
        drawing.edge(f"n{below.number}", f"n{box.number}", style="dashed", constraint="false",
                     tooltip="what the next time works on")  # fmt: skip
    sent = listing.sent(box) or [None] * len(box.inputs)
    for (above, number), gradient in zip(box.inputs, sent, strict=True):
        which = [_text(listing.reference(above, number), SMALL)] * (len(above.results) > 1)
        known = [_text(f"↑ {gradient}", TEXT, color=theme.GRADIENT.any)] * (gradient is not None)
        label = _label([_row("&#160;", text) for text in which + known]) if which + known else None
        drawing.edge(f"n{above.number}", f"n{box.number}", label=label)


def _box_label(box, listing):
    flow = [
        _row(_text(line, TEXT, color=theme.GRADIENT.any)) for line in _gradient_lines(box, listing)
    ]
    if box.kind == "op":
        name = [_row(_text(short_name(box.node), NAME, bold=True))]
        if full_name(box.node) != short_name(box.node):
            name += [_row(_text(full_name(box.node), SMALL, faint=True))]
        shown = [tensor for number, tensor in results(box) if (box, number) not in listing.ends]
        known = [tensor for tensor in shown if tensor is not None]
        values = [_tensor_rows(tensor, listing) + _grad_rows(tensor, listing) for tensor in known]
        return _label(name, *values, _saved_rows(box, listing), flow)
    if box.tensor is None:
        return _label([_row(_text("constant", TEXT)), _row(_text("not kept", SMALL, faint=True))])
    kind = [_row(_text(KINDS[box.kind], SMALL, faint=True))]
    rows = _tensor_rows(box.tensor, listing, NAME, kind)
    return _label(rows, _grad_rows(box.tensor, listing), flow)


def _gradient_lines(box, listing):
    """Where gradients start, meet or end; along the way the arrows tell it."""
    arrived = listing.arrived(box)
    if box.kind == "leaf":
        return [f"backward() adds {line}" for line in arrived]
    readers = sum(above is box for other in listing.boxes for above, _ in other.inputs)
    if box.kind == "op" and readers > 1 and len(box.results) < 2:
        is_sum = listing.rehearsal and listing.rehearsal.adds_up(box, listing.boxes)
        met = "sum of gradients" if is_sum else "after a hook"
        return [f"{met}: {line}" for line in arrived]
    starts = box.kind == "output" and listing.rehearsal and listing.rehearsal.arrived
    return ["starts with 1."] * bool(starts)


def _tensor_rows(tensor, listing, size=TEXT, below=()):
    """Name and shape, the values if asked for; a number without a name is its own value."""
    name = listing.title(tensor, "")
    if not name and not tensor.shape and not tensor.requires_grad:
        return [_row(_text(words.value_line(tensor), size, bold=True)), *below]
    name = [_text(f"{name} ", size, bold=True)] * bool(name)
    values = words.value_lines(tensor) if listing.values else []
    first = _row(*name, _text(words.shape_words(tensor), TEXT))
    view = listing.view_words(tensor)
    return [
        first,
        *[_row(_text(view, SMALL, faint=True))] * bool(view),
        *(_row(_text(line, TEXT)) for line in values),
        *below,
    ]


def _grad_rows(tensor, listing):
    lines = listing.grad_lines(tensor)
    return [_row(_text(line, TEXT, color=theme.GRADIENT.any)) for line in lines]


def _saved_rows(box, listing):
    saved = [f"{name} = {value}" for name, value in listing.saved_details(box)]
    heading = [_row(_text("saved for backward", SMALL, faint=True))] * bool(saved)
    return heading + [_row(_text(line, SMALL + 0.5)) for line in saved]


def _tooltip(box, listing):
    if box.kind == "output":
        return _escape(f"{listing.subject(box)}: output {words.shape_words(box.tensor)}")
    if box.kind == "constant" and box.tensor is None:
        return "an input that needs no gradient; its value was not kept"
    value = f" = {words.value_line(box.tensor)}" if box.kind != "op" else ""
    return _escape(f"{listing.subject(box)}: {listing.predicate(box)}{value}")


def _escape(text):
    """For DOT, which understands backslashes and entities in labels and tooltips alike."""
    return printable(html.escape(text, quote=False)).replace("\\", "\\\\")


def _label(*groups):
    """An HTML-like label: groups of rows, with a rule between them and room around the rule."""
    room = '<TR><TD HEIGHT="3" FIXEDSIZE="TRUE" WIDTH="3"></TD></TR>'
    rows = f"{room}<HR/>{room}".join(
        "".join(f"<TR>{row}</TR>" for row in group) for group in groups if group
    )
    table = f'TABLE BORDER="0" CELLBORDER="0" CELLSPACING="1" CELLPADDING="0" COLOR="{RULE}"'
    return f"<<{table}>{rows}</TABLE>>"


def _row(*texts):
    return f"<TD>{''.join(texts)}</TD>"


def _text(text, size, bold=False, faint=False, color=None):
    text = f"<B>{_escape(text)}</B>" if bold else _escape(text)
    color = color or (FAINT if faint else None)
    color = f' COLOR="{color}"' if color else ""
    return f'<FONT POINT-SIZE="{size}"{color}>{text}</FONT>'
