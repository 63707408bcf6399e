"""Initial parameters of a network."""

from __future__ import annotations

import numpy as np

from wordkin.downstream.options import NetworkOptions
from wordkin.downstream.training.initialization import initial_parameters, zero_moments

OPTIONS = NetworkOptions(
    task="classes", outputs=3, tables=((10, 4, True),), contexts=((3, 6, False),), char_dim=5, filters=((2, 7),),
    hidden_dim=8, dense_dim=9,
)  # fmt: skip


def test_tensors_do_not_depend_on_each_other() -> None:
    everything = initial_parameters(OPTIONS, {}, seed=1)
    without_dense = NetworkOptions(
        task="classes", outputs=3, tables=((10, 4, True),), contexts=((3, 6, False),), char_dim=5, filters=((2, 7),),
        hidden_dim=8,
    )  # fmt: skip
    for name, tensor in initial_parameters(without_dense, {}, seed=1).items():
        if name != "output/W":
            np.testing.assert_array_equal(tensor, everything[name])


def test_recurrent_weights_are_orthogonal_and_layer_mixes_uniform() -> None:
    parameters = initial_parameters(OPTIONS, {}, seed=1)
    name = next(name for name in parameters if name.startswith("encoder_") and name.endswith("/W"))
    recurrent = parameters[name][-8:]
    for gate in range(recurrent.shape[1] // 8):
        block = recurrent[:, 8 * gate : 8 * gate + 8]
        np.testing.assert_allclose(block.T @ block, np.eye(8), atol=1e-6)  # float32
    assert not parameters["contexts_0/weights"].any()
    assert parameters["contexts_0/gamma"].tolist() == [1]
    assert not parameters["tables_0"][0].any()  # unknown words


def test_given_tables_are_used() -> None:
    rows = np.arange(40, dtype=np.float32).reshape(10, 4)
    assert initial_parameters(OPTIONS, {0: rows}, seed=1)["tables_0"] is rows


def test_moments_are_zero() -> None:
    moments = zero_moments({"W": np.ones((2, 3), np.float32)})
    for moment in moments["W"]:
        assert (moment.shape, moment.dtype, moment.any()) == ((2, 3), np.float32, False)
