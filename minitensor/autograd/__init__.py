"""`torch.autograd`: backward, and the gradients that it computes."""

from .. import grad_mode
from ..grad_mode import enable_grad, inference_mode, no_grad, set_grad_enabled
from . import anomaly_mode, function, functional, graph, variable
from .anomaly_mode import detect_anomaly, set_detect_anomaly
from .api import backward, grad
from .function import Function
from .gradcheck import gradcheck, gradgradcheck
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

_LEFT_OUT = {
    "forward_ad": "forward-mode differentiation",
    "profiler": "profilers",
    "NestedIOFunction": "long deprecated functions",
}


def __getattr__(name):
    # Reached only if there is no such name here.
    error = AttributeError(f"module 'torch.autograd' has no attribute '{name}'", name=name)
    if name in _LEFT_OUT:
        error.add_note(f"Hint: this kit leaves out {_LEFT_OUT[name]}; PyTorch has them.")
    raise error
