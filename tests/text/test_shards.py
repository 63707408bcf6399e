"""Shards: every line of a corpus is in exactly one of them."""

from __future__ import annotations

import gzip
import io
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordkin import Word2Vec
from wordkin.errors import CorpusError, FormatError
from wordkin.storage.decoding import TextOptions
from wordkin.text import PreparationOptions, corpus_shard, open_corpus, shards
from wordkin.text.folders import FolderOptions
from wordkin.text.reader import TextReader
from wordkin.text.sources import FileSource


def sentences_of(sources: list, options: TextOptions | None = None) -> list[list[str]]:
    return list(TextReader(sources, options=options).sentences()) if sources else []


def all_shards(given: object, count: int, **arguments: object) -> list[list[list[str]]]:
    options = arguments.get("options")
    return [sentences_of(corpus_shard(given, index, count, **arguments), options) for index in range(count)]


def as_counts(parts: list[list[list[str]]]) -> Counter:
    return Counter(" ".join(words) for part in parts for words in part)


LINES = st.lists(st.text("aé \t", max_size=8), max_size=12)


@given(st.lists(st.tuples(LINES, st.sampled_from(["\n", "\r\n", "\r"])), min_size=1, max_size=3), st.integers(1, 9))
def test_every_line_is_in_one_shard(tmp_path_factory, files, count):
    folder = tmp_path_factory.mktemp("text")
    for number, (lines, end) in enumerate(files):
        (folder / f"{number}.txt").write_bytes(end.join(lines).encode())
    expected = as_counts([sentences_of(corpus_shard(folder, 0, 1))])
    assert as_counts(all_shards(folder, count)) == expected


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_pieces_are_dealt_out_in_turn(tmp_path, monkeypatch, end):
    monkeypatch.setattr(shards, "_MIN_PIECE_BYTES", 100)
    monkeypatch.setattr(shards, "_MAX_PIECES", 16)
    file = tmp_path / "text.txt"
    file.write_bytes(b"".join(b"word%05d" % number + end for number in range(4000)))
    parts = all_shards(file, 4)
    assert sorted(words[0] for part in parts for words in part) == [f"word{number:05d}" for number in range(4000)]
    assert {len(corpus_shard(file, index, 4)) for index in range(4)} == {16}
    for part in parts:
        assert 950 < len(part) < 1050
        assert np.std([int(words[0][4:]) for words in part]) > 1000  # from all over the file


@given(
    st.integers(1, 7),
    st.integers(1, 60),
    st.integers(1, 60),
    st.lists(st.sampled_from([b"a", b" ", b"\n", b"\r", b"\r\n"]), max_size=80),
)
def test_long_lines_are_cut_at_whitespace(tmp_path_factory, count, searched, first, pieces):
    file = tmp_path_factory.mktemp("text") / "text.txt"
    file.write_bytes(b"".join(pieces))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "_SEARCHED_BYTES", searched)
        patch.setattr(shards, "_SEARCHED_FIRST", first)
        parts = all_shards(file, count)
    words = [word for part in parts for line in part for word in line]
    assert Counter(words) == Counter(file.read_text(encoding="utf-8").split())


def test_paragraphs_are_not_cut(tmp_path):
    file = tmp_path / "text.txt"
    file.write_text("\n\n".join(f"a{n} b\nc d{n}" for n in range(50)), encoding="utf-8")
    preparation = PreparationOptions(sentences_per="paragraph")
    for count in (2, 3, 7):
        for index in range(count):
            reader = TextReader(corpus_shard(file, index, count, preparation=preparation))
            text = b"".join(block.data for block in reader.blocks()).decode()
            assert text.startswith("a")
            assert text.rstrip("\n").split()[-1].startswith("d")


def test_compressed_files_are_not_cut_and_balanced(tmp_path):
    rng = np.random.default_rng(1)
    for number, words in enumerate([8000, 100, 4000, 100, 3900, 50]):
        text = " ".join(map(str, rng.integers(0, 10**9, words)))
        (tmp_path / f"{number}.txt.gz").write_bytes(gzip.compress(text.encode()))
    (tmp_path / "plain.txt").write_text("a\nb\nc\nd\n", encoding="utf-8")
    names = [[Path(part.name).name for part in corpus_shard(tmp_path, index, 2)] for index in range(2)]
    assert "0.txt.gz" in names[0]
    assert {"2.txt.gz", "4.txt.gz"} <= set(names[1])
    assert all("plain.txt" in part for part in names)
    assert sum(name.endswith(".gz") for part in names for name in part) == 6


