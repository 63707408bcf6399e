"""Folders and pickles of fitted classifiers and taggers.

A folder holds ``model.safetensors`` with everything except the embeddings, the embeddings, and ``config.json``, which
repeats the metadata for people and other programs. As changes of it would have no effect, they are an error.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from ...elmo import ELMo
from ...errors import FormatError
from ...storage import Archive, read_archive
from ...storage.copies import require_same_json
from ...storage.file_sets import CurrentFiles, read_files, replaced_files
from ...storage.model_folders import required_file
from ...storage.paths import AnyPath, local_path
from ...storage.saveable import Saveable
from ...vectors import KeyedVectors
from ..state import ContextSource, Embedding
from .embedding_files import embedding_hash, read_embedding, remove_embedding, require_hash, write_embedding
from .model_archive import (
    CALLABLE_TOKENIZER,
    SavedModel,
    embedding_of,
    pack_model,
    saveable_for,
    starting_embeddings,
    unpack_model,
)

__all__ = ["CONFIG_FILE", "MODEL_FILE", "from_bytes", "load_folder", "save_folder", "to_bytes"]

MODEL_FILE = "model.safetensors"
CONFIG_FILE = "config.json"


def save_folder(model: SavedModel, folder: AnyPath, *, include_embedding: bool) -> None:
    """Write a model to a folder, which is created if it does not exist.

    Parameters
    ----------
    model : SavedModel
        The model.
    folder : path
        The folder.
    include_embedding : bool
        Whether to write embeddings that were not trained; those that were are always written.

    Raises
    ------
    TypeError, ValueError
        If the model has arguments with which it could not be loaded.
    OSError
        If a file cannot be written.
    """
    archive = pack_model(model)
    with replaced_files(folder) as files:
        for name in _embedding_names(local_path(folder) / MODEL_FILE):
            remove_embedding(files, name)
        for position, source in enumerate(model.state.network.features.sources):
            record = archive.metadata["sources"][position]
            embedding = embedding_of(source)
            if embedding is None:
                continue
            record["hash"] = embedding_hash(embedding)
            if include_embedding or (isinstance(source, ContextSource) and source.is_tuned):
                record["file"] = write_embedding(embedding, files, position)
        with files.file(MODEL_FILE) as file:
            saveable_for(model.state).save(archive, file)
        with files.file(CONFIG_FILE) as file:
            text = json.dumps(archive.metadata, ensure_ascii=False, indent=2, sort_keys=True)
            file.write(text.encode("utf-8") + b"\n")


def _embedding_names(path: Path) -> list[object]:
    """Return the names of the embeddings of the model that is to be replaced, if there is one that can be read."""
    try:
        return [record.get("file") for record in read_archive(path, mmap=True).metadata["sources"]]
    except (AttributeError, KeyError, OSError, TypeError, FormatError):
        return []


def load_folder(
    folder: AnyPath, saveable: Saveable[Archive], *, names: Collection[str], embedding: Any, tokenizer: Any
) -> SavedModel:
    """Read a model from a folder.

    Parameters
    ----------
    folder : path
        The folder.
    saveable : Saveable
        `CLASSIFIER` or `TAGGER`.
    names : collection of str
        Names of the parameters of such an estimator.
    embedding : KeyedVectors, Word2Vec, ELMo, None, or list of these
        Embeddings to use instead of those in the folder.
    tokenizer : callable or None
        The tokenizer, for a model that was trained with a function.

    Returns
    -------
    SavedModel
        The model; its parameters have the embeddings and the tokenizer.

    Raises
    ------
    FormatError
        If the folder holds something else, or an embedding is missing or differs from the one used in training.
    OSError
        If a file cannot be read.
    """
    return read_files(
        folder, lambda files: _load(files, saveable, names=names, embedding=embedding, tokenizer=tokenizer)
    )


def _load(
    files: CurrentFiles, saveable: Saveable[Archive], *, names: Collection[str], embedding: Any, tokenizer: Any
) -> SavedModel:
    source = files.folder
    archive = saveable.load(required_file(files, MODEL_FILE, f"the folder of a model of kind {saveable.kind!r}"))
    require_same_json(files.path(CONFIG_FILE), archive.metadata, shown=files.folder / CONFIG_FILE, source=MODEL_FILE)
    try:
        records = [_checked_record(record) for record in archive.metadata["sources"]]
        is_list = bool(archive.metadata["embedding_is_list"])
        if not records:
            raise ValueError("a network must have an embedding, got none")
    except (LookupError, TypeError, ValueError) as error:
        raise FormatError(f"{source}: the metadata of the embeddings is damaged: {error}") from error
    model = unpack_model(archive, _find_embeddings(files, records, embedding), str(source))
    params = dict(model.params)
    unknown = sorted(set(params) - set(names))
    if unknown:
        raise FormatError(f"{source}: a {saveable.kind} has no parameter {unknown[0]!r:.50}")
    if params.get("tokenizer") == CALLABLE_TOKENIZER:
        if tokenizer is None:
            raise FormatError(
                f"{source}: the model has a tokenizer that is a function, which is not saved; pass tokenizer="
            )
        params["tokenizer"] = tokenizer
    elif tokenizer is not None:
        raise TypeError("tokenizer must be None for a model whose tokenizer is saved, got a tokenizer")
    own = starting_embeddings(model.state.network)
    if not own and not is_list:
        raise FormatError(f"{source}: the model must have an embedding")
    params["embedding"] = own if is_list else own[0]
    return SavedModel(params=params, state=model.state)


def _checked_record(record: object) -> dict[str, Any]:
    if not isinstance(record, dict):
        raise TypeError(f"an embedding must be an object, got {record!r:.60}")
    if record["kind"] not in ("learned", "vectors", "elmo"):
        raise ValueError(f"the kind of an embedding must be learned, vectors or elmo, got {record['kind']!r:.20}")
    if record["kind"] != "learned" and not isinstance(record["hash"], str):
        raise TypeError(f"the hash of an embedding must be a string, got {record['hash']!r:.60}")
    return record


def _find_embeddings(files: CurrentFiles, records: Sequence[dict[str, Any]], given: Any) -> list[Embedding]:
    """Return the embedding of each record: the given one, or the one in the folder."""
    folder = files.folder
    offered: list[Any] = [None] * len(records)
    if given is not None:
        offered = list(given) if isinstance(given, list | tuple) else [given]
        if len(offered) != len(records):
            raise FormatError(f"{folder}: embedding must have {len(records)} embeddings, got {len(offered)}")
    found: list[Embedding] = []
    for position, (record, one) in enumerate(zip(records, offered, strict=True)):
        vectors = getattr(one, "wv", one)
        if record["kind"] == "learned":
            found.append(None)
        elif vectors is not None and not record.get("is_tuned"):
            if not isinstance(vectors, KeyedVectors | ELMo):
                raise TypeError(f"embedding must be KeyedVectors or an ELMo, got {type(one).__name__}")
            require_hash(vectors, record, str(folder))
            found.append(vectors)
        elif "file" in record:
            found.append(read_embedding(files, record))
        else:
            raise FormatError(
                f"{folder}: embedding {position} ({record['kind']}) was not saved with the model; pass embedding="
            )
    return found


def to_bytes(model: SavedModel) -> tuple[bytes, tuple[Embedding, ...]]:
    """Serialise a model for a pickle.

    Parameters
    ----------
    model : SavedModel
        The model.

    Returns
    -------
    data : bytes
        The archive.
    embeddings : tuple of KeyedVectors, ELMo or None
        The embeddings. A pickle holds them as objects, so that several models of a pickle share them.
    """
    data = saveable_for(model.state).to_bytes(pack_model(model))
    return data, tuple(map(embedding_of, model.state.network.features.sources))


def from_bytes(data: bytes, embeddings: Sequence[Embedding], saveable: Saveable[Archive]) -> SavedModel:
    """Restore a model from a pickle.

    Parameters
    ----------
    data : bytes
        The archive.
    embeddings : sequence of KeyedVectors, ELMo or None
        The embeddings.
    saveable : Saveable
        `CLASSIFIER` or `TAGGER`.

    Returns
    -------
    SavedModel
        The model.

    Raises
    ------
    FormatError
        If the archive is damaged.
    """
    return unpack_model(saveable.from_bytes(data), embeddings, "a pickled model")
