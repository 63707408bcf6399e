"""What a training did."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["EpochReport", "TrainingRecord", "TrainingReport"]


@dataclass(frozen=True, kw_only=True)
class EpochReport:
    """One pass over the corpus.

    Parameters
    ----------
    loss
        Mean over pairs of -log sigmoid of the right answers (float64); a pair is a context word (for CBOW: a whole
        context) with its target. 0 if there was no pair.
    pairs, terms
        Pairs trained, and scores computed for them: targets and noise words, or tree nodes.
    trained_words
        Words that subsampling kept.
    raw_words
        Words read, unknown ones included.
    words_per_second
        Raw words.
    learning_rate
        At the end.
    interrupted
        Whether the pass did not come to its end.
    """

    epoch: int
    loss: float
    pairs: int
    terms: int
    trained_words: int
    raw_words: int
    seconds: float
    words_per_second: float
    learning_rate: float
    interrupted: bool = False


@dataclass(frozen=True, kw_only=True)
class TrainingReport:
    """All passes of one `train`, with what ran it.

    Parameters
    ----------
    epochs
        Those that ended, and the one that was stopped.
    workers, isa
        Threads and instruction set.
    interrupted
        Whether an exception, Ctrl-C among them, stopped it before its end.
    """

    epochs: tuple[EpochReport, ...]
    workers: int
    isa: str
    interrupted: bool = False

    @property
    def trained_words(self) -> int:
        """Words trained in all epochs together."""
        return sum(epoch.trained_words for epoch in self.epochs)

    @property
    def raw_words(self) -> int:
        """Words read in all epochs together."""
        return sum(epoch.raw_words for epoch in self.epochs)

    @property
    def total_loss(self) -> float:
        """Loss summed over all pairs of all epochs."""
        return sum(epoch.loss * epoch.pairs for epoch in self.epochs)


class TrainingRecord:
    """The part of a model that knows how its last training went.

    Attributes
    ----------
    training_report : TrainingReport or None
        Of the last `train`, so far.
    compute_loss : bool
        Whether `get_latest_training_loss` answers.
    """

    training_report: TrainingReport | None
    compute_loss: bool
    _loss_offset: float

    def get_latest_training_loss(self) -> float:
        """Return the loss summed over all pairs of the last `train` (float64), 0.0 without `compute_loss`.

        `training_report` has the mean per pair for each epoch, which can be compared between corpora.
        """
        return self.running_training_loss

    @property
    def running_training_loss(self) -> float:
        """What `get_latest_training_loss` returns. A callback may set it to 0, to have the loss since then."""
        return self._total_loss() + self._loss_offset if self.compute_loss else 0.0

    @running_training_loss.setter
    def running_training_loss(self, loss: float) -> None:
        self._loss_offset = float(loss) - self._total_loss()

    def _total_loss(self) -> float:
        return 0.0 if self.training_report is None else self.training_report.total_loss
