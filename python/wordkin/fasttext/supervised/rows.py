"""Matrices of supervised models: initial values, pretrained vectors, and the form that files have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..._core import fasttext as core
from ...errors import FormatError
from ...runtime.compute import Compute, require_available_memory
from ...storage.paths import AnyPath
from ...vectors import KeyedVectors
from ...word2vec.padded_rows import PaddedRows, bytes_of_rows

__all__ = ["Pretrained", "dense_rows", "initial_input", "read_pretrained"]

_ROWS_AT_ONCE = 8192


@dataclass(frozen=True, kw_only=True)
class Pretrained:
    """Vectors that some words begin with.

    Parameters
    ----------
    words : list of bytes
        The words in UTF-8.
    vectors : ndarray, shape (len(words), dim)
        Their vectors.
    """

    words: list[bytes]
    vectors: NDArray[np.floating]


def read_pretrained(source: AnyPath | KeyedVectors, dim: int) -> Pretrained | None:
    """Return pretrained vectors.

    Parameters
    ----------
    source : path or KeyedVectors
        A ``.vec`` file, or vectors; an empty path for none.
    dim : int
        Dimensionality of the model.

    Returns
    -------
    Pretrained or None
        The vectors.

    Raises
    ------
    FormatError
        If the vectors have another dimensionality, or the file cannot be read as vectors.
    OSError
        If the file cannot be read.
    """
    if isinstance(source, str | bytes) and not source:
        return None
    vectors = source if isinstance(source, KeyedVectors) else KeyedVectors.load_word2vec_format(source)
    if vectors.vector_size != dim:
        raise FormatError(
            f"pretrainedVectors must have the dimensionality of the model, dim={dim}, got {vectors.vector_size}"
        )
    # Words that fastText could not read from a line are of no use.
    rows = [row for row, word in enumerate(vectors.index_to_key) if _is_word(word)]
    words = [str(vectors.index_to_key[row]).encode() for row in rows]
    return Pretrained(words=words, vectors=vectors.vectors[rows])


def _is_word(word: object) -> bool:
    return isinstance(word, str) and bool(word) and not any(separator in word for separator in " \t\n\r\v\f\0")


def initial_input(
    words: Sequence[bytes], buckets: int, dim: int, seed: int, pretrained: Pretrained | None, compute: Compute
) -> PaddedRows:
    """Return the input matrix before training: uniform random numbers from -1 / dim to 1 / dim.

    Parameters
    ----------
    words : sequence of bytes
        The words.
    buckets : int
        Number of hash buckets.
    dim : int
        Dimensionality.
    seed : int
        Random seed.
    pretrained : Pretrained or None
        Vectors that words begin with.
    compute : Compute
        Number of threads.

    Returns
    -------
    PaddedRows
        Rows of words and buckets.

    Raises
    ------
    ResourceError
        If the matrix exceeds the available memory.
    """
    rows = len(words) + buckets
    what = f"{len(words)} words and {buckets} buckets of dimensionality {dim}"
    require_available_memory(bytes_of_rows(rows, dim), what, "use a smaller bucket or dim, or a greater minCount")
    matrix = PaddedRows(rows, dim)
    core.fill_uniform(matrix.view, limit=1.0 / dim, seed=seed, threads=compute.threads)
    if pretrained is not None:
        row_of = {word: row for row, word in enumerate(words)}
        known = [index for index, word in enumerate(pretrained.words) if word in row_of]
        matrix.view[[row_of[pretrained.words[index]] for index in known]] = pretrained.vectors[known]
    return matrix


def dense_rows(matrix: PaddedRows) -> NDArray[np.float32]:
    """Remove the padding of a matrix in its own memory; the matrix can no longer be used.

    Parameters
    ----------
    matrix : PaddedRows
        The matrix.

    Returns
    -------
    ndarray of float32, shape (rows, columns)
        The values, contiguous.
    """
    rows, columns = matrix.view.shape
    flat = matrix.padded.reshape(-1)
    if columns != matrix.padded.shape[1]:
        for start in range(0, rows, _ROWS_AT_ONCE):
            block = matrix.view[start : start + _ROWS_AT_ONCE].copy()
            flat[start * columns : start * columns + block.size] = block.reshape(-1)
    return flat[: rows * columns].reshape(rows, columns)
