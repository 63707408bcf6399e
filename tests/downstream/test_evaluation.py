"""Chunk scores against stored results of seqeval, and label scores."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wordkin.downstream.evaluation import Score, chunk_report, label_report
from wordkin.downstream.labels.chunks import chunks

ORACLE = json.loads((Path(__file__).parent / "oracle" / "seqeval.json").read_text(encoding="utf-8"))
MEANS = {"micro avg": "micro", "macro avg": "macro", "weighted avg": "weighted"}


@pytest.mark.parametrize("case", ORACLE, ids=range(len(ORACLE)))
def test_scores_agree_with_seqeval(case: dict[str, Any]) -> None:
    for tags, expected in zip(case["true"], case["chunks"], strict=True):
        assert chunks(tags) == [tuple(chunk) for chunk in expected]
    report = chunk_report(case["true"], case["predicted"])
    expected = dict(case["report"])
    for name, attribute in MEANS.items():
        compare(getattr(report, attribute), expected.pop(name))
    assert set(report.types) == set(expected)
    for name, score in report.types.items():
        compare(score, expected[name])
    assert report.accuracy == pytest.approx(case["accuracy"], abs=1e-12)


def compare(score: Score, expected: dict[str, float]) -> None:
    assert score.precision == pytest.approx(expected["precision"], abs=1e-12)
    assert score.recall == pytest.approx(expected["recall"], abs=1e-12)
    assert score.f1 == pytest.approx(expected["f1-score"], abs=1e-12)
    assert score.support == expected["support"]


def test_report_without_chunks_is_zero() -> None:
    report = chunk_report([["O", "O"], []], [["O", "O"], []])
    assert report.micro == Score(precision=0.0, recall=0.0, f1=0.0, support=0)
    assert report.accuracy == 1.0
    assert report.types == {}
    assert "micro" in str(report)


def test_numbers_of_sentences_and_tags_must_agree() -> None:
    with pytest.raises(ValueError, match="predicted must have tags for each of 2 sentences, got 1"):
        chunk_report([["O"], ["O"]], [["O"]])
    with pytest.raises(ValueError, match="predicted\\[1\\] must have a tag for each of 2 tokens, got 1"):
        chunk_report([["O"], ["O", "O"]], [["O"], ["O"]])


def test_label_report_compares_labels_and_sets_of_labels() -> None:
    report = label_report(["a", "a", "b"], ["a", "b", "b"])
    assert report.accuracy == pytest.approx(2 / 3)
    assert report.labels["b"].precision == 0.5
    assert label_report([["a"], []], [["a"], ["a"]]).accuracy == 0.5
