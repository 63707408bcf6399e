"""The training loop: epochs of batches, validation and early stopping."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ...errors import TrainingDiverged
from ..data.batching import Indices, sorted_batches, training_batches
from ..data.examples import Examples
from ..data.prepared import PreparedTexts
from ..network import PREDICTION_BATCH, Network, open_training_network
from ..options import NetworkCompute, TrainingOptions
from ..state import Floats, History, NetworkState
from .averaging import AveragedParameters
from .early_stopping import EarlyStopping
from .fine_tuning import LanguageModelTuner
from .initialization import zero_moments
from .progress import FitProgress

__all__ = ["Accuracy", "Validate", "train_network"]

Validate = Callable[[Network], Mapping[str, float]]
Accuracy = Callable[[Floats, NDArray[Any], Floats], float]

_AVERAGING_OF_TUNED_MODELS = 0.995  # better on the development set of SST-2; frozen models differ by task


def train_network(
    state: NetworkState,
    prepared: PreparedTexts,
    examples: Examples,
    options: TrainingOptions,
    compute: NetworkCompute,
    history: History,
    progress: FitProgress,
    *,
    validate: Validate,
    accuracy: Accuracy | None,
) -> None:
    """Train a network in place.

    Parameters
    ----------
    state : NetworkState
        The network; its parameters, and language models that are fine-tuned, are changed.
    prepared : PreparedTexts
        The texts of `examples`.
    examples : Examples
        Targets, weights, and the division into training and validation texts.
    options : TrainingOptions
        Epochs, batch size, learning rates and early stopping.
    compute : NetworkCompute
        Number of threads and instruction set.
    history : dict of str to list of float
        Receives the metrics of each epoch.
    progress : FitProgress
        Receives the loss of each step and the metrics of each epoch.
    validate : callable
        Function from the opened network to metrics of the validation texts. Early stopping uses the first metric; the
        larger, the better.
    accuracy : callable or None
        Function from scores, targets and weights of a batch to the accuracy, for the history of training.

    Raises
    ------
    TrainingDiverged
        If a loss is not finite; the parameters are those before the step.
    """
    seed, lengths = state.options.seed, prepared.texts.lengths
    with open_training_network(state, prepared, compute, zero_moments(state.parameters)) as network:
        steps = _Steps(network, state, prepared, examples, options, compute)
        patience = options.patience if options.early_stopping else None
        stopping = EarlyStopping(state.parameters, steps.tuners, patience)
        try:
            for epoch in range(options.epochs):
                begin = time.perf_counter()
                batches = training_batches(examples.training, lengths, options.batch_size, seed, epoch)
                metrics = steps.run_epoch(batches, epoch, progress, accuracy)
                if len(examples.validation):
                    with steps.averaged.applied(network):
                        metrics["val_loss"] = _validation_loss(network, prepared, examples)
                        validated = validate(network)
                        metrics |= {f"val_{name}": value for name, value in validated.items()}
                        stopping.record(next(iter(validated.values())), metrics["val_loss"])
                metrics["seconds"] = time.perf_counter() - begin
                history.update({name: [*history.get(name, ()), value] for name, value in metrics.items()})
                progress.end_epoch(epoch, metrics)
                if stopping.should_stop:
                    break
        finally:
            steps.averaged.apply()
            stopping.restore_best()


def _targets_of(examples: Examples, prepared: PreparedTexts, indices: Indices) -> NDArray[Any]:
    return examples.targets[prepared.texts.positions(indices) if examples.per_token else indices]


def _validation_loss(network: Network, prepared: PreparedTexts, examples: Examples) -> float:
    """Return the mean loss of the validation texts."""
    total = weight = 0.0
    for batch in sorted_batches(examples.validation, prepared.texts.lengths, PREDICTION_BATCH):
        targets = _targets_of(examples, prepared, batch)
        batch_loss, batch_weight = network.evaluate(prepared.batch(batch), targets, examples.weights[batch])
        total += batch_loss
        weight += batch_weight
    return total / weight if weight else 0.0


@dataclass(eq=False)
class _Steps:
    """Training steps; counts them, as Adam needs their number."""

    network: Network
    state: NetworkState
    prepared: PreparedTexts
    examples: Examples
    options: TrainingOptions
    compute: NetworkCompute
    count: int = 0
    tuners: list[LanguageModelTuner] = field(init=False)
    averaged: AveragedParameters = field(init=False)

    def __post_init__(self) -> None:
        self.tuners = [
            LanguageModelTuner(source, self.options, self.compute, self.state.options.clip_norm)
            for source in self.state.features.contexts
            if source.is_tuned
        ]
        decay = self.options.averaging
        if decay is None:
            decay = _AVERAGING_OF_TUNED_MODELS if self.tuners else 0.0
        self.averaged = AveragedParameters(decay, self.state.parameters, self.tuners)

    def run_epoch(
        self, batches: list[Indices], epoch: int, progress: FitProgress, accuracy: Accuracy | None
    ) -> dict[str, float]:
        rate = self.options.decay**epoch
        loss = weight = correct = 0.0
        for tuner in self.tuners:
            tuner.begin_epoch(epoch)
        for batch in batches:
            targets, weights = _targets_of(self.examples, self.prepared, batch), self.examples.weights[batch]
            result = self._step(batch, targets, weights, rate)
            batch_weight = float(weights.sum(dtype=np.float64))
            loss += result["loss"] * batch_weight
            weight += batch_weight
            if accuracy is not None and result["scores"] is not None:
                correct += batch_weight * accuracy(result["scores"], targets, weights)
            progress.end_step(epoch, result["loss"])
        metrics = {"loss": loss / weight if weight else 0.0}
        if accuracy is not None:
            metrics["accuracy"] = correct / weight if weight else 0.0
        return metrics

    def _step(self, indices: Indices, targets: NDArray[Any], weights: Floats, rate: float) -> _core.tasks.StepOutcome:
        contexts = self.state.features.contexts
        tuners = iter(self.tuners)
        layers = [next(tuners).forward(self.prepared, indices) if source.is_tuned else None for source in contexts]
        batch = self.prepared.batch(indices, layers)
        is_tuned = any(not tuner.is_frozen for tuner in self.tuners)
        result = self.network.step(
            batch,
            targets,
            weights,
            learning_rate=self.options.learning_rate * rate,
            step=self.count + 1,
            context_gradients=is_tuned,
        )
        if not result["finite"]:
            raise TrainingDiverged(
                f"step {self.count + 1}: the loss is {result['loss']:g} and the gradient norm "
                f"{result['gradient_norm']:g}, no longer finite; the step was not applied. {self._advice()}"
            )
        self.count += 1
        if is_tuned:
            d_contexts = result["d_contexts"] or ()
            gradients = [gradient for gradient, source in zip(d_contexts, contexts, strict=True) if source.is_tuned]
            for tuner, gradient in zip(self.tuners, gradients, strict=True):
                tuner.update(gradient, batch.lengths, rate)
        self.averaged.update()
        return result

    def _advice(self) -> str:
        try:
            self.prepared.require_finite()
        except ValueError as error:
            return f"{error}"
        return "Use a smaller learning_rate or clip_norm"
