"""The training run: steps over a text, looks at another one, checkpoints, and a clean end whatever happens."""

from __future__ import annotations

import logging
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ... import _core
from ...errors import TrainingDiverged
from ...runtime.shutdown import cancel_at_exit
from ...storage.checkpoint import CheckpointFolder
from ..data.batching import Position, TrainingBatches
from ..data.encoded_text import EncodedText
from ..options import ELMoTrainingOptions
from ..state import ModelState, OptimizerState
from .callbacks import StepReport
from .perplexity import measure_perplexity
from .progress import ELMoProgressEvent, Progress, TrainingProgress
from .report import ELMoTrainingReport, End, Validation
from .run_checkpoint import RunFingerprint, RunState, save_run
from .run_options import ELMoRunOptions, learning_rate_at, streams_to_reset

__all__ = ["Machine", "TrainingRun"]

logger = logging.getLogger(__name__)

_STEPS_OF_LOSS = 100  # that progress shows the mean of
_FIGURES = 4


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What computes."""

    threads: int
    isa: str


@dataclass(frozen=True)
class _Place:
    """Where the run stands between two steps. Replaced in one assignment: a signal finds the old one or the new."""

    step: int
    position: Position


class TrainingRun:
    """One training of a model, from its beginning or from where a checkpoint has it.

    Parameters
    ----------
    content
        The model, with what its optimizer knows; changed in place.
    batches
        What to train on.
    validation
        What to look at, or None.
    training, run
        Options of the steps and of the course.
    identity
        What tells this training from others.
    state
        Where to begin.
    machine
        Threads and instruction set.
    folder
        For checkpoints, or None.
    tell
        Called with a hook's name and its news.
    progress
        How to show where it stands.
    """

    def __init__(
        self,
        content: ModelState,
        batches: TrainingBatches,
        validation: EncodedText | None,
        *,
        training: ELMoTrainingOptions,
        run: ELMoRunOptions,
        identity: RunFingerprint,
        state: RunState,
        machine: Machine,
        folder: CheckpointFolder | None,
        tell: Callable[..., None],
        progress: Progress,
    ) -> None:
        if content.optimizer is None:
            raise AssertionError("a model that is trained has an optimizer")
        words = content.options.n_tokens_vocab
        self._has_sample = training.sampled_softmax and training.negatives < words
        self.content = content
        self._optimizer: OptimizerState = content.optimizer
        self._validation = validation
        self._training = training
        self._run = run
        self._state = state
        self._machine = machine
        self._folder = folder
        self.tell = tell
        self._identity = identity
        self._batches = batches
        if state.position is not None:
            self._batches.position = state.position
        self._place = self._pending = _Place(state.step, self._batches.position)
        self._first_step = state.step
        self._last_step = self._batches.steps_per_epoch * run.epochs
        if run.max_steps is not None:
            self._last_step = min(self._last_step, run.max_steps)
        self._trainer = _core.elmo.Trainer(
            content.options,
            replace(training, sampled_softmax=self._has_sample),
            content.parameters,
            self._optimizer.for_trainer(),
            threads=machine.threads,
            isa=machine.isa,
        )
        if state.recurrent is not None:
            self._trainer.state = state.recurrent
        self._first_update = self._optimizer.updates - state.step
        self._figures = array("d")  # of each step of this call: losses, norm, rate; flat, as there may be millions
        self._begin = self._saved_at = time.perf_counter()
        self._saved = (state.step, len(state.validations)) if state.position is not None else (-1, 0)
        self._step_seconds = 0.0
        self._stopped_by: End | None = None
        self._must_end = False
        self._progress = TrainingProgress(progress, self._last_step, state.step)

    def run(self) -> None:
        """Train to an end; `report` tells of it, also after an exception.

        Raises
        ------
        TrainingDiverged
            If a loss or a gradient is not finite; the step has changed nothing then.
        """
        with cancel_at_exit(self._ask_to_end, self._trainer.close):
            self._run_to_an_end()

    def _ask_to_end(self) -> None:
        self._must_end = True

    def _run_to_an_end(self) -> None:
        try:
            self.tell("on_train_begin")
            self._go()
        except BaseException as error:
            self._stopped_by = "interrupted" if isinstance(error, KeyboardInterrupt | SystemExit) else "error"
            self._account_for_a_step_cut_short()
            if not isinstance(error, TrainingDiverged):
                self._save()
            raise
        else:
            self._save()
            self._take_best()
        finally:
            self._progress.close()
            if self._folder is not None:
                self._folder.wait()
            self._trainer.close()

    def _go(self) -> None:
        while True:
            if self._must_end:
                raise SystemExit  # of this thread, in silence
            if self._is_look_due():
                self._look()
            self._stopped_by = self._end()
            if self._stopped_by is not None:
                break
            self._step()
            if self._place.step % self._batches.steps_per_epoch == 0:
                self.tell("on_epoch_end", self._place.step // self._batches.steps_per_epoch - 1)
            if self._is_checkpoint_due():
                self._save()
            if self._progress.is_due:
                self._show()
        if self._stopped_by != "patience" and not self._has_looked():
            self._look()
        if self._figures:
            self._show()

    def _end(self) -> End | None:
        step, run = self._place.step, self._run
        looks = [look.perplexity.geometric_mean for look in self._state.validations]
        if run.patience is not None and looks and len(looks) - 1 - looks.index(min(looks)) >= run.patience:
            return "patience"
        if step >= self._batches.steps_per_epoch * run.epochs:
            return "epochs"
        if step >= self._last_step:
            return "max_steps"
        if run.max_seconds is not None and time.perf_counter() - self._begin >= run.max_seconds:
            return "max_seconds"
        return None

    def _step(self) -> None:
        begin = time.perf_counter()
        window = self._batches.next()
        rate = learning_rate_at(self._place.step, self._run, self._batches.steps_per_epoch)
        self._pending = _Place(self._place.step + 1, self._batches.position)
        self._trainer.reset_state(
            streams_to_reset(self._place.step, self._run, streams=self._training.batch_size, seed=self._training.seed)
        )
        done = self._trainer.step(
            window.characters, window.inputs, window.targets, learning_rate=rate, step=self._optimizer.updates + 1
        )
        report = StepReport(
            step=self._pending.step,
            loss_forward=done["loss_forward"],
            loss_backward=done["loss_backward"],
            gradient_norm=done["gradient_norm"],
            learning_rate=rate,
        )
        if not done["finite"]:
            raise TrainingDiverged(self._divergence(report))
        self._commit()
        self._figures.extend((report.loss_forward, report.loss_backward, report.gradient_norm, rate))
        self._step_seconds += time.perf_counter() - begin
        self.tell("on_step_end", report)

    def _commit(self) -> None:
        self._place = self._pending
        self._optimizer.updates = self._first_update + self._place.step

    def _account_for_a_step_cut_short(self) -> None:
        # A signal may be answered when a step has changed the parameters and before that is written down here.
        if self._first_step + self._trainer.updates > self._place.step:
            self._commit()

    def _divergence(self, report: StepReport) -> str:
        newest = None
        if self._folder is not None:
            self._folder.wait()
            newest = self._folder.newest
        return (
            f"step {report.step}: loss {report.loss_forward:g} forward, {report.loss_backward:g} backward, gradient "
            f"norm {report.gradient_norm:g} at learning rate {report.learning_rate:g}: no longer finite. The step has "
            "changed nothing; "
            + (f"the last good checkpoint is {newest}" if newest is not None else "there is no checkpoint")
            + "; use a smaller learning_rate, or a smaller clip_norm"
        )

    def _has_looked(self) -> bool:
        looks = self._state.validations
        return self._validation is None or (bool(looks) and looks[-1].step == self._place.step)

    def _is_look_due(self) -> bool:
        interval = self._run.validation_steps or self._batches.steps_per_epoch
        return self._place.step > 0 and self._place.step % interval == 0 and not self._has_looked()

    def _look(self) -> None:
        if self._validation is None:
            raise AssertionError("there is a text to look at")
        perplexity = measure_perplexity(
            self.content.options,
            self.content.parameters,
            self._validation,
            threads=self._machine.threads,
            isa=self._machine.isa,
        )
        seconds = time.perf_counter() - self._begin
        look = Validation(step=self._place.step, seconds=seconds, perplexity=perplexity)
        is_best = all(perplexity.geometric_mean < other.perplexity.geometric_mean for other in self._state.validations)
        if is_best and self._run.patience is not None:
            self._state.best = {name: tensor.copy() for name, tensor in self.content.parameters.items()}
        self._state.validations.append(look)
        logger.info("step %d: validation perplexity %.2f", look.step, perplexity.geometric_mean)
        self.tell("on_validation_end", look)

    def _take_best(self) -> None:
        if self._state.best is not None:
            for name, tensor in self._state.best.items():
                self.content.parameters[name][...] = tensor

    def _is_checkpoint_due(self) -> bool:
        if self._folder is None or self._folder.is_writing:
            return False
        steps, seconds = self._run.checkpoint_steps, self._run.checkpoint_seconds
        return (steps is not None and self._place.step - max(self._saved[0], 0) >= steps) or (
            seconds is not None and time.perf_counter() - self._saved_at >= seconds
        )

    def _save(self) -> None:
        now = self._place.step, len(self._state.validations)
        if self._folder is None or now == self._saved:
            return
        self._state.step, self._state.position = self._place.step, self._place.position
        self._state.recurrent = self._trainer.state
        save_run(self._folder, self.content, self._state, self._identity)
        self._saved_at, self._saved = time.perf_counter(), now

    def _show(self) -> None:
        recent = np.array(self._figures[-_FIGURES * _STEPS_OF_LOSS :]).reshape(-1, _FIGURES)
        step, looks = self._place.step, self._state.validations
        per_epoch = self._batches.steps_per_epoch
        left = self._step_seconds / self._steps_here * (self._last_step - step)
        if self._run.max_seconds is not None:
            left = min(left, max(0.0, self._run.max_seconds - (time.perf_counter() - self._begin)))
        self._progress.show(
            ELMoProgressEvent(
                step=step,
                steps=self._last_step,
                epoch=min(step // per_epoch, self._run.epochs - 1),
                epochs=self._run.epochs,
                loss=float(recent[:, :2].mean()),
                tokens_per_second=self._tokens_per_second,
                seconds_left=left,
                learning_rate=float(recent[-1, 3]),
                validation_perplexity=looks[-1].perplexity.geometric_mean if looks else None,
            )
        )

    @property
    def _steps_here(self) -> int:
        return len(self._figures) // _FIGURES

    @property
    def _tokens(self) -> int:
        return self._steps_here * self._training.batch_size * self._training.unroll_steps

    @property
    def _tokens_per_second(self) -> float:
        return self._tokens / max(self._step_seconds, 1e-9)

    @property
    def report(self) -> ELMoTrainingReport:
        """What was done so far."""
        figures, folder = np.array(self._figures, dtype=np.float64).reshape(-1, _FIGURES), self._folder
        return ELMoTrainingReport(
            first_step=self._first_step,
            steps=self._place.step,
            steps_per_epoch=self._batches.steps_per_epoch,
            losses=figures[:, :2],
            gradient_norms=figures[:, 2],
            learning_rates=figures[:, 3],
            validations=tuple(self._state.validations),
            tokens=self._tokens,
            seconds=time.perf_counter() - self._begin,
            tokens_per_second=self._tokens_per_second,
            softmax="sampled" if self._has_sample else "full",
            stopped_by=self._stopped_by or "interrupted",
            checkpoint=None if folder is None or folder.newest is None else str(folder.newest),
            checkpoint_failures=() if folder is None else tuple(folder.failures),
            workers=self._machine.threads,
            isa=self._machine.isa,
        )
