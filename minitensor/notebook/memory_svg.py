"""The drawing of `memory`: names, headers, cells, and under the cells the indices that reach them.

What a statement has changed stands beside what was there before: values and facts, names that have
moved on (struck through), objects that are new.
"""

import dataclasses
import itertools
from xml.sax.saxutils import escape

from . import theme
from .marks import arrow, box, label, svg, width
from .words import plural, shorten

HUES = {"tensor": theme.TENSOR, "ndarray": theme.ARRAY}
CORNER = {"tensor": 5, "ndarray": 0}
ROWS = [["shape", "stride", "strides", "offset"], ["version", "requires_grad", "writeable"]]

NAME, TITLE, FACT, VALUE, INDEX, SMALL = 10.5, 9.5, 8.5, 10, 8, 7.5
MARGIN, GAP, BAND_GAP, NAME_ARROW, ARROW = 6, 10, 22, 24, 40
PILL, CARD_LINE, CARD_WIDEST, PAD = 18, 13, 250, 9
CAPTION, NUMBERS, CELL, TALL_CELL, LANE, ROW_GAP = 15, 11, 23, 33, 15, 9
NARROWEST_CELL, WIDEST_ROW = 26, 390
LONGEST_LANE_NAME = 14
LEGEND = "Under a cell: the index at which each name finds it."
CHANGED = "In purple: what was changed, as before → now; a name struck through has moved on."


def draw(blocks):
    """The SVG text for these blocks, one band for each."""
    headers = [header for block in blocks for header in block.headers]
    cards = {header: Card(header) for header in headers}
    align(cards.values())
    columns = Columns.around(headers, cards.values())
    legends = [LEGEND, CHANGED] if any(block.changed for block in blocks) else [LEGEND]
    parts, top = [], MARGIN
    right = columns.cells + max(width(line, SMALL) for line in legends)
    for block in blocks:
        stack = Stack([cards[header] for header in block.headers])
        cells = Cells(block, columns)
        height = max(stack.height, cells.height)
        first_lane = cells.draw(parts, top + (height - cells.height) / 2)
        stack.draw(parts, top + (height - stack.height) / 2, columns, first_lane)
        top += height + BAND_GAP
        right = max(right, cells.right)
    for line in legends:
        parts.append(label(columns.cells, top - 3, line, SMALL, soft=True, sans=True))
        top += 12
    return svg(parts, right + MARGIN, top - 6)


def message(words):
    """A drawing that says something, where there is nothing to draw."""
    return svg([label(MARGIN, 16, words, VALUE, sans=True)], width(words, VALUE) + 2 * MARGIN, 24)


@dataclasses.dataclass
class Columns:
    """Where the cards, their arrows, the lanes' names and the cells begin."""

    card: float
    arrow: float
    lane: float
    cells: float

    @classmethod
    def around(cls, headers, cards):
        names = [name for header in headers for name in [*header.names, *header.lost]]
        card = MARGIN + max((width(name, NAME) for name in names), default=0) + 12 + NAME_ARROW
        arrow = card + max(card.width for card in cards)
        lane = arrow + ARROW
        lane_names = max(width(lane_name(header), FACT) for header in headers)
        return cls(card, arrow, lane, lane + lane_names + 10)


def lane_name(header):
    return shorten(", ".join(header.names or header.lost), LONGEST_LANE_NAME)


