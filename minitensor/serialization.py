"""`save` and `load`: PyTorch's own file format, read and written without running any code from a file.

A file is a zip archive: `data.pkl` is a pickle in which each storage is only named, `data/0`, `data/1`, ...
are the bytes of the storages. A pickle may name any function of any module and have it called; this one is
read with a short list of what it may name (`ALLOWED`) and of what it may ask to be done with it.
"""

import collections
import io
import os
import pickle

import numpy as np

from . import dtypes
from .declare import composite
from .device import device, restore_device
from .pickling import (
    own_attributes,
    rebuild_from_type,
    rebuild_parameter,
    rebuild_tensor,
    take_apart,
)
from .size import Size, restore_size
from .storage import LEGACY, TypedStorage, UntypedStorage
from .tensor import Tensor

# What a file may name: in PyTorch's words, and what it is here.

ALLOWED = {
    "collections.OrderedDict": collections.OrderedDict,
    "collections.Counter": collections.Counter,
    "builtins.set": set,
    "builtins.bytearray": bytearray,
    "builtins.complex": complex,
    "_codecs.encode": str.encode,
    "torch.Tensor": Tensor,
    "torch.Size": Size,
    "torch.device": device,
    "torch._utils._rebuild_tensor_v2": rebuild_tensor,
    "torch._utils._rebuild_parameter": rebuild_parameter,
    "torch._tensor._rebuild_from_type_v2": rebuild_from_type,
    "torch.storage.UntypedStorage": UntypedStorage,
    **{str(d): d for d in dtypes.ALL},
    **{f"torch.{kind.__name__}": kind for kind in LEGACY.values()},
}
CALLABLE = [made for made in ALLOWED.values() if not isinstance(made, dtypes.dtype)]
NAMES = {id(made): name for name, made in ALLOWED.items() if name.startswith("torch.")}
NAMES |= {id(restore_size): "torch.Size", id(restore_device): "torch.device"}

OPERATIONS = """
    PROTO STOP MARK GLOBAL REDUCE BUILD BINPERSID NONE NEWFALSE NEWTRUE BININT BININT1 BININT2 LONG1 BINFLOAT
    BINUNICODE SHORT_BINSTRING EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3 EMPTY_LIST APPEND APPENDS EMPTY_DICT
    SETITEM SETITEMS EMPTY_SET ADDITEMS BINPUT LONG_BINPUT BINGET LONG_BINGET
"""


class Pickler(pickle._Pickler):
    """Writes PyTorch's names for what is the kit's own, and storages aside. (C's pickler can't.)"""

    def __init__(self, file):
        super().__init__(file, protocol=2)
        self.storages = {}  # address: (key, flat array, kind); the arrays stay alive meanwhile

    def save(self, value, save_persistent_id=True):
        """Write one value; a name of `ALLOWED` as PyTorch spells it."""
        name = NAMES.get(id(value))
        if name is None or id(value) in self.memo:
            return super().save(value, save_persistent_id)
        self.write(pickle.GLOBAL + "\n".join(name.rsplit(".", 1)).encode() + b"\n")
        self.memoize(value)

    def reducer_override(self, value):
        """A tensor with attributes is one of class `torch.Tensor`, in PyTorch's words."""
        if type(value) is Tensor and own_attributes(value):
            function, (rebuild, _, *rest) = take_apart(value)
            return function, (rebuild, Tensor, *rest)
        return NotImplemented

    def persistent_id(self, value):
        """For a storage, what stands for it in the pickle."""
        if not isinstance(value, (TypedStorage, UntypedStorage)):
            return None
        typed = isinstance(value, TypedStorage)
        kind = LEGACY[value.dtype] if typed else UntypedStorage
        place = value.data_ptr() or id(value._flat)
        key, _, seen = self.storages.setdefault(place, (str(len(self.storages)), value._flat, kind))
        if seen is not kind:
            raise RuntimeError(
                "Cannot save multiple tensors or storages that view the same data as different types"
            )
        return "storage", kind, key, "cpu", value.size()


