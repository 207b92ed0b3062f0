"""One definition makes everything an op needs: what CONTRIBUTING.md promises to who adds one."""

import numpy as np
import pytest

import minitensor as torch
from minitensor.declare import FUNCTIONS, elementwise, op
from minitensor.tensor import Tensor


@pytest.fixture
def softsign():
    @elementwise(to="float", input=lambda grad, input: grad / (1 + input.abs()) ** 2)
    def softsign(input):
        """input / (1 + |input|)."""
        return input / (1 + np.abs(input))

    yield softsign
    del FUNCTIONS["softsign"], Tensor.softsign, Tensor.softsign_


def test_a_new_op_is_a_function_a_method_and_an_in_place_twin(softsign):
    x = torch.tensor([1.0, -3.0])
    assert softsign(x).tolist() == x.softsign().tolist() == [0.5, -0.75]
    assert x.softsign_() is x and x.tolist() == [0.5, -0.75] and x._version == 1
    assert softsign.__doc__ == "input / (1 + |input|)."
    assert FUNCTIONS["softsign"] is softsign


def test_a_new_op_has_a_node_that_saves_what_its_formula_names(softsign):
    x = torch.tensor([1.0, -3.0], requires_grad=True)
    y = softsign(x)
    assert y.grad_fn.name() == "SoftsignBackward0"
    assert y.grad_fn._saved_self is x
    y.sum().backward()
    assert x.grad.tolist() == [0.25, 0.0625]


def test_a_new_op_has_gradients_of_gradients(softsign):
    x = torch.tensor([1.0, 3.0], requires_grad=True)
    (slope,) = torch.autograd.grad(softsign(x).sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(slope.sum(), x)
    assert second.tolist() == [-0.25, -0.03125]


def test_a_new_op_checks_its_arguments(softsign):
    assert softsign(torch.tensor([1, 3])).dtype is torch.float32
    with pytest.raises(TypeError, match=r"argument 'input' \(position 1\) must be Tensor, not str"):
        softsign("a")
    with pytest.raises(TypeError, match="missing 1 required positional arguments"):
        softsign()
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
        torch.ones(2, requires_grad=True).softsign_()


def test_broadcasting_and_dtypes_are_undone_by_the_engine():
    x = torch.ones(3, 1, requires_grad=True)
    w = torch.ones(4, dtype=torch.float64, requires_grad=True)
    (x * w).sum().backward()
    assert (x.grad.shape, x.grad.dtype) == ((3, 1), torch.float32)
    assert (w.grad.shape, w.grad.dtype) == ((4,), torch.float64)


def test_a_private_op_is_not_published():
    @op(input=lambda grad: grad)
    def _secret(input):
        return input.copy()

    assert "_secret" not in FUNCTIONS and not hasattr(Tensor, "_secret")
    assert _secret(torch.ones(1)).tolist() == [1]
