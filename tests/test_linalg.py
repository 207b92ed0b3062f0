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
]


def squares(shape, dtype):
    """Matrices that have inverses."""
    values = np.random.default_rng(len(shape)).uniform(-1, 1, shape)
    return (values + 3 * np.eye(shape[-1])).astype(dtype)


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
]


@pytest.mark.parametrize("call", WRONG)
def test_wrong_input(call):
    def line(t):
        try:
            return call(t, t.ones)
        except RuntimeError as error:  # LinAlgError is a class of each library
            return type(error).__name__, str(error)

    agree(line)


def test_linalg_errors_are_runtime_errors():
    with pytest.raises(minitensor.linalg.LinAlgError):
        minitensor.linalg.inv(minitensor.zeros(2, 2))
    assert issubclass(minitensor.linalg.LinAlgError, RuntimeError)
