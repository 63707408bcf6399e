"""Weights in the HDF5 files of the original program; only plain datasets of the expected shapes are read.

HDF5 files can make a reader open other files (links, external storage, virtual datasets), allocate memory for data
that the file does not contain, and load code for filters. This module refuses all of these. libhdf5 itself still parses
the file: convert untrusted files in a resource-limited subprocess.
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
from ...runtime.optional_modules import import_optional
from ...storage.atomic import OutputFile
from ...storage.opening import MAX_COMPRESSION_RATIO
from ...storage.signatures import HDF5_SIGNATURE
from ..initialization import allocate
from ..state import Shapes, Tensors
from .hdf5_output import Hdf5Writer

__all__ = ["Hdf5Weights", "opened_weights", "write_weights"]

_MAX_DEPTH = 8  # Of nested groups; files of the original program have 5 levels.
_MAX_ENTRIES = 20_000
_SMALL_BYTES = 1 << 20
# Filters included in libhdf5 and h5py: deflate, shuffle, fletcher32, szip, nbit, scale-offset, LZF.
_KNOWN_FILTERS = {1, 2, 3, 4, 5, 6, 32000}
# Exceptions that h5py raises for damaged files. Errors of the operating system are OSErrors with an errno.
_LIBRARY_ERRORS = (OSError, RuntimeError, KeyError, ValueError, TypeError)


def _imported_h5py() -> Any:
    """Import h5py, which reads HDF5 files.

    Returns
    -------
    module
        The module ``h5py``.

    Raises
    ------
    ImportError
        If it is not installed or cannot be loaded; the message says which.
    """
    return import_optional("h5py", "HDF5 files require", extra="elmo-hdf5")


class Hdf5Weights:
    """Data sets of an open HDF5 file, listed but not yet read.

    Parameters
    ----------
    file : h5py.File
        Open file.
    source : str
        Name of the file, for error messages.

    Attributes
    ----------
    source : str
        Name of the file, for error messages.

    Raises
    ------
    FormatError
        If the file contains anything other than groups and datasets.
    CorruptFileError
        If the groups cannot be read.
    """

    def __init__(self, file: Any, source: str) -> None:
        self.source = source
        self._h5py = _imported_h5py()
        self._sets: dict[str, Any] = {}
        self._entries = 0
        with _as_format_errors(source, "its groups cannot be read"):
            self._list(file, "", 1)

    def _list(self, group: Any, path: str, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise FormatError(f"{self.source}: groups are nested more than {_MAX_DEPTH} deep at {path[:100]!r}")
        for name in group:
            self._entries += 1
            if self._entries > _MAX_ENTRIES:
                raise FormatError(f"{self.source}: more than {_MAX_ENTRIES} entries; weights have a few dozen")
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
                raise FormatError(f"{self.source}: {path + name!r} is neither a dataset nor a group")

    @property
    def names(self) -> list[str]:
        """Names of all datasets."""
        return list(self._sets)

    def shape(self, name: str) -> tuple[int, ...] | None:
        """Return the declared shape of a dataset.

        Parameters
        ----------
        name : str
            Name of the dataset.

        Returns
        -------
        tuple of int or None
            The shape; None if there is no such dataset.
        """
        found = self._sets.get(name)
        return None if found is None else found.shape

    def tensors(self, shapes: Shapes) -> Tensors:
        """Read all datasets.

        Parameters
        ----------
        shapes : list of (str, tuple of int)
            Names and shapes of the expected datasets.

        Returns
        -------
        dict of str to ndarray of float32
            The tensors by name.

        Raises
        ------
        FormatError
            If a dataset is missing, unexpected, or has another shape or type; the message names it.
        CorruptFileError
            If a dataset cannot be read.
        ResourceError
            If there is not enough memory.
        """
        for name, shape in shapes:
            self._require(name, shape)
        extra = sorted(self._sets.keys() - {name for name, _ in shapes})
        if extra:
            raise FormatError(
                f"{self.source}: the dataset {extra[0]!r} of shape {self._sets[extra[0]].shape} is not part of the "
                f"model that its options describe{f' (nor are {len(extra) - 1} more)' if extra[1:] else ''}"
            )
        return {name: self._read(name, shape) for name, shape in shapes}

    def _require(self, name: str, shape: tuple[int, ...]) -> None:
        found = self._sets.get(name)
        if found is None:
            raise FormatError(f"{self.source}: the dataset {name!r} of shape {shape} is missing")
        where = f"{self.source}: the dataset {name!r}"
        with _as_format_errors(self.source, f"the dataset {name!r} cannot be read"):
            if found.shape != shape:
                raise FormatError(f"{where} has the shape {found.shape}; expected {shape}")
            if found.dtype.kind != "f" or found.dtype.itemsize not in (4, 8) or found.dtype.subdtype is not None:
                raise FormatError(f"{where} must be float32 or float64, got {found.dtype!s:.50}")
            if found.external is not None or found.is_virtual:
                raise FormatError(f"{where} stores its data in other files; only data in the file itself are read")
            self._require_plain_storage(found, where)

    @staticmethod
    def _require_plain_storage(found: Any, where: str) -> None:
        properties = found.id.get_create_plist()
        filters = {properties.get_filter(index)[0] for index in range(properties.get_nfilters())}
        if not filters <= _KNOWN_FILTERS:
            raise FormatError(f"{where} uses the unknown filter {min(filters - _KNOWN_FILTERS)}")
        declared = math.prod(found.shape) * found.dtype.itemsize
        stored = found.id.get_storage_size()
        if (declared and not stored) or declared > max(_SMALL_BYTES, MAX_COMPRESSION_RATIO * stored):
            raise FormatError(f"{where} declares {declared} bytes and stores {stored}")

    def _read(self, name: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
        tensor = allocate(name, shape)
        if tensor.size:
            with _as_format_errors(self.source, f"the dataset {name!r} cannot be read"):
                self._sets[name].read_direct(tensor)  # libhdf5 converts other widths and byte orders.
        return tensor


@contextlib.contextmanager
def _as_format_errors(source: str, what: str) -> Iterator[None]:
    """Report errors of libhdf5 as damage of the file."""
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
    """Open an HDF5 file of weights.

    Parameters
    ----------
    source : Path or binary file
        Path, or open file that can seek.
    name : str
        Name of the file, for error messages.

    Yields
    ------
    Hdf5Weights
        The datasets; the file is closed at the end of the ``with`` block.

    Raises
    ------
    FormatError
        If the file is not an HDF5 file.
    OSError
        If the file cannot be read.
    ImportError
        If h5py is not installed.
    """
    h5py = _imported_h5py()
    if isinstance(source, Path):
        with source.open("rb") as begin:  # Raises the error of the operating system rather than one of libhdf5.
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
    start = file.read(len(HDF5_SIGNATURE))
    file.seek(0, io.SEEK_SET)
    if start != HDF5_SIGNATURE:
        raise FormatError(f"{name}: byte 0: found {start!r}, expected the signature of an HDF5 file")


def write_weights(file: OutputFile, tensors: Mapping[str, NDArray[np.float32]]) -> None:
    """Write tensors to an HDF5 file, one dataset per tensor.

    Parameters
    ----------
    file : OutputFile
        The file, of which nothing has been written.
    tensors : mapping of str to ndarray of float32
        Tensors by name.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    writer = Hdf5Writer(file)
    for name in sorted(tensors):
        writer.add(name, tensors[name])
    writer.finish()
