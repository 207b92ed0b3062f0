"""plot(): points and lines where their numbers say, in words and in the drawing."""

import itertools
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minitensor.notebook import plot


@pytest.fixture(params=["torch", "minitensor"], scope="module")
def torch(request):
    return pytest.importorskip(request.param)


def dots(picture):
    found = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', picture.svg)
    return [(float(x), float(y)) for x, y in found]


NUMBERS = st.integers(-1000, 1000)


@given(points=st.lists(st.tuples(NUMBERS, NUMBERS), max_size=8))
def test_dots_lie_as_their_numbers_do(points):
    drawn = dots(plot([x for x, _ in points], [y for _, y in points]))
    assert len(drawn) == len(points)
    for (x, y), (right, down) in zip(points, drawn, strict=True):
        for (other_x, other_y), (other_right, other_down) in zip(points, drawn, strict=True):
            assert x > other_x or right <= other_right
            assert y > other_y or down >= other_down


def test_tensors_arrays_and_lists_give_the_same_picture(torch):
    x = torch.tensor([[1.0], [2.0]], requires_grad=True)
    picture = plot(x, torch.tensor([3.0, 5.0]), {"fit": (x, np.array([3.0, 4.0]))})
    assert picture.svg == plot([1, 2], [3, 5], {"fit": ([1, 2], [3, 4])}).svg
    assert picture.text.splitlines() == [
        "plot of 2 points: x from 1. to 2., y from 3. to 5.",
        "  line fit: from (1., 3.) to (2., 4.)",
    ]


def test_the_last_line_is_the_boldest_and_labels_keep_apart():
    flat = ([0, 1], [2, 2])
    picture = plot([], [], {"one": flat, "two": flat, "three": flat})
    widths = [float(width) for width in re.findall(r'stroke-width="([\d.]+)"', picture.svg)]
    assert widths == sorted(widths) and widths[-1] > widths[-2]
    labels = [
        re.search(rf'y="([\d.]+)"[^>]*>{name}<', picture.svg) for name in ("one", "two", "three")
    ]
    heights = sorted(float(label[1]) for label in labels)
    assert min(b - a for a, b in itertools.pairwise(heights)) >= 9


def test_long_labels_that_begin_alike_keep_their_lines():
    long = "the loss after the first epoch of training, "
    picture = plot([], [], {long + "w": ([0, 1], [2, 3]), long + "b": ([0, 1], [4, 5])})
    assert [line.partition(": from ")[2] for line in picture.text.splitlines()[1:]] == [
        "(0., 2.) to (1., 3.)",
        "(0., 4.) to (1., 5.)",
    ]


@pytest.mark.parametrize("count", [1, 999, 1000, 1001, 5000])
def test_of_very_many_points_some_are_drawn_and_the_last_one(count):
    drawn = dots(plot(range(count), range(count)))
    assert min(count, 500) <= len(drawn) <= 1000
    assert drawn[-1] == max(drawn)


def test_what_is_not_finite_is_left_out():
    picture = plot([0, 1, 2], [1, float("nan"), float("inf")], axes=("step", "loss"))
    assert len(dots(picture)) == 1
    assert picture.text == "plot of 1 point: step from 0. to 0., loss from 1. to 1."


def test_lengths_that_differ_are_refused():
    with pytest.raises(ValueError, match="shorter"):
        plot([1, 2], [3])
