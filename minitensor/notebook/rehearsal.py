"""A rehearsal of `backward`: which gradient would pass along each arrow. Nothing is kept or freed."""

import dataclasses
import sys

from .names import is_tensor


@dataclasses.dataclass
class Rehearsal:
    """What `backward` would send: `arrived` by box and output number, `sent` by box and argument.

    `starts` are the boxes of what it starts at. `trouble` says why there is nothing, in PyTorch's
    words where they are PyTorch's.
    """

    arrived: dict = dataclasses.field(default_factory=dict)
    sent: dict = dataclasses.field(default_factory=dict)
    starts: list = dataclasses.field(default_factory=list)
    trouble: str = ""

    def adds_up(self, box, boxes):
        """Whether what arrives at `box` is the sum of what is sent there: no hook has changed it."""
        arrived = self.arrived.get(box, {}).get(0)
        if arrived is None:
            return False
        total = arrived * 0
        for other in boxes:
            for (above, _), slot in zip(other.inputs, other.slots, strict=False):
                if above is box and self.sent.get(other, {}).get(slot) is not None:
                    total = total + self.sent[other][slot]
        total = total + (box in self.starts)
        return bool(total.isclose(arrived, rtol=1e-3, equal_nan=True).all())


def rehearse(outputs, traced):
    """Send gradients through the traced graph as `torch.autograd.grad` does, and listen."""
    outputs = [output for output in outputs if not is_tensor(output) or output.grad_fn is not None]
    leaves = [box for box in traced.boxes if box.kind == "leaf"]
    if traced.left_out or traced.uncounted:
        return Rehearsal(trouble="too large a graph to rehearse backward on")
    if not outputs or not leaves:
        return Rehearsal(trouble="there is nothing to send gradients through")
    if not all(map(is_tensor, outputs)):
        return Rehearsal(trouble="gradients start at a tensor, and this is a grad_fn")
    made = {id(box.node): box for box in traced.boxes if box.kind == "op"}
    heard = Rehearsal(starts=[made.get(id(output.grad_fn)) for output in outputs])
    handles = []
    try:
        for box in traced.boxes:
            if box.kind == "op":
                handles += _listen(box, heard)
        outputs = list({id(output): output for output in outputs}.values())
        inputs = [box.tensor for box in leaves]
        grad = _library(outputs[0]).autograd.grad
        found = grad(outputs, inputs, retain_graph=True, allow_unused=True)
    except RuntimeError as problem:
        return Rehearsal(trouble=str(problem).partition(". ")[0].partition(" (")[0])
    finally:
        for handle in handles:
            handle.remove()
    for box, gradient in zip(leaves, found, strict=True):
        heard.arrived[box] = {0: gradient}
    return heard


def _listen(box, heard):
    def arriving(gradients):
        heard.arrived[box] = dict(enumerate(gradients))

    def sending(sent, arrived):
        heard.sent[box] = dict(enumerate(sent))

    return [box.node.register_prehook(arriving), box.node.register_hook(sending)]


def _library(tensor):
    """The package that a tensor comes from, as its caller has imported it."""
    kinds = type(tensor).__mro__
    for module in list(sys.modules.values()):
        named = getattr(module, "__dict__", {})
        if named.get("Tensor") in kinds and hasattr(named.get("autograd"), "grad"):
            return module
    raise RuntimeError("gradients cannot be sent through this kind of tensor")
