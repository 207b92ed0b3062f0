"""The workloads with no engine at all: forward and backward in plain NumPy, derived on paper.

Each function gives the value, and the gradient of each parameter.
"""

import numpy as np


def dispatch(x, y, count):
    for _ in range(count):
        z = x + y
    return z, []


def small(x, w, b, count):
    inputs = []
    for _ in range(count):
        inputs.append(x)
        x = np.tanh(x * w + b)
    value = x.sum()
    grad, grad_w, grad_b = np.ones_like(x), np.zeros_like(w), np.zeros_like(b)
    for before in reversed(inputs):
        grad = grad * (1 - x * x)
        grad_w += grad * before
        grad_b += grad
        grad, x = grad * w, before
    return value, [grad, grad_w, grad_b]


def elementwise(x, w, b):
    y = np.tanh(x * w + b)
    grad = 1 - y * y
    return y.sum(), [grad * w, grad * x, grad]


def matmul(a, b):
    product = a @ b
    grad = np.ones_like(product)
    return product.sum(), [grad @ b.T, a.T @ grad]


def mlp(w1, b1, w2, b2, images, targets):
    hidden = np.tanh(images @ w1 + b1)
    scores = hidden @ w2 + b2
    powers = np.exp(scores)
    sums = powers.sum(1)
    value = (np.log(sums) - (scores * targets).sum(1)).mean()
    grad_scores = (powers / sums[:, None] - targets) / len(images)
    grad_hidden = grad_scores @ w2.T
    grad_hidden *= 1 - hidden * hidden
    return value, [
        images.T @ grad_hidden,
        grad_hidden.sum(0),
        hidden.T @ grad_scores,
        grad_scores.sum(0),
    ]
