"""`torch.linalg`: norms, decompositions, determinants, inverses, systems of equations, products."""

from .ops.linalg import LINALG as _LINALG
from .ops.linalg import LinAlgError

globals().update(_LINALG)

__all__ = ["LinAlgError", *_LINALG]
