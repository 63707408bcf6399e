from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

def parameter_shapes(options: Any) -> list[tuple[str, tuple[int, ...]]]: ...

class Trainer:
    state: dict[str, Floats]
    def __init__(
        self,
        options: Any,
        training_options: Any,
        parameters: dict[str, Floats],
        accumulators: dict[str, Floats] | dict[str, tuple[Floats, Floats]],
        *,
        threads: int,
        isa: str,
    ) -> None: ...
    def step(
        self,
        characters: NDArray[np.uint16] | None,
        inputs: NDArray[np.int32],
        targets: NDArray[np.int32],
        *,
        learning_rate: float,
        step: int,
    ) -> dict[str, Any]: ...
    def gradients(
        self,
        characters: NDArray[np.uint16] | None,
        inputs: NDArray[np.int32],
        targets: NDArray[np.int32],
        *,
        step: int,
    ) -> dict[str, Floats]: ...
    def draws(self) -> dict[str, Any]: ...
    def reset_state(self, streams: Sequence[int]) -> None: ...
    def close(self) -> None: ...
    @property
    def updates(self) -> int: ...
    @property
    def threads(self) -> int: ...

class LanguageModel:
    threads: int
    def __init__(
        self, options: Any, parameters: dict[str, Floats], *, threads: int, isa: str, precision: str = ...
    ) -> None: ...
    def token_vectors(self, characters: NDArray[np.uint16]) -> Floats: ...
    def layers(
        self,
        vectors: Floats,
        ids: NDArray[np.int32],
        ends: NDArray[np.int64],
        *,
        n_layers: int | None = ...,
        state: dict[str, Floats] | None = ...,
        backward_ids: NDArray[np.int32] | None = ...,
    ) -> Floats: ...
    def evaluate(
        self,
        characters: NDArray[np.uint16] | None,
        inputs: NDArray[np.int32],
        targets: NDArray[np.int32],
        mask: NDArray[np.bool_],
    ) -> tuple[float, float]: ...
    def reset_state(self) -> None: ...
    def log_probabilities(self, direction: int, hidden: Floats, targets: NDArray[np.int32]) -> NDArray[np.float64]: ...
    def distributions(self, direction: int, hidden: Floats) -> Floats: ...
    @property
    def packed_bytes(self) -> int: ...

class ForwardPass:
    def __init__(
        self,
        options: Any,
        parameters: dict[str, Floats],
        characters: NDArray[np.uint16] | None,
        ids: NDArray[np.int32],
        ends: NDArray[np.int64],
        *,
        state: dict[str, Floats] | None = ...,
        threads: int,
        isa: str,
        precision: str = ...,
    ) -> None: ...
    @property
    def layers(self) -> Floats: ...
    def backward(self, d_layers: Floats) -> dict[str, Floats]: ...
