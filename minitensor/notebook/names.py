"""What the caller calls its tensors: variable names found by identity, in order of definition."""

import re

HISTORY = re.compile(r"_+|_\d+|_i+|_i\d+|_[iod]h|In|Out")  # names that IPython keeps for itself
LONGEST_CONTAINER = 1000


class Names:
    """Names of tensors, and of what the nodes of the graph computed, as a frame sees them.

    Local variables come before global ones, plain variables before `params[0]`, `layers["in"]` and
    the parameters of a module (`model.weight`). `extra` maps further names to tensors, and wins.

    >>> import sys
    >>> Names(sys._getframe()).of(object())
    []
    """

    def __init__(self, frame=None, extra=None):
        self.keep_alive = []  # an id is only as good as the object is alive
        self.by_tensor = {}
        self.by_node = {}
        for group in [list((extra or {}).items()), *_groups(frame)]:
            self._add([(name, value) for name, value in group if is_tensor(value)])

    def _add(self, group):
        fresh = {}
        for name, tensor in group:
            if id(tensor) not in self.by_tensor:
                fresh.setdefault(id(tensor), (tensor, []))[1].append(name)
        for key, (tensor, names) in fresh.items():
            self.by_tensor[key] = names
            node = tensor.grad_fn
            self.keep_alive += [tensor, node]
            if node is not None:
                self.by_node.setdefault(id(node), {}).setdefault(output_number(tensor), tensor)

    def of(self, tensor):
        """The names of `tensor`, in order of definition; those of its twin if another object stands
        for the same output of the same node.
        """
        names = self.by_tensor.get(id(tensor))
        if names is None and is_tensor(tensor) and tensor.grad_fn is not None:
            twin = self.computed_by(tensor.grad_fn).get(output_number(tensor))
            names = self.by_tensor.get(id(twin))
        return names or []

    def computed_by(self, node):
        """The named tensors that `node` computed, by output number."""
        return self.by_node.get(id(node), {})


def is_tensor(value):
    """Whether `value` is a tensor with PyTorch's API; asks its class only, so runs no user code."""
    kind = type(value)
    return hasattr(kind, "grad_fn") and hasattr(kind, "requires_grad")


def output_number(tensor):
    """Which output of its grad_fn `tensor` is."""
    return getattr(tensor, "output_nr", 0)


def _groups(frame):
    """Lists of (name, value), those to prefer first."""
    if frame is None:
        return []
    scopes = [dict(frame.f_globals)]
    if frame.f_locals is not frame.f_globals:
        local = dict(frame.f_locals)
        hidden = {name: value for name, value in scopes[0].items() if name not in local}
        scopes = [local, hidden]
    scopes = [user_variables(scope) for scope in scopes]
    return [*scopes, *(contents(scope) for scope in scopes)]


def user_variables(scope):
    """The (name, value) pairs of a scope that its author made: not IPython's own `_`, `In`, `_3`.

    >>> user_variables({"x": 1, "_": 2, "_3": 3, "In": []})
    [('x', 1)]
    """
    return [
        (name, value)
        for name, value in scope.items()
        if name.isidentifier() and not HISTORY.fullmatch(name)
    ]


def contents(variables):
    """What is one step below a variable, by name: in a list, tuple, dict, the parameters of a module.

    >>> contents([("pair", (1, 2))])
    [('pair[0]', 1), ('pair[1]', 2)]
    """
    found = []
    for name, value in variables:
        if type(value) in (list, tuple) and len(value) <= LONGEST_CONTAINER:
            found += [(f"{name}[{index}]", item) for index, item in enumerate(value)]
        elif type(value) is dict and len(value) <= LONGEST_CONTAINER:
            found += [(f"{name}[{key!r}]", item) for key, item in value.items()
                      if type(key) in (str, int)]  # fmt: skip
        elif hasattr(type(value), "named_parameters") and not isinstance(value, type):
            found += [(f"{name}.{path}", item) for path, item in value.named_parameters()]
    return found
