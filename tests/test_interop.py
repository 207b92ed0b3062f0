"""Tensors and the world around them: Python, NumPy, buffers, DLPack, storages, the constructors of old."""

import array as arrays
import copy
import pickle
import warnings

import numpy as np
import pytest
from torch_compare import agree, sample, torch

import minitensor

X = np.arange(6, dtype="float32").reshape(2, 3)
D = sample((2, 3))


def ones(*shape, dtype="float64"):
    return np.ones(shape, dtype)


def readonly(array):
    array.flags.writeable = False
    return array


def same(values):
    """A NumPy result as something that can be compared."""
    return (str(values.dtype), values.shape, values.tolist())


def iadd(a, b):
    a += b
    return a


PYTHON = [
    lambda t, x: x.item(),
    lambda t, x: x[0, 0].item(),
    lambda t, x: x[:0].item(),
    lambda t, x: (x.tolist(), x[0, 0].tolist(), x[:0].tolist()),
    lambda t, x: (len(x), len(x[:0])),
    lambda t, x: len(x[0, 0]),
    lambda t, x: list(x[0, 0]),
    lambda t, x: [row.shape for row in x],
    lambda t, x: (1 in x, 9 in x, x[0, 1] in x),
    lambda t, x: "a" in x,
    lambda t, x: bool(x[0, 1]),
    lambda t, x: bool(x),
    lambda t, x: bool(x[:0]),
    lambda t, x: (float(x[0, 1]), int(x[1, 1]), complex(x[0, 1])),
    lambda t, x: float(x),
    lambda t, x: int(x),
    lambda t, x: complex(x),
    lambda t, x: int(t.tensor(float("nan"))),
    lambda t, x: int(t.tensor(float("inf"))),
    lambda t, x: [1, 2, 3][t.tensor(1)],
    lambda t, x: [1, 2, 3][t.tensor([1])],
    lambda t, x: [1, 2, 3][x[0, 1]],
    lambda t, x: [1, 2, 3][t.tensor(True)],
    lambda t, x: range(t.tensor(3)),
    lambda t, x: f"{x[0, 1]:.3f} {x[0, 1]}",
    lambda t, x: f"{x:.3f}",
    lambda t, x: f"{t.tensor(3):05d} {t.tensor(True)}",
    lambda t, x: hash(x) == hash(x),
    lambda t, x: (x == x.clone()).all().item() and hash(x) != hash(x.clone()),
    lambda t, x: round(x[0, 1].item()),
    lambda t, x: divmod(x, 2),
    lambda t, x: sorted(x[0]),
    lambda t, x: max(x[0]),
    lambda t, x: sum(x),
    lambda t, x: list(reversed(x)),
    lambda t, x: dict(zip(x[0].tolist(), "abc")),
    lambda t, x: x.dtype.is_complex,
    lambda t, x: same(x.numpy()),
    lambda t, x: x.requires_grad_().numpy(),
    lambda t, x: same(x.requires_grad_().numpy(force=True)),
    lambda t, x: x.requires_grad_().tolist(),
    lambda t, x: x.requires_grad_().sum().item(),
]

