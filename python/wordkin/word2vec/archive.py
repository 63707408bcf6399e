"""The state of a model as named tensors and metadata, the content of a model file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import FormatError, VocabularyError
from ..runtime.compute import Compute, requested_workers
from ..runtime.options import integer_option, real_option
from ..storage import Archive
from ..storage.file_sets import CurrentFiles, read_files
from ..storage.lifecycle import events_of_metadata, metadata_of_events
from ..storage.model_folders import required_file
from ..storage.paths import AnyPath, local_path
from ..storage.saveable import Saveable
from ..text import PreparationOptions
from ..vectors import FastTextKeyedVectors, KeyedVectors
from ..vectors.files import archive as vector_archive
from ..vectors.subwords import Subwords
from .options import ModelOptions, SubwordOptions, SynchronizationOptions, TrainingOptions, VocabularyOptions
from .padded_rows import PaddedRows
from .report import EpochReport, TrainingReport
from .state import UNCHOSEN_ISA, Word2VecState, checked_vectors, new_state

__all__ = [
    "FASTTEXT_FILE",
    "MODEL_FILE",
    "archive_to_state",
    "kind_of_file",
    "load_pretrained",
    "metadata_of_report",
    "report_of_metadata",
    "pretrained_file",
    "state_to_archive",
]

_FILE_IN_FOLDER = "model.safetensors"

_MODEL_OPTIONS = tuple(field.name for field in fields(ModelOptions))
_COUNTERS = ("corpus_count", "corpus_total_words", "effective_min_count", "train_count")
_REALS = ("total_train_time", "min_alpha_yet_reached")
_EPOCH_COUNTS = ("epoch", "pairs", "scores", "trained_words", "raw_words")
_EPOCH_REALS = ("seconds", "words_per_second", "learning_rate")


def state_to_archive(state: Word2VecState) -> Archive:
    """Return the content of the file of a model.

    Parameters
    ----------
    state : Word2VecState
        The model.

    Returns
    -------
    Archive
        Words, vectors and output layers as tensors, settings as metadata: those of one moment.

    Raises
    ------
    TypeError, ValueError
        If the model has a setting or vectors with which its file could not be read.
    """
    with state.lock:
        table, layers = state.wv.store.frozen(), {"output": state.output, "nodes": state.nodes}
        metadata = _metadata_of(state)
    vectors = vector_archive.table_to_archive(table)
    metadata["vectors"] = dict(vectors.metadata)
    if table.vector_size != state.vector_size:
        raise VocabularyError(
            f"vector_size must be {table.vector_size}, that of wv, to be saved, got {state.vector_size}"
        )
    try:
        _state_of_metadata(metadata)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{error}; a model with this setting cannot be saved") from error
    tensors: dict[str, NDArray[Any]] = dict(vectors.tensors)
    for name, rows in layers.items():
        if rows is not None:
            # Words that the user has added to `wv` get rows, as they do in training.
            tensors[name] = rows.view if len(rows.view) == len(table) else rows.resized(len(table)).view
    return Archive(tensors=tensors, metadata=metadata)


def _metadata_of(state: Word2VecState) -> dict[str, Any]:
    model = {name: getattr(state, name) for name in (*_MODEL_OPTIONS, *_COUNTERS, *_REALS)}
    return {
        "vectors": {},
        "training": asdict(state.options),
        "vocabulary": asdict(state.vocabulary_options),
        "model": {**model, "workers": state.compute.threads},
        **metadata_of_events(state),
        "training_loss": state.running_loss,
        **({} if state.training_report is None else {"report": metadata_of_report(state.training_report)}),
        "preparation": state.preparation.to_metadata(),
        **({} if state.subwords is None else {"subwords": _metadata_of_subwords(state.subwords)}),
        **_metadata_of_synchronization(state.synchronization),
    }


def _metadata_of_subwords(options: SubwordOptions) -> dict[str, Any]:
    metadata = asdict(options)
    if not options.hash_count:
        del metadata["hash_count"]  # which earlier versions do not know
    return metadata


def _metadata_of_synchronization(options: SynchronizationOptions) -> dict[str, Any]:
    return {} if options == SynchronizationOptions() else {"synchronization": asdict(options)}


def archive_to_state(archive: Archive, layer_size: int = 0) -> Word2VecState:
    """Return the model that a file holds.

    Parameters
    ----------
    archive : Archive
        From `state_to_archive`.
    layer_size : int, default 0
        Number of columns of the output layers; 0 for the dimensionality of the vectors.

    Returns
    -------
    Word2VecState
        The model.

    Raises
    ------
    FormatError
        If the content is not that of a Word2Vec model.
    """
    tensors = dict(archive.tensors)
    layers = {name: tensors.pop(name, None) for name in ("output", "nodes")}
    state = _state_without_layers(archive, tensors)
    state.layer_size = layer_size or state.vector_size
    for name, matrix in layers.items():
        if matrix is not None:
            if matrix.shape != (len(state.wv), layer_size or state.vector_size) or matrix.dtype != np.float32:
                raise FormatError(f"layer {name!r} must be float32 with a row for each word, got {matrix.shape}")
            setattr(state, name, PaddedRows.of(matrix))
    return state


def _state_without_layers(archive: Archive, tensors: dict[str, NDArray[Any]]) -> Word2VecState:
    state = _state_of_metadata(archive.metadata)
    state.preparation = PreparationOptions.from_metadata(archive.metadata.get("preparation", {}))
    vectors = Archive(tensors=tensors, metadata=archive.metadata["vectors"])
    if state.subwords is None:
        table = vector_archive.archive_to_table(vectors)
        table.preparation = state.preparation
        state.wv = checked_vectors(KeyedVectors.from_table(table), state.vector_size)
    else:
        table = vector_archive.archive_to_fasttext_table(vectors)
        _check_subwords(table.subwords, state.subwords)
        table.preparation = state.preparation
        state.wv = checked_vectors(FastTextKeyedVectors.from_table(table), state.vector_size)
    return state


def _check_subwords(subwords: Subwords | None, options: SubwordOptions) -> None:
    assert subwords is not None  # of a table with n-grams
    expected = options.min_n, options.max_n, options.hash_count
    found = subwords.min_n, subwords.max_n, subwords.hash_count
    buckets = len(subwords.vectors)
    if found != expected or buckets not in (0, options.rows):
        raise FormatError(
            f"n-grams must have the lengths and number of hashes {expected} and {options.rows} buckets, got {found} "
            f"and {buckets}"
        )


def _state_of_metadata(metadata: Mapping[str, Any]) -> Word2VecState:
    scalars: dict[str, Any] = metadata["model"]
    training = dict(metadata["training"])
    training.pop("isa", None)  # stored by early versions; it belongs to the machine, not to the model
    state = new_state(
        ModelOptions(**{name: scalars[name] for name in _MODEL_OPTIONS}),
        TrainingOptions(**training),
        VocabularyOptions(**metadata["vocabulary"]),
        Compute(threads=requested_workers(scalars["workers"]), isa=UNCHOSEN_ISA),
        SubwordOptions(**metadata["subwords"]) if "subwords" in metadata else None,
    )
    state.synchronization = SynchronizationOptions(**metadata.get("synchronization", {}))
    for name in _COUNTERS:
        setattr(state, name, integer_option(name, scalars[name], 0, 2**63 - 1))
    for name in _REALS:
        setattr(state, name, real_option(name, scalars[name], 0.0, float("inf")))
    state.lifecycle_events = events_of_metadata(metadata)
    if "report" in metadata:
        state.training_report = report_of_metadata(metadata["report"])
    loss = metadata.get("training_loss", 0.0)
    state.running_loss = real_option("training_loss", loss, 0.0, float("inf"))
    return state


def metadata_of_report(report: TrainingReport) -> dict[str, Any]:
    """Return the report of a training run as JSON values.

    Parameters
    ----------
    report : TrainingReport
        The report.

    Returns
    -------
    dict
        Its fields without the cost of communication; losses that are not finite are None.
    """
    values = asdict(report)
    del values["communication"]
    for epoch in values["epochs"]:
        if not math.isfinite(epoch["loss"]):
            epoch["loss"] = None  # JSON has neither NaN nor infinity.
    return {
        **values,
        "epochs": list(values["epochs"]),
        "checkpoint_failures": list(values["checkpoint_failures"]),
    }


def report_of_metadata(values: Mapping[str, Any]) -> TrainingReport:
    """Return the report that `metadata_of_report` has converted.

    Parameters
    ----------
    values : mapping
        JSON values.

    Returns
    -------
    TrainingReport
        The report.
    """
    return TrainingReport(
        epochs=tuple(_epoch_of_metadata(epoch) for epoch in values["epochs"]),
        workers=integer_option("workers", values["workers"], 1, 2**31 - 1),
        isa=str(values["isa"]),
        interrupted=bool(values["interrupted"]),
        words_before=integer_option("words_before", values["words_before"], 0, 2**63 - 1),
        checkpoint=None if values["checkpoint"] is None else str(values["checkpoint"]),
        checkpoint_failures=tuple(map(str, values["checkpoint_failures"])),
    )


def _epoch_of_metadata(values: Mapping[str, Any]) -> EpochReport:
    checked: dict[str, Any] = {name: integer_option(name, values[name], 0, 2**63 - 1) for name in _EPOCH_COUNTS}
    checked |= {name: real_option(name, values[name], 0.0, math.inf) for name in _EPOCH_REALS}
    loss = math.nan if values["loss"] is None else real_option("loss", values["loss"], 0.0, math.inf)
    return EpochReport(**checked, loss=loss, interrupted=bool(values["interrupted"]))


def _word2vec_of(archive: Archive) -> Word2VecState:
    if "subwords" in archive.metadata:
        raise FormatError("a Word2Vec model must not have n-grams")
    return archive_to_state(archive)


def _fasttext_of(archive: Archive) -> Word2VecState:
    if "subwords" not in archive.metadata:
        raise FormatError("a FastText model must have options of n-grams")
    return archive_to_state(archive)


MODEL_FILE = Saveable(
    kind="word2vec",
    pack=state_to_archive,
    unpack=_word2vec_of,
    hint="KeyedVectors.load loads vectors without a model",
)

FASTTEXT_FILE = Saveable(
    kind="fasttext",
    pack=state_to_archive,
    unpack=_fasttext_of,
    hint="FastTextKeyedVectors.load loads vectors without a model, load_facebook_model a model of fastText",
)


def kind_of_file(state: Word2VecState) -> str:
    """Return the kind of the file of a model.

    Parameters
    ----------
    state : Word2VecState
        The model.

    Returns
    -------
    str
        The kind, which is in the file's metadata.
    """
    return (MODEL_FILE if state.subwords is None else FASTTEXT_FILE).kind


def pretrained_file(folder: AnyPath) -> Path:
    """Return the path of the model file in a folder.

    Parameters
    ----------
    folder : path
        The folder.

    Returns
    -------
    Path
        The file, which need not exist.
    """
    return local_path(folder) / _FILE_IN_FOLDER


def load_pretrained(
    folder: AnyPath, kind: Saveable[Word2VecState] = MODEL_FILE, name: str = "Word2Vec"
) -> Word2VecState:
    """Read the model that a folder contains.

    Parameters
    ----------
    folder : path
        The folder.
    kind : Saveable, optional
        Kind of the file; that of Word2Vec models by default.
    name : str, default "Word2Vec"
        Name of the model's class in error messages.

    Returns
    -------
    Word2VecState
        State of the model.

    Raises
    ------
    FormatError
        If the folder holds something else, or is damaged.
    OSError
        If the file cannot be read.
    """

    def read(files: CurrentFiles) -> Word2VecState:
        return kind.load(required_file(files, _FILE_IN_FOLDER, f"the folder of a {name} model"))

    return read_files(folder, read)
