from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_Floats = NDArray[np.float32]

# Changes (weights, first moment, second moment) of each (weights, first moment, second moment, gradient).
def adam_step(
    tensors: Sequence[tuple[_Floats, _Floats, _Floats, _Floats]],
    *,
    learning_rate: float,
    step: int,
    clip_norm: float,
    threads: int,
    isa: str,
) -> float: ...