NUMPY = [
    lambda t, x: same(np.asarray(x)),
    lambda t, x: np.asarray(x.requires_grad_()),
    lambda t, x: same(np.array(x, dtype="f8")),
    lambda t, x: same(np.asarray(x, dtype="i4")),
    lambda t, x: np.add(x, 1),
    lambda t, x: np.sin(x),
    lambda t, x: np.sin(x.requires_grad_()),
    lambda t, x: np.ones(3) + x,
    lambda t, x: x + np.ones(3),
    lambda t, x: x.requires_grad_() + np.ones(3),
    lambda t, x: np.ones(3) * x,
    lambda t, x: np.ones(3) - x,
    lambda t, x: np.float64(2) * x,
    lambda t, x: x * np.float64(2),
    lambda t, x: np.float32(2) * x.requires_grad_(),
    lambda t, x: np.float32(2) ** x,
    lambda t, x: np.int64(3) + t.tensor(2),
    lambda t, x: x // np.int64(2),
    lambda t, x: np.add(x, x),
    lambda t, x: np.equal(x, x),
    lambda t, x: np.ones(3) == x,
    lambda t, x: x == np.ones(3),
    lambda t, x: np.add.reduce(x),
    lambda t, x: same(np.add(x, 1, out=np.ones((2, 3), "f4"))),
    lambda t, x: t.tensor([1, 2]) @ np.array([1, 2]),
    lambda t, x: np.array([1, 2]) @ t.tensor([1, 2]),
    lambda t, x: same(np.concatenate([x, x])),
    lambda t, x: same(np.stack([x, x])),
    lambda t, x: same(np.array([t.tensor(1.0), t.tensor(2.0)])),
    lambda t, x: np.frexp(x),
    lambda t, x: same(np.array([1, 2, 3])[t.tensor([0, 2])]),
    lambda t, x: np.array([1, 2, 3])[t.tensor(1)],
    lambda t, x: np.isnan(x),
    lambda t, x: iadd(x, np.ones(3, "f4")),
    lambda t, x: x.add(np.float32(1)),
    lambda t, x: t.from_numpy(np.arange(3, dtype="f2")),
    lambda t, x: t.from_numpy(np.array(["a"])),
    lambda t, x: t.from_numpy(np.array([None])),
    lambda t, x: t.from_numpy(np.array(["2020"], dtype="M8[D]")),
    lambda t, x: t.from_numpy(np.ones(3, ">f4")),
    lambda t, x: t.from_numpy(np.ones(2)[::-1]),
    lambda t, x: t.from_numpy(np.zeros(3, dtype=[("a", "i1"), ("b", "f4")])["b"]),
    lambda t, x: t.from_numpy(np.broadcast_to(np.ones(1), (3,))),
    lambda t, x: t.from_numpy([1]),
    lambda t, x: t.from_numpy(np.float64(2)),
    lambda t, x: t.from_numpy(x),
    lambda t, x: t.from_numpy(np.ma.array([1, 2])),
    lambda t, x: t.as_tensor(x) is x,
    lambda t, x: t.as_tensor(np.ones(2)[::-1]),
    lambda t, x: t.as_tensor(np.ones(2), dtype=t.float32),
    lambda t, x: t.as_tensor([[1], [2, 3]]),
    lambda t, x: t.as_tensor("a"),
    lambda t, x: t.as_tensor(np.float32(3)),
    lambda t, x: t.as_tensor(range(3)),
    lambda t, x: t.as_tensor(arrays.array("i", [1, 2])),
    lambda t, x: t.as_tensor([1], dtype="a"),
    lambda t, x: t.as_tensor(x.requires_grad_(), dtype=t.float64),
    lambda t, x: t.asarray([1, 2]),
    lambda t, x: (t.asarray(x) is x, t.asarray(x, copy=True) is x),
    lambda t, x: t.asarray(x, dtype=t.float64, copy=False),
    lambda t, x: t.asarray(x, dtype=t.float64),
    lambda t, x: t.asarray([1], copy=False),
    lambda t, x: t.asarray(arrays.array("f", [1, 2])),
    lambda t, x: t.asarray(bytearray(b"ab")),
    lambda t, x: t.asarray(memoryview(bytearray(4)), dtype=t.float32),
    lambda t, x: t.asarray(x.requires_grad_()),
    lambda t, x: t.asarray(x.requires_grad_(), requires_grad=False).requires_grad,
    lambda t, x: t.asarray(x.requires_grad_() * 2, requires_grad=True),
    lambda t, x: t.asarray(np.ones(2), copy=False),
    lambda t, x: t.asarray(np.float64(2)),
    lambda t, x: t.asarray("a"),
    lambda t, x: t.asarray(None),
    lambda t, x: t.asarray([1.0], requires_grad=True),
    lambda t, x: t.asarray([1], requires_grad=True),
    lambda t, x: t.asarray(range(3)),
    lambda t, x: t.frombuffer(bytearray(b"abcdefgh"), dtype=t.uint8),
    lambda t, x: t.frombuffer(b"abcd", dtype=t.uint8),
    lambda t, x: t.frombuffer(bytearray(8), dtype=t.float32, count=1, offset=4),
    lambda t, x: t.frombuffer(bytearray(0), dtype=t.uint8),
    lambda t, x: t.frombuffer(bytearray(8), dtype=t.float32, offset=8),
    lambda t, x: t.frombuffer(bytearray(8), dtype=t.float32, offset=-1),
    lambda t, x: t.frombuffer(bytearray(8), dtype=t.float32, count=3),
    lambda t, x: t.frombuffer(bytearray(7), dtype=t.float32),
    lambda t, x: t.frombuffer(bytearray(8), dtype=t.float32, count=0),
    lambda t, x: t.frombuffer(bytearray(9), dtype=t.float32, offset=1),
    lambda t, x: t.frombuffer(3, dtype=t.float32),
    lambda t, x: t.frombuffer(bytearray(8), dtype=t.float32, requires_grad=True),
    lambda t, x: t.frombuffer(bytearray(8), dtype=t.int32, requires_grad=True),
]

