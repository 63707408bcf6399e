"""Averages of parameters: their definition, and that validation and the result use them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wordkin import ELMo, TextClassifier
from wordkin.downstream.training.averaging import AveragedParameters

TEXTS = ["a good film", "a bad film", "good , very good", "bad , so bad"] * 6
LABELS = [1, 0, 1, 0] * 6


class Refreshed:
    """Stands for a network; counts how often its parameters are read again."""

    def __init__(self) -> None:
        self.count = 0

    def refresh(self) -> None:
        self.count += 1


@pytest.mark.parametrize("decay", [0.5, 0.9, 0.999])
def test_average_is_the_recurrence_of_every_fourth_step(decay: float) -> None:
    generator = np.random.default_rng(1)
    values = generator.standard_normal((40, 3)).astype(np.float32)
    parameters = {"W": np.zeros(3, np.float32)}
    averaged = AveragedParameters(decay, parameters, ())
    expected = values[3].astype(np.float64)
    for step, value in enumerate(values, start=1):
        parameters["W"][:] = value
        averaged.update()
        if step % 4 == 0:
            kept = min(decay**4, (1 + step // 4) / (10 + step // 4))
            expected = kept * expected + (1 - kept) * value
    averaged.apply()
    np.testing.assert_allclose(parameters["W"], expected, rtol=1e-5)


def test_averages_replace_the_parameters_only_within_the_block() -> None:
    parameters = {"W": np.zeros(2, np.float32)}
    averaged, network = AveragedParameters(0.5, parameters, ()), Refreshed()
    for value in range(1, 9):
        parameters["W"][:] = value
        averaged.update()
    with pytest.raises(RuntimeError), averaged.applied(network):  # type: ignore[arg-type]
        assert parameters["W"].tolist() == [7.75] * 2
        raise RuntimeError
    assert parameters["W"].tolist() == [8.0] * 2
    assert network.count == 2


@pytest.mark.parametrize("steps", [0, 3])
def test_without_an_average_the_parameters_stay(steps: int) -> None:
    parameters = {"W": np.ones(2, np.float32)}
    for decay in (0.0, 0.9):
        averaged, network = AveragedParameters(decay, parameters, ()), Refreshed()
        for _ in range(steps):
            averaged.update()
        with averaged.applied(network):  # type: ignore[arg-type]
            assert parameters["W"].tolist() == [1, 1]
        averaged.apply()
        assert network.count == 0
        assert parameters["W"].tolist() == [1, 1]


@pytest.mark.parametrize("early_stopping", [False, True])
def test_the_validated_parameters_are_those_of_the_result(early_stopping: bool) -> None:
    settings: dict[str, Any] = {"hidden_dim": 4, "embedding_dim": 4, "batch_size": 4, "random_state": 1, "workers": 1}
    clf = TextClassifier(**settings, epochs=3, averaging=0.8, early_stopping=early_stopping, learning_rate=0.02)
    clf.fit(TEXTS, LABELS, validation_data=(TEXTS, LABELS))
    plain = TextClassifier(**settings, epochs=3, learning_rate=0.02).fit(TEXTS, LABELS, validation_data=(TEXTS, LABELS))
    assert clf.history_["loss"] == plain.history_["loss"]  # training itself does not read the averages
    assert clf.history_["val_loss"] != plain.history_["val_loss"]
    probabilities = clf.predict_proba(TEXTS)
    losses = -np.log(probabilities[np.arange(len(TEXTS)), LABELS])
    assert losses.mean() == pytest.approx(clf.history_["val_loss"][-1], rel=1e-5)


@pytest.mark.parametrize(("fine_tune", "decay"), [(True, 0.995), (False, 0.0)])
def test_by_default_the_parameters_are_averaged_if_a_language_model_is_tuned(fine_tune: bool, decay: float) -> None:
    model = ELMo(dim=6, projection_dim=4, n_layers=1, char_dim=4, filters=[[1, 4]], n_highway=0)
    model.initialize()
    settings: dict[str, Any] = {"hidden_dim": 4, "batch_size": 4, "epochs": 3, "random_state": 1, "workers": 1}
    scores = [
        TextClassifier(model, fine_tune=fine_tune, averaging=averaging, **settings)
        .fit(TEXTS, LABELS)
        .predict_proba(TEXTS)
        for averaging in (None, decay, 0.5)
    ]
    assert np.array_equal(scores[0], scores[1])
    assert not np.array_equal(scores[0], scores[2])
