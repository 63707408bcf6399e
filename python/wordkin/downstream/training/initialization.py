"""Initial parameters of a network; each tensor has its own random stream."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ..network import Moments
from ..options import NetworkOptions
from ..state import Floats, Tensors

__all__ = ["initial_parameters", "zero_moments"]

# Standard deviation of vectors learned from scratch: about the size of a row after a few epochs of Adam.
_TABLE_DEVIATION = 0.1


def initial_parameters(options: NetworkOptions, tables: Mapping[int, Floats], seed: int) -> Tensors:
    """Draw the initial parameters of a network.

    Parameters
    ----------
    options : NetworkOptions
        Shape of the network.
    tables : mapping of int to ndarray
        Initial float32 rows of trained tables by the index of the table; other tables are drawn.
    seed : int
        Random seed.

    Returns
    -------
    dict of str to ndarray
        Float32 tensors by name.

    References
    ----------
    .. [1] X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010
       (dense, convolutional and input weights).
    .. [2] A. Saxe, J. McClelland and S. Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear
       neural networks", 2014 (recurrent weights are orthogonal).
    """
    parameters: Tensors = {}
    for name, shape in _core.tasks.parameter_shapes(options):
        draw = np.random.default_rng([seed, zlib.crc32(name.encode())])
        given = tables.get(int(name.removeprefix("tables_"))) if name.startswith("tables_") else None
        parameters[name] = _tensor(name, tuple(shape), options, draw) if given is None else given
    return parameters


def zero_moments(parameters: Tensors) -> Moments:
    """Return Adam's moments before the first step.

    Parameters
    ----------
    parameters : dict of str to ndarray
        The parameters.

    Returns
    -------
    dict of str to (ndarray, ndarray)
        First and second moments of each parameter, float32 zeros.
    """
    return {name: (np.zeros_like(tensor), np.zeros_like(tensor)) for name, tensor in parameters.items()}


def _tensor(name: str, shape: tuple[int, ...], options: NetworkOptions, draw: np.random.Generator) -> Floats:
    if name.startswith("tables_"):
        table = draw.normal(0.0, _TABLE_DEVIATION, shape).astype(np.float32)
        table[0] = 0.0  # shared by unknown words, which may not occur in training at all
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
    return np.zeros(shape, dtype=np.float32)  # biases, weights of layer mixes, transitions of the CRF


def _uniform(draw: np.random.Generator, shape: tuple[int, ...], bound: float) -> Floats:
    return draw.uniform(-bound, bound, shape).astype(np.float32)


def _recurrent(draw: np.random.Generator, shape: tuple[int, ...], width: int) -> Floats:
    """Draw input rows from a uniform distribution and recurrent rows as an orthogonal matrix, gate by gate."""
    inputs = shape[0] - width
    weights = np.empty(shape, dtype=np.float32)
    for gate in range(shape[1] // width):
        columns = slice(gate * width, (gate + 1) * width)
        weights[:inputs, columns] = _uniform(draw, (inputs, width), math.sqrt(6.0 / (inputs + width)))
        weights[inputs:, columns] = _orthogonal(draw.normal(size=(width, width)))
    return weights


def _orthogonal(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the factor Q of ``matrix = Q R`` in which R has a positive diagonal, by Householder reflections.

    ``numpy.linalg.qr`` uses threads of OpenBLAS: a child that is forked meanwhile hangs in its own first use of it.
    Here is no call of BLAS; einsum makes none with two operands.
    """
    width = len(matrix)
    left, signs = matrix.copy(), np.empty(width)
    reflections = []
    for column in range(width):
        vector = left[column:, column].copy()
        pivot = -np.copysign(np.sqrt(np.einsum("i,i", vector, vector)), vector[0])
        vector[0] -= pivot
        signs[column] = np.sign(pivot)
        scaled = vector * (2.0 / np.einsum("i,i", vector, vector))
        rest = left[column:, column + 1 :]
        rest -= scaled[:, np.newaxis] * np.einsum("i,ij->j", vector, rest)
        reflections.append((vector, scaled))
    result: NDArray[np.float64] = np.eye(width)
    for column in reversed(range(width)):
        vector, scaled = reflections[column]
        rest = result[column:, column:]
        rest -= scaled[:, np.newaxis] * np.einsum("i,ij->j", vector, rest)
    return result * signs
