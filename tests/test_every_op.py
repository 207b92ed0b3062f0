"""Every public op of minitensor, at least once, against PyTorch: as a function, as a method and in place.

The other differential tests ask each family of ops what is special about it; this one sees to it that none is
left out. Values, dtypes, shapes, strides, gradients, gradients of gradients, errors, and what a node says of
itself: its name, the nodes it leads to, and what it saved.
"""

import inspect
import re
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from torch_compare import agree, sample, torch

import minitensor

warnings.filterwarnings("ignore", module="torch")

# call: the ops that are called so. A letter stands for a tensor (see `tensors`), d for one of its dims.
CALLS = {
    "x": """
        abs absolute acos acosh arccos arccosh arcsin arcsinh arctan arctanh asin asinh atan atanh ceil cos cosh
        deg2rad digamma erf erfc erfinv exp exp2 expm1 fix floor frac lgamma log log10 log1p log2 logit neg
        negative positive rad2deg reciprocal relu round rsqrt sgn sigmoid sign sin sinc sinh sqrt square tan tanh
        trunc celu selu hardshrink frexp isfinite isinf isnan isneginf isposinf isreal nan_to_num signbit
        logical_not bitwise_not
        all amax amin aminmax any argmax argmin count_nonzero max mean median min nanmean nanmedian nansum norm
        prod std std_mean sum var var_mean
        alias_copy atleast_1d atleast_2d atleast_3d clone conj conj_physical contiguous cpu detach
        flatten imag ravel real resolve_conj resolve_neg squeeze squeeze_copy view_as tolist
        bool byte char double float half int long short type
        argwhere nonzero unique unique_consecutive msort
        get_device is_complex is_conj is_contiguous is_distributed is_floating_point is_inference is_neg is_pinned
        is_shared is_signed dim ndimension numel nelement element_size storage_offset typename is_tensor
        is_storage is_nonzero item diag diagflat zero_ t t_copy
        fliplr flipud rot90 adjoint ones_like zeros_like
    """,
    "x, d": """
        all amax amin any argmax argmin argsort count_nonzero cummax cummin cumprod cumsum log_softmax logcumsumexp
        logsumexp max mean median min mode nanmean nanmedian nansum prod softmax sort squeeze squeeze_copy std sum
        unbind unbind_copy unsqueeze unsqueeze_copy var flip
    """,
    "x, d, True": "all amax amin any argmax argmin logsumexp max mean median min mode nansum prod sum",
    "x, (d,)": "all amax amin any count_nonzero logsumexp mean nansum std sum var flip squeeze",
    "x, dim=d": "aminmax std_mean var_mean diff",
    "x, d, keepdim=True": "mean nanmean var std",
    "x, 1, d": "kthvalue topk split unsafe_split select_copy norm",
    "x, 2, d": "chunk unsafe_chunk tensor_split norm topk",
    "x, 0.3, d": "quantile nanquantile",
    "x, 0.3": "quantile nanquantile hardshrink dropout",
    "x, y": """
        add atan2 arctan2 bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift copysign div
        divide eq float_power floor_divide fmax fmin fmod gcd ge greater greater_equal gt heaviside hypot
        isclose lcm le less less_equal logaddexp logaddexp2 logical_and logical_or logical_xor lt maximum
        minimum mul multiply ne nextafter not_equal pow remainder rsub sub subtract true_divide xlogy
        allclose equal result_type is_same_size copy_ expand_as type_as max min isin kron outer ger prelu
        clamp_max clamp_min fill_ matmul inner
    """,
    "x, 2": """
        add bitwise_and bitwise_left_shift bitwise_right_shift div eq float_power fmod ge gt le lt
        mul ne pow remainder rsub sub true_divide xlogy clamp_max clamp_min fill_ isin
    """,
    "x, 0.5": "add div lt mul pow sub",
    "x, 1, 2": "clamp clip threshold",
    "x, y, z": "addcdiv addcmul clamp clip lerp",
    "x, y, z, value=2": "addcdiv addcmul",
    "x, y, alpha=2": "add rsub sub subtract",
    "x, y, rounding_mode='floor'": "div divide",
    "x, y, rounding_mode='trunc'": "div",
    "x, y, 0.25": "lerp",
    "x > 0, x, y": "where",
    "x, x > 0, 2": "masked_fill",
    "x, x > 0": "masked_select",
    "x, x > 0, y.flatten()": "masked_scatter",
    "x, x.shape": "expand expand_copy broadcast_to reshape view view_copy sum_to_size new_ones new_zeros",
    "x, x.shape, 2": "new_full",
    "x, (-1,)": "reshape view",
    "x, y.expand_as(x)": "reshape_as",
    "x, 2, 1": "repeat tile",
    "x, (2,)": "repeat tile",
    "x, 3": "repeat_interleave histc",
    "x, d, 0": "select select_copy movedim moveaxis swapaxes swapdims transpose transpose_copy diff",
    "x, 1, (d,)": "roll",
    "x, d, 0, 1": "narrow narrow_copy slice_copy unfold unfold_copy",
    "x, d, 1, 1": "unfold unfold_copy",
    "x, tuple(reversed(range(x.ndim)))": "permute permute_copy",
    "x, (1, 0)": "constant_pad_nd",
    "x, 0, (1, -1)": "unflatten",
    "x, [1], d": "split_with_sizes split_with_sizes_copy unsafe_split_with_sizes tensor_split",
    "x, y.flatten()[:2]": "isin",
    "x, x": "cartesian_prod",
    "[x, y]": """
        broadcast_tensors block_diag cat concat concatenate column_stack dstack hstack row_stack stack vstack
        atleast_1d atleast_2d atleast_3d
    """,
    "[x, x], d": "cat concat concatenate stack",
    "x.dtype, y.dtype": "can_cast promote_types",
    "x.shape, y.shape": "broadcast_shapes",
    # matrices and vectors
    "A": """
        t t_copy cov corrcoef diag diag_embed diagflat diagonal diagonal_copy trace tril triu adjoint pinverse
        matrix_rank qr svd fliplr flipud rot90 cumulative_trapezoid trapezoid trapz unique diff vsplit hsplit
        matrix_exp
    """,
    "A, 1": "diag diag_embed diagonal diagonal_copy tril triu topk split_copy hsplit vsplit",
    "A, -1": "diag diagonal tril triu rot90",
    "A, C": "mm matmul chain_matmul tensordot kron",
    "A, C, 1": "tensordot",
    "A, V": "mv matmul trapezoid trapz cumulative_trapezoid",
    "V, W": "dot vdot inner outer ger cross kron cartesian_prod tensordot meshgrid",
    "V, W, 1": "tensordot",
    "A, A": "inner cross equal",
    "A.float(), A.float()": "dist",
    "A.detach(), A.detach()": "cdist",
    "V": "vander combinations bincount cov corrcoef diag diag_embed diagflat histc cartesian_prod",
    "V, 4": "vander repeat_interleave",
    "V, 2": "combinations topk kthvalue repeat_interleave",
    "U.outer(V), A, A.mT @ A": "addmm",
    "U, A, V": "addmv",
    "A, U, V": "addr",
    "A, A @ C, A, beta=2, alpha=3": "addmm",
    "U, A, V, beta=2, alpha=3": "addmv",
    "A, U, V, beta=2, alpha=3": "addr",
    "D, E": "bmm matmul",
    "D @ E, D, E": "baddbmm",
    "A @ C, D, E": "addbmm",
    "A @ C, D, E, beta=2, alpha=3": "addbmm baddbmm",
    "D, 2": "dsplit",
    "D": "mean sum permute",
    "'ij,jk->ki', A, C": "einsum",
    "'ij->j', A": "einsum",
    "Q": "det slogdet logdet inverse matrix_exp nuclear_norm matrix_rank qr svd pinverse trace",
    "Q, 3": "matrix_power",
    "P": "cholesky cholesky_inverse logdet",
    "U[:, None], P[:2, :2]": "cholesky_solve",
    # indices
    "A, 0, i": "index_select",
    "A, 1, i": "index_select",
    "A, 0, j": "gather",
    "A, j": "take",
    "A, j, 1": "take_along_dim",
    "A, j, 0": "take_along_dim",
    "A, 0, j, A": "scatter scatter_add",
    "A, 0, j, 2": "scatter",
    "A, 0, j, A, reduce='sum'": "scatter_reduce",
    "A, 0, j, A, reduce='amax'": "scatter_reduce",
    "A, 0, i, A": "index_add index_copy",
    "A, 0, i, A, alpha=2": "index_add",
    "A, 0, i, A, 'prod'": "index_reduce",
    "A, 0, i, 2": "index_fill",
    "A, 0, i, A[0, 0].detach()": "index_fill",
    "A, (i,), A": "index_put",
    "A, (i,), A, True": "index_put",
    "A, j, A, True": "put",
    "A, (2, 2), (1, 2)": "as_strided",
    "A, (2, 2), (1, 1), 1": "as_strided",
    "A, 2.0": "fill_diagonal_",
    "V.sort().values, A": "searchsorted",
    "A, V.sort().values": "bucketize",
    "V.abs().long()": "bincount",
    "V.abs().long(), W.abs().detach()": "bincount",
    "V.abs(), 3": "histc histogram",
    "i, (2, 1)": "unravel_index",
    # creation
    "2, 3": "ones zeros tril_indices triu_indices eye",
    "(2, 3)": "ones zeros",
    "(2, 3), 2": "full",
    "1, 4": "arange range logspace",
    "5": "arange eye scalar_tensor",
    "1, 4, 3": "linspace logspace arange",
    "[1, 2.5]": "tensor as_tensor asarray",
    "x, 7": "full_like",
    "[x.ndim, 2]": "tensor",
    "1, x * 0.5 + 3": "polygamma",
}

