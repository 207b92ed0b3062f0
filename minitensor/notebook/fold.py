"""Find repeated structure in a graph: the same few ops, each time on the result of the time before.

Of every such run only the last repetition is kept, as a `Plate`; a loop of a thousand steps becomes
the body of the loop. In a large body the same is done again: a stack of layers becomes one layer,
and the heads in it one head.
"""

import dataclasses

import numpy as np

SMALL = 30  # a graph of no more nodes than this is read as it is
FEWEST_TIMES = 3
LONGEST_BODY = 350


@dataclasses.dataclass(eq=False)
class Plate:
    """Nodes that stand for as many repetitions of themselves as there are `times`.

    They are `chained` if each works on the result of the one before. `outer` is the plate around.
    """

    nodes: list
    times: int
    chained: bool = True
    outer: object = None


@dataclasses.dataclass
class Folded:
    """A graph in which `plates` stand for more.

    `stands_for` maps the id of a node that is left out to the node that stands for it; `entries`
    the id and argument number of a plate's node to what the first repetition had there.
    """

    plates: list = dataclasses.field(default_factory=list)
    stands_for: dict = dataclasses.field(default_factory=dict)
    entries: dict = dataclasses.field(default_factory=dict)

    def node(self, node):
        while id(node) in self.stands_for:
            node = self.stands_for[id(node)]
        return node

    def is_entry(self, node, position):
        return (id(node), position) in self.entries

    def comes_back(self, node):
        """What `node` works on in all repetitions but the first: nodes of the one before."""
        for position, (above, _) in enumerate(node.next_functions):
            entry, _ = self.entries.get((id(node), position), (above, 0))
            if entry is not above:
                yield self.node(above)

    def inputs(self, node):
        """(argument, node, output number) of what `node` works on; of many repetitions, once."""
        found, seen = [], {}
        for position, pair in enumerate(node.next_functions):
            above, number = self.entries.get((id(node), position), pair)
            kept = self.node(above)
            key, one_of_many = (id(kept), number), kept is not above
            if key not in seen or not (one_of_many or seen[key]):
                found.append((position, kept, number))
            seen[key] = one_of_many or seen.get(key, False)
        return found


def fold(nodes, is_leaf):
    """`nodes` (all held by the caller) with repeated structure folded, the last repetition kept."""
    folded = Folded()
    if len(nodes) > SMALL:
        order = _Order(nodes, is_leaf)
        pieces = [(0, len(order.ops), None)]
        while pieces:
            low, high, outer = pieces.pop()
            run = order.longest_run(low, high)
            if run:
                start, body, times = run
                plate = order.fold_away(run, folded, outer)
                end = start + body * times
                pieces += [(low, start, outer), (end, high, outer)]
                pieces += [(end - body, end, plate)] * (body > SMALL)
    return folded


def inputs_first(ends, inputs):
    """All above `ends` (nodes or boxes), each after its `inputs(one)`, in the order of the arguments."""
    ordered, opened = {}, set()
    stack = list(reversed(ends))
    while stack:  # a long graph is too deep for recursion
        one = stack[-1]
        if id(one) not in opened:
            opened.add(id(one))
            stack += [above for above in reversed(inputs(one)) if id(above) not in opened]
        else:
            ordered[id(one)] = stack.pop()
    return list(ordered.values())


