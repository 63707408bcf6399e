"""Phrases that were found, with their scores: all that is needed to join them in text."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeVar

from .. import _core
from ..storage.paths import AnyPath
from .inference import PhraseJoiner
from .model import Phrases
from .scoring import Scorer

__all__ = ["FrozenPhrases", "PhraseScores", "Phraser"]

_log = logging.getLogger(__name__)

Frozen = TypeVar("Frozen", bound="FrozenPhrases")


class PhraseScores(dict[str, float]):
    """Joined words to score. A dict that knows how often it was changed, so that the changes count."""

    changes = 0

    def __setitem__(self, phrase: str, score: float) -> None:
        self.changes += 1
        super().__setitem__(phrase, score)

    def __delitem__(self, phrase: str) -> None:
        self.changes += 1
        super().__delitem__(phrase)

    def __ior__(self, other: Any) -> PhraseScores:  # type: ignore[override,misc]
        self.update(other)
        return self

    def update(self, *args: Any, **kwargs: Any) -> None:
        """As ``dict.update``."""
        self.changes += 1
        super().update(*args, **kwargs)

    def setdefault(self, phrase: str, score: float = 0.0) -> float:
        """As ``dict.setdefault``."""
        self.changes += 1
        return super().setdefault(phrase, score)

    def pop(self, *args: Any) -> Any:
        """As ``dict.pop``."""
        self.changes += 1
        return super().pop(*args)

    def popitem(self) -> tuple[str, float]:
        """As ``dict.popitem``."""
        self.changes += 1
        return super().popitem()

    def clear(self) -> None:
        """As ``dict.clear``."""
        self.changes += 1
        super().clear()


class FrozenPhrases(PhraseJoiner):
    """Joins phrases that a `Phrases` has found; small and fast, and nothing more can be learned.

    Parameters
    ----------
    phrases_model : Phrases
        What has found them.

    Attributes
    ----------
    phrasegrams : dict
        Joined words to score; may be changed. Those with a score above `threshold` are joined.

    Examples
    --------
    >>> phrases = Phrases([["new", "york"], ["new", "york"]], min_count=1, threshold=0.1)
    >>> frozen = FrozenPhrases(phrases)
    >>> frozen.phrasegrams
    {'new_york': 0.75}
    >>> frozen[["new", "york", "city"]]
    ['new_york', 'city']
    """

    def __init__(self, phrases_model: Phrases) -> None:
        self.threshold = phrases_model.threshold
        self.min_count = phrases_model.min_count
        self._delimiter = phrases_model.delimiter
        self.scoring = phrases_model.scoring
        self.connector_words = phrases_model.connector_words
        self.lifecycle_events = []
        self._kept_matcher: _KeptMatcher | None = None
        self.phrasegrams = phrases_model.export_phrases()
        _log.info("exported %s from %s", self, phrases_model)

    @classmethod
    def _of_parts(
        cls: type[Frozen],
        phrasegrams: Mapping[str, float],
        *,
        threshold: float,
        min_count: float,
        delimiter: str,
        scoring: Scorer,
        connector_words: Iterable[str],
    ) -> Frozen:
        frozen = cls.__new__(cls)
        frozen.threshold = threshold
        frozen.min_count = min_count
        frozen._delimiter = delimiter
        frozen.scoring = scoring
        frozen.connector_words = frozenset(connector_words)
        frozen.lifecycle_events = []
        frozen._kept_matcher = None
        frozen.phrasegrams = PhraseScores(phrasegrams)
        return frozen

    def __str__(self) -> str:
        return (
            f"{type(self).__name__}<{len(self.phrasegrams)} phrases, min_count={self.min_count}, "
            f"threshold={self.threshold}>"
        )

    __repr__ = __str__

    @property
    def delimiter(self) -> str:
        """What stands between the words of a phrase."""
        return self._delimiter

    @property
    def phrasegrams(self) -> dict[str, float]:
        """Joined words to score."""
        return self._phrasegrams

    @phrasegrams.setter
    def phrasegrams(self, scores: Mapping[str, float]) -> None:
        self._phrasegrams = scores if isinstance(scores, PhraseScores) else PhraseScores(scores)
        self._kept_matcher = None

    def save(self, fname: AnyPath | BinaryIO, *args: Any, **kwargs: Any) -> None:
        """Write everything to one file, without pickle; equal content gives equal bytes.

        Parameters
        ----------
        fname : path or binary file
            A file that is open gets the same bytes.
        *args, **kwargs
            gensim's options about separate files and pickle: accepted, as there is one file and no pickle.

        Raises
        ------
        OSError
            If the file cannot be written; an old one is kept.
        """
        from .files import save

        save(self, fname)

    @classmethod
    def load(
        cls, fname: AnyPath, mmap: str | bool | None = None, *, scoring: str | Scorer | None = None
    ) -> FrozenPhrases:
        """Read a file of `save`.

        Parameters
        ----------
        fname : path
            The file.
        mmap
            Accepted for gensim's sake: the words are read into tables of their own.
        scoring : callable, optional
            The function that scored, when it was one of yours: a file tells its name only.

        Raises
        ------
        FormatError
            If the file holds something else.
        ValueError
            If `scoring` is needed.
        """
        from .files import load

        return load(cls, fname, scoring)

    def __reduce__(self) -> tuple[Any, ...]:
        from .files import reduced

        return reduced(self)

    def _matcher(self, *, for_corpus: bool) -> _core.phrases.Matcher:
        connectors = frozenset(self.connector_words)
        state = (self._phrasegrams.changes, self.threshold, connectors)
        kept = self._kept_matcher
        if kept is None or kept.state != state:
            phrase_set = _core.phrases.PhraseSet.given(self._delimiter, self._phrasegrams, float(self.threshold))
            matcher = _core.phrases.Matcher.of_set(self._delimiter, sorted(connectors), phrase_set)
            kept = self._kept_matcher = _KeptMatcher(state, matcher)
        return kept.matcher


@dataclass
class _KeptMatcher:
    """What joins the phrases, as long as they stay as they are."""

    state: tuple[Any, ...]
    matcher: _core.phrases.Matcher


Phraser = FrozenPhrases
