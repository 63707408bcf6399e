from typing import Any

from numpy.typing import NDArray

def available_isas() -> list[str]: ...
def known_isas() -> list[str]: ...
def update_window(
    isa: str,
    architecture: str,
    input: NDArray[Any],
    input_ids: NDArray[Any],
    output: NDArray[Any],
    output_ids: NDArray[Any],
    signs: NDArray[Any],
    repeats: NDArray[Any],
    *,
    rate: float,
    scale: float = ...,
    error_scale: float = ...,
    factors: NDArray[Any] | None = ...,
) -> float: ...
def sigmoid(isa: str, values: NDArray[Any]) -> None: ...
