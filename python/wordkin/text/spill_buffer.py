"""Arrays one after the other, in memory or, when they are many, in a temporary file."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

__all__ = ["SpillBuffer"]

_ALIGNMENT = 64


class SpillBuffer:
    """Holds arrays in the order in which they were put.

    Parameters
    ----------
    memory_bytes
        When the arrays take more, all of them move to a file, which is nameless or deleted when the shelf is closed
        or garbage.
    folder
        Where; default: the system's folder for temporary files.
    """

    def __init__(self, memory_bytes: int, folder: Path | None = None) -> None:
        self._memory_bytes = memory_bytes
        self._folder = folder
        self._arrays: list[NDArray[Any] | None] = []
        self._places: list[tuple[int, int, np.dtype[Any]]] = []  # offset in the file, elements, dtype
        self._size = 0
        self._file: BinaryIO | None = None

    def __len__(self) -> int:
        return len(self._places)

    @property
    def is_on_disk(self) -> bool:
        return self._file is not None

    def put(self, array: NDArray[Any]) -> None:
        """Add a one-dimensional array. Raises OSError when the disk is full."""
        self._places.append((self._size, len(array), array.dtype))
        self._size += -(-array.nbytes // _ALIGNMENT) * _ALIGNMENT
        self._arrays.append(array)
        if self._file is not None:
            self._write(len(self) - 1)
        elif self._size > self._memory_bytes:
            import tempfile  # here, because its import takes longer than all of this package's

            # Unbuffered: what is written is there for the memory maps, and no full disk shows up later than here.
            self._file = tempfile.TemporaryFile(buffering=0, prefix="wordkin-", dir=self._folder)  # noqa: SIM115
            weakref.finalize(self, self._file.close)
            for position in range(len(self)):
                self._write(position)

    def _write(self, position: int) -> None:
        array = self._arrays[position]
        if array is None or self._file is None:
            raise AssertionError("a shelved array is written once")
        self._file.seek(self._places[position][0])
        data = np.ascontiguousarray(array).view(np.uint8).data
        while data:
            data = data[self._file.write(data) :]
        self._arrays[position] = None

    def __getitem__(self, position: int) -> NDArray[Any]:
        """The array itself, or a read-only map of its place in the file."""
        array = self._arrays[position]
        if array is not None:
            return array
        offset, length, dtype = self._places[position]
        if length == 0:
            return np.empty(0, dtype)
        if self._file is None:
            raise ValueError("the array was taken, or the shelf closed")
        return np.memmap(self._file, dtype=dtype, mode="r", offset=offset, shape=(length,)).view(np.ndarray)

    def take_all(self) -> Iterator[NDArray[Any]]:
        """Give all arrays away, in order and writeable; memory is free as soon as the taker lets go of it."""
        for position in range(len(self)):
            array = self._arrays[position]
            self._arrays[position] = None
            yield np.array(self[position]) if array is None else array
        self.close()

    def close(self) -> None:
        """Free memory and disk; arrays in use stay valid."""
        self._arrays = [None] * len(self)
        if self._file is not None:
            self._file.close()
            self._file = None
