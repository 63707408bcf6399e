"""Text as the original feeds it: streams of sentences back to back, in windows of so many steps, in both directions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...errors import CorpusError
from .encoded_text import EncodedText
from .shuffling import shuffled

__all__ = ["Position", "TrainingBatches", "Window", "windows_of"]

FORWARD, BACKWARD = 0, 1
_PLACES_AT_ONCE = 1024  # of an order: computed together
_NOTHING = np.empty(0, dtype=np.int32)


@dataclass(frozen=True, eq=False)
class Window:
    """What one step of a model reads; T steps of B streams in each direction.

    Parameters
    ----------
    characters
        uint16 (types, max_characters): the words of this window, each once; None for a model that reads ids.
    inputs
        int32 (2, T, B): rows of `characters`, or ids.
    targets
        int32 (2, T, B): ids of the words that come next in each direction.
    mask
        bool (2, T, B): where there is text; all of it in training.
    """

    characters: NDArray[np.uint16] | None
    inputs: NDArray[np.int32]
    targets: NDArray[np.int32]
    mask: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Position:
    """Where both directions stand in a text, however long that is.

    Parameters
    ----------
    taken
        int64 (2,): sentences begun, over all passes.
    sentences
        int64 (2, B): which of these each stream reads; -1 for none.
    offsets
        int64 (2, B): how much of it is read.
    """

    taken: NDArray[np.int64]
    sentences: NDArray[np.int64]
    offsets: NDArray[np.int64]


class _Order:
    """The sentences of pass after pass in one direction: as they stand, or shuffled anew in every pass."""

    def __init__(self, count: int, seed: int | None, direction: int) -> None:
        self._count = count
        self._seed = seed
        self._direction = direction
        self._chunk = (-1, -1)
        self._numbers: list[int] = []

    def __getitem__(self, taken: int) -> int:
        if self._seed is None:
            return taken % self._count
        epoch, place = divmod(taken, self._count)
        chunk, within = divmod(place, _PLACES_AT_ONCE)
        if (epoch, chunk) != self._chunk:
            first = chunk * _PLACES_AT_ONCE
            places = np.arange(first, min(first + _PLACES_AT_ONCE, self._count))
            self._numbers = shuffled(places, self._count, (self._seed, epoch, self._direction)).tolist()
            self._chunk = epoch, chunk
        return self._numbers[within]


class _Streams:
    """Streams of one direction, each filled up with the next sentence when its own has ended."""

    def __init__(self, text: EncodedText, streams: int, order: _Order, direction: int, *, is_endless: bool) -> None:
        self._text = text
        self._order = order
        self._direction = direction
        self._is_endless = is_endless
        self.taken = 0
        self.sentences = np.full(streams, -1, dtype=np.int64)
        self.offsets = np.zeros(streams, dtype=np.int64)
        self._current = [_NOTHING] * streams

    def seek(self, taken: int, sentences: NDArray[np.int64], offsets: NDArray[np.int64]) -> None:
        self.taken = taken
        self.sentences = sentences.copy()
        self.offsets = offsets.copy()
        self._current = [_NOTHING if number < 0 else self._sentence(number) for number in sentences.tolist()]

    def _sentence(self, number: int) -> NDArray[np.int32]:
        """A sentence between its marks, in the direction of reading."""
        words = self._text.sentences[self._order[number]]
        sentence = np.empty(len(words) + 2, dtype=np.int32)
        if self._direction == FORWARD:
            sentence[0], sentence[1:-1], sentence[-1] = self._text.begin, words, self._text.end
        else:
            sentence[0], sentence[1:-1], sentence[-1] = self._text.end, words[::-1], self._text.begin
        return sentence

    def read(self, inputs: NDArray[np.int32], targets: NDArray[np.int32]) -> NDArray[np.int64]:
        """Fill two arrays (streams, steps); return how many steps of each stream there were."""
        streams, steps = inputs.shape
        filled = np.full(streams, steps, dtype=np.int64)
        for stream in range(streams):
            sentence, offset, done = self._current[stream], int(self.offsets[stream]), 0
            while done < steps:
                if offset + 1 >= len(sentence):  # its last word is only a target
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


class _BothDirections:
    def __init__(self, text: EncodedText, streams: int, steps: int, seed: int | None, *, is_endless: bool) -> None:
        self._text = text
        self._shape = (2, streams, steps)
        self.directions = [
            _Streams(text, streams, _Order(len(text.sentences), seed, direction), direction, is_endless=is_endless)
            for direction in (FORWARD, BACKWARD)
        ]

    def next(self) -> Window:
        inputs, targets = np.zeros(self._shape, dtype=np.int32), np.zeros(self._shape, dtype=np.int32)
        filled = np.stack([self.directions[d].read(inputs[d], targets[d]) for d in (FORWARD, BACKWARD)])
        mask = np.arange(self._shape[2])[:, None] < filled[:, None, :]
        inputs = np.ascontiguousarray(inputs.transpose(0, 2, 1))
        targets = self._text.targets[np.ascontiguousarray(targets.transpose(0, 2, 1))]
        if self._text.characters is None:
            return Window(None, self._text.targets[inputs], targets, mask)
        types, rows = np.unique(inputs, return_inverse=True)
        return Window(self._text.characters[types], rows.reshape(inputs.shape).astype(np.int32), targets, mask)


class TrainingBatches:
    """Windows of a text, pass after pass without end.

    A pass is as many windows as its predictions fill; what is left over begins the next. The directions read the same
    sentences in a pass, each in its own order where that is shuffled.

    Parameters
    ----------
    text
        What to read.
    batch_size, unroll_steps
        Streams in each direction, and steps of a window.
    shuffle_seed
        Where the orders of sentences come from; None to read the text as it stands.

    Raises
    ------
    CorpusError
        If the text does not fill one window.
    """

    def __init__(self, text: EncodedText, *, batch_size: int, unroll_steps: int, shuffle_seed: int | None) -> None:
        self.steps_per_epoch = text.tokens // (batch_size * unroll_steps)
        if self.steps_per_epoch == 0:
            raise CorpusError(
                f"{text.name}: {text.sentences.word_count} words in {len(text.sentences)} sentences give {text.tokens} "
                f"predictions, too few for one step of batch_size {batch_size} x unroll_steps {unroll_steps} = "
                f"{batch_size * unroll_steps}; use less of these, or more text"
            )
        self._both = _BothDirections(text, batch_size, unroll_steps, shuffle_seed, is_endless=True)

    def next(self) -> Window:
        """Return the next window."""
        return self._both.next()

    @property
    def position(self) -> Position:
        """Where the next window begins."""
        directions = self._both.directions
        return Position(
            np.array([streams.taken for streams in directions], dtype=np.int64),
            np.stack([streams.sentences for streams in directions]),
            np.stack([streams.offsets for streams in directions]),
        )

    @position.setter
    def position(self, position: Position) -> None:
        for streams, taken, sentences, offsets in zip(
            self._both.directions, position.taken.tolist(), position.sentences, position.offsets, strict=True
        ):
            streams.seek(taken, sentences, offsets)


def windows_of(text: EncodedText, *, batch_size: int, unroll_steps: int) -> Iterator[Window]:
    """Read a text once, as it stands and to its last word."""
    both = _BothDirections(text, min(batch_size, len(text.sentences)), unroll_steps, None, is_endless=False)
    while (window := both.next()).mask.any():
        yield window