class Card:
    """A header: its kind and dtype, then its facts, in aligned columns where they are short."""

    def __init__(self, header):
        self.header = header
        facts = {name: fact for name, fact in header.facts.items() if name != "dtype"}
        rows = [[(name, facts[name]) for name in row if name in facts] for row in ROWS]
        self.rows = [row for row in rows if row]
        widths = [[self._fact_width(*fact) for fact in row] for row in self.rows]
        self.columns = [max(column) for column in itertools.zip_longest(*widths, fillvalue=0)]
        self.wide = sum(self.columns) > CARD_WIDEST
        if self.wide:
            self.rows = self._packed(facts.items())
        self.dtype = header.facts["dtype"]
        self.title = header.kind + f" · {header.note}" * bool(header.note)
        self.height = CARD_LINE * (len(self.rows) + 1) + 11

    def _packed(self, facts):
        """As many facts in a row as it has room for."""
        rows = [[]]
        for fact in facts:
            if rows[-1] and sum(self._fact_width(*f) for f in [*rows[-1], fact]) > CARD_WIDEST:
                rows.append([])
            rows[-1].append(fact)
        return rows

    def _fact_width(self, name, fact):
        return width(name + self._before(name) + fact, FACT) + 17

    def _before(self, name):
        return f"{self.header.before[name]} → " if name in self.header.before else ""

    def _steps(self, row):
        """How far each fact of a row moves the next one on."""
        return [self._fact_width(*fact) for fact in row] if self.wide else self.columns

    @property
    def width(self):
        title = width(self.title, TITLE) + 14 + width(self.dtype, FACT)
        return max(title, *(sum(self._steps(row)) - 12 for row in self.rows)) + 2 * PAD

    def draw(self, parts, x, y, card_width):
        hue, header = HUES[self.header.kind], self.header
        parts.append(box(x, y, card_width, self.height, hue, stroke=1.2, tint=theme.TINT,
                         corner=CORNER[header.kind], dash="4 3" if header.lost_all else ""))  # fmt: skip
        y += 14
        parts.append(label(x + PAD, y, header.kind, TITLE, bold=True, sans=True))
        if header.note:
            at = x + PAD + width(header.kind, TITLE) + 6
            parts.append(label(at, y, header.note, TITLE, bold=True, sans=True, hue=theme.CHANGE))
        parts.append(label(x + card_width - PAD, y, self.dtype, FACT, anchor="end"))
        for row in self.rows:
            y += CARD_LINE
            starts = itertools.accumulate(self._steps(row), initial=x + PAD)
            for start, (name, fact) in zip(starts, row, strict=False):
                parts.append(self._fact(start, y, name, fact))

    def _fact(self, x, y, name, fact):
        hue = f' font-weight="bold" fill="{theme.CHANGE.any}"' * (name in self.header.before)
        words = escape(self._before(name) + fact)
        return (
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{FACT}"><tspan fill-opacity="{theme.SOFT}" '
            f'font-family="{theme.FONTS}">{name}</tspan><tspan dx="4"{hue}>{words}</tspan></text>'
        )


def align(cards):
    """Give the cards whose facts stand side by side the same columns."""
    narrow = [card for card in cards if not card.wide]
    widest = itertools.zip_longest(*(card.columns for card in narrow), fillvalue=0)
    columns = [max(column) for column in widest]
    for card in narrow:
        card.columns = columns[: len(card.columns)]


class Stack:
    """The cards of one block, with the names that point to each."""

    def __init__(self, cards):
        self.cards = cards
        counts = [len(card.header.names) + len(card.header.lost) for card in cards]
        pairs = zip(cards, counts, strict=True)
        self.heights = [max(card.height, PILL * count) for card, count in pairs]
        self.height = sum(self.heights) + GAP * (len(cards) - 1)

    def draw(self, parts, top, columns, first_lane):
        for position, (card, height) in enumerate(zip(self.cards, self.heights, strict=True)):
            middle = top + height / 2
            self._names(parts, card.header, columns.card, middle)
            card.draw(parts, columns.card, middle - card.height / 2, columns.arrow - columns.card)
            lane = first_lane + LANE * position
            bend = columns.lane - 14
            hue = HUES[card.header.kind]
            parts.append(arrow(columns.arrow, middle, columns.lane - 4, lane, hue, bend=bend))
            top += height + GAP

    @staticmethod
    def _names(parts, header, card_x, card_y):
        names = [(name, False) for name in header.names] + [(name, True) for name in header.lost]
        y = card_y - PILL * (len(names) - 1) / 2
        for name, lost in names:
            wide = width(name, NAME) + 12
            x = card_x - NAME_ARROW - wide
            hue = theme.CHANGE if name in header.fresh or lost else None
            line = {"stroke": 1.4 if hue else 1, "opacity": 1 if hue else theme.LINE}
            parts.append(box(x, y - 8, wide, 16, hue, corner=8, dash="3 2" * lost, **line))
            parts.append(label(x + wide / 2, y + 3.7, name, NAME, anchor="middle", bold=not lost,
                               struck=lost))  # fmt: skip
            if not lost:
                parts.append(arrow(x + wide, y, card_x - 1, card_y, hue, bend=card_x - 5))
            y += PILL


