"""A whole model as one safetensors file: layers and words as tensors, settings as metadata."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

import numpy as np

from ...errors import FormatError, WrongKindError
from ...runtime.compute import choose_isa
from ...runtime.options import integer_option, real_option
from ...storage import Archive, read_archive
from ...storage.archive_bytes import pack_archive, save_archive, unpack_archive
from ...storage.lifecycle import events_of_metadata, metadata_of_events
from ...storage.paths import AnyPath, local_path
from ...vectors.files import archive as vector_files
from ..options import TrainingOptions, VocabularyOptions
from ..padded_rows import PaddedRows

if TYPE_CHECKING:
    from ..model import Word2Vec

__all__ = ["KIND", "from_bytes", "from_pretrained", "load", "refuse_to_load", "save", "save_pretrained", "to_bytes"]

KIND = "word2vec"
_FILE_IN_FOLDER = "model.safetensors"
# What the constructor takes, and so checks; and what training has made of the rest.
_ARGUMENTS = ("vector_size", "alpha", "min_alpha", "workers", "epochs", "compute_loss", "comment")
_NUMBERS = ("corpus_count", "corpus_total_words", "effective_min_count", "train_count")
_REALS = ("total_train_time", "min_alpha_yet_reached")


def save(model: Word2Vec, target: AnyPath | BinaryIO) -> None:
    """Write `model` to a file; complete, or not at all."""
    archive = _to_archive(model)
    save_archive(target, archive.tensors, archive.metadata)


def load(cls: type[Word2Vec], path: AnyPath, *, mmap: bool) -> Word2Vec:
    """Read a model of class `cls` from a file of `save`.

    Raises
    ------
    FormatError
        If the file holds something else.
    """
    return _from_archive(cls, read_archive(path, mmap=mmap), str(local_path(path)))


def refuse_to_load(*args: Any, **kwargs: Any) -> NoReturn:
    """What `load` of a model is: gensim refuses it too, as the model that it returns is easily lost."""
    raise AttributeError("load is called on the class: model = Word2Vec.load(path)")


def to_bytes(model: Word2Vec) -> bytes:
    """The content of the file that `save` would write."""
    archive = _to_archive(model)
    return pack_archive(archive.tensors, archive.metadata)


def from_bytes(cls: type[Word2Vec], data: bytes) -> Word2Vec:
    """The model that `to_bytes` made bytes of."""
    return _from_archive(cls, unpack_archive(data), "a pickled model")


def _to_archive(model: Word2Vec) -> Archive:
    vectors = vector_files.table_to_archive(model.wv.table)
    tensors = dict(vectors.tensors)
    for name, rows in (("output", model._layers.output), ("nodes", model._layers.nodes)):
        if rows is not None:
            tensors[name] = rows.view
    metadata: dict[str, Any] = {
        "kind": KIND,
        "vectors": dict(vectors.metadata),
        "training": asdict(model.options),
        "vocabulary": asdict(model.vocabulary_options),
        "model": {name: getattr(model, name) for name in (*_ARGUMENTS, *_NUMBERS, *_REALS)},
        **metadata_of_events(model),
        "training_loss": model.running_training_loss,
    }
    return Archive(tensors=tensors, metadata=metadata)


def _from_archive(cls: type[Word2Vec], archive: Archive, source: str) -> Word2Vec:
    if archive.metadata.get("kind") != KIND:
        kind = archive.metadata.get("kind", "unknown")
        raise WrongKindError(
            f"{source}: holds {kind!r}, expected {KIND!r}; vectors alone are loaded by KeyedVectors.load"
        )
    isa = choose_isa()
    tensors = dict(archive.tensors)
    layers = {name: tensors.pop(name, None) for name in ("output", "nodes")}
    try:
        scalars: dict[str, Any] = archive.metadata["model"]
        model = cls(**{name: scalars[name] for name in _ARGUMENTS})
        model.options = TrainingOptions(**{**archive.metadata["training"], "isa": isa})
        model.vocabulary_options = VocabularyOptions(**archive.metadata["vocabulary"])
        for name in _NUMBERS:
            setattr(model, name, integer_option(name, scalars[name], 0, 2**63 - 1))
        for name in _REALS:
            setattr(model, name, real_option(name, scalars[name], 0.0, float("inf")))
        model.lifecycle_events = events_of_metadata(archive.metadata)
        model.running_training_loss = real_option("loss", archive.metadata.get("training_loss", 0.0), 0.0, math.inf)
        vector_metadata: Any = archive.metadata["vectors"]
        model.wv = type(model.wv).from_table(
            vector_files.archive_to_table(Archive(tensors=tensors, metadata=vector_metadata))
        )
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"{source}: its settings are not those of a Word2Vec model: {error}") from error
    for name, matrix in layers.items():
        if matrix is not None:
            if matrix.shape != (len(model.wv), model.vector_size) or matrix.dtype != np.float32:
                raise FormatError(
                    f"{source}: layer {name!r} must be float32 with a row for each word, got {matrix.shape}"
                )
            setattr(model._layers, name, PaddedRows.of(matrix))
    return model


def save_pretrained(model: Word2Vec, folder: AnyPath) -> None:
    """Write `model` into a folder, which is made where it is missing."""
    target = local_path(folder)
    target.mkdir(parents=True, exist_ok=True)
    save(model, target / _FILE_IN_FOLDER)


def from_pretrained(cls: type[Word2Vec], folder: AnyPath) -> Word2Vec:
    """Read a model of class `cls` from a folder of `save_pretrained`."""
    return load(cls, local_path(folder) / _FILE_IN_FOLDER, mmap=False)
