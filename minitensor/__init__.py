"""minitensor: PyTorch's tensors and autograd, small enough to read in an evening, on NumPy.

    import minitensor as torch

Whatever exists here behaves as in PyTorch 2.13 on the CPU: the same results, the same printed text, the same errors.
"""

import importlib
import math
import warnings

from . import autograd, cuda, printing, return_types
from . import printing as _tensor_str
from .declare import FUNCTIONS
from .device import device
from .dtypes import (
    bool_ as bool,
)
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
from .dtypes import (
    float_ as float,
)
from .dtypes import (
    int_ as int,
)
from .generator import Generator, default_generator
from .grad_mode import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from .printing import set_printoptions
from .size import Size
from .slips import explain_missing_name
from .tensor import Tensor

# NumPy warns where PyTorch is silent (1/0, log(0), overflow), and names the module whose code ran.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"minitensor\.")

for _m in "arithmetic powers functions fused signs compare select create data views parts reshape copy inplace join index info reduce extremes scan softmax norm sort matmul linalg gather arrange".split():
    try: importlib.import_module("minitensor.ops."+_m)
    except ModuleNotFoundError as e:
        if _m not in str(e): raise
from . import random
globals().update(FUNCTIONS)
e, inf, nan, pi = math.e, math.inf, math.nan, math.pi


def __getattr__(name):
    # Reached only if there is no such name here.
    raise explain_missing_name(name, list(globals()))
