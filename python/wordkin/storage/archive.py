"""Model files: named tensors and JSON metadata in the safetensors format, written atomically, readable by mapping.

The format is implemented here rather than taken from the safetensors package, because that package cannot do what
model files need: memory mapping into NumPy without a copy (its ``load_file`` copies every tensor, and peaked at 458 MB
for a file of 240 MB, where reading here takes 240 MB and mapping none), checksums that detect damage, writing row
blocks of padded matrices without a dense copy, and open files as targets. Tests read the files with that package and
the other way round.
"""

from __future__ import annotations

import mmap as memory_map
import os
import stat
import sys
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..errors import CorruptFileError, FormatError, TruncatedFileError
from .archive_header import DTYPES, LENGTH_BYTES, Header, TensorEntry, header_length, pack_header, parse_header
from .atomic import replaced_file
from .paths import AnyPath, local_path
from .signatures import PICKLED_CLASS_BYTES

__all__ = ["JSON", "Archive", "read_archive", "write_archive", "write_content"]

JSON: TypeAlias = "str | int | float | bool | list[JSON] | dict[str, JSON] | None"

_BLOCK_BYTES = 8 << 20
_NAMES = {dtype: name for name, dtype in DTYPES.items()}


class Target(Protocol):
    """Destination of content: a file or memory."""

    def write(self, data: Any, /) -> int:
        """Append a bytes-like object; return its size."""

    def rewrite_start(self, data: bytes, /) -> None:
        """Overwrite the first bytes."""


@dataclass(frozen=True, kw_only=True)
class Archive:
    """Content of a model file.

    Parameters
    ----------
    tensors : dict of str to ndarray
        Arrays by name.
    metadata : dict
        Metadata; any JSON object.
    """

    tensors: dict[str, NDArray[Any]]
    metadata: dict[str, Any]


def write_archive(path: AnyPath, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, JSON]) -> None:
    """Write a model file; equal content gives equal bytes, and an interrupted write leaves the old file unchanged.

    Parameters
    ----------
    path : path
        The file; an existing file is replaced in one step.
    tensors : mapping of str to ndarray
        Arrays of bool, integers or float16/32/64 with any shape and strides; saved densely and little-endian.
    metadata : mapping of str to JSON value
        Metadata without NaN and infinities.

    Raises
    ------
    TypeError, ValueError
        If the dtype of a tensor or the metadata cannot be saved.
    OSError
        If the file cannot be written; no temporary file remains.

    Examples
    --------
    >>> import tempfile, os
    >>> path = os.path.join(tempfile.mkdtemp(), "model.safetensors")
    >>> write_archive(path, {"x": np.arange(3)}, {"kind": "example"})
    >>> read_archive(path).tensors["x"].tolist()
    [0, 1, 2]
    """
    with replaced_file(path) as file:
        write_content(file, tensors, metadata)


def write_content(file: Target, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, JSON]) -> None:
    """Write the content of a model file to an open target.

    Parameters
    ----------
    file : Target
        The target.
    tensors, metadata : mapping
        As for `write_archive`.

    Raises
    ------
    TypeError, ValueError, OSError
        As for `write_archive`.
    """
    entries = _lay_out(tensors)
    checksums = {entry.name: 0 for entry in entries}
    header = Header(tensors=entries, metadata=dict(metadata), checksums=checksums)
    # Checksums are computed from the bytes that are written, even if another thread changes the arrays meanwhile.
    file.write(pack_header(header))
    for entry in entries:
        checksums[entry.name] = _write_tensor(file, tensors[entry.name])
    file.rewrite_start(pack_header(header))


