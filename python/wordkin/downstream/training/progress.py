"""Progress of a fit for people: a bar on a terminal, a callable, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...runtime.progress import progress_bar

__all__ = ["FitEvent", "FitProgress"]


@dataclass(frozen=True, kw_only=True)
class FitEvent:
    """What an epoch has come to: given to a `progress` callable at its end.

    Parameters
    ----------
    epoch, epochs
        The pass, from 0, and how many at most.
    figures
        What `history_` gets for it.
    """

    epoch: int
    epochs: int
    figures: Mapping[str, float] = field(default_factory=dict)


class FitProgress:
    """Shows a fit as it runs.

    Parameters
    ----------
    progress
        True for a bar on stderr, False for none, None for one if stderr is a terminal; or a callable that is given a
        `FitEvent`.
    epochs, steps
        Planned, and steps in each.
    """

    def __init__(self, progress: bool | Callable[[FitEvent], Any] | None, epochs: int, steps: int) -> None:
        self._callable = progress if callable(progress) else None
        self._epochs = epochs
        self._bar = progress_bar(progress, epochs * steps, " batches")

    def end_step(self, epoch: int, loss: float) -> None:
        """Tell that a step is done."""
        if self._bar is not None:
            self._bar.set_description(f"epoch {epoch + 1}/{self._epochs}", refresh=False)
            self._bar.set_postfix(loss=f"{loss:.4f}", refresh=False)
            self._bar.update(1)

    def end_epoch(self, epoch: int, figures: Mapping[str, float]) -> None:
        """Tell what an epoch has come to."""
        if self._callable is not None:
            self._callable(FitEvent(epoch=epoch, epochs=self._epochs, figures=dict(figures)))

    def close(self) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            self._bar.close()
