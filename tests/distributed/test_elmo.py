"""Training of ELMo by several ranks."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import ELMo
from wordkin.distributed import LocalCommunicator
from wordkin.elmo.training import preparation
from wordkin.elmo.training.callbacks import ELMoCallback
from wordkin.elmo.training.run_checkpoint import RunState, resume_run
from wordkin.errors import CorpusError, DistributedError, FormatError, TrainingDiverged
from wordkin.storage.checkpoint import CheckpointFolder

from .thread_group import in_ranks

OPTIONS: dict[str, Any] = {"dim": 12, "projection_dim": 6, "n_layers": 2, "char_dim": 3, "filters": [[1, 6], [2, 4]]}
RUN: dict[str, Any] = {
    "batch_size": 4,
    "unroll_steps": 6,
    "epochs": 2,
    "min_count": 1,
    "workers": 1,
    "progress": False,
    "negatives": 8,
}


def sentences(count: int = 120, seed: int = 0) -> list[list[str]]:
    generator = np.random.default_rng(seed)
    return [[f"w{number}" for number in generator.integers(0, 30, 7)] for _ in range(count)]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.txt"
    path.write_text("\n".join(map(" ".join, sentences())), encoding="utf-8")
    return path


def trained(corpus: object, options: dict[str, Any] = OPTIONS, **arguments: Any) -> ELMo:
    model = ELMo(**options)
    model.train(corpus, **{**RUN, **arguments})
    return model


def same(first: ELMo, second: ELMo) -> bool:
    return all(np.array_equal(first.parameters[name], second.parameters[name]) for name in first.parameters)


def test_one_rank_trains_as_without_a_group(corpus: Path) -> None:
    first, second = trained(corpus), trained(corpus, communicator=LocalCommunicator())
    assert same(first, second)
    assert np.array_equal(first.training_report.losses, second.training_report.losses)


@pytest.mark.parametrize("size", [2, 3])
@pytest.mark.parametrize("options", [{}, {"sampled_softmax": False}, {"optimizer": "adam", "dropout": 0.0}])
def test_ranks_end_with_the_same_model(corpus: Path, size: int, options: dict[str, Any]) -> None:
    models = in_ranks(size, lambda group: trained(corpus, validation=corpus, communicator=group, **options))
    assert all(isinstance(model, ELMo) for model in models), models
    assert all(same(models[0], model) for model in models[1:])
    report = models[0].training_report
    assert report.steps_per_epoch == 120 * 8 // (size * 24)
    assert report.tokens == report.steps * size * 24
    assert [model.training_report.validations[-1].perplexity for model in models] == [
        report.validations[-1].perplexity
    ] * size
    assert report.validations[-1].perplexity.tokens == 120 * 8
    assert report.validations[-1].perplexity.geometric_mean < 33
    assert models[0].vocabulary == trained(corpus, max_steps=1).vocabulary


def test_models_with_other_inputs(corpus: Path) -> None:
    def train(group: Any) -> ELMo:
        model = ELMo(dim=12, projection_dim=6, n_layers=1, token_input=True)
        model.train(corpus, **RUN, communicator=group)
        return model

    first, second = in_ranks(2, train)
    assert same(first, second)


def test_a_run_resumes_bit_for_bit(corpus: Path, tmp_path: Path) -> None:
    whole = in_ranks(2, lambda group: trained(corpus, validation=corpus, communicator=group))

    def interrupted(group: Any, steps: int | None) -> ELMo:
        folder = tmp_path / ("run" if group.rank == 0 else "elsewhere")  # no shared file system is needed
        return trained(
            corpus, validation=corpus, communicator=group, checkpoint=folder, max_steps=steps, checkpoint_steps=5
        )

    in_ranks(2, lambda group: interrupted(group, 13))
    assert not (tmp_path / "elsewhere").exists()
    resumed = in_ranks(2, lambda group: interrupted(group, None))
    assert resumed[0].training_report.first_step == 13
    assert all(same(whole[0], model) for model in resumed)


@pytest.fixture(scope="module")
def long_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sentences in which the words follow one another in a fixed order, so that there is something to learn."""
    path = tmp_path_factory.mktemp("text") / "corpus.txt"
    starts = np.random.default_rng(5).integers(0, 12, 240)
    path.write_text("\n".join(" ".join(f"w{(start + i) % 12}" for i in range(7)) for start in starts), encoding="utf-8")
    return path


LONG: dict[str, Any] = {"optimizer": "adam", "learning_rate": 0.03, "schedule": "linear", "epochs": 3, "dropout": 0.0}


