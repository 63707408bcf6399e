"""Unusual and invalid text input, and the errors that it causes."""

from __future__ import annotations

import gzip
import io
import logging
import os
import re
import resource
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.corpora import corpus_of_bytes, read
from wordkin import Phrases, Word2Vec, _core
from wordkin.errors import CorpusError, CorruptFileError, ResourceError, VocabularyError
from wordkin.storage.decoding import TextOptions
from wordkin.text import LineSentence, RawCounts, SpillRules, open_corpus
from wordkin.text.token_lists import TokenLists


@pytest.mark.parametrize("data", [b"", b"\n\n\r\n", b" \t\v\f ", b"\xef\xbb\xbf"])
def test_empty_text_is_an_error_with_the_number_of_tokens_read(data: bytes) -> None:
    with pytest.raises(VocabularyError, match="no words; read 0 tokens from <BytesIO>"):
        read(io.BytesIO(data))


@pytest.mark.parametrize("sentences", [[], (), [[]], [["", ""]]])
def test_empty_lists_are_an_error_with_the_number_of_tokens_read(sentences: object) -> None:
    with pytest.raises(VocabularyError, match="no words; read 0 tokens from sentences"):
        read(sentences)


def test_min_count_that_removes_all_words_is_an_error_with_the_highest_count() -> None:
    with pytest.raises(VocabularyError, match=r"min_count=5 removes all 2 words.*occurs 3 times; use min_count<=3"):
        read([["a", "a", "b"], ["a"]], min_count=5)


def test_str_must_be_the_path_of_an_existing_file(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"a b")
    assert read(str(tmp_path / "text")) == [["a", "b"]]
    for text in ("the quick brown fox", "a" * 10_000, "nul\0byte", b"bytes instead of a path"):
        with pytest.raises(
            TypeError,
            match=r"\[\['first', .*got a (str|bytes) that is not an existing file",
        ):
            open_corpus(text)


@pytest.mark.parametrize("sentences", [["the quick", "brown fox"], ("a b",), [["a"], "b c"], iter(["a b"])])
def test_unsplit_sentences_are_rejected(sentences: object) -> None:
    with pytest.raises(TypeError, match=r"sentence [01] must be a list of str, got a str .*unsplit .* \[s.split\(\)"):
        read(sentences)


def test_generators_are_rejected_for_several_passes() -> None:
    def generator() -> Iterator[list[str]]:
        yield ["a"]

    with pytest.raises(TypeError, match=r"sentences must allow several passes.*pass a list, a file, or"):
        open_corpus(generator(), passes=6)
    with pytest.raises(TypeError, match="corpus_iterable"):
        open_corpus(map(list, [["a"]]), name="corpus_iterable", passes=2)


def test_generators_allow_one_pass() -> None:
    corpus = open_corpus(iter([["a", "b"]]))
    vocabulary, _ = corpus.scan(1, keep_ids=True).counts.prune(1)
    with pytest.raises(TypeError, match="allows only one"):
        corpus.encode(vocabulary, 1)
    encoded = open_corpus(iter([["a", "b"]])).encode(vocabulary, 1)
    assert sum(len(block.ids) for block in encoded.blocks()) == 2
    with pytest.raises(TypeError, match="allows only one"):
        next(encoded.blocks())


def test_exceptions_of_an_iterator_pass_through() -> None:
    class Broken(Exception):
        pass

    error = Broken("in the middle")

    class Sentences:
        def __iter__(self) -> Iterator[list[str]]:
            yield ["a"]
            raise error

    class Tokens:
        def __iter__(self) -> Iterator[str]:
            yield "a"
            raise error

    for sentences in (Sentences(), [["a"], Tokens()]):
        with pytest.raises(Broken) as caught:
            read(sentences)
        assert caught.value is error


bad_tokens = st.one_of(st.binary(), st.integers(), st.none(), st.floats(), st.booleans(), st.lists(st.text()))


@given(bad_tokens, st.integers(0, 3), st.integers(0, 3))
def test_tokens_that_are_not_str_are_rejected_with_their_position(token: object, sentence: int, position: int) -> None:
    sentences: list[list[object]] = [["a", "b", "c", "d"] for _ in range(4)]
    sentences[sentence][position] = token
    message = f"token {position} of sentence {sentence} must be a str, got {type(token).__name__}"
    with pytest.raises(TypeError, match=re.escape(message)):
        read(sentences)


@pytest.mark.parametrize("sentence", [None, 1, 1.5, b"bytes", object()])
def test_sentences_that_are_not_lists_are_rejected_with_their_position(sentence: object) -> None:
    with pytest.raises(TypeError, match=rf"sentence 1 must be a list of str, got {type(sentence).__name__}"):
        read([["a"], sentence])


