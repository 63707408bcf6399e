"""Transformers from texts to vectors for scikit-learn pipelines.

Importing this module does not import scikit-learn.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .downstream.data.texts import IndexedTexts, Texts, TokenizerChoice, tokenize_texts
from .downstream.data.word_rows import lookup_vectors, require_finite
from .downstream.training.embeddings import HasVectors
from .elmo import ELMo
from .runtime.compute import InferencePrecision
from .runtime.containers import Container, checked_container, in_container
from .runtime.estimator import Estimator
from .runtime.options import choice_option, flag_option, integer_option, real_option
from .text.tokenization import resolve_tokenizer
from .vectors import KeyedVectors

__all__ = ["ELMoVectorizer", "WordVectorizer"]

Matrix = NDArray[np.float32]
Weighting = Literal["mean", "sif", "usif", "tfidf"]
Layers = Literal["average", "top", "all"] | int | Sequence[float]
LayerNorm = Literal["bilm", "allennlp"]


@dataclass(frozen=True, kw_only=True, eq=False)
class _TextWeights:
    """Weights and common components that `WordVectorizer` learns from training texts."""

    weighting: Weighting
    n_features: int
    word_weights: dict[str, float] | None = None
    common_components: Matrix | None = None
    component_weights: NDArray[np.float32] | None = None  # shares of each component that are removed


class WordVectorizer(Estimator):
    """Represent texts by weighted means of their word vectors.

    Parameters
    ----------
    embedding : KeyedVectors or Word2Vec
        The word vectors. Words without a vector are ignored; a text without known words is a row of zeros.
    weighting : {"mean", "sif", "usif", "tfidf"}, default "mean"
        "mean" weights all words equally. "sif" is smooth inverse frequency [1]_: the weight a / (a + p) for a word
        with the relative frequency p in the training texts, and removal of common components. "usif" is unsupervised
        SIF [2]_: the weight a / (a / 2 + p), where a follows from the vocabulary and the mean length of the training
        texts, and removal of the share of each common component that is its share of their variance. "tfidf" is term
        frequency times smoothed inverse document frequency.
    tokenizer : {"words", "whitespace"} or callable, default "words"
        How texts are split: into runs of letters and digits and single other characters; at whitespace; or by a
        function from a text to its tokens, for which `wordkin.text.PreparationOptions` can be given, such as the
        `preparation` of word vectors. Texts that are lists of tokens are not split.
    lowercase : bool, default False
        Whether to lower-case every word before its vector is retrieved; otherwise only words that are missing.
    sif_a : float, default 0.001
        The parameter a of "sif" (> 0).
    sif_components : int, default 1
        Number of common components that "sif" removes (>= 0).
    usif_components : int, default 5
        Number of common components that "usif" removes (>= 0), at most the dimensionality of the vectors.
    normalize : bool, default False
        Whether to scale rows to unit length.

    Attributes
    ----------
    word_weights_ : dict of str to float
        Weights of the words of the training texts; not for "mean".
    common_components_ : ndarray, shape (components, vector_size)
        Common components, float32; only for "sif" and "usif".
    n_features_out_ : int
        Number of columns of the result.

    References
    ----------
    .. [1] S. Arora, Y. Liang and T. Ma, "A simple but tough-to-beat baseline for sentence embeddings", ICLR 2017.
    .. [2] K. Ethayarajh, "Unsupervised random walk sentence embeddings: a strong but simple baseline", Repl4NLP 2018.

    Examples
    --------
    >>> kv = KeyedVectors(2)
    >>> kv.add_vectors(["sun", "rain"], [[1, 0], [0, 1]])
    >>> WordVectorizer(kv).fit_transform(["sun and rain", "sun", ""]).tolist()
    [[0.5, 0.5], [1.0, 0.0], [0.0, 0.0]]
    """

    _shared_parameters = ("embedding",)

    _sklearn_output_config: dict[str, Container]
    _state: _TextWeights | None = None

    def __init__(
        self,
        embedding: KeyedVectors | HasVectors | None = None,
        weighting: Weighting = "mean",
        *,
        tokenizer: TokenizerChoice = "words",
        lowercase: bool = False,
        sif_a: float = 1e-3,
        sif_components: int = 1,
        usif_components: int = 5,
        normalize: bool = False,
    ) -> None:
        self.embedding = embedding
        self.weighting: Weighting = weighting
        self.tokenizer = tokenizer
        self.lowercase = lowercase
        self.sif_a = sif_a
        self.sif_components = sif_components
        self.usif_components = usif_components
        self.normalize = normalize

    def fit(self, X: Texts, y: object = None) -> WordVectorizer:
        """Compute the word weights and the common components of training texts.

        Parameters
        ----------
        X : iterable of str or list of str, or column of a data frame
            Texts, or their tokens.
        y : object, default None
            Ignored; for compatibility with scikit-learn.

        Returns
        -------
        WordVectorizer
            This transformer.

        Raises
        ------
        TypeError, ValueError
            If an element of `X` is not a text, or a parameter has the wrong type or is out of range.

        Examples
        --------
        >>> kv = KeyedVectors(2)
        >>> kv.add_vectors(["sun", "rain"], [[1, 0], [0, 1]])
        >>> WordVectorizer(kv, "tfidf").fit(["sun", "sun rain"]).word_weights_["sun"]
        1.0
        """
        return self._fit(self._tokens(X))

    def _fit(self, sentences: list[list[str]]) -> WordVectorizer:
        vectors = self._vectors()
        choice_option("weighting", self.weighting, ("mean", "sif", "usif", "tfidf"))
        weighting = self.weighting
        components = integer_option("sif_components", self.sif_components, 0, vectors.vector_size)
        discourses = min(integer_option("usif_components", self.usif_components, 0, 2**31 - 1), vectors.vector_size)
        a = real_option("sif_a", self.sif_a, 0.0, math.inf, low_exclusive=True)
        texts = IndexedTexts.from_sentences(sentences)
        word_weights = common = shares = None
        if weighting != "mean":
            if weighting == "sif":
                weights = _inverse_frequencies(texts, a)
            elif weighting == "usif":
                weights = _unsupervised_inverse_frequencies(texts)
            else:
                weights = _inverse_document_frequencies(texts)
            word_weights = dict(zip(texts.words, weights.tolist(), strict=True))
        if weighting == "sif":
            common, _ = _principal_directions(self._means(texts, word_weights, divides_by_count=True), components)
        elif weighting == "usif":
            common, variances = _principal_directions(
                self._means(texts, word_weights, divides_by_count=True), discourses
            )
            shares = (variances / max(float(variances.sum()), np.finfo(np.float64).tiny)).astype(np.float32)
        self._state = _TextWeights(
            weighting=weighting,
            n_features=vectors.vector_size,
            word_weights=word_weights,
            common_components=common,
            component_weights=shares,
        )
        return self

    @property
    def n_features_out_(self) -> int:
        """Number of columns of the result."""
        return self._fitted("n_features_out_").n_features

    @property
    def word_weights_(self) -> dict[str, float]:
        """Weights of the words of the training texts; not for "mean"."""
        weights = self._fitted("word_weights_").word_weights
        if weights is None:
            raise AttributeError("word_weights_ is available for the weightings 'sif', 'usif' and 'tfidf' only")
        return weights

    @property
    def common_components_(self) -> Matrix:
        """Common components, float32 of shape (components, vector_size); only for "sif" and "usif"."""
        components = self._fitted("common_components_").common_components
        if components is None:
            raise AttributeError("common_components_ is available for the weightings 'sif' and 'usif' only")
        return components

    def _fitted(self, attribute: str) -> _TextWeights:
        if self._state is None:
            raise AttributeError(f"{attribute} is available after fit()")
        return self._state

    def __sklearn_is_fitted__(self) -> bool:
        """Return whether `fit` has been called."""
        return self._state is not None

    def transform(self, X: Texts) -> Matrix:
        """Compute the vectors of texts.

        Parameters
        ----------
        X : iterable of str or list of str, or column of a data frame
            Texts, or their tokens.

        Returns
        -------
        ndarray, shape (n_texts, vector_size)
            Float32 vectors; a DataFrame if `set_output` has chosen one.

        Raises
        ------
        NotFittedError
            If the transformer is not fitted.

        Examples
        --------
        >>> kv = KeyedVectors(2)
        >>> kv.add_vectors(["sun", "rain"], [[1, 0], [0, 1]])
        >>> WordVectorizer(kv, normalize=True).fit([]).transform(["sun sun"]).tolist()
        [[1.0, 0.0]]
        """
        self._require_fitted()
        return self._transform(self._tokens(X), X)

    def _transform(self, sentences: list[list[str]], source: object) -> Matrix:
        state = self._state
        assert state is not None
        texts = IndexedTexts.from_sentences(sentences)
        means = self._means(texts, state.word_weights, divides_by_count=state.weighting in ("sif", "usif"))
        if state.common_components is not None:
            projections = means @ state.common_components.T
            if state.component_weights is not None:
                projections *= state.component_weights
            means -= projections @ state.common_components
        rows = _unit_rows(means) if flag_option("normalize", self.normalize) else means
        return _contained(self, rows, source)

    def fit_transform(self, X: Texts, y: object = None) -> Matrix:
        """Fit the transformer and compute the vectors of the same texts.

        Parameters
        ----------
        X : iterable of str or list of str, or column of a data frame
            Texts, or their tokens.
        y : object, default None
            Ignored; for compatibility with scikit-learn.

        Returns
        -------
        ndarray, shape (n_texts, vector_size)
            Float32 vectors; a DataFrame if `set_output` has chosen one.

        Examples
        --------
        >>> kv = KeyedVectors(2)
        >>> kv.add_vectors(["sun", "rain"], [[1, 0], [0, 1]])
        >>> WordVectorizer(kv).fit_transform([["sun", "rain"]]).tolist()
        [[0.5, 0.5]]
        """
        texts = self._tokens(X)
        return self._fit(texts)._transform(texts, X)

    def set_output(self, *, transform: Container | None = None) -> WordVectorizer:
        """Choose the container of the results of `transform` and `fit_transform`.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"} or None, default None
            "pandas" or "polars" for a DataFrame with the names of `get_feature_names_out` as columns, "default" for an
            array; None for no change. Initially scikit-learn's ``set_config(transform_output=...)`` applies.

        Returns
        -------
        WordVectorizer
            This transformer.

        Raises
        ------
        ValueError
            If the container is unknown.
        ImportError
            If its library is not installed.

        Examples
        --------
        >>> WordVectorizer(KeyedVectors(2)).set_output(transform="default").fit_transform([""]).shape
        (1, 2)
        """
        if transform is not None:
            self._sklearn_output_config = {"transform": checked_container(transform)}
        return self

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Return the names of the columns.

        Parameters
        ----------
        input_features : object, default None
            Ignored; for compatibility with scikit-learn.

        Returns
        -------
        ndarray, shape (`n_features_out_`,)
            Names: "wordvectorizer0", "wordvectorizer1" and so on.

        Examples
        --------
        >>> WordVectorizer(KeyedVectors(2)).fit([]).get_feature_names_out().tolist()
        ['wordvectorizer0', 'wordvectorizer1']
        """
        self._require_fitted()
        return _column_names("wordvectorizer", self.n_features_out_)

    def _vectors(self) -> KeyedVectors:
        vectors = getattr(self.embedding, "wv", self.embedding)  # of a Word2Vec
        if not isinstance(vectors, KeyedVectors):
            raise TypeError(f"embedding must be KeyedVectors or a Word2Vec, got {type(self.embedding).__name__}")
        return vectors

    def _tokens(self, X: Texts) -> list[list[str]]:
        return tokenize_texts(X, resolve_tokenizer(self.tokenizer))

    def _means(self, texts: IndexedTexts, word_weights: dict[str, float] | None, *, divides_by_count: bool) -> Matrix:
        """Return weighted sums of word vectors, divided by the sum of the weights or by the number of words."""
        vectors = self._vectors()
        table, rows = lookup_vectors(vectors, texts.words, flag_option("lowercase", self.lowercase))
        require_finite(table, rows, texts.words)
        weights = np.ones(len(texts.words), dtype=np.float32)
        if word_weights is not None:
            # Words that did not occur in the training texts count as the rarest ones.
            rarest = max(word_weights.values(), default=1.0)
            weights[:] = [word_weights.get(word, rarest) for word in texts.words]
        weights[rows < 0] = 0.0
        means = np.zeros((len(texts), vectors.vector_size), dtype=np.float32)
        for index, (begin, end) in enumerate(zip(texts.ends[:-1].tolist(), texts.ends[1:].tolist(), strict=True)):
            types = texts.types[begin:end]
            own = weights[types]
            divisor = float(np.count_nonzero(own)) if divides_by_count else float(own.sum(dtype=np.float64))
            if divisor > 0:
                means[index] = (own / np.float32(divisor)) @ table[rows[types]]
        return means


