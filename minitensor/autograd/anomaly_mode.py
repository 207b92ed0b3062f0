"""Anomaly mode: a backward pass that fails shows the line of the forward pass that it comes from."""

import contextlib
import os
import warnings

from ..declare import composite
from .engine import Backward
from .watch import unwatch, watch

PACKAGE = os.path.dirname(os.path.dirname(__file__))


class _Mode:
    """The mode is one for all threads, as in PyTorch."""

    enabled = False
    check_nan = True
    running = None  # the node that a backward pass is at, which makes nodes under create_graph


mode = _Mode()


@composite(method=False)
def is_anomaly_enabled():
    """True while anomaly mode is on."""
    return mode.enabled


@composite(method=False)
def is_anomaly_check_nan_enabled():
    """True if anomaly mode, when it is on, looks for nan."""
    return mode.check_nan


@composite(method=False)
def set_anomaly_enabled(enabled: bool, check_nan: bool = True):
    """Switch anomaly mode on or off."""
    if enabled and not mode.enabled:
        watch("sequence", _remember)
    elif mode.enabled and not enabled:
        unwatch("sequence")
    mode.enabled, mode.check_nan = enabled, check_nan


class set_detect_anomaly:
    """Switch anomaly mode on or off at once; as a context manager, until its end.

    While it is on, nodes remember the lines that made them: when backward fails at one, a warning shows
    these lines. With `check_nan`, a gradient that contains nan is a failure.
    """

    __module__ = "torch.autograd.anomaly_mode"

    def __init__(self, mode, check_nan=True):
        self.before = is_anomaly_enabled(), is_anomaly_check_nan_enabled()
        set_anomaly_enabled(mode, check_nan)

    def __enter__(self):
        pass

    def __exit__(self, *exception):
        set_anomaly_enabled(*self.before)


class detect_anomaly(set_detect_anomaly):
    """`set_detect_anomaly(True)` from entering the context until leaving it; warns that it is slow."""

    __module__ = "torch.autograd.anomaly_mode"

    def __init__(self, check_nan=True):
        self.before = is_anomaly_enabled(), is_anomaly_check_nan_enabled()
        self.check_nan = check_nan
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should only "
            "be enabled for debugging.",
            stacklevel=2,
        )

    def __enter__(self):
        set_anomaly_enabled(True, self.check_nan)


def _remember(node):
    """Watches a node being numbered, which happens when it is made."""
    import traceback  # only for who asks for it: it would slow down `import minitensor`

    frames = [frame for frame in traceback.extract_stack() if not _is_own(frame.filename)]
    node.metadata["traceback_"] = traceback.format_list(frames)
    if mode.running is not None:
        node.metadata["parent_"] = mode.running


def _is_own(filename):
    return filename.startswith(PACKAGE)


class AnomalyBackward(Backward):
    """A backward pass that looks closely at every node it runs."""

    closely, blamed = True, False

    def _visit(self, node, retain_graph):
        outer, mode.running = mode.running, node
        last = node.register_hook(_check_nan(node)) if mode.check_nan else contextlib.nullcontext()
        try:
            with last:
                super()._visit(node, retain_graph)
        except Exception as error:
            self._blame(node, node.name(), error)
            raise
        finally:
            mode.running = outer

    def _finish(self, leaf):
        try:
            super()._finish(leaf)
        except Exception as error:
            self._blame(mode.running, "torch::autograd::AccumulateGrad", error)
            raise

    def _blame(self, node, name, error):
        if self.blamed:
            return
        self.blamed = True
        if isinstance(error, RuntimeError) and "Hint: enable anomaly detection" in str(error):
            start = str(error).partition("Hint: ")[0]
            error.args = (
                f"{start}Hint: the backtrace further above shows the operation that failed to compute its "
                "gradient. The variable in question was changed in there or anywhere later. Good luck!",
            )
        text = f"Error detected in {name}. " + _origin(node, "caused the error")
        while node is not None and (node := node.metadata.get("parent_")) is not None:
            text += f"\n\nPrevious calculation was induced by {node.name()}. "
            text += _origin(node, "induced the previous calculation")
        warnings.warn(text, stacklevel=2)


def _origin(node, did):
    if node is None or "traceback_" not in node.metadata:
        return (
            "No forward pass information available. Enable detect anomaly during forward pass for more "
            "information."
        )
    lines = "".join(node.metadata["traceback_"])
    return f"Traceback of forward call that {did}:\n{lines}"


def _check_nan(node):
    def hook(results, grads):
        for position, result in enumerate(results):
            if result is not None and result.isnan().any():
                raise RuntimeError(
                    f"Function '{node.name()}' returned nan values in its {position}th output."
                )

    return hook
