"""broadcasting() and reduction(): as PyTorch itself lines shapes up, and in its words."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minitensor.notebook import broadcasting, reduction


@pytest.fixture(params=["torch", "minitensor"], scope="module")
def torch(request):
    return pytest.importorskip(request.param)


SHAPES = st.lists(st.integers(0, 3), max_size=4).map(tuple)


@given(first=SHAPES, second=SHAPES)
def test_every_pair_of_shapes_as_pytorch_has_it(torch, first, second):
    one, other = torch.ones(first), torch.ones(second)
    line = broadcasting(one, other).text.splitlines()[0]
    try:
        outcome = f"gives {tuple((one + other).shape)}"
    except RuntimeError as problem:
        outcome = f"fails: {problem}"
    assert line == f"broadcasting: one {first} with other {second} {outcome}"
    assert "<svg" in broadcasting(first, second)._repr_html_()


def test_stretched_and_missing(torch):
    column, row = torch.tensor([[1.0], [2.0], [3.0]]), np.arange(4.0)
    picture = broadcasting(column, row)
    assert picture.text.splitlines()[1:] == [
        "  dim           0      1",
        "  column        3  1 → 4",
        "  row     (1) → 3      4",
        "  result        3      4",
    ]
    cells = picture.svg.count("stroke-dasharray")
    assert cells == 2 + 9 + 8  # two sizes, and the copies of column and of row


def test_where_it_fails(torch):
    svg = broadcasting((2, 3), (2,)).svg
    assert "The size of tensor a (3) must match the size of tensor b (2)" in svg
    assert "✗" in broadcasting((2, 3), (2,)).text


def test_three_shapes():
    assert broadcasting((2, 1), (3,), (4, 1, 1)).text.splitlines()[0].endswith("gives (4, 2, 3)")


@pytest.mark.parametrize("wrong", [3, None, "ab", (1.5,)])
def test_wrong_shapes(wrong):
    with pytest.raises(TypeError, match=r"broadcasting\(\) needs tensors, arrays or shapes"):
        broadcasting(wrong)
    with pytest.raises(TypeError, match="at least one"):
        broadcasting()
    with pytest.raises(ValueError, match="negative"):
        broadcasting((-1,))


@given(
    shape=SHAPES,
    dim=st.none() | st.integers(-5, 5) | st.lists(st.integers(-3, 3), max_size=3).map(tuple),
    keepdim=st.booleans(),
)
def test_every_reduction_as_pytorch_has_it(torch, shape, dim, keepdim):
    x = torch.arange(float(np.prod(shape, dtype=int))).reshape(shape)
    picture = reduction(x, dim, keepdim)
    line = picture.text.splitlines()[0]
    try:
        result = x.sum(dim=dim, keepdim=keepdim)
    except (IndexError, RuntimeError) as problem:
        assert line.endswith(f" fails: {problem}")
        return
    assert line.endswith(f" takes {shape} to {tuple(result.shape)}")
    sizes = [word for word in picture.text.splitlines()[3].split()[1:] if word != "gone"]
    assert tuple(map(int, sizes)) == tuple(result.shape)
    assert "<svg" in picture._repr_html_()


def test_the_formula_is_true(torch):
    x = torch.arange(24.0).reshape(2, 3, 4)
    for dim, keepdim in [(0, False), (1, True), ((0, 2), False), (None, False)]:
        formula = reduction(x, dim, keepdim, op="mean").text.splitlines()[4].strip()
        result = x.mean() if dim is None else x.mean(dim=dim, keepdim=keepdim)
        left, _, right = formula.partition(" = ")
        scope = {"x": x, "result": result, "i": 1, "j": 2, "k": 3}
        assert eval(left, scope).tolist() == pytest.approx(eval(right, scope).tolist())


def test_what_a_reduction_says(torch):
    x = torch.arange(6.0).reshape(2, 3)
    assert reduction(x, dim=1).text == (
        "reduction: x.sum(dim=1) takes (2, 3) to (2,)\n"
        "  dim     0  1\n"
        "  x       2  3\n"
        "  result  2  gone\n"
        "  result[i] = x[i, :].sum()\n"
        "  [3., 12.]"
    )
    assert "x.max(dim=1) takes (2, 3) to (2,)" in reduction(x, 1, op="max").text
    fails = reduction(x, dim=2)
    assert (
        "fails: Dimension out of range (expected to be in range of [-2, 1], but got 2)" in fails.svg
    )


def test_both_packages_give_the_same_bytes():
    drawn = []
    for package in ("torch", "minitensor"):
        torch = pytest.importorskip(package)
        x, row = torch.arange(6.0).reshape(2, 3), torch.ones(3)
        drawn.append(
            [p._repr_html_() for p in (broadcasting(x, row), reduction(x, 0), reduction(x))]
        )
    assert drawn[0] == drawn[1]
