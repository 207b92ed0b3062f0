"""The table as a drawing: how long each library takes, where PyTorch takes 1."""

import math

from minitensor.notebook import theme
from minitensor.notebook.marks import label, svg, width
from minitensor.notebook.picture import Picture

from .report import TIMES, duration

TITLE = "Time next to PyTorch's"
LEFT, AXIS, RIGHT = 112, 400, 64  # points: for the names, the axis, PyTorch's own times
TOP, ROW = 56, 32
TICKS = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50]

# Each library has a shape of its own, drawn around 0, 0.
SHAPES = {
    "minitensor": (theme.TENSOR, "M-6 0A6 6 0 1 0 6 0A6 6 0 1 0 -6 0Z"),
    "numpy": (theme.ARRAY, "M-4.5 -4.5H4.5V4.5H-4.5Z"),
    "autograd": (None, "M0 -5L5 4H-5Z"),
    "mygrad": (None, "M0 -5.5L5.5 0L0 5.5L-5.5 0Z"),
    "micrograd": (None, "M-4.5 -4.5L4.5 4.5M4.5 -4.5L-4.5 4.5"),
}


def picture(seconds):
    """The drawing of `{workload: {library: seconds}}`, which must have PyTorch's."""
    rows = {name: ratios(row) for name, row in seconds.items()}
    place = scale([ratio for row in rows.values() for ratio in row.values()])
    bottom = TOP + ROW * len(rows)
    parts = [*axis(place, bottom), *legend(rows)]
    for number, (name, row) in enumerate(rows.items()):
        y = TOP + ROW * (number + 0.5)
        parts.append(label(LEFT - 16, y + 4, name, 11, anchor="end", bold=True))
        time = duration(seconds[name]["torch"])
        parts.append(label(LEFT + AXIS + RIGHT, y + 4, time, 10, anchor="end", soft=True))
        parts += marks(row, place, y)
    drawing = svg(parts, LEFT + AXIS + RIGHT + 8, bottom + 34)
    words = "\n".join(f"{name}: {spoken(row)}." for name, row in rows.items())
    return Picture(svg=drawing, title=TITLE, description=words)


def ratios(row):
    """What the others take in relation to PyTorch, of those that gave figures."""
    return {name: row[name] / row["torch"] for name in SHAPES if isinstance(row.get(name), float)}


def scale(figures):
    """Where a ratio stands on the axis, which is logarithmic and has room for all."""
    low, high = (math.log(end([*figures, 1]) * room) for end, room in ((min, 0.85), (max, 1.18)))
    return lambda ratio: LEFT + AXIS * (math.log(ratio) - low) / (high - low)


def axis(place, bottom):
    """Ticks, the line of PyTorch, and which way is faster."""
    ticks = [tick for tick in TICKS if LEFT <= place(tick) <= LEFT + AXIS]
    for tick in ticks:
        x, own = place(tick), tick == 1
        yield line(x, TOP - 4, x, bottom, None, 1.6 if own else 0.8, 1 if own else 0.16)
        yield label(x, bottom + 14, f"{tick:g}{TIMES}", 9, anchor="middle", bold=own, soft=not own)
    yield label(place(1), TOP - 10, "PyTorch", 10, anchor="middle", bold=True)
    yield label(LEFT, bottom + 28, "\N{LEFTWARDS ARROW} faster", 9, soft=True, sans=True)
    yield label(LEFT + AXIS, bottom + 28, "slower \N{RIGHTWARDS ARROW}", 9, anchor="end",
                soft=True, sans=True)  # fmt: skip
    yield label(LEFT + AXIS + RIGHT, TOP - 10, "its time", 9, anchor="end", soft=True, sans=True)


def legend(rows):
    x = LEFT
    for name in SHAPES:
        if any(name in row for row in rows.values()):
            words = "numpy, by hand" if name == "numpy" else name
            yield mark(name, x, 14)
            yield label(x + 11, 18, words, 10, bold=name == "minitensor")
            x += 11 + width(words, 10) + 18


def marks(row, place, y):
    """One row: how far minitensor is from PyTorch, and where the others are."""
    own = row.get("minitensor")
    if own:
        yield line(place(1), y, place(own), y, theme.TENSOR, 4, 0.4)
    for name in reversed(row):  # minitensor comes last, on top
        yield mark(name, place(row[name]), y)
    if own:
        beside = place(1) + math.copysign(22, own - 1)  # the number stays off PyTorch's line
        x = max(place(own), beside) if own > 1 else min(place(own), beside)
        yield label(x, y - 9, f"{own:.2f}{TIMES}", 9.5, anchor="middle", bold=True)


def mark(name, x, y):
    hue, path = SHAPES[name]
    color = hue.any if hue else theme.INK
    fill = color if name == "minitensor" else "none"
    return (
        f'<path d="{path}" transform="translate({x:.1f} {y:.1f})" fill="{fill}" '
        f'stroke="{color}" stroke-width="1.5"/>'
    )


def line(x, y, to_x, to_y, hue, wide, opacity):
    color = hue.any if hue else theme.INK
    return (
        f'<path d="M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}" stroke="{color}" '
        f'stroke-width="{wide}" stroke-opacity="{opacity}"/>'
    )


def spoken(row):
    return ", ".join(f"{name} {ratio:.2f}{TIMES}" for name, ratio in row.items())