def read_archive(path: AnyPath, *, mmap: bool = False) -> Archive:
    """Read a model file.

    Parameters
    ----------
    path : path
        A file written by `write_archive`.
    mmap : bool, default False
        False reads the file and verifies the checksums. True maps it into memory, read-only: opening takes no time and
        processes share one copy, but checksums of tensors are not verified, and truncating the file while it is mapped
        crashes the process (wordkin replaces files and never truncates them).

    Returns
    -------
    Archive
        Content of the file.

    Raises
    ------
    FormatError
        If the file was not written by wordkin, or has a later format version.
    CorruptFileError
        If the file is damaged.
    OSError
        If the file cannot be read.
    """
    local = local_path(path)
    with local.open("rb", buffering=0) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise FormatError(f"{local}: a model file must be a regular file")
        source = str(local)
        start = file.read(PICKLED_CLASS_BYTES)
        length = header_length(source, start, status.st_size)
        file.seek(LENGTH_BYTES)
        text = bytearray(length)
        _read_fully(local, file, memoryview(text))
        data_start = LENGTH_BYTES + length
        header = parse_header(source, bytes(text), status.st_size - data_start)
        if mmap:
            return Archive(tensors=_map_tensors(file, header, data_start), metadata=header.metadata)
        return Archive(
            tensors={
                entry.name: _read_tensor(local, file, entry, header.checksums[entry.name]) for entry in header.tensors
            },
            metadata=header.metadata,
        )


def _lay_out(tensors: Mapping[str, NDArray[Any]]) -> tuple[TensorEntry, ...]:
    """Lay out the tensors by descending item size, then by name, so that each is aligned to its item size."""
    entries = []
    begin = 0
    for name in sorted(tensors, key=lambda name: (-tensors[name].dtype.itemsize, name)):
        array = tensors[name]
        dtype = _NAMES.get(array.dtype.newbyteorder("<"))
        if dtype is None:
            raise TypeError(f"tensor {name!r} must be bool, integer or float16/32/64, got {array.dtype}")
        if name == "__metadata__":
            raise ValueError("'__metadata__' cannot be the name of a tensor")
        end = begin + array.size * array.dtype.itemsize
        entries.append(TensorEntry(name=name, dtype=dtype, shape=array.shape, begin=begin, end=end))
        begin = end
    return tuple(entries)


def _write_tensor(file: Target, array: NDArray[Any]) -> int:
    checksum = 0
    for block in _dense_blocks(array):
        checksum = zlib.crc32(block, checksum)
        file.write(block)
    return checksum


def _dense_blocks(array: NDArray[Any]) -> Iterator[memoryview]:
    """Yield the bytes of an array in C order, a few megabytes at a time: no padded matrix is copied as a whole."""
    if array.size == 0:
        return
    if array.ndim == 0 or array.flags.c_contiguous:
        array = array.reshape(-1)
    step = max(1, _BLOCK_BYTES // max(1, array[:1].nbytes))
    for first in range(0, len(array), step):
        rows = array[first : first + step]
        # A private copy, so that the checksum matches what is written.
        yield rows.astype(rows.dtype.newbyteorder("<"), order="C").reshape(-1).view(np.uint8).data


def _read_tensor(path: Path, file: FileIO, entry: TensorEntry, checksum: int) -> NDArray[Any]:
    array = np.empty(entry.shape, DTYPES[entry.dtype])
    actual = 0
    if array.size:
        raw = array.reshape(-1).view(np.uint8).data
        for first in range(0, len(raw), _BLOCK_BYTES):
            block = raw[first : first + _BLOCK_BYTES]
            _read_fully(path, file, block)
            actual = zlib.crc32(block, actual)
    if actual != checksum:
        raise CorruptFileError(
            f"{path}: tensor {entry.name!r} has the checksum {actual:08x}, but the header says {checksum:08x}: "
            "the file was damaged after it was written"
        )
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _map_tensors(file: FileIO, header: Header, data_start: int) -> dict[str, NDArray[Any]]:
    mapped = memory_map.mmap(file.fileno(), 0, access=memory_map.ACCESS_READ)
    tensors = {}
    for entry in header.tensors:
        dtype = DTYPES[entry.dtype]
        count = (entry.end - entry.begin) // dtype.itemsize
        array = np.frombuffer(mapped, dtype, count, data_start + entry.begin) if count else np.empty(0, dtype)
        if not array.flags.aligned or sys.byteorder != "little":
            array = array.astype(dtype.newbyteorder("="))
        tensors[entry.name] = array.reshape(entry.shape)
    return tensors


def _read_fully(path: Path, file: FileIO, target: memoryview) -> None:
    while len(target):
        count = file.readinto(target)
        if not count:
            raise TruncatedFileError(f"{path}: the file ended unexpectedly; is another program writing it?")
        target = target[count:]
