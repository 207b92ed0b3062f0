"""Products of vectors, matrices and batches do what PyTorch's do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minitensor

torch = pytest.importorskip("torch")

from torch_compare import agree, sample  # noqa: E402  (needs torch)

DTYPES = ("bool", "uint8", "int8", "int32", "int64", "float16", "float32", "float64")

# the call, and the shapes of its tensors
PRODUCTS = [
    (lambda t, a, b: t.mm(a, b), (2, 3), (3, 4)),
    (lambda t, a, b: a.mm(b), (2, 0), (0, 4)),
    (lambda t, a, b: a.t() @ b.t(), (3, 2), (4, 3)),
    (lambda t, a, b: a.mv(b), (2, 3), (3,)),
    (lambda t, a, b: t.mv(a, b), (0, 3), (3,)),
    (lambda t, a, b: t.dot(a, b), (3,), (3,)),
    (lambda t, a, b: a.dot(b), (0,), (0,)),
    (lambda t, a, b: t.vdot(a, b), (3,), (3,)),
    (lambda t, a, b: t.bmm(a, b), (2, 3, 4), (2, 4, 2)),
    (lambda t, a, b: a.transpose(0, 2).bmm(b), (4, 3, 2), (2, 4, 2)),
    (lambda t, a, b: a.matmul(b), (2, 3), (3, 2)),
    (lambda t, a, b: t.outer(a, b), (2,), (3,)),
    (lambda t, a, b: a.ger(b), (2,), (0,)),
    (lambda t, a, b: t.inner(a, b), (3,), (3,)),
    (lambda t, a, b: a.inner(b), (2, 3), (3,)),
    (lambda t, a, b: a.inner(b), (2, 1, 3), (2, 3)),
    (lambda t, a, b: t.inner(a, b), (), (2,)),
    (lambda t, a, b: t.tensordot(a, b), (2, 3, 4), (3, 4, 2)),
    (lambda t, a, b: t.tensordot(a, b, 1), (2, 3), (3, 2)),
    (lambda t, a, b: t.tensordot(a, b, 0), (2,), (3,)),
    (lambda t, a, b: t.tensordot(a, b, dims=([0, 2], [1, 0])), (2, 3, 4), (4, 2)),
    (lambda t, a, b: t.tensordot(a, b, ([0], [-1])), (2, 3), (4, 1)),
    (lambda t, a, b: t.tensordot(a, b, t.tensor(2)), (2, 3), (2, 3)),
    (lambda t, a, b: t.tensordot(a, b, t.tensor([[0], [1]])), (2, 3), (3, 2)),
    (lambda t, a, b: t.chain_matmul(a, b), (2, 3), (3, 2)),
    (lambda t, a, b: t.chain_matmul(a, b, a), (2, 3), (3, 2)),
    (lambda t, a, b: t.chain_matmul(a), (2, 3), (1,)),
    (lambda t, a, b: t.linalg.multi_dot([a, b, a, b]), (2, 3), (3, 2)),
    (lambda t, a, b: t.linalg.multi_dot([a, b, a]), (2,), (2, 2)),
    (lambda t, a, b: t.linalg.multi_dot((a, b)), (2, 2), (2,)),
    (lambda t, a, b: t.linalg.matmul(a, b), (2, 2), (2,)),
    (lambda t, a, b: t.matmul(a.detach(), b.detach(), out=t.empty(0, dtype=a.dtype)), (5, 2), (2,)),
]

ADDED = [
    (lambda t, x, a, b: t.addmm(x, a, b), (4,), (2, 3), (3, 4)),
    (lambda t, x, a, b: x.addmm(a, b, beta=2, alpha=3), (2, 1), (2, 3), (3, 4)),
    (lambda t, x, a, b: x.addmm(a, b, beta=0.5, alpha=1.5), (), (2, 3), (3, 4)),
    (lambda t, x, a, b: (x * 1).addmm_(a, b), (2, 4), (2, 3), (3, 4)),
    (lambda t, x, a, b: t.addmv(x, a, b), (2,), (2, 3), (3,)),
    (lambda t, x, a, b: x.addmv(a, b, beta=2, alpha=3), (1,), (2, 3), (3,)),
    (lambda t, x, a, b: x.addmv(a, b, beta=0), (), (2, 3), (3,)),
    (lambda t, x, a, b: (x * 1).addmv_(a, b, alpha=2), (2,), (2, 3), (3,)),
    (lambda t, x, a, b: t.baddbmm(x, a, b), (4,), (2, 3, 2), (2, 2, 4)),
    (lambda t, x, a, b: x.baddbmm(a, b, beta=2, alpha=3), (2, 1, 4), (2, 3, 2), (2, 2, 4)),
    (lambda t, x, a, b: (x * 1).baddbmm_(a, b), (2, 3, 4), (2, 3, 2), (2, 2, 4)),
    (lambda t, x, a, b: t.addbmm(x, a, b), (3, 4), (2, 3, 2), (2, 2, 4)),
    (lambda t, x, a, b: x.addbmm(a, b, beta=2, alpha=3), (4,), (2, 3, 2), (2, 2, 4)),
    (lambda t, x, a, b: (x * 1).addbmm_(a, b), (3, 4), (2, 3, 2), (2, 2, 4)),
    (lambda t, x, a, b: t.addr(x, a, b), (2, 3), (2,), (3,)),
    (lambda t, x, a, b: x.addr(a, b, beta=2, alpha=3), (3,), (2,), (3,)),
    (lambda t, x, a, b: x.addr(a, b, beta=0.5), (), (2,), (3,)),
    (lambda t, x, a, b: (x * 1).addr_(a, b), (2, 3), (2,), (3,)),
]

EINSUMS = [
    ("ij->ji", (2, 3)),
    ("ij", (2, 3)),
    ("ji", (2, 3)),
    ("bA", (2, 3)),
    ("ij->", (2, 3)),
    ("ij->j", (2, 3)),
    ("ii", (3, 3)),
    ("ii->i", (3, 3)),
    ("iij->j", (2, 2, 3)),
    ("iii", (2, 2, 2)),
    ("...", (2, 3)),
    ("...i->i", (2, 3)),
    ("i...->...", (2, 3)),
    ("...ij->...ji", (2, 3, 4)),
    (" i j , j k -> i k ", (2, 3), (3, 4)),
    ("ij,jk", (2, 0), (0, 4)),
    ("i,i->", (3,), (3,)),
    ("i,i->i", (3,), (3,)),
    ("i,j->ji", (2,), (3,)),
    ("i,->i", (2,), ()),
    ("ij,ij->ij", (2, 3), (2, 3)),
    ("ij,j->i", (2, 3), (1,)),
    ("ij,kl->ij", (2, 3), (4, 3)),
    ("ij,jk->", (2, 3), (3, 4)),
    ("bij,bjk->bik", (2, 3, 4), (2, 4, 2)),
    ("bij,bik->bjk", (1, 2, 3), (5, 2, 4)),
    ("kij,kj", (2, 3, 4), (2, 4)),
    ("...a,...a->...", (3, 1, 2), (4, 2)),
    ("bhqd,bhkd->bhqk", (2, 2, 3, 4), (2, 2, 3, 4)),
    ("bi,ij,bj->b", (2, 3), (3, 4), (2, 4)),
    ("i,j,k->kji", (2,), (3,), (2,)),
    ("ij,jk,kl->", (2, 3), (3, 4), (4, 2)),
]


def operands(shapes, dtype):
    return [sample(shape, dtype, seed) for seed, shape in enumerate(shapes)]


@pytest.mark.parametrize("case", PRODUCTS + ADDED)
def test_for_all_dtypes(case):
    call, *shapes = case
    for dtype in DTYPES:
        agree(call, *operands(shapes, dtype))


@pytest.mark.parametrize("case", EINSUMS)
def test_einsum(case):
    equation, *shapes = case
    for dtype in ("int64", "float32", "float64"):
        agree(lambda t, *tensors: t.einsum(equation, *tensors), *operands(shapes, dtype))


@pytest.mark.parametrize(
    "call",
    [
        lambda t, a, b: t.einsum("ij,jk->ik", [a, b]),
        lambda t, a, b: t.einsum(a, [0, 1], b, [1, 2]),
        lambda t, a, b: t.einsum(a, [0, 27], b, [27, 2], [2, 0]),
        lambda t, a, b: t.einsum(a, [..., 1], [1, ...]),
    ],
)
def test_other_forms_of_einsum(call):
    agree(call, sample((2, 3)), sample((3, 4)))


sizes = st.integers(0, 3)
floats = st.floats(-10, 10, allow_subnormal=False, width=32)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(data=st.data())
def test_matmul_of_any_dimensions(data):
    n, k, m = (data.draw(sizes) for _ in range(3))
    batch = data.draw(st.lists(sizes, max_size=2))
    dropped = [data.draw(st.integers(0, len(batch))) for _ in range(2)]
    ones = [[data.draw(st.booleans()) for _ in batch] for _ in range(2)]
    batches = [
        tuple(1 if one else size for size, one in zip(batch, single))[drop:]
        for single, drop in zip(ones, dropped)
    ]
    first = (k,) if data.draw(st.booleans()) else (*batches[0], n, k)
    second = (k,) if data.draw(st.booleans()) else (*batches[1], k, m)
    turned = [data.draw(st.booleans()) and len(shape) > 1 for shape in (first, second)]
    arrays = [
        sample((*shape[:-2], shape[-1], shape[-2]) if turn else shape)
        for shape, turn in zip((first, second), turned)
    ]

    def call(t, a, b):
        return (a.mT if turned[0] else a) @ (b.mT if turned[1] else b)

    agree(call, *arrays)
    agree(call, *arrays, grad=False)


def nodes(node):
    """The names of a graph's nodes, nested as the graph is; a reshape without a copy is a view."""
    if node is None:
        return None
    name = node.name().replace("ReshapeAlias", "View")
    return name, [nodes(before) for before, _ in node.next_functions]


