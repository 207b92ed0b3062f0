"""A plain plot: points, and lines beside them."""

import math

from . import marks, theme
from .picture import Picture
from .words import number_words, plural, shorten

LEFT, TOP, WIDE, HIGH = 64, 26, 300, 170  # of the frame, in points
SIZE = 9  # of the text
LONGEST_NAME = 40
MOST_DRAWN = 1000
GRID = 0.15  # the opacity of the lines that help the eye, and mean nothing
FAINTEST = 0.35


def plot(x, y, lines=None, *, axes=("x", "y")):
    """Draw the points (x, y), and lines: a dict from a label to its points (xs, ys).

    Tensors, arrays and sequences of numbers will do; what is not finite is left out, and of very
    many some are drawn. The last line is the boldest, as lines are often the steps towards it.
    ValueError if lengths differ.

    >>> plot([0, 1, 2], [1, 4, 5], {"fit": ([0, 2], [1, 5])})
    plot of 3 points: x from 0. to 2., y from 1. to 5.
      line fit: from (0., 1.) to (2., 5.)
    """
    points = _points(x, y)
    # Pairs: two long labels may be the same when shortened.
    lines = [
        (shorten(str(name), LONGEST_NAME), _points(*ends)) for name, ends in (lines or {}).items()
    ]
    frame = _Frame([*points, *(point for _, line in lines for point in line)])
    parts = [*_frame(frame, axes), *_lines(frame, lines)]
    parts += [_dot(*frame.place(point)) for point in _some(points)]
    longest = max((marks.width(label, SIZE) for label, _ in lines), default=0)
    sentences = _words(points, lines, axes)
    return Picture(
        svg=marks.svg(parts, LEFT + WIDE + max(longest + 14, 20), TOP + HIGH + 42),
        title=f"Plot of {axes[1]} over {axes[0]}",
        description="; ".join(sentences),
        text="\n  ".join(sentences),
    )


def _points(xs, ys):
    pairs = zip(_numbers(xs), _numbers(ys), strict=True)
    return [pair for pair in pairs if all(map(math.isfinite, pair))]


def _some(points):
    """The points to draw: all, or some of them evenly chosen; the last one is always there."""
    return points[:: -(len(points) // MOST_DRAWN + 1)][::-1]


def _numbers(values):
    if hasattr(values, "detach"):
        values = values.detach()
    if hasattr(values, "reshape"):
        values = values.reshape(-1).tolist()
    return [float(value) for value in values]


class _Frame:
    """From numbers to places on the page."""

    def __init__(self, points):
        self.ranges = [_range(numbers) for numbers in zip(*points or [(0, 0)])]

    def place(self, point):
        across, up = (
            (number / 2 - low / 2) / (high / 2 - low / 2)
            for number, (low, high) in zip(point, self.ranges)
        )
        return LEFT + WIDE * across, TOP + HIGH * (1 - up)


def _range(numbers):
    low, high = min(numbers), max(numbers)
    if high / 2 - low / 2 > 1e-9 * max(abs(low), abs(high)):
        return low, high
    return low - 0.5 * max(1, abs(low)), high + 0.5 * max(1, abs(high))


def _frame(frame, axes):
    """The two axes, with round numbers and faint lines at them."""
    (left, _), (low, _) = frame.ranges
    path = f"M{LEFT - 6} {TOP}V{TOP + HIGH + 6}H{LEFT + WIDE}"
    parts = [f'<path d="{path}" fill="none" stroke="{theme.INK}" stroke-opacity="{theme.LINE}"/>']
    floor = TOP + HIGH + 6
    for number in marks.ticks(*frame.ranges[0]):
        x, _ = frame.place((number, low))
        parts.append(_grid(f"M{x:.1f} {TOP}V{floor + 4}"))
        parts.append(marks.label(x, floor + 14, f"{number:g}", SIZE, soft=True, anchor="middle"))
    for number in marks.ticks(*frame.ranges[1]):
        _, y = frame.place((left, number))
        parts.append(_grid(f"M{LEFT - 10} {y:.1f}H{LEFT + WIDE}"))
        parts.append(marks.label(LEFT - 13, y + 3, f"{number:g}", SIZE, soft=True, anchor="end"))
    across, up = (shorten(name, LONGEST_NAME) for name in axes)
    parts.append(marks.label(LEFT + WIDE / 2, floor + 29, across, SIZE, anchor="middle", bold=True))
    parts.append(marks.label(LEFT - 12, TOP - 12, up, SIZE, bold=True))
    return parts


def _grid(path):
    return f'<path d="{path}" fill="none" stroke="{theme.INK}" stroke-opacity="{GRID}"/>'


def _lines(frame, lines):
    """Each line fainter than the next one, its label at its right end, no label on another."""
    parts, ends = [], []
    for number, (label, points) in enumerate(lines, 1):
        if not points:
            continue
        newest = number == len(lines)
        hue = theme.GRADIENT if newest else theme.TENSOR
        opacity = FAINTEST + (1 - FAINTEST) * number / len(lines)
        places = [frame.place(point) for point in _some(points)]
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        parts.append(
            f'<path d="{path}" fill="none" stroke="{hue.any}" stroke-width="{2 if newest else 1.2}" '
            f'stroke-opacity="{opacity:.2g}"/>'
        )
        x, y = max(places)
        ends.append((y, x, label, newest))
    above = -math.inf
    for y, x, label, newest in sorted(ends):
        above = max(y + 3, above + SIZE + 2)
        parts.append(marks.label(x + 6, above, label, SIZE, bold=newest))
    return parts


def _dot(x, y):
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="{theme.TENSOR.any}"/>'


def _words(points, lines, axes):
    found = f"plot of {plural(len(points), 'point')}"
    if points:
        ranges = zip(axes, map(_extent, zip(*points)))
        found += ": " + ", ".join(f"{axis} {extent}" for axis, extent in ranges)
    sentences = [found]
    for label, line in lines:
        if line:
            sentences.append(f"line {label}: from {_pair(line[0])} to {_pair(line[-1])}")
    return sentences


def _extent(numbers):
    return f"from {number_words(min(numbers))} to {number_words(max(numbers))}"


def _pair(point):
    return "(" + ", ".join(map(number_words, point)) + ")"
