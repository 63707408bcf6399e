"""Progress of training: a bar on a terminal, or calls of the user's function."""

from __future__ import annotations

from ...runtime.progress import progress_bar
from ..report import CommunicationReport, Progress, ProgressEvent

__all__ = ["TrainingProgress"]


class TrainingProgress:
    """Display of the progress of a training run.

    Parameters
    ----------
    progress : bool, callable or None
        True for a bar on stderr, False for none, None for a bar in a terminal or notebook; a callable receives a
        `ProgressEvent`.
    planned_words : int
        Number of raw words in all epochs.
    epochs : int
        Number of epochs.
    """

    def __init__(self, progress: Progress, planned_words: int, epochs: int) -> None:
        self._planned_words = planned_words
        self._epochs = epochs
        self._function = progress if callable(progress) else None
        self._bar = progress_bar(progress, planned_words, " words", unit_scale=True)

    def show(
        self,
        epoch: int,
        words: int,
        loss: float,
        learning_rate: float,
        communication: CommunicationReport | None = None,
    ) -> None:
        """Show the current state.

        Parameters
        ----------
        epoch : int
            Index of the current epoch, from 0.
        words : int
            Number of raw words trained so far, over all epochs.
        loss : float
            Mean loss per pair of the current epoch so far.
        learning_rate : float
            Current learning rate.
        communication : CommunicationReport or None, default None
            Cost of the communication with other processes.
        """
        if self._function is not None:
            self._function(
                ProgressEvent(
                    epoch=epoch,
                    epochs=self._epochs,
                    words=words,
                    planned_words=self._planned_words,
                    loss=loss,
                    learning_rate=learning_rate,
                    communication=communication,
                )
            )
        if self._bar is not None:
            self._bar.set_description(f"epoch {epoch + 1}/{self._epochs}", refresh=False)
            shared = {} if communication is None else _metrics_of(communication)
            self._bar.set_postfix(loss=f"{loss:.4f}", alpha=f"{learning_rate:.4f}", **shared, refresh=False)
            self._bar.update(max(0, words - self._bar.n))

    def close(self) -> None:
        """Close the bar, which remains visible."""
        if self._bar is not None:
            self._bar.close()


def _metrics_of(communication: CommunicationReport) -> dict[str, str]:
    return {
        "ranks": str(communication.ranks),
        "sync_share": f"{communication.share:.3f}",
        "sent_mb": f"{communication.bytes_sent / 1e6:.1f}",
    }
