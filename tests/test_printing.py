"""How tensors print, compared with PyTorch where it is installed, and with recorded texts."""

import contextlib
import re
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from minitensor import dtypes, printing
from minitensor.printing import format_tensor, tensor_str


class Tensor:
    """All that printing looks at."""

    def __init__(self, array, grad_fn=None, requires_grad=False):
        self._array = np.asarray(array)
        self.dtype = dtypes.of(self._array.dtype)
        self.requires_grad = requires_grad
        self.grad_fn = SimpleNamespace(name=lambda: grad_fn) if grad_fn else None


def f32(values):
    return Tensor(np.array(values, dtype="float32"))


@pytest.fixture(autouse=True)
def _restored_options():
    with printing.printoptions():
        yield


@contextlib.contextmanager
def default_dtype(d):
    before = dtypes.get_default_dtype()
    dtypes.set_default_dtype(d)
    try:
        yield
    finally:
        dtypes.set_default_dtype(before)


# Compared with PyTorch


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


DTYPES = [d.name for d in dtypes.ALL]
SHAPES = st.one_of(
    hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=6),
    hnp.array_shapes(min_dims=1, max_dims=2, min_side=1, max_side=40),
)
EXTREMES = [0.0, -0.0, np.nan, np.inf, -np.inf, 1e-4, 1e8, 1e-45, 5e-324, 1e308, 65504.0, 1000.0]


@st.composite
def arrays(draw):
    """Arrays of every dtype: adversarial elements, or many of one kind of numbers."""
    name, shape = draw(st.sampled_from(DTYPES)), draw(SHAPES)
    if draw(st.booleans()):
        return draw(hnp.arrays(name, shape))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    numbers = draw(
        st.sampled_from(
            [
                lambda: rng.normal(size=shape),
                lambda: rng.integers(-1200, 1200, shape) * 1.0,
                lambda: rng.integers(-12, 12, shape) / 4,
                lambda: 10.0 ** rng.uniform(-9, 9, shape),
                lambda: 10.0 ** rng.uniform(0, 3.1, shape) * rng.choice([-1, 1], shape),
                lambda: rng.choice(EXTREMES, shape),
                lambda: np.where(rng.random(shape) < 0.5, rng.choice(EXTREMES, shape), 1.5),
                lambda: rng.choice([0.0, -0.0, 2.0, np.nan, np.inf], shape),
            ]
        )
    )()
    with np.errstate(all="ignore"):
        array = np.asarray(numbers).astype(name)
    return array.T if draw(st.booleans()) else array


OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "precision": st.integers(0, 8),
        "threshold": st.sampled_from([-1, 0, 5, 20, 100]),
        "edgeitems": st.integers(0, 4),
        "linewidth": st.integers(0, 130),
        "profile": st.sampled_from(["default", "short", "full", "unknown"]),
        "sci_mode": st.sampled_from([None, True, False]),
    },
)


@pytest.mark.torch
@settings(deadline=None, max_examples=300)
@given(
    array=arrays(),
    options=OPTIONS,
    default=st.sampled_from(["float32", "float32", "float64", "float16"]),
    history=st.sampled_from([None, "leaf", "clone", "subclass"]),
)
@example(np.zeros((40, 40)), {"edgeitems": 0}, "float32", "leaf")
@example(np.zeros((0, 3), "int8"), {"edgeitems": 0, "threshold": -1}, "float64", None)
@example(np.ones((2, 3)), {"edgeitems": 0, "threshold": -1}, "float64", "clone")
@example(np.float32(1e-4), {}, "float32", None)
@example(np.array([1e-4, 0.1]), {}, "float32", None)
@example(np.array([0.5, 500.0]), {}, "float32", None)
@example(np.array([np.nan, 0.0]), {"sci_mode": True}, "float32", None)
@example(np.array([5e-324, 1e308]), {}, "float32", None)
def test_prints_what_pytorch_prints(torch, array, options, default, history):
    theirs = torch.from_numpy(np.array(array))
    requires_grad = history in ("leaf", "clone") and theirs.is_floating_point()
    theirs.requires_grad_(requires_grad)
    grad_fn, cls = None, Tensor
    if requires_grad and history == "clone":
        theirs, grad_fn = theirs.clone(), "CloneBackward0"
    if history == "subclass":
        cls = type("MyTensor", (Tensor,), {})
        theirs = theirs.as_subclass(type("MyTensor", (torch.Tensor,), {}))
    ours = cls(array, grad_fn, requires_grad)

    before = torch.get_default_dtype()
    with default_dtype(getattr(dtypes, default)), printing.printoptions(**options):
        torch.set_default_dtype(getattr(torch, default))
        try:
            with torch._tensor_str.printoptions(**options):
                assert tensor_str(ours) == str(theirs)
        finally:
            torch.set_default_dtype(before)