DLPACK = [
    lambda t, x: x.requires_grad_().__dlpack__(),
    lambda t, x: tuple(map(int, x.__dlpack_device__())),
    lambda t, x: same(np.from_dlpack(x)),
    lambda t, x: same(np.from_dlpack(t.tensor([True]))),
    lambda t, x: np.from_dlpack(x.t()).strides,
    lambda t, x: t.from_dlpack(np.arange(3)),
    lambda t, x: t.from_dlpack(ones(2, 3).T),
    lambda t, x: t.from_dlpack(np.empty((0, 3))),
    lambda t, x: t.from_dlpack(np.array(3.0)),
    lambda t, x: t.from_dlpack(readonly(np.arange(3.0))),
    lambda t, x: t.from_dlpack(np.ones(3, dtype=">f4")),
    lambda t, x: t.from_dlpack(np.array(["a"])),
    lambda t, x: t.from_dlpack(3),
    lambda t, x: t.from_dlpack(x)._base,
    lambda t, x: t.from_dlpack(x.requires_grad_()),
    lambda t, x: t.from_dlpack(x.__dlpack__()),
    lambda t, x: t.from_dlpack(np.arange(3), device="cpu", copy=True),
    lambda t, x: (lambda c: (t.from_dlpack(c), t.from_dlpack(c)))(x.__dlpack__()),
    lambda t, x: x.__dlpack__(stream=1),
    lambda t, x: x.__dlpack__(stream="a"),
    lambda t, x: type(t.to_dlpack(x)).__name__,
]

