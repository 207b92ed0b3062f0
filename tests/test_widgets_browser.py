"""The widgets as a student meets them: mouse and keyboard in JupyterLab, in light and in dark.

Run with ``pytest -m browser``; see tests/test_browser.py.
"""

import os
from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter
from test_browser import THEMES, open_notebook, show_whole
from test_theme import contrast

import minitensor
from minitensor.notebook import graph, sharing_lab
from minitensor.notebook import stepper as stepper_widget

pytestmark = pytest.mark.browser

CELLS = {
    "stepper": """import minitensor as torch
from minitensor.notebook import (accumulation_lab, derivative_explorer, in_place_lab,
                                 sharing_lab, stepper, stride_explorer)

x = torch.tensor([1.0, 2.0], requires_grad=True)
w = torch.tensor([3.0, -1.0], requires_grad=True)
h = x * w
y = (h * h).sum()
stepper(y)""",
    "accumulation": "accumulation_lab()",
    "in-place": "in_place_lab()",
    "sharing": "sharing_lab()",
    "strides": "stride_explorer()",
    "derivative": "derivative_explorer('x**2 - 2*x', x=3.0)",
}


@pytest.fixture(params=THEMES)
def notebook(request, chromium, page, lab):
    """The widgets in a notebook that has run; the requests that left the machine, for the end."""
    strangers = []
    for event in ("request", "websocket"):
        page.on(event, lambda r: strangers.append(r.url) if is_strange(r.url) else None)
    put_notebook(chromium, lab, "widgets.ipynb", CELLS.values())
    open_notebook(page, lab, "widgets.ipynb", THEMES[request.param])
    page.evaluate("kit.runAll()")
    for name in CELLS:
        page.locator(f".minitensor-{name} dl").wait_for()
    page.theme = request.param
    page.set_default_timeout(15_000)
    yield page
    page.evaluate("kit.shutDown()")
    assert strangers == []


