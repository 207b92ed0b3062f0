"""The one look of all pictures: what each color means, in light and in dark, and the fonts.

A drawing uses the first of a color's two shades. It can be read on any page, light or dark; where
the page says that it is dark, a style sheet puts the second shade in its place. Black stands for
the ink of the page. A page may also set the custom properties itself.
"""

import dataclasses

FONTS = "DejaVu Sans,Verdana,sans-serif"  # where DejaVu is missing, Verdana is as wide
MONO = "DejaVu Sans Mono,Menlo,Consolas,monospace"
INK = "currentColor"
SOFT = 0.72  # the opacity of secondary text
LINE = 0.56  # of the lines around what has no color of its own
TINT, CHIP = 0.1, 0.26  # of a color behind text: for large boxes, for small ones


@dataclasses.dataclass(frozen=True)
class Hue:
    """A color with a meaning: a shade that reads on every page, and a better one for the dark."""

    name: str
    any: str
    dark: str


TENSOR = Hue("tensor", "#1f6fd6", "#6cb0ff")
ARRAY = Hue("array", "#16805f", "#5cc79a")
GRADIENT = Hue("gradient", "#a84f08", "#f5a35c")
CHANGE = Hue("change", "#9145bd", "#d08cf0")
TROUBLE = Hue("trouble", "#c8321f", "#ff8a75")
HUES = (TENSOR, ARRAY, GRADIENT, CHANGE, TROUBLE)

PAGES = {"light": ("#ffffff", "#000000"), "dark": ("#111111", "#ffffff")}  # paper, ink
CLASS, COPY = "minitensor-picture", "minitensor-copy"
DARK_PAGES = ":is([data-jp-theme-light=false],[theme=dark],.vscode-dark)"  # Lab, Colab, VS Code


def inline_style(drawing):
    """The style sheet of a drawing in the body of a page: follows the theme of the page."""
    hues = _used(drawing)
    light = f".{CLASS}{{{_properties(hues, 'any')}}}"
    dark = f"{DARK_PAGES} .{CLASS}{{{_properties(hues, 'dark')}}}"
    return f".{COPY}{{display:none}}" + (light + dark) * bool(hues) + _rules(hues, f".{CLASS} ")


def file_style(drawing):
    """The style sheet of a drawing in a file of its own: follows the system, paper included."""
    hues = _used(drawing)
    light, dark = (
        f"svg{{background:{paper};color:{ink};{_properties(hues, shade)}}}"
        for (paper, ink), shade in zip(PAGES.values(), ("any", "dark"), strict=True)
    )
    return f"{light}@media(prefers-color-scheme:dark){{{dark}}}" + _rules(hues, "")


def _used(drawing):
    return [hue for hue in HUES if hue.any in drawing]


def _properties(hues, shade):
    return ";".join(f"--minitensor-{hue.name}:{getattr(hue, shade)}" for hue in hues)


def _rules(hues, inside):
    return "".join(
        f'{inside}[{name}="{hue.any}"]{{{name}:var(--minitensor-{hue.name})}}'
        for hue in hues
        for name in ("fill", "stroke")
    )
