"""`torch.cuda`: there is none here, and it says so as PyTorch does."""


def is_available():
    """False: the kit computes on the CPU."""
    return False


def device_count():
    """0: the kit computes on the CPU."""
    return 0
