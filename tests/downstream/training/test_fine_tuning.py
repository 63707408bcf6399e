"""Fine-tuning of language models: which layers are trained when, with which rate, and what is restored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from reference.optim import adam, clip_scale, global_norm
from wordkin import ELMo, TextClassifier
from wordkin.downstream.data.prepared import prepare_texts
from wordkin.downstream.data.texts import IndexedTexts
from wordkin.downstream.options import TrainingOptions, network_compute
from wordkin.downstream.state import ContextSource, Features
from wordkin.downstream.training.fine_tuning import LanguageModelTuner, layer_of

SENTENCES = [["a", "good", "film"], ["bad"]]
TEXTS = ["a good film", "a bad film", "good , very good", "bad , so bad"] * 4
LABELS = [1, 0, 1, 0] * 4


def small_model() -> ELMo:
    model = ELMo(dim=6, projection_dim=4, n_layers=2, char_dim=4, filters=[[1, 4], [2, 4]], n_highway=1)
    model.initialize()
    return model


def changed_layers(model: ELMo, before: Mapping[str, Any]) -> set[int]:
    now = model.parameters
    return {layer_of(name) for name, values in before.items() if not np.array_equal(now[name], values)}


class Tuning:
    """A tuner of a small model with everything that its calls need."""

    def __init__(self, **options: Any) -> None:
        self.model = small_model()
        self.source = ContextSource(self.model, layer_norm=False, is_tuned=True)
        compute = network_compute(1)
        self.tuner = LanguageModelTuner(self.source, TrainingOptions(**options), compute, clip_norm=0.5)
        texts = IndexedTexts.from_sentences(SENTENCES)
        self.prepared = prepare_texts(Features((self.source,), None, False), texts, max_bytes=0, compute=compute)
        self.gradient = np.random.default_rng(1).standard_normal((4, 3, 8)).astype(np.float32)

    def step(self, rate: float = 1.0) -> None:
        self.tuner.forward(self.prepared, np.arange(2))
        self.tuner.update(self.gradient, np.array([3, 1], np.int32), rate)

    def gradients(self) -> dict[str, Any]:
        _, backward = self.model.forward(SENTENCES, workers=1)
        pieces = np.split(self.gradient, [3])
        return dict(backward([np.ascontiguousarray(piece.transpose(1, 0, 2)) for piece in pieces]))

    def copy(self) -> dict[str, Any]:
        return {name: values.copy() for name, values in self.model.parameters.items()}

    def changed_layers(self, before: dict[str, Any]) -> set[int]:
        return {
            layer_of(name) for name, values in self.model.parameters.items() if not np.array_equal(values, before[name])
        }


def test_every_parameter_belongs_to_a_layer() -> None:
    layers: dict[int, list[str]] = {}
    for name in small_model().parameters:
        layers.setdefault(layer_of(name), []).append(name)
    assert sorted(layers) == [0, 1, 2]
    assert all(name.startswith(("char", "CNN")) for name in layers[0])
    assert all(f"Cell{layer - 1}/" in name for layer in (1, 2) for name in layers[layer])


def test_layers_are_unfrozen_from_the_top_one_in_each_epoch() -> None:
    tuning = Tuning(gradual_unfreezing=True)
    for epoch, expected in enumerate([set(), {2}, {1, 2}, {0, 1, 2}, {0, 1, 2}]):
        tuning.tuner.begin_epoch(epoch)
        assert tuning.tuner.is_frozen == (not expected)
        before = tuning.copy()
        tuning.step()
        assert tuning.changed_layers(before) == expected


def test_without_gradual_unfreezing_all_layers_are_trained_at_once() -> None:
    for options in ({}, {"layer_rate_decay": 0.5}):
        tuning = Tuning(**options)
        tuning.tuner.begin_epoch(0)
        before = tuning.copy()
        tuning.step()
        assert tuning.changed_layers(before) == {0, 1, 2}


@pytest.mark.parametrize("gradual", [False, True])
def test_steps_are_those_of_adam_with_a_rate_per_layer(gradual: bool) -> None:
    """A layer that is unfrozen later starts with the bias correction of a first step."""
    tuning = Tuning(embedding_learning_rate=1e-2, layer_rate_decay=0.5, gradual_unfreezing=gradual)
    exact = {name: values.astype(np.float64) for name, values in tuning.copy().items()}
    moments = {name: (np.zeros_like(values), np.zeros_like(values)) for name, values in exact.items()}
    updates = dict.fromkeys(range(3), 0)
    for epoch in range(5):
        tuning.tuner.begin_epoch(epoch)
        gradients = tuning.gradients()
        for layer in range(max(0, 3 - epoch) if gradual else 0, 3):
            names = [name for name in exact if layer_of(name) == layer]
            updates[layer] += 1
            scale = clip_scale(global_norm([gradients[name].astype(np.float64) for name in names]), 0.5)
            for name in names:
                rate = 0.8 * 1e-2 * 0.5 ** (2 - layer)
                adam(exact[name], *moments[name], scale * gradients[name].astype(np.float64), rate, updates[layer])
        tuning.step(0.8)
        for name, values in tuning.model.parameters.items():
            np.testing.assert_allclose(values, exact[name], atol=2e-4 * np.abs(exact[name]).max() + 1e-7, err_msg=name)


def test_best_parameters_include_layers_that_were_unfrozen_later() -> None:
    tuning = Tuning(gradual_unfreezing=True)
    tuning.tuner.begin_epoch(0)
    before = tuning.copy()
    tuning.tuner.keep_best()
    for epoch in range(4):
        tuning.tuner.begin_epoch(epoch)
        tuning.step()
    assert tuning.changed_layers(before) == {0, 1, 2}
    tuning.tuner.restore_best()
    assert tuning.changed_layers(before) == set()


def test_a_classifier_leaves_the_model_as_it_is_in_the_first_epoch() -> None:
    model = small_model()
    settings: dict[str, Any] = {"hidden_dim": 4, "fine_tune": True, "gradual_unfreezing": True, "averaging": 0.5}
    for epochs in (1, 2):
        clf = TextClassifier(model, **settings, epochs=epochs, batch_size=4, random_state=1, workers=1)
        clf.fit(TEXTS, LABELS, validation_data=(TEXTS, LABELS))
        tuned = clf._fitted().network.features.contexts[0].model
        changed = {
            layer_of(name)
            for name, values in tuned.parameters.items()
            if not np.array_equal(values, model.parameters[name])
        }
        assert changed == ({2} if epochs == 2 else set())
        losses = -np.log(clf.predict_proba(TEXTS)[np.arange(len(TEXTS)), LABELS])
        assert losses.mean() == pytest.approx(clf.history_["val_loss"][-1], rel=1e-5)
