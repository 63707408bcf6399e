"""Vectors and parameters that are not finite are an error, not a prediction."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pytest

from wordkin import ELMo, KeyedVectors, SequenceTagger, TextClassifier
from wordkin.errors import TrainingDiverged
from wordkin.sklearn import WordVectorizer

TEXTS, LABELS = ["good film", "bad film"] * 3, [1, 0] * 3
SENTENCES, TAGS = [["good", "film"], ["bad"]] * 3, [["A", "B"], ["A"]] * 3
OPTIONS: dict[str, Any] = {"hidden_dim": 3, "epochs": 1, "random_state": 1, "workers": 1, "progress": False}

not_finite = pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
MESSAGE = "the vectors of words must be finite, got NaN or infinite values for 'bad'"


def vectors(value: float = 1.0) -> KeyedVectors:
    kv = KeyedVectors(2)
    kv.add_vectors(["good", "bad", "film", "unused"], np.array([[1, 0], [0, value], [1, 1], [np.nan, np.inf]]))
    return kv


@not_finite
@pytest.mark.parametrize("weighting", ["mean", "sif", "tfidf"])
def test_vectorizer(value: float, weighting: Literal["mean", "sif", "tfidf"]) -> None:
    with pytest.raises(ValueError, match=MESSAGE):
        WordVectorizer(vectors(value), weighting).fit_transform(TEXTS)
    assert np.isfinite(WordVectorizer(vectors(value), weighting).fit_transform(["good film"])).all()


@not_finite
def test_classifier_with_static_vectors(value: float) -> None:
    with pytest.raises(TrainingDiverged, match=MESSAGE):
        TextClassifier(vectors(value), **OPTIONS).fit(TEXTS, LABELS)
    kv = vectors()
    clf = TextClassifier(kv, **OPTIONS).fit(TEXTS, LABELS)
    kv.vectors[1] = value
    for method in ("predict", "predict_proba", "decision_function", "attention"):
        with pytest.raises(ValueError, match=MESSAGE):
            getattr(clf, method)(TEXTS)
    assert len(clf.predict(["good film"])) == 1


@not_finite
def test_tagger_with_static_vectors(value: float) -> None:
    kv = vectors()
    tagger = SequenceTagger(kv, **OPTIONS).fit(SENTENCES, TAGS)
    kv.vectors[1] = value
    for method in ("predict", "predict_proba"):
        with pytest.raises(ValueError, match=MESSAGE):
            getattr(tagger, method)(SENTENCES)


@not_finite
def test_classifier_with_its_own_parameters(value: float) -> None:
    clf = TextClassifier(embedding_dim=2, **OPTIONS).fit(TEXTS, LABELS)
    clf._fitted().network.parameters["output/b"][...] = value
    for method in ("predict", "decision_function"):
        with pytest.raises(ValueError, match="the outputs of the network must be finite"):
            getattr(clf, method)(TEXTS)


@not_finite
def test_language_model(value: float) -> None:
    model = ELMo(dim=4, projection_dim=2, n_layers=1, char_dim=2, filters=[[1, 3]], n_highway=0)
    model.initialize()
    clf = TextClassifier(model, **OPTIONS).fit(TEXTS, LABELS)
    model.parameters["char_embed"][...] = value
    model.parameters_changed()
    with pytest.raises(ValueError, match="the layers of an ELMo model must be finite"):
        clf.predict(TEXTS)
    with pytest.raises(ValueError, match="the layers of an ELMo model must be finite"):
        TextClassifier(model, **OPTIONS).fit(TEXTS, LABELS)