@pytest.mark.parametrize(("before", "after"), [(2, 3), (3, 2), (2, 1), (1, 2)])
def test_another_number_of_ranks_continues_a_run(
    long_corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: int, after: int
) -> None:
    streams = before * RUN["batch_size"]
    run_states: dict[int, RunState] = {}

    def recorded(*arguments: Any, rank: int, sentences: int) -> Any:
        state, run_state = resume_run(*arguments, rank=rank, sentences=sentences)
        run_states[rank] = replace(run_state)  # training changes the object
        return state, run_state

    def train(ranks: int, folder: str | None, **arguments: Any) -> ELMo:
        models = in_ranks(
            ranks,
            lambda group: trained(
                long_corpus,
                validation=long_corpus,
                communicator=group,
                checkpoint=None if folder is None else tmp_path / folder,
                **LONG,
                **arguments,
            ),
        )
        assert all(isinstance(model, ELMo) for model in models), models
        assert all(same(models[0], model) for model in models)
        return models[0]

    whole = train(before, None).training_report
    cut = whole.steps // 2 + 1
    train(before, "run", max_steps=cut)
    saved = CheckpointFolder(tmp_path / "run").find()
    shutil.copytree(tmp_path / "run", tmp_path / "again")
    monkeypatch.setattr(preparation, "resume_run", recorded)
    resumed = train(after, "run")
    report = resumed.training_report
    assert (report.first_step, report.steps, report.steps_per_epoch) == (cut, whole.steps, whole.steps_per_epoch)
    assert np.array_equal(report.learning_rates, whole.learning_rates[cut:])
    assert report.tokens == (report.steps - cut) * streams * RUN["unroll_steps"]
    first, second = (part.validations[-1].perplexity.geometric_mean for part in (whole, report))
    assert second == pytest.approx(first, rel=0.1)
    assert second < 0.8 * report.validations[0].perplexity.geometric_mean
    # The states of the streams are those of the checkpoint, in the same order; new sentences continue them.
    for name, part in run_states[0].recurrent.items():
        stored = [saved.archive.tensors[f"rank{rank}/{name}" if rank else name] for rank in range(before)]
        found = [run_states[rank].recurrent[name] for rank in range(after)]
        assert np.array_equal(np.concatenate(found), np.concatenate(stored))
        assert abs(len(part) - streams / after) < 1
    share = cut / whole.steps_per_epoch
    taken = sum(state.position.taken for state in run_states.values())
    assert taken == pytest.approx(share * 240, abs=after * 5 + streams)
    # An interruption of the continued run changes nothing.
    train(after, "again", max_steps=cut + 7)
    assert same(train(after, "again"), resumed)
    batch_size = streams // after
    if batch_size * after == streams:
        assert train(after, "again", batch_size=batch_size).training_report.first_step == whole.steps


def test_a_run_of_other_streams_is_an_error_on_every_rank(corpus: Path, tmp_path: Path) -> None:
    def train(ranks: int, **arguments: Any) -> list[Any]:
        given = {"batch_size": 1, "max_steps": 3, "checkpoint": tmp_path / "run", **arguments}
        return in_ranks(ranks, lambda group: trained(corpus, communicator=group, **given))

    train(2)
    for arguments, message in (
        ({}, "the run has 2 streams (batch_size of all ranks), too few for 3 ranks; use at most 2"),
        ({"batch_size": 2}, "batch_size=1, this run: 2"),
        ({"seed": 5}, "seed=1, this run: 5"),
    ):
        for error in train(3, **arguments):
            assert isinstance(error, FormatError), error
            assert message in str(error)
    corpus.write_text("\n".join(map(" ".join, sentences(130))), encoding="utf-8")
    for error in train(1):
        assert isinstance(error, FormatError)
        assert "text: words=840, this run: 910" in str(error)


class FailsAt(ELMoCallback):
    def __init__(self, step: int, error: BaseException) -> None:
        self.step, self.error = step, error

    def on_step_end(self, model: Any, report: Any) -> None:
        if report.step == self.step:
            raise self.error


@pytest.mark.parametrize("error", [ValueError("broken"), KeyboardInterrupt()])
def test_a_failure_ends_all_ranks_and_is_resumed(corpus: Path, tmp_path: Path, error: BaseException) -> None:
    whole = in_ranks(2, lambda group: trained(corpus, communicator=group))

    def failing(group: Any) -> ELMo:
        callbacks = [FailsAt(7, error)] if group.rank == 1 else []
        return trained(corpus, communicator=group, checkpoint=tmp_path / "run", callbacks=callbacks)

    first, second = in_ranks(2, failing)
    assert second is error
    assert isinstance(first, DistributedError)
    assert f"rank 1 failed: {type(error).__name__}" in str(first)
    resumed = in_ranks(2, lambda group: trained(corpus, communicator=group, checkpoint=tmp_path / "run"))
    assert resumed[1].training_report.first_step == 7
    assert same(resumed[0], whole[0])


