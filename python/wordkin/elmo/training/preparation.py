"""Preparation of a training run: reads the texts, chooses the vocabulary, and creates or resumes the model."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from ...runtime.callbacks import notify
from ...storage.checkpoint import CheckpointFolder
from ..archive import load_optimizer
from ..data.batching import TrainingBatches
from ..data.encoded_text import ReadText, TextSource, character_row_length
from ..options import ELMoOptions, ELMoVocabularyOptions
from ..state import ModelState, build_state, initial_optimizer_state, parameter_shapes, require_memory
from ..token_inputs import TokenInputs
from ..vocabulary import TargetWords, frequent_words, parse_vocabulary
from .request import TrainingRequest
from .run_checkpoint import RunFingerprint, RunState, resume_run
from .session import TrainingSession
from .word_vectors import fill_word_vectors, inputs_with_word_vectors

__all__ = ["prepare_training"]

logger = logging.getLogger(__name__)


def prepare_training(
    request: TrainingRequest,
    model: Any,
    options: ELMoOptions,
    previous: ModelState | None,
    corpus: TextSource,
    validation: TextSource | None,
) -> TrainingSession:
    """Read the texts and return a session that is ready to run.

    Parameters
    ----------
    request : TrainingRequest
        Checked arguments of the run.
    model : ELMo
        Model to pass to callbacks.
    options : ELMoOptions
        Options of the model.
    previous : ModelState or None
        State of the model before training, if it has parameters.
    corpus : path, list of paths, file object or iterable of list of str
        Training text.
    validation : path, list of paths, file object, iterable of list of str, or None
        Validation text.

    Returns
    -------
    TrainingSession
        The session, resumed from the newest checkpoint if there is one.

    Raises
    ------
    CorpusError
        If a text is invalid or too short.
    VocabularyError
        If the vocabulary is invalid or empty.
    FormatError
        If the checkpoint belongs to a different run.
    ResourceError
        If there is not enough memory.
    """
    # An invalid vocabulary is reported before the text is read, which can take hours.
    given = None if request.vocabulary is None else parse_vocabulary(request.vocabulary)
    options, inputs = inputs_with_word_vectors(options, request.word_vectors, previous)
    rules = request.vocabulary_options
    if previous is None and rules.max_vocabulary_size is None and options.n_tokens_vocab:
        rules = replace(rules, max_vocabulary_size=options.n_tokens_vocab)
    folder = None if request.checkpoint is None else CheckpointFolder(request.checkpoint, keep=request.run.keep)
    text = _read(request, corpus, "corpus")
    words = given if given is not None else _choose_words(text, rules, None if previous is None else previous.words)
    encoded = text.encoded(words, character_row_length(options), inputs)
    batches = TrainingBatches(
        encoded,
        batch_size=request.training.batch_size,
        unroll_steps=request.training.unroll_steps,
        shuffle_seed=request.training.seed if request.run.shuffle else None,
    )
    held_out = None
    if validation is not None:
        held_out = _read(request, validation, "validation").encoded(words, character_row_length(options), inputs)
    options = replace(options, n_tokens_vocab=len(words))
    fingerprint = RunFingerprint.of(options, words, encoded, request.training, request.run, inputs)
    state, run_state = _resume_or_start(request, options, words, previous, inputs, fingerprint, folder)
    state.training = request.training_arguments()
    state.preparation = request.preparation

    def notify_all(event: str, *arguments: Any) -> None:
        notify(request.callbacks, event, model, *arguments)

    return TrainingSession(
        request,
        state,
        run_state,
        batches,
        held_out,
        fingerprint=fingerprint,
        folder=folder,
        notify=notify_all,
    )


def _read(request: TrainingRequest, text: TextSource, name: str) -> ReadText:
    return ReadText(
        text,
        name=name,
        workers=request.compute.threads,
        options=request.text_options,
        preparation=request.preparation,
        folders=request.folders,
    )


def _choose_words(text: ReadText, rules: ELMoVocabularyOptions, known: TargetWords | None) -> TargetWords:
    if known is not None and rules.vocabulary_change == "keep":
        return known
    words = frequent_words(text.counts, min_count=rules.min_count, max_size=rules.max_vocabulary_size)
    if known is not None and rules.vocabulary_change == "extend":
        return known.extended(words)
    return TargetWords(words)


def _resume_or_start(
    request: TrainingRequest,
    options: ELMoOptions,
    words: TargetWords,
    previous: ModelState | None,
    inputs: TokenInputs,
    fingerprint: RunFingerprint,
    folder: CheckpointFolder | None,
) -> tuple[ModelState, RunState]:
    found = folder.find() if folder is not None and request.run.resume else None
    if found is not None:
        state, run_state = resume_run(found, fingerprint)
        logger.info("training resumes from step %d of %s", run_state.step, found.path)
        return state, run_state
    optimizer = request.training.optimizer
    shapes = parameter_shapes(options)
    require_memory(shapes, optimizer, previous)
    if previous is not None:
        load_optimizer(previous)
    state = build_state(options, words, request.training.seed, previous)
    if request.word_vectors is not None:
        fill_word_vectors(state, request.word_vectors, inputs)
    if state.optimizer is None or state.optimizer.optimizer != optimizer:
        state.optimizer = initial_optimizer_state(optimizer, shapes)
    return state, RunState()
