"""Classifiers and taggers as folders: one file with all but embeddings, which lie beside it or are named by hash.

`model.safetensors` alone is read back, so that a folder is the old model or the new one whenever writing it ends;
`config.json` says the same for people and for other programs.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ...elmo import ELMo
from ...errors import FormatError
from ...storage import Archive, pack_words, read_archive, unpack_words, write_archive
from ...storage.archive_bytes import pack_archive, unpack_archive
from ...storage.atomic import replaced_file
from ...storage.paths import AnyPath, local_path
from ...vectors import KeyedVectors
from ..inference.outputs import NetworkContent
from ..options import NetworkOptions
from ..state import CharacterShape, ContextSource, Features, LearnedSource, Source, StaticSource
from ..training.initialization import Tensors
from .embedding_files import hash_of, read_embedding, require_hash, write_embedding

if TYPE_CHECKING:
    from ..text_network import TextNetwork

__all__ = ["CONFIG_FILE", "MODEL_FILE", "load", "save", "to_pickle"]

MODEL_FILE = "model.safetensors"
CONFIG_FILE = "config.json"

_NETWORK = "network/"
_NOT_SAVED = ("embedding", "progress")  # the one has its own files, the other is no part of a model
_CALLABLE = "callable"  # stands for a tokenizer that is a function

Fitted = TypeVar("Fitted", bound="TextNetwork")
Embedding = KeyedVectors | ELMo | None


def save(estimator: TextNetwork, folder: AnyPath, *, include_embedding: bool) -> None:
    """Write a fitted estimator into a folder."""
    target = local_path(folder)
    target.mkdir(parents=True, exist_ok=True)
    tensors, metadata = _tensors_and_metadata(estimator)
    for place, source in enumerate(estimator._content.features.sources):
        record = metadata["sources"][place]
        embedding = _embedding_of(source)
        if embedding is None:
            continue
        record["hash"] = hash_of(embedding)
        is_own = isinstance(source, ContextSource) and source.is_tuned
        if include_embedding or is_own:
            record["file"] = write_embedding(embedding, target, f"embedding-{place}")
    write_archive(target / MODEL_FILE, tensors, metadata)
    with replaced_file(target / CONFIG_FILE) as file:
        file.write(json.dumps(metadata, ensure_ascii=False, indent=2, sort_keys=True).encode("utf-8") + b"\n")


def load(cls: type[Fitted], folder: AnyPath, *, embedding: Any, tokenizer: Any) -> Fitted:
    """Read an estimator from a folder of `save`."""
    source = local_path(folder)
    archive = read_archive(source / MODEL_FILE)
    _require_kind(archive, cls, str(source))
    try:
        records = [_checked_record(record) for record in archive.metadata["sources"]]
        params = dict(archive.metadata["params"])
        is_list = bool(archive.metadata["embedding_is_list"])
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"{source}: what it says of its embeddings is wrong: {error}") from error
    embeddings = _found_embeddings(source, records, embedding)
    if params.get("tokenizer") == _CALLABLE:
        if tokenizer is None:
            raise FormatError(f"{source}: texts were cut by a function, which is not saved: give it as tokenizer=")
        params["tokenizer"] = tokenizer
    elif tokenizer is not None:
        raise TypeError("tokenizer must be None: this model has a tokenizer that could be saved")
    estimator = _unfitted(cls, params, str(source))
    _fill(estimator, archive, embeddings, str(source))
    own = [_starting_point(one, estimator._content) for one in estimator._content.features.sources]
    estimator.embedding = own if is_list else own[0]
    return estimator


def to_pickle(estimator: TextNetwork) -> tuple[Any, ...]:
    """Return what a pickle keeps: the constructor's arguments as they are, and the content of a file."""
    params = estimator.get_params()
    if not estimator.__sklearn_is_fitted__():
        return _from_pickle, (type(estimator), params, None, ())
    tensors, metadata = _tensors_and_metadata(estimator)
    embeddings = tuple(_embedding_of(source) for source in estimator._content.features.sources)
    return _from_pickle, (type(estimator), params, pack_archive(tensors, metadata), embeddings)


