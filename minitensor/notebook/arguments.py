"""What the caller of a function wrote for each of its arguments: `x`, `x.t()`."""

import ast
import linecache
import textwrap


def argument_texts(frame, count, function):
    """The source of the first `count` arguments in the call of `function` that `frame` is at.

    `#1`, `#2` where the source is not known.
    """
    for find in (_call_at, _call_nearby):
        try:
            texts = [
                ast.unparse(argument) for argument in find(frame, count, function).args[:count]
            ]
        except (SyntaxError, ValueError, TypeError, AttributeError, IndexError):
            continue
        if len(texts) == count and not any(text.startswith("*") for text in texts):
            return texts
    return [f"#{position}" for position in range(1, count + 1)]


def _call_at(frame, count, function):
    """The call that `frame` is in the middle of, by its exact place in the source."""
    first, last, start, end = _place(frame)
    source = linecache.getlines(frame.f_code.co_filename)
    lines = [line.encode() for line in source[first - 1 : last]]  # columns count bytes
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][start:]
    return ast.parse(b"".join(lines).decode(), mode="eval").body


def _call_nearby(frame, count, function):
    """The one such call in the lines, where a tool has rewritten the code and lost its columns."""
    first, last, _, _ = _place(frame)
    lines = linecache.getlines(frame.f_code.co_filename)[first - 1 : last]
    tree = ast.parse(textwrap.dedent("".join(lines)))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    calls = [c for c in calls if isinstance(c.func, ast.Name) and c.func.id == function]
    (call,) = [c for c in calls if len(c.args) >= count]
    return call


def _place(frame):
    """First line, last line, first column and last column of what `frame` is doing."""
    return list(frame.f_code.co_positions())[frame.f_lasti // 2]
