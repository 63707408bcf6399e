"""Tokens of a text as fastText sees them, and its markers of ends."""

from __future__ import annotations

import re

__all__ = ["BOW", "EOS", "EOW", "split_words", "tokenize"]

EOS = "</s>"
"""The token at the end of each line."""
BOW = "<"
"""The mark before a word, which its n-grams include."""
EOW = ">"
"""The mark after a word."""

_WORD = re.compile(r"[^ \t\n\v\f\r]+")
_WORD_OR_END = re.compile(r"\n|[^ \n\r\t\v\f\0]+")


def split_words(text: str) -> list[str]:
    """Split a text for its vector as fastText does, at ASCII whitespace; no-break spaces and NUL are parts of words.

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    list of str
        Its words.
    """
    return _WORD.findall(text)


def tokenize(text: str) -> list[str]:
    """Split a text as fastText does: at ASCII whitespace and NUL, with ``</s>`` for the end of each line.

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    list of str
        Its tokens.

    Examples
    --------
    >>> tokenize("one line\\nand another")
    ['one', 'line', '</s>', 'and', 'another']
    """
    return [EOS if token == "\n" else token for token in _WORD_OR_END.findall(text)]
