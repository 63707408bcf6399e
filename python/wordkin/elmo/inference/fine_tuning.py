"""Layers of a batch of sentences together with the backward pass, for tasks that also train a model's parameters."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ... import _core
from ...errors import NotFittedError
from ...runtime.compute import Compute
from ...text.characters import BEGIN_SENTENCE, END_SENTENCE, Cut
from ..int8_weights import require_float_weights
from ..state import ModelState, Tensors
from ..token_inputs import TypeInputs
from .carried_state import RecurrentState
from .embedding import Layers

__all__ = ["LayerPass", "forward_pass"]


class LayerPass(NamedTuple):
    """Layers of the sentences of a batch, and the backward pass through them.

    Parameters
    ----------
    layers : list of ndarray of float32, shape (n_layers + 1, tokens, 2 * projection_dim)
        Layers of each sentence, the token layer first.
    backward : callable
        Takes the gradients with respect to `layers`, one array of the same shape per sentence, and returns the
        gradients with respect to the parameters by their official names; those of a softmax are not included. It can be
        called once, as it consumes the activations that the forward pass has kept. It raises TypeError or ValueError
        for gradients of the wrong type or shape, and RuntimeError when called again.
    """

    layers: list[Layers]
    backward: Callable[[Sequence[ArrayLike]], Tensors]


def forward_pass(
    model: ModelState,
    sentences: Sequence[Sequence[str]],
    state: RecurrentState | None,
    *,
    compute: Compute,
    cut: Cut,
    boundaries: bool,
) -> LayerPass:
    """Compute all layers of sentences in one batch and keep the activations that the backward pass needs.

    Parameters
    ----------
    model : ModelState
        The model. Its parameters are read at the time of the call.
    sentences : sequence of sequences of str
        Tokens without boundary markers.
    state : dict of str to ndarray of float32, or None
        Initial recurrent state of each sentence, updated in place to the final state; zeros if None. No gradient flows
        into it.
    compute : Compute
        Number of threads, instruction set and precision.
    cut : {"bytes", "characters"}
        Where tokens that are too long are truncated; see `character_rows`.
    boundaries : bool
        Whether the layers include the sentence-boundary markers.

    Returns
    -------
    LayerPass
        Layers and backward pass.

    Raises
    ------
    NotFittedError
        If the model has token input and no vocabulary.
    PrecisionError
        If the weights of the model are 8-bit integers.
    """
    require_float_weights(model.int8_weights, "fine-tuning")
    assert compute.precision != "int8"  # see require_gradients
    bounded = [[BEGIN_SENTENCE, *sentence, END_SENTENCE] for sentence in sentences]
    types, ids = _token_inputs(model, list(itertools.chain.from_iterable(bounded)), cut)
    ends = np.cumsum([len(sentence) for sentence in bounded], dtype=np.int64)
    core = _core.elmo.ForwardPass(
        model.options,
        model.parameters,
        None if types is None else types.characters,
        ids,
        ends,
        words=None if types is None else types.words,
        state=state,
        threads=compute.threads,
        isa=compute.isa,
        precision=compute.precision,
    )
    skipped = 0 if boundaries else 1
    positions = [slice(begin + skipped, end - skipped) for begin, end in itertools.pairwise([0, *ends.tolist()])]
    layers: Layers = core.layers

    def backward(d_layers: Sequence[ArrayLike]) -> Tensors:
        gradients: Tensors = core.backward(_joined_gradients(d_layers, positions, layers.shape))
        return gradients

    return LayerPass([layers[:, own] for own in positions], backward)


def _token_inputs(model: ModelState, tokens: list[str], cut: Cut) -> tuple[TypeInputs | None, NDArray[np.int32]]:
    """Return the inputs of distinct tokens and the index of each token, or the embedding row of each token."""
    if model.options.token_input:
        if model.words is None:
            raise NotFittedError("this model has token input and no vocabulary: load it with vocabulary=")
        return None, np.array(model.words.ids(tokens), dtype=np.int32)
    index: dict[str, int] = {}
    ids = np.array([index.setdefault(token, len(index)) for token in tokens], dtype=np.int32)
    return model.inputs.types(list(index), model.options.max_characters_per_token, cut=cut), ids


def _joined_gradients(d_layers: object, positions: list[slice], shape: tuple[int, ...]) -> Layers:
    """Return the gradients of all tokens; those of boundary markers that were not returned are zero."""
    if isinstance(d_layers, np.ndarray) or not isinstance(d_layers, Sequence):
        raise TypeError(f"d_layers must be a list of arrays, one per sentence, got {type(d_layers).__name__}")
    if len(d_layers) != len(positions):
        raise ValueError(f"d_layers must contain {len(positions)} arrays, one per sentence, got {len(d_layers)}")
    joined = np.zeros(shape, dtype=np.float32)
    for index, (given, own) in enumerate(zip(d_layers, positions, strict=True)):
        array = np.asarray(given)
        if array.dtype.kind not in "fiu":
            raise TypeError(f"d_layers[{index}] must be an array of real numbers, got {array.dtype}")
        target = joined[:, own]
        if array.shape != target.shape:
            raise ValueError(
                f"d_layers[{index}] must have the shape of the sentence's layers, {target.shape}, got {array.shape}"
            )
        target[...] = array
    return joined
