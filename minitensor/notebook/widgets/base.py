"""What all widgets share: controls above, a picture, its facts in words, the code it stands for."""

import html

import ipywidgets

from ..picture import CannotDraw
from .models.library import error_words

# JupyterLab takes arrow keys and letters for its own shortcuts, even from a menu in an output. It
# leaves them to a control that has this attribute, which ipywidgets cannot set by itself. And a
# click on a slider is to lead the keyboard to its handle.
OWN_KEYS = (
    "const all = this.closest('.minitensor-widget'); "
    "all.addEventListener('focusin', "
    "event => event.target.setAttribute('data-lm-suppress-shortcuts', '')); "
    "all.addEventListener('pointerup', "
    "event => event.target.closest('.noUi-target')?.querySelector('.noUi-handle').focus())"
)
STYLE = (
    f'<style onload="{OWN_KEYS}">'
    + """
.minitensor-widget { padding: 4px 2px 8px; color: var(--jp-content-font-color1, currentColor); }
.minitensor-widget .widget-html-content { line-height: 1.45; color: inherit; }
.minitensor-widget .minitensor-title { font-size: 15px; font-weight: 600; margin: 0; }
.minitensor-widget dl { display: grid; grid-template-columns: max-content 1fr; gap: 1px 14px; margin: 4px 0; }
.minitensor-widget dt { font-weight: 600; white-space: nowrap; }
.minitensor-widget dd { margin: 0; font-family: var(--jp-code-font-family, monospace); font-size: 12.5px;
  overflow-wrap: anywhere; white-space: pre-wrap; }
.minitensor-widget dl .minitensor-error { border-left: 3px solid var(--jp-error-color1, #b00); padding-left: 8px; }
.minitensor-widget pre { margin: 4px 0; font-family: var(--jp-code-font-family, monospace); font-size: 12.5px;
  line-height: 1.4; white-space: pre-wrap; max-height: 220px; overflow: auto; }
.minitensor-widget :is(button, input, select, .noUi-handle):focus-visible {
  outline: 2px solid var(--jp-brand-color1, #1f6fd6) !important; outline-offset: 2px; }
.minitensor-widget .widget-label, .minitensor-widget .widget-readout { color: inherit; }
.minitensor-widget .jupyter-button { color: var(--jp-ui-font-color1, inherit); }
.minitensor-widget .widget-toggle-button.mod-active { font-weight: 700; box-shadow: inset 0 -3px 0 currentColor; }
.minitensor-widget .widget-toggle-buttons { width: auto; display: flex; align-items: center; }
.minitensor-widget .widget-toggle-buttons > .widget-label { flex: none; text-align: right; }
</style>"""
)
WRONG = ("Error", "Refused", "Nothing to step through")


class Widget(ipywidgets.VBox):
    """A model with its controls. Without a kernel, or in print, it is the model's still picture.

    A subclass makes the controls in `controls()` and connects them with `on` and `pressed`; after
    each of them everything is drawn again. `print` shows the text, the same in every run.
    """

    name = "widget"  # of the class that the browser sees, beside minitensor-widget

    def __init__(self, model):
        self.model = model
        self._drawing = ipywidgets.HTML()
        self._facts = ipywidgets.HTML()
        self._code = ipywidgets.HTML()
        title = f'{STYLE}<p class="minitensor-title">{html.escape(model.title)}</p>'
        beside = ipywidgets.VBox(
            [self._facts, self._code], layout=ipywidgets.Layout(flex="1 1 340px")
        )
        shown = ipywidgets.HBox(
            [self.drawn(self._drawing), beside], layout=ipywidgets.Layout(flex_flow="row wrap")
        )
        super().__init__([ipywidgets.HTML(title), *self.controls(), shown])
        self.add_class("minitensor-widget")
        self.add_class(f"minitensor-{self.name}")
        self.refresh()

    def controls(self):
        """The rows of controls, in the order of the Tab key."""
        return []

    def drawn(self, drawing):
        """The drawing, with what may lie over it."""
        return drawing

    def on(self, control, action):
        """Call action(value) when `control` gets another value, and draw again."""
        control.observe(lambda change: self._do(action, change["new"]), "value")
        return control

    def pressed(self, button, action):
        """Call action() when `button` is pressed, and draw again."""
        button.on_click(lambda _: self._do(action))
        return button

    def refresh(self):
        """Draw the model as it is now."""
        try:
            self._drawing.value = self.model.picture().inline
        except CannotDraw as problem:
            self._drawing.value = f"<p>{html.escape(str(problem))}</p>"
        self._facts.value = _facts(self.model.facts())
        self._code.value = _code(self.model.code())

    def _do(self, action, *values):
        try:
            action(*values)
            self.refresh()
        except Exception as error:  # a student's own function may raise anything
            self._facts.value = _facts([("Error", error_words(error))])

    def __repr__(self):
        return self.model.still().text

    def _repr_mimebundle_(self, **kwargs):
        return {**super()._repr_mimebundle_(**kwargs), **self.model.still()._repr_mimebundle_()}


def row(*controls):
    """Controls side by side; they wrap where the page is narrow."""
    return ipywidgets.HBox(
        controls, layout=ipywidgets.Layout(flex_flow="row wrap", align_items="center")
    )


def slider(label, value, low, high, wide="300px", **options):
    """A slider of whole numbers with its label."""
    return ipywidgets.IntSlider(value=value, min=low, max=high, description=label,
                                layout=ipywidgets.Layout(width=wide), **options)  # fmt: skip


def choice(label, options, value, wide="300px"):
    """A menu with its label."""
    return ipywidgets.Dropdown(options=options, value=value, description=label,
                               layout=ipywidgets.Layout(width=wide))  # fmt: skip


def button(label, tooltip, wide="auto"):
    """A button; the tooltip says what it does."""
    return ipywidgets.Button(
        description=label, tooltip=tooltip, layout=ipywidgets.Layout(width=wide)
    )


def _facts(facts):
    rows = []
    for label, text in facts:
        error = ' class="minitensor-error"' if label in WRONG else ""
        rows.append(f"<dt>{html.escape(label)}</dt><dd{error}>{html.escape(text)}</dd>")
    return f'<dl role="status" aria-live="polite">{"".join(rows)}</dl>'


def _code(lines):
    if not lines:
        return ""
    return f'<pre aria-label="the code this stands for">{html.escape(chr(10).join(lines))}</pre>'
