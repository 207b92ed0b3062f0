"""The derivative explorer."""

import sys

import ipywidgets

from .base import Widget, button, row
from .models.derivative import DerivativeExplorer, source_of
from .models.library import library_in


def derivative_explorer(function="x**2 - 2*x", x=2.0, *, lr=0.1):
    """Type a function of x and move the point: curve, tangent, the graph with live numbers, descent.

    `function` is a text that may use your own names (`"a*x + b"`), or a function of one tensor.
    TypeError if it is neither.

    >>> derivative_explorer("x**2", x=3.0)
    derivative explorer: f(x) = x**2
      x: 3.
      f(x): 9.
      x.grad: 6.: going right, the curve goes up; descent goes left
    """
    variables = sys._getframe(1).f_globals
    text, own = source_of(function)
    return DerivativeWidget(
        DerivativeExplorer(library_in(variables), {**variables, **own}, text, x, lr)
    )


class DerivativeWidget(Widget):
    """A text field, a slider below the curve, and buttons for descent."""

    name = "derivative"

    def controls(self):
        model = self.model
        self._text = ipywidgets.Text(value=model.text, description="f(x) =", continuous_update=False,
                                     layout=ipywidgets.Layout(width="420px"))  # fmt: skip
        self._x = ipywidgets.FloatSlider(value=model.x, min=model.lowest, max=model.highest, step=0.05,
                                         description="x", layout=ipywidgets.Layout(width="520px"))  # fmt: skip
        self._lr = ipywidgets.FloatLogSlider(value=model.lr, base=10, min=-3, max=0.5, step=0.1, description="lr",
                                             layout=ipywidgets.Layout(width="300px"))  # fmt: skip
        self._following = None
        self.on(self._text, model.type)
        self.on(self._x, self._move)
        self.on(self._lr, self._rate)
        descend = self.pressed(
            button("descend: x -= lr * x.grad", "One step of gradient descent"), self._descend
        )
        return [self._text, self._x, row(self._lr, descend)]

    def _move(self, x):
        if x != self._following:
            self._following = None
            self.model.move(x)

    def _rate(self, lr):
        self.model.lr = float(f"{lr:.3g}")

    def _descend(self):
        self.model.descend()
        # The slider follows the point, on its own grid, and must not move it in turn.
        nearest = round(self.model.x / self._x.step) * self._x.step
        self._following = max(self._x.min, min(round(nearest, 10), self._x.max))
        self._x.value = self._following
