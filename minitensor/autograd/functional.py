"""`torch.autograd.functional`: Jacobians, Hessians, and their products with vectors.

All are made of `autograd.grad`. A product with a vector from the right (`jvp`, `hvp`) is a gradient of a
gradient: backward is linear in the gradient that it starts from, so differentiating its result by that
gives the transposed product.
"""

from ..grad_mode import enable_grad, is_grad_enabled, set_grad_enabled
from ..ops.join import stack
from ..tensor import Tensor
from .api import grad

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]


def vjp(func, inputs, v=None, create_graph=False, strict=False):
    """`func(*inputs)`, and the product of `v` with its Jacobian: what backward computes.

    `inputs` and results are a tensor or a tuple of tensors. `v`: like the outputs; may be left out if
    there is one output with one element. `create_graph`: the results can be differentiated.
    `strict`: an output that does not depend on an input is an error; otherwise its gradient is zero.

    >>> torch.autograd.functional.vjp(lambda x: (x * x).sum(), torch.tensor([1., 2.]))
    (tensor(5.), tensor([2., 4.]))
    """
    with enable_grad():
        inputs, several = _prepared(inputs, "inputs", "vjp", create_graph)
        outputs, several_outputs = _called(func, inputs, "vjp", strict)
        of = "user-provided function returns"
        v = _vector(v, outputs, several_outputs, "vjp", create_graph, of)
    with set_grad_enabled(create_graph or is_grad_enabled()):
        gradients = _grad(outputs, inputs, v, create_graph)
        product = _filled(gradients, inputs, strict, create_graph, "back")
    return _results(outputs, several_outputs, product, several, create_graph)


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    """`func(*inputs)`, and the product of its Jacobian with `v`: how the outputs change along `v`.

    `v`: like the inputs; may be left out if there is one input with one element. See `vjp`.

    >>> torch.autograd.functional.jvp(lambda x: x * x, torch.tensor([1., 2.]), torch.ones(2))
    (tensor([1., 4.]), tensor([2., 4.]))
    """
    with enable_grad():
        inputs, several = _prepared(inputs, "inputs", "jvp", create_graph)
        v = _vector(v, inputs, several, "jvp", create_graph)
        outputs, several_outputs = _called(func, inputs, "jvp", strict)
        start = _zeros_to_differentiate_by(outputs)
        gradients = _grad(outputs, inputs, start, True)
        _need_grad(gradients, "grad_inputs", strict)
    with set_grad_enabled(create_graph or is_grad_enabled()):
        product = _grad(gradients, start, v, create_graph)
        product = _filled(product, outputs, strict, create_graph, "back_trick")
    return _results(outputs, several_outputs, product, several_outputs, create_graph)


def vhp(func, inputs, v=None, create_graph=False, strict=False):
    """`func(*inputs)`, which has one element, and the product of `v` with its Hessian. See `vjp`."""
    inputs, several, v, outputs, gradients = _first_gradients(
        func, inputs, v, "vhp", create_graph, strict
    )
    with set_grad_enabled(create_graph or is_grad_enabled()):
        product = _grad(gradients, inputs, v, create_graph)
        product = _filled(product, inputs, strict, create_graph, "double_back")
    return _results(outputs, False, product, several, create_graph)


def hvp(func, inputs, v=None, create_graph=False, strict=False):
    """`func(*inputs)`, which has one element, and the product of its Hessian with `v`. See `vjp`.

    The Hessian is symmetric, so this is `vhp`, and takes one pass more.
    """
    inputs, several, v, outputs, gradients = _first_gradients(
        func, inputs, v, "hvp", create_graph, strict
    )
    with enable_grad():
        start = _zeros_to_differentiate_by(inputs)
        second = _grad(gradients, inputs, start, True)
        _need_grad(gradients, "hessian", strict)
    with set_grad_enabled(create_graph or is_grad_enabled()):
        product = _grad(second, start, v, create_graph)
        product = _filled(product, inputs, strict, create_graph, "double_back_trick")
    return _results(outputs, False, product, several, create_graph)