def _contained(vectorizer: WordVectorizer | ELMoVectorizer, rows: Matrix, source: object) -> Matrix:
    """Return rows in the container that `set_output` has chosen; type checkers see the array, as in scikit-learn."""
    chosen = vars(vectorizer).get("_sklearn_output_config", {}).get("transform")
    contained: Matrix = in_container(rows, vectorizer.get_feature_names_out().tolist(), source, chosen)
    return contained


def _column_names(prefix: str, count: int) -> NDArray[np.object_]:
    return np.array([f"{prefix}{column}" for column in range(count)], dtype=object)


def _inverse_frequencies(texts: IndexedTexts, a: float) -> NDArray[np.float64]:
    frequencies = texts.counts / max(1, int(texts.counts.sum()))
    weights: NDArray[np.float64] = a / (a + frequencies)
    return weights


def _unsupervised_inverse_frequencies(texts: IndexedTexts) -> NDArray[np.float64]:
    words, total = len(texts.words), int(texts.counts.sum())
    frequencies = texts.counts / max(1, total)
    length = total / max(1, int(np.count_nonzero(np.diff(texts.ends))))
    # A word is common if it is more probable than to occur in a random walk of this length over all words.
    is_common = frequencies > 1.0 - (1.0 - 1.0 / max(1, words)) ** length
    common = float(is_common.mean()) if words else 0.0
    if common == 0.0:  # a is infinite
        return np.full(words, 2.0)
    a = (1.0 - common) / (common * words / 2.0)
    weights: NDArray[np.float64] = a / (a / 2.0 + frequencies)
    return weights


