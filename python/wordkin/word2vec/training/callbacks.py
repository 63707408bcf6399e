"""Hooks into training under gensim's names."""

from __future__ import annotations

from typing import Any

from ...runtime.callbacks import checked_callbacks

__all__ = ["CallbackAny2Vec", "word2vec_callbacks"]

_HOOKS = ("on_train_begin", "on_epoch_begin", "on_epoch_end", "on_train_end")


class CallbackAny2Vec:
    """Base class of objects that are told how training goes; override what you need.

    Examples
    --------
    >>> class PrintLoss(CallbackAny2Vec):
    ...     def on_epoch_end(self, model):
    ...         print(model.training_report.epochs[-1].loss)
    """

    def on_train_begin(self, model: Any) -> None:
        """Called once before the first epoch."""

    def on_epoch_begin(self, model: Any) -> None:
        """Called before each epoch."""

    def on_epoch_end(self, model: Any) -> None:
        """Called after each epoch; `model.training_report` holds the epochs so far."""

    def on_train_end(self, model: Any) -> None:
        """Called once after the last epoch."""


def word2vec_callbacks(callbacks: Any) -> tuple[Any, ...]:
    """Return callbacks as a tuple; each needs one of the hooks, whatever its class is.

    Raises
    ------
    TypeError
        If one has none of them, or `callbacks` is no iterable.
    """
    return checked_callbacks(callbacks, _HOOKS, "CallbackAny2Vec")
