"""Run the same line on minitensor and on PyTorch, and compare everything it gives.

    agree(lambda t, x: x.sum(dim=0), array)

compares values, dtypes, shapes, strides and `grad_fn` names or, for wrong input, the exception;
and, if the arrays are float64, the gradients and the gradients of these.
"""

import warnings

import numpy as np
import pytest

import minitensor

torch = pytest.importorskip("torch")

TOLERANCE = {"float16": 2e-3, "float32": 2e-5, "float64": 1e-6}


def sample(shape, dtype="float64", seed=0):
    """Small whole numbers, with ties and zeros among them."""
    values = np.random.default_rng([seed, len(shape)]).integers(-3, 4, shape)
    return np.abs(values).astype(dtype) if dtype in ("bool", "uint8") else values.astype(dtype)


def agree(function, *arrays, grad=True, nodes=True, message=True, strides=True, tolerance=None):
    """Assert that function(t, *tensors) does the same in both libraries.

    `arrays` become tensors; those of float64 require grad unless `grad` is False. `nodes`,
    `strides` and `message` (the text of an exception) may be left out of the comparison.
    """
    ours, theirs = (_outcome(t, function, arrays, grad, nodes) for t in (minitensor, torch))
    try:
        if isinstance(theirs, Exception) or isinstance(ours, Exception):
            _same_exception(ours, theirs, message)
            return
        _same(len(ours), len(theirs), "number of parts")
        for ours_part, theirs_part in zip(ours, theirs, strict=True):
            _same_part(ours_part, theirs_part, strides, tolerance)
    except AssertionError as error:
        error.add_note(f"minitensor: {ours}\nPyTorch: {theirs}\nfor {arrays}")
        raise


def _outcome(t, function, arrays, grad, nodes):
    # (NumPy gives empty arrays strides of 0, which no tensor has by itself.)
    tensors = [
        t.from_numpy(np.array(a, copy=True, order="K")) if a.size else t.tensor(a) for a in arrays
    ]
    wanted = [x for x in tensors if x.dtype == t.float64] if grad else []
    for x in wanted:
        x.requires_grad_()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            result = function(t, *tensors)
        except Exception as error:
            return error
        return [type(result).__name__, *_flat(result, nodes), *_gradients(t, result, wanted)]


def _flat(result, nodes):
    """The parts of a result that are compared: tensors, the names of their nodes, plain values."""
    parts = []
    for part in result if isinstance(result, (tuple, list)) else (result,):
        parts.append(part)
        if nodes and hasattr(part, "grad_fn"):
            parts.append(part.grad_fn and part.grad_fn.name())
    return parts


def _gradients(t, result, wanted):
    """The gradients for `wanted`, then the gradients of these; or an exception."""
    found = []
    outputs = result if isinstance(result, (tuple, list)) else (result,)
    for _ in range(2):
        outputs = [o for o in outputs if isinstance(o, t.Tensor) and o.requires_grad]
        weights = [t.from_numpy(_weights(o)) for o in outputs]
        try:
            outputs = outputs and t.autograd.grad(
                outputs, wanted, weights, create_graph=True, allow_unused=True
            )
        except Exception as error:
            return [*found, Gradient(error)]
        found += [Gradient(0 if g is None else g.detach()) for g in outputs or [None] * len(wanted)]
    return found


def _weights(tensor):
    shape, dtype = tuple(tensor.shape), str(tensor.dtype).removeprefix("torch.")
    return np.random.default_rng(len(shape)).uniform(0.5, 1.5, shape).astype(dtype)


class Gradient:
    """Marks a value as a gradient: None counts as zero, and its layout is not compared."""

    def __init__(self, value):
        self.value = value

    def __repr__(self):
        return f"gradient {self.value}"


def _same_part(ours, theirs, strides, tolerance):
    if isinstance(theirs, Gradient):
        ours, theirs, strides = ours.value, theirs.value, False
        if isinstance(ours, Exception) or isinstance(theirs, Exception):
            _same_exception(ours, theirs, True)
            return
        if isinstance(ours, int) or isinstance(theirs, int):  # no gradient is one of zeros
            for value in (ours, theirs):
                np.testing.assert_allclose(np.asarray(value), 0, atol=1e-6)
            return
    if not isinstance(theirs, torch.Tensor):
        _same(ours, theirs, "part")
        return
    _same(str(ours.dtype), str(theirs.dtype), "dtype")
    _same(tuple(ours.shape), tuple(theirs.shape), "shape")
    if strides and theirs.numel():
        _same(tuple(ours.stride()), tuple(theirs.stride()), "strides")
    a, b = ours.numpy(force=True), theirs.numpy(force=True)
    limit = tolerance or TOLERANCE.get(a.dtype.name)
    if limit is None:
        np.testing.assert_array_equal(a, b)
    else:
        np.testing.assert_allclose(a, b, limit, limit)


def _same(ours, theirs, what):
    assert ours == theirs, f"{what}: {ours!r} in minitensor, {theirs!r} in PyTorch"


def _same_exception(ours, theirs, message):
    if not isinstance(ours, Exception):
        raise AssertionError(f"PyTorch raises {theirs!r}, minitensor returns {ours}") from theirs
    if not isinstance(theirs, Exception):
        raise AssertionError(f"minitensor raises {ours!r}, PyTorch returns {theirs}") from ours
    _same(type(ours), type(theirs), "exception")
    if message:
        _same(first_line(ours), first_line(theirs), "message")


def first_line(error):
    """The first line of an exception's message."""
    return str(error).splitlines()[0] if str(error) else ""
