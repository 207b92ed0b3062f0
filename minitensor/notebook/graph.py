"""Draw the grad_fn graph of a tensor: what was computed, from what, and where gradients will go."""

import collections
import sys

from . import words
from .graph_dot import dot
from .listing import Listing
from .names import Names, is_tensor
from .picture import Picture
from .rehearsal import rehearse
from .trace import COUNTED, full_name, is_node, short_name, trace

CAPTION = "data flows down the arrows, gradients flow back up"


def graph(
    *outputs,
    values=False,
    saved=False,
    grads=False,
    backward=False,
    fold=True,
    names=None,
    limit=100,
):
    """A picture of the graph that `backward` walks, from the leaves down to `outputs`.

    `outputs` are tensors or grad_fn nodes. Variable names are found in the calling code; `names`,
    a dict from name to tensor, adds to them. Works on PyTorch's tensors as well.

    `values` shows what the tensors hold, `saved` what each op keeps for backward (or that it was
    freed), `grads` what has arrived in the leaves. `backward` writes on each arrow the gradient
    that `backward()` would send up: it rehearses (hooks run), but fills no `.grad` and frees
    nothing. In a large graph, repeated structure is drawn once, unless `fold` is False, and no more
    than the `limit` nodes nearest to the outputs. TypeError for what is no tensor and no grad_fn.

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
    traced = trace(outputs, known, limit, fold)
    rehearsal = rehearse(outputs, traced) if backward else None
    listing = Listing(traced.boxes, known, values, saved, grads, rehearsal)
    subject = _subject(traced.ends, listing)
    more = _more(traced, limit)
    sentence = _sentence(subject, traced.boxes, more)
    has_ops = any(box.kind == "op" for box in traced.boxes)
    trouble = rehearsal.trouble if rehearsal else ""
    notes = [more] * bool(more) + [f"no gradients: {trouble}"] * bool(trouble)
    heading = f"Graph of {subject} ({CAPTION})" if has_ops else sentence
    below = [CAPTION if has_ops else sentence, *notes[bool(more) :]]
    return Picture(
        dot(traced.boxes, listing, below, more),
        title=f"Graph of {subject}",
        description=sentence,
        text="\n".join([heading, *(f"  {note}" for note in notes), *listing.lines()]),
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


def _sentence(subject, boxes, more):
    """The picture in one sentence, for screen readers, and below a picture of a single tensor."""
    ops = collections.Counter()
    for box in boxes:
        if box.kind == "op":
            ops[short_name(box.node)] += box.times
    leaves = sum(box.times for box in boxes if box.kind == "leaf")
    if not ops and len(boxes) > 1:
        return f"No operation made {subject}, so they have no grad_fn."
    if not ops and subject == "this tensor":
        subject = "This tensor"
    if not ops and leaves:
        return f"{subject} is a leaf: no operation made it, so it has no grad_fn."
    if not ops:
        return f"{subject} needs no gradient: nothing was recorded, so it has no grad_fn."
    counts = [op if count == 1 else f"{op} {count:,} times" for op, count in ops.items()]
    more = f" ({more})" * bool(more)
    return (
        f"{words.plural(ops.total(), 'operation')} ({', '.join(counts)}) on "
        f"{words.plural(leaves, 'leaf')}{more}: {CAPTION}."
    )


def _more(traced, limit):
    """How much was left out, and nothing if all is there."""
    if traced.uncounted and not traced.left_out:
        return f"… more nodes beyond the nearest {limit + COUNTED:,}"
    if not traced.left_out:
        return ""
    at_least = "more than " * traced.uncounted
    return f"… {at_least}{words.plural(traced.left_out, 'more node')}"
