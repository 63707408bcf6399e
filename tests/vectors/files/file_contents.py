"""Contents of vector files as other programs write them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

FILES = Path(__file__).parents[2] / "formats"

WORDS = ["the", "naïve", "漢字", "</s>"]
VECTORS = np.array([[1, 2.5, -0.125], [0, -1e-7, 3], [0.1, 0.2, 0.3], [12345678, -4, 5e-5]], np.float32)


def text_file(words: Sequence[str] = WORDS, vectors: np.ndarray = VECTORS, header: str | None = None) -> bytes:
    """Return a text file as gensim writes it, possibly with another header."""
    lines = [f"{len(words)} {vectors.shape[1]}" if header is None else header]
    lines += [" ".join([word, *map(_number, row)]) for word, row in zip(words, vectors, strict=True)]
    return "".join(line + "\n" for line in lines if line).encode()


def _number(value: np.float32) -> str:
    return str(value).replace("12345678.0", "1.2345678e+07")  # NumPy 2.2 writes the former


def binary_file(
    words: Sequence[str] = WORDS,
    vectors: np.ndarray = VECTORS,
    *,
    header: str | None = None,
    after: bytes = b"",
    dtype: str = "<f4",
) -> bytes:
    """Return a binary file as gensim writes it; the C tool writes a newline `after` each vector."""
    content = (f"{len(words)} {vectors.shape[1]}" if header is None else header).encode() + b"\n"
    for word, row in zip(words, vectors, strict=True):
        content += word.encode() + b" " + row.astype(dtype).tobytes() + after
    return content
