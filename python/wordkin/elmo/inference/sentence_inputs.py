"""What users give to be encoded, as token lists: texts, lists of texts, lists of token lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ...text.tokenization import split_words

__all__ = ["Sentence", "Tokenizer", "checked_sentence", "checked_sentences", "checked_tokenizer"]

Sentence = Sequence[str]
Tokenizer = Callable[[str], Iterable[str]]

_NESTING = "give [['first', 'sentence'], ['second', 'one']], or texts such as ['first sentence', 'second one']"


def checked_tokenizer(tokenizer: Any) -> Tokenizer | None:
    """Return a tokenizer, or None for the own rule.

    Raises
    ------
    TypeError
        If it cannot be called.
    """
    if tokenizer is not None and not callable(tokenizer):
        raise TypeError(f"tokenizer must be callable, from a str to its tokens, got {type(tokenizer).__name__}")
    return tokenizer  # type: ignore[no-any-return]


def checked_sentences(inputs: Any, tokenizer: Tokenizer | None = None, *, first: int = 0) -> list[list[str]]:
    """Return a list of inputs as token lists.

    Parameters
    ----------
    inputs
        Texts, or token lists, or both.
    tokenizer
        For texts; `split_words` by default.
    first
        Number of the first of them, for errors.

    Raises
    ------
    TypeError
        If something is neither; or if these are several words where sentences are meant: texts without a blank. Who
        means them gives a tokenizer.

    Examples
    --------
    >>> checked_sentences(["A text.", ["tokens", "of", "another"]])
    [['A', 'text', '.'], ['tokens', 'of', 'another']]
    """
    if isinstance(inputs, bytes | dict) or not isinstance(inputs, Iterable):
        raise TypeError(f"inputs must be a text or a list of sentences, got {type(inputs).__name__}; {_NESTING}")
    given = list(inputs)
    texts = [sentence for sentence in given if isinstance(sentence, str)]
    if tokenizer is None and len(texts) > 1 and len(texts) == len(given) and not any(map(_has_blank, texts)):
        shown = [text[:20] for text in texts[:3]]
        raise TypeError(
            f"inputs are {len(texts)} texts without a blank, such as {shown}: words where sentences are meant? For one "
            f"sentence give [{shown}], a list of token lists; to have texts cut otherwise, give a tokenizer"
        )
    return [checked_sentence(sentence, tokenizer, first + place) for place, sentence in enumerate(given)]


def _has_blank(text: str) -> bool:
    return any(character.isspace() for character in text)


def checked_sentence(sentence: Any, tokenizer: Tokenizer | None, place: int | None = None) -> list[str]:
    """Return one input as a token list; `place` is its number, for errors."""
    name = "the sentence" if place is None else f"sentence {place}"
    if isinstance(sentence, str):
        tokens = split_words(sentence) if tokenizer is None else list(tokenizer(sentence))
        name = f"the tokenizer's answer for {name}"
    elif isinstance(sentence, bytes | dict) or not isinstance(sentence, Iterable):
        raise TypeError(f"{name} must be a text or a list of tokens, got {type(sentence).__name__}; {_NESTING}")
    else:
        tokens = list(sentence)
    for number, token in enumerate(tokens):
        if not isinstance(token, str):
            raise TypeError(f"{name} must have str for tokens, got {type(token).__name__} at place {number}")
    return tokens
