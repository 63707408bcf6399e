"""Objects of the caller that are notified of events during training."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["checked_callbacks", "notify"]


def checked_callbacks(callbacks: Any, events: Sequence[str], kind: str) -> tuple[Any, ...]:
    """Return callbacks as a tuple after checking that each handles at least one event.

    Parameters
    ----------
    callbacks : iterable of objects
        Objects of any class that have a method for at least one of the events.
    events : sequence of str
        Names of the methods that can be called.
    kind : str
        Name of the objects in error messages.

    Returns
    -------
    tuple
        The callbacks.

    Raises
    ------
    TypeError
        If `callbacks` is not iterable, or an object has none of the methods.

    Examples
    --------
    >>> checked_callbacks((), ["on_train_begin"], "callbacks")
    ()
    """
    if not isinstance(callbacks, Iterable):
        raise TypeError(f"callbacks must be an iterable of {kind}, got {type(callbacks).__name__}")
    chosen = tuple(callbacks)
    for callback in chosen:
        if not any(hasattr(callback, event) for event in events):
            raise TypeError(f"callbacks must have one of the methods {', '.join(events)}, got {callback!r}")
    return chosen


def notify(callbacks: Iterable[Any], event: str, *arguments: Any) -> None:
    """Call the method of an event on every callback that has it.

    Parameters
    ----------
    callbacks : iterable of objects
        The callbacks, called in order.
    event : str
        Name of the method.
    *arguments
        Arguments of the method.

    Examples
    --------
    >>> notify((), "on_train_begin", "a model")
    """
    for callback in callbacks:
        if hasattr(callback, event):
            getattr(callback, event)(*arguments)
