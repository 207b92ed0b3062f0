"""`with changes(x): ...`: what the statements inside did to names, tensors and their memory."""

import dataclasses
import sys

import numpy as np

from . import memory_svg
from .blocks import blocks, bytes_at, header_of, is_array, is_tensor
from .memory import listing, summary
from .names import contents, user_variables
from .picture import Picture
from .words import plural, shorten

LARGEST_COMPARED = 1 << 26  # bytes of a storage
MOST_DRAWN = 24
LONGEST_NAME = 24


class changes:
    """Show what the statements in a `with` block change: names, headers, cells and gradients.

    `with changes(x): x.add_(1)` looks at x, at `x.grad`, and at every variable that is new or that
    has become another object; `with changes():` looks at all variables. The picture appears after
    the block in a notebook, and is kept as `.picture` (`with changes(x) as seen: ...`). Works on
    PyTorch's tensors and on NumPy arrays.

    >>> import minitensor as torch
    >>> x = torch.tensor([1.0, 2.0])
    >>> with changes(x) as seen:
    ...     y = x.mul_(3)
    >>> print(seen.picture.text.splitlines()[0])
    changes: x: 2 cells, version 0 → 1, also called y
    """

    def __init__(self, *objects):
        for value in objects:
            if not _is_drawable(value):
                kind = type(value).__name__
                raise TypeError(f"changes() looks at tensors and NumPy arrays, not {kind}")
        self.objects = objects
        self.picture = None

    def __enter__(self):
        self._frame = sys._getframe(1)
        self._old = Snapshot(self._frame, self.objects)
        return self

    def __exit__(self, *problem):
        new = Snapshot(self._frame, self.objects, before=self._old)
        self._frame = None
        self.picture = difference(self._old, new, everything=not self.objects)
        _show(self.picture)


def _show(picture):
    """In a notebook, the picture; in a plain program nothing, as nobody asked it to print."""
    ipython = sys.modules.get("IPython")
    if ipython is not None and ipython.get_ipython() is not None:
        ipython.display.display(picture)


def _is_drawable(value):
    return is_array(value) or is_tensor(value)


@dataclasses.dataclass
class Seen:
    """An object, its names, its header, and what its grad was."""

    value: object
    names: list
    header: object
    chosen: bool = False


class Snapshot:
    """All tensors and arrays that the variables of a frame lead to, and copies of their memory.

    Holds the objects, so that no other can come to stand at the same address.
    """

    def __init__(self, frame, objects, before=None):
        self.seen = {}
        scope = {**frame.f_globals, **frame.f_locals}
        found = user_variables(scope)
        for name, value in [*found, *contents(found)]:
            self._add(name, value)
        for number, value in enumerate(objects, 1):
            if id(value) not in self.seen:
                self._add(None if before else f"#{number}", value)
            self.seen[id(value)].chosen = True
        if before:
            for seen in before.seen.values():
                self._add(None, seen.value)
        for seen in list(self.seen.values()):
            self._add_grad(seen)
        headers = [seen.header for seen in self.seen.values()]
        chosen = {id(seen.header) for seen in self.seen.values() if seen.chosen or not objects}
        self.copies = [
            _copy(block) for block in blocks(headers)
            if not before and any(id(header) in chosen for header in block.headers)
        ]  # fmt: skip

    def _add(self, name, value):
        if not _is_drawable(value):
            return
        if id(value) not in self.seen:
            self.seen[id(value)] = Seen(value, [], header_of(value))
        if name is not None:
            self.seen[id(value)].names.append(shorten(name, LONGEST_NAME))

    def _add_grad(self, seen):
        if not is_tensor(seen.value):
            return
        keeps_grad = seen.value.is_leaf or getattr(seen.value, "retains_grad", False)
        if keeps_grad and seen.value.grad is not None:
            for name in seen.names[:1]:
                self._add(f"{name}.grad", seen.value.grad)
                self.seen[id(seen.value.grad)].chosen |= seen.chosen


def _copy(block):
    """The start of a block of memory, and the bytes that it holds now."""
    low = min(header.low for header in block.headers)
    high = max(header.high for header in block.headers)
    size = min(high - low, LARGEST_COMPARED)
    return low, bytes_at(low, size).copy() if size else np.zeros(0, np.uint8)


