"""Checkpoints of training runs: everything that a bit-for-bit resumption needs, and a fingerprint of the run."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import FormatError, VocabularyError, WordkinError
from ...runtime.options import integer_option, real_option
from ...storage.checkpoint import CheckpointFolder, FoundCheckpoint, require_same_run
from ...text.characters import N_CHARACTERS
from ..archive import MODEL_FILE, archive_to_state, optimizer_to_archive, state_to_archive
from ..data.batching import Position
from ..options import ELMoOptions, ELMoRunOptions, ELMoTrainingOptions
from ..report import Validation
from ..report_archive import validation_of_metadata, validation_to_metadata
from ..state import ModelState, Tensors
from ..token_inputs import TokenInputs
from ..vocabulary import TargetWords
from .streams import divided_position, divided_streams, streams_of_ranks

__all__ = ["RunFingerprint", "RunState", "resume_run", "save_run", "streams_to_tensors"]

# Options of the run that must not change on resumption.
_FIXED_RUN_OPTIONS = (
    "learning_rate",
    "schedule",
    "warmup_steps",
    "decay_steps",
    "decay",
    "shuffle",
    "state_reset_rate",
)
_POSITION = ("taken", "sentences", "offsets")
# Checkpoints written before the option was renamed contain the old name.
_RENAMED_OPTIONS = {"fresh_starts": "state_reset_rate"}

# Values of options that earlier checkpoints do not contain.
_LATER_OPTIONS: dict[str, dict[str, Any]] = {
    "model": {"n_characters": N_CHARACTERS, "word_dim": 0, "n_input_words": 0},
    "training": {"train_word_vectors": True, "ranks": 1, "decay_steps": None},
}


@dataclass(eq=False)
class RunState:
    """State of a training run between two steps.

    Parameters
    ----------
    streams : int
        Number of streams of all ranks.
    step : int, default 0
        Number of steps done.
    seconds : float, default 0.0
        Time that training has taken.
    position : Position, optional
        Position of the next window in the text; None at the start.
    recurrent : dict of str to ndarray of float32, optional
        Recurrent state of each stream; None at the start.
    validations : list of Validation, optional
        All validations so far.
    best : dict of str to ndarray of float32, optional
        Copy of the parameters at the best validation, if they are kept.
    """

    streams: int
    step: int = 0
    seconds: float = 0.0
    position: Position | None = None
    recurrent: dict[str, NDArray[np.float32]] | None = None
    validations: list[Validation] = field(default_factory=list)
    best: Tensors | None = None


@dataclass(frozen=True, kw_only=True)
class RunFingerprint:
    """Everything that must be equal for a run to be resumed.

    Parameters
    ----------
    parts : dict of str to dict
        Options and their values, by part: "model", "training" and "text".
    words : list of str
        Output vocabulary.
    """

    parts: dict[str, dict[str, Any]]
    words: list[str]

    @property
    def ranks(self) -> int:
        """Number of processes that train together."""
        return int(self.parts["training"]["ranks"])

    @property
    def streams(self) -> int:
        """Number of streams of all ranks of a new run."""
        return self.ranks * int(self.parts["training"]["batch_size"])

    @classmethod
    def of(
        cls,
        options: ELMoOptions,
        words: TargetWords,
        text: Mapping[str, int],
        training: ELMoTrainingOptions,
        run: ELMoRunOptions,
        inputs: TokenInputs,
        *,
        ranks: int = 1,
    ) -> RunFingerprint:
        """Return the fingerprint of a run.

        Parameters
        ----------
        options : ELMoOptions
            Options of the model.
        words : TargetWords
            Output vocabulary.
        text : mapping of str to int
            What identifies the training text.
        training : ELMoTrainingOptions
            Options of the training steps.
        run : ELMoRunOptions
            Options of the run.
        inputs : TokenInputs
            Character ids of words, and their word vectors.
        ranks : int, default 1
            Number of processes that train together.

        Returns
        -------
        RunFingerprint
            The fingerprint.
        """
        filters = [list(pair) for pair in options.filters]  # JSON has no tuples.
        parts = {
            "model": asdict(options) | {"filters": filters},
            "training": asdict(training) | {name: getattr(run, name) for name in _FIXED_RUN_OPTIONS} | {"ranks": ranks},
            "text": dict(text),
        }
        if inputs.words is not None:
            checksum = zlib.crc32("\n".join(inputs.words.words).encode())
            parts["model"]["input_words_checksum"] = checksum
        return cls(parts=parts, words=words.words)


def streams_to_tensors(run_state: RunState) -> Tensors:
    """Return what belongs to the streams of a run: their positions and recurrent states.

    Parameters
    ----------
    run_state : RunState
        State of the run.

    Returns
    -------
    dict of str to ndarray
        The arrays.
    """
    position = run_state.position
    positions = {} if position is None else {f"position/{name}": getattr(position, name) for name in _POSITION}
    return {**positions, **(run_state.recurrent or {})}


def save_run(
    folder: CheckpointFolder,
    state: ModelState,
    run_state: RunState,
    fingerprint: RunFingerprint,
    others: Tensors,
) -> None:
    """Start writing a checkpoint in the background.

    Parameters
    ----------
    folder : CheckpointFolder
        Folder to write to.
    state : ModelState
        State of the model; its arrays are copied before this function returns.
    run_state : RunState
        State of the run.
    fingerprint : RunFingerprint
        Fingerprint of the run.
    others : dict of str to ndarray
        The streams of other ranks.
    """
    archive = state_to_archive(state)
    tensors, metadata = dict(archive.tensors), {**archive.metadata, "kind": MODEL_FILE.kind}
    if state.optimizer is not None:
        optimizer = optimizer_to_archive(state.optimizer)
        tensors |= optimizer.tensors
        metadata |= optimizer.metadata
    tensors |= streams_to_tensors(run_state) | others
    tensors |= {f"best/{name}": tensor for name, tensor in (run_state.best or {}).items()}
    metadata["run"] = {
        "identity": fingerprint.parts,
        "streams": run_state.streams,
        "step": run_state.step,
        "seconds": run_state.seconds,
        "recurrent": sorted(run_state.recurrent or {}),
        "validations": [validation_to_metadata(validation) for validation in run_state.validations],
    }
    folder.save(tensors, metadata)


def resume_run(
    found: FoundCheckpoint, fingerprint: RunFingerprint, *, rank: int, sentences: int
) -> tuple[ModelState, RunState]:
    """Return the model and the run that a checkpoint contains.

    Another number of ranks than before divides the same streams, whose recurrent states are kept; each rank continues
    after the same share of its part of the text.

    Parameters
    ----------
    found : FoundCheckpoint
        Checkpoint to resume from.
    fingerprint : RunFingerprint
        Fingerprint of the run to resume.
    rank : int
        Rank of the process whose streams continue.
    sentences : int
        Number of sentences in the text of this rank.

    Returns
    -------
    state : ModelState
        State of the model, including its optimizer state.
    run_state : RunState
        State of the run.

    Raises
    ------
    FormatError
        If the checkpoint is incomplete or belongs to a different run, or if there are more ranks than streams; the
        message names the difference.
    VocabularyError
        If the checkpoint has a different vocabulary.
    """
    source = str(found.path)
    archive = found.archive
    run = archive.metadata.get("run")
    is_model = archive.metadata.get("kind") == MODEL_FILE.kind
    if not is_model or not isinstance(run, dict) or not isinstance(run.get("identity"), dict):
        raise FormatError(f"{source}: not a checkpoint of the training of a language model")
    saved = {
        part: {**_LATER_OPTIONS.get(part, {}), **values}
        for part, values in run["identity"].items()
        if isinstance(values, dict)
    }
    try:
        before = RunFingerprint(parts=saved, words=[])
        ranks = integer_option("ranks", before.ranks, 1, 2**31)
        streams = integer_option("streams", run.get("streams", before.streams), ranks, 2**62)
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"{source}: invalid training state: {error}") from error
    require_same_run(saved, _required_parts(fingerprint, before, streams), source, _RENAMED_OPTIONS)
    if fingerprint.ranks > streams:
        raise FormatError(
            f"{source}: the run has {streams} streams (batch_size of all ranks), too few for {fingerprint.ranks} "
            f"ranks; use at most {streams}"
        )
    try:
        state = archive_to_state(archive)
    except WordkinError as error:
        raise FormatError(f"{source}: {error}") from error
    words = [] if state.words is None else state.words.words
    if words != fingerprint.words:
        difference = _vocabulary_difference(words, fingerprint.words)
        raise VocabularyError(f"{source}: the checkpoint has a different vocabulary ({difference})")
    try:
        parts = [_streams_of(run, archive.tensors, f"rank{number}/" if number else "") for number in range(ranks)]
        own = streams_of_ranks(streams, fingerprint.ranks)[rank]
        if ranks == fingerprint.ranks:
            position, recurrent = parts[rank]
        else:
            text = sentences, fingerprint.parts["text"]["sentences"]
            position = divided_position([position for position, _ in parts], own, text)
            recurrent = {name: divided_streams([states[name] for _, states in parts], own) for name in run["recurrent"]}
        if any(array.shape != (2, own.stop - own.start) for array in (position.sentences, position.offsets)):
            raise ValueError("the positions are not those of the streams")
        run_state = _parse_run_state(run, archive.tensors, state, streams, position, recurrent)
        if state.optimizer is None:
            raise KeyError("optimizer")
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"{source}: invalid training state: {error}") from error
    return state, run_state


def _required_parts(fingerprint: RunFingerprint, before: RunFingerprint, streams: int) -> dict[str, dict[str, Any]]:
    """Return what a checkpoint must have in common with a run."""
    training, text = dict(fingerprint.parts["training"]), fingerprint.parts["text"]
    if fingerprint.streams == streams:  # described for this number of ranks
        del training["batch_size"]
    if fingerprint.ranks != before.ranks:
        del training["ranks"]
        text = {name: text[name] for name in ("words", "sentences")}  # its parts have other words
    return {**fingerprint.parts, "training": training, "text": text}


def _vocabulary_difference(saved: list[str], current: list[str]) -> str:
    if len(saved) != len(current):
        return f"{len(saved)} words, this run: {len(current)}"
    pairs = zip(saved, current, strict=True)
    index = next(index for index, (one, other) in enumerate(pairs) if one != other)
    return f"word {index} is {saved[index]!r:.60}, this run: {current[index]!r:.60}"


def _streams_of(run: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]], rank: str) -> tuple[Position, Tensors]:
    """Return the positions and the recurrent states of the streams of a rank."""
    return (
        Position(*(tensors[f"{rank}position/{name}"] for name in _POSITION)),
        {name: tensors[f"{rank}{name}"] for name in run["recurrent"]},
    )


def _parse_run_state(
    run: Mapping[str, Any],
    tensors: Mapping[str, NDArray[Any]],
    state: ModelState,
    streams: int,
    position: Position,
    recurrent: Tensors,
) -> RunState:
    best = {name: tensors[f"best/{name}"] for name in state.parameters if f"best/{name}" in tensors}
    for name, tensor in best.items():
        if tensor.shape != state.parameters[name].shape:
            raise ValueError(f"the tensor best/{name} has the shape {tensor.shape}")
    return RunState(
        streams=streams,
        step=integer_option("step", run["step"], 0, 2**62),
        seconds=real_option("seconds", run.get("seconds", 0.0), 0.0, math.inf),
        position=position,
        recurrent=recurrent,
        validations=[validation_of_metadata(values) for values in run["validations"]],
        best=best or None,
    )
