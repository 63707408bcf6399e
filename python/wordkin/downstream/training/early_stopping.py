"""Early stopping: the parameters of the best validation, and when to stop."""

from __future__ import annotations

from collections.abc import Sequence

from ..state import Tensors
from .fine_tuning import LanguageModelTuner

__all__ = ["EarlyStopping"]


class EarlyStopping:
    """Keeps the best parameters and decides when training should stop.

    Parameters
    ----------
    parameters : dict of str to ndarray
        Parameters of the network, which training changes in place.
    tuners : sequence of LanguageModelTuner
        Language models that are trained with it.
    patience : int or None
        Epochs without improvement after which training should stop; None to never stop and keep nothing.

    Examples
    --------
    >>> import numpy as np
    >>> stopping = EarlyStopping({"W": np.zeros(1, np.float32)}, (), patience=1)
    >>> stopping.record(0.5, loss=1.0)
    >>> stopping.record(0.4, loss=1.0)
    >>> stopping.should_stop
    True
    """

    def __init__(self, parameters: Tensors, tuners: Sequence[LanguageModelTuner], patience: int | None) -> None:
        self._parameters = parameters
        self._tuners = tuners
        self._patience = patience
        self._best: Tensors | None = None
        self._best_result: tuple[float, float] | None = None
        self.epochs_without_improvement = 0

    def record(self, metric: float, loss: float) -> None:
        """Record the result of a validation.

        Parameters
        ----------
        metric : float
            The larger, the better.
        loss : float
            Decides between equal metrics: the smaller, the better.
        """
        result = (metric, -loss)
        if self._best_result is not None and result <= self._best_result:
            self.epochs_without_improvement += 1
            return
        self._best_result, self.epochs_without_improvement = result, 0
        if self._patience is not None:
            self._best = {name: tensor.copy() for name, tensor in self._parameters.items()}
            for tuner in self._tuners:
                tuner.keep_best()

    @property
    def should_stop(self) -> bool:
        """Whether the patience is exhausted."""
        return self._patience is not None and self.epochs_without_improvement >= self._patience

    def restore_best(self) -> None:
        """Restore the parameters of the best validation, if early stopping is enabled and one was recorded."""
        if self._best is None:
            return
        for name, tensor in self._best.items():
            self._parameters[name][...] = tensor
        for tuner in self._tuners:
            tuner.restore_best()
