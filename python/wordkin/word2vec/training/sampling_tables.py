"""gensim's tables of noise words and Huffman codes, computed from the counts when they are read.

Training does not use them: the C++ session builds its own from the same counts.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ...vectors.table import VectorTable
from ..state import Word2VecState, word_counts

__all__ = ["cumulative_noise_table", "hashed_vector", "set_huffman_codes"]


def set_huffman_codes(state: Word2VecState) -> None:
    """Store the Huffman code and the path of each word as the attributes ``code`` and ``point`` of ``wv``.

    Parameters
    ----------
    state : Word2VecState
        The model.
    """
    state.wv.store.change(_with_huffman_codes)


def _with_huffman_codes(table: VectorTable) -> VectorTable:
    paths = _core.word2vec.huffman_paths(word_counts(table))
    columns = {}
    for part, name in enumerate(("point", "code")):
        columns[name] = np.empty(len(paths), dtype=object)
        for row, path in enumerate(paths):
            columns[name][row] = path[part]
    return table.successor(expandos={**table.expandos, **columns})


def cumulative_noise_table(state: Word2VecState) -> NDArray[np.uint32]:
    """Return the cumulative noise distribution, scaled so that the last entry is `cum_table_end`.

    Parameters
    ----------
    state : Word2VecState
        The model.

    Returns
    -------
    ndarray of uint32, shape (words,)
        One entry per word.

    Raises
    ------
    AttributeError
        If the model has no negative sampling.
    """
    if not state.options.negative:
        raise AttributeError("no cum_table: the model has no negative sampling")
    cumulative = np.cumsum(word_counts(state.wv.table).astype(np.float64) ** state.options.ns_exponent)
    return np.rint(cumulative / cumulative[-1:] * state.cum_table_end).astype(np.uint32)


def hashed_vector(text: str, size: int, hash_function: Callable[[str], int]) -> NDArray[np.float32]:
    """Return a random vector of U(-1/2, 1/2) / size that depends only on the hash of a text, as gensim computes it.

    Parameters
    ----------
    text : str
        The text to hash.
    size : int
        Dimensionality of the vector.
    hash_function : callable
        Its low 32 bits are the random seed.

    Returns
    -------
    ndarray of float32, shape (size,)
        The vector.
    """
    generator = np.random.default_rng(hash_function(text) & 0xFFFFFFFF)
    return np.asarray((generator.random(size).astype(np.float32) - 0.5) / size, dtype=np.float32)
