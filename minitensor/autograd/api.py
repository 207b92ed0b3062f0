"""`backward`, `autograd.grad` and `Tensor.backward`: how a pass is asked for."""

import collections.abc
import warnings

import numpy as np

from ..grad_mode import set_grad_enabled
from ..graph import gradient_edge
from ..once import warn_once
from ..ops.create import empty_like_array
from ..ops.join import stack
from ..tensor import Tensor, wrap
from .anomaly_mode import AnomalyBackward, is_anomaly_enabled
from .engine import Backward, accumulate, edge_key
from .graph import GradientEdge
from .watch import passes


def backward(
    tensors,
    grad_tensors=None,
    retain_graph=None,
    create_graph=False,
    grad_variables=None,
    inputs=None,
):
    """Add the gradients of `tensors` to the `grad` of the leaves they depend on.

    `grad_tensors`: for each tensor the gradient to start from; may be left out for scalars (it is 1).
    `inputs`: only these tensors get a gradient. See `Tensor.backward`.
    """
    if grad_variables is not None:
        warnings.warn(
            "`grad_variables` is deprecated. Use `grad_tensors` instead.",
            FutureWarning,
            stacklevel=2,
        )
        if grad_tensors is not None:
            raise RuntimeError(
                "`grad_tensors` and `grad_variables` (deprecated) arguments both passed to `backward()`. "
                "Please only use `grad_tensors`."
            )
        grad_tensors = grad_variables
    if inputs is not None:
        inputs = _inputs(inputs, "backward")
    tensors = _tuple(tensors)
    gradients = _starting_gradients(tensors, grad_tensors)
    edges = _edges(tensors, gradients)
    if inputs is not None:
        inputs = _stand_ins(inputs)
        for tensor in inputs:
            tensor.retain_grad()
    if create_graph:
        warn_once(_REFERENCE_CYCLE)
    run = _run(edges, gradients, inputs, retain_graph, create_graph, ends_run=True)
    for tensor in {id(tensor): tensor for tensor in inputs or ()}.values():
        gradient = run.captured[edge_key(tensor)]
        if gradient is not None and tensor.is_leaf:
            with set_grad_enabled(create_graph):
                accumulate(tensor, gradient)


_REFERENCE_CYCLE = (
    "Using backward() with create_graph=True will create a reference cycle between the parameter and its "
    "gradient which can cause a memory leak. We recommend using autograd.grad when creating the graph to "
    "avoid this. If you have to use this function, make sure to reset the .grad fields of your parameters "
    "to None after use to break the cycle and avoid the leak."
)


def grad(
    outputs,
    inputs,
    grad_outputs=None,
    retain_graph=None,
    create_graph=False,
    only_inputs=True,
    allow_unused=None,
    is_grads_batched=False,
    materialize_grads=False,
):
    """The gradients of `outputs` with respect to `inputs`, as a tuple; no `grad` is touched.

    `inputs` may be a dictionary: then so is the result. `allow_unused`: None, not an error, for an
    input that the outputs do not depend on; `materialize_grads`: zeros instead.
    `is_grads_batched`: `grad_outputs` have one more dimension in front, and so have the results.

    >>> x = torch.tensor([1., 2.], requires_grad=True)
    >>> torch.autograd.grad((x * x).sum(), x)
    (tensor([2., 4.]),)
    """
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: "
            "allow_unused=False."
        )
    outputs = _tuple(outputs)
    wanted = _inputs(inputs, "grad")
    if not only_inputs:
        warnings.warn(
            "only_inputs argument is deprecated and is ignored now (defaults to True). To accumulate "
            "gradient for other parts of the graph, please use torch.autograd.backward.",
            FutureWarning,
            stacklevel=2,
        )
    gradients = _starting_gradients(outputs, grad_outputs, is_grads_batched)

    def differentiate(gradients, retain_graph):
        edges = _edges(outputs, gradients)
        tensors = _stand_ins(wanted)
        if not all(tensor.requires_grad for tensor in tensors):
            raise RuntimeError("One of the differentiated Tensors does not require grad")
        run = _run(edges, gradients, tensors, retain_graph, create_graph)
        results = [run.captured[edge_key(tensor)] for tensor in tensors]
        for position, result in enumerate(results):
            if result is None and not (allow_unused or materialize_grads):
                raise RuntimeError(
                    f"The differentiated Tensor at index {position} appears to not have been used in "
                    "the graph. Set allow_unused=True if this is the desired behavior."
                )
        return results

    if is_grads_batched:
        results = _one_by_one(differentiate, gradients, retain_graph or create_graph)
    else:
        results = differentiate(gradients, retain_graph)
    if materialize_grads:
        results = [_materialized(*pair, create_graph) for pair in zip(results, wanted)]
    return dict(zip(inputs, results)) if type(inputs) is dict else tuple(results)


def _run(edges, gradients, inputs, retain_graph, create_graph, ends_run=False):
    """One backward pass, which hooks can look up while it runs."""
    kind = AnomalyBackward if is_anomaly_enabled() else Backward
    run = kind(edges, gradients, inputs, ends_run)
    passes.running.append((edges, inputs))
    try:
        run.run(create_graph if retain_graph is None else retain_graph, create_graph)
    finally:
        passes.running.pop()
    return run


