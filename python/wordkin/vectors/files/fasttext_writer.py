"""Writes fastText's model files, ``.bin`` and ``.ftz``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import FormatError
from ...storage.atomic import OutputFile, replaced_file
from ...storage.paths import AnyPath
from ...storage.signatures import FASTTEXT_MAGIC
from . import fasttext_format as layout
from .fasttext_format import FastTextFile, Matrix, ProductQuantizer, QuantizedMatrix

__all__ = ["write_fasttext_file"]

_VERSION = 12
_ROWS_AT_ONCE = 8192  # of a matrix that is not contiguous, so that it is not copied as a whole
_NOT_PRUNED = -1
_LOSSES = {name: number for number, name in layout.LOSSES.items()}
_MODELS = {name: number for number, name in layout.MODELS.items()}


def write_fasttext_file(path: AnyPath, file: FastTextFile, *, input_parts: Sequence[NDArray[np.float32]] = ()) -> None:
    """Write a model as fastText 0.9 does (version 12 of its format).

    Parameters
    ----------
    path : path
        File to write; an existing file is replaced in one step.
    file : FastTextFile
        The model, with both matrices.
    input_parts : sequence of ndarray of float32, default ()
        Matrices whose rows, one after another, are written as the input matrix, instead of that of `file`.

    Raises
    ------
    FormatError
        If the format cannot hold the model, since a word has a zero byte or words are composed as in floret, or the
        output matrix was not read.
    OSError
        If the file cannot be written.
    """
    if file.output is None:
        raise FormatError("file must have an output matrix")
    if file.arguments.hash_count:
        raise FormatError(
            "fastText's format cannot hold vectors with floret's hash_count; save_floret_vectors of FastTextModel and "
            "wv.save_floret_format of FastText write a .floret file"
        )
    for entry in (*file.words, *file.labels):
        if b"\0" in entry:
            raise FormatError(f"the format cannot hold words with a zero byte, got {entry!r}")
    with replaced_file(path) as target:
        target.write(_arguments(file))
        target.write(_dictionary(file))
        is_quantized = not input_parts and isinstance(file.input, QuantizedMatrix)
        target.write(layout.FLAG.pack(is_quantized))
        if input_parts:
            _write_dense(target, input_parts)
        else:
            _write_matrix(target, file.input)
        target.write(layout.FLAG.pack(isinstance(file.output, QuantizedMatrix)))
        _write_matrix(target, file.output)


def _arguments(file: FastTextFile) -> bytes:
    arguments = file.arguments
    return layout.MAGIC.pack(FASTTEXT_MAGIC, _VERSION) + layout.ARGUMENTS.pack(
        arguments.dim,
        arguments.ws,
        arguments.epoch,
        arguments.min_count,
        arguments.neg,
        arguments.word_ngrams,
        _LOSSES[arguments.loss],
        _MODELS[arguments.model],
        arguments.bucket,
        arguments.minn,
        arguments.maxn,
        arguments.lr_update_rate,
        arguments.t,
    )


def _dictionary(file: FastTextFile) -> bytes:
    words, labels = len(file.words), len(file.labels)
    pruned = _NOT_PRUNED if file.pruned is None else len(file.pruned)
    return b"".join(
        [
            layout.DICTIONARY.pack(words + labels, words, labels, file.tokens),
            layout.PRUNED_COUNT.pack(pruned),
            *(_entry(word, count, 0) for word, count in zip(file.words, file.counts.tolist(), strict=True)),
            *(_entry(label, count, 1) for label, count in zip(file.labels, file.label_counts.tolist(), strict=True)),
            b"" if file.pruned is None else file.pruned.astype("<i4").tobytes(),
        ]
    )


def _entry(entry: bytes, count: int, kind: int) -> bytes:
    return entry + b"\0" + layout.COUNT_AND_KIND.pack(count, kind)


def _write_matrix(target: OutputFile, matrix: Matrix) -> None:
    if not isinstance(matrix, QuantizedMatrix):
        _write_dense(target, [matrix])
        return
    target.write(layout.FLAG.pack(matrix.norm_codes is not None))
    target.write(layout.MATRIX.pack(*matrix.shape))
    target.write(layout.CODE_BYTES.pack(matrix.codes.size))
    _write_numbers(target, matrix.codes, "u1")
    _write_quantizer(target, matrix.quantizer)
    if matrix.norm_codes is not None and matrix.norm_quantizer is not None:
        _write_numbers(target, matrix.norm_codes, "u1")
        _write_quantizer(target, matrix.norm_quantizer)


def _write_dense(target: OutputFile, parts: Sequence[NDArray[np.float32]]) -> None:
    target.write(layout.MATRIX.pack(sum(map(len, parts)), parts[0].shape[1]))
    for part in parts:
        rows = part.shape[0] if part.flags.c_contiguous else _ROWS_AT_ONCE
        for start in range(0, len(part), max(1, rows)):
            _write_numbers(target, part[start : start + rows], "<f4")


def _write_quantizer(target: OutputFile, quantizer: ProductQuantizer) -> None:
    last = quantizer.columns - (quantizer.parts - 1) * quantizer.part_columns
    target.write(layout.QUANTIZER.pack(quantizer.columns, quantizer.parts, quantizer.part_columns, last))
    _write_numbers(target, quantizer.centroids, "<f4")


def _write_numbers(target: OutputFile, numbers: NDArray[Any], dtype: str) -> None:
    # Without a copy of the matrix, which may take most of the memory.
    contiguous = np.ascontiguousarray(numbers.astype(dtype, copy=False))
    target.write(contiguous.reshape(-1).view(np.uint8))
