"""`torch.autograd`: backward, and the gradients that it computes."""

from .. import grad_mode
from ..grad_mode import enable_grad, inference_mode, no_grad, set_grad_enabled
from ..slips import explaining
from . import anomaly_mode, function, graph, variable
from .anomaly_mode import detect_anomaly, set_detect_anomaly
from .api import backward, grad
from .function import Function
from .variable import Variable

__all__ = [
    "Function",
    "Variable",
    "anomaly_mode",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "function",
    "functional",
    "grad",
    "grad_mode",
    "gradcheck",
    "gradgradcheck",
    "graph",
    "inference_mode",
    "no_grad",
    "set_detect_anomaly",
    "set_grad_enabled",
    "variable",
]

_LATER = {
    "functional": "minitensor.autograd.functional",
    "gradcheck": "minitensor.autograd.checking:gradcheck",
    "gradgradcheck": "minitensor.autograd.checking:gradgradcheck",
}

__getattr__ = explaining("torch.autograd", __all__, _LATER)
