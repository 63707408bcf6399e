"""Character ids of words as in the original ELMo implementation; the only definition of the special ids.

A word is the sequence of its UTF-8 bytes (ids 0 to 255) between a begin-of-word and an end-of-word marker, followed by
padding. The sentence boundaries are words of a single special character.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..runtime.options import UNLIMITED, integer_option

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
"""Smallest row length: one character between the markers of a word."""

Cut = Literal["bytes", "characters"]


def character_rows(words: Iterable[str], max_characters: int = 50, *, cut: Cut = "bytes") -> NDArray[np.uint16]:
    """Return the character ids of words.

    Parameters
    ----------
    words : iterable of str
        The words. ``"<S>"`` and ``"</S>"`` are sentence boundaries; lone surrogates, which have no UTF-8 encoding, are
        dropped.
    max_characters : int, default 50
        Length of a row, including the two markers (>= 3).
    cut : {"bytes", "characters"}, default "bytes"
        How to truncate a word that is too long: after the last byte that fits, possibly within a character, as the
        original does, or after the last complete character.

    Returns
    -------
    ndarray of uint16, shape (words, max_characters)
        A row per word.

    Raises
    ------
    TypeError
        If `words` is a str or has an element that is not a str, or `max_characters` is not an integer.
    ValueError
        If `max_characters` is less than 3 or `cut` is unknown.

    References
    ----------
    Peters et al., "Deep contextualized word representations", NAACL 2018; the ids are those of the bilm-tf program.

    Examples
    --------
    >>> character_rows(["hi", "<S>"], 6).tolist()
    [[258, 104, 105, 259, 260, 260], [258, 256, 259, 260, 260, 260]]
    """
    if isinstance(words, (str, bytes)):
        raise TypeError(f"words must be a list of str, got one {type(words).__name__}: {words[:20]!r}")
    if cut not in ("bytes", "characters"):
        raise ValueError(f"cut must be 'bytes' or 'characters', got {cut!r}")
    given = tuple(words)
    rows = np.empty(
        (len(given), integer_option("max_characters", max_characters, MIN_CHARACTERS, UNLIMITED)), dtype=np.uint16
    )
    frame = _core.text.CharacterFrame(
        begin_word=BEGIN_WORD_CHARACTER,
        end_word=END_WORD_CHARACTER,
        padding=PADDING_CHARACTER,
        whole_words=[(BEGIN_SENTENCE, BEGIN_SENTENCE_CHARACTER), (END_SENTENCE, END_SENTENCE_CHARACTER)],
    )
    _core.text.fill_character_rows(rows, given, frame=frame, whole_characters=cut == "characters")
    return rows
