"""Noticing what happens in the graph: nodes being made, and passes running.

Recording must be fast, so it asks nobody's leave. While somebody watches, and only then, whatever is
set on any node is reported here; afterwards `Node` is as it was.
"""

from _thread import _local

from ..graph import Node


class _Passes(_local):
    """The backward passes that are running, one inside the other: (edges to start from, inputs) of each."""

    def __init__(self):
        self.running = []


passes = _Passes()

_watchers = {}  # attribute of a node: [function to call with the node, how many asked for it]


def watch(attribute, function):
    """Call function(node) whenever this attribute of a node has been set."""
    _watchers.setdefault(attribute, [function, 0])[1] += 1
    Node.__setattr__ = _set_and_report


def unwatch(attribute):
    """Undo one call of `watch`."""
    _watchers[attribute][1] -= 1
    if not _watchers[attribute][1]:
        del _watchers[attribute]
    if not _watchers:
        del Node.__setattr__


def _set_and_report(node, name, value):
    object.__setattr__(node, name, value)
    if name in _watchers:
        _watchers[name][0](node)
