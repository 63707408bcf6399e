"""Probabilities, attention, and linear-chain CRFs compared with the enumeration of all paths."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from reference.heads import Chain, attention, path_scores
from reference.tape import Node
from reference.task_models import case_options, random_batch, random_parameters
from reference.tasks import Batch, encode, scores_of, token_features
from tasks.trained_networks import ExactRun, Run, assert_close
from wordkin import _core


def logistic(scores: NDArray[Any]) -> NDArray[Any]:
    return 1 / (1 + np.exp(-scores))


@pytest.mark.parametrize("case", ["attention", "last, two layers", "labels", "tags"])
def test_probabilities_are_logistic_or_softmax(case: str) -> None:
    options = case_options(case)
    run = Run(options, random_parameters(options, 1), threads=2)
    batch, _, _ = random_batch(options, 2)
    scores = scores_of(ExactRun(options, run.parameters).parameters, options, run.frozen, batch)
    if options.task == "labels" or options.outputs == 1:
        expected = logistic(scores)
    else:
        expected = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    assert_close(run.network.probabilities(batch), expected, case)
    if options.task == "tags":
        np.testing.assert_array_equal(run.network.paths(batch), scores.argmax(axis=1))


def test_attention_of_each_text_sums_to_one() -> None:
    options = case_options("attention")
    run = Run(options, random_parameters(options, 1), threads=2)
    batch, _, _ = random_batch(options, 2)
    alpha = run.network.attention(batch)
    leaves = {name: Node(value) for name, value in run.parameters.items()}
    for span in batch.spans:
        if span.stop == span.start:
            continue
        features = token_features(leaves, options, run.frozen, batch, [], span)
        hidden = encode(leaves, options, features, None, span)
        expected = attention(hidden, leaves["attention/W"], leaves["attention/b"], leaves["attention/v"])
        assert_close(alpha[span], expected.value, "alpha")
        assert alpha[span].sum() == pytest.approx(1.0, abs=1e-6)


class ChainRun:
    """A network that consists of a CRF alone: its emissions are the given contexts."""

    def __init__(self, tags: int, seed: int, scale: float = 1.0, isa: str | None = None) -> None:
        self.options = case_options(
            "crf", tables=(), contexts=((1, tags, False),), encoder=None, outputs=tags, dense_dim=0
        )
        parameters = random_parameters(self.options, seed)
        parameters["output/W"] = np.eye(tags, dtype=np.float32)
        parameters["output/b"][:] = 0
        parameters["contexts_0/gamma"][:] = 1
        for name in ("crf/transitions", "crf/start", "crf/end"):
            parameters[name] *= np.float32(scale)
        self.run = Run(self.options, parameters, isa=isa, threads=2)
        self.chain = Chain(*(Node(parameters[f"crf/{name}"]) for name in ("transitions", "start", "end")))

    def batch(self, emissions: NDArray[np.float32], lengths: tuple[int, ...]) -> Batch:
        return Batch(lengths=np.array(lengths, np.int32), contexts=[emissions[:, np.newaxis, :].copy()])


@pytest.mark.parametrize("scale", [1.0, 20.0])
@pytest.mark.parametrize("tags", [1, 2, 3])
def test_partition_marginals_and_best_path_match_enumeration(isa: str, tags: int, scale: float) -> None:
    run = ChainRun(tags, tags, scale, isa)
    lengths = (4, 1, 0, 5, 2)
    generator = np.random.default_rng(tags)
    emissions = (scale * generator.standard_normal((sum(lengths), tags))).astype(np.float32)
    targets = generator.integers(0, tags, len(emissions), dtype=np.int32)
    batch = run.batch(emissions, lengths)
    paths, marginals = run.run.network.paths(batch), run.run.network.probabilities(batch)
    for k, span in enumerate(batch.spans):
        if span.stop == span.start:
            continue
        scored = dict(path_scores(emissions[span], run.chain))
        partition = np.logaddexp.reduce(list(scored.values()))
        weights = np.zeros(len(lengths), np.float32)
        weights[k] = 1
        loss, _ = run.run.network.evaluate(batch, targets, weights)
        assert loss == pytest.approx(partition - scored[tuple(targets[span])], rel=1e-6, abs=1e-5)
        expected = np.zeros((span.stop - span.start, tags))
        for path, score in scored.items():
            expected[np.arange(len(path)), path] += np.exp(score - partition)
        np.testing.assert_allclose(marginals[span], expected, atol=1e-6)
        assert scored[tuple(paths[span])] == pytest.approx(max(scored.values()))


def test_forbidden_transitions_are_not_predicted() -> None:
    run = ChainRun(3, 1)
    run.run.parameters["crf/transitions"][:] = 0
    run.run.parameters["crf/transitions"][0, 2] = -1e4
    run.run.network.refresh()
    emissions = np.zeros((6, 3), np.float32)
    emissions[::2, 0] = emissions[1::2, 2] = 5
    batch = run.batch(emissions, (6,))
    path = run.run.network.paths(batch)
    assert (0, 2) not in set(itertools.pairwise(path.tolist()))
    assert np.isfinite(run.run.network.probabilities(batch)).all()


def test_long_chains_are_finite() -> None:
    run = ChainRun(4, 1)
    emissions = np.random.default_rng(0).standard_normal((5000, 4)).astype(np.float32) * 30
    batch = run.batch(emissions, (5000,))
    marginals = run.run.network.probabilities(batch)
    np.testing.assert_allclose(marginals.sum(axis=1), 1.0, rtol=1e-5)
    loss, _ = run.run.network.evaluate(batch, run.run.network.paths(batch), np.ones(1, np.float32))
    assert 0 <= loss < 5000 * np.log(4)  # the best of 4^5000 paths has at least the average probability


BAD_CALLS: dict[str, tuple[Any, str]] = {
    "ids": (lambda b: b.tables[0].__setitem__(0, 9), r"tables\[0\] must be from 0 to 8, got 9"),
    "lengths": (lambda b: b.lengths.__setitem__(0, -1), "lengths must not be negative, got -1"),
    "sum": (lambda b: b.lengths.__setitem__(0, 4), r"tables\[0\] must have the shape"),
}


@pytest.mark.parametrize("case", BAD_CALLS)
def test_invalid_batches_are_rejected(case: str) -> None:
    change, message = BAD_CALLS[case]
    options = case_options("attention")
    run = Run(options, random_parameters(options, 1))
    batch, targets, weights = random_batch(options, 2)
    change(batch)
    with pytest.raises(ValueError, match=message):
        run.network.step(batch, targets, weights, learning_rate=0.1, step=1)


def test_invalid_targets_and_weights_are_rejected() -> None:
    options = case_options("attention")
    run = Run(options, random_parameters(options, 1))
    batch, targets, weights = random_batch(options, 2)
    with pytest.raises(ValueError, match="targets must be below 2"):
        run.network.evaluate(batch, targets + 2, weights)
    with pytest.raises(ValueError, match="weights must be finite and not negative, got nan"):
        run.network.evaluate(batch, targets, weights * np.float32(np.nan))
    with pytest.raises(TypeError, match="weights must be float32"):
        run.network.evaluate(batch, targets, weights.astype(np.float64))
    with pytest.raises(ValueError, match="learning_rate"):
        run.network.step(batch, targets, weights, learning_rate=np.nan, step=1)
    with pytest.raises(ValueError, match="task must be tags"):
        run.network.paths(batch)
    run.network.close()
    with pytest.raises(RuntimeError, match="closed"):
        run.network.scores(batch)


def test_a_network_for_predictions_cannot_be_trained() -> None:
    options = case_options("attention")
    parameters = random_parameters(options, 1)
    for value in parameters.values():
        value.flags.writeable = False
    packed = _core.tasks.PackedNetwork(options, parameters, isa="baseline")
    network = _core.tasks.Network(packed, [None], threads=1)
    batch, targets, weights = random_batch(options, 2)
    assert network.scores(batch).shape == (6, 1)
    with pytest.raises(RuntimeError, match="packed for predictions"):
        network.step(batch, targets, weights, learning_rate=0.1, step=1)
    with pytest.raises(RuntimeError, match="packed for predictions"):
        network.gradients(batch, targets, weights, step=1)
    with pytest.raises(RuntimeError, match="packed for predictions"):
        network.refresh()
    with pytest.raises(TypeError, match="writeable"):
        _core.tasks.Network(options, parameters, [None], moments={}, threads=1, isa="baseline")


@pytest.mark.parametrize("name", ["everything for texts", "everything for tags"])
def test_networks_that_share_packed_weights_agree_with_those_that_pack_their_own(name: str) -> None:
    options = case_options(name)
    run = Run(options, random_parameters(options, 1), isa="baseline")
    packed = _core.tasks.PackedNetwork(options, run.parameters, isa="baseline")
    batch, _, _ = random_batch(options, 2)
    for threads in (1, 2):
        network = _core.tasks.Network(packed, run.frozen, threads=threads)
        assert network.probabilities(batch).tobytes() == run.network.probabilities(batch).tobytes()
        network.close()


def test_the_rows_of_frozen_tables_are_those_of_the_array() -> None:
    options = case_options("everything for tags")
    run = Run(options, random_parameters(options, 1))
    packed = _core.tasks.PackedNetwork(options, run.parameters, isa="baseline")
    for position, table in enumerate(run.frozen):
        if table is None:
            continue
        frozen = [*run.frozen]
        frozen[position] = table[:, :-1].copy()
        with pytest.raises(ValueError, match=rf"frozen\[{position}\] must have at least one row of"):
            _core.tasks.Network(packed, frozen, threads=1)
        frozen[position] = table[:0]
        with pytest.raises(ValueError, match="at least one row"):
            _core.tasks.Network(packed, frozen, threads=1)
