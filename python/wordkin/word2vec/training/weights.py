"""Creating, resizing and checking the weight matrices of a model."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ...errors import VocabularyError
from ...runtime.compute import require_available_memory
from ...runtime.options import integer_option
from ...text import Vocabulary
from ...vectors import KeyedVectors
from ...vectors.columns import resized as resized_columns
from ...vectors.subwords import Subwords, no_word_rows
from ...vectors.table import Hold, VectorTable, recomposed
from ..options import TrainingOptions
from ..padded_rows import PaddedRows, bytes_of_rows, fill_initial_ngrams, fill_initial_vectors
from ..state import Word2VecState, word_counts

__all__ = [
    "DocumentSettings",
    "SubwordArrays",
    "TagArrays",
    "TrainingArrays",
    "add_missing_rows",
    "end_training",
    "end_training_of",
    "memory_report",
    "refresh_composed_vectors",
    "reset_weights",
    "resize_to_vocabulary",
    "rows_of_words",
    "training_arrays",
    "update_scale_of",
]

logger = logging.getLogger(__name__)


class DocumentSettings(Protocol):
    """How documents become windows, as the core reads it."""

    @property
    def use_words(self) -> bool:
        """Whether words around a position are inputs."""

    @property
    def train_words(self) -> bool:
        """Whether the vectors of these words are trained."""

    @property
    def concatenate(self) -> bool:
        """Whether inputs are concatenated."""

    @property
    def tag_count(self) -> int:
        """Number of tags of each document, if inputs are concatenated."""

    @property
    def null_word(self) -> int:
        """Index of the word at positions outside of a document."""

    @property
    def vector_size(self) -> int:
        """Dimensionality of the vectors."""


@dataclass(frozen=True, kw_only=True)
class TagArrays:
    """Vectors of the tags of documents, which are inputs of every window of their documents.

    Parameters
    ----------
    settings : DocumentSettings
        How documents become windows.
    rows : PaddedRows
        One row per tag.
    update_scale : ndarray of float32, shape (tags,), or None
        Factor of the updates of each row; None for 1.
    """

    settings: DocumentSettings
    rows: PaddedRows
    update_scale: NDArray[np.float32] | None


@dataclass(frozen=True, kw_only=True)
class SubwordArrays:
    """The vectors of n-grams, and those that each word is composed of, as the C++ session reads them.

    Parameters
    ----------
    ngrams : PaddedRows
        Vectors of the hash buckets.
    starts : ndarray of int64, shape (words + 1,)
        The buckets of word i are ``buckets[starts[i]:starts[i + 1]]``.
    buckets : ndarray of int32
        Buckets of all words.
    update_scale : ndarray of float32, shape (buckets,), or None
        Factor of the updates of each bucket (gensim's `vectors_ngrams_lockf`); None for 1.
    """

    ngrams: PaddedRows
    starts: NDArray[np.int64]
    buckets: NDArray[np.int32]
    update_scale: NDArray[np.float32] | None

    @property
    def rows(self) -> NDArray[np.float32]:
        """The padded rows of the buckets."""
        return self.ngrams.padded


@dataclass(frozen=True, kw_only=True)
class TrainingArrays:
    """The arrays that training updates, and the counts that it samples by.

    Parameters
    ----------
    input : PaddedRows
        Input vectors, one row per word.
    output : PaddedRows or None
        Output layer of negative sampling, one row per word.
    nodes : PaddedRows or None
        Output layer of hierarchical softmax, one row per inner node of the Huffman tree.
    update_scale : ndarray of float32, shape (words,), or None
        Factor of the updates of each input vector (gensim's `vectors_lockf`); None for 1.
    counts : ndarray of int64, shape (words,)
        Number of occurrences of each word.
    tags : TagArrays or None, default None
        The vectors of tags, if documents are trained.
    subwords : SubwordArrays or None, default None
        The n-grams that words are composed of, if they are.
    """

    input: PaddedRows
    output: PaddedRows | None
    nodes: PaddedRows | None
    update_scale: NDArray[np.float32] | None
    counts: NDArray[np.int64]
    tags: TagArrays | None = None
    subwords: SubwordArrays | None = None


def resize_to_vocabulary(
    state: Word2VecState, vocabulary: Vocabulary, options: TrainingOptions, /, *, first_new: int = 0, **changes: object
) -> None:
    """Resize all layers to one row per word of a vocabulary.

    Everything new is made aside and replaces the old in one step: an error or interruption leaves the model unchanged.

    Parameters
    ----------
    state : Word2VecState
        The model.
    vocabulary : Vocabulary
        Its new words and counts.
    options : TrainingOptions
        Seed, subsampling threshold, and which output layers there are.
    first_new : int, default 0
        Rows before this one are kept, all others initialised.
    **changes : object
        Fields of the state to replace in the same step. With `wv`, the vectors are set in this new object; otherwise
        in the one that holds them now, so that code that holds ``model.wv`` sees the new vectors.

    Raises
    ------
    ResourceError
        If the layers exceed the available memory.
    RuntimeError
        If the words that are to be kept have been changed meanwhile.
    """
    _require_memory(len(vocabulary), state, options, is_extension=first_new > 0)
    with state.lock, state.wv.store.lock:
        table = state.wv.store.table
        if first_new and table.index_to_key != vocabulary.words[:first_new]:
            raise RuntimeError("the words of wv were changed while the vocabulary was being extended")
        rows, ngrams = _new_rows(state, table, len(vocabulary), options.seed, is_extension=first_new > 0)
        rows.view[:first_new] = rows_of_words(table)[:first_new]
        fill_initial_vectors(rows.view, options.seed, first_new)
        former = table if "wv" not in changes else VectorTable(state.vector_size)
        successor = _with_vocabulary(former, vocabulary, rows, options, is_extension=first_new > 0)
        outputs = _outputs(state) if first_new else dict.fromkeys(_outputs(state))
        changes |= {"input": rows, **_resized_outputs(state, outputs, len(vocabulary), options)}
        if ngrams is not None:
            successor = _with_subwords(state, successor, rows, ngrams, is_extension=first_new > 0)
            changes["ngrams"] = ngrams
        successor.preparation = state.preparation
        if "wv" in changes:
            changes["wv"] = type(state.wv).from_table(successor)
        state.replace_vectors(table if "wv" in changes else successor, **changes)


def _with_vocabulary(
    table: VectorTable, vocabulary: Vocabulary, rows: PaddedRows, options: TrainingOptions, *, is_extension: bool
) -> VectorTable:
    factors = table.vectors_lockf if is_extension else np.ones(1, dtype=np.float32)
    if len(factors) > 1:
        factors = np.append(factors, np.ones(len(vocabulary) - len(factors), dtype=np.float32))
    columns = resized_columns(table.expandos, len(vocabulary)) if is_extension else {}
    return table.successor(
        index_to_key=vocabulary.words,
        key_to_index=vocabulary.index,
        shares_keys=True,
        next_index=len(vocabulary),
        vectors=rows.view,
        known_norms=None,
        hold=Hold(),
        vectors_lockf=factors,
        expandos={
            **columns,
            "count": vocabulary.counts,
            "sample_int": _core.word2vec.keep_thresholds(vocabulary.counts, options.sample),
        },
    )


def reset_weights(state: Word2VecState) -> None:
    """Initialise all weights again; words and counts stay.

    Parameters
    ----------
    state : Word2VecState
        The model.
    """
    with state.lock, state.wv.store.lock:
        table = state.wv.store.table
        rows, ngrams = _new_rows(state, table, len(table.vectors), state.options.seed)
        fill_initial_vectors(rows.view, state.options.seed)
        changes: dict[str, object] = {"input": rows}
        successor = table.successor(vectors=rows.view, known_norms=None, hold=Hold())
        if ngrams is not None:
            changes["ngrams"] = ngrams
            successor = _with_subwords(state, successor, rows, ngrams, is_extension=True)
        outputs = _resized_outputs(state, dict.fromkeys(_outputs(state)), len(table), state.options)
        state.replace_vectors(successor, **changes, **outputs)


def add_missing_rows(state: Word2VecState) -> None:
    """Add initial rows for the words that were appended to `wv` without vectors.

    Parameters
    ----------
    state : Word2VecState
        The model.

    Raises
    ------
    VocabularyError
        If the model has no vocabulary.
    """
    with state.lock, state.wv.store.lock:
        table = state.wv.store.table
        known, words = len(table.vectors), len(table.index_to_key)
        if known == 0:
            raise VocabularyError("update_weights extends a vocabulary, and the model has none; call build_vocab first")
        changes: dict[str, object] = {}
        if known < words:
            rows = PaddedRows(_rows_for(state, words), state.vector_size)
            rows.view[:known] = rows_of_words(table)
            fill_initial_vectors(rows.view, state.options.seed, known)
            changes["input"] = rows
            columns = resized_columns(table.expandos, words)
            former, table = table, table.successor(vectors=rows.view, known_norms=None, hold=Hold(), expandos=columns)
            if state.subwords is not None:
                changes["ngrams"] = ngrams = _ngrams_of(state, former)
                table = _with_subwords(state, table, rows, ngrams, is_extension=True)
        outputs = _resized_outputs(state, _outputs(state), words, state.options)
        state.replace_vectors(table, **changes, **outputs)


def training_arrays(state: Word2VecState) -> TrainingArrays:
    """Return the arrays that training updates in place, padded and of matching sizes.

    Until `end_training`, vectors that are replaced are written to the memory that is trained.

    Parameters
    ----------
    state : Word2VecState
        The model.

    Returns
    -------
    TrainingArrays
        Views of the model's own memory.

    Raises
    ------
    ValueError
        If ``wv.vectors_lockf`` has neither one entry nor one per word.
    """
    options = state.options
    with state.lock, state.wv.store.lock:
        table = state.wv.store.table
        update_scale, counts = _update_scale(table), word_counts(table)
        own = rows_of_words(table)
        rows = state.input
        if rows is None or not rows.is_memory_of(own):
            rows = PaddedRows.of(np.asarray(own, dtype=np.float32))
        changes: dict[str, object] = {"input": rows}
        if state.subwords is None:
            subwords = None
            table = table.successor(vectors=rows.view, known_norms=None, hold=None)
        else:
            changes["ngrams"] = ngrams = _ngrams_of(state, table)
            table = _with_subwords(state, table, rows, ngrams, is_extension=True)
            subwords = _subword_arrays(table, ngrams)
        outputs = _resized_outputs(state, _outputs(state), len(table), options)
        state.replace_vectors(table, **changes, **outputs)
    return TrainingArrays(
        input=rows,
        output=state.output if options.negative else None,
        nodes=state.nodes if options.hierarchical_softmax else None,
        update_scale=update_scale,
        counts=counts,
        subwords=subwords,
    )


def end_training(state: Word2VecState, arrays: TrainingArrays | None) -> None:
    """Discard the norms of the vectors from before training.

    Parameters
    ----------
    state : Word2VecState
        The model.
    arrays : TrainingArrays or None
        The arrays that were trained, if training began.
    """
    rows = None if arrays is None or not len(arrays.input.view) else arrays.input
    end_training_of(state.wv, rows, "wv")
    refresh_composed_vectors(state)


def end_training_of(vectors: KeyedVectors, rows: PaddedRows | None, name: str) -> None:
    """Discard the norms of vectors from before training.

    Parameters
    ----------
    vectors : KeyedVectors
        The vectors.
    rows : PaddedRows or None
        The memory that was trained, if training began.
    name : str
        Name of the vectors in a warning.
    """
    table = vectors.store.change(VectorTable.successor, known_norms=None, hold=Hold())
    if rows is not None and not rows.is_memory_of(rows_of_words(table)):
        logger.warning("%s.vectors were replaced during training: they do not have what was trained since then", name)


def refresh_composed_vectors(state: Word2VecState) -> None:
    """Compute ``wv.vectors`` from the rows of words and n-grams that have been trained, if words are composed.

    Parameters
    ----------
    state : Word2VecState
        The model.
    """
    if state.subwords is not None:
        state.wv.store.change(recomposed)


def memory_report(
    state: Word2VecState,
    vocab_size: int | None,
    report: dict[str, int] | None,
    further: Mapping[str, int] | None = None,
) -> dict[str, int]:
    """Return the memory that a vocabulary and its layers need, for `estimate_memory` of the models.

    Parameters
    ----------
    state : Word2VecState
        The model.
    vocab_size : int, optional
        Number of words; that of the model by default.
    report : dict, optional
        A dict to extend.
    further : mapping, optional
        Bytes of further parts.

    Returns
    -------
    dict of str to int
        Bytes of "vocab", "vectors", the output layers "syn1" and "syn1neg" that the model has, and "total".
    """
    words = integer_option("vocab_size", len(state.wv) if vocab_size is None else vocab_size, 0, 2**31 - 1)
    result = {} if report is None else report
    result.update(_estimated_memory(state, words))
    result.update(further or {})
    result["total"] = sum(size for name, size in result.items() if name != "total")
    return result


def _estimated_memory(state: Word2VecState, words: int) -> dict[str, int]:
    options = state.options
    vectors, layer = bytes_of_rows(words, state.vector_size), bytes_of_rows(words, state.layer_size)
    memory = {"vocab": words * (700 if options.hierarchical_softmax else 500), "vectors": vectors}
    if state.subwords is not None:
        memory["vectors_vocab"] = 0 if state.subwords.hash_count else vectors
        memory["vectors_ngrams"] = bytes_of_rows(state.subwords.rows, state.vector_size)
    if options.hierarchical_softmax:
        memory["syn1"] = layer
    if options.negative:
        memory["syn1neg"] = layer
    return memory


def _require_memory(words: int, state: Word2VecState, options: TrainingOptions, *, is_extension: bool) -> None:
    layers = bool(options.negative) + options.hierarchical_softmax
    size = bytes_of_rows(words, state.vector_size) + layers * bytes_of_rows(words, state.layer_size)
    what = f"{1 + layers} layers of {words} vectors of dimensionality {state.layer_size}"
    cure = "use a greater min_count or a smaller vector_size"
    if state.subwords is not None:
        ngrams = 0 if is_extension else state.subwords.rows
        size += bytes_of_rows(_rows_for(state, words) + ngrams, state.vector_size)
        what += f", and {ngrams} of n-grams"
        cure = "use a smaller bucket or vector_size, or a greater min_count"
    require_available_memory(size, what, cure)


def rows_of_words(table: VectorTable) -> NDArray[np.float32]:
    """Return what training updates for each word: its vector, or the row that it is composed of beside n-grams.

    Parameters
    ----------
    table : VectorTable
        The vectors of a model.

    Returns
    -------
    ndarray of float32, shape (words, vector_size)
        The rows; none if words are composed of hash buckets alone (floret).
    """
    subwords = table.subwords
    if subwords is None:
        return table.vectors
    if subwords.hash_count:
        return np.empty((0, table.vector_size), np.float32)
    rows = subwords.word_rows
    known = 0 if rows is None else min(len(rows), len(table.vectors))
    if rows is not None and known == len(table.vectors):
        return rows[:known]
    # The vectors of other words were read from a file or set by the user.
    others = subwords.rows_of(table.index_to_key[known : len(table.vectors)], table.vectors[known:])
    return others if rows is None else np.concatenate([rows, others])


def _new_rows(
    state: Word2VecState, table: VectorTable, words: int, seed: int, *, is_extension: bool = False
) -> tuple[PaddedRows, PaddedRows | None]:
    """Return rows for words, and the vectors of n-grams if there are any: new ones, or those of the model."""
    if state.subwords is None:
        return PaddedRows(words, state.vector_size), None
    own = _rows_for(state, words)
    if is_extension:
        return PaddedRows(own, state.vector_size), _ngrams_of(state, table)
    # In one piece, as fastText's files and models have them.
    rows, ngrams = PaddedRows(own + state.subwords.rows, state.vector_size).split(own)
    fill_initial_ngrams(ngrams.view, seed)
    return rows, ngrams


def _rows_for(state: Word2VecState, words: int) -> int:
    """Return the number of rows that words have beside n-grams: none in a table of floret."""
    return 0 if state.subwords is not None and state.subwords.hash_count else words


def _ngrams_of(state: Word2VecState, table: VectorTable) -> PaddedRows:
    """Return the memory of the n-gram vectors for training; a copy if it is not padded."""
    assert table.subwords is not None
    ngrams, vectors = state.ngrams, table.subwords.vectors
    if ngrams is None or not ngrams.is_memory_of(vectors):
        return PaddedRows.of(np.asarray(vectors, dtype=np.float32))
    return ngrams


def _with_subwords(
    state: Word2VecState, table: VectorTable, rows: PaddedRows, ngrams: PaddedRows, *, is_extension: bool
) -> VectorTable:
    """Return a table whose words have these rows and n-gram vectors."""
    assert state.subwords is not None
    former = table.subwords if is_extension else None
    factors = {}
    if former is not None:
        words_lockf = former.words_lockf
        if len(words_lockf) > 1:
            words_lockf = np.append(words_lockf, np.ones(len(table.index_to_key) - len(words_lockf), dtype=np.float32))
        factors = {"words_lockf": words_lockf, "buckets_lockf": former.buckets_lockf}
    subwords = Subwords(
        vectors=ngrams.view,
        min_n=state.subwords.min_n,
        max_n=state.subwords.max_n,
        word_rows=no_word_rows(len(table.index_to_key), state.vector_size) if state.subwords.hash_count else rows.view,
        **factors,
        hash_count=state.subwords.hash_count,
    )
    return recomposed(table.successor(subwords=subwords))


def _subword_arrays(table: VectorTable, ngrams: PaddedRows) -> SubwordArrays:
    assert table.subwords is not None
    starts, buckets = table.subwords.table_of(table.index_to_key)
    return SubwordArrays(
        ngrams=ngrams,
        starts=starts,
        buckets=buckets,
        update_scale=_factors("wv.vectors_ngrams_lockf", table.subwords.buckets_lockf, len(ngrams.view), "bucket"),
    )


def _outputs(state: Word2VecState) -> dict[str, PaddedRows | None]:
    return {"output": state.output, "nodes": state.nodes}


def _resized_outputs(
    state: Word2VecState, outputs: Mapping[str, PaddedRows | None], words: int, options: TrainingOptions
) -> dict[str, PaddedRows | None]:
    """Return output layers with one row per word; those that the options do not use stay as they are."""
    used = {"output": options.negative > 0, "nodes": options.hierarchical_softmax}
    return {
        name: _with_all_words(rows, words, state.layer_size) if used[name] else rows for name, rows in outputs.items()
    }


def _with_all_words(rows: PaddedRows | None, words: int, columns: int) -> PaddedRows:
    if rows is None:
        return PaddedRows(words, columns)
    return rows if len(rows.view) == words else rows.resized(words)


def update_scale_of(table: VectorTable, name: str, key: str) -> NDArray[np.float32] | None:
    """Return the factors of the updates of vectors (gensim's `vectors_lockf`).

    Parameters
    ----------
    table : VectorTable
        The vectors.
    name, key : str
        Names of the vectors and of a key in error messages.

    Returns
    -------
    ndarray of float32, shape (rows,), or None
        None if all are 1.

    Raises
    ------
    ValueError
        If ``vectors_lockf`` has neither one entry nor one per row.
    """
    return _factors(f"{name}.vectors_lockf", table.vectors_lockf, len(table), key)


def _update_scale(table: VectorTable) -> NDArray[np.float32] | None:
    if table.subwords is None:
        return update_scale_of(table, "wv", "word")
    if table.subwords.hash_count:
        return None  # there are no rows of words
    return _factors("wv.vectors_vocab_lockf", table.subwords.words_lockf, len(table), "word")


def _factors(name: str, given: NDArray[np.float32], rows: int, of: str) -> NDArray[np.float32] | None:
    factors = np.ascontiguousarray(given, dtype=np.float32)
    if factors.ndim != 1 or len(factors) not in (1, rows):
        raise ValueError(f"{name} must have 1 entry or {rows}, one per {of}, got shape {factors.shape}")
    if len(factors) == 1:
        return None if factors[0] == 1.0 else np.full(rows, factors[0], dtype=np.float32)
    return factors
