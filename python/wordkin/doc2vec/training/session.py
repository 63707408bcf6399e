"""Training runs of documents: Word2Vec's runs, with the vectors of tags."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ...runtime.progress import counted_progress
from ...storage import Archive
from ...text import EncodedCorpus, TrimRule
from ...word2vec.report import TrainingReport
from ...word2vec.state import current_vocabulary, padded_vectors
from ...word2vec.training.schedule import LearningRateSchedule
from ...word2vec.training.session import CheckpointRequest, Notify, TrainRequest, run_training, train
from ...word2vec.training.trained_model import SavedModel, TrainedModel
from ...word2vec.training.vocabulary import changed_settings
from ...word2vec.training.weights import (
    TagArrays,
    TrainingArrays,
    end_training,
    end_training_of,
    training_arrays,
    update_scale_of,
)
from ..archive import MODEL_FILE, archive_to_state, state_to_archive
from ..state import Doc2VecState, core_options
from .corpora import DocumentCorpus
from .vocabulary import adopt_documents, choose_words

__all__ = ["train_documents", "train_new_documents"]


def train_new_documents(
    state: Doc2VecState,
    corpus: DocumentCorpus,
    trim_rule: TrimRule | None,
    notify: Notify,
    checkpoints: CheckpointRequest | None = None,
) -> None:
    """Build the vocabulary from documents and train on them for the model's number of epochs.

    Parameters
    ----------
    state : Doc2VecState
        A model without a vocabulary.
    corpus : DocumentCorpus
        The documents.
    trim_rule : callable, optional
        Rule that decides which words are kept.
    notify : callable
        Called with the name of each event.
    checkpoints : CheckpointRequest, optional
        Where to save checkpoints.
    """
    words = state.words
    if checkpoints is not None:
        checkpoints.opened()  # a folder that cannot be written is reported before the documents are read
    # A function of the caller receives events of training only.
    shown = False if callable(words.progress) else words.progress
    with counted_progress(shown, None, " words", title="counting words") as report:
        counts, tags = corpus.scan(
            words.compute.threads,
            max_vocab_size=words.vocabulary_options.max_vocab_size,
            trim_rule=trim_rule,
            progress=report,
        )
    adopt_documents(state, choose_words(state, counts, trim_rule, changed_settings(words)), tags)
    if words.epochs == 0:
        return
    with words.exclusively():
        encoded = _encoded(state, corpus)
        schedule = LearningRateSchedule(
            start=words.alpha, end=words.min_alpha, planned_words=float(counts.raw_words * words.epochs)
        )
        run_training(_model(state), encoded, schedule, words.epochs, notify, checkpoints)


def train_documents(
    state: Doc2VecState,
    corpus: DocumentCorpus,
    request: TrainRequest,
    notify: Notify,
    checkpoints: CheckpointRequest | None = None,
) -> TrainingReport:
    """Train a model that has a vocabulary.

    Parameters
    ----------
    state : Doc2VecState
        The model.
    corpus : DocumentCorpus
        The documents.
    request : TrainRequest
        Epochs, learning rates, and the size of the corpus as given by the caller.
    notify : callable
        Called with the name of each event.
    checkpoints : CheckpointRequest, optional
        Where to save checkpoints.

    Returns
    -------
    TrainingReport
        Statistics of the training run.
    """
    return train(_model(state), partial(_encoded, state, corpus), request, notify, checkpoints)


def _encoded(state: Doc2VecState, corpus: DocumentCorpus) -> EncodedCorpus:
    return corpus.encode(current_vocabulary(state.words), state.dv.key_to_index, state.tag_count)


def _model(state: Doc2VecState) -> TrainedModel:
    return TrainedModel(
        name="Doc2Vec",
        kind=MODEL_FILE.kind,
        state=state.words,
        begin=partial(_begin, state),
        end=partial(_end, state),
        pack=partial(state_to_archive, state),
        unpack=_unpacked,
    )


def _begin(state: Doc2VecState) -> TrainingArrays:
    arrays = training_arrays(state.words)
    with state.words.lock, state.dv.store.lock:
        table = state.dv.store.table
        update_scale = update_scale_of(table, "dv", "tag")
        rows = padded_vectors(table, state.tag_rows)
        successor = table.successor(vectors=rows.view, known_norms=None, hold=None)
        state.dv.store.replace(successor, (state, "tag_rows", rows))
    return replace(arrays, tags=TagArrays(settings=core_options(state), rows=rows, update_scale=update_scale))


def _end(state: Doc2VecState, arrays: TrainingArrays | None) -> None:
    end_training(state.words, arrays)
    rows = None if arrays is None or arrays.tags is None else arrays.tags.rows
    end_training_of(state.dv, rows, "dv")


def _unpacked(archive: Archive) -> SavedModel:
    saved = archive_to_state(archive)
    return SavedModel(state=saved.words, tags=saved.dv.vectors)
