"""`gradcheck`: does backward compute the gradients that small changes of the inputs show?

The numerical Jacobian needs nothing but the function: move one element of an input down and up by
`eps`, and see how far the outputs move. The analytical one comes from backward, an output element at a
time. Both have a row for each input element and a column for each output element.
"""

import itertools
import warnings

from ..tensor import Tensor
from .api import grad
from .function import Function

__all__ = ["GradcheckError", "gradcheck", "gradgradcheck"]


class GradcheckError(RuntimeError):
    """Raised by `gradcheck` and `gradgradcheck` if the gradients are wrong."""

    __module__ = "torch.autograd.gradcheck"


def gradcheck(
    func,
    inputs,
    *,
    eps=1e-6,
    atol=1e-5,
    rtol=1e-3,
    raise_exception=True,
    nondet_tol=0.0,
    check_undefined_grad=True,
    check_grad_dtypes=False,
    check_batched_grad=False,
    check_batched_forward_grad=False,
    check_forward_ad=False,
    check_backward_ad=True,
    fast_mode=False,
    masked=None,
):
    """True if backward gives the gradients of `func` at `inputs`; a GradcheckError if not.

    `inputs`: a tensor or a tuple; those to check require grad and should be float64, since the
    differences are tiny. `eps`: the size of the change; `atol`, `rtol`: how close is close.
    `raise_exception=False`: return False instead. `nondet_tol`: how much two backward passes may
    differ. `check_undefined_grad`: a missing gradient must count as zero. `fast_mode` is accepted and
    no faster; the checks of dtypes and batches hold here by construction.

    >>> x = torch.tensor([1., 2.], dtype=torch.float64, requires_grad=True)
    >>> torch.autograd.gradcheck(lambda x: x * x, x)
    True
    """
    _need(check_forward_ad or check_backward_ad, "check_forward_ad or check_backward_ad")
    _need(check_backward_ad or not check_batched_grad, "check_backward_ad", "check_batched_grad")
    _need(
        check_forward_ad or not check_batched_forward_grad,
        "check_forward_ad",
        "check_batched_forward_grad",
    )
    if check_forward_ad:
        raise _no_forward_mode()
    try:
        return _check(
            func, _tuple(inputs), eps, atol, rtol, nondet_tol, check_undefined_grad, masked
        )
    except GradcheckError:
        if raise_exception:
            raise
        return False


def gradgradcheck(
    func,
    inputs,
    grad_outputs=None,
    *,
    eps=1e-6,
    atol=1e-5,
    rtol=1e-3,
    gen_non_contig_grad_outputs=False,
    raise_exception=True,
    nondet_tol=0.0,
    check_undefined_grad=True,
    check_grad_dtypes=False,
    check_batched_grad=False,
    check_fwd_over_rev=False,
    check_rev_over_rev=True,
    fast_mode=False,
    masked=False,
):
    """Like `gradcheck`, for the gradients of the gradients: `gradcheck` of the backward of `func`.

    `grad_outputs`: where backward starts, random if left out.
    """
    _need(check_fwd_over_rev or check_rev_over_rev, "check_fwd_over_rev or check_rev_over_rev")
    for option, name in (
        (check_undefined_grad, "check_undefined_grad"),
        (check_batched_grad, "check_batched_grad"),
    ):
        _need(check_rev_over_rev or not option, "check_rev_over_rev", name)
    inputs = _tuple(inputs)
    if grad_outputs is None:
        outputs = _differentiable(func(*inputs))
        starts = tuple(_random_like(output, gen_non_contig_grad_outputs) for output in outputs)
    else:
        starts = _tuple(grad_outputs)
    checked = [isinstance(x, Tensor) and x.requires_grad for x in (*inputs, *starts)]

    def backward(*values):
        for value, is_checked in zip(values, checked):
            if is_checked:
                value.requires_grad_()
        outputs = _differentiable(func(*values[: len(inputs)]))
        wanted = [x for x, is_checked in zip(values, checked[: len(inputs)]) if is_checked]
        found = grad(outputs, wanted, values[len(inputs) :], create_graph=True, allow_unused=True)
        return tuple(gradient for gradient in found if gradient is not None)

    return gradcheck(
        backward,
        inputs + starts,
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad,
        check_forward_ad=check_fwd_over_rev,
        masked=masked,
    )


