"""The chapters as a student meets them: in JupyterLab, in a browser, in light and dark.

Run with ``pytest -m browser``. It wants playwright and a Chromium on the PATH, and skips without.
Screenshots go to the folder that ``MINITENSOR_SCREENSHOTS`` names, if it names one.
"""

import json
import os
import sys
from pathlib import Path

import pytest
from test_theme import contrast

from notebooks import build

pytestmark = pytest.mark.browser

NOTEBOOKS = sorted(build.HERE.glob("*.ipynb"))
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}

# A screenshot shows this many pixels of a chapter's height.
SHEET = 1600


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_chapter_runs_and_its_pictures_show(page, lab, notebook, theme):
    open_notebook(page, lab, notebook.name, THEMES[theme])
    page.evaluate("kit.runAll()")
    show_whole(page)
    photograph(page, f"{notebook.stem}-{theme}")
    cells, pictures = page.evaluate("kit.codeCells()"), page.evaluate("kit.pictures()")
    page.evaluate("kit.shutDown()")

    for cell in cells:
        errors = [out["evalue"] for out in cell["outputs"] if out["output_type"] == "error"]
        wanted = "raises-exception" in cell["metadata"].get("tags", [])
        assert cell["execution_count"], cell["source"]
        assert len(errors) == wanted, (cell["source"], errors)

    outputs = [output for cell in cells for output in cell["outputs"]]
    assert len(pictures) == sum("<svg" in json.dumps(output) for output in outputs)
    for picture in pictures:
        assert picture["width"] > 50 and picture["height"] > 20
        assert picture["texts"]
        for text in picture["texts"]:
            assert contrast(text["ink"], text["paper"]) > 4.5, text


def test_jupyterlab_opens_on_the_first_chapter(page, lab):
    if not (Path(sys.prefix) / "etc/jupyter/jupyter_lab_config.json").exists():
        pytest.skip("the kit is not installed here, nor are its settings")
    page.goto(lab.removesuffix("/lab"))
    page.wait_for_selector(".jp-NotebookPanel h1")
    # The address follows the focus, which visits the file browser first.
    page.wait_for_url(f"{lab}/tree/notebooks/{NOTEBOOKS[0].name}*")
    assert page.locator(".jp-toast-message, .Toastify__toast").count() == 0


def open_notebook(page, lab, name, theme):
    page.goto(f"{lab}/tree/notebooks/{name}?reset")
    page.wait_for_function("() => window.jupyterapp?.shell?.currentWidget?.sessionContext")
    page.evaluate("kit.ready()")
    page.evaluate("theme => kit.changeTheme(theme)", theme)
    page.wait_for_selector(f"body[data-jp-theme-name='{theme}']", state="attached")


def show_whole(page):
    # Formulas and pictures grow for a moment after the run.
    for _ in range(10):
        hidden = page.evaluate("kit.hidden()")
        size = page.viewport_size
        page.set_viewport_size({**size, "height": size["height"] + hidden})
        page.wait_for_timeout(200)


def photograph(page, name):
    folder = os.environ.get("MINITENSOR_SCREENSHOTS")
    if not folder:
        return
    size = page.viewport_size
    for number, top in enumerate(range(0, size["height"], SHEET), start=1):
        part = {
            "x": 0,
            "y": top,
            "width": size["width"],
            "height": min(SHEET, size["height"] - top),
        }
        page.screenshot(path=Path(folder) / f"{name}-{number:02}.png", clip=part)
