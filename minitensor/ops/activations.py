"""Functions that neural networks put between their layers.

Those that PyTorch offers in `torch.nn.functional` alone are published there.
"""

import math

import numpy as np

from ..arguments import check_fits
from ..called import declared
from ..declare import FUNCTIONS, Array, Number, composite, elementwise, op
from ..formulas import for_both
from ..rounding import libm
from ..tensor import Tensor
from .functions import scaled, single

# The gradients of lines with kinks are ops of their own: the gradient of such a gradient is 0, not none.


def _level(grad):
    return grad.new_zeros(grad.shape)


@op(
    node="ThresholdBackwardBackward",
    grad_output=lambda grad, input, threshold: _threshold_backward(grad, input, threshold),
    input=_level,
)
def _threshold_backward(grad_output: Array, input: Array, threshold):
    return np.where(input <= threshold, grad_output.dtype.type(0), grad_output)


@op(
    node="HardshrinkBackwardBackward",
    grad_output=lambda grad, input, lambd: _hardshrink_backward(grad, input, lambd),
    input=_level,
)
def _hardshrink_backward(grad_output: Array, input: Array, lambd):
    inside = (input >= -lambd) & (input <= lambd)
    return np.where(inside, grad_output.dtype.type(0), grad_output)


@op(
    node="HardtanhBackwardBackward",
    grad_output=lambda grad, input, min_val, max_val: _hardtanh_backward(
        grad, input, min_val, max_val
    ),
    input=_level,
)
def _hardtanh_backward(grad_output: Array, input: Array, min_val, max_val):
    outside = (input <= min_val) | (input >= max_val)
    return np.where(outside, grad_output.dtype.type(0), grad_output)


@op(
    node="LeakyReluBackwardBackward",
    grad_output=lambda grad, input, negative_slope: _leaky_relu_backward(
        grad, input, negative_slope
    ),
    input=_level,
)
def _leaky_relu_backward(grad_output: Array, input: Array, negative_slope):
    return np.where(input > 0, grad_output, scaled(grad_output, negative_slope))


@for_both
def _where_positive(grad, result):
    if isinstance(grad, Tensor):
        return _threshold_backward(grad, result, 0)
    return np.where(result <= 0, grad.dtype.type(0), grad)


@elementwise(input=lambda grad, result: _where_positive(grad, result))
def relu(input):
    """The element where it is positive, else 0.

    >>> torch.relu(torch.tensor([-1., 2.]))
    tensor([0., 2.])
    """
    if input.dtype.kind == "b":
        raise RuntimeError("Boolean inputs not supported for relu")
    return np.maximum(input, input.dtype.type(0))


@elementwise(to="float", input=lambda grad, result: grad * (1 - result) * result)
def sigmoid(input):
    """1 / (1 + exp(-input)).

    >>> torch.sigmoid(torch.tensor([0., 100.]))
    tensor([0.5000, 1.0000])
    """
    return _sigmoid(input)


@single
def _sigmoid(input):
    result = np.exp(-input)
    result += 1
    return np.reciprocal(result)


def _logit_slope(grad, input, eps):
    low, high = (0, 1) if eps is None else (eps, 1 - eps)
    inside = (input >= low).logical_and(input <= high)
    return (grad / (input * (1 - input))).where(inside, math.nan if eps is None else 0)


@elementwise(to="float", input=_logit_slope)
def logit(input, eps: float = None):
    """log(input / (1 - input)), the inverse of sigmoid; `eps` keeps the input within [eps, 1 - eps]."""
    return _logit(input, eps)


@single
def _logit(input, eps):
    if eps is not None:
        low = input.dtype.type(eps)
        input = np.clip(input, low, 1 - low)
    return np.log(input / (1 - input))


@elementwise(
    in_place=False,
    kernel=("hardshrink_cpu", "f"),
    input=lambda grad, input, lambd: _hardshrink_backward(grad, input, lambd),
)
def hardshrink(input, lambd: Number = 0.5):
    """The element, or 0 where it lies between -lambd and lambd."""
    check_fits(lambd, input.dtype)
    return np.where((input >= -lambd) & (input <= lambd), input.dtype.type(0), input)