LINALG = {
    "Q": """
        cholesky cond det eigvalsh inv inv_ex matrix_exp matrix_norm matrix_rank norm pinv slogdet svdvals
        vector_norm diagonal
    """,
    "P": "cholesky cholesky_ex eigvalsh det slogdet",
    "A": "norm vector_norm matrix_norm diagonal pinv svdvals qr svd",
    "A, 1": "norm vector_norm matrix_norm",
    "A, 3": "vector_norm",
    "A, C": "matmul",
    "A, A": "vecdot cross",
    "[A, C, A]": "multi_dot",
    "Q, P": "solve solve_ex lstsq matmul tensorsolve",
    "Q, P, upper=True": "solve_triangular",
    "Q, 3": "matrix_power",
    "Q, -2": "matrix_power",
    "Q[None], 1": "tensorinv",
    "Q[:, :, None], 2": "tensorinv",
    "V": "vander norm vector_norm",
    "P, 'U'": "eigvalsh",
}

SPECIAL = {
    "x": "digamma entr erf erfc erfinv exp2 expit expm1 gammaln log1p logit psi round sinc",
    "x, d": "log_softmax logsumexp softmax",
    "x, y": "xlog1py xlogy",
    "1, x * 0.5 + 3": "polygamma",
}

FUNCTIONAL = {
    "x": """
        celu elu gelu hardshrink hardtanh leaky_relu logsigmoid relu relu6 selu sigmoid silu softplus tanh
    """,
    "x, d": "log_softmax softmax normalize",
    "x, 0.1, 20": "threshold",
    "x, (1, 2)": "pad",
    "x, (-1, 2), 'constant', 3": "pad",
    "x, y": "l1_loss prelu",
    "x, x * 2": "mse_loss",
    "x, y, reduction='none'": "l1_loss",
    "x.sigmoid(), x.detach() > 0": "binary_cross_entropy",
    "x.sigmoid(), (x.detach() > 0).to(x.dtype)": "binary_cross_entropy",
    "x.sigmoid(), (x.detach() > 0).to(x.sigmoid().dtype)": "binary_cross_entropy_with_logits",
    "A, i": "cross_entropy nll_loss linear",
    "A, A": "linear",
    "A, A, U": "linear",
    "i, 3": "one_hot",
    "A": "normalize",
}

