"""All settings of ELMo: what the model is made of, how a step trains it; their defaults, their ranges, nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from ..runtime.options import choice_option, flag_option, integer_option, real_option

__all__ = ["SMALL_FILTERS", "Activation", "Cell", "ELMoOptions", "ELMoTrainingOptions", "Optimizer", "Precision"]

Cell = Literal["lstm", "rnn"]
Activation = Literal["relu", "tanh"]
Optimizer = Literal["adagrad", "adam"]
Precision = Literal["float32", "bfloat16"]
Filters = tuple[tuple[int, int], ...]

SMALL_FILTERS: Filters = ((1, 32), (2, 32), (3, 64), (4, 128), (5, 256), (6, 512), (7, 1024))

_MOST = 2**20  # of anything that is a side of a matrix
_MOST_LAYERS = 100
_MOST_FILTERS = 1000
_FEWEST_CHARACTERS = 3  # a byte within the marks of a word's begin and end


@dataclass(frozen=True, kw_only=True)
class ELMoOptions:
    """What a bidirectional language model is made of; the defaults are the published "small" model.

    The C++ side has the same fields under the same names.

    Parameters
    ----------
    cell
        "lstm", or "rnn": h_t = tanh(W_h h_{t-1} + W_x x_t + b).
    dim, projection_dim
        Width of the cells, and of what goes from layer to layer and from step to step; no projection where equal.
    n_layers
        Recurrent layers in each direction.
    cell_clip, proj_clip
        Cells and projections are kept within plus and minus this; 0 for no clip.
    use_skip_connections
        Whether layers from the second on add their input to their output.
    forget_bias
        Added to the forget gate.
    char_dim
        Numbers for each character.
    filters
        Of the character convolution: pairs of width in characters and number of filters.
    activation
        After the convolution.
    n_highway
        Highway layers after that.
    max_characters_per_token
        UTF-8 bytes of a word that are seen, and two for its marks.
    token_input
        Words are rows of a table instead of characters.
    n_tokens_vocab
        Words that the softmax knows; 0 while there is none.
    shared_softmax
        Whether both directions have the same.

    Raises
    ------
    TypeError, ValueError
        For a value of the wrong kind or out of range.

    Examples
    --------
    >>> ELMoOptions(dim=64, projection_dim=16).n_layers
    2
    """

    cell: Cell = "lstm"
    dim: int = 1024
    projection_dim: int = 128
    n_layers: int = 2
    cell_clip: float = 3.0
    proj_clip: float = 3.0
    use_skip_connections: bool = True
    forget_bias: float = 1.0
    char_dim: int = 16
    filters: Filters = field(default=SMALL_FILTERS)
    activation: Activation = "relu"
    n_highway: int = 1
    max_characters_per_token: int = 50
    token_input: bool = False
    n_tokens_vocab: int = 0
    shared_softmax: bool = True

    def __post_init__(self) -> None:
        _set(
            self,
            cell=choice_option("cell", self.cell, get_args(Cell)),
            dim=integer_option("dim", self.dim, 1, _MOST),
            projection_dim=integer_option("projection_dim", self.projection_dim, 1, _MOST),
            n_layers=integer_option("n_layers", self.n_layers, 1, _MOST_LAYERS),
            cell_clip=real_option("cell_clip", self.cell_clip, 0.0, math.inf),
            proj_clip=real_option("proj_clip", self.proj_clip, 0.0, math.inf),
            use_skip_connections=flag_option("use_skip_connections", self.use_skip_connections),
            forget_bias=real_option("forget_bias", self.forget_bias, -100.0, 100.0),
            char_dim=integer_option("char_dim", self.char_dim, 1, 2**16),
            activation=choice_option("activation", self.activation, get_args(Activation)),
            n_highway=integer_option("n_highway", self.n_highway, 0, _MOST_LAYERS),
            max_characters_per_token=integer_option(
                "max_characters_per_token", self.max_characters_per_token, _FEWEST_CHARACTERS, 2**16
            ),
            token_input=flag_option("token_input", self.token_input),
            n_tokens_vocab=integer_option("n_tokens_vocab", self.n_tokens_vocab, 0, 2**31 - 1),
            shared_softmax=flag_option("shared_softmax", self.shared_softmax),
        )
        _set(self, filters=_checked_filters(self.filters, self.max_characters_per_token))
        if self.projection_dim > self.dim:
            raise ValueError(f"projection_dim must be at most dim, which is {self.dim}, got {self.projection_dim}")


def _checked_filters(filters: Any, longest: int) -> Filters:
    if isinstance(filters, str | bytes) or not isinstance(filters, Iterable):
        raise TypeError(f"filters must be pairs of width and number, got {filters!r}")
    pairs = tuple(filters)
    if not 1 <= len(pairs) <= _MOST_FILTERS:
        raise ValueError(f"filters must be from 1 to {_MOST_FILTERS} pairs of width and number, got {len(pairs)}")
    checked = []
    for position, pair in enumerate(pairs):
        name = f"filters[{position}]"
        if isinstance(pair, str | bytes) or not isinstance(pair, Iterable):
            raise TypeError(f"{name} must be a pair of width and number, got {pair!r}")
        values = tuple(pair)
        if len(values) != 2:
            raise ValueError(f"{name} must be a pair of width and number, got {pair!r:.100}")
        width = integer_option(f"the width {name}[0]", values[0], 1, 2**31 - 1)
        if width > longest:
            raise ValueError(f"{name} must be no wider than max_characters_per_token, which is {longest}, got {width}")
        checked.append((width, integer_option(f"the number {name}[1]", values[1], 1, _MOST)))
    total = sum(number for _, number in checked)
    if total > _MOST:
        raise ValueError(f"filters must be at most {_MOST} together, got {total}")
    return tuple(checked)


@dataclass(frozen=True, kw_only=True)
class ELMoTrainingOptions:
    """What one step of training needs to know; the C++ side has the same fields under the same names.

    Parameters
    ----------
    batch_size, unroll_steps
        Streams of text in each direction, and words of each in a step; gradients reach back that far.
    sampled_softmax, negatives
        Whether the softmax is estimated from that many words drawn for each step and direction.
    optimizer
        "adagrad", as the original, or "adam".
    clip_norm
        Gradients are scaled down to this norm, all together; 0 for no clip.
    dropout
        Share of zeros in the input of every layer and in the last output.
    seed
        Start of all random numbers.
    precision
        "bfloat16": factors of matrix products are rounded to 16 bits, sums and weights are not.
    """

    batch_size: int = 128
    unroll_steps: int = 20
    sampled_softmax: bool = True
    negatives: int = 8192
    optimizer: Optimizer = "adagrad"
    clip_norm: float = 10.0
    dropout: float = 0.1
    seed: int = 1
    precision: Precision = "float32"

    def __post_init__(self) -> None:
        _set(
            self,
            batch_size=integer_option("batch_size", self.batch_size, 1, 2**20),
            unroll_steps=integer_option("unroll_steps", self.unroll_steps, 1, 2**20),
            sampled_softmax=flag_option("sampled_softmax", self.sampled_softmax),
            negatives=integer_option("negatives", self.negatives, 1, 2**31 - 1),
            optimizer=choice_option("optimizer", self.optimizer, get_args(Optimizer)),
            clip_norm=real_option("clip_norm", self.clip_norm, 0.0, math.inf),
            dropout=real_option("dropout", self.dropout, 0.0, math.nextafter(1.0, 0.0)),
            seed=integer_option("seed", self.seed, 0, 2**64 - 1),
            precision=choice_option("precision", self.precision, get_args(Precision)),
        )


def _set(options: Any, **values: Any) -> None:
    # Numbers of NumPy become Python's own, so that options can be written as JSON.
    for name, value in values.items():
        object.__setattr__(options, name, value)
