"""Concurrent calls on one model do not affect each other."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from elmo.inference.models import assert_identical
from wordkin import ELMo
from wordkin.elmo.inference import inference_model
from wordkin.elmo.inference.embedding import Embedder

ROUNDS = 10


def random_sentences(seed: int) -> list[list[str]]:
    generator = np.random.default_rng(seed)
    words = [f"w{number}" for number in range(200)]
    return [generator.choice(words, length).tolist() for length in generator.integers(0, 12, 40)]


class CallRecorder:
    """Replacement for the compiled model that records the number of threads of every call by Python thread."""

    def __init__(self, core: Any) -> None:
        self._core = core
        self.threads: dict[str, set[int]] = {}

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._core, name)

        def call(*arguments: Any, threads: int, **options: Any) -> Any:
            self.threads.setdefault(threading.current_thread().name, set()).add(threads)
            return method(*arguments, threads=threads, **options)

        return call


def test_each_call_uses_its_own_threads_batch_size_and_cache_limit(
    model: ELMo, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorders: list[CallRecorder] = []
    load = inference_model.InferenceModel.load

    def recording(*arguments: Any, **options: Any) -> Any:
        loaded = load(*arguments, **options)
        recorders.append(CallRecorder(loaded.core))
        return replace(loaded, core=recorders[-1])

    monkeypatch.setattr(inference_model.InferenceModel, "load", recording)
    batch_sizes: dict[str, set[int]] = {}
    cache_limits: dict[str, set[int]] = {}
    layers = Embedder.layers

    def record(self: Any, sentences: Any, n_layers: Any = None, state: Any = None) -> Any:
        name = threading.current_thread().name
        batch_sizes.setdefault(name, set()).add(len(sentences))
        cache_limits.setdefault(name, set()).add(self.cache.max_bytes)
        assert len(self.cache) * (4 * 8 + 200) <= self.cache.max_bytes
        return layers(self, sentences, n_layers, state)

    monkeypatch.setattr(Embedder, "layers", record)
    jobs = [
        {"workers": 1, "batch_size": 3, "cache_bytes": 0},
        {"workers": 2, "batch_size": 7, "cache_bytes": 5_000},
        {"workers": 3, "batch_size": 5, "cache_bytes": 1 << 20},
    ]
    inputs = [random_sentences(seed) for seed in range(len(jobs))]
    expected = [
        model.encode(sentences, "all", progress=False, **job) for sentences, job in zip(inputs, jobs, strict=True)
    ]
    barrier = threading.Barrier(len(jobs))

    def run(index: int) -> None:
        threading.current_thread().name = f"job {index}"
        barrier.wait()
        for _ in range(ROUNDS):
            given = model.encode(inputs[index], "all", progress=False, **jobs[index])
            assert_identical(given, expected[index])
            assert_identical(list(model.encode_iter(inputs[index], "all", **jobs[index])), expected[index])

    with ThreadPoolExecutor(len(jobs)) as executor:
        list(executor.map(run, range(len(jobs))))
    (recorder,) = recorders  # the weights were packed once
    for index, job in enumerate(jobs):
        assert recorder.threads[f"job {index}"] == {job["workers"]}
        assert max(batch_sizes[f"job {index}"]) == job["batch_size"]
        assert cache_limits[f"job {index}"] == {job["cache_bytes"]}


def test_calls_with_different_precision_are_exact(model: ELMo) -> None:
    sentences = random_sentences(5)
    precisions = ["float32", "bfloat16"]
    expected = [model.encode(sentences, "all", precision=precision) for precision in precisions]

    def run(index: int) -> None:
        for _ in range(ROUNDS):
            given = model.encode(sentences, "all", precision=precisions[index], workers=index + 1)
            assert_identical(given, expected[index])

    with ThreadPoolExecutor(2) as executor:
        list(executor.map(run, range(2)))


def test_concurrent_scores_and_substitutes_are_exact(trained: ELMo) -> None:
    sentences = [["apples", "and", "pears"], ["red", "plums"], ["figs"]] * 5
    expected = [scores.forward for scores in trained.score(sentences)]
    ranked = trained.substitutes(sentences[0], 1)

    def run(workers: int) -> None:
        for _ in range(ROUNDS):
            scores = trained.score(sentences, workers=workers, batch_size=workers + 1)
            for one, other in zip(scores, expected, strict=True):
                np.testing.assert_array_equal(one.forward, other)
            assert trained.substitutes(sentences[0], 1, workers=workers) == ranked

    with ThreadPoolExecutor(2) as executor:
        list(executor.map(run, (1, 2)))
