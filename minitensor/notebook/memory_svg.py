"""The drawing of `memory`: names, headers, cells, and under the cells the indices that reach them.

Lengths are in points. A fixed-width font makes the layout a matter of adding up.
"""

import dataclasses
import unicodedata
from xml.sax.saxutils import escape

from .svg import FONTS, printable
from .words import plural, shorten

MONO = "DejaVu Sans Mono,Menlo,Consolas,monospace"
COLOR = {"tensor": "#c2610f", "ndarray": "#2a7ae2"}  # 3:1 on white and on black: lines and tints
CORNER = {"tensor": 5, "ndarray": 0}
CARD_TINT, CHIP_TINT = 0.09, 0.3
SOFT = 0.72  # the opacity of secondary text, which keeps it above 4.5:1

CHARACTER = 0.602  # width of a fixed-width character, in font sizes
NAME, TITLE, FACT, VALUE, INDEX, SMALL = 10.5, 9.5, 8.5, 10, 8, 7.5
MARGIN, GAP, BAND_GAP, NAME_ARROW, ARROW = 6, 10, 22, 24, 34
PILL, CARD_LINE, CARD_WIDEST = 18, 13, 210
CAPTION, NUMBERS, CELL, LANE, ROW_GAP = 15, 11, 23, 15, 9
NARROWEST_CELL, WIDEST_ROW = 26, 390
LONGEST_LANE_NAME = 14
LEGEND = "Under a cell: the index at which each name finds it."


def draw(blocks):
    """The SVG text for these blocks, one band for each."""
    headers = [header for block in blocks for header in block.headers]
    cards = {header: Card(header) for header in headers}
    columns = Columns.around(headers, cards.values())
    parts, top, right = [], MARGIN, columns.cells + width(LEGEND, SMALL)
    for block in blocks:
        stack = Stack([cards[header] for header in block.headers])
        cells = Cells(block, columns)
        height = max(stack.height, cells.height)
        first_lane = cells.draw(parts, top + (height - cells.height) / 2)
        stack.draw(parts, top + (height - stack.height) / 2, columns, first_lane)
        top += height + BAND_GAP
        right = max(right, cells.right)
    parts.append(label(columns.cells, top - 3, LEGEND, SMALL, soft=True, sans=True))
    size = f'width="{right + MARGIN:.0f}" height="{top + MARGIN:.0f}"'
    return f'<svg {size} font-family="{MONO}">{"".join(parts)}</svg>'


@dataclasses.dataclass
class Columns:
    """Where the cards, their arrows, the level part of the arrows, and the cells begin."""

    card: float
    arrow: float
    lane: float
    cells: float

    @classmethod
    def around(cls, headers, cards):
        names = max(width(name, NAME) for header in headers for name in header.names)
        card = MARGIN + names + 12 + NAME_ARROW
        arrow = card + max(card.width for card in cards)
        lane = arrow + ARROW
        lane_names = max(width(lane_name(header), FACT) for header in headers)
        return cls(card, arrow, lane, lane + lane_names + 16)


def lane_name(header):
    return shorten(", ".join(header.names), LONGEST_LANE_NAME)


class Card:
    """A header: its kind and dtype, then its facts in as many lines as they need."""

    def __init__(self, header):
        self.header = header
        facts = [fact for fact in header.facts.items() if fact[0] != "dtype"]
        self.lines = [[]]
        for name, fact in facts:
            if self.lines[-1] and _facts_width([*self.lines[-1], (name, fact)]) > CARD_WIDEST:
                self.lines.append([])
            self.lines[-1].append((name, fact))
        self.dtype = header.facts["dtype"]
        title = width(header.kind, TITLE) + 14 + width(self.dtype, FACT)
        self.width = max(title, *map(_facts_width, self.lines)) + 16
        self.height = CARD_LINE * (len(self.lines) + 1) + 11

    def draw(self, parts, x, y, card_width):
        kind = self.header.kind
        parts.append(box(x, y, card_width, self.height, kind, stroke=1.2, tint=CARD_TINT))
        y += 14
        parts.append(label(x + 8, y, kind, TITLE, bold=True, sans=True))
        parts.append(label(x + card_width - 8, y, self.dtype, FACT, anchor="end"))
        for line in self.lines:
            y += CARD_LINE
            words = "".join(
                f'<tspan fill-opacity="{SOFT}" font-family="{FONTS}" dx="{11 * (n > 0)}">'
                f'{name}</tspan><tspan dx="4">{escape(fact)}</tspan>'
                for n, (name, fact) in enumerate(line)
            )
            parts.append(f'<text x="{x + 8:.1f}" y="{y:.1f}" font-size="{FACT}">{words}</text>')


