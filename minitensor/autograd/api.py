"""`backward`, `autograd.grad` and `Tensor.backward`: how a pass is asked for."""

from ..graph import gradient_edge
from ..tensor import Tensor
from .engine import Backward, accumulate, edge_key


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
    tensors = (tensors,) if isinstance(tensors, Tensor) else tuple(tensors)
    if inputs is not None:
        inputs = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
        if not inputs:
            raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    gradients = _starting_gradients(tensors, grad_tensors)
    _check_roots(tensors)
    run = Backward(tensors, gradients, inputs)
    run.run(create_graph if retain_graph is None else retain_graph, create_graph)
    for tensor in inputs or ():
        gradient = run.captured[edge_key(tensor)]
        if gradient is not None:
            accumulate(tensor, gradient)


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

    >>> x = torch.tensor([1., 2.], requires_grad=True)
    >>> torch.autograd.grad((x * x).sum(), x)
    (tensor([2., 4.]),)
    """
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: "
            "allow_unused=False."
        )
    outputs = (outputs,) if isinstance(outputs, Tensor) else tuple(outputs)
    inputs = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    gradients = _starting_gradients(outputs, grad_outputs)
    _check_roots(outputs)
    for tensor in inputs:
        if not tensor.requires_grad:
            raise RuntimeError("One of the differentiated Tensors does not require grad")
    run = Backward(outputs, gradients, inputs)
    run.run(create_graph if retain_graph is None else retain_graph, create_graph)
    results = [run.captured[edge_key(tensor)] for tensor in inputs]
    for position, (tensor, result) in enumerate(zip(inputs, results)):
        if result is None and materialize_grads:
            results[position] = tensor.new_zeros(tensor.shape)
        elif result is None and not allow_unused:
            raise RuntimeError(
                f"The differentiated Tensor at index {position} appears to not have been used in the "
                "graph. Set allow_unused=True if this is the desired behavior."
            )
    return tuple(results)


def _starting_gradients(tensors, given):
    """The gradients a pass begins with: those given, checked, and 1 for scalars."""
    given = (given,) if isinstance(given, Tensor) else given
    given = (None,) * len(tensors) if given is None else tuple(given)
    if len(given) != len(tensors):
        raise RuntimeError(f"got {len(tensors)} tensors and {len(given)} gradients")
    return [_starting_gradient(i, t, g) for i, (t, g) in enumerate(zip(tensors, given))]


def _starting_gradient(position, tensor, gradient):
    if gradient is None:
        if tensor.requires_grad and tensor.numel() != 1:
            error = RuntimeError("grad can be implicitly created only for scalar outputs")
            error.add_note(
                "Hint: a gradient answers how one number changes. Reduce to a scalar first, for example "
                "y.sum().backward(), or say what to weigh the elements with: y.backward(weights)."
            )
            raise error
        return tensor.new_ones(tensor.shape)
    if not isinstance(gradient, Tensor):
        kind = type(gradient).__name__
        raise TypeError(f"gradients can be either Tensors or None, but got {kind}")
    if gradient.shape != tensor.shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[{position}] has a shape of {gradient.shape} and "
            f"output[{position}] has a shape of {tensor.shape}."
        )
    gradient._shared = True
    return gradient if gradient.dtype is tensor.dtype else gradient.to(tensor.dtype)


def _check_roots(tensors):
    for position, tensor in enumerate(tensors):
        if gradient_edge(tensor) is None:
            error = RuntimeError(
                f"element {position} of tensors does not require grad and does not have a grad_fn"
            )
            error.add_note(
                "Hint: nothing leads back from this tensor. Set x.requires_grad = True on the tensors you "
                "want gradients for before computing with them (and not inside torch.no_grad())."
            )
            raise error


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
Tensor.backward = _backward
