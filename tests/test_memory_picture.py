"""memory(): who shares memory with whom, told exactly, the same on every run, and legibly."""

import importlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minitensor.notebook import memory_svg
from minitensor.notebook.blocks import MOST_WITH_GAPS_FILLED, blocks, header_of
from minitensor.notebook.memory import memory


@pytest.fixture(params=["torch", "minitensor"], scope="module")
def torch(request):
    module = pytest.importorskip(request.param)
    if not hasattr(getattr(module, "Tensor", None), "untyped_storage"):
        pytest.skip(f"{request.param} has no storages yet")
    return module


# Who shares with whom


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


# In words


def test_text_of_a_shared_block(torch):
    a = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    x = torch.from_numpy(a)
    t = x.t()
    x.add_(1)
    assert repr(memory(a, x, t)) == (
        "memory: a, x, t share block 1 (6 cells of float64)\n"
        "block 1: 2. 3. 4. 5. 6. 7.\n"
        "  a: ndarray, shape (2, 3), strides (24, 8) bytes, dtype float64; cells 0 to 5\n"
        "  x: tensor, shape (2, 3), stride (3, 1), offset 0, dtype torch.float64, version 1, "
        "requires_grad False; cells 0 to 5\n"
        "  t: tensor, shape (3, 2), stride (1, 3), offset 0, dtype torch.float64, version 1, "
        "requires_grad False; cells 0, 3, 1, 4, 2, 5"
    )


def test_text_of_copies(torch):
    old = torch.tensor([1.0, 2.0], requires_grad=True)
    alias = old.detach()
    copy = old.clone()
    lines = repr(memory(old, alias, copy)).splitlines()
    assert lines[0] == (
        "memory: old, alias share block 1 (2 cells of float32); "
        "copy has block 2 (2 cells of float32)"
    )
    assert [line.rpartition("requires_grad ")[2] for line in lines if "requires_grad" in line] == [
        "True; cells 0 to 1", "False; cells 0 to 1", "True; cells 0 to 1"]  # fmt: skip


@pytest.mark.parametrize(
    ("array", "cells", "sees"),
    [
        (np.array(2.5), "2.5", "cell 0"),
        (np.array([], dtype=bool), "no cells", "no cells"),
        (np.array([True, False]), "True False", "cells 0 to 1"),
        (np.array([np.nan, -np.inf, -0.0, 1e-9]), "nan -inf -0. 1e-09", "cells 0 to 3"),
        (np.array([1, 2.5], dtype=np.float16), "1. 2.5", "cells 0 to 1"),
        (np.array([2**62, -1]), "46116860… -1", "cells 0 to 1"),
        (np.array([1 + 2j]), "1.+2.j", "cell 0"),
        (np.arange(4)[::-1], "0 1 2 3", "cells 3, 2, 1, 0"),
        (np.arange(6)[::3], "0 1 2 3 4 5", "cells 0, 3"),
        (np.arange(6).reshape(3, 2)[::2][:1], "0 1 2 3 4 5", "cells 0 to 1"),
        (np.broadcast_to(np.array([7]), 4), "7", "cells 0, 0, 0, 0"),
        (np.array(["été", "x"]), "été x", "cells 0 to 1"),
        (np.array([None, []], dtype=object), "object object", "cells 0 to 1"),
        (np.arange(40)[::-2], None, "cells 39, 37, 35, 33, 31, 29, 27, 25, 23, 21, 19, 17, …"),
    ],
    ids=str,
)
def test_words_for_values_and_order(array, cells, sees):
    lines = repr(memory(array)).splitlines()
    assert cells is None or lines[1] == f"block 1: {cells}"
    assert lines[2].endswith(f"; {sees}")


def test_read_only_arrays_say_so():
    a = np.arange(3)
    assert "writeable" not in repr(memory(a))
    a.flags.writeable = False
    assert "writeable False" in repr(memory(a))


