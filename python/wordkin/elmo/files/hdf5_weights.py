"""Weights in the original's HDF5 files, read without trust: only plain data sets, of the shapes that are expected.

HDF5 can make a reader open other files (links, external storage, virtual data sets), ask for memory that no data stand
for, and load code for filters. None of that is followed. libhdf5 itself still parses the file: for files from strangers
convert them in a process of its own.
"""

from __future__ import annotations

import contextlib
import io
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ...errors import CorruptFileError, FormatError
from ...storage.atomic import replaced_path
from ...storage.paths import AnyPath
from ..initialization import allocate
from ..state import Shapes, Tensors

__all__ = ["Hdf5Weights", "imported_h5py", "opened_weights", "write_weights"]

_DEEPEST = 8  # groups within groups; the original's have 5
_MOST_ENTRIES = 20_000
_SMALL_BYTES = 1 << 20
_MOST_TIMES_STORED = 1100  # what deflate can reach
# Filters that libhdf5 and h5py bring along: deflate, shuffle, fletcher32, szip, nbit, scale-offset, LZF.
_KNOWN_FILTERS = {1, 2, 3, 4, 5, 6, 32000}
# What libhdf5's complaints about damaged files come as; those of the system are OSErrors with a number.
_LIBRARY_ERRORS = (OSError, RuntimeError, KeyError, ValueError, TypeError)


def imported_h5py() -> Any:
    """Return the module h5py.

    Raises
    ------
    ImportError
        If it is not installed; the error tells how to get it.
    """
    try:
        import h5py
    except ImportError as error:
        raise ImportError("HDF5 files need the package h5py: pip install 'wordkin[elmo-hdf5]'", name="h5py") from error
    return h5py


