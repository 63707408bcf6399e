"""Readers and writers of word2vec's text and binary formats and their variants."""

from __future__ import annotations

import codecs
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..._core import vector_files
from ...errors import FormatError
from ...runtime.compute import available_workers
from ...storage import pack_words
from ...storage.file_sets import current_path
from ...storage.overwrite import check_outputs
from ...storage.paths import AnyPath
from .blocks import open_blocks
from .loaded import LoadedVectors, without_duplicates
from .output import Output, open_outputs, refuse_unwritable_words, without_whitespace
from .recognition import find_layout
from .row_faults import nonfinite_error
from .row_matrix import RowMatrix
from .skipped_rows import SkippedRows, read_good_text_rows
from .vocabulary_file import check_vocabulary, read_vocabulary, write_counts
from .word2vec_binary import read_binary_rows
from .word2vec_text import count_text_rows, read_text_rows

__all__ = ["read_word2vec", "write_text_rows", "write_word2vec"]

_NUMBERS_PER_WRITE = 2 << 20


def read_word2vec(
    path: AnyPath,
    fvocab: AnyPath | None = None,
    binary: bool | None = None,
    encoding: str = "utf8",
    unicode_errors: str = "strict",
    limit: int | None = None,
    datatype: DTypeLike = np.float32,
    no_header: bool | None = None,
    allow_nonfinite: bool = False,
    on_duplicate: str = "first",
    workers: int | None = None,
    on_bad_rows: str = "error",
) -> LoadedVectors:
    """Read word vectors in the text or binary format of word2vec, of GloVe, or of fastText's ``.vec`` files.

    Parameters
    ----------
    path : path
        File to read; .gz, .bz2, .xz and .zst files are recognised by their content.
    fvocab : path, optional
        Vocabulary file with the counts of the words. Words missing in it have count 0, with a warning.
    binary : bool, optional
        Whether the file is binary; detected from the content by default.
    encoding : str, default "utf8"
        Encoding of the words.
    unicode_errors : {"strict", "ignore", "replace"}, default "strict"
        How to handle words that cannot be decoded. The original C tool may truncate words within a character.
    limit : int, optional
        Maximum number of vectors to read; None or 0 for all.
    datatype : dtype, default float32
        Storage type: float16, float32 or float64.
    no_header : bool, optional
        Whether the first line is a vector already, as in GloVe files; detected from the content by default.
    allow_nonfinite : bool, default False
        Accept NaN and infinite values, with a warning, instead of raising FormatError.
    on_duplicate : {"first", "last", "error"}, default "first"
        Which row of a repeated word is kept, with a warning, or whether to raise FormatError.
    workers : int, optional
        Number of threads for text; by default the number of CPUs that this process may use.
    on_bad_rows : {"error", "skip"}, default "error"
        Whether to raise FormatError for a row of a text file that cannot be read (words glued together, a wrong number
        of numbers, NaN), or to leave it out; a warning and `LoadedVectors.skipped_rows` then give the number of such
        rows. Rows of binary files have no ends by which to find the next one.

    Returns
    -------
    LoadedVectors
        Words, vectors, and counts if `fvocab` is given.

    Raises
    ------
    FormatError
        If the file has another format. The message states the location, what was found and what was expected.
    CorruptFileError
        If the file contradicts its header; `TruncatedFileError` if it ends too early.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from wordkin.vectors.files import read_word2vec, write_word2vec
    >>> path = Path(tempfile.mkdtemp()) / "vectors.txt"
    >>> write_word2vec(path, ["cat", "dog"], np.eye(2, dtype=np.float32))
    >>> read_word2vec(path).words
    ['cat', 'dog']
    """
    if limit is not None and limit < 0:
        raise ValueError(f"limit must be None or at least 0, got {limit}")
    if on_duplicate not in ("first", "last", "error"):
        raise ValueError(f"on_duplicate must be 'first', 'last' or 'error', got {on_duplicate!r}")
    if on_bad_rows not in ("error", "skip"):
        raise ValueError(f"on_bad_rows must be 'error' or 'skip', got {on_bad_rows!r}")
    if binary and no_header:
        raise NotImplementedError("no_header must not be True with binary=True: binary files always have a header")
    codec = codecs.lookup(encoding).name
    threads = available_workers() if workers is None else workers
    counts = None
    if fvocab is not None:
        path, fvocab = current_path(path), current_path(fvocab)  # They may be just being replaced together.
        counts = read_vocabulary(fvocab, encoding=codec, unicode_errors=unicode_errors)
    with open_blocks(path) as source:
        layout = find_layout(
            source, binary=binary, no_header=no_header, limit=limit, allow_missing=on_bad_rows == "skip"
        )
        skip = on_bad_rows == "skip" and not layout.binary
        counted = layout.rows if layout.rows is not None else count_text_rows(path, None if skip else limit or None)
        limited = bool(limit) and limit <= counted  # type: ignore[operator]
        rows = limit or counted if limited else counted
        # The header is not trusted with memory: a row has at least one byte of a word, and two bytes per number.
        rows = min(rows, (source.max_bytes - source.position) // (2 + 2 * layout.vector_size) + 1)
        parsed = (np.float32,) if layout.binary else (np.float32, np.float64)
        matrix = RowMatrix(source.name, rows, layout.vector_size, datatype, parsed)
        whole_file = layout.rows is not None and not limited
        skipped = SkippedRows(source.name) if skip else None
        if layout.binary:
            words = read_binary_rows(source, matrix, encoding=codec, errors=unicode_errors, whole_file=whole_file)
        elif skipped is not None:
            words = read_good_text_rows(
                source,
                matrix,
                skipped,
                lines=counted,
                first_line=1 if layout.rows is None else 2,
                encoding=codec,
                errors=unicode_errors,
                threads=threads,
                allow_nonfinite=allow_nonfinite,
            )
        else:
            words = read_text_rows(
                source,
                matrix,
                first_line=1 if layout.rows is None else 2,
                encoding=codec,
                errors=unicode_errors,
                threads=threads,
                whole_file=whole_file,
            )
        name = source.name
    vectors = matrix.vectors[: matrix.filled]
    if skipped is not None and skipped.count:
        warnings.warn(skipped.message(), stacklevel=2)
    if matrix.nonfinite_rows:
        number = matrix.first_nonfinite + 1
        error = nonfinite_error(name, f"vector {number}", matrix.nonfinite_rows)
        if not allow_nonfinite:
            raise error
        warnings.warn(str(error).partition(";")[0], stacklevel=2)
    words, vectors = without_duplicates(name, words, vectors, on_duplicate)
    return LoadedVectors(
        words=words,
        vectors=vectors,
        counts=None if counts is None else _counts_of(words, counts),
        skipped_rows=0 if skipped is None else skipped.count,
    )


def _counts_of(words: list[str], counts: dict[str, int]) -> NDArray[np.int64]:
    missing = [word for word in words if word not in counts]
    if missing:
        warnings.warn(
            f"the vocabulary file lacks {len(missing)} of {len(words)} words, first {missing[0]!r}; their count is 0",
            stacklevel=3,
        )
    return np.fromiter((counts.get(word, 0) for word in words), np.int64, len(words))


def write_word2vec(
    path: AnyPath,
    words: Sequence[str],
    vectors: NDArray[Any],
    *,
    counts: Sequence[int] | NDArray[Any] | None = None,
    fvocab: AnyPath | None = None,
    binary: bool = False,
    total_vec: int | None = None,
    write_header: bool = True,
    prefix: str = "",
    append: bool = False,
    replace_whitespace: bool = False,
) -> None:
    """Write word vectors in word2vec's text or binary format, as gensim writes them.

    Text files contain the shortest decimals from which the same values are read (float16 as float32), binary files
    float32. An existing file is replaced only after the new one is complete.

    Parameters
    ----------
    path : path
        File to write; content of files named .gz, .bz2 or .xz is compressed.
    words : sequence of str
        Word of each row.
    vectors : ndarray of float16, float32 or float64, shape (len(words), vector_size)
        The vectors, with any strides.
    counts : sequence of int, optional
        Count of each word, for `fvocab`.
    fvocab : path, optional
        Vocabulary file to write, with words and counts.
    binary : bool, default False
        Write the binary format.
    total_vec : int, optional
        Number of vectors in the header, if more are to be appended.
    write_header : bool, default True
        Write the first line with the number of vectors and their size; False gives GloVe's format.
    prefix : str, default ""
        Text to put before each word.
    append : bool, default False
        Append to an existing file.
    replace_whitespace : bool, default False
        Write a space in a word as ``_``, and a line feed, carriage return or tab as a backslash and ``n``, ``r`` or
        ``t``, instead of raising an error.

    Raises
    ------
    FormatError
        If a word is empty or contains a space or a newline, which the formats do not allow.
    OSError
        If the file cannot be written; it is then unchanged.
    """
    if vectors.ndim != 2 or vectors.dtype.newbyteorder("=") not in (np.float16, np.float32, np.float64):
        raise TypeError(f"vectors must be a matrix of floats, got {vectors.ndim} dimensions of {vectors.dtype}")
    if len(words) != len(vectors):
        raise ValueError(f"vectors must have one row per word ({len(words)}), got {len(vectors)}")
    if fvocab is not None and counts is None:
        raise ValueError("counts must be given if fvocab is")
    check_outputs(path, fvocab)
    if replace_whitespace:
        words = without_whitespace(words)
    refuse_unwritable_words(words, prefix, tabs_separate=not binary)
    if not write_header and not append and (prefix or "".join(words[:1])).startswith("\ufeff"):
        raise FormatError("the first word must not begin with a byte-order mark, which readers drop; write a header")
    paths = [path]
    if fvocab is not None and counts is not None:
        check_vocabulary(words, counts, prefix=prefix, append=append)
        paths.append(fvocab)
    with open_outputs(*paths, append=append) as (file, *others):
        if counts is not None:
            for vocabulary in others:
                write_counts(vocabulary, words, counts, prefix=prefix)
        if write_header:
            file.write(f"{len(words) if total_vec is None else total_vec} {vectors.shape[1]}\n".encode())
        if binary:
            _write_rows(file, words, vectors, prefix, binary=True)
        else:
            write_text_rows(file, words, vectors, prefix)


def write_text_rows(file: Output, words: Sequence[str], vectors: NDArray[Any], prefix: str = "") -> None:
    """Write rows of the text format: words and numbers, separated by spaces.

    Parameters
    ----------
    file : Output
        File to write to.
    words : sequence of str
        Word of each row.
    vectors : ndarray of float16, float32 or float64, shape (len(words), vector_size)
        The vectors.
    prefix : str, default ""
        Text to put before each word.
    """
    _write_rows(file, words, vectors, prefix, binary=False)


def _write_rows(file: Output, words: Sequence[str], vectors: NDArray[Any], prefix: str, *, binary: bool) -> None:
    blob, offsets = pack_words(words)
    step = max(1, _NUMBERS_PER_WRITE // max(1, vectors.shape[1]))
    threads = available_workers()
    dtype = np.float64 if vectors.dtype == np.float64 and not binary else np.float32
    for first in range(0, len(words), step):
        rows = _with_contiguous_rows(vectors[first : first + step].astype(dtype, copy=False))
        bounds = offsets[first : first + len(rows) + 1]
        text, bounds = blob[bounds[0] : bounds[-1]], bounds - bounds[0]
        if binary:
            file.write(vector_files.format_binary(text, bounds, rows, prefix=prefix))
        else:
            file.write(vector_files.format_text(text, bounds, rows, prefix=prefix, threads=threads))


def _with_contiguous_rows(rows: NDArray[Any]) -> NDArray[Any]:
    """Return rows that are contiguous, possibly with padding between them; other layouts are copied."""
    stride, step = rows.strides
    item = rows.itemsize
    fits = step == item and stride >= rows.shape[1] * item and stride % item == 0 and rows.flags.aligned
    return rows if fits else np.ascontiguousarray(rows)
