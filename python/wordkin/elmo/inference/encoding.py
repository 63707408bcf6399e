"""Encoding of sentences: in one call, or as a stream with bounded memory."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...runtime.columns import as_iterable
from ..options import ELMoEncodingOptions
from .carried_state import CarriedStreams
from .embedding import Embedder, Layers
from .scalar_mix import LayerSelection
from .sentence_inputs import SentenceInput, SentenceInputs, parse_sentences

__all__ = ["SentenceEncoder", "Vectors"]

_BATCHES_AHEAD = 8  # batches of a stream that are sorted by length together
_TOKENS_AHEAD = 1 << 13  # fewer batches if the sentences are long

Vectors = NDArray[np.float32]  # (tokens, dim), (layers + 1, tokens, dim), or the same without the tokens axis


@dataclass(frozen=True, kw_only=True, eq=False)
class SentenceEncoder:
    """Encode sentences with one model and one set of options.

    Parameters
    ----------
    embedder : Embedder
        Computes the layers of sentences.
    options : ELMoEncodingOptions
        How sentences are batched and what is returned for them.
    selection : LayerSelection
        The layers that the options select.
    streams : CarriedStreams or None
        Carried recurrent state of a stateful encoding; None if sentences are independent.
    """

    embedder: Embedder
    options: ELMoEncodingOptions
    selection: LayerSelection
    streams: CarriedStreams | None = None

    @property
    def token_axis(self) -> int | None:
        """Axis of a sentence's vectors that counts tokens; None with pooling."""
        if self.options.pooling is not None:
            return None
        return 1 if self.selection.weights is None else 0

    def restoring_state(self) -> AbstractContextManager[None]:
        """Return a context manager that restores the carried state if its block raises an exception.

        Returns
        -------
        context manager
            For a ``with`` statement.
        """
        return nullcontext() if self.streams is None else self.streams.restored_on_error()

    def encode(self, sentences: list[list[str]], show: Callable[[int], object] | None = None) -> list[Vectors]:
        """Return the vectors of sentences.

        Parameters
        ----------
        sentences : list of lists of str
            Tokens of each sentence.
        show : callable, optional
            Called with the number of tokens encoded so far.

        Returns
        -------
        list of ndarray of float32
            For each sentence an array of shape (tokens, 2 * projection_dim), or (n_layers + 1, tokens, 2 *
            projection_dim) for all layers; without the tokens axis if pooled.
        """
        results: list[Vectors | None] = [None] * len(sentences)
        done = 0
        with self.restoring_state():
            for index, layers in self._indexed_layers(sentences):
                results[index] = self._finish(layers)
                done += len(sentences[index])
                if show is not None:
                    show(done)
        return [vectors for vectors in results if vectors is not None]

    def encode_inputs(
        self, inputs: SentenceInputs, show: Callable[[int], object] | None = None
    ) -> Vectors | list[Vectors]:
        """Return the vectors of inputs in the form that `ELMo.encode` documents.

        Parameters
        ----------
        inputs : SentenceInputs
            Sentences, or a single text.
        show : callable, optional
            Called with the number of tokens encoded so far.

        Returns
        -------
        ndarray of float32, or list of ndarray of float32
            An array for a single text, or with pooling; otherwise a list with one array per sentence.
        """
        results = self.encode(inputs.sentences, show)
        if inputs.is_single:
            return results[0]
        if self.options.pooling is None:
            return results
        model = self.embedder.model.options
        width = 2 * model.projection_dim
        empty = (0, model.n_layers + 1, width) if self.selection.weights is None else (0, width)
        return np.stack(results) if results else np.empty(empty, dtype=np.float32)

    def encode_stream(self, sentences: Iterable[SentenceInput]) -> Iterator[tuple[list[str], Vectors]]:
        """Yield the vectors of sentences in order, with only a few batches in memory.

        Parameters
        ----------
        sentences : iterable of str or of iterables of str
            Texts or token lists.

        Yields
        ------
        tokens : list of str
            Tokens of a sentence.
        vectors : ndarray of float32
            Its vectors, as `encode` returns them.
        """
        count = 0
        for window in self._windows(sentences):
            tokens = parse_sentences(window, self.options.tokenizer, first=count)
            count += len(tokens)
            yield from zip(tokens, self.encode(tokens), strict=True)

    def _indexed_layers(self, sentences: list[list[str]]) -> Iterator[tuple[int, Layers]]:
        batch_size = self.options.batch_size
        if self.streams is None:
            yield from self.embedder.bucketed_layers(sentences, self.selection.n_layers, batch_size)
            return
        for first in range(0, len(sentences), batch_size):
            batch = sentences[first : first + batch_size]
            with self.streams.borrowed(len(batch)) as state:  # all layers are computed, as all have state to carry
                layers = self.embedder.layers(batch, state=state)
            yield from enumerate(layers, start=first)

    def _finish(self, layers: Layers) -> Vectors:
        vectors = self.selection.apply(layers, boundaries=self.options.boundaries)
        if self.options.pooling is None:
            return vectors
        tokens = max(vectors.shape[-2], 1)  # a sentence without tokens is pooled to zeros
        pooled: Vectors = (vectors.sum(axis=-2, dtype=np.float64) / tokens).astype(np.float32)
        return pooled

    def _windows(self, sentences: Iterable[SentenceInput]) -> Iterator[list[SentenceInput]]:
        """Yield runs of sentences to sort by length together: whole batches, fewer if the sentences are long."""
        source = iter(as_iterable(sentences, "sentences", "texts or token lists"))
        while True:
            window: list[SentenceInput] = []
            for _ in range(_BATCHES_AHEAD):
                window += itertools.islice(source, self.options.batch_size)
                if sum(len(sentence) for sentence in window if isinstance(sentence, Sized)) > _TOKENS_AHEAD:
                    break
            if not window:
                return
            yield window
