"""Files saved by gensim (.model, .kv): a pickle and, for large arrays, ``.npy`` files; no code in them is executed.

gensim has renamed and moved the attributes of its objects several times:

=================  =========================================  ==============================================
gensim             vectors and words                          output layers
=================  =========================================  ==============================================
before 1.0         ``syn0``, ``index2word``, ``vocab``        attributes of the model
1.0 to 3.2         the same, in ``wv``                        attributes of the model
3.3 to 3.8         ``wv.vectors``, ``index2word``, ``vocab``  in ``trainables``; settings in ``vocabulary``
4.0 and later      ``wv.vectors``, ``index_to_key``           attributes of the model
=================  =========================================  ==============================================
"""

from __future__ import annotations

import math
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import CorruptFileError, FormatError
from ...storage.paths import AnyPath, local_path
from ...storage.restricted_pickle import Record, array_of, read_pickle, text_of
from ...storage.torch_files import TORCH_MAGIC
from ...storage.zip_files import opened_member, opened_zip
from ..subwords import Subwords
from .fasttext_bin import final_vectors
from .loaded import LoadedVectors

__all__ = ["GensimModel", "GensimTags", "read_gensim"]

_ATTRIBUTE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

# Names of an attribute in gensim 4 and in earlier versions.
_WORDS = ("index_to_key", "index2word", "index2entity")
_VECTORS = ("vectors", "syn0")
_LOCK_FACTORS = ("vectors_lockf", "syn0_lockf")
_NGRAM_VECTORS = ("vectors_ngrams", "syn0_ngrams", "syn0_all")
_RENAMED_PARAMETERS = {"iter": "epochs", "size": "vector_size"}
# Parts of a model in which gensim 3 kept output layers and settings.
_PARTS = ("trainables", "vocabulary")


@dataclass(frozen=True, kw_only=True)
class GensimTags:
    """The vectors of tags of a Doc2Vec model of gensim 4.

    Parameters
    ----------
    keys : list of str or int
        The tag of each row.
    vectors : ndarray of float32, shape (tags, vector_size)
        Their vectors.
    lock_factors : ndarray of float32, shape (1,) or (tags,), or None
        Value of ``vectors_lockf``.
    columns : dict of str to ndarray
        Attributes of tags: numbers of documents and words.
    """

    keys: list[Any]
    vectors: NDArray[Any]
    lock_factors: NDArray[np.float32] | None
    columns: dict[str, NDArray[np.int64]]


@dataclass(frozen=True, kw_only=True)
class GensimModel:
    """The content of a file saved by gensim.

    Parameters
    ----------
    class_name : str
        Name of the saved class: ``KeyedVectors``, ``Word2Vec``, ...
    vectors : LoadedVectors
        Words, vectors and counts.
    syn1 : ndarray of float32, shape (inner nodes, vector_size), or None
        Output layer of hierarchical softmax.
    syn1neg : ndarray of float32, shape (words, vector_size), or None
        Output layer of negative sampling.
    lock_factors : ndarray of float32, shape (1,) or (words,), or None
        Value of ``vectors_lockf``.
    parameters : dict
        Scalar attributes of the model (``window``, ``sg``, ``alpha``, ...) under the names of gensim 4; empty for
        KeyedVectors.
    subwords : Subwords or None, default None
        Vectors of character n-grams (FastText).
    tags : GensimTags or None, default None
        Vectors of tags (Doc2Vec).
    """

    class_name: str
    vectors: LoadedVectors
    syn1: NDArray[np.float32] | None
    syn1neg: NDArray[np.float32] | None
    lock_factors: NDArray[np.float32] | None
    parameters: dict[str, int | float | str | bool | None]
    subwords: Subwords | None = None
    tags: GensimTags | None = None


