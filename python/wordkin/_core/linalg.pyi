from typing import Any

from numpy.typing import NDArray

class PackedProduct:
    def __init__(
        self, b: NDArray[Any], *, transposed: bool = ..., isa: str, precision: str = ..., threads: int = ...
    ) -> None: ...
    def multiply(self, c: NDArray[Any], a: NDArray[Any], *, accumulate: bool = ..., repeats: int = ...) -> None: ...
    @property
    def bytes(self) -> int: ...

def gemm(
    c: NDArray[Any],
    a: NDArray[Any],
    b: NDArray[Any],
    *,
    transpose_a: bool = ...,
    transpose_b: bool = ...,
    accumulate: bool = ...,
    isa: str,
    precision: str = ...,
    threads: int = ...,
    repeats: int = ...,
) -> None: ...
