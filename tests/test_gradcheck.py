"""`gradcheck` and `autograd.functional` against PyTorch's: results, errors and their texts."""

import itertools

import numpy as np
import pytest
from told import check, leaf, told
from torch_compare import torch

import minitensor


def x64(t, values=(1.0, 2.0)):
    return t.tensor(values, dtype=t.float64, requires_grad=True)


def function(t, forward, backward):
    return type(
        "F",
        (t.autograd.Function,),
        {"forward": staticmethod(forward), "backward": staticmethod(backward)},
    ).apply


def gradcheck(function, *inputs, **options):
    """A program: gradcheck of function(t)."""
    inputs = inputs or (x64,)
    return lambda t: t.autograd.gradcheck(
        function(t), tuple(i(t) if callable(i) else i for i in inputs), **options
    )


def wrong(t):
    return function(t, lambda ctx, x: x * 2, lambda ctx, g: g * 3)


def drifting(t):
    passes = itertools.count()
    return function(t, lambda ctx, x: x * 2, lambda ctx, g: g * 2 + 1e-7 * next(passes))


def without_zeros(t):
    def forward(ctx, x):
        ctx.set_materialize_grads(False)
        return x * 2

    return function(t, forward, lambda ctx, g: g * 2)


def cube_with_constant_gradient(t):
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    return function(t, forward, lambda ctx, g: g * 3 * ctx.saved_tensors[0].detach() ** 2)


test_gradcheck = check(
    {
        "right": gradcheck(lambda t: lambda x: x**2),
        "wrong": gradcheck(wrong),
        "wrong, False": gradcheck(wrong, raise_exception=False),
        "second of each wrong": gradcheck(lambda t: lambda x, y: (x * y, wrong(t)(y)), x64, x64),
        "tolerance": gradcheck(wrong, atol=2),
        "coarse": gradcheck(lambda t: lambda x: x**3, eps=0.1, raise_exception=False),
        "float32": gradcheck(lambda t: lambda x: x * 1.0, leaf),
        "nothing to check": gradcheck(lambda t: lambda x: x, 3.0),
        "expanded": gradcheck(lambda t: lambda x: x * 2, lambda t: x64(t, (1.0,)).expand(3)),
        "a number too": gradcheck(lambda t: lambda x, n: x * n, x64, 3),
        "not differentiable": gradcheck(lambda t: lambda x: (x > 0).double()),
        "not differentiable, but changes": gradcheck(lambda t: lambda x: x.detach() * 2),
        "not linear": gradcheck(
            lambda t: function(t, lambda ctx, x: x * 2, lambda ctx, g: g * 2 + 1e-7)
        ),
        "no undefined": gradcheck(without_zeros),
        "no undefined, off": gradcheck(without_zeros, check_undefined_grad=False),
        "drifting": gradcheck(drifting),
        "drifting, allowed": gradcheck(drifting, nondet_tol=1e-5, check_undefined_grad=False),
        "shape changes": gradcheck(lambda t: lambda x: x[: int(x[0] > 1) + 1]),
        "0-dim": gradcheck(lambda t: lambda x: x**2, lambda t: x64(t, 3.0)),
        "matrix": gradcheck(lambda t: lambda x: x.t() @ x, lambda t: x64(t, [[1.0, 2.0]])),
        "in place": gradcheck(lambda t: lambda x: x.clone().mul_(2).add_(x)),
        "nothing asked": gradcheck(lambda t: lambda x: x, check_backward_ad=False),
        "batched forward": gradcheck(lambda t: lambda x: x, check_batched_forward_grad=True),
        "positional": lambda t: t.autograd.gradcheck(lambda x: x, x64(t), 1e-6),
        "fast": gradcheck(lambda t: lambda x: x**2, fast_mode=True, masked=True),
        "its own error": gradcheck(lambda t: lambda x: 1 / 0, raise_exception=False),
        "second": lambda t: t.autograd.gradgradcheck(lambda x: x**3, x64(t)),
        "second, of two": lambda t: t.autograd.gradgradcheck(
            lambda x, y: (x * y, x.sin()), (x64(t), x64(t))
        ),
        "second, linear": lambda t: t.autograd.gradgradcheck(lambda x: x * 3, x64(t)),
        "second, non-contiguous": lambda t: t.autograd.gradgradcheck(
            lambda x: x**3, x64(t), gen_non_contig_grad_outputs=True
        ),
        "second, wrong": lambda t: t.autograd.gradgradcheck(
            cube_with_constant_gradient(t), x64(t), x64(t)
        ),
        "second, nothing asked": lambda t: t.autograd.gradgradcheck(
            lambda x: x, x64(t), check_rev_over_rev=False
        ),
    }
)


# functional

