"""`KeyedVectors` from and to the files of other programs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wordkin import KeyedVectors


@pytest.mark.parametrize("binary", [False, True])
def test_round_trip_through_word2vec_format(binary: bool, kv: KeyedVectors, tmp_path: Path) -> None:
    kv.save_word2vec_format(tmp_path / "kv", binary=binary)
    again = KeyedVectors.load_word2vec_format(tmp_path / "kv")
    assert again.index_to_key == kv.index_to_key and np.array_equal(again.vectors, kv.vectors)
    assert again.expandos["count"].tolist() == [6, 5, 4, 3, 2, 1]
    half = KeyedVectors.load_word2vec_format(tmp_path / "kv", limit=2, datatype=np.float16, binary=binary)
    assert half.index_to_key == ["apple", "pear"] and half.vectors.dtype == np.float16
    assert half.most_similar("apple")[0][0] == "pear"


def test_vectors_are_sorted_by_count(kv: KeyedVectors, tmp_path: Path) -> None:
    kv.expandos["count"] = np.array([1, 2, 2, 4, 0, 6])
    kv.save_word2vec_format(tmp_path / "kv", fvocab=tmp_path / "vocab", prefix="x_")
    again = KeyedVectors.load_word2vec_format(tmp_path / "kv", fvocab=tmp_path / "vocab")
    assert again.index_to_key == ["x_train", "x_car", "x_pear", "x_plum", "x_apple", "x_bus"]
    assert again.expandos["count"].tolist() == [6, 4, 2, 2, 1, 0]
    assert np.array_equal(again["x_car"], kv["car"])


def test_saving_without_counts(tmp_path: Path) -> None:
    kv = KeyedVectors(2, count=3)
    kv.add_vector("a", [1, 2])
    with pytest.raises(ValueError, match="fvocab"):
        kv.save_word2vec_format(tmp_path / "kv", fvocab=tmp_path / "vocab")
    kv.save_word2vec_format(tmp_path / "kv")
    assert (tmp_path / "kv").read_text(
        encoding="utf-8"
    ) == "1 2\na 1.0 2.0\n"  # preallocated rows without a key are not written


@pytest.mark.parametrize("binary", [False, True])
def test_intersect_replaces_common_vectors(binary: bool, kv: KeyedVectors, tmp_path: Path) -> None:
    other = KeyedVectors(4)
    other.add_vectors(["car", "fig", "apple"], [[1, 2, 3, 4], [5, 6, 7, 8], [9, 8, 7, 6]])
    other.save_word2vec_format(tmp_path / "other", binary=binary)
    kv.fill_norms()
    kv.intersect_word2vec_format(tmp_path / "other", lockf=0.25, binary=binary)
    assert kv["car"].tolist() == [1, 2, 3, 4] and kv["apple"].tolist() == [9, 8, 7, 6] and len(kv) == 6
    assert kv.vectors_lockf.tolist() == [0.25, 1, 1, 0.25, 1, 1] and kv.norms is None
    small = KeyedVectors(3)
    with pytest.raises(ValueError, match="vectors of 3 numbers, got vectors of 4"):
        small.intersect_word2vec_format(tmp_path / "other")
