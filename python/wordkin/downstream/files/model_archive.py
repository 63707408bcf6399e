"""The archive of a fitted classifier or tagger: tensors and JSON metadata, without the embeddings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ...elmo import ELMo
from ...errors import FormatError
from ...storage import Archive, pack_words, unpack_words
from ...storage.saveable import Saveable
from ...text import PreparationOptions
from ...text.label_set import LabelSet
from ...text.tokenization import resolve_tokenizer
from ...vectors import KeyedVectors
from ..labels.tag_set import TagSet
from ..options import CharacterOptions, LengthOptions, NetworkOptions, network_compute
from ..state import (
    ClassifierState,
    ContextSource,
    Embedding,
    Features,
    History,
    LearnedSource,
    NetworkState,
    Source,
    StaticSource,
    TaggerState,
    Tensors,
)

__all__ = [
    "CALLABLE_TOKENIZER",
    "CLASSIFIER",
    "TAGGER",
    "FittedState",
    "SavedModel",
    "embedding_of",
    "pack_model",
    "saveable_for",
    "starting_embeddings",
    "unpack_model",
]

FittedState = ClassifierState | TaggerState

_NETWORK = "network/"
_NOT_SAVED = ("embedding", "progress")  # embeddings have separate files; progress is not part of a model
_CONVERTED = frozenset({"class_weight", "filters"})  # parameters that JSON has no types for
CALLABLE_TOKENIZER = "callable"  # stands for a tokenizer that is a function


@dataclass(frozen=True, eq=False, kw_only=True)
class SavedModel:
    """A fitted estimator as files hold it.

    Parameters
    ----------
    params : dict
        Arguments of the estimator's constructor by name.
    state : ClassifierState or TaggerState
        What `fit` has learned.
    """

    params: dict[str, Any]
    state: FittedState


def _unchanged(archive: Archive) -> Archive:
    return archive


# Archives are saved and loaded without the embeddings, which `unpack_model` needs besides.
CLASSIFIER = Saveable[Archive](kind="text_classifier", pack=_unchanged, unpack=_unchanged)
TAGGER = Saveable[Archive](kind="sequence_tagger", pack=_unchanged, unpack=_unchanged)


def saveable_for(state: FittedState) -> Saveable[Archive]:
    """Return how archives of a fitted state are saved.

    Parameters
    ----------
    state : ClassifierState or TaggerState
        The state.

    Returns
    -------
    Saveable
        `CLASSIFIER` or `TAGGER`.
    """
    return CLASSIFIER if isinstance(state, ClassifierState) else TAGGER


def embedding_of(source: Source) -> Embedding:
    """Return the embedding that belongs to a source but is not part of the network.

    Parameters
    ----------
    source : StaticSource, LearnedSource or ContextSource
        The source.

    Returns
    -------
    KeyedVectors, ELMo or None
        The embedding; None for a table that was trained, which is part of the network.
    """
    if isinstance(source, LearnedSource):
        return None
    return source.vectors if isinstance(source, StaticSource) else source.model


def starting_embeddings(state: NetworkState) -> list[Embedding]:
    """Return the embeddings that an estimator would be given to continue training a network.

    Parameters
    ----------
    state : NetworkState
        The network.

    Returns
    -------
    list of KeyedVectors, ELMo or None
        One per source. Tables that were copied from an embedding and trained become vectors again.
    """
    embeddings: list[Embedding] = []
    for source in state.features.sources:
        if not isinstance(source, LearnedSource):
            embeddings.append(embedding_of(source))
        elif source.is_from_scratch:
            embeddings.append(None)
        else:
            table = state.parameters[f"tables_{state.features.tables.index(source)}"]
            embeddings.append(KeyedVectors.from_vocabulary(list(source.words), table[1:]))
    return embeddings


def pack_model(model: SavedModel) -> Archive:
    """Return the archive of a model.

    Parameters
    ----------
    model : SavedModel
        The model.

    Returns
    -------
    Archive
        As tensors the parameters of the network and the words of trained tables, as metadata everything else.

    Raises
    ------
    TypeError, ValueError
        If a parameter has been set to a value with which the model cannot be used.
    """
    params = _params_as_json(model.params)
    _require_usable(params)
    state, network = model.state, model.state.network
    tensors: dict[str, NDArray[Any]] = {_NETWORK + name: tensor for name, tensor in network.parameters.items()}
    records = []
    for position, source in enumerate(network.features.sources):
        record: dict[str, Any]
        if isinstance(source, LearnedSource):
            tensors[f"words-{position}/bytes"], tensors[f"words-{position}/offsets"] = pack_words(source.words)
            record = {"kind": "learned", "width": source.width, "is_from_scratch": source.is_from_scratch}
        elif isinstance(source, StaticSource):
            record = {"kind": "vectors", "class": type(source.vectors).__name__}
        else:
            record = {"kind": "elmo", "layer_norm": source.layer_norm, "is_tuned": source.is_tuned}
        records.append(record)
    characters = network.features.characters
    metadata: dict[str, Any] = {
        "kind": saveable_for(state).kind,
        "params": params,
        "embedding_is_list": isinstance(model.params["embedding"], list | tuple),
        "options": asdict(network.options),
        "sources": records,
        "characters": None if characters is None else asdict(characters),
        "lowercase": network.features.lowercase,
        "history": state.history,
        "state": _labels_as_json(state),
    }
    return Archive(tensors=tensors, metadata=metadata)


def _labels_as_json(state: FittedState) -> dict[str, Any]:
    if isinstance(state, ClassifierState):
        labels = state.labels
        return {"classes": labels.classes.tolist(), "kind": labels.kind, "is_matrix": labels.is_matrix}
    tags = state.tags
    return {"classes": tags.classes.tolist(), "scheme": tags.scheme, "tags": list(tags.learned)}


def _params_as_json(params: Mapping[str, Any]) -> dict[str, Any]:
    saved = {name: value for name, value in params.items() if name not in _NOT_SAVED}
    if callable(saved.get("tokenizer")):
        tokenizer = saved["tokenizer"]
        is_options = isinstance(tokenizer, PreparationOptions)
        saved["tokenizer"] = tokenizer.to_metadata() if is_options else CALLABLE_TOKENIZER
    if isinstance(saved["random_state"], np.random.RandomState | np.random.Generator):
        saved["random_state"] = None
    if isinstance(saved.get("class_weight"), dict):  # keys of JSON objects are strings, labels may be integers
        saved["class_weight"] = [[_as_json(label), _as_json(factor)] for label, factor in saved["class_weight"].items()]
    written: dict[str, Any] = {name: _as_json(value) for name, value in saved.items()}
    for name in _CONVERTED.intersection(written):  # what could not be read again is refused before anything is written
        try:
            _params({name: written[name]})
        except (TypeError, ValueError):
            raise ValueError(f"{name} cannot be saved, got {params[name]!r:.60}; set a valid value") from None
    return written


def _as_json(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_as_json(member) for member in value]
    return value.item() if isinstance(value, np.generic) else value


def unpack_model(archive: Archive, embeddings: Sequence[Embedding], source: str) -> SavedModel:
    """Return the model of an archive.

    Parameters
    ----------
    archive : Archive
        Tensors and metadata of `pack_model`.
    embeddings : sequence of KeyedVectors, ELMo or None
        For each source the embedding that is not part of the network.
    source : str
        Name of the file in error messages.

    Returns
    -------
    SavedModel
        The model. Its parameters lack `embedding` and `progress`; a tokenizer that is a function is "callable".

    Raises
    ------
    FormatError
        If the archive is damaged.
    """
    metadata = archive.metadata
    kind = metadata["kind"]
    try:
        _require_usable(metadata["params"])
        options = _network_options(metadata["options"])
        features = _features(archive, embeddings)
        shape = replace(options, **features.network_shape())  # of the network that is built
        network = NetworkState(options, _parameters(archive, shape), features)
        params = _params(metadata["params"])
        history = {str(name): [float(value) for value in values] for name, values in metadata["history"].items()}
        state = _fitted_state(kind, network, metadata["state"], params, history)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise FormatError(f"{source}: the {kind} is incomplete or damaged: {error}") from error
    return SavedModel(params=params, state=state)


def _require_usable(params: Mapping[str, Any]) -> None:
    """Check the parameters with which texts are prepared; those of training are checked by `fit`."""
    LengthOptions(**{name: params[name] for name in ("max_length", "truncate") if name in params})
    network_compute(params["workers"], params.get("elmo_precision"), params.get("encoder_precision", "float32"))
    tokenizer = params.get("tokenizer", CALLABLE_TOKENIZER)
    if isinstance(tokenizer, dict):
        PreparationOptions.from_metadata(tokenizer)
    elif tokenizer not in (CALLABLE_TOKENIZER, "blanks"):
        resolve_tokenizer(tokenizer)


def _params(saved: Mapping[str, Any]) -> dict[str, Any]:
    params = dict(saved)
    if isinstance(params.get("class_weight"), list):
        params["class_weight"] = dict(params["class_weight"])
    if "filters" in params:
        params["filters"] = tuple(tuple(pair) for pair in params["filters"])
    if isinstance(params.get("tokenizer"), dict):
        params["tokenizer"] = PreparationOptions.from_metadata(params["tokenizer"])
    if params.get("tokenizer") == "blanks":  # the name in files of earlier versions
        params["tokenizer"] = "whitespace"
    return params


def _fitted_state(
    kind: str, network: NetworkState, saved: Mapping[str, Any], params: Mapping[str, Any], history: History
) -> FittedState:
    classes = _classes(saved["classes"])
    if kind == CLASSIFIER.kind:
        labels = LabelSet(classes, saved["kind"], bool(saved["is_matrix"]))
        _require_outputs(network, labels.outputs, "classes" if labels.kind != "multi" else "labels")
        return ClassifierState(network=network, labels=labels, history=history)
    _require_outputs(network, len(saved["tags"]), "tags")
    tags = TagSet(
        classes=classes,
        scheme=saved["scheme"],
        learned=[str(tag) for tag in saved["tags"]],
        learned_scheme=params["learned_scheme"],
    )
    return TaggerState(network=network, tags=tags, history=history)


def _classes(saved: Any) -> NDArray[Any]:
    """Return labels: distinct texts, integers or other numbers."""
    if not isinstance(saved, list) or not all(isinstance(label, str | int | float) for label in saved):
        raise ValueError(f"classes must be a list of labels, got {saved!r:.60}")
    classes = np.array(saved)
    if len(set(classes.tolist())) != len(saved):
        raise ValueError("classes must be distinct")
    return classes


def _require_outputs(network: NetworkState, outputs: int, task: str) -> None:
    options = network.options
    if (options.outputs, options.task) != (outputs, task):
        raise ValueError(
            f"the network must have {outputs} outputs for {task}, got {options.outputs} for {options.task}"
        )


def _network_options(saved: Mapping[str, Any]) -> NetworkOptions:
    rows = {name: tuple(tuple(row) for row in saved[name]) for name in ("tables", "contexts", "filters")}
    return NetworkOptions(**{**saved, **rows})


def _features(archive: Archive, embeddings: Sequence[Embedding]) -> Features:
    sources: list[Source] = []
    for position, (record, embedding) in enumerate(zip(archive.metadata["sources"], embeddings, strict=True)):
        if record["kind"] == "learned":
            words = unpack_words(
                archive.tensors[f"words-{position}/bytes"], archive.tensors[f"words-{position}/offsets"]
            )
            sources.append(LearnedSource(words, record["width"], record["is_from_scratch"]))
        elif isinstance(embedding, ELMo):
            sources.append(ContextSource(embedding, record["layer_norm"], record["is_tuned"]))
        elif embedding is not None:
            sources.append(StaticSource(embedding))
        else:
            raise ValueError(f"embedding {position} is missing")
    saved = archive.metadata["characters"]
    characters = None
    if saved is not None:
        filters = tuple(tuple(pair) for pair in saved["filters"])
        characters = CharacterOptions(**{**saved, "filters": cast(tuple[tuple[int, int], ...], filters)})
    return Features(tuple(sources), characters, bool(archive.metadata["lowercase"]))


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
