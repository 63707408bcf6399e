"""TextClassifier: training, predictions, reproducibility and argument checks."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from wordkin import ELMo, KeyedVectors, TextClassifier
from wordkin.downstream import FitEvent
from wordkin.errors import CorpusError, LabelError, NotFittedError, TrainingDiverged

from .conftest import above_chance, opinions


@pytest.mark.parametrize("pooling", ["attention", "mean", "max", "last"])
@pytest.mark.parametrize("encoder", ["lstm", "rnn", None])
def test_every_encoder_and_pooling_learns_from_scratch(
    quick: dict[str, Any], encoder: str | None, pooling: Any
) -> None:
    X, y = opinions(160)
    if encoder is None and pooling == "last":  # the network sees one word only
        X, y = [text.split()[-1:] for text in X], [str(text.split()[-1] == "of") for text in X]
    clf = TextClassifier(encoder=encoder, pooling=pooling, **{**quick, "epochs": 12})
    assert clf.fit(X, y) is clf
    assert clf.score(X, y) == 1.0  # one word determines the label, and the texts have a few words
    assert clf.history_["loss"][-1] < clf.history_["loss"][0]
    assert set(clf.history_) == {"loss", "accuracy", "seconds"}
    assert len(clf.history_["loss"]) == 12


def test_predictions_probabilities_and_logits_agree(quick: dict[str, Any]) -> None:
    X, y = opinions()
    clf = TextClassifier(**quick).fit(X, y)
    assert clf.classes_.tolist() == ["minus", "plus"]
    scores, probabilities = clf.decision_function(X), clf.predict_proba(X)
    assert (scores.shape, probabilities.shape) == ((80,), (80, 2))
    # Float32 exponentials differ from NumPy's in the last bits.
    np.testing.assert_allclose(probabilities[:, 1], 1 / (1 + np.exp(-scores)), rtol=1e-5)
    np.testing.assert_array_equal(clf.predict(X), np.where(scores > 0, "plus", "minus"))
    assert clf.score(X, y) == np.mean(clf.predict(X) == np.array(y))


def test_several_classes_have_probabilities_that_sum_to_one(quick: dict[str, Any]) -> None:
    X, y = opinions(120)
    three = [2 if "story" in text else 1 if label == "plus" else 0 for text, label in zip(X, y, strict=True)]
    clf = TextClassifier(**{**quick, "epochs": 15}).fit(X, three)
    probabilities = clf.predict_proba(X)
    assert probabilities.shape == clf.decision_function(X).shape == (120, 3)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(clf.predict(X), probabilities.argmax(axis=1))
    assert clf.score(X, three) == 1.0


def test_several_labels_per_text_as_collections_or_a_matrix(quick: dict[str, Any]) -> None:
    X, y = opinions(120)
    labels = [[label] + ["tale"] * ("story" in text) for text, label in zip(X, y, strict=True)]
    clf = TextClassifier(**{**quick, "epochs": 20}).fit(X, labels)
    assert clf.score(X, labels) == 1.0
    assert sorted(clf.predict(X[:1])[0]) == sorted(labels[0])
    matrix = np.array([["minus" in own, "plus" in own, "tale" in own] for own in labels], np.int64)
    other = TextClassifier(**{**quick, "epochs": 20}).fit(X, matrix)
    np.testing.assert_array_equal(other.predict_proba(X), clf.predict_proba(X))
    assert other.predict(X).shape == (120, 3)


def test_attention_weights_of_a_text_sum_to_one(quick: dict[str, Any]) -> None:
    X, y = opinions()
    clf = TextClassifier(**quick).fit(X, y)
    texts = [X[0], "", "film", X[1]]
    weights = clf.attention(texts)
    assert [len(own) for own in weights] == [len(text.split()) for text in texts]
    for own in (weights[0], weights[2], weights[3]):
        assert own.sum() == pytest.approx(1, rel=1e-5)
    with pytest.raises(ValueError, match="pooling must be 'attention'"):
        TextClassifier(pooling="mean", **quick).fit(X, y).attention(texts)


@pytest.mark.parametrize("fine_tune", [False, True])
def test_word_vectors_are_used_and_never_changed(quick: dict[str, Any], vectors: KeyedVectors, fine_tune: bool) -> None:
    X, y = opinions(40)
    before = vectors.vectors.copy()
    clf = TextClassifier(vectors, fine_tune=fine_tune, **quick).fit(X, y)
    # The vectors separate the classes, but 40 texts have each of the 8 decisive words 5 times on average: a classifier
    # that misses one word completely still has 7/8 of the new texts right.
    assert clf.score(*opinions(100, seed=2)) > 7 / 8
    np.testing.assert_array_equal(vectors.vectors, before)
    assert clf.predict(["the film is Good"]).tolist() == ["plus"]  # its lower-case form has a vector


def test_layers_of_a_language_model_are_mixed(quick: dict[str, Any], language_model: ELMo) -> None:
    X, y = opinions(60)
    clf = TextClassifier(language_model, layer_norm=True, mix_l2=1e-3, **{**quick, "epochs": 25}).fit(X, y)
    assert clf.score(X, y) > above_chance(60)  # the model has random parameters
    (mix,) = clf.layer_mixes_
    assert len(mix["weights"]) == 3
    assert sum(mix["weights"]) == pytest.approx(1)
    assert mix["gamma"] != 1


def test_all_feature_sources_can_be_combined(
    quick: dict[str, Any], vectors: KeyedVectors, language_model: ELMo
) -> None:
    X, y = opinions(40)
    clf = TextClassifier([vectors, language_model, None], characters=True, **quick).fit(X, y)
    assert clf.score(X, y) == 1.0


def test_layers_beyond_the_cache_give_the_same_bits(quick: dict[str, Any], language_model: ELMo) -> None:
    X, y = opinions(40)
    settings = {**quick, "epochs": 2}
    whole = TextClassifier(language_model, **settings).fit(X, y)
    for cache_bytes in (0, 4000):
        partly = TextClassifier(language_model, cache_bytes=cache_bytes, **settings).fit(X, y)
        np.testing.assert_array_equal(partly.decision_function(X), whole.decision_function(X))


def test_fine_tuning_trains_a_copy_of_the_language_model(quick: dict[str, Any], language_model: ELMo) -> None:
    X, y = opinions(40)
    before = {name: tensor.copy() for name, tensor in language_model.parameters.items()}
    settings = {**quick, "epochs": 25, "embedding_learning_rate": 0.003}
    still = TextClassifier(language_model, **settings).fit(X, y)
    tuned = TextClassifier(language_model, fine_tune=True, **settings).fit(X, y)
    assert tuned.history_["loss"][-1] < still.history_["loss"][-1]
    assert tuned.score(X, y) == 1.0
    for name, tensor in before.items():
        np.testing.assert_array_equal(language_model.parameters[name], tensor)


def test_equal_seeds_give_equal_models(quick: dict[str, Any]) -> None:
    X, y = opinions(40)
    settings = {**quick, "dropout": 0.3, "input_dropout": 0.2, "epochs": 2}
    scores = [TextClassifier(**{**settings, "random_state": seed}).fit(X, y).decision_function(X) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(scores[0], scores[1])
    assert not np.array_equal(scores[0], scores[2])


@pytest.mark.parametrize("generator", [np.random.RandomState, np.random.default_rng])
def test_random_state_can_be_a_generator(quick: dict[str, Any], generator: Any) -> None:
    X, y = opinions(40)
    scores = [
        TextClassifier(**{**quick, "random_state": generator(seed), "epochs": 1}).fit(X, y).decision_function(X)
        for seed in (1, 1, 2)
    ]
    np.testing.assert_array_equal(scores[0], scores[1])
    assert not np.array_equal(scores[0], scores[2])


def test_without_a_random_state_models_differ(quick: dict[str, Any]) -> None:
    X, y = opinions(40)
    settings = {**quick, "random_state": None, "epochs": 1}
    first, second = (TextClassifier(**settings).fit(X, y).decision_function(X) for _ in range(2))
    assert not np.array_equal(first, second)


def test_arguments_of_fit_override_the_constructor(quick: dict[str, Any]) -> None:
    X, y = opinions(40)
    clf = TextClassifier(**quick).fit(X, y, epochs=2, batch_size=40)
    assert len(clf.history_["loss"]) == 2
    assert clf.epochs == 6


def test_early_stopping_restores_the_best_parameters(quick: dict[str, Any]) -> None:
    X, y = opinions(60)
    events: list[Any] = []
    clf = TextClassifier(**{**quick, "epochs": 30, "early_stopping": True, "patience": 2})
    clf.fit(X, y, validation_data=opinions(30, seed=2), progress=events.append)
    history = clf.history_
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy", "seconds"}
    validations = list(zip(history["val_accuracy"], (-loss for loss in history["val_loss"]), strict=True))
    assert len(validations) == 30 or validations.index(max(validations)) == len(validations) - 3
    assert clf.score(*opinions(30, seed=2)) == max(history["val_accuracy"])
    assert events[-1].metrics["val_loss"] == history["val_loss"][-1]
    held = TextClassifier(**{**quick, "early_stopping": True, "validation_fraction": 0.2}).fit(X, y)
    assert "val_accuracy" in held.history_


def test_sample_and_class_weights_change_the_majority(quick: dict[str, Any]) -> None:
    X = ["film"] * 40
    y = ["plus"] * 30 + ["minus"] * 10
    settings = {**quick, "epochs": 20}
    assert TextClassifier(**settings).fit(X, y).predict(["film"]) == ["plus"]
    weights = [1.0] * 30 + [9.0] * 10
    assert TextClassifier(**settings).fit(X, y, sample_weight=weights).predict(["film"]) == ["minus"]
    assert TextClassifier(class_weight={"minus": 9}, **settings).fit(X, y).predict(["film"]) == ["minus"]
    balanced = TextClassifier(class_weight="balanced", **settings).fit(X, y)
    # The optimum is 0 with balanced weights and log(3) = 1.1 without.
    assert abs(balanced.decision_function(["film"])[0]) < 0.3


def test_empty_texts_are_classified(quick: dict[str, Any], language_model: ELMo) -> None:
    X, y = opinions(40)
    X[:3] = ["", " ", ""]
    for pooling in ("attention", "mean", "max", "last"):
        clf = TextClassifier([None, language_model], pooling=pooling, **{**quick, "epochs": 1}).fit(X, y)
        scores = clf.decision_function(["", "a film", ""])
        assert np.isfinite(scores).all()
        assert scores[0] == scores[2]
        assert np.isfinite(clf.predict_proba([""])).all()
    assert clf.predict([]).shape == (0,)
    assert clf.predict_proba([]).shape == (0, 2)


def test_invalid_input_is_rejected(quick: dict[str, Any], vectors: KeyedVectors) -> None:
    X, y = opinions(20)
    clf = TextClassifier(**{**quick, "epochs": 1})
    with pytest.raises(NotFittedError, match=r"call fit\(\) first"):
        clf.predict(X)
    assert not hasattr(clf, "classes_")
    with pytest.raises(LabelError, match="two classes"):
        clf.fit(X, ["same"] * 20)
    with pytest.raises(ValueError, match="y must have a label for each of 20 texts of X, got 19"):
        clf.fit(X, y[:-1])
    with pytest.raises(ValueError, match="sample_weight must be finite"):
        clf.fit(X, y, sample_weight=[math.nan] * 20)
    with pytest.raises(
        LabelError,
        match=r"validation_data\[1\] must have labels that occur in training \('minus', 'plus'\), got 'other'",
    ):
        clf.fit(X, y, validation_data=(X[:1], ["other"]))
    with pytest.raises(TypeError, match="a pair"):
        clf.fit(X, y, validation_data=X)
    with pytest.raises(CorpusError, match="at most max_length=2 tokens"):
        TextClassifier(max_length=2, **quick).fit(X, y)
    with pytest.raises(TypeError, match="embedding must be KeyedVectors"):
        TextClassifier("vectors.bin", **quick).fit(X, y)
    with pytest.raises(ValueError, match="at most once, got it 2 times"):
        TextClassifier([None, None], **quick).fit(X, y)
    with pytest.raises(ValueError, match="one for each of 2 embeddings, got 1"):
        TextClassifier([None, vectors], fine_tune=[True], **quick).fit(X, y)
    with pytest.raises(NotFittedError):
        TextClassifier(ELMo(), **quick).fit(X, y)
    assert not hasattr(clf, "history_")
    clf.fit(X, y)
    with pytest.raises(LabelError, match="labels that occur in training"):
        clf.score(X, ["other"] * 20)
    with pytest.raises(CorpusError, match="tokens, got 5001"):
        clf.predict(["word " * 5001])
    assert TextClassifier(max_length=2, truncate=True, **{**quick, "epochs": 1}).fit(X, y).predict(X).shape == (20,)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("encoder", "gru"),
        ("hidden_dim", 0),
        ("pooling", "sum"),
        ("dropout", 1.0),
        ("learning_rate", 0),
        ("learning_rate", "fast"),
        ("decay", 1.5),
        ("epochs", 0),
        ("batch_size", True),
        ("patience", 0),
        ("min_count", 0),
        ("optimizer", "sgd"),
        ("random_state", -1),
        ("tokenizer", "moses"),
        ("workers", 0),
        ("mix_l2", -1.0),
        ("cache_bytes", -1),
        ("progress", 3),
        ("max_length", 0),
    ],
)
def test_errors_name_the_argument(quick: dict[str, Any], name: str, value: Any) -> None:
    X, y = opinions(10)
    with pytest.raises((TypeError, ValueError), match=name):
        TextClassifier(**{**quick, name: value}).fit(X, y)


def test_non_finite_losses_are_reported(quick: dict[str, Any]) -> None:
    X, y = opinions(20)
    vectors = KeyedVectors(2)
    vectors.add_vectors(["film", "the"], [[np.nan, 1], [1, 1]])
    with pytest.raises(TrainingDiverged, match="no longer finite"):
        TextClassifier(vectors, **quick).fit(X, y)


@pytest.mark.parametrize("source", ["scratch", "vectors", "language model"])
def test_several_threads_can_predict_with_one_model(
    quick: dict[str, Any], vectors: KeyedVectors, language_model: ELMo, source: str
) -> None:
    X, y = opinions(40)
    embedding = {"scratch": None, "vectors": vectors, "language model": language_model}[source]
    clf = TextClassifier(embedding, **{**quick, "epochs": 2}).fit(X, y)
    expected = clf.predict_proba(X)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda workers: clf.predict_proba(X, workers=workers), [1, 2, 3, 1, 2, 3, 1, 2]))
    for probabilities in found:
        np.testing.assert_array_equal(probabilities, expected)


def test_the_number_of_threads_does_not_change_predictions(quick: dict[str, Any]) -> None:
    X, y = opinions(40)
    clf = TextClassifier(**{**quick, "epochs": 2}).fit(X, y)
    for workers in (1, 2, 3):
        np.testing.assert_array_equal(clf.decision_function(X, workers=workers), clf.decision_function(X))
        assert clf.score(X, y, workers=workers) == clf.score(X, y)
    with pytest.raises(ValueError, match="workers must be from 1"):
        clf.predict(X, workers=0)


def test_interrupted_training_can_be_kept(quick: dict[str, Any]) -> None:
    X, y = opinions(40)

    def interrupt(event: FitEvent) -> None:
        if event.epoch == 1:
            raise KeyboardInterrupt

    clf = TextClassifier(**quick)
    with pytest.raises(KeyboardInterrupt):
        clf.fit(X, y, progress=interrupt, keep_interrupted=True)
    assert len(clf.history_["loss"]) == 2
    two_epochs = TextClassifier(**quick).fit(X, y, epochs=2)
    np.testing.assert_array_equal(clf.decision_function(X), two_epochs.decision_function(X))


def test_invalid_arguments_leave_the_fitted_model_unchanged(quick: dict[str, Any]) -> None:
    X, y = opinions(40)
    clf = TextClassifier(**{**quick, "epochs": 1}).fit(X, y)
    before = clf.decision_function(X)
    for arguments in ({"epochs": 0}, {"sample_weight": [-1.0] * 40}, {"progress": 3}):
        with pytest.raises((TypeError, ValueError)):
            clf.fit(X, y, **arguments)
    np.testing.assert_array_equal(clf.decision_function(X), before)
