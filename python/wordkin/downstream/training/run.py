"""A training run: everything that is prepared and checked before the first step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ..data.examples import Examples
from ..data.prepared import PreparedTexts, prepare_texts
from ..data.texts import IndexedTexts
from ..options import CharacterOptions, FeatureOptions, NetworkCompute, NetworkOptions, TrainingOptions
from ..state import Embedding, History, NetworkState
from .embeddings import build_features
from .initialization import initial_parameters
from .loop import Accuracy, Validate, train_network
from .progress import FitProgress, ProgressChoice, layer_progress

__all__ = ["TrainingRun"]


@dataclass(frozen=True, eq=False, kw_only=True)
class TrainingRun:
    """A network with its initial parameters, and its training examples.

    Parameters
    ----------
    state : NetworkState
        The network; `train` changes it in place.
    prepared : PreparedTexts
        The texts of `examples` with their features.
    examples : Examples
        Training and validation texts with their targets.
    options : TrainingOptions
        Options of training.
    compute : NetworkCompute
        Number of threads and instruction set.
    progress : bool, callable or None
        How to report progress.
    history : dict of str to list of float
        Metrics of each epoch; empty before `train`.
    """

    state: NetworkState
    prepared: PreparedTexts
    examples: Examples
    options: TrainingOptions
    compute: NetworkCompute
    progress: ProgressChoice
    history: History = field(default_factory=dict)

    @classmethod
    def prepare(
        cls,
        network: NetworkOptions,
        features: FeatureOptions,
        characters: CharacterOptions | None,
        options: TrainingOptions,
        embeddings: Sequence[tuple[Embedding, bool]],
        examples: Examples,
        compute: NetworkCompute,
        progress: ProgressChoice,
    ) -> TrainingRun:
        """Build the features, draw the initial parameters and look up the features of all texts.

        Parameters
        ----------
        network : NetworkOptions
            Shape of the network; the fields about features are replaced.
        features : FeatureOptions
            Options of the features.
        characters : CharacterOptions or None
            Shape of the character convolution, if there is one.
        options : TrainingOptions
            Options of training.
        embeddings : list of (embedding, bool)
            The embeddings, and whether each of them is trained.
        examples : Examples
            Training and validation texts with their targets.
        compute : NetworkCompute
            Number of threads and instruction set.
        progress : bool, callable or None
            How to report progress.

        Returns
        -------
        TrainingRun
            The run, ready to train.
        """
        texts = IndexedTexts.from_sentences(examples.sentences)
        training_types = texts.types[texts.positions(examples.training)]
        counts = np.bincount(training_types, minlength=len(texts.words)).astype(np.int64)
        sources, initial = build_features(embeddings, features, characters, texts.words, counts)
        shape = replace(network, **sources.network_shape())
        state = NetworkState(shape, initial_parameters(shape, initial, shape.seed), sources)
        with layer_progress(progress, len(texts.types) if sources.contexts else 0) as report:
            prepared = prepare_texts(sources, texts, max_bytes=options.cache_bytes, compute=compute, report=report)
        return cls(
            state=state, prepared=prepared, examples=examples, options=options, compute=compute, progress=progress
        )

    def train(self, validate: Validate, accuracy: Accuracy | None = None) -> None:
        """Train the network until the last epoch or early stopping.

        Parameters
        ----------
        validate : callable
            Function from the opened network to metrics of the validation texts; early stopping uses the first one.
        accuracy : callable, optional
            Function from scores, targets and weights of a batch to the accuracy, for the history.

        Raises
        ------
        TrainingDiverged
            If a loss is not finite.
        """
        batches = -(-len(self.examples.training) // self.options.batch_size)
        bar = FitProgress(self.progress, self.options.epochs, batches)
        try:
            train_network(
                self.state,
                self.prepared,
                self.examples,
                self.options,
                self.compute,
                self.history,
                bar,
                validate=validate,
                accuracy=accuracy,
            )
        finally:
            bar.close()
