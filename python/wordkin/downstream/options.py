"""What a network of a classifier or tagger is made of: its shapes, and nothing of the words and labels it is about."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from ..runtime.options import choice_option, flag_option, integer_option, real_option

__all__ = ["Encoder", "NetworkOptions", "Pooling", "Task"]

Task = Literal["classes", "labels", "tags"]
Encoder = Literal["lstm", "rnn"]
Pooling = Literal["attention", "mean", "max", "last"]

_MOST = 2**20  # of anything that is a side of a matrix
_MOST_ROWS = 2**31 - 1
_MOST_LAYERS = 100
_MOST_CHARACTERS = 2**16


@dataclass(frozen=True, kw_only=True)
class NetworkOptions:
    """A network from features of tokens to classes, labels or tags; the C++ side has the same fields.

    Features stand side by side in the order of the fields: tables, contexts, characters.

    Parameters
    ----------
    task
        "classes": one of several for a text; "labels": any of several for a text; "tags": one for each token.
    outputs
        Numbers for each text or token; 1 where two classes are told apart.
    tables
        Of each table of vectors its rows, its width, and whether it is trained.
    contexts
        Of each source of vectors in context its layers, their width, and whether a layer is shifted and scaled to mean
        0 and deviation 1 over the tokens of a text before the layers are mixed.
    char_dim, filters, max_characters
        Character convolution: numbers for each character (0: there is none), pairs of width and number, ids in a word.
    encoder, n_layers, hidden_dim, bidirectional
        Recurrent layers over the features; None for none.
    pooling, attention_dim
        How a text becomes one vector; the width of the attention's hidden layer. Not for tags.
    dense_dim
        Width of a tanh layer before the outputs; 0 for none.
    crf
        Whether neighbouring tags are scored together. For tags only.
    input_dropout, dropout
        Share of zeros in the features; between and behind the recurrent layers and in the tanh layer.
    clip_norm
        Greatest norm of all gradients together; 0 for no limit.
    mix_l2
        Factor of the squared weights of the layers' mixes in the loss.
    seed
        Of the masks of dropout.

    Raises
    ------
    TypeError, ValueError
        For a value of the wrong kind or out of range.

    Examples
    --------
    >>> NetworkOptions(task="classes", outputs=1, tables=((100, 50, False),)).pooling
    'attention'
    """

    task: Task
    outputs: int
    tables: tuple[tuple[int, int, bool], ...] = ()
    contexts: tuple[tuple[int, int, bool], ...] = ()
    char_dim: int = 0
    filters: tuple[tuple[int, int], ...] = ()
    max_characters: int = 50
    encoder: Encoder | None = "lstm"
    n_layers: int = 1
    hidden_dim: int = 128
    bidirectional: bool = True
    pooling: Pooling = "attention"
    attention_dim: int = 128
    dense_dim: int = 0
    crf: bool = True
    input_dropout: float = 0.0
    dropout: float = 0.0
    clip_norm: float = 0.0
    mix_l2: float = 0.0
    seed: int = 1

    def __post_init__(self) -> None:
        encoder = self.encoder
        _set(
            self,
            task=choice_option("task", self.task, get_args(Task)),
            outputs=integer_option("outputs", self.outputs, 1, _MOST),
            tables=_checked("tables", self.tables, ("rows", "width", "is_trained"), (_MOST_ROWS, _MOST, None)),
            contexts=_checked(
                "contexts", self.contexts, ("layers", "width", "layer_norm"), (_MOST_LAYERS, _MOST, None)
            ),
            char_dim=integer_option("char_dim", self.char_dim, 0, 2**16),
            filters=_checked("filters", self.filters, ("width", "number"), (_MOST_CHARACTERS, _MOST)),
            max_characters=integer_option("max_characters", self.max_characters, 3, _MOST_CHARACTERS),
            encoder=encoder if encoder is None else choice_option("encoder", encoder, get_args(Encoder)),
            n_layers=integer_option("n_layers", self.n_layers, 1, _MOST_LAYERS),
            hidden_dim=integer_option("hidden_dim", self.hidden_dim, 1, _MOST),
            bidirectional=flag_option("bidirectional", self.bidirectional),
            pooling=choice_option("pooling", self.pooling, get_args(Pooling)),
            attention_dim=integer_option("attention_dim", self.attention_dim, 1, _MOST),
            dense_dim=integer_option("dense_dim", self.dense_dim, 0, _MOST),
            crf=flag_option("crf", self.crf),
            input_dropout=real_option("input_dropout", self.input_dropout, 0.0, math.nextafter(1.0, 0.0)),
            dropout=real_option("dropout", self.dropout, 0.0, math.nextafter(1.0, 0.0)),
            clip_norm=real_option("clip_norm", self.clip_norm, 0.0, math.inf),
            mix_l2=real_option("mix_l2", self.mix_l2, 0.0, math.inf),
            seed=integer_option("seed", self.seed, 0, 2**64 - 1),
        )
        if not self.tables and not self.contexts and not self.char_dim:
            raise ValueError("a network needs features: tables, contexts or characters, got none of them")
        if self.char_dim:
            widest = max((width for width, _ in self.filters), default=0)
            if not 1 <= widest <= self.max_characters:
                raise ValueError(
                    f"filters must be at least one, and no wider than max_characters, which is {self.max_characters}; "
                    f"got {self.filters}"
                )


def _set(options: NetworkOptions, **values: Any) -> None:
    for name, value in values.items():
        object.__setattr__(options, name, value)


def _checked(name: str, rows: Any, columns: tuple[str, ...], most: tuple[int | None, ...]) -> tuple[Any, ...]:
    """Rows of whole numbers from 1 to `most`, or of flags where that is None."""
    if isinstance(rows, str | bytes) or not isinstance(rows, Iterable):
        raise TypeError(f"{name} must be a sequence of ({', '.join(columns)}), got {rows!r}")
    checked = []
    for place, row in enumerate(rows):
        if not isinstance(row, tuple | list) or len(row) != len(columns):
            raise ValueError(f"{name}[{place}] must be ({', '.join(columns)}), got {row!r}")
        checked.append(
            tuple(
                flag_option(f"{name}[{place}].{column}", value)
                if high is None
                else integer_option(f"{name}[{place}].{column}", value, 1, high)
                for column, value, high in zip(columns, row, most, strict=True)
            )
        )
    return tuple(checked)
