"""From any SVG text to the one themed, compact and accessible form that all pictures share."""

import base64
import hashlib
import html
import re
import xml.etree.ElementTree as ET

from . import theme
from .theme import FONTS

INVALID_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
GRAPHVIZ_ID = re.compile(r"(a_)?(graph|node|edge|clust)\d+(_\d+)?")
DECIMAL = re.compile(r"-?\d+\.\d+")
GEOMETRY = {"d", "points", "x", "y", "cx", "cy", "rx", "ry", "width", "height", "viewBox",
            "transform", "font-size"}  # fmt: skip
OPACITY = {"fill-opacity", "stroke-opacity"}


def printable(text):
    r"""`text` without the characters that XML, and so SVG, cannot carry.

    >>> printable("a\x00b")
    'a\ufffdb'
    """
    return INVALID_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def inline(source, title, description):
    """The SVG `source` as an element in the body of a page."""
    root = _themed(source, title, description)
    _, _, width, _ = _view_box(root)
    root.set("class", theme.CLASS)
    _add_style(root, theme.inline_style(_text(root)))
    root.set("style", f"max-width:100%;width:{width * 4 / 3:.0f}px;height:auto")
    return _text(root)


def on_any_page(drawn, file, text):
    """HTML of the element `drawn`, and, where pages strip SVG and styles, an image of the `file`.

    JupyterLab does so before a notebook is trusted, and GitHub always; both leave images of data.
    Of the element the words of its labels remain there: a font of no size hides them, or the image
    comes first.
    """
    data = base64.b64encode(file.encode()).decode()
    words = html.escape(printable(text))
    copy = f'<img class="{theme.COPY}" src="data:image/svg+xml;base64,{data}" alt="{words}" />'
    return f'<div style="font-size:0px">{copy}{drawn}</div>'


def standalone(source, title, description):
    """The SVG `source` as the text of a file, with a namespace and its own light and dark ink."""
    root = _themed(source, title, description)
    _, _, width, height = _view_box(root)
    root.set("width", f"{width * 4 / 3:.0f}")
    root.set("height", f"{height * 4 / 3:.0f}")
    root.attrib = {"xmlns": "http://www.w3.org/2000/svg", **root.attrib}
    _add_style(root, theme.file_style(_text(root)))
    return _text(root)


def _add_style(root, style):
    element = ET.Element("style")
    element.text = style
    root.insert(2, element)  # after the title and the description


def _text(root):
    return ET.tostring(root, encoding="unicode")


def _themed(source, title, description):
    """The elements of `source`: ink that follows the page, no noise, a title and a description."""
    root = ET.fromstring(source)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        element.attrib = _clean(element)
    _tidy(root)
    root.attrib = {"viewBox": _size(root), "fill": "currentColor", "font-family": FONTS,
                   **root.attrib, "role": "img"}  # fmt: skip
    for name in ("width", "height"):
        root.attrib.pop(name, None)
    _describe(root, printable(title), printable(description))
    return root


def _clean(element):
    """The attributes worth keeping: black becomes the page's own ink, coordinates are rounded."""
    kept = {}
    for name, value in element.attrib.items():
        name = name.rpartition("}")[2]
        if name in ("fill", "stroke") and value in ("black", "#000000"):
            value = "currentColor"
        if name in GEOMETRY:
            value = DECIMAL.sub(lambda number: f"{round(float(number[0]), 1) + 0.0:g}", value)
        elif name in OPACITY:
            value = f"{float(value):.2g}"
        kept[name] = value
    is_text = element.tag == "text"
    noise = {
        "space": True,
        "id": GRAPHVIZ_ID.fullmatch(kept.get("id", "")),
        "class": kept.get("class") in ("graph", "node", "edge"),
        "font-family": is_text and kept.get("font-family") == "DejaVu Sans",
        "fill": is_text and kept.get("fill") == "currentColor",
    }
    return {name: value for name, value in kept.items() if not noise.get(name)}


def _tidy(parent):
    """Drop Graphviz's background and node names (they show on hovering); keep the tooltips."""
    for child in list(parent):
        _tidy(child)
        background = child.tag == "polygon" and child.get("fill") == "transparent"
        if child.tag == "title" or background:
            parent.remove(child)
        elif child.tag == "a" and "title" in child.attrib:
            child.tag = "g"
            tooltip = ET.Element("title")
            tooltip.text = child.attrib.pop("title")
            child.insert(0, tooltip)
        elif child.tag == "g" and not child.attrib and len(child) == 1:
            parent[list(parent).index(child)] = child[0]
    if not (parent.text or "").strip():
        parent.text = None
    for child in parent:
        child.tail = None


def _size(root):
    width, height = (re.sub("[a-z]+$", "", root.get(name, "0")) for name in ("width", "height"))
    return f"0 0 {width} {height}"


def _view_box(root):
    return [float(number) for number in root.get("viewBox").split()]


def _describe(root, title, description):
    """Add `<title>` and `<desc>`; their ids, and all others, start with a hash of the content."""
    content = "\0".join([_text(root), title, description])
    prefix = "p" + hashlib.sha256(content.encode()).hexdigest()[:8]
    for element in root.iter():
        for name, value in element.attrib.items():
            if name == "id":
                element.set(name, f"{prefix}-{value}")
            elif name == "href" and value.startswith("#"):
                element.set(name, f"#{prefix}-{value[1:]}")
            elif "url(#" in value:
                element.set(name, value.replace("url(#", f"url(#{prefix}-"))
    root.set("aria-labelledby", f"{prefix}-title")
    root.set("aria-describedby", f"{prefix}-desc")
    for position, (tag, words) in enumerate([("title", title), ("desc", description)]):
        element = ET.Element(tag, {"id": f"{prefix}-{tag}"})
        element.text = words
        root.insert(position, element)
