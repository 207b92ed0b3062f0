"""`Tensor`: a NumPy array with a memory of how it was made.

Everything of a tensor that is not an operation: its array and storage, its version, its place in the graph.
Operations add themselves as methods when they are declared (see declare.py).
"""

import warnings

import numpy as np

from . import dtypes
from .as_python import AsPython
from .device import check_device, cpu
from .grad_mode import inferring, state
from .hooks import RemovableHandle
from .size import Size
from .slips import Slip, explain_call, explain_missing
from .storage import contiguous_strides, flat_storage, place_in_storage

new = object.__new__


class readonly(property):
    """A property whose assignment raises PyTorch's error."""

    def __set__(self, tensor, value):
        name = self.fget.__name__
        raise AttributeError(f"attribute '{name}' of 'torch._C.TensorBase' objects is not writable")


class Tensor(AsPython):
    """A multi-dimensional array of one dtype, which can record what is done with it.

    Make one with `torch.tensor([[1., 2.], [3., 4.]])`, `torch.zeros(2, 3)`, `torch.from_numpy(a)` …"""

    __module__ = "torch"

    # Class-level defaults: an ordinary result sets `_array` alone, which makes it cheap.
    _grad_fn = None  # the node that made it ...
    _output_nr = 0  # ... and which of the node's results it is
    # Where its gradient goes: to this node; None: nowhere; True: look closer, it is a leaf or a view.
    _tracked = None
    _grad = None
    _counter = None  # [version], shared by all who must notice a change in place; None: still 0
    _home = None  # the storage as a flat array; None: not asked for yet
    _view = None  # for views: the base, and when and how the view was made (see views.py)
    _inference = False  # made in inference mode
    _now = None  # of a stand-in for a saved tensor: a weak reference to the tensor (see op.py)
    _hooks = _post_accumulate_hooks = None
    _accumulator = None  # a weak reference to the leaf's AccumulateGrad
    __array_priority__ = 1000

    required_grad = Slip("requires_grad")
    require_grad = Slip("requires_grad")

    # What it looks like

    @readonly
    def shape(self):
        """The sizes of the dimensions, a `torch.Size`."""
        return tuple.__new__(Size, self._array.shape)

    def size(self, dim=None):
        """The `torch.Size` of the tensor, or the size along one dimension."""
        if dim is None:
            return self.shape
        return self._array.shape[wrap_dim(as_int(dim, "size"), self._array.ndim, scalars=False)]

    @readonly
    def ndim(self):
        """The number of dimensions."""
        return self._array.ndim

    def dim(self):
        """The number of dimensions."""
        return self._array.ndim

    ndimension = dim

    def numel(self):
        """The number of elements."""
        return self._array.size

    nelement = numel

    @readonly
    def dtype(self):
        """The type of the elements, such as `torch.float32`."""
        return dtypes.of(self._array.dtype)

    @readonly
    def device(self):
        """Where the tensor lives: the CPU."""
        return cpu

    is_cuda = is_sparse = is_quantized = is_meta = is_mkldnn = False

    def is_floating_point(self):
        """True for float16, float32 and float64."""
        return self._array.dtype.kind == "f"

    def is_complex(self):
        """False: the kit has no complex numbers."""
        return False

    def is_signed(self):
        """True if the dtype can hold negative numbers."""
        return self._array.dtype.kind in "fi"

    def is_inference(self):
        """True for tensors made in inference mode."""
        return self._inference

    def cuda(self, device=None):
        """PyTorch's error on a machine without CUDA."""
        check_device("cuda")

    # Where its numbers lie

    def stride(self, dim=None):
        """How many elements of the storage to skip for one step along each dimension (or along `dim`)."""
        array = self._array
        if array.size:
            strides = tuple(step // array.itemsize for step in array.strides)
        else:
            strides = contiguous_strides(array.shape)
        if dim is None:
            return strides
        return strides[wrap_dim(as_int(dim, "stride"), array.ndim, scalars=False)]

    def is_contiguous(self, memory_format=None):
        """True if the elements lie in storage in the order in which they are read."""
        return self._array.flags.c_contiguous

    def storage_offset(self):
        """Where in its storage the first element lies, counted in elements."""
        return place_in_storage(self)

    def data_ptr(self):
        """The address of the first element."""
        return self._array.__array_interface__["data"][0] if self._array.size else 0

    def element_size(self):
        """The number of bytes of one element."""
        return self._array.itemsize

    @readonly
    def itemsize(self):
        """The number of bytes of one element."""
        return self._array.itemsize

    @readonly
    def nbytes(self):
        """The number of bytes of all elements."""
        return self._array.nbytes

    @readonly
    def _version(self):
        """How often the memory was changed in place: shared by a base, its views and what detach() returns."""
        if self._inference:
            raise RuntimeError("Inference tensors do not track version counter.")
        return self._counter[0] if self._counter is not None else 0

    def _shared_counter(self):
        """The version counter, made on first need so that others can share it."""
        if self._counter is None:
            self._counter = [0]
        return self._counter

    def _changed(self):
        """Note that the memory was changed in place."""
        self._shared_counter()[0] += 1

    def _alias(self):
        """A new tensor on the same memory, sharing the version, without history: what detach() returns."""
        alias = wrap(self._array, type(self))
        alias._counter = self._shared_counter()
        alias._home = flat_storage(self)
        alias._inference = self._inference
        return alias

    @readonly
    def _base(self):
        return self._view.base if self._view is not None else None

    def _is_view(self):
        return self._view is not None

    @property
    def data(self):
        """The same memory without history and with a version counter of its own."""
        alias = self._alias()
        del alias._counter
        return alias

    @data.setter
    def data(self, new):
        if not isinstance(new, Tensor):
            kind = type(new).__name__
            raise TypeError(f"Variable data has to be a tensor, but got {kind}")
        self._array, self._home = new._array, flat_storage(new)

    # Its place in the graph

    @property
    def requires_grad(self):
        """True if operations on this tensor are recorded; set it to True on a leaf to begin."""
        if self._view is None:
            return bool(self._tracked)
        return self._view.requires_grad or self._view.base.requires_grad

    @requires_grad.setter
    def requires_grad(self, value):
        if not isinstance(value, bool):
            raise RuntimeError("requires_grad must be a bool")
        if value and not self.is_floating_point():
            raise RuntimeError(
                "only Tensors of floating point and complex dtype can require gradients"
            )
        if value and self._grad_fn is not None:
            raise RuntimeError("you can only change requires_grad flags of leaf variables.")
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad=True):
        """Set `requires_grad` in place; returns the tensor."""
        if not isinstance(requires_grad, bool):
            expected = "argument 'requires_grad' (position 1) must be bool"
            raise TypeError(f"requires_grad_(): {expected}, not {type(requires_grad).__name__}")
        if self._grad_fn is not None:
            if requires_grad:
                return self
            raise RuntimeError(
                "you can only change requires_grad flags of leaf variables. If you want to use a computed variable "
                "in a subgraph that doesn't require differentiation use var_no_grad = var.detach()."
            )
        if requires_grad and not self.is_floating_point():
            raise RuntimeError("only Tensors of floating point dtype can require gradients")
        if self._inference and requires_grad and not state.inference:
            raise RuntimeError(
                "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed."
            )
        if self._view is None:
            self._tracked = requires_grad or None
        else:
            self._view.requires_grad = requires_grad
        return self

    @readonly
    def grad_fn(self):
        """The node that made this tensor; None for leaves."""
        if self._view is not None:
            self._renew_view()
        return self._grad_fn and self._grad_fn.named()

    @readonly
    def output_nr(self):
        """Which result of `grad_fn` this tensor is."""
        return self._output_nr

    @readonly
    def is_leaf(self):
        """True if no recorded operation made it: gradients end here."""
        return self.grad_fn is None

    @property
    def grad(self):
        """The gradient that backward added up here; None before the first."""
        if self._grad_fn is not None and self._grad is None and not self.retains_grad:
            warnings.warn(_NON_LEAF_GRAD, UserWarning, stacklevel=2)
        return self._grad

    @grad.setter
    def grad(self, value):
        if value is not None:
            check_grad(self, value)
        self._grad = value

    @grad.deleter
    def grad(self):
        self._grad = None

    @readonly
    def retains_grad(self):
        """True if this is no leaf and backward will fill its `grad` all the same."""
        retained = self._grad_fn.retained if self._grad_fn is not None else None
        return bool(retained) and self._output_nr in retained

    def retain_grad(self):
        """Ask backward to fill `grad` although this tensor is no leaf."""
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if self._grad_fn is not None:
            self.grad_fn.retain(self)

    def register_hook(self, hook):
        """Call hook(grad) when this tensor's gradient is known; it may return a new one.

        Returns a handle whose `remove()` takes the hook away.
        """
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        node = self.grad_fn
        if node is not None:
            return RemovableHandle(node.hooks_of_output(self._output_nr), hook)
        if self._hooks is None:
            self._hooks = {}
        return RemovableHandle(self._hooks, hook)

    def register_post_accumulate_grad_hook(self, hook):
        """Call hook(tensor) each time backward has added to this leaf's `grad`."""
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        if not self.is_leaf:
            raise RuntimeError(
                "post accumulate grad hooks cannot be registered on non-leaf tensors"
            )
        if self._post_accumulate_hooks is None:
            self._post_accumulate_hooks = {}
        return RemovableHandle(self._post_accumulate_hooks, hook)

    def __array_wrap__(self, array, context=None, return_scalar=False):
        array = np.asarray(array)
        return wrap(array.astype(np.uint8) if array.dtype == bool else array, type(self))

    def __call__(self, *args, **kwargs):
        raise explain_call(self)

    def __getattr__(self, name):
        # Reached only if there is no such attribute: the place to help with a misspelt one.
        raise explain_missing(self, name)