class Hdf5Weights:
    """An open file whose data sets were listed, and nothing of them read.

    Parameters
    ----------
    file
        An open ``h5py.File``.
    source
        What errors call it.

    Raises
    ------
    FormatError
        If something in the file is not a plain data set or group.
    """

    def __init__(self, file: Any, source: str) -> None:
        self.source = source
        self._h5py = imported_h5py()
        self._sets: dict[str, Any] = {}
        self._entries = 0
        with _as_format_errors(source, "its groups cannot be read"):
            self._list(file, "", 1)

    def _list(self, group: Any, path: str, depth: int) -> None:
        if depth > _DEEPEST:
            raise FormatError(f"{self.source}: groups lie more than {_DEEPEST} deep at {path[:100]!r}")
        for name in group:
            self._entries += 1
            if self._entries > _MOST_ENTRIES:
                raise FormatError(f"{self.source}: more than {_MOST_ENTRIES} entries; weights have a few dozen")
            link = group.get(name, getlink=True)
            if not isinstance(link, self._h5py.HardLink):
                raise FormatError(
                    f"{self.source}: {path + name!r} is a link ({type(link).__name__}); only data in the file itself "
                    "are read"
                )
            entry = group[name]
            if isinstance(entry, self._h5py.Group):
                self._list(entry, f"{path}{name}/", depth + 1)
            elif isinstance(entry, self._h5py.Dataset):
                self._sets[path + name] = entry
            else:
                raise FormatError(f"{self.source}: {path + name!r} is neither a data set nor a group")

    @property
    def names(self) -> list[str]:
        """Of all data sets."""
        return list(self._sets)

    def shape(self, name: str) -> tuple[int, ...] | None:
        """The shape that a data set claims; None where there is no such data set."""
        found = self._sets.get(name)
        return None if found is None else found.shape

    def tensors(self, shapes: Shapes) -> Tensors:
        """Read the data sets of these names, which must be all that there are.

        Raises
        ------
        FormatError
            If one is missing, of another shape or kind, or not expected; the error names it.
        CorruptFileError
            If one cannot be read.
        """
        for name, shape in shapes:
            self._require(name, shape)
        extra = sorted(self._sets.keys() - {name for name, _ in shapes})
        if extra:
            raise FormatError(
                f"{self.source}: the data set {extra[0]!r} of shape {self._sets[extra[0]].shape} is not part of the "
                f"model that its options describe{f' (nor are {len(extra) - 1} more)' if extra[1:] else ''}"
            )
        return {name: self._read(name, shape) for name, shape in shapes}

    def _require(self, name: str, shape: tuple[int, ...]) -> None:
        found = self._sets.get(name)
        if found is None:
            raise FormatError(f"{self.source}: the data set {name!r} of shape {shape} is missing")
        where = f"{self.source}: the data set {name!r}"
        with _as_format_errors(self.source, f"the data set {name!r} cannot be read"):
            if found.shape != shape:
                raise FormatError(f"{where} has the shape {found.shape}; expected {shape}")
            if found.dtype.kind != "f" or found.dtype.itemsize not in (4, 8) or found.dtype.subdtype is not None:
                raise FormatError(f"{where} must be float32 or float64, got {found.dtype!s:.50}")
            if found.external is not None or found.is_virtual:
                raise FormatError(f"{where} keeps its numbers in other files; only data in the file itself are read")
            self._require_plain_storage(found, where)

    @staticmethod
    def _require_plain_storage(found: Any, where: str) -> None:
        properties = found.id.get_create_plist()
        filters = {properties.get_filter(place)[0] for place in range(properties.get_nfilters())}
        if not filters <= _KNOWN_FILTERS:
            raise FormatError(f"{where} is packed by the filter {min(filters - _KNOWN_FILTERS)}, which is unknown")
        declared = math.prod(found.shape) * found.dtype.itemsize
        stored = found.id.get_storage_size()
        if (declared and not stored) or declared > max(_SMALL_BYTES, _MOST_TIMES_STORED * stored):
            raise FormatError(f"{where} declares {declared} bytes and stores {stored}")

    def _read(self, name: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
        tensor = allocate(name, shape)
        if tensor.size:
            with _as_format_errors(self.source, f"the data set {name!r} cannot be read"):
                self._sets[name].read_direct(tensor)  # libhdf5 converts numbers of other widths and byte orders
        return tensor


@contextlib.contextmanager
def _as_format_errors(source: str, what: str) -> Iterator[None]:
    """Tell libhdf5's errors as damage of the file."""
    try:
        yield
    except FormatError:
        raise
    except _LIBRARY_ERRORS as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise CorruptFileError(f"{source}: {what}: {error!s:.200}") from error


@contextlib.contextmanager
def opened_weights(source: Path | BinaryIO, name: str) -> Iterator[Hdf5Weights]:
    """Open a file of weights for the time of a block.

    Parameters
    ----------
    source
        A path, or an open file that can seek.
    name
        What errors call it.

    Raises
    ------
    FormatError
        If it is no HDF5 file.
    OSError
        If it cannot be read.
    """
    h5py = imported_h5py()
    if isinstance(source, Path):
        with source.open("rb") as begin:  # the system's own errors, before libhdf5's
            _require_signature(begin, name)
    else:
        _require_signature(source, name)
    with _as_format_errors(name, "libhdf5 cannot open it"):
        file = h5py.File(source, "r")
    try:
        yield Hdf5Weights(file, name)
    finally:
        file.close()


def _require_signature(file: BinaryIO, name: str) -> None:
    start = file.read(8)
    file.seek(0, io.SEEK_SET)
    if start != b"\x89HDF\r\n\x1a\n":
        raise FormatError(f"{name}: byte 0: found {start!r}, expected the signature of an HDF5 file")


def write_weights(path: AnyPath, tensors: Mapping[str, NDArray[np.float32]]) -> None:
    """Write tensors as data sets under their names; the file that was there stays until all is written.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    h5py = imported_h5py()
    with replaced_path(path) as temporary, h5py.File(temporary, "w") as file:
        for name in sorted(tensors):
            file.create_dataset(name, data=tensors[name])
