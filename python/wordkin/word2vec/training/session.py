"""One training run of a model: schedule, callbacks, reports and progress around the epochs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, replace
from typing import Literal

from ...distributed import Communicator
from ...distributed.agreement import joint_work
from ...runtime.deferred_signals import DeferredSignals
from ...runtime.progress import counted_progress
from ...storage.checkpoint import CheckpointFolder
from ...storage.paths import AnyPath
from ...text import Corpus, EncodedCorpus, TrimRule
from ..options import CheckpointOptions, TrainingOptions, VocabularyOptions
from ..report import EpochReport, TrainingReport
from ..state import Word2VecState
from .epochs import run_epochs
from .group import joint_words, ranks_of, require_equal_settings, require_equal_vocabulary
from .group_checkpoints import Checkpoints, GroupCheckpoints, fingerprint_of_group, resume_group
from .progress import TrainingProgress
from .ranks import Ranks
from .run_checkpoint import RunCheckpoints, RunPosition, fingerprint_of_run, resume_run
from .schedule import LearningRateSchedule, planned_words, warn_of_wrong_totals
from .synchronization import Replicas, SharedWeights, Synchronization
from .trained_model import TrainedModel, word2vec_model
from .vocabulary import adopt_vocabulary, changed_settings, choose_vocabulary, scan_corpus
from .weights import TrainingArrays, refresh_composed_vectors

__all__ = [
    "CheckpointRequest",
    "Event",
    "Notify",
    "TrainRequest",
    "agreed_group",
    "build_vocabulary",
    "on_all_ranks",
    "run_training",
    "train",
    "train_new",
]

logger = logging.getLogger(__name__)

Event = Literal["on_train_begin", "on_epoch_begin", "on_epoch_end", "on_train_end"]
Notify = Callable[[Event], None]


@dataclass(frozen=True, kw_only=True)
class CheckpointRequest:
    """Where and when checkpoints are saved.

    Parameters
    ----------
    folder : path
        The folder.
    options : CheckpointOptions
        When they are due, and whether to resume from the newest one.
    """

    folder: AnyPath
    options: CheckpointOptions

    @classmethod
    def of(
        cls,
        folder: AnyPath | None,
        checkpoint_epochs: int | None,
        checkpoint_seconds: float | None,
        keep: int,
        resume: bool,
    ) -> CheckpointRequest | None:
        """Check the arguments of the public methods.

        Parameters
        ----------
        folder : path or None
            The folder; None for no checkpoints.
        checkpoint_epochs : int or None
            Number of epochs between checkpoints.
        checkpoint_seconds : float or None
            Time between checkpoints in seconds.
        keep : int
            Number of checkpoints to keep.
        resume : bool
            Whether to resume from the newest checkpoint.

        Returns
        -------
        CheckpointRequest or None
            None without a folder.

        Raises
        ------
        TypeError, ValueError
            If an option has the wrong type or is out of range.
        """
        options = CheckpointOptions(
            checkpoint_epochs=checkpoint_epochs, checkpoint_seconds=checkpoint_seconds, keep=keep, resume=resume
        )
        return None if folder is None else cls(folder=folder, options=options)

    def opened(self) -> CheckpointFolder:
        """Return the folder, which is created if it is missing.

        Returns
        -------
        CheckpointFolder
            The folder.

        Raises
        ------
        OSError
            If it cannot be created or read.
        """
        return CheckpointFolder(self.folder, keep=self.options.keep)


@dataclass(frozen=True, kw_only=True)
class TrainRequest:
    """Checked arguments of `Word2Vec.train`.

    Parameters
    ----------
    epochs : int
        Number of epochs.
    alpha, min_alpha : float
        Learning rate at the start and at the end; they replace the model's.
    total_examples, total_words : int or None
        Number of sentences and words in the corpus, as given by the caller.
    words_before : int
        Number of words trained before, which count towards the decay of the learning rate.
    compute_loss : bool
        Replaces the model's setting.
    """

    epochs: int
    alpha: float
    min_alpha: float
    total_examples: int | None
    total_words: int | None
    words_before: int
    compute_loss: bool


def on_all_ranks(state: Word2VecState, what: str) -> AbstractContextManager[None]:
    """Let all ranks that train a model together know whether the work of each has succeeded.

    Parameters
    ----------
    state : Word2VecState
        The model.
    what : str
        The work, for error messages; it does not communicate.

    Returns
    -------
    context manager
        See `joint_work`; one that does nothing for a single process.
    """
    return _together(ranks_of(state), what)


def train_new(
    state: Word2VecState,
    corpus: Corpus,
    trim_rule: TrimRule | None,
    notify: Notify,
    checkpoints: CheckpointRequest | None = None,
) -> None:
    """Build the vocabulary from a corpus and train on it for the model's number of epochs.

    Parameters
    ----------
    state : Word2VecState
        A model without a vocabulary.
    corpus : Corpus
        The corpus.
    trim_rule : callable, optional
        Rule that decides which words are kept.
    notify : callable
        Called with the name of each event.
    checkpoints : CheckpointRequest, optional
        Where to save checkpoints.
    """
    group = agreed_group(state, checkpoints, epochs=state.epochs)
    with _together(group, "opening the checkpoints"):
        if checkpoints is not None and _leads(state):
            checkpoints.opened()  # a folder that cannot be written is reported before the corpus is read
    # A function of the caller receives events of training only.
    shown = False if callable(state.progress) or not _leads(state) else state.progress
    with _together(group, "counting"), counted_progress(shown, None, " words", title="counting words") as report:
        scan = corpus.scan(
            state.compute.threads,
            keep_ids=state.epochs > 0,
            max_vocab_size=state.vocabulary_options.max_vocab_size,
            trim_rule=trim_rule,
            progress=report,
        )
    choice = choose_vocabulary(state, scan.counts, trim_rule, changed_settings(state), group=group)
    with _together(group, "the initialisation of vectors"):
        vocabulary = adopt_vocabulary(state, choice)
    if group is not None:
        require_equal_vocabulary(group, state)
    if state.epochs == 0:
        return
    with _together(group, "encoding"):
        encoded = scan.encoded(vocabulary, state.compute.threads) or corpus.encode(vocabulary, state.compute.threads)
    schedule = LearningRateSchedule(
        start=state.alpha, end=state.min_alpha, planned_words=float(vocabulary.raw_words * state.epochs)
    )
    with state.exclusively():
        run_training(word2vec_model(state), encoded, schedule, state.epochs, notify, checkpoints)


def build_vocabulary(
    state: Word2VecState,
    opened: Callable[[], Corpus],
    trim_rule: TrimRule | None,
    settings: tuple[TrainingOptions, VocabularyOptions],
    *,
    update: bool,
    keep: bool,
    dry_run: bool,
) -> None:
    """Build the vocabulary of a model from a corpus, of which each of several ranks has a part.

    Parameters
    ----------
    state : Word2VecState
        The model.
    opened : callable
        Returns the corpus.
    trim_rule : callable or None
        Rule that decides which words are kept.
    settings : tuple of TrainingOptions and VocabularyOptions
        From `changed_settings`.
    update : bool
        Whether to extend the current vocabulary.
    keep : bool
        Whether to keep the counts of this process.
    dry_run : bool
        Whether to leave the model unchanged.

    Raises
    ------
    VocabularyError
        If no word is left, or if there is no vocabulary to extend.
    DistributedError
        If another rank has other settings, or has failed.
    """
    options, rules = settings
    group = agreed_group(state, None, update=update, **asdict(options), **asdict(rules))
    with _together(group, "counting"):
        counts = scan_corpus(state, opened(), trim_rule, state.compute.threads)
    choice = choose_vocabulary(state, counts, trim_rule, settings, update=update, group=group)
    if dry_run:
        return
    with _together(group, "the initialisation of vectors"):
        adopt_vocabulary(state, choice, counts if keep else None)


def train(
    model: TrainedModel,
    encode: Callable[[], EncodedCorpus],
    request: TrainRequest,
    notify: Notify,
    checkpoints: CheckpointRequest | None = None,
) -> TrainingReport:
    """Train a model that has a vocabulary.

    Parameters
    ----------
    model : TrainedModel
        The model.
    encode : callable
        Returns the corpus as ids of the vocabulary.
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

    Raises
    ------
    RuntimeError
        If the model is already being trained.
    TrainingDiverged
        If weights are not finite after an epoch.
    """
    state = model.state
    with state.exclusively():
        if request.alpha > state.min_alpha_yet_reached:
            logger.warning(
                "the learning rate is higher than at the end of the previous training run: alpha is %g", request.alpha
            )
        group = agreed_group(state, checkpoints, epochs=request.epochs, rates=[request.alpha, request.min_alpha])
        with _together(group, "encoding"):
            encoded = encode()
        planned = planned_words(
            encoded,
            total_examples=request.total_examples,
            total_words=request.total_words,
            corpus_count=state.corpus_count,
            corpus_total_words=state.corpus_total_words,
        )
        if group is not None:
            planned = joint_words(group, planned)
        schedule = LearningRateSchedule(
            start=request.alpha, end=request.min_alpha, planned_words=planned * request.epochs
        ).shortened(request.words_before)
        state.alpha, state.min_alpha = request.alpha, request.min_alpha
        state.compute_loss = request.compute_loss
        report = run_training(model, encoded, schedule, request.epochs, notify, checkpoints)
    if ranks_of(state) is None:  # otherwise, this is a part of the corpus
        warn_of_wrong_totals(encoded, total_examples=request.total_examples, total_words=request.total_words)
    return report


def run_training(
    model: TrainedModel,
    corpus: EncodedCorpus,
    schedule: LearningRateSchedule,
    epochs: int,
    notify: Notify,
    request: CheckpointRequest | None,
) -> TrainingReport:
    """Train on an encoded corpus, with the callbacks, the report and the checkpoints of a run.

    Parameters
    ----------
    model : TrainedModel
        The model; the caller has claimed it.
    corpus : EncodedCorpus
        The corpus; it is closed at the end.
    schedule : LearningRateSchedule
        Decay of the learning rate.
    epochs : int
        Number of epochs.
    notify : callable
        Called with the name of each event.
    request : CheckpointRequest or None
        Where to save checkpoints.

    Returns
    -------
    TrainingReport
        Statistics of the training run.
    """
    state = model.state
    state.train_count += 1
    state.training_report = TrainingReport(epochs=(), workers=state.compute.threads, isa=state.compute.isa)
    state.loss_offset = 0.0
    progress = TrainingProgress(state.progress if _leads(state) else False, int(schedule.planned_words), epochs)
    arrays: TrainingArrays | None = None
    checkpoints: Checkpoints | None = None
    synchronization: Synchronization = SharedWeights()
    position = RunPosition()
    signals = DeferredSignals(active=ranks_of(state) is not None)
    try:
        with on_all_ranks(state, "training"):
            notify("on_train_begin")
            arrays = model.begin()
        if request is not None:
            checkpoints, position = _resumed(model, corpus, schedule, epochs, arrays, request)
        with on_all_ranks(state, "training"):
            prepared = _synchronization_of(
                state, arrays, schedule.planned_words / epochs, position.words, signals, checkpoints
            )
        synchronization = prepared  # from here on, the other ranks wait for this one
        with signals:
            run_epochs(
                corpus,
                arrays,
                state.options,
                schedule.of_replicas(_replicas_of(state)),
                epochs=epochs,
                compute=state.compute,
                # Each run draws from different random streams; otherwise all runs of one epoch would draw the same
                # samples.
                first_stream=(state.train_count - 1) << 32,
                start=position,
                synchronization=synchronization,
                checkpoints=checkpoints,
                progress=progress,
                on_start=lambda threads: _set_workers(state, threads),
                on_epoch_begin=lambda: notify("on_epoch_begin"),
                on_epoch_end=lambda report: _end_epoch(state, report, notify),
            )
            synchronization.finish()
        state.training_report = replace(state.training_report, communication=synchronization.communication)
    except BaseException as error:
        state.training_report = replace(state.training_report, interrupted=True)
        synchronization.finish(error)
        raise
    finally:
        model.end(arrays)
        progress.close()
        corpus.close()
        if checkpoints is not None:
            _end_checkpoints(model, checkpoints)
    notify("on_train_end")
    return state.training_report


def agreed_group(state: Word2VecState, checkpoints: CheckpointRequest | None, **facts: object) -> Communicator | None:
    """Return the group that trains a model, after checking that all ranks would train the same one.

    Parameters
    ----------
    state : Word2VecState
        The model of this rank.
    checkpoints : CheckpointRequest or None
        Where to save checkpoints.
    **facts : JSON value
        Further settings that must be equal.

    Returns
    -------
    Communicator or None
        None for a single process.

    Raises
    ------
    DistributedError
        If a setting, the vocabulary or the vectors of another rank differ.
    """
    group = ranks_of(state)
    if group is None:
        return None
    with joint_work(group, "the comparison of options"):
        if state.synchronization.deterministic and state.compute.threads > 1:
            raise ValueError(
                "deterministic must not be given with several workers and a communicator of several ranks; one worker "
                "a rank trains the same vectors in every run"
            )
    require_equal_settings(
        group, state, **facts, checkpoints=None if checkpoints is None else asdict(checkpoints.options)
    )
    if len(state.wv):
        require_equal_vocabulary(group, state)
    return group


def _together(group: Communicator | None, what: str) -> AbstractContextManager[None]:
    return nullcontext() if group is None else joint_work(group, what)


def _leads(state: Word2VecState) -> bool:
    return state.communicator is None or state.communicator.rank == 0


def _replicas_of(state: Word2VecState) -> int:
    group = ranks_of(state)
    if group is not None:
        return group.size
    return state.compute.threads if state.synchronization.deterministic else 1


def _synchronization_of(
    state: Word2VecState,
    arrays: TrainingArrays,
    epoch_words: float,
    words_before: int,
    signals: DeferredSignals,
    checkpoints: Checkpoints | None,
) -> Synchronization:
    group = ranks_of(state)
    if group is not None:
        return Ranks(
            group,
            arrays,
            state.options,
            state.synchronization,
            state.compute,
            epoch_words=epoch_words,
            words_before=words_before,
            signals=signals,
            checkpoints=checkpoints if isinstance(checkpoints, GroupCheckpoints) else None,
        )
    if _replicas_of(state) == 1:
        return SharedWeights()
    return Replicas(
        arrays, state.compute.threads, state.options, state.synchronization, keeps_positions=checkpoints is not None
    )


def _resumed(
    model: TrainedModel,
    corpus: EncodedCorpus,
    schedule: LearningRateSchedule,
    epochs: int,
    arrays: TrainingArrays,
    request: CheckpointRequest,
) -> tuple[Checkpoints, RunPosition]:
    state, group = model.state, ranks_of(model.state)
    fingerprint = fingerprint_of_run(state, corpus, schedule, epochs, arrays)
    folder = found = None
    with _together(group, "opening the checkpoints"):
        if _leads(state):
            folder = request.opened()
            found = folder.find() if request.options.resume else None
    position = RunPosition()
    if group is not None:
        fingerprint = fingerprint_of_group(group, fingerprint, state.synchronization)
        position = resume_group(group, found, fingerprint, model, arrays, corpus)
    elif found is not None:
        position = resume_run(found, fingerprint, model, arrays)
    if state.training_report is not None and position != RunPosition():
        state.training_report = replace(state.training_report, epochs=position.epochs, words_before=position.words)
        logger.info("training resumes after %d words%s", position.words, "" if found is None else f" of {found.path}")
    own = None if folder is None else RunCheckpoints(folder, request.options, model, fingerprint, position)
    if group is not None:
        return GroupCheckpoints(group, own), position
    if own is None:
        raise AssertionError("a single process leads")
    return own, position


def _end_checkpoints(model: TrainedModel, checkpoints: Checkpoints) -> None:
    checkpoints.close()
    state = model.state
    if state.training_report is None:
        return
    state.training_report = replace(
        state.training_report, checkpoint=checkpoints.newest, checkpoint_failures=checkpoints.failures
    )
    if state.training_report.interrupted and checkpoints.newest is not None:
        logger.warning(
            "training ended early; the same call resumes it, and %s.load opens %s", model.name, checkpoints.newest
        )


def _set_workers(state: Word2VecState, threads: int) -> None:
    if state.training_report is None:
        raise AssertionError("training starts with an empty report")
    state.training_report = replace(state.training_report, workers=threads)


def _end_epoch(state: Word2VecState, report: EpochReport, notify: Notify) -> None:
    if state.training_report is None:
        raise AssertionError("training starts with an empty report")
    state.training_report = replace(state.training_report, epochs=(*state.training_report.epochs, report))
    state.wv.norms = None
    refresh_composed_vectors(state)
    state.min_alpha_yet_reached = report.learning_rate
    state.total_train_time += report.seconds
    logger.info(
        "epoch %d: loss %.4f, %d raw words in %.1f s (%.0f words/s), learning rate %.5f",
        report.epoch + 1,
        report.loss,
        report.raw_words,
        report.seconds,
        report.words_per_second,
        report.learning_rate,
    )
    if not report.interrupted:
        notify("on_epoch_end")