def _facts_width(facts):
    return sum(width(name + fact, FACT) + 15 for name, fact in facts) - 11


class Stack:
    """The cards of one block, with the names that point to each."""

    def __init__(self, cards):
        self.cards = cards
        self.heights = [max(card.height, PILL * len(card.header.names)) for card in cards]
        self.height = sum(self.heights) + GAP * (len(cards) - 1)

    def draw(self, parts, top, columns, first_lane):
        for position, (card, height) in enumerate(zip(self.cards, self.heights, strict=True)):
            middle = top + height / 2
            pill_top = middle - PILL * len(card.header.names) / 2
            for number, name in enumerate(card.header.names):
                self._pill(parts, pill_top + PILL * number + PILL / 2, name, columns.card, middle)
            card.draw(parts, columns.card, middle - card.height / 2, columns.arrow - columns.card)
            lane = first_lane + LANE * position
            color = COLOR[card.header.kind]
            target = columns.cells - 10 - width(lane_name(card.header), FACT)
            parts.append(arrow(columns.arrow, middle, target, lane, color, bend=columns.lane))
            top += height + GAP

    @staticmethod
    def _pill(parts, y, name, card_x, card_y):
        wide = width(name, NAME) + 12
        x = card_x - NAME_ARROW - wide
        parts.append(f'<rect x="{x:.1f}" y="{y - 8:.1f}" width="{wide:.1f}" height="16" rx="8" '
                     'fill="none" stroke="currentColor" stroke-opacity=".55"/>')  # fmt: skip
        parts.append(label(x + wide / 2, y + 3.7, name, NAME, anchor="middle", bold=True))
        parts.append(arrow(x + wide, y, card_x - 1, card_y, "currentColor", bend=card_x - 5))