# Whole expressions: attributes, what is not initialized, signs that are nobody's choice.
EXPRESSIONS = {
    "T": "A.T", "mT": "A.mT", "H": "A.H", "mH": "A.mH", "data": "A.data", "real": "A.real", "shape": "A.shape[0]",
    "ndim": "A.ndim", "nbytes": "A.nbytes", "itemsize": "A.itemsize", "grad": "A.grad", "is_leaf": "A.is_leaf",
    "requires_grad": "A.requires_grad", "output_nr": "(A * 2).output_nr", "size": "A.size(d)",
    "stride": "A.stride(d)", "is_set_to": "A.is_set_to(A)", "ldexp": "A.ldexp(A)",
    "empty": "t.empty(2, 3).zero_()",
    "empty_like": "t.empty_like(A).zero_()",
    "empty_permuted": "t.empty_permuted((2, 3), (1, 0)).zero_()",
    "empty_strided": "t.empty_strided((2, 3), (1, 2)).zero_()",
    "new_empty": "A.new_empty((2, 3)).zero_()",
    "new_empty_strided": "A.new_empty_strided((2, 3), (1, 2)).zero_()",
    "new_tensor": "A.new_tensor([1, 2])",
    "select_scatter": "t.select_scatter(A, A[1] * 2, 0, 0)",
    "slice_scatter": "A.slice_scatter(A[:1] * 2, 0, 1, 2)",
    "diagonal_scatter": "t.diagonal_scatter(A, A.diagonal() * 2)",
    "as_strided_scatter": "A.detach().as_strided_scatter(A.detach()[0, :2], (2,), (1,))",
    "linalg.eigh": "t.linalg.eigh(P).eigenvectors.abs()",
    "linalg.svd": "t.linalg.svd(P).U.abs()",
    "fill": "t.fill(A.detach(), 2)",
    "cpu": "A.cpu() is A",
}  # fmt: skip

