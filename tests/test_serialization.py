"""save and load: files go both ways between minitensor and PyTorch, and none of them runs code."""

import collections
import copy
import io
import os
import pickle
import warnings
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import minitensor

DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64")


def through(value, write, read, **options):
    """`value`, written by one library and read by another."""
    file = io.BytesIO()
    write.save(value, file)
    file.seek(0)
    return read.load(file, **options)


def shown(value):
    """A value as text that tells all there is to compare, the same from both libraries."""
    if hasattr(value, "untyped_storage"):
        place = ()
        if value.numel():
            size = value.untyped_storage().nbytes()
            place = tuple(value.shape), value.stride(), value.storage_offset(), size
        return f"{value!r} {place} {value.requires_grad} {vars(value).get('note')}"
    if isinstance(value, dict):
        return str([(shown(k), shown(v)) for k, v in value.items()])
    if isinstance(value, (list, tuple)):
        return f"{type(value).__name__.removeprefix('torch.')}{[shown(v) for v in value]}"
    return f"{type(value).__name__} {value!r}"


def specimens(t):
    """A value of every kind that a file may hold."""
    x = t.arange(6.0).reshape(2, 3)
    noted = t.tensor([1, 2])
    noted.note = "attribute"
    return {
        "views": [x, x[1], x.t(), x[:, ::2]],
        "empty": t.empty(0, 3),
        "number": t.tensor(3),
        "leaf": t.ones(2, requires_grad=True),
        "result": t.ones(2, requires_grad=True) * 2,
        "noted": noted,
        "size": t.Size([2, 3]),
        "dtypes": [getattr(t, name) for name in DTYPES],
        "tensors": tuple(t.ones(2, dtype=getattr(t, name)) for name in DTYPES),
        "device": t.device("cpu"),
        "plain": [None, True, 1, -(2**70), 2.5, float("inf"), "text", b"bytes", (1, (2,)), 1j, {1}],
        "ordered": collections.OrderedDict(a=1, b=t.zeros(1)),
        3: {"nested": [{"deep": x[0, 0]}]},
    }


def test_what_is_saved_comes_back():
    value = specimens(minitensor)
    back = through(value, minitensor, minitensor)
    value["result"] = value["result"].detach().requires_grad_()
    assert shown(back) == shown(value)


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore:.*non-leaf")
def test_files_go_both_ways():
    torch = pytest.importorskip("torch")
    expected = shown(through(specimens(torch), torch, torch))
    assert shown(through(specimens(minitensor), minitensor, torch)) == expected
    assert shown(through(specimens(torch), torch, minitensor)) == expected
    state = torch.nn.Linear(3, 2).state_dict()
    assert shown(through(state, torch, minitensor)) == shown(state)
    parameter = torch.nn.Parameter(torch.ones(2))
    assert through(parameter, torch, minitensor).requires_grad


@pytest.mark.torch
@settings(max_examples=40, deadline=None, derandomize=True)
@given(data=st.data())
def test_any_view_goes_both_ways(data):
    torch = pytest.importorskip("torch")
    shape = data.draw(hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
    array = np.arange(np.prod(shape)).astype(data.draw(st.sampled_from(DTYPES))).reshape(shape)
    order = data.draw(st.permutations(range(len(shape))))
    steps = tuple(slice(data.draw(st.integers(0, 1)), None, 2) for _ in shape)

    def made(t):
        return t.tensor(array).permute(*order)[steps] if shape else t.tensor(array)

    expected = shown(made(torch))
    assert shown(through(made(minitensor), minitensor, torch)) == expected
    assert shown(through(made(torch), torch, minitensor)) == expected


def test_sharing_survives():
    x = minitensor.zeros(2, 3)
    again = through({"x": x, "row": x[1]}, minitensor, minitensor)
    again["x"][1, 0] = 7
    assert again["row"].tolist() == [7, 0, 0]
    assert x.sum() == 0


def test_files_and_paths(tmp_path):
    x = minitensor.ones(2)
    for path in (tmp_path / "x.pt", str(tmp_path / "y.pt")):
        minitensor.save(x, path)
        assert minitensor.load(path).equal(x)
        assert minitensor.load(path, mmap=True).equal(x)
    with zipfile.ZipFile(tmp_path / "x.pt") as archive:
        assert set(archive.namelist()) >= {"x/data.pkl", "x/data/0", "x/version", "x/byteorder"}
    with open(tmp_path / "x.pt", "rb") as file:
        assert minitensor.load(file, map_location="cpu", weights_only=False).equal(x)


class Evil:
    """Asks to run a command when it is unpickled."""

    def __reduce__(self):
        return os.system, ("echo evil",)


class Sly:
    """Asks for it in a roundabout way."""

    def __reduce__(self):
        return getattr, ("text", "upper")


REFUSED = {
    "a command": Evil,
    "a roundabout command": Sly,
    "a function": lambda: print,
    "an array": lambda: np.arange(3),
    "an object": lambda: collections.defaultdict(list),
    "a slice": lambda: slice(1),
    "a class": lambda: Evil,
}


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED.keys())
def test_nothing_else_is_loaded(make, capfd):
    file = io.BytesIO()
    minitensor.save([minitensor.ones(2), make()], file)
    for weights_only in (None, True, False):
        file.seek(0)
        with pytest.raises(pickle.UnpicklingError) as refused:
            minitensor.load(file, weights_only=weights_only)
    assert refused.value.__notes__[0].startswith("Hint: this kit loads tensors")
    torch = pytest.importorskip("torch")
    file.seek(0)
    with pytest.raises(pickle.UnpicklingError) as theirs:
        torch.load(file)
    assert str(refused.value) == str(theirs.value)
    assert "evil" not in capfd.readouterr().out


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (b"ctorch\nTensor\n}X\x03\x00\x00\x00sumNsb.", "Can only build"),  # changes the class
        (b"ctorch\nSize\n}X\x05\x00\x00\x00numelNsb.", "Can only build"),
        (b"ctorch\nfloat32\n)R.", "unrecognized function"),  # calls what is no function
        (b"]X\x01\x00\x00\x00aR.", "unrecognized function"),
        (b"ios\nsystem\n.", "Unsupported operand 105"),
        (b"\x82\x01.", "Unsupported operand 130"),  # copyreg's extensions
        (b"ctorch\nTensor\n)\x81.", "Unsupported operand 129"),  # cls.__new__(cls)
    ],
)
def test_a_crafted_pickle_gets_nowhere(program, words):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02" + program)
    file.seek(0)
    with pytest.raises(pickle.UnpicklingError, match=words):
        minitensor.load(file)
    assert callable(minitensor.Tensor.sum) and minitensor.Size([2]).numel() == 2


