"""Initial values of the parameters: the distribution of a tensor follows from its name, as in the original program."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ..errors import ResourceError
from .options import ELMoOptions

__all__ = ["CARRY_BIAS", "allocate", "initial_parameters", "initialize"]

CARRY_BIAS = -2.0  # A new highway layer mostly passes its input through.

Shape = tuple[int, ...]


def initial_parameters(
    shapes: Iterable[tuple[str, Shape]], options: ELMoOptions, seed: int
) -> dict[str, NDArray[np.float32]]:
    """Return newly initialised parameters.

    Parameters
    ----------
    shapes : iterable of (str, tuple of int)
        Name and shape of each tensor.
    options : ELMoOptions
        Options of the model; the activation decides the distribution of the convolution filters.
    seed : int
        Random seed. The values of a tensor depend on the seed, the tensor's name and its shape alone.

    Returns
    -------
    dict of str to ndarray of float32
        The tensors by name, in the order of `shapes`.

    Raises
    ------
    ResourceError
        If there is not enough memory.

    Examples
    --------
    >>> initial_parameters([("CNN_proj/b_proj", (3,))], ELMoOptions(), seed=1)["CNN_proj/b_proj"].tolist()
    [0.0, 0.0, 0.0]
    """
    parameters = {name: allocate(name, shape) for name, shape in shapes}
    for name, tensor in parameters.items():
        initialize(tensor, name, options, seed)
    return parameters


def allocate(name: str, shape: Shape) -> NDArray[np.float32]:
    """Return an uninitialised float32 array.

    Parameters
    ----------
    name : str
        Name of the tensor, for the error message.
    shape : tuple of int
        Shape of the tensor.

    Returns
    -------
    ndarray of float32
        Array of this shape with unspecified values.

    Raises
    ------
    ResourceError
        If there is not enough memory.
    """
    try:
        return np.empty(shape, dtype=np.float32)
    except (MemoryError, ValueError):  # NumPy raises ValueError for sizes beyond its limits.
        raise ResourceError(f"{name} of shape {shape} needs {math.prod(shape) * 4 / 2**30:.1f} GiB of memory") from None


def initialize(tensor: NDArray[np.float32], name: str, options: ELMoOptions, seed: int) -> None:
    """Fill a tensor with its initial values in place.

    Parameters
    ----------
    tensor : ndarray of float32
        Array to fill.
    name : str
        Official name of the tensor, which decides the distribution.
    options : ELMoOptions
        Options of the model.
    seed : int
        Random seed.

    References
    ----------
    .. [1] X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks",
       AISTATS 2010: the uniform distribution of the recurrent weights.
    """
    generator = np.random.Generator(np.random.PCG64([seed, zlib.crc32(name.encode())]))
    group, _, kind = name.rpartition("/")
    if name in ("char_embed", "embedding", "word_embed"):
        _fill_uniform(tensor, 1.0, generator)
    elif kind == "b_carry":
        tensor.fill(CARRY_BIAS)
    elif kind in ("B", "b") or kind.startswith("b_"):
        tensor.fill(0.0)
    elif group == "CNN" and options.activation == "relu":
        _fill_uniform(tensor, 0.05, generator)
    elif group == "CNN":
        _, width, characters, _ = tensor.shape
        _fill_normal(tensor, 1 / math.sqrt(width * characters), generator)
    elif group.startswith("CNN_"):  # Highway layers and projection: scaled by the number of inputs.
        _fill_normal(tensor, 1 / math.sqrt(tensor.shape[0]), generator)
    elif group.startswith("softmax"):
        _fill_normal(tensor, 1 / math.sqrt(tensor.shape[1]), generator)
    elif group.startswith("RNN_"):
        _fill_uniform(tensor, math.sqrt(6 / sum(tensor.shape)), generator)
    else:
        raise AssertionError(f"no initialisation rule for the tensor {name}")


def _fill_uniform(tensor: NDArray[np.float32], limit: float, generator: np.random.Generator) -> None:
    generator.random(dtype=np.float32, out=tensor)
    tensor *= np.float32(2 * limit)
    tensor -= np.float32(limit)


def _fill_normal(tensor: NDArray[np.float32], deviation: float, generator: np.random.Generator) -> None:
    generator.standard_normal(dtype=np.float32, out=tensor)
    tensor *= np.float32(deviation)
