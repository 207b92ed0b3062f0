"""Other forms of view ops: `as_strided`, in place (`t_`, `squeeze_` …), and as copies (`t_copy` …)."""

import numpy as np

from ..called import declared
from ..declare import FUNCTIONS, Array, IntTuple, Number, composite, op, view
from ..grad_mode import state
from ..out import write
from ..storage import flat_storage, strided
from ..tensor import Tensor, wrap
from ..views import AsStrided, check_in_place, make_view, note_change
from .inplace import zeros
from .parts import (
    _slice,
    _split,
    alias,
    diagonal,
    replaced,
    select,
    split_with_sizes,
    unbind,
    unfold,
)
from .views import _expand, _permute, _view, squeeze, t, transpose, unsqueeze

# Any sizes and strides


def _strided_view(input, size, stride, offset):
    """The array that shows a tensor's storage with any sizes and strides, from an offset on."""
    if len(size) != len(stride):
        raise RuntimeError("mismatch in length of strides and shape")
    if any(s < 0 for s in stride):
        raise RuntimeError(
            "as_strided: Negative strides are not supported at the moment, got strides: "
            f"{list(stride)}"
        )
    if any(n < 0 for n in size):
        raise RuntimeError(
            f"Storage size calculation overflowed with sizes={list(size)} and strides={list(stride)}"
        )
    if offset < 0:
        raise RuntimeError(f"Tensor: invalid storage offset {offset}")
    if 0 in size:
        return np.empty(size, input._array.dtype)
    home = flat_storage(input)
    needed = offset + sum((n - 1) * s for n, s in zip(size, stride)) + 1
    if needed > home.size:
        raise RuntimeError(
            f"setStorage: sizes {list(size)}, strides {list(stride)}, storage offset {offset}, and itemsize "
            f"{home.itemsize} requiring a storage size of {needed * home.itemsize} are out of bounds for "
            f"storage of size {home.nbytes}"
        )
    return strided(home, size, stride, offset)


def _as_strided(input, size, stride, offset, node):
    offset = input.storage_offset() if offset is None else offset
    result = make_view(input, _strided_view(input, tuple(size), tuple(stride), offset))
    if input._tracked and input.requires_grad and state.enabled:
        result._grad_fn = node(result, input)
        result._view.requires_grad = True
    return result


@composite
def as_strided(input: Tensor, size: IntTuple, stride: IntTuple, storage_offset: int = None):
    """A view of the storage with any sizes, strides and offset (in elements)."""
    return _as_strided(input, size, stride, storage_offset, AsStrided)


@op(
    input=lambda grad, size, stride, storage_offset: grad.contiguous().as_strided_scatter(
        zeros(grad.new_zeros(size)), size, stride, storage_offset
    ),
    src=lambda grad, size, stride, storage_offset: grad.contiguous().as_strided(
        size, stride, storage_offset
    ),
)
def as_strided_scatter(
    input: Array, src: Array, size: IntTuple, stride: IntTuple, storage_offset: int = None
):
    """A copy with `src` written to the elements that `as_strided` would show."""
    return replaced(
        input, src, lambda array: _strided_view(wrap(array), size, stride, storage_offset or 0)
    )


