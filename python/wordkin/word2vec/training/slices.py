"""Training on one slice of a corpus against the frozen output layers of a model of the whole corpus, the compass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...errors import VocabularyError
from ...text import Corpus, RawCounts, Vocabulary
from ...vectors import KeyedVectors
from ..state import Word2VecState, current_vocabulary, new_state_like
from .group import joint_counts, joint_words
from .schedule import LearningRateSchedule
from .session import CheckpointRequest, Notify, agreed_group, on_all_ranks, run_training
from .trained_model import word2vec_model
from .weights import resize_to_vocabulary

__all__ = ["SliceRequest", "train_slice"]


@dataclass(frozen=True, kw_only=True)
class SliceRequest:
    """Checked arguments of `Word2Vec.train_slice`.

    Parameters
    ----------
    epochs : int
        Number of epochs.
    alpha, min_alpha : float
        Learning rate at the start and at the end.
    min_count : int
        Number of occurrences that a word needs in the slice.
    """

    epochs: int
    alpha: float
    min_alpha: float
    min_count: int


def train_slice(
    compass: Word2VecState,
    opened: Callable[[], Corpus],
    request: SliceRequest,
    notifier_of: Callable[[Word2VecState], Notify],
    checkpoints: CheckpointRequest | None = None,
) -> KeyedVectors:
    """Train input vectors on a slice; the output layers of the compass are only read.

    Parameters
    ----------
    compass : Word2VecState
        A trained model.
    opened : callable
        Returns the slice, or the part of this process.
    request : SliceRequest
        Epochs, learning rates and minimum count.
    notifier_of : callable
        Called with the state of the model that is trained; returns the function that is called with each event.
    checkpoints : CheckpointRequest, optional
        Where to save checkpoints.

    Returns
    -------
    KeyedVectors
        Vectors of the words of the compass that are frequent enough in the slice, with their counts in the slice.

    Raises
    ------
    VocabularyError
        If no word of the compass is frequent enough in the slice, or if an output layer has not been trained.
    """
    group = agreed_group(compass, checkpoints, **asdict(request))
    vocabulary = current_vocabulary(compass)
    with on_all_ranks(compass, "counting"):
        _require_trained_outputs(compass)
        corpus = opened()
        scan = corpus.scan(compass.compute.threads, keep_ids=True)
    counts, raw_words = _counts_in_slice(scan.counts, vocabulary), scan.counts.raw_words
    if group is not None:
        counts, raw_words = joint_counts(group, counts), joint_words(group, raw_words)
    kept = np.flatnonzero(counts >= request.min_count)
    if not len(kept):
        raise VocabularyError(
            f"{corpus.name}: the slice must contain words of the model at least min_count={request.min_count} times, "
            "got none"
        )
    state = _state_of_slice(compass, vocabulary, request)
    with on_all_ranks(compass, "encoding"):
        threads = compass.compute.threads
        encoded = scan.encoded(vocabulary, threads) or corpus.encode(vocabulary, threads)
    schedule = LearningRateSchedule(
        start=request.alpha, end=request.min_alpha, planned_words=float(raw_words * request.epochs)
    )
    with state.exclusively():
        run_training(word2vec_model(state), encoded, schedule, request.epochs, notifier_of(state), checkpoints)
    words = state.wv.index_to_key
    vectors = KeyedVectors.from_vocabulary([words[row] for row in kept], state.wv.vectors[kept], counts[kept])
    vectors.preparation = state.preparation
    return vectors


def _require_trained_outputs(compass: Word2VecState) -> None:
    for name, is_used, rows in (
        ("syn1neg", compass.options.negative > 0, compass.output),
        ("syn1", compass.options.hierarchical_softmax, compass.nodes),
    ):
        if is_used and (rows is None or not rows.view.any()):
            raise VocabularyError(
                f"train_slice needs a trained model, but its output layer {name} has not been trained"
            )


def _counts_in_slice(counts: RawCounts, vocabulary: Vocabulary) -> NDArray[np.int64]:
    ids = counts.ids_in(vocabulary)
    known = ids >= 0
    found = np.zeros(len(vocabulary), dtype=np.int64)
    found[ids[known]] = counts.counts[known]
    return found


def _state_of_slice(compass: Word2VecState, vocabulary: Vocabulary, request: SliceRequest) -> Word2VecState:
    """Return a model with the words, counts and output layers of the compass, and new input vectors."""
    state = new_state_like(compass)
    state.options, state.communicator = replace(compass.options, train_output=False), compass.communicator
    state.alpha, state.min_alpha, state.epochs = request.alpha, request.min_alpha, request.epochs
    # The counts of the compass: they give the noise words, the subsampling and the Huffman tree of its training.
    resize_to_vocabulary(state, vocabulary, state.options)
    with compass.lock:
        state.output, state.nodes = compass.output, compass.nodes
    return state