def _one_by_one(differentiate, gradients, retain_graph):
    """The results for batched gradients, in the place of PyTorch's vmap (and with its errors)."""
    sizes = [gradient.shape[0] for gradient in gradients if gradient.ndim]
    if len(sizes) < len(gradients):
        raise ValueError(
            "vmap(vjp, in_dims=0, ...)(<inputs>): Got in_dim=0 for some input, but that input is a "
            "Tensor of dimensionality 0 so expected in_dim to satisfy 0 <= in_dim < 0."
        )
    if len(set(sizes)) > 1:
        raise ValueError(
            "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes "
            f"{sizes} for the mapped dimension"
        )
    batch = [
        differentiate(parts, retain_graph or i < sizes[0] - 1)
        for i, parts in enumerate(zip(*gradients))
    ]
    return [None if parts[0] is None else stack(parts) for parts in zip(*batch)]


def _materialized(result, given, create_graph):
    if result is not None:
        return result
    if isinstance(given, GradientEdge):
        raise RuntimeError(
            "materialize_grads cannot be used when the given input is a GradientEdge"
        )
    zeros = empty_like_array(given, given._array.dtype)
    zeros.fill(0)
    return wrap(zeros).requires_grad_(create_graph)


# What is given


def _tuple(given):
    return (given,) if isinstance(given, (Tensor, GradientEdge)) else tuple(given)


def _inputs(given, function):
    """The inputs, given as one, several, or a dictionary."""
    if isinstance(given, collections.abc.Mapping) and type(given) is not dict:
        raise TypeError(
            f"`inputs` argument to `{function}()` must be a dict, not {type(given).__name__}. Other Mapping "
            "types are not supported."
        )
    inputs = tuple(given.values()) if type(given) is dict else _tuple(given)
    if not inputs:
        raise RuntimeError(f"`inputs` argument to `{function}()` cannot be empty.")
    return inputs


def _stand_ins(inputs):
    """The inputs, all as tensors."""
    for given in inputs:
        if not isinstance(given, (Tensor, GradientEdge)):
            kind = type(given).__name__
            raise RuntimeError(f"all inputs have to be Tensors or GradientEdges, but got {kind}")
    return [given if isinstance(given, Tensor) else given.stand_in() for given in inputs]


def _starting_gradients(outputs, given, batched=False):
    """The gradients a pass begins with: those given, checked, and 1 for scalars."""
    given = (given,) if isinstance(given, Tensor) else given
    given = (None,) * len(outputs) if given is None else tuple(given)
    gradients = []
    for output, gradient in zip(outputs, given):
        if not isinstance(output, (Tensor, GradientEdge)):
            raise AssertionError("Expected output to be a torch.Tensor")
        tensor = output if isinstance(output, Tensor) else output.stand_in()
        if gradient is None:
            gradients.append(_one(tensor) if tensor.requires_grad else None)
        elif not isinstance(gradient, Tensor):
            kind = type(gradient).__name__
            raise TypeError(f"gradients can be either Tensors or None, but got {kind}")
        else:
            first = gradient[0] if batched else gradient
            if first.shape != tensor.shape:
                positions = given.index(gradient), outputs.index(output)
                raise _mismatch(first.shape, tensor.shape, *positions, batched)
            gradients.append(gradient.to(tensor.dtype))
    return gradients


def _one(tensor):
    if tensor._array.size == 1:
        one = np.empty_like(tensor._array)
        one.fill(1)
        return wrap(one)
    error = RuntimeError("grad can be implicitly created only for scalar outputs")
    error.add_note(
        "Hint: a gradient answers how one number changes. Reduce to a scalar first, for example "
        "y.sum().backward(), or say what to weigh the elements with: y.backward(weights)."
    )
    raise error


def _mismatch(shape, expected, position, output, batched):
    if not batched:
        return RuntimeError(
            f"Mismatch in shape: grad_output[{position}] has a shape of {shape} and "
            f"output[{output}] has a shape of {expected}."
        )
    return RuntimeError(
        "If `is_grads_batched=True`, we interpret the first dimension of each grad_output as the batch "
        "dimension. The sizes of the remaining dimensions are expected to match the shape of "
        f"corresponding output, but a mismatch was detected: grad_output[{position}] has a shape of "
        f"{shape[1:]} and output[{output}] has a shape of {expected}. If you only want some tensors in "
        "`grad_output` to be considered batched, consider using vmap."
    )


def _edges(outputs, gradients):
    """The edges a pass starts from; PyTorch's errors if there is no way back."""
    if len(gradients) != len(outputs):
        raise RuntimeError(f"got {len(outputs)} tensors and {len(gradients)} gradients")
    edges = []
    for position, output in enumerate(outputs):
        tensor = output if isinstance(output, Tensor) else output.stand_in()
        edge = gradient_edge(tensor)
        if edge is None:
            error = RuntimeError(
                f"element {position} of tensors does not require grad and does not have a grad_fn"
            )
            error.add_note(
                "Hint: nothing leads back from this tensor. Set x.requires_grad = True on the tensors you "
                "want gradients for before computing with them (and not inside torch.no_grad())."
            )
            raise error
        edges.append(edge)
    return edges


def _backward(self, gradient=None, retain_graph=None, create_graph=False, inputs=None):
    """Compute the gradients of this tensor and add them to the `grad` of the leaves it came from.

    `gradient`: the gradient to start from; may be left out if the tensor has one element (it is 1).
    `retain_graph`: keep saved values, so that backward can run again. `create_graph`: record the pass
    itself, for gradients of gradients. `inputs`: fill only these tensors' `grad`.

    >>> x = torch.tensor([1., 2.], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([2., 4.])
    """
    backward(self, gradient, retain_graph, create_graph, inputs=inputs)


_backward.__name__ = "backward"
_backward.__qualname__ = "Tensor.backward"
Tensor.backward = _backward
