"""The derivative explorer."""

import re
import sys

import ipywidgets

from .base import Widget, button, row
from .models.derivative import HIGH, LEFT, TOP, WIDE, DerivativeExplorer, source_of
from .models.library import library_in

HELP = "Drag the point, click where it should go, or use the arrow keys"


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


POINT = """<style>
.minitensor-drawn { position: relative; max-width: 100%; overflow: visible; margin: 0; }
.minitensor-drawn > .widget-html { margin: 0; height: auto; }
.minitensor-drawn .widget-html-content { line-height: 0; }
.minitensor-drawn svg { display: block; }
.minitensor-frame { position: absolute; box-sizing: content-box; overflow: hidden; margin: -12px; padding: 12px; }
.minitensor-frame .minitensor-point { position: absolute; left: 12px; width: calc(100% - 24px); margin: 0; padding: 0;
  height: 0; overflow: visible; }
.minitensor-point .widget-label { position: absolute; opacity: 0; pointer-events: none; }
.minitensor-point .slider-container { margin: 0; padding: 0; width: 100%; height: 0; }
.minitensor-point .noUi-target { height: 0; width: 100%; border: none; background: none; cursor: crosshair; }
.minitensor-point .noUi-base::before { content: ""; position: absolute; inset: -2000px 0; }
.minitensor-point .noUi-connects { display: none; }
.minitensor-point .noUi-handle { width: 18px !important; height: 18px !important; top: -9px !important;
  right: -9px !important; border: none !important; border-radius: 50%; background: none !important; cursor: grab; }
.minitensor-point .noUi-handle:is(:hover, :active) { box-shadow: 0 0 0 3px currentColor; }
</style>"""


class DerivativeWidget(Widget):
    """A text field, buttons for descent, and a slider whose handle is the point on the curve."""

    name = "derivative"

    def controls(self):
        model = self.model
        self._text = ipywidgets.Text(value=model.text, description="f(x) =", continuous_update=False,
                                     layout=ipywidgets.Layout(width="420px"))  # fmt: skip
        self._lr = ipywidgets.FloatLogSlider(value=model.lr, base=10, min=-3, max=0.5, step=0.1, description="lr",
                                             layout=ipywidgets.Layout(width="300px"))  # fmt: skip
        self.on(self._text, model.type)
        self.on(self._lr, self._rate)
        descend = self.pressed(
            button("descend: x -= lr * x.grad", "One step of gradient descent"), self._descend
        )
        return [ipywidgets.HTML(POINT), self._text, row(self._lr, descend)]

    def drawn(self, drawing):
        """The slider lies over the curve; it is moved up and down so that its handle is the point."""
        model, self._leading, self._followed = self.model, False, []
        self._x = ipywidgets.FloatSlider(value=model.x, min=model.lowest, max=model.highest, step=0.05,
                                         description="x", readout=False, tooltip=HELP)  # fmt: skip
        self._x.add_class("minitensor-point")
        self.on(self._x, self._move)
        self._frame = ipywidgets.Box([self._x])
        self._frame.add_class("minitensor-frame")
        whole = ipywidgets.Box([drawing, self._frame])
        whole.add_class("minitensor-drawn")
        return whole

    def refresh(self):
        """Draw the model as it is now, and put the handle on the curve."""
        super().refresh()
        size = re.search('viewBox="0 0 ([0-9.]+) ([0-9.]+)"', self._drawing.value)
        if size:  # without a picture there is no curve to lie on
            wide, high = map(float, size.groups())
            place = {
                "left": LEFT / wide,
                "width": WIDE / wide,
                "top": TOP / high,
                "height": HIGH / high,
            }
            for side, share in place.items():
                setattr(self._frame.layout, side, f"{share:.3%}")
        self._x.layout.top = f"calc(12px + (100% - 24px) * {self.model.height():.4f})"

    def _move(self, x):
        """Move the point with the handle, unless the handle follows the point."""
        if self._leading:
            return
        for number, place in enumerate(self._followed):
            if abs(x - place) < self._x.step / 4:  # the browser repeats it, rounded in its own way
                self._followed = self._followed[number:]
                return
        self._followed = []
        self.model.move(x)

    def _rate(self, lr):
        self.model.lr = float(f"{lr:.3g}")

    def _descend(self):
        self.model.descend()
        # The slider follows the point, on its own grid, and must not move it in turn: neither now,
        # nor when the browser repeats the place, which may be after further steps.
        nearest = round(round(self.model.x / self._x.step) * self._x.step, 10)
        place = max(self._x.min, min(nearest, self._x.max))
        self._followed.append(place)
        self._leading = True
        self._x.value = place
        self._leading = False
