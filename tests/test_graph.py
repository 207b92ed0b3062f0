"""Graphs are built, walked and freed without recursion and without reference cycles."""

import gc
import weakref

import pytest

import minitensor as torch


class Exp(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = x.exp()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        return grad * ctx.saved_tensors[0]


def in_place(x):
    y = x * 1
    y.mul_(y)
    return y


def in_place_on_a_view(x):
    y = x * 1
    y[0].exp_()
    return y


def retained(x):
    y = x * 2
    y.retain_grad()
    return y


PROGRAMS = {
    "result saved": lambda x: x.exp(),
    "inputs saved": lambda x: (x * x).sum(),
    "several results": lambda x: x.max(0)[0],
    "list": lambda x: torch.cat([x, x]),
    "view": lambda x: x.view(3, 1),
    "views": lambda x: x.unbind()[0],
    "in place": in_place,
    "in place on a view": in_place_on_a_view,
    "retained": retained,
    "custom": Exp.apply,
    "second order": lambda x: torch.autograd.grad((x**3).sum(), x, create_graph=True)[0],
    "after backward": lambda x: (lambda y: (y.backward(), y)[1])((x * x).sum()),
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_a_graph_dies_with_its_result(program):
    x = torch.ones(3, requires_grad=True)
    gc.disable()
    try:
        result = program(x)
        seen = [weakref.ref(result), weakref.ref(result.grad_fn)]
        del result
        assert [reference() for reference in seen] == [None, None]
    finally:
        gc.enable()


def test_a_long_chain_needs_no_recursion():
    x = torch.ones(1, requires_grad=True)
    y = x
    for _ in range(50_000):
        y = y * 1
    y.backward()
    assert x.grad.item() == 1
    del y


def test_the_accumulator_of_a_leaf_is_one_object():
    x = torch.ones(1, requires_grad=True)
    y, z = x * 1, x * 2
    assert y.grad_fn.next_functions[0][0] is z.grad_fn.next_functions[0][0]
    assert y.grad_fn.next_functions[0][0].variable is x


def test_a_gradient_is_not_shared_with_what_the_user_holds():
    x = torch.ones(3, requires_grad=True)
    start = torch.ones(3)
    x.backward(start)
    seen = []
    y = x * 1
    y.register_hook(seen.append)
    y.add(0).backward(start)
    x.grad.zero_()
    assert start.tolist() == [1, 1, 1]
    assert seen[0].tolist() == [1, 1, 1]
