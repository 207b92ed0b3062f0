"""Gradients that add up: what backward(), zero_(), None and an update leave in `x.grad`."""

import dataclasses

from ... import words
from .canvas import NOW, PLAIN, Canvas
from .library import Program, error_words, library_of

MOST_BARS = 6
BAR, GAP, HALF = 34, 26, 78  # width of a bar, between bars, half the height of the plot
LEFT, TOP = 30, 34
SHORT = {"backward": "backw.", "zero": "zero_", "none": "None", "update": "update"}
NARROWEST = 30  # between two points, for their words


@dataclasses.dataclass(frozen=True)
class Click:
    """One press of a button: its code, and what it left behind."""

    code: str
    grad: tuple | None  # the first few numbers of x.grad; None if it is None
    parts: tuple  # the gradients that backward() put there, one tuple for each call
    loss: float
    error: str = ""
    short: str = "start"  # what stands below its point in the picture


class AccumulationLab:
    """Four buttons on a copy of the student's `x`, and the code that they stand for."""

    title = "How gradients accumulate"

    def __init__(self, library, loss=None, x=None, lr=0.1):
        self.library = library if x is None else library_of(x)
        self.start = [3.0, -2.0] if x is None else x.detach().tolist()
        self.dtype = None if x is None else x.dtype
        self.loss = loss or (lambda x: (x**2).sum())
        name = "loss" if loss is None else _name_of(loss)
        self.formula = "(x ** 2).sum()" if loss is None else f"{name}(x)"
        self.own = {name: self.loss}
        self.actions = {
            "backward": f"{self.formula}.backward()",
            "zero": "x.grad.zero_()",
            "none": "x.grad = None",
            "update": f"with torch.no_grad(): x -= {lr!r} * x.grad",
        }
        self.reset()

    def reset(self):
        """Begin again with a fresh `x`."""
        x = self.library.tensor(self.start, dtype=self.dtype, requires_grad=True)
        self.program = Program(self.library, x=x, **self.own)
        self.history = [Click(f"x = {_literal(x)}", None, (), self._loss())]

    def press(self, action):
        """Do what one of the `actions` says."""
        before = self.history[-1]
        self.program.run(self.actions[action])
        error = error_words(self.program.error) if self.program.error else ""
        grad = self._grad()
        parts = before.parts
        if action == "backward" and not error:
            was = before.grad or (0.0,) * len(grad)
            parts = (*parts, tuple(now - then for now, then in zip(grad, was)))
        elif action in ("zero", "none") and not error:
            parts = ()
        self.history.append(
            Click(self.actions[action], grad, parts, self._loss(), error, SHORT[action])
        )

    def _grad(self):
        grad = self.program.names["x"].grad
        return None if grad is None else tuple(grad.flatten()[:MOST_BARS].tolist())

    def _loss(self):
        self.problem = ""
        try:
            return float(self.loss(self.program.names["x"].detach()))
        except Exception as error:  # a student's own function may raise anything
            self.problem = error_words(error)
            return float("nan")

    def code(self):
        """The clicks as the code that they stand for."""
        return [click.code + "  # raises" * bool(click.error) for click in self.history]

    def facts(self):
        """x, its gradient, the loss; and what went wrong last, if it did."""
        last, x = self.history[-1], self.program.names["x"]
        grad = "None" if x.grad is None else words.value_line(x.grad)
        calls = len(last.parts)
        if calls > 1:
            grad += f", the sum of {calls} calls of backward()"
        facts = [
            ("x", words.value_line(x)),
            ("x.grad", grad),
            ("loss", self.problem or words.number_words(last.loss)),
        ]
        return facts + [("Error", last.error)] * bool(last.error)

    def text(self):
        """The history in words."""
        lines = [f"gradient accumulation lab: loss = {self.formula}"]
        for click in self.history:
            grad = "None" if click.grad is None else _numbers(click.grad)
            lines.append(f"  {click.code}  -> x.grad {grad}, loss {words.number_words(click.loss)}")
            lines += [f"    {click.error}"] * bool(click.error)
        return "\n".join(lines)

    def picture(self):
        """On the left x.grad as a stack of what each backward() added, on the right the loss."""
        canvas = Canvas()
        right = self._bars(canvas)
        self._losses(canvas, max(right, 190) + 56)
        facts = "; ".join(f"{label} {text}" for label, text in self.facts())
        return canvas.picture(title=self.title, description=facts, text=self.text())

    def still(self):
        """The picture as it is."""
        return self.picture()

    def _bars(self, canvas):
        last = self.history[-1]
        x = self.program.names["x"].detach().flatten()
        count = min(len(x), MOST_BARS)
        middle = TOP + HALF
        right = LEFT + count * (BAR + GAP)
        canvas.text(6, 14, "x.grad", 11, bold=True)
        canvas.text(58, 14, "a block is what one backward() added", 8.5, soft=True, sans=True)
        sums = [sum(p[i] for p in last.parts if sign * p[i] > 0)
                for i in range(count) for sign in (1, -1)]  # fmt: skip
        scale = HALF * 0.88 / max([1e-12, *(abs(s) for s in sums if s == s and abs(s) < 1e30)])
        for i in range(count):
            left = LEFT + GAP / 2 + i * (BAR + GAP)
            self._stack(canvas, left, middle, [p[i] for p in last.parts], scale)
            grad = "None" if last.grad is None else words.number_words(last.grad[i])
            canvas.text(left + BAR / 2, TOP + 2 * HALF + 16, grad, 10, anchor="middle", bold=True)
            value = (
                f"x[{i}] = {words.number_words(float(x[i]))}"
                if len(x) > 1
                else f"x = {words.number_words(float(x[0]))}"
            )
            canvas.text(left + BAR / 2, TOP + 2 * HALF + 32, value, 7.5, anchor="middle", soft=True)
        canvas.line(LEFT, middle, right, middle, line=1)
        canvas.text(LEFT - 5, middle + 3, "0", 8.5, anchor="end", soft=True)
        if last.grad is None:
            canvas.text(
                (LEFT + right) / 2,
                middle - 8,
                "None: nothing there yet",
                9,
                anchor="middle",
                soft=True,
                sans=True,
            )
        if len(x) > count:
            canvas.text(LEFT, TOP + 2 * HALF + 46, f"… {len(x) - count:,} more", 8.5, soft=True)
        return right

    @staticmethod
    def _stack(canvas, left, middle, parts, scale):
        up = down = middle
        for number, part in enumerate(parts, 1):
            high = abs(part) * scale
            if not 0 <= high < 1000:
                continue
            top = up - high if part > 0 else down
            newest = number == len(parts)
            canvas.box(
                left, top, BAR, high, NOW if newest else PLAIN, tint=0.35, line=1.6 if newest else 1
            )
            if high > 12:
                added = words.shorten(f"{'+' * (part > 0)}{words.number_words(part)}", 6)
                canvas.text(left + BAR / 2, top + high / 2 + 3, added, 8.5, anchor="middle")
            up, down = (top, down) if part > 0 else (up, top + high)

    def _losses(self, canvas, left):
        losses = [click.loss for click in self.history]
        shown = losses[-24:]
        finite = [loss for loss in shown if abs(loss) < 1e30] or [0.0]
        top, low = max([*finite, 1e-12]), min(0.0, *finite)
        step = min(38.0, 340 / max(1, len(shown) - 1))
        canvas.text(left, 14, f"loss = {self.formula}", 11, bold=True)
        floor = TOP + 2 * HALF
        canvas.line(left, floor, left + max(200, step * len(shown)), floor, faint=0.6)
        canvas.text(left - 5, floor + 3, words.number_words(low).removesuffix("."), 8.5,
                    anchor="end", soft=True)  # fmt: skip
        points = []
        for number, loss in enumerate(shown):
            x = left + 18 + number * step
            if abs(loss) < 1e30:
                points.append((x, floor - (loss - low) / (top - low or 1) * 2 * HALF * 0.86))
            if step >= NARROWEST:
                click = self.history[number - len(shown)]
                canvas.text(x, floor + 14, click.short + " ✗" * bool(click.error), 7.5,
                            anchor="middle", soft=True, sans=True)  # fmt: skip
        if step < NARROWEST:
            canvas.text(
                left + 100, floor + 16, "clicks", 8.5, anchor="middle", soft=True, sans=True
            )
        if len(points) > 1:
            canvas.path("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points), PLAIN, line=1.6)
        for x, y in points:
            canvas.dot(x, y, 2.6, PLAIN)
        if points:
            canvas.dot(*points[-1], 4.5, NOW)
            x, y = points[-1]
            canvas.text(x + 9, y + 3.5, words.number_words(shown[-1]), 10, bold=True)
        canvas.box(left, TOP, max(200, step * len(shown)), 2 * HALF, line=0)


def _name_of(loss):
    name = getattr(loss, "__name__", "loss")
    return name if name.isidentifier() else "loss"


def _literal(x):
    return f"torch.tensor({words.value_line(x)}, requires_grad=True)"


def _numbers(numbers):
    return "[" + ", ".join(map(words.number_words, numbers)) + "]"
