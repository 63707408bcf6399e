"""Words as character ids, exactly as the original ELMo reads them: every special id is named here and nowhere else.

A word is its UTF-8 bytes (ids 0 to 255) between a mark of its beginning and one of its end, filled up with padding. The
marks of a sentence's ends are words with one character of their own.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .. import _core

__all__ = [
    "BEGIN_SENTENCE",
    "BEGIN_SENTENCE_CHARACTER",
    "BEGIN_WORD_CHARACTER",
    "END_SENTENCE",
    "END_SENTENCE_CHARACTER",
    "END_WORD_CHARACTER",
    "MIN_CHARACTERS",
    "N_CHARACTERS",
    "PADDING_CHARACTER",
    "Cut",
    "character_rows",
]

BEGIN_SENTENCE = "<S>"
END_SENTENCE = "</S>"

BEGIN_SENTENCE_CHARACTER = 256
END_SENTENCE_CHARACTER = 257
BEGIN_WORD_CHARACTER = 258
END_WORD_CHARACTER = 259
PADDING_CHARACTER = 260
N_CHARACTERS = 261

MIN_CHARACTERS = 3
"""Room for a character between the marks of a word's ends."""

Cut = Literal["bytes", "characters"]


def character_rows(words: Iterable[str], max_characters: int = 50, *, cut: Cut = "bytes") -> NDArray[np.uint16]:
    """Return the character ids of words, one row a word.

    Parameters
    ----------
    words
        The words. Lone surrogates, which have no UTF-8, vanish. ``"<S>"`` and ``"</S>"`` mark the ends of a sentence.
    max_characters
        Ids in a row, the two marks of the word's ends included; at least 3.
    cut
        Where a word is cut whose bytes do not fit: ``"bytes"`` at the last byte that fits, possibly within a character,
        as the original does; ``"characters"`` at the last character that fits as a whole.

    Returns
    -------
    numpy.ndarray
        uint16 of shape (words, `max_characters`).

    Raises
    ------
    TypeError
        If `words` is a str or holds something else than str, or `max_characters` is no integer.
    ValueError
        If `max_characters` is below 3 or `cut` is unknown.

    Examples
    --------
    >>> character_rows(["hi", "<S>"], 6).tolist()
    [[258, 104, 105, 259, 260, 260], [258, 256, 259, 260, 260, 260]]
    """
    if isinstance(words, (str, bytes)):
        raise TypeError(f"`words` must be words, not one {type(words).__name__}: give [word], got {words[:20]!r}")
    if cut not in ("bytes", "characters"):
        raise ValueError(f"`cut` must be 'bytes' or 'characters', got {cut!r}")
    given = tuple(words)
    rows = np.empty((len(given), _checked_length(max_characters)), dtype=np.uint16)
    frame = _core.text.CharacterFrame(
        begin_word=BEGIN_WORD_CHARACTER,
        end_word=END_WORD_CHARACTER,
        padding=PADDING_CHARACTER,
        whole_words=[(BEGIN_SENTENCE, BEGIN_SENTENCE_CHARACTER), (END_SENTENCE, END_SENTENCE_CHARACTER)],
    )
    _core.text.fill_character_rows(rows, given, frame=frame, whole_characters=cut == "characters")
    return rows


def _checked_length(max_characters: object) -> int:
    if isinstance(max_characters, (bool, np.bool_)) or not hasattr(max_characters, "__index__"):
        raise TypeError(f"`max_characters` must be an integer, got {max_characters!r}")
    length = operator.index(max_characters)
    if length < MIN_CHARACTERS:
        raise ValueError(f"`max_characters` must be at least {MIN_CHARACTERS}, got {length}")
    return length
