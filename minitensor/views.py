"""Views, and what happens to gradients when a view or its base is changed in place.

A view shares memory and version counter with its base. When either is changed in place, the base's
history is rewritten (`CopySlices`: the gradient of the changed part goes through the operation, the rest
passes by), and every view finds out by its version, when it is next used, that its own `grad_fn` is out
of date: it then becomes the strided view of the base that it is (`AsStridedBackward0`).
"""

import numpy as np

from .grad_mode import state
from .graph import Node, gradient_edge, maker
from .op_node import freed
from .storage import address, flat_storage, is_dense, strided
from .tensor import Tensor, wrap

PLAIN, NO_GRAD, INFERENCE, MULTIPLE, CUSTOM = range(5)  # how a view was made


class View:
    """What a view knows: its base (never a view itself), and when and how it was made."""

    __slots__ = ("base", "seen", "requires_grad", "how")

    def __init__(self, base, how):
        self.base = base
        self.seen = base._counter[0]  # the version at which the view's grad_fn was right
        self.requires_grad = False
        self.how = how


def make_view(tensor, array, how=PLAIN):
    """A view of `tensor` whose elements are `array`, an array on the same memory."""
    result = wrap(array, type(tensor))
    if state.inference or tensor._inference:  # what counts is where the memory was made
        result._inference = tensor._inference
    if tensor._inference:
        result._home = flat_storage(tensor)
        return result
    base, before = tensor, PLAIN
    if tensor._view is not None:
        base, before = tensor._view.base, tensor._view.how
    result._counter = base._shared_counter()
    if state.inference or before == INFERENCE:
        how = INFERENCE
    elif not state.enabled:
        how = NO_GRAD
    elif how == PLAIN:
        how = before  # a part of a special view is special too
    result._view = View(base, how)
    result._tracked = array.dtype.kind == "f" or None
    return result


def _renew_view(tensor):
    """Give a view whose memory was changed since a `grad_fn` that fits the present."""
    view = tensor._view
    if view.seen == tensor._counter[0] or (tensor._grad_fn is None and not view.base._tracked):
        return
    if view.how != PLAIN:
        raise forbidden(tensor, "its base or another view of its base has been")
    node = AsStrided(tensor, view.base)
    _move_retained(tensor, node)
    tensor._grad_fn, tensor._output_nr = node, 0
    view.seen = tensor._counter[0]


Tensor._renew_view = _renew_view


def check_in_place(tensor, requires_grad):
    """Raise PyTorch's error if recording an in-place change of `tensor` is not allowed.

    `requires_grad`: whether any operand does, which is what makes the change worth recording.
    """
    if not (requires_grad and state.enabled):
        return
    view = tensor._view
    if view is not None:
        if view.how != PLAIN:
            raise forbidden(tensor, "is being")
        if tensor.requires_grad and view.base._grad_fn is None:
            raise RuntimeError(
                "a view of a leaf Variable that requires grad is being used in an in-place operation."
            )
    # PyTorch takes a view for a leaf if its base was changed and nobody asked for its grad_fn since.
    if tensor.requires_grad and tensor._grad_fn is None:
        error = RuntimeError(
            "a leaf Variable that requires grad is being used in an in-place operation."
        )
        error.add_note(
            "Hint: this tensor is where gradients are collected, so recorded operations may not change "
            "it. To update it, write the change inside 'with torch.no_grad():'."
        )
        raise error


def note_change(tensor):
    """Count a change in place, when it is done: PyTorch, too, complains only then about inference tensors."""
    if tensor._inference and not state.inference:
        raise RuntimeError(
            "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to "
            "get a normal tensor before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for "
            "more details."
        )
    tensor._changed()


def forbidden(tensor, verb):
    """PyTorch's error for a change in place that involves a view made in a special way."""
    how, node = tensor._view.how, tensor._grad_fn
    start = "A view was created in"
    if node is not None:
        start = f"Output {tensor._output_nr} of {maker(node)} is a view"
        if how in (MULTIPLE, CUSTOM):
            return RuntimeError(f"{start} and {verb} modified inplace. {_ENDINGS[how]}")
        start += " of a view which was created in"
    mode, now = "no_grad", "with grad mode enabled"
    if how == INFERENCE:
        mode, now = "inference", "in normal mode"
    return RuntimeError(f"{start} {mode} mode and {verb} modified inplace {now}. {_ENDINGS[how]}")


_AMBIGUOUS = (
    "Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by "
    "moving both the view and the inplace either both inside the {} block (if you don't want the "
    "inplace to be tracked) or both outside (if you want the inplace to be tracked)."
)
_ENDINGS = {
    NO_GRAD: _AMBIGUOUS.format("no_grad"),
    INFERENCE: _AMBIGUOUS.format("inference_mode"),
    MULTIPLE: "This view is the output of a function that returns multiple views. Such functions do not "
    "allow the output views to be modified inplace. You should replace the inplace operation by an "
    "out-of-place one.",
    CUSTOM: "This view was created inside a custom Function (or because an input was returned as-is) and the "
    "autograd logic to handle view+inplace would override the custom backward associated with the custom "
    "Function, leading to incorrect gradients. This behavior is forbidden. You can fix this by cloning the "
    "output of the custom Function.",
}


def rebase_history(tensor, node):
    """Make `node`, the record of an in-place change, the latest step in the history of `tensor`."""
    view = tensor._view
    if view is None:
        _move_retained(tensor, node)
        tensor._grad_fn, tensor._output_nr, tensor._tracked = node, 0, True
        return
    base = view.base
    copy = CopySlices(base, tensor, node)
    _move_retained(base, copy)
    base._grad_fn, base._output_nr, base._tracked = copy, 0, True
    view.requires_grad = True
    _renew_view(tensor)


