"""A drawing put together from a few kinds of marks. Lengths are in points, y grows downward."""

import re
import xml.etree.ElementTree as ET

from ... import marks
from ...picture import Picture
from ...theme import GRADIENT, INK, MONO, TENSOR

NOW, PLAIN = GRADIENT, TENSOR  # the hue of what happens just now, and of all that is there
MARGIN = 6
text_width = marks.width


class Canvas:
    """Marks in the order in which they are painted, and the room that they take."""

    def __init__(self):
        self.parts = []
        self.right = self.bottom = 0

    def text(self, x, y, words, size=10, *, anchor="start", bold=False, soft=False, sans=False):
        """One line of text, its baseline at y."""
        style = {"anchor": anchor, "bold": bold, "soft": soft, "sans": sans}
        self.parts.append(marks.label(x, y, words, size, **style))
        behind = {"start": 1, "middle": 0.5, "end": 0}[anchor]
        self._reach(x + behind * text_width(words, size), y + size * 0.3)

    def box(self, x, y, wide, high, hue=None, *, tint=0, line=1, dash="", round=2, faint=1):
        """A rectangle: its outline in a hue (the page's ink if None), filled with a tint of it."""
        style = {"tint": tint, "stroke": line, "dash": dash, "corner": round, "opacity": faint}
        self.parts.append(marks.box(x, y, wide, high, hue, **style))
        self._reach(x + wide, y + high)

    def path(self, d, hue=None, *, line=1, dash="", faint=1, filled=False):
        """Any line, given as SVG path data; it must stay within what other marks reach."""
        ink = hue.any if hue else INK
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        dashes += f' stroke-opacity="{faint}"' if faint != 1 else ""
        stroke = "" if filled else f' stroke="{ink}" stroke-width="{line}"{dashes}'
        self.parts.append(f'<path d="{d}" fill="{ink if filled else "none"}"{stroke}/>')

    def line(self, x, y, to_x, to_y, hue=None, **style):
        """A straight line."""
        self.path(f"M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}", hue, **style)
        self._reach(max(x, to_x), max(y, to_y))

    def tip(self, before, at, size, hue=None):
        """The head of an arrow at the point `at`, pointing away from the point `before`."""
        along = [to - start for start, to in zip(before, at)]
        length = sum(part * part for part in along) ** 0.5 or 1
        x, y = (size * part / length for part in along)
        back, wide, high = (at[0] - x, at[1] - y), x * 0.5, y * 0.5
        self.path(f"M{at[0]:.1f} {at[1]:.1f}L{back[0] - high:.1f} {back[1] + wide:.1f}"
                  f"L{back[0] + high:.1f} {back[1] - wide:.1f}Z", hue, filled=True)  # fmt: skip

    def dot(self, x, y, radius, hue=None, *, hollow=False, line=1.5):
        """A round mark."""
        ink = hue.any if hue else INK
        fill = f'fill="none" stroke="{ink}" stroke-width="{line}"' if hollow else f'fill="{ink}"'
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" {fill}/>')
        self._reach(x + radius, y + radius)

    def embed(self, picture, x, y, widest=None):
        """Another picture as part of this one, made smaller if it is wider than `widest`."""
        root = ET.fromstring(picture.svg)
        for style in root.findall("{*}style"):
            root.remove(style)
        for element in root.iter():
            element.tag = element.tag.rpartition("}")[2]
        _, _, wide, high = map(float, root.get("viewBox").split())
        scale = min(1, widest / wide) if widest else 1
        for name in ("role", "aria-labelledby", "aria-describedby", "style", "xmlns"):
            root.attrib.pop(name, None)
        for spoken in [e for e in root if e.tag in ("title", "desc")]:
            root.remove(spoken)
        size = {"x": x, "y": y, "width": wide * scale, "height": high * scale}
        root.attrib.update({name: f"{value:.1f}" for name, value in size.items()})
        self.parts.append(ET.tostring(root, encoding="unicode"))
        self._reach(x + wide * scale, y + high * scale)
        return wide * scale, high * scale

    def picture(self, *, title, description, text):
        """All this as a Picture."""
        size = f'width="{self.right + MARGIN:.0f}" height="{self.bottom + MARGIN:.0f}"'
        svg = f'<svg {size} font-family="{MONO}">{"".join(self.parts)}</svg>'
        return Picture(svg=svg, title=title, description=description, text=text)

    def _reach(self, x, y):
        self.right, self.bottom = max(self.right, x), max(self.bottom, y)


def wrap(words, most):
    """`words` in lines of at most `most` characters, broken between words where possible."""
    lines = [""]
    for word in re.findall(rf"\S{{1,{most}}}", words):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > most:
            lines.append("")
        lines[-1] += " " * bool(lines[-1]) + word
    return lines
