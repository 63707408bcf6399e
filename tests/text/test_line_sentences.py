"""Iteration over the sentences of files: LineSentence, PathLineSentences and Text8Corpus."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.corpora import read
from reference.text import lines_of, pieces_of
from wordkin.text import LineSentence, PathLineSentences, Text8Corpus
from wordkin.text.reader import SentenceRules, TextReader
from wordkin.text.sources import StreamSource

texts = st.lists(st.sampled_from(["a", "b", "é", " ", "\n", "\r\n", "\r", "\u3000"]), max_size=50).map(
    lambda parts: "".join(parts).encode()
)


@given(texts, st.integers(1, 4))
def test_iteration_matches_the_reader_in_cpp(data: bytes, max_length: int) -> None:
    sentences = LineSentence(io.BytesIO(data), max_sentence_length=max_length)
    expected = pieces_of(lines_of(data), max_length)
    assert list(sentences) == expected
    assert list(sentences) == expected  # it can be repeated
    if expected:
        assert read(sentences) == expected


@pytest.mark.parametrize("limit", [0, 1, 2, 3, 4, 99])
@pytest.mark.parametrize("block_bytes", [4, 5, 9, 1000])
def test_limit_counts_empty_lines(limit: int, block_bytes: int) -> None:
    data = b"a b\r\n\nc d e f g h\ni\n"
    reader = TextReader(
        [StreamSource(io.BytesIO(data))], rules=SentenceRules(line_limit=limit), block_bytes=block_bytes
    )
    lines = [["a", "b"], [], ["c", "d", "e", "f", "g", "h"], ["i"]][:limit]
    assert [*chain(*reader.sentences())] == [*chain(*lines)]


def test_limit_applies_to_each_file(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).write_bytes(f"{name}1\n{name}2\n{name}3\n".encode())
    assert read(LineSentence(tmp_path / "a", limit=2)) == [["a1"], ["a2"]]
    assert read(PathLineSentences(tmp_path, limit=1)) == [["a1"], ["b1"]]


def test_compressed_files(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(gzip.compress(b"a b\nc"))
    assert list(LineSentence(str(tmp_path / "text"))) == [["a", "b"], ["c"]]
    assert list(Text8Corpus(tmp_path / "text", 2)) == [["a", "b"], ["c"]]


@given(texts, st.integers(1, 4))
def test_text8_corpus_splits_by_length_alone(data: bytes, max_length: int) -> None:
    expected = pieces_of([[*chain(*lines_of(data))]], max_length)
    corpus = Text8Corpus(io.BytesIO(data), max_length)
    assert list(corpus) == expected
    if expected:
        assert read(corpus, workers=2) == expected


def test_text8_corpus_in_many_blocks() -> None:
    words = [f"w{n % 5}" for n in range(5000)]
    data = " ".join(words).replace("w3 ", "w3\n").encode()
    rules = SentenceRules(max_sentence_length=7, line_is_sentence=False)
    reader = TextReader([StreamSource(io.BytesIO(data))], rules=rules, block_bytes=100)
    assert list(reader.sentences()) == pieces_of([words], 7)


def test_subclasses_are_read_by_their_iteration(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"A b\n")

    class Lower(LineSentence):
        def __iter__(self) -> Iterator[list[str]]:
            return ([word.lower() for word in sentence] for sentence in super().__iter__())

    assert read(Lower(tmp_path / "text")) == [["a", "b"]]
    assert read(LineSentence(tmp_path / "text")) == [["A", "b"]]


def test_invalid_arguments_are_rejected() -> None:
    with pytest.raises(ValueError, match="max_sentence_length must be at least 1, got 0"):
        list(LineSentence(io.BytesIO(b"a"), max_sentence_length=0))
    with pytest.raises(TypeError, match=r"limit must be an integer, got 1\.5"):
        list(LineSentence(io.BytesIO(b"a"), limit=1.5))  # type: ignore[arg-type]
