"""Runs the benchmarks, and prints what came out: `python -m benchmarks --help`."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from .libraries import installed
from .measure import prepare, race
from .processes import imports, memory
from .report import machine, report
from .workloads import WORKLOADS

THREADS = ("OPENBLAS_", "OMP_", "MKL_")
LENGTHS = [1_000, 10_000, 100_000, 1_000_000]
SAME_API = ["torch", "minitensor"]


def main(arguments=None):
    options = parse(arguments)
    libraries = installed()
    found = {"machine": machine(libraries, options.rounds), "seconds": {}}
    same = {name: library for name, library in libraries.items() if name in SAME_API}
    for workload in WORKLOADS:
        if workload in options.only:
            found["seconds"][workload] = per_step(workload, libraries, options.rounds)
    if options.long:
        found["per node"] = {f"{length:,}": per_node(length, same) for length in LENGTHS}
    if "memory" in options.only:
        found["megabytes"] = memory(same)
    if "import" in options.only:
        found["import"] = {"import": imports(options.rounds)}
    print(report(found))
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    if options.picture:
        from .picture import picture  # which needs what the notebooks need

        picture(found["seconds"]).save(options.picture)


def per_step(workload, libraries, rounds):
    """Seconds that a step takes in each library, or why there are none."""
    steps, reasons = prepare(WORKLOADS[workload], libraries)
    figures = race(steps, rounds, workload) | reasons
    return {name: figures.get(name) for name in libraries}


def per_node(length, libraries):
    """Seconds that one multiplication costs in a chain of `length`."""
    steps, _ = prepare(WORKLOADS["chain"], libraries, length)
    taken = race(steps, max(1, 100_000 // length), f"{length:,} nodes")
    return {name: seconds / length for name, seconds in taken.items()}


def parse(arguments):
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parts = [*WORKLOADS, *(["memory", "import"] if sys.platform == "linux" else [])]
    parser.add_argument("--rounds", type=int, default=20, help="turns of each library (20)")
    parser.add_argument("--only", nargs="+", choices=parts, default=parts, metavar="PART",
                        help=f"some of: {', '.join(parts)}")  # fmt: skip
    parser.add_argument("--long", action="store_true", help="also chains of up to a million nodes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw the table, as SVG")
    options = parser.parse_args(arguments)
    if options.picture and not ("torch" in installed() and {*options.only} & {*WORKLOADS}):
        parser.error("a picture needs PyTorch, and a workload")
    return options


if __name__ == "__main__":
    env = {name: value for name, value in os.environ.items() if not name.startswith(THREADS)}
    if env != os.environ:  # as on a student's machine, where nobody has set the threads of BLAS
        sys.exit(subprocess.run([sys.executable, *sys.orig_argv[1:]], env=env).returncode)
    main()
