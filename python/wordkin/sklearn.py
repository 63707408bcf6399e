"""Transformers for scikit-learn's pipelines: texts to vectors. Importing this imports no scikit-learn; using it may."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from .downstream.data.texts import IndexedTexts, as_tokenizer, tokenized
from .downstream.data.word_rows import gathered_vectors
from .elmo import ELMo
from .runtime.estimator import Estimator
from .runtime.options import choice_option, flag_option, integer_option, real_option
from .vectors import KeyedVectors

__all__ = ["ELMoVectorizer", "WordVectorizer"]

Matrix = NDArray[np.float32]
Self = TypeVar("Self", bound="_Vectorizer")


class _Vectorizer(Estimator):
    """What both transformers have in common."""

    _estimator_type = "transformer"
    _shared_parameters = ("embedding",)

    n_features_out_: int

    def fit(self: Self, X: Any, y: Any = None) -> Self:
        raise NotImplementedError

    def transform(self, X: Any) -> Matrix:
        raise NotImplementedError

    def fit_transform(self, X: Any, y: Any = None) -> Matrix:
        """Fit, then return the vectors of the same texts."""
        return self.fit(X, y).transform(X)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return names of the columns; `input_features` is for scikit-learn and not used."""
        self._require_fitted()
        prefix = type(self).__name__.lower()
        return np.array([f"{prefix}{column}" for column in range(self.n_features_out_)], dtype=object)


class WordVectorizer(_Vectorizer):
    """Texts as weighted means of the vectors of their words.

    Parameters
    ----------
    embedding : KeyedVectors or Word2Vec
        The vectors. Words without one are left out; a text without any word is a row of zeros.
    weighting : {"mean", "sif", "tfidf"}
        All words alike; smooth inverse frequency (Arora et al. 2017): a / (a + p) for a word of probability p in the
        texts that were fitted, and the common directions of these taken away; or term frequency times smooth inverse
        document frequency.
    tokenizer : {"words", "blanks"} or callable
        How texts are cut: runs of letters and digits and every other character but blanks; what blanks separate; or
        from a text to its tokens. Texts that are token lists already are taken as they are.
    lowercase : bool
        Whether words are looked up in lower case; else those only that are missing as they stand.
    sif_a : float
        The a of "sif".
    sif_components : int
        How many common directions "sif" takes away.
    normalize : bool
        Whether rows are scaled to length one.

    Attributes
    ----------
    word_weights_ : dict of str to float
        Of the words that were fitted; "sif" and "tfidf" only.
    common_components_ : ndarray, shape (sif_components, width)
        "sif" only.
    n_features_out_ : int
        Columns.

    Examples
    --------
    >>> kv = KeyedVectors(2)
    >>> kv.add_vectors(["sun", "rain"], [[1, 0], [0, 1]])
    >>> WordVectorizer(kv).fit_transform(["sun and rain", "sun", ""]).tolist()
    [[0.5, 0.5], [1.0, 0.0], [0.0, 0.0]]
    """

    word_weights_: dict[str, float]
    common_components_: Matrix

    def __init__(
        self,
        embedding: Any = None,
        weighting: Literal["mean", "sif", "tfidf"] = "mean",
        *,
        tokenizer: Any = "words",
        lowercase: bool = False,
        sif_a: float = 1e-3,
        sif_components: int = 1,
        normalize: bool = False,
    ) -> None:
        self.embedding = embedding
        self.weighting = weighting
        self.tokenizer = tokenizer
        self.lowercase = lowercase
        self.sif_a = sif_a
        self.sif_components = sif_components
        self.normalize = normalize

    def fit(self, X: Any, y: Any = None) -> WordVectorizer:
        """Learn the weights of words from texts.

        Parameters
        ----------
        X : list of str, or of lists of str
            Texts.
        y : object
            Not used.

        Raises
        ------
        TypeError, ValueError
            If there are no texts, or a parameter is none that can be.
        """
        vectors = self._vectors()
        weighting = choice_option("weighting", self.weighting, ("mean", "sif", "tfidf"))
        components = integer_option("sif_components", self.sif_components, 0, vectors.vector_size)
        a = real_option("sif_a", self.sif_a, 0.0, math.inf, low_exclusive=True)
        texts = self._indexed(X)
        for name in ("word_weights_", "common_components_"):
            vars(self).pop(name, None)
        self.n_features_out_ = vectors.vector_size
        if weighting != "mean":
            weights = _inverse_frequencies(texts, a) if weighting == "sif" else _inverse_document_frequencies(texts)
            self.word_weights_ = dict(zip(texts.words, weights.tolist(), strict=True))
        if weighting == "sif":
            self.common_components_ = _main_directions(self._means(texts), components)
        return self

    def transform(self, X: Any) -> Matrix:
        """Return float32 (texts, width)."""
        self._require_fitted()
        means = self._means(self._indexed(X))
        if self.weighting == "sif":
            means -= means @ self.common_components_.T @ self.common_components_
        return _unit_rows(means) if flag_option("normalize", self.normalize) else means

    def _vectors(self) -> KeyedVectors:
        vectors = getattr(self.embedding, "wv", self.embedding)  # of a Word2Vec
        if not isinstance(vectors, KeyedVectors):
            raise TypeError(f"embedding must be KeyedVectors or a Word2Vec, got {type(self.embedding).__name__}")
        return vectors

    def _indexed(self, X: Any) -> IndexedTexts:
        return IndexedTexts.of(tokenized(X, as_tokenizer(self.tokenizer)))

    def _means(self, texts: IndexedTexts) -> Matrix:
        """Weighted means of the words' vectors; for "sif" divided by the number of words, for others by the weights."""
        vectors = self._vectors()
        table, rows = gathered_vectors(vectors, texts.words, flag_option("lowercase", self.lowercase))
        weights = np.ones(len(texts.words), dtype=np.float32)
        if self.weighting != "mean":
            # A word that was not fitted is as rare as can be.
            rarest = max(self.word_weights_.values(), default=1.0)
            weights[:] = [self.word_weights_.get(word, rarest) for word in texts.words]
        weights[rows < 0] = 0.0
        means = np.zeros((len(texts), vectors.vector_size), dtype=np.float32)
        for place, (begin, end) in enumerate(zip(texts.ends[:-1].tolist(), texts.ends[1:].tolist(), strict=True)):
            types = texts.types[begin:end]
            own = weights[types]
            divisor = float(np.count_nonzero(own)) if self.weighting == "sif" else float(own.sum(dtype=np.float64))
            if divisor > 0:
                means[place] = (own / np.float32(divisor)) @ table[rows[types]]
        return means


