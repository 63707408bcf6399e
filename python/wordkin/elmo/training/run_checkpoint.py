"""A training in a checkpoint: where it stands, to go on from there bit for bit, and what it is a training of."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import FormatError, VocabularyError
from ...runtime.options import integer_option, real_option
from ...storage.checkpoint import CheckpointFolder, FoundCheckpoint
from ..archive import archive_to_state, optimizer_to_archive, state_to_archive
from ..data.batching import Position
from ..data.encoded_text import EncodedText
from ..options import ELMoOptions, ELMoTrainingOptions
from ..state import ModelState, Tensors
from ..vocabulary import TargetWords
from .report import Perplexity, Validation
from .run_options import ELMoRunOptions

__all__ = ["RunFingerprint", "RunState", "resumed_run", "save_run"]

# Of the run, what a resumed training must share with the one that it goes on with.
_SAME_RUN = ("learning_rate", "schedule", "warmup_steps", "decay", "shuffle", "state_reset_rate")
_POSITION = ("taken", "sentences", "offsets")
# Option names in checkpoints of wordkin 0.1 development versions, and what they are called now.
_RENAMED_OPTIONS = {"fresh_starts": "state_reset_rate"}


@dataclass(eq=False)
class RunState:
    """Where a training stands between two steps.

    Parameters
    ----------
    step
        Steps done.
    position
        Where the next window begins; None at the start.
    recurrent
        State of the recurrent layers in each stream; None at the start.
    validations
        Looks at the validation text.
    best
        Parameters at the best of them, where they are kept.
    """

    step: int = 0
    position: Position | None = None
    recurrent: dict[str, NDArray[np.float32]] | None = None
    validations: list[Validation] = field(default_factory=list)
    best: Tensors | None = None


@dataclass(frozen=True, kw_only=True)
class RunFingerprint:
    """What must be equal for a training to go on: by name of the part, options and their values."""

    parts: dict[str, dict[str, Any]]
    words: list[str]

    @classmethod
    def of(
        cls,
        options: ELMoOptions,
        words: TargetWords,
        text: EncodedText,
        training: ELMoTrainingOptions,
        run: ELMoRunOptions,
    ) -> RunFingerprint:
        """Of a training of a model with these options and words on this text."""
        filters = [list(pair) for pair in options.filters]  # as JSON has them
        parts = {
            "model": asdict(options) | {"filters": filters},
            "training": asdict(training) | {name: getattr(run, name) for name in _SAME_RUN},
            "text": text.fingerprint(),
        }
        return cls(parts=parts, words=words.words)


def save_run(folder: CheckpointFolder, content: ModelState, state: RunState, identity: RunFingerprint) -> None:
    """Begin to write a checkpoint."""
    tensors, metadata = state_to_archive(content)
    if content.optimizer is not None:
        moments, about = optimizer_to_archive(content.optimizer)
        tensors |= moments
        metadata |= about
    if state.position is not None:
        tensors |= {f"position/{name}": getattr(state.position, name) for name in _POSITION}
    tensors |= state.recurrent or {}
    tensors |= {f"best/{name}": tensor for name, tensor in (state.best or {}).items()}
    metadata["run"] = {
        "identity": identity.parts,
        "step": state.step,
        "recurrent": sorted(state.recurrent or {}),
        "validations": [_validation_json(look) for look in state.validations],
    }
    folder.save(tensors, metadata)


def resumed_run(found: FoundCheckpoint, identity: RunFingerprint) -> tuple[ModelState, RunState]:
    """Return the model and the state of a training from a checkpoint of it.

    Raises
    ------
    FormatError, VocabularyError
        If it is one of another training; the error names what differs.
    """
    source = str(found.path)
    archive = found.archive
    run = archive.metadata.get("run")
    if not isinstance(run, dict) or not isinstance(run.get("identity"), dict):
        raise FormatError(f"{source}: is no checkpoint of the training of a language model")
    _require_same(run["identity"], identity, source)
    content = archive_to_state(archive, source)
    words = [] if content.words is None else content.words.words
    if words != identity.words:
        difference = _difference(words, identity.words)
        raise VocabularyError(f"{source}: is a checkpoint with another vocabulary: {difference}")
    try:
        state = _state_of(run, archive.tensors, content)
        if content.optimizer is None:
            raise KeyError("optimizer")
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"{source}: what it says of its training is wrong: {error}") from error
    return content, state


def _require_same(there: Mapping[str, Any], here: RunFingerprint, source: str) -> None:
    for part, values in here.parts.items():
        found = there.get(part)
        others = {
            _RENAMED_OPTIONS.get(name, name): value
            for name, value in (found.items() if isinstance(found, dict) else ())
        }
        for name, value in values.items():
            if others.get(name) != value:
                raise FormatError(
                    f"{source}: is a checkpoint of another training: {part} has {name} {others.get(name)!r:.60} there, "
                    f"{value!r:.60} here; give another folder, or resume=False to begin anew"
                )


def _difference(there: list[str], here: list[str]) -> str:
    if len(there) != len(here):
        return f"{len(there)} words there, {len(here)} here"
    place = next(place for place, (one, other) in enumerate(zip(there, here, strict=True)) if one != other)
    return f"word {place} is {there[place]!r:.60} there, {here[place]!r:.60} here"


def _state_of(run: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]], content: ModelState) -> RunState:
    best = {name: tensors[f"best/{name}"] for name in content.parameters if f"best/{name}" in tensors}
    for name, tensor in best.items():
        if tensor.shape != content.parameters[name].shape:
            raise ValueError(f"the tensor best/{name} has the shape {tensor.shape}")
    return RunState(
        step=integer_option("step", run["step"], 0, 2**62),
        position=Position(*(tensors[f"position/{name}"] for name in _POSITION)),
        recurrent={name: tensors[name] for name in run["recurrent"]},
        validations=[_validation_of(values) for values in run["validations"]],
        best=best or None,
    )


def _validation_json(look: Validation) -> dict[str, Any]:
    values = asdict(look)
    for direction in ("forward", "backward"):
        if math.isinf(values["perplexity"][direction]):
            values["perplexity"][direction] = None  # JSON has no infinity
    return values


def _validation_of(values: Mapping[str, Any]) -> Validation:
    figures = dict(values["perplexity"])
    for direction in ("forward", "backward"):
        known = figures[direction] is not None
        figures[direction] = real_option(direction, figures[direction], 0.0, math.inf) if known else math.inf
    return Validation(step=values["step"], seconds=values["seconds"], perplexity=Perplexity(**figures))
