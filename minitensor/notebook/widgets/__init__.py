"""Widgets that let a student act: step through backward, collect gradients, share memory.

Each is one call in a notebook, works with mouse and keyboard, and on tensors of PyTorch too. What
a widget knows and does is in `models`, which can be used without a browser.
"""

from .accumulation import accumulation_lab
from .derivative import derivative_explorer
from .in_place import in_place_lab
from .predict import predict
from .sharing import sharing_lab
from .steps import stepper
from .strides import stride_explorer

__all__ = [
    "accumulation_lab",
    "derivative_explorer",
    "in_place_lab",
    "predict",
    "sharing_lab",
    "stepper",
    "stride_explorer",
]
