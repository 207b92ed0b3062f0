"""Questions about tensors and dtypes, as functions of the module `torch`."""

from .. import dtypes
from ..declare import composite
from ..signature import to_operand
from ..tensor import Tensor


@composite(method=False)
def is_tensor(obj):
    """True if `obj` is a tensor."""
    return isinstance(obj, Tensor)


def _is_nonzero(self):
    """True if the only element is not zero."""
    return bool(self)


def _is_distributed(self):
    """False: the kit's tensors live in one process."""
    return False


Tensor.is_nonzero, Tensor.is_distributed = _is_nonzero, _is_distributed


def _question(name):
    """The function that asks what the method of the same name asks."""
    method = getattr(Tensor, name)

    def function(input: Tensor):
        return method(input)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = method.__doc__
    return composite(function, method=False)


for (
    _name
) in "numel is_floating_point is_complex is_nonzero is_signed is_inference is_distributed".split():
    _question(_name)


@composite(
    method=False,
    signatures=(
        "Tensor tensor, Tensor other",
        "Number scalar, Tensor tensor",
        "Tensor tensor, Number other",
        "Number scalar1, Number scalar2",
    ),
)
def result_type(tensor1, tensor2):
    """The dtype that an operation on two tensors or numbers computes in.

    >>> torch.result_type(torch.tensor([1, 2]), 1.5)
    torch.float32
    """
    raw = [t._array if isinstance(to_operand(t), Tensor) else t for t in (tensor1, tensor2)]
    return dtypes.of(dtypes.result_dtype(*raw))
