"""The interface through which searches and evaluation see keyed vectors."""

from __future__ import annotations

from typing import Any, Protocol

from numpy.typing import NDArray

from .table import VectorTable


class KeyLookup(Protocol):
    """Vectors of single keys, and the table they come from.

    Searches take this interface rather than a table, because subclasses of `KeyedVectors` may override the lookup of
    single keys, for example to compute vectors for unknown words.
    """

    @property
    def table(self) -> VectorTable:
        """Keys, vectors and norms."""

    def get_vector(self, key: Any, norm: bool = False) -> NDArray[Any]:
        """Return the vector of a key."""

    def __contains__(self, key: object) -> bool: ...
