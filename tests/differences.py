"""What differs when a program runs, line by line, on minitensor and on PyTorch."""

import re

import numpy as np
import torch

import minitensor
from tests.side_by_side import shown


def difference(program):
    """The first thing that differs between the libraries, as text; None if nothing does."""
    before = torch.is_warn_always_enabled()
    torch.set_warn_always(True)
    minitensor.set_warn_always(True)
    try:
        return first_difference(program)
    finally:
        torch.set_warn_always(before)
        minitensor.set_warn_always(False)


def first_difference(program):
    ours, theirs, wild = {}, {}, False
    for number, line in enumerate(program.lines, 1):
        texts = shown(line, minitensor, ours), shown(line, torch, theirs)
        if not same_text(*texts) and not two_mistakes(*texts):
            return told(program, number, "shown", *texts)
        if program.watched or number == len(program.lines):
            # How PyTorch computes the gradient of a gradient is its own affair.
            depth = 0 if "create_graph" in "".join(program.lines[:number]) else 3
            pairs = zip(facts(ours, minitensor, depth), facts(theirs, torch, depth))
            for (label, mine), (_, right) in pairs:
                wild = wild or is_wild(right)
                if not same(mine, right, wild):
                    return told(program, number, label, mine, right)
    return None


def told(program, number, label, ours, theirs):
    when = "every line" if program.watched else "the last line"
    return (
        f"{program!r}# compared after {when}\n\nline {number}: {program.lines[number - 1]}\n"
        f"{label}\n   minitensor: {ours}\n   PyTorch:    {theirs}"
    )


NUMBER = re.compile(r"-?\d+\.\d*(?:e[+-]?\d+)?")


def same_text(ours, theirs):
    """True if two texts differ in nothing but the last digits of numbers."""
    if ours == theirs:
        return True
    if NUMBER.sub("#", ours) != NUMBER.sub("#", theirs):
        return False
    pairs = zip(NUMBER.findall(ours), NUMBER.findall(theirs))
    return all(np.isclose(float(a), float(b), rtol=1e-3, atol=1e-4) for a, b in pairs)


# What PyTorch checks before sizes and dimensions, where minitensor checks it after them.
EARLIER = re.compile(
    r"A view was created in|Output \d+ of \w+ is a view|Subtraction, the `-` operator"
    r"|Inference tensors cannot be saved for backward|index_add_\(\): Number of indices"
    # Of 0-dim tensors it reads a size all the same, which may be one of old.
    r"|select\(\) cannot be applied to a 0-dim tensor|out of bounds for dimension 0 with size 1"
)


# What minitensor checks before sizes and dimensions, as most ops of PyTorch do, but not all.
LATER = "more than one element of the written-to tensor"


def two_mistakes(ours, theirs):
    """True if both raise errors, but a line has two mistakes and another one is found first."""
    if "Error: " not in ours or "Error: " not in theirs:
        return False
    earlier = bool(EARLIER.search(theirs)) and not EARLIER.search(ours)
    return earlier or (LATER in ours and LATER not in theirs)


def is_wild(value):
    """True for numbers so large that the last digits of their sines, say, are those of chance."""
    return (
        isinstance(value, np.ndarray) and value.dtype.kind == "f" and bool((abs(value) > 1e3).any())
    )


def same(ours, theirs, wild):
    """True if two facts are the same; numbers may differ in their last digits."""
    if not (isinstance(ours, np.ndarray) and isinstance(theirs, np.ndarray)):
        return type(ours) is type(theirs) and ours == theirs
    if ours.dtype != theirs.dtype or ours.shape != theirs.shape:
        return False
    if ours.dtype.kind != "f":
        return np.array_equal(ours, theirs)
    limit = 1e-2 if ours.dtype == np.float16 else 1e-4
    return wild or np.allclose(ours, theirs, limit, limit, equal_nan=True)


def facts(space, t, depth):
    """Everything that is compared, as pairs (label, value); `depth`: how far to follow the nodes."""
    tensors = {name: x for name, x in space.items() if isinstance(x, t.Tensor)}
    yield "the tensors there are", sorted(tensors)
    for name, x in list(tensors.items()):
        if safely(lambda x: x.is_leaf, x) is True and x.grad is not None:
            tensors[name + ".grad"] = x.grad
    inference = any(x.is_inference() for x in tensors.values())
    names, homes = {}, {}
    for name, x in tensors.items():
        names.setdefault(id(x), name)
        yield name + " is", names[id(x)]
        if x.numel():
            yield name + " shares memory with", homes.setdefault(home(x), name)
        yield name + ".grad_fn", safely(lambda x: tree(x.grad_fn, depth), x)
        for look, function in LOOKS.items():
            if look in BY_THE_WAY and (inference or name.endswith(".grad")):
                continue
            yield f"{name}.{look}", safely(function, x)
        if x.numel():
            yield name + ".stride()", strides(x, x._is_view() and not inference)
        base = x._base
        if not inference:
            yield name + "._base", None if base is None else names.get(id(base), "has no name")


# What is compared of every tensor.
LOOKS = {
    "requires_grad": lambda x: x.requires_grad,
    "_version": lambda x: x._version if x.numel() else None,
    "_is_view()": lambda x: x._is_view(),
    "is_leaf": lambda x: x.is_leaf,
    "output_nr": lambda x: x.output_nr,
    "retains_grad": lambda x: x.retains_grad and not x.is_leaf,
    "values": lambda x: x.detach().numpy(),
    "storage_offset()": lambda x: x.storage_offset() if x.numel() else None,
    "is_inference()": lambda x: x.is_inference(),
}


# What tells how PyTorch computed a gradient, or a result of inference tensors, and is not compared there.
BY_THE_WAY = ("_version", "_is_view()")


def home(tensor):
    """Where a tensor's storage begins; None if it has no elements."""
    return tensor.untyped_storage().data_ptr() if tensor.numel() else None


def strides(x, all):
    """The strides: all of them, or those along which there is a step to take."""
    return [step if size > 1 or all else 0 for size, step in zip(x.shape, x.stride())]


def safely(function, x):
    """The value of a function, or the error it raises, as text."""
    try:
        return function(x)
    except Exception as error:
        return f"{type(error).__name__}: {str(error).strip()}"


def tree(node, depth):
    """The names of the nodes that a node leads to."""
    if node is None or not depth:
        return None if node is None else node.name()
    return (node.name(), *[(tree(n, depth - 1), number) for n, number in node.next_functions])
