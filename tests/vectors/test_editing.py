"""Adding, replacing, resizing and sorting vectors."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from wordkin import KeyedVectors

from .conftest import have_equal_content


def test_adding_vectors_one_by_one_reallocates_rarely() -> None:
    kv = KeyedVectors(4)
    blocks = set()
    for number in range(3000):
        assert kv.add_vector(f"w{number}", np.full(4, number)) == number
        blocks.add(id(kv.vectors.base))
    # Capacities: 1, then the old one and half of it and 16 more: 17, 41, 77, ..., 2744, 4132.
    assert len(blocks) <= 13
    assert kv.vectors.shape == (3000, 4) and (kv.vectors[:, 0] == np.arange(3000)).all()


def test_existing_keys_keep_their_vectors_unless_replaced(kv: KeyedVectors) -> None:
    old = kv["apple"].copy()
    assert kv.add_vector("apple", [9, 9, 9, 9]) == 0
    kv.add_vectors(["apple", "fig"], np.ones((2, 4)))
    assert np.array_equal(kv["apple"], old) and len(kv) == 7
    kv.add_vectors(["apple", "kiwi"], np.ones((2, 4)), replace=True)
    assert kv["apple"].tolist() == [1, 1, 1, 1] and len(kv) == 8
    kv["apple"] = np.zeros(4)
    kv[["apple", "lime"]] = [np.arange(4), np.arange(4) + 1]
    assert kv["apple"].tolist() == [0, 1, 2, 3] and kv["lime"].tolist() == [1, 2, 3, 4] and len(kv) == 9


def test_repeated_keys_are_added_once() -> None:
    for replace, kept in ((False, 1), (True, 3)):
        kv = KeyedVectors(1)
        kv.add_vectors(["a", "b", "a"], [[1], [2], [3]], replace=replace, extras={"n": np.array([1, 2, 3])})
        assert kv.index_to_key == ["a", "b"] and kv["a"].tolist() == [kept] and kv.get_vecattr("a", "n") == kept


def test_extras_set_attributes(kv: KeyedVectors) -> None:
    kv.add_vectors(["fig", "apple"], np.ones((2, 4)), extras={"count": np.array([5, 7]), "hue": np.array([0.5, 1])})
    assert kv.get_vecattr("fig", "count") == 5 and kv.get_vecattr("apple", "count") == 60
    assert kv.expandos["hue"].tolist() == [0, 0, 0, 0, 0, 0, 0.5]
    kv.add_vectors(["fig", "apple"], np.ones((2, 4)), extras={"count": np.array([8, 9])}, replace=True)
    assert (kv.get_vecattr("fig", "count"), kv.get_vecattr("apple", "count")) == (8, 9)


@pytest.mark.parametrize(
    ("keys", "weights", "extras"),
    [
        (["x"], [[1, 2, 3]], {}),
        (["x", "y"], [[1, 2, 3, 4]], {}),
        (["x"], [[1, 2, 3, 4]], {"n": np.arange(3)}),
        (["x", "y"], [[1, 2, 3, 4], [1, 2]], {}),
    ],
)
def test_rejected_arguments_change_nothing(kv: KeyedVectors, keys: Any, weights: Any, extras: Any) -> None:
    before = copy.deepcopy(kv)
    with pytest.raises(ValueError):
        kv.add_vectors(keys, weights, extras=extras)
    with pytest.raises(TypeError):
        kv.add_vectors([["unhashable"]], [[1, 2, 3, 4]])
    assert have_equal_content(kv, before)


def test_read_only_vectors_are_not_modified(kv: KeyedVectors) -> None:
    kv.vectors.setflags(write=False)
    with pytest.raises(ValueError, match="mmap"):
        kv["apple"] = [1, 2, 3, 4]
    with pytest.raises(ValueError, match="mmap"):
        kv.unit_normalize_all()
    kv.add_vector("fig", [1, 2, 3, 4])  # adding a row copies the others to new memory
    assert kv["fig"].tolist() == [1, 2, 3, 4] and len(kv.vectors) == 7


def test_keys_that_other_objects_have_are_not_changed(kv: KeyedVectors) -> None:
    words = list(kv.index_to_key)
    first, second = (KeyedVectors.from_vocabulary(words, kv.vectors) for _ in range(2))
    third = KeyedVectors(4)
    third.index_to_key, third.key_to_index, third.vectors = first.index_to_key, first.key_to_index, kv.vectors
    for number, vectors in enumerate((first, second, third)):
        vectors.add_vector("new", np.full(4, number))
    assert len(words) == 6
    assert [vectors["new"][0] for vectors in (first, second, third)] == [0, 1, 2]
    assert [len(vectors) for vectors in (first, second, third)] == [7, 7, 7]


def test_keys_without_rows_must_get_them_before_others_are_added(kv: KeyedVectors) -> None:
    kv.index_to_key.append("fig")
    kv.key_to_index["fig"] = 6
    with pytest.raises(ValueError, match=r"one key per row of vectors \(6\)"):
        kv.add_vector("kiwi", np.ones(4))
    kv.resize_vectors()
    kv.add_vector("kiwi", np.ones(4))
    assert kv["kiwi"].tolist() == [1] * 4


def test_assigned_views_of_the_memory_can_grow() -> None:
    kv = KeyedVectors(1)
    for number in range(10):
        kv.add_vector(number, [number])
    kv.vectors = kv.vectors[::-1]
    kv.add_vector("new", [100])
    assert kv.vectors[:, 0].tolist() == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 100]


def test_resize_changes_only_new_rows(kv: KeyedVectors) -> None:
    old = kv.vectors.copy()
    kv.index_to_key += ["fig", "kiwi"]
    kv.key_to_index |= {"fig": 6, "kiwi": 7}
    kv.resize_vectors(seed=3)
    # gensim's initial rows for this seed
    expected = np.random.default_rng(3).random((8, 4), dtype=np.float32) * 2 - 1
    assert np.array_equal(kv.vectors[:6], old) and np.array_equal(kv.vectors[6:], expected[6:] / 4)
    assert len(kv.expandos["count"]) == 8
    same = kv.vectors
    kv.resize_vectors()
    assert kv.vectors is same


def test_sorting_moves_vectors_and_attributes(kv: KeyedVectors) -> None:
    kv.expandos["count"] = np.array([1, 5, 5, 9, 0, 2])
    rows = {key: kv[key].copy() for key in kv.index_to_key}
    kv.sort_by_descending_frequency()
    assert kv.index_to_key == ["car", "pear", "plum", "train", "apple", "bus"]
    assert kv.expandos["count"].tolist() == [9, 5, 5, 2, 1, 0]
    assert all(np.array_equal(kv[key], rows[key]) for key in rows)
    KeyedVectors(2).sort_by_descending_frequency()
