"""Subsampling, noise distribution and Huffman tree, all computed from the counts."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from reference import word2vec as reference
from wordkin import Word2Vec, _core, _core_testing

COUNTS = np.array([2**33, 10**6, 40_000, 1000, 999, 10, 1], dtype=np.int64)


@pytest.mark.parametrize("sample", [0, 1e-9, 1e-5, 1e-3, 0.1, 0.999, 1.0, 500.0, 1e6, 1e30])
def test_subsampling_probabilities(sample: float) -> None:
    thresholds = _core.word2vec.keep_thresholds(COUNTS, sample)
    kept = (thresholds.astype(np.float64) + 1) / 2**32
    # Thresholds are integers of 32 bits, which round probabilities to multiples of 2**-32.
    np.testing.assert_allclose(kept, reference.keep_probabilities(COUNTS, sample), rtol=1e-9, atol=2**-31)


def test_words_without_occurrences_are_always_kept() -> None:
    np.testing.assert_array_equal(_core.word2vec.keep_thresholds(np.array([5, 0, 2]), 0.0), 2**32 - 1)
    assert _core.word2vec.keep_thresholds(np.array([10**6, 0]), 1e-3)[1] == 2**32 - 1


def test_training_keeps_the_expected_fraction_of_each_word() -> None:
    """Measured by the number of words that `train` reports."""
    generator = np.random.default_rng(1)
    counts = np.array([60_000, 20_000, 2_000, 500])
    words = generator.permutation(np.repeat(["a", "b", "c", "d"], counts))
    model = Word2Vec(min_count=1, sample=0.05, vector_size=4, workers=1, negative=1)
    model.build_vocab([words.tolist()])
    # A sentence of one word is counted but trains nothing.
    for word, share in zip("abcd", reference.keep_probabilities(counts, 0.05), strict=True):
        kept, raw = model.train([[word]] * 20_000, total_examples=1, epochs=1)
        assert raw == 20_000
        assert abs(kept - raw * share) <= 5 * np.sqrt(raw * share * (1 - share))


@pytest.mark.parametrize("exponent", [0.75, 1.0, 0.0, -0.5, 3.0])
def test_noise_words_follow_their_distribution(exponent: float) -> None:
    counts = np.array([1000, 500, 500, 100, 33, 7, 1, 0], dtype=np.int64)
    draws = 400_000
    found = np.bincount(_core_testing.word2vec.draw_noise(counts, exponent, 5, draws), minlength=len(counts))
    expected = draws * reference.noise_probabilities(counts, exponent)
    assert found[-1] == 0  # a word without occurrences
    assert (np.abs(found - expected) <= 5 * np.sqrt(expected) + 1).all()


def test_noise_distribution_of_a_large_vocabulary() -> None:
    counts = (10**7 / np.arange(1, 50_001)).astype(np.int64)
    draws = 2_000_000
    found = np.bincount(_core_testing.word2vec.draw_noise(counts, 0.75, 1, draws), minlength=len(counts))
    expected = draws * reference.noise_probabilities(counts, 0.75)
    chi_square = ((found - expected) ** 2 / expected).sum()
    assert abs(chi_square - len(counts)) < 6 * np.sqrt(2 * len(counts))


def test_noise_distribution_of_large_counts_and_exponents() -> None:
    """Counts up to 2**63 - 1 with exponents that would overflow without logarithms."""
    counts = np.array([2**63 - 1, 2**62, 1], dtype=np.int64)
    for exponent in (100.0, -100.0, 0.75):
        expected = 10_000 * reference.noise_probabilities(counts, exponent)
        found = np.bincount(_core_testing.word2vec.draw_noise(counts, exponent, 1, 10_000), minlength=3)
        assert (np.abs(found - expected) <= 5 * np.sqrt(expected) + 1).all()


def test_noise_distribution_without_occurrences() -> None:
    with pytest.raises(ValueError, match="positive count"):
        _core_testing.word2vec.draw_noise(np.array([0, 0]), 0.75, 1, 1)


def test_equal_seeds_give_equal_noise_words() -> None:
    counts = np.arange(1, 100)
    first, again, other = (_core_testing.word2vec.draw_noise(counts, 0.75, seed, 1000) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).mean() > 0.9


def check_code_lengths_are_optimal(counts: NDArray[np.int64]) -> None:
    paths = _core.word2vec.huffman_paths(counts)
    assert len(paths) == len(counts)
    weighted = sum(int(count) * len(codes) for count, (_, codes) in zip(counts, paths, strict=True))
    assert weighted == reference.least_weighted_path_length(counts.tolist())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=60))
def test_huffman_codes_are_optimal_and_prefix_free(counts: list[int]) -> None:
    array = np.array(counts, dtype=np.int64)
    check_code_lengths_are_optimal(array)
    codes = sorted("".join(map(str, codes)) for _, codes in _core.word2vec.huffman_paths(array))
    assert not any(after.startswith(before) for before, after in pairwise(codes))
    if len(counts) > 1:
        assert sum(2.0 ** -len(code) for code in codes) == 1.0  # a complete tree (Kraft's equality)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 1000), min_size=2, max_size=60))
def test_huffman_paths_form_a_tree(counts: list[int]) -> None:
    """Paths start at the root, every inner node has one path, and all nodes are used."""
    reached: dict[int, tuple[int, ...]] = {}
    for nodes, codes in _core.word2vec.huffman_paths(np.array(counts, dtype=np.int64)):
        assert nodes[0] == len(counts) - 2
        for depth, node in enumerate(nodes.tolist()):
            branch = tuple(codes[:depth].tolist())
            assert reached.setdefault(node, branch) == branch
    assert sorted(reached) == list(range(len(counts) - 1))


def test_huffman_codes_of_few_words_and_of_steep_counts() -> None:
    [(nodes, codes)] = _core.word2vec.huffman_paths(np.array([3]))
    assert len(nodes) == len(codes) == 0
    assert _core.word2vec.huffman_paths(np.array([], dtype=np.int64)) == []
    fibonacci = [1, 1]
    while len(fibonacci) < 70:  # beyond 2**53, where float64 sums of counts are rounded
        fibonacci.append(fibonacci[-1] + fibonacci[-2])
    check_code_lengths_are_optimal(np.array(fibonacci[::-1], dtype=np.int64))
    deepest = max(len(codes) for _, codes in _core.word2vec.huffman_paths(np.array(fibonacci, dtype=np.int64)))
    assert deepest == 69