def _need(given, what, option=None):
    if not given and option:
        raise AssertionError(f"Setting {option}=True requires {what} to be True")
    if not given:
        raise AssertionError(f"Expected at least one of {what} to be True")


def _no_forward_mode():
    error = NotImplementedError("forward-mode differentiation cannot be checked")
    error.add_note("Hint: this kit leaves out forward-mode differentiation; PyTorch has it.")
    return error


def _check(func, inputs, eps, atol, rtol, nondet_tol, check_undefined_grad, masked):
    checked = _checked(inputs)
    results = _tuple(func(*inputs))
    outputs = _differentiable(results)
    numerical = [_numerical(func, inputs, x, results, eps) for x in checked]
    if not outputs:
        if any((block != 0).any() for blocks in numerical for block in blocks):
            raise GradcheckError("Numerical gradient for function expected to be zero")
        return True
    for i, output in enumerate(outputs):
        analytical = _analytical(output, checked, nondet_tol)
        place = next(k for k, result in enumerate(results) if result is output)
        for j, (a, blocks) in enumerate(zip(analytical, numerical)):
            if not a.to(blocks[place].dtype).allclose(blocks[place], rtol, atol):
                raise GradcheckError(
                    f"Jacobian mismatch for output {i} with respect to input {j},\n"
                    f"numerical:{blocks[place]}\nanalytical:{a}\n"
                )
    _check_linear(outputs, checked, masked)
    if check_undefined_grad:
        _check_undefined(func, inputs, checked)
    return True


def _tuple(given):
    return tuple(given) if isinstance(given, (tuple, list)) else (given,)


def _differentiable(results):
    return tuple(result for result in _tuple(results) if result.requires_grad)


def _random_like(output, noncontiguous):
    size = (*output.shape, 2) if noncontiguous else output.shape
    start = output.detach().new_zeros(size).uniform_(-1, 1)
    return (start[..., 0] if noncontiguous else start).requires_grad_()


def _checked(inputs):
    """The inputs that require grad; a warning or an error if they cannot be checked well."""
    checked = []
    for position, value in enumerate(inputs):
        if not (isinstance(value, Tensor) and value.requires_grad):
            continue
        if value.element_size() < 8:
            warnings.warn(
                f"Input #{position} requires gradient and is not a double precision floating point or "
                "complex. This check will likely fail if all the inputs are not of double precision "
                "floating point or complex. ",
                stacklevel=4,
            )
        if any(step == 0 and size > 1 for step, size in zip(value.stride(), value.shape)):
            raise RuntimeError(
                f"The {position}th input has a dimension with stride 0. gradcheck only supports inputs "
                "that are non-overlapping to be able to compute the numerical gradients correctly. You "
                "should call .contiguous on the input before passing it to gradcheck."
            )
        checked.append(value)
    if not checked:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of them have "
            "requires_grad=True."
        )
    return checked


def _numerical(func, inputs, moved, results, eps):
    """The Jacobians of all results with respect to one input, from differences."""
    jacobians = [result.new_zeros((moved.numel(), result.numel())) for result in results]
    values = moved.data  # the same memory, and nobody notices the changes
    for row, place in enumerate(itertools.product(*map(range, values.shape))):
        element = values[place]
        before = element.clone()
        element.copy_(before - eps)
        low = [result.clone() for result in _tuple(func(*inputs))]
        element.copy_(before + eps)
        high = [result.clone() for result in _tuple(func(*inputs))]
        element.copy_(before)
        for jacobian, a, b in zip(jacobians, low, high):
            _check_alike(a, b, place, eps)
            jacobian[row] = ((b - a) / (2 * eps)).detach().reshape(-1)
    return jacobians


def _check_alike(a, b, place, eps):
    for what, one, other in (("shape", a.shape, b.shape), ("dtype", a.dtype, b.dtype)):
        if one != other:
            raise AssertionError(
                f"Expected `func` to return outputs with the same {what} when inputs are perturbed on "
                f"index {place} by {eps}, but got: {what}s {one} and {other}."
            )


