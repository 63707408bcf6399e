"""Parameters before training: each tensor from a distribution that its name tells, as the original begins."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ..errors import ResourceError
from .options import ELMoOptions

__all__ = ["CARRY_BIAS", "allocated", "initial_parameters", "initialize"]

CARRY_BIAS = -2.0  # highways begin by handing on what they are given

Shape = tuple[int, ...]


def initial_parameters(
    shapes: Iterable[tuple[str, Shape]], options: ELMoOptions, seed: int
) -> dict[str, NDArray[np.float32]]:
    """Return all tensors of a model, new.

    Each depends on `seed`, its own name and its shape alone.

    Raises
    ------
    ResourceError
        If there is not enough memory.

    Examples
    --------
    >>> initial_parameters([("CNN_proj/b_proj", (3,))], ELMoOptions(), seed=1)["CNN_proj/b_proj"].tolist()
    [0.0, 0.0, 0.0]
    """
    parameters = {name: allocated(name, shape) for name, shape in shapes}
    for name, tensor in parameters.items():
        initialize(tensor, name, options, seed)
    return parameters


def allocated(name: str, shape: Shape) -> NDArray[np.float32]:
    """Return an array to be filled."""
    try:
        return np.empty(shape, dtype=np.float32)
    except (MemoryError, ValueError):  # ValueError: more than an array can be
        raise ResourceError(f"{name} of shape {shape} needs {math.prod(shape) * 4 / 2**30:.1f} GiB of memory") from None


def initialize(tensor: NDArray[np.float32], name: str, options: ELMoOptions, seed: int) -> None:
    """Fill the tensor of this name."""
    draw = np.random.Generator(np.random.PCG64([seed, zlib.crc32(name.encode())]))
    room, _, kind = name.rpartition("/")
    if name in ("char_embed", "embedding"):
        _uniform(tensor, 1.0, draw)
    elif kind == "b_carry":
        tensor.fill(CARRY_BIAS)
    elif kind in ("B", "b") or kind.startswith("b_"):
        tensor.fill(0.0)
    elif room == "CNN" and options.activation == "relu":
        _uniform(tensor, 0.05, draw)
    elif room == "CNN":
        _, width, characters, _ = tensor.shape
        _normal(tensor, 1 / math.sqrt(width * characters), draw)
    elif room.startswith("CNN_"):  # highways and the projection: by what comes in
        _normal(tensor, 1 / math.sqrt(tensor.shape[0]), draw)
    elif room.startswith("softmax"):
        _normal(tensor, 1 / math.sqrt(tensor.shape[1]), draw)
    elif room.startswith("RNN_"):  # Glorot and Bengio 2010
        _uniform(tensor, math.sqrt(6 / sum(tensor.shape)), draw)
    else:
        raise AssertionError(f"no rule for the tensor {name}")


def _uniform(tensor: NDArray[np.float32], limit: float, draw: np.random.Generator) -> None:
    draw.random(dtype=np.float32, out=tensor)
    tensor *= np.float32(2 * limit)
    tensor -= np.float32(limit)


def _normal(tensor: NDArray[np.float32], deviation: float, draw: np.random.Generator) -> None:
    draw.standard_normal(dtype=np.float32, out=tensor)
    tensor *= np.float32(deviation)
