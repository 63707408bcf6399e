"""Encoding from sentences to what is asked of them: at once, or as a stream in bounded memory."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ...runtime.options import choice_option, flag_option, integer_option
from ..options import ELMoOptions
from .embedding import Layers, LoadedModel, State, fresh_state
from .scalar_mix import LayerChoice
from .sentence_inputs import Tokenizer, checked_sentences, checked_tokenizer

__all__ = ["Encoding", "Streams", "encoded", "encoded_stream"]

_BATCHES_AHEAD = 8  # of a stream, sorted by length together
_TOKENS_AHEAD = 1 << 13

Vectors = NDArray[np.float32]


class Streams:
    """State that stateful calls carry on: one stream of text for each place in a batch.

    Parameters
    ----------
    options
        Of the model.
    """

    def __init__(self, options: ELMoOptions) -> None:
        self._options = options
        self._state: State = fresh_state(options, 0)
        self._in_turn = threading.Lock()

    def layers(self, model: LoadedModel, batch: list[list[str]]) -> list[Layers]:
        """Read on in the first streams: a sentence in each. All layers run, whatever is asked of them."""
        with self.carried(len(batch)) as state:
            return model.layers(batch, state=state)

    @contextmanager
    def carried(self, count: int) -> Iterator[State]:
        """Give what the first streams have carried to a block that changes it; after an error all stays as it was."""
        with self._in_turn:
            known = len(next(iter(self._state.values())))
            if known < count:
                new = fresh_state(self._options, count - known)
                self._state = {name: np.concatenate([array, new[name]]) for name, array in self._state.items()}
            state = {name: array[:count].copy() for name, array in self._state.items()}
            yield state
            for name, array in state.items():
                self._state[name][:count] = array


@dataclass(frozen=True, kw_only=True)
class Encoding:
    """What is wanted of each sentence, and how sentences are put together.

    Parameters
    ----------
    choice
        Layers.
    pooling
        "mean" for one vector of a sentence.
    boundaries
        Whether the marks of a sentence's ends count as tokens of it.
    batch_size
        Sentences at a time; in a stateful encoding: streams.
    tokenizer
        For texts.
    streams
        What a stateful encoding carries on; None for one without state.
    """

    choice: LayerChoice
    pooling: Literal["mean"] | None = None
    boundaries: bool = False
    batch_size: int = 32
    tokenizer: Tokenizer | None = None
    streams: Streams | None = field(default=None, repr=False)

    @classmethod
    def checked(
        cls,
        options: ELMoOptions,
        *,
        layers: Any,
        gamma: Any,
        layer_norm: Any,
        pooling: Any,
        boundaries: Any,
        batch_size: Any,
        tokenizer: Any,
        streams: Streams | None,
    ) -> Encoding:
        """Return the encoding that arguments of `ELMo.encode` stand for.

        Raises
        ------
        TypeError, ValueError
            If one is of the wrong kind or out of range.
        """
        if pooling is not None:
            choice_option("pooling", pooling, ("mean",))
        return cls(
            choice=LayerChoice.checked(layers, options.n_layers, gamma=gamma, layer_norm=layer_norm),
            pooling=pooling,
            boundaries=flag_option("boundaries", boundaries),
            batch_size=integer_option("batch_size", batch_size, 1, 2**20),
            tokenizer=checked_tokenizer(tokenizer),
            streams=streams,
        )

    def finished(self, layers: Layers) -> Vectors:
        """Return what is wanted of a sentence's layers; new."""
        vectors = self.choice.applied(layers, boundaries=self.boundaries)
        if self.pooling is None:
            return vectors
        tokens = max(vectors.shape[-2], 1)  # of none: zeros
        pooled: Vectors = (vectors.sum(axis=-2, dtype=np.float64) / tokens).astype(np.float32)
        return pooled


def encoded(
    model: LoadedModel, sentences: list[list[str]], encoding: Encoding, show: Callable[[int], Any] | None = None
) -> list[Vectors]:
    """Return what is wanted of sentences, in their order.

    Parameters
    ----------
    model, sentences, encoding
        What by, of what, and what.
    show
        Called with the number of tokens done.
    """
    results: list[Any] = [None] * len(sentences)
    done = 0
    for number, layers in _numbered_layers(model, sentences, encoding):
        results[number] = encoding.finished(layers)
        done += len(sentences[number])
        if show is not None:
            show(done)
    return results


def _numbered_layers(
    model: LoadedModel, sentences: list[list[str]], encoding: Encoding
) -> Iterator[tuple[int, Layers]]:
    if encoding.streams is None:
        yield from model.bucketed(sentences, encoding.choice.n_layers, encoding.batch_size)
        return
    for first in range(0, len(sentences), encoding.batch_size):
        batch = sentences[first : first + encoding.batch_size]
        yield from enumerate(encoding.streams.layers(model, batch), start=first)


def encoded_stream(model: LoadedModel, sentences: Iterable[Any], encoding: Encoding) -> Iterator[Vectors]:
    """Give what is wanted of sentences, in their order, with a few batches of them in memory."""
    count = 0
    for window in _windows(sentences, encoding):
        tokens = checked_sentences(window, encoding.tokenizer, first=count)
        count += len(tokens)
        yield from encoded(model, tokens, encoding)


def _windows(sentences: Iterable[Any], encoding: Encoding) -> Iterator[list[Any]]:
    """Sentences to sort together: whole batches, and fewer where they are long."""
    source = iter(sentences)
    while True:
        window: list[Any] = []
        for _ in range(_BATCHES_AHEAD):
            window += itertools.islice(source, encoding.batch_size)
            if sum(len(sentence) for sentence in window if hasattr(sentence, "__len__")) > _TOKENS_AHEAD:
                break
        if not window:
            return
        yield window
