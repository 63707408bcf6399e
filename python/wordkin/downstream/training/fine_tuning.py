"""Training of a language model together with the network that uses its layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ...errors import TrainingDiverged
from ..data.batching import Indices
from ..data.prepared import PreparedTexts
from ..network import Moments
from ..options import NetworkCompute
from ..state import ContextSource, Floats, Tensors

__all__ = ["LanguageModelTuner"]


class LanguageModelTuner:
    """Trains a language model with the gradients of its layers.

    Parameters
    ----------
    source : ContextSource
        The language model, which is changed in place.
    compute : NetworkCompute
        Number of threads and instruction set.
    clip_norm : float
        Gradient-clipping norm; 0 for no clipping.
    """

    def __init__(self, source: ContextSource, compute: NetworkCompute, clip_norm: float) -> None:
        self._model = source.model
        self._compute = compute
        self._clip_norm = clip_norm
        self._moments: Moments = {}
        self._best: Tensors = {}
        self._backward: Callable[[Sequence[Floats]], Tensors] | None = None

    def forward(self, prepared: PreparedTexts, indices: Indices) -> Floats:
        """Compute the layers of texts, and keep the activations for `update`.

        Parameters
        ----------
        prepared : PreparedTexts
            The texts.
        indices : ndarray, shape (n_selected,)
            Indices of the texts.

        Returns
        -------
        ndarray, shape (n_tokens, n_layers, dim)
            Float32 layers of the tokens; the texts are concatenated.
        """
        sentences = prepared.texts.tokens_of(indices)
        layers, self._backward = self._model.forward(sentences, workers=self._compute.threads)
        return np.ascontiguousarray(np.concatenate([own.transpose(1, 0, 2) for own in layers]))

    def update(self, gradient: Floats, lengths: NDArray[np.int32], learning_rate: float, step: int) -> None:
        """Propagate the gradient backward through the layers of `forward` and make a step of Adam.

        Parameters
        ----------
        gradient : ndarray, shape (n_tokens, n_layers, dim)
            Float32 gradient of the layers.
        lengths : ndarray, shape (n_texts,)
            Number of tokens of each text, int32.
        learning_rate : float
            Learning rate of this step.
        step : int
            Number of the step, from 1.

        Raises
        ------
        TrainingDiverged
            If the gradient is not finite.
        """
        if self._backward is None:
            raise AssertionError("update() must follow forward()")
        ends = np.cumsum(lengths)[:-1]
        gradients = self._backward(
            [np.ascontiguousarray(piece.transpose(1, 0, 2)) for piece in np.split(gradient, ends)]
        )
        self._backward = None
        tensors: list[tuple[Floats, Floats, Floats, Floats]] = []
        for name, values in gradients.items():
            weights = self._model.parameters[name]
            first, second = self._moments.setdefault(name, (np.zeros_like(weights), np.zeros_like(weights)))
            tensors.append((weights.reshape(-1), first.reshape(-1), second.reshape(-1), values.reshape(-1)))
        norm = _core.optim.adam_step(
            tensors,
            learning_rate=learning_rate,
            step=step,
            clip_norm=self._clip_norm,
            isa=self._compute.isa,
            threads=self._compute.threads,
        )
        self._model.parameters_changed()
        if not np.isfinite(norm):
            raise TrainingDiverged(
                f"step {step}: the gradient of the language model has the norm {norm:g}; use a smaller "
                "embedding_learning_rate"
            )

    def keep_best(self) -> None:
        """Keep a copy of the trained parameters."""
        self._best = {name: self._model.parameters[name].copy() for name in self._moments}

    def restore_best(self) -> None:
        """Restore the parameters that were kept last."""
        for name, tensor in self._best.items():
            self._model.parameters[name][...] = tensor
        self._model.parameters_changed()
