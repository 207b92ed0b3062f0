"""`einsum`: products and sums, written as an equation of named dimensions.

The equation is parsed, then every operand gets one dimension for each label, in the same order;
then pairs are multiplied from left to right, each as one product of matrices in batches.
"""

import numpy as np

from ..arguments import wrong_type
from ..declare import composite
from ..tensor import Tensor
from .matmul import bmm

ELLIPSIS = "."  # stands for "..." in a term of an equation


@composite(method=False)
def einsum(*args):
    """Products summed over dimensions that an equation names: "ij,jk->ik" is the matrix product.

    Each letter is a dimension; those missing behind the arrow are summed. "..." stands for all that
    are not named. Without an arrow, letters that occur once are kept, in alphabetical order.

    >>> torch.einsum("ij->j", torch.tensor([[1, 2], [3, 4]]))
    tensor([4, 6])
    """
    if len(args) < 2:
        raise ValueError(
            "einsum(): must specify the equation string and at least one operand, or at least one "
            "operand and its subscripts list"
        )
    equation, *operands = _as_equation(args) if isinstance(args[0], Tensor) else args
    if not isinstance(equation, str):
        raise wrong_type("einsum", "equation", 1, "str", equation)
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        return einsum(equation, *operands[0])
    for i, operand in enumerate(operands):
        if not isinstance(operand, Tensor):
            kind = type(operand).__name__
            raise TypeError(f"expected Tensor as element {i} in argument 1, but got {kind}")
    terms, output = _parse(equation, len(operands))
    hidden = _hidden_dims(terms, operands)
    kept, labels = _order(terms, output, hidden)
    aligned, uses = _align(terms, operands, labels, hidden)
    return _contract(aligned, uses, len(kept))