@dataclass(frozen=True, kw_only=True)
class _Saved:
    """A saved object: its attributes, and its position in the file, which the names of array files contain."""

    path: Path
    record: Record
    prefix: str

    def part(self, name: str) -> _Saved | None:
        """Return the object that is an attribute of this one; None if there is none."""
        value = self.record.attributes.get(name)
        return (
            _Saved(path=self.path, record=value, prefix=f"{self.prefix}{name}.") if isinstance(value, Record) else None
        )

    def has(self, *names: str) -> bool:
        """Return whether one of the attributes exists, in the pickle or in a separate file."""
        return any(self.record.attributes.get(name) is not None or name in self._separate for name in names)

    def floats(self, *names: str) -> NDArray[Any] | None:
        """Return the first existing attribute as an array of floats."""
        for name in names:
            if name in self._separate:
                array: NDArray[Any] | None = _read_side_file(self.path, f"{self.path.name}.{self.prefix}{name}")
            else:
                array = array_of(self.record.attributes.get(name))
            if array is None:
                continue
            if array.dtype not in (np.float16, np.float32, np.float64):
                raise CorruptFileError(f"{self.path}: {name} must be an array of floats, got {array.dtype}")
            return array
        return None

    def matrix(self, *names: str) -> NDArray[Any] | None:
        """Return the first existing attribute as a matrix of floats."""
        array = self.floats(*names)
        if array is not None and (array.ndim != 2 or array.shape[1] == 0):
            raise CorruptFileError(f"{self.path}: {names[0]} must be a matrix, got shape {array.shape}")
        return array

    @property
    def _separate(self) -> list[Any]:
        names = self.record.attributes.get("__numpys", [])
        return names if isinstance(names, list) else []


def read_gensim(path: AnyPath) -> GensimModel:
    """Read a Word2Vec, FastText or KeyedVectors object saved by gensim 0.12 to 4, or a class with the same attributes.

    Parameters
    ----------
    path : path
        The file that was given to gensim's ``save``; its ``.npy`` files must be in the same folder.

    Returns
    -------
    GensimModel
        The content. The n-gram vectors of FastText models of gensim before 3.8, which hashed n-grams differently, are
        ignored with a warning, as are the document vectors of Doc2Vec models of gensim before 4.0.

    Raises
    ------
    FormatError
        If the file has another format, or refers to anything but arrays and gensim classes. Nothing is executed.
    CorruptFileError
        If the file is damaged, or an array does not have the expected shape.
    OSError
        If a file is missing or cannot be read.
    """
    local = local_path(path)
    content = read_pickle(local)
    if content == TORCH_MAGIC:
        raise FormatError(
            f"{local}: expected a gensim model, found weights that PyTorch has saved; if they belong to a model of "
            "ELMoForManyLangs, ELMo.from_pretrained opens its folder, and `wordkin info` describes it"
        )
    if not isinstance(content, Record):
        raise FormatError(f"{local}: expected a gensim model, found {type(content).__name__}")
    root = _Saved(path=local, record=content, prefix="")
    table = root.part("wv") or root
    if "wv" in content.attributes and table is root:
        raise CorruptFileError(f"{local}: the attribute `wv` is not a KeyedVectors object")
    words = _words_of(table)
    subwords = _subwords_of(table)
    vectors = _vectors_of(table, words, subwords)
    model = [root, *filter(None, map(root.part, _PARTS))]
    is_doc2vec = content.class_name == "Doc2Vec"
    tags = _tags_of(root) if is_doc2vec else None
    if is_doc2vec and tags is None:
        _warn(
            f"{local}: a Doc2Vec model of gensim before 4.0; its document vectors are ignored, its word vectors are "
            "read"
        )
    is_model = table is not root or "min_alpha" in content.attributes
    has_layers = is_model and (tags is not None or not is_doc2vec)
    columns = _layer_size(root, vectors.shape[1]) if is_doc2vec else vectors.shape[1]
    return GensimModel(
        class_name=content.class_name,
        vectors=LoadedVectors(words=words, vectors=vectors, counts=_counts_of(table, words)),
        syn1=_output_layer(model, "syn1", columns) if has_layers else None,
        syn1neg=_output_layer(model, "syn1neg", columns) if has_layers else None,
        lock_factors=_lock_factors(table, *model),
        parameters=_parameters_of(model) if is_model else {},
        subwords=subwords,
        tags=tags,
    )


