"""`Word2Vec`: the public class, which parses arguments and delegates to training, inference and files."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, BinaryIO, Literal, TypeVar, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..distributed import Communicator
from ..errors import VocabularyError
from ..runtime.attributes import StateAttribute
from ..runtime.callbacks import notify
from ..runtime.compute import Compute, requested_workers
from ..runtime.notebooks import completed_names, offered_keys
from ..runtime.options import flag_option, integer_option, progress_option
from ..storage.decoding import DecodingErrors, OnError, TextOptions
from ..storage.lifecycle import record_event
from ..storage.paths import AnyPath
from ..text import (
    Corpus,
    CorpusInput,
    EncodedCorpus,
    FolderOptions,
    PreparationOptions,
    RawCounts,
    TextInput,
    TextTokenizer,
    TrimRule,
)
from ..text.preparation import checked_preparation
from ..vectors import KeyedVectors
from ..vectors.files import GensimModel, read_gensim
from ..vectors.gensim import HidesRemovedNames, RemovedName
from .archive import MODEL_FILE, load_pretrained, pretrained_file
from .arguments import (
    architecture_of,
    checked_communicator,
    checked_epochs,
    checked_rates,
    checked_trim_rule,
    explains_old_names,
    joint_arguments,
    require_objective,
    warn_of_unused,
)
from .files.gensim_model import state_of_gensim
from .gensim import NAMES_BEFORE_GENSIM_4, OPTION_FIELDS, REMOVED_ATTRIBUTES, refuse_to_load
from .inference.likelihood import node_vectors, output_vectors, predicted_words, sentence_scores
from .options import ModelOptions, SynchronizationOptions, TrainingOptions, VocabularyOptions
from .report import Progress, TrainingReport
from .state import Word2VecState, checked_layer, checked_vectors, current_vocabulary, new_state
from .summary import model_html
from .training.callbacks import TrainingCallback, checked_training_callbacks
from .training.group import own_texts
from .training.sampling_tables import cumulative_noise_table, hashed_vector, set_huffman_codes
from .training.session import CheckpointRequest, Notify, TrainRequest, build_vocabulary, on_all_ranks, train, train_new
from .training.slices import SliceRequest, train_slice
from .training.trained_model import word2vec_model
from .training.vocabulary import (
    add_null_word,
    adopt_scanned_words,
    adopt_vocabulary,
    changed_settings,
    choose_vocabulary,
    copy_vocabulary,
    open_sentences,
    scan_corpus,
)
from .training.weights import add_missing_rows, memory_report, reset_weights

__all__ = ["Word2Vec"]

Self = TypeVar("Self", bound="Word2Vec")


class Word2Vec(metaclass=HidesRemovedNames):
    """Word vectors trained on text, with the constructor and the methods of gensim 4.

    The constructor trains on a corpus; `wv` holds the vectors (``model.wv.most_similar("word")``); `train` continues;
    `save` and `load` keep the model; `training_report` has loss and speed, and its method ``plot`` draws them.

    Parameters
    ----------
    sentences : iterable of lists of str, or path, optional
        The corpus: sentences as lists of tokens, in an iterable that can be read once per epoch; a `LineSentence`; or
        the path of a text file with one sentence per line and tokens separated by whitespace (compressed files are
        recognised), of a folder, or a list of paths. Without a corpus, nothing is trained yet.
    corpus_file : path, optional
        Text files to read instead of `sentences`.
    vector_size : int, default 100
        Dimensionality of the word vectors (>= 1).
    alpha : float, default 0.025
        Learning rate at the start of training (> 0). It decreases linearly with the number of words read.
    window : int, default 5
        Maximum distance between the target and a context word (>= 1).
    min_count : int, default 5
        Words that occur less often are not in the vocabulary.
    max_vocab_size : int or None, default None
        Maximum number of distinct words while counting, in each process; rare words are dropped when it is exceeded.
    sample : float, default 1e-3
        Subsampling threshold for frequent words: relative frequency, or count if >= 1; 0 disables subsampling.
    seed : int, default 1
        Random seed (0 to 2**64 - 1). With one thread, or `deterministic`, and the same instruction set, equal seeds
        give equal vectors.
    workers : int or None, default None
        Number of threads; None for the number of CPUs that this process may use.
    min_alpha : float, default 1e-4
        Learning rate at the end of training (>= 0).
    sg : {0, 1}, default 0
        1 for skip-gram, 0 for CBOW.
    hs : {0, 1}, default 0
        Whether to train hierarchical softmax.
    negative : int, default 5
        Number of noise words per target (>= 0); 0 disables negative sampling. It can be combined with `hs`.
    ns_exponent : float, default 0.75
        Exponent of the noise distribution, which is proportional to count ** ns_exponent.
    cbow_mean : {0, 1}, default 1
        Whether CBOW averages the context vectors; otherwise it sums them.
    hashfxn : callable, default hash
        Hash function of strings for `seeded_vector`; training does not use it.
    epochs : int, default 5
        Number of passes over the corpus (>= 0).
    null_word : {0, 1}, default 0
        Whether to add a padding word, a NUL character, to the vocabulary.
    trim_rule : callable or None, default None
        Called with word, count and min_count; returns RULE_KEEP, RULE_DISCARD or RULE_DEFAULT. It is not saved.
    sorted_vocab : {0, 1}, default 1
        Whether to sort the vocabulary by decreasing count; otherwise words are in order of first occurrence.
    batch_words : int, default 10000
        Number of words, known or not, per job of a training thread (>= 1). A corpus that fits in one job is trained by
        one thread, reproducibly.
    compute_loss : bool, default False
        Whether `get_latest_training_loss` returns the loss; `training_report` always contains it.
    callbacks : iterable of CallbackAny2Vec, default ()
        Called while the model is trained on `sentences`; `train` has its own argument.
    comment : str or None, default None
        Text stored with the model.
    max_final_vocab : int or None, default None
        Maximum size of the vocabulary; raises the minimum count as needed.
    shrink_windows : bool, default True
        Whether the window size is drawn uniformly from 1 to `window` for each target.
    progress : bool, callable or None, default None
        True for a progress bar on stderr, False for none, None for a bar in a terminal or notebook; a callable receives
        a `ProgressEvent` several times per second.
    max_isa : str or None, default None
        Highest instruction set to use; None for the value of ``WORDKIN_MAX_ISA``, or no limit.
    encoding : str, default "utf-8"
        Encoding of text files. UTF-16 and UTF-32 with a byte-order mark are recognised.
    errors : {"strict", "replace", "ignore"}, default "strict"
        Treatment of bytes in text files that cannot be decoded: raise an error, replace them by U+FFFD, or drop
        them.
    on_error : {"raise", "skip"}, default "raise"
        Treatment of files that cannot be read as text: raise an error, or leave the file out and log its name.
    tokenizer : {"whitespace", "words"} or callable, default "whitespace"
        Tokens of texts are separated by whitespace; or words and punctuation marks are tokens; or a function from a
        text to its tokens. This and the following options apply to text files and to iterables of texts (str), not to
        token lists. They are saved with the model; a function is not.
    lowercase : bool, default False
        Convert texts to lower case.
    normalize : {None, "NFC", "NFKC"}, default None
        Unicode form of texts: NFC joins letters and their accents into one character, NFKC also replaces ligatures,
        full-width letters and the like.
    remove_arabic_marks : bool, default False
        Remove Arabic vowel marks, and the tatweel that stretches words.
    min_token_length : int, default 1
        Leave out shorter tokens of texts (in characters, >= 1).
    max_token_length : int or None, default None
        Leave out longer tokens of texts.
    sentences_per : {"line", "paragraph", "sentence"}, default "line"
        What is a sentence of a text: a line; the lines up to an empty one; or a part of such a paragraph that ends with
        sentence punctuation, by a simple rule.
    recursive : bool, default False
        Whether a folder stands for the files in its subfolders, too.
    glob : str or iterable of str, default ()
        Patterns of the files of folders that are read, such as ``*.txt``, with a slash for paths within the folder;
        without patterns, all but hidden files.
    checkpoint : path or None, default None
        Folder for checkpoints of training. If training is interrupted, by an exception, Ctrl-C or the end of the
        process, the same call resumes it from the newest checkpoint, with one worker and an equal corpus bit for bit.
        `Word2Vec.load` opens a checkpoint as a model.
    resume : bool, default True
        Whether to resume from the newest checkpoint; otherwise training starts again.
    checkpoint_epochs : int or None, default None
        Number of epochs between checkpoints (>= 1); None for no such rule.
    checkpoint_seconds : float or None, default 600.0
        Time between checkpoints in seconds (> 0); None for no such rule. One is also saved at the end, and when an
        exception ends training.
    keep : int, default 2
        Number of newest checkpoints that are kept (>= 1). Each takes the disk space of a saved model; while one is
        being written, there is one more, and a copy of the model in memory.
    deterministic : bool, default False
        Whether equal seeds give equal vectors with any number of workers. Each worker then trains a replica of the
        weights, which takes the memory of as many models as there are workers, and one more with `checkpoint`; their
        changes are combined at fixed positions of the corpus, and `alpha` is multiplied by 2 `workers`^(1/8),
        which makes up for the shorter steps of the combination. The vectors depend on the number of workers, on
        `batch_words`, on `sync_words` and on the instruction set, but not on how the system schedules threads. With one
        worker, training is always deterministic.
    sync_words : int or None, default None
        Number of words that each replica is trained on between two combinations of the most frequent words (>= 1);
        None for 20,000 with `deterministic`, and for a hundredth of an epoch with `communicator`.
    communicator : Communicator, default None
        Connects processes that train one model together; see `wordkin.distributed`. `sentences` are those of each
        process; files in `corpus_file`, which must be given to all processes, are divided among them, large ones at
        line ends. Counts are merged, and all processes end with the same model. Their changes are combined as with
        `deterministic`, and `alpha` is multiplied by 2 N^(1/8) for N processes. With one worker each, equal
        parts and seeds give equal vectors.
    wire : {"float32", "bfloat16"}, default "float32"
        Precision in which processes send the changes of their weights to each other.
    sync_share : float or None, default None
        Largest fraction of the time that processes spend on combinations (> 0, <= 1): these become rarer as needed, up
        to ten times, and results then depend on the speed of the machines. None for fixed numbers of words.

    Attributes
    ----------
    wv : KeyedVectors
        The word vectors.
    training_report : TrainingReport or None
        Loss, speed and learning rate of each epoch of the last training run.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or is out of range, or if the corpus cannot be read as one.

    References
    ----------
    Mikolov et al., "Efficient estimation of word representations in vector space", 2013, arXiv:1301.3781; Mikolov et
    al., "Distributed representations of words and phrases and their compositionality", 2013, arXiv:1310.4546.

    Examples
    --------
    >>> sentences = [["apples", "and", "pears"], ["pears", "and", "plums"]] * 10
    >>> model = Word2Vec(sentences, vector_size=16, min_count=1, epochs=2, workers=1)
    >>> model.wv["pears"].shape
    (16,)
    """

    options = StateAttribute[TrainingOptions]("options")
    vocabulary_options = StateAttribute[VocabularyOptions]("vocabulary_options")
    vector_size = StateAttribute[int]("vector_size")
    layer1_size = StateAttribute[int](OPTION_FIELDS["layer1_size"])
    alpha = StateAttribute[float]("alpha")
    min_alpha = StateAttribute[float]("min_alpha")
    epochs = StateAttribute[int]("epochs")
    workers = StateAttribute[int](OPTION_FIELDS["workers"])
    compute_loss = StateAttribute[bool]("compute_loss")
    comment = StateAttribute[str | None]("comment")
    hashfxn = StateAttribute[Callable[[str], int]]("hashfxn")
    progress = StateAttribute[Progress]("progress")
    sg = StateAttribute[int](OPTION_FIELDS["sg"], read=lambda name: int(name == "skipgram"), write=architecture_of)
    hs = StateAttribute[int](OPTION_FIELDS["hs"], read=int)
    negative = StateAttribute[int](OPTION_FIELDS["negative"])
    ns_exponent = StateAttribute[float](OPTION_FIELDS["ns_exponent"])
    cbow_mean = StateAttribute[int](OPTION_FIELDS["cbow_mean"], read=int)
    window = StateAttribute[int](OPTION_FIELDS["window"])
    shrink_windows = StateAttribute[bool](OPTION_FIELDS["shrink_windows"])
    train_output = StateAttribute[bool]("options.train_output")
    sample = StateAttribute[float](OPTION_FIELDS["sample"])
    seed = StateAttribute[int](OPTION_FIELDS["seed"])
    batch_words = StateAttribute[int](OPTION_FIELDS["batch_words"])
    deterministic = StateAttribute[bool]("synchronization.deterministic")
    sync_words = StateAttribute[int | None]("synchronization.sync_words")
    sync_share = StateAttribute[float | None]("synchronization.sync_share")
    wire = StateAttribute[str]("synchronization.wire")
    communicator = StateAttribute[Communicator | None]("communicator", write=checked_communicator)
    min_count = StateAttribute[int](OPTION_FIELDS["min_count"])
    max_vocab_size = StateAttribute[int | None](OPTION_FIELDS["max_vocab_size"])
    max_final_vocab = StateAttribute[int | None](OPTION_FIELDS["max_final_vocab"])
    sorted_vocab = StateAttribute[int](OPTION_FIELDS["sorted_vocab"], read=int)
    null_word = StateAttribute[int](OPTION_FIELDS["null_word"], read=int)
    corpus_count = StateAttribute[int]("corpus_count")
    corpus_total_words = StateAttribute[int]("corpus_total_words")
    effective_min_count = StateAttribute[int]("effective_min_count")
    train_count = StateAttribute[int]("train_count")
    total_train_time = StateAttribute[float]("total_train_time")
    min_alpha_yet_reached = StateAttribute[float]("min_alpha_yet_reached")
    running_training_loss = StateAttribute[float]("running_loss")
    training_report = StateAttribute[TrainingReport | None]("training_report")
    vocabulary = RemovedName("vocabulary", REMOVED_ATTRIBUTES["vocabulary"])
    trainables = RemovedName("trainables", REMOVED_ATTRIBUTES["trainables"])

    _state: Word2VecState

    @explains_old_names(NAMES_BEFORE_GENSIM_4)
    def __init__(
        self,
        sentences: CorpusInput | None = None,
        corpus_file: TextInput | None = None,
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
        hashfxn: Callable[[str], int] = hash,
        epochs: int = 5,
        null_word: int = 0,
        trim_rule: TrimRule | None = None,
        sorted_vocab: int = 1,
        batch_words: int = 10_000,
        compute_loss: bool = False,
        callbacks: Iterable[TrainingCallback] = (),
        comment: str | None = None,
        max_final_vocab: int | None = None,
        shrink_windows: bool = True,
        progress: Progress = None,
        max_isa: str | None = None,
        encoding: str = "utf-8",
        errors: DecodingErrors = "strict",
        on_error: OnError = "raise",
        tokenizer: TextTokenizer = "whitespace",
        lowercase: bool = False,
        normalize: Literal["NFC", "NFKC"] | None = None,
        remove_arabic_marks: bool = False,
        min_token_length: int = 1,
        max_token_length: int | None = None,
        sentences_per: Literal["line", "paragraph", "sentence"] = "line",
        recursive: bool = False,
        glob: str | Iterable[str] = (),
        checkpoint: AnyPath | None = None,
        resume: bool = True,
        checkpoint_epochs: int | None = None,
        checkpoint_seconds: float | None = 600.0,
        keep: int = 2,
        deterministic: bool = False,
        sync_words: int | None = None,
        communicator: Communicator | None = None,
        wire: Literal["float32", "bfloat16"] = "float32",
        sync_share: float | None = None,
    ) -> None:
        with joint_arguments(checked_communicator(communicator)):
            self._state = new_state(
                ModelOptions(
                    vector_size=vector_size,
                    alpha=alpha,
                    min_alpha=min_alpha,
                    epochs=epochs,
                    compute_loss=compute_loss,
                    comment=comment,
                ),
                TrainingOptions(
                    architecture=architecture_of(sg),
                    cbow_mean=flag_option("cbow_mean", cbow_mean),
                    window=window,
                    shrink_windows=shrink_windows,
                    negative=negative,
                    ns_exponent=ns_exponent,
                    hierarchical_softmax=flag_option("hs", hs),
                    sample=sample,
                    seed=seed,
                    job_words=batch_words,
                ),
                VocabularyOptions(
                    min_count=min_count,
                    max_vocab_size=max_vocab_size,
                    max_final_vocab=max_final_vocab,
                    sorted_vocab=flag_option("sorted_vocab", sorted_vocab),
                    null_word=flag_option("null_word", null_word),
                ),
                Compute.choose(workers=workers, max_isa=max_isa),
            )
            self._state.hashfxn, self._state.progress = hashfxn, progress_option(progress)
            self._state.text_options = TextOptions(encoding=encoding, errors=errors, on_error=on_error)
            self.preparation = PreparationOptions(
                tokenizer=tokenizer,
                lowercase=lowercase,
                normalize=normalize,
                remove_arabic_marks=remove_arabic_marks,
                min_token_length=min_token_length,
                max_token_length=max_token_length,
                sentences_per=sentences_per,
            )
            self._state.synchronization = SynchronizationOptions(
                deterministic=deterministic, sync_words=sync_words, sync_share=sync_share, wire=wire
            )
            self._state.communicator = communicator
            self._state.folders = FolderOptions(recursive=recursive, glob=cast("tuple[str, ...]", glob))
            vars(self)["load"] = refuse_to_load
            checked = checked_training_callbacks(callbacks)
            checked_trim_rule(trim_rule)
            checkpoints = CheckpointRequest.of(checkpoint, checkpoint_epochs, checkpoint_seconds, keep, resume)
        if sentences is not None or corpus_file is not None:
            corpus_file = own_texts(self._state, corpus_file, self._state.text_options)
            with on_all_ranks(self._state, "opening the texts"):
                if self.epochs > 0:
                    require_objective(self.options)
                corpus = open_sentences(self._state, sentences, corpus_file, passes=self.epochs + 1)
            train_new(self._state, corpus, trim_rule, self._notifier(checked), checkpoints)
            return
        warn_of_unused(trim_rule=trim_rule, callbacks=checked, checkpoint=checkpoint)

    @classmethod
    def _from_state(cls: type[Self], state: Word2VecState) -> Self:
        model = cls()  # not __new__: derived classes may set further attributes
        state.hashfxn, state.progress = model._state.hashfxn, model._state.progress
        state.compute = replace(state.compute, isa=model._state.compute.isa)
        model._state = state
        return model

    def __reduce__(self) -> tuple[Any, ...]:
        attributes = {name: value for name, value in vars(self).items() if name not in ("_state", "load")}
        return _unpickled, (type(self), MODEL_FILE.to_bytes(self._state)), attributes or None

    def __str__(self) -> str:
        return f"Word2Vec<vocab={len(self.wv)}, vector_size={self.vector_size}, alpha={self.alpha}>"

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return model_html(type(self).__name__, self._state)

    def __dir__(self) -> list[str]:
        return completed_names(self, hidden=RemovedName)

    def _ipython_key_completions_(self) -> list[str]:
        return offered_keys(self.wv.index_to_key)

    def __getitem__(self, key: str | int | Sequence[str | int]) -> NDArray[np.float32]:
        """Return the vector of a word, or a matrix of the vectors of several words; see `KeyedVectors`."""
        vectors: NDArray[np.float32] = self.wv[key]
        return vectors

    @property
    def lifecycle_events(self) -> list[dict[str, Any]] | None:
        """Events added by `add_lifecycle_event`, oldest first; None disables recording."""
        return self._state.lifecycle_events

    @lifecycle_events.setter
    def lifecycle_events(self, events: list[dict[str, Any]] | None) -> None:
        self._state.lifecycle_events = events

    @property
    def preparation(self) -> PreparationOptions:
        """How texts are prepared; `preparation.tokens` applies it to a text. Assigning replaces that of `wv`, too."""
        return self._state.preparation

    @preparation.setter
    def preparation(self, options: PreparationOptions) -> None:
        with self._state.lock:
            self._state.preparation = self._state.wv.preparation = checked_preparation(options)

    @property
    def wv(self) -> KeyedVectors:
        """The word vectors; they may be replaced by vectors of the same dimensionality."""
        return self._state.wv

    @wv.setter
    def wv(self, vectors: KeyedVectors) -> None:
        with self._state.lock:
            self._state.wv = checked_vectors(vectors, self.vector_size)

    @property
    def syn1neg(self) -> NDArray[np.float32]:
        """Output layer of negative sampling, float32, shape (words, vector_size)."""
        return output_vectors(self._state)

    @syn1neg.setter
    def syn1neg(self, matrix: ArrayLike) -> None:
        with self._state.lock:
            self._state.output = checked_layer(self._state, "syn1neg", matrix)

    @property
    def syn1(self) -> NDArray[np.float32]:
        """Output layer of hierarchical softmax, float32, shape (words, vector_size); one row per inner tree node."""
        return node_vectors(self._state)

    @syn1.setter
    def syn1(self, matrix: ArrayLike) -> None:
        with self._state.lock:
            self._state.nodes = checked_layer(self._state, "syn1", matrix)

    @property
    def raw_vocab(self) -> dict[str, int]:
        """Counts of all words of the corpus scanned last; empty unless they were kept. Assigning replaces them."""
        counts = self._state.raw_counts
        return {} if counts is None else dict(zip(counts.words, counts.counts.tolist(), strict=True))

    @raw_vocab.setter
    def raw_vocab(self, counts: Mapping[str, int]) -> None:
        self._state.raw_counts = RawCounts.from_frequencies(counts)

    @property
    def cum_table(self) -> NDArray[np.uint32]:
        """Cumulative noise distribution, uint32, shape (words,); computed from the counts when it is read."""
        return cumulative_noise_table(self._state)

    @property
    def random(self) -> np.random.RandomState:
        """A new random generator with the model's seed; training uses other generators."""
        return np.random.RandomState(self.seed % 2**32)

    def build_vocab(
        self,
        corpus_iterable: CorpusInput | None = None,
        corpus_file: TextInput | None = None,
        update: bool = False,
        progress_per: int = 10_000,
        keep_raw_vocab: bool = False,
        trim_rule: TrimRule | None = None,
        *,
        min_count: int | None = None,
        sample: float | None = None,
        dry_run: bool = False,
        encoding: str | None = None,
        errors: DecodingErrors | None = None,
        on_error: OnError | None = None,
    ) -> None:
        """Build the vocabulary from a corpus and initialise the vectors.

        With a `communicator`, all processes call this, each with a part of the corpus as in the constructor, and get
        the same vocabulary; `raw_vocab` has the counts of a process.

        Parameters
        ----------
        corpus_iterable : iterable of lists of str, or path, optional
            The corpus, as in the constructor.
        corpus_file : path, optional
            Text files to read instead of `corpus_iterable`.
        update : bool, default False
            Whether to extend the current vocabulary: new words come after the others, and counts are added.
        progress_per : int, default 10000
            Accepted for compatibility with gensim; ignored.
        keep_raw_vocab : bool, default False
            Whether to keep the counts of all words in `raw_vocab`.
        trim_rule : callable or None, default None
            As in the constructor.
        min_count, sample : optional
            New values of the model's settings.
        dry_run : bool, default False
            Whether to log the result only; the model is not changed.
        encoding, errors, on_error : str or None, default None
            How text files are read, as in the constructor; None for the values given there.

        Raises
        ------
        VocabularyError
            If no word is left, or if there is no vocabulary to update.

        Examples
        --------
        >>> model = Word2Vec(min_count=1, vector_size=8)
        >>> model.build_vocab([["a", "few", "words"]])
        >>> len(model.wv)
        3
        """
        with joint_arguments(self._state.communicator):
            checked_trim_rule(trim_rule)
            dry_run = flag_option("dry_run", dry_run)
            settings = changed_settings(self._state, min_count, sample)
            options = self._state.text_options.replaced(encoding, errors, on_error)
        texts = own_texts(self._state, corpus_file, options)

        def opened() -> Corpus:
            return open_sentences(self._state, corpus_iterable, texts, options)

        how = {"update": update, "keep": keep_raw_vocab, "dry_run": dry_run}
        build_vocabulary(self._state, opened, trim_rule, settings, **how)

    def build_vocab_from_freq(
        self,
        word_freq: Mapping[str, int],
        keep_raw_vocab: bool = False,
        corpus_count: int | None = None,
        trim_rule: TrimRule | None = None,
        update: bool = False,
    ) -> None:
        """Build the vocabulary from word counts and initialise the vectors.

        Parameters
        ----------
        word_freq : mapping of str to int
            Number of occurrences of each word.
        keep_raw_vocab : bool, default False
            Whether to keep these counts in `raw_vocab`.
        corpus_count : int or None, default None
            Number of sentences of the corpus.
        trim_rule : callable or None, default None
            As in the constructor.
        update : bool, default False
            Whether to extend the current vocabulary.

        Examples
        --------
        >>> model = Word2Vec(min_count=2, vector_size=8)
        >>> model.build_vocab_from_freq({"frequent": 10, "rare": 1})
        >>> model.wv.index_to_key
        ['frequent']
        """
        checked_trim_rule(trim_rule)
        counts = RawCounts.from_frequencies(word_freq, raw_sentences=corpus_count or 0)
        settings = changed_settings(self._state)
        choice = choose_vocabulary(self._state, counts, trim_rule, settings, update=update)
        adopt_vocabulary(self._state, choice, counts if keep_raw_vocab else None)

    def scan_vocab(
        self,
        corpus_iterable: CorpusInput | None = None,
        corpus_file: TextInput | None = None,
        progress_per: int = 10_000,
        workers: int | None = None,
        trim_rule: TrimRule | None = None,
        *,
        encoding: str | None = None,
        errors: DecodingErrors | None = None,
        on_error: OnError | None = None,
    ) -> tuple[int, int]:
        """Count the words of a corpus into `raw_vocab`, the first step of `build_vocab`.

        Parameters
        ----------
        corpus_iterable : iterable of lists of str, or path, optional
            The corpus, as in the constructor.
        corpus_file : path, optional
            Text files to read instead of `corpus_iterable`.
        progress_per : int, default 10000
            Accepted for compatibility with gensim; ignored.
        workers : int or None, default None
            Number of threads; None for the model's.
        trim_rule : callable or None, default None
            As in the constructor.
        encoding, errors, on_error : str or None, default None
            How text files are read, as in the constructor; None for the values given there.

        Returns
        -------
        tuple of int
            Numbers of words and sentences in the corpus.

        Examples
        --------
        >>> model = Word2Vec(min_count=1, vector_size=8)
        >>> model.scan_vocab([["a", "few", "words"]])
        (3, 1)
        >>> model.prepare_vocab()["num_retained_words"]
        3
        """
        checked_trim_rule(trim_rule)
        threads = self.workers if workers is None else requested_workers(workers)
        options = self._state.text_options.replaced(encoding, errors, on_error)
        corpus = open_sentences(self._state, corpus_iterable, corpus_file, options)
        counts = scan_corpus(self._state, corpus, trim_rule, threads)
        self._state.raw_counts = counts
        return counts.raw_words, counts.raw_sentences

    def prepare_vocab(
        self,
        update: bool = False,
        keep_raw_vocab: bool = False,
        trim_rule: TrimRule | None = None,
        min_count: int | None = None,
        sample: float | None = None,
        dry_run: bool = False,
    ) -> dict[str, int]:
        """Build the vocabulary from the counts of `scan_vocab` and initialise the vectors.

        Parameters
        ----------
        update : bool, default False
            Whether to extend the current vocabulary.
        keep_raw_vocab : bool, default False
            Whether to keep `raw_vocab`.
        trim_rule : callable or None, default None
            As in the constructor.
        min_count, sample : optional
            New values of the model's settings.
        dry_run : bool, default False
            Whether to report only; the model is not changed.

        Returns
        -------
        dict of str to int
            ``num_retained_words`` and ``retain_total``: words kept and their occurrences; ``drop_unique``: words
            dropped; ``downsample_unique``: words that subsampling affects; ``downsample_total``: expected occurrences
            after subsampling.

        Raises
        ------
        VocabularyError
            If `scan_vocab` was not called, or no word is left.
        """
        checked_trim_rule(trim_rule)
        settings = changed_settings(self._state, min_count, sample)
        is_dry = flag_option("dry_run", dry_run)
        return adopt_scanned_words(self._state, trim_rule, settings, update=update, keep=keep_raw_vocab, dry_run=is_dry)

    def prepare_weights(self, update: bool = False) -> None:
        """Initialise the weights, which `prepare_vocab` has done already.

        Parameters
        ----------
        update : bool, default False
            Whether to initialise only those of words that have none.
        """
        if update:
            self.update_weights()
        else:
            self.init_weights()

    def init_weights(self) -> None:
        """Initialise all weights as before training; the vocabulary stays."""
        with self._state.exclusively():
            reset_weights(self._state)

    def update_weights(self) -> None:
        """Initialise the weights of words that were appended to `wv` without vectors.

        Raises
        ------
        VocabularyError
            If the model has no vocabulary.
        """
        with self._state.exclusively():
            add_missing_rows(self._state)

    def add_null_word(self) -> None:
        """Add the padding word, a NUL character, with a count of 1, unless the vocabulary contains it."""
        add_null_word(self._state)

    def create_binary_tree(self) -> None:
        """Store the Huffman code of each word in `wv`, as the attributes ``code`` and ``point``.

        Training builds the same tree from the counts and does not read these attributes.
        """
        set_huffman_codes(self._state)

    def make_cum_table(self, domain: int = 2**31 - 1) -> None:
        """Set the last entry of `cum_table`.

        Parameters
        ----------
        domain : int, default 2**31 - 1
            The last entry.
        """
        self._state.cum_table_end = int(domain)

    def seeded_vector(self, seed_string: str, vector_size: int) -> NDArray[np.float32]:
        """Return a small random vector that depends only on `hashfxn` of a string, equal to gensim's.

        Parameters
        ----------
        seed_string : str
            The string.
        vector_size : int
            Dimensionality of the vector.

        Returns
        -------
        ndarray of float32, shape (vector_size,)
            The vector.
        """
        return hashed_vector(seed_string, vector_size, self.hashfxn)

    def reset_from(self, other_model: Word2Vec) -> None:
        """Copy the vocabulary and the counts of another model; the vectors are initialised.

        Parameters
        ----------
        other_model : Word2Vec
            A model with a vocabulary.

        Examples
        --------
        >>> first = Word2Vec([["a", "b"]], min_count=1, vector_size=8, workers=1)
        >>> second = Word2Vec(vector_size=8)
        >>> second.reset_from(first)
        >>> len(second.wv)
        2
        """
        copy_vocabulary(self._state, other_model._state)

    def estimate_memory(self, vocab_size: int | None = None, report: dict[str, int] | None = None) -> dict[str, int]:
        """Estimate the memory of the vocabulary and the layers.

        Parameters
        ----------
        vocab_size : int or None, default None
            Number of words; None for the current vocabulary.
        report : dict or None, default None
            Further entries in bytes, which count towards the total; it is filled in place.

        Returns
        -------
        dict of str to int
            Bytes by part, and ``total``.

        Examples
        --------
        >>> Word2Vec(vector_size=100).estimate_memory(1000)["vectors"]
        448000
        """
        return memory_report(self._state, vocab_size, report)

    def train(
        self,
        corpus_iterable: CorpusInput | None = None,
        corpus_file: TextInput | None = None,
        total_examples: int | None = None,
        total_words: int | None = None,
        epochs: int | None = None,
        start_alpha: float | None = None,
        end_alpha: float | None = None,
        word_count: int = 0,
        queue_factor: int = 2,
        report_delay: float = 1.0,
        compute_loss: bool = False,
        callbacks: Iterable[TrainingCallback] = (),
        *,
        encoding: str | None = None,
        errors: DecodingErrors | None = None,
        on_error: OnError | None = None,
        checkpoint: AnyPath | None = None,
        resume: bool = True,
        checkpoint_epochs: int | None = None,
        checkpoint_seconds: float | None = 600.0,
        keep: int = 2,
    ) -> tuple[int, int]:
        """Train on a corpus with the current vocabulary.

        Parameters
        ----------
        corpus_iterable : iterable of lists of str, or path, optional
            The corpus, as in the constructor.
        corpus_file : path, optional
            Text files to read instead of `corpus_iterable`.
        total_examples, total_words : int or None
            Number of sentences or raw words in the corpus, for the learning-rate schedule. One of them is required, as
            in gensim; it is used if the corpus is a stream of unknown length.
        epochs : int
            Number of passes over the corpus (>= 1); required, usually ``model.epochs``.
        start_alpha, end_alpha : float or None, default None
            Learning rates that replace the model's.
        word_count : int, default 0
            Number of words trained before, which count towards the decay of the learning rate.
        queue_factor, report_delay : optional
            Accepted for compatibility with gensim; ignored.
        compute_loss : bool, default False
            As in the constructor.
        callbacks : iterable of CallbackAny2Vec, default ()
            Called during this training run.
        encoding, errors, on_error : str or None, default None
            How text files are read, as in the constructor; None for the values given there.
        checkpoint, resume, checkpoint_epochs, checkpoint_seconds, keep : optional
            As in the constructor. A run that is resumed continues with the vectors of the checkpoint.

        Returns
        -------
        tuple of int
            Number of words trained (in the vocabulary and kept by subsampling) and of raw words read, over all epochs,
            including those before a resumption.

        Raises
        ------
        VocabularyError
            If the model has no vocabulary.
        RuntimeError
            If this model is already being trained, in another thread or by the call that runs this callback.
        TrainingDiverged
            If weights are not finite after an epoch. The model keeps them: `init_weights` starts again.
        FormatError, VocabularyError
            If the checkpoint belongs to a different run; the message names the difference.

        Examples
        --------
        >>> sentences = [["apples", "and", "pears"]] * 5
        >>> model = Word2Vec(min_count=1, vector_size=8, workers=1)
        >>> model.build_vocab(sentences)
        >>> model.train(sentences, total_examples=len(sentences), epochs=2)[1]
        30
        """
        with joint_arguments(self._state.communicator):
            count = checked_epochs(epochs, total_examples, total_words)
            if len(self.wv) == 0:
                raise VocabularyError("you must first build vocabulary before training the model")
            require_objective(self.options)
            rates = self._rates(start_alpha, end_alpha)
            request = TrainRequest(
                epochs=count,
                alpha=rates[0],
                min_alpha=rates[1],
                total_examples=total_examples,
                total_words=total_words,
                words_before=integer_option("word_count", word_count, 0, 2**62),
                compute_loss=flag_option("compute_loss", compute_loss),
            )
            notifier = self._notifier(checked_training_callbacks(callbacks))
            checkpoints = CheckpointRequest.of(checkpoint, checkpoint_epochs, checkpoint_seconds, keep, resume)
            options = self._state.text_options.replaced(encoding, errors, on_error)
        texts = own_texts(self._state, corpus_file, options)

        def encode() -> EncodedCorpus:
            corpus = open_sentences(self._state, corpus_iterable, texts, options, passes=count)
            return corpus.encode(current_vocabulary(self._state), self.workers)

        report = train(word2vec_model(self._state), encode, request, notifier, checkpoints)
        return report.trained_words, report.raw_words

    def train_slice(
        self,
        corpus_iterable: CorpusInput | None = None,
        corpus_file: TextInput | None = None,
        *,
        epochs: int | None = None,
        min_count: int | None = None,
        start_alpha: float | None = None,
        end_alpha: float | None = None,
        callbacks: Iterable[TrainingCallback] = (),
        encoding: str | None = None,
        errors: DecodingErrors | None = None,
        on_error: OnError | None = None,
        checkpoint: AnyPath | None = None,
        resume: bool = True,
        checkpoint_epochs: int | None = None,
        checkpoint_seconds: float | None = 600.0,
        keep: int = 2,
    ) -> KeyedVectors:
        """Train vectors on one slice of the corpus of this model, comparable with those of other slices.

        This model, trained on all slices together, is the compass: its output layers stay as they are, and new input
        vectors are trained against them. Vectors of different slices are therefore in one space and are compared
        without a rotation. Noise words and subsampling follow the frequencies in the whole corpus, so that slices
        differ only by the contexts of their words. To train a model of your own like this, set ``train_output`` to
        False beside ``wv.vectors_lockf``.

        Parameters
        ----------
        corpus_iterable : iterable of lists of str, or path, optional
            The slice, as in the constructor.
        corpus_file : path, optional
            Text files to read instead of `corpus_iterable`.
        epochs : int or None, default None
            Number of epochs (>= 1); None for the model's.
        min_count : int or None, default None
            Words that occur less often in the slice get no vector (>= 1); None for the model's.
        start_alpha, end_alpha : float or None, default None
            Learning rates; None for the model's.
        callbacks : iterable of CallbackAny2Vec, default ()
            Called with the model that is trained on the slice.
        encoding, errors, on_error : str or None, default None
            How text files are read, as in the constructor; None for the values given there.
        checkpoint, resume, checkpoint_epochs, checkpoint_seconds, keep : optional
            As in the constructor.

        Returns
        -------
        KeyedVectors
            Vectors of the words of this model that are frequent enough in the slice, with their counts in the slice.

        Raises
        ------
        VocabularyError
            If this model is not trained, or if no word is frequent enough in the slice.

        References
        ----------
        V. Di Carlo, F. Bianchi, M. Palmonari: Training temporal word embeddings with a compass. AAAI 2019.

        Examples
        --------
        >>> old, new = [["ships", "cross", "the", "sea"]] * 20, [["ships", "cross", "deep", "space"]] * 20
        >>> compass = Word2Vec(old + new, min_count=1, vector_size=8, workers=1, epochs=20)
        >>> before, after = compass.train_slice(old), compass.train_slice(new)
        >>> "sea" in before, "sea" in after
        (True, False)
        >>> cosine = float(before.cosine_similarities(before["ships"], after.vectors[:1])[0])
        """
        with joint_arguments(self._state.communicator):
            if len(self.wv) == 0:
                raise VocabularyError("train_slice needs a trained model: train it on all slices together first")
            require_objective(self.options)
            rates = self._rates(start_alpha, end_alpha)
            least = max(self.min_count, 1) if min_count is None else min_count
            request = SliceRequest(
                epochs=integer_option("epochs", self.epochs if epochs is None else epochs, 1, 2**31 - 1),
                alpha=rates[0],
                min_alpha=rates[1],
                min_count=integer_option("min_count", least, 1, 2**62),
            )
            checked = checked_training_callbacks(callbacks)
            checkpoints = CheckpointRequest.of(checkpoint, checkpoint_epochs, checkpoint_seconds, keep, resume)
            options = self._state.text_options.replaced(encoding, errors, on_error)
        texts = own_texts(self._state, corpus_file, options)

        def opened() -> Corpus:
            return open_sentences(self._state, corpus_iterable, texts, options, passes=request.epochs + 1)

        def notifier_of(state: Word2VecState) -> Notify:
            model = type(self)()  # not __new__: derived classes may set further attributes
            model._state = state
            return model._notifier(checked)

        return train_slice(self._state, opened, request, notifier_of, checkpoints)

    def _rates(self, start_alpha: float | None, end_alpha: float | None) -> tuple[float, float]:
        start = self.alpha if start_alpha is None else start_alpha
        end = self.min_alpha if end_alpha is None else end_alpha
        return checked_rates(start, end, names=("start_alpha", "end_alpha"))

    def _notifier(self, callbacks: Sequence[TrainingCallback]) -> Notify:
        return lambda event: notify(callbacks, event, self)

    def get_latest_training_loss(self) -> float:
        """Return the loss of the last training run, summed over all pairs.

        Returns
        -------
        float
            Accumulated in float64; 0.0 without `compute_loss`. `training_report` has the mean per pair and epoch, which
            is comparable between corpora.
        """
        return self.running_training_loss

    def score(
        self,
        sentences: Iterable[Iterable[str]],
        total_sentences: int = 1_000_000,
        chunksize: int = 100,
        queue_factor: int = 2,
        report_delay: float = 1.0,
    ) -> NDArray[np.float32]:
        """Return the log-probability of sentences under hierarchical softmax.

        Parameters
        ----------
        sentences : iterable of lists of str
            Tokens; words outside the vocabulary are skipped.
        total_sentences : int, default 1000000
            Maximum number of sentences to read.
        chunksize, queue_factor, report_delay : optional
            Accepted for compatibility with gensim; ignored.

        Returns
        -------
        ndarray of float32, shape (sentences,)
            Natural logarithms, summed over the words of each sentence.

        Raises
        ------
        RuntimeError
            If the model has no hierarchical softmax.

        References
        ----------
        Taddy, "Document classification by inversion of distributed language representations", ACL 2015.

        Examples
        --------
        >>> sentences = [["apples", "and", "pears"]] * 5
        >>> model = Word2Vec(sentences, min_count=1, vector_size=8, workers=1, hs=1, negative=0)
        >>> model.score(sentences[:2]).shape
        (2,)
        """
        return sentence_scores(self._state, sentences, total_sentences)

    def predict_output_word(
        self, context_words_list: Iterable[str | int], topn: int | None = 10
    ) -> list[tuple[str, float]] | None:
        """Return the most probable centre words of a context.

        Parameters
        ----------
        context_words_list : iterable of str or int
            Context words or their indices; unknown words are skipped.
        topn : int or None, default 10
            Number of words to return; None for all.

        Returns
        -------
        list of (str, float) or None
            Words and probabilities, the most probable first; None, with a warning, if no context word is known.

        Raises
        ------
        RuntimeError
            If the model has no negative sampling.

        Examples
        --------
        >>> model = Word2Vec([["apples", "and", "pears"]] * 5, min_count=1, vector_size=8, workers=1)
        >>> len(model.predict_output_word(["apples", "pears"], topn=2))
        2
        """
        return predicted_words(self._state, context_words_list, topn)

    def init_sims(self, replace: bool = False) -> None:
        """Do what ``wv.init_sims`` does; deprecated, as in gensim.

        Parameters
        ----------
        replace : bool, default False
            Whether to normalise the vectors in place.
        """
        self.wv.init_sims(replace=replace)

    def add_lifecycle_event(self, event_name: str, log_level: int = logging.INFO, **event: object) -> None:
        """Add an event to `lifecycle_events`, with the time and the versions; it is saved with the model.

        Parameters
        ----------
        event_name : str
            Name of the event, stored as ``event["event"]``.
        log_level : int, default logging.INFO
            Level of the log message; 0 for none.
        **event : object
            Further values to store; they must be serialisable as JSON.

        Raises
        ------
        TypeError
            If a value is not serialisable as JSON.
        """
        record_event(self, event_name, log_level, event)

    def save(self, fname: AnyPath | BinaryIO, *args: object, **kwargs: object) -> None:
        """Save the model to one safetensors file, without pickle.

        Equal models give equal files. An existing file is replaced only when the new one is complete.

        Parameters
        ----------
        fname : path or binary file
            Where to write.
        *args, **kwargs : object
            Ignored; gensim's options for separate files and pickle.

        Raises
        ------
        OSError
            If the file cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> model = Word2Vec([["apples", "and", "pears"]] * 5, min_count=1, vector_size=8, workers=1)
        >>> path = tempfile.mkdtemp() + "/model.safetensors"
        >>> model.save(path)
        >>> bool((Word2Vec.load(path).wv["pears"] == model.wv["pears"]).all())
        True
        """
        MODEL_FILE.save(self._state, fname)

    @classmethod
    def load(cls: type[Self], fname: AnyPath, mmap: str | bool | None = None) -> Self:
        """Load a model that `save` wrote.

        Parameters
        ----------
        fname : path
            The file.
        mmap : str, bool or None, default None
            If true (gensim's "r"), arrays are memory-mapped and read when they are used.

        Returns
        -------
        Word2Vec
            The model; training can continue.

        Raises
        ------
        FormatError
            If the file is not a Word2Vec model saved by wordkin.
        AttributeError
            If the file holds another kind of model, or if `load` is called on a model instead of the class.
        """
        return cls._from_state(MODEL_FILE.load(fname, mmap=bool(mmap)))

    def save_pretrained(self, folder: AnyPath) -> None:
        """Save the model to the file ``model.safetensors`` in a folder, which is created if necessary.

        Parameters
        ----------
        folder : path
            The folder.
        """
        path = pretrained_file(folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        MODEL_FILE.save(self._state, path)

    @classmethod
    def from_pretrained(cls: type[Self], folder: AnyPath) -> Self:
        """Load a model that `save_pretrained` wrote.

        Parameters
        ----------
        folder : path
            The folder.

        Returns
        -------
        Word2Vec
            The model.
        """
        return cls._from_state(load_pretrained(folder))

    @classmethod
    def from_gensim(cls: type[Self], source: AnyPath | GensimModel) -> Self:
        """Load a model that gensim 0.12 to 4 saved, without executing any pickled code.

        Parameters
        ----------
        source : path or GensimModel
            The file of ``gensim.models.Word2Vec.save``, with its array files in the same folder.

        Returns
        -------
        Word2Vec
            A model with gensim's vectors, output layer, counts and settings; training can continue.

        Raises
        ------
        FormatError
            If the file holds vectors only, or a model with hierarchical softmax, whose training cannot continue.
        """
        saved = source if isinstance(source, GensimModel) else read_gensim(source)
        return cls._from_state(state_of_gensim(saved))


def _unpickled(cls: type[Word2Vec], data: bytes) -> Word2Vec:
    return cls._from_state(MODEL_FILE.from_bytes(data))
