"""The autograd API does, prints, warns and raises what PyTorch's does."""

import collections
import gc
import threading
import weakref

import numpy as np
import pytest
from told import check, leaf, told

import minitensor

torch = pytest.importorskip("torch")


# backward and grad


def backward(*args, of=lambda x: (x * x).sum(), **options):
    """A program: backward with these arguments, then the gradient."""

    def program(t):
        x = leaf(t)
        given = [a(t, x) if callable(a) else a for a in args]
        of(x).backward(*given, **{k: v(t, x) if callable(v) else v for k, v in options.items()})
        return x.grad

    return program


def double(x):
    return x * 2


test_backward = check(
    {
        "scalar": backward(),
        "a tuple": lambda t: t.autograd.backward((leaf(t).sum(), leaf(t).prod())),
        "no tensors": lambda t: t.autograd.backward([]),
        "an int": lambda t: t.autograd.backward(3),
        "floats": lambda t: t.autograd.backward([3.0]),
        "no grad": lambda t: t.ones(()).backward(),
        "no grad, second": lambda t: t.autograd.backward([leaf(t).sum(), t.ones(2)]),
        "not a scalar": backward(of=double),
        "weights": backward(lambda t, x: t.tensor([1.0, 3.0]), of=double),
        "weights of ints": backward(lambda t, x: t.tensor([1, 3]), of=double),
        "weights, wrong shape": backward(lambda t, x: t.ones(3), of=double),
        "weights, a list": backward([1.0, 1.0], of=double),
        "weights, a float": backward(1.0),
        "weights, an array": backward(np.ones(2), of=double),
        "too few weights": lambda t: t.autograd.backward([leaf(t).sum()] * 2, [t.tensor(1.0)]),
        "inputs": backward(inputs=lambda t, x: [x]),
        "inputs, twice": backward(inputs=lambda t, x: [x, x]),
        "inputs, a dict": backward(inputs=lambda t, x: {"x": x}),
        "inputs, a mapping": backward(inputs=lambda t, x: collections.OrderedDict(x=x)),
        "inputs, none": backward(inputs=[]),
        "inputs, an int": backward(inputs=3),
        "inputs, ints": backward(inputs=[3]),
        "inputs without grad": backward(inputs=lambda t, x: [t.ones(2)]),
        "grad_variables": lambda t: t.autograd.backward([leaf(t).sum()], grad_variables=[None]),
        "both": lambda t: t.autograd.backward([leaf(t).sum()], [None], grad_variables=[None]),
        "unknown option": backward(foo=3),
    }
)


def test_inputs_that_are_no_leaves_retain_their_grad():
    def program(t):
        x = leaf(t)
        y = x * 2
        (y * y).sum().backward(inputs=[y])
        return y.grad, y.retains_grad, x.grad

    assert told(minitensor, program) == told(torch, program)


def grad(outputs, inputs=lambda t, x: x, **options):
    """A program: `autograd.grad` with these arguments, made by functions of (t, x)."""

    def program(t):
        x = leaf(t)
        given = {k: v(t, x) if callable(v) else v for k, v in options.items()}
        return t.autograd.grad(outputs(t, x), inputs(t, x), **given)

    return program


def square(t, x):
    return (x * x).sum()


def with_unused(t, x):
    return [x, t.ones(1, requires_grad=True)]


