"""`FastText`: the public class with gensim's names, which parses arguments and delegates to training and files."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, BinaryIO, Literal, NoReturn, TypeVar, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

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
from ..vectors import FastTextKeyedVectors
from ..vectors.files import GensimModel, read_gensim
from ..vectors.files.fasttext_format import read_fasttext_file
from ..vectors.gensim import RemovedName
from ..word2vec.archive import FASTTEXT_FILE, load_pretrained, pretrained_file
from ..word2vec.arguments import (
    architecture_of,
    checked_epochs,
    checked_rates,
    checked_trim_rule,
    explains_old_names,
    require_objective,
)
from ..word2vec.files.gensim_model import state_of_gensim
from ..word2vec.gensim import NAMES_BEFORE_GENSIM_4, OPTION_FIELDS, REMOVED_ATTRIBUTES
from ..word2vec.inference.likelihood import node_vectors, output_vectors, predicted_words, sentence_scores
from ..word2vec.options import ModelOptions, SubwordOptions, TrainingOptions, VocabularyOptions
from ..word2vec.report import Progress, TrainingReport
from ..word2vec.state import Word2VecState, checked_layer, current_vocabulary, new_state
from ..word2vec.summary import model_html
from ..word2vec.training.callbacks import TrainingCallback, checked_training_callbacks
from ..word2vec.training.sampling_tables import cumulative_noise_table, set_huffman_codes
from ..word2vec.training.session import CheckpointRequest, Notify, TrainRequest, train, train_new
from ..word2vec.training.trained_model import word2vec_model
from ..word2vec.training.vocabulary import (
    add_null_word,
    adopt_scanned_words,
    adopt_vocabulary,
    changed_settings,
    choose_vocabulary,
    copy_vocabulary,
    open_sentences,
    scan_corpus,
)
from ..word2vec.training.weights import add_missing_rows, memory_report, reset_weights
from .unsupervised.files import state_of_file, write_state

__all__ = ["FastText", "load_facebook_model", "load_facebook_vectors", "save_facebook_model"]

logger = logging.getLogger(__name__)

Self = TypeVar("Self", bound="FastText")


class FastText:
    """Word vectors that are composed of character n-grams, with the constructor and the methods of gensim 4.

    Words that do not occur in the corpus have vectors, too: ``model.wv["unseen"]``. The constructor trains on a corpus;
    `wv` holds the vectors; `train` continues, after ``build_vocab(..., update=True)`` also with new words; `save` and
    `load` keep the model; `save_facebook_model` writes it for fastText. All arguments that are not listed here are
    those of `Word2Vec`.

    Parameters
    ----------
    sentences, corpus_file : optional
        The corpus, as for `Word2Vec`.
    sg : {0, 1}, default 0
        1 for skip-gram, 0 for CBOW.
    hs : {0, 1}, default 0
        Whether to train hierarchical softmax.
    vector_size : int, default 100
        Dimensionality of the word vectors (>= 1).
    alpha : float, default 0.025
        Learning rate at the start of training (> 0).
    window : int, default 5
        Maximum distance between the target and a context word (>= 1).
    min_count : int, default 5
        Words that occur less often are not in the vocabulary.
    max_vocab_size : int or None, default None
        Maximum number of distinct words while counting.
    word_ngrams : {0, 1}, default 1
        0 for words without n-grams, which makes the model one of Word2Vec.
    sample : float, default 1e-3
        Subsampling threshold for frequent words.
    seed : int, default 1
        Random seed.
    workers : int or None, default None
        Number of threads; None for the number of CPUs that this process may use.
    min_alpha : float, default 1e-4
        Learning rate at the end of training (>= 0).
    negative : int, default 5
        Number of noise words per target (>= 0); 0 disables negative sampling.
    ns_exponent : float, default 0.75
        Exponent of the noise distribution.
    cbow_mean : {0, 1}, default 1
        Whether CBOW averages the rows of all context words and n-grams; otherwise it sums them.
    hashfxn : callable, default hash
        Accepted for compatibility with gensim; ignored.
    epochs : int, default 5
        Number of passes over the corpus (>= 0).
    null_word : {0, 1}, default 0
        Whether to add a padding word to the vocabulary.
    min_n, max_n : int, default 3 and 6
        Lengths of n-grams in characters (0 to 1,000), with ``<`` and ``>`` around the word. There are none if `max_n`
        is 0 or less than `min_n`.
    sorted_vocab : {0, 1}, default 1
        Whether to sort the vocabulary by decreasing count.
    bucket : int, default 2000000
        Number of hash buckets of n-grams (0 to 2**31 - 1). Each has a vector: with 100 dimensions, two million take 0.9
        GB of memory, and training needs no other memory of this size.
    trim_rule : callable or None, default None
        Rule that decides which words are kept.
    batch_words : int, default 10000
        Number of words per job of a training thread (>= 1).
    callbacks : iterable of CallbackAny2Vec, default ()
        Called while the model is trained on `sentences`.
    max_final_vocab : int or None, default None
        Maximum size of the vocabulary.
    shrink_windows : bool, default True
        Whether the window size is drawn uniformly from 1 to `window` for each target.
    compute_loss, comment, progress, max_isa : optional
        As for `Word2Vec`.
    encoding, errors, on_error : optional
        How text files are read, as for `Word2Vec`.
    tokenizer, lowercase, normalize, remove_arabic_marks, min_token_length, max_token_length, sentences_per : optional
        How texts are prepared, as for `Word2Vec`.
    recursive, glob : optional
        Which files of folders are read, as for `Word2Vec`.
    checkpoint, resume, checkpoint_epochs, checkpoint_seconds, keep : optional
        Checkpoints of training, as for `Word2Vec`.
    hash_count : int, default 0
        Number of hash buckets of each word and n-gram, as in floret (1 to 4). Words have no other rows, which makes
        the table compact; ``wv.save_floret_format`` writes it for spaCy. 0 for fastText.

    Attributes
    ----------
    wv : FastTextKeyedVectors
        The word vectors. ``wv.vectors`` are the means of ``wv.vectors_vocab`` and ``wv.vectors_ngrams`` after each
        epoch.
    training_report : TrainingReport or None
        Loss, speed and learning rate of each epoch of the last training run.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or is out of range, or if the corpus cannot be read as one.
    ResourceError
        If the vectors exceed the available memory.

    References
    ----------
    Bojanowski et al., "Enriching word vectors with subword information", TACL 2017, arXiv:1607.04606.

    Examples
    --------
    >>> sentences = [["apples", "and", "pears"], ["pears", "and", "plums"]] * 10
    >>> model = FastText(sentences, vector_size=16, min_count=1, bucket=1000, epochs=2, workers=1)
    >>> model.wv["pear"].shape
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
    sample = StateAttribute[float](OPTION_FIELDS["sample"])
    seed = StateAttribute[int](OPTION_FIELDS["seed"])
    batch_words = StateAttribute[int](OPTION_FIELDS["batch_words"])
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
    communicator = RemovedName("communicator", "Word2Vec has it", "does not exist, as FastText trains in one process")

    _state: Word2VecState

    @explains_old_names(NAMES_BEFORE_GENSIM_4)
    def __init__(
        self,
        sentences: CorpusInput | None = None,
        corpus_file: TextInput | None = None,
        sg: int = 0,
        hs: int = 0,
        vector_size: int = 100,
        alpha: float = 0.025,
        window: int = 5,
        min_count: int = 5,
        max_vocab_size: int | None = None,
        word_ngrams: int = 1,
        sample: float = 1e-3,
        seed: int = 1,
        workers: int | None = None,
        min_alpha: float = 1e-4,
        negative: int = 5,
        ns_exponent: float = 0.75,
        cbow_mean: int = 1,
        hashfxn: Callable[[str], int] = hash,
        epochs: int = 5,
        null_word: int = 0,
        min_n: int = 3,
        max_n: int = 6,
        sorted_vocab: int = 1,
        bucket: int = 2_000_000,
        trim_rule: TrimRule | None = None,
        batch_words: int = 10_000,
        callbacks: Iterable[TrainingCallback] = (),
        max_final_vocab: int | None = None,
        shrink_windows: bool = True,
        compute_loss: bool = False,
        comment: str | None = None,
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
        hash_count: int = 0,
    ) -> None:
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
            SubwordOptions(
                min_n=min_n,
                max_n=max_n,
                bucket=bucket if flag_option("word_ngrams", word_ngrams) else 0,
                hash_count=hash_count,
            ),
        )
        self._state.hashfxn = hashfxn
        self._state.progress = progress_option(progress)
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
        self._state.folders = FolderOptions(recursive=recursive, glob=cast("tuple[str, ...]", glob))
        vars(self)["load"] = _refuse_to_load
        checked = checked_training_callbacks(callbacks)
        checked_trim_rule(trim_rule)
        checkpoints = CheckpointRequest.of(checkpoint, checkpoint_epochs, checkpoint_seconds, keep, resume)
        if sentences is not None or corpus_file is not None:
            if self.epochs > 0:
                require_objective(self.options)
            corpus = open_sentences(self._state, sentences, corpus_file, passes=self.epochs + 1)
            train_new(self._state, corpus, trim_rule, self._notifier(checked), checkpoints)
            return
        for name, given, method in (
            ("trim_rule", trim_rule, "build_vocab"),
            ("callbacks", checked, "train"),
            ("checkpoint", checkpoint, "train"),
        ):
            if given:
                logger.warning("%s is not stored, and there is no corpus to use it on: pass it to %s", name, method)

    @classmethod
    def _from_state(cls: type[Self], state: Word2VecState) -> Self:
        model = cls()  # not __new__: derived classes may set further attributes
        state.hashfxn, state.progress = model._state.hashfxn, model._state.progress
        state.compute = replace(state.compute, isa=model._state.compute.isa)
        model._state = state
        return model

    def __reduce__(self) -> tuple[Any, ...]:
        attributes = {name: value for name, value in vars(self).items() if name not in ("_state", "load")}
        return _unpickled, (type(self), FASTTEXT_FILE.to_bytes(self._state)), attributes or None

    def __str__(self) -> str:
        return f"FastText<vocab={len(self.wv)}, vector_size={self.vector_size}, alpha={self.alpha}>"

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
    def wv(self) -> FastTextKeyedVectors:
        """The word vectors."""
        vectors = self._state.wv
        assert isinstance(vectors, FastTextKeyedVectors)
        return vectors

    @property
    def _subwords(self) -> SubwordOptions:
        subwords = self._state.subwords
        assert subwords is not None  # set by the constructor
        return subwords

    @property
    def min_n(self) -> int:
        """Minimum length of n-grams in characters."""
        return self._subwords.min_n

    @property
    def max_n(self) -> int:
        """Maximum length of n-grams in characters."""
        return self._subwords.max_n

    @property
    def bucket(self) -> int:
        """Number of hash buckets of n-grams."""
        return self._subwords.bucket

    @property
    def hash_count(self) -> int:
        """Number of hash buckets of each word and n-gram, as in floret; 0 for fastText."""
        return self._subwords.hash_count

    @property
    def word_ngrams(self) -> int:
        """Whether words have n-grams."""
        return int(self._subwords.rows > 0)

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
        encoding: str | None = None,
        errors: DecodingErrors | None = None,
        on_error: OnError | None = None,
    ) -> None:
        """Build the vocabulary from a corpus and initialise the vectors.

        Parameters
        ----------
        corpus_iterable : iterable of lists of str, or path, optional
            The corpus, as in the constructor.
        corpus_file : path, optional
            Text files to read instead of `corpus_iterable`.
        update : bool, default False
            Whether to extend the current vocabulary: new words come after the others, counts are added, and the vectors
            of n-grams are kept.
        progress_per : int, default 10000
            Accepted for compatibility with gensim; ignored.
        keep_raw_vocab : bool, default False
            Whether to keep the counts of all words in `raw_vocab`.
        trim_rule : callable or None, default None
            As in the constructor.
        min_count, sample : optional
            New values of the model's settings.
        encoding, errors, on_error : str or None, default None
            How text files are read, as in the constructor; None for the values given there.

        Raises
        ------
        VocabularyError
            If no word is left, or if there is no vocabulary to update.
        ResourceError
            If the vectors exceed the available memory.

        Examples
        --------
        >>> model = FastText(min_count=1, vector_size=8, bucket=100)
        >>> model.build_vocab([["a", "few", "words"]])
        >>> model.build_vocab([["more", "words"]], update=True)
        >>> len(model.wv)
        4
        """
        checked_trim_rule(trim_rule)
        settings = changed_settings(self._state, min_count, sample)
        options = self._state.text_options.replaced(encoding, errors, on_error)
        corpus = open_sentences(self._state, corpus_iterable, corpus_file, options)
        counts = scan_corpus(self._state, corpus, trim_rule, self.workers)
        choice = choose_vocabulary(self._state, counts, trim_rule, settings, update=flag_option("update", update))
        adopt_vocabulary(self._state, choice, counts if keep_raw_vocab else None)

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
        >>> model = FastText(min_count=2, vector_size=8, bucket=100)
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
        >>> model = FastText(min_count=1, vector_size=8, bucket=100)
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

    def add_null_word(self) -> None:
        """Add the padding word, a NUL character, with a count of 1, unless the vocabulary contains it."""
        add_null_word(self._state)

    def create_binary_tree(self) -> None:
        """Store the Huffman code of each word in `wv`, as the attributes ``code`` and ``point``."""
        set_huffman_codes(self._state)

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

    def reset_from(self, other_model: FastText) -> None:
        """Copy the vocabulary and the counts of another model; the vectors are initialised.

        Parameters
        ----------
        other_model : FastText
            A model with a vocabulary.
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
        >>> FastText(vector_size=100, bucket=1000).estimate_memory(1000)["vectors_ngrams"]
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
            Number of sentences or raw words in the corpus; one of them is required, as in gensim.
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
            As in the constructor. A checkpoint takes the memory of a copy of the model while it is written.

        Returns
        -------
        tuple of int
            Number of words trained (in the vocabulary and kept by subsampling) and of raw words read, over all epochs.

        Raises
        ------
        VocabularyError
            If the model has no vocabulary.
        RuntimeError
            If this model is already being trained.
        TrainingDiverged
            If weights are not finite after an epoch.
        FormatError, VocabularyError
            If the checkpoint belongs to a different run; the message names the difference.

        Examples
        --------
        >>> sentences = [["apples", "and", "pears"]] * 5
        >>> model = FastText(min_count=1, vector_size=8, bucket=100, workers=1)
        >>> model.build_vocab(sentences)
        >>> model.train(sentences, total_examples=len(sentences), epochs=2)[1]
        30
        """
        count = checked_epochs(epochs, total_examples, total_words)
        if len(self.wv) == 0:
            raise VocabularyError("you must first build vocabulary before training the model")
        require_objective(self.options)
        rates = checked_rates(
            self.alpha if start_alpha is None else start_alpha,
            self.min_alpha if end_alpha is None else end_alpha,
            names=("start_alpha", "end_alpha"),
        )
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
        corpus = open_sentences(self._state, corpus_iterable, corpus_file, options, passes=count)

        def encode() -> EncodedCorpus:
            return corpus.encode(current_vocabulary(self._state), self.workers)

        report = train(word2vec_model(self._state), encode, request, notifier, checkpoints)
        return report.trained_words, report.raw_words

    def _notifier(self, callbacks: Sequence[TrainingCallback]) -> Notify:
        return lambda event: notify(callbacks, event, self)

    def get_latest_training_loss(self) -> float:
        """Return the loss of the last training run, summed over all pairs.

        Returns
        -------
        float
            0.0 without `compute_loss`; `training_report` has the mean per pair and epoch.
        """
        return self.running_training_loss

    def score(self, sentences: Iterable[Iterable[str]], total_sentences: int = 1_000_000) -> NDArray[np.float32]:
        """Return the log-probability of sentences under hierarchical softmax.

        Parameters
        ----------
        sentences : iterable of lists of str
            Tokens; words outside the vocabulary are skipped.
        total_sentences : int, default 1000000
            Maximum number of sentences to read.

        Returns
        -------
        ndarray of float32, shape (sentences,)
            Natural logarithms, summed over the words of each sentence.

        Raises
        ------
        RuntimeError
            If the model has no hierarchical softmax.
        """
        return sentence_scores(self._state, sentences, total_sentences)

    def predict_output_word(
        self, context_words_list: Iterable[str | int], topn: int | None = 10
    ) -> list[tuple[str, float]] | None:
        """Return the most probable centre words of a context.

        Parameters
        ----------
        context_words_list : iterable of str or int
            Context words or their indices; words outside the vocabulary are skipped.
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

        Parameters
        ----------
        fname : path or binary file
            Where to write. An existing file is replaced only when the new one is complete.
        *args, **kwargs : object
            Ignored; gensim's options for separate files and pickle.

        Raises
        ------
        OSError
            If the file cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> model = FastText([["apples", "and", "pears"]] * 5, min_count=1, vector_size=8, bucket=100, workers=1)
        >>> path = tempfile.mkdtemp() + "/model.safetensors"
        >>> model.save(path)
        >>> bool((FastText.load(path).wv["pear"] == model.wv["pear"]).all())
        True
        """
        FASTTEXT_FILE.save(self._state, fname)

    @classmethod
    def load(cls: type[Self], fname: AnyPath, mmap: str | bool | None = None) -> Self:
        """Load a model that `save` wrote.

        Parameters
        ----------
        fname : path
            The file.
        mmap : str, bool or None, default None
            If true (gensim's "r"), vectors are memory-mapped and read when they are used.

        Returns
        -------
        FastText
            The model; training can continue.

        Raises
        ------
        FormatError
            If the file is not a FastText model saved by wordkin.
        AttributeError
            If `load` is called on a model instead of the class.
        """
        return cls._from_state(FASTTEXT_FILE.load(fname, mmap=bool(mmap)))

    def save_pretrained(self, folder: AnyPath) -> None:
        """Save the model to the file ``model.safetensors`` in a folder, which is created if necessary.

        Parameters
        ----------
        folder : path
            The folder.
        """
        path = pretrained_file(folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        FASTTEXT_FILE.save(self._state, path)

    @classmethod
    def from_pretrained(cls: type[Self], folder: AnyPath) -> Self:
        """Load a model that `save_pretrained` wrote.

        Parameters
        ----------
        folder : path
            The folder.

        Returns
        -------
        FastText
            The model.
        """
        return cls._from_state(load_pretrained(folder, FASTTEXT_FILE, "FastText"))

    @classmethod
    def from_gensim(cls: type[Self], source: AnyPath | GensimModel) -> Self:
        """Load a model that gensim 3.8 to 4 saved, without executing any pickled code.

        Parameters
        ----------
        source : path or GensimModel
            The file of ``gensim.models.FastText.save``, with its array files in the same folder.

        Returns
        -------
        FastText
            A model with gensim's vectors, output layer, counts and settings; training can continue.

        Raises
        ------
        FormatError
            If the file holds vectors only, or a model with hierarchical softmax, whose training cannot continue.
        """
        saved = source if isinstance(source, GensimModel) else read_gensim(source)
        return cls._from_state(state_of_gensim(saved, with_subwords=True))


def load_facebook_model(path: AnyPath, encoding: str = "utf-8") -> FastText:
    """Load a ``.bin`` model of fastText to continue its training.

    Parameters
    ----------
    path : path
        Model of ``fasttext skipgram`` or ``fasttext cbow``, compressed or not.
    encoding : str, default "utf-8"
        Encoding of the words.

    Returns
    -------
    FastText
        Vectors, output layer, counts and settings of the model.

    Raises
    ------
    FormatError
        If the file has another format, holds a supervised or a quantised model, or is damaged.
    OSError
        If it cannot be read.

    See Also
    --------
    wordkin.fasttext.load_model : Models with the methods of fastText's module, also supervised ones.

    Examples
    --------
    >>> model = load_facebook_model("cc.en.300.bin")  # doctest: +SKIP
    >>> model.build_vocab(new_sentences, update=True)  # doctest: +SKIP
    >>> model.train(new_sentences, total_examples=len(new_sentences), epochs=5)  # doctest: +SKIP
    """
    return FastText._from_state(state_of_file(read_fasttext_file(path, quantized=False), str(path), encoding))


def load_facebook_vectors(path: AnyPath, encoding: str = "utf-8") -> FastTextKeyedVectors:
    """Load the vectors of a ``.bin`` model of fastText.

    Parameters
    ----------
    path : path
        Model of fastText, compressed or not.
    encoding : str, default "utf-8"
        Must be UTF-8, in which fastText hashes n-grams.

    Returns
    -------
    FastTextKeyedVectors
        The vectors, without what continued training needs.

    Raises
    ------
    FormatError
        If the file has another format, holds a quantised model, or is damaged.
    OSError
        If it cannot be read.
    """
    del encoding
    return FastTextKeyedVectors.load_fasttext_format(path)


def save_facebook_model(
    model: FastText,
    path: AnyPath,
    encoding: str = "utf-8",
    lr_update_rate: int = 100,
    word_ngrams: int = 1,
) -> None:
    """Save a model in fastText's format, which fastText and gensim read.

    Parameters
    ----------
    model : FastText
        The model.
    path : path
        File to write; an existing file is replaced in one step. The vectors are written as they are in memory, without
        a copy.
    encoding : str, default "utf-8"
        Encoding of the words.
    lr_update_rate, word_ngrams : int, default 100 and 1
        Parameters that the file stores and `model` does not have.

    Raises
    ------
    FormatError
        If the format cannot hold the model, since a word has a zero byte or words are composed as in floret.
    VocabularyError
        If the model has no vocabulary.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> model = FastText([["apples", "and", "pears"]] * 5, min_count=1, vector_size=8, bucket=100, workers=1)
    >>> path = tempfile.mkdtemp() + "/model.bin"
    >>> save_facebook_model(model, path)
    >>> load_facebook_model(path).wv.index_to_key == model.wv.index_to_key
    True
    """
    if not isinstance(model, FastText):
        raise TypeError(f"model must be a FastText model, got {type(model).__name__}")
    write_state(
        path,
        model._state,
        encoding=encoding,
        lr_update_rate=integer_option("lr_update_rate", lr_update_rate, 1, 2**31 - 1),
        word_ngrams=integer_option("word_ngrams", word_ngrams, 0, 2**31 - 1),
    )


def _unpickled(cls: type[FastText], data: bytes) -> FastText:
    return cls._from_state(FASTTEXT_FILE.from_bytes(data))


def _refuse_to_load(*args: object, **kwargs: object) -> NoReturn:
    # As in gensim: a model loaded by another model is easily lost, since the latter does not change.
    raise AttributeError("load must be called on the class: model = FastText.load(path)")
