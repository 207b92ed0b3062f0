"""Grids and other combinations of several tensors: `meshgrid`, `cartesian_prod`, `block_diag` …"""

import itertools

import numpy as np

from .. import dtypes
from ..declare import Arrays, composite, op
from ..misfits import type_name
from ..once import warn_once
from ..tensor import Tensor
from .broadcast import check_list
from .join import stack


@composite(method=False)
def meshgrid(*tensors, indexing=None):
    """The coordinates of a grid, from the coordinates along each axis: one tensor for each axis.

    `indexing`: "ij" for rows first, "xy" for columns first.

    >>> torch.meshgrid(torch.tensor([1, 2]), torch.tensor([3, 4]), indexing="ij")
    (tensor([[1, 1],
            [2, 2]]), tensor([[3, 4],
            [3, 4]]))
    """
    if indexing is None:
        warn_once(
            "torch.meshgrid: in an upcoming release, it will be required to pass the indexing "
            "argument."
        )
    elif not isinstance(indexing, str):
        raise TypeError(f"meshgrid(): argument 'indexing' must be str, not {type_name(indexing)}")
    return _grid(_one_list(tensors), indexing or "ij")


def _one_list(tensors):
    """The tensors of f(a, b) and of f([a, b])."""
    if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)):
        (tensors,) = tensors
    return tensors


def _grid(tensors, indexing):
    check_list(tensors)
    if not tensors:
        raise RuntimeError("meshgrid expects a non-empty TensorList")
    for tensor in tensors:
        if tensor.ndim > 1:
            raise RuntimeError(
                f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {tensor}"
            )
        if tensor.dtype is not tensors[0].dtype:
            raise RuntimeError("meshgrid expects all tensors to have the same dtype")
    if indexing not in ("ij", "xy"):
        raise RuntimeError(
            f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}'
        )
    axes = list(range(len(tensors)))
    if indexing == "xy":
        axes[:2] = reversed(axes[:2])
    shape = [tensors[axis].numel() for axis in axes]
    lines = []
    for tensor, axis in zip(tensors, axes):
        line = [1] * len(axes)
        line[axis] = tensor.numel()
        lines.append(tensor.view(line).expand(shape))
    return tuple(lines)


@composite(method=False)
def cartesian_prod(*tensors):
    """All ways to take one element of each vector, a row for each."""
    check_list(tensors)
    for tensor in tensors:
        if tensor.ndim != 1:
            raise RuntimeError(f"Expect a 1D vector, but got shape {list(tensor.shape)}")
    if len(tensors) == 1:
        return tensors[0]
    return stack([line.flatten() for line in _grid(tensors, "ij")], 1)


@composite(method=False)
def combinations(input: Tensor, r: int = 2, with_replacement: bool = False):
    """All ways to take `r` elements of a vector in their order, a row for each.

    >>> torch.combinations(torch.tensor([1, 2, 3]))
    tensor([[1, 2],
            [1, 3],
            [2, 3]])
    """
    if input.ndim != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {list(input.shape)}")
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")
    if r == 0:
        return input.new_empty((0,))
    places = _grid((input.new_tensor(range(input.numel()), dtype=int),) * r, "ij")
    mask = places[0] == places[0]
    for a, b in itertools.pairwise(places):
        mask = mask & (a <= b if with_replacement else a < b)
    return stack([line.masked_select(mask) for line in _grid((input,) * r, "ij")], 1)


def _block_diag_slope(grad, tensors_shape):
    row = column = 0
    grads = []
    for shape in tensors_shape:
        height, width = (1, 1, *shape)[-2:]
        part = grad[row : row + height, column : column + width]
        grads.append(part.reshape(shape))
        row, column = row + height, column + width
    return grads


@op(tensors=_block_diag_slope)
def _block_diag(tensors: Arrays):
    for i, array in enumerate(tensors):
        if array.ndim > 2:
            raise RuntimeError(
                "torch.block_diag: Input tensors must have 2 or fewer dimensions. Input "
                f"{i} has {array.ndim} dimensions"
            )
    blocks = [np.atleast_2d(array) for array in tensors]
    ends = np.cumsum([block.shape for block in blocks], 0)
    result = np.zeros(ends[-1], dtypes.result_dtype(*tensors))
    for block, (row, column) in zip(blocks, ends):
        result[row - block.shape[0] : row, column - block.shape[1] : column] = block
    return result


@composite(method=False)
def block_diag(*tensors):
    """Matrices along the diagonal of a larger one, zeros elsewhere."""
    check_list(tensors)
    return _block_diag(tensors) if tensors else Tensor(1, 0)
