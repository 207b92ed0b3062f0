"""The marks that drawings are made of: text, boxes, arrows. Lengths are in points.

A fixed-width font makes the layout of a drawing a matter of adding up.
"""

import math
import unicodedata
from xml.sax.saxutils import escape

from . import theme
from .svg import printable

CHARACTER = 0.602  # width of a fixed-width character, in font sizes


def width(text, size):
    """The width of `text` in the fixed-width font; Chinese and its like take two places.

    >>> width("ab", 10) == width("数", 10)
    True
    """
    return CHARACTER * size * sum(_places(character) for character in text)


def _places(character):
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "FW" else 1


def label(x, y, text, size, *, anchor="start", bold=False, soft=False, sans=False, hue=None,
          struck=False):  # fmt: skip
    """One line of text, its baseline at y."""
    extra = f' text-anchor="{anchor}"' if anchor != "start" else ""
    extra += ' font-weight="bold"' if bold else ""
    extra += f' fill-opacity="{theme.SOFT}"' if soft else ""
    extra += f' font-family="{theme.FONTS}"' if sans else ""
    extra += f' fill="{hue.any}"' if hue else ""
    extra += ' text-decoration="line-through"' if struck else ""
    words = escape(printable(text))
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}"{extra}>{words}</text>'


def box(x, y, wide, high, hue=None, *, stroke=0, tint=0, corner=0, dash="", opacity=1):
    """A rectangle in a hue, or in the ink of the page."""
    color = hue.any if hue else theme.INK
    fill = f'fill="{color}" fill-opacity="{tint}"' if tint else 'fill="none"'
    line = f' stroke="{color}" stroke-width="{stroke}"' if stroke else ""
    line += f' stroke-opacity="{opacity}"' if stroke and opacity != 1 else ""
    line += f' stroke-dasharray="{dash}"' if dash else ""
    size = f'x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}"'
    return f'<rect {size} rx="{min(corner, high / 2):.1f}" {fill}{line}/>'


def arrow(x, y, to_x, to_y, hue=None, *, bend):
    """A smooth line from the left, level from `bend` on, with a head."""
    color = hue.any if hue else theme.INK
    middle = (x + bend) / 2
    curve = f"C{middle:.1f} {y:.1f} {middle:.1f} {to_y:.1f} {bend:.1f} {to_y:.1f}"
    head = f"M{to_x - 6:.1f} {to_y - 3:.1f}L{to_x:.1f} {to_y:.1f}L{to_x - 6:.1f} {to_y + 3:.1f}Z"
    return (
        f'<path d="M{x:.1f} {y:.1f}{curve}H{to_x - 5:.1f}" fill="none" stroke="{color}" '
        f'stroke-width="1.2"/><path d="{head}" fill="{color}"/>'
    )


def ticks(low, high, most=6):
    """Round numbers from `low` to `high`, at most `most` steps, to write at an axis.

    >>> ticks(-0.1, 9.4)
    [0.0, 2.0, 4.0, 6.0, 8.0]
    """
    half = high / 2 - low / 2  # the whole may be too large for a float
    step = 10.0 ** math.floor(math.log10(half) + math.log10(2))
    step *= next((n for n in (0.2, 0.5, 1, 2) if half / (step * n) <= most / 2), 5)
    first, last = low / step, high / step
    if not math.isfinite(first) or not math.isfinite(last) or abs(first) + abs(last) > 1e9:
        return [low, high]
    return [float(f"{n * step:.10g}") for n in range(math.ceil(first), math.floor(last) + 1)]


def svg(parts, wide, high):
    """A whole drawing of marks."""
    size = f'width="{wide:.0f}" height="{high:.0f}"'
    return f'<svg {size} font-family="{theme.MONO}">{"".join(parts)}</svg>'
