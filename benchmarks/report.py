"""The figures as tables of text."""

import importlib.metadata
import os
import platform

MISSING = "\N{EN DASH}"


def machine(libraries):
    """What was measured, and on what."""
    return {
        "libraries": {name: importlib.metadata.version(name) for name in libraries},
    }


def report(found):
    """All that was measured."""