@pytest.mark.parametrize("given_sentences", [5, None, object(), 1.5])
def test_objects_that_are_not_corpora_are_rejected(given_sentences: object) -> None:
    with pytest.raises(TypeError, match="sentences"):
        open_corpus(given_sentences)
    with pytest.raises(TypeError, match=r"path|corpus_file"):
        open_corpus(corpus_file=given_sentences)
    with pytest.raises(TypeError, match="got both"):
        open_corpus([["a"]], corpus_file="text")


def test_empty_tokens_are_skipped_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert read([["a", "", "b"], ["", ""], ["c"]]) == [["a", "b"], ["c"]]
    assert "sentences: skipped 3 empty tokens" in caplog.text


LONG_LINE = """
import io, resource, sys
import numpy as np
from wordkin.text import SpillRules, open_corpus

class OneLine(io.RawIOBase):  # 256 MB of words without a line end
    left = 1 << 28
    def readable(self): return True
    def readinto(self, buffer):
        count = min(len(buffer), self.left)
        phase = self.left % 16
        self.left -= count
        buffer[:count] = (b"one-long-line-o " * (count // 16 + 2))[16 - phase:][:count]
        return count

base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
corpus = open_corpus(OneLine(), spill=SpillRules(memory_bytes=1 << 20))
scan = corpus.scan(2, keep_ids=True)
vocabulary, _ = scan.counts.prune(1)
encoded = scan.encoded(vocabulary, 2)
words = 0
for block in encoded.blocks():
    words += len(block.ids)
    assert np.diff(block.ends, prepend=0).max() <= 10000
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base
print(words, encoded.raw_sentences, grown // (1024 if sys.platform != "darwin" else 1 << 20))
"""


def test_a_huge_line_is_streamed_in_bounded_memory() -> None:
    result = subprocess.run([sys.executable, "-c", LONG_LINE], capture_output=True, encoding="locale", check=False)
    assert result.returncode == 0, result.stderr
    words, sentences, megabytes = map(int, result.stdout.split())
    assert words == (1 << 28) // 16
    assert sentences == 1
    assert megabytes < 100  # the line has 268 MB, its ids have 67 MB


class EndlessToken(io.RawIOBase):
    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        buffer[:] = b"x" * len(buffer)
        return len(buffer)


def test_a_huge_token_is_rejected_in_bounded_memory() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(CorpusError, match=r"byte 0: a (word|token) is longer than 65535 bytes"):
        read(EndlessToken())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_words_are_limited_to_65535_bytes() -> None:
    longest = "é" * 32_767 + "x"
    assert read([[longest]]) == [[longest]]
    assert read(io.BytesIO(b"a\n" + longest.encode())) == [["a"], [longest]]
    assert read(io.BytesIO(b"a\n" + longest.encode() + b" b"), workers=2) == [["a"], [longest, "b"]]
    with pytest.raises(CorpusError, match="sentences: token 1 of sentence 0 is longer than 65535 bytes"):
        read([["a", longest + "y"]])
    with pytest.raises(CorpusError, match="sentences: token 0 of sentence 0 is longer than 65535 bytes"):
        read([["𝄞" * 65_535]])
    with pytest.raises(CorpusError, match="byte 2: a word is longer than 65535 bytes"):
        read(io.BytesIO(b"a\n" + longest.encode() + b"y"))


@pytest.mark.parametrize("end", [b"\r\n", b"\r"])
@pytest.mark.parametrize("block_bytes", [8, 9, 10, 11, 1000])
def test_carriage_returns_end_lines_like_line_feeds(end: bytes, block_bytes: int) -> None:
    unix = corpus_of_bytes(b"a b\nc\n\nd e f\n").scan(1, keep_ids=True)
    other = corpus_of_bytes(b"a b\nc\n\nd e f\n".replace(b"\n", end), block_bytes=block_bytes).scan(1, keep_ids=True)
    assert other.counts.words == unix.counts.words
    assert other.counts.raw_sentences == unix.counts.raw_sentences == 3
    vocabulary, _ = unix.counts.prune(1)
    blocks = [scan.encoded(vocabulary) for scan in (unix, other)]
    first, second = (next(stored.blocks()) for stored in blocks if stored is not None)
    assert first.ids.tolist() == second.ids.tolist()
    assert first.ends.tolist() == second.ends.tolist()


def test_utf8_byte_order_marks_are_stripped_from_each_file(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).write_bytes(b"\xef\xbb\xbfword word")
    assert read(tmp_path) == [["word", "word"]] * 2
    assert read(io.StringIO("\ufeffword")) == [["word"]]
    assert read(io.BytesIO(b"a \xef\xbb\xbfb")) == [["a", "\ufeffb"]]  # elsewhere it is an ordinary character


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_utf16_and_utf32_with_a_byte_order_mark_are_read(encoding: str) -> None:
    data = "\ufeffa text".encode(encoding)
    for given_data in (data, gzip.compress(data)):
        assert read(io.BytesIO(given_data)) == [["a", "text"]]


