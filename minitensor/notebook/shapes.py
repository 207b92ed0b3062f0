"""How shapes line up in broadcasting, and what `dim=` removes in a reduction."""

import dataclasses
import itertools
import operator
import sys

from . import shapes_svg
from .arguments import argument_texts
from .blocks import is_array, is_tensor
from .picture import Picture
from .words import number_words, shorten, value_line

LONGEST_NAME = 24
LARGEST_GRID = 8
LETTERS = "ijklmn"


@dataclasses.dataclass
class Operand:
    """A name and a shape, and the tensor itself if there is one."""

    name: str
    shape: tuple
    value: object = None


def broadcasting(*operands):
    """How the shapes of tensors, arrays or plain tuples line up, and which axes are stretched.

    Dimensions meet from the right; a missing one counts as 1, and a 1 is stretched. Where this
    fails, the picture says where, and why in PyTorch's words.

    >>> broadcasting((3, 1), (4,))
    broadcasting: #1 (3, 1) with #2 (4,) gives (3, 4)
      dim           0      1
      #1            3  1 → 4
      #2      (1) → 3      4
      result        3      4
    """
    if not operands:
        raise TypeError("broadcasting() needs at least one tensor, array or shape")
    texts = argument_texts(sys._getframe(1), len(operands), "broadcasting")
    operands = [
        _operand(value, *named) for value, *named in zip(operands, texts, itertools.count(1))
    ]
    sizes, trouble = _broadcast([operand.shape for operand in operands])
    rows = [_fit(operand.shape, sizes) for operand in operands]
    whose = " with ".join(f"{operand.name} {operand.shape}" for operand in operands)
    outcome = f"fails: {trouble}" if trouble else f"gives {tuple(sizes)}"
    result = ["✗" if size is None else str(size) for size in sizes]
    names = [operand.name for operand in operands]
    table = _table([("dim", map(str, range(len(sizes)))),
                    *zip(names, rows, strict=True), ("result", result)])  # fmt: skip
    sentence = f"{whose} {outcome}"
    grids = [] if trouble else [_stretched(operand, sizes) for operand in operands]
    return Picture(
        svg=shapes_svg.alignment(names, rows, result, trouble, [grid for grid in grids if grid]),
        title=f"Broadcasting {' with '.join(names)}",
        description=f"{sentence}.",
        text="\n".join([f"broadcasting: {sentence}", *table]),
    )


def reduction(x, dim=None, keepdim=False, op="sum"):
    """What a reduction (`sum`, `mean`, `amax`, …) over `dim` takes away, and what it leaves.

    `x` is a tensor; `dim` a number, several, or None for all. Where PyTorch refuses, the picture
    gives its words.

    >>> import minitensor as torch
    >>> x = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    >>> reduction(x, dim=1)
    reduction: x.sum(dim=1) takes (2, 3) to (2,)
      dim     0  1
      x       2  3
      result  2  gone
      result[i] = x[i, :].sum()
      [6., 15.]
    """
    if not is_tensor(x):
        raise TypeError(f"reduction() looks at a tensor, not {type(x).__name__}")
    (text,) = argument_texts(sys._getframe(1), 1, "reduction")
    name = _short(text, 1)
    call = f"{name}.{op}({_arguments(dim, keepdim)})"
    try:
        result = _reduced(x, dim, keepdim, op)
    except (AttributeError, IndexError, RuntimeError, TypeError, ValueError) as problem:
        sentence = f"{call} fails: {str(problem).partition(chr(10))[0]}"
        return Picture(svg=shapes_svg.failure(sentence), title=f"Reduction of {name}",
                       description=f"{sentence}.", text=f"reduction: {sentence}")  # fmt: skip
    shape = tuple(x.shape)
    gone = _gone(dim, len(shape))
    after = ["1" if keepdim and axis in gone else "gone" if axis in gone else str(size)
             for axis, size in enumerate(shape)]  # fmt: skip
    formula = _formula(name, op, len(shape), gone, keepdim)
    sentence = f"{call} takes {shape} to {tuple(result.shape)}"
    table = _table([("dim", map(str, range(len(shape)))), (name, map(str, shape)),
                    ("result", after)], left=True)  # fmt: skip
    return Picture(
        svg=shapes_svg.removal(name, call, shape, after, formula, _grid(x), _grid(result), gone),
        title=f"Reduction of {name}",
        description=f"{sentence}: {formula}.",
        text="\n".join(
            [f"reduction: {sentence}", *table, f"  {formula}", f"  {value_line(result)}"]
        ),
    )


