"""`FastTextModel`, with the methods of fastText's Python module."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._core import fasttext as core
from ..errors import WordkinError
from ..runtime.compute import Compute, requested_workers
from ..runtime.options import integer_option, progress_option, real_option
from ..storage.decoding import DecodingErrors, TextOptions
from ..storage.paths import AnyPath
from ..vectors import KeyedVectors
from ..vectors.files.fasttext_format import FastTextFile, QuantizedMatrix, read_fasttext_file
from ..vectors.files.fasttext_writer import write_fasttext_file
from ..vectors.files.floret import write_floret
from ..vectors.subwords import Subwords
from .evaluation import count_labels, label_scores
from .meter import LabelMeter
from .prediction import checked_text, checked_texts, line_vectors, predict, word_vectors
from .state import LABEL_PREFIX, FastTextState
from .supervised.corpus import LabelledText
from .supervised.options import QuantizationOptions, SupervisedOptions
from .supervised.quantization import Retraining, quantized_file
from .supervised.report import SupervisedProgress, SupervisedReport
from .supervised.run import schedule_of
from .supervised.session import Schedule
from .tokens import EOS, tokenize

__all__ = ["FastTextModel", "load_model"]

_MAX_LABELS = 2**31 - 1


class UnsupportedError(WordkinError, ValueError):
    """A request that a model of this kind cannot serve."""


def load_model(path: AnyPath, *, mmap: bool = False, label: str = LABEL_PREFIX) -> FastTextModel:
    """Load a model that fastText saved, ``.bin`` or ``.ftz``.

    Parameters
    ----------
    path : path
        File to read, compressed or not.
    mmap : bool, default False
        Map dense matrices into memory instead of reading them, so that several processes share them. The file must not
        be compressed, and must be replaced rather than changed while it is in use. Values that are not finite are not
        detected.
    label : str, default "__label__"
        What labels in texts begin with, if the model was trained with another prefix; files do not store it.

    Returns
    -------
    FastTextModel
        The model. Any number of threads can use it at the same time.

    Raises
    ------
    FormatError
        If the file has another format or is damaged.
    OSError
        If it cannot be read.

    See Also
    --------
    wordkin.vectors.FastTextKeyedVectors.load_fasttext_format : The vectors of a model, for searches.

    Examples
    --------
    >>> import wordkin.fasttext
    >>> model = wordkin.fasttext.load_model("lid.176.ftz")  # doctest: +SKIP
    >>> model.predict("Wie heißt du?")  # doctest: +SKIP
    (('__label__de',), array([1.0000], dtype=float32))
    """
    prefix = SupervisedOptions(label=label).label
    return FastTextModel(FastTextState(read_fasttext_file(path, mmap=mmap), prefix))


class FastTextModel:
    """A model of fastText: labels of texts, and vectors of words and texts.

    `load_model` creates it. Methods have the names, arguments and results of fastText's Python module. Where they
    accept a list of texts, they use all processors.

    Parameters
    ----------
    state : FastTextState
        Internal state.
    report : SupervisedReport or None, default None
        Statistics of the training; None for a model from a file.
    learning_rate : float, default 0.1
        Learning rate of the training, which `quantize` uses if it trains again.
    """

    def __init__(
        self, state: FastTextState, report: SupervisedReport | None = None, *, learning_rate: float = 0.1
    ) -> None:
        self._state = state
        self._report = report
        self._learning_rate = learning_rate
        self._words: list[str] | None = None
        self._labels: list[str] | None = None
        self._label_names: tuple[str, ...] | None = None
        self._table: KeyedVectors | None = None

    def __repr__(self) -> str:
        file = self._state.file
        kind = f"{file.arguments.model}, quantized" if self.is_quantized() else file.arguments.model
        labels = f", labels={len(file.labels)}" if self._state.is_supervised else ""
        return f"FastTextModel({kind}, dim={file.arguments.dim}, words={len(file.words)}{labels})"

    @property
    def training_report(self) -> SupervisedReport | None:
        """Statistics of the training; None for a model from a file."""
        return self._report

    def predict(
        self, text: str | Iterable[str], k: int = 1, threshold: float = 0.0, on_unicode_error: str = "strict"
    ) -> tuple[Any, Any]:
        """Return the most probable labels of a text, or of each text of a list.

        Parameters
        ----------
        text : str, or iterable or column of str
            One line, or several. Words are separated by whitespace.
        k : int, default 1
            Maximum number of labels (>= 1); -1 for all.
        threshold : float, default 0.0
            Minimum probability of a label.
        on_unicode_error : str, default "strict"
            Treatment of labels that are not valid UTF-8, as for ``bytes.decode``.

        Returns
        -------
        labels : tuple of str, or list of lists of str
            Labels in descending order of probability. There are none if no label reaches `threshold`, or if the model
            knows nothing of the text.
        probabilities : ndarray of float32, or list of them
            Their probabilities. fastText adds 1e-5, so they can exceed 1 slightly.

        Raises
        ------
        TypeError
            If a text is not a str.
        ValueError
            If a text has a line feed, `k` or `threshold` is out of range, or the model is not supervised.

        Examples
        --------
        >>> model.predict(["Wie heißt du?", "What is your name?"])  # doctest: +SKIP
        ([['__label__de'], ['__label__en']], [array([1.0000], dtype=float32), array([0.9930], dtype=float32)])
        """
        # These arguments are checked quickly if they are common ones: a short text takes two microseconds.
        names = self._label_names if on_unicode_error == "strict" else None
        if names is None:
            self._require_labels("predict")
            names = self._names_of_labels(on_unicode_error)
        if k.__class__ is not int or not 1 <= k <= _MAX_LABELS:
            k = -1 if k == -1 else integer_option("k", k, 1, _MAX_LABELS)
        if threshold.__class__ is not float or not math.isfinite(threshold):
            threshold = real_option("threshold", threshold, -math.inf, math.inf)
        if isinstance(text, str):
            found = self._state.predictor.predict_one(text, names, len(names) or 1 if k == -1 else k, threshold)
            if found is None:
                checked_text(text, "text")  # raises the error
            return found  # type: ignore[return-value]
        ends, labels, probabilities = predict(self._state, checked_texts(text, "text"), k, threshold)
        named = [names[label] for label in labels.tolist()]
        bounds = [0, *ends.tolist()]
        spans = list(pairwise(bounds))
        return [named[begin:end] for begin, end in spans], [probabilities[begin:end] for begin, end in spans]

    def test(
        self,
        path: AnyPath,
        k: int = 1,
        threshold: float = 0.0,
        *,
        encoding: str = "utf-8",
        errors: DecodingErrors = "strict",
    ) -> tuple[int, float, float]:
        """Return precision and recall on a file of labelled lines.

        Parameters
        ----------
        path : path
            Lines with ``__label__`` words, compressed or not.
        k : int, default 1
            Number of labels predicted for each line (>= 1); -1 for all.
        threshold : float, default 0.0
            Minimum probability of a label.
        encoding : str, default "utf-8"
            Encoding of the file.
        errors : {"strict", "replace", "ignore"}, default "strict"
            Treatment of bytes that cannot be decoded, as for `open`.

        Returns
        -------
        examples : int
            Number of lines that have a label and a word of the model.
        precision, recall : float
            Share of predicted labels that are in the file, and share of the file's labels that are predicted; NaN if
            there are none.

        Raises
        ------
        FormatError
            If the file cannot be decoded.
        OSError
            If it cannot be read.
        ValueError
            If an argument is out of range, or the model is not supervised.
        """
        counts = self._count(path, k, threshold, encoding, errors)
        correct = int(counts.correct.sum())
        precision, recall = (_ratio(correct, int(total.sum())) for total in (counts.predicted, counts.gold))
        return counts.examples, precision, recall

    def test_label(
        self,
        path: AnyPath,
        k: int = 1,
        threshold: float = 0.0,
        *,
        encoding: str = "utf-8",
        errors: DecodingErrors = "strict",
    ) -> dict[str, dict[str, float]]:
        """Return precision, recall and F1 of each label on a file of labelled lines.

        Parameters
        ----------
        path : path
            Lines with ``__label__`` words, compressed or not.
        k : int, default 1
            Number of labels predicted for each line (>= 1); -1 for all.
        threshold : float, default 0.0
            Minimum probability of a label.
        encoding : str, default "utf-8"
            Encoding of the file.
        errors : {"strict", "replace", "ignore"}, default "strict"
            Treatment of bytes that cannot be decoded, as for `open`.

        Returns
        -------
        dict of str to dict
            ``"precision"``, ``"recall"`` and ``"f1score"`` of each label; NaN where there are no lines.
        """
        counts = self._count(path, k, threshold, encoding, errors)
        return {
            name: {
                "precision": _ratio(correct, predicted),
                "recall": _ratio(correct, gold),
                "f1score": _ratio(2 * correct, predicted + gold),
            }
            for name, correct, predicted, gold in zip(
                self.labels, counts.correct.tolist(), counts.predicted.tolist(), counts.gold.tolist(), strict=True
            )
        }

    def get_meter(
        self, path: AnyPath, k: int = -1, *, encoding: str = "utf-8", errors: DecodingErrors = "strict"
    ) -> LabelMeter:
        """Return precision and recall at every threshold on a file of labelled lines.

        Parameters
        ----------
        path : path
            Lines with ``__label__`` words, compressed or not.
        k : int, default -1
            Number of labels predicted for each line (>= 1); -1 for all.
        encoding : str, default "utf-8"
            Encoding of the file.
        errors : {"strict", "replace", "ignore"}, default "strict"
            Treatment of bytes that cannot be decoded, as for `open`.

        Returns
        -------
        LabelMeter
            Its methods return curves, and the precision at a recall or the recall at a precision.
        """
        self._require_labels("get_meter")
        k = -1 if k == -1 else integer_option("k", k, 1, _MAX_LABELS)
        return LabelMeter(
            label_scores(self._state, path, k, TextOptions(encoding=encoding, errors=errors)), self.labels
        )

    def _count(self, path: AnyPath, k: int, threshold: float, encoding: str, errors: DecodingErrors) -> Any:
        self._require_labels("test")
        k = -1 if k == -1 else integer_option("k", k, 1, _MAX_LABELS)
        threshold = real_option("threshold", threshold, -math.inf, math.inf)
        return count_labels(self._state, path, k, threshold, TextOptions(encoding=encoding, errors=errors))

    def get_word_vector(self, word: str | Iterable[str]) -> NDArray[np.float32]:
        """Return the vector of a word, also of a word that the model does not know.

        Parameters
        ----------
        word : str, or iterable or column of str
            The word, or several words.

        Returns
        -------
        ndarray of float32, shape (dim,) or (len(word), dim)
            The mean of the word's row and the rows of its n-grams; zeros if it has none.
        """
        if isinstance(word, str):
            vector: NDArray[np.float32] = word_vectors(self._state, checked_text(word, "word"))[0]
            return vector
        return word_vectors(self._state, checked_texts(word, "word"))

    def get_sentence_vector(self, text: str | Iterable[str]) -> NDArray[np.float32]:
        """Return the vector of a text.

        Parameters
        ----------
        text : str, or iterable or column of str
            One line, or several.

        Returns
        -------
        ndarray of float32, shape (dim,) or (len(text), dim)
            In a supervised model the mean of the rows of the line; else the mean of the words' vectors, each scaled to
            unit norm first.

        Raises
        ------
        TypeError
            If a text is not a str.
        ValueError
            If a text has a line feed.
        """
        if isinstance(text, str):
            vector: NDArray[np.float32] = line_vectors(self._state, checked_text(text, "text"))[0]
            return vector
        texts = checked_texts(text, "text")
        return line_vectors(self._state, texts) if texts else np.empty((0, self.get_dimension()), np.float32)

    def get_subwords(self, word: str, on_unicode_error: str = "strict") -> tuple[list[str], NDArray[np.int64]]:
        """Return a word and its n-grams, with their rows in the input matrix.

        Parameters
        ----------
        word : str
            The word.
        on_unicode_error : str, default "strict"
            Ignored: a str has whole characters.

        Returns
        -------
        subwords : list of str
            The word, if it has a row, and its n-grams between ``<`` and ``>``.
        rows : ndarray of int64
            Their rows. A pruned model has no row for most n-grams; these are left out. In the mode "floret", each of
            the subwords, of which the first is the word between ``<`` and ``>``, has `hashCount` rows.
        """
        del on_unicode_error
        checked_text(word, "word")
        arguments = self._state.file.arguments
        if arguments.hash_count:
            return self._floret_subwords(word)
        row = self._state.predictor.find(word)
        found = [(word, row)] if 0 <= row < len(self._state.file.words) else []
        if word != "</s>" and arguments.bucket:
            bounded = f"<{word}>".encode()
            for begin, end in core.subword_spans(word, min_n=arguments.minn, max_n=arguments.maxn):
                subword = bounded[begin:end].decode()
                found.append((subword, self._state.predictor.subword_row(subword)))
        kept = [(subword, row) for subword, row in found if row >= 0]
        return [subword for subword, _ in kept], np.array([row for _, row in kept], np.int64)

    def _floret_subwords(self, word: str) -> tuple[list[str], NDArray[np.int64]]:
        """Return a word and its n-grams, each of which has several rows."""
        table = self._floret_table()
        bounded = f"<{word}>".encode()
        spans = core.subword_spans(word, min_n=table.min_n, max_n=table.max_n)
        entries = [bounded, *(bounded[begin:end] for begin, end in spans)]
        return [entry.decode() for entry in entries], np.array(table.buckets_of(word), np.int64)

    def _floret_table(self) -> Subwords:
        arguments = self._state.file.arguments
        return Subwords(
            vectors=_dense(self._state.file.input),
            min_n=arguments.minn,
            max_n=arguments.maxn,
            hash_count=arguments.hash_count,
        )

    def get_nearest_neighbors(
        self, word: str, k: int = 10, on_unicode_error: str = "strict"
    ) -> list[tuple[float, str]]:
        """Return the words whose vectors are most similar to that of a word.

        Parameters
        ----------
        word : str
            The word, also one that the model does not know.
        k : int, default 10
            Number of words.
        on_unicode_error : str, default "strict"
            Ignored.

        Returns
        -------
        list of (float, str)
            Cosine similarities and words, the most similar first.
        """
        del on_unicode_error
        return self._neighbours(self.get_word_vector(word), {word}, k)

    def get_analogies(
        self, wordA: str, wordB: str, wordC: str, k: int = 10, on_unicode_error: str = "strict"
    ) -> list[tuple[float, str]]:
        """Return the words whose vectors are most similar to A - B + C.

        Parameters
        ----------
        wordA, wordB, wordC : str
            The words, whose vectors are scaled to unit norm. They are not among the results.
        k : int, default 10
            Number of words.
        on_unicode_error : str, default "strict"
            Ignored.

        Returns
        -------
        list of (float, str)
            Cosine similarities and words, the most similar first.
        """
        del on_unicode_error
        first, second, third = (_unit(self.get_word_vector(word)) for word in (wordA, wordB, wordC))
        return self._neighbours(first - second + third, {wordA, wordB, wordC}, k)

    def _neighbours(self, query: NDArray[np.float32], banned: set[str], k: int) -> list[tuple[float, str]]:
        k = integer_option("k", k, 1, _MAX_LABELS)
        if self._table is None:
            table = KeyedVectors(self.get_dimension())
            words = self.words
            if len(set(words)) == len(words):
                table.add_vectors(words, word_vectors(self._state, words))
            self._table = table
        if len(self._table) == 0 or not query.any():
            return []
        found = self._table.similar_by_vector(query, topn=min(len(self._table), k + len(banned)))
        return [(similarity, word) for word, similarity in found if word not in banned][:k]

    def get_words(self, include_freq: bool = False, on_unicode_error: str = "strict") -> Any:
        """Return the words of the dictionary, in the order of their rows.

        Parameters
        ----------
        include_freq : bool, default False
            Return their counts, too.
        on_unicode_error : str, default "strict"
            Treatment of words that are not valid UTF-8, as for ``bytes.decode``.

        Returns
        -------
        list of str, or (list of str, ndarray of int64)
            The words, and how often each occurred.
        """
        file = self._state.file
        words = [word.decode("utf-8", on_unicode_error) for word in file.words]
        return (words, file.counts.copy()) if include_freq else words

    def get_labels(self, include_freq: bool = False, on_unicode_error: str = "strict") -> Any:
        """Return the labels of a supervised model, or the words of another model.

        Parameters
        ----------
        include_freq : bool, default False
            Return their counts, too.
        on_unicode_error : str, default "strict"
            Treatment of labels that are not valid UTF-8, as for ``bytes.decode``.

        Returns
        -------
        list of str, or (list of str, ndarray of int64)
            The labels, and how often each occurred.
        """
        if not self._state.is_supervised:
            return self.get_words(include_freq, on_unicode_error)
        labels = list(self._names_of_labels(on_unicode_error))
        return (labels, self._state.file.label_counts.copy()) if include_freq else labels

    @property
    def words(self) -> list[str]:
        """The words of the dictionary."""
        if self._words is None:
            self._words = self.get_words()
        return self._words

    @property
    def labels(self) -> list[str]:
        """The labels of a supervised model, or the words of another model."""
        if self._labels is None:
            self._labels = self.get_labels()
        return self._labels

    def _names_of_labels(self, errors: str) -> tuple[str, ...]:
        if errors == "strict" and self._label_names is not None:
            return self._label_names
        names = tuple([label.decode("utf-8", errors) for label in self._state.file.labels])
        if errors == "strict" and self._state.is_supervised:
            self._label_names = names
        return names

    def __getitem__(self, word: str) -> NDArray[np.float32]:
        return self.get_word_vector(word)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self.get_word_id(word) >= 0

    def get_dimension(self) -> int:
        """Return the dimensionality of the vectors.

        Returns
        -------
        int
            The dimensionality.
        """
        return self._state.file.arguments.dim

    def is_quantized(self) -> bool:
        """Return whether the input matrix is compressed (``.ftz``).

        Returns
        -------
        bool
            Whether it is.
        """
        return isinstance(self._state.file.input, QuantizedMatrix)

    def get_word_id(self, word: str) -> int:
        """Return the row of a word in the input matrix.

        Parameters
        ----------
        word : str
            The word.

        Returns
        -------
        int
            The row; -1 if the dictionary does not have the word.
        """
        row = self._state.predictor.find(checked_text(word, "word")[0])
        return row if row < len(self._state.file.words) else -1

    def get_label_id(self, label: str) -> int:
        """Return the index of a label.

        Parameters
        ----------
        label : str
            The label.

        Returns
        -------
        int
            The index; -1 if the dictionary does not have the label.
        """
        index = self._state.predictor.find(checked_text(label, "label")[0]) - len(self._state.file.words)
        return max(index, -1)

    def get_subword_id(self, subword: str) -> int:
        """Return the row that an n-gram is hashed to.

        Parameters
        ----------
        subword : str
            The n-gram.

        Returns
        -------
        int
            The row in the input matrix; -1 if a pruned model does not have it, or if n-grams may have several rows
            (floret).
        """
        if self._state.file.arguments.hash_count:
            return -1
        return self._state.predictor.subword_row(checked_text(subword, "subword")[0])

    def get_input_vector(self, ind: int) -> NDArray[np.float32]:
        """Return a row of the input matrix.

        Parameters
        ----------
        ind : int
            The row.

        Returns
        -------
        ndarray of float32, shape (dim,)
            A copy of the row; decompressed if the model is quantised.
        """
        matrix = self._state.file.input
        row = integer_option("ind", ind, 0, matrix.shape[0] - 1)
        return matrix.row(row) if isinstance(matrix, QuantizedMatrix) else np.array(matrix[row])

    def get_input_matrix(self) -> NDArray[np.float32]:
        """Return the input matrix.

        Returns
        -------
        ndarray of float32, shape (rows, dim)
            Rows of words, then of hash buckets. The model uses this array.

        Raises
        ------
        ValueError
            If the model is quantised.
        """
        return _dense(self._state.file.input)

    def get_output_matrix(self) -> NDArray[np.float32]:
        """Return the output matrix.

        Returns
        -------
        ndarray of float32, shape (rows, dim)
            Rows of labels, or of words in unsupervised models. The model uses this array.

        Raises
        ------
        ValueError
            If the matrix is quantised.
        """
        return _dense(self._state.file.output)

    def set_matrices(self, input_matrix: NDArray[np.float32], output_matrix: NDArray[np.float32]) -> None:
        """Replace the matrices, which may have another number of columns.

        Parameters
        ----------
        input_matrix : ndarray of float32, shape (rows, dim)
            Rows of words, then of hash buckets, as many as the model has.
        output_matrix : ndarray of float32, shape (rows, dim)
            Rows of labels, or of words in unsupervised models, likewise.

        Raises
        ------
        ValueError
            If the model is quantised, or a matrix has another number of rows, NaN or infinite values.
        """
        file = self._state.file
        matrices = [np.ascontiguousarray(matrix, np.float32) for matrix in (input_matrix, output_matrix)]
        rows = len(_dense(file.input)), len(_dense(file.output))
        for name, matrix, count in zip(("input_matrix", "output_matrix"), matrices, rows, strict=True):
            if matrix.ndim != 2 or len(matrix) != count or matrix.shape[1] < 1:
                raise ValueError(f"{name} must have {count} rows of at least one float, got shape {matrix.shape}")
            if not np.isfinite(matrix).all():
                raise ValueError(f"{name} must have finite values, got NaN or infinite ones")
        dim = matrices[0].shape[1]
        if matrices[1].shape[1] != dim:
            raise ValueError(f"output_matrix must have {dim} columns, as input_matrix, got {matrices[1].shape[1]}")
        arguments = replace(file.arguments, dim=dim)
        self._replace(replace(file, arguments=arguments, input=matrices[0], output=matrices[1]))

    def get_line(self, text: str, on_unicode_error: str = "strict") -> tuple[list[str], list[str]]:
        """Split a line into words and labels.

        Parameters
        ----------
        text : str
            One line.
        on_unicode_error : str, default "strict"
            Ignored.

        Returns
        -------
        words : list of str
            The words, and ``</s>`` for the end of the line.
        labels : list of str
            The labels that the model has. Other words that begin like labels are left out.
        """
        del on_unicode_error
        (line,) = checked_text(text, "text")
        tokens = tokenize(line)
        tokens = tokens[: tokens.index(EOS) + 1] if EOS in tokens else [*tokens, EOS]
        labels = [token for token in tokens if self.get_label_id(token) >= 0]
        prefix = self._state.label_prefix
        return [token for token in tokens if not token.startswith(prefix)], labels

    def quantize(
        self,
        input: Any = None,
        qout: bool = False,
        cutoff: int = 0,
        retrain: bool = False,
        epoch: int | None = None,
        lr: float | None = None,
        thread: int | None = None,
        verbose: int | None = None,
        dsub: int = 2,
        qnorm: bool = False,
        *,
        encoding: str = "utf-8",
        errors: DecodingErrors = "strict",
        progress: SupervisedProgress = None,
    ) -> None:
        """Compress this model, a supervised one, by product quantisation.

        Every part of a vector is replaced by the number of the nearest of 256 centroids. `save_model` then writes a
        ``.ftz`` file.

        Parameters
        ----------
        input : path, file object, or list of them, default None
            The labelled text; needed if `retrain` is true.
        qout : bool, default False
            Also compress the output matrix, which needs at least 256 labels.
        cutoff : int, default 0
            Number of words and n-grams to keep, those whose vectors have the largest norms (>= 256); 0 for all.
        retrain : bool, default False
            Train the vectors that `cutoff` keeps again, before they are compressed.
        epoch : int or None, default None
            Number of passes over the text; None for that of the training.
        lr : float or None, default None
            Learning rate; None for that of the training, or 0.1 for a model from a file.
        thread : int or None, default None
            Number of threads; None for the number of CPUs that this process may use.
        verbose : int or None, default None
            0 or 1 for no progress bar, unless `progress` is given.
        dsub : int, default 2
            Number of columns of each part of a vector (>= 1).
        qnorm : bool, default False
            Compress the norms of the vectors apart from their directions.
        encoding : str, default "utf-8"
            Encoding of the text.
        errors : {"strict", "replace", "ignore"}, default "strict"
            Treatment of bytes that cannot be decoded, as for `open`.
        progress : bool, callable or None, default None
            How progress of the training is shown, as for `train_supervised`.

        Raises
        ------
        ValueError
            If the model is not supervised or is quantised already, has too few rows, or an argument is out of range.
        CorpusError, FormatError
            If the text cannot be read.
        OSError
            If a file cannot be read.
        """
        self._require_labels("quantize")
        if self.is_quantized():
            raise UnsupportedError("quantize needs a model with dense matrices, got one that is quantised already")
        options = QuantizationOptions(cutoff=cutoff, retrain=retrain, qnorm=qnorm, qout=qout, dsub=dsub)
        compute = Compute.choose(workers=requested_workers(thread, "thread"))
        schedule = self._schedule(epoch, lr)
        if verbose is not None and integer_option("verbose", verbose, 0, _MAX_LABELS) < 2 and progress is None:
            progress = False
        if not options.retrain:
            self._replace(quantized_file(self._state.file, options, compute))
            return
        if input is None:
            raise ValueError("input must be the labelled text if retrain is true, got None")
        text_options = TextOptions(encoding=encoding, errors=errors)
        text = LabelledText.of_files(input, self._state.label_prefix, text_options)
        try:
            retraining = Retraining(text=text, schedule=schedule, progress=progress_option(progress))
            self._replace(quantized_file(self._state.file, options, compute, retraining))
        finally:
            text.close()

    def _schedule(self, epoch: int | None, lr: float | None) -> Schedule:
        arguments = self._state.file.arguments
        options = SupervisedOptions(
            epoch=max(1, arguments.epoch) if epoch is None else epoch,
            lr=self._learning_rate if lr is None else lr,
            neg=arguments.neg,
            lr_update_rate=max(1, arguments.lr_update_rate),
        )
        return schedule_of(options)

    def _replace(self, file: FastTextFile) -> None:
        self._state = FastTextState(file, self._state.label_prefix)
        self._words = self._labels = self._label_names = self._table = None

    def save_model(self, path: AnyPath) -> None:
        """Save the model in fastText's format, which fastText and gensim read.

        Parameters
        ----------
        path : path
            File to write; an existing file is replaced in one step.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        write_fasttext_file(path, self._state.file)

    def save_floret_vectors(self, path: AnyPath) -> None:
        """Write the vectors of a model that was trained in the mode "floret" as a ``.floret`` table.

        Parameters
        ----------
        path : path
            File to write; an existing file is replaced in one step. ``spacy init vectors`` and floret read it.

        Raises
        ------
        FormatError
            If the model was trained in another mode.
        OSError
            If the file cannot be written.
        """
        write_floret(path, self._floret_table())

    def _require_labels(self, method: str) -> None:
        if not self._state.is_supervised:
            raise UnsupportedError(
                f"{method} needs a supervised model, got a {self._state.file.arguments.model} model without labels"
            )


def _dense(matrix: Any) -> NDArray[np.float32]:
    if isinstance(matrix, QuantizedMatrix):
        raise UnsupportedError("the matrix is quantised; get_input_vector and get_word_vector decompress vectors")
    dense: NDArray[np.float32] = matrix
    return dense


def _ratio(count: int, total: int) -> float:
    return count / total if total else math.nan


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = vector / np.float32(np.linalg.norm(vector) + 1e-8)
    return unit
