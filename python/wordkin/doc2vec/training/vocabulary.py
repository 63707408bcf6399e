"""Building the vocabulary of a model: words and tags."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...text import RawCounts, TrimRule
from ...vectors.table import Hold
from ...word2vec.options import TrainingOptions, VocabularyOptions
from ...word2vec.training.vocabulary import VocabularyChoice, adopt_vocabulary, choose_vocabulary
from ...word2vec.training.vocabulary import copy_vocabulary as copy_words
from ...word2vec.training.weights import reset_weights
from ..documents import Tag
from ..state import Doc2VecState, new_tag_rows, table_of_tags
from .tags import TagCounts

__all__ = ["adopt_counts", "adopt_documents", "choose_words", "copy_vocabulary", "reset_vectors"]

logger = logging.getLogger(__name__)

_COLUMNS = ("doc_count", "word_count")


def choose_words(
    state: Doc2VecState,
    counts: RawCounts,
    trim_rule: TrimRule | None,
    settings: tuple[TrainingOptions, VocabularyOptions],
    *,
    update: bool = False,
) -> VocabularyChoice:
    """Decide which words a model would have; the model is not changed.

    Parameters
    ----------
    state : Doc2VecState
        The model.
    counts : RawCounts
        Counts of all words of the documents.
    trim_rule : callable, optional
        Rule that decides which words are kept.
    settings : tuple of TrainingOptions and VocabularyOptions
        Settings of the model.
    update : bool, default False
        Whether to extend the current vocabulary instead of replacing it.

    Returns
    -------
    VocabularyChoice
        The words with their counts and settings.
    """
    options, rules = settings
    if state.options.concatenates(options) and not rules.null_word:
        rules = replace(rules, null_word=True)
    return choose_vocabulary(state.words, counts, trim_rule, (options, rules), update=update)


def adopt_documents(
    state: Doc2VecState, choice: VocabularyChoice, tags: TagCounts, raw_counts: RawCounts | None = None
) -> None:
    """Set the words and the tags of a model, with initial vectors for new ones.

    Parameters
    ----------
    state : Doc2VecState
        The model.
    choice : VocabularyChoice
        From `choose_words`.
    tags : TagCounts
        The tags of the documents.
    raw_counts : RawCounts, optional
        Counts to keep.
    """
    with state.words.lock:
        keys, columns, kept = _extended(state, tags) if choice.is_update else _new(tags)
        rows = new_tag_rows(state, len(keys), kept)
        table = table_of_tags(state, keys, rows, columns)
        adopt_vocabulary(state.words, choice, raw_counts)
        state.dv.store.replace(table, (state, "tag_rows", rows), (state, "inference", None))
    logger.info("tags: %d, of which %d are new", len(keys), len(keys) - kept)


def _new(tags: TagCounts) -> tuple[list[Tag], dict[str, NDArray[np.int64]], int]:
    return tags.keys, dict(zip(_COLUMNS, (tags.documents, tags.words), strict=True)), 0


def _extended(state: Doc2VecState, tags: TagCounts) -> tuple[list[Tag], dict[str, NDArray[np.int64]], int]:
    table = state.dv.store.frozen()
    known = table.key_to_index
    keys = [*table.index_to_key, *(tag for tag in tags.keys if tag not in known)]
    row_of = {key: row for row, key in enumerate(keys)}
    rows = np.array([row_of[tag] for tag in tags.keys], np.int64)
    columns = {}
    for name, counts in zip(_COLUMNS, (tags.documents, tags.words), strict=True):
        column = np.zeros(len(keys), np.int64)
        if name in table.expandos:
            column[: len(table)] = table.expandos[name]
        column[rows] += counts
        columns[name] = column
    return keys, columns, len(table)


def adopt_counts(
    state: Doc2VecState, choice: VocabularyChoice, documents: int, raw_counts: RawCounts | None = None
) -> None:
    """Set the words of a model from counts, with tags that are the numbers of documents.

    Parameters
    ----------
    state : Doc2VecState
        The model.
    choice : VocabularyChoice
        From `choose_words`.
    documents : int
        Number of documents; 0 leaves the tags as they are.
    raw_counts : RawCounts, optional
        Counts to keep.
    """
    if documents == 0:
        adopt_vocabulary(state.words, choice, raw_counts)
        return
    unknown = np.zeros(documents, np.int64)
    tags = TagCounts(integers=documents, strings=[], documents=unknown + 1, words=unknown)
    adopt_documents(state, choice, tags, raw_counts)


def copy_vocabulary(state: Doc2VecState, source: Doc2VecState) -> None:
    """Copy the words and tags of another model, with initial vectors.

    Parameters
    ----------
    state : Doc2VecState
        The model to change.
    source : Doc2VecState
        The model with the vocabulary.
    """
    tags = source.dv.store.frozen()
    with state.words.lock:
        rows = new_tag_rows(state, len(tags), 0)
        columns = {name: column.copy() for name, column in tags.expandos.items()}
        table = table_of_tags(state, list(tags.index_to_key), rows, columns)
        copy_words(state.words, source.words)
        state.dv.store.replace(table, (state, "tag_rows", rows), (state, "inference", None))


def reset_vectors(state: Doc2VecState) -> None:
    """Initialise all vectors and output layers again; words and tags stay.

    Parameters
    ----------
    state : Doc2VecState
        The model.
    """
    with state.words.lock, state.dv.store.lock:
        table = state.dv.store.table
        rows = new_tag_rows(state, len(table), 0)
        reset_weights(state.words)
        successor = table.successor(vectors=rows.view, known_norms=None, hold=Hold())
        state.dv.store.replace(successor, (state, "tag_rows", rows), (state, "inference", None))
