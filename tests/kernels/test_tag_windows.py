"""Windows that train the vector of a tag alone, on every instruction set, compared with their float64 definition."""

from __future__ import annotations

import numpy as np
import pytest

from reference.window_update import cbow_window
from wordkin import _core_testing

TAG = 7


@pytest.mark.parametrize("positions", [1, 2, 3, 4])
@pytest.mark.parametrize("is_mean", [True, False])
def test_only_the_tag_is_trained(isa: str, is_mean: bool, positions: int) -> None:
    generator = np.random.default_rng(positions)
    for width in (16, 32, 48, 112, 304):
        for noise in (0, 1, 5, 6, 13):
            rows = (generator.standard_normal((20, width)) / np.sqrt(width)).astype(np.float32)
            layer = generator.standard_normal((30, width)).astype(np.float32)
            contexts = [
                np.append(generator.integers(0, 20, count), TAG) for count in generator.integers(0, 9, positions)
            ]
            outputs = generator.integers(0, 30, (positions, 1 + noise))  # samples occur twice, and as targets of others
            exact = rows[TAG].astype(np.float64)
            rate = float(np.float32(0.05))
            for context, chosen in zip(contexts, outputs, strict=True):
                moved = np.concatenate([rows, rows[TAG:][:1]]).astype(np.float64)  # the tag is the last row, once
                context = np.append(context[:-1], len(rows))
                labels = np.append(1.0, np.zeros(noise))
                cbow_window(
                    moved, context, layer.astype(np.float64), chosen, labels, np.ones(1 + noise), rate,
                    np.append(np.zeros(len(context) - 1), 1.0), mean=is_mean, train_output=False,
                )  # fmt: skip
                exact += moved[-1] - rows[TAG]
            before, layer_before = rows.copy(), layer.copy()
            _core_testing.kernels.tag_windows(
                isa, rows, np.concatenate(contexts).astype(np.int32), [len(context) for context in contexts], layer,
                outputs.ravel().astype(np.int32), tag=TAG, is_mean=is_mean, rate=rate,
            )  # fmt: skip
            np.testing.assert_allclose(rows[TAG], exact, atol=3e-6)
            before[TAG] = rows[TAG]
            np.testing.assert_array_equal(rows, before)
            np.testing.assert_array_equal(layer, layer_before)
