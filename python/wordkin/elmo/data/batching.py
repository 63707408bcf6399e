"""Batches of parallel token streams in both directions, as the original program forms them.

Each stream concatenates sentences, and each window takes the next `unroll_steps` tokens of all streams.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...errors import CorpusError
from ..token_inputs import TypeInputs
from .encoded_text import EncodedText
from .shuffling import permute

__all__ = ["Position", "TrainingBatches", "Window", "windows_of"]

FORWARD, BACKWARD = 0, 1
_ORDER_CHUNK = 1024  # Elements of a sentence order that are computed together.
_NO_TOKENS = np.empty(0, dtype=np.int32)


@dataclass(frozen=True, eq=False)
class Window:
    """Input of one step of a model: T time steps of B streams in each direction.

    Parameters
    ----------
    types : TypeInputs or None
        Inputs of the distinct words of this window; None for a model that reads token ids.
    inputs : ndarray of int32, shape (2, T, B)
        Indices of these words, or token ids.
    targets : ndarray of int32, shape (2, T, B)
        Ids of the words to predict in each direction.
    mask : ndarray of bool, shape (2, T, B)
        True at positions with text. All True in training.
    """

    types: TypeInputs | None
    inputs: NDArray[np.int32]
    targets: NDArray[np.int32]
    mask: NDArray[np.bool_]

    @property
    def characters(self) -> NDArray[np.uint16] | None:
        """Character ids of the distinct words; None for a model that reads token ids."""
        return None if self.types is None else self.types.characters

    @property
    def words(self) -> NDArray[np.int32] | None:
        """Rows of the distinct words among the word vectors; None for a model without them."""
        return None if self.types is None else self.types.words


@dataclass(frozen=True, eq=False)
class Position:
    """Position of both directions in a text; its size does not depend on that of the text.

    Parameters
    ----------
    taken : ndarray of int64, shape (2,)
        Number of sentences started in each direction, over all epochs.
    sentences : ndarray of int64, shape (2, B)
        Number of the sentence that each stream reads; -1 before the first.
    offsets : ndarray of int64, shape (2, B)
        Number of tokens of this sentence that have been read.
    """

    taken: NDArray[np.int64]
    sentences: NDArray[np.int64]
    offsets: NDArray[np.int64]


class _SentenceOrder:
    """Order of the sentences over all epochs in one direction: original, or shuffled in every epoch."""

    def __init__(self, count: int, seed: int | None, direction: int) -> None:
        self._count = count
        self._seed = seed
        self._direction = direction
        self._chunk = (-1, -1)
        self._numbers: list[int] = []

    def __getitem__(self, taken: int) -> int:
        if self._seed is None:
            return taken % self._count
        epoch, index = divmod(taken, self._count)
        chunk, offset = divmod(index, _ORDER_CHUNK)
        if (epoch, chunk) != self._chunk:
            first = chunk * _ORDER_CHUNK
            indices = np.arange(first, min(first + _ORDER_CHUNK, self._count))
            self._numbers = permute(indices, self._count, (self._seed, epoch, self._direction)).tolist()
            self._chunk = epoch, chunk
        return self._numbers[offset]


class _Streams:
    """Streams of one direction; a stream whose sentence is exhausted takes the next one of the order."""

    def __init__(
        self, text: EncodedText, streams: int, order: _SentenceOrder, direction: int, *, is_endless: bool
    ) -> None:
        self._text = text
        self._order = order
        self._direction = direction
        self._is_endless = is_endless
        self.taken = 0
        self.sentences = np.full(streams, -1, dtype=np.int64)
        self.offsets = np.zeros(streams, dtype=np.int64)
        self._current = [_NO_TOKENS] * streams

    def seek(self, taken: int, sentences: NDArray[np.int64], offsets: NDArray[np.int64]) -> None:
        self.taken = taken
        self.sentences = sentences.copy()
        self.offsets = offsets.copy()
        self._current = [_NO_TOKENS if number < 0 else self._sentence(number) for number in sentences.tolist()]

    def _sentence(self, number: int) -> NDArray[np.int32]:
        """Return a sentence with its boundary markers, in reading direction."""
        words = self._text.sentences[self._order[number]]
        sentence = np.empty(len(words) + 2, dtype=np.int32)
        if self._direction == FORWARD:
            sentence[0], sentence[1:-1], sentence[-1] = self._text.begin, words, self._text.end
        else:
            sentence[0], sentence[1:-1], sentence[-1] = self._text.end, words[::-1], self._text.begin
        return sentence

    def read(self, inputs: NDArray[np.int32], targets: NDArray[np.int32]) -> NDArray[np.int64]:
        """Fill two arrays of shape (streams, steps) and return the number of steps read in each stream."""
        streams, steps = inputs.shape
        filled = np.full(streams, steps, dtype=np.int64)
        for stream in range(streams):
            sentence, offset, done = self._current[stream], int(self.offsets[stream]), 0
            while done < steps:
                if offset + 1 >= len(sentence):  # The last token is a target only, never an input.
                    if not self._is_endless and self.taken == len(self._text.sentences):
                        filled[stream] = done
                        break
                    sentence, offset = self._sentence(self.taken), 0
                    self.sentences[stream] = self.taken
                    self.taken += 1
                count = min(len(sentence) - 1 - offset, steps - done)
                inputs[stream, done : done + count] = sentence[offset : offset + count]
                targets[stream, done : done + count] = sentence[offset + 1 : offset + 1 + count]
                done += count
                offset += count
            self._current[stream] = sentence
            self.offsets[stream] = offset
        return filled


class _BidirectionalStreams:
    def __init__(self, text: EncodedText, streams: int, steps: int, seed: int | None, *, is_endless: bool) -> None:
        self._text = text
        self._shape = (2, streams, steps)
        self.directions = [
            _Streams(
                text, streams, _SentenceOrder(len(text.sentences), seed, direction), direction, is_endless=is_endless
            )
            for direction in (FORWARD, BACKWARD)
        ]

    def next(self) -> Window:
        inputs, targets = np.zeros(self._shape, dtype=np.int32), np.zeros(self._shape, dtype=np.int32)
        filled = np.stack([self.directions[d].read(inputs[d], targets[d]) for d in (FORWARD, BACKWARD)])
        mask = np.arange(self._shape[2])[:, None] < filled[:, None, :]
        inputs = np.ascontiguousarray(inputs.transpose(0, 2, 1))
        targets = self._text.targets[np.ascontiguousarray(targets.transpose(0, 2, 1))]
        if self._text.inputs is None:
            return Window(None, self._text.targets[inputs], targets, mask)
        types, rows = np.unique(inputs, return_inverse=True)
        return Window(self._text.inputs.of(types), rows.reshape(inputs.shape).astype(np.int32), targets, mask)


class TrainingBatches:
    """Endless sequence of windows over the epochs of a text.

    An epoch has as many windows as its predictions fill; the remainder is read at the start of the next epoch. Both
    directions read the same sentences in an epoch, each in its own order if sentences are shuffled.

    Parameters
    ----------
    text : EncodedText
        Text to read.
    batch_size : int
        Number of streams in each direction.
    unroll_steps : int
        Number of time steps of a window.
    shuffle_seed : int or None
        Seed of the sentence orders; None to keep the order of the text.

    Attributes
    ----------
    steps_per_epoch : int
        Number of windows in an epoch.

    Raises
    ------
    CorpusError
        If the text is too short to fill one window.
    """

    def __init__(self, text: EncodedText, *, batch_size: int, unroll_steps: int, shuffle_seed: int | None) -> None:
        self.steps_per_epoch = text.tokens // (batch_size * unroll_steps)
        if self.steps_per_epoch == 0:
            raise CorpusError(
                f"{text.name}: {text.sentences.word_count} words in {len(text.sentences)} sentences give {text.tokens} "
                f"predictions, too few for one step of batch_size {batch_size} x unroll_steps {unroll_steps} = "
                f"{batch_size * unroll_steps}; reduce either, or use more text"
            )
        self._streams = _BidirectionalStreams(text, batch_size, unroll_steps, shuffle_seed, is_endless=True)

    def next(self) -> Window:
        """Return the next window.

        Returns
        -------
        Window
            Input of the next training step.
        """
        return self._streams.next()

    @property
    def position(self) -> Position:
        """Position of the next window; assign it to continue from there."""
        directions = self._streams.directions
        return Position(
            np.array([streams.taken for streams in directions], dtype=np.int64),
            np.stack([streams.sentences for streams in directions]),
            np.stack([streams.offsets for streams in directions]),
        )

    @position.setter
    def position(self, position: Position) -> None:
        for streams, taken, sentences, offsets in zip(
            self._streams.directions, position.taken.tolist(), position.sentences, position.offsets, strict=True
        ):
            streams.seek(taken, sentences, offsets)


def windows_of(text: EncodedText, *, batch_size: int, unroll_steps: int) -> Iterator[Window]:
    """Read a text once in its original order, up to and including its last word.

    Parameters
    ----------
    text : EncodedText
        Text to read.
    batch_size : int
        Maximum number of streams in each direction.
    unroll_steps : int
        Number of time steps of a window.

    Yields
    ------
    Window
        The windows of the text. Streams that have ended are masked.
    """
    streams = _BidirectionalStreams(text, min(batch_size, len(text.sentences)), unroll_steps, None, is_endless=False)
    while (window := streams.next()).mask.any():
        yield window
