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
    update_scale: NDArray[Any] | None = ...,
) -> float: ...
def sigmoid(isa: str, values: NDArray[Any]) -> None: ...
def lstm_forward(
    isa: str,
    gates: NDArray[Any],
    bias: NDArray[Any],
    cells_before: NDArray[Any],
    cells: NDArray[Any],
    outputs: NDArray[Any],
    *,
    cell_clip: float,
) -> None: ...
def lstm_backward(
    isa: str,
    gates: NDArray[Any],
    d_bias: NDArray[Any],
    cells_before: NDArray[Any],
    cells: NDArray[Any],
    d_outputs: NDArray[Any],
    d_cells: NDArray[Any],
    *,
    cell_clip: float,
) -> None: ...
def tanh_forward(isa: str, gates: NDArray[Any], bias: NDArray[Any], outputs: NDArray[Any]) -> None: ...
def tanh_backward(
    isa: str, gates: NDArray[Any], d_bias: NDArray[Any], outputs: NDArray[Any], d_outputs: NDArray[Any]
) -> None: ...
