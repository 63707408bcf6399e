"""Compiled trainers and their float64 reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.elmo import Step, Window, touched_rows, train_gradients, zero_state
from reference.elmo_models import accumulators_for
from reference.optim import adagrad, adam, clip_scale, global_norm
from wordkin import _core
from wordkin.runtime import compute


class Run:
    """A compiled trainer with the arrays that it updates."""

    def __init__(
        self,
        options: Any,
        training: Any,
        parameters: Mapping[str, NDArray[np.float32]],
        *,
        threads: int = 1,
        isa: str | None = None,
    ) -> None:
        self.options = options
        self.training = training
        self.parameters = {name: value.copy() for name, value in parameters.items()}
        self.accumulators = accumulators_for(training, parameters)
        self.trainer = _core.elmo.Trainer(
            options, training, self.parameters, self.accumulators, threads=threads, isa=isa or compute.choose_isa()
        )

    def step(self, window: Window, number: int = 1, rate: float = 0.2) -> dict[str, Any]:
        return self.trainer.step(
            window.characters, window.inputs, window.targets, words=window.words, learning_rate=rate, step=number
        )

    def gradients(self, window: Window, number: int = 1) -> dict[str, NDArray[np.float32]]:
        return self.trainer.gradients(window.characters, window.inputs, window.targets, words=window.words, step=number)

    def drawn(self, window: Window) -> Window:
        """Return the window with the negative samples and dropout masks that the last step drew."""
        draws = self.trainer.draws()
        return replace(
            window,
            negatives=draws["negatives"] or None,
            tries=draws["tries"] or (0, 0),
            factors=draws["factors"] if self.training.dropout else None,
        )


class ExactRun:
    """The same training steps in float64."""

    def __init__(self, options: Any, training: Any, parameters: Mapping[str, NDArray[np.float32]]) -> None:
        self.options = options
        self.training = training
        self.parameters = {name: value.astype(np.float64) for name, value in parameters.items()}
        self.accumulators: dict[str, Any] = {}
        for name, arrays in accumulators_for(training, parameters).items():
            exact = [array.astype(np.float64) for array in (arrays if isinstance(arrays, tuple) else (arrays,))]
            self.accumulators[name] = tuple(exact) if isinstance(arrays, tuple) else exact[0]
        self.state = zero_state(options, training.batch_size)
        self.norm = 0.0

    def gradients(self, window: Window) -> Step:
        return train_gradients(self.parameters, self.options, window, self.state)

    def step(self, window: Window, number: int, rate: float) -> Step:
        step = self.gradients(window)
        self.norm = global_norm(list(step.gradients.values()))
        scale = clip_scale(self.norm, self.training.clip_norm)
        rows = touched_rows(self.options, window)
        for name, gradient in step.gradients.items():
            self._update(name, rows.get(name, slice(None)), scale * gradient, number, rate)
        self.state = step.state
        return step

    def _update(self, name: str, rows: Any, gradient: NDArray[np.float64], number: int, rate: float) -> None:
        weights, accumulators = self.parameters[name], self.accumulators[name]
        chosen = weights[rows].copy()
        if self.training.optimizer == "adagrad":
            squares = accumulators[rows].copy()
            adagrad(chosen, squares, gradient[rows], rate)
            accumulators[rows] = squares
        else:
            first, second = (moments[rows].copy() for moments in accumulators)
            adam(chosen, first, second, gradient[rows], rate, number)
            accumulators[0][rows], accumulators[1][rows] = first, second
        weights[rows] = chosen


def assert_close(given: NDArray[Any], expected: NDArray[Any], name: str, tolerance: float = 1e-5) -> None:
    """Compare up to `tolerance` times the largest entry.

    A float32 sum of a few hundred terms has a relative error of about sqrt(300) * 2**-24 = 1e-6; the default allows for
    a chain of ten such sums.
    """
    assert given.shape == expected.shape
    greatest = np.abs(expected).max(initial=0.0)
    error = np.abs(given - expected).max(initial=0.0)
    assert error <= tolerance * greatest, f"{name}: {error:.2e}, its greatest entry is {greatest:.2e}"
