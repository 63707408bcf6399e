"""Progress of long work for people: a bar on a terminal, a callable, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...runtime.progress import progress_bar

__all__ = ["Progress", "ProgressEvent", "TrainingProgress"]


@dataclass(frozen=True, kw_only=True)
class ProgressEvent:
    """Where a training stands: given to a `progress` callable some times a second."""

    epoch: int
    epochs: int
    words: int
    planned_words: int
    loss: float  # mean per pair of this epoch so far
    learning_rate: float


Progress = bool | Callable[[ProgressEvent], Any] | None


class TrainingProgress:
    """Shows training as it runs.

    Parameters
    ----------
    progress
        True for a bar on stderr, False for none, None for one if stderr is a terminal; or a callable that is given a
        `ProgressEvent`.
    planned_words
        Raw words of all epochs.
    """

    def __init__(self, progress: Progress, planned_words: int, epochs: int) -> None:
        self._planned_words = planned_words
        self._epochs = epochs
        self._callable = progress if callable(progress) else None
        self._bar = progress_bar(progress, planned_words, " words", unit_scale=True)

    def show(self, epoch: int, words: int, loss: float, learning_rate: float) -> None:
        """Tell that `words` of all epochs are done."""
        if self._callable is not None:
            self._callable(
                ProgressEvent(
                    epoch=epoch,
                    epochs=self._epochs,
                    words=words,
                    planned_words=self._planned_words,
                    loss=loss,
                    learning_rate=learning_rate,
                )
            )
        if self._bar is not None:
            self._bar.set_description(f"epoch {epoch + 1}/{self._epochs}", refresh=False)
            self._bar.set_postfix(loss=f"{loss:.4f}", alpha=f"{learning_rate:.4f}", refresh=False)
            self._bar.update(max(0, words - self._bar.n))

    def close(self) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            self._bar.close()
