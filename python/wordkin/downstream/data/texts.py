"""Texts as lists of tokens, and tokens as indices of distinct words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...errors import CorpusError
from ...runtime.columns import as_list
from ...text.token_lists import checked_tokens
from ...text.tokenization import Tokenizer, tokenize, warn_of_single_tokens, warn_of_unsplit_texts

__all__ = [
    "IndexedTexts",
    "Texts",
    "TokenizerChoice",
    "TagLists",
    "limit_lengths",
    "tag_lists",
    "token_lists",
    "tokenize_texts",
]

Texts = Iterable[str | Sequence[str]]
TokenizerChoice = Literal["words", "whitespace"] | Tokenizer


def tokenize_texts(texts: Texts, tokenizer: Tokenizer, name: str = "X") -> list[list[str]]:
    """Return texts as lists of tokens.

    Parameters
    ----------
    texts : iterable of str or list of str
        The texts; those that are lists of tokens already are not tokenized.
    tokenizer : callable
        Function from a text to its tokens.
    name : str, default "X"
        Name of the argument in error messages.

    Returns
    -------
    list of list of str
        The tokens of each text.

    Raises
    ------
    TypeError
        If an element is neither a text nor a list of tokens, or the tokenizer returns no list of str.

    Examples
    --------
    >>> tokenize_texts(["A text", ["of", "tokens"]], str.split)
    [['A', 'text'], ['of', 'tokens']]
    """
    expected = "a text or a list of tokens"
    given = as_list(texts, name, "a list of texts")
    found = [
        tokenize(text, tokenizer, f"{name}[{index}]")
        if isinstance(text, str)
        else checked_tokens(text, f"{name}[{index}]", expected)
        for index, text in enumerate(given)
    ]
    warn_of_single_tokens([own for own, text in zip(found, given, strict=True) if isinstance(text, str)], name)
    warn_of_unsplit_texts([own for own, text in zip(found, given, strict=True) if not isinstance(text, str)], name)
    return found


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
    given = as_list(sentences, name, "a list of token lists")
    found = [checked_tokens(sentence, f"{name}[{index}]") for index, sentence in enumerate(given)]
    warn_of_unsplit_texts(found, name)
    return found


class TagLists(NamedTuple):
    """The tags of sentences.

    Parameters
    ----------
    tags : list of list of str
        The tags of each sentence; integers as digits.
    are_numbers : bool
        Whether they were given as integers.
    """

    tags: list[list[str]]
    are_numbers: bool


def tag_lists(tags: Iterable[Sequence[str | int]], name: str = "y") -> TagLists:
    """Check the tags of sentences.

    Parameters
    ----------
    tags : iterable of list of str, or of list of int
        The tags of each sentence.
    name : str, default "y"
        Name of the argument in error messages.

    Returns
    -------
    TagLists
        The tags of each sentence.

    Raises
    ------
    TypeError
        If an element is not a list of str or of int, or some tags are str and some are integers.

    Examples
    --------
    >>> tag_lists([("O", "B-NP")]).tags
    [['O', 'B-NP']]
    >>> tag_lists([[0, 3]])
    TagLists(tags=[['0', '3']], are_numbers=True)
    """
    given = as_list(tags, name, "a list of lists of tags")
    found: list[list[str]] = []
    kinds: set[bool] = set()
    for index, own in enumerate(given):
        numbers = _integers(own)
        found.append(_checked_tags(own, f"{name}[{index}]") if numbers is None else numbers)
        if found[-1]:
            kinds.add(numbers is not None)
        if len(kinds) > 1:
            raise TypeError(f"{name} must have tags that are all str or all integers, got both: see {name}[{index}]")
    return TagLists(found, kinds == {True})


def _checked_tags(tags: object, name: str) -> list[str]:
    return checked_tokens(tags, name, "a list of tags", "only str or only integers")


def _integers(tags: object) -> list[str] | None:
    """Return integers as digits; None if the tags are something else."""
    if isinstance(tags, str) or not isinstance(tags, Sequence | np.ndarray) or len(tags) == 0:
        return None
    numbers = [tag for tag in tags if isinstance(tag, int | np.integer) and not isinstance(tag, bool)]
    return [str(int(number)) for number in numbers] if len(numbers) == len(tags) else None


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
    counts : ndarray, shape (n_words,)
        Frequency of each word, int64.
    types : ndarray, shape (n_tokens,)
        Word index of each token of all texts, concatenated, int32.
    ends : ndarray, shape (n_texts + 1,)
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

    def lengths_of(self, indices: NDArray[np.intp]) -> NDArray[np.int32]:
        """Return the lengths of texts.

        Parameters
        ----------
        indices : ndarray, shape (n_selected,)
            Indices of the texts.

        Returns
        -------
        ndarray, shape (n_selected,)
            Number of tokens of each text, int32.
        """
        return (self.ends[indices + 1] - self.ends[indices]).astype(np.int32)

    def tokens_of(self, indices: NDArray[np.intp]) -> list[list[str]]:
        """Return the tokens of texts.

        Parameters
        ----------
        indices : ndarray, shape (n_selected,)
            Indices of the texts.

        Returns
        -------
        list of list of str
            The tokens of each text.
        """
        return [list(self.sentences[index]) for index in map(int, indices)]

    def types_of(self, indices: NDArray[np.intp]) -> NDArray[np.int32]:
        """Return the word indices of the tokens of texts.

        Parameters
        ----------
        indices : ndarray, shape (n_selected,)
            Indices of the texts.

        Returns
        -------
        ndarray, shape (n_tokens,)
            Int32 word indices; the texts are concatenated.
        """
        return self.types[self.positions(indices)]

    def positions(self, indices: NDArray[np.intp]) -> NDArray[np.int64]:
        """Return the positions of the tokens of texts among all tokens.

        Parameters
        ----------
        indices : ndarray, shape (n_selected,)
            Indices of the texts.

        Returns
        -------
        ndarray, shape (n_tokens,)
            Int64 positions; the texts are concatenated.
        """
        begins = self.ends[indices]
        lengths = self.ends[indices + 1] - begins
        own_ends = np.cumsum(lengths)
        total = int(own_ends[-1]) if len(own_ends) else 0
        return np.repeat(begins - (own_ends - lengths), lengths) + np.arange(total, dtype=np.int64)
