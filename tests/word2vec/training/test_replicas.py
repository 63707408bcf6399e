"""Deterministic training with several threads: equal vectors in every run, whatever the system schedules."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import Word2Vec
from wordkin.errors import FormatError
from wordkin.storage.checkpoint import CheckpointFolder
from wordkin.text import encoded
from wordkin.word2vec.training.synchronization import synchronized_words

Sentences = list[list[str]]
Options = dict[str, Any]

QUICK: Options = {
    "vector_size": 12,
    "min_count": 1,
    "epochs": 2,
    "batch_words": 100,
    "sync_words": 200,
    "deterministic": True,
    "seed": 5,
}
OBJECTIVES: dict[str, Options] = {
    "skip-gram": {"sg": 1},
    "CBOW": {"sg": 0},
    "hierarchical softmax": {"sg": 1, "hs": 1, "negative": 0},
    "both": {"sg": 0, "hs": 1, "cbow_mean": 0},
}


@pytest.fixture(scope="module")
def text() -> Sentences:
    generator = np.random.default_rng(3)
    weights = 1.0 / np.arange(1, 1501)
    words = generator.choice(1500, size=12_000, p=weights / weights.sum())
    return [[f"w{word}" for word in words[start : start + 12]] for start in range(0, len(words), 12)]


def layers_of(model: Word2Vec) -> bytes:
    state = model._state
    return b"".join(rows.padded.tobytes() for rows in (state.input, state.output, state.nodes) if rows is not None)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("workers", [2, 3])
def test_runs_are_equal_bit_for_bit(text: Sentences, objective: str, workers: int) -> None:
    models = [Word2Vec(text, workers=workers, **QUICK, **OBJECTIVES[objective]) for _ in range(3)]
    assert len({layers_of(model) for model in models}) == 1
    report = models[0].training_report
    assert report is not None
    assert report.raw_words == 24_000
    assert report.workers == workers


def test_load_of_the_machine_does_not_matter(text: Sentences) -> None:
    text = text[:300]
    expected = layers_of(Word2Vec(text, workers=4, **QUICK))
    stop = threading.Event()

    def spin() -> None:
        while not stop.is_set():
            sum(range(200))

    spinners = [threading.Thread(target=spin) for _ in range(2)]
    for spinner in spinners:
        spinner.start()
    try:
        assert layers_of(Word2Vec(text, workers=4, **QUICK)) == expected
        if hasattr(os, "sched_setaffinity"):
            allowed = os.sched_getaffinity(0)
            os.sched_setaffinity(0, {min(allowed)})
            try:
                assert layers_of(Word2Vec(text, workers=4, **QUICK)) == expected
            finally:
                os.sched_setaffinity(0, allowed)
    finally:
        stop.set()
        for spinner in spinners:
            spinner.join()


def test_kinds_of_corpora_give_equal_vectors(text: Sentences, tmp_path: Path) -> None:
    class Stream:
        def __iter__(self) -> Iterator[list[str]]:
            return iter(text)

    path = tmp_path / "text.txt"
    path.write_text("".join(" ".join(sentence) + "\n" for sentence in text), encoding="utf-8")
    assert (
        layers_of(Word2Vec(text, workers=3, **QUICK))
        == layers_of(Word2Vec(Stream(), workers=3, **QUICK))
        == layers_of(Word2Vec(corpus_file=path, workers=3, **QUICK))
    )


def test_one_worker_trains_as_without_the_option(text: Sentences) -> None:
    plain = {**QUICK, "deterministic": False}
    assert layers_of(Word2Vec(text, workers=1, **QUICK)) == layers_of(Word2Vec(text, workers=1, **plain))


def test_the_number_of_workers_and_the_period_decide(text: Sentences) -> None:
    two, three = (layers_of(Word2Vec(text, workers=workers, **QUICK)) for workers in (2, 3))
    longer = layers_of(Word2Vec(text, workers=2, **{**QUICK, "sync_words": 400}))
    assert len({two, three, longer}) == 3


def test_replicas_learn_as_much_as_one_thread(text: Sentences) -> None:
    losses = []
    for workers in (1, 4):
        report = Word2Vec(text, workers=workers, **{**QUICK, "epochs": 5}).training_report
        assert report is not None
        losses.append(report.epochs[-1].loss)
    assert losses[1] == pytest.approx(losses[0], rel=0.3)


def test_frequent_words_are_combined_more_often() -> None:
    assert [synchronized_words(number, 30_000, 4) for number in range(1, 9)] == [
        *(1024, 4096, 1024, 16384),
        *(1024, 4096, 1024, 30_000),
    ]
    assert synchronized_words(1, 30_000, 16) == 4096
    assert synchronized_words(1, 10, 2) == 10


def test_output_layers_that_are_frozen_stay(text: Sentences) -> None:
    def trained() -> Word2Vec:
        model = Word2Vec(text, workers=2, **QUICK)
        model.train_output = False
        before = model.syn1neg.copy()
        model.train(text, total_examples=len(text), epochs=1)
        assert (model.syn1neg == before).all()
        return model

    assert layers_of(trained()) == layers_of(trained())


def test_factors_of_updates_apply_to_replicas(text: Sentences) -> None:
    model = Word2Vec(**QUICK, workers=3)
    model.build_vocab(text)
    before = model.wv.vectors.copy()
    factors = np.ones(len(model.wv), dtype=np.float32)
    factors[::2] = 0.0
    model.wv.vectors_lockf = factors
    model.train(text, total_examples=len(text), epochs=1)
    assert (model.wv.vectors[::2] == before[::2]).all()
    assert (model.wv.vectors[1::2] != before[1::2]).any(axis=1).all()


class _Stop(Exception):
    pass


class _Blocks:
    """A stream that ends with an exception after a number of blocks of 1,080 words."""

    def __init__(self, text: Sentences, stopped_at: float) -> None:
        self._text = text
        self._left = stopped_at

    def __iter__(self) -> Iterator[list[str]]:
        for number, sentence in enumerate(self._text):
            if number % 90 == 0:
                self._left -= 1
                if self._left < 0:
                    raise _Stop
            yield sentence


@pytest.mark.parametrize("stopped_at", [1, 4, 9, 14, 21])
def test_an_interrupted_run_resumes_bit_for_bit(
    text: Sentences, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped_at: int
) -> None:
    monkeypatch.setattr(encoded, "STREAM_BLOCK_WORDS", 1000)
    options = {**QUICK, "workers": 2, "batch_words": 50, "sync_words": 100}
    expected = Word2Vec(text, **options)
    with pytest.raises(_Stop):
        Word2Vec(_Blocks(text, 12 + stopped_at), **options, checkpoint=tmp_path)  # 12 blocks for the vocabulary
    found = CheckpointFolder(tmp_path).find()
    resumed = Word2Vec(_Blocks(text, np.inf), **options, checkpoint=tmp_path)
    assert layers_of(resumed) == layers_of(expected)
    report, whole = resumed.training_report, expected.training_report
    assert report is not None
    assert whole is not None
    assert (report.words_before > 0) == (found is not None)
    assert [epoch.raw_words for epoch in report.epochs] == [epoch.raw_words for epoch in whole.epochs]


def test_checkpoints_within_an_epoch_do_not_change_the_result(
    text: Sentences, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CheckpointFolder, "is_writing", property(lambda folder: bool(folder.wait())))
    saved = []
    save = CheckpointFolder.save

    def counted(folder: CheckpointFolder, tensors: Any, metadata: Any) -> None:
        saved.append(metadata["run"]["jobs"])
        save(folder, tensors, metadata)

    monkeypatch.setattr(CheckpointFolder, "save", counted)
    options = {**QUICK, "workers": 2}
    model = Word2Vec(text, **options, checkpoint=tmp_path, checkpoint_seconds=1e-9, keep=100)
    assert layers_of(model) == layers_of(Word2Vec(text, **options))
    within = [jobs for jobs in saved if jobs]
    assert within
    assert all(jobs % 8 == 0 for jobs in within)  # two synchronizations of two replicas with two jobs each
    for path in list(CheckpointFolder(tmp_path, keep=100).paths()):
        folder = tmp_path / path.stem
        folder.mkdir()
        path.rename(folder / "checkpoint-000001.safetensors")
        assert layers_of(Word2Vec(text, **options, checkpoint=folder)) == layers_of(model)


def test_runs_with_other_replicas_are_not_resumed(text: Sentences, tmp_path: Path) -> None:
    options = {**QUICK, "workers": 2}
    Word2Vec(text, **options, checkpoint=tmp_path)
    for change in ({"workers": 3}, {"sync_words": 700}, {"deterministic": False}):
        with pytest.raises(FormatError, match="synchronization"):
            Word2Vec(text, **{**options, **change}, checkpoint=tmp_path)


def test_an_interrupted_run_without_checkpoints_keeps_what_was_trained(text: Sentences) -> None:
    class Stop:
        def on_epoch_end(self, model: Word2Vec) -> None:
            raise KeyboardInterrupt

    model = Word2Vec(**QUICK, workers=2)
    model.build_vocab(text)
    before = model.wv.vectors.copy()
    with pytest.raises(KeyboardInterrupt):
        model.train(text, total_examples=len(text), epochs=2, callbacks=[Stop()])
    assert (model.wv.vectors != before).any(axis=1).all()
    assert np.isfinite(model.wv.vectors).all()


def test_the_option_is_saved_and_loaded(text: Sentences, tmp_path: Path) -> None:
    model = Word2Vec(text, workers=2, **QUICK)
    model.save(tmp_path / "model.safetensors")
    loaded = Word2Vec.load(tmp_path / "model.safetensors")
    assert loaded.deterministic
    assert loaded.sync_words == 200
    for continued in (model, loaded):
        continued.train(text, total_examples=len(text), epochs=1)
    assert layers_of(model) == layers_of(loaded)


@pytest.mark.parametrize(
    ("option", "value", "error"),
    [("deterministic", "yes", TypeError), ("sync_words", 0, ValueError), ("sync_words", 1.5, TypeError)],
)
def test_values_out_of_range_are_refused(option: str, value: object, error: type[Exception]) -> None:
    with pytest.raises(error, match=option):
        Word2Vec(**{option: value})
