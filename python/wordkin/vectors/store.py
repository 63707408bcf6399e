"""The current table of a `KeyedVectors` object: readers take it, writers replace it."""

from __future__ import annotations

import copy
import threading
import weakref
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Concatenate, Generic, NamedTuple, ParamSpec, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from ..runtime.attributes import assign_together
from ..runtime.locks import fork_safe_lock
from .arrays import as_matrix
from .table import Hold, RowNorms, VectorTable

__all__ = ["RowWrite", "TableAttribute", "TableStore", "Unfinished", "overwriting"]

Arguments = ParamSpec("Arguments")
Value = TypeVar("Value")
Self = TypeVar("Self", bound="TableAttribute[Any]")

_NO_KEYS: Mapping[Any, int] = MappingProxyType({})


class RowWrite(NamedTuple):
    """Values that replace rows of an array.

    Parameters
    ----------
    column : str or None
        Name of the attribute to change; None for the vectors.
    rows : slice or ndarray of int
        The rows.
    values : ndarray
        Their new values, of the array's dtype.
    """

    column: str | None
    rows: Any
    values: NDArray[Any]


class Unfinished(NamedTuple):
    """Work that makes a new table readable: writes to memory that it shares with older tables.

    All steps can be repeated, from the start and any number of times, with the same result.

    Parameters
    ----------
    first_row : int
        Row of the first key to set in `index_to_key`.
    keys : dict of keys to rows
        The keys to set, in row order.
    write : RowWrite or None
        Rows of the vectors or of an attribute to replace.
    older : reference to a Hold, or None
        Alive while a table from before the write is in use; None if none can be.
    """

    first_row: int
    keys: Mapping[Any, int]
    write: RowWrite | None = None
    older: weakref.ref[Hold] | None = None

    def __call__(self, table: VectorTable) -> None:
        first_row, keys, write, older = self
        if write is not None:
            column, rows, values = write
            array = table.vectors if column is None else table.expandos[column]
            if older is not None and older() is not None:
                array = array.copy()
                if column is None:
                    table.vectors = array
                else:
                    table.expandos = {**table.expandos, column: array}
            array[rows] = values
        if keys:
            table.index_to_key[first_row : first_row + len(keys)] = keys
            table.key_to_index.update(keys)


def overwriting(
    table: VectorTable, write: RowWrite, first_row: int = 0, keys: Mapping[Any, int] = _NO_KEYS, **changes: Any
) -> VectorTable:
    """Return the successor of a table in which rows have new values and further keys are known.

    Rows are overwritten in place, unless an older table with the same memory is in use then.

    Parameters
    ----------
    table : VectorTable
        The current table.
    write : RowWrite
        The new values, of a type that cannot raise errors when they are written.
    first_row : int, default 0
        Row of the first one of `keys`.
    keys : mapping of keys to rows, optional
        Keys to set in `index_to_key` and `key_to_index`, in row order.
    **changes : object
        New values of attributes of the table.

    Returns
    -------
    VectorTable
        The table, whose writes are unfinished.
    """
    if write.column is not None:
        hold = table.column_holds.get(write.column)
        changes["column_holds"] = {name: hold for name, hold in table.column_holds.items() if name != write.column}
    elif (hold := table.hold) is not None:
        changes["hold"] = Hold()
        changes["known_norms"] = None
    else:
        changes["known_norms"] = None
    older = None if hold is None else weakref.ref(hold)
    return table.successor(unfinished=Unfinished(first_row, keys, write, older), **changes)


