"""The position of supervised training between two epochs."""

from __future__ import annotations

from dataclasses import dataclass

from .report import SupervisedEpoch

__all__ = ["RunStart"]


@dataclass(frozen=True, kw_only=True)
class RunStart:
    """Where training begins: at the start, or after epochs of an earlier run.

    Parameters
    ----------
    epochs : tuple of SupervisedEpoch, default ()
        Reports of the completed epochs.
    jobs : int, default 0
        Number of jobs of these epochs, each of which used one stream of random numbers.
    tokens : int, default 0
        Number of tokens trained, which determines the learning rate.
    """

    epochs: tuple[SupervisedEpoch, ...] = ()
    jobs: int = 0
    tokens: int = 0
