"""Dtypes and promotion, exhaustively compared with PyTorch, and the part that needs none."""

import copy
import itertools
import operator
import pickle
import re

import numpy as np
import pytest

from minitensor import dtypes
from minitensor.dtypes import result_dtype

NAMES = [d.name for d in dtypes.ALL]
VALUES = [*dtypes.ALL, float, int, bool, None, 3, 2.5, "float32", str, np.float32, np.float32(1)]
PUBLIC = ["is_floating_point", "is_complex", "is_signed", "itemsize", "abbr"]


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


@pytest.fixture(autouse=True)
def _restored_default():
    before = dtypes.get_default_dtype()
    yield
    dtypes.set_default_dtype(before)


def ours(name):
    return dtypes.of(np.dtype(name))


def theirs(torch, value):
    return getattr(torch, value.name) if isinstance(value, dtypes.dtype) else value


def outcome(function, *arguments):
    """What a call returns, as text, or the class and text of what it raises."""
    try:
        return repr(function(*arguments))
    except Exception as error:
        return type(error), str(error)


# Compared with PyTorch


@pytest.mark.torch
@pytest.mark.parametrize("name", NAMES)
def test_attributes(torch, name):
    d, reference = ours(name), getattr(torch, name)
    assert [getattr(d, a) for a in PUBLIC] == [getattr(reference, a) for a in PUBLIC]
    assert (str(d), repr(d.to_real())) == (str(reference), repr(reference.to_real()))
    assert repr(type(d)) == repr(type(reference))
    assert f"torch.{d.label}Tensor" == torch.ones(1, dtype=reference).type()
    if name != "bool":  # which has no matrix product
        other = torch.ones(2, 2, dtype=torch.int8 if name == "float64" else torch.float64)
        with pytest.raises(RuntimeError, match=re.escape(f"but got: {d.ctype} != ")):
            torch.ones(2, 2, dtype=reference) @ other


@pytest.mark.torch
def test_aliases(torch):
    for alias in ["half", "float", "double", "short", "int", "long", "bool"]:
        d = getattr(dtypes, f"{alias}_" if alias in ("float", "int", "bool") else alias)
        assert repr(d) == repr(getattr(torch, alias))


@pytest.mark.torch
@pytest.mark.parametrize("pair", list(itertools.product(dtypes.ALL, repeat=2)))
def test_promote_types_and_can_cast(torch, pair):
    reference = [theirs(torch, d) for d in pair]
    assert repr(dtypes.promote_types(*pair)) == repr(torch.promote_types(*reference))
    assert dtypes.can_cast(*pair) == torch.can_cast(*reference)


OPERANDS = [
    *(np.ones(shape, name) for name in NAMES for shape in [2, ()]),
    *(True, 2, 1.5, np.bool_(1), np.int8(1), np.uint16(1), np.float16(1), np.float64(1)),
]


@pytest.mark.torch
@pytest.mark.parametrize("default", ["float16", "float32", "float64"])
def test_result_dtype_of_two_is_that_of_pytorchs_multiplication(torch, default):
    """Every pair of dtypes with dimensions, without, and numbers of Python and NumPy."""
    dtypes.set_default_dtype(ours(default))
    torch.set_default_dtype(getattr(torch, default))
    try:
        for pair in itertools.product(OPERANDS, OPERANDS):
            arrays = [isinstance(x, np.ndarray) for x in pair]
            if not any(arrays):
                continue
            a, b = (torch.from_numpy(x) if isinstance(x, np.ndarray) else x for x in pair)
            assert repr(ours(result_dtype(*pair))) == repr(torch.result_type(a, b)), pair
            if isinstance(a, torch.Tensor):  # (a NumPy number on the left would take over)
                assert repr(ours(result_dtype(*pair))) == repr(operator.mul(a, b).dtype), pair
    finally:
        torch.set_default_dtype(torch.float32)


@pytest.mark.torch
def test_result_dtype_of_three_is_that_of_pytorchs_addcmul_and_clamp(torch):
    arrays = [x for x in OPERANDS if isinstance(x, np.ndarray)]
    for operands in itertools.product(arrays, repeat=3):
        if any(x.dtype != bool for x in operands):  # PyTorch has no addcmul and clamp of bools
            result = torch.addcmul(*map(torch.from_numpy, operands))
            assert repr(ours(result_dtype(*operands))) == repr(result.dtype), operands
    for a, low, high in itertools.product(arrays, [True, 2, 1.5], [True, 2, 1.5]):
        if not (a.dtype == bool and low is high is True):
            result = torch.from_numpy(a).clamp(low, high)
            assert repr(ours(result_dtype(a, low, high))) == repr(result.dtype), (a, low, high)


@pytest.mark.torch
@pytest.mark.parametrize("function", ["finfo", "iinfo", "set_default_dtype"])
@pytest.mark.parametrize("value", VALUES)
def test_functions_of_one_dtype(torch, function, value):
    """Good and bad arguments have the outcome they have in PyTorch, the error's text included."""
    expected = outcome(getattr(torch, function), theirs(torch, value))
    torch.set_default_dtype(torch.float32)
    assert outcome(getattr(dtypes, function), value) == expected


