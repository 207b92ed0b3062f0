"""`ElementwiseOp`: an op whose operands are brought to one dtype and broadcast."""

from . import dtypes
from .arguments import NUMBERS, broadcast_error, number_to_array
from .op import Op
from .signature import WORDS, Array, Mask
from .tensor import Tensor


class ElementwiseOp(Op):
    """An op whose operands are promoted to one dtype and broadcast.

    `to="float"`: computed in the default dtype if the promoted one is not floating. `kernel`: the name
    that PyTorch's error gives and the kinds of dtype it has code for, as in `("hypot_cpu", "f")`.
    An operand annotated `Array` may not be a number; one annotated `Mask` keeps its dtype.
    """

    def __init__(self, forward, formulas, *, to=None, kernel=(None, "biuf"), **options):
        super().__init__(forward, formulas, **options)
        self.plain = None  # operands have to be promoted first
        self.to_float = to == "float"
        self.kernel, self.kinds = kernel
        self.direct = "f" if self.to_float else self.kinds  # dtypes that need no look
        kinds = forward.__annotations__
        self.no_numbers = [n for n in self.tensors if kinds.get(n) in (Array, Mask)]
        plain = {"f": (float, int), "i": (int,), "u": (int,), "b": ()}
        self.numbers = dict.fromkeys(plain, ()) if self.no_numbers else plain  # that need no look
        self.masks = [n for n in self.tensors if kinds.get(n) is Mask]

    def find_tensors(self):
        return [name for name in self.positional if name not in self.defaults]

    def find_operands(self):
        kinds = self.forward.__annotations__
        several = len(self.tensors) > 1
        return [name for name in self.tensors if kinds.get(name) not in WORDS and several]

    def compute(self, values):
        arrays = {
            name: value._array if isinstance(value, Tensor) else value
            for name, value in values.items()
        }
        operands = [name for name in self.tensors if name not in self.masks]
        arrays.update(zip(operands, self.promote([arrays[name] for name in operands])))
        try:
            return self.forward(**arrays)
        except ValueError as error:
            raise broadcast_error([arrays[name] for name in self.tensors]) or error from None

    def compute_into(self, array, values):
        """Compute straight into the first operand's array, if that has the dtype and shape; False if not."""
        arrays = {n: v._array if isinstance(v, Tensor) else v for n, v in values.items()}
        operands = self.promote([arrays[name] for name in self.tensors])
        if any(a.dtype is not array.dtype or a.shape not in (array.shape, ()) for a in operands):
            return False
        computed = self.forward(**{**arrays, **dict(zip(self.tensors, operands)), "out": array})
        if computed is not array:
            array[...] = computed
        return True

    def promote(self, raw):
        """The operands, arrays and numbers, as arrays of the dtype that PyTorch computes in."""
        dtype = dtypes.result_dtype(*raw)
        if self.to_float and dtype.kind != "f":
            dtype = dtypes.get_default_dtype().numpy
        if dtype.kind not in self.kinds:
            label = dtypes.of(dtype).label
            raise NotImplementedError(f"\"{self.kernel}\" not implemented for '{label}'")
        return [
            number_to_array(value, dtype)
            if isinstance(value, NUMBERS)
            else value
            if value.dtype is dtype
            else value.astype(dtype)
            for value in raw
        ]
