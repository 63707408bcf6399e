"""Gradients of the float64 reference of the training step against central differences of its loss."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from reference.elmo import losses, train_gradients, zero_state
from reference.elmo_models import random_parameters, random_window, small_options
from reference.tape import Node

MODELS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "lstm": ({}, {}),
    "clips": ({"cell_clip": 0.6, "proj_clip": 0.4}, {"negatives": 9}),
    "tanh, no projection": ({"activation": "tanh", "dim": 5, "n_highway": 2}, {"dropout": 0.3}),
    "rnn": ({"cell": "rnn", "use_skip_connections": False, "shared_softmax": False}, {"negatives": 15}),
    "tokens": ({"token_input": True, "n_layers": 3, "filters": ()}, {"negatives": 9, "dropout": 0.2}),
    "words beside characters": ({"word_dim": 3, "n_input_words": 4, "n_characters": 30}, {"negatives": 9}),
    "features as wide as the projection": ({"projection_dim": 13, "dim": 14}, {}),
}


@pytest.mark.parametrize("name", MODELS)
def test_gradients_match_central_differences(name: str) -> None:
    changes, of_window = MODELS[name]
    options = small_options(n_tokens_vocab=17, **changes)
    parameters = {key: value.astype(np.float64) for key, value in random_parameters(options, 3).items()}
    window = random_window(options, 4, steps=3, batch=2, types=5, **of_window)
    generator = np.random.default_rng(5)
    state = {key: 0.5 * generator.standard_normal(value.shape) for key, value in zero_state(options, 2).items()}

    def objective() -> float:
        (forward, backward), _ = losses({key: Node(value) for key, value in parameters.items()}, options, window, state)
        return 0.5 * window.inputs.shape[1] * float(forward.value + backward.value)

    step = train_gradients(parameters, options, window, state)
    for tensor, value in parameters.items():
        flat = value.reshape(-1)
        assert np.shares_memory(flat, value)
        gradient = step.gradients[tensor].reshape(-1)
        moving = np.flatnonzero(gradient)
        some = generator.choice(moving, min(6, len(moving)), replace=False) if len(moving) else []
        for entry in [*some, *generator.choice(flat.size, 2)]:
            before, difference = flat[entry], 1e-6
            flat[entry] = before + difference
            above = objective()
            flat[entry] = before - difference
            below = objective()
            flat[entry] = before
            slope = (above - below) / (2 * difference)
            # The loss is about 10, so that rounding in float64 contributes 1e-16 * 10 / 1e-6 = 1e-9; the rest of the
            # tolerance allows for curvature.
            assert gradient[entry] == pytest.approx(slope, abs=2e-7, rel=1e-6), (tensor, entry)
