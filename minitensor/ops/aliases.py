"""Second names: NumPy's and older ones, for ops that PyTorch knows by two."""

from ..declare import FUNCTIONS
from ..tensor import Tensor
from . import activations, arithmetic, compare, functions, gamma, powers, select, signs  # noqa: F401

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

for alias, name in _ALIASES.items():
    FUNCTIONS[alias] = FUNCTIONS[name]
    setattr(Tensor, alias, getattr(Tensor, name))
    setattr(Tensor, alias + "_", getattr(Tensor, name + "_"))

# `torch.exp_(x)`: the in-place twins that are functions too.
_IN_PLACE_FUNCTIONS = """
    abs acos acosh asin asinh atan atanh ceil clamp clamp_max clamp_min clip cos cosh deg2rad erf erfc exp
    exp2 expm1 fix floor frac gcd lcm ldexp log log10 log1p log2 logit nan_to_num neg negative rad2deg
    reciprocal relu round rsqrt sigmoid sin sinc sinh sqrt square tan tanh trunc xlogy
    arccos arccosh arcsin arcsinh arctan arctanh
"""

for name in _IN_PLACE_FUNCTIONS.split():
    FUNCTIONS[name + "_"] = getattr(Tensor, name + "_")
