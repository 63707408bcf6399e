"""Tokenizers: functions that split a text into tokens, and their selection by name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

__all__ = ["TOKENIZERS", "Tokenizer", "resolve_tokenizer", "split_words"]

Tokenizer = Callable[[str], Iterable[str]]

_WORD_OR_SYMBOL = re.compile(r"\w+|[^\w\s]")


def split_words(text: str) -> list[str]:
    """Split a text into words and punctuation marks.

    A word is a run of letters, digits, underscores, combining marks and joiners; every other character except
    whitespace is a token by itself. The published language models were trained with finer rules (the Penn Treebank's);
    for those, pass tokens or a tokenizer.

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    list of str
        The tokens.

    Examples
    --------
    >>> split_words("It's 5 o'clock, isn't it?")
    ['It', "'", 's', '5', 'o', "'", 'clock', ',', 'isn', "'", 't', 'it', '?']
    """
    if text.isascii():
        return _WORD_OR_SYMBOL.findall(text)
    tokens: list[str] = []
    for chunk in text.split():
        start = 0
        for position, character in enumerate(chunk):
            if _is_in_word(character):
                continue
            if start < position:
                tokens.append(chunk[start:position])
            tokens.append(character)
            start = position + 1
        if start < len(chunk):
            tokens.append(chunk[start:])
    return tokens


def _is_in_word(character: str) -> bool:
    # Marks (Mn, Mc, Me) write the vowels of many scripts; format characters (Cf) join letters.
    return (
        character.isalnum()
        or character == "_"
        or unicodedata.category(character)[0] == "M"
        or (unicodedata.category(character) == "Cf")
    )


TOKENIZERS: dict[str, Tokenizer] = {"words": split_words, "whitespace": str.split}


def resolve_tokenizer(tokenizer: object) -> Tokenizer:
    """Return the function that splits texts into tokens.

    Parameters
    ----------
    tokenizer : {"words", "whitespace"} or callable
        "words" for `split_words`, "whitespace" for ``str.split``, or a function from a text to its tokens.

    Returns
    -------
    callable
        The function.

    Raises
    ------
    TypeError, ValueError
        If `tokenizer` is neither a known name nor callable.

    Examples
    --------
    >>> list(resolve_tokenizer("whitespace")("It's late"))
    ["It's", 'late']
    """
    if isinstance(tokenizer, str):
        if tokenizer not in TOKENIZERS:
            raise ValueError(f"tokenizer must be one of {', '.join(TOKENIZERS)}, or a callable, got {tokenizer!r}")
        return TOKENIZERS[tokenizer]
    if not callable(tokenizer):
        raise TypeError(f"tokenizer must be a str or a callable, got {type(tokenizer).__name__}")
    return tokenizer
