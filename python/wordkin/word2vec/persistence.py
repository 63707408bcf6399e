"""A whole model as one safetensors file: layers and words as tensors, settings as metadata."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import FormatError
from ..storage import read_archive, write_archive
from ..storage.paths import AnyPath, local_path
from ..vectors import persistence as vector_files
from .options import TrainingOptions, VocabularyOptions
from .parameters import PaddedRows

if TYPE_CHECKING:
    from .model import Word2Vec

__all__ = ["KIND", "from_pretrained", "load", "save", "save_pretrained"]

KIND = "word2vec"
_FILE_IN_FOLDER = "model.safetensors"
_SCALARS = (
    "vector_size",
    "alpha",
    "min_alpha",
    "workers",
    "epochs",
    "compute_loss",
    "comment",
    "corpus_count",
    "corpus_total_words",
    "effective_min_count",
    "train_count",
    "total_train_time",
    "min_alpha_yet_reached",
)


def save(model: Word2Vec, path: AnyPath) -> None:
    """Write `model` to a file; complete, or not at all."""
    vectors = vector_files.to_archive(model.wv)
    tensors = dict(vectors.tensors)
    for name, rows in (("output", model._layers.output), ("nodes", model._layers.nodes)):
        if rows is not None:
            tensors[name] = rows.view
    metadata: dict[str, Any] = {
        "kind": KIND,
        "vectors": dict(vectors.metadata),
        "training": asdict(model.options),
        "vocabulary": asdict(model.vocabulary_options),
        "model": {name: getattr(model, name) for name in _SCALARS},
    }
    write_archive(path, tensors, metadata)


def load(cls: type[Word2Vec], path: AnyPath, *, mmap: bool) -> Word2Vec:
    """Read a model of class `cls` from a file of `save`.

    Raises
    ------
    FormatError
        If the file holds something else.
    """
    from ..hardware import choose_isa
    from ..storage import Archive

    archive = read_archive(path, mmap=mmap)
    path = local_path(path)
    if archive.metadata.get("kind") != KIND:
        kind = archive.metadata.get("kind", "unknown")
        raise FormatError(f"{path}: holds {kind!r}, expected {KIND!r}; vectors alone are loaded by KeyedVectors.load")
    tensors = dict(archive.tensors)
    layers = {name: tensors.pop(name, None) for name in ("output", "nodes")}
    try:
        scalars: dict[str, Any] = archive.metadata["model"]
        model = cls(vector_size=scalars["vector_size"])
        training = {**archive.metadata["training"], "isa": choose_isa()}
        model.options = TrainingOptions(**training)
        model.vocabulary_options = VocabularyOptions(**archive.metadata["vocabulary"])
        for name in _SCALARS:
            setattr(model, name, scalars[name])
        vector_metadata: Any = archive.metadata["vectors"]
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"{path}: its settings are not those of a Word2Vec model: {error}") from None
    model.wv = vector_files.from_archive(type(model.wv), Archive(tensors=tensors, metadata=vector_metadata))
    for name, matrix in layers.items():
        if matrix is not None:
            if matrix.shape != (len(model.wv), model.vector_size) or matrix.dtype != np.float32:
                raise FormatError(
                    f"{path}: layer {name!r} must be float32 with a row for each word; got {matrix.shape}"
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
