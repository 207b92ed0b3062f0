"""Random programs of tensors, views, changes in place and backward.

Every line is tried on PyTorch while a program is drawn, so that the lines to come fit the tensors there are. (Some
do not: errors are compared too.)
"""

import functools
import re
from pathlib import Path

import hypothesis.strategies as st
import torch

from tests.differences import home
from tests.side_by_side import sections, shown

LINES = {
    title: text.splitlines()
    for title, text in sections(Path(__file__).with_name("random_lines.txt")).items()
}
TENSORS = LINES["float tensors"] + LINES["other tensors"]
NUMBERS = ("2", "0.5", "-1.5", "0", "1", "True")
MODES = ("", *[""] * 18, *["no_grad"] * 6, "inference_mode")
# How often each kind of line comes.
KINDS = (
    *["in place"] * 4,
    *["views"] * 5,
    *["values"] * 5,
    *["graph"] * 4,
    *["results", "tensors", "functions"],
)

DEFINITION = """
class {name}(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        {forward}
    @staticmethod
    def backward(ctx, grad):
        return {backward}
""".strip()

DEFINITIONS = {
    name: DEFINITION.format(name=name, forward=forward, backward=backward)
    for name, forward, backward in (
        ("Twice", "ctx.save_for_backward(x); return 2 * x", "grad * 2 + 0 * ctx.saved_tensors[0]"),
        ("Same", "return x", "3 * grad"),
        ("Flat", "ctx.shape = x.shape; return x.view(-1)", "grad.view(ctx.shape)"),
        ("Onto", "ctx.mark_dirty(x); return x.add_(1)", "5 * grad"),
    )
}


class Program:
    """Lines of Python; and whether everything is compared after each line, or only after the last.

    (To look at a tensor may bring its `grad_fn` up to date, so what nobody looks at is worth a test too.)
    """

    def __init__(self, lines, watched):
        self.lines, self.watched = lines, watched

    def __repr__(self):
        return "\n" + "\n".join(self.lines) + "\n"


@st.composite
def programs(draw, most=12):
    """A program of up to `most` lines after the one or two that make the first tensors."""

    def pick(options):
        return options[draw(below(len(options)))]

    lines, space = [], {}

    def add(line):
        lines.append(line)
        shown(line, torch, space)

    add("a = " + pick(LINES["float tensors"]))
    if pick("ny") == "y":
        add("b = " + pick(TENSORS))
    for _ in range(draw(st.integers(1, most))):
        line = draw_line(pick, space)
        for name in DEFINITIONS.keys() - space.keys():
            if name in line:
                add(DEFINITIONS[name])
        mode = pick(MODES)
        if mode and not re.search(
            "requires_grad|detach_|dtype", line
        ):  # these have modes of their own
            line = f"with torch.{mode}(): {line}"
        add(line)
    return Program(lines, watched=pick("yn") == "y")


@functools.lru_cache(100)
def below(count):
    return st.integers(0, count - 1)


def draw_line(pick, space):
    """One line, with a new name for its result if it is an expression."""
    kind = pick(KINDS)
    filler = Filler(pick, space)
    if not filler.names:
        kind = "tensors"
    if kind in ("in place", "graph"):
        return filler.fill(pick(LINES[kind]))
    name = next(name for name in "abcdefghijklmnopqrstuvwxyz" if name not in space)
    return f"{name} = " + (pick(TENSORS) if kind == "tensors" else filler.fill(pick(LINES[kind])))


class Filler:
    """Fills the holes of a line with what mostly fits the tensors of a namespace: `{x}` with `x()`, and so on."""

    def __init__(self, pick, space):
        self.pick, self.space = pick, space
        self.names = [name for name in space if isinstance(space[name], torch.Tensor)]

    def fill(self, line):
        """A line with all its holes filled."""
        self.name = self.pick(
            self.names[::-1]
        )  # the youngest first: it is what shrinking arrives at
        self.tensor = self.space[self.name]
        return self.filled(self.spared(line))

    def filled(self, text):
        return re.sub(r"{(\w+)}", lambda hole: getattr(self, hole[1])(), text)

    def spared(self, line):
        """The line, or another in its place if it asks for what only PyTorch does, or what crashes it."""
        if "hook" in line and leads_nowhere(self.tensor):
            return "print({x}.is_leaf)"
        if (
            "hook" in line and self.tensor._is_view()
        ):  # PyTorch crashes if its grad_fn is not up to date
            return "{x}.grad_fn; " + line
        if self.tensor.is_inference() and re.search("detach|data|dtype|apply", line):
            return "print({x}.is_inference())"
        if (
            not self.tensor.is_floating_point()
        ):  # filled (or compared) with a tensor that does, it would require grad
            line = line.replace("fill_({z})", "fill_(2)").replace("gt_({w})", "gt_({number})")
            return line.replace("= {apart}", "= {number}")
        return line

    def rarely(self):
        return self.pick(range(12)) == 11

    # One method for each kind of hole

    def x(self):
        return self.name

    def z(self):
        """Any tensor."""
        return self.pick(self.names)

    def y(self):
        """Another operand: a number, or a tensor whose shape fits, mostly."""
        kind = self.pick("nttttu")
        if kind == "n":
            return self.number()
        return self.pick([n for n in self.names if kind == "u" or self.fits(n)] or self.names)

    def fits(self, name):
        other = self.space[name]
        pairs = zip(self.tensor.shape[::-1], other.shape[::-1])
        return other.ndim <= self.tensor.ndim and all(b in (1, a) for a, b in pairs)

    def apart(self):
        """Another operand that has no memory in common with this one."""
        operand = self.y()
        shared = operand in self.names and home(self.space[operand]) == home(self.tensor)
        return "2" if shared else operand

    def w(self):
        """Another operand for a change in place: apart, or the tensor itself."""
        itself = self.tensor.is_contiguous() and self.pick(range(8)) == 7
        return self.name if itself else self.apart()

    def like(self):
        """A tensor of the same shape: itself, or one apart."""
        found = [self.name]
        for name in self.names:
            other = self.space[name]
            if other.shape == self.tensor.shape and home(other) != home(self.tensor):
                found.append(name)
        return self.pick(found)

    def number(self):
        return self.pick(NUMBERS)

    def dim(self):
        dims = self.tensor.ndim or 1
        return str(dims if self.rarely() else self.pick([*range(dims), -1]))

    def index(self):
        size = self.tensor.shape[0] if self.tensor.ndim else 1
        return str(size if self.rarely() else self.pick(range(size or 1)))

    def key(self):
        keys = LINES["keys"]
        return self.filled(self.pick(keys if self.tensor.ndim > 1 or self.rarely() else keys[:10]))

    def numel(self):
        return str(self.tensor.numel())

    def sizes(self):
        return ", ".join(map(str, self.tensor.shape)) or "1"

    def shape(self):
        return self.filled(self.pick(LINES["shapes"]))

    def larger(self):
        sizes = [3 if n == 1 and self.pick("ny") == "y" else n for n in self.tensor.shape]
        return ", ".join(map(str, [2, *sizes] if self.pick("ny") == "y" or not sizes else sizes))

    def order(self):
        dims = self.tensor.ndim
        return ", ".join(map(str, [*range(1, dims), 0][: dims + self.rarely()])) or "()"


def leads_nowhere(tensor):
    """True for a view made in no_grad mode, whose gradient goes nowhere: a hook on it crashes PyTorch."""
    try:
        return tensor._is_view() and tensor.grad_fn is None
    except RuntimeError:
        return True
