"""Draw the grad_fn graph of a tensor: what was computed, from what, and where gradients will go."""

import collections
import html
import sys

import graphviz

from . import words
from .listing import Listing, results
from .names import Names, is_tensor
from .picture import Picture
from .svg import printable
from .trace import COUNTED, full_name, is_node, short_name, trace

CAPTION = "data flows down the arrows, gradients flow back up"
FONT = "DejaVu Sans"  # the only one whose widths leave room for every script
FAINT = "#000000b0"  # black becomes the ink of the page, so these read well on dark pages too
LINE = "#00000090"
RULE = "#00000060"
KINDS = {
    "leaf": "leaf, collects .grad",
    "constant": "constant, needs no grad",
    "output": "output, backward() starts here",
}
STYLES = {
    "op": {"style": "rounded,filled", "color": LINE, "fillcolor": "#00000010"},
    "leaf": {"style": "filled", "color": "#2a7ae2", "fillcolor": "#2a7ae228", "penwidth": "1.6"},
    "constant": {"style": "dashed", "color": LINE},
    "output": {"style": "filled", "color": "#c2610f", "fillcolor": "#c2610f26", "peripheries": "2"},
}


def graph(*outputs, values=False, saved=False, grads=False, names=None, limit=100):
    """A picture of the graph that `backward` walks, from the leaves down to `outputs`.

    `outputs` are tensors or grad_fn nodes. Variable names are found in the calling code; `names`,
    a dict from name to tensor, adds to them. `values` shows what the tensors hold, `saved` what
    each op keeps for backward (or that it was freed), `grads` what has arrived in the leaves. Of a
    large graph, the `limit` nodes nearest to the outputs are drawn. Tensors of PyTorch are drawn
    as well. TypeError for anything else.

    >>> import minitensor as torch
    >>> x = torch.ones(3, requires_grad=True)
    >>> y = (x * x).sum()
    >>> graph(y)
    Graph of y (data flows down the arrows, gradients flow back up)
      x   leaf [3]
      #1  Mul(x, x)
      y   Sum(#1) [] output
    """
    _check(outputs, limit)
    known = Names(sys._getframe(1), names)
    ends, boxes, left_out = trace(outputs, known, limit)
    listing = Listing(boxes, known, values, saved, grads)
    subject = _subject(ends, listing)
    sentence = _sentence(subject, boxes, left_out)
    below = CAPTION if any(box.kind == "op" for box in boxes) else sentence
    lines = [f"Graph of {subject} ({CAPTION})" if below is CAPTION else sentence]
    lines += [f"  {_more(left_out)}"] * bool(left_out)
    return Picture(
        _dot(boxes, left_out, listing, below),
        title=f"Graph of {subject}",
        description=sentence,
        text="\n".join(lines + listing.lines()),
    )


def _check(outputs, limit):
    if not outputs:
        raise TypeError("graph() needs at least one tensor or grad_fn to draw")
    for output in outputs:
        if not is_tensor(output) and not is_node(output):
            kind = type(output).__name__
            error = TypeError(f"graph() draws tensors and grad_fn nodes, not {kind}")
            if output is None:
                error.add_note("Hint: the grad_fn of a leaf is None; draw the tensor itself.")
            raise error
    if type(limit) is not int or limit < 1:
        raise ValueError(f"graph() needs a limit of at least 1 node, got {limit!r}")


def _subject(ends, listing):
    """What the picture is of: the names of its outputs."""
    subjects = [
        full_name(box.node) if box.kind == "op"
        else listing.title(box.tensor, "output" if box.kind == "output" else "this tensor")
        for box in ends
    ]  # fmt: skip
    if len(subjects) > 3:
        subjects[2:] = [f"{len(subjects) - 2} more"]
    return " and ".join(filter(None, [", ".join(subjects[:-1]), subjects[-1]]))


def _sentence(subject, boxes, left_out):
    """The picture in one sentence, for screen readers, and below a picture of a single tensor."""
    ops = [short_name(box.node) for box in boxes if box.kind == "op"]
    leaves = sum(box.kind == "leaf" for box in boxes)
    if not ops and len(boxes) > 1:
        return f"No operation made {subject}, so they have no grad_fn."
    if not ops and subject == "this tensor":
        subject = "This tensor"
    if not ops and leaves:
        return f"{subject} is a leaf: no operation made it, so it has no grad_fn."
    if not ops:
        return f"{subject} needs no gradient: nothing was recorded, so it has no grad_fn."
    times = collections.Counter(ops).items()
    counts = [op if count == 1 else f"{op} {count} times" for op, count in times]
    more = f" ({_more(left_out)})" * bool(left_out)
    return (
        f"{words.plural(len(ops), 'operation')} ({', '.join(counts)}) on "
        f"{words.plural(leaves, 'leaf')}{more}: {CAPTION}."
    )


