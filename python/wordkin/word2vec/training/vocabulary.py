"""The vocabulary of a model: made from a corpus or from counts, extended, borrowed."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from ...errors import VocabularyError
from ...runtime.options import flag_option, integer_option
from ...storage.paths import AnyPath
from ...text import RawCounts, TrimRule, Vocabulary, VocabularyReport, open_corpus
from ...vectors import KeyedVectors
from ..arguments import checked_trim_rule
from ..options import TrainingOptions, VocabularyOptions
from ..padded_rows import bytes_of_rows
from .weights import Layers

__all__ = ["VocabularyBuilding", "VocabularyChoice", "with_null_word"]

logger = logging.getLogger(__name__)


class VocabularyChoice(NamedTuple):
    """A vocabulary that a model may take, with the settings that it was chosen by."""

    vocabulary: Vocabulary
    report: VocabularyReport
    options: TrainingOptions
    vocabulary_options: VocabularyOptions


class VocabularyBuilding:
    """The part of a model that decides which words it has."""

    options: TrainingOptions
    vocabulary_options: VocabularyOptions
    workers: int
    vector_size: int
    corpus_count: int
    corpus_total_words: int
    effective_min_count: int
    _layers: Layers
    _raw_counts: RawCounts | None

    def build_vocab(
        self,
        corpus_iterable: Any = None,
        corpus_file: AnyPath | None = None,
        update: bool = False,
        progress_per: int = 10_000,
        keep_raw_vocab: bool = False,
        trim_rule: TrimRule | None = None,
        **options: Any,
    ) -> None:
        """Count the words of a corpus and make a vector for each that passes.

        Parameters
        ----------
        corpus_iterable, corpus_file
            As in the constructor; either.
        update : bool
            Add the words of a further corpus to the vocabulary; new ones come after the old, and counts are summed.
        progress_per
            Accepted for gensim's sake.
        keep_raw_vocab : bool
            Keep the counts of all words as `raw_vocab`.
        trim_rule : callable, optional
            ``rule(word, count, min_count)`` returning RULE_KEEP, RULE_DISCARD or RULE_DEFAULT.
        **options
            ``min_count`` and ``sample`` become the model's own. ``dry_run=True`` counts the corpus, tells in the log
            what would become of its words, and leaves the model as it is.

        Raises
        ------
        VocabularyError
            If no word is left, or, with `update`, if there is no vocabulary yet.

        Examples
        --------
        >>> model = Word2Vec(min_count=1, vector_size=8)
        >>> model.build_vocab([["a", "few", "words"]])
        >>> len(model.wv)
        3
        """
        checked_trim_rule(trim_rule)
        is_dry_run = flag_option("dry_run", options.pop("dry_run", False))
        if unknown := next((name for name in options if name not in ("min_count", "sample")), None):
            raise TypeError(f"build_vocab() got an unexpected keyword argument {unknown!r}")
        settings = self._settings_with(**options)
        counts = self._counted(corpus_iterable, corpus_file, trim_rule, self.workers)
        choice = self._chosen(counts, settings, trim_rule, update=update)
        if not is_dry_run:
            self._adopt(choice, update=update)
            self._raw_counts = counts if keep_raw_vocab else None

    def build_vocab_from_freq(
        self,
        word_freq: Mapping[str, int],
        keep_raw_vocab: bool = False,
        corpus_count: int | None = None,
        trim_rule: TrimRule | None = None,
        update: bool = False,
    ) -> None:
        """Make the vocabulary from counts made elsewhere.

        Examples
        --------
        >>> model = Word2Vec(min_count=2, vector_size=8)
        >>> model.build_vocab_from_freq({"often": 10, "once": 1})
        >>> model.wv.index_to_key
        ['often']
        """
        checked_trim_rule(trim_rule)
        counts = RawCounts.from_frequencies(word_freq, raw_sentences=corpus_count or 0)
        self._adopt(self._chosen(counts, self._settings_with(), trim_rule, update=update), update=update)
        self._raw_counts = counts if keep_raw_vocab else None

    def _settings_with(
        self, *, min_count: int | None = None, sample: float | None = None
    ) -> tuple[TrainingOptions, VocabularyOptions]:
        return (
            self.options if sample is None else replace(self.options, sample=sample),
            self.vocabulary_options if min_count is None else replace(self.vocabulary_options, min_count=min_count),
        )

    def _counted(
        self, corpus_iterable: Any, corpus_file: AnyPath | None, trim_rule: TrimRule | None, workers: int
    ) -> RawCounts:
        scan = open_corpus(corpus_iterable, corpus_file).scan(
            workers,
            keep_ids=False,
            max_vocab_size=self.vocabulary_options.max_vocab_size,
            trim_rule=trim_rule,
        )
        return scan.counts

    def _chosen(
        self,
        counts: RawCounts,
        settings: tuple[TrainingOptions, VocabularyOptions],
        trim_rule: TrimRule | None,
        *,
        update: bool,
    ) -> VocabularyChoice:
        """What the vocabulary is to become; nothing is changed yet."""
        training, chosen = settings
        if update:
            if len(self._layers.wv) == 0:
                raise VocabularyError(
                    "update=True adds to a vocabulary, and there is none; build one without update first"
                )
            vocabulary, report = self._current_vocabulary().extended(
                counts, chosen.min_count, max_final_vocab=chosen.max_final_vocab, trim_rule=trim_rule
            )
        else:
            vocabulary, report = counts.prune(chosen.min_count, chosen.max_final_vocab, trim_rule, chosen.sorted_vocab)
            vocabulary = with_null_word(vocabulary) if chosen.null_word else vocabulary
        logger.info(
            "vocabulary: %d words (%d occurrences) kept at min_count %d; %d words (%d occurrences) left out",
            report.retained_words,
            report.retained_total,
            report.min_count,
            report.dropped_words,
            report.dropped_total,
        )
        return VocabularyChoice(vocabulary, report, training, chosen)

    def _adopt(self, choice: VocabularyChoice, *, update: bool = False) -> Vocabulary:
        with self._layers.exclusively():
            first_new = len(self._layers.wv) if update else 0
            self._layers.take_vocabulary(choice.vocabulary, choice.options, first_new=first_new)
            self.options, self.vocabulary_options = choice.options, choice.vocabulary_options
            self.effective_min_count = choice.vocabulary.min_count
            self.corpus_count = choice.vocabulary.raw_sentences
            self.corpus_total_words = choice.vocabulary.raw_words
        return choice.vocabulary

    def _current_vocabulary(self) -> Vocabulary:
        return Vocabulary(
            list(self._layers.wv.index_to_key),
            self._layers.counts,
            self.effective_min_count,
            self.corpus_total_words,
            self.corpus_count,
        )

    def reset_from(self, other_model: VocabularyBuilding) -> None:
        """Take vocabulary and counts of another model, with new vectors.

        Examples
        --------
        >>> first = Word2Vec([["a", "b"]], min_count=1, vector_size=8, workers=1)
        >>> second = Word2Vec(vector_size=8)
        >>> second.reset_from(first); len(second.wv)
        2
        """
        with self._layers.exclusively():
            vocabulary = other_model._current_vocabulary()
            # Another object than before: the old one may be the other model's.
            self._layers.take_vocabulary(vocabulary, self.options, wv=KeyedVectors(self.vector_size))
            self.corpus_count = other_model.corpus_count
            self.corpus_total_words = other_model.corpus_total_words
            self.effective_min_count = other_model.effective_min_count

    def estimate_memory(self, vocab_size: int | None = None, report: dict[str, int] | None = None) -> dict[str, int]:
        """Return the bytes that vocabulary and matrices need for `vocab_size` words (default: those there are).

        Examples
        --------
        >>> Word2Vec(vector_size=100).estimate_memory(1000)["vectors"]
        448000
        """
        words = integer_option("vocab_size", len(self._layers.wv) if vocab_size is None else vocab_size, 0, 2**31 - 1)
        result = {} if report is None else report
        matrix = bytes_of_rows(words, self.vector_size)
        result["vocab"] = words * (700 if self.options.hierarchical_softmax else 500)
        result["vectors"] = matrix
        if self.options.hierarchical_softmax:
            result["syn1"] = matrix
        if self.options.negative:
            result["syn1neg"] = matrix
        result["total"] = sum(size for name, size in result.items() if name != "total")
        return result


def with_null_word(vocabulary: Vocabulary) -> Vocabulary:
    """Add the padding word of gensim's `null_word`, with a count of 1, unless the text holds it as a word."""
    if "\0" in vocabulary.index:
        return vocabulary
    return replace(vocabulary, words=[*vocabulary.words, "\0"], counts=np.append(vocabulary.counts, np.int64(1)))
