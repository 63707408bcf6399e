"""Objects that are told how training goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["callbacks_option", "tell"]


def callbacks_option(callbacks: Any, hooks: Sequence[str], kind: str) -> tuple[Any, ...]:
    """Return callbacks as a tuple; each needs one of the hooks, whatever its class is.

    Raises
    ------
    TypeError
        If one has none of them, or `callbacks` is no iterable of objects of this `kind`.

    Examples
    --------
    >>> callbacks_option((), ["on_train_begin"], "callbacks")
    ()
    """
    if not isinstance(callbacks, Iterable):
        raise TypeError(f"callbacks must be an iterable of {kind}, got {type(callbacks).__name__}")
    chosen = tuple(callbacks)
    for callback in chosen:
        if not any(hasattr(callback, hook) for hook in hooks):
            raise TypeError(f"callbacks must have one of the methods {', '.join(hooks)}, got {callback!r}")
    return chosen


def tell(callbacks: Iterable[Any], hook: str, *news: Any) -> None:
    """Call a hook of each callback that has it.

    Examples
    --------
    >>> tell((), "on_train_begin", "a model")
    """
    for callback in callbacks:
        if hasattr(callback, hook):
            getattr(callback, hook)(*news)
