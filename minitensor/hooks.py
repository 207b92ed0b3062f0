"""Hooks: functions that are called when a gradient passes by."""

import itertools


class RemovableHandle:
    """Returned when a hook is registered; `remove()` takes the hook away again."""

    __module__ = "torch.utils.hooks"
    _ids = itertools.count()

    def __init__(self, hooks, hook):
        self.id = next(self._ids)
        self._hooks = hooks
        hooks[self.id] = hook

    def remove(self):
        """Take the hook away. Removing twice does nothing."""
        self._hooks.pop(self.id, None)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.remove()