class Unpickler(pickle._Unpickler):
    """Reads a pickle that may do little, and ask for nothing but what is in `ALLOWED`."""

    def __init__(self, file, storage=None):
        super().__init__(file)
        self.storage = storage  # gives a storage for what stands for it in the pickle

    def find_class(self, module, name):
        """What a file names, if it is allowed."""
        full = f"{module}.{name}".replace("__builtin__.", "builtins.")
        if module in ("sys", "os", "posix", "nt"):
            raise pickle.UnpicklingError(
                f"Trying to load unsupported GLOBAL {full} whose module {module} is blocked."
            )
        if full in ALLOWED:
            return ALLOWED[full]
        full = full.removeprefix("builtins.")
        raise pickle.UnpicklingError(
            f"Unsupported global: GLOBAL {full} was not an allowed global by default. Please use "
            f"`torch.serialization.add_safe_globals([{full}])` or the "
            f"`torch.serialization.safe_globals([{full}])` context manager to allowlist this global if "
            "you trust this class/function."
        )

    def persistent_load(self, saved_id):
        """The storage that a file names."""
        return self.storage(*saved_id)

    def load_reduce(self):
        """Call one of the functions that are allowed."""
        function = self.stack[-2]
        if not any(function is allowed for allowed in CALLABLE):
            raise pickle.UnpicklingError(
                f"Trying to call reduce for unrecognized function {function}"
            )
        super().load_reduce()

    def load_build(self):
        """Give an ordered dictionary its attributes, as those of PyTorch's layers have them."""
        state, made = self.stack.pop(), self.stack[-1]
        if type(made) is not collections.OrderedDict:
            raise pickle.UnpicklingError(
                "Can only build Tensor, Parameter, OrderedDict or types allowlisted via "
                f"`add_safe_globals`, but got {type(made)}"
            )
        made.__dict__.update(state)


class Operations(dict):
    """What a pickle may ask to be done, by code."""

    def __missing__(self, code):
        raise pickle.UnpicklingError(f"Unsupported operand {code}")


CODES = [getattr(pickle, name)[0] for name in OPERATIONS.split()]
Unpickler.dispatch = Operations({code: pickle._Unpickler.dispatch[code] for code in CODES})
Unpickler.dispatch[pickle.REDUCE[0]] = Unpickler.load_reduce
Unpickler.dispatch[pickle.BUILD[0]] = Unpickler.load_build


# Files


@composite(method=False)
def save(obj, f, pickle_module=None, pickle_protocol=2, _use_new_zipfile_serialization=True):
    """Write tensors, and lists, tuples and dictionaries of them, to a file that `torch.load` reads.

    `f`: a path, or a file object that is open for writing bytes. Tensors that share a storage share it again
    when they are loaded. PyTorch can read these files, and this kit those of PyTorch.

    >>> import io
    >>> file = io.BytesIO()
    >>> torch.save({"w": torch.tensor([1., 2.])}, file)
    >>> _ = file.seek(0)
    >>> torch.load(file)
    {'w': tensor([1., 2.])}
    """
    if isinstance(f, (str, os.PathLike)):
        folder, name = os.path.split(f)
        if not os.path.isdir(folder or "."):
            raise RuntimeError(f"Parent directory {folder} does not exist.")
        with open(f, "wb") as opened:
            _write(obj, opened, os.path.splitext(name)[0])
    elif hasattr(f, "write"):
        _write(obj, f, "archive")
    else:
        raise AttributeError(
            "expected 'f' to be string, path, or a file-like object with a 'write' attribute"
        )


def _write(value, file, name):
    import zipfile  # late: it would slow down `import minitensor`

    data = io.BytesIO()
    pickler = Pickler(data)
    pickler.dump(value)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"{name}/data.pkl", data.getvalue())
        archive.writestr(f"{name}/byteorder", "little" if np.little_endian else "big")
        for key, flat, _ in pickler.storages.values():
            archive.writestr(f"{name}/data/{key}", flat.tobytes())
        archive.writestr(f"{name}/version", "3\n")


@composite(method=False)
def load(f, map_location=None, pickle_module=None, *, weights_only=None, mmap=None, **options):
    """Read what `torch.save` wrote: tensors, numbers, text, and containers of them.

    `f`: a path, or a file object that is open for reading bytes. A file that asks for anything else raises
    pickle.UnpicklingError, whatever `weights_only` says: no code from a file ever runs.
    """
    if isinstance(f, (str, os.PathLike)):
        with open(f, "rb") as opened:
            return _read(opened, map_location)
    if mmap:
        raise ValueError("f must be a file path in order to use the mmap argument")
    for attribute in ("read", "readline", "seek", "tell"):
        if not hasattr(f, attribute):
            raise AttributeError(
                f"'{type(f).__name__}' object has no attribute 'seek'. You can only torch.load from a file "
                "that is seekable. Please pre-load the data into a buffer like io.BytesIO and try to load "
                "from it instead."
            )
    return _read(f, map_location)


