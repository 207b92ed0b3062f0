"""Run a short program on minitensor or on PyTorch, and keep everything it shows.

What it shows is what it prints, the warnings for the user, and the exception that ends it, if one does.
"""

import contextlib
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
        for part in path.read_text(encoding="utf-8").split("# --- ")[1:]:
            title, _, code = part.partition("\n")
            found[f"{path.stem}: {title.strip()}"] = code.strip() + "\n"
    return found


def shown(code, torch):
    """The text that a program shows when the name `torch` means the given module."""
    out = io.StringIO()
    with (
        contextlib.redirect_stdout(out),
        warnings.catch_warnings(record=True) as warned,
    ):
        warnings.simplefilter("always", UserWarning)
        try:
            exec(compile(code, "<program>", "exec"), {"torch": torch, "np": np})
        except Exception as error:
            print(f"{type(error).__name__}: {str(error).strip()}")
    for warning in warned:
        if warning.category is UserWarning:
            # Where PyTorch was compiled does not matter.
            print("UserWarning:", str(warning.message).split(" (Triggered")[0].strip(), file=out)
    return re.sub(r"0x[0-9a-f]+", "0x…", out.getvalue())
