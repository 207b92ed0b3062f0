"""What needs a process of its own: peak memory, and the time an import takes. Linux only."""

import itertools
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from .libraries import LIBRARIES
from .measure import progress
from .workloads import WORKLOADS

ROOT = Path(__file__).resolve().parent.parent
MEMORY = ["elementwise", "mlp"]
IMPORTS = ["numpy", "minitensor"]


def memory(names):
    """Peak memory of the MEMORY workloads in each library, in megabytes."""
    # Without this, memory that was freed stays with the process, and would be taken for used.
    exact = {"MALLOC_MMAP_THRESHOLD_": "65536"}
    script = "from benchmarks.processes import peak; print(peak({!r}, {!r}))"
    found = {workload: {} for workload in MEMORY}
    for workload, name in progress([*itertools.product(MEMORY, names)], "memory"):
        found[workload][name] = _ask(script.format(name, workload), exact)
    return found


def peak(name, workload):
    """Megabytes that a workload takes at most, beyond what the library's own code takes."""
    workload = WORKLOADS[workload]
    LIBRARIES[name](workload, 8)()  # loads the code that the workload runs
    before = _resident("VmRSS")
    step = LIBRARIES[name](workload, workload.size)
    Path("/proc/self/clear_refs").write_text("5")  # the high-water mark starts anew
    for _ in range(3):
        step()
    return _resident("VmHWM") - before


def _resident(field):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1000


def imports(rounds):
    """The median of the seconds of user CPU time that each of IMPORTS takes to import."""
    script = (
        "import resource\n"
        "def used(): return resource.getrusage(resource.RUSAGE_SELF).ru_utime\n"
        "start = used()\n"
        "import {}\n"
        "print(used() - start)"
    )
    seconds = {name: [] for name in IMPORTS}
    with tempfile.TemporaryDirectory() as compiled:
        env = {"PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}
        for number in progress(range(rounds + 1), "import"):
            for name, taken in seconds.items():
                taken += [_ask(script.format(name), env)] * (number > 0)  # the first one compiles
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def _ask(script, env):
    """The number that a script prints, run by a new Python in the root of the repository."""
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | env, stdout=-1, check=True)
    return float(done.stdout)