def _read(file, map_location):
    import zipfile

    try:
        if not _is_zip(file):
            Unpickler(file).load()
            raise RuntimeError("Invalid magic number; corrupt file?")
        with zipfile.ZipFile(file) as archive:
            return _read_archive(archive, map_location)
    except pickle.UnpicklingError as refused:
        error = pickle.UnpicklingError(_explained(str(refused)))
        error.add_note(
            "Hint: this kit loads tensors, numbers, text and containers of them, and never runs code from a "
            "file: weights_only=False and add_safe_globals would not help here."
        )
        raise error from None


def _is_zip(file):
    start = file.tell()
    magic = file.read(4)
    file.seek(start)
    return magic == b"PK\x03\x04"


def _read_archive(archive, map_location):
    name = next((n for n in archive.namelist() if n.endswith("/data.pkl")), None)
    if name is None:
        raise RuntimeError("PytorchStreamReader failed locating file data.pkl: file not found")
    folder = name.removesuffix("data.pkl")
    order = "little"
    if folder + "byteorder" in archive.namelist():
        order = archive.read(folder + "byteorder").decode()
    flats = {}

    def storage(label, kind, key, location, numel):
        dtype = np.dtype(np.uint8) if kind is UntypedStorage else kind.dtype.numpy
        if key not in flats:
            data = archive.read(f"{folder}data/{key}")
            flat = np.frombuffer(data, dtype.newbyteorder(order), numel).astype(dtype)
            flats[key] = _placed(UntypedStorage.of(flat), location, map_location)._flat
        return (UntypedStorage if kind is UntypedStorage else TypedStorage).of(
            flats[key].view(dtype)
        )

    return Unpickler(io.BytesIO(archive.read(name)), storage).load()


def _placed(storage, location, map_location):
    """A loaded storage where `map_location` wants it, which can only be the CPU."""
    if map_location is None:
        wanted = location
    elif isinstance(map_location, dict):
        wanted = map_location.get(location, location)
    elif isinstance(map_location, (str, device)):
        wanted = str(map_location)
    else:
        moved = map_location(storage, location)
        if moved is not None:
            return moved
        wanted = location
    if wanted.startswith("cuda"):
        raise RuntimeError(
            "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False. If you "
            "are running on a CPU-only machine, please use torch.load with map_location=torch.device('cpu') to "
            "map your storages to the CPU."
        )
    if wanted.partition(":")[0] != "cpu":
        raise RuntimeError(
            "don't know how to restore data location of torch.storage.UntypedStorage "
            f"(tagged with {wanted})"
        )
    return storage


def _explained(message):
    """PyTorch's text around the reason for which a file was refused."""
    default = (
        "In PyTorch 2.6, we changed the default value of the `weights_only` argument in `torch.load` from "
        "`False` to `True`. Re-running `torch.load` with `weights_only` set to `False` will likely succeed, "
        "but it can result in arbitrary code execution. Do it only if you got the file from a trusted source."
    )
    if "was not an allowed global" in message:
        text = (
            "Weights only load failed. This file can still be loaded, to do so you have two options, "
            "\033[1mdo those steps only if you trust the source of the checkpoint\033[0m. "
            f"\n\t(1) {default}\n\t(2) Alternatively, to load with `weights_only=True` please check the "
            f"recommended steps in the following error message.\n\tWeightsUnpickler error: {message}"
        )
    else:
        text = f"Weights only load failed. {default}\n"
        if "is blocked" not in message:
            text += (
                "Please file an issue with the following so that we can make `weights_only=True` compatible "
                "with your use case: WeightsUnpickler error: "
            )
        text += f"\n\n{message}"
    return (
        f"{text}\n\nCheck the documentation of torch.load to learn more about types accepted by default with "
        "weights_only https://pytorch.org/docs/stable/generated/torch.load.html."
    )
