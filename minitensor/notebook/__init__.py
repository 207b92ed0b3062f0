"""What the notebooks show: pictures of graphs and memory, and checks of exercises.

Everything here uses PyTorch's public API only, so that it works on real PyTorch tensors too.
"""

from .exercise import check
from .graph import graph
from .memory import memory

__all__ = ["check", "graph", "memory"]