class _Order:
    """The ops of a graph in a row, inputs first, so that repeated structure repeats in the row."""

    def __init__(self, nodes, is_leaf):
        known = {id(node) for node in nodes}
        ordered = inputs_first(
            nodes, lambda node: [a for a, _ in node.next_functions if id(a) in known]
        )
        self.ops = [node for node in ordered if not is_leaf(node)]
        self.place = {id(node): place for place, node in enumerate(self.ops)}
        self.uses = {}
        for place, op in enumerate(self.ops):
            for above, _ in op.next_functions:
                if above is not None and id(above) not in self.place:
                    self.uses.setdefault(id(above), []).append(place)
        self.names = np.array([op.name() for op in self.ops], object)
        self.rows = {}  # by length of a body: where each op is like the one a body further on

    def longest_run(self, low, high):
        """(start, length of the body, times) of the run that saves most, or None."""
        best, saved = None, 2
        for body in range(1, min(LONGEST_BODY, (high - low) // FEWEST_TIMES) + 1):
            for first, last in self._stretches(low, high, body):
                if last - first <= saved:
                    continue  # even one more repetition before it would save no more
                start = self._with_entry(first, low, body)
                times, over = divmod(last - start, body)
                start += over  # rather at the beginning than at the end: results have names
                if times >= FEWEST_TIMES and body * (times - 1) > saved:
                    best, saved = (start, body, times), body * (times - 1)
        return best

    def _stretches(self, low, high, body):
        """Where each op is like the one a body further on: (first place, place behind)."""
        row = self._row(body)[low : high - body]
        edges = np.flatnonzero(np.diff(row, prepend=False, append=False)) + low
        for first, last in zip(edges[::2].tolist(), edges[1::2].tolist()):
            if last - first >= body * (FEWEST_TIMES - 2):
                yield first, last + body

    def _row(self, body):
        if body not in self.rows:
            row = self.names[:-body] == self.names[body:]
            for place in np.flatnonzero(row).tolist():
                row[place] = self._alike(place, body)
            self.rows[body] = row
        return self.rows[body]

    def _with_entry(self, first, low, body):
        """The start of a run that repeats from `first` on: its first time may work on anything."""
        start = first
        for place in range(first - 1, max(low, first - body) - 1, -1):
            if not self._alike(place, body, entering=max(low, first - body)):
                break
            start = place
        return start

    def _alike(self, place, body, entering=None):
        """Whether the op at `place` does what the one a `body` further on does.

        With `entering`, the place where a first repetition starts, what the second takes from the
        first may be anything in the first.
        """
        if self.names[place] != self.names[place + body]:
            return False
        mine, other = self.ops[place].next_functions, self.ops[place + body].next_functions
        if len(mine) != len(other):
            return False
        return all(
            self._same_input(a, b, place, body, entering) for a, b in zip(mine, other, strict=True)
        )

    def _same_input(self, mine, other, place, body, entering):
        (above, number), (later, later_number) = mine, other
        at = self.place.get(id(later))
        if entering is not None and at is not None and at < entering + body:
            return True
        if above is later or number != later_number:
            return number == later_number
        if above is None or later is None:
            return False
        if at is not None:
            return self.place.get(id(above)) == at - body
        moved = [use + body for use in self.uses.get(id(above), ())]
        return moved == self.uses.get(id(later)) and _shape(above) == _shape(later)

    def fold_away(self, run, folded, outer):
        """Keep the last repetition, and let it stand for the others."""
        start, body, times = run
        last = start + body * (times - 1)
        plate = Plate(self.ops[last : last + body], times, False, outer)
        for place in range(start, last):
            node, kept = self.ops[place], self.ops[last + (place - start) % body]
            folded.stands_for[id(node)] = kept
            for (above, _), (own, _) in zip(node.next_functions, kept.next_functions, strict=True):
                if above is not own and id(above) in self.uses and id(own) in self.uses:
                    folded.stands_for[id(above)] = own
                    plate.nodes += [own] * (own not in plate.nodes)
        for place in range(start, start + body):
            first, kept = self.ops[place], self.ops[last + place - start]
            for position, (above, _) in enumerate(kept.next_functions):
                if self.place.get(id(above), last) < last:
                    plate.chained |= self.place[id(above)] >= start
                    entry = first.next_functions[position]
                    entry = folded.entries.get((id(first), position), entry)
                    folded.entries[id(kept), position] = entry
        folded.plates.append(plate)
        return plate


def _shape(leaf):
    """The sizes of the leaf that a node adds into."""
    variable = getattr(leaf, "variable", None)
    return None if variable is None else tuple(variable.shape)
