"""One backward and no more, as training does it: of every public op, against PyTorch.

The other tests take gradients of gradients, for which formulas compute with tensors; a plain backward computes with
arrays where it can.
"""

import re
import zlib

import pytest
from hypothesis import strategies as st
from test_every_op import LINES, forms, perform, quick, tensors
from torch_compare import _weights, agree

pytestmark = pytest.mark.torch
GRADIENTS = [line for line in LINES if line[2] != "fill_"]  # with which PyTorch's own checks fail


@pytest.mark.parametrize("place, call, name", GRADIENTS)
@quick
def test_gradients(place, call, name, data):
    letters = sorted(set(re.findall(r"\b[xyzACDEUVWQPij]\b", call)))
    values = data.draw(tensors(zlib.crc32(f"{call} {name}".encode()), letters))
    single = data.draw(st.booleans())
    if single:
        values = [v.astype("float32") if v.dtype == "float64" else v for v in values]
    d = data.draw(st.sampled_from((0, -1)))
    for form in forms(place, name):

        def function(t, *given, form=form):
            leaves = [x.requires_grad_() for x in given if x.dtype in (t.float32, t.float64)]
            result = perform(t, place, call, name, form, {"d": d, **dict(zip(letters, given))})
            parts = result if isinstance(result, (tuple, list)) else (result,)
            parts = [part for part in parts if isinstance(part, t.Tensor) and part.requires_grad]
            t.autograd.backward(parts, [t.from_numpy(_weights(part)) for part in parts])
            return tuple(0 if x.grad is None else x.grad for x in leaves)

        agree(function, *values, grad=False, strides=False, tolerance=1e-4 if single else None)
