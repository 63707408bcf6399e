"""All layers of a batch of sentences, and the way back through them: for tasks that train a model's parameters, too."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ...errors import NotFittedError
from ...runtime.compute import Precision
from ...text.characters import BEGIN_SENTENCE, END_SENTENCE, Cut, character_rows
from ..state import ModelState, Tensors
from .embedding import State

__all__ = ["LayerPass", "layer_pass"]

Layers = NDArray[np.float32]  # (n_layers + 1, tokens, 2 * projection_dim)


class LayerPass(NamedTuple):
    """The layers of some sentences, and how to go back through them.

    Parameters
    ----------
    layers
        float32 (n_layers + 1, tokens, 2 * projection_dim) for each sentence, the token layer first.
    backward
        Takes the gradients of `layers`, an array of the same shape for each sentence, and returns those of the
        parameters by their official names; those of a softmax are not among them. Once: what the layers have saved is
        used up. Raises TypeError or ValueError for gradients of another kind or shape, and RuntimeError for a second
        time.
    """

    layers: list[Layers]
    backward: Callable[[Sequence[Any]], Tensors]


def layer_pass(
    content: ModelState,
    sentences: Sequence[Sequence[str]],
    state: State | None,
    *,
    threads: int,
    isa: str,
    precision: Precision,
    cut: Cut,
    boundaries: bool,
) -> LayerPass:
    """Run all layers of sentences, in one batch, and keep what the way back needs.

    Parameters
    ----------
    content
        Its parameters are read as they are now.
    sentences
        Tokens without marks.
    state
        What the sentences begin with, and then what they end with: changed. No gradient passes into it. Zeros by
        default.
    threads, isa, precision
        How to compute.
    cut
        Where words are cut that have too many bytes; see `character_rows`.
    boundaries
        Whether the marks of a sentence's ends are among its tokens.

    Raises
    ------
    NotFittedError
        If the model reads ids, and nobody knows of which words.
    """
    framed = [[BEGIN_SENTENCE, *sentence, END_SENTENCE] for sentence in sentences]
    characters, ids = _inputs(content, list(itertools.chain.from_iterable(framed)), cut)
    ends = np.cumsum([len(sentence) for sentence in framed], dtype=np.int64)
    traced = _core.elmo.ForwardPass(
        content.options,
        content.parameters,
        characters,
        ids,
        ends,
        state=state,
        threads=threads,
        isa=isa,
        precision=precision,
    )
    mark = 0 if boundaries else 1
    places = [slice(begin + mark, end - mark) for begin, end in itertools.pairwise([0, *ends.tolist()])]
    layers: Layers = traced.layers

    def backward(d_layers: Sequence[Any]) -> Tensors:
        gradients: Tensors = traced.backward(_joined(d_layers, places, layers.shape))
        return gradients

    return LayerPass([layers[:, place] for place in places], backward)


def _inputs(content: ModelState, tokens: list[str], cut: Cut) -> tuple[NDArray[np.uint16] | None, NDArray[np.int32]]:
    """Rows of characters of distinct words and which of them each token is; or the ids of words."""
    if content.options.token_input:
        if content.words is None:
            raise NotFittedError("this model reads ids of words and has no vocabulary: load it with vocabulary=")
        return None, np.array(content.words.ids(tokens), dtype=np.int32)
    index: dict[str, int] = {}
    ids = np.array([index.setdefault(token, len(index)) for token in tokens], dtype=np.int32)
    return character_rows(list(index), content.options.max_characters_per_token, cut=cut), ids


def _joined(d_layers: Any, places: list[slice], shape: tuple[int, ...]) -> Layers:
    """Gradients of all tokens; nobody asks for those of the marks, or they are given."""
    if isinstance(d_layers, np.ndarray) or not isinstance(d_layers, Sequence):
        raise TypeError(f"d_layers must be a list of arrays, one for each sentence, got {type(d_layers).__name__}")
    if len(d_layers) != len(places):
        raise ValueError(f"d_layers must have {len(places)} arrays, one for each sentence, got {len(d_layers)}")
    whole = np.zeros(shape, dtype=np.float32)
    for number, (given, place) in enumerate(zip(d_layers, places, strict=True)):
        array = np.asarray(given)
        if array.dtype.kind not in "fiu":
            raise TypeError(f"d_layers[{number}] must have real numbers, got {array.dtype}")
        target = whole[:, place]
        if array.shape != target.shape:
            raise ValueError(
                f"d_layers[{number}] must have the shape of the sentence's layers, {target.shape}, got {array.shape}"
            )
        target[...] = array
    return whole
