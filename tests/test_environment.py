"""Everything that says how to set the kit up says the same."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))

# conda-forge's own names; there, `graphviz` is the C program.
CONDA_NAMES = {"graphviz": "python-graphviz"}
KIT = PROJECT["project"]["name"]


def requirements(*groups):
    """Return the requirements of the package with the given extras, by name."""
    extras = PROJECT["project"]["optional-dependencies"]
    listed = PROJECT["project"]["dependencies"] + [
        line for group in groups for line in extras[group]
    ]
    parsed = [Requirement(line) for line in listed]
    return {r.name: r.specifier for r in parsed if r.name != KIT}


def conda_requirements():
    *names, pip = ENVIRONMENT["dependencies"]
    names += [line for line in pip["pip"] if not line.startswith("-")]
    parsed = [Requirement(line) for line in names if line != "pip"]
    return {requirement.name: requirement.specifier for requirement in parsed}


def test_environment_is_in_step_with_pyproject():
    expected = {
        CONDA_NAMES.get(name, name): versions
        for name, versions in requirements("notebook", "dev").items()
    }
    conda = conda_requirements()
    assert conda.pop("python") == PROJECT["project"]["requires-python"]
    assert conda == expected
    assert ENVIRONMENT["channels"] == ["conda-forge"]


def test_environment_installs_the_kit_itself():
    # An editable install brings the JupyterLab settings along, as uv's does.
    assert "--editable ." in ENVIRONMENT["dependencies"][-1]["pip"]


def test_the_core_needs_numpy_alone():
    assert list(requirements()) == ["numpy"]


def test_uv_installs_what_the_extra_lists():
    assert PROJECT["dependency-groups"]["dev"] == [f"{KIT}[dev]"]
    assert PROJECT["tool"]["uv"]["default-groups"] == ["dev"]


def test_versions_are_pinned_to_a_date_and_to_no_registry():
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", PROJECT["tool"]["uv"]["exclude-newer"])
    assert "uv.lock" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("command", ["jupyter lab", "pytest"])
def test_readme_and_ci_give_the_same_commands(command):
    line = f"python -m pip install uv && python -m uv run {command}"
    assert re.search(rf"^```\w*\n{line}$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)


def test_ci_runs_the_readme_test_command():
    line = "python -m pip install uv && python -m uv run pytest"
    assert line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_settings_reach_the_kits_environment():
    shared = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    settings = {
        str(p.relative_to(ROOT).as_posix()) for p in (ROOT / "notebooks/settings").iterdir()
    }
    assert set(shared) == settings
