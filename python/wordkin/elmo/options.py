"""Options of language models and their training: the only place of defaults and ranges.

The compiled core has structures with the same field names as `ELMoOptions` and `ELMoTrainingOptions`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..runtime.compute import Precision
from ..runtime.options import (
    BELOW_ONE,
    Options,
    checked_field,
    choice_field,
    flag_field,
    integer_field,
    integer_option,
    real_field,
)
from ..text.characters import MIN_CHARACTERS, N_CHARACTERS, Cut
from ..text.tokenization import Tokenizer

__all__ = [
    "DEFAULT_LEARNING_RATES",
    "SMALL_FILTERS",
    "Activation",
    "Cell",
    "ELMoEncodingOptions",
    "ELMoOptions",
    "ELMoRunOptions",
    "ELMoTrainingOptions",
    "ELMoVocabularyOptions",
    "Filters",
    "LayerNorm",
    "LayersArgument",
    "Optimizer",
    "Pooling",
    "Schedule",
    "VocabularyChange",
]

Cell = Literal["lstm", "rnn"]
Activation = Literal["relu", "tanh"]
Optimizer = Literal["adagrad", "adam"]
Schedule = Literal["constant", "linear", "inverse_sqrt", "epoch_decay"]
VocabularyChange = Literal["keep", "extend", "replace"]
Filters = tuple[tuple[int, int], ...]
LayerNorm = Literal["bilm", "allennlp"]
Pooling = Literal["mean"]
LayersArgument = Literal["all", "top", "average"] | int | Sequence[float] | NDArray[np.floating[Any]]

SMALL_FILTERS: Filters = ((1, 32), (2, 32), (3, 64), (4, 128), (5, 256), (6, 512), (7, 1024))
DEFAULT_LEARNING_RATES: dict[Optimizer, float] = {"adagrad": 0.2, "adam": 2e-3}

_MAX_WIDTH = 2**20  # Of any layer: products of two widths then stay far below 2^63.
_MAX_LAYERS = 100
_MAX_FILTERS = 1000
_MAX_COUNT = 2**62
_MAX_CHARACTERS = 2**16 - 1  # ids are stored in 16 bits
_MIN_VOCABULARY = 4  # Two boundary markers, the unknown word, and one word.


def _checked_filters(name: str, filters: Any) -> Filters:
    if isinstance(filters, str | bytes) or not isinstance(filters, Iterable):
        raise TypeError(f"{name} must be pairs of width and number, got {filters!r}")
    pairs = tuple(filters)
    if not 1 <= len(pairs) <= _MAX_FILTERS:
        raise ValueError(f"{name} must be from 1 to {_MAX_FILTERS} pairs of width and number, got {len(pairs)}")
    checked = []
    for index, pair in enumerate(pairs):
        item = f"{name}[{index}]"
        if isinstance(pair, str | bytes) or not isinstance(pair, Iterable):
            raise TypeError(f"{item} must be a pair of width and number, got {pair!r}")
        values = tuple(pair)
        if len(values) != 2:
            raise ValueError(f"{item} must be a pair of width and number, got {pair!r:.100}")
        width = integer_option(f"the width {item}[0]", values[0], 1, 2**31 - 1)
        checked.append((width, integer_option(f"the number {item}[1]", values[1], 1, _MAX_WIDTH)))
    total = sum(number for _, number in checked)
    if total > _MAX_WIDTH:
        raise ValueError(f"{name} must be at most {_MAX_WIDTH} in total, got {total}")
    return tuple(checked)


@dataclass(frozen=True, kw_only=True)
class ELMoOptions(Options):
    """Architecture of a bidirectional language model; the defaults are those of the published "small" model.

    Parameters
    ----------
    cell : {"lstm", "rnn"}, default "lstm"
        Recurrent cell: an LSTM with projection, or an Elman network h_t = tanh(W_h h_{t-1} + W_x x_t + b).
    dim : int, default 1024
        Dimensionality of the cell state (>= 1).
    projection_dim : int, default 128
        Dimensionality of the layer outputs in each direction (1 to `dim`). If it equals `dim`, the layers have no
        projection.
    n_layers : int, default 2
        Number of recurrent layers in each direction (1 to 100).
    cell_clip : float, default 3.0
        Cell states are clipped to plus and minus this value; 0 for no clipping.
    proj_clip : float, default 3.0
        Projections are clipped to plus and minus this value; 0 for no clipping.
    use_skip_connections : bool, default True
        Whether every layer after the first adds its input to its output.
    forget_bias : float, default 1.0
        Constant added to the forget gate (-100 to 100).
    n_characters : int, default 261
        Number of character ids (261 to 65535): 256 bytes and five markers, unless the model has another alphabet.
    char_dim : int, default 16
        Dimensionality of the character embeddings (>= 1).
    filters : iterable of (int, int), default SMALL_FILTERS
        Character convolutions: pairs of width in characters and number of filters.
    activation : {"relu", "tanh"}, default "relu"
        Activation function after the convolutions.
    n_highway : int, default 1
        Number of highway layers after the convolutions (0 to 100).
    max_characters_per_token : int, default 50
        Maximum number of UTF-8 bytes per token, including 2 boundary markers (>= 3).
    word_dim : int, default 0
        Dimensionality of word vectors beside the characters (>= 0); 0 for none.
    n_input_words : int, default 0
        Number of these word vectors.
    token_input : bool, default False
        Whether words are looked up in an embedding table instead of being composed from characters.
    n_tokens_vocab : int, default 0
        Size of the output vocabulary; 0 for a model without a softmax.
    shared_softmax : bool, default True
        Whether both directions share the softmax parameters.

    Raises
    ------
    TypeError, ValueError
        If a value has the wrong type or is out of range.

    References
    ----------
    .. [1] M. Peters et al., "Deep contextualized word representations", NAACL 2018.
    .. [2] R. Jozefowicz et al., "Exploring the Limits of Language Modeling", 2016: the character convolutions and the
       sampled softmax.
    .. [3] H. Sak, A. Senior and F. Beaufays, "Long Short-Term Memory Recurrent Neural Network Architectures for Large
       Scale Acoustic Modeling", Interspeech 2014: the projection.

    Examples
    --------
    >>> ELMoOptions(dim=64, projection_dim=16).n_layers
    2
    """

    cell: Cell = choice_field("lstm", Cell, help="Recurrent cell.")
    dim: int = integer_field(1024, low=1, high=_MAX_WIDTH, help="Dimensionality of the cell state.")
    projection_dim: int = integer_field(
        128, low=1, high=_MAX_WIDTH, help="Dimensionality of the layer outputs in each direction."
    )
    n_layers: int = integer_field(2, low=1, high=_MAX_LAYERS, help="Number of recurrent layers in each direction.")
    cell_clip: float = real_field(3.0, low=0.0, help="Clipping limit of the cell states; 0 for none.")
    proj_clip: float = real_field(3.0, low=0.0, help="Clipping limit of the projections; 0 for none.")
    use_skip_connections: bool = flag_field(True, help="Add the input of every layer after the first to its output.")
    forget_bias: float = real_field(1.0, low=-100.0, high=100.0, help="Constant added to the forget gate.")
    n_characters: int = integer_field(N_CHARACTERS, low=1, high=_MAX_CHARACTERS, help="Number of character ids.")
    char_dim: int = integer_field(16, low=1, high=2**16, help="Dimensionality of the character embeddings.")
    filters: Filters = checked_field(
        SMALL_FILTERS, _checked_filters, help="Character convolutions: pairs of width and number of filters."
    )
    activation: Activation = choice_field("relu", Activation, help="Activation function after the convolutions.")
    n_highway: int = integer_field(1, low=0, high=_MAX_LAYERS, help="Number of highway layers after the convolutions.")
    max_characters_per_token: int = integer_field(
        50, low=MIN_CHARACTERS, high=2**16, help="Maximum UTF-8 bytes per token, including 2 boundary markers."
    )
    word_dim: int = integer_field(
        0, low=0, high=_MAX_WIDTH, help="Dimensionality of word vectors beside the characters; 0 for none."
    )
    n_input_words: int = integer_field(0, low=0, high=2**31 - 1, help="Number of word vectors beside the characters.")
    token_input: bool = flag_field(False, help="Look words up in an embedding table instead of reading characters.")
    n_tokens_vocab: int = integer_field(
        0, low=0, high=2**31 - 1, help="Size of the output vocabulary; 0 for a model without a softmax."
    )
    shared_softmax: bool = flag_field(True, help="Share the softmax parameters between both directions.")

    def __post_init__(self) -> None:
        super().__post_init__()
        longest = self.max_characters_per_token
        for index, (width, _) in enumerate(self.filters):
            if width > longest:
                raise ValueError(
                    f"filters[{index}] must be no wider than max_characters_per_token, which is {longest}, got {width}"
                )
        if self.word_dim and (self.token_input or not self.n_input_words):
            raise ValueError(
                f"word_dim must be 0 for a model with token_input or without n_input_words, got {self.word_dim}"
            )
        if self.projection_dim > self.dim:
            raise ValueError(f"projection_dim must be at most dim, which is {self.dim}, got {self.projection_dim}")


@dataclass(frozen=True, kw_only=True)
class ELMoTrainingOptions(Options):
    """Options of a single training step.

    Parameters
    ----------
    batch_size : int, default 64
        Number of parallel token streams in each direction (1 to 2**20).
    unroll_steps : int, default 20
        Number of time steps per training step, through which gradients are backpropagated (1 to 2**20).
    sampled_softmax : bool, default True
        Whether the softmax is estimated from `negatives` sampled words per step and direction.
    negatives : int, default 2048
        Number of words sampled (>= 1).
    optimizer : {"adagrad", "adam"}, default "adam"
        Optimizer; the original program has Adagrad.
    clip_norm : float, default 10.0
        Gradient-clipping norm over all parameters together; 0 for no clipping.
    dropout : float, default 0.1
        Dropout rate of the input of every layer and of the last output (0 to below 1).
    train_word_vectors : bool, default True
        Whether word vectors beside characters are trained.
    seed : int, default 1
        Random seed (0 to 2**64 - 1).
    precision : {"float32", "bfloat16"}, default "float32"
        Precision of the operands of matrix products; sums and weights are always float32.

    Raises
    ------
    TypeError, ValueError
        If a value has the wrong type or is out of range.

    Examples
    --------
    >>> ELMoTrainingOptions(batch_size=32).optimizer
    'adam'
    """

    batch_size: int = integer_field(64, low=1, high=2**20, help="Number of parallel token streams in each direction.")
    unroll_steps: int = integer_field(20, low=1, high=2**20, help="Number of time steps per training step.")
    sampled_softmax: bool = flag_field(True, help="Estimate the softmax from sampled words.")
    negatives: int = integer_field(2048, low=1, high=2**31 - 1, help="Number of words sampled per step and direction.")
    optimizer: Optimizer = choice_field("adam", Optimizer, help="Optimizer.")
    clip_norm: float = real_field(10.0, low=0.0, help="Gradient-clipping norm; 0 for no clipping.")
    dropout: float = real_field(
        0.1, low=0.0, high=BELOW_ONE, help="Dropout rate of the layer inputs and the last output."
    )
    train_word_vectors: bool = flag_field(True, help="Train the word vectors beside characters.")
    seed: int = integer_field(1, low=0, high=2**64 - 1, help="Random seed.")
    precision: Precision = choice_field("float32", Precision, help="Precision of the operands of matrix products.")

    @property
    def default_learning_rate(self) -> float:
        """Maximum learning rate of the optimizer if none is given."""
        return DEFAULT_LEARNING_RATES[self.optimizer]


@dataclass(frozen=True, kw_only=True)
class ELMoVocabularyOptions(Options):
    """How the output vocabulary is chosen from the training text.

    Parameters
    ----------
    min_count : int, default 3
        Minimum number of occurrences of a word (>= 0).
    max_vocabulary_size : int or None, default None
        Maximum size, including the two boundary markers and the unknown word (>= 4); None for no limit.
    vocabulary_change : {"keep", "extend", "replace"}, default "keep"
        For a model that has a vocabulary: keep it, add the words of the text, or take only those.

    Raises
    ------
    TypeError, ValueError
        If a value has the wrong type or is out of range.

    Examples
    --------
    >>> ELMoVocabularyOptions(max_vocabulary_size=100_000).min_count
    3
    """

    min_count: int = integer_field(3, low=0, high=2**63 - 1, help="Minimum number of occurrences of a word.")
    max_vocabulary_size: int | None = integer_field(
        None, low=_MIN_VOCABULARY, high=2**31 - 1, help="Maximum size of the output vocabulary."
    )
    vocabulary_change: VocabularyChange = choice_field(
        "keep", VocabularyChange, help="How to treat an existing vocabulary."
    )


@dataclass(frozen=True, kw_only=True)
class ELMoRunOptions(Options):
    """Course of a training run: length, learning rate, validation and checkpoints.

    Parameters
    ----------
    epochs : int, default 10
        Number of passes over the text (>= 1).
    learning_rate : float, default 0.002
        Maximum learning rate (> 0).
    schedule : {"constant", "linear", "inverse_sqrt", "epoch_decay"}, default "linear"
        Course of the learning rate after the warm-up: constant; decreasing linearly to 0 at the end of the last epoch,
        of `decay_steps` or of `decay_seconds`; proportional to the inverse square root of the step number; or
        multiplied by `decay` after each epoch.
    warmup_steps : int, default 0
        Number of steps in which the learning rate rises linearly from 0 (>= 0).
    decay_steps : int or None, default None
        Number of steps, those of the warm-up included, after which "linear" reaches 0 (>= 1); None for all epochs.
    decay_seconds : float or None, default None
        Training time in seconds, that before a resumption included, after which "linear" reaches 0 and training ends
        (> 0); None to count steps.
    decay : float, default 0.8
        Factor of "epoch_decay" (> 0, at most 1).
    shuffle : bool, default True
        Whether the sentences are shuffled in each epoch and direction.
    state_reset_rate : float, default 0.05
        Fraction of streams whose recurrent state is reset before each step, resampled every step (0 to 1). The
        original program carries all states for the whole training run, which corresponds to 0; some random seeds then
        yield models that perform poorly on isolated sentences.
    max_steps : int or None, default None
        Maximum number of steps of the run, including those before a resumption (>= 1); None for no limit.
    max_seconds : float or None, default None
        Maximum time of one call in seconds (> 0); None for no limit.
    validation_steps : int or None, default None
        Number of steps between validations (>= 1); None to validate after each epoch.
    patience : int or None, default None
        Early-stopping patience: number of validations without improvement after which training stops and the best
        parameters are restored (>= 1); None to disable early stopping.
    checkpoint_steps : int or None, default None
        Number of steps between checkpoints (>= 1); None for no such rule.
    checkpoint_seconds : float or None, default 600.0
        Time between checkpoints in seconds (> 0); None for no such rule.
    keep : int, default 2
        Number of checkpoints to keep (>= 1).
    resume : bool, default True
        Whether to resume from the newest checkpoint.

    Raises
    ------
    TypeError, ValueError
        If a value has the wrong type or is out of range.

    Examples
    --------
    >>> ELMoRunOptions(epochs=3).state_reset_rate
    0.05
    """

    epochs: int = integer_field(10, low=1, high=2**31 - 1, help="Number of passes over the text.")
    learning_rate: float = real_field(
        DEFAULT_LEARNING_RATES["adam"], low=0.0, low_exclusive=True, help="Maximum learning rate."
    )
    schedule: Schedule = choice_field("linear", Schedule, help="Course of the learning rate after the warm-up.")
    warmup_steps: int = integer_field(
        0, low=0, high=_MAX_COUNT, help="Number of steps in which the learning rate rises from 0."
    )
    decay_steps: int | None = integer_field(
        None,
        low=1,
        high=_MAX_COUNT,
        help="Number of steps after which the schedule linear reaches 0; all if not given.",
    )
    decay_seconds: float | None = real_field(
        None,
        low=0.0,
        low_exclusive=True,
        help="Training time in seconds after which the schedule linear reaches 0 and training ends.",
    )
    decay: float = real_field(0.8, low=0.0, high=1.0, low_exclusive=True, help="Factor of the schedule epoch_decay.")
    shuffle: bool = flag_field(True, help="Shuffle the sentences in each epoch.")
    state_reset_rate: float = real_field(
        0.05, low=0.0, high=1.0, help="Fraction of streams whose recurrent state is reset before each step."
    )
    max_steps: int | None = integer_field(None, low=1, high=_MAX_COUNT, help="Maximum number of steps.")
    max_seconds: float | None = real_field(
        None, low=0.0, low_exclusive=True, help="Maximum time of one call in seconds."
    )
    validation_steps: int | None = integer_field(
        None, low=1, high=_MAX_COUNT, help="Number of steps between validations; after each epoch if not given."
    )
    patience: int | None = integer_field(
        None, low=1, high=_MAX_COUNT, help="Early-stopping patience: validations without improvement."
    )
    checkpoint_steps: int | None = integer_field(
        None, low=1, high=_MAX_COUNT, help="Number of steps between checkpoints."
    )
    checkpoint_seconds: float | None = real_field(
        600.0, low=0.0, low_exclusive=True, optional=True, help="Time between checkpoints in seconds."
    )
    keep: int = integer_field(2, low=1, high=2**31 - 1, help="Number of checkpoints to keep.")
    resume: bool = flag_field(True, help="Resume from the newest checkpoint.")

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("decay_steps", "decay_seconds"):
            if (given := getattr(self, name)) is not None and self.schedule != "linear":
                raise ValueError(f"{name} must be None with schedule={self.schedule!r}, got {given}")
        if self.decay_steps is not None and self.decay_seconds is not None:
            raise ValueError(f"decay_seconds must be None with decay_steps, got {self.decay_seconds}")


def _checked_flag(name: str, value: object) -> bool:
    # Integers are refused: `stateful=2` would be a number of streams given to the wrong argument.
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def _checked_tokenizer(name: str, value: Tokenizer | None) -> Tokenizer | None:
    if value is not None and not callable(value):
        raise TypeError(f"{name} must be callable and return the tokens of a text, got {type(value).__name__}")
    return value


@dataclass(frozen=True, kw_only=True)
class ELMoEncodingOptions(Options):
    """How sentences are encoded.

    Parameters
    ----------
    layers : {"all", "top", "average"}, int, or sequence of float, default "average"
        Layers to return: all of them, the last, their mean, one by index, or a mix with these scalar-mix weights,
        softmax-normalised; -inf excludes a layer. Checked when the number of layers is known.
    gamma : float, default 1.0
        Factor by which the vectors are multiplied.
    layer_norm : {"bilm", "allennlp"} or None, default None
        Normalise each layer to mean 0 and variance 1 over the sentence, with or without ("bilm") its boundary markers.
    pooling : {"mean"} or None, default None
        Return the mean of a sentence's vectors instead of one vector per token.
    boundaries : bool, default False
        Whether the sentence-boundary markers count as tokens of the result.
    batch_size : int, default 32
        Maximum number of sentences in a batch (>= 1); with `stateful`, the number of parallel streams.
    stateful : bool, default False
        Whether the recurrent state is carried from each batch to the next.
    tokenizer : callable or None, default None
        Function that splits a text into tokens; `split_words` if None.
    cut : {"bytes", "characters"}, default "bytes"
        Where tokens that are too long are truncated: after the last byte that fits, or the last whole character.
    cache_bytes : int or None, default None
        Size limit of the token-vector cache in bytes (>= 0); None keeps the current limit.

    Raises
    ------
    TypeError, ValueError
        If an option has the wrong type or is out of range.

    Examples
    --------
    >>> ELMoEncodingOptions(batch_size=8, pooling="mean").batch_size
    8
    """

    layers: LayersArgument = checked_field(
        "average",
        lambda _, value: value,
        help="Layers to return: all, top, average, the index of a layer, or scalar-mix weights.",
    )
    gamma: float = real_field(1.0, low=-math.inf, help="Factor by which the vectors are multiplied.")
    layer_norm: LayerNorm | None = choice_field(
        None,
        LayerNorm,
        help="Normalise each layer to mean 0 and variance 1 over the sentence, as the named program does.",
    )
    pooling: Pooling | None = choice_field(None, Pooling, help="Return one pooled vector per sentence.")
    boundaries: bool = flag_field(False, help="Also return the vectors of the sentence-boundary markers.")
    batch_size: int = integer_field(
        32, low=1, high=2**20, help="Maximum number of sentences in a batch; if stateful, the number of streams."
    )
    stateful: bool = checked_field(
        False, _checked_flag, help="Carry the recurrent state from each batch of sentences to the next."
    )
    tokenizer: Tokenizer | None = checked_field(
        None, _checked_tokenizer, help="Function that splits a text into tokens."
    )
    cut: Cut = choice_field("bytes", Cut, help="Where tokens that are too long are truncated.")
    cache_bytes: int | None = integer_field(
        None, low=0, high=2**63 - 1, help="Size limit of the token-vector cache in bytes; 0 disables it."
    )