# What is no op, or is random, or shares memory with others: the test that looks at it.
ELSEWHERE = {
    "test_sampling.py": """
        bernoulli_ cauchy_ exponential_ geometric_ log_normal_ multinomial normal_ random_ randperm uniform_
    """,
    "test_create.py": """
        bernoulli cuda get_default_device get_num_threads get_rng_state initial_seed manual_seed rand rand_like randint
        randint_like randn randn_like set_default_device set_default_tensor_type set_num_threads set_rng_state
    """,
    "test_interop.py": """
        apply_ from_dlpack frombuffer map2_ map_ pin_memory resize_ resize_as_ set_ share_memory_ storage_type
        to_dlpack numpy from_numpy
    """,
    "test_serialization.py": "data_ptr load save storage untyped_storage",
    "test_printing.py": "as_subclass normal get_default_dtype set_default_dtype set_printoptions",
    "test_linalg.py": "eig lstsq solve symeig",
    "test_gather.py": "backward nonzero_static",
    "test_elementwise.py": "to",
    "test_matmul.py": "requires_grad_ seed",
    "test_autograd_api.py": """
        is_anomaly_check_nan_enabled is_anomaly_enabled is_grad_enabled is_inference_mode_enabled new
        register_hook register_post_accumulate_grad_hook retain_grad set_anomaly_enabled
    """,
    # settings that are accepted and change nothing here
    "": """
        are_deterministic_algorithms_enabled use_deterministic_algorithms get_num_interop_threads
        set_num_interop_threads set_flush_denormal set_warn_always is_warn_always_enabled
    """,
}

