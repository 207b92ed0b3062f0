"""A picture: DOT or SVG in, one themed SVG out, for notebooks, files and screen readers."""

import functools
import html
import importlib.metadata
import pathlib
import shutil
import subprocess

from . import svg as _svg


class Picture:
    """A drawing that shows itself in a notebook as SVG, and anywhere else as text.

    Give it DOT (`source`), which is laid out with graphviz-pure, or finished SVG (`svg`).
    `title` and `description` are what a screen reader speaks; `text` is the picture in words,
    the same on every run: `print` shows it, and so does a page where nothing can be drawn.

    Black in the drawing becomes the ink of the page, so it reads well in light and in dark.

    >>> picture = Picture("digraph { a -> b }", title="Two nodes", text="a -> b")
    >>> picture
    a -> b
    >>> "<title" in picture.svg
    True
    """

    def __init__(self, source=None, *, svg=None, title, description="", text=None):
        if (source is None) == (svg is None):
            raise TypeError("Picture() needs either DOT source or svg, and not both")
        self.source = source
        self.title = title
        self.description = description or title
        self.text = text or "\n".join(filter(None, [title, description]))
        self._given = svg

    def __repr__(self):
        return self.text

    def _repr_html_(self):
        try:
            return _svg.on_any_page(self.inline, self.svg, self.text)
        except CannotDraw:
            return f"<pre>{html.escape(_svg.printable(self.text))}</pre>"

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self._repr_html_(), "text/plain": self.text}

    @property
    def svg(self):
        """The picture as the text of an SVG file; RuntimeError where nothing can draw it."""
        return _svg.standalone(self._drawn, self.title, self.description)

    @property
    def inline(self):
        """The picture as an element for a page that lets SVG through; RuntimeError as for `svg`."""
        return _svg.inline(self._drawn, self.title, self.description)

    def save(self, path):
        """Write the picture to `path`, as .svg, or as .png or .pdf where Graphviz is installed."""
        path = pathlib.Path(path)
        kind = path.suffix.lower().removeprefix(".")
        if kind == "svg":
            path.write_text(self.svg, encoding="utf-8", newline="\n")
        elif kind in ("png", "pdf"):
            path.write_bytes(self._with_graphviz(kind))
        else:
            raise ValueError(f"cannot save a picture as {path.name!r}: use .svg, .png or .pdf")

    @functools.cached_property
    def _drawn(self):
        return self._given if self._given is not None else draw(self.source)

    def _with_graphviz(self, kind):
        dot = shutil.which("dot")
        if dot is None or self.source is None:
            lacking = "needs Graphviz's dot program" if self.source else "is not possible"
            raise CannotDraw(f"saving this picture as .{kind} {lacking}; save it as .svg")
        return _run([dot, f"-T{kind}", "-Gbgcolor=white", "-Gdpi=144"], self.source)


class CannotDraw(RuntimeError):
    """No program on this machine could lay out the picture."""


def draw(source):
    """SVG text for DOT `source`, from the first renderer that works; `CannotDraw` if none does."""
    problems = []
    for executable in renderers():
        try:
            drawn = _run([executable, "-Tsvg"], source).decode("utf-8")
        except CannotDraw as problem:
            problems.append(str(problem))
        else:
            return drawn
    raise CannotDraw("; ".join(problems) or "neither graphviz-pure nor Graphviz is installed")


def renderers():
    """Paths of the programs that can draw: graphviz-pure (the same everywhere), then system dot."""
    try:
        files = importlib.metadata.files("graphviz-pure") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    pure = [str(file.locate()) for file in files if file.stem == "graphviz-pure"]
    system = shutil.which("dot")
    return [*pure, system] if system else pure


def _run(command, source):
    try:
        done = subprocess.run(command, input=source.encode(), capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise CannotDraw(f"{command[0]}: {problem}") from problem
    if done.returncode or not done.stdout:
        raise CannotDraw(f"{command[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout
