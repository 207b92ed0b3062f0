"""minitensor: PyTorch's tensors and autograd, on NumPy, in plain Python.

    import minitensor as torch

Whatever exists here behaves as in PyTorch 2.13 on the CPU: the same results, the same printed
text, the same errors. Ops are declared in `ops/`; `declare.py` tells how.
"""

import math as _math
import warnings as _warnings

from . import autograd, cuda, linalg, ops, random, return_types, serialization
from . import printing as _tensor_str
from .declare import FUNCTIONS as _FUNCTIONS
from .device import (
    contiguous_format,
    device,
    get_default_device,
    layout,
    memory_format,
    preserve_format,
    set_default_device,
    strided,
)
from .dtypes import bool_ as bool
from .dtypes import (
    can_cast,
    double,
    dtype,
    finfo,
    float16,
    float32,
    float64,
    get_default_dtype,
    half,
    iinfo,
    int8,
    int16,
    int32,
    int64,
    long,
    promote_types,
    set_default_dtype,
    short,
    uint8,
)
from .dtypes import float_ as float
from .dtypes import int_ as int
from .generator import Generator, default_generator
from .grad_mode import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from .once import is_warn_always_enabled, set_warn_always
from .printing import set_printoptions
from .settings import (
    are_deterministic_algorithms_enabled,
    get_num_interop_threads,
    get_num_threads,
    set_default_tensor_type,
    set_flush_denormal,
    set_num_interop_threads,
    set_num_threads,
    use_deterministic_algorithms,
)
from .size import Size
from .slips import explaining as _explaining
from .storage import LEGACY as _LEGACY
from .storage import TypedStorage, UntypedStorage
from .tensor import Tensor

# NumPy warns where PyTorch is silent (1/0, log(0), overflow), and names the module whose code ran.
_warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"minitensor\.")

globals().update(_FUNCTIONS)  # every op and function declared in the modules above
globals().update({kind.__name__: kind for kind in _LEGACY.values()})  # FloatStorage and so on
Storage = _LEGACY[float32]

__version__ = "2.13.0+cpu"  # of the PyTorch that this behaves as
e, inf, nan, pi, newaxis = _math.e, _math.inf, _math.nan, _math.pi, None

_LATER = {"nn": "minitensor.nn", "special": "minitensor.special"}

__all__ = [*(name for name in globals() if not name.startswith("_")), *_LATER]

__getattr__ = _explaining("torch", __all__, _LATER)
