"""Layers of sentences: sentences of similar length are batched, each token is computed once, long sentences are split.

The layers of a sentence are bit-identical whatever else is in the batch, in any order and on any number of threads.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...text.characters import BEGIN_SENTENCE, END_SENTENCE
from .carried_state import RecurrentState, zero_state
from .inference_model import InferenceModel
from .token_cache import TokenCache

__all__ = ["MAX_BATCH_TOKENS", "Embedder", "Layers"]

# Tokens in a piece of a long sentence, and in a batch of several sentences: all layers of the largest published models
# then take 25 MB.
MAX_BATCH_TOKENS = 2048

Layers = NDArray[np.float32]  # (layers + 1, tokens, 2 * projection_dim)


@dataclass(frozen=True, kw_only=True, eq=False)
class Embedder:
    """Compute the layers of sentences with one model, one token cache and one number of threads.

    Parameters
    ----------
    model : InferenceModel
        The model, shared between calls.
    cache : TokenCache
        Cache for the output of the token layer.
    threads : int
        Number of threads to use.
    """

    model: InferenceModel
    cache: TokenCache
    threads: int

    def token_vectors(self, tokens: Sequence[str]) -> NDArray[np.float32]:
        """Return the output of the token layer for distinct tokens, from the cache where possible.

        Parameters
        ----------
        tokens : sequence of str
            Distinct tokens.

        Returns
        -------
        ndarray of float32, shape (tokens, projection_dim)
            A new array.

        Raises
        ------
        NotFittedError
            If the model has token input and no vocabulary.
        """
        if self.model.embedding is not None:  # rows of a table: nothing to save by caching
            return self.model.token_vectors(tokens, threads=self.threads)
        return self.cache.vectors(tokens, lambda missing: self.model.token_vectors(missing, threads=self.threads))

    def layers(
        self,
        sentences: Sequence[Sequence[str]],
        n_layers: int | None = None,
        state: RecurrentState | None = None,
    ) -> list[Layers]:
        """Return the layers of sentences, including those of the sentence-boundary markers.

        Parameters
        ----------
        sentences : sequence of sequences of str
            Tokens without boundary markers.
        n_layers : int, optional
            Number of recurrent layers to compute; all of them by default.
        state : dict of str to ndarray of float32, optional
            Initial recurrent state of each sentence; updated in place to the final state. Zeros by default.

        Returns
        -------
        list of ndarray of float32, shape (n_layers + 1, tokens + 2, 2 * projection_dim)
            For each sentence its layers, the token layer first.
        """
        index: dict[str, int] = {}
        ids = [[index.setdefault(token, len(index)) for token in _with_boundaries(sentence)] for sentence in sentences]
        vectors = self.token_vectors(list(index))
        results: list[Layers] = []
        for rows in _batches(ids):
            own = None if state is None else {name: array[rows].copy() for name, array in state.items()}
            if len(ids[rows.start]) > MAX_BATCH_TOKENS:
                results.append(self._in_pieces(ids[rows.start], vectors, n_layers, own))
            else:
                results += self._in_one_batch(ids[rows], vectors, n_layers, own)
            if state is not None and own is not None:
                for name, array in own.items():
                    state[name][rows] = array
        return results

    def bucketed_layers(
        self, sentences: Sequence[Sequence[str]], n_layers: int | None, batch_size: int
    ) -> Iterator[tuple[int, Layers]]:
        """Yield the layers of sentences, longest sentences first.

        Parameters
        ----------
        sentences : sequence of sequences of str
            Tokens without boundary markers.
        n_layers : int or None
            Number of recurrent layers to compute; None for all of them.
        batch_size : int
            Maximum number of sentences in a batch.

        Yields
        ------
        index : int
            Index of a sentence.
        layers : ndarray of float32, shape (n_layers + 1, tokens + 2, 2 * projection_dim)
            Its layers, the token layer first.
        """
        order = sorted(range(len(sentences)), key=lambda index: -len(sentences[index]))
        first = 0
        while first < len(order):
            # There is no padding, but once the short sentences of a batch have ended, fewer rows share the weights.
            longest = len(sentences[order[first]]) + 2
            batch = order[first : first + max(1, min(batch_size, MAX_BATCH_TOKENS // longest))]
            first += len(batch)
            yield from zip(batch, self.layers([sentences[index] for index in batch], n_layers), strict=True)

    def _in_pieces(
        self, ids: list[int], vectors: NDArray[np.float32], n_layers: int | None, state: RecurrentState | None
    ) -> Layers:
        """Each direction starts with the piece at its own end of the sentence and carries its state from there."""
        options = self.model.options
        computed = options.n_layers if n_layers is None else n_layers
        width = options.projection_dim
        whole = np.empty((computed + 1, len(ids), 2 * width), dtype=np.float32)
        carried = zero_state(options, 1) if state is None else state
        for first in range(0, len(ids), MAX_BATCH_TOKENS):
            last = min(first + MAX_BATCH_TOKENS, len(ids))
            forward, backward = slice(first, last), slice(len(ids) - last, len(ids) - first)
            layers = self._run(ids[forward], [last - first], vectors, n_layers, carried, ids[backward])
            whole[:, forward, :width] = layers[..., :width]
            whole[:, backward, width:] = layers[..., width:]
        return whole

    def _in_one_batch(
        self, ids: list[list[int]], vectors: NDArray[np.float32], n_layers: int | None, state: RecurrentState | None
    ) -> list[Layers]:
        ends = list(itertools.accumulate(len(sentence) for sentence in ids))
        flat = list(itertools.chain.from_iterable(ids))
        layers = self._run(flat, ends, vectors, n_layers, state)
        return [layers[:, begin:end] for begin, end in itertools.pairwise([0, *ends])]

    def _run(
        self,
        ids: list[int],
        ends: list[int],
        vectors: NDArray[np.float32],
        n_layers: int | None,
        state: RecurrentState | None,
        backward_ids: list[int] | None = None,
    ) -> Layers:
        layers: Layers = self.model.core.layers(
            vectors,
            np.array(ids, dtype=np.int32),
            np.array(ends, dtype=np.int64),
            n_layers=n_layers,
            state=state,
            backward_ids=None if backward_ids is None else np.array(backward_ids, dtype=np.int32),
            threads=self.threads,
        )
        return layers


def _batches(ids: Sequence[Sequence[int]]) -> Iterator[slice]:
    """Yield runs of sentences with at most `MAX_BATCH_TOKENS` tokens in total, or one longer sentence alone."""
    first = tokens = 0
    for index, sentence in enumerate(ids):
        if index > first and tokens + len(sentence) > MAX_BATCH_TOKENS:
            yield slice(first, index)
            first, tokens = index, 0
        tokens += len(sentence)
    if first < len(ids):
        yield slice(first, len(ids))


def _with_boundaries(sentence: Sequence[str]) -> list[str]:
    return [BEGIN_SENTENCE, *sentence, END_SENTENCE]
