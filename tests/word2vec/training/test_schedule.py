"""The learning-rate schedule: linear in the number of words, in one or several trainings."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from reference import word2vec as reference
from wordkin import Word2Vec

Sentences = list[list[str]]


def built(sentences: Sentences, **options: Any) -> Word2Vec:
    model = Word2Vec(min_count=1, vector_size=4, negative=1, **{"workers": 1, **options})
    model.build_vocab(sentences)
    return model


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("batch_words", [1, 700, 10_000])
def test_learning_rate_decreases_linearly_to_its_end(sentences: Sentences, batch_words: int, workers: int) -> None:
    model = built(sentences, batch_words=batch_words, workers=workers, alpha=0.04, min_alpha=0.003)
    model.train(sentences, total_examples=len(sentences), epochs=5)
    words = sum(map(len, sentences))
    rates = [epoch.learning_rate for epoch in model.training_report.epochs]
    assert rates == pytest.approx([reference.learning_rate(0.04, 0.003, words * n, words * 5) for n in range(1, 6)])
    assert rates[-1] == 0.003  # without rounding error
    assert model.min_alpha_yet_reached == 0.003


@pytest.mark.parametrize("min_count", [1, 4])
def test_words_outside_the_vocabulary_count(make_sentences: Callable[..., Sentences], min_count: int) -> None:
    model = Word2Vec(make_sentences(300, 200), min_count=min_count, vector_size=4, epochs=3, workers=2, batch_words=50)
    assert model.training_report.epochs[-1].learning_rate == model.min_alpha


def test_learning_rate_may_increase(sentences: Sentences) -> None:
    model = built(sentences)
    model.train(sentences, total_examples=1, epochs=2, start_alpha=0.01, end_alpha=0.03)
    assert [epoch.learning_rate for epoch in model.training_report.epochs] == pytest.approx([0.02, 0.03])


def test_learning_rates_of_train_replace_those_of_the_model(
    sentences: Sentences, caplog: pytest.LogCaptureFixture
) -> None:
    model = built(sentences, alpha=0.05, min_alpha=0.01)
    model.train(sentences, total_examples=len(sentences), epochs=1, start_alpha=0.02)
    assert (model.alpha, model.min_alpha) == (0.02, 0.01)
    model.train(sentences, total_examples=len(sentences), epochs=1, end_alpha=0.005)
    assert (model.alpha, model.min_alpha) == (0.02, 0.005)
    assert model.training_report.epochs[-1].learning_rate == 0.005
    with caplog.at_level(logging.WARNING):
        model.train(sentences, total_examples=len(sentences), epochs=1, start_alpha=0.04)
    assert "higher than at the end of the previous training run" in caplog.text


def test_words_trained_before_shorten_the_schedule(sentences: Sentences) -> None:
    words = sum(map(len, sentences))
    model = built(sentences, alpha=0.04, min_alpha=0.01)
    model.train(sentences, total_words=words, epochs=3, word_count=3 * words // 2)
    first, second, third = (epoch.learning_rate for epoch in model.training_report.epochs)
    # Half of the schedule is over (up to half a word of rounding); one epoch covers two thirds of the rest.
    assert first == pytest.approx(0.025 - 0.015 * 2 / 3, abs=0.015 / words)
    assert second == third == 0.01


class Stream:
    """A corpus whose length is only known from the arguments of `train`."""

    def __init__(self, sentences: Sentences) -> None:
        self._sentences = sentences

    def __iter__(self) -> Iterator[list[str]]:
        return iter(self._sentences)


@pytest.mark.parametrize("by", ["words", "examples"])
def test_schedule_of_a_stream_follows_the_given_totals(
    sentences: Sentences, by: str, caplog: pytest.LogCaptureFixture
) -> None:
    model = built(sentences, alpha=0.04, min_alpha=0.02)
    words, examples = sum(map(len, sentences)), len(sentences)
    totals = {"total_words": 2 * words} if by == "words" else {"total_examples": 2 * examples}
    with caplog.at_level(logging.WARNING):
        model.train(Stream(sentences), epochs=1, **totals)
    assert model.training_report.epochs[-1].learning_rate == pytest.approx(0.03)
    assert f"total_{by} is {2 * (words if by == 'words' else examples)}" in caplog.text
    model.train(Stream(sentences), epochs=1, **{name: value // 4 for name, value in totals.items()})
    assert model.training_report.epochs[-1].learning_rate == 0.02  # constant after the given total


def test_train_requires_epochs_and_a_total(sentences: Sentences) -> None:
    model = built(sentences)
    with pytest.raises(ValueError, match=r"epochs=model\.epochs"):
        model.train(sentences, total_examples=1)
    with pytest.raises(ValueError, match=r"total_examples=model\.corpus_count"):
        model.train(sentences, epochs=1)


def test_words_of_sentences_without_windows_decrease_the_learning_rate() -> None:
    sentences = [["a"]] * 1500 + [["a", "b"]]
    model = Word2Vec(
        min_count=1, vector_size=4, sg=1, hs=1, negative=0, sample=0, workers=1, alpha=0.1, min_alpha=0.0, seed=1,
        progress=False,
    )  # fmt: skip
    model.build_vocab(sentences)
    first, second = model.wv.vectors.astype(float)
    model.train(sentences, total_examples=len(sentences), epochs=1)
    # The two words are opposite labels of the root, whose errors are 0.5; words are counted in thousands.
    rate = 0.1 * (1 - 1000 / 1502)
    np.testing.assert_allclose(np.abs(model.syn1[0]), rate * np.abs(first - second) / 2, rtol=1e-3)