@pytest.mark.parametrize(
    "call",
    [
        lambda a, b: a @ b,
        lambda a, b: a[0] @ b,
        lambda a, b: a @ b[:, 0],
        lambda a, b: a[0] @ b[:, 0],
        lambda a, b: a.expand(5, 2, 3) @ b,
        lambda a, b: a.expand(5, 2, 3) @ b[:, 0],
        lambda a, b: a @ b.expand(5, 3, 4),
        lambda a, b: a[0] @ b.expand(5, 3, 4),
        lambda a, b: a.expand(5, 2, 3) @ b.expand(5, 3, 4).clone(),
        lambda a, b: a.unsqueeze(0) @ b.expand(5, 3, 4),
        lambda a, b: a.expand(5, 2, 3) @ b.unsqueeze(0),
        lambda a, b: a.expand(6, 1, 2, 3) @ b.expand(5, 3, 4),
        lambda a, b: a.outer(b) if a.ndim == 1 else a[0].outer(b[0]),
        lambda a, b: a.unsqueeze(0).inner(a),
    ],
)
def test_the_recorded_graph(call):
    def names(t, a, b):
        return repr(nodes(call(a, b).grad_fn))

    agree(names, sample((2, 3)), sample((3, 4)))


def saved(t, result):
    kept = ("_saved_self", "_saved_mat", "_saved_vec", "_saved_tensor", "_saved_batch")
    return [
        (name, getattr(result.grad_fn, name).tolist())
        for name in sorted(dir(result.grad_fn))
        if name.startswith(kept) and "_sym_" not in name
    ]


