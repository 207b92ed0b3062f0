"""Custom functions: what `torch.autograd.Function` does, and what it says to wrong ones."""

import gc
import weakref

from told import check, leaf

import minitensor


def function(t, forward, backward=lambda ctx, *g: g, setup=None, **more):
    """A Function of these methods, ready to call."""
    methods = dict(forward=forward, backward=backward, **more)
    if setup:
        methods["setup_context"] = setup
    return type("F", (t.autograd.Function,), {k: staticmethod(f) for k, f in methods.items()}).apply


def forward(body, *more, of=leaf, look=lambda y: y):
    """A program: apply a function with this forward to a tensor."""
    return lambda t: look(function(t, body)(of(t), *[m(t) if callable(m) else m for m in more]))


def backward(result, body=lambda ctx, x: x * 1, *more):
    """A program: the gradient through a function with this backward."""

    def program(t):
        x = leaf(t)
        y = function(t, body, result)(x, *[m(t) if callable(m) else m for m in more])
        (y[0] if isinstance(y, tuple) else y).sum().backward()
        return x.grad

    return program


def then(ctx_call, result):
    """For lambdas: do something, then return the result."""
    return result


def ones(t):
    return t.ones(2)


def copy(t):
    return leaf(t) * 1


def changed(ctx, x):
    x.mul_(2)
    ctx.mark_dirty(x)
    return x


def describe(y):
    return y, y._is_view(), y._version, y.grad_fn and y.grad_fn.next_functions, y._base


test_forward = check(
    {
        "plain": forward(lambda ctx, x: x * 2, look=describe),
        "several": forward(lambda ctx, x: (x * 1, 3, None, x.long(), x * 2)),
        "list": forward(lambda ctx, x: [x * 1]),
        "nothing": forward(lambda ctx, x: None),
        "empty tuple": forward(lambda ctx, x: ()),
        "no tensors at all": lambda t: function(t, lambda ctx: 3)(),
        "ints": forward(lambda ctx, x: (x > 1, x.long())),
        "modes inside": forward(lambda ctx, x: (x.requires_grad, (x * 2).requires_grad)),
        "recorded inside": lambda t: (
            function(t, lambda ctx, x: t.enable_grad()(lambda: x * 2)())(
                leaf(t)
            ).grad_fn.next_functions
        ),
        "needs_input_grad": forward(lambda ctx, x, y, n: ctx.needs_input_grad, ones, 3),
        "needs none": forward(lambda ctx, x: ctx.needs_input_grad, of=ones),
        "needs in no_grad": lambda t: t.no_grad()(function(t, lambda ctx, x: ctx.needs_input_grad))(
            leaf(t)
        ),
        "ctx": forward(lambda ctx, x: (repr(ctx), ctx.saved_tensors, ctx.to_save)),
        "keyword": lambda t: function(t, lambda ctx, x: x)(x=leaf(t)),
        "missing argument": forward(lambda ctx, x, y: x),
        "not written": lambda t: type("F", (t.autograd.Function,), {}).apply(leaf(t)),
        "instance": lambda t: type("F", (t.autograd.Function,), {})().apply(leaf(t)),
        "called": lambda t: type("F", (t.autograd.Function,), {})()(leaf(t)),
        "names": lambda t: [
            t.autograd.Function.__name__,
            issubclass(t.autograd.function.BackwardCFunction, t.autograd.function.FunctionCtx),
            function(t, lambda ctx, x: x * 1)(leaf(t)).grad_fn.name(),
        ],
        # inputs and views as results
        "input": forward(lambda ctx, x: x, look=describe),
        "input without grad": forward(lambda ctx, x: x, of=ones, look=describe),
        "input in no_grad": lambda t: describe(t.no_grad()(function(t, lambda ctx, x: x))(leaf(t))),
        "other input": forward(lambda ctx, x, y: y, ones, look=describe),
        "input twice": forward(lambda ctx, x: (x, x)),
        "view": forward(lambda ctx, x: x[0], look=describe),
        "view, changed": forward(lambda ctx, x: x[0], of=copy, look=lambda y: y.mul_(2)),
        "input, changed": forward(lambda ctx, x: x, of=copy, look=lambda y: y.mul_(2)),
        "views, changed": forward(
            lambda ctx, x: (x[0], x[1]), of=copy, look=lambda y: y[0].mul_(2)
        ),
        # mark_dirty
        "dirty": forward(changed, of=copy, look=describe),
        "dirty leaf": forward(changed),
        "dirty without grad": forward(changed, of=ones, look=describe),
        "dirty view": forward(changed, of=lambda t: copy(t)[0], look=describe),
        "dirty view of a leaf": forward(changed, of=lambda t: leaf(t)[0]),
        "dirty, begins to require grad": forward(
            lambda ctx, x, y: changed(ctx, x), leaf, of=ones, look=describe
        ),
        "dirty view and more": forward(
            lambda ctx, x: (changed(ctx, x), x * 2), of=lambda t: copy(t)[0]
        ),
        "dirty, not returned": forward(lambda ctx, x: then(ctx.mark_dirty(x), x * 1), of=copy),
        "dirty int": forward(lambda ctx, x: then(ctx.mark_dirty(3), x * 1)),
        # others
        "non-differentiable int": forward(
            lambda ctx, x: then(ctx.mark_non_differentiable(3), x * 1)
        ),
        "non-differentiable input": forward(lambda ctx, x: then(ctx.mark_non_differentiable(x), x)),
        "set_materialize_grads(3)": forward(
            lambda ctx, x: then(ctx.set_materialize_grads(3), x * 1)
        ),
        "mark_shared_storage": forward(lambda ctx, x: then(ctx.mark_shared_storage(), x * 1)),
        "save_for_forward": forward(lambda ctx, x: then(ctx.save_for_forward(3), x * 1)),
        "save an int": forward(lambda ctx, x: then(ctx.save_for_backward(3), x * 1)),
        "save an int, nobody needs it": forward(
            lambda ctx, x: then(ctx.save_for_backward(3), x * 1), of=ones
        ),
        "save a list": forward(lambda ctx, x: then(ctx.save_for_backward([x]), x * 1)),
    }
)


