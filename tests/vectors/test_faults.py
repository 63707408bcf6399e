"""Changes of keyed vectors are all or nothing, whatever ends them."""

from __future__ import annotations

import copy
import io
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from faults import Change, assert_all_or_nothing
from wordkin import KeyedVectors
from wordkin.vectors import FastTextKeyedVectors


def vectors_with_attributes() -> KeyedVectors:
    kv = KeyedVectors(3)
    for number in range(6):
        kv.add_vector(f"w{number}", np.full(3, number + 1.0))
    kv.add_vectors(["x", "y"], np.eye(2, 3), extras={"count": [3, 9], "hue": np.array([0.5, 1.5])})
    kv.set_vecattr("w1", "name", "one")
    kv.vectors_lockf = np.arange(8, dtype=np.float32)
    kv.fill_norms()
    return kv


def preallocated() -> KeyedVectors:
    kv = KeyedVectors(3, count=3)
    kv.add_vector("a", [1, 2, 3])
    return kv


def content(kv: KeyedVectors) -> bytes:
    """Return the file of the vectors after checking that all parts agree, and that it can be loaded."""
    file = io.BytesIO()
    kv.save(file)
    assert {key: row for row, key in enumerate(kv.index_to_key) if key is not None} == kv.key_to_index
    assert len(kv.get_normed_vectors()) == len(kv) == len(kv.vectors)
    if kv.norms is not None:
        np.testing.assert_allclose(kv.norms, np.linalg.norm(kv.vectors, axis=1), rtol=1e-6)
    type(kv)._files.from_bytes(file.getvalue())
    return file.getvalue()


def by_hand(kv: KeyedVectors) -> None:
    kv.index_to_key = [*kv.index_to_key, "new"]
    kv.key_to_index = {**kv.key_to_index, "new": len(kv) - 1}


@pytest.fixture(scope="module")
def word2vec_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("faults") / "vectors.txt"
    path.write_text("3 3\nw0 9 9 9\nother 1 1 1\nx 7 7 7\n", encoding="utf-8")
    return path


