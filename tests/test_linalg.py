"""Triangles, diagonals, determinants, inverses and `torch.linalg` do what PyTorch's do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minitensor

torch = pytest.importorskip("torch")

from torch_compare import agree, sample  # noqa: E402  (needs torch)

DTYPES = ("bool", "uint8", "int32", "int64", "float16", "float32", "float64")
inf = float("inf")

# the call, the shape of x and the shape of y
LINES = [
    (lambda t, x, y: t.trace(x), (2, 3), ()),
    (lambda t, x, y: x.trace(), (0, 3), ()),
    (lambda t, x, y: t.tril(x), (3, 3), ()),
    (lambda t, x, y: x.tril(1), (2, 3, 4), ()),
    (lambda t, x, y: x.t().triu(-1), (2, 3), ()),
    (lambda t, x, y: t.triu(x, diagonal=5), (2, 3), ()),
    (lambda t, x, y: (x * 1).tril_(-1), (3, 3), ()),
    (lambda t, x, y: (x * 1).triu_(), (2, 3), ()),
    (lambda t, x, y: t.diag(x), (3,), ()),
    (lambda t, x, y: x.diag(-1), (2,), ()),
    (lambda t, x, y: x.diag(1), (2, 3), ()),
    (lambda t, x, y: x.diag(7), (2, 3), ()),
    (lambda t, x, y: t.diag_embed(x), (2, 3), ()),
    (lambda t, x, y: x.diag_embed(1, 0, 1), (2, 3), ()),
    (lambda t, x, y: x.diag_embed(offset=-1, dim1=2, dim2=0), (2, 3), ()),
    (lambda t, x, y: x.diagflat(), (2, 2), ()),
    (lambda t, x, y: t.diagflat(x, 1), (), ()),
    (lambda t, x, y: t.cross(x, y), (2, 3), (2, 3)),
    (lambda t, x, y: x.cross(y), (3, 2), (3, 1)),
    (lambda t, x, y: x.cross(y, dim=-1), (2, 3), (1, 3)),
    (lambda t, x, y: t.linalg.cross(x, y), (3,), (3,)),
    (lambda t, x, y: t.kron(x, y), (2, 3), (3, 2)),
    (lambda t, x, y: x.kron(y), (2,), (3, 1, 2)),
    (lambda t, x, y: t.kron(x.t(), y), (2, 3), ()),
    (lambda t, x, y: t.vander(x), (3,), ()),
    (lambda t, x, y: t.vander(x, 4, increasing=True), (2,), ()),
    (lambda t, x, y: t.vander(x, N=1), (2,), ()),
    (lambda t, x, y: t.vander(x, 0), (2,), ()),
    (lambda t, x, y: t.linalg.vander(x), (3,), ()),
    (lambda t, x, y: t.linalg.vander(x, N=4), (2, 3), ()),
    (lambda t, x, y: t.linalg.vander(x, N=3), (), ()),
    (lambda t, x, y: t.linalg.diagonal(x), (2, 3), ()),
    (lambda t, x, y: t.linalg.diagonal(x, offset=1, dim1=0, dim2=2), (2, 3, 4), ()),
    (lambda t, x, y: t.linalg.vecdot(x, y), (2, 3), (2, 3)),
    (lambda t, x, y: t.linalg.vecdot(x, y, dim=0), (2, 3), (3,)),
    (lambda t, x, y: t.linalg.vecdot(x, y), (3,), (3,)),
    (lambda t, x, y: t.linalg.vecdot(x, y), (), ()),
    (lambda t, x, y: t.matrix_power(x, 0), (2, 2), ()),
    (lambda t, x, y: x.matrix_power(1), (2, 2), ()),
    (lambda t, x, y: x.matrix_power(2), (3, 2, 2), ()),
    (lambda t, x, y: t.linalg.matrix_power(x, 3), (3, 3), ()),
    (lambda t, x, y: t.linalg.matrix_power(x, 6), (2, 2), ()),
    (lambda t, x, y: t.linalg.matrix_power(x, 5), (0, 0), ()),
]

STATISTICS = [
    (lambda t, x, y: t.cov(x), (2, 3), ()),
    (lambda t, x, y: x.cov(correction=0), (3,), ()),
    (lambda t, x, y: x.cov(correction=3), (2, 3), ()),
    (lambda t, x, y: t.cov(x), (), ()),
    (lambda t, x, y: t.cov(x, fweights=t.tensor([1, 2, 3])), (2, 3), ()),
    (lambda t, x, y: x.cov(aweights=t.tensor([0.5, 2.0, 3.0])), (2, 3), ()),
    (
        lambda t, x, y: t.cov(x, fweights=t.tensor([3, 1]), aweights=t.tensor([0.5, 2.0])),
        (3, 2),
        (),
    ),
    (lambda t, x, y: t.cov(x), (2, 0), ()),
    (lambda t, x, y: t.cov(x), (2, 1), ()),
    (lambda t, x, y: t.corrcoef(x), (2, 4), ()),
    (lambda t, x, y: x.corrcoef(), (4,), ()),
    (lambda t, x, y: t.trapezoid(x), (2, 3), ()),
    (lambda t, x, y: t.trapezoid(x, dx=2), (2, 3), ()),
    (lambda t, x, y: t.trapezoid(x, dx=0.5, dim=0), (3, 2), ()),
    (lambda t, x, y: t.trapezoid(x, y), (2, 3), (3,)),
    (lambda t, x, y: t.trapezoid(x, y, dim=0), (3, 2), (3, 2)),
    (lambda t, x, y: t.trapezoid(x, y), (2, 2, 3), (2, 3)),
    (lambda t, x, y: t.trapezoid(x), (3, 0), ()),
    (lambda t, x, y: t.trapz(x, y), (2, 3), (3,)),
    (lambda t, x, y: t.trapz(x, dx=2), (2, 3), ()),
    (lambda t, x, y: t.cumulative_trapezoid(x), (2, 3), ()),
    (lambda t, x, y: t.cumulative_trapezoid(x, dx=2, dim=0), (2, 3), ()),
    (lambda t, x, y: t.cumulative_trapezoid(x, y), (2, 3), (3,)),
    (lambda t, x, y: t.cumulative_trapezoid(x), (1,), ()),
]

NORMS = [
    lambda t, x: t.linalg.vector_norm(x),
    lambda t, x: t.linalg.vector_norm(x, 3, dim=1),
    lambda t, x: t.linalg.vector_norm(x, inf, (0, 1), keepdim=True),
    lambda t, x: t.linalg.norm(x),
    lambda t, x: t.linalg.norm(x, dim=0),
    lambda t, x: t.linalg.norm(x, dim=(0, 1)),
    lambda t, x: t.linalg.norm(x, "fro"),
    lambda t, x: t.linalg.norm(x, 2, dim=0),
    lambda t, x: t.linalg.norm(x, 1),
    lambda t, x: t.linalg.norm(x, -1, dim=(1, 0), keepdim=True),
    lambda t, x: t.linalg.norm(x, inf, dim=(0, 1)),
    lambda t, x: t.linalg.norm(x, -inf),
    lambda t, x: t.linalg.norm(x[0], 1),
    lambda t, x: t.linalg.norm(x[None], "fro", dim=(0, 2)),
    lambda t, x: t.linalg.matrix_norm(x[None], 1),
    lambda t, x: t.linalg.matrix_norm(x, inf, keepdim=True),
    lambda t, x: t.linalg.matrix_norm(x),
    lambda t, x: t.linalg.matrix_norm(x, 2),
    lambda t, x: t.linalg.matrix_norm(x, -2, keepdim=True),
    lambda t, x: t.linalg.matrix_norm(x[None], "nuc", dim=(2, 1)),
    lambda t, x: t.linalg.matrix_norm(x[None], 2, dim=(-1, 1), keepdim=True),
    lambda t, x: t.linalg.norm(x, 2),
    lambda t, x: t.norm(x, "nuc"),
    lambda t, x: x.norm("nuc", dim=(0, 1)),
    lambda t, x: x.norm("fro", dim=(0, 1), keepdim=True),
    lambda t, x: t.nuclear_norm(x),
    lambda t, x: t.nuclear_norm(x, (1, 0), True),
]

WITH_SQUARES = [
    lambda t, a, b: t.det(a),
    lambda t, a, b: a.det(),
    lambda t, a, b: t.linalg.det(a),
    lambda t, a, b: a.inverse(),
    lambda t, a, b: t.inverse(a.mT),
    lambda t, a, b: t.linalg.inv(a),
    lambda t, a, b: t.linalg.solve(a, b),
    lambda t, a, b: t.linalg.solve(a, b[..., 0]),
    lambda t, a, b: t.linalg.solve(a, b.mT, left=False),
    lambda t, a, b: t.linalg.solve_ex(a, b),
    lambda t, a, b: t.linalg.inv_ex(a, check_errors=True),
    lambda t, a, b: t.linalg.slogdet(a),
    lambda t, a, b: a.slogdet(),
    lambda t, a, b: t.logdet(a @ a.mT),
    lambda t, a, b: t.linalg.solve_triangular(a, b, upper=True),
    lambda t, a, b: t.linalg.solve_triangular(a, b, upper=False, unitriangular=True),
    lambda t, a, b: t.linalg.solve_triangular(a, b.mT, upper=True, left=False),
    lambda t, a, b: t.linalg.matrix_power(a, -1),
    lambda t, a, b: t.linalg.matrix_power(a, -3),
    lambda t, a, b: t.linalg.matrix_exp(a),
    lambda t, a, b: a.matrix_exp(),
    lambda t, a, b: t.linalg.cond(a),
    lambda t, a, b: t.linalg.cond(a, -2),
    lambda t, a, b: t.linalg.cond(a.detach(), 1),  # PyTorch fails to find its gradient
    lambda t, a, b: t.linalg.cond(a.detach(), "fro"),
    lambda t, a, b: t.linalg.cond(a, "nuc"),
    lambda t, a, b: t.linalg.tensorinv(a, ind=a.ndim - 1) if a.ndim == 2 else None,
    lambda t, a, b: t.linalg.tensorsolve(a, b[..., 0]) if a.ndim == 2 else None,
    lambda t, a, b: t.linalg.tensorsolve(a, b[..., 0], dims=(0,)) if a.ndim == 2 else None,
    lambda t, a, b: t.cholesky_inverse(a),
    lambda t, a, b: a.cholesky_inverse(upper=True),
    lambda t, a, b: t.cholesky_solve(b, a),
    lambda t, a, b: b.cholesky_solve(a, upper=True),
    lambda t, a, b: t.linalg.lstsq(a, b),
]

WITH_POSITIVES = [
    lambda t, s: t.linalg.cholesky(s),
    lambda t, s: t.linalg.cholesky(s, upper=True),
    lambda t, s: t.linalg.cholesky_ex(s),
    lambda t, s: t.cholesky(s),
    lambda t, s: s.cholesky(upper=True),
    lambda t, s: t.linalg.eigh(s).eigenvalues,
    lambda t, s: t.linalg.eigh(s).eigenvectors ** 2,
    lambda t, s: t.linalg.eigh(s, "U").eigenvectors,
    lambda t, s: t.linalg.eigh(s),
    lambda t, s: t.linalg.eigvalsh(s, UPLO="U"),
    lambda t, s: t.linalg.pinv(s, hermitian=True),
    lambda t, s: t.linalg.matrix_rank(s, hermitian=True),
]

# any matrix
DECOMPOSED = [
    lambda t, x: t.linalg.svd(x, full_matrices=False),
    lambda t, x: t.linalg.svd(x).S,
    lambda t, x: t.linalg.svd(x, full_matrices=False).U,
    lambda t, x: t.linalg.svd(x, full_matrices=False).Vh,
    lambda t, x: t.linalg.svdvals(x),
    lambda t, x: t.svd(x),
    lambda t, x: x.svd(compute_uv=False),
    lambda t, x: t.linalg.qr(x),
    lambda t, x: t.linalg.qr(x).Q,
    lambda t, x: t.linalg.qr(x)[1],
    lambda t, x: t.linalg.qr(x, "complete"),
    lambda t, x: t.linalg.qr(x, mode="r"),
    lambda t, x: t.qr(x),
    lambda t, x: t.linalg.pinv(x),
    lambda t, x: t.linalg.pinv(x, rtol=0.3),
    lambda t, x: t.linalg.pinv(x, 0.2),
    lambda t, x: t.linalg.pinv(x, atol=0.1),
    lambda t, x: x.pinverse(),
    lambda t, x: t.linalg.matrix_rank(x),
    lambda t, x: t.linalg.matrix_rank(x, 0.5),
    lambda t, x: t.linalg.matrix_rank(x, atol=0.5, rtol=t.tensor(0.1)),
    lambda t, x: t.linalg.cond(x),
    lambda t, x: t.linalg.lstsq(x, x[..., :2] * 2),
    lambda t, x: t.linalg.lstsq(x, x.sum(-1)).solution,
    lambda t, x: t.linalg.lstsq(x, x[..., :1] ** 2, driver="gelsd"),
    lambda t, x: t.linalg.lstsq(x, x[..., :1] ** 2, driver="gels"),
]


def squares(shape, dtype):
    """Matrices that have inverses."""
    values = np.random.default_rng(len(shape)).uniform(-1, 1, shape)
    return (values + 3 * np.eye(shape[-1])).astype(dtype)


def distinct(shape, dtype="float64"):
    """Matrices of full rank, whose singular values differ."""
    return np.random.default_rng(len(shape)).uniform(-1, 1, shape).astype(dtype)


@pytest.mark.parametrize("call, shape, other", LINES)
def test_for_all_dtypes(call, shape, other):
    for dtype in DTYPES:
        agree(call, sample(shape, dtype), sample(other, dtype, seed=1))


@pytest.mark.parametrize("call", NORMS)
def test_norms(call):
    for dtype in ("float32", "float64", "int64"):
        agree(call, sample((2, 3), dtype))


@pytest.mark.parametrize("call", WITH_SQUARES)
def test_square_matrices(call):
    for dtype in ("float32", "float64"):
        for shape in ((1, 1), (3, 3), (2, 2, 2)):
            agree(call, squares(shape, dtype), sample((*shape[:-1], 2), dtype))


@pytest.mark.parametrize("call", WITH_POSITIVES)
def test_symmetric_matrices(call):
    for dtype in ("float32", "float64"):
        for shape in ((1, 1), (3, 3), (2, 2, 2)):
            a = squares(shape, "float64")
            agree(call, (a @ a.swapaxes(-2, -1)).astype(dtype), tolerance=1e-4)


@pytest.mark.parametrize("call", DECOMPOSED)
def test_decompositions(call):
    for dtype in ("float32", "float64"):
        for shape in ((2, 3), (3, 3), (4, 3), (2, 4, 2)):
            tolerance = 2e-4 if dtype == "float32" else 1e-6
            agree(call, distinct(shape, dtype), tolerance=tolerance)


@pytest.mark.parametrize("call", DECOMPOSED)
def test_decompositions_of_nothing(call):
    for shape in ((0, 3), (3, 0), (0, 2, 2), (2, 0, 0)):
        agree(call, distinct(shape, "float32"))


@pytest.mark.parametrize("call, shape, other", STATISTICS)
def test_statistics(call, shape, other):
    for dtype in ("int64", "float32", "float64"):
        agree(call, sample(shape, dtype), sample(other, dtype, seed=1))


@pytest.mark.parametrize("p", [0, 0.5, 1, 1.5, 2, 3, inf])
def test_distances_of_pairs(p):
    for first, second in (
        ((2, 3), (4, 3)),
        ((2, 2, 3), (1, 1, 3)),
        ((0, 3), (2, 3)),
        ((2, 0), (3, 0)),
    ):
        x, y = distinct(first), distinct(second) + 2
        agree(lambda t, x, y: t.cdist(x, y, p).detach(), x, y)
        agree(lambda t, x, y: t.cdist(x, y, p=p), x.astype("float32"), y.astype("float32"))
        ours, theirs = (
            once(t, lambda t, x, y: t.cdist(x, y, p), x, y) for t in (minitensor, torch)
        )
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(a.numpy(), b.numpy(), 1e-6, 1e-6)


def once(t, call, *arrays):
    """The gradients of call(t, *tensors).sum(), where PyTorch has no gradients of these."""
    tensors = [t.tensor(a, requires_grad=True) for a in arrays]
    return t.autograd.grad(call(t, *tensors).sum(), tensors)


def test_what_is_left_over():
    calls = [
        lambda t, a, b: t.linalg.lstsq(a, b, driver="gelsd"),
        lambda t, a, b: t.linalg.lstsq(a, b, driver="gels"),
        lambda t, a, b: t.linalg.lstsq(a, b[..., 0], driver="gelss").residuals,
        lambda t, a, b: t.linalg.lstsq(a, b, rcond=0.9, driver="gelsd"),
    ]
    for call in calls:
        agree(call, distinct((4, 2)), distinct((4, 3)))
        agree(call, distinct((2, 4, 2)), distinct((2, 4, 3)))
        agree(call, distinct((2, 4)), distinct((2, 1)))


def test_named_results_print_alike():
    calls = [
        lambda t, x: t.linalg.svd(x),
        lambda t, x: t.svd(x),
        lambda t, x: t.linalg.qr(x),
        lambda t, x: t.qr(x),
        lambda t, x: t.linalg.eigh(x),
        lambda t, x: t.slogdet(x),
        lambda t, x: t.linalg.slogdet(x),
        lambda t, x: t.linalg.inv_ex(x),
        lambda t, x: t.linalg.solve_ex(x, x),
        lambda t, x: t.linalg.cholesky_ex(x),
        lambda t, x: t.linalg.lstsq(x, x[0]),
    ]
    for call in calls:
        agree(lambda t, x, call=call: repr(call(t, x)), np.diag([3.0, 2.0]))


def test_failures_that_are_not_raised():
    for call in (
        lambda t, x: t.linalg.inv_ex(x),
        lambda t, x: t.linalg.solve_ex(x, t.ones(2, 1)),
        lambda t, x: t.linalg.cholesky_ex(x),
        lambda t, x: t.linalg.slogdet(x),
        lambda t, x: t.logdet(x),
        lambda t, x: t.linalg.cond(x, 1),
        lambda t, x: t.linalg.matrix_rank(x),
        lambda t, x: t.linalg.pinv(x),
        lambda t, x: t.linalg.solve_triangular(x, t.ones(2, 1), upper=True),
    ):
        for matrix in ([[1, 2], [2, 4]], [[0, 0], [0, 0]], [[[1, 0], [0, 1]], [[0, 1], [0, 2]]]):
            agree(call, np.array(matrix, "float32"))


@settings(max_examples=40, derandomize=True, deadline=None)
@given(data=st.data())
def test_triangles_and_diagonals_of_any_shape(data):
    shape = data.draw(st.lists(st.integers(0, 3), min_size=2, max_size=3))
    diagonal = data.draw(st.integers(-4, 4))
    x = sample(shape)
    agree(lambda t, x: x.tril(diagonal), x)
    agree(lambda t, x: x.triu(diagonal), x)
    agree(lambda t, x: x.diag_embed(diagonal), x)
    agree(lambda t, x: x[0].diag(diagonal) if x.ndim == 3 else x.diag(diagonal), x)
    agree(lambda t: t.tril_indices(shape[0], shape[1], diagonal))
    agree(lambda t: t.triu_indices(shape[0], shape[1], offset=diagonal, dtype=t.int32))


def test_the_gradient_of_a_singular_matrix():
    for matrix in ([[1.0, 2], [2, 4]], [[[1.0, 2], [2, 4]], [[1, 2], [3, 5]]]):
        x = minitensor.tensor(matrix, requires_grad=True)
        y = torch.tensor(matrix, requires_grad=True)
        x.det().sum().backward()
        y.det().sum().backward()
        np.testing.assert_allclose(x.grad.numpy(), y.grad.numpy(), atol=1e-5)


WRONG = [
    lambda t, f: t.trace(f(2, 2, 2)),
    lambda t, f: t.tril(f(3)),
    lambda t, f: t.tril(f(3, 3), 1.5),
    lambda t, f: f(3).triu_(1),
    lambda t, f: t.tril_indices(-1, 3),
    lambda t, f: t.triu_indices(2, -3),
    lambda t, f: t.tril_indices(2, 3, dtype=t.float32),
    lambda t, f: t.diag(f(2, 2, 2)),
    lambda t, f: t.diag(t.tensor(1.0)),
    lambda t, f: t.diag_embed(f(2, 3), 0, 0, 0),
    lambda t, f: t.diag_embed(f(2, 3), 0, 0, 5),
    lambda t, f: t.det(f(2, 3)),
    lambda t, f: t.det(f(3)),
    lambda t, f: t.det(f(2, 2).long()),
    lambda t, f: t.det(f(2, 2).half()),
    lambda t, f: t.inverse(f(2, 2)),
    lambda t, f: t.inverse(t.stack([t.eye(2), f(2, 2)])),
    lambda t, f: t.inverse(f(2, 3)),
    lambda t, f: t.inverse(f(3)),
    lambda t, f: t.inverse(f(2, 2).long()),
    lambda t, f: t.inverse(f(2, 2).half()),
    lambda t, f: t.inverse(t.tensor([[0.0, 1], [0, 2]])),
    lambda t, f: t.linalg.solve(f(2, 2), f(2)),
    lambda t, f: t.linalg.solve(f(2, 2).expand(3, 2, 2), f(2)),
    lambda t, f: t.linalg.solve(t.eye(2), f(3)),
    lambda t, f: t.linalg.solve(t.eye(2), f(2, 3), left=False),
    lambda t, f: t.linalg.solve(f(2, 3), f(2)),
    lambda t, f: t.linalg.solve(f(2), f(2)),
    lambda t, f: t.linalg.solve(f(2, 2), t.tensor(1.0)),
    lambda t, f: t.linalg.solve(t.eye(2), f(2).double()),
    lambda t, f: t.linalg.solve(t.eye(2).long(), f(2).long()),
    lambda t, f: t.linalg.solve(t.eye(2).half(), f(2).half()),
    lambda t, f: t.cross(f(2, 2), f(2, 2)),
    lambda t, f: t.cross(f(2, 3), f(2, 3), dim=0),
    lambda t, f: t.cross(f(2, 3), f(3)),
    lambda t, f: t.cross(f(4, 3), f(2, 3)),
    lambda t, f: t.cross(f(2, 3).long(), f(2, 3)),
    lambda t, f: t.linalg.cross(f(2, 2), f(2, 2)),
    lambda t, f: t.vander(f(2, 2)),
    lambda t, f: t.vander(f(2), -1),
    lambda t, f: t.linalg.vector_norm(f(2), "a"),
    lambda t, f: t.linalg.norm(f(2, 2), 3),
    lambda t, f: t.linalg.norm(f(2, 2), "abc"),
    lambda t, f: t.linalg.norm(f(2), "fro"),
    lambda t, f: t.linalg.norm(f(2, 2, 2), 1),
    lambda t, f: t.linalg.norm(f(2, 2), "fro", dim=0),
    lambda t, f: t.linalg.norm(f(2, 2), dim=(0, 1, 1)),
    lambda t, f: t.linalg.matrix_norm(f(2)),
    lambda t, f: t.linalg.matrix_norm(f(2), 7),
    lambda t, f: t.linalg.matrix_norm(f(2, 2), "x", dim=(0,)),
    lambda t, f: t.linalg.matrix_norm(f(2, 2), 2, dim=(1, 1)),
    lambda t, f: t.linalg.matrix_norm(f(2, 2), "nuc", dim=(1,)),
    lambda t, f: t.linalg.matrix_norm(f(2, 2).half(), 2),
    lambda t, f: t.linalg.matrix_norm(f(2, 2).long()),
    lambda t, f: t.norm(f(3), "nuc"),
    lambda t, f: t.norm(f(2, 2), "x"),
    lambda t, f: t.nuclear_norm(f(2, 2), (0,)),
    lambda t, f: t.linalg.vecdot(f(2, 3), f(2, 2)),
    lambda t, f: t.linalg.vecdot(f(2), f(2).long()),
    lambda t, f: t.linalg.vecdot(f(2).long(), f(2).long()),
    lambda t, f: t.linalg.vander(f(2), N=1),
    lambda t, f: t.linalg.vander(f(2).half()),
    lambda t, f: t.linalg.matrix_power(f(2), 2),
    lambda t, f: t.matrix_power(f(2, 3), 2),
    lambda t, f: t.matrix_power(f(2, 2), -1),
    lambda t, f: t.matrix_power(f(2, 2).long(), -1),
    lambda t, f: t.linalg.matrix_exp(f(2, 3)),
    lambda t, f: t.linalg.cond(),
    lambda t, f: t.linalg.matrix_rank(3),
    lambda t, f: t.linalg.pinv(f(2, 2), 0.1, False, 3),
    lambda t, f: t.linalg.matrix_norm(),
    lambda t, f: t.linalg.norm(3),
    lambda t, f: t.linalg.det("a"),
    lambda t, f: t.linalg.svd(),
    lambda t, f: t.linalg.qr(f(2, 2), 3),
    lambda t, f: t.matrix_power(f(2, 2), 1.5),
    lambda t, f: t.linalg.solve(f(2, 2), 3),
    lambda t, f: t.logdet(f(2, 3)),
    lambda t, f: t.slogdet(f(2, 2).half()),
    lambda t, f: t.logdet(f(2, 2).long()),
    lambda t, f: t.linalg.inv_ex(f(2, 2), check_errors=True),
    lambda t, f: t.linalg.solve_ex(f(2, 2), f(2, 2), check_errors=True),
    lambda t, f: t.linalg.cholesky(f(2, 2)),
    lambda t, f: t.linalg.cholesky(-f(2, 2).expand(2, 2, 2)),
    lambda t, f: t.linalg.cholesky_ex(-f(2, 2), check_errors=True),
    lambda t, f: t.linalg.cholesky(f(2, 3)),
    lambda t, f: t.linalg.cholesky(f(2, 2).half()),
    lambda t, f: t.linalg.cholesky(f(2, 2).long()),
    lambda t, f: t.cholesky(f(2, 2)),
    lambda t, f: t.cholesky(f(2, 3)),
    lambda t, f: t.cholesky_inverse(f(2, 3)),
    lambda t, f: t.cholesky_inverse(f(2, 2).half()),
    lambda t, f: t.cholesky_solve(f(3), f(3, 3)),
    lambda t, f: t.cholesky_solve(f(3, 2), f(3, 2)),
    lambda t, f: t.cholesky_solve(f(4, 2), f(3, 3)),
    lambda t, f: t.cholesky_solve(f(3, 2), f(3, 3).double()),
    lambda t, f: t.linalg.solve_triangular(f(2, 2), f(2), upper=True),
    lambda t, f: t.linalg.solve_triangular(f(2, 2), f(3, 2), upper=True),
    lambda t, f: t.linalg.solve_triangular(f(2, 3), f(3, 2), upper=True),
    lambda t, f: t.linalg.solve_triangular(f(2, 2).long(), f(2, 2).long(), upper=True),
    lambda t, f: t.linalg.solve_triangular(f(2, 2), f(2, 2)),
    lambda t, f: t.linalg.eigh(f(2)),
    lambda t, f: t.linalg.eigh(f(2, 3)),
    lambda t, f: t.linalg.eigh(f(2, 2), "x"),
    lambda t, f: t.linalg.eigvalsh(f(2, 2).long()),
    lambda t, f: t.linalg.svd(f(2)),
    lambda t, f: t.linalg.svd(f(2, 2).half()),
    lambda t, f: t.linalg.svd(f(2, 2) * t.nan),
    lambda t, f: t.linalg.svdvals(t.stack([f(2, 2), f(2, 2) * t.nan])),
    lambda t, f: t.linalg.svd(f(2, 2), driver="gesvd"),
    lambda t, f: t.linalg.qr(f(2)),
    lambda t, f: t.linalg.qr(f(2, 2), "x"),
    lambda t, f: t.linalg.qr(f(2, 2).half()),
    lambda t, f: t.linalg.qr(f(2, 2).requires_grad_(), "r").R.sum().backward(),
    lambda t, f: t.linalg.qr(f(3, 2).requires_grad_(), "complete").R.sum().backward(),
    lambda t, f: t.linalg.pinv(f(2)),
    lambda t, f: t.linalg.pinv(f(2, 2).half()),
    lambda t, f: t.linalg.pinv(f(2, 3), hermitian=True),
    lambda t, f: t.linalg.matrix_rank(f(2)),
    lambda t, f: t.linalg.matrix_rank(f(2, 2).long()),
    lambda t, f: t.linalg.cond(f(2)),
    lambda t, f: t.linalg.cond(f(2, 2), 3),
    lambda t, f: t.linalg.cond(f(2, 2), "x"),
    lambda t, f: t.linalg.cond(f(2, 3), 1),
    lambda t, f: t.linalg.lstsq(f(3), f(3)),
    lambda t, f: t.linalg.lstsq(f(3, 2), t.tensor(1.0)),
    lambda t, f: t.linalg.lstsq(f(3, 2), f(3).double()),
    lambda t, f: t.linalg.lstsq(f(3, 2), f(4, 3, 2)),
    lambda t, f: t.linalg.lstsq(f(3, 2), f(4, 2)),
    lambda t, f: t.linalg.lstsq(f(3, 2), f(2)),
    lambda t, f: t.linalg.lstsq(f(3, 2).half(), f(3, 2).half()),
    lambda t, f: t.linalg.lstsq(f(3, 2), f(3, 2), driver="x"),
    lambda t, f: t.linalg.lstsq(f(3, 2), f(3, 2), driver="gels"),
    lambda t, f: t.linalg.tensorinv(f(2, 2), ind=0),
    lambda t, f: t.linalg.tensorinv(f(2, 2), ind=5),
    lambda t, f: t.linalg.tensorinv(f(4, 3), ind=1),
    lambda t, f: t.linalg.tensorsolve(f(2, 3, 5), f(2, 3)),
    lambda t, f: t.cov(f(2, 2, 2)),
    lambda t, f: t.cov(f(2, 2).bool()),
    lambda t, f: t.cov(f(2, 2), fweights=f(2)),
    lambda t, f: t.cov(f(2, 2), fweights=f(3).long()),
    lambda t, f: t.cov(f(2, 2), fweights=f(2, 2).long()),
    lambda t, f: t.cov(f(2, 2), fweights=-f(2).long()),
    lambda t, f: t.cov(f(2, 2), aweights=f(2).long()),
    lambda t, f: t.cov(f(2, 2), aweights=0 * f(2)),
    lambda t, f: t.corrcoef(f(2, 2, 2)),
    lambda t, f: t.trapezoid(f(2).bool()),
    lambda t, f: t.trapezoid(f(2), f(2).bool()),
    lambda t, f: t.trapezoid(f(2, 3), f(2)),
    lambda t, f: t.trapezoid(t.tensor(1.0)),
    lambda t, f: t.cumulative_trapezoid(t.tensor(1.0)),
    lambda t, f: t.cumulative_trapezoid(f(2).bool()),
    lambda t, f: t.cdist(f(2, 3), f(2, 2)),
    lambda t, f: t.cdist(f(2), f(2)),
    lambda t, f: t.cdist(f(2, 3).long(), f(2, 3)),
    lambda t, f: t.cdist(f(2, 3), f(2, 3).double()),
    lambda t, f: t.cdist(f(2, 3), f(2, 3), p=-1),
    lambda t, f: t.cdist(f(2, 3), f(2, 3), compute_mode="x"),
    lambda t, f: t.cdist(f(2, 2, 3), f(3, 2, 3)),
]


@pytest.mark.parametrize("call", WRONG)
def test_wrong_input(call):
    def line(t):
        try:
            return call(t, t.ones)
        except RuntimeError as error:  # LinAlgError is a class of each library
            return type(error).__name__, str(error)

    agree(line)


def test_what_pytorch_has_removed():
    for call in (
        lambda t, x: t.eig(x),
        lambda t, x: x.symeig(),
        lambda t, x: t.solve(x, x),
        lambda t, x: x.lstsq(x),
        lambda t, x: t.matrix_rank(x),
    ):
        agree(call, np.eye(2))


def test_out():
    """Given tensors are filled, and returned."""
    for call in (
        lambda t, a: list(t.linalg.svd(a, out=(t.empty(0), t.empty(0), t.empty(0)))),
        lambda t, a: list(t.linalg.eigh(a, out=(t.empty(0), t.empty(0)))),
        lambda t, a: t.linalg.inv(a, out=t.empty(2, 2)),
        lambda t, a: t.linalg.solve(a, a, out=t.empty(2, 2)),
        lambda t, a: t.linalg.matrix_norm(a, 1, out=t.empty(())),
        lambda t, a: t.linalg.pinv(a, out=t.empty(2, 2)),
        lambda t, a: t.linalg.matrix_rank(a, out=t.empty((), dtype=t.int64)),
        lambda t, a: t.linalg.cholesky(a, out=t.empty(2, 2)),
        lambda t, a: t.linalg.det(a, out=t.empty(3)),
        lambda t, a: t.linalg.inv(a, out=t.empty((), dtype=t.float64)),
        lambda t, a: t.linalg.cond(a, out=t.empty((), dtype=t.float64)),
        lambda t, a: t.matrix_power(a, 3, out=t.empty(2, 2)),
        lambda t, a: t.linalg.inv(a.requires_grad_(), out=t.empty(2, 2)),
    ):
        agree(call, np.array([[4, 1], [1, 3]], "float32"), nodes=False, strides=False)


def test_linalg_errors_are_runtime_errors():
    with pytest.raises(minitensor.linalg.LinAlgError):
        minitensor.linalg.inv(minitensor.zeros(2, 2))
    assert issubclass(minitensor.linalg.LinAlgError, RuntimeError)
