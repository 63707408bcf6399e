"""Building the vocabulary of a model: counting, choosing words, extending."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

import numpy as np

from ... import _core
from ...distributed import Communicator
from ...errors import VocabularyError
from ...storage.decoding import TextOptions
from ...text import Corpus, CorpusInput, RawCounts, TextInput, TrimRule, Vocabulary, VocabularyReport, open_corpus
from ..options import TrainingOptions, VocabularyOptions
from ..state import Word2VecState, current_vocabulary
from .joint_vocabulary import joint_vocabulary
from .weights import resize_to_vocabulary

__all__ = [
    "VocabularyChoice",
    "add_null_word",
    "adopt_scanned_words",
    "adopt_vocabulary",
    "changed_settings",
    "choose_vocabulary",
    "copy_vocabulary",
    "open_sentences",
    "scan_corpus",
    "vocabulary_statistics",
]

logger = logging.getLogger(__name__)

_ALWAYS_KEPT = 2**32 - 1  # entry of `sample_int` for words that subsampling never drops


@dataclass(frozen=True, kw_only=True)
class VocabularyChoice:
    """A vocabulary that a model may adopt, with the settings that were used to choose it.

    Parameters
    ----------
    vocabulary : Vocabulary
        Words and counts.
    report : VocabularyReport
        Numbers of words kept and dropped.
    options, vocabulary_options : TrainingOptions, VocabularyOptions
        The model's settings after adoption.
    is_update : bool
        Whether the vocabulary extends the current one.
    """

    vocabulary: Vocabulary
    report: VocabularyReport
    options: TrainingOptions
    vocabulary_options: VocabularyOptions
    is_update: bool


def open_sentences(
    state: Word2VecState,
    sentences: CorpusInput | None,
    corpus_file: TextInput | None,
    options: TextOptions | None = None,
    *,
    passes: int = 1,
) -> Corpus:
    """Return the corpus that arguments of the user specify, prepared as the model's texts are.

    Parameters
    ----------
    state : Word2VecState
        The model.
    sentences : iterable of lists of str, or path, optional
        The sentences, or text with one sentence per line.
    corpus_file : path, optional
        Such text, instead of `sentences`.
    options : TextOptions, optional
        How text is decoded; as the model says by default.
    passes : int, default 1
        Number of passes that the caller needs.

    Returns
    -------
    Corpus
        The corpus.
    """
    return open_corpus(
        sentences,
        corpus_file,
        passes=passes,
        options=state.text_options if options is None else options,
        preparation=state.preparation,
        folders=state.folders,
        any_tokens=True,
        accepts_tokens=len(state.wv.index_to_key) > 0,  # of texts that are prepared alike already
    )


def scan_corpus(state: Word2VecState, corpus: Corpus, trim_rule: TrimRule | None, threads: int) -> RawCounts:
    """Count the words of a corpus.

    Parameters
    ----------
    state : Word2VecState
        The model, for `max_vocab_size`.
    corpus : Corpus
        The corpus; it is read once.
    trim_rule : callable, optional
        Applied when the counts exceed `max_vocab_size`.
    threads : int
        Number of threads.

    Returns
    -------
    RawCounts
        Counts of all words.
    """
    scan = corpus.scan(
        threads, keep_ids=False, max_vocab_size=state.vocabulary_options.max_vocab_size, trim_rule=trim_rule
    )
    return scan.counts


def changed_settings(
    state: Word2VecState, min_count: int | None = None, sample: float | None = None
) -> tuple[TrainingOptions, VocabularyOptions]:
    """Return the settings of a model with some of them replaced; the model is not changed.

    Parameters
    ----------
    state : Word2VecState
        The model.
    min_count : int or None, default None
        New minimum count; None for the model's.
    sample : float or None, default None
        New subsampling threshold; None for the model's.

    Returns
    -------
    tuple of TrainingOptions and VocabularyOptions
        Checked settings.
    """
    return (
        state.options if sample is None else replace(state.options, sample=sample),
        state.vocabulary_options if min_count is None else replace(state.vocabulary_options, min_count=min_count),
    )


def choose_vocabulary(
    state: Word2VecState,
    counts: RawCounts,
    trim_rule: TrimRule | None,
    settings: tuple[TrainingOptions, VocabularyOptions],
    *,
    update: bool = False,
    group: Communicator | None = None,
) -> VocabularyChoice:
    """Decide which words a model would have; the model is not changed.

    Parameters
    ----------
    state : Word2VecState
        The model.
    counts : RawCounts
        Counts of all words of a corpus.
    trim_rule : callable, optional
        Rule that decides which words are kept.
    settings : tuple of TrainingOptions and VocabularyOptions
        From `changed_settings`.
    update : bool, default False
        Whether to extend the current vocabulary instead of replacing it.
    group : Communicator or None, default None
        Processes that choose the words of all of their texts together.

    Returns
    -------
    VocabularyChoice
        The words with their counts and settings.

    Raises
    ------
    VocabularyError
        If no word is left, or if there is no vocabulary to extend.
    """
    options, rules = settings
    if update:
        if len(state.wv) == 0:
            raise VocabularyError(
                "update=True extends a vocabulary, and the model has none; build one without update first"
            )
        known = current_vocabulary(state)
        if group is None:
            vocabulary, report = known.extended(
                counts, rules.min_count, max_final_vocab=rules.max_final_vocab, trim_rule=trim_rule
            )
        else:
            vocabulary, report = joint_vocabulary(group, counts, rules, trim_rule, known)
    else:
        if group is None:
            vocabulary, report = counts.prune(rules.min_count, rules.max_final_vocab, trim_rule, rules.sorted_vocab)
        else:
            vocabulary, report = joint_vocabulary(group, counts, rules, trim_rule)
        vocabulary = _with_null_word(vocabulary) if rules.null_word else vocabulary
    logger.info(
        "vocabulary: kept %d words (%d occurrences) at min_count %d, dropped %d words (%d occurrences)",
        report.retained_words,
        report.retained_total,
        report.min_count,
        report.dropped_words,
        report.dropped_total,
    )
    return VocabularyChoice(
        vocabulary=vocabulary, report=report, options=options, vocabulary_options=rules, is_update=update
    )


def adopt_vocabulary(state: Word2VecState, choice: VocabularyChoice, raw_counts: RawCounts | None = None) -> Vocabulary:
    """Set the vocabulary of a model, with initial vectors for new words.

    Parameters
    ----------
    state : Word2VecState
        The model.
    choice : VocabularyChoice
        From `choose_vocabulary`.
    raw_counts : RawCounts, optional
        Counts to keep.

    Returns
    -------
    Vocabulary
        The new vocabulary.
    """
    vocabulary = choice.vocabulary
    with state.exclusively():
        resize_to_vocabulary(
            state,
            vocabulary,
            choice.options,
            first_new=len(state.wv) if choice.is_update else 0,
            options=choice.options,
            vocabulary_options=choice.vocabulary_options,
            effective_min_count=vocabulary.min_count,
            corpus_count=vocabulary.raw_sentences,
            corpus_total_words=vocabulary.raw_words,
            raw_counts=raw_counts,
        )
    return vocabulary


def copy_vocabulary(state: Word2VecState, source: Word2VecState) -> None:
    """Copy the vocabulary of another model, with initial vectors.

    Parameters
    ----------
    state : Word2VecState
        The model to change.
    source : Word2VecState
        The model with the vocabulary.
    """
    with state.exclusively():
        resize_to_vocabulary(
            state,
            current_vocabulary(source),
            state.options,
            wv=None,  # new vectors, since the present ones may be shared with the other model
            corpus_count=source.corpus_count,
            corpus_total_words=source.corpus_total_words,
            effective_min_count=source.effective_min_count,
        )


def add_null_word(state: Word2VecState) -> None:
    """Add gensim's padding word (a NUL character) with a count of 1, unless the vocabulary contains it.

    Parameters
    ----------
    state : Word2VecState
        The model.
    """
    with state.exclusively():
        vocabulary = _with_null_word(current_vocabulary(state))
        if len(vocabulary) > len(state.wv):
            resize_to_vocabulary(state, vocabulary, state.options, first_new=len(state.wv))


def adopt_scanned_words(
    state: Word2VecState,
    trim_rule: TrimRule | None,
    settings: tuple[TrainingOptions, VocabularyOptions],
    *,
    update: bool,
    keep: bool,
    dry_run: bool,
) -> dict[str, int]:
    """Build the vocabulary of a model from the counts that it keeps (gensim's `prepare_vocab`).

    Parameters
    ----------
    state : Word2VecState
        The model.
    trim_rule : callable or None
        Rule that decides which words are kept.
    settings : tuple of TrainingOptions and VocabularyOptions
        From `changed_settings`.
    update : bool
        Whether to extend the current vocabulary.
    keep : bool
        Whether to keep the counts.
    dry_run : bool
        Whether to leave the model unchanged.

    Returns
    -------
    dict of str to int
        What `vocabulary_statistics` returns.

    Raises
    ------
    VocabularyError
        If there are no counts, or no word is left.
    """
    counts = state.raw_counts
    if counts is None:
        raise VocabularyError("prepare_vocab needs word counts: call scan_vocab first")
    choice = choose_vocabulary(state, counts, trim_rule, settings, update=update)
    if not dry_run:
        adopt_vocabulary(state, choice, counts if keep else None)
    return vocabulary_statistics(choice)


def vocabulary_statistics(choice: VocabularyChoice) -> dict[str, int]:
    """Return what gensim's `prepare_vocab` reports about a vocabulary.

    Parameters
    ----------
    choice : VocabularyChoice
        From `choose_vocabulary`.

    Returns
    -------
    dict of str to int
        Numbers of words dropped and retained, and the effect of subsampling.
    """
    counts = choice.vocabulary.counts
    kept = _core.word2vec.keep_thresholds(counts, choice.options.sample)
    return {
        "drop_unique": choice.report.dropped_words,
        "retain_total": choice.report.retained_total,
        "downsample_unique": int((kept < _ALWAYS_KEPT).sum()),
        "downsample_total": int((counts * (kept / _ALWAYS_KEPT)).sum()),
        "num_retained_words": choice.report.retained_words,
    }


def _with_null_word(vocabulary: Vocabulary) -> Vocabulary:
    if "\0" in vocabulary.index:
        return vocabulary
    return replace(vocabulary, words=[*vocabulary.words, "\0"], counts=np.append(vocabulary.counts, np.int64(1)))