CHANGES: dict[str, Callable[[KeyedVectors], Any]] = {
    "add_vector": lambda kv: kv.add_vector("new", [1, 2, 3]),
    "add_vectors": lambda kv: kv.add_vectors(["new", "w2", "newer"], np.ones((3, 3))),
    "add_vectors, attributes": lambda kv: kv.add_vectors(
        ["p", "q"], np.ones((2, 3)), extras={"count": [1, 2], "n": [1, 2]}
    ),
    "add_vectors, replace": lambda kv: kv.add_vectors(
        ["new", "w2", "w2", "x"], np.arange(12.0).reshape(4, 3), extras={"count": [1, 2, 3, 4]}, replace=True
    ),
    "set one": lambda kv: kv.__setitem__("w1", [9, 9, 9]),
    "set several": lambda kv: kv.__setitem__(["w1", "new", "x"], np.full((3, 3), 9)),
    "sort": KeyedVectors.sort_by_descending_frequency,
    "unit_normalize_all": KeyedVectors.unit_normalize_all,
    "set_vecattr": lambda kv: kv.set_vecattr("w3", "count", 12),
    "set_vecattr, new": lambda kv: kv.set_vecattr("w3", "path", np.array([1, 2])),
    "allocate_vecattrs": lambda kv: kv.allocate_vecattrs(["a", "b"], [int, float]),
    "vectors": lambda kv: setattr(kv, "vectors", np.ones((8, 3), dtype=np.float32)),
    "vectors_lockf": lambda kv: setattr(kv, "vectors_lockf", np.ones(1, dtype=np.float32)),
    "fill_norms": lambda kv: kv.fill_norms(force=True),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_changes(name: str) -> None:
    assert_all_or_nothing(Change(prepare=vectors_with_attributes, apply=CHANGES[name], content=content))


def test_changes_beside_a_reader() -> None:
    readers = []

    def prepare() -> KeyedVectors:
        kv = vectors_with_attributes()
        readers[:] = [kv.table]  # rows that are read must not be overwritten: they are copied
        return kv

    assert_all_or_nothing(Change(prepare=prepare, apply=CHANGES["add_vectors, replace"], content=content))


def test_a_preallocated_row() -> None:
    assert_all_or_nothing(Change(prepare=preallocated, apply=lambda kv: kv.add_vector("b", [4, 5, 6]), content=content))


def test_resizing() -> None:
    def prepare() -> KeyedVectors:
        kv = vectors_with_attributes()
        kv.index_to_key.append("new")
        kv.key_to_index["new"] = 8
        return kv

    def content_of_all(kv: KeyedVectors) -> bytes:
        return pickle.dumps([kv.vectors, kv.index_to_key, kv.key_to_index, kv.expandos])

    assert_all_or_nothing(Change(prepare=prepare, apply=KeyedVectors.resize_vectors, content=content_of_all))


def test_intersecting(word2vec_file: Path) -> None:
    def apply(kv: KeyedVectors) -> None:
        kv.intersect_word2vec_format(word2vec_file, lockf=0.5)

    assert_all_or_nothing(Change(prepare=vectors_with_attributes, apply=apply, content=content))


def test_n_gram_vectors() -> None:
    def prepare() -> FastTextKeyedVectors:
        return FastTextKeyedVectors(2, bucket=3)

    def apply(kv: FastTextKeyedVectors) -> None:
        kv.vectors_ngrams = np.ones((3, 2), dtype=np.float32)

    assert_all_or_nothing(Change(prepare=prepare, apply=apply, content=content))


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda kv: pickle.loads(pickle.dumps(kv))])
def test_copies_leave_the_original(copied: Callable[[KeyedVectors], KeyedVectors]) -> None:
    def apply(kv: KeyedVectors) -> None:
        copied(kv).add_vector("new", [1, 2, 3])

    assert_all_or_nothing(Change(prepare=vectors_with_attributes, apply=apply, content=content))


@pytest.mark.parametrize("failing_after", range(3))
@pytest.mark.parametrize("replace", [False, True])
def test_callables_of_the_user(failing_after: int, replace: bool) -> None:
    def keys() -> Iterator[str]:
        yield from ["new", "w1", "newer"][:failing_after]
        raise LookupError("the user's")

    kv = vectors_with_attributes()
    before = content(kv)
    with pytest.raises(LookupError, match="the user's"):
        kv.add_vectors(keys(), np.ones((3, 3)), replace=replace)
    assert content(kv) == before


def test_keys_with_methods_that_fail() -> None:
    class Key(str):
        fails = True

        def __hash__(self) -> int:
            return hash("w1")

        def __eq__(self, other: object) -> bool:
            if self.fails:
                raise LookupError("the user's")
            return super().__eq__(other)

    kv = vectors_with_attributes()
    before = content(kv)
    for change in (
        lambda: kv.add_vector(Key("w1"), [1, 2, 3]),
        lambda: kv.add_vectors(["new", Key("w1")], np.ones((2, 3)), replace=True),
        lambda: kv.set_vecattr(Key("w1"), "count", 5),
    ):
        with pytest.raises(LookupError, match="the user's"):
            change()
        assert content(kv) == before


def test_values_that_do_not_fit() -> None:
    kv = vectors_with_attributes()
    before = content(kv)
    for change in (
        lambda: kv.set_vecattr("w1", "count", "many"),
        lambda: kv.add_vectors(["new"], [[1, 2, 3]], extras={"count": ["many"]}),
        lambda: kv.add_vectors(["w1"], [[1, 2, 3]], extras={"hue": [[1, 2]]}, replace=True),
        lambda: kv.allocate_vecattrs(["new", "count"], [int, str]),
    ):
        with pytest.raises((TypeError, ValueError)):
            change()
        assert content(kv) == before