@elementwise(
    kernel=("threshold_cpu", "iuf"),
    input=lambda grad, input, threshold: _threshold_backward(grad, input, threshold),
)
def _threshold(input, *, threshold, value):
    for number in (value,) if input.dtype.kind == "f" else (threshold, value):
        check_fits(number, input.dtype)
    return np.where(input <= threshold, np.array(value).astype(input.dtype), input)


@composite(method=False)
def threshold(input: Tensor, threshold: Number, value: Number, *, out=None):
    """The element where it is above `threshold`, else `value`."""
    return _threshold(input, threshold=threshold, value=value, out=out)


# Lines that bend to an exponential below 0: elu, selu and celu


@single
def _bent(input, size, steepness, scale):
    below = np.expm1(input * steepness) * (size * scale)
    return np.where(input <= 0, below, input * scale).astype(input.dtype, copy=False)


def _bent_slope(grad, input, size, steepness, scale):
    below = input.masked_fill((input < 0).logical_not(), 0)
    slope = grad * (size * steepness * scale) * (below * steepness).exp()
    return slope.where(input <= 0, grad * scale)


@elementwise(
    method=False,
    function=False,
    kernel=("elu_cpu", "f"),
    input=lambda grad, input, alpha, scale, input_scale: _bent_slope(
        grad, input, alpha, input_scale, scale
    ),
)
def elu(input, alpha: Number = 1, scale: Number = 1, input_scale: Number = 1):
    """scale * input where that is positive, else scale * alpha * (exp(input * input_scale) - 1)."""
    return _bent(input, alpha, input_scale, scale)


@composite(method=False)
def selu(input: Tensor):
    """elu, scaled so that the activations of a deep network keep their mean and variance."""
    return elu(input, **_SELF_NORMALIZING)


_SELF_NORMALIZING = {"alpha": 1.6732632423543772, "scale": 1.0507009873554805}


@elementwise(
    method=False,
    kernel=("elu_cpu", "f"),
    input=lambda grad, input, alpha: _bent_slope(grad, input, alpha, 1 / alpha, 1),
)
def celu(input, alpha: Number = 1.0):
    """The element where it is positive, else alpha * (exp(input / alpha) - 1)."""
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")
    return _bent(input, alpha, 1 / alpha, 1)


# A line that bends at 0, by a slope that is learned


def _check_weight(input, weight):
    if input.dtype is not weight.dtype:
        a, b = input.dtype.label, weight.dtype.label
        raise RuntimeError(f"prelu: Type promoting not supported. Got {a} and {b}")
    channels = 1 if input.ndim < 2 else input.shape[1]
    if weight.numel() != 1:
        if not input.ndim:
            raise RuntimeError("Not allow zero-dim input tensor.")
        if weight.numel() != channels:
            raise RuntimeError(
                "Mismatch of parameter numbers and input channel size. Found parameter numbers = "
                f"{weight.numel()} and channel size = {channels}."
            )
    if weight.ndim > 1:
        raise RuntimeError(
            f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight.ndim}"
        )


@elementwise(
    node="PreluKernelBackward",
    kernel=("prelu_cpu", "f"),
    input=lambda grad, input, weight: grad.where(input > 0, grad * weight),
    weight=lambda grad, input: (grad * input).masked_fill(input > 0, 0),
)
def _prelu(input, weight):
    return np.where(input > 0, input, input * weight)


@composite
def prelu(input: Tensor, weight: Tensor):
    """The element where it is positive, else weight * input, with one weight or one for each channel."""
    _check_weight(input, weight)
    if weight.ndim != input.ndim:
        shape = [1] * input.ndim
        if input.ndim > 1:
            shape[1] = weight.numel()
        elif input.ndim == 1:
            shape[0] = weight.numel()
        weight = weight.reshape(shape)
    return _prelu(input, weight)


# Parts of torch.nn.functional


def _softplus_slope(grad, input, beta, threshold):
    growth = (input * beta).exp()
    return grad.where(input * beta > threshold, grad * growth / (growth + 1))


@elementwise(method=False, function=False, kernel=("softplus_cpu", "f"), input=_softplus_slope)
def softplus(input, beta: Number = 1, threshold: Number = 20):
    """log(1 + exp(beta * input)) / beta, and input itself where beta * input > threshold."""
    return single(_softplus)(input, beta, threshold)


