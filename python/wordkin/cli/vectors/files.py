"""Any file of vectors or models: told from its content, loaded as vectors."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ...errors import FormatError

if TYPE_CHECKING:
    from ...vectors import KeyedVectors

__all__ = ["KINDS", "Kind", "kind_of", "load_vectors"]

Kind = Literal["model", "vectors", "fasttext-vectors", "word2vec", "fasttext", "gensim"]

KINDS: dict[Kind, str] = {
    "model": "a whole Word2Vec model of wordkin",
    "vectors": "vectors of wordkin",
    "fasttext-vectors": "vectors of wordkin with those of character n-grams",
    "word2vec": "word2vec's text or binary format, GloVe, or fastText's .vec",
    "fasttext": "a .bin model of fastText",
    "gensim": "a save of gensim",
}

_KIND_OF_ARCHIVE: dict[str, Kind] = {
    "word2vec": "model",
    "keyed_vectors": "vectors",
    "fasttext_keyed_vectors": "fasttext-vectors",
}
_FASTTEXT_MAGIC = (793712314).to_bytes(4, "little")


def kind_of(path: str) -> Kind:
    """Tell from its first bytes what a file holds.

    Raises
    ------
    FormatError
        If it is a file of wordkin that holds no vectors.
    OSError
        If it cannot be read.
    """
    from ...storage.opening import open_binary
    from ...storage.paths import local_path

    local = local_path(path)
    if not stat.S_ISREG(local.stat().st_mode):
        return "word2vec"  # of a pipe no byte can be read ahead; the reader of this format refuses folders
    with open_binary(local) as file:
        start = file.read(9)
    if start[:4] == _FASTTEXT_MAGIC:
        return "fasttext"
    if start[:1] == b"\x80" and start[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return "gensim"
    return _kind_of_archive(local) if start[4:9] == b"\0\0\0\0{" else "word2vec"


def _kind_of_archive(path: Path) -> Kind:
    from ...storage import read_archive

    name = read_archive(path, mmap=True).metadata.get("kind")
    kind = _KIND_OF_ARCHIVE.get(str(name))
    if kind is None:
        raise FormatError(f"{path}: holds {name!r}, not word vectors")
    return kind


def load_vectors(path: str, kind: Kind | None = None, **word2vec_options: Any) -> KeyedVectors:
    """Load the vectors of a file, whatever it is.

    Parameters
    ----------
    path
        The file.
    kind
        What it holds; told from its content by default.
    **word2vec_options
        For `KeyedVectors.load_word2vec_format`; other formats have no use for them.

    Raises
    ------
    FormatError
        If the file is not what it should be.
    OSError
        If it cannot be read.
    """
    from ...vectors import FastTextKeyedVectors, KeyedVectors

    kind = kind or kind_of(path)
    if kind == "model":
        from ...word2vec import Word2Vec

        return Word2Vec.load(path).wv
    if kind == "vectors":
        return KeyedVectors.load(path)
    if kind == "fasttext-vectors":
        return FastTextKeyedVectors.load(path)
    if kind == "fasttext":
        return FastTextKeyedVectors.load_fasttext_format(path)
    if kind == "gensim":
        from ...vectors.files import read_gensim

        saved = read_gensim(path)
        vectors = KeyedVectors.from_vocabulary(saved.vectors.words, saved.vectors.vectors, saved.vectors.counts)
        if saved.lock_factors is not None:
            vectors.vectors_lockf = saved.lock_factors
        return vectors
    return KeyedVectors.load_word2vec_format(path, **word2vec_options)
