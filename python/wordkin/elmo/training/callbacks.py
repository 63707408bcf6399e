"""Callbacks that are notified during the training of a language model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..report import Validation

__all__ = ["EVENTS", "ELMoCallback", "StepReport"]

EVENTS = ("on_train_begin", "on_step_end", "on_epoch_end", "on_validation_end", "on_train_end")


@dataclass(frozen=True, kw_only=True)
class StepReport:
    """Result of one training step.

    Parameters
    ----------
    step : int
        Number of the step, from 1.
    loss_forward, loss_backward : float
        Mean cross-entropy of each direction.
    gradient_norm : float
        Norm of the gradient before clipping.
    learning_rate : float
        Learning rate of the step.
    """

    step: int
    loss_forward: float
    loss_backward: float
    gradient_norm: float
    learning_rate: float


class ELMoCallback:
    """Base class for training callbacks; override the methods you need.

    An object of any other class with at least one of these methods works as well. An exception raised by a callback
    stops training. Calls of the model in a callback, such as `ELMo.encode`, use the parameters of that moment.

    Examples
    --------
    >>> class PrintPerplexity(ELMoCallback):
    ...     def on_validation_end(self, model, validation):
    ...         print(validation.step, validation.perplexity.mean)
    """

    def on_train_begin(self, model: Any) -> None:
        """Handle the start of training, before the first step.

        Parameters
        ----------
        model : ELMo
            The model that is trained.
        """

    def on_step_end(self, model: Any, report: StepReport) -> None:
        """Handle the end of a training step.

        Parameters
        ----------
        model : ELMo
            The model that is trained.
        report : StepReport
            Result of the step.
        """

    def on_epoch_end(self, model: Any, epoch: int) -> None:
        """Handle the end of an epoch.

        Parameters
        ----------
        model : ELMo
            The model that is trained.
        epoch : int
            Number of the epoch, from 0.
        """

    def on_validation_end(self, model: Any, validation: Validation) -> None:
        """Handle the end of a validation.

        Parameters
        ----------
        model : ELMo
            The model that is trained.
        validation : Validation
            Result of the validation.
        """

    def on_train_end(self, model: Any) -> None:
        """Handle the end of training, once `model.training_report` is available.

        Parameters
        ----------
        model : ELMo
            The model that was trained.
        """
