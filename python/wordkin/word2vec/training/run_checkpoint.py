"""Checkpoints of training runs: the model, the position in the corpus, and a fingerprint of the run."""

from __future__ import annotations

import math
import time
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import FormatError, VocabularyError, WordkinError
from ...runtime.options import integer_option, real_option
from ...storage.checkpoint import CheckpointFolder, FoundCheckpoint, require_same_run
from ...text import EncodedCorpus
from ..archive import metadata_of_report
from ..options import CheckpointOptions, TrainingOptions
from ..padded_rows import PaddedRows
from ..report import EpochReport
from ..state import Word2VecState, current_vocabulary
from .schedule import LearningRateSchedule
from .trained_model import SavedModel, TrainedModel
from .weights import SubwordArrays, TagArrays, TrainingArrays, refresh_composed_vectors

__all__ = [
    "Fingerprint",
    "RunCheckpoints",
    "RunPosition",
    "fingerprint_of_run",
    "joint_position",
    "metadata_of_position",
    "position_of_metadata",
    "resume_run",
]

Fingerprint = dict[str, dict[str, Any]]

_TALLY = ("raw_words", "trained_words", "pairs", "scores")


@dataclass(frozen=True, kw_only=True)
class RunPosition:
    """Position of a training run between two jobs.

    Parameters
    ----------
    epochs : tuple of EpochReport, default ()
        Reports of the completed epochs.
    jobs : int, default 0
        Number of jobs done in the current epoch. The corpus is divided into the same jobs in every run.
    total_jobs : int, default 0
        Number of jobs done in all epochs, each of which used one stream of random numbers.
    words : int, default 0
        Number of raw words trained in all epochs, which determines the learning rate.
    seconds : float, default 0.0
        Time spent on the current epoch.
    tally : dict of str to number, optional
        Totals of the current epoch: "raw_words", "trained_words", "pairs", "scores" and "loss".
    most_jobs : int, default 0
        Number of jobs that the process with the longest part of the corpus had done when the run was resumed.
    """

    epochs: tuple[EpochReport, ...] = ()
    jobs: int = 0
    total_jobs: int = 0
    words: int = 0
    seconds: float = 0.0
    tally: Mapping[str, float] = field(default_factory=lambda: {**dict.fromkeys(_TALLY, 0), "loss": 0.0})
    most_jobs: int = 0


class RunCheckpoints:
    """Saves the checkpoints of one training run.

    Parameters
    ----------
    folder : CheckpointFolder
        Folder to write to.
    options : CheckpointOptions
        When checkpoints are due.
    model : TrainedModel
        The model in training.
    fingerprint : dict
        Fingerprint of the run, stored in checkpoints.
    position : RunPosition
        Where the run starts: the position of the newest checkpoint if it was resumed.
    """

    def __init__(
        self,
        folder: CheckpointFolder,
        options: CheckpointOptions,
        model: TrainedModel,
        fingerprint: Fingerprint,
        position: RunPosition,
    ) -> None:
        self._folder = folder
        self._options = options
        self._model = model
        self._fingerprint = fingerprint
        self._saved = position
        self._saved_at = time.perf_counter()

    def is_due(self, epochs: int | None = None) -> bool:
        """Return whether a checkpoint is to be saved now.

        Parameters
        ----------
        epochs : int or None, default None
            Number of completed epochs at the end of an epoch; None within an epoch.

        Returns
        -------
        bool
            False while the previous checkpoint is still being written.
        """
        if self._folder.is_writing:
            return False
        interval, seconds = self._options.checkpoint_epochs, self._options.checkpoint_seconds
        if epochs is not None and interval is not None and epochs - len(self._saved.epochs) >= interval:
            return True
        return seconds is not None and time.perf_counter() - self._saved_at >= seconds

    def save(self, position: RunPosition, ranks: list[dict[str, Any]] | None = None) -> None:
        """Start writing a checkpoint in the background, unless the newest one is of the same position.

        Parameters
        ----------
        position : RunPosition
            Position of the run; no thread may be training.
        ranks : list of dict or None, default None
            Positions of all processes that train the model together; `position` is then their sum.
        """
        if position == self._saved or not math.isfinite(position.tally["loss"]):  # diverged, to be reported as such
            return
        refresh_composed_vectors(self._model.state)
        archive = self._model.pack()
        metadata = {**archive.metadata, "kind": self._model.kind, "run": self._metadata_of(position, ranks)}
        if self._model.state.training_report is not None:
            report = replace(self._model.state.training_report, epochs=position.epochs)
            metadata["report"] = metadata_of_report(report)
        self._folder.save(archive.tensors, metadata)
        self._saved, self._saved_at = position, time.perf_counter()

    def save_after_error(self, position: RunPosition) -> None:
        """Save a checkpoint after code that is not part of training has raised an exception.

        Parameters
        ----------
        position : RunPosition
            Position of the run.
        """
        self.save(position)

    def _metadata_of(self, position: RunPosition, ranks: list[dict[str, Any]] | None) -> dict[str, Any]:
        shared = {} if ranks is None else {"ranks": ranks}
        return {"identity": self._fingerprint, **metadata_of_position(position), **shared}

    def close(self) -> None:
        """Wait until no checkpoint is being written."""
        self._folder.wait()

    @property
    def newest(self) -> str | None:
        """The newest checkpoint."""
        return None if self._folder.newest is None else str(self._folder.newest)

    @property
    def failures(self) -> tuple[str, ...]:
        """Reasons why checkpoints could not be written."""
        return tuple(self._folder.failures)


