"""Second names: NumPy's and older ones, for ops that PyTorch knows by two."""

from ..called import alone, declared, of_one, renamed
from ..declare import FUNCTIONS
from ..dtypes import CASTS
from ..tensor import Tensor
from . import (  # noqa: F401
    activations,
    arithmetic,
    compare,
    copy,
    data,
    functions,
    gamma,
    info,
    inplace,
    interop,
    legacy,
    masks,
    memory,
    powers,
    select,
    signs,
)
from .create import OPTIONS

_ALIASES = {
    "absolute": "abs",
    "arccos": "acos",
    "arccosh": "acosh",
    "arcsin": "asin",
    "arcsinh": "asinh",
    "arctan": "atan",
    "arctan2": "atan2",
    "arctanh": "atanh",
    "clip": "clamp",
    "divide": "div",
    "fix": "trunc",
    "greater": "gt",
    "greater_equal": "ge",
    "less": "lt",
    "less_equal": "le",
    "multiply": "mul",
    "negative": "neg",
    "not_equal": "ne",
    "subtract": "sub",
}

# Signatures of second names that differ from those of the first.
_SIGNATURES = {
    "divide": (
        "Tensor input, Tensor other, *, Tensor out = None",
        "Tensor input, Tensor other, *, str rounding_mode, Tensor out = None",
        "Tensor input, Number other",
        "Tensor input, Number other, *, str rounding_mode",
    ),
    "multiply": arithmetic.EITHER,
    "subtract": (
        "Tensor input, Tensor other, *, Number alpha = 1, Tensor out = None",
        "Tensor input, Number other, Number alpha = 1",
    ),
}

for alias, name in _ALIASES.items():
    texts = _SIGNATURES.get(alias, ())
    FUNCTIONS[alias] = renamed(FUNCTIONS[name], alias, texts)
    setattr(Tensor, alias, renamed(getattr(Tensor, name), alias, texts, method=True))
    twin = getattr(Tensor, name + "_")
    setattr(Tensor, alias + "_", renamed(twin, alias + "_", texts, method=True))

# `torch.exp_(x)`: the in-place twins that are functions too.
_IN_PLACE_FUNCTIONS = """
    abs acos acosh asin asinh atan atanh ceil cos cosh deg2rad erf erfc exp exp2 expm1 floor frac gcd lcm ldexp
    log log10 log1p log2 logit nan_to_num neg rad2deg reciprocal relu round rsqrt sigmoid sin sinc sinh sqrt
    square tan tanh trunc xlogy
"""


def _in_place_function(name):
    """An in-place method as a function."""
    twin, op = getattr(Tensor, name + "_"), getattr(FUNCTIONS[name], "op", None)
    if op is None:
        return twin

    def function(*args, **kwargs):
        try:
            return twin(*args, **kwargs)
        except (TypeError, AttributeError):
            raise op.bad_arguments(args, kwargs, suffix="_") from None

    function.__name__ = name + "_"
    function.__doc__ = twin.__doc__
    return function


for name in _IN_PLACE_FUNCTIONS.split():
    FUNCTIONS[name + "_"] = _in_place_function(name)

for alias in ("clip", "fix", "negative", *(name for name in _ALIASES if name.startswith("arc"))):
    if alias != "arctan2":
        FUNCTIONS[alias + "_"] = renamed(FUNCTIONS[_ALIASES[alias] + "_"], alias + "_")

for name in ("detach", "detach_", "get_device", "positive", "square_", "zero_"):
    FUNCTIONS[name] = declared(getattr(Tensor, name), "Tensor input")

# Methods that C knows to take nothing else.
_ALONE = """
    data_ptr detach detach_ dim element_size get_device is_complex is_distributed is_floating_point is_inference
    is_nonzero is_signed item ndimension nelement numel positive retain_grad square_ storage_offset tolist
    untyped_storage zero_
"""
for name in _ALONE.split():
    setattr(Tensor, name, alone(getattr(Tensor, name), name))
Tensor.apply_ = of_one(Tensor.apply_, "apply_", True)
FUNCTIONS["from_numpy"] = of_one(FUNCTIONS["from_numpy"], "from_numpy", False)

# What PyTorch has in C, whose errors know the parameters.
_FORMAT = "*, torch.memory_format memory_format = None"
_OPTIONS = f"*, {OPTIONS}"
_PARAMETERS = {
    **dict.fromkeys((*CASTS, "contiguous", "cpu", "is_contiguous"), _FORMAT),
    "as_subclass": "object cls",
    "is_pinned": "torch.device device = None",
    "new_tensor": f"object data, {_OPTIONS}",
    "nonzero": " | *, bool as_tuple",
    "numpy": "*, bool force = False",
    "requires_grad_": "bool requires_grad = True",
    "type": "object dtype = None, bool non_blocking = False, " + _FORMAT,
}
for name, text in _PARAMETERS.items():
    setattr(Tensor, name, renamed(getattr(Tensor, name), name, text.split(" | "), method=True))
FUNCTIONS["tensor"] = renamed(FUNCTIONS["tensor"], "tensor", (f"object data, {_OPTIONS}",))

# Methods written in Python name themselves in their errors as PyTorch's do.
for name in ("size", "stride"):
    getattr(Tensor, name).__qualname__ = name
for name in ("is_shared", "share_memory_", "storage", "storage_type"):
    getattr(Tensor, name).__qualname__ = f"Tensor.{name}"