@pytest.mark.torch
@pytest.mark.parametrize("function", ["promote_types", "can_cast"])
@pytest.mark.parametrize("value", VALUES)
def test_functions_of_two_dtypes(torch, function, value):
    for pair in [(value, dtypes.int16), (dtypes.int16, value)]:
        expected = outcome(getattr(torch, function), *[theirs(torch, x) for x in pair])
        assert outcome(getattr(dtypes, function), *pair) == expected


@pytest.mark.torch
@pytest.mark.parametrize("value", VALUES)
def test_as_dtype_is_what_zeros_makes_of_it(torch, value):
    if value is not None:
        expected = outcome(lambda: torch.zeros(1, dtype=theirs(torch, value)).dtype)
        assert outcome(dtypes.as_dtype, value, "zeros(): argument 'dtype'") == expected


@pytest.mark.torch
@pytest.mark.parametrize("d", [d for d in dtypes.ALL if d is not dtypes.bool_])
def test_limits(torch, d):
    kind = "finfo" if d.is_floating_point else "iinfo"
    mine, reference = getattr(dtypes, kind)(d), getattr(torch, kind)(theirs(torch, d))
    assert (repr(mine), repr(type(mine))) == (repr(reference), repr(type(reference)))
    for attribute in (a for a in dir(reference) if not a.startswith("_")):
        value, expected = getattr(mine, attribute), getattr(reference, attribute)
        assert (value, type(value)) == (expected, type(expected))


LEFT_OUT = ["uint16", "uint32", "uint64", "complex64", "complex128"]


@pytest.mark.torch
@pytest.mark.parametrize(
    "code", [*"?bBhilqfdegQGSUOVMm", ">f4", ">i8", ">i1", ">U1", "i4,f4", *LEFT_OUT]
)
def test_numpy_dtypes(torch, code):
    array = np.zeros(1, code)
    expected = outcome(lambda: torch.from_numpy(array).dtype)
    if code in LEFT_OUT:
        text = outcome(torch.from_numpy, np.zeros(1, "U1"))[1]
        expected = TypeError, text.replace("numpy.str_", f"numpy.{code}")
    assert outcome(dtypes.of, array.dtype) == expected


# Without PyTorch


def test_a_dtype_is_one_object():
    for d in dtypes.ALL:
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            assert pickle.loads(pickle.dumps(d, protocol)) is d
        assert copy.copy(d) is copy.deepcopy(d) is d
        assert dtypes.of(d.numpy) is d
    assert dtypes.of(np.dtype(np.longlong)) is dtypes.int64
    with pytest.raises(TypeError, match=re.escape("cannot create 'torch.dtype' instances")):
        dtypes.dtype("float32")
    with pytest.raises(AttributeError):
        dtypes.float32.shape = ()


@pytest.mark.parametrize("code", LEFT_OUT)
def test_what_pytorch_has_and_the_kit_has_not_gets_a_hint(code):
    with pytest.raises(TypeError, match=f"can't convert np.ndarray of type numpy.{code}") as error:
        dtypes.of(np.dtype(code))
    assert error.value.__notes__[0].startswith(f"Hint: PyTorch has {code}, minitensor does not.")


def test_promotion_in_short():
    array, zero_dim = np.ones(2, "float16"), np.array(2.0)
    assert result_dtype(array, zero_dim) == "float16"
    assert result_dtype(np.ones(2, "int32"), 1.5) == "float32"
    assert result_dtype(2, np.ones(2, "bool")) == "int64"
    assert result_dtype(np.ones(2, "uint8"), np.ones(2, "int8")) == "int16"
    assert result_dtype(np.ones(2, "uint8"), np.array(-1), True) == "uint8"
    assert result_dtype(True, 2) == "int64"
    with pytest.raises(RuntimeError, match="Could not infer dtype of str"):
        result_dtype(array, "a")


def test_the_default_dtype_takes_part_at_once():
    integers = np.ones(2, "int64")
    for d in (dtypes.float32, dtypes.float64, dtypes.float16):
        dtypes.set_default_dtype(d)
        assert dtypes.get_default_dtype() is d
        assert result_dtype(integers, 1.5) == result_dtype(1.5, integers) == d.numpy
        assert dtypes.finfo() == dtypes.finfo(d)
        assert result_dtype(integers, 1.5, 2) == d.numpy


def test_limits_can_be_compared_but_not_hashed():
    assert dtypes.iinfo(dtypes.int8) != dtypes.iinfo(dtypes.uint8)
    assert dtypes.finfo(float) == dtypes.finfo(dtypes.float64) != dtypes.finfo(dtypes.float32)
    assert dtypes.finfo(float) != "float64"
    with pytest.raises(TypeError, match="unhashable type"):
        hash(dtypes.finfo(float))
