"""Options of classifiers and taggers: the one place of their defaults and ranges."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from ..runtime.compute import Compute, InferencePrecision
from ..runtime.options import (
    BELOW_ONE,
    Options,
    checked_field,
    choice_field,
    choice_option,
    flag_field,
    flag_option,
    integer_field,
    integer_option,
    real_field,
)
from ..text.characters import MIN_CHARACTERS

__all__ = [
    "CharacterOptions",
    "Encoder",
    "FeatureOptions",
    "NetworkOptions",
    "Pooling",
    "Task",
    "LengthOptions",
    "NetworkCompute",
    "TrainingOptions",
    "network_compute",
]

Task = Literal["classes", "labels", "tags"]
Encoder = Literal["lstm", "rnn"]
Pooling = Literal["attention", "mean", "max", "last"]
NetworkOptimizer = Literal["adam"]

Filters = tuple[tuple[int, int], ...]
Tables = tuple[tuple[int, int, bool], ...]

_MAX_SIZE = 2**20  # of a side of a matrix
_MAX_ROWS = 2**31 - 1
_MAX_LAYERS = 100
_MAX_CHARACTERS = 2**16
_MAX_CHARACTERS_HELP = "Maximum UTF-8 bytes per token, including 2 boundary markers."


def _rows(
    name: str, rows: object, columns: tuple[str, ...], highest: tuple[int | None, ...]
) -> tuple[tuple[Any, ...], ...]:
    """Check rows of integers from 1 to `highest`, or of flags where that is None."""
    if isinstance(rows, str | bytes) or not isinstance(rows, Iterable):
        raise TypeError(f"{name} must be a sequence of ({', '.join(columns)}), got {rows!r}")
    checked = []
    for index, row in enumerate(rows):
        if not isinstance(row, tuple | list) or len(row) != len(columns):
            raise ValueError(f"{name}[{index}] must be ({', '.join(columns)}), got {row!r}")
        checked.append(
            tuple(
                flag_option(f"{name}[{index}].{column}", value)
                if high is None
                else integer_option(f"{name}[{index}].{column}", value, 1, high)
                for column, value, high in zip(columns, row, highest, strict=True)
            )
        )
    return tuple(checked)


def _check_tables(name: str, value: Tables) -> Tables:
    return cast(Tables, _rows(name, value, ("rows", "width", "is_trained"), (_MAX_ROWS, _MAX_SIZE, None)))


def _check_contexts(name: str, value: Tables) -> Tables:
    return cast(Tables, _rows(name, value, ("layers", "width", "layer_norm"), (_MAX_LAYERS, _MAX_SIZE, None)))


def _check_filters(name: str, value: Filters) -> Filters:
    return cast(Filters, _rows(name, value, ("width", "number"), (_MAX_CHARACTERS, _MAX_SIZE)))


def _check_encoder(name: str, value: Encoder | None) -> Encoder | None:
    return None if value is None else cast(Encoder, choice_option(name, value, get_args(Encoder)))


def _check_pooling(name: str, value: str) -> str:
    """Check names of methods that are joined by "+"."""
    methods = value.split("+") if isinstance(value, str) else []
    if not methods or len(set(methods)) < len(methods) or not set(methods) <= set(get_args(Pooling)):
        raise ValueError(
            f'{name} must be {", ".join(get_args(Pooling))}, or several of them joined by "+" such as '
            f'"attention+mean+max", got {value!r}'
        )
    return value


def _require_filters(filters: Filters, max_characters: int) -> None:
    widest = max((width for width, _ in filters), default=0)
    if not 1 <= widest <= max_characters:
        raise ValueError(
            f"filters must have at least one filter, none wider than max_characters={max_characters}, got {filters}"
        )


@dataclass(frozen=True, kw_only=True)
class NetworkOptions(Options):
    """Shape of a network from token features to classes, labels or tags; the C++ side has the same fields.

    The features of a token are concatenated in the order of the fields: tables, contexts, characters.

    Parameters
    ----------
    task : {"classes", "labels", "tags"}
        One of several classes for each text, any of several labels for each text, or one tag for each token.
    outputs : int
        Number of outputs for each text or token; 1 for two classes.
    tables : tuple of (int, int, bool), default ()
        Number of rows, dimensionality and whether it is trained, for each table of vectors.
    contexts : tuple of (int, int, bool), default ()
        Number of layers, their dimensionality and whether they are normalised before the mix, for each language model.
    char_dim : int, default 0
        Dimensionality of character vectors; 0 for no character convolution.
    filters : tuple of (int, int), default ()
        Width and number of the character filters of each width.
    max_characters : int, default 50
        Maximum UTF-8 bytes per token, including 2 boundary markers (>= 3).
    encoder : {"lstm", "rnn"} or None, default "lstm"
        Type of the recurrent layers; None for no recurrent layers.
    n_layers : int, default 1
        Number of recurrent layers (1 to 100).
    hidden_dim : int, default 128
        Dimensionality of the recurrent layers in each direction (>= 1).
    bidirectional : bool, default True
        Whether the recurrent layers read in both directions.
    pooling : str, default "attention"
        How the vectors of a text are pooled; not for tags. "attention", "mean", "max" or "last", or several of them
        joined by "+", whose results are concatenated.
    attention_dim : int, default 128
        Dimensionality of the hidden layer of attention pooling (>= 1).
    dense_dim : int, default 0
        Dimensionality of a tanh layer before the outputs; 0 for none.
    crf : bool, default True
        Whether a linear-chain CRF scores neighbouring tags; only for tags.
    input_dropout : float, default 0.3
        Dropout rate of the token features (from 0 to below 1).
    dropout : float, default 0.3
        Dropout rate between and after the recurrent layers and in the tanh layer (from 0 to below 1).
    clip_norm : float, default 5.0
        Gradient-clipping norm over all parameters; 0 for no clipping.
    mix_l2 : float, default 0.0
        Coefficient of the L2 penalty on the layer-mix weights (>= 0).
    concatenate_layers : bool, default False
        Whether the layers of each language model are concatenated, each multiplied by its weight in the mix and the
        number of layers, instead of summed.
    projection_dim : int, default 0
        Dimensionality of a linear layer after the mix of each language model; 0 for none.
    word_dropout : float, default 0.0
        Dropout rate of whole tokens, whose features become zero (from 0 to below 1).
    weight_decay : float, default 0.0
        Decoupled weight decay of the weight matrices, which is multiplied by the learning rate (from 0 to 1).
    seed : int, default 1
        Random seed of dropout.

    Raises
    ------
    TypeError, ValueError
        If a value has the wrong type or is out of range, or there are no features.

    Examples
    --------
    >>> NetworkOptions(task="classes", outputs=1, tables=((100, 50, False),)).pooling
    'attention'
    """

    task: Task
    outputs: int
    tables: Tables = checked_field((), _check_tables, help="Rows, dimensionality and training of each table.")
    contexts: Tables = checked_field(
        (), _check_contexts, help="Layers, dimensionality and normalisation of each context."
    )
    char_dim: int = integer_field(0, low=0, high=2**16, help="Dimensionality of character vectors.")
    filters: Filters = checked_field((), _check_filters, help="Widths and numbers of the character filters.")
    max_characters: int = integer_field(
        50,
        low=MIN_CHARACTERS,
        high=_MAX_CHARACTERS,
        help="Maximum UTF-8 bytes per token, including 2 boundary markers.",
    )
    encoder: Encoder | None = checked_field("lstm", _check_encoder, help="Type of the recurrent layers.")
    n_layers: int = integer_field(1, low=1, high=_MAX_LAYERS, help="Number of recurrent layers.")
    hidden_dim: int = integer_field(
        128, low=1, high=_MAX_SIZE, help="Dimensionality of the recurrent layers in each direction."
    )
    bidirectional: bool = flag_field(True, help="Read in both directions.")
    pooling: str = checked_field(
        "attention",
        _check_pooling,
        help="How the vectors of a text are pooled: attention, mean, max or last, or several of them joined by +.",
    )
    attention_dim: int = integer_field(
        128, low=1, high=_MAX_SIZE, help="Dimensionality of the hidden layer of attention pooling."
    )
    dense_dim: int = integer_field(
        0, low=0, high=_MAX_SIZE, help="Dimensionality of a tanh layer before the outputs; 0 for none."
    )
    crf: bool = flag_field(True, help="Score neighbouring tags with a linear-chain CRF.")
    input_dropout: float = real_field(0.3, low=0.0, high=BELOW_ONE, help="Dropout rate of the token features.")
    dropout: float = real_field(0.3, low=0.0, high=BELOW_ONE, help="Dropout rate of the other layers.")
    clip_norm: float = real_field(5.0, low=0.0, help="Gradient-clipping norm; 0 for no clipping.")
    mix_l2: float = real_field(0.0, low=0.0, help="Coefficient of the L2 penalty on the layer-mix weights.")
    concatenate_layers: bool = flag_field(False, help="Concatenate the layers of a language model.")
    projection_dim: int = integer_field(
        0, low=0, high=_MAX_SIZE, help="Dimensionality of a linear layer after the layer mix; 0 for none."
    )
    word_dropout: float = real_field(0.0, low=0.0, high=BELOW_ONE, help="Dropout rate of whole tokens.")
    weight_decay: float = real_field(
        0.0, low=0.0, high=1.0, help="Decoupled weight decay of the weight matrices; 0 for none."
    )
    seed: int = integer_field(1, low=0, high=2**64 - 1, help="Random seed of dropout.")

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "task", choice_option("task", self.task, get_args(Task)))
        object.__setattr__(self, "outputs", integer_option("outputs", self.outputs, 1, _MAX_SIZE))
        if not self.tables and not self.contexts and not self.char_dim:
            raise ValueError("a network must have features (tables, contexts or characters), got none")
        if self.char_dim:
            _require_filters(self.filters, self.max_characters)


@dataclass(frozen=True, kw_only=True)
class CharacterOptions(Options):
    """Shape of a convolution over the characters of each word.

    Parameters
    ----------
    char_dim : int, default 16
        Dimensionality of character vectors (>= 1).
    filters : tuple of (int, int), default ((3, 50),)
        Width and number of the filters of each width.
    max_characters : int, default 30
        Maximum UTF-8 bytes per token, including 2 boundary markers (>= 3).

    Raises
    ------
    TypeError, ValueError
        If a value has the wrong type or is out of range, or a filter is wider than `max_characters`.

    Examples
    --------
    >>> CharacterOptions(char_dim=8).filters
    ((3, 50),)
    """

    char_dim: int = integer_field(16, low=1, high=2**16, help="Dimensionality of character vectors.")
    filters: Filters = checked_field(((3, 50),), _check_filters, help="Widths and numbers of the character filters.")
    max_characters: int = integer_field(
        30,
        low=MIN_CHARACTERS,
        high=_MAX_CHARACTERS,
        help="Maximum UTF-8 bytes per token, including 2 boundary markers.",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_filters(self.filters, self.max_characters)


@dataclass(frozen=True, kw_only=True)
class FeatureOptions(Options):
    """Which features a token has besides pretrained vectors, and how words are looked up.

    Parameters
    ----------
    embedding_dim : int, default 100
        Dimensionality of vectors learned from scratch (>= 1).
    min_count : int, default 2
        Minimum frequency of words that get a learned vector (>= 1); rarer words share one.
    characters : bool, default False
        Whether to add a convolution over the characters of each word.
    lowercase : bool, default False
        Whether to lower-case every word before it is looked up in tables; otherwise only words that are missing.
    layer_norm : bool, default False
        Whether to normalise each layer of a language model over the tokens of a text before the mix.

    Raises
    ------
    TypeError, ValueError
        If a value has the wrong type or is out of range.

    Examples
    --------
    >>> FeatureOptions(embedding_dim=50).min_count
    2
    """

    embedding_dim: int = integer_field(
        100, low=1, high=_MAX_SIZE, help="Dimensionality of vectors learned from scratch."
    )
    min_count: int = integer_field(
        2,
        low=1,
        high=2**62,
        help="Minimum frequency of words with a learned vector; rarer words share one.",
    )
    characters: bool = flag_field(False, help="Add a convolution over the characters of each word.")
    lowercase: bool = flag_field(False, help="Lower-case every word before its vector is retrieved.")
    layer_norm: bool = flag_field(False, help="Normalise the layers of a language model before the mix.")


@dataclass(frozen=True, kw_only=True)
class LengthOptions(Options):
    """Limits on the length of texts.

    Parameters
    ----------
    max_length : int, default 5000
        Maximum number of tokens per text (>= 1).
    truncate : bool, default False
        Whether to truncate longer texts; otherwise they are an error.

    Raises
    ------
    TypeError, ValueError
        If a value has the wrong type or is out of range.

    Examples
    --------
    >>> LengthOptions().max_length
    5000
    """

    max_length: int = integer_field(5000, low=1, high=2**31 - 1, help="Maximum number of tokens per text.")
    truncate: bool = flag_field(False, help="Truncate longer texts.")


@dataclass(frozen=True, kw_only=True)
class TrainingOptions(Options):
    """How a network is trained.

    Parameters
    ----------
    optimizer : {"adam"}, default "adam"
        Optimizer.
    learning_rate : float, default 0.001
        Learning rate of Adam (> 0).
    decay : float, default 1.0
        Factor applied to the learning rates after each epoch (above 0, at most 1).
    embedding_learning_rate : float, default 0.001
        Learning rate of language models that are fine-tuned (> 0).
    layer_rate_decay : float, default 1.0
        Factor applied to that rate for each layer below the top one (above 0, at most 1).
    gradual_unfreezing : bool, default False
        Whether language models are trained from the top layer down: none in the first epoch, then one layer more in
        each epoch.
    averaging : float or None, default None
        Decay per step of the exponential moving average of the parameters, which is validated and used instead of the
        last parameters (from 0 to below 1); 0 for no average, None for 0.995 if language models are fine-tuned and 0
        otherwise.
    batch_size : int, default 32
        Number of texts per training step (1 to 1048576).
    epochs : int, default 10
        Maximum number of passes over the training texts (>= 1).
    early_stopping : bool, default False
        Whether to stop when the validation metric no longer improves, and to restore the best parameters.
    patience : int, default 3
        Early-stopping patience: epochs without improvement (>= 1).
    validation_fraction : float, default 0.1
        Fraction of the training texts held out for early stopping if no validation texts are given (above 0).
    cache_bytes : int, default 2147483648
        Size limit of the cached layers of language models in bytes (>= 0).
    elmo_precision : {"float32", "bfloat16", "int8", "auto"} or None, default None
        Precision with which layers of language models are computed; None for float32, or int8 if their weights are.
    encoder_precision : {"float32", "bfloat16", "int8", "auto"}, default "float32"
        Precision of the recurrent layers in predictions.

    Raises
    ------
    TypeError, ValueError
        If a value has the wrong type or is out of range.

    Examples
    --------
    >>> TrainingOptions(epochs=5).batch_size
    32
    """

    optimizer: NetworkOptimizer = choice_field("adam", NetworkOptimizer, help="Optimizer.")
    learning_rate: float = real_field(1e-3, low=0.0, low_exclusive=True, help="Learning rate of Adam.")
    decay: float = real_field(
        1.0, low=0.0, high=1.0, low_exclusive=True, help="Factor applied to the learning rates after each epoch."
    )
    embedding_learning_rate: float = real_field(
        1e-3, low=0.0, low_exclusive=True, help="Learning rate of language models that are fine-tuned."
    )
    layer_rate_decay: float = real_field(
        1.0,
        low=0.0,
        high=1.0,
        low_exclusive=True,
        help="Factor applied to the learning rate of a language model for each layer below the top one.",
    )
    gradual_unfreezing: bool = flag_field(
        False, help="Train the layers of language models from the top down, one more in each epoch after the first."
    )
    averaging: float | None = real_field(
        None,
        low=0.0,
        high=BELOW_ONE,
        help="Decay per step of an exponential moving average of the parameters; 0 for no average; if not given, 0.995 "
        "for ELMo models that are fine-tuned and 0 otherwise.",
    )
    batch_size: int = integer_field(32, low=1, high=2**20, help="Number of texts per training step.")
    epochs: int = integer_field(10, low=1, high=2**31, help="Maximum number of passes over the training texts.")
    early_stopping: bool = flag_field(
        False, help="Stop when the validation metric no longer improves, and restore the best parameters."
    )
    patience: int = integer_field(3, low=1, high=2**31, help="Early-stopping patience: epochs without improvement.")
    validation_fraction: float = real_field(
        0.1,
        low=0.0,
        high=1.0,
        low_exclusive=True,
        help="Fraction of the training texts held out for early stopping if no validation texts are given.",
    )
    cache_bytes: int = integer_field(
        2 << 30, low=0, high=2**62, help="Size limit of the cached layers of language models in bytes."
    )
    elmo_precision: InferencePrecision | None = choice_field(
        None, InferencePrecision, help="Precision with which layers of language models are computed."
    )
    encoder_precision: InferencePrecision = choice_field(
        "float32", InferencePrecision, help="Precision of the recurrent layers in predictions."
    )


@dataclass(frozen=True, kw_only=True)
class NetworkCompute:
    """Compute settings of a call of a classifier or tagger.

    Parameters
    ----------
    threads : int
        Number of threads (>= 1).
    isa : str
        Instruction set.
    elmo_precision : {"float32", "bfloat16", "int8", "auto"} or None
        Precision of the layers of language models that are not fine-tuned; None for that of their weights.
    encoder_precision : {"float32", "bfloat16", "int8"}
        Precision of the recurrent layers in predictions.
    """

    threads: int
    isa: str
    elmo_precision: InferencePrecision | None
    encoder_precision: Literal["float32", "bfloat16", "int8"]


def network_compute(
    workers: int | None,
    elmo_precision: InferencePrecision | None = None,
    encoder_precision: InferencePrecision = "float32",
) -> NetworkCompute:
    """Return the settings of a call of a classifier or tagger, after checking its arguments.

    Parameters
    ----------
    workers : int or None
        Number of threads; None for the number of CPUs that this process may use.
    elmo_precision : {"float32", "bfloat16", "int8", "auto"} or None, default None
        Precision of the layers of language models; None for that of their weights.
    encoder_precision : {"float32", "bfloat16", "int8", "auto"}, default "float32"
        Precision of the recurrent layers in predictions; "auto" for the fastest one of this machine.

    Returns
    -------
    NetworkCompute
        The settings.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or is out of range.

    Examples
    --------
    >>> network_compute(2).encoder_precision
    'float32'
    """
    if elmo_precision is not None:
        choice_option("elmo_precision", elmo_precision, get_args(InferencePrecision))
    choice_option("encoder_precision", encoder_precision, get_args(InferencePrecision))
    compute = Compute.choose(workers=workers, precision=encoder_precision)
    return NetworkCompute(
        threads=compute.threads,
        isa=compute.isa,
        elmo_precision=elmo_precision,
        encoder_precision=compute.precision,
    )
