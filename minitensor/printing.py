"""How tensors print: the text of PyTorch, character for character.

A tensor's text is a prefix, a body and suffixes, `tensor(` `[1., 2.]` `, requires_grad=True)`:

1. `_kept` drops the middle of long dimensions if the tensor has more than `threshold` elements;
2. `_texts` writes what is left, all elements in one and the same notation and width;
3. `_layout` adds brackets, commas and line breaks;
4. `_suffixes` says what the body does not show.
"""

import math
from contextlib import contextmanager
from itertools import compress
from types import SimpleNamespace

import numpy as np

from . import dtypes
from .tensor import Tensor

DEFAULTS = {
    "precision": 4,
    "threshold": 1000,
    "edgeitems": 3,
    "linewidth": 80,
    "sci_mode": None,
}
_PROFILES = {
    "default": DEFAULTS,
    "short": DEFAULTS | {"precision": 2, "edgeitems": 2},
    "full": DEFAULTS | {"threshold": math.inf},
}

_options = SimpleNamespace(**DEFAULTS)


def set_printoptions(
    precision=None, threshold=None, edgeitems=None, linewidth=None, profile=None, sci_mode=None
):
    """Set how tensors print; what is not given stays, but `sci_mode` goes back to automatic.

    precision: digits after the point (4). threshold: the most elements printed in full (1000).
    edgeitems: how many are kept at each end of a dimension otherwise (3). linewidth: 80.
    profile: "default", "short" or "full", from which the other arguments depart.
    sci_mode: True or False to force scientific notation on or off.
    """
    global _options
    given = {
        "precision": precision,
        "threshold": threshold,
        "edgeitems": edgeitems,
        "linewidth": linewidth,
    }
    given = {name: value for name, value in given.items() if value is not None}
    options = _PROFILES.get(profile, vars(_options)) | given | {"sci_mode": sci_mode}
    _options = SimpleNamespace(**options)


@contextmanager
def printoptions(**kwargs):
    """`set_printoptions` for the length of a `with` block."""
    global _options
    before = _options
    set_printoptions(**kwargs)
    try:
        yield
    finally:
        _options = before


def tensor_str(tensor, prefix=None):
    """The text of a tensor, from its `_array`, `dtype`, `requires_grad` and `grad_fn`.

    The prefix follows from the class if not given: `tensor(`, or `MyTensor(` for a subclass.
    """
    if prefix is None:
        name = type(tensor).__name__
        prefix = "tensor(" if name in ("Tensor", "Parameter") else f"{name}("
    text = prefix + _body(tensor._array, len(prefix))
    column = len(text) - text.rfind("\n") + 1
    for suffix in _suffixes(tensor):
        if column + len(suffix) + 2 > _options.linewidth:
            text += ",\n" + " " * len(prefix) + suffix
            column = len(prefix) + len(suffix)
        else:
            text += ", " + suffix
            column += len(suffix) + 2
    return text + ")"


def format_tensor(tensor, spec):
    """`format(tensor, spec)`: that of the number in a 0-dim tensor, else the tensor's text."""
    if tensor._array.ndim == 0 and type(tensor).__name__ == "Tensor":
        return format(tensor._array.item(), spec)
    return object.__format__(tensor, spec)


def _body(array, indent):
    if array.size == 0:
        return "[]"
    summarized = array.size > _options.threshold
    cut = [summarized and n > 2 * _options.edgeitems for n in array.shape]
    kept = _kept(array, cut)
    texts, width = _texts(kept)
    if array.ndim == 0:
        return texts[0]
    nested = np.array(texts, dtype=object).reshape(kept.shape).tolist()
    return _layout(nested, cut, indent, width)


def _kept(array, cut):
    edge = _options.edgeitems
    for axis, n in enumerate(array.shape):
        if cut[axis]:
            array = array.take([*range(edge), *range(n - edge, n)], axis)
    return array


def _texts(array):
    """The elements as texts, and their width: 0, inf and nan may be wider, they don't count."""
    values = array.ravel().tolist()
    counts = [True] * len(values)
    write = str
    if array.dtype.kind == "f":
        counts = [v != 0 and math.isfinite(v) for v in values]
        write = _notation([abs(v) for v in compress(values, counts)])
    texts = [write(v) for v in values]
    width = max(map(len, compress(texts, counts)), default=1)
    return [text.rjust(width) for text in texts], width


def _notation(sizes):
    """The function that writes a float, for numbers of these (finite, positive) sizes."""
    precision = _options.precision
    largest, smallest = max(sizes, default=1.0), min(sizes, default=1.0)
    integral = all(size.is_integer() for size in sizes)
    scientific = _options.sci_mode
    if scientific is None:
        scientific = (
            largest / smallest > 1000 or largest > 1e8 or (not integral and smallest < 1e-4)
        )
    if scientific and sizes:
        return lambda v: f"{v:.{precision}e}"
    if integral:
        return lambda v: f"{v:.0f}." if math.isfinite(v) else f"{v:.0f}"
    return lambda v: f"{v:.{precision}f}"


def _layout(nested, cut, indent, width):
    """Brackets, commas and line breaks around nested lists of texts.

    `cut[0]` says that the middle of the outermost list is missing, `cut[1]` of the next, ...
    """
    edge = _options.edgeitems
    inner = " " * (indent + 1)
    if len(cut) == 1:
        dots = " ..." if edge else "..."
        items = [*nested[:edge], dots, *nested[edge:]] if cut[0] else nested
        n = max(1, (_options.linewidth - indent) // (width + 2))
        lines = [", ".join(items[i : i + n]) for i in range(0, len(items), n)]
        return "[" + f",\n{inner}".join(lines) + "]"
    blocks = [_layout(block, cut[1:], indent + 1, width) for block in nested]
    if cut[0]:
        blocks.insert(edge, "...")
    line_breaks = "\n" * (len(cut) - 1)
    return "[" + f",{line_breaks}{inner}".join(blocks) + "]"


def _suffixes(tensor):
    array, default = tensor._array, dtypes.get_default_dtype()
    # In this order: a shape that the body cannot show, a dtype that it does not suggest, history.
    if array.ndim != 1 if array.size == 0 else _options.edgeitems == 0:
        yield f"size={array.shape}"
    suggested = (default,) if array.size == 0 else (default, dtypes.int64, dtypes.bool_)
    if tensor.dtype not in suggested:
        yield f"dtype={tensor.dtype}"
    name = _grad_fn_name(tensor)
    if name is not None:
        yield f"grad_fn=<{name}>"
    elif tensor.requires_grad:
        yield "requires_grad=True"


def _grad_fn_name(tensor):
    try:
        grad_fn = tensor.grad_fn
    except RuntimeError:  # changed in place where autograd cannot follow
        return "Invalid"
    return None if grad_fn is None else grad_fn.name().rsplit("::", 1)[-1]


Tensor.__repr__ = tensor_str
Tensor.__format__ = format_tensor
