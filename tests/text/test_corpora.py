"""Corpora from every kind of input are encoded like the definition."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import signal
import threading
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.corpora import corpus_of_bytes, decoded, read
from reference.text import bounded_counts_of, counts_of, known_only, lines_of, pieces_of, vocabulary_of
from wordkin.text import (
    EncodedCorpus,
    LineSentence,
    PathLineSentences,
    SpillRules,
    Text8Corpus,
    Vocabulary,
    open_corpus,
)
from wordkin.text.encoded import STREAM_BLOCK_WORDS
from wordkin.text.reader import SentenceRules, TextReader
from wordkin.text.sources import StreamSource

WHITESPACE = [character for character in map(chr, range(0x3001)) if character.isspace()]
words_and_whitespace = st.sampled_from(["a", "b", "cc", "é", "ddddddddd", " ", " ", "\n", "\r\n", *WHITESPACE])
texts = st.lists(words_and_whitespace, max_size=80).map(lambda parts: "".join(parts).encode())
token_lists = st.lists(st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=10), max_size=6), max_size=8)


@settings(deadline=None)
@given(texts, st.integers(5, 40), st.integers(1, 3), st.sampled_from([0, 1 << 20]), st.integers(1, 3))
def test_files_read_in_small_blocks_match_the_definition(
    data: bytes, block_bytes: int, workers: int, memory_bytes: int, min_count: int
) -> None:
    lines = lines_of(data)
    counts = counts_of(lines)
    expected = vocabulary_of(counts, min_count)
    corpus = corpus_of_bytes(data, block_bytes=block_bytes, memory_bytes=memory_bytes)
    scan = corpus.scan(workers, keep_ids=True)
    assert scan.counts.words == list(counts)
    assert scan.counts.counts.tolist() == list(counts.values())
    if not expected:
        return
    vocabulary, _ = scan.counts.prune(min_count)
    assert vocabulary.words == expected
    kept = scan.encoded(vocabulary, workers)
    assert kept is not None
    for encoded in (kept, corpus.encode(vocabulary, workers)):
        assert encoded.raw_words == sum(map(len, lines))
        assert encoded.raw_sentences == len(lines)
        assert encoded.word_count == sum(map(len, known_only(lines, expected)))
        # Lines longer than a block are split, so only the sequence of words is compared.
        assert [*chain(*decoded(encoded, vocabulary))] == [*chain(*known_only(lines, expected))]


@given(texts, st.integers(1, 4), st.integers(1, 2))
def test_lines_are_sentences_and_long_lines_are_split(data: bytes, max_length: int, workers: int) -> None:
    if not lines_of(data):
        return
    corpus = corpus_of_bytes(data, rules=SentenceRules(max_sentence_length=max_length))
    scan = corpus.scan(workers, keep_ids=True)
    vocabulary, _ = scan.counts.prune(1)
    encoded = scan.encoded(vocabulary, workers)
    assert encoded is not None
    assert decoded(encoded, vocabulary) == pieces_of(lines_of(data), max_length)


def test_a_line_of_many_blocks_is_split_at_exactly_the_maximum_length() -> None:
    words = [f"w{n % 7}" for n in range(20_000)]
    corpus = corpus_of_bytes(" ".join(words).encode() + b"\nlast line", rules=SentenceRules(max_sentence_length=30),
                             block_bytes=1000)  # fmt: skip
    scan = corpus.scan(2, keep_ids=True)
    vocabulary, _ = scan.counts.prune(1)
    encoded = scan.encoded(vocabulary)
    assert encoded is not None
    assert encoded.raw_sentences == 2
    assert decoded(encoded, vocabulary) == [*pieces_of([words], 30), ["last", "line"]]


@settings(deadline=None)
@given(token_lists, st.integers(1, 2))
def test_token_lists_are_encoded_without_loss(sentences: list[list[str]], min_count: int) -> None:
    counts = counts_of(sentences)
    expected = vocabulary_of(counts, min_count)
    if not expected:
        return

    class Restartable:
        def __iter__(self) -> Iterator[list[str]]:
            return iter(sentences)

    for given_sentences in (sentences, tuple(map(tuple, sentences)), Restartable()):
        corpus = open_corpus(given_sentences)
        scan = corpus.scan(1, keep_ids=True)
        assert scan.counts.raw_sentences == len(sentences)
        vocabulary, _ = scan.counts.prune(min_count)
        assert vocabulary.words == expected
        encoded: EncodedCorpus = scan.encoded(vocabulary) or corpus.encode(vocabulary, 1)
        for _ in range(2):
            assert decoded(encoded, vocabulary) == known_only(sentences, expected)
        assert encoded.raw_words == sum(map(len, sentences))
        assert encoded.raw_sentences == len(sentences)
        assert encoded.word_count == sum(map(len, known_only(sentences, expected)))


def test_long_token_lists_are_split_without_loss() -> None:
    long = [f"w{n % 9}" for n in range(25_000)]
    assert read([long, ["end"]]) == [*pieces_of([long], 10_000), ["end"]]


def test_iterables_are_iterated_again_in_each_pass() -> None:
    class Restarted:
        passes = 0

        def __iter__(self) -> Iterator[list[str]]:
            self.passes += 1
            return iter([["a", "b"], ["a"] * self.passes])

    restarted = Restarted()
    corpus = open_corpus(restarted)
    scan = corpus.scan(1, keep_ids=True)
    vocabulary, _ = scan.counts.prune(1)
    assert scan.encoded(vocabulary) is None
    encoded = corpus.encode(vocabulary, 1)
    assert (encoded.raw_words, encoded.raw_sentences, encoded.word_count) == (3, 2, None)
    assert restarted.passes == 1
    assert decoded(encoded, vocabulary) == [["a", "b"], ["a", "a"]]
    assert decoded(encoded, vocabulary) == [["a", "b"], ["a", "a", "a"]]
    assert (encoded.raw_words, encoded.word_count) == (5, 5)


def test_iterables_are_encoded_lazily_in_batches() -> None:
    taken = 0

    class Endless:
        def __iter__(self) -> Iterator[list[str]]:
            nonlocal taken
            while True:
                taken += 1
                yield ["a"] * 1000

    vocabulary = Vocabulary(["a"], np.array([1], dtype=np.int64), 1, 1, 1)
    block = next(open_corpus(Endless()).encode(vocabulary, 1).blocks())
    assert len(block.ids) == block.raw_words == 1000 * taken
    assert taken == STREAM_BLOCK_WORDS // 1000


def test_paths_folders_lists_and_file_objects_are_read(tmp_path: Path) -> None:
    sentences = [["ein", "Satz"], ["zwei", "Sätze"]]
    data = b"ein Satz\nzwei S\xc3\xa4tze\n"
    for number, packer in enumerate((bytes, gzip.compress, bz2.compress, lzma.compress)):
        (tmp_path / f"{number}.txt").write_bytes(packer(data))
    (tmp_path / "folder-within").mkdir()
    (tmp_path / "folder-within" / "not-read").write_bytes(data)
    one = tmp_path / "1.txt"
    for single in (one, str(one), os.fsencode(one), LineSentence(one), LineSentence(str(one)), PathLineSentences(one)):
        assert read(single) == sentences
    assert read(tmp_path) == sentences * 4
    assert read(PathLineSentences(tmp_path)) == sentences * 4
    assert read([one, tmp_path / "0.txt"]) == sentences * 2
    assert read(None, corpus_file=[str(one), str(tmp_path / "2.txt")]) == sentences * 2
    assert read(None, corpus_file=str(tmp_path)) == sentences * 4
    with one.open("rb") as binary, (tmp_path / "0.txt").open(encoding="utf-8") as text:
        assert read(binary) == sentences
        assert read(None, corpus_file=text) == sentences
    assert read(io.StringIO("ein Satz\nzwei Sätze")) == sentences


def test_file_objects_stay_open(tmp_path: Path) -> None:
    data = b"a b\n" * 1000
    for packer in (bytes, gzip.compress, bz2.compress):
        stream = io.BytesIO(packer(data))
        corpus = open_corpus(stream)
        vocabulary, _ = corpus.scan(1, keep_ids=False).counts.prune(1)
        assert corpus.encode(vocabulary, 1).word_count == 2000
        assert not stream.closed
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as file:
        file.write(data)
    with os.fdopen(reading, "rb") as pipe:
        assert open_corpus(pipe).scan(1, keep_ids=False).counts.raw_words == 2000
        assert not pipe.closed


def test_a_sentence_ends_at_the_end_of_its_file(tmp_path: Path) -> None:
    for name, data in (("a", b"one line"), ("b", b"\xef\xbb\xbfanother"), ("c", b""), ("d", b"\nlast")):
        (tmp_path / name).write_bytes(data)
    assert read(tmp_path, workers=2) == [["one", "line"], ["another"], ["last"]]


def test_a_tilde_is_expanded_to_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "text").write_bytes(b"a b")
    assert read("~/text") == [["a", "b"]]


def test_ids_beyond_the_memory_limit_spill_to_a_temporary_file(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("".join(f"some words {n % 100} in a line\n" for n in range(60_000)), encoding="utf-8")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    expected = read(text)
    spill = SpillRules(memory_bytes=1000, folder=scratch)
    corpus = open_corpus(text, spill=spill)
    scan = corpus.scan(2, keep_ids=True)
    vocabulary, _ = scan.counts.prune(1)
    kept = scan.encoded(vocabulary, 2)
    assert kept is not None
    for encoded in (kept, corpus.encode(vocabulary, 2)):
        assert decoded(encoded, vocabulary) == expected
        block = next(encoded.blocks())
        assert isinstance(block.ids.base, np.memmap)
        assert not block.ids.flags.writeable
        encoded.close()
        assert block.ids[0] == block.ids[0]  # a block in use remains valid
        with pytest.raises(ValueError, match="closed"):
            next(encoded.blocks())
    assert list(scratch.iterdir()) == []


def test_errors_of_the_spill_folder_pass_through(tmp_path: Path) -> None:
    full = SpillRules(memory_bytes=0, folder=tmp_path / "missing")
    with pytest.raises(FileNotFoundError):
        open_corpus([["a"]], spill=full).scan(1, keep_ids=True).encoded(
            Vocabulary(["a"], np.array([1], dtype=np.int64), 1, 1, 1)
        )


@settings(deadline=None)
@given(texts, st.integers(5, 40), st.integers(1, 7), st.booleans())
def test_small_blocks_and_short_sentences_hold_the_same_words_in_python_and_cpp(
    data: bytes, block_bytes: int, max_length: int, line_is_sentence: bool
) -> None:
    lines = lines_of(data) if line_is_sentence else [[*chain(*lines_of(data))]]
    expected = pieces_of(lines, max_length)
    rules = SentenceRules(max_sentence_length=max_length, line_is_sentence=line_is_sentence)
    corpus = corpus_of_bytes(data, block_bytes=block_bytes, rules=rules)
    reader = TextReader([StreamSource(io.BytesIO(data))], rules=rules, block_bytes=block_bytes)
    found = [list(reader.sentences())]
    if expected:
        vocabulary, _ = corpus.scan(1, keep_ids=False).counts.prune(1)
        found.append(decoded(corpus.encode(vocabulary, 2), vocabulary))
    for sentences in found:
        assert [*chain(*sentences)] == [*chain(*expected)]
        assert max(map(len, sentences), default=0) <= max_length
        if block_bytes > len(data):  # otherwise a sentence that is longer than a block is cut
            assert sentences == expected


def test_the_vocabulary_is_bounded_while_counting() -> None:
    rng = np.random.default_rng(0)
    sentences = [[f"w{n}" for n in rng.zipf(1.5, 8) if n < 1000] for _ in range(400)]
    expected = bounded_counts_of(sentences, 30)
    data = "\n".join(" ".join(sentence) for sentence in sentences).encode()
    for corpus in (open_corpus(sentences), corpus_of_bytes(data), corpus_of_bytes(data, block_bytes=200)):
        scan = corpus.scan(2, keep_ids=True, max_vocab_size=30)
        assert dict(zip(scan.counts.words, scan.counts.counts.tolist(), strict=True)) == expected
        assert scan.counts.raw_words == sum(map(len, sentences))
        vocabulary, _ = scan.counts.prune(1)
        assert scan.encoded(vocabulary) is None
        assert decoded(corpus.encode(vocabulary, 1), vocabulary) == known_only(sentences, expected)


@given(st.lists(st.lists(st.sampled_from("abcdef"), max_size=5), max_size=8), st.integers(1, 5))
def test_the_end_of_a_corpus_removes_no_more_words(sentences: list[list[str]], max_words: int) -> None:
    text = "".join(f"{' '.join(sentence)}\n" for sentence in sentences).encode()
    lines = [sentence for sentence in sentences if sentence]  # unlike an empty list, an empty line is not counted
    for corpus, counted in (
        (open_corpus(sentences), sentences),
        (open_corpus(map(list, sentences)), sentences),
        (corpus_of_bytes(text), lines),
    ):
        counts = corpus.scan(1, keep_ids=False, max_vocab_size=max_words).counts
        assert dict(zip(counts.words, counts.counts.tolist(), strict=True)) == bounded_counts_of(counted, max_words)


def test_trim_rule_is_applied_while_counting() -> None:
    def keep_rare(word: str, count: int, min_count: int) -> int:
        return 2 if word == "rare" else 0

    sentences = [["rare", "a", "b"], ["a", "b", "c"], ["a", "b", "d"], ["e", "f", "a"]]
    scan = open_corpus(sentences).scan(1, keep_ids=False, max_vocab_size=2, trim_rule=keep_rare)
    assert "rare" in scan.counts.words
    assert "f" not in scan.counts.words


def test_progress_reports_the_number_of_words_read() -> None:
    reported: list[int] = []
    scan = corpus_of_bytes(b"a b c\n" * 1000, block_bytes=600).scan(2, keep_ids=False, progress=reported.append)
    assert reported == sorted(reported)
    assert reported[-1] == scan.counts.raw_words == 3000
    reported.clear()
    open_corpus([["a"] * 150_000] * 3).scan(1, keep_ids=False, progress=reported.append)
    assert reported == [300_000, 450_000]  # after 200,000 words or more, at the end of a sentence


class EndlessText(io.RawIOBase):
    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = (b"word after word " * (len(buffer) // 16 + 1))[: len(buffer)]
        buffer[:] = data
        return len(data)


class EndlessLists:
    def __iter__(self) -> Iterator[list[str]]:
        sentence = ["word"] * 100
        while True:
            yield sentence


@pytest.mark.parametrize("endless", [EndlessText(), EndlessLists()])
def test_counting_can_be_interrupted_and_repeated(endless: object) -> None:
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        open_corpus(endless).scan(2, keep_ids=False)
    timer.join()
    assert read([["a"]]) == [["a"]]


def test_exceptions_of_a_progress_callback_pass_through() -> None:
    def refuse(_: int) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        corpus_of_bytes(b"a b\n" * 1000, block_bytes=100).scan(3, keep_ids=True, progress=refuse)


def test_text8_corpus_ignores_line_ends() -> None:
    data = b"a b\nc\r\nd e\n\nf g"
    assert list(Text8Corpus(io.BytesIO(data), 3)) == [["a", "b", "c"], ["d", "e", "f"], ["g"]]
    corpus = open_corpus(Text8Corpus(io.BytesIO(data), 3))
    scan = corpus.scan(2, keep_ids=True)
    assert (scan.counts.raw_words, scan.counts.raw_sentences) == (7, 3)
    vocabulary, _ = scan.counts.prune(1)
    encoded = scan.encoded(vocabulary)
    assert encoded is not None
    assert decoded(encoded, vocabulary) == [["a", "b", "c"], ["d", "e", "f"], ["g"]]


def test_real_text_matches_the_definition(data: Path) -> None:
    path = data / "wiki-lower-17m.txt.gz"
    with gzip.open(path) as file:
        text = b"".join(next(file) for _ in range(4000))
    lines = [line.decode().split() for line in text.split(b"\n") if line.split()]
    scan = open_corpus(io.BytesIO(text)).scan(2, keep_ids=True)
    vocabulary, report = scan.counts.prune(5)
    expected = vocabulary_of(counts_of(lines), 5)
    assert vocabulary.words == expected
    assert report.retained_total + report.dropped_total == sum(map(len, lines))
    encoded = scan.encoded(vocabulary, 2)
    assert encoded is not None
    assert decoded(encoded, vocabulary) == known_only(lines, expected)
