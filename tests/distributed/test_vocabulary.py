"""The vocabulary of several ranks is that of one process with all texts, and no rank holds all words."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from wordkin.distributed.exchange import CountedWords, merged_by_owner
from wordkin.errors import DistributedError, VocabularyError
from wordkin.text import RULE_DEFAULT, RULE_DISCARD, RULE_KEEP, RawCounts
from wordkin.word2vec.options import VocabularyOptions
from wordkin.word2vec.training.joint_vocabulary import joint_vocabulary

from .thread_group import in_ranks

Texts = list[list[str]]


def counts_of(words: list[str]) -> RawCounts:
    return RawCounts.from_frequencies(Counter(words), raw_sentences=1)


def joint(texts: Texts, rules: VocabularyOptions, trim_rule: Any = None, *, exchanges: bool = True) -> list[Any]:
    return in_ranks(
        len(texts),
        lambda group: joint_vocabulary(group, counts_of(texts[group.rank]), rules, trim_rule),
        exchanges=exchanges,
    )


def by_length(word: str, count: int, min_count: int) -> int:
    return {1: RULE_DEFAULT, 2: RULE_KEEP}.get(len(word), RULE_DISCARD)


@settings(max_examples=40, deadline=None)
@given(
    texts=st.lists(st.lists(st.text("ab\u00e9", min_size=1, max_size=3), max_size=30), min_size=2, max_size=4),
    min_count=st.integers(0, 3),
    most=st.none() | st.integers(1, 12),
    is_sorted=st.booleans(),
    rule=st.none() | st.just(by_length),
    exchanges=st.booleans(),
)
def test_words_order_and_reports_are_those_of_one_process(
    texts: Texts, min_count: int, most: int | None, is_sorted: bool, rule: Any, exchanges: bool
) -> None:
    rules = VocabularyOptions(min_count=min_count, max_final_vocab=most, sorted_vocab=is_sorted)
    whole = counts_of([word for text in texts for word in text])
    found = joint(texts, rules, rule, exchanges=exchanges)
    try:
        vocabulary, report = whole.prune(min_count, most, rule, is_sorted)
    except VocabularyError as error:
        message = str(error).replace("word_freq", f"the texts of {len(texts)} ranks")
        assert [str(result) for result in found] == [message] * len(texts)
        return
    for result in found:
        assert isinstance(result, tuple), result
        assert result[0].words == vocabulary.words
        assert result[0].counts.tolist() == vocabulary.counts.tolist()
        assert result[1] == report
        assert (result[0].raw_words, result[0].min_count) == (vocabulary.raw_words, vocabulary.min_count)


def test_each_word_is_counted_by_one_rank() -> None:
    words = [f"w{number}" for number in range(1000)]

    def work(group: Any) -> CountedWords:
        counts = counts_of(words[group.rank * 100 :])
        return merged_by_owner(group, [str(word).encode() for word in counts.words], counts.counts)

    parts = in_ranks(4, work)
    assert all(isinstance(part, CountedWords) and 150 < len(part.words) < 350 for part in parts)
    assert sum(len(part.words) for part in parts if isinstance(part, CountedWords)) == 1000


def test_words_that_are_not_strings_are_an_error_on_every_rank() -> None:
    def work(group: Any) -> Any:
        counts = RawCounts.from_frequencies({7 if group.rank else "a": 1})
        return joint_vocabulary(group, counts, VocabularyOptions(min_count=1), None)

    for result in in_ranks(2, work):
        assert isinstance(result, DistributedError)
        assert "words must be strings to be exchanged, got 7" in str(result)


def test_a_rule_that_fails_is_an_error_on_every_rank() -> None:
    def rule(word: str, count: int, min_count: int) -> int:
        raise KeyError(word)

    for result in joint([["a"], ["b"], ["c"]], VocabularyOptions(min_count=1), rule):
        assert isinstance(result, KeyError | DistributedError)
