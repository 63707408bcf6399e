"""Contents of sources: they can be closed like files, which buffers around them do."""

from __future__ import annotations

import gzip
import io
from contextlib import closing
from pathlib import Path

import pytest

from wordkin.storage.opening import decompressed
from wordkin.text.sources import FileSource, sources_of

TEXT = "one two\nthree four\n"


def given(kind: str, folder: Path) -> object:
    path = folder / "text"
    if kind == "compressed file":
        path.write_bytes(gzip.compress(TEXT.encode()))
    else:
        path.write_text(TEXT, encoding="utf-8")
    streams = {"binary stream": io.BytesIO(TEXT.encode()), "text stream": io.StringIO(TEXT)}
    return streams.get(kind, path)


@pytest.mark.parametrize("kind", ["file", "compressed file", "binary stream", "text stream", "part of a file"])
def test_contents_are_closed_by_the_buffers_that_read_them(kind: str, tmp_path: Path) -> None:
    (source,) = sources_of(given(kind, tmp_path))
    expected = TEXT.encode()
    if kind == "part of a file":
        assert isinstance(source, FileSource)
        source = source.part(8, len(TEXT))
        expected = expected[8:]
    with source.open() as content, closing(decompressed(content, "text")) as buffer:
        assert buffer.read(100) == expected
