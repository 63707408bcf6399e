"""Progress of `fit`: a bar on a terminal, calls of a function, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from ...runtime.progress import counted_progress, progress_bar

__all__ = ["FitEvent", "FitProgress", "ProgressChoice", "layer_progress"]


@dataclass(frozen=True, kw_only=True)
class FitEvent:
    """The result of an epoch, passed to a `progress` callable at its end.

    Parameters
    ----------
    epoch : int
        Number of the epoch, from 0.
    epochs : int
        Maximum number of epochs.
    metrics : mapping of str to float
        Metrics of the epoch, as they are added to `history_`.
    """

    epoch: int
    epochs: int
    metrics: Mapping[str, float] = field(default_factory=dict)


ProgressChoice: TypeAlias = bool | Callable[[FitEvent], object] | None


class FitProgress:
    """Shows the progress of a fit.

    Parameters
    ----------
    progress : bool, callable or None
        True for a bar on stderr, False for none, None for a bar in a terminal or notebook, or a callable that receives
        a `FitEvent` after each epoch.
    epochs : int
        Maximum number of epochs.
    batches : int
        Number of batches per epoch.
    """

    def __init__(self, progress: ProgressChoice, epochs: int, batches: int) -> None:
        self._callable = progress if callable(progress) else None
        self._epochs = epochs
        self._bar = progress_bar(progress, epochs * batches, " batches")

    def end_step(self, epoch: int, loss: float) -> None:
        """Report a training step.

        Parameters
        ----------
        epoch : int
            Number of the epoch, from 0.
        loss : float
            Loss of the batch.
        """
        if self._bar is not None:
            self._bar.set_description(f"epoch {epoch + 1}/{self._epochs}", refresh=False)
            self._bar.set_postfix(loss=f"{loss:.4f}", refresh=False)
            self._bar.update(1)

    def end_epoch(self, epoch: int, metrics: Mapping[str, float]) -> None:
        """Report an epoch.

        Parameters
        ----------
        epoch : int
            Number of the epoch, from 0.
        metrics : mapping of str to float
            Metrics of the epoch.
        """
        if self._bar is not None:
            self._bar.set_postfix(**{name: f"{value:.4f}" for name, value in metrics.items() if name != "seconds"})
        if self._callable is not None:
            self._callable(FitEvent(epoch=epoch, epochs=self._epochs, metrics=dict(metrics)))

    def close(self) -> None:
        """Close the bar, which stays visible."""
        if self._bar is not None:
            self._bar.close()


@contextmanager
def layer_progress(progress: ProgressChoice, tokens: int) -> Iterator[Callable[[int], object] | None]:
    """Show the progress of encoding the training texts with language models.

    Parameters
    ----------
    progress : bool, callable or None
        As in `FitProgress`; callables are not called, as they receive epochs.
    tokens : int
        Number of tokens; 0 if there is nothing to encode.

    Yields
    ------
    callable or None
        To be called with the number of tokens encoded so far.
    """
    with counted_progress(progress if tokens and not callable(progress) else False, tokens, " words") as report:
        yield report
