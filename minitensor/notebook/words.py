"""Short, stable words for tensors and what nodes save. Nothing large is ever read in full."""

from .names import is_tensor
from .trace import Lost

MOST_ROWS = 4
MOST_COLUMNS = 5
MOST_BRIEF = 24
LARGEST_INT64 = 2**63 - 1


def shape_words(tensor):
    """The sizes as a list, with the dtype where it is not the usual one: `[2, 3] float64`."""
    sizes = "[" + ", ".join(str(size) for size in tensor.shape) + "]"
    dtype = str(tensor.dtype).rpartition(".")[2]
    return sizes if dtype == "float32" else f"{sizes} {dtype}"


def value_lines(tensor):
    """The values to four digits: a matrix one line per row, and of anything large the beginning."""
    try:
        tensor = tensor.detach()
        return _lines(tensor) if tensor.numel() else ["no elements"]
    except (RuntimeError, TypeError):  # nothing to read, as in a meta tensor
        return ["values cannot be read"]


def value_line(tensor):
    """`value_lines` in one line: `[[1., 2.], [3., 4.]]`."""
    return one_line(value_lines(tensor))


def brief(tensor):
    """The values in a few characters: all of them, or the first two."""
    line = value_line(tensor)
    if len(line) <= MOST_BRIEF or not tensor.numel():
        return line
    first = [number_words(number) for number in tensor.detach().flatten()[:2].tolist()]
    brackets = tensor.dim()
    return "[" * brackets + ", ".join([*first, "…"]) + "]" * brackets


def one_line(lines):
    """The rows of a matrix, as `value_lines` gives them, in one line.

    >>> one_line(["[1., 2.]", "[3., 4.]"])
    '[[1., 2.], [3., 4.]]'
    """
    return lines[0] if len(lines) == 1 else "[" + ", ".join(lines) + "]"


def saved_words(value, names):
    """One saved value in words: a tensor by its name if it has one."""
    if isinstance(value, Lost):
        return value.why
    if is_tensor(value):
        known = names.of(value)
        return known[0] if known else shorten(value_line(value), 48)
    if type(value) in (tuple, list):
        items = [saved_words(item, names) for item in value]
        return shorten(f"({', '.join(items)}{',' * (len(items) == 1)})", 48)
    if type(value) is int and value >= LARGEST_INT64:
        return "end" if value == LARGEST_INT64 else str(value - 2**64)  # -1 comes unsigned
    if value is None or type(value) in (bool, int, float, complex, str):
        return shorten(number_words(value), 48)
    return type(value).__name__


def number_words(number):
    """A Python number as PyTorch would print it, to four digits.

    >>> [number_words(n) for n in (True, 3, 2.0, 0.123456, float("nan"), 1e20, 1 - 2j)]
    ['True', '3', '2.', '0.1235', 'nan', '1e+20', '1.-2.j']
    """
    if isinstance(number, complex):
        imaginary = number_words(number.imag)
        sign = "" if imaginary.startswith("-") else "+"
        return f"{number_words(number.real)}{sign}{imaginary}j"
    if not isinstance(number, float):
        return str(number)
    digits = f"{number:.4g}"
    return f"{digits}." if digits.lstrip("-").isdigit() else digits


def shorten(text, most=32):
    """`text`, or its beginning and an ellipsis where it is longer than `most`.

    >>> shorten("abcdef", 4)
    'abc…'
    """
    return text if len(text) <= most else text[: most - 1] + "…"


def plural(count, noun):
    """The count with its noun.

    >>> plural(1, "leaf"), plural(1200, "leaf"), plural(2, "operation")
    ('1 leaf', '1,200 leaves', '2 operations')
    """
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun[:-1] + 'ves' if noun.endswith('f') else noun + 's'}"


def _lines(tensor):
    if tensor.dim() == 0:
        return [number_words(tensor.item())]
    if tensor.dim() == 1:
        return [_row(tensor)]
    if tensor.dim() == 2:
        count = tensor.shape[0]
        lines = [_row(tensor[index]) for index in range(min(count, MOST_ROWS))]
        return lines + ["…"] * (count > MOST_ROWS)
    outer = tensor.dim() - 1
    return ["[" * outer + _row(tensor[(0,) * outer]) + ", …" + "]" * outer]


def _row(vector):
    numbers = [number_words(number) for number in vector[:MOST_COLUMNS].tolist()]
    return "[" + ", ".join(numbers + ["…"] * (vector.shape[0] > MOST_COLUMNS)) + "]"