def _layer_size(root: _Saved, vector_size: int) -> int:
    """Return the number of columns of output layers: those of whole contexts if inputs are concatenated."""
    size = root.record.attributes.get("layer1_size")
    return size if isinstance(size, int) and not isinstance(size, bool) and size > 0 else vector_size


def _tags_of(root: _Saved) -> GensimTags | None:
    table = root.part("dv")
    if table is None:
        return None
    keys = _words_of(table)
    vectors = table.matrix(*_VECTORS)
    if vectors is None or len(vectors) < len(keys):
        raise CorruptFileError(f"{table.path}: expected vectors for {len(keys)} tags")
    saved = table.record.attributes.get("expandos")
    columns = {}
    for name in ("doc_count", "word_count"):
        column = array_of(saved.get(name)) if isinstance(saved, dict) else None
        if column is not None and column.shape == (len(keys),) and column.dtype.kind in "iu":
            columns[name] = column.astype(np.int64)
    return GensimTags(keys=keys, vectors=vectors[: len(keys)], lock_factors=_lock_factors(table), columns=columns)


def _warn(message: str) -> None:
    warnings.warn(message, stacklevel=4)


def _words_of(table: _Saved) -> list[Any]:
    attributes = table.record.attributes
    saved = next((attributes[name] for name in _WORDS if name in attributes), None)
    if not isinstance(saved, list):
        raise FormatError(
            f"{table.path}: found a {table.record.class_name} object of gensim without word vectors; Word2Vec, "
            "FastText and KeyedVectors objects are supported, Phrases.from_gensim and "
            "FrozenPhrases.from_gensim read phrases"
        )
    words = [_key_of(word) for word in saved]
    if None in words:
        kind = type(saved[words.index(None)]).__name__
        raise FormatError(f"{table.path}: keys must be text, numbers or tuples of these, got a key of the type {kind}")
    if len(set(words)) != len(words):
        raise CorruptFileError(f"{table.path}: words must be distinct, got {len(words) - len(set(words))} repetitions")
    return words


def _key_of(word: Any) -> Any:
    """Return a key as gensim had it; None if keys of its type are not supported."""
    if isinstance(word, str):
        return text_of(word)
    if isinstance(word, tuple):
        parts = tuple(_key_of(part) for part in word)
        return None if None in parts else parts
    return word if isinstance(word, int | float | bytes) else None


def _vectors_of(table: _Saved, words: list[Any], subwords: Subwords | None) -> NDArray[Any]:
    vectors = table.matrix(*_VECTORS)
    if vectors is None and subwords is not None:  # gensim 4 does not save what it can compute
        rows = table.matrix("vectors_vocab")
        if rows is not None and len(rows) >= len(words) and rows.shape[1] == subwords.vectors.shape[1]:
            rows = np.ascontiguousarray(rows[: len(words)], np.float32)
            return final_vectors([str(word).encode() for word in words], rows, subwords)
    if vectors is None or len(vectors) < len(words):
        raise CorruptFileError(f"{table.path}: expected vectors for {len(words)} words")
    return vectors[: len(words)]


def _subwords_of(table: _Saved) -> Subwords | None:
    if not table.has(*_NGRAM_VECTORS):
        return None
    attributes = table.record.attributes
    bucket, min_n, max_n = (attributes.get(name) for name in ("bucket", "min_n", "max_n"))
    rows = table.matrix("vectors_ngrams") if attributes.get("compatible_hash") is True else None
    if rows is None or len(rows) != bucket:
        _warn(
            f"{table.path}: a FastText model of gensim before 3.8, which hashed character n-grams differently from "
            "fastText or saved only some of their vectors; only the vectors of its words are read, other words will "
            "have none"
        )
        return None
    if not all(type(length) is int and 0 <= length <= 1000 for length in (min_n, max_n)):
        raise CorruptFileError(f"{table.path}: min_n and max_n must be lengths, got {min_n!r} and {max_n!r}")
    return Subwords(vectors=np.ascontiguousarray(rows, np.float32), min_n=int(min_n or 0), max_n=int(max_n or 0))


