"""`memory(a, x)`: which names share which memory, as a picture and in words."""

import itertools
import sys

from .arguments import argument_texts
from .blocks import blocks, header_of, is_array, is_tensor
from .memory_svg import draw
from .names import contents, user_variables
from .picture import Picture
from .words import plural, shorten

LONGEST_NAME = 24
MOST_WORDS = 12
MOST_OBJECTS = 16


def memory(*objects, **named):
    """Draw names, tensors and NumPy arrays, and the cells of memory that they see.

    Objects that share a block of memory point to the same row of cells; under each cell stands the
    index at which each of them finds it. `x` is found under its variable's name, `x.t()` is called
    what you wrote, and `row=x[0]` gives a name of its own; of a list, a dict or a module, the
    tensors inside are drawn, and `memory()` draws all your variables. Works on PyTorch's tensors
    as well. TypeError for anything else.

    >>> import numpy as np
    >>> a = np.arange(4.0)
    >>> memory(a, tail=a[2:])
    memory: a, tail share block 1 (4 cells of float64)
    block 1: 0. 1. 2. 3.
      a: ndarray, shape (4,), strides (8,) bytes, dtype float64; cells 0 to 3
      tail: ndarray, shape (2,), strides (8,) bytes, dtype float64; cells 2 to 3
    """
    frame = sys._getframe(1)
    arguments = [
        *zip(argument_texts(frame, len(objects), "memory"), objects, strict=True),
        *named.items(),
    ]
    drawn, left_out = _drawable(arguments or _all_variables(frame))
    if not drawn:
        raise TypeError("memory() needs at least one tensor or NumPy array")
    headers = _headers(drawn, frame)
    found = blocks(headers)
    told = summary(found) + f"; … {plural(left_out, 'more object')}" * bool(left_out)
    return Picture(
        svg=draw(found),
        title=f"Memory of {_listed(name for header in headers for name in header.names)}",
        description=f"{told}.",
        text="\n".join([f"memory: {told}", *listing(found)]),
    )


def _all_variables(frame):
    found = user_variables({**frame.f_globals, **frame.f_locals})
    found += contents(found)
    return [(name, value) for name, value in found if is_array(value) or is_tensor(value)]


def _drawable(arguments):
    """The (name, tensor or array) pairs to draw, those inside containers too, and how many not."""
    found = []
    for name, value in arguments:
        if is_array(value) or is_tensor(value):
            found.append((name, value))
            continue
        inside = [(n, v) for n, v in contents([(name, value)]) if is_array(v) or is_tensor(v)]
        if not inside:
            wrong = f"but {name} is of type {type(value).__name__}"
            raise TypeError(f"memory() draws tensors and NumPy arrays, {wrong}")
        found += inside
    return found[:MOST_OBJECTS], len(found[MOST_OBJECTS:])


def _headers(drawn, frame):
    """One header for each object, under all the names it has."""
    headers = {}
    for name, value in drawn:
        if id(value) not in headers:
            headers[id(value)] = header_of(value)
        headers[id(value)].names.append(name)
    for name, value in user_variables({**frame.f_globals, **frame.f_locals}):
        if id(value) in headers:
            headers[id(value)].names.append(name)
    for header in headers.values():
        header.names = [shorten(name, LONGEST_NAME) for name in dict.fromkeys(header.names)]
    return list(headers.values())


def summary(found):
    """Who shares with whom, in one sentence."""
    parts = []
    for block in found:
        who = _listed("/".join(header.names or header.lost) for header in block.headers)
        verb = "has" if len(block.headers) == 1 else "share"
        cells = f"block {block.number} ({plural(block.count, 'cell')} of {block.dtype})"
        parts.append(f"{who} {verb} {block.trouble or cells}")
    return "; ".join(parts)


def listing(found):
    """Block by block, the cells and what sees them."""
    return [line for block in found for line in _lines(block)]


def _lines(block):
    yield f"block {block.number}: {block.trouble or _cells_in_words(block)}"
    for header in block.headers:
        facts = ", ".join(_fact_in_words(header, name) for name in header.facts)
        sees = "" if block.trouble else f"; {_order_in_words(block, header)}"
        note = f" ({header.note})" * bool(header.note)
        name = _listed(header.names) or f"once {_listed(header.lost)}"
        yield f"  {name}: {header.kind}{note}, {facts}{sees}"


def _fact_in_words(header, name):
    was = f"{header.before[name]} → " if name in header.before else ""
    return f"{name} {was}{header.facts[name]}"


def _cells_in_words(block):
    words, following = [], 0
    for cell in [*block.shown(), block.count]:
        if cell > following:
            words.append(f"… {cell - following:,} more")
        if cell < block.count:
            was = f"{block.before[cell]} → " if cell in block.before else ""
            words.append(was + block.value(cell))
        following = cell + 1
    return (", " if block.before else " ").join(words) or "no cells"


def _order_in_words(block, header):
    """The cells that `header` sees, as it reads them: `cells 0 to 5`, `cells 0, 3, 1, 4, 2, 5`."""
    cells = list(itertools.islice(block.order(header), MOST_WORDS + 1))
    if not cells:
        return "no cells"
    if header.in_order:
        last = block.last(header)
        return f"cells {cells[0]} to {last}" if last > cells[0] else f"cell {last}"
    words = [f"{cell}" for cell in cells[:MOST_WORDS]]
    return f"cells {', '.join(words)}" + ", …" * (len(cells) > MOST_WORDS)


def _listed(words):
    return ", ".join(words)
