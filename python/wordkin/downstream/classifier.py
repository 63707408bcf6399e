"""Texts into classes: features of tokens, recurrent layers, one vector for a text, a decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import CorpusError
from ..runtime.options import flag_option, integer_option
from .data.texts import as_tokenizer, cut_texts, tokenized
from .inference.outputs import answers
from .labels.label_set import LabelSet, class_factors, text_weights
from .text_network import TextNetwork
from .training.embeddings import held_out

if TYPE_CHECKING:
    from .._core.tasks import Network

__all__ = ["TextClassifier"]


class TextClassifier(TextNetwork):
    """Classify texts with a recurrent network over embeddings, in scikit-learn's manners.

    Parameters
    ----------
    embedding : KeyedVectors, Word2Vec, ELMo, None, or list of these
        Where a token's vectors come from; None for vectors that are learned from the training texts. Several stand side
        by side. Of an ELMo's layers a mix with shares softmax(w) and a factor gamma is learned.
    encoder : {"lstm", "rnn"} or None
        Recurrent layers over the vectors: LSTM, tanh, or none.
    bidirectional : bool
        Whether they read in both directions.
    hidden_dim, n_layers : int
        Their width in each direction, and how many.
    pooling : {"attention", "mean", "max", "last"}
        How a text becomes one vector; "attention" makes the dynamic context vector c = sum of alpha_t h_t with alpha =
        softmax over t of v . tanh(W h_t + b).
    attention_dim : int
        Width of that tanh layer.
    dense_dim : int
        Width of a tanh layer before the decision; 0 for none.
    input_dropout, dropout : float
        Share of zeros in the vectors of tokens, and between the other layers, in training.
    fine_tune : bool, or list of bool
        Whether embeddings (each) are trained, too: on a copy. Vectors of an ELMo that is not trained are computed once.
    embedding_dim, min_count : int
        Width of vectors that are learned, and how often a word must occur to have its own.
    characters : bool
        Whether a convolution over the characters of a word stands beside the embeddings.
    char_dim, filters, max_characters
        Its shape: numbers for each character, pairs of width and number, bytes of a word that are seen and two.
    layer_norm : bool
        Whether layers of an ELMo are shifted and scaled to mean 0 and deviation 1 over a text before the mix.
    mix_l2 : float
        Factor of the squared weights of the mix in the loss.
    tokenizer : {"words", "blanks"} or callable
        How texts are cut: runs of letters and digits and every other character but blanks; what blanks separate; or
        from a text to its tokens. Texts that are token lists already are taken as they are.
    lowercase : bool
        Whether words are looked up in lower case; else those only that are missing as they stand.
    max_length : int
        Tokens of the longest text. Longer ones are refused, or cut with `truncate`.
    truncate : bool
        See `max_length`.
    optimizer : {"adam"}
        What trains.
    learning_rate, decay : float
        Of Adam, and its factor after each epoch.
    embedding_learning_rate : float
        Of an ELMo that is trained, too.
    clip_norm : float
        Greatest norm of the gradients; 0 for no limit.
    batch_size, epochs : int
        Texts in a step, and passes over the texts; `fit` can be given others.
    class_weight : dict, "balanced" or None
        Factors of classes in the loss.
    early_stopping : bool
        Whether training ends when the accuracy on validation texts has not risen for `patience` epochs; the best
        parameters are taken then. Without `validation_data` a share of `validation_fraction` is held out.
    patience, validation_fraction
        See `early_stopping`.
    cache_bytes : int
        Memory for layers of an ELMo that are computed once; those of further texts are computed at each use.
    random_state : int, RandomState, Generator or None
        Of all draws. The same number gives the same model, for a number of threads and an instruction set.
    workers : int, optional
        Threads; None for the cores that this process may use.
    progress : bool or callable, optional
        True for a bar on stderr; None for one where stderr is a terminal; a callable gets a `FitEvent` after each
        epoch.

    Attributes
    ----------
    classes_ : ndarray
        Labels, in rising order.
    history_ : dict of str to list
        For each epoch: ``loss``, ``accuracy``, ``seconds``, and with validation texts ``val_loss``, ``val_accuracy``.
    layer_mixes_ : list of dict
        Of each ELMo: the shares of its layers, and gamma.

    Examples
    --------
    >>> texts = ["a good film", "a bad film", "good , very good", "bad , so bad"] * 5
    >>> clf = TextClassifier(hidden_dim=8, embedding_dim=8, epochs=8, learning_rate=0.02, random_state=1, workers=1)
    >>> clf.fit(texts, [1, 0, 1, 0] * 5).predict(["very good", "so bad"]).tolist()
    [1, 0]
    """

    _estimator_type = "classifier"
    _kind = "text_classifier"

    def __init__(
        self,
        embedding: Any = None,
        *,
        encoder: str | None = "lstm",
        bidirectional: bool = True,
        hidden_dim: int = 128,
        n_layers: int = 1,
        pooling: str = "attention",
        attention_dim: int = 128,
        dense_dim: int = 64,
        input_dropout: float = 0.3,
        dropout: float = 0.3,
        fine_tune: Any = False,
        embedding_dim: int = 100,
        min_count: int = 2,
        characters: bool = False,
        char_dim: int = 16,
        filters: Any = ((3, 50),),
        max_characters: int = 30,
        layer_norm: bool = False,
        mix_l2: float = 0.0,
        tokenizer: Any = "words",
        lowercase: bool = False,
        max_length: int = 5000,
        truncate: bool = False,
        optimizer: str = "adam",
        learning_rate: float = 1e-3,
        decay: float = 1.0,
        embedding_learning_rate: float = 1e-4,
        clip_norm: float = 5.0,
        batch_size: int = 32,
        epochs: int = 10,
        class_weight: Any = None,
        early_stopping: bool = False,
        patience: int = 3,
        validation_fraction: float = 0.1,
        cache_bytes: int = 2 << 30,
        random_state: Any = None,
        workers: int | None = None,
        progress: Any = None,
    ) -> None:
        self.embedding = embedding
        self.encoder = encoder
        self.bidirectional = bidirectional
        self.hidden_dim = hidden_dim
        self.n_layers = n_layers
        self.pooling = pooling
        self.attention_dim = attention_dim
        self.dense_dim = dense_dim
        self.input_dropout = input_dropout
        self.dropout = dropout
        self.fine_tune = fine_tune
        self.embedding_dim = embedding_dim
        self.min_count = min_count
        self.characters = characters
        self.char_dim = char_dim
        self.filters = filters
        self.max_characters = max_characters
        self.layer_norm = layer_norm
        self.mix_l2 = mix_l2
        self.tokenizer = tokenizer
        self.lowercase = lowercase
        self.max_length = max_length
        self.truncate = truncate
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.decay = decay
        self.embedding_learning_rate = embedding_learning_rate
        self.clip_norm = clip_norm
        self.batch_size = batch_size
        self.epochs = epochs
        self.class_weight = class_weight
        self.early_stopping = early_stopping
        self.patience = patience
        self.validation_fraction = validation_fraction
        self.cache_bytes = cache_bytes
        self.random_state = random_state
        self.workers = workers
        self.progress = progress

    @property
    def classes_(self) -> NDArray[Any]:
        """Labels, in rising order."""
        self._require_fitted()
        return self._labels.classes

    _labels: LabelSet

    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        validation_data: tuple[Any, Any] | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        progress: Any = None,
    ) -> TextClassifier:
        """Learn from texts and their labels.

        Parameters
        ----------
        X : list of str, or of lists of str
            Texts, or tokens of texts.
        y : sequence
            A label for each text, text or whole numbers; or several: a collection of labels for each text, or a matrix
            of 0 and 1 with a column for each label.
        sample_weight : sequence of float, optional
            Factor of each text in the loss.
        validation_data : (X, y), optional
            Texts to look at after each epoch.
        epochs, batch_size, progress
            Instead of those of the constructor.

        Returns
        -------
        TextClassifier
            This one.

        Raises
        ------
        LabelError
            If there are not two classes at least, or validation texts have others.
        CorpusError
            If a text is too long, or there are none.
        TypeError, ValueError
            For arguments of the wrong kind or out of range.
        TrainingDiverged
            If a loss is not finite any more.
        """
        sentences = self._sentences(X)
        labels = LabelSet.learned(y)
        targets = labels.targets(y)
        _require_as_many(len(sentences), len(targets), "X", "y")
        weights = text_weights(sample_weight, len(sentences))
        factors = class_factors(self.class_weight, labels, targets)
        if factors is not None:
            weights = weights * factors[targets]
        seed = self._seed()
        training, validation = np.arange(len(sentences)), np.arange(0)
        if validation_data is not None:
            more, more_targets = self._validation(validation_data, labels)
            validation = np.arange(len(sentences), len(sentences) + len(more))
            sentences += more
            targets = np.concatenate([targets, more_targets])
            weights = np.concatenate([weights, np.ones(len(more), np.float32)])
        elif flag_option("early_stopping", self.early_stopping):
            training, validation = held_out(len(sentences), self.validation_fraction, seed)
        options = self._options(
            "labels" if labels.kind == "multi" else "classes",
            labels.outputs,
            seed,
            pooling=self.pooling,
            attention_dim=self.attention_dim,
            crf=False,
        )

        def judge(network: Network, prepared: Any) -> Mapping[str, float]:
            scores = answers(network, prepared, validation, "scores", is_per_token=False)
            return {"accuracy": labels.accuracy(scores, targets[validation], weights[validation])}

        self._fit_network(
            options,
            sentences,
            targets,
            weights,
            training,
            validation,
            is_per_token=False,
            judge=judge,
            accuracy=labels.accuracy,
            learned={"_labels": labels},
            epochs=epochs,
            batch_size=batch_size,
            progress=progress,
        )
        return self

    def _sentences(self, X: Any, name: str = "X") -> list[list[str]]:
        max_length = integer_option("max_length", self.max_length, 1, 2**31 - 1)
        truncate = flag_option("truncate", self.truncate)
        return cut_texts(tokenized(X, as_tokenizer(self.tokenizer), name), max_length, truncate, name)

    def _validation(self, validation_data: Any, labels: LabelSet) -> tuple[list[list[str]], NDArray[Any]]:
        if not isinstance(validation_data, tuple | list) or len(validation_data) != 2:
            raise TypeError(f"validation_data must be a pair (X, y), got {type(validation_data).__name__}")
        sentences = self._sentences(validation_data[0], "validation_data[0]")
        targets = labels.targets(validation_data[1], "validation_data[1]")
        _require_as_many(len(sentences), len(targets), "validation_data[0]", "validation_data[1]")
        return sentences, targets

    def _asked(self, X: Any, question: Any) -> NDArray[Any]:
        self._require_fitted()
        sentences = self._sentences(X)
        if not sentences:
            return np.empty((0, self._labels.outputs), dtype=np.float32)
        return self._answers(sentences, question, is_per_token=question == "attention")

    def predict(self, X: Any) -> Any:
        """Return the label of each text: an array; of several labels as they were given in training.

        An empty text has a decision, too: that for a vector of zeros.
        """
        return self._labels_of(self._asked(X, "scores"))

    def _labels_of(self, scores: NDArray[np.float32]) -> Any:
        return self._labels.of_scores(scores)

    def predict_proba(self, X: Any) -> NDArray[np.float32]:
        """Return probabilities, float32 (texts, classes), by `classes_`; of several labels each its own."""
        found: NDArray[np.float32] = self._asked(X, "probabilities")
        return np.hstack([1 - found, found]) if self._labels.kind == "two" else found

    def decision_function(self, X: Any) -> NDArray[np.float32]:
        """Return the network's outputs: for two classes (texts,), positive for the second; else (texts, classes)."""
        scores: NDArray[np.float32] = self._asked(X, "scores")
        return scores[:, 0] if self._labels.kind == "two" else scores

    def attention(self, X: Any) -> list[NDArray[np.float32]]:
        """Return for each text the weights alpha of its tokens in the dynamic context vector; they sum to 1.

        Raises
        ------
        ValueError
            If `pooling` is something else than "attention".
        """
        self._require_fitted()
        if self._content.options.pooling != "attention":
            raise ValueError(f"pooling must be 'attention' for this; it is {self._content.options.pooling!r}")
        sentences = self._sentences(X)
        if not sentences:
            return []
        weights = self._answers(sentences, "attention", is_per_token=True)
        return np.split(weights, np.cumsum([len(tokens) for tokens in sentences])[:-1])

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the share of texts whose label is predicted right; of several labels: all of them.

        Raises
        ------
        LabelError
            If a label is not among those of the training texts.
        """
        scores = self._asked(X, "scores")
        targets = self._labels.targets(y)
        _require_as_many(len(scores), len(targets), "X", "y")
        return self._labels.accuracy(scores, targets, text_weights(sample_weight, len(scores)))

    def _state(self) -> dict[str, Any]:
        labels = self._labels
        return {"classes": labels.classes.tolist(), "kind": labels.kind, "is_matrix": labels.is_matrix}

    def _set_state(self, state: Mapping[str, Any]) -> None:
        kind = state["kind"]
        if kind not in ("two", "several", "multi"):
            raise ValueError(f"labels of kind {kind!r:.20} are unknown")
        self._labels = LabelSet(np.array(state["classes"]), kind, bool(state["is_matrix"]))


def _require_as_many(texts: int, labels: int, name: str, label_name: str) -> None:
    if texts != labels:
        raise ValueError(f"{label_name} must have a label for each text of {name}, got {labels} for {texts}")
    if texts == 0:
        raise CorpusError(f"{name} must have one text at least, got none")
