"""Runs of several ranks resume from checkpoints that rank 0 wrote, also on another number of ranks."""

from __future__ import annotations

import itertools
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import Word2Vec
from wordkin.errors import DistributedError, FormatError
from wordkin.runtime.deferred_signals import DeferredSignals
from wordkin.word2vec.training import session

from .test_word2vec import QUICK, Sentences, layers_of
from .thread_group import in_ranks

OPTIONS = {**QUICK, "epochs": 3, "sync_words": 100, "sg": 1}


@pytest.fixture(scope="module")
def text() -> Sentences:
    generator = np.random.default_rng(3)
    weights = 1.0 / np.arange(1, 1501)
    words = generator.choice(1500, size=6_000, p=weights / weights.sum())
    return [[f"w{word}" for word in words[start : start + 25]] for start in range(0, len(words), 25)]


class Stop(Exception):
    pass


class StopAt:
    """Ends training on one rank when an epoch begins."""

    def __init__(self, epoch: int) -> None:
        self._left = epoch

    def on_epoch_begin(self, model: Word2Vec) -> None:
        self._left -= 1
        if self._left < 0:
            raise Stop


def train(parts: list[Sentences], folder: Path | None, *, stop: int | None = None, **options: Any) -> list[Any]:
    def work(group: Any) -> Word2Vec:
        callbacks = [StopAt(stop)] if stop is not None and group.rank == len(parts) - 1 else []
        given = {**OPTIONS, "checkpoint_epochs": 1, **options}
        return Word2Vec(parts[group.rank], communicator=group, callbacks=callbacks, checkpoint=folder, **given)

    return in_ranks(len(parts), work)


@pytest.mark.parametrize("parts", [(0, 120, 240), (0, 0, 170, 240)])
def test_a_run_resumes_bit_for_bit_from_the_end_of_an_epoch(
    text: Sentences, parts: tuple[int, ...], tmp_path: Path
) -> None:
    texts = [text[start:end] for start, end in itertools.pairwise(parts)]
    whole = train(texts, None)
    results = train(texts, tmp_path, stop=2)
    assert isinstance(results[-1], Stop)
    assert isinstance(results[0], DistributedError)
    resumed = train(texts, tmp_path)
    assert {layers_of(model) for model in resumed} == {layers_of(whole[0])}
    assert resumed[0].training_report.words_before == 12_000
    assert [epoch.loss for epoch in resumed[0].training_report.epochs] == pytest.approx(
        [epoch.loss for epoch in whole[0].training_report.epochs]
    )
    assert {epoch.raw_words for epoch in resumed[-1].training_report.epochs} == {6_000}


class _Signals(DeferredSignals):
    """On one rank, a signal arrives during a synchronization."""

    def __init__(self, number: int) -> None:
        super().__init__(active=False)
        self._left = number

    @property
    def name(self) -> str | None:
        self._left -= 1
        return "SIGTERM" if self._left == 0 else None

    def deliver(self) -> None:
        if self._left <= 0:
            raise Stop


@pytest.mark.parametrize("ranks", [2, 3, 1])
def test_a_signal_stops_all_ranks_with_a_checkpoint(text: Sentences, ranks: int, tmp_path: Path) -> None:
    texts = [text[rank::ranks] for rank in range(ranks)] if ranks != 2 else [text[:100], text[100:]]
    uninterrupted = train(texts, None)[0].training_report
    for number in (1, 3, 13, 41, 73):
        folder = tmp_path / str(number)
        with pytest.MonkeyPatch.context() as patch:
            created: list[int] = []
            lock = threading.Lock()

            def signals(active: bool, created: list[int] = created, lock: Any = lock, number: int = number) -> Any:
                with lock:
                    created.append(1)
                    return _Signals(number) if len(created) == 1 else DeferredSignals(active=False)

            patch.setattr(session, "DeferredSignals", signals)
            stopped = train([text[:100], text[100:]], folder)
        assert {type(result) for result in stopped} == {Stop, DistributedError}
        assert any("received SIGTERM" in str(result) for result in stopped)
        models = train(texts, folder)
        assert len({layers_of(model) for model in models}) == 1
        report = models[0].training_report
        assert len(report.epochs) == 3
        if ranks == 2:
            assert {epoch.raw_words for epoch in report.epochs} == {6_000}
            assert report.words_before > 0
        assert report.epochs[-1].loss < uninterrupted.epochs[-1].loss + 0.25
        assert sum(epoch.raw_words for epoch in report.epochs) == pytest.approx(18_000, rel=0.05)


def test_one_process_is_continued_by_several(text: Sentences, tmp_path: Path) -> None:
    assert isinstance(train([text], tmp_path, stop=1)[0], Stop)
    models = train([text[::2], text[1::2]], tmp_path)
    assert len({layers_of(model) for model in models}) == 1
    assert models[0].training_report.words_before == 6_000


def test_a_checkpoint_of_another_run_is_an_error_on_every_rank(text: Sentences, tmp_path: Path) -> None:
    train([text[::2], text[1::2]], tmp_path, stop=1)
    first, second = train([text[::2], text[1::2]], tmp_path, window=3)
    assert isinstance(first, FormatError)
    assert isinstance(second, DistributedError)
    first, second = train([text[1::2], text[::2]], tmp_path)
    assert "parts of the corpus" in str(first)
    assert "rank 0 failed: FormatError" in str(second)


def test_a_folder_that_cannot_be_written_ends_all_ranks(text: Sentences, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    first, second = train([text[::2], text[1::2]], file)
    assert isinstance(first, OSError)
    assert isinstance(second, DistributedError)


def test_a_checkpoint_that_cannot_be_written_is_reported(
    text: Sentences, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("wordkin.storage.checkpoint.write_archive", fail)
    models = train([text[::2], text[1::2]], tmp_path)
    assert "no space left" in models[0].training_report.checkpoint_failures[0]
    assert models[1].training_report.checkpoint_failures == ()


def test_different_checkpoint_options_are_an_error(text: Sentences, tmp_path: Path) -> None:
    def work(group: Any) -> Word2Vec:
        folder = tmp_path if group.rank else None
        return Word2Vec(text[group.rank :: 2], communicator=group, checkpoint=folder, **OPTIONS)

    for result in in_ranks(2, work):
        assert isinstance(result, DistributedError)
        assert "checkpoints" in str(result)


def test_the_time_for_checkpoints_is_that_of_rank_0(text: Sentences, tmp_path: Path) -> None:
    models = train([text[:30], text[30:]], tmp_path, checkpoint_epochs=None, checkpoint_seconds=1e-9)
    assert len({layers_of(model) for model in models}) == 1
    assert models[0].training_report.checkpoint is not None