STORAGE = [
    lambda t, x: (x.untyped_storage().nbytes(), len(x.storage()), x.storage().nbytes()),
    lambda t, x: str(x.storage()),
    lambda t, x: str(x[:, 1].untyped_storage()),
    lambda t, x: str(t.empty(0).storage()),
    lambda t, x: (x.storage().tolist(), list(x.untyped_storage())),
    lambda t, x: (x.storage()[1], x.storage()[-1], x.untyped_storage()[-1]),
    lambda t, x: x.storage()[30],
    lambda t, x: x.storage()[1:3],
    lambda t, x: x.storage()[1.5],
    lambda t, x: x.untyped_storage()[30],
    lambda t, x: str(x.untyped_storage()[1:3]),
    lambda t, x: x.untyped_storage()[::2],
    lambda t, x: x.untyped_storage()["a"],
    lambda t, x: x.untyped_storage().__setitem__(0, 1.5),
    lambda t, x: x.untyped_storage().__setitem__(99, 1),
    lambda t, x: x.storage().__setitem__(0, "a"),
    lambda t, x: x.storage().__setitem__(99, 1),
    lambda t, x: (x.storage().__setitem__(0, 7), x)[1],
    lambda t, x: (x.storage().fill_(2), x)[1],
    lambda t, x: (x.untyped_storage().fill_(0), x, x._version)[1:],
    lambda t, x: (x.storage().copy_(t.FloatStorage([1, 2, 3, 4, 5, 6])), x)[1],
    lambda t, x: x.untyped_storage().copy_(t.UntypedStorage(3)),
    lambda t, x: str(x.storage().int()) + str(x.storage().half()) + str(x.storage().bool()),
    lambda t, x: x.storage().clone().data_ptr() == x.storage().data_ptr(),
    lambda t, x: (x.storage().type(), x.untyped_storage().type(), x.storage_type().__name__),
    lambda t, x: (x.storage().element_size(), x.untyped_storage().element_size()),
    lambda t, x: x.storage().pickle_storage_type(),
    lambda t, x: x[0].untyped_storage() == x[1].untyped_storage(),
    lambda t, x: hash(x[0].untyped_storage()) == hash(x[1].untyped_storage()),
    lambda t, x: str(t.FloatStorage([1, 2])) + str(t.LongStorage([1])) + str(t.UntypedStorage([1])),
    lambda t, x: (t.FloatStorage(3).size(), t.UntypedStorage(3).nbytes(), len(t.FloatStorage())),
    lambda t, x: str(t.TypedStorage([1, 2], dtype=t.int32)),
    lambda t, x: str(t.TypedStorage(wrap_storage=x.untyped_storage(), dtype=t.int32)),
    lambda t, x: t.FloatStorage("a"),
    lambda t, x: t.FloatStorage(np.ones(2)),
    lambda t, x: t.UntypedStorage(2.5),
    lambda t, x: (repr(t.FloatStorage), repr(t.Storage), t.FloatStorage.dtype == t.float32),
    lambda t, x: isinstance(x.storage(), t.FloatStorage) and not isinstance(x, t.IntStorage),
    lambda t, x: (t.is_storage(x), t.is_storage(x.storage()), t.is_storage(x.untyped_storage())),
    lambda t, x: (t.typename(x), t.typename(3), t.typename(x.storage()), t.typename(t.Tensor)),
    lambda t, x: t.from_numpy(np.ones(2)).untyped_storage().resize_(100),
    lambda t, x: copy.deepcopy(x.untyped_storage()).nbytes(),
    lambda t, x: pickle.loads(pickle.dumps(x[0].storage())).tolist(),
    lambda t, x: x.set_(t.ones(3)),
    lambda t, x: (x.set_(t.ones(3)), x._version)[1],
    lambda t, x: x.set_(),
    lambda t, x: x.set_(t.FloatStorage([1, 2])),
    lambda t, x: x.set_(x.untyped_storage(), 1, (2,), (2,)),
    lambda t, x: x.set_(x.untyped_storage(), 1, (2, 2)),
    lambda t, x: x.set_(t.tensor([1])),
    lambda t, x: x.set_(3),
    lambda t, x: x.set_(x, 1),
    lambda t, x: t.ones(2, requires_grad=True).set_(x),
    lambda t, x: x.resize_(2, 2),
    lambda t, x: x.resize_((3,)),
    lambda t, x: tuple(x.clone()[1].resize_(2, 3).shape),
    lambda t, x: tuple(x.clone().resize_(4, 4).shape),
    lambda t, x: x.resize_(-1),
    lambda t, x: x.resize_("a"),
    lambda t, x: x.resize_(),
    lambda t, x: x.t().resize_(3, 2),
    lambda t, x: x.requires_grad_().resize_(2),
    lambda t, x: (x.resize_(2, 2), x._version)[1],
    lambda t, x: x.resize_as_(t.ones(3, 2)),
    lambda t, x: x.resize_as_(3),
    lambda t, x: (x.is_set_to(x), x.is_set_to(x.view(2, 3)), x.is_set_to(x.view(6))),
    lambda t, x: x.is_set_to(3),
    lambda t, x: str((x.layout, t.strided, t.contiguous_format, t.preserve_format)),
    lambda t, x: (x.is_cpu, x.is_pinned(), x.share_memory_() is x, x.get_device()),
    lambda t, x: t.get_device(x),
    lambda t, x: x.pin_memory(),
    lambda t, x: t.memory_format(),
]

