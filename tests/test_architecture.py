"""The house keeps its shape: imports point downward, the core needs NumPy alone, files stay short."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "minitensor"

# From the ground up. A module imports from floors below it; those of `ops` also from each other.
FLOORS = [
    {"c_type", "grad_mode", "left_out", "once"},
    {
        "as_python",
        "device",
        "dtypes",
        "hooks",
        "rounding",
        "selection",
        "size",
        "slips",
        "summation",
    },
    {"cuda", "gaussian", "generator", "settings", "storage"},
    {"layout", "sampling", "tensor"},
    {"integers"},
    {"graph", "printing", "pickling", "arguments", "return_types"},
    {"formulas", "signature"},
    {"op_node"},
    {"misfits", "recording", "views"},
    {"called", "out"},
    {"op"},
    {"elementwise"},
    {"ways_in"},
    {"declare"},
    {"ops"},
    {"linalg", "nn", "random", "serialization", "special"},
    {"autograd"},
    {"__init__"},
]
CORE = sorted(p for p in PACKAGE.rglob("*.py") if "notebook" not in p.parts)
NOTEBOOK = sorted((PACKAGE / "notebook").rglob("*.py"))


def floor(module):
    return next(i for i, names in enumerate(FLOORS) if module in names)


def module_of(path):
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports(path):
    """(level, module, names) of every import in a file, those inside functions included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield node.level, node.module or "", [a.name for a in node.names]
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield 0, alias.name, []


@pytest.mark.parametrize("path", CORE, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_downward(path):
    depth = len(path.relative_to(PACKAGE).parts)
    own = module_of(path)
    for level, module, names in imports(path):
        if level == 0:
            assert module.split(".")[0] in {"numpy", *sys.stdlib_module_names}, (
                f"{module} is a stranger"
            )
            continue
        if level < depth:
            continue  # a neighbour in the same folder
        for target in [module.split(".")[0]] if module else names:
            assert target != "notebook", "the core must not know the notebooks"
            if target == own:
                continue
            assert floor(target) < floor(own), f"{own} stands below {target}"


@pytest.mark.parametrize("path", NOTEBOOK, ids=lambda p: p.name)
def test_pictures_use_the_public_api_only(path):
    inside = len(path.relative_to(PACKAGE / "notebook").parts)
    for level, module, _ in imports(path):
        assert level <= inside, "the pictures must not import the core"
        assert module.split(".")[0] not in {"minitensor", "torch"}


@pytest.mark.parametrize("path", CORE + NOTEBOOK, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_file_can_be_read_in_one_sitting(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


# What happens from the call of an op to the gradient of a leaf: to be read in an evening.
EVENING = """
    arguments autograd/api autograd/engine declare elementwise formulas grad_mode graph hooks op op_node
    recording signature size storage tensor views ways_in
"""


def test_the_engine_can_be_read_in_an_evening():
    paths = [PACKAGE / f"{name}.py" for name in EVENING.split()]
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in paths) <= 4500


def test_import_loads_nothing_for_notebooks():
    code = (
        "import sys, minitensor;"
        "print([m for m in sys.modules if m.split('.')[0] in "
        "('IPython', 'ipywidgets', 'graphviz', 'torch') or m.startswith('minitensor.notebook')])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_every_public_function_is_documented():
    import minitensor

    for name in dir(minitensor):
        value = getattr(minitensor, name)
        if callable(value) and not name.startswith("_"):
            assert value.__doc__, f"torch.{name} has no docstring"
    for name in dir(minitensor.Tensor):
        value = getattr(minitensor.Tensor, name, None)
        if callable(value) and not name.startswith("_"):
            assert value.__doc__, f"Tensor.{name} has no docstring"
