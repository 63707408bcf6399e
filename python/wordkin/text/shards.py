"""Shards of a corpus: disjoint parts of its files, one for each of several machines or processes."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Sequence

from ..errors import CorpusError
from ..runtime.options import UNLIMITED, integer_option
from ..storage.decoding import START_BYTES, TextOptions
from ..storage.pipes import open_interruptibly
from ..storage.signatures import compression_of, wide_encoding_of
from .folders import FolderOptions
from .preparation import PreparationOptions
from .sources import FileSource, TextSource, sources_of

__all__ = ["corpus_shard"]

# Pieces are small because neighbouring texts have the same subjects: ranks that train on them at the same time combine
# what they learn about a word while all of them learn it. To open a piece takes some tens of microseconds.
_MIN_PIECE_BYTES = 1 << 13
_MAX_PIECES = 4096  # of a shard
_SEARCHED_BYTES = 1 << 20  # for the end of a line; longer lines are cut at whitespace
_SEARCHED_FIRST = 1 << 12
_LINE_END = re.compile(rb"\n|\r(?!\n)")
_PARAGRAPH_END = re.compile(rb"\n\n|\r\n\r\n")
_WHITESPACE = re.compile(rb"[ \t\n]|\r(?!\n)")
_LONGEST_END = 4


def corpus_shard(
    given: object,
    index: int,
    count: int,
    *,
    options: TextOptions | None = None,
    preparation: PreparationOptions | None = None,
    folders: FolderOptions | None = None,
) -> list[TextSource]:
    """Return one of several parts of a corpus, which together have each of its lines once.

    The files are divided into pieces of about equal size, which are dealt out to the shards in turn, so that every
    shard has text from all over the corpus. Pieces end at the ends of lines, or of paragraphs if these are divided into
    sentences; a line of more than a megabyte is cut at whitespace. Files that are compressed or in UTF-16 cannot be
    cut, and go whole to the shard that has the least of such files, the largest first.

    Parameters
    ----------
    given : path, source, or list of them
        Files and folders; see `wordkin.text.open_corpus`.
    index : int
        Number of the shard, from 0.
    count : int
        Number of shards (>= 1).
    options : TextOptions or None, default None
        Encoding of the files; None for the defaults.
    preparation : PreparationOptions or None, default None
        How the text is prepared, which decides where it may be cut; None for the defaults.
    folders : FolderOptions or None, default None
        Which files of folders are read; None for the defaults.

    Returns
    -------
    list of TextSource
        The parts of files, which everything that reads text files accepts in place of a list of paths; none if there is
        less text than shards.

    Raises
    ------
    ValueError
        If there is no shard of this number.
    CorpusError
        If a text is a pipe or an open file, which only one process can read, or a folder is empty.
    OSError
        If a file does not exist.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "text.txt")
    ...     _ = file.write_text("a b\\nc d\\ne f\\n", encoding="utf-8")
    ...     [len(corpus_shard(file, index, 4)) for index in range(4)]
    [1, 1, 1, 0]
    """
    count = integer_option("count", count, 1, UNLIMITED)
    index = integer_option("index", index, 0, count - 1)
    sources = sources_of(given, folders)
    if count == 1:
        return sources
    options = options or TextOptions()
    ends = _LINE_END if (preparation or PreparationOptions()).sentences_per == "line" else _PARAGRAPH_END
    files = [_divisible(source) for source in sources]
    whole = [not _can_be_cut(file, options) for file in files]
    owners = iter(_owners([file.size for file, is_whole in zip(files, whole, strict=True) if is_whole], count))
    pieces = _Pieces(sum(file.size for file, is_whole in zip(files, whole, strict=True) if not is_whole), index, count)
    shard: list[TextSource] = []
    start = 0
    for file, is_whole in zip(files, whole, strict=True):
        if is_whole:
            if next(owners) == index:
                shard.append(file)
            continue
        for first, last in pieces.within(start, start + file.size):
            first, last = _cut(file, first - start, ends), _cut(file, last - start, ends)
            if first < last:
                shard.append(file.part(first, last))
        start += file.size
    return shard


def _divisible(source: TextSource) -> FileSource:
    if not isinstance(source, FileSource) or not source.is_restartable:
        raise CorpusError(f"{source.name}: a pipe or an open file cannot be divided into shards; save it to a file")
    return source


def _can_be_cut(file: FileSource, options: TextOptions) -> bool:
    """Return whether a file can be read from any line on."""
    try:
        with open_interruptibly(file.path) as stream:
            start = stream.read(START_BYTES)
    except OSError:
        return False  # reported when it is read
    is_plain = compression_of(start) is None and (not options.is_utf8 or wide_encoding_of(start) is None)
    return is_plain and _extends_ascii(options)


def _extends_ascii(options: TextOptions) -> bool:
    ascii_bytes = bytes(range(128))
    try:
        return ascii_bytes.decode(options.encoding) == ascii_bytes.decode("ascii")
    except UnicodeDecodeError:
        return False


def _owners(sizes: Sequence[int], count: int) -> list[int]:
    """Return the shard of each file: the largest file goes first, to the shard that has the fewest bytes."""
    owners = [0] * len(sizes)
    shards = [(0, shard) for shard in range(count)]  # a heap of the bytes that each shard has
    for file in sorted(range(len(sizes)), key=lambda file: -sizes[file]):
        taken, owners[file] = shards[0]
        heapq.heapreplace(shards, (taken + (sizes[file] or 1), owners[file]))
    return owners


class _Pieces:
    """The pieces of one shard, as ranges of the concatenated files.

    Parameters
    ----------
    total : int
        Number of bytes of all files.
    index, count : int
        The shard, and the number of shards.
    """

    def __init__(self, total: int, index: int, count: int) -> None:
        self._total = total
        self._index, self._count = index, count
        self._pieces = count * max(1, min(_MAX_PIECES, total // (count * _MIN_PIECE_BYTES)))

    def within(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the parts of the pieces that are within a range."""
        for piece in range(self._index, self._pieces, self._count):
            first = max(start, self._total * piece // self._pieces)
            last = min(end, self._total * (piece + 1) // self._pieces)
            if first < last:
                yield first, last


def _cut(file: FileSource, position: int, ends: re.Pattern[bytes]) -> int:
    """Return the first end of a line or paragraph at or after a position; a greater position never has a lesser one."""
    if position in (0, file.size):
        return position
    patterns: tuple[re.Pattern[bytes], ...] = (ends, _LINE_END, _WHITESPACE)
    begin = max(0, position - _LONGEST_END)
    with open_interruptibly(file.path) as stream:
        stream.seek(file.start + begin)
        if (
            end := _first_end(ends, stream.read(min(_SEARCHED_FIRST, file.size - begin)), position - begin)
        ) is not None:
            return begin + end
        for start in range(begin, file.size, _SEARCHED_BYTES):
            stream.seek(file.start + start)
            text = stream.read(min(_SEARCHED_BYTES + _LONGEST_END, file.size - start))
            if start + len(text) >= file.size:
                patterns = patterns[:2]  # the last line is short enough
            for pattern in patterns:
                if (end := _first_end(pattern, text, position - start)) is not None:
                    return start + end
            patterns = (_WHITESPACE,)
    return file.size


def _first_end(pattern: re.Pattern[bytes], text: bytes, least: int) -> int | None:
    """Return the end of the first match that ends at `least` or after it; None if there is none."""
    for found in pattern.finditer(text):
        # A carriage return at the very end may be the first half of CR LF.
        if found.end() >= least and found.end() < len(text):
            return found.end()
    return None
