"""Which of several equal elements is picked by `topk` and `kthvalue`.

PyTorch leaves it open. In practice it is the one that an algorithm happens to bring to the place: for `topk`
nth_element, sort and partial_sort of the C++ standard library (here: the one of Linux), for `kthvalue` a
quickselect. The same steps lead to the same element here.

The functions take the ranks of the elements, equal for equal elements, and return places.
"""


def top_places(ranks, k, sort):
    """The places of the k lowest ranks, in order if `sort`."""
    items = [(rank, place) for place, rank in enumerate(ranks)]
    if k * 64 <= len(items):
        _partial_sort(items, k)
    elif k:
        _nth_element(items, k - 1)
        if sort:
            items[: k - 1] = _sorted(items[: k - 1])
    return [place for _, place in items[:k]]


def _by_rank(item):
    return item[0]


def _nth_element(items, n):
    """Bring the n-th lowest item to its place, by partitioning the part where it must be."""
    first, last = 0, len(items)
    while last - first > 3:
        cut = _partition(items, first, last)
        first, last = (cut, last) if cut <= n else (first, cut)
    items[first:last] = sorted(items[first:last], key=_by_rank)


def _sorted(items):
    """Quicksort down to parts of 16, then insertion (which keeps equals in order, as `sorted` does)."""
    parts = [(0, len(items))]
    while parts:
        first, last = parts.pop()
        if last - first > 16:
            cut = _partition(items, first, last)
            parts += [(first, cut), (cut, last)]
    return sorted(items, key=_by_rank)


def _partition(items, first, last):
    """Lower items to the front, higher ones to the back of a part; where the back begins."""
    middle = _median_of_three(items, first + 1, first + (last - first) // 2, last - 1)
    items[first], items[middle] = items[middle], items[first]
    pivot = items[first][0]
    low, high = first + 1, last
    while True:
        while items[low][0] < pivot:
            low += 1
        high -= 1
        while pivot < items[high][0]:
            high -= 1
        if low >= high:
            return low
        items[low], items[high] = items[high], items[low]
        low += 1


def _median_of_three(items, *places):
    a, b, c = places
    x, y, z = (items[place][0] for place in places)
    if x < y:
        return b if y < z else c if x < z else a
    return a if x < z else c if y < z else b


def _partial_sort(items, k):
    """The k lowest in order at the front, by way of a heap with the highest of them on top."""
    for top in reversed(range(k // 2)):
        _sink(items, top, k, items[top])
    for place in range(k, len(items)):
        if k and items[place][0] < items[0][0]:
            item, items[place] = items[place], items[0]
            _sink(items, 0, k, item)
    for last in reversed(range(1, k)):
        item, items[last] = items[last], items[0]
        _sink(items, 0, last, item)


def _sink(heap, top, size, item):
    """Put an item into the heap below `top`, whose own place is free: down to a leaf, then up to its place."""
    hole = top
    while (child := 2 * hole + 2) <= size:
        if child == size or heap[child][0] < heap[child - 1][0]:
            child -= 1
        heap[hole], hole = heap[child], child
    while hole > top and heap[(hole - 1) // 2][0] < item[0]:
        heap[hole], hole = heap[(hole - 1) // 2], (hole - 1) // 2
    heap[hole] = item


def quickselect(ranks, n):
    """The place of the n-th lowest rank, by PyTorch's own quickselect."""
    items = [(rank, place) for place, rank in enumerate(ranks)]

    def swap(i, j):
        items[i], items[j] = items[j], items[i]

    def order(i, j):
        if items[i][0] > items[j][0]:
            swap(i, j)

    low, high = 0, len(items) - 1
    while high > low + 1:
        swap(low + (high - low) // 2, low + 1)
        order(low + 1, high)
        order(low, high)
        order(low + 1, low)
        pivot, i, j = items[low][0], low + 1, high
        while True:
            i += 1
            while pivot > items[i][0]:
                i += 1
            j -= 1
            while items[j][0] > pivot:
                j -= 1
            if j < i:
                break
            swap(i, j)
        swap(low, j)
        low, high = (i if j <= n else low), (j - 1 if j >= n else high)
    if high == low + 1:
        order(low, high)
    return items[n][1]
