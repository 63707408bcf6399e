"""`score` and `predict_output_word` compared with their definitions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from reference.window_update import sigmoid
from reference.word2vec import contexts
from wordkin import Word2Vec, _core

Sentences = list[list[str]]


def model_of(sentences: Sentences, **options: Any) -> Word2Vec:
    model = Word2Vec(sentences, min_count=1, vector_size=12, window=3, epochs=2, workers=1, alpha=0.1, **options)
    model.wv.vectors[:] *= 5
    return model


def log_probability(model: Word2Vec, sentence: Sequence[str], *, skipgram: bool, mean: bool) -> float:
    """Return the log-probabilities of all branches on the paths of all words, summed."""
    paths = _core.word2vec.huffman_paths(model.wv.expandos["count"])
    ids = [model.wv.key_to_index[word] for word in sentence if word in model.wv]
    vectors, nodes = model.wv.vectors.astype(np.float64), model.syn1.astype(np.float64)
    total = 0.0
    for word, context in contexts(ids, model.options.window):
        if skipgram:
            inputs = [vectors[neighbour] for neighbour in context]
        else:
            inputs = [vectors[context].sum(axis=0) / (len(context) if mean else 1)] if context else []
        for x in inputs:
            for node, code in zip(*paths[word], strict=True):
                total += float(np.log(sigmoid(np.array((1 - 2.0 * code) * (x @ nodes[node])))))
    return total


@pytest.mark.parametrize(("sg", "cbow_mean"), [(1, 1), (0, 1), (0, 0)])
def test_score_equals_its_definition(sentences: Sentences, sg: int, cbow_mean: int) -> None:
    model = model_of(sentences, sg=sg, cbow_mean=cbow_mean, hs=1, negative=0)
    queries = [*sentences[:10], ["w1", "unknown", "w2"], ["unknown"], [], ["w3"]]
    expected = [log_probability(model, sentence, skipgram=bool(sg), mean=bool(cbow_mean)) for sentence in queries]
    scores = model.score(queries)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, expected, rtol=1e-6)  # the result is float32
    np.testing.assert_array_equal(model.score(iter(queries), total_sentences=3), scores[:3])
    assert len(model.score([])) == 0


def test_score_needs_hierarchical_softmax(sentences: Sentences) -> None:
    with pytest.raises(RuntimeError, match="hs=1"):
        model_of(sentences).score(sentences)


@pytest.mark.parametrize("cbow_mean", [0, 1])
def test_predictions_equal_their_definition(sentences: Sentences, cbow_mean: int) -> None:
    model = model_of(sentences, cbow_mean=cbow_mean)
    context = ["w1", "w5", "unknown", "w1"]
    rows = model.wv.vectors[[model.wv.key_to_index[word] for word in context if word in model.wv]].astype(np.float64)
    scores = model.syn1neg.astype(np.float64) @ (rows.mean(axis=0) if cbow_mean else rows.sum(axis=0))
    expected = np.exp(scores) / np.exp(scores).sum()
    found = model.predict_output_word(context, topn=None)
    assert found is not None
    assert [word for word, _ in found] == [model.wv.index_to_key[row] for row in np.argsort(-expected)]
    # Scores are float32: an error of 1e-6 in a score changes the probability by a factor of 1 + 1e-6.
    np.testing.assert_allclose([share for _, share in found], np.sort(expected)[::-1], rtol=1e-5)
    assert sum(share for _, share in found) == pytest.approx(1)
    assert model.predict_output_word(context, topn=3) == found[:3]
    assert model.predict_output_word(context, topn=10**9) == found
    assert model.predict_output_word(context, topn=0) == model.predict_output_word(context, topn=-1) == []
    numbers = [model.wv.key_to_index[word] for word in context if word in model.wv]
    assert model.predict_output_word(numbers, topn=3) == found[:3]


def test_predictions_from_unknown_words(sentences: Sentences) -> None:
    model = model_of(sentences)
    for context in ([], ["unknown"]):
        with pytest.warns(UserWarning, match="out-of-vocabulary"):
            assert model.predict_output_word(context) is None
    with pytest.raises(RuntimeError, match="negative > 0"):
        model_of(sentences, hs=1, negative=0).predict_output_word(["w1"])
    with pytest.raises(RuntimeError, match="needs the output layer of negative sampling"):
        Word2Vec().predict_output_word(["w1"])


def test_large_scores_give_finite_probabilities(sentences: Sentences) -> None:
    model = model_of(sentences)
    model.syn1neg[:] *= 1e4
    found = model.predict_output_word(["w1"], topn=None)
    assert found is not None
    assert np.isfinite([share for _, share in found]).all()
