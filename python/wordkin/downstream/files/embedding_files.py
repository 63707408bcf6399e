"""Embeddings beside a saved network: written into its folder or only named, and known by their hash."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...elmo import ELMo
from ...errors import FormatError
from ...vectors import FastTextKeyedVectors, KeyedVectors

__all__ = ["hash_of", "read_embedding", "require_hash", "write_embedding"]

_BLOCK_ROWS = 1 << 14


def hash_of(embedding: KeyedVectors | ELMo) -> str:
    """Return what tells an embedding from others: SHA-256 of its words and numbers.

    Examples
    --------
    >>> kv = KeyedVectors(2)
    >>> kv.add_vectors(["a"], [[1, 2]])
    >>> len(hash_of(kv))
    64
    """
    digest = hashlib.sha256()
    if isinstance(embedding, ELMo):
        digest.update(json.dumps(asdict(embedding.options), sort_keys=True).encode())
        digest.update(json.dumps(embedding.vocabulary).encode() if embedding.options.token_input else b"")
        for name, tensor in sorted(embedding.parameters.items()):
            if not name.startswith("softmax"):  # predicts words, which nobody asks for here
                digest.update(name.encode())
                _add_rows(digest, tensor)
        return digest.hexdigest()
    for key in embedding.index_to_key:
        word = str(key).encode("utf-8", errors="surrogatepass")
        digest.update(len(word).to_bytes(8, "little") + word)
    _add_rows(digest, embedding.vectors)
    return digest.hexdigest()


def _add_rows(digest: Any, array: NDArray[Any]) -> None:
    """Add shape, type and bytes, a few rows at a time: a matrix is never copied as a whole."""
    digest.update(f"{array.dtype.str}{array.shape}".encode())
    for first in range(0, len(array), _BLOCK_ROWS):
        digest.update(np.ascontiguousarray(array[first : first + _BLOCK_ROWS]).reshape(-1).view(np.uint8).data)


def write_embedding(embedding: KeyedVectors | ELMo, folder: Path, name: str) -> str:
    """Write an embedding into a folder; returns the name of its file, or folder."""
    if isinstance(embedding, ELMo):
        embedding.save_pretrained(folder / name, training_state=False)
        return name
    file = f"{name}.safetensors"
    embedding.save(folder / file)
    return file


def read_embedding(folder: Path, record: dict[str, Any]) -> KeyedVectors | ELMo:
    """Read an embedding that a record of a saved network names.

    Raises
    ------
    FormatError
        If it is missing, or not the one that the network was saved with.
    """
    kind, file = record["kind"], record["file"]
    if not isinstance(file, str) or Path(file).name != file:
        raise FormatError(f"{folder}: an embedding must be a file of this folder, got {file!r:.100}")
    path = folder / file
    if not path.exists():
        raise FormatError(f"{path}: the embedding of this model is missing")
    embedding: KeyedVectors | ELMo
    if kind == "elmo":
        embedding = ELMo.from_pretrained(path)
    elif record.get("class") == "FastTextKeyedVectors":
        embedding = FastTextKeyedVectors.load(path)
    else:
        embedding = KeyedVectors.load(path)
    require_hash(embedding, record, str(path))
    return embedding


def require_hash(embedding: KeyedVectors | ELMo, record: dict[str, Any], source: str) -> None:
    """Raise a FormatError if an embedding is not the one that a record was made of."""
    kind = "elmo" if isinstance(embedding, ELMo) else "vectors"
    if kind != record["kind"]:
        raise FormatError(f"{source}: an embedding of kind {record['kind']!r:.20} is needed, got {kind!r}")
    found = hash_of(embedding)
    if found != record["hash"]:
        raise FormatError(
            f"{source}: the embedding is not the one that this model was trained with: its hash is {found[:16]}..., "
            f"the model names {str(record['hash'])[:16]}..."
        )
