"""Compression of supervised models by product quantisation (Joulin et al. 2016, "FastText.zip")."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..._core import fasttext as core
from ...runtime.compute import Compute
from ...vectors.files.fasttext_format import (
    ARGUMENTS,
    CENTROIDS,
    CODE_BYTES,
    COUNT_AND_KIND,
    DICTIONARY,
    FLAG,
    MAGIC,
    MATRIX,
    PRUNED_COUNT,
    QUANTIZER,
    FastTextFile,
    ProductQuantizer,
    QuantizedMatrix,
)
from ...word2vec.padded_rows import PaddedRows
from .corpus import LabelledText
from .options import QuantizationOptions
from .report import SupervisedProgress
from .rows import dense_rows
from .session import Schedule, run_epochs

__all__ = ["Retraining", "largest_cutoff", "quantized_file", "quantized_matrix"]

logger = logging.getLogger(__name__)

_HEADER_BYTES = MAGIC.size + ARGUMENTS.size + DICTIONARY.size + PRUNED_COUNT.size + 2 * FLAG.size
_SEED = 1234  # fastText's, so that a model is always quantised in the same way
_OUTPUT_PART_COLUMNS = 2


@dataclass(frozen=True, kw_only=True)
class Retraining:
    """How the vectors that are kept are trained again.

    Parameters
    ----------
    text : LabelledText
        The lines.
    schedule : Schedule
        Epochs and learning rate.
    progress : bool, callable or None
        How progress is shown.
    check : callable or None, default None
        Called several times per second; an exception that it raises ends training.
    """

    text: LabelledText
    schedule: Schedule
    progress: SupervisedProgress
    check: Callable[[], object] | None = None


def quantized_file(
    file: FastTextFile, options: QuantizationOptions, compute: Compute, retraining: Retraining | None = None
) -> FastTextFile:
    """Compress a model.

    Parameters
    ----------
    file : FastTextFile
        A supervised model with dense matrices.
    options : QuantizationOptions
        What is kept, and how it is quantised.
    compute : Compute
        Number of threads and instruction set.
    retraining : Retraining or None, default None
        How vectors are trained after others were removed.

    Returns
    -------
    FastTextFile
        The compressed model.

    Raises
    ------
    ValueError
        If a matrix has too few rows to be quantised.
    TrainingDiverged
        If the loss is not finite.
    """
    rows, output = _dense(file.input), _dense(file.output)
    if 0 < options.cutoff < len(rows):
        file, rows = _pruned(file, rows, options.cutoff)
        _require_rows("the input matrix", len(rows), "a greater cutoff, or 0")
        if retraining is not None:
            file, rows, output = _retrained(file, rows, output, retraining, compute)
    elif options.retrain:
        logger.info("nothing is trained again, since all %d rows are kept with cutoff=%d", len(rows), options.cutoff)
    _require_rows("the input matrix", len(rows), "a model with more words or buckets")
    if options.qout:
        _require_rows("the output matrix", len(output), "qout=False")
    return replace(
        file,
        input=quantized_matrix(rows, options.dsub, options.qnorm, compute),
        output=quantized_matrix(output, _OUTPUT_PART_COLUMNS, options.qnorm, compute) if options.qout else output,
    )


def _dense(matrix: object) -> NDArray[np.float32]:
    assert isinstance(matrix, np.ndarray)  # the caller has refused quantised models
    return matrix


def _require_rows(what: str, rows: int, cure: str) -> None:
    if rows < CENTROIDS:
        raise ValueError(f"{what} must have at least {CENTROIDS} rows to be quantised, got {rows}; use {cure}")


def _pruned(file: FastTextFile, rows: NDArray[np.float32], cutoff: int) -> tuple[FastTextFile, NDArray[np.float32]]:
    """Keep the rows of the largest norms, and that of the end of lines."""
    words = len(file.words)
    kept = _by_norm(file, rows)[:cutoff]
    kept_words = np.sort(kept[kept < words])
    kept_buckets = kept[kept >= words]
    buckets = np.stack([kept_buckets - words, np.arange(len(kept_buckets))], axis=1).astype(np.int32)
    pruned = replace(
        file, words=[file.words[row] for row in kept_words], counts=file.counts[kept_words], pruned=buckets
    )
    return pruned, rows[np.concatenate([kept_words, kept_buckets])]


def _by_norm(file: FastTextFile, rows: NDArray[np.float32]) -> NDArray[np.intp]:
    norms = _norms(rows)
    if b"</s>" in file.words:
        norms[file.words.index(b"</s>")] = np.inf
    return np.argsort(-norms, kind="stable")


def largest_cutoff(file: FastTextFile, options: QuantizationOptions, max_bytes: int) -> int:
    """Return how many words and n-grams a compressed model can keep.

    Parameters
    ----------
    file : FastTextFile
        A supervised model with dense matrices.
    options : QuantizationOptions
        How it will be quantised.
    max_bytes : int
        Maximum size of its file.

    Returns
    -------
    int
        The greatest number of rows whose file has at most this size; 0 if there is none.
    """
    rows = _dense(file.input)
    dim = rows.shape[1]
    row_bytes = -(-dim // min(options.dsub, dim)) + options.qnorm
    # A word ends with a zero byte, and has a count and a kind; a bucket has its number and that of its row.
    entries = np.full(len(rows), 8, np.int64)
    entries[: len(file.words)] = [len(word) + COUNT_AND_KIND.size + 1 for word in file.words]
    sizes = np.cumsum(entries[_by_norm(file, rows)] + row_bytes)
    fixed = _HEADER_BYTES + _quantizer_bytes(dim, options.qnorm)
    fixed += sum(len(label) + COUNT_AND_KIND.size + 1 for label in file.labels)
    if options.qout:
        part_bytes = -(-dim // min(_OUTPUT_PART_COLUMNS, dim)) + options.qnorm
        fixed += len(file.labels) * part_bytes + _quantizer_bytes(dim, options.qnorm)
    else:
        fixed += MATRIX.size + 4 * len(file.labels) * dim
    return int(np.searchsorted(sizes, max_bytes - fixed, side="right"))


def _quantizer_bytes(dim: int, with_norms: bool) -> int:
    head = FLAG.size + MATRIX.size + CODE_BYTES.size + QUANTIZER.size + 4 * CENTROIDS * dim
    return head + (QUANTIZER.size + 4 * CENTROIDS) * with_norms


def _norms(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    norms: NDArray[np.float32] = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    return norms


def _retrained(
    file: FastTextFile,
    rows: NDArray[np.float32],
    output: NDArray[np.float32],
    retraining: Retraining,
    compute: Compute,
) -> tuple[FastTextFile, NDArray[np.float32], NDArray[np.float32]]:
    inputs, outputs = PaddedRows.of(rows), PaddedRows.of(output)
    run_epochs(
        retraining.text,
        file,
        inputs,
        outputs,
        retraining.schedule,
        compute,
        progress=retraining.progress,
        check=retraining.check,
    )
    arguments = replace(file.arguments, epoch=retraining.schedule.epochs)
    return replace(file, arguments=arguments), dense_rows(inputs), dense_rows(outputs)


def quantized_matrix(
    rows: NDArray[np.float32], part_columns: int, with_norms: bool, compute: Compute
) -> QuantizedMatrix:
    """Compress a matrix.

    Parameters
    ----------
    rows : ndarray of float32, shape (rows, columns)
        The matrix, of at least 256 rows.
    part_columns : int
        Number of columns of each part; at most that of the matrix is used.
    with_norms : bool
        Whether to quantise the norms of the rows apart from their directions.
    compute : Compute
        Number of threads and instruction set.

    Returns
    -------
    QuantizedMatrix
        Codes and centroids.
    """
    norms = _norms(rows) if with_norms else None
    codes, quantizer = _codes(rows, norms, min(part_columns, rows.shape[1]), compute)
    norm_codes = norm_quantizer = None
    if norms is not None:
        column, norm_quantizer = _codes(norms[:, None], None, 1, compute)
        norm_codes = np.ascontiguousarray(column[:, 0])
    return QuantizedMatrix(codes=codes, quantizer=quantizer, norm_codes=norm_codes, norm_quantizer=norm_quantizer)


def _codes(
    rows: NDArray[np.float32], norms: NDArray[np.float32] | None, part_columns: int, compute: Compute
) -> tuple[NDArray[np.uint8], ProductQuantizer]:
    columns = rows.shape[1]
    centroids = np.empty(CENTROIDS * columns, np.float32)
    quantizer = ProductQuantizer(columns=columns, part_columns=part_columns, centroids=centroids)
    codes = np.empty((len(rows), quantizer.parts), np.uint8)
    core.quantize(
        codes,
        centroids,
        rows,
        norms=norms,
        part_columns=part_columns,
        seed=_SEED,
        threads=compute.threads,
        isa=compute.isa,
    )
    return codes, quantizer
