"""Taking the time of libraries, in turns, once they agree about the numbers."""

import statistics
import sys
import time

import numpy as np

TOO_DEEP = "too deep"
SETTLING, COUNTING = 0.03, 0.02  # seconds of a turn: OpenBLAS's threads spin for up to 0.03


def prepare(workload, libraries, size=None):
    """For each library its step, or why there is none, once all give the same numbers."""
    steps, reasons, expected = {}, {}, None
    for name, library in libraries.items():
        step = library(workload, size or workload.size)
        if step is None:
            continue
        try:
            step()
            found = numbers(*step())  # of a second step, to which the first one's update counts
        except RecursionError:
            reasons[name] = TOO_DEEP
            continue
        expected = expected or found
        agree(f"{workload.name}: {name}", found, expected)
        steps[name] = step
    return steps, reasons


def numbers(value, grads):
    """The value and the gradients as arrays; what records is asked for its data."""
    return [np.asarray(getattr(x, "data", x) if hasattr(x, "backward") else x, dtype=float)
            for x in [value, *grads]]  # fmt: skip


def agree(who, found, expected):
    """AssertionError unless the shapes are the same, and the numbers up to float32's rounding."""
    for number, (mine, theirs) in enumerate(zip(found, expected, strict=True)):
        what = f"gradient {number}" if number else "value"
        assert mine.shape == theirs.shape, f"{who}: the {what} has another shape"
        assert np.abs(theirs).max() > 0, f"{who}: nothing to compare in the {what}"
        apart = np.abs(mine - theirs).max() / np.abs(theirs).max()
        assert apart < 1e-4, f"{who}: the {what} differs by {apart:.1e}"


def race(steps, rounds, label=""):
    """The median of the seconds that each step takes, one library after another in each round."""
    seconds = {name: [] for name in steps}
    for _ in progress(range(rounds), label):
        for name, step in steps.items():
            seconds[name] += turn(step)
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def turn(step):
    """The seconds of each step in a turn, once things have settled.

    Threads of the library before spin for a while, waiting for more; its data fills the caches.
    """
    taken, now = [], time.perf_counter()
    settled = now + SETTLING
    while now < settled + COUNTING or not taken:
        start = time.perf_counter()
        step()
        now = time.perf_counter()
        if start > settled:
            taken.append(now - start)
    return taken


def progress(items, label):
    """The items, and on a terminal a bar that tells how far we are."""
    show = sys.stderr.isatty()
    for number, item in enumerate(items):
        if show:
            bar = ("#" * (24 * number // len(items))).ljust(24, ".")
            line = f"\r\033[K{label:16} {bar} {number}/{len(items)}"
            print(line, end="", file=sys.stderr, flush=True)
        yield item
    if show:
        print("\r\033[K", end="", file=sys.stderr, flush=True)
