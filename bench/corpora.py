"""Texts for benchmarks: decompressed for libraries that cannot read them otherwise, or as word indices."""

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


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Yield the path of the plain text: `path` itself, or a temporary decompressed copy of a gzip file."""
    if path.suffix != ".gz":
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / path.stem
        with gzip.open(path) as packed, plain.open("wb") as text:
            shutil.copyfileobj(packed, text)
        yield plain


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
