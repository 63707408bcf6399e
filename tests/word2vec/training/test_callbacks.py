"""Callbacks and progress: when they are called, what they see, and how their exceptions propagate."""

from __future__ import annotations

import io
import logging
import sys
from typing import Any

import numpy as np
import pytest

from event_recorder import EventRecorder
from wordkin import Word2Vec
from wordkin.word2vec import CallbackAny2Vec, ProgressEvent

Sentences = list[list[str]]


def built(sentences: Sentences, **options: Any) -> Word2Vec:
    model = Word2Vec(min_count=1, vector_size=8, **options)
    model.build_vocab(sentences)
    return model


def train(model: Word2Vec, sentences: Sentences, epochs: int = 2, **options: Any) -> tuple[int, int]:
    return model.train(sentences, total_examples=len(sentences), epochs=epochs, **options)


TWO_EPOCHS = ["train begin", "epoch begin", "epoch end", "epoch begin", "epoch end", "train end"]


def test_events_come_in_order(sentences: Sentences) -> None:
    first, second = EventRecorder(), EventRecorder()
    train(built(sentences), sentences, callbacks=[first, second])
    assert first.events == second.events == TWO_EPOCHS


def test_callbacks_of_the_constructor_are_not_kept(sentences: Sentences, caplog: pytest.LogCaptureFixture) -> None:
    recorder = EventRecorder()
    model = Word2Vec(sentences, min_count=1, vector_size=8, epochs=2, callbacks=[recorder])
    assert recorder.events == TWO_EPOCHS
    train(model, sentences)
    assert recorder.events == TWO_EPOCHS
    with caplog.at_level(logging.WARNING):
        Word2Vec(callbacks=[recorder])
    assert "callbacks is not stored" in caplog.text


def test_callbacks_see_the_epochs_so_far(sentences: Sentences) -> None:
    class Inspect(CallbackAny2Vec):
        seen: list[int] = []  # noqa: RUF012 - one test's own class

        def on_epoch_end(self, model: Any) -> None:
            assert not model.training_report.interrupted
            assert model.training_report.epochs[-1].loss > 0
            assert np.isfinite(model.wv.most_similar("w1", topn=1)[0][1])  # queries are allowed
            self.seen.append(len(model.training_report.epochs))

    model = built(sentences)
    train(model, sentences, 3, callbacks=[Inspect()])
    assert Inspect.seen == [1, 2, 3]


def test_vector_lengths_are_recomputed_after_an_epoch(sentences: Sentences) -> None:
    class Query(CallbackAny2Vec):
        def on_epoch_begin(self, model: Any) -> None:
            model.wv.fill_norms()

    model = built(sentences)
    train(model, sentences, callbacks=[Query()], start_alpha=0.5)
    assert model.wv.similarity("w1", "w1") == pytest.approx(1.0)


def test_callbacks_need_neither_a_base_class_nor_all_methods(sentences: Sentences) -> None:
    class Once:
        calls = 0

        def on_train_end(self, model: Any) -> None:
            self.calls += 1

    once = Once()
    train(built(sentences), sentences, callbacks=(callback for callback in [once]))
    assert once.calls == 1


@pytest.mark.parametrize(
    ("event", "epochs"), [("train begin", 0), ("epoch begin", 0), ("epoch end", 1), ("train end", 2)]
)
def test_exceptions_of_callbacks_propagate(sentences: Sentences, event: str, epochs: int) -> None:
    model = built(sentences, workers=2)
    failing = EventRecorder(raising=event)
    with pytest.raises(LookupError) as caught:
        train(model, sentences, callbacks=[failing])
    assert caught.value is failing.error
    assert len(model.training_report.epochs) == epochs
    assert model.training_report.interrupted == (event != "train end")
    train(model, sentences)  # training can continue
    assert not model.training_report.interrupted


def test_progress_events(sentences: Sentences) -> None:
    events: list[ProgressEvent] = []
    model = built(sentences, progress=events.append, workers=2, alpha=0.05)
    train(model, sentences, 3)
    words = sum(map(len, sentences))
    last_of_epochs = [[event for event in events if event.epoch == epoch][-1] for epoch in range(3)]
    assert [event.words for event in last_of_epochs] == [words, 2 * words, 3 * words]
    assert [event.loss for event in last_of_epochs] == [epoch.loss for epoch in model.training_report.epochs]
    assert all((event.epochs, event.planned_words) == (3, 3 * words) for event in events)
    assert [event.learning_rate for event in events] == sorted((e.learning_rate for e in events), reverse=True)


def test_exceptions_of_the_progress_function_propagate(sentences: Sentences) -> None:
    def fail(event: ProgressEvent) -> None:
        raise KeyError("of progress")

    model = built(sentences, progress=fail)
    with pytest.raises(KeyError, match="of progress"):
        train(model, sentences)
    assert model.training_report.interrupted
    model.progress = None
    train(model, sentences)


def test_progress_bar(sentences: Sentences, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    train(built(sentences), sentences)
    assert stream.getvalue() == ""  # standard error is not a terminal
    train(built(sentences, progress=True), sentences)
    assert "epoch 2/2" in stream.getvalue()
    assert "loss=" in stream.getvalue()


def test_training_without_standard_error(sentences: Sentences, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    assert train(built(sentences), sentences)[1] == 2 * sum(map(len, sentences))


def test_changes_during_training_are_rejected(sentences: Sentences) -> None:
    class Nested(CallbackAny2Vec):
        errors: list[str] = []  # noqa: RUF012 - one test's own class

        def on_epoch_begin(self, model: Any) -> None:
            for change in (
                lambda: train(model, sentences),
                lambda: model.build_vocab(sentences),
                lambda: model.build_vocab([["new"] * 5], update=True),
                lambda: model.build_vocab_from_freq({"a": 3}),
                lambda: model.reset_from(built(sentences)),
            ):
                with pytest.raises(RuntimeError, match="already training") as caught:
                    change()
                self.errors.append(str(caught.value))

    model = built(sentences)
    count, rate = model.corpus_count, model.alpha
    train(model, sentences, 1, callbacks=[Nested()])
    assert len(Nested.errors) == 5
    assert (model.corpus_count, model.alpha) == (count, rate)
    assert len(model.wv) == len({word for sentence in sentences for word in sentence})
