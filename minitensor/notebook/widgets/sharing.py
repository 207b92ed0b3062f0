"""The sharing lab."""

import sys

import numpy as np

from .base import Widget, button, choice, row
from .models.library import library_in
from .models.sharing import CALLS, SharingLab


def sharing_lab():
    """Predict whether a call shares memory or copies it, then write to one of the two and see.

    >>> lab = sharing_lab()
    >>> lab.model.facts()
    [('Your turn', 'do a and b share one block of memory, or was it copied? Predict first')]
    """
    return SharingWidget(SharingLab(library_in(sys._getframe(1).f_globals), np))


class SharingWidget(Widget):
    """A menu of calls, two predictions, two writes."""

    name = "sharing"

    def controls(self):
        model = self.model
        call = self.on(choice("b =", list(CALLS), model.call, "380px"), self._choose)
        self._answers = [
            self.pressed(
                button(answer, f"I predict: {answer}"), lambda answer=answer: self._predict(answer)
            )
            for answer in ("shared", "copied")
        ]
        self._writes = [
            self.pressed(button(f"write to {name}", f"Put 99 into the first element of {name}"),
                         lambda name=name: model.write(name))
            for name in "ab"
        ]  # fmt: skip
        self._enable(answered=False)
        return [call, row(*self._answers, *self._writes)]

    def _choose(self, call):
        self.model.choose(call)
        self._enable(answered=False)

    def _predict(self, answer):
        self.model.predict(answer)
        self._enable(answered=True)

    def _enable(self, answered):
        for control in self._answers:
            control.disabled = answered
        for control in self._writes:
            control.disabled = not answered
