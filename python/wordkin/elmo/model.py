"""ELMo: a facade that checks arguments and delegates to training, inference and files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from inspect import Signature
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast, get_args, overload

import numpy as np
from numpy.typing import NDArray

from ..distributed import Communicator
from ..errors import NotFittedError
from ..runtime.callbacks import checked_callbacks
from ..runtime.compute import Compute, InferencePrecision, Precision
from ..runtime.locks import ExclusiveUse
from ..runtime.notebooks import completed_names, html_table
from ..runtime.options import choice_option, integer_option, progress_option
from ..runtime.progress import counted_progress
from ..storage.decoding import DecodingErrors, OnError, TextOptions
from ..storage.file_sets import CurrentFiles, FileSet
from ..storage.overwrite import check_outputs
from ..storage.paths import AnyPath
from ..text import FolderOptions, PreparationOptions, TextTokenizer
from ..text.characters import Cut
from ..text.preparation import checked_preparation
from ..text.tokenization import Tokenizer
from ..vectors import KeyedVectors
from .arguments import EncodingKeywords, TokenProgress, constructor_signature, parse_model_options
from .data.encoded_text import ReadText, TextSource
from .files import pretrained
from .files.official_files import export_official, is_official, load_official
from .files.vector_output import OutputFormat, output_format, token_lines, write_vectors
from .inference.encoding import Vectors
from .inference.fine_tuning import LayerPass, forward_pass
from .inference.scoring import Direction, TokenScores, rank_substitutes, require_vocabulary, score_sentences
from .inference.sentence_inputs import SentenceInput, SentenceInputs, parse_sentence, parse_sentences
from .inference.session import InferenceSession
from .inference.static_vectors import distill_corpus, token_table
from .int8_weights import inference_compute, require_float_weights, require_gradients, require_trainable
from .options import (
    Activation,
    Cell,
    ELMoEncodingOptions,
    ELMoOptions,
    ELMoRunOptions,
    ELMoTrainingOptions,
    ELMoVocabularyOptions,
    LayerNorm,
    LayersArgument,
    Optimizer,
    Pooling,
    Schedule,
    VocabularyChange,
)
from .report import ELMoTrainingReport, Perplexity
from .state import ModelState, all_tensors, build_state, parameters_at_rest, snapshot
from .training.callbacks import EVENTS
from .training.group import together
from .training.perplexity import BATCH_SIZE, UNROLL_STEPS, perplexity_of_text
from .training.preparation import prepare_training
from .training.progress import Progress
from .training.request import TrainingRequest, group_of
from .vocabulary import CANNOT_PREDICT, VocabularySource, parse_vocabulary

if TYPE_CHECKING:
    from typing_extensions import Unpack  # in typing from Python 3.11

__all__ = ["ELMo"]


class ELMo:
    """Contextual word embeddings from bidirectional language models (ELMo).

    `from_pretrained` opens a model, and `train` trains a new one; `encode` returns the vectors of sentences;
    `perplexity`, `score` and `substitutes` use the language model; `save_pretrained` keeps it.

    Parameters
    ----------
    cell : {"lstm", "rnn"}, default "lstm"
        Recurrent cell: an LSTM with projection, or an Elman network.
    dim : int, default 1024
        Dimensionality of the cell state (>= 1).
    projection_dim : int, default 128
        Dimensionality of the layer outputs in each direction (1 to `dim`).
    n_layers : int, default 2
        Number of recurrent layers in each direction (1 to 100).
    cell_clip : float, default 3.0
        Cell states are clipped to plus and minus this value; 0 for no clipping.
    proj_clip : float, default 3.0
        Projections are clipped to plus and minus this value; 0 for no clipping.
    use_skip_connections : bool, default True
        Whether every layer after the first adds its input to its output.
    forget_bias : float, default 1.0
        Constant added to the forget gate (-100 to 100).
    n_characters : int, default 261
        Number of character ids (261 to 65535): 256 bytes and five markers, unless the model has another alphabet.
    char_dim : int, default 16
        Dimensionality of the character embeddings (>= 1).
    filters : iterable of (int, int), default ((1, 32), (2, 32), (3, 64), (4, 128), (5, 256), (6, 512), (7, 1024))
        Character convolutions: pairs of width in characters and number of filters.
    activation : {"relu", "tanh"}, default "relu"
        Activation function after the convolutions.
    n_highway : int, default 1
        Number of highway layers after the convolutions (0 to 100).
    max_characters_per_token : int, default 50
        Maximum number of UTF-8 bytes per token, including 2 boundary markers (>= 3).
    word_dim : int, default 0
        Dimensionality of word vectors beside the characters (>= 0); 0 for none.
    n_input_words : int, default 0
        Number of these word vectors.
    token_input : bool, default False
        Whether words are looked up in an embedding table instead of being composed from characters.
    n_tokens_vocab : int, default 0
        Maximum size of the output vocabulary of a new model; 0 for no limit.
    shared_softmax : bool, default True
        Whether both directions share the softmax parameters.

    Attributes
    ----------
    options : ELMoOptions
        Options of the model.
    parameters : mapping of str to ndarray of float32
        Parameters by their official names. A model with 8-bit weights has int8 matrices in its recurrent layers, and
        their scales under names that end in ``/scales``.
    vocabulary : list of str or None
        Words that the model predicts.
    training_defaults : dict
        Arguments for `train` that an official options.json contains.
    training_report : ELMoTrainingReport or None
        Result of the last call of `train`, which is saved with the model.

    Raises
    ------
    TypeError
        If an option is unknown or has the wrong type.
    ValueError
        If a value is out of range.

    Notes
    -----
    The defaults are those of the published "small" model [1]_. In this package, the "original program" is bilm-tf
    (https://github.com/allenai/bilm-tf), and the "original programs" are bilm-tf and AllenNLP. The members of an
    official options.json are accepted, too: ``ELMo(lstm={...}, char_cnn={...})``, or ``ELMo(**json.load(file))``.

    References
    ----------
    .. [1] M. Peters et al., "Deep contextualized word representations", NAACL 2018.

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

    __signature__: ClassVar[Signature] = constructor_signature()

    @overload
    def __init__(
        self,
        *,
        cell: Cell = ...,
        dim: int = ...,
        projection_dim: int = ...,
        n_layers: int = ...,
        cell_clip: float = ...,
        proj_clip: float = ...,
        use_skip_connections: bool = ...,
        forget_bias: float = ...,
        n_characters: int = ...,
        char_dim: int = ...,
        filters: Iterable[Iterable[int]] = ...,
        activation: Activation = ...,
        n_highway: int = ...,
        max_characters_per_token: int = ...,
        word_dim: int = ...,
        n_input_words: int = ...,
        token_input: bool = ...,
        n_tokens_vocab: int = ...,
        shared_softmax: bool = ...,
    ) -> None: ...
    @overload
    def __init__(
        self,
        *,
        lstm: Mapping[str, Any],
        char_cnn: Mapping[str, Any] = ...,
        wordkin: Mapping[str, Any] = ...,
        bidirectional: bool = ...,
        share_embedding_softmax: bool = ...,
        reverse: bool = ...,
        n_train_tokens: int = ...,
        n_tokens_vocab: int = ...,
        batch_size: int = ...,
        unroll_steps: int = ...,
        n_epochs: int = ...,
        dropout: float = ...,
        learning_rate: float = ...,
        all_clip_norm_val: float = ...,
        n_negative_samples_batch: int = ...,
        sample_softmax: bool = ...,
    ) -> None: ...
    def __init__(self, **options: Any) -> None:
        parsed = parse_model_options(options)
        self._options = parsed.model
        self.training_defaults: dict[str, Any] = parsed.training
        self._state: ModelState | None = None
        self._session = InferenceSession()
        self._training = ExclusiveUse("this model is already being trained")

    @property
    def options(self) -> ELMoOptions:
        """Options of the model."""
        return self._options if self._state is None else self._state.options

    @property
    def preparation(self) -> PreparationOptions:
        """How texts are prepared, for texts that are passed to methods as well; `train` sets it."""
        return PreparationOptions() if self._state is None else self._state.preparation

    @preparation.setter
    def preparation(self, options: PreparationOptions) -> None:
        self._fitted().preparation = checked_preparation(options)

    @property
    def training_report(self) -> ELMoTrainingReport | None:
        """Result of the last call of `train`, which is saved with the model; None if there is none."""
        return None if self._state is None else self._state.training_report

    def _split(self, tokenizer: Tokenizer | None) -> Tokenizer | None:
        """Return what splits texts: the given function, or the preparation of the training text if it has options."""
        return self.preparation.tokens if tokenizer is None and not self.preparation.is_default else tokenizer

    @property
    def parameters(self) -> Mapping[str, NDArray[np.float32]]:
        """Parameters by their official names; the arrays can be changed in place, see `parameters_changed`.

        If the weights are 8-bit integers (see `save_pretrained`), the matrices of the recurrent layers are int8, and
        the scales of their columns are further arrays, whose names end in "/scales".

        Raises
        ------
        NotFittedError
            If the model has no parameters.
        """
        return MappingProxyType(cast("dict[str, NDArray[np.float32]]", all_tensors(self._fitted())))

    @property
    def vocabulary(self) -> list[str] | None:
        """Words that the model predicts, in the order of their ids; None for a model without a softmax.

        Raises
        ------
        NotFittedError
            If the model has no parameters.
        """
        words = self._fitted().words
        return None if words is None else list(words.words)

    def _fitted(self) -> ModelState:
        if self._state is None:
            raise NotFittedError("this model has no parameters yet; call train(), initialize() or from_pretrained()")
        return self._state

    def _compute(self, workers: int | None, precision: InferencePrecision | None) -> Compute:
        return inference_compute(self._fitted().int8_weights, workers=workers, precision=precision)

    def initialize(self, vocabulary: VocabularySource | None = None, *, seed: int = 1) -> None:
        """Initialise the parameters randomly, as at the start of training.

        Parameters
        ----------
        vocabulary : path or iterable of str, optional
            Words to predict, or a file with one word per line. Without a vocabulary the model has no softmax.
        seed : int, default 1
            Random seed (0 to 2**64 - 1).

        Raises
        ------
        VocabularyError
            If the vocabulary is invalid.
        RuntimeError
            If the model is being trained.

        Examples
        --------
        >>> model = ELMo(dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 8]], n_highway=0)
        >>> model.initialize(["apples", "pears"])
        >>> model.vocabulary
        ['<S>', '</S>', '<UNK>', 'apples', 'pears']
        """
        words = None if vocabulary is None else parse_vocabulary(vocabulary)
        with self._exclusively():
            self._state = build_state(self._options, words, integer_option("seed", seed, 0, 2**64 - 1))

    def train(
        self,
        corpus: TextSource,
        *,
        validation: TextSource | None = None,
        vocabulary: VocabularySource | None = None,
        min_count: int = 3,
        max_vocabulary_size: int | None = None,
        vocabulary_change: VocabularyChange = "keep",
        epochs: int = 10,
        batch_size: int = 64,
        unroll_steps: int = 20,
        precision: Precision = "float32",
        sampled_softmax: bool = True,
        negatives: int = 2048,
        optimizer: Optimizer = "adam",
        learning_rate: float | None = None,
        schedule: Schedule = "linear",
        warmup_steps: int = 0,
        decay_steps: int | None = None,
        decay_seconds: float | None = None,
        decay: float = 0.8,
        clip_norm: float = 10.0,
        dropout: float = 0.1,
        word_vectors: KeyedVectors | None = None,
        train_word_vectors: bool = True,
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
        callbacks: Iterable[object] = (),
        progress: Progress = None,
        workers: int | None = None,
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
        communicator: Communicator | None = None,
    ) -> ELMoTrainingReport:
        """Train the model on a text, starting from its current parameters if it has any.

        Callbacks and other threads can call the other methods of the model during training. They see the parameters
        after a whole number of steps: a call waits for the end of the current step. Arrays of `parameters` from before
        training keep their values.

        Parameters
        ----------
        corpus : path, list of paths, file object, or iterable of list of str
            Training text: files with one sentence per line and tokens separated by whitespace, which may be
            compressed; or sentences as lists of tokens.
        validation : path, list of paths, file object, or iterable of list of str, optional
            Held-out text for validation.
        vocabulary : path or iterable of str, optional
            Words to predict, or a file with one word per line. By default a model keeps its vocabulary, and a new
            model takes the most frequent words of the training text.
        min_count : int, default 3
            Minimum number of occurrences of a word in the vocabulary (>= 0).
        max_vocabulary_size : int or None, default None
            Maximum size of the vocabulary, including the two boundary markers and the unknown word (>= 4).
        vocabulary_change : {"keep", "extend", "replace"}, default "keep"
            For a model that has a vocabulary: keep it, add the words of the training text, or take only those.
            Parameters of words that remain are kept; those of new words are initialised.
        epochs : int, default 10
            Number of passes over the text (>= 1).
        batch_size : int, default 64
            Number of parallel token streams in each direction (>= 1).
        unroll_steps : int, default 20
            Number of time steps per training step, through which gradients are backpropagated (>= 1).
        precision : {"float32", "bfloat16"}, default "float32"
            Precision of the operands of matrix products; sums and weights are always float32.
        sampled_softmax : bool, default True
            Whether the softmax is estimated from sampled words. If the vocabulary is not larger than `negatives`, the
            full softmax is used in any case.
        negatives : int, default 2048
            Number of words sampled per step and direction (>= 1).
        optimizer : {"adagrad", "adam"}, default "adam"
            Optimizer; the original program has Adagrad, with a constant rate.
        learning_rate : float or None, default None
            Maximum learning rate (> 0); None for 0.2 with Adagrad and 0.002 with Adam.
        schedule : {"constant", "linear", "inverse_sqrt", "epoch_decay"}, default "linear"
            Course of the learning rate after the warm-up: constant; decreasing linearly to 0 at the end of the last
            epoch, of `decay_steps` or of `decay_seconds`; proportional to the inverse square root of the step number;
            or multiplied by `decay` after each epoch.
        warmup_steps : int, default 0
            Number of steps in which the learning rate rises linearly from 0 (>= 0).
        decay_steps : int or None, default None
            Number of steps, those of the warm-up included, after which "linear" reaches 0 (>= 1); None for all epochs.
        decay_seconds : float or None, default None
            Training time in seconds, that before a resumption included, after which "linear" reaches 0 and training
            ends (> 0); None to count steps. The model then depends on the speed of the machine.
        decay : float, default 0.8
            Factor applied after each epoch by the schedule "epoch_decay" (> 0, at most 1).
        clip_norm : float, default 10.0
            Gradient-clipping norm over all parameters together; 0 for no clipping.
        dropout : float, default 0.1
            Dropout rate of the input of every layer and of the last output (0 to below 1).
        word_vectors : KeyedVectors or None, default None
            Vectors of words that a new model reads beside their characters, such as those of `Word2Vec` on the same
            text; other words share a vector of zeros at the start.
        train_word_vectors : bool, default True
            Whether these vectors are trained, also when training continues; otherwise they keep their values.
        shuffle : bool, default True
            Whether the sentences are shuffled in each epoch and direction.
        state_reset_rate : float, default 0.05
            Fraction of streams whose recurrent state is reset before each step, resampled every step (0 to 1), so
            that the model also learns to read isolated sentences; 0 as in the original program.
        seed : int, default 1
            Random seed (0 to 2**64 - 1). With one worker, the same seed gives the same model on the same instruction
            set.
        max_steps : int or None, default None
            Maximum number of steps of the run, including those before a resumption (>= 1). It does not
            shorten the schedule; see `decay_steps`.
        max_seconds : float or None, default None
            Maximum time of training in seconds (> 0), including validations; it may be exceeded by about one step. If
            a validation alone takes longer, none is made. It does not shorten the schedule; see `decay_seconds`.
        validation_steps : int or None, default None
            Number of steps between validations (>= 1); None to validate after each epoch.
        patience : int or None, default None
            Early-stopping patience: number of validations without improvement after which training stops and the best
            parameters are restored (>= 1).
        checkpoint : path, optional
            Folder for checkpoints. One is written when `checkpoint_steps` or `checkpoint_seconds` have passed, at the
            end, and when training is interrupted.
        checkpoint_steps : int or None, default None
            Number of steps between checkpoints (>= 1).
        checkpoint_seconds : float or None, default 600.0
            Time between checkpoints in seconds (> 0).
        keep : int, default 2
            Number of newest checkpoints to keep (>= 1).
        resume : bool, default True
            Whether to resume from the newest checkpoint in the folder; bit for bit with one worker.
        callbacks : iterable of ELMoCallback, default ()
            Objects that are notified of training events.
        progress : bool, callable or None, default None
            True for a progress bar on stderr, False for none, None for a bar in a terminal or notebook; a callable
            receives an `ELMoProgressEvent`.
        workers : int or None, default None
            Number of threads; None for the number of CPUs that this process may use.
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
            What separates tokens of texts; this and the following options are those of `Word2Vec`. They apply to text
            files and texts (str), not to token lists, and are saved with the model, whose methods prepare texts alike.
            If all are the defaults, those that the model has been trained with are used.
        lowercase : bool, default False
            Convert texts to lower case.
        normalize : {None, "NFC", "NFKC"}, default None
            Unicode form of texts.
        remove_arabic_marks : bool, default False
            Remove Arabic vowel marks and the tatweel.
        min_token_length : int, default 1
            Leave out shorter tokens of texts (in characters, >= 1).
        max_token_length : int or None, default None
            Leave out longer tokens of texts.
        sentences_per : {"line", "paragraph", "sentence"}, default "line"
            What is a sentence of a text.
        recursive : bool, default False
            Whether a folder stands for the files in its subfolders, too.
        glob : str or iterable of str, default ()
            Patterns of the files of folders that are read, such as ``*.txt``, with a slash for paths within the folder;
            without patterns, all but hidden files.

        communicator : Communicator or None, default None
            The processes that train the model together; each calls this method with the same arguments; see
            `wordkin.distributed`. Files are divided among them, token lists are those of one process. Gradients are
            averaged in each step: N ranks with a `batch_size` of B train like one with N x B. Rank 0 shows the progress
            and writes checkpoints, which any number of ranks up to N x B resumes.

        Returns
        -------
        ELMoTrainingReport
            Result of the training; also available as `training_report`, even after an exception.

        Raises
        ------
        TypeError, ValueError
            If an argument has the wrong type or is out of range.
        CorpusError
            If the text is invalid or too short for one step.
        VocabularyError
            If the vocabulary is invalid or empty.
        FormatError
            If the checkpoint belongs to a different run.
        TrainingDiverged
            If a loss or a gradient is not finite.
        ResourceError
            If there is not enough memory.
        DistributedError
            If the arguments of the ranks differ, or another rank has failed.
        RuntimeError
            If the model is already being trained.

        Examples
        --------
        >>> model = ELMo(dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 8]], n_highway=0)
        >>> sentences = [["apples", "and", "pears"], ["pears", "and", "plums"]] * 20
        >>> report = model.train(
        ...     sentences, epochs=1, batch_size=2, unroll_steps=5, min_count=1, workers=1, progress=False
        ... )
        >>> report.steps, report.stopped_by
        (16, 'epochs')
        """
        with together(group_of(communicator), "the check of the arguments"):
            check_outputs(folders=[checkpoint], inputs=[corpus, validation, vocabulary])
            preparation = PreparationOptions(
                tokenizer=tokenizer,
                lowercase=lowercase,
                normalize=normalize,
                remove_arabic_marks=remove_arabic_marks,
                min_token_length=min_token_length,
                max_token_length=max_token_length,
                sentences_per=sentences_per,
            )
            require_trainable({} if self._state is None else self._state.int8_weights, precision)
            training = ELMoTrainingOptions(
                batch_size=batch_size,
                unroll_steps=unroll_steps,
                sampled_softmax=sampled_softmax,
                negatives=negatives,
                optimizer=optimizer,
                clip_norm=clip_norm,
                dropout=dropout,
                train_word_vectors=train_word_vectors,
                seed=seed,
                precision=precision,
            )
            run = ELMoRunOptions(
                epochs=epochs,
                learning_rate=training.default_learning_rate if learning_rate is None else learning_rate,
                schedule=schedule,
                warmup_steps=warmup_steps,
                decay_steps=decay_steps,
                decay_seconds=decay_seconds,
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
            request = TrainingRequest(
                training=training,
                run=run,
                vocabulary_options=ELMoVocabularyOptions(
                    min_count=min_count, max_vocabulary_size=max_vocabulary_size, vocabulary_change=vocabulary_change
                ),
                vocabulary=vocabulary,
                compute=Compute.choose(workers=workers, max_isa=max_isa),
                callbacks=checked_callbacks(callbacks, EVENTS, "ELMoCallback"),
                progress=progress_option(progress),
                checkpoint=checkpoint,
                text_options=TextOptions(encoding=encoding, errors=errors, on_error=on_error),
                preparation=self.preparation if preparation.is_default else preparation,
                word_vectors=word_vectors,
                folders=FolderOptions(recursive=recursive, glob=cast("tuple[str, ...]", glob)),
                communicator=communicator,
            )
        with self._exclusively():
            session = prepare_training(request, self, self.options, self._state, corpus, validation)
            self._state = session.state
            self._session.invalidate()  # frees the copies of the old parameters
            try:
                session.run()
            finally:
                report = session.state.training_report = session.report
        session.notify("on_train_end")
        return report

    @contextmanager
    def _exclusively(self) -> Iterator[None]:
        with self._training.claimed():
            try:
                yield
            finally:
                self._session.invalidate()

    def perplexity(
        self,
        corpus: TextSource,
        *,
        batch_size: int = BATCH_SIZE,
        unroll_steps: int = UNROLL_STEPS,
        precision: InferencePrecision | None = None,
        workers: int | None = None,
        progress: bool | Callable[[int], object] | None = None,
        max_isa: str | None = None,
        encoding: str = "utf-8",
        errors: DecodingErrors = "strict",
        on_error: OnError = "raise",
        recursive: bool = False,
        glob: str | Iterable[str] = (),
    ) -> Perplexity:
        """Return the perplexity of a text under the full softmax, up to and including its last word.

        Parameters
        ----------
        corpus : path, list of paths, file object, or iterable of list of str
            Text to predict, as in `train`.
        batch_size : int, default 32
            Number of parallel token streams. It affects speed, memory and the recurrent state at the start of each
            sentence, which is that of the previous sentence of the stream.
        unroll_steps : int, default 20
            Number of time steps computed at once.
        precision : {"float32", "bfloat16", "int8", "auto"} or None, default None
            Precision of the operands of matrix products; see `encode`. The softmax is float32 with "int8".
        workers : int or None, default None
            Number of threads; None for the number of CPUs that this process may use.
        progress : bool, callable or None, default None
            True for a progress bar on stderr, False for none, None for a bar in a terminal or notebook; a callable
            receives the number of predictions made so far.
        max_isa : str or None, default None
            Highest instruction set to use; None for the value of ``WORDKIN_MAX_ISA``, or no limit.
        encoding : str, default "utf-8"
            Encoding of text files. UTF-16 and UTF-32 with a byte-order mark are recognised.
        errors : {"strict", "replace", "ignore"}, default "strict"
            Treatment of bytes in text files that cannot be decoded: raise an error, replace them by U+FFFD, or drop
            them.
        on_error : {"raise", "skip"}, default "raise"
            Treatment of files that cannot be read as text: raise an error, or leave the file out and log its name.
        recursive : bool, default False
            Whether a folder stands for the files in its subfolders, too.
        glob : str or iterable of str, default ()
            Patterns of the files of folders that are read, such as ``*.txt``, with a slash for paths within the folder;
            without patterns, all but hidden files.

        Returns
        -------
        Perplexity
            Perplexity of each direction, and their means.

        Raises
        ------
        NotFittedError
            If the model has no parameters or predicts no words.
        CorpusError
            If the text is invalid or contains no words.

        Examples
        --------
        >>> model = ELMo(dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 8]], n_highway=0)
        >>> model.initialize(["apples", "pears"])
        >>> model.perplexity([["apples", "and", "pears"]], workers=1).unknown_tokens
        1
        """
        state = snapshot(self._fitted())
        if state.words is None:
            raise NotFittedError(CANNOT_PREDICT)
        options = ELMoTrainingOptions(batch_size=batch_size, unroll_steps=unroll_steps)
        compute = inference_compute(state.int8_weights, workers=workers, max_isa=max_isa, precision=precision)
        text = ReadText(
            corpus,
            name="corpus",
            workers=compute.threads,
            options=TextOptions(encoding=encoding, errors=errors, on_error=on_error),
            preparation=self.preparation,
            folders=FolderOptions(recursive=recursive, glob=cast("tuple[str, ...]", glob)),
        )
        return perplexity_of_text(state, text, compute, options, progress_option(progress))

    @overload
    def encode(  # type: ignore[overload-overlap]  # a str is an iterable of str, too
        self,
        inputs: str,
        layers: LayersArgument = ...,
        *,
        pooling: Pooling | None = ...,
        **options: Unpack[EncodingKeywords],
    ) -> Vectors: ...

    @overload
    def encode(
        self,
        inputs: Iterable[SentenceInput],
        layers: LayersArgument = ...,
        *,
        pooling: None = ...,
        **options: Unpack[EncodingKeywords],
    ) -> list[Vectors]: ...

    @overload
    def encode(
        self,
        inputs: Iterable[SentenceInput],
        layers: LayersArgument = ...,
        *,
        pooling: Pooling,
        **options: Unpack[EncodingKeywords],
    ) -> Vectors: ...

    def encode(
        self,
        inputs: str | Iterable[SentenceInput],
        layers: LayersArgument = "average",
        *,
        batch_size: int = 32,
        pooling: Pooling | None = None,
        stateful: bool = False,
        precision: InferencePrecision | None = None,
        progress: TokenProgress = None,
        workers: int | None = None,
        gamma: float = 1.0,
        layer_norm: LayerNorm | None = None,
        boundaries: bool = False,
        tokenizer: Tokenizer | None = None,
        cut: Cut = "bytes",
        cache_bytes: int | None = None,
    ) -> Vectors | list[Vectors]:
        """Return contextual vectors of the tokens of sentences.

        Without `stateful`, the vectors of a sentence depend on that sentence alone. In float32, they are bit-identical
        for any batch size, order of sentences and number of threads.

        Parameters
        ----------
        inputs : str, list of str, or list of lists of str
            One text, a list of texts, or a list of tokenised sentences. A text is one sentence; `tokenizer` splits it.
        layers : {"all", "top", "average"}, int, or sequence of float, default "average"
            Which of the n_layers + 1 layers to return (layer 0 is the token layer, which does not depend on context):
            all layers, the last one, their mean, the layer with this index (negative indices count from the last), or a
            weighted sum with these scalar-mix weights, softmax-normalised; -inf excludes a layer. Layers above the last
            one needed are not computed.
        batch_size : int, default 32
            Maximum number of sentences in a batch (>= 1). With `stateful`, the number of parallel streams.
        pooling : {"mean"}, optional
            Return the mean vector of each sentence, zeros for a sentence without tokens, instead of one vector per
            token.
        stateful : bool, default False
            Whether to carry the recurrent state from sentence to sentence as the original programs do: sentence k of
            each batch continues from the state in which sentence k of the previous batch, of this call or of an earlier
            one, ended. `reset_state` discards the state; a call that raises an exception leaves it as it was.
        precision : {"float32", "bfloat16", "int8", "auto"}, optional
            Precision of the operands of matrix products. "int8" rounds the weights of the recurrent layers, and their
            inputs in each step, to 8-bit integers: several times as fast as float32, with vectors whose cosine
            similarity to those of float32 is about 0.9999. "auto" chooses between "int8" and "float32" by the
            instruction set. By default int8 for a model with 8-bit weights (see `save_pretrained`), else float32.
        progress : bool or callable, optional
            True displays a progress bar on stderr, None displays one if stderr is a terminal. A callable receives the
            number of tokens encoded so far.
        workers : int, optional
            Number of threads; by default the number of CPUs that this process may use.
        gamma : float, default 1.0
            Factor by which the vectors are multiplied.
        layer_norm : {"bilm", "allennlp"}, optional
            Normalise each layer to mean 0 and variance 1 over the sentence before layers are combined. "allennlp"
            includes the sentence-boundary markers in mean and variance, "bilm" does not.
        boundaries : bool, default False
            Whether to return the vectors of the sentence-boundary markers as well.
        tokenizer : callable, optional
            Splits a text into tokens. By default, texts are prepared as those that the model was trained on, if options
            were given there; otherwise runs of letters and digits are tokens, and every other character except
            whitespace is a token.
        cut : {"bytes", "characters"}, default "bytes"
            Where to truncate tokens of more than max_characters_per_token - 2 bytes: after the last byte that fits, as
            the original programs do, or after the last whole character.
        cache_bytes : int, optional
            Size limit of the token-vector cache in bytes, for this call and later ones; 0 disables it. Initially
            128 MiB.

        Returns
        -------
        list of ndarray of float32, or ndarray of float32
            For each sentence an array of shape (tokens, 2 * projection_dim), or (n_layers + 1, tokens, 2 *
            projection_dim) if `layers` is "all". For a single text, its array alone. With `pooling`, one array of shape
            (sentences, 2 * projection_dim) or (sentences, n_layers + 1, 2 * projection_dim).

        Raises
        ------
        TypeError
            If an argument has the wrong type.
        ValueError
            If an argument is out of range.
        NotFittedError
            If the model has no parameters.

        Examples
        --------
        >>> from wordkin import ELMo
        >>> model = ELMo(dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 8], [2, 8]], n_highway=0)
        >>> model.initialize()
        >>> model.encode("Time flies.").shape
        (3, 16)
        >>> [vectors.shape for vectors in model.encode([["Time", "flies"], ["like"]], layers="all")]
        [(2, 2, 16), (2, 1, 16)]
        >>> model.encode(["Time flies.", "It does."], pooling="mean").shape
        (2, 16)
        """
        options = ELMoEncodingOptions(
            layers=layers,
            gamma=gamma,
            layer_norm=layer_norm,
            pooling=pooling,
            boundaries=boundaries,
            batch_size=batch_size,
            stateful=stateful,
            tokenizer=self._split(tokenizer),
            cut=cut,
            cache_bytes=cache_bytes,
        )
        encoder = self._session.encoder(self._fitted(), options, self._compute(workers, precision))
        sentences = SentenceInputs.parse(inputs, options.tokenizer)
        with counted_progress(progress_option(progress), sentences.tokens, " words") as show:
            return encoder.encode_inputs(sentences, show)

    def encode_iter(
        self,
        sentences: Iterable[SentenceInput],
        layers: LayersArgument = "average",
        *,
        batch_size: int = 32,
        pooling: Pooling | None = None,
        stateful: bool = False,
        precision: InferencePrecision | None = None,
        workers: int | None = None,
        gamma: float = 1.0,
        layer_norm: LayerNorm | None = None,
        boundaries: bool = False,
        tokenizer: Tokenizer | None = None,
        cut: Cut = "bytes",
        cache_bytes: int | None = None,
    ) -> Iterator[Vectors]:
        """Encode a stream of sentences in order, with only a few batches in memory.

        Parameters
        ----------
        sentences : iterable of str or of lists of str
            Texts or tokenised sentences, of any number. A few batches are read ahead.
        layers : {"all", "top", "average"}, int, or sequence of float, default "average"
            Layers to return; see `encode`.
        batch_size : int, default 32
            Maximum number of sentences in a batch (>= 1).
        pooling : {"mean"}, optional
            Yield the mean vector of each sentence.
        stateful : bool, default False
            Whether to carry the recurrent state from sentence to sentence; see `encode`.
        precision : {"float32", "bfloat16", "int8", "auto"}, optional
            Precision of the operands of matrix products. "int8" rounds the weights of the recurrent layers, and their
            inputs in each step, to 8-bit integers: several times as fast as float32, with vectors whose cosine
            similarity to those of float32 is about 0.9999. "auto" chooses between "int8" and "float32" by the
            instruction set. By default int8 for a model with 8-bit weights (see `save_pretrained`), else float32.
        workers : int, optional
            Number of threads; by default the number of CPUs that this process may use.
        gamma : float, default 1.0
            Factor by which the vectors are multiplied.
        layer_norm : {"bilm", "allennlp"}, optional
            Layer normalisation over a sentence; see `encode`.
        boundaries : bool, default False
            Whether to return the vectors of the sentence-boundary markers as well.
        tokenizer : callable, optional
            Splits a text into tokens; see `encode`.
        cut : {"bytes", "characters"}, default "bytes"
            Where to truncate long tokens; see `encode`.
        cache_bytes : int, optional
            Size limit of the token-vector cache in bytes; see `encode`.

        Returns
        -------
        iterator of ndarray of float32
            Vectors of each sentence, as `encode` returns them in a list.

        Raises
        ------
        TypeError, ValueError, NotFittedError
            As `encode` does; wrong sentences are reported when they are reached.

        Examples
        --------
        >>> from wordkin import ELMo
        >>> model = ELMo(dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 8], [2, 8]], n_highway=0)
        >>> model.initialize()
        >>> for vectors in model.encode_iter(line.split() for line in ["time flies", "like an arrow"]):
        ...     print(vectors.shape)
        (2, 16)
        (3, 16)
        """
        if isinstance(sentences, str | bytes | dict) or not isinstance(sentences, Iterable):
            raise TypeError(
                f"sentences must be an iterable of sentences, got {type(sentences).__name__}; for one text use encode"
            )
        options = ELMoEncodingOptions(
            layers=layers,
            gamma=gamma,
            layer_norm=layer_norm,
            pooling=pooling,
            boundaries=boundaries,
            batch_size=batch_size,
            stateful=stateful,
            tokenizer=self._split(tokenizer),
            cut=cut,
            cache_bytes=cache_bytes,
        )
        encoder = self._session.encoder(self._fitted(), options, self._compute(workers, precision))
        return (vectors for _, vectors in encoder.encode_stream(sentences))

    def encode_file(
        self,
        path: AnyPath,
        output: AnyPath,
        layers: LayersArgument = "all",
        *,
        format: OutputFormat | None = None,
        batch_size: int = 32,
        pooling: Pooling | None = None,
        stateful: bool = False,
        precision: InferencePrecision | None = None,
        progress: TokenProgress = None,
        workers: int | None = None,
        gamma: float = 1.0,
        layer_norm: LayerNorm | None = None,
        boundaries: bool = False,
        cut: Cut = "bytes",
        cache_bytes: int | None = None,
        encoding: str = "utf-8",
        errors: DecodingErrors = "strict",
    ) -> int:
        """Encode a text file and write its vectors to another file, with only a few batches in memory.

        Parameters
        ----------
        path : path
            A text file, optionally compressed: one sentence per line, tokens separated by whitespace. An
            empty line is a sentence without tokens.
        output : path
            The file to write. It appears under its name once it is complete.
        layers : {"all", "top", "average"}, int, or sequence of float, default "all"
            Layers to write; see `encode`.
        format : {"hdf5", "safetensors"}, optional
            "hdf5" is the layout of the original ``elmo`` command: one dataset per line, named by its index from 0, and
            ``sentence_to_index``, a JSON object that maps each line to its index. "safetensors" concatenates the
            vectors of all tokens in ``vectors``; ``ends`` has for each line the index after its last token. By default
            the suffix of `output` decides.
        batch_size : int, default 32
            Maximum number of sentences in a batch (>= 1).
        pooling : {"mean"}, optional
            Write the mean vector of each sentence.
        stateful : bool, default False
            Whether to carry the recurrent state from sentence to sentence; see `encode`.
        precision : {"float32", "bfloat16", "int8", "auto"}, optional
            Precision of the operands of matrix products; see `encode`.
        progress : bool or callable, optional
            Progress bar or callable; see `encode`.
        workers : int, optional
            Number of threads; by default the number of CPUs that this process may use.
        gamma : float, default 1.0
            Factor by which the vectors are multiplied.
        layer_norm : {"bilm", "allennlp"}, optional
            Layer normalisation over a sentence; see `encode`.
        boundaries : bool, default False
            Whether to write the vectors of the sentence-boundary markers as well.
        cut : {"bytes", "characters"}, default "bytes"
            Where to truncate long tokens; see `encode`.
        cache_bytes : int, optional
            Size limit of the token-vector cache in bytes; see `encode`.
        encoding : str, default "utf-8"
            Encoding of the text. UTF-16 and UTF-32 with a byte-order mark are recognised.
        errors : {"strict", "replace", "ignore"}, default "strict"
            Treatment of bytes that cannot be decoded: raise an error, replace them by U+FFFD, or drop
            them.

        Returns
        -------
        int
            Number of lines.

        Raises
        ------
        TypeError, ValueError, NotFittedError
            As `encode` does; ValueError also if the output format is unknown.
        FormatError
            If the text cannot be decoded.
        OSError
            If a file cannot be read or written.

        Examples
        --------
        >>> import tempfile
        >>> from pathlib import Path
        >>> from wordkin import ELMo
        >>> model = ELMo(dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 8], [2, 8]], n_highway=0)
        >>> model.initialize()
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     text = Path(folder, "text.txt")
        ...     _ = text.write_text("time flies\\nlike an arrow\\n", encoding="utf-8")
        ...     model.encode_file(text, Path(folder, "vectors.safetensors"), progress=False)
        2
        """
        check_outputs(output, inputs=[path])
        file_format = output_format(output, format)
        options = ELMoEncodingOptions(
            layers=layers,
            gamma=gamma,
            layer_norm=layer_norm,
            pooling=pooling,
            boundaries=boundaries,
            batch_size=batch_size,
            stateful=stateful,
            cut=cut,
            cache_bytes=cache_bytes,
        )
        decoding = TextOptions(encoding=encoding, errors=errors)
        encoder = self._session.encoder(self._fitted(), options, self._compute(workers, precision))
        with counted_progress(progress_option(progress), 0, " words") as show, encoder.restoring_state():
            return write_vectors(
                output,
                file_format,
                encoder.encode_stream(token_lines(path, decoding, self._split(None) or str.split)),
                token_axis=encoder.token_axis,
                metadata={"kind": "contextual vectors", "layers": str(layers), "pooling": str(pooling)},
                show=show,
            )

    def forward(
        self,
        batch: Iterable[SentenceInput],
        *,
        stateful: bool = False,
        precision: Precision | None = None,
        workers: int | None = None,
        boundaries: bool = False,
        tokenizer: Tokenizer | None = None,
        cut: Cut = "bytes",
    ) -> LayerPass:
        """Return all layers of sentences together with the backward pass, for fine-tuning.

        The sentences are computed as one batch, whatever their length. The activations that the backward pass needs are
        kept until it has been called or the result is garbage-collected: about 90 KB per token for dim=1024. No dropout
        is applied. Parameters are read at the time of the call; after changing them, call `parameters_changed`, because
        `encode` works on packed copies.

        Parameters
        ----------
        batch : list of str or of lists of str
            Texts or tokenised sentences.
        stateful : bool, default False
            Whether sentence k continues from the state in which sentence k of the previous stateful call ended. No
            gradient flows into that state.
        precision : {"float32", "bfloat16"}, optional
            Precision of the operands of matrix products; float32 by default.
        workers : int, optional
            Number of threads; by default the number of CPUs that this process may use.
        boundaries : bool, default False
            Whether the layers include the sentence-boundary markers.
        tokenizer : callable, optional
            Splits a text into tokens; see `encode`.
        cut : {"bytes", "characters"}, default "bytes"
            Where to truncate long tokens; see `encode`.

        Returns
        -------
        LayerPass
            A named tuple ``(layers, backward)``. ``layers`` is a list with a float32 array of shape (n_layers + 1,
            tokens, 2 * projection_dim) for each sentence. ``backward`` is a function from the gradients with respect to
            these arrays to those with respect to the parameters by their official names; it can be called once.

        Raises
        ------
        TypeError, ValueError
            As `encode` does. ``backward`` raises them for gradients of the wrong type or shape.
        NotFittedError
            If the model has no parameters.
        PrecisionError
            If the weights of the model are 8-bit integers.

        Examples
        --------
        >>> from wordkin import ELMo
        >>> model = ELMo(dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 8], [2, 8]], n_highway=0)
        >>> model.initialize()
        >>> layers, backward = model.forward([["Time", "flies"], ["like"]])
        >>> gradients = backward([2 * sentence for sentence in layers])  # of the sum of squares
        >>> for name, gradient in gradients.items():
        ...     model.parameters[name][...] -= 0.01 * gradient
        >>> model.parameters_changed()
        """
        if isinstance(batch, str):
            raise TypeError("batch must be a list of sentences, got str")
        options = ELMoEncodingOptions(
            stateful=stateful, boundaries=boundaries, tokenizer=self._split(tokenizer), cut=cut
        )
        require_gradients(precision)
        compute = Compute.choose(workers=workers, precision="float32" if precision is None else precision)
        model = self._fitted()
        streams = self._session.streams(model) if options.stateful else None
        sentences = parse_sentences(batch, options.tokenizer)
        model = snapshot(model, with_softmax=False)
        with nullcontext() if streams is None else streams.borrowed(len(sentences)) as state:
            return forward_pass(
                model, sentences, state, compute=compute, cut=options.cut, boundaries=options.boundaries
            )

    def parameters_changed(self) -> None:
        """Discard everything that was derived from the parameters.

        Must be called after writing into the arrays of `parameters`.
        """
        self._session.invalidate()

    def reset_state(self) -> None:
        """Discard the recurrent state that stateful calls have carried over."""
        self._session.reset_streams()

    @overload
    def score(  # type: ignore[overload-overlap]
        self,
        sentences: str,
        *,
        batch_size: int = ...,
        precision: InferencePrecision | None = ...,
        progress: TokenProgress = ...,
        workers: int | None = ...,
        tokenizer: Tokenizer | None = ...,
    ) -> TokenScores: ...

    @overload
    def score(
        self,
        sentences: Iterable[SentenceInput],
        *,
        batch_size: int = ...,
        precision: InferencePrecision | None = ...,
        progress: TokenProgress = ...,
        workers: int | None = ...,
        tokenizer: Tokenizer | None = ...,
    ) -> list[TokenScores]: ...

    def score(
        self,
        sentences: str | Iterable[SentenceInput],
        *,
        batch_size: int = 32,
        precision: InferencePrecision | None = None,
        progress: TokenProgress = None,
        workers: int | None = None,
        tokenizer: Tokenizer | None = None,
    ) -> TokenScores | list[TokenScores]:
        """Return the log probability of each token given the tokens before it, and given those after it.

        Each sentence is scored independently of the others, with the full softmax.

        Parameters
        ----------
        sentences : str, list of str, or list of lists of str
            One text, a list of texts, or a list of tokenised sentences.
        batch_size : int, default 32
            Maximum number of sentences in a batch (>= 1).
        precision : {"float32", "bfloat16", "int8", "auto"}, optional
            Precision of the operands of matrix products; see `encode`.
        progress : bool or callable, optional
            Progress bar or callable; see `encode`.
        workers : int, optional
            Number of threads; by default the number of CPUs that this process may use.
        tokenizer : callable, optional
            Splits a text into tokens; see `encode`.

        Returns
        -------
        list of TokenScores, or TokenScores
            The scores of each sentence; for a single text, its scores alone.

        Raises
        ------
        TypeError, ValueError
            As `encode` does.
        NotFittedError
            If the model has no parameters, no softmax or no vocabulary.

        Examples
        --------
        >>> from wordkin import ELMo
        >>> model = ELMo(dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 8], [2, 8]], n_highway=0)
        >>> model.initialize(vocabulary=["time", "flies"])
        >>> scores = model.score([["time", "flies", "fast"]])[0]
        >>> scores.forward.shape
        (3,)
        >>> scores.is_unknown.tolist()
        [False, False, True]
        """
        options = ELMoEncodingOptions(batch_size=batch_size, tokenizer=self._split(tokenizer))
        inputs = SentenceInputs.parse(sentences, options.tokenizer)
        embedder = self._session.embedder(self._fitted(), self._compute(workers, precision), predicts=True)
        with counted_progress(progress_option(progress), inputs.tokens, " words") as show:
            scores = score_sentences(embedder, inputs.sentences, options.batch_size, show)
        return scores[0] if inputs.is_single else scores

    def substitutes(
        self,
        tokens: SentenceInput,
        position: int,
        topn: int = 10,
        *,
        direction: Direction = "both",
        precision: InferencePrecision | None = None,
        workers: int | None = None,
        tokenizer: Tokenizer | None = None,
    ) -> list[tuple[str, float]]:
        """Return the most probable words at a position of a sentence, regardless of the token there.

        Parameters
        ----------
        tokens : list of str, or str
            The sentence.
        position : int
            Index of a token; negative indices count from the end.
        topn : int, default 10
            Maximum number of words (>= 0).
        direction : {"both", "forward", "backward"}, default "both"
            Predict from the tokens before the position, from those after it, or from both: the product of the two
            probabilities, normalised over the vocabulary.
        precision : {"float32", "bfloat16", "int8", "auto"}, optional
            Precision of the operands of matrix products; see `encode`.
        workers : int, optional
            Number of threads; by default the number of CPUs that this process may use.
        tokenizer : callable, optional
            Splits a text into tokens; see `encode`.

        Returns
        -------
        list of (str, float)
            Words with their probabilities, most probable first.

        Raises
        ------
        TypeError, ValueError
            If an argument has the wrong type or is out of range.
        IndexError
            If the sentence has no token at the position.
        NotFittedError
            If the model has no parameters, no softmax or no vocabulary.

        Examples
        --------
        >>> from wordkin import ELMo
        >>> model = ELMo(dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 8], [2, 8]], n_highway=0)
        >>> model.initialize(vocabulary=["time", "flies"])
        >>> sorted(word for word, probability in model.substitutes(["time", "passes"], 1))
        ['flies', 'time']
        """
        sentence = parse_sentence(tokens, ELMoEncodingOptions(tokenizer=self._split(tokenizer)).tokenizer)
        index = integer_option("position", position, -(2**62), 2**62)
        if not -len(sentence) <= index < len(sentence):
            raise IndexError(f"position must be an index into a sentence of {len(sentence)} tokens, got {index}")
        count = integer_option("topn", topn, 0, 2**62)
        choice_option("direction", direction, get_args(Direction))
        embedder = self._session.embedder(self._fitted(), self._compute(workers, precision), predicts=True)
        return rank_substitutes(embedder, sentence, index % len(sentence), topn=count, direction=direction)

    def to_keyed_vectors(
        self,
        words: Iterable[str] | None = None,
        *,
        precision: InferencePrecision | None = None,
        workers: int | None = None,
    ) -> KeyedVectors:
        """Return the token-layer vectors of words, which do not depend on context.

        As the model reads characters, words that it has never seen have vectors as well.

        Parameters
        ----------
        words : iterable of str, optional
            The words; duplicates are ignored. By default the model's vocabulary.
        precision : {"float32", "bfloat16", "int8", "auto"}, optional
            Precision of the operands of matrix products; see `encode`.
        workers : int, optional
            Number of threads; by default the number of CPUs that this process may use.

        Returns
        -------
        KeyedVectors
            Vectors of dtype float32 and shape (distinct words, projection_dim).

        Raises
        ------
        TypeError
            If `words` is a single text.
        VocabularyError
            If there are no words.
        NotFittedError
            If the model has no parameters, or `words` is None and the model has no vocabulary.

        Examples
        --------
        >>> from wordkin import ELMo
        >>> model = ELMo(dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 8], [2, 8]], n_highway=0)
        >>> model.initialize()
        >>> model.to_keyed_vectors(["time", "flies"]).vectors.shape
        (2, 8)
        """
        embedder = self._session.embedder(self._fitted(), self._compute(workers, precision), predicts=words is None)
        if words is None:
            words = list(require_vocabulary(embedder.model).words)
        if isinstance(words, str | bytes):
            raise TypeError(f"words must be a list of words, got one {type(words).__name__}: {words[:20]!r}")
        vectors = token_table(embedder, parse_sentence(words, None))
        vectors.preparation = self.preparation
        return vectors

    def distill(
        self,
        corpus: TextSource,
        *,
        layers: LayersArgument = "average",
        min_count: int = 1,
        batch_size: int = 32,
        gamma: float = 1.0,
        layer_norm: LayerNorm | None = None,
        precision: InferencePrecision | None = None,
        progress: TokenProgress = None,
        workers: int | None = None,
        encoding: str = "utf-8",
        errors: DecodingErrors = "strict",
        on_error: OnError = "raise",
        recursive: bool = False,
        glob: str | Iterable[str] = (),
    ) -> KeyedVectors:
        """Return static word vectors: for each word of a text the mean of the contextual vectors of its occurrences.

        Parameters
        ----------
        corpus : path, list of paths, file object, or iterable of lists of str
            The text; see `train`.
        layers : {"top", "average"}, int, or sequence of float, default "average"
            Layer, or combination of layers, to average; see `encode`. "all" is not allowed.
        min_count : int, default 1
            Words that occur less often get no vector (>= 1).
        batch_size : int, default 32
            Maximum number of sentences in a batch (>= 1).
        gamma : float, default 1.0
            Factor by which the vectors are multiplied.
        layer_norm : {"bilm", "allennlp"}, optional
            Layer normalisation over a sentence; see `encode`.
        precision : {"float32", "bfloat16", "int8", "auto"}, optional
            Precision of the operands of matrix products; see `encode`.
        progress : bool or callable, optional
            Progress bar or callable; see `encode`.
        workers : int, optional
            Number of threads; by default the number of CPUs that this process may use.
        encoding : str, default "utf-8"
            Encoding of text files. UTF-16 and UTF-32 with a byte-order mark are recognised.
        errors : {"strict", "replace", "ignore"}, default "strict"
            Treatment of bytes in text files that cannot be decoded: raise an error, replace them by U+FFFD, or drop
            them.
        on_error : {"raise", "skip"}, default "raise"
            Treatment of files that cannot be read as text: raise an error, or leave the file out and log its name.
        recursive : bool, default False
            Whether a folder stands for the files in its subfolders, too.
        glob : str or iterable of str, default ()
            Patterns of the files of folders that are read, such as ``*.txt``, with a slash for paths within the folder;
            without patterns, all but hidden files.

        Returns
        -------
        KeyedVectors
            Vectors of dtype float32 and shape (words, 2 * projection_dim), most frequent word first, with the attribute
            ``count``.

        Raises
        ------
        TypeError, ValueError, NotFittedError
            As `encode` does; ValueError also if `layers` is "all".
        CorpusError
            If the text contains no words.
        VocabularyError
            If no word occurs `min_count` times.

        Examples
        --------
        >>> from wordkin import ELMo
        >>> model = ELMo(dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 8], [2, 8]], n_highway=0)
        >>> model.initialize()
        >>> vectors = model.distill([["time", "flies"], ["time", "passes"]], progress=False)
        >>> vectors.vectors.shape, int(vectors.get_vecattr("time", "count"))
        ((3, 16), 2)
        """
        least = integer_option("min_count", min_count, 1, 2**62)
        options = ELMoEncodingOptions(layers=layers, gamma=gamma, layer_norm=layer_norm, batch_size=batch_size)
        compute = self._compute(workers, precision)
        encoder = self._session.encoder(self._fitted(), options, compute)
        if encoder.selection.weights is None:
            raise ValueError("layers must give one vector per token, such as 'average' or 'top', got 'all'")
        text_options = TextOptions(encoding=encoding, errors=errors, on_error=on_error)
        text = ReadText(
            corpus,
            name="corpus",
            workers=compute.threads,
            options=text_options,
            preparation=self.preparation,
            folders=FolderOptions(recursive=recursive, glob=cast("tuple[str, ...]", glob)),
        )
        with counted_progress(progress_option(progress), 0, " words") as show:
            vectors = distill_corpus(encoder, text, min_count=least, show=show)
        vectors.preparation = self.preparation
        return vectors

    def save_pretrained(
        self, folder: AnyPath, *, training_state: bool = True, precision: Literal["float32", "int8"] | None = None
    ) -> None:
        """Save the model in a folder, which is created if it does not exist.

        The folder contains ``weights.safetensors`` with the whole model, and ``options.json`` (official names) and
        ``vocabulary.txt`` for other programs. Changes of these copies would have no effect, so that `from_pretrained`
        reports them as an error.

        Parameters
        ----------
        folder : path
            Folder to write to.
        training_state : bool, default True
            Whether to save the optimizer state, which continuing training needs, in a second file. It is as large as
            the parameters, with Adam twice as large.
        precision : {"float32", "int8"} or None, default None
            "int8" saves the weights of the recurrent layers, which are most of a model, as 8-bit integers, in a quarter
            of the space and without the optimizer state. Such a model is for inference: it encodes like this one with
            ``precision="int8"``, and its file is mapped into memory; it cannot be trained or exported. None for the
            precision that the model has.

        Raises
        ------
        NotFittedError
            If the model has no parameters.
        OSError
            If a file cannot be written.
        PrecisionError
            If weights to be rounded are infinite or NaN, or rounded weights are to be saved in float32.

        Examples
        --------
        >>> import tempfile
        >>> model = ELMo(dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 8]], n_highway=0)
        >>> model.initialize()
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     model.save_pretrained(folder, precision="int8")
        ...     ELMo.from_pretrained(folder).options.dim
        16
        """
        if precision is not None:
            choice_option("precision", precision, ("float32", "int8"))
        state = self._fitted()
        if precision == "float32":
            require_float_weights(state.int8_weights, "saving with precision='float32'")
        with parameters_at_rest(state):
            pretrained.save_state(state, folder, training_state=training_state, int8=precision == "int8")

    def save(self, path: AnyPath) -> None:
        """Save the model in a folder, as `save_pretrained` does.

        Parameters
        ----------
        path : path
            Folder to write to.

        Examples
        --------
        >>> import tempfile
        >>> model = ELMo(dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 8]], n_highway=0)
        >>> model.initialize()
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     model.save(folder)
        ...     ELMo.load(folder).options.dim
        16
        """
        self.save_pretrained(path)

    @classmethod
    def load(cls, path: AnyPath) -> ELMo:
        """Load a model, as `from_pretrained` does.

        Parameters
        ----------
        path : path
            Folder written by `save` or `save_pretrained`, or another file or folder that `from_pretrained` reads.

        Returns
        -------
        ELMo
            The model.
        """
        return cls.from_pretrained(path)

    def export_hdf5(self, folder: AnyPath) -> None:
        """Save the model in the file format of the original program, in a folder that is created if needed.

        ``options.json`` and ``weights.hdf5`` can be read by the original programs (bilm-tf, AllenNLP). If the model
        has a softmax, ``softmax.hdf5`` and ``vocabulary.txt`` are written as well, for `from_pretrained`.

        Parameters
        ----------
        folder : path
            Folder to write to.

        Raises
        ------
        NotFittedError
            If the model has no parameters.
        OSError
            If a file cannot be written.
        PrecisionError
            If the weights of the model are 8-bit integers.
        """
        state = self._fitted()
        with parameters_at_rest(state):
            export_official(state, folder)

    @classmethod
    def from_pretrained(
        cls, path: AnyPath, weights: AnyPath | None = None, *, vocabulary: VocabularySource | None = None
    ) -> ELMo:
        """Load a model from a folder, a checkpoint, or the files of other programs.

        Parameters
        ----------
        path : path
            Folder written by `save_pretrained`; checkpoint; folder or zip archive with an official options.json and
            HDF5 weights, or with the files of ELMoForManyLangs; or an options.json, together with `weights`.
        weights : path, optional
            Official HDF5 file of weights.
        vocabulary : path or iterable of str, optional
            Vocabulary of official files that do not include the ``vocabulary.txt`` they need: those of models that
            read token ids or have a softmax.

        Returns
        -------
        ELMo
            The model.

        Raises
        ------
        FormatError
            If a file is invalid; the message names the option or dataset.
        OSError
            If a file cannot be read.
        ImportError
            If the file is in HDF5 format and h5py is not installed or cannot be loaded.
        """
        if weights is not None or is_official(path):
            state = load_official(path, weights, vocabulary)
        else:
            state = pretrained.load_state(path)
        return cls._from_state(state)

    @classmethod
    def _from_state(cls, state: ModelState) -> ELMo:
        model = cls()
        model._options = state.options
        model._state = state
        return model

    def __reduce__(self) -> tuple[Any, ...]:
        # Pickling and copying use the file format, without the optimizer state.
        state = self._state
        data = None if state is None else pretrained.to_bytes(snapshot(state))
        return _unpickle, (type(self), self._options, self.training_defaults, data)

    def __repr__(self) -> str:
        options = self.options
        words = "untrained" if self._state is None else f"{options.n_tokens_vocab} words"
        if self._state is not None and self._state.int8_weights:
            words += ", 8-bit weights"
        return f"ELMo<dim={options.dim}, projection_dim={options.projection_dim}, n_layers={options.n_layers}, {words}>"

    def _repr_html_(self) -> str:
        options = self.options
        rows: list[tuple[str, object]] = [
            ("vocabulary", "untrained" if self._state is None else f"{options.n_tokens_vocab:,} words"),
            ("layers", f"{options.n_layers} x {options.cell.upper()}, {options.dim} cells in each direction"),
            ("vectors", f"{2 * options.projection_dim} dimensions"),
            ("input", "words" if options.token_input else f"characters, {sum(n for _, n in options.filters)} filters"),
            ("weights", "8-bit integers" if self._state is not None and self._state.int8_weights else None),
            ("last training", None if self.training_report is None else self.training_report.summary),
        ]
        return html_table(type(self).__name__, [], [row for row in rows if row[1] is not None])

    def __dir__(self) -> list[str]:
        return completed_names(self)


def write_model(model: ELMo, files: FileSet) -> None:
    """Save a model without its optimizer state as a part of files that are replaced together.

    Parameters
    ----------
    model : ELMo
        The model.
    files : FileSet
        The files of the model's folder.

    Raises
    ------
    NotFittedError
        If the model has no parameters.
    OSError
        If a file cannot be written.
    """
    pretrained.write_state(model._fitted(), files)


def read_model(files: CurrentFiles) -> ELMo:
    """Load a model that `write_model` or `ELMo.save_pretrained` has saved.

    Parameters
    ----------
    files : CurrentFiles
        The files of the model's folder.

    Returns
    -------
    ELMo
        The model.

    Raises
    ------
    FormatError
        If a file is invalid.
    OSError
        If a file cannot be read.
    """
    return ELMo._from_state(pretrained.read_state(files))


def _unpickle(cls: type[ELMo], options: ELMoOptions, training_defaults: dict[str, Any], data: bytes | None) -> ELMo:
    model = cls() if data is None else cls._from_state(pretrained.from_bytes(data))
    if data is None:
        model._options = options
    model.training_defaults = training_defaults
    return model
