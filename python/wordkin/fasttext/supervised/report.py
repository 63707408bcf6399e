"""Reports of supervised training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ...runtime.notebooks import html_table

__all__ = ["AutotuneTrial", "SupervisedEpoch", "SupervisedProgress", "SupervisedProgressEvent", "SupervisedReport"]


@dataclass(frozen=True, kw_only=True)
class SupervisedEpoch:
    """Statistics of one pass over the text.

    Parameters
    ----------
    epoch : int
        Index of the epoch, from 0.
    loss : float
        Mean loss of the lines that were trained.
    tokens : int
        Number of words, labels and ends of lines.
    lines : int
        Number of lines, without empty ones.
    trained_lines : int
        Number of lines with a label and a word of the model.
    seconds : float
        Duration in seconds.
    tokens_per_second : float
        Speed.
    learning_rate : float
        Learning rate at the end of the epoch.
    """

    epoch: int
    loss: float
    tokens: int
    lines: int
    trained_lines: int
    seconds: float
    tokens_per_second: float
    learning_rate: float


@dataclass(frozen=True, kw_only=True)
class AutotuneTrial:
    """One trial of the search for parameters.

    Parameters
    ----------
    score : float or None
        Score on the validation file; None if training diverged or the model was too large.
    seconds : float
        Duration in seconds.
    parameters : dict of str to number
        Parameters of the trial.
    """

    score: float | None
    seconds: float
    parameters: Mapping[str, float]


@dataclass(frozen=True, kw_only=True, repr=False)
class SupervisedReport:
    """Statistics of supervised training.

    Parameters
    ----------
    epochs : tuple of SupervisedEpoch
        The epochs.
    workers : int
        Number of threads.
    isa : str
        Instruction set of the kernels.
    words, labels : int
        Size of the dictionary.
    lines : int
        Number of lines of the text, without empty ones.
    lines_left_out : int
        How many of them have no label or no word that the model has, and were left out.
    trials : tuple of AutotuneTrial, default ()
        Trials of the search for parameters, if there was one.
    interrupted : bool, default False
        Whether training was stopped before its end.
    checkpoint : str or None, default None
        The newest checkpoint of the run.
    checkpoint_failures : tuple of str, default ()
        Reasons why checkpoints could not be written.
    resumed_epochs : int, default 0
        Number of epochs that were trained by the run that this one has resumed.
    """

    epochs: tuple[SupervisedEpoch, ...]
    workers: int
    isa: str
    words: int
    labels: int
    lines: int
    lines_left_out: int
    trials: tuple[AutotuneTrial, ...] = ()
    interrupted: bool = False
    checkpoint: str | None = None
    checkpoint_failures: tuple[str, ...] = ()
    resumed_epochs: int = 0

    @property
    def seconds(self) -> float:
        """Duration of all epochs in seconds."""
        return sum(epoch.seconds for epoch in self.epochs)

    @property
    def tokens(self) -> int:
        """Number of tokens of all epochs."""
        return sum(epoch.tokens for epoch in self.epochs)

    @property
    def summary(self) -> str:
        """Size of the text, loss of the first and the last epoch, and speed, in one line."""
        first, last = self.epochs[0], self.epochs[-1]
        speed = self.tokens / self.seconds if self.seconds else 0.0
        left_out = f" ({self.lines_left_out:,} left out)" if self.lines_left_out else ""
        return (
            f"{self.lines:,} lines{left_out}, {self.words:,} words, {self.labels:,} labels, {len(self.epochs)} epochs, "
            f"loss {first.loss:.4f} to {last.loss:.4f}, {speed:,.0f} tokens/s"
        )

    def __repr__(self) -> str:
        return f"<SupervisedReport of {self.summary}>"

    def _repr_html_(self) -> str:
        rows = [
            (epoch.epoch + 1, epoch.loss, epoch.tokens_per_second, epoch.seconds, epoch.learning_rate)
            for epoch in self.epochs
        ]
        columns = ("epoch", "loss", "tokens/s", "seconds", "learning rate")
        return html_table("Supervised training", columns, rows, note=f"workers: {self.workers}, {self.isa}")


@dataclass(frozen=True, kw_only=True)
class SupervisedProgressEvent:
    """State of supervised training, passed to a `progress` function several times per second.

    Parameters
    ----------
    epoch, epochs : int
        Index of the current epoch, from 0, and number of epochs.
    tokens, planned_tokens : int
        Number of tokens trained so far, and in all epochs.
    loss : float
        Mean loss per line of the current epoch so far.
    learning_rate : float
        Current learning rate.
    """

    epoch: int
    epochs: int
    tokens: int
    planned_tokens: int
    loss: float
    learning_rate: float


SupervisedProgress: TypeAlias = bool | Callable[[SupervisedProgressEvent], object] | None
