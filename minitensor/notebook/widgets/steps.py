"""The backward stepper."""

import sys

import ipywidgets

from ..names import is_tensor
from .base import Widget, button, row, slider
from .models.steps import Stepper

PAUSE = 900  # milliseconds between two steps while it plays


def stepper(output, gradient=None, *, names=None, limit=200):
    """Step through the backward pass of your own graph, forward and back, to see gradients flow.

    `gradient` is what `output.backward(gradient)` would get, needed unless `output` is a scalar.
    Variable names are found in the calling code; `names`, a dict from name to tensor, adds to
    them. Of a large graph, the `limit` nodes nearest to the output are shown. No `.grad` changes and
    nothing is freed: a real pass is recorded with `retain_graph=True` (hooks of yours run once).
    TypeError if `output` is no tensor.

    >>> import minitensor as torch
    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> y = x * x
    >>> print(stepper(y))
    backward of y
      1. backward() starts at y with gradient 1.
      2. MulBackward0, which computed y = Mul(x, x)
         to x: 3.
         to x: 3., added to 3. that had arrived there: 6.
      3. AccumulateGrad adds to x.grad
         after: x.grad = 6.
    """
    if not is_tensor(output):
        raise TypeError(
            f"stepper() needs a tensor to call backward() on, not {type(output).__name__}"
        )
    return StepperWidget(Stepper(output, sys._getframe(1), gradient, names, limit))


class StepperWidget(Widget):
    """Back, step, play, a slider over all steps, and `retain_graph`."""

    name = "stepper"

    def controls(self):
        model = self.model
        # The range must stay: a slider in the browser goes on using the one it was made with.
        last = model.longest
        self._slider = slider("Step", 0, 0, last, "420px")
        # The buttons of Play have no names that could be read out: one of ours stands for them.
        hidden = ipywidgets.Layout(display="none")
        self._clock = ipywidgets.Play(
            min=0, max=last, interval=PAUSE, show_repeat=False, layout=hidden
        )
        ipywidgets.jslink((self._clock, "value"), (self._slider, "value"))
        self._play = button("Play", "Step by step to the end, or pause")
        self._play.on_click(lambda _: self._toggle())
        self._clock.observe(self._name_play, "playing")
        self._retain = ipywidgets.Checkbox(value=False, description="retain_graph=True", indent=False,
                                           layout=ipywidgets.Layout(width="auto"))  # fmt: skip
        back, step = button("◀ Back", "One step back"), button("Step ▶", "The next step")
        back.on_click(lambda _: self._move(-1))
        step.on_click(lambda _: self._move(1))
        self.on(self._slider, model.go)
        self.on(self._retain, model.keep)
        return [row(back, step, self._play, self._clock, self._retain), self._slider]

    def _move(self, steps):
        self._slider.value = max(0, min(self.model.at + steps, len(self.model.steps) - 1))

    def _toggle(self):
        if not self._clock.playing and self.model.at == len(self.model.steps) - 1:
            self._slider.value = 0
        self._clock.playing = not self._clock.playing

    def _name_play(self, change):
        self._play.description = "Pause" if change["new"] else "Play"
