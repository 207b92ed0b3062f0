"""`torch.linalg`: norms, decompositions, determinants, inverses, systems of equations, products."""

from .ops.linalg import LINALG as _LINALG
from .ops.linalg import LinAlgError
from .slips import explaining as _explaining

globals().update(_LINALG)

__all__ = ["LinAlgError", *_LINALG]
__getattr__ = _explaining("torch.linalg", __all__)