PLACES = {"": CALLS, "linalg": LINALG, "special": SPECIAL, "nn.functional": FUNCTIONAL}
LINES = sorted(
    {
        (place, call, name)
        for place in PLACES
        for call, names in PLACES[place].items()
        for name in names.split()
    }
)


def find(t, place):
    for name in place.split(".") if place else ():
        t = getattr(t, name)
    return t


DTYPES = (
    "float64",
    "float32",
    "float16",
    "float64",
    "int64",
    "int32",
    "int16",
    "int8",
    "uint8",
    "bool",
)
SHAPES = (  # of x, y and z
    ((2, 3), (2, 1), (3,)),
    ((), (), ()),
    ((3,), (3,), ()),
    ((2, 3), (2, 3), (3,)),
    ((2, 3), (), (2, 3)),
    ((2, 0), (2, 0), (1, 0)),
    ((2, 1, 3), (3,), (2, 2, 3)),
)
FIXED = {"A": (2, 3), "C": (3, 2), "D": (2, 2, 3), "E": (2, 3, 2), "U": (2,), "V": (3,), "W": (3,)}
STRIDED = "xyzACDEQP"  # the letters that may stand for views of every other element


@st.composite
def tensors(draw, turn, letters):
    """The arrays that letters stand for: of float64 first, then of dtypes and shapes that differ by `turn`."""

    def pick(choices):
        number = draw(st.integers(0, len(choices) - 1))
        return choices[number and (number + turn) % len(choices)]

    dtype = pick(DTYPES)
    other = draw(st.sampled_from((dtype, dtype, *DTYPES)))
    order, seed = draw(st.sampled_from("CF")), draw(st.integers(0, 99))
    found = {}
    for letter, shape in {**dict(zip("xyz", pick(SHAPES))), **FIXED}.items():
        if letter not in letters:
            continue
        values = sample(shape, other if letter in "yz" else dtype, seed + ord(letter))
        values = values / 2 if values.dtype.kind == "f" else values
        found[letter] = np.asarray(values, values.dtype, order)
    square = np.eye(3) * 3 + sample((3, 3), seed=seed) / 3
    random = np.random.default_rng(seed)
    found |= {"Q": square, "P": square @ square.T}
    found |= {"i": random.integers(0, 2, 2), "j": random.integers(0, 2, (2, 3))}
    return [found[letter] for letter in letters]


def quick(test):
    test = given(data=st.data())(test)
    phases = [Phase.generate]
    return settings(derandomize=True, deadline=None, max_examples=2, phases=phases, database=None)(
        test
    )


def forms(place, name):
    """How PyTorch lets an op be called: as a function, as a method, in place."""
    if callable(getattr(find(torch, place), name, None)):
        yield "function"
    if not place and hasattr(torch.Tensor, name):
        yield "method"
    both = hasattr(torch.Tensor, name + "_") and hasattr(minitensor.Tensor, name + "_")
    if not place and both and name not in NOT_IN_PLACE:
        yield "in place"


def perform(t, place, call, name, form, space):
    receiver, _, rest = call.partition(", ")
    if form == "function":
        function, text = getattr(find(t, place), name), call
    else:
        input = eval(receiver, {}, space)
        function = getattr(input, name) if form == "method" else getattr(input.clone(), name + "_")
        text = rest
    return eval(f"function({text})", {"function": function}, {"t": t, **space})


# What these nodes save depends on how their gradient is computed.
SAVE_OTHER_VALUES = set(
    """
    AddbmmBackward0 LinalgDetBackward0 LinalgSlogdetBackward0 LinalgSvdBackward0 LinalgSolveExBackward0
    LinalgVectorNormBackward0 CholeskySolveBackward0 IndexAddBackward0 IndexCopyBackward0 AsStridedBackward0
    NllLossBackward0 LogSigmoidBackward0 BinaryCrossEntropyBackward0
    BinaryCrossEntropyWithLogitsBackward0 LinalgSolveTriangularBackward0 SqueezeBackward1 SqueezeBackward1_copy
    SqueezeBackward4 AsStridedBackward1 XlogyBackward2 PowBackward1 CopysignBackward0
""".split()
)


