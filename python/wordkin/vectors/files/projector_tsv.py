"""Files for the TensorBoard projector: one with tab-separated vectors and one with words, line by line."""

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
from ...storage.lines import read_lines
from ...storage.overwrite import check_outputs
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
    tensor_path, metadata_path : path
        Files to write; gensim names them ``PREFIX_tensor.tsv`` and ``PREFIX_metadata.tsv``.
    words : sequence of str
        Word of each row.
    vectors : ndarray of float16, float32 or float64, shape (len(words), vector_size)
        The vectors.

    Raises
    ------
    FormatError
        If a word is empty or contains a tab or a line break, which the format does not allow.
    ValueError
        If the numbers of words and vectors differ.
    OSError
        If a file cannot be written.
    """
    if len(words) != len(vectors):
        raise ValueError(f"vectors must have one row per word ({len(words)}), got {len(vectors)}")
    check_outputs(tensor_path, metadata_path)
    for row, word in enumerate(words):
        if not word or any(character in word for character in "\t\n\r"):
            raise FormatError(
                f"word number {row + 1} must not be empty or contain tabs or line breaks, got {word[:60]!r}"
            )
    if "".join(words[:1]).startswith("\ufeff"):
        raise FormatError("the first word must not begin with a byte-order mark, which readers drop")
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
    """Read files written by `write_projector_tsv`.

    Parameters
    ----------
    tensor_path, metadata_path : path
        Files to read, compressed or not.

    Returns
    -------
    LoadedVectors
        Words and vectors.

    Raises
    ------
    FormatError
        If a line does not consist of tab-separated numbers, or the files differ in the number of lines.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from wordkin.vectors.files import read_projector_tsv, write_projector_tsv
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_projector_tsv(folder / "t.tsv", folder / "m.tsv", ["cat", "New York"], np.eye(2))
    >>> read_projector_tsv(folder / "t.tsv", folder / "m.tsv").words
    ['cat', 'New York']
    """
    words = [word for _, word in read_lines(metadata_path)]
    with open_blocks(tensor_path) as source:
        source.fill(BLOCK_BYTES)
        line = source.buffer.partition(b"\n")[0]
        vector_size = line.count(b"\t") + 1
        rows = count_text_rows(tensor_path, None)
        if rows != len(words):
            raise CorruptFileError(
                f"{source.name}: found {rows} vectors, expected {len(words)}, the number of words in the metadata file"
            )
        matrix = RowMatrix(source.name, rows, vector_size, np.float32, (np.float32,))
        while matrix.missing:
            lines = source.whole_lines(matrix.filled + 1, vector_size)
            target = matrix.target(matrix.missing)
            result = vector_files.parse_text(lines, target, has_words=False, threads=available_workers())
            fault = result["fault"]
            if fault is not None:
                location = f"line {matrix.filled + fault['row'] + 1}"
                raise fault_error(source.name, location, fault, vector_size, cut_off=False)
            matrix.take(target, result["rows"], result["nonfinite_rows"], result["first_nonfinite"])
            source.consume(result["consumed"])
        if matrix.nonfinite_rows:
            raise nonfinite_error(source.name, f"line {matrix.first_nonfinite + 1}", matrix.nonfinite_rows)
    return LoadedVectors(words=words, vectors=matrix.vectors)
