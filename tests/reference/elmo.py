"""One step of training the bidirectional language model, in float64, written from the formulas of bilm-tf.

From characters to token vectors, two stacks of recurrent layers, softmax, loss, and gradients of every tensor. Only the
forward pass is written; `reference.tape` differentiates it. Clipping and optimizers are in `reference.optim`.

Shapes: types = distinct words of a window, M = characters per word, T = steps, B = streams (batch rows),
P = projection_dim, D = dim, V = vocabulary size. Direction 0 reads the text forward; the streams of direction 1 are
already reversed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.tape import Node, clip, concatenate, gradients, log_sum_exp, maximum, relu, sigmoid, tanh

__all__ = [
    "Step",
    "Window",
    "expected_counts",
    "layers_above",
    "layers_of_sentence",
    "losses",
    "token_layer",
    "touched_rows",
    "train_gradients",
    "zero_state",
]

Floats = NDArray[np.float64]
Ids = NDArray[np.integer[Any]]
Parameters = Mapping[str, Node]
State = dict[str, Floats]


@dataclass(frozen=True, kw_only=True)
class Window:
    """Input of one step."""

    characters: Ids | None  # (types, M): rows of char_embed; None with token ids as input
    inputs: Ids  # (2, T, B): rows of `characters`, or ids
    targets: Ids  # (2, T, B): ids
    words: Ids | None = None  # (types): rows of word_embed; None without word vectors
    negatives: Sequence[Ids] | None = None  # per direction (S); None: full softmax
    tries: Sequence[int] = (0, 0)  # per direction: number of draws until S distinct ids were found
    factors: Sequence[Sequence[Floats]] | None = None  # dropout per direction, for the input of every layer
    # and the output of the last one, (T, B, width): 0 where dropped, 1 / (1 - rate) elsewhere


@dataclass(frozen=True, kw_only=True)
class Step:
    """Result of one step, before the optimizer."""

    losses: tuple[float, float]  # mean cross entropy of each direction
    gradients: dict[str, Floats]  # of unroll_steps * (the mean of both losses)
    state: State


def recurrent_name(options: Any, direction: int, layer: int) -> str:
    cell = {"lstm": "LSTMCell", "rnn": "RNNCell"}[options.cell]
    return f"RNN_{direction}/RNN/MultiRNNCell/Cell{layer}/{cell}"


def softmax_name(options: Any, direction: int) -> str:
    return "softmax" if options.shared_softmax else f"softmax_{direction}"


def zero_state(options: Any, batch: int) -> State:
    state = {}
    for direction in range(2):
        for layer in range(options.n_layers):
            state[f"state_{direction}/{layer}/h"] = np.zeros((batch, options.projection_dim))
            if options.cell == "lstm":
                state[f"state_{direction}/{layer}/c"] = np.zeros((batch, options.dim))
    return state


def token_layer(p: Parameters, options: Any, characters: Ids, words: Ids | None = None) -> Node:
    """Return word vectors (types, P): convolutions, maximum over positions, highway layers, projection."""
    x = p["char_embed"][characters.astype(np.int64)]  # (types, M, d)
    activation = {"relu": relu, "tanh": tanh}[options.activation]
    features = []
    for i, (width, _) in enumerate(options.filters):
        positions = characters.shape[1] - width + 1
        kernel, bias = p[f"CNN/W_cnn_{i}"], p[f"CNN/b_cnn_{i}"]  # (1, width, d, n), (n)
        response = x[:, 0:positions] @ kernel[0, 0]
        for offset in range(1, width):
            response = response + x[:, offset : offset + positions] @ kernel[0, offset]
        features.append(activation(maximum(response + bias, axis=1)))
    y = concatenate(features, axis=1)
    for k in range(options.n_highway):
        name = f"CNN_high_{k}"
        gate = sigmoid(y @ p[f"{name}/W_carry"] + p[f"{name}/b_carry"])
        new = relu(y @ p[f"{name}/W_transform"] + p[f"{name}/b_transform"])
        y = gate * new + (Node(1.0) - gate) * y
    if "CNN_proj/W_proj" in p:
        y = y @ p["CNN_proj/W_proj"] + p["CNN_proj/b_proj"]
    if words is not None:
        y = y + p["word_embed"][words.astype(np.int64)] @ p["CNN_proj/W_word"]
    return y


def cell(p: Parameters, options: Any, name: str, x: Node, h: Node, c: Node | None) -> tuple[Node, Node | None]:
    """Return the new h and c after one time step of one layer."""
    z = concatenate([x, h], axis=1) @ p[f"{name}/W_0"] + p[f"{name}/B"]
    if c is None:
        m = tanh(z)
    else:
        d = options.dim
        i, j, f, o = z[:, :d], z[:, d : 2 * d], z[:, 2 * d : 3 * d], z[:, 3 * d :]
        c = sigmoid(f + options.forget_bias) * c + sigmoid(i) * tanh(j)
        if options.cell_clip:
            c = clip(c, options.cell_clip)
        m = sigmoid(o) * tanh(c)
    if f"{name}/W_P_0" in p:
        m = m @ p[f"{name}/W_P_0"]
        if options.proj_clip:
            m = clip(m, options.proj_clip)
    return m, c


def stack(
    p: Parameters,
    options: Any,
    direction: int,
    inputs: Sequence[Node],
    state: State,
    factors: Sequence[Floats] | None,
) -> tuple[list[list[Node]], State]:
    """Return outputs of every layer at every time step, from inputs of (B, P) each, and the final state."""
    after: State = {}
    outputs: list[list[Node]] = []
    for layer in range(options.n_layers):
        h = Node(state[f"state_{direction}/{layer}/h"])
        c = Node(state[f"state_{direction}/{layer}/c"]) if options.cell == "lstm" else None
        if factors is not None:
            inputs = [x * factors[layer][t] for t, x in enumerate(inputs)]
        output = []
        for x in inputs:
            h, c = cell(p, options, recurrent_name(options, direction, layer), x, h, c)
            output.append(h + x if layer > 0 and options.use_skip_connections else h)
        after[f"state_{direction}/{layer}/h"] = h.value
        if c is not None:
            after[f"state_{direction}/{layer}/c"] = c.value
        outputs.append(output)
        inputs = output
    return outputs, after


def layers_above(p: Parameters, options: Any, vectors: Node, state: State) -> tuple[list[Node], State]:
    """Return all layers (T, 2P) of a sentence of token vectors (T, P), and the final state; `state` has one row."""
    halves, after = [], dict(state)
    for direction in range(2):
        order = range(len(vectors.value))[:: -1 if direction else 1]
        steps = [vectors[t : t + 1] for t in order]
        outputs, new = stack(p, options, direction, steps, state, None)
        after.update(new)
        halves.append([concatenate(layer[:: -1 if direction else 1], axis=0) for layer in [steps, *outputs]])
    return [concatenate(both, axis=1) for both in zip(*halves, strict=True)], after


def layers_of_sentence(p: Parameters, options: Any, vectors: Floats, state: State) -> tuple[Floats, State]:
    """Return `layers_above` as one array (n_layers + 1, T, 2P)."""
    layers, after = layers_above(p, options, Node(vectors), state)
    return np.stack([layer.value for layer in layers]), after


def log_uniform(words: int) -> Floats:
    """Return P(k) = log((k + 2) / (k + 1)) / log(V + 1) for every id."""
    k = np.arange(words)
    return np.log((k + 2) / (k + 1)) / np.log(words + 1)


def expected_counts(words: int, tries: int) -> Floats:
    """Return the probability that id k is among the ids of `tries` draws: 1 - (1 - P)^tries."""
    return -np.expm1(tries * np.log1p(-log_uniform(words)))


def cross_entropies(p: Parameters, name: str, hidden: Node, targets: Ids, negatives: Ids | None, tries: int) -> Node:
    """Return -log P(target) for hidden vectors (N, P), over all words or over the target and the negatives."""
    weights, bias = p[f"{name}/W"], p[f"{name}/b"]
    right = (hidden * weights[targets]).sum(axis=1) + bias[targets]
    if negatives is None:
        return log_sum_exp(hidden @ weights.T + bias) - right
    corrections = np.log(expected_counts(weights.shape[0], tries))
    right = right - corrections[targets]
    others = hidden @ weights[negatives].T + bias[negatives] - corrections[negatives]
    others = others + np.where(negatives[np.newaxis, :] == targets[:, np.newaxis], -np.inf, 0.0)
    return log_sum_exp(concatenate([right.reshape(-1, 1), others], axis=1)) - right


def losses(
    p: Parameters, options: Any, window: Window, state: State, mask: NDArray[np.bool_] | None = None
) -> tuple[list[Node], State]:
    """Return the mean cross entropy of each direction, and the state after the window.

    With a mask (2, T, B), the losses are summed over the positions where it is true.
    """
    vectors = p["embedding"] if window.characters is None else token_layer(p, options, window.characters, window.words)
    sums, after = [], {}
    for direction in range(2):
        steps = [vectors[ids] for ids in window.inputs[direction]]
        factors = None if window.factors is None else window.factors[direction]
        outputs, new = stack(p, options, direction, steps, state, factors)
        after.update(new)
        top = outputs[-1]
        if factors is not None:
            top = [h * factors[options.n_layers][t] for t, h in enumerate(top)]
        negatives = None if window.negatives is None else window.negatives[direction]
        targets = window.targets[direction].reshape(-1)
        name = softmax_name(options, direction)
        entropies = cross_entropies(p, name, concatenate(top, axis=0), targets, negatives, window.tries[direction])
        counts = np.full(len(targets), 1.0 / len(targets)) if mask is None else 1.0 * mask[direction].reshape(-1)
        sums.append((entropies * counts).sum())
    return sums, after


def train_gradients(parameters: Mapping[str, Any], options: Any, window: Window, state: State) -> Step:
    """Return losses, gradients of every tensor and the new state; the arguments are not modified."""
    leaves = {name: Node(value) for name, value in parameters.items()}
    (forward, backward), after = losses(leaves, options, window, state)
    objective = (forward + backward) * (0.5 * window.inputs.shape[1])
    return Step(
        losses=(float(forward.value), float(backward.value)), gradients=gradients(objective, leaves), state=after
    )


def touched_rows(options: Any, window: Window) -> dict[str, Ids]:
    """Return the rows with a gradient, for tensors with row-sparse gradients."""
    rows: dict[str, Any] = {}
    if window.characters is None:
        rows["embedding"] = np.unique(window.inputs)
    if window.words is not None:
        rows["word_embed"] = np.unique(window.words[window.inputs])
    if window.negatives is not None:
        for direction in range(2):
            name = softmax_name(options, direction)
            used = np.union1d(window.targets[direction], window.negatives[direction])
            for tensor in (f"{name}/W", f"{name}/b"):
                rows[tensor] = np.union1d(rows.get(tensor, []), used).astype(np.int64)
    return rows
