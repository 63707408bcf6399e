"""Checkpoints of supervised training, at the ends of epochs."""

from __future__ import annotations

import time
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ...errors import FormatError
from ...runtime.options import integer_option
from ...storage.checkpoint import CheckpointFolder, FoundCheckpoint, require_same_run
from ...vectors.files.fasttext_format import FastTextFile
from ...word2vec.options import CheckpointOptions
from ...word2vec.padded_rows import PaddedRows
from ...word2vec.training.session import CheckpointRequest
from .corpus import LabelledText
from .options import SupervisedOptions
from .position import RunStart
from .report import SupervisedEpoch
from .rows import Pretrained

__all__ = ["SupervisedCheckpoints", "fingerprint_of"]

_KIND = "fasttext_supervised_checkpoint"

Fingerprint = dict[str, dict[str, Any]]


def fingerprint_of(
    options: SupervisedOptions, text: LabelledText, file: FastTextFile, pretrained: Pretrained | None
) -> Fingerprint:
    """Return everything that must be equal for a run to be resumed.

    Parameters
    ----------
    options : SupervisedOptions
        Parameters.
    text : LabelledText
        The text.
    file : FastTextFile
        The dictionary of the model.
    pretrained : Pretrained or None
        Vectors that words begin with.

    Returns
    -------
    dict of str to dict
        Options and their values, by part.
    """
    return {
        "training": asdict(options),
        "text": {"lines": text.encoder.lines, "tokens": text.tokens, "checksum": text.checksum()},
        "model": {
            "words": zlib.crc32(b"\0".join(file.words)),
            "labels": zlib.crc32(b"\0".join(file.labels)),
            "pretrainedVectors": None if pretrained is None else zlib.crc32(pretrained.vectors.tobytes()),
        },
    }


class SupervisedCheckpoints:
    """The checkpoints of one training run.

    Parameters
    ----------
    folder : CheckpointFolder
        Folder to write to.
    options : CheckpointOptions
        When checkpoints are due, and whether to resume.
    fingerprint : dict
        Fingerprint of the run.
    inputs, outputs : PaddedRows
        The matrices that are trained.
    """

    def __init__(
        self,
        folder: CheckpointFolder,
        options: CheckpointOptions,
        fingerprint: Fingerprint,
        inputs: PaddedRows,
        outputs: PaddedRows,
    ) -> None:
        self._folder = folder
        self._options = options
        self._fingerprint = fingerprint
        self._matrices = {"input": inputs.view, "output": outputs.view}
        self._saved_epochs = 0
        self._saved_at = time.perf_counter()

    @classmethod
    def of(
        cls,
        request: CheckpointRequest,
        fingerprint: Fingerprint,
        inputs: PaddedRows,
        outputs: PaddedRows,
    ) -> SupervisedCheckpoints:
        """Open the folder.

        Parameters
        ----------
        request : CheckpointRequest
            Folder and options.
        fingerprint : dict
            Fingerprint of the run.
        inputs, outputs : PaddedRows
            The matrices that are trained.

        Returns
        -------
        SupervisedCheckpoints
            The checkpoints.

        Raises
        ------
        OSError
            If the folder cannot be created or read.
        """
        return cls(request.opened(), request.options, fingerprint, inputs, outputs)

    def resume(self) -> RunStart:
        """Set the matrices to those of the newest checkpoint, unless there is none or it is not to be resumed.

        Returns
        -------
        RunStart
            Where training begins.

        Raises
        ------
        FormatError
            If the checkpoint is damaged or belongs to a different run; the message names the difference.
        OSError
            If it cannot be read.
        """
        found = self._folder.find() if self._options.resume else None
        if found is None:
            return RunStart()
        start = self._start_of(found)
        for name, matrix in self._matrices.items():
            matrix[:] = found.archive.tensors[name]
        self._saved_epochs = len(start.epochs)
        return start

    def _start_of(self, found: FoundCheckpoint) -> RunStart:
        source, metadata = str(found.path), found.archive.metadata
        run = metadata.get("run")
        if metadata.get("kind") != _KIND or not isinstance(run, dict):
            raise FormatError(f"{source}: not a checkpoint of supervised training")
        identity = run.get("identity")
        require_same_run(identity if isinstance(identity, dict) else {}, self._fingerprint, source)
        for name, matrix in self._matrices.items():
            saved = found.archive.tensors.get(name)
            if saved is None or saved.shape != matrix.shape or saved.dtype != matrix.dtype:
                raise FormatError(f"{source}: the matrix {name!r} must be float32 with the shape {matrix.shape}")
        try:
            return RunStart(
                epochs=tuple(_epoch_of(epoch) for epoch in run["epochs"]),
                jobs=integer_option("jobs", run["jobs"], 0, 2**62),
                tokens=integer_option("tokens", run["tokens"], 0, 2**62),
            )
        except (LookupError, TypeError, ValueError) as error:
            raise FormatError(f"{source}: invalid training state: {error}") from error

    def save_if_due(self, position: RunStart, *, is_last: bool) -> None:
        """Start writing a checkpoint in the background if it is time for one.

        Parameters
        ----------
        position : RunStart
            What has been trained; no thread may be training.
        is_last : bool
            Whether training has ended, which is always saved.
        """
        if self._folder.is_writing and not is_last:
            return
        interval, seconds = self._options.checkpoint_epochs, self._options.checkpoint_seconds
        epochs = len(position.epochs)
        is_due = is_last or (interval is not None and epochs - self._saved_epochs >= interval)
        if not is_due and (seconds is None or time.perf_counter() - self._saved_at < seconds):
            return
        run: dict[str, Any] = {
            "identity": self._fingerprint,
            "epochs": [asdict(epoch) for epoch in position.epochs],
            "jobs": position.jobs,
            "tokens": position.tokens,
        }
        self._folder.save(self._matrices, {"kind": _KIND, "run": run})
        self._saved_epochs, self._saved_at = epochs, time.perf_counter()

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


def _epoch_of(saved: Mapping[str, Any]) -> SupervisedEpoch:
    return SupervisedEpoch(**saved)