def _counts_of(table: _Saved, words: list[Any]) -> NDArray[np.int64] | None:
    attributes = table.record.attributes.get("expandos")
    counts = array_of(attributes.get("count")) if isinstance(attributes, dict) else None
    if counts is None:
        return _counts_of_old_vocabulary(table, words)
    rows = len(words)
    if counts.shape != (rows,) or counts.dtype.kind not in "iu":
        raise CorruptFileError(
            f"{table.path}: counts must be integers of shape {(rows,)}, got {counts.dtype} of shape {counts.shape}"
        )
    return counts.astype(np.int64)


def _counts_of_old_vocabulary(table: _Saved, words: list[Any]) -> NDArray[np.int64] | None:
    """Return the counts from the dictionary of words that gensim had before version 4."""
    vocabulary = table.record.attributes.get("vocab")
    if not isinstance(vocabulary, dict) or not vocabulary:
        return None
    count_of = {_key_of(word): _count_of_entry(entry) for word, entry in vocabulary.items()}
    counts = [count_of.get(word) for word in words]
    if not all(type(count) is int and 0 <= count < 1 << 63 for count in counts):
        raise CorruptFileError(f"{table.path}: vocab must have a count for every word")
    return np.array(counts, np.int64)


def _count_of_entry(entry: Any) -> Any:
    return entry.attributes.get("count") if isinstance(entry, Record) else None


def _output_layer(model: list[_Saved], name: str, columns: int) -> NDArray[Any] | None:
    layer = next((rows for part in model if (rows := part.matrix(name)) is not None), None)
    if layer is not None and layer.shape[1] != columns:
        raise CorruptFileError(
            f"{model[0].path}: {name} must have {columns} columns, as the vectors, got {layer.shape[1]}"
        )
    return layer


def _lock_factors(*parts: _Saved) -> NDArray[Any] | None:
    return next((factors for part in parts if (factors := part.floats(*_LOCK_FACTORS)) is not None), None)


def _read_side_file(path: Path, stem: str) -> NDArray[Any]:
    """Read an array that gensim saved in a separate file; ``.npz`` files go with compressed pickles."""
    sides = [path.with_name(stem + suffix) for suffix in (".npy", ".npz")]
    side = next((side for side in sides if side.exists()), None)
    if side is None:
        raise FileNotFoundError(f"{sides[0]}: gensim stores large arrays in such files beside {path.name}")
    if side.resolve().parent != path.resolve().parent:
        raise FormatError(f"{side}: refusing a link out of the folder of {path.name}")
    try:
        if side.suffix == ".npz":
            return _read_compressed_array(side)
        # When mapping a file, NumPy compares the header with the size of the file before it allocates memory.
        return np.array(np.load(side, mmap_mode="r", allow_pickle=False))
    except FormatError:
        raise
    except (ValueError, TypeError, EOFError, SyntaxError, TokenError, OverflowError, KeyError) as error:
        raise CorruptFileError(f"{side}: damaged, or not an array of numbers ({error!s:.200})") from None


def _read_compressed_array(side: Path) -> NDArray[Any]:
    """Return the one array of an ``.npz`` file, whose size is checked before memory is allocated."""
    with opened_zip(side) as archive:
        member = archive.getinfo("val.npy")
        with opened_member(archive, member) as file:
            version = np.lib.format.read_magic(file)
            read_header = (
                np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            )
            shape, _, dtype = read_header(file)
            if dtype.hasobject or math.prod(shape) * dtype.itemsize > member.file_size:
                raise ValueError("the header does not match the size")
        with opened_member(archive, member) as file:
            return np.array(np.lib.format.read_array(file, allow_pickle=False))


def _parameters_of(model: list[_Saved]) -> dict[str, int | float | str | bool | None]:
    """Return the scalar attributes of the model and its parts; those of the model itself take precedence."""
    return {
        _RENAMED_PARAMETERS.get(name, str(name)): value if text_of(value) is None else text_of(value)
        for part in reversed(model)
        for name, value in part.record.attributes.items()
        if isinstance(name, str)
        and _ATTRIBUTE.fullmatch(name)
        and not name.startswith("__")
        and isinstance(value, (int, float, str, bool, type(None)))
    }
