from collections.abc import Mapping, Sequence
from typing import Literal, Protocol, TypedDict

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_TrainingPrecision = Literal["float32", "bfloat16"]
_Precision = Literal["float32", "bfloat16", "int8"]

class _ModelOptions(Protocol):
    @property
    def cell(self) -> str: ...
    @property
    def dim(self) -> int: ...
    @property
    def projection_dim(self) -> int: ...
    @property
    def n_layers(self) -> int: ...
    @property
    def cell_clip(self) -> float: ...
    @property
    def proj_clip(self) -> float: ...
    @property
    def use_skip_connections(self) -> bool: ...
    @property
    def forget_bias(self) -> float: ...
    @property
    def n_characters(self) -> int: ...
    @property
    def char_dim(self) -> int: ...
    @property
    def filters(self) -> Sequence[tuple[int, int]]: ...
    @property
    def activation(self) -> str: ...
    @property
    def n_highway(self) -> int: ...
    @property
    def max_characters_per_token(self) -> int: ...
    @property
    def word_dim(self) -> int: ...
    @property
    def n_input_words(self) -> int: ...
    @property
    def token_input(self) -> bool: ...
    @property
    def n_tokens_vocab(self) -> int: ...
    @property
    def shared_softmax(self) -> bool: ...

class _TrainingOptions(Protocol):
    @property
    def batch_size(self) -> int: ...
    @property
    def unroll_steps(self) -> int: ...
    @property
    def sampled_softmax(self) -> bool: ...
    @property
    def negatives(self) -> int: ...
    @property
    def optimizer(self) -> str: ...
    @property
    def clip_norm(self) -> float: ...
    @property
    def dropout(self) -> float: ...
    @property
    def train_word_vectors(self) -> bool: ...
    @property
    def seed(self) -> int: ...
    @property
    def precision(self) -> str: ...

class StepOutcome(TypedDict):
    loss_forward: float
    loss_backward: float
    gradient_norm: float
    clipped: bool
    finite: bool

class _Draws(TypedDict):
    negatives: list[NDArray[np.int32]]
    tries: list[int]
    factors: list[list[Floats]]

def parameter_shapes(options: _ModelOptions) -> list[tuple[str, tuple[int, ...]]]: ...
def round_columns(name: str, matrix: Floats, parts: int) -> tuple[NDArray[np.int8], Floats]: ...

class Trainer:
    state: dict[str, Floats]
    def __init__(
        self,
        options: _ModelOptions,
        training_options: _TrainingOptions,
        parameters: dict[str, Floats],
        accumulators: dict[str, Floats] | dict[str, tuple[Floats, Floats]],
        *,
        threads: int,
        isa: str,
        rank: int = ...,
    ) -> None: ...
    def step(
        self,
        characters: NDArray[np.uint16] | None,
        inputs: NDArray[np.int32],
        targets: NDArray[np.int32],
        *,
        words: NDArray[np.int32] | None = ...,
        learning_rate: float,
        step: int,
    ) -> StepOutcome: ...
    def gradients(
        self,
        characters: NDArray[np.uint16] | None,
        inputs: NDArray[np.int32],
        targets: NDArray[np.int32],
        *,
        words: NDArray[np.int32] | None = ...,
        step: int,
    ) -> dict[str, Floats]: ...
    def backward(
        self,
        characters: NDArray[np.uint16] | None,
        inputs: NDArray[np.int32],
        targets: NDArray[np.int32],
        *,
        words: NDArray[np.int32] | None = ...,
        step: int,
    ) -> StepOutcome: ...
    def dense_gradients(self) -> Floats: ...
    def row_gradients(self) -> list[tuple[NDArray[np.int32], Floats, Floats | None]]: ...
    def update(
        self, rows: list[tuple[NDArray[np.int32], Floats, Floats | None]], *, learning_rate: float
    ) -> StepOutcome: ...
    def draws(self) -> _Draws: ...
    def reset_state(self, streams: Sequence[int]) -> None: ...
    def close(self) -> None: ...
    @property
    def part_seconds(self) -> dict[str, float]: ...
    @property
    def updates(self) -> int: ...
    @property
    def threads(self) -> int: ...

# Immutable: any number of Python threads may call its methods at the same time. `threads` of the constructor is for
# packing the weights.
class LanguageModel:
    def __init__(
        self,
        options: _ModelOptions,
        parameters: Mapping[str, NDArray[np.float32 | np.int8]],
        *,
        threads: int,
        isa: str,
        precision: _Precision = ...,
    ) -> None: ...
    def token_vectors(
        self, characters: NDArray[np.uint16], *, threads: int, words: NDArray[np.int32] | None = ...
    ) -> Floats: ...
    def layers(
        self,
        vectors: Floats,
        ids: NDArray[np.int32],
        ends: NDArray[np.int64],
        *,
        threads: int,
        n_layers: int | None = ...,
        state: dict[str, Floats] | None = ...,
        backward_ids: NDArray[np.int32] | None = ...,
    ) -> Floats: ...
    def log_probabilities(
        self, direction: int, hidden: Floats, targets: NDArray[np.int32], *, threads: int
    ) -> NDArray[np.float64]: ...
    def distributions(self, direction: int, hidden: Floats, *, threads: int) -> Floats: ...
    @property
    def packed_bytes(self) -> int: ...

# Carries recurrent state from window to window, so each evaluation needs a separate evaluator.
class Evaluator:
    def __init__(self, model: LanguageModel, *, threads: int) -> None: ...
    def evaluate(
        self,
        characters: NDArray[np.uint16] | None,
        inputs: NDArray[np.int32],
        targets: NDArray[np.int32],
        mask: NDArray[np.bool_],
        *,
        words: NDArray[np.int32] | None = ...,
    ) -> tuple[float, float]: ...
    def reset_state(self) -> None: ...

class ForwardPass:
    def __init__(
        self,
        options: _ModelOptions,
        parameters: dict[str, Floats],
        characters: NDArray[np.uint16] | None,
        ids: NDArray[np.int32],
        ends: NDArray[np.int64],
        *,
        words: NDArray[np.int32] | None = ...,
        state: dict[str, Floats] | None = ...,
        threads: int,
        isa: str,
        precision: _TrainingPrecision = ...,
    ) -> None: ...
    @property
    def layers(self) -> Floats: ...
    def backward(self, d_layers: Floats) -> dict[str, Floats]: ...
