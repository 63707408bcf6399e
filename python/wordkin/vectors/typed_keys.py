"""Words as users type them, and the keys that they stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import CorpusError
from ..text.preparation import SavedTokenizer

if TYPE_CHECKING:
    from .keyed_vectors import KeyedVectors

__all__ = ["typed_key"]


def typed_key(vectors: KeyedVectors, text: str) -> str:
    """Return the key that a text stands for.

    Parameters
    ----------
    vectors : KeyedVectors
        The vectors.
    text : str
        What a user has typed.

    Returns
    -------
    str
        The text itself if it is a key; otherwise the token that it becomes by the preparation of the training text, if
        that is a key; otherwise the text itself.

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
    options = vectors.preparation
    if options.is_default or text in vectors or isinstance(options.tokenizer, SavedTokenizer):
        return text
    try:
        tokens = options.tokens(text)
    except CorpusError:  # unpaired surrogates, or a text that is too long for a key
        return text
    return tokens[0] if len(tokens) == 1 and tokens[0] in vectors else text
