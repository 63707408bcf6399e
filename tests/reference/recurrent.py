"""Recurrent cells and stacks of layers in float64, computed step by step from the formulas.

The LSTM cell with projection (Sak et al. 2014, without peepholes; the columns of W in the order i, j, f, o):

    [i, j, f, o] = [x, h'] W + b
    c = clip(sigmoid(f + forget_bias) c' + sigmoid(i) tanh(j))        to +-cell_clip
    h = clip(sigmoid(o) tanh(c) W_P)                                  to +-proj_clip; without W_P: sigmoid(o) tanh(c)

and the plain cell: h = clip(tanh([x, h'] W + b) W_P), or without W_P tanh([x, h'] W + b). A clip of 0 means none.

In a stack, the input of each layer is the output of the layer below after dropout. From the second layer on, this input
is added to the layer's output (skip connection); the recurrent state is the cell's output before the addition. Dropout
also applies to the output of the top layer. A batch is a list of steps; step t has the first active[t] rows of the
batch, and active never increases.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from reference.window_update import sigmoid

__all__ = [
    "CellOptions",
    "Layer",
    "State",
    "Step",
    "Tape",
    "cell_backward",
    "cell_forward",
    "stack_backward",
    "stack_forward",
    "zeros_like_layer",
]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CellOptions:
    cell: str = "lstm"
    cell_clip: float = 0.0
    proj_clip: float = 0.0
    forget_bias: float = 1.0
    skip: bool = True


@dataclass
class Layer:
    """Weights of one layer, or their gradients: w (input + hidden, 4 dim or dim), b, w_p (dim, hidden) or None."""

    w: Floats
    b: Floats
    w_p: Floats | None = None


@dataclass
class State:
    """State of one layer: h (batch, hidden) and, for the LSTM, c (batch, dim)."""

    h: Floats
    c: Floats


@dataclass
class Step:
    """Values of one step of a cell that the backward pass needs."""

    x: Floats
    h_before: Floats
    c_before: Floats
    activations: list[Floats]
    c_unclipped: Floats
    c: Floats
    m: Floats
    h_unclipped: Floats
    h: Floats


def zeros_like_layer(layer: Layer) -> Layer:
    return Layer(
        np.zeros_like(layer.w), np.zeros_like(layer.b), None if layer.w_p is None else np.zeros_like(layer.w_p)
    )


def clip(values: Floats, bound: float) -> Floats:
    return np.clip(values, -bound, bound) if bound > 0 else values


def clip_backward(d_clipped: Floats, values: Floats, bound: float) -> Floats:
    """Return the gradient where the unclipped value was within the bounds (inclusive), else 0."""
    return np.where(np.abs(values) <= bound, d_clipped, 0.0) if bound > 0 else d_clipped


def cell_forward(x: Floats, h: Floats, c: Floats, layer: Layer, options: CellOptions) -> Step:
    z = np.concatenate([x, h], axis=1) @ layer.w + layer.b
    if options.cell == "lstm":
        i, j, f, o = np.split(z, 4, axis=1)
        i, j, f, o = sigmoid(i), np.tanh(j), sigmoid(f + options.forget_bias), sigmoid(o)
        activations = [i, j, f, o]
        c_unclipped = f * c + i * j
        c_after = clip(c_unclipped, options.cell_clip)
        m = o * np.tanh(c_after)
    else:
        m = np.tanh(z)
        activations = [m]
        c_unclipped = c_after = c
    h_unclipped = m if layer.w_p is None else m @ layer.w_p
    h_after = h_unclipped if layer.w_p is None else clip(h_unclipped, options.proj_clip)
    return Step(x, h, c, activations, c_unclipped, c_after, m, h_unclipped, h_after)


def cell_backward(
    step: Step, d_h: Floats, d_c: Floats, layer: Layer, options: CellOptions, gradients: Layer
) -> tuple[Floats, Floats, Floats]:
    """Return the gradients of x, h_before and c_before; add those of the layer to `gradients`."""
    if layer.w_p is None or gradients.w_p is None:
        d_m = d_h
    else:
        d_projected = clip_backward(d_h, step.h_unclipped, options.proj_clip)
        d_m = d_projected @ layer.w_p.T
        gradients.w_p += step.m.T @ d_projected
    if options.cell == "lstm":
        i, j, f, o = step.activations
        tanh_c = np.tanh(step.c)
        d_o = d_m * tanh_c
        d_c = clip_backward(d_c + d_m * o * (1 - tanh_c**2), step.c_unclipped, options.cell_clip)
        d_i, d_j, d_f, d_c_before = d_c * j, d_c * i, d_c * step.c_before, d_c * f
        d_z = np.concatenate([d_i * i * (1 - i), d_j * (1 - j**2), d_f * f * (1 - f), d_o * o * (1 - o)], axis=1)
    else:
        d_z, d_c_before = d_m * (1 - step.m**2), d_c
    gradients.w += np.concatenate([step.x, step.h_before], axis=1).T @ d_z
    gradients.b += d_z.sum(axis=0)
    d_inputs = d_z @ layer.w.T
    width = step.x.shape[1]
    return d_inputs[:, :width], d_inputs[:, width:], d_c_before


@dataclass
class Tape:
    """Saved values of a stack: steps[layer][t], and the dropout factors per layer."""

    options: CellOptions
    layers: list[Layer]
    masks: list[list[Floats]] | None
    steps: list[list[Step]] = field(default_factory=list)


def stack_forward(
    inputs: list[Floats],
    layers: list[Layer],
    states: list[State],
    options: CellOptions,
    masks: list[list[Floats]] | None = None,
) -> tuple[list[list[Floats]], list[State], Tape]:
    """Return outputs of all layers as [layer][t], the states after the last step of each row, and the tape.

    masks[layer][t] are the factors (0, or 1 / (1 - rate)) of each layer's input, masks[n_layers] those of the output.
    """
    tape = Tape(options, layers, masks)
    outputs: list[list[Floats]] = []
    after = [State(state.h.copy(), state.c.copy()) for state in states]
    below = inputs
    for number, (layer, state) in enumerate(zip(layers, after, strict=True)):
        taken = below if masks is None else [x * mask for x, mask in zip(below, masks[number], strict=True)]
        steps = []
        for x in taken:
            rows = len(x)
            step = cell_forward(x, state.h[:rows].copy(), state.c[:rows].copy(), layer, options)
            state.h[:rows], state.c[:rows] = step.h, step.c
            steps.append(step)
        below = [step.h + step.x if number > 0 and options.skip else step.h for step in steps]
        tape.steps.append(steps)
        outputs.append(below)
    if masks is not None:
        outputs[-1] = [x * mask for x, mask in zip(outputs[-1], masks[-1], strict=True)]
    return outputs, after, tape


def stack_backward(tape: Tape, d_outputs: list[Floats]) -> tuple[list[Floats], list[Layer]]:
    """Return gradients of the inputs and of every layer from those of the top output; initial states get none."""
    gradients = [zeros_like_layer(layer) for layer in tape.layers]
    d_above = d_outputs
    if tape.masks is not None:
        d_above = [d * mask for d, mask in zip(d_above, tape.masks[-1], strict=True)]
    for number in reversed(range(len(tape.layers))):
        steps, layer = tape.steps[number], tape.layers[number]
        d_h, d_c = np.zeros_like(steps[0].h), np.zeros_like(steps[0].c)
        d_below: list[Floats] = [d_h] * len(steps)
        for t in reversed(range(len(steps))):
            rows = len(steps[t].x)
            d_x, d_h[:rows], d_c[:rows] = cell_backward(
                steps[t], d_above[t] + d_h[:rows], d_c[:rows].copy(), layer, tape.options, gradients[number]
            )
            residual = d_above[t] if number > 0 and tape.options.skip else 0.0
            d_below[t] = d_x + residual
            if tape.masks is not None:
                d_below[t] = d_below[t] * tape.masks[number][t]
        d_above = d_below
    return d_above, gradients