def test_tensor_kinds_only_pytorch_has():
    torch = pytest.importorskip("torch")
    half = torch.tensor([1, 2.5], dtype=torch.bfloat16)
    tiny = torch.zeros(1, dtype=torch.float8_e4m3fn)
    with torch.inference_mode():
        frozen = torch.ones(1)
    text = repr(memory(half, tiny, frozen, torch.nn.Parameter(torch.ones(1))))
    assert re.findall("block .: (.*)", text) == ["1. 2.5", "?", "1.", "1."]
    assert "version none" in text


def test_tensors_without_memory_to_show():
    torch = pytest.importorskip("torch")
    nowhere, sparse = torch.zeros(2, device="meta"), torch.eye(2).to_sparse()
    picture = memory(nowhere, sparse)
    assert repr(picture).splitlines()[0] == (
        "memory: nowhere has no memory here (device meta); "
        "sparse has no single block (layout torch.sparse_coo)"
    )
    assert picture.svg.count("nothing to draw") == 2


# Names


def names_in(picture):
    return re.findall("^  (.*): (?:ndarray|tensor),", repr(picture), re.MULTILINE)


def test_two_names_for_one_object():
    x = np.zeros(1)
    w = x
    assert names_in(memory(x, w)) == names_in(memory(x)) == ["x, w"]
    assert names_in(memory(w)) == ["w, x"]


def test_expressions_are_called_what_the_caller_wrote():
    x = np.zeros((2, 3))
    assert names_in(memory(x, x.T, x[0], x[:, ::2])) == ["x", "x.T", "x[0]", "x[:, ::2]"]
    assert names_in(
        memory(
            x,
            x[ 1 ],
        )
    ) == ["x", "x[1]"]  # fmt: skip


def test_names_in_other_alphabets():
    größe, 数据 = np.zeros(1), np.zeros(2)
    assert names_in(memory(größe, 数据)) == ["größe", "数据"]
    assert "größe" in memory(größe).svg
    assert "数据" in memory(数据).svg


def test_given_names():
    x = np.zeros(3)
    assert names_in(memory(x, tail=x[1:])) == ["x", "tail"]
    hostile = {'<b>&"\0': x[:1], "]]>": x[1:]}
    picture = memory(**hostile)
    assert '<b>&"\ufffd' in [element.text for element in ET.fromstring(picture.svg).iter()]


def test_long_names_are_shortened():
    x = np.zeros(1)
    assert names_in(memory(x, **{"y" * 100: x[:]})) == ["x", "y" * 23 + "…"]


shadowed = np.zeros(1)


def test_a_shadowed_global_name_is_not_used():
    here = shadowed_by_parameter(np.ones(1), shadowed)
    assert names_in(here) == ["value"]
    assert names_in(memory(shadowed)) == ["shadowed"]


def shadowed_by_parameter(shadowed, value):
    return memory(value)


def test_without_source_the_variables_are_looked_up():
    scope = {"memory": memory, "a": np.zeros(1)}
    scope["@not a variable"] = scope["a"]
    exec("picture = memory(a, a[:])", scope)
    assert names_in(scope["picture"]) == ["#1, a", "#2"]


def test_starred_arguments_are_numbered():
    pair = [np.zeros(1), np.zeros(1)]
    assert names_in(memory(*pair)) == ["#1", "#2"]


def test_wrong_arguments():
    count = 3
    with pytest.raises(TypeError, match=r"^memory\(\) needs at least one tensor or NumPy array$"):
        memory()
    message = r"^memory\(\) draws tensors and NumPy arrays, but count is of type int$"
    with pytest.raises(TypeError, match=message):
        memory(np.zeros(1), count)


# The picture


def gallery():
    a = np.arange(12.0).reshape(3, 4) / 7
    large = np.arange(1_000_000)
    return [
        memory(a, a.T, a[1:, 1:3], a.copy()),
        memory(large, large[500:510], large[::1000]),
        memory(np.zeros(0), np.zeros((1, 2, 3, 4, 5)), np.broadcast_to(a[0, 0], (2, 2))),
        memory(a, a[:, 0], a.view(np.uint8), **{"a long name " * 3: a[0]}),
    ]


