"""One vector from the layers of a token: the choice of layers, their weights, and the originals' layer norms.

mixed = gamma * sum over l of s_l * layer_l, with s = softmax(weights).
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ...runtime.options import choice_option, integer_option, real_option

__all__ = ["LayerChoice", "LayerNorm"]

LayerNorm = Literal["bilm", "allennlp"]
_EPSILONS: dict[str, float] = {"bilm": 1e-12, "allennlp": 1e-13}


@dataclass(frozen=True, kw_only=True)
class LayerChoice:
    """What is wanted of the layers 0 (the words by themselves) to n_layers.

    Parameters
    ----------
    shares
        Factor of each layer in the sum, or None for all layers side by side.
    gamma
        Factor of everything.
    layer_norm
        "bilm" or "allennlp": each layer minus its mean, through its deviation, over all its numbers in the sentence;
        "allennlp" counts the marks of the sentence's ends among them. The originals do so over a whole batch; this is
        what they do for a sentence by itself, so that it does not depend on others.
    """

    shares: tuple[float, ...] | None
    gamma: float = 1.0
    layer_norm: LayerNorm | None = None

    @classmethod
    def checked(cls, layers: Any, n_layers: int, *, gamma: Any = 1.0, layer_norm: Any = None) -> LayerChoice:
        """Return the choice that arguments of `encode` stand for.

        Raises
        ------
        TypeError, ValueError
            If they stand for none.

        Examples
        --------
        >>> LayerChoice.checked("top", 2).shares
        (0.0, 0.0, 1.0)
        >>> LayerChoice.checked([0, 0, float("-inf")], 2).shares
        (0.5, 0.5, 0.0)
        """
        return cls(
            shares=_shares(layers, n_layers),
            gamma=real_option("gamma", gamma, -math.inf, math.inf),
            layer_norm=None if layer_norm is None else choice_option("layer_norm", layer_norm, tuple(_EPSILONS)),  # type: ignore[arg-type]
        )

    @property
    def n_layers(self) -> int | None:
        """The recurrent layers that must be run; None for all."""
        if self.shares is None:
            return None
        return max((place for place, share in enumerate(self.shares) if share), default=0)

    def applied(self, layers: NDArray[np.float32], *, boundaries: bool) -> NDArray[np.float32]:
        """Return what is wanted of a sentence.

        Parameters
        ----------
        layers
            float32 (layers run + 1, tokens + 2, width): with the marks of the sentence's ends.
        boundaries
            Whether these are wanted too.

        Returns
        -------
        ndarray
            New, float32 (tokens, width) or (layers + 1, tokens, width).
        """
        inner = layers if boundaries else layers[:, 1:-1]
        if self.layer_norm is not None:
            inner = self._normalized(inner, layers)
        if self.shares is None:
            return inner * np.float32(self.gamma) if self.gamma != 1.0 else np.array(inner, order="C")
        mixed: NDArray[np.float32] | None = None
        for layer, share in zip(inner, self.shares, strict=False):
            factor = np.float32(share * self.gamma)
            if share == 0.0:
                continue
            if mixed is None:
                mixed = layer * factor
            else:
                mixed += layer * factor
        return np.zeros(inner.shape[1:], np.float32) if mixed is None else mixed

    def _normalized(self, inner: NDArray[np.float32], layers: NDArray[np.float32]) -> NDArray[np.float32]:
        counted = layers if self.layer_norm == "allennlp" else layers[:, 1:-1]
        if counted.shape[1] == 0:
            return inner
        mean = counted.mean(axis=(1, 2), dtype=np.float64, keepdims=True)
        variance = np.square(counted - mean).mean(axis=(1, 2), keepdims=True)
        normalized: NDArray[np.float32] = ((inner - mean) / np.sqrt(variance + _EPSILONS[str(self.layer_norm)])).astype(
            np.float32
        )
        return normalized


def _shares(layers: Any, n_layers: int) -> tuple[float, ...] | None:
    if isinstance(layers, str):
        choice_option("layers", layers, ("all", "top", "average"))
        if layers == "all":
            return None
        if layers == "average":
            return (1 / (n_layers + 1),) * (n_layers + 1)
        layers = n_layers
    if isinstance(layers, Sequence | np.ndarray) and not isinstance(layers, bytes):
        return _softmax(layers, n_layers)
    place = integer_option("layers", layers, -n_layers - 1, n_layers) % (n_layers + 1)
    return tuple(float(layer == place) for layer in range(n_layers + 1))


def _softmax(weights: Any, n_layers: int) -> tuple[float, ...]:
    values = [
        -math.inf
        if isinstance(weight, numbers.Real) and float(weight) == -math.inf
        else real_option("layers", weight, -1e38, 1e38)
        for weight in weights
    ]
    if len(values) != n_layers + 1:
        raise ValueError(
            f"layers must have a weight for each of the {n_layers + 1} layers, that of the words first; "
            f"got {len(values)} weights"
        )
    greatest = max(values)
    if greatest == -math.inf:
        raise ValueError("layers must leave one layer in; all weights are -inf")
    powers = [math.exp(value - greatest) for value in values]
    return tuple(power / sum(powers) for power in powers)
