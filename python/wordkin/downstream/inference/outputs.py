"""Outputs of a network for texts, in batches of similar length."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ...runtime.compute import Compute
from ..data.batching import Indices, sorted_batches
from ..data.prepared import PreparedTexts, prepare_texts
from ..data.texts import IndexedTexts
from ..network import PREDICTION_BATCH, Network, open_network
from ..state import NetworkState

__all__ = ["RequestKind", "compute_outputs", "split_rows", "write_outputs"]

RequestKind = Literal["scores", "probabilities", "paths", "attention"]

_TOKENS_PER_THREAD = 256  # fewer are computed before another thread has started
_MAX_CACHE_BYTES = 1 << 28
_WORDS_PER_CALL = 1024


def compute_outputs(
    state: NetworkState, sentences: list[list[str]], kind: RequestKind, compute: Compute, *, per_token: bool
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
    compute : Compute
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
    useful = 1 + len(texts.types) // _TOKENS_PER_THREAD
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
    lengths = prepared.texts.lengths
    rows = lengths[indices].astype(np.int64) if per_token else np.ones(len(indices), np.int64)
    begins = np.zeros(len(indices) + 1, np.int64)
    np.cumsum(rows, out=begins[1:])
    first_row = np.empty(len(lengths), np.int64)  # of each text in the result
    first_row[indices] = begins[:-1]
    request = getattr(network, kind)
    cached = _cache_words(network, prepared, indices)
    result: NDArray[Any] | None = None
    for batch in sorted_batches(indices, lengths, batch_size):
        found = request(prepared.batch(batch) if cached is None else prepared.cached_batch(batch, cached))
        if result is None:
            result = np.empty((int(begins[-1]), *found.shape[1:]), dtype=found.dtype)
        counts = lengths[batch].astype(np.int64) if per_token else np.ones(len(batch), np.int64)
        ends = np.cumsum(counts)
        result[np.repeat(first_row[batch] - (ends - counts), counts) + np.arange(int(ends[-1]))] = found
    if result is None:
        return np.empty((0, 0), np.float32)
    if not np.isfinite(result).all():
        raise ValueError("the outputs of the network must be finite, got NaN or infinite values: see its parameters")
    return result


def _cache_words(network: Network, prepared: PreparedTexts, indices: Indices) -> NDArray[np.int32] | None:
    """Have the network cache the words of texts if they recur often enough; returns the index of each word there."""
    tokens = prepared.texts.types_of(indices)
    distinct = np.unique(tokens)
    needed = len(distinct) * network.word_bytes
    if not 0 < needed <= _MAX_CACHE_BYTES or len(tokens) < 2 * len(distinct):
        return None
    for first in range(0, len(distinct), _WORDS_PER_CALL):
        words = prepared.words_batch(distinct[first : first + _WORDS_PER_CALL])
        network.cache_words(words, first=first, total=len(distinct))
    cached = np.full(len(prepared.texts.words), -1, np.int32)
    cached[distinct] = np.arange(len(distinct), dtype=np.int32)
    return cached


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
