"""A plain rule that cuts text into words and marks of punctuation, for whoever brings no tokenizer."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["split_words"]

_SIMPLE = re.compile(r"\w+|[^\w\s]")


def split_words(text: str) -> list[str]:
    """Return the words of a text.

    A word is a run of letters, digits, underscores and what joins onto them (combining marks, joiners); every other
    character but blanks is a token of its own. The language models were trained on words cut by finer rules; for those,
    give token lists or a tokenizer.

    Examples
    --------
    >>> split_words("It's 5 o'clock, isn't it?")
    ['It', "'", 's', '5', 'o', "'", 'clock', ',', 'isn', "'", 't', 'it', '?']
    """
    if text.isascii():
        return _SIMPLE.findall(text)
    tokens: list[str] = []
    for chunk in text.split():
        begin = 0
        for place, character in enumerate(chunk):
            if _is_in_word(character):
                continue
            if begin < place:
                tokens.append(chunk[begin:place])
            tokens.append(character)
            begin = place + 1
        if begin < len(chunk):
            tokens.append(chunk[begin:])
    return tokens


def _is_in_word(character: str) -> bool:
    # Marks (Mn, Mc, Me) write the vowels of many scripts; format characters (Cf) join letters.
    return (
        character.isalnum()
        or character == "_"
        or unicodedata.category(character)[0] == "M"
        or (unicodedata.category(character) == "Cf")
    )
