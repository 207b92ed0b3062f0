"""Pictures for notebooks. They use PyTorch's public API alone, so they draw its tensors too."""

from .graph import graph

__all__ = ["graph"]
