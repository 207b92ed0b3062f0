"""The workloads, written once, in PyTorch's API.

A workload computes one value from parameters, which get gradients, and from data, which does not.
"""

import dataclasses
from collections.abc import Callable

import numpy as np

WORKLOADS = {}


@dataclasses.dataclass(frozen=True)
class Workload:
    """A computation, its usual size, and `inputs(size)`, which makes (parameters, data) for it."""

    compute: Callable
    size: int
    inputs: Callable
    rate: float = 0.0  # of a step of gradient descent after backward

    @property
    def name(self):
        return self.compute.__name__


def workload(**fields):
    def enter(compute):
        WORKLOADS[compute.__name__] = Workload(compute, **fields)
        return compute

    return enter


def uniform(*shape):
    """The same numbers from [-0.5, 1) on every call: the sums of none of the workloads cancel."""
    return np.random.default_rng(0).uniform(-0.5, 1, shape).astype(np.float32)


@workload(size=1000, inputs=lambda n: ([], [uniform(4), uniform(4), n]))
def dispatch(torch, x, y, count):
    """1,000 additions of 4 elements, nothing recorded."""
    for _ in range(count):
        z = x + y
    return z


@workload(size=7, inputs=lambda n: ([uniform(4), uniform(4), uniform(4)], [n]))
def small(torch, x, w, b, count):
    """7 times multiply, add, tanh, of 4 elements, and their sum."""
    for _ in range(count):
        x = torch.tanh(x * w + b)
    return x.sum()


@workload(
    size=2000, inputs=lambda n: ([np.array(2, np.float32)], [np.array(1.000001, np.float32), n])
)
def chain(torch, x, w, count):
    """2,000 multiplications of one number."""
    for _ in range(count):
        x = x * w
    return x


@workload(size=1000, inputs=lambda n: ([uniform(n, n), uniform(n, n), uniform(n, n)], []))
def elementwise(torch, x, w, b):
    """Multiply, add, tanh, sum, of 1000 by 1000 elements."""
    return torch.tanh(x * w + b).sum()


@workload(size=512, inputs=lambda n: ([uniform(n, n), uniform(n, n)], []))
def matmul(torch, a, b):
    """The product of two matrices of 512 by 512 elements, and its sum."""
    return (a @ b).sum()


def digits(batch):
    """A network for images of 28 by 28, and a batch of such, each with the one it is of ten."""
    images, scores = uniform(batch, 784), uniform(batch, 10)
    targets = (scores == scores.max(1, keepdims=True)).astype(np.float32)
    weights = [uniform(784, 256) / 784, uniform(256), uniform(256, 10) / 256, uniform(10)]
    return weights, [images, targets]


@workload(size=128, inputs=digits, rate=0.1)
def mlp(torch, w1, b1, w2, b2, images, targets):
    """A network of 784, 256 and 10 units, 128 images: cross-entropy, and a step of descent."""
    scores = torch.tanh(images @ w1 + b1) @ w2 + b2
    return (torch.log(torch.exp(scores).sum(1)) - (scores * targets).sum(1)).mean()
