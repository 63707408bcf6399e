"""Initial parameters of a network."""

from __future__ import annotations

import numpy as np
import pytest

from wordkin.downstream.options import NetworkOptions
from wordkin.downstream.training.initialization import _orthogonal, initial_parameters, zero_moments

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


@pytest.mark.parametrize("width", [1, 2, 3, 8, 31, 64])
def test_recurrent_weights_are_those_of_a_qr_decomposition(width: int) -> None:
    """In float32 bit for bit, as models that are trained again with the same seed need it."""
    matrix = np.random.default_rng(width).normal(size=(width, width))
    q, r = np.linalg.qr(matrix)
    expected = q * np.sign(np.diag(r))
    np.testing.assert_allclose(_orthogonal(matrix), expected, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(_orthogonal(matrix).astype(np.float32), expected.astype(np.float32))


def test_no_function_of_lapack_or_blas_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their threads make a child hang that is forked during `fit`."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError

    for module, names in ((np.linalg, np.linalg.__all__), (np, ("dot", "matmul", "inner", "vdot", "tensordot"))):
        for name in names:
            if name != "LinAlgError":
                monkeypatch.setattr(module, name, refuse)
    initial_parameters(OPTIONS, {}, seed=1)


def test_given_tables_are_used() -> None:
    rows = np.arange(40, dtype=np.float32).reshape(10, 4)
    assert initial_parameters(OPTIONS, {0: rows}, seed=1)["tables_0"] is rows


def test_moments_are_zero() -> None:
    moments = zero_moments({"W": np.ones((2, 3), np.float32)})
    for moment in moments["W"]:
        assert (moment.shape, moment.dtype, moment.any()) == ((2, 3), np.float32, False)
