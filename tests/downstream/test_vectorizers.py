"""WordVectorizer and ELMoVectorizer against their definitions in NumPy."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from wordkin import ELMo, KeyedVectors
from wordkin.errors import NotFittedError
from wordkin.sklearn import ELMoVectorizer, WordVectorizer

TEXTS = ["sun rain sun", "rain", "wind and Rain", "", "nothing known"]


@pytest.fixture
def kv() -> KeyedVectors:
    table = KeyedVectors(3)
    table.add_vectors(["sun", "rain", "wind"], np.random.default_rng(1).normal(size=(3, 3)))
    return table


def test_mean_weighting_averages_known_words(kv: KeyedVectors) -> None:
    found = WordVectorizer(kv).fit_transform(TEXTS)
    expected = np.zeros((5, 3))
    expected[0] = (2 * kv["sun"] + kv["rain"]) / 3
    expected[1] = kv["rain"]
    expected[2] = (kv["wind"] + kv["rain"]) / 2
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-6)  # float32
    units = WordVectorizer(kv, normalize=True).fit_transform(TEXTS)
    np.testing.assert_allclose(np.linalg.norm(units, axis=1), [1, 1, 1, 0, 0], rtol=1e-6)


def test_tfidf_weights_follow_the_smoothed_formula(kv: KeyedVectors) -> None:
    vectorizer = WordVectorizer(kv, "tfidf").fit(TEXTS)
    weights = {word: math.log((1 + 5) / (1 + count)) + 1 for word, count in {"sun": 1, "rain": 2}.items()}
    assert vectorizer.word_weights_["sun"] == pytest.approx(weights["sun"])
    expected = 2 * weights["sun"] * kv["sun"] + weights["rain"] * kv["rain"]
    (found,) = vectorizer.transform(["sun rain sun"])
    np.testing.assert_allclose(found, expected / (2 * weights["sun"] + weights["rain"]), rtol=1e-5)


def test_sif_removes_the_first_component(kv: KeyedVectors) -> None:
    vectorizer = WordVectorizer(kv, "sif", sif_a=0.01).fit(TEXTS)
    words = 9  # tokens in all texts
    weights = {
        word: 0.01 / (0.01 + count / words) for word, count in {"sun": 2, "rain": 2, "Rain": 1, "wind": 1}.items()
    }
    plain = np.zeros((5, 3))
    plain[0] = (2 * weights["sun"] * kv["sun"] + weights["rain"] * kv["rain"]) / 3
    plain[1] = weights["rain"] * kv["rain"]
    plain[2] = (weights["wind"] * kv["wind"] + weights["Rain"] * kv["rain"]) / 2
    _, _, directions = np.linalg.svd(plain, full_matrices=False)
    expected = plain - np.outer(plain @ directions[0], directions[0])
    np.testing.assert_allclose(vectorizer.transform(TEXTS), expected, atol=1e-6)  # float32


def test_elmo_vectors_are_pooled_over_tokens() -> None:
    model = ELMo(dim=12, projection_dim=6, n_layers=2, char_dim=4, filters=[[1, 6], [2, 8]], n_highway=1)
    model.initialize(seed=3)
    texts = ["some words here", "", "more"]
    for layers, width in (("average", 12), ("top", 12), (0, 12), ("all", 36)):
        vectors = ELMoVectorizer(model, layers).fit_transform(texts)
        assert vectors.shape == (3, width)
        assert not vectors[1].any()
        expected = model.encode([["some", "words", "here"]], layers)[0].mean(axis=-2).reshape(-1)
        np.testing.assert_allclose(vectors[0], expected, rtol=1e-5, atol=1e-6)
    largest = ELMoVectorizer(model, pooling="max").fit_transform(texts)
    np.testing.assert_array_equal(largest[0], model.encode([["some", "words", "here"]])[0].max(axis=0))


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"embedding": None}, TypeError),
        ({"weighting": "bm25"}, ValueError),
        ({"sif_a": 0}, ValueError),
        ({"sif_components": 4}, ValueError),
        ({"tokenizer": "moses"}, ValueError),
    ],
)
def test_errors_name_the_parameter(kv: KeyedVectors, params: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error, match=next(iter(params))):
        WordVectorizer(**{"embedding": kv, **params}).fit(TEXTS)


def test_unfitted_transformers_and_wrong_embeddings_are_rejected(kv: KeyedVectors) -> None:
    with pytest.raises(NotFittedError, match="this WordVectorizer is not fitted; call fit"):
        WordVectorizer(kv).transform(TEXTS)
    with pytest.raises(TypeError, match="embedding must be an ELMo, got KeyedVectors"):
        ELMoVectorizer(kv).fit(TEXTS)
    with pytest.raises(TypeError, match="got str"):
        WordVectorizer(kv).fit("one text")


def test_transformers_do_not_import_scikit_learn() -> None:
    program = (
        "import sys, wordkin.sklearn; from wordkin import KeyedVectors;"
        "kv = KeyedVectors(2); kv.add_vectors(['a'], [[1, 2]]);"
        "v = wordkin.sklearn.WordVectorizer(kv); v.fit_transform(['a']); repr(v.set_params(normalize=True));"
        "assert 'sklearn' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
