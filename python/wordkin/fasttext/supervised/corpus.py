"""Labelled text, read once: its dictionary, and its lines as numbers of tokens."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ..._core import fasttext as core
from ...errors import LabelError, VocabularyError
from ...runtime.options import UNLIMITED
from ...storage.decoding import TextOptions
from ...text.encoded import SpillRules
from ...text.reader import SentenceRules, TextBlock, TextReader, located_error
from ...text.sources import sources_of
from ...text.spill_buffer import SpillBuffer
from .options import SupervisedOptions

__all__ = ["Dictionary", "LabelledText"]

logger = logging.getLogger(__name__)

_BLOCK_TOKENS = 1 << 18


@dataclass(frozen=True, kw_only=True)
class Dictionary:
    """Words and labels, each by descending count.

    Parameters
    ----------
    words : list of bytes
        The words in UTF-8.
    counts : ndarray of int64
        How often each occurred.
    labels : list of bytes
        The labels in UTF-8.
    label_counts : ndarray of int64
        How often each occurred.
    """

    words: list[bytes]
    counts: NDArray[np.int64]
    labels: list[bytes]
    label_counts: NDArray[np.int64]


class LabelledText:
    """The lines of a labelled text, encoded.

    Parameters
    ----------
    name : str
        Name of the text in error messages.
    blocks : iterable of TextBlock
        The text. A block that begins at the offset 0 begins a file.
    label : str
        What labels begin with.
    """

    def __init__(self, name: str, blocks: Iterable[TextBlock], label: str) -> None:
        self.name = name
        self.label = label
        self.encoder = core.LineEncoder(label.encode())
        self._buffer = SpillBuffer(SpillRules().memory_bytes)
        pending = 0
        for block in blocks:
            if block.offset == 0:
                self.encoder.finish()  # the last line of a file may lack its line feed
            before = self.encoder.tokens
            try:
                self.encoder.add(block.data)
            except _core.text.TextError as error:
                raise located_error(error, block) from None
            pending += self.encoder.tokens - before
            if pending >= _BLOCK_TOKENS:
                self._store()
                pending = 0
        self.encoder.finish()
        self._store()

    @classmethod
    def of_files(cls, source: Any, label: str, options: TextOptions | None = None) -> LabelledText:
        """Read files.

        Parameters
        ----------
        source : path, file object, or list of them
            The files, compressed or not.
        label : str
            What labels begin with.
        options : TextOptions or None, default None
            Encoding of the files.

        Returns
        -------
        LabelledText
            The text.

        Raises
        ------
        CorpusError, FormatError
            If the text cannot be decoded, or has a token that is too long.
        OSError
            If a file cannot be read.
        """
        rules = SentenceRules(max_sentence_length=UNLIMITED)
        reader = TextReader(sources_of(source), rules=rules, options=options)
        return cls(reader.name, reader.blocks(), label)

    def _store(self) -> None:
        ids, ends = self.encoder.take()
        if len(ends):
            self._buffer.append(ids)
            self._buffer.append(ends)

    @property
    def tokens(self) -> int:
        """Number of words, labels and ends of lines."""
        return self.encoder.tokens

    def blocks(self) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int64]]]:
        """Return the lines.

        Yields
        ------
        ids : ndarray of int32
            Numbers of tokens.
        ends : ndarray of int64
            Where each line ends.
        """
        for position in range(0, len(self._buffer), 2):
            yield self._buffer[position], self._buffer[position + 1]

    def checksum(self) -> int:
        """Return a checksum of the lines.

        Returns
        -------
        int
            The same for the same lines in the same order.
        """
        checksum = 0
        for ids, ends in self.blocks():
            checksum = zlib.crc32(ends.tobytes(), zlib.crc32(ids.tobytes(), checksum))
        return checksum

    def dictionary(self, options: SupervisedOptions, extra: list[bytes]) -> Dictionary:
        """Choose the words and labels of the model.

        Parameters
        ----------
        options : SupervisedOptions
            Minimum counts.
        extra : list of bytes
            Words with pretrained vectors, which are added.

        Returns
        -------
        Dictionary
            The words and labels.

        Raises
        ------
        VocabularyError
            If there are no words.
        LabelError
            If there are no labels.
        """
        words, counts, labels, label_counts = self.encoder.choose(
            min_count=options.min_count, min_count_label=options.min_count_label, extra=extra
        )
        if not words:
            raise VocabularyError(
                f"{self.name}: the text must have words that occur at least minCount={options.min_count} times, got "
                "none; use a smaller minCount"
            )
        if not labels:
            raise LabelError(
                f"{self.name}: lines must have labels, words that begin with {self.label!r} and occur at least "
                f"minCountLabel={options.min_count_label} times, got none"
            )
        return Dictionary(words=words, counts=counts, labels=labels, label_counts=label_counts)

    def close(self) -> None:
        """Release memory and disk space."""
        self._buffer.close()
