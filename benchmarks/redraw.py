"""How long a widget takes to draw itself again: `python -m benchmarks.redraw`.

Python time alone: the way to the browser and the browser's own work come on top. A student moves a
slider and sees the picture follow if it is less than about 100 ms.
"""

import statistics
import time

import minitensor as torch
from minitensor.notebook import (
    accumulation_lab,
    derivative_explorer,
    in_place_lab,
    sharing_lab,
    stepper,
    stride_explorer,
)

NODES = 200
TIMES = 15


def actions():
    """(what is drawn again, an action on its model, the widget)."""
    y = x = torch.tensor([1.0, 2.0], requires_grad=True)
    for _ in range(NODES // 2):
        y = torch.sin(y * x)
    steps = stepper(y.sum(), names={"x": x, "y": y})
    yield f"stepper, {len(steps.model.boxes)} boxes", steps, lambda n: steps.model.go(10 * n)
    gradients = accumulation_lab()
    yield "accumulation_lab", gradients, lambda n: gradients.model.press("backward")
    twins = in_place_lab()
    yield "in_place_lab", twins, lambda n: twins.model.choose(twin=bool(n % 2))
    sharing = sharing_lab()
    yield "sharing_lab", sharing, lambda n: sharing.model.predict("shared")
    strides = stride_explorer()
    yield "stride_explorer", strides, lambda n: strides.model.set(offset=n % 12)
    point = derivative_explorer("torch.sin(x) * x")
    yield "derivative_explorer", point, lambda n: point.model.move(n / 10)


def milliseconds(widget, action):
    """Of one action and the drawing after it: the median and the longest of several."""
    seconds = []
    for number in range(TIMES):
        start = time.perf_counter()
        action(number)
        widget.refresh()
        seconds.append(time.perf_counter() - start)
    return 1000 * statistics.median(seconds), 1000 * max(seconds)


if __name__ == "__main__":
    print(f"{'milliseconds to draw again':34}{'median':>8}{'longest':>9}")
    for name, widget, action in actions():
        median, longest = milliseconds(widget, action)
        print(f"{name:34}{median:8.1f}{longest:9.1f}")
