"""An append-only list of arrays that spills to disk."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

__all__ = ["SpillBuffer"]

_ALIGNMENT = 64  # offsets in the file are multiples of a cache line, so that mapped arrays are aligned


class SpillBuffer:
    """Append-only list of one-dimensional arrays that is moved to a temporary file when it becomes large.

    Parameters
    ----------
    memory_bytes : int
        Total size in bytes above which all arrays are moved to the file. The file has no name, or is deleted when the
        buffer is closed or garbage-collected.
    folder : Path or None, default None
        Folder of the file; None for the default folder of temporary files.
    """

    def __init__(self, memory_bytes: int, folder: Path | None = None) -> None:
        self._memory_bytes = memory_bytes
        self._folder = folder
        self._arrays: list[NDArray[Any] | None] = []
        self._extents: list[tuple[int, int, np.dtype[Any]]] = []  # offset in the file, elements, dtype
        self._size = 0
        self._file: BinaryIO | None = None

    def __len__(self) -> int:
        return len(self._extents)

    @property
    def is_on_disk(self) -> bool:
        """Whether the arrays have moved to the file."""
        return self._file is not None

    def append(self, array: NDArray[Any]) -> None:
        """Append an array.

        Parameters
        ----------
        array : ndarray, shape (n,)
            The array; it must not be changed afterwards.

        Raises
        ------
        OSError
            If the disk is full.
        """
        self._extents.append((self._size, len(array), array.dtype))
        self._size += -(-array.nbytes // _ALIGNMENT) * _ALIGNMENT
        self._arrays.append(array)
        if self._file is not None:
            self._write(len(self) - 1)
        elif self._size > self._memory_bytes:
            import tempfile  # imported here because it takes longer than the whole package

            # Unbuffered, so that memory maps see all data and a full disk is reported here rather than later.
            self._file = tempfile.TemporaryFile(buffering=0, prefix="wordkin-", dir=self._folder)  # noqa: SIM115
            weakref.finalize(self, self._file.close)
            for position in range(len(self)):
                self._write(position)

    def _write(self, position: int) -> None:
        array = self._arrays[position]
        if array is None or self._file is None:
            raise AssertionError("an array is written once")
        self._file.seek(self._extents[position][0])
        data = np.ascontiguousarray(array).view(np.uint8).data
        while data:
            data = data[self._file.write(data) :]
        self._arrays[position] = None

    def __getitem__(self, position: int) -> NDArray[Any]:
        """Return the array, or a read-only memory map of it if it is on disk."""
        array = self._arrays[position]
        if array is not None:
            return array
        offset, length, dtype = self._extents[position]
        if length == 0:
            return np.empty(0, dtype)
        if self._file is None:
            raise ValueError("the array was removed, or the buffer is closed")
        return np.memmap(self._file, dtype=dtype, mode="r", offset=offset, shape=(length,)).view(np.ndarray)

    def pop_all(self) -> Iterator[NDArray[Any]]:
        """Remove and yield all arrays in order, writable, and close the buffer.

        Yields
        ------
        ndarray, shape (n,)
            An array that the buffer no longer references, so that its memory is freed when the caller drops it.
        """
        for position in range(len(self)):
            array = self._arrays[position]
            self._arrays[position] = None
            yield np.array(self[position]) if array is None else array
        self.close()

    def close(self) -> None:
        """Release memory and disk space; arrays that are in use remain valid."""
        self._arrays = [None] * len(self)
        if self._file is not None:
            self._file.close()
            self._file = None
