"""Attributes of a public class whose values live in its state object."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from itertools import starmap
from typing import Any, Generic, TypeVar, overload

__all__ = ["StateAttribute", "assign_together"]

Value = TypeVar("Value")
Self = TypeVar("Self", bound="StateAttribute[Any]")


class StateAttribute(Generic[Value]):
    """Attribute of a facade that reads and writes its `_state`.

    Parameters
    ----------
    path : str
        Field of the state ("alpha"), or a field of a frozen option object in it ("options.window"). Setting the
        latter replaces the option object, which checks the new value.
    read : callable, optional
        Converts the stored value to what the attribute returns.
    write : callable, optional
        Converts an assigned value to what is stored.
    part : str, default ""
        Name of the object in the state that has the field, if the state consists of several.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> class Model:
    ...     window = StateAttribute[int]("window")
    ...     def __init__(self):
    ...         self._state = SimpleNamespace(window=5)
    >>> model = Model()
    >>> model.window = 3
    >>> model.window, model._state.window
    (3, 3)
    """

    def __init__(
        self,
        path: str,
        *,
        read: Callable[[Any], Value] | None = None,
        write: Callable[[Value], Any] | None = None,
        part: str = "",
    ) -> None:
        self._part = part
        self._group, _, self._field = path.rpartition(".")
        self._read = read
        self._write = write

    @overload
    def __get__(self: Self, instance: None, owner: type | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None) -> Value: ...
    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        state = self._owner(instance)
        value = getattr(getattr(state, self._group) if self._group else state, self._field)
        return value if self._read is None else self._read(value)

    def _owner(self, instance: Any) -> Any:
        state = instance._state
        return getattr(state, self._part) if self._part else state

    def __set__(self, instance: Any, value: Value) -> None:
        state = self._owner(instance)
        stored = value if self._write is None else self._write(value)
        if self._group:
            setattr(state, self._group, replace(getattr(state, self._group), **{self._field: stored}))
        else:
            setattr(state, self._field, stored)


def assign_together(*assignments: tuple[object, str, object]) -> None:
    """Set attributes of several objects in one step.

    Signal handlers and other threads run between instructions of Python code, thus before the first assignment or
    after the last one: an interruption cannot leave some of them.

    Parameters
    ----------
    *assignments : tuples of object, str and object
        Objects with the names and values of existing attributes, whose assignment executes no Python code.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> first, second = SimpleNamespace(x=0), SimpleNamespace(y=0)
    >>> assign_together((first, "x", 1), (second, "y", 2))
    >>> first.x, second.y
    (1, 2)
    """
    deque(starmap(setattr, assignments), maxlen=0)
