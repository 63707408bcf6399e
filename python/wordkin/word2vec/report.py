"""Reports of finished epochs and of the progress of a running one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Literal, TypeAlias

from ..runtime.notebooks import html_table
from ..runtime.plots import AxesChoice, abbreviated, axes_for, chosen_metrics, figure_of, plot_curve

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["CommunicationReport", "EpochReport", "Progress", "ProgressEvent", "TrainingReport"]


@dataclass(frozen=True, kw_only=True)
class EpochReport:
    """Statistics of one epoch.

    Parameters
    ----------
    epoch : int
        Index of the epoch, from 0.
    loss : float
        Mean training loss per pair: -log sigmoid of the scores with their labels, summed over the scores of a pair and
        accumulated in float64. A pair is a target word with one context word (skip-gram) or with its whole context
        (CBOW). 0.0 if there were no pairs.
    pairs : int
        Number of training pairs.
    scores : int
        Number of scores computed for them: targets and noise words, or nodes of the Huffman tree.
    trained_words : int
        Number of vocabulary words that subsampling kept.
    raw_words : int
        Number of words read, including words outside the vocabulary.
    seconds : float
        Duration in seconds.
    words_per_second : float
        Raw words per second.
    learning_rate : float
        Learning rate at the end of the epoch.
    interrupted : bool, default False
        Whether the epoch was interrupted.
    """

    epoch: int
    loss: float
    pairs: int
    scores: int
    trained_words: int
    raw_words: int
    seconds: float
    words_per_second: float
    learning_rate: float
    interrupted: bool = False


@dataclass(frozen=True, kw_only=True)
class CommunicationReport:
    """Cost of the exchange of changes with other processes so far, for one process.

    Parameters
    ----------
    ranks : int
        Number of processes.
    seconds : float
        Time spent in the exchange, waiting for other processes included.
    share : float
        This time as a fraction of the duration of training.
    bytes_sent : int
        Number of bytes that this process has sent.
    """

    ranks: int
    seconds: float
    share: float
    bytes_sent: int


_METRICS = {
    "loss": "mean loss per pair",
    "words_per_second": "words per second",
    "learning_rate": "learning rate at the end",
}


@dataclass(frozen=True, kw_only=True, repr=False)
class TrainingReport:
    """Statistics of one call of `Word2Vec.train`.

    Parameters
    ----------
    epochs : tuple of EpochReport
        Completed epochs, and the interrupted one if there is one.
    workers : int
        Number of training threads.
    isa : str
        Instruction set of the kernels.
    interrupted : bool, default False
        Whether an exception, such as KeyboardInterrupt, ended training early.
    words_before : int, default 0
        Number of raw words that had been trained when the run was resumed from a checkpoint; 0 if it was not.
    checkpoint : str or None, default None
        The newest checkpoint of the run.
    checkpoint_failures : tuple of str, default ()
        Reasons why checkpoints could not be written.
    communication : CommunicationReport or None, default None
        Cost of the communication if several processes trained the model, of whose texts the epochs report; it is not
        saved with the model.
    """

    epochs: tuple[EpochReport, ...]
    workers: int
    isa: str
    interrupted: bool = False
    words_before: int = 0
    checkpoint: str | None = None
    checkpoint_failures: tuple[str, ...] = ()
    communication: CommunicationReport | None = None

    @property
    def trained_words(self) -> int:
        """Number of words trained in all epochs."""
        return sum(epoch.trained_words for epoch in self.epochs)

    @property
    def raw_words(self) -> int:
        """Number of words read in all epochs."""
        return sum(epoch.raw_words for epoch in self.epochs)

    @property
    def total_loss(self) -> float:
        """Loss summed over all pairs of all epochs."""
        return sum(epoch.loss * epoch.pairs for epoch in self.epochs)

    @property
    def seconds(self) -> float:
        """Duration of all epochs in seconds."""
        return sum(epoch.seconds for epoch in self.epochs)

    def plot(
        self,
        metrics: str | Sequence[str] | None = None,
        *,
        x: Literal["epoch", "seconds"] = "epoch",
        ax: AxesChoice = None,
    ) -> Figure:
        """Draw how training went, with matplotlib.

        Parameters
        ----------
        metrics : str, sequence of str, or None, default None
            Curves to draw, each on separate axes: "loss", "words_per_second", "learning_rate"; the first two by
            default.
        x : {"epoch", "seconds"}, default "epoch"
            Horizontal axis: number of epochs, or time at their ends.
        ax : matplotlib Axes, sequence of Axes, or None, default None
            Where to draw, one for each metric; None for a new figure.

        Returns
        -------
        matplotlib Figure
            The figure. It is not shown; Jupyter shows it if it is the value of a cell, and ``savefig`` writes it.

        Raises
        ------
        ValueError
            If no epoch has been trained, or an argument is out of range.
        ImportError
            If matplotlib is not installed.

        Examples
        --------
        >>> from wordkin import Word2Vec
        >>> sentences = [["apples", "and", "pears"], ["pears", "and", "plums"]] * 10
        >>> report = Word2Vec(sentences, min_count=1, epochs=3, workers=1).training_report
        >>> report.plot().savefig("training.png")  # doctest: +SKIP
        """
        names = chosen_metrics(metrics, list(_METRICS), ("loss", "words_per_second"))
        if x not in ("epoch", "seconds"):
            raise ValueError(f"x must be 'epoch' or 'seconds', got {x!r}")
        if not self.epochs:
            raise ValueError("the report must have at least one epoch to be plotted, got none")
        positions = [epoch.epoch + 1.0 for epoch in self.epochs]
        if x == "seconds":
            positions = list(accumulate(epoch.seconds for epoch in self.epochs))
        every_axes = axes_for(ax, len(names), width=4.8, height=3.4)
        for name, axes in zip(names, every_axes, strict=True):
            plot_curve(axes, positions, [getattr(epoch, name) for epoch in self.epochs])
            axes.set_title(_METRICS[name])
            axes.set_xlabel(x if not self.interrupted else f"{x} (the last one was interrupted)")
            axes.grid(alpha=0.3)
            axes.locator_params("x", integer=x == "epoch", nbins=6)
            if x == "seconds":
                axes.set_xlim(left=0)
            if name != "loss":
                axes.set_ylim(bottom=0)
            if name == "words_per_second":
                axes.yaxis.set_major_formatter(lambda speed, _: abbreviated(speed))
        return figure_of(every_axes[0])

    @property
    def summary(self) -> str:
        """Number of epochs, loss of the first and the last one, and speed, in one line."""
        if not self.epochs:
            return f"no epochs{', interrupted' if self.interrupted else ''}"
        first, last = self.epochs[0], self.epochs[-1]
        speed = self.raw_words / self.seconds if self.seconds else 0.0
        return (
            f"{len(self.epochs)} epoch{'s' * (len(self.epochs) > 1)}, loss {first.loss:.4f} to {last.loss:.4f}, "
            f"{speed:,.0f} words/s{', interrupted' if self.interrupted else ''}"
        )

    def __repr__(self) -> str:
        return f"<TrainingReport of {self.summary}>"

    def _repr_html_(self) -> str:
        rows = [
            (epoch.epoch + 1, epoch.loss, epoch.words_per_second, epoch.seconds, epoch.learning_rate)
            for epoch in self.epochs
        ]
        return html_table(
            "Training of word vectors",
            ("epoch", "loss", "words/s", "seconds", "learning rate"),
            rows,
            note=f"workers: {self.workers}, {self.isa}{', interrupted' if self.interrupted else ''}",
        )


@dataclass(frozen=True, kw_only=True)
class ProgressEvent:
    """State of a training run, passed to a `progress` function several times per second.

    Parameters
    ----------
    epoch : int
        Index of the current epoch, from 0.
    epochs : int
        Number of epochs.
    words : int
        Number of raw words trained so far, over all epochs.
    planned_words : int
        Number of raw words in all epochs.
    loss : float
        Mean loss per pair of the current epoch so far.
    learning_rate : float
        Current learning rate.
    communication : CommunicationReport or None, default None
        Cost of the communication if several processes train the model.
    """

    epoch: int
    epochs: int
    words: int
    planned_words: int
    loss: float
    learning_rate: float
    communication: CommunicationReport | None = None


Progress: TypeAlias = bool | Callable[[ProgressEvent], object] | None
