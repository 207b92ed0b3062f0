"""The gradient accumulation lab."""

import sys

from ..names import is_tensor
from .base import Widget, button, row
from .models.accumulation import AccumulationLab
from .models.library import library_in

BUTTONS = {
    "backward": ("backward()", "Compute the loss and add its gradient to x.grad"),
    "zero": ("x.grad.zero_()", "Fill x.grad with zeros, in place"),
    "none": ("x.grad = None", "Throw the gradient away"),
    "update": ("update step", "One step of gradient descent with the x.grad that is there"),
}


def accumulation_lab(loss=None, x=None, *, lr=0.1):
    """Press backward(), zero_(), grad = None and an update step; see `x.grad`, the loss, the code.

    `loss` is a function of one tensor that gives a scalar, `(x ** 2).sum()` if you give none. The
    lab works on a copy of `x`: yours stays as it is. TypeError if they are something else.

    >>> accumulation_lab()
    gradient accumulation lab: loss = (x ** 2).sum()
      x = torch.tensor([3., -2.], requires_grad=True)  -> x.grad None, loss 13.
    """
    if loss is not None and not callable(loss):
        raise TypeError(f"accumulation_lab() needs a function of x, not {type(loss).__name__}")
    if x is not None and not (is_tensor(x) and x.is_floating_point()):
        raise TypeError("accumulation_lab() needs a floating point tensor x to start from")
    library = library_in(sys._getframe(1).f_globals)
    return AccumulationWidget(AccumulationLab(library, loss, x, lr))


class AccumulationWidget(Widget):
    """Four buttons, and one to begin again."""

    name = "accumulation"

    def controls(self):
        buttons = [
            self.pressed(button(label, tooltip), lambda action=action: self.model.press(action))
            for action, (label, tooltip) in BUTTONS.items()
        ]
        again = self.pressed(button("start over", "A fresh x, and no history"), self.model.reset)
        return [row(*buttons, again)]
