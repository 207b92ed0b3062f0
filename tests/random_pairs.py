"""What the tests of random numbers share: PyTorch's generator and ours, driven side by side."""

import numpy as np

from minitensor import integers, sampling
from minitensor.generator import Generator

FLOATS = ("float16", "float32", "float64")
INTEGERS = ("uint8", "int8", "int16", "int32", "int64")
DTYPES = ("bool", *INTEGERS, *FLOATS)

FILLERS = {
    function.__name__: function
    for function in (
        sampling.uniform_,
        sampling.normal_,
        sampling.log_normal_,
        sampling.exponential_,
        sampling.geometric_,
        sampling.cauchy_,
        sampling.bernoulli_,
        integers.random_,
    )
}


def assert_same_bits(ours, theirs):
    theirs = theirs.numpy()
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
    differ = ours != theirs
    assert ours.tobytes() == theirs.tobytes(), (ours[differ][:5], theirs[differ][:5])


class Pair:
    """A generator and PyTorch's own, driven side by side and compared after every step."""

    def __init__(self, torch, seed):
        self.torch = torch
        self.ours = Generator().manual_seed(seed)
        self.theirs = torch.Generator().manual_seed(seed)

    def fill(self, name, dtype, shape, layout, *args):
        ours = arrange(np.zeros, np.dtype(dtype), shape, layout)
        theirs = arrange(self.torch.zeros, getattr(self.torch, dtype), shape, layout)
        assert FILLERS[name](ours, *args, generator=self.ours) is ours
        getattr(theirs, name)(*tensors(self.torch, args), generator=self.theirs)
        self.compare(ours, theirs)

    def compare(self, ours, theirs):
        assert_same_bits(ours, theirs)
        assert np.array_equal(self.ours.state_bytes(), self.theirs.get_state().numpy())


def tensors(torch, arguments):
    return [torch.from_numpy(a) if isinstance(a, np.ndarray) else a for a in arguments]


def arrange(zeros, dtype, shape, layout):
    """Zeros of the given shape, with strides as `layout` says."""
    if layout == "strided":
        every_other = (..., *(slice(None, None, 2) for _ in shape))
        return zeros([2 * n for n in shape], dtype=dtype)[every_other]
    order = {"transposed": [*range(len(shape))][::-1], "rotated": [*range(1, len(shape)), 0]}
    if layout == "contiguous" or not shape:
        return zeros(shape, dtype=dtype)
    in_memory = zeros([shape[axis] for axis in np.argsort(order[layout])], dtype=dtype)
    permute = np.transpose if isinstance(in_memory, np.ndarray) else type(in_memory).permute
    return permute(in_memory, tuple(order[layout]))


def seeded(seed=0):
    return Generator().manual_seed(seed)


def outcome(call):
    try:
        call()
    except Exception as error:
        return type(error), str(error)
    return None


def same_error(ours, theirs):
    """Both calls raise the same error, which is returned, or neither raises."""
    expected = outcome(theirs)
    assert outcome(ours) == expected
    return expected
