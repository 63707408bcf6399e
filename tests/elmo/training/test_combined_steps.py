"""Steps whose gradients are combined with those of other processes before the update."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from distributed.thread_group import in_ranks
from reference.elmo_models import random_parameters, random_window, small_options, training_options
from wordkin import _core
from wordkin.elmo.training.ranks import Ranks
from wordkin.elmo.training.streams import streams_of_ranks
from wordkin.runtime import compute

from ..trained_models import ExactRun, Run, assert_close

MODELS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "sampled": ({}, {}),
    "separate softmax": ({"shared_softmax": False}, {}),
    "full softmax": ({}, {"sampled_softmax": False}),
    "separate full softmax": ({"shared_softmax": False}, {"sampled_softmax": False}),
    "adam": ({}, {"optimizer": "adam"}),
    "clipped": ({}, {"clip_norm": 0.5}),
    "token input": ({"token_input": True}, {}),
    "word vectors": ({"word_dim": 3, "n_input_words": 9}, {}),
}


def part_of(window: Any, own: slice) -> Any:
    return replace(
        window,
        inputs=np.ascontiguousarray(window.inputs[:, :, own]),
        targets=np.ascontiguousarray(window.targets[:, :, own]),
    )


def combined_step(run: Run, ranks: Ranks, window: Any, number: int, rate: float) -> dict[str, Any]:
    run.trainer.backward(window.characters, window.inputs, window.targets, words=window.words, step=number)
    return run.trainer.update(ranks.average_gradients(run.trainer), learning_rate=rate)


@pytest.mark.parametrize(
    ("name", "streams", "size"), [*((name, 4, 2) for name in MODELS), ("sampled", 6, 3), ("sampled", 5, 3)]
)
def test_ranks_train_like_one_with_all_streams(name: str, streams: int, size: int) -> None:
    """Compares with the float64 reference of one process whose batch has the streams of all ranks."""
    of_model, of_training = MODELS[name]
    options = small_options(**of_model)
    parameters = random_parameters(options, 3)
    whole = training_options(batch_size=streams, **of_training)
    rate = 0.1 if whole.optimizer == "adagrad" else 0.01
    windows = [random_window(options, seed, batch=streams) for seed in range(3)]

    def train(group: Any) -> tuple[Run, list[dict[str, Any]], list[dict[str, Any]]]:
        part = streams_of_ranks(streams, size)[group.rank]
        own = training_options(batch_size=part.stop - part.start, **of_training)
        run, ranks = Run(options, own, parameters, threads=1 + group.rank), Ranks(group, streams)
        outcomes, draws = [], []
        for number, window in enumerate(windows, start=1):
            outcomes.append(combined_step(run, ranks, part_of(window, part), number, rate))
            draws.append(run.trainer.draws())
        return run, outcomes, draws

    results = in_ranks(size, train)
    assert all(isinstance(result, tuple) for result in results), results
    runs = [run for run, _, _ in results]
    exact = ExactRun(options, whole, parameters)
    for number, window in enumerate(windows, start=1):
        drawn = results[0][2][number - 1]
        exact.step(
            replace(window, negatives=drawn["negatives"] or None, tries=drawn["tries"] or (0, 0)),
            number,
            rate,
        )
        assert results[0][1][number - 1]["gradient_norm"] == pytest.approx(exact.norm, rel=1e-5)
    for key, tensor in runs[0].parameters.items():
        assert all(np.array_equal(tensor, run.parameters[key]) for run in runs), key
        assert_close(tensor, exact.parameters[key], key, tolerance=1e-4)
    for run in runs:
        assert run.trainer.updates == 3
    state = [run.trainer.state for run in runs]
    for key, values in exact.state.items():
        assert_close(np.concatenate([part[key] for part in state]), values, key, tolerance=1e-4)


@pytest.mark.parametrize("trains_words", [True, False])
def test_two_parts_are_a_whole_step(trains_words: bool) -> None:
    options = small_options(word_dim=3, n_input_words=9)
    training = training_options(dropout=0.2, clip_norm=1.0, train_word_vectors=trains_words)
    parameters = random_parameters(options, 3)
    whole, parts = (Run(options, training, parameters, threads=2) for _ in range(2))
    for number in range(1, 4):
        window = random_window(options, number)
        first = whole.step(window, number)
        arrays = window.characters, window.inputs, window.targets
        assert parts.trainer.backward(*arrays, words=window.words, step=number)["finite"]
        second = parts.trainer.update(parts.trainer.row_gradients(), learning_rate=0.2)
        # Rows that both directions have in common are summed in another place, which changes the order of the norm.
        assert second["gradient_norm"] == pytest.approx(first.pop("gradient_norm"), rel=1e-12)
        second.pop("gradient_norm")
        assert first == pytest.approx(second)
    for key, tensor in whole.parameters.items():
        np.testing.assert_allclose(tensor, parts.parameters[key], rtol=1e-6, atol=1e-7)


def test_gradients_outlive_their_trainer() -> None:
    options, training = small_options(), training_options()
    run = Run(options, training, random_parameters(options, 3))
    window = random_window(options, 1)
    run.trainer.backward(window.characters, window.inputs, window.targets, step=1)
    gradients = run.trainer.dense_gradients()
    before = gradients.copy()
    run.trainer.close()
    assert np.array_equal(gradients, before)
    with pytest.raises(RuntimeError, match="closed"):
        run.trainer.dense_gradients()


def test_row_gradients_are_checked() -> None:
    options, training = small_options(), training_options()
    run = Run(options, training, random_parameters(options, 3))
    window = random_window(options, 1)
    run.trainer.backward(window.characters, window.inputs, window.targets, step=1)
    ((ids, rows, bias),) = run.trainer.row_gradients()
    assert np.all(np.diff(ids) > 0)
    before = {key: tensor.copy() for key, tensor in run.parameters.items()}
    for wrong in (
        [],
        [(ids + 1000, rows, bias)],
        [(ids - 1000, rows, bias)],
        [(ids, rows[:-1], bias)],
        [(ids, rows, bias[:-1])],
        [(ids, rows.astype(np.float64), bias)],
        [(ids, rows, None)],
        [None],
    ):
        with pytest.raises((TypeError, ValueError, RuntimeError)):
            run.trainer.update(wrong, learning_rate=0.1)
    assert all(np.array_equal(run.parameters[key], tensor) for key, tensor in before.items())
    nothing = run.trainer.update([(ids, np.full_like(rows, np.nan), bias)], learning_rate=0.1)
    assert not nothing["finite"]
    assert all(np.array_equal(run.parameters[key], tensor) for key, tensor in before.items())
    assert run.trainer.update([(ids, rows, bias)], learning_rate=0.1)["finite"]


def test_ranks_have_different_dropout_and_the_same_negatives() -> None:
    options, training = small_options(), training_options(dropout=0.5)
    draws = []
    for rank in range(3):
        run = Run(options, training, random_parameters(options, 3))
        run.trainer = _core.elmo.Trainer(
            options, training, run.parameters, run.accumulators, threads=1, isa=compute.choose_isa(), rank=rank
        )
        window = random_window(options, 1)
        run.trainer.backward(window.characters, window.inputs, window.targets, step=1)
        draws.append(run.trainer.draws())
    factors = [np.stack([np.stack(layers) for layers in drawn["factors"]]) for drawn in draws]
    assert not any(np.array_equal(factors[0], other) for other in factors[1:])
    assert not np.array_equal(factors[0][1], factors[1][0])
    assert all(np.array_equal(drawn["negatives"][0], draws[0]["negatives"][0]) for drawn in draws)
