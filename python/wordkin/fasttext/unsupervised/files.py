"""Models of word vectors as the content of fastText's files, and back."""

from __future__ import annotations

import logging

import numpy as np
from numpy.typing import NDArray

from ...errors import FormatError, VocabularyError
from ...runtime.compute import Compute, requested_workers
from ...storage.paths import AnyPath
from ...vectors import FastTextKeyedVectors
from ...vectors.files.fasttext_format import FastTextArguments, FastTextFile, QuantizedMatrix
from ...vectors.files.fasttext_writer import write_fasttext_file
from ...vectors.subwords import Subwords
from ...vectors.table import VectorTable, recomposed
from ...word2vec.options import ModelOptions, SubwordOptions, TrainingOptions, VocabularyOptions
from ...word2vec.padded_rows import PaddedRows
from ...word2vec.state import UNCHOSEN_ISA, Word2VecState, new_state, word_counts
from ...word2vec.training.weights import rows_of_words

__all__ = ["file_of_state", "state_of_file", "write_state"]

logger = logging.getLogger(__name__)

_MAX_INT = 2**31 - 1


def state_of_file(file: FastTextFile, name: str, encoding: str = "utf-8") -> Word2VecState:
    """Return the model that a file holds.

    Parameters
    ----------
    file : FastTextFile
        Its content, with dense matrices. The input matrix becomes that of the model.
    name : str
        Name of the file in error messages.
    encoding : str, default "utf-8"
        Encoding of the words. Bytes that are not valid are written like ``\\xff``.

    Returns
    -------
    Word2VecState
        The model; training can continue.

    Raises
    ------
    FormatError
        If the model is supervised, or has parameters with which it cannot be trained.
    """
    arguments = file.arguments
    if arguments.model == "supervised":
        raise FormatError(f"{name}: a supervised model; wordkin.fasttext.load_model opens it")
    assert not isinstance(file.input, QuantizedMatrix)  # refused by the reader
    try:
        state = _state_of_arguments(arguments)
    except (TypeError, ValueError) as error:
        raise FormatError(f"{name}: invalid model parameters: {error}") from error
    words = [word.decode(encoding, "backslashreplace") for word in file.words]
    rows = np.flatnonzero(_first_occurrences(words))
    word_rows = file.input[: len(words)]
    counts, output = file.counts, file.output
    if len(rows) < len(words):
        logger.warning("%s: %d words occur repeatedly; the first ones are kept", name, len(words) - len(rows))
        words, word_rows, counts = [words[row] for row in rows], word_rows[rows], counts[rows]
    table = VectorTable.from_vocabulary(words, word_rows, counts)
    table.subwords = Subwords(
        vectors=file.input[len(file.words) :], min_n=arguments.minn, max_n=arguments.maxn, word_rows=word_rows
    )
    state.wv = FastTextKeyedVectors.from_table(recomposed(table))
    assert isinstance(output, np.ndarray)  # unsupervised models are not quantised
    if state.options.hierarchical_softmax:
        state.nodes = PaddedRows.of(output[rows])
        logger.info("%s: fastText breaks ties between equal counts differently in its Huffman tree", name)
    else:
        state.output = PaddedRows.of(output[rows])
    state.corpus_total_words = max(0, file.tokens)
    return state


def _first_occurrences(words: list[str]) -> NDArray[np.bool_]:
    first = {word: row for row, word in reversed(list(enumerate(words)))}
    return np.fromiter((first[word] == row for row, word in enumerate(words)), np.bool_, len(words))


def _state_of_arguments(arguments: FastTextArguments) -> Word2VecState:
    is_tree = arguments.loss == "hs"
    return new_state(
        ModelOptions(vector_size=arguments.dim, epochs=max(0, arguments.epoch)),
        TrainingOptions(
            architecture="skipgram" if arguments.model == "skipgram" else "cbow",
            window=arguments.ws,
            negative=0 if is_tree else arguments.neg,
            hierarchical_softmax=is_tree,
            sample=arguments.t,
        ),
        VocabularyOptions(min_count=max(0, arguments.min_count)),
        Compute(threads=requested_workers(None), isa=UNCHOSEN_ISA),
        SubwordOptions(min_n=arguments.minn, max_n=arguments.maxn, bucket=arguments.bucket),
    )


def file_of_state(
    state: Word2VecState, *, encoding: str = "utf-8", lr_update_rate: int = 100, word_ngrams: int = 1
) -> tuple[FastTextFile, NDArray[np.float32], NDArray[np.float32]]:
    """Return the content of the file of a model.

    Parameters
    ----------
    state : Word2VecState
        The model.
    encoding : str, default "utf-8"
        Encoding of the words.
    lr_update_rate, word_ngrams : int, default 100 and 1
        Parameters that the model does not have.

    Returns
    -------
    file : FastTextFile
        The content; its input matrix has the rows of words alone.
    word_rows, ngrams : ndarray of float32
        The rows of words and n-grams, which together are the input matrix.

    Raises
    ------
    VocabularyError
        If the model has no vocabulary.
    """
    with state.lock:
        table = state.wv.store.frozen()
        output = state.nodes if state.options.hierarchical_softmax else state.output
    subwords, options = table.subwords, state.subwords
    if not len(table.vectors) or subwords is None or options is None:
        raise VocabularyError("the model has no vocabulary to save: call build_vocab first")
    word_rows = rows_of_words(table)
    words = table.index_to_key[: len(table.vectors) if subwords.hash_count else len(word_rows)]
    layer = PaddedRows(len(words), state.vector_size) if output is None else output
    layer = layer if len(layer.view) == len(words) else layer.resized(len(words))
    arguments = FastTextArguments(
        dim=state.vector_size,
        ws=state.options.window,
        epoch=state.epochs,
        min_count=min(state.effective_min_count, _MAX_INT),
        neg=state.options.negative,
        word_ngrams=word_ngrams,
        loss="hs" if state.options.hierarchical_softmax else "ns",
        model="skipgram" if state.options.architecture == "skipgram" else "cbow",
        bucket=len(subwords.vectors),
        minn=options.min_n if len(subwords.vectors) else 0,
        maxn=options.max_n if len(subwords.vectors) else 0,
        lr_update_rate=lr_update_rate,
        t=state.options.sample,
        hash_count=subwords.hash_count,
    )
    file = FastTextFile(
        arguments=arguments,
        words=[str(word).encode(encoding) for word in words],
        counts=word_counts(table)[: len(words)],
        labels=[],
        label_counts=np.empty(0, np.int64),
        tokens=state.corpus_total_words,
        pruned=None,
        input=word_rows,
        output=layer.view,
    )
    return file, word_rows, subwords.vectors


def write_state(
    path: AnyPath, state: Word2VecState, *, encoding: str = "utf-8", lr_update_rate: int = 100, word_ngrams: int = 1
) -> None:
    """Write a model in fastText's format, without a copy of its vectors.

    Parameters
    ----------
    path : path
        File to write; an existing file is replaced in one step.
    state : Word2VecState
        The model.
    encoding : str, default "utf-8"
        Encoding of the words.
    lr_update_rate, word_ngrams : int, default 100 and 1
        Parameters that the model does not have.

    Raises
    ------
    FormatError
        If the format cannot hold the model, since a word has a zero byte or words are composed as in floret.
    VocabularyError
        If the model has no vocabulary.
    OSError
        If the file cannot be written.
    """
    file, word_rows, ngrams = file_of_state(
        state, encoding=encoding, lr_update_rate=lr_update_rate, word_ngrams=word_ngrams
    )
    write_fasttext_file(path, file, input_parts=(word_rows, ngrams))