def saves(ctx, x):
    y = x.exp()
    ctx.save_for_backward(x, y, None)
    return y


def non_differentiable(ctx, x):
    y = x * 1
    ctx.mark_non_differentiable(y)
    return x * 3, y


def not_materialized(ctx, x):
    ctx.set_materialize_grads(False)
    return x * 3, x * 2


def twice_through(t):
    y = function(t, saves, lambda ctx, g: then(ctx.saved_tensors, g))(leaf(t)).sum()
    y.backward()
    y.backward()


def overwritten(t):
    x = copy(t)
    y = function(t, saves, lambda ctx, g: g * ctx.saved_tensors[0])(x)
    x.add_(1)
    y.sum().backward()


def second_order(t):
    x = leaf(t)
    y = function(t, saves, lambda ctx, g: g * ctx.saved_tensors[1])(x)
    (g,) = t.autograd.grad(y.sum(), x, create_graph=True)
    return g, t.autograd.grad(g.sum(), x)


def once(t):
    cube = function(
        t, lambda ctx, x: x**3, t.autograd.function.once_differentiable(lambda ctx, g: g * 3)
    )
    x, start = leaf(t), leaf(t)
    (g,) = t.autograd.grad(cube(x), x, create_graph=True, grad_outputs=t.ones(2))
    (h,) = t.autograd.grad(cube(x), x, create_graph=True, grad_outputs=start)
    print(g, h, h.grad_fn.name(), h.grad_fn.next_functions)
    return [str(g), str(h), h.sum().backward()]


def unused_result(t):
    x, log = leaf(t), []
    f = function(t, lambda ctx, x: x * 1, lambda ctx, g: then(log.append(g), None))
    f(f(x)).sum().backward()
    return log, x.grad


def setup(ctx, inputs, output):
    ctx.n = inputs[1]
    ctx.save_for_backward(output)


def with_setup(*args, **options):
    def program(t):
        x = leaf(t)
        y = function(
            t, lambda x, n=3: x**n, lambda ctx, g: (g * ctx.n * ctx.saved_tensors[0], None), setup
        )(x, *args, **options)
        y.sum().backward()
        return y, x.grad, y.grad_fn.needs_input_grad

    return program


test_backward = check(
    {
        "list": backward(lambda ctx, g: [g]),
        "None": backward(lambda ctx, g: None),
        "too many": backward(lambda ctx, g: (g, g)),
        "too many, but None": backward(lambda ctx, g: (g, None, None)),
        "none at all": backward(lambda ctx, g: ()),
        "too few": backward(lambda ctx, g: g, lambda ctx, x, y: x * y, ones),
        "an int": backward(lambda ctx, g: 3),
        "an array": backward(lambda ctx, g: g.numpy()),
        "for no tensor": backward(lambda ctx, g: (g, g), lambda ctx, x, n: x * n, 2),
        "for one without grad": backward(lambda ctx, g: (g, g), lambda ctx, x, y: x * y, ones),
        "wrong shape": backward(lambda ctx, g: g.new_ones(3)),
        "too small": backward(lambda ctx, g: g.new_ones(1)),
        "broadcast": backward(lambda ctx, g: g.new_ones(3, 2)),
        "other dtype": backward(lambda ctx, g: g.double()),
        "not written": lambda t: (
            type("F", (t.autograd.Function,), {"forward": staticmethod(lambda ctx, x: x * 1)})
            .apply(leaf(t))
            .sum()
            .backward()
        ),
        "vjp and backward": lambda t: (
            function(t, lambda ctx, x: x * 1, vjp=lambda ctx, g: g)(leaf(t)).sum().backward()
        ),
        "zeros": backward(lambda ctx, g, h: g + h, lambda ctx, x: (x * 1, x * 2)),
        "no zeros": backward(lambda ctx, g, h: then(1 / (h is None), g), not_materialized),
        "non-differentiable": backward(lambda ctx, g, h: g + h, non_differentiable),
        "saved": backward(lambda ctx, g: g * ctx.saved_tensors[1] / ctx.saved_tensors[0], saves),
        "saved_variables": backward(lambda ctx, g: g * ctx.saved_variables[0], saves),
        "dirty": lambda t: (
            lambda x: t.autograd.grad(function(t, changed, lambda ctx, g: g * 2)(x * 3).sum(), x)
        )(leaf(t)),
        "twice": twice_through,
        "overwritten": overwritten,
        "second order": second_order,
        "once": once,
        "no gradient arrives": unused_result,
        "setup_context": with_setup(2),
        "setup_context, default": with_setup(),
        "setup_context, keyword": with_setup(n=2),
        "setup_context, wrong keyword": with_setup(m=2),
    }
)


def test_a_custom_graph_dies_with_its_result():
    x = leaf(minitensor)
    gc.disable()
    try:
        y = function(minitensor, saves)(function(minitensor, changed)(x * 1))
        seen = [weakref.ref(y), weakref.ref(y.grad_fn)]
        del y
        assert [reference() for reference in seen] == [None, None]
    finally:
        gc.enable()
