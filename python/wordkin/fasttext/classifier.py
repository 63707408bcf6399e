"""`FastTextClassifier`, an estimator with the interface of scikit-learn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import CorpusError, LabelError
from ..runtime.columns import as_list
from ..runtime.compute import Compute
from ..runtime.estimator import Estimator, RandomState, seed_from
from ..runtime.options import flag_option, integer_option, progress_option
from ..storage.paths import AnyPath
from ..text.label_set import Label, Labels, LabelSet, text_weights
from ..text.reader import TextBlock
from ..text.token_lists import checked_tokens
from ..text.tokenization import Tokenizer, resolve_tokenizer, tokenize
from ..vectors import KeyedVectors
from ..vectors.files.fasttext_format import FastTextFile
from .model import FastTextModel
from .prediction import checked_texts, predict
from .state import LABEL_PREFIX, FastTextState
from .supervised.corpus import LabelledText
from .supervised.options import Loss, SupervisedOptions
from .supervised.report import SupervisedProgress, SupervisedReport
from .supervised.rows import read_pretrained
from .supervised.run import train_file

__all__ = ["FastTextClassifier"]

_END = "</s>"  # ends a line in fastText's texts
_SEPARATORS = re.compile(r"[ \t\n\v\f\r\0]+")
_LINES_AT_ONCE = 10_000
_MAX_COUNT = 2**31 - 1


class FastTextClassifier(Estimator):
    """Linear text classifier of fastText with the interface of scikit-learn.

    The vector of a text is the mean of the vectors of its words, of their character n-grams, and of the n-grams of
    words; a linear layer predicts the classes from it.

    Parameters
    ----------
    dim : int, default 100
        Dimensionality of the vectors (>= 1).
    lr : float, default 0.1
        Learning rate at the start (> 0); it decays linearly to 0.
    epoch : int, default 5
        Number of passes over the training texts (>= 1).
    loss : {"softmax", "hs", "ns", "ova"} or None, default None
        Softmax, hierarchical softmax, negative sampling or one versus all; None for softmax, or for one versus all if a
        text can have several labels.
    word_ngrams : int, default 1
        Maximum length of n-grams of words (>= 1).
    minn, maxn : int, default 0
        Minimum and maximum length of character n-grams; `maxn` 0 for none.
    bucket : int, default 2000000
        Number of hash buckets of n-grams; each takes memory for a vector, so that fewer suit small sets of texts.
    min_count : int, default 1
        Minimum number of occurrences of a word.
    neg : int, default 5
        Number of negative samples of the loss "ns".
    pretrained_vectors : path, KeyedVectors or None, default None
        Vectors that words begin with.
    tokenizer : {"whitespace", "words"} or callable, default "whitespace"
        How texts are split: at whitespace; into runs of letters and digits and single other characters; or by a
        function from a text to its tokens. Texts that are lists of tokens are not split.
    lowercase : bool, default False
        Whether to lower-case texts.
    shuffle : bool, default True
        Whether to train on the texts in random order; otherwise their order matters.
    random_state : int, RandomState, Generator or None, default None
        Random seed. With one worker, the same seed gives the same model.
    workers : int or None, default None
        Number of training threads; None for the number of CPUs that this process may use.
    progress : bool, callable or None, default None
        True for a progress bar on stderr, False for none, None for a bar in a terminal or notebook; a callable receives
        a `SupervisedProgressEvent` several times per second.

    Attributes
    ----------
    classes_ : ndarray
        Labels of the training texts in ascending order.
    model_ : FastTextModel
        The model, whose `save_model` writes a file that fastText reads, and which can be quantised.

    Examples
    --------
    >>> texts = ["a good film", "a bad film", "good , very good", "bad , so bad"] * 5
    >>> clf = FastTextClassifier(dim=8, lr=0.5, epoch=20, random_state=1, workers=1)
    >>> clf.fit(texts, [1, 0, 1, 0] * 5).predict(["very good", "so bad"]).tolist()
    [1, 0]
    """

    _estimator_type = "classifier"
    _shared_parameters = ("pretrained_vectors",)

    def __init__(
        self,
        *,
        dim: int = 100,
        lr: float = 0.1,
        epoch: int = 5,
        loss: Loss | None = None,
        word_ngrams: int = 1,
        minn: int = 0,
        maxn: int = 0,
        bucket: int = 2_000_000,
        min_count: int = 1,
        neg: int = 5,
        pretrained_vectors: AnyPath | KeyedVectors | None = None,
        tokenizer: str | Tokenizer = "whitespace",
        lowercase: bool = False,
        shuffle: bool = True,
        random_state: RandomState = None,
        workers: int | None = None,
        progress: SupervisedProgress = None,
    ) -> None:
        self.dim = dim
        self.lr = lr
        self.epoch = epoch
        self.loss: Loss | None = loss
        self.word_ngrams = word_ngrams
        self.minn = minn
        self.maxn = maxn
        self.bucket = bucket
        self.min_count = min_count
        self.neg = neg
        self.pretrained_vectors = pretrained_vectors
        self.tokenizer = tokenizer
        self.lowercase = lowercase
        self.shuffle = shuffle
        self.random_state = random_state
        self.workers = workers
        self.progress = progress

    def fit(self, X: Iterable[str | Sequence[str]], y: Labels) -> FastTextClassifier:
        """Train the classifier.

        Parameters
        ----------
        X : iterable of str or list of str
            Training texts, or their tokens. Words that begin with ``__label__``, and ``</s>``, have a meaning in
            fastText's texts and are left out.
        y : sequence of labels, sequence of collections of labels, or matrix of 0 and 1
            A string or integer for each text. For several labels per text, a collection of labels for each text or a
            matrix with one column per label; texts without a label are then left out, which is logged.

        Returns
        -------
        FastTextClassifier
            This classifier.

        Raises
        ------
        LabelError
            If there are fewer than two classes.
        CorpusError
            If there are no texts, or a word is too long.
        TypeError, ValueError
            If an argument has the wrong type or is out of range.
        TrainingDiverged
            If the loss is not finite.

        Examples
        --------
        >>> clf = FastTextClassifier(dim=4, epoch=2, random_state=1, workers=1)
        >>> clf.fit(["yes", "no"] * 4, ["good", "bad"] * 4).classes_.tolist()
        ['bad', 'good']
        """
        seed = seed_from(self.random_state)
        labels = LabelSet.learn(y)
        targets = labels.targets(y)
        options = self._training_options(labels, seed)
        compute = Compute.choose(workers=self.workers)
        progress = progress_option(self.progress)
        lines = self._lines(X)
        if not lines:
            raise CorpusError("X must have at least one text, got none")
        if len(lines) != len(targets):
            raise LabelError(f"y must have labels for each of {len(lines)} texts, got {len(targets)}")
        order = np.arange(len(lines))
        if flag_option("shuffle", self.shuffle):
            order = np.random.default_rng(seed).permutation(order)
        pretrained = None if self.pretrained_vectors is None else read_pretrained(self.pretrained_vectors, options.dim)
        names = _names_of(labels)
        text = LabelledText("X", _blocks(lines, targets, names, order), LABEL_PREFIX)
        try:
            trained = train_file(text, options, compute, pretrained=pretrained, progress=progress)
        finally:
            text.close()
        self._adopt(labels, trained.file, trained.report)
        return self

    def _adopt(self, labels: LabelSet, file: FastTextFile, report: SupervisedReport | None) -> None:
        self._labels = labels
        self.model_ = FastTextModel(FastTextState(file), report, learning_rate=self.lr)
        self.classes_ = labels.classes

    def _training_options(self, labels: LabelSet, seed: int) -> SupervisedOptions:
        # Their names differ from fastText's, which the options use in errors.
        integer_option("word_ngrams", self.word_ngrams, 1, 1_000)
        integer_option("min_count", self.min_count, 0, _MAX_COUNT)
        loss = self.loss or ("ova" if labels.kind == "multi" else "softmax")
        return self._options(SupervisedOptions, loss=loss, seed=seed)

    def _lines(self, X: Iterable[str | Sequence[str]], name: str = "X") -> tuple[str, ...]:
        """Return texts as lines without labels and without ends."""
        split = None if self.tokenizer == "whitespace" else resolve_tokenizer(self.tokenizer)
        lowers = flag_option("lowercase", self.lowercase)
        lines = []
        for index, text in enumerate(as_list(X, name, "a list of texts")):
            given_name = f"{name}[{index}]"
            if not isinstance(text, str):
                line = " ".join(checked_tokens(text, given_name, "a text or a list of tokens"))
            else:
                line = text if split is None else " ".join(tokenize(text, split, given_name))
            line = line.replace("\n", " ")
            line = line.lower() if lowers else line
            if LABEL_PREFIX in line or _END in line:
                words = _SEPARATORS.split(line)
                line = " ".join(word for word in words if word != _END and not word.startswith(LABEL_PREFIX))
            lines.append(line)
        return checked_texts(lines, name)

    def predict(self, X: Iterable[str | Sequence[str]]) -> NDArray[Any] | list[tuple[Label, ...]]:
        """Predict the labels of texts.

        Parameters
        ----------
        X : iterable of str or list of str
            The texts, or their tokens.

        Returns
        -------
        ndarray of shape (n_texts,), or matrix of 0 and 1, or list of tuple
            One label per text; for several labels per text, those with a probability above 0.5, as the labels were
            given in training.

        Raises
        ------
        NotFittedError
            If the classifier is not fitted.
        """
        probabilities = self.predict_proba(X)
        if self._labels.kind == "two":
            return self._labels.decode(probabilities[:, 1:] - 0.5)
        return self._labels.decode(probabilities - (0.5 if self._labels.kind == "multi" else 0.0))

    def predict_proba(self, X: Iterable[str | Sequence[str]]) -> NDArray[np.float32]:
        """Predict the probabilities of the classes.

        Parameters
        ----------
        X : iterable of str or list of str
            The texts, or their tokens.

        Returns
        -------
        ndarray of float32, shape (n_texts, n_classes)
            Probabilities, whose sum over classes is 1 unless a text can have several labels.

        Raises
        ------
        NotFittedError
            If the classifier is not fitted.
        """
        self._require_fitted()
        lines = self._lines(X)
        state = self.model_._state
        ends, labels, values = predict(state, lines, -1, -np.inf)
        texts = np.repeat(np.arange(len(lines)), np.diff(ends, prepend=0))
        column_of = {name: column for column, name in enumerate(_names_of(self._labels))}
        columns = np.array([column_of[label.decode()] for label in state.file.labels], np.intp)
        probabilities = np.zeros((len(lines), len(self.classes_)), np.float32)
        probabilities[texts, columns[labels]] = values
        if self._labels.kind == "multi":
            return np.minimum(probabilities, 1.0)
        counts = np.zeros(len(self.classes_), np.float32)
        counts[columns] = state.file.label_counts
        # A text without a word of the model, or with no probability above 1e-5, gets the frequencies of training.
        probabilities[probabilities.sum(axis=1) == 0] = counts
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        return probabilities

    def score(self, X: Iterable[str | Sequence[str]], y: Labels, sample_weight: ArrayLike | None = None) -> float:
        """Compute the accuracy of the predictions.

        Parameters
        ----------
        X : iterable of str or list of str
            The texts, or their tokens.
        y : labels, as in `fit`
            Their labels.
        sample_weight : array_like, shape (n_texts,), optional
            Weight of each text.

        Returns
        -------
        float
            Fraction of texts whose label, or whose complete set of labels, is correct.

        Raises
        ------
        NotFittedError
            If the classifier is not fitted.
        LabelError
            If a label did not occur in training.
        """
        probabilities = self.predict_proba(X)
        targets = self._labels.targets(y)
        if len(targets) != len(probabilities):
            raise LabelError(f"y must have labels for each of {len(probabilities)} texts, got {len(targets)}")
        scores = probabilities[:, 1:] if self._labels.kind == "two" else probabilities
        weights = text_weights(sample_weight, len(targets))
        shift = np.float32(0.0 if self._labels.kind == "several" else 0.5)
        return self._labels.accuracy(scores - shift, targets, weights)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the arrays of the model, without what is compiled."""
        if not self.__sklearn_is_fitted__():
            return self._from_pickle, (self.get_params(), None)
        return self._from_pickle, (self.get_params(), (self._labels, self.model_._state.file, self.model_._report))

    @classmethod
    def _from_pickle(
        cls, params: dict[str, Any], fitted: tuple[LabelSet, FastTextFile, SupervisedReport | None] | None
    ) -> FastTextClassifier:
        estimator = cls(**params)
        if fitted is not None:
            estimator._adopt(*fitted)
        return estimator


def _names_of(labels: LabelSet) -> list[str]:
    """Return the labels as fastText writes them: with their numbers if a name cannot be part of a text."""
    names = [str(label) for label in labels.classes.tolist()]
    if not all(name and not _SEPARATORS.search(name) and _is_utf8(name) for name in names):
        names = [str(index) for index in range(len(names))]
    return [LABEL_PREFIX + name for name in names]


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _blocks(
    lines: Sequence[str], targets: NDArray[Any], names: Sequence[str], order: NDArray[np.intp]
) -> Iterator[TextBlock]:
    """Return the lines with their labels, in an order."""
    for start in range(0, len(order), _LINES_AT_ONCE):
        rows = order[start : start + _LINES_AT_ONCE].tolist()
        data = "".join(f"{_labels_of(targets[row], names)} {lines[row]}\n" for row in rows)
        yield TextBlock(data.encode(), False, "X", start)


def _labels_of(target: Any, names: Sequence[str]) -> str:
    if np.ndim(target) == 0:
        return names[int(target)]
    return " ".join(names[index] for index in np.flatnonzero(target).tolist())
