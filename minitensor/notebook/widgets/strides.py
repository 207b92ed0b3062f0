"""The view and stride explorer."""

import sys

from ..names import is_tensor
from .base import Widget, choice, row, slider
from .models.library import library_in
from .models.strides import PRESETS, StrideExplorer

OWN = "your own numbers"


def stride_explorer(x=None):
    """Sliders for shape, stride and offset: the cells that a view visits, and what it allows.

    Starts from `x`, a tensor of at most 2 dims on a storage of at most 16 cells, if you give one;
    it is not changed. TypeError for anything that is no tensor, ValueError if it is too large.

    >>> stride_explorer().model.code()[1]
    'v = torch.as_strided(x, (3, 4), (4, 1), 0)'
    """
    if x is not None and not is_tensor(x):
        raise TypeError(f"stride_explorer() shows tensors, not {type(x).__name__}")
    return StridesWidget(StrideExplorer(library_in(sys._getframe(1).f_globals), x))


class StridesWidget(Widget):
    """A menu of well-known views, five sliders for the numbers, one for the element."""

    name = "strides"

    def controls(self):
        model = self.model
        self._quiet = False
        self._preset = choice("view", [*PRESETS, OWN], self._name(), "340px")
        self._numbers = {
            "rows": slider("rows", model.size[0], 0, max(4, model.size[0])),
            "columns": slider("columns", model.size[1], 0, max(6, model.size[1])),
            "down": slider("stride 0", model.stride[0], 0, max(6, model.stride[0])),
            "across": slider("stride 1", model.stride[1], 0, max(6, model.stride[1])),
            "offset": slider("offset", model.offset, 0, max(11, model.offset)),
        }
        self._at = slider("element", 0, 0, self._most() - 1, "420px")
        self.on(self._preset, self._take)
        for control in self._numbers.values():
            self.on(control, self._change)
        self.on(self._at, self._look)
        rows, columns, down, across, offset = self._numbers.values()
        return [self._preset, row(rows, down), row(columns, across), row(offset), self._at]

    def _most(self):
        return max(1, self._numbers["rows"].max * self._numbers["columns"].max)

    def _look(self, at):
        self.model.set(at=at)
        self._at.value = self.model.at  # there may be fewer elements than the slider has room for

    def _name(self):
        now = (tuple(self.model.size), tuple(self.model.stride), self.model.offset)
        return next((name for name, preset in PRESETS.items() if preset == now), OWN)

    def _take(self, name):
        if name in PRESETS and name != self._name():
            size, stride, offset = PRESETS[name]
            self._quiet = True
            for control, value in zip(
                self._numbers.values(), (*size, *stride, offset), strict=True
            ):
                control.value = value
            self._quiet = False
            self._change()

    def _change(self, _=None):
        if self._quiet:
            return
        rows, columns, down, across, offset = (c.value for c in self._numbers.values())
        self.model.set(size=(rows, columns), stride=(down, across), offset=offset)
        self._at.value = self.model.at
        self._preset.value = self._name()
