"""How many words a training will read: what the learning rate decays over."""

from __future__ import annotations

import logging

from ...text import EncodedCorpus

__all__ = ["planned_words", "warn_of_promises"]

logger = logging.getLogger(__name__)


def planned_words(
    corpus: EncodedCorpus,
    *,
    total_examples: int | None,
    total_words: int | None,
    corpus_count: int,
    corpus_total_words: int,
) -> int:
    """Return the raw words of one epoch: the corpus's own number if it knows it, else what the caller promised."""
    if corpus.raw_words is not None:
        return corpus.raw_words
    if total_words is not None:
        return total_words
    if total_examples is not None and corpus_count:
        return round(corpus_total_words * (total_examples / corpus_count))
    return corpus_total_words


def warn_of_promises(corpus: EncodedCorpus, *, total_examples: int | None, total_words: int | None) -> None:
    """Log where the corpus was not as large as it was said to be."""
    if total_examples is not None and corpus.raw_sentences not in (None, total_examples):
        logger.warning("the corpus has %s sentences; total_examples said %d", corpus.raw_sentences, total_examples)
    if total_words is not None and corpus.raw_words not in (None, total_words):
        logger.warning("the corpus has %s words; total_words said %d", corpus.raw_words, total_words)
