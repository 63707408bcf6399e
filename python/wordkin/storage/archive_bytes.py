"""Model files in memory: for passing models between processes, and for files that the caller has opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from .archive import JSON, Archive, write_archive, write_content
from .archive_header import DTYPES, LENGTH_BYTES, header_length, parse_header
from .paths import AnyPath
from .signatures import PICKLED_CLASS_BYTES
from .staged import OutputFile

__all__ = ["pack_archive", "save_archive", "unpack_archive"]

_SOURCE = "a model in memory"


class _Memory:
    """Growing bytes with the interface of an output file."""

    def __init__(self) -> None:
        self.content = bytearray()

    def write(self, data: Any) -> int:
        before = len(self.content)
        self.content += data
        return len(self.content) - before

    def rewrite_start(self, data: bytes) -> None:
        self.content[: len(data)] = data


def pack_archive(tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, JSON]) -> bytes:
    """Return the bytes that `write_archive` writes.

    Parameters
    ----------
    tensors, metadata : mapping
        As for `write_archive`.

    Returns
    -------
    bytes
        Content of the file.

    Examples
    --------
    >>> unpack_archive(pack_archive({"x": np.arange(3)}, {})).tensors["x"].tolist()
    [0, 1, 2]
    """
    memory = _Memory()
    write_content(memory, tensors, metadata)
    return bytes(memory.content)


def save_archive(
    target: AnyPath | BinaryIO | OutputFile, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, JSON]
) -> None:
    """Write a model file to a path or to an open binary file, as gensim's ``save`` does.

    Parameters
    ----------
    target : path, binary file or OutputFile
        The target; a path is replaced in one step, an open file gets the same bytes.
    tensors, metadata : mapping
        As for `write_archive`.
    """
    write = getattr(target, "write", None)
    if isinstance(target, OutputFile):
        write_content(target, tensors, metadata)
    elif write is None:
        write_archive(target, tensors, metadata)  # type: ignore[arg-type]  # any other object raises TypeError there
    else:
        write(pack_archive(tensors, metadata))


def unpack_archive(data: bytes) -> Archive:
    """Return the content of a model file in memory.

    Parameters
    ----------
    data : bytes
        Bytes returned by `pack_archive`.

    Returns
    -------
    Archive
        The content; its arrays are new and writable.

    Raises
    ------
    FormatError, CorruptFileError
        If the bytes are not those of a model file.
    """
    start = LENGTH_BYTES + header_length(_SOURCE, data[:PICKLED_CLASS_BYTES], len(data))
    header = parse_header(_SOURCE, data[LENGTH_BYTES:start], len(data) - start)
    tensors = {
        entry.name: np.frombuffer(data[start + entry.begin : start + entry.end], DTYPES[entry.dtype])
        .astype(DTYPES[entry.dtype].newbyteorder("="))
        .reshape(entry.shape)
        for entry in header.tensors
    }
    return Archive(tensors=tensors, metadata=header.metadata)
