"""Sequence tagging with a recurrent network over word embeddings and a linear-chain CRF."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from numpy.typing import ArrayLike, NDArray

from ..errors import CorpusError
from ..runtime.compute import InferencePrecision
from ..runtime.estimator import Estimator, RandomState, seed_from
from ..runtime.options import flag_option, progress_option
from ..runtime.plots import AxesChoice
from ..storage.paths import AnyPath
from ..text.label_set import text_weights
from .data.examples import joined_examples, require_tags
from .data.texts import TagLists, limit_lengths, tag_lists, token_lists
from .evaluation import ChunkReport
from .files.model_archive import TAGGER, SavedModel
from .files.model_folder import from_bytes, load_folder, save_folder, to_bytes
from .inference.tagging import predicted_tags, tag_probabilities, tag_report, validation_metrics
from .labels.schemes import Scheme
from .labels.tag_set import LearnedScheme, SchemeChoice, Tags, TagSet
from .options import (
    CharacterOptions,
    Encoder,
    FeatureOptions,
    LengthOptions,
    NetworkCompute,
    NetworkOptions,
    TrainingOptions,
    network_compute,
)
from .plots import plot_history, plot_layer_mixes
from .state import Embedding, Floats, History, LayerMix, TaggerState
from .training.embeddings import EmbeddingChoice, checked_embeddings
from .training.progress import ProgressChoice
from .training.run import TrainingRun

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["SequenceTagger"]

Sentences = Iterable[Sequence[str]]
SentenceTags = Iterable[Sequence[str] | Sequence[int]]


class SequenceTagger(Estimator):
    """Sequence tagger: a recurrent network and a linear-chain CRF with the interface of scikit-learn.

    Parameters
    ----------
    embedding : KeyedVectors, Word2Vec, ELMo, None, or list of these, default None
        Source of the token vectors; None for vectors that are learned from the training sentences. Several embeddings
        are concatenated. For an ELMo model, a softmax-normalised mix of its layers and a factor gamma are learned.
    encoder : {"lstm", "rnn"} or None, default "lstm"
        Type of the recurrent layers: LSTM, tanh, or none.
    bidirectional : bool, default True
        Whether the recurrent layers read in both directions.
    hidden_dim : int, default 128
        Dimensionality of the recurrent layers in each direction (>= 1).
    n_layers : int, default 1
        Number of recurrent layers (1 to 100).
    dense_dim : int, default 0
        Dimensionality of a tanh layer before the outputs; 0 for none.
    crf : bool, default True
        Whether a linear-chain CRF scores neighbouring tags; otherwise each tag is predicted independently.
    scheme : {"auto", "bio", "iob1", "iobes", "bilou", "bmes", "plain", "lenient"}, default "auto"
        How tags mark chunks: a scheme that the training tags must follow; "auto" to detect it; "lenient" to detect it
        and accept violations. "plain" is for tags that do not mark chunks, such as parts of speech. `scheme_` is the
        scheme that was detected.
    learned_scheme : {"bio", "iobes"} or None, default None
        Scheme that the network is trained on if it is not that of the tags. Tags are converted before training, and
        predictions are converted back.
    input_dropout : float, default 0.3
        Dropout rate of the token vectors (from 0 to below 1).
    dropout : float, default 0.3
        Dropout rate of the other layers (from 0 to below 1).
    word_dropout : float, default 0.0
        Dropout rate of whole tokens, whose vectors become zero in training (from 0 to below 1).
    fine_tune : bool or list of bool, default False
        Whether to train the embeddings, or each of them; copies are trained. The layers of an ELMo model that is not
        trained are computed once.
    embedding_dim : int, default 100
        Dimensionality of vectors learned from scratch (>= 1).
    min_count : int, default 2
        Minimum frequency of words that get a learned vector (>= 1); rarer words share one.
    characters : bool, default True
        Whether to add a convolution over the characters of each word.
    char_dim : int, default 16
        Dimensionality of character vectors (>= 1).
    filters : sequence of (int, int), default ((3, 50),)
        Width and number of the character filters of each width.
    max_characters : int, default 30
        Maximum UTF-8 bytes per token, including 2 boundary markers (>= 3).
    layer_norm : bool, default False
        Whether to normalise each layer of an ELMo model over a sentence before the mix.
    mix_l2 : float, default 0.0
        Coefficient of the L2 penalty on the layer-mix weights (>= 0).
    concatenate_layers : bool, default False
        Whether the layers of an ELMo model are concatenated, each multiplied by its weight in the mix and the number of
        layers, instead of summed.
    projection_dim : int, default 0
        Dimensionality of a linear layer after the layer mix of each ELMo model, which is trained with the network; 0
        for none.
    lowercase : bool, default False
        Whether to lower-case every word before its vector is retrieved; otherwise only words that are missing.
    max_length : int, default 5000
        Maximum number of tokens per sentence (>= 1); longer sentences are an error.
    optimizer : {"adam"}, default "adam"
        Optimizer.
    learning_rate : float, default 0.001
        Learning rate of Adam (> 0).
    decay : float, default 1.0
        Factor applied to the learning rates after each epoch (above 0, at most 1).
    embedding_learning_rate : float, default 0.001
        Learning rate of ELMo models that are fine-tuned (> 0).
    layer_rate_decay : float, default 1.0
        Factor applied to that rate for each layer of an ELMo model below the top one, so that lower layers change less
        (above 0, at most 1).
    gradual_unfreezing : bool, default False
        Whether fine-tuned ELMo models are trained from the top layer down: none in the first epoch, then one layer more
        in each epoch.
    averaging : float or None, default None
        Decay per step of the exponential moving average of the parameters, which is validated and used instead of the
        last parameters (from 0 to below 1); 0 for no average, None for 0.995 if ELMo models are fine-tuned and 0
        otherwise.
    weight_decay : float, default 0.0
        Decoupled weight decay (AdamW) of the weight matrices, which is multiplied by the learning rate (from 0 to 1).
        Biases, layer mixes, word vectors and ELMo models do not decay.
    clip_norm : float, default 5.0
        Gradient-clipping norm; 0 for no clipping.
    batch_size : int, default 32
        Number of sentences per training step (>= 1).
    epochs : int, default 10
        Maximum number of passes over the training sentences (>= 1).
    early_stopping : bool, default False
        Whether to stop when the F1 of the validation sentences (for plain tags the accuracy) has not improved for
        `patience` epochs, and to restore the best parameters.
    patience : int, default 3
        Early-stopping patience: epochs without improvement (>= 1).
    validation_fraction : float, default 0.1
        Fraction of the training sentences held out for early stopping if `fit` gets no validation sentences (above 0).
    cache_bytes : int, default 2147483648
        Size limit of the cached layers of ELMo models in bytes; layers of further sentences are computed at each use.
    elmo_precision : {"float32", "bfloat16", "int8", "auto"} or None, default None
        Precision with which `fit` and predictions compute the layers of ELMo models that are not fine-tuned, see
        `ELMo.encode`; None for float32, or int8 for models with 8-bit weights. A fitted model can be given another one.
    encoder_precision : {"float32", "bfloat16", "int8", "auto"}, default "float32"
        Precision of the recurrent layers in predictions; `fit` computes in float32. With "int8", their weights are
        rounded to 8-bit integers and their inputs likewise in every step, which is faster and changes few predictions;
        "auto" is int8 on machines where it is faster. A fitted model can be given another one.
    random_state : int, RandomState, Generator or None, default None
        Random seed. The same seed gives the same model for a given number of threads and instruction set.
    workers : int or None, default None
        Number of threads; None for the number of CPUs that this process may use.
    progress : bool, callable or None, default None
        True for a progress bar on stderr, False for none, None for a bar in a terminal or notebook; a callable receives
        a `FitEvent` after each epoch.

    References
    ----------
    .. [1] G. Lample et al., "Neural architectures for named entity recognition", NAACL 2016.
    .. [2] M. Peters et al., "Deep contextualized word representations", NAACL 2018 (layer mixes).

    Examples
    --------
    >>> X = [["the", "dog", "barks"], ["a", "cat", "sees", "the", "dog"]] * 10
    >>> Y = [["B-NP", "I-NP", "O"], ["B-NP", "I-NP", "O", "B-NP", "I-NP"]] * 10
    >>> tagger = SequenceTagger(hidden_dim=8, embedding_dim=8, epochs=10, learning_rate=0.02, random_state=1, workers=1)
    >>> tagger.fit(X, Y).score(X, Y)
    1.0
    """

    _estimator_type = "tagger"
    _shared_parameters = ("embedding",)
    _state: TaggerState | None = None

    def __init__(
        self,
        embedding: EmbeddingChoice = None,
        *,
        encoder: Encoder | None = "lstm",
        bidirectional: bool = True,
        hidden_dim: int = 128,
        n_layers: int = 1,
        dense_dim: int = 0,
        crf: bool = True,
        scheme: SchemeChoice = "auto",
        learned_scheme: LearnedScheme | None = None,
        input_dropout: float = 0.3,
        dropout: float = 0.3,
        word_dropout: float = 0.0,
        fine_tune: bool | Sequence[bool] = False,
        embedding_dim: int = 100,
        min_count: int = 2,
        characters: bool = True,
        char_dim: int = 16,
        filters: Sequence[Sequence[int]] = ((3, 50),),
        max_characters: int = 30,
        layer_norm: bool = False,
        mix_l2: float = 0.0,
        concatenate_layers: bool = False,
        projection_dim: int = 0,
        lowercase: bool = False,
        max_length: int = 5000,
        optimizer: Literal["adam"] = "adam",
        learning_rate: float = 1e-3,
        decay: float = 1.0,
        embedding_learning_rate: float = 1e-3,
        layer_rate_decay: float = 1.0,
        gradual_unfreezing: bool = False,
        averaging: float | None = None,
        weight_decay: float = 0.0,
        clip_norm: float = 5.0,
        batch_size: int = 32,
        epochs: int = 10,
        early_stopping: bool = False,
        patience: int = 3,
        validation_fraction: float = 0.1,
        cache_bytes: int = 2 << 30,
        elmo_precision: InferencePrecision | None = None,
        encoder_precision: InferencePrecision = "float32",
        random_state: RandomState = None,
        workers: int | None = None,
        progress: ProgressChoice = None,
    ) -> None:
        self.embedding = embedding
        self.encoder: Encoder | None = encoder
        self.bidirectional = bidirectional
        self.hidden_dim = hidden_dim
        self.n_layers = n_layers
        self.dense_dim = dense_dim
        self.crf = crf
        self.scheme: SchemeChoice = scheme
        self.learned_scheme: LearnedScheme | None = learned_scheme
        self.input_dropout = input_dropout
        self.dropout = dropout
        self.word_dropout = word_dropout
        self.fine_tune = fine_tune
        self.embedding_dim = embedding_dim
        self.min_count = min_count
        self.characters = characters
        self.char_dim = char_dim
        self.filters = filters
        self.max_characters = max_characters
        self.layer_norm = layer_norm
        self.mix_l2 = mix_l2
        self.concatenate_layers = concatenate_layers
        self.projection_dim = projection_dim
        self.lowercase = lowercase
        self.max_length = max_length
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.decay = decay
        self.embedding_learning_rate = embedding_learning_rate
        self.layer_rate_decay = layer_rate_decay
        self.gradual_unfreezing = gradual_unfreezing
        self.averaging = averaging
        self.weight_decay = weight_decay
        self.clip_norm = clip_norm
        self.batch_size = batch_size
        self.epochs = epochs
        self.early_stopping = early_stopping
        self.patience = patience
        self.validation_fraction = validation_fraction
        self.cache_bytes = cache_bytes
        self.elmo_precision: InferencePrecision | None = elmo_precision
        self.encoder_precision: InferencePrecision = encoder_precision
        self.random_state = random_state
        self.workers = workers
        self.progress = progress

    @property
    def classes_(self) -> NDArray[Any]:
        """Tags of the training sentences in ascending order."""
        return self._fitted().tags.classes

    @property
    def scheme_(self) -> Scheme:
        """Scheme of the training tags: "bio", "iob1", "iobes", "bilou", "bmes" or "plain"."""
        return self._fitted().tags.scheme

    @property
    def history_(self) -> History:
        """Metrics of each epoch.

        Lists by name: "loss" and "seconds"; with validation sentences also "val_loss", "val_f1" (not for plain tags)
        and "val_accuracy".
        """
        return self._fitted().history

    @property
    def layer_mixes_(self) -> list[LayerMix]:
        """Learned layer mix of each ELMo model: softmax-normalised "weights" and the factor "gamma"."""
        return self._fitted().network.layer_mixes()

    def fit(
        self,
        X: Sentences,
        y: SentenceTags,
        sample_weight: ArrayLike | None = None,
        *,
        validation_data: tuple[Sentences, SentenceTags] | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        progress: ProgressChoice = None,
        keep_interrupted: bool = False,
    ) -> SequenceTagger:
        """Train the tagger.

        Parameters
        ----------
        X : iterable of list of str
            Tokens of the training sentences.
        y : iterable of list of str
            A tag for each token.
        sample_weight : array_like, shape (n_sentences,), optional
            Weight of each sentence in the loss.
        validation_data : (X, y), optional
            Sentences and tags that are evaluated after each epoch. Tags that do not occur in training count as errors.
        epochs, batch_size, progress : optional
            Override the parameters of the constructor.
        keep_interrupted : bool, default False
            Whether KeyboardInterrupt leaves the tagger fitted, as far as it has been trained. Any other exception,
            and KeyboardInterrupt by default, leaves it as it was before the call.

        Returns
        -------
        SequenceTagger
            This tagger.

        Raises
        ------
        LabelError
            If there are fewer than two tags, tags violate their scheme, or tags such as "X-NP" fit no scheme.
        CorpusError
            If there are no tokens, or a sentence is too long.
        TypeError, ValueError
            If an argument has the wrong type or is out of range.
        TrainingDiverged
            If a loss is not finite.

        Examples
        --------
        >>> tagger = SequenceTagger(hidden_dim=4, embedding_dim=4, epochs=1, random_state=1, workers=1)
        >>> tagger.fit([["dogs", "bark"]] * 4, [["NOUN", "VERB"]] * 4).scheme_
        'plain'
        """
        keeps_interrupted = flag_option("keep_interrupted", keep_interrupted)
        tokens, (given, are_numbers) = self._tagged(X, y)
        if not any(tokens):
            raise CorpusError(f"X must have at least one token, got none in {len(tokens)} sentences")
        tags = TagSet.learn(given, self.scheme, self.learned_scheme, are_numbers=are_numbers)
        weights = text_weights(sample_weight, len(tokens))
        options = self._options(TrainingOptions, epochs=epochs, batch_size=batch_size)
        seed = seed_from(self.random_state)
        validation = self._validation(validation_data)
        examples = joined_examples(
            (tokens, tags.targets(given)),
            None if validation is None else (validation[0], tags.targets(validation[1])),
            weights,
            per_token=True,
            held_out_fraction=options.validation_fraction if options.early_stopping else None,
            seed=seed,
        )
        all_tags = given if validation is None else given + validation[1]
        features = self._options(FeatureOptions)
        run = TrainingRun.prepare(
            self._network_options(len(tags.learned), seed),
            features,
            self._options(CharacterOptions) if features.characters else None,
            options,
            checked_embeddings(self.embedding, self.fine_tune),
            examples,
            self._compute(None),
            progress_option(self.progress if progress is None else progress),
        )
        true = [all_tags[index] for index in examples.validation.tolist()]
        state = TaggerState(network=run.state, tags=tags, history=run.history)
        try:
            run.train(partial(validation_metrics, prepared=run.prepared, examples=examples, tags=tags, true=true))
        except KeyboardInterrupt:
            if keeps_interrupted:
                self._state = state
            raise
        self._state = state
        return self

    def _network_options(self, outputs: int, seed: int) -> NetworkOptions:
        return NetworkOptions(
            task="tags",
            outputs=outputs,
            tables=((1, 1, False),),  # replaced when the features are known
            encoder=self.encoder,
            n_layers=self.n_layers,
            hidden_dim=self.hidden_dim,
            bidirectional=self.bidirectional,
            dense_dim=self.dense_dim,
            crf=self.crf,
            input_dropout=self.input_dropout,
            dropout=self.dropout,
            clip_norm=self.clip_norm,
            mix_l2=self.mix_l2,
            concatenate_layers=self.concatenate_layers,
            projection_dim=self.projection_dim,
            word_dropout=self.word_dropout,
            weight_decay=self.weight_decay,
            seed=seed,
        )

    def _tokens(self, X: Sentences, name: str = "X") -> list[list[str]]:
        return limit_lengths(token_lists(X, name), self._options(LengthOptions).max_length, False, name)

    def _tagged(self, X: Sentences, y: SentenceTags, name: str = "X", tag_name: str = "y") -> tuple[Tags, TagLists]:
        tokens, tags = self._tokens(X, name), tag_lists(y, tag_name)
        require_tags(tokens, tags.tags, name, tag_name)
        return tokens, tags

    def _validation(self, validation_data: tuple[Sentences, SentenceTags] | None) -> tuple[Tags, Tags] | None:
        if validation_data is None:
            return None
        if not isinstance(validation_data, tuple | list) or len(validation_data) != 2:
            raise TypeError(f"validation_data must be a pair (X, y), got {type(validation_data).__name__}")
        X, y = validation_data
        tokens, tags = self._tagged(X, y, "validation_data[0]", "validation_data[1]")
        return tokens, tags.tags

    def _compute(self, workers: int | None) -> NetworkCompute:
        workers = self.workers if workers is None else workers
        return network_compute(workers, self.elmo_precision, self.encoder_precision)

    def _fitted(self) -> TaggerState:
        self._require_fitted()
        assert self._state is not None
        return self._state

    def __sklearn_is_fitted__(self) -> bool:
        """Return whether `fit` has been called."""
        return self._state is not None

    def predict(self, X: Sentences, *, workers: int | None = None) -> list[list[Any]]:
        """Predict the tags of sentences.

        Several threads can call this and the other methods of a fitted tagger at the same time.

        Parameters
        ----------
        X : iterable of list of str
            Tokens of the sentences.
        workers : int or None, default None
            Number of threads; None for the `workers` of the constructor.

        Returns
        -------
        list of list of str
            The most probable sequence of tags of each sentence; integers if the training tags were integers.

        Raises
        ------
        NotFittedError
            If the tagger is not fitted.
        CorpusError
            If a sentence is too long.

        Examples
        --------
        >>> tagger = SequenceTagger(hidden_dim=4, embedding_dim=4, epochs=20, learning_rate=0.05, random_state=1)
        >>> tagger.fit([["dogs", "bark"]] * 4, [["NOUN", "VERB"]] * 4).predict([["dogs", "bark"], []])
        [['NOUN', 'VERB'], []]
        """
        state = self._fitted()
        return state.tags.as_given(predicted_tags(state, self._tokens(X), self._compute(workers)))

    def predict_proba(self, X: Sentences, *, workers: int | None = None) -> list[Floats]:
        """Predict the marginal probability of each tag of each token.

        Parameters
        ----------
        X : iterable of list of str
            Tokens of the sentences.
        workers : int or None, default None
            Number of threads; None for the `workers` of the constructor.

        Returns
        -------
        list of ndarray, shape (n_tokens, n_tags)
            Float32 probabilities of each sentence. Columns are `classes_` or, with another `learned_scheme`, the tags
            that the network is trained on in ascending order.

        Raises
        ------
        NotFittedError
            If the tagger is not fitted.

        Examples
        --------
        >>> tagger = SequenceTagger(hidden_dim=4, embedding_dim=4, epochs=1, random_state=1, workers=1)
        >>> (found,) = tagger.fit([["dogs", "bark"]] * 4, [["NOUN", "VERB"]] * 4).predict_proba([["dogs"]])
        >>> found.shape
        (1, 2)
        """
        state = self._fitted()
        return tag_probabilities(state, self._tokens(X), self._compute(workers))

    def report(self, X: Sentences, y: SentenceTags, *, workers: int | None = None) -> ChunkReport:
        """Compute precision, recall and F1 of the predicted chunks, per type and overall.

        The rules are those of the CoNLL shared tasks (seqeval's default mode). For plain tags every token counts as a
        chunk whose type is its tag. Tags that did not occur in training count as errors.

        Parameters
        ----------
        X : iterable of list of str
            Tokens of the sentences.
        y : iterable of list of str
            True tags.
        workers : int or None, default None
            Number of threads; None for the `workers` of the constructor.

        Returns
        -------
        ChunkReport
            The scores; `str()` formats them as a table.

        Raises
        ------
        NotFittedError
            If the tagger is not fitted.

        Examples
        --------
        >>> tagger = SequenceTagger(hidden_dim=4, embedding_dim=4, epochs=20, learning_rate=0.05, random_state=1)
        >>> tagger.fit([["dogs", "bark"]] * 4, [["B-NP", "B-VP"]] * 4).report([["dogs"]], [["B-NP"]]).micro.f1
        1.0
        """
        state = self._fitted()
        tokens, true = self._tagged(X, y)
        return tag_report(state.tags, true.tags, predicted_tags(state, tokens, self._compute(workers)))

    def score(self, X: Sentences, y: SentenceTags, *, workers: int | None = None) -> float:
        """Compute the F1 of the predicted chunks; for plain tags the accuracy.

        Parameters
        ----------
        X : iterable of list of str
            Tokens of the sentences.
        y : iterable of list of str
            True tags.
        workers : int or None, default None
            Number of threads; None for the `workers` of the constructor.

        Returns
        -------
        float
            Micro-averaged F1 by the rules of the CoNLL shared tasks, or accuracy.

        Raises
        ------
        NotFittedError
            If the tagger is not fitted.

        Examples
        --------
        >>> tagger = SequenceTagger(hidden_dim=4, embedding_dim=4, epochs=20, learning_rate=0.05, random_state=1)
        >>> tagger.fit([["dogs", "bark"]] * 4, [["NOUN", "VERB"]] * 4).score([["bark"]], [["VERB"]])
        1.0
        """
        report = self.report(X, y, workers=workers)
        return report.accuracy if self.scheme_ == "plain" else report.micro.f1

    def plot_history(self, metrics: str | Sequence[str] | None = None, *, ax: AxesChoice = None) -> Figure:
        """Draw how training went, `history_`, with matplotlib.

        Parameters
        ----------
        metrics : str, sequence of str, or None, default None
            Metrics to draw, each on separate axes with the curves of training and validation: "loss", "accuracy", "f1",
            "seconds"; all but "seconds" by default.
        ax : matplotlib Axes, sequence of Axes, or None, default None
            Where to draw, one for each metric; None for a new figure.

        Returns
        -------
        matplotlib Figure
            The figure. It is not shown; Jupyter shows it if it is the value of a cell, and ``savefig`` writes it.

        Raises
        ------
        NotFittedError
            If this estimator is not fitted.
        ValueError
            If a metric is unknown.
        ImportError
            If matplotlib is not installed.
        """
        return plot_history(self.history_, metrics, ax)

    def plot_layer_mixes(self, *, ax: Axes | None = None) -> Figure:
        """Draw the learned mix of the layers of ELMo models, `layer_mixes_`, with matplotlib.

        Parameters
        ----------
        ax : matplotlib Axes or None, default None
            Where to draw; None for a new figure.

        Returns
        -------
        matplotlib Figure
            The figure. It is not shown; Jupyter shows it if it is the value of a cell, and ``savefig`` writes it.

        Raises
        ------
        NotFittedError
            If this estimator is not fitted.
        ValueError
            If no embedding is an ELMo model.
        ImportError
            If matplotlib is not installed.
        """
        return plot_layer_mixes(self.layer_mixes_, ax)

    def save(self, folder: AnyPath, *, include_embedding: bool = True) -> None:
        """Write the fitted tagger to a folder, which is created if it does not exist.

        The folder gets ``model.safetensors`` (everything except embeddings), ``config.json`` (the same metadata for
        people and other programs), and the embeddings.

        Parameters
        ----------
        folder : path
            The folder.
        include_embedding : bool, default True
            Whether to write embeddings that were not trained. Without them, `load` must be given the same embeddings;
            it recognises them by a hash.

        Raises
        ------
        NotFittedError
            If the tagger is not fitted.
        OSError
            If a file cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> tagger = SequenceTagger(hidden_dim=4, embedding_dim=4, epochs=1, random_state=1, workers=1)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     tagger.fit([["dogs", "bark"]] * 4, [["NOUN", "VERB"]] * 4).save(folder)
        ...     SequenceTagger.load(folder).classes_.tolist()
        ['NOUN', 'VERB']
        """
        save_folder(
            SavedModel(params=self.get_params(), state=self._fitted()), folder, include_embedding=include_embedding
        )

    @classmethod
    def load(cls, folder: AnyPath, *, embedding: EmbeddingChoice = None) -> SequenceTagger:
        """Read a tagger that `save` has written.

        Parameters
        ----------
        folder : path
            The folder.
        embedding : KeyedVectors, Word2Vec, ELMo, None, or list of these, default None
            Embeddings of a model that was saved without them, in the order of the constructor's argument; they are
            compared with the hashes in the folder.

        Returns
        -------
        SequenceTagger
            The fitted tagger.

        Raises
        ------
        FormatError
            If the folder holds something else, or an embedding is missing or differs from the one used in training.
        OSError
            If a file cannot be read.

        Examples
        --------
        See `save`.
        """
        names = cls._parameter_names()
        model = load_folder(folder, TAGGER, names=names, embedding=embedding, tokenizer=None)
        return cls._from_state(model.params, model.state)

    save_pretrained = save
    from_pretrained = load

    @classmethod
    def _from_state(cls, params: dict[str, Any], state: object) -> SequenceTagger:
        estimator = cls(**params)
        assert isinstance(state, TaggerState)
        estimator._state = state
        return estimator

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle through the file format; embeddings are pickled as objects, so that several models can share them."""
        if self._state is None:
            return self._from_pickle, (self.get_params(), None, ())
        data, embeddings = to_bytes(SavedModel(params=self.get_params(), state=self._state))
        return self._from_pickle, (self.get_params(), data, embeddings)

    @classmethod
    def _from_pickle(
        cls, params: dict[str, Any], data: bytes | None, embeddings: Sequence[Embedding]
    ) -> SequenceTagger:
        if data is None:
            return cls(**params)
        return cls._from_state(params, from_bytes(data, embeddings, TAGGER).state)