def _as_equation(args):
    """An equation for operands that are followed by lists of numbers instead."""
    operands = args[: len(args) // 2 * 2 : 2]
    equation = ",".join("".join(map(_letter, numbers)) for numbers in args[1::2])
    if len(args) % 2:
        equation += "->" + "".join(map(_letter, args[-1]))
    return equation, *operands


def _letter(number):
    if number is Ellipsis:
        return "..."
    if number >= 0 and number < 26:
        return chr(ord("A") + number)
    if 26 <= number < 52:
        return chr(ord("a") + number - 26)
    raise ValueError("einsum(): subscript in subscript list is not within the valid range [0, 52)")


def _parse(equation, count):
    """The terms before the arrow, and the one behind it or None, as lists of labels."""
    left, arrow, right = equation.partition("->")
    terms, start = [], 0
    for i, text in enumerate(left.split(",")):
        if i == count:
            raise RuntimeError(
                "einsum(): fewer operands were provided than specified in the equation"
            )
        already = f"for operand {i} for which an ellipsis was already found"
        stray = f"for operand {i} that is not part of any ellipsis"
        terms.append(_term(text, start, already, stray))
        start += len(text) + 1
    if len(terms) < count:
        raise RuntimeError("einsum(): more operands were provided than specified in the equation")
    if not arrow:
        return terms, None
    already = "for output but an ellipsis (...) was already found"
    start += 1  # the arrow is one longer than the comma
    output = _term(right, start, already, "for output that is not part of any ellipsis (...)")
    _check_output(terms, output)
    return terms, output


def _term(text, start, already, stray):
    labels, i = [], 0
    while i < len(text):
        letter = text[i]
        if letter == ".":
            if ELLIPSIS in labels:
                raise RuntimeError(f"einsum(): found '.' {already}")
            if text[i : i + 3] != "...":
                raise RuntimeError(f"einsum(): found '.' {stray}")
            i += 2
        elif letter != " " and not (letter.isascii() and letter.isalpha()):
            raise RuntimeError(
                f"einsum(): invalid subscript given at index {start + i} in the equation string, "
                "subscripts must be in [a-zA-Z]"
            )
        labels += letter.strip()
        i += 1
    return labels


def _check_output(terms, output):
    for place, label in enumerate(output):
        if label in output[:place]:
            problem = "appears more than once in the output"
        elif label != ELLIPSIS and not any(label in term for term in terms):
            problem = "does not appear in the equation for any input operand"
        else:
            continue
        raise RuntimeError(f"einsum(): output subscript {label} {problem}")


def _hidden_dims(terms, operands):
    """How many dimensions an ellipsis stands for, at most."""
    most = 0
    for i, (term, operand) in enumerate(zip(terms, operands)):
        named = sum(label != ELLIPSIS for label in term)
        hidden = operand.ndim - named
        start = f"einsum(): the number of subscripts in the equation ({named})"
        if ELLIPSIS not in term and hidden:
            raise RuntimeError(
                f"{start} does not match the number of dimensions ({operand.ndim}) for operand {i} "
                "and no ellipsis was given"
            )
        if hidden < 0:
            raise RuntimeError(
                f"{start} is more than the number of dimensions ({operand.ndim}) for operand {i}"
            )
        most = max(most, hidden)
    return most


def _order(terms, output, hidden):
    """The labels of the result, and all labels, these first. Hidden dimensions are numbers."""
    letters = sorted({label for term in terms for label in term} - {ELLIPSIS})
    if output is None:
        all_labels = [label for term in terms for label in term]
        output = [ELLIPSIS] + [label for label in letters if all_labels.count(label) == 1]
    rest = [label for label in [ELLIPSIS, *letters] if label not in output]
    kept, summed = (
        [d for label in part for d in (range(hidden) if label == ELLIPSIS else [label])]
        for part in (output, rest)
    )
    return kept, kept + summed


def _align(terms, operands, labels, hidden):
    """Every operand with one dimension for each label, and how many operands really have it."""
    sizes, uses, aligned = {}, dict.fromkeys(labels, 0), []
    for i, (term, operand) in enumerate(zip(terms, operands)):
        own = operand.ndim - sum(label != ELLIPSIS for label in term)
        names = [
            d
            for label in term
            for d in (range(hidden - own, hidden) if label == ELLIPSIS else [label])
        ]
        places = {}
        dim = 0
        for label in names:
            size = operand._array.shape[dim]
            if label in places:
                operand = _diagonal(operand, places[label], dim, label, i)
                continue
            if size != 1:
                _check_size(sizes.setdefault(label, size), size, label, i, dim)
                uses[label] += 1
            places[label] = dim
            dim += 1
        for label in labels:
            if label not in places:
                operand = operand.unsqueeze(dim)
                places[label] = dim
                dim += 1
        aligned.append(operand.permute([places[label] for label in labels]))
    return aligned, list(uses.values())


def _diagonal(operand, place, dim, label, i):
    n, m = operand._array.shape[dim], operand._array.shape[place]
    if n != m:
        raise RuntimeError(
            f"einsum(): subscript {label} is repeated for operand {i} but the sizes don't match, "
            f"{n} != {m}"
        )
    return operand.diagonal(0, place, dim).movedim(-1, place)


def _check_size(seen, size, label, i, dim):
    if seen == size:
        return
    if isinstance(label, int):
        raise RuntimeError(
            f"einsum(): dimension {dim} covered by ellipsis in operand {i}has size {size} which "
            f"does not broadcast with previously seen ellipsis with size {seen} for the respective "
            "dimension"
        )
    raise RuntimeError(
        f"einsum(): subscript {label} has size {size} for operand {i} which does not broadcast "
        f"with previously seen size {seen}"
    )


def _contract(operands, uses, kept):
    """Multiply aligned operands, and sum each dimension behind `kept` when it is used last."""
    result, *others = operands
    summed = range(kept, len(uses))
    if not others:
        return result.sum(tuple(summed)) if summed else result
    for other in others:
        together, alone = [], ([], [])
        for dim in summed:
            has = [t._array.shape[dim] != 1 for t in (result, other)]
            if all(has):
                uses[dim] -= 1
                if uses[dim] == 1:
                    together.append(dim)
                    uses[dim] = 0
            elif any(has) and uses[dim] == 1:
                alone[has.index(True)].append(dim)
                uses[dim] = 0
        result, other = (
            t.sum(tuple(dims), keepdim=True) if dims else t
            for t, dims in zip((result, other), alone)
        )
        result = _multiply_pair(result, other, together)
    return result.view(result._array.shape[:kept]) if summed else result


def _multiply_pair(left, right, summed):
    """left * right, summed over some dimensions that both have; these stay, with size 1."""
    if not summed:
        return left * right
    shape, other = left._array.shape, right._array.shape
    rest = [d for d in range(len(shape)) if d not in summed]
    both = [d for d in rest if shape[d] != 1 and other[d] != 1]
    only_left = [d for d in rest if shape[d] != 1 and d not in both]
    only_right = [d for d in rest if shape[d] == 1]
    if only_left and only_right and only_right[-1] < only_left[0]:  # bmm gives the right order then
        left, right, shape, other = right, left, other, shape
        only_left, only_right = only_right, only_left
    n, k, m = (int(np.prod([shape[d] for d in dims])) for dims in (both, summed, only_left))
    p = int(np.prod([other[d] for d in only_right]))
    left = left.permute(both + only_left + summed + only_right).reshape(n, m, k)
    right = right.permute(both + summed + only_right + only_left).reshape(n, k, p)
    order = both + only_left + summed + only_right
    sizes = [1 if d in summed else other[d] if d in only_right else shape[d] for d in order]
    return bmm(left, right).view(sizes).permute([order.index(d) for d in range(len(order))])
