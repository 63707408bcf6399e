from typing import Any

from numpy.typing import NDArray

def nearest(
    indices: NDArray[Any],
    cosines: NDArray[Any],
    queries: NDArray[Any],
    vectors: NDArray[Any],
    divisors: NDArray[Any],
    *,
    isa: str,
    threads: int,
) -> None: ...
def cosines(
    cosines: NDArray[Any],
    queries: NDArray[Any],
    vectors: NDArray[Any],
    divisors: NDArray[Any],
    *,
    isa: str,
    threads: int,
) -> None: ...
