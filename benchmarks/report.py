"""The figures as tables of text: the first column as measured, the others relative to it."""

import importlib.metadata
import os
import platform

MISSING = "\N{EN DASH}"
TIMES = "\N{MULTIPLICATION SIGN}"


def report(found):
    """All that was measured, as text."""
    tables = [
        table("time of a step", found.get("seconds"), duration),
        table("chain, per node", found.get("per node"), duration),
        table("peak memory", found.get("megabytes"), "{:.1f} MB".format),
        table("user CPU time", found.get("import"), duration),
    ]
    return "\n\n".join([found["machine"], *filter(None, tables)])


def table(corner, rows, absolute):
    """Rows of `{column: figure}` as text; what stands there in words (no figure) stays."""
    if not rows:
        return ""
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    base = columns[0]
    lines = [[corner, *columns]]
    for name, row in rows.items():
        cells = [relative(row.get(column), row.get(base)) for column in columns[1:]]
        lines.append([name, absolute(row[base]), *cells])
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join([name.ljust(widths[0]), *map(str.rjust, cells, widths[1:])])
        for name, *cells in lines
    )


def relative(figure, base):
    if isinstance(figure, float):
        return f"{figure / base:.2f}{TIMES}"
    return figure or MISSING  # a reason, in words


def duration(seconds):
    """Three digits and a unit.

    >>> duration(0.002)
    '2.00 ms'
    """
    units = [("s", 1), ("ms", 1e-3), ("µs", 1e-6)]
    unit, size = next((unit for unit in units if seconds >= unit[1]), units[-1])
    return f"{seconds / size:#.3g}".rstrip(".") + f" {unit}"


def machine(libraries, rounds):
    """What was measured, and on what."""
    versions = [f"{name} {importlib.metadata.version(name)}" for name in libraries
                if name != "minitensor"]  # fmt: skip
    python = f"{platform.python_implementation()} {platform.python_version()}"
    place = f"{platform.system()}, {platform.machine()}, {os.cpu_count()} cores"
    return (
        f"Medians of {rounds} rounds. {python}, {', '.join(versions)}; {place}.\n"
        "numpy is the same computation by hand, with no engine."
    )
