"""The drawings of broadcasting and of reductions: sizes in columns, and the cells themselves."""

from . import theme
from .marks import box, label, svg, width

MARGIN, NAME, TEXT, SMALL = 8, 10.5, 10, 8
HIGH, WIDE, GAP, CELL = 22, 42, 6, 24
STRETCHED = "Dashed: copies that take no memory, as stretching reads the same cell again."
MISSING = "(1): a dimension that is missing; it counts as 1."


def failure(words):
    """A drawing that says why there is nothing to draw."""
    parts = [_cross(MARGIN + 4, 14), label(MARGIN + 16, 18, words, TEXT, sans=True)]
    return svg(parts, width(words, TEXT) + 2 * MARGIN + 16, 28)


def alignment(names, rows, result, trouble, grids):
    """Shapes in rows, right-aligned as they meet; below, what each looks like in full."""
    parts, top = [], MARGIN
    left = MARGIN + max(width(name, NAME) for name in [*names, "result"]) + 14
    columns = zip(*rows, result, strict=True)
    wide = [max(WIDE, *(width(word, TEXT) + 16 for word in column)) for column in columns]
    starts = [left + sum(wide[:axis]) + GAP * axis for axis in range(len(wide))]
    _dims(parts, starts, wide, top)
    top += 14
    for name, words in zip([*names, "result"], [*rows, result], strict=True):
        is_result = name == "result" and words is result
        top += 8 * is_result
        parts.append(label(left - 12, top + 15, name, NAME, anchor="end", bold=not is_result))
        for x, size, word, outcome in zip(starts, wide, words, result, strict=True):
            _size(parts, x, top, size, word, outcome, is_result)
        if not wide:
            parts.append(label(left, top + 15, "()", TEXT))
        top += HIGH + GAP
    right = left + max(sum(wide) + GAP * len(wide), width("()", TEXT))
    if trouble:
        parts.append(label(MARGIN, top + 12, trouble, SMALL + 1, sans=True))
        return svg(parts, max(right, width(trouble, SMALL + 1)) + MARGIN, top + 20)
    if grids:
        across, top = _grids(parts, grids, top + 10)
        right = max(right, across)
    words = [word for row in rows for word in row]
    legend = [STRETCHED] * any("→" in word for word in words)
    legend += [MISSING] * any("(1)" in word for word in words)
    for line in legend:
        parts.append(label(MARGIN, top + 10, line, SMALL, soft=True, sans=True))
        right, top = max(right, width(line, SMALL)), top + 12
    return svg(parts, right + MARGIN, top + MARGIN)


def _dims(parts, starts, wide, top):
    for axis, (x, size) in enumerate(zip(starts, wide, strict=True)):
        middle = x + size / 2
        parts.append(label(middle, top + 8, f"dim {axis}", SMALL, anchor="middle", soft=True))


def _size(parts, x, y, wide, word, outcome, is_result):
    """One size: as it is, stretched, or in the way."""
    stretched = "→" in word or word.startswith("(")
    clash = outcome == "✗" and not stretched and word != "1"
    hue = theme.TROUBLE if clash else theme.CHANGE if stretched else theme.TENSOR
    if clash and is_result:
        parts.append(_cross(x + wide / 2, y + HIGH / 2))
        return
    parts.append(box(x, y, wide, HIGH, hue, stroke=1.8 if clash else 1.2, tint=theme.TINT, corner=4,
                     dash="4 3" if stretched else ""))  # fmt: skip
    parts.append(
        label(x + wide / 2, y + 14.6, word, TEXT, anchor="middle", bold=is_result or clash)
    )


def _cross(x, y):
    arms = f"M{x - 5:.1f} {y - 5:.1f}l10 10m0 -10l-10 10"
    return f'<path d="{arms}" fill="none" stroke="{theme.TROUBLE.any}" stroke-width="2.4"/>'


def _grids(parts, grids, top):
    """The operands side by side, as they take part; gives the right end and the bottom."""
    x, bottom = MARGIN, top
    for name, cells, own in grids:
        side = _side(cells)
        parts.append(label(x, top + 9, name, NAME, bold=True))
        _cells(parts, x, top + 16, cells, side, own)
        x += max(side * len(cells[0]), width(name, NAME)) + 26
        bottom = max(bottom, top + 16 + CELL * len(cells))
    return x - 26, bottom + 10


def _side(cells):
    return max(CELL, *(width(word, TEXT) + 9 for row in cells for word in row))