@pytest.mark.parametrize(
    ("encoding", "is_cut"),
    [("latin-1", True), ("cp1252", True), ("gbk", True), ("utf-16", False), ("utf-7", False), ("utf-32", False)],
)
def test_encodings(tmp_path, encoding, is_cut):
    file = tmp_path / "text.txt"
    lines = ["a b é" if encoding != "gbk" else "a 中"] * 40
    file.write_bytes("\n".join(lines).encode(encoding))
    parts = all_shards(file, 3, options=TextOptions(encoding=encoding))
    assert sum(map(len, parts)) == 40
    assert all(parts) == is_cut


def test_wide_text_is_recognised_by_its_mark(tmp_path):
    file = tmp_path / "text.txt"
    file.write_bytes("\n".join(["a b"] * 40).encode("utf-16"))
    assert [len(part) for part in all_shards(file, 3)] == [40, 0, 0]


def test_a_part_may_begin_like_a_binary_file(tmp_path):
    file = tmp_path / "text.txt"
    file.write_bytes(b"GIF89a x\n%PDF-1 y\n" * 2000)
    with pytest.raises(FormatError):
        sentences_of(corpus_shard(file, 0, 2))
    file.write_bytes(b"first\n" + b"%PDF-1 y\n" * 2000)
    assert sum(map(len, all_shards(file, 5))) == 2001


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_errors_have_positions_in_the_file(tmp_path, encoding):
    file = tmp_path / "text.txt"
    file.write_bytes(b"abc\n" * 100 + b"\xff\n")
    with pytest.raises((CorpusError, FormatError), match="byte 400:"):
        sentences_of(corpus_shard(file, 1, 2), TextOptions(encoding=encoding))


def test_files_that_change_are_named(tmp_path):
    file = tmp_path / "text.txt"
    file.write_bytes(b"abc\n" * 100)
    sources = corpus_shard(file, 1, 2)
    file.write_bytes(b"abc\n" * 60)
    with pytest.raises(CorpusError, match="400 bytes when it was opened, 240 now"):
        sentences_of(sources)


def test_parts_that_cannot_be_read_are_left_out(tmp_path):
    file = tmp_path / "text.txt"
    file.write_bytes(b"good\n" * 20 + b"\xff\n" + b"good\n" * 20)
    parts = [TextReader(corpus_shard(file, index, 3), options=TextOptions(on_error="skip")) for index in range(3)]
    assert len(list(parts[0].sentences())) > 10
    with pytest.raises(CorpusError, match="none of the 1 files"):
        list(parts[1].sentences())


def test_more_shards_than_lines(tmp_path):
    file = tmp_path / "text.txt"
    file.write_text("one\ntwo\n", encoding="utf-8")
    assert [len(part) for part in all_shards(file, 8)].count(1) == 2
    file.write_text("", encoding="utf-8")
    assert corpus_shard(file, 0, 2) == []


@pytest.mark.parametrize(("index", "count"), [(-1, 2), (2, 2), (0, 0), (0.5, 2), (True, 2)])
def test_numbers_of_shards(tmp_path, index, count):
    file = tmp_path / "text.txt"
    file.write_text("a\n", encoding="utf-8")
    with pytest.raises((TypeError, ValueError), match=r"(index|count) must"):
        corpus_shard(file, index, count)


def test_pipes_and_open_files_cannot_be_divided(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for text in (tmp_path / "pipe", io.BytesIO(b"a\nb\n")):
        with pytest.raises(CorpusError, match="cannot be divided into shards"):
            corpus_shard(text, 0, 2)
        assert len(corpus_shard(text, 0, 1)) == 1


def test_shards_are_divided_further(tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "_MIN_PIECE_BYTES", 100)
    monkeypatch.setattr(shards, "_MAX_PIECES", 16)
    file = tmp_path / "text.txt"
    file.write_bytes(b"".join(b"word%04d\n" % number for number in range(2000)))
    whole = sentences_of(corpus_shard(file, 1, 3))
    parts = all_shards(corpus_shard(file, 1, 3), 4)
    assert as_counts(parts) == as_counts([whole])
    assert all(len(part) > 100 for part in parts)


def test_models_read_shards(tmp_path):
    (tmp_path / "a.txt").write_text("a b c\n" * 30, encoding="utf-8")
    (tmp_path / "b.log").write_text("not read\n", encoding="utf-8")
    shard = corpus_shard(tmp_path, 1, 3, folders=FolderOptions(glob="*.txt"))
    model = Word2Vec(corpus_file=shard, vector_size=4, min_count=1, workers=1, epochs=1)
    assert model.corpus_total_words == 30
    assert open_corpus(corpus_file=shard).scan(1, keep_ids=False).counts.raw_sentences == 10
    assert all(isinstance(part, FileSource) for part in shard)
