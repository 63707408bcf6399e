"""Keyed vectors in many threads: changes are serialised, and readers see one state."""

from __future__ import annotations

import copy
import io
import pickle
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from wordkin import KeyedVectors, Word2Vec

SIZE = 600  # NumPy lets other threads run while it copies rows of this size


@pytest.fixture(autouse=True)
def _frequent_switches() -> Iterator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval)


@contextmanager
def in_background(*actions: Callable[[], Any]) -> Iterator[None]:
    """Repeat actions, each in a thread, until the block ends; raise the first error of one of them."""
    finished = threading.Event()
    errors: list[BaseException] = []

    def repeat(action: Callable[[], Any]) -> None:
        try:
            while not finished.wait(1e-5):
                action()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=repeat, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        finished.set()
        for thread in threads:
            thread.join()
    if errors:
        raise errors[0]


def in_threads(count: int, action: Callable[[int], Any]) -> None:
    errors: list[BaseException] = []

    def run(number: int) -> None:
        try:
            action(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


class Adder:
    """Adds keys whose vectors say which key they belong to."""

    def __init__(self, kv: KeyedVectors) -> None:
        self.kv = kv
        self.count = 0

    def __call__(self) -> None:
        number = self.count
        if number == 500:
            return  # or a slow reader, as under a sanitizer, would have more and more to read
        keys = [f"added{number}", f"also{number}"]
        self.kv.add_vectors(keys, np.full((2, self.kv.vector_size), number + 1.0), extras={"count": [number, number]})
        self.count += 1


def vectors_of_rows(count: int = 300, size: int = SIZE) -> KeyedVectors:
    kv = KeyedVectors(size)
    rows = np.random.default_rng(1).standard_normal((count, size)).astype(np.float32)
    kv.add_vectors([f"w{row}" for row in range(count)], rows, extras={"count": np.arange(count)})
    return kv


@pytest.mark.parametrize("preallocated", [0, 500])
def test_every_key_gets_its_own_vector(preallocated: int) -> None:
    kv = KeyedVectors(3, count=preallocated)

    def add(number: int) -> None:
        for row in range(900):
            key = 1000 * number + row
            if row % 3:
                kv.add_vector(str(key), np.full(3, key))
            else:
                kv.add_vectors([str(key)], np.full((1, 3), key))

    in_threads(4, add)
    keys = [str(1000 * number + row) for number in range(4) for row in range(900)]
    assert sorted(filter(None, kv.index_to_key)) == sorted(keys)
    assert all(kv[key].tolist() == [float(key)] * 3 for key in keys)


def test_replacing_and_sorting_beside_adding() -> None:
    kv = vectors_of_rows(50, 3)

    def change(number: int) -> None:
        for row in range(60):
            kv.add_vectors([f"{number}-{row}"], np.full((1, 3), row), extras={"count": [1000 * number + row]})
            kv[f"w{number}"] = np.full(3, row)
            kv.set_vecattr(f"{number}-{row}", "thread", number)
            if row % 20 == 0:
                kv.sort_by_descending_frequency()

    in_threads(4, change)
    assert len(kv) == 50 + 4 * 60
    for number in range(4):
        assert kv[f"w{number}"].tolist() == [59] * 3
        for row in range(60):
            key = f"{number}-{row}"
            assert kv[key].tolist() == [row] * 3
            assert (kv.get_vecattr(key, "count"), kv.get_vecattr(key, "thread")) == (1000 * number + row, number)


@pytest.mark.parametrize(
    "copied",
    [
        lambda kv: pickle.loads(pickle.dumps(kv)),
        copy.copy,
        copy.deepcopy,
        lambda kv: KeyedVectors._files.from_bytes(saved_bytes(kv)),
    ],
    ids=["pickle", "copy", "deepcopy", "save"],
)
def test_copies_beside_a_writer_are_of_one_state(copied: Callable[[KeyedVectors], Any]) -> None:
    kv = KeyedVectors(20)
    with in_background(Adder(kv)):
        for _ in range(200):
            twin = copied(kv)
            count = len(twin.index_to_key)
            assert len(twin.vectors) == count == len(twin.key_to_index)
            assert all(len(column) == count for column in twin.expandos.values())
            assert twin.index_to_key == [f"{name}{row}" for row in range(count // 2) for name in ("added", "also")]
            np.testing.assert_array_equal(twin.vectors[:, 0], np.arange(count) // 2 + 1)
            np.testing.assert_array_equal(twin.expandos.get("count", ()), np.arange(count) // 2)


def saved_bytes(kv: KeyedVectors) -> bytes:
    file = io.BytesIO()
    kv.save(file)
    return file.getvalue()


def test_a_saved_state_is_not_written_to() -> None:
    kv = vectors_of_rows()
    store = kv.store
    frozen = store.frozen()
    content = frozen.vectors.tobytes(), frozen.expandos["count"].tobytes(), list(frozen.index_to_key)
    kv["w3"] = np.zeros(SIZE)
    kv.add_vectors(["new", "w4"], np.ones((2, SIZE)), extras={"count": [7, 8]}, replace=True)
    kv.set_vecattr("w5", "count", 99)
    kv.unit_normalize_all()
    kv.sort_by_descending_frequency()
    assert (frozen.vectors.tobytes(), frozen.expandos["count"].tobytes(), frozen.index_to_key) == content


def test_rows_are_overwritten_in_place_when_nobody_reads() -> None:
    kv = vectors_of_rows()
    rows = kv.vectors
    for number in range(3):
        kv["w3"] = np.full(SIZE, number)
        assert kv.vectors is rows
    reader = kv.table
    kv["w3"] = np.full(SIZE, 9)
    assert not np.shares_memory(kv.vectors, rows)
    assert reader.get_vector("w3").tolist() == [2] * SIZE
    assert kv["w3"].tolist() == [9] * SIZE


def test_queries_beside_writers_see_vectors_with_their_norms() -> None:
    kv = vectors_of_rows()
    generator = np.random.default_rng(2)

    def replace() -> None:
        scale = 10.0 ** generator.uniform(-3, 3)
        kv[f"w{generator.integers(300)}"] = generator.standard_normal(SIZE) * scale

    with in_background(replace, Adder(kv)):
        for _ in range(25):
            # Rounding of a float32 norm of 600 squares, and of the quotient.
            np.testing.assert_allclose(np.linalg.norm(kv.get_normed_vectors(), axis=1), 1, atol=1e-5)
            cosines = kv.most_similar("w3", topn=None)
            assert abs(cosines.max() - 1) < 1e-5
            assert (
                kv.most_similar("w5", topn=1)[0][1] < 0.9
            )  # random vectors; with a stale norm, any number is possible
            assert kv.similarity("w7", "w7") == 1


def test_mappings_and_messages_beside_a_writer() -> None:
    kv = vectors_of_rows()
    with in_background(Adder(kv), Adder(kv)):
        for _ in range(60):
            assert set(list(kv)[:300]) == set(list(kv.keys())[:300]) == {f"w{row}" for row in range(300)}
            assert sum(1 for _ in kv.items()) >= 300
            with pytest.raises(KeyError) as caught:
                kv["w29x"]
            assert "w29" in str(caught.value)


def test_a_model_is_saved_beside_changes_of_its_vocabulary() -> None:
    sentences = [[f"w{number % 7}", f"w{number % 3}", "a"] for number in range(20)]
    model = Word2Vec(sentences, min_count=1, vector_size=8, workers=1, epochs=1, hs=1, progress=False)
    added = iter(range(10**6))

    def extend() -> None:
        model.build_vocab([[f"new{next(added)}", "a"]], update=True)

    with in_background(extend):
        for _ in range(60):
            again = pickle.loads(pickle.dumps(model))
            assert again.syn1neg.shape == again.syn1.shape == again.wv.vectors.shape
            assert len(again.wv.expandos["count"]) == len(again.wv)
            assert model.predict_output_word(["a"], topn=3) is not None
