"""Text classification with a recurrent network over word embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from numpy.typing import ArrayLike, NDArray

from ..runtime.compute import InferencePrecision
from ..runtime.estimator import Estimator, RandomState, seed_from
from ..runtime.options import flag_option, progress_option
from ..runtime.plots import AxesChoice
from ..storage.paths import AnyPath
from ..text.label_set import ClassWeight, Label, Labels, LabelSet, class_factors, text_weights
from ..text.tokenization import Tokenizer, resolve_tokenizer
from .data.examples import joined_examples, require_labels
from .data.texts import Texts, TokenizerChoice, limit_lengths, tokenize_texts
from .files.model_archive import CLASSIFIER, SavedModel
from .files.model_folder import from_bytes, load_folder, save_folder, to_bytes
from .inference.classification import (
    attention_weights,
    class_probabilities,
    decision_values,
    prediction_text,
    text_scores,
    validation_metrics,
)
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
from .plots import plot_attention, plot_history, plot_layer_mixes
from .state import ClassifierState, Embedding, Floats, History, LayerMix
from .training.embeddings import EmbeddingChoice, checked_embeddings
from .training.progress import ProgressChoice
from .training.run import TrainingRun

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["TextClassifier"]


class TextClassifier(Estimator):
    """Text classifier: a recurrent network over word embeddings with the interface of scikit-learn.

    Parameters
    ----------
    embedding : KeyedVectors, Word2Vec, ELMo, None, or list of these, default None
        Source of the token vectors; None for vectors that are learned from the training texts. Several embeddings are
        concatenated. For an ELMo model, a softmax-normalised mix of its layers and a factor gamma are learned.
    encoder : {"lstm", "rnn"} or None, default "lstm"
        Type of the recurrent layers: LSTM, tanh, or none.
    bidirectional : bool, default True
        Whether the recurrent layers read in both directions.
    hidden_dim : int, default 128
        Dimensionality of the recurrent layers in each direction (>= 1).
    n_layers : int, default 1
        Number of recurrent layers (1 to 100).
    pooling : str, default "attention"
        How the vectors of a text are pooled: "attention", "mean", "max" or "last", or several of them joined by "+",
        such as "attention+mean+max", whose results are concatenated [3]_. "attention" computes the context vector
        c = sum of alpha_t h_t with alpha = softmax over t of v . tanh(W h_t + b).
    attention_dim : int, default 128
        Dimensionality of the hidden layer of attention pooling (>= 1).
    dense_dim : int, default 64
        Dimensionality of a tanh layer before the outputs; 0 for none.
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
    characters : bool, default False
        Whether to add a convolution over the characters of each word.
    char_dim : int, default 16
        Dimensionality of character vectors (>= 1).
    filters : sequence of (int, int), default ((3, 50),)
        Width and number of the character filters of each width.
    max_characters : int, default 30
        Maximum UTF-8 bytes per token, including 2 boundary markers (>= 3).
    layer_norm : bool, default False
        Whether to normalise each layer of an ELMo model over a text before the mix.
    mix_l2 : float, default 0.0
        Coefficient of the L2 penalty on the layer-mix weights (>= 0).
    concatenate_layers : bool, default False
        Whether the layers of an ELMo model are concatenated, each multiplied by its weight in the mix and the number of
        layers, instead of summed.
    projection_dim : int, default 0
        Dimensionality of a linear layer after the layer mix of each ELMo model, which is trained with the network; 0
        for none.
    tokenizer : {"words", "whitespace"} or callable, default "words"
        How texts are split: into runs of letters and digits and single other characters; at whitespace; or by a
        function from a text to its tokens, for which `wordkin.text.PreparationOptions` can be given, such as the
        `preparation` of word vectors. Texts that are lists of tokens are not split.
    lowercase : bool, default False
        Whether to lower-case every word before its vector is retrieved; otherwise only words that are missing.
    max_length : int, default 5000
        Maximum number of tokens per text (>= 1).
    truncate : bool, default False
        Whether to truncate longer texts; otherwise they are an error.
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
        in each epoch [3]_.
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
        Number of texts per training step (>= 1).
    epochs : int, default 10
        Maximum number of passes over the training texts (>= 1).
    class_weight : dict, "balanced" or None, default None
        Weight of each class in the loss; "balanced" for weights inversely proportional to the class frequencies.
    early_stopping : bool, default False
        Whether to stop when the validation accuracy has not improved for `patience` epochs, and to restore the best
        parameters.
    patience : int, default 3
        Early-stopping patience: epochs without improvement (>= 1).
    validation_fraction : float, default 0.1
        Fraction of the training texts held out for early stopping if `fit` gets no validation texts (above 0).
    cache_bytes : int, default 2147483648
        Size limit of the cached layers of ELMo models in bytes; layers of further texts are computed at each use.
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
    .. [1] Z. Yang et al., "Hierarchical attention networks for document classification", NAACL 2016 (attention
       pooling).
    .. [2] M. Peters et al., "Deep contextualized word representations", NAACL 2018 (layer mixes).
    .. [3] J. Howard and S. Ruder, "Universal language model fine-tuning for text classification", ACL 2018 (gradual
       unfreezing, discriminative learning rates, concatenated pooling).

    Examples
    --------
    >>> texts = ["a good film", "a bad film", "good , very good", "bad , so bad"] * 5
    >>> clf = TextClassifier(hidden_dim=8, embedding_dim=8, epochs=8, learning_rate=0.02, random_state=1, workers=1)
    >>> clf.fit(texts, [1, 0, 1, 0] * 5).predict(["very good", "so bad"]).tolist()
    [1, 0]
    """

    _estimator_type = "classifier"
    _shared_parameters = ("embedding",)
    _state: ClassifierState | None = None

    def __init__(
        self,
        embedding: EmbeddingChoice = None,
        *,
        encoder: Encoder | None = "lstm",
        bidirectional: bool = True,
        hidden_dim: int = 128,
        n_layers: int = 1,
        pooling: str = "attention",
        attention_dim: int = 128,
        dense_dim: int = 64,
        input_dropout: float = 0.3,
        dropout: float = 0.3,
        word_dropout: float = 0.0,
        fine_tune: bool | Sequence[bool] = False,
        embedding_dim: int = 100,
        min_count: int = 2,
        characters: bool = False,
        char_dim: int = 16,
        filters: Sequence[Sequence[int]] = ((3, 50),),
        max_characters: int = 30,
        layer_norm: bool = False,
        mix_l2: float = 0.0,
        concatenate_layers: bool = False,
        projection_dim: int = 0,
        tokenizer: TokenizerChoice = "words",
        lowercase: bool = False,
        max_length: int = 5000,
        truncate: bool = False,
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
        class_weight: ClassWeight | None = None,
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
        self.pooling = pooling
        self.attention_dim = attention_dim
        self.dense_dim = dense_dim
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
        self.tokenizer = tokenizer
        self.lowercase = lowercase
        self.max_length = max_length
        self.truncate = truncate
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
        self.class_weight: ClassWeight | None = class_weight
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
        """Labels of the training texts in ascending order."""
        return self._fitted().labels.classes

    @property
    def history_(self) -> History:
        """Metrics of each epoch.

        Lists by name: "loss", "accuracy" and "seconds"; with validation texts also "val_loss" and "val_accuracy".
        """
        return self._fitted().history

    @property
    def layer_mixes_(self) -> list[LayerMix]:
        """Learned layer mix of each ELMo model: softmax-normalised "weights" and the factor "gamma"."""
        return self._fitted().network.layer_mixes()

    def fit(
        self,
        X: Texts,
        y: Labels,
        sample_weight: ArrayLike | None = None,
        *,
        validation_data: tuple[Texts, Labels] | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        progress: ProgressChoice = None,
        keep_interrupted: bool = False,
    ) -> TextClassifier:
        """Train the classifier.

        Parameters
        ----------
        X : iterable of str or list of str
            Training texts, or their tokens.
        y : sequence of labels, sequence of collections of labels, or matrix of 0 and 1
            A string or integer for each text. For several labels per text, a collection of labels for each text or a
            matrix with one column per label.
        sample_weight : array_like, shape (n_texts,), optional
            Weight of each text in the loss.
        validation_data : (X, y), optional
            Texts and labels that are evaluated after each epoch.
        epochs, batch_size, progress : optional
            Override the parameters of the constructor.
        keep_interrupted : bool, default False
            Whether KeyboardInterrupt leaves the classifier fitted, as far as it has been trained. Any other exception,
            and KeyboardInterrupt by default, leaves it as it was before the call.

        Returns
        -------
        TextClassifier
            This classifier.

        Raises
        ------
        LabelError
            If there are fewer than two classes, or validation texts have unknown labels.
        CorpusError
            If there are no texts, or a text is too long.
        TypeError, ValueError
            If an argument has the wrong type or is out of range.
        TrainingDiverged
            If a loss is not finite.

        Examples
        --------
        >>> clf = TextClassifier(hidden_dim=4, embedding_dim=4, epochs=2, random_state=1, workers=1)
        >>> clf.fit(["yes", "no"] * 4, ["good", "bad"] * 4).classes_.tolist()
        ['bad', 'good']
        """
        keeps_interrupted = flag_option("keep_interrupted", keep_interrupted)
        tokens = self._tokens(X)
        labels = LabelSet.learn(y)
        targets = labels.targets(y)
        require_labels(len(tokens), len(targets))
        weights = text_weights(sample_weight, len(tokens))
        factors = class_factors(self.class_weight, labels, targets)
        if factors is not None:
            weights = weights * factors[targets]
        options = self._options(TrainingOptions, epochs=epochs, batch_size=batch_size)
        seed = seed_from(self.random_state)
        examples = joined_examples(
            (tokens, targets),
            self._validation(validation_data, labels),
            weights,
            per_token=False,
            held_out_fraction=options.validation_fraction if options.early_stopping else None,
            seed=seed,
        )
        features = self._options(FeatureOptions)
        run = TrainingRun.prepare(
            self._network_options(labels, seed),
            features,
            self._options(CharacterOptions) if features.characters else None,
            options,
            checked_embeddings(self.embedding, self.fine_tune),
            examples,
            self._compute(None),
            progress_option(self.progress if progress is None else progress),
        )
        validate = partial(validation_metrics, prepared=run.prepared, examples=examples, labels=labels)
        state = ClassifierState(network=run.state, labels=labels, history=run.history)
        try:
            run.train(validate, labels.accuracy)
        except KeyboardInterrupt:
            if keeps_interrupted:
                self._state = state
            raise
        self._state = state
        return self

    def _network_options(self, labels: LabelSet, seed: int) -> NetworkOptions:
        return NetworkOptions(
            task="labels" if labels.kind == "multi" else "classes",
            outputs=labels.outputs,
            tables=((1, 1, False),),  # replaced when the features are known
            encoder=self.encoder,
            n_layers=self.n_layers,
            hidden_dim=self.hidden_dim,
            bidirectional=self.bidirectional,
            pooling=self.pooling,
            attention_dim=self.attention_dim,
            dense_dim=self.dense_dim,
            crf=False,
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

    def _tokens(self, X: Texts, name: str = "X") -> list[list[str]]:
        options = self._options(LengthOptions)
        tokens = tokenize_texts(X, resolve_tokenizer(self.tokenizer), name)
        return limit_lengths(tokens, options.max_length, options.truncate, name)

    def _validation(
        self, validation_data: tuple[Texts, Labels] | None, labels: LabelSet
    ) -> tuple[list[list[str]], NDArray[Any]] | None:
        if validation_data is None:
            return None
        if not isinstance(validation_data, tuple | list) or len(validation_data) != 2:
            raise TypeError(f"validation_data must be a pair (X, y), got {type(validation_data).__name__}")
        X, y = validation_data
        tokens = self._tokens(X, "validation_data[0]")
        targets = labels.targets(y, "validation_data[1]")
        require_labels(len(tokens), len(targets), "validation_data[0]", "validation_data[1]")
        return tokens, targets

    def _compute(self, workers: int | None) -> NetworkCompute:
        workers = self.workers if workers is None else workers
        return network_compute(workers, self.elmo_precision, self.encoder_precision)

    def _fitted(self) -> ClassifierState:
        self._require_fitted()
        assert self._state is not None
        return self._state

    def __sklearn_is_fitted__(self) -> bool:
        """Return whether `fit` has been called."""
        return self._state is not None

    def predict(self, X: Texts, *, workers: int | None = None) -> NDArray[Any] | list[tuple[Label, ...]]:
        """Predict the labels of texts.

        Several threads can call this and the other methods of a fitted classifier at the same time.

        Parameters
        ----------
        X : iterable of str or list of str
            Texts, or their tokens. An empty text is classified as a vector of zeros.
        workers : int or None, default None
            Number of threads; None for the `workers` of the constructor.

        Returns
        -------
        ndarray or list of tuple
            One label per text. For several labels per text, a 0/1 matrix or a tuple of labels for each text, as the
            labels were given to `fit`.

        Raises
        ------
        NotFittedError
            If the classifier is not fitted.
        CorpusError
            If a text is too long.

        Examples
        --------
        >>> clf = TextClassifier(hidden_dim=4, embedding_dim=4, epochs=20, learning_rate=0.05, random_state=1)
        >>> clf.fit(["yes", "no"] * 4, ["good", "bad"] * 4).predict(["no", "yes"]).tolist()
        ['bad', 'good']
        """
        state = self._fitted()
        return state.labels.decode(text_scores(state, self._tokens(X), self._compute(workers)))

    def predict_proba(self, X: Texts, *, workers: int | None = None) -> Floats:
        """Predict class probabilities.

        Parameters
        ----------
        X : iterable of str or list of str
            Texts, or their tokens.
        workers : int or None, default None
            Number of threads; None for the `workers` of the constructor.

        Returns
        -------
        ndarray, shape (n_texts, n_classes)
            Float32 probabilities in the order of `classes_`. They sum to 1 for each text, except for several labels per
            text.

        Raises
        ------
        NotFittedError
            If the classifier is not fitted.

        Examples
        --------
        >>> clf = TextClassifier(hidden_dim=4, embedding_dim=4, epochs=1, random_state=1, workers=1)
        >>> clf.fit(["yes", "no"] * 4, ["good", "bad"] * 4).predict_proba(["no"]).shape
        (1, 2)
        """
        state = self._fitted()
        return class_probabilities(state, self._tokens(X), self._compute(workers))

    def decision_function(self, X: Texts, *, workers: int | None = None) -> Floats:
        """Compute the logits of texts.

        Parameters
        ----------
        X : iterable of str or list of str
            Texts, or their tokens.
        workers : int or None, default None
            Number of threads; None for the `workers` of the constructor.

        Returns
        -------
        ndarray, shape (n_texts,) or (n_texts, n_classes)
            Float32 logits. For two classes one per text, positive for the second class.

        Raises
        ------
        NotFittedError
            If the classifier is not fitted.

        Examples
        --------
        >>> clf = TextClassifier(hidden_dim=4, embedding_dim=4, epochs=1, random_state=1, workers=1)
        >>> clf.fit(["yes", "no"] * 4, ["good", "bad"] * 4).decision_function(["no", "yes"]).shape
        (2,)
        """
        state = self._fitted()
        return decision_values(state, self._tokens(X), self._compute(workers))

    def attention(self, X: Texts, *, workers: int | None = None) -> list[Floats]:
        """Compute the weights of the tokens in attention pooling.

        Parameters
        ----------
        X : iterable of str or list of str
            Texts, or their tokens.
        workers : int or None, default None
            Number of threads; None for the `workers` of the constructor.

        Returns
        -------
        list of ndarray, shape (n_tokens,)
            Float32 weights alpha of each text; they sum to 1.

        Raises
        ------
        NotFittedError
            If the classifier is not fitted.
        ValueError
            If `pooling` is not "attention".

        Examples
        --------
        >>> clf = TextClassifier(hidden_dim=4, embedding_dim=4, epochs=1, random_state=1, workers=1)
        >>> [len(weights) for weights in clf.fit(["yes", "no"] * 4, [1, 0] * 4).attention(["yes , yes"])]
        [3]
        """
        state = self._fitted()
        return attention_weights(state, self._tokens(X), self._compute(workers))

    def score(
        self, X: Texts, y: Labels, sample_weight: ArrayLike | None = None, *, workers: int | None = None
    ) -> float:
        """Compute the accuracy of the predictions.

        Parameters
        ----------
        X : iterable of str or list of str
            Texts, or their tokens.
        y : sequence of labels, sequence of collections of labels, or matrix of 0 and 1
            True labels, as in `fit`.
        sample_weight : array_like, shape (n_texts,), optional
            Weight of each text.
        workers : int or None, default None
            Number of threads; None for the `workers` of the constructor.

        Returns
        -------
        float
            Fraction of the texts whose label, or whose complete set of labels, is predicted.

        Raises
        ------
        NotFittedError
            If the classifier is not fitted.
        LabelError
            If a label did not occur in training.

        Examples
        --------
        >>> clf = TextClassifier(hidden_dim=4, embedding_dim=4, epochs=20, learning_rate=0.05, random_state=1)
        >>> clf.fit(["yes", "no"] * 4, [1, 0] * 4).score(["yes"], [1])
        1.0
        """
        state = self._fitted()
        scores = text_scores(state, self._tokens(X), self._compute(workers))
        targets = state.labels.targets(y)
        require_labels(len(scores), len(targets))
        return state.labels.accuracy(scores, targets, text_weights(sample_weight, len(scores)))

    def plot_attention(self, text: str | list[str], *, workers: int | None = None, ax: Axes | None = None) -> Figure:
        """Draw the tokens of a text with their weights in attention pooling, with matplotlib.

        The title is the prediction. Of more than 40 tokens, those with the greatest weights are drawn.

        Parameters
        ----------
        text : str or list of str
            A text, or its tokens.
        workers : int or None, default None
            Number of threads; None for the `workers` of the constructor.
        ax : matplotlib Axes or None, default None
            Where to draw; None for a new figure.

        Returns
        -------
        matplotlib Figure
            The figure. It is not shown; Jupyter shows it if it is the value of a cell, and ``savefig`` writes it.

        Raises
        ------
        NotFittedError
            If the classifier is not fitted.
        ValueError
            If `pooling` is not "attention", or the text is empty.
        ImportError
            If matplotlib is not installed.

        Examples
        --------
        >>> clf = TextClassifier(hidden_dim=4, embedding_dim=4, epochs=1, random_state=1, workers=1)
        >>> figure = clf.fit(["yes", "no"] * 4, [1, 0] * 4).plot_attention("yes , yes")
        >>> figure.savefig("attention.png")  # doctest: +SKIP
        """
        state, compute = self._fitted(), self._compute(workers)
        tokens = self._tokens([text])
        (weights,) = attention_weights(state, tokens, compute)
        title = prediction_text(state, tokens, compute)
        return plot_attention(tokens[0], weights, title, ax)

    def plot_history(self, metrics: str | Sequence[str] | None = None, *, ax: AxesChoice = None) -> Figure:
        """Draw how training went, `history_`, with matplotlib.

        Parameters
        ----------
        metrics : str, sequence of str, or None, default None
            Metrics to draw, each on separate axes with the curves of training and validation: "loss", "accuracy",
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
        """Write the fitted classifier to a folder, which is created if it does not exist.

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
            If the classifier is not fitted.
        OSError
            If a file cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> clf = TextClassifier(hidden_dim=4, embedding_dim=4, epochs=1, random_state=1, workers=1)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     clf.fit(["yes", "no"] * 4, [1, 0] * 4).save(folder)
        ...     TextClassifier.load(folder).classes_.tolist()
        [0, 1]
        """
        save_folder(
            SavedModel(params=self.get_params(), state=self._fitted()), folder, include_embedding=include_embedding
        )

    @classmethod
    def load(
        cls, folder: AnyPath, *, embedding: EmbeddingChoice = None, tokenizer: Tokenizer | None = None
    ) -> TextClassifier:
        """Read a classifier that `save` has written.

        Parameters
        ----------
        folder : path
            The folder.
        embedding : KeyedVectors, Word2Vec, ELMo, None, or list of these, default None
            Embeddings of a model that was saved without them, in the order of the constructor's argument; they are
            compared with the hashes in the folder.
        tokenizer : callable, optional
            The tokenizer, if it was a function: functions are not saved.

        Returns
        -------
        TextClassifier
            The fitted classifier.

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
        model = load_folder(folder, CLASSIFIER, names=names, embedding=embedding, tokenizer=tokenizer)
        return cls._from_state(model.params, model.state)

    save_pretrained = save
    from_pretrained = load

    @classmethod
    def _from_state(cls, params: dict[str, Any], state: object) -> TextClassifier:
        estimator = cls(**params)
        assert isinstance(state, ClassifierState)
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
    ) -> TextClassifier:
        if data is None:
            return cls(**params)
        return cls._from_state(params, from_bytes(data, embeddings, CLASSIFIER).state)
