"""The current table of a `KeyedVectors` object: readers take it, writers replace it."""

from __future__ import annotations

import copy
import threading
import weakref
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Concatenate, Generic, NamedTuple, ParamSpec, TypeVar, overload

from numpy.typing import NDArray

from ..runtime.attributes import assign_together
from ..runtime.locks import fork_safe_lock
from .arrays import as_matrix
from .table import Hold, VectorTable

__all__ = ["RowWrite", "TableAttribute", "TableStore", "Unfinished", "overwriting"]

Arguments = ParamSpec("Arguments")
Value = TypeVar("Value")
Self = TypeVar("Self", bound="TableAttribute[Any]")


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
    writes : tuple of RowWrite
        Rows of vectors and attributes to replace.
    older : tuple of callables
        For each write, returns None once no table from before the write is in use.
    """

    first_row: int = 0
    keys: Mapping[Any, int] = MappingProxyType({})
    writes: tuple[RowWrite, ...] = ()
    older: tuple[Callable[[], object], ...] = ()

    def __call__(self, table: VectorTable) -> None:
        for write, is_read in zip(self.writes, self.older, strict=True):
            array = table.vectors if write.column is None else table.expandos[write.column]
            if is_read() is not None:
                array = array.copy()
                _replace_array(table, write.column, array)
            array[write.rows] = write.values
        if self.keys:
            table.index_to_key[self.first_row : self.first_row + len(self.keys)] = self.keys
            table.key_to_index.update(self.keys)


def _replace_array(table: VectorTable, column: str | None, array: NDArray[Any]) -> None:
    if column is None:
        table.vectors = array
    else:
        table.expandos = {**table.expandos, column: array}


def overwriting(
    table: VectorTable, *writes: RowWrite, first_row: int = 0, keys: Mapping[Any, int] | None = None, **changes: Any
) -> VectorTable:
    """Return the successor of a table in which rows have new values and further keys are known.

    Rows are overwritten in place, unless an older table with the same memory is in use then.

    Parameters
    ----------
    table : VectorTable
        The current table.
    *writes : RowWrite
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
    holds = dict(table.column_holds)
    older: list[Callable[[], object]] = []
    for write in writes:
        hold = table.hold if write.column is None else holds.get(write.column)
        older.append(_no_readers if hold is None else weakref.ref(hold))
        if write.column is not None:
            holds[write.column] = Hold()
        elif hold is not None:
            changes["hold"] = Hold()
    unfinished = Unfinished(first_row=first_row, keys=keys or {}, writes=writes, older=tuple(older))
    return table.successor(**{"column_holds": holds, **changes}, unfinished=unfinished)


def _no_readers() -> None:
    return None


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
    """

    __slots__ = ("_lock", "_table")

    def __init__(self, table: VectorTable) -> None:
        self._lock = fork_safe_lock()
        self._table = table

    @property
    def table(self) -> VectorTable:
        """The current table."""
        table = self._table
        return table if table.unfinished is None else self._finished()

    def _finished(self) -> VectorTable:
        with self._lock:
            table = self._table
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
            if self._table is not table:
                raise RuntimeError("the vectors were changed by a method of a key while they were being changed")
            del table  # otherwise it would count as being read
            self._table = successor
            return self._finished()

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
            changes = {"vectors": as_matrix(value), "norms": None, "hold": Hold()}
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
            assign_together((self, "_table", table), *others)

    def frozen(self) -> VectorTable:
        """Return a copy of the current table that nothing changes, for saving.

        Returns
        -------
        VectorTable
            The copy. Its arrays are not copied: others are written to while it exists.
        """
        with self._lock:
            table = self.table
            table.column_holds = {name: table.column_holds.get(name) or Hold() for name in table.expandos}
            return table.detached()

    def __copy__(self) -> TableStore:
        return TableStore(self.frozen())

    def __deepcopy__(self, memo: dict[int, Any]) -> TableStore:
        return TableStore(copy.deepcopy(self.frozen(), memo))


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
        return self if instance is None else getattr(instance._state.table, self._name)

    def __set__(self, instance: Any, value: Value) -> None:
        instance._state.assign(self._name, value)