def _analytical(output, inputs, nondet_tol):
    """The Jacobians of one output with respect to all inputs, from backward."""
    first, second = _from_backward(output, inputs), _from_backward(output, inputs)
    if any(a.numel() and (a - b).abs().max() > nondet_tol for a, b in zip(first, second)):
        raise GradcheckError(
            "Backward is not reentrant, i.e., running backward with same input and grad_output multiple "
            "times gives different values, although analytical gradient matches numerical "
            f"gradient.The tolerance for nondeterminism was {nondet_tol}." + _NONDETERMINISTIC
        )
    return first


def _from_backward(output, inputs):
    jacobians = [x.new_zeros((x.numel(), output.numel())) for x in inputs]
    for column in range(output.numel()):
        start = output.detach().new_zeros(output.shape)
        start.view(-1)[column] = 1
        gradients = grad(output, inputs, start, retain_graph=True, allow_unused=True)
        for jacobian, gradient in zip(jacobians, gradients):
            if gradient is not None:
                jacobian[:, column] = gradient.reshape(-1)
    return jacobians


def _check_linear(outputs, inputs, masked):
    """Backward has to give zero if it starts from zero."""
    starts = [output.detach().new_zeros(output.shape) for output in outputs]
    for gradient in grad(outputs, inputs, starts, allow_unused=True):
        if gradient is None:
            continue
        zero = gradient.allclose(gradient.new_zeros(gradient.shape)) if masked else gradient == 0
        if not (zero if isinstance(zero, bool) else zero.all()):
            raise GradcheckError("backward not multiplied by grad_output")


class _Undefined(Function):
    """Passes its input on, and no gradient back."""

    @staticmethod
    def forward(ctx, x):
        return x.clone()

    @staticmethod
    def backward(ctx, gradient):
        return None


def _check_undefined(func, inputs, checked):
    """A gradient that is missing has to count as zero: of all outputs, then of each in turn."""
    outputs = _differentiable(func(*inputs))
    count = len(outputs)
    for missing in [range(count), *((i,) for i in range(count) if count > 1)]:
        outputs = [
            _Undefined.apply(output) if i in missing else output for i, output in enumerate(outputs)
        ]
        starts = [output.detach().new_zeros(output.shape) for output in outputs]
        problem = None
        try:
            gradients = grad(outputs, checked, starts, allow_unused=True)
        except RuntimeError as error:
            problem, cause = "Expected backward function to handle undefined output grads.", error
        else:
            if any(gradient is not None and (gradient != 0).any() for gradient in gradients):
                problem, cause = (
                    "Expected all input grads to be undefined or zero when all output grads are "
                    "undefined or zero.",
                    None,
                )
        if problem is not None:
            warnings.warn(_NEW_CHECK, stacklevel=4)
            raise GradcheckError(
                f'{problem} Please look at "Notes about undefined output gradients" in '
                '"tools/autograd/derivatives.yaml"'
            ) from cause
        outputs = _differentiable(func(*inputs))


_NEW_CHECK = (
    "Backwards compatibility: New undefined gradient support checking feature is enabled by default, but "
    "it may break existing callers of this function. If this is true for you, you can call this function "
    'with "check_undefined_grad=False" to disable the feature'
)

_NONDETERMINISTIC = """

NOTE: If your op relies on non-deterministic operations i.e., it is listed here:
https://pytorch.org/docs/stable/generated/torch.use_deterministic_algorithms.html
this failure might be expected.

If you are adding a new operator, please file an issue and then use one of the
workarounds. The workaround depends on how your test invokes gradcheck/gradgradcheck.
If the test
- manually invokes gradcheck/gradgradcheck, then call gradcheck/gradgradcheck
  with `nondet_tol=<tol>` as a keyword argument.
- is OpInfo-based (e.g., in test_ops_gradients.py), then modify the OpInfo for the test
  to have `gradcheck_nondet_tol=<tol>`.
- is a Module test (e.g., in common_nn.py), then modify the corresponding
  module_test entry to have `gradcheck_nondet_tol=<tol>`
"""
