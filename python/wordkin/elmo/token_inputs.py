"""The inputs of the token layer: character ids of words, and rows of word vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..text.characters import BEGIN_SENTENCE, END_SENTENCE, Cut, character_rows

__all__ = ["Alphabet", "InputWords", "TokenInputs", "TypeInputs"]

_BOUNDARY_NAMES = ("<bos>", "<eos>")  # of ELMoForManyLangs


@dataclass(frozen=True, kw_only=True, eq=False)
class Alphabet:
    """Character ids of a model that reads code points, such as those of ELMoForManyLangs, instead of bytes.

    A word is the sequence of its code points between two markers, followed by padding. A sentence boundary is a word of
    a single special character.

    Parameters
    ----------
    characters : mapping of str to int
        Ids of single characters.
    begin_word, end_word : int
        Ids of the markers of words.
    padding : int
        Id of the padding.
    unknown : int
        Id of all other characters.
    begin_sentence, end_sentence : int
        Ids of the sentence boundaries.

    Examples
    --------
    >>> alphabet = Alphabet(
    ...     characters={"a": 6}, begin_word=2, end_word=3, padding=1, unknown=0, begin_sentence=4, end_sentence=5
    ... )
    >>> alphabet.rows(["ab", "<S>"], 6).tolist()
    [[2, 6, 0, 3, 1, 1], [2, 4, 3, 1, 1, 1]]
    """

    characters: Mapping[str, int]
    begin_word: int
    end_word: int
    padding: int
    unknown: int
    begin_sentence: int
    end_sentence: int

    def rows(self, words: Sequence[str], max_characters: int) -> NDArray[np.uint16]:
        """Return the character ids of words.

        Parameters
        ----------
        words : sequence of str
            The words. ``"<S>"`` and ``"</S>"`` are sentence boundaries, and so are ``"<bos>"`` and ``"<eos>"``.
        max_characters : int
            Length of a row, including the two markers; longer words are truncated.

        Returns
        -------
        ndarray of uint16, shape (words, max_characters)
            A row per word.
        """
        rows = np.full((len(words), max_characters), self.padding, dtype=np.uint16)
        boundaries = {
            **dict.fromkeys((BEGIN_SENTENCE, _BOUNDARY_NAMES[0]), self.begin_sentence),
            **dict.fromkeys((END_SENTENCE, _BOUNDARY_NAMES[1]), self.end_sentence),
        }
        for row, word in zip(rows, words, strict=True):
            boundary = boundaries.get(word)
            if boundary is None:
                ids = [self.characters.get(character, self.unknown) for character in word[: max_characters - 2]]
            else:
                ids = [boundary]
            row[: len(ids) + 2] = [self.begin_word, *ids, self.end_word]
        return rows


@dataclass(frozen=True, kw_only=True, eq=False)
class InputWords:
    """The words that have vectors beside their characters.

    Parameters
    ----------
    words : list of str
        The words, in the order of their rows.
    unknown : int
        Row of all other words.
    begin_sentence, end_sentence : int
        Rows of the sentence boundaries.
    max_length : int or None, default None
        Number of characters by which longer words are looked up; None for all of them.

    Examples
    --------
    >>> InputWords(words=["?", "[", "]", "pear"], unknown=0, begin_sentence=1, end_sentence=2).ids(["pear", "fig"])
    array([3, 0], dtype=int32)
    """

    words: list[str]
    unknown: int
    begin_sentence: int
    end_sentence: int
    max_length: int | None = None

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {word: row for row, word in enumerate(self.words)}

    def ids(self, words: Sequence[str]) -> NDArray[np.int32]:
        """Return the rows of words.

        Parameters
        ----------
        words : sequence of str
            The words, among them ``"<S>"`` and ``"</S>"`` for the sentence boundaries.

        Returns
        -------
        ndarray of int32, shape (words,)
            Their rows.
        """
        boundaries = {BEGIN_SENTENCE: self.begin_sentence, END_SENTENCE: self.end_sentence}
        rows = [
            boundaries[word] if word in boundaries else self._rows.get(word[: self.max_length], self.unknown)
            for word in words
        ]
        return np.array(rows, dtype=np.int32)


@dataclass(frozen=True, kw_only=True, eq=False)
class TypeInputs:
    """Inputs of distinct words.

    Parameters
    ----------
    characters : ndarray of uint16, shape (types, max_characters)
        Their character ids.
    words : ndarray of int32, shape (types,), or None
        Their rows among the word vectors; None for a model without them.
    """

    characters: NDArray[np.uint16]
    words: NDArray[np.int32] | None

    def of(self, types: NDArray[np.intp] | NDArray[np.int32]) -> TypeInputs:
        """Return the inputs of some of the words.

        Parameters
        ----------
        types : ndarray of int
            Their indices.

        Returns
        -------
        TypeInputs
            Their inputs.
        """
        return TypeInputs(characters=self.characters[types], words=None if self.words is None else self.words[types])


@dataclass(frozen=True, kw_only=True, eq=False)
class TokenInputs:
    """Character ids of words, and their word vectors, for a model that reads characters.

    Parameters
    ----------
    alphabet : Alphabet or None, default None
        Character ids; None for the bytes of UTF-8.
    words : InputWords or None, default None
        Words that have vectors beside their characters; None if the model has no such vectors.
    """

    alphabet: Alphabet | None = field(default=None)
    words: InputWords | None = field(default=None)

    def types(self, words: Sequence[str], max_characters: int, *, cut: Cut = "bytes") -> TypeInputs:
        """Return the inputs of distinct words.

        Parameters
        ----------
        words : sequence of str
            The words, among them ``"<S>"`` and ``"</S>"`` for the sentence boundaries.
        max_characters : int
            Number of character ids of a word.
        cut : {"bytes", "characters"}, default "bytes"
            Where words that are too long are truncated; alphabets are cut after whole characters.

        Returns
        -------
        TypeInputs
            Their inputs.
        """
        if self.alphabet is None:
            characters = character_rows(words, max_characters, cut=cut)
        else:
            characters = self.alphabet.rows(words, max_characters)
        return TypeInputs(characters=characters, words=None if self.words is None else self.words.ids(words))