LEGACY = [
    lambda t, x: tuple(t.Tensor(3).shape),
    lambda t, x: tuple(t.Tensor(2, 3).shape),
    lambda t, x: t.Tensor([1, 2]),
    lambda t, x: t.Tensor((1, 2)),
    lambda t, x: tuple(t.Tensor(t.Size([2, 3])).shape),
    lambda t, x: t.Tensor(),
    lambda t, x: t.Tensor(1.5),
    lambda t, x: t.Tensor("a"),
    lambda t, x: t.Tensor(None),
    lambda t, x: t.Tensor(True),
    lambda t, x: t.Tensor({1: 2}),
    lambda t, x: t.Tensor(t.tensor([1, 2])),
    lambda t, x: t.Tensor(np.ones(2)),
    lambda t, x: t.Tensor(-1),
    lambda t, x: t.Tensor(2, "a"),
    lambda t, x: t.Tensor([[1], [2, 3]]),
    lambda t, x: t.Tensor([], 3),
    lambda t, x: t.Tensor(3, [1]),
    lambda t, x: t.Tensor(3, device="cuda"),
    lambda t, x: tuple(t.Tensor(size=(2, 3)).shape),
    lambda t, x: t.Tensor(x.requires_grad_()),
    lambda t, x: t.Tensor(x.storage()),
    lambda t, x: t.Tensor(range(3)),
    lambda t, x: tuple(t.Tensor(np.int64(3)).shape),
    lambda t, x: t.LongTensor([1.5, 2]),
    lambda t, x: t.LongTensor(t.tensor([1.0])),
    lambda t, x: t.LongTensor(np.array([1.0, 2])),
    lambda t, x: t.BoolTensor([0, 1]),
    lambda t, x: t.ByteTensor([300]),
    lambda t, x: t.FloatTensor([[1, 2], [3, 4]]),
    lambda t, x: t.DoubleTensor(2, 3).dtype == t.float64,
    lambda t, x: t.FloatTensor(2.5),
    lambda t, x: t.IntTensor(x.storage()),
    lambda t, x: (repr(t.FloatTensor), t.FloatTensor.dtype == t.float32),
    lambda t, x: (isinstance(x, t.FloatTensor), isinstance(x, t.IntTensor)),
    lambda t, x: tuple(x.new(2, 3).shape),
    lambda t, x: x.new([1, 2]),
    lambda t, x: x.new(t.tensor([1])),
    lambda t, x: x.new(),
]

TO = [
    lambda t, x: x.type(),
    lambda t, x: x.type("torch.IntTensor"),
    lambda t, x: x.type(t.IntTensor),
    lambda t, x: x.type(t.int8),
    lambda t, x: x.type(dtype=t.int8),
    lambda t, x: x.type("foo"),
    lambda t, x: x.type(3),
    lambda t, x: x.type(t.Tensor),
    lambda t, x: x.type_as(t.tensor(1)),
    lambda t, x: x.type_as(3),
    lambda t, x: x.to(t.float64),
    lambda t, x: (x.to("cpu") is x, x.to(t.device("cpu")) is x, x.to(None) is x, x.cpu() is x),
    lambda t, x: x.to("cpu", t.int32),
    lambda t, x: x.to(t.tensor(1)),
    lambda t, x: x.to(dtype=t.int32),
    lambda t, x: x.to(device="cpu", dtype=t.int32),
    lambda t, x: x.to(other=t.tensor(1)),
    lambda t, x: x.to(),
    lambda t, x: x.to("foo"),
    lambda t, x: x.to(3),
    lambda t, x: x.to(int),
    lambda t, x: x.to(t.float32, copy=True) is x,
    lambda t, x: x.to(t.float32, False, True) is x,
    lambda t, x: x.to("cpu", t.float32, False, True) is x,
    lambda t, x: x.to("cpu", "a"),
    lambda t, x: x.to(dtype="a"),
    lambda t, x: x.to(foo=3),
    lambda t, x: x.to("cuda"),
    lambda t, x: x.cuda(),
    lambda t, x: x.t().to(memory_format=t.contiguous_format),
    lambda t, x: x.t().to(t.float64),
    lambda t, x: x.t().to(t.float64, memory_format=t.contiguous_format),
    lambda t, x: x.requires_grad_().to(t.float64),
    lambda t, x: x.requires_grad_().t().to(memory_format=t.contiguous_format),
    lambda t, x: (x.float() is x, x.char(), x.half(), x.bool()),
    lambda t, x: x.t().clone(),
    lambda t, x: x.t().clone(memory_format=t.contiguous_format),
    lambda t, x: x.t().contiguous(memory_format=t.contiguous_format),
    lambda t, x: x.requires_grad_().t().contiguous(),
    lambda t, x: x[:, ::2].clone(),
    lambda t, x: t.clone(3),
    lambda t, x: t.detach(x) is x,
    lambda t, x: t.detach_(x[0]),
    lambda t, x: t.detach_(x.requires_grad_() * 2),
]

