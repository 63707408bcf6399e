"""The compiled trainer: reproducibility, carried state, invalid input, interruption and concurrent use."""

from __future__ import annotations

import signal
import threading
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from elmo.trained_models import Run
from reference.elmo import Window
from reference.elmo_models import random_parameters, random_window, small_options, training_options
from wordkin import _core


def trained(threads: int, isa: str | None = None, steps: int = 3, **changes: Any) -> dict[str, Any]:
    options, training = small_options(), training_options(dropout=0.1, clip_norm=1.0, **changes)
    run = Run(options, training, random_parameters(options, 1), threads=threads, isa=isa)
    for number in range(1, steps + 1):
        run.step(random_window(options, number), number)
    return {**run.parameters, **run.trainer.state}


@pytest.mark.parametrize("threads", [1, 2])
def test_steps_are_reproducible(isa: str, threads: int) -> None:
    first, second = trained(threads, isa), trained(threads, isa)
    for name, value in first.items():
        np.testing.assert_array_equal(value, second[name])


def test_samples_depend_on_seed_and_step_number() -> None:
    options = small_options()

    def negatives(seed: int, number: int) -> list[list[int]]:
        run = Run(options, training_options(seed=seed, dropout=0.5), random_parameters(options, 1))
        run.gradients(random_window(options, 2), number)
        draws = run.trainer.draws()
        return [ids.tolist() for ids in draws["negatives"]] + [draws["factors"][0][0].tolist()]

    assert negatives(1, 1) == negatives(1, 1)
    for other in (negatives(1, 2), negatives(2, 1)):
        assert all(a != b for a, b in zip(negatives(1, 1), other, strict=True))


def assert_equal_but_for_row(value: NDArray[np.float32], expected: NDArray[np.float32], row: int) -> None:
    np.testing.assert_array_equal(np.delete(value, row, axis=0), np.delete(expected, row, axis=0))


def test_recurrent_state_is_carried_and_can_be_set() -> None:
    options, training = small_options(), training_options()
    run = Run(options, training, random_parameters(options, 1))
    window = random_window(options, 2)
    assert not any(value.any() for value in run.trainer.state.values())
    first = run.step(window, 1, rate=0.0)
    state = run.trainer.state
    assert all(value.any() for value in state.values())
    second = run.step(window, 1, rate=0.0)
    assert first["loss_forward"] != second["loss_forward"]
    run.trainer.state = state
    assert run.step(window, 1, rate=0.0) == second
    run.trainer.state = state
    run.trainer.reset_state([1])
    for name, value in run.trainer.state.items():
        assert not value[1].any()
        assert_equal_but_for_row(value, state[name], 1)
    run.trainer.reset_state([0, 2])
    assert run.step(window, 1, rate=0.0) == first
    with pytest.raises(ValueError, match="streams must be rows of the batch, from 0 to 2, got 3"):
        run.trainer.reset_state([3])
    with pytest.raises(ValueError, match="lacks state_1/1/c"):
        run.trainer.state = {name: value for name, value in state.items() if name != "state_1/1/c"}


@pytest.mark.parametrize("tensor", ["char_embed", "softmax/W", "RNN_0/RNN/MultiRNNCell/Cell1/LSTMCell/W_0"])
def test_non_finite_steps_change_nothing(tensor: str) -> None:
    options, training = small_options(), training_options(sampled_softmax=False)
    parameters = random_parameters(options, 1)
    parameters[tensor][...] = np.nan
    run = Run(options, training, parameters)
    report = run.step(random_window(options, 2))
    assert not report["finite"]
    for name, value in run.parameters.items():
        np.testing.assert_array_equal(value, parameters[name])
        np.testing.assert_array_equal(run.accumulators[name], np.ones_like(value))
    assert not any(value.any() for value in run.trainer.state.values())


def slow_run() -> tuple[Run, Window]:
    """Return a trainer and a window whose step takes at least a tenth of a second."""
    options = small_options(dim=256, projection_dim=64, n_tokens_vocab=6000)
    training = training_options(batch_size=16, unroll_steps=20, sampled_softmax=False)
    return Run(options, training, random_parameters(options, 1)), random_window(options, 2, steps=20, batch=16)


def test_interrupted_step_changes_nothing() -> None:
    run, window = slow_run()
    before = {name: value.copy() for name, value in run.parameters.items()}
    timer = threading.Timer(0.1, signal.raise_signal, [signal.SIGINT])
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        while True:
            run.gradients(window)
    timer.join()
    for name, value in run.parameters.items():
        np.testing.assert_array_equal(value, before[name])
    assert not any(value.any() for value in run.trainer.state.values())
    assert run.step(window)["finite"]


def test_concurrent_use_is_refused() -> None:
    run, window = slow_run()
    begun, refused = threading.Event(), []

    def step() -> None:
        begun.set()
        run.step(window)

    thread = threading.Thread(target=step)
    thread.start()
    begun.wait()
    while thread.is_alive() and not refused:
        try:
            run.trainer.reset_state([0])
        except RuntimeError as error:
            refused.append(str(error))
    thread.join()
    assert refused == ["this trainer is in use by another thread"]


def test_closed_trainer_raises() -> None:
    options = small_options()
    run = Run(options, training_options(), random_parameters(options, 1))
    run.trainer.close()
    run.trainer.close()
    with pytest.raises(RuntimeError, match="closed"):
        run.step(random_window(options, 2))


