"""The prediction that a student commits to before the cell that answers it."""

import ipywidgets

from .base import STYLE, button
from .models.prediction import Prediction, code

# What ipywidgets cannot set: radio buttons that are one group for the arrow keys and for screen
# readers, code in their labels, a reply that is read out when it comes, and Enter as a press on
# Commit: the text goes ahead of it, whereas what ipywidgets sends at Enter may overtake the text
# while the kernel is busy.
DRESS = """
const root = this.closest('.minitensor-predict');
const dress = () => {
  root.querySelectorAll('.widget-radio-box').forEach(box => {
    box.setAttribute('role', 'radiogroup');
    box.setAttribute('aria-label', 'your prediction');
    box.querySelectorAll('input').forEach(input => { input.name = root.dataset.group; });
  });
  root.querySelectorAll('.widget-radio-box label').forEach(label => {
    const text = label.firstChild;
    if (text.nodeType !== 3 || !text.data.includes('`')) return;
    const parts = text.data.split('`').map((part, i) => {
      const element = document.createElement(i % 2 ? 'code' : 'span');
      element.textContent = part;
      return element;
    });
    const words = document.createElement('span');
    words.append(...parts);
    text.replaceWith(words);
  });
  root.querySelectorAll('input[type=text]').forEach(field => {
    field.onkeydown = event => {
      if (event.key !== 'Enter' || event.isComposing) return;
      event.preventDefault();
      field.dispatchEvent(new Event('change', { bubbles: true }));
      setTimeout(() => root.querySelector('button').click(), 100);
    };
  });
  root.querySelectorAll('.minitensor-reply').forEach(reply => {
    reply.setAttribute('role', 'status');
    reply.setAttribute('aria-live', 'polite');
  });
};
root.dataset.group = 'prediction-' + Math.random();
new MutationObserver(dress).observe(root, { childList: true, subtree: true });
dress();
"""
LOOK = """<style onload="%s">
.minitensor-predict { border-left: 4px solid var(--jp-brand-color1, #1f6fd6); padding: 2px 2px 6px 14px;
  max-width: 46em; }
.minitensor-predict p { margin: 0 0 4px; font-size: var(--jp-content-font-size1, 14px); line-height: 1.5; }
.minitensor-predict code { font-family: var(--jp-code-font-family, monospace); font-size: 0.93em;
  background: var(--jp-layout-color2, transparent); padding: 0 4px; border-radius: 2px;
  display: inline-block; max-width: 100%%; }
.minitensor-predict .widget-radio { width: auto; height: auto; margin: 0 0 2px; }
.minitensor-predict .widget-radio-box { margin: 0 !important; }
.minitensor-predict .widget-radio-box label { display: flex; gap: 8px; align-items: baseline; height: auto;
  flex-direction: row-reverse; justify-content: flex-end; line-height: 1.5; padding: 3px 0; cursor: pointer;
  font-size: var(--jp-content-font-size1, 14px); color: inherit; white-space: normal; width: fit-content; }
.minitensor-predict .widget-radio-box input { float: none; height: auto; margin: 0; flex: none;
  position: relative; top: 1px; accent-color: var(--jp-brand-color1, #1f6fd6); }
.minitensor-predict > .jupyter-button { align-self: flex-start; padding: 0 18px; margin-top: 4px; }
.minitensor-predict .minitensor-reply { width: auto; height: auto; }
.minitensor-predict .minitensor-reply p { margin: 6px 0 0; padding-left: 10px; border-left: 3px solid; }
.minitensor-predict .minitensor-right p { border-color: var(--jp-success-color1, #16805f); }
.minitensor-predict .minitensor-wrong p { border-color: var(--jp-warn-color1, #a84f08); }
</style>"""  # fmt: skip


def predict(name, question, choices=None, *, answer=None, beliefs=None, hint=None, probes):
    """Ask for a prediction, take the student's commitment, and reply to the belief behind it.

    `name` is the chapter and a word, such as "4.first". `choices` maps each choice to True or to the
    reply to whoever believes in it. For a text field instead, `answer` is what is right, a string or
    a list of them, and `beliefs` maps typical wrong texts to replies. `hint` comes with the second
    wrong answer, and with a text that nobody foresaw. `probes` tells the teacher which misconception
    the question is after. Raises ValueError where one of them is missing or senseless.

    >>> predict("0.sum", "What is `1 + 1`?", answer="2", beliefs={"11": "Are these strings?"},
    ...         probes="+ is taken for joining")
    Predict (0.sum): What is `1 + 1`?
      your answer: ____
    """
    given = {"answer": answer, "beliefs": beliefs, "hint": hint, "probes": probes}
    return PredictWidget(Prediction(name, question, choices, **given))


class PredictWidget(ipywidgets.VBox):
    """The question, its choices or a text field, a Commit button and the reply."""

    def __init__(self, model):
        self.model = model
        head = STYLE + LOOK % DRESS.replace('"', "&quot;")
        question = ipywidgets.HTML(f"{head}<p><b>Predict.</b> {code(model.question)}</p>")
        self._field = self._choices() if model.choices else self._text_field()
        self._commit = button("Commit", "Commit to this prediction")
        self._commit.on_click(lambda _: self._do_commit())
        self._reply = ipywidgets.HTML()
        self._reply.add_class("minitensor-reply")
        super().__init__([question, self._field, self._commit, self._reply])
        self.add_class("minitensor-widget")
        self.add_class("minitensor-predict")
        self._show_reply()

    def _choices(self):
        given = self.model.given or None
        return ipywidgets.RadioButtons(options=list(self.model.choices), value=given)

    def _text_field(self):
        return ipywidgets.Text(value=self.model.given, placeholder="type your answer", tooltip="your prediction",
                               continuous_update=False, layout=ipywidgets.Layout(width="20em"))  # fmt: skip

    def _do_commit(self):
        self.model.commit(self._field.value or "")
        self._show_reply()

    def _show_reply(self):
        model = self.model
        self._reply.value = f"<p>{code(model.reply)}</p>" if model.reply else ""
        self._reply.remove_class("minitensor-right").remove_class("minitensor-wrong")
        if model.given:
            self._reply.add_class("minitensor-right" if model.is_right else "minitensor-wrong")

    def __repr__(self):
        return self.model.text()

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        return {**bundle, "text/plain": self.model.text(), "text/html": self.model.html()}
