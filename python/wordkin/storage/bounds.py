"""Bounds of what is read into memory as a whole, for files that are compressed, endless or not what they should be."""

from __future__ import annotations

import io
import stat
from dataclasses import dataclass
from typing import BinaryIO

from ..errors import FormatError
from ..runtime.compute import memory_limit
from .paths import AnyPath, local_path
from .signatures import SIGNATURE_BYTES, compression_of

__all__ = ["Bound", "data_bound", "file_bound", "read_content"]

MIB = 1 << 20
_BLOCK_BYTES = MIB
_MAX_LINE_BYTES = 64 * MIB

# Text compresses to a fifth of its size, seldom to a twentieth; short lines take ten times their size in memory.
_DATA_RATIO, _MIN_DATA_BYTES = 200, 1024 * MIB
_FILE_RATIO, _MIN_FILE_BYTES = 100, 64 * MIB


@dataclass(frozen=True, kw_only=True)
class Bound:
    """How much memory the content of a file may take.

    Parameters
    ----------
    size : int
        Bytes of the whole content in memory.
    cure : str
        What to do if a file exceeds it, for the error message.
    line : int, default 64 MiB
        Bytes of a line of text in the file.
    """

    size: int
    cure: str
    line: int = _MAX_LINE_BYTES

    def error(self, name: str) -> FormatError:
        """Return the error for a file that exceeds the bound.

        Parameters
        ----------
        name : str
            Name of the file.

        Returns
        -------
        FormatError
            The error.

        Examples
        --------
        >>> Bound(size=1 << 20, cure="pass a smaller file").error("a.txt")
        FormatError('a.txt: the content needs more than the permitted 1 MiB of memory; pass a smaller file')
        """
        size = f"{self.size // MIB} MiB" if self.size >= MIB else f"{self.size} bytes"
        return FormatError(f"{name}: the content needs more than the permitted {size} of memory; {self.cure}")


def data_bound(source: AnyPath | BinaryIO) -> Bound:
    """Return the bound of a data set, which may be as large as the memory allows.

    Parameters
    ----------
    source : path or binary file
        The file.

    Returns
    -------
    Bound
        Half of the memory that this process may use; of a compressed file, at most 200 times its size, or 1 GiB if that
        is more.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    limit = memory_limit()
    size = (1 << 62) if limit is None else limit // 2
    cure = "that is half of what this process may use; use a part of the data"
    compressed = _compressed_size(source)
    if compressed is not None and (expanded := max(_MIN_DATA_BYTES, _DATA_RATIO * compressed)) < size:
        return Bound(size=expanded, cure=f"that is {_DATA_RATIO} times the compressed size; decompress the file first")
    return Bound(size=size, cure=cure)


def file_bound(path: AnyPath) -> Bound:
    """Return the bound of a file whose content is about as large as the file.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    Bound
        The size of the file, or 100 times the size of a compressed one, but at least 64 MiB, also for files that have
        no size.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    compressed = _compressed_size(path)
    if compressed is not None:
        size, cure = _FILE_RATIO * compressed, f"that is {_FILE_RATIO} times the compressed size; decompress it first"
    else:
        size, cure = local_path(path).stat().st_size, "copy it to a regular file first"
    return Bound(size=max(_MIN_FILE_BYTES, size), cure=cure)


def read_content(stream: BinaryIO, name: str, bound: Bound) -> bytes:
    """Read the rest of a file.

    Parameters
    ----------
    stream : binary file
        The decompressed file.
    name : str
        Its name, for error messages.
    bound : Bound
        What it may hold.

    Returns
    -------
    bytes
        The content.

    Raises
    ------
    FormatError
        If it exceeds the bound.

    Examples
    --------
    >>> import io
    >>> read_content(io.BytesIO(b"text"), "a file", Bound(size=10, cure="shorten it"))
    b'text'
    """
    content = io.BytesIO()
    while block := stream.read(_BLOCK_BYTES):  # not all at once: that would allocate the bound before reading
        if content.tell() + len(block) > bound.size:
            raise bound.error(name)
        content.write(block)
    return content.getvalue()


def _compressed_size(source: AnyPath | BinaryIO) -> int | None:
    """Return the size of a compressed file; None for other files and for streams, which have no size."""
    if not (isinstance(source, str | bytes) or hasattr(source, "__fspath__")):
        return None
    path = local_path(source)
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        return None
    with path.open("rb") as file:
        return status.st_size if compression_of(file.read(SIGNATURE_BYTES)) else None