def test_small_text_is_memorised() -> None:
    options = small_options(dim=32, projection_dim=16, n_tokens_vocab=30, filters=((1, 8), (2, 16)))
    training = training_options(batch_size=2, unroll_steps=5, sampled_softmax=False, clip_norm=10.0)
    run = Run(options, training, random_parameters(options, 1, scale=0.2))
    text = np.random.default_rng(3).integers(0, 30, 21)
    characters = np.random.default_rng(4).integers(0, 256, (30, 9)).astype(np.uint16)
    streams = np.stack([np.stack([text, np.roll(text, 7)]), np.stack([text[::-1], np.roll(text, 7)[::-1]])])
    losses = []
    for number in range(1, 401):
        begin = 5 * ((number - 1) % 4)
        if begin == 0:
            run.trainer.reset_state([0, 1])
        part = np.ascontiguousarray(streams[:, :, begin : begin + 6].transpose(0, 2, 1)).astype(np.int32)
        window = Window(
            characters=characters, inputs=np.ascontiguousarray(part[:, :-1]), targets=np.ascontiguousarray(part[:, 1:])
        )
        report = run.step(window, number)
        losses.append((report["loss_forward"] + report["loss_backward"]) / 2)
    assert losses[0] > 3.0
    assert max(losses[-4:]) < 0.1


def test_bfloat16_gradients_are_close_to_float32(isa: str) -> None:
    options = small_options(dim=48, projection_dim=24, filters=((1, 16), (2, 16), (3, 32)))
    parameters = random_parameters(options, 1, scale=0.2)
    window = random_window(options, 2)
    exact = Run(options, training_options(), parameters, isa=isa)
    rounded = Run(options, training_options(precision="bfloat16"), parameters, isa=isa)
    expected = exact.gradients(window)
    for name, gradient in rounded.gradients(window).items():
        # Each operand is rounded to 8 significant bits, a relative error of at most 2**-9, and ten products follow
        # each other in the forward and the backward pass of the longest path.
        error = np.linalg.norm(gradient - expected[name]) / np.linalg.norm(expected[name])
        assert 0 < error < 10 * 2**-9, name
    losses = [run.step(window)["loss_forward"] for run in (exact, rounded)]
    assert losses[1] == pytest.approx(losses[0], rel=2**-9)  # errors of single scores cancel out in the mean


BAD_ARRAYS: list[tuple[str, Any, type[Exception], str]] = [
    ("softmax/b", np.zeros(40), TypeError, r"parameters\[softmax/b\] must be float32, got float64"),
    ("softmax/b", np.zeros(41, np.float32), ValueError, r"must have the shape \(40,\), got \(41,\)"),
    ("softmax/W", np.zeros((40, 10), np.float32)[:, ::2], TypeError, "must be C-contiguous"),
    ("softmax/b", [0.0] * 40, TypeError, "must be a NumPy array"),
    ("softmax/b", np.broadcast_to(np.float32(0), 40), TypeError, "writeable"),
    ("more", np.zeros(1, np.float32), ValueError, "must contain 27 tensors, got 28"),
]


@pytest.mark.parametrize(("name", "value", "error", "message"), BAD_ARRAYS, ids=[case[3] for case in BAD_ARRAYS])
def test_invalid_arrays_are_named(name: str, value: Any, error: type[Exception], message: str) -> None:
    options, training = small_options(), training_options()
    parameters: dict[str, Any] = dict(random_parameters(options, 1))
    accumulators = {key: np.ones_like(tensor) for key, tensor in parameters.items()}
    parameters[name] = value
    with pytest.raises(error, match=message):
        _core.elmo.Trainer(options, training, parameters, accumulators, threads=1, isa="baseline")


def test_missing_arrays_are_named() -> None:
    options, training = small_options(), training_options(optimizer="adam")
    parameters = random_parameters(options, 1)
    accumulators: dict[str, Any] = {key: (np.zeros_like(value),) * 2 for key, value in parameters.items()}
    missing = {key: value for key, value in parameters.items() if key != "CNN/b_cnn_0"}
    with pytest.raises(ValueError, match="parameters lacks CNN/b_cnn_0"):
        _core.elmo.Trainer(options, training, missing, accumulators, threads=1, isa="baseline")
    accumulators["softmax/b"] = np.zeros(40, np.float32)
    with pytest.raises(TypeError, match="tuple of Adam's two moments"):
        _core.elmo.Trainer(options, training, parameters, accumulators, threads=1, isa="baseline")


def test_invalid_windows_are_refused() -> None:
    options = small_options()
    run = Run(options, training_options(), random_parameters(options, 1))
    window = random_window(options, 2)
    assert window.characters is not None
    cases: list[tuple[dict[str, Any], str]] = [
        ({"inputs": window.inputs + 7}, "below 7, the number of rows of characters"),
        ({"targets": window.targets - 40}, "targets must be below 40, the number of words"),
        ({"inputs": window.inputs[:, :3]}, r"inputs must have the shape \(2, 4, 3\)"),
        ({"characters": window.characters[:, :8]}, "must have 9 columns"),
        ({"characters": window.characters + np.uint16(200)}, "must be below 261"),
        ({"learning_rate": -1.0}, "learning_rate must be finite and not negative"),
        ({"step": 0}, "step must be positive"),
    ]
    good = {"characters": window.characters, "inputs": window.inputs, "targets": window.targets}
    for changes, message in cases:
        with pytest.raises(ValueError, match=message):
            run.trainer.step(**{**good, "learning_rate": 0.1, "step": 1, **changes})
    assert run.step(window)["finite"]
