"""Keys and what is noted beside them: who is where, and the columns of attributes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..storage.lifecycle import LifecycleEvents
from . import columns as attributes
from .missing_keys import MissingKeyError

__all__ = ["KEY_TYPES", "KeyTable"]

KEY_TYPES = (str, int, np.integer)


class KeyTable(LifecycleEvents):
    """Keys in order, each with its index and attributes."""

    def __init__(self, count: int) -> None:
        self.vector_size = 0
        self.index_to_key: list[Any] = [None] * count
        self.key_to_index: dict[Any, int] = {}
        self.next_index = 0
        self.expandos: attributes.Columns = {}
        self.lifecycle_events = []

    def __len__(self) -> int:
        return len(self.index_to_key)

    def __contains__(self, key: object) -> bool:
        return self.has_index_for(key)

    def __str__(self) -> str:
        return f"{type(self).__name__}<vector_size={self.vector_size}, {len(self)} keys>"

    __repr__ = __str__

    def has_index_for(self, key: object) -> bool:
        """Whether `key` has a row of its own: a key, or a number that is the index of one."""
        return self._index_or_none(key) is not None

    def _index_or_none(self, key: Any) -> int | None:
        index = self.key_to_index.get(key)
        if index is not None:
            return index
        if isinstance(key, (int, np.integer)) and 0 <= key < len(self.index_to_key):
            return int(key)
        return None

    def get_index(self, key: Any, default: int | None = None) -> int:
        """Return the row of `key`; a number that is not itself a key counts as an index.

        Raises
        ------
        KeyError
            If there is no such key and no `default`; the message names keys of near spelling.

        Examples
        --------
        >>> kv.get_index("apple")
        0
        """
        index = self._index_or_none(key)
        if index is not None:
            return index
        if default is not None:
            return default
        raise MissingKeyError(key, self.key_to_index)

    def allocate_vecattrs(self, attrs: Iterable[str] | None = None, types: Iterable[Any] | None = None) -> None:
        """Make columns of attributes of the given types exist for all keys; without arguments, resize those there are.

        Raises
        ------
        TypeError
            If an attribute exists with another type.
        """
        if attrs is None:
            attributes.extend(self.expandos, len(self))
        else:
            attributes.allocate(self.expandos, len(self), attrs, () if types is None else types)

    def set_vecattr(self, key: Any, attr: str, val: Any) -> None:
        """Set an attribute of a key; the first value of an attribute decides its type.

        Raises
        ------
        KeyError, TypeError
            If there is no such key; if the value's type is not the attribute's.

        Examples
        --------
        >>> kv.set_vecattr("apple", "colour", "red")
        >>> kv.get_vecattr("apple", "colour")
        'red'
        """
        index = self.get_index(key)
        attributes.allocate(self.expandos, len(self), [attr], [type(val)])
        self.expandos[attr][index] = val

    def get_vecattr(self, key: Any, attr: str) -> Any:
        """Return an attribute of a key.

        Raises
        ------
        KeyError
            If there is no such key, or no such attribute.
        """
        index = self.get_index(key)
        return self._column(attr)[index]

    def _column(self, attr: str) -> NDArray[Any]:
        if attr not in self.expandos:
            known = ", ".join(sorted(self.expandos)) or "none"
            raise KeyError(f"no attribute {attr!r}; there are: {known}")
        return self.expandos[attr]
