"""memory(): who shares memory with whom, told exactly, the same on every run, and legibly."""

import importlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from minitensor.notebook import memory_svg
from minitensor.notebook.memory import memory


@pytest.fixture(params=["torch", "minitensor"], scope="module")
def torch(request):
    return pytest.importorskip(request.param)


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


def many_kinds(torch):
    a = np.arange(6.0).reshape(2, 3)
    x, b = torch.from_numpy(a), torch.tensor(a)
    old = torch.tensor([1.0, 2.0], requires_grad=True)
    arrays = [x[1:].numpy(), torch.from_numpy(a[:, 1])]
    views = [x.t(), x[0], b[:1].expand(4, 3), b[0:0], old.detach(), old.clone()]
    return memory(a, x, b, old, torch.tensor(3), torch.empty(0), *arrays, *views)


def test_minitensor_and_pytorch_look_the_same():
    torch = pytest.importorskip("torch")
    minitensor = pytest.importorskip("minitensor")
    assert many_kinds(minitensor)._repr_mimebundle_() == many_kinds(torch)._repr_mimebundle_()


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
    assert names_in(memory(x, w)) == ["x, w"]
    assert names_in(memory(x)) == ["x, w"]
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


def test_tensors_inside_containers(torch):
    params = [torch.ones(2), torch.zeros(1)]
    table = {"in": params[0][:1], "note": "no tensor"}
    assert names_in(memory(params, table)) == ["params[0]", "table['in']", "params[1]"]


def test_all_variables(torch):
    scope = {"memory": memory, "a": np.zeros(1), "_": np.ones(1), "pair": [torch.ones(1)], "n": 3}
    assert names_in(eval("memory()", scope)) == ["a", "pair[0]"]


def test_many_objects_are_cut_short():
    many = [np.zeros(1) for _ in range(100)]
    assert "; … 84 more objects" in repr(memory(many))


def test_wrong_arguments():
    count = 3
    with pytest.raises(TypeError, match=r"^memory\(\) needs at least one tensor or NumPy array$"):
        eval("memory()", {"memory": memory})
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


def test_neither_backend_is_imported():
    for name in ("memory", "blocks", "memory_svg"):
        module = importlib.import_module(f"minitensor.notebook.{name}")
        assert not {"torch", "minitensor"} & set(vars(module))