@pytest.mark.parametrize("number", [0, 3, 5, 7])
def test_what_is_saved(number):
    call, *shapes = PRODUCTS[number]
    agree(lambda t, *tensors: repr(saved(t, call(t, *tensors))), *operands(shapes, "float64"))


def test_einsum_makes_the_same_graph():
    for equation, *shapes in EINSUMS:
        agree(
            lambda t, *tensors, e=equation: repr(nodes(t.einsum(e, *tensors).grad_fn)),
            *operands(shapes, "float64"),
        )


WRONG = [
    lambda t, f: t.mm(f(2, 3), f(2, 3)),
    lambda t, f: t.mm(f(3), f(3, 2)),
    lambda t, f: t.mm(f(3, 2), f(3)),
    lambda t, f: t.mm(f(2, 3), f(3, 2).long()),
    lambda t, f: t.mm(f(2, 3).half(), f(2, 2).long()),
    lambda t, f: t.mm(f(2, 3), 3),
    lambda t, f: t.mv(f(2, 3), f(2)),
    lambda t, f: t.mv(f(2), f(2)),
    lambda t, f: t.mv(f(2, 3), f(3).long()),
    lambda t, f: t.dot(f(2), f(3)),
    lambda t, f: t.dot(f(2, 2), f(2, 2)),
    lambda t, f: t.dot(f(2), f(3).long()),
    lambda t, f: t.bmm(f(2, 3, 4), f(2, 3, 4)),
    lambda t, f: t.bmm(f(2, 3), f(2, 3)),
    lambda t, f: t.bmm(f(2, 3, 4), f(2, 3)),
    lambda t, f: t.bmm(f(2, 3, 4), f(3, 4, 5)),
    lambda t, f: t.bmm(f(2, 3, 4), f(2, 4, 5).long()),
    lambda t, f: t.matmul(f(2, 3), f(2, 3)),
    lambda t, f: t.matmul(f(3), f(2, 3)),
    lambda t, f: t.matmul(f(2, 3), f(2)),
    lambda t, f: t.matmul(f(2), f(3)),
    lambda t, f: t.matmul(f(3), t.tensor(1.0)),
    lambda t, f: t.matmul(t.tensor(1.0), f(3, 3)),
    lambda t, f: t.matmul(f(3), f(3, 2).long()),
    lambda t, f: t.matmul(f(2, 2, 3), f(3, 2).long()),
    lambda t, f: t.matmul(f(2, 2, 3), f(2, 3, 2).long()),
    lambda t, f: t.matmul(f(2, 2, 3), f(4, 2)),
    lambda t, f: t.matmul(f(2, 2, 3), f(3, 3, 2)),
    lambda t, f: t.matmul(f(2, 2, 3), f(2, 4, 2)),
    lambda t, f: t.matmul(f(4), f(2, 3, 2)),
    lambda t, f: t.matmul(f(2, 3), 3),
    lambda t, f: t.matmul(3, f(2, 3)),
    lambda t, f: f(2, 3) @ 3,
    lambda t, f: 3 @ f(2, 3),
    lambda t, f: f(2, 3) @ [1, 2],
    lambda t, f: np.ones((2, 2)) @ f(2, 3),
    lambda t, f: t.matmul(f(2, 3).requires_grad_(), f(3, 2), out=f(2, 2)),
    lambda t, f: t.addmm(f(2), f(2, 3), f(3, 4)),
    lambda t, f: t.addmm(f(4), f(2, 3), f(3, 4).long()),
    lambda t, f: t.addmm(f(4).long(), f(2, 3), f(3, 4)),
    lambda t, f: t.addmm(f(4), f(2, 3).long(), f(3, 4)),
    lambda t, f: t.addmm(f(4), f(2, 3), f(4, 4)),
    lambda t, f: t.addmm(f(4), f(3), f(4, 4)),
    lambda t, f: t.addmm(f(4), f(3, 2), f(4)),
    lambda t, f: t.addmm(f(1, 2, 4), f(2, 3), f(3, 4)),
    lambda t, f: f(4).addmm_(f(2, 3), f(3, 4)),
    lambda t, f: f(4).addmm_(f(2, 3), f(2, 4)),
    lambda t, f: t.addmv(f(4), f(2, 3), f(3)),
    lambda t, f: t.addmv(f(2).long(), f(2, 3), f(3)),
    lambda t, f: t.addmv(f(2, 2), f(2, 2), f(2)),
    lambda t, f: f(1).addmv_(f(2, 3), f(3)),
    lambda t, f: t.baddbmm(f(5), f(2, 3, 3), f(2, 3, 4)),
    lambda t, f: t.baddbmm(f(4), f(2, 3, 3), f(2, 2, 4)),
    lambda t, f: t.baddbmm(f(4).long(), f(2, 3, 3), f(2, 3, 4)),
    lambda t, f: t.baddbmm(f(4), f(2, 3, 3), f(2, 3, 4).long()),
    lambda t, f: f(4).baddbmm_(f(2, 3, 3), f(2, 3, 4)),
    lambda t, f: t.addbmm(f(4), f(2, 3, 2), f(2, 2, 3)),
    lambda t, f: t.addbmm(f(3), f(2, 3, 2), f(2, 3, 3)),
    lambda t, f: t.addbmm(f(3), f(3, 2), f(2, 3, 3)),
    lambda t, f: t.addbmm(f(3), f(2, 3, 2), f(3, 2, 3)),
    lambda t, f: t.addbmm(f(3).long(), f(2, 3, 2), f(2, 2, 3)),
    lambda t, f: t.addbmm(f(3), f(2, 3, 2).long(), f(2, 2, 3)),
    lambda t, f: t.addr(f(4), f(3), f(3)),
    lambda t, f: t.addr(f(3), f(3, 2), f(3)),
    lambda t, f: t.addr(f(3), f(3), f(3, 1)),
    lambda t, f: t.addr(f(3).long(), f(3).long(), f(3).long(), alpha=0.5),
    lambda t, f: t.addr(f(3).long(), f(3), f(3).bool()),
    lambda t, f: f(3, 3).long().addr_(f(3), f(3)),
    lambda t, f: t.vdot(f(2), f(3)),
    lambda t, f: t.mm(f(2, 2)),
    lambda t, f: t.addmm(f(2, 2), f(2, 2)),
    lambda t, f: t.addr(f(2), f(2), 3),
    lambda t, f: t.addbmm(f(2), f(2, 2, 2)),
    lambda t, f: f(2, 2).addmm_(f(2, 2), 3),
    lambda t, f: t.dot(f(2), f(2), out=f(3)),
    lambda t, f: t.outer(f(2), f(2, 2)),
    lambda t, f: t.outer(f(2, 2), f(2)),
    lambda t, f: t.outer(f(2), 3),
    lambda t, f: t.ger(f(2), 3),
    lambda t, f: t.inner(f(2), f(3)),
    lambda t, f: t.inner(f(2, 3), f(2, 2)),
    lambda t, f: t.inner(f(2), f(2).long()),
    lambda t, f: t.inner(f(2), 3),
    lambda t, f: t.tensordot(f(2, 3), f(2, 3), 1),
    lambda t, f: t.tensordot(f(2, 3), f(2, 3), 3),
    lambda t, f: t.tensordot(f(2, 3), f(2, 3), -1),
    lambda t, f: t.tensordot(f(2, 3), f(2, 3), "a"),
    lambda t, f: t.tensordot(f(2, 3), f(2, 3), (0, 1)),
    lambda t, f: t.tensordot(f(2, 3), f(2, 3), ([0, 1], [0])),
    lambda t, f: t.tensordot(f(2, 3), f(2, 3), ([2], [0])),
    lambda t, f: t.tensordot(f(2, 3), f(2, 3), ([0, 0], [0, 0])),
    lambda t, f: t.tensordot(f(2, 3), f(2, 3).long(), 2),
    lambda t, f: t.chain_matmul(),
    lambda t, f: t.chain_matmul(f(2, 3), f(3)),
    lambda t, f: t.chain_matmul(f(2, 3), f(4, 3)),
    lambda t, f: t.linalg.multi_dot([f(2, 3)]),
    lambda t, f: t.linalg.multi_dot(f(2, 3)),
    lambda t, f: t.linalg.multi_dot([f(2, 3, 4), f(3, 4)]),
    lambda t, f: t.linalg.multi_dot([f(2, 3), f(3, 4, 2)]),
    lambda t, f: t.linalg.multi_dot([f(2, 3), f(3, 4, 2), f(2, 2)]),
    lambda t, f: t.linalg.multi_dot([f(2, 3), f(3, 2), f(4, 2)]),
    lambda t, f: t.linalg.multi_dot([f(2, 3), f(3, 2).long()]),
]

