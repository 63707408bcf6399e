"""The numbers that a network begins with; of each tensor the same for a seed, whatever others there are."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ..options import NetworkOptions

__all__ = ["Tensors", "fresh_moments", "initial_parameters"]

Tensors = dict[str, NDArray[np.float32]]

_TABLE_DEVIATION = 0.1  # of vectors that are learned from scratch: as large as a row is after some epochs of Adam


def initial_parameters(options: NetworkOptions, tables: Mapping[int, NDArray[np.float32]], seed: int) -> Tensors:
    """Return a network's tensors at the start of training.

    Parameters
    ----------
    options
        Its shape.
    tables
        By the number of a trained table, what its rows begin with where that is known; others are drawn.
    seed
        Of all draws.
    """
    parameters: Tensors = {}
    for name, shape in _core.tasks.parameter_shapes(options):
        draw = np.random.default_rng([seed, zlib.crc32(name.encode())])
        begin = tables.get(int(name.removeprefix("tables_"))) if name.startswith("tables_") else None
        parameters[name] = _tensor(name, tuple(shape), options, draw) if begin is None else begin
    return parameters


def fresh_moments(parameters: Tensors) -> dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Return what Adam remembers at the start."""
    return {name: (np.zeros_like(tensor), np.zeros_like(tensor)) for name, tensor in parameters.items()}


def _tensor(
    name: str, shape: tuple[int, ...], options: NetworkOptions, draw: np.random.Generator
) -> NDArray[np.float32]:
    if name.startswith("tables_"):
        table = draw.normal(0.0, _TABLE_DEVIATION, shape).astype(np.float32)
        table[0] = 0.0  # of unknown words: they may not occur in training at all
        return table
    if name.endswith("/gamma"):
        return np.ones(shape, dtype=np.float32)
    if name == "char_embed":
        return _uniform(draw, shape, math.sqrt(3.0 / shape[1]))
    if name.startswith("CNN/W_cnn_"):
        _, width, characters, filters = shape
        return _uniform(draw, shape, math.sqrt(6.0 / (width * characters + filters)))
    if name.startswith("encoder_") and name.endswith("/W"):
        return _recurrent(draw, shape, options.hidden_dim)
    if name in ("attention/W", "dense/W", "output/W"):
        return _uniform(draw, shape, math.sqrt(6.0 / sum(shape)))
    if name == "attention/v":
        return _uniform(draw, shape, math.sqrt(3.0 / shape[0]))
    return np.zeros(shape, dtype=np.float32)  # biases, weights of mixes, transitions of the CRF


def _uniform(draw: np.random.Generator, shape: tuple[int, ...], bound: float) -> NDArray[np.float32]:
    return draw.uniform(-bound, bound, shape).astype(np.float32)


def _recurrent(draw: np.random.Generator, shape: tuple[int, ...], width: int) -> NDArray[np.float32]:
    """Rows of the input by Glorot and Bengio (2010), those of the state orthogonal (Saxe et al. 2014), gate by gate."""
    inputs = shape[0] - width
    weights = np.empty(shape, dtype=np.float32)
    for gate in range(shape[1] // width):
        columns = slice(gate * width, (gate + 1) * width)
        weights[:inputs, columns] = _uniform(draw, (inputs, width), math.sqrt(6.0 / (inputs + width)))
        q, r = np.linalg.qr(draw.normal(size=(width, width)))
        weights[inputs:, columns] = q * np.sign(np.diag(r))
    return weights
