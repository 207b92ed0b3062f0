"""`ElementwiseOp`: an op whose operands are brought to one dtype and broadcast."""

import numpy as np

from . import dtypes
from .arguments import NUMBERS, broadcast_error, number_to_array
from .grad_mode import state
from .layout import copied, laid_out
from .op import Op
from .out import check_cast
from .signature import WORDS, Array, Mask
from .tensor import Tensor
from .views import note_change

# The types of numbers that need no look, by the character of the dtype of the tensor beside them.
PLAIN_NUMBERS = dict.fromkeys("efd", (float, int)) | dict.fromkeys("bBhilq", (int,)) | {"?": ()}
NO_NUMBERS = dict.fromkeys(PLAIN_NUMBERS, ())


class ElementwiseOp(Op):
    """An op whose operands are promoted to one dtype and broadcast.

    `to="float"`: computed in the default dtype if the promoted one is not floating. `kernel`: the name
    that PyTorch's error gives and the kinds of dtype it has code for, as in `("hypot_cpu", "f")`.
    An operand annotated `Array` may not be a number; one annotated `Mask` keeps its dtype.
    """

    opmath = False  # see the decorator of this name

    def __init__(self, forward, formulas, *, to=None, kernel=(None, "biuf"), **options):
        super().__init__(forward, formulas, **options)
        self.plain = None  # operands have to be promoted first
        self.to_float = to == "float"
        self.kernel, self.kinds = kernel
        self.direct = "f" if self.to_float else self.kinds  # dtypes that need no look
        kinds = forward.__annotations__
        self.no_numbers = [n for n in self.tensors if kinds.get(n) in (Array, Mask)]
        self.numbers = dict(NO_NUMBERS if self.no_numbers else PLAIN_NUMBERS)
        self.masks = [n for n in self.tensors if kinds.get(n) is Mask]
        self.overwrites = self.writes and len(self.tensors) == 2 and not self.masks

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
        raw = [arrays[name] for name in operands]
        wide = self.opmath and is_half_by_number(raw)
        arrays.update(zip(operands, map(to_single, raw) if wide else self.promote(raw)))
        tensors = [arrays[name] for name in self.tensors]
        try:
            computed = self.forward(**arrays)
        except ValueError as error:
            raise broadcast_error(tensors) or error from None
        if wide:
            computed = computed.astype(HALF)
        return laid_out(computed, tensors)

    def in_place(self, input, args, kwargs, overlap=False):
        """The op with its result written over its first input; a result that does not fit it is refused first."""
        try:
            return super().in_place(input, args, kwargs, overlap)
        except RuntimeError as error:
            if not isinstance(error, NotImplementedError) and str(error) != "ZeroDivisionError":
                raise
            values = self.bind((input, *args), kwargs)
            raw = [v._array if isinstance(v, Tensor) else v for v in map(values.get, self.tensors)]
            check_cast(dtypes.result_dtype(*raw), input._array.dtype, self.name)
            raise

    def compute_into(self, array, values):
        """Compute straight into the first operand's array, if that has the dtype and shape; False if not."""
        arrays = {n: v._array if isinstance(v, Tensor) else v for n, v in values.items()}
        raw = [arrays[name] for name in self.tensors]
        operands = self.promote(raw)
        if self.opmath and is_half_by_number(raw):
            return False
        if any(a.dtype is not array.dtype or a.shape not in (array.shape, ()) for a in operands):
            return False
        computed = self.forward(**{**arrays, **dict(zip(self.tensors, operands)), "out": array})
        if computed is not array:
            array[...] = computed
        return True

    def overwrite(self, input, other):
        """The shortest way in place, for the calls that loops are made of; False if this is none of them."""
        array, kind, char = input._array, input._array.dtype.kind, input._array.dtype.char
        if isinstance(other, Tensor):
            operand = other._array
            if operand.dtype is not array.dtype or operand.shape != array.shape:
                return False
            if other is not input and (other._counter is not None or other._home is not None):
                return False
            recorded = state.enabled and (input._tracked or other._tracked)
        elif type(other) in self.numbers[char]:
            operand = number_to_array(other, array.dtype)
            recorded = state.enabled and input._tracked
        else:
            return False
        if recorded or kind not in self.direct or not array.flags.c_contiguous:
            return False
        computed = self.forward(array, operand, out=array)
        if computed is not array:
            array[...] = computed
        note_change(input)
        return True

    def promote(self, raw):
        """The operands, arrays and numbers, as arrays of the dtype that PyTorch computes in."""
        dtype = dtypes.result_dtype(*raw)
        if self.to_float and dtype.kind != "f":
            dtype = dtypes.get_default_dtype().numpy
        if dtype.kind not in self.kinds:
            label = dtypes.of(dtype).label
            error = NotImplementedError(f"\"{self.kernel}\" not implemented for '{label}'")
            raise broadcast_error([a for a in raw if hasattr(a, "shape")]) or error
        return [
            number_to_array(value, dtype)
            if isinstance(value, NUMBERS)
            else value
            if value.dtype is dtype
            else copied(value, dtype)
            for value in raw
        ]


HALF = np.dtype(np.float16)


def opmath(function):
    """Have an op compute float16 and a number behind it in float32, the number as it is, and round once."""
    function.op.opmath = True
    function.op.numbers[HALF.char] = ()
    return function


def is_half_by_number(raw):
    """Whether two operands are a float16 array and a number (or an array of one) that does not change its dtype."""
    first, other = raw
    if not isinstance(first, np.ndarray) or first.dtype != HALF:
        return False
    single = not isinstance(other, np.ndarray) or other.size == 1
    return single and dtypes.result_dtype(*raw) == HALF


def to_single(value):
    """A number or an array in float32."""
    with np.errstate(over="ignore"):
        return copied(np.asarray(value), np.float32)