def _cells(parts, x, y, cells, side, own=None):
    """A grid of values; what lies beyond `own` rows and columns is a copy."""
    places = [(i, j) for i in range(len(cells)) for j in range(len(cells[0]))]
    first, second = own or (len(cells), len(cells[0]))
    for i, j in sorted(places, key=lambda place: place[0] < first and place[1] < second):
        copy = i >= first or j >= second
        left, top = x + side * j, y + CELL * i
        if copy:
            parts.append(box(left + 1.5, top + 1.5, side - 3, CELL - 3, theme.CHANGE, stroke=1,
                             dash="3 2.5", corner=2))  # fmt: skip
        else:
            parts.append(box(left, top, side, CELL, theme.TENSOR, stroke=1.2, tint=theme.TINT))
        parts.append(label(left + side / 2, top + CELL / 2 + 3.6, cells[i][j], TEXT,
                           anchor="middle", soft=copy))  # fmt: skip


def removal(name, call, shape, after, formula, before, result, gone):
    """The shape before and after; below, which cells of `before` go together into the result."""
    parts, top = [label(MARGIN, MARGIN + 10, call, NAME, bold=True)], MARGIN + 22
    left = MARGIN + max(width(name, NAME), width("result", NAME)) + 14
    wide = [max(WIDE, width(str(size), TEXT) + 16) for size in shape]
    starts = [left + sum(wide[:axis]) + GAP * axis for axis in range(len(wide))]
    _dims(parts, starts, wide, top)
    top += 14
    parts.append(label(left - 12, top + 15, name, NAME, anchor="end", bold=True))
    parts.append(label(left - 12, top + 15 + HIGH + GAP, "result", NAME, anchor="end"))
    if not shape:
        parts.append(label(left, top + 15, "()", TEXT))
        parts.append(label(left, top + 15 + HIGH + GAP, "()", TEXT))
    for axis, (x, size) in enumerate(zip(starts, wide, strict=True)):
        taken = axis in gone
        hue = theme.CHANGE if taken else theme.TENSOR
        parts.append(box(x, top, size, HIGH, hue, stroke=1.2, tint=theme.TINT, corner=4))
        parts.append(label(x + size / 2, top + 14.6, str(shape[axis]), TEXT, anchor="middle"))
        below = top + HIGH + GAP
        parts.append(box(x, below, size, HIGH, hue, stroke=1.2, corner=4,
                         tint=0 if taken else theme.TINT, dash="4 3" if taken else ""))  # fmt: skip
        parts.append(label(x + size / 2, below + 14.6, after[axis], TEXT, anchor="middle",
                           soft=after[axis] == "gone", bold=after[axis] != "gone"))  # fmt: skip
    right = max(left + sum(wide) + GAP * len(wide), MARGIN + width(call, NAME))
    top += 2 * (HIGH + GAP) + 14
    parts.append(label(MARGIN, top, formula, TEXT))
    right, top = max(right, MARGIN + width(formula, TEXT)), top + 10
    if before and result:
        across, top = _gathered(parts, before, result, gone, len(shape), top + 4)
        right = max(right, across)
    return svg(parts, right + MARGIN, top + MARGIN)


def _gathered(parts, before, result, gone, count, top):
    """The cells that go together in one frame each, and what becomes of them."""
    rows, columns = len(before), len(before[0])
    gone = {axis + 2 - count for axis in gone}  # a vector is drawn as a row
    down, across = 0 in gone, 1 in gone
    side = max(_side(before), _side(result))
    _cells(parts, MARGIN, top, before, side)
    frames = [(i, j) for i in range(1 if down else rows) for j in range(1 if across else columns)]
    for i, j in frames:
        parts.append(box(MARGIN + side * j + 3, top + CELL * i + 3,
                         side * (columns if across else 1) - 6, CELL * (rows if down else 1) - 6,
                         theme.CHANGE, stroke=1.6, corner=6))  # fmt: skip
    flat = [word for row in result for word in row]
    if across:  # what a row becomes stands to its right
        x = MARGIN + side * columns + 34
        tall = CELL * rows / len(flat)
        for number, word in enumerate(flat):
            y = top + tall * (number + 0.5)
            parts.append(label(x - 17, y + 4, "→", TEXT, anchor="middle"))
            _cells(parts, x, y - CELL / 2, [[word]], side)
        return x + side, top + CELL * rows
    y = top + CELL * rows + 22  # what a column becomes stands below it
    for j, word in enumerate(flat):
        parts.append(label(MARGIN + side * (j + 0.5), y - 7, "↓", TEXT, anchor="middle"))
        _cells(parts, MARGIN + side * j, y, [[word]], side)
    return MARGIN + side * columns, y + CELL
