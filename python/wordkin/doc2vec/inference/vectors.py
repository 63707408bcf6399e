"""Vectors of new documents."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ...errors import VocabularyError
from ...runtime.options import UNLIMITED
from ...text import PreparationOptions, Vocabulary
from ...text.encoded import STREAM_BLOCK_WORDS
from ...text.token_keys import TokenKeys
from ...text.token_lists import TokenLists
from ...vectors.table import Hold, VectorTable
from ...word2vec.options import TrainingOptions
from ...word2vec.padded_rows import PaddedRows
from ...word2vec.state import current_vocabulary, padded_vectors, word_counts
from ..options import DocumentOptions
from ..state import Doc2VecState, core_options

__all__ = ["InferenceRequest", "inferred_vectors"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class InferenceRequest:
    """Checked arguments of `Doc2Vec.infer_vectors`.

    Parameters
    ----------
    alpha, min_alpha : float
        Learning rate in the first and in the last pass over a document.
    epochs : int
        Number of passes.
    seed : int
        Random seed.
    threads : int
        Number of threads.
    """

    alpha: float
    min_alpha: float
    epochs: int
    seed: int
    threads: int

    @property
    def rates(self) -> NDArray[np.float32]:
        """Learning rate of each pass: equal steps from the first to the last."""
        return np.linspace(self.alpha, self.min_alpha, self.epochs).astype(np.float32)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Prepared:
    """Everything that inference needs of one state of the weights."""

    table: VectorTable
    layers: tuple[PaddedRows | None, PaddedRows | None]
    settings: tuple[TrainingOptions, DocumentOptions, str]
    vocabulary: Vocabulary
    core: _core.word2vec.DocumentInference

    def is_current(self, state: Doc2VecState) -> bool:
        words = state.words
        return (
            words.wv.store.table is self.table
            and (words.output, words.nodes) == self.layers
            and (words.options, state.options, words.compute.isa) == self.settings
        )


def inferred_vectors(
    state: Doc2VecState, documents: Iterable[Any], request: InferenceRequest, name: str
) -> NDArray[np.float32]:
    """Return a vector for each document, trained against the words and output layers of the model.

    Parameters
    ----------
    state : Doc2VecState
        The model, whose weights are not changed.
    documents : iterable of lists of str
        The documents.
    request : InferenceRequest
        Passes, learning rates, seed and threads.
    name : str
        Name of the documents in error messages.

    Returns
    -------
    ndarray of float32, shape (documents, vector_size)
        The vectors; zeros for documents without known words.

    Raises
    ------
    TypeError
        If these are not documents.
    VocabularyError
        If the model has no vocabulary.
    ValueError
        If vectors of several tags are concatenated.
    """
    prepared = _prepared(state)
    lists = TokenLists(
        _token_lists(documents, name, state.words.preparation), name, UNLIMITED, TokenKeys(), keep_empty_sentences=True
    )
    blocks: list[PaddedRows] = []
    unknown = 0
    session: _core.word2vec.InferenceSession | None = None
    try:
        # Threads infer a block while the next one is encoded.
        while (encoded := lists.encode(prepared.vocabulary.table, STREAM_BLOCK_WORDS)) is not None:
            ids, ends, _, _ = encoded
            if session is None:
                is_all = len(ids) < STREAM_BLOCK_WORDS
                session = _core.word2vec.InferenceSession(
                    prepared.core,
                    rates=request.rates,
                    seed=request.seed,
                    threads=min(request.threads, len(ends)) if is_all else request.threads,
                )
            blocks.append(PaddedRows(len(ends), state.words.vector_size))
            session.submit(ids, ends, blocks[-1].padded)
            unknown += int((np.diff(ends, prepend=0) == 0).sum())
        if session is not None:
            session.wait()
    finally:
        if session is not None:
            session.stop()
    if unknown:
        logger.warning("%s: %d without known words, whose vectors are zeros", name, unknown)
    return (
        np.concatenate([rows.view for rows in blocks]) if blocks else np.zeros((0, state.words.vector_size), np.float32)
    )


def _token_lists(documents: Iterable[Any], name: str, preparation: PreparationOptions) -> Iterator[Any]:
    for number, document in enumerate(documents):
        words = getattr(document, "words", document)  # a TaggedDocument, whose tags are of no use here
        if isinstance(words, str):
            if preparation.is_default:
                raise TypeError(
                    f"{name}: document {number} must be a list of str, got a str ({words!r:.60}); split it into words"
                )
            words = preparation.tokens(words)
        elif isinstance(words, bytes | Mapping) or not isinstance(words, Iterable):
            raise TypeError(f"{name}: document {number} must be a list of str, got {type(words).__name__}")
        yield words


def _prepared(state: Doc2VecState) -> _Prepared:
    prepared: _Prepared | None = state.inference
    if prepared is not None and prepared.is_current(state):
        return prepared
    if len(state.words.wv) == 0:
        raise VocabularyError("vectors can be inferred with a trained model only, and this one has no vocabulary")
    if state.tag_count not in (None, 1):
        raise ValueError(
            f"vectors can be inferred if documents have one tag, got a model that concatenates dm_tag_count="
            f"{state.tag_count} tags"
        )
    state.inference = prepared = _new_preparation(state)
    return prepared


def _new_preparation(state: Doc2VecState) -> _Prepared:
    words = state.words
    with words.lock, words.wv.store.lock:
        table = words.wv.store.table
        rows = padded_vectors(table, words.input)
        if rows is not words.input:
            table = table.successor(vectors=rows.view, hold=Hold())
            words.replace_vectors(table, input=rows)
        layers = words.output, words.nodes
        options = replace(words.options, train_output=False)
        for name, is_used, layer in (
            ("syn1neg", options.negative > 0, layers[0]), ("syn1", options.hierarchical_softmax, layers[1])
        ):  # fmt: skip
            if is_used and (layer is None or len(layer.view) != len(table)):
                raise VocabularyError(f"vectors can be inferred with a trained model only; this one has no {name}")
        core = _core.word2vec.DocumentInference(
            options,
            core_options(state, train_words=False),
            input=rows.padded,
            output=None if layers[0] is None or not options.negative else layers[0].padded,
            nodes=None if layers[1] is None or not options.hierarchical_softmax else layers[1].padded,
            counts=word_counts(table),
            isa=words.compute.isa,
        )
        return _Prepared(
            table=table,
            layers=layers,
            settings=(words.options, state.options, words.compute.isa),
            vocabulary=current_vocabulary(words),
            core=core,
        )