test_grad = check(
    {
        "one": grad(square),
        "the same twice": grad(square, lambda t, x: [x, x]),
        "a dict": grad(square, lambda t, x: {"x": x}),
        "a mapping": grad(square, lambda t, x: collections.OrderedDict(x=x)),
        "several outputs": grad(lambda t, x: [square(t, x), x[0]]),
        "of a leaf": grad(lambda t, x: x, grad_outputs=lambda t, x: t.ones(2)),
        "unused": grad(square, with_unused),
        "unused, allowed": grad(square, with_unused, allow_unused=True),
        "unused, zeros": grad(square, with_unused, materialize_grads=True),
        "zeros, graph": grad(square, with_unused, materialize_grads=True, create_graph=True),
        "zeros, but not allowed": grad(square, materialize_grads=True, allow_unused=False),
        "no inputs": grad(square, lambda t, x: []),
        "no outputs": grad(lambda t, x: []),
        "inputs without grad": grad(square, lambda t, x: [t.ones(1)]),
        "inputs, an int": grad(square, lambda t, x: 1),
        "inputs, None": grad(square, lambda t, x: [None]),
        "outputs, a float": grad(lambda t, x: 1.0),
        "only_inputs": grad(square, only_inputs=False),
        "not a scalar": grad(lambda t, x: x * 2),
        "batch": grad(
            lambda t, x: x * 2, grad_outputs=lambda t, x: t.eye(2), is_grads_batched=True
        ),
        "batch of scalars": grad(
            square, grad_outputs=lambda t, x: t.tensor([1.0, 2.0]), is_grads_batched=True
        ),
        "batch, wrong shape": grad(
            lambda t, x: x * 2, grad_outputs=lambda t, x: t.ones(2, 3), is_grads_batched=True
        ),
        "batch, left out": grad(square, is_grads_batched=True),
        "batch, sizes differ": grad(
            lambda t, x: [x * 2, x * 3],
            grad_outputs=lambda t, x: [t.ones(2, 2), t.ones(3, 2)],
            is_grads_batched=True,
        ),
        "batch, unused": grad(
            lambda t, x: x * 2,
            with_unused,
            grad_outputs=lambda t, x: t.ones(2, 2),
            is_grads_batched=True,
            allow_unused=True,
        ),
    }
)


# Places in the graph


def edges(t):
    x = leaf(t)
    y = x * 3
    z = (y * y).sum()
    edge = t.autograd.graph.get_gradient_edge
    found = [
        t.autograd.grad(z, edge(y), retain_graph=True),
        t.autograd.grad(z, edge(x), retain_graph=True),
        t.autograd.grad(edge(z), x, retain_graph=True),
    ]
    t.autograd.backward(edge(y), t.ones(2), retain_graph=True)
    z.backward(inputs=[edge(x)])
    return found, x.grad, edge(y), edge(x)


test_edges = check(
    {
        "edges": edges,
        "of a tensor without grad": lambda t: t.autograd.graph.get_gradient_edge(t.ones(1)),
        "not a scalar": lambda t: t.autograd.backward(
            t.autograd.graph.get_gradient_edge(leaf(t) * 2)
        ),
        "wrong shape": lambda t: t.autograd.backward(
            t.autograd.graph.get_gradient_edge(leaf(t) * 2), t.ones(3)
        ),
        "nodes": lambda t: [
            isinstance(value, t.autograd.graph.Node)
            for value in (leaf(t).sum().grad_fn, leaf(t).sum().grad_fn.next_functions[0][0], 3)
        ],
        "increment_version": lambda t: (
            lambda x: (t.autograd.graph.increment_version([x, x]), x._version)
        )(t.ones(2)),
        "increment_version of 3": lambda t: t.autograd.graph.increment_version(3),
        "increment_version of a text": lambda t: t.autograd.graph.increment_version(["a"]),
        "Variable": lambda t: (
            t.autograd.Variable(t.ones(2), requires_grad=True),
            t.autograd.Variable(),
            t.autograd.Variable(t.ones(2), volatile=True),
            isinstance(t.ones(2), t.autograd.variable.Variable),
        ),
        "Variable of 3": lambda t: t.autograd.Variable(3),
    }
)


# Grad mode


def modes(t):
    grad, inference = t.is_grad_enabled, t.is_inference_mode_enabled

    def now():
        return grad(), inference()

    wrapped = [
        mode(now)
        for mode in (
            t.no_grad,
            t.no_grad(),
            t.enable_grad(),
            t.set_grad_enabled(False),
            t.inference_mode,
            t.inference_mode(),
            t.inference_mode(False),
        )
    ]
    found = [now(), [f() for f in wrapped]]
    with t.no_grad():
        found.append([f() for f in wrapped])
    with t.inference_mode():
        found.append([f() for f in wrapped])
        with t.enable_grad():
            found.append((now(), t.ones(1).is_inference()))
        with t.inference_mode(False):
            found.append((now(), t.ones(1).is_inference()))
    switch = t.set_grad_enabled(False)
    found.append((now(), repr(switch)))
    with switch:
        t.set_grad_enabled(True)
    return found, now()


