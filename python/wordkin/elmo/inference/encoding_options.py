"""Options of `ELMo.encode` and its variants, checked once and passed on as one frozen object."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypedDict

import numpy as np

from ...runtime.compute import Precision
from ...runtime.options import Options, checked_field, choice_field, flag_field, integer_field, real_field
from ...text.characters import Cut
from ...text.tokenization import Tokenizer
from .scalar_mix import LayerNorm, LayersArgument, LayerSelection
from .sentence_inputs import require_tokenizer

__all__ = ["EncodingKeywords", "EncodingOptions", "Pooling", "TokenProgress"]

Pooling = Literal["mean"]
TokenProgress = bool | Callable[[int], object] | None  # a bar or not, or a function of the number of tokens done


class EncodingKeywords(TypedDict, total=False):
    """Keyword arguments that all overloads of `ELMo.encode` share; see `EncodingOptions`."""

    batch_size: int
    stateful: bool
    precision: Precision | None
    progress: TokenProgress
    workers: int | None
    gamma: float
    layer_norm: LayerNorm | None
    boundaries: bool
    tokenizer: Tokenizer | None
    cut: Cut
    cache_bytes: int | None


def _bool_option(name: str, value: object) -> bool:
    # An int is not accepted: `stateful=2` would be a number of streams given to the wrong argument.
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def _tokenizer_option(_: str, value: object) -> Tokenizer | None:
    return require_tokenizer(value)


@dataclass(frozen=True, kw_only=True)
class EncodingOptions(Options):
    """How sentences are encoded.

    Parameters
    ----------
    layers : {"all", "top", "average"}, int, or sequence of float, default "average"
        Layers to return; see `LayerSelection.parse`, which checks it for a given model.
    gamma : float, default 1.0
        Factor by which the vectors are multiplied.
    layer_norm : {"bilm", "allennlp"} or None, default None
        Layer normalisation over a sentence; see `LayerSelection`.
    pooling : {"mean"} or None, default None
        Return the mean of a sentence's vectors instead of one vector per token.
    boundaries : bool, default False
        Whether the sentence-boundary markers count as tokens of the result.
    batch_size : int, default 32
        Maximum number of sentences in a batch (>= 1); with `stateful`, the number of parallel streams.
    stateful : bool, default False
        Whether the recurrent state is carried from each batch to the next.
    tokenizer : callable or None, default None
        Splits a text into tokens; `split_words` if None.
    cut : {"bytes", "characters"}, default "bytes"
        Where tokens that are too long are truncated; see `character_rows`.
    cache_bytes : int or None, default None
        Size limit of the token-vector cache in bytes (>= 0); None keeps the current limit.

    Raises
    ------
    TypeError, ValueError
        If an option has the wrong type or is out of range.
    """

    layers: LayersArgument = "average"
    gamma: float = real_field(1.0, low=-math.inf, help="Factor by which the vectors are multiplied.")
    layer_norm: LayerNorm | None = choice_field(
        None, LayerNorm, help="Normalise each layer to mean 0 and variance 1 over the sentence."
    )
    pooling: Pooling | None = choice_field(None, Pooling, help="Return one pooled vector per sentence.")
    boundaries: bool = flag_field(False, help="Also return the vectors of the sentence-boundary markers.")
    batch_size: int = integer_field(
        32, low=1, high=2**20, help="Maximum number of sentences in a batch; if stateful, the number of streams."
    )
    stateful: bool = checked_field(
        False, _bool_option, help="Carry the recurrent state from each batch of sentences to the next."
    )
    tokenizer: Tokenizer | None = checked_field(None, _tokenizer_option, help="Splits a text into tokens.")
    cut: Cut = choice_field("bytes", Cut, help="Where tokens that are too long are truncated.")
    cache_bytes: int | None = integer_field(
        None, low=0, high=2**63 - 1, help="Size limit of the token-vector cache in bytes; 0 disables it."
    )

    def selection(self, n_layers: int) -> LayerSelection:
        """Return the layers to compute and return for a model with `n_layers` recurrent layers.

        Parameters
        ----------
        n_layers : int
            Number of recurrent layers of the model.

        Returns
        -------
        LayerSelection
            The selection.

        Raises
        ------
        TypeError, ValueError
            If `layers`, `gamma` or `layer_norm` has the wrong type or is out of range.
        """
        return LayerSelection.parse(self.layers, n_layers, gamma=self.gamma, layer_norm=self.layer_norm)
