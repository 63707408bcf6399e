"""Outputs of a network for texts, in batches of similar length."""

from __future__ import annotations

from collections.abc import Iterator
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
_OTHER_WORDS_PER_CALL = 256
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
    batches = list(sorted_batches(indices, prepared.texts.lengths, batch_size))
    if not batches:
        return np.empty((0, 0), np.float32)
    order = np.concatenate(batches)
    own_rows = prepared.texts.lengths_of if per_token else np.ones_like
    first_row = np.zeros(len(prepared.texts.ends), np.int64)  # of each text in the result
    first_row[indices] = np.cumsum(own_rows(indices), dtype=np.int64) - own_rows(indices)
    counts = own_rows(order)
    ends = np.cumsum(counts, dtype=np.int64)
    rows = np.repeat(first_row[order] - (ends - counts), counts) + np.arange(ends[-1])
    result: NDArray[Any] | None = None
    done = 0
    for batch in _network_batches(network, prepared, batches):
        found = request(batch)
        if result is None:
            result = np.empty((len(rows), *found.shape[1:]), dtype=found.dtype)
        result[rows[done : done + len(found)]] = found
        done += len(found)
    assert result is not None
    return _finite(result)


def _finite(outputs: NDArray[Any]) -> NDArray[Any]:
    if not np.isfinite(outputs).all():
        raise ValueError("the outputs of the network must be finite, got NaN or infinite values: see its parameters")
    return outputs


def _network_batches(network: Network, prepared: PreparedTexts, batches: list[Indices]) -> Iterator[NetworkBatch]:
    """Yield batches of texts, whose words the network has cached if that saves time; each is valid until the next.

    Words that recur stay in the cache. Those that occur once are cached for a few batches, so that the cache needs less
    memory, whose first use takes longer than the products that are cached.
    """
    order = np.concatenate(batches)
    types = prepared.texts.types_of(order)
    counts = np.bincount(types, minlength=len(prepared.texts.words))
    kept = np.flatnonzero(counts >= _MIN_COUNT).astype(np.int32)
    occurs_once = counts[types] < _MIN_COUNT
    others = types[occurs_once]  # distinct
    lengths = prepared.texts.lengths_of(order)
    text_ends = np.cumsum([0, *map(len, batches)])
    token_ends = np.append(0, np.cumsum(lengths, dtype=np.int64))[text_ends]
    other_ends = np.append(0, np.cumsum(occurs_once))[token_ends]
    groups = _groups(other_ends)
    total = len(kept) + max(int(other_ends[end] - other_ends[begin]) for begin, end in groups)
    too_few_recur = len(types) < 2 * (len(kept) + len(others))
    if not network.word_bytes or too_few_recur or total * network.word_bytes > _MAX_CACHE_BYTES:
        yield from map(prepared.batch, batches)
        return
    row_of = np.empty(len(counts), np.int32)  # in the cache

    def cache(words: NDArray[np.int32], first: int) -> None:
        for begin in range(0, len(words), _WORDS_PER_CALL):
            batch = prepared.words_batch(words[begin : begin + _WORDS_PER_CALL])
            network.cache_words(batch, first=first + begin, total=total)
        row_of[words] = np.arange(first, first + len(words), dtype=np.int32)

    cache(kept, 0)
    for begin, end in groups:
        cache(others[other_ends[begin] : other_ends[end]], len(kept))
        cached = row_of[types[token_ends[begin] : token_ends[end]]]
        for index in range(begin, end):
            tokens = slice(token_ends[index] - token_ends[begin], token_ends[index + 1] - token_ends[begin])
            yield NetworkBatch(
                lengths=lengths[text_ends[index] : text_ends[index + 1]],
                tables=(),
                contexts=(),
                characters=None,
                types=None,
                words=cached[tokens],
            )


def _groups(other_ends: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return ranges of successive batches in which together at most 256 words occur once; at least one batch each.

    The weights, which have left the CPU caches in the meantime, are read for 256 words as for a few.
    """
    groups = []
    begin = 0
    for end in range(2, len(other_ends)):
        if other_ends[end] - other_ends[begin] > _OTHER_WORDS_PER_CALL:
            groups.append((begin, end - 1))
            begin = end - 1
    return [*groups, (begin, len(other_ends) - 1)]


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