def _from_pickle(
    cls: type[Fitted], params: dict[str, Any], data: bytes | None, embeddings: Sequence[Embedding]
) -> Fitted:
    estimator = cls(**params)
    if data is not None:
        archive = unpack_archive(data)
        _require_kind(archive, cls, "a pickle")
        _fill(estimator, archive, embeddings, "a pickle")
    return estimator


def _require_kind(archive: Archive, cls: type[TextNetwork], source: str) -> None:
    if archive.metadata.get("kind") != cls._kind:
        raise FormatError(f"{source}: holds {archive.metadata.get('kind')!r:.50}, expected {cls._kind!r}")


def _embedding_of(source: Source) -> Embedding:
    """What must be there beside the network; a table that is trained is a part of it."""
    if isinstance(source, LearnedSource):
        return None
    return source.vectors if isinstance(source, StaticSource) else source.model


def _starting_point(source: Source, content: NetworkContent) -> Embedding:
    """What the constructor would be given to train on: tables that were trained are vectors, too."""
    if not isinstance(source, LearnedSource):
        return _embedding_of(source)
    if source.is_from_scratch:
        return None
    table = content.parameters[f"tables_{content.features.tables.index(source)}"]
    return KeyedVectors.from_vocabulary(list(source.words), table[1:])


def _tensors_and_metadata(estimator: TextNetwork) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    content = estimator._content
    tensors: dict[str, NDArray[Any]] = {_NETWORK + name: tensor for name, tensor in content.parameters.items()}
    records = []
    for place, source in enumerate(content.features.sources):
        record: dict[str, Any]
        if isinstance(source, LearnedSource):
            tensors[f"words-{place}/bytes"], tensors[f"words-{place}/offsets"] = pack_words(source.words)
            record = {"kind": "learned", "width": source.width, "is_from_scratch": source.is_from_scratch}
        elif isinstance(source, StaticSource):
            record = {"kind": "vectors", "class": type(source.vectors).__name__}
        else:
            record = {"kind": "elmo", "layer_norm": source.layer_norm, "is_tuned": source.is_tuned}
        records.append(record)
    characters = content.features.characters
    metadata: dict[str, Any] = {
        "kind": estimator._kind,
        "params": _saved_params(estimator),
        "embedding_is_list": isinstance(estimator.embedding, list | tuple),
        "options": asdict(content.options),
        "sources": records,
        "characters": None if characters is None else asdict(characters),
        "lowercase": content.features.lowercase,
        "history": estimator.history_,
        "state": estimator._state(),
    }
    return tensors, metadata


def _saved_params(estimator: TextNetwork) -> dict[str, Any]:
    params = {name: value for name, value in estimator.get_params().items() if name not in _NOT_SAVED}
    if callable(params.get("tokenizer")):
        params["tokenizer"] = _CALLABLE
    if isinstance(params["random_state"], np.random.RandomState | np.random.Generator):
        params["random_state"] = None
    if isinstance(params.get("class_weight"), dict):  # keys of JSON are text
        params["class_weight"] = [[_plain(label), _plain(factor)] for label, factor in params["class_weight"].items()]
    return {name: _plain(value) for name, value in params.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value]
    return value.item() if isinstance(value, np.generic) else value


def _unfitted(cls: type[Fitted], params: dict[str, Any], source: str) -> Fitted:
    if isinstance(params.get("class_weight"), list):
        params["class_weight"] = dict(params["class_weight"])
    if "filters" in params:
        params["filters"] = tuple(tuple(pair) for pair in params["filters"])
    try:
        return cls(**params)
    except TypeError as error:
        raise FormatError(f"{source}: its parameters are not those of a {cls.__name__}: {error}") from error


