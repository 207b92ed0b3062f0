"""Warnings, against PyTorch: which there are, how often they are given, and the line that they name.

Most of those of PyTorch's compiled code are given once in a session. Every call is made three times, in a process of
its own for each library.
"""

import json
import os
import subprocess
import sys
import warnings

import pytest

pytestmark = pytest.mark.torch

CALLS = """
    t.tensor([w, w])
    t.tensor([[w, 1.0]])
    float(w)
    complex(w)
    t.tensor(x)
    x.new_tensor(w)
    t.from_numpy(locked)
    t.as_tensor(locked)
    t.asarray(locked, copy=True)
    t.frombuffer(b'12345678', dtype=t.float32)
    t.tensor([np.ones(2), np.ones(2)])
    t.chain_matmul(x, x)
    t.nuclear_norm(x)
    t.var(t.ones(1))
    t.std(t.ones(1))
    t.ones(1).std()
    t.ones(2).var(correction=3)
    t.var_mean(t.ones(1))
    t.std_mean(t.ones(1))
    t.cov(t.ones(2, 1))
    t.corrcoef(t.ones(2, 1))
    a.T
    w.T
    w.mT
    w.H
    w.mH
    w.detach().T
    w.adjoint()
    t.ones(2).T
    t.ones(2).mT
    t.ones(2).H
    t.where(x.byte(), x, x)
    t.where(x.byte(), x, 1.0)
    x.masked_fill(x.byte(), 1)
    t.qr(x)
    t.meshgrid(v, v)
    t.meshgrid(v)
    x.storage()
    x.untyped_storage()
    t.add(x, x, out=t.ones(3))
    t.mm(x, x, out=t.ones(3))
    t.ones(2, out=t.zeros(3))
    t.ones(3).expand(2, 3).add_(1)
    t.ones(3).expand(2, 3).fill_(1)
    t.ones(1).expand(3).index_fill_(0, t.tensor([0]), 1)
    t.ones(1).expand(3).index_put_((t.tensor([0]),), v[0])
    t.ones(1).expand(3).masked_fill_(t.tensor([True, True, False]), 1)
    t.ones(1).expand(3).scatter_(0, t.tensor([0]), 1.0)
    t.ones(1).expand(3).index_add_(0, t.tensor([0]), v[:1])
    t.ones(1).expand(3).index_copy_(0, t.tensor([0]), v[:1])
    x[x.byte()]
    x[t.tensor([1, 0], dtype=t.uint8)]
    x.index_reduce(0, i, x, "prod")
    t.range(0, 3)
    x.scatter(0, k, x, reduce="add")
    x.clone().scatter_(0, k, x, reduce="multiply")
    x.clone().scatter_(0, k, 1.0, reduce="add")
    t.cholesky(x)
    t.nn.functional.softmax(x)
    t.nn.functional.log_softmax(x)
    t.nn.functional.mse_loss(x, v)
    t.nn.functional.l1_loss(x, v)
    t.nn.functional.tanh(x)
    t.nn.functional.sigmoid(x)
    t.arange(0, 3, out=t.ones(5))
    (w * 2).grad
    t.add(x, 2, x)
    x.add_(2, x * 0)
    t.addmm(2, x, x, x)
    x.addcmul(2, x, x)
    x.nonzero(as_tuple=False)
    t.FloatStorage(3)
    (w * 2).backward(create_graph=True)
    t.autograd.backward([w * 2], grad_variables=[t.ones(())])
    t.autograd.grad(w * 2, w, only_inputs=True)
    t.autograd.grad(w * 2, w, only_inputs=False)
    t.set_default_tensor_type(t.FloatTensor)
    t.autograd.set_detect_anomaly(False)
    t.autograd.detect_anomaly()
    t.norm(x)
    t.tensor(1.5).random_(0, 2**53)
    t.ones(2).random_(0, 2**60)
    t.autograd.Variable(x, volatile=True)
    t.quantile(v, 0.5, interpolation="nearest")
    t.floor_divide(x, 2)
    x // 2
    t.linalg.lstsq(x, x)
    t.trapz(v)
    x.reshape_as(x)
    t.searchsorted(v, x.T)
    t.searchsorted(x.T, x)
    t.bucketize(x.T, v)
    v.to(t.int64, copy=True)
    t.ones(2, dtype=t.int64) ** 2.0
    t.autograd.gradcheck(lambda x: x * 2, [v.clone().requires_grad_()], raise_exception=False)
    bool(t.ones(0))
    x.T.fill_diagonal_(2)
    t.vander(v)
    t.cross(t.ones(3), t.ones(3))
    t.cross(t.ones(3, 3), t.ones(3, 3))
    t.linalg.cross(t.ones(3), t.ones(3))
    t.tensordot(x, x, 1)
    t.ones(2).mH
"""
CALLS = [line.strip() for line in CALLS.strip().splitlines()]


def report(name):
    """What the calls warn of, as JSON: for each call, the warnings of three times."""
    import numpy as np

    t = __import__(name)
    locked = np.ones(2)
    locked.flags.writeable = False
    found = []
    for call in CALLS:
        space = {
            "t": t,
            "np": np,
            "locked": locked,
            "x": t.tensor([[2.0, 1.0], [1.0, 2.0]]),
            "v": t.tensor([1.0, 2.0]),
            "a": t.ones(2, 1, 2),
            "i": t.tensor([0, 1]),
            "k": t.tensor([[0, 1], [1, 0]]),
            "w": t.tensor(1.5, requires_grad=True),
        }
        code = compile(call, "<call>", "eval")
        told = []
        for _ in range(3):
            with warnings.catch_warnings(record=True) as seen:
                warnings.simplefilter("always")
                try:
                    eval(code, space)
                except Exception as error:
                    told.append(type(error).__name__)
            for w in seen:
                if (
                    w.category is not RuntimeWarning or name == "torch"
                ):  # NumPy's, which minitensor hides
                    text = str(w.message).partition(" (Triggered")[0]
                    told.append(f"{w.category.__name__}: {text}")
                    assert w.filename == "<call>" or name == "torch", f"{text} at {w.filename}"
        found.append(told)
    print(json.dumps(found))


def reported(name):
    here = os.path.dirname(__file__)
    code = f"from test_warnings import report; report({name!r})"
    path = os.pathsep.join([here, os.path.dirname(here)])
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": path},
    )
    return json.loads(run.stdout)


@pytest.fixture(scope="module")
def both():
    pytest.importorskip("torch")
    return dict(zip(CALLS, zip(reported("minitensor"), reported("torch"))))


@pytest.mark.parametrize("call", CALLS)
def test_warnings(both, call):
    ours, theirs = both[call]
    assert ours == theirs
