"""What Python and NumPy ask of a tensor: numbers, truth, length, iteration, arrays."""

import numpy as np

from .grad_mode import state
from .once import warn_once


def warn_of_conversion(tensor):
    """Warn, once, that no gradient follows a number that is taken out of a tensor."""
    if tensor.requires_grad:
        warn_once(
            "Converting a tensor with requires_grad=True to a scalar may lead to unexpected "
            "behavior.\nConsider using tensor.detach() first."
        )


class AsPython:
    """The part of `Tensor` that answers Python's and NumPy's own questions."""

    def item(self):
        """The only element as a Python number."""
        array = self._array
        if array.size != 1:
            raise RuntimeError(f"a Tensor with {array.size} elements cannot be converted to Scalar")
        return array.item()

    def tolist(self):
        """The elements as nested lists of Python numbers; a number for a 0-dim tensor."""
        return self._array.tolist()

    def numpy(self, *, force=False):
        """The elements as a NumPy array on the same memory. `force=True` detaches first."""
        if self.requires_grad and state.enabled and not force:
            raise RuntimeError(
                "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
            )
        return self._array.view()

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.numpy(), dtype, copy=copy)

    def __dlpack__(self, *, stream=-1, max_version=None, dl_device=None, copy=None):
        if self.requires_grad:
            raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
        if stream is not None and not isinstance(stream, int):
            raise TypeError("stream must be ``int`` or ``none``")
        if stream not in (None, -1):
            raise AssertionError("stream should be None on cpu.")
        return self._array.__dlpack__(max_version=max_version, dl_device=dl_device, copy=copy)

    def __dlpack_device__(self):
        return 1, 0  # a CPU, the first

    def __bool__(self):
        if self._array.size != 1:
            many = "more than one value" if self._array.size else "no values"
            raise RuntimeError(f"Boolean value of Tensor with {many} is ambiguous")
        return bool(self._array.item())

    def _only_element(self):
        if self._array.size != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return self._array.item()

    def _inexact(self):
        """The only element for a float or complex, which no gradient follows."""
        warn_of_conversion(self)
        return self._only_element()

    def __float__(self):
        return float(self._inexact())

    def __int__(self):
        return int(self._only_element())

    def __complex__(self):
        return complex(self._inexact())

    def __index__(self):
        if self._array.size != 1 or self._array.dtype.kind == "f":
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self._array.item())

    def __len__(self):
        if not self._array.ndim:
            raise TypeError("len() of a 0-d tensor")
        return self._array.shape[0]

    def __hash__(self):
        return id(self)

    def __iter__(self):
        if not self._array.ndim:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __contains__(self, element):
        if isinstance(element, (AsPython, float, int, np.generic)):
            equal = element == self if isinstance(element, AsPython) else self == element
            return bool(equal._array.any())
        raise RuntimeError(
            "Tensor.__contains__ only supports Tensor or scalar, but you passed in a "
            f"{type(element)}."
        )