def metadata_of_position(position: RunPosition) -> dict[str, Any]:
    """Return a position within an epoch as JSON values.

    Parameters
    ----------
    position : RunPosition
        The position.

    Returns
    -------
    dict
        Its fields without the reports of completed epochs.
    """
    return {
        "jobs": position.jobs,
        "total_jobs": position.total_jobs,
        "words": position.words,
        "seconds": position.seconds,
        "tally": dict(position.tally),
    }


def position_of_metadata(values: Mapping[str, Any], epochs: tuple[EpochReport, ...]) -> RunPosition:
    """Return the position that `metadata_of_position` has converted.

    Parameters
    ----------
    values : mapping
        JSON values.
    epochs : tuple of EpochReport
        Reports of the completed epochs.

    Returns
    -------
    RunPosition
        The position.

    Raises
    ------
    KeyError, TypeError, ValueError
        If a value is missing or invalid.
    """
    tally: dict[str, float] = {name: integer_option(name, values["tally"][name], 0, 2**62) for name in _TALLY}
    tally["loss"] = real_option("loss", values["tally"]["loss"], 0.0, float("inf"))
    jobs, total_jobs, words = (integer_option(name, values[name], 0, 2**62) for name in ("jobs", "total_jobs", "words"))
    return RunPosition(
        epochs=epochs,
        jobs=jobs,
        total_jobs=total_jobs,
        words=words,
        seconds=real_option("seconds", values["seconds"], 0.0, float("inf")),
        tally=tally,
    )


def joint_position(position: RunPosition, ranks: list[dict[str, Any]]) -> RunPosition:
    """Return the position of a run of several processes.

    Parameters
    ----------
    position : RunPosition
        Position of one of them.
    ranks : list of dict
        Positions of all, from `metadata_of_position`.

    Returns
    -------
    RunPosition
        Sums of jobs and totals. The number of words, which is that of all processes, is the largest, because processes
        that have not trained yet do not know it.
    """
    return replace(
        position,
        jobs=sum(rank["jobs"] for rank in ranks),
        total_jobs=max(rank["total_jobs"] for rank in ranks),
        words=max(rank["words"] for rank in ranks),
        tally={name: sum(rank["tally"][name] for rank in ranks) for name in position.tally},
    )


def fingerprint_of_run(
    state: Word2VecState,
    corpus: EncodedCorpus,
    schedule: LearningRateSchedule,
    epochs: int,
    arrays: TrainingArrays,
) -> Fingerprint:
    """Return everything that must be equal for a run to be resumed.

    Parameters
    ----------
    state : Word2VecState
        The model.
    corpus : EncodedCorpus
        The training corpus. Its text is compared if it is stored; the passes over a stream may differ.
    schedule : LearningRateSchedule
        Decay of the learning rate.
    epochs : int
        Number of epochs.
    arrays : TrainingArrays
        The arrays that are trained.

    Returns
    -------
    dict of str to dict
        Options and their values, by part: "model", "training", "synchronization" and "corpus".
    """
    options, vocabulary = state.options, current_vocabulary(state)
    scale = arrays.update_scale
    return {
        "model": {
            "vector_size": arrays.input.view.shape[1],
            "words": len(vocabulary),
            "vocabulary": zlib.crc32("\n".join(map(str, vocabulary.words)).encode("utf-8", "surrogatepass")),
            "counts": zlib.crc32(vocabulary.counts.astype("<i8").tobytes()),
            "vectors_lockf": None if scale is None else zlib.crc32(scale.astype("<f4").tobytes()),
            "syn1neg": None if options.train_output else _checksum_of_rows(arrays.output),
            "syn1": None if options.train_output else _checksum_of_rows(arrays.nodes),
            **({} if arrays.subwords is None else _fingerprint_of_subwords(arrays.subwords)),
        },
        "training": {
            **asdict(options),
            "epochs": epochs,
            "alpha": schedule.start,
            "min_alpha": schedule.end,
            "planned_words": schedule.planned_words,
        },
        "synchronization": _fingerprint_of_replicas(state),
        "corpus": {
            "words": corpus.raw_words,
            "sentences": corpus.raw_sentences,
            "checksum": corpus.checksum(),
        },
        **({} if arrays.tags is None else {"documents": _fingerprint_of_tags(arrays.tags)}),
    }


