"""What every test needs: kernels that find this working tree, and nothing of the user's own."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis
import pytest
from in_browser import chromium, lab, page  # noqa: F401 (fixtures)

# The same examples in every run, however slow the machine.
hypothesis.settings.register_profile("kit", derandomize=True, deadline=None)
hypothesis.settings.load_profile("kit")

ROOT = Path(__file__).resolve().parent.parent


def pytest_configure(config):
    # nbval opens the file from the current directory, which need not be the repository's.
    config.option.nbval_sanitize_with = str(ROOT / "tests" / "nbval_sanitize.cfg")

    settings = TemporaryDirectory()
    config.add_cleanup(settings.cleanup)
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    patch.setenv("PYTHONPATH", str(ROOT), prepend=os.pathsep)
    patch.setenv("IPYTHONDIR", settings.name)
    patch.setenv("MINITENSOR_PROGRESS", "off")
