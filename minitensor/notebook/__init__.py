"""What the notebooks show: pictures of graphs and memory, predictions, and checks of exercises.

Everything here uses PyTorch's public API only, so that it works on real PyTorch tensors too.
"""

from .changes import changes
from .exercise import check
from .graph import graph
from .memory import memory
from .plot import plot
from .progress import progress
from .shapes import broadcasting, reduction

__all__ = ["broadcasting", "changes", "check", "graph", "memory", "plot", "progress", "reduction"]

WIDGETS = [
    "accumulation_lab",
    "derivative_explorer",
    "in_place_lab",
    "predict",
    "sharing_lab",
    "stepper",
    "stride_explorer",
]


def __getattr__(name):
    """The widgets, and with them ipywidgets, are imported when one is asked for."""
    if name not in WIDGETS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import widgets

    return getattr(widgets, name)