# In place PyTorch has no gradients of these, or complains of something else first: see test_elementwise.py.
NOT_IN_PLACE = set(
    """
    floor_divide heaviside hypot gcd lcm bitwise_left_shift
    bitwise_right_shift bitwise_and bitwise_or bitwise_xor eq ne lt le gt ge not_equal greater greater_equal
    less less_equal
""".split()
)


def seen(t, parts):
    """What the nodes of results say: where they lead to, and what they saved, by name."""
    for part in parts:
        node = part.grad_fn if isinstance(part, t.Tensor) else None
        if node is None or node.name().endswith("NotImplemented"):
            continue
        yield [(n and n.name(), number) for n, number in node.next_functions]
        if node.name() not in SAVE_OTHER_VALUES:
            saved = sorted(name for name in dir(node) if name.startswith("_saved_"))
            yield [(name, plain(t, getattr(node, name))) for name in saved]


def plain(t, value):
    if isinstance(value, t.Tensor):
        return str(value.dtype), tuple(value.shape)
    if isinstance(value, (tuple, list)):
        return [plain(t, v) for v in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


@pytest.mark.parametrize("place, call, name", LINES)
@quick
def test_every_op(place, call, name, data):
    letters = sorted(set(re.findall(r"\b[xyzACDEUVWQPij]\b", call)))
    values = data.draw(tensors(zlib.crc32(f"{name} {call}".encode()), letters))
    d, strided = data.draw(st.sampled_from((0, -1))), data.draw(st.booleans())
    if strided:
        values = [
            np.repeat(v, 2, -1) if k in STRIDED and v.ndim else v for k, v in zip(letters, values)
        ]
    for form in forms(place, name):

        def function(t, *given, form=form):
            space = dict(zip(letters, given))
            if strided:
                space |= {k: x[..., ::2] for k, x in space.items() if k in STRIDED and x.ndim}
            result = perform(t, place, call, name, form, {"d": d, **space})
            parts = result if isinstance(result, (tuple, list)) else (result,)
            shown = [str(part) if isinstance(part, t.dtype) else part for part in parts]
            return *shown, type(result).__name__.rpartition(".")[2], list(seen(t, parts))

        # Where operands lie in memory in several ways, NumPy and PyTorch choose differently for the result.
        ordered = not strided and all(v.flags.c_contiguous for v in values)
        agree(function, *values, strides=ordered)


@pytest.mark.parametrize("name", EXPRESSIONS)
@quick
def test_every_expression(name, data):
    arrays, d = data.draw(tensors(len(name), "AP")), data.draw(st.sampled_from((0, -1)))

    def function(t, A, P):
        return eval(EXPRESSIONS[name], {"t": t, "A": A, "P": P, "d": d})

    agree(function, *arrays)


def public(owner):
    values = {name: getattr(owner, name, None) for name in dir(owner) if not name.startswith("_")}
    return {
        name
        for name, value in values.items()
        if callable(value) and not inspect.isclass(value) and not inspect.ismodule(value)
    }


@pytest.mark.parametrize("place", ["", "Tensor", "linalg", "special", "nn.functional"])
def test_no_op_is_left_out(place):
    both = public(find(torch, place)) & public(find(minitensor, place))
    place = place.removesuffix("Tensor")
    known = {name for where, _, name in LINES if where == place}
    known |= {name.removeprefix(place + ".") for name in EXPRESSIONS}
    known |= {name for names in ELSEWHERE.values() for name in names.split()}
    assert {
        name for name in both if name not in known and name.removesuffix("_") not in known
    } == set()


@pytest.mark.parametrize("file", [file for file in ELSEWHERE if file])
def test_what_is_elsewhere_is_there(file):
    text = (Path(__file__).parent / file).read_text(encoding="utf-8")
    assert [name for name in ELSEWHERE[file].split() if not re.search(rf"\b{name}\b", text)] == []
