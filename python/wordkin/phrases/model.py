"""Finding phrases: counts of words and of words that stand together, accumulated over any number of corpora."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from .. import _core
from ..storage.paths import AnyPath
from .inference import PhraseJoiner, Progress, require_tokens, require_workers
from .scoring import Scorer, checked_scorer, native_name
from .state import PhraseCounts
from .training import learn

if TYPE_CHECKING:
    from .frozen import FrozenPhrases

__all__ = ["Phrases"]

_log = logging.getLogger(__name__)

_MOST_ENTRIES = 2**62
# Phrases of a sentence are looked up in all counts. After so many sentences, as a share of the vocabulary's size, it
# pays to score the whole vocabulary once.
_USES_BEFORE_SCORING_ALL = 0.02


class Phrases(PhraseJoiner):
    """Finds phrases in texts by how often their words stand together, and joins them.

    Parameters
    ----------
    sentences : iterable of iterables of str, or path, or LineSentence, optional
        What to learn from; text files are read in C++.
    min_count : float
        Above 0. Rarer words and phrases are not found; also the discount of the default score.
    threshold : float
        A candidate with a higher score is a phrase. Above 0 for "default", from -1 to 1 for "npmi".
    max_vocab_size : float
        When more distinct words and phrases are known after a sentence, the rarest are forgotten: those met less than
        `min_reduce` times, which is 1 at first and grows by 1 each time.
    delimiter : str
        Put between the words of a phrase.
    progress_per : float
        Sentences between two log messages.
    scoring : {"default", "npmi"} or callable
        `original_scorer`, `npmi_scorer`, or a function of the same six arguments (given by name) that depends on
        nothing else: a score may be used again for equal counts.
    connector_words : iterable of str
        Words that no phrase begins or ends with, and that may stand within one, such as `ENGLISH_CONNECTOR_WORDS`.
    workers : int
        Threads for reading text files; the result does not depend on it.
    progress : callable, optional
        Called with the number of words read so far.

    Attributes
    ----------
    vocab : Mapping
        Word or joined phrase to its count.
    corpus_word_count : int
        All words learned from, connector words included.
    min_reduce : int
        When there is too much next time, what was met less often is forgotten.

    Raises
    ------
    ValueError
        If an argument is outside its range.
    TypeError
        If sentences are not split into tokens, or a token is no str.

    Examples
    --------
    >>> from wordkin.phrases import ENGLISH_CONNECTOR_WORDS
    >>> sentences = [["bank", "of", "america"], ["the", "bank", "of", "america", "building"]]
    >>> phrases = Phrases(sentences, min_count=1, threshold=1, connector_words=ENGLISH_CONNECTOR_WORDS)
    >>> phrases[["near", "the", "bank", "of", "america"]]
    ['near', 'the', 'bank_of_america']
    """

    def __init__(
        self,
        sentences: Any = None,
        min_count: float = 5,
        threshold: float = 10.0,
        max_vocab_size: float = 40_000_000,
        delimiter: str = "_",
        progress_per: float = 10_000,
        scoring: str | Scorer = "default",
        connector_words: Any = frozenset(),
        *,
        workers: int = 1,
        progress: Progress | None = None,
    ) -> None:
        connector_words = require_tokens("connector_words", connector_words)
        _require_numbers(min_count=min_count, threshold=threshold, max_vocab_size=max_vocab_size)
        if not isinstance(delimiter, str):
            raise TypeError(f"delimiter must be a str, got {type(delimiter).__name__}")
        delimiter.encode("utf-8")  # refuses halves of surrogate pairs
        if min_count <= 0:
            raise ValueError(f"min_count should be at least 1, got {min_count}")
        if scoring == "default" and threshold <= 0:
            raise ValueError(f"threshold should be positive for default scoring, got {threshold}")
        if scoring == "npmi" and not -1 <= threshold <= 1:
            raise ValueError(f"threshold should be between -1 and 1 for npmi scoring, got {threshold}")
        self.scoring = checked_scorer(scoring)
        self.connector_words = connector_words
        self.min_count = min_count
        self.threshold = threshold
        self.max_vocab_size = max_vocab_size
        self.progress_per = progress_per
        self.min_reduce = 1
        self.lifecycle_events = []
        self.corpus_word_count = 0
        self._counts = _core.phrases.PhraseVocabulary(delimiter)
        self._learned = 0  # times
        self._kept_matcher: _KeptMatcher | None = None
        if sentences is not None:
            self.add_vocab(sentences, workers=workers, progress=progress)

    def __str__(self) -> str:
        return (
            f"{type(self).__name__}<{len(self._counts)} vocab, min_count={self.min_count}, "
            f"threshold={self.threshold}, max_vocab_size={self.max_vocab_size}>"
        )

    __repr__ = __str__

    @property
    def delimiter(self) -> str:
        """What stands between the words of a phrase; the counts are kept by it, so it cannot be changed."""
        return self._counts.delimiter

    @property
    def vocab(self) -> PhraseCounts:
        """Word or joined phrase to its count, read-only; made into Python objects when it is gone through."""
        return PhraseCounts(self._counts)

    def add_vocab(self, sentences: Any, *, workers: int = 1, progress: Progress | None = None) -> None:
        """Learn from more text.

        Parameters
        ----------
        sentences : iterable of iterables of str, or path, or LineSentence
            The text. Until it is at its end, and when it fails, this object stays as it was.
        workers : int
            Threads for reading text files; the result does not depend on it.
        progress : callable, optional
            Called with the number of words read so far.

        Examples
        --------
        >>> phrases = Phrases([["new", "york"]])
        >>> phrases.add_vocab([["new", "york"]])
        >>> phrases.vocab["new_york"]
        2
        """
        require_workers(workers)
        learner = _core.phrases.PhraseLearner(
            self.delimiter, sorted(self.connector_words), max_vocabulary=self._most_entries(), workers=workers
        )
        learn(learner, sentences, progress=progress, progress_per=self.progress_per)
        _log.info("merging %d counts into %s", len(learner), self)
        self.corpus_word_count += learner.words
        # The first text's threshold is not kept: so gensim does it, and what is forgotten later depends on it.
        if len(self._counts) > 0:
            self.min_reduce = max(self.min_reduce, learner.min_reduce)
        if self._counts.merge(learner, self._most_entries(), self.min_reduce):
            self.min_reduce += 1
        self._learned += 1
        _log.info("merged %s", self)

    def freeze(self) -> FrozenPhrases:
        """Return the phrases with their scores, without the counts: small, and nothing more can be learned.

        Examples
        --------
        >>> phrases = Phrases([["new", "york"], ["new", "york"]], min_count=1, threshold=0.1)
        >>> phrases.freeze()[["new", "york", "city"]]
        ['new_york', 'city']
        """
        from .frozen import FrozenPhrases

        return FrozenPhrases(self)

    def export_phrases(self) -> dict[str, float]:
        """Return all phrases with their scores.

        What was learned is cut at each delimiter, and the first and the last piece are taken for the ends of the
        phrase. Where words had delimiters in them already (phrases of phrases), that may be other words than those
        that stood in the text, as in gensim.

        Returns
        -------
        dict
            Joined words to score.

        Examples
        --------
        >>> Phrases([["new", "york"], ["new", "york"]], min_count=1, threshold=0.1).export_phrases()
        {'new_york': 0.75}
        """
        if not self.delimiter:
            raise ValueError("empty separator: phrases joined without a delimiter cannot be cut into words")
        phrases: dict[str, float] = self._phrase_set(self._scoring()).as_dict()
        return phrases

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
    def load(cls, fname: AnyPath, mmap: str | bool | None = None, *, scoring: str | Scorer | None = None) -> Phrases:
        """Read a file of `save`.

        Parameters
        ----------
        fname : path
            The file.
        mmap
            Accepted for gensim's sake: the words are read into tables of their own.
        scoring : callable, optional
            The function that scores, when it is one of yours: a file tells its name only.

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

    def _most_entries(self) -> int:
        return max(0, int(min(self.max_vocab_size, _MOST_ENTRIES)))

    def _scoring(self) -> _core.phrases.PhraseScoring:
        return _core.phrases.PhraseScoring(
            native_name(self.scoring) or self.scoring,
            vocabulary_size=len(self._counts),
            min_count=self.min_count,
            corpus_words=self.corpus_word_count,
            threshold=float(self.threshold),
        )

    def _phrase_set(self, scoring: _core.phrases.PhraseScoring) -> _core.phrases.PhraseSet:
        return _core.phrases.PhraseSet.passing(self._counts, scoring)

    def _matcher(self, *, for_corpus: bool) -> _core.phrases.Matcher:
        connectors = frozenset(self.connector_words)
        state = (self._learned, self.min_count, self.threshold, self.scoring, connectors)
        kept = self._kept_matcher
        # A function of the user's is only asked about what occurs: it may be slow, or fail on counts that never do.
        can_score_all = native_name(self.scoring) is not None and self.delimiter != ""
        scores_all = can_score_all and (
            for_corpus or (kept is not None and kept.uses > _USES_BEFORE_SCORING_ALL * len(self._counts))
        )
        if kept is None or kept.state != state or (scores_all and not kept.has_scored_all):
            scoring = self._scoring()
            phrase_set = self._phrase_set(scoring) if scores_all else None
            matcher = _core.phrases.Matcher.of_vocabulary(self._counts, sorted(connectors), scoring, phrase_set)
            kept = self._kept_matcher = _KeptMatcher(state, matcher, scores_all)
        kept.uses += 1
        return kept.matcher


@dataclass
class _KeptMatcher:
    """What joins phrases, as long as the detector stays as it is."""

    state: tuple[Any, ...]
    matcher: _core.phrases.Matcher
    has_scored_all: bool
    uses: int = 0


def _require_numbers(**numbers: Any) -> None:
    for name, number in numbers.items():
        if isinstance(number, bool) or not hasattr(number, "__float__"):
            raise TypeError(f"{name} must be a number, got {type(number).__name__}")
        if math.isnan(number):
            raise ValueError(f"{name} must be a number, got nan")
