"""Networks whose encoder is computed with 8-bit integers or in bfloat16."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from reference.int8 import product
from reference.task_models import case_options, random_batch, random_parameters
from reference.tasks import Batch
from tasks.trained_networks import Run
from wordkin import _core
from wordkin.runtime import compute

Floats = NDArray[np.float32]


def logistic(x: Floats) -> Floats:
    y: Floats = 1 / (1 + np.exp(-x))
    return y


def encoded(parameters: dict[str, Floats], options: Any, name: str, features: Floats) -> Floats:
    """Return the outputs of one direction for one text, with products of 8-bit integers."""
    for layer in range(options.n_layers):
        weights, bias = parameters[f"{name}/{layer}/W"], parameters[f"{name}/{layer}/b"]
        width = features.shape[1]
        h, c, rows = np.zeros((1, options.hidden_dim), np.float32), np.zeros((1, options.hidden_dim), np.float32), []
        for x in features:
            z = product(x[np.newaxis], weights[:width]) + product(h, weights[width:]) + bias
            if options.encoder == "rnn":
                h = np.tanh(z)
            else:
                i, j, f, o = np.split(z, 4, axis=1)
                c = logistic(f + 1) * c + logistic(i) * np.tanh(j)
                h = logistic(o) * np.tanh(c)
            rows.append(h[0])
        features = np.array(rows, np.float32)
    return features


def scores(parameters: dict[str, Floats], options: Any, features: Floats) -> Floats:
    directions = [encoded(parameters, options, "encoder_0", features)]
    if options.bidirectional:
        directions.append(encoded(parameters, options, "encoder_1", features[::-1])[::-1])
    found: Floats = np.hstack(directions) @ parameters["output/W"] + parameters["output/b"]
    return found


@pytest.mark.parametrize("isa", compute.available_isas())
@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_int8_scores_follow_the_definition(cell: str, isa: str) -> None:
    options = case_options("tags", encoder=cell, hidden_dim=37)
    parameters = random_parameters(options, 1)
    packed = _core.tasks.PackedNetwork(options, parameters, isa=isa, precision="int8")
    network = _core.tasks.Network(packed, [None], threads=1)
    ids = np.array([3, 1, 8, 3, 0, 5, 2], np.int32)
    found = network.scores(Batch(lengths=np.array([7], np.int32), tables=[ids]))
    expected = scores(parameters, options, parameters["tables_0"][ids])
    # A different rounding of a sum can change an integer of the next step by one.
    np.testing.assert_allclose(found, expected, atol=0.02)
    assert np.median(np.abs(found - expected)) < 1e-5


@pytest.mark.parametrize("precision", ["bfloat16", "int8"])
@pytest.mark.parametrize("case", ["everything for texts", "everything for tags"])
def test_outputs_do_not_depend_on_threads_or_the_other_texts(case: str, precision: str) -> None:
    options = case_options(case)
    run = Run(options, random_parameters(options, 1), isa=compute.choose_isa())
    packed = _core.tasks.PackedNetwork(options, run.parameters, isa=compute.choose_isa(), precision=precision)
    batch, _, _ = random_batch(options, 2)
    found = [_core.tasks.Network(packed, run.frozen, threads=n).probabilities(batch) for n in (1, 2, 3)]
    for own in found:
        np.testing.assert_array_equal(own, found[0])
    exact = run.network.probabilities(batch)
    assert not np.array_equal(found[0], exact)
    np.testing.assert_allclose(found[0], exact, atol=0.05)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_have_no_scale_are_named(value: float) -> None:
    options = case_options("tags")
    parameters = random_parameters(options, 1)
    parameters["encoder_1/1/W"][7, 2] = value
    with pytest.raises(ValueError, match="got NaN or infinite values in encoder_1/1/W"):
        _core.tasks.PackedNetwork(options, parameters, isa="baseline", precision="int8")
    _core.tasks.PackedNetwork(options, parameters, isa="baseline", precision="bfloat16")
    with pytest.raises(ValueError, match="precision must be float32 or bfloat16 or int8, got int4"):
        _core.tasks.PackedNetwork(options, parameters, isa="baseline", precision="int4")


def test_columns_of_zeros() -> None:
    options = case_options("tags")
    parameters = random_parameters(options, 1)
    for name, tensor in parameters.items():
        if name.startswith("encoder"):
            tensor[...] = 0
    batch, _, _ = random_batch(options, 2)
    packed = _core.tasks.PackedNetwork(options, parameters, isa=compute.choose_isa(), precision="int8")
    run = Run(options, parameters, isa=compute.choose_isa())
    np.testing.assert_array_equal(
        _core.tasks.Network(packed, run.frozen, threads=1).scores(batch), run.network.scores(batch)
    )


def test_frozen_rows_can_be_replaced() -> None:
    options = case_options("attention, frozen, tanh layer")
    run = Run(options, random_parameters(options, 1), isa="baseline")
    packed = _core.tasks.PackedNetwork(options, run.parameters, isa="baseline")
    batch, _, _ = random_batch(options, 2)
    network = _core.tasks.Network(packed, [np.zeros((9, 4), np.float32)], threads=1)
    assert not np.array_equal(network.scores(batch), run.network.scores(batch))
    network.set_frozen(run.frozen)
    np.testing.assert_array_equal(network.scores(batch), run.network.scores(batch))
    with pytest.raises(ValueError, match=r"frozen\[0\] must have at least one row of 4 values"):
        network.set_frozen([np.zeros((9, 3), np.float32)])
    np.testing.assert_array_equal(network.scores(batch), run.network.scores(batch))
    network.set_frozen([run.frozen[0][:1]])
    with pytest.raises(ValueError, match="must be from -1 to 0"):
        network.scores(batch)
