"""Zip archives, whose faults are all reported as damage: `zipfile` raises exceptions of a dozen types."""

from __future__ import annotations

import contextlib
import errno
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from ..errors import CorruptFileError, FormatError
from .opening import MAX_COMPRESSION_RATIO

__all__ = ["opened_member", "opened_zip"]

try:
    from lzma import LZMAError
except ImportError:  # Python can be built without it.
    LZMAError = EOFError  # type: ignore[assignment, misc]

_MIN_MEMBER_BYTES = 1 << 20
# RuntimeError for encryption, NotImplementedError for methods of compression, UnicodeDecodeError for names, ...
_LOGIC_ERRORS = (EOFError, ValueError, RuntimeError, LookupError, OverflowError)
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, LZMAError, OSError, *_LOGIC_ERRORS)


@contextlib.contextmanager
def opened_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip archive.

    Parameters
    ----------
    path : Path
        The file.

    Yields
    ------
    ZipFile
        The archive; it is closed at the end of the ``with`` block.

    Raises
    ------
    CorruptFileError
        If its directory is damaged.
    OSError
        If it cannot be read.
    """
    with contextlib.ExitStack() as stack:
        with _as_damage(str(path)):
            archive = stack.enter_context(zipfile.ZipFile(path))
        yield archive


@contextlib.contextmanager
def opened_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[BinaryIO]:
    """Open a file of a zip archive.

    Parameters
    ----------
    archive : ZipFile
        The archive.
    member : ZipInfo
        The file.

    Yields
    ------
    BinaryIO
        Its content. Faults of the archive that are found while it is read are reported, too.

    Raises
    ------
    FormatError
        If the archive declares a size that no compression gives.
    CorruptFileError
        If the file is damaged, encrypted, or compressed in an unknown way.
    OSError
        If the archive cannot be read.
    """
    name = f"{archive.filename}: {member.filename!r}"
    if member.file_size > max(_MIN_MEMBER_BYTES, MAX_COMPRESSION_RATIO * member.compress_size):
        raise FormatError(f"{name} declares {member.file_size} bytes compressed to {member.compress_size}")
    with contextlib.ExitStack() as stack:
        with _as_damage(name):
            file = stack.enter_context(archive.open(member))
        with _as_damage(name):
            yield cast("BinaryIO", file)


@contextlib.contextmanager
def _as_damage(name: str) -> Iterator[None]:
    try:
        yield
    except FormatError:
        raise
    except _ZIP_ERRORS as error:
        # zipfile seeks to positions that a damaged directory names: EINVAL if they are negative.
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise
        raise CorruptFileError(f"{name}: damaged zip: {error!s:.200}") from error
