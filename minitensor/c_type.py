"""The metaclass of what PyTorch writes in C: such a class has two names."""


class CType(type):
    """Python's own errors name such a class in full, `__name__` does not.

    >>> type(torch.float32).__name__
    'dtype'
    >>> torch.float32()
    Traceback (most recent call last):
    TypeError: 'torch.dtype' object is not callable
    """

    __name__ = property(lambda cls: cls.__qualname__)

    def __init__(cls, name, bases, namespace, full_name=None):
        super().__init__(name, bases, namespace)
        type.__dict__["__name__"].__set__(cls, full_name or f"torch.{name}")

    def __new__(mcs, name, bases, namespace, full_name=None):
        return super().__new__(mcs, name, bases, namespace)