WRONG_EINSUMS = [
    ("ij,jk", (2, 3), (2, 3)),
    ("ij", (2, 3, 2)),
    ("ijk", (2, 3)),
    ("...ij", (2,)),
    ("ij->ijj", (2, 3)),
    ("ij->k", (2, 3)),
    ("ij->i->j", (2, 3)),
    ("i1", (2, 3)),
    ("ij-i", (2, 3)),
    ("ij,jk", (2, 3)),
    ("ij", (2, 3), (2, 3)),
    ("ii", (2, 3)),
    ("...i,...i->...", (2, 3), (4, 3)),
    ("i.j", (2, 3)),
    ("i..", (2, 3)),
    ("...i...", (2, 3)),
    ("ij->i.", (2, 3)),
    ("ij->...i...", (2, 3)),
    ("ij->i2", (2, 3)),
]


@pytest.mark.parametrize("call", WRONG)
def test_wrong_input(call):
    agree(lambda t: call(t, t.ones))


@pytest.mark.parametrize("case", WRONG_EINSUMS)
def test_wrong_equations(case):
    equation, *shapes = case
    agree(lambda t: t.einsum(equation, *[t.ones(shape) for shape in shapes]))


@pytest.mark.parametrize(
    "call",
    [
        lambda t, x: t.einsum("ij"),
        lambda t, x: t.einsum("ij,j", x, 3),
        lambda t, x: t.einsum(x, [0, 52]),
        lambda t, x: t.einsum("ij,jk", x, x.t().long()),
    ],
)
def test_wrong_calls_of_einsum(call):
    agree(call, sample((2, 3), "float32"))


def test_failed_in_place_products_change_nothing():
    x = minitensor.ones(4)
    with pytest.raises(RuntimeError, match="Bad in-place call"):
        x.addmm_(minitensor.ones(2, 3), minitensor.ones(3, 4))
    assert x.tolist() == [1.0] * 4
    assert x._version == 0
