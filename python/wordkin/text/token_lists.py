"""Sentences as Python objects: iterables of lists of str."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..errors import CorpusError, ResourceError
from ..runtime.columns import as_rows, plain_value, plain_values
from .token_keys import TokenKeys

__all__ = ["TokenLists", "checked_tokens", "single_pass_error", "word_limit_as_resource_error"]

_log = logging.getLogger(__name__)


def checked_tokens(tokens: object, name: str, expected: str = "a list of tokens", elements: str = "str") -> list[str]:
    """Return a sentence as a list after checking that it consists of str.

    Parameters
    ----------
    tokens : iterable of str
        The sentence; a single str is refused.
    name : str
        Name of the sentence in error messages.
    expected : str, default "a list of tokens"
        What the message says is expected.
    elements : str, default "str"
        What the message says the sentence must consist of.

    Returns
    -------
    list of str
        The tokens.

    Raises
    ------
    TypeError
        If `tokens` is not an iterable of str.

    Examples
    --------
    >>> checked_tokens(("a", "list"), "the sentence")
    ['a', 'list']
    """
    tokens = plain_value(tokens)
    if isinstance(tokens, str | bytes | Mapping) or not isinstance(tokens, Iterable) or getattr(tokens, "ndim", 1) != 1:
        raise TypeError(f"{name} must be {expected}, got {type(tokens).__name__}: {tokens!r:.60}")
    sentence = plain_values(as_rows(tokens, name, expected))
    for position, token in enumerate(sentence):
        if not isinstance(token, str):
            raise TypeError(f"{name} must consist of {elements}, got {type(token).__name__} at position {position}")
    return sentence


class TokenLists:
    """One pass over sentences, counted or encoded in C++ a few at a time.

    Exceptions that the iterable raises pass through; messages about invalid tokens give their positions.

    Parameters
    ----------
    sentences : iterable of lists of str
        The sentences.
    name : str
        Name of the sentences in error messages.
    max_sentence_length : int
        Maximum number of tokens per sentence; longer sentences are split.
    keys : TokenKeys or None, default None
        The bytes of tokens that are not str; None if all must be str.
    keep_empty : bool, default False
        Whether empty tokens and sentences are kept rather than skipped.
    keep_empty_sentences : bool, default False
        Whether sentences without tokens, or without known ones, are kept; empty tokens are skipped.
    """

    def __init__(
        self,
        sentences: Iterable[object],
        name: str,
        max_sentence_length: int,
        keys: TokenKeys | None = None,
        *,
        keep_empty: bool = False,
        keep_empty_sentences: bool = False,
    ) -> None:
        self._name = name
        self._lists = _core.text.TokenLists(
            iter(sentences),
            name,
            max_sentence_length,
            keys,
            keep_empty=keep_empty,
            keep_empty_sentences=keep_empty_sentences,
        )

    @property
    def words(self) -> int:
        """Number of words read so far."""
        return self._lists.words

    @property
    def sentences(self) -> int:
        """Number of sentences read so far, including empty ones."""
        return self._lists.sentences

    def count(self, counter: _core.text.SequentialCounter, budget: int, max_words: int) -> bool:
        """Count about `budget` words, or fewer if `counter` reaches `max_words` distinct words.

        Parameters
        ----------
        counter : SequentialCounter
            Counts the words.
        budget : int
            Number of words after which to return.
        max_words : int
            Number of distinct words after which to return.

        Returns
        -------
        bool
            Whether there are more sentences.
        """
        with self._errors():
            return counter.count_sentences(self._lists, budget, max_words)

    def encode(
        self, table: _core.text.WordTable, budget: int
    ) -> tuple[NDArray[np.int32], NDArray[np.int64], int, int] | None:
        """Encode about `budget` words.

        Parameters
        ----------
        table : WordTable
            The vocabulary.
        budget : int
            Number of words after which to return.

        Returns
        -------
        tuple or None
            Ids, ends of the sentences, number of words and number of sentences; None at the end.
        """
        with self._errors():
            return _core.text.encode_sentences(table, self._lists, budget)

    def learn(self, learner: _core.phrases.PhraseLearner, budget: int) -> bool:
        """Count the words and pairs of about `budget` words.

        Parameters
        ----------
        learner : PhraseLearner
            Counts them.
        budget : int
            Number of words after which to return.

        Returns
        -------
        bool
            Whether there are more sentences.
        """
        with self._errors():
            return learner.learn_lists(self._lists, budget)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            with word_limit_as_resource_error():
                yield
        except _core.text.TextError as error:
            raise CorpusError(f"{self._name}: {error.args[0]}") from None

    def log_warnings(self) -> None:
        """Log a warning if empty tokens were skipped, and one if most sentences are text that has not been split."""
        if self._lists.empty_tokens:
            _log.warning("%s: skipped %d empty tokens", self._name, self._lists.empty_tokens)
        unsplit, count = self._lists.unsplit_sentences, self._lists.sentences
        if 2 * unsplit > count:
            _log.warning(
                "%s: %d of %d sentences are a single token with whitespace in it, which has one vector; if they are "
                "texts, split them into words: [sentence[0].split() for sentence in %s]",
                self._name,
                unsplit,
                count,
                self._name,
            )


def single_pass_error(name: str) -> TypeError:
    """Return the error for an iterable that can be read only once.

    Parameters
    ----------
    name : str
        Name of the argument.

    Returns
    -------
    TypeError
        The error.
    """
    return TypeError(
        f"{name} must allow several passes (one for the vocabulary, one for each epoch), got an iterator, which allows "
        "only one: pass a list, a file, or an object whose __iter__ returns a new iterator each time"
    )


@contextmanager
def word_limit_as_resource_error() -> Iterator[None]:
    """Convert the error of the C++ core about too many distinct words to a `ResourceError`."""
    try:
        yield
    except _core.text.TooManyWordsError as error:
        raise ResourceError(
            f"{error}: limit the number of words while counting (max_vocab_size), or tokenize differently"
        ) from None
