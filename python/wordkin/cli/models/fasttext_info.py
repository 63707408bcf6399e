"""Descriptions of fastText models for ``wordkin info``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...storage.signatures import SIGNATURE_BYTES, compression_of
from ...vectors.files.fasttext_format import Matrix, QuantizedMatrix, read_fasttext_file

__all__ = ["facts_of_fasttext"]

_FIRST = 5  # words and labels that are shown


def facts_of_fasttext(source: Path) -> dict[str, Any]:
    """Describe a model of fastText.

    Parameters
    ----------
    source : Path
        File of the model, ``.bin`` or ``.ftz``.

    Returns
    -------
    dict
        The description.

    Raises
    ------
    FormatError
        If the model is damaged.
    """
    with source.open("rb") as start:
        is_compressed = compression_of(start.read(SIGNATURE_BYTES)) is not None
    file = read_fasttext_file(source, mmap=not is_compressed)
    arguments = file.arguments
    facts = {
        "file": str(source),
        "kind": "fasttext",
        "bytes": source.stat().st_size,
        "model": arguments.model,
        "words": len(file.words),
        "vector_size": arguments.dim,
        "dtype": _dtype(file.input),
        "loss": arguments.loss,
        "quantized": isinstance(file.input, QuantizedMatrix),
        "min_n": arguments.minn,
        "max_n": arguments.maxn,
        "word_ngrams": arguments.word_ngrams,
        "buckets": arguments.bucket if file.pruned is None else len(file.pruned),
        "window": arguments.ws,
        "negative": arguments.neg,
        "sample": arguments.t,
        "min_count": arguments.min_count,
        "epochs": arguments.epoch,
        "corpus_words": file.tokens,
        "first_words": _texts(file.words),
    }
    if arguments.model == "supervised":
        facts |= {"labels": len(file.labels), "first_labels": _texts(file.labels)}
    return facts


def _dtype(matrix: Matrix) -> str:
    return "uint8 codes" if isinstance(matrix, QuantizedMatrix) else str(matrix.dtype)


def _texts(entries: list[bytes]) -> list[str]:
    return [entry.decode("utf-8", "replace") for entry in entries[:_FIRST]]
