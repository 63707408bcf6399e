"""Options of classifiers and taggers: ranges, and the defaults of constructors."""

from __future__ import annotations

import inspect
from dataclasses import MISSING, fields
from typing import Any

import pytest

from wordkin import SequenceTagger, TextClassifier
from wordkin.downstream.options import (
    CharacterOptions,
    FeatureOptions,
    LengthOptions,
    NetworkOptions,
    TrainingOptions,
)

# Constructors that differ from the option classes on purpose: classifiers gain from a layer between the pooled vector
# and few classes; taggers gain from the spelling of rare words.
DIFFERENT = {(TextClassifier, "dense_dim"): 64, (SequenceTagger, "characters"): True}
# Not options: objects, random seeds, and what is shared by all calls.
OTHERS = {"embedding", "fine_tune", "tokenizer", "class_weight", "scheme", "learned_scheme", "random_state", "workers"}


def defaults_of_options() -> dict[str, Any]:
    defaults: dict[str, Any] = {}
    # The character convolution of a network is off by default, hence CharacterOptions come last.
    for options in (NetworkOptions, FeatureOptions, LengthOptions, TrainingOptions, CharacterOptions):
        defaults |= {item.name: item.default for item in fields(options) if item.default is not MISSING}
    return defaults


@pytest.mark.parametrize("estimator", [TextClassifier, SequenceTagger])
def test_constructor_defaults_are_those_of_the_options(estimator: type[Any]) -> None:
    options = defaults_of_options()
    parameters = {
        name: parameter.default
        for name, parameter in inspect.signature(estimator).parameters.items()
        if name not in OTHERS | {"progress"}
    }
    assert set(parameters) <= set(options)
    for name, default in parameters.items():
        assert default == DIFFERENT.get((estimator, name), options[name]), name


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"task": "regression"}, "task must be one of classes, labels, tags"),
        ({"outputs": 0}, "outputs must be from 1"),
        ({"tables": ()}, "must have features"),
        ({"tables": ((1, 2),)}, r"tables\[0\] must be \(rows, width, is_trained\)"),
        ({"tables": "table"}, r"tables must be a sequence of \(rows, width, is_trained\)"),
        ({"contexts": ((0, 2, True),)}, r"contexts\[0\].layers must be from 1 to"),
        ({"char_dim": 4}, "filters must have at least one filter"),
        ({"char_dim": 4, "filters": ((9, 2),), "max_characters": 8}, "none wider than max_characters=8"),
        ({"encoder": "gru"}, "encoder must be one of lstm, rnn"),
        ({"pooling": "median"}, "pooling must be attention, mean, max, last, or several of them"),
        ({"pooling": "mean+median"}, "or several of them joined by .*, got 'mean.median'"),
        ({"pooling": "mean+mean"}, "got 'mean.mean'"),
        ({"pooling": ""}, "got ''"),
        ({"pooling": ("mean", "max")}, "joined by"),
        ({"word_dropout": 1.0}, "word_dropout must be finite, at least 0 and at most 1"),
        ({"weight_decay": 1.5}, "weight_decay must be finite, at least 0 and at most 1"),
        ({"projection_dim": -1}, "projection_dim must be from 0"),
        ({"dropout": 1.0}, "dropout must be finite, at least 0 and at most 1"),
        ({"clip_norm": float("inf")}, "clip_norm must be finite"),
    ],
)
def test_errors_name_the_option(options: dict[str, Any], message: str) -> None:
    valid: dict[str, Any] = {"task": "classes", "outputs": 1, "tables": ((10, 4, False),)}
    assert NetworkOptions(**valid).pooling == "attention"
    with pytest.raises((TypeError, ValueError), match=message):
        NetworkOptions(**{**valid, **options})