def _fingerprint_of_tags(tags: TagArrays) -> dict[str, Any]:
    scale = tags.update_scale
    names = ("use_words", "train_words", "concatenate", "tag_count", "null_word")
    return {
        "tags": len(tags.rows.view),
        "vectors_lockf of tags": None if scale is None else zlib.crc32(scale.astype("<f4").tobytes()),
        **{name: getattr(tags.settings, name) for name in names},
    }


def _fingerprint_of_subwords(subwords: SubwordArrays) -> dict[str, Any]:
    scale = subwords.update_scale
    return {
        "bucket": len(subwords.rows),
        "n-grams": zlib.crc32(subwords.buckets.astype("<i4").tobytes()),
        "vectors_ngrams_lockf": None if scale is None else zlib.crc32(scale.astype("<f4").tobytes()),
    }


def _fingerprint_of_replicas(state: Word2VecState) -> dict[str, Any]:
    """Return what decides about the result if threads have replicas of the weights; None if they share them."""
    if not state.synchronization.deterministic or state.compute.threads == 1:
        return {"deterministic": None, "workers": None, "sync_words": None}
    return {**asdict(state.synchronization), "workers": state.compute.threads}


def _checksum_of_rows(rows: PaddedRows | None) -> int | None:
    return None if rows is None else zlib.crc32(rows.padded.data)


def resume_run(
    found: FoundCheckpoint, fingerprint: Fingerprint, model: TrainedModel, arrays: TrainingArrays
) -> RunPosition:
    """Set a model to what a checkpoint contains, and return the position of its run.

    Parameters
    ----------
    found : FoundCheckpoint
        Checkpoint to resume from.
    fingerprint : dict
        Fingerprint of the run to resume.
    model : TrainedModel
        The model; changed only if the checkpoint is valid.
    arrays : TrainingArrays
        Its arrays, which are overwritten.

    Returns
    -------
    RunPosition
        Where training continues.

    Raises
    ------
    FormatError
        If the checkpoint is incomplete or belongs to a different run; the message names the difference.
    VocabularyError
        If the checkpoint has a different vocabulary.
    """
    source = str(found.path)
    archive = found.archive
    run = archive.metadata.get("run")
    state = model.state
    if archive.metadata.get("kind") != model.kind or not isinstance(run, dict):
        raise FormatError(f"{source}: not a checkpoint of the training of a {model.name} model")
    found_identity = run.get("identity")
    identity = found_identity if isinstance(found_identity, dict) else {}
    require_same_run(identity, _comparable(fingerprint, identity), source)
    try:
        content = model.unpack(archive)
        saved = content.state
        if saved.training_report is None:
            raise KeyError("report")
        position = position_of_metadata(run, saved.training_report.epochs)
        pairs = _pairs_of_matrices(content, arrays, state.options)
    except (WordkinError, LookupError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise FormatError(f"{source}: invalid training state: {error}") from error
    if saved.wv.index_to_key != state.wv.index_to_key:
        raise VocabularyError(f"{source}: the checkpoint has a different vocabulary")
    for target, matrix in pairs:
        target[:] = matrix
    state.train_count, state.total_train_time = saved.train_count, saved.total_train_time
    state.min_alpha_yet_reached = saved.min_alpha_yet_reached
    return position


def _pairs_of_matrices(
    content: SavedModel, arrays: TrainingArrays, options: TrainingOptions
) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    saved = content.state
    pairs = [(arrays.input.view, saved.wv.vectors)]
    if arrays.tags is not None:
        if content.tags is None:
            raise ValueError("the vectors of tags are missing")
        pairs.append((arrays.tags.rows.view, content.tags))
    if arrays.subwords is not None:
        subwords = saved.wv.store.table.subwords
        if subwords is None or subwords.word_rows is None:
            raise ValueError("the vectors of n-grams are missing")
        pairs = [(arrays.subwords.ngrams.view, subwords.vectors)]
        if not subwords.hash_count:
            pairs.append((arrays.input.view, subwords.word_rows))
    for name, rows, matrix in (
        ("output", arrays.output, saved.output),
        ("nodes", arrays.nodes, saved.nodes),
    ):
        if rows is None or not options.train_output:  # frozen layers are equal, and may be those of another model
            continue
        if matrix is None:
            raise ValueError(f"the tensor {name} is missing")
        pairs.append((rows.view, matrix.view))
    for target, values in pairs:
        if target.shape != values.shape:
            raise ValueError(f"a layer must have the shape {target.shape}, got {values.shape}")
    return pairs


def _comparable(fingerprint: Fingerprint, identity: Mapping[str, Any]) -> Fingerprint:
    """Return what must be equal: with another number of processes, not how the corpus is divided among them."""

    def number(of: Mapping[str, Any]) -> Any:
        return of["ranks"].get("number") if isinstance(of.get("ranks"), dict) else 1

    if number(fingerprint) == number(identity):
        return fingerprint
    corpus = {name: value for name, value in fingerprint["corpus"].items() if name != "checksum"}
    return {**{part: values for part, values in fingerprint.items() if part != "ranks"}, "corpus": corpus}
