"""The search for parameters of supervised training."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin.errors import LabelError
from wordkin.fasttext import FastTextModel, train_supervised
from wordkin.fasttext.evaluation import Metric, scored_file
from wordkin.fasttext.supervised.options import QuantizationOptions
from wordkin.fasttext.supervised.quantization import largest_cutoff

from .test_supervised import lines_of

TEXT = lines_of(150) + "".join(f"__label__{i % 3} word{i} other{i % 50}\n" for i in range(300))


@pytest.fixture
def validation(tmp_path: Path) -> Path:
    (tmp_path / "valid").write_text(lines_of(100, seed=2), encoding="utf-8")
    return tmp_path / "valid"


def tuned(validation: Path, **options: Any) -> FastTextModel:
    given = {"thread": 1, "verbose": 0, "dim": 5, "epoch": 2, "bucket": 1000, "autotuneTrials": 8, **options}
    return train_supervised(io.BytesIO(TEXT.encode()), autotuneValidationFile=validation, **given)


def test_the_best_trial_is_returned(validation: Path) -> None:
    model = tuned(validation)
    report = model.training_report
    assert report is not None
    assert len(report.trials) == 8
    scores = [trial.score for trial in report.trials if trial.score is not None]
    assert model.test(validation)[1] == pytest.approx(max(scores))
    first = report.trials[0].parameters
    assert (first["lr"], first["word_ngrams"], first["minn"]) == (0.1, 1, 0)
    assert max(scores) > scores[0]
    assert len({trial.parameters["lr"] for trial in report.trials}) == 8
    # Parameters that differ from their defaults are fixed.
    assert {(trial.parameters["dim"], trial.parameters["epoch"]) for trial in report.trials} == {(5, 2)}
    for trial in report.trials:
        assert trial.parameters["maxn"] == (trial.parameters["minn"] + 3 if trial.parameters["minn"] else 0)
        has_ngrams = trial.parameters["word_ngrams"] > 1 or trial.parameters["maxn"] > 0
        assert trial.parameters["bucket"] == (1000 if has_ngrams else 0)


def test_a_search_depends_on_its_seed_only(validation: Path) -> None:
    first, again, other = (tuned(validation, seed=seed, autotuneTrials=3) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.get_input_matrix(), again.get_input_matrix())
    reports = [model.training_report for model in (first, again, other)]
    parameters = [[trial.parameters for trial in report.trials] for report in reports if report is not None]
    assert parameters[0] == parameters[1]
    assert parameters[0] != parameters[2]


def test_progress_of_a_function(validation: Path) -> None:
    events: list[Any] = []
    tuned(validation, autotuneTrials=2, progress=events.append)
    assert sum(event.tokens == event.planned_tokens for event in events) >= 2


def test_without_buckets_no_trial_has_ngrams(validation: Path) -> None:
    report = tuned(validation, bucket=0).training_report
    assert report is not None
    assert {(trial.parameters["word_ngrams"], trial.parameters["maxn"]) for trial in report.trials} == {(1, 0)}


@pytest.mark.parametrize("size", [12_000, 20_000])
def test_the_size_of_the_model_is_kept(validation: Path, tmp_path: Path, size: int) -> None:
    model = tuned(validation, autotuneModelSize=str(size), wordNgrams=2, autotuneTrials=2)
    assert model.is_quantized()
    model.save_model(tmp_path / "m.ftz")
    assert size - 200 < (tmp_path / "m.ftz").stat().st_size <= size


@pytest.mark.parametrize("qnorm", [False, True])
@pytest.mark.parametrize("qout", [False, True])
@pytest.mark.parametrize(("dim", "dsub"), [(5, 2), (4, 8)])
def test_the_size_of_a_file_is_known(dim: int, dsub: int, qnorm: bool, qout: bool, tmp_path: Path) -> None:
    text = "".join(f"__label__{i} word{i} é{i % 7}\n" for i in range(300))
    model = train_supervised(io.BytesIO(text.encode()), dim=dim, thread=1, verbose=0, wordNgrams=2, bucket=300, epoch=1)
    model.quantize(cutoff=400, qnorm=qnorm, qout=qout, dsub=dsub)
    model.save_model(tmp_path / "m")
    size = (tmp_path / "m").stat().st_size
    again = train_supervised(io.BytesIO(text.encode()), dim=dim, thread=1, verbose=0, wordNgrams=2, bucket=300, epoch=1)
    options = QuantizationOptions(dsub=dsub, qnorm=qnorm, qout=qout)
    assert largest_cutoff(again._state.file, options, size) == 400
    assert largest_cutoff(again._state.file, options, size - 1) == 399
    assert largest_cutoff(again._state.file, options, 0) == 0


def test_scores(validation: Path) -> None:
    model = tuned(validation, autotuneTrials=1, lr=0.2)
    state = model._state

    def score(text: str) -> float:
        return scored_file(state, validation, 1, Metric.parse("metric", text))

    assert score("f1") == pytest.approx(model.test(validation)[1])
    assert score("f1:__label__a") == pytest.approx(model.test_label(validation)["__label__a"]["f1score"])
    # At a precision of 0 all labels can be predicted, and at a recall of 0 the best threshold can be chosen.
    assert score("recallAtPrecision:0") == 1.0
    assert score("precisionAtRecall:0:__label__b") >= score("precisionAtRecall:99:__label__b")
    assert score("precisionAtRecall:100") >= 1 / 6
    lines = validation.read_text(encoding="utf-8").splitlines()
    labels, probabilities = model.predict(lines, k=-1)
    pairs = sorted(
        ((value, label in line.split()) for line, row, values in zip(lines, labels, probabilities, strict=True)
         for label, value in zip(row, values, strict=True)), reverse=True,
    )  # fmt: skip
    hits = np.cumsum([hit for _, hit in pairs])
    allowed = [hits[i] / (i + 1) for i in range(len(pairs)) if hits[i] / len(lines) >= 0.5]
    assert score("precisionAtRecall:50") == pytest.approx(max(allowed), abs=0.02)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"autotuneMetric": "f2"}, ValueError, "autotuneMetric must be"),
        ({"autotuneMetric": "precisionAtRecall"}, ValueError, "autotuneMetric must be"),
        ({"autotuneMetric": "recallAtPrecision:300"}, ValueError, "autotuneMetric must be"),
        ({"autotuneMetric": "f1:__label__none"}, LabelError, "autotuneMetric must name a label of the training text"),
        ({"autotuneDuration": 0}, ValueError, "autotuneDuration must be"),
        ({"autotuneDuration": float("nan")}, ValueError, "autotuneDuration must be"),
        ({"autotuneTrials": 0}, ValueError, "autotuneTrials must be"),
        ({"autotunePredictions": 0}, ValueError, "autotunePredictions must be"),
        ({"autotuneModelSize": "much"}, ValueError, "must be a number of bytes such as '2M'"),
        ({"autotuneModelSize": "1k"}, ValueError, "autotuneModelSize must allow 256 words and n-grams, got 1000 bytes"),
        ({"autotuneDuration": 1e-9}, ValueError, "autotuneDuration must be enough for one training"),
    ],
)
def test_bad_arguments(validation: Path, options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        tuned(validation, **options)


def test_validation_files_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        tuned(tmp_path / "none")
    (tmp_path / "other").write_text("__label__unknown word\n", encoding="utf-8")
    with pytest.raises(LabelError, match="no line has both a label and a word that the model knows"):
        tuned(tmp_path / "other")
