"""Training of language models with `ELMo.train`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from event_recorder import EventRecorder
from wordkin import ELMo
from wordkin.elmo import ELMoProgressEvent
from wordkin.elmo.report import Perplexity
from wordkin.errors import NotFittedError, TrainingDiverged, VocabularyError

Sentences = list[list[str]]
MakeModel = Callable[..., ELMo]
Options = dict[str, Any]


def same_parameters(one: ELMo, other: ELMo) -> bool:
    return one.parameters.keys() == other.parameters.keys() and all(
        tensor.tobytes() == other.parameters[name].tobytes() for name, tensor in one.parameters.items()
    )


def test_training_report(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
    model = small_model()
    report = model.train(sentences, validation=sentences[:5], **quick)
    words, ends = sum(map(len, sentences)), len(sentences)
    per_epoch = (words + ends) // 12
    assert report is model.training_report
    assert (report.first_step, report.steps, report.steps_per_epoch) == (0, 3 * per_epoch, per_epoch)
    assert report.losses.shape == (report.steps, 2)
    assert report.gradient_norms.shape == report.learning_rates.shape == (report.steps,)
    assert (report.losses > 0).all()
    assert (report.gradient_norms > 0).all()
    assert report.learning_rates == pytest.approx(2e-3 * (1 - np.arange(report.steps) / report.steps))
    assert [validation.step for validation in report.validations] == [per_epoch, 2 * per_epoch, 3 * per_epoch]
    assert (report.stopped_by, report.interrupted, report.softmax) == ("epochs", False, "full")
    assert report.tokens == report.steps * 12
    assert report.seconds > 0
    assert report.tokens_per_second > 0
    assert (report.workers, report.checkpoint, report.checkpoint_failures) == (1, None, ())
    assert report.best is not None
    assert model.perplexity(sentences[:5], workers=1) == report.validations[-1].perplexity


def test_trained_model_has_vocabulary_and_parameters(trained: ELMo, sentences: Sentences) -> None:
    assert trained.vocabulary is not None
    assert trained.vocabulary[:3] == ["<S>", "</S>", "<UNK>"]
    assert set(trained.vocabulary[3:]) == {word for sentence in sentences for word in sentence}
    assert trained.options.n_tokens_vocab == len(trained.vocabulary)
    assert trained.parameters["softmax/W"].shape == (len(trained.vocabulary), 8)
    assert f"{len(trained.vocabulary)} words" in repr(trained)
    with pytest.raises(TypeError):
        trained.parameters["softmax/W"] = np.zeros(3)  # type: ignore[index]


def test_small_text_is_memorised(small_model: MakeModel) -> None:
    """Two sentences in random order: everything except the choice of the next sentence can be predicted.

    The word after "small" and the word before "." depend on the beginning of the sentence, so that the recurrent state
    is needed.
    """
    text = ["one small cat sat down .".split(), "two small dogs ran away .".split()] * 4  # noqa: SIM905
    model = small_model(dim=32, projection_dim=16)
    report = model.train(
        text, batch_size=2, unroll_steps=7, min_count=1, epochs=40, optimizer="adam", learning_rate=0.01, dropout=0.0,
        workers=1, progress=False,
    )  # fmt: skip
    found = model.perplexity(text * 10, batch_size=2, workers=1)
    limit = 2 ** (1 / 7)  # one of seven predictions has a loss of log 2
    assert found.forward < 1.03 * limit
    assert found.backward < 1.03 * limit
    assert report.losses[-20:].mean() < 0.12 < report.losses[0].mean()


def test_training_with_one_worker_is_reproducible(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
    models = [small_model() for _ in range(3)]
    for model, seed in zip(models, (1, 1, 2), strict=True):
        model.train(sentences, **quick, seed=seed)
    assert same_parameters(models[0], models[1])
    assert not same_parameters(models[0], models[2])


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ({}, {"optimizer": "adam"}),
        ({}, {"precision": "bfloat16"}),
        ({}, {"negatives": 4}),
        ({"token_input": True}, {"negatives": 4}),
        ({"cell": "rnn"}, {"clip_norm": 0.01}),
        ({"shared_softmax": False, "n_layers": 1}, {"shuffle": False, "dropout": 0.0}),
    ],
)
def test_all_kinds_of_models_and_options_learn(
    small_model: MakeModel, sentences: Sentences, quick: Options, options: Options, arguments: Options
) -> None:
    model = small_model(**options)
    model.initialize(["apples", "and", "pears", "plums", "are", "red", "figs", "big", "good"])
    before = model.perplexity(sentences, workers=1)
    report = model.train(sentences, **{**quick, "epochs": 6, **arguments})
    assert model.perplexity(sentences, workers=1).mean < before.mean
    assert report.softmax == ("sampled" if "negatives" in arguments else "full")


def test_state_reset_rate_takes_effect(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
    losses = {
        share: small_model().train(sentences, **quick, state_reset_rate=share, dropout=0.0).losses
        for share in (0.0, 0.05, 1.0)
    }
    np.testing.assert_array_equal(losses[0.0][0], losses[1.0][0])  # every run starts with zero states
    assert not np.array_equal(losses[0.0][1], losses[1.0][1])
    assert not np.array_equal(losses[0.05], losses[0.0])


def test_training_with_several_workers(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
    report = small_model().train(sentences, **{**quick, "workers": 2})
    assert report.workers == 2
    assert report.losses[-5:].mean() < report.losses[:5].mean()


def test_training_stops_at_each_limit(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
    report = small_model().train(sentences, **quick, max_steps=7, validation=sentences)
    assert (report.steps, report.stopped_by) == (7, "max_steps")
    assert [validation.step for validation in report.validations] == [7]
    report = small_model().train(sentences, **{**quick, "epochs": 10**6}, max_seconds=0.2)
    assert report.stopped_by == "max_seconds"
    assert 0.2 <= report.seconds < 20
    report = small_model().train(sentences, **quick, max_steps=10**9)
    assert report.stopped_by == "epochs"


def test_early_stopping_restores_the_best_parameters(
    small_model: MakeModel, sentences: Sentences, quick: Options
) -> None:
    """The learning rate is so high that the best perplexity occurs early."""
    model = small_model()
    report = model.train(
        sentences, **{**quick, "epochs": 200, "dropout": 0.0}, optimizer="adam", learning_rate=0.05,
        validation=[["figs", "are", "good", "and", "big"], ["pears", "red"]], validation_steps=5, patience=3,
    )  # fmt: skip
    assert report.stopped_by == "patience"
    perplexities = [validation.perplexity.geometric_mean for validation in report.validations]
    assert len(perplexities) - 1 - int(np.argmin(perplexities)) == 3
    assert report.best is not None
    found = model.perplexity([["figs", "are", "good", "and", "big"], ["pears", "red"]], workers=1)
    assert found == report.best.perplexity


def test_learning_rates_follow_the_schedule(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
    report = small_model().train(sentences, **quick, schedule="linear", warmup_steps=3, optimizer="adam")
    assert report.learning_rates[:3] == pytest.approx([2e-3 / 3, 4e-3 / 3, 2e-3])
    assert report.learning_rates[-1] < 2e-4


def test_callbacks_are_notified_in_order(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
    recorder = EventRecorder()
    arguments = {**quick, "batch_size": 10, "unroll_steps": 7, "epochs": 2}
    report = small_model().train(sentences, validation=sentences, **arguments, callbacks=[recorder, OnlyTrainEnd()])
    n = report.steps_per_epoch
    steps = [f"step {step} end" for step in range(1, 2 * n + 1)]
    assert recorder.events == [
        "train begin",
        *steps[:n],
        "epoch 0 end",
        f"validation {n} end",
        *steps[n:],
        "epoch 1 end",
        f"validation {2 * n} end",
        "train end",
    ]


class OnlyTrainEnd:
    """Callback with a single method, as the others are optional; the report is available in it."""

    def on_train_end(self, model: ELMo) -> None:
        assert model.training_report is not None
        assert model.training_report.stopped_by == "epochs"


@pytest.mark.parametrize("event", ["train begin", "step 2 end", "epoch 0 end", "validation 12 end", "train end"])
def test_exceptions_of_callbacks_stop_training(
    small_model: MakeModel, sentences: Sentences, quick: Options, event: str
) -> None:
    recorder = EventRecorder(raising=event)
    model = small_model()
    threads = threading.active_count()
    with pytest.raises(LookupError) as caught:
        model.train(sentences, validation=sentences, **quick, callbacks=[recorder])
    assert caught.value is recorder.error
    assert recorder.events[-1] == event
    assert model.training_report is not None
    if event != "train end":
        assert model.training_report.stopped_by == "error"
        assert model.training_report.steps == sum(recorded.startswith("step") for recorded in recorder.events)
    assert threading.active_count() == threads
    assert model.train(sentences, **quick).stopped_by == "epochs"  # and the model can be trained again


def test_progress_callable_receives_events(
    small_model: MakeModel, sentences: Sentences, quick: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wordkin.elmo.training.progress._SECONDS_BETWEEN_UPDATES", 0.0)
    events: list[ELMoProgressEvent] = []
    report = small_model().train(sentences, validation=sentences, **{**quick, "progress": events.append})
    assert [event.step for event in events] == [*range(1, report.steps + 1), report.steps]
    assert events[0].validation_perplexity is None
    assert events[-1].validation_perplexity == report.validations[-1].perplexity.geometric_mean
    assert events[-1].seconds_left == 0
    assert events[0].loss == report.losses[0].mean()
    assert {event.epoch for event in events} == {0, 1, 2}
    assert events[3].perplexity == pytest.approx(np.exp(report.losses[:4].mean()))


def test_progress_bar(
    small_model: MakeModel, sentences: Sentences, quick: Options, capsys: pytest.CaptureFixture[str]
) -> None:
    small_model().train(sentences, validation=sentences, **{**quick, "progress": True})
    shown = capsys.readouterr().err
    assert "epoch 3/3" in shown
    assert "36/36" in shown
    for figure in ("loss=", "ppl=", "valid=", "tokens="):
        assert figure in shown
    small_model().train(sentences, **{**quick, "progress": None})
    assert capsys.readouterr().err == ""


def test_non_finite_loss_raises_training_diverged(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
    model = small_model()
    with pytest.raises(TrainingDiverged, match=r"step \d+: loss .*learning rate 1e\+38.* there is no checkpoint"):
        model.train(sentences, **quick, learning_rate=1e38, schedule="constant", clip_norm=0)
    assert model.training_report is not None
    assert model.training_report.stopped_by == "error"


def test_concurrent_training_of_one_model_is_refused(
    small_model: MakeModel, sentences: Sentences, quick: Options
) -> None:
    class Again:
        def on_step_end(self, model: ELMo, report: Any) -> None:
            with pytest.raises(RuntimeError, match="already being trained"):
                model.train(sentences, **quick)
            with pytest.raises(RuntimeError, match="already being trained"):
                model.initialize()

    model = small_model()
    assert model.train(sentences, **quick, max_steps=2, callbacks=[Again()]).steps == 2
    model.train(sentences, **quick, max_steps=2)


def test_training_in_another_thread(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
    expected, model = small_model(), small_model()
    expected.train(sentences, **quick)
    thread = threading.Thread(target=lambda: model.train(sentences, **quick))
    thread.start()
    thread.join()
    assert same_parameters(model, expected)


def test_untrained_model_raises_not_fitted_error(small_model: MakeModel, sentences: Sentences) -> None:
    model = small_model()
    for use in (lambda: model.parameters, lambda: model.vocabulary, lambda: model.perplexity(sentences)):
        with pytest.raises(NotFittedError, match="no parameters yet"):
            use()
    with pytest.raises(NotFittedError):
        model.save_pretrained("nowhere")
    model.initialize(seed=3)
    assert model.vocabulary is None
    assert "softmax/W" not in model.parameters
    with pytest.raises(NotFittedError, match="predicts no words"):
        model.perplexity(sentences)


def test_training_continues_from_current_parameters(
    small_model: MakeModel, sentences: Sentences, quick: Options
) -> None:
    model = small_model()
    first = model.train(sentences, **quick)
    second = model.train(sentences, **quick)
    assert second.first_step == 0
    assert second.losses[:5].mean() < first.losses[:5].mean()
    assert second.losses[0].tolist() != first.losses[0].tolist()


NEW_TEXT = [["kiwis", "and", "plums"], ["apples", "are", "sour"]] * 20


def test_vocabulary_is_kept_by_default(trained: ELMo, quick: Options) -> None:
    before = trained.vocabulary
    trained.train(NEW_TEXT, **quick)
    assert trained.vocabulary == before


def rows_of(model: ELMo) -> dict[str, bytes]:
    assert model.vocabulary is not None
    return {
        word: model.parameters["softmax/W"][number].tobytes() + model.parameters["softmax/b"][number].tobytes()
        for number, word in enumerate(model.vocabulary)
    }


class StopBeforeFirstStep:
    """Callback that stops training before the first step, so that the initial state can be inspected."""

    def on_train_begin(self, model: ELMo) -> None:
        raise EOFError


@pytest.mark.parametrize(("optimizer", "moments", "initial"), [("adam", "variance", 0.0), ("adagrad", "squares", 1.0)])
@pytest.mark.parametrize("change", ["extend", "replace", "given"])
def test_vocabulary_change_keeps_common_rows(
    small_model: MakeModel,
    sentences: Sentences,
    quick: Options,
    change: str,
    optimizer: str,
    moments: str,
    initial: float,
) -> None:
    trained, quick = small_model(), {**quick, "optimizer": optimizer}
    trained.train(sentences, **quick)
    before, tokens = rows_of(trained), trained.parameters["char_embed"].tobytes()
    old_words = trained.vocabulary
    assert old_words is not None
    arguments = {"vocabulary": ["sour", "figs", "and"]} if change == "given" else {"vocabulary_change": change}
    with pytest.raises(EOFError):
        trained.train(NEW_TEXT, **{**quick, **arguments}, callbacks=[StopBeforeFirstStep()])
    after = rows_of(trained)
    new = {"sour", "kiwis"}
    if change == "extend":
        assert list(after)[: len(old_words)] == old_words
        assert set(after) == set(old_words) | new
    elif change == "replace":
        assert set(after) == {"<S>", "</S>", "<UNK>", *(word for sentence in NEW_TEXT for word in sentence)}
    else:
        assert list(after) == ["<S>", "</S>", "<UNK>", "sour", "figs", "and"]
    for word in set(after) & set(before):
        assert after[word] == before[word], word
    assert all(np.frombuffer(after[word], np.float32)[:-1].std() > 0 for word in set(after) - set(before))
    assert trained.parameters["char_embed"].tobytes() == tokens
    content = trained._state
    assert content is not None
    assert content.optimizer is not None
    found = content.optimizer.moments[moments]["softmax/W"]
    for number, word in enumerate(after):
        assert (found[number] == initial).all() == (word not in before), word
    report = trained.train(NEW_TEXT, **quick)
    assert report.losses.shape[0] == report.steps


def test_another_optimizer_starts_with_a_new_state(
    small_model: MakeModel, sentences: Sentences, quick: Options, caplog: pytest.LogCaptureFixture
) -> None:
    model = small_model()
    model.train(sentences, **quick, optimizer="adagrad", schedule="constant")
    model.train(sentences, **quick, optimizer="adagrad", max_steps=1)
    assert not caplog.messages
    model.train(sentences, **quick, max_steps=1)
    assert caplog.messages == ["the model was trained with optimizer='adagrad'; 'adam' starts with a new state"]
    content = model._state
    assert content is not None
    assert content.optimizer is not None
    assert set(content.optimizer.moments) == {"mean", "variance"}


def test_training_adds_a_missing_softmax(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
    model = small_model()
    model.initialize()
    tokens = model.parameters["char_embed"]
    with pytest.raises(EOFError):
        model.train(sentences, **quick, callbacks=[StopBeforeFirstStep()])
    np.testing.assert_array_equal(model.parameters["char_embed"], tokens)
    assert model.vocabulary is not None
    assert "apples" in model.vocabulary


def test_vocabulary_options_of_a_new_model(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
    def words(**arguments: Any) -> list[str]:
        model = small_model(**({"n_tokens_vocab": arguments.pop("size")} if "size" in arguments else {}))
        model.train(sentences, **{**quick, **arguments}, max_steps=1)
        assert model.vocabulary is not None
        return model.vocabulary[3:]

    assert words(max_vocabulary_size=5) == words(size=5) == ["and", "red"]
    assert words(min_count=20) == ["and", "red"]
    assert words(vocabulary=["figs"]) == ["figs"]
    for bad in ({"max_vocabulary_size": 3}, {"size": 2}):
        with pytest.raises(ValueError, match="max_vocabulary_size must be from 4"):
            words(**bad)
    with pytest.raises(VocabularyError, match="min_count=1000 removes all"):
        words(min_count=1000)


def test_exceptions_of_the_text_leave_the_model_unchanged(
    small_model: MakeModel, sentences: Sentences, quick: Options
) -> None:
    class Failing:
        passes = 0

        def __iter__(self) -> Iterator[list[str]]:
            self.passes += 1
            yield from sentences
            if self.passes > 1:
                raise ConnectionError("gone")

    model = small_model()
    with pytest.raises(ConnectionError, match="gone"):
        model.train(Failing(), **quick)
    with pytest.raises(NotFittedError):
        _ = model.parameters
    model.train(sentences, **quick)


def test_official_options_are_accepted(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
    model = ELMo(
        lstm={"dim": 12, "projection_dim": 6, "n_layers": 1, "cell_clip": 3, "proj_clip": None},
        char_cnn={"embedding": {"dim": 4}, "filters": [[1, 4], [2, 4]], "n_characters": 261, "activation": "tanh"},
        batch_size=2, unroll_steps=5, all_clip_norm_val=1.0,
    )  # fmt: skip
    assert (model.options.dim, model.options.proj_clip, model.options.activation) == (12, 0.0, "tanh")
    assert model.training_defaults == {
        "batch_size": 2, "unroll_steps": 5, "clip_norm": 1.0, "optimizer": "adagrad", "schedule": "constant",
    }  # fmt: skip
    report = model.train(sentences, **{**quick, **model.training_defaults})
    assert report.tokens == 10 * report.steps


@pytest.mark.parametrize(
    ("name", "advice"), [("num_layers", "n_layers"), ("hidden", "hidden"), ("projection", "projection_dim")]
)
def test_unknown_options_are_refused(name: str, advice: str) -> None:
    with pytest.raises(TypeError, match=f"{name}.*{advice}" if name != advice else name):
        ELMo(**{name: 5})
    with pytest.raises(TypeError, match=name):
        ELMo(lstm={}, **{name: 5})


def test_small_vocabularies_use_the_full_softmax(
    small_model: MakeModel, sentences: Sentences, quick: Options, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "wordkin"):
        assert small_model().train(sentences, **quick, max_steps=1).softmax == "full"
        assert small_model().train(sentences, **quick, negatives=11, max_steps=1).softmax == "sampled"
        assert small_model().train(sentences, **quick, negatives=12, max_steps=1).softmax == "full"
    assert not caplog.records


def test_means_of_perplexities() -> None:
    found = Perplexity(forward=2.0, backward=8.0, tokens=5, unknown_tokens=1)
    assert (found.mean, found.geometric_mean) == (5.0, pytest.approx(4.0))
    endless = Perplexity(forward=np.inf, backward=8.0, tokens=5, unknown_tokens=1)
    assert (endless.mean, endless.geometric_mean) == (np.inf, np.inf)


def test_divergence_of_parameters_that_were_not_finite_is_explained(
    trained: ELMo, sentences: Sentences, quick: Options
) -> None:
    trained.parameters["char_embed"][0, 0] = np.nan
    trained.parameters["char_embed"][:, 1] = np.inf
    with pytest.raises(TrainingDiverged, match=r"contained NaN or infinite values before it: char_embed$"):
        trained.train(sentences, **quick)
