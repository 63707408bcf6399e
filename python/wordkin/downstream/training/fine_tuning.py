"""Training of a language model together with the network that uses its layers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ...errors import TrainingDiverged
from ..data.batching import Indices
from ..data.prepared import PreparedTexts
from ..network import Moments
from ..options import NetworkCompute, TrainingOptions
from ..state import ContextSource, Floats, Tensors

__all__ = ["LanguageModelTuner", "layer_of"]

_CELL = re.compile(r"/Cell(\d+)/")


def layer_of(name: str) -> int:
    """Return the layer of a parameter of a language model.

    Parameters
    ----------
    name : str
        Official name of the parameter.

    Returns
    -------
    int
        0 for the token layer, otherwise the number of the recurrent layer from 1.

    Examples
    --------
    >>> layer_of("RNN_1/RNN/MultiRNNCell/Cell0/LSTMCell/B"), layer_of("CNN/W_cnn_2")
    (1, 0)
    """
    cell = _CELL.search(name)
    return 0 if cell is None else int(cell[1]) + 1


class LanguageModelTuner:
    """Trains a language model with the gradients of its layers.

    Parameters
    ----------
    source : ContextSource
        The language model, which is changed in place.
    options : TrainingOptions
        Learning rate of the top layer, its decay for the layers below, and whether layers are unfrozen one by one.
    compute : NetworkCompute
        Number of threads and instruction set.
    clip_norm : float
        Gradient-clipping norm; 0 for no clipping. Layers that have separate learning rates or are unfrozen one by one
        are clipped separately.
    """

    def __init__(
        self, source: ContextSource, options: TrainingOptions, compute: NetworkCompute, clip_norm: float
    ) -> None:
        self._model = source.model
        self._n_layers = source.n_layers
        self._options = options
        self._compute = compute
        self._clip_norm = clip_norm
        self._moments: Moments = {}
        self._updates: dict[int, int] = {}  # of each group of parameters, as Adam needs their number
        self._lowest = 0  # lowest layer that is trained
        self._best: Tensors = {}
        self._backward: Callable[[Sequence[Floats]], Tensors] | None = None

    def begin_epoch(self, epoch: int) -> None:
        """Unfreeze the layers that are trained in an epoch.

        Parameters
        ----------
        epoch : int
            Number of the epoch, from 0.
        """
        self._lowest = max(0, self._n_layers - epoch) if self._options.gradual_unfreezing else 0

    @property
    def is_frozen(self) -> bool:
        """Whether no layer is trained in this epoch."""
        return self._lowest >= self._n_layers

    @property
    def parameters(self) -> Tensors:
        """The parameters that training has changed, by name; to be followed by `parameters_changed` after a change."""
        parameters = self._model.parameters
        return {name: parameters[name] for name in self._moments}

    def parameters_changed(self) -> None:
        """Discard what the model has computed from its parameters."""
        self._model.parameters_changed()

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

    def update(self, gradient: Floats, lengths: NDArray[np.int32], rate: float) -> None:
        """Propagate the gradient backward through the layers of `forward` and make a step of Adam.

        Parameters
        ----------
        gradient : ndarray, shape (n_tokens, n_layers, dim)
            Float32 gradient of the layers.
        lengths : ndarray, shape (n_texts,)
            Number of tokens of each text, int32.
        rate : float
            Factor for the learning rates of this step.

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
        for layer, names in self._groups(gradients).items():
            decay = self._options.layer_rate_decay ** (self._n_layers - 1 - layer)
            self._step(layer, {name: gradients[name] for name in names}, rate * decay)
        self._model.parameters_changed()

    def _groups(self, names: Mapping[str, Floats]) -> dict[int, list[str]]:
        """Return the parameters that are trained in this epoch: by layer if layers differ, otherwise together."""
        options = self._options
        if not options.gradual_unfreezing and options.layer_rate_decay == 1:
            return {self._n_layers - 1: list(names)}
        layers = range(self._lowest, self._n_layers)
        return {layer: [name for name in names if layer_of(name) == layer] for layer in layers}

    def _step(self, group: int, gradients: Mapping[str, Floats], rate: float) -> None:
        tensors: list[tuple[Floats, Floats, Floats, Floats]] = []
        for name, values in gradients.items():
            weights = self._model.parameters[name]
            first, second = self._moments.setdefault(name, (np.zeros_like(weights), np.zeros_like(weights)))
            tensors.append((weights.reshape(-1), first.reshape(-1), second.reshape(-1), values.reshape(-1)))
        self._updates[group] = self._updates.get(group, 0) + 1
        norm = _core.optim.adam_step(
            tensors,
            learning_rate=self._options.embedding_learning_rate * rate,
            step=self._updates[group],
            clip_norm=self._clip_norm,
            isa=self._compute.isa,
            threads=self._compute.threads,
        )
        if not np.isfinite(norm):
            self._model.parameters_changed()
            raise TrainingDiverged(
                f"step {self._updates[group]}: the gradient of the language model has the norm {norm:g}; use a smaller "
                "embedding_learning_rate"
            )

    def keep_best(self) -> None:
        """Keep a copy of the parameters, including those that later epochs will train."""
        parameters = self._model.parameters
        self._best = {name: parameters[name].copy() for name in parameters if not name.startswith("softmax")}

    def restore_best(self) -> None:
        """Restore the parameters that were kept last."""
        for name, tensor in self._best.items():
            self._model.parameters[name][...] = tensor
        self._model.parameters_changed()
