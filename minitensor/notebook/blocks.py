"""Which tensors and arrays share which bytes: headers, the blocks they see, and cell by cell how.

Reads PyTorch's public API and NumPy's array interface only, and works with addresses; none of them
is ever shown.
"""

import dataclasses
import itertools
from types import SimpleNamespace

import numpy as np

from .words import number_words, shorten

MOST_CELLS = 24
MOST_WITH_GAPS_FILLED = 32  # a single cell between two others is drawn rather than "1 more"
LONGEST_VALUE = 9
LONGEST_FACT = 32


@dataclasses.dataclass(eq=False)
class Header:
    """What a tensor or an array knows of its memory: where its elements are, and what it says.

    `low` to `high` are the bytes of its storage, `start` is where the first element lies; strides
    are in bytes. `trouble` says why there is nothing of all this. What a statement has changed: facts
    as they were `before`, names that are `fresh` here, names that are `lost`, and a `note`.
    """

    kind: str
    facts: dict
    shape: tuple
    names: list = dataclasses.field(default_factory=list)
    strides: tuple = ()
    itemsize: int = 1
    dtype: str = ""
    start: int = 0
    low: int = 0
    high: int = 0
    trouble: str = ""
    before: dict = dataclasses.field(default_factory=dict)
    fresh: list = dataclasses.field(default_factory=list)
    lost: list = dataclasses.field(default_factory=list)
    note: str = ""

    @property
    def changed(self):
        return bool(self.before or self.fresh or self.lost or self.note)

    @property
    def lost_all(self):
        """Whether no name leads here any more."""
        return bool(self.lost) and not self.names

    def overlaps(self, other):
        return max(self.low, other.low) < min(self.high, other.high)

    def offsets(self):
        """The bytes from `start` to each element, in the order in which the elements are read."""
        for index in np.ndindex(*self.shape):
            yield sum(i * stride for i, stride in zip(index, self.strides, strict=True))

    def indices(self, low, high):
        """Indices of elements that touch the bytes from `low` to `high` (counted from `start`).

        A dimension of stride 0 has all its indices on the same bytes: `:` stands for them.
        """
        dims, free = [], []
        for axis, (size, stride) in enumerate(zip(self.shape, self.strides, strict=True)):
            if stride == 0 and size > 1:
                free.append((axis, ":"))
            else:
                dims.append((abs(stride), stride, size, axis))
        dims.sort(reverse=True)  # the widest steps first: then each leaves few choices
        for found in _search(dims, self.itemsize, low, high):
            yield tuple(index for _, index in sorted([*free, *found]))

    @property
    def in_order(self):
        """Whether the elements lie one after the other, as they are read."""
        expected = self.itemsize
        for size, stride in reversed(list(zip(self.shape, self.strides, strict=True))):
            if size != 1 and stride != expected:
                return False
            expected *= size
        return True


def _search(dims, itemsize, low, high):
    if not dims:
        if low < itemsize and high > 0:
            yield []
        return
    (_, stride, size, axis), rest = dims[0], dims[1:]
    steps = [other * (length - 1) for _, other, length, _ in rest]
    before = sum(min(step, 0) for step in steps)
    behind = sum(max(step, 0) for step in steps) + itemsize
    for i in _touching(stride, size, low - behind, high - before):
        for found in _search(rest, itemsize, low - i * stride, high - i * stride):
            yield [(axis, i), *found]


