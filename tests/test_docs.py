"""Every example in a docstring or in the README runs, and prints what it says."""

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import numpy as np
import pytest

import minitensor

ROOT = Path(__file__).resolve().parent.parent
MODULES = [name for _, name, _ in pkgutil.walk_packages(minitensor.__path__, "minitensor.")]


def failures(test):
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS, verbose=False)
    output = []
    runner.run(test, out=output.append)
    return "".join(output)


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    module = importlib.import_module(name)
    names = {**vars(module), "torch": minitensor, "np": np}
    for test in doctest.DocTestFinder(exclude_empty=True).find(module, globs=names):
        assert not failures(test)


def test_examples_of_published_functions_run():
    finder = doctest.DocTestFinder(recurse=False)
    for owner in (minitensor, minitensor.Tensor):
        for name in dir(owner):
            value = getattr(owner, name, None)
            doc = getattr(value, "__doc__", None) or ""
            if callable(value) and ">>>" in doc and not isinstance(value, type):
                names = {**getattr(value, "__globals__", {}), "torch": minitensor, "np": np}
                for test in finder.find(value, name, globs=names):
                    assert not failures(test)


def test_examples_of_the_readme_run():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert not failures(doctest.DocTestParser().get_doctest(example, {}, "README", None, 0))


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_links_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for link in re.findall(r'\]\(([^)#]+)\)|src="([^"]+)"', text):
        target = link[0] or link[1]
        assert (ROOT / target).exists(), target
