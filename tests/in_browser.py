"""JupyterLab in a browser: the fixtures of all tests that follow the kit there."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"

# JupyterLab draws only what is in sight, unless told otherwise.
DRAWN_WHOLE = {"windowingMode": "none", "scrollPastEnd": False}

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium():
    """A browser without a window."""
    playwright = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("no chromium on the PATH")
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """The address of a JupyterLab on a copy of the notebooks, with the kit's settings."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(NOTEBOOKS, folder / "notebooks")
    port = free_port()
    command = [
        *[sys.executable, "-m", "jupyterlab", "--no-browser", f"--ServerApp.root_dir={folder}"],
        *[f"--ServerApp.port={port}", "--ServerApp.ip=127.0.0.1", "--ServerApp.port_retries=0"],
        *["--ServerApp.allow_root=True", "--IdentityProvider.token=", "--log-level=WARN"],
        *["--LabApp.expose_app_in_browser=True"],
    ]
    private = {
        f"{name}_DIR": str(folder / name.lower())
        for name in ("JUPYTER_CONFIG", "JUPYTER_DATA", "JUPYTER_RUNTIME")
    }
    tracker = folder / "jupyter_config/lab/user-settings/@jupyterlab/notebook-extension"
    tracker.mkdir(parents=True)
    (tracker / "tracker.jupyterlab-settings").write_text(json.dumps(DRAWN_WHOLE))
    log = folder / "server.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            command, env={**os.environ, **private}, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/api", server, log)
        yield f"http://127.0.0.1:{port}/lab"
    finally:
        server.terminate()
        server.wait(timeout=30)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(address, server, log):
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}")


@pytest.fixture
def page(chromium):
    page = chromium.new_page(viewport={"width": 1100, "height": 1000})
    page.add_init_script(path=Path(__file__).with_name("jupyterlab.js"))
    page.set_default_timeout(60_000)
    yield page
    page.close()
