"""`torch.nn`, as far as this kit has it: `torch.nn.functional`, functions without layers around them."""

from . import functional

__all__ = ["functional"]


def __getattr__(name):
    # Reached only if there is no such name here.
    error = AttributeError(f"module 'torch.nn' has no attribute '{name}'")
    if not name.startswith("_"):
        error.add_note("Hint: this kit leaves out layers and losses; PyTorch has them.")
    raise error
