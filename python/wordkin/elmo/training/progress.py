"""Progress of training: events for a callable, or a bar on the terminal."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...runtime.progress import progress_bar
from ..report import perplexity_of

__all__ = ["ELMoProgressEvent", "Progress", "TrainingProgress"]

_SECONDS_BETWEEN_UPDATES = 0.1


@dataclass(frozen=True, kw_only=True)
class ELMoProgressEvent:
    """State of a training run, passed to a `progress` callable several times per second.

    Parameters
    ----------
    step, steps : int
        Number of steps done and planned.
    epoch, epochs : int
        Number of the current epoch, from 0, and number of epochs planned.
    loss : float
        Mean cross-entropy of both directions over the last 100 steps.
    tokens_per_second : float
        Training speed in each direction.
    seconds_left : float
        Estimated time in seconds until the first limit: that of epochs, steps or time.
    learning_rate : float
        Learning rate of the last step.
    validation_perplexity : float or None
        Result of the last validation (geometric mean of both directions).
    """

    step: int
    steps: int
    epoch: int
    epochs: int
    loss: float
    tokens_per_second: float
    seconds_left: float
    learning_rate: float
    validation_perplexity: float | None

    @property
    def perplexity(self) -> float:
        """Exponential of the loss."""
        return perplexity_of(self.loss)


Progress = bool | Callable[[ELMoProgressEvent], Any] | None


class TrainingProgress:
    """Display of the progress of a training run.

    Parameters
    ----------
    progress : bool, callable or None
        True for a bar on stderr, False for none, None for a bar in a terminal or notebook; a callable receives an
        `ELMoProgressEvent`.
    steps : int
        Number of steps planned.
    first_step : int
        Number of steps done before a resumption.
    """

    def __init__(self, progress: Progress, steps: int, first_step: int) -> None:
        self._callable = progress if callable(progress) else None
        self._bar = progress_bar(progress, steps, " steps")
        self._updated_at = -_SECONDS_BETWEEN_UPDATES
        if self._bar is not None:
            self._bar.initial = self._bar.n = first_step

    @property
    def is_due(self) -> bool:
        """Whether progress is displayed and the last update is long enough ago."""
        is_displayed = self._callable is not None or self._bar is not None
        return is_displayed and time.perf_counter() - self._updated_at >= _SECONDS_BETWEEN_UPDATES

    def update(self, event: ELMoProgressEvent, *, expected_steps: int) -> None:
        """Display the state of the run.

        Parameters
        ----------
        event : ELMoProgressEvent
            State of the run.
        expected_steps : int
            Number of steps until the nearest limit, which may be that of the time. The remaining time that the bar
            shows is that until this step.
        """
        self._updated_at = time.perf_counter()
        if self._callable is not None:
            self._callable(event)
        if self._bar is not None:
            postfix = {"loss": f"{event.loss:.4f}", "ppl": f"{event.perplexity:.1f}"}
            if event.validation_perplexity is not None:
                postfix["valid"] = f"{event.validation_perplexity:.1f}"
            self._bar.total = expected_steps
            self._bar.set_description(f"epoch {event.epoch + 1}/{event.epochs}", refresh=False)
            self._bar.set_postfix(**postfix, tokens=f"{event.tokens_per_second:,.0f}/s", refresh=False)
            self._bar.update(max(0, event.step - self._bar.n))

    def close(self) -> None:
        """Close the bar, which remains visible."""
        if self._bar is not None:
            self._bar.close()
