"""Predictions as a student meets them: committed by mouse and keyboard, kept over a restart.

Run with ``pytest -m browser``; see tests/test_browser.py.
"""

import os
from pathlib import Path

import pytest
from test_browser import THEMES, open_notebook, show_whole
from test_widgets_browser import assert_words_readable, put_notebook

pytestmark = pytest.mark.browser

CELLS = [
    """import os
os.environ["MINITENSOR_PROGRESS"] = f"progress-{theme}.json"
from minitensor.notebook import check, predict, progress""",
    """predict("4.first", "`b` holds two floats. What does `b[0]` show?", {
    "`3.0`": "That is a Python number. Which method takes it out of a tensor?",
    "`tensor(3.)`": True,
    "`tensor([3.])`, with a dimension of size 1": "How many dimensions did the index use up?",
}, probes="indexing is taken for item()")""",
    """predict("4.count", "How many elements has `torch.zeros(2, 3)`? Type a number.", answer="6",
    beliefs={"5": "Sizes multiply; you added them."}, hint="Draw two rows of three cells and count.",
    probes="sizes are added")""",
    "progress(4)",
]


@pytest.fixture(params=THEMES)
def notebook(request, chromium, page, lab):
    name = f"predict-{request.param}.ipynb"
    put_notebook(chromium, lab, name, [cell.replace("{theme}", request.param) for cell in CELLS])
    open_notebook(page, lab, name, THEMES[request.param])
    page.theme = request.param
    page.evaluate("kit.runAll()")
    page.get_by_role("button", name="Commit").nth(1).wait_for()
    page.set_default_timeout(15_000)
    yield page
    page.evaluate("kit.shutDown()")


def question(page, number):
    return page.locator(".minitensor-predict").nth(number)


def replies(page, number, words):
    question(page, number).get_by_role("status").filter(has_text=words).wait_for()


def test_a_prediction_is_committed_and_kept(notebook):
    page = notebook
    photograph(page, "before")
    question(page, 0).get_by_label("3.0", exact=True).check()
    question(page, 0).get_by_role("button", name="Commit").click()
    replies(page, 0, "That is a Python number.")

    # The arrow keys walk through the choices, and JupyterLab keeps its hands off them.
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowDown")
    assert question(page, 0).get_by_label("tensor(3.)", exact=True).is_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    replies(page, 0, "Right. Run the next cell")

    field = question(page, 1).get_by_role("textbox")
    field.fill("5")
    field.press("Enter")
    replies(page, 1, "Sizes multiply; you added them.")
    show_whole(page)
    assert any("How many elements" in text for text in assert_words_readable(page))
    photograph(page, "after")

    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    page.evaluate("kit.ready()")
    page.evaluate("kit.runAll()")
    page.get_by_text("2 of 2 predictions committed").wait_for()
    replies(page, 0, "Right. Run the next cell")
    replies(page, 1, "Sizes multiply; you added them.")
    assert question(page, 0).get_by_label("tensor(3.)", exact=True).is_checked()
    assert question(page, 1).get_by_role("textbox").input_value() == "5"
    photograph(page, "restarted")


def photograph(page, moment):
    if folder := os.environ.get("MINITENSOR_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"predict-{moment}-{page.theme}.png")
