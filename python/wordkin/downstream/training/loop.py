"""The loop of training: epochs of batches, looks at validation texts, early stop, fine-tuning of language models."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ...errors import TrainingDiverged
from ..data.batching import Numbers, sorted_batches, training_batches
from ..inference.outputs import PREDICTION_BATCH, Machine, NetworkContent, opened_network
from ..state import ContextSource, NetworkBatch, PreparedTexts
from .initialization import Tensors, fresh_moments
from .progress import FitProgress

if TYPE_CHECKING:
    from ..._core.tasks import Network

__all__ = ["FitSettings", "Problem", "train_network"]

History = dict[str, list[float]]


@dataclass(frozen=True, kw_only=True)
class FitSettings:
    """How a network is trained.

    Parameters
    ----------
    epochs, batch_size
        Passes over the texts, and texts in a step.
    learning_rate, decay
        Of Adam, and its factor after each epoch.
    embedding_learning_rate, clip_norm
        Of language models that are trained with the network, and the greatest norm of their gradients.
    patience
        Epochs without a better look after which training ends and the best parameters are taken; None for neither.
    seed
        Of the order of texts.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    decay: float
    embedding_learning_rate: float
    clip_norm: float
    patience: int | None
    seed: int


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Texts with what is to be learned of them.

    Parameters
    ----------
    prepared
        Texts of training and validation.
    targets
        One for each text, or for each token, of both.
    is_per_token
        Which of the two.
    weights
        float32 (texts,).
    training, validation
        The numbers of texts of each kind.
    judge
        From an opened network to what is to be known of the validation texts; the first figure is what early stopping
        looks at, the larger the better.
    accuracy
        From scores, targets and weights of texts to the share that is right, for the history of training; or None.
    """

    prepared: PreparedTexts
    targets: NDArray[Any]
    is_per_token: bool
    weights: NDArray[np.float32]
    training: Numbers
    validation: Numbers
    judge: Callable[[Network], Mapping[str, float]]
    accuracy: Callable[[NDArray[np.float32], NDArray[Any], NDArray[np.float32]], float] | None

    def targets_of(self, numbers: Numbers) -> NDArray[Any]:
        """Return the targets of some texts."""
        return self.targets[self.prepared.texts.places(numbers) if self.is_per_token else numbers]

    def loss(self, network: Network) -> float:
        """Return the mean loss of the validation texts."""
        total = weight = 0.0
        for batch in sorted_batches(self.validation, self.prepared.texts.lengths, PREDICTION_BATCH):
            own, own_weight = network.evaluate(self.prepared.batch(batch), self.targets_of(batch), self.weights[batch])
            total += own
            weight += own_weight
        return total / weight if weight else 0.0


def train_network(
    content: NetworkContent,
    problem: Problem,
    settings: FitSettings,
    machine: Machine,
    history: History,
    progress: FitProgress,
) -> None:
    """Train a network in place; `history` gets a number for each epoch and figure.

    Raises
    ------
    TrainingDiverged
        If a loss is not finite any more; the parameters are those of the step before.
    """
    moments = fresh_moments(content.parameters)
    with opened_network(content, problem.prepared, machine, moments) as network:
        run = _Training(content, problem, settings, machine, history, progress, network)
        try:
            run.go()
        finally:
            run.take_best()


@dataclass(eq=False)
class _Training:
    content: NetworkContent
    problem: Problem
    settings: FitSettings
    machine: Machine
    history: History
    progress: FitProgress
    network: Network
    steps: int = 0
    best: Tensors | None = None
    best_look: tuple[float, float] | None = None
    looks_since: int = 0
    tuners: list[_Tuner] = field(init=False)

    def __post_init__(self) -> None:
        self.tuners = [_Tuner(source, self.machine) for source in self.content.features.contexts if source.is_tuned]

    def go(self) -> None:
        settings, problem = self.settings, self.problem
        for epoch in range(settings.epochs):
            begin = time.perf_counter()
            batches = training_batches(
                problem.training, problem.prepared.texts.lengths, settings.batch_size, settings.seed, epoch
            )
            figures = self._epoch(batches, epoch)
            if len(problem.validation):
                figures["val_loss"] = problem.loss(self.network)
                judged = problem.judge(self.network)
                figures |= {f"val_{name}": value for name, value in judged.items()}
                self._note_look(next(iter(judged.values())), figures["val_loss"])
            figures["seconds"] = time.perf_counter() - begin
            for name, value in figures.items():
                self.history.setdefault(name, []).append(value)
            self.progress.end_epoch(epoch, figures)
            if settings.patience is not None and self.looks_since >= settings.patience:
                break

    def _epoch(self, batches: Sequence[Numbers], epoch: int) -> dict[str, float]:
        problem = self.problem
        rate = self.settings.decay**epoch
        loss = weight = right = 0.0
        for batch in batches:
            targets, weights = problem.targets_of(batch), problem.weights[batch]
            done = self._step(batch, targets, weights, rate)
            own = float(weights.sum(dtype=np.float64))
            loss += done["loss"] * own
            weight += own
            if problem.accuracy is not None:
                right += own * problem.accuracy(done["scores"], targets, weights)
            self.progress.end_step(epoch, done["loss"])
        figures = {"loss": loss / weight if weight else 0.0}
        if problem.accuracy is not None:
            figures["accuracy"] = right / weight if weight else 0.0
        return figures

    def _step(
        self, numbers: Numbers, targets: NDArray[Any], weights: NDArray[np.float32], rate: float
    ) -> dict[str, Any]:
        tuners = iter(self.tuners)
        layers = [
            next(tuners).forward(self.problem.prepared, numbers) if source.is_tuned else None
            for source in self.content.features.contexts
        ]
        batch: NetworkBatch = self.problem.prepared.batch(numbers, layers)
        done: dict[str, Any] = self.network.step(
            batch,
            targets,
            weights,
            learning_rate=self.settings.learning_rate * rate,
            step=self.steps + 1,
            context_gradients=bool(self.tuners),
        )
        if not done["finite"]:
            raise TrainingDiverged(
                f"step {self.steps + 1}: loss {done['loss']:g}, gradient norm {done['gradient_norm']:g}: no longer "
                "finite. The step has changed nothing; use a smaller learning_rate, or a smaller clip_norm"
            )
        self.steps += 1
        if self.tuners:
            tuned = [
                gradient
                for gradient, source in zip(done["d_contexts"], self.content.features.contexts, strict=True)
                if source.is_tuned
            ]
            for tuner, gradient in zip(self.tuners, tuned, strict=True):
                tuner.update(gradient, batch.lengths, self.settings, rate, self.steps)
        return done

    def _note_look(self, figure: float, loss: float) -> None:
        look = (figure, -loss)
        if self.best_look is not None and look <= self.best_look:
            self.looks_since += 1
            return
        self.best_look, self.looks_since = look, 0
        if self.settings.patience is not None:
            self.best = {name: tensor.copy() for name, tensor in self.content.parameters.items()}
            for tuner in self.tuners:
                tuner.keep()

    def take_best(self) -> None:
        """Go back to the parameters of the best look, where looks decide."""
        if self.best is None:
            return
        for name, tensor in self.best.items():
            self.content.parameters[name][...] = tensor
        for tuner in self.tuners:
            tuner.take_kept()


class _Tuner:
    """Trains a language model with the gradients that a network gives for its layers."""

    def __init__(self, source: ContextSource, machine: Machine) -> None:
        self._model = source.model
        self._machine = machine
        self._moments: dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]] = {}
        self._kept: Tensors | None = None
        self._backward: Callable[[Sequence[NDArray[np.float32]]], Tensors] | None = None

    def forward(self, prepared: PreparedTexts, numbers: Numbers) -> NDArray[np.float32]:
        """Return the layers of some texts, float32 (tokens, layers, width)."""
        sentences = [list(prepared.texts.sentences[number]) for number in numbers.tolist()]
        layers, self._backward = self._model.forward(sentences, workers=self._machine.workers)
        return np.ascontiguousarray(np.concatenate([own.transpose(1, 0, 2) for own in layers]))

    def update(
        self,
        gradient: NDArray[np.float32],
        lengths: NDArray[np.int32],
        settings: FitSettings,
        rate: float,
        step: int,
    ) -> None:
        """Go back through the layers, and change the parameters by a step of Adam."""
        if self._backward is None:
            raise AssertionError("backward follows forward")
        ends = np.cumsum(lengths)[:-1]
        own = [np.ascontiguousarray(piece.transpose(1, 0, 2)) for piece in np.split(gradient, ends)]
        gradients = self._backward(own)
        self._backward = None
        dense: list[tuple[NDArray[Any] | None, ...]] = []
        for name, values in gradients.items():
            weights = self._model.parameters[name]
            first, second = self._moments.setdefault(name, (np.zeros_like(weights), np.zeros_like(weights)))
            dense.append((weights.reshape(-1), first.reshape(-1), second.reshape(-1), values.reshape(-1)))
        norm = _core.optim.update(
            "adam",
            dense,
            [],
            rate=settings.embedding_learning_rate * rate,
            step=step,
            clip_norm=settings.clip_norm,
            isa=self._machine.isa,
            threads=self._machine.workers,
        )
        self._model.parameters_changed()
        if not np.isfinite(norm):
            raise TrainingDiverged(
                f"step {step}: the gradient of the language model has norm {norm:g}: no longer finite; use a smaller "
                "embedding_learning_rate"
            )

    def keep(self) -> None:
        """Keep a copy of the parameters that are trained."""
        self._kept = {name: self._model.parameters[name].copy() for name in self._moments}

    def take_kept(self) -> None:
        """Go back to that copy."""
        for name, tensor in (self._kept or {}).items():
            self._model.parameters[name][...] = tensor
        self._model.parameters_changed()
