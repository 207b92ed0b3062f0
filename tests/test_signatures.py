"""Ways to call a function that are old, odd or wrong: each does and says what it does in PyTorch."""

import numpy as np
import pytest
from told import check, leaf, torch

import minitensor

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module", autouse=True)
def every_warning():
    """Most warnings are given once in a session; here each time."""
    before = [t.is_warn_always_enabled() for t in (torch, minitensor)]
    for t in (torch, minitensor):
        t.set_warn_always(True)
    yield
    for t, always in zip((torch, minitensor), before):
        t.set_warn_always(always)


def lines(text):
    """A program for each line, an expression: x, y and v are vectors, m a matrix, b a batch of these."""

    def program(line):
        def run(t):
            x, y, v = t.tensor([1.0, 2.0, 3.0]), t.tensor([4.0, 5.0, 6.0]), t.tensor([1.0, 2.0])
            m, b = t.tensor([[1.0, 2.0], [3.0, 4.0]]), t.ones(2, 2, 2)
            return eval(line, {"t": t, "np": np, "x": x, "y": y, "v": v, "m": m, "b": b})

        return run

    return {line: program(line) for line in map(str.strip, text.strip().splitlines())}


# Weights that are keywords now once had places among the tensors.
test_deprecated_signatures = check(
    lines("""
        t.add(x, 2, y)
        x.add(2, y)
        x.add_(2, y)
        t.add(x, 2, y, out=t.zeros(3))
        t.sub(x, 2, y)
        x.sub_(2, y)
        t.addcmul(x, 2, y, y)
        x.addcdiv(2, y, y)
        x.addcdiv_(2, y, y)
        t.addmm(2, m, m, m)
        t.addmm(2, m, 3, m, m)
        m.addmm(2, m, m)
        m.addmm_(2, 3, b[0], b[1])
        t.addmv(2, v, 3, m, v)
        v.addmv(2, m, v)
        m.addr_(2, 3, v, v)
        t.addbmm(2, m, b, b)
        m.addbmm(2, 3, b, b)
        b.baddbmm(2, b, b)
        t.baddbmm(2, b, 3, b, b)
        t.add(x, "a", y)
        t.add(x, 2, "a")
        t.add(x, 2, y, alpha=3)
        x.rsub(2, y)
    """)
)

test_what_takes_no_arguments = check(
    lines("""
        x.item(1)
        x.item(k=1)
        x.dim(1)
        x.dim(k=1)
        x.numel(1)
        x.nelement(k=1)
        x.tolist(1)
        x.detach(1)
        x.detach_(k=1)
        x.zero_(1)
        x.data_ptr(1)
        x.element_size(k=1)
        x.storage_offset(1)
        x.is_floating_point(1)
        x.retain_grad(1)
        x.apply_()
        x.apply_(abs, abs)
        x.apply_(callable=abs)
        t.from_numpy()
        t.from_numpy(array=np.ones(2))
        x.exp(1)
        x.neg_(k=1)
    """)
)

test_methods_have_no_out = check(
    lines("""
        x.add(y, out=y)
        x.exp(out=y)
        x.sum(out=y)
        m.sum(0, out=v)
        m.max(0, out=(v, v))
        m.mm(m, out=m)
        m.matmul(m, out=m)
        x.clamp(0, 1, out=y)
        m.norm(out=v)
        x.sort(out=(x, y))
    """)
)

# None and truth values where another signature has no such argument.
test_odd_values = check(
    lines("""
        m.sum(None)
        m.mean(None, True)
        m.std(None)
        m.var(None, False)
        m.max(None)
        m.max(dim=None)
        m.prod(None)
        m.median(None)
        m.median(dim=None)
        m.squeeze(None)
        m.squeeze(dim=None)
        m.argmax(None)
        m.all(None)
        m.clamp(None, 1)
        m.norm(2, None)
        m.norm(2, True)
        m.norm(["a"])
        t.trapezoid(x, None)
        t.linalg.matrix_rank(m, None)
        x + True
        t.add(x, True)
        t.einsum(None, x)
        t.tensor([np.array(1.0)])
        t.nn.functional.hardtanh(x, 2, 1)
        t.nn.functional.elu(x, "a", True)
        t.nn.functional.relu("a", True)
        t.nn.functional.leaky_relu(x, "a")
        t.nn.functional.threshold(x, 1)
        t.gcd(x, t.ones(5))
    """)
)

test_deprecated_names = check(
    lines("""
        t.cholesky(m @ m.T)
        m.qr()
        t.nuclear_norm(t.eye(2))
        t.tensor([np.ones(2)])
        t.as_tensor([[np.ones(2)]])
        t.FloatTensor([np.ones(2)])
        t.tensor([np.float64(2)])
    """)
)


def graph(node):
    """The names of a node and of all that it leads to."""
    return node and (node.name(), [(graph(n), number) for n, number in node.next_functions])


def of(make):
    """A program: the graph of what is made of a leaf and of twice that leaf."""
    return lambda t: graph(make(t, leaf(t, 0.5, 1.0), leaf(t, 0.5, 0.75) * 2).grad_fn)


test_graphs = check(
    {
        "softmax of another dtype": of(lambda t, x, y: x.softmax(0, dtype=t.float64)),
        "log_softmax of another dtype": of(lambda t, x, y: x.log_softmax(0, dtype=t.float64)),
        "sum of another dtype": of(lambda t, x, y: x.sum(0, dtype=t.float64)),
        "acosh_": of(lambda t, x, y: (y + 1).acosh_()),
        "asinh_": of(lambda t, x, y: y.asinh_()),
        "atanh_": of(lambda t, x, y: (y / 2).atanh_()),
        "no slope in place": lambda t: (leaf(t) * 1).asinh_().sum().backward(),
        "clamp by a lower tensor": of(lambda t, x, y: x.clamp(y)),
        "clamp by an upper tensor": of(lambda t, x, y: x.clamp(max=y)),
        "clamp_ by a tensor": of(lambda t, x, y: y.clamp_(x.detach())),
        "fill_ with a number": of(lambda t, x, y: y.fill_(2)),
        "fill_ with a tensor": of(lambda t, x, y: y.fill_(x.sum())),
    }
)


def retained(change):
    """A program: the gradient that a tensor retains which was changed since."""

    def program(t):
        x = leaf(t)
        y = x * 2
        y.retain_grad()
        change(y)
        before = y.retains_grad
        y.sum().backward()
        return before, y.retains_grad, y.grad, x.grad

    return program


test_retain_grad_then_in_place = check(
    {
        "unsqueeze_": retained(lambda y: y.unsqueeze_(0)),
        "t_": retained(lambda y: y.t_()),
        "squeeze_": retained(lambda y: y.squeeze_()),
        "mul_": retained(lambda y: y.mul_(2)),
    }
)


test_what_python_makes_of_a_tensor_that_requires_grad = check(
    lines("""
        float(v.requires_grad_()[0])
        float(v.requires_grad_().sum() * 2)
        complex(v.requires_grad_()[1])
        float(v.requires_grad_().detach()[0])
        float(v.requires_grad_())
        int(v.requires_grad_()[0])
        bool(v.requires_grad_()[0])
        v.requires_grad_()[0].item()
    """)
)

test_dimensions_of_a_scalar = check(
    lines("""
        x.sum().size(0)
        x.sum().size(-1)
        x.sum().size(5)
        x.sum().stride(0)
        x.sum().stride(-3)
        x.sum().unbind()
        x.sum().roll(1, 0)
        t.trapz(x.sum())
        x.sum().unique(dim=0)
        x.sum().unique_consecutive(dim=-1)
        x.size(3)
    """)
)