class Cells:
    """The cells of one block in rows, and under each row a lane for every header."""

    def __init__(self, block, columns):
        self.block, self.start = block, columns.cells
        self.cells = [] if block.trouble else block.shown()
        self.labels = {h: [block.label(h, cell) for cell in self.cells] for h in block.headers}
        self.values = [block.value(cell) for cell in self.cells]
        texts = [(value, VALUE) for value in self.values]
        texts += [(text, INDEX) for found in self.labels.values() for text in found]
        texts += [(str(cell), SMALL) for cell in self.cells]
        self.cell = max([NARROWEST_CELL, *(width(text, size) + 8 for text, size in texts)])
        self.rows = self._rows()
        self.height = CAPTION + sum(map(self._row_height, self.rows)) - ROW_GAP
        caption = self.start + width(self._caption(), FACT)
        self.right = max(caption, *(x + wide for row in self.rows for x, wide, _, _ in row))

    def _lanes(self, row):
        """The headers with a lane under this row: those seen there, and in the first row all."""
        if row is self.rows[0]:
            return self.block.headers
        seen = [position for _, _, position, _ in row if position is not None]
        return [h for h in self.block.headers if any(self.labels[h][p] for p in seen)]

    def _row_height(self, row):
        return NUMBERS + CELL + 4 + LANE * len(self._lanes(row)) + ROW_GAP

    def _caption(self):
        block = self.block
        if block.trouble:
            return block.trouble
        size = plural(block.count * block.itemsize, "byte")
        return f"block {block.number} · {plural(block.count, 'cell')} of {block.dtype} · {size}"

    def _slots(self):
        """(position, None) for a cell to draw, (None, words) for those left out."""
        following = 0
        for position, cell in enumerate([*self.cells, self.block.count]):
            if cell > following:
                yield None, f"… {cell - following:,} more"
            if position < len(self.cells):
                yield position, None
            following = cell + 1
        if not self.block.count:
            yield None, "nothing to draw" if self.block.trouble else "no cells"

    def _rows(self):
        """Rows of (x, width, position, words)."""
        rows, x = [[]], self.start
        room = self._room()
        for position, words in self._slots():
            wide = self.cell if words is None else width(words, SMALL) + 14
            full = x + wide > self.start + room + 0.1
            if rows[-1] and words is None and full:
                rows.append([])
                x = self.start
            rows[-1].append((x, wide, position, words))
            x += wide
        return rows

    def _room(self):
        """The width of a row, in whole rows of the first header's last dimension if they fit."""
        count = int(WIDEST_ROW // self.cell)
        shape = self.block.headers[0].shape
        whole = shape[-1] if shape and 1 < shape[-1] <= count else 1
        return self.cell * (count - count % whole)

    def draw(self, parts, top):
        """Draw at `top`; returns the height of the middle of the first lane."""
        parts.append(label(self.start, top + 9, self._caption(), FACT, soft=True, sans=True))
        top += CAPTION
        first_lane = top + NUMBERS + CELL + 4 + LANE / 2
        for row in self.rows:
            self._draw_row(parts, row, top)
            top += self._row_height(row)
        return first_lane

    def _draw_row(self, parts, row, top):
        for x, wide, position, words in row:
            if words is None:
                self._draw_cell(parts, x, top, position)
            else:
                parts.append(f'<rect x="{x:.1f}" y="{top + NUMBERS}" width="{wide:.1f}" '
                             f'height="{CELL}" fill="none" stroke="currentColor" '
                             'stroke-opacity=".5" stroke-dasharray="2 3"/>')  # fmt: skip
                y = top + NUMBERS + CELL / 2 + 2.7
                parts.append(label(x + wide / 2, y, words, SMALL, anchor="middle", soft=True))
        y = top + NUMBERS + CELL + 4
        for header in self._lanes(row):
            self._draw_lane(parts, row, y, header)
            y += LANE

    def _draw_cell(self, parts, x, top, position):
        middle = x + self.cell / 2
        number, value = str(self.cells[position]), self.values[position]
        unseen = not any(found[position] for found in self.labels.values())
        parts.append(label(middle, top + 8, number, SMALL, anchor="middle", soft=True))
        parts.append(f'<rect x="{x:.1f}" y="{top + NUMBERS:.1f}" width="{self.cell:.1f}" '
                     f'height="{CELL}" fill="none" stroke="currentColor" '
                     'stroke-opacity=".55"/>')  # fmt: skip
        y = top + NUMBERS + CELL / 2 + 3.5
        parts.append(label(middle, y, value, VALUE, anchor="middle", soft=unseen))

    def _draw_lane(self, parts, row, top, header):
        parts.append(label(self.start - 6, top + 10.4, lane_name(header), FACT, anchor="end"))
        for x, _, position, _ in row:
            index = "" if position is None else self.labels[header][position]
            if index:
                wide, high = self.cell - 3, LANE - 2.4
                parts.append(box(x + 1.5, top + 1.2, wide, high, header.kind, tint=CHIP_TINT))
                parts.append(label(x + self.cell / 2, top + 10.2, index, INDEX, anchor="middle"))


def width(text, size):
    """The width of `text` in the fixed-width font; Chinese and its like take two places."""
    return CHARACTER * size * sum(_places(character) for character in text)


def _places(character):
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "FW" else 1


def label(x, y, text, size, *, anchor="start", bold=False, soft=False, sans=False):
    extra = f' text-anchor="{anchor}"' if anchor != "start" else ""
    extra += ' font-weight="bold"' if bold else ""
    extra += f' fill-opacity="{SOFT}"' if soft else ""
    extra += f' font-family="{FONTS}"' if sans else ""
    words = escape(printable(text))
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}"{extra}>{words}</text>'


def box(x, y, wide, high, kind, *, stroke=0, tint):
    """A box in the color and with the corners of its kind."""
    line = f' stroke="{COLOR[kind]}" stroke-width="{stroke}"' if stroke else ""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" '
        f'rx="{min(CORNER[kind], high / 4):.1f}" fill="{COLOR[kind]}" fill-opacity="{tint}"{line}/>'
    )


def arrow(x, y, to_x, to_y, color, *, bend):
    """A smooth line from the left, level from `bend` on, with a head."""
    middle = (x + bend) / 2
    curve = f"C{middle:.1f} {y:.1f} {middle:.1f} {to_y:.1f} {bend:.1f} {to_y:.1f}"
    head = f"M{to_x - 6:.1f} {to_y - 3:.1f}L{to_x:.1f} {to_y:.1f}L{to_x - 6:.1f} {to_y + 3:.1f}Z"
    return (
        f'<path d="M{x:.1f} {y:.1f}{curve}H{to_x - 5:.1f}" fill="none" stroke="{color}" '
        f'stroke-width="1.3"/><path d="{head}" fill="{color}"/>'
    )
