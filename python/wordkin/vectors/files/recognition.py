"""Recognition of the format of a vector file from its first bytes; its name is never considered."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..._core import vector_files
from ...errors import CorruptFileError, FormatError, TruncatedFileError
from ...storage.lines import length_of_bom
from ...storage.paths import AnyPath
from ...storage.signatures import (
    FASTTEXT_MAGIC,
    FASTTEXT_START_BYTES,
    HDF5_SIGNATURE,
    ZIP_SIGNATURE,
    is_old_fasttext,
    is_pickle,
    is_safetensors,
    pickle_advice,
)
from .blocks import MAX_WORD_BYTES, BlockSource, open_blocks

__all__ = ["FLORET_HEADER", "FileKind", "Layout", "find_layout", "kind_by_signature", "recognise"]

FileKind = Literal["fasttext", "floret", "glove", "pickle", "safetensors", "word2vec-binary", "word2vec-text"]

_FIRST_BYTES = 1 << 16
_SAMPLE_BYTES = 1 << 20
_SAMPLE_LINES = 1000
_SEPARATORS = re.compile(rb"[ \t]+")
FLORET_HEADER = re.compile(rb"([0-9]{1,18}(?: [0-9]{1,18}){5}) (\S{1,64}) (\S{1,64})[ \t]*\r?")
"""The first line of a file of floret: bucket, dim, minn, maxn, hashCount, hashSeed, and two marks."""

_HEADER = re.compile(rb"[ \t]*([0-9]{1,18})[ \t]+([0-9]{1,18})[ \t]*\r?")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Layout of the rows in a file of word2vec's formats.

    Parameters
    ----------
    binary : bool
        Whether vectors are binary.
    rows : int or None
        Number of vectors in the header; None if there is no header.
    vector_size : int
        Dimensionality of the vectors.
    """

    binary: bool
    rows: int | None
    vector_size: int


def recognise(path: AnyPath) -> FileKind:
    """Return the format of a vector file.

    Parameters
    ----------
    path : path
        File to examine, compressed or not.

    Returns
    -------
    {"fasttext", "floret", "glove", "pickle", "safetensors", "word2vec-binary", "word2vec-text"}
        The format.

    Raises
    ------
    FormatError
        If the file has none of these formats.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from wordkin.vectors.files import recognise
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     _ = file.write(b"1 2\\nword 0.5 0.25\\n")
    ...     file.flush()
    ...     recognise(file.name)
    'word2vec-text'
    """
    with open_blocks(path) as source:
        kind = kind_by_signature(bytes(source.fill(_FIRST_BYTES)))
        if kind is not None:
            return kind
        layout = find_layout(source, binary=None, no_header=None)
    if layout.binary:
        return "word2vec-binary"
    return "glove" if layout.rows is None else "word2vec-text"


def kind_by_signature(start: bytes) -> FileKind | None:
    """Return the format of a file that its first bytes determine.

    Parameters
    ----------
    start : bytes
        The first `FASTTEXT_START_BYTES` bytes of the file, or more.

    Returns
    -------
    {"fasttext", "floret", "pickle", "safetensors"} or None
        None for the formats of word2vec, which have no signature.
    """
    if start.startswith(FASTTEXT_MAGIC) or is_old_fasttext(start[:FASTTEXT_START_BYTES]):
        return "fasttext"
    if is_pickle(start):
        return "pickle"
    if FLORET_HEADER.fullmatch(start.partition(b"\n")[0]):
        return "floret"
    return "safetensors" if is_safetensors(start) else None


_PICKLE = "refusing pickle, which can execute arbitrary code; "
_INSTEAD: dict[FileKind, str] = {
    "fasttext": "found a fastText .bin model; load it with wordkin.vectors.FastTextKeyedVectors.load_fasttext_format",
    "floret": "found a .floret table; load it with wordkin.vectors.FastTextKeyedVectors.load_floret_format",
    "safetensors": "found a safetensors file; load files of wordkin with KeyedVectors.load or Word2Vec.load",
}


# What other files are, and what to do.
_FOREIGN = {
    HDF5_SIGNATURE: "an HDF5 file; weights of an ELMo model are read by ELMo.from_pretrained, with their options.json",
    b"\x93NUMPY": "a NumPy array without words; KeyedVectors.from_vocabulary takes words and an array",
    b"%PDF-": "a PDF document",
    b"7z\xbc\xaf'\x1c": "a 7-Zip archive; unpack it and load the file inside",
    b"Rar!\x1a\x07": "a RAR archive; unpack it and load the file inside",
    b"SQLite format 3\0": "an SQLite database (such as those of Magnitude)",
}


def _refuse_other_formats(name: str, start: bytes) -> None:
    """Raise a `FormatError` if the start of a file identifies another format than word2vec's."""
    if not start:
        raise FormatError(f"{name}: byte 0: expected word vectors, found an empty file")
    if start.startswith(ZIP_SIGNATURE):
        raise FormatError(f"{name}: byte 0: found a zip archive; unpack it and load the file inside")
    foreign = next((name for signature, name in _FOREIGN.items() if start.startswith(signature)), None)
    if foreign is not None:
        raise FormatError(f"{name}: byte 0: found {foreign}")
    kind = kind_by_signature(start)
    if kind is not None:
        found = _PICKLE + pickle_advice(start) if kind == "pickle" else _INSTEAD[kind]
        raise FormatError(f"{name}: byte 0: {found}")


