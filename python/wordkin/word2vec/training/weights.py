"""Creating, resizing and checking the weight matrices of a model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ...errors import ResourceError, VocabularyError
from ...runtime.compute import memory_limit
from ...text import Vocabulary
from ...vectors import KeyedVectors
from ..options import TrainingOptions
from ..padded_rows import PaddedRows, bytes_of_rows, fill_initial_vectors
from ..state import Word2VecState, word_counts

__all__ = [
    "TrainingArrays",
    "add_missing_rows",
    "estimated_memory",
    "reset_weights",
    "resize_to_vocabulary",
    "training_arrays",
]


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
    """

    input: PaddedRows
    output: PaddedRows | None
    nodes: PaddedRows | None
    update_scale: NDArray[np.float32] | None
    counts: NDArray[np.int64]


def resize_to_vocabulary(
    state: Word2VecState,
    vocabulary: Vocabulary,
    options: TrainingOptions,
    *,
    first_new: int = 0,
    wv: KeyedVectors | None = None,
) -> None:
    """Resize all layers to one row per word of a vocabulary.

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
    wv : KeyedVectors, optional
        Object that receives the input vectors (default: the one that holds them now).

    Raises
    ------
    ResourceError
        If the layers exceed the available memory; the model is unchanged.
    """
    _require_memory(len(vocabulary), state.vector_size, options)
    rows = PaddedRows(len(vocabulary), state.vector_size)
    if wv is not None:
        state.wv = wv
    rows.view[:first_new] = state.wv.vectors[:first_new]
    fill_initial_vectors(rows.view, options.seed, first_new)
    lock = state.wv.vectors_lockf if first_new else np.ones(1, dtype=np.float32)
    if len(lock) > 1:
        lock = np.append(lock, np.ones(len(vocabulary) - len(lock), dtype=np.float32))
    if not first_new:
        state.output = state.nodes = None
        state.wv.expandos = {}
    state.input = rows
    _set_vectors(state.wv, vocabulary, rows)
    state.wv.vectors_lockf = lock
    state.wv.expandos["sample_int"] = _core.word2vec.keep_thresholds(vocabulary.counts, options.sample)
    _resize_outputs(state, options)


def _set_vectors(wv: KeyedVectors, vocabulary: Vocabulary, rows: PaddedRows) -> None:
    # The object is changed rather than replaced: code that holds `model.wv` sees the new vectors.
    wv.index_to_key = vocabulary.words
    wv.key_to_index = vocabulary.index
    wv.next_index = len(vocabulary)
    wv.vectors = rows.view
    wv.allocate_vecattrs()
    wv.expandos["count"] = vocabulary.counts


def reset_weights(state: Word2VecState) -> None:
    """Initialise all weights again; words and counts stay.

    Parameters
    ----------
    state : Word2VecState
        The model.
    """
    fill_initial_vectors(_input_rows(state).view, state.options.seed)
    state.wv.norms = None
    state.output = state.nodes = None
    _resize_outputs(state, state.options)


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
    known, words = len(state.wv.vectors), len(state.wv.index_to_key)
    if known == 0:
        raise VocabularyError("update_weights extends a vocabulary, and the model has none; call build_vocab first")
    if known < words:
        rows = PaddedRows(words, state.vector_size)
        rows.view[:known] = state.wv.vectors
        fill_initial_vectors(rows.view, state.options.seed, known)
        state.input = rows
        state.wv.vectors = rows.view
        state.wv.allocate_vecattrs()
    _resize_outputs(state, state.options)


def training_arrays(state: Word2VecState) -> TrainingArrays:
    """Return the arrays that training updates in place, padded and of matching sizes.

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
    rows, options = _input_rows(state), state.options
    _resize_outputs(state, options)
    return TrainingArrays(
        input=rows,
        output=state.output if options.negative else None,
        nodes=state.nodes if options.hierarchical_softmax else None,
        update_scale=_update_scale(state.wv),
        counts=word_counts(state),
    )


def estimated_memory(state: Word2VecState, words: int) -> dict[str, int]:
    """Return the memory that a vocabulary of `words` words and its layers need.

    Parameters
    ----------
    state : Word2VecState
        The model.
    words : int
        Size of the vocabulary.

    Returns
    -------
    dict of str to int
        Bytes of "vocab", "vectors", and the output layers "syn1" and "syn1neg" that the model has.
    """
    options = state.options
    matrix = bytes_of_rows(words, state.vector_size)
    memory = {"vocab": words * (700 if options.hierarchical_softmax else 500), "vectors": matrix}
    if options.hierarchical_softmax:
        memory["syn1"] = matrix
    if options.negative:
        memory["syn1neg"] = matrix
    return memory


def _input_rows(state: Word2VecState) -> PaddedRows:
    if state.input is None or not state.input.is_memory_of(state.wv.vectors):
        state.input = PaddedRows.of(np.asarray(state.wv.vectors, dtype=np.float32))
        state.wv.vectors = state.input.view
    return state.input


def _require_memory(words: int, vector_size: int, options: TrainingOptions) -> None:
    # Operating systems grant more memory than they have and kill the process once it is used.
    layers = 1 + bool(options.negative) + options.hierarchical_softmax
    needed, limit = layers * bytes_of_rows(words, vector_size), memory_limit()
    if limit is not None and needed > limit:
        raise ResourceError(
            f"{layers} layers of {words} vectors of dimensionality {vector_size} need {needed / 2**30:.1f} GiB, but "
            f"this process may use at most {limit / 2**30:.1f} GiB"
        )


def _resize_outputs(state: Word2VecState, options: TrainingOptions) -> None:
    if options.negative:
        state.output = _with_all_words(state, state.output)
    if options.hierarchical_softmax:
        state.nodes = _with_all_words(state, state.nodes)


def _with_all_words(state: Word2VecState, rows: PaddedRows | None) -> PaddedRows:
    words = len(state.wv)
    if rows is None:
        return PaddedRows(words, state.vector_size)
    return rows if len(rows.view) == words else rows.resized(words)


def _update_scale(wv: KeyedVectors) -> NDArray[np.float32] | None:
    lock = np.ascontiguousarray(wv.vectors_lockf, dtype=np.float32)
    if lock.ndim != 1 or len(lock) not in (1, len(wv)):
        raise ValueError(f"wv.vectors_lockf must have 1 entry or {len(wv)}, one per word, got shape {lock.shape}")
    if len(lock) == 1:
        return None if lock[0] == 1.0 else np.full(len(wv), lock[0], dtype=np.float32)
    return lock
