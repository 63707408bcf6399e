"""The C++ package `text`: sentences and words of blocks, counts, ids, and UTF-8 validation."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reference.text import bounded_counts_of, counts_of, lines_of, pieces_of
from wordkin import _core

text = _core.text

# Long words, because hashing processes 8 bytes at a time, and every kind of whitespace and line end.
WHITESPACE = [character for character in map(chr, range(sys.maxunicode + 1)) if character.isspace()]
# Characters that begin with the same bytes as whitespace outside ASCII, or differ from whitespace in one bit.
SIMILAR = list(
    "\0\x08\x0e\x1b!\x84\u00a1\u00c5\u167f\u1681\u1fff\u200b\u2027\u202a\u202e\u2030\u205e\u2060\u2fff\u3001\u3002あ中𝄞"
)
pieces = st.sampled_from(["a", "b", "é", "\r\n", *WHITESPACE, *SIMILAR])
words = st.text("ab\0", min_size=1, max_size=20)
texts = st.lists(st.one_of(pieces, words), max_size=60).map("".join).map(str.encode)


def counted(
    blocks: list[tuple[bytes, bool]], workers: int = 1, max_length: int = 10000
) -> tuple[list[str], list[int], list[list[str]], int, int]:
    counter = text.BlockCounter(workers, text.SentenceRules(max_length, True), keep_ids=True)
    for block, continues_line in blocks:
        counter.submit(block, continues_line)
    counter.wait()
    taken = []
    while (result := counter.take()) is not None:
        taken.append(result)
    table, counts, merged = counter.merge()
    names = table.words(np.arange(len(table), dtype=np.int32))
    sentences: list[list[str]] = []
    for ids, worker, _, _ in taken:
        sentence: list[str] = []
        for number in ids.tolist():
            if number == -2:
                sentences.append(sentence)
                sentence = []
            else:
                sentence.append(names[merged[worker][number]])
        assert not sentence
    return names, counts.tolist(), sentences, sum(r[2] for r in taken), sum(r[3] for r in taken)


@given(texts, st.integers(1, 5))
@example(b"12345678 123456789 1234567", 10000)
@example(b"a\0 a\0\0 a \0", 10000)
def test_blocks_match_the_definition(data: bytes, max_length: int) -> None:
    lines = lines_of(data)
    sentences = pieces_of(lines, max_length)
    names, counts, found, raw_words, raw_sentences = counted([(data, False)], max_length=max_length)
    assert found == sentences
    assert dict(zip(names, counts, strict=True)) == counts_of(sentences)
    assert names == list(counts_of(sentences))
    assert (raw_words, raw_sentences) == (sum(map(len, lines)), len(lines))


def test_every_character_separates_words_exactly_if_str_split_splits_at_it() -> None:
    characters = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    lines = [f"a{character}b" for character in characters if character not in "\n\r"]
    names, counts, *_ = counted([("\n".join(lines).encode(), False)])
    assert names == list(counts_of(line.split() for line in lines))
    assert counts == list(counts_of(line.split() for line in lines).values())


@pytest.mark.parametrize("character", WHITESPACE)
def test_whitespace_is_found_at_every_position_of_a_word(character: str) -> None:
    for before in range(20):
        for after in range(20):
            for letter in ("x", "é", "\0", "あ", "、", "\u200b"):
                line = letter * before + character + letter * after
                *_, found, raw_words, _ = counted([(line.encode(), False)])
                assert found == [line.split()] * (raw_words > 0) or character in "\n\r"
                assert raw_words == len(line.split())


@pytest.mark.parametrize("cut_short", [b"\xc2", b"\xe1\x9a", b"\xe2\x80", b"\xe3\x80", b"\xe3"])
def test_a_block_that_ends_within_a_character_is_not_cut_there(cut_short: bytes) -> None:
    assert text.cut_after_sentences(b"a b c" + cut_short, 1) == 3


@given(st.lists(texts, max_size=12), st.integers(2, 4))
def test_the_number_of_workers_does_not_change_the_result(blocks: list[bytes], workers: int) -> None:
    given_blocks = [(block + b"\n", False) for block in blocks]
    assert counted(given_blocks, workers) == counted(given_blocks, 1)


@pytest.mark.parametrize("workers", [1, 3])
def test_words_are_in_order_of_first_occurrence_across_blocks(workers: int) -> None:
    rng = np.random.default_rng(1)
    blocks = [" ".join(f"w{n}" for n in rng.zipf(1.3, 2000) if n < 10**6).encode() + b"\n" for _ in range(40)]
    names, counts, *_ = counted([(block, False) for block in blocks], workers)
    expected = counts_of(lines_of(b"".join(blocks)))
    assert names == list(expected)
    assert counts == list(expected.values())


def test_words_that_differ_only_in_length_or_last_byte_are_different() -> None:
    many = ["x" * n for n in range(1, 40)] + ["x" * n + "y" for n in range(40)] + ["\0" * n for n in range(1, 12)]
    names, counts, *_ = counted([(" ".join(many * 3).encode(), False)])
    assert names == list(dict.fromkeys(many))
    assert counts == [3 * many.count(name) for name in names]


def test_word_tables_grow_to_many_words() -> None:
    many = [f"word{n}" for n in range(50_000)]
    table = text.WordTable(many)
    assert len(table) == len(many)
    assert table.words(np.array([0, 49_999], dtype=np.int32)) == ["word0", "word49999"]
    assert text.ids_in(table, text.WordTable(["word7", "other", "word49998"])).tolist() == [7, -1, 49_998]
    with pytest.raises(IndexError, match="ids must be ids of words, got 50000"):
        table.words(np.array([50_000], dtype=np.int32))
    with pytest.raises(ValueError, match="distinct"):
        text.WordTable(["a", "a"])


@given(st.binary(max_size=40))
@example(b"\xf0\x90\x80\x80 ok \xef\xbf\xbf")
@example(b"\xed\xa0\x80")  # a surrogate
@example(b"\xc0\x80")  # overlong
@example(b"\xf4\x90\x80\x80")  # beyond U+10FFFF
@example(b"a" * 70 + b"\xe2\x82")  # truncated
def test_utf8_validation_agrees_with_python(data: bytes) -> None:
    try:
        data.decode()
        invalid_at = None
    except UnicodeDecodeError as error:
        invalid_at = error.start
    counter = text.SequentialCounter(keep_ids=False)
    try:
        counter.count_text(data, 0, text.SentenceRules(5, True), continues_line=False, max_words=99)
        assert invalid_at is None
    except text.TextError as error:
        assert error.args == ("invalid UTF-8", invalid_at)


def test_the_first_invalid_block_is_reported() -> None:
    counter = text.BlockCounter(3, text.SentenceRules(10, True), keep_ids=True)
    for block in (b"good\n" * 1000, b"bad \xff\n", b"worse\xfe\n"):
        counter.submit(block, False)
    counter.wait()
    assert counter.take() is not None
    with pytest.raises(text.TextError) as caught:
        counter.take()
    assert caught.value.args == ("invalid UTF-8", 4)


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=6), max_size=20), st.integers(1, 6))
def test_bounded_counting_matches_the_definition(sentences: list[list[str]], max_words: int) -> None:
    from wordkin.text.scan import VocabularyBound

    data = "\n".join(" ".join(sentence) for sentence in sentences).encode()
    counter = text.SequentialCounter(keep_ids=False)
    bound = VocabularyBound(max_words, None)
    start, rules = 0, text.SentenceRules(10000, True)
    while start < len(data):
        _, _, size, _ = counter.count_text(data, start, rules, continues_line=False, max_words=max_words)
        start += size
        bound.apply(counter)
    names = counter.table().words(np.arange(len(counter), dtype=np.int32))
    assert dict(zip(names, counter.counts().tolist(), strict=True)) == bounded_counts_of(sentences, max_words)


def test_the_number_of_distinct_words_is_limited() -> None:
    counter = text.BlockCounter(1, text.SentenceRules(10, True), keep_ids=False, word_limit=3)
    counter.submit(b"a b c a b c\n", False)
    counter.submit(b"d\n", False)
    counter.wait()
    assert counter.take() is not None
    with pytest.raises(text.TooManyWordsError, match="more than 3 distinct words"):
        counter.take()


def test_renumbering_drops_unknown_words_and_empty_sentences() -> None:
    ids = np.array([0, 1, -2, 1, -2, 0, 2, -2], dtype=np.int32)
    (ends,) = text.renumber(
        [ids], [[(0, 3), (1, 5)]], [np.array([5, -1], dtype=np.int32), np.array([6, -1, 7], dtype=np.int32)], 1
    )
    assert ends.tolist() == [1, 3]
    assert ids[:3].tolist() == [5, 6, 7]


def test_renumbering_rejects_invalid_arguments() -> None:
    final_ids = [np.array([0], dtype=np.int32)]
    for bad in (1, -1, -3):
        with pytest.raises(IndexError, match="not in the table"):
            text.renumber([np.array([bad], dtype=np.int32)], [[(0, 1)]], final_ids, 1)
    with pytest.raises(IndexError, match="segments"):
        text.renumber([np.array([0], dtype=np.int32)], [[(0, 2)]], final_ids, 1)
    with pytest.raises(TypeError, match="chunks must be int32"):
        text.renumber([np.array([0])], [[(0, 1)]], final_ids, 1)


@given(texts, st.integers(1, 4))
def test_long_lines_are_cut_after_complete_sentences(data: bytes, max_length: int) -> None:
    cut = text.cut_after_sentences(data, max_length)
    before, complete = data[:cut].decode().split(), data.decode().split()
    if data and not data.decode()[-1].isspace():
        complete = complete[:-1]  # the last word may be incomplete
    assert len(before) == len(complete) // max_length * max_length
    assert before == complete[: len(before)]
