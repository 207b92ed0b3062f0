"""`torch.return_types`: tuples with named fields, which ops with several results return.

>>> torch.tensor([1., 3., 2.]).max(dim=0)
torch.return_types.max(
values=tensor(3.),
indices=tensor(1))
"""

from operator import itemgetter


class NamedResults(tuple):
    """The results of one op: a tuple whose items can also be had by name."""

    __slots__ = ()
    _fields = ()

    @classmethod
    def _make(cls, results):
        return cls(results)

    def __repr__(self):
        named = zip(self._fields, self, strict=True)
        fields = ",\n".join(f"{name}={value!r}" for name, value in named)
        return f"torch.return_types.{type(self).__name__}(\n{fields})"

    def __reduce__(self):
        return restore, (type(self).__name__, tuple(self))


def restore(name, results):
    """Named results from what was pickled."""
    kind = globals().get(name) or globals()[name.removesuffix("_out")].into
    return kind(results)


def _define(name, *fields):
    members = {field: property(itemgetter(place)) for place, field in enumerate(fields)}
    members |= {"__module__": "torch.return_types", "__slots__": (), "_fields": fields}
    into = type(f"{name}_out", (NamedResults,), members)  # of what was given as `out=`
    return type(name, (NamedResults,), {**members, "into": into})


class Plain:
    """For ops whose results PyTorch returns in an ordinary tuple: names for the formulas alone."""

    _make = tuple

    def __init__(self, *fields):
        self._fields = fields


max = _define("max", "values", "indices")
min = _define("min", "values", "indices")
median = _define("median", "values", "indices")
nanmedian = _define("nanmedian", "values", "indices")
mode = _define("mode", "values", "indices")
kthvalue = _define("kthvalue", "values", "indices")
topk = _define("topk", "values", "indices")
sort = _define("sort", "values", "indices")
cummax = _define("cummax", "values", "indices")
cummin = _define("cummin", "values", "indices")
aminmax = _define("aminmax", "min", "max")
histogram = _define("histogram", "hist", "bin_edges")
frexp = _define("frexp", "mantissa", "exponent")
linalg_eigh = _define("linalg_eigh", "eigenvalues", "eigenvectors")
linalg_qr = _define("linalg_qr", "Q", "R")
linalg_slogdet = _define("linalg_slogdet", "sign", "logabsdet")
linalg_svd = _define("linalg_svd", "U", "S", "Vh")
linalg_lstsq = _define("linalg_lstsq", "solution", "residuals", "rank", "singular_values")
svd = _define("svd", "U", "S", "V")
qr = _define("qr", "Q", "R")
linalg_inv_ex = _define("linalg_inv_ex", "inverse", "info")
linalg_solve_ex = _define("linalg_solve_ex", "result", "info")
slogdet = _define("slogdet", "sign", "logabsdet")
linalg_cholesky_ex = _define("linalg_cholesky_ex", "L", "info")
