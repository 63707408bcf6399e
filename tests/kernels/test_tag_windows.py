"""Windows that train the vector of a tag alone, on every instruction set, compared with their float64 definition."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from reference.window_update import cbow_window, sigmoid
from wordkin import _core_testing

WORDS = 45
TOGETHER = 4  # windows that see the tag as it was before all of them


def step_of_group(
    tag: NDArray[np.float64], words: NDArray[np.float32], layer: NDArray[np.float32],
    windows: list[tuple[list[int], NDArray[np.int32]]], rate: float, *, is_mean: bool,
) -> NDArray[np.float64]:  # fmt: skip
    step = np.zeros_like(tag)
    for context, outputs in windows:
        rows = np.concatenate([words, tag[np.newaxis]])
        labels = np.append(1.0, np.zeros(len(outputs) - 1))
        cbow_window(
            rows, np.array([*context, WORDS]), layer.astype(np.float64), outputs, labels, np.ones(len(outputs)), rate,
            np.append(np.zeros(len(context)), 1.0), mean=is_mean, train_output=False,
        )  # fmt: skip
        step += rows[-1] - tag
    return step


@pytest.mark.parametrize(("first", "positions"), [(0, 1), (3, 2), (40, 5), (13, 31), (0, 32), (13, 32)])
@pytest.mark.parametrize("is_mean", [True, False])
def test_windows_with_words(isa: str, is_mean: bool, first: int, positions: int) -> None:
    generator = np.random.default_rng(positions)
    for width, noise in ((16, 5), (32, 0), (48, 6), (112, 5), (128, 1), (144, 13), (304, 5)):
        words = (generator.standard_normal((WORDS, width)) / np.sqrt(width)).astype(np.float32)
        layer = generator.standard_normal((30, width)).astype(np.float32)
        tag = (generator.standard_normal((1, width)) / np.sqrt(width)).astype(np.float32)
        radii = generator.integers(0, 7, positions).tolist()
        outputs = generator.integers(0, 30, (positions, 1 + noise)).astype(np.int32)  # samples occur twice
        rate, exact = float(np.float32(0.05)), tag[0].astype(np.float64)
        windows = [
            ([k for k in range(max(0, at - radius), min(WORDS, at + radius + 1)) if k != at], chosen)
            for at, radius, chosen in zip(range(first, first + positions), radii, outputs, strict=True)
        ]
        for group in range(0, positions, TOGETHER):
            exact += step_of_group(exact, words, layer, windows[group : group + TOGETHER], rate, is_mean=is_mean)
        words_before, layer_before = words.copy(), layer.copy()
        order = generator.permutation(positions).tolist()  # of no effect
        arguments = (words, first, radii, order, layer, outputs.ravel())
        _core_testing.kernels.tag_windows(isa, tag, *arguments, is_mean=is_mean, rate=rate)
        np.testing.assert_allclose(tag[0], exact, atol=3e-6 * positions)
        np.testing.assert_array_equal(words, words_before)
        np.testing.assert_array_equal(layer, layer_before)


@pytest.mark.parametrize("windows", [1, 2, 7])
def test_windows_of_the_tag_alone(isa: str, windows: int) -> None:
    generator = np.random.default_rng(windows)
    for width in (16, 32, 48, 112, 144, 304):
        for most in (1, 8, 9, 20):
            layer = generator.standard_normal((30, width)).astype(np.float32)
            tag = (generator.standard_normal((1, width)) / np.sqrt(width)).astype(np.float32)
            counts = generator.integers(1, most + 1, windows).tolist()
            outputs = [generator.integers(0, 30, count).astype(np.int32) for count in counts]
            weights = [generator.choice([1, 2, -1, -3], count).astype(np.float32) for count in counts]
            rate, exact = float(np.float32(0.05)), tag[0].astype(np.float64)
            for rows, signed in zip(outputs, weights, strict=True):
                scores = np.sign(signed) * (layer[rows] @ exact)
                exact = exact + (rate * signed * sigmoid(-scores)) @ layer[rows].astype(np.float64)
            before = layer.copy()
            _core_testing.kernels.tag_words(
                isa, tag, layer, np.concatenate(outputs), counts, np.concatenate(weights), rate=rate
            )
            np.testing.assert_allclose(tag[0], exact, atol=3e-6 * windows)
            np.testing.assert_array_equal(layer, before)
