"""The training step against its float64 reference: losses, gradients, recurrent state, and updated weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from elmo.trained_models import ExactRun, Run, assert_close
from reference.elmo import zero_state
from reference.elmo_models import random_parameters, random_window, shapes_of, small_options, training_options
from wordkin import _core

MODELS: dict[str, dict[str, Any]] = {
    "lstm": {},
    "clips": {"cell_clip": 0.2, "proj_clip": 0.05},
    "tanh, two highways, no projection": {"activation": "tanh", "dim": 5, "n_highway": 2},
    "one layer, features as wide as the projection": {"projection_dim": 13, "dim": 14, "n_layers": 1},
    "rnn": {"cell": "rnn", "use_skip_connections": False},
    "separate softmax, no highway": {"shared_softmax": False, "n_highway": 0, "forget_bias": 0.0},
    "words beside characters": {"word_dim": 3, "n_input_words": 4, "n_characters": 30},
    "words, features as wide as the projection": {"word_dim": 17, "n_input_words": 2, "projection_dim": 13, "dim": 14},
    "tokens, three layers": {"token_input": True, "n_layers": 3},
}
TRAININGS: dict[str, dict[str, Any]] = {
    "sampled, adagrad": {"optimizer": "adagrad"},
    "full, adam, clipped": {"sampled_softmax": False, "optimizer": "adam", "clip_norm": 0.3},
    "sampled, adam, dropout": {"optimizer": "adam", "dropout": 0.25},
    "full, adagrad, dropout": {"sampled_softmax": False, "optimizer": "adagrad", "dropout": 0.25},
    "sampled, adagrad, clipped": {"optimizer": "adagrad", "clip_norm": 0.1},
    "more negatives than words": {"negatives": 40},
}
RATES = {"adagrad": 0.2, "adam": 1e-3}


def random_state(options: Any, seed: int, batch: int = 3) -> dict[str, NDArray[np.float32]]:
    generator = np.random.default_rng(seed)
    return {
        name: (0.3 * generator.standard_normal(value.shape)).astype(np.float32)
        for name, value in zero_state(options, batch).items()
    }


def test_parameter_shapes_match_the_reference() -> None:
    for changes in MODELS.values():
        options = small_options(**changes)
        assert dict(_core.elmo.parameter_shapes(options)) == shapes_of(options)


@pytest.mark.parametrize("training", TRAININGS)
@pytest.mark.parametrize("model", MODELS)
def test_gradients_match_the_reference(isa: str, model: str, training: str) -> None:
    options, trained = small_options(**MODELS[model]), training_options(**TRAININGS[training])
    parameters = random_parameters(options, 1)
    run, exact = Run(options, trained, parameters, isa=isa), ExactRun(options, trained, parameters)
    window = random_window(options, 2)
    run.trainer.state = exact.state = random_state(options, 3)
    gradients = run.gradients(window)
    expected = exact.gradients(run.drawn(window)).gradients
    assert list(gradients) == list(expected)
    for name, gradient in gradients.items():
        assert_close(gradient, expected[name], name)
    for name, value in run.parameters.items():
        np.testing.assert_array_equal(value, parameters[name])


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("training", TRAININGS)
@pytest.mark.parametrize("model", MODELS)
def test_weights_after_several_steps_match_the_reference(model: str, training: str, threads: int) -> None:
    options, trained = small_options(**MODELS[model]), training_options(**TRAININGS[training])
    rate = RATES[trained.optimizer]
    # Small weights keep the cells out of saturation, where each step would amplify the rounding errors of the last.
    parameters = random_parameters(options, 1, scale=0.25)
    run, exact = Run(options, trained, parameters, threads=threads), ExactRun(options, trained, parameters)
    for number in range(1, 5):
        window = random_window(options, 10 + number)
        report = run.step(window, number, rate)
        expected = exact.step(run.drawn(window), number, rate)
        assert report["finite"]
        assert report["loss_forward"] == pytest.approx(expected.losses[0], rel=1e-6)
        assert report["loss_backward"] == pytest.approx(expected.losses[1], rel=1e-6)
        assert report["gradient_norm"] == pytest.approx(exact.norm, rel=1e-5)
        assert report["clipped"] == (0 < trained.clip_norm < exact.norm)
    for name, value in run.parameters.items():
        assert_close(value, exact.parameters[name], name)
        assert not np.array_equal(value, parameters[name])
    for name, state in run.trainer.state.items():
        assert_close(state, exact.state[name], name)
