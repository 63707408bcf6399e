"""Word Mover's Distance: the cost of moving the words of one text to those of another."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence

import numpy as np

from ...runtime.optional_modules import import_optional
from ..keys import as_keys
from ..lookup import KeyLookup

logger = logging.getLogger(__name__)


def word_movers_distance(vectors: KeyLookup, first: Sequence[str], second: Sequence[str], norm: bool) -> float:
    """Return the optimal transport cost between the words of two texts; see `KeyedVectors.wmdistance`.

    Costs are Euclidean distances of word vectors. The distance is infinite if a text has no known word, if a vector
    is not finite and, as in gensim, if all distances between two texts of several words are zero. It is 0 for texts of
    the same single word.
    """
    documents = as_keys(first, "document1"), as_keys(second, "document2")
    known = [[token for token in document if token in vectors] for document in documents]
    if unknown := len(documents[0]) + len(documents[1]) - len(known[0]) - len(known[1]):
        logger.info("ignoring %d words of the two documents that have no vectors", unknown)
    ot = import_optional("ot", "wmdistance needs", extra="wmd", package="POT")
    if not known[0] or not known[1]:
        return float("inf")
    counts = [Counter(known[0]), Counter(known[1])]
    if len(counts[0] | counts[1]) == 1:
        return 0.0
    rows = [np.array([vectors.get_vector(word, norm=norm) for word in count], dtype=np.float64) for count in counts]
    squares = [np.einsum("ij,ij->i", row, row) for row in rows]
    squared = squares[0][:, np.newaxis] + squares[1] - 2.0 * rows[0] @ rows[1].T
    distances = np.sqrt(np.maximum(squared, 0.0))
    column_of = {word: column for column, word in enumerate(counts[1])}
    for row, word in enumerate(counts[0]):
        if word in column_of:
            distances[row, column_of[word]] = 0.0  # the expanded square leaves a rounding error for equal vectors
    if not np.isfinite(distances).all() or distances.sum() < 1e-8:
        return float("inf")
    masses = [np.array(list(count.values()), dtype=np.float64) / count.total() for count in counts]
    return float(ot.emd2(masses[0], masses[1], distances))
