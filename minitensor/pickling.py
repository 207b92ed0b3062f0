"""How tensors are copied and pickled: taken apart into a storage and a place there, and put together again."""

import collections

from .storage import TypedStorage, UntypedStorage, flat_storage, strided
from .tensor import Tensor, wrap


def take_apart(self, protocol=None):
    """What pickle, copy.copy and `save` note of a tensor: where its elements lie, and user's attributes.

    Not its history: what comes back is a leaf.
    """
    storage = TypedStorage.of(flat_storage(self).view(self._array.dtype))
    place = storage, self.storage_offset(), tuple(self.shape), self.stride()
    parts = (*place, self.requires_grad, collections.OrderedDict())
    own = own_attributes(self)
    if not own and type(self) is Tensor:
        return rebuild_tensor, parts
    kind = None if type(self) is Tensor else type(self)  # pickle would look for it in PyTorch
    return rebuild_from_type, (rebuild_tensor, kind, parts, own)


def own_attributes(tensor):
    """The attributes that somebody gave to one tensor, by name."""
    names = vars(tensor).keys() - vars(Tensor).keys() - {"_array"}
    return {name: value for name, value in vars(tensor).items() if name in names}


def rebuild_tensor(storage, offset, size, stride, requires_grad, hooks=None, metadata=None):
    """A tensor from its storage and its place there."""
    tensor = wrap(strided(storage._flat, tuple(size), tuple(stride), offset))
    tensor._home = storage._flat
    return tensor.requires_grad_(requires_grad)


def rebuild_parameter(data, requires_grad, hooks=None):
    """A plain tensor from a parameter of a layer."""
    return data.requires_grad_(requires_grad)


def rebuild_from_type(rebuild, kind, parts, own):
    """A tensor of a subclass, or with attributes of its own."""
    tensor = rebuild(*parts)
    if kind is not None:
        tensor.__class__ = kind
    tensor.__dict__.update(own)
    return tensor


def deepcopy(self, memo):
    """A copy with memory of its own, gradient included; for leaves only, as in PyTorch.

    Tensors that share a storage share the copy of it, if they are copied together.
    """
    if not self.is_leaf:
        raise RuntimeError(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the "
            "moment.  If you were attempting to deepcopy a module, this may be because of a "
            "torch.nn.utils.weight_norm usage, see https://github.com/pytorch/pytorch/pull/103001"
        )
    from copy import deepcopy as copied  # late: it would slow down `import minitensor`

    flat = flat_storage(self)
    copies = memo.setdefault("torch", {})
    if id(flat) not in copies:
        copies[id(flat)] = UntypedStorage.of(flat).clone()
    storage = TypedStorage.of(copies[id(flat)]._flat.view(self._array.dtype))
    result = rebuild_tensor(
        storage, self.storage_offset(), self.shape, self.stride(), self.requires_grad
    )
    result.__class__ = type(self)
    memo[id(self)] = result
    if self._grad is not None:
        result._grad = copied(self._grad, memo)
    result.__dict__.update(copied(own_attributes(self), memo))
    return result


def set_state(self, state):
    """Put back what older files noted of a tensor."""
    self.set_(*state[:4])
    self.requires_grad_(len(state) > 4 and state[4])


Tensor.__reduce_ex__, Tensor.__deepcopy__, Tensor.__setstate__ = take_apart, deepcopy, set_state