class TableStore:
    """Holder of the current table.

    Every change makes a new table aside and replaces one reference: whatever ends a change early leaves the old table
    or the new one. Readers take the current table once per call, and what they read is one state, whatever other
    threads change meanwhile. Writers wait for each other.

    Copying all keys and rows for each added key would take quadratic time. A new table may therefore share the list of
    keys, the mapping and the memory of rows with older ones, in which keys and rows beyond those of the older tables
    are not seen. What has to be written to them is noted in the new table before the reference is replaced; if the
    writer is interrupted, the next caller that needs the table finishes the work.

    Parameters
    ----------
    table : VectorTable
        The table.

    Attributes
    ----------
    newest : VectorTable
        The current table, to be read only if it is not `unfinished`. Methods that must be fast use it; others, `table`.
    """

    __slots__ = ("_lock", "newest")

    def __init__(self, table: VectorTable) -> None:
        self._lock = fork_safe_lock()
        self.newest = table

    @property
    def table(self) -> VectorTable:
        """The current table."""
        table = self.newest
        return table if table.unfinished is None else self._finished()

    def _finished(self) -> VectorTable:
        with self._lock:
            table = self.newest
            if table.unfinished is not None:
                table.unfinished(table)
                table.unfinished = None
            return table

    def change(
        self,
        edit: Callable[Concatenate[VectorTable, Arguments], VectorTable],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> VectorTable:
        """Replace the table by a successor.

        Parameters
        ----------
        edit : callable
            Called with the current table; returns its successor, or the table itself if there is nothing to change.
        *args, **kwargs : object
            Further arguments for `edit`.

        Returns
        -------
        VectorTable
            The current table.
        """
        with self._lock:
            table = self.table
            successor = edit(table, *args, **kwargs)
            if successor is table:
                return table
            if self.newest is not table:
                raise RuntimeError("the vectors were changed by a method of a key while they were being changed")
            del table  # otherwise it would count as being read
            self.newest = successor
            if successor.unfinished is not None:
                successor.unfinished(successor)
                successor.unfinished = None
            return successor

    def assign(self, name: str, value: Any) -> None:
        """Replace one attribute of the table.

        Parameters
        ----------
        name : str
            Name of the attribute.
        value : object
            The new value.
        """
        changes = {name: value}
        if name == "vectors":
            changes = {"vectors": as_matrix(value), "known_norms": None, "hold": Hold()}
        elif name in ("index_to_key", "key_to_index"):
            changes["shares_keys"] = True
        elif name == "norms":
            changes = {"known_norms": None if value is None else RowNorms.of(np.asarray(value))}
        self.change(VectorTable.successor, **changes)

    @property
    def lock(self) -> threading.RLock:
        """Lock that lets other writers wait; one needs it to make a change out of several, or of several objects."""
        return self._lock

    def replace(self, table: VectorTable, *others: tuple[object, str, object]) -> None:
        """Replace the table, and together with it attributes of other objects.

        Parameters
        ----------
        table : VectorTable
            The new table.
        *others : tuples of object, str and object
            Objects with the names and new values of attributes to replace.
        """
        with self._lock:
            assign_together((self, "newest", table), *others)

    def frozen(self) -> VectorTable:
        """Return a copy of the current table for saving.

        Returns
        -------
        VectorTable
            The copy. Its list of keys has an entry per row, whatever is added later, and its arrays do not change:
            while it exists, others are written to.
        """
        with self._lock:
            table = self.table
            table.column_holds = {name: table.column_holds.get(name) or Hold() for name in table.expandos}
            return table.successor(index_to_key=list(table.index_to_key), expandos=dict(table.expandos))

    def detached(self) -> VectorTable:
        """Return a table of the same vectors for another store.

        Returns
        -------
        VectorTable
            The table, with copies of the list of keys and of the mappings, but the same arrays.
        """
        with self._lock:
            table = self.frozen()
            return table.successor(
                key_to_index=dict(table.key_to_index), shares_keys=False, reserve=None, column_reserves={}
            )

    def __copy__(self) -> TableStore:
        return TableStore(self.detached())

    def __deepcopy__(self, memo: dict[int, Any]) -> TableStore:
        return TableStore(copy.deepcopy(self.detached(), memo))


class TableAttribute(Generic[Value]):
    """Attribute of a class that reads and replaces an attribute of the current table of its `_state`.

    Parameters
    ----------
    name : str
        Name of the attribute of the table.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    @overload
    def __get__(self: Self, instance: None, owner: type | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None) -> Value: ...
    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        table = instance._state.newest
        return getattr(table if table.unfinished is None else instance._state.table, self._name)

    def __set__(self, instance: Any, value: Value) -> None:
        instance._state.assign(self._name, value)
