"""Record of the training steps of one call."""

from __future__ import annotations

from array import array

import numpy as np
from numpy.typing import NDArray

from .callbacks import StepReport

__all__ = ["StepRecord"]

_COLUMNS = 4


class StepRecord:
    """Losses, gradient norms and learning rates of all steps of a call.

    The numbers are stored in one flat array, as there may be millions of steps.
    """

    def __init__(self) -> None:
        self._values = array("d")

    def __len__(self) -> int:
        return len(self._values) // _COLUMNS

    def add(self, report: StepReport) -> None:
        """Append a step.

        Parameters
        ----------
        report : StepReport
            Result of the step.
        """
        self._values.extend((report.loss_forward, report.loss_backward, report.gradient_norm, report.learning_rate))

    def table(self, last: int | None = None) -> NDArray[np.float64]:
        """Return the recorded numbers.

        Parameters
        ----------
        last : int or None, default None
            Number of most recent steps to return; None for all.

        Returns
        -------
        ndarray of float64, shape (steps, 4)
            Forward loss, backward loss, gradient norm and learning rate of each step.
        """
        values = self._values if last is None else self._values[-_COLUMNS * last :]
        return np.array(values, dtype=np.float64).reshape(-1, _COLUMNS)
