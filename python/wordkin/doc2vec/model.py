"""`Doc2Vec`: the public class, which parses arguments and delegates to training, inference and files."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, BinaryIO, Literal, NoReturn, TypeVar, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import VocabularyError
from ..runtime.attributes import StateAttribute
from ..runtime.callbacks import notify
from ..runtime.compute import Compute, requested_workers
from ..runtime.notebooks import completed_names
from ..runtime.options import flag_option, integer_option, progress_option
from ..storage.decoding import DecodingErrors, TextOptions
from ..storage.lifecycle import record_event
from ..storage.paths import AnyPath, local_path
from ..text import FolderOptions, PreparationOptions, RawCounts, TextInput, TextTokenizer, TrimRule
from ..text.preparation import checked_preparation
from ..vectors import KeyedVectors
from ..vectors.files import GensimModel, read_gensim
from ..vectors.gensim import RemovedName
from ..word2vec.archive import pretrained_file
from ..word2vec.arguments import (
    checked_epochs,
    checked_rates,
    checked_trim_rule,
    explains_old_names,
    require_objective,
)
from ..word2vec.gensim import OPTION_FIELDS, REMOVED_ATTRIBUTES
from ..word2vec.inference.likelihood import node_vectors, output_vectors
from ..word2vec.options import ModelOptions, TrainingOptions, VocabularyOptions
from ..word2vec.padded_rows import bytes_of_rows
from ..word2vec.report import Progress, TrainingReport
from ..word2vec.state import checked_layer, checked_vectors, new_state
from ..word2vec.training.callbacks import TrainingCallback, checked_training_callbacks
from ..word2vec.training.sampling_tables import cumulative_noise_table
from ..word2vec.training.session import CheckpointRequest, Notify, TrainRequest
from ..word2vec.training.vocabulary import add_null_word, changed_settings
from ..word2vec.training.weights import memory_report
from .archive import MODEL_FILE
from .arguments import architecture_of_dm, dm_of
from .documents import DocumentFiles, DocumentsInput, Tag
from .files.gensim_model import state_of_gensim
from .files.word2vec_format import save_word2vec_format
from .gensim import NAMES_BEFORE_GENSIM_4
from .inference.vectors import InferenceRequest, inferred_vectors
from .options import DocumentOptions
from .state import Doc2VecState
from .summary import model_html, short_description
from .training.corpora import DocumentCorpus, open_documents
from .training.session import train_documents, train_new_documents
from .training.tags import TagCounts
from .training.vocabulary import adopt_counts, adopt_documents, choose_words, copy_vocabulary, reset_vectors

__all__ = ["Doc2Vec"]

logger = logging.getLogger(__name__)

Self = TypeVar("Self", bound="Doc2Vec")


class Doc2Vec:
    """Vectors of documents trained on text, with the constructor and the methods of gensim 4.

    Each document has one or more tags, whose vectors are trained together with the vectors of words. ``dv`` holds the
    vectors of tags (``model.dv.most_similar(tag)``), `wv` those of words; `infer_vector` and `infer_vectors` give
    vectors of new documents.

    Parameters
    ----------
    documents : iterable of TaggedDocument, or path, optional
        The documents, in an iterable that can be read once per epoch; or the path of a text file with one document per
        line (a `TaggedLineDocument`). Without documents, nothing is trained yet.
    corpus_file : path, optional
        Text files with one document per line, whose tags are the numbers of the lines, instead of `documents`.
    vector_size : int, default 100
        Dimensionality of the vectors (>= 1).
    dm_mean : {0, 1} or None, default None
        Whether PV-DM averages the vectors of context words and tags; otherwise it sums them. None for `cbow_mean`.
    dm : {0, 1}, default 1
        1 for PV-DM, in which tags and context words together predict a word; 0 for PV-DBOW, in which each tag predicts
        the words of its documents.
    dbow_words : {0, 1}, default 0
        Whether PV-DBOW trains word vectors, too, by skip-gram; otherwise those of ``wv`` stay random.
    dm_concat : {0, 1}, default 0
        Whether PV-DM concatenates the vectors of tags and of the words before and after a position.
    dm_tag_count : int, default 1
        Number of tags of each document, if they are concatenated.
    dv : KeyedVectors or None, default None
        Object that receives the vectors of tags; None for a new one.
    dv_mapfile : path or None, default None
        File in which the vectors of tags are kept while they are trained, mapped into memory, for more tags than fit
        into memory. It is overwritten.
    comment : str or None, default None
        Text stored with the model.
    trim_rule : callable or None, default None
        Called with word, count and min_count; returns RULE_KEEP, RULE_DISCARD or RULE_DEFAULT. It is not saved.
    callbacks : iterable of CallbackAny2Vec, default ()
        Called while the model is trained on `documents`; `train` has its own argument.
    window : int, default 5
        Maximum distance between the target and a context word (>= 1).
    epochs : int, default 10
        Number of passes over the documents (>= 0).
    shrink_windows : bool, default True
        Whether the window size is drawn uniformly from 1 to `window` for each target; never if inputs are concatenated.
    alpha : float, default 0.025
        Learning rate at the start of training (> 0). It decreases linearly with the number of words read.
    min_count : int, default 5
        Words that occur less often are not in the vocabulary.
    max_vocab_size : int or None, default None
        Maximum number of distinct words while counting; rare words are dropped when it is exceeded.
    sample : float, default 1e-3
        Subsampling threshold for frequent words: relative frequency, or count if >= 1; 0 disables subsampling.
    seed : int, default 1
        Random seed (0 to 2**64 - 1). With one thread and the same instruction set, equal seeds give equal vectors.
    workers : int or None, default None
        Number of threads; None for the number of CPUs that this process may use.
    min_alpha : float, default 1e-4
        Learning rate at the end of training (>= 0).
    hs : {0, 1}, default 0
        Whether to train hierarchical softmax.
    negative : int, default 5
        Number of noise words per target (>= 0); 0 disables negative sampling. It can be combined with `hs`.
    ns_exponent : float, default 0.75
        Exponent of the noise distribution, which is proportional to count ** ns_exponent.
    cbow_mean : {0, 1}, default 1
        What `dm_mean` is if it is not given.
    hashfxn : callable, default hash
        Accepted for compatibility with gensim; not used.
    sorted_vocab : {0, 1}, default 1
        Whether to sort the vocabulary by decreasing count; otherwise words are in order of first occurrence.
    batch_words : int, default 10000
        Number of words, known or not, per job of a training thread (>= 1). Documents are never cut.
    compute_loss : bool, default False
        Whether `get_latest_training_loss` returns the loss; `training_report` always contains it.
    max_final_vocab : int or None, default None
        Maximum size of the vocabulary; raises the minimum count as needed.
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
    tokenizer : {"whitespace", "words"} or callable, default "whitespace"
        Tokens of texts are separated by whitespace; or words and punctuation marks are tokens; or a function from a
        text to its tokens. This and the following options apply to text files and to documents whose words are a text
        (str), not to token lists. They are saved with the model; a function is not.
    lowercase : bool, default False
        Convert texts to lower case.
    normalize : {None, "NFC", "NFKC"}, default None
        Unicode form of texts.
    remove_arabic_marks : bool, default False
        Remove Arabic vowel marks, and the tatweel that stretches words.
    min_token_length : int, default 1
        Leave out shorter tokens of texts (in characters, >= 1).
    max_token_length : int or None, default None
        Leave out longer tokens of texts.
    recursive : bool, default False
        Whether a folder stands for the files in its subfolders, too.
    glob : str or iterable of str, default ()
        Patterns of the files of folders that are read.
    checkpoint : path or None, default None
        Folder for checkpoints of training. If training is interrupted, the same call resumes it from the newest
        checkpoint, with one worker and equal documents bit for bit.
    resume : bool, default True
        Whether to resume from the newest checkpoint; otherwise training starts again.
    checkpoint_epochs : int or None, default None
        Number of epochs between checkpoints (>= 1); None for no such rule.
    checkpoint_seconds : float or None, default 600.0
        Time between checkpoints in seconds (> 0); None for no such rule.
    keep : int, default 2
        Number of newest checkpoints that are kept (>= 1).

    Attributes
    ----------
    dv : KeyedVectors
        The vectors of tags, with the attributes ``doc_count`` and ``word_count``.
    wv : KeyedVectors
        The vectors of words.
    training_report : TrainingReport or None
        Loss, speed and learning rate of each epoch of the last training run.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or is out of range, or if the documents cannot be read as such.

    References
    ----------
    Le and Mikolov, "Distributed representations of sentences and documents", ICML 2014, arXiv:1405.4053.

    Examples
    --------
    >>> from wordkin.doc2vec import TaggedDocument
    >>> texts = ["apples and pears", "pears and plums", "ships on the sea", "the sea and the ships"]
    >>> documents = [TaggedDocument(text.split(), [number]) for number, text in enumerate(texts)]
    >>> model = Doc2Vec(documents, vector_size=16, min_count=1, epochs=20, workers=1)
    >>> model.dv[2].shape, model.infer_vector(["ships", "and", "apples"]).shape
    ((16,), (16,))
    """

    alpha = StateAttribute[float]("alpha", part="words")
    min_alpha = StateAttribute[float]("min_alpha", part="words")
    epochs = StateAttribute[int]("epochs", part="words")
    vector_size = StateAttribute[int]("vector_size", part="words")
    layer1_size = StateAttribute[int]("layer_size", part="words")
    workers = StateAttribute[int](OPTION_FIELDS["workers"], part="words")
    compute_loss = StateAttribute[bool]("compute_loss", part="words")
    comment = StateAttribute[str | None]("comment", part="words")
    hashfxn = StateAttribute[Callable[[str], int]]("hashfxn", part="words")
    progress = StateAttribute[Progress]("progress", part="words")
    hs = StateAttribute[int](OPTION_FIELDS["hs"], read=int, part="words")
    negative = StateAttribute[int](OPTION_FIELDS["negative"], part="words")
    ns_exponent = StateAttribute[float](OPTION_FIELDS["ns_exponent"], part="words")
    cbow_mean = StateAttribute[int](OPTION_FIELDS["cbow_mean"], read=int, part="words")
    window = StateAttribute[int](OPTION_FIELDS["window"], part="words")
    shrink_windows = StateAttribute[bool](OPTION_FIELDS["shrink_windows"], part="words")
    sample = StateAttribute[float](OPTION_FIELDS["sample"], part="words")
    seed = StateAttribute[int](OPTION_FIELDS["seed"], part="words")
    batch_words = StateAttribute[int](OPTION_FIELDS["batch_words"], part="words")
    min_count = StateAttribute[int](OPTION_FIELDS["min_count"], part="words")
    max_vocab_size = StateAttribute[int | None](OPTION_FIELDS["max_vocab_size"], part="words")
    max_final_vocab = StateAttribute[int | None](OPTION_FIELDS["max_final_vocab"], part="words")
    sorted_vocab = StateAttribute[int](OPTION_FIELDS["sorted_vocab"], read=int, part="words")
    null_word = StateAttribute[int](OPTION_FIELDS["null_word"], read=int, part="words")
    corpus_count = StateAttribute[int]("corpus_count", part="words")
    corpus_total_words = StateAttribute[int]("corpus_total_words", part="words")
    effective_min_count = StateAttribute[int]("effective_min_count", part="words")
    train_count = StateAttribute[int]("train_count", part="words")
    total_train_time = StateAttribute[float]("total_train_time", part="words")
    min_alpha_yet_reached = StateAttribute[float]("min_alpha_yet_reached", part="words")
    running_training_loss = StateAttribute[float]("running_loss", part="words")
    training_report = StateAttribute[TrainingReport | None]("training_report", part="words")
    dbow_words = StateAttribute[int]("options.dbow_words", read=int)
    dm_concat = StateAttribute[int]("options.dm_concat", read=int)
    dm_tag_count = StateAttribute[int]("options.dm_tag_count")
    vocabulary = RemovedName("vocabulary", REMOVED_ATTRIBUTES["vocabulary"])
    trainables = RemovedName("trainables", REMOVED_ATTRIBUTES["trainables"])
    communicator = RemovedName("communicator", "Word2Vec has it", "does not exist, as Doc2Vec trains in one process")

    _state: Doc2VecState

    @explains_old_names(NAMES_BEFORE_GENSIM_4)
    def __init__(
        self,
        documents: DocumentsInput | None = None,
        corpus_file: TextInput | None = None,
        vector_size: int = 100,
        dm_mean: int | None = None,
        dm: int = 1,
        dbow_words: int = 0,
        dm_concat: int = 0,
        dm_tag_count: int = 1,
        dv: KeyedVectors | None = None,
        dv_mapfile: AnyPath | None = None,
        comment: str | None = None,
        trim_rule: TrimRule | None = None,
        callbacks: Iterable[TrainingCallback] = (),
        window: int = 5,
        epochs: int = 10,
        shrink_windows: bool = True,
        *,
        alpha: float = 0.025,
        min_count: int = 5,
        max_vocab_size: int | None = None,
        sample: float = 1e-3,
        seed: int = 1,
        workers: int | None = None,
        min_alpha: float = 1e-4,
        hs: int = 0,
        negative: int = 5,
        ns_exponent: float = 0.75,
        cbow_mean: int = 1,
        hashfxn: Callable[[str], int] = hash,
        sorted_vocab: int = 1,
        batch_words: int = 10_000,
        compute_loss: bool = False,
        max_final_vocab: int | None = None,
        progress: Progress = None,
        max_isa: str | None = None,
        encoding: str = "utf-8",
        errors: DecodingErrors = "strict",
        tokenizer: TextTokenizer = "whitespace",
        lowercase: bool = False,
        normalize: Literal["NFC", "NFKC"] | None = None,
        remove_arabic_marks: bool = False,
        min_token_length: int = 1,
        max_token_length: int | None = None,
        recursive: bool = False,
        glob: str | Iterable[str] = (),
        checkpoint: AnyPath | None = None,
        resume: bool = True,
        checkpoint_epochs: int | None = None,
        checkpoint_seconds: float | None = 600.0,
        keep: int = 2,
    ) -> None:
        options = DocumentOptions(
            dbow_words=flag_option("dbow_words", dbow_words),
            dm_concat=flag_option("dm_concat", dm_concat),
            dm_tag_count=dm_tag_count,
        )
        training = TrainingOptions(
            architecture=architecture_of_dm(dm),
            cbow_mean=flag_option("cbow_mean", cbow_mean) if dm_mean is None else flag_option("dm_mean", dm_mean),
            window=window,
            shrink_windows=shrink_windows,
            negative=negative,
            ns_exponent=ns_exponent,
            hierarchical_softmax=flag_option("hs", hs),
            sample=sample,
            seed=seed,
            job_words=batch_words,
        )
        words = new_state(
            ModelOptions(
                vector_size=vector_size,
                alpha=alpha,
                min_alpha=min_alpha,
                epochs=epochs,
                compute_loss=compute_loss,
                comment=comment,
            ),
            training,
            VocabularyOptions(
                min_count=min_count,
                max_vocab_size=max_vocab_size,
                max_final_vocab=max_final_vocab,
                sorted_vocab=flag_option("sorted_vocab", sorted_vocab),
                null_word=options.concatenates(training),
            ),
            Compute.choose(workers=workers, max_isa=max_isa),
        )
        words.layer_size = options.layer_size(training, vector_size)
        words.hashfxn = hashfxn
        words.progress = progress_option(progress)
        words.text_options = TextOptions(encoding=encoding, errors=errors)
        words.folders = FolderOptions(recursive=recursive, glob=cast("tuple[str, ...]", glob))
        self._state = Doc2VecState(
            words=words,
            options=options,
            dv=KeyedVectors(vector_size) if dv is None else checked_vectors(dv, vector_size, name="dv"),
            mapfile=None if dv_mapfile is None else local_path(dv_mapfile),
        )
        self.preparation = PreparationOptions(
            tokenizer=tokenizer,
            lowercase=lowercase,
            normalize=normalize,
            remove_arabic_marks=remove_arabic_marks,
            min_token_length=min_token_length,
            max_token_length=max_token_length,
        )
        vars(self)["load"] = _refuse_to_load
        checked = checked_training_callbacks(callbacks)
        checked_trim_rule(trim_rule)
        checkpoints = CheckpointRequest.of(checkpoint, checkpoint_epochs, checkpoint_seconds, keep, resume)
        if documents is not None or corpus_file is not None:
            if self.epochs > 0:
                require_objective(training)
            corpus = self._opened(documents, corpus_file, words.text_options, passes=self.epochs + 1)
            train_new_documents(self._state, corpus, trim_rule, self._notifier(checked), checkpoints)
            return
        for name, given, method in (
            ("trim_rule", trim_rule, "build_vocab"),
            ("callbacks", checked, "train"),
            ("checkpoint", checkpoint, "train"),
        ):
            if given:
                logger.warning("%s is not stored, and there are no documents to use it on: pass it to %s", name, method)

    @classmethod
    def _from_state(cls: type[Self], state: Doc2VecState) -> Self:
        model = cls()  # not __new__: derived classes may set further attributes
        own = model._state.words
        state.words.hashfxn, state.words.progress = own.hashfxn, own.progress
        state.words.compute = replace(state.words.compute, isa=own.compute.isa)
        model._state = state
        return model

    def __reduce__(self) -> tuple[Any, ...]:
        attributes = {name: value for name, value in vars(self).items() if name not in ("_state", "load")}
        return _unpickled, (type(self), MODEL_FILE.to_bytes(self._state)), attributes or None

    def __str__(self) -> str:
        return short_description(type(self).__name__, self._state)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return model_html(type(self).__name__, self._state)

    def __dir__(self) -> list[str]:
        return completed_names(self, hidden=RemovedName)

    def __getitem__(self, tag: Tag | Sequence[Tag]) -> NDArray[np.float32]:
        """Return the vector of a tag, or a matrix of the vectors of several tags; see `KeyedVectors`."""
        vectors: NDArray[np.float32] = self.dv[cast("Any", tag)]
        return vectors

    @property
    def dm(self) -> bool:
        """Whether the model is PV-DM."""
        return dm_of(self._state.training)

    @property
    def dbow(self) -> bool:
        """Whether the model is PV-DBOW."""
        return not self.dm

    @property
    def sg(self) -> int:
        """1 for PV-DBOW, 0 for PV-DM."""
        return int(self.dbow)

    @property
    def dv(self) -> KeyedVectors:
        """The vectors of tags; they may be replaced by vectors of the same dimensionality."""
        return self._state.dv

    @dv.setter
    def dv(self, vectors: KeyedVectors) -> None:
        with self._state.words.lock:
            self._state.dv = checked_vectors(vectors, self.vector_size, name="dv")

    @property
    def docvecs(self) -> KeyedVectors:
        """The name of `dv` before gensim 4; deprecated."""
        warnings.warn("docvecs is deprecated: use dv instead", DeprecationWarning, stacklevel=2)
        return self.dv

    @docvecs.setter
    def docvecs(self, vectors: KeyedVectors) -> None:
        warnings.warn("docvecs is deprecated: use dv instead", DeprecationWarning, stacklevel=2)
        self.dv = vectors

    @property
    def wv(self) -> KeyedVectors:
        """The vectors of words; they may be replaced by vectors of the same dimensionality."""
        return self._state.words.wv

    @wv.setter
    def wv(self, vectors: KeyedVectors) -> None:
        with self._state.words.lock:
            self._state.words.wv = checked_vectors(vectors, self.vector_size)

    @property
    def lifecycle_events(self) -> list[dict[str, Any]] | None:
        """Events added by `add_lifecycle_event`, oldest first; None disables recording."""
        return self._state.words.lifecycle_events

    @lifecycle_events.setter
    def lifecycle_events(self, events: list[dict[str, Any]] | None) -> None:
        self._state.words.lifecycle_events = events

    @property
    def preparation(self) -> PreparationOptions:
        """How texts are prepared; ``preparation.tokens`` applies it to a text."""
        return self._state.words.preparation

    @preparation.setter
    def preparation(self, options: PreparationOptions) -> None:
        words = self._state.words
        with words.lock:
            words.preparation = words.wv.preparation = checked_preparation(options)

    @property
    def syn1neg(self) -> NDArray[np.float32]:
        """Output layer of negative sampling, float32, shape (words, layer1_size)."""
        return output_vectors(self._state.words)

    @syn1neg.setter
    def syn1neg(self, matrix: ArrayLike) -> None:
        with self._state.words.lock:
            self._state.words.output = checked_layer(self._state.words, "syn1neg", matrix)

    @property
    def syn1(self) -> NDArray[np.float32]:
        """Output layer of hierarchical softmax, float32, shape (words, layer1_size); one row per inner tree node."""
        return node_vectors(self._state.words)

    @syn1.setter
    def syn1(self, matrix: ArrayLike) -> None:
        with self._state.words.lock:
            self._state.words.nodes = checked_layer(self._state.words, "syn1", matrix)

    @property
    def raw_vocab(self) -> dict[str, int]:
        """Counts of all words of the documents scanned last; empty unless they were kept."""
        counts = self._state.words.raw_counts
        return {} if counts is None else dict(zip(counts.words, counts.counts.tolist(), strict=True))

    @property
    def cum_table(self) -> NDArray[np.uint32]:
        """Cumulative noise distribution, uint32, shape (words,); computed from the counts when it is read."""
        return cumulative_noise_table(self._state.words)

    def build_vocab(
        self,
        corpus_iterable: DocumentsInput | None = None,
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
    ) -> None:
        """Find the words and tags of documents, and initialise their vectors.

        Parameters
        ----------
        corpus_iterable : iterable of TaggedDocument, or path, optional
            The documents, as in the constructor.
        corpus_file : path, optional
            Text files to read instead of `corpus_iterable`.
        update : bool, default False
            Whether to extend the current words and tags: new ones come after the others, and counts are added.
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
        encoding, errors : str or None, default None
            How text files are read, as in the constructor; None for the values given there.

        Raises
        ------
        VocabularyError
            If no word is left, or if there is no vocabulary to update.

        Examples
        --------
        >>> from wordkin.doc2vec import TaggedDocument
        >>> model = Doc2Vec(min_count=1, vector_size=8)
        >>> model.build_vocab([TaggedDocument(["a", "few", "words"], ["first"])])
        >>> len(model.wv), model.dv.index_to_key
        (3, ['first'])
        """
        checked_trim_rule(trim_rule)
        dry_run = flag_option("dry_run", dry_run)
        settings = changed_settings(self._state.words, min_count, sample)
        options = self._state.words.text_options.replaced(encoding, errors, None)
        corpus = self._opened(corpus_iterable, corpus_file, options, name="corpus_iterable")
        counts, tags = self._scanned(corpus, trim_rule)
        choice = choose_words(self._state, counts, trim_rule, settings, update=update)
        if not dry_run:
            adopt_documents(self._state, choice, tags, counts if keep_raw_vocab else None)

    def build_vocab_from_freq(
        self,
        word_freq: Mapping[str, int],
        keep_raw_vocab: bool = False,
        corpus_count: int | None = None,
        trim_rule: TrimRule | None = None,
        update: bool = False,
    ) -> None:
        """Build the vocabulary of words from their counts; the tags are those of rows 0 to `corpus_count` - 1.

        Parameters
        ----------
        word_freq : mapping of str to int
            Number of occurrences of each word.
        keep_raw_vocab : bool, default False
            Whether to keep these counts in `raw_vocab`.
        corpus_count : int or None, default None
            Number of documents, whose tags are their numbers; None leaves the tags as they are.
        trim_rule : callable or None, default None
            As in the constructor.
        update : bool, default False
            Whether to extend the current vocabulary.

        Examples
        --------
        >>> model = Doc2Vec(min_count=2, vector_size=8)
        >>> model.build_vocab_from_freq({"frequent": 10, "rare": 1}, corpus_count=3)
        >>> model.wv.index_to_key, len(model.dv)
        (['frequent'], 3)
        """
        checked_trim_rule(trim_rule)
        documents = 0 if corpus_count is None else integer_option("corpus_count", corpus_count, 0, 2**31 - 2)
        counts = RawCounts.from_frequencies(word_freq, raw_sentences=documents)
        choice = choose_words(self._state, counts, trim_rule, changed_settings(self._state.words), update=update)
        adopt_counts(self._state, choice, documents, counts if keep_raw_vocab else None)

    def scan_vocab(
        self,
        corpus_iterable: DocumentsInput | None = None,
        corpus_file: TextInput | None = None,
        progress_per: int = 100_000,
        trim_rule: TrimRule | None = None,
    ) -> tuple[int, int]:
        """Count the words of documents into `raw_vocab`; words and tags of the model are not changed.

        Parameters
        ----------
        corpus_iterable : iterable of TaggedDocument, or path, optional
            The documents, as in the constructor.
        corpus_file : path, optional
            Text files to read instead of `corpus_iterable`.
        progress_per : int, default 100000
            Accepted for compatibility with gensim; ignored.
        trim_rule : callable or None, default None
            As in the constructor.

        Returns
        -------
        tuple of int
            Numbers of words and documents.
        """
        checked_trim_rule(trim_rule)
        corpus = self._opened(corpus_iterable, corpus_file, self._state.words.text_options, name="corpus_iterable")
        counts, _ = self._scanned(corpus, trim_rule)
        self._state.words.raw_counts = counts
        return counts.raw_words, counts.raw_sentences

    def init_weights(self) -> None:
        """Initialise all vectors and output layers as before training; words and tags stay."""
        with self._state.words.exclusively():
            reset_vectors(self._state)

    def add_null_word(self) -> None:
        """Add the padding word, a NUL character, with a count of 1, unless the vocabulary contains it."""
        add_null_word(self._state.words)

    def reset_from(self, other_model: Doc2Vec) -> None:
        """Copy words, tags and counts of another model; the vectors are initialised.

        Parameters
        ----------
        other_model : Doc2Vec
            A model with a vocabulary.
        """
        copy_vocabulary(self._state, other_model._state)

    def estimated_lookup_memory(self) -> int:
        """Estimate the memory of the tags themselves, without their vectors.

        Returns
        -------
        int
            Bytes.
        """
        strings = sum(isinstance(key, str) for key in self.dv.index_to_key)
        return 200 * strings + 90 * (len(self.dv) - strings)

    def estimate_memory(self, vocab_size: int | None = None, report: dict[str, int] | None = None) -> dict[str, int]:
        """Estimate the memory of words, tags, and layers.

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
        """
        tags = {
            "doctag_lookup": self.estimated_lookup_memory(),
            "doctag_syn0": bytes_of_rows(len(self.dv), self.vector_size),
        }
        return memory_report(self._state.words, vocab_size, report, tags)

    def train(
        self,
        corpus_iterable: DocumentsInput | None = None,
        corpus_file: TextInput | None = None,
        total_examples: int | None = None,
        total_words: int | None = None,
        epochs: int | None = None,
        start_alpha: float | None = None,
        end_alpha: float | None = None,
        word_count: int = 0,
        queue_factor: int = 2,
        report_delay: float = 1.0,
        callbacks: Iterable[TrainingCallback] = (),
        *,
        compute_loss: bool = False,
        encoding: str | None = None,
        errors: DecodingErrors | None = None,
        checkpoint: AnyPath | None = None,
        resume: bool = True,
        checkpoint_epochs: int | None = None,
        checkpoint_seconds: float | None = 600.0,
        keep: int = 2,
    ) -> tuple[int, int]:
        """Train on documents with the current words and tags.

        Parameters
        ----------
        corpus_iterable : iterable of TaggedDocument, or path, optional
            The documents, as in the constructor. All their tags must be known.
        corpus_file : path, optional
            Text files to read instead of `corpus_iterable`.
        total_examples, total_words : int or None
            Number of documents or raw words, for the learning-rate schedule. One of them is required, as in gensim; it
            is used if the documents are a stream of unknown length.
        epochs : int
            Number of passes over the documents (>= 1); required, usually ``model.epochs``.
        start_alpha, end_alpha : float or None, default None
            Learning rates that replace the model's.
        word_count : int, default 0
            Number of words trained before, which count towards the decay of the learning rate.
        queue_factor, report_delay : optional
            Accepted for compatibility with gensim; ignored.
        callbacks : iterable of CallbackAny2Vec, default ()
            Called during this training run.
        compute_loss : bool, default False
            As in the constructor.
        encoding, errors : str or None, default None
            How text files are read, as in the constructor; None for the values given there.
        checkpoint, resume, checkpoint_epochs, checkpoint_seconds, keep : optional
            As in the constructor.

        Returns
        -------
        tuple of int
            Number of words trained (in the vocabulary and kept by subsampling) and of raw words read, over all epochs.

        Raises
        ------
        VocabularyError
            If the model has no vocabulary, or a document has an unknown tag.
        CorpusError
            If a document has no tags, or another number of tags than are concatenated.
        RuntimeError
            If this model is already being trained.
        TrainingDiverged
            If weights are not finite after an epoch.

        Examples
        --------
        >>> from wordkin.doc2vec import TaggedDocument
        >>> documents = [TaggedDocument(["apples", "and", "pears"], [0])] * 5
        >>> model = Doc2Vec(min_count=1, vector_size=8, workers=1)
        >>> model.build_vocab(documents)
        >>> model.train(documents, total_examples=len(documents), epochs=2)[1]
        30
        """
        if corpus_iterable is None and corpus_file is None:
            raise TypeError("either corpus_iterable or corpus_file must be given, got neither")
        if len(self.wv) == 0:
            raise VocabularyError("you must first build vocabulary before training the model")
        words = self._state.words
        options = words.text_options.replaced(encoding, errors, None)
        corpus = self._opened(corpus_iterable, corpus_file, options, name="corpus_iterable")
        count = checked_epochs(epochs, total_examples, total_words)
        require_objective(words.options)
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
        corpus.require_passes(count)
        notifier = self._notifier(checked_training_callbacks(callbacks))
        checkpoints = CheckpointRequest.of(checkpoint, checkpoint_epochs, checkpoint_seconds, keep, resume)
        report = train_documents(self._state, corpus, request, notifier, checkpoints)
        return report.trained_words, report.raw_words

    def infer_vector(
        self,
        doc_words: Sequence[str],
        alpha: float | None = None,
        min_alpha: float | None = None,
        epochs: int | None = None,
        *,
        seed: int | None = None,
    ) -> NDArray[np.float32]:
        """Return the vector of a new document.

        The vector is trained as those of tags are, while words and output layers stay as they are. Equal documents,
        settings and seeds give equal vectors.

        Parameters
        ----------
        doc_words : list of str
            The tokens of the document; a text (str) if the model prepares texts.
        alpha, min_alpha : float or None, default None
            Learning rate in the first and in the last pass; None for the model's.
        epochs : int or None, default None
            Number of passes over the document (>= 1); None for the model's.
        seed : int or None, default None
            Random seed; None for the model's.

        Returns
        -------
        ndarray of float32, shape (vector_size,)
            The vector; zeros, with a warning in the log, if no word is known.

        Raises
        ------
        TypeError
            If `doc_words` is not a list of str.
        VocabularyError
            If the model is not trained.

        Examples
        --------
        >>> from wordkin.doc2vec import TaggedDocument
        >>> documents = [TaggedDocument(["apples", "and", "pears"], [0])] * 5
        >>> model = Doc2Vec(documents, min_count=1, vector_size=8, workers=1)
        >>> bool((model.infer_vector(["pears"]) == model.infer_vector(["pears"])).all())
        True
        """
        request = self._inference(alpha, min_alpha, epochs, seed, workers=1)
        vector: NDArray[np.float32] = inferred_vectors(self._state, [doc_words], request, "doc_words")[0]
        return vector

    def infer_vectors(
        self,
        documents: Iterable[Sequence[str]],
        alpha: float | None = None,
        min_alpha: float | None = None,
        epochs: int | None = None,
        *,
        seed: int | None = None,
        workers: int | None = None,
    ) -> NDArray[np.float32]:
        """Return the vectors of many new documents, computed by several threads.

        Each vector equals that of `infer_vector`, whatever the number of threads.

        Parameters
        ----------
        documents : iterable of lists of str
            The tokens of each document, or TaggedDocument objects, whose tags are ignored; texts (str) if the model
            prepares texts.
        alpha, min_alpha, epochs, seed : optional
            As for `infer_vector`.
        workers : int or None, default None
            Number of threads; None for the model's.

        Returns
        -------
        ndarray of float32, shape (documents, vector_size)
            The vectors.

        Examples
        --------
        >>> from wordkin.doc2vec import TaggedDocument
        >>> documents = [TaggedDocument(["apples", "and", "pears"], [0])] * 5
        >>> model = Doc2Vec(documents, min_count=1, vector_size=8, workers=1)
        >>> model.infer_vectors([["pears"], ["apples", "and"]], epochs=20).shape
        (2, 8)
        """
        if isinstance(documents, str | bytes | Mapping) or not isinstance(documents, Iterable):
            raise TypeError(f"documents must be an iterable of lists of str, got {type(documents).__name__}")
        request = self._inference(alpha, min_alpha, epochs, seed, workers)
        return inferred_vectors(self._state, documents, request, "documents")

    def _inference(
        self, alpha: float | None, min_alpha: float | None, epochs: int | None, seed: int | None, workers: int | None
    ) -> InferenceRequest:
        rates = checked_rates(
            self.alpha if alpha is None else alpha,
            self.min_alpha if min_alpha is None else min_alpha,
            names=("alpha", "min_alpha"),
        )
        return InferenceRequest(
            alpha=rates[0],
            min_alpha=rates[1],
            epochs=integer_option("epochs", self.epochs if epochs is None else epochs, 1, 2**31 - 1),
            seed=integer_option("seed", self.seed if seed is None else seed, 0, 2**64 - 1),
            threads=self.workers if workers is None else requested_workers(workers),
        )

    def similarity_unseen_docs(
        self,
        doc_words1: Sequence[str],
        doc_words2: Sequence[str],
        alpha: float | None = None,
        min_alpha: float | None = None,
        epochs: int | None = None,
    ) -> float:
        """Return the cosine similarity of the inferred vectors of two documents.

        Parameters
        ----------
        doc_words1, doc_words2 : list of str
            The documents.
        alpha, min_alpha, epochs : optional
            As for `infer_vector`.

        Returns
        -------
        float
            From -1 to 1; 0.0 if a document has no known words.
        """
        first, second = self.infer_vectors([doc_words1, doc_words2], alpha, min_alpha, epochs, workers=1).astype(float)
        norms = float(np.linalg.norm(first) * np.linalg.norm(second))
        return float(first @ second) / norms if norms else 0.0

    def get_latest_training_loss(self) -> float:
        """Return the loss of the last training run, summed over all pairs.

        Returns
        -------
        float
            Accumulated in float64; 0.0 without `compute_loss`.
        """
        return self.running_training_loss

    def init_sims(self, replace: bool = False) -> None:
        """Do what ``dv.init_sims`` does; deprecated, as in gensim.

        Parameters
        ----------
        replace : bool, default False
            Whether to normalise the vectors of tags in place.
        """
        self.dv.init_sims(replace=replace)

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
        """
        record_event(self, event_name, log_level, event)

    def save_word2vec_format(
        self,
        fname: AnyPath,
        doctag_vec: bool = False,
        word_vec: bool = True,
        prefix: str = "*dt_",
        fvocab: AnyPath | None = None,
        binary: bool = False,
    ) -> None:
        """Save vectors of words, tags, or both, in the format of word2vec.

        Parameters
        ----------
        fname : path
            The file.
        doctag_vec : bool, default False
            Whether to save the vectors of tags.
        word_vec : bool, default True
            Whether to save the vectors of words.
        prefix : str, default ``"*dt_"``
            Text before each tag, which distinguishes it from words.
        fvocab : path or None, default None
            File for the words, or the tags if there are no words, with their counts.
        binary : bool, default False
            Whether to write the binary format.

        Raises
        ------
        ValueError
            If neither vectors are to be saved.
        FormatError
            If a word or tag contains whitespace, or a prefixed tag is a word, too.
        """
        save_word2vec_format(
            self._state, fname, doctag_vec=doctag_vec, word_vec=word_vec, prefix=prefix, fvocab=fvocab, binary=binary
        )

    def save(self, fname: AnyPath | BinaryIO, *args: object, **kwargs: object) -> None:
        """Save the model to one safetensors file, without pickle.

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
        >>> from wordkin.doc2vec import TaggedDocument
        >>> documents = [TaggedDocument(["apples", "and", "pears"], ["first"])] * 5
        >>> model = Doc2Vec(documents, min_count=1, vector_size=8, workers=1)
        >>> path = tempfile.mkdtemp() + "/model.safetensors"
        >>> model.save(path)
        >>> bool((Doc2Vec.load(path).dv["first"] == model.dv["first"]).all())
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
            If true (gensim's "r"), the vectors of tags and words are memory-mapped and read when they are used.

        Returns
        -------
        Doc2Vec
            The model; training can continue.

        Raises
        ------
        FormatError
            If the file is not a Doc2Vec model saved by wordkin.
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
        Doc2Vec
            The model.
        """
        return cls._from_state(MODEL_FILE.load(pretrained_file(folder)))

    @classmethod
    def from_gensim(cls: type[Self], source: AnyPath | GensimModel) -> Self:
        """Load a model that gensim 4 saved, without executing any pickled code.

        Parameters
        ----------
        source : path or GensimModel
            The file of ``gensim.models.Doc2Vec.save``, with its array files in the same folder.

        Returns
        -------
        Doc2Vec
            A model with gensim's vectors, output layer, tags, counts and settings; training can continue.

        Raises
        ------
        FormatError
            If the file holds no Doc2Vec model, or one with hierarchical softmax, whose tree differs from wordkin's.
        """
        saved = source if isinstance(source, GensimModel) else read_gensim(source)
        return cls._from_state(state_of_gensim(saved))

    def _opened(
        self,
        documents: DocumentsInput | None,
        corpus_file: TextInput | None,
        options: TextOptions,
        *,
        passes: int = 1,
        name: str = "documents",
    ) -> DocumentCorpus:
        words = self._state.words
        files = DocumentFiles(options=options, preparation=words.preparation, folders=words.folders)
        return open_documents(documents, corpus_file, files, passes=passes, name=name)

    def _scanned(self, corpus: DocumentCorpus, trim_rule: TrimRule | None) -> tuple[RawCounts, TagCounts]:
        return corpus.scan(self.workers, max_vocab_size=self.max_vocab_size, trim_rule=trim_rule)

    def _notifier(self, callbacks: Sequence[TrainingCallback]) -> Notify:
        return lambda event: notify(callbacks, event, self)


def _unpickled(cls: type[Doc2Vec], data: bytes) -> Doc2Vec:
    return cls._from_state(MODEL_FILE.from_bytes(data))


def _refuse_to_load(*args: object, **kwargs: object) -> NoReturn:
    # As in gensim: a model loaded by another model is easily lost, since the latter does not change.
    raise AttributeError("load must be called on the class: model = Doc2Vec.load(path)")