def _operand(value, text, number):
    if is_tensor(value) or is_array(value):
        return Operand(_short(text, number), tuple(value.shape), value)
    try:
        shape = tuple(map(operator.index, value))
    except TypeError:
        kind = type(value).__name__
        wrong = f"broadcasting() needs tensors, arrays or shapes, not {kind}"
        raise TypeError(wrong) from None
    if min(shape, default=0) < 0:
        raise ValueError(f"a shape has no negative sizes, got {shape}")
    return Operand(_short(text, number), shape)


def _short(text, number):
    return f"#{number}" if text[0] in "([{0123456789" else shorten(text, LONGEST_NAME)


def _broadcast(shapes):
    """The sizes of the result (None where they don't fit), and PyTorch's complaint."""
    sizes, trouble = list(shapes[0]), ""
    for shape in shapes[1:]:
        count = max(len(sizes), len(shape))
        one = [1] * (count - len(sizes)) + sizes
        other = [1] * (count - len(shape)) + list(shape)
        sizes = list(map(_common, one, other))
        for axis in reversed(range(count)):
            if sizes[axis] is None and not trouble:
                trouble = (
                    f"The size of tensor a ({one[axis]}) must match the size of tensor b "
                    f"({other[axis]}) at non-singleton dimension {axis}"
                )
        if trouble:
            break
    width = max(len(sizes), *map(len, shapes))
    return [1] * (width - len(sizes)) + sizes, trouble


def _common(one, other):
    if one == other or other == 1:
        return one
    return other if one == 1 else None


def _fit(shape, sizes):
    """What becomes of each dimension of `shape`: `3`, `1 → 4`, `(1) → 4` for a missing one."""
    missing = len(sizes) - len(shape)
    words = [f"(1) → {size}" if size != 1 else "(1)" for size in sizes[:missing]]
    for own, size in zip(shape, sizes[missing:], strict=True):
        stretched = size is not None and own != size
        words.append(f"{own} → {size}" if stretched else str(own))
    return words


def _table(rows, left=False):
    """Rows of words under each other, in columns."""
    rows = [[name, *words] for name, words in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for name, *words in rows:
        cells = [f"{word:<{w}}" if left else f"{word:>{w}}"
                 for word, w in zip(words, widths[1:], strict=True)]  # fmt: skip
        lines.append("  ".join([f"  {name:<{widths[0]}}", *cells]).rstrip())
    return lines


def _stretched(operand, sizes):
    """(name, rows of words, own cells) of an operand as it takes part; None if too large."""
    if not 1 <= len(sizes) <= 2 or not all(1 <= size <= LARGEST_GRID for size in sizes):
        return None
    rows, columns = ([1, *sizes])[-2:]
    own = ([1, 1, *operand.shape])[-2:]
    value = operand.value
    words = [""] if value is None else [number_words(n) for n in value.reshape(-1).tolist()]
    cells = [
        [words[(i % own[0] * own[1] + j % own[1]) % len(words)] for j in range(columns)]
        for i in range(rows)
    ]
    return operand.name, cells, tuple(own)


def _reduced(x, dim, keepdim, op):
    """The result of the reduction itself."""
    options = {} if dim is None and not keepdim else {"dim": dim, "keepdim": keepdim}
    result = getattr(x.detach(), op)(**options)
    return getattr(result, "values", result) if isinstance(result, tuple) else result


def _arguments(dim, keepdim):
    facts = [f"dim={dim}"] * (dim is not None) + ["keepdim=True"] * bool(keepdim)
    return ", ".join(facts)


def _gone(dim, count):
    """The dimensions that a reduction takes, counted from the left."""
    dims = range(count) if dim is None or dim == () else [dim] if isinstance(dim, int) else dim
    return {axis % count for axis in dims} if count else set()


def _formula(name, op, count, gone, keepdim):
    """What each element of the result is: `result[i] = x[i, :].sum()`."""
    letters = [LETTERS[axis] if axis < len(LETTERS) else f"i{axis}" for axis in range(count)]
    kept = ["0" if axis in gone else letters[axis]
            for axis in range(count) if keepdim or axis not in gone]  # fmt: skip
    read = [":" if axis in gone else letters[axis] for axis in range(count)]
    place = f"[{', '.join(kept)}]" * bool(kept)
    source = f"{name}[{', '.join(read)}]" if read else name
    return f"result{place} = {source}.{op}()"


def _grid(tensor):
    """The values in rows of words, or None where they are too many or too deep to draw."""
    shape = tuple(tensor.shape)
    if len(shape) > 2 or not all(1 <= size <= LARGEST_GRID for size in shape):
        return None
    words = [number_words(number) for number in tensor.detach().reshape(-1).tolist()]
    columns = shape[-1] if shape else 1
    return [words[start : start + columns] for start in range(0, len(words), columns)]
