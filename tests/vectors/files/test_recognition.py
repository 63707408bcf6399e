"""Recognition of vector files by their content."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from wordkin.errors import FormatError
from wordkin.vectors.files import recognise

from .file_contents import FILES, binary_file, text_file

FILE_KINDS = {
    "gensim.txt": "word2vec-text",
    "gensim.bin": "word2vec-binary",
    "fasttext.bin": "fasttext",
    "gensim-negative.model": "pickle",
    "gensim-separate.kv": "pickle",
    "wordkin-1.0.safetensors": "safetensors",
}


@pytest.mark.parametrize("name", FILE_KINDS)
def test_files_of_other_programs(name: str, tmp_path: Path) -> None:
    assert recognise(FILES / name) == FILE_KINDS[name]
    (tmp_path / "misleading.txt").write_bytes(gzip.compress((FILES / name).read_bytes()))
    assert recognise(tmp_path / "misleading.txt") == FILE_KINDS[name]


@pytest.mark.parametrize(
    ("content", "kind"),
    [(text_file(header=""), "glove"), (text_file(), "word2vec-text"), (binary_file(after=b"\n"), "word2vec-binary")],
)
def test_variants(tmp_path: Path, content: bytes, kind: str) -> None:
    (tmp_path / "file").write_bytes(content)
    assert recognise(tmp_path / "file") == kind


@pytest.mark.parametrize("content", [b"", b"hello world\n", b"PK\x03\x04rest", b"\xff\xfe4\x00"])
def test_other_content_is_rejected(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(FormatError):
        recognise(tmp_path / "file")
