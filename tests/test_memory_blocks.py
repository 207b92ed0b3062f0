"""The memory picture's facts: which objects share a block, and which cells each of them sees."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minitensor.notebook.blocks import MOST_WITH_GAPS_FILLED, blocks, header_of


@pytest.fixture(params=["torch", "minitensor"], scope="module")
def torch(request):
    return pytest.importorskip(request.param)


def sharing(*objects):
    """The positions of the objects in each block, in order of the blocks."""
    headers = [header_of(value) for value in objects]
    return [[headers.index(header) for header in block.headers] for block in blocks(headers)]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["slice", "swap", "select", "expand"]),
        st.integers(0, 2),
        st.integers(0, 2),
        st.integers(1, 3),
    ),
    max_size=4,
)


def view_by(steps, value, *, signs=(1,)):
    """A view of `value`; the same steps mean the same for arrays and tensors."""
    for kind, i, j, k in steps:
        dims = len(value.shape)
        if kind == "slice" and dims:
            step = k * signs[i % len(signs)]
            part = slice(None, None, step) if step < 0 else slice(j, None, step)
            value = value[(slice(None),) * (i % dims) + (part,)]
        elif kind == "swap" and dims:
            value = value.swapaxes(i % dims, j % dims)
        elif kind == "select" and dims and value.shape[0]:
            value = value[i % value.shape[0], ...]
        elif kind == "expand":
            sizes = (k + 1, *value.shape)
            is_array = isinstance(value, np.ndarray)
            value = np.broadcast_to(value, sizes) if is_array else value.expand(sizes)
    return value


def check_every_cell(base, view):
    """`base` counts 0, 1, 2, … through its block, so an element is the number of its cell."""
    (block,) = blocks([header_of(base), header_of(view)])
    header = block.headers[1]
    elements = np.asarray(view.tolist(), dtype=int)
    assert list(block.order(header)) == elements.flatten().tolist()
    if header.in_order and elements.size:
        assert block.last(header) == elements.flatten()[-1]
    for cell in range(block.count):
        label = block.label(header, cell)
        seen_at = {tuple(index) for index in np.argwhere(elements == cell).tolist()}
        assert bool(label) == bool(seen_at)
        if label:
            first = [] if label == "()" else label.rstrip("…").split(",")
            assert tuple(0 if i == ":" else int(i) for i in first) in seen_at
            expanded = [n for i, n in zip(first, view.shape, strict=True) if i == ":"]
            assert all(n > 1 for n in expanded)
            assert label.endswith("…") == (len(seen_at) > np.prod(expanded))


@given(STEPS)
def test_cells_of_random_array_views(steps):
    base = np.arange(24).reshape(2, 3, 4)
    check_every_cell(base, view_by(steps, base, signs=(1, -1)))


@given(steps=STEPS)
def test_cells_of_random_tensor_views(torch, steps):
    base = torch.arange(24).reshape(2, 3, 4)
    check_every_cell(base, view_by(steps, base))


@given(st.lists(st.tuples(st.integers(0, 2), STEPS), min_size=1, max_size=6))
def test_views_of_the_same_array_share_a_block(plan):
    bases = [np.arange(24).reshape(2, 3, 4) for _ in range(3)]
    views = [view_by(steps, bases[number], signs=(1, -1)) for number, steps in plan]
    numbers = [number for number, _ in plan]
    expected = [[i for i, n in enumerate(numbers) if n == number] for number in numbers]
    assert sharing(*views) == [group for i, group in enumerate(expected) if group[0] == i]


@given(plan=st.lists(st.tuples(st.integers(0, 2), STEPS), min_size=1, max_size=6))
def test_views_of_the_same_tensor_share_a_block(torch, plan):
    bases = [torch.arange(24).reshape(2, 3, 4) for _ in range(3)]
    views = [view_by(steps, bases[number]) for number, steps in plan]
    numbers = [number for number, _ in plan]
    expected = [[i for i, n in enumerate(numbers) if n == number] for number in numbers]
    assert sharing(*views) == [group for i, group in enumerate(expected) if group[0] == i]


def test_a_dimension_of_one_element_has_an_index():
    base = np.arange(3)
    check_every_cell(base, np.broadcast_to(base, (1, 3)))


def test_overlapping_windows():
    base = np.arange(6)
    window = np.lib.stride_tricks.sliding_window_view(base, 3)
    check_every_cell(base, window)
    (block,) = blocks([header_of(window)])
    assert [block.label(block.headers[0], cell) for cell in range(6)] == [
        "0,0", "0,1…", "0,2…", "1,2…", "2,2…", "3,2"]  # fmt: skip


def test_arrays_and_tensors_together(torch):
    a = np.arange(6.0)
    x, copied = torch.from_numpy(a), torch.tensor(a)
    assert sharing(a, x, copied, x[2:], x.numpy(), copied.clone()) == [[0, 1, 3, 4], [2], [5]]


def test_two_views_meet_only_through_a_third():
    a = np.arange(8.0)
    left, right = np.frombuffer(a.data, count=3), np.frombuffer(a.data, offset=40)
    assert sharing(left, right) == [[0], [1]]
    assert sharing(left, right, a) == [[0, 1, 2]]


def test_detach_shares_and_clone_copies(torch):
    old = torch.tensor([1.0, 2.0], requires_grad=True)
    assert sharing(old, old.detach(), old.clone(), old.detach().clone()) == [[0, 1], [2], [3]]


def test_a_view_into_a_large_block_is_found_quickly():
    a = np.arange(2_000_000).reshape(2, 1_000_000).T
    (block,) = blocks([header_of(a)])
    assert block.label(block.headers[0], 1_500_000) == "500000,1"


def test_a_view_with_another_dtype():
    a = np.array([1.5, -2.0])
    (block,) = blocks([header_of(a), header_of(a.view(np.int16))])
    assert [block.label(block.headers[1], cell) for cell in range(2)] == ["0…", "4…"]
    (block,) = blocks([header_of(a.view(np.int16)), header_of(a)])
    assert [block.label(block.headers[1], cell) for cell in range(8)] == ["0"] * 4 + ["1"] * 4


def test_a_field_out_of_step_is_shown_in_bytes():
    pairs = np.zeros(3, dtype=[("flag", "i1"), ("value", "<f4")])
    (block,) = blocks([header_of(pairs["value"])])
    assert (block.dtype, block.count) == ("uint8", 15)
    assert [block.label(block.headers[0], cell) for cell in range(6)] == [""] + ["0"] * 4 + [""]


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 9))
def test_cells_shown_are_few_and_start_every_view(count, start, step):
    a = np.arange(count)
    (block,) = blocks([header_of(a), header_of(a[start::step])])[:1]
    shown = block.shown()
    assert shown == sorted(set(shown))
    assert len(shown) == count if count <= 24 else 24 <= len(shown) <= MOST_WITH_GAPS_FILLED
    for view in (a, a[start::step]):
        assert set(view[:8].tolist()) <= set(shown)


def test_a_single_cell_is_never_left_out_between_two():
    a = np.arange(60)
    (block,) = blocks([header_of(a), header_of(a[::2])])
    assert block.shown() == list(range(MOST_WITH_GAPS_FILLED - 1))
