"""Where vector files are written to: whole or not at all, compressed where the name says so, or appended."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from ...errors import FormatError
from ...storage.atomic import replaced_file
from ...storage.paths import AnyPath, local_path

__all__ = ["Output", "open_output", "refuse_unwritable_words"]


class Output(Protocol):
    """What can be written to."""

    def write(self, data: Any, /) -> int: ...


@contextlib.contextmanager
def open_output(path: AnyPath, *, append: bool = False) -> Iterator[Output]:
    """Open `path` for writing: an error leaves the file as it was. Names in .gz, .bz2 and .xz are compressed."""
    target = _appended_file(path) if append else replaced_file(path)
    with target as file, _compressed(file, local_path(path).suffix) as output:
        yield output


@contextlib.contextmanager
def _appended_file(path: AnyPath) -> Iterator[Output]:
    with local_path(path).open("ab", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        try:
            yield _Whole(file)
            os.fsync(file.fileno())
        except BaseException:
            file.truncate(size)
            raise


class _Whole:
    """An unbuffered file whose writes are never short."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def write(self, data: Any, /) -> int:
        rest = memoryview(data)
        while len(rest):
            rest = rest[self._file.write(rest) :]
        return len(data)


@contextlib.contextmanager
def _compressed(file: Any, suffix: str) -> Iterator[Output]:
    if suffix == ".gz":
        import gzip

        # Without a time and a name in it, equal content gives equal bytes.
        packed: Any = gzip.GzipFile("", "wb", fileobj=_Flushable(file), mtime=0)
    elif suffix == ".bz2":
        import bz2

        packed = bz2.BZ2File(file, "wb")
    elif suffix == ".xz":
        import lzma

        packed = lzma.LZMAFile(file, "wb")  # noqa: SIM115 - closed below
    else:
        yield file
        return
    with packed:
        yield packed


class _Flushable:
    """gzip flushes what it writes to; our files keep nothing back."""

    def __init__(self, file: Output) -> None:
        self.write = file.write

    def flush(self) -> None:
        pass


def refuse_unwritable_words(words: Sequence[str], prefix: str = "") -> None:
    """Raise a `FormatError` for a word that would not be read back: empty, or with a space or a newline in it."""
    if " " in prefix or "\n" in prefix:
        raise FormatError(f"`prefix` must have neither spaces nor newlines, got {prefix!r}")
    for row, word in enumerate(words):
        if " " in word or "\n" in word or not (word or prefix):
            raise FormatError(
                f"word number {row + 1}, {word[:60]!r}, is empty or has a space or a newline, which word2vec's formats "
                "cannot say; save() keeps any word"
            )
