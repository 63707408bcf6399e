"""Training of ELMo by several ranks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import ELMo
from wordkin.distributed import LocalCommunicator
from wordkin.elmo.training.callbacks import ELMoCallback
from wordkin.errors import CorpusError, DistributedError, FormatError, TrainingDiverged

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


def trained(corpus: object, **arguments: Any) -> ELMo:
    model = ELMo(**OPTIONS)
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
    for error in in_ranks(3, lambda group: interrupted(group, None)):
        assert isinstance(error, FormatError)
        assert "ranks=2, this run: 3" in str(error)
    with pytest.raises(FormatError, match="ranks=2, this run: 1"):
        trained(corpus, checkpoint=tmp_path / "run")


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


def test_token_lists_are_those_of_one_rank() -> None:
    models = in_ranks(2, lambda group: trained(sentences(60, seed=group.rank), communicator=group))
    assert same(*models)
    assert models[0].training_report.steps_per_epoch == 60 * 8 // 24
