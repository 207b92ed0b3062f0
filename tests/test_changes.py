"""changes(): what statements did to names, headers, cells and gradients."""

import numpy as np
import pytest

from minitensor.notebook import changes


@pytest.fixture(params=["torch", "minitensor"])
def torch(request):
    return pytest.importorskip(request.param)


def told(seen):
    """The first line of the text, without its `changes: `."""
    return seen.picture.text.splitlines()[0].removeprefix("changes: ")


def test_in_place_is_seen_by_all_views(torch):
    x = torch.tensor([1.0, 2.0, 3.0])
    tail = x[1:]
    with changes(x) as seen:
        x.add_(1)
    assert told(seen) == "x: 3 cells, version 0 → 1; tail: 2 cells, version 0 → 1"
    assert "block 1: 1. → 2., 2. → 3., 3. → 4." in seen.picture.text
    assert tail.tolist() == [3.0, 4.0]


def test_a_view_changes_part_of_its_base(torch):
    x = torch.zeros(4)
    with changes() as seen:
        x[::2] = 5.0
    assert told(seen) == "x: 2 cells, version 0 → 1"
    assert "block 1: 0. → 5., 0., 0. → 5., 0." in seen.picture.text


def test_a_name_moves_to_a_new_object(torch):
    x = torch.ones(2)
    alias = x
    with changes(x) as seen:
        x = x + 1
    assert told(seen) == "x is new; alias: no longer called x"
    assert seen.picture.svg.count('text-decoration="line-through"') == 1
    assert alias is not x


def test_the_last_name_moves_away(torch):
    x = torch.ones(2)
    with changes(x) as seen:
        x = x * 2
    assert told(seen) == "x is new; x: has no name any more"
    assert "  once x: tensor" in seen.picture.text


def test_backward_makes_and_fills_grad(torch):
    x = torch.tensor([3.0, 4.0], requires_grad=True)
    with changes(x) as seen:
        (x * x).sum().backward()
    assert told(seen) == "x.grad is new"
    with changes(x) as seen:
        (x * x).sum().backward()
    assert told(seen).startswith("x.grad: 2 cells")
    assert "6. → 12., 8. → 16." in seen.picture.text
    with changes(x) as seen:
        x.grad = None
    assert told(seen) == "x.grad: has no name any more"


def test_numpy_and_tensor_share(torch):
    a = np.zeros(3)
    with changes() as seen:
        t = torch.from_numpy(a)
        t[0] = 1.0
    assert told(seen) == "a: 1 cell; t is new"
    assert "block 2" not in seen.picture.text


def test_requires_grad_and_shape(torch):
    x = torch.ones(2, 3)
    with changes() as seen:
        x.requires_grad_()
    assert told(seen) == "x: requires_grad False → True"
    y = torch.ones(2, 3)
    with changes(y) as seen:
        y.t_()
    assert "shape (2, 3) → (3, 2), stride (3, 1) → (1, 3)" in told(seen)


def test_nothing_changes(torch):
    x = torch.tensor([float("nan")])
    with changes() as seen:
        x + 1
    assert told(seen) == "nothing that is looked at here has changed"
    with changes(x) as seen:
        pass
    assert "block 1: nan" in seen.picture.text


def test_other_variables_stay_out(torch):
    x, other = torch.ones(2), torch.ones(2)
    with changes(x) as seen:
        x.zero_()
        other.zero_()
    assert "other" not in seen.picture.text


def test_an_error_passes_through_and_is_drawn(torch):
    x = torch.ones(2)
    with pytest.raises(RuntimeError), changes(x) as seen:
        x.zero_()
        x.add_(torch.ones(3))
    assert told(seen) == "x: 2 cells, version 0 → 1"


def test_a_few_cells_of_a_large_tensor(torch):
    big = torch.zeros(1_000_000)
    with changes(big) as seen:
        big[500_000:500_002] = 1.0
    assert told(seen) == "big: 2 cells, version 0 → 1"
    assert len(seen.picture.svg) < 30_000


@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (1, 1, 1, 1)])
def test_any_shape(torch, shape):
    x = torch.ones(shape)
    with changes(x) as seen:
        x.mul_(2)
    assert "version 0 → 1" in told(seen)
    assert "<svg" in seen.picture._repr_html_()


def test_memory_of_its_own(torch):
    x = torch.ones(2)
    with changes(x) as seen:
        x.data = torch.zeros(3)
    assert "now in other memory" in told(seen)


def test_wrong_arguments():
    with pytest.raises(
        TypeError, match=r"^changes\(\) looks at tensors and NumPy arrays, not int$"
    ):
        changes(3)


def test_both_packages_give_the_same_bytes():
    drawn = []
    for package in ("torch", "minitensor"):
        torch = pytest.importorskip(package)
        x = torch.tensor([3.0, 4.0], requires_grad=True)
        a = np.arange(3.0)
        with changes() as seen:
            (x * 2).sum().backward()
            t = torch.from_numpy(a)
            t.mul_(2)
        drawn.append((seen.picture._repr_html_(), seen.picture.svg, seen.picture.text))
        del x, t
    assert drawn[0] == drawn[1]
