import numpy as np
from numpy.typing import NDArray

# `vectors`: float32, or float16 as its bits. `indices` and `cosines` are written.
def nearest(
    indices: NDArray[np.int32],
    cosines: NDArray[np.float32],
    queries: NDArray[np.float32],
    vectors: NDArray[np.float32] | NDArray[np.uint16],
    divisors: NDArray[np.float32],
    *,
    isa: str,
    threads: int,
) -> None: ...
def cosines(
    cosines: NDArray[np.float32],
    queries: NDArray[np.float32],
    vectors: NDArray[np.float32] | NDArray[np.uint16],
    divisors: NDArray[np.float32],
    *,
    isa: str,
    threads: int,
) -> None: ...
