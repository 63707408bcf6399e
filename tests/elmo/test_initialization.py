"""Initial parameters have the distributions of the original program."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from wordkin.elmo.initialization import initial_parameters
from wordkin.elmo.options import ELMoOptions
from wordkin.elmo.state import build_state
from wordkin.elmo.vocabulary import TargetWords
from wordkin.errors import ResourceError

OPTIONS = ELMoOptions(
    dim=96, projection_dim=64, n_layers=1, char_dim=12, filters=((1, 40), (3, 80)), n_highway=2
)  # fmt: skip
WORDS = TargetWords([f"w{i}" for i in range(500)])
CELL = "RNN_0/RNN/MultiRNNCell/Cell0/LSTMCell"


def tensors(options: ELMoOptions = OPTIONS, seed: int = 1) -> dict[str, NDArray[np.float32]]:
    return build_state(options, WORDS, seed).parameters


def assert_uniform(values: NDArray[np.float32], limit: float) -> None:
    flat = np.sort(values.ravel()).astype(np.float64)
    expected = (np.arange(len(flat)) + 0.5) / len(flat)
    assert np.abs((flat + limit) / (2 * limit) - expected).max() < 2 / math.sqrt(len(flat))  # Kolmogorov-Smirnov


def assert_normal(values: NDArray[np.float32], deviation: float) -> None:
    flat = np.sort(values.ravel()).astype(np.float64) / deviation
    expected = (np.arange(len(flat)) + 0.5) / len(flat)
    cumulative = np.array([0.5 * (1 + math.erf(value / math.sqrt(2))) for value in flat])
    assert np.abs(cumulative - expected).max() < 2 / math.sqrt(len(flat))


def test_initial_values_have_the_documented_distributions() -> None:
    p = tensors()
    features = 120
    assert_uniform(p["char_embed"], 1.0)
    assert_uniform(p["CNN/W_cnn_1"], 0.05)
    for highway in ("CNN_high_0", "CNN_high_1"):
        assert_normal(p[f"{highway}/W_carry"], 1 / math.sqrt(features))
        assert_normal(p[f"{highway}/W_transform"], 1 / math.sqrt(features))
        assert (p[f"{highway}/b_carry"] == -2).all()
        assert not p[f"{highway}/b_transform"].any()
    assert_normal(p["CNN_proj/W_proj"], 1 / math.sqrt(features))
    assert_uniform(p[f"{CELL}/W_0"], math.sqrt(6 / (128 + 4 * 96)))
    assert_uniform(p[f"{CELL}/W_P_0"], math.sqrt(6 / (96 + 64)))
    assert_normal(p["softmax/W"], 1 / math.sqrt(64))
    for name in ("CNN/b_cnn_0", "CNN_proj/b_proj", f"{CELL}/B", "softmax/b"):
        assert not p[name].any(), name
    assert all(tensor.dtype == np.float32 and tensor.flags.c_contiguous for tensor in p.values())


def test_distributions_of_other_architectures() -> None:
    tanh = tensors(ELMoOptions(dim=8, projection_dim=4, activation="tanh", char_dim=12, filters=((3, 500),)))
    assert_normal(tanh["CNN/W_cnn_0"], 1 / math.sqrt(3 * 12))
    plain = tensors(ELMoOptions(cell="rnn", dim=64, projection_dim=64, token_input=True, shared_softmax=False))
    assert_uniform(plain["embedding"], 1.0)
    assert_normal(plain["softmax_1/W"], 1 / math.sqrt(64))
    assert not np.array_equal(plain["softmax_0/W"], plain["softmax_1/W"])
    assert not any("W_P_0" in name for name in plain)


def test_values_depend_on_seed_and_name_only() -> None:
    first, again, other = tensors(), tensors(), tensors(seed=2)
    wider = tensors(ELMoOptions(dim=200, projection_dim=64, n_layers=3, char_dim=12, filters=((1, 40), (3, 80))))
    for name, tensor in first.items():
        assert tensor.tobytes() == again[name].tobytes()
        if tensor.std() > 0:
            assert not np.array_equal(tensor, other[name])
    for name in ("char_embed", "CNN/W_cnn_1", "CNN_high_0/W_carry", "CNN_proj/W_proj", "softmax/W"):
        assert np.array_equal(first[name], wider[name])
    assert not np.array_equal(first[f"{CELL}/W_0"], first[f"{CELL.replace('RNN_0', 'RNN_1')}/W_0"])
    rows = build_state(OPTIONS, TargetWords([f"w{i}" for i in range(900)]), 1).parameters["softmax/W"]
    assert np.array_equal(rows[:503], first["softmax/W"])  # a larger vocabulary keeps the other rows


def test_too_large_tensors_raise_resource_error() -> None:
    with pytest.raises(ResourceError, match=r"softmax/W.*GiB"):
        initial_parameters([("softmax/W", (2**40, 2**20))], OPTIONS, 1)
