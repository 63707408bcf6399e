"""What the tests of vector files share: putting bytes into a file and reading it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wordkin.vectors.files import LoadedVectors, read_word2vec


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., LoadedVectors]:
    """Read bytes as a word2vec file."""

    def read_bytes(content: bytes, **options: Any) -> LoadedVectors:
        path = tmp_path / "vectors.any"
        path.write_bytes(content)
        return read_word2vec(path, **options)

    return read_bytes
