"""Writes docs/coverage.md: every public name of PyTorch's tensors and autograd, here or not, and why not.

    python docs/coverage.py

needs PyTorch, whose names it asks for.
"""

import inspect
from pathlib import Path

import torch

import minitensor
from minitensor.left_out import LEFT_OUT, reason_for

PAGE = Path(__file__).parent / "coverage.md"
PLACES = ["torch", "torch.Tensor", "torch.linalg", "torch.special", "torch.autograd"]


def find(package, place):
    """The module or class of that name in PyTorch or in minitensor."""
    for name in place.split(".")[1:]:
        package = getattr(package, name)
    return package


def public_names(place):
    """The names that PyTorch has in a place for its users, in order."""
    owner = find(torch, place)
    return sorted(
        name for name in {*dir(owner), *getattr(owner, "__all__", ())} if _is_public(owner, name)
    )


def _is_public(owner, name):
    if name.startswith(("_", "common_")) or name in ("TYPE_CHECKING", "multi_dim_common"):
        return False
    if name == "Tensor" and owner is not torch:
        return False
    if owner is torch and name in torch._lazy_modules:  # there only once something asked for them
        return False
    value = inspect.getattr_static(owner, name, None)
    if inspect.ismodule(value):  # not what was merely imported there
        return value is not torch and value.__name__ == f"{owner.__name__}.{name}"
    return getattr(value, "__module__", None) not in ("typing", "collections.abc", "ctypes")


def survey(place):
    """The public names of a place: those that are here, and for each reason those that are not."""
    here = find(minitensor, place)
    present, absent = [], {}
    for name in public_names(place):
        if hasattr(here, name):
            present.append(name)
        else:
            absent.setdefault(reason_for(name), []).append(name)
    return present, absent


def page():
    """The text of docs/coverage.md."""
    lines = [
        "# What is here",
        "",
        "Every public name of PyTorch 2.13 in the places that this kit covers. What is here behaves as in PyTorch;",
        "asking for what is left out raises an `AttributeError` whose hint says so. This page is written by",
        "`python docs/coverage.py`.",
        "",
        "| | here | left out |",
        "|---|---|---|",
    ]
    surveys = {place: survey(place) for place in PLACES}
    for place, (present, absent) in surveys.items():
        lines.append(f"| `{place}` | {len(present)} | {sum(map(len, absent.values()))} |")
    for place, (present, absent) in surveys.items():
        lines += ["", f"## {place}", "", f"Here: {_listed(present)}."]
        for reason in [*LEFT_OUT, None]:
            if reason in absent:
                lines += ["", f"Left out, {reason}: {_listed(absent[reason])}."]
    return "\n".join(lines) + "\n"


def _listed(names):
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
