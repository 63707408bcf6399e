"""A fastText model in memory: what its file holds, and the compiled reader of words and lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._core import fasttext as core
from ..vectors.files.fasttext_format import FastTextFile, Matrix, QuantizedMatrix

__all__ = ["LABEL_PREFIX", "DictionarySizes", "FastTextState", "packed_entries"]

LABEL_PREFIX = "__label__"
"""Prefix of labels in texts and files."""


@dataclass(frozen=True, kw_only=True)
class DictionarySizes:
    """Parameters of a model that the core needs to find the rows of words and labels.

    Parameters
    ----------
    words : int
        Number of words.
    min_n, max_n : int
        Lengths of character n-grams.
    buckets : int
        Number of hash buckets.
    word_ngrams : int
        Maximum length of n-grams of words.
    label_prefix : str
        Prefix of labels.
    loss : {"softmax", "hs", "ns", "ova"}
        Loss.
    hash_count : int
        Number of hash buckets of each word and n-gram, as in floret; 0 for fastText.
    """

    words: int
    min_n: int
    max_n: int
    buckets: int
    word_ngrams: int
    label_prefix: str
    loss: str
    hash_count: int

    @classmethod
    def of(cls, file: FastTextFile, label_prefix: str) -> DictionarySizes:
        """Return the parameters of a model.

        Parameters
        ----------
        file : FastTextFile
            The model.
        label_prefix : str
            Prefix of labels.

        Returns
        -------
        DictionarySizes
            The parameters.
        """
        arguments = file.arguments
        return cls(
            words=len(file.words),
            min_n=arguments.minn,
            max_n=arguments.maxn,
            buckets=arguments.bucket,
            word_ngrams=max(0, arguments.word_ngrams),
            label_prefix=label_prefix,
            loss=arguments.loss,
            hash_count=arguments.hash_count,
        )


def packed_entries(file: FastTextFile) -> dict[str, Any]:
    """Return the words and labels of a model, and its pruned buckets, as the core reads them.

    Parameters
    ----------
    file : FastTextFile
        The model.

    Returns
    -------
    dict
        The arguments "entries", "offsets" and "pruned".
    """
    entries = [*file.words, *file.labels]
    offsets = np.zeros(len(entries) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, entries), np.int64, len(entries)), out=offsets[1:])
    pruned = None if file.pruned is None else np.ascontiguousarray(file.pruned).reshape(-1)
    return {"entries": b"".join(entries), "offsets": offsets, "pruned": pruned}


class FastTextState:
    """The content of a model file, and what computes with it. It is not changed by its use.

    Parameters
    ----------
    file : FastTextFile
        The content; the matrices are used as they are, without a copy.
    label_prefix : str, default "__label__"
        Prefix of labels. Files do not store it.

    Attributes
    ----------
    file : FastTextFile
        The content.
    predictor : _core.fasttext.Predictor
        Predictions and vectors.
    """

    def __init__(self, file: FastTextFile, label_prefix: str = LABEL_PREFIX) -> None:
        self.file = file
        self.label_prefix = label_prefix
        arguments = file.arguments
        self.predictor = core.Predictor(
            DictionarySizes.of(file, label_prefix),
            **packed_entries(file),
            input=_as_bytes(file.input),
            output=_as_bytes(file.output) if arguments.model == "supervised" else None,
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
    has_rows = matrix.strides[1] == matrix.itemsize or matrix.shape[1] <= 1
    dense: NDArray[np.float32] = matrix if has_rows else np.ascontiguousarray(matrix)
    return dense.view(np.uint8)
