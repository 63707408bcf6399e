"""Tables of floret (``.floret``), in which words and n-grams share hash buckets."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import CorruptFileError, FormatError, TruncatedFileError
from ...runtime.compute import available_workers
from ...storage.lines import length_of_bom
from ...storage.paths import AnyPath
from ..subwords import MAX_HASH_COUNT, Subwords, no_word_rows
from .blocks import BlockSource, open_blocks
from .output import open_outputs
from .recognition import FLORET_HEADER
from .row_faults import nonfinite_error
from .row_matrix import RowMatrix
from .word2vec import write_text_rows
from .word2vec_text import read_text_rows

__all__ = ["read_floret", "write_floret"]

FLORET_SEED = 2166136261
"""Seed of the hash function of floret and spaCy; files state it."""

_HEADER_BYTES = 512
_MAX_BUCKETS = 2**31 - 1
_MAX_VECTOR_SIZE = 2**20
_MAX_SUBWORD_LENGTH = 1_000


def read_floret(path: AnyPath) -> Subwords:
    """Read a table that floret or `write_floret` wrote.

    Parameters
    ----------
    path : path
        File to read, compressed or not.

    Returns
    -------
    Subwords
        The table.

    Raises
    ------
    FormatError
        If the file has another format; `CorruptFileError` or `TruncatedFileError` if it is damaged.
    OSError
        If it cannot be read.
    """
    with open_blocks(path) as source:
        buckets, vector_size, min_n, max_n, hash_count = _read_header(source)
        matrix = RowMatrix(source.name, buckets, vector_size, np.float32, (np.float32,))
        indices = read_text_rows(
            source,
            matrix,
            first_line=2,
            encoding="ascii",
            errors="replace",
            threads=available_workers(),
            whole_file=True,
        )
        if matrix.nonfinite_rows:
            raise nonfinite_error(source.name, f"row {matrix.first_nonfinite}", matrix.nonfinite_rows)
        wrong = next((row for row, index in enumerate(indices) if index != str(row)), None)
        if wrong is not None:
            raise CorruptFileError(
                f"{source.name}: line {wrong + 2}: rows must begin with their index, here {wrong}, "
                f"got {indices[wrong][:40]!r}"
            )
    vectors = matrix.vectors
    return Subwords(
        vectors=vectors,
        min_n=min_n,
        max_n=max_n,
        word_rows=no_word_rows(0, vector_size),
        hash_count=hash_count,
    )


def _read_header(source: BlockSource) -> tuple[int, int, int, int, int]:
    start = bytes(source.fill(_HEADER_BYTES)[:_HEADER_BYTES])
    source.consume(length_of_bom(start, source.name))
    line, newline, _ = bytes(source.fill(_HEADER_BYTES)[:_HEADER_BYTES]).partition(b"\n")
    header = FLORET_HEADER.fullmatch(line)
    if header is None:
        raise FormatError(
            f"{source.name}: line 1: expected the header of a .floret file (bucket dim minn maxn hashCount hashSeed "
            f"< >), found {line[:60]!r}; KeyedVectors.load_word2vec_format reads .vec files"
        )
    if not newline:
        raise TruncatedFileError(f"{source.name}: byte {len(line)}: unexpected end of file after the header")
    buckets, vector_size, min_n, max_n, hash_count, seed = (int(field) for field in header[1].split())
    for name, value, low, high in (
        ("bucket", buckets, 1, _MAX_BUCKETS),
        ("dim", vector_size, 1, _MAX_VECTOR_SIZE),
        ("minn", min_n, 0, _MAX_SUBWORD_LENGTH),
        ("maxn", max_n, 0, _MAX_SUBWORD_LENGTH),
        ("hashCount", hash_count, 1, MAX_HASH_COUNT),
        ("hashSeed", seed, FLORET_SEED, FLORET_SEED),
    ):
        if not low <= value <= high:
            expected = f"{low}" if low == high else f"from {low} to {high}"
            raise FormatError(f"{source.name}: line 1: {name} must be {expected}, got {value}")
    if (header[2], header[3]) != (b"<", b">"):
        raise FormatError(f"{source.name}: line 1: boundary markers must be '<' and '>', got {line[:60]!r}")
    source.consume(len(line) + 1)
    # The header is not trusted with memory: a row has an index, and at least two bytes per number.
    if buckets * (2 + 2 * vector_size) - 1 > source.max_bytes - source.position:
        raise CorruptFileError(
            f"{source.name}: line 1: the header says {buckets} vectors of {vector_size} numbers, which the file is too "
            "small for"
        )
    return buckets, vector_size, min_n, max_n, hash_count


def write_floret(path: AnyPath, subwords: Subwords) -> None:
    """Write a table as floret does, with the shortest decimals from which the same values are read.

    Parameters
    ----------
    path : path
        File to write; content of files named .gz, .bz2 or .xz is compressed.
    subwords : Subwords
        The table.

    Raises
    ------
    FormatError
        If words are not composed as in floret, or there are no buckets.
    OSError
        If the file cannot be written; it is then unchanged.
    """
    vectors: Any = subwords.vectors
    if not subwords.hash_count or not len(vectors):
        raise FormatError(
            f"a .floret file needs vectors with hash_count from 1 to 4 and at least one bucket, got hash_count="
            f"{subwords.hash_count} and {len(vectors)} buckets; train with hash_count=1, or write another format"
        )
    fields = (*vectors.shape, subwords.min_n, subwords.max_n, subwords.hash_count, FLORET_SEED, "<", ">")
    with open_outputs(path) as (file,):
        file.write((" ".join(map(str, fields)) + "\n").encode())
        write_text_rows(file, [str(row) for row in range(len(vectors))], vectors)
