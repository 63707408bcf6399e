"""Preparation of a training run: reads the texts, chooses the vocabulary, and creates or resumes the model."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any, cast

from ...distributed.texts import own_part
from ...runtime.callbacks import notify
from ...storage.checkpoint import CheckpointFolder
from ...text import Corpus, TextInput
from ...text.inputs import is_text_input
from ..archive import load_optimizer
from ..data.batching import TrainingBatches
from ..data.encoded_text import EncodedText, ReadText, TextSource, character_row_length
from ..options import ELMoOptions, ELMoVocabularyOptions
from ..state import ModelState, build_state, initial_optimizer_state, parameter_shapes, require_memory
from ..token_inputs import TokenInputs
from ..vocabulary import TargetWords, frequent_words, parse_vocabulary
from .group import (
    joint_counts,
    joint_steps,
    joint_text,
    require_equal_parameters,
    require_equal_request,
    require_text_of_any,
    sent_checkpoint,
    together,
)
from .ranks import Ranks
from .request import TrainingRequest
from .run_checkpoint import RunFingerprint, RunState, resume_run
from .session import TrainingSession
from .streams import streams_of_ranks
from .word_vectors import fill_word_vectors, inputs_with_word_vectors, require_known_words

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
        If the vocabulary is invalid or empty, or has no word in common with the word vectors.
    FormatError
        If the checkpoint belongs to a different run.
    ResourceError
        If there is not enough memory.
    """
    group = request.group
    if group is not None:
        facts = {"checkpoint": request.checkpoint is not None, "validation": validation is not None}
        require_equal_request(group, request, **facts)
    with together(group, "reading the vocabulary"):
        # An invalid vocabulary is reported before the text is read, which can take hours.
        given = None if request.vocabulary is None else parse_vocabulary(request.vocabulary)
        options, inputs = inputs_with_word_vectors(options, request.word_vectors, previous)
    rules = request.vocabulary_options
    if previous is None and rules.max_vocabulary_size is None and options.n_tokens_vocab:
        rules = replace(rules, max_vocabulary_size=options.n_tokens_vocab)
    with together(group, "opening the checkpoints"):
        folder = None
        if request.checkpoint is not None and (group is None or group.rank == 0):
            folder = CheckpointFolder(request.checkpoint, keep=request.run.keep)
    text = _read(request, corpus, "corpus")
    words = given
    if words is None:
        words = _choose_words(request, text, rules, None if previous is None else previous.words)
    with together(group, "encoding the corpus"):
        if request.word_vectors is not None:
            require_known_words(request.word_vectors, words)
        encoded = text.encoded(words, character_row_length(options), inputs)
    held_out = None
    if validation is not None:
        read = _read(request, validation, "validation")
        with together(group, "encoding the validation text"):
            if group is None or len(read.counts):  # a rank may have no part of a short text
                held_out = read.encoded(words, character_row_length(options), inputs)
        if group is not None:
            require_text_of_any(group, held_out is not None, read.name)
    options = replace(options, n_tokens_vocab=len(words))
    identity = encoded.fingerprint()
    if group is not None:
        identity = joint_text(group, identity)
    ranks = 1 if group is None else group.size
    fingerprint = RunFingerprint.of(options, words, identity, request.training, request.run, inputs, ranks=ranks)
    sentences = len(encoded.sentences)
    state, run_state = _resume_or_start(request, options, words, previous, inputs, fingerprint, folder, sentences)
    if group is not None:
        require_equal_parameters(group, state)
    own = streams_of_ranks(run_state.streams, ranks)[0 if group is None else group.rank]
    own_request = replace(request, training=replace(request.training, batch_size=own.stop - own.start))
    with together(group, "encoding the corpus"):
        batches = _batches(own_request, encoded)
    if group is not None:
        unroll_steps = request.training.unroll_steps
        batches.steps_per_epoch = joint_steps(group, run_state.streams * unroll_steps, encoded.tokens)
    state.training = request.training_arguments()
    state.preparation = request.preparation

    def notify_all(event: str, *arguments: Any) -> None:
        notify(request.callbacks, event, model, *arguments)

    return TrainingSession(
        own_request,
        state,
        run_state,
        batches,
        held_out,
        has_validation=validation is not None,
        fingerprint=fingerprint,
        folder=folder,
        notify=notify_all,
        ranks=None if group is None else Ranks(group, run_state.streams),
    )


def _batches(request: TrainingRequest, text: EncodedText) -> TrainingBatches:
    return TrainingBatches(
        text,
        batch_size=request.training.batch_size,
        unroll_steps=request.training.unroll_steps,
        shuffle_seed=request.training.seed if request.run.shuffle else None,
    )


def _read(request: TrainingRequest, text: TextSource, name: str) -> ReadText:
    group = request.group
    if group is not None and not isinstance(text, Corpus) and is_text_input(text, name):
        text = own_part(
            group,
            cast("TextInput", text),
            options=request.text_options,
            preparation=request.preparation,
            folders=request.folders,
        )
    with together(group, f"reading the {name}"):
        return ReadText(
            text,
            name=name,
            workers=request.compute.threads,
            options=request.text_options,
            preparation=request.preparation,
            folders=request.folders,
        )


def _choose_words(
    request: TrainingRequest, text: ReadText, rules: ELMoVocabularyOptions, known: TargetWords | None
) -> TargetWords:
    if known is not None and rules.vocabulary_change == "keep":
        return known
    counts = text.counts if request.group is None else joint_counts(request.group, text.counts, rules.min_count)
    words = frequent_words(counts, min_count=rules.min_count, max_size=rules.max_vocabulary_size)
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
    sentences: int,
) -> tuple[ModelState, RunState]:
    group = request.group
    with together(group, "opening the checkpoints"):
        found = folder.find() if folder is not None and request.run.resume else None
    if group is not None:
        found = sent_checkpoint(group, found)
    if found is not None:
        rank = 0 if group is None else group.rank
        state, run_state = resume_run(found, fingerprint, rank=rank, sentences=sentences)
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
        if state.optimizer is not None:
            logger.warning(
                "the model was trained with optimizer=%r; %r starts with a new state",
                state.optimizer.optimizer,
                optimizer,
            )
        state.optimizer = initial_optimizer_state(optimizer, shapes)
    return state, RunState(fingerprint.streams)
