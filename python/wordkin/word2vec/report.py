"""Reports of finished epochs and of the progress of a running one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["EpochReport", "Progress", "ProgressEvent", "TrainingReport"]


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
    """

    epochs: tuple[EpochReport, ...]
    workers: int
    isa: str
    interrupted: bool = False

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
    """

    epoch: int
    epochs: int
    words: int
    planned_words: int
    loss: float
    learning_rate: float


Progress: TypeAlias = bool | Callable[[ProgressEvent], object] | None
