"""The float64 definition of recurrent stacks compared with central differences."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from reference.recurrent import CellOptions, Layer, State, stack_backward, stack_forward

Floats = NDArray[np.float64]
STEP = 1e-6


def problem(
    cell: str, projected: bool, dropout: bool
) -> tuple[list[Floats], list[Layer], list[State], list[list[Floats]] | None]:
    generator = np.random.default_rng(5)
    active, dim, hidden = [3, 3, 2, 1], 4, 3 if projected else 4
    gates = 4 if cell == "lstm" else 1
    layers = [
        Layer(
            generator.normal(size=(2 * hidden, gates * dim)),
            generator.normal(size=gates * dim),
            generator.normal(size=(dim, hidden)) if projected else None,
        )
        for _ in range(2)
    ]
    states = [State(generator.normal(size=(3, hidden)), generator.normal(size=(3, dim))) for _ in layers]
    inputs = [generator.normal(size=(rows, hidden)) for rows in active]
    masks = None
    if dropout:
        masks = [[(generator.random((rows, hidden)) < 0.7) / 0.7 for rows in active] for _ in range(3)]
    return inputs, layers, states, masks


@pytest.mark.parametrize("dropout", [False, True])
@pytest.mark.parametrize("clips", [(0.0, 0.0), (0.4, 0.5)])
@pytest.mark.parametrize("projected", [False, True])
@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_gradients_match_central_differences(
    cell: str, projected: bool, clips: tuple[float, float], dropout: bool
) -> None:
    inputs, layers, states, masks = problem(cell, projected, dropout)
    options = CellOptions(cell, *clips)
    generator = np.random.default_rng(6)
    weights = [generator.normal(size=x.shape) for x in inputs]

    def loss() -> float:
        outputs, _, _ = stack_forward(inputs, layers, states, options, masks)
        return float(sum((w * x).sum() for w, x in zip(weights, outputs[-1], strict=True)))

    outputs, _, tape = stack_forward(inputs, layers, states, options, masks)
    if clips[0] > 0:  # some values are clipped and some are not
        for steps in tape.steps:
            clipped = np.concatenate([(np.abs(step.c_unclipped) > clips[0]).ravel() for step in steps])
            assert cell == "rnn" or 0 < clipped.mean() < 1
            projections = np.concatenate([(np.abs(step.h_unclipped) > clips[1]).ravel() for step in steps])
            assert not projected or 0 < projections.mean() < 1
    d_inputs, gradients = stack_backward(tape, weights)
    pairs = [(x, d) for x, d in zip(inputs, d_inputs, strict=True)]
    for layer, gradient in zip(layers, gradients, strict=True):
        pairs += [(layer.w, gradient.w), (layer.b, gradient.b)]
        if layer.w_p is not None and gradient.w_p is not None:
            pairs.append((layer.w_p, gradient.w_p))
    for values, gradient_given in pairs:
        for index in np.ndindex(values.shape):
            kept = values[index]
            values[index] = kept + STEP
            above = loss()
            values[index] = kept - STEP
            below = loss()
            values[index] = kept
            # Rounding of the losses gives an error of about 1e-9, the third derivative less; gradients are up to 10.
            assert abs((above - below) / (2 * STEP) - gradient_given[index]) < 2e-7
    assert len(outputs) == 2


def test_state_carries_over_between_calls() -> None:
    inputs, layers, states, _ = problem("lstm", True, False)
    options = CellOptions(cell_clip=0.4, proj_clip=0.5)
    whole, end, _ = stack_forward(inputs, layers, states, options)
    first, middle, _ = stack_forward(inputs[:2], layers, states, options)
    second, last, _ = stack_forward(inputs[2:], layers, middle, options)
    for layer in range(2):
        for one, two in zip(whole[layer], first[layer] + second[layer], strict=True):
            np.testing.assert_array_equal(one, two)
        np.testing.assert_array_equal(end[layer].h, last[layer].h)
        np.testing.assert_array_equal(end[layer].c, last[layer].c)
