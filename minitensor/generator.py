"""`torch.Generator`: the state behind random numbers, and the raw numbers drawn from it.

Everything random is made of the 32-bit words of MT19937 (M. Matsumoto and T. Nishimura, "Mersenne
Twister", ACM Transactions on Modeling and Computer Simulation 8, 1998). NumPy's MT19937 gives the
same words, if it is seeded as `RandomState` seeds it; both are frozen for good.
"""

import os
from functools import cached_property

import numpy as np

from .c_type import CType
from .device import check_device, cpu

INITIAL_SEED = 67280421310721  # that of every new generator
WORDS = 624  # MT19937 makes so many words at a time

# PyTorch's layout of a saved state. `next` counts the words used of the present batch; `left` says
# the same the other way round.
STATE = np.dtype(
    {
        "names": ["seed", "left", "seeded", "next", "key", "cached", "has_cached"],
        "formats": ["<u8", "<i4", "<i4", "<u8", ("<u8", WORDS), "<f8", "<i4"],
        "offsets": [0, 8, 12, 16, 24, 5024, 5040],
        "itemsize": 5056,
    }
)


class Generator(metaclass=CType, full_name="torch._C.Generator"):
    """A source of random numbers with a state of its own.

    `cached_normal` is the second half of a pair of normal numbers, kept for the next call, or None.

    >>> generator = Generator().manual_seed(0)
    >>> generator.uniform32(3)
    array([0.4962566 , 0.7682218 , 0.08847743], dtype=float32)
    """

    def __init__(self, device="cpu"):
        check_device(device)
        self.manual_seed(INITIAL_SEED)

    def __repr__(self):
        return f"<torch._C.Generator object at {id(self):#x}>"

    @property
    def device(self):
        """Always the CPU."""
        return cpu

    def manual_seed(self, seed, /):
        """Start again from `seed`, an int from -2**63 to 2**64 - 1; returns the generator."""
        if not isinstance(seed, int) or isinstance(seed, bool):
            raise RuntimeError(f"manual_seed expected a long, but got {type(seed).__name__}")
        if not -(2**63) <= seed < 2**64:
            raise ValueError("Overflow when unpacking long long")
        self._seed = seed % 2**64
        self._untouched = True
        self.cached_normal = None
        self.__dict__.pop("_stream", None)
        return self

    def seed(self):
        """Start again from a seed that the operating system draws; returns that seed."""
        self.manual_seed(int.from_bytes(os.urandom(8), "little"))
        return self._seed

    def initial_seed(self):
        """The seed that the generator last started from."""
        return self._seed

    def clone_state(self):
        """A new generator that will give the same numbers as this one."""
        return Generator().load_state_bytes(self.state_bytes())

    @cached_property
    def _stream(self):
        # Made late: `import numpy` leaves np.random out, and it would cost an eighth more.
        stream = np.random.MT19937()
        np.random.RandomState(stream).seed(self._seed % 2**32)  # seeds the stream it wraps
        return stream

    # Raw numbers

    def words32(self, n):
        """The next `n` words, as uint32."""
        self._untouched &= n == 0
        return self._stream.random_raw(n).astype(np.uint32)

    def words64(self, n):
        """The next `n` pairs of words, as uint64; the first word is the high half."""
        self._untouched &= n == 0
        words = self._stream.random_raw(2 * n)
        return words[0::2] << 32 | words[1::2]

    def uniform32(self, n):
        """`n` float32 numbers in [0, 1): 24 bits of one word each."""
        bits = self.words32(n)
        bits &= 2**24 - 1
        uniforms = bits.view(np.int32).astype(np.float32)  # int32 converts faster than uint32
        uniforms *= 2.0**-24
        return uniforms

    def uniform64(self, n):
        """`n` float64 numbers in [0, 1): 53 bits of two words each."""
        bits = self.words64(n)
        bits &= 2**53 - 1
        uniforms = bits.view(np.int64).astype(np.float64)
        uniforms *= 2.0**-53
        return uniforms

    # Saved states

    def state_bytes(self):
        """The whole state as PyTorch saves it: an array of 5056 uint8."""
        words = self._stream.state["state"]
        state = np.zeros(1, STATE)
        state["seed"] = self._seed
        state["left"] = WORDS + 1 - words["pos"]
        state["seeded"] = 1
        state["next"] = 0 if self._untouched else words["pos"]
        state["key"] = words["key"]
        if self.cached_normal is not None:
            state["cached"] = self.cached_normal
            state["has_cached"] = 1
        return state.view(np.uint8)

    def load_state_bytes(self, array):
        """Go on from a saved state, an array of 5056 uint8; returns the generator."""
        if array.size != STATE.itemsize:
            raise RuntimeError(
                f"Expected a CPUGeneratorImplState of size {STATE.itemsize} "
                f"but found the input RNG state size to be {array.size}"
            )
        state = np.ascontiguousarray(array).reshape(-1).view(STATE)[0]
        left, following = int(state["left"]), int(state["next"])
        if not (state["seeded"] and 0 < left <= WORDS and following <= WORDS):
            raise RuntimeError("Invalid mt19937 state")
        self.manual_seed(int(state["seed"]))
        words = {"key": state["key"].astype(np.uint32), "pos": WORDS + 1 - left}
        self._stream.state = {"bit_generator": "MT19937", "state": words}
        self._untouched = following == 0
        self.cached_normal = float(state["cached"]) if state["has_cached"] else None
        return self


default_generator = Generator()
default_generator.seed()