def test_nan_on_one_rank_names_it(corpus: Path) -> None:
    class Poisons(ELMoCallback):
        def on_step_end(self, model: Any, report: Any) -> None:
            if report.step == 3:
                next(iter(model.parameters.values()))[...] = np.nan

    def train(group: Any) -> ELMo:
        model = ELMo(**OPTIONS)
        model.train(corpus, **RUN, communicator=group, callbacks=[Poisons()] if group.rank == 1 else [])
        return model

    for error in in_ranks(2, train):
        assert isinstance(error, TrainingDiverged)
        assert "rank 1: step 4" in str(error)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"learning_rate": 0.1}, "learning_rate"),
        ({"batch_size": 5}, "batch_size"),
        ({"lowercase": True}, "lowercase"),
        ({"checkpoint": "run"}, "checkpoint"),
        ({"vocabulary": ["w1", "w2"]}, "parameters|words"),
        ({"seed": 7}, "seed"),
    ],
)
def test_differences_are_errors_on_all_ranks(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: dict[str, Any], name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if "vocabulary" in arguments:
        arguments = {"vocabulary": arguments["vocabulary"]}
        common: dict[str, Any] = {"vocabulary": [f"w{number}" for number in range(30)]}
    else:
        common = {}
    errors = in_ranks(2, lambda group: trained(corpus, communicator=group, **(arguments if group.rank else common)))
    for error in errors:
        assert isinstance(error, DistributedError), error
        assert any(part in str(error) for part in name.split("|"))


def test_an_argument_that_one_rank_rejects_ends_all(corpus: Path) -> None:
    first, second = in_ranks(2, lambda group: trained(corpus, communicator=group, epochs=-group.rank or 1))
    assert isinstance(second, ValueError)
    assert "epochs must" in str(second)
    assert isinstance(first, DistributedError)
    assert "rank 1 failed: ValueError: epochs must" in str(first)


def test_texts_that_are_too_short(corpus: Path, tmp_path: Path) -> None:
    corpus.write_text("\n".join(map(" ".join, sentences(4))), encoding="utf-8")
    errors = in_ranks(3, lambda group: trained(corpus, communicator=group))
    assert all(isinstance(error, CorpusError | DistributedError) for error in errors), errors
    assert any(isinstance(error, CorpusError) for error in errors)
    corpus.write_text("\n".join(map(" ".join, sentences())), encoding="utf-8")
    short = tmp_path / "short.txt"
    short.write_text("w1 w2\n", encoding="utf-8")
    models = in_ranks(3, lambda group: trained(corpus, validation=short, communicator=group, epochs=1))
    assert models[2].training_report.validations[0].perplexity.tokens == 3
    short.write_text("\n", encoding="utf-8")
    for error in in_ranks(2, lambda group: trained(corpus, validation=short, communicator=group)):
        assert isinstance(error, CorpusError)
        assert "no words on any rank" in str(error)


def test_a_rank_that_cannot_communicate_ends_with_a_clear_error(corpus: Path) -> None:
    def train(group: Any) -> ELMo:
        work, calls = group.allreduce, []

        def fail(array: Any) -> Any:
            calls.append(1)
            if len(calls) > 4:
                group._group._barrier.abort()
                raise OSError("the connection was lost")
            return work(array)

        if group.rank == 1:
            group.allreduce = fail
        return trained(corpus, communicator=group)

    errors = in_ranks(2, train)
    assert "rank 1: communication failed: OSError: the connection was lost" in str(errors[1])
    assert all(isinstance(error, DistributedError) for error in errors)


def test_the_cost_of_the_communication_is_logged(corpus: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="wordkin"):
        in_ranks(2, lambda group: trained(corpus, communicator=group, max_steps=3))
    assert caplog.text.count("communication of 2 ranks: ") == 2


def test_texts_of_different_sizes_are_trained_together() -> None:
    # Ranks read their texts again as often as needed; an epoch has the mean number of steps.
    texts = [sentences(20), sentences(150, seed=1)]
    models = in_ranks(2, lambda group: trained(texts[group.rank], communicator=group))
    assert same(*models)
    assert models[0].training_report.steps_per_epoch == 170 * 8 // (2 * 24)


def test_token_lists_are_those_of_one_rank() -> None:
    models = in_ranks(2, lambda group: trained(sentences(60, seed=group.rank), communicator=group))
    assert same(*models)
    assert models[0].training_report.steps_per_epoch == 60 * 8 // 24
