"""Texts as lists of tokens, and tokens as indices of distinct words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ...errors import CorpusError
from ...text.tokenization import split_words

__all__ = [
    "IndexedTexts",
    "Texts",
    "Tokenizer",
    "TokenizerChoice",
    "checked_tokenizer",
    "limit_lengths",
    "token_lists",
    "tokenize_texts",
]

Texts = Iterable[str | Sequence[str]]
Tokenizer = Callable[[str], Iterable[str]]
TokenizerName = Literal["words", "whitespace"]
TokenizerChoice = TokenizerName | Tokenizer

_TOKENIZERS: dict[str, Tokenizer] = {"words": split_words, "whitespace": str.split}


def checked_tokenizer(tokenizer: TokenizerChoice) -> Tokenizer:
    """Return the function that a `tokenizer` argument stands for.

    Parameters
    ----------
    tokenizer : {"words", "whitespace"} or callable
        "words" splits a text into runs of letters and digits and single other characters; "whitespace" splits at
        whitespace; a callable returns the tokens of a text.

    Returns
    -------
    callable
        The function from a text to its tokens.

    Raises
    ------
    TypeError, ValueError
        If it is neither one of the names nor callable.

    Examples
    --------
    >>> list(checked_tokenizer("words")("It's"))
    ['It', "'", 's']
    """
    if isinstance(tokenizer, str):
        if tokenizer not in _TOKENIZERS:
            names = ", ".join(map(repr, get_args(TokenizerName)))
            raise ValueError(f"tokenizer must be {names} or callable, got {tokenizer!r}")
        return _TOKENIZERS[tokenizer]
    if not callable(tokenizer):
        raise TypeError(f"tokenizer must be a str or callable, got {type(tokenizer).__name__}")
    return tokenizer


def tokenize_texts(texts: Texts, tokenizer: Tokenizer, name: str = "X") -> list[list[str]]:
    """Return texts as lists of tokens.

    Parameters
    ----------
    texts : iterable of str or list of str
        The texts; those that are lists of tokens already are not tokenized.
    tokenizer : callable
        From a text to its tokens.
    name : str, default "X"
        Name of the argument in error messages.

    Returns
    -------
    list of list of str
        The tokens of each text.

    Raises
    ------
    TypeError
        If an element is neither a text nor a list of tokens.

    Examples
    --------
    >>> tokenize_texts(["A text", ["of", "tokens"]], str.split)
    [['A', 'text'], ['of', 'tokens']]
    """
    given = _as_list(texts, name)
    names = [f"{name}[{index}]" for index in range(len(given))]
    return [
        _checked(
            list(tokenizer(text)) if isinstance(text, str) else _tokens(text, own, "a text or a list of tokens"), own
        )
        for text, own in zip(given, names, strict=True)
    ]


def token_lists(sentences: Iterable[Sequence[str]], name: str = "X") -> list[list[str]]:
    """Check sentences that must be lists of tokens.

    Parameters
    ----------
    sentences : iterable of list of str
        The sentences.
    name : str, default "X"
        Name of the argument in error messages.

    Returns
    -------
    list of list of str
        The tokens of each sentence.

    Raises
    ------
    TypeError
        If an element is not a list of tokens.
    """
    return [
        _checked(_tokens(sentence, f"{name}[{index}]", "a list of tokens"), f"{name}[{index}]")
        for index, sentence in enumerate(_as_list(sentences, name))
    ]


def _as_list(texts: Any, name: str) -> list[Any]:
    if isinstance(texts, str | bytes | Mapping) or not isinstance(texts, Iterable):
        raise TypeError(f"{name} must be a list of texts, got {type(texts).__name__}")
    return list(texts)


def _tokens(text: Any, name: str, expected: str) -> list[Any]:
    if isinstance(text, str | bytes | Mapping) or not isinstance(text, Iterable) or getattr(text, "ndim", 1) != 1:
        raise TypeError(f"{name} must be {expected}, got {type(text).__name__}: {text!r:.60}")
    return list(text)


def _checked(tokens: list[Any], name: str) -> list[str]:
    for index, token in enumerate(tokens):
        if not isinstance(token, str):
            raise TypeError(f"{name} must have tokens of type str, got {type(token).__name__} at index {index}")
    return tokens


def limit_lengths(sentences: list[list[str]], max_length: int, truncate: bool, name: str = "X") -> list[list[str]]:
    """Enforce the maximum length of texts.

    Parameters
    ----------
    sentences : list of list of str
        The tokens of each text.
    max_length : int
        Maximum number of tokens.
    truncate : bool
        Whether to truncate longer texts instead of rejecting them.
    name : str, default "X"
        Name of the argument in error messages.

    Returns
    -------
    list of list of str
        The texts, none of them longer than `max_length`.

    Raises
    ------
    CorpusError
        If a text is longer and `truncate` is false.
    """
    for index, tokens in enumerate(sentences):
        if len(tokens) > max_length:
            if not truncate:
                raise CorpusError(
                    f"{name}[{index}] must have at most max_length={max_length} tokens, got {len(tokens)}; increase "
                    "max_length, or split or truncate the text"
                )
            sentences[index] = tokens[:max_length]
    return sentences


@dataclass(frozen=True, eq=False)
class IndexedTexts:
    """Texts whose tokens are indices of distinct words.

    Parameters
    ----------
    sentences : sequence of list of str
        The tokens.
    words : list of str
        Distinct words in the order of their first occurrence.
    counts : ndarray of shape (n_words,)
        Frequency of each word, int64.
    types : ndarray of shape (n_tokens,)
        Word index of each token of all texts, concatenated, int32.
    ends : ndarray of shape (n_texts + 1,)
        Position of the first token of each text, and the number of tokens, int64.
    """

    sentences: Sequence[Sequence[str]]
    words: list[str]
    counts: NDArray[np.int64]
    types: NDArray[np.int32]
    ends: NDArray[np.int64]

    @classmethod
    def from_sentences(cls, sentences: Sequence[Sequence[str]]) -> IndexedTexts:
        """Index the words of texts.

        Parameters
        ----------
        sentences : sequence of list of str
            The tokens of each text.

        Returns
        -------
        IndexedTexts
            The indexed texts.

        Examples
        --------
        >>> IndexedTexts.from_sentences([["a", "b"], [], ["b"]]).types.tolist()
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
        """Number of tokens of each text."""
        return np.diff(self.ends).astype(np.int32)

    def types_of(self, indices: NDArray[np.intp]) -> NDArray[np.int32]:
        """Return the word indices of the tokens of texts.

        Parameters
        ----------
        indices : ndarray of shape (n_selected,)
            Indices of the texts.

        Returns
        -------
        ndarray of shape (n_tokens,)
            Int32 word indices, text after text.
        """
        return self.types[self.positions(indices)]

    def positions(self, indices: NDArray[np.intp]) -> NDArray[np.int64]:
        """Return the positions of the tokens of texts among all tokens.

        Parameters
        ----------
        indices : ndarray of shape (n_selected,)
            Indices of the texts.

        Returns
        -------
        ndarray of shape (n_tokens,)
            Int64 positions, text after text.
        """
        begins = self.ends[indices]
        lengths = self.ends[indices + 1] - begins
        own_ends = np.cumsum(lengths)
        total = int(own_ends[-1]) if len(own_ends) else 0
        return np.repeat(begins - (own_ends - lengths), lengths) + np.arange(total, dtype=np.int64)
