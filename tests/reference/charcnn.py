"""The token layer of ELMo in float64: from the characters of a word to its vector, and the gradients of a scalar loss.

Written from the formulas (Kim et al. 2016, "Character-aware neural language models"; Srivastava et al. 2015, "Highway
networks"; Peters et al. 2018), with one loop per sum and nothing shared between words. For a word with characters
c_0 .. c_{M-1}, embeddings e and filters W of width w,

    s_p,n = sum_k sum_j e[c_{p+k}]_j W_k,j,n        p = 0 .. M - w; padding is treated like any character
    y_n   = f(max_p (s_p,n + b_n))                  f is relu or tanh; of equal maxima the first p counts

x is the concatenation of the filters' y; then for each highway layer

    g = sigmoid(x Wc + bc)       x' = g * relu(x Wt + bt) + (1 - g) * x

and the vector is x Wp + bp, or x without a projection. The derivative of relu at 0 is 0. Parameters have the names
and shapes of the official files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reference.window_update import sigmoid

__all__ = ["Saved", "TokenLayer", "backward", "forward", "parameter_shapes"]

Floats = NDArray[np.float64]
Parameters = Mapping[str, Floats]


@dataclass(frozen=True, kw_only=True)
class TokenLayer:
    """Options of a token layer."""

    filters: tuple[tuple[int, int], ...]
    char_dim: int = 16
    activation: str = "relu"
    n_highway: int = 1
    projection_dim: int | None = None
    n_characters: int = 261


@dataclass
class Saved:
    """Values of the forward pass that the backward pass needs."""

    positions: list[NDArray[np.int64]]  # per filter (words, n): the first position of the maximum
    inputs: list[Floats]  # of each highway layer and of the projection
    gates: list[Floats]
    transforms: list[Floats]


def parameter_shapes(layer: TokenLayer) -> dict[str, tuple[int, ...]]:
    width = sum(n for _, n in layer.filters)
    shapes: dict[str, tuple[int, ...]] = {"char_embed": (layer.n_characters, layer.char_dim)}
    for i, (w, n) in enumerate(layer.filters):
        shapes |= {f"CNN/W_cnn_{i}": (1, w, layer.char_dim, n), f"CNN/b_cnn_{i}": (n,)}
    for k in range(layer.n_highway):
        shapes |= {f"CNN_high_{k}/W_{part}": (width, width) for part in ("carry", "transform")}
        shapes |= {f"CNN_high_{k}/b_{part}": (width,) for part in ("carry", "transform")}
    if layer.projection_dim is not None:
        shapes |= {"CNN_proj/W_proj": (width, layer.projection_dim), "CNN_proj/b_proj": (layer.projection_dim,)}
    return shapes


def window_sums(embedded: Floats, weights: Floats, bias: Floats) -> Floats:
    """Return the convolution (words, positions, n) of embedded characters (words, M, d) with weights (w, d, n)."""
    w = weights.shape[0]
    windows = np.stack([embedded[:, p : p + w] for p in range(embedded.shape[1] - w + 1)], axis=1)
    return np.einsum("ipkj,kjn->ipn", windows, weights) + bias


def forward(layer: TokenLayer, parameters: Parameters, characters: NDArray[np.integer]) -> tuple[Floats, Saved]:
    """Return the vectors (words, projection) of character ids (words, M), and what `backward` needs."""
    embedded = parameters["char_embed"][characters]
    saved = Saved([], [], [], [])
    parts = []
    for i in range(len(layer.filters)):
        sums = window_sums(embedded, parameters[f"CNN/W_cnn_{i}"][0], parameters[f"CNN/b_cnn_{i}"])
        saved.positions.append(sums.argmax(axis=1))  # the first of equal maxima
        greatest = sums.max(axis=1)
        parts.append(np.maximum(greatest, 0.0) if layer.activation == "relu" else np.tanh(greatest))
    x = np.concatenate(parts, axis=1)
    for k in range(layer.n_highway):
        name = f"CNN_high_{k}"
        gate = sigmoid(x @ parameters[f"{name}/W_carry"] + parameters[f"{name}/b_carry"])
        transform = np.maximum(x @ parameters[f"{name}/W_transform"] + parameters[f"{name}/b_transform"], 0.0)
        saved.inputs.append(x)
        saved.gates.append(gate)
        saved.transforms.append(transform)
        x = gate * transform + (1.0 - gate) * x
    saved.inputs.append(x)
    if layer.projection_dim is not None:
        x = x @ parameters["CNN_proj/W_proj"] + parameters["CNN_proj/b_proj"]
    return x, saved


def backward(
    layer: TokenLayer, parameters: Parameters, characters: NDArray[np.integer], saved: Saved, d_vectors: Floats
) -> dict[str, Floats]:
    """Return the gradients of a loss whose gradient with respect to the vectors is `d_vectors`."""
    gradients = {name: np.zeros_like(parameters[name]) for name in parameter_shapes(layer)}
    d = d_vectors
    if layer.projection_dim is not None:
        gradients["CNN_proj/W_proj"] += saved.inputs[-1].T @ d
        gradients["CNN_proj/b_proj"] += d.sum(axis=0)
        d = d @ parameters["CNN_proj/W_proj"].T
    for k in reversed(range(layer.n_highway)):
        d = _highway_backward(f"CNN_high_{k}", parameters, gradients, saved, k, d)
    y = saved.inputs[0]
    d = np.where(y > 0.0, d, 0.0) if layer.activation == "relu" else d * (1.0 - y**2)
    embedded = parameters["char_embed"][characters]
    begin = 0
    for i, (w, n) in enumerate(layer.filters):
        weights, d_weights = parameters[f"CNN/W_cnn_{i}"][0], gradients[f"CNN/W_cnn_{i}"][0]
        for word, column in np.ndindex(len(characters), n):
            d_output, position = d[word, begin + column], saved.positions[i][word, column]
            gradients[f"CNN/b_cnn_{i}"][column] += d_output
            for offset in range(w):
                d_weights[offset, :, column] += d_output * embedded[word, position + offset]
                character = characters[word, position + offset]
                gradients["char_embed"][character] += d_output * weights[offset, :, column]
        begin += n
    return gradients


def _highway_backward(
    name: str, parameters: Parameters, gradients: dict[str, Floats], saved: Saved, k: int, d: Floats
) -> Floats:
    x, gate, transform = saved.inputs[k], saved.gates[k], saved.transforms[k]
    d_carry = d * (transform - x) * gate * (1.0 - gate)
    d_transform = d * gate * (transform > 0.0)
    gradients[f"{name}/W_carry"] += x.T @ d_carry
    gradients[f"{name}/b_carry"] += d_carry.sum(axis=0)
    gradients[f"{name}/W_transform"] += x.T @ d_transform
    gradients[f"{name}/b_transform"] += d_transform.sum(axis=0)
    through_gates = d_carry @ parameters[f"{name}/W_carry"].T + d_transform @ parameters[f"{name}/W_transform"].T
    return d * (1.0 - gate) + through_gates
