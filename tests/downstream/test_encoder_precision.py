"""Recurrent layers of classifiers and taggers in reduced precision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from downstream.conftest import chunked, opinions
from wordkin import SequenceTagger, TextClassifier
from wordkin.errors import PrecisionError


@pytest.mark.parametrize("precision", ["bfloat16", "int8"])
def test_predictions_are_computed_in_the_precision(quick: dict[str, Any], precision: Any, tmp_path: Path) -> None:
    X, y = opinions(40)
    clf = TextClassifier(n_layers=2, **{**quick, "epochs": 3}).fit(X, y)
    exact = clf.decision_function(X)
    clf.set_params(encoder_precision=precision)
    found = clf.decision_function(X)
    assert not np.array_equal(found, exact)
    np.testing.assert_allclose(found, exact, atol=0.05)
    # The outputs do not depend on the texts predicted together, on the threads, or on whether words are cached.
    np.testing.assert_array_equal(clf.decision_function(X * 20, workers=2), np.tile(found, 20))
    np.testing.assert_array_equal(np.concatenate([clf.decision_function([text]) for text in X]), found)
    clf.save(tmp_path / "clf")
    loaded = TextClassifier.load(tmp_path / "clf")
    assert loaded.encoder_precision == precision
    np.testing.assert_array_equal(loaded.decision_function(X), found)
    np.testing.assert_array_equal(clf.set_params(encoder_precision="float32").decision_function(X), exact)


@pytest.mark.parametrize("encoder", ["lstm", "rnn", None])
def test_a_tagger_keeps_its_tags(quick: dict[str, Any], encoder: Any) -> None:
    X, Y = chunked(40)
    tagger = SequenceTagger(encoder=encoder, **{**quick, "epochs": 3}).fit(X, Y)
    expected = tagger.predict(X)
    assert tagger.set_params(encoder_precision="int8").predict(X) == expected
    assert tagger.set_params(encoder_precision="auto").predict(X) == expected


def test_training_is_in_float32(quick: dict[str, Any]) -> None:
    X, y = opinions(20)
    exact = TextClassifier(**quick).fit(X, y).decision_function(X)
    clf = TextClassifier(encoder_precision="int8", **quick).fit(X, y)
    np.testing.assert_array_equal(clf.set_params(encoder_precision="float32").decision_function(X), exact)


def test_weights_that_cannot_be_rounded_are_named(quick: dict[str, Any]) -> None:
    X, y = opinions(20)
    clf = TextClassifier(encoder_precision="int8", **quick).fit(X, y)
    assert clf._state is not None
    clf._state.network.parameters["encoder_1/0/W"][2, 3] = np.inf
    with pytest.raises(PrecisionError, match="rounded to 8-bit integers, got NaN or infinite values in encoder_1/0/W"):
        clf.predict(X)


def test_unknown_precisions_are_refused(quick: dict[str, Any]) -> None:
    X, y = opinions(10)
    message = "encoder_precision must be one of float32, bfloat16, int8, auto, got"
    for value in ("int4", 8, None):
        with pytest.raises((TypeError, ValueError), match=message):
            TextClassifier(encoder_precision=value, **quick).fit(X, y)  # type: ignore[arg-type]
