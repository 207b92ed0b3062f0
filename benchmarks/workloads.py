"""The workloads, written once, in PyTorch's API.

A workload computes one value from parameters, which get gradients, and from data, which does not.
"""

import dataclasses
from collections.abc import Callable

import numpy as np

WORKLOADS = {}


@dataclasses.dataclass(frozen=True)
class Workload:
    """A computation, its usual size, and `draw(uniform, size)`, which makes its inputs."""

    compute: Callable
    size: int
    draw: Callable
    rate: float = 0.0  # of a step of gradient descent after backward

    @property
    def name(self):
        return self.compute.__name__

    def inputs(self, size):
        """The parameters and the data, the same on every call, as NumPy arrays."""
        random = np.random.default_rng(0)

        def uniform(*shape):  # no sum of these comes near 0, where rounding would count for much
            return np.array(random.uniform(-0.5, 1, shape), np.float32)

        return self.draw(uniform, size)


def workload(size, draw, **more):
    def enter(compute):
        WORKLOADS[compute.__name__] = Workload(compute, size, draw, **more)
        return compute

    return enter


@workload(1000, lambda uniform, n: ([], [uniform(4), uniform(4), n]))
def dispatch(torch, x, y, count):
    """1,000 additions of 4 elements, nothing recorded."""
    for _ in range(count):
        z = x + y
    return z


@workload(7, lambda uniform, n: ([uniform(4), uniform(4), uniform(4)], [n]))
def small(torch, x, w, b, count):
    """7 times multiply, add, tanh, of 4 elements, and their sum."""
    for _ in range(count):
        x = torch.tanh(x * w + b)
    return x.sum()


@workload(2000, lambda uniform, n: ([uniform()], [np.array(1.000001, np.float32), n]))
def chain(torch, x, w, count):
    """2,000 multiplications of one number."""
    for _ in range(count):
        x = x * w
    return x


@workload(1000, lambda uniform, n: ([uniform(n, n), uniform(n, n), uniform(n, n)], []))
def elementwise(torch, x, w, b):
    """Multiply, add, tanh, sum, of 1000 by 1000 elements."""
    return torch.tanh(x * w + b).sum()


@workload(512, lambda uniform, n: ([uniform(n, n), uniform(n, n)], []))
def matmul(torch, a, b):
    """The product of two matrices of 512 by 512 elements, and its sum."""
    return (a @ b).sum()


def digits(uniform, batch):
    """The weights of a network, images of 28 by 28, and which of ten digits each shows."""
    weights = [uniform(784, 256) / 28, uniform(256), uniform(256, 10) / 16, uniform(10)]
    targets = np.eye(10, dtype=np.float32)[np.arange(batch) % 10]
    return weights, [uniform(batch, 784), targets]


@workload(128, digits, rate=0.1)
def mlp(torch, w1, b1, w2, b2, images, targets):
    """A network of 784, 256 and 10 units, 128 images: cross-entropy, and a step of descent."""
    scores = torch.tanh(images @ w1 + b1) @ w2 + b2
    return (torch.log(torch.exp(scores).sum(1)) - (scores * targets).sum(1)).mean()