def _checked_record(record: Any) -> dict[str, Any]:
    if not isinstance(record, dict):
        raise TypeError(f"an embedding must be an object, got {record!r:.60}")
    if record["kind"] not in ("learned", "vectors", "elmo"):
        raise ValueError(f"an embedding of kind {record['kind']!r:.20} is unknown")
    if record["kind"] != "learned" and not isinstance(record["hash"], str):
        raise TypeError(f"the hash of an embedding must be text, got {record['hash']!r:.60}")
    return record


def _found_embeddings(folder: Path, records: Sequence[dict[str, Any]], given: Any) -> list[Embedding]:
    offered: list[Any] = [None] * len(records)
    if given is not None:
        offered = list(given) if isinstance(given, list | tuple) else [given]
        if len(offered) != len(records):
            raise FormatError(f"{folder}: has {len(records)} embeddings, got {len(offered)}")
    found: list[Embedding] = []
    for place, (record, one) in enumerate(zip(records, offered, strict=True)):
        vectors = getattr(one, "wv", one)
        if record["kind"] == "learned":
            found.append(None)
        elif vectors is not None and not record.get("is_tuned"):
            if not isinstance(vectors, KeyedVectors | ELMo):
                raise TypeError(f"embedding must be KeyedVectors or an ELMo, got {type(one).__name__}")
            require_hash(vectors, record, str(folder))
            found.append(vectors)
        elif "file" in record:
            found.append(read_embedding(folder, record))
        else:
            raise FormatError(
                f"{folder}: embedding {place} ({record['kind']}) was not saved with this model: give it as embedding="
            )
    return found


def _fill(estimator: TextNetwork, archive: Archive, embeddings: Sequence[Embedding], source: str) -> None:
    """Make an estimator a fitted one."""
    metadata = archive.metadata
    try:
        features = _features(archive, embeddings)
        options = _network_options(metadata["options"])
        content = NetworkContent(options, _parameters(archive, options), features)
        history = {str(name): [float(value) for value in values] for name, values in metadata["history"].items()}
        estimator._set_state(metadata["state"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise FormatError(f"{source}: is no whole {metadata.get('kind')!r:.50}: {error}") from error
    estimator._content = content
    estimator.history_ = history


def _network_options(saved: dict[str, Any]) -> NetworkOptions:
    rows = {name: tuple(tuple(row) for row in saved[name]) for name in ("tables", "contexts", "filters")}
    return NetworkOptions(**{**saved, **rows})


def _features(archive: Archive, embeddings: Sequence[Embedding]) -> Features:
    sources: list[Source] = []
    for place, (record, embedding) in enumerate(zip(archive.metadata["sources"], embeddings, strict=True)):
        if record["kind"] == "learned":
            words = unpack_words(archive.tensors[f"words-{place}/bytes"], archive.tensors[f"words-{place}/offsets"])
            sources.append(LearnedSource(words, record["width"], record["is_from_scratch"]))
        elif isinstance(embedding, ELMo):
            sources.append(ContextSource(embedding, record["layer_norm"], record["is_tuned"]))
        elif embedding is not None:
            sources.append(StaticSource(embedding))
        else:
            raise ValueError(f"embedding {place} is missing")
    shape = archive.metadata["characters"]
    if shape is not None:
        shape = CharacterShape(**{**shape, "filters": tuple(tuple(pair) for pair in shape["filters"])})
    return Features(tuple(sources), shape, bool(archive.metadata["lowercase"]))


def _parameters(archive: Archive, options: NetworkOptions) -> Tensors:
    parameters: Tensors = {}
    for name, shape in _core.tasks.parameter_shapes(options):
        tensor = archive.tensors[_NETWORK + name]
        if tensor.dtype != np.float32 or tensor.shape != tuple(shape):
            raise ValueError(
                f"tensor {name!r} must be float32 of shape {tuple(shape)}, got {tensor.dtype} of shape {tensor.shape}"
            )
        parameters[name] = tensor
    return parameters
