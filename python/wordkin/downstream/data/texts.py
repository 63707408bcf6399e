"""Texts as tokens, and tokens as numbers of the distinct words among them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import CorpusError
from ...text.tokenization import split_words

__all__ = ["IndexedTexts", "Tokenizer", "as_tokenizer", "cut_texts", "token_lists", "tokenized"]

Tokenizer = Callable[[str], Iterable[str]]

TOKENIZERS: dict[str, Tokenizer] = {"words": split_words, "blanks": str.split}


def as_tokenizer(tokenizer: Any) -> Tokenizer:
    """Return the function that cuts texts.

    Parameters
    ----------
    tokenizer
        "words": runs of letters and digits, and every other character but blanks by itself; "blanks": what blanks
        separate; or a callable.

    Raises
    ------
    TypeError, ValueError
        If it is none of these.

    Examples
    --------
    >>> list(as_tokenizer("words")("It's"))
    ['It', "'", 's']
    """
    if isinstance(tokenizer, str):
        if tokenizer not in TOKENIZERS:
            raise ValueError(f"tokenizer must be {', '.join(map(repr, TOKENIZERS))} or callable, got {tokenizer!r}")
        return TOKENIZERS[tokenizer]
    if not callable(tokenizer):
        raise TypeError(f"tokenizer must be a str or callable, got {type(tokenizer).__name__}")
    return tokenizer  # type: ignore[no-any-return]


def tokenized(texts: Any, tokenizer: Tokenizer, name: str = "X") -> list[list[str]]:
    """Return texts as token lists; those that are token lists already stay as they are.

    Raises
    ------
    TypeError
        If something is neither.

    Examples
    --------
    >>> tokenized(["A text", ["of", "tokens"]], str.split)
    [['A', 'text'], ['of', 'tokens']]
    """
    given = _listed(texts, name)
    wanted = "a text or a list of tokens"
    names = [f"{name}[{place}]" for place in range(len(given))]
    return [
        _checked(list(tokenizer(text)) if isinstance(text, str) else _tokens(text, own, wanted), own)
        for text, own in zip(given, names, strict=True)
    ]


def token_lists(sentences: Any, name: str = "X") -> list[list[str]]:
    """Return sentences that must be token lists, as tags belong to tokens.

    Raises
    ------
    TypeError
        If one is something else.
    """
    return [
        _checked(_tokens(sentence, f"{name}[{place}]", "a list of tokens"), f"{name}[{place}]")
        for place, sentence in enumerate(_listed(sentences, name))
    ]


def _listed(texts: Any, name: str) -> list[Any]:
    if isinstance(texts, str | bytes | Mapping) or not isinstance(texts, Iterable):
        raise TypeError(f"{name} must be a list of texts, got {type(texts).__name__}")
    return list(texts)


def _tokens(text: Any, name: str, wanted: str) -> list[Any]:
    if isinstance(text, str | bytes | Mapping) or not isinstance(text, Iterable) or getattr(text, "ndim", 1) != 1:
        raise TypeError(f"{name} must be {wanted}, got {type(text).__name__}: {text!r:.60}")
    return list(text)


def _checked(tokens: list[Any], name: str) -> list[str]:
    for place, token in enumerate(tokens):
        if not isinstance(token, str):
            raise TypeError(f"{name} must have str for tokens, got {type(token).__name__} at place {place}")
    return tokens


def cut_texts(sentences: list[list[str]], max_length: int, truncate: bool, name: str = "X") -> list[list[str]]:
    """Return texts of at most `max_length` tokens; longer ones are cut, or refused.

    Raises
    ------
    CorpusError
        If a text is longer and must not be cut.
    """
    for place, tokens in enumerate(sentences):
        if len(tokens) > max_length:
            if not truncate:
                raise CorpusError(
                    f"{name}[{place}] has {len(tokens)} tokens; max_length allows {max_length}: raise it, or cut such "
                    "texts (truncate=True)"
                )
            sentences[place] = tokens[:max_length]
    return sentences


@dataclass(frozen=True, eq=False)
class IndexedTexts:
    """Texts whose words have numbers.

    Parameters
    ----------
    sentences
        The tokens themselves.
    words
        Distinct words, in the order of their first occurrence.
    counts
        int64 (words,): their occurrences.
    types
        int32 (tokens,): the number of each token's word, text after text.
    ends
        int64 (texts + 1,): where each text begins among the tokens, and the end.
    """

    sentences: Sequence[Sequence[str]]
    words: list[str]
    counts: NDArray[np.int64]
    types: NDArray[np.int32]
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, sentences: Sequence[Sequence[str]]) -> IndexedTexts:
        """Number the words of texts.

        Examples
        --------
        >>> IndexedTexts.of([["a", "b"], [], ["b"]]).types.tolist()
        [0, 1, 1]
        """
        index: dict[str, int] = {}
        lengths = np.fromiter(map(len, sentences), np.int64, len(sentences))
        ends = np.zeros(len(sentences) + 1, np.int64)
        np.cumsum(lengths, out=ends[1:])
        types = np.fromiter(
            (index.setdefault(token, len(index)) for sentence in sentences for token in sentence),
            np.int32,
            int(ends[-1]),
        )
        return cls(sentences, list(index), np.bincount(types, minlength=len(index)).astype(np.int64), types, ends)

    def __len__(self) -> int:
        return len(self.sentences)

    @property
    def lengths(self) -> NDArray[np.int32]:
        """Tokens of each text."""
        return np.diff(self.ends).astype(np.int32)

    def types_of(self, numbers: NDArray[np.intp]) -> NDArray[np.int32]:
        """Return the numbers of the words of some texts, text after text."""
        return self.types[self.places(numbers)]

    def places(self, numbers: NDArray[np.intp]) -> NDArray[np.int64]:
        """Return the places of the tokens of some texts among all tokens, text after text."""
        begins = self.ends[numbers]
        lengths = self.ends[numbers + 1] - begins
        own_ends = np.cumsum(lengths)
        total = int(own_ends[-1]) if len(own_ends) else 0
        return np.repeat(begins - (own_ends - lengths), lengths) + np.arange(total, dtype=np.int64)