@pytest.mark.parametrize("workers", [1, 3])
def test_invalid_utf8_is_rejected_with_path_and_byte_offset(tmp_path: Path, workers: int) -> None:
    path = tmp_path / "text"
    good = b"some good words\n" * 200_000  # read in several blocks
    path.write_bytes(good + b"bad \xff word\n" + good + b"\xfe")
    message = re.escape(f"{path}: byte {len(good) + 4}: invalid UTF-8; pass encoding='cp1252' (or whatever")
    for given_text in (path, LineSentence(path)):
        with pytest.raises(CorpusError, match=message):
            open_corpus(given_text).scan(workers, keep_ids=True)
        with pytest.raises(CorpusError, match=message):
            open_corpus(given_text).scan(1, keep_ids=False, max_vocab_size=100)
    with pytest.raises(CorpusError, match=f"byte {len(good) + 4}: invalid UTF-8"):
        list(LineSentence(path))
    with pytest.raises(CorpusError, match="byte 7: invalid UTF-8"):  # after a byte-order mark
        read(io.BytesIO(b"\xef\xbb\xbfabc \x80"))


@given(st.binary(max_size=60))
def test_invalid_utf8_is_replaced_or_ignored_like_in_python(data: bytes) -> None:
    data = b"start " + data
    for errors in ("replace", "ignore"):
        text = data.decode("utf-8", errors)
        expected = [line.split() for line in re.split(r"[\r\n]", text)]
        assert read(io.BytesIO(data), options=TextOptions(errors=errors)) == [line for line in expected if line]
    with pytest.raises(ValueError, match="errors must be"):
        TextOptions(errors="other")  # type: ignore[arg-type]


def test_nul_is_part_of_words() -> None:
    assert read(io.BytesIO(b"a\0b \0 a\0b")) == [["a\0b", "\0", "a\0b"]]
    assert read([["a\0b", "\0", "a", "a\0"]]) == [["a\0b", "\0", "a", "a\0"]]


@pytest.mark.parametrize("character", ["\u00a0", "\u2028", "\u2029", "\u3000", "\u0085", "\x1c", "\x1f", "\v", "\f"])
def test_words_are_separated_by_all_whitespace_but_lines_end_at_cr_and_lf_only(character: str) -> None:
    data = f"a{character}b c\td\ne\rf\r\ng".encode()
    expected = [["a", "b", "c", "d"], ["e"], ["f"], ["g"]]
    assert read(io.BytesIO(data)) == expected
    assert list(LineSentence(io.BytesIO(data))) == expected


def test_a_zero_width_space_is_part_of_a_word() -> None:
    assert read(io.BytesIO("a\u200bb \ufeffc".encode())) == [["a\u200bb", "\ufeffc"]]


def test_lone_surrogates_are_rejected_with_the_token() -> None:
    with pytest.raises(
        UnicodeEncodeError, match=r"surrogates not allowed \(sentences: token 1 of sentence 2"
    ) as caught:
        read([["a"], [], ["b", "x\ud800y"]])
    assert caught.value.object == "x\ud800y"
    assert (caught.value.start, caught.value.end) == (1, 2)


def test_unicode_is_not_normalised() -> None:
    composed, combining = "caf\u00e9", "cafe\u0301"
    assert read([[composed, combining]]) == [[composed, combining]]
    assert read(io.BytesIO(f"{composed} {combining}".encode())) == [[composed, combining]]


def test_compressed_text_is_detected_by_content(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_bytes(gzip.compress(b"a b"))
    (tmp_path / "text.gz").write_bytes(b"a b")
    assert read(tmp_path / "text.txt") == read(tmp_path / "text.gz") == [["a", "b"]]


def test_truncated_compressed_text_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "text.gz").write_bytes(gzip.compress(b"some words\n" * 1000)[:-10])
    with pytest.raises(CorruptFileError, match=r"text.gz: within the first \d+ bytes"):
        read(tmp_path / "text.gz")


def test_empty_folders_and_empty_lists_of_files_are_rejected(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="the folder has no files"):
        open_corpus(tmp_path)
    with pytest.raises(CorpusError, match="must not be empty"):
        open_corpus(corpus_file=[])


def test_named_pipes_allow_one_pass(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"a b\nc" * 100_000,))
    writer.start()
    corpus = open_corpus(pipe)
    assert not corpus.is_restartable
    scan = corpus.scan(2, keep_ids=True)
    writer.join()
    vocabulary, _ = scan.counts.prune(1)
    encoded = scan.encoded(vocabulary)
    assert encoded is not None
    for _ in range(2):  # ids can be read in any number of epochs
        assert sum(len(block.ids) for block in encoded.blocks()) == 200_001
    with pytest.raises(CorpusError, match="only once, but another pass is needed: save its content to a file"):
        corpus.encode(vocabulary, 1)


