"""Random programs do the same on minitensor and on PyTorch.

What is compared: values, shapes, strides, dtypes, `requires_grad`, `is_leaf`, the nodes behind each tensor, versions,
bases, which tensors share memory, gradients, what is printed, warnings, and errors to the letter.

The suite runs a few programs, the same in every run. To run many others:

    python -m tests.test_random_programs 100000
"""

import sys

import pytest

pytest.importorskip("torch")

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.differences import difference
from tests.random_programs import programs

QUIET = {"database": None, "deadline": None, "suppress_health_check": list(HealthCheck)}


@pytest.mark.torch
@settings(**QUIET, max_examples=200, derandomize=True)
@given(program=programs())
def test_programs_do_the_same(program):
    found = difference(program)
    assert found is None, found


def run_many(count, first_seed=0, chunk=1000):
    """Run random programs by the thousand, and print those in which something differs."""
    done = 0
    failed = []

    def check(program):
        nonlocal done
        done += 1
        found = difference(program)
        if found is not None:
            failed.append(found)
            print(f"{found}\n{'-' * 80}")

    for number in range(-(-count // chunk)):
        run = given(programs())(check)
        options = settings(**QUIET, max_examples=min(chunk, count), phases=[Phase.generate])
        seed(first_seed + number)(options(run))()
    print(f"{done} programs, {len(failed)} of them differ")
    return len(failed)


if __name__ == "__main__":
    sys.exit(run_many(*map(int, sys.argv[1:])) > 0)
