"""A function of one number: its curve, the tangent at a point, its graph, and descent on it."""

import math
import types

from ... import marks, words
from ...graph import graph
from .canvas import NOW, PLAIN, Canvas
from .library import error_words

SAMPLES = 121
WIDE, HIGH, LEFT, TOP = 330, 220, 40, 22
LOWEST, HIGHEST = -4.0, 4.0
FUNCTIONS = "sin cos tan exp log sqrt tanh sigmoid relu abs".split()
LARGEST = 1e12


class DerivativeExplorer:
    """`f` as the student typed it, at a point `x`; the derivative comes from backward()."""

    title = "Derivative explorer: drag the point"

    def __init__(self, library, variables, text="x**2 - 2*x", x=2.0, lr=0.1):
        self.library, self.variables = library, variables
        self.lowest, self.highest = LOWEST, HIGHEST
        self.x, self.lr, self.trail, self.error = float(x), lr, [], ""
        if self.x == self.x and abs(self.x) < LARGEST:
            self.lowest, self.highest = min(LOWEST, self.x - 1), max(HIGHEST, self.x + 1)
        self.type(text)

    def type(self, text):
        """Take another function: an expression in `x` and the student's own names."""
        self.text, self.trail, self.error = text.strip(), [], ""
        try:
            if not self.text:
                raise SyntaxError("type an expression in x")
            code = compile(f"lambda x: ({self.text}\n)", "<function>", "eval")
            self.function = eval(code, self._names())
        except (SyntaxError, ValueError) as error:
            problem = error.msg if isinstance(error, SyntaxError) else str(error)
            self.function, self.error = None, f"{type(error).__name__}: {problem}"
        self._sample()
        self.move(self.x)

    def _names(self):
        handy = {
            name: getattr(self.library, name) for name in FUNCTIONS if hasattr(self.library, name)
        }
        return {**handy, "torch": self.library, **self.variables}

    def move(self, x):
        """Go to another point, on foot: the trail of descent ends."""
        self.trail = []
        self._go(x)

    def descend(self):
        """One step against the derivative: x -= lr * x.grad."""
        if self.slope is not None and not self.error:
            self.trail = [*self.trail, self.x]
            self._go(self.x - self.lr * self.slope)

    def _go(self, x):
        # As many digits as a float32 has: those after them are rounding, and would be shown.
        self.x, self.value, self.slope, self.drawing = float(f"{x:.7g}"), None, None, None
        if self.function is None:
            return
        try:
            self._evaluate()
            self.error = ""
        except Exception as error:
            self.error = error_words(error)

    def _evaluate(self):
        x = self.library.tensor(self.x, requires_grad=True)
        y = self.function(x)
        if not isinstance(y, self.library.Tensor):
            raise TypeError(f"f(x) must give a tensor, not {type(y).__name__}: use x in it")
        y.backward()
        self.value, self.slope = y.item(), None if x.grad is None else x.grad.item()
        self.drawing = graph(y, values=True, grads=True, names={"x": x, "f(x)": y}, limit=12)

    def _sample(self):
        step = (self.highest - self.lowest) / (SAMPLES - 1)
        self.xs = [self.lowest + n * step for n in range(SAMPLES)]
        self.curve = [math.nan] * SAMPLES
        if self.function is not None:
            with self.library.no_grad():
                self.curve = [self._at(x) for x in self.xs]

    def _at(self, x):
        try:
            return float(self.function(self.library.tensor(x)))
        except Exception:
            return math.nan

    def code(self):
        """What the explorer runs."""
        lines = [
            f"x = torch.tensor({self.x!r}, requires_grad=True)",
            f"y = {self.text}",
            "y.backward()",
        ]
        return lines + [f"with torch.no_grad(): x -= {self.lr!r} * x.grad"] * bool(self.trail)

    def facts(self):
        """The point, the value and the slope; or what is wrong with the function."""
        if self.error:
            return [("Error", self.error)]
        slope = "None" if self.slope is None else words.number_words(self.slope)
        facts = [("x", words.number_words(self.x)), ("f(x)", words.number_words(self.value)),
                 ("x.grad", f"{slope}: {self._in_words()}")]  # fmt: skip
        if self.trail:
            first = words.number_words(self.trail[0])
            facts.append(
                (
                    "Descent",
                    f"{words.plural(len(self.trail), 'step')} from x = {first}, lr {self.lr}",
                )
            )
        return facts

    def _in_words(self):
        slope = self.slope
        if slope is None or slope != slope:
            return "there is no slope here"
        if abs(slope) < 1e-3:
            return "flat: descent would hardly move"
        way = "up" if slope > 0 else "down"
        return f"going right, the curve goes {way}; descent goes {'left' if slope > 0 else 'right'}"

    def words(self):
        """The curve in words."""
        lines = [f"derivative explorer: f(x) = {self.text}"]
        return "\n".join(lines + [f"  {label}: {text}" for label, text in self.facts()])

    def picture(self):
        """The curve and its tangent on the left, the graph with live numbers on the right."""
        canvas = Canvas()
        self._plot(canvas)
        if self.drawing is not None:
            try:
                canvas.embed(self.drawing, LEFT + WIDE + 34, TOP, 260)
            except RuntimeError:  # nothing here can lay out a graph: the plot stands alone
                canvas.text(
                    LEFT + WIDE + 34, TOP + 20, "the graph needs graphviz-pure", 9, soft=True
                )
        facts = "; ".join(f"{label} {text}" for label, text in self.facts())
        return canvas.picture(title=f"f(x) = {self.text}", description=facts, text=self.words())

    def still(self):
        """The picture as it is."""
        return self.picture()

    def height(self):
        """How far below the top of the frame the point is, as a share of the frame; 1 without one."""
        low, high = self._range()
        if not self._is_drawn(low, high):
            return 1.0
        return (high - self.value) / (high - low)

    def _is_drawn(self, low, high):
        return self.value is not None and abs(self.value) < LARGEST and low <= self.value <= high

    def _plot(self, canvas):
        low, high = self._range()

        def at(x, y):
            return (LEFT + (x - self.lowest) / (self.highest - self.lowest) * WIDE,
                    TOP + (high - y) / (high - low) * HIGH)  # fmt: skip

        canvas.text(LEFT, 14, f"f(x) = {words.shorten(self.text, 44)}", 11, bold=True)
        canvas.box(LEFT, TOP, WIDE, HIGH, faint=0.45, round=0)
        _axes(canvas, at, (self.lowest, self.highest), (low, high))
        for piece in _pieces(zip(self.xs, self.curve), low, high):
            points = [at(x, y) for x, y in piece]
            canvas.path("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points), PLAIN, line=2)
        if self._is_drawn(low, high):
            self._point(canvas, at, low, high)

    def _range(self):
        finite = sorted(y for y in self.curve if abs(y) < LARGEST)
        if not finite:
            return -1.0, 1.0
        # A pole would flatten everything else: the outermost values may leave the frame.
        low, high = finite[len(finite) // 50], finite[-1 - len(finite) // 50]
        if self.value is not None and abs(self.value) < LARGEST:
            low, high = min(low, self.value), max(high, self.value)
        room = (high - low) * 0.08 or 1.0
        return low - room, high + room

    def _point(self, canvas, at, low, high):
        if self.slope is not None and abs(self.slope) < LARGEST:
            ends = _clipped(
                self.x, self.value, self.slope, (self.lowest, self.highest), (low, high)
            )
            canvas.line(*at(*ends[0]), *at(*ends[1]), NOW, line=1.8, dash="6 3")
        for number, x in enumerate(self.trail[-20:]):
            y = self._at(x)
            if low <= y <= high and self.lowest <= x <= self.highest:
                canvas.dot(*at(x, y), 3, NOW, hollow=True)
                if number == 0:
                    canvas.text(
                        at(x, y)[0], at(x, y)[1] - 8, "start", 8.5, anchor="middle", sans=True
                    )
        if self.lowest <= self.x <= self.highest:
            x, y = at(self.x, self.value)
            canvas.line(x, y, x, TOP + HIGH, NOW, line=0.9, dash="2 3")
            canvas.dot(x, y, 5.5, NOW)
            canvas.text(
                x,
                TOP + HIGH + 26,
                f"x = {words.number_words(self.x)}",
                9.5,
                anchor="middle",
                bold=True,
            )


def _axes(canvas, at, xs, ys):
    for number in marks.ticks(*xs, most=8):
        x, y = at(number, ys[0])
        canvas.line(x, TOP, x, y, faint=0.7 if number == 0 else 0.15, line=0.8)
        canvas.text(x, y + 12, f"{number:g}", 8, anchor="middle", soft=True)
    for number in marks.ticks(*ys, most=8):
        x, y = at(xs[0], number)
        canvas.line(x, y, x + WIDE, y, faint=0.7 if number == 0 else 0.15, line=0.8)
        canvas.text(x - 5, y + 3, f"{number:g}", 8, anchor="end", soft=True)


def _pieces(points, low, high):
    """The runs of points inside the frame; a gap where there is no value."""
    piece = []
    for x, y in points:
        if low <= y <= high:
            piece.append((x, y))
        elif piece:
            yield piece
            piece = []
    if piece:
        yield piece


def _clipped(x, y, slope, xs, ys):
    """The ends of the tangent within the frame."""
    ends = []
    for edge in xs:
        other = y + slope * (edge - x)
        inside = min(max(other, ys[0]), ys[1])
        ends.append((edge if inside == other else x + (inside - y) / slope, inside))
    return ends


def source_of(value):
    """What to type for a function, a string or nothing: the text, and names it needs."""
    if isinstance(value, str):
        return value, {}
    if not isinstance(value, types.FunctionType) and not callable(value):
        raise TypeError(
            f"derivative_explorer() takes a function or its text, not {type(value).__name__}"
        )
    name = getattr(value, "__name__", "f")
    name = name if name.isidentifier() else "f"
    return f"{name}(x)", {name: value}