def generator(t):
    @t.no_grad()
    def count():
        """Doc."""
        got = yield t.is_grad_enabled()
        try:
            yield got, t.is_grad_enabled()
        except ValueError as error:
            yield str(error), t.is_grad_enabled()
        return "end"

    run = count()
    found = [
        next(run),
        t.is_grad_enabled(),
        run.send(5),
        run.throw(ValueError("no")),
        count.__doc__,
    ]
    try:
        next(run)
    except StopIteration as stop:
        found.append(stop.value)
    early = count()
    next(early)
    early.close()
    return found, t.is_grad_enabled()


def decorated_class(t):
    @t.no_grad()
    class Model:
        def __init__(self):
            self.seen = t.is_grad_enabled()

        def method(self):
            return t.is_grad_enabled()

    return Model().seen, Model().method()


def recursive(t):
    @t.no_grad()
    def down(n):
        return [t.is_grad_enabled(), *(t.enable_grad()(down)(n - 1) if n else [])]

    return down(3), t.is_grad_enabled()


def threads(t):
    found = []
    with t.no_grad():
        thread = threading.Thread(target=lambda: found.append(t.is_grad_enabled()))
        thread.start()
        thread.join()
    return found


test_modes = check(
    {
        "all forms": modes,
        "generator": generator,
        "class": decorated_class,
        "recursion": recursive,
        "threads": threads,
        "of no bool": lambda t: t.set_grad_enabled(1),
        "of nothing": lambda t: t.set_grad_enabled(),
        "names": lambda t: [t.no_grad.__module__, t.inference_mode.__name__],
    }
)


# Hooks


def all_hooks(t):
    x, log = leaf(t), []
    y = x * 2
    y.register_hook(lambda g: log.append(("tensor", g)))
    y.grad_fn.register_prehook(lambda g: log.append(("before", g)))
    y.retain_grad()
    y.register_hook(lambda g: (log.append(("tensor", g)), g * 10)[1])
    y.grad_fn.register_hook(lambda gi, go: log.append(("after", gi, go)))
    y.grad_fn.register_prehook(lambda g: (log.append(("before", g)), (g[0] * 2,))[1])
    y.grad_fn.register_hook(lambda gi, go: (gi[0] * 3, None))
    x.register_hook(lambda g: (log.append(("leaf", g)), g + 1)[1])
    x.register_post_accumulate_grad_hook(lambda p: log.append(("accumulated", p.grad.clone())))
    node = y.grad_fn.next_functions[0][0]
    node.register_prehook(lambda g: log.append(("before leaf", g)))
    node.register_hook(lambda gi, go: log.append(("after leaf", gi, go)))
    y.sum().backward()
    return log, x.grad, y.grad


def removal(t):
    x, log = leaf(t), []
    first, _ = x.register_hook(lambda g: log.append(1)), x.register_hook(lambda g: log.append(2))
    first.remove()
    first.remove()
    with x.register_hook(lambda g: log.append(3)):
        x.sum().backward()
    once = x.register_hook(lambda g: (log.append("once"), once.remove())[1])
    x.sum().backward()
    x.sum().backward()
    return log, repr(first)


def after_in_place(t):
    x, log = leaf(t), []
    y = x * 2
    y.register_hook(lambda g: log.append(("old", g)))
    y.retain_grad()
    y.mul_(3)
    y.register_hook(lambda g: log.append(("new", g)))
    y.sum().backward()
    return log, y.grad


def many(mode):
    def program(t):
        a, b, c, log = leaf(t), leaf(t), leaf(t), []
        handle = t.autograd.graph.register_multi_grad_hook((a, b, c), log.append, mode=mode)
        (a * b).sum().backward()
        (a * b * c).sum().backward(inputs=[a, c])
        handle.remove()
        (a * b * c).sum().backward()
        return log

    return program


test_hooks = check(
    {
        "order": all_hooks,
        "removal": removal,
        "in place": after_in_place,
        "many, all": many("all"),
        "many, any": many("any"),
        "many, wrong mode": many("some"),
        "many, without grad": lambda t: t.autograd.graph.register_multi_grad_hook(
            (t.ones(1),), print
        ),
        "without grad": lambda t: t.ones(1).register_hook(print),
        "returns an int": lambda t: (lambda x: (x.register_hook(lambda g: 3), x.sum().backward()))(
            leaf(t)
        ),
        "post accumulate on no leaf": lambda t: (
            leaf(t).sum().register_post_accumulate_grad_hook(print)
        ),
    }
)


