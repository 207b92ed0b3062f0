"""The in-place lab."""

import sys

import ipywidgets

from .base import Widget, choice, row
from .models.in_place import OPS, STARTS, USES, InPlaceLab
from .models.library import library_in


def in_place_lab():
    """Choose an op or its underscore twin; see object, memory, version, and if backward still works.

    >>> lab = in_place_lab()
    >>> lab.model.code()[-2:]
    ['z = x.mul_(2)', 'y.sum().backward()  # raises']
    >>> lab.model.facts()[2]
    ('Version', 'x._version: 0 → 1')
    """
    return InPlaceWidget(InPlaceLab(library_in(sys._getframe(1).f_globals)))


class InPlaceWidget(Widget):
    """Four menus, and the choice between an op and its twin."""

    name = "in-place"

    def controls(self):
        now = self.model.choices
        start = choice("x is", list(STARTS), now["start"])
        use = choice("before, y =", list(USES), now["use"])
        op = choice("op", list(OPS), now["op"], "200px")
        self._target = choice("change", ["x", "y"], now["target"], "160px")
        self._twin = ipywidgets.ToggleButtons(options=self._options(), value=now["twin"], description="z =",
                                              style={"button_width": "auto"})  # fmt: skip
        for name, control in [
            ("start", start),
            ("use", use),
            ("op", op),
            ("target", self._target),
            ("twin", self._twin),
        ]:
            self.on(control, lambda value, name=name: self._choose(name, value))
        return [row(start, use), row(self._target, op), self._twin]

    def _options(self):
        return [(call, bool(twin)) for twin, call in enumerate(self.model.calls())]

    def _choose(self, name, value):
        self.model.choose(**{name: value})
        self._target.value = self.model.choices["target"]
        options = self._options()
        if list(self._twin.options) != options:
            twin = self.model.choices["twin"]
            self._twin.options = options
            self._twin.value = twin