@composite(torch=False)
def fill_diagonal_(self: Tensor, fill_value: Number, wrap: bool = False):
    """Fill the main diagonal in place; with `wrap`, it begins anew below a tall matrix.

    >>> torch.zeros(2, 3).fill_diagonal_(1)
    tensor([[1., 0., 0.],
            [0., 1., 0.]])
    """
    shape, stride, start = self._array.shape, self.stride(), self.storage_offset()
    if len(shape) < 2:
        raise RuntimeError("dimensions must larger than 1")
    if len(shape) > 2 and len(set(shape)) > 1:
        raise RuntimeError("all dimensions of input must be of equal length")
    size = min(shape)
    self.as_strided((size,), (sum(stride),), start).fill_(fill_value)
    again = -(-self.numel() // (shape[1] + 1)) - size  # how many lie below
    if wrap and len(shape) == 2 and shape[0] > shape[1] + 1 and again > 0:
        below = start + stride[0] * (shape[1] + 1)
        self.as_strided((again,), (sum(stride),), below).fill_(fill_value)
    return self


# In-place twins: the tensor becomes the view of itself that they make


class _AsStridedInPlace(AsStrided, name="AsStridedBackward1"):
    """The node of `as_strided_`."""


def renumbered(function, change):
    """The same view op, with another number behind its node's name."""
    op = function.op
    number, formulas = op.number, op.formulas
    if callable(number):  # only squeeze has several forms, which its `dim` tells apart
        formulas = {
            name: {change(n): formula for n, formula in forms.items()}
            for name, forms in formulas.items()
        }
        renumber = lambda dim: change(number(dim))  # noqa: E731
    else:
        renumber = change(number)
    described = {"node": op.node, "number": renumber, "signatures": op.signatures}
    return view(method=False, function=False, **described, **formulas)(op.forward)


def _become(self, make, *args, **kwargs):
    """Give the tensor the sizes, strides and history of a view of itself."""
    check_in_place(self, self.requires_grad)
    flat_storage(self)  # what it had before it may show less
    result, retains = make(self, *args, **kwargs), self.retains_grad
    self._array = result._array
    note_change(self)
    if result._grad_fn is not None:
        self._grad_fn, self._output_nr, self._tracked = result._grad_fn, 0, True
        if retains:  # as before: the node of the tensor's old shape stores the gradient
            self._grad_fn.retained = {0: lambda: None}
        if self._view is not None:
            self._view.seen = self._counter[0]
    return self


def _publish_in_place(function, forms):
    make = renumbered(function, lambda n: n + forms)
    name = function.__name__ + "_"

    def twin(self, *args, **kwargs):
        try:
            return _become(self, make, *args, **kwargs)
        except TypeError as error:
            bad = make.op.bad_arguments((self, *args), kwargs, method=True, suffix="_")
            raise bad or error from None

    twin.__name__ = name
    twin.__doc__ = f"Like `{function.__name__}`, but in place: the tensor itself changes its shape."
    setattr(Tensor, name, twin)


for _function, _forms in ((t, 1), (transpose, 1), (unsqueeze, 1), (squeeze, 3)):
    _publish_in_place(_function, _forms)
for _name, _dims in (("swapaxes_", "int axis0, int axis1"), ("swapdims_", "int dim0, int dim1")):
    setattr(Tensor, _name, declared(Tensor.transpose_, _dims, name=_name, method=True))


@composite
def as_strided_(input: Tensor, size: IntTuple, stride: IntTuple, storage_offset: int = None):
    """Like `as_strided`, but in place: the tensor itself becomes that view."""
    return _become(input, _as_strided, size, stride, storage_offset, _AsStridedInPlace)


# Copies: what the view shows, in memory of its own


def _publish_copy(function):
    make = renumbered(function, lambda n: f"{n}_copy")
    name = function.__name__.strip("_") + "_copy"

    def copied(part):
        copy = wrap(np.array(part._array, order="C"))
        copy._grad_fn, copy._output_nr, copy._tracked = (
            part._grad_fn,
            part._output_nr,
            part.requires_grad or None,
        )
        return copy

    def twin(*args, out=None, **kwargs):
        try:
            result = make(*args, **kwargs)
        except (TypeError, AttributeError) as error:
            bad = make.op.bad_arguments(args, kwargs, suffix="_copy")
            raise bad or error from None
        several = isinstance(result, tuple)
        return write(name, tuple(map(copied, result)) if several else copied(result), out)

    twin.__name__ = name
    twin.__doc__ = f"Like `{name.removesuffix('_copy')}`, but a copy."
    FUNCTIONS[name] = twin


for _function in (
    _expand,
    _permute,
    _slice,
    _split,
    _view,
    alias,
    diagonal,
    select,
    split_with_sizes,
    squeeze,
    t,
    transpose,
    unbind,
    unfold,
    unsqueeze,
):
    _publish_copy(_function)
