"""Word Mover's Distance: how far the words of one text must travel to become the other's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["word_movers_distance"]


def word_movers_distance(
    first: Sequence[str], second: Sequence[str], vector_of: Callable[[str], NDArray[Any]]
) -> float:
    """Optimal transport between the words of two texts, by Euclidean distance of their vectors.

    An empty text is infinitely far from every other; so are, as gensim has it, two texts of several words whose
    distances are all zero. Two texts of the same single word are at distance 0.
    """
    try:
        import ot
    except ImportError as error:
        raise ImportError("wmdistance needs POT: pip install 'wordkin[wmd]'") from error

    if not first or not second:
        return float("inf")
    counts = [Counter(first), Counter(second)]
    if len(counts[0] | counts[1]) == 1:
        return 0.0
    rows = [np.array([vector_of(word) for word in count], dtype=np.float64) for count in counts]
    squares = [np.einsum("ij,ij->i", row, row) for row in rows]
    squared = squares[0][:, np.newaxis] + squares[1] - 2.0 * rows[0] @ rows[1].T
    distances = np.sqrt(np.maximum(squared, 0.0))
    place = {word: column for column, word in enumerate(counts[1])}
    for row, word in enumerate(counts[0]):
        if word in place:
            distances[row, place[word]] = 0.0  # where the formula leaves a rounding error
    if distances.sum() < 1e-8:
        return float("inf")
    masses = [np.array(list(count.values()), dtype=np.float64) / count.total() for count in counts]
    return float(ot.emd2(masses[0], masses[1], distances))
