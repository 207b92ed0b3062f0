"""Questions about tensors and dtypes, as functions of the module `torch`."""

import numpy as np

from .. import dtypes
from ..arguments import NUMBERS, wrong_type
from ..declare import composite
from ..tensor import Tensor, wrap
from .data import legacy


@composite(method=False)
def is_tensor(obj):
    """True if `obj` is a tensor."""
    return isinstance(obj, Tensor)


@composite(method=False)
def numel(input):
    """The number of elements of a tensor."""
    return _tensor(input, "numel").numel()


@composite(method=False)
def is_floating_point(input):
    """True if a tensor's dtype is float16, float32 or float64."""
    return _tensor(input, "is_floating_point").is_floating_point()


@composite(method=False)
def is_complex(input):
    """False: the kit has no complex numbers."""
    return _tensor(input, "is_complex").is_complex()


@composite(method=False)
def is_nonzero(input):
    """True if the only element of a tensor is not zero."""
    return bool(_tensor(input, "is_nonzero"))


@composite(method=False)
def result_type(tensor1, tensor2):
    """The dtype that an operation on two tensors or numbers computes in.

    >>> torch.result_type(torch.tensor([1, 2]), 1.5)
    torch.float32
    """
    raw = [t._array if isinstance(t, Tensor) else t for t in (tensor1, tensor2)]
    for position, value in enumerate(raw, 1):
        if not isinstance(value, (np.ndarray, *NUMBERS)):
            raise wrong_type("result_type", f"tensor{position}", position, "Tensor", value)
    return dtypes.of(dtypes.result_dtype(*raw))


def _tensor(value, name):
    if not isinstance(value, Tensor):
        raise wrong_type(name, "input", 1, "Tensor", value)
    return value


def _is_nonzero_method(self):
    """True if the only element is not zero."""
    return is_nonzero(self)


Tensor.is_nonzero = _is_nonzero_method


def _legacy_constructor(d):
    class Legacy(type):
        """Makes `isinstance(x, torch.LongTensor)` ask for the dtype."""

        def __instancecheck__(cls, instance):
            return isinstance(instance, Tensor) and instance.dtype is d

        def __repr__(cls):
            return f"<class 'torch.{cls.__name__}'>"

    def new(cls, *args):
        return legacy(cls.__name__, d.numpy, *args)

    name = f"{d.label}Tensor"
    text = f"The constructor of old for {d} tensors; `torch.tensor` is the one to use."
    return Legacy(name, (), {"__new__": new, "__doc__": text, "dtype": d})


for _d in dtypes.ALL:
    _made = _legacy_constructor(_d)
    composite(_made, method=False)


def deepcopy(self, memo):
    """A copy with memory of its own, gradient included; for leaves only, as in PyTorch."""
    if not self.is_leaf:
        raise RuntimeError(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the "
            "moment.  If you were attempting to deepcopy a module, this may be because of a "
            "torch.nn.utils.weight_norm usage, see https://github.com/pytorch/pytorch/pull/103001"
        )
    if id(self) in memo:
        return memo[id(self)]
    copy = memo[id(self)] = wrap(self.detach().clone()._array, type(self))
    copy.requires_grad_(self.requires_grad)
    if self._grad is not None:
        copy._grad = deepcopy(self._grad, memo)
    return copy


def reduce(self):
    """For pickle and copy.copy: the array, and whether it requires grad."""
    if not self.is_leaf:
        raise RuntimeError("Can't pickle a tensor that is not a leaf; use tensor.detach() first.")
    return rebuild, (self._array, self.requires_grad)


def rebuild(array, requires_grad):
    """A tensor from what `reduce` wrote."""
    tensor = wrap(array)
    tensor._tracked = requires_grad
    return tensor


Tensor.__deepcopy__, Tensor.__reduce__ = deepcopy, reduce
