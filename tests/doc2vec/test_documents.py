"""Readers of documents: tags are the numbers of lines or the names of files, and no line is dropped."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest

from wordkin import TaggedDocument, TaggedLineDocument
from wordkin.doc2vec import TaggedFiles
from wordkin.errors import CorpusError, FormatError
from wordkin.text import FolderOptions, PreparationOptions


def test_tags_are_the_numbers_of_lines_also_after_empty_ones(tmp_path: Path) -> None:
    path = tmp_path / "documents.txt"
    path.write_bytes("\ufeffa b\n\n  \nc\r\nnaïve".encode())
    documents = TaggedLineDocument(path)
    expected = [["a", "b"], [], [], ["c"], ["naïve"]]
    for _ in range(2):
        assert [document.words for document in documents] == expected
    assert [document.tags for document in documents] == [[number] for number in range(5)]


def test_compressed_files_streams_and_several_files(tmp_path: Path) -> None:
    first, second = tmp_path / "1.txt.gz", tmp_path / "2.txt"
    first.write_bytes(gzip.compress(b"a b\nc\n"))
    second.write_text("d", encoding="utf-8")
    assert [*TaggedLineDocument([first, second])][2] == TaggedDocument(["d"], [2])
    assert [*TaggedLineDocument(tmp_path)] == [*TaggedLineDocument([first, second])]
    assert len([*TaggedLineDocument(io.BytesIO(b"a\nb\n"))]) == 2


def test_texts_are_prepared() -> None:
    preparation = PreparationOptions(tokenizer="words", lowercase=True)
    [document] = TaggedLineDocument(io.BytesIO(b"It's LATE.\n"), preparation=preparation)
    assert document.words == ["it", "'", "s", "late", "."]


def test_files_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("b.txt", "a.txt", "sub/c.txt"):
        (tmp_path / name).write_text(f"text of\n{name}", encoding="utf-8")
    assert [document.tags for document in TaggedFiles(tmp_path)] == [["a.txt"], ["b.txt"]]
    every = [*TaggedFiles(tmp_path, folders=FolderOptions(recursive=True))]
    assert every[-1] == TaggedDocument(["text", "of", "sub/c.txt"], ["sub/c.txt"])
    with pytest.raises(CorpusError, match="expected a folder"):
        TaggedFiles(tmp_path / "a.txt")


def test_invalid_bytes_are_reported_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.txt"
    path.write_bytes(b"good\ncaf\xe9\n")
    with pytest.raises(FormatError, match="line 2"):
        [*TaggedLineDocument(path)]
    assert [*TaggedLineDocument(path, encoding="latin-1")][1].words == ["café"]
    with pytest.raises(OSError, match="missing"):
        TaggedLineDocument(tmp_path / "missing.txt")


def test_documents_are_printed_as_in_gensim() -> None:
    assert str(TaggedDocument(["a"], [0])) == "TaggedDocument<['a'], [0]>"
