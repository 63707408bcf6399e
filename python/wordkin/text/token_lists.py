"""Sentences that are Python objects: iterables of lists of str."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..errors import CorpusError, ResourceError

__all__ = ["TokenLists", "single_pass_error", "word_limit_as_resource_error"]

_log = logging.getLogger(__name__)


class TokenLists:
    """One pass over sentences, counted or encoded in C++ a few at a time.

    Errors of the iterable pass through; tokens that are no words are named with their places.
    """

    def __init__(self, sentences: Iterable[Any], name: str, max_sentence_length: int) -> None:
        self._name = name
        self._lists = _core.text.TokenLists(iter(sentences), name, max_sentence_length)

    @property
    def words(self) -> int:
        """Words so far."""
        return self._lists.words

    @property
    def sentences(self) -> int:
        """Sentences so far, empty ones included."""
        return self._lists.sentences

    def count(self, counter: _core.text.SequentialCounter, budget: int, most_words: int) -> bool:
        """Count about `budget` words, or until `counter` knows more than `most_words`; False at the end."""
        with self._errors():
            return counter.count_sentences(self._lists, budget, most_words)

    def encode(
        self, table: _core.text.WordTable, budget: int
    ) -> tuple[NDArray[np.int32], NDArray[np.int64], int, int] | None:
        """Encode about `budget` words as (ids, ends, raw words, raw sentences); None at the end."""
        with self._errors():
            return _core.text.encode_sentences(table, self._lists, budget)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            with word_limit_as_resource_error():
                yield
        except _core.text.TextError as error:
            raise CorpusError(f"`{self._name}`: {error.args[0]}") from None

    def log_empty_tokens(self) -> None:
        """Tell, after a pass, how many tokens were no words."""
        if self._lists.empty_tokens:
            _log.warning("`%s`: skipped %d empty tokens", self._name, self._lists.empty_tokens)


def single_pass_error(name: str) -> TypeError:
    return TypeError(
        f"`{name}` can be gone through only once, as generators can, and several passes are needed (one for the "
        "vocabulary, one for each epoch): give a list, a file, or an object whose __iter__ starts anew each time"
    )


@contextmanager
def word_limit_as_resource_error() -> Iterator[None]:
    try:
        yield
    except _core.text.TooManyWordsError as error:
        raise ResourceError(f"{error}: prune while counting (max_vocab_size), or split words differently") from None
