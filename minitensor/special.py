"""`torch.special`: functions from mathematics and statistics; most have a second name in `torch`."""

from .called import declared, renamed
from .declare import FUNCTIONS
from .ops import functions
from .slips import explaining

_SHARED = "digamma erf erfc erfinv exp2 expm1 log1p logit logsumexp polygamma sinc xlogy"
_RENAMED = {"expit": "sigmoid", "gammaln": "lgamma", "psi": "digamma"}

_KNOWN = {**{name: name for name in _SHARED.split()}, **_RENAMED}
globals().update({name: renamed(FUNCTIONS[k], f"special_{name}") for name, k in _KNOWN.items()})

__all__ = [*_SHARED.split(), *_RENAMED, "entr", "log_softmax", "round", "softmax", "xlog1py"]


entr = renamed(functions.entr, "special_entr")
xlog1py = renamed(functions.xlog1py, "special_xlog1py")
softmax, log_softmax = (
    declared(FUNCTIONS[name], f"Tensor input, int dim, {dtype}", name=f"special_{name}")
    for name, dtype in (
        ("softmax", "torch.dtype dtype = None"),
        ("log_softmax", "*, torch.dtype dtype = None"),
    )
)


def round(input, *, decimals=0, out=None):
    """The nearest integer, halves to the even one; `decimals` keeps digits behind the point."""
    return FUNCTIONS["round"](input, decimals=decimals, out=out)


round = declared(
    round, "Tensor input, *, int decimals = 0, Tensor out = None", name="special_round"
)


__getattr__ = explaining("torch.special", __all__)
