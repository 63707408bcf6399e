"""The scikit-learn interface: pipelines, searches, clones, tags and scikit-learn's own checks."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from wordkin import ELMo, KeyedVectors, SequenceTagger, TextClassifier
from wordkin.sklearn import ELMoVectorizer, WordVectorizer

from .conftest import QUICK, above_chance, chunked, opinions

sklearn = pytest.importorskip("sklearn", minversion="1.6")

import joblib  # noqa: E402
from sklearn.base import clone, is_classifier  # noqa: E402
from sklearn.exceptions import NotFittedError  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_score  # noqa: E402
from sklearn.pipeline import Pipeline, make_union  # noqa: E402
from sklearn.utils import estimator_checks, get_tags  # noqa: E402
from sklearn.utils.validation import check_is_fitted  # noqa: E402


def word_vectors() -> KeyedVectors:
    draw = np.random.default_rng(1)
    words = sorted({word for text in opinions(200)[0] for word in text.split()})
    return KeyedVectors.from_vocabulary(words, draw.normal(size=(len(words), 20)).astype(np.float32))


def language_model() -> ELMo:
    model = ELMo(dim=12, projection_dim=6, n_layers=1, char_dim=4, filters=[[1, 6], [2, 8]], n_highway=0)
    model.initialize(seed=3)
    return model


ESTIMATORS: dict[str, Any] = {
    "words": lambda: WordVectorizer(word_vectors()),
    "sif": lambda: WordVectorizer(word_vectors(), "sif"),
    "elmo": lambda: ELMoVectorizer(language_model()),
    "classifier": lambda: TextClassifier(word_vectors(), **{**QUICK, "epochs": 1}),
    "tagger": lambda: SequenceTagger(language_model(), **{**QUICK, "epochs": 1}),
}


def data_for(name: str) -> tuple[Any, Any]:
    return chunked(20) if name == "tagger" else opinions(30)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_estimators_follow_the_interface(name: str) -> None:
    estimator = ESTIMATORS[name]()
    X, y = data_for(name)
    with pytest.raises(NotFittedError):
        check_is_fitted(estimator)
    ask = "predict" if hasattr(estimator, "predict") else "transform"
    with pytest.raises(NotFittedError):
        getattr(estimator, ask)(X)
    assert estimator.fit(X, y) is estimator
    check_is_fitted(estimator)
    twin = clone(estimator)
    assert twin.embedding is estimator.embedding
    own, theirs = estimator.get_params(), twin.get_params()
    assert own == theirs
    with pytest.raises(NotFittedError):
        getattr(twin, ask)(X)
    file = io.BytesIO()
    joblib.dump(estimator, file)
    file.seek(0)
    back = joblib.load(file)
    a, b = getattr(estimator, ask)(X), getattr(back, ask)(X)
    assert a == b if name == "tagger" else np.array_equal(a, b)
    with pytest.raises(ValueError, match="Invalid parameter 'nothing'"):
        estimator.set_params(nothing=1)
    assert f"{type(estimator).__name__}(" in repr(estimator)
    tags = get_tags(estimator)
    assert tags.input_tags.string
    assert tags.estimator_type == ("classifier" if name == "classifier" else None)
    assert is_classifier(estimator) == (name == "classifier")


# The other checks fit numeric rows, which these estimators do not accept; scikit-learn has no list for text estimators.
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
@pytest.mark.parametrize("name", ESTIMATORS)
def test_estimator_passes_checks_of_scikit_learn(name: str, check: str) -> None:
    if not hasattr(estimator_checks, check):
        pytest.skip(f"this version of scikit-learn has no {check}")
    getattr(estimator_checks, check)(name, ESTIMATORS[name]())  # raises AssertionError if the check fails


def test_pipelines_and_searches() -> None:
    X, y = opinions(100)
    kv = word_vectors()
    pipeline = Pipeline([("vectors", WordVectorizer(kv)), ("decide", LogisticRegression(max_iter=200))])
    search = GridSearchCV(pipeline, {"vectors__weighting": ["mean", "sif", "tfidf"]}, cv=3).fit(X, y)
    # 16 words in 20 dimensions are linearly independent, so that their means separate the classes.
    assert search.best_score_ >= 0.95
    assert search.best_estimator_["vectors"].embedding is kv
    union = make_union(WordVectorizer(kv), ELMoVectorizer(language_model()))
    assert union.fit_transform(X).shape == (100, 32)
    assert len(union.get_feature_names_out()) == 32
    scores = cross_val_score(TextClassifier(kv, **QUICK), X, y, cv=3)
    assert scores.mean() > above_chance(100)
    tuned = GridSearchCV(TextClassifier(kv, **{**QUICK, "epochs": 2}), {"hidden_dim": [2, 8]}, cv=2).fit(X, y)
    assert tuned.predict(X).shape == (100,)
    sentences, tags = chunked(24)
    search = GridSearchCV(SequenceTagger(**{**QUICK, "epochs": 2}), {"crf": [True, False]}, cv=2)
    assert search.fit(sentences, tags).best_params_["crf"] in (True, False)


def test_estimators_do_not_import_scikit_learn() -> None:
    program = (
        "import sys; from wordkin import SequenceTagger, TextClassifier;"
        "clf = TextClassifier(hidden_dim=2, embedding_dim=2, epochs=1, progress=False).fit(['a', 'b'], [0, 1]);"
        "repr(clf); clf.get_params(); clf.predict(['a']); repr(SequenceTagger(crf=False));"
        "assert 'sklearn' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
