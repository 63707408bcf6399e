"""Words as users type them, and the keys that they stand for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..errors import CorpusError
from ..text.preparation import SavedTokenizer

if TYPE_CHECKING:
    from .keyed_vectors import KeyedVectors

__all__ = ["typed_key", "whole_number_key"]

_WHOLE_NUMBER = re.compile("-?[0-9]{1,18}")


def whole_number_key(vectors: KeyedVectors, text: str) -> int | None:
    """Return the whole number that a text is, if that is a key and the text is not.

    Parameters
    ----------
    vectors : KeyedVectors
        The vectors.
    text : str
        What a user has typed.

    Returns
    -------
    int or None
        The key; None if there is none.

    Examples
    --------
    >>> from wordkin import KeyedVectors
    >>> kv = KeyedVectors(2)
    >>> kv.add_vectors([10, 11], [[0, 1], [1, 0]])
    >>> whole_number_key(kv, "10"), whole_number_key(kv, "12")
    (10, None)
    """
    if _WHOLE_NUMBER.fullmatch(text) is None or text in vectors:
        return None
    number = int(text)
    return number if number in vectors else None


def typed_key(vectors: KeyedVectors, text: str) -> str | int:
    """Return the key that a text stands for.

    Parameters
    ----------
    vectors : KeyedVectors
        The vectors.
    text : str
        What a user has typed.

    Returns
    -------
    str or int
        The text itself if it is a key; otherwise the whole number that it is, or the token that it becomes by the
        preparation of the training text, if that is a key; otherwise the text itself.

    Examples
    --------
    >>> from wordkin import KeyedVectors
    >>> from wordkin.text import PreparationOptions
    >>> kv = KeyedVectors(2)
    >>> kv.add_vectors(["königin"], [[0, 1]])
    >>> kv.preparation = PreparationOptions(lowercase=True, normalize="NFC")
    >>> typed_key(kv, "Ko\\u0308nigin")
    'königin'
    """
    number = whole_number_key(vectors, text)
    if number is not None:
        return number
    options = vectors.preparation
    if options.is_default or text in vectors or isinstance(options.tokenizer, SavedTokenizer):
        return text
    try:
        tokens = options.tokens(text)
    except CorpusError:  # unpaired surrogates, or a text that is too long for a key
        return text
    return tokens[0] if len(tokens) == 1 and tokens[0] in vectors else text
