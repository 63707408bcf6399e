"""Buffered reading of files whose size is known, wrong or unknown."""

from __future__ import annotations

import io

import pytest

from wordkin.vectors.files.blocks import BlockSource

CONTENT = bytes(range(100))


@pytest.mark.parametrize("content_bytes", [None, 0, 10, 99, 100, 1000])
@pytest.mark.parametrize("size", [1, 64, 100, 4096])
def test_all_content_is_read(content_bytes: int | None, size: int) -> None:
    source = BlockSource(io.BytesIO(CONTENT), "name", content_bytes, 10_000)
    found = b""
    while source.fill(size):
        assert len(source.buffer) >= min(size, len(CONTENT) - len(found))
        found += source.buffer[:size]
        source.consume(min(size, len(source.buffer)))
    assert found == CONTENT
    assert source.at_end
