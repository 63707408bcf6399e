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
from ...storage.bounds import data_bound
from ...storage.file_sets import current_path
from ...storage.lines import load_lines
from ...storage.overwrite import check_outputs
from ...storage.paths import AnyPath, local_path
from .blocks import BLOCK_BYTES, open_blocks
from .loaded import LoadedVectors
from .output import open_outputs, without_whitespace
from .row_faults import fault_error, nonfinite_error
from .row_matrix import RowMatrix
from .word2vec_text import count_text_rows

__all__ = ["read_projector_tsv", "write_projector_tsv"]

_NUMBERS_PER_WRITE = 2 << 20
_HEADING = "word\tcount"
_CONFIG = """embeddings {{
  tensor_name: "word vectors"
  tensor_path: "{tensor}"
  metadata_path: "{metadata}"
}}
"""


def write_projector_tsv(
    tensor_path: AnyPath,
    metadata_path: AnyPath,
    words: Sequence[str],
    vectors: NDArray[Any],
    *,
    counts: NDArray[Any] | None = None,
    config_path: AnyPath | None = None,
    replace_whitespace: bool = False,
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
    counts : ndarray of int, shape (len(words),), optional
        Count of each word. With counts, the metadata have two columns and a heading, as TensorBoard requires.
    config_path : path, optional
        File to write for a local TensorBoard, which reads it from its log folder: ``projector_config.pbtxt``.
    replace_whitespace : bool, default False
        Write a space in a word as ``_``, and a line feed, carriage return or tab as a backslash and ``n``, ``r`` or
        ``t``, instead of raising an error.

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
    check_outputs(tensor_path, metadata_path, config_path)
    if replace_whitespace:
        words = without_whitespace(words)
    for row, word in enumerate(words):
        if not word or any(character in word for character in "\t\n\r"):
            raise FormatError(
                f"word number {row + 1} must not be empty or contain tabs or line breaks, got {word[:60]!r}"
            )
    if "".join(words[:1]).startswith("\ufeff"):
        raise FormatError("the first word must not begin with a byte-order mark, which readers drop")
    paths = [tensor_path, metadata_path, *([] if config_path is None else [config_path])]
    with open_outputs(*paths) as (tensor_file, metadata_file, *config_files):
        step = max(1, _NUMBERS_PER_WRITE // max(1, vectors.shape[1]))
        for first in range(0, len(words), step):
            rows = np.ascontiguousarray(vectors[first : first + step], np.float32)
            no_words = pack_words([""] * len(rows))
            text = vector_files.format_text(
                *no_words, rows, has_words=False, separator="\t", threads=available_workers()
            )
            tensor_file.write(text)
        if counts is None:
            metadata_file.write("".join(f"{word}\n" for word in words).encode())
        else:
            entries = (f"{word}\t{count}\n" for word, count in zip(words, counts.tolist(), strict=True))
            metadata_file.write(f"{_HEADING}\n{''.join(entries)}".encode())
        tensor, metadata = (local_path(path).name for path in (tensor_path, metadata_path))
        for config_file in config_files:
            config_file.write(_CONFIG.format(tensor=_quoted(tensor), metadata=_quoted(metadata)).encode())


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
    tensor_path, metadata_path = current_path(tensor_path), current_path(metadata_path)
    lines = [line for _, line in load_lines(metadata_path, bound=data_bound(metadata_path))]
    has_counts = lines[:1] == [_HEADING]
    fields = [line.rpartition("\t") for line in lines[1:]] if has_counts else []
    words = [word for word, _, _ in fields] if has_counts else lines
    counts = _counts_of(metadata_path, [count for _, _, count in fields]) if has_counts else None
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
            block = source.whole_lines(matrix.filled + 1, vector_size)
            target = matrix.target(matrix.missing)
            result = vector_files.parse_text(block, target, has_words=False, threads=available_workers())
            fault = result["fault"]
            if fault is not None:
                location = f"line {matrix.filled + fault['row'] + 1}"
                raise fault_error(source.name, location, fault, vector_size, cut_off=False)
            matrix.take(target, result["rows"], result["nonfinite_rows"], result["first_nonfinite"])
            source.consume(result["consumed"])
        if matrix.nonfinite_rows:
            raise nonfinite_error(source.name, f"line {matrix.first_nonfinite + 1}", matrix.nonfinite_rows)
    return LoadedVectors(words=words, vectors=matrix.vectors, counts=counts)


def _counts_of(path: AnyPath, texts: list[str]) -> NDArray[np.int64]:
    for number, text in enumerate(texts, start=2):
        if not (text.isascii() and text.isdecimal() and len(text) < 19):
            raise CorruptFileError(f"{local_path(path)}: line {number}: expected a word and its count, got {text!r}")
    return np.array([int(text) for text in texts], np.int64)


def _quoted(name: str) -> str:
    """Return a text as a string literal of protocol buffers."""
    return name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
