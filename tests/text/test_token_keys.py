"""Tokens that are not text: equal ones have the same bytes, others different ones, and all are restored."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Hashable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordkin import Phrases, _core
from wordkin.text import RawCounts, key_from_json, key_to_json, open_corpus
from wordkin.text.token_keys import TokenKeys, decoded_token

PLAIN = st.one_of(
    st.integers(),
    st.integers(-3, 3),
    st.booleans(),
    st.floats(allow_nan=False),
    st.integers(-3, 3).map(float),
    st.binary(max_size=4),
    st.text(max_size=3),
)
NESTED = st.recursive(PLAIN | st.none(), lambda keys: st.tuples(keys, keys) | st.frozensets(keys, max_size=3))


@given(NESTED, NESTED)
def test_json_forms_are_equal_exactly_when_keys_are(first: Hashable, second: Hashable) -> None:
    assert (key_to_json(first) == key_to_json(second)) == (first == second)
    assert key_from_json(key_to_json(first)) == first


@given(st.lists(st.lists(PLAIN | st.tuples(PLAIN, PLAIN), max_size=6), max_size=6))
def test_tokens_are_counted_and_encoded_as_a_dictionary_counts_them(sentences: list[list[Any]]) -> None:
    expected = Counter(token for sentence in sentences for token in sentence if token != "")
    for corpus in (open_corpus(sentences, any_tokens=True), open_corpus(Repeated(sentences), any_tokens=True)):
        scan = corpus.scan(1, keep_ids=False)
        assert dict(zip(scan.counts.words, scan.counts.counts.tolist(), strict=True)) == expected
        if not expected:
            continue
        vocabulary, _ = scan.counts.prune(2 if max(expected.values()) > 1 else 1)
        ids = [word for block in corpus.encode(vocabulary, 1).blocks() for word in block.ids.tolist()]
        known = set(vocabulary.words)
        assert [vocabulary.words[number] for number in ids] == [
            t for s in sentences for t in s if t != "" and t in known
        ]


class Repeated:
    def __init__(self, sentences: list[list[Any]]) -> None:
        self._sentences = sentences

    def __iter__(self) -> Any:
        return iter(self._sentences)


def test_numbers_are_not_the_words_that_look_like_them() -> None:
    counts = open_corpus([[5, "5", 5.0, np.int64(5), (5,)]], any_tokens=True).scan(1, keep_ids=False).counts
    assert [*zip(counts.words, counts.counts.tolist(), strict=True)] == [(5, 3), ("5", 1), ((5,), 1)]
    assert [type(word) for word in counts.words] == [int, str, tuple]


def test_words_of_equal_count_are_sorted_as_text_then_as_numbers() -> None:
    counts = open_corpus([[10, 9, 100, "b", 2, "a"]], any_tokens=True).scan(1, keep_ids=False).counts
    assert counts.prune(1)[0].words == ["a", "b", 2, 9, 10, 100]


def test_frequencies_may_have_any_keys() -> None:
    counts = RawCounts.from_frequencies({7: 3, "seven": 2, ("item", 7): 4})
    assert counts.words == [7, "seven", ("item", 7)]
    vocabulary, _ = counts.prune(3)
    assert counts.ids_in(vocabulary).tolist() == [1, -1, 0]


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ([1], "unhashable type: 'list'"),
        (np.zeros(2), "unhashable type"),
        (None, "None is not a word"),
        (float("nan"), "NaN is not equal to itself"),
        (("item", float("nan")), "NaN is not equal to itself"),
        (uuid.UUID(int=5), "values of the type UUID cannot be stored in files"),
        (("item", 1j), "values of the type complex cannot be stored in files"),
    ],
)
def test_tokens_that_files_cannot_hold_are_rejected_with_their_position(token: object, reason: str) -> None:
    corpus = open_corpus([["a"], ["b", token]], any_tokens=True)
    with pytest.raises(
        TypeError, match="sentences: token 1 of sentence 1 must be a str, a number or another "
    ) as caught:
        corpus.scan(1, keep_ids=False)
    assert reason in str(caught.value)


def test_only_text_is_accepted_where_other_tokens_have_no_use() -> None:
    with pytest.raises(TypeError, match="token 0 of sentence 0 must be a str, got int"):
        open_corpus([[1]]).scan(1, keep_ids=False)


def test_long_tokens_are_rejected_as_long_words_are() -> None:
    corpus = open_corpus([[b"\0" * _core.text.max_word_bytes]], any_tokens=True)
    with pytest.raises(ValueError, match="token 0 of sentence 0 is longer than"):
        corpus.scan(1, keep_ids=False)


def test_bytes_are_restored_after_the_cache_was_emptied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wordkin.text.token_keys._MAX_CACHED_TOKENS", 4)
    keys = TokenKeys()
    stored = [keys[number] for number in range(10)]
    assert len(keys) <= 4
    assert [decoded_token(key) for key in stored] == [*range(10)]
    assert [keys[number] for number in range(10)] == stored


@pytest.mark.parametrize("text", ['{"bytes":"5"}', '{"a":1}', '{"bytes":1}', "{}", "[{}]", "", '{"frozenset":1}'])
def test_text_that_is_no_key_is_rejected(text: str) -> None:
    with pytest.raises(ValueError):
        key_from_json(text)


@pytest.mark.parametrize(
    ("sentences", "warns"),
    [
        ([["a text"], ["an other"], ["b"]], True),
        ([["a text"], ["an other"], ["b"], ["c"]], False),
        ([["a\u3000text"]], True),
        ([[" text "]], False),
        ([["a text", "b"]] * 3, False),
        ([[]], False),
    ],
)
def test_a_warning_says_when_most_sentences_are_unsplit_text(
    sentences: list[list[str]], warns: bool, caplog: pytest.LogCaptureFixture
) -> None:
    for read in (lambda: open_corpus(sentences).scan(1, keep_ids=False), lambda: Phrases(sentences)):
        caplog.clear()
        read()
        messages = [record.getMessage() for record in caplog.records if "split them into words" in record.getMessage()]
        assert len(messages) == warns