# Anomaly mode


def square_root_of_zero(t):
    with t.autograd.detect_anomaly():
        x = leaf(t, 0.0)
        (t.sqrt(x) * 0).sum().backward()


def recorded_outside(t):
    y = t.sqrt(leaf(t, 0.0)) * 0
    with t.autograd.set_detect_anomaly(True):
        y.sum().backward()


def overwritten(t):
    with t.autograd.set_detect_anomaly(True):
        y = leaf(t).exp()
        z = y * y
        y.add_(1)
        z.sum().backward()


def of_a_gradient(t):
    with t.autograd.set_detect_anomaly(True):
        x = leaf(t, 0.0)
        (g,) = t.autograd.grad((x**1.5).sum(), x, create_graph=True)
        g.sqrt().sum().backward()


def failing_hook(t):
    with t.autograd.set_detect_anomaly(True):
        x = leaf(t)
        x.register_hook(lambda g: 1 / 0)
        (x * 2).sum().backward()


def nan_allowed(t):
    with t.autograd.detect_anomaly(check_nan=False):
        x = leaf(t, 0.0)
        (t.sqrt(x) * 0).sum().backward()
    return x.grad


def switched(t):
    found = [(t.is_anomaly_enabled(), t.is_anomaly_check_nan_enabled())]
    t.autograd.set_detect_anomaly(True, check_nan=False)
    found.append((t.is_anomaly_enabled(), t.is_anomaly_check_nan_enabled()))
    t.set_anomaly_enabled(False)
    found.append((t.is_anomaly_enabled(), t.is_anomaly_check_nan_enabled()))
    return found


test_anomalies = check(
    {
        "nan": square_root_of_zero,
        "recorded outside": recorded_outside,
        "overwritten": overwritten,
        "of a gradient": of_a_gradient,
        "failing hook": failing_hook,
        "nan allowed": nan_allowed,
        "switched": switched,
    }
)


def test_nodes_are_made_as_before_when_nobody_watches():
    Node = minitensor.autograd.graph.Node
    with minitensor.autograd.set_detect_anomaly(True):
        assert "__setattr__" in vars(Node)
    assert "__setattr__" not in vars(Node)
    assert not leaf(minitensor).exp().grad_fn.metadata


# Saved tensors


def packed(function, pack=lambda x: x.detach().clone()):
    """A program: a function recorded under hooks, and its gradient."""

    def program(t):
        log, x = [], leaf(t)

        def note(value):
            log.append(("saved", value, value._version))
            return pack(value)

        hooks = t.autograd.graph.saved_tensors_hooks(note, lambda p: (log.append(p), p)[1])
        with hooks:
            y = function(t, x)
        y.sum().backward()
        return log, x.grad

    return program


def packed_as_lists(t):
    x = leaf(t)
    with t.autograd.graph.saved_tensors_hooks(lambda x: x.tolist(), t.tensor):
        y = (x * x * x).sum()
    (g,) = t.autograd.grad(y, x, create_graph=True)
    return g, t.autograd.grad(g.sum(), x)


def saved_values(t):
    x = leaf(t)
    with t.autograd.graph.saved_tensors_hooks(lambda x: x.clone(), lambda x: x):
        y, z = x * x, x.exp()
    with t.no_grad():
        x.add_(1)  # the copy that was packed is not touched by this
    found = [y.grad_fn._saved_self, y.grad_fn._saved_self is x, z.grad_fn._saved_result, y.grad_fn]
    y.sum().backward()
    return found, x.grad, y.grad_fn._saved_self


def nested_hooks(t):
    x, inner, outer = leaf(t), [], []
    hooks = t.autograd.graph.saved_tensors_hooks
    with hooks(outer.append, None.__class__):
        with hooks(inner.append, None.__class__):
            x * x
        x.exp()
    x * x
    return len(inner), len(outer)


def disabled(t):
    graph = t.autograd.graph
    with graph.disable_saved_tensors_hooks("not here"):
        graph.saved_tensors_hooks(abs, abs).__enter__()


