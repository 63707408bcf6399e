"""The table of words that have moved between two sets of vectors."""

from __future__ import annotations

import numpy as np
import pytest

from wordkin import KeyedVectors
from wordkin.alignment import drift_table
from wordkin.errors import VocabularyError


def noisy_copy(rows: np.ndarray, seed: int, noise: float = 0.05, words: int | None = None) -> KeyedVectors:
    """A training of the same text: other axes, and a little noise."""
    generator = np.random.default_rng(seed)
    turned, _ = np.linalg.qr(generator.normal(size=(rows.shape[1], rows.shape[1])))
    moved = (rows + noise * generator.normal(size=rows.shape)) @ turned
    count = words or len(rows)
    counts = np.arange(count, 0, -1, dtype=np.int64)
    return KeyedVectors.from_vocabulary([f"w{n}" for n in range(count)], moved[:count].astype(np.float32), counts)


@pytest.fixture(scope="module")
def periods() -> tuple[np.ndarray, np.ndarray]:
    rows = np.random.default_rng(1).normal(size=(300, 10))
    later = rows.copy()
    later[5] = rows[200] + 0.1  # the meaning of w5 becomes that of w200
    return rows, later


def test_the_word_that_moved_comes_first(periods: tuple[np.ndarray, np.ndarray]) -> None:
    table = drift_table(noisy_copy(periods[0], 1), noisy_copy(periods[1], 2, words=250), topn=5)
    assert len(table) == 250
    assert table.words[0] == "w5"
    assert table.cosines[0] < 0.6 < 0.9 < table.cosines[1]
    assert table.gained[0][0] == "w200"
    assert "w5" not in table.gained[0]
    assert len(table.lost[0]) == len(table.gained[0])
    assert table.row(0)["old_count"] == 295
    assert table.row(0)["new_count"] == 245
    assert table.low is None
    assert list(table.cosines) == sorted(table.cosines)


def test_identical_vectors_have_not_moved(periods: tuple[np.ndarray, np.ndarray]) -> None:
    vectors = noisy_copy(periods[0], 1)
    table = drift_table(vectors, vectors)
    np.testing.assert_allclose(table.cosines, 1, atol=1e-6)
    assert not any(table.gained)
    assert not any(table.lost)


def test_retrainings_give_intervals_and_the_noise_of_training(periods: tuple[np.ndarray, np.ndarray]) -> None:
    old = [noisy_copy(periods[0], seed, noise=0.3) for seed in (1, 2, 3)]
    new = [noisy_copy(periods[1], seed, noise=0.3) for seed in (4, 5, 6)]
    table = drift_table(old, new, topn=5)
    assert table.low is not None
    assert table.high is not None
    assert table.noise is not None
    assert (table.low <= table.cosines + 1e-12).all()
    assert (table.cosines <= table.high + 1e-12).all()
    assert table.words[0] == "w5"
    assert table.high[0] < table.noise[0] - 0.2
    # Where nothing moved, the cosine between periods is that between retrainings.
    assert np.abs(table.cosines[1:] - table.noise[1:]).mean() < 0.05
    again = drift_table(old, new, topn=5)
    assert again.low is not None
    np.testing.assert_array_equal(table.low, again.low)


def test_chosen_words_and_rare_words(periods: tuple[np.ndarray, np.ndarray]) -> None:
    old, new = noisy_copy(periods[0], 1), noisy_copy(periods[1], 2)
    everything = drift_table(old, new)
    some = drift_table(old, new, words=["w7", "w5", "w7", "unknown"])
    assert some.words == ["w5", "w7"]
    assert some.row(0) == everything.row(0)
    assert (
        drift_table(old, new, min_count=201).words == [word for word in everything.words if int(word[1:]) < 100]
        or len(drift_table(old, new, min_count=201)) == 100
    )


def test_a_data_frame_has_a_row_per_word(periods: tuple[np.ndarray, np.ndarray]) -> None:
    pytest.importorskip("pandas")
    frame = drift_table(noisy_copy(periods[0], 1), noisy_copy(periods[1], 2)).to_frame()
    assert list(frame.columns) == ["word", "cosine", "old_count", "new_count", "gained", "lost"]
    assert frame["word"][0] == "w5"


def test_two_words_are_enough_and_one_word_has_no_neighbours() -> None:
    single = KeyedVectors(2)
    single.add_vectors(["a"], [[1.0, 0.0]])
    table = drift_table(single, single)
    assert (table.words, table.gained, table.lost) == (["a"], [[]], [[]])


def test_bad_arguments_are_named(periods: tuple[np.ndarray, np.ndarray]) -> None:
    vectors = noisy_copy(periods[0], 1)
    other = KeyedVectors(10)
    other.add_vectors(["another"], np.ones((1, 10)))
    with pytest.raises(VocabularyError, match="words in common"):
        drift_table(vectors, other)
    with pytest.raises(ValueError, match="old must contain at least one"):
        drift_table([], vectors)
    with pytest.raises(TypeError, match="new must be KeyedVectors"):
        drift_table(vectors, ["a path"])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="confidence must be"):
        drift_table(vectors, vectors, confidence=95)
    with pytest.raises(VocabularyError, match="min_count=1000"):
        drift_table(vectors, vectors, min_count=1000)
    with pytest.raises(TypeError, match="words must be a list"):
        drift_table(vectors, vectors, words="w5")
