"""State of a Word2Vec model: options, vectors, output layers and counters."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..distributed import Communicator
from ..errors import VocabularyError
from ..runtime.compute import Compute
from ..runtime.locks import ExclusiveUse, fork_safe_lock
from ..storage.decoding import TextOptions
from ..text import FolderOptions, PreparationOptions, RawCounts, Vocabulary
from ..vectors import FastTextKeyedVectors, KeyedVectors
from ..vectors.table import VectorTable
from .options import ModelOptions, SubwordOptions, SynchronizationOptions, TrainingOptions, VocabularyOptions
from .padded_rows import PaddedRows
from .report import Progress, TrainingReport

__all__ = [
    "UNCHOSEN_ISA",
    "Weights",
    "Word2VecState",
    "checked_layer",
    "checked_vectors",
    "current_vocabulary",
    "new_state",
    "new_state_like",
    "padded_vectors",
    "word_counts",
]

UNCHOSEN_ISA = "baseline"  # in states read from files: the model that takes them sets the instruction set


class Weights(NamedTuple):
    """Vectors and output layers of one moment.

    Parameters
    ----------
    table : VectorTable
        Words and their input vectors.
    output : PaddedRows or None
        Output layer of negative sampling.
    nodes : PaddedRows or None
        Output layer of hierarchical softmax.
    """

    table: VectorTable
    output: PaddedRows | None
    nodes: PaddedRows | None


@dataclass(kw_only=True, eq=False)
class Word2VecState:
    """Everything that a model consists of: settings, vectors, output layers and counters.

    Parameters
    ----------
    options, vocabulary_options : TrainingOptions, VocabularyOptions
        Settings, replaced as a whole when one of them changes.
    compute : Compute
        Number of threads and instruction set.
    vector_size : int
        Dimensionality of the word vectors.
    alpha, min_alpha : float
        Learning rate at the start and at the end of training.
    epochs : int
        Default number of epochs.
    compute_loss : bool
        Whether `running_loss` is the loss of the last training run.
    comment : str or None
        Text stored with the model.
    wv : KeyedVectors
        Input vectors. The user may modify, extend or replace them between training runs.
    effective_min_count : int
        Minimum count that the words of the vocabulary needed.
    min_alpha_yet_reached : float
        Learning rate at the end of the last epoch.
    hashfxn : callable, default hash
        Hash function for `Word2Vec.seeded_vector`; not saved.
    progress : bool, callable or None
        How to show progress; not saved.
    text_options : TextOptions
        How text files are read; not saved.
    preparation : PreparationOptions
        How texts are prepared.
    folders : FolderOptions
        Which files of folders are read; not saved.
    subwords : SubwordOptions or None
        How words are composed of character n-grams (FastText); None for Word2Vec.
    synchronization : SynchronizationOptions
        How threads and processes share their work.
    communicator : Communicator or None
        Connects processes that train this model; not saved.
    input : PaddedRows or None
        The memory of the rows of words, once it is padded for training: of ``wv.vectors``, or of ``wv.vectors_vocab``
        with n-grams.
    ngrams : PaddedRows or None
        The memory of ``wv.vectors_ngrams``, likewise.
    output : PaddedRows or None
        Output layer of negative sampling, one row per word.
    nodes : PaddedRows or None
        Output layer of hierarchical softmax, one row per inner node of the Huffman tree; the last row is unused.
    layer_size : int
        Number of columns of the output layers, which differs from `vector_size` if inputs are concatenated.
    corpus_count, corpus_total_words : int
        Number of sentences and words in the corpus that the vocabulary was built from.
    train_count : int
        Number of training runs.
    total_train_time : float
        Total duration of all training runs in seconds.
    training_report : TrainingReport or None
        Report of the last training run.
    loss_offset : float
        Difference between the loss that the user set and the loss of the last training run.
    raw_counts : RawCounts or None
        Counts of all words of the corpus scanned last, if they are kept.
    cum_table_end : int
        Last entry of gensim's `cum_table`.
    lifecycle_events : list of dict or None
        Events that the user added.

    Attributes
    ----------
    lock : RLock
        Held while vectors and layers are replaced, and while several of them are read that must fit together.
    """

    options: TrainingOptions
    vocabulary_options: VocabularyOptions
    compute: Compute
    vector_size: int
    alpha: float
    min_alpha: float
    epochs: int
    compute_loss: bool
    comment: str | None
    wv: KeyedVectors
    effective_min_count: int
    min_alpha_yet_reached: float
    hashfxn: Callable[[str], int] = hash
    progress: Progress = None
    text_options: TextOptions = field(default_factory=TextOptions)
    preparation: PreparationOptions = field(default_factory=PreparationOptions)
    folders: FolderOptions = field(default_factory=FolderOptions)
    subwords: SubwordOptions | None = None
    synchronization: SynchronizationOptions = field(default_factory=SynchronizationOptions)
    communicator: Communicator | None = None
    input: PaddedRows | None = None
    ngrams: PaddedRows | None = None
    output: PaddedRows | None = None
    nodes: PaddedRows | None = None
    layer_size: int = 0
    corpus_count: int = 0
    corpus_total_words: int = 0
    train_count: int = 0
    total_train_time: float = 0.0
    training_report: TrainingReport | None = None
    loss_offset: float = 0.0
    raw_counts: RawCounts | None = None
    cum_table_end: int = 2**31 - 1
    lifecycle_events: list[dict[str, Any]] | None = field(default_factory=list)
    lock: threading.RLock = field(default_factory=fork_safe_lock, init=False)
    _changes: ExclusiveUse = field(default_factory=lambda: ExclusiveUse("this model is already training"), init=False)

    def __post_init__(self) -> None:
        self.layer_size = self.layer_size or self.vector_size

    def exclusively(self) -> AbstractContextManager[None]:
        """Prevent concurrent training or resizing of the layers during a ``with`` block.

        Returns
        -------
        context manager
            It raises RuntimeError if another thread, or the call that runs this callback, is already changing the
            model.
        """
        return self._changes.claimed()

    def replace_vectors(self, table: VectorTable, **changes: object) -> None:
        """Replace the table of `wv`, and fields of this state together with it: all of them or none.

        Parameters
        ----------
        table : VectorTable
            The new table.
        **changes : object
            New values of fields.
        """
        with self.lock:
            self.wv.store.replace(table, *((self, name, value) for name, value in changes.items()))

    def weights(self) -> Weights:
        """Return vectors and layers that belong together.

        Returns
        -------
        Weights
            They are those of one moment; training and the user can change their values.
        """
        with self.lock:
            return Weights(self.wv.store.table, self.output, self.nodes)

    @property
    def running_loss(self) -> float:
        """Total loss of the last training run plus `loss_offset`; 0.0 unless `compute_loss` is set."""
        return self._total_loss() + self.loss_offset if self.compute_loss else 0.0

    @running_loss.setter
    def running_loss(self, loss: float) -> None:
        self.loss_offset = float(loss) - self._total_loss()

    def _total_loss(self) -> float:
        return 0.0 if self.training_report is None else self.training_report.total_loss


def new_state(
    model: ModelOptions,
    training: TrainingOptions,
    vocabulary: VocabularyOptions,
    compute: Compute,
    subwords: SubwordOptions | None = None,
) -> Word2VecState:
    """Return the state of a model without a vocabulary.

    Parameters
    ----------
    model, training, vocabulary : ModelOptions, TrainingOptions, VocabularyOptions
        Settings.
    compute : Compute
        Number of threads and instruction set.
    subwords : SubwordOptions or None, default None
        Character n-grams that words are composed of.

    Returns
    -------
    Word2VecState
        A new state.
    """
    return Word2VecState(
        options=training,
        vocabulary_options=vocabulary,
        compute=compute,
        vector_size=model.vector_size,
        alpha=model.alpha,
        min_alpha=model.min_alpha,
        epochs=model.epochs,
        compute_loss=model.compute_loss,
        comment=model.comment,
        wv=_vectors_of(model.vector_size, subwords),
        effective_min_count=vocabulary.min_count,
        min_alpha_yet_reached=model.alpha,
        subwords=subwords,
    )


def _vectors_of(vector_size: int, subwords: SubwordOptions | None) -> KeyedVectors:
    if subwords is None:
        return KeyedVectors(vector_size)
    # Without buckets, which take memory.
    return FastTextKeyedVectors(vector_size, subwords.min_n, subwords.max_n, hash_count=subwords.hash_count)


def new_state_like(state: Word2VecState) -> Word2VecState:
    """Return the state of a model without a vocabulary that has the settings of another one.

    Parameters
    ----------
    state : Word2VecState
        The model with the settings.

    Returns
    -------
    Word2VecState
        A new state.
    """
    copied = new_state(
        ModelOptions(
            vector_size=state.vector_size,
            alpha=state.alpha,
            min_alpha=state.min_alpha,
            epochs=state.epochs,
            compute_loss=state.compute_loss,
            comment=state.comment,
        ),
        state.options,
        state.vocabulary_options,
        state.compute,
        state.subwords,
    )
    for name in ("hashfxn", "progress", "text_options", "preparation", "folders", "synchronization"):
        setattr(copied, name, getattr(state, name))
    copied.corpus_count, copied.corpus_total_words = state.corpus_count, state.corpus_total_words
    copied.effective_min_count = state.effective_min_count
    return copied


def word_counts(table: VectorTable) -> NDArray[np.int64]:
    """Return the number of occurrences of each word.

    Parameters
    ----------
    table : VectorTable
        The vectors of a model.

    Returns
    -------
    ndarray of int64, shape (words,)
        Counts in the order of the vocabulary.

    Raises
    ------
    VocabularyError
        If the vectors have no counts.
    """
    if "count" not in table.expandos:
        raise VocabularyError(
            "training needs the counts of all words: set them with wv.set_vecattr(word, 'count', count)"
        )
    return np.ascontiguousarray(table.expandos["count"], dtype=np.int64)


def current_vocabulary(state: Word2VecState) -> Vocabulary:
    """Return the words and counts of a model as a vocabulary.

    Parameters
    ----------
    state : Word2VecState
        The model.

    Returns
    -------
    Vocabulary
        A copy of the list of words, with their counts.
    """
    table = state.wv.store.frozen()
    return Vocabulary(
        table.index_to_key,
        word_counts(table),
        state.effective_min_count,
        state.corpus_total_words,
        state.corpus_count,
    )


def checked_vectors(wv: KeyedVectors, vector_size: int, name: str = "wv") -> KeyedVectors:
    """Return vectors after checking that a model can use them as input vectors.

    Parameters
    ----------
    wv : KeyedVectors
        The vectors.
    vector_size : int
        Dimensionality of the model.
    name : str, default "wv"
        Name of the vectors in error messages.

    Returns
    -------
    KeyedVectors
        The same object.

    Raises
    ------
    TypeError
        If `wv` is not KeyedVectors.
    ValueError
        If the dimensionality differs.
    """
    if not isinstance(wv, KeyedVectors):
        raise TypeError(f"{name} must be KeyedVectors, got {type(wv).__name__}")
    if wv.vector_size != vector_size:
        raise ValueError(f"{name} must have vectors of dimensionality {vector_size}, got {wv.vector_size}")
    return wv


def checked_layer(state: Word2VecState, name: str, matrix: ArrayLike) -> PaddedRows:
    """Copy a matrix that is to become an output layer.

    Parameters
    ----------
    state : Word2VecState
        The model.
    name : str
        Name of the attribute, for the error message.
    matrix : array_like, shape (words, layer_size)
        The values.

    Returns
    -------
    PaddedRows
        A float32 copy.

    Raises
    ------
    ValueError
        If the shape differs.
    """
    array = np.asarray(matrix, dtype=np.float32)
    if array.shape != (len(state.wv), state.layer_size):
        raise ValueError(f"{name} must have the shape {(len(state.wv), state.layer_size)}, got {array.shape}")
    return PaddedRows.of(array)


def padded_vectors(table: VectorTable, rows: PaddedRows | None) -> PaddedRows:
    """Return the memory of vectors that are trained.

    Parameters
    ----------
    table : VectorTable
        The vectors.
    rows : PaddedRows or None
        What may be their memory already.

    Returns
    -------
    PaddedRows
        `rows` if they are, otherwise a copy.
    """
    if rows is not None and rows.is_memory_of(table.vectors):
        return rows
    return PaddedRows.of(np.asarray(table.vectors, dtype=np.float32))