@pytest.mark.torch
@settings(deadline=None, max_examples=50)
@given(calls=st.lists(OPTIONS, max_size=4))
def test_options_accumulate_as_in_pytorch(torch, calls):
    def shown(module):
        options = module._options if module is printing else module.PRINT_OPTS
        return {name: getattr(options, name) for name in printing.DEFAULTS}

    with printing.printoptions(), torch._tensor_str.printoptions():
        for options in calls:
            printing.set_printoptions(**options)
            torch.set_printoptions(**options)
            assert shown(printing) == shown(torch._tensor_str)
    assert shown(printing) == shown(torch._tensor_str)


@pytest.mark.torch
@pytest.mark.parametrize("options", [{"precision": -1}, {"precision": 2.5}, {"threshold": "x"}])
def test_bad_options_fail_when_printing_as_in_pytorch(torch, options):
    with printing.printoptions(**options), torch._tensor_str.printoptions(**options):
        with pytest.raises(Exception) as theirs:
            str(torch.tensor(1.5))
        with pytest.raises(theirs.type) as ours:
            tensor_str(f32(1.5))
    assert str(ours.value) == str(theirs.value)


@pytest.mark.torch
@pytest.mark.parametrize("name", DTYPES)
@pytest.mark.parametrize("spec", ["", ".2f", "5d", ">12", "xx"])
def test_format_of_one_number_is_pythons(torch, name, spec):
    array = np.array(3.14159).astype(name)
    try:
        theirs = format(torch.from_numpy(array), spec)
    except ValueError as error:
        with pytest.raises(ValueError) as ours:
            format_tensor(Tensor(array), spec)
        assert str(ours.value) == str(error)
    else:
        assert format_tensor(Tensor(array), spec) == theirs


# Recorded: these hold without PyTorch


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (1.5, "tensor(1.5000)"),
        ([1, 2], "tensor([1., 2.])"),
        ([], "tensor([])"),
        (np.ones((0, 3)), "tensor([], size=(0, 3))"),
        ([-0.0, 1.0], "tensor([-0., 1.])"),
        ([np.nan, 1.5], "tensor([   nan, 1.5000])"),
        ([np.nan, 0.0, -np.inf], "tensor([nan, 0., -inf])"),
        ([1e-4, 1.0], "tensor([1.0000e-04, 1.0000e+00])"),
        ([0.5, 501.0], "tensor([5.0000e-01, 5.0100e+02])"),
        ([0.5, 500.0], "tensor([  0.5000, 500.0000])"),
        ([1e8, 1e6], "tensor([100000000.,   1000000.])"),
        ([2e8, 1e6], "tensor([2.0000e+08, 1.0000e+06])"),
        (np.ones((2, 1, 2)), "tensor([[[1., 1.]],\n\n        [[1., 1.]]])"),
    ],
)
def test_floats(values, text):
    assert tensor_str(f32(values)) == text


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (np.array(True), "tensor(True)"),
        (np.array([True, False]), "tensor([ True, False])"),
        (np.array([-1, 20]), "tensor([-1, 20])"),
        (np.array([], dtype="int64"), "tensor([], dtype=torch.int64)"),
        (np.array([1e-4]), "tensor([0.0001], dtype=torch.float64)"),
        (np.array([3], dtype="uint8"), "tensor([3], dtype=torch.uint8)"),
        (
            np.array([65504, 0.1], "float16"),
            "tensor([6.5504e+04, 9.9976e-02], dtype=torch.float16)",
        ),
    ],
)
def test_other_dtypes(array, text):
    assert tensor_str(Tensor(array)) == text


