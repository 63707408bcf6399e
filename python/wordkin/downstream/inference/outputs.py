"""Outputs of a network for texts, in batches of similar length."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..data.batching import Indices, sorted_batches
from ..data.prepared import NetworkBatch, PreparedTexts, prepare_texts
from ..data.texts import IndexedTexts
from ..network import PREDICTION_BATCH, TOKENS_PER_THREAD, Network, open_network
from ..options import NetworkCompute
from ..state import NetworkState

__all__ = ["RequestKind", "compute_outputs", "split_rows", "write_outputs"]

RequestKind = Literal["scores", "probabilities", "paths", "attention"]

_MAX_CACHE_BYTES = 1 << 28
_WORDS_PER_CALL = 1024
_MIN_COUNT = 2  # of words that stay in the cache


def compute_outputs(
    state: NetworkState, sentences: list[list[str]], kind: RequestKind, compute: NetworkCompute, *, per_token: bool
) -> NDArray[Any]:
    """Compute the outputs of a network for texts.

    Nothing that is shared is changed: several threads can call this with the same state.

    Parameters
    ----------
    state : NetworkState
        The network.
    sentences : list of list of str
        The tokens of each text.
    kind : {"scores", "probabilities", "paths", "attention"}
        What to compute.
    compute : NetworkCompute
        Number of threads and instruction set.
    per_token : bool
        Whether there is an output for each token rather than for each text.

    Returns
    -------
    ndarray
        One row per text or, with the texts concatenated, per token; float32, for "paths" int32.

    Raises
    ------
    ValueError
        If a word vector or an output is not finite.
    """
    texts = IndexedTexts.from_sentences(sentences)
    prepared = prepare_texts(state.features, texts, max_bytes=0, compute=compute)
    prepared.require_finite()
    useful = 1 + len(texts.types) // TOKENS_PER_THREAD
    compute = replace(compute, threads=min(compute.threads, useful))
    with open_network(state, prepared, compute) as network:
        return write_outputs(network, prepared, np.arange(len(sentences)), kind, per_token=per_token)


def write_outputs(
    network: Network,
    prepared: PreparedTexts,
    indices: Indices,
    kind: RequestKind,
    *,
    per_token: bool,
    batch_size: int = PREDICTION_BATCH,
) -> NDArray[Any]:
    """Compute the outputs of an opened network for some of its texts.

    Parameters
    ----------
    network : Network
        The network.
    prepared : PreparedTexts
        The texts that it was opened for.
    indices : ndarray, shape (n_selected,)
        Indices of the texts.
    kind : {"scores", "probabilities", "paths", "attention"}
        What to compute.
    per_token : bool
        Whether there is an output for each token rather than for each text.
    batch_size : int, default 64
        Number of texts per batch; it does not affect the outputs.

    Returns
    -------
    ndarray
        One row per text or, with the texts concatenated, per token, in the order of `indices`.

    Raises
    ------
    ValueError
        If an output is not finite.
    """
    request = getattr(network, kind)
    if len(indices) <= batch_size and len(prepared.texts.types) <= TOKENS_PER_THREAD:
        return _finite(request(prepared.batch(indices)))
    lengths = prepared.texts.lengths
    rows = lengths[indices].astype(np.int64) if per_token else np.ones(len(indices), np.int64)
    begins = np.zeros(len(indices) + 1, np.int64)
    np.cumsum(rows, out=begins[1:])
    first_row = np.empty(len(lengths), np.int64)  # of each text in the result
    first_row[indices] = begins[:-1]
    batches = list(sorted_batches(indices, lengths, batch_size))
    cache = WordCache.fill(network, prepared, batches)
    result: NDArray[Any] | None = None
    for batch in batches:
        found = request(prepared.batch(batch) if cache is None else cache.batch(batch))
        if result is None:
            result = np.empty((int(begins[-1]), *found.shape[1:]), dtype=found.dtype)
        counts = lengths[batch].astype(np.int64) if per_token else np.ones(len(batch), np.int64)
        ends = np.cumsum(counts)
        result[np.repeat(first_row[batch] - (ends - counts), counts) + np.arange(int(ends[-1]))] = found
    return np.empty((0, 0), np.float32) if result is None else _finite(result)


def _finite(outputs: NDArray[Any]) -> NDArray[Any]:
    if not np.isfinite(outputs).all():
        raise ValueError("the outputs of the network must be finite, got NaN or infinite values: see its parameters")
    return outputs


class WordCache:
    """The words of texts that a network has cached.

    Words that recur stay in the cache. Those that occur once are cached for the batch that contains them, so that the
    cache needs less memory, whose first use takes longer than the products that are cached.

    Parameters
    ----------
    network : Network
        The network, which has cached the words that recur.
    prepared : PreparedTexts
        The texts.
    cached : ndarray, shape (n_words,)
        Index of each word in the cache, -1 for those that are not cached, int32; it is changed.
    kept : int
        Number of words that stay in the cache.
    total : int
        Size of the cache in words.
    """

    def __init__(
        self, network: Network, prepared: PreparedTexts, cached: NDArray[np.int32], kept: int, total: int
    ) -> None:
        self._network = network
        self._prepared = prepared
        self._cached = cached
        self._kept = kept
        self._total = total

    @classmethod
    def fill(cls, network: Network, prepared: PreparedTexts, batches: list[Indices]) -> WordCache | None:
        """Have a network cache the words of texts that recur, if that saves time.

        Parameters
        ----------
        network : Network
            The network.
        prepared : PreparedTexts
            The texts.
        batches : list of ndarray
            Indices of the texts of each batch.

        Returns
        -------
        WordCache or None
            The cached words; None if too few words recur or they need too much memory.
        """
        if not network.word_bytes or not batches:
            return None
        types = prepared.texts.types_of(np.concatenate(batches))
        counts = np.bincount(types, minlength=len(prepared.texts.words))
        kept = np.flatnonzero(counts >= _MIN_COUNT).astype(np.int32)
        others = np.cumsum(np.append(0, counts[types] < _MIN_COUNT))
        ends = np.cumsum([int(prepared.texts.lengths[batch].sum()) for batch in batches])
        total = len(kept) + int(np.diff(others[ends], prepend=0).max())
        if len(types) < 2 * (len(kept) + int(others[-1])) or total * network.word_bytes > _MAX_CACHE_BYTES:
            return None
        cached = np.full(len(counts), -1, np.int32)
        cache = cls(network, prepared, cached, len(kept), total)
        cache._add(kept, 0)
        return cache

    def _add(self, words: NDArray[np.int32], first: int) -> None:
        for begin in range(0, len(words), _WORDS_PER_CALL):
            batch = self._prepared.words_batch(words[begin : begin + _WORDS_PER_CALL])
            self._network.cache_words(batch, first=first + begin, total=self._total)
        self._cached[words] = np.arange(first, first + len(words), dtype=np.int32)

    def batch(self, indices: Indices) -> NetworkBatch:
        """Return a batch of texts whose words the network has cached.

        Parameters
        ----------
        indices : ndarray, shape (n_selected,)
            Indices of the texts.

        Returns
        -------
        NetworkBatch
            The batch, valid until the next one is made.
        """
        words = self._prepared.texts.types_of(indices)
        others = words[self._cached[words] < 0]  # distinct, as each occurs once in all texts
        if len(others):
            self._add(others, self._kept)
        batch = self._prepared.cached_batch(indices, self._cached)
        self._cached[others] = -1
        return batch


def split_rows(rows: NDArray[Any], sentences: list[list[str]]) -> list[NDArray[Any]]:
    """Split rows of all tokens into those of each text.

    Parameters
    ----------
    rows : ndarray
        Rows of the tokens of all texts, concatenated.
    sentences : list of list of str
        The tokens of each text.

    Returns
    -------
    list of ndarray
        The rows of each text.
    """
    return np.split(rows, np.cumsum([len(tokens) for tokens in sentences])[:-1])
