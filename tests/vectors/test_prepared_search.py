"""Searches that compare 8-bit vectors first: the same results, and copies that are as old as the vectors."""

from __future__ import annotations

import copy
import os
import pickle
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from wordkin import KeyedVectors
from wordkin.errors import ResourceError
from wordkin.vectors import byte_rows
from wordkin.vectors import table as table_module
from wordkin.vectors.byte_rows import ByteRows

ROWS, SIZE = 2600, 20


@pytest.fixture(autouse=True)
def _small_tables_are_rounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_module, "_MIN_ROUNDED_ELEMENTS", 0)


def vectors_of(kind: str, dtype: Any = np.float32) -> KeyedVectors:
    rng = np.random.default_rng(5)
    rows = rng.standard_normal((ROWS, SIZE))
    if kind == "clusters":
        rows += 3 * rng.standard_normal((30, SIZE))[rng.integers(0, 30, ROWS)]
    elif kind == "almost alike":
        rows = 1 + 1e-5 * rows
    elif kind == "unusual":
        rows[::7] = 0
        rows[5::50], rows[6::50, 3], rows[8::50] = np.nan, np.inf, rows[9]
        rows[1::9] *= 1e-4
    return KeyedVectors.from_vocabulary([f"w{row}" for row in range(ROWS)], rows.astype(dtype))


def rounded_of(kv: KeyedVectors) -> ByteRows | None:
    return kv._state.table._valid_byte_rows()


