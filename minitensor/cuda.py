"""`torch.cuda`: there is none here, and it says so as PyTorch does."""

from .slips import explaining

# What needs a GPU, and raises PyTorch's error without one.
_OF_GPUS = """
    current_device get_device_name get_device_properties get_device_capability synchronize init mem_get_info
    current_stream get_rng_state initial_seed
"""


def is_available():
    """False: the kit computes on the CPU."""
    return False


def device_count():
    """0: the kit computes on the CPU."""
    return 0


def manual_seed(seed):
    """Accepted: it would seed the random numbers of a GPU."""
    int(seed)


def manual_seed_all(seed):
    """Accepted: it would seed the random numbers of all GPUs."""
    int(seed)


def empty_cache():
    """Accepted: there is no memory of a GPU to give back."""


def memory_allocated(device=None):
    """0: no tensor lies on a GPU."""
    return 0


max_memory_allocated = memory_reserved = memory_allocated


def _needs_gpu(name):
    def function(*args, **kwargs):
        """Raise the error of a PyTorch that was built for the CPU alone."""
        raise AssertionError("Torch not compiled with CUDA enabled")

    function.__name__ = name
    return function


globals().update({name: _needs_gpu(name) for name in _OF_GPUS.split()})

__all__ = [name for name in globals() if not name.startswith("_") and name != "explaining"]
__getattr__ = explaining("torch.cuda", __all__)
