"""Vocabularies from counts: order, pruning, trim rules and extension."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.text import vocabulary_of
from wordkin.errors import VocabularyError
from wordkin.text import RULE_DEFAULT, RULE_DISCARD, RULE_KEEP, RawCounts, Vocabulary

frequencies = st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1, max_size=10), st.integers(0, 20))


def raw(**counts: int) -> RawCounts:
    return RawCounts.from_frequencies(counts)


@given(frequencies, st.integers(0, 5))
def test_words_are_ordered_by_descending_count_then_by_bytes(counts: dict[str, int], min_count: int) -> None:
    expected = vocabulary_of(counts, min_count)
    if not expected:
        return
    vocabulary, report = RawCounts.from_frequencies(counts).prune(min_count)
    assert vocabulary.words == expected
    assert vocabulary.counts.tolist() == [counts[word] for word in expected]
    assert vocabulary.index == {word: number for number, word in enumerate(expected)}
    assert report.retained_words == report.new_words == len(vocabulary) == len(expected)
    assert report.dropped_words == len(counts) - len(expected)
    assert report.retained_total == vocabulary.total
    assert report.retained_total + report.dropped_total == sum(counts.values())


def test_unsorted_words_are_in_order_of_first_occurrence() -> None:
    vocabulary, _ = raw(b=1, d=9, a=5, c=5).prune(2, sorted_vocab=False)
    assert vocabulary.words == ["d", "a", "c"]


@pytest.mark.parametrize(
    ("most", "min_count", "words", "effective"),
    [
        (5, 1, ["a", "b", "c", "d"], 1),
        (4, 1, ["a", "b", "c", "d"], 1),
        (3, 1, ["a", "b", "c"], 2),
        (2, 1, ["a"], 3),  # b and c have equal counts, so both are removed
        (1, 1, ["a"], 3),
        (3, 3, ["a"], 3),
    ],
)
def test_max_final_vocab_raises_min_count(most: int, min_count: int, words: list[str], effective: int) -> None:
    vocabulary, report = raw(a=3, b=2, c=2, d=1).prune(min_count, max_final_vocab=most)
    assert vocabulary.words == words
    assert vocabulary.min_count == report.min_count == effective


def test_max_final_vocab_below_the_number_of_ties_is_an_error() -> None:
    with pytest.raises(VocabularyError, match=r"max_final_vocab removes all 3 words of word_freq.*occur 2 times"):
        raw(a=2, b=2, c=2).prune(1, max_final_vocab=2)


def test_trim_rule_overrides_min_count() -> None:
    calls: list[tuple[str, int, int]] = []

    def rule(word: str, count: int, min_count: int) -> int:
        calls.append((word, count, min_count))
        return {"rare": RULE_KEEP, "stop": RULE_DISCARD}.get(word, RULE_DEFAULT)

    vocabulary, _ = raw(stop=9, usual=5, rare=1, other=2).prune(3, trim_rule=rule)
    assert vocabulary.words == ["usual", "rare"]
    assert calls == [("stop", 9, 3), ("usual", 5, 3), ("rare", 1, 3), ("other", 2, 3)]
    with pytest.raises(VocabularyError, match="trim_rule removes all 1 words"):
        raw(a=9).prune(1, trim_rule=lambda word, count, least: RULE_DISCARD)
    with pytest.raises(ValueError, match=r"trim_rule must return .* got None for 'a'"):
        raw(a=9).prune(1, trim_rule=lambda word, count, least: None)  # type: ignore[arg-type,return-value]


def test_extending_appends_new_words_and_adds_counts() -> None:
    first, _ = raw(a=5, b=4).prune(1)
    extended, report = first.extended(raw(z=3, b=1, y=9, x=1), min_count=2)
    assert extended.words == ["a", "b", "z", "y"]  # old words keep their ids; new ones follow in order of occurrence
    assert extended.counts.tolist() == [5, 5, 3, 9]
    assert first.counts.tolist() == [5, 4]
    assert extended.raw_words == 14  # of the text that was counted last
    assert (report.new_words, report.retained_words, report.dropped_words) == (2, 3, 1)
    assert (report.retained_total, report.dropped_total) == (13, 1)


def test_extending_applies_the_rules_to_new_words_only() -> None:
    first, _ = raw(a=5).prune(1)
    extended, _ = first.extended(
        raw(a=1, b=9, c=8), min_count=3, trim_rule=lambda word, count, least: RULE_DISCARD if word == "b" else 0
    )
    assert extended.words == ["a", "c"]
    assert extended.counts.tolist() == [6, 8]
    same, report = first.extended(raw(a=1, b=9), min_count=10)
    assert same.words == ["a"]
    assert report.new_words == 0


@pytest.mark.parametrize(
    ("word_freq", "error", "message"),
    [
        ({1j: 1}, TypeError, "word_freq: token 0 of sentence 0 must be a str, a number or another hashable value"),
        ({"": 1}, ValueError, "must not be empty"),
        ({"a": 1.5}, TypeError, "must be an integer, got float"),
        ({"a": True}, TypeError, "must be an integer, got bool"),
        ({"a": -1}, ValueError, "from 0 to"),
        ({"a": 2**63}, ValueError, "from 0 to"),
        ({"a": 2**62, "b": 2**62}, ValueError, "sum to less than"),
        ({"\ud800": 1}, UnicodeEncodeError, "surrogates"),
    ],
)
def test_invalid_frequencies_are_rejected(word_freq: dict[str, int], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        RawCounts.from_frequencies(word_freq)


def test_frequencies_may_be_numpy_integers() -> None:
    counts = RawCounts.from_frequencies({"a": np.int64(3)})  # type: ignore[dict-item]
    assert counts.counts.tolist() == [3]
    assert counts.raw_words == 3


def test_empty_frequencies_are_an_error() -> None:
    with pytest.raises(VocabularyError, match="no words; read 0 tokens from word_freq"):
        RawCounts.from_frequencies({}).prune(1)


def test_vocabulary_attributes() -> None:
    vocabulary = Vocabulary(["a", "b"], np.array([2, 1], dtype=np.int64), 1, 3, 1)
    assert len(vocabulary) == 2
    assert vocabulary.index["b"] == 1
    assert vocabulary.total == 3
