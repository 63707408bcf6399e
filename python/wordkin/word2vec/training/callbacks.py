"""Training callbacks with gensim's names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, TypeAlias

from ...runtime.callbacks import checked_callbacks

__all__ = ["CallbackAny2Vec", "TrainingCallback", "checked_training_callbacks"]

_EVENTS = ("on_train_begin", "on_epoch_begin", "on_epoch_end", "on_train_end")


class CallbackAny2Vec:
    """Base class of training callbacks; override the methods that you need.

    `Word2Vec` accepts any object that has at least one of the methods. The model is untyped here, so that a method of
    a derived class may annotate it with a class derived from `Word2Vec`.

    Examples
    --------
    >>> from wordkin import Word2Vec
    >>> class PrintEpochs(CallbackAny2Vec):
    ...     def on_epoch_end(self, model):
    ...         print(len(model.training_report.epochs))
    >>> _ = Word2Vec([["a", "b"]] * 5, min_count=1, vector_size=8, epochs=2, callbacks=[PrintEpochs()])
    1
    2
    """

    def on_train_begin(self, model: Any) -> None:
        """Handle the start of training.

        Parameters
        ----------
        model : Word2Vec
            The model, with its vocabulary and initial vectors.
        """

    def on_epoch_begin(self, model: Any) -> None:
        """Handle the start of an epoch.

        Parameters
        ----------
        model : Word2Vec
            The model in training.
        """

    def on_epoch_end(self, model: Any) -> None:
        """Handle the end of an epoch.

        Parameters
        ----------
        model : Word2Vec
            The model in training; `model.training_report` holds the epochs so far.
        """

    def on_train_end(self, model: Any) -> None:
        """Handle the end of training.

        Parameters
        ----------
        model : Word2Vec
            The trained model.
        """


class _OnTrainBegin(Protocol):
    def on_train_begin(self, model: Any, /) -> object: ...


class _OnEpochBegin(Protocol):
    def on_epoch_begin(self, model: Any, /) -> object: ...


class _OnEpochEnd(Protocol):
    def on_epoch_end(self, model: Any, /) -> object: ...


class _OnTrainEnd(Protocol):
    def on_train_end(self, model: Any, /) -> object: ...


TrainingCallback: TypeAlias = _OnTrainBegin | _OnEpochBegin | _OnEpochEnd | _OnTrainEnd


def checked_training_callbacks(callbacks: Iterable[TrainingCallback]) -> tuple[TrainingCallback, ...]:
    """Return the callbacks as a tuple.

    Parameters
    ----------
    callbacks : iterable of objects
        Each must have at least one of the methods of `CallbackAny2Vec`.

    Returns
    -------
    tuple
        The same objects.

    Raises
    ------
    TypeError
        If an object has none of the methods, or `callbacks` is not iterable.
    """
    return checked_callbacks(callbacks, _EVENTS, "CallbackAny2Vec")
