"""Every picture can be read: WCAG AA contrast on light and on dark pages, from one set of colors."""

import re

import pytest

from minitensor.notebook import graph, graph_dot, theme
from minitensor.notebook.picture import Picture

TEXT, MARKS = 4.5, 3  # WCAG 2, level AA
LAB_INK = {"light": 0.87, "dark": 1.0}  # JupyterLab's text is not quite black


def rgb(color):
    return tuple(int(color[i : i + 2], 16) for i in (1, 3, 5))


def over(color, share, ground):
    """A color of some opacity laid over a ground."""
    return tuple(share * c + (1 - share) * g for c, g in zip(color, ground, strict=True))


def luminance(color):
    parts = [part / 255 for part in color]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first, second):
    """The contrast of two colors as WCAG defines it, from 1 to 21."""
    dark, light = sorted([luminance(first), luminance(second)])
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_known_colors():
    assert contrast(rgb("#000000"), rgb("#ffffff")) == pytest.approx(21)
    assert contrast(rgb("#777777"), rgb("#ffffff")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("page", theme.PAGES)
@pytest.mark.parametrize("hue", theme.HUES, ids=lambda hue: hue.name)
def test_contrast_of_every_hue(hue, page):
    paper, ink = map(rgb, theme.PAGES[page])
    shade = rgb(hue.any if page == "light" else hue.dark)
    assert contrast(shade, paper) >= TEXT
    tinted = over(shade, theme.TINT, paper)
    assert contrast(shade, tinted) >= MARKS
    assert contrast(over(ink, theme.SOFT * LAB_INK[page], tinted), tinted) >= TEXT
    chip = over(shade, theme.CHIP, paper)
    assert contrast(over(ink, LAB_INK[page], chip), chip) >= TEXT
    assert contrast(rgb(hue.any), paper) >= MARKS  # where no style sheet is let through


@pytest.mark.parametrize("page", theme.PAGES)
@pytest.mark.parametrize("fact", [theme.GRADIENT, theme.CHANGE, theme.TROUBLE])
@pytest.mark.parametrize("ground", theme.HUES)
def test_contrast_of_colored_text_in_boxes(fact, ground, page):
    paper = rgb(theme.PAGES[page][0])
    shade = "any" if page == "light" else "dark"
    tinted = over(rgb(getattr(ground, shade)), theme.TINT, paper)
    assert contrast(rgb(getattr(fact, shade)), tinted) >= TEXT


@pytest.mark.parametrize("page", theme.PAGES)
def test_contrast_of_ink(page):
    paper, ink = map(rgb, theme.PAGES[page])
    assert contrast(over(ink, theme.SOFT * LAB_INK[page], paper), paper) >= TEXT
    assert contrast(over(ink, theme.LINE * LAB_INK[page], paper), paper) >= MARKS


def test_no_color_of_its_own(torch):
    """A picture has the theme's colors and the ink of the page, and no others."""
    x = torch.ones(2, requires_grad=True)
    html = graph((x * 2).sum(), values=True, saved=True, grads=True, backward=True)._repr_html_()
    drawing = re.sub("<style>.*?</style>", "", html)
    assert set(re.findall("#[0-9a-fA-F]{6}", drawing)) <= {hue.any for hue in theme.HUES}
    assert set(re.findall('(?:fill|stroke)="([a-z][^"]*)"', drawing)) <= {"none", "currentColor"}


@pytest.fixture(params=["torch", "minitensor"])
def torch(request):
    return pytest.importorskip(request.param)


def test_dark_pages_get_the_dark_shade():
    picture = Picture(
        svg=f'<svg width="9" height="9"><g fill="{theme.ARRAY.any}"/></svg>', title="t"
    )
    inside, alone = picture._repr_html_(), picture.svg
    assert "[data-jp-theme-light=false]" in inside
    assert "prefers-color-scheme:dark" in alone
    for style in (inside, alone):
        assert theme.ARRAY.dark in style
        assert theme.TENSOR.dark not in style  # what is not used is not defined
        assert f'[fill="{theme.ARRAY.any}"]{{fill:var(--minitensor-array)}}' in style


def test_the_graph_uses_the_theme():
    shades = {style["color"][:7] for style in graph_dot.STYLES.values()}
    assert shades <= {"#000000", *(hue.any for hue in theme.HUES)}