class Cells:
    """The cells of one block in rows, and under each row a lane for every header."""

    def __init__(self, block, columns):
        self.block, self.start, self.lane = block, columns.cells, columns.lane
        self.cells = [] if block.trouble else block.shown()
        self.labels = {h: [block.label(h, cell) for cell in self.cells] for h in block.headers}
        self.values = [block.value(cell) for cell in self.cells]
        self.high = TALL_CELL if block.before else CELL
        texts = [(value, VALUE) for value in self.values]
        texts += [(text, INDEX) for found in self.labels.values() for text in found]
        texts += [(str(cell), SMALL) for cell in self.cells]
        texts += [(f"{before} →", INDEX) for before in block.before.values()]
        self.cell = max([NARROWEST_CELL, *(width(text, size) + 8 for text, size in texts)])
        self.rows = self._rows()
        self.height = CAPTION + sum(map(self._row_height, self.rows)) - ROW_GAP
        ends = [row[-1][0] + row[-1][1] for row in self.rows]
        self.right = max([*ends, self.start + width(self._caption(), FACT)])

    def _lanes(self, row):
        """The headers with a lane under this row: those seen there, and in the first row all."""
        if row is self.rows[0]:
            return self.block.headers
        seen = [position for _, _, position, _ in row if position is not None]
        return [h for h in self.block.headers if any(self.labels[h][p] for p in seen)]

    def _row_height(self, row):
        return NUMBERS + self.high + 4 + LANE * len(self._lanes(row)) + ROW_GAP

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
        first_lane = top + NUMBERS + self.high + 4 + LANE / 2
        for row in self.rows:
            self._draw_row(parts, row, top)
            top += self._row_height(row)
        return first_lane

    def _draw_row(self, parts, row, top):
        for x, wide, position, words in row:
            if words is None:
                self._draw_cell(parts, x, top, position)
            else:
                parts.append(box(x, top + NUMBERS, wide, self.high, stroke=1, opacity=theme.LINE,
                                 dash="2 3"))  # fmt: skip
                y = top + NUMBERS + self.high / 2 + 2.7
                parts.append(label(x + wide / 2, y, words, SMALL, anchor="middle", soft=True))
        y = top + NUMBERS + self.high + 4
        for header in self._lanes(row):
            self._draw_lane(parts, row, y, header)
            y += LANE

    def _draw_cell(self, parts, x, top, position):
        middle, cell = x + self.cell / 2, self.cells[position]
        before = self.block.before.get(cell)
        unseen = not any(found[position] for found in self.labels.values())
        parts.append(label(middle, top + 8, str(cell), SMALL, anchor="middle", soft=True))
        top += NUMBERS
        parts.append(box(x, top, self.cell, self.high, stroke=1, opacity=theme.LINE))
        y = top + self.high / 2 + 3.5
        if before is not None:
            parts.append(box(x + 1.5, top + 1.5, self.cell - 3, self.high - 3, theme.CHANGE,
                             stroke=1.4, tint=theme.TINT))  # fmt: skip
            parts.append(label(middle, top + 12, f"{before} →", INDEX, anchor="middle", soft=True))
            y = top + self.high - 7
        parts.append(label(middle, y, self.values[position], VALUE, anchor="middle", soft=unseen,
                           bold=before is not None))  # fmt: skip

    def _draw_lane(self, parts, row, top, header):
        parts.append(label(self.lane, top + 10.4, lane_name(header), FACT))
        for x, _, position, _ in row:
            index = "" if position is None else self.labels[header][position]
            if index:
                parts.append(box(x + 1.5, top + 1.2, self.cell - 3, LANE - 2.4,
                                 HUES[header.kind], tint=theme.CHIP, corner=CORNER[header.kind]))  # fmt: skip
                parts.append(label(x + self.cell / 2, top + 10.2, index, INDEX, anchor="middle"))
