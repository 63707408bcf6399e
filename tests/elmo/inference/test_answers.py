"""Probabilities of words, words for a place, and static vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wordkin import ELMo, KeyedVectors
from wordkin.errors import CorpusError, NotFittedError, VocabularyError

MakeModel = Callable[..., ELMo]
SENTENCES = [["apples", "and", "pears"], [], ["nonsense", "red"]]


@pytest.fixture
def without_softmax(small_model: MakeModel) -> ELMo:
    """A model that predicts nothing."""
    model = small_model()
    model.initialize()
    return model


def test_scores_are_those_of_perplexity(trained: ELMo) -> None:
    one = ["big", "nonsense", "apples"]
    scores = trained.score([one])[0]
    perplexity = trained.perplexity([one], workers=1, progress=False)
    assert -(scores.forward.sum() + scores.end) / 4 == pytest.approx(np.log(perplexity.forward), rel=1e-5)
    assert -(scores.backward.sum() + scores.begin) / 4 == pytest.approx(np.log(perplexity.backward), rel=1e-5)
    assert scores.tokens == one
    assert scores.is_unknown.tolist() == [False, True, False]


def test_scores_do_not_depend_on_others(trained: ELMo) -> None:
    together = trained.score(SENTENCES, batch_size=2)
    assert [len(scores.forward) for scores in together] == [3, 0, 2]
    for sentence, scores in zip(SENTENCES, together, strict=True):
        (alone,) = trained.score([sentence])
        np.testing.assert_allclose(alone.forward, scores.forward, rtol=0, atol=1e-6)
        np.testing.assert_allclose(alone.backward, scores.backward, rtol=0, atol=1e-6)
        assert (alone.end, alone.begin) == pytest.approx((scores.end, scores.begin), abs=1e-6)
    np.testing.assert_allclose(trained.score("apples and pears").forward, together[0].forward, atol=1e-6)
    assert trained.score([]) == []


def test_substitutes_are_the_words_that_score_best(trained: ELMo) -> None:
    tokens = ["apples", "and", "pears"]
    words = [word for word in trained.vocabulary or [] if word not in ("<S>", "</S>", "<UNK>")]
    for direction in ("forward", "backward", "both"):
        found = trained.substitutes(tokens, 1, topn=100, direction=direction)
        assert sorted(word for word, _ in found) == sorted(words)
        logs = []
        for word, _ in found:
            scores = trained.score([["apples", word, "pears"]])[0]
            ahead, behind = scores.forward[1], scores.backward[1]
            logs.append({"forward": ahead, "backward": behind, "both": ahead + behind}[direction])
        assert logs == sorted(logs, reverse=True)
        probabilities = np.array([probability for _, probability in found])
        if direction != "both":
            np.testing.assert_allclose(probabilities, np.exp(logs), rtol=1e-4)
        assert probabilities.sum() <= 1 + 1e-6
    assert trained.substitutes(tokens, -2, topn=2) == trained.substitutes("apples xyz pears", 1, topn=2)
    assert trained.substitutes(tokens, 0, topn=0) == []


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"position": 3}, IndexError, "a sentence of 3 tokens, got 3"),
        ({"position": -4}, IndexError, "got -4"),
        ({"position": "1"}, TypeError, "position must be an integer"),
        ({"topn": -1}, ValueError, "topn must be from 0"),
        ({"direction": "up"}, ValueError, "one of both, forward, backward"),
        ({"tokens": 5}, TypeError, "must be a text or a list of tokens"),
        ({"tokens": []}, IndexError, "0 tokens"),
    ],
)
def test_wrong_places(trained: ELMo, arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        trained.substitutes(**{"tokens": ["apples", "and", "pears"], "position": 1, **arguments})


def test_models_that_predict_nothing(without_softmax: ELMo) -> None:
    for call in (
        lambda: without_softmax.score(SENTENCES),
        lambda: without_softmax.substitutes(["a"], 0),
        lambda: without_softmax.to_keyed_vectors(),
    ):
        with pytest.raises(NotFittedError, match="predicts no words"):
            call()


def test_vectors_of_words_by_themselves(trained: ELMo) -> None:
    vectors = trained.to_keyed_vectors(["pears", "unheard", "pears"])
    assert isinstance(vectors, KeyedVectors)
    assert vectors.index_to_key == ["pears", "unheard"]
    np.testing.assert_array_equal(
        np.hstack([vectors["unheard"]] * 2), trained.encode([["pears", "unheard"]], layers=0)[0][1]
    )
    assert trained.to_keyed_vectors().index_to_key == trained.vocabulary
    assert vectors.most_similar("pears", topn=1)[0][0] == "unheard"
    with pytest.raises(VocabularyError, match="no words"):
        trained.to_keyed_vectors([])
    with pytest.raises(TypeError, match="list of words"):
        trained.to_keyed_vectors("pears")


def test_means_of_occurrences(trained: ELMo, sentences: list[list[str]]) -> None:
    text = sentences[:5] + [["once"]]
    vectors = trained.distill(text, layers="top", min_count=2, workers=1, progress=False)
    found = [(word, row) for words, rows in zip(text, trained.encode(text, "top"), strict=True)
             for word, row in zip(words, rows, strict=True)]  # fmt: skip
    for word in ("apples", "red", "plums"):
        rows = [row for other, row in found if other == word]
        np.testing.assert_allclose(vectors[word], np.mean(rows, axis=0), atol=1e-6)
        assert vectors.get_vecattr(word, "count") == len(rows)
    assert "once" not in vectors
    with pytest.raises(VocabularyError, match="min_count=100"):
        trained.distill(text, min_count=100)
    with pytest.raises(ValueError, match="one vector of a token"):
        trained.distill(text, layers="all")
    with pytest.raises(CorpusError, match="no words"):
        trained.distill([[]])
