"""What makes of a workload one step of each library: forward, backward, and the update.

A library is a function of a workload and a size. It gives a function that takes the step and
returns the value and the gradients, or None for a workload that is not the library's kind.
"""

import importlib
import importlib.util
import math
from types import SimpleNamespace

import numpy as np

from . import by_hand


def like_torch(package):
    """PyTorch and minitensor: the package is all that differs."""

    def library(workload, size):
        torch = importlib.import_module(package)
        params, data = workload.inputs(size)
        params = [torch.tensor(array, requires_grad=True) for array in params]
        data = [torch.tensor(x) if isinstance(x, np.ndarray) else x for x in data]

        def step():
            for param in params:
                param.grad = None
            value = workload.compute(torch, *params, *data)
            if params:
                value.backward()
            if workload.rate:
                with torch.no_grad():
                    for param in params:
                        param -= workload.rate * param.grad
            return value, [param.grad for param in params]

        return step

    return library


def numpy(workload, size):
    """Forward and backward by hand, for scale: no engine can be much faster."""
    compute = getattr(by_hand, workload.name, None)
    params, data = workload.inputs(size)

    def step():
        value, grads = compute(*params, *data)
        _descend(workload.rate, params, grads)
        return value, grads

    return compute and step


def autograd(workload, size):
    """HIPS autograd, which records what a function does to its arguments."""
    import autograd
    import autograd.numpy

    params, data = workload.inputs(size)
    places = tuple(range(len(params)))
    with_gradients = autograd.value_and_grad(
        lambda *boxes: workload.compute(autograd.numpy, *boxes, *data), places
    )

    def step():
        value, grads = with_gradients(*params)
        _descend(workload.rate, params, grads)
        return value, grads

    return step if params else None


def mygrad(workload, size):
    """MyGrad, whose tensors have the methods of PyTorch's that the workloads need."""
    import mygrad

    params, data = workload.inputs(size)
    params = [mygrad.tensor(array) for array in params]
    data = [mygrad.tensor(x, constant=True) if isinstance(x, np.ndarray) else x for x in data]
    compute = workload.compute if params else mygrad.no_autodiff(workload.compute)

    def step():
        value = compute(mygrad, *params, *data)
        if params:
            value.backward()
        grads = [param.grad for param in params]
        _descend(workload.rate, [param.data for param in params], grads)
        return value, grads

    return step


def micrograd(workload, size):
    """Each number is an object of its own; NumPy's object arrays give it PyTorch's API."""
    from micrograd.engine import Value

    if workload.name not in ("small", "chain"):
        return None

    def tanh(x):
        result = Value(math.tanh(x.data), (x,), "tanh")

        def backward():
            x.grad += (1 - result.data**2) * result.grad

        result._backward = backward
        return result

    values = np.frompyfunc(Value, 1, 1)
    grad_of = np.frompyfunc(lambda x: x.grad, 1, 1)
    functions = SimpleNamespace(tanh=np.frompyfunc(tanh, 1, 1))
    arrays, data = workload.inputs(size)
    data = [values(x) if isinstance(x, np.ndarray) else x for x in data]

    def step():
        params = [values(array) for array in arrays]
        value = workload.compute(functions, *params, *data)
        value.backward()
        return value, [grad_of(param) for param in params]

    return step


def _descend(rate, params, grads):
    if rate:
        for param, grad in zip(params, grads, strict=True):
            param -= rate * grad


LIBRARIES = {
    "torch": like_torch("torch"),
    "minitensor": like_torch("minitensor"),
    "numpy": numpy,
    "autograd": autograd,
    "mygrad": mygrad,
    "micrograd": micrograd,
}


def installed():
    """The libraries that are here, PyTorch first."""
    return {name: LIBRARIES[name] for name in LIBRARIES if importlib.util.find_spec(name)}
