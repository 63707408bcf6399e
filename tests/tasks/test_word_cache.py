"""Words that a network caches: the same bits as from their features, on every ISA and number of threads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from reference.task_models import CASES, case_options, random_batch, random_parameters
from reference.tasks import Batch
from tasks.trained_networks import Run
from wordkin.runtime import compute

WORDS, LENGTHS = 11, (3, 0, 4, 1, 40, 2)
CACHING = [
    case for case, fields in CASES.items() if not fields.get("contexts") and fields.get("encoder", "lstm") is not None
]


def words_and_texts(options: Any) -> tuple[Batch, Batch, Batch]:
    """Return words as one text, texts as features of these words, and the same texts as indices of cached words."""
    words, _, _ = random_batch(options, 5, lengths=(WORDS,))
    positions = np.random.default_rng(6).integers(0, WORDS, sum(LENGTHS), dtype=np.int32)
    lengths = np.array(LENGTHS, np.int32)
    by_features = Batch(
        lengths=lengths,
        tables=[ids[positions] for ids in words.tables],
        characters=words.characters,
        types=None if words.types is None else words.types[positions],
    )
    return words, by_features, Batch(lengths=lengths, words=positions)


def words_between(words: Batch, first: int, end: int) -> Batch:
    return Batch(
        lengths=np.array([end - first], np.int32),
        tables=[ids[first:end] for ids in words.tables],
        characters=words.characters,
        types=None if words.types is None else words.types[first:end],
    )


def outputs(run: Run, batch: Batch) -> list[NDArray[Any]]:
    options = run.options
    found = [run.network.scores(batch), run.network.probabilities(batch)]
    if options.task == "tags":
        found.append(run.network.paths(batch))
    elif options.pooling == "attention":
        found.append(run.network.attention(batch))
    return found


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("case", CACHING)
def test_cached_words_give_the_same_bits_as_features(case: str, threads: int) -> None:
    options = case_options(case, hidden_dim=37)
    words, by_features, by_words = words_and_texts(options)
    for isa in compute.available_isas():
        run = Run(options, random_parameters(options, 1), threads=threads, isa=isa)
        for first, end in ((0, 4), (4, WORDS)):
            run.network.cache_words(words_between(words, first, end), first=first, total=WORDS)
        for given, expected in zip(outputs(run, by_words), outputs(run, by_features), strict=True):
            np.testing.assert_array_equal(given, expected)


def test_losses_of_cached_words() -> None:
    options = case_options("crf")
    words, by_features, by_words = words_and_texts(options)
    run = Run(options, random_parameters(options, 1))
    run.network.cache_words(words, first=0, total=WORDS)
    _, targets, weights = random_batch(options, 2, lengths=LENGTHS)
    assert run.network.evaluate(by_words, targets, weights) == run.network.evaluate(by_features, targets, weights)


def test_words_replace_those_that_were_cached_in_their_place() -> None:
    options = case_options("crf")
    words, by_features, by_words = words_and_texts(options)
    run = Run(options, random_parameters(options, 1))
    run.network.cache_words(words_between(words, 0, 4), first=0, total=WORDS)
    for first, end in ((0, 3), (8, WORDS), (4, WORDS)):
        run.network.cache_words(words_between(words, first, end), first=4, total=WORDS)
    np.testing.assert_array_equal(run.network.scores(by_words), run.network.scores(by_features))
    run.network.cache_words(words_between(words, 4, 6), first=4, total=WORDS)
    with pytest.raises(ValueError, match="words must be below 6"):
        run.network.scores(by_words)


def test_changed_parameters_clear_the_cache() -> None:
    options = case_options("attention")
    words, by_features, by_words = words_and_texts(options)
    run = Run(options, random_parameters(options, 1))
    _, targets, weights = random_batch(options, 2, lengths=LENGTHS)
    run.network.cache_words(words, first=0, total=WORDS)
    run.network.step(by_features, targets, weights, learning_rate=0.1, step=1)
    with pytest.raises(ValueError, match="words must be below 0"):
        run.network.scores(by_words)
    run.network.cache_words(words, first=0, total=WORDS)
    np.testing.assert_array_equal(run.network.scores(by_words), run.network.scores(by_features))
    run.network.refresh()
    with pytest.raises(ValueError, match="words"):
        run.network.scores(by_words)


def test_invalid_cache_requests_are_rejected() -> None:
    options = case_options("attention")
    words, _, by_words = words_and_texts(options)
    run = Run(options, random_parameters(options, 1))
    _, targets, weights = random_batch(options, 2, lengths=LENGTHS)
    for first, total, message in ((3, 20, "first must be from 0 to 0"), (0, WORDS - 1, "total must be from 11")):
        with pytest.raises(ValueError, match=message):
            run.network.cache_words(words, first=first, total=total)
    run.network.cache_words(words_between(words, 0, 4), first=0, total=WORDS)
    with pytest.raises(ValueError, match="total must stay 11, got 12"):
        run.network.cache_words(words_between(words, 4, WORDS), first=4, total=12)
    with pytest.raises(ValueError, match="words must be below 4"):
        run.network.scores(by_words)
    with pytest.raises(ValueError, match="batch must contain the features of words"):
        empty = Batch(lengths=np.array([0], np.int32), tables=[np.zeros(0, np.int32)])
        run.network.cache_words(empty, first=0, total=1)
    with pytest.raises(ValueError, match="words"):
        run.network.step(by_words, targets, weights, learning_rate=0.1, step=1)


@pytest.mark.parametrize("case", ["contexts", "attention, no encoder"])
def test_networks_without_a_word_cache(case: str) -> None:
    options = case_options(case)
    run = Run(options, random_parameters(options, 1))
    batch, _, _ = random_batch(options, 2)
    assert run.network.word_bytes == 0
    with pytest.raises(ValueError, match="words can be stored only for a network with an encoder"):
        run.network.cache_words(batch, first=0, total=len(batch.lengths))
