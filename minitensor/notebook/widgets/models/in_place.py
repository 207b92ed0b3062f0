"""An op and its underscore twin: the same object or a new one, and does backward still work?"""

from ...changes import Snapshot, difference
from .canvas import Canvas, wrap
from .library import Program, error_words

VALUES = "torch.tensor([1., 4., 9.]"
STARTS = {
    "a plain tensor": [f"x = {VALUES})"],
    "a leaf that requires grad": [f"x = {VALUES}, requires_grad=True)"],
    "computed from a leaf": [f"a = {VALUES}, requires_grad=True)", "x = a * 1"],
    "a view of a computed tensor": [f"a = {VALUES}, requires_grad=True)", "b = a * 1", "x = b[:2]"],
}
USES = {
    "nothing": "",
    "x + 1": "y = x + 1",
    "x * x": "y = x * x",
    "x.exp()": "y = x.exp()",
    "x.sqrt()": "y = x.sqrt()",
}
OPS = {"add": "1", "mul": "2", "sqrt": "", "exp": "", "neg": "", "relu": "", "clamp": "min=2"}
SAVES = {
    "x + 1": "x + 1 saved nothing",
    "x * x": "x * x saved x, at its version then",
    "x.exp()": "exp saved its result y, not x",
    "x.sqrt()": "sqrt saved its result y, not x",
}


class InPlaceLab:
    """A few lines of code put together from choices, really run, and what became of the tensors."""

    title = "In place, or not"

    def __init__(self, library):
        self.library = library
        self.choices = {
            "start": "computed from a leaf",
            "use": "x * x",
            "target": "x",
            "op": "mul",
            "twin": True,
        }
        self.choose()

    def choose(self, **choices):
        """Change some choices and run the program again."""
        self.choices |= choices
        if self.choices["use"] == "nothing":
            self.choices["target"] = "x"
        self._run()

    def calls(self):
        """The op and its twin on the chosen tensor: `x.mul(2)`, `x.mul_(2)`."""
        target, op = self.choices["target"], self.choices["op"]
        return [f"{target}.{op}{twin}({OPS[op]})" for twin in ("", "_")]

    def _lines(self):
        before = [*STARTS[self.choices["start"]], *filter(None, [USES[self.choices["use"]]])]
        return before, f"z = {self.calls()[self.choices['twin']]}"

    def _run(self):
        before, change = self._lines()
        self.program = Program(self.library)
        self.program.run(*before)
        version, names = self._version(), self.program.names
        tensors = [names[name] for name in "abxy" if name in names]
        old = Snapshot(self.program.frame, tensors)
        self.changed = self.program.run(change)
        self.refused = error_words(self.program.error) if not self.changed else ""
        self.versions = version, self._version()
        # The drawing comes first: it shows the tensors before backward touches them.
        self.drawing = difference(old, Snapshot(self.program.frame, tensors, before=old))
        self._compare(names)
        self._try_backward(names)

    def _version(self):
        return self.program.names[self.choices["target"]]._version

    def _compare(self, names):
        target = names[self.choices["target"]]
        self.same = self.changed and names["z"] is target
        self.same_memory = self.changed and names["z"].data_ptr() == target.data_ptr()

    def _try_backward(self, names):
        last = "y" if "y" in names else "z"
        self.backward = f"{last}.sum().backward()"
        self.failed = ""
        self.differentiable = last in names and names[last].requires_grad
        if self.changed and self.differentiable and not self.program.run(self.backward):
            self.failed = error_words(self.program.error)

    def code(self):
        """The program that the choices stand for."""
        before, change = self._lines()
        lines = [*before, change + "  # raises" * (not self.changed)]
        if self.changed and self.differentiable:
            lines.append(self.backward + "  # raises" * bool(self.failed))
        return lines

    def facts(self):
        """Identity, memory, version, and whether backward works and why."""
        target = self.choices["target"]
        if not self.changed:
            return [("Refused", self.refused), ("Why", self._why_refused())]
        old, new = self.versions
        return [
            ("Same object", f"z is {target}: {self.same}"),
            ("Same memory", f"z.data_ptr() == {target}.data_ptr(): {self.same_memory}"),
            ("Version", f"{target}._version: {old} → {new}" + " (unchanged)" * (old == new)),
            ("backward()", self._backward_words()),
            ("Why", self._why()),
        ]

    def _backward_words(self):
        if not self.differentiable:
            return "not needed: nothing here requires grad"
        return f"✗ fails. {self.failed}" if self.failed else "✓ works"

    def _why(self):
        use, target = self.choices["use"], self.choices["target"]
        changed = self.versions[0] != self.versions[1]
        if not self.differentiable:
            return "without a graph nobody has saved anything"
        if not changed:
            return f"{target} was left alone, so whatever was saved of it is still right"
        if use == "nothing":
            return "the change itself became part of the graph, and nothing else had saved the old values"
        saved = SAVES[use] if target == "x" else SAVES[use].removesuffix(", not x")
        end = (
            "backward saw that the version has changed"
            if self.failed
            else "so the change hurt nothing"
        )
        return f"{saved}; {end}"

    def _why_refused(self):
        if "leaf" in self.refused:
            return "a leaf's old value would be gone and no graph could lead to it; use torch.no_grad() for updates"
        return "an in-place op writes into the memory that is there: it can change neither shape nor dtype"

    def text(self):
        """The program and what came of it."""
        lines = ["in-place lab", *(f"  >>> {line}" for line in self.code())]
        return "\n".join(lines + [f"  {label}: {text}" for label, text in self.facts()])

    def picture(self):
        """The memory of all tensors, and what the change did to it."""
        return self.drawing

    def still(self):
        """The program, the memory and the facts in one picture."""
        return page(self)


def page(lab, widest=620):
    """A picture of a lab as it prints: its code, its picture, its facts."""
    canvas = Canvas()
    canvas.text(6, 16, lab.title, 12, bold=True, sans=True)
    y = 34
    for line in lab.code():
        for part in wrap(line, 100):
            canvas.text(6, y, part, 9.5)
            y += 14
    _, high = canvas.embed(lab.picture(), 6, y, widest)
    y += high + 18
    for label, text in lab.facts():
        canvas.text(6, y, label, 9, bold=True, sans=True)
        for part in wrap(text, 88):
            canvas.text(100, y, part, 9)
            y += 13
    return canvas.picture(
        title=lab.title, description=lab.text().replace("\n", " "), text=lab.text()
    )