def difference(old, new, everything=False):
    """What differs between two snapshots, drawn in the second."""
    for key, seen in new.seen.items():
        _compare(seen, old.seen.get(key))
    moved = {(h.low, h.high) for seen in new.seen.values() if (h := seen.header).note == MOVED}
    found = blocks([seen.header for seen in new.seen.values()])
    for block in found:
        _compare_cells(block, [copy for copy in old.copies if copy[0] not in moved])
    shown = _shown(found, new, everything)
    told = "; ".join(_told(seen, shown) for seen in new.seen.values() if _told(seen, shown))
    told = told or "nothing that is looked at here has changed"
    return _drawn(shown, told)


MOVED = "other memory"


def _compare(seen, old):
    """Mark in a header what differs from the one before."""
    header = seen.header
    header.names = list(dict.fromkeys(seen.names))
    if old is None:
        header.note, header.fresh = "new", list(header.names)
        return
    header.fresh = [name for name in header.names if name not in old.names]
    header.lost = [name for name in dict.fromkeys(old.names) if name not in header.names]
    header.before = {
        name: fact
        for name, fact in old.header.facts.items()
        if name in header.facts and header.facts[name] != fact
    }
    if old.header.low != header.low:
        header.note = MOVED


def _compare_cells(block, copies):
    """Note which cells of a block have changed, and what the first of them held before."""
    for low, data in copies:
        first = max(0, -(-(low - block.origin) // block.itemsize))
        last = min(block.count, (low + len(data) - block.origin) // block.itemsize)
        if last <= first:
            continue
        start, size = block.origin + first * block.itemsize, (last - first) * block.itemsize
        was = data[start - low : start - low + size].reshape(-1, block.itemsize)
        now = bytes_at(start, size).reshape(was.shape)
        differs = np.flatnonzero((was != now).any(axis=1))
        block.changed_cells = np.union1d(block.changed_cells, differs + first).astype(int)
        for place in differs[:MOST_DRAWN].tolist():
            block.before[first + place] = block.words(was[place])


def _shown(found, new, everything):
    """The blocks to draw: where something has changed, and what was chosen."""
    chosen = {id(seen.header) for seen in new.seen.values() if seen.chosen}
    touched = [
        block for block in found
        if (block.changed and (everything or _is_near(block, chosen)))
        or any(id(header) in chosen for header in block.headers)
    ]  # fmt: skip
    for number, block in enumerate(touched, 1):
        block.number = number
    return touched


def _is_near(block, chosen):
    """Whether a block has to do with the chosen objects, or with new or other names."""
    return any(id(h) in chosen or h.note or h.fresh or h.lost for h in block.headers)


def _told(seen, shown):
    """What happened to one object, in words; empty if nothing did."""
    header = seen.header
    block = next((block for block in shown if header in block.headers), None)
    if block is None:
        return ""
    if header.note == "new":
        return f"{', '.join(header.names)} is new"
    kept = [name for name in header.names if name not in header.fresh]
    name = ", ".join(kept or header.lost or header.names)
    count = int(np.isin(block.changed_cells, block.cells_of(header)).sum())
    facts = [plural(count, "cell")] * bool(count)
    facts += [f"{fact} {was} → {header.facts[fact]}" for fact, was in header.before.items()]
    facts += [f"now in {MOVED}"] * (header.note == MOVED)
    facts += [f"also called {', '.join(header.fresh)}"] * bool(header.fresh)
    facts += ["has no name any more"] * header.lost_all
    facts += [f"no longer called {', '.join(header.lost)}"] * bool(header.lost and header.names)
    return f"{name}: {', '.join(facts)}" if facts else ""


def _drawn(shown, told):
    heading = f"changes: {told}"
    if not shown:
        return Picture(svg=memory_svg.message(told), title="Changes", description=f"{told}.",
                       text=heading)  # fmt: skip
    return Picture(
        svg=memory_svg.draw(shown),
        title="Changes",
        description=f"{told}. Now: {summary(shown)}.",
        text="\n".join([heading, *listing(shown)]),
    )
