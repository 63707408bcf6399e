"""Word2Vec under gensim's names: a facade over corpus, options, training and vectors."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..errors import VocabularyError
from ..runtime.callbacks import notify
from ..runtime.compute import choose_isa, requested_workers
from ..runtime.options import flag_option, integer_option, progress_option, text_option
from ..storage.lifecycle import LifecycleEvents
from ..storage.paths import AnyPath
from ..text import EncodedCorpus, TrimRule, open_corpus
from ..vectors import KeyedVectors
from ..vectors.gensim import RemovedName
from .arguments import (
    checked_rates,
    checked_trim_rule,
    refuse_unknown,
    requested_epochs,
    require_objective,
    training_options,
    vocabulary_options,
)
from .files import archive as persistence
from .gensim import Settings
from .inference.likelihood import Likelihood
from .report import EpochReport, TrainingRecord, TrainingReport
from .training.callbacks import word2vec_callbacks
from .training.epochs import LearningRateSchedule, run_epochs
from .training.progress import Progress, TrainingProgress
from .training.sampling_tables import VocabularySteps
from .training.schedule import planned_words, warn_of_promises
from .training.weights import Layers

__all__ = ["Word2Vec"]

logger = logging.getLogger(__name__)


class Word2Vec(VocabularySteps, Settings, TrainingRecord, Likelihood, LifecycleEvents):
    """Word vectors trained on text (Mikolov et al. 2013), with gensim 4's constructor and methods.

    Parameters
    ----------
    sentences : iterable of lists of str, or path
        The corpus: token lists that can be iterated anew for every epoch, a `LineSentence`, or the path of a text file
        (a sentence a line, words apart by ASCII blanks; ``.gz .bz2 .xz .zst`` are recognised), a folder, a list of
        paths. Without any corpus nothing is trained yet.
    corpus_file : path, optional
        The same for a file alone.
    vector_size : int
        Numbers in each vector, 1 and more.
    alpha, min_alpha : float
        Learning rate at the start and at the end; it falls linearly with the words read.
    window : int
        Farthest context word. Each window's reach is drawn from 1 to `window`, unless `shrink_windows` is False.
    min_count, max_vocab_size, max_final_vocab, trim_rule, sorted_vocab, null_word
        Which words become the vocabulary; see `build_vocab`.
    sample : float
        Words more frequent than this share are thinned (0: none; 1 and more: a count instead of a share).
    seed : int
        From 0 to 2**64 - 1. With one worker the same seed gives the same vectors on the same instruction set.
    workers : int, optional
        Threads; None for the cores that this process may use.
    sg : {0, 1}
        1 for skip-gram, 0 for CBOW.
    hs : {0, 1}
        Whether to train hierarchical softmax.
    negative : int
        Noise words for each target; 0 for no negative sampling. Both it and `hs` may be on.
    ns_exponent : float
        Noise words are drawn in proportion to count ** ns_exponent.
    cbow_mean : {0, 1}
        Whether CBOW takes the mean of the context (else the sum).
    hashfxn : callable
        Only `seeded_vector` depends on it.
    epochs : int
        Passes over the corpus.
    batch_words : int
        Words that a thread takes at a time. A corpus that is smaller is trained by one thread, so reproducibly.
    compute_loss : bool
        Whether `get_latest_training_loss` answers. `training_report` always has the loss.
    callbacks : iterable of CallbackAny2Vec
        Hooks for the training on `sentences`; `train` takes its own.
    comment : str, optional
        Text kept with the model.
    progress : bool or callable, optional
        True for a bar on stderr; None for one where stderr is a terminal; a callable gets `ProgressEvent`.
    max_isa : str, optional
        The best instruction set to use, as in ``WORDKIN_MAX_ISA``.

    Attributes
    ----------
    wv : KeyedVectors
        The vectors.
    training_report : TrainingReport
        Of the last `train`: for each epoch mean loss per pair, words per second, learning rate.

    Raises
    ------
    ValueError, TypeError
        For an option out of its range, or of the wrong kind; for a corpus that cannot be read as one.

    Examples
    --------
    >>> sentences = [["apples", "and", "pears"], ["pears", "and", "plums"]] * 10
    >>> model = Word2Vec(sentences, vector_size=16, min_count=1, epochs=2, workers=1)
    >>> model["pears"].shape
    (16,)
    """

    vocabulary = RemovedName("vocabulary", "use `wv.key_to_index`, and `wv.get_vecattr(word, 'count')` for counts")
    trainables = RemovedName("trainables", "what it held are attributes of the model")

    def __init__(
        self,
        sentences: Any = None,
        corpus_file: AnyPath | None = None,
        vector_size: int = 100,
        alpha: float = 0.025,
        window: int = 5,
        min_count: int = 5,
        max_vocab_size: int | None = None,
        sample: float = 1e-3,
        seed: int = 1,
        workers: int | None = None,
        min_alpha: float = 1e-4,
        sg: int = 0,
        hs: int = 0,
        negative: int = 5,
        ns_exponent: float = 0.75,
        cbow_mean: int = 1,
        hashfxn: Any = hash,
        epochs: int = 5,
        null_word: int = 0,
        trim_rule: TrimRule | None = None,
        sorted_vocab: int = 1,
        batch_words: int = 10_000,
        compute_loss: bool = False,
        callbacks: Iterable[Any] = (),
        comment: str | None = None,
        max_final_vocab: int | None = None,
        shrink_windows: bool = True,
        progress: Progress = None,
        max_isa: str | None = None,
        **unknown: Any,
    ) -> None:
        refuse_unknown(unknown)
        self.options = training_options(
            sg=sg,
            hs=hs,
            window=window,
            shrink_windows=shrink_windows,
            negative=negative,
            ns_exponent=ns_exponent,
            cbow_mean=cbow_mean,
            sample=sample,
            seed=seed,
            batch_words=batch_words,
            isa=choose_isa(max_isa),
        )
        self.vocabulary_options = vocabulary_options(
            min_count=min_count,
            max_vocab_size=max_vocab_size,
            max_final_vocab=max_final_vocab,
            sorted_vocab=sorted_vocab,
            null_word=null_word,
        )
        self.vector_size = integer_option("vector_size", vector_size, 1, 2**20)
        self.alpha, self.min_alpha = checked_rates(alpha, min_alpha)
        self.workers = requested_workers(workers)
        self.epochs = integer_option("epochs", epochs, 0, 2**31 - 1)
        self.compute_loss = flag_option("compute_loss", compute_loss)
        self.hashfxn = hashfxn
        self.comment = text_option("comment", comment)
        self.progress = progress_option(progress)
        hooks = word2vec_callbacks(callbacks)
        checked_trim_rule(trim_rule)
        self._layers = Layers(self.vector_size)
        self.corpus_count = 0
        self.corpus_total_words = 0
        self.effective_min_count = self.vocabulary_options.min_count
        self.train_count = 0
        self.total_train_time = 0.0
        self.min_alpha_yet_reached = self.alpha
        self.training_report = None
        self.lifecycle_events = []
        self._loss_offset = 0.0
        self._raw_counts = None
        vars(self)["load"] = persistence.refuse_to_load
        if sentences is not None or corpus_file is not None:
            self._train_from_scratch(sentences, corpus_file, trim_rule, hooks)
            return
        for name, given, method in (("trim_rule", trim_rule, "build_vocab"), ("callbacks", hooks, "train")):
            if given:
                logger.warning("%s is not kept, and no corpus was given: pass it to %s", name, method)

    def _train_from_scratch(
        self, sentences: Any, corpus_file: AnyPath | None, trim_rule: TrimRule | None, callbacks: Sequence[Any]
    ) -> None:
        if self.epochs > 0:
            require_objective(self.options)
        corpus = open_corpus(sentences, corpus_file, passes=self.epochs + 1)
        scan = corpus.scan(
            self.workers,
            keep_ids=self.epochs > 0,
            max_vocab_size=self.vocabulary_options.max_vocab_size,
            trim_rule=trim_rule,
        )
        vocabulary = self._adopt(self._chosen(scan.counts, self._settings_with(), trim_rule, update=False))
        if self.epochs == 0:
            return
        encoded = scan.encoded(vocabulary, self.workers) or corpus.encode(vocabulary, self.workers)
        schedule = LearningRateSchedule(
            start=self.alpha, end=self.min_alpha, planned_words=float(vocabulary.raw_words * self.epochs)
        )
        with self._layers.exclusively():
            self._run(encoded, schedule, self.epochs, callbacks)

    def train(
        self,
        corpus_iterable: Any = None,
        corpus_file: AnyPath | None = None,
        total_examples: int | None = None,
        total_words: int | None = None,
        epochs: int | None = None,
        start_alpha: float | None = None,
        end_alpha: float | None = None,
        word_count: int = 0,
        queue_factor: int = 2,
        report_delay: float = 1.0,
        compute_loss: bool = False,
        callbacks: Iterable[Any] = (),
    ) -> tuple[int, int]:
        """Train on a corpus with the vocabulary there is.

        Parameters
        ----------
        corpus_iterable, corpus_file
            As in the constructor; either.
        total_examples, total_words : int, optional
            Sentences or raw words in it, for the decay of the learning rate; one of them is needed, and used where the
            corpus itself does not tell.
        epochs : int
            Passes, needed (usually ``model.epochs``).
        start_alpha, end_alpha : float, optional
            Learning rates instead of the model's own, which they replace.
        word_count : int
            Words trained before, which count into the decay.
        queue_factor, report_delay
            Accepted for gensim's sake.
        compute_loss : bool
            As in the constructor.
        callbacks : iterable of CallbackAny2Vec
            Hooks for this call.

        Returns
        -------
        trained, raw : int
            Words trained (known, and kept by subsampling) and words read, over all epochs.

        Raises
        ------
        VocabularyError
            If there is no vocabulary yet.
        RuntimeError
            If this model is training already, in another thread or around a callback.
        TrainingDiverged
            If vectors are no longer finite after an epoch.

        Examples
        --------
        >>> sentences = [["apples", "and", "pears"]] * 5
        >>> model = Word2Vec(min_count=1, vector_size=8, workers=1)
        >>> model.build_vocab(sentences)
        >>> model.train(sentences, total_examples=len(sentences), epochs=2)[1]
        30
        """
        count = requested_epochs(epochs, total_examples, total_words)
        if len(self.wv) == 0:
            raise VocabularyError("you must first build vocabulary before training the model")
        require_objective(self.options)
        rates = checked_rates(
            self.alpha if start_alpha is None else start_alpha,
            self.min_alpha if end_alpha is None else end_alpha,
            names=("start_alpha", "end_alpha"),
        )
        words_before = integer_option("word_count", word_count, 0, 2**62)
        compute_loss = flag_option("compute_loss", compute_loss)
        hooks = word2vec_callbacks(callbacks)
        corpus = open_corpus(corpus_iterable, corpus_file, passes=count)
        with self._layers.exclusively():
            self.alpha, self.min_alpha = rates
            self.compute_loss = compute_loss
            if self.alpha > self.min_alpha_yet_reached:
                logger.warning("the learning rate starts higher than earlier training ended: 'alpha' is %g", self.alpha)
            encoded = corpus.encode(self._current_vocabulary(), self.workers)
            planned = planned_words(
                encoded,
                total_examples=total_examples,
                total_words=total_words,
                corpus_count=self.corpus_count,
                corpus_total_words=self.corpus_total_words,
            )
            done = min(words_before / max(planned * count, 1), 1.0)
            schedule = LearningRateSchedule(
                start=self.alpha + (self.min_alpha - self.alpha) * done,
                end=self.min_alpha,
                planned_words=planned * count * (1.0 - done),
            )
            report = self._run(encoded, schedule, count, hooks)
        warn_of_promises(encoded, total_examples=total_examples, total_words=total_words)
        return report.trained_words, report.raw_words

    def _run(
        self, corpus: EncodedCorpus, schedule: LearningRateSchedule, epochs: int, callbacks: Sequence[Any]
    ) -> TrainingReport:
        reports: list[EpochReport] = []

        def publish(workers: int, *, interrupted: bool = False) -> TrainingReport:
            self.training_report = TrainingReport(
                epochs=tuple(reports), workers=workers, isa=self.options.isa, interrupted=interrupted
            )
            return self.training_report

        def end_epoch(report: EpochReport) -> None:
            reports.append(report)
            publish(self.workers)
            self.wv.norms = None
            self.min_alpha_yet_reached = report.learning_rate
            self.total_train_time += report.seconds
            logger.info(
                "epoch %d: loss %.4f, %d raw words in %.1f s (%.0f words/s), learning rate %.5f",
                report.epoch + 1, report.loss, report.raw_words, report.seconds, report.words_per_second,
                report.learning_rate,
            )  # fmt: skip
            if not report.interrupted:
                notify(callbacks, "on_epoch_end", self)

        progress = TrainingProgress(self.progress, int(schedule.planned_words), epochs)
        # Each training draws from streams of its own: else one epoch at a time would see the same windows every time.
        first_stream = self.train_count << 32
        self.train_count += 1
        try:
            publish(self.workers)
            self._loss_offset = 0.0
            notify(callbacks, "on_train_begin", self)
            workers = run_epochs(
                corpus,
                self._layers.parameters(self.options),
                self.options,
                schedule,
                epochs=epochs,
                workers=self.workers,
                first_stream=first_stream,
                progress=progress,
                on_epoch_begin=lambda: notify(callbacks, "on_epoch_begin", self),
                on_epoch_end=end_epoch,
            )
        except BaseException:
            publish(self.workers, interrupted=True)
            raise
        finally:
            self.wv.norms = None
            progress.close()
            corpus.close()
        report = publish(workers)
        notify(callbacks, "on_train_end", self)
        return report

    @property
    def wv(self) -> KeyedVectors:
        """The word vectors."""
        return self._layers.wv

    @wv.setter
    def wv(self, vectors: KeyedVectors) -> None:
        if not isinstance(vectors, KeyedVectors):
            raise TypeError(f"wv must be KeyedVectors, got {type(vectors).__name__}")
        if vectors.vector_size != self.vector_size:
            raise ValueError(f"wv must have vectors of {self.vector_size} numbers, got {vectors.vector_size}")
        self._layers.wv = vectors

    @property
    def syn1neg(self) -> NDArray[np.float32]:
        """Output vectors of negative sampling, float32, shape (words, vector_size)."""
        return self._layers.output_view()

    @syn1neg.setter
    def syn1neg(self, matrix: NDArray[Any]) -> None:
        self._layers.output = self._layers.checked_rows("syn1neg", matrix)

    @property
    def syn1(self) -> NDArray[np.float32]:
        """Vectors of the inner tree nodes of hierarchical softmax, float32, shape (words, vector_size)."""
        return self._layers.nodes_view()

    @syn1.setter
    def syn1(self, matrix: NDArray[Any]) -> None:
        self._layers.nodes = self._layers.checked_rows("syn1", matrix)

    def __getitem__(self, key: Any) -> NDArray[np.float32]:
        vectors: NDArray[np.float32] = self.wv[key]
        return vectors

    def __reduce__(self) -> tuple[Any, ...]:
        return persistence.from_bytes, (type(self), persistence.to_bytes(self))

    def __str__(self) -> str:
        return f"Word2Vec<vocab={len(self.wv)}, vector_size={self.vector_size}, alpha={self.alpha}>"

    def save(self, fname: AnyPath | BinaryIO, *args: Any, **kwargs: Any) -> None:
        """Write the whole model to one file (safetensors), complete or not at all, or into an open binary file.

        Examples
        --------
        >>> model = Word2Vec([["apples", "and", "pears"]], vector_size=8, min_count=1, workers=1)
        >>> model.save("model.safetensors")
        >>> Word2Vec.load("model.safetensors")["pears"].shape
        (8,)
        """
        persistence.save(self, fname)

    @classmethod
    def load(cls, fname: AnyPath, mmap: str | bool | None = None) -> Word2Vec:
        """Read a model that `save` wrote; with `mmap`, its arrays stay on disk until they are needed.

        Raises
        ------
        FormatError
            If the file is no Word2Vec model of wordkin.
        AttributeError
            If the file holds vectors alone; if `load` is called on a model rather than on the class.
        """
        return persistence.load(cls, fname, mmap=bool(mmap))

    def save_pretrained(self, folder: AnyPath) -> None:
        """Write the model into a folder as ``model.safetensors``."""
        persistence.save_pretrained(self, folder)

    @classmethod
    def from_pretrained(cls, folder: AnyPath) -> Word2Vec:
        """Read a model that `save_pretrained` wrote."""
        return persistence.from_pretrained(cls, folder)
