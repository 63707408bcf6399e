"""Curves of precision and recall: exact values, the definition by brute force, and arguments that are out of range."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wordkin.errors import LabelError
from wordkin.fasttext import FastTextModel, LabelMeter, train_supervised, train_unsupervised
from wordkin.fasttext.evaluation import LabelScores

SCORES = LabelScores(
    examples=4,
    labels=np.array([0, 1, 0, 1, 0, 0], np.int32),
    probabilities=np.array([0.9, 0.1, 0.8, 0.3, 0.8, 1.00001], np.float32),
    is_correct=np.array([True, False, False, True, True, False]),
    gold=np.array([3, 1]),
)


def test_points_of_a_curve_are_those_of_fasttext() -> None:
    meter = LabelMeter(SCORES, ["__label__a", "__label__b"])
    precision, recall = meter.precision_recall_curve("__label__a")
    assert precision.tolist() == [0, 1 / 2, 2 / 4, 1]  # the two scores of 0.8 are above the same thresholds
    assert recall.tolist() == [0, 1 / 3, 2 / 3, 0]
    precision, recall = meter.precision_recall_curve("__label__b")
    assert (precision.tolist(), recall.tolist()) == ([1, 1], [1, 0])  # ends where all are found
    assert meter.precision_recall_curve()[0].tolist() == [0, 1 / 2, 2 / 4, 3 / 5, 3 / 6, 1]
    assert meter.precision_at_recall(0.5, "__label__a") == 0.5
    assert meter.precision_at_recall(0.7, "__label__a") == 0.0
    assert meter.recall_at_precision(0.5) == 3 / 4
    scores, truth = meter.score_vs_true("__label__a")
    assert scores.tolist() == np.array([0.9, 0.8, 0.8, 1], np.float32).tolist()
    assert truth.tolist() == [1, 0, 1, 0]


@pytest.fixture(scope="module")
def model_and_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[FastTextModel, Path]:
    path = tmp_path_factory.mktemp("meter") / "text.txt"
    generator = np.random.default_rng(1)
    labels, words = generator.choice(["a", "b", "c"], 200), generator.integers(0, 6, (200, 3))
    lines = [
        f"__label__{label} " + " ".join(str(label if k < 2 else k) for k in row)
        for label, row in zip(labels, words, strict=True)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return train_supervised(path, dim=4, epoch=2, thread=1, verbose=0), path


def test_meter_agrees_with_test_at_each_threshold(model_and_file: tuple[FastTextModel, Path]) -> None:
    model, path = model_and_file
    meter = model.get_meter(path)
    for label in [None, *model.labels]:
        precision, recall = meter.precision_recall_curve(label)
        for threshold in (0.2, 0.4, 0.6):
            if label is None:
                _, expected, found = model.test(path, k=-1, threshold=threshold)
            else:
                scores = model.test_label(path, k=-1, threshold=threshold)[label]
                expected, found = scores["precision"], scores["recall"]
            if found < 1 and not np.isnan(expected):
                distance = np.abs(precision - expected) + np.abs(recall - found)
                assert distance.min() < 1e-12
    assert len(meter.score_vs_true("__label__a")[0]) == 200
    assert "200" in repr(meter)


def test_arguments_that_are_out_of_range(model_and_file: tuple[FastTextModel, Path], tmp_path: Path) -> None:
    model, path = model_and_file
    meter = model.get_meter(path, k=2)
    for method in (meter.score_vs_true, meter.precision_recall_curve):
        with pytest.raises(LabelError, match="label must be one of the model's labels, got 'a'"):
            method("a")
    with pytest.raises(ValueError, match=r"recall must be .* got 2"):
        meter.precision_at_recall(2)
    with pytest.raises(ValueError, match=r"precision must be .* got -1"):
        meter.recall_at_precision(-1)
    with pytest.raises(ValueError, match="k must be"):
        model.get_meter(path, k=0)
    empty = tmp_path / "empty.txt"
    empty.write_text("", encoding="utf-8")
    meter = model.get_meter(empty)
    assert [len(part) for part in meter.precision_recall_curve()] == [0, 0]
    assert meter.precision_at_recall(0.5) == 0.0
    words = train_unsupervised(path, dim=4, bucket=10, epoch=1, minCount=1, verbose=0, label="")
    with pytest.raises(ValueError, match="get_meter needs a supervised model"):
        words.get_meter(path)


@pytest.mark.parametrize("loss", ["softmax", "ova"])
def test_losses_of_classifiers_are_named_with_the_alternative(loss: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"loss must be 'ns' or 'hs' for word vectors, got '{loss}'.*'hs' computes"):
        train_unsupervised(tmp_path / "text.txt", loss=loss)  # type: ignore[arg-type]
