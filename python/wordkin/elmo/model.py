"""ELMo for its users: a facade over options, text, training and files."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import NotFittedError
from ..runtime.compute import choose_isa, requested_workers
from ..runtime.options import integer_option, progress_option
from ..storage.paths import AnyPath
from .arguments import model_options
from .data.encoded_text import ReadText
from .files import pretrained
from .files.official_files import export_official, is_official, load_official
from .inference.answers import AnsweringModel
from .options import ELMoOptions, ELMoTrainingOptions, Optimizer, Precision
from .state import ModelState, build_state
from .training.callbacks import elmo_callbacks
from .training.perplexity import BATCH_SIZE, UNROLL_STEPS, measure_perplexity
from .training.preparation import PreparedTraining, VocabularyRules, characters_of
from .training.progress import Progress, shown_predictions
from .training.report import ELMoTrainingReport, Perplexity
from .training.run_options import DEFAULT_RATES, ELMoRunOptions, Schedule
from .training.session import Machine
from .vocabulary import VocabularyChange, parse_vocabulary

__all__ = ["ELMo"]


class ELMo(AnsweringModel):
    """Deep contextualized word representations (Peters et al. 2018): two language models, one in each direction.

    Parameters
    ----------
    **options
        Fields of `ELMoOptions`, or the members of an official options.json (``lstm={...}, char_cnn={...}``). The
        defaults are those of the published "small" model.

    Attributes
    ----------
    options : ELMoOptions
        What the model is made of.
    training_defaults : dict
        Arguments for `train` that official options have named.
    training_report : ELMoTrainingReport or None
        Of the last `train`.

    Raises
    ------
    TypeError, ValueError
        For an option that is unknown, of the wrong kind, or out of range.

    Examples
    --------
    >>> sentences = [["apples", "and", "pears"], ["pears", "and", "plums"]] * 20
    >>> model = ELMo(dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 8], [2, 8]], n_highway=0)
    >>> report = model.train(sentences, epochs=2, batch_size=2, unroll_steps=5, min_count=1, workers=1, progress=False)
    >>> report.losses.shape
    (32, 2)
    >>> model.perplexity(sentences, workers=1).tokens
    160
    """

    def __init__(self, **options: Any) -> None:
        super().__init__()
        translated = model_options(options)
        self._options = translated.model
        self.training_defaults: dict[str, Any] = translated.training
        self.training_report: ELMoTrainingReport | None = None
        self._state: ModelState | None = None
        self._is_training = threading.Lock()

    @property
    def options(self) -> ELMoOptions:
        """What the model is made of."""
        return self._options if self._state is None else self._state.options

    @property
    def parameters(self) -> Mapping[str, NDArray[np.float32]]:
        """The model's own arrays by their official names.

        Raises
        ------
        NotFittedError
            If there are none yet.
        """
        return MappingProxyType(self._fitted().parameters)

    @property
    def vocabulary(self) -> list[str] | None:
        """The words that the model predicts, in the order of their ids; None where it predicts none."""
        words = self._fitted().words
        return None if words is None else list(words.words)

    def _fitted(self) -> ModelState:
        if self._state is None:
            raise NotFittedError("this model has no parameters yet: train it, load one, or call initialize()")
        return self._state

    def initialize(self, vocabulary: Any = None, *, seed: int = 1) -> None:
        """Give the model the parameters that training begins with.

        Parameters
        ----------
        vocabulary : path or iterable of str, optional
            Words to predict; without any there is no softmax.
        seed : int
            Of all random numbers.
        """
        words = None if vocabulary is None else parse_vocabulary(vocabulary)
        with self._exclusively():
            self._state = build_state(self._options, words, integer_option("seed", seed, 0, 2**64 - 1))

    def train(
        self,
        corpus: Any,
        *,
        validation: Any = None,
        vocabulary: Any = None,
        min_count: int = 3,
        max_vocabulary_size: int | None = None,
        vocabulary_change: VocabularyChange = "keep",
        epochs: int = 10,
        batch_size: int = 128,
        unroll_steps: int = 20,
        precision: Precision = "float32",
        sampled_softmax: bool = True,
        negatives: int = 8192,
        optimizer: Optimizer = "adagrad",
        learning_rate: float | None = None,
        schedule: Schedule = "constant",
        warmup_steps: int = 0,
        decay: float = 0.8,
        clip_norm: float = 10.0,
        dropout: float = 0.1,
        shuffle: bool = True,
        state_reset_rate: float = 0.05,
        seed: int = 1,
        max_steps: int | None = None,
        max_seconds: float | None = None,
        validation_steps: int | None = None,
        patience: int | None = None,
        checkpoint: AnyPath | None = None,
        checkpoint_steps: int | None = None,
        checkpoint_seconds: float | None = 600.0,
        keep: int = 2,
        resume: bool = True,
        callbacks: Iterable[Any] = (),
        progress: Progress = None,
        workers: int | None = None,
        max_isa: str | None = None,
    ) -> ELMoTrainingReport:
        """Train on a text: from the start, or on from the parameters that there are.

        Parameters
        ----------
        corpus : path, list of paths, file object, or iterable of lists of str
            A sentence a line, words apart by ASCII blanks; files may be compressed; or token lists.
        validation : likewise, optional
            Held-out text, to look at after each pass or every `validation_steps` steps.
        vocabulary : path or iterable of str, optional
            Words to predict, a word a line in a file; by default the words of the text that occur `min_count` times,
            at most `max_vocabulary_size` with the three marks, the most frequent first. A model that has a vocabulary
            keeps it, unless one is given.
        min_count, max_vocabulary_size
            See `vocabulary`.
        vocabulary_change : {"keep", "extend", "replace"}
            For a model that has a vocabulary: leave it, add the words of the text, or take only those. Rows of words
            that stay are kept; new ones begin as in a new model.
        epochs : int
            Passes over the text.
        batch_size, unroll_steps, sampled_softmax, negatives, optimizer, clip_norm, dropout, precision
            See `ELMoTrainingOptions`. A vocabulary no larger than `negatives` is trained with the full softmax.
        learning_rate : float, optional
            0.2 for Adagrad and 0.001 for Adam by default.
        schedule, warmup_steps, decay
            See `ELMoRunOptions`.
        shuffle : bool
            Whether each pass and direction has an order of sentences of its own.
        state_reset_rate : float
            Share of the streams, drawn before each step, whose carried state begins from zeros as a sentence of its own
            does in `encode`; 0 for none, as the original.
        seed : int
            Of all random numbers. With one worker the same seed gives the same model on the same instruction set.
        max_steps, max_seconds
            Earlier ends.
        validation_steps, patience : int, optional
            Steps between looks at `validation`; looks without a better perplexity after which training ends. With
            `patience` the model has the parameters of the best look in the end.
        checkpoint : path, optional
            A folder for checkpoints. The newest `keep` stay; one is due after `checkpoint_steps` or
            `checkpoint_seconds`, at the end, and at an interruption.
        resume : bool
            Whether to go on from the newest checkpoint in that folder, bit for bit with one worker.
        callbacks : iterable of ELMoCallback
            Hooks.
        progress : bool or callable, optional
            True for a bar on stderr; None for one where stderr is a terminal; a callable gets `ELMoProgressEvent`.
        workers : int, optional
            Threads; None for the cores that this process may use.
        max_isa : str, optional
            The best instruction set to use, as in ``WORDKIN_MAX_ISA``.

        Returns
        -------
        ELMoTrainingReport
            What was done; also in `training_report`, whatever ended it.

        Raises
        ------
        CorpusError
            If the text does not fill one step.
        VocabularyError
            If no word is left for the vocabulary.
        FormatError
            If the checkpoint is one of another training.
        TrainingDiverged
            If a loss is no longer finite.
        RuntimeError
            If this model is training already.
        """
        training = ELMoTrainingOptions(
            batch_size=batch_size,
            unroll_steps=unroll_steps,
            sampled_softmax=sampled_softmax,
            negatives=negatives,
            optimizer=optimizer,
            clip_norm=clip_norm,
            dropout=dropout,
            seed=seed,
            precision=precision,
        )
        run = ELMoRunOptions(
            epochs=epochs,
            learning_rate=DEFAULT_RATES[training.optimizer] if learning_rate is None else learning_rate,
            schedule=schedule,
            warmup_steps=warmup_steps,
            decay=decay,
            shuffle=shuffle,
            state_reset_rate=state_reset_rate,
            max_steps=max_steps,
            max_seconds=max_seconds,
            validation_steps=validation_steps,
            patience=patience,
            checkpoint_steps=checkpoint_steps,
            checkpoint_seconds=checkpoint_seconds,
            keep=keep,
            resume=resume,
        )
        rules = VocabularyRules(
            vocabulary=vocabulary, min_count=min_count, max_size=max_vocabulary_size, change=vocabulary_change
        )
        prepared = PreparedTraining(
            training=training,
            run=run,
            rules=rules,
            machine=Machine(threads=requested_workers(workers), isa=choose_isa(max_isa)),
            callbacks=elmo_callbacks(callbacks),
            progress=progress_option(progress),
            checkpoint=checkpoint,
        )
        with self._exclusively():
            session = prepared.begin(self, self.options, self._state, corpus, validation)
            self._state = session.content
            try:
                session.run()
            finally:
                self.training_report = session.report
        session.tell("on_train_end")
        return self.training_report

    @contextmanager
    def _exclusively(self) -> Iterator[None]:
        if not self._is_training.acquire(blocking=False):
            raise RuntimeError("this model is already training")
        try:
            yield
        finally:
            self._is_training.release()
            self.parameters_changed()

    def perplexity(
        self,
        corpus: Any,
        *,
        batch_size: int = BATCH_SIZE,
        unroll_steps: int = UNROLL_STEPS,
        precision: Precision = "float32",
        workers: int | None = None,
        progress: Any = None,
        max_isa: str | None = None,
    ) -> Perplexity:
        """Return how well the model predicts a text, with the full softmax and to the last word.

        Parameters
        ----------
        corpus
            As in `train`.
        batch_size, unroll_steps
            Streams that are read side by side, and steps at a time: speed, memory, and which sentence a stream reads
            after which.
        precision, workers, progress, max_isa
            As in `train`; a callable gets the number of predictions done.

        Returns
        -------
        Perplexity
            Of each direction, and their means.

        Raises
        ------
        NotFittedError
            If the model predicts no words.
        CorpusError
            If the text has none.
        """
        content = self._fitted()
        if content.words is None:
            raise NotFittedError("this model has no softmax and vocabulary: it predicts no words")
        options = ELMoTrainingOptions(batch_size=batch_size, unroll_steps=unroll_steps, precision=precision)
        threads, isa = requested_workers(workers), choose_isa(max_isa)
        shown = progress_option(progress)
        text = ReadText(corpus, name="corpus", workers=threads).encoded(content.words, characters_of(content.options))
        with shown_predictions(shown, text.tokens) as show:
            return measure_perplexity(
                content.options,
                content.parameters,
                text,
                batch_size=options.batch_size,
                unroll_steps=options.unroll_steps,
                threads=threads,
                isa=isa,
                precision=options.precision,
                show=show,
            )

    def save_pretrained(self, folder: AnyPath, *, training_state: bool = True) -> None:
        """Write the model into a folder, which is made where it is missing.

        Parameters
        ----------
        folder
            Gets ``weights.safetensors``, which holds everything, and ``options.json`` (official names) and
            ``vocabulary.txt`` for other programs.
        training_state
            Whether to write what the optimizer knows beside it, as training on needs it. It is as large as the
            parameters (Adam: twice).
        """
        pretrained.save_state(self._fitted(), folder, training_state=training_state)

    def export_hdf5(self, folder: AnyPath) -> None:
        """Write the files of the original program into a folder, which is made where it is missing.

        ``options.json`` and ``weights.hdf5`` are what the originals read. ``softmax.hdf5`` and ``vocabulary.txt``,
        beside them where the model predicts words, are for `from_pretrained`.
        """
        export_official(self._fitted(), folder)

    @classmethod
    def from_pretrained(cls, path: AnyPath, weights: AnyPath | None = None, *, vocabulary: Any = None) -> ELMo:
        """Read a model: one of `save_pretrained`, that of a checkpoint, or one in the files of the original.

        Parameters
        ----------
        path
            A folder; a zip with ``options.json`` and ``model.hdf5``; a checkpoint; or an ``options.json``.
        weights
            The HDF5 file that belongs to it.
        vocabulary : path or iterable of str, optional
            For files of the original that have no characters, or a softmax, and no ``vocabulary.txt``.

        Raises
        ------
        FormatError
            If it is something else; the error names the option or the data set.
        OSError
            If it cannot be read.
        ImportError
            If HDF5 is needed and h5py is missing.
        """
        if weights is not None or is_official(path):
            content = load_official(path, weights, vocabulary)
        else:
            content = pretrained.load_state(path)
        model = cls()
        model._options = content.options
        model._state = content
        return model

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy through the format of files, without what only training on needs."""
        data = None if self._state is None else pretrained.to_bytes(self._state)
        return _from_bytes, (type(self), self._options, self.training_defaults, data)

    def __repr__(self) -> str:
        options = self.options
        words = "untrained" if self._state is None else f"{options.n_tokens_vocab} words"
        return f"ELMo<dim={options.dim}, projection_dim={options.projection_dim}, n_layers={options.n_layers}, {words}>"


def _from_bytes(cls: type[ELMo], options: ELMoOptions, training_defaults: dict[str, Any], data: bytes | None) -> ELMo:
    model = cls()
    model._options, model.training_defaults = options, training_defaults
    if data is not None:
        model._state = pretrained.from_bytes(data)
        model._options = model._state.options
    return model
