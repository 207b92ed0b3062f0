"""The pictures of docs/pictures.md are what its code draws today."""

import importlib.util
import re
import xml.etree.ElementTree as ET
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"


def test_files_are_in_step_with_the_page():
    spec = importlib.util.spec_from_file_location("pictures_page", DOCS / "pictures.py")
    page = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(page)
    drawn = dict(page.pictures())
    shown = re.findall(r"!\[.+\]\((.+)\)", (DOCS / "pictures.md").read_text(encoding="utf-8"))
    assert [DOCS / file for file in shown] == list(drawn)
    stale = [path.name for path, picture in drawn.items() if picture.svg != path.read_text("utf-8")]
    assert not stale, "run python docs/pictures.py"
    for path in drawn:
        root = ET.parse(path).getroot()
        title, description = (element.text for element in root[:2])
        assert title
        assert len(description) > len(title)
