"""Embeddings of a saved model: stored in its folder or only referenced, and identified by their hash."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from ...elmo import ELMo
from ...elmo.files.pretrained import MODEL_FILE_NAMES
from ...elmo.model import read_model, write_model
from ...errors import FormatError
from ...storage.file_sets import CurrentFiles, FileSet
from ...vectors import FastTextKeyedVectors, KeyedVectors

if TYPE_CHECKING:
    from hashlib import _Hash

__all__ = ["embedding_hash", "read_embedding", "remove_embedding", "require_hash", "write_embedding"]

_ROWS_PER_BLOCK = 1 << 14
_OWN_NAME = re.compile(r"embedding-\d+(\.safetensors)?")


def embedding_hash(embedding: KeyedVectors | ELMo) -> str:
    """Compute the hash that identifies an embedding.

    Parameters
    ----------
    embedding : KeyedVectors or ELMo
        The embedding.

    Returns
    -------
    str
        SHA-256 of its words and parameters in hexadecimal digits. The softmax of a language model is not included.

    Examples
    --------
    >>> kv = KeyedVectors(2)
    >>> kv.add_vectors(["a"], [[1, 2]])
    >>> len(embedding_hash(kv))
    64
    """
    digest = hashlib.sha256()
    if isinstance(embedding, ELMo):
        digest.update(json.dumps(asdict(embedding.options), sort_keys=True).encode())
        digest.update(json.dumps(embedding.vocabulary).encode() if embedding.options.token_input else b"")
        for name, tensor in sorted(embedding.parameters.items()):
            if not name.startswith("softmax"):  # classifiers and taggers do not use it
                digest.update(name.encode())
                _update_with_rows(digest, tensor)
        return digest.hexdigest()
    for key in embedding.index_to_key:
        word = str(key).encode("utf-8", errors="surrogatepass")
        digest.update(len(word).to_bytes(8, "little") + word)
    _update_with_rows(digest, embedding.vectors)
    return digest.hexdigest()


def _update_with_rows(digest: _Hash, array: NDArray[Any]) -> None:
    """Hash dtype, shape and bytes block by block, as a copy of the whole matrix could be large."""
    digest.update(f"{array.dtype.str}{array.shape}".encode())
    for first in range(0, len(array), _ROWS_PER_BLOCK):
        digest.update(np.ascontiguousarray(array[first : first + _ROWS_PER_BLOCK]).reshape(-1).view(np.uint8).data)


def write_embedding(embedding: KeyedVectors | ELMo, files: FileSet, position: int) -> str:
    """Write an embedding to the folder of a model.

    Parameters
    ----------
    embedding : KeyedVectors or ELMo
        The embedding.
    files : FileSet
        The files of the folder.
    position : int
        Index of the embedding.

    Returns
    -------
    str
        Name of the file, or of the subfolder for a language model.
    """
    if isinstance(embedding, ELMo):
        name = f"embedding-{position}"
        write_model(embedding, files.subfolder(name))
        return name
    name = f"embedding-{position}.safetensors"
    with files.file(name) as file:
        embedding.save(cast(BinaryIO, file))
    return name


def remove_embedding(files: FileSet, name: object) -> None:
    """Remove an embedding from the folder of a model, unless its files are replaced.

    Parameters
    ----------
    files : FileSet
        The files of the folder.
    name : object
        What `write_embedding` has returned; anything else is ignored.
    """
    if not isinstance(name, str) or not _OWN_NAME.fullmatch(name):
        return
    if name.endswith(".safetensors"):
        files.remove(name)
        return
    for part in MODEL_FILE_NAMES:
        files.subfolder(name).remove(part)


def read_embedding(files: CurrentFiles, record: Mapping[str, Any]) -> KeyedVectors | ELMo:
    """Read the embedding that a record of a saved model refers to.

    Parameters
    ----------
    files : CurrentFiles
        The files of the model's folder.
    record : mapping
        The record, with the members "kind", "file", "hash" and, for vectors, "class".

    Returns
    -------
    KeyedVectors or ELMo
        The embedding.

    Raises
    ------
    FormatError
        If the embedding is missing or differs from the one that the model was saved with.
    """
    kind, name = record["kind"], record["file"]
    is_name = isinstance(name, str) and name.isprintable() and name not in ("", ".", "..")
    if not is_name or any(character in name for character in "/\\:"):
        raise FormatError(f"{files.folder}: the file of an embedding must be in this folder, got {name!r:.100}")
    path = files.folder / name
    embedding: KeyedVectors | ELMo
    try:
        if kind == "elmo":
            embedding = read_model(files.subfolder(name))
        elif record.get("class") == "FastTextKeyedVectors":
            embedding = FastTextKeyedVectors.load(files.path(name))
        else:
            embedding = KeyedVectors.load(files.path(name))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FormatError(f"{path}: the embedding of this model is missing") from error
    require_hash(embedding, record, str(path))
    return embedding


def require_hash(embedding: KeyedVectors | ELMo, record: Mapping[str, Any], source: str) -> None:
    """Check that an embedding is the one that a record describes.

    Parameters
    ----------
    embedding : KeyedVectors or ELMo
        The embedding.
    record : mapping
        The record, with the members "kind" and "hash".
    source : str
        Name of the file in error messages.

    Raises
    ------
    FormatError
        If the embeddings differ.
    """
    kind = "elmo" if isinstance(embedding, ELMo) else "vectors"
    if kind != record["kind"]:
        raise FormatError(f"{source}: the embedding must be of kind {record['kind']!r:.20}, got {kind!r}")
    found = embedding_hash(embedding)
    if found != record["hash"]:
        raise FormatError(
            f"{source}: the embedding must be the one that the model was trained with (hash "
            f"{str(record['hash'])[:16]}...), got one with the hash {found[:16]}..."
        )
