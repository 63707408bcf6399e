"""Files to write vectors to: replaced only when complete, or appended to; compressed if their names say so."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from ...errors import FormatError
from ...storage.atomic import replaced_file
from ...storage.file_sets import replaced_files
from ...storage.paths import AnyPath, local_path

__all__ = ["Output", "open_output", "open_outputs", "refuse_unwritable_words", "without_whitespace"]

_REPLACEMENTS = str.maketrans({" ": "_", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


class Output(Protocol):
    """A file that accepts all bytes given to `write`."""

    def write(self, data: Any, /) -> int:
        """Write a bytes-like object completely.

        Parameters
        ----------
        data : bytes-like
            The data.

        Returns
        -------
        int
            Its size in bytes.
        """


@contextlib.contextmanager
def open_output(path: AnyPath, *, append: bool = False) -> Iterator[Output]:
    """Open a file for writing; after an error, it has its previous content.

    Parameters
    ----------
    path : path
        File to write; content of files named .gz, .bz2 or .xz is compressed.
    append : bool, default False
        Append to an existing file instead of replacing it.

    Yields
    ------
    Output
        The open file.
    """
    with open_outputs(path, append=append) as (output,):
        yield output


@contextlib.contextmanager
def open_outputs(*paths: AnyPath, append: bool = False) -> Iterator[tuple[Output, ...]]:
    """Open files that belong together; after an error, all have their previous content.

    Parameters
    ----------
    *paths : path
        Files to write, as for `open_output`. Those in the folder of the first one are replaced in one step.
    append : bool, default False
        Append to existing files instead of replacing them.

    Yields
    ------
    tuple of Output
        The open files.
    """
    with contextlib.ExitStack() as stack:
        if append:
            targets = [stack.enter_context(_appended_file(path)) for path in paths]
        elif len(paths) == 1:
            targets = [stack.enter_context(replaced_file(paths[0]))]
        else:
            absolute = [Path(os.path.realpath(local_path(path))) for path in paths]
            files = stack.enter_context(replaced_files(absolute[0].parent, create=False))
            targets = [stack.enter_context(files.file(path)) for path in absolute]
        suffixes = [local_path(path).suffix for path in paths]
        outputs = [stack.enter_context(_compressed(*pair)) for pair in zip(targets, suffixes, strict=True)]
        yield tuple(outputs)


@contextlib.contextmanager
def _appended_file(path: AnyPath) -> Iterator[Output]:
    with local_path(path).open("ab", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        try:
            yield _CompleteWrites(file)
            os.fsync(file.fileno())
        except BaseException:
            file.truncate(size)
            raise


class _CompleteWrites:
    """An unbuffered file, written to until all bytes are accepted."""

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

        # Without a time stamp and a file name, equal content gives equal bytes.
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
    """Adds the method `flush`, which gzip calls, to a file without a buffer."""

    def __init__(self, file: Output) -> None:
        self.write = file.write

    def flush(self) -> None:
        pass


def without_whitespace(words: Sequence[str]) -> list[str]:
    """Return words without the whitespace that separates fields and rows of text files.

    Parameters
    ----------
    words : sequence of str
        The words.

    Returns
    -------
    list of str
        The words; a space is replaced by ``_``, other characters by a backslash and a letter.

    Raises
    ------
    FormatError
        If a word becomes another one of the words.

    Examples
    --------
    >>> without_whitespace(["new york", "end"])
    ['new_york', 'end']
    """
    replaced = [word.translate(_REPLACEMENTS) for word in words]
    if replaced != list(words) and len(set(replaced)) < len(set(words)):
        original: dict[str, str] = {}
        for word, new in zip(words, replaced, strict=True):
            other = original.setdefault(new, word)
            if other != word:
                raise FormatError(f"replacing whitespace gives the words {other!r} and {word!r} the same form {new!r}")
    return replaced


def _ends_like_numbers(word: str) -> bool:
    last = word.rpartition("\t")[2]
    if not last:
        return bool(word.strip("\t"))
    try:
        float(last)
    except ValueError:
        return False
    return True


def refuse_unwritable_words(words: Sequence[str], prefix: str = "", *, tabs_separate: bool) -> None:
    """Raise an error if a word could not be read back from word2vec's formats.

    Parameters
    ----------
    words : sequence of str
        The words to be written.
    prefix : str, default ""
        Text to be put before each word.
    tabs_separate : bool
        Whether tabs separate numbers in this format, so that the end of a word with tabs may look like a part of the
        numbers: in text files of vectors, but neither in binary files nor in vocabulary files.

    Raises
    ------
    FormatError
        If a word is empty, or the prefix or a word contains a space or a newline, or ends with a tab or with a tab and
        a number where tabs separate numbers.
    """
    if " " in prefix or "\n" in prefix:
        raise FormatError(f"prefix must not contain spaces or newlines, got {prefix!r}")
    for row, word in enumerate(words):
        if tabs_separate and "\t" in word and _ends_like_numbers(word):
            raise FormatError(
                f"word number {row + 1} must not end with a tab, or a tab and a number, in text formats, got "
                f"{word[:60]!r}; replace_whitespace=True writes '\\t' for tabs, save() accepts any word"
            )
        if " " in word or "\n" in word or not (word or prefix):
            raise FormatError(
                f"word number {row + 1} must not be empty or contain spaces or newlines in word2vec's formats, got "
                f"{word[:60]!r}; replace_whitespace=True writes '_' for spaces, save() accepts any word"
            )
