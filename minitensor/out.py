"""`out=`: a result is written to a tensor that is given for it; or PyTorch's errors for one that can't be."""

import numpy as np

from . import dtypes
from .grad_mode import state
from .graph import requires_grad
from .once import warn
from .views import check_in_place, note_change

# Where the tensor must have the result's dtype: the words of the error, and the ops that have these.
# {0}: the op's name, {1}: the result's dtype, {2}: the tensor's.
_EXACT = {
    "Expected out tensor to have dtype {1.ctype}, but got {2.ctype} instead": """
        addmm addmv aminmax argmax argmin baddbmm bmm isin linear cross diag_embed diagonal_copy gather index_add
        index_copy index_reduce inverse linalg_cholesky_ex linalg_det linalg_eigvalsh linalg_inv_ex linalg_qr
        linalg_slogdet linalg_solve_ex linalg_svdvals linalg_tensorinv linalg_tensorsolve log_softmax matmul mm scatter
        scatter_add scatter_reduce softmax solve sort svd topk tril triu vector_norm cholesky_ex max_dim min_dim
        matrix_power
    """,
    "Found dtype {2.label} but expected {1.label}": """
        abs bitwise_not ceil clamp_max clamp_min clamp_numbers conj_physical floor frac gelu hardshrink lerp_tensor neg
        round sgn sign softplus trunc
    """,
    "{0}(): self and result must have the same scalar type": "index_select masked_select",
    "tensordot: Expected the output tensor to have dtype {1.label}, but got an output tensor with dtype "
    "{2.label}": "inner tensordot",
    "addmv input tensors must have the same dtype, but got {2.label}, {1.label}, and {1.label}": "mv",
    "self and mat2 must have the same dtype, but got {2.label} and {1.label}": "addbmm",
    "expected scalar_type {1.label} but found {2.label}": "cummax cummin logcumsumexp",
    "expected scalar type {1.label} but found {2.label}": "logsigmoid solve_triangular",
    "expected scalar type '{1.label}' but got '{2.label}' for values output": "mode",
    "output values must be of same type as input": "kthvalue",
    "result dtype {2.label} does not match input dtype {1.label}": "dot vdot",
    "Expected the dtype for input and out to match, but got {1.label} for input's dtype and {2.label} for out's "
    "dtype.": "amax amin",
    "{0} only supports bool tensor for result, got: {2.label}": "all any",
    "{0} does not support non-boolean outputs.": "isneginf isposinf signbit",
    "{0}(): self and out expected to have the same dtype, but got self.dtype = {1.label} and out.dtype = "
    "{2.label}": "take",
    "{0}: dtype of out: {2.label} should be same as input: {1.label}": "nan_to_num",
    "quantile() out tensor must be same dtype as the input tensor": "quantile",
    "{0} is not yet implemented for tensors with different dtypes.": "heaviside",
    "torch.{0}() expects mantissa to have dtype {1.ctype} but got {2.ctype}": "frexp",
    "torch.searchsorted(): output tensor's dtype is wrong, it can only be Int(int32) or Long(int64) depending on "
    "whether out_int32 flag is True, but we got output tensor's dtype {2.label} and out_int32 flag is "
    "False": "searchsorted",
    "torch.histogram: input tensor and hist tensor should have the same dtype, but got input {1.ctype} and hist "
    "{2.ctype}": "histc histogram",
    "the output given to {0} has dtype {2.label} but the operation's result requires dtype {1.label}": "float_power",
    "multi_dot(): expected out tensor to have dtype {1.ctype} but got {2.ctype}": "linalg_multi_dot",
    "linalg.matrix_norm expected out tensor dtype {1.label} but got: {2.label}": "linalg_matrix_norm",
    "linalg.norm expected out tensor dtype {1.label} but got: {2.label}": "linalg_norm",
    "linalg.vecdot: Expected out of dtype{1.label} but found {2.label}": "linalg_vecdot",
    "nonzero: Expected out tensor to have scalar type {1.label} but got scalar type{2.label}": "nonzero",
    "Expected out type to be {1.label} but got {2.label}": "where",
}
EXACT = {name: text for text, names in _EXACT.items() for name in names.split()}

# Where the result has to be castable to the tensor's dtype, but the words are not the usual ones.
_CASTABLE = {
    "{0}: Expected result to be safely castable from {1.label} dtype, but got result with dtype {2.label}": """
        cholesky cholesky_inverse cholesky_solve matrix_power linalg.cond linalg.pinv torch.linalg.matrix_rank
    """,
    "{0}: Expected solution to be safely castable from {1.label} dtype, but got solution with dtype {2.label}": """
        torch.linalg.lstsq
    """,
    "{0}(): Expected floating point type for result tensor, but got: {2.label}": "logsumexp",
    "{0} can't be cast to the desired output type {2.label}": "ldexp",
    "\"{0}_cpu\" not implemented for '{2.label}'": "nansum",
    "Expected canCast( typeMetaToScalarType(self.dtype()), typeMetaToScalarType(out.dtype())) to be true, but got "
    "false.  (Could this error message be improved?  If so, please report an enhancement request to PyTorch.)": """
        max min
    """,
}
CASTABLE = {
    name.removeprefix("torch.").replace(".", "_"): (text, name)
    for text, names in _CASTABLE.items()
    for name in names.split()
}
# What has the result put into the tensor with `copy_`, which autograd sees.
COPIED = {*"linalg_cond linalg_matrix_norm linalg_norm quantile svd".split()}