def test_standard_input_is_read() -> None:
    code = (
        "import sys; from wordkin.text import open_corpus\n"
        "for given in (sys.stdin, '/dev/stdin'):\n"
        "    scan = open_corpus(given).scan(1, keep_ids=True); print(scan.counts.words); break"
    )
    for command in (code, code.replace("(sys.stdin, '/dev/stdin')", "('/dev/stdin',)")):
        result = subprocess.run(
            [sys.executable, "-c", command], input="from a pipe", capture_output=True, encoding="locale"
        )
        assert result.stdout == "['from', 'a', 'pipe']\n", result.stderr


def test_truncation_between_passes_is_an_error_and_appended_data_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"a b\n" * 1000)
    corpus = open_corpus(path)
    with path.open("ab") as file:
        file.write(b"c\n")
    assert corpus.scan(1, keep_ids=False).counts.words == ["a", "b"]
    os.truncate(path, 100)
    with pytest.raises(CorpusError, match=r"became shorter .*: 4000 bytes when it was opened, 100 now"):
        corpus.scan(1, keep_ids=False)


@pytest.mark.parametrize("workers", [1, 2])
def test_truncation_while_reading_is_an_error(tmp_path: Path, workers: int) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"words of a text\n" * 500_000)

    def cut(words: int) -> None:
        os.truncate(path, 1000)

    with pytest.raises(CorpusError, match="became shorter"):
        open_corpus(path).scan(workers, keep_ids=True, progress=cut)


def test_missing_files_raise_file_not_found_error(tmp_path: Path) -> None:
    for missing in (tmp_path / "missing", [tmp_path / "missing"]):
        with pytest.raises(FileNotFoundError):
            open_corpus(missing)
    with pytest.raises(FileNotFoundError):
        open_corpus(corpus_file=str(tmp_path / "missing"))
    with pytest.raises(FileNotFoundError):
        list(LineSentence(tmp_path / "missing"))


def test_exceeding_the_word_limit_is_a_resource_error() -> None:
    counter = _core.text.SequentialCounter(keep_ids=False, word_limit=2)
    with pytest.raises(ResourceError, match="more than 2 distinct words"):
        TokenLists([["a", "b", "c"]], "sentences", 10).count(counter, 10, 10)


def test_counts_beyond_32_and_53_bits_stay_exact() -> None:
    counts = RawCounts.from_frequencies({"a": 2**53 + 1, "b": 2**32 + 1, "c": 2**53 + 2})
    vocabulary, report = counts.prune(1)
    assert vocabulary.words == ["c", "a", "b"]
    assert vocabulary.counts.dtype == np.int64
    assert vocabulary.counts.tolist() == [2**53 + 2, 2**53 + 1, 2**32 + 1]
    assert vocabulary.total == report.retained_total == 2**54 + 2**32 + 4


def test_errors_in_workers_reach_the_caller_and_the_next_corpus_can_be_read() -> None:
    data = b"good words\n" * 50 + b"\xff\n" + b"good words\n" * 5000
    for _ in range(20):
        with pytest.raises(CorpusError, match="byte 550: invalid UTF-8"):
            corpus_of_bytes(data, block_bytes=100).scan(3, keep_ids=True)
    assert read(io.BytesIO(b"a")) == [["a"]]


def test_encoded_corpora_take_four_bytes_per_word(tmp_path: Path) -> None:
    corpus = open_corpus([["a"] * 1000] * 1000, spill=SpillRules())
    scan = corpus.scan(1, keep_ids=True)
    vocabulary, _ = scan.counts.prune(1)
    encoded = scan.encoded(vocabulary)
    assert encoded is not None
    assert [block.ids.nbytes for block in encoded.blocks()] == [4_000_000]  # a block holds up to 2^20 words


def test_a_str_is_never_a_list_of_its_characters() -> None:
    sentences = [["a", "b", "ab"]] * 5
    negative = Word2Vec(sentences, min_count=1, vector_size=4, workers=1)
    hierarchical = Word2Vec(sentences, min_count=1, vector_size=4, workers=1, hs=1, negative=0)
    phrases = Phrases(sentences, min_count=1)
    calls: list[Callable[[], object]] = [
        lambda: negative.predict_output_word("ab"),
        lambda: hierarchical.score("ab"),
        lambda: hierarchical.score(["ab"]),
        lambda: Word2Vec(min_count=1).build_vocab_from_freq("ab"),
        lambda: Phrases(sentences, connector_words="ab"),
        lambda: list(phrases.analyze_sentence("ab")),
        lambda: list(phrases.freeze().analyze_sentence("ab")),
    ]
    for call in calls:
        with pytest.raises(TypeError, match="str"):
            call()
