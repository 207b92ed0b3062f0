"""Shape, stride and offset: which cells a view visits, in which order, and what that allows."""

from ... import words
from .canvas import NOW, PLAIN, Canvas
from .library import Program, error_words, library_of

MOST_CELLS = 16
CELL, HIGH, LEFT, TOP = 33, 25, 12, 62
PRESETS = {
    "row by row": ((3, 4), (4, 1), 0),
    "transposed": ((4, 3), (1, 4), 0),
    "every second column": ((3, 2), (4, 2), 0),
    "inner block": ((2, 2), (4, 1), 5),
    "diagonal": ((1, 3), (0, 5), 0),
    "one row repeated (expand)": ((3, 4), (0, 1), 4),
    "sliding window": ((4, 3), (1, 1), 0),
}


class StrideExplorer:
    """A 2-dim view of a row of cells, made with `torch.as_strided` from the student's numbers."""

    title = "Shape, stride, offset"

    def __init__(self, library, x=None):
        self.library = library if x is None else library_of(x)
        if x is None:
            self.cells = self.library.arange(12.0)
            self.size, self.stride, self.offset = PRESETS["row by row"]
        else:
            self._take(x)
        self.at = 0
        self._make()

    def _take(self, x):
        if x.dim() > 2:
            raise ValueError(f"stride_explorer() shows tensors of up to 2 dims, got {x.dim()}")
        count = x.untyped_storage().nbytes() // x.element_size()
        if not 0 < count <= MOST_CELLS:
            raise ValueError(
                f"stride_explorer() shows a storage of 1 to {MOST_CELLS} cells, got {count}"
            )
        missing = 2 - x.dim()
        self.cells = self.library.as_strided(x.detach(), (count,), (1,), 0).clone()
        self.size = (1,) * missing + tuple(x.shape)
        self.stride = (0,) * missing + tuple(x.stride())
        self.offset = x.storage_offset()

    def set(self, **numbers):
        """Change `size`, `stride`, `offset`, or `at`, the element to look at."""
        for name, value in numbers.items():
            setattr(self, name, value)
        self._make()

    def _make(self):
        self.program = Program(self.library, x=self.cells)
        self.program.run(self._call())
        self.error = error_words(self.program.error) if self.program.error else ""
        self.view = self.program.names.get("v")
        rows, columns = self.size
        self.visits = [self.offset + i * self.stride[0] + j * self.stride[1]
                       for i in range(rows) for j in range(columns)]  # fmt: skip
        self.at = max(0, min(self.at, len(self.visits) - 1))

    def _call(self):
        return f"v = torch.as_strided(x, {self.size}, {self.stride}, {self.offset})"

    def code(self):
        """How the view is made."""
        values = ", ".join(map(words.number_words, self.cells.tolist()))
        return [f"x = torch.tensor([{values}])", self._call()]

    def facts(self):
        """The element looked at, and what the view can and cannot do."""
        if self.error:
            return [("Error", self.error)]
        if not self.visits:
            return [("Visits", "no cells: one of the sizes is 0")]
        i, j = divmod(self.at, self.size[1])
        (s0, s1), cell = self.stride, self.visits[self.at]
        value = words.number_words(self.cells[cell].item())
        count = words.plural(len(self.visits), "element")
        copies = f"copies {count} into a new block, in the order of the visits"
        return [
            (f"v[{i}, {j}]", f"cell {self.offset} + {i}·{s0} + {j}·{s1} = {cell}, holding {value}"),
            ("Order", ", ".join(map(str, self.visits[:24])) + ", …" * (len(self.visits) > 24)),
            ("is_contiguous()", f"{self.view.is_contiguous()}: {self._why()}"),
            ("view(-1)", self._try("v.view(-1)")),
            ("reshape(-1)", "a view, no copy" if self._same("v.reshape(-1)") else copies),
            ("contiguous()", "v itself, no copy" if self._same("v.contiguous()") else copies),
        ]

    def _why(self):
        if self.view.is_contiguous():
            return "read row by row, the cells lie one after the other"
        return f"reading row by row would need stride ({self.size[1]}, 1)"

    def _try(self, call):
        trial = Program(self.library, v=self.view)
        if trial.run(f"w = {call}"):
            return "✓ possible: one stride leads through all elements"
        return f"✗ {error_words(trial.error)}"

    def _same(self, call):
        trial = Program(self.library, v=self.view)
        return trial.run(f"w = {call}") and trial.names["w"].data_ptr() == self.view.data_ptr()

    def text(self):
        """The view in words."""
        lines = ["stride explorer", *(f"  >>> {line}" for line in self.code())]
        return "\n".join(lines + [f"  {label}: {text}" for label, text in self.facts()])

    def picture(self):
        """The cells with the path of the visits above them, and the view they make."""
        canvas = Canvas()
        self._storage(canvas)
        top = TOP + HIGH + 44
        if self.error:
            canvas.text(
                LEFT,
                top - 6,
                "✗ some elements would lie outside the storage",
                10,
                bold=True,
                sans=True,
            )
        self._view(canvas, top)
        facts = "; ".join(f"{label} {text}" for label, text in self.facts())
        return canvas.picture(title=self.title, description=facts, text=self.text())

    def still(self):
        """The picture as it is."""
        return self.picture()

    def _storage(self, canvas):
        count = len(self.cells)
        canvas.text(LEFT, 14, "the storage", 11, bold=True)
        canvas.text(LEFT + 84, 14, f"{words.plural(count, 'cell')}; the path of the visits, first to last",
                    8.5, soft=True, sans=True)  # fmt: skip
        now = self.visits[self.at] if self.visits else -1
        # The current cell is painted last: its border lies over those of its neighbours.
        for cell, value in sorted(enumerate(self.cells.tolist()), key=lambda pair: pair[0] == now):
            x = LEFT + cell * CELL
            seen, current = cell in self.visits, cell == now
            style = {"hue": NOW, "tint": 0.25, "line": 2.4} if current else (
                {"hue": PLAIN, "tint": 0.14, "line": 1.2} if seen else {"faint": 0.5, "dash": "2 2.5"})  # fmt: skip
            canvas.box(x, TOP, CELL, HIGH, round=0, **style)
            canvas.text(
                x + CELL / 2,
                TOP + 16,
                words.number_words(value),
                10,
                anchor="middle",
                soft=not seen,
                bold=current,
            )
            canvas.text(x + CELL / 2, TOP + HIGH + 11, f"{cell}", 8, anchor="middle", soft=True)
            order = [str(n) for n, visit in enumerate(self.visits) if visit == cell]
            label = words.shorten(",".join(order), 6)
            if label:
                canvas.text(
                    x + CELL / 2, TOP + HIGH + 24, f"{label}", 8, anchor="middle", bold=current
                )
        canvas.text(LEFT + count * CELL + 6, TOP + HIGH + 11, "cell", 8, soft=True, sans=True)
        canvas.text(LEFT + count * CELL + 6, TOP + HIGH + 24, "visit", 8, sans=True)
        self._path(canvas, count)

    def _path(self, canvas, count):
        def middle(cell):
            return LEFT + (min(cell, count) + 0.5) * CELL

        for number, (one, two) in enumerate(zip(self.visits, self.visits[1:]), 1):
            if max(one, two) >= count or one == two:
                continue
            x, to_x, now = middle(one), middle(two), number == self.at
            high = min(34, 9 + abs(two - one) * 4)
            hue = NOW if number <= self.at else None
            style = {"line": 2.2 if now else 1.4} if hue else {"line": 0.8, "faint": 0.4}
            canvas.path(
                f"M{x:.1f} {TOP - 2}C{x:.1f} {TOP - high:.1f} {to_x:.1f} {TOP - high:.1f} {to_x:.1f} {TOP - 4}",
                hue,
                **style,
            )
            if hue:
                canvas.tip((to_x, TOP - 9), (to_x, TOP - 1), 6 if now else 4.5, NOW)

    def _view(self, canvas, top):
        rows, columns = self.size
        canvas.text(LEFT, top + 14, "the view v", 11, bold=True)
        title = f"shape {self.size}   stride {self.stride}   offset {self.offset}"
        canvas.text(LEFT + 84, top + 14, title, 9)
        values, count = self.cells.tolist(), len(self.cells)
        for number, cell in sorted(enumerate(self.visits), key=lambda pair: pair[0] == self.at):
            i, j = divmod(number, columns)
            x, y = LEFT + 26 + j * CELL, top + 40 + i * HIGH
            current = number == self.at
            outside = cell >= count
            style = (
                {"hue": NOW, "tint": 0.25, "line": 2.4}
                if current
                else {"hue": PLAIN, "tint": 0.14, "line": 1.2}
            )
            if outside:
                style |= {"tint": 0, "dash": "3 2"}
            canvas.box(x, y, CELL, HIGH, round=0, **style)
            canvas.text(
                x + CELL / 2,
                y + 16,
                "✗" if outside else words.number_words(values[cell]),
                10,
                anchor="middle",
                bold=current,
            )
        for j in range(columns):
            canvas.text(
                LEFT + 26 + (j + 0.5) * CELL, top + 35, f"{j}", 8, anchor="middle", soft=True
            )
        for i in range(rows):
            canvas.text(LEFT + 20, top + 40 + i * HIGH + 16, f"{i}", 8, anchor="end", soft=True)
        if not self.visits:
            canvas.text(LEFT, top + 40, "no elements", 10, soft=True, sans=True)
