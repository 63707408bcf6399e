"""Fixtures for tests of vector files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wordkin.vectors.files import LoadedVectors, read_word2vec


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., LoadedVectors]:
    """Return a function that writes bytes to a file and reads it as word vectors."""

    def read_bytes(content: bytes, **options: Any) -> LoadedVectors:
        path = tmp_path / "vectors.any"
        path.write_bytes(content)
        return read_word2vec(path, **options)

    return read_bytes
