"""The training loop: steps, validations, early stopping and checkpoints, with an orderly end in every case."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ...errors import TrainingDiverged
from ...storage.checkpoint import CheckpointFolder
from ..data.batching import Position, TrainingBatches, Window
from ..data.encoded_text import EncodedText
from ..report import (
    ELMoTrainingReport,
    StopReason,
    Validation,
    best_validation,
    validations_without_improvement,
)
from ..state import ModelState, OptimizerState
from ..step_lock import StepLock
from .callbacks import StepReport
from .perplexity import estimate_seconds, measure_perplexity
from .progress import ELMoProgressEvent, TrainingProgress
from .ranks import Ranks, joint_perplexity
from .request import TrainingRequest
from .run_checkpoint import RunFingerprint, RunState, save_run, streams_to_tensors
from .schedule import learning_rate_at, streams_to_reset
from .step_record import StepRecord

__all__ = ["TrainingSession"]

logger = logging.getLogger(__name__)

_PROGRESS_STEPS = 100  # Progress displays the mean loss of this number of steps.
_ESTIMATION_SECONDS = 5.0  # at most, in which the duration of a validation is estimated


@dataclass(frozen=True)
class _Progress:
    """Steps done and position in the text; replaced in one assignment, so that a signal sees a consistent pair."""

    step: int
    position: Position


class TrainingSession:
    """One call of training, from the start or from a checkpoint.

    Parameters
    ----------
    request : TrainingRequest
        Checked arguments of the run; `batch_size` is the number of streams of this rank.
    state : ModelState
        State of the model and its optimizer, which training updates in place. Until the end of the run, its step lock
        is that of the session.
    run_state : RunState
        State of the run to start from.
    batches : TrainingBatches
        Training text.
    validation : EncodedText or None
        Validation text; with several ranks, that of this one, which may have none.
    has_validation : bool
        Whether there is a validation text on any rank.
    fingerprint : RunFingerprint
        Fingerprint of the run, stored in checkpoints.
    folder : CheckpointFolder or None
        Folder for checkpoints; None on all ranks but the first.
    notify : callable
        Called with the name of an event and its arguments.
    ranks : Ranks or None
        The processes that train together; None for this one alone.

    Attributes
    ----------
    state : ModelState
        State of the model and its optimizer.
    notify : callable
        Called with the name of an event and its arguments.
    """

    def __init__(
        self,
        request: TrainingRequest,
        state: ModelState,
        run_state: RunState,
        batches: TrainingBatches,
        validation: EncodedText | None,
        *,
        has_validation: bool,
        fingerprint: RunFingerprint,
        folder: CheckpointFolder | None,
        notify: Callable[..., None],
        ranks: Ranks | None = None,
    ) -> None:
        if state.optimizer is None:
            raise AssertionError("training needs an optimizer state")
        training, run = request.training, request.run
        self.state = state
        self.notify = notify
        self._lock = state.steps = StepLock()
        self._run, self._training, self._compute = run, training, request.compute
        self._optimizer: OptimizerState = state.optimizer
        self._run_state = run_state
        self._batches = batches
        self._validation, self._has_validation = validation, has_validation
        self._ranks = ranks
        self._rank = 0 if ranks is None else ranks.rank
        self._agreed: dict[str, Any] = {"seconds": 0.0, "saves": False}  # decisions of rank 0
        self._fingerprint = fingerprint
        self._folder = folder
        self._has_checkpoints = request.checkpoint is not None
        self._samples_softmax = training.sampled_softmax and training.negatives < state.options.n_tokens_vocab
        if run_state.position is not None:
            batches.position = run_state.position
        self._done = self._pending = _Progress(run_state.step, batches.position)
        self._first_step = run_state.step
        self._last_step = batches.steps_per_epoch * run.epochs
        if run.max_steps is not None:
            self._last_step = min(self._last_step, run.max_steps)
        self._trainer = _core.elmo.Trainer(
            state.options,
            replace(training, sampled_softmax=self._samples_softmax),
            state.parameters,
            self._optimizer.for_trainer(),
            threads=request.compute.threads,
            isa=request.compute.isa,
            rank=self._rank,
        )
        if run_state.recurrent is not None:
            self._trainer.state = run_state.recurrent
        self._first_update = self._optimizer.updates - run_state.step
        self._record = StepRecord()
        self._start = self._saved_at = time.perf_counter()
        self._seconds_before = run_state.seconds  # of the calls that this one resumes
        # Steps and validations that the newest checkpoint contains.
        self._saved = (run_state.step, len(run_state.validations)) if run_state.position is not None else (-1, 0)
        self._step_seconds = 0.0
        self._validation_seconds = 0.0  # estimated before the first validation if there is a time limit
        self._workers = self._trainer.threads
        if self._workers < request.compute.threads:
            logger.warning("the system allows only %d of %d training threads", self._workers, request.compute.threads)
        self._stopped_by: StopReason | None = None
        self._progress = TrainingProgress(
            request.progress if self._rank == 0 else False, self._last_step, run_state.step
        )

    def run(self) -> None:
        """Train until a limit is reached; `report` is also available after an exception.

        Raises
        ------
        TrainingDiverged
            If a loss or a gradient is not finite; that step has changed nothing.
        DistributedError
            If another rank has failed.
        """
        with nullcontext() if self._ranks is None else self._ranks.signals:
            self._run_orderly()

    def _run_orderly(self) -> None:
        try:
            self.notify("on_train_begin")
            self._train()
            self._save()
            self._restore_best()
        except BaseException as error:
            self._stopped_by = "interrupted" if isinstance(error, KeyboardInterrupt | SystemExit) else "error"
            if self._ranks is not None:
                self._ranks.announce(error)
            self._account_for_interrupted_step()
            if not isinstance(error, TrainingDiverged) and (self._ranks is None or not self._ranks.is_broken):
                self._save()
            raise
        finally:
            self._progress.close()
            if self._ranks is not None:
                self._log_communication(self._ranks)
            if self._folder is not None:
                self._folder.wait()
            self._trainer.close()
            self.state.steps = None

    def _log_communication(self, ranks: Ranks) -> None:
        logger.info(
            "communication of %d ranks: %.1f %% of the time, %.1f MB sent by this one",
            ranks.size,
            100 * ranks.seconds / max(time.perf_counter() - self._start, 1e-9),
            ranks.bytes_sent / 1e6,
        )

    def _train(self) -> None:
        steps_per_epoch = self._batches.steps_per_epoch
        self._estimate_validation()
        while True:
            if self._is_validation_due():
                self._validate()
            self._stopped_by = self._stop_reason()
            if self._stopped_by is not None:
                break
            self._step()
            if self._done.step % steps_per_epoch == 0:
                self.notify("on_epoch_end", self._done.step // steps_per_epoch - 1)
            if self._is_checkpoint_due():
                self._save()
            if self._progress.is_due:
                self._display_progress()
        if self._stopped_by != "patience" and not self._is_validated():
            self._validate()
        if len(self._record):
            self._display_progress()

    def _stop_reason(self) -> StopReason | None:
        step, run = self._done.step, self._run
        if run.patience is not None and validations_without_improvement(self._run_state.validations) >= run.patience:
            return "patience"
        if step >= self._batches.steps_per_epoch * run.epochs:
            return "epochs"
        if step >= self._last_step:
            return "max_steps"
        seconds = self._agreed_seconds
        if run.max_seconds is not None and seconds >= run.max_seconds:
            return "max_seconds"
        if run.decay_seconds is not None and self._seconds_before + seconds >= run.decay_seconds:
            return "decay_seconds"
        return None

    @property
    def _agreed_seconds(self) -> float:
        return self._seconds if self._ranks is None else float(self._agreed["seconds"])

    @property
    def _time_limit(self) -> float | None:
        """Maximum time of this call."""
        limits = [] if self._run.max_seconds is None else [self._run.max_seconds]
        if self._run.decay_seconds is not None:
            limits.append(max(0.0, self._run.decay_seconds - self._seconds_before))
        return min(limits, default=None)

    @property
    def _seconds(self) -> float:
        """Time of the training so far, and of the next validation."""
        return time.perf_counter() - self._start + self._validation_seconds  # that of the last step included

    def _step(self) -> None:
        start = time.perf_counter()
        step = self._done.step
        window = self._batches.next()
        seconds = self._seconds_before + self._agreed_seconds
        rate = learning_rate_at(step, self._run, self._batches.steps_per_epoch, seconds)
        self._pending = _Progress(step + 1, self._batches.position)
        self._trainer.reset_state(
            streams_to_reset(
                step, self._run, streams=self._training.batch_size, seed=self._training.seed + (self._rank << 64)
            )
        )
        everyone: list[dict[str, Any]] = []
        with self._lock.step():
            if self._ranks is None:
                number = self._optimizer.updates + 1
                result = self._trainer.step(*_arrays_of(window), words=window.words, learning_rate=rate, step=number)
            else:
                result, everyone = self._joint_step(self._ranks, window, rate)
        report = StepReport(
            step=self._pending.step,
            loss_forward=result["loss_forward"],
            loss_backward=result["loss_backward"],
            gradient_norm=result["gradient_norm"],
            learning_rate=rate,
        )
        if not result["finite"]:
            raise TrainingDiverged(self._divergence_message(report))
        self._commit()
        self._record.add(report)
        self._step_seconds += time.perf_counter() - start
        if self._ranks is not None:
            self._ranks.end_after_signals(everyone)
        self.notify("on_step_end", report)

    def _joint_step(
        self, ranks: Ranks, window: Window, rate: float
    ) -> tuple[_core.elmo.StepOutcome, list[dict[str, Any]]]:
        own = self._trainer.backward(*_arrays_of(window), words=window.words, step=self._optimizer.updates + 1)
        everyone = ranks.agree_on_step(
            self._pending.step, own, seconds=self._seconds, saves=self._rank == 0 and self._wants_saving
        )
        self._agreed = everyone[0]
        result = self._trainer.update(ranks.average_gradients(self._trainer), learning_rate=rate)
        result["loss_forward"], result["loss_backward"] = ranks.mean_losses(everyone)
        return result, everyone

    def _commit(self) -> None:
        self._done = self._pending
        self._optimizer.updates = self._first_update + self._done.step

    def _account_for_interrupted_step(self) -> None:
        # A signal can be handled after a step has changed the parameters and before `_commit` has run.
        if self._first_step + self._trainer.updates > self._done.step:
            self._commit()

    def _divergence_message(self, report: StepReport) -> str:
        newest = None
        if self._folder is not None:
            self._folder.wait()
            newest = self._folder.newest
        broken = [name for name, tensor in self.state.parameters.items() if not np.isfinite(tensor).all()]
        advice = (
            f"the parameters contained NaN or infinite values before it: {', '.join(broken):.100}"
            if broken
            else "use a smaller learning_rate or clip_norm"
        )
        checkpoint = f"the last good checkpoint is {newest}" if newest is not None else "there is no checkpoint"
        return (
            f"step {report.step}: loss {report.loss_forward:g} forward, {report.loss_backward:g} backward, gradient "
            f"norm {report.gradient_norm:g} at learning rate {report.learning_rate:g} is not finite. The step has not "
            f"changed the parameters; {checkpoint}; {advice}"
        )

    def _is_validated(self) -> bool:
        validations = self._run_state.validations
        return not self._has_validation or (bool(validations) and validations[-1].step == self._done.step)

    def _is_validation_due(self) -> bool:
        return self._done.step > 0 and self._done.step % self._validation_interval == 0 and not self._is_validated()

    @property
    def _validation_interval(self) -> int:
        return self._run.validation_steps or self._batches.steps_per_epoch

    def _estimate_validation(self) -> None:
        limit = self._time_limit
        if not self._has_validation or limit is None:
            return
        seconds = 0.0
        if self._validation is not None:
            longest = min(limit / 20, _ESTIMATION_SECONDS)
            seconds = estimate_seconds(self.state, self._validation, self._compute, longest)
        if self._ranks is not None:
            seconds = max(other["seconds"] for other in self._ranks.exchange(seconds=seconds))
        if seconds < limit:
            self._validation_seconds = seconds
            return
        self._validation, self._has_validation = None, False
        logger.warning(
            "a validation takes about %.3g s, but training may take only %.3g s: no validation is made",
            seconds,
            limit,
        )

    def _validate(self) -> None:
        start = time.perf_counter()
        own = None if self._validation is None else measure_perplexity(self.state, self._validation, self._compute)
        perplexity = own if self._ranks is None else joint_perplexity(self._ranks, own)
        if perplexity is None:
            raise AssertionError("there is no validation text")
        self._validation_seconds = time.perf_counter() - start
        seconds = time.perf_counter() - self._start
        validation = Validation(step=self._done.step, seconds=seconds, perplexity=perplexity)
        best = best_validation(self._run_state.validations)
        is_better = best is None or perplexity.geometric_mean < best.perplexity.geometric_mean
        if is_better and self._run.patience is not None:
            self._run_state.best = {name: tensor.copy() for name, tensor in self.state.parameters.items()}
        self._run_state.validations.append(validation)
        logger.info("step %d: validation perplexity %.2f", validation.step, perplexity.geometric_mean)
        self.notify("on_validation_end", validation)

    def _restore_best(self) -> None:
        if self._run_state.best is not None:
            self.state.parameters = self._run_state.best

    def _is_checkpoint_due(self) -> bool:
        return self._wants_saving if self._ranks is None else self._agreed["saves"]

    @property
    def _wants_saving(self) -> bool:
        if self._folder is None or self._folder.is_writing:
            return False
        steps, seconds = self._run.checkpoint_steps, self._run.checkpoint_seconds
        return (steps is not None and self._done.step - max(self._saved[0], 0) >= steps) or (
            seconds is not None and time.perf_counter() - self._saved_at >= seconds
        )

    def _save(self) -> None:
        current = self._done.step, len(self._run_state.validations)
        if not self._has_checkpoints or current == self._saved:
            return
        self._run_state.step, self._run_state.position = self._done.step, self._done.position
        self._run_state.recurrent = self._trainer.state
        self._run_state.seconds = self._seconds_before + time.perf_counter() - self._start
        self.state.training_report = self.report
        others = {} if self._ranks is None else self._ranks.gathered(streams_to_tensors(self._run_state))
        if self._folder is not None:
            save_run(self._folder, self.state, self._run_state, self._fingerprint, others)
        self._saved_at, self._saved = time.perf_counter(), current

    def _display_progress(self) -> None:
        recent = self._record.table(last=_PROGRESS_STEPS)
        step, validations = self._done.step, self._run_state.validations
        seconds_per_step = self._seconds_per_step
        steps_left: float = self._last_step - step
        if (limit := self._time_limit) is not None:
            seconds = limit - (time.perf_counter() - self._start)
            steps_left = min(steps_left, max(0.0, seconds) / seconds_per_step)
        self._progress.update(
            ELMoProgressEvent(
                step=step,
                steps=self._last_step,
                epoch=min(step // self._batches.steps_per_epoch, self._run.epochs - 1),
                epochs=self._run.epochs,
                loss=float(recent[:, :2].mean()),
                tokens_per_second=self._tokens_per_second,
                seconds_left=steps_left * seconds_per_step,
                learning_rate=float(recent[-1, 3]),
                validation_perplexity=validations[-1].perplexity.geometric_mean if validations else None,
            ),
            expected_steps=step + math.ceil(steps_left),
        )

    @property
    def _seconds_per_step(self) -> float:
        """Mean duration of a step and its share of a validation."""
        seconds = max(self._step_seconds, 1e-9) / len(self._record)
        return seconds if not self._has_validation else seconds + self._validation_seconds / self._validation_interval

    @property
    def _tokens(self) -> int:
        return len(self._record) * self._run_state.streams * self._training.unroll_steps

    @property
    def _tokens_per_second(self) -> float:
        return self._tokens / max(self._step_seconds, 1e-9)

    @property
    def report(self) -> ELMoTrainingReport:
        """Result of the session so far."""
        table, folder = self._record.table(), self._folder
        return ELMoTrainingReport(
            first_step=self._first_step,
            steps=self._done.step,
            steps_per_epoch=self._batches.steps_per_epoch,
            losses=table[:, :2],
            gradient_norms=table[:, 2],
            learning_rates=table[:, 3],
            validations=tuple(self._run_state.validations),
            tokens=self._tokens,
            seconds=time.perf_counter() - self._start,
            tokens_per_second=self._tokens_per_second,
            softmax="sampled" if self._samples_softmax else "full",
            stopped_by=self._stopped_by or "interrupted",
            checkpoint=None if folder is None or folder.newest is None else str(folder.newest),
            checkpoint_failures=() if folder is None else tuple(folder.failures),
            workers=self._workers,
            isa=self._compute.isa,
        )


def _arrays_of(window: Window) -> tuple[NDArray[np.uint16] | None, NDArray[np.int32], NDArray[np.int32]]:
    return window.characters, window.inputs, window.targets
