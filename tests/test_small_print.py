"""What hardly anybody writes, line by line as in PyTorch: odd dtypes in place, empty tensors, removed names."""

import warnings

import pytest
from torch_compare import torch

import minitensor

pytestmark = pytest.mark.torch

PROGRAMS = """
    t.ones(0).index_fill_(0, t.tensor([], dtype=t.int64), 1.0)
    t.ones(0).index_fill_(0, t.tensor([0, 1]), 1.0)
    t.ones(0, 3).index_fill_(1, t.tensor([5]), 1.0)
    t.ones(0, 3, dtype=t.float64).index_fill(0, t.tensor([0]), 1.0)
    t.ones(2, 0, 3, dtype=t.int8).index_fill(1, t.tensor([0, 0]), t.tensor(1))
    t.ones(2, 0, 3).index_fill(2, t.tensor([9]), t.tensor(1.0))
    t.ones(2, 0, 0).index_fill_(1, t.tensor([0]), 1.0)
    t.ones(2, 3).index_fill_(1, t.tensor([5]), 1.0)
    t.tensor([True, False]).cumsum_(0)
    t.tensor([True, False]).cumsum_(0, dtype=t.int64)
    t.tensor([1, 2]).cumprod_(0, dtype=t.float64)
    t.ones(2, dtype=t.float16).cumsum_(0, dtype=t.float32)
    t.ones(2, dtype=t.uint8).cumsum_(0, dtype=t.int16)
    t.ones(2, dtype=t.int8).cumsum_(0, dtype=t.int8)
    t.tensor([1, 2]).bitwise_and_(t.tensor([1.0, 2.0]))
    t.tensor([True, False]).bitwise_or_(t.tensor([1, 2]))
    t.tensor([1.0, 2.0]).bitwise_xor_(t.tensor([1, 2]))
    t.tensor([1, 2]).gcd_(t.tensor([1.0, 2.0]))
    t.tensor([1, 2]).hypot_(t.tensor([1.0, 2.0]))
    t.tensor([True, False]).div_(t.tensor([1, 0]), rounding_mode="trunc")
    t.tensor([True, False]).remainder_(t.tensor([1, 0]))
    t.tensor([3, 4]).remainder_(t.tensor([1, 0]))
    t.tensor([True, True]).sub_(True)
    t.tensor([True, True]).fmod_(2.5)
    t.zeros((2, 0), dtype=t.uint8).softmax(1)
    t.zeros((0,), dtype=t.bool).log_softmax(0)
    t.zeros((0,), dtype=t.int64).softmax(1)
    t.solve(m, m)
    t.eig(m)
    t.lstsq(m, m)
    t.symeig(m)
    t.matrix_rank(m)
    m.solve(m)
    m.eig()
    m.lstsq(m)
    m.symeig()
    m.matrix_rank()
    t.autograd.grad(v.mean(), v)[0].stride()
    t.autograd.grad(m.mean(0).sum(), m)[0].stride()
    t.autograd.grad(v.sum(), v)[0].stride()
    backward(v.mean(), v)._version
    backward(m.mean(1).sum(), m)._version
    t.arange(v[0])
    t.arange(0, t.tensor(3))
    t.arange(t.ones(2))
"""
PROGRAMS = [line.strip() for line in PROGRAMS.strip().splitlines()]


def backward(result, leaf):
    result.backward()
    return leaf.grad


def shown(t, program):
    space = {"t": t, "backward": backward}
    space |= {"v": t.ones(3, requires_grad=True), "m": t.ones(2, 2, requires_grad=True)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return repr(eval(program, space))
        except Exception as error:
            return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("program", PROGRAMS)
def test_as_in_pytorch(program):
    assert shown(minitensor, program) == shown(torch, program)