def _more(left_out):
    at_least = f"more than {COUNTED:,} more nodes"
    return "… " + (at_least if left_out > COUNTED else words.plural(left_out, "more node"))


def _dot(boxes, left_out, listing, below):
    """DOT source: leaves above, outputs below."""
    dot = graphviz.Digraph(
        graph_attr={"bgcolor": "transparent", "fontname": FONT, "ordering": "in", "pad": "0.1",
                    "label": _label([_row(_text(below, 8.5, faint=True))]), "labelloc": "b",
                    "ranksep": "0.35", "nodesep": "0.3"},
        node_attr={"shape": "box", "fontname": FONT, "margin": "0.1,0.05", "height": "0.3"},
        edge_attr={"color": LINE, "arrowsize": "0.7", "fontname": FONT, "fontsize": "8.5"},
    )  # fmt: skip
    if left_out:
        dot.node("more", _label([_row(_text(_more(left_out), 10))]),
                 shape="plain", tooltip="left out: graph(..., limit=...)")  # fmt: skip
    for box in boxes:
        dot.node(f"n{box.number}", _box_label(box, listing), tooltip=_tooltip(box, listing),
                 **STYLES[box.kind])  # fmt: skip
    for box in boxes:
        if box.left_out:
            dot.edge("more", f"n{box.number}", style="dashed")
        for above, number in box.inputs:
            which = f" {_escape(listing.reference(above, number))}" * (len(above.results) > 1)
            dot.edge(f"n{above.number}", f"n{box.number}", label=which or None)
    return dot.source


def _box_label(box, listing):
    if box.kind == "op":
        name = [_row(_text(short_name(box.node), 12, bold=True))]
        name += [_row(_text(full_name(box.node), 8.5, faint=True))]
        shown = [tensor for number, tensor in results(box) if (box, number) not in listing.ends]
        known = [tensor for tensor in shown if tensor is not None]
        values = [_tensor_rows(tensor, listing) + _grad_rows(tensor, listing) for tensor in known]
        return _label(name, *values, _saved_rows(box, listing))
    if box.tensor is None:
        return _label([_row(_text("constant", 10)), _row(_text("not kept", 8.5, faint=True))])
    kind = [_row(_text(KINDS[box.kind], 8.5, faint=True))]
    return _label(_tensor_rows(box.tensor, listing, 12, kind), _grad_rows(box.tensor, listing))


def _tensor_rows(tensor, listing, size=10, below=()):
    """Name and shape, the values if asked for; a number without a name is its own value."""
    name = listing.title(tensor, "")
    if not name and not tensor.shape and not tensor.requires_grad:
        return [_row(_text(words.value_line(tensor), size, bold=True)), *below]
    name = [_text(f"{name} ", size, bold=True)] * bool(name)
    values = words.value_lines(tensor) if listing.values else []
    first = _row(*name, _text(words.shape_words(tensor), 10))
    return [first, *(_row(_text(line, 10)) for line in values), *below]


def _grad_rows(tensor, listing):
    lines = listing.grad_lines(tensor)
    return [_row(_text(line, 10)) for line in lines]


def _saved_rows(box, listing):
    saved = [f"{name} = {value}" for name, value in listing.saved_details(box)]
    heading = [_row(_text("saved for backward", 8.5, faint=True))] * bool(saved)
    return heading + [_row(_text(line, 8.5)) for line in saved]


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
    """An HTML-like label: groups of rows, with a rule between them."""
    rows = "<HR/>".join("".join(f"<TR>{row}</TR>" for row in group) for group in groups if group)
    table = f'TABLE BORDER="0" CELLBORDER="0" CELLSPACING="2" CELLPADDING="0" COLOR="{RULE}"'
    return f"<<{table}>{rows}</TABLE>>"


def _row(*texts):
    return f"<TD>{''.join(texts)}</TD>"


def _text(text, size, bold=False, faint=False):
    text = f"<B>{_escape(text)}</B>" if bold else _escape(text)
    color = f' COLOR="{FAINT}"' if faint else ""
    return f'<FONT POINT-SIZE="{size}"{color}>{text}</FONT>'