def find_layout(
    source: BlockSource,
    *,
    binary: bool | None,
    no_header: bool | None,
    limit: int | None = None,
    allow_missing: bool = False,
) -> Layout:
    """Determine the layout of the rows, and consume the byte-order mark and the header.

    Parameters
    ----------
    source : BlockSource
        The file, at its start.
    binary : bool or None
        Whether the file is binary; detected if None.
    no_header : bool or None
        Whether the file has no header; detected if None.
    limit : int or None, default None
        Maximum number of vectors to be read: a file that is cut off after them is large enough.
    allow_missing : bool, default False
        Whether rows may be missing or incomplete, so that the size of the file cannot be checked.

    Returns
    -------
    Layout
        The layout.

    Raises
    ------
    FormatError
        If the file does not start like a vector file, or not like the requested variant.
    """
    start = bytes(source.fill(_FIRST_BYTES)[:4])
    source.consume(length_of_bom(start, source.name))
    _refuse_other_formats(source.name, source.buffer)
    line, newline, _ = source.buffer.partition(b"\n")
    if no_header:
        return Layout(binary=False, rows=None, vector_size=_vector_size_of_rows(source))
    header = _HEADER.fullmatch(line)
    if header is None or int(header[1]) == 0 or int(header[2]) == 0:
        if no_header is None and not binary and _looks_like_row(line):
            return Layout(binary=False, rows=None, vector_size=_vector_size_of_rows(source))
        raise FormatError(
            f"{source.name}: line 1: found {line[:60]!r}, expected a header with the number of vectors and their size; "
            "no_header=True reads files without a header (GloVe)"
        )
    if not newline:
        raise TruncatedFileError(f"{source.name}: byte {len(line)}: unexpected end of file within the header")
    rows, vector_size = int(header[1]), int(header[2])
    source.consume(len(line) + 1)
    if not allow_missing:
        _refuse_impossible_sizes(source, min(rows, limit or rows), rows, vector_size)
    return Layout(binary=_choose_binary(source, vector_size, binary), rows=rows, vector_size=vector_size)


def _looks_like_row(line: bytes) -> bool:
    """Return whether a line is a word and at least two numbers; with one number, it could be a damaged header."""
    fields = line.split()
    return len(fields) >= 3 and _is_row(b"word " + b" ".join(fields[-2:]), 2)


def _is_row(line: bytes, vector_size: int) -> bool:
    scratch = np.empty((1, vector_size), np.float32)
    rows = vector_files.parse_text(line, scratch, errors="ignore")
    return rows["rows"] == 1 and rows["fault"] is None


def _vector_size_of_rows(source: BlockSource) -> int:
    """Return the most frequent number of fields after the word; words may contain numbers, so lines may have more."""
    sample = bytes(source.fill(_SAMPLE_BYTES))
    lines = sample.split(b"\n", _SAMPLE_LINES)[:_SAMPLE_LINES]
    if len(lines) > 1 and not source.at_end:
        lines = lines[:-1]
    fields = Counter(_count_numbers(line) for line in lines if line.strip())
    vector_size = max(fields, key=lambda count: (fields[count], -count), default=0)
    if vector_size < 1:
        raise FormatError(
            f"{source.name}: line 1: found {lines[0][:60]!r}, expected a word and numbers, separated by spaces"
        )
    return vector_size


def _count_numbers(line: bytes) -> int:
    """Return the number of fields from the first number on, or after the first field if there is none.

    Fields are separated as in rows: by spaces and tabs, several of which count as one.
    """
    fields = _SEPARATORS.split(line.rstrip(b" \t\r"))
    first = next((index for index, text in enumerate(fields) if index > 0 and _is_number(text)), 1)
    return len(fields) - first


def _is_number(text: bytes) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _refuse_impossible_sizes(source: BlockSource, rows: int, rows_of_header: int, vector_size: int) -> None:
    """Raise an error, before memory is allocated, if the file is too small for the vectors that are to be read."""
    # In both formats a row has at least one byte of a word, and two bytes per number.
    least = rows * (2 + 2 * vector_size) - 1
    if least > source.max_bytes - source.position:
        raise CorruptFileError(
            f"{source.name}: line 1: the header says {rows_of_header} vectors of {vector_size} numbers; {rows} of them "
            f"need at least {least} bytes, but the file has at most {source.max_bytes - source.position}; "
            "limit= reads the first vectors of a file that was cut off"
        )


def _choose_binary(source: BlockSource, vector_size: int, requested: bool | None) -> bool:
    # Words of binary files may begin with newlines.
    start = bytes(source.fill(min(_SAMPLE_BYTES, MAX_WORD_BYTES + 32 * vector_size)))
    line = start.lstrip(b"\n").partition(b"\n")[0]
    text = _is_row(line, vector_size)
    if requested and text:
        raise FormatError(f"{source.name}: line 2: found a row of text, expected binary vectors; try binary=False")
    if requested is None:
        return not text and not _is_printable(line)
    if not requested and not text and not _is_printable(line):
        raise FormatError(
            f"{source.name}: line 2: found {line[:40]!r}, expected a word and {vector_size} numbers as text; "
            "try binary=True"
        )
    return requested


def _is_printable(line: bytes) -> bool:
    """Return whether a line was meant as text, whose fault is then reported instead of that of a binary file."""
    try:
        text = line.rstrip(b"\r").decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(line) - 3:
            return False
        text = line[: error.start].decode("utf-8")
    return all(character >= " " or character == "\t" for character in text)
