"""`FastTextClassifier`: labels of every kind, and the interface of scikit-learn."""

from __future__ import annotations

import io
import pickle
from typing import Any

import numpy as np
import pytest

from wordkin import FastTextClassifier, KeyedVectors
from wordkin.errors import CorpusError, LabelError, NotFittedError

from .test_supervised import WORDS

QUICK: dict[str, Any] = {"dim": 8, "lr": 0.5, "epoch": 10, "random_state": 1, "workers": 1}


def topics(count: int = 200, seed: int = 1) -> tuple[list[str], list[str]]:
    draw = np.random.default_rng(seed)
    y = draw.choice(list(WORDS), count).tolist()
    return [" ".join(draw.choice(WORDS[topic].split(), 4)) + " the of" for topic in y], y


def test_classes() -> None:
    X, y = topics()
    clf = FastTextClassifier(**QUICK).fit(X, y)
    assert clf.classes_.tolist() == ["a", "b", "c"]
    assert clf.predict(["pear apple", "zinc"]).tolist() == ["a", "b"]
    probabilities = clf.predict_proba(X)
    assert probabilities.shape == (200, 3)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    assert clf.score(X, y) > 0.95
    assert clf.score(X[:2], [y[0], "a" if y[1] != "a" else "b"], [3, 1]) == 0.75
    assert clf.model_.labels == [f"__label__{label}" for label in sorted("abc", key=lambda own: -y.count(own))]


@pytest.mark.parametrize("loss", ["softmax", "hs", "ns", "ova"])
@pytest.mark.parametrize("labels", [[0, 1], [-5, 7, 9], ["of two words", "", "c\u2028"], [True, False]])
def test_labels_of_every_kind(labels: list[Any], loss: Any) -> None:
    draw = np.random.default_rng(2)
    y = [labels[i] for i in draw.integers(0, len(labels), 120)]
    X = [f"word{label} w{label}x the" for label in y]
    clf = FastTextClassifier(**QUICK, loss=loss).fit(X, np.array(y))
    assert clf.classes_.tolist() == sorted(labels)
    assert clf.predict(X).tolist() == y
    assert clf.score(X, y) == 1.0


def test_several_labels_per_text() -> None:
    X = ["red thing", "big thing", "red big thing", "thing"] * 40
    collections = [["red"], ["big"], ["red", "big"], []] * 40
    clf = FastTextClassifier(**{**QUICK, "lr": 1.0, "epoch": 40}).fit(X, collections)
    assert clf.model_._state.file.arguments.loss == "ova"
    assert clf.predict(["red thing", "red big thing"]) == [("red",), ("big", "red")]
    matrix = np.array([[1, 0], [0, 1], [1, 1], [0, 0]] * 40)
    clf = FastTextClassifier(**{**QUICK, "lr": 1.0, "epoch": 40}).fit(X, matrix)
    predicted = clf.predict(["red thing", "red big thing"])
    assert np.array_equal(np.asarray(predicted), [[1, 0], [1, 1]])
    assert clf.score(X[:3], matrix[:3]) == 1.0
    report = clf.model_.training_report
    assert report is not None
    assert report.lines_left_out == 40  # without a label


def test_words_with_a_meaning_in_texts_of_fasttext() -> None:
    X = ["good __label__b fine </s> nice", "bad __label__a poor\nline </s>"] * 30
    clf = FastTextClassifier(**QUICK).fit(X, ["a", "b"] * 30)
    assert clf.score(X, ["a", "b"] * 30) == 1.0
    report = clf.model_.training_report
    assert report is not None
    assert (report.lines, report.lines_left_out) == (60, 0)
    assert sorted(clf.model_.words) == ["</s>", "bad", "fine", "good", "line", "nice", "poor"]


def test_order_does_not_matter_when_texts_are_shuffled() -> None:
    X, y = topics(300)
    order = np.argsort(y, kind="stable")
    clf = FastTextClassifier(**QUICK).fit([X[i] for i in order], [y[i] for i in order])
    assert clf.score(X, y) > 0.95


def test_tokens_and_tokenizers() -> None:
    X, y = topics()
    clf = FastTextClassifier(**QUICK).fit([text.split() for text in X], y)
    np.testing.assert_array_equal(clf.predict_proba(X), FastTextClassifier(**QUICK).fit(X, y).predict_proba(X))
    clf = FastTextClassifier(**QUICK, tokenizer="words", lowercase=True).fit(
        ["Pear, apple!"] * 9 + ["Zinc."], [0] * 9 + [1]
    )
    assert set(clf.model_.words) == {"</s>", "pear", "apple", ",", "!", "zinc", "."}


