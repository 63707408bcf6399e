"""Selection and weighted combination of a model's layers, and the layer normalisation of the original programs.

The scalar mix is ``gamma * sum(s[l] * layer[l])`` with ``s = softmax(weights)`` (Peters et al. 2018, equation 1).
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...runtime.options import choice_option, integer_option, real_option
from ..options import ELMoEncodingOptions, LayerNorm, LayersArgument

__all__ = ["LayerSelection"]

_EPSILONS: dict[str, float] = {"bilm": 1e-12, "allennlp": 1e-13}


@dataclass(frozen=True, kw_only=True)
class LayerSelection:
    """Which layers of a token are returned, and how they are combined.

    Layer 0 is the token layer, which does not depend on context; layers 1 to n_layers are the recurrent layers.

    Parameters
    ----------
    weights : tuple of float or None
        Normalised weight of each layer, or None to return all layers uncombined.
    gamma : float, default 1.0
        Factor by which the result is multiplied.
    layer_norm : {"bilm", "allennlp"} or None, default None
        Normalise each layer to mean 0 and variance 1 over all its values in the sentence. "allennlp" includes the
        sentence-boundary markers in mean and variance, "bilm" does not. The original programs compute both over a
        whole batch; here they are computed for each sentence, so that its vectors do not depend on the batch.

    References
    ----------
    Peters et al. (2018), Deep contextualized word representations, section 3.2.
    """

    weights: tuple[float, ...] | None
    gamma: float = 1.0
    layer_norm: LayerNorm | None = None

    @classmethod
    def of(cls, options: ELMoEncodingOptions, n_layers: int) -> LayerSelection:
        """Return the selection that encoding options describe.

        Parameters
        ----------
        options : ELMoEncodingOptions
            The options; `layers`, `gamma` and `layer_norm` are used.
        n_layers : int
            Number of recurrent layers of the model.

        Returns
        -------
        LayerSelection
            The selection.

        Raises
        ------
        TypeError, ValueError
            If `layers` has the wrong type, is out of range, or has the wrong number of weights.

        Examples
        --------
        >>> LayerSelection.of(ELMoEncodingOptions(layers="top"), 2).weights
        (0.0, 0.0, 1.0)
        >>> LayerSelection.of(ELMoEncodingOptions(layers=[0, 0, float("-inf")]), 2).weights
        (0.5, 0.5, 0.0)
        """
        return cls(weights=_weights(options.layers, n_layers), gamma=options.gamma, layer_norm=options.layer_norm)

    @property
    def n_layers(self) -> int | None:
        """Number of recurrent layers that must be computed; None for all of them."""
        if self.weights is None:
            return None
        return max((index for index, weight in enumerate(self.weights) if weight), default=0)

    def apply(self, layers: NDArray[np.float32], *, boundaries: bool) -> NDArray[np.float32]:
        """Return the selected vectors of a sentence.

        Parameters
        ----------
        layers : ndarray of float32, shape (computed layers + 1, tokens + 2, dim)
            Layers of the sentence, including the sentence-boundary markers.
        boundaries : bool
            Whether the result includes the boundary markers.

        Returns
        -------
        ndarray of float32, shape (tokens, dim) or (layers + 1, tokens, dim)
            A new array; three-dimensional if the layers are not combined.
        """
        inner = layers if boundaries else layers[:, 1:-1]
        if self.layer_norm is not None:
            inner = self._normalized(inner, layers)
        if self.weights is None:
            return inner * np.float32(self.gamma) if self.gamma != 1.0 else np.array(inner, order="C")
        mixed: NDArray[np.float32] | None = None
        for layer, weight in zip(inner, self.weights, strict=False):
            if weight == 0.0:
                continue
            factor = np.float32(weight * self.gamma)
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


def _weights(layers: LayersArgument, n_layers: int) -> tuple[float, ...] | None:
    if isinstance(layers, str):
        choice_option("layers", layers, ("all", "top", "average"))
        if layers == "all":
            return None
        if layers == "average":
            return (1 / (n_layers + 1),) * (n_layers + 1)
        return _one_layer(n_layers, n_layers)
    if isinstance(layers, Sequence | np.ndarray) and not isinstance(layers, bytes):
        return _softmax([*layers], n_layers)
    return _one_layer(integer_option("layers", layers, -n_layers - 1, n_layers) % (n_layers + 1), n_layers)


def _one_layer(index: int, n_layers: int) -> tuple[float, ...]:
    return tuple(float(layer == index) for layer in range(n_layers + 1))


def _softmax(weights: Sequence[Any], n_layers: int) -> tuple[float, ...]:
    values = [
        -math.inf
        if isinstance(weight, numbers.Real) and float(weight) == -math.inf
        else real_option("layers", weight, -1e38, 1e38)
        for weight in weights
    ]
    if len(values) != n_layers + 1:
        raise ValueError(
            f"layers must have one weight for each of the {n_layers + 1} layers, starting with the token layer, "
            f"got {len(values)} weights"
        )
    greatest = max(values)
    if greatest == -math.inf:
        raise ValueError("layers must include at least one layer, got only weights of -inf")
    powers = [math.exp(value - greatest) for value in values]
    return tuple(power / sum(powers) for power in powers)
