"""`torch.device`: this kit has one, the CPU."""


class device:
    """Where a tensor lives. Always the CPU here; other names raise PyTorch's errors.

    >>> torch.device("cpu")
    device(type='cpu')
    """

    __slots__ = ("index", "type")
    _kinds = ("cpu", "cuda", "mps", "meta", "xpu")

    def __init__(self, type="cpu", index=None):
        if isinstance(type, device):
            type, index = type.type, type.index
        if not isinstance(type, str):
            raise TypeError(f"device(): argument 'type' must be str, not {type.__class__.__name__}")
        name, colon, number = type.partition(":")
        if name not in self._kinds:
            raise RuntimeError(
                "Expected one of cpu, cuda, ipu, xpu, mkldnn, opengl, opencl, ideep, hip, ve, fpga, "
                "maia, xla, lazy, vulkan, mps, meta, hpu, mtia, privateuseone device type at start "
                f"of device string: {name}"
            )
        if colon and not number.isdigit():
            raise RuntimeError(f"Invalid device string: '{type}'")
        self.type = name
        self.index = int(number) if colon else index

    def __repr__(self):
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type='{self.type}'{index})"

    def __str__(self):
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other):
        if not isinstance(other, device):
            return NotImplemented
        return (self.type, self.index) == (other.type, other.index)

    def __hash__(self):
        return hash((self.type, self.index))

    def __reduce__(self):
        return device, (self.type, self.index)


cpu = device("cpu")


def check_device(where):
    """Accept the CPU under any of its names (or None); anything else raises PyTorch's error."""
    if where is None or where is cpu:
        return
    where = device(where)
    if where.type == "cuda":
        error = AssertionError("Torch not compiled with CUDA enabled")
    elif where.type != "cpu":
        error = NotImplementedError(f"The '{where.type}' device is not available.")
    else:
        return
    error.add_note("Hint: this kit computes on the CPU only; leave device= out.")
    raise error