def test_pretrained_vectors_are_shared_by_clones() -> None:
    vectors = KeyedVectors.from_vocabulary(["pear"], np.ones((1, 8), np.float32))
    clf = FastTextClassifier(**QUICK, pretrained_vectors=vectors)
    assert "pear" in clf.fit(["one", "two"] * 5, [0, 1] * 5).model_
    assert clf.__sklearn_clone__().pretrained_vectors is vectors


def test_one_worker_is_reproducible() -> None:
    X, y = topics(50)
    first, again = (FastTextClassifier(**QUICK).fit(X, y).predict_proba(X) for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_a_failed_fit_leaves_the_classifier_as_it_was() -> None:
    X, y = topics(50)
    clf = FastTextClassifier(**QUICK).fit(X, y)
    expected = clf.predict_proba(X)
    with pytest.raises(ValueError, match="lr must be"):
        clf.set_params(lr=float("nan")).fit(X, y)
    np.testing.assert_array_equal(clf.predict_proba(X), expected)


@pytest.mark.parametrize(
    ("X", "y", "options", "error", "message"),
    [
        ([], [], {}, (CorpusError, LabelError), "."),
        (["a"], ["x"], {}, LabelError, "class"),
        (["a", "b"], ["x"], {}, LabelError, "."),
        (["a", "b", "c"], ["x", "y"], {}, LabelError, "y must have labels for each of 3 texts, got 2"),
        (["a", None], ["x", "y"], {}, TypeError, r"X\[1\]"),
        ("text", ["x", "y"], {}, TypeError, "X must be a list of texts, got str"),
        (["a", "\ud800"], ["x", "y"], {}, ValueError, r"X\[1\] must be text that UTF-8 can encode"),
        (["a", "b"], ["x", "y"], {"word_ngrams": 0}, ValueError, "word_ngrams must be"),
        (["a", "b"], ["x", "y"], {"min_count": -1}, ValueError, "min_count must be"),
        (["a", "b"], ["x", "y"], {"loss": "hinge"}, ValueError, "loss must be one of"),
        (["a", "b" * 70_000], ["x", "y"], {}, CorpusError, "longer than 65535 bytes"),
        (["a", "b"], ["x", "y"], {"shuffle": "yes"}, TypeError, "shuffle must be"),
    ],
)
def test_bad_arguments(X: Any, y: Any, options: dict[str, Any], error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        FastTextClassifier(**{**QUICK, **options}).fit(X, y)


def test_unfitted() -> None:
    with pytest.raises(NotFittedError, match="this FastTextClassifier is not fitted"):
        FastTextClassifier().predict(["a"])
    copy = pickle.loads(pickle.dumps(FastTextClassifier(dim=3)))
    assert copy.dim == 3


CHECKS = [
    "check_do_not_raise_errors_in_init_or_set_params",
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_estimator_tags_renamed",
    "check_estimators_unfitted",
    "check_get_params_invariance",
    "check_mixin_order",
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_set_params",
    "check_valid_tag_types",
]


@pytest.mark.parametrize("check", CHECKS)
def test_checks_of_scikit_learn(check: str) -> None:
    pytest.importorskip("sklearn", minversion="1.6")
    from sklearn.utils import estimator_checks

    if not hasattr(estimator_checks, check):
        pytest.skip(f"this version of scikit-learn has no {check}")
    getattr(estimator_checks, check)("FastTextClassifier", FastTextClassifier(**QUICK))


def test_pipelines_and_searches() -> None:
    pytest.importorskip("sklearn", minversion="1.6")
    import joblib
    from sklearn.base import clone, is_classifier
    from sklearn.model_selection import GridSearchCV, cross_val_score
    from sklearn.pipeline import Pipeline

    X, y = topics(90)
    clf = FastTextClassifier(**QUICK)
    assert is_classifier(clf)
    assert cross_val_score(clf, X, y, cv=3).mean() > 0.9
    search = GridSearchCV(Pipeline([("classify", clf)]), {"classify__word_ngrams": [1, 2], "classify__bucket": [500]})
    assert search.fit(X, y).predict(X).shape == (90,)
    fitted = clone(clf).fit(X, y)
    file = io.BytesIO()
    joblib.dump(fitted, file)
    file.seek(0)
    np.testing.assert_array_equal(joblib.load(file).predict_proba(X), fitted.predict_proba(X))
