"""State of phrase models: settings with counts (`Phrases`) or with scores (`FrozenPhrases`)."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, Mapping, ValuesView
from dataclasses import dataclass, field
from typing import Any

from .. import _core
from ..text import PreparationOptions
from .options import PhraseOptions
from .scoring import Scorer, checked_scorer

__all__ = ["CachedMatcher", "FrozenState", "PhraseCounts", "PhraseScores", "PhrasesState", "new_state"]


@dataclass(eq=False)
class CachedMatcher:
    """A matcher, valid as long as the state that it was made from does not change.

    Parameters
    ----------
    key : tuple
        The settings and counters that the matcher depends on.
    matcher : Matcher
        The C++ object that finds phrases.
    has_all_scores : bool, default False
        Whether the whole vocabulary was scored in advance.
    uses : int, default 0
        Number of times that it was used.
    """

    key: tuple[object, ...]
    matcher: _core.phrases.Matcher
    has_all_scores: bool = False
    uses: int = 0


@dataclass(kw_only=True, eq=False)
class PhrasesState:
    """Counts of words and candidate phrases, with the settings for scoring them.

    Parameters
    ----------
    counts : PhraseVocabulary
        Counts, in the C++ core.
    min_count, threshold, max_vocab_size, progress_per : float
        As in `PhraseOptions`.
    scoring : callable
        The scoring function.
    connector_words : frozenset of str
        As in `PhraseOptions`.
    min_reduce : int, default 1
        Counts below this are dropped when the vocabulary exceeds its maximum next time.
    corpus_word_count : int, default 0
        Number of words counted, including connector words.
    times_learned : int, default 0
        Number of corpora counted, for detecting changes.
    shared_counts : dict of str to int
        Joined texts that gensim counted once, but that are counted for several phrases here, so that the model finds
        the same phrases: by how much their counts exceed that of the text.
    preparation : PreparationOptions
        How texts are prepared.
    lifecycle_events : list of dict or None
        Events that the user added.
    cached_matcher : CachedMatcher or None
        The matcher used last.
    """

    counts: _core.phrases.PhraseVocabulary
    min_count: float
    threshold: float
    max_vocab_size: float
    progress_per: float
    scoring: Scorer
    connector_words: frozenset[str]
    min_reduce: int = 1
    corpus_word_count: int = 0
    times_learned: int = 0
    shared_counts: dict[str, int] = field(default_factory=dict)
    preparation: PreparationOptions = field(default_factory=PreparationOptions)
    lifecycle_events: list[dict[str, Any]] | None = field(default_factory=list)
    cached_matcher: CachedMatcher | None = None

    @property
    def delimiter(self) -> str:
        """String between the words of a phrase; fixed, since the counts depend on it."""
        return self.counts.delimiter


@dataclass(kw_only=True, eq=False)
class FrozenState:
    """Scores of phrases, without counts.

    Parameters
    ----------
    phrases : PhraseSet
        The phrases as they were found, as sequences of words, in the C++ core.
    phrasegrams : PhraseScores
        Joined phrases with their scores, which the user may change. A joined phrase that is not in `phrases` is found
        wherever words join to it.
    delimiter : str
        String between the words of a phrase.
    min_count, threshold : float
        As in `PhraseOptions`.
    scoring : callable
        The scoring function.
    connector_words : frozenset of str
        As in `PhraseOptions`.
    preparation : PreparationOptions
        How texts are prepared.
    lifecycle_events : list of dict or None
        Events that the user added.
    cached_matcher : CachedMatcher or None
        The matcher used last.
    """

    phrases: _core.phrases.PhraseSet
    phrasegrams: PhraseScores
    delimiter: str
    min_count: float
    threshold: float
    scoring: Scorer
    connector_words: frozenset[str]
    preparation: PreparationOptions = field(default_factory=PreparationOptions)
    lifecycle_events: list[dict[str, Any]] | None = field(default_factory=list)
    cached_matcher: CachedMatcher | None = None


def new_state(options: PhraseOptions, preparation: PreparationOptions | None = None) -> PhrasesState:
    """Return the state of a model that has counted nothing yet.

    Parameters
    ----------
    options : PhraseOptions
        Settings.
    preparation : PreparationOptions or None, default None
        How texts are prepared; None for the defaults.

    Returns
    -------
    PhrasesState
        A new state.
    """
    return PhrasesState(
        counts=_core.phrases.PhraseVocabulary(options.delimiter),
        min_count=options.min_count,
        threshold=options.threshold,
        max_vocab_size=options.max_vocab_size,
        progress_per=options.progress_per,
        scoring=checked_scorer(options.scoring),
        connector_words=options.connector_words,
        preparation=preparation or PreparationOptions(),
    )


class PhraseCounts(Mapping[str, int]):
    """Read-only mapping from words and joined phrases to their counts, which are in the C++ core.

    Words and phrases are counted separately. If a word contains the delimiter, it may be equal to a joined phrase; the
    mapping has the sum of their counts then.

    Looking up a word is fast; iterating creates a Python object for each entry.

    Parameters
    ----------
    state : PhrasesState
        The state with the counts.
    """

    def __init__(self, state: PhrasesState) -> None:
        self._counts = state.counts
        self._shared = state.shared_counts

    def __getitem__(self, word: str) -> int:
        count = self._count_of(word)
        if count == 0:
            raise KeyError(word)
        return count

    def __contains__(self, word: object) -> bool:
        return self._count_of(word) > 0

    def __len__(self) -> int:
        return len(self._counts)

    def __iter__(self) -> Iterator[str]:
        return iter(self._as_dict())

    def items(self) -> ItemsView[str, int]:
        """Return all words and phrases with their counts.

        Returns
        -------
        ItemsView
            A snapshot of the counts.
        """
        return self._as_dict().items()

    def values(self) -> ValuesView[int]:
        """Return all counts.

        Returns
        -------
        ValuesView
            A snapshot of the counts.
        """
        return self._as_dict().values()

    def _count_of(self, word: object) -> int:
        if not isinstance(word, str):
            return 0
        try:
            word.encode("utf-8")
        except UnicodeEncodeError:  # a lone surrogate: no corpus contains such a word
            return 0
        return self._without_shared(word, self._counts.count_of(word))

    def _as_dict(self) -> dict[str, int]:
        counts = self._counts.as_dict()
        for text in counts.keys() & self._shared.keys():
            counts[text] = self._without_shared(text, counts[text])
        return counts

    def _without_shared(self, text: str, count: int) -> int:
        # Some of the phrases may have been dropped, but not the last one.
        return max(count - self._shared.get(text, 0), min(count, 1))

    def __repr__(self) -> str:
        return f"<counts of {len(self)} words and phrases>"


class PhraseScores(dict[str, float]):
    """Dictionary of joined phrases with their scores that counts its changes, so that outdated matchers are detected.

    Examples
    --------
    >>> scores = PhraseScores(new_york=0.75)
    >>> scores["los_angeles"] = 0.5
    >>> scores.changes
    1
    """

    changes = 0

    def __setitem__(self, phrase: str, score: float) -> None:
        self.changes += 1
        super().__setitem__(phrase, score)

    def __delitem__(self, phrase: str) -> None:
        self.changes += 1
        super().__delitem__(phrase)

    def __ior__(self, other: Mapping[str, float] | Iterable[tuple[str, float]]) -> PhraseScores:  # type: ignore[override,misc]
        self.update(other)
        return self

    def update(self, *args: Any, **kwargs: float) -> None:
        """Add or replace entries, as ``dict.update`` does.

        Parameters
        ----------
        *args : mapping or iterable of pairs
            New entries.
        **kwargs : float
            New entries.
        """
        self.changes += 1
        super().update(*args, **kwargs)

    def setdefault(self, phrase: str, score: float = 0.0) -> float:
        """Return the score of a phrase; add it if it is missing.

        Parameters
        ----------
        phrase : str
            The joined phrase.
        score : float, default 0.0
            Score of a new entry.

        Returns
        -------
        float
            The score.
        """
        self.changes += 1
        return super().setdefault(phrase, score)

    def pop(self, *args: Any) -> float:
        """Remove a phrase and return its score, as ``dict.pop`` does.

        Parameters
        ----------
        *args : str, float
            The phrase, and optionally the result if it is missing.

        Returns
        -------
        float
            The score.
        """
        self.changes += 1
        return super().pop(*args)

    def popitem(self) -> tuple[str, float]:
        """Remove the last phrase and return it with its score.

        Returns
        -------
        tuple
            Phrase and score.
        """
        self.changes += 1
        return super().popitem()

    def clear(self) -> None:
        """Remove all phrases."""
        self.changes += 1
        super().clear()