def _inverse_document_frequencies(texts: IndexedTexts) -> NDArray[np.float64]:
    frequencies = np.zeros(len(texts.words), dtype=np.int64)
    for begin, end in zip(texts.ends[:-1].tolist(), texts.ends[1:].tolist(), strict=True):
        frequencies[np.unique(texts.types[begin:end])] += 1
    weights: NDArray[np.float64] = np.log((1 + len(texts)) / (1 + frequencies)) + 1
    return weights


def _principal_directions(means: Matrix, count: int) -> tuple[Matrix, NDArray[np.float64]]:
    """Return the first right singular vectors of the uncentred rows, float32, and their squared singular values."""
    scatter = means.T.astype(np.float64) @ means
    squares, directions = np.linalg.eigh(scatter)
    return directions[:, ::-1][:, :count].T.astype(np.float32), np.maximum(squares[::-1][:count], 0.0)


def _unit_rows(rows: Matrix) -> Matrix:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    divisors: Matrix = np.where(norms > 0, norms, 1).astype(np.float32)
    return rows / divisors


class ELMoVectorizer(Estimator):
    """Represent texts by the mean or the maximum of the contextual vectors of their tokens.

    Parameters
    ----------
    embedding : ELMo
        The language model.
    layers : {"average", "top", "all"}, int, or sequence of float, default "average"
        Which layers to use, as in `ELMo.encode`; "all" concatenates them.
    pooling : {"mean", "max"}, default "mean"
        How the vectors of a text are pooled. A text without tokens is a row of zeros.
    tokenizer : {"words", "whitespace"} or callable, default "words"
        How texts are split, as in `WordVectorizer`.
    batch_size : int, default 32
        Number of texts that are encoded at a time (>= 1).
    gamma : float, default 1.0
        Factor of the vectors, as in `ELMo.encode`.
    layer_norm : {"bilm", "allennlp"} or None, default None
        How to normalise the layers, as in `ELMo.encode`.
    precision : {"float32", "bfloat16", "int8", "auto"} or None, default None
        Precision of the recurrent layers, as in `ELMo.encode`.
    workers : int or None, default None
        Number of threads; None for the number of CPUs that this process may use.

    Attributes
    ----------
    n_features_out_ : int
        Number of columns of the result.

    Examples
    --------
    >>> model = ELMo(dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 8], [2, 8]], n_highway=0)
    >>> model.initialize()
    >>> ELMoVectorizer(model).fit_transform(["Time flies.", "Like an arrow."]).shape
    (2, 16)
    """

    _shared_parameters = ("embedding",)

    n_features_out_: int
    _sklearn_output_config: dict[str, Container]

    def __init__(
        self,
        embedding: ELMo | None = None,
        layers: Layers = "average",
        *,
        pooling: Literal["mean", "max"] = "mean",
        tokenizer: TokenizerChoice = "words",
        batch_size: int = 32,
        gamma: float = 1.0,
        layer_norm: LayerNorm | None = None,
        precision: InferencePrecision | None = None,
        workers: int | None = None,
    ) -> None:
        self.embedding = embedding
        self.layers: Layers = layers
        self.pooling: Literal["mean", "max"] = pooling
        self.tokenizer = tokenizer
        self.batch_size = batch_size
        self.gamma = gamma
        self.layer_norm: LayerNorm | None = layer_norm
        self.precision: InferencePrecision | None = precision
        self.workers = workers

    def fit(self, X: Texts, y: object = None) -> ELMoVectorizer:
        """Check the parameters; nothing is learned from the texts.

        Parameters
        ----------
        X : iterable of str or list of str, or column of a data frame
            Texts, or their tokens.
        y : object, default None
            Ignored; for compatibility with scikit-learn.

        Returns
        -------
        ELMoVectorizer
            This transformer.

        Raises
        ------
        TypeError, ValueError
            If an element of `X` is not a text, or a parameter has the wrong type or is out of range.

        Examples
        --------
        >>> model = ELMo(dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 8], [2, 8]], n_highway=0)
        >>> model.initialize()
        >>> ELMoVectorizer(model, "all").fit([]).n_features_out_
        32
        """
        return self._fit(self._tokens(X))

    def _fit(self, sentences: list[list[str]]) -> ELMoVectorizer:
        (probe,) = self._encode([["probe"]])
        self.n_features_out_ = int(probe.size)
        return self

    def transform(self, X: Texts, *, workers: int | None = None) -> Matrix:
        """Compute the vectors of texts.

        Parameters
        ----------
        X : iterable of str or list of str, or column of a data frame
            Texts, or their tokens.
        workers : int or None, default None
            Number of threads; None for the `workers` of the constructor.

        Returns
        -------
        ndarray, shape (n_texts, `n_features_out_`)
            Float32 vectors; a DataFrame if `set_output` has chosen one.

        Raises
        ------
        NotFittedError
            If the transformer is not fitted.

        Examples
        --------
        >>> model = ELMo(dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 8], [2, 8]], n_highway=0)
        >>> model.initialize()
        >>> ELMoVectorizer(model, pooling="max").fit([]).transform(["", "Time flies."]).shape
        (2, 16)
        """
        self._require_fitted()
        return self._transform(self._tokens(X), X, workers)

    def _transform(self, sentences: list[list[str]], source: object, workers: int | None = None) -> Matrix:
        pool = _POOLING[choice_option("pooling", self.pooling, tuple(_POOLING))]
        rows = np.zeros((len(sentences), self.n_features_out_), dtype=np.float32)
        # In blocks, as the vectors of all tokens would need many times the memory of the result.
        for first in range(0, len(sentences), _TEXTS_PER_BLOCK):
            block = sentences[first : first + _TEXTS_PER_BLOCK]
            for index, vectors in enumerate(self._encode(block, workers), start=first):
                if vectors.shape[-2]:
                    rows[index] = pool(vectors).reshape(-1)
        return _contained(self, rows, source)

    def fit_transform(self, X: Texts, y: object = None) -> Matrix:
        """Fit the transformer and compute the vectors of the same texts.

        Parameters
        ----------
        X : iterable of str or list of str, or column of a data frame
            Texts, or their tokens.
        y : object, default None
            Ignored; for compatibility with scikit-learn.

        Returns
        -------
        ndarray, shape (n_texts, `n_features_out_`)
            Float32 vectors; a DataFrame if `set_output` has chosen one.

        Examples
        --------
        >>> model = ELMo(dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 8], [2, 8]], n_highway=0)
        >>> model.initialize()
        >>> ELMoVectorizer(model, "top").fit_transform([["Time", "flies"]]).shape
        (1, 16)
        """
        texts = self._tokens(X)
        return self._fit(texts)._transform(texts, X)

    def set_output(self, *, transform: Container | None = None) -> ELMoVectorizer:
        """Choose the container of the results of `transform` and `fit_transform`.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"} or None, default None
            "pandas" or "polars" for a DataFrame with the names of `get_feature_names_out` as columns, "default" for an
            array; None for no change. Initially scikit-learn's ``set_config(transform_output=...)`` applies.

        Returns
        -------
        ELMoVectorizer
            This transformer.

        Raises
        ------
        ValueError
            If the container is unknown.
        ImportError
            If its library is not installed.

        Examples
        --------
        >>> ELMoVectorizer().set_output(transform="default")
        ELMoVectorizer()
        """
        if transform is not None:
            self._sklearn_output_config = {"transform": checked_container(transform)}
        return self

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Return the names of the columns.

        Parameters
        ----------
        input_features : object, default None
            Ignored; for compatibility with scikit-learn.

        Returns
        -------
        ndarray, shape (`n_features_out_`,)
            Names: "elmovectorizer0", "elmovectorizer1" and so on.

        Examples
        --------
        >>> model = ELMo(dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 8], [2, 8]], n_highway=0)
        >>> model.initialize()
        >>> ELMoVectorizer(model).fit([]).get_feature_names_out()[0]
        'elmovectorizer0'
        """
        self._require_fitted()
        return _column_names("elmovectorizer", self.n_features_out_)

    def _tokens(self, X: Texts) -> list[list[str]]:
        return tokenize_texts(X, resolve_tokenizer(self.tokenizer))

    def _encode(self, sentences: list[list[str]], workers: int | None = None) -> list[Matrix]:
        if not isinstance(self.embedding, ELMo):
            raise TypeError(f"embedding must be an ELMo, got {type(self.embedding).__name__}")
        found: list[Matrix] = self.embedding.encode(
            sentences,
            self.layers,
            batch_size=self.batch_size,
            progress=False,
            workers=self.workers if workers is None else workers,
            gamma=self.gamma,
            layer_norm=self.layer_norm,
            precision=self.precision,
        )
        return found


_TEXTS_PER_BLOCK = 512
_POOLING: dict[str, Callable[[Matrix], Matrix]] = {
    "mean": lambda vectors: vectors.mean(axis=-2, dtype=np.float64).astype(np.float32),
    "max": lambda vectors: vectors.max(axis=-2),
}
