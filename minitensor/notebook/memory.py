"""`memory(a, x)`: which names share which memory, as a picture and in words."""

import ast
import itertools
import linecache
import sys
import textwrap

from .blocks import blocks, header_of, is_array, is_tensor
from .memory_svg import draw
from .names import _user_variables
from .picture import Picture
from .words import plural, shorten

LONGEST_NAME = 24
MOST_WORDS = 12


def memory(*objects, **named):
    """Draw names, tensors and NumPy arrays, and the cells of memory that they see.

    Objects that share a block of memory point to the same row of cells; under each cell stands the
    index at which each of them finds it. `x` is found under its variable's name, `x.t()` is called
    what you wrote, and `row=x[0]` gives a name of its own. Works on PyTorch's tensors as well.

    >>> import numpy as np
    >>> a = np.arange(4.0)
    >>> memory(a, tail=a[2:])
    memory: a, tail share block 1 (4 cells of float64)
    block 1: 0. 1. 2. 3.
      a: ndarray, shape (4,), strides (8,) bytes, dtype float64; cells 0 to 3
      tail: ndarray, shape (2,), strides (8,) bytes, dtype float64; cells 2 to 3
    """
    if not objects and not named:
        raise TypeError("memory() needs at least one tensor or NumPy array")
    frame = sys._getframe(1)
    arguments = [*zip(objects, _argument_texts(frame, len(objects)), strict=True),
                 *((value, name) for name, value in named.items())]  # fmt: skip
    for value, name in arguments:
        if not is_array(value) and not is_tensor(value):
            wrong = f"but {name} is of type {type(value).__name__}"
            raise TypeError(f"memory() draws tensors and NumPy arrays, {wrong}")
    headers = _headers(arguments, frame)
    found = blocks(headers)
    summary = _summary(found)
    return Picture(
        svg=draw(found),
        title=f"Memory of {_listed(name for header in headers for name in header.names)}",
        description=f"{summary}.",
        text="\n".join([f"memory: {summary}", *itertools.chain.from_iterable(map(_lines, found))]),
    )


def _headers(arguments, frame):
    """One header for each object, under all the names it has."""
    headers = {}
    for value, name in arguments:
        if id(value) not in headers:
            headers[id(value)] = header_of(value)
        headers[id(value)].names.append(name)
    for name, value in _user_variables({**frame.f_globals, **frame.f_locals}):
        if id(value) in headers:
            headers[id(value)].names.append(name)
    for header in headers.values():
        header.names = [shorten(name, LONGEST_NAME) for name in dict.fromkeys(header.names)]
    return list(headers.values())


def _argument_texts(frame, count):
    """What the caller wrote for each argument: `x`, `x.t()`; or `#1`, `#2` if that is not known."""
    for find in (_call_at, _call_nearby):
        try:
            texts = [ast.unparse(argument) for argument in find(frame, count).args]
        except (SyntaxError, ValueError, TypeError, AttributeError, IndexError):
            continue
        if len(texts) == count and not any(text.startswith("*") for text in texts):
            return texts
    return [f"#{position}" for position in range(1, count + 1)]


def _call_at(frame, count):
    """The call that `frame` is in the middle of, by its exact place in the source."""
    first, last, start, end = _place(frame)
    source = linecache.getlines(frame.f_code.co_filename)
    lines = [line.encode() for line in source[first - 1 : last]]  # columns count bytes
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][start:]
    return ast.parse(b"".join(lines).decode(), mode="eval").body


def _call_nearby(frame, count):
    """The one call of `memory` in the lines, where a tool has rewritten the code and lost its columns."""
    first, last, _, _ = _place(frame)
    lines = linecache.getlines(frame.f_code.co_filename)[first - 1 : last]
    tree = ast.parse(textwrap.dedent("".join(lines)))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    calls = [c for c in calls if isinstance(c.func, ast.Name) and c.func.id == "memory"]
    (call,) = [c for c in calls if len(c.args) == count]
    return call


def _place(frame):
    """First line, last line, first column and last column of what `frame` is doing."""
    return list(frame.f_code.co_positions())[frame.f_lasti // 2]


def _summary(found):
    """Who shares with whom, in one sentence."""
    parts = []
    for block in found:
        who = _listed("/".join(header.names) for header in block.headers)
        verb = "has" if len(block.headers) == 1 else "share"
        cells = f"block {block.number} ({plural(block.count, 'cell')} of {block.dtype})"
        parts.append(f"{who} {verb} {block.trouble or cells}")
    return "; ".join(parts)


def _lines(block):
    yield f"block {block.number}: {block.trouble or _cells_in_words(block)}"
    for header in block.headers:
        facts = ", ".join(f"{name} {fact}" for name, fact in header.facts.items())
        sees = "" if block.trouble else f"; {_order_in_words(block, header)}"
        yield f"  {_listed(header.names)}: {header.kind}, {facts}{sees}"


def _cells_in_words(block):
    words, following = [], 0
    for cell in [*block.shown(), block.count]:
        if cell > following:
            words.append(f"… {cell - following:,} more")
        if cell < block.count:
            words.append(block.value(cell))
        following = cell + 1
    return " ".join(words) or "no cells"


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
