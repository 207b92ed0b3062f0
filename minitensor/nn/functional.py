"""`torch.nn.functional`: what can be said in a few words with the tensors of this kit.

    import minitensor.nn.functional as F

Activations, the common losses, and a few helpers. What needs more than that is left out.
"""

import warnings

import numpy as np

from .. import dtypes
from ..called import declared, renamed
from ..declare import FUNCTIONS, Array, op
from ..misfits import Signature
from ..ops import activations
from ..out import write
from ..signature import Misfit

# Activations


def _applied(function, inplace, input, **options):
    """An activation of a tensor; with `inplace`, the tensor itself becomes that."""
    if not inplace:
        return function(input, *options.values())
    try:
        return function.op.in_place(input, (), options)
    except (Misfit, AttributeError):
        raise function.op.bad_arguments((input, *options.values()), {}, suffix="_") from None


def relu(input, inplace=False):
    """The element where it is positive, else 0."""
    return _applied(FUNCTIONS["relu"], inplace, input)


def silu(input, inplace=False):
    """input * sigmoid(input), also called swish."""
    return _applied(activations.silu, inplace, input)


def leaky_relu(input, negative_slope=0.01, inplace=False):
    """The element where it is positive, else negative_slope * input."""
    return _applied(activations.leaky_relu, inplace, input, negative_slope=negative_slope)


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    """The nearest value between `min_val` and `max_val`."""
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    return _applied(activations.hardtanh, inplace, input, min_val=min_val, max_val=max_val)


def celu(input, alpha=1.0, inplace=False):
    """The element where it is positive, else alpha * (exp(input / alpha) - 1)."""
    return _applied(activations.celu, inplace, input, alpha=alpha)


def elu(input, alpha=1.0, inplace=False):
    """The element where it is positive, else alpha * (exp(input) - 1)."""
    return _applied(activations.elu, inplace, input, alpha=alpha)


def _threshold(input, threshold, value, inplace=False):
    """The element where it is above `threshold`, else `value`."""
    return FUNCTIONS["threshold_" if inplace else "threshold"](input, threshold, value)


threshold = _threshold
softplus, gelu = activations.softplus, activations.gelu
logsigmoid = renamed(activations.logsigmoid, "log_sigmoid")
prelu, hardshrink = FUNCTIONS["prelu"], FUNCTIONS["hardshrink"]


def selu(input, inplace=False):
    """elu, scaled so that the activations of a deep network keep their mean and variance."""
    return FUNCTIONS["selu_" if inplace else "selu"](input)


def relu6(input, inplace=False):
    """relu, and 6 where it is more."""
    return hardtanh(input, 0, 6, inplace)


def sigmoid(input):
    """1 / (1 + exp(-input))."""
    return input.sigmoid()


def tanh(input):
    """The hyperbolic tangent."""
    return input.tanh()


def _implicit_dim(dim, ndim, name):
    if dim is not None:
        return dim
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include "
        "dim=X as an argument.",
        UserWarning,
        stacklevel=3,
    )
    return 0 if ndim in (0, 1, 3) else 1


def softmax(input, dim=None, _stacklevel=3, dtype=None):
    """exp(input) / exp(input).sum(dim): positive, adding up to 1 along `dim`."""
    return input.softmax(_implicit_dim(dim, input.ndim, "softmax"), dtype=dtype)


def log_softmax(input, dim=None, _stacklevel=3, dtype=None):
    """The logarithm of `softmax`, exact also where softmax is nearly 0."""
    return input.log_softmax(_implicit_dim(dim, input.ndim, "log_softmax"), dtype=dtype)


# Losses

_REDUCTIONS = ("none", "mean", "sum")  # as numbered in what nodes save


def _code(reduction):
    if reduction not in _REDUCTIONS:
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return _REDUCTIONS.index(reduction)


def _reduced(losses, reduction):
    return (lambda x: x, np.mean, np.sum)[reduction](losses).astype(losses.dtype)


def _each(grad, size, reduction):
    """The gradient of every single loss."""
    return grad / size if reduction == 1 else grad


def _same_sizes(input, target):
    if target.size() != input.size():
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size "
            f"({input.shape}). This will likely lead to incorrect results due to broadcasting. Please "
            "ensure they have the same size.",
            UserWarning,
            stacklevel=3,
        )
    return FUNCTIONS["broadcast_tensors"](input, target)


def _square_slope(grad, input, target, reduction):
    return _each(grad, input.numel(), reduction) * 2 * (input - target)