def _move_retained(tensor, node):
    old = tensor._grad_fn
    if old is not None and old.retained and tensor._output_nr in old.retained:
        node.retained, node.hooked = {0: old.retained.pop(tensor._output_nr)}, True


class AsStrided(Node, name="AsStridedBackward0"):
    """A view of its base, seen as sizes, strides and an offset: fits every kind of view."""

    def __init__(self, tensor, base):
        array = tensor._array
        super().__init__((gradient_edge(base),), ((array.shape, array.dtype),))
        self._saved_size = array.shape
        self._saved_stride = tensor.stride()
        self._saved_storage_offset = tensor.storage_offset()
        self.place = Place(tensor, base)

    def backward(self, grads):
        """The gradient of the base: zero, but for the elements that the view shows."""
        return [self.place.scatter(grads[0])]


class CopySlices(Node, name="CopySlices"):
    """An in-place operation on a view, as a step in the history of its base."""

    full_name = "torch::autograd::CopySlices"

    def __init__(self, base, view, node):
        edges = (gradient_edge(base), *node.edges[1:])
        super().__init__(edges, ((base._array.shape, base._array.dtype),))
        self.node = node
        self.place = Place(view, base)

    def backward(self, grads):
        """Send the view's part of the gradient through the operation; the rest passes by."""
        if self.node is None:
            raise freed()
        result = self.place.copy(grads[0])
        part = self.place.view(result)
        first, *rest = self.node.backward((part.clone(),))
        if self.edges[0] is None:
            return [None, *rest]
        if first is None:
            part.zero_()
        else:
            part.copy_(first)
        return [result, *rest]

    def release(self):
        """Forget the operation, even if it saved nothing."""
        self.node = None


class Place:
    """Where a view lies in its base: enough to find the same elements in a gradient of the base."""

    def __init__(self, view, base):
        self.size, self.stride = view._array.shape, view.stride()
        self.offset = view.storage_offset() - base.storage_offset()
        self.base_size, self.base_stride = base._array.shape, base.stride()
        self.dtype = base._array.dtype

    def _blank(self):
        reach = sum((n - 1) * abs(s) for n, s in zip(self.base_size, self.base_stride)) + 1
        home = np.zeros(max(reach, 1), self.dtype)
        return wrap(strided(home, self.base_size, self.base_stride, 0))

    def copy(self, grad):
        """The gradient of the base, copied into memory that is laid out like the base's."""
        return self._blank().copy_(grad)

    def view(self, tensor):
        """The view's elements in a tensor that is laid out like the base."""
        return tensor.as_strided(self.size, self.stride, tensor.storage_offset() + self.offset)

    def scatter(self, grad):
        """A gradient of the base from one of the view; elements shown several times are added up."""
        blank = self._blank()
        if not may_overlap(self.size, self.stride):
            self.view(blank).copy_(grad)
            return blank
        seen = strided(np.arange(flat_storage(blank).size), self.size, self.stride, self.offset)
        flat = blank.new_zeros(flat_storage(blank).size)
        flat = flat.index_add(0, wrap(seen.reshape(-1).copy()), grad.reshape(-1))
        return flat.as_strided(self.base_size, self.base_stride, 0)


def may_overlap(size, stride):
    """True if a view may show some element several times."""
    reach = 0
    for step, n in sorted((step, n) for step, n in zip(stride, size) if n > 1):
        if step <= reach:
            return True
        reach += step * (n - 1)
    return False


def check_no_overlap(tensor, operands):
    """Raise PyTorch's error if writing to `tensor` element by element could not be done in order."""
    array = tensor._array
    if not array.size:
        return
    if is_expanded(array):
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a single "
            "memory location. Please clone() the tensor before performing the operation."
        )
    for operand in operands:
        if operand is tensor or not isinstance(operand, Tensor):
            continue
        if operand._counter is None and operand._home is None:  # never had a view or an alias
            continue
        if overlaps_partly(array, operand._array) and same_storage(tensor, operand):
            raise _overlap()


def check_apart(tensor, operands):
    """Raise PyTorch's error if `tensor` has some memory in common with an operand, be it the same."""
    for operand in operands:
        arrays = tensor._array, operand._array
        shared = np.may_share_memory(*arrays) and all(map(is_dense, arrays))
        if operand is tensor or (shared and same_storage(tensor, operand)):
            raise _overlap()


def _overlap():
    return RuntimeError(
        "unsupported operation: some elements of the input tensor and the written-to tensor refer to a "
        "single memory location. Please clone() the tensor before performing the operation."
    )


def is_expanded(array):
    """True if some dimension shows the same elements again and again."""
    if array.flags.c_contiguous:  # and if it is empty
        return False
    return any([step == 0 and size > 1 for step, size in zip(array.strides, array.shape)])


def overlaps_partly(a, b):
    """True for two arrays without gaps that have some memory in common, but not all in the same order."""
    if not np.may_share_memory(a, b) or not (is_dense(a) and is_dense(b)):
        return False
    return address(a) != address(b) or a.nbytes != b.nbytes or a.strides != b.strides


def same_storage(a, b):
    """True if two tensors share PyTorch's storage (NumPy's arrays may share memory without it)."""
    return address(flat_storage(a)) == address(flat_storage(b))
