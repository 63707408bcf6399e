"""Merging of vectors that were trained apart."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from wordkin import KeyedVectors
from wordkin.alignment import merge_vectors
from wordkin.errors import VocabularyError
from wordkin.text import PreparationOptions

from .test_procrustes import random_vectors, rotated, rotation


def part_of(vectors: KeyedVectors, rows: list[int]) -> KeyedVectors:
    words = [vectors.index_to_key[row] for row in rows]
    counts = vectors.expandos["count"][rows]
    return KeyedVectors.from_vocabulary(words, vectors.vectors[rows].copy(), counts.copy())


def cosines_of(vectors: KeyedVectors, words: list[str]) -> np.ndarray:
    units = np.stack([vectors.get_vector(word, norm=True) for word in words])
    return units @ units.T


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
def test_rotated_copies_become_the_first(dtype: type) -> None:
    vectors = random_vectors(60, dtype=dtype)
    copies = [vectors, *(rotated(vectors, rotation(8, seed)) for seed in (2, 3, 4))]
    merged = merge_vectors(copies)
    assert merged.vectors.dtype == dtype
    assert merged.index_to_key == list(reversed(vectors.index_to_key))  # by decreasing count
    assert merged.get_vecattr("word59", "count") == 4 * 60
    tolerance = 2e-2 if dtype == np.float16 else 1e-5
    np.testing.assert_allclose(
        merged.vectors.astype(np.float64), vectors.vectors[::-1].astype(np.float64), atol=tolerance
    )


def test_missing_words_are_completed_exactly() -> None:
    whole = random_vectors(80)
    parts = [
        part_of(whole, list(range(40))),
        part_of(whole, list(range(20, 60))),
        part_of(whole, list(range(45, 80))),
    ]
    merged = merge_vectors([parts[0], rotated(parts[1], rotation(8, 1)), rotated(parts[2], rotation(8, 2))])
    assert set(merged.index_to_key) == set(whole.index_to_key)
    for word in whole.index_to_key:
        np.testing.assert_allclose(merged[word], whole[word], atol=1e-4)


def test_sets_are_joined_in_an_order_in_which_they_share_words() -> None:
    whole = random_vectors(80)
    first, last, between = (part_of(whole, list(range(*bounds))) for bounds in ((0, 30), (50, 80), (15, 65)))
    merged = merge_vectors([first, rotated(last, rotation(8, 1)), rotated(between, rotation(8, 2))])
    np.testing.assert_allclose(merged["word79"], whole["word79"], atol=1e-4)


def test_noise_decreases_with_the_number_of_sets() -> None:
    truth = random_vectors(400, size=16)
    generator = np.random.default_rng(3)
    noisy = []
    for seed in range(8):
        rows = truth.vectors + generator.normal(size=truth.vectors.shape).astype(np.float32)
        noisy.append(rotated(KeyedVectors.from_vocabulary(list(truth.index_to_key), rows), rotation(16, seed)))
    expected = cosines_of(truth, truth.index_to_key)
    errors = [
        np.abs(cosines_of(found, truth.index_to_key) - expected).mean()
        for found in (noisy[0], merge_vectors(noisy[:2]), merge_vectors(noisy[:4]), merge_vectors(noisy))
    ]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.5 * errors[0]


def test_the_agreement_is_a_maximum() -> None:
    """Equals the definition: no rotation of one set alone brings the sets nearer to each other."""
    generator = np.random.default_rng(1)
    sets = []
    for _ in range(4):
        words = [f"word{number}" for number in generator.permutation(60)[:45]]
        rows = generator.normal(size=(45, 5)).astype(np.float32)
        sets.append(KeyedVectors.from_vocabulary(words, rows / np.linalg.norm(rows, axis=1, keepdims=True)))
    merged = merge_vectors(sets)
    for vectors in sets:
        words = [word for word in vectors.index_to_key if sum(word in other for other in sets) > 1]
        source = vectors[words].astype(np.float64)
        holders = np.array([sum(word in other for other in sets) for word in words])[:, np.newaxis]
        # Without the contribution of this set, whose rotation is the one that fits its rows in the merged vectors.
        alone = [word for word in vectors.index_to_key if word not in words]
        if len(alone) < 5:
            continue
        matrix, *_ = np.linalg.lstsq(vectors[alone].astype(np.float64), merged[alone], rcond=None)
        np.testing.assert_allclose(matrix @ matrix.T, np.eye(5), atol=1e-4)
        others = merged[words] - source @ matrix / holders
        left, _, right = np.linalg.svd(source.T @ others)
        assert np.trace((left @ right).T @ source.T @ others) <= np.trace(matrix.T @ source.T @ others) * (1 + 1e-3)


def test_zero_vectors_count_as_missing() -> None:
    vectors = random_vectors(40)
    other = rotated(vectors, rotation(8))
    other.vectors[3] = 0
    vectors.vectors[7] = 0
    merged = merge_vectors([vectors, other])
    np.testing.assert_allclose(merged["word3"], vectors["word3"], atol=1e-5)
    assert np.linalg.norm(merged["word7"]) == pytest.approx(np.linalg.norm(other["word7"]), rel=1e-5)
    other.vectors[7] = 0
    assert not merge_vectors([vectors, other])["word7"].any()
    other.vectors[:] = 0
    with pytest.raises(VocabularyError, match="in common"):
        merge_vectors([vectors, other])


def test_preallocated_rows_are_left_out() -> None:
    vectors = KeyedVectors(8, count=50)
    whole = random_vectors(40)
    for word in whole.index_to_key:
        vectors.add_vector(word, whole[word])
    merged = merge_vectors([vectors, rotated(whole, rotation(8))])
    assert len(merged) == 40
    np.testing.assert_allclose(merged["word3"], whole["word3"], atol=1e-5)


def test_words_without_counts_keep_their_ranks(caplog: pytest.LogCaptureFixture) -> None:
    first, second = random_vectors(40, seed=1), random_vectors(50, seed=2)
    second.expandos.clear()
    with caplog.at_level(logging.WARNING):
        merged = merge_vectors([first, second])
    assert merged.expandos == {}
    assert "1 of 2 sets of vectors have no counts" in caplog.text
    assert merged.index_to_key == second.index_to_key


def test_few_common_words_are_reported(caplog: pytest.LogCaptureFixture) -> None:
    whole = random_vectors(40)
    with caplog.at_level(logging.WARNING):
        merged = merge_vectors([part_of(whole, list(range(23))), part_of(whole, list(range(20, 40)))])
    assert "only 3 words in common" in caplog.text
    assert np.linalg.norm(merged["word39"]) == pytest.approx(np.linalg.norm(whole["word39"]), rel=1e-5)


def test_the_preparation_of_texts_is_kept_if_it_is_the_same(caplog: pytest.LogCaptureFixture) -> None:
    first, second = random_vectors(40, seed=1), random_vectors(40, seed=2)
    first.preparation = second.preparation = PreparationOptions(lowercase=True)
    assert merge_vectors([first, second]).preparation.lowercase
    second.preparation = PreparationOptions()
    with caplog.at_level(logging.WARNING):
        assert not merge_vectors([first, second]).preparation.lowercase
    assert "prepared in different ways" in caplog.text


def test_the_number_of_fitted_words_can_be_chosen() -> None:
    vectors = random_vectors(60)
    other = rotated(vectors, rotation(8))
    other.vectors[:40] = np.random.default_rng(1).normal(size=(40, 8))  # the less frequent words
    merged = merge_vectors([vectors, other], restrict_vocab=20)
    np.testing.assert_allclose(merged["word59"], vectors["word59"], atol=1e-5)
    assert not np.allclose(merge_vectors([vectors, other], restrict_vocab=None)["word59"], vectors["word59"], atol=1e-3)


def test_arguments_that_cannot_be_merged() -> None:
    vectors, other = random_vectors(30), random_vectors(30, seed=2)
    for given in ([], [vectors]):
        with pytest.raises(ValueError, match="at least two sets"):
            merge_vectors(given)
    with pytest.raises(ValueError, match=r"models\[1\] must have vectors of size 8, got 9"):
        merge_vectors([vectors, random_vectors(30, size=9)])
    copied = part_of(vectors, list(range(30)))
    for same in (vectors, copied):
        with pytest.raises(ValueError, match=r"same vectors as models\[0\] and models\[2\]"):
            merge_vectors([vectors, other, same])
    unrelated = KeyedVectors.from_vocabulary(["a", "b"], np.eye(2, 8, dtype=np.float32))
    with pytest.raises(VocabularyError, match=r"none for models\[2\] and those joined to models\[0\]"):
        merge_vectors([vectors, other, unrelated])
    with pytest.raises(TypeError, match="KeyedVectors"):
        merge_vectors([vectors, other.vectors])
    for limit in (0, 1.5):
        with pytest.raises((TypeError, ValueError), match="restrict_vocab must"):
            merge_vectors([vectors, other], restrict_vocab=limit)
    other.vectors[4, 2] = np.nan
    with pytest.raises(ValueError, match=r"'word4' in models\[1\]"):
        merge_vectors([vectors, other])


def test_empty_sets_have_nothing_in_common() -> None:
    with pytest.raises(VocabularyError, match="in common"):
        merge_vectors([KeyedVectors(8), random_vectors(30)])


def test_inputs_are_not_changed() -> None:
    first, second = random_vectors(30), random_vectors(30, seed=2)
    before = [vectors.vectors.copy() for vectors in (first, second)]
    merged = merge_vectors([first, second])
    merged.vectors[:] = 0
    merged.expandos["count"][:] = 0
    for vectors, rows in zip((first, second), before, strict=True):
        assert (vectors.vectors == rows).all()
        assert vectors.expandos["count"].any()
