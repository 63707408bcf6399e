"""Alignment of vector spaces by rotation."""

from __future__ import annotations

import numpy as np
import pytest

import wordkin
from wordkin import KeyedVectors, Word2Vec
from wordkin.alignment import align_sequence, csls_neighbours, drift_table
from wordkin.errors import VocabularyError


def random_vectors(words: int, size: int = 8, seed: int = 1, dtype: type = np.float32) -> KeyedVectors:
    rows = np.random.default_rng(seed).normal(size=(words, size)).astype(dtype)
    counts = np.arange(1, words + 1, dtype=np.int64)
    return KeyedVectors.from_vocabulary([f"word{number}" for number in range(words)], rows, counts)


def rotation(size: int, seed: int = 7) -> np.ndarray:
    matrix, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(size, size)))
    return matrix


def rotated(vectors: KeyedVectors, matrix: np.ndarray) -> KeyedVectors:
    rows = (vectors.vectors.astype(np.float64) @ matrix).astype(vectors.vectors.dtype)
    return KeyedVectors.from_vocabulary(list(vectors.index_to_key), rows, vectors.expandos["count"].copy())


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
def test_a_rotation_is_undone(dtype: type) -> None:
    vectors = random_vectors(50, dtype=dtype)
    aligned = wordkin.align(rotated(vectors, rotation(8)), vectors)
    assert aligned.vectors.dtype == dtype
    tolerance = {np.float16: 2e-2, np.float32: 1e-5, np.float64: 1e-12}[dtype]
    np.testing.assert_allclose(aligned.vectors.astype(np.float64), vectors.vectors, atol=tolerance)


def test_equals_scipy() -> None:
    linalg = pytest.importorskip("scipy.linalg")
    source, target = random_vectors(40, seed=1), random_vectors(40, seed=2)
    expected, _ = linalg.orthogonal_procrustes(source.vectors.astype(np.float64), target.vectors.astype(np.float64))
    aligned = wordkin.align(source, target, normalize=False)
    np.testing.assert_allclose(aligned.vectors, source.vectors @ expected, atol=1e-5)


def test_words_attributes_and_cosines_are_kept() -> None:
    source, target = random_vectors(30, seed=1), random_vectors(20, seed=2)
    source.set_vecattr("word3", "period", 1850)
    aligned = wordkin.align(source, target)
    assert aligned.index_to_key == source.index_to_key
    assert aligned.get_vecattr("word3", "period") == 1850
    assert aligned.get_vecattr("word29", "count") == 30
    assert aligned.similarity("word28", "word29") == pytest.approx(source.similarity("word28", "word29"), abs=1e-6)
    assert source.vectors is not aligned.vectors


def test_the_fit_uses_the_chosen_words_only() -> None:
    vectors = random_vectors(30, size=4)
    turned = rotated(vectors, rotation(4))
    turned.vectors[20:] = np.random.default_rng(3).normal(size=(10, 4))  # words that have moved
    stable = [f"word{number}" for number in range(20)]
    for options in ({"words": [*stable, "unknown"]}, {"restrict_vocab": 20}):
        aligned = wordkin.align(turned, vectors, **options)
        np.testing.assert_allclose(aligned.vectors[:20], vectors.vectors[:20], atol=1e-5)


def test_a_series_comes_into_the_space_of_its_first() -> None:
    first = random_vectors(40)
    series = [first, rotated(first, rotation(8, seed=2)), rotated(first, rotation(8, seed=3))]
    aligned = align_sequence(series)
    assert aligned[0] is first
    for vectors in aligned[1:]:
        np.testing.assert_allclose(vectors.vectors, first.vectors, atol=1e-5)


def test_constant_and_zero_vectors_do_not_fail() -> None:
    constant = KeyedVectors(3)
    constant.add_vectors(["a", "b"], np.ones((2, 3)))
    zero = KeyedVectors(3)
    zero.add_vectors(["a", "b"], np.zeros((2, 3)))
    assert np.isfinite(wordkin.align(constant, zero).vectors).all()
    assert not wordkin.align(zero, constant).vectors.any()


def test_bad_arguments_are_named() -> None:
    vectors = random_vectors(5)
    other = KeyedVectors(8)
    other.add_vectors(["another"], np.ones((1, 8)))
    with pytest.raises(VocabularyError, match="must have words in common, got 5 and 1"):
        wordkin.align(vectors, other)
    with pytest.raises(ValueError, match="vectors must have vectors of size 4, got 8"):
        wordkin.align(vectors, random_vectors(5, size=4))
    with pytest.raises(TypeError, match="words must be a list"):
        wordkin.align(vectors, vectors, words="word1")
    with pytest.raises(ValueError, match="restrict_vocab"):
        wordkin.align(vectors, vectors, restrict_vocab=0)
    with pytest.raises(ValueError, match="models must contain"):
        align_sequence([])
    broken = random_vectors(5)
    broken.vectors[2] = np.nan
    with pytest.raises(ValueError, match="finite, got NaN or infinite values for 'word2'"):
        wordkin.align(broken, vectors)


def test_preallocated_rows_are_left_out() -> None:
    preallocated = KeyedVectors(8, count=4)
    preallocated.add_vector("word1", np.ones(8))
    vectors = random_vectors(5)
    assert wordkin.align(preallocated, vectors).index_to_key == ["word1"]
    assert len(wordkin.align(vectors, preallocated)) == 5
    assert csls_neighbours(vectors, preallocated, ["word0"])[0][0][0] == "word1"
    assert len(csls_neighbours(vectors, preallocated, ["word0"])[0]) == 1
    assert drift_table(preallocated, vectors).words == ["word1"]


def test_other_objects_are_named() -> None:
    vectors = random_vectors(5)
    for wrong in ("path.bin", Word2Vec()):
        with pytest.raises(TypeError, match=r"must be KeyedVectors, such as model\.wv, got (str|Word2Vec)"):
            wordkin.align(wrong, vectors)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match=r"other must be KeyedVectors, got (str|Word2Vec)"):
            vectors.explore(other=wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="confidence must be"):
        drift_table(vectors, vectors, confidence="95")  # type: ignore[arg-type]