def test_a_crafted_place_gets_nowhere():
    from minitensor.pickling import rebuild_tensor
    from minitensor.storage import TypedStorage

    storage = TypedStorage.of(np.zeros(4, "float32"))
    for offset, size, stride in (
        (0, (5,), (1,)),
        (0, (2,), (-1,)),
        (-1, (2,), (1,)),
        (3, (2,), (1,)),
    ):
        with pytest.raises(RuntimeError, match="out of bounds for storage of size 16"):
            rebuild_tensor(storage, offset, size, stride, False)


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "case",
    [
        lambda t: t.load(io.BytesIO(b"")),
        lambda t: t.load(io.BytesIO(pickle.dumps([1]))),
        lambda t: t.load(io.BytesIO(pickle.dumps([1], 2))),
        lambda t: t.load(3),
        lambda t: t.load("/nowhere/x.pt"),
        lambda t: t.save(1, 3),
        lambda t: t.save(1, "/nowhere/x.pt"),
        lambda t: t.save([t.ones(2), t.ones(2).view(t.int32)], io.BytesIO()) and None,
        lambda t: (lambda x: t.save([x, x.view(t.int32)], io.BytesIO()))(t.ones(2)),
        lambda t: through(t.ones(2), t, t, map_location="cuda"),
        lambda t: through(t.ones(2), t, t, map_location="foo"),
        lambda t: through(t.ones(2), t, t, map_location=3),
        lambda t: through(t.ones(2), t, t, map_location={"cpu": "cpu"}),
        lambda t: through(t.ones(2), t, t, map_location=lambda storage, place: storage),
        lambda t: through(t.ones(2), t, t, map_location=t.device("cpu")),
        lambda t: through(t.ones(2), t, t, mmap=True),
        lambda t: copy.deepcopy(t.ones(2, requires_grad=True) * 2),
        lambda t: copy.copy(t.ones(2, requires_grad=True) * 2),
        lambda t: copy.deepcopy(t.arange(6.0).reshape(2, 3)[:, 1]),
        lambda t: pickle.loads(pickle.dumps(t.ones(2, requires_grad=True) * 2)),
        lambda t: pickle.loads(pickle.dumps(t.arange(6).reshape(2, 3).t())),
        lambda t: pickle.loads(pickle.dumps([t.float32, t.Size([2]), t.device("cpu"), t.strided])),
        lambda t: t.ones(2).__reduce_ex__(2)[1][1:],
        lambda t: (lambda x: (x.__setstate__((t.ones(3).untyped_storage(), 1, (2,), (1,))), x))(
            t.ones(1)
        ),
    ],
)
def test_as_in_pytorch(case):
    torch = pytest.importorskip("torch")
    assert outcome(case, minitensor) == outcome(case, torch)


def outcome(case, t):
    try:
        return shown(case(t))
    except Exception as error:
        return type(error), str(error)


def test_copies():
    x = minitensor.ones(2, requires_grad=True)
    x.sum().backward()
    x.note = ["mine"]
    shallow, deep = copy.copy(x), copy.deepcopy(x)
    assert shallow.data_ptr() == x.data_ptr() and shallow.grad is None and shallow.note is x.note
    assert deep.data_ptr() != x.data_ptr() and deep.grad.tolist() == [1, 1]
    assert deep.note == x.note and deep.note is not x.note
    whole = minitensor.zeros(2, 3)
    both = copy.deepcopy([whole, whole[0], whole])
    both[0][0, 0] = 5
    assert both[1].tolist() == [5, 0, 0] and both[2] is both[0] and whole.sum() == 0


def test_a_tensor_with_a_note_can_be_pickled():
    x = minitensor.ones(2)
    x.note = "mine"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert pickle.loads(pickle.dumps(x)).note == "mine"
