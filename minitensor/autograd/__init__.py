"""`torch.autograd`: backward, and the gradients that it computes."""

from ..grad_mode import enable_grad, inference_mode, no_grad, set_grad_enabled
from . import function
from .api import backward, grad
from .function import Function

__all__ = [
    "Function",
    "backward",
    "enable_grad",
    "function",
    "grad",
    "inference_mode",
    "no_grad",
    "set_grad_enabled",
]