QUERIES: dict[str, Callable[[KeyedVectors], Any]] = {
    "most_similar": lambda kv: [kv.most_similar(f"w{row}", topn=7) for row in (1, 2, 3, 400)],
    "an analogy": lambda kv: kv.most_similar(positive=["w2", "w3"], negative=["w4"], topn=12),
    "a vector": lambda kv: kv.most_similar(positive=[np.linspace(-1, 1, SIZE, dtype=np.float32)]),
    "all cosines": lambda kv: kv.most_similar("w2", topn=None).tolist(),
    "many neighbours": lambda kv: kv.most_similar("w2", topn=1000),
    "restrict_vocab": lambda kv: kv.most_similar("w2", restrict_vocab=2333),
    "clip_start": lambda kv: [kv.most_similar("w2", clip_start=start, clip_end=2590) for start in (1, 16, 300)],
    "batch": lambda kv: [part.tolist() for part in kv.most_similar_batch([f"w{row}" for row in range(1, 4)], topn=5)],
    "cosmul": lambda kv: [kv.most_similar_cosmul(f"w{row}", topn=3) for row in (1, 2, 400)],
    "cosmul analogy": lambda kv: kv.most_similar_cosmul(positive=["w2", "w3"], negative=["w4", "w10"], topn=9),
    "cosmul restricted": lambda kv: kv.most_similar_cosmul(["w2", "w3"], restrict_vocab=2200),
    "relative": lambda kv: [kv.relative_cosine_similarity("w2", "w3"), kv.relative_cosine_similarity("w400", "w10")],
    "closer_than": lambda kv: [kv.closer_than("w2", other) for other in ("w3", "w8", "w2", "w44")],
    "closer than the nearest ones": lambda kv: [
        kv.closer_than("w3", near) for near, _ in kv.most_similar("w3", topn=4)
    ],
    "rank": lambda kv: [kv.rank("w2", other) for other in ("w3", "w400")],
    "doesnt_match": lambda kv: kv.doesnt_match(["w1", "w2", "w3"]),
}


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("kind", ["usual", "clusters", "almost alike", "unusual"])
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_results_are_the_same(query: str, kind: str, dtype: Any) -> None:
    prepared, plain = vectors_of(kind, dtype), vectors_of(kind, dtype)
    prepared.prepare_search()
    plain.prepare_search(False)
    results = QUERIES[query](prepared), QUERIES[query](plain)
    assert results[0] == results[1]
    assert rounded_of(prepared) is not None and rounded_of(plain) is None


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_results_are_the_same_on_every_instruction_set(isa: str, dtype: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared, plain = vectors_of("clusters", dtype), vectors_of("clusters", dtype)
    prepared.prepare_search()  # on the best one
    plain.prepare_search(False)
    monkeypatch.setenv("WORDKIN_MAX_ISA", isa)
    for query in QUERIES.values():
        assert query(prepared) == query(plain)


def test_the_second_search_makes_the_copy() -> None:
    kv = vectors_of("usual")
    first = kv.most_similar("w1")
    assert rounded_of(kv) is None
    assert kv.most_similar("w1") == first
    rounded = rounded_of(kv)
    assert rounded is not None
    assert kv.most_similar("w1") == first and rounded_of(kv) is rounded
    # As documented: a byte per element and 4.5 bytes per vector.
    size = rounded.elements.nbytes + rounded.per_unit.nbytes + rounded.bounds.nbytes
    assert size <= (ROWS + 15) * (SIZE + 4.5)


def test_small_tables_are_not_copied_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    kv = vectors_of("usual")
    for _ in range(4):
        kv.most_similar("w1")
    assert rounded_of(kv) is None


def test_the_copy_can_be_turned_off() -> None:
    kv = vectors_of("usual")
    kv.prepare_search()
    kv.prepare_search(False)
    for _ in range(3):
        kv.most_similar("w1")
        kv.add_vector(f"new{len(kv)}", np.ones(SIZE))
        assert rounded_of(kv) is None
    kv.prepare_search()
    assert rounded_of(kv) is not None


@pytest.mark.parametrize(("value", "error"), [("no", TypeError), (None, TypeError), (0.5, TypeError), (2, ValueError)])
def test_the_switch_is_true_or_false(value: Any, error: type[Exception]) -> None:
    kv = vectors_of("usual")
    with pytest.raises(error, match="enabled must be True or False, got"):
        kv.prepare_search(value)
    assert rounded_of(kv) is None


def write(kv: KeyedVectors) -> None:
    kv.vectors[:] = kv.vectors[::-1].copy()
    kv.norms = None


def write_and_fill(kv: KeyedVectors) -> None:
    kv.vectors[3] = kv.vectors[4]
    kv.fill_norms(force=True)


CHANGES: dict[str, Callable[[KeyedVectors], Any]] = {
    "add_vector": lambda kv: kv.add_vector("new", kv.vectors[2]),
    "add_vectors": lambda kv: kv.add_vectors(["new", "newer"], kv.vectors[2:4]),
    "replacement": lambda kv: kv.add_vectors(["w7", "w8"], kv.vectors[1:3], replace=True),
    "assignment of a key": lambda kv: kv.__setitem__("w7", kv.vectors[1].copy()),
    "unit_normalize_all": lambda kv: kv.unit_normalize_all(),
    "sorting": lambda kv: (kv.expandos.update(count=np.arange(len(kv))), kv.sort_by_descending_frequency()),
    "other vectors": lambda kv: setattr(kv, "vectors", kv.vectors[::-1].copy()),
    "resizing": lambda kv: (kv.index_to_key.pop(), kv.resize_vectors()),
    "written by hand": write,
    "written by hand, norms filled": write_and_fill,
}


@pytest.mark.parametrize("change", CHANGES)
def test_changes_are_seen(change: str) -> None:
    kv = vectors_of("usual")
    kv.prepare_search()
    CHANGES[change](kv)
    assert rounded_of(kv) is None
    results = [kv.most_similar("w1", topn=20) for _ in range(6)]
    assert rounded_of(kv) is not None
    fresh = KeyedVectors.from_vocabulary(list(kv.index_to_key), kv.vectors.copy())
    fresh.prepare_search(False)
    if change == "unit_normalize_all":  # keeps norms of exactly 1
        fresh.norms = kv.norms
    assert all(result == fresh.most_similar("w1", topn=20) for result in results)


def test_copies_that_changes_remove_are_made_less_often() -> None:
    kv = vectors_of("usual")
    made = 0
    for number in range(60):
        kv.add_vector(f"new{number}", np.ones(SIZE))
        for _ in range(4):
            kv.most_similar("w1")
        made += rounded_of(kv) is not None
    assert made == 2  # by the second and the fourth search


@pytest.mark.parametrize("rows", [0, 1, 15, 2047])
def test_small_tables(rows: int) -> None:
    keys = [f"w{row}" for row in range(rows)]
    kv = KeyedVectors.from_vocabulary(keys, np.ones((rows, 3), np.float32))
    kv.prepare_search()
    assert rounded_of(kv) is None
    if rows:
        assert kv.most_similar("w0", topn=3) == [(key, pytest.approx(1)) for key in keys[1:4]]


def test_matrices_that_the_core_does_not_take() -> None:
    rows = np.random.default_rng(1).standard_normal((ROWS, 2 * SIZE))
    for matrix in (rows, rows.astype(np.float32)[:, ::2], np.asfortranarray(rows, dtype=np.float32)):
        kv = KeyedVectors.from_vocabulary([f"w{row}" for row in range(ROWS)], matrix)
        kv.prepare_search()
        assert rounded_of(kv) is None and len(kv.most_similar("w1")) == 10


def test_memory_mapped_vectors(tmp_path: Path) -> None:
    expected = vectors_of("usual").most_similar("w1")
    vectors_of("usual").save(tmp_path / "kv.safetensors")
    kv = KeyedVectors.load(tmp_path / "kv.safetensors", mmap="r")
    kv.prepare_search()
    assert rounded_of(kv) is not None and not kv.vectors.flags.writeable
    assert kv.most_similar("w1") == expected


def test_copies_and_pickles_work_like_the_original() -> None:
    kv = vectors_of("usual")
    kv.prepare_search()
    expected = kv.most_similar("w1")
    for other in (copy.copy(kv), copy.deepcopy(kv), pickle.loads(pickle.dumps(kv))):
        assert other.most_similar("w1") == other.most_similar("w1") == expected
    other = copy.copy(kv)
    other.add_vector("new", other.vectors[1])
    assert other.most_similar("w1", topn=1)[0][0] == "new" and kv.most_similar("w1") == expected


def test_other_threads_search_while_one_makes_the_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    kv = vectors_of("usual")
    expected = kv.most_similar("w1")
    began, may_end = threading.Event(), threading.Event()
    calls: list[int] = []
    plain = ByteRows.of

    def slow(rows: NDArray[Any], divisors: NDArray[np.float32]) -> ByteRows:
        calls.append(1)
        began.set()
        assert may_end.wait(30)
        return plain(rows, divisors)

    monkeypatch.setattr(ByteRows, "of", slow)
    found: list[Any] = []
    builder = threading.Thread(target=lambda: found.append(kv.most_similar("w1")))
    builder.start()
    assert began.wait(30)
    found += [kv.most_similar("w1") for _ in range(3)]  # neither waits nor makes another copy
    assert rounded_of(kv) is None
    may_end.set()
    builder.join()
    assert found == [expected] * 4 and calls == [1] and rounded_of(kv) is not None


def test_threads_that_prepare_at_once_share_one_copy() -> None:
    kv = vectors_of("usual")
    barrier = threading.Barrier(6)
    seen: list[ByteRows | None] = []

    def prepare() -> None:
        barrier.wait()
        kv.prepare_search()
        seen.append(rounded_of(kv))

    threads = [threading.Thread(target=prepare) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 6 and len({id(rounded) for rounded in seen}) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_process_of_one_that_makes_a_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    kv = vectors_of("usual")
    expected = kv.most_similar("w1")
    began, may_end = threading.Event(), threading.Event()
    plain = ByteRows.of

    def slow(rows: NDArray[Any], divisors: NDArray[np.float32]) -> ByteRows:
        began.set()
        assert may_end.wait(30)
        return plain(rows, divisors)

    monkeypatch.setattr(ByteRows, "of", slow)
    builder = threading.Thread(target=kv.prepare_search)
    builder.start()
    assert began.wait(30)
    child = os.fork()
    if child == 0:
        may_end.set()
        kv.prepare_search()
        os._exit(0 if kv.most_similar("w1") == expected and rounded_of(kv) is not None else 1)
    _, status = os.waitpid(child, 0)
    may_end.set()
    builder.join()
    assert os.waitstatus_to_exitcode(status) == 0
    assert kv.most_similar("w1") == expected


def test_an_interruption_leaves_no_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    kv = vectors_of("usual")
    expected = kv.most_similar("w1")
    monkeypatch.setattr(byte_rows, "_ELEMENTS_PER_CALL", 16 * SIZE * 50)
    parts: list[int] = []

    def interrupted(*args: Any) -> int:
        parts.append(1)
        if len(parts) == 3:
            raise KeyboardInterrupt
        return 1

    with monkeypatch.context() as patch:
        patch.setattr(byte_rows, "available_workers", interrupted)
        with pytest.raises(KeyboardInterrupt):
            kv.prepare_search()
    assert rounded_of(kv) is None
    assert [kv.most_similar("w1") for _ in range(2)] == [expected] * 2 and rounded_of(kv) is not None


def test_parts_of_a_copy_equal_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, parts = vectors_of("usual"), vectors_of("usual")
    whole.prepare_search()
    monkeypatch.setattr(byte_rows, "_ELEMENTS_PER_CALL", 16 * SIZE * 50)
    parts.prepare_search()
    for first, second in zip(rounded_of(whole) or (), rounded_of(parts) or (), strict=True):
        assert np.array_equal(first, second)


def test_too_little_memory(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    kv = vectors_of("usual")
    expected = kv.most_similar("w1")
    monkeypatch.setattr("wordkin.runtime.compute.memory_limit", lambda: 1000)
    with pytest.raises(ResourceError, match="8-bit rows need"):
        kv.prepare_search()
    assert [kv.most_similar("w1") for _ in range(3)] == [expected] * 3
    assert sum("searching without 8-bit rows" in record.message for record in caplog.records) == 1


def test_vectors_in_training_are_not_copied() -> None:
    kv = vectors_of("usual")
    kv._state.newest.hold = None  # as during training
    kv.prepare_search()
    for _ in range(3):
        kv.most_similar("w1")
    assert rounded_of(kv) is None