test_saved_tensors = check(
    {
        "one": packed(lambda t, x: x.sin()),
        "two": packed(lambda t, x: x * x),
        "numbers are not": packed(lambda t, x: x * 3),
        "result": packed(lambda t, x: x.exp()),
        "both": packed(lambda t, x: x.prod()),
        "index": packed(lambda t, x: x[t.tensor([0, 1])]),
        "dim": packed(lambda t, x: x.max(0)[0]),
        "in place": packed(lambda t, x: (x * 1).mul_(2)),
        "second order": packed_as_lists,
        "_saved_": saved_values,
        "nested": nested_hooks,
        "disabled": disabled,
        "save_on_cpu": lambda t: t.autograd.graph.save_on_cpu().__enter__(),
        "no tensor comes back": packed(lambda t, x: x * x, pack=lambda x: 3),
        "changed in place": packed(lambda t, x: (x * 1).sin(), pack=lambda x: x.add_(1)),
        "error": packed(lambda t, x: x.sin(), pack=lambda x: 1 / 0),
    }
)


@pytest.fixture(autouse=True)
def tidy():
    """Hooks and modes that a program left behind are taken back."""
    yield
    minitensor.autograd.set_detect_anomaly(False)
    while minitensor.autograd.saved.defaults.pairs:
        minitensor.autograd.saved.pop_hooks()
    torch._C._autograd._saved_tensors_hooks_enable()
    while torch._C._autograd._top_saved_tensors_default_hooks(False):
        torch._C._autograd._pop_saved_tensors_default_hooks()


def test_packing_frees_the_tensor():
    x = leaf(minitensor)
    y = x * 2
    seen = weakref.ref(y)
    gc.disable()
    try:
        with minitensor.autograd.graph.saved_tensors_hooks(lambda x: x.tolist(), minitensor.tensor):
            z = y.sin().sum()
        del y
        assert seen() is None
    finally:
        gc.enable()
    z.backward()
    np.testing.assert_allclose(x.grad.numpy(), 2 * np.cos([2.0, 4.0]), rtol=1e-6)


def test_a_leaf_does_not_adopt_what_travels_on():
    def gradients(t):
        a, b = (t.ones(3, requires_grad=True) for _ in range(2))
        a.register_post_accumulate_grad_hook(lambda p: setattr(p.grad.zero_(), "seen", True))
        ((a + b * 3) * 2).sum().backward()
        return a.grad.tolist(), b.grad.tolist()

    assert gradients(minitensor) == gradients(torch) == ([0.0] * 3, [6.0] * 3)


def versions(function):
    """A program: the version of the gradient after each of three passes."""

    def program(t):
        w = leaf(t)
        return [function(w).backward() or w.grad._version for _ in range(3)]

    return program


test_versions_count_what_was_added_to_a_gradient_in_place = check(
    {
        "nothing is added, the gradient is a view": versions(lambda w: w.sum()),
        "two ways": versions(lambda w: (w * w).sum()),
        "two ways share one gradient": versions(lambda w: (w + w).sum()),
        "three ways": versions(lambda w: (w.exp() + w.sin() + w.cos()).sum()),
        "two elements": versions(lambda w: w[0] * w[1]),
    }
)


def up_to(function):
    """A program: a pass that ends at a tensor in the middle, and what the node that made it did."""

    def program(t):
        x, seen = leaf(t), []
        middle = x * x
        middle.grad_fn.register_prehook(lambda grads: seen.append(("before", grads)))
        middle.grad_fn.register_hook(lambda *grads: seen.append(("after", *grads)))
        function(t, x, middle)
        return x.grad, middle.grad, seen

    return program


test_backward_runs_the_nodes_of_its_inputs = check(
    {
        "its hooks": up_to(lambda t, x, m: m.sum().backward(inputs=[m])),
        "hooks of the tensor first": up_to(
            lambda t, x, m: (m.register_hook(lambda g: g * 3), m.sum().backward(inputs=[m]))
        ),
        "freed by it": up_to(lambda t, x, m: (m.sum().backward(inputs=[m]), m.sum().backward())),
        "not by grad": up_to(lambda t, x, m: (t.autograd.grad(m.sum(), m), m.sum().backward())),
    }
)