def _touching(stride, size, above, below):
    """All i in range(size) with above < i * stride < below."""
    if stride == 0 or size == 0:
        return range(size if above < 0 < below else 0)
    if stride < 0:
        stride, above, below = -stride, -below, -above
    return range(max(0, above // stride + 1), min(size, -(-below // stride)))


@dataclasses.dataclass(eq=False)
class Block:
    """One piece of memory in cells, and the headers of all that see it.

    `changed_cells` are those that a statement has changed, and `before` what the first of them held.
    """

    number: int
    headers: list
    changed_cells: object = ()
    before: dict = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        low = min(header.low for header in self.headers)
        high = max(header.high for header in self.headers)
        self.dtype, self.itemsize, self.origin = self._grid(low)
        self.count = max(0, (high - self.origin) // self.itemsize)

    def _grid(self, low):
        """Cells are elements of the first header that falls into step with itself, else bytes."""
        for header in self.headers:
            if header.itemsize and all(stride % header.itemsize == 0 for stride in header.strides):
                return header.dtype, header.itemsize, low + (header.start - low) % header.itemsize
        return "uint8", 1, low

    @property
    def trouble(self):
        return self.headers[0].trouble

    @property
    def changed(self):
        return len(self.changed_cells) > 0 or any(header.changed for header in self.headers)

    def value(self, cell):
        """The value in a cell, in a few characters."""
        return self.words(bytes_at(self.origin + cell * self.itemsize, self.itemsize))

    def words(self, raw):
        """The value of a cell that holds these bytes."""
        return shorten(_value_words(raw.copy(), self.dtype), LONGEST_VALUE)

    def label(self, header, cell):
        """The index at which `header` finds this cell, as `1,0`; empty where it does not see it."""
        low = self.origin + cell * self.itemsize - header.start
        found = list(itertools.islice(header.indices(low, low + self.itemsize), 8))
        if not found:
            return ""
        first = ",".join(map(str, min(found, key=_reading_order))) or "()"
        return first + "…" * (len(found) > 1)

    def order(self, header):
        """The cells of the elements of `header`, in the order in which they are read."""
        for offset in header.offsets():
            yield (header.start + offset - self.origin) // self.itemsize

    def cells_of(self, header):
        """The cells of the elements of `header`, in no order, as an array."""
        offsets = np.zeros((), np.int64)
        for size, stride in zip(header.shape, header.strides, strict=False):
            offsets = offsets[..., None] + np.arange(size if stride else min(size, 1)) * stride
        return (offsets.reshape(-1) + (header.start - self.origin)) // self.itemsize

    def last(self, header):
        """The cell in which the last byte of a header's last element lies."""
        steps = (stride * (n - 1) for n, stride in zip(header.shape, header.strides, strict=True))
        end = header.start + sum(steps) + header.itemsize
        return (end - 1 - self.origin) // self.itemsize

    def shown(self):
        """The cells to draw: all if they are few, else the first of the block and of each view."""
        if self.count <= MOST_CELLS:
            return list(range(self.count))
        walks = [sorted(self.before), range(self.count), *map(self.order, self.headers)]
        chosen = set()
        for cell in itertools.chain.from_iterable(itertools.zip_longest(*walks)):
            if len(chosen) == MOST_CELLS:
                break
            if cell is not None and 0 <= cell < self.count:
                chosen.add(cell)
        lonely = [cell + 1 for cell in chosen if cell + 2 in chosen and cell + 1 not in chosen]
        chosen.update(sorted(lonely)[: MOST_WITH_GAPS_FILLED - MOST_CELLS])
        return sorted(chosen)


def _reading_order(index):
    return [-1 if i == ":" else i for i in index]


def blocks(headers):
    """The headers by the memory they share, in their own order."""
    groups = []
    for header in headers:
        near = [group for group in groups if any(header.overlaps(other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([*itertools.chain.from_iterable(near), header])
    order = {id(header): position for position, header in enumerate(headers)}
    groups = [sorted(group, key=lambda header: order[id(header)]) for group in groups]
    groups.sort(key=lambda group: order[id(group[0])])
    return [Block(number, group) for number, group in enumerate(groups, 1)]


def is_array(value):
    return isinstance(value, np.ndarray)


def is_tensor(value):
    return hasattr(type(value), "untyped_storage")


def header_of(value):
    """The header of a tensor or an array."""
    return _array_header(value) if is_array(value) else _tensor_header(value)


def _array_header(array):
    facts = {"shape": _fact(array.shape), "strides": f"{_fact(array.strides)} bytes"}
    if not array.flags.writeable:
        facts["writeable"] = "False"
    facts["dtype"] = shorten(str(array.dtype), LONGEST_FACT)
    low, high = _bounds(array)
    return Header("ndarray", facts, array.shape, strides=array.strides, itemsize=array.itemsize,
                  dtype=array.dtype, start=_start(array), low=low, high=high)  # fmt: skip


def _start(array):
    return array.__array_interface__["data"][0]


def _bounds(array):
    """The bytes of the memory that `array` is part of, as far as its chain of bases tells."""
    low, high = np.lib.array_utils.byte_bounds(array) if array.size else (_start(array),) * 2
    base = array.base
    while base is not None and not is_array(base) and not is_tensor(base):
        base = getattr(base, "base", None)  # np.lib.stride_tricks puts an object in between
    if base is None:
        return low, high
    outer = _bounds(base) if is_array(base) else _storage_bounds(base)
    return (min(low, outer[0]), max(high, outer[1])) if array.size else outer


def _tensor_header(tensor):
    shape = tuple(tensor.shape)
    facts = {"shape": _fact(shape), "dtype": str(tensor.dtype)}
    if tensor.device.type != "cpu":
        return Header("tensor", facts, shape, trouble=f"no memory here (device {tensor.device})")
    try:
        low, high = _storage_bounds(tensor)
    except (NotImplementedError, RuntimeError):
        return Header("tensor", facts, shape, trouble=f"no single block (layout {tensor.layout})")
    itemsize = tensor.element_size()
    facts = {"shape": facts["shape"], "stride": _fact(tensor.stride()),
             "offset": str(tensor.storage_offset()), "dtype": facts["dtype"],
             "version": _version(tensor), "requires_grad": str(tensor.requires_grad)}  # fmt: skip
    return Header("tensor", facts, shape, low=low, high=high, itemsize=itemsize,
                  strides=tuple(step * itemsize for step in tensor.stride()),
                  dtype=str(tensor.dtype).rpartition(".")[2],
                  start=low + tensor.storage_offset() * itemsize)  # fmt: skip


def _storage_bounds(tensor):
    storage = tensor.untyped_storage()
    return storage.data_ptr(), storage.data_ptr() + storage.nbytes()


def _version(tensor):
    try:
        return str(tensor._version)
    except RuntimeError:  # a tensor made in inference mode
        return "none"


def _fact(numbers):
    return shorten(str(tuple(numbers)), LONGEST_FACT)


def bytes_at(address, count):
    """The bytes in memory that a living tensor or array owns."""
    interface = {"version": 3, "data": (address, True), "shape": (count,), "typestr": "|u1"}
    return np.asarray(SimpleNamespace(__array_interface__=interface))


def _value_words(raw, dtype):
    if dtype == "bfloat16":  # the upper half of a float32
        raw, dtype = np.concatenate([np.zeros(2, np.uint8), raw]), "<f4"
    try:
        dtype = np.dtype(dtype)
    except TypeError:
        return "?"  # a type that NumPy does not know
    if dtype.hasobject:
        return "object"
    value = raw.view(dtype)[0]
    return number_words(value.item()) if dtype.kind in "biufc" else str(value)