def wrap(array, kind=Tensor):
    """A tensor around a NumPy array: no copy, no history. NumPy's scalars become 0-dim arrays."""
    tensor = new(kind)
    tensor._array = array if type(array) is np.ndarray else np.asarray(array)
    if inferring and state.inference:
        tensor._inference = True
    return tensor


def mark_inference(tensor):
    """Mark a new tensor as made in inference mode, if it is on."""
    if state.inference:
        tensor._inference = True


def wrap_dim(dim, ndim, scalars=True):
    """A dimension counted from the front; PyTorch's error if it is out of range, or none (unless `scalars`).

    >>> wrap_dim(-1, 3)
    2
    """
    if not ndim and not scalars:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    reach = ndim or 1
    if -reach <= dim < reach:
        return dim % reach
    raise IndexError(
        f"Dimension out of range (expected to be in range of [{-reach}, {reach - 1}], but got {dim})"
    )


def as_int(value, function, name="dim", position=1):
    """`value` as a Python int, or PyTorch's error for an argument that is none."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        argument = f"argument '{name}' (position {position})"
        raise TypeError(f"{function}(): {argument} must be int, not {type(value).__name__}")
    return value.__index__()


def check_grad(tensor, grad):
    """Raise PyTorch's error unless `grad` can be the gradient of `tensor`."""
    if not isinstance(grad, Tensor):
        expected = "assigned grad expected to be a Tensor or None"
        raise TypeError(f"{expected} but got grad of type {type(grad).__name__}")
    if grad is tensor:
        raise RuntimeError("can't assign Variable as its own grad")
    if grad.dtype is not tensor.dtype:
        raise RuntimeError(
            f"attempting to assign a gradient with dtype '{grad.dtype.ctype}' to a tensor with grad_dtype "
            f"'{tensor.dtype.label}'. The gradient must match the tensor's grad_dtype (defaults to the tensor's "
            "dtype). You can set the tensor's grad_dtype attribute with a specific dtype, or None to allow any "
            "dtype. Set grad_dtype with caution. Diverging the dtypes of a tensor and its gradient may break "
            "downstream systems that assume they match."
        )
    if grad._array.shape != tensor._array.shape:
        raise RuntimeError(
            f"attempting to assign a gradient of size '{list(grad.shape)}' to a tensor of size "
            f"'{list(tensor.shape)}'. Please ensure that the gradient and the tensor are the same size"
        )


_NON_LEAF_GRAD = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
    "populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor,"
    " use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access "
    "the leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more information."
)
