"""The state of a model as named tensors and metadata, the content of a model file."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..errors import FormatError
from ..storage import Archive
from ..storage.saveable import Saveable
from ..vectors import KeyedVectors
from ..vectors.files import archive as vector_archive
from ..word2vec import archive as word_archive
from ..word2vec.options import TrainingOptions
from ..word2vec.state import checked_vectors
from .options import DocumentOptions
from .state import Doc2VecState

__all__ = ["MODEL_FILE", "archive_to_state", "state_to_archive"]

_PREFIX = "tags."  # of tensors of the vectors of tags


def state_to_archive(state: Doc2VecState) -> Archive:
    """Return the content of the file of a model.

    Parameters
    ----------
    state : Doc2VecState
        The model.

    Returns
    -------
    Archive
        That of a Word2Vec model, the vectors of tags, and the options of documents.

    Raises
    ------
    TypeError, ValueError
        If the model has a setting or vectors with which its file could not be read.
    """
    with state.words.lock:
        words = word_archive.state_to_archive(state.words)
        tags = vector_archive.table_to_archive(state.dv.store.frozen())
    tensors = {**words.tensors, **{_PREFIX + name: tensor for name, tensor in tags.tensors.items()}}
    return Archive(
        tensors=tensors, metadata={**words.metadata, "documents": asdict(state.options), "tags": dict(tags.metadata)}
    )


def archive_to_state(archive: Archive) -> Doc2VecState:
    """Return the model that a file holds.

    Parameters
    ----------
    archive : Archive
        From `state_to_archive`.

    Returns
    -------
    Doc2VecState
        The model.

    Raises
    ------
    FormatError
        If the content is not that of a Doc2Vec model.
    """
    words: dict[str, Any] = {}
    tags: dict[str, Any] = {}
    for name, tensor in archive.tensors.items():
        part = tags if name.startswith(_PREFIX) else words
        part[name.removeprefix(_PREFIX)] = tensor
    options = DocumentOptions(**archive.metadata["documents"])
    training = TrainingOptions(**archive.metadata["training"])
    size = archive.metadata["model"]["vector_size"]
    state = word_archive.archive_to_state(
        Archive(tensors=words, metadata=archive.metadata), layer_size=options.layer_size(training, size)
    )
    table = vector_archive.archive_to_table(Archive(tensors=tags, metadata=archive.metadata["tags"]))
    if table.vectors.dtype != state.wv.vectors.dtype:
        raise FormatError(f"the vectors of tags must be {state.wv.vectors.dtype}, got {table.vectors.dtype}")
    dv = checked_vectors(KeyedVectors.from_table(table), state.vector_size)
    return Doc2VecState(words=state, options=options, dv=dv)


MODEL_FILE = Saveable(
    kind="doc2vec",
    pack=state_to_archive,
    unpack=archive_to_state,
    hint="wordkin.load opens any model",
)
