"""Results lie in memory as PyTorch's do, however the operands lie: their strides are the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch_compare import agree

from minitensor.layout import laid_out


@st.composite
def operands(draw, count):
    """Arrays that broadcast together: permuted, sliced with steps, with dimensions that are stretched."""
    shape = draw(st.lists(st.integers(2, 3), min_size=1, max_size=4))
    arrays = []
    for _ in range(count):
        own = [draw(st.sampled_from([n, n, n, 1])) for n in shape]
        own = own[draw(st.sampled_from([0, 0, 1])) :] if len(own) > 1 else own
        order = draw(st.permutations(range(len(own))))
        steps = [draw(st.sampled_from([1, 1, 2])) for _ in own]
        whole = np.arange(float(np.prod([own[d] * s for d, s in zip(order, steps)])))
        whole = whole.reshape([own[d] * s for d, s in zip(order, steps)])
        arrays.append((whole, steps, np.argsort(order).tolist()))
    return arrays


def seen_as(t, whole, steps, order):
    return t.tensor(whole)[tuple(slice(None, None, step) for step in steps)].permute(*order)


def strides(tensor):
    """Of the dimensions along which there is a step to take."""
    return [step for step, n in zip(tensor.stride(), tensor.shape) if n > 1]


@pytest.mark.parametrize("name, count", [("add", 2), ("atan2", 2), ("gt", 2), ("addcmul", 3)])
@settings(derandomize=True, deadline=None, max_examples=60)
@given(data=st.data())
def test_strides_of_a_result(name, count, data):
    given = data.draw(operands(count))

    def function(t):
        first, *others = [seen_as(t, *operand) for operand in given]
        result = getattr(first, name)(*others)
        return result, str(strides(result))

    agree(function, strides=False)


RESULTS = {
    "clone": lambda t, x: x.clone(),
    "a cast": lambda t, x: x.float(),
    "like": lambda t, x: t.zeros_like(x),
    "exp": lambda t, x: x.exp(),
    "a number": lambda t, x: 1 - x,
    "compared": lambda t, x: x > 0,
    "clamp": lambda t, x: x.clamp(-1, 2),
    "where": lambda t, x: t.where(x > 0, x, 0),
    "sort": lambda t, x: x.sort(0),
    "flip": lambda t, x: x.flip(0),
    "roll": lambda t, x: x.roll(1),
    "index_fill": lambda t, x: x.index_fill(0, t.tensor([0]), 1),
}


@pytest.mark.parametrize("name", RESULTS)
@settings(derandomize=True, deadline=None, max_examples=30)
@given(
    shape=st.lists(st.integers(1, 3), min_size=3, max_size=3),
    order=st.permutations(range(3)),
    part=st.sampled_from([slice(None), slice(1), slice(None, None, 2)]),
    repeated=st.booleans(),
)
def test_strides_even_of_sizes_1(name, shape, order, part, repeated):
    array = np.arange(float(np.prod(shape))).reshape(shape)

    def function(t, x):
        x = x[part].permute(*order)
        x = x.expand(2, *x.shape)[0 if 1 in x.shape else slice(None)] if repeated else x
        return RESULTS[name](t, x)

    agree(function, array, grad=False)


def test_nothing_is_copied_where_the_order_is_right():
    a, b = np.zeros((2, 3)), np.zeros(3)
    result = a + b
    assert laid_out(result, [a, b]) is result
