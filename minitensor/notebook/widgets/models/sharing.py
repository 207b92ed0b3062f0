"""Shared or copied: predict it, write to one of the two, and see."""

from ...changes import Snapshot, difference
from ...memory import memory
from .in_place import page
from .library import Program, error_words

ARRAY = "a = np.array([1., 2., 3., 4., 5., 6.])"
SMALL_ARRAY = "a = np.array([1., 2., 3., 4., 5., 6.], dtype=np.float32)"
TENSOR = "a = torch.tensor([1., 2., 3., 4., 5., 6.])"
MATRIX = "a = torch.tensor([[1., 2., 3.], [4., 5., 6.]])"

# call: (how `a` is made, why it shares or copies)
CALLS = {
    "torch.from_numpy(a)": (ARRAY, "from_numpy never copies: the tensor uses the array's memory"),
    "torch.as_tensor(a)": (ARRAY, "as_tensor copies only if it must; the dtype may stay as it is"),
    "torch.as_tensor(a, dtype=torch.float32)": (ARRAY, "another dtype needs other bytes, so it must copy"),
    "torch.tensor(a)": (ARRAY, "torch.tensor always copies"),
    "torch.Tensor(a)": (ARRAY, "torch.Tensor wants float32; float64 must be converted, which copies"),
    "torch.Tensor(a) # float32": (SMALL_ARRAY, "the array is float32 already, so torch.Tensor shares it"),
    "a.numpy()": (TENSOR, "numpy() is a window onto the tensor's own memory"),
    "a.clone()": (TENSOR, "clone copies; it also keeps the history"),
    "a.detach()": (TENSOR, "detach cuts the history and keeps the memory"),
    "torch.tensor(a) # a tensor": (TENSOR, "torch.tensor always copies; it warns, as clone and detach say it better"),
    "a.view(2, 3)": (TENSOR, "view never copies: it fails where it would have to"),
    "a.reshape(2, 3)": (TENSOR, "reshape gives a view where it can, and here it can"),
    "a.t().reshape(6)": (MATRIX, "no steps of one size lead down its columns, so reshape must copy"),
    "a.t()": (MATRIX, "t only swaps the strides"),
    "a[:3]": (TENSOR, "a slice is a view: some of the same cells"),
    "a[0]": (TENSOR, "an index gives a 0-dim view of one cell"),
    "a[[0, 2]]": (TENSOR, "a list of indices picks cells that need not be evenly spaced: advanced indexing copies"),
    "a.contiguous()": (TENSOR, "it is contiguous already, so it returns a itself"),
    "a.to(torch.float64)": (TENSOR, "another dtype needs other bytes, so it copies"),
}  # fmt: skip


class SharingLab:
    """One call at a time: a prediction, the truth, and a write that proves it."""

    title = "Shared or copied"

    def __init__(self, library, np):
        self.library, self.np = library, np
        self.right = self.asked = 0
        self.choose("torch.from_numpy(a)")

    def choose(self, call):
        """Begin with another call."""
        self.call, self.prediction, self.written = call, "", []
        make, self.reason = CALLS[call]
        self.program = Program(self.library, np=self.np)
        self._lines = [make, f"b = {call.partition(' #')[0]}"]
        self.program.run(*self._lines)
        self.error = error_words(self.program.error) if self.program.error else ""
        self.warned = self.program.warned
        self.shared = not self.error and self._is_shared()

    def _is_shared(self):
        """Whether a write to one reaches the other: tried on a fresh pair."""
        trial = Program(self.library, np=self.np)
        trial.run(*self._lines)
        before = trial.names["a"].tolist()
        trial.run("b[...] = -1")
        return trial.names["a"].tolist() != before

    def predict(self, answer):
        """Say "shared" or "copied"; only the first answer counts."""
        if not self.prediction:
            self.prediction = answer
            self.asked += 1
            self.right += answer == self.answer

    def write(self, name):
        """Write 99 into the first element of `a`, or of `b`."""
        names = self.program.names
        other = names["b" if name == "a" else "a"]
        before = other.tolist()
        index = ", ".join("0" * names[name].ndim) or "..."
        line = f"{name}[{index}] = {99 + len(self.written)}"
        pair = names["a"], names["b"]
        old = Snapshot(self.program.frame, pair)
        self.program.run(line)
        self.drawing = difference(old, Snapshot(self.program.frame, pair, before=old))
        reached = other.tolist() != before
        self.written.append((line, "both changed" if reached else "the other did not change"))

    @property
    def answer(self):
        return "shared" if self.shared else "copied"

    def code(self):
        """The lines that were run."""
        return [*self._lines, *(line for line, _ in self.written)]

    def facts(self):
        """The question, or the verdict and its reason."""
        if self.error:
            return [("Error", self.error)]
        if not self.prediction:
            return [
                (
                    "Your turn",
                    "do a and b share one block of memory, or was it copied? Predict first",
                )
            ]
        verdict = "right" if self.prediction == self.answer else "not this time"
        facts = [("You said", f"{self.prediction}: {verdict} ({self.right} of {self.asked} right so far)"),
                 (self.answer.capitalize(), self.reason)]  # fmt: skip
        facts += [("Warning", text) for text in self.warned]
        if self.written:
            facts.append(("After writing", ": ".join(self.written[-1])))
        return facts

    def text(self):
        """The code, and what is known so far."""
        lines = ["sharing lab", *(f"  >>> {line}" for line in self.code())]
        return "\n".join(lines + [f"  {label}: {text}" for label, text in self.facts()])

    def picture(self):
        """The memory of `a`, of both once the student has predicted, and what a write changes there."""
        if self.written:
            return self.drawing
        names = self.program.names
        shown = "ab" if self.prediction and "b" in names else "a"
        return memory(**{name: names[name] for name in shown})

    def still(self):
        """The code, the memory and the verdict in one picture; unasked, it gives the answer away."""
        if self.prediction:
            return page(self)
        solved = SharingLab(self.library, self.np)
        solved.choose(self.call)
        solved.predict(solved.answer)
        return page(solved)
