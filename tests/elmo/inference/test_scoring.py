"""Probabilities of tokens, and the most probable words at a position."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wordkin import ELMo
from wordkin.errors import NotFittedError

SENTENCES = [["apples", "and", "pears"], [], ["nonsense", "red"]]


def test_scores_agree_with_perplexity(trained: ELMo) -> None:
    sentence = ["big", "nonsense", "apples"]
    scores = trained.score([sentence])[0]
    perplexity = trained.perplexity([sentence], workers=1, progress=False)
    assert -(scores.forward.sum() + scores.end) / 4 == pytest.approx(np.log(perplexity.forward), rel=1e-5)
    assert -(scores.backward.sum() + scores.begin) / 4 == pytest.approx(np.log(perplexity.backward), rel=1e-5)
    assert scores.tokens == sentence
    assert scores.is_unknown.tolist() == [False, True, False]


def test_scores_of_a_sentence_do_not_depend_on_the_other_sentences(trained: ELMo) -> None:
    together = trained.score(SENTENCES, batch_size=2)
    assert [len(scores.forward) for scores in together] == [3, 0, 2]
    for sentence, scores in zip(SENTENCES, together, strict=True):
        (alone,) = trained.score([sentence])
        np.testing.assert_allclose(alone.forward, scores.forward, rtol=0, atol=1e-6)
        np.testing.assert_allclose(alone.backward, scores.backward, rtol=0, atol=1e-6)
        assert (alone.end, alone.begin) == pytest.approx((scores.end, scores.begin), abs=1e-6)
    np.testing.assert_allclose(trained.score("apples and pears").forward, together[0].forward, atol=1e-6)
    assert trained.score([]) == []


def test_many_sentences_are_scored_in_several_softmax_passes(trained: ELMo) -> None:
    sentences = [["apples", "and", "pears"] * 20, ["red"]] * 40  # more predictions than one pass takes
    reported: list[int] = []
    scores = trained.score(sentences, progress=reported.append)
    assert [len(each.forward) for each in scores] == [len(sentence) for sentence in sentences]
    np.testing.assert_allclose(scores[1].forward, scores[-1].forward, rtol=0, atol=1e-6)
    assert len(reported) > 1
    assert reported[-1] == sum(map(len, sentences))


def test_substitutes_are_the_words_with_the_highest_scores(trained: ELMo) -> None:
    tokens = ["apples", "and", "pears"]
    words = [word for word in trained.vocabulary or [] if word not in ("<S>", "</S>", "<UNK>")]
    for direction in ("forward", "backward", "both"):
        found = trained.substitutes(tokens, 1, topn=100, direction=direction)
        assert sorted(word for word, _ in found) == sorted(words)
        logs = []
        for word, _ in found:
            scores = trained.score([["apples", word, "pears"]])[0]
            forward, backward = scores.forward[1], scores.backward[1]
            logs.append({"forward": forward, "backward": backward, "both": forward + backward}[direction])
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
        ({"topn": -1}, ValueError, "topn must be at least 0"),
        ({"direction": "up"}, ValueError, "one of both, forward, backward"),
        ({"tokens": 5}, TypeError, "must be a text or a list of tokens"),
        ({"tokens": []}, IndexError, "0 tokens"),
    ],
)
def test_invalid_arguments_of_substitutes_are_rejected(
    trained: ELMo, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        trained.substitutes(**{"tokens": ["apples", "and", "pears"], "position": 1, **arguments})


def test_a_model_without_softmax_cannot_predict_words(small_model: Callable[..., ELMo]) -> None:
    model = small_model()
    model.initialize()
    for call in (
        lambda: model.score(SENTENCES),
        lambda: model.substitutes(["a"], 0),
        lambda: model.to_keyed_vectors(),
    ):
        with pytest.raises(NotFittedError, match="predicts no words"):
            call()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_substitutes_of_a_model_that_is_not_finite(value: float) -> None:
    model = ELMo(dim=4, projection_dim=2, n_layers=1, char_dim=2, filters=[[1, 3]], n_highway=0)
    model.initialize(["a", "b"])
    model.parameters["softmax/b"][3] = value
    model.parameters_changed()
    with pytest.raises(ValueError, match="the probabilities of words must be finite"):
        model.substitutes(["a"], 0)