def _softplus(input, beta, threshold):
    scaled = input * beta
    return np.where(scaled > threshold, input, np.log1p(np.exp(scaled)) / beta)


@elementwise(
    method=False,
    function=False,
    kernel=("leaky_relu_cpu", "f"),
    input=lambda grad, input, negative_slope: _leaky_relu_backward(grad, input, negative_slope),
)
def leaky_relu(input, negative_slope: Number = 0.01):
    """The element where it is positive, else negative_slope * input."""
    return np.where(input > 0, input, scaled(input, negative_slope))


@elementwise(
    method=False,
    function=False,
    input=lambda grad, input, min_val, max_val: _hardtanh_backward(grad, input, min_val, max_val),
)
def hardtanh(input, min_val: Number = -1.0, max_val: Number = 1.0):
    """The element, kept between two values."""
    if input.dtype.kind == "b":
        raise RuntimeError("Bool inputs not supported for hardtanh")
    if input.dtype.kind == "u" and (min_val < 0 or max_val < 0):
        raise RuntimeError("cannot do hardtanh on an unsigned type with negative limits")
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    check_fits(min_val, input.dtype)
    check_fits(max_val, input.dtype)
    low, high = (np.array(bound).astype(input.dtype) for bound in (min_val, max_val))
    return np.clip(input, low, high)


def _silu_slope(grad, input):
    share = input.sigmoid()
    return grad * share * (1 + input * (1 - share))


@elementwise(method=False, function=False, kernel=("silu_cpu", "f"), input=_silu_slope)
def silu(input):
    """input * sigmoid(input)."""
    return single(lambda x: x / (1 + np.exp(-x)))(input)


@elementwise(
    method=False,
    function=False,
    kernel=("log_sigmoid_cpu", "f"),
    node="LogSigmoidBackward",
    input=lambda grad, input: grad * (-input).sigmoid(),
)
def logsigmoid(input):
    """log(sigmoid(input)), exact also where sigmoid is nearly 0."""
    return single(lambda x: np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x))))(input)


_FLAT, _CUBIC = math.sqrt(2 / math.pi), 0.044715  # of gelu's approximation by tanh


def _gelu_slope(grad, input, approximate):
    if approximate == "none":
        share = 0.5 * (1 + (input * math.sqrt(0.5)).erf())
        density = (input * input * -0.5).exp() / math.sqrt(2 * math.pi)
        return grad * (share + input * density)
    bend = (_FLAT * (input + _CUBIC * input**3)).tanh()
    slope = _FLAT * (1 + 3 * _CUBIC * input * input)
    return grad * (0.5 * (1 + bend) + 0.5 * input * (1 - bend * bend) * slope)


@elementwise(method=False, function=False, kernel=("GeluKernelImpl", "f"), input=_gelu_slope)
def gelu(input, *, approximate: str = "none"):
    """input times the part of a normal distribution below it; `approximate` "tanh" is a bit faster."""
    if approximate not in ("none", "tanh"):
        raise RuntimeError("approximate argument must be either none or tanh.")
    return _gelu(input, approximate)


@single
def _gelu(input, approximate):
    if approximate == "tanh":
        return 0.5 * input * (1 + np.tanh(_FLAT * (input + _CUBIC * input**3)))
    return input * 0.5 * (1 + libm("erf", input * math.sqrt(0.5)).astype(input.dtype))


def _publish_in_place(name, text, function, **options):
    """The function that works in place, as in `torch.celu_(x)`."""

    def twin(input, *args):
        return function.op.in_place(input, (), {**options, **dict(zip(names, args))})

    names = [n for n in function.op.parameters if n != "input" and n not in options]
    twin.__name__ = twin.__qualname__ = name
    twin.__doc__ = f"Like `{name[:-1]}`, but in place."
    FUNCTIONS[name] = declared(twin, text)


_publish_in_place("threshold_", "Tensor input, Number threshold, Number value", _threshold)
_publish_in_place("celu_", "Tensor input, Number alpha = 1.0", celu)
_publish_in_place("selu_", "Tensor input", elu, input_scale=1, **_SELF_NORMALIZING)
