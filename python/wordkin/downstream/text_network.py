"""What classifiers and taggers have in common: a network over features of tokens, fitted, asked, saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..elmo.training.progress import shown_predictions
from ..runtime.estimator import Estimator
from ..runtime.options import integer_option, progress_option
from ..storage.paths import AnyPath
from .data.texts import IndexedTexts
from .files import model_folder as persistence
from .inference.outputs import NetworkContent, Question, answers, opened_network
from .options import NetworkOptions, Task
from .training.embeddings import chosen_features, chosen_machine, fit_settings, seed_of
from .training.initialization import initial_parameters
from .training.loop import Problem, train_network
from .training.progress import FitProgress

if TYPE_CHECKING:
    from .._core.tasks import Network

__all__ = ["TextNetwork"]

Self = TypeVar("Self", bound="TextNetwork")


class TextNetwork(Estimator):
    """Base of `TextClassifier` and `SequenceTagger`; not for use by itself."""

    _shared_parameters = ("embedding",)
    _kind: ClassVar[str]  # in files

    embedding: Any
    fine_tune: Any
    embedding_dim: int
    layer_norm: bool
    mix_l2: float
    characters: bool
    char_dim: int
    filters: Any
    max_characters: int
    lowercase: bool
    min_count: int
    max_length: int
    encoder: Any
    n_layers: int
    hidden_dim: int
    bidirectional: bool
    dense_dim: int
    input_dropout: float
    dropout: float
    optimizer: str
    learning_rate: float
    decay: float
    embedding_learning_rate: float
    clip_norm: float
    epochs: int
    batch_size: int
    early_stopping: bool
    patience: int
    validation_fraction: float
    cache_bytes: int
    random_state: Any
    workers: int | None
    progress: Any

    history_: dict[str, list[float]]
    _content: NetworkContent

    # Fitting.

    def _options(self, task: Task, outputs: int, seed: int, **own: Any) -> NetworkOptions:
        """The network that the arguments ask for; what features it has is set when these are known."""
        return NetworkOptions(
            task=task,
            outputs=outputs,
            tables=((1, 1, False),),
            encoder=self.encoder,
            n_layers=self.n_layers,
            hidden_dim=self.hidden_dim,
            bidirectional=self.bidirectional,
            dense_dim=self.dense_dim,
            input_dropout=self.input_dropout,
            dropout=self.dropout,
            clip_norm=self.clip_norm,
            mix_l2=self.mix_l2,
            seed=seed,
            **own,
        )

    def _fit_network(
        self,
        options: NetworkOptions,
        sentences: list[list[str]],
        targets: NDArray[Any],
        weights: NDArray[np.float32],
        training: NDArray[np.intp],
        validation: NDArray[np.intp],
        *,
        is_per_token: bool,
        judge: Callable[[Network, Any], Mapping[str, float]],
        accuracy: Callable[..., float] | None,
        learned: Mapping[str, Any],
        epochs: Any,
        batch_size: Any,
        progress: Any,
    ) -> None:
        """Make a network and train it; what was fitted before stays until all arguments are known to be right."""
        settings = fit_settings(self, epochs, batch_size, options.seed)
        machine = chosen_machine(self.workers)
        shown = progress_option(self.progress if progress is None else progress)
        cache_bytes = integer_option("cache_bytes", self.cache_bytes, 0, 2**62)
        texts = IndexedTexts.of(sentences)
        counts = np.bincount(texts.types[texts.places(training)], minlength=len(texts.words)).astype(np.int64)
        features, begins = chosen_features(self, texts.words, counts)
        options = replace(options, **features.network_shape())
        content = NetworkContent(options, initial_parameters(options, begins, options.seed), features)
        with shown_predictions(shown if features.contexts and not callable(shown) else False, len(texts.types)) as show:
            prepared = features.prepared(texts, most_bytes=cache_bytes, workers=machine.workers, show=show)
        problem = Problem(
            prepared=prepared,
            targets=targets,
            is_per_token=is_per_token,
            weights=weights,
            training=training,
            validation=validation,
            judge=lambda network: judge(network, prepared),
            accuracy=accuracy,
        )
        self._content = content
        self.history_ = {}
        for name, value in learned.items():
            setattr(self, name, value)
        bar = FitProgress(shown, settings.epochs, -(-len(training) // settings.batch_size))
        try:
            train_network(content, problem, settings, machine, self.history_, bar)
        finally:
            bar.close()

    def _seed(self) -> int:
        return seed_of(self.random_state)

    # Asking.

    def _answers(self, sentences: list[list[str]], question: Question, *, is_per_token: bool) -> NDArray[Any]:
        machine = chosen_machine(self.workers)
        prepared = self._content.prepared(sentences, machine)
        with opened_network(self._content, prepared, machine) as network:
            return answers(network, prepared, np.arange(len(sentences)), question, is_per_token=is_per_token)

    @property
    def layer_mixes_(self) -> list[dict[str, Any]]:
        """Of each language model: the shares of its layers in the mix, and the factor gamma.

        Raises
        ------
        NotFittedError
            Before `fit`.
        """
        self._require_fitted()
        mixes = []
        for place in range(len(self._content.features.contexts)):
            powers = np.exp(self._content.parameters[f"contexts_{place}/weights"].astype(np.float64))
            gamma = float(self._content.parameters[f"contexts_{place}/gamma"][0])
            mixes.append({"shares": (powers / powers.sum()).tolist(), "gamma": gamma})
        return mixes

    # Files.

    def save(self, folder: AnyPath, *, include_embedding: bool = True) -> None:
        """Write the fitted estimator into a folder, which is made where it is missing.

        Parameters
        ----------
        folder
            Gets ``model.safetensors``, which holds everything but embeddings, ``config.json``, which says the same for
            people, and the embeddings.
        include_embedding
            Whether embeddings that were not trained are written, too; else `load` must be given the same ones, which
            it knows by their hash.

        Raises
        ------
        NotFittedError
            Before `fit`.
        OSError
            If it cannot be written.
        """
        self._require_fitted()
        persistence.save(self, folder, include_embedding=include_embedding)

    @classmethod
    def load(cls: type[Self], folder: AnyPath, *, embedding: Any = None, tokenizer: Any = None) -> Self:
        """Read an estimator that `save` has written.

        Parameters
        ----------
        folder
            The folder.
        embedding
            As in the constructor, for a folder without embeddings; checked against the hash that was saved.
        tokenizer
            The function that cut texts, where one was given to the constructor; functions are not saved.

        Raises
        ------
        FormatError
            If it holds something else, or the embedding is another one.
        OSError
            If it cannot be read.
        """
        return persistence.load(cls, folder, embedding=embedding, tokenizer=tokenizer)

    save_pretrained = save
    from_pretrained = load

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle through the format of files; embeddings as themselves, so that several estimators share one."""
        return persistence.to_pickle(self)

    def _state(self) -> dict[str, Any]:
        """What a file says of this estimator beside its network; JSON."""
        raise NotImplementedError

    def _set_state(self, state: Mapping[str, Any]) -> None:
        """Take over what `_state` said; TypeError, KeyError or ValueError if it is something else."""
        raise NotImplementedError
