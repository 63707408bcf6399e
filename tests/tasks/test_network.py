"""Networks compared with their float64 definition: losses, gradients, scores, and parameters after several steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from reference.task_models import CASES, case_options, random_batch, random_parameters, shapes_of
from reference.tasks import scores_of
from tasks.trained_networks import ExactRun, Run, assert_close
from wordkin import _core
from wordkin.runtime import compute

TRAININGS: dict[str, dict[str, Any]] = {
    "plain": {},
    "dropout, clipped": {"input_dropout": 0.25, "dropout": 0.4, "clip_norm": 0.05},
    "word dropout, decay": {"word_dropout": 0.3, "dropout": 0.2, "weight_decay": 0.9},
}


@pytest.mark.parametrize("case", CASES)
def test_parameter_shapes(case: str) -> None:
    options = case_options(case)
    assert _core.tasks.parameter_shapes(options) == list(shapes_of(options).items())


@pytest.mark.parametrize("training", TRAININGS)
@pytest.mark.parametrize("case", CASES)
def test_loss_and_gradients_on_every_isa(case: str, training: str) -> None:
    options = case_options(case, **TRAININGS[training])
    parameters = random_parameters(options, 1)
    batch, targets, weights = random_batch(options, 2)
    expected = None
    for isa in compute.available_isas():
        run = Run(options, parameters, isa=isa)
        given = run.network.gradients(batch, targets, weights, step=7)
        expected = expected or ExactRun(options, parameters).learn(batch, targets, weights, run.draws())
        assert given["loss"] == pytest.approx(expected.loss, rel=1e-5)
        assert list(given["gradients"]) == list(expected.gradients)
        for name, gradient in given["gradients"].items():
            assert_close(gradient, expected.gradients[name], f"{name} on {isa}")
        for i, (d, reference) in enumerate(zip(given["d_contexts"], expected.d_contexts, strict=True)):
            assert_close(d, reference, f"contexts[{i}] on {isa}")
        for name, value in run.parameters.items():
            np.testing.assert_array_equal(value, parameters[name])


@pytest.mark.parametrize("case", CASES)
def test_parameters_after_several_steps_with_any_number_of_threads(case: str) -> None:
    training = list(TRAININGS)[len(case) % 3]
    options = case_options(case, **TRAININGS[training])
    parameters = random_parameters(options, 1)
    runs = [Run(options, parameters, threads=threads) for threads in (1, 2, 3)]
    exact = ExactRun(options, parameters)
    smallest = {
        name: np.ones(value.shape) for name, value in parameters.items()
    }  # smallest gradients, relative to the largest of the tensor
    shapes = [(3, 0, 5, 1), (1, 2), (4, 7, 3, 0, 2, 2)]
    for number, lengths in enumerate(shapes, start=1):
        batch, targets, weights = random_batch(options, 10 + number, lengths)
        steps = [
            run.network.step(batch, targets, weights, learning_rate=1e-3, step=number, context_gradients=True)
            for run in runs
        ]
        learned = exact.step(batch, targets, weights, runs[0].draws(), number, 1e-3)
        for name, gradient in learned.gradients.items():
            np.minimum(smallest[name], np.abs(gradient) / np.abs(gradient).max(initial=1e-30), out=smallest[name])
        scale = min(1.0, options.clip_norm / exact.norm) if options.clip_norm else 1.0
        for step in steps:
            assert step["finite"]
            assert step["loss"] == pytest.approx(learned.loss, rel=1e-5)
            assert step["gradient_norm"] == pytest.approx(exact.norm, rel=1e-5)
            assert step["clip_scale"] == pytest.approx(scale, rel=1e-5)
            for i, (d, reference) in enumerate(zip(step["d_contexts"], learned.d_contexts, strict=True)):
                assert_close(d, reference, f"contexts[{i}]", 2e-5)
    for run in runs:
        assert run.network.updates == len(shapes)
        for name, value in run.parameters.items():
            assert_close(run.moments[name][0], exact.moments[name][0], name, 1e-4)
            # Adam moves a parameter by the learning rate whatever the size of its gradient. Parameters whose gradient
            # was close to 0 in some step are excluded, as the sign of such a gradient is a matter of rounding.
            is_certain = smallest[name] > 1e-3
            assert_close(np.where(is_certain, value, 0.0), np.where(is_certain, exact.parameters[name], 0.0), name)


@pytest.mark.parametrize("case", CASES)
def test_scores_and_evaluated_losses(case: str) -> None:
    options = case_options(case, dropout=0.5, input_dropout=0.5)
    parameters = random_parameters(options, 1)
    exact = ExactRun(case_options(case, mix_l2=0.0), parameters)
    batch, targets, weights = random_batch(options, 2)
    scores = scores_of(exact.parameters, options, exact.frozen, batch)
    loss = exact.learn(batch, targets, weights).loss
    for isa in compute.available_isas():
        run = Run(options, parameters, isa=isa, threads=2)
        assert_close(run.network.scores(batch), scores, "scores")
        total, counted = run.network.evaluate(batch, targets, weights)
        assert total / counted == pytest.approx(loss, rel=1e-5)
        expected = weights
        if options.task == "tags":
            expected = weights * (batch.lengths > 0 if options.crf else batch.lengths)
        assert counted == pytest.approx(float(expected.sum()), rel=1e-6)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("case", ["everything for texts", "everything for tags"])
def test_training_is_reproducible_bit_for_bit(case: str, threads: int) -> None:
    options = case_options(case, **TRAININGS["dropout, clipped"])
    runs = [Run(options, random_parameters(options, 1), threads=threads) for _ in range(2)]
    for number in (1, 2, 3):
        batch, targets, weights = random_batch(options, number)
        losses = [run.network.step(batch, targets, weights, learning_rate=0.01, step=number)["loss"] for run in runs]
        assert losses[0] == losses[1]
    for name, value in runs[0].parameters.items():
        np.testing.assert_array_equal(value, runs[1].parameters[name])


@pytest.mark.parametrize("case", CASES)
def test_scores_do_not_depend_on_the_other_texts_of_a_batch(case: str) -> None:
    options = case_options(case)
    run = Run(options, random_parameters(options, 1))
    batch, _, _ = random_batch(options, 2)
    together = run.network.scores(batch)
    rows = batch.spans if options.task == "tags" else [slice(k, k + 1) for k in range(len(batch.lengths))]
    for k, span in enumerate(batch.spans):
        alone = type(batch)(
            lengths=batch.lengths[k : k + 1],
            tables=[ids[span] for ids in batch.tables],
            contexts=[layers[span] for layers in batch.contexts],
            characters=batch.characters,
            types=None if batch.types is None else batch.types[span],
        )
        np.testing.assert_array_equal(run.network.scores(alone), together[rows[k]])


def test_steps_return_scores_and_refresh_reads_parameters() -> None:
    options = case_options("attention")
    run = Run(options, random_parameters(options, 1))
    batch, targets, weights = random_batch(options, 2)
    before = run.network.scores(batch)
    step = run.network.step(batch, targets, weights, learning_rate=0.1, step=1)
    np.testing.assert_array_equal(step["scores"], before)
    after = run.network.scores(batch)
    assert np.abs(after - before).max() > 0.01  # the first step of Adam moves each parameter by the rate, 0.1
    for name, value in random_parameters(options, 1).items():
        run.parameters[name][:] = value
    run.network.refresh()
    np.testing.assert_array_equal(run.network.scores(batch), before)


def test_a_non_finite_step_changes_nothing() -> None:
    options = case_options("contexts")
    parameters = random_parameters(options, 1)
    run = Run(options, parameters)
    batch, targets, weights = random_batch(options, 2)
    batch.contexts[0][4, 1, 2] = np.inf
    assert not run.network.step(batch, targets, weights, learning_rate=0.1, step=1)["finite"]
    assert run.network.updates == 0
    for name, value in run.parameters.items():
        np.testing.assert_array_equal(value, parameters[name])
        assert not run.moments[name][0].any()


@pytest.mark.parametrize("case", CASES)
def test_texts_without_tokens_have_finite_losses_and_gradients(case: str) -> None:
    options = case_options(case)
    parameters = random_parameters(options, 1)
    run, exact = Run(options, parameters, threads=2), ExactRun(options, parameters)
    batch, targets, weights = random_batch(options, 2, lengths=(0, 0))
    given = run.network.gradients(batch, targets, weights, step=1)
    expected = exact.learn(batch, targets, weights)
    assert given["loss"] == pytest.approx(expected.loss, rel=1e-5)
    for name, gradient in given["gradients"].items():
        assert_close(gradient, expected.gradients[name], name)
    assert np.isfinite(run.network.probabilities(batch)).all()


def test_zero_weights_give_zero_loss_and_gradients() -> None:
    options = case_options("crf")
    run = Run(options, random_parameters(options, 1))
    batch, targets, weights = random_batch(options, 2)
    given = run.network.gradients(batch, targets, np.zeros_like(weights), step=1)
    assert given["loss"] == 0.0
    assert not any(gradient.any() for gradient in given["gradients"].values())
    assert run.network.evaluate(batch, targets, np.zeros_like(weights)) == (0.0, 0.0)
