"""Networks of the C++ core with the arrays that they change, and the same training in float64."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.optim import adam, clip_scale, global_norm
from reference.task_models import frozen_tables, moments_for
from reference.tasks import Batch, Learned, learn
from wordkin import _core
from wordkin.runtime import compute


class Run:
    """A network of the C++ core, and the arrays that it changes."""

    def __init__(
        self, options: Any, parameters: Mapping[str, NDArray[np.float32]], *, threads: int = 1, isa: str | None = None
    ) -> None:
        self.options = options
        self.parameters = {name: value.copy() for name, value in parameters.items()}
        self.moments = moments_for(parameters)
        self.frozen = frozen_tables(options, 4)
        self.network = _core.tasks.Network(
            options,
            self.parameters,
            self.frozen,
            moments=self.moments,
            threads=threads,
            isa=isa or compute.choose_isa(),
        )

    def draws(self) -> Any:
        """Return the dropout factors of the last step, if there is dropout."""
        options = self.options
        return self.network.draws() if options.dropout or options.input_dropout or options.word_dropout else None


class ExactRun:
    """The float64 definition of the same network."""

    def __init__(self, options: Any, parameters: Mapping[str, NDArray[np.float32]]) -> None:
        self.options = options
        self.parameters = {name: value.astype(np.float64) for name, value in parameters.items()}
        self.moments = {name: (np.zeros_like(value), np.zeros_like(value)) for name, value in self.parameters.items()}
        self.frozen = frozen_tables(options, 4)
        self.norm = 0.0

    def learn(self, batch: Batch, targets: Any, weights: Any, factors: Any = None) -> Learned:
        return learn(self.parameters, self.options, self.frozen, batch, targets, weights, factors)

    def step(self, batch: Batch, targets: Any, weights: Any, factors: Any, number: int, rate: float) -> Learned:
        learned = self.learn(batch, targets, weights, factors)
        self.norm = global_norm(list(learned.gradients.values()))
        scale = clip_scale(self.norm, self.options.clip_norm)
        for name, gradient in learned.gradients.items():
            is_table = name.startswith("tables_")
            rows: Any = np.unique(batch.tables[int(name.split("_")[1])]) if is_table else slice(None)
            chosen, first, second = (a[rows].copy() for a in (self.parameters[name], *self.moments[name]))
            if gradient.ndim > 1 and not is_table:
                chosen *= 1 - rate * self.options.weight_decay
            adam(chosen, first, second, scale * gradient[rows], rate, number)
            self.parameters[name][rows] = chosen
            self.moments[name][0][rows], self.moments[name][1][rows] = first, second
        return learned


def assert_close(given: Any, expected: NDArray[Any], name: str, tolerance: float = 1e-5) -> None:
    """Compare to within `tolerance` of the largest entry, the accuracy of float32 sums of some hundred terms."""
    assert given.shape == expected.shape
    largest = np.abs(expected).max(initial=0.0)
    error = np.abs(given - expected).max(initial=0.0)
    assert error <= tolerance * largest, f"{name}: {error:.2e}, the largest entry is {largest:.2e}"
