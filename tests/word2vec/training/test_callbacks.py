"""Hooks and progress: when they are called, what they see, and what becomes of their exceptions."""

from __future__ import annotations

import io
import logging
import sys
from typing import Any

import numpy as np
import pytest

from wordkin import Word2Vec
from wordkin.word2vec import CallbackAny2Vec, ProgressEvent

Sentences = list[list[str]]


def ready(sentences: Sentences, **options: Any) -> Word2Vec:
    model = Word2Vec(min_count=1, vector_size=8, **options)
    model.build_vocab(sentences)
    return model


def train(model: Word2Vec, sentences: Sentences, epochs: int = 2, **options: Any) -> tuple[int, int]:
    return model.train(sentences, total_examples=len(sentences), epochs=epochs, **options)


WHOLE = ["train begins", "epoch begins", "epoch ends", "epoch begins", "epoch ends", "train ends"]


def test_hooks_come_in_order(sentences: Sentences, recorder: Any) -> None:
    first, second = recorder(), recorder()
    train(ready(sentences), sentences, callbacks=[first, second])
    assert first.calls == second.calls == WHOLE


def test_hooks_of_the_constructor_are_for_its_own_training(
    sentences: Sentences, recorder: Any, caplog: pytest.LogCaptureFixture
) -> None:
    hooks = recorder()
    model = Word2Vec(sentences, min_count=1, vector_size=8, epochs=2, callbacks=[hooks])
    assert hooks.calls == WHOLE
    train(model, sentences)
    assert hooks.calls == WHOLE
    with caplog.at_level(logging.WARNING):
        Word2Vec(callbacks=[hooks])
    assert "callbacks is not stored" in caplog.text


def test_hooks_see_the_epochs_so_far(sentences: Sentences) -> None:
    class Look(CallbackAny2Vec):
        seen: list[int] = []  # noqa: RUF012 - one test's own class

        def on_epoch_end(self, model: Any) -> None:
            assert not model.training_report.interrupted
            assert model.training_report.epochs[-1].loss > 0
            assert np.isfinite(model.wv.most_similar("w1", topn=1)[0][1])  # and may query
            self.seen.append(len(model.training_report.epochs))

    model = ready(sentences)
    train(model, sentences, 3, callbacks=[Look()])
    assert Look.seen == [1, 2, 3]


def test_lengths_are_not_those_of_an_earlier_epoch(sentences: Sentences) -> None:
    class Query(CallbackAny2Vec):
        def on_epoch_begin(self, model: Any) -> None:
            model.wv.fill_norms()

    model = ready(sentences)
    train(model, sentences, callbacks=[Query()], start_alpha=0.5)
    assert model.wv.similarity("w1", "w1") == pytest.approx(1.0)


def test_a_partial_hook_needs_no_base_class(sentences: Sentences) -> None:
    class Once:
        calls = 0

        def on_train_end(self, model: Any) -> None:
            self.calls += 1

    once = Once()
    train(ready(sentences), sentences, callbacks=(hook for hook in [once]))
    assert once.calls == 1


@pytest.mark.parametrize(
    ("hook", "ended"), [("train begins", 0), ("epoch begins", 0), ("epoch ends", 1), ("train ends", 2)]
)
def test_an_exception_of_a_hook_reaches_the_caller(sentences: Sentences, recorder: Any, hook: str, ended: int) -> None:
    model = ready(sentences, workers=2)
    failing = recorder(raising=hook)
    with pytest.raises(LookupError) as caught:
        train(model, sentences, callbacks=[failing])
    assert caught.value is failing.error
    assert len(model.training_report.epochs) == ended
    assert model.training_report.interrupted == (hook != "train ends")
    train(model, sentences)  # and the model goes on
    assert not model.training_report.interrupted


def test_progress_tells_how_far_it_is(sentences: Sentences) -> None:
    events: list[ProgressEvent] = []
    model = ready(sentences, progress=events.append, workers=2, alpha=0.05)
    train(model, sentences, 3)
    words = sum(map(len, sentences))
    last_of_epochs = [[event for event in events if event.epoch == epoch][-1] for epoch in range(3)]
    assert [event.words for event in last_of_epochs] == [words, 2 * words, 3 * words]
    assert [event.loss for event in last_of_epochs] == [epoch.loss for epoch in model.training_report.epochs]
    assert all((event.epochs, event.planned_words) == (3, 3 * words) for event in events)
    assert [event.learning_rate for event in events] == sorted((e.learning_rate for e in events), reverse=True)


def test_an_exception_of_progress_reaches_the_caller(sentences: Sentences) -> None:
    def fail(event: ProgressEvent) -> None:
        raise KeyError("of progress")

    model = ready(sentences, progress=fail)
    with pytest.raises(KeyError, match="of progress"):
        train(model, sentences)
    assert model.training_report.interrupted
    model.progress = None
    train(model, sentences)


def test_a_bar_is_shown_when_asked_for(sentences: Sentences, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    train(ready(sentences), sentences)
    assert stream.getvalue() == ""  # no terminal
    train(ready(sentences, progress=True), sentences)
    assert "epoch 2/2" in stream.getvalue()
    assert "loss=" in stream.getvalue()


def test_no_stderr_at_all(sentences: Sentences, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    train(ready(sentences), sentences)


def test_training_within_training_is_refused(sentences: Sentences) -> None:
    class Nested(CallbackAny2Vec):
        errors: list[str] = []  # noqa: RUF012 - one test's own class

        def on_epoch_begin(self, model: Any) -> None:
            for change in (
                lambda: train(model, sentences),
                lambda: model.build_vocab(sentences),
                lambda: model.build_vocab([["new"] * 5], update=True),
                lambda: model.build_vocab_from_freq({"a": 3}),
                lambda: model.reset_from(ready(sentences)),
            ):
                with pytest.raises(RuntimeError, match="already training") as caught:
                    change()
                self.errors.append(str(caught.value))

    model = ready(sentences)
    count, rate = model.corpus_count, model.alpha
    train(model, sentences, 1, callbacks=[Nested()])
    assert len(Nested.errors) == 5
    assert (model.corpus_count, model.alpha) == (count, rate)
    assert len(model.wv) == len({word for sentence in sentences for word in sentence})