FUNCTIONS = {
    "square": lambda t, x: x * x,
    "cubes": lambda t, x: (x**3).sum(),
    "two": lambda t, x: (x * x, x.sum()),
    "linear": lambda t, x: x.sum(),
    "constant": lambda t, x: t.ones(2),
    "independent": lambda t, x: t.ones((), requires_grad=True) ** 3,
    "half": lambda t, x: (x[:1] ** 3, t.ones(1, requires_grad=True) * 1),
    "an int": lambda t, x: 3,
    "tensor and int": lambda t, x: (x, 3),
    "list": lambda t, x: [x],
}
VECTORS = {
    "none": lambda t: None,
    "one": lambda t: t.tensor([3.0, 4.0]),
    "tuple": lambda t: (t.tensor([3.0, 4.0]), t.tensor(1.0)),
    "scalar": lambda t: t.tensor(2.0),
}
OPTIONS = ({}, {"create_graph": True}, {"strict": True}, {"create_graph": True, "strict": True})


def values_only(text):
    """Without the names of nodes, which depend on how the ops' gradients are written."""
    return text.replace("ViewBackward0", "_").replace("SumBackward0", "_")


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("what", ["jacobian", "hessian", "vjp", "jvp", "vhp", "hvp"])
def test_functional(what, name):
    vectors = [()] if what in ("jacobian", "hessian") else [(v,) for v in VECTORS.values()]
    for options, vector, requires_grad in itertools.product(OPTIONS, vectors, (False, True)):
        program = functional_program(what, name, options, vector, requires_grad)
        ours, theirs = told(minitensor, program), told(torch, program)
        assert values_only(ours) == values_only(theirs), (options, requires_grad)


def functional_program(what, name, options, vector, requires_grad):
    def program(t):
        x = t.tensor([1.0, 2.0], requires_grad=requires_grad)
        compute = getattr(t.autograd.functional, what)
        return compute(lambda x: FUNCTIONS[name](t, x), x, *[v(t) for v in vector], **options)

    return program


def functional(what, function, *inputs, **options):
    """A program: one of `autograd.functional`, of plain numbers."""
    return lambda t: getattr(t.autograd.functional, what)(
        function, *[tuple(map(t.tensor, i)) if type(i) is tuple else i for i in inputs], **options
    )


A, B = [1.0, 2.0], [3.0, 4.0]


def product(x, y):
    return (x * x * y).sum()


def both(x, y):
    return x * y, (x + y).sum()


test_functional_of_several = check(
    {
        "jacobian": functional("jacobian", both, (A, B)),
        "hessian": functional("hessian", product, (A, B)),
        "hessian of one": functional("hessian", lambda x, y: (x**2).sum(), (A, B)),
        "hessian, strict": functional("hessian", lambda x, y: (x**2).sum(), (A, B), strict=True),
        "vjp": functional("vjp", both, (A, B), (A, 2.0)),
        "jvp": functional("jvp", both, (A, B), (A, B)),
        "vhp": functional("vhp", product, (A, B), (A, B)),
        "hvp": functional("hvp", product, (A, B), (A, B)),
        "vector left out": functional("vhp", product, (A, B)),
        "vector of one": functional("vhp", product, (A, B), (A,)),
        "vector of another size": functional("hvp", product, (A, B), (A, 2.0)),
        "vectorize": functional("jacobian", both, (A, B), vectorize=True),
        "vectorize, strict": functional("jacobian", both, (A, B), vectorize=True, strict=True),
        "forward, slow": functional("jacobian", both, (A, B), strategy="forward-mode"),
        "forward, strict": functional(
            "jacobian", both, (A, B), strategy="forward-mode", strict=True
        ),
        "forward, graph": functional(
            "jacobian", both, (A, B), strategy="forward-mode", create_graph=True
        ),
        "no strategy": functional("jacobian", both, (A, B), strategy="sideways"),
        "hessian, no strategy": functional(
            "hessian", product, (A, B), outer_jacobian_strategy="sideways"
        ),
        "inputs, an int": functional("jacobian", both, 3),
        "inputs, one an int": lambda t: t.autograd.functional.vjp(both, (t.ones(2), 3)),
        "vector, an int": lambda t: t.autograd.functional.vjp(abs, t.ones(2), 3),
        "no outputs": lambda t: t.autograd.functional.jacobian(lambda x: x[:0], t.ones(2)),
    }
)


def test_a_jacobian_is_the_matrix_of_a_linear_map():
    matrix = np.arange(6.0).reshape(3, 2)
    found = minitensor.autograd.functional.jacobian(
        lambda x: minitensor.tensor(matrix) @ x, minitensor.zeros(2, dtype=minitensor.float64)
    )
    np.testing.assert_array_equal(found.numpy(), matrix)


def test_the_strategies_of_pytorch_give_the_same_numbers():
    x = minitensor.tensor([1.0, 2.0])
    expected = minitensor.autograd.functional.jacobian(lambda x: x**3, x)
    for options in ({}, {"strategy": "forward-mode"}):
        found = minitensor.autograd.functional.jacobian(
            lambda x: x**3, x, vectorize=True, **options
        )
        assert found.equal(expected)
