"""Processes forked while other threads hold locks, train, or run thread pools."""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from child_processes import check_in_fork
from wordkin import ELMo, KeyedVectors, Phrases, Word2Vec, _core
from wordkin.runtime import locks
from wordkin.storage.checkpoint import CheckpointFolder

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

TEXT = [[f"w{(i * i + j) % 17}" for j in range(1 + i % 9)] for i in range(60)]
WORDS = [f"w{i}" for i in range(17)]


def elmo() -> ELMo:
    model = ELMo(dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 8]], n_highway=0)
    model.initialize(WORDS, seed=1)
    return model


def train_elmo(model: ELMo, **more: Any) -> bytes:
    model.train(TEXT, epochs=1, batch_size=4, unroll_steps=5, negatives=8, min_count=1, workers=1, seed=1, **more)
    return b"".join(array.tobytes() for array in model.parameters.values())


def word2vec() -> Word2Vec:
    return Word2Vec(TEXT, min_count=1, vector_size=8, workers=1, seed=1)


def train_word2vec(model: Word2Vec, **more: Any) -> bytes:
    model.train(TEXT, total_examples=len(TEXT), epochs=2, start_alpha=0.01, **more)
    return model.wv.vectors.tobytes()


def vectors() -> KeyedVectors:
    table = KeyedVectors(8)
    table.add_vectors(WORDS, np.random.default_rng(1).random((17, 8), dtype=np.float32))
    return table


def add_one(table: KeyedVectors) -> bytes:
    table.add_vectors(["new"], np.ones((1, 8), dtype=np.float32), replace=True)
    return table.vectors.tobytes()


@dataclass(frozen=True)
class Use:
    """An object and a call that uses its locks; the call returns the same on equal objects."""

    make: Callable[[], Any]
    call: Callable[[Any], object]


USES = {
    "encode": Use(elmo, lambda model: [a.tobytes() for a in model.encode(TEXT, workers=2)]),
    "stateful": Use(elmo, lambda model: [a.tobytes() for a in model.encode(TEXT, stateful=True, batch_size=4)]),
    "perplexity": Use(elmo, lambda model: model.perplexity(TEXT, workers=1).mean),
    "train ELMo": Use(elmo, train_elmo),
    "save ELMo": Use(elmo, lambda model: pickle.dumps(model)),
    "train Word2Vec": Use(word2vec, train_word2vec),
    "save Word2Vec": Use(word2vec, lambda model: pickle.dumps(model)),
    "search": Use(vectors, lambda table: table.most_similar("w1")),
    "norms": Use(vectors, lambda table: table.get_normed_vectors().tobytes()),
    "add": Use(vectors, add_one),
    "save vectors": Use(vectors, lambda table: pickle.dumps(table)),
}


@contextmanager
def held(lock: Any) -> Iterator[None]:
    """Let another thread hold a lock."""
    is_held, is_over = threading.Event(), threading.Event()

    def hold() -> None:
        with lock:
            is_held.set()
            is_over.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    is_held.wait()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def locks_of(use: Use) -> tuple[Any, list[Any]]:
    """Return an object that has been used once, and the locks that it has created."""
    before = set(locks._locks)
    thing = use.make()
    use.call(thing)
    return thing, [lock for lock in locks._locks if lock not in before]


@pytest.mark.parametrize("name", USES)
def test_each_lock_that_another_thread_holds(name: str) -> None:
    use = USES[name]
    thing, created = locks_of(use)
    assert created
    results: list[object] = []
    for lock in created:
        with held(lock):
            reader, writer = os.pipe()
            check_in_fork(lambda writer=writer: os.write(writer, repr(hash_of(use.call(thing))).encode()))
            os.close(writer)
        with os.fdopen(reader, encoding="utf-8") as pipe:
            results.append(int(pipe.read()))
    assert set(results) == {hash_of(use.call(thing))}


def hash_of(result: object) -> int:
    return hash(repr(result))


