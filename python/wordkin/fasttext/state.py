"""A fastText model in memory: what its file holds, and the compiled reader of words and lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._core import fasttext as core
from ..vectors.files.fasttext_format import FastTextFile, Matrix, QuantizedMatrix

__all__ = ["FastTextState"]


@dataclass(frozen=True, kw_only=True)
class _Sizes:
    words: int
    min_n: int
    max_n: int
    buckets: int
    word_ngrams: int
    loss: str


class FastTextState:
    """The content of a model file, and what computes with it. It is not changed by its use.

    Parameters
    ----------
    file : FastTextFile
        The content; the matrices are used as they are, without a copy.

    Attributes
    ----------
    file : FastTextFile
        The content.
    predictor : _core.fasttext.Predictor
        Predictions and vectors.
    """

    def __init__(self, file: FastTextFile) -> None:
        self.file = file
        arguments = file.arguments
        entries = [*file.words, *file.labels]
        offsets = np.zeros(len(entries) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, entries), np.int64, len(entries)), out=offsets[1:])
        self.predictor = core.Predictor(
            _Sizes(
                words=len(file.words),
                min_n=arguments.minn,
                max_n=arguments.maxn,
                buckets=arguments.bucket,
                word_ngrams=max(0, arguments.word_ngrams),
                loss=arguments.loss,
            ),
            entries=b"".join(entries),
            offsets=offsets,
            pruned=None if file.pruned is None else np.ascontiguousarray(file.pruned).reshape(-1),
            input=_as_bytes(file.input),
            output=_as_bytes(file.output) if self.is_supervised else None,
            label_counts=file.label_counts,
        )

    @property
    def is_supervised(self) -> bool:
        """Whether the model predicts labels."""
        return self.file.arguments.model == "supervised"


def _as_bytes(matrix: Matrix | None) -> Any:
    """Return a matrix as `_core` reads it: floats, which may be unaligned in a mapped file, as bytes."""
    if matrix is None or isinstance(matrix, QuantizedMatrix):
        return matrix
    dense: NDArray[np.float32] = matrix if matrix.flags.c_contiguous else np.ascontiguousarray(matrix)
    return dense.view(np.uint8)
