"""Run a short program on minitensor or on PyTorch, and keep everything it shows.

What it shows is what it prints, the warnings for the user, and the exception that ends it, if one does.
"""

import contextlib
import functools
import io
import re
import warnings
from pathlib import Path

import numpy as np

PROGRAMS = Path(__file__).parent / "programs"


def programs():
    """All programs, by name. The files in programs/ have one after the other, each under a `# --- title`."""
    found = {}
    for path in sorted(PROGRAMS.glob("*.txt")):
        for title, code in sections(path).items():
            found[f"{path.stem}: {title}"] = code
    return found


def sections(path):
    """The parts of a text file, by the titles above them."""
    found = {}
    for part in path.read_text(encoding="utf-8").split("# --- ")[1:]:
        title, _, text = part.partition("\n")
        found[title.strip()] = text.strip() + "\n"
    return found


def shown(code, torch, space=None):
    """The text that a program shows when the name `torch` means the given module.

    `space`: the variables it finds, and to which it adds its own; without it there are none.
    """
    space = {} if space is None else space
    space.update(torch=torch, np=np)
    out = io.StringIO()
    with (
        contextlib.redirect_stdout(out),
        warnings.catch_warnings(record=True) as warned,
    ):
        warnings.simplefilter("always", UserWarning)
        try:
            exec(compiled(code), space)
        except Exception as error:
            print(f"{type(error).__name__}: {str(error).strip()}")
    for warning in warned:
        if warning.category is UserWarning:
            # Where PyTorch was compiled does not matter.
            print("UserWarning:", str(warning.message).split(" (Triggered")[0].strip(), file=out)
    return re.sub(r"0x[0-9a-f]+", "0x…", out.getvalue())


@functools.lru_cache(10_000)
def compiled(code):
    """The code object of a program: random programs have many lines in common."""
    return compile(code, "<program>", "exec")
