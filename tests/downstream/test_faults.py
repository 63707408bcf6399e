"""Faults within `fit`: the estimator is as it was before, or as it is after an undisturbed call."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from faults import Change, assert_all_or_nothing
from wordkin import ELMo, KeyedVectors, SequenceTagger, TextClassifier
from wordkin.sklearn import ELMoVectorizer, WordVectorizer

TEXTS, LABELS = ["good film", "bad film", "good", "so bad"], [1, 0, 1, 0]
SENTENCES, TAGS = [["the", "dog"], ["cats"]], [["O", "B-NP"], ["B-NP"]]
OPTIONS: dict[str, Any] = {
    "hidden_dim": 3,
    "embedding_dim": 3,
    "epochs": 2,
    "random_state": 1,
    "workers": 1,
    "progress": False,
}


def vectors() -> KeyedVectors:
    kv = KeyedVectors(3)
    kv.add_vectors(["good", "bad", "film"], np.eye(3, dtype=np.float32))
    return kv


def language_model() -> ELMo:
    model = ELMo(dim=4, projection_dim=2, n_layers=1, char_dim=2, filters=[[1, 2]], n_highway=0)
    model.initialize()
    return model


def classifier(embedding: Any = None, **options: Any) -> TextClassifier:
    return TextClassifier(embedding, attention_dim=3, dense_dim=3, **{**OPTIONS, **options})


def tagger() -> SequenceTagger:
    return SequenceTagger(characters=False, **OPTIONS)


def probabilities(estimator: TextClassifier) -> Any:
    """Return what a user can see, from a copy that was saved and loaded."""
    if not estimator.__sklearn_is_fitted__():
        return None
    with tempfile.TemporaryDirectory() as folder:
        estimator.save(Path(folder, "model"))
        loaded = TextClassifier.load(Path(folder, "model"))
    found = loaded.predict_proba(TEXTS, workers=1)
    np.testing.assert_array_equal(found, estimator.predict_proba(TEXTS, workers=1))
    assert len({len(values) for values in estimator.history_.values()}) == 1
    return found.tobytes(), loaded.classes_.tolist(), len(loaded.history_["loss"])


def scores(estimator: SequenceTagger) -> Any:
    if not estimator.__sklearn_is_fitted__():
        return None
    return estimator.predict_proba(SENTENCES, workers=1)[0].tobytes(), estimator.classes_.tolist()


@pytest.mark.parametrize("is_fitted", [False, True])
def test_fit_of_a_classifier(is_fitted: bool) -> None:
    def prepare() -> TextClassifier:
        return classifier().fit(["a b", "c"] * 2, [1, 0] * 2, epochs=1) if is_fitted else classifier()

    assert_all_or_nothing(
        Change(prepare=prepare, apply=lambda clf: clf.fit(TEXTS, LABELS), content=probabilities),
        lines=15,
        allocations=False,
    )


def test_fit_of_a_classifier_that_trains_its_embeddings() -> None:
    """The models that are given never change; early stopping restores the best parameters."""
    model, kv = language_model(), vectors()
    given = [tensor.tobytes() for tensor in model.parameters.values()]
    options = {"fine_tune": True, "early_stopping": True}
    data = (TEXTS, LABELS)
    assert_all_or_nothing(
        Change(
            prepare=lambda: classifier([model, kv], **options).fit(TEXTS, LABELS, epochs=1, validation_data=data),
            apply=lambda clf: clf.fit(TEXTS[::-1], LABELS, validation_data=data),
            content=probabilities,
        ),
        lines=12,
        allocations=False,
    )
    assert [tensor.tobytes() for tensor in model.parameters.values()] == given
    np.testing.assert_array_equal(kv.vectors, np.eye(3))


def test_fit_of_a_tagger() -> None:
    assert_all_or_nothing(
        Change(
            prepare=lambda: tagger().fit([["the"], ["dogs"]], [["O"], ["B-NP"]], epochs=1),
            apply=lambda tagger: tagger.fit(SENTENCES, TAGS),
            content=scores,
        ),
        lines=15,
    )


def word_weights(vectorizer: WordVectorizer) -> Any:
    if not vectorizer.__sklearn_is_fitted__():
        return None
    weights = vectorizer.word_weights_ if hasattr(vectorizer, "word_weights_") else None
    return vectorizer.transform(TEXTS).tobytes(), weights, vectorizer.n_features_out_


@pytest.mark.parametrize(("first", "second"), [("sif", "mean"), ("mean", "sif"), ("tfidf", "sif")])
def test_fit_of_a_word_vectorizer(first: Any, second: Any) -> None:
    def prepare() -> WordVectorizer:
        return WordVectorizer(vectors(), first).fit(TEXTS[:2]).set_params(weighting=second)

    assert_all_or_nothing(
        Change(prepare=prepare, apply=lambda vectorizer: vectorizer.fit(TEXTS), content=word_weights), lines=30
    )


def test_fit_of_an_elmo_vectorizer() -> None:
    def content(vectorizer: ELMoVectorizer) -> Any:
        return vectorizer.n_features_out_ if vectorizer.__sklearn_is_fitted__() else None

    def prepare() -> ELMoVectorizer:
        return ELMoVectorizer(language_model(), workers=1).fit([]).set_params(layers="all")

    assert_all_or_nothing(
        Change(prepare=prepare, apply=lambda vectorizer: vectorizer.fit(TEXTS), content=content), lines=20
    )


@pytest.mark.parametrize("estimator", [TextClassifier, SequenceTagger, WordVectorizer, ELMoVectorizer])
def test_set_params(estimator: type[Any]) -> None:
    def apply(own: Any) -> None:
        own.set_params(embedding=1, workers=2) if "workers" in own.get_params() else own.set_params(
            embedding=1, weighting="sif"
        )

    assert_all_or_nothing(
        Change(prepare=estimator, apply=apply, content=lambda own: repr(sorted(own.get_params().items()))), lines=100
    )


@pytest.mark.parametrize("exception", [KeyboardInterrupt, MemoryError, ZeroDivisionError])
@pytest.mark.parametrize("is_fitted", [False, True])
@pytest.mark.parametrize("kind", ["classifier", "tagger"])
def test_an_exception_of_the_progress_function(exception: type[BaseException], is_fitted: bool, kind: str) -> None:
    def progress(event: object) -> None:
        raise exception

    estimator: Any
    fit: Callable[..., Any]
    if kind == "classifier":
        estimator = classifier()
        fit, content = partial(estimator.fit, TEXTS, LABELS), probabilities
    else:
        estimator = tagger()
        fit, content = partial(estimator.fit, SENTENCES, TAGS), scores
    if is_fitted:
        fit(epochs=1)
    before = content(estimator)
    with pytest.raises(exception):
        fit(progress=progress)
    assert content(estimator) == before
    assert estimator.__sklearn_is_fitted__() == is_fitted
