"""Files of word vectors in any format, recognised by their content."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any, Literal

from ..doc2vec import Doc2Vec
from ..errors import FormatError
from ..fasttext import FastText
from ..storage import read_archive
from ..storage.file_sets import CurrentFiles
from ..storage.model_folders import refuse_model_folder
from ..storage.opening import open_binary
from ..storage.paths import local_path
from ..storage.signatures import FASTTEXT_START_BYTES
from ..vectors import FastTextKeyedVectors, KeyedVectors
from ..vectors.editing import first_rows
from ..vectors.files import read_gensim
from ..vectors.files.recognition import kind_by_signature
from ..word2vec import Word2Vec

__all__ = ["KINDS", "MODEL_FILE_OF_FOLDERS", "Kind", "kind_of", "load_vectors", "vector_file"]

MODEL_FILE_OF_FOLDERS = "model.safetensors"

Kind = Literal[
    "model",
    "fasttext-model",
    "document-model",
    "vectors",
    "fasttext-vectors",
    "word2vec",
    "fasttext",
    "floret",
    "gensim",
]

KINDS: dict[Kind, str] = {
    "model": "a Word2Vec model saved by wordkin",
    "fasttext-model": "a FastText model saved by wordkin",
    "document-model": "the words of a Doc2Vec model saved by wordkin",
    "vectors": "word vectors saved by wordkin",
    "fasttext-vectors": "word vectors with character n-grams saved by wordkin",
    "word2vec": "the text or binary format of word2vec, GloVe, or fastText .vec",
    "fasttext": "a fastText .bin model",
    "floret": "a .floret table",
    "gensim": "a model saved by gensim",
}

_KIND_OF_ARCHIVE: dict[str, Kind] = {
    "word2vec": "model",
    "fasttext": "fasttext-model",
    "doc2vec": "document-model",
    "keyed_vectors": "vectors",
    "fasttext_keyed_vectors": "fasttext-vectors",
}


def kind_of(path: str) -> Kind:
    """Return the kind of a file, recognised by its first bytes.

    Parameters
    ----------
    path : str
        The file.

    Returns
    -------
    str
        A key of `KINDS`.

    Raises
    ------
    FormatError
        If it was saved by wordkin but does not hold word vectors.
    OSError
        If it cannot be read.
    """
    local = vector_file(path)
    if local.is_dir():
        refuse_model_folder(local, "word vectors")
    if not stat.S_ISREG(local.stat().st_mode):
        return "word2vec"  # pipes cannot be read ahead; the reader of this format refuses folders
    with open_binary(local) as file:
        kind = kind_by_signature(file.read(FASTTEXT_START_BYTES))
    if kind == "safetensors":
        return _kind_of_archive(local)
    if kind == "fasttext" or kind == "floret":
        return kind
    return "gensim" if kind == "pickle" else "word2vec"


def _kind_of_archive(path: Path) -> Kind:
    name = read_archive(path, mmap=True).metadata.get("kind")
    kind = _KIND_OF_ARCHIVE.get(str(name))
    if kind is None:
        raise FormatError(f"{path}: expected word vectors, found a model of kind {name!r}")
    return kind


def vector_file(path: str) -> Path:
    """Return the file of word vectors that a path stands for.

    Parameters
    ----------
    path : str
        A file, or a folder that ``save_pretrained`` has written.

    Returns
    -------
    Path
        The file, or the one of the model in the folder; the path itself if there is none.
    """
    local = local_path(path)
    if local.is_dir():
        file = CurrentFiles(local).path(MODEL_FILE_OF_FOLDERS)
        return file if file.is_file() else local
    return local


def load_vectors(path: str, kind: Kind | None = None, **options: Any) -> KeyedVectors:
    """Load the word vectors of a file of any kind.

    Parameters
    ----------
    path : str
        The file.
    kind : str or None, default None
        A key of `KINDS`; None to recognise it by content.
    **options
        Arguments of `KeyedVectors.load_word2vec_format`; only `limit` and `datatype` for files of other kinds.

    Returns
    -------
    KeyedVectors
        The word vectors.

    Raises
    ------
    FormatError
        If the file is not of this kind, or damaged.
    OSError
        If it cannot be read.
    """
    path = str(vector_file(path))
    kind = kind or kind_of(path)
    if kind == "word2vec":
        return KeyedVectors.load_word2vec_format(path, **options)
    vectors = _load_other(path, kind)
    if not options:
        return vectors
    table = first_rows(vectors.table, options.get("limit"), options.get("datatype"))
    return type(vectors).from_table(table)


def _load_other(path: str, kind: Kind) -> KeyedVectors:
    if kind == "model":
        return Word2Vec.load(path).wv
    if kind == "fasttext-model":
        return FastText.load(path).wv
    if kind == "document-model":
        return Doc2Vec.load(path).wv
    if kind == "vectors":
        return KeyedVectors.load(path)
    if kind == "fasttext-vectors":
        return FastTextKeyedVectors.load(path)
    if kind == "fasttext":
        return FastTextKeyedVectors.load_fasttext_format(path)
    if kind == "floret":
        return FastTextKeyedVectors.load_floret_format(path)
    saved = read_gensim(path)
    return (KeyedVectors if saved.subwords is None else FastTextKeyedVectors).from_gensim(saved)