# Ops that have no `out=`, and those that PyTorch's error calls by another name.
NO_OUT = {
    *"""
    argsort argwhere bincount celu clone constant_pad_nd diag_embed dist hardtanh isclose isfinite isinf isnan isreal
    leaky_relu linalg_matrix_exp masked_scatter put relu rot90 rsub silu trace unsafe_split
    """.split()
}
WIDENED = {*"cumprod cumsum prod sum".split()}  # computed in the dtype of `out`
_NAMES = {
    "div": "true_divide rounded_divide exact_divide",
    "mul": "outer kron",
    "mm": "linalg_multi_dot",
    "matmul": "matrix_power",
    "sum": "linalg_vecdot",
    "clamp": "clamp_numbers clamp_tensors",
    "clamp_min": "at_least",
    "clamp_max": "at_most",
    "pow": "float_power pow_number pow_tensor pow_number_base",
    "lerp": "lerp_number lerp_tensor",
    "linalg_vector_norm": "vector_norm",
    "linalg_cross": "cross",
    "linalg_cholesky_ex": "cholesky_ex",
    "linalg_inv_ex": "inverse",
    "linalg_solve_triangular": "solve_triangular",
    "log_sigmoid_forward": "logsigmoid",
    "special_entr": "entr",
    "special_xlog1py": "xlog1py",
    "_linalg_det": "linalg_det",
    "_linalg_eigh": "linalg_eigvalsh",
    "_linalg_slogdet": "linalg_slogdet",
    "_linalg_solve_ex": "linalg_solve_ex solve",
    "_linalg_svd": "svd linalg_svdvals",
}
NAMES = {name: other for other, names in _NAMES.items() for name in names.split()}
ATEN = {*"conj_physical diag_embed diagonal_copy log_softmax softmax".split()}


def refuse_gradients(name, tensors):
    """Raise PyTorch's error if one of the arguments of a call with `out=` requires grad."""
    if state.enabled and any(map(requires_grad, tensors)):
        aten = name in ATEN or (
            name.endswith("_copy") and name not in ("index_copy", "narrow_copy", "unbind_copy")
        )
        name = f"aten::{name}" if aten else NAMES.get(name, name.removesuffix("_dim"))
        raise RuntimeError(
            f"{name}(): functions with out=... arguments don't support automatic differentiation, but one of "
            "the arguments requires grad."
        )


_USUAL = "result type {1.label} can't be cast to the desired output type {2.label}"


def check_cast(result, target, name=None):
    """Raise PyTorch's error if an op's result of one dtype may not be written to a tensor of another."""
    if result is not target and not is_castable(dtypes.of(result), dtypes.of(target)):
        text, full = CASTABLE.get(name, (_USUAL, None))
        kind = NotImplementedError if "not implemented" in text else RuntimeError
        raise kind(text.format(full, dtypes.of(result), dtypes.of(target)))


def is_castable(source, target):
    """Whether numbers of one dtype may be written to a tensor of another: not if that rounds them to integers."""
    return source.category <= target.category


def put(name, array, target):
    """Write an op's result, an array, into the tensor that was given as `out=`."""
    of, to = dtypes.of(array.dtype), dtypes.of(target._array.dtype)
    if of is not to:
        if name in CASTABLE:
            check_cast(array.dtype, target._array.dtype, name)
        if name in EXACT or name.endswith("_copy"):
            raise RuntimeError(EXACT.get(name, EXACT["mm"]).format(name, of, to))
        if name in ("cat", "stack") and not is_castable(of, to):
            raise TypeError(
                f"torch.cat(): input types can't be cast to the desired output type {to.label}"
            )
        check_cast(array.dtype, target._array.dtype)
    if target._array.shape != array.shape:
        by_columns = array.flags.f_contiguous and array.ndim > 1 and array.size
        stride = tuple([step // array.itemsize for step in array.strides]) if by_columns else None
        target._resize(array.shape, warned=True, stride=stride)
    np.copyto(target._array, array, casting="unsafe")
    note_change(target)


def write(name, result, out):
    """The result of a composite, a tensor or several, put into what was given as `out=`, if anything was."""
    if out is None:
        return result
    several = isinstance(out, (tuple, list))
    pairs = [*zip(result, out)] if several else [(result, out)]
    if name in COPIED:
        for _, target in pairs:
            check_in_place(target, state.enabled and requires_grad(target))
    else:
        refuse_gradients(name, [tensor for pair in pairs for tensor in pair])
    for tensor, target in pairs:
        put(name, tensor._array, target)
    return named(type(result), out) if several else out


def named(kind, out):
    """The tensors that were given as `out=`, in PyTorch's named tuple for them."""
    return kind.into._make(out) if hasattr(kind, "into") else tuple(out)


def write_created(name, array, out):
    """What a creation function made, put into the tensor that was given as `out=`: it has to be of that dtype."""
    if array.dtype != out._array.dtype:
        raise RuntimeError(
            f"dtype {dtypes.of(array.dtype).label} does not match dtype of out parameter ({out.dtype.label})"
        )
    refuse_gradients(f"aten::{name}", [out])
    if out._array.shape != array.shape:
        if name == "arange" and out._array.size not in (0, array.size):
            warn(
                f"The number of elements in the out tensor of shape {list(out.shape)} is {out.numel()} which does "
                f"not match the computed number of elements {array.size}. Note that this may occur as a result of "
                f"rounding error. The out tensor will be resized to a tensor of shape ({array.size},)."
            )
        out._resize(array.shape)
    np.copyto(out._array, array)
    note_change(out)
    return out
