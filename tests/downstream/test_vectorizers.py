"""WordVectorizer and ELMoVectorizer against their definitions in NumPy."""

from __future__ import annotations

import math
import subprocess
import sys
from collections import Counter
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


def usif(texts: list[list[str]], vectors: dict[str, np.ndarray], components: int) -> np.ndarray:
    """Return the sentence vectors of Ethayarajh 2018, sections 3 and 4, in float64.

    The weight of a word is a / (a / 2 + p(w)) with a = (1 - alpha) / (alpha Z) and Z = |V| / 2, where alpha is the
    fraction of words with p(w) > 1 - (1 - 1 / |V|)^n, and n the mean length of a text. From each vector, lambda_i of
    its projection on the i-th singular vector is removed, lambda_i being its share of the squared singular values.
    """
    counts = Counter(word for text in texts for word in text)
    total, size = sum(counts.values()), len(counts)
    probability = {word: count / total for word, count in counts.items()}
    threshold = 1 - (1 - 1 / size) ** (total / len(texts))
    alpha = sum(p > threshold for p in probability.values()) / size
    a = (1 - alpha) / (alpha * size / 2)
    means = []
    for text in texts:
        known = [word for word in text if word in vectors]
        means.append(np.mean([a / (a / 2 + probability[word]) * vectors[word] for word in known], axis=0))
    plain = np.array(means)
    _, values, directions = np.linalg.svd(plain, full_matrices=False)
    shares = values[:components] ** 2 / (values[:components] ** 2).sum()
    for share, direction in zip(shares, directions, strict=False):
        plain = plain - share * np.outer(plain @ direction, direction)
    return plain


@pytest.mark.parametrize("components", [1, 3, 5])
def test_usif_equals_its_definition(components: int) -> None:
    generator = np.random.default_rng(4)
    words = [f"w{number}" for number in range(300)]
    weights = 1.0 / np.arange(1, 301) ** 1.3
    texts = [list(generator.choice(words, int(generator.integers(1, 6)), p=weights / weights.sum())) for _ in range(80)]
    kv = KeyedVectors(8)
    known = [word for word in words if word != "w3"]
    kv.add_vectors(known, generator.standard_normal((len(known), 8)))
    texts = [["w0", *text] for text in texts]
    vectors = {word: kv[word].astype(np.float64) for word in known}
    vectorizer = WordVectorizer(kv, "usif", tokenizer="whitespace", usif_components=components)
    found = vectorizer.fit_transform(texts)
    np.testing.assert_allclose(found, usif(texts, vectors, components), atol=2e-6)
    assert vectorizer.common_components_.shape == (components, 8)


def test_usif_without_common_words_or_texts(kv: KeyedVectors) -> None:
    """No word is more frequent than chance: a is infinite, and all weights are 2."""
    vectorizer = WordVectorizer(kv, "usif").fit(["sun rain"])
    assert vectorizer.word_weights_ == {"sun": 2.0, "rain": 2.0}
    assert np.isfinite(vectorizer.transform(["sun", "", "unknown"])).all()
    assert WordVectorizer(kv, "usif").fit_transform([]).shape == (0, 3)
    assert not WordVectorizer(kv, "usif").fit_transform(["", ""]).any()
    assert WordVectorizer(kv, "usif", usif_components=0).fit(["sun"]).common_components_.shape == (0, 3)


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
    rounded = ELMoVectorizer(model, pooling="max", precision="int8").fit_transform(texts)
    assert not np.array_equal(rounded, largest)
    np.testing.assert_allclose(rounded, largest, atol=0.05)
    np.testing.assert_array_equal(largest[0], model.encode([["some", "words", "here"]])[0].max(axis=0))


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"embedding": None}, TypeError),
        ({"weighting": "bm25"}, ValueError),
        ({"sif_a": 0}, ValueError),
        ({"sif_components": 4}, ValueError),
        ({"usif_components": -1}, ValueError),
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
