"""Class labels as training targets, and weights of classes and texts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wordkin.errors import LabelError
from wordkin.text.label_set import LabelSet, class_factors, text_weights


def test_two_classes_have_one_output() -> None:
    labels = LabelSet.learn(np.array(["no", "yes", "no"]))
    assert (labels.kind, labels.outputs) == ("two", 1)
    assert labels.targets(["yes", "no"]).tolist() == [1, 0]
    assert labels.decode(np.array([[0.5], [-0.5]], np.float32)).tolist() == ["yes", "no"]


def test_several_classes_have_one_output_each() -> None:
    labels = LabelSet.learn([3, 1, 2.0, 1])
    assert labels.classes.tolist() == [1, 2, 3]
    assert labels.outputs == 3
    scores = np.array([[0, 1, 0], [2, 1, 0]], np.float32)
    assert labels.decode(scores).tolist() == [2, 1]
    targets = labels.targets([2, 3])
    assert labels.accuracy(scores, targets, np.array([3, 1], np.float32)) == 0.75


def test_several_labels_per_text_are_collections_or_a_matrix() -> None:
    sets = LabelSet.learn([["a", "b"], [], {"c"}])
    assert sets.targets([("c", "a")]).tolist() == [[1, 0, 1]]
    assert sets.decode(np.array([[1, -1, 1], [-1, -1, -1]], np.float32)) == [("a", "c"), ()]
    for matrix in (np.array([[0, 1], [1, 1]]), [[0, 1], [1, 1]]):
        columns = LabelSet.learn(matrix)
        assert columns.is_matrix
        assert columns.targets(matrix).tolist() == [[0, 1], [1, 1]]
        assert columns.decode(np.array([[1, -1]], np.float32)).tolist() == [[1, 0]]


@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        (["same", "same"], LabelError, "at least two classes, got only 'same'"),
        ([], LabelError, "got none"),
        ([[], []], LabelError, "for at least one text"),
        ([1, float("nan")], LabelError, "got nan at index 1"),
        ([0.5, 1], LabelError, "got 0.5"),
        ([None, "a"], LabelError, "got None"),
        (["a", 1], LabelError, "of one type"),
        ("text", TypeError, "got str"),
        (3, TypeError, "got int"),
    ],
)
def test_invalid_labels_are_rejected(y: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        LabelSet.learn(y)


def test_labels_unknown_from_training_are_rejected() -> None:
    labels = LabelSet.learn(["no", "yes"])
    with pytest.raises(LabelError, match="y must have labels that occur in training \\('no', 'yes'\\), got 'maybe'"):
        labels.targets(["no", "maybe"])
    with pytest.raises(LabelError, match="labels that occur in training"):
        labels.targets([["no"], ["yes"]])
    with pytest.raises(LabelError, match="one column for each of 2 labels, got 3"):
        LabelSet.learn(np.eye(2)).targets(np.eye(3))
    with pytest.raises(LabelError, match="a collection of labels"):
        LabelSet.learn([["a"], ["b"]]).targets(["a"])


def test_class_weights_are_factors_of_classes() -> None:
    labels = LabelSet.learn(["a", "b", "b", "b"])
    targets = labels.targets(["a", "b", "b", "b"])
    balanced = class_factors("balanced", labels, targets)
    assert balanced is not None
    np.testing.assert_allclose(balanced, [2, 2 / 3], rtol=1e-6)
    given = class_factors({"a": 5}, labels, targets)
    assert given is not None
    assert given.tolist() == [5, 1]
    assert class_factors(None, labels, targets) is None
    with pytest.raises(ValueError, match="'balanced' or a dict, got 'equal'"):
        class_factors("equal", labels, targets)
    with pytest.raises(TypeError, match="got list"):
        class_factors([1, 2], labels, targets)
    with pytest.raises(LabelError, match="'c'"):
        class_factors({"c": 1}, labels, targets)
    with pytest.raises(ValueError, match="at least 0, got -1"):
        class_factors({"a": -1}, labels, targets)
    with pytest.raises(ValueError, match="several labels"):
        class_factors("balanced", LabelSet.learn([["a"], ["b"]]), targets)


@pytest.mark.parametrize("weights", [[1, np.nan], [1, -1], [np.inf, 1], [0, 0], [1], [[1, 1]]])
def test_invalid_sample_weights_are_rejected(weights: Any) -> None:
    with pytest.raises(ValueError, match="sample_weight must"):
        text_weights(weights, 2)


def test_sample_weights_default_to_ones() -> None:
    assert text_weights(None, 2).tolist() == [1, 1]
    assert text_weights([0, 2], 2).dtype == np.float32
