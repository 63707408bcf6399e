"""The learning-rate schedule, and the number of words that it spans."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from ...text import EncodedCorpus

__all__ = ["LearningRateSchedule", "planned_words", "warn_of_wrong_totals"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class LearningRateSchedule:
    """Linear decay of the learning rate over the words of all epochs.

    Parameters
    ----------
    start, end : float
        Learning rate at the start and at the end.
    planned_words : float
        Number of raw words in all epochs.
    """

    start: float
    end: float
    planned_words: float

    def shortened(self, words_before: int) -> LearningRateSchedule:
        """Return the part of this schedule that remains after some words.

        Parameters
        ----------
        words_before : int
            Number of words that were trained before.

        Returns
        -------
        LearningRateSchedule
            The remaining decay.
        """
        done = min(words_before / max(self.planned_words, 1), 1.0)
        return LearningRateSchedule(
            start=self.start + (self.end - self.start) * done,
            end=self.end,
            planned_words=self.planned_words * (1.0 - done),
        )

    def of_replicas(self, count: int) -> LearningRateSchedule:
        """Return the schedule for replicas of the weights that are combined.

        The combination of changes in one direction is about their mean: each step is shorter than those of one thread
        would have been, and a higher rate makes up for it. The factor is 2 N^(1/8) for N replicas: 2.2 for two, 2.8
        for sixteen and 3.4 for 64. `bench.distributed.ranks` compares the vectors with those of one thread.

        Parameters
        ----------
        count : int
            Number of replicas.

        Returns
        -------
        LearningRateSchedule
            The schedule with a higher start.

        Examples
        --------
        >>> schedule = LearningRateSchedule(start=0.025, end=0.0001, planned_words=1e6)
        >>> [round(schedule.of_replicas(count).start, 3) for count in (1, 2, 4, 16)]
        [0.025, 0.055, 0.059, 0.071]
        """
        return replace(self, start=self.start * (1.0 if count == 1 else 2.0 * count**0.125))


def planned_words(
    corpus: EncodedCorpus,
    *,
    total_examples: int | None,
    total_words: int | None,
    corpus_count: int,
    corpus_total_words: int,
) -> int:
    """Return the number of raw words in one epoch: the corpus's own count if it has one, else the caller's estimate.

    Parameters
    ----------
    corpus : EncodedCorpus
        The corpus to train on.
    total_examples, total_words : int, optional
        Number of sentences and words in it, as given by the caller.
    corpus_count, corpus_total_words : int
        Sentences and words of the corpus that the vocabulary was built from, for the mean sentence length.

    Returns
    -------
    int
        Number of raw words per epoch.
    """
    if corpus.raw_words is not None:
        return corpus.raw_words
    if total_words is not None:
        return total_words
    if total_examples is not None and corpus_count:
        return round(corpus_total_words * (total_examples / corpus_count))
    return corpus_total_words


def warn_of_wrong_totals(corpus: EncodedCorpus, *, total_examples: int | None, total_words: int | None) -> None:
    """Log a warning if the corpus does not have the size that the caller gave.

    Parameters
    ----------
    corpus : EncodedCorpus
        The corpus after training.
    total_examples, total_words : int, optional
        Number of sentences and words in it, as given by the caller.
    """
    if total_examples is not None and corpus.raw_sentences not in (None, total_examples):
        logger.warning("the corpus has %s sentences, but total_examples is %d", corpus.raw_sentences, total_examples)
    if total_words is not None and corpus.raw_words not in (None, total_words):
        logger.warning("the corpus has %s words, but total_words is %d", corpus.raw_words, total_words)
