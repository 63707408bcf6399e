"""Text for benches: unpacked where a rival cannot read it packed."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Yield the path of the plain text: `path` itself, or a temporary copy of what its gzip holds."""
    if path.suffix != ".gz":
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / path.stem
        with gzip.open(path) as packed, plain.open("wb") as text:
            shutil.copyfileobj(packed, text)
        yield plain
