"""Hooks into the training of a language model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...runtime.callbacks import checked_callbacks
from .report import Validation

__all__ = ["ELMoCallback", "StepReport", "elmo_callbacks"]

_HOOKS = ("on_train_begin", "on_step_end", "on_epoch_end", "on_validation_end", "on_train_end")


@dataclass(frozen=True, kw_only=True)
class StepReport:
    """One step, numbered from 1: mean cross entropy of each direction, norm of the gradient before clipping."""

    step: int
    loss_forward: float
    loss_backward: float
    gradient_norm: float
    learning_rate: float


class ELMoCallback:
    """Base class of objects that are told how training goes; override what you need. What they raise ends training.

    Examples
    --------
    >>> class PrintPerplexity(ELMoCallback):
    ...     def on_validation_end(self, model, validation):
    ...         print(validation.step, validation.perplexity.mean)
    """

    def on_train_begin(self, model: Any) -> None:
        """Called once before the first step."""

    def on_step_end(self, model: Any, report: StepReport) -> None:
        """Called after each step."""

    def on_epoch_end(self, model: Any, epoch: int) -> None:
        """Called after each pass; the first is 0."""

    def on_validation_end(self, model: Any, validation: Validation) -> None:
        """Called after each look at the validation text."""

    def on_train_end(self, model: Any) -> None:
        """Called once when training has come to its end; `model.training_report` is there."""


def elmo_callbacks(callbacks: Any) -> tuple[Any, ...]:
    """Return callbacks as a tuple; each needs one of the hooks, whatever its class is.

    Raises
    ------
    TypeError
        If one has none of them, or `callbacks` is no iterable.
    """
    return checked_callbacks(callbacks, _HOOKS, "ELMoCallback")
