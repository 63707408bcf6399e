"""What a vector file is: told from its first bytes, never from its name."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..._core import vector_files
from ...errors import CorruptFileError, FormatError, TruncatedFileError
from ...storage.paths import AnyPath
from .blocks import MOST_WORD_BYTES, BlockSource, open_blocks

__all__ = ["FASTTEXT_MAGIC", "FileKind", "Layout", "find_layout", "recognise", "refuse_other_formats"]

FileKind = Literal["fasttext", "glove", "pickle", "safetensors", "word2vec-binary", "word2vec-text"]

FASTTEXT_MAGIC = (793712314).to_bytes(4, "little")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_FIRST_BYTES = 1 << 16
_SAMPLE_BYTES = 1 << 20
_SAMPLE_LINES = 1000
_HEADER = re.compile(rb"[ \t]*([0-9]{1,18})[ \t]+([0-9]{1,18})[ \t]*\r?")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How the rows of a word2vec file are written; `rows` is None where no header tells."""

    binary: bool
    rows: int | None
    dimension: int


def recognise(path: AnyPath) -> FileKind:
    """Tell what a file holds from its first bytes.

    Raises
    ------
    FormatError
        If it is none of these.
    OSError
        If it cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     _ = file.write(b"1 2\\nword 0.5 0.25\\n")
    ...     file.flush()
    ...     recognise(file.name)
    'word2vec-text'
    """
    with open_blocks(path) as source:
        kind = _other_kind(bytes(source.fill(_FIRST_BYTES)))
        if kind is not None:
            return kind
        layout = find_layout(source, binary=None, no_header=None)
    if layout.binary:
        return "word2vec-binary"
    return "glove" if layout.rows is None else "word2vec-text"


def _other_kind(start: bytes) -> FileKind | None:
    if start[:4] == FASTTEXT_MAGIC:
        return "fasttext"
    if start[:1] == b"\x80" and start[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return "pickle"
    if start[8:9] == b"{" and start[4:8] == b"\0\0\0\0":
        return "safetensors"
    return None


_INSTEAD: dict[FileKind, str] = {
    "fasttext": "a fastText .bin model; FastTextKeyedVectors.load_fasttext_format reads it",
    "pickle": "refusing pickle: loading one can run any code; files of gensim are read without running them by "
    "`wordkin convert`",
    "safetensors": "a safetensors file; KeyedVectors.load and Word2Vec.load read wordkin's",
}


def refuse_other_formats(name: str, start: bytes) -> None:
    """Raise a `FormatError` that names what the file is, where it is surely none of word2vec's formats."""
    if not start:
        raise FormatError(f"{name}: byte 0: empty file; expected word vectors")
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise FormatError(f"{name}: byte 0: looks like UTF-16 or UTF-32; save it as UTF-8")
    if start[:4] == b"PK\x03\x04":
        raise FormatError(f"{name}: byte 0: a zip archive; unpack it and give the file inside")
    kind = _other_kind(start)
    if kind is not None:
        raise FormatError(f"{name}: byte 0: {_INSTEAD[kind]}")


def find_layout(source: BlockSource, *, binary: bool | None, no_header: bool | None) -> Layout:
    """Find out the layout, and consume the byte order mark and the header.

    Raises
    ------
    FormatError
        If the start of the file is that of no vector file, or not of the one that the arguments ask for.
    """
    source.fill(_FIRST_BYTES)
    if source.buffer.startswith(_BYTE_ORDER_MARK):
        source.consume(len(_BYTE_ORDER_MARK))
    refuse_other_formats(source.name, source.buffer)
    line, newline, _ = source.buffer.partition(b"\n")
    if no_header:
        return Layout(binary=False, rows=None, dimension=_dimension_of_rows(source))
    header = _HEADER.fullmatch(line)
    if header is None or int(header[1]) == 0 or int(header[2]) == 0:
        if no_header is None and not binary and _looks_like_row(line):
            return Layout(binary=False, rows=None, dimension=_dimension_of_rows(source))
        raise FormatError(
            f"{source.name}: line 1: found {line[:60]!r}, expected a header of two positive whole numbers, "
            "how many vectors and of how many numbers; files without one (GloVe) are read with no_header=True"
        )
    if not newline:
        raise TruncatedFileError(f"{source.name}: byte {len(line)}: the file ends in its header")
    rows, dimension = int(header[1]), int(header[2])
    source.consume(len(line) + 1)
    _refuse_impossible_sizes(source, rows, dimension)
    return Layout(binary=_choose_binary(source, rows, dimension, binary), rows=rows, dimension=dimension)


def _looks_like_row(line: bytes) -> bool:
    """True for a word and at least two numbers: with one number it could as well be a damaged header."""
    fields = line.split()
    return len(fields) >= 3 and _is_row(b"word " + b" ".join(fields[-2:]), 2)


def _is_row(line: bytes, dimension: int) -> bool:
    scratch = np.empty((1, dimension), np.float32)
    rows = vector_files.parse_text(line, scratch, errors="ignore")
    return rows["rows"] == 1 and rows["fault"] is None


def _dimension_of_rows(source: BlockSource) -> int:
    """The usual number of fields but one: words may hold spaces, and the last line of the sample may be cut."""
    sample = bytes(source.fill(_SAMPLE_BYTES))
    lines = sample.split(b"\n", _SAMPLE_LINES)[:_SAMPLE_LINES]
    if len(lines) > 1 and not source.at_end:
        lines = lines[:-1]
    texts = [line.rstrip() for line in lines if line.strip()]
    fields = Counter(text.count(b" ") or text.count(b"\t") for text in texts)
    dimension = max(fields, key=lambda count: (fields[count], -count), default=0)
    if dimension < 1:
        raise FormatError(
            f"{source.name}: line 1: found {lines[0][:60]!r}, expected a word and its numbers, separated by spaces"
        )
    return dimension


def _refuse_impossible_sizes(source: BlockSource, rows: int, dimension: int) -> None:
    """Before memory is taken: a row has a byte or more of a word, and two or more for each number in either format."""
    least = rows * (2 + 2 * dimension) - 1
    if least > source.most_bytes - source.position:
        raise CorruptFileError(
            f"{source.name}: line 1: the header says {rows} vectors of {dimension} numbers, which need at least "
            f"{least} bytes; the file can hold no more than {source.most_bytes - source.position}"
        )


def _choose_binary(source: BlockSource, rows: int, dimension: int, asked: bool | None) -> bool:
    # Words of binary files may begin with newlines.
    start = bytes(source.fill(min(_SAMPLE_BYTES, MOST_WORD_BYTES + 32 * dimension)))
    line = start.lstrip(b"\n").partition(b"\n")[0]
    text = _is_row(line, dimension)
    if asked and text:
        raise FormatError(f"{source.name}: line 2: found a row of text, expected binary vectors; try binary=False")
    if asked is None:
        return not text and not _is_printable(line)
    if not asked and not text and not _is_printable(line):
        raise FormatError(
            f"{source.name}: line 2: found {line[:40]!r}, expected a word and {dimension} numbers as text; "
            "try binary=True"
        )
    return asked


def _is_printable(line: bytes) -> bool:
    """True for what was meant as text, so that its own fault is told rather than that of a binary file."""
    try:
        text = line.rstrip(b"\r").decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(line) - 3:
            return False
        text = line[: error.start].decode("utf-8")
    return all(character >= " " or character == "\t" for character in text)