def put_notebook(chromium, lab, name, sources, outputs=()):
    """Write a notebook into the folder of the server, as a stranger would: it is not trusted."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    for cell, data in zip(cells, outputs):
        cell.outputs = [nbformat.v4.new_output("display_data", data)]
    content = nbformat.v4.new_notebook(cells=cells)
    content.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    page = chromium.new_page()
    page.goto(lab)
    page.wait_for_function("() => window.jupyterapp?.serviceManager")
    page.evaluate(SAVE, [f"notebooks/{name}", content])
    page.close()


SAVE = """async ([path, content]) => {
    await window.jupyterapp.restored;
    const model = { type: "notebook", format: "json", content };
    await window.jupyterapp.serviceManager.contents.save(path, model);
}"""


def is_strange(url):
    return not url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:"))


def within(page, name):
    return page.locator(f".minitensor-{name}")


def says(page, name, words):
    """Wait until the facts of a widget say this."""
    within(page, name).locator("dl").filter(has_text=words).wait_for()


def press(page, name, label):
    within(page, name).get_by_role("button", name=label).click()


def by_keyboard(page, name, label, key="Enter"):
    within(page, name).get_by_role("button", name=label).focus()
    page.keyboard.press(key)


def handle(page, name, number=0):
    return within(page, name).locator(".noUi-handle").nth(number)


def picture(page, name):
    return within(page, name).locator("svg[role=img]").first


def choose(page, name, number, option):
    within(page, name).locator("select").nth(number).select_option(option)


def test_every_widget_answers_to_mouse_and_keyboard(notebook):
    for drive in (stepper, accumulation, in_place, sharing, strides, derivative):
        drive(notebook)
    photograph(notebook)
    assert_readable(notebook)


def stepper(page):
    says(page, "stepper", "ready: backward() will start at y")
    press(page, "stepper", "Step ▶")
    says(page, "stepper", "Step 1 of")
    by_keyboard(page, "stepper", "Step ▶")
    says(page, "stepper", "SumBackward0, which computed y = Sum(#1)")
    by_keyboard(page, "stepper", "Step ▶", "Space")
    says(page, "stepper", "that had arrived there: [6., -4.]")
    assert "✓" in picture(page, "stepper").text_content()
    press(page, "stepper", "◀ Back")
    says(page, "stepper", "Step 2 of")
    handle(page, "stepper").focus()
    page.keyboard.press("End")
    says(page, "stepper", "Trying to backward through the graph a second time")
    page.keyboard.press("ArrowLeft")
    within(page, "stepper").get_by_label("retain_graph=True").focus()
    page.keyboard.press("Space")
    says(page, "stepper", "of 12")
    handle(page, "stepper").focus()
    page.keyboard.press("End")
    says(page, "stepper", "w.grad = ")
    assert (
        "y.backward(retain_graph=True)\ny.backward"
        in within(page, "stepper").locator("pre").last.inner_text()
    )
    drag(page, handle(page, "stepper"), -1000)
    says(page, "stepper", "Step 0 of")
    press(page, "stepper", "Play")
    says(page, "stepper", "Step 2 of")
    press(page, "stepper", "Pause")
    handle(page, "stepper").focus()
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    says(page, "stepper", "Step 3 of 12")


def accumulation(page):
    press(page, "accumulation", "x.grad.zero_()")
    says(page, "accumulation", "AttributeError: 'NoneType' object has no attribute 'zero_'")
    for _ in range(2):
        press(page, "accumulation", "backward()")
    says(page, "accumulation", "[12., -8.], the sum of 2 calls of backward()")
    by_keyboard(page, "accumulation", "x.grad = None")
    says(page, "accumulation", "None")
    by_keyboard(page, "accumulation", "backward()", "Space")
    says(page, "accumulation", "[6., -4.]")
    press(page, "accumulation", "update step")
    says(page, "accumulation", "8.32")
    code = within(page, "accumulation").locator("pre").last.inner_text().splitlines()
    assert code[-1] == "with torch.no_grad(): x -= 0.1 * x.grad"
    assert code.count("(x ** 2).sum().backward()") == 3
    press(page, "accumulation", "backward()")
    press(page, "accumulation", "backward()")
    says(page, "accumulation", "the sum of 3 calls of backward()")


def in_place(page):
    says(page, "in-place", "✗ fails. RuntimeError: one of the variables needed for gradient")
    press(page, "in-place", "x.mul(2)")
    says(page, "in-place", "✓ works")
    by_keyboard(page, "in-place", "x.mul_(2)")
    says(page, "in-place", "✗ fails. RuntimeError")
    choose(page, "in-place", 1, "x.exp()")
    says(page, "in-place", "exp saved its result y, not x")
    choose(page, "in-place", 0, "a leaf that requires grad")
    says(
        page,
        "in-place",
        "a leaf Variable that requires grad is being used in an in-place operation",
    )
    within(page, "in-place").locator("select").first.focus()
    page.keyboard.press("ArrowDown")  # the next start: computed from a leaf
    says(page, "in-place", "z is x: True")


def sharing(page):
    says(page, "sharing", "Predict first")
    press(page, "sharing", "shared")
    says(page, "sharing", "right (1 of 1 right so far)")
    press(page, "sharing", "write to a")
    says(page, "sharing", "a[0] = 99: both changed")
    assert picture(page, "sharing").locator("text").get_by_text("99.", exact=True).count() == 1
    choose(page, "sharing", 0, "torch.tensor(a)")
    says(page, "sharing", "Predict first")
    by_keyboard(page, "sharing", "shared")
    says(page, "sharing", "not this time (1 of 2 right so far)")
    by_keyboard(page, "sharing", "write to b", "Space")
    says(page, "sharing", "b[0] = 99: the other did not change")
    within(page, "sharing").locator("select").focus()
    page.keyboard.press("ArrowDown")  # the next call
    says(page, "sharing", "Predict first")
    by_keyboard(page, "sharing", "copied", "Space")
    says(page, "sharing", "right (2 of 3 right so far)")


def strides(page):
    choose(page, "strides", 0, "transposed")
    says(page, "strides", "0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11")
    says(page, "strides", "view size is not compatible")
    handle(page, "strides", 5).focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    says(page, "strides", "cell 0 + 1·1 + 2·4 = 9, holding 9.")
    drag(page, handle(page, "strides", 4), 400)
    says(page, "strides", "out of bounds for storage of size 48")
    handle(page, "strides", 4).focus()
    page.keyboard.press("Home")
    says(page, "strides", "is_contiguous()")


def derivative(page):
    point = within(page, "derivative").locator(".minitensor-point .noUi-handle")
    says(page, "derivative", "4.: going right, the curve goes up")
    is_on_the_curve(page, point)
    drag(page, point, -150, 40)
    says(page, "derivative", "the curve goes down")
    is_on_the_curve(page, point)
    page.keyboard.press("End")
    says(page, "derivative", "6.: going right")
    page.keyboard.press("ArrowLeft")
    says(page, "derivative", "3.95")
    frame = within(page, "derivative").locator(".minitensor-frame")
    frame.click(position={"x": frame.bounding_box()["width"] / 2, "y": 30})
    says(page, "derivative", "-2.: going right")  # the middle is x = 0
    page.keyboard.press("ArrowRight")
    says(page, "derivative", "-1.9: going right")
    is_on_the_curve(page, point)
    page.keyboard.press("Home")
    says(page, "derivative", "-10.: going right")
    press(page, "derivative", "descend: x -= lr * x.grad")
    by_keyboard(page, "derivative", "descend: x -= lr * x.grad")
    says(page, "derivative", "2 steps from x =")
    handle(page, "derivative").focus()  # of the slider for lr
    page.keyboard.press("ArrowRight")
    press(page, "derivative", "descend: x -= lr * x.grad")
    says(page, "derivative", "lr 0.126")
    field = within(page, "derivative").get_by_role("textbox").first
    field.fill("sin(x")
    field.press("Enter")
    says(page, "derivative", "SyntaxError: ")
    field.fill("sin(x)*x")
    field.press("Enter")
    says(page, "derivative", "x.grad")
    point.focus()
    page.keyboard.press("Home")
    for _ in range(50):
        page.keyboard.press("ArrowRight")
    says(page, "derivative", "-1.5")
    assert "f(x) = sin(x)*x" in picture(page, "derivative").text_content()
    for _ in range(4):
        press(page, "derivative", "descend: x -= lr * x.grad")


def is_on_the_curve(page, point):
    """Wait until the handle and the point that is drawn are at one place."""
    page.wait_for_function(
        """handle => {
            const middle = e => {
                const box = e.getBoundingClientRect();
                return [box.x + box.width / 2, box.y + box.height / 2];
            };
            const dot = document.querySelector(".minitensor-derivative circle");
            const [x, y] = middle(handle), [to_x, to_y] = middle(dot);
            return Math.hypot(x - to_x, y - to_y) < 4;
        }""",
        arg=point.element_handle(),
    )


def drag(page, knob, distance, down=0):
    knob.scroll_into_view_if_needed()
    box = knob.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + distance, y + down, steps=4)
    page.mouse.up()


@pytest.mark.parametrize("theme", THEMES)
def test_a_stored_picture_shows_where_nothing_is_trusted(chromium, page, lab, theme):
    x = minitensor.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()
    shown = [graph(y), stepper_widget(y), sharing_lab()]
    stills = [one._repr_mimebundle_() for one in shown]
    for still in stills:
        still.pop("application/vnd.jupyter.widget-view+json", None)
    put_notebook(chromium, lab, "stills.ipynb", ["1"] * len(stills), stills)
    open_notebook(page, lab, "stills.ipynb", THEMES[theme])
    outputs = page.locator(".jp-OutputArea-output")
    outputs.locator("img").last.wait_for()
    for number, one in enumerate(shown):
        image = outputs.nth(number).locator("img")
        assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
        assert image.get_attribute("alt") == repr(one)
        # Of the words of the labels, which remain, nothing is to be seen.
        assert outputs.nth(number).evaluate(LETTERS) == 0
    assert outputs.locator("svg").count() == 0
    page.evaluate("kit.trust()")
    outputs.locator("svg[role=img]").last.wait_for()
    assert outputs.locator("img:visible").count() == 0
    page.evaluate("kit.shutDown()")


# How high the text right in an output is.
LETTERS = (
    "output => parseFloat(getComputedStyle(output.querySelector('img').parentElement).fontSize)"
)


def test_an_exported_page_shows_the_still_pictures(chromium, tmp_path):
    still = sharing_lab()._repr_mimebundle_()
    cell = nbformat.v4.new_code_cell("1", outputs=[nbformat.v4.new_output("display_data", still)])
    html, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    path = tmp_path / "page.html"
    path.write_text(html, encoding="utf-8")
    page = chromium.new_page()
    page.route("http*://**", lambda route: route.abort())  # as without a network
    page.goto(path.as_uri(), wait_until="domcontentloaded")
    drawn = page.locator("svg.minitensor-picture")
    assert drawn.bounding_box()["height"] > 100
    assert page.locator("img:visible").count() == 0
    page.close()


def assert_readable(page):
    """Every control has a name; every text, in pictures and around them, has contrast enough."""
    show_whole(page)
    pictures = page.evaluate("kit.pictures()")
    assert len(pictures) >= len(CELLS)
    for one in pictures:
        for text in one["texts"]:
            assert contrast(text["ink"], text["paper"]) >= 4.5, text
    assert_words_readable(page)


def assert_words_readable(page):
    """Every control has a name, and what stands around the pictures, which is returned, contrast."""
    texts = page.evaluate(PAGE_TEXTS)
    for text in texts:
        assert contrast(text["ink"], text["paper"]) >= 4.5, text
    assert page.evaluate(NAMELESS) == []
    return [text["text"] for text in texts]


# Texts outside the pictures, with the colour of the ink and of the nearest opaque paper.
PAGE_TEXTS = """() => {
    const numbers = text => text.match(/[\\d.]+/g).map(Number);
    const paper = element => {
        for (let e = element; e; e = e.parentElement) {
            const color = numbers(getComputedStyle(e).backgroundColor);
            if ((color[3] ?? 1) === 1) return color;
        }
        return [255, 255, 255];
    };
    const over = (ink, below) => {
        const share = ink[3] ?? 1;
        return below.map((part, i) => share * ink[i] + (1 - share) * part);
    };
    const found = document.querySelectorAll(".minitensor-widget :is(dt, dd, p, pre, label, button, .widget-label)");
    return Array.from(found).filter(e => e.textContent.trim() && !e.disabled && e.offsetParent).map(e => {
        const below = paper(e).slice(0, 3);
        return { text: e.textContent.slice(0, 30), paper: below, ink: over(numbers(getComputedStyle(e).color), below) };
    });
}"""

NAMELESS = """() => {
    const named = e => e.textContent.trim() || e.title || e.ariaLabel || e.labels?.length ||
        e.closest(".widget-inline-hbox")?.querySelector(".widget-label")?.textContent;
    const found = document.querySelectorAll(".minitensor-widget :is(button, input, select, .noUi-handle)");
    return Array.from(found).filter(e => e.offsetParent && !named(e)).map(e => e.outerHTML);
}"""


def photograph(page):
    """Screenshots of each widget, to the folder that MINITENSOR_SCREENSHOTS names."""
    folder = os.environ.get("MINITENSOR_SCREENSHOTS")
    page.add_style_tag(content=".Toastify { display: none }")  # JupyterLab's offer of news
    for name in CELLS if folder else ():
        within(page, name).screenshot(path=Path(folder) / f"widget-{name}-{page.theme}.png")
