"""Layers of language models in reduced precision, in classifiers and taggers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from downstream.conftest import chunked, opinions
from wordkin import ELMo, SequenceTagger, TextClassifier
from wordkin.errors import PrecisionError


def test_the_layers_of_a_classifier_are_computed_in_the_precision(
    quick: dict[str, Any], language_model: ELMo, tmp_path: Path
) -> None:
    X, y = opinions(40)
    settings = {**quick, "epochs": 3}
    exact = TextClassifier(language_model, **settings).fit(X, y)
    clf = TextClassifier(language_model, elmo_precision="int8", **settings).fit(X, y)
    expected = clf.decision_function(X)
    assert not np.array_equal(expected, exact.decision_function(X))
    np.testing.assert_allclose(expected, exact.decision_function(X), atol=0.05)
    # Predictions read the parameter when they are made.
    changed = exact.set_params(elmo_precision="int8").decision_function(X)
    np.testing.assert_allclose(changed, expected, atol=0.05)
    assert not np.array_equal(changed, exact.set_params(elmo_precision=None).decision_function(X))
    # Layers beyond the cache, other numbers of threads, and the saved model give the same bits.
    partly = TextClassifier(language_model, elmo_precision="int8", cache_bytes=4000, **settings).fit(X, y)
    np.testing.assert_array_equal(partly.decision_function(X, workers=2), expected)
    clf.save(tmp_path / "clf")
    loaded = TextClassifier.load(tmp_path / "clf")
    assert loaded.elmo_precision == "int8"
    np.testing.assert_array_equal(loaded.decision_function(X), expected)


def test_a_tagger_uses_a_model_with_8_bit_weights(quick: dict[str, Any], language_model: ELMo, tmp_path: Path) -> None:
    X, Y = chunked(40)
    language_model.save_pretrained(tmp_path / "small", precision="int8")
    small = ELMo.from_pretrained(tmp_path / "small")
    settings = {**quick, "epochs": 3}
    tagger = SequenceTagger(small, **settings).fit(X, Y)
    expected = SequenceTagger(language_model, elmo_precision="int8", **settings).fit(X, Y).predict_proba(X)
    for one, other in zip(tagger.predict_proba(X), expected, strict=True):
        np.testing.assert_array_equal(one, other)
    tagger.save(tmp_path / "tagger")
    loaded = SequenceTagger.load(tmp_path / "tagger")
    for one, other in zip(loaded.predict_proba(X), expected, strict=True):
        np.testing.assert_array_equal(one, other)
    with pytest.raises(PrecisionError, match="fine-tuning needs float32 weights"):
        SequenceTagger(small, fine_tune=True, **settings).fit(X, Y)
    with pytest.raises(
        PrecisionError, match=r"^elmo_precision must be 'int8' or 'auto' for a model with 8-bit weights"
    ):
        SequenceTagger(small, elmo_precision="float32", **settings).fit(X, Y)


def test_other_precisions_are_refused(quick: dict[str, Any], language_model: ELMo) -> None:
    X, y = opinions(10)
    message = "elmo_precision must be one of float32, bfloat16, int8, auto, got"
    for value in ("int4", 8):
        with pytest.raises((TypeError, ValueError), match=message):
            TextClassifier(language_model, elmo_precision=value, **quick).fit(X, y)  # type: ignore[arg-type]
