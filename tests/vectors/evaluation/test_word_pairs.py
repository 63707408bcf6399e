"""Similarities of word pairs compared with ratings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from wordkin import KeyedVectors
from wordkin.vectors.evaluation import PairSet, evaluate_pairs, read_word_pairs
from wordkin.vectors.evaluation.word_pairs import spearman


def pairs_of(count: int, unknown: int, seed: int) -> PairSet:
    rng = np.random.default_rng(seed)
    words = [(f"w{a}", f"W{b}") for a, b in rng.integers(0, 50, (count, 2))]
    words[:unknown] = [("unknown", b) for _, b in words[:unknown]]
    return PairSet(pairs=tuple(words), ratings=tuple(rng.integers(0, 10, count).tolist()), invalid_lines=0)


def test_similarities_of_known_pairs(random_vectors: Callable[..., KeyedVectors]) -> None:
    kv, pairs = random_vectors(50, 12), pairs_of(40, 10, seed=2)
    scores = evaluate_pairs(kv, pairs)
    assert scores.answered.sum() == 30 and scores.oov_fraction == 0.25
    # The components of unit vectors are rounded twice to float32, `similarity` once.
    tolerance = 2.5 * float(np.finfo(np.float32).eps)
    for (a, b), similarity in zip(pairs.pairs[10:], scores.similarities[10:], strict=True):
        assert similarity == pytest.approx(kv.similarity(a, b.lower()), rel=0, abs=tolerance)
    assert scores.spearman == pytest.approx(
        stats.spearmanr(scores.ratings[10:], scores.similarities[10:]).statistic, abs=1e-12
    )
    interval = scores.interval()
    assert interval.low < interval.value == scores.spearman < interval.high
    assert evaluate_pairs(kv, pairs, case_insensitive=False).answered.sum() == 0


@given(st.lists(st.tuples(st.integers(-3, 3), st.floats(-2, 2)), min_size=2, max_size=30))
def test_spearman_equals_scipy(values: list[tuple[int, float]]) -> None:
    x, y = np.array(values, dtype=np.float64).T
    if len(set(x)) > 1 and len(set(y)) > 1:
        assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)
    else:
        assert np.isnan(spearman(x, y))


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text("# a comment\nα\tb b\t1.5\r\na\tb\n\na\tb\tc\na\tb\tnan\n", encoding="utf-8")
    read = read_word_pairs(path)
    assert read.pairs == (("α", "b b"),) and read.ratings == (1.5,) and read.invalid_lines == 3
    path.write_text("a  b 2\n", encoding="utf-8")
    assert read_word_pairs(path).pairs == (("a", "b"),)


def test_no_known_pairs(kv: KeyedVectors, tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text("x\ty\t1\n", encoding="utf-8")
    with pytest.raises(ValueError, match="pairs"):
        kv.evaluate_word_pairs(path)
    scores = evaluate_pairs(kv, path)
    assert np.isnan(scores.spearman) and np.isnan(scores.interval().low)
    assert evaluate_pairs(kv, PairSet(pairs=(), ratings=(), invalid_lines=0)).oov_fraction == 0


def test_standard_test_sets_are_read(data: Path) -> None:
    assert len(read_word_pairs(data / "wordsim" / "wordsim353.tsv").pairs) == 353
    assert len(read_word_pairs(data / "wordsim" / "simlex999.txt").pairs) == 999
