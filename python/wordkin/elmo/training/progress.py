"""Progress of a training for people: a bar on a terminal, a callable, or nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ...runtime.progress import progress_bar
from .report import perplexity_of

__all__ = ["ELMoProgressEvent", "Progress", "TrainingProgress", "shown_predictions"]

_SECONDS_BETWEEN = 0.1


@dataclass(frozen=True, kw_only=True)
class ELMoProgressEvent:
    """Where a training stands: given to a `progress` callable some times a second.

    Parameters
    ----------
    step, steps
        Done, and planned.
    epoch, epochs
        The pass, from 0, and how many.
    loss
        Mean cross entropy of both directions over the last steps.
    tokens_per_second
        In each direction.
    seconds_left
        Until the planned end.
    validation_perplexity
        The last one (geometric mean of both directions), if there was one.
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
        """Of the last steps; exp of the loss."""
        return perplexity_of(self.loss)


Progress = bool | Callable[[ELMoProgressEvent], Any] | None


@contextmanager
def shown_predictions(progress: Any, total: int) -> Iterator[Callable[[int], Any] | None]:
    """Give what is to be called with the number of predictions done so far, or None when nobody looks."""
    if callable(progress):
        yield progress
        return
    bar = progress_bar(progress, total, " words", unit_scale=True)
    if bar is None:
        yield None
        return
    with bar:
        yield lambda done: bar.update(done - bar.n)


class TrainingProgress:
    """Shows training as it runs.

    Parameters
    ----------
    progress
        True for a bar on stderr, False for none, None for one if stderr is a terminal; or a callable that is given an
        `ELMoProgressEvent`.
    steps
        Planned.
    first_step
        Where a resumed training begins.
    """

    def __init__(self, progress: Progress, steps: int, first_step: int) -> None:
        self._callable = progress if callable(progress) else None
        self._bar = progress_bar(progress, steps, " steps")
        self._shown_at = -_SECONDS_BETWEEN
        if self._bar is not None:
            self._bar.initial = self._bar.n = first_step

    @property
    def is_due(self) -> bool:
        """Whether somebody looks, and the last time is some time ago."""
        is_seen = self._callable is not None or self._bar is not None
        return is_seen and time.perf_counter() - self._shown_at >= _SECONDS_BETWEEN

    def show(self, event: ELMoProgressEvent) -> None:
        """Tell where training stands."""
        self._shown_at = time.perf_counter()
        if self._callable is not None:
            self._callable(event)
        if self._bar is not None:
            figures = {"loss": f"{event.loss:.4f}", "ppl": f"{event.perplexity:.1f}"}
            if event.validation_perplexity is not None:
                figures["valid"] = f"{event.validation_perplexity:.1f}"
            self._bar.set_description(f"epoch {event.epoch + 1}/{event.epochs}", refresh=False)
            self._bar.set_postfix(**figures, tokens=f"{event.tokens_per_second:,.0f}/s", refresh=False)
            self._bar.update(max(0, event.step - self._bar.n))

    def close(self) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            self._bar.close()
