from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

Layer = tuple[NDArray[Any], NDArray[Any], NDArray[Any] | None]

class Stacks:
    def __init__(
        self,
        weights: Sequence[Sequence[Layer]],
        *,
        active: Sequence[int],
        cell: str = ...,
        cell_clip: float = ...,
        proj_clip: float = ...,
        forget_bias: float = ...,
        skip_connections: bool = ...,
        training: bool = ...,
        threads: int = ...,
        isa: str,
        precision: str = ...,
    ) -> None: ...
    def pack(self) -> None: ...
    def forward(
        self,
        outputs: Sequence[Sequence[NDArray[Any]]],
        inputs: Sequence[NDArray[Any]],
        states: Sequence[Sequence[tuple[NDArray[Any], NDArray[Any]]]],
        *,
        dropout: float = ...,
        seed: int = ...,
        step: int = ...,
    ) -> None: ...
    def backward(
        self,
        d_inputs: Sequence[NDArray[Any] | None],
        gradients: Sequence[Sequence[Layer]],
        d_outputs: Sequence[NDArray[Any]],
    ) -> None: ...
    def train(
        self,
        repeats: int,
        outputs: Sequence[Sequence[NDArray[Any]]],
        inputs: Sequence[NDArray[Any]],
        states: Sequence[Sequence[tuple[NDArray[Any], NDArray[Any]]]],
        d_inputs: Sequence[NDArray[Any] | None],
        gradients: Sequence[Sequence[Layer]],
        d_outputs: Sequence[NDArray[Any]],
        *,
        dropout: float = ...,
    ) -> None: ...
    @property
    def bytes(self) -> tuple[int, int]: ...

def drop(
    rows: NDArray[Any], *, first_row: int = ..., rate: float, seed: int, step: int, direction: int, layer: int
) -> None: ...
