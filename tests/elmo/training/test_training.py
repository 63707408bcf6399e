"""Training of language models through the public names."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from wordkin import ELMo
from wordkin.elmo import ELMoCallback, ELMoProgressEvent
from wordkin.elmo.training.report import Perplexity
from wordkin.errors import NotFittedError, TrainingDiverged, VocabularyError

Sentences = list[list[str]]
MakeModel = Callable[..., ELMo]
Options = dict[str, Any]


def same_parameters(one: ELMo, other: ELMo) -> bool:
    return one.parameters.keys() == other.parameters.keys() and all(
        tensor.tobytes() == other.parameters[name].tobytes() for name, tensor in one.parameters.items()
    )


def test_what_a_training_reports(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
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
    assert (report.learning_rates == 0.2).all()
    assert [look.step for look in report.validations] == [per_epoch, 2 * per_epoch, 3 * per_epoch]
    assert (report.stopped_by, report.interrupted, report.softmax) == ("epochs", False, "full")
    assert report.tokens == report.steps * 12
    assert report.seconds > 0
    assert report.tokens_per_second > 0
    assert (report.workers, report.checkpoint, report.checkpoint_failures) == (1, None, ())
    assert report.best is not None
    assert model.perplexity(sentences[:5], workers=1) == report.validations[-1].perplexity


def test_the_model_after_training(trained: ELMo, sentences: Sentences) -> None:
    assert trained.vocabulary is not None
    assert trained.vocabulary[:3] == ["<S>", "</S>", "<UNK>"]
    assert set(trained.vocabulary[3:]) == {word for sentence in sentences for word in sentence}
    assert trained.options.n_tokens_vocab == len(trained.vocabulary)
    assert trained.parameters["softmax/W"].shape == (len(trained.vocabulary), 8)
    assert f"{len(trained.vocabulary)} words" in repr(trained)
    with pytest.raises(TypeError):
        trained.parameters["softmax/W"] = np.zeros(3)  # type: ignore[index]


def test_a_small_text_is_memorised(small_model: MakeModel) -> None:
    """Two sentences in any order: which one comes next cannot be known, everything else can.

    After "small", and before ".", only a state can tell which word stands there.
    """
    text = ["one small cat sat down .".split(), "two small dogs ran away .".split()] * 4  # noqa: SIM905
    model = small_model(dim=32, projection_dim=16)
    report = model.train(
        text, batch_size=2, unroll_steps=7, min_count=1, epochs=40, optimizer="adam", learning_rate=0.01, dropout=0.0,
        workers=1, progress=False,
    )  # fmt: skip
    found = model.perplexity(text * 10, batch_size=2, workers=1)
    limit = 2 ** (1 / 7)  # log 2 for the first of seven predictions
    assert found.forward < 1.03 * limit
    assert found.backward < 1.03 * limit
    assert report.losses[-20:].mean() < 0.12 < report.losses[0].mean()


def test_one_worker_makes_the_same_model(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
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
def test_kinds_of_models_and_trainings_learn(
    small_model: MakeModel, sentences: Sentences, quick: Options, options: Options, arguments: Options
) -> None:
    model = small_model(**options)
    model.initialize(["apples", "and", "pears", "plums", "are", "red", "figs", "big", "good"])
    before = model.perplexity(sentences, workers=1)
    report = model.train(sentences, **{**quick, "epochs": 6, **arguments})
    assert model.perplexity(sentences, workers=1).mean < before.mean
    assert report.softmax == ("sampled" if "negatives" in arguments else "full")


def test_state_reset_rate_are_in_effect(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
    losses = {
        share: small_model().train(sentences, **quick, state_reset_rate=share, dropout=0.0).losses
        for share in (0.0, 0.05, 1.0)
    }
    np.testing.assert_array_equal(losses[0.0][0], losses[1.0][0])  # every training begins from zeros
    assert not np.array_equal(losses[0.0][1], losses[1.0][1])
    assert not np.array_equal(losses[0.05], losses[0.0])


def test_several_workers(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
    report = small_model().train(sentences, **{**quick, "workers": 2})
    assert report.workers == 2
    assert report.losses[-5:].mean() < report.losses[:5].mean()


def test_ends(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
    report = small_model().train(sentences, **quick, max_steps=7, validation=sentences)
    assert (report.steps, report.stopped_by) == (7, "max_steps")
    assert [look.step for look in report.validations] == [7]
    report = small_model().train(sentences, **{**quick, "epochs": 10**6}, max_seconds=0.2)
    assert report.stopped_by == "max_seconds"
    assert 0.2 <= report.seconds < 20
    report = small_model().train(sentences, **quick, max_steps=10**9)
    assert report.stopped_by == "epochs"


def test_early_stop_keeps_the_best(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
    """A rate that soon does harm: perplexity is best early on."""
    model = small_model()
    report = model.train(
        sentences, **{**quick, "epochs": 200, "dropout": 0.0}, optimizer="adam", learning_rate=0.05,
        validation=[["figs", "are", "good", "and", "big"], ["pears", "red"]], validation_steps=5, patience=3,
    )  # fmt: skip
    assert report.stopped_by == "patience"
    looks = [look.perplexity.geometric_mean for look in report.validations]
    assert len(looks) - 1 - int(np.argmin(looks)) == 3
    assert report.best is not None
    found = model.perplexity([["figs", "are", "good", "and", "big"], ["pears", "red"]], workers=1)
    assert found == report.best.perplexity


def test_rates_follow_their_schedule(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
    report = small_model().train(sentences, **quick, schedule="linear", warmup_steps=3, optimizer="adam")
    assert report.learning_rates[:3] == pytest.approx([1e-3 / 3, 2e-3 / 3, 1e-3])
    assert report.learning_rates[-1] < 1e-4


class Recorder(ELMoCallback):
    def __init__(self, raising: str = "") -> None:
        self.calls: list[str] = []
        self._raising = raising
        self.error = LookupError("raised by a callback")

    def _told(self, hook: str) -> None:
        self.calls.append(hook)
        if hook == self._raising:
            raise self.error

    def on_train_begin(self, model: Any) -> None:
        self._told("begin")

    def on_step_end(self, model: Any, report: Any) -> None:
        self._told(f"step {report.step}")

    def on_epoch_end(self, model: Any, epoch: int) -> None:
        self._told(f"epoch {epoch}")

    def on_validation_end(self, model: Any, validation: Any) -> None:
        self._told(f"look {validation.step}")

    def on_train_end(self, model: Any) -> None:
        assert model.training_report.stopped_by == "epochs"
        self._told("end")


def test_hooks_in_their_order(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
    recorder = Recorder()
    arguments = {**quick, "batch_size": 10, "unroll_steps": 7, "epochs": 2}
    report = small_model().train(sentences, validation=sentences, **arguments, callbacks=[recorder, object_with_end()])
    n = report.steps_per_epoch
    steps = [f"step {step}" for step in range(1, 2 * n + 1)]
    expected = ["begin", *steps[:n], "epoch 0", f"look {n}", *steps[n:], "epoch 1", f"look {2 * n}", "end"]
    assert recorder.calls == expected


def object_with_end() -> Any:
    class End:
        def on_train_end(self, model: Any) -> None:
            """One hook is enough."""

    return End()


@pytest.mark.parametrize("hook", ["begin", "step 2", "epoch 0", "look 12", "end"])
def test_what_a_callback_raises_ends_training_unchanged(
    small_model: MakeModel, sentences: Sentences, quick: Options, hook: str
) -> None:
    recorder = Recorder(hook)
    model = small_model()
    threads = threading.active_count()
    with pytest.raises(LookupError) as caught:
        model.train(sentences, validation=sentences, **quick, callbacks=[recorder])
    assert caught.value is recorder.error
    assert recorder.calls[-1] == hook
    assert model.training_report is not None
    if hook != "end":
        assert model.training_report.stopped_by == "error"
        assert model.training_report.steps == sum(call.startswith("step") for call in recorder.calls)
    assert threading.active_count() == threads
    assert model.train(sentences, **quick).stopped_by == "epochs"  # and the model can be used as before


def test_progress_is_told(
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


def test_a_bar(
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


def test_a_loss_that_is_not_finite(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
    model = small_model()
    with pytest.raises(TrainingDiverged, match=r"step \d+: loss .*learning rate 1e\+38.* there is no checkpoint"):
        model.train(sentences, **quick, learning_rate=1e38, clip_norm=0)
    assert model.training_report is not None
    assert model.training_report.stopped_by == "error"


def test_two_trainings_of_one_model(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
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


def test_what_an_untrained_model_cannot_do(small_model: MakeModel, sentences: Sentences) -> None:
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


def test_training_goes_on_from_the_parameters_there_are(
    small_model: MakeModel, sentences: Sentences, quick: Options
) -> None:
    model = small_model()
    first = model.train(sentences, **quick)
    second = model.train(sentences, **quick)
    assert second.first_step == 0
    assert second.losses[:5].mean() < first.losses[:5].mean()
    assert second.losses[0].tolist() != first.losses[0].tolist()


NEW_TEXT = [["kiwis", "and", "plums"], ["apples", "are", "sour"]] * 20


def test_a_model_keeps_its_vocabulary(trained: ELMo, quick: Options) -> None:
    before = trained.vocabulary
    trained.train(NEW_TEXT, **quick)
    assert trained.vocabulary == before


def rows_of(model: ELMo) -> dict[str, bytes]:
    assert model.vocabulary is not None
    return {
        word: model.parameters["softmax/W"][number].tobytes() + model.parameters["softmax/b"][number].tobytes()
        for number, word in enumerate(model.vocabulary)
    }


class StopAtOnce:
    """Ends a training before its first step, so that what it begins with can be seen."""

    def on_train_begin(self, model: ELMo) -> None:
        raise EOFError


@pytest.mark.parametrize("change", ["extend", "replace", "given"])
def test_vocabulary_change(trained: ELMo, quick: Options, change: str) -> None:
    before, tokens = rows_of(trained), trained.parameters["char_embed"].tobytes()
    old_words = trained.vocabulary
    assert old_words is not None
    arguments = {"vocabulary": ["sour", "figs", "and"]} if change == "given" else {"vocabulary_change": change}
    with pytest.raises(EOFError):
        trained.train(NEW_TEXT, **{**quick, **arguments}, callbacks=[StopAtOnce()])
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
    squares = content.optimizer.moments["squares"]["softmax/W"]
    for number, word in enumerate(after):
        assert (squares[number] == 1.0).all() == (word not in before), word
    report = trained.train(NEW_TEXT, **quick)
    assert report.losses.shape[0] == report.steps


def test_a_model_without_a_softmax_gets_one(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
    model = small_model()
    model.initialize()
    tokens = model.parameters["char_embed"]
    with pytest.raises(EOFError):
        model.train(sentences, **quick, callbacks=[StopAtOnce()])
    assert model.parameters["char_embed"] is tokens
    assert model.vocabulary is not None
    assert "apples" in model.vocabulary


def test_vocabulary_of_a_new_model(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
    def words(**arguments: Any) -> list[str]:
        model = small_model(**({"n_tokens_vocab": arguments.pop("room")} if "room" in arguments else {}))
        model.train(sentences, **{**quick, **arguments}, max_steps=1)
        assert model.vocabulary is not None
        return model.vocabulary[3:]

    assert words(max_vocabulary_size=5) == words(room=5) == ["and", "red"]
    assert words(min_count=20) == ["and", "red"]
    assert words(vocabulary=["figs"]) == ["figs"]
    for bad in ({"max_vocabulary_size": 3}, {"room": 2}):
        with pytest.raises(ValueError, match="max_vocabulary_size must be from 4"):
            words(**bad)
    with pytest.raises(VocabularyError, match="min_count=1000 removes all"):
        words(min_count=1000)


def test_a_text_that_raises_midway(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
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


def test_official_names_and_defaults(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
    model = ELMo(
        lstm={"dim": 12, "projection_dim": 6, "n_layers": 1, "cell_clip": 3, "proj_clip": None},
        char_cnn={"embedding": {"dim": 4}, "filters": [[1, 4], [2, 4]], "n_characters": 261, "activation": "tanh"},
        batch_size=2, unroll_steps=5, all_clip_norm_val=1.0,
    )  # fmt: skip
    assert (model.options.dim, model.options.proj_clip, model.options.activation) == (12, 0.0, "tanh")
    assert model.training_defaults == {"batch_size": 2, "unroll_steps": 5, "clip_norm": 1.0}
    report = model.train(sentences, **{**quick, **model.training_defaults})
    assert report.tokens == 10 * report.steps


@pytest.mark.parametrize(
    ("name", "advice"), [("num_layers", "n_layers"), ("hidden", "hidden"), ("projection", "projection_dim")]
)
def test_unknown_options(name: str, advice: str) -> None:
    with pytest.raises(TypeError, match=f"{name}.*{advice}" if name != advice else name):
        ELMo(**{name: 5})
    with pytest.raises(TypeError, match=name):
        ELMo(lstm={}, **{name: 5})


def test_a_sample_needs_a_larger_vocabulary(
    small_model: MakeModel, sentences: Sentences, quick: Options, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "wordkin"):
        assert small_model().train(sentences, **quick, max_steps=1).softmax == "full"
        assert small_model().train(sentences, **quick, negatives=11, max_steps=1).softmax == "sampled"
        assert small_model().train(sentences, **quick, negatives=12, max_steps=1).softmax == "full"
    assert not caplog.records


def test_perplexities_have_their_means() -> None:
    found = Perplexity(forward=2.0, backward=8.0, tokens=5, unknown_tokens=1)
    assert (found.mean, found.geometric_mean) == (5.0, pytest.approx(4.0))
    endless = Perplexity(forward=np.inf, backward=8.0, tokens=5, unknown_tokens=1)
    assert (endless.mean, endless.geometric_mean) == (np.inf, np.inf)