@op(
    node="MseLossBackward",
    input=_square_slope,
    target=lambda grad, input, target, reduction: -_square_slope(grad, input, target, reduction),
)
def _mse_loss(input, target, reduction):
    if input.dtype.kind != "f":
        raise NotImplementedError(
            f"\"mse_cpu\" not implemented for '{dtypes.of(input.dtype).label}'"
        )
    distance = input - target
    return _reduced(distance * distance, reduction)


def mse_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """The mean of squared differences; `reduction` may also be "sum" or "none"."""
    input, target = _same_sizes(input, target)
    dtype = FUNCTIONS["result_type"](input, target)
    return _mse_loss(input.to(dtype), target.to(dtype), _code(reduction))


def l1_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """The mean of absolute differences; `reduction` may also be "sum" or "none"."""
    input, target = _same_sizes(input, target)
    losses = (input - target).abs()
    return (lambda: losses, losses.mean, losses.sum)[_code(reduction)]()


def _check_sizes(input, target, text):
    if target.size() != input.size():
        raise ValueError(text.format(target.size(), input.size()))


def _cross_slope(grad, input, target, reduction):
    away = ((1 - input) * input).clamp(min=1e-12)
    return _each(grad, input.numel(), reduction) * (input - target) / away


@op(
    node="BinaryCrossEntropyBackward",
    input=_cross_slope,
    target=lambda grad, input, reduction: (
        _each(grad, input.numel(), reduction) * ((1 - input).log() - input.log())
    ),
)
def _binary_cross_entropy(input, target, reduction):
    if not np.all((input >= 0) & (input <= 1)):
        raise RuntimeError("all elements of input should be between 0 and 1")
    yes, no = (np.maximum(np.log(part), -100) for part in (input, 1 - input))
    return _reduced((target - 1) * no - target * yes, reduction)


def binary_cross_entropy(
    input, target, weight=None, size_average=None, reduce=None, reduction="mean"
):
    """How surprising yes or no is (a target of 1 or 0) for one who expected yes with this probability."""
    _check_sizes(
        input,
        target,
        "Using a target size ({}) that is different to the input size ({}) is deprecated. Please "
        "ensure they have the same size.",
    )
    if target.dtype is not input.dtype:
        raise RuntimeError(f"Found dtype {target.dtype.label} but expected {input.dtype.label}")
    if weight is None:
        return _binary_cross_entropy(input, target, _code(reduction))
    losses = weight * _binary_cross_entropy(input, target, 0)
    return (lambda: losses, losses.mean, losses.sum)[_code(reduction)]()


@op(
    node="BinaryCrossEntropyWithLogitsBackward",
    input=lambda grad, input, target, reduction: (
        _each(grad, input.numel(), reduction) * (input.sigmoid() - target)
    ),
    target=lambda grad, input, reduction: -_each(grad, input.numel(), reduction) * input,
)
def _with_logits(input, target, reduction):
    losses = np.maximum(input, 0) - input * target + np.log1p(np.exp(-np.abs(input)))
    return _reduced(losses, reduction)


def binary_cross_entropy_with_logits(
    input, target, weight=None, size_average=None, reduce=None, reduction="mean"
):
    """`binary_cross_entropy` of sigmoid(input), exact also where that is nearly 0 or 1."""
    _check_sizes(input, target, "Target size ({}) must be the same as input size ({})")
    if weight is None:
        return _with_logits(input, target, _code(reduction))
    losses = weight * _with_logits(input, target, 0)
    return (lambda: losses, losses.mean, losses.sum)[_code(reduction)]()


def _weights(target, weight, ignore_index, new_ones):
    """The weight of each target, 0 for those to ignore, and the place of each."""
    kept = target != ignore_index
    places = target * kept
    return (new_ones(target.shape) if weight is None else weight[places]) * kept, places


def _nll_slope(grad, input, target, weight, reduction, ignore_index):
    weights, places = _weights(target, weight, ignore_index, input.new_ones)
    shares = -_each(grad, weights.sum(), reduction) * weights
    return input.new_zeros(input.shape).scatter(-1, places.unsqueeze(-1), shares.unsqueeze(-1))


@op(input=_nll_slope, node="NllLossBackward")
def _nll_loss(input: Array, target: Array, weight: Array, reduction, ignore_index: int):
    if input.dtype.kind != "f":
        label = dtypes.of(input.dtype).label
        raise NotImplementedError(f"\"nll_loss_out_frame\" not implemented for '{label}'")
    weights, places = _weights(target, weight, ignore_index, lambda n: np.ones(n, input.dtype))
    wrong = (places < 0) | (places >= input.shape[-1])
    if wrong.any():
        raise IndexError(f"Target {places[wrong].flat[0]} is out of bounds.")
    losses = -np.take_along_axis(input, places[..., None], -1)[..., 0] * weights
    if reduction == 1:
        return np.asarray(losses.sum() / weights.sum()).astype(input.dtype)
    return _reduced(losses, reduction)