def _inverse_frequencies(texts: IndexedTexts, a: float) -> NDArray[np.float64]:
    shares = texts.counts / max(1, int(texts.counts.sum()))
    weights: NDArray[np.float64] = a / (a + shares)
    return weights


def _inverse_document_frequencies(texts: IndexedTexts) -> NDArray[np.float64]:
    frequencies = np.zeros(len(texts.words), dtype=np.int64)
    for begin, end in zip(texts.ends[:-1].tolist(), texts.ends[1:].tolist(), strict=True):
        frequencies[np.unique(texts.types[begin:end])] += 1
    weights: NDArray[np.float64] = np.log((1 + len(texts)) / (1 + frequencies)) + 1
    return weights


def _main_directions(means: Matrix, count: int) -> Matrix:
    """The directions in which the rows are longest, without a mean being taken away; float32 (count, width)."""
    scatter = means.T.astype(np.float64) @ means
    _, directions = np.linalg.eigh(scatter)
    return directions[:, ::-1][:, :count].T.astype(np.float32)


def _unit_rows(rows: Matrix) -> Matrix:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    divisors: Matrix = np.where(norms > 0, norms, 1).astype(np.float32)
    return rows / divisors


class ELMoVectorizer(_Vectorizer):
    """Texts as the mean, or the largest values, of the contextual vectors of their tokens.

    Parameters
    ----------
    embedding : ELMo
        The language model.
    layers : {"average", "top", "all"}, int, or sequence of float
        As in `ELMo.encode`; with "all" the layers stand side by side.
    pooling : {"mean", "max"}
        How the tokens of a text become one vector; zeros for a text without tokens.
    tokenizer : {"words", "blanks"} or callable
        How texts are cut; as in `WordVectorizer`.
    batch_size : int
        Texts at a time.
    gamma, layer_norm
        As in `ELMo.encode`.
    workers : int, optional
        Threads; None for the cores that this process may use.

    Attributes
    ----------
    n_features_out_ : int
        Columns.

    Examples
    --------
    >>> model = ELMo(dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 8], [2, 8]], n_highway=0)
    >>> model.initialize()
    >>> ELMoVectorizer(model).fit_transform(["Time flies.", "Like an arrow."]).shape
    (2, 16)
    """

    def __init__(
        self,
        embedding: Any = None,
        layers: Any = "average",
        *,
        pooling: Literal["mean", "max"] = "mean",
        tokenizer: Any = "words",
        batch_size: int = 32,
        gamma: float = 1.0,
        layer_norm: Literal["bilm", "allennlp"] | None = None,
        workers: int | None = None,
    ) -> None:
        self.embedding = embedding
        self.layers = layers
        self.pooling = pooling
        self.tokenizer = tokenizer
        self.batch_size = batch_size
        self.gamma = gamma
        self.layer_norm = layer_norm
        self.workers = workers

    def fit(self, X: Any, y: Any = None) -> ELMoVectorizer:
        """Check the parameters; nothing is learned from texts.

        Parameters
        ----------
        X : list of str, or of lists of str
            Texts.
        y : object
            Not used.
        """
        tokenized(X, as_tokenizer(self.tokenizer))
        (probe,) = self._encoded([["probe"]])
        self.n_features_out_ = int(probe.size)
        return self

    def transform(self, X: Any) -> Matrix:
        """Return float32 (texts, width)."""
        self._require_fitted()
        sentences = tokenized(X, as_tokenizer(self.tokenizer))
        pool = _POOLING[choice_option("pooling", self.pooling, tuple(_POOLING))]
        rows = np.zeros((len(sentences), self.n_features_out_), dtype=np.float32)
        # Few at a time: the vectors of all tokens would be many times as large as the result.
        for first in range(0, len(sentences), _TEXTS_AT_ONCE):
            for place, vectors in enumerate(self._encoded(sentences[first : first + _TEXTS_AT_ONCE]), start=first):
                if vectors.shape[-2]:
                    rows[place] = pool(vectors).reshape(-1)
        return rows

    def _encoded(self, sentences: list[list[str]]) -> list[Matrix]:
        if not isinstance(self.embedding, ELMo):
            raise TypeError(f"embedding must be an ELMo, got {type(self.embedding).__name__}")
        found: list[Matrix] = self.embedding.encode(
            sentences,
            self.layers,
            batch_size=self.batch_size,
            progress=False,
            workers=self.workers,
            gamma=self.gamma,
            layer_norm=self.layer_norm,
        )
        return found


_TEXTS_AT_ONCE = 512
_POOLING: dict[str, Callable[[Matrix], Matrix]] = {
    "mean": lambda vectors: vectors.mean(axis=-2, dtype=np.float64).astype(np.float32),
    "max": lambda vectors: vectors.max(axis=-2),
}