def jacobian(
    func, inputs, create_graph=False, strict=False, vectorize=False, strategy="reverse-mode"
):
    """All derivatives of each output with respect to each input: shape `output.shape + input.shape`.

    A tuple of them if there are several inputs, or outputs; a tuple of tuples if both, output first.
    Computed row by row, one backward pass for each element of the outputs; `vectorize` and
    `strategy="forward-mode"`, PyTorch's ways to be faster, give the same numbers.

    >>> torch.autograd.functional.jacobian(lambda x: x * x, torch.tensor([1., 2.]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    _check_strategy(create_graph, strict, vectorize, strategy)
    with enable_grad():
        inputs, several = _prepared(inputs, "inputs", "jacobian", create_graph)
        outputs, several_outputs = _called(func, inputs, "jacobian", strict)
        if vectorize and strict:
            raise RuntimeError(
                "torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported "
                "together. Please either set `strict=False` or `vectorize=False`."
            )
        blocks = []
        for position, output in enumerate(outputs):
            rows = [
                _row(element, inputs, position, create_graph, strict)
                for element in map(output.reshape(-1).__getitem__, range(output.numel()))
            ]
            columns = zip(*rows) if rows else [()] * len(inputs)
            blocks.append(
                tuple(
                    _detached(stack(column).view(output.shape + input.shape), create_graph)
                    for column, input in zip(columns, inputs)
                )
            )
    return _pack([_pack(block, several) for block in blocks], several_outputs)


def hessian(
    func,
    inputs,
    create_graph=False,
    strict=False,
    vectorize=False,
    outer_jacobian_strategy="reverse-mode",
):
    """The second derivatives of a function with one element: the Jacobian of its gradient.

    >>> torch.autograd.functional.hessian(lambda x: (x ** 3).sum(), torch.tensor([1., 2.]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    inputs, several = _tuple(inputs, "inputs", "hessian")
    if outer_jacobian_strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode".')

    def scalar(*inputs):
        outputs, several = _called(func, inputs, "hessian", strict)
        return _single(outputs, several, "hessian").squeeze()

    def gradient(*inputs):
        if outer_jacobian_strategy == "forward-mode":
            inputs = tuple(input.requires_grad_() for input in inputs)
        found = jacobian(scalar, inputs, create_graph=True)
        _need_grad(found, "jacobian", strict)
        return found

    blocks = jacobian(gradient, inputs, create_graph, strict, vectorize, outer_jacobian_strategy)
    return _pack([_pack(block, several) for block in blocks], several)


# The steps that they share


def _check_strategy(create_graph, strict, vectorize, strategy):
    if strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError(
            'Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your function has '
            'more outputs than inputs, "forward-mode" tends to be more performant. Otherwise, prefer to '
            'use "reverse-mode".'
        )
    if strategy == "reverse-mode":
        return
    start = 'torch.autograd.functional.jacobian: `{}=True` and `strategy="forward-mode"` are not supported'
    end = ' together (yet). Please either set `{}=False` or `strategy="reverse-mode"`.'
    if create_graph:
        raise NotImplementedError((start + end).format("create_graph", "create_graph"))
    if strict:
        raise RuntimeError((start + end).format("strict", "strict"))
    if not vectorize:
        raise NotImplementedError(
            "Computing Jacobian using forward-AD or forward-over-reverse Hessian isonly implemented for "
            "`vectorize=True`."
        )


def _tuple(given, name, function):
    """`given` as a tuple of tensors, and whether it was one."""
    several = isinstance(given, tuple)
    given = given if several else (given,)
    for position, value in enumerate(given):
        if not isinstance(value, Tensor):
            which = f"value at index {position}" if several else f"given {name}"
            raise TypeError(
                f"The {name} given to {function} must be either a Tensor or a tuple of Tensors but the "
                f"{which} has type {type(value)}."
            )
    return given, several


def _prepared(inputs, name, function, create_graph, requires_grad=True):
    """New tensors in place of the inputs, so that `func` using them by another way is not counted."""
    inputs, several = _tuple(inputs, name, function)
    return tuple(
        input.view_as(input)
        if create_graph and input.requires_grad
        else input.detach().requires_grad_(requires_grad)
        for input in inputs
    ), several


def _called(func, inputs, function, strict):
    """The outputs of the user's function as a tuple, and whether it returned one."""
    outputs, several = _tuple(func(*inputs), "outputs of the user-provided function", function)
    _need_grad(outputs, "outputs", strict)
    return outputs, several


def _vector(v, like, several, function, create_graph, of="input to the user-provided function is"):
    """The vector of a product, checked against the tensors that it has to be like."""
    if v is None:
        if len(like) != 1 or like[0].numel() != 1:
            raise RuntimeError(
                f"The vector v can only be None if the {of} a single Tensor with a single element."
            )
        return None
    v, _ = _prepared(v, "v", function, create_graph, requires_grad=False)
    if len(v) != len(like):
        raise RuntimeError(
            f"v is a tuple of invalid length: should be {len(like)} but got {len(v)}."
            if several
            else "The given v should contain a single Tensor."
        )
    for position, (given, other) in enumerate(zip(v, like)):
        if given.shape != other.shape:
            entry = f"Entry {position} in " if several else ""
            raise RuntimeError(
                f"{entry}v has invalid size: should be {other.shape} but got {given.shape}."
            )
    return v


def _first_gradients(func, inputs, v, function, create_graph, strict):
    """What `vhp` and `hvp` begin with: the gradients of a scalar function, ready to go on from."""
    with enable_grad():
        inputs, several = _prepared(inputs, "inputs", function, create_graph)
        v = _vector(v, inputs, several, function, create_graph)
        outputs, several_outputs = _called(func, inputs, function, strict)
        _single(outputs, several_outputs, function)
        gradients = _grad(outputs, inputs, None, True)
        _need_grad(gradients, "jacobian", strict)
    return inputs, several, v, outputs, gradients


def _single(outputs, several, function):
    if several:
        raise RuntimeError(f"The function given to {function} should return a single Tensor")
    if outputs[0].numel() != 1:
        raise RuntimeError(
            f"The Tensor returned by the function given to {function} should contain a single element"
        )
    return outputs[0]


def _grad(outputs, inputs, grad_outputs, create_graph, retain_graph=None):
    """`autograd.grad` of those outputs that require grad."""
    grad_outputs = grad_outputs or (None,) * len(outputs)
    pairs = [
        (output, start)
        for output, start in zip(outputs, grad_outputs)
        if output is not None and output.requires_grad
    ]
    if not pairs:
        return (None,) * len(inputs)
    outputs, grad_outputs = zip(*pairs)
    return grad(outputs, inputs, grad_outputs, retain_graph, create_graph, allow_unused=True)


def _zeros_to_differentiate_by(tensors):
    return tuple(tensor.new_zeros(tensor.shape).requires_grad_() for tensor in tensors)


def _row(element, inputs, position, create_graph, strict):
    """One row of each Jacobian: the gradients of one element of the output at `position`."""
    row = []
    for input_position, (input, found) in enumerate(
        zip(inputs, _grad((element,), inputs, None, create_graph, retain_graph=True))
    ):
        if found is None and strict:
            raise RuntimeError(
                f"Output {position} of the user-provided function is independent of input "
                f"{input_position}. This is not allowed in strict mode."
            )
        if found is not None and strict and create_graph and not found.requires_grad:
            raise RuntimeError(
                f"The jacobian of the user-provided function is independent of input {position}. This is "
                "not allowed in strict mode when create_graph=True."
            )
        row.append(input.new_zeros(input.shape) if found is None else found)
    return row


def _pack(results, several):
    return tuple(results) if several else results[0]


def _detached(tensor, create_graph):
    return tensor if create_graph else tensor.detach()


def _results(outputs, several_outputs, product, several, create_graph):
    return (
        _pack([_detached(output, create_graph) for output in outputs], several_outputs),
        _pack([_detached(part, create_graph) for part in product], several),
    )


# What strict mode forbids

INDEPENDENT = {  # where a gradient is missing
    "back": "The output of the user-provided function is independent of input {}. This is not allowed in "
    "strict mode.",
    "back_trick": "The gradient with respect to the input is independent of entry {} in the grad_outputs "
    "when using the double backward trick to compute forward mode gradients. This is not allowed in "
    "strict mode.",
    "double_back": "The jacobian of the user-provided function is independent of input {}. This is not "
    "allowed in strict mode.",
    "double_back_trick": "The hessian of the user-provided function is independent of entry {} in the "
    "grad_jacobian. This is not allowed in strict mode as it prevents from using the double backward "
    "trick to replace forward mode AD.",
}
NO_GRAD = {  # what does not require grad
    "outputs": "Output {} of the user-provided function does not require gradients. The outputs must be "
    "computed in a differentiable manner from the input when running in strict mode.",
    "grad_inputs": "The gradient with respect to input {} is independent of the inputs of the "
    "user-provided function. This is not allowed in strict mode.",
    "jacobian": "While computing the hessian, found that the jacobian of the user-provided function with "
    "respect to input {} is independent of the input. This is not allowed in strict mode. You should "
    "ensure that your function is twice differentiable and that the jacobian depends on the inputs "
    "(this would be violated by a linear function for example).",
    "hessian": "The hessian of the user-provided function with respect to input {} is independent of the "
    "input. This is not allowed in strict mode. You should ensure that your function is thrice "
    "differentiable and that the hessian depends on the inputs.",
}


def _need_grad(tensors, what, strict):
    for position, tensor in enumerate(tensors if strict else ()):
        if tensor is None:
            raise RuntimeError(INDEPENDENT["back"].format(position))
        if not tensor.requires_grad:
            raise RuntimeError(NO_GRAD[what].format(position))


def _filled(gradients, like, strict, create_graph, stage):
    """The gradients, with zeros for those that are missing."""
    filled = []
    for position, (gradient, tensor) in enumerate(zip(gradients, like)):
        if gradient is None and strict:
            raise RuntimeError(INDEPENDENT[stage].format(position))
        if gradient is not None and strict and create_graph and not gradient.requires_grad:
            what = "hessian" if "double" in stage else "jacobian"
            raise RuntimeError(
                f"The {what} of the user-provided function is independent of input {position}. This is "
                "not allowed in strict mode when create_graph=True."
            )
        filled.append(tensor.new_zeros(tensor.shape) if gradient is None else gradient)
    return filled
