"""The layers of a model: its vectors and what they are trained against, kept as large as the vocabulary."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ...errors import ResourceError, VocabularyError
from ...runtime.compute import memory_limit
from ...text import Vocabulary
from ...vectors import KeyedVectors
from ..options import TrainingOptions
from ..padded_rows import PaddedRows, bytes_of_rows, initial_vectors
from .epochs import Parameters

__all__ = ["Layers"]


class Layers:
    """Input vectors, as `KeyedVectors`, and output layers.

    Parameters
    ----------
    vector_size
        Columns of every layer.

    Attributes
    ----------
    wv : KeyedVectors
        The input layer. It may be written to, grown or replaced by its owner between trainings.
    output, nodes : PaddedRows or None
        Rows of negative sampling (one a word) and hierarchical softmax (one an inner node of the tree; the last row is
        spare), if the model has them.
    """

    def __init__(self, vector_size: int) -> None:
        self.vector_size = vector_size
        self.wv = KeyedVectors(vector_size)
        self.output: PaddedRows | None = None
        self.nodes: PaddedRows | None = None
        self._input: PaddedRows | None = None
        self._is_changing = threading.Lock()

    @contextmanager
    def exclusively(self) -> Iterator[None]:
        """Keep others from training these layers, or fitting them to another vocabulary.

        Raises
        ------
        RuntimeError
            If somebody does already: another thread, or whoever called this one from a callback.
        """
        if not self._is_changing.acquire(blocking=False):
            raise RuntimeError("this model is already training")
        try:
            yield
        finally:
            self._is_changing.release()

    @property
    def counts(self) -> NDArray[np.int64]:
        """How often each word occurred.

        Raises
        ------
        VocabularyError
            If `wv` came from elsewhere and does not tell.
        """
        if "count" not in self.wv.expandos:
            raise VocabularyError(
                "training needs the counts of all words: set them with wv.set_vecattr(word, 'count', count)"
            )
        return np.ascontiguousarray(self.wv.expandos["count"], dtype=np.int64)

    def take_vocabulary(
        self,
        vocabulary: Vocabulary,
        options: TrainingOptions,
        *,
        first_new: int = 0,
        wv: KeyedVectors | None = None,
    ) -> None:
        """Fit all layers to a vocabulary; rows before `first_new` are kept, the others initial.

        The words' vectors go into `wv`, by default into the object that holds them now.

        Raises
        ------
        ResourceError
            If the layers are larger than the memory; everything is as it was then.
        """
        self._require_memory(len(vocabulary), options)
        rows = PaddedRows(len(vocabulary), self.vector_size)
        if wv is not None:
            self.wv = wv
        rows.view[:first_new] = self.wv.vectors[:first_new]
        initial_vectors(rows.view, options.seed, first_new)
        lock = self.wv.vectors_lockf if first_new else np.ones(1, dtype=np.float32)
        if len(lock) > 1:
            lock = np.append(lock, np.ones(len(vocabulary) - len(lock), dtype=np.float32))
        if not first_new:
            self.output = self.nodes = None
            self.wv.expandos = {}
        self._input = rows
        self._refill_vectors(vocabulary, rows)
        self.wv.vectors_lockf = lock
        self.wv.expandos["sample_int"] = _core.word2vec.keep_thresholds(vocabulary.counts, options.sample)
        self._fit_outputs(options)

    def _refill_vectors(self, vocabulary: Vocabulary, rows: PaddedRows) -> None:
        # The same object as before: who holds the vectors of a model goes on with them.
        wv = self.wv
        wv.index_to_key = vocabulary.words
        wv.key_to_index = vocabulary.index
        wv.next_index = len(vocabulary)
        wv.vectors = rows.view
        wv.allocate_vecattrs()
        wv.expandos["count"] = vocabulary.counts

    def reset(self, options: TrainingOptions) -> None:
        """Make all rows initial again; words and counts stay."""
        initial_vectors(self._trained_input().view, options.seed)
        self.wv.norms = None
        self.output = self.nodes = None
        self._fit_outputs(options)

    def fit(self, options: TrainingOptions) -> None:
        """Give rows to the words of `wv` that have none, initial ones."""
        known, words = len(self.wv.vectors), len(self.wv.index_to_key)
        if known < words:
            rows = PaddedRows(words, self.vector_size)
            rows.view[:known] = self.wv.vectors
            initial_vectors(rows.view, options.seed, known)
            self._input = rows
            self.wv.vectors = rows.view
            self.wv.allocate_vecattrs()
        self._fit_outputs(options)

    def _trained_input(self) -> PaddedRows:
        if self._input is None or not self._input.is_seen_by(self.wv.vectors):
            self._input = PaddedRows.of(np.asarray(self.wv.vectors, dtype=np.float32))
            self.wv.vectors = self._input.view
        return self._input

    def _require_memory(self, words: int, options: TrainingOptions) -> None:
        # Systems promise more than they have, and end the process when it is used.
        layers = 1 + bool(options.negative) + options.hierarchical_softmax
        needed, limit = layers * bytes_of_rows(words, self.vector_size), memory_limit()
        if limit is not None and needed > limit:
            raise ResourceError(
                f"{layers} layers of {words} vectors of {self.vector_size} numbers need {needed / 2**30:.1f} GiB; "
                f"this process may use {limit / 2**30:.1f} GiB"
            )

    def _fit_outputs(self, options: TrainingOptions) -> None:
        if options.negative:
            self.output = self._with_all_words(self.output)
        if options.hierarchical_softmax:
            self.nodes = self._with_all_words(self.nodes)

    def _with_all_words(self, rows: PaddedRows | None) -> PaddedRows:
        words = len(self.wv)
        if rows is None:
            return PaddedRows(words, self.vector_size)
        return rows if len(rows.view) == words else rows.resized(words)

    def parameters(self, options: TrainingOptions) -> Parameters:
        """Everything that training changes, ready for it.

        Raises
        ------
        ValueError
            If ``wv.vectors_lockf`` fits neither all words at once nor each.
        """
        rows = self._trained_input()
        self._fit_outputs(options)
        return Parameters(
            input=rows,
            output=self.output if options.negative else None,
            nodes=self.nodes if options.hierarchical_softmax else None,
            factors=self._update_factors(),
            counts=self.counts,
        )

    def _update_factors(self) -> NDArray[np.float32] | None:
        lock = np.ascontiguousarray(self.wv.vectors_lockf, dtype=np.float32)
        if lock.ndim != 1 or len(lock) not in (1, len(self.wv)):
            raise ValueError(
                f"wv.vectors_lockf must have 1 entry or {len(self.wv)}, one for each word, got {lock.shape}"
            )
        if len(lock) == 1:
            return None if lock[0] == 1.0 else np.full(len(self.wv), lock[0], dtype=np.float32)
        return lock

    def output_view(self) -> NDArray[np.float32]:
        """The rows of negative sampling, or an AttributeError where there are none."""
        if self.output is None:
            raise AttributeError("no `syn1neg`: the model has no negative sampling, or no vocabulary yet")
        return self.output.view

    def nodes_view(self) -> NDArray[np.float32]:
        """The rows of hierarchical softmax, or an AttributeError where there are none."""
        if self.nodes is None:
            raise AttributeError("no `syn1`: the model has no hierarchical softmax, or no vocabulary yet")
        return self.nodes.view

    def checked_rows(self, name: str, matrix: Any) -> PaddedRows:
        """Copy a layer given from outside.

        Raises
        ------
        ValueError
            If it does not have a row for each word.
        """
        array = np.asarray(matrix, dtype=np.float32)
        if array.shape != (len(self.wv), self.vector_size):
            raise ValueError(f"{name} must have the shape {(len(self.wv), self.vector_size)}, got {array.shape}")
        return PaddedRows.of(array)