WRITE = [
    lambda t, x: t.zero_(x),
    lambda t, x: t.fill_(x, 3),
    lambda t, x: t.fill(x, 3),
    lambda t, x: x.fill_(t.tensor(2)),
    lambda t, x: x.fill_(t.tensor([2])),
    lambda t, x: x.fill_("a"),
    lambda t, x: t.tensor([1], dtype=t.uint8).fill_(300),
    lambda t, x: t.tensor([1], dtype=t.uint8).fill_(-1),
    lambda t, x: t.tensor([1]).fill_(1.7),
    lambda t, x: t.tensor([True]).fill_(5),
    lambda t, x: t.tensor([1]).fill_(float("nan")),
    lambda t, x: x.copy_(3),
    lambda t, x: x.copy_("a"),
    lambda t, x: x.copy_(t.ones(3)),
    lambda t, x: x.copy_(t.ones(4)),
    lambda t, x: x.copy_(t.ones(1, 2, 3)),
    lambda t, x: x.copy_(np.ones(3)),
    lambda t, x: x.copy_(x, True),
    lambda t, x: t.tensor([1]).copy_(t.tensor([1.7])),
    lambda t, x: x.apply_(lambda v: v + 1),
    lambda t, x: (x.apply_(lambda v: v), x._version)[1],
    lambda t, x: x.apply_(3),
    lambda t, x: x.apply_(lambda v: "a"),
    lambda t, x: t.tensor([1]).apply_(lambda v: v * 1.5),
    lambda t, x: x.requires_grad_().apply_(lambda v: v),
    lambda t, x: x.map_(t.ones(3), lambda a, b: a + b),
    lambda t, x: x.map_(t.ones(3, dtype=t.float64), lambda a, b: a + b),
    lambda t, x: x.map_(t.ones(4), lambda a, b: a),
    lambda t, x: x.map2_(t.ones(3), x, lambda a, b, c: a + b * c),
]


@pytest.mark.torch
@pytest.mark.parametrize("case", [*PYTHON, *NUMPY, *DLPACK, *STORAGE, *LEGACY, *TO, *WRITE])
def test_as_in_pytorch(case):
    agree(case, X)


@pytest.mark.torch
def test_memory_is_shared_with_pytorch_both_ways():
    ours, theirs = minitensor.arange(6.0), torch.arange(6.0)
    seen_there, seen_here = torch.from_dlpack(ours), minitensor.from_dlpack(theirs)
    ours[0], theirs[1] = 9, 7
    assert seen_there.tolist() == ours.tolist() and seen_here.tolist() == theirs.tolist()
    seen_there[2] = 5
    seen_here[2] = 4
    assert (ours[2], theirs[2]) == (5, 4)
    for name in (
        "float16",
        "float32",
        "float64",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "bool",
    ):
        there = torch.from_dlpack(minitensor.ones(2, 3, dtype=getattr(minitensor, name)).t())
        assert (str(there.dtype), there.stride()) == (f"torch.{name}", (1, 3))
        assert str(minitensor.from_dlpack(there).dtype) == f"torch.{name}"


def test_a_complex_array_gets_a_hint():
    with pytest.raises(TypeError) as caught:
        minitensor.from_numpy(np.ones(2, complex))
    assert "complex128" in caught.value.__notes__[0]


def test_a_readonly_array_is_warned_of():
    with pytest.warns(UserWarning, match="The given NumPy array is not writable"):
        minitensor.from_numpy(readonly(np.ones(2)))
    with pytest.warns(UserWarning, match="The given buffer is not writable"):
        minitensor.frombuffer(b"abc", dtype=minitensor.uint8)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        minitensor.asarray(readonly(np.ones(2)), copy=True)