def test_title_and_description():
    a = np.arange(3)
    picture = memory(a, a[1:])
    root = ET.fromstring(picture.svg)
    spoken = {element.tag.rpartition("}")[2]: element.text for element in root[:2]}
    assert root.get("role") == "img"
    assert spoken["title"] == "Memory of a, a[1:]"
    assert spoken["desc"].startswith("a, a[1:] share block 1 (3 cells of int64).")


def test_the_same_bytes_on_every_run():
    assert [p._repr_html_() for p in gallery()] == [p._repr_html_() for p in gallery()]
    code = (
        "import numpy as np\nfrom minitensor.notebook.memory import memory\n"
        "a = np.arange(30.0)\nprint(memory(a, a[::-3], a.copy())._repr_html_())"
    )
    runs = {subprocess.check_output([sys.executable, "-c", code]) for _ in range(2)}
    assert len(runs) == 1


def test_no_addresses():
    a = np.arange(6.0)
    pointer = a.__array_interface__["data"][0]
    picture = memory(a, a[2:])
    for text in (repr(picture), picture.svg, picture._repr_html_()):
        assert str(pointer) not in text
        assert hex(pointer)[2:] not in text.lower()
        assert "0x" not in text


def test_large_blocks_are_cut_short():
    for picture in gallery():
        assert len(picture.svg) < 60_000
    text = repr(memory(np.arange(1_000_000)))
    assert text.splitlines()[1].endswith(" 22 23 … 999,976 more")


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


def test_everything_lies_inside_the_picture():
    for picture in gallery():
        root = ET.fromstring(picture.svg)
        _, _, width, height = map(float, root.get("viewBox").split())
        boxes = [element for element in root.iter() if element.tag.endswith("rect")]
        assert boxes
        for box in boxes:
            x, y, w, h = (float(box.get(name)) for name in ("x", "y", "width", "height"))
            assert min(x, y, w, h) >= 0
            assert x + w <= width
            assert y + h <= height


def test_arrays_and_tensors_differ_in_words_and_in_shape(torch):
    a = np.arange(3.0)
    words = ET.fromstring(memory(a, torch.from_numpy(a)).svg).itertext()
    assert {"ndarray", "tensor"} <= set(words)
    assert memory_svg.CORNER["ndarray"] != memory_svg.CORNER["tensor"]


def test_looking_changes_nothing(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    before = y._version
    memory(x, y, y.detach())
    assert y._version == before
    y.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]


def luminance(color):
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color]
    return np.dot([0.2126, 0.7152, 0.0722], channels)


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def over(color, opacity, ground):
    return [opacity * c + (1 - opacity) * g for c, g in zip(color, ground, strict=True)]


@pytest.mark.parametrize("kind", ["tensor", "ndarray"])
@pytest.mark.parametrize(
    ("ink", "opacity", "page"),
    [(0.0, 0.87, 1.0), (1.0, 1.0, 17 / 255)],
    ids=["light", "dark"],
)
def test_contrast(kind, ink, opacity, page):
    """WCAG AA in JupyterLab's two themes: 4.5 for text on its ground, 3 for lines."""
    digits = memory_svg.COLOR[kind].removeprefix("#")
    color = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    paper, black_or_white = [page] * 3, [ink] * 3
    assert contrast(color, paper) >= 3
    for tint, strength in ((memory_svg.CARD_TINT, memory_svg.SOFT), (memory_svg.CHIP_TINT, 1)):
        ground = over(color, tint, paper)
        assert contrast(over(black_or_white, strength * opacity, ground), ground) >= 4.5


def test_neither_backend_is_imported():
    for name in ("memory", "blocks", "memory_svg"):
        module = importlib.import_module(f"minitensor.notebook.{name}")
        assert not {"torch", "minitensor"} & set(vars(module))