_OF_CLASSES = Signature.parse("Tensor input, Tensor target, Tensor weight = None")


def _check_tensors(name, *given):
    error = _OF_CLASSES.misfit(name, given, {})
    if error is not None:
        raise error


def nll_loss(
    input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"
):
    """The mean of -input at the target's index: input (C) or (N, C) log-probabilities, target () or (N)."""
    _check_tensors("nll_loss_nd", input, target, weight)
    if input.ndim not in (1, 2):
        error = NotImplementedError("nll_loss(): input must have 1 or 2 dimensions in this kit")
        error.add_note("Hint: bring it to the shape (N, C), and the target to (N).")
        raise error
    if input.ndim == 2 and len(input) != len(target):
        raise ValueError(
            f"Expected input batch_size ({len(input)}) to match target batch_size ({len(target)})."
        )
    if target.dtype not in (FUNCTIONS["LongTensor"].dtype, FUNCTIONS["ByteTensor"].dtype):
        raise RuntimeError(
            f"expected target dtype to be Long or Byte, but got {target.dtype.label}"
        )
    return _nll_loss(input, target, weight, _code(reduction), ignore_index)


def cross_entropy(
    input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"
):
    """`nll_loss` of `log_softmax`: scores (C) or (N, C), and the index of the right class for each."""
    _check_tensors("cross_entropy_loss", input, target, weight)
    logs = input.log_softmax(min(1, input.ndim - 1))
    return nll_loss(logs, target, weight, None, ignore_index, None, reduction)


# Helpers


def one_hot(input, num_classes=-1):
    """A row of zeros for each index, with a 1 at that index.

    >>> torch.nn.functional.one_hot(torch.tensor([0, 2]))
    tensor([[1, 0, 0],
            [0, 0, 1]])
    """
    if input.dtype is not FUNCTIONS["LongTensor"].dtype:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    if not input.numel() and num_classes <= 0:
        raise RuntimeError("Can not infer total number of classes from empty tensor.")
    if input.numel() and input.min() < 0:
        raise RuntimeError("Class values must be non-negative.")
    if num_classes == -1:
        num_classes = int(input.max()) + 1
    elif input.numel() and input.max() >= num_classes:
        raise RuntimeError("Class values must be smaller than num_classes.")
    return (input.unsqueeze(-1) == FUNCTIONS["arange"](num_classes)).long()


one_hot = declared(one_hot, "Tensor input, int num_classes = -1")


def linear(input, weight, bias=None, *, out=None):
    """input @ weight.T + bias: what a layer of neurons computes."""
    return write("linear", _linear(input, weight, bias), out)


def _linear(input, weight, bias):
    if bias is None or weight.ndim < 2:
        product = input.matmul(weight.t())
        return product if bias is None else product + bias
    rows = input if input.ndim == 2 else input.reshape(-1, input.shape[-1])
    result = FUNCTIONS["addmm"](bias, rows, weight.t())
    return result if input.ndim == 2 else result.view(*input.shape[:-1], -1)


linear = declared(linear, "Tensor input, Tensor weight, Tensor bias = None, *, Tensor out = None")


def normalize(input, p=2.0, dim=1, eps=1e-12, out=None):
    """input, divided by its p-norm along a dim (or by `eps`, if that is larger)."""
    size = input.norm(p, dim, keepdim=True).clamp_min(eps).expand_as(input)
    return input / size if out is None else FUNCTIONS["div"](input, size, out=out)


def pad(input, pad, mode="constant", value=None):
    """`value` added around: `pad` is (left, right) for the last dim, then two numbers for each before."""
    if mode != "constant":
        raise NotImplementedError(f"pad(): this kit has no mode '{mode}'")
    if len(pad) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    if len(pad) > 2 * input.ndim:
        raise RuntimeError(
            "Padding length should be less than or equal to two times the input dimension but got "
            f"padding length {len(pad)} and input of dimension {input.ndim}"
        )
    return FUNCTIONS["constant_pad_nd"](input, pad, 0 if value is None else value)


pad = declared(pad, "Tensor input, tuple of ints pad, str mode = constant, float value = None")


def __getattr__(name):
    # Reached only if there is no such name here.
    error = AttributeError(f"module 'torch.nn.functional' has no attribute '{name}'")
    if not name.startswith("_"):
        error.add_note("Hint: this kit leaves out layers and most losses; PyTorch has them.")
    raise error
