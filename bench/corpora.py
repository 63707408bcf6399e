"""Texts for benchmarks: decompressed for libraries that cannot read them otherwise, shortened, or as word indices."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wordkin.storage.opening import open_binary

__all__ = ["encoded", "first_words", "unpacked"]


@contextmanager
def unpacked(path: Path, words: int | None = None) -> Iterator[Path]:
    """Yield the path of the plain text: `path` itself, or a temporary copy of a gzip file or of the first lines.

    Parameters
    ----------
    path : pathlib.Path
        Text, or text compressed by gzip.
    words : int, optional
        The copy ends after the line that reaches this number of words.
    """
    if path.suffix != ".gz" and words is None:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / (path.stem if path.suffix == ".gz" else path.name)
        if words is None:
            with gzip.open(path) as packed, plain.open("wb") as text:
                shutil.copyfileobj(packed, text)
        else:
            first_words(path, words, plain)
        yield plain


def first_words(corpus: Path, count: int, destination: Path) -> int:
    """Copy the first lines with at least `count` words in total, and return the number of words."""
    words = 0
    with open_binary(corpus) as text, destination.open("wb") as file:
        for line in text:
            if words >= count:
                break
            words += len(line.split())
            file.write(line)
    return words


def encoded(path: Path, index: Mapping[str, int], unknown: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return the ids of the words of a text with one sentence per line, and the end position of each sentence."""
    ids: list[int] = []
    ends = []
    with open_binary(path) as text:
        for line in text:
            ids.extend(index.get(word, unknown) for word in line.decode().split())
            if len(ids) > (ends[-1] if ends else 0):
                ends.append(len(ids))
    return np.array(ids, dtype=np.int32), np.array(ends, dtype=np.int64)
