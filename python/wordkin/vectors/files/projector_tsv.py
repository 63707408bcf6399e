"""Files for the TensorBoard projector: one of tab-separated vectors, one of words, line by line the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..._core import vector_files
from ...errors import CorruptFileError, FormatError
from ...runtime.compute import available_workers
from ...storage import pack_words
from ...storage.atomic import replaced_file
from ...storage.paths import AnyPath
from .blocks import BLOCK_BYTES, open_blocks
from .loaded import LoadedVectors
from .row_faults import fault_error, nonfinite_error
from .row_matrix import RowMatrix
from .word2vec_text import count_text_rows

__all__ = ["read_projector_tsv", "write_projector_tsv"]

_NUMBERS_PER_WRITE = 2 << 20


def write_projector_tsv(
    tensor_path: AnyPath, metadata_path: AnyPath, words: Sequence[str], vectors: NDArray[Any]
) -> None:
    """Write vectors and words for https://projector.tensorflow.org.

    Parameters
    ----------
    tensor_path, metadata_path
        Where to; gensim's names are ``PREFIX_tensor.tsv`` and ``PREFIX_metadata.tsv``.
    words
        One for each row.
    vectors
        Floats of shape (words, dimension).

    Raises
    ------
    FormatError
        If a word is empty or has a tab or a line break, which the format cannot say.
    OSError
        If a file cannot be written.
    """
    if len(words) != len(vectors):
        raise ValueError(f"`vectors` must have one row for each of {len(words)} words, got {len(vectors)}")
    for row, word in enumerate(words):
        if not word or any(character in word for character in "\t\n\r"):
            raise FormatError(f"word number {row + 1}, {word[:60]!r}, is empty or has a tab or a line break")
    with replaced_file(tensor_path) as file:
        step = max(1, _NUMBERS_PER_WRITE // max(1, vectors.shape[1]))
        for first in range(0, len(words), step):
            rows = np.ascontiguousarray(vectors[first : first + step], np.float32)
            no_words = pack_words([""] * len(rows))
            text = vector_files.format_text(
                *no_words, rows, has_words=False, separator="\t", threads=available_workers()
            )
            file.write(text)
    with replaced_file(metadata_path) as file:
        file.write("".join(f"{word}\n" for word in words).encode())


def read_projector_tsv(tensor_path: AnyPath, metadata_path: AnyPath) -> LoadedVectors:
    """Read what `write_projector_tsv` writes.

    Raises
    ------
    FormatError
        If a line is not of tab-separated numbers, or the files do not have equally many lines.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_projector_tsv(folder / "t.tsv", folder / "m.tsv", ["cat", "New York"], np.eye(2))
    >>> read_projector_tsv(folder / "t.tsv", folder / "m.tsv").words
    ['cat', 'New York']
    """
    words = _read_lines(metadata_path)
    with open_blocks(tensor_path) as source:
        source.fill(BLOCK_BYTES)
        line = source.buffer.partition(b"\n")[0]
        dimension = line.count(b"\t") + 1
        rows = count_text_rows(tensor_path, None)
        if rows != len(words):
            raise CorruptFileError(f"{source.name}: {rows} vectors, but the metadata file has {len(words)} words")
        matrix = RowMatrix(source.name, rows, dimension, np.float32, (np.float32,))
        while matrix.missing:
            lines = source.whole_lines(matrix.filled + 1, dimension)
            target = matrix.target(matrix.missing)
            result = vector_files.parse_text(lines, target, has_words=False, threads=available_workers())
            fault = result["fault"]
            if fault is not None:
                place = f"line {matrix.filled + fault['row'] + 1}"
                raise fault_error(source.name, place, fault, dimension, cut_off=False)
            matrix.take(target, result["rows"], result["nonfinite_rows"], result["first_nonfinite"])
            source.consume(result["consumed"])
        if matrix.nonfinite_rows:
            raise nonfinite_error(source.name, f"line {matrix.first_nonfinite + 1}", matrix.nonfinite_rows)
    return LoadedVectors(words=words, vectors=matrix.vectors)


def _read_lines(path: AnyPath) -> list[str]:
    words: list[str] = []
    with open_blocks(path) as source:
        while lines := bytes(source.whole_lines(len(words) + 1, 0)):
            try:
                words += lines.decode("utf-8").removesuffix("\n").split("\n")
            except UnicodeDecodeError as error:
                at = source.position + error.start
                raise FormatError(f"{source.name}: byte {at}: found no UTF-8; save it as UTF-8") from None
            source.consume(len(lines))
    return words