@contextmanager
def training(train: Callable[[Any], object]) -> Iterator[None]:
    """Run a training in another thread that waits in a callback during the block."""
    is_inside, is_over = threading.Event(), threading.Event()

    class Wait:
        def wait(self, *_: object) -> None:
            is_inside.set()
            is_over.wait()

        on_epoch_end = on_step_end = wait

    thread = threading.Thread(target=train, args=[Wait()])
    thread.start()
    is_inside.wait()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def test_a_model_that_another_thread_trains_can_be_trained_in_a_child() -> None:
    static, contextual = word2vec(), elmo()
    with (
        training(lambda wait: train_word2vec(static, callbacks=[wait])),
        training(lambda wait: train_elmo(contextual, callbacks=[wait])),
    ):
        check_in_fork(lambda: train_word2vec(static))
        check_in_fork(lambda: train_elmo(contextual))
        with pytest.raises(RuntimeError, match="already"):
            train_word2vec(static)


@pytest.mark.parametrize(("make", "train"), [(word2vec, train_word2vec), (elmo, train_elmo)])
def test_a_child_forked_by_a_callback_completes_the_training(
    make: Callable[[], Any], train: Callable[..., bytes]
) -> None:
    expected = train(make())
    children: list[int] = []

    class Fork:
        def fork(self, *_: object) -> None:
            if not children:
                children.append(os.fork())

        on_epoch_end = on_step_end = fork

    is_equal = False
    try:
        is_equal = train(make(), callbacks=[Fork()]) == expected
    finally:
        if children == [0]:
            os._exit(0 if is_equal else 1)
    assert is_equal
    assert os.waitstatus_to_exitcode(os.waitpid(children[0], 0)[1]) == 0


def test_the_backward_pass_of_a_parent_can_run_in_a_child() -> None:
    layers, backward = elmo().forward(TEXT[:4], workers=2)
    gradients = [np.ones_like(sentence) for sentence in layers]
    reader, writer = os.pipe()

    def run() -> bytes:
        return b"".join(gradient.tobytes() for gradient in backward(gradients).values())

    check_in_fork(lambda: os.write(writer, run()))
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        assert pipe.read() == run()


def test_pools_that_are_working_can_be_waited_for_and_dropped_in_a_child() -> None:
    table = _core.text.WordTable(WORDS)
    encoder = _core.text.BlockEncoder(table, 2, _core.text.SentenceRules(1000, True))
    for _ in range(3):
        encoder.submit(b"w1 w2 w3\n" * 20_000, False)

    def wait() -> None:
        try:
            encoder.wait()
        except RuntimeError as error:
            assert "forked during this work" in str(error)

    def drop() -> None:
        nonlocal encoder
        del encoder

    check_in_fork(drop)
    check_in_fork(wait)
    encoder.wait()
    assert [encoder.take()[2] for _ in range(3)] == [60_000] * 3
    check_in_fork(wait)
    check_in_fork(drop)


def test_phrases_that_another_thread_is_extending() -> None:
    """The child has a vocabulary as before or after the change, or refuses to use it."""
    phrases = Phrases(TEXT, threshold=1)
    more = [[f"a{i}", f"b{i}"] for i in range(3000)]
    is_over = threading.Event()

    def extend() -> None:
        while not is_over.is_set():
            phrases.add_vocab(more)

    def use() -> None:
        try:
            assert phrases.find_phrases(TEXT)
        except RuntimeError as error:
            assert "when the process was forked" in str(error)

    thread = threading.Thread(target=extend)
    thread.start()
    try:
        for _ in range(10):
            check_in_fork(use)
    finally:
        is_over.set()
        thread.join()


def test_a_child_does_not_wait_for_a_checkpoint_of_its_parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    is_inside, is_over = threading.Event(), threading.Event()

    def write(*_: object) -> None:
        is_inside.set()
        is_over.wait()

    monkeypatch.setattr("wordkin.storage.checkpoint.write_archive", write)
    folder = CheckpointFolder(tmp_path)
    folder.save({"x": np.zeros(1)}, {})
    is_inside.wait()

    def child() -> None:
        assert not folder.is_writing
        folder.wait()

    try:
        check_in_fork(child)
        assert folder.is_writing
    finally:
        is_over.set()
        folder.wait()
