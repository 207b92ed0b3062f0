"""Tracebacks that show the student's own lines and leave the library's out.

PyTorch's ops are compiled, so its errors point at the notebook cell and nowhere else. This IPython
extension gives the kit's errors, which come from Python, the same short form. The whole traceback
is one ``%tb`` away.
"""

from types import TracebackType

LIBRARIES = {"IPython", "minitensor", "numpy", "torch"}


def own_frames(traceback: TracebackType | None) -> TracebackType | None:
    """Return a copy of the traceback without the frames of libraries."""
    if traceback is None:
        return None
    rest = own_frames(traceback.tb_next)
    frame = traceback.tb_frame
    if frame.f_globals.get("__name__", "").partition(".")[0] in LIBRARIES:
        return rest
    return TracebackType(rest, frame, traceback.tb_lasti, traceback.tb_lineno)


def show(shell, kind, error, traceback, tb_offset=None):
    """Show an error as IPython does, with the student's own frames only."""
    shell.showtraceback((kind, error, own_frames(traceback)), tb_offset=tb_offset)


def load_ipython_extension(shell):
    """Show every error of this IPython session in the short form."""
    shell.set_custom_exc((Exception,), show)