def test_long_dimensions_lose_their_middle():
    assert tensor_str(Tensor(np.arange(1400).reshape(200, 7))) == (
        "tensor([[   0,    1,    2,  ...,    4,    5,    6],\n"
        "        [   7,    8,    9,  ...,   11,   12,   13],\n"
        "        [  14,   15,   16,  ...,   18,   19,   20],\n"
        "        ...,\n"
        "        [1379, 1380, 1381,  ..., 1383, 1384, 1385],\n"
        "        [1386, 1387, 1388,  ..., 1390, 1391, 1392],\n"
        "        [1393, 1394, 1395,  ..., 1397, 1398, 1399]])"
    )


def test_long_lines_and_suffixes_wrap():
    ours = Tensor(np.arange(8) * 2 / 3, grad_fn="MulBackward0", requires_grad=True)
    assert tensor_str(ours) == (
        "tensor([0.0000, 0.6667, 1.3333, 2.0000, 2.6667, 3.3333, 4.0000, 4.6667],\n"
        "       dtype=torch.float64, grad_fn=<MulBackward0>)"
    )
    assert tensor_str(f32(np.arange(10) / 2)) == (
        "tensor([0.0000, 0.5000, 1.0000, 1.5000, 2.0000, 2.5000, 3.0000, 3.5000, 4.0000,\n"
        "        4.5000])"
    )


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("SumBackward0", "SumBackward0"),
        ("torch::autograd::CopySlices", "CopySlices"),
        ("FnBackward", "FnBackward"),
    ],
)
def test_history_is_shown(name, shown):
    assert tensor_str(Tensor(np.float32(4), name, True)) == f"tensor(4., grad_fn=<{shown}>)"
    assert tensor_str(Tensor(np.float32(4), None, True)) == "tensor(4., requires_grad=True)"


def test_history_that_cannot_be_told_is_invalid():
    class Changed(Tensor):
        @property
        def grad_fn(self):
            raise RuntimeError(
                "Output 0 of Unbind is a view and its base has been modified inplace"
            )

        @grad_fn.setter
        def grad_fn(self, value):
            pass

    assert tensor_str(Changed(np.float32(2)), "tensor(") == "tensor(2., grad_fn=<Invalid>)"


def test_the_prefix_names_subclasses_and_can_be_given():
    class My(Tensor):
        pass

    class Parameter(Tensor):
        pass

    eye = np.eye(2, dtype="float32")
    assert tensor_str(My(eye)) == "My([[1., 0.],\n    [0., 1.]])"
    assert tensor_str(Parameter(eye)) == "tensor([[1., 0.],\n        [0., 1.]])"
    assert tensor_str(Tensor(eye), "<") == "<[[1., 0.],\n  [0., 1.]])"


def test_the_default_dtype_goes_unnamed():
    with default_dtype(dtypes.float64):
        assert tensor_str(Tensor(np.ones(1))) == "tensor([1.])"
        assert tensor_str(f32([1])) == "tensor([1.], dtype=torch.float32)"


def test_forced_notation_needs_a_number_other_than_zero():
    with printing.printoptions(sci_mode=True):
        assert tensor_str(f32([np.nan, 0])) == "tensor([nan, 0.])"
        assert tensor_str(f32([1, 0])) == "tensor([1.0000e+00, 0.0000e+00])"
    with printing.printoptions(sci_mode=False):
        assert tensor_str(f32([1e-6, 0.5])) == "tensor([0.0000, 0.5000])"


def test_printoptions_last_for_the_block():
    with pytest.raises(ZeroDivisionError), printing.printoptions(precision=2):
        assert tensor_str(f32([1.255])) == "tensor([1.25])"
        1 / 0  # noqa: B018
    assert tensor_str(f32([1.255])) == "tensor([1.2550])"


def test_format():
    assert format_tensor(f32(3.14159), "") == "3.141590118408203"
    assert format_tensor(f32(3.14159), ".2f") == "3.14"
    for name, values in ("Tensor", [1.0]), ("Parameter", 1.0):
        text = f"unsupported format string passed to {name}.__format__"
        with pytest.raises(TypeError, match=re.escape(text)):
            format_tensor(type(name, (Tensor,), {})(np.float32(values)), ".2f")
